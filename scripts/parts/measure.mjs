// Pages per second of the server at E2E_URL; run by scripts/bench through end2end/stack/with.mjs. Everything is measured
// once in each round, so that whatever else the machine does falls on all pages alike.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);
const { E2E_URL: url, E2E_MAILBOX: mailbox, E2E_SERVER_PID: pid } = process.env;
const seconds = Number(process.env.SECONDS_EACH ?? 2);
const rounds = Number(process.env.ROUNDS ?? 5);
const CONNECTIONS = 64;
/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;
/** A browser that has begun a booking: its pages may hold what it typed, so it gets renderings of its own. */
const VISITOR = "Cookie: __Host-visitor=0123456789abcdef0123456789abcdef";

const style = /\/pkg\/site\.[A-Za-z0-9]+\.css/.exec(await (await fetch(`${url}/`)).text())?.[0];
const calendar = "/museum/sessions?people=2";
const pages = [
  { name: "front page", path: "/", page: true },
  { name: "museum", path: "/museum", page: true },
  { name: "calendar", path: calendar, page: true },
  { name: "calendar, English", path: `/en${calendar}`, page: true },
  { name: "front page, with a cookie", path: "/", header: VISITOR, page: true },
  { name: "museum, with a cookie", path: "/museum", header: VISITOR, page: true },
  { name: "calendar, with a cookie", path: calendar, header: VISITOR, page: true },
  { name: "style sheet (static)", path: style },
  { name: "API description", path: "/api/v1/openapi.json" },
].map((page) => ({ ...page, measured: [] }));

async function processorSeconds() {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return (user + system) / TICKS;
}

async function roundTrips() {
  return (await fetch(`${mailbox}/round-trips`)).json();
}

/** wrk writes 812.00us, 12.34ms, 1.02s. */
function milliseconds(text) {
  const [, number, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text ?? "") ?? [];
  return number ? Number(number) * { us: 1e-3, ms: 1, s: 1e3, m: 6e4 }[unit] : NaN;
}

/** … and 123.45MB. */
function kilobytes(text) {
  const [, number, unit] = /^([\d.]+)([KMG])B$/.exec(text ?? "") ?? [];
  return number ? Number(number) * { K: 1, M: 1024, G: 1024 ** 2 }[unit] : NaN;
}

async function measure({ path, header }) {
  const words = ["-t2", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", "-H", "Accept-Encoding: gzip"];
  const [cpu, trips] = [await processorSeconds(), await roundTrips()];
  const { stdout } = await run("wrk", [...words, ...(header ? ["-H", header] : []), url + path]);
  const used = { cpu: (await processorSeconds()) - cpu, trips: (await roundTrips()) - trips };
  const value = (pattern) => pattern.exec(stdout)?.[1];
  const requests = Number(value(/(\d+) requests in/));
  return {
    rate: Number(value(/Requests\/sec:\s+([\d.]+)/)),
    p50: milliseconds(value(/^\s+50%\s+(\S+)/m)),
    p99: milliseconds(value(/^\s+99%\s+(\S+)/m)),
    cpu: (used.cpu * 1e3) / requests,
    trips: used.trips / requests,
    kilobytes: kilobytes(value(/requests in \S+, (\S+) read/)) / requests,
    bad: Number(value(/Non-2xx or 3xx responses: (\d+)/) ?? 0) + Number(value(/Socket errors:.*timeout (\d+)/) ?? 0),
  };
}

const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => {
  const all = sorted(values);
  return (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
};

// The first request of each page is slower than all others.
for (const { path, header } of pages) {
  const [name, value] = header?.split(": ") ?? [];
  const answer = await fetch(url + path, { headers: header ? { [name]: value } : {} });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
}
for (let round = 0; round < rounds; round++) {
  for (const page of pages) page.measured.push(await measure(page));
}

const front = pages[0].measured;
console.log(`\nPages: wrk with ${CONNECTIONS} connections on the same ${cpus().length} cores, ${rounds} rounds of ${seconds} s each, gzip`);
console.log(
  ["page".padEnd(26), "per s".padStart(8), "(spread)".padEnd(15), "×front", "p50 ms", "p99 ms", "CPU s/1,000", "round trips/1,000", "kB sent"].join("  "),
);
for (const { name, measured } of pages) {
  const of = (key) => median(measured.map((one) => one[key]));
  const rates = sorted(measured.map((one) => one.rate));
  const bad = measured.reduce((sum, one) => sum + one.bad, 0);
  console.log(
    [
      name.padEnd(26),
      of("rate").toFixed(0).padStart(8),
      `(${rates[0].toFixed(0)}–${rates.at(-1).toFixed(0)})`.padEnd(15),
      median(measured.map((one, i) => one.rate / front[i].rate)).toFixed(2).padStart(6),
      of("p50").toFixed(1).padStart(6),
      of("p99").toFixed(1).padStart(6),
      of("cpu").toFixed(3).padStart(11),
      (of("trips") * 1e3).toFixed(2).padStart(17),
      of("kilobytes").toFixed(1).padStart(7),
    ].join("  ") + (bad > 0 ? `  not answered or not 2xx: ${bad}` : ""),
  );
}
console.log(`
Medians of the rounds. CPU is the server's process only (wrk takes its own share of the cores); the round trips to the
database include those of its workers meanwhile. Without a cookie visitors share a rendering for up to a second.`);
const slowest = pages.filter(({ page }) => page).map(({ name, measured }) => ({
  name,
  rate: median(measured.map((one) => one.rate)),
  p99: median(measured.map((one) => one.p99)),
}));
for (const { name, rate, p99 } of slowest) {
  const verdict = (reached) => (reached ? "reached" : "missed");
  console.log(`aim, ${name}: at least 2,500 pages/s: ${rate.toFixed(0)}, ${verdict(rate >= 2500)}; p99 at most 300 ms: ${p99.toFixed(0)}, ${verdict(p99 <= 300)}`);
}
