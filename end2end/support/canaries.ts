// The people whose particulars journeys type, and what is written down about them for the search at the end of a run
// (stack/canaries.mjs): none of it may be found where it lies open. Every value is made anew, and nothing else says it.
import { appendFileSync } from "node:fs";

const list = new URL("../artefacts/canaries.jsonl", import.meta.url).pathname;

/** What a value says of a person. */
export type Kind = "name" | "document" | "phone" | "address" | "illness" | "account";

/** A value that is typed now, and looked for afterwards. */
export function planted(kind: Kind, value: string): string {
  appendFileSync(list, `${JSON.stringify({ kind, value })}\n`);
  return value;
}

const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");

/** Three characters that stand beside each other in no text of the house. */
function rare(): string {
  const characters = [..."翀赟昶翯暘熠燚煜珺瑀琮璟瑄祎祺禛翊翃翎芃荇莳蓁蓥蕤薏蘅蘧霂霈霁"];
  return Array.from({ length: 3 }, () => characters[Math.floor(Math.random() * characters.length)]).join("");
}

/** The number of a passport. */
export const passport = () => planted("document", `E${digits(8)}`);

/** Somebody of a family, with a passport. */
export const person = () => ({ name: planted("name", `测试·${rare()}`), document: passport() });

/** A mobile telephone that nobody has: numbers of this range are not given out. */
export const mobile = () => planted("phone", `1380000${digits(4)}`);

/** Where a family lives. */
export const address = () => planted("address", `演示${rare()}路${digits(3)}号`);

/** What somebody has, or how it is treated. */
export const illness = (what: string) => planted("illness", `演示·${rare()}${what}`);

/** An account at a bank. */
export const account = () => ({ holder: planted("name", `测试·${rare()}`), number: planted("account", `62${digits(17)}`) });
