// The run drawn from our own roads as one SVG: the way, the stops as links. Nothing is fetched from anywhere.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = { motorway: 3, trunk: 3, primary: 3, secondary: 2.4, tertiary: 2 };

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  parent?.append(element);
  return element;
}

// Points as metres from the corner: at this size a flat plane is exact enough.
export function plane(points) {
  const lats = points.map(([lat]) => lat), lons = points.map(([, lon]) => lon);
  const north = Math.max(...lats), west = Math.min(...lons), k = Math.cos((north * Math.PI) / 180) * 111_320;
  const across = (Math.max(...lons) - west) * k, down = (north - Math.min(...lats)) * 111_320;
  const pad = Math.max(across, down, 200) * 0.09;
  return { x: (lon) => (lon - west) * k + pad, y: (lat) => (north - lat) * 111_320 + pad, width: across + 2 * pad, height: down + 2 * pad };
}

const pairs = (flat) => flat.reduce((found, value, n) => (n % 2 ? found : [...found, [value, flat[n + 1]]]), []);

export function draw(box, map, stops, { label, here = null }) {
  const placed = stops.filter((stop) => stop.lat !== null);
  const way = (map?.way ?? []).map(pairs);
  if (!placed.length && !way.length) return false;
  const spots = [...placed.map((stop) => [stop.lat, stop.lon]), ...way.flat()];
  const on = plane(spots);
  const unit = Math.max(on.width, on.height) / 1000;
  const svg = make("svg", { viewBox: `0 0 ${on.width} ${on.height}`, role: "group", class: "ph-map__svg" });
  const line = (points) => points.map(([lat, lon], n) => `${n ? "L" : "M"}${on.x(lon).toFixed(1)} ${on.y(lat).toFixed(1)}`).join("");
  const roads = make("g", { class: "ph-map__roads", "aria-hidden": "true" }, svg);
  for (const [kind, , flat] of map?.roads ?? []) make("path", { d: line(pairs(flat)), "stroke-width": (WIDE[kind] ?? 1.3) * 2.2 * unit }, roads);
  const route = make("g", { class: "ph-map__way", "aria-hidden": "true" }, svg);
  for (const leg of way) make("path", { d: line(leg), "stroke-width": 6 * unit }, route);
  for (const stop of [...placed].reverse()) {
    const link = make("a", { href: `#/stop/${stop.visit}`, class: "ph-map__stop", "data-state": stop.state, "aria-label": label(stop) }, svg);
    make("circle", { cx: on.x(stop.lon), cy: on.y(stop.lat), r: (stop.state === "next" ? 38 : 30) * unit, "stroke-width": 5 * unit }, link);
    make("text", { x: on.x(stop.lon), y: on.y(stop.lat), dy: "0.36em", "font-size": 32 * unit }, link).textContent = stop.position;
  }
  if (here) make("circle", { cx: on.x(here.lon), cy: on.y(here.lat), r: 16 * unit, "stroke-width": 6 * unit, class: "ph-map__here" }, svg);
  box.replaceChildren(svg);
  return true;
}
