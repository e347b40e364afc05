//! How old a case is, in business days (工作日), while its clock runs and stands still.
//!
//! The day something happens is not counted, the next one is the first (民法典第二百零一条). So what the house asks on a
//! day stops the clock from the next day on, and the day of the answer is still the family's. Which days are business days
//! the State Council says each year anew: that is handed in.

use crate::time::in_reach;
use jiff::civil::Date;

/// Days that are not the house's: after the day it asked, up to the day of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pause {
    /// The day the house asked.
    pub asked_on: Date,
    /// The day of the answer; none while it is waited for.
    pub answered_on: Option<Date>,
}

impl Pause {
    /// The clock stands still on that day.
    pub fn covers(&self, day: Date) -> bool {
        self.asked_on < day && self.answered_on.is_none_or(|answered| day <= answered)
    }
}

/// The days after `from`, as far as anything of the house can be.
fn after(from: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(from.tomorrow().ok(), |day| day.tomorrow().ok()).take_while(|day| in_reach(*day))
}

/// The business days on which a case of the day `since` was the house's, up to and with `today`. Pauses may overlap: a day
/// stands still once.
pub fn age(since: Date, today: Date, pauses: &[Pause], is_business_day: impl Fn(Date) -> bool) -> u32 {
    let days = after(since).take_while(|day| *day <= today);
    let counted = days.filter(|day| is_business_day(*day) && !pauses.iter().any(|pause| pause.covers(*day)));
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}

/// The business day number `days` after `from`: the last day of a time limit. `None` where no calendar goes that far.
pub fn business_day_after(from: Date, days: u32, is_business_day: impl Fn(Date) -> bool) -> Option<Date> {
    match days.checked_sub(1) {
        None => Some(from),
        Some(before) => after(from).filter(|day| is_business_day(*day)).nth(usize::try_from(before).ok()?),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    /// Monday to Friday, without the National Day's week of 2026 and with the Saturday that is worked for it.
    pub fn worked(day: Date) -> bool {
        let holiday = (date(2026, 10, 1)..=date(2026, 10, 7)).contains(&day);
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        day == date(2026, 10, 10) || (!holiday && !weekend)
    }

    fn pause(asked_on: Date, answered_on: Option<Date>) -> Pause {
        Pause { asked_on, answered_on }
    }

    #[test]
    fn a_week_is_five_days_and_the_first_is_not_counted() {
        let monday = date(2026, 9, 7);
        assert_eq!(age(monday, monday, &[], worked), 0);
        assert_eq!(age(monday, date(2026, 9, 11), &[], worked), 4);
        assert_eq!(age(monday, date(2026, 9, 14), &[], worked), 5);
        assert_eq!(age(monday, date(2026, 9, 1), &[], worked), 0, "not there yet");
        // From the last day before the holidays over the Saturday that is worked.
        assert_eq!(age(date(2026, 9, 30), date(2026, 10, 12), &[], worked), 4);
    }

    #[test]
    fn the_clock_stands_still_from_the_day_after_asking_to_the_day_of_the_answer() {
        let monday = date(2026, 9, 7);
        let until_friday = |pauses: &[Pause]| age(monday, date(2026, 9, 11), pauses, worked);
        // Asked on Tuesday and answered on Thursday: Tuesday and Friday are the house's.
        let asked = pause(date(2026, 9, 8), Some(date(2026, 9, 10)));
        assert_eq!(until_friday(&[asked]), 2);
        assert_eq!(until_friday(&[pause(date(2026, 9, 8), None)]), 1, "still waiting");
        assert_eq!(until_friday(&[pause(date(2026, 9, 8), Some(date(2026, 9, 8)))]), 4, "answered at once");
        assert_eq!(
            until_friday(&[asked, pause(date(2026, 9, 9), Some(date(2026, 9, 10)))]),
            2,
            "a day stands still once"
        );
    }

    #[test]
    fn a_limit_ends_on_a_business_day_if_there_is_one() {
        assert_eq!(business_day_after(date(2026, 9, 30), 3, worked), Some(date(2026, 10, 10)));
        assert_eq!(business_day_after(date(2026, 9, 30), 0, worked), Some(date(2026, 9, 30)));
        assert_eq!(business_day_after(date(2026, 9, 30), 1, |_| false), None);
        assert_eq!(business_day_after(Date::MAX, 1, worked), None);
        assert_eq!(age(Date::MAX, Date::MAX, &[], |_| true), 0);
    }

    fn day() -> impl Strategy<Value = Date> {
        (0i32..90).prop_map(|n| date(2026, 8, 15) + n.days())
    }

    fn pauses() -> impl Strategy<Value = Vec<Pause>> {
        prop::collection::vec((day(), prop::option::of(day())).prop_map(|(from, until)| pause(from, until)), 0..5)
    }

    proptest! {
        #[test]
        fn every_day_makes_it_one_older_or_none(since in day(), today in day(), pauses in pauses()) {
            let (now, next) = (age(since, today, &pauses, worked), age(since, today + 1.days(), &pauses, worked));
            prop_assert!(next == now || (next == now + 1 && worked(today + 1.days())));
        }

        #[test]
        fn order_and_repetition_of_pauses_are_nothing(since in day(), today in day(), mut pauses in pauses()) {
            let once = age(since, today, &pauses, worked);
            pauses.extend_from_within(..);
            pauses.reverse();
            prop_assert_eq!(age(since, today, &pauses, worked), once);
        }

        /// Every business day is the house's or the family's: none is lost, none counts for both.
        #[test]
        fn days_of_both_sides_add_up(since in day(), today in day(), pauses in pauses()) {
            let all = age(since, today, &[], worked);
            let waiting = age(since, today, &[], |day| worked(day) && pauses.iter().any(|pause| pause.covers(day)));
            prop_assert_eq!(age(since, today, &pauses, worked) + waiting, all);
        }

        /// Asking again on the day of the answer is as though the first question had stayed open.
        #[test]
        fn a_pause_may_be_cut_in_two(since in day(), today in day(), mut at in prop::array::uniform3(day())) {
            at.sort_unstable();
            let [from, middle, until] = at;
            let cut = [pause(from, Some(middle)), pause(middle, Some(until))];
            prop_assert_eq!(age(since, today, &cut, worked), age(since, today, &[pause(from, Some(until))], worked));
        }

        #[test]
        fn a_limit_is_as_long_as_it_says(from in day(), days in 1u32..40) {
            let last = business_day_after(from, days, worked).expect("in this century");
            prop_assert!(worked(last));
            prop_assert_eq!(age(from, last, &[], worked), days);
        }
    }
}
