//! What a group asks for, read from its form.

use super::GroupPolicy;
use crate::bus::City;
use crate::contact::{Contact, PersonName};
use crate::field::{Fault, Faults};
use crate::ids::SessionId;
use crate::named::named;
use crate::typed::{Typed, choice, line, number, optional, text};

named! {
    /// Who asks.
    Kind, 4 {
        /// A school, a kindergarten, a university.
        School "school",
        /// A hospital or another house of medicine.
        Hospital "hospital",
        /// A company.
        Company "company",
        /// A community, an association, an office.
        Community "community",
    }
}

named! {
    /// Who comes, by age.
    Ages, 5 {
        /// Before school.
        Preschool "preschool",
        /// Six to twelve.
        Primary "primary",
        /// Twelve to fifteen.
        Junior "junior",
        /// Fifteen to eighteen.
        Senior "senior",
        /// Grown up.
        Adults "adults",
    }
}

impl Ages {
    /// They come with adults.
    pub const fn are_minors(self) -> bool {
        !matches!(self, Self::Adults)
    }

    /// How many of so many are under 14, as the door and the statistics count them: all of a primary school, none of an
    /// older class. Which of a junior class are is nobody's business here.
    pub const fn under_14(self, members: u32) -> u32 {
        if matches!(self, Self::Preschool | Self::Primary) { members } else { 0 }
    }
}

/// The fields of the form, in its order; the sessions are chosen on a page of their own.
const FIELDS: [&str; 14] = [
    "organisation",
    "kind",
    "city",
    "ages",
    "members",
    "adults",
    "name",
    "post",
    "contact",
    "note",
    "accept",
    "session_1",
    "session_2",
    "session_3",
];

/// The fields of the wished sessions, in the order of preference.
pub const WISHES: [&str; 3] = ["session_1", "session_2", "session_3"];

/// What was typed into the form.
pub fn typed<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Typed {
    Typed::kept(&FIELDS, pairs)
}

/// A request as it can be decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Who asks: a school, a company.
    pub organisation: String,
    /// What kind of organisation.
    pub kind: Kind,
    /// Where they come from.
    pub city: City,
    /// Who comes, by age.
    pub ages: Ages,
    /// How many, accompanying adults not counted.
    pub members: u32,
    /// The adults who go with them.
    pub adults: u32,
    /// The leader, who comes along.
    pub name: PersonName,
    /// What they are there: 班主任.
    pub post: String,
    /// How to reach them; a code proves it.
    pub contact: Contact,
    /// Anything else.
    pub note: String,
}

impl Details {
    /// Reads the form. Every fault stands under its field.
    pub fn parse(typed: &Typed, policy: &GroupPolicy, faults: &mut Faults) -> Option<Self> {
        let most = u32::from(policy.most);
        let organisation = faults.take("organisation", line(typed.field("organisation"), 60));
        let kind = faults.take("kind", choice(typed.field("kind"), Kind::from_name));
        let city = faults.take("city", City::parse(typed.field("city")));
        let ages = faults.take("ages", choice(typed.field("ages"), Ages::from_name));
        let members = faults.take("members", number(typed.field("members"), 1, most));
        let adults = faults.take("adults", number(typed.field("adults"), 0, most));
        if let (Some(ages), Some(members), Some(adults)) = (ages, members, adults)
            && let Err((field, fault)) = policy.admits(ages, members, adults)
        {
            faults.add(field, fault);
        }
        let name = faults.take("name", PersonName::parse(typed.field("name")));
        let post = faults.take("post", optional(typed.field("post"), 30));
        let contact = faults.take("contact", Contact::parse(typed.field("contact")));
        let note = faults.take("note", text(typed.field("note"), 500));
        if typed.field("accept") != "on" {
            faults.add("accept", Fault::MustAccept);
        }
        Some(Self {
            organisation: organisation?,
            kind: kind?,
            city: city?,
            ages: ages?,
            members: members?,
            adults: adults?,
            name: name?,
            post: post?,
            contact: contact?,
            note: note?,
        })
        .filter(|_| faults.is_empty())
    }

    /// Everybody.
    pub const fn people(&self) -> u32 {
        self.members + self.adults
    }
}

/// Reads the sessions a group would like, the best first: at least one, each once, of those that are `offered`.
pub fn wishes(typed: &Typed, offered: impl Fn(SessionId) -> bool, faults: &mut Faults) -> Option<Vec<SessionId>> {
    let mut chosen: Vec<SessionId> = Vec::new();
    let mut good = true;
    for (i, field) in WISHES.into_iter().enumerate() {
        let read = match typed.field(field).trim() {
            "" if i > 0 => continue,
            "" => Err(Fault::Required),
            text => text.parse::<SessionId>().map_err(|_| Fault::NotAChoice),
        };
        let read = read.and_then(|session| match session {
            session if chosen.contains(&session) => Err(Fault::AlreadyExists),
            session if !offered(session) => Err(Fault::NotAChoice),
            session => Ok(session),
        });
        match faults.take(field, read) {
            Some(session) => chosen.push(session),
            None => good = false,
        }
    }
    good.then_some(chosen)
}

