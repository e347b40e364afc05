// What the device keeps, in IndexedDB: its key, today's roster with the least that lets somebody in, and what it did and has
// not sent yet. Nothing else, nowhere else.
//
//   meta       key, name, role; day, as_of, offset, activities, keys of the roster
//   sessions   of the day
//   bookings   of the day: reference, masked name, people, arrived, cancelled, the ends of documents where they are asked for
//   queue      facts in the order they happened, each with its nonce
const STORES = ["meta", "sessions", "bookings", "queue"];
let opened;

/** The store failed. Of a transaction that was to write nothing was written. */
export class StoreFailed extends Error {
  constructor(mode, cause) {
    super(`the store failed: ${cause?.message}`, { cause });
    this.mode = mode;
  }
}

/** What a request of IndexedDB answers. */
export const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("door", 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("meta");
      db.createObjectStore("sessions", { keyPath: "id" });
      db.createObjectStore("bookings", { keyPath: "id" }).createIndex("reference", "reference");
      db.createObjectStore("queue", { keyPath: "seq", autoIncrement: true }).createIndex("booking", "booking");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    // The next one tries again.
    opened = undefined;
    throw error;
  });
  return opened;
}

async function begin(mode) {
  const begun = (db) => db.transaction(STORES, mode, { durability: "strict" });
  try {
    return begun(await open());
  } catch (error) {
    // Somebody cleared what the browser keeps, and it closed this with it: what is opened anew is empty, and says so.
    if (error.name !== "InvalidStateError") throw error;
    opened = undefined;
    return begun(await open());
  }
}

/** Runs `body` in one transaction, and answers when it is on the disk. `body` waits for nothing but the stores' requests. */
const work = (mode, body) =>
  attempt(mode, body).catch((error) => {
    throw new StoreFailed(mode, error);
  });

async function attempt(mode, body) {
  const transaction = await begin(mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("the transaction was broken off"));
  });
  const stores = Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)]));
  try {
    const value = await body(stores);
    await done;
    return value;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended already.
    }
    await done.catch(() => {});
    throw error;
  }
}

export const read = (body) => work("readonly", body);
export const write = (body) => work("readwrite", body);

/** Values of `meta` by their names. */
export const meta = (...names) =>
  read(async ({ meta: store }) => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await answer(store.get(name))]))));

/** Sets values of `meta`. */
export const keep = (values) =>
  write(({ meta: store }) => Object.entries(values).forEach(([name, value]) => store.put(value, name)));

const ROSTER = ["day", "as_of", "activities", "keys"];

/** Forgets the day: who is booked, when, and by which keys. What was done and not sent stays. */
export const forgetDay = () =>
  write(({ meta: store, sessions, bookings }) => {
    sessions.clear();
    bookings.clear();
    ROSTER.forEach((name) => store.delete(name));
  });

/** Forgets everything: the device was revoked. */
export const wipe = () => write((stores) => Object.values(stores).forEach((store) => store.clear()));
