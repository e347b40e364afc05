//! What somebody is shown of many cases: those they may have to do with, as though there were no others.
//!
//! A list tells of what is not in it: a count of all, a page that is short by one, a number that is left out, an agenda
//! that goes from item 2 to item 4. A reviewer who knows that a relative has applied would learn from any of these what
//! has become of it. So lists of cases are made here only, and everything a page says beside them (how many, which number,
//! how many pages) is counted from what is in the list. What cannot be counted from it must not stand beside it: totals of
//! the house, means of all cases, positions in a queue, a hash over all items. For the same reason references of cases are
//! not consecutive, and nobody hears by mail of a conflict that was computed.

use super::conflict::{Act, CaseFacts, Reviewer, may};
use std::num::NonZeroUsize;

/// The part of a list that is shown to one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown<T>(Vec<T>);

/// One page of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page<'a, T> {
    /// What stands on it; nothing beyond the last page.
    pub items: &'a [T],
    /// The number of its first item, from 1.
    pub first: usize,
    /// Pages there are: at least one.
    pub pages: usize,
}

impl<T> Shown<T> {
    /// What of a list, in its order, somebody may do this with.
    pub fn to<'a>(reviewer: &Reviewer, list: impl IntoIterator<Item = (T, &'a CaseFacts)>, act: Act) -> Self {
        Self(list.into_iter().filter(|(_, case)| may(reviewer, case, act).is_ok()).map(|(item, _)| item).collect())
    }

    /// How many: the only count that may stand beside the list.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The items with their numbers, from 1 and without a gap.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &T)> {
        (1..).zip(&self.0)
    }

    /// The page number `nth` (from 0) of pages of so many.
    pub fn page(&self, nth: usize, size: NonZeroUsize) -> Page<'_, T> {
        let from = nth.saturating_mul(size.get()).min(self.0.len());
        let until = from.saturating_add(size.get()).min(self.0.len());
        Page { items: &self.0[from..until], first: from + 1, pages: self.0.len().div_ceil(size.get()).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::conflict::Link;
    use super::super::conflict::tests::{KINDS, case, entangle, reviewer, stranger};
    use super::*;
    use proptest::prelude::*;

    fn seen(who: &Reviewer, cases: &[CaseFacts], act: Act) -> Shown<u128> {
        Shown::to(who, cases.iter().map(|facts| (facts.case.0.as_u128(), facts)), act)
    }

    #[test]
    fn an_agenda_without_the_recused_item_has_no_gap() {
        let mut who = reviewer(5, 5);
        let mut cases: Vec<_> =
            (1..=5).map(|n| CaseFacts { links: vec![(who.account, Link::Seated)], ..case(n) }).collect();
        assert_eq!(seen(&who, &cases, Act::Vote).count(), 5);
        entangle(&mut who, &mut cases[2], 4);
        let shown = seen(&who, &cases, Act::Vote);
        assert_eq!(shown.numbered().collect::<Vec<_>>(), [(1, &1), (2, &2), (3, &4), (4, &5)]);
        let two = NonZeroUsize::new(2).expect("two");
        assert_eq!(shown.page(1, two), Page { items: &[4, 5], first: 3, pages: 2 });
        assert_eq!(shown.page(2, two), Page { items: &[], first: 5, pages: 2 });
        assert_eq!(shown.page(usize::MAX, two).items, []);
        assert_eq!(seen(&who, &[], Act::Vote).page(0, two), Page { items: &[], first: 1, pages: 1 });
    }

    proptest! {
        /// Whatever one is barred from might as well not exist: nothing that is shown is different by it.
        #[test]
        fn nothing_tells_of_a_case_one_is_barred_from(
            links in prop::collection::vec(0usize..4, 0..8), kind in 0..KINDS, at in any::<prop::sample::Index>(),
            size in 1usize..4, act in prop::sample::select(Act::ALL.to_vec()),
        ) {
            let mut who = reviewer(5, 5);
            let mut cases: Vec<CaseFacts> = links.iter().zip(1..).map(|(link, n)| {
                let link = [Link::Drawn, Link::Named, Link::Seated].get(*link).copied();
                CaseFacts { links: link.map(|link| (who.account, link)).into_iter().collect(), ..case(n) }
            }).collect();
            let mut hidden = CaseFacts { links: vec![(who.account, Link::Named), (who.account, Link::Seated)], ..case(99) };
            hidden.people = vec![stranger(222), stranger(223)];
            entangle(&mut who, &mut hidden, kind);
            let without = seen(&who, &cases, act);
            cases.insert(at.index(cases.len() + 1), hidden);
            let with = seen(&who, &cases, act);
            prop_assert_eq!(&with, &without);
            let size = NonZeroUsize::new(size).expect("a size");
            for nth in 0..9 {
                prop_assert_eq!(with.page(nth, size), without.page(nth, size));
            }
            prop_assert_eq!(with.numbered().map(|(nth, _)| nth).collect::<Vec<_>>(), (1..=with.count()).collect::<Vec<_>>());
        }
    }
}
