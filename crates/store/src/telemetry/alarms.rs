//! Alarms, their events, the ladder and who was told.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// An alarm with where it is.
#[derive(Debug, Clone)]
pub struct AlarmRow {
    /// Its own.
    pub id: Uuid,
    /// Of which channel.
    pub channel_id: i32,
    /// That, as written.
    pub code: String,
    /// `domain::telemetry::ChannelKind`.
    pub kind: String,
    /// Of which tank.
    pub tank_id: Option<Uuid>,
    /// Of which room.
    pub room_id: Option<Uuid>,
    /// `domain::telemetry::Rule::name`.
    pub rule: String,
    /// `domain::telemetry::Severity`.
    pub severity: String,
    /// It is rehearsed.
    pub drill: bool,
    /// `domain::telemetry::AlarmState`.
    pub state: String,
    /// Of its last event.
    pub seq: i32,
    /// Since when.
    pub began_at: SqlTimestamp,
    /// When it became loud.
    pub fired_at: Option<SqlTimestamp>,
    /// When somebody acknowledged it.
    pub acknowledged_at: Option<SqlTimestamp>,
    /// Who.
    pub acknowledged_by: Option<Uuid>,
    /// Since when what it is about is over.
    pub cleared_at: Option<SqlTimestamp>,
    /// When it was over.
    pub closed_at: Option<SqlTimestamp>,
    /// By which it began.
    pub value: Option<f32>,
    /// The worst since.
    pub peak: Option<f32>,
}

/// Alarms with where they are; which, and in which order, stands in the tail of the query.
macro_rules! alarms {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            AlarmRow,
            r#"select a.id, a.channel_id, c.code, c.kind, c.tank_id, c.room_id, a.rule, a.severity, a.drill, a.state, a.seq,
                      a.began_at as "began_at: SqlTimestamp", a.fired_at as "fired_at: SqlTimestamp",
                      a.acknowledged_at as "acknowledged_at: SqlTimestamp", a.acknowledged_by, a.cleared_at as "cleared_at: SqlTimestamp",
                      a.closed_at as "closed_at: SqlTimestamp", a.value, a.peak
               from telemetry_alarm a join telemetry_channel c on c.id = a.channel_id "# + $tail
            $(, $arg)*
        )
    };
}

/// Every alarm that is not over, in the order they began; locked by whoever changes them.
pub async fn lock_open(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<AlarmRow>> {
    alarms!("where a.closed_at is null order by a.id for update of a").fetch_all(db).await
}

/// Every alarm that is not over, the worst first, then the latest.
pub async fn open(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<AlarmRow>> {
    alarms!("where a.closed_at is null order by a.severity, a.began_at desc, a.id").fetch_all(db).await
}

/// The alarms of a tank or a room: open ones first, the worst of them before the others, then the latest.
pub async fn of_place(db: impl PgExecutor<'_>, place: Uuid, most: i64) -> sqlx::Result<Vec<AlarmRow>> {
    alarms!(
        "where (c.tank_id = $1 or c.room_id = $1) and (a.closed_at is null or a.state = 'resolved')
         order by a.closed_at desc nulls first, a.severity, a.began_at desc, a.id limit $2",
        place,
        most
    )
    .fetch_all(db)
    .await
}

/// An alarm; nothing where there is none.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<AlarmRow>> {
    alarms!("where a.id = $1", id).fetch_optional(db).await
}

/// An alarm, locked.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<AlarmRow>> {
    alarms!("where a.id = $1 for update of a", id).fetch_optional(db).await
}

/// Those of some alarms that are loud: real ones before drills, the worst first, then the first.
pub async fn loud_of(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<AlarmRow>> {
    alarms!(
        "where a.id = any ($1) and a.state in ('firing', 'no_data') order by a.drill, a.severity, a.began_at, a.id",
        ids
    )
    .fetch_all(db)
    .await
}

/// An alarm that begins.
#[derive(Debug, Clone)]
pub struct NewAlarm<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which channel.
    pub channel: i32,
    /// By which rule.
    pub rule: &'a str,
    /// Of which version.
    pub version: i32,
    /// How bad it is.
    pub severity: &'a str,
    /// It is rehearsed.
    pub drill: bool,
    /// Where its first event leads.
    pub state: &'a str,
    /// What was read.
    pub value: Option<f32>,
}

