// What a public page costs a phone, and what the door's app costs a device once: script and module, as sent (brotli). Fails
// above the budget.
import { readdirSync, readFileSync, statSync } from "node:fs";

const BUDGET = 60_000; // bytes
const CONSOLE = 250_000;
// The verifier of passports stands on one page, which is opened for nothing else, and is loaded whole so that the network may be cut.
const VERIFIER = 90_000;
const names = Object.fromEntries(readFileSync("site/hash.txt", "utf8").trim().split("\n").map((line) => line.split(": ")));
const size = (extension) => statSync(`site/pkg/site.${names[extension]}.${extension}.br`).size;
const [js, wasm] = [size("js"), size("wasm")];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`budget: script ${kilobytes(js)} + module ${kilobytes(wasm)} = ${kilobytes(js + wasm)} of ${kilobytes(BUDGET)} (brotli)`);
const sent = (folder) => {
  const sizes = readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name)).map((name) => Math.min(...[name, `${name}.br`].map((copy) => statSync(`${folder}/${copy}`, { throwIfNoEntry: false })?.size ?? Infinity)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
};
const door = sent(`site/pkg/door.${names.door}`);
console.log(`budget: the door's app ${kilobytes(door)} of ${kilobytes(CONSOLE)} (brotli)`);
const verify = sent(`site/pkg/verify.${names.verify}`);
console.log(`budget: the verifier of passports ${kilobytes(verify)} of ${kilobytes(VERIFIER)} (brotli)`);
process.exit(js + wasm <= BUDGET && door <= CONSOLE && verify <= VERIFIER ? 0 : 1);
