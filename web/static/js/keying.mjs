// Keying a sheet without a mouse: Enter goes on, arrows go up and down, a hand scanner's line fills a row by itself.
// What the figures mean is decided by the server alone.

const form = document.querySelector("[data-keying]");
const FIELDS = ["stop", "digit", "portions", "cash"];
const STOP_CODE = /^\d+-\d+-\d+-\d$/;

function rows() {
  return [...form.querySelectorAll(".keying__rows tbody tr")].filter((row) => row.querySelector("input"));
}

function fieldsOf(row) {
  return FIELDS.map((name) => row.querySelector(`input[name="${name}"]`));
}

function focus(input) {
  if (input) {
    input.focus();
    input.select();
  }
}

function ordered() {
  return [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox])")];
}

function firstEmpty() {
  return rows().find((row) => fieldsOf(row).every((input) => input.value.trim() === ""));
}

// A scanner types the whole code and Enter, wherever the cursor stands.
function scanned(input) {
  const code = input.value.trim();
  if (!STOP_CODE.test(code)) {
    return false;
  }
  const row = input.name === "stop" ? input.closest("tr") : firstEmpty();
  if (!row) {
    return false;
  }
  if (input.name !== "stop") {
    input.value = "";
  }
  const [stop, digit] = fieldsOf(row);
  stop.value = code;
  if (digit.value === "") {
    digit.value = "1";
  }
  const next = firstEmpty();
  focus(next ? fieldsOf(next)[0] : ordered().at(-1));
  return true;
}

function onward(input) {
  const row = input.closest(".keying__rows tr");
  // An empty row's stop ends the rows: on to the totals.
  if (row && input.name === "stop" && input.value.trim() === "") {
    focus(form.querySelector('input[name="foot_seen"]'));
    return true;
  }
  const all = ordered();
  const next = all[all.indexOf(input) + 1];
  focus(next);
  return Boolean(next);
}

function upOrDown(input, step) {
  const all = rows();
  const at = all.indexOf(input.closest("tr"));
  if (at < 0 || !all[at + step]) {
    return false;
  }
  focus(all[at + step].querySelector(`input[name="${input.name}"]`));
  return true;
}

if (form) {
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    let done = false;
    if (event.key === "Enter") {
      done = scanned(input) || (input.type !== "checkbox" && onward(input));
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      done = upOrDown(input, event.key === "ArrowDown" ? 1 : -1);
    }
    if (done) {
      event.preventDefault();
    }
  });
  // One digit is all that its field takes.
  form.addEventListener("input", (event) => {
    if (event.target.name === "digit" && event.target.value.length === 1 && !event.isComposing) {
      onward(event.target);
    }
  });
  document.getElementById("refusal")?.focus();
}