/// Reads a group that is to be smaller than `now`: fewer people of the same ages, with adults enough.
pub fn smaller(
    policy: &GroupPolicy,
    ages: Ages,
    (members_now, adults_now): (u32, u32),
    (members, adults): (&str, &str),
    faults: &mut Faults,
) -> Option<(u32, u32)> {
    let members = faults.take("members", number(members, 1, members_now));
    let adults = faults.take("adults", number(adults, 0, adults_now));
    let (members, adults) = (members?, adults?);
    if (members, adults) == (members_now, adults_now) {
        faults.add("members", Fault::OutOfRange { min: 1, max: members_now.saturating_sub(1).max(1) });
        return None;
    }
    // A group that became smaller than the smallest is welcome all the same.
    let least = policy.adults_needed(ages, members);
    if adults < least {
        faults.add("adults", Fault::AdultsNeeded { least });
        return None;
    }
    Some((members, adults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldError;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn good() -> Typed {
        typed([
            ("organisation", " 演示市星河小学 "),
            ("kind", "school"),
            ("city", "weifang"),
            ("ages", "primary"),
            ("members", "４８"),
            ("adults", "5"),
            ("name", "演示·安老师"),
            ("post", "班主任"),
            ("contact", "school@example.com"),
            ("note", "第一行\r\n第二行"),
            ("accept", "on"),
            ("something_else", "x"),
        ])
    }

    fn parse(typed: &Typed) -> Result<Details, Vec<FieldError>> {
        let mut faults = Faults::default();
        Details::parse(typed, &GroupPolicy::default(), &mut faults).ok_or_else(|| faults.into_errors())
    }

    #[test]
    fn a_whole_form_is_read_as_it_is_meant() {
        let read = parse(&good()).expect("a request");
        assert_eq!((read.organisation.as_str(), read.people(), read.city), ("演示市星河小学", 53, City::Weifang));
        assert_eq!((read.ages.under_14(read.members), read.note.as_str()), (48, "第一行\n第二行"));
        assert!(!good().0.contains_key("something_else"));
    }

    #[test]
    fn every_fault_stands_under_its_field() {
        let nothing = parse(&Typed::default()).expect_err("nothing was typed");
        let fields: Vec<&str> = nothing.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["organisation", "kind", "city", "ages", "members", "adults", "name", "contact", "accept"]);
        let with = |field: &str, text: &str| {
            let mut typed = good();
            typed.0.insert(field.into(), text.into());
            parse(&typed).map(|_| ()).map_err(|errors| (errors[0].field.clone(), errors[0].fault))
        };
        assert_eq!(with("adults", "4"), Err(("adults".into(), Fault::AdultsNeeded { least: 5 })));
        assert_eq!(with("members", "118"), Err(("members".into(), Fault::GroupSize { min: 10, max: 120 })));
        assert_eq!(with("members", "121"), Err(("members".into(), Fault::OutOfRange { min: 1, max: 120 })));
        assert_eq!(with("kind", "circus"), Err(("kind".into(), Fault::NotAChoice)));
        assert_eq!(with("organisation", "<b>"), Err(("organisation".into(), Fault::TextCharacters)));
    }

    #[test]
    fn wishes_are_sessions_that_are_offered_each_once() {
        let id = |n: u128| SessionId(Uuid::from_u128(n)).to_string();
        let read = |first: String, second: String| {
            let form = typed([("session_1", first.as_str()), ("session_2", second.as_str())]);
            let mut faults = Faults::default();
            let read = wishes(&form, |session| session.0.as_u128() < 9, &mut faults);
            read.map(|all| all.len()).ok_or_else(|| faults.into_errors().remove(0))
        };
        assert_eq!(read(id(1), id(2)), Ok(2));
        assert_eq!(read(id(1), String::new()), Ok(1));
        assert_eq!(read(String::new(), id(2)), Err(FieldError::new("session_1", Fault::Required)));
        assert_eq!(read(id(1), id(1)), Err(FieldError::new("session_2", Fault::AlreadyExists)));
        assert_eq!(read(id(1), id(9)), Err(FieldError::new("session_2", Fault::NotAChoice)));
        assert_eq!(read("soon".into(), id(1)), Err(FieldError::new("session_1", Fault::NotAChoice)));
    }

    #[test]
    fn a_group_becomes_smaller_and_keeps_adults_enough() {
        let read = |members, adults| {
            let mut faults = Faults::default();
            let policy = GroupPolicy::default();
            smaller(&policy, Ages::Primary, (48, 5), (members, adults), &mut faults)
                .ok_or_else(|| faults.into_errors().remove(0).fault)
        };
        assert_eq!(read("46", "5"), Ok((46, 5)));
        assert_eq!(read("40", "4"), Ok((40, 4)));
        assert_eq!(read("48", "5"), Err(Fault::OutOfRange { min: 1, max: 47 }));
        assert_eq!(read("49", "5"), Err(Fault::OutOfRange { min: 1, max: 48 }));
        assert_eq!(read("48", "4"), Err(Fault::AdultsNeeded { least: 5 }));
        assert_eq!(read("8", "1"), Ok((8, 1)));
    }

    proptest! {
        #[test]
        fn reading_never_panics(field in 0usize..14, text in ".{0,80}") {
            let mut typed = good();
            typed.0.insert(FIELDS[field].into(), text);
            let _ = parse(&typed);
            let _ = wishes(&typed, |_| true, &mut Faults::default());
        }
    }
}
