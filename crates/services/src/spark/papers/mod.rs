//! The papers of an application: sent one by one or several at once, looked at before anything is kept, shown to whom one
//! policy ([`may_read`]) lets see them, and gone with the application's key.
//!
//! A paper takes its place first, under the application's lock, so that two that come at once do not both take the last one.
//! Then, outside any transaction, its bytes are scanned and read to their end; until that is done they lie nowhere but in the
//! memory of the request that brought them. What is kept lies sealed by the application's key, inside the house's own seal,
//! under a name of ours. Of what is refused the name and the reason stay until the family takes them away.

mod add;
mod check;
mod open;
mod policy;

pub use add::{Upload, add, remove};
pub use check::{Checked, check};
pub use open::{Opened, open};
pub use policy::{Reader, may_read};

use super::apply::{self, ApplyError};
use super::cases::{self, CaseError};
use crate::crypto::{CaseKey, Place};
use crate::files::FileError;
use crate::limits::{LimitError, Limited};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::field::Fault;
use domain::files::{Format, Refusal};
use domain::ids::{ApplicationId, CaseId, PaperId};
use domain::spark::Part;
use domain::spark::application::Section;
use domain::spark::papers::{Kind, Standing, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::spark::apply as applications;
use store::spark::cases as case_rows;
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
    /// What is said of a paper that cannot be read is wanting.
    #[error("a note is needed: {0:?}")]
    Note(Fault),
    /// The case is not looked through any more.
    #[error("not now")]
    NotNow,
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
            CaseError::NotAssigned => Denied::NotAllowed.into(),
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
    /// In which part whoever sent it takes part; told the house.
    pub sent_by: Option<Part>,
    /// What its officer says of it; told the house.
    pub checked: Option<Checked>,
    /// It came with the appeal.
    pub of_appeal: bool,
}

/// The papers of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Papers {
    /// As they came, those that were refused among them.
    pub all: Vec<View>,
    /// Kinds of which the family has not agreed, or no longer, that whoever asks looks at them.
    pub withheld: Vec<Kind>,
    /// More may come.
    pub is_open: bool,
    /// They come with the appeal, which takes papers until it lies before a meeting.
    pub of_appeal: bool,
    /// They were sent: those that are kept stay.
    pub is_sent: bool,
    /// Nothing looks over what is sent: development without a scanner.
    pub is_unscanned: bool,
}

impl Papers {
    /// How many take a place, and their bytes together.
    pub fn used(&self) -> (usize, u64) {
        let counted = self.all.iter().filter(|paper| paper.state.counts());
        counted.fold((0, 0), |(files, bytes), paper| (files + 1, bytes + u64::from(paper.bytes)))
    }

    /// How far each kind is, as what a case has to have says; those that may not be looked at are left out.
    pub fn standing(&self, under_age: bool) -> Vec<(Kind, Standing)> {
        let of = |kind: Kind| {
            let said = self.all.iter().filter(|paper| paper.kind == kind && paper.state == State::Usable);
            let said = said.map(|paper| paper.checked.as_ref().map(|checked| checked.verdict));
            (kind, Standing::of(kind.is_wanted(under_age), said))
        };
        Kind::ALL.into_iter().filter(|kind| !self.withheld.contains(kind)).map(of).collect()
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
        sent_by: None,
        checked: None,
        of_appeal: row.appeal_id.is_some(),
    })
}

fn kind_of(row: &PaperRow) -> Result<Kind, PaperError> {
    Kind::from_name(&row.kind).ok_or(PaperError::Damaged("a paper's kind"))
}

fn state_of(row: &PaperRow) -> Result<State, PaperError> {
    State::from_name(&row.state).ok_or(PaperError::Damaged("a paper's state"))
}

