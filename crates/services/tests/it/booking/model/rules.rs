//! What the rules say, kept by hand: no SQL, no locks, no shared code but the length of an offer.

use super::super::waiting::Party;
use domain::booking::{Policy, WaitingState, offer_until};
use domain::ids::{BookingId, SessionId};
use jiff::Timestamp;

pub(super) struct Kept {
    pub(super) id: BookingId,
    pub(super) session: usize,
    pub(super) people: u32,
    /// Whose it is.
    pub(super) person: usize,
}

#[derive(Clone)]
pub(super) struct Waits {
    pub(super) party: Party,
    /// Who it is.
    pub(super) person: usize,
    pub(super) people: u32,
    pub(super) state: WaitingState,
    /// Its place in the list of each session; `None` where it does not wait (any more).
    pub(super) places: [Option<usize>; 2],
    pub(super) offer: Option<(usize, Timestamp)>,
}

/// The two sessions, who is booked, and who waits in which order.
pub(super) struct Model {
    pub(super) sessions: [SessionId; 2],
    pub(super) starts: [Timestamp; 2],
    pub(super) places: [u32; 2],
    pub(super) versions: [i32; 2],
    pub(super) kept: Vec<Kept>,
    pub(super) line: Vec<Waits>,
    pub(super) joined: usize,
    pub(super) now: Timestamp,
}

impl Model {
    pub(super) fn used(&self, s: usize) -> u32 {
        let booked: u32 = self.kept.iter().filter(|k| k.session == s).map(|k| k.people).sum();
        let offered = self.line.iter().filter(|w| w.offer.is_some_and(|(at, until)| at == s && until > self.now));
        booked + offered.map(|w| w.people).sum::<u32>()
    }

    pub(super) fn free(&self, s: usize) -> u32 {
        self.places[s].saturating_sub(self.used(s))
    }

    pub(super) fn offers(&self, s: usize) -> Option<Timestamp> {
        offer_until(&Policy::default(), self.now, self.starts[s])
    }

    /// The person has a booking of the day, and one is all they may have.
    pub(super) fn rests(&self, i: usize) -> bool {
        self.kept.iter().any(|kept| kept.person == self.line[i].person)
    }

    /// Who waits for a session now and could come, in order.
    pub(super) fn waiting(&self, s: usize) -> Vec<usize> {
        self.in_line(s).into_iter().filter(|i| !self.rests(*i)).collect()
    }

    /// Who has an offer of a session that they could not take any more.
    pub(super) fn spent(&self, s: usize) -> Vec<usize> {
        let spent = |i: &usize| self.line[*i].offer.is_some_and(|(at, until)| at == s && until > self.now);
        (0..self.line.len()).filter(spent).filter(|i| self.rests(*i)).collect()
    }

    /// A claim on a session passes on what is due before it is decided.
    pub(super) fn hand_on(&mut self, s: usize) {
        if self.public(s) < self.free(s) || !self.spent(s).is_empty() {
            self.promote(s);
        }
    }

    /// Who waits for a session now, in order.
    pub(super) fn in_line(&self, s: usize) -> Vec<usize> {
        let waits = |w: &Waits| match w.offer {
            None => w.state == WaitingState::Waiting,
            Some((at, until)) => at != s && until <= self.now,
        };
        let mut all: Vec<usize> =
            (0..self.line.len()).filter(|i| self.line[*i].places[s].is_some() && waits(&self.line[*i])).collect();
        all.sort_by_key(|i| self.line[*i].places[s]);
        all
    }

    /// What the public may have.
    pub(super) fn public(&self, s: usize) -> u32 {
        let mut left = self.free(s);
        if self.offers(s).is_some() {
            for i in self.waiting(s) {
                if self.line[i].people <= left {
                    left -= self.line[i].people;
                }
            }
        }
        left
    }

    pub(super) fn step_back(&mut self, i: usize, s: usize, last: WaitingState) {
        let entry = &mut self.line[i];
        entry.places[s] = None;
        if entry.offer.is_some_and(|(at, _)| at == s) {
            entry.offer = None;
            entry.state = WaitingState::Waiting;
        }
        if entry.places == [None, None] {
            entry.offer = None;
            entry.state = last;
        }
    }

    pub(super) fn promote(&mut self, s: usize) {
        for i in 0..self.line.len() {
            if self.line[i].offer.is_some_and(|(at, until)| at == s && until <= self.now) {
                self.step_back(i, s, WaitingState::Expired);
            }
        }
        for i in self.spent(s) {
            self.line[i].offer = None;
            self.line[i].state = WaitingState::Waiting;
        }
        let Some(until) = self.offers(s) else { return };
        let mut left = self.free(s);
        for i in self.waiting(s) {
            let entry = &mut self.line[i];
            if entry.people <= left {
                left -= entry.people;
                if let Some((missed, _)) = entry.offer {
                    entry.places[missed] = None;
                }
                entry.offer = Some((s, until));
                entry.state = WaitingState::Offered;
            }
        }
    }

    pub(super) fn pass_on(&mut self) {
        for _ in 0..4 {
            let before = self.offered();
            for s in [0, 1] {
                self.promote(s);
                if self.offers(s).is_none() {
                    for i in self.in_line(s) {
                        if self.line[i].offer.is_none() {
                            self.step_back(i, s, WaitingState::NoPlace);
                        }
                    }
                }
            }
            if self.offered() == before {
                break;
            }
        }
    }

    pub(super) fn offered(&self) -> Vec<Option<(usize, Timestamp)>> {
        self.line.iter().map(|w| w.offer).collect()
    }

    /// As its party sees it: an offer that ran out is none.
    pub(super) fn shown(&self, i: usize) -> WaitingState {
        let entry = &self.line[i];
        match entry.offer {
            Some((_, until)) if until > self.now => WaitingState::Offered,
            Some((at, _)) if entry.places[1 - at].is_some() => WaitingState::Waiting,
            Some(_) => WaitingState::Expired,
            None => entry.state,
        }
    }
}
