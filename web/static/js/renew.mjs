// A page renews its parts every two seconds; a part that holds the focus or an open form is left alone.

const PAUSE_MS = 2000;

export function renew(page, fresh) {
  for (const part of page.querySelectorAll("[data-renew]")) {
    const next = fresh.querySelector(`[data-renew="${part.dataset.renew}"]`);
    if (!next || part.contains(page.activeElement) && page.activeElement !== page.body || part.querySelector("details[open], dialog[open]")) continue;
    if (part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
  }
}

async function follow() {
  for (;;) {
    await new Promise((done) => { setTimeout(done, PAUSE_MS); });
    if (document.hidden) continue;
    try {
      const answer = await fetch(location.href, { headers: { "X-Poll": "1" } });
      if (answer.redirected) { location.reload(); return; }
      if (answer.ok) renew(document, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* no network for a moment: the page keeps what it shows and asks again */ }
  }
}

if (document.querySelector("[data-renew]")) follow();
