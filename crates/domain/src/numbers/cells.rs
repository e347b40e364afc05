//! Lists as files for spreadsheets: RFC 4180, with the mark by which Excel knows UTF-8, and with cells that calculate nothing.

use std::borrow::Cow;

/// A cell that a spreadsheet shows and does not calculate. What begins as a formula begins (`=`, `+`, `-`, `@`, a tab or a
/// carriage return, also after spaces and in full width) gets an apostrophe before it, which spreadsheets take for "text".
pub fn neutral(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\u{feff}', '\n']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠') => Cow::Owned(format!("'{cell}")),
        _ => Cow::Borrowed(cell),
    }
}

/// A file that is written line by line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Csv(String);

impl Default for Csv {
    fn default() -> Self {
        Self("\u{feff}".to_owned())
    }
}

impl Csv {
    /// One more line. Every cell is neutralised and quoted where it has to be.
    pub fn line<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.0.push(',');
            }
            let cell = neutral(cell.as_ref());
            if cell.contains(['"', ',', '\n', '\r']) {
                self.0.push('"');
                self.0.push_str(&cell.replace('"', "\"\""));
                self.0.push('"');
            } else {
                self.0.push_str(&cell);
            }
        }
        self.0.push_str("\r\n");
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_begins_with_its_mark_and_quotes_what_it_must() {
        let mut csv = Csv::default();
        csv.line(["名称", "a,b", "say \"hi\""]);
        csv.line(["=1+1", "+86", "x\ny"]);
        let text = String::from_utf8(csv.into_bytes()).expect("text");
        assert_eq!(text, "\u{feff}名称,\"a,b\",\"say \"\"hi\"\"\"\r\n'=1+1,'+86,\"x\ny\"\r\n");
    }

    #[test]
    fn nothing_begins_as_a_formula() {
        for cell in ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "　＝1", "\u{feff}=1", "\n=1"] {
            assert!(neutral(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["", "济南市第一中学", "2026-07-28", "a=b", "5-6"] {
            assert_eq!(neutral(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn no_cell_of_any_text_begins_as_a_formula(cell in "[ =+@\\-\t\ra-z]{0,6}") {
            let text = neutral(&cell);
            prop_assert!(!text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", text);
        }
    }
}
