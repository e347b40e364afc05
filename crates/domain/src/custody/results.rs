//! Which results of tests stand. A repeat takes the result back that was found before it, until the next is found. What is told late is
//! put where it happened: a result of before a repeat is no answer to it, and a repeat that was answered already takes nothing back.
//! A clock that is ahead puts nothing behind what happens later: what the house has heard of has happened.

use super::Payload;
use jiff::Timestamp;

/// When something happened, as far as two clocks say: by the one of its source, and not after the house heard of it.
pub fn happened_at(occurred_at: Timestamp, received_at: Timestamp) -> Timestamp {
    occurred_at.min(received_at)
}

/// When each test of a unit was last found and last asked for once more.
#[derive(Clone, Debug, Default)]
pub struct Results {
    tests: Vec<Tested>,
}

#[derive(Clone, Debug)]
struct Tested {
    test: String,
    /// By the clocks of the laboratory alone: as repeats went before they said `both_clocks`.
    by_source: Last,
    /// By both clocks ([`happened_at`]).
    by_both: Last,
}

#[derive(Clone, Copy, Debug, Default)]
struct Last {
    found: Option<Timestamp>,
    repeated: Option<Timestamp>,
}

impl Last {
    /// Answers whether no repeat was after it.
    fn found(&mut self, at: Timestamp) -> bool {
        self.found = self.found.max(Some(at));
        self.repeated.is_none_or(|repeated| repeated <= at)
    }

    /// Answers whether no result was after it.
    fn repeated(&mut self, at: Timestamp) -> bool {
        self.repeated = self.repeated.max(Some(at));
        self.found.is_none_or(|found| found <= at)
    }
}

impl Results {
    fn of(&mut self, test: &str) -> &mut Tested {
        let at = self.tests.iter().position(|one| one.test == test).unwrap_or_else(|| {
            self.tests.push(Tested { test: test.to_owned(), by_source: Last::default(), by_both: Last::default() });
            self.tests.len() - 1
        });
        &mut self.tests[at]
    }

