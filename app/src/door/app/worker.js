// Keeps the shell of the door's app, so that it opens without the network: the document, its style, its scripts, its
// module. Names with a hash never change their content; a new version is a new cache and the old one goes.
//
// What is asked of the API is never touched: neither answered from here nor kept.
const VERSION = "{{version}}";
const FILES = "{{files}}";
const SHELL = "/door/app/";
const CACHE = `door ${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...FILES])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith("door ") && name !== CACHE));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const shell = request.mode === "navigate" && url.pathname === SHELL;
  if (!shell && !FILES.includes(url.pathname)) return;
  const kept = () => caches.open(CACHE).then((cache) => cache.match(shell ? SHELL : url.pathname));
  event.respondWith(kept().then((answer) => answer ?? fetch(request)));
});
