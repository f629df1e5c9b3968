// Where a dragged stop may fall: between the stops of the list, on a route's row, on a lane of the timeline at a time, on a
// route's line, number or pin on the map, on the unassigned.
import { Drag } from "./drag.mjs";

const labelOf = (row) => row?.dataset.label || "";

function chosen(board, key) {
  const marked = [...document.querySelectorAll("input[name=stop]:checked")].map((box) => box.value);
  return marked.includes(String(key)) ? marked : [String(key)];
}

// A stop in the list, in the unassigned, on the timeline, or a pin of the map.
function source(board, target) {
  const item = target.closest("tr.stop[data-key], tr[data-left], .tl-stop[data-key], [data-pin][data-key], .map-left b[data-key]");
  if (!item) return null;
  const key = item.dataset.key;
  const row = document.getElementById(`stop-${key}`) ?? document.getElementById(`left-${key}`);
  const keys = chosen(board, key);
  return { keys, label: keys.length > 1 ? `× ${keys.length}` : labelOf(row) || item.querySelector("title")?.textContent || item.textContent.trim() };
}

const routeLabel = (number) => document.getElementById(`route-${number}`)?.dataset.label ?? String(number);

// On a stop's row: before it in its upper half, behind it in its lower half.
function onStop(row, y, load) {
  const number = Number(row.closest("[data-number]")?.dataset.number);
  const box = row.getBoundingClientRect();
  const behind = y > box.top + box.height / 2;
  let anchor = row;
  if (!behind) { do { anchor = anchor.previousElementSibling; } while (anchor && (!anchor.dataset.key || load.keys.includes(anchor.dataset.key))); }
  if (anchor && load.keys.includes(anchor.dataset.key)) return null;
  row.classList.toggle("is-before", !behind);
  return { element: row, fields: { to: vehicleOf(number), after: anchor ? anchor.dataset.key : "0" }, text: anchor ? `${routeLabel(number)}–${anchor.dataset.n} ↓` : `${routeLabel(number)} ↑` };
}

const vehicleOf = (number) => document.getElementById(`route-${number}`)?.dataset.vehicle ?? "";

// On a lane: behind the last stop that begins before the moment under the pointer.
function onLane(lane, x, load) {
  const timeline = document.getElementById("timeline");
  const scale = lane.querySelector(".lane__svg").getBoundingClientRect();
  const from = Number(timeline.dataset.from);
  const at = from + ((x - scale.left) / scale.width) * (Number(timeline.dataset.to) - from);
  const stops = [...lane.querySelectorAll(".tl-stop")].filter((stop) => !load.keys.includes(stop.dataset.key));
  const before = stops.filter((stop) => Number(stop.dataset.at) <= at).at(-1);
  const clock = `${Math.floor(at / 3600)}:${String(Math.floor((at % 3600) / 60)).padStart(2, "0")}`;
  return { element: lane, fields: { to: lane.dataset.vehicle, after: before ? before.dataset.key : "0" }, text: `${routeLabel(lane.dataset.number)} · ${clock}` };
}

function over(board, x, y, load) {
  const under = document.elementFromPoint(x, y);
  if (!under) return null;
  const pin = under.closest("[data-pin][data-key]");
  if (pin && !load.keys.includes(pin.dataset.key)) return { element: pin, fields: { after: pin.dataset.key }, text: pin.dataset.n };
  const row = under.closest("tr.stop[data-key]");
  if (row) return onStop(row, y, load);
  const lane = under.closest("li.lane[data-vehicle]");
  if (lane) return onLane(lane, x, load);
  const route = under.closest("[data-drop='route'], [data-drop='tag']");
  if (route) return { element: route, fields: { to: route.dataset.vehicle }, text: routeLabel(route.dataset.number) };
  if (under.closest("[data-drop='left']")) return { element: document.getElementById("unassigned"), verb: "off", fields: {}, text: "—" };
  const near = under.closest("#map") ? board.map?.near(x, y) : null;
  if (near) { board.map.hover(near); return { element: document.getElementById(`route-${near}`), fields: { to: vehicleOf(near) }, text: routeLabel(near) }; }
  return null;
}

export function dragging(board, editor) {
  board.drag = new Drag(board, {
    source: (target) => {
      const load = editor.allowed ? source(board, target) : null;
      if (load && target.closest("#map")) board.map.map.dragging.disable();
      return load;
    },
    over: (x, y, load) => over(board, x, y, load),
    drop: (load, spot) => editor.do(spot.verb ?? "move", { stop: load.keys, ...spot.fields }),
  });
  document.addEventListener("pointerup", () => board.map?.map.dragging.enable());
  document.addEventListener("pointercancel", () => board.map?.map.dragging.enable());
}
