// What a journey needs and no page gives: a session of its own, places taken as if by others.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs one statement and answers its first value. */
export async function sql(statement: string): Promise<string> {
  const url = process.env.E2E_DATABASE;
  if (!url) throw new Error("no database: is the stack running?");
  const { stdout } = await run("psql", ["-qtAX", "-v", "ON_ERROR_STOP=1", url, "-c", statement]);
  return stdout.trim();
}

/** A session of the museum outside its week, at an instant nobody else takes; answers its id. */
export async function addSession(startsAt: Date, minutes: number, capacity: number): Promise<string> {
  const ends = new Date(startsAt.getTime() + minutes * 60_000);
  return sql(`insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
    select gen_random_uuid(), id, '${startsAt.toISOString()}', '${ends.toISOString()}', ${capacity}, now() from activity where slug = 'museum'
    returning id`);
}

/** Exactly so many places of a session are kept by others, for as long as a journey takes. */
export async function keepPlaces(session: string, people: number): Promise<void> {
  await sql(`with gone as (delete from hold where session_id = '${session}')
    insert into hold (session_id, id, people, expires_at, created_at)
    select '${session}', gen_random_uuid(), ${people}, now() + interval '1 hour', now() where ${people} > 0`);
}
