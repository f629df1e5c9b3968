// Light, dark, or as the phone says: what the driver chose, kept on the phone and set before anything is drawn. Without a choice it is light,
// for the sun. Every page of a run loads this first; it is no module, so that nothing flashes.

(() => {
  const KEY = "mealroute.screen", root = document.documentElement, night = matchMedia("(prefers-color-scheme: dark)");
  let chosen = "light";
  try { chosen = localStorage.getItem(KEY) ?? chosen; } catch { /* a browser that keeps nothing: it lasts as long as the page */ }

  function set() {
    root.dataset.theme = chosen === "dark" || (chosen === "phone" && night.matches) ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-screen]")) button.setAttribute("aria-pressed", String(button.dataset.screen === chosen));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-screen]");
    if (!button) return;
    chosen = button.dataset.screen;
    try { localStorage.setItem(KEY, chosen); } catch { /* as above */ }
    set();
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll(".ph-screen")) group.hidden = false;
    set();
  });
  night.addEventListener("change", set);
  window.addEventListener("storage", (event) => { if (event.key === KEY && event.newValue) { chosen = event.newValue; set(); } });
  set();
})();
