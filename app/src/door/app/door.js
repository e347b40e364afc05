// What happens at the door: looking a ticket up, letting people in, counting. Each is one transaction of the device's store:
// what was answered in green is in the queue, whatever happens to the browser afterwards.
import * as rules from "./rules.js";
import { answer, meta, read, write } from "./store.js";
import { day } from "./words.js";

let offset;
// Where this clock stood beside the one that nobody can set, when the house answered last.
let measured;
const beside = () => Date.now() - performance.now();

/** The house's clock, as far as the last contact told. */
export const now = () => new Date(Date.now() + (offset ?? 0));
export function setOffset(to, fresh) {
  offset = to;
  if (fresh) measured = beside();
}

/**
 * When a fact happens: by this clock, and how far it is behind, since it may be put right before this is sent. Where the clock
 * was set since the house answered nobody knows how far; what is measured as it is sent is the better guess.
 */
function when() {
  const known = measured !== undefined && Math.abs(beside() - measured) < 2_000;
  return { at: new Date().toISOString(), ...(known && { behind_ms: Math.round(offset) }) };
}

/** People of a booking who were let in here and are not counted in the roster yet. */
async function arrivedHere(queue, booking) {
  const waiting = await answer(queue.index("booking").getAll(booking));
  return waiting.reduce((sum, { fact }) => sum + fact.present, 0);
}

/** What the roster has of a ticket. */
async function known({ meta: store, sessions, bookings, queue }, ticket) {
  const as_of = await answer(store.get("as_of"));
  const booking = ticket.pass
    ? await answer(bookings.get(ticket.pass.booking))
    : ticket.reference && (await answer(bookings.index("reference").get(ticket.reference)));
  const session = await answer(sessions.get(booking?.session ?? ticket.pass?.session ?? ""));
  const id = booking?.id ?? ticket.pass?.booking;
  return { as_of, booking, session, id, arrived_here: id ? await arrivedHere(queue, id) : 0 };
}

const question = (ticket, { as_of, booking, session, arrived_here }, present, against_the_clock) => ({
  now: now().toISOString(),
  as_of,
  pass: ticket.pass ?? null,
  booking: booking ?? null,
  session: session ?? null,
  arrived_here,
  present,
  against_the_clock,
});

/** People of a ticket who have not come, as the device knows. */
const left = (ticket, { booking, arrived_here }) =>
  Math.max((booking ? booking.people - Math.min(booking.arrived + arrived_here, booking.people) : (ticket.pass?.people ?? 0) - arrived_here), 0);

/** Reads what was scanned or typed: a pass of ours, a reference, or why it is neither. */
async function ticketOf(text) {
  const { keys } = await meta("keys");
  const { pass, unknown } = await rules.pass(text, keys);
  if (pass) return { ticket: { text: text.trim(), pass } };
  if (unknown) return { code: "unknown-key" };
  const reference = rules.reference(text);
  return reference ? { ticket: { reference } } : { code: "not-a-pass" };
}

/**
 * Looks a ticket up: `{ ticket, booking, session, left, refusal }`. Without a refusal that many may come in; with one of the
 * clock a supervisor may let them in.
 */
export async function look(text) {
  const { day: of } = await meta("day");
  if (of !== day(now())) return { refusal: { code: "no-roster" } };
  const { ticket, code } = await ticketOf(text);
  if (!ticket) return { refusal: { code } };
  return read(async (stores) => {
    const found = await known(stores, ticket);
    const remaining = left(ticket, found);
    const { refusal } = rules.decide(question(ticket, found, Math.max(remaining, 1), false));
    return { ticket, booking: found.booking, session: found.session, here: found.arrived_here, left: remaining, refusal };
  });
}

/** Lets people in, or says why not: `{ admission }` or `{ refusal }`. With a reason it is a supervisor's word. */
export const admit = (ticket, present, reason) =>
  write(async (stores) => {
    const found = await known(stores, ticket);
    const said = rules.decide(question(ticket, found, present, Boolean(reason)));
    if (said.admission) {
      const shown = ticket.text ? { pass: ticket.text } : { booking: found.id };
      const fact = { kind: "admitted", nonce: crypto.randomUUID(), ...when(), ticket: shown, present };
      stores.queue.add({ booking: found.id, session: found.session.id, activity: found.session.activity, fact: reason ? { ...fact, reason } : fact });
    }
    return said;
  });

/** Counts people without a booking, or who left. */
export const count = (kind, activity, people) =>
  write(({ queue }) => {
    queue.add({ activity, fact: { kind, nonce: crypto.randomUUID(), ...when(), activity, people } });
  });

/** Today's sessions with who is here of how many, and of each activity how many are inside. */
export const standing = () =>
  read(async ({ meta: store, sessions, bookings, queue }) => {
    const [activities, all, booked, waiting] = await Promise.all(
      [store.get("activities"), sessions.getAll(), bookings.getAll(), queue.getAll()].map(answer),
    );
    const tally = new Map(all.map((session) => [session.id, { people: 0, arrived: 0 }]));
    const inside = new Map((activities ?? []).map(({ id, walked }) => [id, walked]));
    const add = (activity, people) => inside.set(activity, (inside.get(activity) ?? 0) + people);
    const byId = new Map(booked.map((booking) => [booking.id, booking]));
    const activityOf = new Map(all.map((session) => [session.id, session.activity]));
    for (const { session, people, arrived, cancelled } of booked) {
      const sum = tally.get(session);
      if (!sum) continue;
      if (!cancelled) sum.people += people;
      sum.arrived += arrived;
      add(activityOf.get(session), arrived);
    }
    for (const { booking, activity, fact } of waiting) {
      if (fact.kind === "admitted") {
        const sum = tally.get(byId.get(booking)?.session);
        if (sum) sum.arrived += fact.present;
        add(activity, fact.present);
      } else {
        add(activity, fact.kind === "walk_in" ? fact.people : -fact.people);
      }
    }
    const rows = all.sort((a, b) => a.starts_at.localeCompare(b.starts_at)).map((session) => ({ ...session, ...tally.get(session.id) }));
    return { activities: activities ?? [], sessions: rows, inside, waiting: waiting.length };
  });
