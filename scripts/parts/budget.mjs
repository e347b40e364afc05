// What a public page costs a phone: script and module, as sent (brotli). Fails above the budget.
import { readFileSync, statSync } from "node:fs";

const BUDGET = 60_000; // bytes
const names = Object.fromEntries(readFileSync("site/hash.txt", "utf8").trim().split("\n").map((line) => line.split(": ")));
const size = (extension) => statSync(`site/pkg/site.${names[extension]}.${extension}.br`).size;
const [js, wasm] = [size("js"), size("wasm")];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`budget: script ${kilobytes(js)} + module ${kilobytes(wasm)} = ${kilobytes(js + wasm)} of ${kilobytes(BUDGET)} (brotli)`);
process.exit(js + wasm <= BUDGET ? 0 : 1);
