// The service worker: opens the app without network. The files of one version belong together, so a page is always served from the same
// version as its scripts; a new version is fetched whole beside the old one and takes over at once. People's data never pass through here:
// what the phone keeps of a shift lies in IndexedDB. SHIP is written before this file by the server.

const CACHE = `phone-${SHIP.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...SHIP.files, SHIP.page].map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("phone-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

const isPage = (address) => address.pathname === SHIP.page || /^\/r\/[^/]+\/shift$/.test(address.pathname);

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate" && isPage(address)) event.respondWith(kept(SHIP.page, event.request));
  else if (SHIP.files.includes(address.pathname)) event.respondWith(kept(address.pathname, event.request));
});

async function kept(name, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(name)) ?? fetch(request);
}
