//! Meetings of the committee: their agenda, their frozen pack, their minutes.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A meeting as stored.
#[derive(Debug, Clone)]
pub struct MeetingRow {
    /// Which.
    pub id: Uuid,
    /// The stored word of its state.
    pub state: String,
    /// Counts its changes.
    pub version: i32,
    /// When it is held.
    pub day: Date,
    /// The chair.
    pub chair_id: Uuid,
    /// The deputy.
    pub deputy_id: Uuid,
    /// Everybody on the roll.
    pub members: Vec<Uuid>,
    /// The hash of its frozen pack.
    pub pack_digest: Option<Vec<u8>>,
    /// Its minutes, as JSON.
    pub minutes: Option<String>,
    /// Who closed them.
    pub closed_by: Option<Uuid>,
    /// When.
    pub closed_at: Option<SqlTimestamp>,
}

/// A case on the agenda.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Which case.
    pub case_id: Uuid,
    /// The version the case had then.
    pub case_version: Option<i32>,
    /// The version of the form that was frozen.
    pub form: Option<i32>,
    /// What was asked for, in fen.
    pub requested: Option<i64>,
    /// The hash of the item that was frozen.
    pub digest: Option<Vec<u8>>,
    /// It was put off.
    pub stands_over: bool,
}

/// Something a decision rests on.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// Of which case.
    pub case_id: Uuid,
    /// `document` or `review`.
    pub kind: String,
    /// The file's id, or the reviewer's.
    pub evidence_id: Uuid,
    /// Which version of it.
    pub number: i32,
    /// The hash of its content.
    pub digest: Vec<u8>,
}

/// What a signed meeting decided about a case.
#[derive(Debug, Clone)]
pub struct SettledRow {
    /// At which meeting.
    pub meeting_id: Uuid,
    /// The hash of the item that was voted on.
    pub digest: Vec<u8>,
    /// `granted`, `partial`, `refused`, `deferred`; nothing where it was put off.
    pub outcome: Option<String>,
    /// How much, in fen.
    pub outcome_fen: Option<i64>,
    /// It was carried out: by this version of the case.
    pub carried_version: Option<i32>,
}

