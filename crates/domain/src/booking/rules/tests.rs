//! The table of rules: nothing of the policy is missing in it, and nothing impossible gets through.

use super::*;
use std::collections::HashSet;

/// A form that leaves the usual rules as they are, but for `changed`.
fn typed(changed: &[(&'static str, &'static str)]) -> Result<Policy, Vec<FieldError>> {
    let usual = Policy::default();
    let texts: Vec<(&str, String)> = RULES.iter().map(|rule| (rule.name, rule.of(&usual).text())).collect();
    usual.typed(|name| {
        let own = changed.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        own.unwrap_or_else(|| &texts.iter().find(|(known, _)| *known == name).expect("a rule").1)
    })
}

fn faults(changed: &[(&'static str, &'static str)]) -> Vec<(String, Fault)> {
    let errors = typed(changed).expect_err("it is refused");
    errors.into_iter().map(|error| (error.field, error.fault)).collect()
}

/// Another value of the same rule, within its bounds.
fn another(rule: &Rule) -> Setting {
    match (rule.shape, rule.of(&Policy::default())) {
        (Shape::Number { min, max, .. }, Setting::Number(now)) => Setting::Number(if now == max { min } else { max }),
        (_, Setting::Switch(on)) => Setting::Switch(!on),
        (_, Setting::Room(room)) => Setting::Room(if room == Room::Never { Room::Always } else { Room::Never }),
        (_, Setting::Identity(_)) => Setting::Identity(crate::booking::IdentityRule::Everybody),
        (_, Setting::ChangesEnd(_)) => Setting::ChangesEnd(ChangesEnd::DayBefore),
        (shape, setting) => panic!("{shape:?} is not of {setting:?}"),
    }
}

#[test]
fn every_rule_of_the_policy_can_be_changed_and_changes_nothing_else() {
    let usual = Policy::default();
    for rule in &RULES {
        let mut changed = usual.clone();
        assert!((rule.set)(&mut changed, another(rule)), "{} takes its largest number", rule.name);
        let differences = usual.differences(&changed);
        assert_eq!(differences.len(), 1, "{}", rule.name);
        assert_eq!((differences[0].rule.name, differences[0].to), (rule.name, another(rule)));
    }
    let names: HashSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len(), "no name twice");
    // What is written of a policy, with nothing left out: all of it is in the table, but for the series.
    let mut all = usual;
    all.release.room = Room::Never;
    all.series = crate::booking::SeriesRule::Both;
    all.identity = crate::booking::IdentityRule::Leader;
    all.people.per_day = 5;
    all.changes_end = ChangesEnd::DayBefore;
    let written = serde_json::to_value(&all).expect("it is written");
    let fields = written.as_object().expect("an object");
    let within = |name: &str| fields[name].as_object().expect("an object").len();
    assert_eq!(fields.len() - 3 + within("release") + within("people"), RULES.len(), "a rule nobody can change");
}

#[test]
fn the_usual_rules_are_good_and_every_bound_is_kept() {
    assert_eq!(Policy::default().check(), Ok(()));
    assert_eq!(typed(&[]), Ok(Policy::default()));
    for rule in &RULES {
        let Shape::Number { min, max, .. } = rule.shape else { continue };
        for beyond in [min - 1, max + 1] {
            assert_eq!(rule.read(&beyond.to_string()), Err(between(min, max)), "{} {beyond}", rule.name);
        }
        for within in [min, max] {
            assert_eq!(rule.read(&within.to_string()), Ok(Setting::Number(within)), "{}", rule.name);
        }
        assert_eq!(rule.read("many"), Err(Fault::NotANumber));
        assert_eq!(rule.read(" "), Err(Fault::Required));
    }
}

#[test]
fn what_is_typed_is_read_as_people_type_it() {
    let fresh = typed(&[("days_ahead", " ２１ "), ("closes_minutes_before", "-15"), ("room", "always")]).expect("good");
    assert_eq!((fresh.days_ahead, fresh.closes_minutes_before, fresh.release.room), (21, -15, Room::Always));
    let children = typed(&[("children_need_adult", "no"), ("children_per_booking", "5")]).expect("children alone");
    assert!(!children.children_need_adult && children.children_per_booking == 5);
}

