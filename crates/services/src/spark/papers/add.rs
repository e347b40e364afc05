//! How a paper comes, and how the family takes it away.

use super::{PaperError, View, WayIn, name_place, view, way_in};
use crate::audit::{self, Entry};
use crate::crypto::{self, CaseKey};
use crate::db::to_the_end;
use crate::files::{self, FileError};
use crate::limits;
use crate::spark::apply::{self, access, applicant};
use crate::{Context, Services};
use domain::files::{Format, Refusal, shown_name};
use domain::ids::{AccountId, ApplicationId, FileId, PaperId};
use domain::spark::papers::{Kind, PAGES, REFUSED_KEPT, State, Step, room};
use jiff::SignedDuration;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::apply as applications;
use store::spark::papers::{self as sql, NewPaper, PaperRow};
use uuid::Uuid;

/// What was on its way for longer than any request may take broke off.
const BROKE_OFF_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// A file as it was sent.
#[derive(Clone)]
pub struct Upload {
    /// The form's own, and which file of it: sent twice it is one paper.
    pub key: (Uuid, i16),
    /// What it is to show.
    pub kind: Kind,
    /// As it is called.
    pub name: String,
    /// Its bytes; `None` of one that has more than a file may have.
    pub bytes: Option<Vec<u8>>,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.bytes.as_ref().map(Vec::len);
        f.debug_struct("Upload").field("kind", &self.kind).field("bytes", &bytes).finish_non_exhaustive()
    }
}

impl Upload {
    /// What finds it again: the same file in the same place of the same form. Another file in a form that is shown once more (by
    /// a browser's button back) is another.
    fn once(&self, services: &Services) -> (Uuid, i16) {
        let content = crypto::digest_hex(self.bytes.as_deref().unwrap_or_default());
        let text = format!("{} {} {} {content}\n{}", self.key.0, self.key.1, self.kind.name(), self.name);
        let mac = services.vault.mac("spark_paper upload", text.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&mac[..16]);
        (Uuid::from_bytes(id), self.key.1)
    }

    /// How many bytes, and what is wrong with it before anybody reads it.
    fn sized(&self) -> (i32, Result<Format, Refusal>) {
        match &self.bytes {
            None => (0, Err(Refusal::TooLarge)),
            Some(bytes) => (i32::try_from(bytes.len()).unwrap_or(i32::MAX), Format::of_name(&self.name)),
        }
    }
}

/// Looks at a file and keeps it as a paper of an application. Answers what became of it: kept, or refused and why; of one that
/// was sent before, what became of it then, or where it is on its way.
///
/// # Errors
/// `Denied`; `NotFound` for another family's; `Sent`; `Limited`; `Busy`.
pub async fn add(
    services: &Services,
    context: &Context,
    application: ApplicationId,
    upload: Upload,
) -> Result<View, PaperError> {
    let account = applicant(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { added(&services, &context, (application, account), upload).await }).await
}

async fn added(
    services: &Services,
    context: &Context,
    (application, account): (ApplicationId, AccountId),
    mut upload: Upload,
) -> Result<View, PaperError> {
    limits::hit(services, &limits::PAPER_PER_ACCOUNT, &account.to_string()).await?;
    let (row, is_new, key) = received(services, context, (application, account), &upload).await?;
    if !is_new || row.state == State::Refused.name() {
        return view(&key, &row);
    }
    let way = Way { services, context, id: row.id, kind: upload.kind };
    let looked = match (upload.bytes.take(), Format::of_name(&upload.name)) {
        (Some(bytes), Ok(format)) => looked(&way, bytes, format, &key).await,
        _ => Ok(Err(Refusal::BrokenOff)),
    };
    match looked {
        Ok(Ok(())) => {}
        Ok(Err(why)) => refused(&way, why).await?,
        // It is not the file's fault: its place is free again.
        Err(error) => {
            let mut db = services.db.acquire().await?;
            sql::remove(&mut *db, application.0, row.id).await.map_err(frozen)?;
            return Err(error);
        }
    }
    let mut db = services.db.acquire().await?;
    let row = sql::one(&mut *db, row.id).await?.ok_or(PaperError::NotFound)?;
    view(&key, &row)
}

/// Takes a place for a file, or refuses it at once. `false`: it is there already.
async fn received(
    services: &Services,
    context: &Context,
    (application, account): (ApplicationId, AccountId),
    upload: &Upload,
) -> Result<(PaperRow, bool, CaseKey), PaperError> {
    let mut tx = services.begin().await?;
    let appeal = opened(&mut tx, context, (application, account)).await?.appeal();
    let key = apply::key(services, &mut tx, application).await?;
    let before = context.now.saturating_sub(BROKE_OFF_AFTER).unwrap_or(context.now);
    let kept = i64::try_from(REFUSED_KEPT).unwrap_or(i64::MAX);
    sql::tidy(&mut tx, (application.0, appeal), before, kept).await?;
    let once = upload.once(services);
    if let Some(there) = sql::of_upload(&mut *tx, application.0, once).await? {
        tx.commit().await?;
        return Ok((there, false, key));
    }
    let (files, all) = sql::room(&mut *tx, application.0).await?;
    let (bytes, claimed) = upload.sized();
    let used = (usize::try_from(files).unwrap_or(usize::MAX), all.unsigned_abs());
    let why = match claimed {
        Err(Refusal::TooLarge) => Some(Refusal::TooLarge),
        claimed => room(u64::from(bytes.unsigned_abs()), used).and(claimed.map(|_| ())).err(),
    };
    let id: PaperId = context.new_id();
    let state = if why.is_some() { State::Refused } else { State::Received };
    let name = key.seal(name_place(id.0), shown_name(&upload.name).as_bytes());
    let new = NewPaper {
        id: id.0,
        application: application.0,
        kind: upload.kind.name(),
        upload: once,
        state: (state.name(), why.map(Refusal::name)),
        name: &name,
        bytes,
        appeal,
        by: account.0,
    };
    sql::add(&mut tx, new, context.now).await.map_err(frozen)?;
    // What is being worked at is not deleted for its age.
    applications::touched(&mut tx, application.0, context.now).await?;
    let row = sql::one(&mut *tx, id.0).await?.ok_or(PaperError::Damaged("a paper"))?;
    tx.commit().await?;
    Ok((row, true, key))
}

