// Brings parts of the page up to date by their id and keeps what the person was at: focus, scroll, marked boxes, open menus.
import { morph } from "./morph.mjs";

function place(node) {
  if (!node || node === document.body) return null;
  if (node.id) return { id: node.id };
  const home = node.closest("[id]");
  if (!home) return null;
  for (const name of ["data-pick", "data-tab", "value", "name", "href"]) {
    const value = node.getAttribute(name);
    if (value) return { id: home.id, query: `${node.localName}[${name}="${CSS.escape(value)}"]` };
  }
  return { id: home.id };
}

function find(spot) {
  const home = spot && document.getElementById(spot.id);
  return (spot?.query && home?.querySelector(spot.query)) || home;
}

export function kept() {
  const focus = document.activeElement;
  return {
    focus: place(focus),
    typed: focus && "selectionStart" in focus ? { value: focus.value, from: focus.selectionStart, to: focus.selectionEnd } : null,
    scroll: [...document.querySelectorAll("[data-scroll]")].map((box) => [box, box.scrollTop, box.scrollLeft]),
    checked: [...document.querySelectorAll("input[type=checkbox][name=stop]:checked")].map((box) => box.value),
    chosen: document.querySelector("tr[aria-selected]")?.dataset.key,
    index: [...document.querySelectorAll("tr.stop[data-key]")].findIndex((row) => row.hasAttribute("aria-selected")),
    list: document.getElementById("stops")?.dataset.number,
    open: [...document.querySelectorAll("details[id][open]")].map((box) => box.id),
  };
}

export function restore(state) {
  for (const [before, top, left] of state.scroll) {
    if (before.isConnected) continue; // it is the same box and has kept its place; asking it would lay the page out twice
    const box = document.getElementById(before.id);
    if (box) { box.scrollTop = top; box.scrollLeft = left; }
  }
  for (const value of state.checked) {
    const box = document.querySelector(`input[name=stop][value="${value}"]`);
    if (box) box.checked = true;
  }
  for (const id of state.open) document.getElementById(id)?.setAttribute("open", "");
  // A stop that left the list hands its place to the one that moved up, so that the keyboard goes on from there.
  const rows = [...document.querySelectorAll("tr.stop[data-key]")];
  const same = state.list === document.getElementById("stops")?.dataset.number;
  const row = state.chosen && (document.querySelector(`tr[data-key="${state.chosen}"]`) ?? (same && state.index >= 0 ? rows[Math.min(state.index, rows.length - 1)] : null));
  if (row) row.setAttribute("aria-selected", "true");
  if (row && state.focus?.id.startsWith("stop-") && !document.getElementById(state.focus.id)) row.focus({ preventScroll: true });
  const focus = find(state.focus);
  if (focus && focus !== document.activeElement) focus.focus({ preventScroll: true });
  if (state.typed && focus && "selectionStart" in focus && focus.value !== undefined && focus.type !== "checkbox") {
    focus.value = state.typed.value;
    try { focus.setSelectionRange(state.typed.from, state.typed.to); } catch { /* a number box has no caret to set */ }
  }
}

function made(html) {
  const box = document.createElement("template");
  box.innerHTML = html.trim();
  return box.content.firstElementChild;
}

// Another route's list is another thing: what was typed beside the one before does not belong to it.
function brought(old, next) {
  if (old.dataset.number === next.dataset.number) return morph(old, next);
  old.replaceWith(next);
  return next;
}

// parts: element id → its new HTML; an empty text takes the element away. Returns the elements that were touched.
export function swap(parts) {
  const state = kept();
  const fresh = [];
  for (const [id, html] of Object.entries(parts)) {
    const old = document.getElementById(id);
    if (!old) continue;
    const next = html ? made(html) : null;
    if (next) fresh.push(brought(old, next));
    else old.remove();
  }
  restore(state);
  document.dispatchEvent(new CustomEvent("parts", { detail: fresh }));
  return fresh;
}

export async function ask(address, { method = "GET", body, headers = {} } = {}) {
  const answer = await fetch(address, { method, body, headers: { Accept: "application/json", ...headers } });
  if (answer.status === 401 || answer.redirected) { location.reload(); throw new Error("signed out"); }
  const data = await answer.json();
  return { ok: answer.ok, status: answer.status, data };
}
