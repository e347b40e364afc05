//! The books in memory, by plain sums: what the journal and the database are compared with, step by step
//! (`services/tests/it/ledger/model.rs`). It knows neither postings nor locks, so that a mistake there is none here.

mod pick;

pub use pick::{Numbers, pick};

use super::{AwardEvent, AwardState, PaymentEvent, PaymentState, TrancheEvent, TrancheState};
use std::collections::BTreeMap;

/// What can be done to the books. Envelopes, awards and tranches are counted from nought, in the order in which they came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// So many fen for an envelope.
    Donate(usize, i64),
    /// From an envelope to another.
    Allocate(usize, usize, i64),
    /// A new award out of an envelope, in these tranches.
    Reserve(usize, Vec<i64>),
    /// An award was not used in time: nothing of it was let go.
    Lapse(usize),
    /// An award is not needed.
    Release(usize),
    /// A tranche's evidence is there.
    Prepare(usize, usize),
    /// Whoever should release it has a question.
    SendBack(usize, usize),
    /// Another lets it go.
    LetGo(usize, usize),
    /// What was let go leaves in one file.
    SendFile,
    /// The bank answers for a payment on its way.
    Answered(usize, usize, PaymentEvent),
    /// A payment that had arrived came back.
    Returned(usize, usize),
    /// Money of an award came back that should not have been paid.
    ClawBack(usize, i64),
}

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum No {
    /// There is not so much.
    Overdrawn,
    /// It is not the time for it.
    State,
    /// There is no such thing, or it is the same one twice.
    Nothing,
}

/// An envelope by plain sums.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sums {
    /// Given, in fen.
    pub received: i64,
    /// Paid, on its way or there.
    pub paid: i64,
    /// On its way.
    pub in_transit: i64,
    /// Promised and not paid.
    pub committed: i64,
}

impl Sums {
    /// What can still be promised.
    pub const fn available(&self) -> i64 {
        self.received - self.paid - self.committed
    }
}

/// A tranche.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// How much, in fen.
    pub fen: i64,
    /// How far it is.
    pub state: TrancheState,
    /// Its latest payment.
    pub payment: Option<PaymentState>,
}

/// An award.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Award {
    /// Out of which envelope.
    pub envelope: usize,
    /// How far it is.
    pub state: AwardState,
    /// Its tranches.
    pub parts: Vec<Part>,
    /// Paid and not come back, in fen.
    pub paid: i64,
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Model {
    /// The envelopes.
    pub envelopes: BTreeMap<usize, Sums>,
    /// The awards.
    pub awards: Vec<Award>,
}

impl Model {
    /// Empty envelopes.
    pub fn new(envelopes: usize) -> Self {
        Self { envelopes: (0..envelopes).map(|n| (n, Sums::default())).collect(), awards: Vec::new() }
    }

    /// Everything together.
    pub fn total(&self) -> Sums {
        self.envelopes.values().fold(Sums::default(), |all, one| Sums {
            received: all.received + one.received,
            paid: all.paid + one.paid,
            in_transit: all.in_transit + one.in_transit,
            committed: all.committed + one.committed,
        })
    }

    /// Does a step, whole or not at all.
    ///
    /// # Errors
    /// `No`; nothing has changed then.
    pub fn apply(&mut self, step: &Step) -> Result<(), No> {
        let mut then = self.clone();
        match step {
            Step::Donate(n, fen) => then.envelope(*n)?.received += fen,
            Step::Allocate(from, to, fen) => {
                if from == to {
                    return Err(No::Nothing);
                }
                then.envelope(*to)?.received += fen;
                then.envelope(*from)?.received -= fen;
            }
            Step::Reserve(n, parts) => then.reserve(*n, parts)?,
            Step::Lapse(n) => {
                // It is used as soon as a payment of it was let go and not taken back.
                if then.award(*n)?.parts.iter().any(|part| part.payment.is_some()) {
                    return Err(No::State);
                }
                then.end(*n, AwardEvent::Lapse)?;
            }
            Step::Release(n) => then.end(*n, AwardEvent::Release)?,
            Step::Prepare(n, part) => then.tranche(*n, *part, TrancheEvent::Prepare)?,
            Step::SendBack(n, part) => then.tranche(*n, *part, TrancheEvent::SendBack)?,
            Step::LetGo(n, part) => {
                then.tranche(*n, *part, TrancheEvent::Release)?;
                then.part(*n, *part)?.payment = Some(PaymentState::Released);
            }
            Step::SendFile => then.send_file()?,
            Step::Answered(n, part, event) => then.answered(*n, *part, *event)?,
            Step::Returned(n, part) => then.returned(*n, *part)?,
            Step::ClawBack(n, fen) => then.claw_back(*n, *fen)?,
        }
        let sound = |sums: &Sums| {
            [sums.received, sums.paid, sums.in_transit, sums.committed, sums.available()].iter().all(|n| *n >= 0)
        };
        if !then.envelopes.values().all(sound) || then.awards.iter().any(|award| award.paid < 0) {
            return Err(No::Overdrawn);
        }
        *self = then;
        Ok(())
    }

