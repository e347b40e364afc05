//! Opening a paper: handed out as a file, never shown in place. Who of the house opened it stands in the trail first.

use super::{PaperError, Reader, kind_of, may_read, state_of, view};
use crate::audit::{self, Entry};
use crate::files;
use crate::spark::apply;
use crate::{Context, Services};
use domain::field::Fault;
use domain::files::Format;
use domain::ids::{ApplicationId, FileId, PaperId};
use domain::spark::papers::{LONGEST_REASON, SHORTEST_REASON, State};
use domain::typed;
use serde_json::json;
use store::spark::papers as sql;

/// A paper as it is handed out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is.
    pub format: Format,
    /// As it was called, with the ending of what it is.
    pub name: String,
}

/// Opens a paper that is kept. `reason` says why, where one looks at a case that is another's.
///
/// # Errors
/// `Denied`; `NotFound` for another family's, of one that is not kept, and once its key is destroyed; `ReasonNeeded`;
/// `NoConsent`; `Busy`, `Damaged`.
pub async fn open(
    services: &Services,
    context: &Context,
    id: PaperId,
    reason: Option<&str>,
) -> Result<Opened, PaperError> {
    let mut tx = services.begin().await?;
    let row = sql::one(&mut *tx, id.0).await?.ok_or(PaperError::NotFound)?;
    let (application, kind) = (ApplicationId(row.application_id), kind_of(&row)?);
    let reader = may_read(&mut tx, context, application, kind).await?;
    let (State::Usable, Some(file)) = (state_of(&row)?, row.file_id) else { return Err(PaperError::NotFound) };
    // What came while there was no scanner is nothing to be opened where there has to be one.
    if !row.scanned && !services.settings.development {
        return Err(PaperError::NotFound);
    }
    let (action, detail) = match reader {
        Reader::Family | Reader::House => ("", json!({})),
        Reader::Reviewer => ("spark.paper_opened", json!({ "kind": kind.name(), "part": "medical_reviewer" })),
        Reader::Staff { part, assigned: true } => {
            ("spark.paper_opened", json!({ "kind": kind.name(), "part": part.name() }))
        }
        Reader::Staff { part, assigned: false } => {
            let reason = worded(reason.unwrap_or_default()).map_err(|_| PaperError::ReasonNeeded)?;
            let detail = json!({ "kind": kind.name(), "part": part.name(), "alert": true, "reason": reason });
            ("spark.paper_opened_unassigned", detail)
        }
    };
    if !action.is_empty() {
        let entry = Entry { action, subject_kind: "spark_paper", subject: Some(row.id), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    let key = apply::key(services, &mut tx, application).await?;
    let known = view(&key, &row)?;
    tx.commit().await?;
    let bytes = files::read_under(services, FileId(file), &key).await?;
    let format = known.format.ok_or(PaperError::Damaged("a format"))?;
    // (Who gave a reason opens it whole.)
    let name = if reader == Reader::Reviewer { "" } else { known.name.as_str() };
    Ok(Opened { bytes, format, name: named(name, format, kind.name()) })
}

fn worded(reason: &str) -> Result<String, Fault> {
    let reason = typed::line(reason, u32::try_from(LONGEST_REASON).unwrap_or(u32::MAX))?;
    let min = u32::try_from(SHORTEST_REASON).unwrap_or_default();
    if reason.chars().count() < SHORTEST_REASON { Err(Fault::TooShort { min }) } else { Ok(reason) }
}

/// The name of a file that is handed out: its ending says what it is now.
fn named(name: &str, format: Format, kind: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
    let stem = if stem.is_empty() { kind } else { stem };
    format!("{stem}.{}", format.endings().first().copied().unwrap_or(format.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_handed_out_under_its_name_and_the_ending_of_what_it_is() {
        assert_eq!(named("截屏.png", Format::Jpeg, "bills"), "截屏.jpg");
        assert_eq!(named("", Format::Pdf, "bills"), "bills.pdf");
        assert_eq!(named(".pdf", Format::Pdf, "bills"), "bills.pdf");
    }

    #[test]
    fn a_reason_says_something() {
        assert!(worded("复核住院票据").is_ok());
        for nothing in ["", "     ", "x", "看看"] {
            assert!(worded(nothing).is_err(), "{nothing:?}");
        }
    }
}
