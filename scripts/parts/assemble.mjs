// Lays out what the browser loads: site/pkg/site.<hash>.{js,wasm,css}, site/hash.txt in leptos' form, public/ beside it,
// and a brotli and a gzip copy of every file that gains from one. A name with a hash never changes its content, so these
// files may be cached for ever; the server tells them by their place in pkg/.
//
//   node scripts/parts/assemble.mjs <work directory> <public directory> <site directory>

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [work, publicDir, site] = process.argv.slice(2);
const COMPRESSIBLE = new Set([".css", ".html", ".ico", ".js", ".json", ".md", ".svg", ".txt", ".wasm", ".webmanifest", ".xml"]);

/** Every file below `directory`, as paths relative to it. */
function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

const wanted = new Map(); // path below site/ -> bytes
const hash = (bytes) => createHash("sha256").update(bytes).digest("base64url").replace(/[-_]/g, "").slice(0, 16);

const wasm = readFileSync(join(work, "bound/site.wasm"));
const css = readFileSync(join(work, "site.css"));
const js = readFileSync(join(work, "bound/site.min.js"));
for (const [name, bytes] of [["wasm", wasm], ["css", css], ["js", js]]) wanted.set(`pkg/site.${hash(bytes)}.${name}`, bytes);
// The door's app: scripts that name each other, so it is their folder whose name carries the hash of all.
const gate = filesBelow(join(work, "gate")).map((file) => [file, readFileSync(join(work, "gate", file))]);
const door = hash(Buffer.concat(gate.flatMap(([file, bytes]) => [Buffer.from(`${file}\0${bytes.length}\0`), bytes])));
for (const [file, bytes] of gate) wanted.set(`pkg/door.${door}/${file}`, bytes);
// The verifier of passports, in the same manner.
const verifier = filesBelow(join(work, "verify")).map((file) => [file, readFileSync(join(work, "verify", file))]);
const verify = hash(Buffer.concat(verifier.flatMap(([file, bytes]) => [Buffer.from(`${file}\0${bytes.length}\0`), bytes])));
for (const [file, bytes] of verifier) wanted.set(`pkg/verify.${verify}/${file}`, bytes);
// Scripts a dependency brings along; wasm-bindgen has already put a hash into their directory's name.
for (const file of filesBelow(join(work, "bound/snippets"))) {
  wanted.set(`pkg/snippets/${file}`, readFileSync(join(work, "bound/snippets", file)));
}
for (const file of filesBelow(publicDir)) {
  if (!file.startsWith(".")) wanted.set(file, readFileSync(join(publicDir, file)));
}

let written = 0;
const kept = new Set(["hash.txt"]);
for (const [path, bytes] of wanted) {
  const target = join(site, path);
  const copies = [path];
  if (COMPRESSIBLE.has(extname(path)) && bytes.length > 200) copies.push(`${path}.br`, `${path}.gz`);
  copies.forEach((copy) => kept.add(copy));
  const fresh = existsSync(target) && readFileSync(target).equals(bytes) && copies.every((copy) => existsSync(join(site, copy)));
  if (fresh) continue;
  mkdirSync(dirname(target), { recursive: true });
  if (copies.length > 1) {
    const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${target}.br`, brotliCompressSync(bytes, { params: parameters }));
    writeFileSync(`${target}.gz`, gzipSync(bytes, { level: 9 }));
  }
  writeFileSync(target, bytes);
  written += 1;
}

// The names last, in one step, and only then is what they replaced removed: a server that starts meanwhile finds either
// the old set or the new one.
writeFileSync(join(site, "hash.txt.new"), `js: ${hash(js)}\nwasm: ${hash(wasm)}\ncss: ${hash(css)}\ndoor: ${door}\nverify: ${verify}\n`);
renameSync(join(site, "hash.txt.new"), join(site, "hash.txt"));
for (const file of filesBelow(site)) if (!kept.has(file)) rmSync(join(site, file));

const kilobytes = (path) => (statSync(join(site, path)).size / 1000).toFixed(1);
const sizes = ["js", "wasm", "css"].map((name) => {
  const path = [...wanted.keys()].find((key) => new RegExp(`^pkg/site\\.\\w+\\.${name}$`).test(key));
  return `${name} ${kilobytes(path)} kB, ${kilobytes(existsSync(join(site, `${path}.br`)) ? `${path}.br` : path)} brotli`;
});
console.log(`site/: ${wanted.size} files, ${written} written; ${sizes.join("; ")}`);
