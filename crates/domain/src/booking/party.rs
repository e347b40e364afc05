//! The people of one booking. Capacity counts people, never bookings.

use crate::contact::ContactText;
use crate::field::{Fault, Faults};
use crate::typed::digits;
use serde::{Deserialize, Serialize};

/// How many people come together: at least one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartySize(u16);

impl PartySize {
    /// The most people one booking can ever have, whatever an activity's policy says.
    pub const MAX: u16 = 500;

    /// `people`, if one booking can have that many.
    pub fn new(people: u32) -> Result<Self, Fault> {
        u16::try_from(people)
            .ok()
            .filter(|n| (1..=Self::MAX).contains(n))
            .map(Self)
            .ok_or(Fault::OutOfRange { min: 1, max: u32::from(Self::MAX) })
    }

    /// Reads a form's text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::new(digits(text)?)
    }

    /// The number of people.
    pub const fn get(self) -> u32 {
        self.0 as u32
    }
}

/// A party: its size, and how many of them are under 14.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// Everybody, children included.
    pub people: PartySize,
    /// Of whom under 14.
    pub children: u16,
}

impl Party {
    /// Reads the two numbers of a form; an empty number of children is none. Faults stand under `people` and `children`.
    pub fn parse(people: &str, children: &str, faults: &mut Faults) -> Option<Self> {
        let people = faults.take("people", PartySize::parse(people));
        let children = if children.trim().is_empty() { Some(0) } else { faults.take("children", digits(children)) };
        let (people, children) = (people?, children?);
        Self::new(people, children).map_err(|fault| faults.add("children", fault)).ok()
    }

    /// A party that can exist.
    pub fn new(people: PartySize, children: u32) -> Result<Self, Fault> {
        if children > people.get() {
            return Err(Fault::ChildrenExceedParty);
        }
        Ok(Self { people, children: children as u16 })
    }

    /// Those of 14 and older.
    pub const fn adults(&self) -> u32 {
        self.people.get() - self.children as u32
    }
}

/// What a visitor told us about themselves, as it is kept sealed in a draft.
#[derive(Clone, Serialize, Deserialize)]
pub struct Particulars {
    /// Name as typed and normalised.
    pub name: String,
    /// The contact a code proves.
    pub contact: ContactText,
    /// Of the party, how many are under 14.
    pub children: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(people: &str, children: &str) -> Result<(u32, u16), Vec<crate::field::FieldError>> {
        let mut faults = Faults::default();
        match Party::parse(people, children, &mut faults) {
            Some(party) => Ok((party.people.get(), party.children)),
            None => Err(faults.into_errors()),
        }
    }

    #[test]
    fn reads_what_people_type() {
        assert_eq!(parse("3", ""), Ok((3, 0)));
        assert_eq!(parse(" ３ ", "1"), Ok((3, 1)));
    }

    #[test]
    fn names_the_field_and_the_rule() {
        use crate::field::FieldError;
        assert_eq!(parse("0", "0"), Err(vec![FieldError::new("people", Fault::OutOfRange { min: 1, max: 500 })]));
        let long = Fault::OutOfRange { min: 1, max: 500 };
        assert_eq!(parse("99999999999999", "0"), Err(vec![FieldError::new("people", long)]));
        assert_eq!(
            parse("two", "x"),
            Err(vec![FieldError::new("people", Fault::NotANumber), FieldError::new("children", Fault::NotANumber)])
        );
        assert_eq!(parse("2", "3"), Err(vec![FieldError::new("children", Fault::ChildrenExceedParty)]));
    }
}