    fn envelope(&mut self, n: usize) -> Result<&mut Sums, No> {
        self.envelopes.get_mut(&n).ok_or(No::Nothing)
    }

    fn award(&mut self, n: usize) -> Result<&mut Award, No> {
        self.awards.get_mut(n).ok_or(No::Nothing)
    }

    fn part(&mut self, n: usize, part: usize) -> Result<&mut Part, No> {
        self.award(n)?.parts.get_mut(part).ok_or(No::Nothing)
    }

    fn tranche(&mut self, n: usize, part: usize, event: TrancheEvent) -> Result<(), No> {
        let part = self.part(n, part)?;
        part.state = part.state.next(event).map_err(|_| No::State)?;
        Ok(())
    }

    fn reserve(&mut self, envelope: usize, parts: &[i64]) -> Result<(), No> {
        self.envelope(envelope)?.committed += parts.iter().sum::<i64>();
        let part = |fen: &i64| Part { fen: *fen, state: TrancheState::Planned, payment: None };
        let parts = parts.iter().map(part).collect();
        self.awards.push(Award { envelope, state: AwardState::Reserved, parts, paid: 0 });
        Ok(())
    }

    fn end(&mut self, n: usize, event: AwardEvent) -> Result<(), No> {
        let award = self.award(n)?;
        award.state = award.state.next(event).map_err(|_| No::State)?;
        let mut freed = 0;
        for part in &mut award.parts {
            if part.state == TrancheState::Paid {
                continue;
            }
            part.state = part.state.next(TrancheEvent::End).map_err(|_| No::State)?;
            freed += part.fen;
        }
        let envelope = award.envelope;
        self.envelope(envelope)?.committed -= freed;
        Ok(())
    }

    fn send_file(&mut self) -> Result<(), No> {
        let mut sent = 0;
        for n in 0..self.awards.len() {
            for part in 0..self.awards[n].parts.len() {
                let one = self.part(n, part)?;
                if one.payment != Some(PaymentState::Released) {
                    continue;
                }
                one.payment = Some(PaymentState::Sent);
                let fen = one.fen;
                let award = self.award(n)?;
                award.paid += fen;
                let envelope = award.envelope;
                let sums = self.envelope(envelope)?;
                sums.committed -= fen;
                sums.paid += fen;
                sums.in_transit += fen;
                sent += 1;
            }
        }
        if sent == 0 { Err(No::Nothing) } else { Ok(()) }
    }

    fn answered(&mut self, n: usize, part: usize, event: PaymentEvent) -> Result<(), No> {
        let one = self.part(n, part)?;
        let then = one.payment.ok_or(No::State)?.next(event).map_err(|_| No::State)?;
        one.payment = Some(then);
        let fen = one.fen;
        let envelope = self.award(n)?.envelope;
        match event {
            PaymentEvent::Settle | PaymentEvent::DecideSettled => {
                self.tranche(n, part, TrancheEvent::Settle)?;
                self.envelope(envelope)?.in_transit -= fen;
                let award = self.award(n)?;
                if award.parts.iter().all(|part| part.state == TrancheState::Paid) {
                    award.state = award.state.next(AwardEvent::Fulfil).map_err(|_| No::State)?;
                }
            }
            PaymentEvent::Fail | PaymentEvent::DecideFailed => {
                self.tranche(n, part, TrancheEvent::Fail)?;
                self.award(n)?.paid -= fen;
                let sums = self.envelope(envelope)?;
                sums.in_transit -= fen;
                sums.paid -= fen;
                sums.committed += fen;
            }
            PaymentEvent::Doubt => {}
            _ => return Err(No::State),
        }
        Ok(())
    }

    fn returned(&mut self, n: usize, part: usize) -> Result<(), No> {
        self.tranche(n, part, TrancheEvent::Return)?;
        let one = self.part(n, part)?;
        one.payment = Some(PaymentState::Returned);
        let fen = one.fen;
        let award = self.award(n)?;
        let live = award.state.is_live();
        award.state = award.state.next(AwardEvent::Return).map_err(|_| No::State)?;
        award.paid -= fen;
        let envelope = award.envelope;
        if !live {
            self.tranche(n, part, TrancheEvent::End)?;
        }
        let sums = self.envelope(envelope)?;
        sums.paid -= fen;
        sums.committed += if live { fen } else { 0 };
        Ok(())
    }

    fn claw_back(&mut self, n: usize, fen: i64) -> Result<(), No> {
        let award = self.award(n)?;
        award.state = award.state.next(AwardEvent::ClawBack).map_err(|_| No::State)?;
        award.paid -= fen;
        let envelope = award.envelope;
        self.envelope(envelope)?.paid -= fen;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
