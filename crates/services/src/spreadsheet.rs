//! A table as a file for spreadsheets: csv as Chinese Excel opens it (UTF-8 with its mark, RFC 4180), or a workbook. No cell
//! of either is calculated by whoever opens it (`domain::spreadsheet`): a workbook's texts are typed as texts, and they get the
//! same apostrophe all the same, since people save workbooks as csv.

use domain::spreadsheet::neutral;
use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Text.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Xlsx];

    /// As it stands in forms, and how a file's name ends.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// Shown as it is.
    Text(String),
    /// Can be added up.
    Number(u32),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// A table with its headings.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sheet {
    /// One heading a column.
    pub headings: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// The table could not be written as this file: a fault of the house.
#[derive(Debug, thiserror::Error)]
#[error("a file was not written: {0}")]
pub struct Unwritten(String);

impl From<XlsxError> for Unwritten {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

impl From<csv::Error> for Unwritten {
    fn from(error: csv::Error) -> Self {
        Self(error.to_string())
    }
}

/// The file, made where it keeps nobody waiting.
///
/// # Errors
/// When it cannot be written.
pub async fn write(sheet: Sheet, format: Format) -> Result<Vec<u8>, Unwritten> {
    let work = move || match format {
        Format::Csv => csv(&sheet),
        Format::Xlsx => xlsx(&sheet),
    };
    tokio::task::spawn_blocking(work).await.map_err(|stopped| Unwritten(stopped.to_string()))?
}

fn csv(sheet: &Sheet) -> Result<Vec<u8>, Unwritten> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(sheet.headings.iter().map(|heading| neutral(heading).into_owned()))?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => neutral(text).into_owned(),
            Cell::Number(number) => number.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|error| Unwritten(error.to_string()))
}

fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, Unwritten> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let heading = Look::new().set_bold();
    for (column, text) in (0u16..).zip(&sheet.headings) {
        page.write_string_with_format(0, column, &*neutral(text), &heading)?;
    }
    page.set_freeze_panes(1, 0)?;
    for (line, row) in (1u32..).zip(&sheet.rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) => page.write_string(line, column, &*neutral(text))?,
                Cell::Number(number) => page.write_number(line, column, *number)?,
            };
        }
    }
    page.autofit();
    Ok(book.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader as _, Xlsx};

    fn sheet() -> Sheet {
        let text = |text: &str| Cell::Text(text.to_owned());
        Sheet {
            headings: vec!["单位".into(), "人数".into(), "备注".into()],
            rows: vec![
                vec![text("演示·第一小学"), Cell::Number(48), text("a,\"b\"\nc")],
                vec![text("=HYPERLINK(\"https://evil.example\")"), Cell::Number(0), text("@SUM(A1)")],
                vec![text("https://example.com"), Cell::Number(5), text("＋1")],
            ],
        }
    }

    #[tokio::test]
    async fn a_csv_file_has_its_mark_its_quotes_and_no_formula() {
        let file = write(sheet(), Format::Csv).await.expect("a file");
        assert_eq!(
            String::from_utf8(file).expect("text"),
            "\u{feff}单位,人数,备注\r\n演示·第一小学,48,\"a,\"\"b\"\"\nc\"\r\n\
             \"'=HYPERLINK(\"\"https://evil.example\"\")\",0,'@SUM(A1)\r\nhttps://example.com,5,'＋1\r\n"
        );
    }

    #[tokio::test]
    async fn a_workbook_has_numbers_and_texts_and_no_formula() {
        let file = write(sheet(), Format::Xlsx).await.expect("a file");
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(file)).expect("a workbook");
        let cells = book.worksheet_range_at(0).expect("a sheet").expect("cells");
        let text = |text: &str| Data::String(text.to_owned());
        let rows: Vec<Vec<Data>> = cells.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(rows[1], [text("演示·第一小学"), Data::Float(48.0), text("a,\"b\"\nc")]);
        assert_eq!(rows[2], [text("'=HYPERLINK(\"https://evil.example\")"), Data::Float(0.0), text("'@SUM(A1)")]);
        assert_eq!(rows[3], [text("https://example.com"), Data::Float(5.0), text("'＋1")]);
        let name = book.sheet_names()[0].clone();
        let formulas = book.worksheet_formula(&name).expect("formulas");
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "nothing is calculated");
    }
}
