// The sentences of the house in both languages, as the shell brings them. Chinese is what the shell itself is written in.
const ALL = JSON.parse(document.querySelector("#words").textContent);
let locale = "zh-CN";

export const language = () => locale;

/** The sentence of a key with its variables; one has a sentence of its own in English. */
export function say(key, values = {}) {
  const counted = values.n ?? values.left ?? values.arrived;
  const sentence = (counted === 1 && ALL[locale][`${key}#1`]) || ALL[locale][key] || key;
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

/** Goes over to a language: every sentence of the shell, and those the camera's script is given. */
export function speak(to) {
  locale = to in ALL ? to : "zh-CN";
  document.documentElement.lang = locale;
  document.title = say("gate-app-name");
  for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w);
  const camera = document.querySelector("[data-camera]");
  for (const why of ["refused", "none", "busy", "other"]) camera.dataset[why] = say(`door-camera-${why}`);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" });

/** 09:00, in Shandong, whatever the device thinks. */
export const clock = (instant) => CLOCK.format(new Date(instant));
/** 2026-07-28, in Shandong. */
export const day = (instant) => DAY.format(new Date(instant));

/** Why nobody is let in: each refusal its own sentence. */
export function refusal({ code, starts_at, from, until, arrived, left }) {
  const at = starts_at && `${day(starts_at)} ${clock(starts_at)}`;
  return say(`door-${code}`, { at, from: from && clock(from), until: until && clock(until), arrived, left });
}
