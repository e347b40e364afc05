// Has a passkey made or shown: asks the house for its options, the browser for the passkey, and sends the form with the
// answer. What browsers of today do by themselves with JSON (parseCreationOptionsFromJSON, toJSON) is done by hand: those
// of the last years cannot yet.
const place = document.querySelector("[data-passkey]");
const [start, answer, said] = ["start", "answer", "said"].map((name) => place.querySelector(`[data-passkey-${name}]`));
const form = answer.form;
const making = place.dataset.passkey === "create";
const WHY = {
  InvalidStateError: "known",
  NotSupportedError: "unsupported",
  ConstraintError: "unsupported",
  SecurityError: "address",
};
let asking = false;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

function say(why) {
  said.textContent = why ? place.dataset[why] : "";
}

async function options() {
  const response = await fetch(place.dataset.options, { method: "POST", body: new URLSearchParams(), redirect: "error" });
  if (!response.ok) throw Object.assign(new Error(), { why: response.status === 429 ? "often" : "over" });
  const asked = await response.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  asked.excludeCredentials = known(asked.excludeCredentials);
  asked.allowCredentials = known(asked.allowCredentials);
  return asked;
}

function told({ id, rawId, type, response }) {
  const parts = making ? ["clientDataJSON", "attestationObject"] : ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
  const there = parts.filter((part) => response[part]?.byteLength);
  const told = Object.fromEntries(there.map((part) => [part, text(response[part])]));
  if (making) told.transports = response.getTransports?.() ?? [];
  return JSON.stringify({ id, rawId: text(rawId), type, response: told });
}

// What has to be filled in besides, before the browser asks for a finger.
function first() {
  const input = form.elements.namedItem(place.dataset.needs ?? "");
  if (!input || input.value.trim()) return false;
  say("first");
  input.focus();
  return true;
}

async function begin() {
  if (asking || first()) return;
  // Kept from a form that came back for something else.
  asking = true;
  if (answer.value) return form.submit();
  start.setAttribute("aria-busy", "true");
  say();
  let asked;
  let began;
  try {
    asked = await options().catch((error) => {
      throw error.why ? error : Object.assign(new Error(), { why: "over" });
    });
    began = performance.now();
    const credential = await (making
      ? navigator.credentials.create({ publicKey: asked })
      : navigator.credentials.get({ publicKey: asked }));
    answer.value = told(credential);
    // Until the next page is there nothing more is asked or sent: the answer is good once.
    form.submit();
    return;
  } catch (error) {
    // Browsers say the same of somebody who said no and of nobody who came: only the time tells.
    const late = asked && performance.now() - began >= asked.timeout - 1000;
    say(error.why ?? WHY[error.name] ?? (error.name === "NotAllowedError" || error.name === "AbortError" ? (late ? "late" : "cancelled") : "failed"));
    start.focus();
  }
  asking = false;
  start.removeAttribute("aria-busy");
}

if (window.PublicKeyCredential && navigator.credentials?.create) {
  start.addEventListener("click", begin);
  start.hidden = false;
  // Where the passkey is all a form is for, the return key asks for it.
  if (place.dataset.alone !== undefined) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      begin();
    });
  }
  // Who comes back by the browser's button begins anew.
  if (!making) answer.value = "";
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    answer.value = "";
    asking = false;
    start.removeAttribute("aria-busy");
  });
} else {
  say("unsupported");
}
