//! The ladder (升级通知): who is told of a loud alarm, and when others are because nobody has acknowledged it.
//!
//! What is due of one look goes to each person in one message, however many alarms there are: a gateway that falls silent takes
//! hundreds of channels with it. Messages leave through the house's outbox, and what became of each is the receipt.

use crate::context::new_uuid;
use crate::messages::{AlarmMessage, queue_alarms};
use domain::ids::{AccountId, AlarmId, MessageId};
use domain::telemetry::Rules;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::telemetry::alarms as sql;
use store::telemetry::people;
use store::{SqlTimestamp, ToSqlx};
use uuid::Uuid;

/// Puts up a ladder of an alarm that became loud, from its first rung; one that is loud again, after a mute, has a new one.
pub(super) async fn put_up(db: &mut PgConnection, rules: &Rules, alarm: Uuid, now: Timestamp) -> sqlx::Result<()> {
    let roles: Vec<String> = rules.ladder.iter().map(|rung| rung.role.clone()).collect();
    let due = |after: u32| now.saturating_add(SignedDuration::from_secs(i64::from(after))).unwrap_or(Timestamp::MAX);
    let due: Vec<SqlTimestamp> = rules.ladder.iter().map(|rung| due(rung.after_s).to_sqlx()).collect();
    sql::put_up(&mut *db, alarm, &roles, &due).await
}

/// Tells whoever is to be told by now. A rung on which nobody stands leads on at once. Answers how many people are told.
pub(super) async fn climb(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<u32> {
    // (A drill and what is real go in messages of their own.)
    let mut told: BTreeMap<(Uuid, bool), Told> = BTreeMap::new();
    let mut due = sql::due(&mut *db, now).await?;
    let mut on: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    while let Some(rung) = due.pop() {
        if !on.contains_key(&rung.role) {
            let people = people::with_role(&mut *db, &rung.role).await?;
            let reached = people.iter().filter(|one| one.mail_sealed.is_some() || one.phone_sealed.is_some());
            on.insert(rung.role.clone(), reached.map(|one| one.id).collect());
        }
        let people = on.get(&rung.role).map_or(&[][..], Vec::as_slice);
        sql::told(&mut *db, &rung, i16::try_from(people.len()).unwrap_or(i16::MAX), now).await?;
        for account in people {
            let told = told.entry((*account, rung.drill)).or_insert_with(|| Told::new(now));
            told.alarms.push(AlarmId(rung.alarm_id));
            sql::notice(&mut *db, &rung, *account, (told.mail.0, told.sms.0)).await?;
        }
        if people.is_empty() {
            tracing::warn!(role = rung.role, rung = rung.rung, "nobody stands on a rung of the ladder; going on");
            // (Of this alarm's own ladder: the rules may have another by now.)
            due.extend(sql::hasten(&mut *db, &rung).await?);
        }
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
