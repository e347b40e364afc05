//! Profiles of everybody who looks after cases, judges them or decides on them, for whoever watches over conflicts: what they
//! know, where they work, when they are away. What ties them is typed once; afterwards it is counted and shown to nobody.

pub mod calls;
mod conflict;
mod list;
mod one;
mod read;

pub use conflict::ConflictNew;
pub use list::Profiles;
pub use one::ProfilePage;

use crate::i18n::Text;
use crate::visit::{Visit, param};
use domain::spark::review::absence::Absence;
use domain::spark::review::assignment::Speciality;
use domain::time::{day_text, local_day};
use services::ledger::views::Person;

/// Where this room's pages stand: everybody, below it each of them.
mod at {
    /// Everybody.
    pub const PROFILES: &str = "/staff/profiles";
    /// One.
    pub const PROFILE: &str = "/staff/profiles/:account";
    /// A conflict of one with a case.
    pub const CONFLICT: &str = "/staff/profiles/:account/conflict";
}

/// The specialities that are offered, by their numbers in the national list.
const OFFERED: [(&str, &str); 17] = [
    ("03", "speciality-03"),
    ("03.03", "speciality-03-03"),
    ("03.05", "speciality-03-05"),
    ("03.06", "speciality-03-06"),
    ("03.07", "speciality-03-07"),
    ("03.08", "speciality-03-08"),
    ("04", "speciality-04"),
    ("05", "speciality-05"),
    ("05.05", "speciality-05-05"),
    ("07", "speciality-07"),
    ("07.01", "speciality-07-01"),
    ("07.07", "speciality-07-07"),
    ("07.08", "speciality-07-08"),
    ("07.09", "speciality-07-09"),
    ("07.10", "speciality-07-10"),
    ("07.11", "speciality-07-11"),
    ("19", "speciality-19"),
];

/// A speciality in words; one that is not offered by its number.
fn speciality_text(visit: &Visit, speciality: &Speciality) -> Text {
    let number = speciality.to_string();
    let offered = OFFERED.iter().find(|(known, _)| *known == number);
    offered.map_or_else(|| number.clone().into(), |(_, key)| visit.t(key))
}

/// 2026年12月1日（周二）至2026年12月7日（周一）
fn absence_text(visit: &Visit, absence: Absence) -> Text {
    let from = day_text(absence.from(), visit.locale());
    match absence.until() {
        Some(until) => {
            let until = day_text(until, visit.locale());
            visit.t_args("profiles-away-days", &[("from", from.into()), ("until", until.into())])
        }
        None => visit.t_args("profiles-away-from", &[("from", from.into())]),
    }
}

/// When they are away from today on; what is over is not said.
fn ahead(visit: &Visit, absence: Option<Absence>) -> Option<Absence> {
    absence.filter(|absence| !absence.is_over(local_day(visit.context.now)))
}

fn name_of(visit: &Visit, person: &Person) -> Text {
    if person.name.is_empty() { visit.t("cases-nameless") } else { person.name.clone().into() }
}

/// Whose page it is.
fn named() -> Option<domain::ids::AccountId> {
    param("account").and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_speciality_is_a_number_of_the_national_list_and_offered_once() {
        let mut numbers: Vec<&str> = OFFERED.iter().map(|(number, _)| *number).collect();
        assert!(numbers.iter().all(|number| Speciality::new(number).is_some()), "{numbers:?}");
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), OFFERED.len());
    }
}
