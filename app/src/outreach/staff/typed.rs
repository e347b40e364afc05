//! Reading what staff typed about an event and its dates.

use crate::calls::Asked;
use crate::desk::{bilingual, day, number, time};
use domain::booking::{ChangesEnd, IdentityRule, PeopleLimits, Policy, SeriesRule};
use domain::field::{Fault, Faults};
use domain::outreach::{Bilingual, City, ProgrammeItem};
use domain::time::at;
use domain::typed::{optional, text};
use jiff::Timestamp;
use services::outreach::EventChange;

/// The most characters of a line, and of a text.
const LINE: u32 = 120;
const TEXT: u32 = 4_000;

/// The event of the form; `before` gives the rules the form does not show.
pub(super) fn event(asked: &Asked, before: &Policy, faults: &mut Faults) -> Option<EventChange> {
    let small = |faults: &mut Faults, name: &str, min: u32, max: u32| {
        let read = faults.take(name, number(asked.field(name), min, max));
        read.and_then(|n| u16::try_from(n).ok())
    };
    let city = faults.take("city", City::parse(asked.field("city")));
    let audience = faults.take("audience", asked.field("audience").parse());
    let people = small(faults, "people", 1, 500);
    let children = small(faults, "children", 0, 500);
    let per_day = small(faults, "per_day", 1, 50);
    // A form of before this field leaves it as it is.
    let people_per_day = match asked.field("people_per_day") {
        "" => Some(before.people.per_day),
        _ => small(faults, "people_per_day", 0, 10_000),
    };
    let days_ahead = small(faults, "days_ahead", 1, 365);
    let change = faults.take("change_minutes", number(asked.field("change_minutes"), 0, 40_320));
    // A form without a choice leaves its rule as it is.
    let identity = match asked.field("identity") {
        "" => Some(before.identity),
        typed => faults.take("identity", typed.parse::<IdentityRule>()),
    };
    let changes_end = match asked.field("changes_end") {
        "" => Some(before.changes_end),
        typed => faults.take("changes_end", typed.parse::<ChangesEnd>()),
    };
    let series = match asked.field("series") {
        "" => Some(before.series),
        typed => faults.take("series", typed.parse::<SeriesRule>()),
    };
    // What is said in the subjects of mails is one line, whatever was pasted.
    let title = bilingual(asked, faults, "title", LINE, optional);
    let place = bilingual(asked, faults, "place", LINE, optional);
    let lead = bilingual(asked, faults, "lead", 2 * LINE, optional);
    let story = bilingual(asked, faults, "story", TEXT, text);
    let lines = faults.take("programme", text(asked.field("programme"), TEXT));
    let (people, children) = (people?, children?);
    if children > people {
        faults.add("children", Fault::ChildrenExceedParty);
    }
    // What limits anybody lets the largest party come once.
    if people_per_day.is_some_and(|day| day > 0 && day < people) {
        faults.add("people_per_day", Fault::OutOfRange { min: people.into(), max: 10_000 });
    }
    Some(EventChange {
        title: title?,
        city: city?,
        place: place?,
        audience: audience?,
        lead: lead?,
        story: story?,
        programme: programme(&lines?),
        policy: Policy {
            people_per_booking: people,
            children_per_booking: children,
            bookings_per_day: per_day?,
            people: PeopleLimits { per_day: people_per_day?, ..before.people },
            // Who may come to several dates a day may come to as many in a month as there are.
            bookings_per_window: before.bookings_per_window.max(per_day?),
            days_ahead: days_ahead?,
            series: series?,
            identity: identity?,
            changes_end: changes_end?,
            change_minutes_before: i32::try_from(change?).unwrap_or(i32::MAX),
            ..before.clone()
        },
    })
}

/// One line each: `09:30 | 中文 | English`; a line without a time is what happens, without one.
fn programme(lines: &str) -> Vec<ProgrammeItem> {
    let items = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        match parts[..] {
            [time, zh, en, ..] => ProgrammeItem { time: time.to_owned(), what: Bilingual::new(zh, en) },
            [time, zh] => ProgrammeItem { time: time.to_owned(), what: Bilingual::new(zh, "") },
            _ => ProgrammeItem { time: String::new(), what: Bilingual::new(line, "") },
        }
    });
    items.take(40).collect()
}

/// The day and the hours of a date.
pub(super) fn hours(asked: &Asked, faults: &mut Faults) -> Option<(Timestamp, Timestamp)> {
    let on = faults.take("day", day(asked.field("day")));
    let starts = faults.take("starts", time(asked.field("starts")));
    let ends = faults.take("ends", time(asked.field("ends")));
    let (on, starts, ends) = (on?, starts?, ends?);
    Some((at(on, starts), at(on, ends)))
}

/// What a date is called.
pub(super) fn name(asked: &Asked, faults: &mut Faults) -> Option<Bilingual> {
    bilingual(asked, faults, "date", LINE, optional)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_is_read_line_by_line() {
        let items = programme("09:30 | 讲座 | The lecture\n\n 10:15|答疑\n茶歇");
        let read: Vec<_> = items.iter().map(|i| (i.time.as_str(), i.what.zh.as_str(), i.what.en.as_str())).collect();
        assert_eq!(read, [("09:30", "讲座", "The lecture"), ("10:15", "答疑", ""), ("", "茶歇", "")]);
    }
}
