//! What is due: made once for each due instant, and told to those who still may have it.

use super::{ExportError, KEPT, OPEN, may, note, rhythm_of, span_of, what_of};
use crate::account::open_mail;
use crate::context::{Context, Services, new_uuid};
use crate::messages::queue_exports;
use domain::Locale;
use domain::contact::MailAddress;
use domain::ids::{AccountId, ExportRunId};
use domain::numbers::What;
use domain::time::local_day;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::exports::{self as sql, NewRun, ScheduleRow};
use uuid::Uuid;

/// Makes what is due, on any server: whoever has the schedule's lock first. After days without a server the latest due
/// instant is made up for, of the days it is of, and none before it. Answers how many were made.
///
/// # Errors
/// `Database`, when the due ones cannot be looked for. One that fails does not keep the others waiting.
pub async fn run_due(services: &Services) -> Result<usize, ExportError> {
    let mut made = 0;
    for schedule in sql::due(&services.db, services.clock.now()).await? {
        match run_one(services, schedule).await {
            Ok(true) => made += 1,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, %schedule, "a scheduled export could not be made"),
        }
    }
    if made > 0 {
        services.job_bell.notify_one();
    }
    Ok(made)
}

async fn run_one(services: &Services, schedule: Uuid) -> Result<bool, ExportError> {
    let context = services.system();
    let now = context.now;
    let mut tx = services.begin().await?;
    let Some(row) = sql::lock(&mut tx, schedule).await? else { return Ok(false) };
    // Another server may have made it while this one waited for the lock.
    if row.state != "active" || row.next_at.to_jiff() > now {
        return Ok(false);
    }
    let rhythm = rhythm_of(&row)?;
    if rests(&mut tx, &context, &row).await? {
        tx.commit().await?;
        return Ok(false);
    }
    // Of a rhythm that was changed since it was due, no instant may lie in between.
    let due_at = rhythm.latest(now).max(row.next_at.to_jiff());
    let run = Sending { id: ExportRunId(new_uuid(now)), due_at, by_hand: false };
    let made = send(&mut tx, &context, &row, run).await?;
    sql::set_next(&mut *tx, schedule, rhythm.after(now)).await?;
    tx.commit().await?;
    Ok(made)
}

/// Lets a schedule rest, under its lock, when whoever vouches for it may not have it any more. `false` when all is well.
pub(super) async fn rests(db: &mut PgConnection, context: &Context, row: &ScheduleRow) -> Result<bool, ExportError> {
    let (now, what, schedule) = (context.now, what_of(row)?, row.id);
    if sql::person(&mut *db, row.owner_id).await?.is_some_and(|owner| may(&owner, what, now)) {
        return Ok(false);
    }
    if row.paused_for.as_deref() != Some("owner") {
        sql::set_state(&mut *db, schedule, "paused", Some("owner"), rhythm_of(row)?.after(now)).await?;
        note(db, context, "export.paused", schedule, json!({ "why": "owner" })).await?;
        tracing::warn!(%schedule, "a scheduled export rests: whoever vouched for it may not have it any more");
    }
    Ok(true)
}

/// A sending to be made.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    pub id: ExportRunId,
    pub due_at: Timestamp,
    pub by_hand: bool,
}

/// Writes a sending down with its messages, under the schedule's lock. `false` when it is there already.
pub(super) async fn send(
    db: &mut PgConnection,
    context: &Context,
    row: &ScheduleRow,
    sending: Sending,
) -> Result<bool, ExportError> {
    let period = span_of(row)?.before(local_day(sending.due_at));
    let run = NewRun {
        id: sending.id.0,
        schedule: row.id,
        due_at: sending.due_at,
        by_hand: sending.by_hand,
        first: period.first(),
        last: period.last(),
        open_until: context.now.saturating_add(OPEN).unwrap_or(context.now),
    };
    if !sql::add_run(&mut *db, run, context.now).await? {
        return Ok(false);
    }
    let recipients: Vec<AccountId> =
        sql::recipients(&mut *db, &[row.id]).await?.into_iter().map(|(_, account)| AccountId(account)).collect();
    queue_exports(&mut *db, context.now, sending.id, &recipients).await?;
    let detail = json!({
        "run": sending.id,
        "of": row.subject,
        "what": row.what,
        "from": period.first().to_string(),
        "to": period.last().to_string(),
        "recipients": recipients,
        "by_hand": sending.by_hand,
    });
    note(db, context, "export.sent", row.id, detail).await?;
    Ok(true)
}

