// A running job: asks once a second how far it is, shows the figures, reloads the page when it is over.

const PAUSE_MS = 1000;

export function show(box, job) {
  const figures = job.progress ?? {};
  for (const spot of box.querySelectorAll("[data-figure]")) {
    const value = figures[spot.dataset.figure];
    if (value !== undefined && value !== null) spot.textContent = typeof value === "number" ? String(Math.round(value)) : String(value);
  }
  const fill = box.querySelector(".bar__fill");
  const elapsed = Number(figures.elapsed_s ?? 0);
  const budget = Number(figures.limit_s ?? 0);
  if (fill && budget > 0) fill.setAttribute("width", `${Math.min(100, (100 * elapsed) / budget).toFixed(1)}%`);
}

export async function follow(box, wait = (ms) => new Promise((done) => { setTimeout(done, ms); })) {
  for (;;) {
    await wait(PAUSE_MS);
    let answer;
    try {
      answer = await fetch(box.dataset.job, { headers: { Accept: "application/json", "X-Poll": "1" } });
    } catch { continue; }
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) continue;
    const job = await answer.json();
    show(box, job);
    if (!["queued", "running"].includes(job.state)) { location.assign(box.dataset.after || location.href); return; }
  }
}

for (const box of document.querySelectorAll("[data-job]")) follow(box);
