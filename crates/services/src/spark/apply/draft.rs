//! Filling an application in: begun, saved page by page, read again in any browser of the account, given up.

use super::pages::{self, Loaded};
use super::submit::Receipt;
use super::{ApplyError, MOST_OPEN, applicant, run};
use crate::account::contact_index;
use crate::audit::{self, Entry};
use crate::privacy::Term;
use crate::{Context, Services};
use domain::contact::{Contact, Phone};
use domain::ids::{AccountId, ApplicationId};
use domain::spark::application::form::FAMILY_PHONE;
use domain::spark::application::{Acting, Change, Draft, Form, Reading, acting};
use domain::time::local_day;
use domain::typed::Typed;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::account::people;
use store::spark::apply::{self as sql, ApplicationRow};

/// In which way an account has to do with an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It fills it in.
    Owner,
    /// Its telephone is the one a social worker gave as the family's.
    Family,
}

/// An application of the account's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Which.
    pub id: ApplicationId,
    /// What the account has to do with it.
    pub access: Access,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
    /// The reference and when it was sent, once it is.
    pub sent: Option<(String, Timestamp)>,
    /// Until when it is kept if it is not sent.
    pub kept_until: Timestamp,
}

/// An application that is being filled in, as its account sees it.
#[derive(Clone, Debug)]
pub struct View {
    /// Which.
    pub id: ApplicationId,
    /// What the account has to do with it.
    pub access: Access,
    /// The form.
    pub form: &'static Form,
    /// What was typed, and the version of each page.
    pub draft: Draft,
    /// What that says today.
    pub reading: Reading,
    /// Who acts, as far as it is answered.
    pub acting: Option<Acting>,
    /// What changed in the form since it was last saved.
    pub changes: Vec<Change>,
    /// What is shown, as one hash: whoever sends it says that this is what they saw.
    pub digest: String,
    /// What was sent, once it is.
    pub receipt: Option<Receipt>,
    /// Until when it is kept if it is not sent.
    pub kept_until: Timestamp,
}

fn kept_until(row: &ApplicationRow) -> Timestamp {
    let days = Term::Application.days().unwrap_or_default();
    row.updated_at.to_jiff() + SignedDuration::from_hours(24 * days)
}

/// What an account has to do with an application; `NotFound` for everybody else.
pub(in crate::spark) async fn access(
    db: &mut PgConnection,
    row: &ApplicationRow,
    account: AccountId,
) -> Result<Access, ApplyError> {
    if row.owner_id == account.0 {
        return Ok(Access::Owner);
    }
    // Once it is sent it is theirs who sent it, whoever has the number then.
    if let Some(by) = row.submitted_by {
        return if by == account.0 { Ok(Access::Family) } else { Err(ApplyError::NotFound) };
    }
    let person = people::live(&mut *db, account.0).await?.ok_or(ApplyError::NotFound)?;
    let is_family = row.family_index.is_some() && row.family_index == person.phone_index;
    if is_family { Ok(Access::Family) } else { Err(ApplyError::NotFound) }
}

