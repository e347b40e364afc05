// A display that waits asks every few seconds whether a colleague has confirmed it. A picture that is nearly too old is made anew,
// unless somebody is typing a code.
const way = document.querySelector("[data-wall-offer]");
const form = way.querySelector("form");
const typed = document.getElementById("f-code");
const EVERY = 3000;
const OLD = 8 * 60 * 1000;
const began = Date.now();

async function isIn() {
  try {
    const body = new URLSearchParams(new FormData(form));
    body.set("asks", "1");
    const signal = AbortSignal.timeout?.(10000);
    const answer = await fetch(form.action, { method: "POST", body, signal });
    return answer.ok && (await answer.json()).in;
  } catch {
    // The next turn asks again.
    return false;
  }
}

async function ask() {
  if (await isIn()) location.replace(way.dataset.wallOffer);
  else if (Date.now() - began > OLD && !typed.value) location.replace(way.dataset.wallAnew);
  else setTimeout(ask, EVERY);
}

setTimeout(ask, EVERY);
