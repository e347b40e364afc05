//! The list of who comes (名单): rows of a table or of a text, read one by one. All of them are good, or none is kept.
//!
//! The least that is of use: a name, and a class where there are several. A cell that a spreadsheet would calculate is
//! refused, since its text is not what its sender saw, and so is one with a number of a document, a telephone or an
//! address, which nobody asked for and which would be shown as a class is; a class may be called by a number of its own.
//! What leaves the house again is made harmless by [`neutral`](crate::spreadsheet::neutral).

use crate::contact::{PersonName, Phone, half_width};
use crate::document::is_checked;
use crate::field::Fault;
use crate::spreadsheet::begins_a_formula;
use crate::typed::optional;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Rows a list can have, headings and empty ones included.
pub const LONGEST_LIST: usize = 600;
/// The longest name of a class.
const CLASS: u32 = 20;

/// One cell of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// What stands in it.
    Text(String),
    /// A formula stands in it.
    Formula,
}

impl Cell {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text.trim(),
            Self::Formula => "=",
        }
    }
}

/// A column of the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The name.
    Name,
    /// The class.
    Class,
}

/// What is wrong with a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFault {
    /// As the spreadsheet numbers it: the first is 1.
    pub row: u32,
    /// Where in it.
    pub column: Column,
    /// What.
    pub fault: Fault,
}

/// Somebody who comes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Name.
    pub name: String,
    /// Class, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
}

