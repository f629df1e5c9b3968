// Makes an element equal to a newer one by touching only what differs, so that focus, scroll, typed text and open menus stay, and
// the browser lays out and paints nothing else. Children with an id are known by it, others by their place.

// What the page itself adds and the server does not know.
const OURS = new Set(["open", "aria-selected"]);
const MARKS = ["is-on", "is-over", "is-target", "is-before", "is-changed"];

function attributes(old, next) {
  for (const { name, value } of next.attributes) {
    if (name === "class") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "class" && !OURS.has(name) && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  const kept = MARKS.filter((mark) => old.classList.contains(mark));
  const wanted = [next.getAttribute("class") ?? "", ...kept].filter(Boolean).join(" ");
  if ((old.getAttribute("class") ?? "") !== wanted) old.setAttribute("class", wanted);
}

// A field that nobody is typing in follows what the server says.
function field(old, next) {
  if (old === document.activeElement) return;
  if (old.localName === "input" && old.type !== "checkbox" && old.getAttribute("value") !== next.getAttribute("value")) old.value = next.getAttribute("value") ?? "";
  if (old.localName === "option" && old.hasAttribute("selected") !== next.hasAttribute("selected")) old.selected = next.hasAttribute("selected");
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? "") === (other.id ?? "");
}

// What has the focus stays where it is, and what stood before it goes: moving it would take the focus away. What goes is put in
// again behind it, for it is known by its id.
function cleared(from, to) {
  let at = from;
  while (at !== to) {
    const away = at;
    at = at.nextSibling;
    away.remove();
  }
  return to;
}

function children(old, next) {
  const known = new Map();
  for (const child of old.children) if (child.id) known.set(child.id, child);
  let at = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const same = wanted.id ? known.get(wanted.id) : null;
    if (same) {
      if (same !== at && same.parentNode === old && same.contains(document.activeElement)) at = cleared(at, same);
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      morph(same, wanted);
    } else if (at && !wanted.id && alike(at, wanted)) {
      const here = at;
      at = at.nextSibling;
      morph(here, wanted);
    } else old.insertBefore(wanted, at);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

export function morph(old, next) {
  if (old.isEqualNode(next)) return old;
  if (!alike(old, next)) { old.replaceWith(next); return next; }
  if (old.nodeType !== 1) { old.data = next.data; return old; }
  field(old, next);
  attributes(old, next);
  children(old, next);
  return old;
}
