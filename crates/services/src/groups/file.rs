//! Lists as people send them: a workbook (xlsx), a table (csv, in UTF-8 or as Chinese spreadsheets write it), or text typed
//! into a field. Read into rows of cells and nothing more; what the rows mean is the domain's.
//!
//! A file is untrusted: its size, what it unpacks to, its rows and its columns are bounded before anything is kept of it,
//! and a workbook is read cell by cell, so that one that claims a million columns costs nothing.

use super::kind::GroupError;
use calamine::{Data, Reader, Xlsx};
use domain::field::Fault;
use domain::groups::{Cell, LONGEST_LIST, from_text};
use std::io::{Cursor, Read};

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 512 * 1024;
/// The most a workbook may unpack to, all its parts together.
const LARGEST_UNPACKED: u64 = 8 * 1024 * 1024;
/// The most parts of a workbook.
const MOST_PARTS: usize = 200;
/// The most texts a workbook may say it has: its reader makes room for as many as it is told.
const MOST_STRINGS: usize = 100_000;
/// Columns that are looked at.
const COLUMNS: usize = 2;
/// The longest text of a cell that is kept; longer ones are told as too long by their reader.
const LONGEST_CELL: usize = 200;

/// A list to fill in: what a spreadsheet opens, with its headings. Begins with the mark that tells Excel it is UTF-8.
pub const TEMPLATE: &str = "\u{feff}姓名,班级\r\n";

/// A list as it was sent.
#[derive(Clone, Debug)]
pub enum Sent {
    /// Typed into the field.
    Text(String),
    /// A file.
    File(Vec<u8>),
    /// A file that says it is a workbook: never read as text, whatever stands in it.
    Workbook(Vec<u8>),
}

impl Sent {
    /// Its rows.
    ///
    /// # Errors
    /// `Fields` for a file that is too large or no list.
    pub(super) async fn rows(self) -> Result<Vec<Vec<Cell>>, GroupError> {
        match self {
            Self::Text(text) => Ok(from_text(&text)),
            Self::File(bytes) | Self::Workbook(bytes) if bytes.len() > LARGEST_FILE => {
                let max = u32::try_from(LARGEST_FILE / 1024).unwrap_or(u32::MAX);
                Err(GroupError::field("file", Fault::FileTooLarge { max }))
            }
            // Unpacking takes a while: never on the threads that answer requests.
            Self::File(bytes) => {
                let read = tokio::task::spawn_blocking(move || rows_of(&bytes)).await;
                read.ok().flatten().ok_or_else(unreadable)
            }
            Self::Workbook(bytes) => {
                let read = tokio::task::spawn_blocking(move || workbook(&bytes)).await;
                read.ok().flatten().ok_or_else(unreadable)
            }
        }
    }
}

fn unreadable() -> GroupError {
    GroupError::field("file", Fault::FileUnreadable)
}

/// The rows of a file; nothing for what is no list.
fn rows_of(bytes: &[u8]) -> Option<Vec<Vec<Cell>>> {
    if bytes.starts_with(b"PK") { workbook(bytes) } else { table(bytes) }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_CELL).collect()
}

/// The first sheet of a workbook.
fn workbook(bytes: &[u8]) -> Option<Vec<Vec<Cell>>> {
    unpacks_to_little(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).ok()?;
    let first = book.sheet_names().first()?.clone();
    let mut cells = book.worksheet_cells_reader(&first).ok()?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    // Only whether there is a formula matters. Formulas written out would cost as much as a number in the file says.
    while let Some(cell) = cells.next_cell_with_formula_metadata().ok()? {
        let (row, column) = (cell.pos.0 as usize, cell.pos.1 as usize);
        if row > LONGEST_LIST {
            break;
        }
        if column >= COLUMNS {
            continue;
        }
        let kept = match (cell.formula, Data::from(cell.value)) {
            (Some(_), _) => Cell::Formula,
            (None, Data::Empty) => continue,
            (None, value) => Cell::Text(shortened(&value.to_string())),
        };
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if rows[row].len() <= column {
            rows[row].resize(column + 1, Cell::Text(String::new()));
        }
        rows[row][column] = kept;
    }
    Some(rows)
}

/// Unpacks every part and throws it away: what a workbook says of its size, or of its texts, is not to be believed.
fn unpacks_to_little(bytes: &[u8]) -> Option<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    if archive.len() > MOST_PARTS {
        return None;
    }
    let mut left = LARGEST_UNPACKED;
    for i in 0..archive.len() {
        let part = archive.by_index(i).ok()?;
        let mut unpacked = Vec::new();
        let size = part.take(left + 1).read_to_end(&mut unpacked).ok()?;
        left = left.checked_sub(size as u64)?;
        if !claims_little(&unpacked) || !places_are_real(&unpacked) {
            return None;
        }
    }
    Some(())
}

