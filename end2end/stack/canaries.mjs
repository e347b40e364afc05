// After the last journey: what journeys typed about people (support/canaries.ts) is looked for in everything the house keeps
// or says in the open: the whole database, the server's log, its figures, every mail, every address a browser asked for.
// Whatever is found fails the run, and is told by its place, never by its value.
//
// Each search proves that it can find: values nobody typed are put into a table and a text of its own beforehand, written
// down in every way that is looked for, and each has to turn up.
import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * @typedef {{ kind: string, value: string }} Canary
 * @typedef {{ kind: string, where: string }} Finding
 */

/** Where something may be found, and why. The place is `table.column` of the database, or `mail`, `log`, `metrics`, `address`.
 * @type {{ kind: string, where: RegExp, why: string }[]} */
const MEANT = [];

const CONTROL = "control";
const TABLE = "e2e_canary_control";

const escaped = (text) => [...text].map((c) => (c.codePointAt(0) < 128 ? c : `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`)).join("");

/** What a text in base64 says of a value, wherever in it the value begins. */
function inBase64(bytes) {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** The ways a value is written down. */
function forms(value) {
  const bytes = Buffer.from(value);
  const all = [value, encodeURIComponent(value), encodeURIComponent(value).toLowerCase(), escaped(value), bytes.toString("hex"), ...inBase64(bytes)];
  if (/^1\d{10}$/.test(value)) for (const between of [" ", "-"]) all.push([value.slice(0, 3), value.slice(3, 7), value.slice(7)].join(between));
  return [...new Set(all)];
}

/** Something that looks for values in texts, and remembers where each was. */
class Search {
  /** @param {Canary[]} canaries */
  constructor(canaries) {
    this.wanted = canaries.map((canary) => ({ ...canary, forms: forms(canary.value), bytes: [canary.value, escaped(canary.value)].map((form) => Buffer.from(form)) }));
    /** @type {Map<string, Set<string>>} by place: the kinds */
    this.found = new Map();
    /** @type {Map<string, Set<string>>} by value: the places */
    this.places = new Map();
  }

  note(canary, where) {
    this.found.set(where, (this.found.get(where) ?? new Set()).add(canary.kind));
    this.places.set(canary.value, (this.places.get(canary.value) ?? new Set()).add(where));
  }

  text(text, where) {
    for (const canary of this.wanted) if (canary.forms.some((form) => text.includes(form))) this.note(canary, where);
  }

  bytes(bytes, where) {
    for (const canary of this.wanted) if (canary.bytes.some((form) => bytes.includes(form))) this.note(canary, where);
  }

  /** A column as `copy` writes it. */
  column(value, where) {
    if (value === "\\N") return;
    if (value.startsWith("\\\\x")) this.bytes(Buffer.from(value.slice(3), "hex"), where);
    else this.text(value.includes("\\") ? value.replaceAll("\\\\", "\\") : value, where);
  }
}

/** Reads the whole database as `pg_dump` tells it. Answers how many rows there were. */
async function searchDatabase(search, database) {
  const dump = spawn(process.env.E2E_PG_DUMP || "pg_dump", ["--data-only", "--no-owner", database], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  dump.stderr.on("data", (chunk) => (complaint += chunk));
  const ended = new Promise((resolve) => dump.once("close", resolve));
  let table = "";
  let columns = [];
  let rows = 0;
  for await (const line of createInterface({ input: dump.stdout, crlfDelay: Infinity })) {
    const copy = table ? null : /^COPY (?:\w+\.)?"?([\w]+)"? \((.*)\) FROM stdin;$/.exec(line);
    if (copy) {
      table = copy[1];
      columns = copy[2].split(", ");
    } else if (line === "\\.") {
      table = "";
    } else if (table) {
      rows += 1;
      line.split("\t").forEach((value, i) => search.column(value, `${table}.${columns[i]}`));
    } else {
      search.text(line, "the database, outside its tables");
    }
  }
  if ((await ended) !== 0) throw new Error(`the database could not be read: ${complaint}`);
  return rows;
}

/** A value of its own, in each way it may lie there. */
const control = () => ({ kind: CONTROL, value: `对照·${Array.from({ length: 6 }, () => String.fromCodePoint(0x4e00 + randomInt(0x5000))).join("")}` });

/**
 * Looks for everything that was typed.
 * @param {{ database: string, list: string, log: string, addresses: string, mails: unknown[], metrics: string }} places
 * @returns {Promise<string>} what was looked for, in a sentence
 */
export async function searchForCanaries({ database, list, log, addresses, mails, metrics }) {
  const read = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const typed = [...new Map(read(list).split("\n").filter(Boolean).map((line) => [line, JSON.parse(line)])).values()];
  const [inText, inJson, inBytes, inMail, inAddress] = [control(), control(), control(), control(), control()];
  const controls = [inText, inJson, inBytes, inMail, inAddress];
  const psql = (statement) => run("psql", ["-qtAX", "-v", "ON_ERROR_STOP=1", database, "-c", statement]);
  await psql(`create table ${TABLE} (words text, json json, bytes bytea)`);
  const search = new Search([...typed, ...controls]);
  let rows = 0;
  try {
    const json = `{"list":[{"name":"before ${escaped(inJson.value)} behind"}]}`;
    const hex = Buffer.from(`before ${inBytes.value} behind`).toString("hex");
    await psql(`insert into ${TABLE} values ('before ${inText.value} behind', '${json}', '\\x${hex}')`);
    rows = await searchDatabase(search, database);
  } finally {
    await psql(`drop table ${TABLE}`);
  }
  search.text(read(log), "log");
  search.text(metrics, "metrics");
  search.text(`${read(addresses)}\n/?q=${encodeURIComponent(inAddress.value)}`, "address");
  const planted = { subject: "", text: Buffer.from(`before ${inMail.value} behind`).toString("base64"), html: "" };
  for (const mail of [...mails, planted]) search.text(["subject", "text", "html"].map((part) => mail[part]).join("\n"), "mail");

  for (const [canary, where] of [[inText, `${TABLE}.words`], [inJson, `${TABLE}.json`], [inBytes, `${TABLE}.bytes`], [inMail, "mail"], [inAddress, "address"]]) {
    if (!search.places.get(canary.value)?.has(where)) throw new Error(`the search for canaries does not find what was put into ${where}`);
  }
  const is = (kind, where) => MEANT.some((meant) => meant.kind === kind && meant.where.test(where));
  const found = [...search.found].flatMap(([where, kinds]) => [...kinds].filter((kind) => kind !== CONTROL && !is(kind, where)).map((kind) => `${kind} in ${where}`));
  if (found.length > 0) throw new Error(`what journeys typed about people lies open: ${found.join("; ")}`);
  const lines = read(addresses).split("\n").length - 1;
  return `${typed.length} particulars are nowhere in ${rows} rows, ${mails.length} mails, ${lines} addresses, the log and the figures`;
}
