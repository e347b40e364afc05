//! The day a child is of age (成年): its eighteenth birthday (民法典第十七条). Born on 29 February, that is 1 March where the
//! year has no such day: the eighteenth year is complete only then.

use jiff::civil::Date;

/// The years that make somebody of age.
const YEARS: i16 = 18;

/// The day on which somebody who was born on a day is of age; `None` where calendars do not reach.
pub fn comes_of_age_on(born: Date) -> Option<Date> {
    let year = born.year().checked_add(YEARS)?;
    Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).ok()
}

/// Whether they are on `today`.
pub fn is_of_age(born: Date, today: Date) -> bool {
    comes_of_age_on(born).is_some_and(|day| today >= day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn one_is_of_age_on_the_birthday_and_not_a_day_before() {
        let born = date(2008, 11, 27);
        assert_eq!(comes_of_age_on(born), Some(date(2026, 11, 27)));
        assert!(!is_of_age(born, date(2026, 11, 26)));
        assert!(is_of_age(born, date(2026, 11, 27)) && is_of_age(born, date(2026, 11, 28)));
    }

    #[test]
    fn born_on_a_leap_day_one_is_of_age_on_the_first_of_march() {
        assert_eq!(comes_of_age_on(date(2008, 2, 29)), Some(date(2026, 3, 1)));
        assert!(!is_of_age(date(2008, 2, 29), date(2026, 2, 28)));
    }
}
