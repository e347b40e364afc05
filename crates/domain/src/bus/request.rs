//! What a school or a community asks for, read from its form.

use super::city::{City, Position};
use crate::contact::{Contact, PersonName, half_width};
use crate::field::{Fault, Faults};
use crate::named::named;
use crate::typed::{Typed, choice, line, number, optional, text, yes_or_no};
use jiff::civil;

/// The most people of one visit: the bus takes them in groups of twenty-five, six groups in half a day and twelve in a
/// whole one; more than twice that is several visits.
pub const MAX_PEOPLE: u32 = 600;
/// The longest kerb a form takes.
pub const PARKING_MAX: u32 = 200;

named! {
    /// Who will come.
    Audience, 6 {
        /// Six to twelve.
        Primary "primary",
        /// Twelve to fifteen.
        Junior "junior",
        /// Fifteen to eighteen.
        Senior "senior",
        /// Students.
        University "university",
        /// Families and older people.
        Community "community",
        /// A company, a hospital, an office.
        Workplace "workplace",
    }
}

named! {
    /// When on a day.
    HalfDay, 3 {
        /// Either.
        Any "any",
        /// The morning.
        Morning "morning",
        /// The afternoon.
        Afternoon "afternoon",
    }
}

/// The fields of the form, in its order.
const FIELDS: [&str; 19] = [
    "organisation",
    "audience",
    "ages",
    "people",
    "city",
    "place",
    "address",
    "day_1",
    "day_2",
    "day_3",
    "half_day",
    "parking",
    "power",
    "indoor",
    "name",
    "post",
    "contact",
    "note",
    "accept",
];

/// What was typed into the form.
pub fn typed<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Typed {
    Typed::kept(&FIELDS, pairs)
}

/// A request as it can be decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Who asks: a school, a community.
    pub organisation: String,
    /// Who will come.
    pub audience: Audience,
    /// Their ages, in words: 8–10.
    pub ages: String,
    /// How many.
    pub people: u32,
    /// The city.
    pub city: City,
    /// Where on the map: the city's centre, unless it was set.
    pub place: Position,
    /// Street and number.
    pub address: String,
    /// Two or three days, in the order of preference.
    pub days: Vec<civil::Date>,
    /// When on such a day.
    pub half_day: HalfDay,
    /// Metres free to park.
    pub parking_m: u16,
    /// There is a socket near the place.
    pub power: bool,
    /// There is a hall for rain.
    pub indoor: bool,
    /// The coordinator on the spot.
    pub name: PersonName,
    /// What they are there: 科学老师.
    pub post: String,
    /// How to reach them; a code proves it.
    pub contact: Contact,
    /// Anything else.
    pub note: String,
}

impl Details {
    /// The first day that can be asked for, from `today` on: preparing a visit takes a week.
    pub const DAYS_BEFORE: i32 = 7;
    /// The last one: half a year ahead.
    pub const DAYS_AHEAD: i32 = 183;

    /// Reads the form. Every fault stands under its field.
    pub fn parse(typed: &Typed, today: civil::Date, faults: &mut Faults) -> Option<Self> {
        let organisation = faults.take("organisation", line(typed.field("organisation"), 60));
        let audience = faults.take("audience", choice(typed.field("audience"), Audience::from_name));
        let ages = faults.take("ages", line(typed.field("ages"), 20));
        let people = faults.take("people", number(typed.field("people"), 20, MAX_PEOPLE));
        let city = faults.take("city", City::parse(typed.field("city")));
        let place = match (typed.field("place").trim(), city) {
            ("", city) => city.map(City::position),
            // A place set for another city, before the city was changed, is no fault of anybody's.
            (text, Some(city)) => {
                Some(Position::parse(text).ok().filter(|at| city.may_hold(*at)).unwrap_or(city.position()))
            }
            (_, None) => None,
        };
        let address = faults.take("address", line(typed.field("address"), 100));
        let days = wished_days(typed, today, faults);
        let half_day = faults.take("half_day", choice(typed.field("half_day"), HalfDay::from_name));
        let parking_m = faults.take("parking", number(typed.field("parking"), 0, PARKING_MAX));
        let power = faults.take("power", yes_or_no(typed.field("power")));
        let indoor = faults.take("indoor", yes_or_no(typed.field("indoor")));
        let name = faults.take("name", PersonName::parse(typed.field("name")));
        let post = faults.take("post", optional(typed.field("post"), 30));
        let contact = faults.take("contact", Contact::parse(typed.field("contact")));
        let note = faults.take("note", text(typed.field("note"), 500));
        if typed.field("accept") != "on" {
            faults.add("accept", Fault::MustAccept);
        }
        Some(Self {
            organisation: organisation?,
            audience: audience?,
            ages: ages?,
            people: people?,
            city: city?,
            place: place?,
            address: address?,
            days: days?,
            half_day: half_day?,
            parking_m: parking_m? as u16,
            power: power?,
            indoor: indoor?,
            name: name?,
            post: post?,
            contact: contact?,
            note: note?,
        })
        .filter(|_| faults.is_empty())
    }
}

