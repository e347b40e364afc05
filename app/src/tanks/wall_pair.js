// A display that waits asks every few seconds whether a colleague has confirmed it. A picture that is nearly too old is made anew,
// unless somebody is typing a code; the key stays, so that what was scanned a moment before still brings the display in.
const way = document.querySelector("[data-wall-offer]");
const form = way.querySelector("form");
const typed = document.getElementById("f-code");
const EVERY = 3000;
const OLD = 8 * 60 * 1000;
const began = Date.now();
// Made anew it is the answer to a form; switched on again the display opens the page.
history.replaceState(null, "", way.dataset.wallAnew);

async function told() {
  try {
    const body = new URLSearchParams(new FormData(form));
    body.set("asks", "1");
    const signal = AbortSignal.timeout?.(10000);
    const answer = await fetch(form.action, { method: "POST", body, signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    // The next turn asks again.
    return null;
  }
}

function anew() {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "anew", value: "1" });
  form.append(field);
  form.submit();
}

async function ask() {
  const now = await told();
  if (now?.in) location.replace(way.dataset.wallOffer);
  else if (now?.late) location.replace(way.dataset.wallAnew);
  else if (now && Date.now() - began > OLD && !typed.value) anew();
  else setTimeout(ask, EVERY);
}

setTimeout(ask, EVERY);
