// The device and the house: what was done is sent first, what changed is asked for afterwards. A batch whose answer was lost
// is sent again as it was; every fact has its nonce, and the house applies it once. While servers are exchanged some of them
// are older than this app and some are newer: what one cannot read, and what it answers in a word this app does not know,
// stays in the queue.
import { now, setOffset } from "./door.js";
import { answer, forgetDay, keep, meta, read, wipe, write } from "./store.js";
import { day } from "./words.js";

// A hundred facts with long reasons would be more than the house reads at once.
const BATCH = 50;
// What can become of a fact for good. Another word is a later house's, and no word of this app's that the fact is settled.
const FATES = ["admitted", "counted", "conflict", "refused", "not-allowed", "too-old", "nonce-reused", "invalid"];
const VERSION = (new URL(import.meta.url).pathname.split("/").at(-2) ?? "").replace("door.", "").slice(0, 8);

/** The house does not know the device any more, or has taken its key back. */
export class Ended extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

async function ask(method, path, key, body) {
  const response = await fetch(`/api/v1/door/${path}`, {
    method,
    cache: "no-store",
    credentials: "omit",
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const told = await response.json();
  if (response.ok) return told;
  if (["device-revoked", "no-token"].includes(told.code)) throw new Ended(told.code);
  throw Object.assign(new Error(told.code), { code: told.code });
}

/** The house knows no such device: it is enrolled anew, and then sends what it did. */
const disown = () =>
  forgetDay().then(() => write(({ meta: store }) => ["key", "name", "role"].forEach((name) => store.delete(name))));

/** 256 random bits: the device's own key. */
function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Enrols the device by its code. The key is kept before it is shown, so that a lost answer can be asked for again; another
 * code has another key, since the first may be a device's already.
 */
export async function enrol(code) {
  const { pending } = await meta("pending");
  const key = pending?.code === code ? pending.key : fresh();
  await keep({ pending: { code, key } });
  const { name, role } = await ask("POST", "enrolments", undefined, { code, key });
  await write(({ meta: store }) => {
    store.delete("pending");
    for (const [what, value] of Object.entries({ key, name, role })) store.put(value, what);
  });
  await navigator.storage?.persist?.();
}

/** Sends every fact once, in batches; with none it says how the device stands. */
async function upload(key) {
  for (let last = 0; ; ) {
    const [batch, waiting] = await read(async ({ queue }) => [
      await answer(queue.getAll(IDBKeyRange.lowerBound(last, true), BATCH)),
      await answer(queue.count()),
    ]);
    await send(key, batch, waiting);
    if (batch.length < BATCH) return;
    last = batch.at(-1).seq;
  }
}

/** What facts have that the same house can read, or cannot. */
const shape = ({ fact }) => [...Object.keys(fact), ...Object.keys(fact.ticket ?? {}), fact.kind].sort().join();

/**
 * Sends some facts. A house that cannot read one of them refuses them all: then those of each shape are sent by themselves, and of
 * those half and half, until only what is not read waits for a house that can.
 */
async function send(key, batch, waiting) {
  try {
    await settle(batch, await told(key, batch, waiting));
  } catch (error) {
    if (error.code !== "malformed" || batch.length === 0) throw error;
    const shapes = new Set(batch.map(shape));
    if (batch.length === 1) return;
    const middle = Math.ceil(batch.length / 2);
    const parts = shapes.size > 1
      ? [...shapes].map((one) => batch.filter((fact) => shape(fact) === one))
      : [batch.slice(0, middle), batch.slice(middle)];
    for (const part of parts) await send(key, part, waiting);
  }
}

/** What the house says of each of these facts, by their nonces. */
async function told(key, batch, waiting) {
  const sent = Date.now();
  const said = await ask("POST", "facts", key, {
    device_at: new Date(sent).toISOString(),
    app_version: VERSION,
    queue_length: waiting,
    facts: batch.map(({ fact }) => fact),
  });
  const offset = Date.parse(said.server_at) - (sent + Date.now()) / 2;
  setOffset(offset, true);
  await keep({ offset });
  return new Map(said.results.map((result) => [result.nonce, result]));
}

/** Takes out of the queue what has become of facts for good, and counts it; what was not accepted by the day it was said on. */
const settle = (batch, results) =>
  write(async ({ meta: store, bookings, queue }) => {
    const today = day(now());
    const before = await answer(store.get("refusals"));
    let refused = before?.day === today ? before.n : 0;
    let walked = (await answer(store.get("activities"))) ?? [];
    for (const { seq, booking: id, session, fact } of batch) {
      const result = results.get(fact.nonce);
      if (!FATES.includes(result?.outcome)) continue;
      queue.delete(seq);
      if (result.outcome === "admitted") {
        // One that was made after the roster comes with the next; until then it is known that these people came.
        const unnamed = { id, session, reference: "", name: "", people: result.people, cancelled: false };
        bookings.put({ ...((await answer(bookings.get(id))) ?? unnamed), arrived: result.arrived });
      }
      if (result.outcome === "counted") {
        const people = fact.kind === "walk_in" ? fact.people : -fact.people;
        walked = walked.map((one) => (one.id === fact.activity ? { ...one, walked: one.walked + people } : one));
      }
      if (!["admitted", "counted", "conflict"].includes(result.outcome)) refused += 1;
    }
    store.put(walked, "activities");
    store.put({ day: today, n: refused }, "refusals");
  });

/** Asks for what changed since the last whole roster, page by page; it is put in place when all of it is there. */
async function download(key) {
  const { as_of: since } = await meta("as_of");
  const pages = [];
  let after;
  do {
    const asked = new URLSearchParams({ ...(since && { since }), ...(after && { after }) });
    const page = await ask("GET", `roster?${asked}`, key);
    pages.push(page);
    after = page.next;
  } while (after);
  const [first] = pages;
  await write(async ({ meta: store, sessions, bookings }) => {
    // The shift ended while this was on its way: nothing of the day comes back.
    if (await answer(store.get("ended"))) return;
    if (first.full) bookings.clear();
    // All of the day's are sent each time; one that was taken away is gone.
    sessions.clear();
    first.sessions.forEach((session) => sessions.put(session));
    pages.forEach((page) => page.bookings.forEach((booking) => bookings.put(booking)));
    first.gone.forEach((id) => bookings.delete(id));
    for (const name of ["day", "as_of", "activities", "keys"]) store.put(first[name], name);
  });
}

/** Does what the house says of the device itself at once: one that was revoked keeps nothing. */
async function obey(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Ended) await (error.code === "device-revoked" ? wipe() : disown());
    throw error;
  }
}

/** One exchange with the house, by one window at a time: the others wait for theirs. Answers whether there was one. */
export const exchange = () =>
  navigator.locks.request("door exchange", async () => {
    const { key, ended } = await meta("key", "ended");
    if (!key) return false;
    return obey(async () => {
      await upload(key);
      if (!ended) await download(key);
      await keep({ exchanged: Date.now() });
      return true;
    });
  });

/** What supervisors have to decide; on their devices. */
export async function conflicts() {
  const { key } = await meta("key");
  return (await ask("GET", "conflicts", key)).conflicts ?? [];
}

/** Ends the shift: everything is sent, then the day is forgotten. Answers how many facts still wait. */
export async function endShift() {
  await exchange();
  const waiting = await read(({ queue }) => answer(queue.count()));
  if (waiting > 0) return waiting;
  const { key } = await meta("key");
  await obey(() => ask("DELETE", "shift", key));
  await keep({ ended: true });
  await forgetDay();
  return 0;
}
