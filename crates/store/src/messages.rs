//! Messages to people: what became of each, the booking a message is about, and the mailbox of development.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A booking with all a message about it needs. Names and contacts as they are stored: sealed.
#[derive(Clone, Debug)]
pub struct VisitRow {
    /// The booking.
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// Its activity.
    pub activity_id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// `confirmed` or `cancelled`.
    pub state: String,
    /// People.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// People who came.
    pub arrived: i32,
    /// In which language it was booked.
    pub locale: String,
    /// Sealed name.
    pub name_sealed: Vec<u8>,
    /// Sealed mobile number.
    pub phone_sealed: Option<Vec<u8>>,
    /// Sealed mail address.
    pub mail_sealed: Option<Vec<u8>>,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// Version of the booking, as in its pass.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: SqlTimestamp,
    /// `visitor`, `staff`, `api`.
    pub cancelled_by: Option<String>,
    /// Beginning of the session.
    pub starts_at: SqlTimestamp,
    /// Its end.
    pub ends_at: SqlTimestamp,
    /// `open` or `closed`.
    pub session_state: String,
    /// Nobody needs a booking for the session.
    pub open_door: bool,
    /// Title of the activity.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// `domain::booking::Policy`.
    pub policy: serde_json::Value,
    /// Why the house closed the session, in Chinese.
    pub closure_zh: Option<String>,
    /// In English.
    pub closure_en: Option<String>,
    /// City of an event.
    pub city: Option<String>,
    /// Place of an event: `domain::outreach::Bilingual`.
    pub place: Option<serde_json::Value>,
    /// The organisation, where a group comes.
    pub organisation: Option<String>,
}

/// The booking a message, a calendar file or a pass is about.
pub async fn visit(db: impl PgExecutor<'_>, booking: Uuid) -> sqlx::Result<Option<VisitRow>> {
    sqlx::query_as!(
        VisitRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.locale,
                  b.name_sealed, b.phone_sealed, b.mail_sealed, b.sequence, b.version, b.updated_at, b.cancelled_by,
                  s.starts_at, s.ends_at, s.state as session_state,
                  s.open_door_id is not null as "open_door!", a.title_zh, a.title_en, a.policy,
                  c.reason_zh as "closure_zh?", c.reason_en as "closure_en?", e.city as "city?", e.place as "place?",
                  g.organisation as "organisation?"
           from booking b join session s on s.id = b.session_id join activity a on a.id = b.activity_id
           left join closure c on c.id = b.closure_id
           left join event e on e.activity_id = a.id
           left join group_request g on g.booking_id = b.id
           where b.id = $1"#,
        booking
    )
    .fetch_optional(db)
    .await
}

/// A message about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Also the left half of its Message-ID.
    pub id: Uuid,
    /// What it is about: the name of a table and a row of it; none for a code.
    pub subject: Option<(&'static str, Uuid)>,
    /// Which text.
    pub template: &'a str,
    /// `mail` or `sms`.
    pub channel: &'a str,
}

