//! Which results of tests stand. A repeat takes the result back that was found before it, until the next is found. What is told late is
//! put where it happened: a result of before a repeat is no answer to it, and a repeat that was answered already takes nothing back.

use super::Payload;
use jiff::Timestamp;

/// When each test of a unit was last found and last asked for once more, by the clocks of the laboratory.
#[derive(Clone, Debug, Default)]
pub struct Results {
    tests: Vec<Tested>,
}

#[derive(Clone, Debug)]
struct Tested {
    test: String,
    found: Option<Timestamp>,
    repeated: Option<Timestamp>,
}

impl Results {
    fn of(&mut self, test: &str) -> &mut Tested {
        let at = self.tests.iter().position(|one| one.test == test).unwrap_or_else(|| {
            self.tests.push(Tested { test: test.to_owned(), found: None, repeated: None });
            self.tests.len() - 1
        });
        &mut self.tests[at]
    }

    /// Takes what happened, in the order in which it came. Answers whether the test it is of is final by it (`true`), or is no more
    /// (`false`); `None`: it changes nothing. A repeat that does not say that it takes anything back is one of before repeats did.
    pub fn happened(&mut self, payload: &Payload, at: Timestamp) -> Option<bool> {
        match payload {
            Payload::TestFinal { test, .. } => {
                let one = self.of(test);
                one.found = one.found.max(Some(at));
                one.repeated.is_none_or(|repeated| repeated <= at).then_some(true)
            }
            Payload::TestRepeated { test, takes_back: true, .. } => {
                let one = self.of(test);
                one.repeated = one.repeated.max(Some(at));
                one.found.is_none_or(|found| found <= at).then_some(false)
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
        Payload::TestRepeated { test: test.to_owned(), reason: "control".to_owned(), takes_back }
    }

    fn at(minute: u32) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + i64::from(minute) * 60).expect("an instant")
    }

    /// Whether a test is final after what came in this order.
    fn is_final(came: &[(Payload, u32)]) -> bool {
        let (mut results, mut stands) = (Results::default(), false);
        for (payload, minute) in came {
            stands = results.happened(payload, at(*minute)).unwrap_or(stands);
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
        assert_eq!(results.happened(&found("hbv"), at(2)), Some(true));
        assert_eq!(results.happened(&repeated("hcv", true), at(3)), Some(false), "of its own");
        assert_eq!(results.happened(&found("hbv"), at(1)), Some(true));
        assert_eq!(results.happened(&found("hcv"), at(2)), None, "found before its repeat");
        assert_eq!(results.happened(&Payload::Listed {}, at(4)), None);
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
    }
}