/// Locks an application whose papers may come and go, for whoever it is of. Answers with what they come.
async fn opened(
    db: &mut PgConnection,
    context: &Context,
    (application, account): (ApplicationId, AccountId),
) -> Result<WayIn, PaperError> {
    let row = applications::lock(&mut *db, application.0).await?.ok_or(PaperError::NotFound)?;
    access(&mut *db, &row, account).await?;
    way_in(db, context, &row).await?.ok_or(PaperError::Sent)
}

/// One paper on its way.
struct Way<'a> {
    services: &'a Services,
    context: &'a Context,
    id: Uuid,
    kind: Kind,
}

/// Where a step leads, as stored.
fn step(from: State, step: Step) -> Result<(&'static str, &'static str), PaperError> {
    let to = from.after(step).ok_or(PaperError::Damaged("a paper's state"))?;
    Ok((from.name(), to.name()))
}

/// The database has the last word about what was sent.
fn frozen(error: sqlx::Error) -> PaperError {
    if store::constraint_of(&error) == Some("spark_paper_stays") { PaperError::Sent } else { error.into() }
}

/// From where a paper has its place to where it is kept: `Ok(Err(_))` where it is not taken.
async fn looked(
    way: &Way<'_>,
    bytes: Vec<u8>,
    format: Format,
    key: &CaseKey,
) -> Result<Result<(), Refusal>, PaperError> {
    let (services, now) = (way.services, way.context.now);
    let db = &services.db;
    if !sql::advance(db, way.id, step(State::Received, Step::Arrive)?, now).await.map_err(frozen)? {
        return Err(PaperError::NotFound); // taken away meanwhile
    }
    let scanned = match files::scanned(services, &bytes).await {
        Ok(scanned) => scanned,
        Err(why) => return Ok(Err(why)),
    };
    sql::set_scanned(db, way.id, scanned).await.map_err(frozen)?;
    if !sql::advance(db, way.id, step(State::Quarantine, Step::Pass)?, now).await.map_err(frozen)? {
        return Err(PaperError::NotFound);
    }
    let paper = match files::paper(bytes, format, PAGES).await? {
        Ok(paper) => paper,
        Err(why) => return Ok(Err(why)),
    };
    let file = files::keep_under(services, way.context, (paper.format, &paper.bytes), key).await?;
    kept(way, file, paper.format, paper.pages).await?;
    Ok(Ok(()))
}

async fn kept(way: &Way<'_>, file: FileId, format: Format, pages: u32) -> Result<(), PaperError> {
    let mut tx = way.services.begin().await?;
    files::take(&mut tx, way.context, file).await?;
    let of = (file.0, format.name(), i32::try_from(pages).unwrap_or(i32::MAX));
    let to = step(State::Scanned, Step::Keep)?;
    if !sql::keep(&mut tx, way.id, to, of, way.context.now).await.map_err(frozen)? {
        return Err(FileError::NotFound.into());
    }
    let detail = json!({ "kind": way.kind.name(), "format": format.name(), "pages": pages });
    let entry = Entry { action: "spark.paper_added", subject_kind: "spark_paper", subject: Some(way.id), detail };
    audit::record(&mut tx, way.context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// Notes why a paper is not taken, wherever it is on its way.
async fn refused(way: &Way<'_>, why: Refusal) -> Result<(), PaperError> {
    for from in [State::Received, State::Quarantine, State::Scanned] {
        let to = step(from, Step::Refuse)?;
        if sql::refuse(&way.services.db, way.id, to, why.name(), way.context.now).await.map_err(frozen)? {
            return Ok(());
        }
    }
    Err(PaperError::NotFound)
}

/// Takes a paper away, for the family: until the application is sent any, afterwards what was refused. Its bytes follow with the next sweep. A second press
/// finds nothing to take away.
///
/// # Errors
/// `Denied`; `NotFound` for another family's; `Sent`.
pub async fn remove(
    services: &Services,
    context: &Context,
    application: ApplicationId,
    id: PaperId,
) -> Result<(), PaperError> {
    let account = applicant(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        opened(&mut tx, &context, (application, account)).await?;
        if sql::remove(&mut *tx, application.0, id.0).await.map_err(frozen)? {
            let action = "spark.paper_removed";
            let entry = Entry { action, subject_kind: "spark_paper", subject: Some(id.0), detail: json!({}) };
            audit::record(&mut tx, &context, &[entry]).await?;
        }
        tx.commit().await?;
        Ok(())
    })
    .await
}
