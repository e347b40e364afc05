//! Dead letters: records that could not be applied.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Letters to be written, column by column.
#[derive(Debug, Clone, Default)]
pub struct NewLetters {
    /// Their ids.
    pub ids: Vec<Uuid>,
    /// Keyed hashes of keys.
    pub keys: Vec<Uuid>,
    /// Keyed hashes of what they say.
    pub bodies: Vec<Uuid>,
    /// The records, sealed.
    pub records: Vec<Vec<u8>>,
    /// Units that are named by id.
    pub units: Vec<Option<Uuid>>,
    /// Units that are named by number.
    pub dins: Vec<Option<String>>,
    /// What was to happen.
    pub kinds: Vec<Option<String>>,
    /// Their places in the order of the source.
    pub source_seqs: Vec<Option<i64>>,
    /// Why.
    pub codes: Vec<String>,
    /// What about.
    pub details: Vec<String>,
    /// What they lack may still come.
    pub waits: Vec<bool>,
}

/// Writes letters of a client; one that is there is left as it is. Answers the ids that were written.
pub async fn add(db: &mut PgConnection, client: Uuid, new: &NewLetters, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "insert into lims_dead_letter
           (id, client_id, key, body, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, came_at, tried_at)
         select n.id, $1, n.key, n.body, n.record, n.unit, n.din, n.kind, n.source_seq, n.code, n.detail, n.waits, 1, 'open', $13, $13
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::uuid[], $7::text[], $8::text[], $9::bigint[],
                     $10::text[], $11::text[], $12::boolean[])
              as n (id, key, body, record, unit, din, kind, source_seq, code, detail, waits)
         on conflict (key, body) do nothing
         returning id",
        client,
        &new.ids,
        &new.keys,
        &new.bodies,
        &new.records,
        &new.units as _,
        &new.dins as _,
        &new.kinds as _,
        &new.source_seqs as _,
        &new.codes,
        &new.details,
        &new.waits,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A letter.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// Which.
    pub id: Uuid,
    /// Who sent it.
    pub client_id: Uuid,
    /// The record, sealed; nothing once it is forgotten.
    pub record_sealed: Option<Vec<u8>>,
    /// The unit, where one is known.
    pub unit_id: Option<Uuid>,
    /// The number it names.
    pub din: Option<String>,
    /// What was to happen.
    pub kind: Option<String>,
    /// Its place in the order of the source.
    pub source_seq: Option<i64>,
    /// Why it was not applied when it was last tried.
    pub code: String,
    /// What about.
    pub detail: String,
    /// What it lacks may still come.
    pub waits: bool,
    /// How often it was tried.
    pub tries: i32,
    /// `open`, `applied`, `given_up`.
    pub state: String,
    /// The event it became.
    pub seq: Option<i32>,
    /// When it came.
    pub came_at: SqlTimestamp,
    /// When it was last tried.
    pub tried_at: SqlTimestamp,
    /// When it ended.
    pub ended_at: Option<SqlTimestamp>,
    /// By whose hand; none: by itself, or by the machine.
    pub ended_by: Option<Uuid>,
    /// Why it was given up.
    pub reason: Option<String>,
    /// Who vouched for its time.
    pub vouched_by: Option<Uuid>,
    /// Who else let it through.
    pub let_by: Option<Uuid>,
}

/// Where a letter stands in the order of the source: its number there, or the largest where it has none; when it came; its id.
pub type Place = (i64, Timestamp, Uuid);

/// Before all letters.
pub const FIRST: Place = (i64::MIN, Timestamp::UNIX_EPOCH, Uuid::nil());

impl LetterRow {
    /// Where it stands.
    pub fn place(&self) -> Place {
        (self.source_seq.unwrap_or(i64::MAX), self.came_at.to_jiff(), self.id)
    }
}

/// Locks those of the units for which letters wait, in the order in which whoever takes a batch locks them, and answers their two
/// names: until the transaction ends nobody else tries their letters by themselves, nor is told anything of them.
pub async fn lock_waited_for(
    db: &mut PgConnection,
    (units, dins): (&[Uuid], &[String]),
    tries: i32,
) -> sqlx::Result<Vec<super::NamedRow>> {
    sqlx::query_as!(
        super::NamedRow,
        "select u.id, u.din from custody_unit u
         where (u.id = any($1) or u.din = any($2))
           and (exists (select from lims_dead_letter l
                        where l.state = 'open' and l.waits and l.tries < $3 and l.unit_id = u.id)
                or exists (select from lims_dead_letter l
                           where l.state = 'open' and l.waits and l.tries < $3 and l.din = u.din))
         order by u.id for no key update",
        units,
        dins,
        tries
    )
    .fetch_all(db)
    .await
}

