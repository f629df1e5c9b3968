// From a form to records for the outbox. What is asked for and missing is said once; nothing here ever keeps a driver from going on.

import { preview, smaller } from "./camera.mjs";
import { say } from "./dom.mjs";
import { clock, mask } from "./shift.mjs";
import { uuid } from "./store.mjs";
import { asked, people } from "./views.mjs";

const wordsOf = (form) => form.querySelector("template[data-words]").dataset;

function problem(form, text) {
  const spot = form.querySelector("[data-problem]");
  spot.querySelector("span").textContent = text;
  spot.hidden = false;
  spot.focus();
  return null;
}

// Press twice: the first time a warning says what is unusual, the same press again goes on.
function warned(form, text) {
  if (form.dataset.warned === text) return true;
  form.dataset.warned = text;
  problem(form, text);
  return false;
}

const envelope = (place, kind, record, more) => ({ token: place.token, day: place.day, kind, client_id: uuid(), at: new Date().toISOString(), clock: clock(new Date().toISOString()), record, ...more });

function tapped(form, line) {
  const found = {};
  for (const name of ["last_meal", "seems", "satisfaction"]) {
    const chosen = form.querySelector(`input[name="${name}-${line}"]:checked`);
    if (chosen) found[name] = chosen.value;
  }
  const code = form.querySelector(`input[name="spoken_code-${line}"]`)?.value.trim();
  if (code) found.spoken_code = code;
  return found;
}

function doors(place, view, chosen, outcome, of) {
  return chosen.map((item) => {
    const record = { book_line_id: item.line, outcome, ...of(item) };
    if (item.known?.client_id) record.based_on = item.known.client_id;
    if (place.knocked_at) record.knocked_at = place.knocked_at;
    if (place.knocked_at && place.arrived_at <= place.knocked_at) record.arrived_at = place.arrived_at;
    if (place.here && item.asked && asked([item], outcome).place !== "off") Object.assign(record, place.here);
    return envelope(place, "proof", record, { who: mask(item.name), what: view.outcomes[outcome]?.word ?? outcome });
  });
}

export function give(form, place, view, stop, which, taps = form) {
  return doors(place, view, people(stop, which), "handed-over", (item) => tapped(taps, item.line));
}

export function end(form, place, view, stop, outcome, which, extras) {
  const words = wordsOf(form), chosen = people(stop, which), levels = asked(chosen, outcome);
  const data = new FormData(form);
  const text = (name) => String(data.get(name) ?? "").trim();
  if (outcome === "left-with-contact" && text("left_with").length < 2) return problem(form, words.whom);
  for (const item of chosen) {
    if (text(`cash-${item.line}`) && !/^\d+([.]\d{1,2})?$/.test(text(`cash-${item.line}`))) return problem(form, words.cash);
    const part = text(`part-${item.line}`);
    if (part && !(/^\d+$/.test(part) && Number(part) >= 1 && Number(part) <= item.portions)) return problem(form, words.part);
  }
  if (form.querySelector("[name=reason]") && !text("reason") && !text("note")) return problem(form, words.reason);
  const have = { photo: extras.photo, signature: extras.pad?.strokes().length, note: text("note"), code: chosen.every((item) => text(`spoken_code-${item.line}`)) };
  const lacking = (level) => ["photo", "signature", "note", "code"].filter((name) => levels[name] === level && !have[name]);
  const named = (names) => names.map((name) => words[name]).join(words.join);
  const missing = lacking("required");
  if (missing.length && !text("why")) {
    form.querySelector("[data-why]").hidden = false;
    return problem(form, say(words.missing, { what: named(missing) }));
  }
  const soft = lacking("warn");
  if (soft.length && !warned(form, say(words.warn, { what: named(soft) }))) return null;
  const without = missing.length ? `[${say(words.without, { what: named(missing), why: text("why") })}]` : "";
  const made = doors(place, view, chosen, outcome, (item) => ({
    reason: text("reason"), note: `${text("note")} ${without}`.trim(), left_with: text("left_with"), ...(text(`cash-${item.line}`) ? { cash_collected: text(`cash-${item.line}`) } : {}),
    ...(text(`part-${item.line}`) ? { quantity: Number(text(`part-${item.line}`)) } : {}), ...(extras.taps?.[item.line] ?? {}),
    ...(text(`spoken_code-${item.line}`) ? { spoken_code: text(`spoken_code-${item.line}`) } : {}),
  }));
  const first = made[0];
  const beside = { who: first.who };
  if (extras.photo) made.push(envelope(place, "photo", { proof: first.client_id }, { ...beside, what: words.photo, blob: extras.photo }));
  if (have.signature) made.push(envelope(place, "signature", { proof: first.client_id, strokes: extras.pad.strokes() }, { ...beside, what: words.signature }));
  return made;
}

export function boxes(form, place, stop) {
  const words = wordsOf(form), data = new FormData(form);
  const text = (name) => String(data.get(name) ?? "").trim();
  if (!/^\d+$/.test(text("portions"))) return problem(form, words.portions);
  if (text("signed_by").length < 2) return problem(form, words.signed);
  const degrees = Number(text("degrees").replace("℃", ""));
  if (text("degrees") && degrees < place.hot_least && !(text("action") && text("again"))) {
    form.querySelector("details").open = true;
    return problem(form, words.cold);
  }
  const record = { visit: stop.visit };
  for (const name of ["portions", "degrees", "action", "again", "signed_by"]) record[name] = name === "portions" ? Number(text(name)) : text(name);
  return [envelope(place, "boxes", record, { who: stop.address, what: text("signed_by") })];
}

export function load(form, place, view, trip) {
  const words = wordsOf(form), data = new FormData(form);
  const portions = {}, boxed = {}, missing = [], other = [];
  for (const [n, row] of trip.listed.entries()) {
    const typed = String(data.get(`count-${n}`) ?? "").trim();
    const pressed = form.querySelector(`[data-do=all][data-n="${n}"]`).getAttribute("aria-pressed") === "true";
    if (typed && !/^\d+$/.test(typed)) return problem(form, words.number);
    if (!typed && !pressed) { missing.push(`${row.label} ${row.dish}`); continue; }
    portions[row.key] = typed ? Number(typed) : row.portions;
    if (portions[row.key] !== row.portions) other.push(`${row.label} ${row.dish} ${portions[row.key]} / ${row.portions}`);
  }
  for (const { kind } of view.boxes) {
    const typed = String(data.get(`box-${kind}`) ?? "").trim();
    if (typed && !/^\d+$/.test(typed)) return problem(form, words.number);
    if (typed) boxed[kind] = Number(typed);
  }
  if (!Object.keys(portions).length && !Object.keys(boxed).length) return problem(form, words.nothing);
  const odd = [...(missing.length ? [say(words.missing, { what: missing.join("；") })] : []), ...(other.length ? [say(words.differs, { what: other.join("；") })] : [])].join(" ");
  if (odd && !warned(form, odd)) return null;
  const record = { run_id: view.run.id, trip: trip.number, portions, boxes: boxed, note: String(data.get("note") ?? "").trim() };
  return [envelope(place, "loading", record, { who: form.querySelector("h1").firstChild.textContent.trim(), what: String(trip.number) })];
}

export function reopen(place, item, what) {
  return envelope(place, "reopen", { proof: item.known.client_id }, { who: mask(item.name), what });
}

// The photo of a form: made smaller as soon as it is taken, so that keeping it later is quick.
export async function shot(input, extras, form) {
  const [file] = input.files;
  if (!file) return;
  extras.photo = await smaller(file);
  await preview(extras.photo, form.querySelector("[data-preview]"));
}
