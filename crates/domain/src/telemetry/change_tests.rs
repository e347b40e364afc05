use super::*;
use crate::account::{Actor, Capability, permit};
use crate::ids::{AccountId, LoginSessionId};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The first version, as it stands in the migration, with the rule of the second.
fn rules() -> Rules {
    let sql = include_str!("../../../store/migrations/20261217000041_telemetry_alarm.sql");
    let from = sql.find("values (1, '{").expect("a version") + "values (1, '".len();
    let text = &sql[from..];
    let mut rules: Rules = serde_json::from_str(&text[..text.find("}',").expect("its end") + 1]).expect("rules");
    let of = ChannelKind::ALL.to_vec();
    rules.rules.push(Rule {
        name: "unread".to_owned(),
        of,
        check: Check::Unread { minutes: 240 },
        severity: Severity::Critical,
        for_s: 0,
    });
    rules
}

/// The form as it stands at first.
fn form(rules: &Rules) -> BTreeMap<String, String> {
    let mut form: BTreeMap<String, String> =
        rules.settings().map(|setting| (setting.field(), plain(setting.value()))).collect();
    for (rung, number) in rules.ladder.iter().zip(1..) {
        form.insert(rung_role(number), rung.role.clone());
        form.insert(rung_after(number), plain(rung.after()));
    }
    form
}

fn read(rules: &Rules, form: &BTreeMap<String, String>) -> Result<Rules, Vec<FieldError>> {
    rules.changed(|field| form.get(field).map_or("", String::as_str))
}

/// What is said of one input when this is typed into it.
fn said(field: &str, text: &str) -> Option<Fault> {
    let rules = rules();
    let mut form = form(&rules);
    assert!(field.starts_with("rung-") || form.contains_key(field), "no such input: {field}");
    form.insert(field.to_owned(), text.to_owned());
    let errors = read(&rules, &form).err()?;
    errors.into_iter().find(|error| error.field == field).map(|error| error.fault)
}

#[test]
fn what_was_not_touched_is_the_same_version() {
    let rules = rules();
    let same = read(&rules, &form(&rules)).expect("the house's defaults are within their bounds");
    assert_eq!(same, rules);
    assert!(changes(&rules, &same).is_empty());
}

#[test]
fn every_number_has_its_bounds_and_a_warning_comes_first() {
    let between = |least, most| Some(Fault::Between { least, most });
    assert_eq!(said("tank_critical-limit", "-149.9"), between(-1900, -1500));
    assert_eq!(said("tank_critical-limit", "−160"), None, "a minus of typographers");
    assert_eq!(said("tank_critical-limit", "-170"), None, "the fault stands beside the warning");
    assert_eq!(said("tank_warm-limit", "-150"), between(-1900, -1510));
    assert_eq!(said("oxygen_low-limit", "19.4"), between(195, 205));
    assert_eq!(said("oxygen_low-limit", "20"), None);
    assert_eq!(said("level_critical-limit", "9"), between(100, 500));
    assert_eq!(said("level_low-limit", "10"), between(110, 600));
    assert_eq!(said("tank_warm-limit", "-170.25"), Some(Fault::DecimalShape));
    assert_eq!(said("tank_warm-limit", "cold"), Some(Fault::DecimalShape));
    assert_eq!(said("tank_warm-limit", " "), Some(Fault::Required));
    assert_eq!(said("tank_critical-lasts", "121"), Some(Fault::OutOfRange { min: 0, max: 120 }));
    let rules = rules();
    for (field, late) in [("tank_critical-limit", "-175"), ("level_critical-limit", "20")] {
        let mut form = form(&rules);
        form.insert(field.to_owned(), late.to_owned());
        let errors = read(&rules, &form).expect_err("a warning that comes with the alarm is none");
        assert_eq!(errors.iter().map(|error| error.fault).collect::<Vec<_>>(), [Fault::WarnsTooLate], "{field}");
    }
}

