// The house's API as a partner uses it.
export interface Booked {
  id: string;
  reference: string;
  /** The text of the pass's QR code. */
  pass: string;
}

/** What the partner shows to be let in. */
async function accessToken(): Promise<string> {
  const token = await fetch(`${process.env.E2E_URL}/api/v1/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "client_credentials", ...JSON.parse(process.env.E2E_CLIENT ?? "{}") }),
  });
  if (!token.ok) throw new Error(`no token: ${token.status} ${await token.text()}`);
  return ((await token.json()) as { access_token: string }).access_token;
}

/** Books a session for somebody without a contact. */
export async function bookByApi(session: string, people: number, more: object = {}): Promise<Booked> {
  const [url, access_token] = [process.env.E2E_URL, await accessToken()];
  const booking = await fetch(`${url}/api/v1/bookings`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${access_token}`, "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ session, name: "测试·持码人", people, children: 0, ...more }),
  });
  if (!booking.ok) throw new Error(`not booked: ${booking.status} ${await booking.text()}`);
  return (await booking.json()) as Booked;
}

/** What became of a record of the laboratory's system. */
export interface Taken {
  outcome: "applied" | "duplicate" | "dead" | "conflict";
  seq?: number;
  letter?: string;
  code?: string;
  detail?: string;
}

/** Sends records as the laboratory's system does, in one batch; answers what became of each. */
export async function feed(events: object[]): Promise<Taken[]> {
  const answer = await fetch(`${process.env.E2E_URL}/api/v1/lims/events`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await accessToken()}` },
    body: JSON.stringify({ events }),
  });
  if (!answer.ok) throw new Error(`not taken: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { results: Taken[] }).results;
}

/** A reading of a channel at this moment, as its gateway sends it. */
export async function measure(channel: string, value: number): Promise<void> {
  const readings = [{ channel, at: new Date().toISOString(), value, quality: "ok" }];
  const answer = await fetch(`${process.env.E2E_URL}/api/v1/telemetry/readings`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await accessToken()}` },
    body: JSON.stringify({ readings }),
  });
  const told = (await answer.json()) as { kept?: number };
  if (!answer.ok || told.kept !== 1) throw new Error(`not kept: ${answer.status} ${JSON.stringify(told)}`);
}
