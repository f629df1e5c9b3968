// Sending what waits: in the driver's order, one letter at a time, each record until the server has answered it by its id.
// While the page is open, on every opening, when the network comes back; with back-off. No reliance on Background Sync.

import * as store from "./store.mjs";

const MOST = 50;
const TIMEOUT_MS = 20_000;
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;
const DONE = new Set(["recorded", "duplicate", "beside"]);
export const told = new EventTarget(); // "change": something was kept or sent; "net": whether the last try got through

let wait = FIRST_MS;
let timer;
let busy = false;
export const net = { up: true, closed: new Set(), now: null };

// The link that is open now: records of the same day whose own link has been revoked go out under it.
export function current(token, day) {
  const known = net.now?.token === token;
  net.now = { token, day };
  net.closed.delete(token);
  if (!known) soon(0);
}

// Keep records and try to send them. Resolves when they are stored on the phone; sending goes on by itself.
export async function keep(entries) {
  await store.put(entries);
  told.dispatchEvent(new Event("change"));
  soon(0);
}

export function soon(ms = 0) {
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), ms);
}

// Another open page of this phone may be sending: then this one looks again a little later.
export async function flush() {
  if (busy) return;
  busy = true;
  try {
    const go = async (lock) => (lock === null ? "busy" : send());
    const end = navigator.locks ? await navigator.locks.request("mealroute-outbox", { ifAvailable: true }, go) : await send();
    wait = end === "later" ? Math.min(wait * 2, LONGEST_MS) : FIRST_MS;
    if (end === "later" || end === "busy") soon(wait * (0.75 + Math.random() / 2));
  } finally {
    busy = false;
    told.dispatchEvent(new Event("net"));
  }
}

async function send() {
  let end = "done";
  for (;;) {
    const waiting = (await store.outbox()).filter((entry) => entry.state === "waiting" && !net.closed.has(entry.token));
    const letters = waiting.filter((entry) => entry.kind !== "photo" && !entry.later);
    const photos = waiting.filter((entry) => entry.kind === "photo" && !entry.later);
    const next = letters.length ? letters.slice(0, MOST).filter((entry) => entry.token === letters[0].token) : photos.slice(0, 1);
    if (!next.length) break;
    const state = await one(next);
    if (state === "down") return "later";
    if (state === "later") end = "later";
  }
  const held = (await store.outbox()).filter((entry) => entry.later);
  if (held.length) await store.mark(held.map((entry) => entry.seq), { later: false });
  return end;
}

// One letter, or one photo. "down": nobody answered, nothing of it is marked.
async function one(entries) {
  let answers;
  try {
    answers = entries[0].kind === "photo" ? [await photo(entries[0])] : await letter(entries);
  } catch (error) {
    if (error?.closed) {
      net.closed.add(entries[0].token); // over or revoked: kept, and tried again on the next opening
      const move = entries.filter((entry) => net.now && net.now.token !== entry.token && net.now.day === entry.day);
      await store.mark(move.map((entry) => entry.seq), { token: net.now?.token });
      return "done";
    }
    net.up = false;
    return "down";
  }
  net.up = true;
  const by = new Map(answers.filter((answer) => answer?.client_id).map((answer) => [answer.client_id, answer]));
  let later = false;
  for (const entry of entries) {
    const answer = by.get(entry.client_id);
    if (!answer || answer.state === "later") {
      later = true;
      await store.mark([entry.seq], { later: true, tries: (entry.tries ?? 0) + 1 });
    } else if (DONE.has(answer.state)) {
      await store.mark([entry.seq], { state: "sent", blob: null, answer, sent_at: Date.now() });
    } else {
      await store.mark([entry.seq], { state: "refused", answer });
    }
  }
  told.dispatchEvent(new Event("change"));
  return later ? "later" : "done";
}

async function letter(entries) {
  const clock = await store.fact("clock");
  const records = entries.map((entry) => ({ ...entry.record, kind: entry.kind, client_id: entry.client_id, phone_at: entry.at, seq: entry.seq }));
  const began = Date.now();
  const body = JSON.stringify({ device: await store.device(), sent_at: new Date(began).toISOString(), off_ms: clock?.off, lang: document.documentElement.lang, records });
  const answer = await post(`/api/runs/${entries[0].token}/records`, body, "application/json");
  await learn(clock, began, Date.now(), Date.parse(answer.now));
  return answer.answers;
}

function photo(entry) {
  const asked = new URLSearchParams({ client_id: entry.client_id, proof: entry.record.proof, phone_at: entry.at });
  return post(`/api/runs/${entry.token}/photos?${asked}`, entry.blob, entry.blob.type || "image/jpeg");
}

async function post(address, body, type) {
  const answer = await fetch(address, {
    method: "POST", body, headers: { "Content-Type": type, Accept: "application/json" }, signal: limit(TIMEOUT_MS),
  });
  if (answer.status === 404) throw Object.assign(new Error("closed"), { closed: true });
  if (!answer.ok) throw new Error(`again: ${answer.status}`); // whatever it is, the records stay
  return answer.json();
}

export function limit(ms) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  return stop.signal;
}

// By how much this clock is behind the server's: believed from the quickest exchange of the last hours.
async function learn(known, began, ended, theirs) {
  if (!Number.isFinite(theirs)) return;
  const way = ended - began;
  if (known && way > known.way && ended - known.at < 6 * 3_600_000) return;
  await store.setFact("clock", { off: Math.round(theirs - (began + ended) / 2), way, at: ended });
}

export function begin() {
  net.closed.clear();
  window.addEventListener("online", () => { wait = FIRST_MS; soon(0); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { net.closed.clear(); soon(0); } });
  soon(0);
}
