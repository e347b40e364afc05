//! What a family sent, as staff read it: section by section, what says who somebody is masked, what the family withdrew its
//! consent to left out. Each reading is written into the trail.

use super::access;
use super::{CaseError, mask};
use crate::spark::apply::{self, ApplyError};
use crate::{Context, Services};
use domain::ids::{ApplicationId, CaseId};
use domain::spark::application::Snapshot;
use domain::spark::application::consent::Use;
use domain::spark::application::form::{Data, Field, Form, Page, Section};
use jiff::civil::Date;
use sqlx::PgConnection;

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// To which field.
    pub field: &'static Field,
    /// What, masked where it says who somebody is.
    pub answer: String,
    /// It is masked.
    pub masked: bool,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Told({})", self.field.key)
    }
}

/// What a section says, page by page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SentSection {
    /// Which.
    pub section: Section,
    /// Its pages that were answered.
    pub pages: Vec<(&'static Page, Vec<Told>)>,
}

/// What was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// 1 for what was sent first.
    pub number: u16,
    /// The day.
    pub day: Date,
    /// Section by section; those of which nothing is shown are left out.
    pub sections: Vec<SentSection>,
    /// What the family withdrew its consent to: left out.
    pub withheld: Vec<Data>,
}

impl From<ApplyError> for CaseError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Denied(denied) => Self::Denied(denied),
            ApplyError::NotFound => Self::NotFound,
            ApplyError::Busy => Self::Busy,
            ApplyError::Database(error) => error.into(),
            _ => Self::Unreadable,
        }
    }
}

/// What was sent of a case; `None` of one that did not come from an application.
///
/// # Errors
/// `Denied`, `NotFound`; `Unread` for whoever does not read the case; `Unreadable`, `Database`.
pub async fn sent(services: &Services, context: &Context, case: CaseId) -> Result<Option<Sent>, CaseError> {
    let mut tx = services.begin().await?;
    let by = access::reads(&mut tx, context, case).await?;
    let Some(snapshot) = apply::sent(services, &mut tx, ApplicationId(case.0)).await? else { return Ok(None) };
    let withheld = withheld(&mut tx, case).await?;
    access::noted(&mut tx, context, case, (by, "answers")).await?;
    tx.commit().await?;
    read(&snapshot, withheld, true).map(Some)
}

/// What may not be read any more, by the last word of the family.
async fn withheld(db: &mut PgConnection, case: CaseId) -> Result<Vec<Data>, CaseError> {
    let mut all = Vec::new();
    for (data, wanted) in [(Data::Health, Use::JudgeHealth), (Data::Money, Use::WeighMeans)] {
        if !apply::may(&mut *db, ApplicationId(case.0), wanted).await? {
            all.push(data);
        }
    }
    Ok(all)
}

/// A snapshot in the order of its form.
pub(super) fn read(snapshot: &Snapshot, withheld: Vec<Data>, hide: bool) -> Result<Sent, CaseError> {
    let form = Form::of(snapshot.form).ok_or(CaseError::Unreadable)?;
    let told = |field: &'static Field| {
        let answer = snapshot.answers.get(field.key).filter(|_| !withheld.contains(&field.data))?;
        let masked = hide && mask::is_hidden(field.data, field.kind);
        let answer = if masked { mask::masked(form, field.key, answer) } else { answer.to_owned() };
        Some(Told { field, answer, masked })
    };
    let page = |page: &'static Page| {
        let answers: Vec<Told> = page.fields.iter().filter_map(told).collect();
        (!answers.is_empty()).then_some((page, answers))
    };
    let section = |section: Section| {
        let pages: Vec<_> = form.of_section(section).filter_map(page).collect();
        (!pages.is_empty()).then_some(SentSection { section, pages })
    };
    let sections = Section::ALL.into_iter().filter_map(section).collect();
    Ok(Sent { number: snapshot.number, day: snapshot.day, sections, withheld })
}
