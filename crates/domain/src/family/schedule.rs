//! What a contract costs, as it is typed at the office: once for preparation, then a sum for each year of storage.

use crate::ledger::Amount;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Years of storage that one schedule may have.
pub const MOST_YEARS: u32 = 30;

/// A price: what for (`preparation`, `storage`), until when, how much.
pub type Agreed = (&'static str, Date, Amount);

/// The prices of a contract in order: preparation once, storage on the same day of each year (28 February where the year has no 29).
pub fn schedule(preparation: Option<(Date, Amount)>, storage: Option<(Date, Amount, u32)>) -> Vec<Agreed> {
    let once = preparation.map(|(day, amount)| ("preparation", day, amount));
    let yearly = storage.into_iter().flat_map(|(first, amount, years)| {
        let due = move |year: u32| first.saturating_add(i64::from(year).years());
        (0..years.min(MOST_YEARS)).map(move |year| ("storage", due(year), amount))
    });
    once.into_iter().chain(yearly).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn storage_is_due_on_the_same_day_of_each_year_and_preparation_once() {
        let (once, yearly) = (Amount::new(598_000).expect("an amount"), Amount::new(62_000).expect("an amount"));
        let all = schedule(Some((date(2028, 2, 1), once)), Some((date(2028, 2, 29), yearly, 3)));
        let expected = [
            ("preparation", date(2028, 2, 1), once),
            ("storage", date(2028, 2, 29), yearly),
            ("storage", date(2029, 2, 28), yearly),
            ("storage", date(2030, 2, 28), yearly),
        ];
        assert_eq!(all, expected);
        assert_eq!(schedule(None, Some((date(2028, 2, 29), yearly, 400))).len(), MOST_YEARS as usize);
        assert!(schedule(None, None).is_empty());
    }
}
