//! Where the next page of a list begins: behind a row, by its instant and its id, as one part of an address.
//!
//! Lists in another order (by day, by more than two columns) keep their own beside their query.

use domain::time::{in_reach, local_day};
use jiff::Timestamp;
use uuid::Uuid;

/// Behind which row a page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct After {
    /// The row's instant: the list is in the order of these.
    pub at: Timestamp,
    /// Which row, of those of that instant.
    pub id: Uuid,
}

impl After {
    /// As it stands in an address.
    pub fn text(self) -> String {
        format!("{}.{}", self.at.as_microsecond(), self.id)
    }

    /// Reads what [`text`](Self::text) wrote; nothing of another shape, and no instant that is not [`in_reach`].
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        in_reach(local_day(at)).then_some(())?;
        Some(Self { at, id: id.parse().ok()? })
    }

    /// As queries take it.
    pub const fn key(self) -> (Timestamp, Uuid) {
        (self.at, self.id)
    }
}

/// Cuts rows, of which one more was read than a page has, to the page. Answers where the next one begins; nothing where this one is
/// the last.
pub(crate) fn cut<T>(rows: &mut Vec<T>, page: usize, key: impl Fn(&T) -> (Timestamp, Uuid)) -> Option<After> {
    let more = rows.len() > page;
    rows.truncate(page);
    let (at, id) = key(rows.last().filter(|_| more)?);
    Some(After { at, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_is_written_and_nothing_else_is() {
        let at: Timestamp = "2026-07-20T04:00:00.000001Z".parse().expect("an instant");
        let after = After { at, id: Uuid::from_u128(7) };
        assert_eq!(After::parse(&after.text()), Some(after));
        let id = Uuid::nil();
        let years = ["-62135596800000000", "-377705023201000000", "253402207200000000", "9223372036854775807"];
        let far = years.map(|at| format!("{at}.{id}"));
        let shapes = ["", ".", "x.y", "1.x", "1", "2026-08-10", "2026-08-10..1"].map(str::to_owned);
        for other in far.into_iter().chain(shapes) {
            assert_eq!(After::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn a_page_goes_on_behind_its_last_row_where_there_is_another() {
        let key = |n: &u128| (Timestamp::UNIX_EPOCH, Uuid::from_u128(*n));
        let mut more = vec![1, 2, 3];
        let behind = After { at: Timestamp::UNIX_EPOCH, id: Uuid::from_u128(2) };
        assert_eq!((cut(&mut more, 2, key), more), (Some(behind), vec![1, 2]));
        let mut whole = vec![1, 2];
        assert_eq!((cut(&mut whole, 2, key), whole), (None, vec![1, 2]));
        assert_eq!(cut(&mut Vec::new(), 2, key), None);
    }
}
