//! What happens to cases by itself, when its time has come (`domain::spark::due`). On several servers at once each is done
//! once: the second finds another version, or that somebody was reminded.

use super::act::act_in;
use super::{Act, CaseError, CaseReminder, access, act, news};
use crate::Services;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::spark::review;
use domain::account::Role;
use domain::ids::{AccountId, CaseId};
use domain::spark::due::{
    REMINDED, UNUSED, at_the_end, given_if_come_by, lapses_if_due_by, last_day, over_if_begun_by, reminded_if_begun_by,
};
use domain::spark::{Event, Part, State};
use domain::time::{local_day, start_of_day};
use domain::workdays;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases::{self, CaseRow};
use store::spark::desk::{self as sql, Due};
use store::spark::due::{self, Ending};
use uuid::Uuid;

/// Does what is due of cases that have stood in a state for as long as they may: what a family did not do in time lapses, a
/// notice stands, a follow-up ends.
///
/// # Errors
/// `Database` where nobody knows which are due. One that cannot be moved is told in the log, and holds up no other.
pub async fn settle_over(services: &Services) -> Result<u32, CaseError> {
    let today = local_day(services.clock.now());
    let mut done = 0;
    for state in State::ALL {
        let Some((event, day)) = at_the_end(state).zip(over_if_begun_by(state, today)) else { continue };
        let mut after = Uuid::nil();
        loop {
            let page = match state {
                // What an officer asked has a last day of its own, and days of grace in which more time can be given.
                State::Returned => due::overdue(&services.db, (end_of(day), lapses_if_due_by(today)), after).await?,
                state => due::standing(&services.db, state.name(), end_of(day), after).await?,
            };
            let Some(last) = page.last() else { break };
            after = last.id;
            for due in page {
                done += u32::from(happens(services, due, event).await);
            }
        }
    }
    Ok(done)
}