/// The outcome of a mail that was refused for good, or that never left.
pub(crate) const UNDELIVERABLE: &str = "undeliverable";

/// What the message of a sending finds when its turn comes.
pub(crate) enum Recipient {
    /// Tell this address, in this language.
    Tell {
        /// Where.
        mail: MailAddress,
        /// In which language.
        locale: Locale,
        /// What the file has.
        what: What,
    },
    /// Nobody is told: the outcome, and the word for the trail.
    Withhold(&'static str),
    /// That was said before, or there is no such sending any more.
    Settled,
}

/// Asks again whether somebody may be told: the person, and whoever vouches for the schedule.
pub(crate) async fn recipient(
    services: &Services,
    run: ExportRunId,
    account: AccountId,
    now: Timestamp,
) -> Result<Recipient, ExportError> {
    let mut db = services.db.acquire().await?;
    let Some(sending) = sql::run(&mut *db, run.0).await? else { return Ok(Recipient::Settled) };
    let told = sql::told(&mut *db, &[run.0]).await?;
    // What could not be delivered comes back when staff try its job again.
    let open = |outcome: &str| matches!(outcome, "waiting" | UNDELIVERABLE);
    if !told.iter().any(|row| row.account_id == account.0 && open(&row.outcome)) {
        return Ok(Recipient::Settled);
    }
    let what = What::from_name(&sending.what).ok_or(ExportError::Unreadable)?;
    let Some(schedule) = sql::one(&mut *db, sending.schedule_id).await? else { return Ok(Recipient::Settled) };
    if schedule.state == "ended" || now >= sending.open_until.to_jiff() {
        return Ok(Recipient::Withhold("ended"));
    }
    let owner = sql::person(&mut *db, schedule.owner_id).await?;
    if !owner.is_some_and(|owner| may(&owner, what, now)) {
        return Ok(Recipient::Withhold("owner"));
    }
    let Some(person) = sql::person(&mut *db, account.0).await?.filter(|person| may(person, what, now)) else {
        return Ok(Recipient::Withhold("not_allowed"));
    };
    let Some(sealed) = person.mail_sealed else { return Ok(Recipient::Withhold("no_address")) };
    let mail = open_mail(&services.vault, person.id, &sealed)?;
    Ok(Recipient::Tell { mail, locale: Locale::from_tag(&person.locale), what })
}

/// The outcome of a mail that left.
pub(crate) const TOLD: &str = "told";

/// Says how it went with somebody, in a word that is the outcome: [`TOLD`], or why not.
pub(crate) async fn settle(
    services: &Services,
    run: ExportRunId,
    account: AccountId,
    outcome: &'static str,
) -> Result<(), ExportError> {
    let mut tx = services.begin().await?;
    settle_in(&mut tx, services, run, account, outcome).await?;
    tx.commit().await?;
    Ok(())
}

/// The same in the caller's transaction.
pub(crate) async fn settle_in(
    db: &mut PgConnection,
    services: &Services,
    run: ExportRunId,
    account: AccountId,
    outcome: &'static str,
) -> sqlx::Result<()> {
    let Some(sending) = sql::run(&mut *db, run.0).await? else { return Ok(()) };
    if sql::settle(&mut *db, run.0, account.0, outcome).await? {
        let (action, why) = if outcome == TOLD { ("export.told", None) } else { ("export.withheld", Some(outcome)) };
        let detail = json!({ "run": run, "recipient": account, "why": why });
        note(db, &services.system(), action, sending.schedule_id, detail).await?;
    }
    Ok(())
}

/// Forgets what was sent long ago; the audit trail has it.
///
/// # Errors
/// `Database`.
pub async fn sweep(services: &Services) -> sqlx::Result<u64> {
    let before = services.clock.now().saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    sql::remove_before(&services.db, before).await
}
