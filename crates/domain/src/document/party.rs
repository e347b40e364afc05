//! The documents of a party, person by person: that of who books first. No names stand beside them: the entrance compares
//! the ends of the numbers with what people hold in their hands, and needs to know no more.
//!
//! While a form is filled in some are missing; a booking has those it was asked for.

use super::Document;
use crate::booking::Party;
use crate::field::{Fault, FieldError};
use jiff::civil::Date;

/// Younger than this is a child in the rules.
const GROWN_UP: i16 = 14;

/// What the fields of the n-th person's document are called, number and kind; the first is who books.
pub fn field_names(n: usize) -> (String, String) {
    match n {
        0 => ("document".to_owned(), "document_kind".to_owned()),
        n => (format!("document_{}", n + 1), format!("document_kind_{}", n + 1)),
    }
}

/// The documents that were shown, in the order of the people; where one is not there yet, its place is empty. Prints masked.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Shown(Vec<Option<Document>>);

impl Shown {
    /// That of who books alone, if there is one.
    pub fn leader(document: Option<Document>) -> Self {
        Self::from_iter([document])
    }

    /// That of the n-th person.
    pub fn get(&self, n: usize) -> Option<&Document> {
        self.0.get(n)?.as_ref()
    }

    /// Those that are there.
    pub fn all(&self) -> impl Iterator<Item = &Document> {
        self.0.iter().flatten()
    }

    /// Nobody showed any.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// These in the places of those that were there, and what was there where nothing new is.
    #[must_use]
    pub fn and(self, fresh: Self) -> Self {
        let len = self.0.len().max(fresh.0.len());
        let (mut old, mut new) = (self.0.into_iter(), fresh.0.into_iter());
        (0..len).map(|_| (old.next().flatten(), new.next().flatten())).map(|(old, new)| new.or(old)).collect()
    }

    /// The first so many: what nobody asks for is not kept.
    #[must_use]
    pub fn first(mut self, n: usize) -> Self {
        self.0.truncate(n);
        Self::from_iter(self.0)
    }

    /// Without the empty places.
    #[must_use]
    pub fn without_gaps(self) -> Self {
        Self(self.0.into_iter().flatten().map(Some).collect())
    }

    /// Those of the people who stay, by their places.
    #[must_use]
    pub fn staying(&self, stay: &[usize]) -> Self {
        let of = |(n, document): (usize, &Option<Document>)| stay.contains(&n).then(|| document.clone());
        self.0.iter().enumerate().filter_map(of).collect()
    }

    /// What is sealed: a line for each person, an empty one where there is none yet.
    pub fn comparable(&self) -> String {
        let lines: Vec<_> =
            self.0.iter().map(|document| document.as_ref().map(Document::comparable).unwrap_or_default()).collect();
        lines.join("\n")
    }

    /// Reads what [`comparable`](Self::comparable) wrote.
    pub fn from_comparable(text: &str) -> Option<Self> {
        let read = |line: &str| match line {
            "" => Some(None),
            line => Document::from_comparable(line).map(Some),
        };
        text.split('\n').map(read).collect::<Option<Vec<_>>>().map(Self::from_iter)
    }

    /// What stands between these documents and those a party has to show: the first `needed` are there and none is there
    /// twice.
    ///
    /// # Errors
    /// Every person's fault, in the order of the form.
    pub fn complete(&self, needed: usize) -> Result<(), Vec<FieldError>> {
        let faulty = |n| {
            let fault = match self.get(n) {
                None if n < needed => Fault::Required,
                None => return None,
                Some(document) => {
                    let before =
                        (0..n).find(|&m| self.get(m).is_some_and(|other| other.counted() == document.counted()));
                    Fault::DocumentTwice { nth: before? as u32 + 1 }
                }
            };
            Some(FieldError::new(field_names(n).0, fault))
        };
        let faults: Vec<_> = (0..needed.max(self.0.len())).filter_map(faulty).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether the birth dates in the documents allow the children under 14 that were said for a visit on `day`. Whoever has
    /// no birth date in the document, or no document here, may be either.
    ///
    /// # Errors
    /// [`Fault::ChildrenByDocuments`], with what can be.
    pub fn allows(&self, party: Party, day: Date) -> Result<(), Fault> {
        let (min, max) = self.children(party, day);
        if (min..=max).contains(&u32::from(party.children)) {
            Ok(())
        } else {
            Err(Fault::ChildrenByDocuments { min, max })
        }
    }
}

impl Shown {
    /// The fewest and the most children under 14 that the birth dates allow.
    fn children(&self, party: Party, day: Date) -> (u32, u32) {
        let ages = self.all().filter_map(Document::born).map(|born| is_child(born, day));
        let (children, grown_up): (Vec<bool>, Vec<bool>) = ages.partition(|child| *child);
        (children.len() as u32, party.people.get().saturating_sub(grown_up.len() as u32))
    }