/// Reminds families of what is their turn and ends soon, of an award of which nothing was let go, and of money that is asked back:
/// of each once.
///
/// # Errors
/// As [`settle_over`].
pub async fn remind(services: &Services) -> Result<u32, CaseError> {
    let now = services.clock.now();
    let today = local_day(now);
    let mut done = remind_of_owed(services, today).await?;
    if let Some(day) = reminded_if_begun_by(State::Returned, today) {
        let (last, mut after) = (workdays::after(today, REMINDED), Uuid::nil());
        loop {
            let page = due::asked_back(&services.db, end_of(day), (today, last), after).await?;
            let Some(end) = page.last() else { break };
            after = end.id;
            for asked in page {
                let ending = Ending { id: asked.id, version: asked.version, about: asked.about, at: asked.at };
                let own = || last_day(State::Returned, local_day(asked.at.to_jiff()));
                let Some(until) = asked.due_on.map(|day| day.to_jiff()).or_else(own) else { continue };
                done += u32::from(reminded(services, ending, (CaseReminder::JOB, until)).await);
            }
        }
    }
    if let Some(day) = reminded_if_begun_by(State::Agreement, today) {
        let mut after = Uuid::nil();
        loop {
            let page = due::ending(&services.db, State::Agreement.name(), end_of(day), after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for ending in page {
                let Some(until) = last_day(State::Agreement, local_day(ending.at.to_jiff())) else { continue };
                done += u32::from(reminded(services, ending, (CaseReminder::JOB, until)).await);
            }
        }
    }
    let soon = now.saturating_add(SignedDuration::from_hours(24 * UNUSED)).unwrap_or(now);
    let mut after = Uuid::nil();
    loop {
        let page = due::unused(&services.db, soon, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for ending in page {
            let what = (CaseReminder::JOB, local_day(ending.at.to_jiff()));
            done += u32::from(reminded(services, ending, what).await);
        }
    }
}

/// Reminds families of what is asked back and not there yet, before its last day.
async fn remind_of_owed(services: &Services, today: Date) -> Result<u32, CaseError> {
    let (last, mut done, mut after) = (workdays::after(today, REMINDED), 0, Uuid::nil());
    loop {
        let page = due::owed(&services.db, (today, last), after).await?;
        let Some(end) = page.last() else { return Ok(done) };
        after = end.id;
        for owed in page {
            let ending = Ending { id: owed.id, version: owed.version, about: owed.about, at: owed.at };
            let Some(until) = owed.due_on.map(|day| day.to_jiff()) else { continue };
            done += u32::from(reminded(services, ending, (CaseReminder::OWED, until)).await);
        }
    }
}

/// Gives cases that nobody took up in time to the officer who looks after the fewest, is not away, and may look after it. Where
/// there is no such officer they wait.
///
/// # Errors
/// As [`settle_over`].
pub async fn take_up_waiting(services: &Services) -> Result<u32, CaseError> {
    let come = end_of(given_if_come_by(local_day(services.clock.now())));
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = due::standing(&services.db, State::Submitted.name(), come, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for waiting in page {
            let own = services.clone();
            match to_the_end(async move { given(&own, waiting).await }).await {
                Ok(Given::ToAnOfficer) => done += 1,
                Ok(Given::NobodyIsThere) => return Ok(done),
                // Others wait for none of these officers.
                Ok(Given::EverybodyIsBarred) => {}
                Err(error) if is_anothers(&error) => {}
                Err(error) => tracing::error!(case = %waiting.id, %error, "a case could not be given to an officer"),
            }
        }
    }
}

/// What became of a case that waits for an officer.
enum Given {
    ToAnOfficer,
    /// All of them are away, or there is none.
    NobodyIsThere,
    /// Whoever is there has a conflict with it.
    EverybodyIsBarred,
}

async fn given(services: &Services, waiting: Due) -> Result<Given, CaseError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let there = due::officers_there(&mut *tx, Role::CaseOfficer.name(), local_day(context.now)).await?;
    if there.is_empty() {
        return Ok(Given::NobodyIsThere);
    }
    act_in(services, &mut tx, &context, &by_itself(waiting, Event::TakeUp)).await?;
    // The case is locked from here on: no conflict with it is declared meanwhile.
    let row = cases::one(&mut *tx, waiting.id).await?.ok_or(CaseError::NotFound)?;
    let mut officer = None;
    for one in there {
        if may_be_given(&mut tx, &row, AccountId(one)).await? {
            officer = Some(one);
            break;
        }
    }
    // Nothing was done: the transaction ends without it.
    let Some(officer) = officer else { return Ok(Given::EverybodyIsBarred) };
    cases::set_officer(&mut *tx, waiting.id, officer).await?;
    let (action, detail) = ("spark.case_given", json!({ "to": officer }));
    let entry = Entry { action, subject_kind: "spark_case", subject: Some(waiting.id), detail };
    audit::record(&mut tx, &context, &[entry]).await?;
    access::minors(&mut tx, &context, &row, (AccountId(officer), "given")).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(Given::ToAnOfficer)
}

/// Whether a case can be given to an officer: not to one who has a conflict with it, nor to one who was asked to judge it.
async fn may_be_given(db: &mut PgConnection, row: &CaseRow, officer: AccountId) -> Result<bool, CaseError> {
    match access::judges_not(db, CaseId(row.id), officer).await {
        Ok(()) => Ok(review::may_care(db, row, officer).await?),
        Err(CaseError::HadAPart) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The instant a day of Shandong is over.
fn end_of(day: Date) -> Timestamp {
    start_of_day(day.saturating_add(1.day()))
}

/// Of a day that is past nobody is reminded: after days without a worker, or where what was due failed.
async fn reminded(services: &Services, ending: Ending, (kind, until): (&'static str, Date)) -> bool {
    if until < local_day(services.clock.now()) {
        return false;
    }
    let (own, case) = (services.clone(), CaseId(ending.id));
    let done: Result<bool, CaseError> = to_the_end(async move {
        let context = own.system();
        let mut tx = own.begin().await?;
        let told = due::remind(&mut *tx, ending.about, ending.id, context.now).await?;
        if told {
            news::queue_reminder(&mut tx, &context, (case, kind), (ending.version, until)).await?;
        }
        tx.commit().await?;
        Ok(told)
    })
    .await;
    match done {
        Ok(told) => {
            services.job_bell.notify_one();
            told
        }
        Err(error) => {
            tracing::error!(%case, %error, "a family could not be reminded");
            false
        }
    }
}

/// Lapses cases whose award was not used in time, with the award. One of which a payment was let go is used and does not lapse
/// (as `ledger::lapse_due` says); one that the house itself holds up (before the agreement, in an appeal, on hold) does not
/// either.
///
/// # Errors
/// `Database` where nobody knows which are due. One that cannot be ended is told in the log, and holds up no other.
pub async fn lapse_due(services: &Services) -> Result<u32, CaseError> {
    let now = services.clock.now();
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = sql::lapsing(&services.db, now, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for due in page {
            done += u32::from(happens(services, due, Event::Lapse).await);
        }
    }
}

/// Moves cases of which the last tranche is paid to their follow-up.
///
/// # Errors
/// As [`lapse_due`].
pub async fn settle_paid(services: &Services) -> Result<u32, CaseError> {
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = sql::paid_out(&services.db, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for due in page {
            done += u32::from(happens(services, due, Event::PaidOut).await);
        }
    }
}

/// What the house itself does with a case.
const fn by_itself(due: Due, event: Event) -> Act {
    Act { case: CaseId(due.id), version: due.version, part: Part::System, event, reason: None, award: None }
}

/// Another server, or a person, was first; or is at it.
const fn is_anothers(error: &CaseError) -> bool {
    matches!(error, CaseError::Stale(_) | CaseError::Refused(_) | CaseError::Unmet(_) | CaseError::Busy)
}

async fn happens(services: &Services, due: Due, event: Event) -> bool {
    match act(services, &services.system(), &by_itself(due, event)).await {
        Ok(_) => true,
        Err(error) if is_anothers(&error) => false,
        Err(error) => {
            tracing::error!(case = %due.id, event = event.name(), %error, "what is due of a case could not be done");
            false
        }
    }
}
