// Keeps the wall board as it is in the house: asks every few seconds whether anything changed, and shows the page anew where it
// did. What cannot be asked, and a house in which nobody watches, is shouted; an old board must never look like a quiet night.
const wall = document.querySelector("[data-wall]");
const shout = wall.querySelector("[data-wall-shout]");
const content = wall.querySelector("[data-wall-content]");
const time = wall.querySelector(".wall-time");
const EVERY = 4000;
const SILENT = 20000;
let version = wall.dataset.version;
let heard = Date.now();
let stale = !shout.hidden;

function say() {
  const offline = Date.now() - heard > SILENT || !navigator.onLine;
  const words = offline ? shout.dataset.offline : stale ? shout.dataset.stale : "";
  if (shout.textContent.trim() !== words) shout.textContent = words;
  shout.hidden = !words;
  wall.classList.toggle("wall-old", Boolean(words));
}

async function renew() {
  const signal = AbortSignal.timeout?.(10000);
  const answer = await fetch(location.href, { cache: "no-cache", signal });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-wall-content]");
  // Whoever has a hand on a button keeps it.
  const held = document.activeElement?.closest("form")?.getAttribute("action");
  content.replaceChildren(...fresh.childNodes);
  time.textContent = page.querySelector(".wall-time").textContent;
  if (held) content.querySelector(`form[action="${CSS.escape(held)}"] button`)?.focus();
}

async function ask() {
  try {
    const signal = AbortSignal.timeout?.(10000);
    const answer = await fetch(wall.dataset.wall, { cache: "no-cache", signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const text = await answer.text();
    const now = JSON.parse(text);
    if (text !== version) {
      await renew();
      version = text;
    }
    stale = now.stale;
    heard = Date.now();
  } catch {
    // The next turn asks again; how long nothing came is what counts.
  }
  say();
  setTimeout(ask, EVERY);
}

addEventListener("online", say);
addEventListener("offline", say);
setInterval(say, 1000);
setTimeout(ask, EVERY);
