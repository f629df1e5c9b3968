// What the map draws with: colours and dashes from the style sheets, so that screen, sheet and map agree; our own road lines.

const L = window.L;
const styles = new Map();

export function styleOf(number, root = document.documentElement) {
  const colour = ((number - 1) % 18) + 1;
  const known = `${root.dataset.theme}/${colour}`;
  if (styles.has(known)) return styles.get(known);
  const probe = document.createElement("span");
  probe.dataset.route = String(colour);
  probe.hidden = true;
  root.append(probe);
  const style = getComputedStyle(probe);
  const read = (name) => style.getPropertyValue(name).trim();
  const dash = read("--route-dash");
  const found = { fill: read("--route"), ink: read("--route-ink"), casing: read("--route-casing"), dash: dash === "none" ? null : dash };
  probe.remove();
  styles.set(known, found);
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

// Returns the layer, so that another colour scheme can draw it anew.
export function drawRoads(map, roads) {
  const pane = map.getPane("roads") ?? map.createPane("roads");
  pane.style.zIndex = 350;
  const layer = L.layerGroup().addTo(map);
  const renderer = L.canvas({ pane: "roads", padding: 0.3 });
  const kinds = byKind(roads);
  for (const edge of [true, false]) {
    for (const [kind, lines] of Object.entries(kinds)) {
      if (!lines.length) continue;
      L.polyline(lines, {
        renderer, pane: "roads", interactive: false, smoothFactor: 1.2, lineCap: "round",
        weight: WIDTH[kind] + (edge ? 1.5 : 0), color: cssColour(edge ? "--map-road-edge" : kind === "lane" ? "--map-lane" : "--map-road"),
      }).addTo(layer);
    }
  }
  return layer;
}

// A number in a shape: a stop's pin or a route's tag. ``data`` is found again under the pointer when something is dropped.
export function numbered(text, route, extra = "", data = "") {
  return L.divIcon({ className: "map-pin", html: `<span data-route="${((route - 1) % 18) + 1}" ${data}><b class="map-pin__n ${extra}">${text}</b></span>`, iconSize: [26, 26] });
}