/// Reads a list of at most `most` people. Headings and empty rows are passed over, and keep their numbers.
///
/// # Errors
/// Every fault of every row, in order; one under row 1 where nobody stands in the list.
pub fn read(rows: &[Vec<Cell>], most: u32) -> Result<Vec<Entry>, Vec<RowFault>> {
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    let mut first_seen: HashMap<(String, String), u32> = HashMap::new();
    for (i, cells) in rows.iter().enumerate().take(LONGEST_LIST + 1) {
        let row = u32::try_from(i).unwrap_or(u32::MAX).saturating_add(1);
        if cells.iter().all(|cell| cell.text().is_empty()) || (entries.is_empty() && is_heading(cells)) {
            continue;
        }
        let name = cell(cells, 0).and_then(no_particulars).and_then(PersonName::parse);
        let class = cell(cells, 1).and_then(no_particulars_of_a_class).and_then(|text| optional(text, CLASS));
        let name = name.map_err(|fault| faults.push(RowFault { row, column: Column::Name, fault })).ok();
        let class = class.map_err(|fault| faults.push(RowFault { row, column: Column::Class, fault })).ok();
        let (Some(name), Some(class)) = (name, class) else { continue };
        let key = (name.as_str().to_lowercase(), class.to_lowercase());
        if let Some(first) = first_seen.get(&key) {
            faults.push(RowFault { row, column: Column::Name, fault: Fault::RowTwice { row: *first } });
            continue;
        }
        first_seen.insert(key, row);
        if entries.len() >= most as usize || i >= LONGEST_LIST {
            faults.push(RowFault { row, column: Column::Name, fault: Fault::TooManyRows { max: most } });
            break;
        }
        entries.push(Entry { name: name.as_str().to_owned(), class });
    }
    if entries.is_empty() && faults.is_empty() {
        faults.push(RowFault { row: 1, column: Column::Name, fault: Fault::Required });
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

/// What stands in a cell that nobody would calculate.
fn cell(cells: &[Cell], column: usize) -> Result<&str, Fault> {
    let Some(cell) = cells.get(column) else { return Ok("") };
    let text = cell.text();
    if *cell == Cell::Formula || begins_a_formula(text) { Err(Fault::FormulaCell) } else { Ok(text) }
}

fn no_particulars(text: &str) -> Result<&str, Fault> {
    if holds_particulars(text) { Err(Fault::Particulars) } else { Ok(text) }
}

fn no_particulars_of_a_class(text: &str) -> Result<&str, Fault> {
    if class_holds_particulars(text) { Err(Fault::Particulars) } else { Ok(text) }
}

/// Whether the name of a class holds what is surely somebody's: a mobile number, a resident's number whose check digit is
/// right, either of them in one run or in the groups people write it in, or an `@`. Classes are called by years, days and
/// numbers of their own (CS202601, 2021211301): no other digits say anything.
pub fn class_holds_particulars(text: &str) -> bool {
    let text = half_width(text).to_ascii_uppercase();
    let is_digit = |c: char| c.is_ascii_digit() || c == 'X';
    let is_between = |c: char| c.is_whitespace() || c == '-';
    let is_number = |groups: &[&str]| {
        let (lengths, number) = (groups.iter().map(|group| group.len()), groups.concat());
        match lengths.collect::<Vec<_>>()[..] {
            [3, 4, 4] => is_mobile(&number),
            [6, 8, 4] => is_checked(&number),
            _ => false,
        }
    };
    let is_grouped = |part: &str| {
        let groups: Vec<&str> = part.split(is_between).filter(|group| !group.is_empty()).collect();
        groups.windows(3).any(is_number)
    };
    text.contains('@')
        || text.split(|c: char| !c.is_ascii_digit()).any(is_mobile)
        || text.split(|c: char| !is_digit(c)).any(is_checked)
        || text.split(|c: char| !is_digit(c) && !is_between(c)).any(is_grouped)
}

/// A mobile number of the mainland: eleven digits, with the country's before them or without.
fn is_mobile(digits: &str) -> bool {
    let national = ["0086", "86"].iter().find_map(|code| digits.strip_prefix(code)).unwrap_or(digits);
    let bytes = national.as_bytes();
    bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && bytes[1] >= b'3'
}

/// The digits in a row that no name is written with: the shortest telephone has as many.
const DIGITS: usize = 7;

/// Whether a text holds the number of a document, a telephone or an address: digits without end, the same with blanks or
/// dashes between them, letters before digits as passports have them, an `@`.
fn holds_particulars(text: &str) -> bool {
    let text = half_width(text);
    let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '·' | '(' | ')' | '+');
    let is_spread = |part: &str| {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        // A year and a class are written with dashes as well: only what is a mobile number, or as long as an identity is.
        Phone::parse(&digits).is_ok() || digits.len() >= 15
    };
    let is_passport = |word: &str| {
        let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
        let digits = word.len() - letters;
        (1..=3).contains(&letters)
            && (6..=9).contains(&digits)
            && word.bytes().skip(letters).all(|b| b.is_ascii_digit())
    };
    text.contains('@')
        || text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= DIGITS)
        || text.split(|c: char| !c.is_ascii_digit() && !is_between(c)).any(is_spread)
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_passport)
}

fn is_heading(cells: &[Cell]) -> bool {
    let first = cells.first().map_or("", Cell::text).to_lowercase();
    matches!(first.as_str(), "姓名" | "学生姓名" | "名字" | "name" | "full name")
}

