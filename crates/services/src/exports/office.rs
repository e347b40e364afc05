//! Schedules as staff see them: made, changed, paused, resumed, ended, and sent now.

use super::run::UNDELIVERABLE;
use super::{ExportError, MOST_RECIPIENTS, may, note, rhythm_of, span_of, what_of, what_of_run};
use crate::account::{open_text, place};
use crate::crypto::CryptoError;
use crate::numbers::Subject;
use crate::spreadsheet::Format;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ExportRunId, ExportScheduleId};
use domain::numbers::{Period, Rhythm, Span, What};
use domain::typed;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use store::exports::{self as sql, PersonRow, ScheduleRow, Wanted};
use uuid::Uuid;

/// Characters of a reason.
const REASON: u32 = 200;
/// Sendings that a page shows.
const SHOWN: i64 = 30;

/// What a schedule says.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What a file has.
    pub what: What,
    /// The museum's or the events'.
    pub subject: Subject,
    /// Which days.
    pub span: Span,
    /// As which file.
    pub format: Format,
    /// When.
    pub rhythm: Rhythm,
    /// Why, of bookings; as it was typed.
    pub reason: String,
    /// Who is told.
    pub recipients: Vec<AccountId>,
}

/// A member of staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Who.
    pub account: AccountId,
    /// What the person is called.
    pub name: String,
}

/// Whether a schedule goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is due next at that instant.
    Active(Timestamp),
    /// Somebody let it rest.
    Paused,
    /// It rests because whoever vouched for it may not have such files any more.
    Ownerless,
    /// It is over.
    Ended,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Which.
    pub id: ExportScheduleId,
    /// Who vouches for it.
    pub owner: Person,
    /// What it says.
    pub what: What,
    /// The museum's or the events'.
    pub subject: Subject,
    /// Which days.
    pub span: Span,
    /// As which file.
    pub format: Format,
    /// When.
    pub rhythm: Rhythm,
    /// Why, of bookings.
    pub reason: Option<String>,
    /// Who is told.
    pub recipients: Vec<Person>,
    /// Whether it goes on.
    pub standing: Standing,
    /// Counts changes.
    pub version: i32,
}

/// How it went with one of those who were to be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Who.
    pub person: Person,
    /// `waiting`, `told`, `not_allowed`, `no_address`, `ended`, `owner`, `undeliverable`.
    pub outcome: String,
    /// When the file was fetched first.
    pub fetched_at: Option<Timestamp>,
}

impl Told {
    /// The mail did not reach the person, or nobody knows whether it did.
    pub fn was_missed(&self) -> bool {
        self.outcome == UNDELIVERABLE && self.fetched_at.is_none()
    }
}

/// A sending.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub id: ExportRunId,
    /// What the file has.
    pub what: What,
    /// The instant it was due.
    pub due_at: Timestamp,
    /// Somebody pressed a button.
    pub by_hand: bool,
    /// Its days.
    pub period: Period,
    /// Until when its link leads to the file.
    pub open_until: Timestamp,
    /// How it went with each.
    pub told: Vec<Told>,
}

fn name_of(services: &Services, row: &PersonRow) -> Result<Person, CryptoError> {
    let name =
        row.name_sealed.as_deref().map(|sealed| open_text(&services.vault, place("name_sealed", row.id), sealed));
    Ok(Person { account: AccountId(row.id), name: name.transpose()?.unwrap_or_default() })
}

/// The names of people, ended accounts too where they are among `besides`.
async fn names(
    services: &Services,
    db: &mut PgConnection,
    besides: &[Uuid],
) -> Result<HashMap<Uuid, Person>, ExportError> {
    let rows = sql::people(db, besides).await?;
    rows.iter().map(|row| Ok((row.id, name_of(services, row)?))).collect()
}

fn person(names: &HashMap<Uuid, Person>, id: Uuid) -> Person {
    names.get(&id).cloned().unwrap_or(Person { account: AccountId(id), name: String::new() })
}

/// Whom a schedule of such files can tell: staff who may have them and have proven a mail address.
///
/// # Errors
/// `Denied`.
pub async fn candidates(services: &Services, context: &Context) -> Result<Vec<Person>, ExportError> {
    context.require(Capability::SeeNumbers)?;
    let rows = sql::people(&services.db, &[]).await?;
    let can = rows.iter().filter(|row| row.mail_sealed.is_some() && may(row, What::Numbers, context.now));
    Ok(can.map(|row| name_of(services, row)).collect::<Result<_, _>>()?)
}

/// The schedules that have not ended.
///
/// # Errors
/// `Denied`.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<Schedule>, ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut db = services.db.acquire().await?;
    let rows = sql::all(&mut *db).await?;
    read(services, &mut db, rows).await
}

