//! How old a case is, in business days (工作日), while its clock runs and stands still.
//!
//! The day something happens is not counted, the next one is the first (民法典第二百零一条). So what the house asks on a
//! day stops the clock from the next day on, and the day of the answer is still the family's. Which days are business days,
//! and when a time limit of them ends, is [`crate::workdays`]' to say; here stand the pauses only.

use crate::workdays;
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

/// The business days on which a case of the day `since` was the house's, up to and with `today`. Pauses may overlap: a day
/// stands still once.
pub fn age(since: Date, today: Date, pauses: &[Pause]) -> u32 {
    let of_the_house = |day: &Date| !pauses.iter().any(|pause| pause.covers(*day));
    u32::try_from(workdays::passed(since, today).filter(of_the_house).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn pause(asked_on: Date, answered_on: Option<Date>) -> Pause {
        Pause { asked_on, answered_on }
    }

    #[test]
    fn a_week_is_five_days_and_the_first_is_not_counted() {
        let monday = date(2026, 9, 7);
        assert_eq!(age(monday, monday, &[]), 0);
        assert_eq!(age(monday, date(2026, 9, 11), &[]), 4);
        assert_eq!(age(monday, date(2026, 9, 14), &[]), 5);
        assert_eq!(age(monday, date(2026, 9, 1), &[]), 0, "not there yet");
        // From the last day before the holidays over the Saturday that is worked.
        assert_eq!(age(date(2026, 9, 30), date(2026, 10, 12), &[]), 4);
    }

    #[test]
    fn the_clock_stands_still_from_the_day_after_asking_to_the_day_of_the_answer() {
        let monday = date(2026, 9, 7);
        let until_friday = |pauses: &[Pause]| age(monday, date(2026, 9, 11), pauses);
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
    fn without_a_pause_it_is_the_count_of_working_days() {
        // Also where no notice was entered yet: the law's days are not counted.
        for (since, today) in [(date(2026, 9, 1), date(2026, 10, 12)), (date(2026, 12, 28), date(2027, 1, 5))] {
            assert_eq!(age(since, today, &[]), workdays::between(since, today));
        }
        assert_eq!(age(date(2026, 12, 31), date(2027, 1, 4), &[]), 1, "the first of January rests, and a weekend");
        assert_eq!(age(Date::MAX, Date::MAX, &[]), 0);
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
            let (now, next) = (age(since, today, &pauses), age(since, today + 1.days(), &pauses));
            prop_assert!(next == now || (next == now + 1 && workdays::is_workday(today + 1.days())));
        }

        #[test]
        fn order_and_repetition_of_pauses_are_nothing(since in day(), today in day(), mut pauses in pauses()) {
            let once = age(since, today, &pauses);
            pauses.extend_from_within(..);
            pauses.reverse();
            prop_assert_eq!(age(since, today, &pauses), once);
        }

        /// Every business day is the house's or the family's: none is lost, none counts for both.
        #[test]
        fn days_of_both_sides_add_up(since in day(), today in day(), pauses in pauses()) {
            let all = age(since, today, &[]);
            let stands = |day: &Date| pauses.iter().any(|pause| pause.covers(*day));
            let waiting = workdays::passed(since, today).filter(stands).count();
            prop_assert_eq!(age(since, today, &pauses) as usize + waiting, all as usize);
        }

        /// Asking again on the day of the answer is as though the first question had stayed open.
        #[test]
        fn a_pause_may_be_cut_in_two(since in day(), today in day(), mut at in prop::array::uniform3(day())) {
            at.sort_unstable();
            let [from, middle, until] = at;
            let cut = [pause(from, Some(middle)), pause(middle, Some(until))];
            prop_assert_eq!(age(since, today, &cut), age(since, today, &[pause(from, Some(until))]));
        }

        #[test]
        fn a_limit_is_as_long_as_it_says(from in day(), days in 1u16..40) {
            prop_assert_eq!(age(from, workdays::after(from, days), &[]), u32::from(days));
        }
    }
}
