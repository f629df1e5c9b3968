// When the driver came to the building of the stop that is next. From there to the knock is the door's way up, which plans learn from.
// Told by the phone's place alone: nobody presses anything, and where the place is uncertain nothing is said.

import * as store from "./store.mjs";

export const NEAR_M = 50;
export const SURE_M = 50; // a place that may be further off than this says nothing
const FRESH_MS = 60_000;
let arrivals = {};

export function metres(one, other) {
  const rad = Math.PI / 180;
  const x = (other.lon - one.lon) * rad * Math.cos(((one.lat + other.lat) / 2) * rad);
  return 6_371_000 * Math.hypot(x, (other.lat - one.lat) * rad);
}

export async function begin(day) {
  arrivals = Object.fromEntries(Object.entries((await store.fact("arrivals")) ?? {}).filter(([key]) => key.startsWith(day)));
}

// Called whenever the phone knows a new place or another stop is next: two doors of one building each have their own moment.
export function notice(view, here, now = Date.now()) {
  const stop = view?.next;
  if (!stop || stop.lat === null || stop.lon === null || !here || now - here.at > FRESH_MS || !(here.within <= SURE_M)) return;
  const key = `${view.run.day}/${stop.visit}`;
  if (arrivals[key] || metres(here, stop) > NEAR_M) return;
  arrivals[key] = new Date(now).toISOString();
  void store.setFact("arrivals", arrivals);
}

export const of = (day, visit) => arrivals[`${day}/${visit}`];
