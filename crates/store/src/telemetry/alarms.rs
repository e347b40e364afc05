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
    /// When it first became loud.
    pub fired_at: Option<SqlTimestamp>,
    /// When it last became loud: after a mute, when that was over.
    pub loud_at: Option<SqlTimestamp>,
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
                      a.closed_at as "closed_at: SqlTimestamp", a.value, a.peak,
                      (select max(e.at) from telemetry_alarm_event e
                       where e.alarm_id = a.id and e.to_state in ('firing', 'no_data')) as "loud_at: SqlTimestamp"
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

/// Begins alarms; their first events are written with [`happened`]. Answers which of them began: none does where one is open of its
/// channel and rule.
pub async fn begin(db: impl PgExecutor<'_>, new: &[NewAlarm<'_>], now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = new.iter().map(|one| one.id).collect();
    let channels: Vec<i32> = new.iter().map(|one| one.channel).collect();
    let rules: Vec<String> = new.iter().map(|one| one.rule.to_owned()).collect();
    let versions: Vec<i32> = new.iter().map(|one| one.version).collect();
    let severities: Vec<String> = new.iter().map(|one| one.severity.to_owned()).collect();
    let drills: Vec<bool> = new.iter().map(|one| one.drill).collect();
    let states: Vec<String> = new.iter().map(|one| one.state.to_owned()).collect();
    let values: Vec<Option<f32>> = new.iter().map(|one| one.value).collect();
    sqlx::query_scalar!(
        "insert into telemetry_alarm (id, channel_id, rule, rules_version, severity, drill, state, seq, began_at, value, peak, fired_at)
         select n.id, n.channel, n.rule, n.version, n.severity, n.drill, n.state, 1, $9::timestamptz, n.value, n.value,
                case when n.state in ('firing', 'no_data') then $9::timestamptz end
         from unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::boolean[], $7::text[], $8::real[])
              as n (id, channel, rule, version, severity, drill, state, value)
         on conflict do nothing returning id",
        &ids,
        &channels,
        &rules,
        &versions,
        &severities,
        &drills,
        &states,
        &values as &[Option<f32>],
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
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

/// Writes events down.
pub async fn happened(db: impl PgExecutor<'_>, steps: &[Step<'_>], now: Timestamp) -> sqlx::Result<()> {
    let alarms: Vec<Uuid> = steps.iter().map(|step| step.alarm).collect();
    let seqs: Vec<i32> = steps.iter().map(|step| step.seq).collect();
    let events: Vec<String> = steps.iter().map(|step| step.event.to_owned()).collect();
    let froms: Vec<String> = steps.iter().map(|step| step.from.to_owned()).collect();
    let tos: Vec<String> = steps.iter().map(|step| step.to.to_owned()).collect();
    let by: Vec<Option<Uuid>> = steps.iter().map(|step| step.by).collect();
    let values: Vec<Option<f32>> = steps.iter().map(|step| step.value).collect();
    sqlx::query!(
        "insert into telemetry_alarm_event (alarm_id, seq, event, from_state, to_state, at, by, value)
         select n.alarm, n.seq, n.event, n.was, n.becomes, $8::timestamptz, n.who, n.value
         from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::real[])
              as n (alarm, seq, event, was, becomes, who, value)",
        &alarms,
        &seqs,
        &events,
        &froms,
        &tos,
        &by as &[Option<Uuid>],
        &values as &[Option<f32>],
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves alarms to where an event leads each: one step of each, since the table of ways knows no two at once.
pub async fn go(db: impl PgExecutor<'_>, steps: &[Step<'_>], now: Timestamp) -> sqlx::Result<()> {
    let alarms: Vec<Uuid> = steps.iter().map(|step| step.alarm).collect();
    let tos: Vec<String> = steps.iter().map(|step| step.to.to_owned()).collect();
    let seqs: Vec<i32> = steps.iter().map(|step| step.seq).collect();
    let by: Vec<Option<Uuid>> = steps.iter().map(|step| step.by).collect();
    sqlx::query!(
        "update telemetry_alarm a set state = n.state, seq = n.seq,
                fired_at = coalesce(a.fired_at, case when n.state in ('firing', 'no_data') then $5::timestamptz end),
                acknowledged_at = case when n.state = 'acknowledged' then $5::timestamptz else a.acknowledged_at end,
                acknowledged_by = case when n.state = 'acknowledged' then n.who else a.acknowledged_by end,
                cleared_at = case when n.state in ('ok', 'resolved') then coalesce(a.cleared_at, $5::timestamptz) else a.cleared_at end,
                closed_at = case when n.state in ('ok', 'resolved') then $5::timestamptz end
         from unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[]) as n (alarm, state, seq, who)
         where a.id = n.alarm",
        &alarms,
        &tos,
        &seqs,
        &by as &[Option<Uuid>],
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What else is known of an alarm that stays where it is.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// Which.
    pub alarm: Uuid,
    /// The worst value.
    pub peak: Option<f32>,
    /// Since when what it is about is over.
    pub cleared_at: Option<Timestamp>,
}

