//! No-shows (爽约) and the pause in booking that follows several of them (booking.md, "Policy objects", "At the door").
//!
//! A pause is never stored: it is what the policy says of the no-shows that stand. So one that is lifted, or withdrawn since
//! somebody came after all, ends the pause with it. What is no no-show in the first place (a session the house closed, a
//! declared outage, a door nobody kept) is decided by whoever marks them, `services::booking::no_show`.

use super::Policy;
use jiff::{SignedDuration, Timestamp};

/// When the no-shows of a session are marked: its end plus the policy's grace, since scans of a door that was offline come
/// late.
pub fn marked_from(policy: &Policy, ends_at: Timestamp) -> Timestamp {
    ends_at + SignedDuration::from_mins(i64::from(policy.no_show_grace_minutes))
}

/// Until when somebody may not book, if so: `missed` are the ends of the sessions they did not come to. As many as the policy
/// names within its days begin a pause, which runs from the last of them; those that led to one are settled with it and count
/// for no other.
pub fn suspended_until(policy: &Policy, now: Timestamp, missed: &[Timestamp]) -> Option<Timestamp> {
    let needed = usize::from(policy.no_shows);
    if needed == 0 {
        return None;
    }
    let mut missed = missed.to_vec();
    missed.sort_unstable();
    let mut counted: Vec<Timestamp> = Vec::with_capacity(needed);
    let mut until = None;
    for at in missed {
        counted.retain(|earlier| at.duration_since(*earlier) <= days(policy.no_show_days));
        counted.push(at);
        if counted.len() >= needed {
            until = Some(at + days(policy.suspension_days));
            counted.clear();
        }
    }
    until.filter(|until| *until > now)
}

/// How far back no-shows are of interest: older ones neither count nor pause anybody.
pub fn remembered_since(policy: &Policy, now: Timestamp) -> Timestamp {
    // A chain of settled no-shows has to be read from its beginning: twice the time is enough for any that still matters.
    let span = days(policy.no_show_days) * 2 + days(policy.suspension_days);
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

fn days(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(day: i64) -> Timestamp {
        EPOCH + SignedDuration::from_hours(24 * day)
    }

    fn until(now: i64, missed: &[i64]) -> Option<Timestamp> {
        suspended_until(&Policy::default(), at(now), &missed.iter().map(|day| at(*day)).collect::<Vec<_>>())
    }

    #[test]
    fn three_within_180_days_pause_for_60_from_the_last() {
        assert_eq!(until(20, &[0, 10]), None, "two do not");
        assert_eq!(until(20, &[0, 10, 20]), Some(at(80)));
        assert_eq!(until(20, &[20, 0, 10]), Some(at(80)), "in whatever order they are read");
        assert_eq!(until(79, &[0, 10, 20]), Some(at(80)));
        assert_eq!(until(80, &[0, 10, 20]), None, "and then it is over");
        assert_eq!(until(181, &[0, 10, 181]), None, "the first is too long ago");
        assert_eq!(until(180, &[0, 10, 180]), Some(at(240)), "180 days are within 180 days");
    }

    #[test]
    fn what_led_to_a_pause_is_settled_with_it() {
        assert_eq!(until(90, &[0, 10, 20, 90]), None, "one more is the first again");
        assert_eq!(until(92, &[0, 10, 20, 90, 91, 92]), Some(at(152)));
    }

    #[test]
    fn a_policy_without_a_number_pauses_nobody() {
        let policy = Policy { no_shows: 0, ..Policy::default() };
        assert_eq!(suspended_until(&policy, EPOCH, &[EPOCH; 9]), None);
    }

    #[test]
    fn marking_waits_for_the_grace() {
        assert_eq!(marked_from(&Policy::default(), EPOCH), EPOCH + SignedDuration::from_hours(2));
    }

    proptest! {
        /// Lifting one never makes it worse, and whoever missed fewer than the number is never paused.
        #[test]
        fn fewer_no_shows_are_never_worse(days in prop::collection::vec(0_i64..400, 0..9), now in 0_i64..500) {
            let all = until(now, &days);
            if days.len() < 3 {
                prop_assert_eq!(all, None);
            }
            if all.is_none() && days.len() <= 3 {
                for lifted in 0..days.len() {
                    let mut rest = days.clone();
                    rest.remove(lifted);
                    prop_assert_eq!(until(now, &rest), None);
                }
            }
            prop_assert!(all.is_none_or(|until| until > at(now) && until <= at(days.iter().max().copied().unwrap_or(0) + 60)));
        }
    }
}
