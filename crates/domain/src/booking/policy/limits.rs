//! How many bookings one person may have around a day, and how many people in them: what is counted, and what is decided.

use super::{Party, Policy, Refusal};
use crate::time::local_day;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::ops::Add;

/// The most people in the live bookings of one phone, address or document together. 0 is however many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleLimits {
    /// For one day …
    pub per_day: u16,
    /// … of whom under 14.
    pub children_per_day: u16,
    /// Within the rolling window …
    pub per_window: u16,
    /// … of whom under 14.
    pub children_per_window: u16,
}

impl PeopleLimits {
    /// Nothing is limited: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A head-count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Heads {
    /// Everybody, children included.
    pub people: u32,
    /// Of whom under 14.
    pub children: u32,
}

impl Heads {
    /// What a party counts with one of so many documents it showed: the only one stands for all of the party, each of several
    /// for its holder.
    pub fn of_document(party: Party, documents: usize) -> Self {
        if documents > 1 { Self { people: 1, children: 0 } } else { party.into() }
    }

    /// The larger of each number.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self { people: self.people.max(other.people), children: self.children.max(other.children) }
    }
}

impl From<Party> for Heads {
    fn from(party: Party) -> Self {
        Self { people: party.people.get(), children: u32::from(party.children) }
    }
}

impl Add for Heads {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { people: self.people + other.people, children: self.children + other.children }
    }
}

/// A live booking as the limits count it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookedVisit {
    /// Its session begins.
    pub starts_at: Timestamp,
    /// It ends.
    pub ends_at: Timestamp,
    /// Who comes.
    pub heads: Heads,
}

/// What the engine knows of the person's other live bookings of the activity, by normalised phone or address, and by account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BookingFacts {
    /// On the session's day.
    pub on_day: u32,
    /// Their people.
    pub heads_on_day: Heads,
    /// In the fullest of the windows that day is in: so many days on end, that day among them.
    pub in_window: u32,
    /// The most people of one such window, and the most children.
    pub heads_in_window: Heads,
    /// Of sessions that go on at the same time: nobody is in two places.
    pub overlapping: u32,
    /// The end of the pause that several no-shows brought, if there is one now.
    pub suspended_until: Option<Timestamp>,
}

impl BookingFacts {
    /// What a person has around a session, of their live bookings of the activity.
    pub fn around(
        policy: &Policy,
        (starts_at, ends_at): (Timestamp, Timestamp),
        booked: impl IntoIterator<Item = BookedVisit>,
    ) -> Self {
        let day = local_day(starts_at);
        let booked: Vec<(i64, BookedVisit)> =
            booked.into_iter().map(|visit| (days_after(day, visit.starts_at), visit)).collect();
        let sum = |from: i64, days: i64| {
            let within = booked.iter().filter(|(after, _)| (from..from + days).contains(after));
            within.fold((0_u32, Heads::default()), |(n, heads), (_, visit)| (n + 1, heads + visit.heads))
        };
        let (on_day, heads_on_day) = sum(0, 1);
        let days = policy.window_days();
        // No window is fuller than all that begin with a booking or with the day itself.
        let begins = booked.iter().map(|(after, _)| *after).filter(|after| (1 - days..0).contains(after));
        let (in_window, heads_in_window) = begins
            .chain([0])
            .map(|from| sum(from, days))
            .fold((0_u32, Heads::default()), |(n, heads), (others, theirs)| (n.max(others), heads.most(theirs)));
        let overlaps = |visit: &BookedVisit| visit.starts_at < ends_at && visit.ends_at > starts_at;
        let overlapping = booked.iter().filter(|(_, visit)| overlaps(visit)).count() as u32;
        Self { on_day, heads_on_day, in_window, heads_in_window, overlapping, suspended_until: None }
    }

    /// Of one person whose bookings are counted by their contact and by their account: the larger of each number, since a limit
    /// holds for each.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            on_day: self.on_day.max(other.on_day),
            heads_on_day: self.heads_on_day.most(other.heads_on_day),
            in_window: self.in_window.max(other.in_window),
            heads_in_window: self.heads_in_window.most(other.heads_in_window),
            overlapping: self.overlapping.max(other.overlapping),
            suspended_until: self.suspended_until.max(other.suspended_until),
        }
    }
}

