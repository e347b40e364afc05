//! Requests of groups, with what stands around them: the session proposed, the hold, the booking, the list.

use crate::requests::request_row;
use crate::requests::rows::{Fresh, Words};
use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A request to add.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// What every kind has.
    pub common: Fresh,
    /// The policy it was sent under.
    pub policy_version: i32,
    /// What kind of organisation.
    pub kind: String,
    /// Who comes, by age.
    pub ages: String,
    /// How many.
    pub members: i32,
    /// Adults with them.
    pub adults: i32,
    /// Sessions, the best first.
    pub wishes: Vec<Uuid>,
}

/// Adds a request.
pub async fn add(db: &mut PgConnection, fresh: &NewRequest, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into group_request (id, draft_id, reference, state, policy_version, organisation, kind, city, ages, members,
                adults, wishes, locale, account_id, name_sealed, post_sealed, phone_sealed, phone_index, mail_sealed,
                mail_index, note_sealed, created_at, updated_at)
         values ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                $21, $21)",
        fresh.common.id,
        fresh.common.draft_id,
        fresh.common.reference,
        fresh.policy_version,
        fresh.common.organisation,
        fresh.kind,
        fresh.common.city,
        fresh.ages,
        fresh.members,
        fresh.adults,
        &fresh.wishes,
        fresh.common.locale,
        fresh.common.account_id,
        fresh.common.name_sealed,
        fresh.common.post_sealed,
        fresh.common.phone_sealed,
        fresh.common.phone_index,
        fresh.common.mail_sealed,
        fresh.common.mail_index,
        fresh.common.note_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

request_row! {
    /// A request with what stands around it.
    RequestRow {
        /// What kind of organisation.
        kind: String,
        /// Who comes, by age.
        ages: String,
        /// How many.
        members: i32,
        /// Adults with them.
        adults: i32,
        /// Sessions, the best first.
        wishes: Vec<Uuid>,
        /// Whose account.
        account_id: Option<Uuid>,
        /// Sealed words that came with a proposal.
        message_sealed: Option<Vec<u8>>,
        /// The session that is proposed.
        proposed_session: Option<Uuid>,
        /// Until when it waits.
        answer_by: Option<Timestamp>,
        /// Its beginning.
        proposed_starts: Option<Timestamp>,
        /// Its end.
        proposed_ends: Option<Timestamp>,
        /// `open`, `closed`, or `open_door`: it needs no booking.
        proposed_state: Option<String>,
        /// Where places are kept.
        hold_session: Option<Uuid>,
        /// The hold.
        hold_id: Option<Uuid>,
        /// Until when; none when the engine knows of none.
        hold_until: Option<Timestamp>,
        /// The booking.
        booking_id: Option<Uuid>,
        /// Its session.
        booking_session: Option<Uuid>,
        /// Its state.
        booking_state: Option<String>,
        /// The act of closing that ended it.
        booking_closure: Option<Uuid>,
        /// Its people, adults included.
        booking_people: Option<i32>,
        /// Who came.
        booking_arrived: Option<i32>,
        /// A mark stands that nobody came.
        booking_missed: bool,
        /// Beginning of its session.
        booking_starts: Option<Timestamp>,
        /// End of its session.
        booking_ends: Option<Timestamp>,
        /// People in the list.
        roster_people: Option<i32>,
    }
}

/// Requests with what stands around them, narrowed and ordered by the tail.
macro_rules! requests {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            RequestRow,
            r#"select r.id, r.reference, r.state, r.version, r.organisation, r.kind, r.city, r.ages, r.members, r.adults,
                      r.wishes, r.locale, r.account_id, r.name_sealed, r.post_sealed, r.phone_sealed, r.mail_sealed,
                      r.note_sealed, r.question_sealed, r.answer_sealed, r.message_sealed, r.reason_sealed,
                      r.proposed_session, r.answer_by, p.starts_at as "proposed_starts?", p.ends_at as "proposed_ends?",
                      case when p.open_door_id is null then p.state else 'open_door' end as "proposed_state?",
                      r.hold_session, r.hold_id, h.expires_at as "hold_until?",
                      r.booking_id, b.session_id as "booking_session?", b.state as "booking_state?",
                      b.closure_id as "booking_closure?", b.people as "booking_people?", b.arrived as "booking_arrived?",
                      s.starts_at as "booking_starts?", s.ends_at as "booking_ends?", l.people as "roster_people?",
                      exists(select from no_show n where n.session_id = b.session_id and n.booking_id = b.id
                             and n.whole and n.over_at is null) as "booking_missed!",
                      r.created_at, r.updated_at
               from group_request r
               left join session p on p.id = r.proposed_session
               left join hold h on h.session_id = r.hold_session and h.id = r.hold_id
               left join booking b on b.id = r.booking_id
               left join session s on s.id = b.session_id
               left join group_roster l on l.request_id = r.id "#
                + $tail
            $(, $arg)*
        )
    };
}

