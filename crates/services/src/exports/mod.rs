//! Exports on a schedule: at its time, those who may have a file are told so by mail, and fetch it in the house.
//!
//! No file is made when it is due and none is sent. A mail is kept by servers and telephones nobody here knows, and a copy
//! kept here would have to be deleted again; so the mail leads to a page behind the staff's sign-in (of bookings: and a fresh
//! second factor), and the file is made there, of the days it was due for, by the same use case as a file taken along by hand,
//! with the same entry in the audit trail ([`crate::numbers`]). What was erased meanwhile is in no file.
//!
//! Who may is asked again each time: of the schedule's owner when it is due, of everybody when the mail leaves and when the
//! file is fetched. A due instant is made once over all servers, under the schedule's lock ([`run_due`]). Whom a mail did not
//! reach, whatever stood in its way, is seen by staff, who may send it again ([`send_again`]).

mod by_hand;
mod fetch;
mod office;
mod run;
mod seed;

pub use by_hand::{send_again, send_now};
pub use fetch::{Body, Fetched, Opened, fetch, opened};
pub use office::{
    Person, Run, Schedule, Standing, Terms, Told, add, candidates, change, end, list, pause, resume, runs, schedule,
};
pub(crate) use run::{Recipient, TOLD, UNDELIVERABLE, recipient, settle, settle_in};
pub use run::{run_due, sweep};
pub use seed::seed_demo;

use crate::audit::{self, Entry};
use crate::context::Context;
use crate::crypto::CryptoError;
use crate::numbers::NumbersError;
use domain::account::{Actor, Denied, Role, permit};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, LoginSessionId};
use domain::numbers::{Every, Rhythm, Span, What};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sqlx::PgConnection;
use store::exports::{PersonRow, ScheduleRow};
use uuid::Uuid;

/// How long a link leads to its file.
pub const OPEN: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long it is kept what was sent to whom.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 180);
/// People whom a schedule tells at most.
pub const MOST_RECIPIENTS: usize = 20;

/// Why something about a schedule did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or it is not for the one who asks.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// The link is too old.
    #[error("the link is over")]
    Over,
    /// The file was not made.
    #[error(transparent)]
    Numbers(#[from] NumbersError),
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// What is stored is no schedule: a fault of the house.
    #[error("a schedule is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl ExportError {
    fn field(name: &'static str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(name, fault)])
    }
}

/// Whether somebody may have such files by their roles. The second factor is asked for when the file is fetched.
fn may(person: &PersonRow, what: What, now: Timestamp) -> bool {
    let roles: Vec<Role> = person.roles.iter().filter_map(|name| Role::from_name(name)).collect();
    let actor = Actor::Staff {
        account: AccountId(person.id),
        login: LoginSessionId(Uuid::nil()),
        roles,
        stepped_up_at: Some(now),
    };
    person.live && permit(&actor, what.capability(), now).is_ok()
}

fn what_of(row: &ScheduleRow) -> Result<What, ExportError> {
    What::from_name(&row.what).ok_or(ExportError::Unreadable)
}

fn span_of(row: &ScheduleRow) -> Result<Span, ExportError> {
    Span::from_name(&row.span).ok_or(ExportError::Unreadable)
}

fn rhythm_of(row: &ScheduleRow) -> Result<Rhythm, ExportError> {
    let every = Every::from_name(&row.every).ok_or(ExportError::Unreadable)?;
    let (Ok(day), Ok(hour)) = (i8::try_from(row.day), i8::try_from(row.hour)) else {
        return Err(ExportError::Unreadable);
    };
    Rhythm::new(every, day, hour).map_err(|_| ExportError::Unreadable)
}

async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    schedule: Uuid,
    detail: Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "export", subject: Some(schedule), detail };
    audit::record(db, context, &[entry]).await
}

fn what_of_run(row: &store::exports::RunRow) -> Option<What> {
    What::from_name(&row.what)
}
