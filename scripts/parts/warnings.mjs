// Reads cargo's JSON messages and fails if our crates gave a single warning. Cargo repeats the warnings of crates it did
// not compile again, so nothing is missed on a second run.
import { createInterface } from "node:readline";

let warnings = 0;
let crates = 0;
let finished = false;
const seen = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith("{")) continue;
  const message = JSON.parse(line);
  if (message.reason === "build-finished") finished = message.success;
  if (message.reason === "compiler-artifact" && message.package_id.startsWith("path+")) crates += 1;
  if (message.reason !== "compiler-message" || !message.package_id.startsWith("path+")) continue;
  const { level, rendered, spans } = message.message;
  if (level !== "warning" && level !== "error") continue;
  // "3 warnings emitted" and its like have no place in the source.
  if (spans.length === 0 && /warnings? emitted|aborting due to/.test(rendered)) continue;
  // A library is compiled twice, once for its own tests: one warning is one warning.
  if (seen.has(rendered)) continue;
  seen.add(rendered);
  warnings += 1;
  process.stderr.write(`${rendered}\n`);
}
console.log(`lints: ${crates} artefacts of ours, ${warnings} warnings or errors`);
process.exit(finished && warnings === 0 ? 0 : 1);