/// Begins an alarm; its first event is written with [`happened`]. `false` where one is open of the channel and the rule.
pub async fn begin(db: impl PgExecutor<'_>, new: &NewAlarm<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into telemetry_alarm (id, channel_id, rule, rules_version, severity, drill, state, seq, began_at, value, peak, fired_at)
         values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $9, case when $7 in ('firing', 'no_data') then $8::timestamptz end)
         on conflict do nothing",
        new.id,
        new.channel,
        new.rule,
        new.version,
        new.severity,
        new.drill,
        new.state,
        now.to_sqlx() as _,
        new.value
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A step of an alarm.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Which.
    pub alarm: Uuid,
    /// The number of the event.
    pub seq: i32,
    /// `domain::telemetry::AlarmEvent`.
    pub event: &'a str,
    /// From where.
    pub from: &'a str,
    /// To where.
    pub to: &'a str,
    /// By whom; none: the watch.
    pub by: Option<Uuid>,
    /// What was read.
    pub value: Option<f32>,
}

/// Writes an event down.
pub async fn happened(db: impl PgExecutor<'_>, step: Step<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_alarm_event (alarm_id, seq, event, from_state, to_state, at, by, value)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        step.alarm,
        step.seq,
        step.event,
        step.from,
        step.to,
        now.to_sqlx() as _,
        step.by,
        step.value
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves an alarm to where an event leads it.
pub async fn go(db: impl PgExecutor<'_>, step: Step<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_alarm set state = $2, seq = $3,
                fired_at = coalesce(fired_at, case when $2 in ('firing', 'no_data') then $4::timestamptz end),
                acknowledged_at = case when $2 = 'acknowledged' then $4 else acknowledged_at end,
                acknowledged_by = case when $2 = 'acknowledged' then $5 else acknowledged_by end,
                cleared_at = case when $2 in ('ok', 'resolved') then coalesce(cleared_at, $4) else cleared_at end,
                closed_at = case when $2 in ('ok', 'resolved') then $4 end
         where id = $1",
        step.alarm,
        step.to,
        step.seq,
        now.to_sqlx() as _,
        step.by
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What else is known of an alarm that stays where it is: the worst value, and since when what it is about is over.
pub async fn note(
    db: impl PgExecutor<'_>,
    id: Uuid,
    peak: Option<f32>,
    cleared_at: Option<Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_alarm set peak = $2, cleared_at = $3 where id = $1",
        id,
        peak,
        cleared_at.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An event of an alarm.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its number.
    pub seq: i32,
    /// `domain::telemetry::AlarmEvent`.
    pub event: String,
    /// Where it led.
    pub to_state: String,
    /// When.
    pub at: SqlTimestamp,
    /// By whom; none: the watch.
    pub by: Option<Uuid>,
    /// What was read.
    pub value: Option<f32>,
}

/// What happened to an alarm, in order.
pub async fn events(db: impl PgExecutor<'_>, alarm: Uuid) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select seq, event, to_state, at as "at: SqlTimestamp", by, value from telemetry_alarm_event where alarm_id = $1 order by seq"#,
        alarm
    )
    .fetch_all(db)
    .await
}

/// Puts up a ladder of an alarm that became loud: one more than it has.
pub async fn put_up(db: impl PgExecutor<'_>, alarm: Uuid, roles: &[String], due: &[SqlTimestamp]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_rung (alarm_id, round, rung, role, due_at)
         select $1, (select coalesce(max(o.round), 0) + 1 from telemetry_rung o where o.alarm_id = $1)::smallint, n.rung::smallint, n.role, n.due
         from unnest($2::text[], $3::timestamptz[]) with ordinality as n (role, due, rung) on conflict do nothing",
        alarm,
        roles,
        due as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A rung of the ladder whose time has come, of an alarm that is loud.
#[derive(Debug, Clone)]
pub struct RungRow {
    /// Of which alarm.
    pub alarm_id: Uuid,
    /// Of which of its ladders, from 1: it has one for each time it became loud.
    pub round: i16,
    /// From 1.
    pub rung: i16,
    /// Who is told.
    pub role: String,
    /// It is rehearsed.
    pub drill: bool,
}

/// The rungs that are due and of which nobody was told, locked; of each alarm those of its latest ladder.
pub async fn due(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Vec<RungRow>> {
    sqlx::query_as!(
        RungRow,
        r#"select r.alarm_id, r.round, r.rung, r.role, a.drill from telemetry_rung r join telemetry_alarm a on a.id = r.alarm_id
           where r.told_at is null and r.due_at <= $1 and a.closed_at is null and a.state in ('firing', 'no_data')
             and not exists (select from telemetry_rung o where o.alarm_id = r.alarm_id and o.round > r.round)
           order by r.alarm_id, r.rung for update of r"#,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The next rung of a ladder becomes due at once: nobody stood on the one before.
pub async fn hasten(db: impl PgExecutor<'_>, before: &RungRow) -> sqlx::Result<Option<RungRow>> {
    sqlx::query_as!(
        RungRow,
        r#"select r.alarm_id, r.round, r.rung, r.role, a.drill from telemetry_rung r join telemetry_alarm a on a.id = r.alarm_id
           where r.alarm_id = $1 and r.round = $2 and r.rung = $3 and r.told_at is null for update of r"#,
        before.alarm_id,
        before.round,
        before.rung + 1
    )
    .fetch_optional(db)
    .await
}

/// Writes down that a rung was told, and how many people stood on it.
pub async fn told(db: impl PgExecutor<'_>, rung: &RungRow, people: i16, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_rung set told_at = $4, people = $5 where alarm_id = $1 and round = $2 and rung = $3",
        rung.alarm_id,
        rung.round,
        rung.rung,
        now.to_sqlx() as _,
        people
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that somebody is told of an alarm, by which messages.
pub async fn notice(
    db: impl PgExecutor<'_>,
    rung: &RungRow,
    account: Uuid,
    (mail, sms): (Uuid, Uuid),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_notice (alarm_id, round, rung, account_id, post_id, sms_id) values ($1, $2, $3, $4, $5, $6)",
        rung.alarm_id,
        rung.round,
        rung.rung,
        account,
        mail,
        sms
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What became of a message about an alarm.
#[derive(Debug, Clone)]
pub struct ReceiptRow {
    /// Which of the alarm's ladders, from 1: it has one for each time it became loud.
    pub round: i16,
    /// Which step of it, from 1.
    pub rung: i16,
    /// Who stood on it.
    pub role: String,
    /// When it was told.
    pub told_at: Option<SqlTimestamp>,
    /// How many stood on it.
    pub people: Option<i16>,
    /// When it is due.
    pub due_at: SqlTimestamp,
    /// Messages that were handed over.
    pub sent: i64,
    /// Messages that were not.
    pub failed: i64,
    /// When the first was handed over.
    pub first_sent_at: Option<SqlTimestamp>,
}

/// The ladders of an alarm with their receipts, the first first.
pub async fn receipts(db: impl PgExecutor<'_>, alarm: Uuid) -> sqlx::Result<Vec<ReceiptRow>> {
    sqlx::query_as!(
        ReceiptRow,
        r#"select r.round, r.rung, r.role, r.told_at as "told_at: SqlTimestamp", r.people, r.due_at as "due_at: SqlTimestamp",
                  count(m.id) filter (where m.state = 'sent') as "sent!", count(m.id) filter (where m.state = 'failed') as "failed!",
                  min(m.sent_at) as "first_sent_at: SqlTimestamp"
           from telemetry_rung r
           left join telemetry_notice n on n.alarm_id = r.alarm_id and n.round = r.round and n.rung = r.rung
           left join message m on m.id in (n.post_id, n.sms_id)
           where r.alarm_id = $1 group by r.alarm_id, r.round, r.rung order by r.round, r.rung"#,
        alarm
    )
    .fetch_all(db)
    .await
}
