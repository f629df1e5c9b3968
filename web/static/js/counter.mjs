// The counter's search box filters while one types; Enter with one person left goes to the button, otherwise the server searches.

export function matches(key, text) {
  const wanted = text.trim().toLowerCase();
  return !wanted || key.split(" ").some((part) => part.startsWith(wanted));
}

export function filter(lines, text) {
  const left = [];
  for (const line of lines) {
    line.hidden = !matches(line.dataset.key ?? "", text);
    if (!line.hidden) left.push(line);
  }
  return left;
}

const box = document.getElementById("counter-q");
const lines = [...document.querySelectorAll(".counter__line")];
if (box && lines.length) {
  // What is written may be a full name or pinyin, which this page does not know: then everybody stays and Enter asks the server.
  const shown = () => { const left = filter(lines, box.value); return left.length ? left : filter(lines, ""); };
  box.addEventListener("input", shown);
  box.form.addEventListener("submit", (event) => {
    const left = lines.filter((line) => !line.hidden);
    const button = left.length === 1 && box.value.trim() ? left[0].querySelector(".counter__do [name=fetched]") : null;
    if (button) { event.preventDefault(); event.stopImmediatePropagation(); (left[0].querySelector(".counter__do [name=cash]") ?? button).focus(); }
  });
}
