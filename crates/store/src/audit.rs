//! The audit trail: entries that can only be added, the positions and hashes the sequencer gives them, the signed heads.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgExecutor, Result, query, query_as, query_scalar};
use uuid::Uuid;

/// The parts of several entries, column by column: all of one length.
#[derive(Default)]
pub struct NewEntries {
    /// The instants of the use cases.
    pub ats: Vec<SqlTimestamp>,
    /// `Actor::kind`.
    pub actor_kinds: Vec<String>,
    /// The accounts or clients.
    pub actors: Vec<Option<Uuid>>,
    /// The requests.
    pub requests: Vec<Uuid>,
    /// Ids.
    pub ids: Vec<Uuid>,
    /// `room.verb`.
    pub actions: Vec<String>,
    /// Kinds of subject.
    pub subject_kinds: Vec<String>,
    /// Subjects.
    pub subjects: Vec<Option<Uuid>>,
    /// Details.
    pub details: Vec<serde_json::Value>,
}

/// Adds entries in one statement.
pub async fn add_entries(db: impl PgExecutor<'_>, entries: &NewEntries) -> Result<()> {
    query!(
        "insert into audit_entry (id, at, actor_kind, actor_id, request_id, action, subject_kind, subject_id, detail) \
         select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], \
                              $6::text[], $7::text[], $8::uuid[], $9::jsonb[])",
        &entries.ids,
        &entries.ats as _,
        &entries.actor_kinds,
        &entries.actors as &[Option<Uuid>],
        &entries.requests,
        &entries.actions,
        &entries.subject_kinds,
        &entries.subjects as &[Option<Uuid>],
        &entries.details,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One entry as stored. `detail` is the text Postgres gives for its jsonb: exact to the last digit of a number.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: SqlTimestamp,
    /// `Actor::kind`.
    pub actor_kind: String,
    /// The account or the client.
    pub actor_id: Option<Uuid>,
    /// `room.verb`.
    pub action: String,
    /// What it happened to.
    pub subject_kind: String,
    /// Which.
    pub subject_id: Option<Uuid>,
    /// JSON.
    pub detail: String,
    /// In which request.
    pub request_id: Option<Uuid>,
}

/// A signed head.
#[derive(Clone, Debug)]
pub struct HeadRow {
    /// Leaves below it.
    pub size: i64,
    /// Their Merkle root.
    pub root: Vec<u8>,
    /// The hashes of the perfect subtrees, left to right.
    pub frontier: Vec<u8>,
    /// Signed by.
    pub kid: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// When.
    pub signed_at: SqlTimestamp,
}

/// A leaf and, beside it, the entry it names, if that is there.
pub struct LeafRow {
    /// From 0.
    pub position: i64,
    /// The entry.
    pub entry_id: Uuid,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The keyed hash over position and hash.
    pub seal: Vec<u8>,
    /// The entry as it is now.
    pub entry: Option<EntryRow>,
}

/// Whether this transaction may sequence: one at a time over all servers, until it ends. Transaction level, since a
/// session's advisory lock breaks behind a transaction pooler.
pub async fn try_lock_sequencer(db: impl PgExecutor<'_>) -> Result<bool> {
    query_scalar!(r#"select pg_try_advisory_xact_lock(6962) as "mine!""#).fetch_one(db).await
}

/// The latest head.
pub async fn last_head(db: impl PgExecutor<'_>) -> Result<Option<HeadRow>> {
    query_as!(
        HeadRow,
        "select size, root, frontier, kid, signature, signed_at from audit_head order by size desc limit 1"
    )
    .fetch_optional(db)
    .await
}

/// How many leaves there should be by the highest position: 0 for none.
pub async fn leaves_end(db: impl PgExecutor<'_>) -> Result<i64> {
    query_scalar!(r#"select coalesce(max(position) + 1, 0) as "end!" from audit_leaf"#).fetch_one(db).await
}

/// Committed entries without a position, by id, which is nearly by time.
pub async fn pending_entries(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<EntryRow>> {
    query_as!(
        EntryRow,
        r#"select e.id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail::text as "detail!", request_id
           from audit_pending join audit_entry e on e.id = entry_id order by entry_id limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Gives positions from `first` to `entries`, in their order, and lets them wait no longer.
pub async fn add_leaves(
    db: impl PgExecutor<'_>,
    first: i64,
    entries: &[Uuid],
    hashes: &[Vec<u8>],
    seals: &[Vec<u8>],
) -> Result<()> {
    query!(
        "with sequenced as (delete from audit_pending where entry_id = any($2)) \
         insert into audit_leaf (position, entry_id, hash, seal) \
         select $1 + n - 1, entry_id, hash, seal \
         from unnest($2::uuid[], $3::bytea[], $4::bytea[]) with ordinality as new (entry_id, hash, seal, n)",
        first,
        entries,
        hashes,
        seals,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds a head.
pub async fn add_head(db: impl PgExecutor<'_>, head: &HeadRow) -> Result<()> {
    query!(
        "insert into audit_head (size, root, frontier, kid, signature, signed_at) values ($1, $2, $3, $4, $5, $6)",
        head.size,
        head.root,
        head.frontier,
        head.kid,
        head.signature,
        head.signed_at as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leaves from `first` on, in order, with their entries.
pub async fn leaves_from(db: impl PgExecutor<'_>, first: i64, limit: i64) -> Result<Vec<LeafRow>> {
    let rows = query_as!(
        LeafJoin,
        r#"select l.position, l.entry_id, l.hash, l.seal, e.id as "id?", at as "at?", actor_kind as "actor_kind?",
                  actor_id, action as "action?", subject_kind as "subject_kind?", subject_id, detail::text as "detail?",
                  request_id
           from audit_leaf l left join audit_entry e on e.id = l.entry_id
           where position >= $1 order by position limit $2"#,
        first,
        limit
    )
    .fetch_all(db)
    .await?;
    let entry = |row: &mut LeafJoin| {
        Some(EntryRow {
            id: row.id?,
            at: row.at?,
            actor_kind: row.actor_kind.take()?,
            actor_id: row.actor_id,
            action: row.action.take()?,
            subject_kind: row.subject_kind.take()?,
            subject_id: row.subject_id,
            detail: row.detail.take()?,
            request_id: row.request_id,
        })
    };
    let leaf = |mut row: LeafJoin| {
        let entry = entry(&mut row);
        LeafRow { position: row.position, entry_id: row.entry_id, hash: row.hash, seal: row.seal, entry }
    };
    Ok(rows.into_iter().map(leaf).collect())
}

/// [`LeafRow`] as the join gives it.
struct LeafJoin {
    position: i64,
    entry_id: Uuid,
    hash: Vec<u8>,
    seal: Vec<u8>,
    id: Option<Uuid>,
    at: Option<SqlTimestamp>,
    actor_kind: Option<String>,
    actor_id: Option<Uuid>,
    action: Option<String>,
    subject_kind: Option<String>,
    subject_id: Option<Uuid>,
    detail: Option<String>,
    request_id: Option<Uuid>,
}

/// Heads of more than `size` leaves, in order.
pub async fn heads_after(db: impl PgExecutor<'_>, size: i64, limit: i64) -> Result<Vec<HeadRow>> {
    query_as!(
        HeadRow,
        "select size, root, frontier, kid, signature, signed_at from audit_head where size > $1 order by size limit $2",
        size,
        limit
    )
    .fetch_all(db)
    .await
}

/// Entries that neither have a position nor wait for one: the trigger lets no ordinary insert do that.
pub async fn smuggled_entries(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<Uuid>> {
    query_scalar!(
        "select id from audit_entry e \
         where not exists (select from audit_leaf where entry_id = e.id and position >= 0) \
           and not exists (select from audit_pending where entry_id = e.id) order by id limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// What waits for a position: the ids of entries that are gone, the ids of those older than `before`, and how many wait.
pub async fn waiting(db: impl PgExecutor<'_>, before: Timestamp, limit: i64) -> Result<(Vec<Uuid>, Vec<Uuid>, i64)> {
    let found = query!(
        r#"with waits as (
             select entry_id, e.id is null as gone, coalesce(e.at < $1, false) as late
             from audit_pending left join audit_entry e on e.id = entry_id)
           select array(select entry_id from waits where gone order by entry_id limit $2) as "gone!",
                  array(select entry_id from waits where late order by entry_id limit $2) as "late!",
                  (select count(*) from waits) as "all!""#,
        before.to_sqlx() as SqlTimestamp,
        limit
    )
    .fetch_one(db)
    .await?;
    Ok((found.gone, found.late, found.all))
}

/// What a reader looks for. Every part that is given must match.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// This subject.
    pub subject: Option<Uuid>,
    /// Actions that begin so.
    pub action_prefix: Option<String>,
    /// By this account or client.
    pub actor: Option<Uuid>,
    /// One of these subjects; none: any.
    pub subjects: Option<Vec<Uuid>>,
    /// Only what raised an alert.
    pub alerts: bool,
}

/// The subjects that belong to the case of a reference: itself, its papers and letters, its awards with their tranches and
/// payments, what was asked back of it, the objections to its notices. Nothing of what they say.
pub async fn case_subjects(db: impl PgExecutor<'_>, reference: &str) -> Result<Vec<Uuid>> {
    query_scalar!(
        r#"with own as (select id from spark_case where reference = $1),
                award as (select a.id from ledger_award a join own on a.case_id = own.id)
           select id as "id!" from own
           union select p.id from spark_paper p join own on p.application_id = own.id
           union select l.id from spark_letter l join own on l.case_id = own.id
           union select id from award
           union select t.id from ledger_tranche t join award on t.award_id = award.id
           union select p.id from ledger_payment p join award on p.award_id = award.id
           union select c.id from spark_clawback c join own on c.case_id = own.id
           union select o.id from spark_objection o join own on o.case_id = own.id"#,
        reference
    )
    .fetch_all(db)
    .await
}

/// The account of a member of staff, by the name they sign in with.
pub async fn staff_of_login(db: impl PgExecutor<'_>, login: &str) -> Result<Option<Uuid>> {
    query_scalar!("select account_id from staff_credential where login = $1", login).fetch_optional(db).await
}

/// How many entries raised an alert since then.
pub async fn alerts_since(db: impl PgExecutor<'_>, since: Timestamp) -> Result<i64> {
    query_scalar!(
        r#"select count(*) as "n!" from audit_entry where detail ? 'alert' and at >= $1"#,
        since.to_sqlx() as SqlTimestamp
    )
    .fetch_one(db)
    .await
}

/// An entry as a reader sees it: with its position once it has one.
pub struct ListedRow {
    /// From 0.
    pub position: Option<i64>,
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: SqlTimestamp,
    /// `Actor::kind`.
    pub actor_kind: String,
    /// The account or the client.
    pub actor_id: Option<Uuid>,
    /// `room.verb`.
    pub action: String,
    /// What it happened to.
    pub subject_kind: String,
    /// Which.
    pub subject_id: Option<Uuid>,
    /// What a reader needs.
    pub detail: serde_json::Value,
    /// In which request.
    pub request_id: Option<Uuid>,
}

/// Entries older than `before` (time and id of the last one seen), the newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    wanted: &Wanted,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<ListedRow>> {
    query_as!(
        ListedRow,
        r#"select l.position as "position?", e.id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail,
                  request_id
           from audit_entry e left join audit_leaf l on l.entry_id = e.id
           where ($1::uuid is null or subject_id = $1)
             and ($2::text is null or starts_with(action, $2))
             and ($3::uuid is null or actor_id = $3)
             and ($4::timestamptz is null or (at, e.id) < ($4, $5))
             and ($7::uuid[] is null or subject_id = any ($7)) and (not $8 or detail ? 'alert')
           order by at desc, e.id desc limit $6"#,
        wanted.subject,
        wanted.action_prefix,
        wanted.actor,
        before.map(|(at, _)| at.to_sqlx()) as Option<SqlTimestamp>,
        before.map(|(_, id)| id),
        limit,
        wanted.subjects.as_deref(),
        wanted.alerts,
    )
    .fetch_all(db)
    .await
}
