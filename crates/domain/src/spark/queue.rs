//! The queue for money (待资金): whose turn it is when a fund has money again.
//!
//! First come, first served, and nobody overtakes: a case that does not fit holds up whoever is behind it and asks the same
//! fund. Money that is meant for a case that was called up and is not decided yet is nobody else's.

use crate::ledger::Fen;

/// A part of a fund with what can still be promised of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purse {
    /// Of which fund: any number that tells funds apart.
    pub fund: usize,
    /// What can still be promised.
    pub available: Fen,
}

/// A case in the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued {
    /// What it asks for.
    pub asked: Fen,
    /// The funds that are for it.
    pub funds: Vec<usize>,
    /// Called up already, and not decided yet.
    pub resumed: bool,
}

/// Whose turn it is: the place in the queue of the first that waits and for which there is money.
pub fn turn(queue: &[Queued], purses: &[Purse]) -> Option<usize> {
    let mut left = purses.to_vec();
    let mut held_up: Vec<usize> = Vec::new();
    for (nth, case) in queue.iter().enumerate() {
        let fits = |purse: &&mut Purse| {
            case.funds.contains(&purse.fund) && !held_up.contains(&purse.fund) && purse.available >= case.asked
        };
        match left.iter_mut().find(fits) {
            Some(_) if !case.resumed => return Some(nth),
            Some(purse) => purse.available = Fen::new(purse.available.get() - case.asked.get()),
            None => held_up.extend(&case.funds),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn purse(fund: usize, available: i64) -> Purse {
        Purse { fund, available: Fen::new(available) }
    }

    fn waits(asked: i64, funds: &[usize]) -> Queued {
        Queued { asked: Fen::new(asked), funds: funds.to_vec(), resumed: false }
    }

    #[test]
    fn the_first_that_waits_is_first_and_holds_up_who_is_behind_it() {
        let queue = [waits(100, &[0]), waits(10, &[0]), waits(10, &[1])];
        assert_eq!(turn(&queue, &[purse(0, 100)]), Some(0));
        assert_eq!(turn(&queue, &[purse(0, 99)]), None, "the small one behind it does not overtake");
        assert_eq!(turn(&queue, &[purse(0, 99), purse(1, 10)]), Some(2), "another fund is another queue");
        assert_eq!(turn(&queue, &[purse(0, 60), purse(0, 60)]), None, "an award comes out of one envelope");
        assert_eq!(turn(&[], &[purse(0, 60)]), None);
        assert_eq!(turn(&[waits(1, &[])], &[purse(0, 60)]), None, "no fund is for it");
    }

    #[test]
    fn money_that_is_meant_for_one_is_not_anothers() {
        let called = Queued { resumed: true, ..waits(100, &[0]) };
        let queue = [called, waits(50, &[0])];
        assert_eq!(turn(&queue, &[purse(0, 149)]), None);
        assert_eq!(turn(&queue, &[purse(0, 150)]), Some(1));
        assert_eq!(turn(&queue, &[purse(0, 50)]), None, "it went elsewhere: whoever was called up comes first");
    }

    fn cases() -> impl Strategy<Value = Vec<Queued>> {
        let case = (1i64..100, prop::collection::vec(0usize..3, 1..3)).prop_map(|(asked, funds)| Queued {
            asked: Fen::new(asked),
            funds,
            resumed: false,
        });
        prop::collection::vec(case, 0..12)
    }

    proptest! {
        /// Called up one by one until nobody fits: never more than there is, and of one fund always the first ones.
        #[test]
        fn never_more_than_there_is_and_nobody_overtakes(
            mut queue in cases(), has in prop::collection::vec((0usize..3, 0i64..300), 1..5),
        ) {
            let purses: Vec<Purse> = has.iter().map(|(fund, fen)| purse(*fund, *fen)).collect();
            let mut called = Vec::new();
            while let Some(nth) = turn(&queue, &purses) {
                let case = Queued { resumed: true, ..queue.remove(nth) };
                called.push(case.clone());
                queue.insert(called.len() - 1, case);
            }
            let total: i64 = has.iter().map(|(_, fen)| fen).sum();
            prop_assert!(called.iter().map(|case| case.asked.get()).sum::<i64>() <= total);
            // Whoever still waits could not be helped with everything of its funds that nobody was called up for.
            let meant = |fund: usize| called.iter().filter(|case| case.funds.contains(&fund)).map(|case| case.asked.get()).sum::<i64>();
            if let Some(first) = queue.get(called.len()) {
                for purse in purses.iter().filter(|purse| first.funds.contains(&purse.fund)) {
                    prop_assert!(purse.available.get() - meant(purse.fund) < first.asked.get());
                }
            }
        }
    }
}
