// Keeps the shell of the door's app, so that it opens without the network: the document, its style, its scripts, its
// module. Names with a hash never change their content; a new version is a new cache, and the one before it stays for the pages
// that are open or just opening from it: a server may not have their files any more. The version is the document's SHA-256: while
// servers of two versions answer, the document of one is never kept with the scripts of the other.
//
// What is asked of the API is never touched: neither answered from here nor kept.
const VERSION = "{{version}}";
const FILES = "{{files}}";
const SHELL = "/door/app/";
const CACHE = `door ${VERSION}`;

async function install() {
  const shell = await fetch(SHELL, { cache: "reload" });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await shell.clone().arrayBuffer()));
  const version = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // Asked again the next time; what is kept now goes on working.
  if (version !== VERSION) throw new Error("the document is of another version");
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  await cache.put(SHELL, shell);
  await skipWaiting();
}

addEventListener("install", (event) => event.waitUntil(install()));

addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith("door ") && name !== CACHE));
  // They are told in the order they were made.
  const gone = others.then((names) => names.slice(0, -1));
  event.waitUntil(gone.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const shell = request.mode === "navigate" && url.pathname === SHELL;
  if (!shell && !url.pathname.startsWith("/pkg/")) return;
  const kept = shell ? caches.open(CACHE).then((cache) => cache.match(SHELL)) : caches.match(url.pathname);
  event.respondWith(kept.then((answer) => answer ?? fetch(request)));
});
