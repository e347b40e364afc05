//! The deadline, to the second.

use super::*;
use crate::booking::{Pools, Refusal, SessionFacts, may_cancel};
use jiff::SignedDuration;
use proptest::prelude::*;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn session(starts_at: Timestamp) -> SessionFacts {
    SessionFacts {
        starts_at,
        ends_at: starts_at + SignedDuration::from_mins(90),
        capacity: 20,
        booked: 3,
        held: 0,
        owed: 0,
        closed: false,
        open_door: false,
        pools: Pools::default(),
    }
}

fn day_before() -> Policy {
    Policy { changes_end: ChangesEnd::DayBefore, ..Policy::default() }
}

#[test]
fn the_day_before_ends_at_24_oclock_whenever_the_session_is() {
    for starts_at in ["2026-11-28T00:00:00+08:00", "2026-11-28T09:00:00+08:00", "2026-11-28T23:59:59+08:00"] {
        let may = |now: &str| may_cancel(&day_before(), instant(now), &session(instant(starts_at)), 0, false);
        assert_eq!(may("2026-11-27T23:59:59+08:00"), Ok(()), "{starts_at}");
        let until = instant("2026-11-28T00:00:00+08:00");
        assert_eq!(may("2026-11-28T00:00:00+08:00"), Err(Refusal::ChangesOver { until }), "{starts_at}");
    }
}

#[test]
fn a_deadline_in_minutes_is_the_one_it_was() {
    let nine = instant("2026-11-28T09:00:00+08:00");
    assert_eq!(Policy::default().deadline(), Deadline::MinutesBefore(30));
    assert_eq!(Policy::default().deadline().of(nine), instant("2026-11-28T08:30:00+08:00"));
    let stored = serde_json::json!({ "change_minutes_before": 120 });
    let policy: Policy = serde_json::from_value(stored).expect("rules of before are read");
    assert_eq!(policy.deadline(), Deadline::MinutesBefore(120));
}

proptest! {
    /// The second before the deadline is in time and the deadline is not, on every day of the years to come.
    #[test]
    fn a_deadline_is_exact_to_the_second(second in 1_767_196_800i64..2_082_729_600, minutes in 0i32..40_320) {
        let starts_at = Timestamp::from_second(second).expect("an instant");
        let in_minutes = Policy { change_minutes_before: minutes, ..Policy::default() };
        for policy in [in_minutes, day_before()] {
            let until = policy.deadline().of(starts_at);
            let may = |now| may_cancel(&policy, now, &session(starts_at), 0, false).is_ok();
            prop_assert!(may(until - SignedDuration::from_secs(1)) && !may(until));
        }
        let until = day_before().deadline().of(starts_at);
        let before = starts_at.duration_since(until);
        prop_assert!(before >= SignedDuration::ZERO && before < SignedDuration::from_hours(24));
        prop_assert_eq!(crate::time::clock_text(until), "00:00");
    }
}
