// The door's app: what is on the screen and what a press does. It opens without the network, shows how it stands with it, and
// never waits for it.
import "./camera.js";
import { beep, setSound } from "./sound.js";
import { admit, count, look, now, setOffset, standing } from "./door.js";
import { load } from "./rules.js";
import { forgetDay, keep, meta, StoreFailed } from "./store.js";
import { conflicts, endShift, Ended, enrol, exchange } from "./sync.js";
import { clock, day, language, refusal as sentence, say, speak } from "./words.js";

const EVERY = 20_000;
const TAPPED = 8;
const OF_THE_CLOCK = ["wrong-day", "too-early", "too-late"];
const $ = (id) => document.getElementById(id);
const show = (id, shown) => ($(id).hidden = !shown);

let role;
let online = false;
let party;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// ---- What is said

/** One sentence above everything, until the next thing happens. */
function tell(key, values) {
  $("told").textContent = key ? say(key, values) : "";
  show("told", Boolean(key));
}

const icon = (yes) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", yes ? "M4 12.5l5.5 5.5L20 6.5" : "M5 5l14 14M19 5L5 19");
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "2.5");
  svg.append(path);
  return svg;
};

/** The wall of green or red. */
function wall(yes, text, ...lines) {
  const answer = $("answer");
  answer.className = `door-answer ${yes ? "door-yes" : "door-no"}`;
  answer.replaceChildren(icon(yes), element("p", { className: "door-answer-text", textContent: text }));
  for (const line of lines.filter(Boolean)) answer.append(element("p", { className: "door-answer-who", textContent: line }));
  beep(yes);
}

function clear() {
  $("answer").className = "";
  $("answer").replaceChildren();
  tell();
}

/** 演** · K7M4-Q2XR */
const who = (booking) => booking?.reference && `${booking.name} · ${booking.reference.slice(0, 4)}-${booking.reference.slice(4)}`;
const span = (session) => session && `${clock(session.starts_at)}–${clock(session.ends_at)}`;

// ---- How it stands

function pill(id, text, tone) {
  $(id).textContent = text;
  $(id).className = `tag tag-${tone}`;
}

function age(instant) {
  if (!instant) return say("gate-app-never");
  const n = Math.max(Math.floor((Date.now() - instant) / 60_000), 0);
  return n === 0 ? say("gate-app-age-now") : say("gate-app-age", { n });
}

function showClock(offset = 0) {
  const n = Math.round(Math.abs(offset) / 1000);
  if (n < 2) return pill("clock", say("gate-app-clock"), "plain");
  return pill("clock", say(offset > 0 ? "gate-app-behind" : "gate-app-ahead", { n }), n > 60 ? "warning" : "plain");
}

async function showStanding() {
  const known = await meta("key", "name", "day", "exchanged", "offset", "refusals", "ended");
  show("standing", Boolean(known.key));
  show("inside-line", Boolean(known.key));
  if (!known.key) return;
  const { activities, sessions, inside, waiting } = await standing();
  pill("network", say(online ? "gate-app-online" : "gate-app-offline"), online ? "success" : "warning");
  pill("queue", waiting ? say("gate-app-queued", { n: waiting }) : say("gate-app-sent"), waiting ? "info" : "plain");
  pill("age", known.day ? age(known.exchanged) : say("gate-app-never"), known.day ? "plain" : "warning");
  showClock(known.offset);
  const refused = known.refusals?.day === day(now()) ? known.refusals.n : 0;
  $("device").textContent = say("gate-app-name-of", { name: known.name }) + (refused ? ` · ${say("gate-app-refused-again", { n: refused })}` : "");
  showPlaces(activities);
  $("inside").textContent = Math.max(inside.get(place()) ?? 0, 0);
  showSessions(activities, sessions);
  show("shift-ended", Boolean(known.ended));
  show("supervisor", role === "supervisor" && !known.ended);
  for (const id of ["scan", "others", "day"]) show(id, !known.ended && !(id !== "day" && party));
}

