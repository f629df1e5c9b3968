// Counts down to the deadline of each offer, and loads the page again when something has changed, unless somebody is typing.

const ASK_MS = 10_000;

export function minutesLeft(until, now) {
  return Math.max(0, Math.ceil((until * 1000 - now) / 60_000));
}

export function count(page, now) {
  for (const clock of page.querySelectorAll("[data-until]")) {
    const left = minutesLeft(Number(clock.dataset.until), now);
    clock.textContent = left ? clock.dataset.left.replace("{n}", String(left)) : clock.dataset.over;
    clock.classList.toggle("tone", left <= 5);
    if (left <= 5) clock.dataset.tone = "danger";
  }
}

export function busy(page) {
  const field = page.activeElement;
  return Boolean(page.querySelector("details.more[open] form")?.contains(field) || field?.matches?.("input, select, textarea"));
}

async function look() {
  if (document.hidden || busy(document)) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Poll": "1" } });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-stamp]");
    const shown = document.querySelector("[data-stamp]");
    if (fresh && shown && fresh.dataset.stamp !== shown.dataset.stamp && !busy(document)) location.reload();
  } catch { /* no network for a moment: the page keeps what it shows and asks again */ }
}

count(document, Date.now());
setInterval(() => count(document, Date.now()), 1000);
if (document.querySelector("[data-stamp]")) setInterval(look, ASK_MS);
