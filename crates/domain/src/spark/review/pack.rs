//! The pack of a meeting (会议材料): what the committee decides on, frozen.
//!
//! Its canonical bytes are one sequence for one pack and no two packs share one, so that a hash of them (which is the
//! services' to make) says what everybody had before them. Each item has bytes of its own too: a vote names the hash of
//! the item it was cast on, and new evidence gives the item another, by which the votes cast before count no more. What
//! changed is told by [`Item::changes`].

use super::Fen;
use super::committee::Roll;
use crate::ids::{AccountId, CaseId, FileId, MeetingId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// What the bytes begin with. Another way of writing them needs another number.
const PACK: &[u8; 13] = b"spark.pack.1\n";
/// The same, of an item on its own.
const ITEM: &[u8; 13] = b"spark.item.1\n";

/// A hash of something, of 32 bytes; written in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// Not sixty-four small hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no digest")]
pub struct NoDigest;

impl TryFrom<String> for Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(NoDigest),
        };
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return Err(NoDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = value(pair[0])? * 16 + value(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Something a decision rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// A document of the case.
    Document(FileId),
    /// What a reviewer said.
    Review(AccountId),
    /// What the family answered to a question (补充说明), by the question's id.
    Answer(Uuid),
}

/// Which state of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// Of its content.
    pub digest: Digest,
}

/// A case on the agenda, as it is put to the vote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Which.
    pub case: CaseId,
    /// The version of the submitted form.
    pub form: u32,
    /// What the family asks for.
    pub requested: Fen,
    /// What the decision rests on.
    pub evidence: BTreeMap<Evidence, Version>,
}

/// What became of an item since it was frozen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// The form was submitted anew.
    Form {
        /// The version that was frozen.
        from: u32,
        /// The one there is.
        to: u32,
    },
    /// Another amount is asked for.
    Requested {
        /// What was asked for.
        from: Fen,
        /// What is asked for now.
        to: Fen,
    },
    /// Something came.
    Added(Evidence),
    /// Something has another version or content.
    Replaced(Evidence),
    /// Something was taken back or struck.
    Gone(Evidence),
}

impl Item {
    /// Its bytes: equal for equal items and for no others.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = ITEM.to_vec();
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        put_id(bytes, self.case.0);
        bytes.extend(self.form.to_be_bytes());
        bytes.extend(self.requested.get().to_be_bytes());
        put_count(bytes, self.evidence.len());
        for (evidence, version) in &self.evidence {
            let (kind, id) = match evidence {
                Evidence::Document(file) => (b'd', file.0),
                Evidence::Review(reviewer) => (b'r', reviewer.0),
                Evidence::Answer(question) => (b'a', *question),
            };
            bytes.push(kind);
            put_id(bytes, id);
            bytes.extend(version.number.to_be_bytes());
            bytes.extend(version.digest.0);
        }
    }

    /// What is different `now`; nothing where votes on this one still count.
    pub fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.form != now.form {
            changes.push(Change::Form { from: self.form, to: now.form });
        }
        if self.requested != now.requested {
            changes.push(Change::Requested { from: self.requested, to: now.requested });
        }
        changes.extend(now.evidence.iter().filter_map(|(evidence, version)| match self.evidence.get(evidence) {
            None => Some(Change::Added(*evidence)),
            Some(before) if before != version => Some(Change::Replaced(*evidence)),
            Some(_) => None,
        }));
        changes
            .extend(self.evidence.keys().filter(|one| !now.evidence.contains_key(one)).map(|one| Change::Gone(*one)));
        changes
    }
}

/// What a meeting decides on, and who sits at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pack {
    meeting: MeetingId,
    roll: Roll,
    items: Vec<Item>,
}

/// A pack cannot be frozen so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfrozen {
    /// There is nothing on the agenda.
    #[error("nothing is on the agenda")]
    Empty,
    /// A case stands on it twice.
    #[error("case {0} is on the agenda twice")]
    Twice(CaseId),
    /// A case asks for nothing that could be granted.
    #[error("case {0} asks for no amount")]
    NoAmount(CaseId),
}

impl Pack {
    /// The agenda in its order.
    ///
    /// # Errors
    /// `Empty`, `Twice`, `NoAmount`.
    pub fn new(meeting: MeetingId, roll: Roll, items: Vec<Item>) -> Result<Self, Unfrozen> {
        if items.is_empty() {
            return Err(Unfrozen::Empty);
        }
        for (nth, item) in items.iter().enumerate() {
            if items[..nth].iter().any(|before| before.case == item.case) {
                return Err(Unfrozen::Twice(item.case));
            }
            if item.requested <= Fen::ZERO {
                return Err(Unfrozen::NoAmount(item.case));
            }
        }
        Ok(Self { meeting, roll, items })
    }

    /// Of which meeting.
    pub const fn meeting(&self) -> MeetingId {
        self.meeting
    }

    /// Who sits at it.
    pub const fn roll(&self) -> &Roll {
        &self.roll
    }

    /// The agenda in its order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Its bytes: equal for equal packs and for no others. Numbers are of fixed width and big-endian, lists have their
    /// length before them, and what has no order of its own is sorted by its id.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = PACK.to_vec();
        put_id(&mut bytes, self.meeting.0);
        put_id(&mut bytes, self.roll.chair().0);
        put_id(&mut bytes, self.roll.deputy().0);
        put_count(&mut bytes, self.roll.members().len());
        self.roll.members().iter().for_each(|member| put_id(&mut bytes, member.0));
        put_count(&mut bytes, self.items.len());
        self.items.iter().for_each(|item| item.write(&mut bytes));
        bytes
    }
}

