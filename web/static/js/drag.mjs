// Dragging with a mouse, a pen or a finger, by one set of events. What is dragged, where it may fall and what a drop does is
// given by the caller; a finger drags only from a grip, so that lists still scroll.

const FAR = 5;

export class Drag {
  // source(target, event) → {keys, label} or null; over(x, y, load) → {element, fields, text} or null; drop(load, spot).
  constructor(board, { source, over, drop }) {
    Object.assign(this, { board, source, over, drop, load: null });
    document.addEventListener("pointerdown", (event) => this.down(event));
    document.addEventListener("pointermove", (event) => this.move(event), { passive: false });
    // Browsers do not look at touch-action inside a drawing: without this a finger on a bar of the timeline would scroll the lanes.
    document.addEventListener("touchmove", (event) => { if (this.waiting && event.cancelable) event.preventDefault(); }, { passive: false });
    document.addEventListener("selectstart", (event) => { if (this.load) event.preventDefault(); });
    document.addEventListener("pointerup", (event) => this.up(event));
    document.addEventListener("pointercancel", () => this.end());
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.load) { event.stopImmediatePropagation(); this.end(); } }, true);
    document.addEventListener("click", (event) => { if (this.swallow) { event.preventDefault(); event.stopImmediatePropagation(); this.swallow = false; } }, true);
  }

  down(event) {
    this.swallow = false;
    if (event.button !== 0 || event.target.closest("a, button, input, select, summary, textarea, dialog")) return;
    if (event.pointerType === "touch" && !event.target.closest("[data-grip]")) return;
    const load = this.source(event.target, event);
    if (load) this.waiting = { load, x: event.clientX, y: event.clientY, id: event.pointerId };
  }

  move(event) {
    if (this.waiting && !this.load && Math.hypot(event.clientX - this.waiting.x, event.clientY - this.waiting.y) > FAR) this.begin();
    if (!this.load) return;
    event.preventDefault();
    this.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
    this.show(this.over(event.clientX, event.clientY, this.load));
    this.scrollAt(event.clientX, event.clientY);
  }

  begin() {
    this.load = this.waiting.load;
    this.board.dragging = true;
    this.ghost = Object.assign(document.createElement("div"), { className: "drag-ghost", textContent: this.load.label });
    document.body.append(this.ghost);
    try { this.ghost.setPointerCapture(this.waiting.id); } catch { /* the pointer is gone already */ }
    getSelection()?.removeAllRanges();
  }

  show(spot) {
    if (this.spot?.element !== spot?.element) this.spot?.element?.classList.remove("is-target");
    spot?.element?.classList.add("is-target");
    this.spot = spot;
    this.ghost.textContent = spot?.text ? `${this.load.label} → ${spot.text}` : this.load.label;
    this.ghost.classList.toggle("is-off", !spot);
  }

  // Near the upper or lower edge of a list the list moves on.
  scrollAt(x, y) {
    const box = document.elementFromPoint(x, y)?.closest("[data-scroll]");
    if (!box) return;
    const edge = box.getBoundingClientRect();
    if (y < edge.top + 28) box.scrollTop -= 14;
    if (y > edge.bottom - 28) box.scrollTop += 14;
  }

  up() {
    const { load, spot } = this;
    if (load) this.swallow = true;
    setTimeout(() => { this.swallow = false; }, 0);
    this.end();
    if (load && spot) this.drop(load, spot);
  }

  end() {
    this.ghost?.remove();
    this.spot?.element?.classList.remove("is-target");
    this.load = this.waiting = this.spot = this.ghost = null;
    this.board.dragging = false;
  }
}
