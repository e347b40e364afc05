//! Conflicts of interest (利益冲突, 回避): who must have nothing to do with a case.
//!
//! Some are declared, by the person or by somebody else; others are computed from registers and from keyed hashes, which
//! can be compared and not read. Each is a fact with its source. [`may`] is the one answer for being assigned, reading,
//! scoring and voting. Whoever it bars is told nothing but [`NotThere`]: that there is a conflict would say that somebody
//! they know has applied.

use crate::ids::{AccountId, CaseId, HospitalId};
use crate::named::named;
use std::collections::BTreeSet;
use std::fmt;

/// Keyed hashes: equal where what they were made of is equal, and nothing else can be done with them.
macro_rules! keyed {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        /// Hashes of one person could be joined across logs.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

keyed! {
    /// Of a person's identity document.
    PersonHash,
    /// Of a telephone number.
    PhoneHash,
    /// Of an address one lives at.
    AddressHash,
}

/// What ties a person to others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ties {
    /// Who it is.
    pub person: PersonHash,
    /// Relatives, as far as a register names them.
    pub kin: BTreeSet<PersonHash>,
    /// Telephone numbers.
    pub phones: BTreeSet<PhoneHash>,
    /// Where they live.
    pub addresses: BTreeSet<AddressHash>,
}

/// Somebody who reviews cases or votes on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reviewer {
    /// Their account.
    pub account: AccountId,
    /// What ties them to others.
    pub ties: Ties,
    /// Where they work, by the register of staff.
    pub employers: BTreeSet<HospitalId>,
}

/// How somebody came to have to do with a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// Assigned to review it, as the draw had it.
    Drawn,
    /// Assigned to review it by name, by an officer who gave a reason.
    Named,
    /// On the roll of the committee's meeting whose frozen pack has it. Whoever froze it named the case and the members.
    Seated,
}

/// Somebody has a conflict, as somebody said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Declared {
    /// Who has it.
    pub about: AccountId,
    /// They said so themselves; otherwise somebody else did.
    pub by_themselves: bool,
}

/// What is known around a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseFacts {
    /// Which.
    pub case: CaseId,
    /// The patient is under 18: nobody comes to the records by a draw alone.
    pub minor: bool,
    /// Hospitals that treat the patient, or did.
    pub treating: BTreeSet<HospitalId>,
    /// The patient, guardians, and whoever else applies.
    pub people: Vec<Ties>,
    /// Accounts that worked on it in another office: the social worker who began it, the case officer.
    pub handled_by: BTreeSet<AccountId>,
    /// What was declared.
    pub declared: Vec<Declared>,
    /// Who has to do with it.
    pub links: Vec<(AccountId, Link)>,
}

named! {
    /// What a conflict consists in.
    Ground, 7 {
        /// The reviewer is the patient, a guardian or an applicant.
        Party "party",
        /// The reviewer works where the patient is treated.
        Employer "employer",
        /// The reviewer is related to one of them.
        Kinship "kinship",
        /// The reviewer has a telephone number with one of them.
        SharedPhone "shared_phone",
        /// The reviewer lives where one of them does.
        SharedAddress "shared_address",
        /// The reviewer worked on the case in another office.
        Handled "handled",
        /// Said to be, for a reason that is kept with the declaration.
        Declared "declared",
    }
}

named! {
    /// How a conflict is known.
    Source, 6 {
        /// The reviewer said so.
        OwnWord "own_word",
        /// Somebody else said so.
        OthersWord "others_word",
        /// The register of staff.
        StaffRegister "staff_register",
        /// A register of kinship.
        KinshipRegister "kinship_register",
        /// Keyed hashes are equal.
        EqualHashes "equal_hashes",
        /// The record of the case itself.
        CaseRecord "case_record",
    }
}

/// One conflict: a fact and its source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Conflict {
    /// What it consists in.
    pub ground: Ground,
    /// How it is known.
    pub source: Source,
}