    /// Takes what happened, in the order in which it came, with both its clocks: when it occurred and when it was received. Answers
    /// whether the test it is of is final by it (`true`), or is no more (`false`); `None`: it changes nothing. A repeat that does not say
    /// that it takes anything back, or that both clocks count, is one of before repeats did.
    pub fn happened(&mut self, payload: &Payload, (occurred_at, received_at): (Timestamp, Timestamp)) -> Option<bool> {
        let by_both = happened_at(occurred_at, received_at);
        match payload {
            Payload::TestFinal { test, .. } => {
                let one = self.of(test);
                let (answers_old, answers) = (one.by_source.found(occurred_at), one.by_both.found(by_both));
                (answers_old && answers).then_some(true)
            }
            Payload::TestRepeated { test, takes_back: true, both_clocks, .. } => {
                let one = self.of(test);
                let takes_back =
                    if *both_clocks { one.by_both.repeated(by_both) } else { one.by_source.repeated(occurred_at) };
                takes_back.then_some(false)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(test: &str) -> Payload {
        let (operator, reviewer) = ("LAB-03".to_owned(), "LAB-04".to_owned());
        Payload::TestFinal { test: test.to_owned(), operator, reviewer, lots: Vec::new(), values: Vec::new() }
    }

    fn repeated(test: &str, takes_back: bool) -> Payload {
        let both_clocks = takes_back;
        Payload::TestRepeated { test: test.to_owned(), reason: "control".to_owned(), takes_back, both_clocks }
    }

    /// As it was kept before both clocks counted.
    fn repeated_by_source(test: &str) -> Payload {
        let (test, reason) = (test.to_owned(), "control".to_owned());
        Payload::TestRepeated { test, reason, takes_back: true, both_clocks: false }
    }

    fn at(minute: u32) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + i64::from(minute) * 60).expect("an instant")
    }

    /// With both clocks, of what came long after it happened.
    fn late(minute: u32) -> (Timestamp, Timestamp) {
        (at(minute), at(1_000))
    }

    /// Whether a test is final after what came in this order, long after all of it.
    fn is_final(came: &[(Payload, u32)]) -> bool {
        let (mut results, mut stands) = (Results::default(), false);
        for (payload, minute) in came {
            stands = results.happened(payload, late(*minute)).unwrap_or(stands);
        }
        stands
    }

    #[test]
    fn a_repeat_takes_a_result_back_until_the_next() {
        let (result, repeat) = (|minute| (found("hbv"), minute), |minute| (repeated("hbv", true), minute));
        assert!(is_final(&[result(1)]));
        assert!(!is_final(&[result(1), repeat(2)]));
        assert!(is_final(&[result(1), repeat(2), result(3)]));
        assert!(!is_final(&[repeat(2)]));
        assert!(is_final(&[repeat(2), result(2)]), "of one minute what came last counts");
        assert!(!is_final(&[result(2), repeat(2)]));
    }

    #[test]
    fn a_repeat_of_one_test_takes_no_other_back() {
        let mut results = Results::default();
        assert_eq!(results.happened(&found("hbv"), late(2)), Some(true));
        assert_eq!(results.happened(&repeated("hcv", true), late(3)), Some(false), "of its own");
        assert_eq!(results.happened(&found("hbv"), late(1)), Some(true));
        assert_eq!(results.happened(&found("hcv"), late(2)), None, "found before its repeat");
        assert_eq!(results.happened(&Payload::Listed {}, late(4)), None);
    }

    #[test]
    fn a_result_of_a_clock_that_is_ahead_does_not_outlast_a_repeat_of_after_it() {
        let after_it = |repeat: Payload| {
            let mut results = Results::default();
            assert_eq!(results.happened(&found("hbv"), (at(180), at(0))), Some(true));
            (results.happened(&repeat, (at(60), at(60))), results.happened(&found("hbv"), (at(90), at(90))))
        };
        assert_eq!(after_it(repeated("hbv", true)), (Some(false), Some(true)));
        assert_eq!(after_it(repeated_by_source("hbv")), (None, Some(true)), "a chain of before says what it said");
        // One of before the house heard of the result, told late, was answered by it.
        let mut results = Results::default();
        assert_eq!(results.happened(&found("hbv"), (at(240), at(60))), Some(true));
        assert_eq!(results.happened(&repeated("hbv", true), (at(30), at(90))), None);
        // And one whose own clock is ahead waits for no later result than the next.
        let answer = |repeat: Payload| {
            let mut results = Results::default();
            assert_eq!(results.happened(&repeat, (at(180), at(0))), Some(false));
            results.happened(&found("hbv"), (at(60), at(60)))
        };
        assert_eq!(answer(repeated("hbv", true)), Some(true));
        assert_eq!(answer(repeated_by_source("hbv")), None);
    }

    #[test]
    fn a_repeat_of_before_repeats_took_anything_back_takes_nothing_back() {
        let old = |minute| (repeated("hbv", false), minute);
        assert!(is_final(&[(found("hbv"), 1), old(2)]), "the row of such a unit says that it is final");
        assert!(is_final(&[old(2), (found("hbv"), 1)]), "and so it does of a result that came behind it");
        assert!(!is_final(&[(found("hbv"), 1), old(2), (repeated("hbv", true), 3)]));
    }

    #[test]
    fn a_repeat_of_before_is_written_as_it_was() {
        let old = r#"{"kind":"test_repeated","test":"hbv","reason":"control"}"#;
        let read: Payload = serde_json::from_str(old).expect("a payload");
        assert_eq!(read, repeated("hbv", false));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), old);
        let by_source = old.replace('}', r#","takes_back":true}"#);
        let read: Payload = serde_json::from_str(&by_source).expect("a payload");
        assert_eq!(read, repeated_by_source("hbv"));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), by_source);
        let result = r#"{"kind":"test_final","test":"hbv","operator":"LAB-03","reviewer":"LAB-04","values":[]}"#;
        let read: Payload = serde_json::from_str(result).expect("a payload");
        assert_eq!((serde_json::to_string(&read).expect("JSON").as_str(), read), (result, found("hbv")));
    }

    proptest! {
        /// However late each comes, a test is final where the last that happened is a result.
        #[test]
        fn in_whatever_order_it_comes_the_last_that_happened_counts(
            came in Just((0..8_u32).collect::<Vec<_>>()).prop_shuffle(),
            results in proptest::collection::vec(any::<bool>(), 8),
            kept in 1..8_usize,
        ) {
            let told = |minute: &u32| if results[*minute as usize] { found("hbv") } else { repeated("hbv", true) };
            let came: Vec<(Payload, u32)> = came.iter().take(kept).map(|minute| (told(minute), *minute)).collect();
            let last = came.iter().map(|(_, minute)| *minute).max().unwrap_or_default();
            prop_assert_eq!(is_final(&came), results[last as usize]);
        }

        /// However far each clock is ahead, a test of which all is told at once is final where the last that came is a result.
        #[test]
        fn of_what_is_told_at_once_the_last_counts_however_far_its_clock_is_ahead(
            came in proptest::collection::vec((any::<bool>(), 0..1_440_u32), 1..8),
        ) {
            let (mut results, mut stands) = (Results::default(), false);
            for (minute, (is_result, ahead)) in (0_u32..).zip(came) {
                let payload = if is_result { found("hbv") } else { repeated("hbv", true) };
                stands = results.happened(&payload, (at(minute + ahead), at(minute))).unwrap_or(stands);
                prop_assert_eq!(stands, is_result);
            }
        }
    }
}
