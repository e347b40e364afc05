//! The numbers of a snapshot one by one, as people put them right in a form: each with the words its line begins with, what it
//! is called and what it says.

use super::correction::Figure;
use super::facts::Fen;
use super::place::Region;
use super::snapshot::Snapshot;
use super::tables::{Groups, Sum, Years};
use std::fmt::Write as _;

/// A number that can be put right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FigureLine {
    /// The words its line begins with: `group 2026 2026 rare`.
    pub key: String,
    /// Which number it is.
    pub figure: Figure,
    /// What it says. What a fund received is of no families.
    pub sum: Sum,
}

impl FigureLine {
    /// It counts families beside the money.
    pub const fn counts_families(&self) -> bool {
        !matches!(self.figure, Figure::Received(_))
    }

    fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let (figure, sum, own) = match words.as_slice() {
            ["received", year, fen] => (Figure::Received(year.parse().ok()?), sum("0", fen)?, 2),
            ["group", first, last, code, families, fen] => {
                (Figure::YearsAndGroups(years(first, last)?, Groups::from_code(code)?), sum(families, fen)?, 4)
            }
            ["region", first, last, code, families, fen] => {
                (Figure::YearsAndRegion(years(first, last)?, Region::from_code(code)?), sum(families, fen)?, 4)
            }
            _ => return None,
        };
        Some(Self { key: words[..own].join(" "), figure, sum })
    }
}

fn years(first: &str, last: &str) -> Option<Years> {
    Some(Years { first: first.parse().ok()?, last: last.parse().ok()? })
}

fn sum(families: &str, fen: &str) -> Option<Sum> {
    Some(Sum { families: families.parse().ok()?, amount: Fen::new(fen.parse().ok()?) })
}

impl Snapshot {
    /// Its numbers that can be put right, in the order of its lines.
    pub fn figure_lines(&self) -> Vec<FigureLine> {
        self.figures().lines().filter_map(FigureLine::read).collect()
    }

    /// Its lines ([`Snapshot::figures`]) with other numbers in those that are named by their keys; of a key twice the last holds.
    pub fn figures_with(&self, right: &[(&str, Sum)]) -> String {
        let mut text = String::new();
        for line in self.figure_lines() {
            let new = right.iter().rfind(|(key, _)| *key == line.key).map_or(line.sum, |(_, sum)| *sum);
            // Writing to a string does not fail.
            let _ = match line.counts_families() {
                true => writeln!(text, "{} {} {}", line.key, new.families, new.amount.get()),
                false => writeln!(text, "{} {}", line.key, new.amount.get()),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_what_it_is_called() {
        let line = FigureLine::read("group 2025 2026 rare 12 345600").expect("a line");
        assert_eq!((line.key.as_str(), line.counts_families()), ("group 2025 2026 rare", true));
        assert_eq!(line.sum, Sum { families: 12, amount: Fen::new(345_600) });
        let line = FigureLine::read("received 2026 100").expect("a line");
        assert_eq!((line.key.as_str(), line.figure), ("received 2026", Figure::Received(2026)));
        assert!(!line.counts_families());
        for none in ["", "received 2026", "group 2026 rare 1 1", "reason 演示", "received x 1"] {
            assert_eq!(FigureLine::read(none), None, "{none}");
        }
    }
}
