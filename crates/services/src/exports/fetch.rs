//! The file behind a mail's link, for whoever was told of it and still may have it.

use super::{ExportError, what_of_run};
use crate::numbers::{self, Listed, Numbers, Subject, Wanted};
use crate::spreadsheet::Format;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::ids::{AccountId, ExportRunId};
use domain::numbers::{Period, What};
use jiff::Timestamp;
use store::exports as sql;

/// A file that waits to be fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Of which sending.
    pub run: ExportRunId,
    /// What it has.
    pub what: What,
    /// The museum's or the events'.
    pub subject: Subject,
    /// Its days.
    pub period: Period,
    /// As which file.
    pub format: Format,
    /// Why, of bookings.
    pub reason: Option<String>,
    /// Until when.
    pub open_until: Timestamp,
}

/// What the link leads to.
///
/// # Errors
/// `Denied`; `NotFound` to whoever it is not for; `Over` when the link is too old.
pub async fn opened(services: &Services, context: &Context, run: ExportRunId) -> Result<Opened, ExportError> {
    context.require(Capability::SeeNumbers)?;
    let account = context.actor.account().ok_or(ExportError::Denied(Denied::SignInNeeded))?;
    let mut db = services.db.acquire().await?;
    let row = sql::run(&mut *db, run.0).await?.ok_or(ExportError::NotFound)?;
    let told = sql::told(&mut *db, &[run.0]).await?;
    let own = told.iter().find(|one| AccountId(one.account_id) == account).ok_or(ExportError::NotFound)?;
    // Somebody who was not told does not get by the address what was withheld from the mail.
    if matches!(own.outcome.as_str(), "not_allowed" | "no_address" | "ended" | "owner") {
        return Err(ExportError::NotFound);
    }
    let open_until = row.open_until.to_jiff();
    if context.now >= open_until {
        return Err(ExportError::Over);
    }
    let (Some(what), Some(subject), Some(format)) =
        (what_of_run(&row), Subject::from_name(&row.subject), Format::from_name(&row.format))
    else {
        return Err(ExportError::Unreadable);
    };
    let period = Period::new(row.first_day.to_jiff(), row.last_day.to_jiff()).map_err(|_| ExportError::Unreadable)?;
    Ok(Opened { run, what, subject, period, format, reason: row.reason, open_until })
}

/// What the file is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// The numbers.
    Numbers(Box<Numbers>),
    /// The bookings.
    Bookings(Vec<Listed>),
}

/// A file to be made, that the audit trail has already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fetched {
    /// What the link leads to.
    pub file: Opened,
    /// What it is made of.
    pub body: Body,
}

/// Fetches the file: counted, or read, at this moment, by the use case of a file taken along by hand.
///
/// # Errors
/// As [`opened`]; `Denied` also when the second factor is stale; `Numbers`.
pub async fn fetch(services: &Services, context: &Context, run: ExportRunId) -> Result<Fetched, ExportError> {
    let file = opened(services, context, run).await?;
    context.require(file.what.capability())?;
    let body = match file.what {
        What::Numbers => Body::Numbers(Box::new(
            numbers::export(services, context, file.subject, file.period, file.format, Some(run)).await?,
        )),
        What::Bookings => {
            let wanted = Wanted {
                subject: file.subject,
                period: file.period,
                reason: file.reason.clone().unwrap_or_default(),
                format: file.format,
                run: Some(run),
            };
            Body::Bookings(numbers::bookings(services, context, &wanted).await?)
        }
    };
    if let Some(account) = context.actor.account() {
        sql::fetched(&services.db, run.0, account.0, context.now).await?;
    }
    Ok(Fetched { file, body })
}