fn put_id(bytes: &mut Vec<u8>, id: Uuid) {
    bytes.extend(id.as_bytes());
}

/// A list in memory is shorter than a number of eight bytes can say.
fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u64).to_be_bytes());
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::committee::tests::roll;
    use super::super::conflict::tests::account;
    use super::*;
    use proptest::prelude::*;

    /// The case number `n`, asking for 30,000 yuan, with one document and one review.
    pub fn item(n: u128) -> Item {
        let version = Version { number: 1, digest: Digest([1; 32]) };
        let evidence = [Evidence::Document(FileId(Uuid::from_u128(n))), Evidence::Review(account(40))];
        Item {
            case: CaseId(Uuid::from_u128(n)),
            form: 1,
            requested: Fen::new(3_000_000),
            evidence: evidence.map(|one| (one, version)).into(),
        }
    }

    fn pack(items: Vec<Item>) -> Result<Pack, Unfrozen> {
        Pack::new(MeetingId(Uuid::from_u128(1)), roll(5), items)
    }

    #[test]
    fn an_agenda_has_each_case_once_and_something_to_decide() {
        assert_eq!(pack(vec![]), Err(Unfrozen::Empty));
        assert_eq!(pack(vec![item(1), item(2), item(1)]), Err(Unfrozen::Twice(item(1).case)));
        assert_eq!(pack(vec![Item { requested: Fen::ZERO, ..item(7) }]), Err(Unfrozen::NoAmount(item(7).case)));
        assert_eq!(pack(vec![item(2), item(1)]).expect("a pack").items(), [item(2), item(1)]);
    }

    #[test]
    fn bytes_are_what_they_are_said_to_be() {
        let bytes = Item { evidence: BTreeMap::new(), form: 2, requested: Fen::new(258), ..item(3) }.canonical();
        let mut expected = b"spark.item.1\n".to_vec();
        expected.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
        expected.extend([0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        assert_eq!(Digest([171; 32]).to_string(), "ab".repeat(32));
        assert_eq!(Digest::try_from("0f".repeat(32)), Ok(Digest([15; 32])));
        for wrong in ["0f".repeat(31), "0F".repeat(32), "0g".repeat(32), "é".repeat(32), String::new()] {
            assert_eq!(Digest::try_from(wrong.clone()), Err(NoDigest), "{wrong}");
        }
    }

    #[test]
    fn the_pack_holds_the_order_the_meeting_and_the_roll() {
        let bytes = |items, seats, meeting| {
            Pack::new(MeetingId(Uuid::from_u128(meeting)), roll(seats), items).expect("a pack").canonical()
        };
        let plain = bytes(vec![item(1), item(2)], 5, 1);
        assert_eq!(bytes(vec![item(1), item(2)], 5, 1), plain);
        assert_ne!(bytes(vec![item(2), item(1)], 5, 1), plain);
        assert_ne!(bytes(vec![item(1), item(2)], 6, 1), plain);
        assert_ne!(bytes(vec![item(1), item(2)], 5, 2), plain);
    }

    #[test]
    fn what_came_after_freezing_is_named() {
        let before = item(1);
        assert_eq!(before.changes(&item(1)), []);
        let mut now = before.clone();
        let (document, review) = (Evidence::Document(FileId(Uuid::from_u128(1))), Evidence::Review(account(40)));
        let third = Evidence::Review(account(41));
        now.form = 2;
        now.requested = Fen::new(1_000_000);
        now.evidence.insert(document, Version { number: 2, digest: Digest([1; 32]) });
        now.evidence.insert(third, Version { number: 1, digest: Digest([1; 32]) });
        now.evidence.remove(&review);
        let expected = [
            Change::Form { from: 1, to: 2 },
            Change::Requested { from: Fen::new(3_000_000), to: Fen::new(1_000_000) },
            Change::Replaced(document),
            Change::Added(third),
            Change::Gone(review),
        ];
        assert_eq!(before.changes(&now), expected);
    }

    fn items() -> impl Strategy<Value = Item> {
        let id = || (0u128..3).prop_map(Uuid::from_u128);
        let evidence = (0u8..3, id(), 1u32..3, 0u8..2).prop_map(|(kind, id, number, byte)| {
            let which = match kind {
                0 => Evidence::Document(FileId(id)),
                1 => Evidence::Review(AccountId(id)),
                _ => Evidence::Answer(id),
            };
            (which, Version { number, digest: Digest([byte; 32]) })
        });
        (id(), 1u32..3, (1i64..3).prop_map(Fen::new), prop::collection::btree_map(any::<u8>(), evidence, 0..4))
            .prop_map(|(case, form, requested, evidence)| Item {
                case: CaseId(case),
                form,
                requested,
                evidence: evidence.into_values().collect(),
            })
    }

    proptest! {
        /// One sequence of bytes for one item, and nothing changed exactly where the bytes are the same.
        #[test]
        fn bytes_differ_where_anything_does(one in items(), other in items()) {
            prop_assert_eq!(one.canonical() == other.canonical(), one == other);
            prop_assert_eq!(one.changes(&other).is_empty() && one.case == other.case, one == other);
            prop_assert_eq!(one.changes(&other).len(), other.changes(&one).len());
        }

        /// No item's end is another's beginning: bytes of agendas are the same where the agendas are.
        #[test]
        fn agendas_have_bytes_of_their_own(
            one in prop::collection::vec(items(), 1..4), other in prop::collection::vec(items(), 1..4),
        ) {
            if let (Ok(one), Ok(other)) = (pack(one), pack(other)) {
                prop_assert_eq!(one.canonical() == other.canonical(), one == other);
            }
        }
    }
}
