// The shift as it stands now: what the server said last, with what this phone has recorded since laid over it.

import { limit } from "./outbox.mjs";
import * as store from "./store.mjs";

// Ask for the newest; false: not reached, null: the link opens nothing any more.
export async function refresh(token) {
  const had = await store.shift(token);
  const asked = Date.now();
  let answer;
  try {
    answer = await fetch(`/r/${token}/shift.json`, { headers: { Accept: "application/json", ...(had?.etag ? { "If-None-Match": had.etag } : {}) }, cache: "no-store", signal: limit(15_000) });
  } catch { return false; }
  if (answer.status === 304) {
    await store.keepShift({ ...had, asked });
    return { ...had, asked };
  }
  if (answer.status === 404) {
    await store.dropShift(token); // withdrawn, over or given to somebody else: nobody's name stays on this phone
    return null;
  }
  if (!answer.ok) return false;
  const data = await answer.json();
  const entry = { token, data, etag: answer.headers.get("ETag"), at: Date.now(), asked, map: had?.map ?? null, version: had?.version ?? null };
  if (!data.gone && (entry.map === null || entry.version !== `${data.run.id}/${data.run.version}`)) {
    const map = await fetchMap(token);
    if (map) Object.assign(entry, { map, version: `${data.run.id}/${data.run.version}` });
  }
  await store.keepShift(entry);
  return entry;
}

async function fetchMap(token) {
  try {
    const answer = await fetch(`/r/${token}/map.json`, { headers: { Accept: "application/json" }, cache: "no-store", signal: limit(20_000) });
    return answer.ok ? answer.json() : null;
  } catch { return null; }
}

// Every stop and person with what is known of them. A record of this phone counts from the moment it is kept.
export function overlay({ data, asked = 0 }, outbox, phone) {
  const taken = new Set(outbox.filter((entry) => entry.kind === "reopen" && entry.state !== "refused").map((entry) => entry.record.proof));
  const own = new Map();
  for (const entry of outbox) if (entry.kind === "proof" && entry.state !== "refused" && !taken.has(entry.client_id)) own.set(entry.record.book_line_id, entry);
  const boxes = new Map(outbox.filter((entry) => entry.kind === "boxes" && entry.state !== "refused").map((entry) => [entry.record.visit, entry]));
  const stops = data.stops.map((stop) => {
    const items = stop.items.map((item) => ({ ...item, known: known(item, own.get(item.line), taken, data, phone, asked) }));
    const box = boxes.get(stop.visit);
    const signed = stop.signed ?? (box ? { by: box.record.signed_by, portions: box.record.portions, at: clock(box.at), waiting: box.state === "waiting" } : null);
    return { ...stop, items, signed, done: stop.bulk ? signed !== null : items.every((item) => item.known) };
  });
  const loaded = new Map(outbox.filter((entry) => entry.kind === "loading" && entry.state !== "refused").map((entry) => [entry.record.trip, entry]));
  const trips = data.trips.map((trip) => ({ ...trip, checked: trip.checked ?? (loaded.has(trip.number) ? { at: clock(loaded.get(trip.number).at), by: data.run.driver, differences: null, waiting: true } : null) }));
  const left = stops.reduce((sum, stop) => sum + (stop.bulk ? (stop.done ? 0 : stop.portions) : stop.items.reduce((n, item) => n + (item.known ? 0 : item.portions), 0)), 0);
  return { ...data, stops, trips, left, done: stops.filter((stop) => stop.done).length, next: stops.find((stop) => !stop.done) ?? null };
}

// What stands for one person: this phone's last record as long as the server's word is older than it or speaks of an earlier record of
// this phone; else what the server says.
function known(item, entry, taken, data, phone, asked) {
  const there = item.standing && !taken.has(item.standing.client_id) ? item.standing : null;
  const newer = entry && entry.client_id !== there?.client_id && (!there || entry.answer?.state !== "beside") && (entry.state === "waiting" || !there || there.device === phone || entry.sent_at > asked);
  if (newer) return { ...said(entry, data), waiting: entry.state === "waiting", other: there && there.device !== phone ? there : null };
  return there ? { ...there, waiting: false, other: item.beside.at(-1) ?? null } : null;
}

const said = (entry, data) => ({
  client_id: entry.client_id, outcome: entry.record.outcome, at: clock(entry.at), by: "",
  word: data.outcomes[entry.record.outcome]?.word ?? entry.record.outcome, tone: data.outcomes[entry.record.outcome]?.tone ?? "info",
});

export function clock(iso) {
  const at = new Date(iso);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

export function mask(name) {
  const parts = [...name];
  if (parts.length < 2) return name;
  return parts.length === 2 ? `${parts[0]}*` : `${parts[0]}*${parts.at(-1)}`;
}
