//! The policy as staff read and change it: every rule with what it is about, its unit and its bounds; what is wrong with a
//! policy as a whole; and in which rules two policies differ. Forms, histories and checks are made from the one table.

use super::{ChangesEnd, IdentityRule, Policy, Room};
use crate::contact::half_width;
use crate::field::{Fault, Faults, FieldError};
use crate::named::named;

named! {
    /// What a rule is about.
    Theme, 8 {
        /// When booking opens and closes.
        Opening "opening",
        /// Who may be in a party.
        Party "party",
        /// How much one person may book.
        Limits "limits",
        /// Changing and giving back.
        Changes "changes",
        /// The waiting list and its offers.
        Waiting "waiting",
        /// When the door admits.
        Door "door",
        /// Those who do not come.
        NoShows "no-shows",
        /// Many who come at once.
        Release "release",
    }
}

named! {
    /// What a number counts.
    Unit, 8 {
        /// Days.
        Days "days",
        /// Full hours of the clock.
        Hour "hour",
        /// Minutes.
        Minutes "minutes",
        /// Seconds.
        Seconds "seconds",
        /// People.
        People "people",
        /// Bookings.
        Bookings "bookings",
        /// How often.
        Times "times",
        /// Entries of the waiting list.
        Entries "entries",
    }
}

/// What can be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A whole number.
    Number {
        /// What it counts.
        unit: Unit,
        /// The smallest.
        min: i32,
        /// The largest.
        max: i32,
    },
    /// Yes or no.
    Switch,
    /// Whether a room stands before the form.
    Room,
    /// Whose identity document is asked for.
    Identity,
    /// How the deadline of changes is said.
    ChangesEnd,
}

/// What a rule is set to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// A whole number.
    Number(i32),
    /// Yes or no.
    Switch(bool),
    /// Whether a room stands before the form.
    Room(Room),
    /// Whose identity document is asked for.
    Identity(IdentityRule),
    /// How the deadline of changes is said.
    ChangesEnd(ChangesEnd),
}

impl Setting {
    /// As in forms.
    pub fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Switch(on) => if on { "yes" } else { "no" }.to_owned(),
            Self::Room(room) => room.name().to_owned(),
            Self::Identity(rule) => rule.name().to_owned(),
            Self::ChangesEnd(end) => end.name().to_owned(),
        }
    }
}

/// One rule of the policy.
#[derive(Debug)]
pub struct Rule {
    /// Its name in forms.
    pub name: &'static str,
    /// What it is about.
    pub theme: Theme,
    /// What can be set.
    pub shape: Shape,
    get: fn(&Policy) -> Setting,
    set: fn(&mut Policy, Setting) -> bool,
}

macro_rules! number {
    ($theme:ident, $name:literal, $($field:ident).+, $unit:ident, $min:literal..=$max:literal) => {
        Rule {
            name: $name,
            theme: Theme::$theme,
            shape: Shape::Number { unit: Unit::$unit, min: $min, max: $max },
            get: |policy| Setting::Number(i32::from(policy.$($field).+)),
            set: |policy, setting| match setting {
                Setting::Number(number) => number.try_into().map(|number| policy.$($field).+ = number).is_ok(),
                _ => false,
            },
        }
    };
}

macro_rules! other {
    ($theme:ident, $name:literal, $($field:ident).+, $shape:ident) => {
        Rule {
            name: $name,
            theme: Theme::$theme,
            shape: Shape::$shape,
            get: |policy| Setting::$shape(policy.$($field).+),
            set: |policy, setting| match setting {
                Setting::$shape(value) => {
                    policy.$($field).+ = value;
                    true
                }
                _ => false,
            },
        }
    };
}

