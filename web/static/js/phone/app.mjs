// The driver's app: one page, its screens by the address behind #. Opens from what the phone keeps, asks for the newest, sends what waits.

import { morph } from "../morph.mjs";
import * as arrival from "./arrival.mjs";
import { fill, say } from "./dom.mjs";
import * as forms from "./forms.mjs";
import * as outbox from "./outbox.mjs";
import { pad } from "./pad.mjs";
import { overlay, refresh } from "./shift.mjs";
import * as store from "./store.mjs";
import * as views from "./views.mjs";

const REFRESH_MS = 20_000;
const UNDO_MS = 120_000;
const $ = (selector) => document.querySelector(selector);
const now = { token: /^\/r\/([^/]+)\/shift$/.exec(location.pathname)?.[1] ?? null, entry: null, view: null, records: [], phone: "", here: null, screen: "", extras: {}, undo: null, skipped: new Set(), read: new Set(), knocks: {}, zoom: 1 };
const reasons = JSON.parse(document.body.dataset.reasons);

// When the driver knocked, by stop and day: how long this door takes to open is learnt from it. Nobody has to press it.
const knockOf = (visit) => `${now.view?.run.day}/${visit}`;
const place = (stop = null) => ({ token: now.token, knocked_at: stop?.items?.length === 1 ? now.knocks[knockOf(stop.visit)] : undefined, arrived_at: stop ? arrival.of(now.view?.run.day, stop.visit) : undefined, day: now.view?.run.day, hot_least: now.view?.run.hot_least, here: now.here && Date.now() - now.here.at < UNDO_MS ? { lon: now.here.lon, lat: now.here.lat } : null });
const stopOf = (visit) => now.view?.stops.find((stop) => String(stop.visit) === visit);
const isForm = (screen) => /\/(give|end|boxes)(\/|$)|^\/load/.test(screen);

async function look() {
  now.records = await store.outbox();
  now.entry = now.token ? await store.shift(now.token) : null;
  const data = now.entry?.data;
  const mine = data?.run ? now.records.filter((entry) => entry.day === data.run.day) : [];
  now.view = data && !data.gone ? overlay(now.entry, mine, now.phone) : null;
  arrival.notice(now.view, now.here);
}

// What the driver has not read yet: how the route has changed, what the desk writes.
const keyOf = (each) => (each.text === undefined ? each.id : `m${each.id}`);
const fresh = (data) => ({ told: (data?.told ?? []).filter((each) => !now.read.has(keyOf(each))), messages: (data?.messages ?? []).filter((each) => !now.read.has(keyOf(each))) });

// What stands on the page: the nodes of the screen that the address names.
function nodes(screen) {
  const parts = screen.split("/").slice(1);
  if (parts[0] === "sent") return views.sentScreen(now.records, now.view?.outcomes ?? {}, outbox.net.closed);
  if (!now.view) return now.entry?.data?.gone ? fill("t-gone", { told: now.entry.data.told }) : fill("t-none", {});
  const { view } = now;
  const stop = stopOf(parts[1]);
  if (parts[0] === "stop" && stop) {
    if (parts[2] === "give") return views.giveScreen(view, stop, parts[3] ?? "all");
    if (parts[2] === "end") return views.endScreen(view, stop, parts[3], parts[4] ?? "all", reasons, now.extras.taps);
    if (parts[2] === "boxes") return fill("t-boxes", { ...stop, run: view.run });
    return views.stopScreen(view, stop, now.knocks[knockOf(stop.visit)]);
  }
  if (parts[0] === "stops") return views.stopsScreen(view);
  if (parts[0] === "map") return views.mapScreen(view, now.entry.map, now.here);
  const trip = view.trips.find((each) => String(each.number) === parts[1]);
  if (parts[0] === "load" && trip) return views.loadScreen(view, trip);
  const unread = fresh(view);
  if (unread.told.length || unread.messages.length) return fill("t-told", unread);
  const uncounted = view.next && view.trips.find((each) => each.number === view.next.trip && !each.checked && !now.skipped.has(each.number) && !view.stops.some((each2) => each2.trip === each.number && each2.done));
  if (uncounted) return views.loadScreen(view, uncounted);
  return view.next ? views.stopScreen(view, view.next, now.knocks[knockOf(view.next.visit)]) : views.finishedScreen(view, now.records);
}

const heading = (main) => main.querySelector("h1")?.textContent;

