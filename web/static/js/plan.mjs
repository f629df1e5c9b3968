// The plan board: map, route list and stop list speak of the same route and stop; keys move between them.
import { PlanMap } from "./plan-map.mjs";
import { inField } from "./page.mjs";

const board = document.querySelector("[data-board]");

async function fragment(address) {
  const answer = await fetch(address, { headers: { "X-Fragment": "stops" } });
  if (!answer.ok) throw new Error(`stops: ${answer.status}`);
  return answer.text();
}

export class Board {
  constructor(root, map) {
    this.root = root;
    this.map = map;
    this.stops = root.querySelector("[data-stops]");
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("mouseover", (event) => this.hovered(event.target.closest("[data-number],[data-visit]")));
    root.addEventListener("focusin", (event) => this.hovered(event.target.closest("[data-number],[data-visit]")));
    document.addEventListener("keydown", (event) => this.key(event));
    if (map) {
      map.onStop = (visit) => this.stop(visit);
      map.onOver = (visit) => this.point(null, visit);
    }
  }

  rows() { return [...this.root.querySelectorAll(".route[data-number]")]; }
  current() { return Number(this.root.querySelector(".route[aria-current]")?.dataset.number ?? 0); }

  clicked(event) {
    const link = event.target.closest("a[data-pick]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.route(Number(link.dataset.pick), { zoom: true });
    }
    const row = event.target.closest("tr[data-visit]");
    if (row && !event.target.closest("a")) this.stop(Number(row.dataset.visit));
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) zoom.dataset.zoom === "fit" ? this.map?.fit() : this.map?.zoom(Number(zoom.dataset.zoom));
  }

  hovered(item) {
    if (!this.map) return;
    this.map.hover(item?.dataset.number ? Number(item.dataset.number) : null);
    if (item?.dataset.visit) this.map.mark(Number(item.dataset.visit));
  }

  // What the pointer is over on the map, shown in the lists.
  point(number, visit) {
    for (const row of this.rows()) row.classList.toggle("is-over", Number(row.dataset.number) === number);
    for (const row of this.root.querySelectorAll("tr[data-visit]")) row.classList.toggle("is-over", Number(row.dataset.visit) === visit);
  }

  async route(number, { zoom = false } = {}) {
    const link = this.root.querySelector(`a[data-pick="${number}"]`);
    if (!link) return;
    for (const row of this.rows()) row.toggleAttribute("aria-current", false);
    const row = link.closest(".route");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    this.map?.select(number, { zoom });
    history.replaceState(null, "", link.href);
    try {
      const html = await fragment(link.href);
      if (this.current() === number) this.stops.outerHTML = html;
      this.stops = this.root.querySelector("[data-stops]");
    } catch { location.assign(link.href); }
  }

  stop(visit) {
    for (const row of this.root.querySelectorAll("tr[data-visit]")) {
      const on = Number(row.dataset.visit) === visit;
      row.toggleAttribute("aria-selected", on);
      if (on) { row.setAttribute("aria-selected", "true"); row.scrollIntoView({ block: "nearest" }); }
    }
    this.map?.mark(visit);
  }

  step(by) {
    const rows = [...this.root.querySelectorAll("tr[data-visit]")];
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.hasAttribute("aria-selected"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, now + by))];
    this.stop(Number(next.dataset.visit));
    next.focus();
  }

  turn(by) {
    const numbers = this.rows().map((row) => Number(row.dataset.number));
    const now = numbers.indexOf(this.current());
    this.route(numbers[(now + by + numbers.length) % numbers.length]);
  }

  key(event) {
    if (inField(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const act = {
      j: () => this.step(1), k: () => this.step(-1), "[": () => this.turn(-1), "]": () => this.turn(1),
      u: () => document.getElementById("unassigned")?.focus(), p: () => document.querySelector("[data-opens='publish']")?.click(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  }
}

async function start() {
  const box = document.getElementById("map");
  let map = null;
  let made = null;
  if (box && window.L) {
    const answer = await fetch(box.dataset.source, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      map = new PlanMap(box, await answer.json(), {
        onRoute: (number) => made?.route(number), onStop: (visit) => made?.stop(visit), onHover: (number, visit) => { map?.hover(number); made?.point(number, visit ?? null); },
      });
      box.dataset.ready = "yes";
    } else box.dataset.ready = "failed";
  }
  made = new Board(board, map);
  if (made.current()) map?.select(made.current());
}

if (board) start();
