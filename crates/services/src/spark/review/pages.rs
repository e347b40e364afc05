//! Pages of lists of meetings, the latest first.

use super::ReviewError;
use jiff::civil::{Date, date};
use store::spark::review::meetings::MeetingRow;
use uuid::Uuid;

/// Meetings on a page.
const PAGE: usize = 50;
/// Rows that are read: one more than is shown says whether there is another page.
pub(super) const ROWS: i64 = PAGE as i64 + 1;

/// Where the next page begins: behind a meeting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Earlier {
    day: Date,
    id: Uuid,
}

impl Earlier {
    /// As it stands in an address.
    pub fn text(self) -> String {
        format!("{}.{}", self.day, self.id)
    }

    /// Reads what [`text`](Self::text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, id) = text.split_once('.')?;
        let day: Date = day.parse().ok()?;
        // The database knows no other years.
        (day.year() > 0).then_some(())?;
        Some(Self { day, id: id.parse().ok()? })
    }
}

/// A page of meetings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MeetingList<T> {
    /// The meetings, the latest first.
    pub meetings: Vec<T>,
    /// Where the next page begins; nothing where this one is the last.
    pub next: Option<Earlier>,
}

/// Behind which day and id a page begins.
pub(super) fn begin(after: Option<Earlier>) -> (Date, Uuid) {
    after.map_or((date(9999, 12, 31), Uuid::max()), |after| (after.day, after.id))
}

/// The page of these rows, of which there may be one too many.
pub(super) fn page<T>(
    rows: &[MeetingRow],
    read: impl Fn(&MeetingRow) -> Result<T, ReviewError>,
) -> Result<MeetingList<T>, ReviewError> {
    let shown = &rows[..rows.len().min(PAGE)];
    let next = shown.last().filter(|_| rows.len() > PAGE);
    let next = next.map(|row| Earlier { day: row.day.to_jiff(), id: row.id });
    Ok(MeetingList { meetings: shown.iter().map(read).collect::<Result<_, _>>()?, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_was_written_and_nothing_else_is() {
        let after = Earlier { day: date(2026, 11, 27), id: Uuid::from_u128(7) };
        assert_eq!(Earlier::parse(&after.text()), Some(after));
        let id = Uuid::nil();
        for wrong in ["", "2026-11-27", "2026-11-27.x", &format!("-000044-03-15.{id}"), &format!("0000-01-01.{id}")] {
            assert_eq!(Earlier::parse(wrong), None, "{wrong}");
        }
    }
}