/// One request.
pub async fn request(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<RequestRow>> {
    requests!("where r.id = $1", id).fetch_optional(db).await
}

/// The requests that are not over, and those that ended after `since`; the oldest first. `text` narrows to organisations
/// that hold it, `reference` to one request.
pub async fn board(
    db: &mut PgConnection,
    text: Option<&str>,
    reference: Option<&str>,
    since: jiff::Timestamp,
) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where (r.state in ('submitted', 'asked', 'proposed', 'accepted', 'approved', 'rebook')
                or (r.updated_at > $1 and r.erased_at is null))
           and (($2::text is null and $3::text is null) or r.reference = $3
                or strpos(lower(r.organisation), lower($2)) > 0)
         order by r.created_at, r.id limit 500",
        since.to_sqlx() as _,
        text,
        reference,
    )
    .fetch_all(db)
    .await
}

/// The request a booking was made of, if it is one of a group.
pub async fn of_booking(db: &mut PgConnection, booking: Uuid) -> sqlx::Result<Option<RequestRow>> {
    requests!("where r.booking_id = $1", booking).fetch_optional(db).await
}

/// The booking a request became, also after that was cancelled.
pub async fn booking_of(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    let booking = sqlx::query_scalar!("select booking_id from group_request where id = $1", id);
    Ok(booking.fetch_optional(db).await?.flatten())
}

/// What a change writes besides the state; what is none stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What was said.
    pub words: Words,
    /// What it became.
    pub booking: Option<Uuid>,
    /// The session that is proposed, until when it waits, and the words with it.
    pub proposal: Option<(Uuid, jiff::Timestamp, Option<Vec<u8>>)>,
}

impl From<Words> for Change {
    fn from(words: Words) -> Self {
        Self { words, ..Self::default() }
    }
}

/// Moves a request, which the caller has locked, to another state. What was proposed goes with the states that have a
/// proposal.
pub async fn advance(
    db: &mut PgConnection,
    id: Uuid,
    state: &str,
    change: &Change,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    let (session, answer_by, message) = match &change.proposal {
        Some((session, by, message)) => (Some(*session), Some(by.to_sqlx()), message.as_deref()),
        None => (None, None, None),
    };
    sqlx::query!(
        "update group_request set state = $2, version = version + 1, updated_at = $3,
                question_sealed = coalesce($4, question_sealed), answer_sealed = coalesce($5, answer_sealed),
                reason_sealed = coalesce($6, reason_sealed), booking_id = coalesce($7, booking_id),
                proposed_session = case when $2 in ('proposed', 'accepted') then coalesce($8, proposed_session) end,
                answer_by = case when $2 in ('proposed', 'accepted') then coalesce($9, answer_by) end,
                message_sealed = case when $8::uuid is not null then $10
                                      when $2 in ('proposed', 'accepted') then message_sealed end
         where id = $1",
        id,
        state,
        now.to_sqlx() as _,
        change.words.question_sealed,
        change.words.answer_sealed,
        change.words.reason_sealed,
        change.booking,
        session,
        answer_by as _,
        message
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes where places are kept for a locked request; none where they are not (any more).
pub async fn set_hold(db: &mut PgConnection, id: Uuid, hold: Option<(Uuid, Uuid)>) -> sqlx::Result<()> {
    let (session, hold) = hold.unzip();
    sqlx::query!("update group_request set hold_session = $2, hold_id = $3 where id = $1", id, session, hold)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a locked request another size.
pub async fn resize(
    db: &mut PgConnection,
    id: Uuid,
    members: i32,
    adults: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update group_request set members = $2, adults = $3, version = version + 1, updated_at = $4 where id = $1",
        id,
        members,
        adults,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The requests to which something has happened by itself: a proposal that ran out or whose session was closed or
/// needs no booking, a booking that was cancelled, came, did not come, or whose session ended before `past` with nothing
/// known of it. At most 200.
pub async fn unsettled(db: &mut PgConnection, now: jiff::Timestamp, past: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select r.id from group_request r
         left join session p on p.id = r.proposed_session
         left join booking b on b.id = r.booking_id
         left join session s on s.id = b.session_id
         left join no_show n on n.session_id = b.session_id and n.booking_id = b.id and n.whole and n.over_at is null
         where (r.state = 'proposed' and (r.answer_by <= $1 or p.state <> 'open' or p.open_door_id is not null))
            or (r.state = 'approved'
                and (b.state = 'cancelled' or b.arrived > 0 or n.booking_id is not null or s.ends_at <= $2))
            or (r.state in ('missed', 'over') and r.erased_at is null and b.arrived > 0)
            or (r.state = 'missed' and r.erased_at is null and n.booking_id is null)
         order by r.id limit 200",
        now.to_sqlx() as _,
        past.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The newest rules for groups.
pub async fn policy(db: &mut PgConnection) -> sqlx::Result<Option<(i32, Value)>> {
    let row = sqlx::query!("select version, policy from group_policy order by version desc limit 1");
    Ok(row.fetch_optional(db).await?.map(|row| (row.version, row.policy)))
}

/// Adds rules as the version after `version`; another's that came first is told by the constraint `group_policy_pkey`.
pub async fn add_policy(
    db: &mut PgConnection,
    version: i32,
    policy: &Value,
    by: Option<Uuid>,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into group_policy (version, policy, created_at, created_by) values ($1, $2, $3, $4)",
        version,
        policy,
        now.to_sqlx() as _,
        by
    )
    .execute(db)
    .await?;
    Ok(())
}