/// The papers of an application that who asks may read: for the family all of them, for the house those that are kept, with what
/// its officer says of each; for a physician neither their names nor that.
///
/// # Errors
/// `Denied`, `NotFound`, `ReasonNeeded`; `Damaged`, `Database`.
pub async fn of(services: &Services, context: &Context, application: ApplicationId) -> Result<Papers, PaperError> {
    let mut db = services.db.acquire().await?;
    let row = applications::application(&mut *db, application.0).await?.ok_or(PaperError::NotFound)?;
    let readers = policy::readers(&mut db, context, application).await?;
    let (mut readable, mut withheld, mut denied) = (BTreeMap::new(), Vec::new(), None);
    for kind in Kind::ALL {
        match readers.of(kind) {
            Ok(reader) => {
                readable.insert(kind, reader);
            }
            Err(PaperError::NoConsent) => withheld.push(kind),
            Err(PaperError::Denied(why)) => denied = Some(why),
            Err(error) => return Err(error),
        }
    }
    if let (true, Some(why)) = (readable.is_empty(), denied) {
        return Err(why.into());
    }
    let mut shown = Vec::new();
    for paper in sql::of_application(&mut *db, application.0).await? {
        let Some(reader) = readable.get(&kind_of(&paper)?).copied() else { continue };
        if reader == Reader::Family || state_of(&paper)? == State::Usable {
            shown.push((reader, paper));
        }
    }
    let way_in = way_in(&mut db, context, &row).await?;
    let told = Papers {
        all: Vec::new(),
        withheld,
        is_open: way_in.is_some(),
        of_appeal: matches!(way_in, Some(WayIn::Appeal(_))),
        is_sent: row.submitted_at.is_some(),
        is_unscanned: services.scanner.is_none() && services.settings.development,
    };
    if shown.is_empty() {
        return Ok(told);
    }
    let key = apply::key(services, &mut db, application).await?;
    let is_house = shown.iter().any(|(reader, _)| matches!(reader, Reader::Staff { .. } | Reader::House));
    let (mut checked, mut parts) = (BTreeMap::new(), BTreeMap::new());
    if is_house {
        let rows = sql::checks(&mut *db, application.0).await?;
        for party in case_rows::parties(&mut *db, application.0).await? {
            parts.extend(party.account_id.zip(Part::from_name(&party.part)));
        }
        // The names are asked for with a connection of their own.
        drop(db);
        checked = check::said(services, &key, rows).await?;
    }
    let one = |(reader, paper): (Reader, PaperRow)| {
        let mut shown = view(&key, &paper)?;
        if !reader.is_told_names() {
            shown.name.clear();
        }
        shown.sent_by = parts.get(&paper.added_by).copied();
        shown.checked = checked.remove(&paper.id);
        Ok(shown)
    };
    Ok(Papers { all: shown.into_iter().map(one).collect::<Result<_, PaperError>>()?, ..told })
}

/// With what papers come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum WayIn {
    /// The application, before it is sent.
    Draft,
    /// A question to the family that names them.
    Question,
    /// The appeal.
    Appeal(Uuid),
}

impl WayIn {
    const fn appeal(self) -> Option<Uuid> {
        match self {
            Self::Appeal(appeal) => Some(appeal),
            Self::Draft | Self::Question => None,
        }
    }
}

/// With what papers may come: until the application is sent, and afterwards while a question to the family names them, or an
/// appeal takes them; nothing otherwise. (The database holds it, too: `spark_paper_stays`.)
async fn way_in(
    db: &mut PgConnection,
    context: &Context,
    row: &applications::ApplicationRow,
) -> Result<Option<WayIn>, PaperError> {
    if row.submitted_at.is_none() {
        return Ok(Some(WayIn::Draft));
    }
    if !matches!(context.actor, Actor::Visitor { .. }) {
        return Ok(None);
    }
    let case = CaseId(row.id);
    let unlocked = cases::unlocked(db, context, case).await?;
    if unlocked.contains(&Section::Papers) {
        return Ok(Some(WayIn::Question));
    }
    Ok(cases::takes_papers(db, context, case).await?.map(WayIn::Appeal))
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
            "with_appeal": paper.of_appeal,
        }))
    };
    rows.iter().map(told).collect()
}
