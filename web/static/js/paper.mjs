// While packs are being made the page loads itself again now and then, unless somebody is in the middle of something.
const PAUSE_MS = 4000;

function again() {
  const busy = document.activeElement && document.activeElement.matches("input, select, textarea, button");
  if (document.hidden || busy) {
    setTimeout(again, PAUSE_MS);
  } else {
    location.reload();
  }
}

if (document.querySelector("[data-making]")) {
  setTimeout(again, PAUSE_MS);
}