/// Every rule of the museum, in the order of the page. How an activity of several dates is registered for is none: the
/// museum's sessions are booked one by one.
pub static RULES: [Rule; 34] = [
    number!(Opening, "days_ahead", days_ahead, Days, 1..=365),
    number!(Opening, "opens_hour", opens_hour, Hour, 0..=23),
    number!(Opening, "closes_minutes_before", closes_minutes_before, Minutes, -240..=10_080),
    number!(Opening, "hold_minutes", hold_minutes, Minutes, 3..=60),
    number!(Party, "people_per_booking", people_per_booking, People, 1..=500),
    number!(Party, "children_per_booking", children_per_booking, People, 0..=500),
    other!(Party, "children_need_adult", children_need_adult, Switch),
    other!(Party, "identity", identity, Identity),
    number!(Limits, "bookings_per_day", bookings_per_day, Bookings, 1..=50),
    number!(Limits, "people_per_day", people.per_day, People, 0..=500),
    number!(Limits, "children_per_day", people.children_per_day, People, 0..=500),
    number!(Limits, "window_days", window_days, Days, 1..=90),
    number!(Limits, "bookings_per_window", bookings_per_window, Bookings, 1..=100),
    number!(Limits, "people_per_window", people.per_window, People, 0..=5_000),
    number!(Limits, "children_per_window", people.children_per_window, People, 0..=5_000),
    other!(Changes, "changes_end", changes_end, ChangesEnd),
    number!(Changes, "change_minutes_before", change_minutes_before, Minutes, 0..=40_320),
    number!(Changes, "moves", moves, Times, 0..=20),
    number!(Waiting, "waiting_per_person", waiting_per_person, Entries, 1..=20),
    number!(Waiting, "offer_most_minutes", offer_most_minutes, Minutes, 5..=4_320),
    number!(Waiting, "offer_least_minutes", offer_least_minutes, Minutes, 5..=1_440),
    number!(Waiting, "offer_cutoff_minutes", offer_cutoff_minutes, Minutes, 0..=1_440),
    number!(Door, "early_minutes", early_minutes, Minutes, 0..=240),
    number!(Door, "late_minutes", late_minutes, Minutes, 0..=240),
    number!(NoShows, "no_shows", no_shows, Times, 0..=20),
    number!(NoShows, "no_show_days", no_show_days, Days, 1..=730),
    number!(NoShows, "suspension_days", suspension_days, Days, 1..=365),
    number!(NoShows, "no_show_grace_minutes", no_show_grace_minutes, Minutes, 0..=2_880),
    other!(Release, "room", release.room, Room),
    number!(Release, "room_early_minutes", release.early_minutes, Minutes, 0..=120),
    number!(Release, "draw_seconds", release.draw_seconds, Seconds, 0..=600),
    number!(Release, "calm", release.calm, People, 0..=1_000),
    number!(Release, "per_second", release.per_second, People, 1..=500),
    number!(Release, "room_minutes", release.room_minutes, Minutes, 1..=720),
];

impl Theme {
    /// Its rules, in the order of the page.
    pub fn rules(self) -> impl Iterator<Item = &'static Rule> + Clone {
        RULES.iter().filter(move |rule| rule.theme == self)
    }
}

impl Rule {
    /// The rule of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// What a policy sets.
    pub fn of(&self, policy: &Policy) -> Setting {
        (self.get)(policy)
    }

    /// What was typed for it.
    ///
    /// # Errors
    /// Nothing typed, no number, a number out of bounds, no choice of its own.
    pub fn read(&self, text: &str) -> Result<Setting, Fault> {
        let plain = half_width(text);
        let plain = plain.trim();
        if plain.is_empty() {
            return Err(Fault::Required);
        }
        let setting = match (self.shape, plain) {
            (Shape::Number { .. }, number) => Setting::Number(number.parse().map_err(|_| Fault::NotANumber)?),
            (Shape::Switch, "yes") => Setting::Switch(true),
            (Shape::Switch, "no") => Setting::Switch(false),
            (Shape::Switch, _) => return Err(Fault::NotAChoice),
            (Shape::Room, room) => Setting::Room(Room::from_name(room).ok_or(Fault::NotAChoice)?),
            (Shape::Identity, rule) => Setting::Identity(IdentityRule::from_name(rule).ok_or(Fault::NotAChoice)?),
            (Shape::ChangesEnd, end) => Setting::ChangesEnd(ChangesEnd::from_name(end).ok_or(Fault::NotAChoice)?),
        };
        self.allows(setting).map(|()| setting)
    }

    fn allows(&self, setting: Setting) -> Result<(), Fault> {
        match (self.shape, setting) {
            (Shape::Number { min, max, .. }, Setting::Number(number)) if !(min..=max).contains(&number) => {
                Err(between(min, max))
            }
            _ => Ok(()),
        }
    }
}