function show() {
  const screen = location.hash.slice(1) || "/";
  const other = screen !== now.screen;
  if (!other && (isForm(screen) || $("main form"))) return frame(); // nobody's typing is swept away
  const main = $("#main"), next = main.cloneNode(false);
  next.append(...nodes(screen));
  if (other || heading(main) !== heading(next)) { // also where the route has changed under the same address
    main.replaceChildren(...next.childNodes);
    now.screen = screen;
    now.extras = { ...(isForm(screen) && now.extras.taps ? { taps: now.extras.taps } : {}) };
    const canvas = main.querySelector("[data-pad]");
    if (canvas) now.extras.pad = pad(canvas);
    window.scrollTo(0, 0);
    main.querySelector("h1")?.focus({ preventScroll: true });
    if (screen === "/map") zoom();
  } else morph(main, next);
  frame();
}

// What stands around the screen: the run's strip, the network, the last record with its undo.
function frame() {
  $("#head").replaceChildren(...(now.view ? views.head(now.view) : []));
  document.title = `${$("main h1")?.textContent.replace(/\s+/g, " ").trim() ?? ""} · ${document.body.dataset.title}`;
  const waiting = now.records.filter((entry) => entry.state === "waiting").length;
  const net = $("#net"), down = !outbox.net.up || !navigator.onLine;
  net.hidden = !(down || waiting);
  const word = net.querySelector("b");
  word.textContent = down ? word.dataset.down : word.dataset.up;
  const count = net.querySelector("[data-waiting]");
  count.textContent = waiting ? say(count.dataset.waiting, { n: waiting }) : "";
  const last = now.undo && Date.now() - now.undo.at < UNDO_MS && !isForm(now.screen) ? now.undo : null;
  const bar = $("#undo");
  if (!last) bar.replaceChildren();
  else if (bar.dataset.for !== last.key || !bar.firstChild) {
    bar.replaceChildren(...fill("t-undo", last));
    bar.dataset.for = last.key;
  }
}

async function update() {
  await look();
  show();
}

async function keep(entries, undo = true) {
  await outbox.keep(entries);
  await look(); // the next screen knows of the record, whichever look is under way: else the same door would stand there again for a moment
  const doors = entries.filter((entry) => entry.kind === "proof");
  now.undo = undo && doors.length ? { key: doors[0].client_id, at: Date.now(), who: doors.map((entry) => entry.who).join("、"), what: doors[0].what, doors } : null;
  now.extras = {};
  $("#say").textContent = doors.length ? `${doors.map((entry) => entry.who).join("、")} ${doors[0].what}` : "";
  now.screen = "";
  if (location.hash === "#/" || location.hash === "") await update();
  else location.hash = "#/";
}

async function takeBack(pairs) {
  const what = document.body.dataset.reopened;
  const entries = pairs.map(([name, known]) => forms.reopen(place(), { name, known }, what));
  await keep(entries, false);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-form]")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes"; // gloves press twice
  try {
    const parts = now.screen.split("/").slice(1);
    const stop = stopOf(parts[1]);
    const kind = form.dataset.form;
    const trip = kind === "load" ? (now.view.trips.find((each) => String(each.number) === parts[1]) ?? now.view.trips.find((each) => each.number === now.view.next?.trip)) : null;
    const made =
      kind === "give" ? forms.give(form, place(stop), now.view, stop, parts[3] ?? "all")
      : kind === "end" ? forms.end(form, place(stop), now.view, stop, parts[3], parts[4] ?? "all", now.extras)
      : kind === "boxes" ? forms.boxes(form, place(), stop)
      : forms.load(form, place(), now.view, trip);
    if (made) await keep(made);
  } finally { delete form.dataset.busy; }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-form]");
  if (event.target.matches("[name=photo]")) void forms.shot(event.target, now.extras, form);
  if (form?.dataset.form === "give") {
    now.extras.taps = Object.fromEntries([...form.querySelectorAll("input:checked, input[name^=spoken_code]")].filter((input) => input.value).reduce((found, input) => {
      const [name, line] = [input.name.slice(0, input.name.lastIndexOf("-")), input.name.slice(input.name.lastIndexOf("-") + 1)];
      return found.set(line, { ...found.get(line), [name]: input.value });
    }, new Map()));
    form.querySelector("[data-help]").hidden = !form.querySelector("input[value=needs-help]:checked");
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const { do: act } = button.dataset;
  if (act === "clear") now.extras.pad?.clear();
  if (act === "nearer" || act === "farther") zoom(act === "nearer" ? 2 : 0.5);
  if (act === "all") {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (on) button.parentElement.querySelector("input").value = "";
  }
  if (act === "knock") {
    now.knocks[knockOf(button.dataset.visit)] ??= new Date().toISOString();
    await store.setFact("knocks", now.knocks);
    void update();
  }
  if (act === "skip-load") { now.skipped.add(Number(button.dataset.trip)); now.screen = ""; void update(); }
  if (act === "again") { await store.mark([Number(button.dataset.seq)], { state: "waiting", answer: null }); outbox.soon(0); void update(); }
  if (act === "reopen") {
    const item = now.view.stops.flatMap((stop) => stop.items).find((each) => String(each.line) === button.dataset.line);
    if (item?.known) await takeBack([[item.name, item.known]]);
  }
  if (act === "undo" && now.undo) {
    const { doors } = now.undo;
    now.undo = null;
    await takeBack(doors.map((entry) => [entry.who, { client_id: entry.client_id }]));
  }
  if (act === "told") {
    for (const each of [...now.view.told, ...now.view.messages]) now.read.add(keyOf(each));
    await store.setFact("read", [...now.read]);
    now.screen = "";
    void update();
    void seen();
  }
});

