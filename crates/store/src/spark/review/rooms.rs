//! What the committee's pages read: what can come before it, whose meetings are whose, what waits to be carried out.

use super::meetings::MeetingRow;
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A case that waits for the committee: nothing that says whose it is.
#[derive(Debug, Clone)]
pub struct BeforeRow {
    /// Which.
    pub id: Uuid,
    /// Since when.
    pub changed_at: SqlTimestamp,
    /// A signed meeting has decided about it, and nobody carried that out.
    pub decided: bool,
}

/// What waits for the committee and is before no other meeting than this, the longest waiting first, after this one in that order.
pub async fn before(
    db: impl PgExecutor<'_>,
    meeting: Uuid,
    (after, after_id): (Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<BeforeRow>> {
    sqlx::query_as!(
        BeforeRow,
        r#"select c.id, c.changed_at as "changed_at: SqlTimestamp",
                  exists (select from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
                           where i.case_id = c.id and m.state = 'minutes_signed' and i.outcome is not null
                             and i.carried_version is null and i.case_version = c.version) as "decided!"
           from spark_case c
           where c.state in ('committee', 'appeal') and (c.changed_at, c.id) > ($3, $4)
             and not exists (select from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
                              where i.case_id = c.id and m.id <> $1
                                and m.state in ('pack_frozen', 'in_session', 'adjourned', 'decided'))
           order by c.changed_at, c.id limit $2"#,
        meeting,
        limit,
        after.to_sqlx() as SqlTimestamp,
        after_id
    )
    .fetch_all(db)
    .await
}

/// The meetings on whose roll somebody is, the latest first, behind this one in that order.
pub async fn of_member(
    db: impl PgExecutor<'_>,
    member: Uuid,
    (day, id): (civil::Date, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"select id, state, version, day as "day: Date", chair_id, deputy_id, members, pack_digest, minutes, closed_by, closed_at
           from spark_meeting where $1 = any (members) and (day, id) < ($2, $3) order by day desc, id desc limit $4"#,
        member,
        day.to_sqlx() as Date,
        id,
        limit
    )
    .fetch_all(db)
    .await
}

/// A meeting that has, or had, a case on its agenda.
#[derive(Debug, Clone)]
pub struct WithCaseRow {
    /// Which.
    pub id: Uuid,
    /// The stored word of its state.
    pub state: String,
    /// When it is held.
    pub day: Date,
}

/// The meetings a case was on the agenda of, the latest first.
pub async fn with_case(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<WithCaseRow>> {
    sqlx::query_as!(
        WithCaseRow,
        r#"select m.id, m.state, m.day as "day: Date" from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
           where i.case_id = $1 order by m.day desc, m.id desc limit 20"#,
        case
    )
    .fetch_all(db)
    .await
}

/// Who signed the minutes of a meeting, and when: the first first.
pub async fn signatures(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<(Uuid, SqlTimestamp)>> {
    let rows = sqlx::query!(
        r#"select account_id, signed_at as "signed_at: SqlTimestamp" from spark_minutes_signature
           where meeting_id = $1 order by signed_at, account_id"#,
        meeting
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.account_id, row.signed_at)).collect())
}

/// The cases of a meeting whose decision was carried out.
pub async fn carried(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select case_id from spark_meeting_item where meeting_id = $1 and carried_version is not null",
        meeting
    )
    .fetch_all(db)
    .await
}

/// A decision of a signed meeting that nobody carried out yet.
#[derive(Debug, Clone)]
pub struct UncarriedRow {
    /// Of which meeting.
    pub meeting_id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// When the meeting was held.
    pub day: Date,
    /// `granted`, `partial`, `refused`, `deferred`.
    pub outcome: String,
    /// How much, in fen.
    pub outcome_fen: Option<i64>,
    /// Its place on the agenda.
    pub position: i32,
}

/// Decisions that nobody carried out yet, of cases that still wait for one, the oldest meeting first, after this place in that
/// order: of each case what the last signed meeting with it decided.
pub async fn uncarried(
    db: impl PgExecutor<'_>,
    after: Option<(civil::Date, Uuid, i32)>,
    limit: i64,
) -> sqlx::Result<Vec<UncarriedRow>> {
    let (day, meeting, position) = after.unwrap_or((civil::date(1, 1, 1), Uuid::nil(), 0));
    sqlx::query_as!(
        UncarriedRow,
        r#"select i.meeting_id, i.case_id, m.day as "day: Date", i.outcome as "outcome!", i.outcome_fen, i.position
           from spark_case c
           join spark_meeting_item i on i.case_id = c.id
           join spark_meeting m on m.id = i.meeting_id
           where c.state in ('committee', 'appeal') and m.state = 'minutes_signed' and i.outcome is not null
             and i.carried_version is null and (m.day, m.id, i.position) > ($2, $3, $4)
             and not exists (select from spark_meeting_item l join spark_meeting n on n.id = l.meeting_id
                              where l.case_id = c.id and n.state = 'minutes_signed' and l.digest is not null
                                and (l.case_version, n.closed_at, n.id) > (i.case_version, m.closed_at, m.id))
           order by m.day, m.id, i.position limit $1"#,
        limit,
        day.to_sqlx() as Date,
        meeting,
        position
    )
    .fetch_all(db)
    .await
}
