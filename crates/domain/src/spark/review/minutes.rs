//! What took place at a meeting, and the minutes (会议纪要) that must agree with it.
//!
//! [`Proceedings`] are what the house recorded: who was there for which item, and how they voted. [`Minutes`] are what is
//! signed and kept. They are drawn up from the proceedings, may lie for days before everybody has signed, and are held
//! against the proceedings again at every signature: a vote that counts no more by then, or a number somebody corrected by
//! hand, is a [`Disagreement`]. They say how many voted how and not who did: who reads them need not know, and the
//! proceedings have it.

use super::committee::{Bench, Roll, Unable};
use super::pack::Digest;
use super::vote::{Ballot, Outcome, Question, Undecided, Vote, decide};
use crate::ids::{AccountId, CaseId, MeetingId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One item as it was dealt with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dealt {
    /// Which case.
    pub case: CaseId,
    /// What was voted on; its hash is that of the item as it is now.
    pub question: Question,
    /// Who is recused from it.
    pub recused: BTreeSet<AccountId>,
    /// Who was in the room for it.
    pub present: BTreeSet<AccountId>,
    /// The votes.
    pub ballots: Vec<Ballot>,
    /// The committee put it off to another meeting, whatever the votes.
    pub stands_over: bool,
}

/// What took place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proceedings {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// The hash of its frozen pack.
    pub pack: Digest,
    /// Who sits on the committee.
    pub roll: Roll,
    /// Item by item, in the order of the agenda.
    pub items: Vec<Dealt>,
}

/// What became of an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It was decided.
    Decided(Outcome),
    /// It comes to another meeting.
    StandsOver,
}

/// Why an item has no result yet.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsettled {
    /// Too few can decide it.
    #[error(transparent)]
    Unable(#[from] Unable),
    /// The votes decide nothing.
    #[error(transparent)]
    Undecided(#[from] Undecided),
}

/// Votes by what they were for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All that was asked for.
    pub grant: usize,
    /// A part.
    pub partial: usize,
    /// Nothing.
    pub refuse: usize,
    /// Waiting for funds.
    pub defer: usize,
    /// Abstaining.
    pub abstain: usize,
}

impl Counts {
    fn of(ballots: &[Ballot]) -> Self {
        ballots.iter().fold(Self::default(), |mut counts, ballot| {
            let place = match ballot.vote {
                Vote::Grant => &mut counts.grant,
                Vote::Partial(_) => &mut counts.partial,
                Vote::Refuse => &mut counts.refuse,
                Vote::Defer => &mut counts.defer,
                Vote::Abstain => &mut counts.abstain,
            };
            *place += 1;
            counts
        })
    }
}

/// What the minutes say of one item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Which case.
    pub case: CaseId,
    /// The hash of the item that was voted on.
    pub digest: Digest,
    /// Who presided; nobody where there was no bench.
    pub presiding: Option<AccountId>,
    /// Who was there and had a vote.
    pub voters: BTreeSet<AccountId>,
    /// Who was recused.
    pub recused: BTreeSet<AccountId>,
    /// How many voted how.
    pub counts: Counts,
    /// What became of it.
    pub settled: Settled,
}

/// The minutes, as they are kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Minutes {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// The hash of the pack that lay before it.
    pub pack: Digest,
    /// Item by item, in the order of the agenda.
    pub entries: Vec<Entry>,
}

/// The minutes without the items that somebody is recused from. Numbers of items are counted in what is shown, like those of
/// [`super::view::Shown`]. It does not name the pack, for nobody: whoever has every item of an agenda before them but one
/// would find that the hash of those is another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extract {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Item by item, in the order of the agenda.
    pub entries: Vec<Entry>,
}

/// A part of an entry that says something else than the proceedings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// The hash of the item.
    Digest,
    /// Who presided.
    Presiding,
    /// Who was there.
    Voters,
    /// Who was recused.
    Recused,
    /// How many voted how.
    Counts,
    /// What became of it.
    Settled,
}

/// Where minutes and proceedings say different things.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disagreement {
    /// They are of another meeting.
    Meeting,
    /// They name another pack.
    Pack,
    /// They leave a case out.
    Missing(CaseId),
    /// They name a case that was not dealt with.
    Unknown(CaseId),
    /// They have the same cases in another order, or one of them twice.
    Order,
    /// They say of a case what was not so.
    Says(CaseId, Detail),
    /// The case has no result any more: a vote was struck, or new evidence came.
    Unsettled(CaseId),
}

/// The minutes cannot be signed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsigned {
    /// They do not agree with the votes: correct them, or let the committee sit again.
    #[error("{} disagreements with the proceedings", .0.len())]
    Disagrees(Vec<Disagreement>),
    /// The secretary is one of those who voted, and would attest their own votes.
    #[error("the secretary is a member")]
    SecretaryVoted,
    /// Still to sign.
    #[error("{} signatures are missing", .0.len())]
    Missing(BTreeSet<AccountId>),
}

impl Dealt {
    fn bench(&self, roll: &Roll) -> Result<Bench, Unable> {
        roll.convene(&self.recused, &self.present)
    }