/// Every conflict of a reviewer with a case, each once, in the order of [`Ground::ALL`]. For those who assign, never for
/// the reviewer.
pub fn conflicts(reviewer: &Reviewer, case: &CaseFacts) -> Vec<Conflict> {
    let ties = &reviewer.ties;
    let with_any = |tie: fn(&Ties, &Ties) -> bool| case.people.iter().any(|person| tie(ties, person));
    let declared = |by_themselves| {
        case.declared.iter().any(|one| one.about == reviewer.account && one.by_themselves == by_themselves)
    };
    // A register knows a relation from either side, and not always from both.
    let related = |a: &Ties, b: &Ties| a.kin.contains(&b.person) || b.kin.contains(&a.person);
    let facts = [
        (with_any(|a, b| a.person == b.person), Ground::Party, Source::EqualHashes),
        (!reviewer.employers.is_disjoint(&case.treating), Ground::Employer, Source::StaffRegister),
        (with_any(related), Ground::Kinship, Source::KinshipRegister),
        (with_any(|a, b| !a.phones.is_disjoint(&b.phones)), Ground::SharedPhone, Source::EqualHashes),
        (with_any(|a, b| !a.addresses.is_disjoint(&b.addresses)), Ground::SharedAddress, Source::EqualHashes),
        (case.handled_by.contains(&reviewer.account), Ground::Handled, Source::CaseRecord),
        (declared(true), Ground::Declared, Source::OwnWord),
        (declared(false), Ground::Declared, Source::OthersWord),
    ];
    facts.into_iter().filter(|(holds, ..)| *holds).map(|(_, ground, source)| Conflict { ground, source }).collect()
}

named! {
    /// What somebody would do with a case.
    Act, 4 {
        /// Become one of its reviewers.
        BeAssigned "be_assigned",
        /// Read it, or see that it is there.
        Read "read",
        /// Score it.
        Score "score",
        /// Vote on it.
        Vote "vote",
    }
}

/// Why not. For those who assign and for the audit trail; the person barred is told [`NotThere`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Barred {
    /// There are conflicts: somebody else has to do it.
    #[error("{} conflicts of interest", .0.len())]
    Conflicted(Vec<Conflict>),
    /// Nobody gave them the case for that.
    #[error("not assigned")]
    Unassigned,
    /// The patient is a minor and only a draw gave them the case: an officer has to name them.
    #[error("a minor's case needs an assignment by name")]
    NotByName,
}

/// There is no such case. What somebody hears who is barred from one, for whichever reason, and whoever asks for one that
/// does not exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no such case")]
pub struct NotThere;

impl From<Barred> for NotThere {
    fn from(_: Barred) -> Self {
        Self
    }
}

/// The one answer to "may this reviewer do that with this case?". To be asked at each act anew: a conflict that becomes
/// known later bars from then on, and [`stands`] says what becomes of what was done before.
///
/// # Errors
/// `Conflicted` before anything else, whatever the act; then `Unassigned`, `NotByName`.
pub fn may(reviewer: &Reviewer, case: &CaseFacts, act: Act) -> Result<(), Barred> {
    let found = conflicts(reviewer, case);
    if !found.is_empty() {
        return Err(Barred::Conflicted(found));
    }
    let enough = |link: Link| match act {
        Act::BeAssigned | Act::Read => true,
        Act::Score => link != Link::Seated,
        Act::Vote => link == Link::Seated,
    };
    let links = || case.links.iter().filter(|(account, link)| *account == reviewer.account && enough(*link));
    if act == Act::BeAssigned {
        Ok(())
    } else if links().next().is_none() {
        Err(Barred::Unassigned)
    } else if case.minor && links().all(|(_, link)| *link == Link::Drawn) {
        Err(Barred::NotByName)
    } else {
        Ok(())
    }
}

/// Whether what a reviewer did counts, as things are known now: a score or a vote of somebody who turns out to have a
/// conflict is struck, and the case is assigned or voted on again.
pub fn stands(reviewer: &Reviewer, case: &CaseFacts) -> bool {
    conflicts(reviewer, case).is_empty()
}

/// Whether somebody may look after a case as its officer. Every conflict bars from that, too, but having handled it: that is
/// what officers do.
pub fn may_look_after(officer: &Reviewer, case: &CaseFacts) -> bool {
    conflicts(officer, case).iter().all(|conflict| conflict.ground == Ground::Handled)
}

/// Who of a committee is recused (回避) from a case.
pub fn recused<'a>(members: impl IntoIterator<Item = &'a Reviewer>, case: &CaseFacts) -> BTreeSet<AccountId> {
    members.into_iter().filter(|member| !stands(member, case)).map(|member| member.account).collect()
}

#[cfg(test)]
pub(crate) mod tests;