/// A part does not say of more texts than a list can have that they are there.
fn claims_little(part: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    let said = part.windows(NAME.len()).enumerate().filter(|(_, seen)| *seen == NAME);
    said.map(|(at, _)| &part[at + NAME.len()..]).all(|rest| {
        let before = |byte: &u8| byte.is_ascii_whitespace() || b"=+\"'".contains(byte);
        let number = rest.iter().copied().skip_while(before).take_while(u8::is_ascii_digit);
        let digits: String = number.map(char::from).collect();
        digits.is_empty() || digits.parse::<usize>().is_ok_and(|count| count <= MOST_STRINGS)
    })
}

/// The cells of a sheet say that they are where a sheet has cells: their reader counts with what they say.
fn places_are_real(part: &[u8]) -> bool {
    let has = |word: &[u8]| part.windows(word.len()).any(|seen| seen == word);
    if !has(b"sheetData") && !has(b"dimension") {
        return true;
    }
    let is_before = |at: usize| part[..at].last().is_some_and(|b| b.is_ascii_whitespace() || b"\"'".contains(b));
    (0..part.len()).filter(|at| part[*at] == b'r' && is_before(*at)).all(|at| {
        let rest = &part[at + 1..];
        match rest.strip_prefix(b"ef").unwrap_or(rest).trim_ascii_start().strip_prefix(b"=") {
            Some(value) => value_of(value).split(|byte| *byte == b':').all(is_place),
            None => true,
        }
    })
}

/// The value of an attribute, without its quotes.
fn value_of(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>".contains(byte);
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    &rest[..rest.iter().position(ends).unwrap_or(rest.len())]
}

/// `XFD1048576` is the last cell of a sheet: three letters at most, and seven digits.
fn is_place(place: &[u8]) -> bool {
    let letters = place.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    letters <= 3 && place.len() - letters <= 7
}