#[test]
fn all_faults_are_told_at_once_beside_their_rules() {
    let told = faults(&[("days_ahead", "0"), ("moves", "often"), ("room", "perhaps"), ("children_need_adult", "")]);
    let expected = [
        ("days_ahead", Fault::OutOfRange { min: 1, max: 365 }),
        ("children_need_adult", Fault::Required),
        ("moves", Fault::NotANumber),
        ("room", Fault::NotAChoice),
    ];
    assert_eq!(told, expected.map(|(name, fault)| (name.to_owned(), fault)));
}

#[test]
fn rules_that_contradict_each_other_are_refused() {
    let one = |changed: &[(&'static str, &'static str)]| {
        let told = faults(changed);
        assert_eq!(told.len(), 1, "{told:?}");
        told.into_iter().next().expect("a fault")
    };
    let children = one(&[("children_per_booking", "5")]);
    assert_eq!(children, ("children_per_booking".into(), Fault::OutOfRange { min: 0, max: 4 }));
    let window = one(&[("bookings_per_day", "4")]);
    assert_eq!(window, ("bookings_per_window".into(), Fault::OutOfRange { min: 4, max: 100 }));
    for (name, few, least, max) in [
        ("people_per_day", "4", 5, 500),
        ("children_per_day", "2", 3, 500),
        ("people_per_window", "4", 5, 5_000),
        ("children_per_window", "2", 3, 5_000),
    ] {
        assert_eq!(
            one(&[(name, few)]),
            (name.into(), Fault::OutOfRange { min: least, max }),
            "one booking has so many"
        );
    }
    let window = one(&[("people_per_day", "8"), ("people_per_window", "7")]);
    assert_eq!(window, ("people_per_window".into(), Fault::OutOfRange { min: 8, max: 5_000 }), "and one day");
    let offers = one(&[("offer_most_minutes", "15")]);
    assert_eq!(offers, ("offer_least_minutes".into(), Fault::OutOfRange { min: 5, max: 15 }));
    let door = one(&[("closes_minutes_before", "-46")]);
    assert_eq!(door, ("closes_minutes_before".into(), Fault::BeforeOrAfter { before: 10_080, after: 45 }));
    let shut = one(&[("closes_minutes_before", "-5"), ("late_minutes", "0")]);
    assert_eq!(shut, ("closes_minutes_before".into(), Fault::OutOfRange { min: 0, max: 10_080 }));
}

/// A form of some rules, as that of an event: a fault elsewhere is none of its business, and what it does not show stays.
#[test]
fn a_form_of_one_theme_reads_its_own_rules_and_leaves_the_others() {
    let before = Policy { days_ahead: 0, people_per_booking: 6, ..Policy::default() };
    let form = |changed: &[(&'static str, &'static str)]| {
        let texts: Vec<(&str, String)> =
            Theme::Limits.rules().map(|rule| (rule.name, rule.of(&before).text())).collect();
        before.typed_in(Theme::Limits.rules(), |name| {
            let own = changed.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
            own.unwrap_or_else(|| &texts.iter().find(|(known, _)| *known == name).expect("a limit").1)
        })
    };
    assert_eq!(form(&[]), Ok(before.clone()), "as it is");
    let limits =
        [("people_per_day", "8"), ("children_per_day", "3"), ("window_days", "30"), ("people_per_window", "9")];
    let fresh = form(&limits).expect("limits that go together");
    let changed: Vec<_> = before.differences(&fresh).into_iter().map(|it| (it.rule.name, it.to.text())).collect();
    assert_eq!(changed, limits.map(|(name, text)| (name, text.to_owned())), "each, and nothing else");
    let told = form(&[("people_per_day", "5"), ("children_per_window", "2")]).expect_err("less than one party");
    let told: Vec<_> = told.into_iter().map(|error| (error.field, error.fault)).collect();
    let expected = [
        ("people_per_day", Fault::OutOfRange { min: 6, max: 500 }),
        ("children_per_window", Fault::OutOfRange { min: 3, max: 5_000 }),
    ];
    assert_eq!(told, expected.map(|(name, fault)| (name.to_owned(), fault)));
    assert!(form(&[("window_days", " ")]).is_err_and(|errors| errors[0].fault == Fault::Required));
}
