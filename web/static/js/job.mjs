// A running job: asks twice a second how far it is, shows the figures, the stages and the curve, reloads the page when it is over.

const PAUSE_MS = 500;

export function show(box, job) {
  const figures = job.figures ?? {};
  for (const spot of box.querySelectorAll("[data-figure]")) {
    const text = figures[spot.dataset.figure];
    if (typeof text === "string" && spot.textContent !== text) spot.textContent = text;
  }
  box.querySelector(".bar__fill")?.setAttribute("width", job.percent ?? "0%");
  for (const [name, state] of Object.entries(job.stages ?? {})) {
    const stage = box.querySelector(`[data-stage="${name}"]`);
    if (!stage || stage.dataset.state === state) continue;
    stage.dataset.state = state;
    if (state === "now") stage.setAttribute("aria-current", "step"); else stage.removeAttribute("aria-current");
  }
  for (const path of box.querySelectorAll("[data-curve]")) {
    const drawn = job.curve?.[path.dataset.curve];
    if (drawn) path.setAttribute("d", drawn);
  }
}

export async function follow(box, wait = (ms) => new Promise((done) => { setTimeout(done, ms); })) {
  for (;;) {
    await wait(Number(box.dataset.pause) || PAUSE_MS);
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
