// What stands beside the plan opens in one dialog: places for a stop, the trail, a form. Without script it is a page.

export function beside(board, editor) {
  const dialog = document.getElementById("beside");
  if (!dialog) return;
  const open = async (address) => {
    const answer = await fetch(address, { headers: { "X-Fragment": "beside" } });
    if (!answer.ok || answer.redirected) { location.assign(address); return; }
    dialog.innerHTML = await answer.text();
    if (!dialog.open) dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link.href); }
    if (event.target.closest("[data-closes-beside]")) dialog.close();
    const ways = event.target.closest("button[data-beside]");
    if (ways) {
      event.preventDefault();
      const [key] = editor.picked();
      if (!key) return;
      const asked = new URL(ways.formAction);
      for (const [name, value] of new URL(location.href).searchParams) asked.searchParams.set(name, value);
      asked.searchParams.set("stop", key);
      ways.closest("details")?.removeAttribute("open");
      open(asked);
    }
    const menu = event.target.closest("[data-opens-menu]");
    if (menu) { event.stopPropagation(); setTimeout(() => document.getElementById(menu.dataset.opensMenu)?.setAttribute("open", ""), 0); }
  });
}
