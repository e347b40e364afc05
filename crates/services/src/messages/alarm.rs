//! Messages to whoever stands on the ladder of alarms: what is not as it should be, where, since when, and the way to the wall
//! board behind the sign-in. One message for all that became due at once; a drill is never in one with what is real.

use super::address;
use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms, when_text};
use super::templates::Facts;
use crate::Services;
use crate::account::{open_mail, open_phone};
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::Locale;
use domain::ids::{AccountId, AlarmId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::telemetry::alarms::{self, AlarmRow};
use store::telemetry::people;

/// The job that sends one.
const ALARM: &str = "messages.alarm";

/// What somebody is told: the alarms, and the ids of the messages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct AlarmMessage {
    /// Who.
    pub account: AccountId,
    /// Of what.
    pub alarms: Vec<AlarmId>,
    /// The message's id, if it goes by mail.
    pub mail: MessageId,
    /// The message's id, if it goes as a text message.
    pub sms: MessageId,
}

/// An alarm, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AlarmFacts {
    /// T-07 温度高于临界限
    pub what: String,
    /// 7月28日周二03:12
    pub when: String,
    /// How many there are besides.
    pub others: usize,
    /// The wall board.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(ALARM, send)
}

/// Queues messages about alarms. Ring `Services::job_bell` after the commit.
pub(crate) async fn queue_alarms(db: &mut PgConnection, now: Timestamp, told: &[AlarmMessage]) -> sqlx::Result<()> {
    let jobs: Vec<_> = told.iter().map(|payload| NewJob { kind: ALARM, payload, run_at: now, dedupe: None }).collect();
    enqueue(db, now, &jobs).await
}

async fn send(services: Services, job: Job<AlarmMessage>) -> Outcome {
    let services = &services;
    let now = services.clock.now();
    let AlarmMessage { account, alarms, mail, sms: sms_id } = job.payload;
    // (What somebody acknowledged meanwhile is looked after.)
    let ids: Vec<_> = alarms.iter().map(|alarm| alarm.0).collect();
    let mut loud = alarms::loud_of(&services.db, &ids).await?;
    // What is real comes first: where there is any, nothing is said of a rehearsal.
    let drill = loud.first().is_some_and(|alarm| alarm.drill);
    loud.retain(|alarm| alarm.drill == drill);
    let template = if drill { "tank_drill" } else { "tank_alarm" };
    let of = |id, channel| Dispatch { id, subject: Some(Subject("account", account.0)), template, channel };
    let (Some(worst), Some(person)) = (loud.first(), people::one(&services.db, account.0).await?) else {
        drop_message(services, now, of(mail, "mail")).await?;
        return drop_message(services, now, of(sms_id, "sms")).await;
    };
    let locale = Locale::from_tag(&person.locale);
    let (what, when) = (what_text(worst, locale), when_text(worst.began_at.to_jiff(), locale));
    let mut outcome = Ok(());
    // A key made by another server a moment ago may not have arrived here yet.
    let sealed = |_| Failure::retry("contact_sealed");
    if let Some(phone) = &person.phone_sealed {
        let phone = open_phone(&services.vault, person.id, phone).map_err(sealed)?;
        let values = BTreeMap::from([("what", what.clone()), ("when", when.clone())]);
        let parcel = sms(services, sms_id, phone, locale, template, values, now)?;
        outcome = outcome.and(dispatch_one(services, now, of(sms_id, "sms"), parcel, job.last).await);
    }
    if let Some(address_sealed) = &person.mail_sealed {
        let to = open_mail(&services.vault, person.id, address_sealed).map_err(sealed)?;
        let facts = Facts::Alarm(AlarmFacts {
            what,
            when,
            others: loud.len() - 1,
            page: address(services, locale, "/staff/wall"),
            site: services.settings.public_url.clone(),
            help: services.post.help(),
        });
        let parcel = letter(mail, to, locale, template, &facts, None, now)?;
        outcome = outcome.and(dispatch_one(services, now, of(mail, "mail"), parcel, job.last).await);
    }
    outcome
}

/// What is not as it should be, in at most 35 characters. The place is the code of the tank or the room.
fn what_text(alarm: &AlarmRow, locale: Locale) -> String {
    let place = alarm.code.split('/').next().unwrap_or_default();
    let zh = locale == Locale::ZhCn;
    let said = match (alarm.rule.as_str(), zh) {
        ("tank_warm", true) => "温度高于警戒限",
        ("tank_warm", false) => "too warm",
        ("tank_critical", true) => "温度高于临界限",
        ("tank_critical", false) => "critically warm",
        ("tank_rising", true) => "温度上升过快",
        ("tank_rising", false) => "warming fast",
        ("level_low" | "level_critical", true) => "液氮液位过低",
        ("level_low" | "level_critical", false) => "nitrogen low",
        ("oxygen_low", true) => "氧气浓度过低",
        ("oxygen_low", false) => "oxygen low",
        ("mains_lost", true) => "市电中断",
        ("mains_lost", false) => "mains lost",
        ("ups_short", true) => "后备电源不足",
        ("ups_short", false) => "batteries low",
        ("silent", true) => "监测数据中断",
        ("silent", false) => "no data",
        ("unread", true) => "长时间无有效读数",
        ("unread", false) => "no good reading",
        ("stuck", true) => "探头读数不变",
        ("stuck", false) => "probe stuck",
        ("displaced", true) => "探头移位",
        ("displaced", false) => "probe displaced",
        (_, true) => "监测异常",
        (_, false) => "not as it should be",
    };
    format!("{place} {said}")
}
