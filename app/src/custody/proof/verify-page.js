// Verifies a custody passport in the browser. The module is the house's own domain; the signature is the browser's Ed25519. Everything is
// loaded before a file is asked for, and nothing is sent: the network may be cut.
import initialise, * as verifier from "./verify.js";

const at = (id) => document.getElementById(id);
const words = JSON.parse(at("proof-words").textContent);
const keys = at("proof-keys").textContent;
const LARGEST = 8 << 20;

const filled = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

/** A day as the house writes days (Tue 28 July 2026), in the reader's language. Sent by the page as a sentence with gaps. */
function dayOf(date, timeZone) {
  const { lang } = document.documentElement;
  const month = lang.startsWith("zh") ? "numeric" : "long";
  const format = new Intl.DateTimeFormat(lang, { timeZone, year: "numeric", month, day: "numeric", weekday: "short" });
  return filled("day", Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value])));
}

/** With the time of day. */
function momentOf(date, timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return filled("moment", { day: dayOf(date, timeZone), time: format.format(date) });
}

/** Whether the root is signed by its key; nothing where this browser has no Ed25519. */
async function signed(verdict) {
  let parts;
  try {
    parts = [verdict.key, verdict.signature, verdict.signed].map(bytes);
  } catch {
    return false;
  }
  const [key, signature, text] = parts;
  try {
    const own = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", own, signature, text);
  } catch {
    return undefined;
  }
}

/** `{ verdict }`, `{ broken }` (what does not hold) or `{ unable }` (why it cannot be said). */
async function check(file) {
  if (file.size > LARGEST) return { broken: { broken: "large" } };
  const said = verifier.verify(await file.text(), keys);
  if (!said) return { unable: "slip" };
  const { Ok: verdict, Err: broken } = JSON.parse(said);
  if (broken) return { broken };
  const holds = await signed(verdict);
  if (holds === undefined) return { unable: "unsigned" };
  return holds ? { verdict } : { broken: { broken: "signature" } };
}

function show({ verdict, broken, unable }) {
  const shown = verdict ? "proof-holds" : broken ? "proof-broken" : "proof-unable";
  if (verdict) {
    at("proof-said-unit").textContent = verdict.unit;
    at("proof-said-events").textContent = filled("events", verdict);
    const day = dayOf(new Date(verdict.day), "UTC");
    at("proof-said-covered").textContent = filled("covered", { ...verdict, day });
    const time = momentOf(new Date(verdict.signed_at), "Asia/Shanghai");
    at("proof-said-signed").textContent = filled("signed", { at: time, kid: verdict.kid });
    at("proof-said-root").textContent = verdict.root;
    at("proof-later").hidden = verdict.covered >= verdict.events;
  }
  if (broken) at("proof-why").textContent = filled(broken.broken, broken);
  if (unable) at("proof-unable-why").textContent = filled(unable);
  at(shown).hidden = false;
  at(shown).focus();
}

const input = at("f-passport");
input.addEventListener("change", async () => {
  for (const id of ["proof-holds", "proof-broken", "proof-unable"]) at(id).hidden = true;
  const [file] = input.files;
  if (!file) return;
  at("proof-state").textContent = filled("checking");
  let answer;
  try {
    answer = await check(file);
  } catch {
    answer = { unable: "slip" };
  }
  at("proof-state").textContent = filled("ready");
  show(answer);
  // The same file, changed, may be chosen again.
  input.value = "";
});

at("proof-tool").hidden = false;
input.disabled = true;
try {
  await initialise({ module_or_path: new URL("./verify.wasm", import.meta.url) });
  at("proof-state").textContent = filled("ready");
  input.disabled = false;
  document.body.dataset.verifier = "";
} catch {
  show({ unable: "slip" });
}
