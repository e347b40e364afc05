//! Requests: somebody outside asks, the house asks back, proposes, refuses or agrees. A school's request for the bus, a
//! group's for the museum and an application as an ambassador are kinds of one thing; what they have in common stands here,
//! their own words and tables in `domain::bus`, `domain::groups` and `domain::ambassador`.

use std::fmt::Debug;

#[cfg(test)]
pub(crate) mod check;

/// What can happen to a request of any kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// The house asks for something.
    Ask,
    /// Who asked answers.
    Answer,
    /// Who asked accepts what was proposed.
    Accept,
    /// Who asked would rather have something else.
    Decline,
    /// The house refuses, with a reason.
    Refuse,
    /// Who asked takes it back.
    Withdraw,
}

/// The states of one kind of request, with everything that can happen to it.
pub trait Machine: Copy + Eq + Debug + Send + Sync + 'static {
    /// What can happen.
    type Event: Copy + Eq + Debug + Send + Sync + 'static;
    /// Every state.
    const STATES: &'static [Self];
    /// Every event.
    const EVENTS: &'static [Self::Event];
    /// Who asks sends it, the contact proven.
    const SUBMIT: Self::Event;
    /// What happens without anybody doing it.
    const BY_ITSELF: &'static [Self::Event];
    /// Something is still to come of it: while it is so, nobody who asked is forgotten.
    const UNDER_WAY: &'static [Self];

    /// Where a request stands after `event`: the reviewed table.
    ///
    /// # Errors
    /// `Refused` when the state does not allow it.
    fn next(self, event: Self::Event) -> Result<Self, Refused<Self>>;
    /// As stored.
    fn word(self) -> &'static str;
    /// The state of a stored word.
    fn of_word(word: &str) -> Option<Self>;
    /// Nothing more will happen.
    fn ends(self) -> bool;
    /// An event in words.
    fn event_word(event: Self::Event) -> &'static str;
    /// The kind's own event for what can happen to any request.
    fn event(step: Step) -> Self::Event;

    /// Where `event` leads, from wherever it is possible first.
    fn after(event: Self::Event) -> Option<Self> {
        Self::STATES.iter().find_map(|state| state.next(event).ok())
    }

    /// What has brought a request by itself from `stored`, where somebody left it, to `now`.
    fn happened(stored: Self, now: Self) -> Option<Self::Event> {
        let leads = |event: &Self::Event| stored.next(*event) == Ok(now);
        (stored != now).then(|| Self::BY_ITSELF.iter().copied().find(leads)).flatten()
    }
}

/// The state does not allow that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} is not possible while a request is {}", S::event_word(*event), state.word())]
pub struct Refused<S: Machine> {
    /// Where it stands.
    pub state: S,
    /// What was tried.
    pub event: S::Event,
}

/// Makes a state table's words and function a [`Machine`].
macro_rules! machine {
    ($state:ty, $event:ty, $next:path, by_itself: [$($own:ident),* $(,)?], under_way: [$($open:ident),* $(,)?]) => {
        impl crate::requests::Machine for $state {
            type Event = $event;
            const STATES: &'static [Self] = &Self::ALL;
            const EVENTS: &'static [Self::Event] = &<$event>::ALL;
            const SUBMIT: Self::Event = <$event>::Submit;
            const BY_ITSELF: &'static [Self::Event] = &[$(<$event>::$own),*];
            const UNDER_WAY: &'static [Self] = &[$(Self::$open),*];

            fn next(self, event: Self::Event) -> Result<Self, crate::requests::Refused<Self>> {
                $next(self, event)
            }
            fn word(self) -> &'static str {
                self.name()
            }
            fn of_word(word: &str) -> Option<Self> {
                Self::from_name(word)
            }
            fn ends(self) -> bool {
                self.is_over()
            }
            fn event_word(event: Self::Event) -> &'static str {
                event.name()
            }
            fn event(step: crate::requests::Step) -> Self::Event {
                use crate::requests::Step;
                match step {
                    Step::Ask => <$event>::Ask,
                    Step::Answer => <$event>::Answer,
                    Step::Accept => <$event>::Accept,
                    Step::Decline => <$event>::Decline,
                    Step::Refuse => <$event>::Refuse,
                    Step::Withdraw => <$event>::Withdraw,
                }
            }
        }
    };
}
pub(crate) use machine;