/// How many days after `day` an instant is, below zero before it.
fn days_after(day: Date, instant: Timestamp) -> i64 {
    day.until(local_day(instant)).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// Has the person bookings left around that session for so many people, and no pause?
pub fn within_limits(
    policy: &Policy,
    now: Timestamp,
    person: BookingFacts,
    more: impl Into<Heads>,
) -> Result<(), Refusal> {
    if let Some(until) = person.suspended_until.filter(|until| *until > now) {
        return Err(Refusal::Suspended { until });
    }
    if person.on_day >= u32::from(policy.bookings_per_day) {
        return Err(Refusal::DailyLimit { max: u32::from(policy.bookings_per_day) });
    }
    if person.in_window >= u32::from(policy.bookings_per_window) {
        return Err(Refusal::WindowLimit {
            max: u32::from(policy.bookings_per_window),
            days: u32::from(policy.window_days),
        });
    }
    people_within(policy, &person, more.into())?;
    if person.overlapping > 0 {
        return Err(Refusal::Overlaps);
    }
    Ok(())
}

/// Are so many more people within what the person's bookings may have together? Nobody more is always within.
fn people_within(policy: &Policy, person: &BookingFacts, more: Heads) -> Result<(), Refusal> {
    let (limits, days) = (policy.people, u32::from(policy.window_days));
    let (day, window) = (person.heads_on_day, person.heads_in_window);
    if let Some((max, left)) = over(limits.per_day, day.people, more.people) {
        return Err(Refusal::PeopleDailyLimit { max, left });
    }
    if let Some((max, left)) = over(limits.children_per_day, day.children, more.children) {
        return Err(Refusal::ChildrenDailyLimit { max, left });
    }
    if let Some((max, left)) = over(limits.per_window, window.people, more.people) {
        return Err(Refusal::PeopleWindowLimit { max, days, left });
    }
    if let Some((max, left)) = over(limits.children_per_window, window.children, more.children) {
        return Err(Refusal::ChildrenWindowLimit { max, days, left });
    }
    Ok(())
}

/// The limit and what is left of it, where so many more are too many.
fn over(limit: u16, had: u32, more: u32) -> Option<(u32, u32)> {
    let max = u32::from(limit);
    let left = max.saturating_sub(had);
    (limit > 0 && more > left && more > 0).then_some((max, left))
}

/// The same of whoever shows an identity document: what is counted per contact is counted per document, too. Another
/// contact's bookings are nobody else's to hear of, so it says no more than that there are some, and for whom of several.
pub fn documents_within_limits(
    policy: &Policy,
    now: Timestamp,
    documents: &[BookingFacts],
    party: Party,
) -> Result<(), Refusal> {
    // Of a document that has no booking here the party's contact is told what is too much, and why.
    let more = |had: &BookingFacts| {
        if had.in_window > 0 { Heads::of_document(party, documents.len()) } else { Heads::default() }
    };
    let over = documents.iter().position(|had| within_limits(policy, now, *had, more(had)).is_err());
    match (over, documents.len()) {
        (None, _) => Ok(()),
        (Some(_), 1) => Err(Refusal::DocumentLimit),
        (Some(n), _) => Err(Refusal::DocumentLimitOf { nth: n as u32 + 1 }),
    }
}

/// May more of a party that is booked be children than was said? The booking itself is counted neither in `person` nor in
/// `documents`.
pub fn may_have_children(
    policy: &Policy,
    party: Party,
    person: BookingFacts,
    documents: &[BookingFacts],
) -> Result<(), Refusal> {
    if party.children > policy.children_per_booking {
        return Err(Refusal::TooManyChildren { max: u32::from(policy.children_per_booking) });
    }
    let children = |heads: Heads| Heads { people: 0, ..heads };
    people_within(policy, &person, children(party.into()))?;
    let of_document = children(Heads::of_document(party, documents.len()));
    let over = documents.iter().any(|had| people_within(policy, had, of_document).is_err());
    if over { Err(Refusal::DocumentLimit) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