/// Plans a meeting. `false` where there is one of that id.
pub async fn add(db: impl PgExecutor<'_>, row: &MeetingRow, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_meeting (id, state, version, day, chair_id, deputy_id, members, planned_by, changed_at)
         values ($1, 'planned', 0, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
        row.id,
        row.day as Date,
        row.chair_id,
        row.deputy_id,
        &row.members[..],
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A meeting.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"select id, state, version, day as "day: Date", chair_id, deputy_id, members, pack_digest, minutes, closed_by, closed_at
           from spark_meeting where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// A meeting, locked until the transaction ends. Before the locks of cases.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"select id, state, version, day as "day: Date", chair_id, deputy_id, members, pack_digest, minutes, closed_by, closed_at
           from spark_meeting where id = $1 for no key update"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// A meeting that goes nowhere until the transaction ends: many may vote at once.
pub async fn hold(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"select id, state, version, day as "day: Date", chair_id, deputy_id, members, pack_digest, minutes, closed_by, closed_at
           from spark_meeting where id = $1 for share"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// The meetings in these states, the latest first, behind this one in that order.
pub async fn list(
    db: impl PgExecutor<'_>,
    states: &[String],
    (day, id): (civil::Date, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"select id, state, version, day as "day: Date", chair_id, deputy_id, members, pack_digest, minutes, closed_by, closed_at
           from spark_meeting where state = any ($1) and (day, id) < ($2, $3) order by day desc, id desc limit $4"#,
        states,
        day.to_sqlx() as Date,
        id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Moves a meeting. `false` when it is not at that version.
pub async fn set_state(
    db: impl PgExecutor<'_>,
    (id, version): (Uuid, i32),
    state: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting set state = $3, version = version + 1, changed_at = $4,
           pack = case when $3 = 'planned' then null else pack end,
           pack_digest = case when $3 = 'planned' then null else pack_digest end,
           minutes = case when $3 = 'in_session' then null else minutes end,
           closed_by = case when $3 = 'in_session' then null else closed_by end,
           closed_at = case when $3 = 'in_session' then null else closed_at end
         where id = $1 and version = $2",
        id,
        version,
        state,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Freezes a meeting's pack.
pub async fn freeze(
    db: impl PgExecutor<'_>,
    (id, version): (Uuid, i32),
    (pack, digest): (&[u8], &[u8]),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting set state = 'pack_frozen', version = version + 1, pack = $3, pack_digest = $4, changed_at = $5
         where id = $1 and version = $2",
        id,
        version,
        pack,
        digest,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Closes a meeting with its minutes.
pub async fn close(
    db: impl PgExecutor<'_>,
    (id, version): (Uuid, i32),
    minutes: &str,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting set state = 'decided', version = version + 1, minutes = $3, closed_by = $4, closed_at = $5,
           changed_at = $5
         where id = $1 and version = $2",
        id,
        version,
        minutes,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Puts an agenda in the place of the one there was.
pub async fn set_agenda(db: &mut PgConnection, meeting: Uuid, cases: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_meeting_evidence where meeting_id = $1", meeting).execute(&mut *db).await?;
    sqlx::query!("delete from spark_meeting_item where meeting_id = $1", meeting).execute(&mut *db).await?;
    sqlx::query!(
        "insert into spark_meeting_item (meeting_id, case_id, position)
         select $1, c.id, c.nth from unnest($2::uuid[]) with ordinality as c (id, nth)",
        meeting,
        cases
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that something was changed about a planned meeting. `false` when it is not at that version.
pub async fn touch(db: impl PgExecutor<'_>, (id, version): (Uuid, i32), now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting set version = version + 1, changed_at = $3 where id = $1 and version = $2",
        id,
        version,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The agenda in its order.
pub async fn items(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        "select case_id, case_version, form, requested, digest, stands_over from spark_meeting_item where meeting_id = $1 order by position",
        meeting
    )
    .fetch_all(db)
    .await
}

/// Writes down how an item lay before the committee.
pub async fn freeze_item(
    db: &mut PgConnection,
    meeting: Uuid,
    item: &ItemRow,
    evidence: &[EvidenceRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_meeting_item set form = $3, requested = $4, digest = $5, case_version = $6
         where meeting_id = $1 and case_id = $2",
        meeting,
        item.case_id,
        item.form,
        item.requested,
        item.digest.as_deref(),
        item.case_version,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from spark_meeting_evidence where meeting_id = $1 and case_id = $2", meeting, item.case_id)
        .execute(&mut *db)
        .await?;
    for each in evidence {
        sqlx::query!(
            "insert into spark_meeting_evidence (meeting_id, case_id, kind, evidence_id, number, digest)
             values ($1, $2, $3, $4, $5, $6)",
            meeting,
            each.case_id,
            each.kind,
            each.evidence_id,
            each.number,
            &each.digest[..]
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// What the decisions of a meeting rest on.
pub async fn evidence(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<EvidenceRow>> {
    sqlx::query_as!(
        EvidenceRow,
        "select case_id, kind, evidence_id, number, digest from spark_meeting_evidence where meeting_id = $1",
        meeting
    )
    .fetch_all(db)
    .await
}

/// Another meeting that has the case before it, or decided about it and nobody carried it out.
pub async fn elsewhere(db: impl PgExecutor<'_>, case: Uuid, meeting: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select m.id from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
         where i.case_id = $1 and m.id <> $2 and m.state in ('pack_frozen', 'in_session', 'adjourned', 'decided') limit 1",
        case,
        meeting
    )
    .fetch_optional(db)
    .await
}

/// Puts an item off, or takes it up again.
pub async fn stand_over(db: impl PgExecutor<'_>, meeting: Uuid, case: Uuid, over: bool) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting_item set stands_over = $3 where meeting_id = $1 and case_id = $2",
        meeting,
        case,
        over
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Writes down what became of an item; nothing where it is open again.
pub async fn settle(
    db: impl PgExecutor<'_>,
    meeting: Uuid,
    case: Uuid,
    outcome: Option<(&str, Option<i64>)>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_meeting_item set outcome = $3, outcome_fen = $4 where meeting_id = $1 and case_id = $2",
        meeting,
        case,
        outcome.map(|(word, _)| word),
        outcome.and_then(|(_, fen)| fen),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the last signed meeting with a case decided about it.
pub async fn settled(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<SettledRow>> {
    sqlx::query_as!(
        SettledRow,
        r#"select i.meeting_id, i.digest as "digest!", i.outcome, i.outcome_fen, i.carried_version
           from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
           where i.case_id = $1 and m.state = 'minutes_signed' and i.digest is not null
           order by i.case_version desc, m.closed_at desc, m.id desc limit 1"#,
        case
    )
    .fetch_optional(db)
    .await
}

/// What a meeting wrote down about a case whose item was frozen.
pub async fn outcome(db: impl PgExecutor<'_>, meeting: Uuid, case: Uuid) -> sqlx::Result<Option<SettledRow>> {
    sqlx::query_as!(
        SettledRow,
        r#"select meeting_id, digest as "digest!", outcome, outcome_fen, carried_version from spark_meeting_item
           where meeting_id = $1 and case_id = $2 and digest is not null"#,
        meeting,
        case
    )
    .fetch_optional(db)
    .await
}

/// Notes that a decision was carried out. `false` where it was before.
pub async fn carried(db: impl PgExecutor<'_>, meeting: Uuid, case: Uuid, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_meeting_item set carried_version = $3
         where meeting_id = $1 and case_id = $2 and carried_version is null",
        meeting,
        case,
        version
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
