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

/** The same of an event of the demo. */
export async function addDate(slug: string, startsAt: Date, minutes: number, capacity: number): Promise<string> {
  const ends = new Date(startsAt.getTime() + minutes * 60_000);
  return sql(`insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
    select gen_random_uuid(), id, '${startsAt.toISOString()}', '${ends.toISOString()}', ${capacity}, now() from activity where slug = '${slug}'
    returning id`);
}

/** Exactly so many places of a session are kept by others, for as long as a journey takes. */
export async function keepPlaces(session: string, people: number): Promise<void> {
  await sql(`with gone as (delete from hold where session_id = '${session}')
    insert into hold (session_id, id, people, expires_at, created_at)
    select '${session}', gen_random_uuid(), ${people}, now() + interval '1 hour', now() where ${people} > 0`);
}

/** A published lecture of its own, which asks what the demo's lectures ask: a date on each of these days from now, in the
 * order given, of so many places. */
export async function addEvent(
  slug: string,
  titleZh: string,
  titleEn: string,
  days: number[],
  capacity: number,
  more = "",
): Promise<{ activity: string; sessions: string[] }> {
  const activity = await sql(`with fresh as (
      insert into activity (id, kind, slug, title_zh, title_en, policy, policy_version, published, created_at)
      select gen_random_uuid(), kind, '${slug}', '${titleZh}', '${titleEn}', policy, 1, true, now()
      from activity where slug = 'leyun-lectures' returning id, policy),
    ruled as (insert into activity_policy (activity_id, version, policy, created_at) select id, 1, policy, now() from fresh),
    told as (
      insert into event (activity_id, kind, city, audience, place, lead, story, programme, form_version, created_at, updated_at)
      select fresh.id, e.kind, 'zibo', e.audience, e.place, e.lead, e.story, e.programme, 1, now(), now()
      from fresh, event e join activity a on a.id = e.activity_id where a.slug = 'leyun-lectures')
    insert into event_form (activity_id, version, form, created_at)
    select fresh.id, 1, f.form, now() from fresh, event_form f join event e on e.activity_id = f.activity_id
      and e.form_version = f.version join activity a on a.id = e.activity_id where a.slug = 'leyun-lectures'
    returning activity_id`);
  if (more) await sql(`update event set ${more} where activity_id = '${activity}'`);
  const sessions: string[] = [];
  for (const ahead of days) {
    const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + ahead * 86_400_000);
    sessions.push(
      await sql(`insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
        values (gen_random_uuid(), '${activity}', '${day}T09:30:00+08:00', '${day}T11:00:00+08:00', ${capacity}, now()) returning id`),
    );
  }
  return { activity, sessions };
}
