// Behaviour of every page: "/" jumps to the search box, Escape closes open menus, the system's dark setting is followed.

export function followTheme(root, media) {
  if (root.dataset.follow !== "system") return;
  const apply = () => { root.dataset.theme = media.matches ? "dark" : "light"; };
  apply();
  media.addEventListener("change", apply);
}

export function inField(target) {
  return Boolean(target.closest?.("input, select, textarea, [contenteditable]"));
}

export function keys(document) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !inField(event.target)) {
      const box = document.getElementById("search");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.drop[open]")) {
        open.removeAttribute("open");
        open.querySelector("summary")?.focus();
      }
    }
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.drop[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
}

// A dialog opens from a button with data-opens="id"; without script the same form stands on its own page.
export function dialogs(document) {
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", (event) => {
      const dialog = document.getElementById(button.dataset.opens);
      if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); }
    });
  }
  for (const button of document.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}

// Where the bar is wider than the window, the entry of this page is in sight.
export function hereInSight(document) {
  const entry = document.querySelector(".nav [aria-current]"), bar = entry?.parentElement;
  if (bar && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = entry.offsetLeft - bar.offsetLeft - (bar.clientWidth - entry.offsetWidth) / 2;
}

// A form is sent once: the second press of an impatient finger does nothing.
export function sendOnce(document) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

followTheme(document.documentElement, window.matchMedia("(prefers-color-scheme: dark)"));
keys(document);
dialogs(document);
hereInSight(document);
sendOnce(document);
