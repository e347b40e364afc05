// Everything a journey needs, started before the first test and gone after the last: a mail server, a database of its
// own, the server binary on a free port, a member of staff. The same binary and site/ that would be deployed; only the
// configuration says where mail goes. Nothing is shared with the developer's own database.
//
// From the environment (scripts/e2e sets it): E2E_SERVER, the binary; DATABASE_URL, any database on the Postgres to use;
// E2E_SITE, the built site. E2E_KEEP=1 leaves the database for a look afterwards; E2E_WIRE=1 counts round trips to it,
// which the mailbox's address tells at /round-trips. E2E_PG_DUMP, Postgres' own program of that name.
import { execFile, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { startScanner } from "./clamd.mjs";
import { searchForCanaries } from "./canaries.mjs";
import { startMailbox } from "./mailbox.mjs";
import { tapWire } from "./wire.mjs";

const run = promisify(execFile);
const artefacts = new URL("../artefacts/", import.meta.url).pathname;

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the journeys with scripts/e2e`);
  return value;
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", () => resolve()));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(() => resolve()));
  return port;
}

async function until(what, ready, server) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}; see end2end/artefacts/server.log`);
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen within a minute; see end2end/artefacts/server.log`);
}

/** The first password, as `create-admin` prints it once. */
function firstPassword(printed) {
  const password = /password\s+(\S+)/i.exec(printed)?.[1];
  if (!password) throw new Error(`create-admin printed no password where expected:\n${printed}`);
  return password;
}

/** @param {unknown} playwright its configuration, when the journeys begin; nothing when with.mjs needs a server. */
export default async function start(playwright = undefined) {
  // The pictures of a walk stay until the next walk.
  if (playwright) rmSync(artefacts, { recursive: true, force: true });
  mkdirSync(artefacts, { recursive: true });
  const binary = required("E2E_SERVER");
  const database = `e2e_${process.pid}`;
  const address = new URL(required("DATABASE_URL"));
  const admin = new URL(address);
  admin.pathname = "/postgres";
  address.pathname = `/${database}`;
  const psql = (statement) => run("psql", ["-qtAX", admin.href, "-c", statement]);
  await psql(`create database ${database}`);

  // A second factor's code works once, so tests cannot share a person: whoever asks gets a new member of staff.
  let hired = 0;
  const hire = async () => {
    const login = `e2e.staff${++hired}`;
    const roles = ["museum_officer", "steward", "auditor", "bus_dispatcher", "door_supervisor", "night_shift"].flatMap((role) => ["--role", role]);
    const { stdout } = await command("create-admin", "--login", login, "--name", `端到端${hired}号`, ...roles);
    return { login, password: firstPassword(stdout) };
  };
  // The next one is made while the last one works.
  let waiting;
  const hireNext = () => {
    const somebody = waiting ?? hire();
    waiting = hire();
    waiting.catch(() => {});
    return somebody;
  };
  const wire = process.env.E2E_WIRE ? await tapWire(address) : undefined;
  const mailbox = await startMailbox({ "/hire": hireNext, "/round-trips": async () => wire?.roundTrips() ?? null });
  const scanner = await startScanner();
  const machine = async () => {
    const names = ["sessions:read", "bookings:write", "door:write", "lims:write", "telemetry:write"];
    const scopes = names.flatMap((scope) => ["--scope", scope]);
    const { stdout } = await command("client", "add", "--name", "end2end", ...scopes);
    const value = (name) => new RegExp(`${name}\\s+(\\S+)`).exec(stdout)?.[1] ?? "";
    return { client_id: value("client_id"), client_secret: value("client_secret") };
  };
  const [port, ops] = [await freePort(), await freePort()];
  // By name: browsers make passkeys for names only.
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: (wire?.database ?? address).href,
    CORDBLOOD__HTTP__LISTEN: `127.0.0.1:${port}`,
    CORDBLOOD__HTTP__PUBLIC_URL: url,
    // The browser is its own proxy: each journey says where it comes from.
    CORDBLOOD__HTTP__TRUSTED_PROXIES: "127.0.0.1,::1",
    CORDBLOOD__OPS__LISTEN: `127.0.0.1:${ops}`,
    CORDBLOOD__SITE__ROOT: required("E2E_SITE"),
    CORDBLOOD__MAIL__DELIVERY: "smtp",
    CORDBLOOD__MAIL__HOST: "127.0.0.1",
    CORDBLOOD__MAIL__PORT: String(mailbox.smtpPort),
    CORDBLOOD__MAIL__TLS: "none",
    CORDBLOOD__FILES__SCANNER: scanner.setting,
    CORDBLOOD__TELEMETRY__FORMAT: "json",
    RUST_BACKTRACE: "1",
  };
  const command = (...words) => run(binary, words, { env, maxBuffer: 1 << 24 });
  await command("migrate");
  await command("seed", "--demo");

  const log = createWriteStream(`${artefacts}${playwright ? "server" : "server-with"}.log`);
  const server = spawn(binary, ["serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [server.stdout, server.stderr]) stream.pipe(log, { end: false });
  await until("the server's readiness", async () => (await fetch(`http://127.0.0.1:${ops}/readyz`)).ok, server);

  process.env.E2E_URL = url;
  process.env.E2E_SERVER_PID = String(server.pid);
  process.env.E2E_OPS = `http://127.0.0.1:${ops}`;
  process.env.E2E_MAILBOX = mailbox.url;
  process.env.E2E_DATABASE = address.href;
  process.env.E2E_CLIENT = JSON.stringify(await machine());

  return async () => {
    const metrics = await fetch(`http://127.0.0.1:${ops}/metrics`).then((answer) => answer.text(), () => "");
    const mails = await (await fetch(mailbox.url)).json();
    const ended = new Promise((resolve) => server.once("close", resolve));
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), 30_000);
    const code = server.exitCode ?? (await ended);
    clearTimeout(timer);
    log.end();
    await finished(log);
    await mailbox.close();
    await scanner.close();
    await wire?.close();
    const at = (name) => `${artefacts}${name}`;
    const open = { list: at("canaries.jsonl"), log: at("server.log"), addresses: at("addresses.txt") };
    const searched = playwright && searchForCanaries({ database: address.href, ...open, mails, metrics });
    const told = await Promise.resolve(searched).then((told) => ({ told }), (fault) => ({ fault }));
    if (process.env.E2E_KEEP) console.log(`kept: ${address.href}`);
    else await psql(`drop database if exists ${database} with (force)`);
    if (told.fault) throw told.fault;
    if (told.told) console.log(told.told);
    if (code !== 0) throw new Error(`the server did not end in order (exit code ${code}); see end2end/artefacts/server.log`);
  };
}