const place = () => $("f-place").value;

/** Where there are several things today one says which one counts for. */
function showPlaces(activities) {
  const select = $("f-place");
  const chosen = select.value;
  const title = (activity) => (language() === "en" && activity.title_en) || activity.title_zh;
  const texts = activities.map((activity) => `${activity.id} ${title(activity)}`).join("\n");
  if (select.dataset.texts !== texts) {
    select.dataset.texts = texts;
    select.replaceChildren(...activities.map((activity) => element("option", { value: activity.id, textContent: title(activity) })));
    if (activities.some((activity) => activity.id === chosen)) select.value = chosen;
  }
  show("place-field", activities.length > 1);
}

function showSessions(activities, sessions) {
  const title = new Map(activities.map((activity) => [activity.id, language() === "en" ? activity.title_en : activity.title_zh]));
  const rows = sessions.map((session) => {
    const when = element("span", { textContent: span(session) });
    if (activities.length > 1) when.append(element("span", { className: "door-running-event", textContent: title.get(session.activity) ?? "" }));
    // Rosters of an older house do not say.
    if (session.open_door && !session.closed) when.append(element("span", { className: "door-running-open", textContent: say("gate-app-open-door") }));
    const state = session.closed ? say("gate-app-closed") : say("gate-app-arrived", session);
    return element("li", {}, when, element("strong", { textContent: state }));
  });
  if (rows.length === 0) rows.push(element("li", { textContent: say("gate-app-sessions-none") }));
  $("sessions").replaceChildren(...rows);
}

async function showConflicts() {
  if (role !== "supervisor" || !online) return;
  const open = await conflicts().catch(() => undefined);
  // What could not be asked is not nothing.
  if (!open) return;
  $("conflicts-said").textContent = open.length ? say("gate-app-conflicts-some", { n: open.length }) : say("gate-app-conflicts-none");
  const rows = open.map(({ reference, name, said }) => {
    const doors = said.map(({ device, at, present }) => `${device ?? "—"} ${at} +${present}`);
    const [colon, comma] = language() === "en" ? [": ", ", "] : ["：", "，"];
    return element("li", { textContent: `${name ?? ""} ${reference ?? ""}${colon}${doors.join(comma)}` });
  });
  $("conflicts").replaceChildren(...rows);
}

// ---- The house

/** What the screen still shows of people goes with what the device kept of them. */
function blank() {
  party = undefined;
  clear();
  for (const id of ["party-people", "party-who", "party-documents", "party-more", "choices", "sessions", "conflicts"]) $(id).replaceChildren();
  for (const id of ["f-ticket", "f-code", "f-reason"]) $(id).value = "";
}

/** The house ended the device: nothing of the day stays on the screen. */
async function over({ code }) {
  blank();
  await start();
  tell(code === "device-revoked" ? "gate-app-wiped" : "gate-app-unknown");
}

let isSyncing = false;
let again = false;

/** One exchange after the other. What asks for one meanwhile may have noted something that is not in it: it goes once more. */
async function sync() {
  again = true;
  if (isSyncing) return;
  isSyncing = true;
  try {
    while (again) {
      again = false;
      await syncOnce();
    }
  } finally {
    isSyncing = false;
  }
}

async function syncOnce() {
  const before = (await meta("key")).key;
  if (!before) {
    // It was told in another window, or somebody cleared what the browser keeps.
    if (role) blank();
    return start();
  }
  try {
    online = (await exchange()) || online;
  } catch (error) {
    if (error instanceof Ended) return over(error);
    // What was noted is noted, and goes up the next time.
    if (error instanceof StoreFailed) return tell("gate-app-unread");
    online = false;
  }
  await showStanding();
  await showConflicts();
}

/** Yesterday's roster is nobody's business today. */
async function endDay() {
  const { day: of } = await meta("day");
  if (!of || of === day(now())) return;
  await forgetDay();
  blank();
  next();
}

