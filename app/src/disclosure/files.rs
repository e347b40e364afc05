//! The files of a report: the printed sheet, the workbook, the table as text, and the frozen text whose hash is published.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::problem::Problem;
use crate::routes::Access;
use crate::visit::Visit;
use domain::disclosure::{Digest, Report, Term, Wan};
use domain::time::local_day;
use services::disclosure::{Kept, Published, published};
use services::messages::report_pdf;
use services::spreadsheet::{self, Cell, Format, Sheet};

/// What a report can be fetched as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// For printing.
    Pdf,
    /// A workbook.
    Xlsx,
    /// A table as text.
    Csv,
}

/// All of them.
pub(super) const KINDS: [Kind; 3] = [Kind::Pdf, Kind::Xlsx, Kind::Csv];

impl Kind {
    /// The key of what the button says.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Pdf => "disclosure-save-pdf",
            Self::Xlsx => "disclosure-save-xlsx",
            Self::Csv => "disclosure-save-csv",
        }
    }

    const fn end(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// The address of a report's file.
pub(super) fn path(term: Term, kind: Kind) -> String {
    format!("{}/{term}/report.{}", at::DISCLOSURE, kind.end())
}

/// The address of a snapshot's frozen text.
pub(super) fn frozen_path(digest: Digest) -> String {
    format!("{}/frozen/{digest}", at::DISCLOSURE)
}

/// The name under which it is kept: a correction has another than what it corrects.
pub(super) fn frozen_name(kept: &Kept) -> String {
    let digest = kept.digest.to_string();
    format!("spark-{}-{}.txt", kept.snapshot.quarter, digest.get(..8).unwrap_or_default())
}

/// What is fetched.
pub const CALLS: &[Call] = &[
    Call::get("/spark/disclosure/:period/report.pdf", Access::Public, &pdf),
    Call::get("/spark/disclosure/:period/report.xlsx", Access::Public, &xlsx),
    Call::get("/spark/disclosure/:period/report.csv", Access::Public, &csv),
    Call::get("/spark/disclosure/frozen/:digest", Access::Public, &frozen),
];

/// The report of the address among what was published.
async fn found(asked: &Asked) -> Result<(Published, Term), Problem> {
    let term: Term = asked.param("period").ok_or(Problem::NotFound)?;
    Ok((published(&asked.services).await?, term))
}

async fn pdf(asked: Asked) -> Answer {
    let (all, term) = match found(&asked).await {
        Ok(found) => found,
        Err(problem) => return problem.into(),
    };
    let Some((report, kept)) = all.report(term) else { return Problem::NotFound.into() };
    let day = kept.published_at.map(local_day);
    match report_pdf(&asked.services, &report, day, asked.locale()).await {
        Ok(bytes) => Answer::file("application/pdf", Some(format!("spark-disclosure-{term}.pdf")), bytes),
        Err(error) => {
            tracing::error!(%error, "a report was not drawn");
            Problem::Broken.into()
        }
    }
}

async fn xlsx(asked: Asked) -> Answer {
    sheet(asked, Format::Xlsx).await
}

async fn csv(asked: Asked) -> Answer {
    sheet(asked, Format::Csv).await
}

async fn sheet(asked: Asked, format: Format) -> Answer {
    let (all, term) = match found(&asked).await {
        Ok(found) => found,
        Err(problem) => return problem.into(),
    };
    let Some((report, kept)) = all.report(term) else { return Problem::NotFound.into() };
    match spreadsheet::write(rows(&asked.visit, &report, kept), format).await {
        Ok(bytes) => {
            let name = format!("spark-disclosure-{term}.{}", format.name());
            Answer::file(format.content_type(), Some(name), bytes)
        }
        Err(error) => {
            tracing::error!(%error, "a report was read and not written");
            Problem::Broken.into()
        }
    }
}

/// All tables of a report one below the other, and the hash they can be checked by.
fn rows(visit: &Visit, report: &Report, kept: &Kept) -> Sheet {
    let locale = visit.locale();
    let heading = |key| visit.t(key).to_string();
    let headings = vec![
        heading("disclosure-section"),
        heading("disclosure-item"),
        heading("disclosure-families"),
        heading("disclosure-amount-yuan"),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for table in &report.tables {
        rows.extend(table.rows.iter().map(|row| {
            vec![
                Cell::Text(table.section.text(locale).to_owned()),
                Cell::Text(row.label.text(locale)),
                row.families.map_or_else(|| Cell::Text(String::new()), number),
                yuan(row.amount),
            ]
        }));
    }
    let text = |text: String| Cell::Text(text);
    rows.push(vec![
        text(heading("disclosure-check")),
        text(kept.digest.to_string()),
        text(String::new()),
        text(String::new()),
    ]);
    Sheet { headings, rows }
}

fn number(number: u64) -> Cell {
    u32::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Number)
}

/// What is shown, in yuan.
fn yuan(amount: Wan) -> Cell {
    let yuan = amount.hundredths() * 100;
    u64::try_from(yuan).map_or_else(|_| Cell::Text(yuan.to_string()), number)
}

/// The text that was frozen, as it was: anybody can hash it.
async fn frozen(asked: Asked) -> Answer {
    let Some(digest) = asked.param::<Digest>("digest") else { return Problem::NotFound.into() };
    match published(&asked.services).await {
        Ok(all) => match all.of_digest(digest) {
            Some(kept) => {
                Answer::file("text/plain; charset=utf-8", Some(frozen_name(kept)), kept.lines.clone().into_bytes())
            }
            None => Problem::NotFound.into(),
        },
        Err(error) => Problem::from(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::disclosure::Fen;

    #[test]
    fn amounts_are_numbers_that_add_up_and_what_is_below_zero_is_a_text() {
        assert_eq!(yuan(Wan::nearest(Fen::new(1_234_504_999))), Cell::Number(12_345_000));
        assert_eq!(yuan(Wan::nearest(Fen::new(-10_000))), Cell::Text("-100".to_owned()));
        let large = Wan::nearest(Fen::new(900_000_000_000_000));
        assert_eq!(yuan(large), Cell::Text("9000000000000".to_owned()), "more than a cell of four bytes holds");
    }

    #[test]
    fn a_reports_files_stand_below_it_under_names_of_their_own() {
        let term: Term = "2026-Q3".parse().expect("a term");
        let paths = KINDS.map(|kind| path(term, kind));
        assert_eq!(paths[0], "/spark/disclosure/2026-Q3/report.pdf");
        for path in paths {
            let served = |call: &&Call| call.path.replace(":period", "2026-Q3") == path;
            assert_eq!(CALLS.iter().filter(served).count(), 1, "{path}");
        }
        let digest = Digest([0xab; 32]);
        assert_eq!(frozen_path(digest), format!("/spark/disclosure/frozen/{}", "ab".repeat(32)));
    }
}
