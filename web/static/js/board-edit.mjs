// Changes of the plan. Every form and button that changes it is sent from here, one after another, each with the newest
// revision; the answer swaps what looks different and says the consequence. Without script the same forms work by themselves.
import { ask, swap } from "./parts.mjs";
import { inField } from "./page.mjs";

const REST_MS = 500;

export class Editor {
  constructor(board) {
    this.board = board;
    this.queue = Promise.resolve();
    this.busy = 0;
    this.unknown = new Set();
    window.addEventListener("submit", (event) => this.submitted(event), true);
    document.addEventListener("click", (event) => { if (event.target.closest("[data-hush]")) document.getElementById("said").replaceChildren(); });
  }

  facts() { return document.getElementById("board-forms")?.dataset ?? {}; }
  get allowed() { return this.facts().version !== undefined; }

  submitted(event) {
    const form = event.target;
    const button = event.submitter;
    if (!form.matches("form[data-edit]") || button?.formMethod === "get") return;
    event.preventDefault();
    event.stopPropagation();
    const data = new FormData(form, button);
    if (form.id === "board-picked" && !data.has("stop")) for (const key of this.picked()) data.append("stop", key);
    form.closest("details[open]")?.removeAttribute("open");
    button?.closest("details[open]")?.removeAttribute("open");
    button?.closest("dialog")?.close();
    this.send(data, form);
  }

  // The marked stops, else the one that is selected.
  picked() {
    const marked = [...document.querySelectorAll("input[name=stop]:checked")].map((box) => box.value);
    const one = this.board.selected();
    return marked.length ? marked : one ? [String(one)] : [];
  }

  do(verb, fields = {}) {
    const data = new FormData(document.getElementById("board-do"));
    data.set("do", verb);
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
    return this.send(data);
  }

  send(data, form = null) {
    this.busy += 1;
    this.queue = this.queue.then(() => this.sent(data, form)).catch(() => this.refuse({ sentence: this.board.root.dataset.lost, hint: "" })).finally(() => { this.busy -= 1; });
    return this.queue;
  }

  async sent(data, form) {
    const facts = this.facts();
    data.set("seen", facts.seen);
    data.set("draft", facts.draft);
    const started = performance.now();
    const answer = await ask(this.board.root.dataset.editUrl + location.search, { method: "POST", body: data });
    if (!answer.ok) { await this.refuse(answer.data); return; }
    if (answer.data.reload) { location.assign(answer.data.reload); return; }
    this.apply(answer.data);
    form?.reset();
    for (const box of document.querySelectorAll("input[name=stop]:checked")) box.checked = false;
    document.dispatchEvent(new CustomEvent("changed", { detail: { answer: answer.data, ms: performance.now() - started } }));
  }

  apply(data, { flash = true } = {}) {
    swap(data.parts);
    if (flash) this.flash(data);
    this.board.later(() => this.redraw(data));
  }

  redraw(data) {
    const map = this.board.map;
    if (!map) return;
    const gone = [...map.routes.keys()].filter((number) => !data.map.numbers.includes(number));
    map.change({ routes: data.map.routes, gone, unassigned: data.map.unassigned, shown: data.map.shown });
    document.dispatchEvent(new CustomEvent("map-changed"));
    for (const number of data.changed) this.unknown.add(number);
    clearTimeout(this.asking);
    if (this.unknown.size) this.asking = setTimeout(() => this.ways(), REST_MS);
  }

  // What looks different is marked for a moment; without motion until the next change.
  flash(data) {
    const rows = [...data.changed.map((number) => `route-${number}`), ...data.stops.map((key) => `stop-${key}`)].map((id) => document.getElementById(id)).filter(Boolean);
    for (const row of document.querySelectorAll(".is-changed")) if (!rows.includes(row)) row.classList.remove("is-changed");
    for (const row of rows) {
      for (const motion of row.getAnimations?.() ?? []) { motion.currentTime = 0; motion.play(); }
      row.classList.add("is-changed");
    }
  }

  // The ways along roads take longer than an answer may: they are asked for once the hand rests, for all that has changed until then.
  async ways() {
    const numbers = [...this.unknown], seen = Number(this.facts().seen);
    const asked = new URL(this.board.root.dataset.ways, location.href);
    asked.searchParams.set("routes", numbers.join(","));
    const answer = await ask(asked).catch(() => null);
    if (!answer?.ok || answer.data.revision !== seen || Number(this.facts().seen) !== seen) return;
    for (const number of numbers) this.unknown.delete(number);
    this.board.map?.change({ routes: answer.data.routes });
  }

  async refuse({ sentence, hint }) {
    const said = document.getElementById("said");
    const banner = document.createElement("div");
    banner.className = "banner";
    banner.dataset.tone = "danger";
    banner.append(Object.assign(document.createElement("p"), { className: "banner__text", textContent: `${sentence ?? ""} ${hint ?? ""}`.trim() }));
    await this.board.catchUp?.();
    document.getElementById("said")?.replaceChildren(banner);
    (said ?? banner).scrollIntoView?.({ block: "nearest" });
  }
}

// The keys that change the plan; see board-keys.mjs for the others.
export function editKeys(board, editor) {
  const about = (verb) => { const keys = editor.picked(); if (keys.length) editor.do(verb, { stop: keys }); };
  board.shift = (by) => { const keys = editor.picked(); if (editor.allowed && keys.length) editor.do(by < 0 ? "earlier" : "later", { stop: keys[0] }); };
  board.editKeys = {
    m: () => { const box = document.getElementById("move-to"); box?.focus(); box?.select(); },
    x: () => { const row = board.root.querySelector("tr.stop[aria-selected]"); const box = row?.querySelector("input[name=stop]"); if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); } },
    l: () => about("toggle-lock"),
    "Shift l": () => document.querySelector("[data-lock-route]")?.click(),
    z: () => editor.allowed && editor.do("undo"),
    "Shift z": () => editor.allowed && editor.do("redo"),
    r: () => (document.querySelector("[data-job] button[name=keep][value=yes]") ?? document.querySelector("[data-replan]"))?.click(),
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("tr[data-left]");
    if (row && event.target === row && event.key === "Enter") { event.preventDefault(); editor.do(`place:${row.dataset.key}`); }
    const box = event.target.closest?.("#move-to, #move-place");
    if (box && event.key === "Escape") { box.value = ""; board.root.querySelector("tr.stop[aria-selected]")?.focus(); }
    if (box && event.key === "Enter" && !inField({ closest: () => null })) { event.preventDefault(); document.querySelector("[data-act='move']")?.click(); board.root.querySelector("tr.stop[aria-selected]")?.focus(); }
  });
}

// How many are marked, in words.
export function pickedText(editor) {
  const show = () => {
    const text = document.querySelector("[data-picked-text]");
    if (!text) return;
    const marked = document.querySelectorAll("input[name=stop]:checked").length;
    const row = document.querySelector("tr.stop[aria-selected]");
    const one = row ? row.dataset.n + " · " + row.dataset.label : "";
    text.textContent = marked ? text.dataset.many.replace("#", String(marked)) : one ? text.dataset.one.replace("#", one) : text.dataset.none;
  };
  document.addEventListener("change", (event) => { if (event.target.name === "stop") show(); });
  document.addEventListener("picked", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-unmark]")) return;
    for (const box of document.querySelectorAll("input[name=stop]:checked")) box.checked = false;
    show();
  });
  return editor;
}
