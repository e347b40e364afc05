// The words on the pages, read from the house's own catalogues: a test names a message by its key and follows when its
// wording changes. Messages with something to fill in become patterns.
import { readdirSync, readFileSync } from "node:fs";

export type Locale = "zh-CN" | "en";

/**
 * Where a journey that is walked in both languages is walked in each: Chinese with scripts in both windows, English on the desktop
 * with them and on the telephone without. So each language meets both windows, and scripts and their absence meet each window.
 */
export const WALKED: Record<Locale, "@js" | "@desk"> = { "zh-CN": "@js", en: "@desk" };

const locales = new URL("../../app/locales/", import.meta.url).pathname;

function catalogue(locale: Locale): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(locales + locale).filter((name) => name.endsWith(".ftl"))) {
    let key: string | undefined;
    for (const line of readFileSync(`${locales}${locale}/${file}`, "utf8").split("\n")) {
      const start = /^([a-z][\w-]*) *= *(.*)$/.exec(line);
      if (start) {
        key = start[1];
        messages.set(key, start[2]);
      } else if (key && (/^\s+\S/.test(line) || line.startsWith("}"))) {
        messages.set(key, `${messages.get(key)}\n${line.trim()}`);
      } else if (!line.startsWith("#")) {
        key = undefined;
      }
    }
  }
  return messages;
}

const catalogues: Record<Locale, Map<string, string>> = { "zh-CN": catalogue("zh-CN"), en: catalogue("en") };
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");

/** The message `key`: its text, or, where something is filled in, a pattern for it. */
export function words(locale: Locale, key: string): string | RegExp {
  const message = catalogues[locale].get(key);
  if (message === undefined) throw new Error(`no message ${key} in ${locale}`);
  if (!message.includes("{")) return message;
  // Placeables, nested ones too, stand for anything.
  let depth = 0;
  let pattern = "";
  let literal = "";
  for (const character of message) {
    if (character === "{") {
      if (depth === 0) {
        pattern += `${escape(literal)}.*`;
        literal = "";
      }
      depth += 1;
    } else if (character === "}") depth -= 1;
    else if (depth === 0) literal += character;
  }
  return new RegExp(pattern + escape(literal), "s");
}

/** The address of a path in a language. */
export function localized(locale: Locale, path: string): string {
  if (locale === "zh-CN") return path;
  return path === "/" ? "/en" : `/en${path}`;
}
