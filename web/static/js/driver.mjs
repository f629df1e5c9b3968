// The driver's phone. Every record carries an id made here, kept until the server has it: sending twice counts once.
// Without network a record waits in the phone and goes out by itself. Without script the plain form does the same job.

const KEY = "mealroute.waiting";

export function uuid(crypto = globalThis.crypto) {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https; a phone in a yard may not have it
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function waiting(store = localStorage) {
  try { return JSON.parse(store.getItem(KEY) ?? "[]"); } catch { return []; }
}

export function keep(records, store = localStorage) {
  if (records.length) store.setItem(KEY, JSON.stringify(records));
  else store.removeItem(KEY);
}

// The id of one form: the same after a reload or the back button, until it has been sent.
export function stick(form, store = sessionStorage) {
  const field = form.querySelector("[name=client_id]");
  const name = `mealroute.proof.${form.dataset.line}`;
  const id = store.getItem(name) ?? uuid();
  store.setItem(name, id);
  field.value = id;
  return name;
}

export function record(form) {
  const data = new FormData(form);
  const proof = { client_id: data.get("client_id"), book_line_id: Number(form.dataset.line), outcome: data.get("outcome"), phone_at: new Date().toISOString() };
  for (const name of ["reason", "note", "left_with", "cash_collected", "satisfaction"]) if (data.get(name)) proof[name] = data.get(name);
  if (place.here && Date.now() - place.at < PLACE_FRESH_MS) Object.assign(proof, place.here);
  return { to: form.dataset.api, proof };
}

// Where the phone is, while a door's form is open and only if its owner allows it; a record never waits for it.
const PLACE_FRESH_MS = 120_000;
export const place = { here: null, at: 0 };

export function keepPlace(position, now = Date.now()) {
  place.here = { lon: position.coords.longitude, lat: position.coords.latitude };
  place.at = now;
}

export async function send(entry) {
  const answer = await fetch(entry.to, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(entry.proof) });
  if (answer.status >= 500 || answer.status === 429) throw new Error(`again: ${answer.status}`);
  return answer;
}

export async function flush(store = localStorage) {
  for (const entry of waiting(store)) {
    try { await send(entry); } catch { return false; }
    keep(waiting(store).filter((one) => one.proof.client_id !== entry.proof.client_id), store);
  }
  return true;
}

export function tell(document, count) {
  const box = document.querySelector("[data-queue]");
  if (!box) return;
  box.hidden = count === 0;
  const text = box.querySelector("[data-queue-text]");
  text.textContent = text.dataset.queueText.replace("{n}", String(count));
}

async function submit(event) {
  const form = event.target;
  if (!form.matches("form[data-proof]")) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const entry = record(form);
  try {
    const answer = await send(entry);
    if (answer.ok) {
      sessionStorage.removeItem(form.dataset.sticky);
      location.assign(form.dataset.next);
      return;
    }
    const problem = await answer.json();
    const spot = form.querySelector("[data-problem]");
    spot.textContent = `${problem.sentence ?? ""} ${problem.hint ?? ""}`.trim();
    spot.hidden = false;
    spot.focus();
    delete form.dataset.sent;
  } catch {
    keep([...waiting().filter((one) => one.proof.client_id !== entry.proof.client_id), entry]);
    sessionStorage.removeItem(form.dataset.sticky);
    tell(document, waiting().length);
    const kept = form.querySelector("[data-kept]");
    if (kept) { kept.hidden = false; kept.focus(); }
  }
}

async function again() {
  const had = waiting().length;
  if (!had) return;
  if (await flush()) location.reload();
  tell(document, waiting().length);
}

if (typeof document !== "undefined" && document.body) {
  for (const form of document.querySelectorAll("form[data-proof]")) form.dataset.sticky = stick(form);
  if (document.querySelector("form[data-proof]")) navigator.geolocation?.watchPosition(keepPlace, () => {}, { enableHighAccuracy: true, maximumAge: 30_000 });
  document.addEventListener("submit", submit);
  tell(document, waiting().length);
  window.addEventListener("online", again);
  setInterval(again, 5000);
  again();
}