/// The rows of a list that was typed: a line each, the class after a comma, a tab or a semicolon.
pub fn from_text(text: &str) -> Vec<Vec<Cell>> {
    let cells = |line: &str| {
        line.splitn(2, [',', '，', '\t', ';', '；']).map(|part| Cell::Text(part.trim().to_owned())).collect()
    };
    text.lines().take(LONGEST_LIST + 1).map(cells).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(lines: &[&str]) -> Vec<Vec<Cell>> {
        from_text(&lines.join("\n"))
    }

    fn fault(row: u32, column: Column, fault: Fault) -> RowFault {
        RowFault { row, column, fault }
    }

    #[test]
    fn a_list_is_read_as_people_write_it() {
        let read = read(&rows(&["姓名,班级", "", "演示·甲，三年级二班", " 演示·乙 ", "演示·甲\t四班"]), 3);
        let read = read.expect("a list");
        assert_eq!(read.len(), 3);
        assert_eq!((read[0].name.as_str(), read[0].class.as_str()), ("演示·甲", "三年级二班"));
        assert_eq!((read[1].name.as_str(), read[1].class.as_str()), ("演示·乙", ""));
    }

    #[test]
    fn every_row_is_told_what_is_wrong_with_it_and_nothing_is_kept() {
        let list = ["姓名,班级", "演示·甲,一班", ",一班", "演示<乙>,一班", "演示·甲,一班", "演示·丙,=1+1"];
        let faults = read(&rows(&list), 48).expect_err("four rows are wrong");
        assert_eq!(
            faults,
            [
                fault(3, Column::Name, Fault::Required),
                fault(4, Column::Name, Fault::NameCharacters),
                fault(5, Column::Name, Fault::RowTwice { row: 2 }),
                fault(6, Column::Class, Fault::FormulaCell),
            ]
        );
        let formula = [vec![Cell::Formula, Cell::Text("一班".into())]];
        assert_eq!(read(&formula, 48), Err(vec![fault(1, Column::Name, Fault::FormulaCell)]));
        assert_eq!(read(&rows(&["姓名", " ", ""]), 48), Err(vec![fault(1, Column::Name, Fault::Required)]));
    }

    #[test]
    fn numbers_that_could_be_somebodys_are_no_part_of_a_name() {
        for text in [
            "37010220080101123X",
            "370102 20080101 1234",
            "３７０１０２２００８０１０１１２３４",
            "13800138000",
            "138-0013-8000",
            "(+86) 138 0013 8000",
            "8888888",
            "E12345678",
            "ab123456",
            "护照E1234567",
            "a@b.cn",
            "a＠b.cn",
        ] {
            assert!(holds_particulars(text), "{text}");
            let list = format!("演示·乙 {text},一班");
            let told = vec![fault(1, Column::Name, Fault::Particulars)];
            assert_eq!(read(&rows(&[&list]), 48), Err(told), "{text}");
        }
        for text in [
            "三年级2班",
            "2026级计算机1班",
            "2026-2027学年 3班",
            "高一（12）班",
            "Class 7B",
            "演示·0",
            "CS2026",
            "202601班",
        ] {
            assert!(!holds_particulars(text), "{text}");
        }
    }

    #[test]
    fn a_class_may_have_a_number_of_its_own_but_nobodys() {
        for class in [
            "370102200801011235",
            "11010519491231002x",
            "370102 20080101 1235",
            "３７０１０２２００８０１０１１２３５",
            "一班370102200801011235",
            "13800138000",
            "8613800138000",
            "138-0013-8000",
            "138 0013 8000",
            "(+86) 138 0013 8000",
            "家长电话１３８００１３８０００",
            "a@b.cn",
            "a＠b.cn",
        ] {
            let told = vec![fault(1, Column::Class, Fault::Particulars)];
            assert_eq!(read(&rows(&[&format!("演示·甲,{class}")]), 48), Err(told), "{class}");
        }
        for class in [
            "CS202601",
            "B240301",
            "20220101班",
            "2021211301",
            "13-1 (2026-2027)",
            "2026-2027学年 3班",
            "高一（12）班",
            "370102200801011231",
            "12800138000",
            "138001380001",
        ] {
            let list = read(&rows(&[&format!("演示·甲,{class}")]), 48).expect(class);
            assert_eq!(list[0].class, class);
        }
    }

    #[test]
    fn a_list_has_no_more_people_than_the_group() {
        let list: Vec<String> = (0..700).map(|n| format!("演示·{n}")).collect();
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        assert_eq!(read(&rows(&list[..2]), 1), Err(vec![fault(2, Column::Name, Fault::TooManyRows { max: 1 })]));
        assert_eq!(read(&rows(&list[..120]), 120).map(|read| read.len()), Ok(120));
        let all = read(&rows(&list), 120).expect_err("too many");
        assert_eq!(all, [fault(121, Column::Name, Fault::TooManyRows { max: 120 })]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).{0,300}", most in 0u32..5) {
            if let Ok(read) = read(&from_text(&text), most) {
                prop_assert!(!read.is_empty() && read.len() <= most as usize);
                prop_assert!(read.iter().all(|entry| !begins_a_formula(&entry.name)));
            }
        }
    }
}