#[test]
fn silence_is_never_turned_off() {
    let out = Some(Fault::OutOfRange { min: 2, max: 10 });
    for text in ["0", "1", "11", "99999999999"] {
        assert_eq!(said("silent-intervals", text), out, "{text}");
    }
    assert_eq!(said("unread-minutes", "241"), Some(Fault::OutOfRange { min: 30, max: 240 }));
    let rules = rules();
    let fields: Vec<String> = rules.settings().map(|setting| setting.field()).collect();
    assert!(!fields.iter().any(|field| field == "silent-lasts"), "nor put off");
    assert!(!fields.iter().any(|field| field == "lid_open-limit"), "an open lid is open");
}

#[test]
fn the_ladder_begins_at_once_and_goes_up() {
    assert_eq!(said("rung-1-role", ""), Some(Fault::Required));
    assert_eq!(said("rung-1-role", "steward"), Some(Fault::NotAChoice));
    assert_eq!(said("rung-3-after", "5"), Some(Fault::Between { least: 60, most: 2400 }));
    assert_eq!(said("rung-3-after", "241"), Some(Fault::Between { least: 60, most: 2400 }));
    assert_eq!(said("rung-4-after", "30"), None, "who is not said beside it");
    assert_eq!(said("rung-4-role", "night_shift"), None, "when is not said beside it");
    let rules = rules();
    let mut form = form(&rules);
    form.insert(rung_role(2), String::new());
    form.insert(rung_after(2), String::new());
    form.insert(rung_role(4), "night_shift".to_owned());
    form.insert(rung_after(4), "20.5".to_owned());
    let new = read(&rules, &form).expect("a ladder");
    let steps: Vec<(u32, &str)> = new.ladder.iter().map(|rung| (rung.after_s, rung.role.as_str())).collect();
    assert_eq!(steps, [(0, "night_shift"), (900, "quality_officer"), (1230, "night_shift")]);
}

#[test]
fn those_stand_on_the_ladder_who_may_acknowledge() {
    let may = |role| {
        let (account, login) = (AccountId(Uuid::nil()), LoginSessionId(Uuid::nil()));
        let actor = Actor::Staff { account, login, roles: vec![role], stepped_up_at: None };
        permit(&actor, Capability::HandleAlarms, Timestamp::UNIX_EPOCH).is_ok()
    };
    for role in Role::ALL {
        assert_eq!(LADDER.contains(&role), may(role), "{role:?}");
    }
}

#[test]
fn what_differs_is_told_number_by_number_and_step_by_step() {
    let rules = rules();
    let mut form = form(&rules);
    form.insert("tank_warm-limit".to_owned(), "-175".to_owned());
    form.insert(rung_role(3), String::new());
    form.insert(rung_after(3), String::new());
    let new = read(&rules, &form).expect("a version");
    let told = changes(&rules, &new);
    assert!(
        matches!(told[0], Change::Number { setting, before: -1700 } if setting.value() == -1750 && setting.part == Part::Limit)
    );
    assert_eq!(told[1], Change::Rung { number: 3, before: rules.ladder.last(), after: None });
    assert_eq!(told.len(), 2);
}

proptest! {
    #[test]
    fn tenths_are_read_as_they_are_written(tenths in -99_999i32..99_999) {
        prop_assert_eq!(crate::typed::decimal(&plain(tenths)), Ok(tenths));
    }

    /// Whatever is typed: a version that is taken keeps its rules, within their bounds, and is read back as it was meant.
    #[test]
    fn what_is_taken_is_within_its_bounds(typed in prop::collection::vec((0usize..60, -2000i32..75_000), 0..40)) {
        let rules = rules();
        let mut form = form(&rules);
        let fields: Vec<String> = form.keys().filter(|field| !field.ends_with("-role")).cloned().collect();
        for (field, tenths) in typed {
            form.insert(fields[field % fields.len()].clone(), plain(tenths));
        }
        if let Ok(new) = read(&rules, &form) {
            let names = |rules: &Rules| rules.rules.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>();
            prop_assert_eq!(names(&new), names(&rules));
            for setting in new.settings() {
                let (least, most) = setting.bounds;
                prop_assert!((least..=most).contains(&setting.value()), "{}", setting.field());
            }
            let cold = new.cold().expect("a limit");
            prop_assert!(cold.warning < cold.critical);
            prop_assert!(new.ladder.first().is_some_and(|rung| rung.after_s == 0));
            prop_assert!(new.ladder.is_sorted_by(|one, other| one.after_s < other.after_s));
        }
    }
}
