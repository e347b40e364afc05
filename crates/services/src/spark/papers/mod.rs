//! The papers of an application: sent one by one or several at once, looked at before anything is kept, shown to whom one
//! policy ([`may_read`]) lets see them, and gone with the application's key.
//!
//! A paper takes its place first, under the application's lock, so that two that come at once do not both take the last one.
//! Then, outside any transaction, its bytes are scanned and read to their end; until that is done they lie nowhere but in the
//! memory of the request that brought them. What is kept lies sealed by the application's key, inside the house's own seal,
//! under a name of ours. Of what is refused the name and the reason stay until the family takes them away.

mod add;
mod open;
mod policy;

pub use add::{Upload, add, remove};
pub use open::{Opened, open};
pub use policy::{Reader, may_read};

use super::apply::{self, ApplyError};
use super::cases::CaseError;
use crate::crypto::{CaseKey, Place};
use crate::files::FileError;
use crate::limits::{LimitError, Limited};
use crate::{Context, Services};
use domain::account::Denied;
use domain::files::{Format, Refusal};
use domain::ids::{ApplicationId, PaperId};
use domain::spark::papers::{Kind, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::spark::apply as applications;
use store::spark::papers::{self as sql, PaperRow};
use uuid::Uuid;

/// Why a use case of a paper did not happen.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there, or not theirs who ask: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The application was sent: its papers stay as they are.
    #[error("it was sent")]
    Sent,
    /// Who looks at the papers of a case that is another's says why.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// The family has not agreed to this use, or took its consent back.
    #[error("there is no consent")]
    NoConsent,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// Too many at once: ask again.
    #[error("busy")]
    Busy,
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or a stored word is none of ours: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl From<ApplyError> for PaperError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Denied(denied) => denied.into(),
            ApplyError::Database(error) => error.into(),
            ApplyError::NotFound => Self::NotFound,
            ApplyError::Sent => Self::Sent,
            ApplyError::Busy => Self::Busy,
            error => {
                tracing::error!(%error, "an application's papers cannot be reached");
                Self::Damaged("an application")
            }
        }
    }
}

impl From<CaseError> for PaperError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Denied(denied) => denied.into(),
            CaseError::Database(error) => error.into(),
            CaseError::NotFound | CaseError::Forgotten => Self::NotFound,
            error => {
                tracing::error!(%error, "a case's papers cannot be reached");
                Self::Damaged("a case")
            }
        }
    }
}

impl From<FileError> for PaperError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Busy => Self::Busy,
            FileError::NotFound => Self::NotFound,
            FileError::Database(error) => error.into(),
            FileError::Damaged | FileError::Refused(_) => Self::Damaged("a paper"),
            FileError::Blobs(error) => {
                tracing::error!(%error, "the place of files cannot be reached");
                Self::Busy
            }
        }
    }
}

impl From<LimitError> for PaperError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => limited.into(),
            LimitError::Database(error) => error.into(),
        }
    }
}

/// What is known of a paper without opening it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Which.
    pub id: PaperId,
    /// What it shows.
    pub kind: Kind,
    /// As it was called; empty where nothing of its name can be shown.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Why it is not taken.
    pub refusal: Option<Refusal>,
    /// As it was sent.
    pub bytes: u32,
    /// As it is kept.
    pub format: Option<Format>,
    /// Pages of a PDF that is kept.
    pub pages: Option<u32>,
    /// A scanner looked it over; in development it may be that none did.
    pub scanned: bool,
    /// When it came.
    pub added_at: Timestamp,
}

/// The papers of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Papers {
    /// As they came, those that were refused among them.
    pub all: Vec<View>,
    /// More may come, and they may be taken away.
    pub is_open: bool,
    /// Nothing looks over what is sent: development without a scanner.
    pub is_unscanned: bool,
}

impl Papers {
    /// How many take a place, and their bytes together.
    pub fn used(&self) -> (usize, u64) {
        let counted = self.all.iter().filter(|paper| paper.state.counts());
        counted.fold((0, 0), |(files, bytes), paper| (files + 1, bytes + u64::from(paper.bytes)))
    }
}