async function tick() {
  await endDay();
  await sync();
}

// ---- One ticket after the other

function next() {
  party = undefined;
  show("party", false);
  show("scan", true);
  show("others", true);
  $("f-ticket").value = "";
  $("f-ticket").focus();
}

/** How many are there? One tap up to eight, a number beyond. */
function ask(found, against) {
  party = { ...found, against };
  const most = Math.max(found.left, 1);
  const people = found.booking?.people ?? found.ticket.pass.people;
  $("party-people").textContent = say("door-party", { n: people });
  $("party-who").textContent = who(found.booking) ?? say("gate-app-newer");
  const arrived = people - most;
  $("party-more").textContent = [span(found.session), arrived > 0 && say("gate-app-arrived", { arrived, people })].filter(Boolean).join(" · ");
  // Rosters of an older house do not say.
  const ends = found.booking?.documents ?? [];
  $("party-documents").textContent = ends.length ? say("door-document", { last: ends.join(say("enumeration-separator")) }) : "";
  show("party-documents", ends.length > 0);
  show("numbers", most <= TAPPED);
  show("number-field", most > TAPPED);
  const choices = Array.from({ length: Math.min(most, TAPPED) }, (_, i) => {
    const input = element("input", { type: "radio", name: "present", id: `present-${i + 1}`, value: i + 1, checked: i + 1 === most });
    return element("div", { className: "choice" }, input, element("label", { htmlFor: input.id, textContent: i + 1 }));
  });
  $("choices").replaceChildren(...choices);
  $("f-present").max = most;
  $("f-present").value = most;
  show("reason-field", against);
  $("f-reason").required = against;
  $("f-reason").value = "";
  $("admit-button").textContent = say(against ? "gate-app-override-submit" : "door-admit");
  show("party", true);
  show("scan", false);
  show("others", false);
  $("admit-button").focus();
}

/** Why nobody is let in; of what a device knows by itself the sentence is the app's. */
function whyNot(refusal) {
  if (refusal.code === "no-roster") return say("gate-app-no-roster");
  if (refusal.code !== "unknown-key") return sentence(refusal);
  // With the network the published keys are all here.
  return online ? sentence({ code: "not-a-pass" }) : say("gate-app-unknown-key");
}

$("look").addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  const found = await look($("f-ticket").value);
  const { refusal } = found;
  if (!refusal) return ask(found, false);
  wall(false, whyNot(refusal), who(found.booking), span(found.session));
  $("f-ticket").select();
  if (OF_THE_CLOCK.includes(refusal.code) && role === "supervisor") ask(found, true);
});

$("admit").addEventListener("submit", async (event) => {
  event.preventDefault();
  // Pressed twice is once: the party is taken before anything is waited for.
  if (!party) return;
  const asked = party;
  party = undefined;
  const { ticket, booking, session, left, against } = asked;
  const present = Number(left <= TAPPED ? document.querySelector("[name=present]:checked")?.value : $("f-present").value);
  // What the house would not take as words is no reason to lose the people.
  const reason = $("f-reason").value.replace(/[\p{Cc}<>]/gu, " ").trim();
  const { admission, refusal } = await admit(ticket, present, against ? reason || undefined : undefined).catch((error) => {
    party = asked;
    throw error;
  });
  clear();
  if (admission) {
    const missing = admission.arrived < admission.people && say("gate-app-arrived", admission);
    wall(true, say("door-come-in", { n: admission.admitted }), missing, who(booking) ?? say("gate-app-newer"), span(session));
  } else {
    wall(false, sentence(refusal), who(booking), span(session));
  }
  next();
  await showStanding();
  sync();
});

$("next").addEventListener("click", () => {
  clear();
  next();
});

