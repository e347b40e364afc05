//! Sending an application, once: pressed twice, by two people, on two servers, it is one snapshot, one reference, one case.

use super::draft::{Access, access};
use super::hand_over::{Handed, hand_over};
use super::{ApplyError, applicant, key, pages, run};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place, hex};
use crate::{Context, Services};
use domain::ids::{AccountId, ApplicationId};
use domain::spark::application::{Consents, Form, Snapshot, acting};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx as _;
use store::account::people;
use store::spark::apply::{self as sql, ApplicationRow, SnapshotRow};
use store::spark::consents;
use uuid::Uuid;

/// What whoever sent an application is told, now and whenever they come back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The application.
    pub id: ApplicationId,
    /// Eight characters, to be named on the telephone.
    pub reference: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

impl Receipt {
    pub(super) fn of(row: &ApplicationRow) -> Option<Self> {
        let (reference, sent_at) = row.reference.clone().zip(row.submitted_at)?;
        Some(Self { id: row.id.into(), reference, sent_at: sent_at.to_jiff() })
    }
}

const fn place(row: Uuid) -> Place {
    Place { table: "spark_snapshot", column: "sealed", row }
}

/// Sends an application, of which `seen` is the hash that was shown on the last page. Repeating it answers the same receipt.
///
/// # Errors
/// `NotFound`; `Unfinished` with every page that stands in the way, a consent that is missing among them; `FamilySends`; `LiveCase`;
/// `StateHasChanged` where something was saved since it was shown.
pub async fn submit(
    services: &Services,
    context: &Context,
    id: ApplicationId,
    seen: &str,
) -> Result<Receipt, ApplyError> {
    let account = applicant(context)?;
    run(services, context, |services, context| {
        let seen = seen.to_owned();
        async move { submitted(&services, &context, (id, account), &seen).await }
    })
    .await
}

async fn submitted(
    services: &Services,
    context: &Context,
    (id, account): (ApplicationId, AccountId),
    seen: &str,
) -> Result<Receipt, ApplyError> {
    let mut tx = services.begin().await?;
    // An account that is being deleted sends nothing: its case would have nobody behind it.
    people::lock(&mut tx, account.0).await?.ok_or(ApplyError::NotFound)?;
    let row = sql::lock(&mut tx, id.0).await?.ok_or(ApplyError::NotFound)?;
    let access = access(&mut tx, &row, account).await?;
    if let Some(receipt) = Receipt::of(&row) {
        return Ok(receipt); // the second press
    }
    let loaded = pages::load(services, &mut tx, &row).await?;
    let (reading, today) = (loaded.read(context), local_day(context.now));
    let snapshot = Snapshot::take(&reading, 1, today).map_err(|unfinished| ApplyError::Unfinished(unfinished.pages))?;
    let digest = pages::digest(&reading, &loaded.draft);
    if digest != seen {
        return Err(ApplyError::StateHasChanged);
    }
    let acting = acting(&reading.answers, today).ok_or(ApplyError::Damaged("an application"))?;
    if acting.family_confirms && access != Access::Family {
        return Err(ApplyError::FamilySends);
    }
    let text = snapshot.text(loaded.form);
    let key = key(services, &mut tx, id).await?;
    let kept = frozen(services, context, (&snapshot, &text), &key);
    sql::add_snapshot(&mut tx, id.0, i32::from(snapshot.form), &kept, account.0).await?;
    for given in Consents::of(loaded.form, &snapshot.answers, context.now).iter() {
        let row = consents::ConsentRow {
            purpose: given.purpose.name().to_owned(),
            agreed: given.agreed,
            notice: i32::from(given.notice),
            given_at: given.at.to_sqlx(),
        };
        consents::add(&mut tx, (context.new_id(), id.0, account.0), &row).await?;
    }
    let handed = Handed::of(&snapshot, acting, (row.owner_id.into(), account))?;
    let reference = hand_over(services, context, &mut tx, id, (handed, key)).await?;
    // A file that is still on its way is no part of what is sent.
    let later = context.now + SignedDuration::from_hours(24);
    store::spark::papers::tidy(&mut tx, (id.0, None), later, i64::MAX).await?;
    sql::submitted(&mut tx, id.0, &reference, account.0, context.now).await?;
    sql::forget_pages(&mut tx, id.0).await?;
    // The keyed hash: the trail outlives the application, and a bare one could be guessed from what few know of a person.
    let digest = hex(&kept.digest);
    let detail = json!({ "snapshot": digest, "part": acting.part.name() });
    let action = "spark.application_submitted";
    let entry = Entry { action, subject_kind: "spark_application", subject: Some(id.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(Receipt { id, reference, sent_at: context.now })
}

/// The row of a snapshot: its text sealed by the key of its application, and the hash of it.
fn frozen(services: &Services, context: &Context, (snapshot, text): (&Snapshot, &str), key: &CaseKey) -> SnapshotRow {
    let id = context.new_id();
    SnapshotRow {
        id,
        number: i32::from(snapshot.number),
        sealed: key.seal(place(id), text.as_bytes()),
        // Keyed: the text has few enough unknowns that a bare hash of it could be guessed.
        digest: services.vault.blind_index("spark_snapshot", text),
        taken_at: context.now.to_sqlx(),
    }
}

/// What whoever sent it is told: the confirmation page, revisited.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's, and before it is sent.
pub async fn receipt(services: &Services, context: &Context, id: ApplicationId) -> Result<Receipt, ApplyError> {
    let account = applicant(context)?;
    let mut db = services.db.acquire().await?;
    let row = sql::application(&mut *db, id.0).await?.ok_or(ApplyError::NotFound)?;
    access(&mut db, &row, account).await?;
    Receipt::of(&row).ok_or(ApplyError::NotFound)
}

/// What was sent, for the account that did.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's, and before it is sent; `Damaged` where the text is not what was hashed.
pub async fn snapshot(services: &Services, context: &Context, id: ApplicationId) -> Result<Snapshot, ApplyError> {
    let account = applicant(context)?;
    let mut db = services.db.acquire().await?;
    let row = sql::application(&mut *db, id.0).await?.ok_or(ApplyError::NotFound)?;
    access(&mut db, &row, account).await?;
    opened(services, &mut db, id).await?.ok_or(ApplyError::NotFound)
}

/// The last snapshot of an application, once it is sent and until its case is forgotten. Who may have it the caller has asked.
pub(crate) async fn opened(
    services: &Services,
    db: &mut PgConnection,
    id: ApplicationId,
) -> Result<Option<Snapshot>, ApplyError> {
    let Some(row) = sql::last_snapshot(db, id.0).await? else { return Ok(None) };
    let key = match key(services, db, id).await {
        Ok(key) => key,
        Err(ApplyError::NotFound) => return Ok(None), // the key is destroyed
        Err(error) => return Err(error),
    };
    // What was sent before applications had keys is sealed by the vault.
    let plain = match key.open(place(row.id), &row.sealed) {
        Ok(plain) => plain,
        Err(_) => services.vault.open_sealed(place(row.id), &row.sealed)?,
    };
    let text = String::from_utf8(plain).map_err(|_| ApplyError::Damaged("a snapshot"))?;
    if services.vault.blind_index("spark_snapshot", &text) != row.digest {
        return Err(ApplyError::Damaged("a snapshot"));
    }
    let read = Snapshot::parse(&text).map_err(|_| ApplyError::Damaged("a snapshot"))?;
    debug_assert!(Form::of(read.form).is_some());
    Ok(Some(read))
}
