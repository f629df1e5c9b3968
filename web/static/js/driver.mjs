// The plain pages of a run lead to the app, which keeps the whole shift on the phone; where the browser cannot keep anything they stay
// as they are: every form works without script.

const PLAIN = "mealroute.plain";

export function app(path) {
  const link = /^\/r\/([^/]+)(\/|$)/.exec(path);
  return link ? `/r/${link[1]}/shift` : null;
}

if (typeof document !== "undefined" && "indexedDB" in window && !sessionStorage.getItem(PLAIN)) {
  const there = app(location.pathname);
  if (there && location.pathname !== there) location.replace(there);
}
