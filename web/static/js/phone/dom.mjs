// Filling the page's templates. Words stand in the templates, where they are translated; this only puts figures and names into them.
//   data-text="a.b"    the text is that value          data-say="Stop {n}"   the text with values in its blanks
//   data-if / -unless  the element is there only if so  data-attr="href:a;aria-label:b"   attributes, left out where there is no value
//   <template data-each="items"> … </template>          once for each, with the outer values behind its own

const at = (data, path) => path.split(".").reduce((value, key) => value?.[key], data);
const none = (value) => empty(value) || value === 0;
const empty = (value) => value === undefined || value === null || value === false || value === "" || (Array.isArray(value) && value.length === 0);

export function say(text, data) {
  return text.replace(/\{([\w.]+)\}/g, (_all, path) => String(at(data, path) ?? ""));
}

export function fill(id, data) {
  const root = document.createElement("div");
  root.append(document.getElementById(id).content.cloneNode(true));
  put(root, data);
  return [...root.childNodes];
}

function put(root, data) {
  for (const element of [...root.querySelectorAll("[data-if],[data-unless]")]) {
    const { if: wanted, unless: unwanted } = element.dataset;
    if ((wanted !== undefined && none(at(data, wanted))) || (unwanted !== undefined && !none(at(data, unwanted)))) element.remove();
  }
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = String(at(data, element.dataset.text) ?? "");
  for (const element of root.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say, data);
  for (const element of root.querySelectorAll("[data-attr]")) {
    for (const pair of element.dataset.attr.split(";")) {
      const [name, path] = [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)];
      const value = path.includes("{") ? say(path, data) : at(data, path);
      if (!empty(value)) element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const loop of [...root.querySelectorAll("template[data-each]")]) { // last: what a loop puts in is filled already
    for (const one of at(data, loop.dataset.each) ?? []) {
      const holder = document.createElement("div");
      holder.append(loop.content.cloneNode(true));
      put(holder, typeof one === "object" ? { ...data, ...one } : { ...data, value: one });
      loop.before(...holder.childNodes);
    }
    loop.remove();
  }
}
