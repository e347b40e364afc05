//! Cells as they may leave the house: a spreadsheet shows them and calculates nothing (OWASP, "CSV injection").

use std::borrow::Cow;

/// How a formula begins: also in full width, also with a tab or a carriage return, which some programs skip.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// What stands before a formula without ending it, as far as spreadsheets are concerned.
const SKIPPED: [char; 5] = [' ', '\u{a0}', '\u{3000}', '\u{feff}', '\n'];

/// A spreadsheet may take it for something to calculate.
pub fn begins_a_formula(cell: &str) -> bool {
    cell.trim_start_matches(SKIPPED).starts_with(FORMULA)
}

/// A cell that a spreadsheet shows and does not calculate: what begins as a formula begins gets an apostrophe before it, which
/// spreadsheets take for "text".
pub fn neutral(cell: &str) -> Cow<'_, str> {
    if begins_a_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_leaves_the_house_is_calculated_by_nobody() {
        for cell in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "　＝1", "\u{feff}=1", "\n=1"] {
            assert_eq!(neutral(cell), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", "济南市第一中学", "演示·甲", "2026-07-28", "a=b", "5-6", "138****0000"] {
            assert_eq!(neutral(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn no_cell_of_any_text_begins_as_a_formula(cell in "[ =+@\\-\t\ra-z]{0,6}") {
            let text = neutral(&cell);
            prop_assert!(!text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", text);
            prop_assert!(text == cell || text.strip_prefix('\'') == Some(&cell), "nothing else is changed");
        }
    }
}