/// Writes down what else is known of alarms.
pub async fn note(db: impl PgExecutor<'_>, notes: &[Note]) -> sqlx::Result<()> {
    let alarms: Vec<Uuid> = notes.iter().map(|note| note.alarm).collect();
    let peaks: Vec<Option<f32>> = notes.iter().map(|note| note.peak).collect();
    let cleared: Vec<Option<SqlTimestamp>> = notes.iter().map(|note| note.cleared_at.map(ToSqlx::to_sqlx)).collect();
    sqlx::query!(
        "update telemetry_alarm a set peak = n.peak, cleared_at = n.cleared_at
         from unnest($1::uuid[], $2::real[], $3::timestamptz[]) as n (alarm, peak, cleared_at) where a.id = n.alarm",
        &alarms,
        &peaks as &[Option<f32>],
        &cleared as _
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

/// Puts up ladders of alarms that became loud, of the same rungs: one more of each than it has.
pub async fn put_up(
    db: impl PgExecutor<'_>,
    alarms: &[Uuid],
    roles: &[String],
    due: &[SqlTimestamp],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_rung (alarm_id, round, rung, role, due_at)
         select a.id, (select coalesce(max(o.round), 0) + 1 from telemetry_rung o where o.alarm_id = a.id)::smallint, n.rung::smallint, n.role, n.due
         from unnest($1::uuid[]) as a (id) cross join unnest($2::text[], $3::timestamptz[]) with ordinality as n (role, due, rung)
         on conflict do nothing",
        alarms,
        roles,
        due as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ladders of alarms that are loud and that have been told to their ends go on: each has one rung more, so many seconds after its last was
/// told, for those of the last rung of which the role had anybody when it was last told: whoever left is not waited for.
pub async fn go_on(db: impl PgExecutor<'_>, after_s: f64) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_rung (alarm_id, round, rung, role, due_at)
         select a.id, l.round, (l.rung + 1)::smallint,
                coalesce((select s.role
                          from (select distinct on (t.role) t.role, t.rung, t.people from telemetry_rung t
                                where t.alarm_id = a.id and t.round = l.round order by t.role, t.rung desc) s
                          where s.people > 0 order by s.rung desc limit 1), l.role),
                l.told_at + make_interval(secs => $1)
         from telemetry_alarm a
         cross join lateral (select r.round, r.rung, r.role, r.told_at from telemetry_rung r where r.alarm_id = a.id
                             order by r.round desc, r.rung desc limit 1) l
         where a.closed_at is null and a.state in ('firing', 'no_data') and l.told_at is not null and l.rung < 32767
         on conflict do nothing",
        after_s
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

/// Rungs, column by column: of which alarms, which ladders, and which of those.
fn columns(rungs: &[RungRow]) -> (Vec<Uuid>, Vec<i16>, Vec<i16>) {
    let alarms = rungs.iter().map(|rung| rung.alarm_id).collect();
    let rounds = rungs.iter().map(|rung| rung.round).collect();
    (alarms, rounds, rungs.iter().map(|rung| rung.rung).collect())
}

/// The next rung of each ladder becomes due at once: nobody stood on the one before. Of these those of which nobody was told, locked.
pub async fn hasten(db: impl PgExecutor<'_>, before: &[RungRow]) -> sqlx::Result<Vec<RungRow>> {
    let (alarms, rounds, rungs) = columns(before);
    sqlx::query_as!(
        RungRow,
        r#"select r.alarm_id, r.round, r.rung, r.role, a.drill
           from unnest($1::uuid[], $2::smallint[], $3::smallint[]) as n (alarm, round, rung)
           join telemetry_rung r on r.alarm_id = n.alarm and r.round = n.round and r.rung = n.rung + 1
           join telemetry_alarm a on a.id = r.alarm_id
           where r.told_at is null order by r.alarm_id, r.rung for update of r"#,
        &alarms,
        &rounds,
        &rungs
    )
    .fetch_all(db)
    .await
}

/// Writes down that rungs were told, and how many people stood on each.
pub async fn told(db: impl PgExecutor<'_>, told: &[RungRow], people: &[i16], now: Timestamp) -> sqlx::Result<()> {
    let (alarms, rounds, rungs) = columns(told);
    sqlx::query!(
        "update telemetry_rung r set told_at = $5::timestamptz, people = n.people
         from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::smallint[]) as n (alarm, round, rung, people)
         where r.alarm_id = n.alarm and r.round = n.round and r.rung = n.rung",
        &alarms,
        &rounds,
        &rungs,
        people,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who is told of what, by which messages, column by column.
#[derive(Debug, Default)]
pub struct Notices {
    /// Of which alarm.
    pub alarms: Vec<Uuid>,
    /// Of which of its ladders.
    pub rounds: Vec<i16>,
    /// By which rung of that.
    pub rungs: Vec<i16>,
    /// Who.
    pub accounts: Vec<Uuid>,
    /// The message's id, if it goes by mail.
    pub posts: Vec<Uuid>,
    /// The message's id, if it goes as a text message.
    pub sms: Vec<Uuid>,
}

impl Notices {
    /// One more: somebody who stands on a rung, told by a letter or a text message.
    pub fn add(&mut self, rung: &RungRow, account: Uuid, (mail, sms): (Uuid, Uuid)) {
        self.alarms.push(rung.alarm_id);
        self.rounds.push(rung.round);
        self.rungs.push(rung.rung);
        self.accounts.push(account);
        self.posts.push(mail);
        self.sms.push(sms);
    }
}

/// Notes that people are told of alarms.
pub async fn notice(db: impl PgExecutor<'_>, notices: &Notices) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_notice (alarm_id, round, rung, account_id, post_id, sms_id)
         select * from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[])",
        &notices.alarms,
        &notices.rounds,
        &notices.rungs,
        &notices.accounts,
        &notices.posts,
        &notices.sms
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
