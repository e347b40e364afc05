// A tap on the wire between the server and Postgres: counts how often the server waited for the database (ReadyForQuery
// messages), whatever sent the statement and whether or not anybody logs it.
import { connect, createServer } from "node:net";

const READY_FOR_QUERY = "Z".charCodeAt(0);

/** Reads the server's messages: a letter, four bytes of length (which count themselves), the rest. */
function frames(onMessage) {
  let head = Buffer.alloc(0);
  let rest = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      const skipped = Math.min(rest, bytes.length - at);
      rest -= skipped;
      at += skipped;
      if (at === bytes.length) return;
      const wanted = bytes.subarray(at, at + 5 - head.length);
      head = Buffer.concat([head, wanted]);
      at += wanted.length;
      if (head.length < 5) return;
      onMessage(head[0]);
      rest = head.readUInt32BE(1) - 4;
      head = Buffer.alloc(0);
    }
  };
}

/**
 * @param {URL} database where to pass on to
 * @returns {Promise<{ database: URL, roundTrips(): number, close(): Promise<void> }>} the same database through the tap
 */
export async function tapWire(database) {
  let count = 0;
  const open = new Set();
  const tap = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: database.hostname, port: Number(database.port || 5432), noDelay: true });
    const read = frames((kind) => {
      if (kind === READY_FOR_QUERY) count += 1;
    });
    server.on("data", read);
    client.pipe(server).pipe(client);
    for (const [one, other] of [[client, server], [server, client]]) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.end();
      });
    }
  });
  await new Promise((resolve) => tap.listen(0, "127.0.0.1", () => resolve()));
  const through = new URL(database);
  through.hostname = "127.0.0.1";
  through.port = String(tap.address().port);
  // With TLS there would be nothing to read.
  through.searchParams.set("sslmode", "disable");
  return {
    database: through,
    roundTrips: () => count,
    async close() {
      const closed = new Promise((resolve) => tap.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