/// A table of values with commas, semicolons or tabs between them.
fn table(bytes: &[u8]) -> Option<Vec<Vec<Cell>>> {
    let text = match encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(strip_mark(bytes)) {
        Some(text) => text,
        // What a Chinese Excel calls CSV.
        None => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?,
    };
    // Text has no such characters; what has is a picture, an old workbook, anything else.
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return None;
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let between = [b',', b'\t', b';'].into_iter().max_by_key(|mark| first.bytes().filter(|b| b == mark).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(between.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for record in reader.records().take(LONGEST_LIST + 1) {
        let record = record.ok()?;
        // The reader passes over empty lines; the list keeps their numbers.
        let empty = record.position().map_or(0, |at| empty_lines(&text, at.byte() as usize));
        rows.resize_with((rows.len() + empty).min(LONGEST_LIST), Vec::new);
        rows.push(record.iter().take(COLUMNS).map(|cell| Cell::Text(shortened(cell))).collect());
    }
    Some(rows)
}

/// The empty lines before what stands at or after `at`, where a record was looked for.
fn empty_lines(text: &str, at: usize) -> usize {
    let (before, rest) = (text.as_bytes().get(..at).unwrap_or_default(), text.as_bytes().get(at..).unwrap_or_default());
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    // The second half of the line end before is none of its own.
    let half = before.ends_with(b"\r") && rest.starts_with(b"\n");
    ends - usize::from(half)
}

fn strip_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    const SHEET: &str = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
    const END: &str = "</sheetData></worksheet>";

    /// A workbook with one sheet of these rows, written by hand.
    fn book(rows: &str, padding: usize) -> Vec<u8> {
        book_with(rows, padding, "<sst></sst>")
    }

    /// The same, with its table of texts.
    fn book_with(rows: &str, padding: usize, strings: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        let mut part = |name: &str, text: &[u8]| {
            zip.start_file(name, options).expect("a part");
            zip.write_all(text).expect("written");
        };
        let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
        part("[Content_Types].xml", types.as_bytes());
        let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
        part("_rels/.rels", root.as_bytes());
        let rels = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
        part("xl/_rels/workbook.xml.rels", rels.as_bytes());
        let workbook = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
        part("xl/workbook.xml", workbook.as_bytes());
        part("xl/worksheets/sheet1.xml", format!("{SHEET}{rows}{END}").as_bytes());
        part("xl/sharedStrings.xml", strings.as_bytes());
        part("xl/media/padding.bin", &vec![0; padding]);
        zip.finish().expect("a workbook").into_inner()
    }

    fn inline(cell: &str, text: &str) -> String {
        format!(r#"<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn a_workbook_is_read_cell_by_cell() {
        let rows = format!(
            r#"<row r="1">{}{}</row><row r="3">{}<c r="B3"><v>302</v></c>{}</row><row r="4"><c r="A4"><f>1+1</f><v>2</v></c></row>"#,
            inline("A1", "姓名"),
            inline("B1", "班级"),
            inline("A3", "演示·甲"),
            inline("XFD3", "far away"),
        );
        let read = rows_of(&book(&rows, 0)).expect("a list");
        assert_eq!(
            read,
            [vec![text("姓名"), text("班级")], vec![], vec![text("演示·甲"), text("302")], vec![Cell::Formula]]
        );
    }

    #[test]
    fn a_row_far_below_costs_nothing() {
        let rows = format!(r#"<row r="1048576">{}</row>"#, inline("A1048576", "演示·甲"));
        assert_eq!(rows_of(&book(&rows, 0)), Some(vec![]));
    }

    #[test]
    fn a_cell_beyond_every_sheet_is_no_list_and_no_panic() {
        for beyond in ["ZZZZZZZZZZ99999999999", "A99999999999", "AAAA1", "A1:ZZZZZZZZZZ1"] {
            let cell = inline(beyond, "演示·甲");
            let quoted = cell.replacen(&format!("r=\"{beyond}\""), &format!("t='s'r\n=\t'{beyond}'"), 1);
            assert_ne!(cell, quoted, "the control: the other way to write it");
            for cell in [cell, quoted] {
                assert_eq!(unpacks_to_little(&book(&format!(r#"<row r="1">{cell}</row>"#), 0)), None, "{cell}");
            }
            let row = format!(r#"<row r="{beyond}"></row>"#);
            assert_eq!(rows_of(&book(&row, 0)), None, "{row}");
            let formula = format!(r#"<row r="1"><c r="A1"><f t="shared" ref="{beyond}" si="0">1</f></c></row>"#);
            assert_eq!(rows_of(&book(&formula, 0)), None, "{formula}");
        }
        assert!(unpacks_to_little(&book(&inline("XFD1048576", "r=1"), 0)).is_some(), "the last cell of a sheet");
    }

    #[test]
    fn a_bomb_is_no_list() {
        let bomb = book("", 9 * 1024 * 1024);
        assert!(bomb.len() < LARGEST_FILE, "{} bytes are small enough to be looked at", bomb.len());
        assert_eq!(rows_of(&bomb), None);
        assert_eq!(rows_of(b"PK not a workbook"), None);
    }

    #[test]
    fn numbers_in_a_workbook_are_not_believed() {
        for said in ["2000000000", "99999999999999999999999999", "100001"] {
            let strings = format!(r#"<sst uniqueCount="{said}"></sst>"#);
            assert_eq!(rows_of(&book_with("", 0, &strings)), None, "{said}");
        }
        assert_eq!(rows_of(&book_with("", 0, r#"<sst uniqueCount="2"></sst>"#)), Some(vec![]));
        let shared = r#"<row r="1"><c r="A1"><f t="shared" ref="A1:A1" si="200000000">1+1</f><v>2</v></c></row>"#;
        assert_eq!(rows_of(&book(shared, 0)), Some(vec![vec![Cell::Formula]]));
    }

    #[test]
    fn tables_are_read_as_spreadsheets_write_them() {
        let read = rows_of("\u{feff}姓名,班级\r\n\r\n\"演示,甲\",一班\r\n".as_bytes()).expect("a list");
        assert_eq!(read, [vec![text("姓名"), text("班级")], vec![], vec![text("演示,甲"), text("一班")]]);
        let (gb, _, _) = encoding_rs::GB18030.encode("姓名\t班级\n演示·甲\t一班\n");
        let read = rows_of(&gb).expect("a list");
        assert_eq!(read[1], [text("演示·甲"), text("一班")]);
        let read = rows_of("姓名;班级\n演示·甲;=1+1;x\n".as_bytes()).expect("a list");
        assert_eq!(read[1], [text("演示·甲"), text("=1+1")]);
    }

    #[test]
    fn a_picture_is_no_list() {
        assert_eq!(rows_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        assert_eq!(rows_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook"), None);
    }

    #[tokio::test]
    async fn what_says_it_is_a_workbook_is_never_read_as_text() {
        let sent = b"not a zip".to_vec();
        assert_eq!(rows_of(&sent).map(|rows| rows.len()), Some(1), "a list of one name, if it were text");
        let error = Sent::Workbook(sent).rows().await.expect_err("no workbook");
        assert!(matches!(&error, GroupError::Fields(errors) if errors[0].fault == Fault::FileUnreadable));
        let rows = Sent::Workbook(book(&format!(r#"<row r="1">{}</row>"#, inline("A1", "演示·甲")), 0)).rows().await;
        assert_eq!(rows.expect("a list"), [vec![text("演示·甲")]]);
    }

    #[tokio::test]
    async fn too_large_a_file_is_said_to_be() {
        let error = Sent::File(vec![b'x'; LARGEST_FILE + 1]).rows().await.expect_err("too large");
        assert!(matches!(&error, GroupError::Fields(errors) if errors[0].fault == Fault::FileTooLarge { max: 512 }));
    }
}