/// Notes a message, unless it is noted already; answers the state it is in.
pub async fn note(db: impl PgExecutor<'_>, now: Timestamp, message: NewMessage<'_>) -> sqlx::Result<String> {
    let (subject_kind, subject_id) = message.subject.unzip();
    sqlx::query_scalar!(
        "insert into message (id, subject_kind, subject_id, template, channel, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set template = message.template returning state",
        message.id,
        subject_kind,
        subject_id,
        message.template,
        message.channel,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Writes what became of a message.
pub async fn settle(
    db: impl PgExecutor<'_>,
    id: Uuid,
    state: &str,
    provider_id: Option<&str>,
    sent_at: Option<Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update message set state = $2, provider_id = coalesce($3, provider_id), sent_at = coalesce($4, sent_at) where id = $1",
        id,
        state,
        provider_id,
        sent_at.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A message as staff see it beside what it is about.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Which.
    pub id: Uuid,
    /// Which text.
    pub template: String,
    /// `mail` or `sms`.
    pub channel: String,
    /// `queued`, `sent`, `failed` or `dropped`.
    pub state: String,
    /// When it was first tried.
    pub created_at: SqlTimestamp,
    /// When the provider took it.
    pub sent_at: Option<SqlTimestamp>,
}

/// The messages about these things (a booking, a request and what it became), in order.
pub async fn about(db: impl PgExecutor<'_>, subjects: &[Uuid]) -> sqlx::Result<Vec<MessageRow>> {
    sqlx::query_as!(
        MessageRow,
        "select id, template, channel, state, created_at, sent_at from message where subject_id = any ($1)
         order by created_at, id",
        subjects
    )
    .fetch_all(db)
    .await
}

/// A message in the mailbox of development.
#[derive(Clone, Debug)]
pub struct MailboxRow {
    /// The message's id.
    pub id: Uuid,
    /// `mail` or `sms`.
    pub channel: String,
    /// Number or address.
    pub recipient: String,
    /// Subject; empty for a text message.
    pub subject: String,
    /// Plain text.
    pub body_text: String,
    /// HTML.
    pub body_html: Option<String>,
    /// `[{"name": …, "type": …, "text": …}]`
    pub attachments: serde_json::Value,
    /// When it was "sent".
    pub created_at: SqlTimestamp,
}

/// Puts a message into the mailbox of development; one that is there already stays as it is.
pub async fn put_in_mailbox(db: impl PgExecutor<'_>, row: &MailboxRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into dev_mailbox (id, channel, recipient, subject, body_text, body_html, attachments, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
        row.id,
        row.channel,
        row.recipient,
        row.subject,
        row.body_text,
        row.body_html,
        row.attachments,
        row.created_at as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The mailbox of development, the latest first.
pub async fn mailbox(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<MailboxRow>> {
    sqlx::query_as!(
        MailboxRow,
        "select id, channel, recipient, subject, body_text, body_html, attachments, created_at
         from dev_mailbox order by created_at desc, id desc limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// Keeps a short link until `expires_at`.
pub async fn keep_short_link(
    db: impl PgExecutor<'_>,
    code_hash: &[u8],
    booking: Uuid,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into short_link (code_hash, booking_id, expires_at) values ($1, $2, $3)
         on conflict (booking_id) do update set expires_at = greatest(short_link.expires_at, excluded.expires_at)",
        code_hash,
        booking,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps a short link to an entry of the waiting list until `expires_at`.
pub async fn keep_waiting_link(
    db: impl PgExecutor<'_>,
    code_hash: &[u8],
    entry: Uuid,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into short_link (code_hash, waiting_id, expires_at) values ($1, $2, $3)
         on conflict (waiting_id) do update set expires_at = greatest(short_link.expires_at, excluded.expires_at)",
        code_hash,
        entry,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The entry of the waiting list a short link leads to, and the end of the last session it waits for.
pub async fn follow_waiting_link(
    db: impl PgExecutor<'_>,
    now: Timestamp,
    code_hash: &[u8],
) -> sqlx::Result<Option<(Uuid, Timestamp)>> {
    let found = sqlx::query!(
        r#"select l.waiting_id as "entry!", max(s.ends_at) as "ends_at!: SqlTimestamp"
           from short_link l join waiting_wish w on w.waiting_id = l.waiting_id join session s on s.id = w.session_id
           where l.code_hash = $1 and l.expires_at > $2 group by l.waiting_id"#,
        code_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|row| (row.entry, row.ends_at.to_jiff())))
}

/// The booking a short link leads to, and the end of its session.
pub async fn follow_short_link(
    db: impl PgExecutor<'_>,
    now: Timestamp,
    code_hash: &[u8],
) -> sqlx::Result<Option<(Uuid, Timestamp)>> {
    let found = sqlx::query!(
        "select b.id, s.ends_at from short_link l join booking b on b.id = l.booking_id join session s on s.id = b.session_id
         where l.code_hash = $1 and l.expires_at > $2",
        code_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|row| (row.id, row.ends_at.to_jiff())))
}

/// What a session is of.
#[derive(Debug, Clone)]
pub struct SessionTitle {
    /// Chinese title of its activity.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// `museum` or `event`.
    pub kind: String,
    /// The activity's word in an address.
    pub slug: String,
}

/// What a session is of.
pub async fn session_title(db: impl PgExecutor<'_>, session: Uuid) -> sqlx::Result<Option<SessionTitle>> {
    sqlx::query_as!(
        SessionTitle,
        "select a.title_zh, a.title_en, a.kind, a.slug from session s join activity a on a.id = s.activity_id where s.id = $1",
        session
    )
    .fetch_optional(db)
    .await
}
