//! What takes two people: one says it, another does it with them. The rules are the same wherever two people act: a unit comes under a
//! contract, a contract goes to another, a payment is taken back, something is done at the laboratory's desk.
//!
//! Whoever said it does not confirm it. It is settled once. A button that is pressed twice finds what the first press did.
//!
//! What became of it is asked first, and only of what still waits whose it is: what is over is over for everybody, and nobody is told to
//! find a colleague for it. What ran out is over from that moment, whether the house has noted it yet or not.

use crate::ids::AccountId;
use crate::named::named;
use jiff::Timestamp;
use uuid::Uuid;

named! {
    /// What became of what one proposed.
    Outcome, 3 {
        /// Another did it with them.
        Confirmed "confirmed",
        /// It was taken back.
        Withdrawn "withdrawn",
        /// Nobody confirmed it within its time.
        Expired "expired",
    }
}

/// A person, by every name they have.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    account: AccountId,
    operator: Option<Uuid>,
}

impl Who {
    /// Who has an account, and no other name.
    pub const fn account(account: AccountId) -> Self {
        Self { account, operator: None }
    }

    /// Who works at the laboratory under a code, too.
    pub const fn operator(account: AccountId, operator: Uuid) -> Self {
        Self { account, operator: Some(operator) }
    }

    /// One of their names is the same.
    pub fn is(self, other: Self) -> bool {
        self.account == other.account || (self.operator.is_some() && self.operator == other.operator)
    }
}

/// What one said, until another settles it.
#[derive(Clone, Copy, Debug)]
pub struct First {
    /// Who said it; none: the house.
    pub by: Option<Who>,
    /// What became of it, and by whom; none: the house.
    pub settled: Option<(Outcome, Option<AccountId>)>,
    /// Until when it waits; none: as long as it is not settled.
    pub until: Option<Timestamp>,
}

/// Whether there is something to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// It is done now.
    Now,
    /// It was done before: pressed twice.
    Before,
}

/// Why nothing is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Not {
    /// It waits, for somebody else than who said it.
    Own,
    /// It was settled otherwise, or by somebody else, or its time is over.
    Settled,
    /// The same form said something else, or somebody else sent it.
    Otherwise,
}

impl First {
    /// The same form comes again, by whom, and whether it says the same. Then it is one, whatever became of it.
    ///
    /// # Errors
    /// `Otherwise`.
    pub fn again(&self, by: Who, same: bool) -> Result<(), Not> {
        if same && self.is_of(by) { Ok(()) } else { Err(Not::Otherwise) }
    }

    /// Another confirms it. Whoever did so before did it once.
    ///
    /// # Errors
    /// `Settled`, also for whoever said it; `Own` of what waits.
    pub fn confirm(&self, by: Who, now: Timestamp) -> Result<Turn, Not> {
        match self.end(now) {
            Some((Outcome::Confirmed, Some(other))) if other == by.account => Ok(Turn::Before),
            Some(_) => Err(Not::Settled),
            None if self.is_of(by) => Err(Not::Own),
            None => Ok(Turn::Now),
        }
    }

    /// Somebody takes it back: who may is asked elsewhere. Once it was taken back it was, whoever did.
    ///
    /// # Errors
    /// `Settled` of what was confirmed, or ran out.
    pub fn withdraw(&self, now: Timestamp) -> Result<Turn, Not> {
        match self.end(now) {
            Some((Outcome::Withdrawn, _)) => Ok(Turn::Before),
            Some(_) => Err(Not::Settled),
            None => Ok(Turn::Now),
        }
    }

    /// What became of it by now, and by whom; nothing while it waits.
    fn end(&self, now: Timestamp) -> Option<(Outcome, Option<AccountId>)> {
        let over = self.until.is_some_and(|until| until <= now);
        self.settled.or_else(|| over.then_some((Outcome::Expired, None)))
    }

