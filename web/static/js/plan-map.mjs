// The plan's map: our own road lines (no tiles), numbered routes, the unassigned. Leaflet draws on a canvas.
// Colours and dashes are read from the style sheets, so that screen, sheet and map agree.

const L = window.L;

export function styleOf(number, root = document.documentElement) {
  const probe = document.createElement("span");
  probe.dataset.route = String(((number - 1) % 18) + 1);
  probe.hidden = true;
  root.append(probe);
  const style = getComputedStyle(probe);
  const read = (name) => style.getPropertyValue(name).trim();
  const dash = read("--route-dash");
  const found = { fill: read("--route"), ink: read("--route-ink"), casing: read("--route-casing"), dash: dash === "none" ? null : dash };
  probe.remove();
  return found;
}

export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const WIDTH = { ring: 9, main: 6, mid: 4, lane: 2 };
const KIND = { motorway: "ring", trunk: "ring", primary: "main", secondary: "mid", tertiary: "mid" };

// Roads come as [class, name, [lat, lon, lat, lon, …]]; a link road is drawn like the road that it joins.
export function byKind(roads) {
  const found = { lane: [], mid: [], main: [], ring: [] };
  for (const [highway, , flat] of roads) {
    const line = [];
    for (let i = 0; i < flat.length; i += 2) line.push([flat[i], flat[i + 1]]);
    found[KIND[highway.replace("_link", "")] ?? "lane"].push(line);
  }
  return found;
}

function drawRoads(map, roads) {
  const pane = map.createPane("roads");
  pane.style.zIndex = 350;
  const renderer = L.canvas({ pane: "roads", padding: 0.3 });
  const kinds = byKind(roads);
  for (const edge of [true, false]) {
    for (const [kind, lines] of Object.entries(kinds)) {
      if (!lines.length) continue;
      L.polyline(lines, {
        renderer, pane: "roads", interactive: false, smoothFactor: 1.2, lineCap: "round",
        weight: WIDTH[kind] + (edge ? 1.5 : 0), color: cssColour(edge ? "--map-road-edge" : kind === "lane" ? "--map-lane" : "--map-road"),
      }).addTo(map);
    }
  }
}

function numbered(text, route, extra = "") {
  return L.divIcon({ className: "map-pin", html: `<span data-route="${((route - 1) % 18) + 1}"><b class="map-pin__n ${extra}">${text}</b></span>`, iconSize: [26, 26] });
}

export class PlanMap {
  constructor(box, data, { onRoute, onStop, onHover }) {
    this.data = data;
    this.layers = new Map();
    this.pins = null;
    this.map = L.map(box, { zoomControl: false, attributionControl: Boolean(data.attribution), preferCanvas: true, zoomSnap: 0.25, keyboard: true });
    this.map.attributionControl?.setPrefix(false).addAttribution(data.attribution ?? "");
    drawRoads(this.map, data.roads);
    this.renderer = L.canvas({ padding: 0.3 });
    for (const route of data.routes) this.addRoute(route, onRoute, onHover, onStop);
    for (const kitchen of data.kitchens) {
      L.marker([kitchen.lat, kitchen.lon], { icon: L.divIcon({ className: "map-kitchen", html: "", iconSize: [22, 22] }), title: kitchen.name, alt: kitchen.name, keyboard: false }).addTo(this.map);
    }
    for (const left of data.unassigned) {
      L.marker([left.lat, left.lon], { icon: L.divIcon({ className: "map-left", html: `<b>${left.mark}</b>`, iconSize: [14, 14] }), title: left.reason, alt: left.reason, keyboard: false }).addTo(this.map);
    }
    this.fit();
  }

  addRoute(route, onRoute, onHover, onStop) {
    const style = styleOf(route.number);
    const casing = L.polyline(route.lines, { renderer: this.renderer, color: style.casing, weight: 6, opacity: 0.9, interactive: false });
    const ink = L.polyline(route.lines, { renderer: this.renderer, color: style.fill, weight: 4, dashArray: style.dash });
    const dots = route.stops.map((stop) => L.circleMarker([stop.lat, stop.lon], { renderer: this.renderer, radius: 3.5, weight: 1.2, color: style.casing, fillColor: style.fill, fillOpacity: 1 })
      .on("click", () => { onRoute(route.number); onStop(stop.visit); })
      .on("mouseover", () => onHover(route.number, stop.visit))
      .on("mouseout", () => onHover(null)));
    const tag = route.tag && L.marker(route.tag, { icon: numbered(route.label, route.number, "map-pin__tag"), title: route.title, alt: route.title, keyboard: false });
    const group = L.layerGroup([casing, ink, ...dots, tag].filter(Boolean)).addTo(this.map);
    for (const part of [ink, tag].filter(Boolean)) {
      part.on("click", () => onRoute(route.number));
      part.on("mouseover", () => onHover(route.number));
      part.on("mouseout", () => onHover(null));
    }
    this.layers.set(route.number, { route, group, casing, ink, dots });
  }

  select(number, { zoom = false } = {}) {
    this.pins?.remove();
    this.pins = null;
    this.selected = number;
    for (const [key, layer] of this.layers) {
      const on = key === number;
      layer.ink.setStyle({ weight: on ? 6 : number ? 3 : 4, opacity: on || !number ? 1 : 0.55 });
      layer.casing.setStyle({ weight: on ? 10 : 5.5, opacity: on || !number ? 0.9 : 0.4 });
      if (on) { layer.casing.bringToFront(); layer.ink.bringToFront(); }
    }
    const chosen = this.layers.get(number);
    if (!chosen) return;
    this.pins = L.layerGroup(chosen.route.stops.map((stop) => L.marker([stop.lat, stop.lon], { icon: numbered(stop.sequence, number, "map-pin__stop"), title: stop.title, alt: stop.title, keyboard: false, zIndexOffset: 500 })
      .on("click", () => this.onStop?.(stop.visit))
      .on("mouseover", () => this.onOver?.(stop.visit))
      .on("mouseout", () => this.onOver?.(null)))).addTo(this.map);
    if (zoom && chosen.route.lines.flat().length) this.map.fitBounds(L.latLngBounds(chosen.route.lines.flat()).pad(0.15), { animate: false });
  }

  hover(number) {
    for (const [key, layer] of this.layers) {
      if (key === this.selected) continue;
      layer.ink.setStyle({ weight: key === number ? 6 : this.selected ? 3 : 4, opacity: key === number || !this.selected ? 1 : 0.55 });
    }
  }

  mark(visit) {
    this.spot?.remove();
    this.spot = null;
    for (const { route } of this.layers.values()) {
      const stop = route.stops.find((one) => one.visit === visit);
      if (stop) {
        this.spot = L.circleMarker([stop.lat, stop.lon], { renderer: this.renderer, radius: 16, weight: 3, color: cssColour("--focus"), fill: false, interactive: false }).addTo(this.map);
        return;
      }
    }
  }

  fit() {
    const points = [...this.data.routes.flatMap((route) => route.lines.flat()), ...this.data.kitchens.map((k) => [k.lat, k.lon]), ...this.data.unassigned.map((u) => [u.lat, u.lon])];
    if (points.length) this.map.fitBounds(L.latLngBounds(points).pad(0.03), { animate: false });
    else this.map.setView(this.data.centre, 13, { animate: false });
  }

  zoom(step) { this.map.setZoom(this.map.getZoom() + step); }
}