document.addEventListener("input", (event) => {
  const count = event.target.closest(".ph-count");
  if (count && event.target.value) count.querySelector("[data-do=all]").setAttribute("aria-pressed", "false");
});

// The server learns that it was read; without network it is told at the next refresh.
async function seen() {
  const data = now.entry?.data;
  if (!data || !(data.told.length || data.messages.length)) return;
  const unread = fresh(data);
  if (unread.told.length || unread.messages.length) return;
  try {
    const body = JSON.stringify({ messages: data.messages.map((each) => each.id) });
    const answer = await fetch(`/r/${now.token}/told`, { method: "POST", body, headers: { "Content-Type": "application/json", Accept: "application/json" } });
    if (answer.ok) await again();
  } catch { /* later */ }
}

function zoom(by = 1) {
  now.zoom = Math.min(8, Math.max(1, now.zoom * by));
  const svg = $("#map svg");
  if (!svg) return;
  svg.setAttribute("width", `${100 * now.zoom}%`);
}

let asking = false;
async function again() {
  if (!now.token || asking) return;
  asking = true;
  try {
    const list = (data) => [...(data?.told ?? []), ...(data?.messages ?? [])].map(keyOf);
    const before = list(now.entry?.data);
    const found = await refresh(now.token);
    outbox.net.up = found !== false;
    await update();
    if (found?.data?.run) outbox.current(now.token, found.data.run.day);
    const news = list(found?.data).filter((key) => !before.includes(key) && !now.read.has(key));
    if (news.length && now.view && !isForm(now.screen) && now.screen !== "/") location.hash = "#/";
  } finally { asking = false; }
}

function watchPlace() {
  navigator.geolocation?.watchPosition(
    ({ coords }) => {
      now.here = { lon: coords.longitude, lat: coords.latitude, within: coords.accuracy, at: Date.now() };
      arrival.notice(now.view, now.here);
    },
    () => {}, { enableHighAccuracy: true, maximumAge: 30_000 },
  );
}

async function work() {
  if (!("serviceWorker" in navigator)) return;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (had && !isForm(now.screen)) location.reload(); });
  try { await navigator.serviceWorker.register(document.body.dataset.worker, { scope: "/r/", updateViaCache: "none" }); } catch { /* the page works without */ }
}

async function start() {
  $("#insecure").hidden = window.isSecureContext;
  navigator.storage?.persist?.();
  now.phone = await store.device();
  now.read = new Set((await store.fact("read")) ?? []);
  await arrival.begin(today());
  now.knocks = Object.fromEntries(Object.entries((await store.fact("knocks")) ?? {}).filter(([key]) => key.startsWith(today())));
  if (!now.token) {
    const kept = (await store.shifts()).sort((one, other) => other.at - one.at)[0];
    now.token = kept?.token ?? null;
  }
  await update();
  outbox.told.addEventListener("change", () => void update());
  outbox.told.addEventListener("net", () => void update().then(() => (outbox.net.up ? again() : null)));
  window.addEventListener("hashchange", () => void update());
  window.addEventListener("offline", frame);
  window.addEventListener("online", () => void again());
  await again();
  await seen();
  outbox.begin();
  watchPlace();
  setInterval(() => { if (!document.hidden) void again().then(seen); }, REFRESH_MS);
  setInterval(frame, 5_000);
  await store.tidy(today(), now.token, now.view?.run.day);
  await work();
}

function today() {
  const at = new Date();
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

start().catch(() => {
  if (!now.token) return;
  sessionStorage.setItem("mealroute.plain", "yes"); // this browser keeps nothing: the plain pages do the same, on line
  location.replace(`/r/${now.token}`);
});