const fn name_place(row: Uuid) -> Place {
    Place { table: "spark_paper", column: "name_sealed", row }
}

fn view(key: &CaseKey, row: &PaperRow) -> Result<View, PaperError> {
    let damaged = |_| PaperError::Damaged("a paper's name");
    let name = key.open(name_place(row.id), &row.name_sealed).map_err(damaged)?;
    let refusal = row.refusal.as_deref().map(|word| Refusal::from_name(word).ok_or(PaperError::Damaged("a refusal")));
    let format = row.format.as_deref().map(|word| Format::from_name(word).ok_or(PaperError::Damaged("a format")));
    Ok(View {
        id: PaperId(row.id),
        kind: kind_of(row)?,
        name: String::from_utf8(name).map_err(|_| PaperError::Damaged("a paper's name"))?,
        state: state_of(row)?,
        refusal: refusal.transpose()?,
        bytes: row.bytes.unsigned_abs(),
        format: format.transpose()?,
        pages: row.pages.map(i32::unsigned_abs),
        scanned: row.scanned,
        added_at: row.added_at.to_jiff(),
    })
}

fn kind_of(row: &PaperRow) -> Result<Kind, PaperError> {
    Kind::from_name(&row.kind).ok_or(PaperError::Damaged("a paper's kind"))
}

fn state_of(row: &PaperRow) -> Result<State, PaperError> {
    State::from_name(&row.state).ok_or(PaperError::Damaged("a paper's state"))
}

/// The papers of an application that who asks may read: for the family all of them, for the house those that are kept.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn of(services: &Services, context: &Context, application: ApplicationId) -> Result<Papers, PaperError> {
    let mut db = services.db.acquire().await?;
    let row = applications::application(&mut *db, application.0).await?.ok_or(PaperError::NotFound)?;
    let mut all = Vec::new();
    let mut key = None;
    let mut denied = None;
    let mut readable = [None; Kind::ALL.len()];
    for (may, kind) in readable.iter_mut().zip(Kind::ALL) {
        match may_read(&mut db, context, application, kind).await {
            Ok(reader) => *may = Some(reader),
            Err(PaperError::NoConsent) => {}
            Err(PaperError::Denied(why)) => denied = Some(why),
            Err(error) => return Err(error),
        }
    }
    if let (true, Some(why)) = (readable.iter().all(Option::is_none), denied) {
        return Err(why.into());
    }
    for paper in sql::of_application(&mut *db, application.0).await? {
        let kind = kind_of(&paper)?;
        let reader = Kind::ALL.iter().position(|other| *other == kind).and_then(|at| readable[at]);
        let Some(reader) = reader else { continue };
        if reader != Reader::Family && state_of(&paper)? != State::Usable {
            continue;
        }
        if key.is_none() {
            key = Some(apply::key(services, &mut db, application).await?);
        }
        if let Some(key) = &key {
            let mut shown = view(key, &paper)?;
            if !reader.is_told_names() {
                shown.name.clear();
            }
            all.push(shown);
        }
    }
    let is_unscanned = services.scanner.is_none() && services.settings.development;
    Ok(Papers { all, is_open: is_open(&row), is_unscanned })
}

/// Whether papers may come and go: until the application is sent. Where a question to the family names papers that are to be
/// sent again, this is where it opens them, and `spark_paper_stays` of the database with it.
const fn is_open(row: &applications::ApplicationRow) -> bool {
    row.submitted_at.is_none()
}

/// The papers of an application for a copy of all that is held of somebody: what they are, not their bytes.
pub(crate) async fn exported(
    services: &Services,
    db: &mut PgConnection,
    application: ApplicationId,
) -> Result<Vec<Value>, PaperError> {
    let rows = sql::of_application(&mut *db, application.0).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = apply::key(services, db, application).await?;
    let told = |row: &PaperRow| {
        let paper = view(&key, row)?;
        Ok(json!({
            "kind": paper.kind.name(),
            "name": paper.name,
            "state": paper.state.name(),
            "bytes": paper.bytes,
            "added_at": paper.added_at,
        }))
    };
    rows.iter().map(told).collect()
}
