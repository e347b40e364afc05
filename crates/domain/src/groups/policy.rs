//! What the house demands of groups: one versioned policy object, as for bookings.

use super::{Ages, Kind};
use crate::field::Fault;
use crate::named::named;
use crate::time::local_day;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

named! {
    /// Which requests keep places before they are approved.
    Holding, 3 {
        /// None: room is asked for when a request is approved, and not before.
        Nothing "nothing",
        /// What was proposed to a group is kept until it answers, and then until it is approved.
        Proposals "proposals",
        /// Every request keeps places in the session it would like best, as long as it waits.
        Requests "requests",
    }
}

/// The rules for groups. Stored as JSON with a version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupPolicy {
    /// The smallest group, adults included; fewer book as everybody does.
    pub least: u16,
    /// The largest.
    pub most: u16,
    /// One accompanying adult for so many minors …
    pub minors_per_adult: u16,
    /// A session can be asked for at the latest this many days before its day …
    pub days_before: u16,
    /// … and at the earliest so many.
    pub days_ahead: u16,
    /// Which requests keep places.
    pub holding: Holding,
    /// How many days places are kept for a request or an accepted proposal that waits for the house.
    pub hold_days: u16,
    /// How many days a proposal waits for the group.
    pub answer_days: u16,
    /// The list of who comes can be replaced until this many hours before the session.
    pub roster_hours_before: u16,
    /// Requests of one contact that may be under way.
    pub under_way: u16,
    /// The kinds of organisation that are asked for a stamped letter: without one they are not approved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letter_from: Vec<Kind>,
}

impl Default for GroupPolicy {
    fn default() -> Self {
        Self {
            least: 10,
            most: 120,
            minors_per_adult: 10,
            days_before: 3,
            days_ahead: 42,
            holding: Holding::Proposals,
            hold_days: 5,
            answer_days: 3,
            roster_hours_before: 2,
            under_way: 6,
            letter_from: Vec::new(),
        }
    }
}

impl GroupPolicy {
    /// How many adults go with so many people of an age. Grown-ups need nobody.
    pub const fn adults_needed(&self, ages: Ages, members: u32) -> u32 {
        if !ages.are_minors() || self.minors_per_adult == 0 {
            return 0;
        }
        members.div_ceil(self.minors_per_adult as u32)
    }

    /// Whether a group of this size may come: the fault stands under the field it is named with.
    pub const fn admits(&self, ages: Ages, members: u32, adults: u32) -> Result<(), (&'static str, Fault)> {
        let people = members + adults;
        if people < self.least as u32 || people > self.most as u32 {
            return Err(("members", Fault::GroupSize { min: self.least as u32, max: self.most as u32 }));
        }
        let least = self.adults_needed(ages, members);
        if adults < least { Err(("adults", Fault::AdultsNeeded { least })) } else { Ok(()) }
    }

    /// Whether a session that begins at `starts_at` can be asked for now.
    pub fn is_in_reach(&self, now: Timestamp, starts_at: Timestamp) -> bool {
        let ahead = local_day(now).until(local_day(starts_at)).map_or(-1, |span| span.get_days());
        (i32::from(self.days_before)..=i32::from(self.days_ahead)).contains(&ahead)
    }

    /// Until when a proposal of a session waits: some days, and never beyond the evening before.
    pub fn answer_by(&self, now: Timestamp, starts_at: Timestamp) -> Timestamp {
        self.until(now, self.answer_days, starts_at)
    }

    /// Until when places are kept for a group that waits for the house.
    pub fn keep_until(&self, now: Timestamp, starts_at: Timestamp) -> Timestamp {
        self.until(now, self.hold_days, starts_at)
    }

    fn until(&self, now: Timestamp, days: u16, starts_at: Timestamp) -> Timestamp {
        let wanted = now + SignedDuration::from_hours(24 * i64::from(days));
        let latest = starts_at - SignedDuration::from_hours(12);
        // Who is asked on the last day still has an hour, if the session does not begin before.
        wanted.min(latest.max(now + SignedDuration::from_hours(1))).min(starts_at)
    }

    /// Whether a group of this kind is approved only with a stamped letter.
    pub fn needs_letter(&self, kind: Kind) -> bool {
        self.letter_from.contains(&kind)
    }

    /// Until when the list of who comes can be replaced.
    pub fn roster_until(&self, starts_at: Timestamp) -> Timestamp {
        starts_at - SignedDuration::from_hours(i64::from(self.roster_hours_before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().expect("an instant")
    }

    #[test]
    fn ten_minors_need_one_adult_and_eleven_need_two() {
        let policy = GroupPolicy::default();
        let needed = |ages, members| policy.adults_needed(ages, members);
        assert_eq!((needed(Ages::Primary, 10), needed(Ages::Primary, 11), needed(Ages::Senior, 48)), (1, 2, 5));
        assert_eq!(needed(Ages::Adults, 48), 0);
        assert_eq!(policy.admits(Ages::Primary, 48, 5), Ok(()));
        assert_eq!(policy.admits(Ages::Primary, 48, 4), Err(("adults", Fault::AdultsNeeded { least: 5 })));
        let size = Fault::GroupSize { min: 10, max: 120 };
        assert_eq!(policy.admits(Ages::Adults, 9, 0), Err(("members", size)));
        assert_eq!(policy.admits(Ages::Primary, 110, 11), Err(("members", size)));
    }

    #[test]
    fn sessions_are_in_reach_by_their_day() {
        let policy = GroupPolicy::default();
        let reach = |starts| policy.is_in_reach(at("2026-07-20T23:50"), at(starts));
        assert!(!reach("2026-07-22T16:00") && reach("2026-07-23T09:00"));
        assert!(reach("2026-08-31T16:00") && !reach("2026-09-01T09:00"));
    }

    #[test]
    fn a_proposal_never_waits_beyond_its_session() {
        let policy = GroupPolicy::default();
        let by = |starts| policy.answer_by(at("2026-07-20T12:00"), at(starts));
        assert_eq!(by("2026-07-30T09:00"), at("2026-07-23T12:00"));
        assert_eq!(by("2026-07-22T09:00"), at("2026-07-21T21:00"));
        assert_eq!(by("2026-07-20T15:00"), at("2026-07-20T13:00"));
        assert_eq!(by("2026-07-20T12:30"), at("2026-07-20T12:30"));
        assert_eq!(policy.roster_until(at("2026-07-30T09:00")), at("2026-07-30T07:00"));
    }

    #[test]
    fn an_old_policy_is_read_with_what_is_new_at_its_usual_value() {
        let read: GroupPolicy = serde_json::from_str(r#"{"most":60,"holding":"requests"}"#).expect("a policy");
        assert_eq!((read.most, read.least, read.holding), (60, 10, Holding::Requests));
        assert!(!read.needs_letter(Kind::School), "nobody is asked for a letter unless the house says so");
        let asked: GroupPolicy = serde_json::from_str(r#"{"letter_from":["school"]}"#).expect("a policy");
        assert!(asked.needs_letter(Kind::School) && !asked.needs_letter(Kind::Hospital));
        let plain = serde_json::to_value(GroupPolicy::default()).expect("JSON");
        assert!(plain.get("letter_from").is_none(), "servers from before it was there read the usual rules");
        assert!(serde_json::from_str::<GroupPolicy>(r#"{"moost":60}"#).is_err());
    }
}
