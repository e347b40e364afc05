//! The states of an alarm, one table, and what follows from what a rule says.

use super::{Rule, Verdict};
use crate::named::named;
use jiff::Timestamp;

named! {
    /// Where an alarm stands.
    AlarmState, 7 {
        /// There is none: not yet, or it went before it was loud.
        Ok "ok",
        /// It has not lasted long enough to be loud.
        Pending "pending",
        /// Loud; nobody has acknowledged it. It stays so, even when what it is about is over: somebody has to have seen it.
        Firing "firing",
        /// Somebody looks after it.
        Acknowledged "acknowledged",
        /// Over.
        Resolved "resolved",
        /// Loud: nothing comes from the channel.
        NoData "no_data",
        /// Quiet for a while, by two people's word.
        Muted "muted",
    }
}

named! {
    /// What happens to an alarm.
    AlarmEvent, 8 {
        /// What was read is not as it should be.
        Breach "breach",
        /// Nothing is read.
        Silence "silence",
        /// Somebody rehearses.
        Drill "drill",
        /// It has lasted.
        Last "last",
        /// It is as it should be again.
        Clear "clear",
        /// Somebody has seen it and looks after it.
        Acknowledge "acknowledge",
        /// Two people made it quiet.
        Mute "mute",
        /// The time of that is over.
        Unmute "unmute",
    }
}

impl AlarmState {
    /// The table.
    pub const fn next(self, event: AlarmEvent) -> Option<Self> {
        use AlarmEvent as E;
        use AlarmState as S;
        match (self, event) {
            (S::Ok, E::Breach) => Some(S::Pending),
            (S::Ok, E::Silence) => Some(S::NoData),
            (S::Ok, E::Drill) | (S::Pending, E::Last) | (S::Muted, E::Unmute) => Some(S::Firing),
            (S::Pending, E::Clear) => Some(S::Ok),
            (S::Pending | S::Firing | S::NoData | S::Acknowledged, E::Mute) => Some(S::Muted),
            (S::Firing | S::NoData, E::Acknowledge) => Some(S::Acknowledged),
            (S::NoData | S::Acknowledged | S::Muted, E::Clear) => Some(S::Resolved),
            _ => None,
        }
    }

    /// Nothing follows any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ok | Self::Resolved)
    }

    /// Somebody has to come.
    pub const fn is_loud(self) -> bool {
        matches!(self, Self::Firing | Self::NoData)
    }
}

/// An alarm that is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    /// Where it stands.
    pub state: AlarmState,
    /// Since when what it is about has been so.
    pub began_at: Timestamp,
    /// It is rehearsed: there is nothing that could clear but the rehearsal itself.
    pub drill: bool,
}

/// What happens to the alarm of a rule and a channel, in order, by what the rule says now. Asked again with what came of it, at
/// the same instant, it says nothing more.
pub fn follow(open: Option<Open>, rule: &Rule, verdict: Verdict, muted: bool, now: Timestamp) -> Vec<AlarmEvent> {
    let mut happened = Vec::new();
    let (mut state, began_at) = open.map_or((AlarmState::Ok, now), |open| (open.state, open.began_at));
    let mut go = |state: &mut AlarmState, event: AlarmEvent| {
        if let Some(next) = state.next(event) {
            *state = next;
            happened.push(event);
        }
    };
    let (breached, clear) = (matches!(verdict, Verdict::Breach { .. }), verdict == Verdict::Clear);
    if open.is_none() && breached {
        go(&mut state, if rule.is_of_silence() { AlarmEvent::Silence } else { AlarmEvent::Breach });
    }
    if open.is_some() && clear {
        go(&mut state, AlarmEvent::Clear);
    }
    if state.is_over() {
        return happened;
    }
    // What began and cannot be read any more is taken to go on.
    if state == AlarmState::Pending && now.duration_since(began_at) >= rule.lasts() {
        go(&mut state, AlarmEvent::Last);
    }
    if muted {
        if state != AlarmState::Pending {
            go(&mut state, AlarmEvent::Mute);
        }
        // Two people have seen what they made quiet: what is over by then is over.
        if open.is_some() && clear {
            go(&mut state, AlarmEvent::Clear);
        }
    } else {
        go(&mut state, AlarmEvent::Unmute);
    }
    happened
}

#[cfg(test)]
mod tests {
    use super::super::rules::tests::rules;
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_the_reviewed_one() {
        let table = crate::golden::states(
            (&AlarmState::ALL, AlarmState::name),
            (&AlarmEvent::ALL, AlarmEvent::name),
            AlarmState::next,
        );
        crate::golden::is_the_reviewed_one("telemetry_states.txt", &table);
    }

    /// Nothing follows.
    const NOTHING: [AlarmEvent; 0] = [];

