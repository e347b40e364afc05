//! What the officer of a case says of its papers: it shows what it is to show, or it cannot be read, and what of it. The family
//! hears of that by a question ([`cases::ask`]), never from here.

use super::{PaperError, kind_of, may_read, state_of};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::ledger::views::{Names, Person};
use crate::spark::apply;
use crate::spark::cases::{self, CaseError};
use crate::{Context, Services};
use domain::account::Denied;
use domain::ids::{ApplicationId, CaseId, PaperId};
use domain::spark::papers::{LONGEST_NOTE, State, Verdict};
use domain::spark::{Part, State as CaseState};
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::spark::cases as rows;
use store::spark::papers::{self as sql, CheckRow};
use uuid::Uuid;

/// What an officer said of a paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// What.
    pub verdict: Verdict,
    /// What cannot be read on it.
    pub note: Option<String>,
    /// Who said it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
}

const fn note_place(row: Uuid) -> Place {
    Place { table: "spark_paper_check", column: "note_sealed", row }
}

fn verdict_of(row: &CheckRow) -> Result<Verdict, PaperError> {
    Verdict::from_name(&row.verdict).ok_or(PaperError::Damaged("what was said of a paper"))
}

fn note(key: &CaseKey, row: &CheckRow) -> Result<Option<String>, PaperError> {
    let damaged = PaperError::Damaged("what was said of a paper");
    let Some(sealed) = &row.note_sealed else { return Ok(None) };
    let plain = key.open(note_place(row.paper_id), sealed).ok().and_then(|plain| String::from_utf8(plain).ok());
    plain.map(Some).ok_or(damaged)
}

/// What was said of papers, by paper. Who may have it the caller has asked.
pub(super) async fn said(
    services: &Services,
    key: &CaseKey,
    rows: Vec<CheckRow>,
) -> Result<BTreeMap<Uuid, Checked>, PaperError> {
    let names = Names::of(services, rows.iter().map(|row| row.checked_by)).await.map_err(CaseError::from)?;
    let one = |row: &CheckRow| {
        let by = names.person(row.checked_by);
        Ok((
            row.paper_id,
            Checked { verdict: verdict_of(row)?, note: note(key, row)?, by, at: row.checked_at.to_jiff() },
        ))
    };
    rows.iter().map(one).collect()
}

/// Notes what the officer of a case says of one of its papers, in place of what was said before, while the case is looked
/// through. Said twice it is once.
///
/// # Errors
/// `Denied`, also for another officer's case; `NotFound` for a paper of another case, or one that is not kept; `Note` where it
/// cannot be read and nothing says what; `NotNow` once the case is not looked through any more; `NoConsent`, `ReasonNeeded`,
/// `Damaged`, `Database`.
pub async fn check(
    services: &Services,
    context: &Context,
    (case, id): (CaseId, PaperId),
    (verdict, text): (Verdict, &str),
) -> Result<(), PaperError> {
    cases::in_part(context, Part::CaseOfficer)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let text = match verdict {
        Verdict::Fine => None,
        Verdict::Unreadable => Some(typed::line(text, LONGEST_NOTE).map_err(PaperError::Note)?),
    };
    let mut tx = services.begin().await?;
    let row = rows::lock(&mut *tx, case.0).await?.ok_or(PaperError::NotFound)?;
    cases::looks_after(context, &row, Part::CaseOfficer)?;
    let paper = sql::one(&mut *tx, id.0).await?.filter(|paper| paper.application_id == case.0);
    let paper = paper.ok_or(PaperError::NotFound)?;
    let application = ApplicationId(case.0);
    may_read(&mut tx, context, application, kind_of(&paper)?).await?;
    if state_of(&paper)? != State::Usable {
        return Err(PaperError::NotFound);
    }
    if !matches!(cases::place_of(&row)?.state(), CaseState::Completeness | CaseState::Returned) {
        return Err(PaperError::NotNow);
    }
    let key = apply::key(services, &mut tx, application).await?;
    if is_said(&mut tx, &key, (case, id), (verdict, text.as_deref())).await? {
        return Ok(());
    }
    let sealed = text.map(|text| key.seal(note_place(id.0), text.as_bytes()));
    sql::check(&mut tx, (id.0, verdict.name(), sealed.as_deref()), by.0, context.now).await?;
    let detail = json!({ "kind": paper.kind, "verdict": verdict.name() });
    let entry = Entry { action: "spark.paper_checked", subject_kind: "spark_paper", subject: Some(id.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// The same was said of it before.
async fn is_said(
    db: &mut PgConnection,
    key: &CaseKey,
    (case, id): (CaseId, PaperId),
    (verdict, text): (Verdict, Option<&str>),
) -> Result<bool, PaperError> {
    let rows = sql::checks(db, case.0).await?;
    let Some(row) = rows.iter().find(|row| row.paper_id == id.0) else { return Ok(false) };
    Ok(verdict_of(row)? == verdict && note(key, row)?.as_deref() == text)
}