/// Letters that wait for something of these units, in the order of their source, after a place, locked; those somebody else has are
/// left to them.
pub async fn waiting(
    db: &mut PgConnection,
    (units, dins): (&[Uuid], &[String]),
    after: Place,
    tries: i32,
    most: i64,
) -> sqlx::Result<Vec<LetterRow>> {
    let (seq, came_at, id) = after;
    sqlx::query_as!(
        LetterRow,
        r#"select id, client_id, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, seq,
                  came_at as "came_at: SqlTimestamp", tried_at as "tried_at: SqlTimestamp",
                  ended_at as "ended_at: SqlTimestamp", ended_by, reason, vouched_by, let_by
           from lims_dead_letter
           where state = 'open' and waits and tries < $3 and (unit_id = any($1) or din = any($2))
             and (coalesce(source_seq, 9223372036854775807), came_at, id) > ($5, $6, $7)
           order by coalesce(source_seq, 9223372036854775807), came_at, id limit $4
           for update skip locked"#,
        units,
        dins,
        tries,
        most,
        seq,
        came_at.to_sqlx() as _,
        id
    )
    .fetch_all(db)
    .await
}

/// Units to which something came about when a letter that waits for it was last tried, or since (two transactions of one moment do
/// not see each other); and those with a letter that waits for one of these reasons, of which its unit does not tell: once an hour on
/// the letter's first day, then ever less often, and at last once a day, so that its tries last for more than a year. Units behind
/// one, by id.
pub async fn stirred(
    db: impl PgExecutor<'_>,
    (codes, now): (&[String], Timestamp),
    tries: i32,
    (after, most): (Uuid, i64),
) -> sqlx::Result<Vec<super::NamedRow>> {
    sqlx::query_as!(
        super::NamedRow,
        r#"select distinct u.id as "id!", u.din as "din!"
           from lims_dead_letter l join custody_unit u on u.id = l.unit_id or u.din = l.din
           where l.state = 'open' and l.waits and l.tries < $1 and u.id > $5
             and (u.changed_at > l.tried_at - interval '5 minutes'
                  or (l.code = any($3)
                      and l.tried_at + greatest('1 hour', least((l.tried_at - l.came_at) / 24, interval '1 day')) < $4))
           order by 1 limit $2"#,
        tries,
        most,
        codes,
        now.to_sqlx() as _,
        after
    )
    .fetch_all(db)
    .await
}

/// A letter, locked.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select id, client_id, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, seq,
                  came_at as "came_at: SqlTimestamp", tried_at as "tried_at: SqlTimestamp",
                  ended_at as "ended_at: SqlTimestamp", ended_by, reason, vouched_by, let_by
           from lims_dead_letter where id = $1 for update"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// A letter.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select id, client_id, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, seq,
                  came_at as "came_at: SqlTimestamp", tried_at as "tried_at: SqlTimestamp",
                  ended_at as "ended_at: SqlTimestamp", ended_by, reason, vouched_by, let_by
           from lims_dead_letter where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Which letters, from which on.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// Of this client only.
    pub client: Option<Uuid>,
    /// In this state only.
    pub state: Option<&'a str>,
    /// With this reason only.
    pub code: Option<&'a str>,
    /// After this one.
    pub after: Option<(Timestamp, Uuid)>,
    /// So many at most.
    pub most: i64,
}

/// Letters, the oldest first. Those of a state are a question of their own: of one for both the database walks all that ended to find
/// the few that are open.
pub async fn list(db: impl PgExecutor<'_>, which: Which<'_>) -> sqlx::Result<Vec<LetterRow>> {
    let (at, id) = which.after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let Some(state) = which.state else {
        return sqlx::query_as!(
            LetterRow,
            r#"select id, client_id, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, seq,
                      came_at as "came_at: SqlTimestamp", tried_at as "tried_at: SqlTimestamp",
                      ended_at as "ended_at: SqlTimestamp", ended_by, reason, vouched_by, let_by
               from lims_dead_letter
               where (came_at, id) > ($3, $4) and ($1::uuid is null or client_id = $1) and ($2::text is null or code = $2)
               order by came_at, id limit $5"#,
            which.client,
            which.code,
            at.to_sqlx() as _,
            id,
            which.most
        )
        .fetch_all(db)
        .await;
    };
    sqlx::query_as!(
        LetterRow,
        r#"select id, client_id, record_sealed, unit_id, din, kind, source_seq, code, detail, waits, tries, state, seq,
                  came_at as "came_at: SqlTimestamp", tried_at as "tried_at: SqlTimestamp",
                  ended_at as "ended_at: SqlTimestamp", ended_by, reason, vouched_by, let_by
           from lims_dead_letter
           where state = $5 and (came_at, id) > ($3, $4)
             and ($1::uuid is null or client_id = $1) and ($2::text is null or code = $2)
           order by came_at, id limit $6"#,
        which.client,
        which.code,
        at.to_sqlx() as _,
        id,
        state,
        which.most
    )
    .fetch_all(db)
    .await
}

