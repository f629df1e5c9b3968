// The plan's map: numbered routes over our own road lines (no tiles), the stops of the chosen route, the unassigned.
import { cssColour, drawRoads, numbered, styleOf } from "./map-style.mjs";

const L = window.L;

export class PlanMap {
  // ``on``: route(number), stop(key), hover(number, key); called when a pointer acts on the map.
  constructor(box, data, on) {
    this.on = on;
    this.data = data;
    this.layers = new Map();
    this.pins = new Map();
    this.routes = new Map(data.routes.map((route) => [route.number, route]));
    this.shown = data.shown ?? null;
    this.map = L.map(box, { zoomControl: false, attributionControl: Boolean(data.attribution), preferCanvas: true, zoomSnap: 0.25, keyboard: true });
    this.map.attributionControl?.setPrefix(false).addAttribution(data.attribution ?? "");
    this.roads = drawRoads(this.map, data.roads);
    this.renderer = L.canvas({ padding: 0.3 });
    this.leftMarks = L.layerGroup().addTo(this.map);
    for (const route of data.routes) this.draw(route);
    for (const kitchen of data.kitchens) {
      L.marker([kitchen.lat, kitchen.lon], { icon: L.divIcon({ className: "map-kitchen", html: "", iconSize: [22, 22] }), title: kitchen.name, alt: kitchen.name, keyboard: false }).addTo(this.map);
    }
    this.drawLeft(data.unassigned);
    this.fit();
  }

  // A route without a known way along roads is drawn straight and thin until the way is fetched.
  draw(route) {
    this.erase(route.number);
    this.routes.set(route.number, route);
    const style = styleOf(route.number);
    const guessed = !route.lines.length;
    const line = guessed ? route.stops.map((stop) => [stop.lat, stop.lon]) : route.lines;
    const casing = L.polyline(line, { renderer: this.renderer, color: style.casing, weight: guessed ? 3 : 6, opacity: 0.9, interactive: false });
    const ink = L.polyline(line, { renderer: this.renderer, color: style.fill, weight: guessed ? 2 : 4, dashArray: guessed ? "3 5" : style.dash });
    const dots = route.stops.map((stop) => L.circleMarker([stop.lat, stop.lon], { renderer: this.renderer, radius: 3.5, weight: 1.2, color: style.casing, fillColor: style.fill, fillOpacity: this.lets(stop.key) ? 1 : 0.15, opacity: this.lets(stop.key) ? 1 : 0.3 })
      .on("click", () => this.on.stop(stop.key, route.number))
      .on("mouseover", () => this.on.hover(route.number, stop.key))
      .on("mouseout", () => this.on.hover(null)));
    const data = `data-drop="tag" data-number="${route.number}" data-vehicle="${route.vehicle ?? ""}"`;
    const tag = route.tag && L.marker(route.tag, { icon: numbered(route.label, route.number, "map-pin__tag", data), title: route.title, alt: route.title, keyboard: false });
    for (const part of [ink, tag].filter(Boolean)) {
      part.on("click", () => this.on.route(route.number));
      part.on("mouseover", () => this.on.hover(route.number));
      part.on("mouseout", () => this.on.hover(null));
    }
    const group = L.layerGroup([casing, ink, ...dots, tag].filter(Boolean));
    this.layers.set(route.number, { route, group, casing, ink });
    if (this.visible(route.number)) group.addTo(this.map);
    this.style(route.number);
  }

  erase(number) {
    this.layers.get(number)?.group.remove();
    this.layers.delete(number);
    this.routes.delete(number);
  }

  drawLeft(marks) {
    this.leftMarks.clearLayers();
    for (const left of marks) {
      L.marker([left.lat, left.lon], { icon: L.divIcon({ className: "map-left", html: `<b data-key="${left.key}" data-left data-grip>${left.mark}</b>`, iconSize: [14, 14] }), title: left.reason, alt: left.reason, keyboard: false, zIndexOffset: 400 }).addTo(this.leftMarks);
    }
  }

  visible(number) { return !this.shown || this.shown.routes.includes(number); }
  lets(key) { return !this.shown || this.shown.stops.includes(key); }

  filter(shown) {
    this.shown = shown ?? null;
    for (const route of [...this.routes.values()]) this.draw(route);
    this.select(this.selected);
  }

  // After a change: routes that look different, numbers that are gone, the marks of the unassigned.
  change({ routes = [], gone = [], unassigned, shown }) {
    for (const number of gone) this.erase(number);
    for (const route of routes) this.draw(route);
    if (unassigned) this.drawLeft(unassigned);
    if (shown !== undefined && JSON.stringify(shown) !== JSON.stringify(this.shown)) this.filter(shown);
    else if (gone.includes(this.selected) || routes.some((route) => route.number === this.selected)) this.select(this.selected);
  }