/// The fault of a number that is not in `min..=max`, which may begin after the beginning of a session, below zero.
fn between(min: i32, max: i32) -> Fault {
    let (after, least, most) = (min.min(0).unsigned_abs(), min.max(0).unsigned_abs(), max.max(0).unsigned_abs());
    if min < 0 { Fault::BeforeOrAfter { before: most, after } } else { Fault::OutOfRange { min: least, max: most } }
}

/// A rule that two policies set differently.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// Which.
    pub rule: &'static Rule,
    /// What the first sets.
    pub from: Setting,
    /// What the second sets.
    pub to: Setting,
}

impl Policy {
    /// This policy with every rule as it was typed into `field`.
    ///
    /// # Errors
    /// All faults at once: of single rules, and of rules that do not go together.
    pub fn typed<'a>(&self, field: impl Fn(&'static str) -> &'a str) -> Result<Self, Vec<FieldError>> {
        self.typed_in(RULES.iter(), field)
    }

    /// The same of `rules` alone, of a form that shows no others.
    ///
    /// # Errors
    /// All faults of these rules at once.
    pub fn typed_in<'a>(
        &self,
        rules: impl Iterator<Item = &'static Rule> + Clone,
        field: impl Fn(&'static str) -> &'a str,
    ) -> Result<Self, Vec<FieldError>> {
        let (mut fresh, mut faults) = (self.clone(), Faults::default());
        for rule in rules.clone() {
            let setting = faults.take(rule.name, rule.read(field(rule.name)));
            if setting.is_some_and(|setting| !(rule.set)(&mut fresh, setting)) {
                faults.add(rule.name, Fault::NotANumber);
            }
        }
        if faults.is_empty() { fresh.check_in(rules).map(|()| fresh) } else { Err(faults.into_errors()) }
    }

    /// Whether every rule is within its bounds, and the rules go together.
    ///
    /// # Errors
    /// What is wrong, by the rules' names, in the order of the page.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        self.check_in(RULES.iter())
    }

    fn check_in(&self, rules: impl Iterator<Item = &'static Rule>) -> Result<(), Vec<FieldError>> {
        let mut faults = Faults::default();
        for rule in rules {
            let _ = faults.take(rule.name, rule.allows(rule.of(self)).and_then(|()| self.goes_together(rule)));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.into_errors()) }
    }

    /// Whether a rule that is within its own bounds goes with the others: it would never be reached, or contradict one.
    fn goes_together(&self, rule: &Rule) -> Result<(), Fault> {
        let Shape::Number { min, max, .. } = rule.shape else { return Ok(()) };
        let limits = self.people;
        let narrowed = match rule.name {
            // Of a party of five that needs an adult four are children at most.
            "children_per_booking" => {
                (min, max.min(i32::from(self.people_per_booking) - i32::from(self.children_need_adult)))
            }
            "bookings_per_window" => (i32::from(self.bookings_per_day), max),
            // What limits anybody lets the largest party through once, and a window no fewer than one of its days.
            "people_per_day" if limits.per_day > 0 => (i32::from(self.people_per_booking), max),
            "children_per_day" if limits.children_per_day > 0 => (i32::from(self.children_per_booking), max),
            "people_per_window" if limits.per_window > 0 => {
                (i32::from(self.people_per_booking.max(limits.per_day)), max)
            }
            "children_per_window" if limits.children_per_window > 0 => {
                (i32::from(self.children_per_booking.max(limits.children_per_day)), max)
            }
            "offer_least_minutes" => (min, max.min(i32::from(self.offer_most_minutes))),
            // Nobody books a session whose door is shut to them.
            "closes_minutes_before" => (min.max(-i32::from(self.late_minutes)), max),
            _ => return Ok(()),
        };
        match rule.of(self) {
            Setting::Number(number) if !(narrowed.0..=narrowed.1).contains(&number) => {
                Err(between(narrowed.0, narrowed.1))
            }
            _ => Ok(()),
        }
    }

    /// The rules that `to` sets differently, in the order of the page.
    pub fn differences(&self, to: &Self) -> Vec<Difference> {
        let both = RULES.iter().map(|rule| Difference { rule, from: rule.of(self), to: rule.of(to) });
        both.filter(|difference| difference.from != difference.to).collect()
    }
}

#[cfg(test)]
mod tests;
