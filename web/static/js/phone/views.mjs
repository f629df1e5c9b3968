// Which screen an address names, and what stands on it. No rule lives here: what is asked for at a door comes with the shift.

import { fill } from "./dom.mjs";
import { draw } from "./map.mjs";
import { clock } from "./shift.mjs";

const LEFT = new Set(["left-with-contact", "left-at-door"]);
export const ending = (outcome) => (outcome === "handed-over" ? "handed-over" : LEFT.has(outcome) ? "left" : "failed");

export const who = (stop) => (stop.bulk ? stop.address : stop.items.map((item) => item.name).join("、"));
const common = (view) => ({ run: { ...view.run, held: view.run.held }, count: view.stops.length, done: view.done, left: view.left });

export function head(view) {
  const share = view.stops.length ? (100 * view.done) / view.stops.length : 0;
  return fill("t-head", { ...common(view), percent: `${share.toFixed(1)}%`, done: view.done });
}

// The people whom a form is about: one by name, or everybody at the stop without a record yet.
export function people(stop, which) {
  const chosen = which === "all" ? stop.items.filter((item) => !item.known) : stop.items.filter((item) => String(item.line) === which);
  return chosen.map((item) => ({ ...item, several: chosen.length > 1 }));
}

export function stopScreen(view, stop, knocked) {
  const open = stop.bulk ? !stop.done : stop.items.some((item) => !item.known);
  const waiting = stop.items.filter((item) => !item.known);
  const several = stop.items.length > 1;
  const following = view.stops.find((other) => !other.done && other !== stop && other.position > stop.position);
  const before = open && view.next && view.next.position < stop.position ? { position: view.next.position, who: who(view.next) } : null;
  const title = stop.bulk ? `${stop.address} · ${stop.portions}` : several ? stop.items.map((item) => item.name).join("、") : stop.items[0]?.name;
  return fill("t-stop", {
    ...common(view), ...stop, open, several, before, title, may_knock: open && !stop.bulk && !several && !knocked, knocked: open && knocked ? clock(knocked) : "", title_class: [...(title ?? "")].length > 4 ? "ph-long" : "",
    door: several ? "" : stop.items[0]?.door, call: !several && open ? stop.items[0]?.phone : "", way: stop.bulk ? "boxes" : "give/all",
    people: stop.items.map((item) => ({ ...item, visit: stop.visit, several, call_here: several && !item.known && item.phone, alone_button: waiting.length > 1 && !item.known })),
    following: following ? { position: following.position, who: who(following), address: following.address } : null,
  });
}

export function stopsScreen(view) {
  const rows = view.stops.map((stop) => ({
    visit: stop.visit, position: stop.position, address: stop.bulk ? "" : stop.address, arrival: stop.arrival, done: stop.done, who: who(stop),
    state: stop.done ? "done" : stop === view.next ? "next" : "open", says: [...new Set(stop.items.filter((item) => item.known).map((item) => item.known.word))].join("、"),
  }));
  return fill("t-stops", { ...view, ...common(view), rows });
}

export function mapScreen(view, map, here) {
  const nodes = fill("t-map", { nomap: !map });
  const box = nodes.find((node) => node.id === "map");
  const stops = view.stops.map((stop) => ({ ...stop, state: stop.done ? "done" : stop === view.next ? "next" : "open" }));
  draw(box, map, stops, { here, label: (stop) => `${stop.position} ${who(stop)} ${stop.address}` });
  return nodes;
}

export function finishedScreen(view, outbox) {
  const counts = new Map();
  for (const item of view.stops.flatMap((stop) => stop.items)) if (item.known) counts.set(item.known.outcome, (counts.get(item.known.outcome) ?? 0) + 1);
  const sums = [...counts].map(([outcome, n]) => ({ sum: { tone: view.outcomes[outcome]?.tone ?? "info", word: view.outcomes[outcome]?.word ?? outcome }, n }));
  const standing = new Set(view.stops.flatMap((stop) => stop.items).map((item) => item.known?.client_id));
  const fen = outbox.filter((entry) => standing.has(entry.client_id)).reduce((sum, entry) => sum + Math.round(100 * Number(entry.record.cash_collected || 0)), 0);
  return fill("t-finished", { ...common(view), sums, cash: fen ? (fen / 100).toFixed(2) : "" });
}

export function giveScreen(view, stop, which) {
  const chosen = people(stop, which).map((item) => ({ ...item, ask_code: item.asked["handed-over"].code !== "off" }));
  const quick = chosen.every((item) => !item.cash && !["photo", "signature", "note", "code"].some((name) => ["required", "warn"].includes(item.asked["handed-over"][name])));
  const may = { refused: true, "cancelled-at-door": true, "in-hospital": true, moved: true, "volunteer-absent": true };
  for (const kind of LEFT) may[kind] = chosen.every((item) => item.may_leave[kind] && item.asked.left.seen !== "required");
  return fill("t-give", { visit: stop.visit, which, people: chosen, several: chosen.length > 1, who: chosen.map((item) => item.name).join("、"), quick, may });
}

// The strictest of what is asked at several people's doors.
export function asked(chosen, outcome) {
  const order = ["off", "on", "warn", "required"];
  const found = {};
  for (const item of chosen) for (const [name, level] of Object.entries(item.asked[ending(outcome)])) if (order.indexOf(level) > order.indexOf(found[name] ?? "off")) found[name] = level;
  return found;
}

export function endScreen(view, stop, outcome, which, reasons, taps = {}) {
  const levels = asked(people(stop, which), outcome);
  const delivered = outcome === "handed-over" || LEFT.has(outcome);
  const chosen = people(stop, which).map((item) => ({ ...item, ask_cash: delivered && item.cash, ask_part: delivered && item.portions > 1, ask_code: item.asked[ending(outcome)].code !== "off", said_code: taps[item.line]?.spoken_code }));
  const on = (name) => ["on", "warn", "required"].includes(levels[name]);
  const first = stop.items.find((item) => item.contact_phone) ?? {};
  return fill("t-end", {
    visit: stop.visit, which, people: chosen, several: chosen.length > 1, who: chosen.map((item) => item.name).join("、"), word: view.outcomes[outcome]?.word ?? outcome,
    unanswered: outcome === "no-answer", left: LEFT.has(outcome), whom: outcome === "left-with-contact",
    reasons: outcome === "no-answer" ? reasons["no-answer"] : outcome === "refused" || outcome === "cancelled-at-door" ? reasons["hand-over"] : [],
    asks: { photo: on("photo"), signature: on("signature") }, needs: Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, level === "required"])),
    call: chosen.find((item) => item.phone)?.phone, contact: first.contact, contact_phone: first.contact_phone,
  });
}

export function loadScreen(view, trip) {
  return fill("t-load", { ...common(view), ...trip, listed: trip.listed.map((row, n) => ({ ...row, n: String(n) })), boxes: view.boxes });
}

export function sentScreen(outbox, outcomes, closed) {
  const rows = [...outbox].reverse().map((entry) => ({
    seq: entry.seq, at: entry.clock, who: entry.who, what: entry.what, state: entry.state, waiting: entry.state === "waiting" && !closed.has(entry.token),
    closed: entry.state === "waiting" && closed.has(entry.token), sent: entry.state === "sent" && entry.answer?.state !== "beside", beside: entry.answer?.state === "beside",
    refused: entry.state === "refused", sentence: entry.answer?.sentence, hint: entry.answer?.hint,
  }));
  return fill("t-sent", { rows });
}
