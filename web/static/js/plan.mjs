// The plan board: map, timeline, route list and stop list speak of the same route and stop.
import { PlanMap } from "./plan-map.mjs";
import { ask, swap } from "./parts.mjs";
import { keys } from "./board-keys.mjs";
import { follow as followFilter } from "./board-filter.mjs";
import { finder } from "./board-find.mjs";
import { Editor, editKeys, pickedText } from "./board-edit.mjs";
import { dragging } from "./board-drag.mjs";
import { watch } from "./board-since.mjs";
import { beside } from "./board-beside.mjs";
import { Helps } from "./board-helps.mjs";

const ROWS = "tr[data-key], .tl-stop[data-key], .lane__windows g[data-key]";

const HOVER_MS = 60;

export class Board {
  constructor(root) {
    this.root = root;
    this.map = null;
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("mouseover", (event) => this.hovered(event.target.closest("[data-number],[data-key]")));
    root.addEventListener("focusin", (event) => this.hovered(event.target.closest("[data-number],[data-key]")));
    document.addEventListener("parts", () => this.redrawn());
    new MutationObserver(() => this.map?.recolour()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  async openMap(box) {
    if (!box || !window.L) return;
    const answer = await ask(box.dataset.source + location.search);
    if (!answer.ok) { box.dataset.ready = "failed"; return; }
    if (box.closest("[hidden]")) { this.waiting = { box, data: answer.data }; return; }
    this.setMap(box, answer.data);
  }

  setMap(box, data) {
    this.waiting = null;
    this.map = new PlanMap(box, data, {
      route: (number) => this.route(number), stop: (key, number) => this.stop(key, { route: number }), hover: (number, key) => { this.map?.hover(number); this.point(number, key ?? null); },
    });
    if (this.current()) this.map.select(this.current());
    box.dataset.ready = "yes";
  }

  routes() { return [...this.root.querySelectorAll(".route[data-number]:not([hidden])")]; }
  rows() { return [...this.root.querySelectorAll("tr.stop[data-key]")]; }
  current() { return Number(this.root.querySelector(".route[aria-current]")?.dataset.number ?? 0); }
  selected() { const row = this.root.querySelector("tr[data-key][aria-selected]"); return row ? Number(row.dataset.key) : null; }

  clicked(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const link = event.target.closest("a[data-pick]");
    if (link && plain) {
      event.preventDefault();
      this.route(Number(link.dataset.pick), { zoom: true });
    }
    const tab = event.target.closest("a[data-tab]");
    if (tab && plain) { event.preventDefault(); this.tab(tab.dataset.tab); }
    const row = event.target.closest("tr[data-key], .tl-stop[data-key]");
    if (row && !event.target.closest("a, button, input")) this.stop(Number(row.dataset.key), { route: Number(row.closest(".lane")?.dataset.number ?? 0) || null });
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) zoom.dataset.zoom === "fit" ? this.map?.fit() : this.map?.zoom(Number(zoom.dataset.zoom));
  }

  // The map shows what the pointer rests on, not everything that it passes: each time the canvas is drawn anew.
  hovered(item) {
    clearTimeout(this.resting);
    if (!this.map || this.dragging || item?.closest("#map")) return;
    this.resting = setTimeout(() => {
      this.map.hover(item?.dataset.number ? Number(item.dataset.number) : null);
      if (item?.dataset.key) this.map.mark(Number(item.dataset.key));
    }, HOVER_MS);
  }

  // What the pointer is over on the map, shown in the lists.
  point(number, key) {
    for (const row of this.routes()) row.classList.toggle("is-over", Number(row.dataset.number) === number);
    for (const row of this.root.querySelectorAll("tr[data-key]")) row.classList.toggle("is-over", Number(row.dataset.key) === key);
  }

  // Drawing the map takes longer than the lists may wait for it.
  later(draw) { requestAnimationFrame(() => setTimeout(draw, 0)); }

  // The address says what is looked at; a reload, a link and a print show the same.
  address(changes) {
    const found = new URL(location.href);
    found.hash = "";
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") found.searchParams.delete(name);
      else found.searchParams.set(name, value);
    }
    history.replaceState(null, "", found);
    return found;
  }

  async fetchParts(names) {
    const asked = location.href;
    const answer = await ask(asked, { headers: { "X-Parts": names.join(",") } });
    if (!answer.ok || location.href !== asked) return null;
    swap(answer.data.parts);
    return answer.data;
  }

  async route(number, { zoom = false } = {}) {
    const row = this.root.querySelector(`.route[data-number="${number}"]`);
    if (!row) return;
    const before = this.current();
    for (const other of this.routes()) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    const lanes = this.root.querySelector(".lanes") ? [`lane-${before}`, `lane-${number}`] : [];
    const address = this.address({ route: number });
    const fetched = this.fetchParts(["stops", ...lanes]);
    this.later(() => this.map?.select(number, { zoom }));
    try { await fetched; } catch { location.assign(address); }
  }

  async tab(name) {
    this.address({ tab: name === "map" ? null : name });
    document.getElementById("map-view").hidden = name !== "map";
    document.getElementById("timeline").hidden = name !== "timeline";
    await this.fetchParts(["only", "timeline"]);
    if (name === "map") { this.waiting ? this.setMap(this.waiting.box, this.waiting.data) : this.map?.map.invalidateSize(); }
  }

  async stop(key, { route = null, focus = false } = {}) {
    if (route && route !== this.current()) await this.route(route);
    for (const row of this.root.querySelectorAll("tr[data-key]")) {
      const on = Number(row.dataset.key) === key;
      row.toggleAttribute("aria-selected", on);
      if (on) { row.setAttribute("aria-selected", "true"); row.scrollIntoView({ block: "nearest" }); if (focus) row.focus({ preventScroll: true }); }
    }
    this.redrawn();
  }

  // Everything that shows the selected stop a second time follows it.
  redrawn() {
    const key = this.selected();
    for (const row of this.root.querySelectorAll(ROWS)) row.classList.toggle("is-on", Number(row.dataset.key) === key);
    this.map?.mark(key);
    document.dispatchEvent(new CustomEvent("picked", { detail: key }));
  }

  step(by) {
    const rows = this.rows();
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.hasAttribute("aria-selected"));
    this.stop(Number(rows[Math.min(rows.length - 1, Math.max(0, now + by))].dataset.key), { focus: true });
  }

  turn(by) {
    const numbers = this.routes().map((row) => Number(row.dataset.number));
    const now = numbers.indexOf(this.current());
    if (numbers.length) this.route(numbers[(now + by + numbers.length) % numbers.length]);
  }
}

const root = document.querySelector("[data-board]");
if (root) {
  document.documentElement.classList.add("has-script");
  const board = new Board(root);
  const editor = pickedText(new Editor(board));
  if (editor.allowed) { editKeys(board, editor); dragging(board, editor); }
  watch(board, editor);
  beside(board, editor);
  if (board.root.dataset.helps) new Helps(board.root);
  keys(board);
  followFilter(board);
  finder(board);
  board.openMap(document.getElementById("map"));
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
}