  style(number) {
    const layer = this.layers.get(number);
    const on = number === this.selected;
    const strong = on || number === this.over || !this.selected;
    layer.ink.setStyle({ weight: on || number === this.over ? 6 : this.selected ? 3 : 4, opacity: strong ? 1 : 0.55 });
    layer.casing.setStyle({ weight: on ? 10 : 5.5, opacity: strong ? 0.9 : 0.4 });
  }

  select(number, { zoom = false } = {}) {
    if (this.selected !== number) this.unpin();
    this.selected = this.layers.has(number) ? number : null;
    for (const key of this.layers.keys()) this.style(key);
    const chosen = this.layers.get(number);
    if (!chosen) { this.unpin(); return; }
    chosen.casing.bringToFront();
    chosen.ink.bringToFront();
    this.pin(chosen.route);
    if (zoom && chosen.route.lines.flat().length) this.map.fitBounds(L.latLngBounds(chosen.route.lines.flat()).pad(0.15), { animate: false });
  }

  unpin() {
    for (const { marker } of this.pins.values()) marker.remove();
    this.pins.clear();
  }

  // The numbered stops of the chosen route; a pin that stays only gets its new number.
  pin({ number, stops }) {
    const had = this.pins;
    this.pins = new Map();
    for (const stop of stops) {
      const faint = !this.lets(stop.key);
      const old = had.get(stop.key);
      had.delete(stop.key);
      const same = old && old.faint === faint && old.lat === stop.lat && old.lon === stop.lon;
      if (!same) old?.marker.remove();
      const marker = same ? old.marker : this.pinned(stop, number, faint);
      const mark = marker.getElement()?.querySelector("[data-pin]");
      if (same && mark) { mark.dataset.n = stop.sequence; mark.firstElementChild.textContent = stop.sequence; marker.getElement().title = stop.title; }
      this.pins.set(stop.key, { marker, faint, lat: stop.lat, lon: stop.lon });
    }
    for (const { marker } of had.values()) marker.remove();
  }

  pinned(stop, number, faint) {
    const data = `data-pin data-grip data-drop="stop" data-key="${stop.key}" data-n="${stop.sequence}"`;
    return L.marker([stop.lat, stop.lon], { icon: numbered(stop.sequence, number, `map-pin__stop${faint ? " is-faint" : ""}`, data), title: stop.title, alt: stop.title, keyboard: false, zIndexOffset: 500 })
      .on("click", () => this.on.stop(stop.key, number))
      .on("mouseover", () => this.on.hover(number, stop.key))
      .on("mouseout", () => this.on.hover(null))
      .addTo(this.map);
  }

  // The colour scheme has changed: everything on the canvas is drawn in the new colours.
  recolour() {
    this.roads.remove();
    this.roads = drawRoads(this.map, this.data.roads);
    for (const route of [...this.routes.values()]) this.draw(route);
    const chosen = this.selected;
    this.unpin();
    this.select(chosen);
    this.mark(this.marked);
  }

  hover(number) {
    const before = this.over;
    this.over = number;
    for (const key of [before, number]) if (key && this.layers.has(key)) this.style(key);
  }

  mark(key) {
    this.spot?.remove();
    this.spot = null;
    this.marked = key;
    for (const { route } of this.layers.values()) {
      const stop = route.stops.find((one) => one.key === key);
      if (stop) {
        this.spot = L.circleMarker([stop.lat, stop.lon], { renderer: this.renderer, radius: 16, weight: 3, color: cssColour("--focus"), fill: false, interactive: false }).addTo(this.map);
        return;
      }
    }
  }

  // The route whose line passes within ``reach`` pixels of a point of the window, for a drop beside its stops.
  near(x, y, reach = 14) {
    const point = this.map.mouseEventToContainerPoint({ clientX: x, clientY: y });
    let best = null;
    for (const [number, { ink }] of this.layers) {
      if (!this.visible(number) || !ink._parts?.length) continue;
      const at = ink.closestLayerPoint(this.map.containerPointToLayerPoint(point));
      if (at && at.distance <= reach && (!best || at.distance < best.distance)) best = { number, distance: at.distance };
    }
    return best?.number ?? null;
  }

  fit() {
    const points = [...[...this.routes.values()].filter((route) => this.visible(route.number)).flatMap((route) => route.stops.map((stop) => [stop.lat, stop.lon])), ...this.data.kitchens.map((k) => [k.lat, k.lon]), ...this.data.unassigned.map((u) => [u.lat, u.lon])];
    if (points.length) this.map.fitBounds(L.latLngBounds(points).pad(0.05), { animate: false });
    else this.map.setView(this.data.centre, 13, { animate: false });
  }

  zoom(step) { this.map.setZoom(this.map.getZoom() + step); }
}