    fn is_of(&self, by: Who) -> bool {
        self.by.is_some_and(|first| first.is(by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// Of six people the first three have a code as well.
    fn person(nth: u128) -> Who {
        let account = AccountId(Uuid::from_u128(nth));
        if nth < 3 { Who::operator(account, Uuid::from_u128(100 + nth)) } else { Who::account(account) }
    }

    fn first() -> First {
        First { by: Some(person(0)), settled: None, until: None }
    }

    #[test]
    fn nobody_confirms_their_own_under_any_of_their_names() {
        let (account, code) = (AccountId(Uuid::from_u128(0)), Uuid::from_u128(100));
        for own in [person(0), Who::account(account), Who::operator(AccountId(Uuid::from_u128(9)), code)] {
            assert_eq!(first().confirm(own, NOW), Err(Not::Own), "{own:?}");
        }
        // Two without a code are not one by that.
        let other = First { by: Some(person(4)), ..first() };
        assert_eq!(other.confirm(person(5), NOW), Ok(Turn::Now));
        assert_eq!(First { by: None, ..first() }.confirm(person(0), NOW), Ok(Turn::Now), "the house is nobody of them");
    }

    #[test]
    fn what_ran_out_is_over_for_everybody_whether_it_is_noted_yet_or_not() {
        let late = First { until: Some(NOW), ..first() };
        for over in [late, First { settled: Some((Outcome::Expired, None)), ..late }] {
            for nth in 0..6 {
                assert_eq!(over.confirm(person(nth), NOW), Err(Not::Settled), "{nth}");
            }
            assert_eq!(over.withdraw(NOW), Err(Not::Settled));
        }
        let soon = NOW + SignedDuration::from_secs(-1);
        assert_eq!((late.confirm(person(1), soon), late.withdraw(soon)), (Ok(Turn::Now), Ok(Turn::Now)));
    }

    #[test]
    fn a_form_that_comes_again_is_one_where_the_same_person_says_the_same() {
        for settled in [None, Some((Outcome::Confirmed, Some(AccountId(Uuid::from_u128(1)))))] {
            let before = First { settled, ..first() };
            assert_eq!(before.again(person(0), true), Ok(()));
            assert_eq!(before.again(person(0), false), Err(Not::Otherwise));
            assert_eq!(before.again(person(1), true), Err(Not::Otherwise));
        }
    }

    /// Something that anybody said or the house, which waits or ended in any way.
    fn anything() -> impl Strategy<Value = First> {
        let outcome = prop::sample::select(Outcome::ALL.to_vec());
        let settled = prop::option::of((outcome, prop::option::of(0u128..6)));
        let until = prop::option::of(-2i64..3).prop_map(|at| at.map(|at| NOW + SignedDuration::from_secs(at)));
        (prop::option::of(0u128..6), settled, until).prop_map(|(by, settled, until)| First {
            by: by.map(person),
            settled: settled.map(|(outcome, by)| (outcome, by.map(|nth| person(nth).account))),
            until,
        })
    }

    proptest! {
        /// What became of it, then whose it is: of what is over everybody is told the same, but whoever confirmed it, and
        /// that it is their own only who said what waits.
        #[test]
        fn what_became_of_it_is_asked_before_whose_it_is(one in anything(), nth in 0u128..6) {
            let by = person(nth);
            let ran_out = one.until.is_some_and(|until| until <= NOW);
            let waits = one.settled.is_none() && !ran_out;
            let own = one.by.is_some_and(|first| first.is(by));
            let confirmed = one.settled == Some((Outcome::Confirmed, Some(by.account)));
            let expected = match (confirmed, waits, own) {
                (true, ..) => Ok(Turn::Before),
                (false, false, _) => Err(Not::Settled),
                (false, true, true) => Err(Not::Own),
                (false, true, false) => Ok(Turn::Now),
            };
            prop_assert_eq!(one.confirm(by, NOW), expected);
            let withdrawn = one.settled.is_some_and(|(outcome, _)| outcome == Outcome::Withdrawn);
            let expected = if waits { Ok(Turn::Now) } else if withdrawn { Ok(Turn::Before) } else { Err(Not::Settled) };
            prop_assert_eq!(one.withdraw(NOW), expected);
            // A form that comes again asks neither: the same person said the same.
            prop_assert_eq!(one.again(by, true), if own { Ok(()) } else { Err(Not::Otherwise) });
            prop_assert_eq!(one.again(by, false), Err(Not::Otherwise));
        }

        /// Whoever presses what, in whichever order: it is settled once, never by whoever said it where it is confirmed, and whoever
        /// settled it finds that it was.
        #[test]
        fn it_is_settled_once_and_confirmed_by_another(presses in prop::collection::vec((0u128..6, any::<bool>()), 0..12)) {
            let (mut one, mut done) = (first(), 0);
            for (nth, confirms) in presses {
                let by = person(nth);
                let turn = if confirms { one.confirm(by, NOW) } else { one.withdraw(NOW) };
                if turn == Ok(Turn::Now) {
                    done += 1;
                    prop_assert!(!confirms || nth != 0);
                    let outcome = if confirms { Outcome::Confirmed } else { Outcome::Withdrawn };
                    one.settled = Some((outcome, Some(by.account)));
                    let again = if confirms { one.confirm(by, NOW) } else { one.withdraw(NOW) };
                    prop_assert_eq!(again, Ok(Turn::Before));
                }
            }
            prop_assert!(done <= 1);
        }
    }
}
