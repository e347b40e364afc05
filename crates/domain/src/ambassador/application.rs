//! What somebody who applies says of themselves, read from the form.

use crate::bus::City;
use crate::contact::{Contact, PersonName};
use crate::field::{Fault, Faults};
use crate::named::named;
use crate::typed::{Typed, choice, line, number, words};

named! {
    /// As what somebody applies.
    Capacity, 3 {
        /// A pupil or a student.
        Student "student",
        /// A teacher.
        Teacher "teacher",
        /// Works at a school in another post.
        Staff "staff",
    }
}

/// Whoever is younger applies with a guardian's consent (个人信息保护法, article 31: the data of minors under 14).
pub const GUARDIAN_UNDER: u32 = 14;
/// The youngest and the oldest age that can be typed.
const AGES: (u32, u32) = (6, 99);
/// Characters of a motivation.
const MOTIVATION: u32 = 800;

/// The fields of the form, in its order; `round` is not typed but goes with it.
const FIELDS: [&str; 13] = [
    "round",
    "name",
    "age",
    "guardian",
    "guardian_consent",
    "capacity",
    "organisation",
    "post",
    "city",
    "contact",
    "note",
    "accept",
    "accept_rules",
];

/// What was typed into the form.
pub fn typed<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Typed {
    Typed::kept(&FIELDS, pairs)
}

/// An application as it can be decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Who applies.
    pub name: PersonName,
    /// How old they are: the year of birth is nobody's business here.
    pub age: u32,
    /// Who consents for somebody under 14.
    pub guardian: Option<PersonName>,
    /// As what.
    pub capacity: Capacity,
    /// Which school.
    pub organisation: String,
    /// Grade and class, or what they do there.
    pub post: String,
    /// Where the school is.
    pub city: City,
    /// How to reach them; a code proves it.
    pub contact: Contact,
    /// Why.
    pub motivation: String,
}

impl Details {
    /// Reads the form for a round of one city, or of all. Every fault stands under its field.
    pub fn parse(typed: &Typed, only: Option<City>, faults: &mut Faults) -> Option<Self> {
        let name = faults.take("name", PersonName::parse(typed.field("name")));
        let age = faults.take("age", number(typed.field("age"), AGES.0, AGES.1));
        let guardian = Self::guardian(typed, age, faults);
        let capacity = faults.take("capacity", choice(typed.field("capacity"), Capacity::from_name));
        let organisation = faults.take("organisation", line(typed.field("organisation"), 60));
        let post = faults.take("post", line(typed.field("post"), 30));
        let city = City::parse(typed.field("city")).and_then(|city| match only {
            Some(only) if only != city => Err(Fault::NotAChoice),
            _ => Ok(city),
        });
        let city = faults.take("city", city);
        let contact = faults.take("contact", Contact::parse(typed.field("contact")));
        let motivation = faults.take("note", words(typed.field("note"), MOTIVATION));
        for field in ["accept", "accept_rules"] {
            if typed.field(field) != "on" {
                faults.add(field, Fault::MustAccept);
            }
        }
        Some(Self {
            name: name?,
            age: age?,
            guardian: guardian?,
            capacity: capacity?,
            organisation: organisation?,
            post: post?,
            city: city?,
            contact: contact?,
            motivation: motivation?,
        })
        .filter(|_| faults.is_empty())
    }

    /// The guardian of somebody under 14, who has ticked the consent; nobody of somebody older, whatever was typed: what is
    /// not needed is not kept.
    fn guardian(typed: &Typed, age: Option<u32>, faults: &mut Faults) -> Option<Option<PersonName>> {
        if age? >= GUARDIAN_UNDER {
            return Some(None);
        }
        if typed.field("guardian_consent") != "on" {
            faults.add("guardian_consent", Fault::MustAccept);
        }
        faults.take("guardian", PersonName::parse(typed.field("guardian"))).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldError;
    use proptest::prelude::*;

    fn good() -> Typed {
        typed([
            ("round", "x"),
            ("name", "演示·林小满"),
            ("age", "１３"),
            ("guardian", "演示·林先生"),
            ("guardian_consent", "on"),
            ("capacity", "student"),
            ("organisation", " 演示市星河中学 "),
            ("post", "初一（2）班"),
            ("city", "jinan"),
            ("contact", "xiaoman@example.com"),
            ("note", "想把科学讲给同学听。"),
            ("accept", "on"),
            ("accept_rules", "on"),
            ("something_else", "x"),
        ])
    }

    fn parse(typed: &Typed, only: Option<City>) -> Result<Details, Vec<FieldError>> {
        let mut faults = Faults::default();
        Details::parse(typed, only, &mut faults).ok_or_else(|| faults.into_errors())
    }

    fn with(field: &str, text: &str) -> Typed {
        let mut typed = good();
        typed.0.insert(field.into(), text.into());
        typed
    }

    #[test]
    fn a_whole_form_is_read_as_it_is_meant() {
        let read = parse(&good(), None).expect("an application");
        assert_eq!((read.organisation.as_str(), read.age, read.city), ("演示市星河中学", 13, City::Jinan));
        assert_eq!(read.guardian.as_ref().map(PersonName::as_str), Some("演示·林先生"));
        assert!(!good().0.contains_key("something_else"));
        assert!(parse(&good(), Some(City::Jinan)).is_ok());
    }

    #[test]
    fn every_fault_stands_under_its_field() {
        let nothing = parse(&Typed::default(), None).expect_err("nothing was typed");
        let fields: Vec<&str> = nothing.iter().map(|error| error.field.as_str()).collect();
        let all =
            ["name", "age", "capacity", "organisation", "post", "city", "contact", "note", "accept", "accept_rules"];
        assert_eq!(fields, all);
        let fault = |typed: &Typed, only| {
            let first = parse(typed, only).map(|_| ()).map_err(|mut errors| errors.remove(0));
            first.map_err(|error| (error.field, error.fault))
        };
        assert_eq!(fault(&good(), Some(City::Heze)), Err(("city".into(), Fault::NotAChoice)));
        assert_eq!(fault(&with("age", "5"), None), Err(("age".into(), Fault::OutOfRange { min: 6, max: 99 })));
        let long = "长".repeat(801);
        assert_eq!(fault(&with("note", &long), None), Err(("note".into(), Fault::TooLong { max: 800 })));
        assert_eq!(fault(&with("note", " \n "), None), Err(("note".into(), Fault::Required)));
    }

    #[test]
    fn a_child_needs_a_guardian_who_consents_and_nobody_else_has_one() {
        let faults = |typed: &Typed| -> Vec<(String, Fault)> {
            let errors = parse(typed, None).err().unwrap_or_default();
            errors.into_iter().map(|error| (error.field, error.fault)).collect()
        };
        assert_eq!(faults(&with("guardian_consent", "")), [("guardian_consent".into(), Fault::MustAccept)]);
        assert_eq!(faults(&with("guardian", "")), [("guardian".into(), Fault::Required)]);
        let older = parse(&with("age", "14"), None).expect("old enough");
        assert_eq!(older.guardian, None, "what is not needed is not kept");
    }

    proptest! {
        #[test]
        fn reading_never_panics(field in 0usize..13, text in ".{0,80}") {
            let _ = parse(&with(FIELDS[field], &text), None);
        }
    }
}