/// Letters that were tried again in vain, column by column.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Their ids.
    pub ids: Vec<Uuid>,
    /// Why.
    pub codes: Vec<String>,
    /// What about.
    pub details: Vec<String>,
    /// What they lack may still come.
    pub waits: Vec<bool>,
}

impl Tried {
    /// One more: why, what about, and whether what it lacks may still come.
    pub fn add(&mut self, id: Uuid, (code, detail, waits): (&str, String, bool)) {
        self.ids.push(id);
        self.codes.push(code.to_owned());
        self.details.push(detail);
        self.waits.push(waits);
    }
}

/// Writes down that letters were tried again in vain, and why.
pub async fn tried(db: impl PgExecutor<'_>, tried: &Tried, now: Timestamp) -> sqlx::Result<()> {
    if tried.ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update lims_dead_letter l
         set code = n.code, detail = n.detail, waits = n.waits, tries = l.tries + 1, tried_at = $5
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[]) as n (id, code, detail, waits)
         where l.id = n.id and l.state = 'open'",
        &tried.ids,
        &tried.codes,
        &tried.details,
        &tried.waits,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Letters that were kept, column by column.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Their ids.
    pub ids: Vec<Uuid>,
    /// Units of the events they became.
    pub units: Vec<Uuid>,
    /// The events' numbers.
    pub seqs: Vec<i32>,
    /// Who tried them, all of them; none: they were tried by themselves.
    pub by: Option<Uuid>,
}

impl Applied {
    /// One more, and the event it became: its unit and its number.
    pub fn add(&mut self, id: Uuid, (unit, seq): (Uuid, i32)) {
        self.ids.push(id);
        self.units.push(unit);
        self.seqs.push(seq);
    }
}

/// Writes down which events letters became. Answers how many: fewer than given, where one had ended.
pub async fn applied(db: impl PgExecutor<'_>, applied: &Applied, now: Timestamp) -> sqlx::Result<u64> {
    if applied.ids.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query!(
        "update lims_dead_letter l
         set state = 'applied', unit_id = n.unit, seq = n.seq, ended_by = $5, ended_at = $4, tries = l.tries + 1, tried_at = $4
         from unnest($1::uuid[], $2::uuid[], $3::integer[]) as n (id, unit, seq)
         where l.id = n.id and l.state = 'open'",
        &applied.ids,
        &applied.units,
        &applied.seqs,
        now.to_sqlx() as _,
        applied.by
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Notes who vouched for the time of a letter, which is locked. `false` where somebody had, or it had ended.
pub async fn vouch(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update lims_dead_letter set vouched_by = $2, vouched_at = $3 where id = $1 and state = 'open' and vouched_by is null",
        id,
        by,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notes who let a letter through that another vouched for. `false` where nobody had, or it had ended.
pub async fn let_through(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update lims_dead_letter set let_by = $2, let_at = $3
         where id = $1 and state = 'open' and vouched_by <> $2 and let_by is null",
        id,
        by,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Gives a letter up. `false` where it had ended.
pub async fn give_up(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (by, reason): (Uuid, &str),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update lims_dead_letter set state = 'given_up', ended_by = $2, reason = $3, ended_at = $4 where id = $1 and state = 'open'",
        id,
        by,
        reason,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets what the letters said that ended before this. Answers how many.
pub async fn forget(db: impl PgExecutor<'_>, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update lims_dead_letter set record_sealed = null where ended_at < $1 and record_sealed is not null",
        before.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// How many letters are open for one reason.
#[derive(Debug, Clone)]
pub struct CountRow {
    /// The reason.
    pub code: String,
    /// How many.
    pub letters: i64,
    /// When the oldest came.
    pub oldest: SqlTimestamp,
}

/// Open letters by reason, the most first.
pub async fn counts(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<CountRow>> {
    sqlx::query_as!(
        CountRow,
        r#"select code, count(*) as "letters!", min(came_at) as "oldest!: SqlTimestamp"
           from lims_dead_letter where state = 'open' group by code order by count(*) desc, code"#
    )
    .fetch_all(db)
    .await
}
