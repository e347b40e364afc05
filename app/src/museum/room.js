// Keeps somebody in the room up to date: asks where they stand as often as the house says, rests while the tab is hidden,
// asks less and less often while there is no answer. When something else is to be done the page is made anew.
const room = document.querySelector("[data-room]");
const figure = room?.querySelector("[data-room-figure]");
const text = room?.querySelector("[data-room-text]");
const old = room?.querySelector("[data-room-old]");
let again = Number(room?.dataset.again) * 1000;
let failed = 0;
let timer = 0;
let asking = false;

// Only what changed: a live region that is written again is read again.
const say = (place, words) => { if (place.textContent !== words) place.textContent = words; };

async function ask() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  try {
    const signal = AbortSignal.timeout?.(10000);
    const answer = await fetch(room.dataset.room, { cache: "no-store", signal });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const now = await answer.json();
    if (now.state !== room.dataset.state) return location.reload();
    say(figure, now.figure);
    say(text, now.text);
    again = now.again * 1000;
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
  const wait = Math.min(again * 2 ** failed, 60000) * (0.75 + Math.random() / 2);
  if (!document.hidden) timer = setTimeout(ask, wait);
}

if (room && room.dataset.state !== "admitted") {
  document.addEventListener("visibilitychange", ask);
  addEventListener("online", ask);
  rest();
}
