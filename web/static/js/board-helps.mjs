// What would help a stop that is late or breaks a rule: asked for once the route is shown, put where the link stands. Trying rules takes a moment.
import { ask } from "./parts.mjs";

const MOST = 6;

export class Helps {
  constructor(root) {
    this.root = root;
    this.known = new Map();
    this.busy = false;
    document.addEventListener("parts", () => { this.known.clear(); this.fill(); });
    new MutationObserver(() => this.fill()).observe(root, { childList: true, subtree: true });
    this.fill();
  }

  links() { return [...this.root.querySelectorAll(".stops a[data-helps]")]; }

  show() {
    for (const link of this.links()) {
      const said = this.known.get(link.dataset.helps);
      if (said && link.textContent !== said) link.textContent = said;
    }
  }

  async fill() {
    this.show();
    const asked = this.links().map((link) => link.dataset.helps).filter((key) => !this.known.has(key)).slice(0, MOST);
    if (this.busy || !asked.length) return;
    this.busy = true;
    const address = new URL(this.root.dataset.helps + location.search, location.href);
    address.searchParams.delete("stop");
    for (const key of asked) { this.known.set(key, ""); address.searchParams.append("stop", key); }
    const answer = await ask(address).catch(() => null);
    if (answer?.ok) for (const [key, said] of Object.entries(answer.data)) this.known.set(key, said);
    this.busy = false;
    this.fill();
  }
}