    fn apply(open: &mut Option<Open>, events: &[AlarmEvent], now: Timestamp) {
        for event in events {
            let before = open.map_or(AlarmState::Ok, |open| open.state);
            let state = before.next(*event).expect("a way of the table");
            let began_at = open.map_or(now, |open| open.began_at);
            *open = (!state.is_over()).then_some(Open { state, began_at, drill: false });
        }
    }

    #[test]
    fn what_is_too_warm_for_a_moment_wakes_nobody_and_what_lasts_does() {
        let rules = rules();
        let warm = rules.named("tank_warm").expect("a rule");
        let breach = Verdict::Breach { value: Some(-160.0) };
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let mut open = None;
        let steps = follow(open, warm, breach, false, at(0));
        apply(&mut open, &steps, at(0));
        assert_eq!(open.map(|open| open.state), Some(AlarmState::Pending));
        assert_eq!(follow(open, warm, Verdict::Clear, false, at(60)), [AlarmEvent::Clear]);
        assert_eq!(follow(open, warm, breach, false, at(119)), NOTHING);
        assert_eq!(follow(open, warm, breach, false, at(120)), [AlarmEvent::Last]);
        assert_eq!(follow(open, warm, Verdict::Unknown, false, at(120)), [AlarmEvent::Last], "silence ends nothing");
        apply(&mut open, &[AlarmEvent::Last], at(120));
        assert_eq!(follow(open, warm, Verdict::Clear, false, at(180)), NOTHING, "nobody has seen it yet");
        apply(&mut open, &[AlarmEvent::Acknowledge], at(200));
        assert_eq!(follow(open, warm, Verdict::Clear, false, at(201)), [AlarmEvent::Clear]);
    }

    #[test]
    fn silence_is_loud_at_once_and_ends_by_itself() {
        let rules = rules();
        let silent = rules.named("silent").expect("a rule");
        let now = Timestamp::UNIX_EPOCH;
        let mut open = None;
        let events = follow(open, silent, Verdict::Breach { value: None }, false, now);
        assert_eq!(events, [AlarmEvent::Silence]);
        apply(&mut open, &events, now);
        assert!(open.is_some_and(|open| open.state.is_loud()));
        assert_eq!(follow(open, silent, Verdict::Clear, false, now), [AlarmEvent::Clear]);
    }

    #[test]
    fn a_mute_that_is_over_makes_loud_what_lasted_through_it() {
        let rules = rules();
        let critical = rules.named("tank_critical").expect("a rule");
        let (now, breach) = (Timestamp::UNIX_EPOCH, Verdict::Breach { value: None });
        let mut open = None;
        let events = follow(open, critical, breach, true, now);
        assert_eq!(events, [AlarmEvent::Breach, AlarmEvent::Last, AlarmEvent::Mute]);
        apply(&mut open, &events, now);
        assert_eq!(follow(open, critical, breach, false, now), [AlarmEvent::Unmute]);
        assert_eq!(follow(open, critical, Verdict::Clear, true, now), [AlarmEvent::Clear]);
    }

    fn verdicts() -> impl Strategy<Value = Verdict> {
        prop_oneof![Just(Verdict::Clear), Just(Verdict::Breach { value: Some(-100.0) }), Just(Verdict::Unknown)]
    }

    proptest! {
        /// Whatever happens in whatever order: only ways of the table, never loud while muted, quiet again only by a word or by
        /// being over, and nothing more at the same instant.
        #[test]
        fn an_alarm_goes_its_table_and_is_never_lost(
            steps in prop::collection::vec((verdicts(), any::<bool>(), any::<bool>(), 0i64..200), 1..60),
            which in 0usize..3,
        ) {
            let rules = rules();
            let rule = &rules.rules[which];
            let (mut open, mut now) = (None::<Open>, Timestamp::UNIX_EPOCH);
            for (verdict, muted, acknowledges, seconds) in steps {
                now += SignedDuration::from_secs(seconds);
                let before = open;
                let events = follow(open, rule, verdict, muted, now);
                apply(&mut open, &events, now);
                prop_assert_eq!(follow(open, rule, verdict, muted, now), NOTHING, "said once");
                let loud = open.is_some_and(|open| open.state.is_loud());
                prop_assert!(!(muted && loud));
                if before.is_some_and(|before| before.state == AlarmState::Firing) {
                    let stays = open.is_some_and(|open| matches!(open.state, AlarmState::Firing | AlarmState::Muted));
                    prop_assert!(stays || muted, "what is loud ends by somebody's word only");
                }
                if matches!(verdict, Verdict::Breach { .. }) {
                    prop_assert!(open.is_some(), "what is so is known");
                }
                if acknowledges && loud {
                    apply(&mut open, &[AlarmEvent::Acknowledge], now);
                }
            }
        }
    }
}