    /// The party with as many children as the birth dates allow, which is what was said wherever that can be.
    #[must_use]
    pub fn corrected(&self, party: Party, day: Date) -> Party {
        let (min, max) = self.children(party, day);
        let children = u32::from(party.children).max(min).min(max);
        Party { children: children as u16, ..party }
    }
}

impl FromIterator<Option<Document>> for Shown {
    /// Empty places at the end are none.
    fn from_iter<T: IntoIterator<Item = Option<Document>>>(all: T) -> Self {
        let mut all: Vec<_> = all.into_iter().collect();
        while matches!(all.last(), Some(None)) {
            all.pop();
        }
        Self(all)
    }
}

/// Younger than fourteen on a day. Who was born on the 29th of February is a year older on the 1st of March, where there is no
/// such day.
fn is_child(born: Date, day: Date) -> bool {
    let years = day.year() - born.year();
    let birthday_is_ahead = (day.month(), day.day()) < (born.month(), born.day());
    years - i16::from(birthday_is_ahead) < GROWN_UP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::PartySize;
    use crate::document::DocumentKind;
    use jiff::civil::date;

    /// A number by GB 11643 of somebody born that day.
    fn born(day: &str, order: &str) -> Document {
        let digits = format!("370102{day}{order}");
        let sum = digits.bytes().fold(0, |sum, byte| (sum * 2 + u32::from(byte - b'0')) % 11);
        let check = b"0123456789X"[((12 - (sum * 2) % 11) % 11) as usize] as char;
        Document::parse(DocumentKind::Resident, &format!("{digits}{check}"), date(2026, 11, 1)).expect("it can exist")
    }

    fn passport(number: &str) -> Document {
        Document::parse(DocumentKind::Passport, number, date(2026, 11, 1)).expect("it can exist")
    }

    fn party(people: u32, children: u32) -> Party {
        Party::new(PartySize::new(people).expect("a size"), children).expect("a party")
    }

    fn family() -> Shown {
        [born("19800101", "001"), born("20160101", "002"), passport("E12345678")].map(Some).into_iter().collect()
    }

    #[test]
    fn each_person_has_a_fault_of_their_own() {
        assert_eq!(family().complete(3), Ok(()));
        let twice = Shown::from_iter([None, Some(passport("E12345678")), None, Some(passport("e1234 5678"))]);
        let faults = [
            FieldError::new("document", Fault::Required),
            FieldError::new("document_3", Fault::Required),
            FieldError::new("document_4", Fault::DocumentTwice { nth: 2 }),
        ];
        assert_eq!(twice.complete(4), Err(faults.to_vec()));
        assert_eq!(Shown::default().complete(0), Ok(()));
    }

    #[test]
    fn the_birth_dates_that_are_known_bound_the_children_that_were_said() {
        let day = date(2026, 12, 1);
        // One grown up, one child, and a passport that may be either.
        assert_eq!(family().allows(party(3, 1), day), Ok(()));
        assert_eq!(family().allows(party(3, 2), day), Ok(()));
        let fault = Err(Fault::ChildrenByDocuments { min: 1, max: 2 });
        assert_eq!((family().allows(party(3, 0), day), family().allows(party(3, 3), day)), (fault, fault));
        // That of who books alone says nothing of the others.
        let alone = Shown::leader(Some(born("19800101", "001")));
        assert_eq!(alone.allows(party(3, 2), day), Ok(()));
        assert_eq!(alone.allows(party(3, 3), day), Err(Fault::ChildrenByDocuments { min: 0, max: 2 }));
    }

    #[test]
    fn a_child_grows_up_on_the_fourteenth_birthday() {
        assert!(is_child(date(2012, 12, 2), date(2026, 12, 1)) && !is_child(date(2012, 12, 1), date(2026, 12, 1)));
        assert!(is_child(date(2012, 2, 29), date(2026, 2, 28)) && !is_child(date(2012, 2, 29), date(2026, 3, 1)));
    }

    #[test]
    fn what_is_sealed_is_read_again_with_its_gaps_and_one_document_as_ever() {
        let gaps = Shown::from_iter([None, Some(passport("E12345678")), None]);
        for shown in [Shown::default(), family(), gaps] {
            assert_eq!(Shown::from_comparable(&shown.comparable()), Some(shown));
        }
        let alone = passport("E12345678");
        assert_eq!(Shown::from_comparable(&alone.comparable()), Some(Shown::leader(Some(alone))));
        assert_eq!(Shown::from_comparable("a number"), None);
        assert!(!format!("{:?}", family()).contains("E12345678"));
    }

    #[test]
    fn what_is_new_takes_the_place_of_what_was_there_and_who_stays_keeps_the_order() {
        let fresh = Shown::from_iter([None, Some(passport("G11112222"))]);
        let both = family().and(fresh);
        assert_eq!((both.get(0), both.get(1)), (family().get(0), Some(&passport("G11112222"))));
        assert_eq!(both.get(2), family().get(2));
        assert_eq!(
            family().staying(&[2, 0]).all().cloned().collect::<Vec<_>>(),
            [born("19800101", "001"), passport("E12345678")]
        );
        assert_eq!(family().first(1), Shown::leader(family().get(0).cloned()));
    }
}