/// One of them, an ended one too.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn schedule(services: &Services, context: &Context, id: ExportScheduleId) -> Result<Schedule, ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut db = services.db.acquire().await?;
    let row = sql::one(&mut *db, id.0).await?.ok_or(ExportError::NotFound)?;
    read(services, &mut db, vec![row]).await?.pop().ok_or(ExportError::NotFound)
}

async fn read(
    services: &Services,
    db: &mut PgConnection,
    rows: Vec<ScheduleRow>,
) -> Result<Vec<Schedule>, ExportError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let told = sql::recipients(&mut *db, &ids).await?;
    let besides: Vec<Uuid> =
        rows.iter().map(|row| row.owner_id).chain(told.iter().map(|(_, account)| *account)).collect();
    let names = names(services, db, &besides).await?;
    rows.into_iter()
        .map(|row| {
            let recipients = told.iter().filter(|(schedule, _)| *schedule == row.id);
            let (Some(subject), Some(format)) = (Subject::from_name(&row.subject), Format::from_name(&row.format))
            else {
                return Err(ExportError::Unreadable);
            };
            Ok(Schedule {
                id: ExportScheduleId(row.id),
                owner: person(&names, row.owner_id),
                what: what_of(&row)?,
                subject,
                span: span_of(&row)?,
                format,
                rhythm: rhythm_of(&row)?,
                recipients: recipients.map(|(_, account)| person(&names, *account)).collect(),
                standing: match (row.state.as_str(), row.paused_for.as_deref()) {
                    ("active", _) => Standing::Active(row.next_at.to_jiff()),
                    ("paused", Some("owner")) => Standing::Ownerless,
                    ("paused", _) => Standing::Paused,
                    _ => Standing::Ended,
                },
                reason: row.reason,
                version: row.version,
            })
        })
        .collect()
}

/// The latest sendings of a schedule.
///
/// # Errors
/// `Denied`.
pub async fn runs(services: &Services, context: &Context, id: ExportScheduleId) -> Result<Vec<Run>, ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut db = services.db.acquire().await?;
    let rows = sql::runs(&mut *db, id.0, SHOWN).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let told = sql::told(&mut *db, &ids).await?;
    let besides: Vec<Uuid> = told.iter().map(|row| row.account_id).collect();
    let names = names(services, &mut db, &besides).await?;
    let run = |row: sql::RunRow| {
        let own = told.iter().filter(|one| one.run_id == row.id).map(|one| Told {
            person: person(&names, one.account_id),
            outcome: one.outcome.clone(),
            fetched_at: one.fetched_at.as_ref().map(|at| at.to_jiff()),
        });
        Ok(Run {
            id: ExportRunId(row.id),
            what: what_of_run(&row).ok_or(ExportError::Unreadable)?,
            due_at: row.due_at.to_jiff(),
            by_hand: row.by_hand,
            period: Period::new(row.first_day.to_jiff(), row.last_day.to_jiff())
                .map_err(|_| ExportError::Unreadable)?,
            open_until: row.open_until.to_jiff(),
            told: own.collect(),
        })
    };
    rows.into_iter().map(run).collect()
}

/// Checks what was chosen: the reason of bookings, and that everybody can be told and may.
async fn checked(db: &mut PgConnection, context: &Context, terms: &Terms) -> Result<Option<String>, ExportError> {
    context.require(terms.what.capability())?;
    let mut faults = Faults::default();
    let reason = match terms.what {
        What::Numbers => None,
        What::Bookings => faults.take("reason", typed::line(&terms.reason, REASON)),
    };
    let rows = sql::people(db, &[]).await?;
    let can = |account: &AccountId| {
        rows.iter().any(|row| row.id == account.0 && row.mail_sealed.is_some() && may(row, terms.what, context.now))
    };
    if terms.recipients.is_empty() {
        faults.add("recipients", Fault::Required);
    } else if terms.recipients.len() > MOST_RECIPIENTS || !terms.recipients.iter().all(can) {
        faults.add("recipients", Fault::NotAChoice);
    }
    if faults.is_empty() { Ok(reason) } else { Err(ExportError::Fields(faults.into_errors())) }
}

fn wanted<'a>(
    id: ExportScheduleId,
    owner: AccountId,
    (terms, reason, recipients): (&Terms, Option<&'a str>, &'a [Uuid]),
    now: Timestamp,
) -> Wanted<'a> {
    Wanted {
        id: id.0,
        owner_id: owner.0,
        what: terms.what.name(),
        subject: terms.subject.name(),
        span: terms.span.name(),
        format: terms.format.name(),
        every: terms.rhythm.every().name(),
        day: terms.rhythm.day().into(),
        hour: terms.rhythm.hour().into(),
        reason,
        next_at: terms.rhythm.after(now),
        recipients,
    }
}

