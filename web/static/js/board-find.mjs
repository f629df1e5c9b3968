// The find box: hits appear under it while typing; arrows and Enter choose one; nothing that was typed gets into an address.
import { ask, swap } from "./parts.mjs";

export function finder(board) {
  const form = board.root.querySelector("form[data-find]");
  if (!form) return;
  const box = form.elements.q;
  let timer = 0;
  const close = () => { const hits = document.getElementById("hits"); if (hits) hits.hidden = true; };
  const look = async () => {
    const text = box.value.trim();
    if (!text) { close(); return; }
    const action = new URL(form.action);
    action.search = location.search;
    const answer = await ask(action, { method: "POST", body: new FormData(form) });
    if (answer.ok && box.value.trim() === text) swap(answer.data.parts);
  };
  const choose = async (link) => {
    close();
    const number = Number(link.dataset.hit);
    const key = Number(link.dataset.key);
    if (number) await board.route(number, { zoom: !key });
    if (key && number) await board.stop(key, { focus: true });
    if (key && !number) { const row = document.getElementById(`left-${key}`); row?.scrollIntoView({ block: "nearest" }); row?.focus(); }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    look().then(() => { const found = document.querySelectorAll("#hits a"); if (found.length === 1) choose(found[0]); else found[0]?.focus(); });
  });
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 180); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { box.value = ""; close(); box.blur(); }
    if (event.key === "ArrowDown") { event.preventDefault(); document.querySelector("#hits a")?.focus(); }
  });
  board.root.addEventListener("keydown", (event) => {
    const link = event.target.closest("#hits a");
    if (!link) return;
    const next = { ArrowDown: link.nextElementSibling, ArrowUp: link.previousElementSibling ?? box }[event.key];
    if (next) { event.preventDefault(); next.focus(); }
    if (event.key === "Escape") { event.stopPropagation(); close(); box.focus(); }
  });
  board.root.addEventListener("click", (event) => {
    const link = event.target.closest("#hits a");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); choose(link); }
  });
  // "/" belongs to this box while the board is open; the one in the bar is a Tab away.
  window.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.focus();
    box.select();
  }, true);
}
