// The board's map: each route's way on our own roads, its stops by what became of them, and where each vehicle was seen last.
import { PlanMap } from "./plan-map.mjs";
import { cssColour, numbered, styleOf } from "./map-style.mjs";
import { ask } from "./parts.mjs";

const L = window.L;

function clock(seconds) {
  return `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;
}

export class LiveMap {
  constructor(box, data) {
    this.box = box;
    this.map = new PlanMap(box, data, { route: (number) => this.map.select(this.map.selected === number ? null : number), stop: () => {}, hover: (number) => this.map.hover(number) });
    this.marks = L.layerGroup().addTo(this.map.map);
    this.show(data.vans);
  }

  // Done doors are filled, open ones hollow; a red ring for a door without a handover, and for one that will be late.
  show(vans) {
    this.vans = vans;
    this.marks.clearLayers();
    for (const van of vans) {
      const route = this.map.routes.get(van.number);
      if (!route) continue;
      const style = styleOf(van.number);
      for (const stop of route.stops) {
        const done = van.done.includes(stop.sequence);
        const red = van.failed.includes(stop.sequence) || van.late.includes(stop.sequence);
        L.circleMarker([stop.lat, stop.lon], {
          radius: red ? 6 : 4.5, weight: red ? 3 : 1.5, color: red ? cssColour("--danger-fill") : style.casing, interactive: false,
          fillColor: done ? style.fill : cssColour("--paper"), fillOpacity: 1,
        }).addTo(this.marks);
      }
      if (!van.at) continue;
      const [lat, lon, at] = van.at;
      const title = `${this.box.dataset.label.replace("{n}", route.label)} · ${this.box.dataset.seen.replace("{at}", clock(at))}`;
      L.marker([lat, lon], { icon: numbered(route.label, van.number, `map-pin__tag${van.silent ? " live-silent" : ""}`), title, alt: title, keyboard: false, zIndexOffset: 600 }).addTo(this.marks);
    }
  }
}

const box = document.getElementById("live-map");
if (box && L) {
  const answer = await ask(box.dataset.source);
  if (answer.ok) {
    const live = new LiveMap(box, answer.data);
    document.addEventListener("live", (event) => live.show(event.detail.vans));
    new MutationObserver(() => { live.map.recolour(); live.show(live.vans); }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    box.dataset.ready = "yes";
  }
}
