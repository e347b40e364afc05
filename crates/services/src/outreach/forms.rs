//! The staff's work on an event's questions: a working copy that nobody else sees, and its publication as a new version.
//!
//! Answers name the version they were given to, so that a question that was reworded later never changes what somebody
//! said. The working copy is locked while it is changed; two members of staff at once are told of each other.

use super::OutreachError;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::ActivityId;
use domain::outreach::{Form, FormFault, Key, Question};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::outreach::{events, forms as sql};

/// The questions staff are working on.
#[derive(Clone, Debug)]
pub struct WorkingForm {
    /// The questions.
    pub form: Form,
    /// They differ from what visitors are asked.
    pub changed: bool,
    /// The event's edit counter, for the forms of the page.
    pub version: i32,
}

fn parsed(json: Value) -> Result<Form, OutreachError> {
    serde_json::from_value(json).map_err(|_| OutreachError::Damaged("the questions of an event"))
}

/// The working copy; where there is none, what visitors are asked.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn working_form(
    services: &Services,
    context: &Context,
    event: ActivityId,
) -> Result<WorkingForm, OutreachError> {
    context.require(Capability::ManageSessions)?;
    let mut db = services.db.acquire().await?;
    let row = events::event(&mut db, event.0).await?.ok_or(OutreachError::NotFound)?;
    let published = row.form.map(parsed).transpose()?.unwrap_or_default();
    let (draft, version) = sql::draft(&mut db, event.0).await?.ok_or(OutreachError::NotFound)?;
    let form = draft.map(parsed).transpose()?;
    let changed = form.as_ref().is_some_and(|form| *form != published);
    Ok(WorkingForm { form: form.unwrap_or(published), changed, version })
}

/// A version of an event's questions, as it was published: nothing changes it.
#[derive(Clone, Debug)]
pub struct FormVersion {
    /// From 1.
    pub number: i32,
    /// What it asked.
    pub form: Form,
    /// When it was published.
    pub published_at: Timestamp,
    /// The name of who did; empty where it is kept no more, or the house did by itself.
    pub by: String,
    /// Of how many registrations and entries of the waiting list the answers to it are kept.
    pub answered: u64,
}

/// The versions of an event's questions, the newest first.
///
/// # Errors
/// `Denied`, `Damaged`, `Database`.
pub async fn form_versions(
    services: &Services,
    context: &Context,
    event: ActivityId,
) -> Result<Vec<FormVersion>, OutreachError> {
    context.require(Capability::ManageSessions)?;
    let rows = sql::versions(&mut *services.db.acquire().await?, event.0).await?;
    let names = Names::of(services, rows.iter().filter_map(|row| row.created_by)).await.map_err(|error| {
        tracing::error!(%error, "the names of colleagues cannot be read");
        OutreachError::Damaged("the names of colleagues")
    })?;
    let version = |row: sql::VersionRow| {
        Ok(FormVersion {
            number: row.version,
            form: parsed(row.form)?,
            published_at: row.created_at.to_jiff(),
            by: row.created_by.map(|id| names.person(id).name).unwrap_or_default(),
            answered: row.answered.unsigned_abs(),
        })
    };
    rows.into_iter().map(version).collect()
}

/// Changes the working copy under its lock. `version` is the edit counter the page was made from.
async fn change(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    change: impl FnOnce(&mut Form) -> Result<(), OutreachError> + Send + 'static,
) -> Result<(), OutreachError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (draft, present) = sql::lock_draft(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        if present != version {
            return Err(OutreachError::StateHasChanged);
        }
        let mut form = match draft {
            Some(draft) => parsed(draft)?,
            None => {
                let row = events::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
                row.form.map(parsed).transpose()?.unwrap_or_default()
            }
        };
        change(&mut form)?;
        let json = serde_json::to_value(&form).map_err(|_| OutreachError::Damaged("questions"))?;
        sql::keep_draft(&mut tx, event.0, Some(&json), context.now).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Adds a question at the end, or puts it in the place of the one of its key. Refused where the whole would not hold
/// together.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Questions` with the faults.
pub async fn put_question(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    question: Question,
) -> Result<(), OutreachError> {
    change(services, context, event, version, |form| {
        match form.questions.iter_mut().find(|known| known.key == question.key) {
            Some(known) => *known = question,
            None => form.questions.push(question),
        }
        sound(form)
    })
    .await
}

/// Takes a question out. Refused while another depends on it.
///
/// # Errors
/// As [`put_question`].
pub async fn remove_question(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    key: Key,
) -> Result<(), OutreachError> {
    change(services, context, event, version, move |form| {
        form.questions.retain(|question| question.key != key);
        sound(form)
    })
    .await
}

/// Moves a question one place up or down. Refused where it would stand before what it depends on.
///
/// # Errors
/// As [`put_question`].
pub async fn move_question(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    key: Key,
    up: bool,
) -> Result<(), OutreachError> {
    change(services, context, event, version, move |form| {
        let at = form.questions.iter().position(|q| q.key == key).ok_or(OutreachError::NotFound)?;
        let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < form.questions.len()) };
        if let Some(to) = to {
            form.questions.swap(at, to);
        }
        sound(form)
    })
    .await
}

fn sound(form: &Form) -> Result<(), OutreachError> {
    let faults: Vec<(Key, FormFault)> = form.faults();
    if faults.is_empty() { Ok(()) } else { Err(OutreachError::Questions(faults)) }
}

/// Throws the working copy away.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`.
pub async fn drop_working(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
) -> Result<(), OutreachError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (_, present) = sql::lock_draft(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        if present != version {
            return Err(OutreachError::StateHasChanged);
        }
        sql::keep_draft(&mut tx, event.0, None, context.now).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Asks the working copy from now on. Whoever is filling in the form just then is shown the new questions when sending it.
/// Answers the new version. Pressed twice, the second finds nothing to publish and answers the version that is.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`, `Questions`.
pub async fn publish_form(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
) -> Result<i32, OutreachError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (draft, present) = sql::lock_draft(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        let row = events::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        let Some(draft) = draft else { return Ok(row.form_version) };
        if present != version {
            return Err(OutreachError::StateHasChanged);
        }
        let form = parsed(draft.clone())?;
        sound(&form)?;
        let by = context.actor.account().map(|account| account.0);
        let fresh = sql::publish(&mut tx, event.0, &draft, by, context.now).await?;
        let entry = Entry {
            action: "event.questions_published",
            subject_kind: "activity",
            subject: Some(event.0),
            detail: json!({ "version": fresh, "questions": form.questions.len() }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(fresh)
    })
    .await
}
