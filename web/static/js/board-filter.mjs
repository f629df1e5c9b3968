// The filter bar: what is chosen goes into the address at once, lists, timeline and map follow.

const NAMES = ["street", "kitchen", "diet", "risk", "late"];
const PARTS = ["only", "route-list", "unassigned", "timeline", "stops"];

async function apply(board, changes) {
  board.address(changes);
  const data = await board.fetchParts(PARTS);
  if (data) board.map?.filter(data.shown);
}

export function follow(board) {
  board.root.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-only]");
    if (!form) return;
    const data = new FormData(form);
    apply(board, Object.fromEntries(NAMES.map((name) => [name, data.get(name) ?? ""])));
  });
  board.root.addEventListener("click", (event) => {
    if (!event.target.closest("a[data-clear]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    apply(board, Object.fromEntries(NAMES.map((name) => [name, null])));
  });
}