/// Begins an application. Where the account has one in which nothing was saved, it is that: a second press begins no second.
///
/// # Errors
/// `Denied`; `TooMany`.
pub async fn begin(services: &Services, context: &Context) -> Result<ApplicationId, ApplyError> {
    let account = applicant(context)?;
    run(services, context, move |services, context| async move {
        let mut tx = services.begin().await?;
        people::lock(&mut tx, account.0).await?.ok_or(ApplyError::NotFound)?;
        if let Some(there) = sql::empty_of(&mut tx, account.0).await? {
            return Ok(there.into());
        }
        if sql::count_open(&mut tx, account.0).await? >= MOST_OPEN {
            return Err(ApplyError::TooMany);
        }
        let id: ApplicationId = context.new_id();
        let form = i32::from(Form::current().version);
        sql::add(&mut tx, (id.0, account.0), form, context.locale.tag(), context.now).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// The account's applications, the newest first.
///
/// # Errors
/// `Denied`, `NotFound` for an account that was deleted.
pub async fn mine(services: &Services, context: &Context) -> Result<Vec<Summary>, ApplyError> {
    let account = applicant(context)?;
    let mut db = services.db.acquire().await?;
    let person = people::live(&mut *db, account.0).await?.ok_or(ApplyError::NotFound)?;
    let rows = sql::of_account(&mut db, account.0, person.phone_index.as_deref()).await?;
    Ok(rows
        .into_iter()
        .map(|row| Summary {
            id: row.id.into(),
            access: if row.owner_id == account.0 { Access::Owner } else { Access::Family },
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
            kept_until: kept_until(&row),
            sent: row.reference.zip(row.submitted_at.map(|at| at.to_jiff())),
        })
        .collect())
}

/// An application, in any browser of its account. Changes nothing.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's.
pub async fn read(services: &Services, context: &Context, id: ApplicationId) -> Result<View, ApplyError> {
    let account = applicant(context)?;
    // One moment of the database: the row and its pages belong together.
    let mut tx = services.begin().await?;
    store::numbers::freeze(&mut tx).await?;
    let row = sql::application(&mut *tx, id.0).await?.ok_or(ApplyError::NotFound)?;
    let access = access(&mut tx, &row, account).await?;
    let loaded = pages::load(services, &mut tx, &row).await?;
    Ok(view(context, &row, access, loaded))
}

fn view(context: &Context, row: &ApplicationRow, access: Access, loaded: Loaded) -> View {
    let reading = loaded.read(context);
    let Loaded { form, draft, changes } = loaded;
    let digest = pages::digest(&reading, &draft);
    View {
        id: row.id.into(),
        access,
        form,
        acting: acting(&reading.answers, local_day(context.now)),
        receipt: Receipt::of(row),
        kept_until: kept_until(row),
        draft,
        reading,
        changes,
        digest,
    }
}

/// Saves a page as it was typed, whatever it is worth. `based_on` is the version it was shown in, 0 for one never saved. Answers
/// its version now.
///
/// # Errors
/// `NotFound`, `Sent`, `NotAsked`, `TooEarly`; `Conflict` with both texts where it was saved since it was shown.
pub async fn save(
    services: &Services,
    context: &Context,
    id: ApplicationId,
    (page, based_on): (&str, u32),
    typed: &Typed,
) -> Result<u32, ApplyError> {
    let account = applicant(context)?;
    run(services, context, |services, context| {
        let (page, typed) = (page.to_owned(), typed.clone());
        async move { saved(&services, &context, (id, account), (&page, based_on), typed).await }
    })
    .await
}

async fn saved(
    services: &Services,
    context: &Context,
    (id, account): (ApplicationId, AccountId),
    (page, based_on): (&str, u32),
    typed: Typed,
) -> Result<u32, ApplyError> {
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut tx, id.0).await?.ok_or(ApplyError::NotFound)?;
    access(&mut tx, &row, account).await?;
    if row.submitted_at.is_some() {
        return Err(ApplyError::Sent);
    }
    let mut loaded = pages::load(services, &mut tx, &row).await?;
    let before = loaded.draft.version(page);
    let version = loaded.draft.save(loaded.form, (page, based_on), typed, local_day(context.now))?;
    if i32::from(loaded.form.version) != row.form {
        // The whole draft is the newer form's from now on.
        sql::forget_pages(&mut tx, id.0).await?;
        for (page, saved) in loaded.draft.pages() {
            let fresh = pages::sealed(services, context, page, saved)?;
            sql::save_page(&mut tx, id.0, &fresh, 0, context.now).await?;
        }
    } else if version != before {
        let saved = loaded.draft.page(page).ok_or(ApplyError::Damaged("a page"))?;
        let fresh = pages::sealed(services, context, page, saved)?;
        // (Under the application's lock nobody comes between; without it the version is the net.)
        let before = i32::try_from(before).map_err(|_| ApplyError::Damaged("a page's version"))?;
        if !sql::save_page(&mut tx, id.0, &fresh, before, context.now).await? {
            return Err(ApplyError::StateHasChanged);
        }
    }
    let family = family_index(services, &loaded.read(context));
    sql::touch(&mut tx, id.0, i32::from(loaded.form.version), family.as_deref(), context.now).await?;
    tx.commit().await?;
    Ok(version)
}

/// The keyed hash of the family's telephone, as accounts have it.
fn family_index(services: &Services, reading: &Reading) -> Option<Vec<u8>> {
    let phone = Phone::parse(reading.answers.get(FAMILY_PHONE)?).ok()?;
    Some(contact_index(&services.vault, &Contact::Phone(phone)))
}

/// Gives up an application that was not sent: everything typed is deleted at once. A second press finds nothing to delete.
///
/// # Errors
/// `NotFound` for anybody but who began it; `Sent`.
pub async fn discard(services: &Services, context: &Context, id: ApplicationId) -> Result<(), ApplyError> {
    let account = applicant(context)?;
    run(services, context, move |services, context| async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id.0).await?.filter(|row| row.owner_id == account.0);
        if row.ok_or(ApplyError::NotFound)?.submitted_at.is_some() {
            return Err(ApplyError::Sent);
        }
        sql::discard(&mut tx, id.0).await?;
        let action = "spark.application_discarded";
        let entry =
            Entry { action, subject_kind: "spark_application", subject: Some(id.0), detail: json!({ "by": "owner" }) };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
