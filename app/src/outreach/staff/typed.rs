//! Reading what staff typed about an event and its dates.

use crate::calls::Asked;
use crate::desk::{bilingual, day, number, time};
use domain::booking::{ChangesEnd, IdentityRule, Policy, SeriesRule, Theme};
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
    let limits = limits(asked, before, (people, children), faults);
    let (people, children) = (people?, children?);
    if children > people {
        faults.add("children", Fault::ChildrenExceedParty);
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
            days_ahead: days_ahead?,
            series: series?,
            identity: identity?,
            changes_end: changes_end?,
            change_minutes_before: i32::try_from(change?).unwrap_or(i32::MAX),
            ..limits?
        },
    })
}

/// The rules as they were but for how much one person may book, for parties of so many people and children.
fn limits(
    asked: &Asked,
    before: &Policy,
    (people, children): (Option<u16>, Option<u16>),
    faults: &mut Faults,
) -> Option<Policy> {
    // A party that cannot be read is at fault itself: no limit is too small for it.
    let party = Policy {
        people_per_booking: people.unwrap_or_default(),
        children_per_booking: children.unwrap_or_default(),
        ..before.clone()
    };
    // A form of before a field leaves it as it is.
    let sent = Theme::Limits.rules().filter(|rule| asked.names().any(|name| name == rule.name));
    let limits = party.typed_in(sent, |name| asked.field(name));
    limits.map_err(|errors| errors.iter().for_each(|error| faults.add(&error.field, error.fault))).ok()
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
