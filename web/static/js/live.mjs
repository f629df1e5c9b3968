// The live board asks once a second whether anything is new and puts the new parts in the place of the old ones, so that it is at most two
// seconds behind without ever being loaded again. New red cases are shown first, spoken once and rung.
import { swap } from "./parts.mjs";
import { Sound } from "./live-sound.mjs";

const PAUSE_MS = 1000;
const HIDDEN_MS = 3000;
const LOST_AFTER = 3;

// The red cases that were not among those known before, and all that are known now.
export function fresh(known, red) {
  const before = new Set(known);
  return { added: red.filter((one) => !before.has(one.id)), known: red.map((one) => one.id) };
}

export class Live {
  constructor(page, { sound = null, fetch = (...args) => window.fetch(...args), now = () => new Date() } = {}) {
    this.page = page;
    this.source = page.querySelector("[data-poll]");
    this.sound = sound;
    this.fetch = fetch;
    this.now = now;
    this.tag = null;
    this.failed = 0;
    this.good = now();
    this.title = document.title.replace(/^\(\d+\) /, "");
    this.known = (this.source.dataset.red || "").split(" ").filter(Boolean).map(Number);
  }

  async look() {
    try {
      const headers = { "X-Poll": "1", Accept: "application/json", ...(this.tag ? { "If-None-Match": this.tag } : {}) };
      const answer = await this.fetch(this.source.dataset.poll, { headers, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) { location.reload(); return; }
      if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
      if (answer.status !== 304) { this.take(await answer.json()); this.tag = answer.headers.get("ETag"); }
      this.failed = 0;
      this.good = this.now();
    } catch { this.failed += 1; }
    this.lost();
  }

  take(news) {
    swap(news.parts);
    const { added, known } = fresh(this.known, news.red);
    this.known = known;
    document.title = known.length ? `(${known.length}) ${this.title}` : this.title;
    if (added.length) this.tell(added);
    document.dispatchEvent(new CustomEvent("live", { detail: news }));
  }

  tell(added) {
    const text = added.map((one) => one.text).join(" ");
    this.page.querySelector("[data-spoken]").textContent = this.source.dataset.newText.replace("{text}", text);
    for (const one of added) this.page.querySelector(`#case-${one.id}`)?.classList.add("is-changed");
    this.sound?.ring();
  }

  lost() {
    const banner = this.page.querySelector("[data-lost]");
    const gone = this.failed >= LOST_AFTER;
    const text = banner.querySelector("[data-text]");
    if (gone && banner.hidden) text.textContent = text.dataset.text.replace("{at}", this.good.toTimeString().slice(0, 8));
    banner.hidden = !gone;
  }

  // A page in the background asks less often, but it asks: the sound is for whoever is looking at something else.
  async follow() {
    for (;;) {
      await new Promise((done) => { setTimeout(done, document.hidden ? HIDDEN_MS : PAUSE_MS); });
      await this.look();
    }
  }
}

if (document.querySelector("[data-poll]")) {
  const button = document.querySelector("[data-sound]");
  const live = new Live(document, { sound: button ? new Sound(button) : null });
  document.addEventListener("pointerover", (event) => event.target.closest?.(".live-case.is-changed")?.classList.remove("is-changed"));
  document.addEventListener("focusin", (event) => event.target.closest?.(".live-case.is-changed")?.classList.remove("is-changed"));
  live.follow();
}