fn described(terms: &Terms) -> Value {
    json!({
        "what": terms.what,
        "of": terms.subject.name(),
        "span": terms.span,
        "format": terms.format.name(),
        "every": terms.rhythm.every(),
        "day": terms.rhythm.day(),
        "hour": terms.rhythm.hour(),
        "recipients": terms.recipients,
    })
}

fn own(context: &Context) -> Result<AccountId, ExportError> {
    context.actor.account().ok_or(ExportError::Denied(Denied::SignInNeeded))
}

/// Makes a schedule under the form's own id: a form that is sent twice makes one. It is due for the first time at its next
/// instant.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `Fields`.
pub async fn add(
    services: &Services,
    context: &Context,
    id: ExportScheduleId,
    terms: &Terms,
) -> Result<(), ExportError> {
    let owner = own(context)?;
    let mut tx = services.begin().await?;
    let reason = checked(&mut tx, context, terms).await?;
    let recipients: Vec<Uuid> = terms.recipients.iter().map(|account| account.0).collect();
    let new = wanted(id, owner, (terms, reason.as_deref(), &recipients), context.now);
    if sql::add(&mut tx, &new, context.now).await? {
        let mut detail = described(terms);
        detail["reason"] = json!(reason);
        note(&mut tx, context, "export.scheduled", id.0, detail).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Changes what a schedule says. Whoever changes it vouches for it from then on. A sending that is due already is not lost.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `NotFound`, `StateHasChanged`, `Fields`.
pub async fn change(
    services: &Services,
    context: &Context,
    (id, version): (ExportScheduleId, i32),
    terms: &Terms,
) -> Result<(), ExportError> {
    let owner = own(context)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, id).await?;
    context.require(what_of(&row)?.capability())?;
    let reason = checked(&mut tx, context, terms).await?;
    if row.version != version {
        return Err(ExportError::StateHasChanged);
    }
    let recipients: Vec<Uuid> = terms.recipients.iter().map(|account| account.0).collect();
    let mut new = wanted(id, owner, (terms, reason.as_deref(), &recipients), context.now);
    // What is due and not made yet is made all the same, as it is wanted now.
    let due = row.next_at.to_jiff();
    if row.state == "active" && due <= context.now {
        new.next_at = due;
    }
    sql::change(&mut tx, &new, context.now).await?;
    let mut detail = described(terms);
    detail["reason"] = json!(reason);
    note(&mut tx, context, "export.changed", id.0, detail).await?;
    tx.commit().await?;
    Ok(())
}

/// The schedule under its lock, unless it has ended.
pub(super) async fn locked(db: &mut PgConnection, id: ExportScheduleId) -> Result<ScheduleRow, ExportError> {
    let row = sql::lock(db, id.0).await?.ok_or(ExportError::NotFound)?;
    if row.state == "ended" { Err(ExportError::StateHasChanged) } else { Ok(row) }
}

/// Lets a schedule rest. Doing so twice is doing so once.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged` once it has ended.
pub async fn pause(services: &Services, context: &Context, id: ExportScheduleId) -> Result<(), ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, id).await?;
    if row.state == "active" {
        sql::set_state(&mut *tx, id.0, "paused", Some("staff"), row.next_at.to_jiff()).await?;
        note(&mut tx, context, "export.paused", id.0, json!({ "why": "staff" })).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Lets it go on from its next instant. Where nobody vouched for it any more, whoever resumes it does.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `NotFound`, `StateHasChanged` once it has ended.
pub async fn resume(services: &Services, context: &Context, id: ExportScheduleId) -> Result<(), ExportError> {
    context.require(Capability::SeeNumbers)?;
    let owner = own(context)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, id).await?;
    context.require(what_of(&row)?.capability())?;
    if row.state == "paused" {
        sql::set_state(&mut *tx, id.0, "active", None, rhythm_of(&row)?.after(context.now)).await?;
        if row.paused_for.as_deref() == Some("owner") {
            sql::set_owner(&mut *tx, id.0, owner.0).await?;
        }
        note(&mut tx, context, "export.resumed", id.0, json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends it: nothing more is sent, and what is on its way is withheld. What was sent can be fetched until its link is over.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn end(services: &Services, context: &Context, id: ExportScheduleId) -> Result<(), ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut tx, id.0).await?.ok_or(ExportError::NotFound)?;
    if row.state != "ended" {
        sql::set_state(&mut *tx, id.0, "ended", None, row.next_at.to_jiff()).await?;
        note(&mut tx, context, "export.ended", id.0, json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}