for (const button of document.querySelectorAll("[data-count]")) {
  button.addEventListener("click", async () => {
    const { count: kind, n } = button.dataset;
    if (!place()) return tell("gate-app-no-roster");
    await count(kind, place(), Number(n));
    clear();
    tell(kind === "walk_in" ? "gate-app-walked" : "gate-app-went", { n: Number(n) });
    button.closest("details").open = false;
    await showStanding();
    sync();
  });
}

$("f-place").addEventListener("change", showStanding);
$("sync").addEventListener("click", sync);

// ---- Enrolment, shifts, language, sound

$("enrol").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("enrol-said").textContent = "";
  try {
    await enrol($("f-code").value);
  } catch (error) {
    if (error instanceof StoreFailed) throw error;
    // The house's word is a text; without one there was no house.
    const told = typeof error.code === "string" ? "gate-app-enrol-later" : "gate-app-enrol-offline";
    $("enrol-said").textContent = say(error.code === "bad-credentials" ? "gate-app-code-bad" : told);
    return;
  }
  $("f-code").value = "";
  tell();
  await start();
  await sync();
});

$("shift-end").addEventListener("click", async () => {
  $("shift-said").textContent = "";
  const { waiting } = await standing();
  let still;
  try {
    still = await endShift();
  } catch (error) {
    if (error instanceof Ended) return over(error);
    if (error instanceof StoreFailed) throw error;
    still = waiting || 1;
  }
  if (still) {
    $("shift-said").textContent = say("gate-app-shift-waiting", { n: still });
    return showStanding();
  }
  blank();
  next();
  tell("gate-app-shift-ended");
  await showStanding();
  $("shift-begin").focus();
});

$("shift-begin").addEventListener("click", async () => {
  await keep({ ended: false });
  tell();
  await sync();
});

$("language").addEventListener("click", async () => {
  speak(language() === "en" ? "zh-CN" : "en");
  await keep({ language: language() });
  clear();
  if (party) ask(party, party.against);
  await showStanding();
});

$("sound").addEventListener("change", () => {
  setSound($("sound").checked);
  keep({ sound: $("sound").checked });
});

/** The code of a QR code stands behind the hash sign, and goes once it is read, also where there is a key already. */
function codeOfAddress() {
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, "", location.pathname);
  return code;
}

/** What the device is: enrolled or not. */
async function start() {
  const known = await meta("key", "role", "offset");
  role = known.role;
  setOffset(known.offset);
  show("loading", false);
  show("enrolment", !known.key);
  show("door", Boolean(known.key));
  await showStanding();
  const code = codeOfAddress();
  if (known.key) return next();
  if (!code) return undefined;
  $("f-code").value = decodeURIComponent(code);
  return $("enrol").requestSubmit();
}

async function begin() {
  const known = await meta("language", "sound", "offset");
  // Which day it is the house said, whatever this clock says.
  setOffset(known.offset);
  speak(known.language ?? "zh-CN");
  $("sound").checked = known.sound ?? true;
  setSound($("sound").checked);
  await load();
  await endDay();
  await start();
  await sync();
  setInterval(tick, EVERY);
  addEventListener("online", sync);
  // The QR code of an enrolment is scanned while the app is open; on a device that has a role the party in front of it stays.
  addEventListener("hashchange", () => (role ? codeOfAddress() : start()));
  addEventListener("offline", () => {
    online = false;
    showStanding();
  });
  document.body.dataset.ready = "";
}

// Whatever was pressed: where the store fails nothing else would be on the screen.
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof StoreFailed) tell(reason.mode === "readwrite" ? "gate-app-unkept" : "gate-app-unread");
});

// Without the network the one that is there stays.
navigator.serviceWorker?.register("/door/app/worker.js", { scope: "/door/app/", updateViaCache: "none" }).catch(() => {});
begin().catch((error) => {
  console.error(error);
  $("loading").textContent = say(error instanceof StoreFailed ? "gate-app-unread" : "gate-app-old");
  show("loading", true);
});
