// A mail server that keeps what it gets. SMTP for the house, a small HTTP page for the tests, which run in processes of
// their own. It can be told to misbehave, since mail servers do.
import { createServer } from "node:http";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

/**
 * @typedef {object} Mail
 * @property {string} from
 * @property {string[]} to
 * @property {string} subject
 * @property {string} text
 * @property {string} html
 * @property {string} messageId
 * @property {{ filename: string, mimeType: string, content: string }[]} attachments content in base64
 *
 * @typedef {{ to: string, code: number, count: number }} Fault answer the next `count` messages to an address with this SMTP code
 * @typedef {{ smtpPort: number, url: string, close(): Promise<void> }} Mailbox
 */

/**
 * @param {Record<string, () => Promise<unknown>>} more further answers of the HTTP page, by path
 * @returns {Promise<Mailbox>}
 */
export async function startMailbox(more = {}) {
  /** @type {Mail[]} */
  const mails = [];
  let fault = { to: "", code: 0, count: 0 };

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", async () => {
        if (fault.count > 0 && session.envelope.rcptTo.some((recipient) => recipient.address.toLowerCase() === fault.to)) {
          fault.count -= 1;
          done(Object.assign(new Error("told to refuse"), { responseCode: fault.code }));
          return;
        }
        const envelope = session.envelope;
        const mail = await PostalMime.parse(Buffer.concat(chunks), { attachmentEncoding: "base64" });
        mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : "",
          to: envelope.rcptTo.map((recipient) => recipient.address.toLowerCase()),
          subject: mail.subject ?? "",
          text: mail.text ?? "",
          html: mail.html ?? "",
          messageId: mail.messageId ?? "",
          attachments: mail.attachments.map((file) => ({
            filename: file.filename ?? "",
            mimeType: file.mimeType,
            content: String(file.content),
          })),
        });
        done();
      });
    },
  });
  await new Promise((resolve) => smtp.listen(0, "127.0.0.1", () => resolve()));

  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://mailbox");
    if (request.method === "POST" && url.pathname === "/fault") {
      const [to, code, count] = ["to", "code", "count"].map((name) => url.searchParams.get(name) ?? "");
      fault = { to: to.toLowerCase(), code: Number(code), count: Number(count) };
      response.writeHead(204).end();
    } else if (more[url.pathname]) {
      const answer = await more[url.pathname]().then((value) => [200, value], (error) => [500, String(error)]);
      response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1]));
    } else {
      const to = url.searchParams.get("to")?.toLowerCase();
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(to ? mails.filter((mail) => mail.to.includes(to)) : mails));
    }
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", () => resolve()));

  return {
    smtpPort: smtp.server.address().port,
    url: `http://127.0.0.1:${http.address().port}`,
    async close() {
      http.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => http.close(() => resolve())),
        new Promise((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}
