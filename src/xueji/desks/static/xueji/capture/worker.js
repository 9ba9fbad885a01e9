// The station's service worker: once opened, the page opens again without network. It keeps pages and files of the desk,
// never an answer about a student: scans, turns, photos and figures always go to the server.
const NAME = "xueji-station-2";
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((n) => n.startsWith("xueji-station") && n !== NAME).map((n) => caches.delete(n))));
  event.waitUntil(old.then(() => self.clients.claim()));
});
self.addEventListener("message", (event) => {
  // the page that installed the worker was loaded before it could keep it
  if (event.data?.keep) event.waitUntil(caches.open(NAME).then((cache) => cache.add(event.data.keep)).then(() => event.ports[0]?.postMessage("kept")));
});
self.addEventListener("fetch", (event) => {
  const { request } = event, where = new URL(request.url);
  if (request.method !== "GET" || where.origin !== location.origin) return;
  const page = request.mode === "navigate" && /^\/capture\/[^/]+\/[^/]+\/$/.test(where.pathname) && !where.pathname.startsWith("/capture/turns/");
  if (!page && !where.pathname.startsWith("/static/")) return;
  event.respondWith((async () => {
    const cache = await caches.open(NAME);
    try {
      const fresh = await fetch(request);
      if (fresh.ok && !fresh.redirected) await cache.put(request, fresh.clone());
      return fresh;
    } catch (gone) {
      const kept = await cache.match(request, { ignoreSearch: true });
      if (kept) return kept;
      throw gone;
    }
  })());
});
