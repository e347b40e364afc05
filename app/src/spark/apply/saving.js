// Saves what is typed while it is typed, as its button for later would, and shows a field as soon as it is asked. That something
// could not be saved is said quietly: the button saves it, too.
const form = document.querySelector("form[data-kept]");
const note = document.querySelector("[data-saving]");
const shown = form.elements.based_on;
const typed = () => String(new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "based_on")));

function look() {
  for (const part of form.querySelectorAll("[data-on]")) {
    const given = new FormData(form).get(part.dataset.on);
    part.hidden = !part.dataset.values.split(" ").includes(given);
    part.dataset.live = "";
  }
}

let known = typed();
let waits = 0;
let running = null;
let leaving = false;

async function send() {
  const now = typed();
  if (!note || leaving || now === known) return;
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(note.dataset.saving, { method: "POST", body, redirect: "manual", keepalive: true, signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw answer.status;
    shown.value = (await answer.json()).version;
    known = now;
    note.textContent = note.dataset.saved;
  } catch {
    note.textContent = note.dataset.failed;
  }
}

// One after the other: each is based on what the one before it saved.
function save() {
  clearTimeout(waits);
  const mine = (running ?? Promise.resolve()).then(send);
  running = mine;
  mine.then(() => { if (running === mine) running = null; });
}

function soon() {
  look();
  clearTimeout(waits);
  waits = setTimeout(save, 1500);
}

form.addEventListener("input", soon);
form.addEventListener("change", soon);
document.addEventListener("visibilitychange", () => document.hidden && save());
form.addEventListener("submit", async (event) => {
  clearTimeout(waits);
  if (!running) {
    leaving = true;
    return;
  }
  event.preventDefault();
  await running;
  form.requestSubmit(event.submitter);
});
addEventListener("pageshow", () => {
  leaving = false;
  look();
});
look();