    /// What became of it.
    ///
    /// # Errors
    /// `Unable`, `Undecided`: never for an item that stands over.
    pub fn settled(&self, roll: &Roll) -> Result<Settled, Unsettled> {
        if self.stands_over {
            return Ok(Settled::StandsOver);
        }
        let bench = self.bench(roll)?;
        Ok(Settled::Decided(decide(&bench, self.question, &self.ballots)?))
    }

    fn entry(&self, roll: &Roll) -> Result<Entry, Unsettled> {
        let settled = self.settled(roll)?;
        let bench = self.bench(roll).ok();
        Ok(Entry {
            case: self.case,
            digest: self.question.digest,
            presiding: bench.as_ref().map(Bench::presiding),
            voters: bench.map(|bench| bench.voters().clone()).unwrap_or_default(),
            recused: self.recused.clone(),
            // What was said before an item was put off is no result, and nothing to keep.
            counts: if self.stands_over { Counts::default() } else { Counts::of(&self.ballots) },
            settled,
        })
    }
}

impl Proceedings {
    /// Draws the minutes up, by which the meeting can close.
    ///
    /// # Errors
    /// Every item without a result and why, where there are any.
    pub fn close(&self) -> Result<Minutes, Vec<(CaseId, Unsettled)>> {
        let (mut entries, mut open) = (Vec::new(), Vec::new());
        for item in &self.items {
            match item.entry(&self.roll) {
                Ok(entry) => entries.push(entry),
                Err(why) => open.push((item.case, why)),
            }
        }
        if open.is_empty() { Ok(Minutes { meeting: self.meeting, pack: self.pack, entries }) } else { Err(open) }
    }
}

impl Minutes {
    /// Where they do not agree with the proceedings: nowhere, or they cannot be signed.
    pub fn disagreements(&self, proceedings: &Proceedings) -> Vec<Disagreement> {
        let mut found = Vec::new();
        if self.meeting != proceedings.meeting {
            found.push(Disagreement::Meeting);
        }
        if self.pack != proceedings.pack {
            found.push(Disagreement::Pack);
        }
        let dealt: Vec<CaseId> = proceedings.items.iter().map(|item| item.case).collect();
        let said: Vec<CaseId> = self.entries.iter().map(|entry| entry.case).collect();
        found.extend(dealt.iter().filter(|case| !said.contains(case)).map(|case| Disagreement::Missing(*case)));
        found.extend(said.iter().filter(|case| !dealt.contains(case)).map(|case| Disagreement::Unknown(*case)));
        if said.iter().filter(|case| dealt.contains(case)).ne(dealt.iter().filter(|case| said.contains(case))) {
            found.push(Disagreement::Order);
        }
        for item in &proceedings.items {
            let entry = item.entry(&proceedings.roll);
            for said in self.entries.iter().filter(|entry| entry.case == item.case) {
                match &entry {
                    Ok(true_one) => {
                        found.extend(said.differs(true_one).map(|part| Disagreement::Says(item.case, part)))
                    }
                    Err(_) => found.push(Disagreement::Unsettled(item.case)),
                }
            }
        }
        found
    }

    /// Whose signatures they need: the secretary's, who wrote them, and that of everybody who presided over an item, since
    /// a chair who was recused from one cannot answer for it, nor see it.
    pub fn signers(&self, secretary: AccountId) -> BTreeSet<AccountId> {
        self.entries.iter().filter_map(|entry| entry.presiding).chain([secretary]).collect()
    }

    /// Whether the meeting is over with these signatures.
    ///
    /// # Errors
    /// `Disagrees`, `SecretaryVoted`, `Missing`, in this order.
    pub fn may_be_signed(
        &self,
        proceedings: &Proceedings,
        secretary: AccountId,
        signed: &BTreeSet<AccountId>,
    ) -> Result<(), Unsigned> {
        let disagreements = self.disagreements(proceedings);
        if !disagreements.is_empty() {
            return Err(Unsigned::Disagrees(disagreements));
        }
        if proceedings.roll.members().contains(&secretary) {
            return Err(Unsigned::SecretaryVoted);
        }
        let missing: BTreeSet<_> = self.signers(secretary).difference(signed).copied().collect();
        if missing.is_empty() { Ok(()) } else { Err(Unsigned::Missing(missing)) }
    }

    /// The minutes as one member reads and signs them.
    pub fn shown_to(&self, member: AccountId) -> Extract {
        let entries = self.entries.iter().filter(|entry| !entry.recused.contains(&member)).cloned().collect();
        Extract { meeting: self.meeting, entries }
    }
}

impl Entry {
    fn differs(&self, other: &Self) -> impl Iterator<Item = Detail> {
        let parts = [
            (self.digest != other.digest, Detail::Digest),
            (self.presiding != other.presiding, Detail::Presiding),
            (self.voters != other.voters, Detail::Voters),
            (self.recused != other.recused, Detail::Recused),
            (self.counts != other.counts, Detail::Counts),
            (self.settled != other.settled, Detail::Settled),
        ];
        parts.into_iter().filter(|(differs, _)| *differs).map(|(_, part)| part)
    }
}

#[cfg(test)]
pub(crate) mod tests;
