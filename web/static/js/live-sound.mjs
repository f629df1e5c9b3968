// The sound of a new red case: two tones made here, no file. A browser lets a page sound only after a click, so a person switches it on;
// that is remembered, and after a reload the first click anywhere wakes it again. Nothing is told by sound alone: the case stands first on
// the page, the title counts it, the live region speaks it.

const KEY = "mealroute.live.sound";
const TONES = [[880, 0, 0.18], [660, 0.22, 0.28]];

export class Sound {
  constructor(button, { storage = window.localStorage, Context = window.AudioContext } = {}) {
    this.button = button;
    this.storage = storage;
    this.Context = Context;
    this.context = null;
    this.rung = 0;
    button.hidden = !Context;
    button.addEventListener("click", () => this.toggle());
    document.addEventListener("pointerdown", () => this.wake(), { capture: true });
    document.addEventListener("keydown", () => this.wake(), { capture: true });
    this.show();
  }

  get on() {
    try { return this.storage.getItem(KEY) === "on"; } catch { return this.wanted === "on"; }
  }

  set on(value) {
    this.wanted = value ? "on" : "off";
    try { this.storage.setItem(KEY, this.wanted); } catch { /* a browser without storage: it holds until the page is left */ }
  }

  get awake() { return this.context?.state === "running"; }

  async toggle() {
    this.on = !this.on;
    if (this.on) { await this.wake(); this.ring(); }
    this.show();
  }

  async wake() {
    if (!this.on || this.awake) return;
    this.context ??= new this.Context();
    try { await this.context.resume(); } catch { /* not yet: the next click tries again */ }
    this.show();
  }

  ring() {
    if (!this.on || !this.awake) return;
    this.rung += 1;
    this.button.dataset.rung = String(this.rung);
    const now = this.context.currentTime;
    for (const [hertz, after, lasts] of TONES) {
      const tone = this.context.createOscillator();
      const loud = this.context.createGain();
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, now + after);
      loud.gain.exponentialRampToValueAtTime(0.3, now + after + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, now + after + lasts);
      tone.connect(loud).connect(this.context.destination);
      tone.start(now + after);
      tone.stop(now + after + lasts);
    }
  }

  show() {
    const state = !this.on ? "off" : this.awake ? "on" : "asleep";
    this.button.dataset.state = state;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.button.querySelector("[data-sound-text]").textContent = this.button.dataset[state];
  }
}