/// Two or three days, each of them once, none too soon and none too far. Every fault stands under its field.
pub fn wished_days(typed: &Typed, today: civil::Date, faults: &mut Faults) -> Option<Vec<civil::Date>> {
    let within = |day: civil::Date| {
        let ahead = today.until(day).map_or(-1, |span| span.get_days());
        (Details::DAYS_BEFORE..=Details::DAYS_AHEAD).contains(&ahead)
    };
    let range = Fault::DayOutOfRange { from: Details::DAYS_BEFORE as u32, until: Details::DAYS_AHEAD as u32 };
    let mut chosen: Vec<civil::Date> = Vec::new();
    let mut good = true;
    for (i, field) in ["day_1", "day_2", "day_3"].into_iter().enumerate() {
        let plain = half_width(typed.field(field));
        let read = match plain.trim() {
            "" if i == 2 => continue,
            "" => Err(Fault::Required),
            text => text.parse::<civil::Date>().map_err(|_| Fault::DateShape),
        };
        let read = read.and_then(|day| match day {
            day if !within(day) => Err(range),
            day if chosen.contains(&day) => Err(Fault::AlreadyExists),
            day => Ok(day),
        });
        match faults.take(field, read) {
            Some(day) => chosen.push(day),
            None => good = false,
        }
    }
    good.then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldError;
    use proptest::prelude::*;

    const TODAY: civil::Date = civil::Date::constant(2026, 7, 20);

    fn good() -> Typed {
        typed([
            ("organisation", " 演示市星河小学 "),
            ("audience", "primary"),
            ("ages", "8–10 岁"),
            ("people", "１２０"),
            ("city", "weifang"),
            ("place", ""),
            ("address", "演示路 1 号"),
            ("day_1", "2026-09-10"),
            ("day_2", "2026-09-11"),
            ("day_3", ""),
            ("half_day", "morning"),
            ("parking", "18"),
            ("power", "yes"),
            ("indoor", "no"),
            ("name", "演示·安老师"),
            ("post", "科学老师"),
            ("contact", "school@example.com"),
            ("note", "第一行\r\n第二行"),
            ("accept", "on"),
            ("something_else", "x"),
        ])
    }

    fn parse(typed: &Typed) -> Result<Details, Vec<FieldError>> {
        let mut faults = Faults::default();
        Details::parse(typed, TODAY, &mut faults).ok_or_else(|| faults.into_errors())
    }

    #[test]
    fn a_whole_form_is_read_as_it_is_meant() {
        let read = parse(&good()).expect("a request");
        assert_eq!((read.organisation.as_str(), read.people, read.city), ("演示市星河小学", 120, City::Weifang));
        assert_eq!(read.place, City::Weifang.position());
        assert_eq!(read.days, [civil::date(2026, 9, 10), civil::date(2026, 9, 11)]);
        assert_eq!(read.note, "第一行\n第二行");
        assert!(!good().0.contains_key("something_else"));
    }

    #[test]
    fn every_fault_stands_under_its_field() {
        let nothing = parse(&Typed::default()).expect_err("nothing was typed");
        let fields: Vec<&str> = nothing.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "organisation",
                "audience",
                "ages",
                "people",
                "city",
                "address",
                "day_1",
                "day_2",
                "half_day",
                "parking",
                "power",
                "indoor",
                "name",
                "contact",
                "accept"
            ]
        );
        let with = |field: &str, text: &str| {
            let mut typed = good();
            typed.0.insert(field.into(), text.into());
            parse(&typed).map(|_| ()).map_err(|errors| errors[0].fault)
        };
        let range = Fault::DayOutOfRange { from: 7, until: 183 };
        assert_eq!(with("day_1", "2026-07-26"), Err(range));
        assert_eq!(with("day_1", "2026-07-27"), Ok(()));
        assert_eq!(with("day_1", "2027-01-20"), Err(range));
        assert_eq!(with("day_2", "2026-09-10"), Err(Fault::AlreadyExists));
        assert_eq!(with("day_3", "soon"), Err(Fault::DateShape));
        assert_eq!(with("people", "19"), Err(Fault::OutOfRange { min: 20, max: 600 }));
        assert_eq!(with("city", "beijing"), Err(Fault::NotAChoice));
        assert_eq!(with("organisation", "<b>"), Err(Fault::TextCharacters));
        assert_eq!(with("note", &"长".repeat(501)), Err(Fault::TooLong { max: 500 }));
        assert_eq!(with("accept", ""), Err(Fault::MustAccept));
    }

    #[test]
    fn a_place_of_another_city_is_forgotten() {
        let mut typed = good();
        typed.0.insert("place".into(), "400,200".into());
        assert_eq!(parse(&typed).expect("a request").place, Position { x: 400, y: 200 });
        typed.0.insert("place".into(), "58,351".into());
        assert_eq!(parse(&typed).expect("a request").place, City::Weifang.position());
    }

    proptest! {
        #[test]
        fn reading_never_panics(field in 0usize..19, text in ".{0,80}") {
            let mut typed = good();
            typed.0.insert(FIELDS[field].into(), text);
            let _ = parse(&typed);
        }
    }
}
