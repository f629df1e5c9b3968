// The keys of the board. Single letters act only while no field has the focus, and not at all where a person switched them off.
// Every key presses something that is also a button; a change of the plan is left to ``board.change`` (see board-edit.mjs).
import { inField } from "./page.mjs";

let typed = "";
let timer = 0;

// Digits typed within a second make one number: 1 then 2 is route 12.
function digit(board, key) {
  clearTimeout(timer);
  typed += key;
  const rows = board.routes();
  const found = () => rows.find((row) => row.dataset.label === typed);
  const longer = rows.some((row) => row.dataset.label !== typed && row.dataset.label.startsWith(typed));
  const go = () => { const row = found(); typed = ""; if (row) board.route(Number(row.dataset.number), { zoom: true }); };
  if (longer) timer = setTimeout(go, 700);
  else go();
}

export function plainKeys(board) {
  return {
    j: () => board.step(1), k: () => board.step(-1), "[": () => board.turn(-1), "]": () => board.turn(1),
    u: () => document.querySelector("#left-list tr[data-key]")?.focus() ?? document.getElementById("unassigned")?.focus(),
    p: () => document.querySelector("[data-publish], [data-opens='publish']")?.click(),
    "?": () => document.getElementById("all-keys")?.showModal(),
    ...board.editKeys,
  };
}

export function keys(board) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !inField(event.target)) { board.root.querySelector(".route[aria-current] a")?.focus(); return; }
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      if (board.shift) { event.preventDefault(); board.shift(event.key === "ArrowUp" ? -1 : 1); }
      return;
    }
    const boxes = inField(event.target) && !event.target.matches("input[type=checkbox]");
    if (boxes || event.ctrlKey || event.metaKey || event.altKey || board.root.dataset.letters === "off") return;
    if (/^[0-9]$/.test(event.key)) { event.preventDefault(); digit(board, event.key); return; }
    const act = plainKeys(board)[event.shiftKey && event.key.length === 1 && /[A-Z]/.test(event.key) ? `Shift ${event.key.toLowerCase()}` : event.key];
    if (act) { event.preventDefault(); act(event); }
  });
}
