//! The ladder (升级通知): who is told of a loud alarm, and when others are because nobody has acknowledged it. It has no end: after its
//! last rung that is told again every hour ([`AGAIN`]), until somebody acknowledges or the alarm is over.
//!
//! What is due of one look goes to each person in one message, however many alarms there are: a gateway that falls silent takes
//! hundreds of channels with it. Messages leave through the house's outbox, and what became of each is the receipt.

use crate::context::new_uuid;
use crate::messages::{AlarmMessage, queue_alarms};
use domain::ids::{AccountId, AlarmId, MessageId};
use domain::telemetry::{AGAIN, Rules};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::telemetry::alarms::{self as sql, Notices, RungRow};
use store::telemetry::people;
use store::{SqlTimestamp, ToSqlx};
use uuid::Uuid;

/// Puts up a ladder of each alarm that became loud, from its first rung; one that is loud again, after a mute, has a new one.
pub(super) async fn put_up(db: &mut PgConnection, rules: &Rules, alarms: &[Uuid], now: Timestamp) -> sqlx::Result<()> {
    if alarms.is_empty() {
        return Ok(());
    }
    let roles: Vec<String> = rules.ladder.iter().map(|rung| rung.role.clone()).collect();
    let due = |after: u32| now.saturating_add(SignedDuration::from_secs(i64::from(after))).unwrap_or(Timestamp::MAX);
    let due: Vec<SqlTimestamp> = rules.ladder.iter().map(|rung| due(rung.after_s).to_sqlx()).collect();
    sql::put_up(&mut *db, alarms, &roles, &due).await
}

/// Tells whoever is to be told by now. A rung on which nobody stands leads on at once. Answers how many people are told.
pub(super) async fn climb(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<u32> {
    // (A drill and what is real go in messages of their own.)
    let mut told: BTreeMap<(Uuid, bool), Told> = BTreeMap::new();
    let mut on: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    sql::go_on(&mut *db, AGAIN.as_secs_f64()).await?;
    let mut due = sql::due(&mut *db, now).await?;
    // One turn more for each rung that is empty: all alarms climb together.
    while !due.is_empty() {
        stand(db, &due, &mut on).await?;
        let (mut people, mut notices, mut empty) = (Vec::with_capacity(due.len()), Notices::default(), Vec::new());
        for rung in &due {
            let here = on.get(&rung.role).map_or(&[][..], Vec::as_slice);
            people.push(i16::try_from(here.len()).unwrap_or(i16::MAX));
            for account in here {
                let told = told.entry((*account, rung.drill)).or_insert_with(|| Told::new(now));
                told.alarms.push(AlarmId(rung.alarm_id));
                notices.add(rung, *account, (told.mail.0, told.sms.0));
            }
            if here.is_empty() {
                empty.push(rung.clone());
            }
        }
        sql::told(&mut *db, &due, &people, now).await?;
        if !notices.alarms.is_empty() {
            sql::notice(&mut *db, &notices).await?;
        }
        due = if empty.is_empty() { Vec::new() } else { lead_on(db, &empty).await? };
    }
    let reached: BTreeSet<Uuid> = told.keys().map(|(account, _)| *account).collect();
    let all = u32::try_from(reached.len()).unwrap_or(u32::MAX);
    let messages: Vec<AlarmMessage> = told
        .into_iter()
        .map(|((account, _), told)| AlarmMessage {
            account: AccountId(account),
            alarms: told.alarms,
            mail: told.mail,
            sms: told.sms,
        })
        .collect();
    queue_alarms(db, now, &messages).await?;
    metrics::counter!("telemetry_people_told_total").increment(u64::from(all));
    Ok(all)
}

/// Finds who stands on rungs, where that is not known yet.
async fn stand(db: &mut PgConnection, due: &[RungRow], on: &mut BTreeMap<String, Vec<Uuid>>) -> sqlx::Result<()> {
    let asked: BTreeSet<&String> = due.iter().map(|rung| &rung.role).filter(|role| !on.contains_key(*role)).collect();
    let asked: Vec<String> = asked.into_iter().cloned().collect();
    if asked.is_empty() {
        return Ok(());
    }
    let people = people::with_roles(&mut *db, &asked).await?;
    on.extend(asked.into_iter().map(|role| (role, Vec::new())));
    for (role, account) in people {
        on.entry(role).or_default().push(account);
    }
    Ok(())
}

/// The rungs after those on which nobody stands. (Of the alarms' own ladders: the rules may have another by now.)
async fn lead_on(db: &mut PgConnection, empty: &[RungRow]) -> sqlx::Result<Vec<RungRow>> {
    let roles: BTreeSet<&str> = empty.iter().map(|rung| rung.role.as_str()).collect();
    tracing::warn!(?roles, rungs = empty.len(), "nobody stands on rungs of the ladder; going on");
    sql::hasten(&mut *db, empty).await
}

/// What one person is told of one look.
struct Told {
    alarms: Vec<AlarmId>,
    mail: MessageId,
    sms: MessageId,
}

impl Told {
    fn new(now: Timestamp) -> Self {
        Self { alarms: Vec::new(), mail: MessageId(new_uuid(now)), sms: MessageId(new_uuid(now)) }
    }
}
