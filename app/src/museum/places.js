// Keeps the free places of the calendar up to date while somebody looks at it: asks for them every few seconds, rests
// while the tab is hidden, asks less and less often while there is no answer. Changes are read out only where a session
// gets another state for this party: a figure that moves from 12 to 11 is nobody's interruption.
const page = document.querySelector("[data-places]");
const said = page.querySelector("[data-places-said]");
const old = page.querySelector("[data-places-old]");
const EVERY = 6000;
const AT_MOST = 120000;
let failed = 0;
let timer = 0;
let asking = false;

function show({ days, sessions }) {
  for (const [day, look, words] of days) {
    const cell = page.querySelector(`[data-day="${day}"]`);
    if (!cell) continue;
    cell.className = look;
    cell.querySelector(".day-words").textContent = words;
  }
  const news = [];
  for (const now of sessions) {
    const card = page.querySelector(`[data-session="${now.id}"]`);
    if (!card) continue;
    const tag = card.querySelector(".tag");
    tag.className = now.tag;
    tag.textContent = now.words;
    const meter = card.querySelector(".meter");
    meter.className = now.meter;
    meter.querySelector("span").textContent = now.label;
    meter.querySelector(".meter-part").setAttribute("width", now.share);
    const book = card.querySelector(".session-book");
    if (book) {
      // A button that goes must not take the keyboard's place along.
      if (!now.open && book.contains(document.activeElement)) {
        card.tabIndex = -1;
        card.focus();
      }
      book.hidden = !now.open;
    }
    const wait = card.querySelector(".session-wait");
    if (wait) wait.hidden = now.state !== "full" && now.state !== "few";
    if (card.dataset.state !== now.state) news.push(now.said);
    card.dataset.state = now.state;
  }
  if (news.length) said.textContent = news.join(" ");
}

async function ask() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  try {
    // Without cookies: what is asked for is the same for everybody, and costs the house no look at who asks. Only whoever
    // keeps places sees figures of their own.
    const credentials = "own" in page.dataset ? "same-origin" : "omit";
    const signal = AbortSignal.timeout?.(10000);
    const answer = await fetch(page.dataset.places, { credentials, cache: "no-cache", signal });
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    failed = 0;
    old.textContent = "";
  } catch {
    failed += 1;
    if (failed > 1 || !navigator.onLine) old.textContent = old.dataset.words;
  }
  asking = false;
  rest();
}

function rest() {
  clearTimeout(timer);
  // Not everybody at the same moment.
  const wait = Math.min(EVERY * 2 ** failed, AT_MOST) * (0.75 + Math.random() / 2);
  if (!document.hidden) timer = setTimeout(ask, wait);
}

document.addEventListener("visibilitychange", ask);
addEventListener("online", ask);
rest();
