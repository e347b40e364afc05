//! The form is what was reviewed, asks each of whom it should, and reads what people type.

use super::form::{BORN, Data, KEEP, Kind, When};
use super::kind::{looks_at, values};
use super::*;
use crate::field::Fault;
use crate::golden;
use crate::spark::Part;
use crate::typed::Typed;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub(super) const TODAY: Date = date(2026, 12, 4);

/// A whole application of an adult for herself, by field.
pub(super) const ADULT: [(&str, &str); 46] = [
    ("keep", "on"),
    ("no_promise", "on"),
    ("whom", "myself"),
    ("group", "refractory"),
    ("place", "registered"),
    ("city", "jinan"),
    ("patient_name", "演示 一"),
    ("patient_born", "1990-01-01"),
    ("patient_sex", "female"),
    ("patient_document_kind", "passport"),
    ("patient_document", "E0000000"),
    ("address", "演示市演示路1号"),
    ("patient_phone", "10000000000"),
    ("diagnosis", "演示疾病"),
    ("diagnosed_on", "2025-03-01"),
    ("hospital", "演示医院"),
    ("hospital_level", "tertiary"),
    ("physician", "演示医生"),
    ("course", "relapsed"),
    ("treatment", "under_way"),
    ("treated_since", "2025-04-01"),
    ("plan", "第一行\n第二行 \\n"),
    ("household", "４"),
    ("income", "0"),
    ("certified", "low_income"),
    ("spent", "120,000"),
    ("expected", "￥80,000.5"),
    ("insurance", "resident"),
    ("insurance_pays", "30000"),
    ("other_aid", "yes"),
    ("other_aid_from", "演示慈善"),
    ("other_aid_amount", "1000"),
    ("asked", "50000"),
    ("payee", "family"),
    ("account_holder", "演示一"),
    ("bank", "演示银行"),
    ("account", "0000 0000 0000"),
    ("paper_identity", "at_hand"),
    ("paper_diagnosis", "at_hand"),
    ("paper_costs", "follows"),
    ("paper_income", "none"),
    ("consent_health", "agree"),
    ("consent_means", "agree"),
    ("consent_partners", "refuse"),
    ("consent_publication", "refuse"),
    ("consent_follow_up", "agree"),
];

/// A mobile number of a range that is given to nobody is refused as one; so the tests' is the house's own.
const PHONE: &str = "13800000000";

/// A draft with these answers on their pages, besides and instead of [`ADULT`]'s.
pub(super) fn draft(otherwise: &[(&str, &str)]) -> Draft {
    let form = Form::current();
    let mut all: Vec<(&str, &str)> = ADULT.to_vec();
    all.push(("declaration", "on"));
    all.extend_from_slice(otherwise);
    let phones: Vec<(&str, &str)> =
        all.iter().map(|(key, text)| (*key, if *text == "10000000000" { PHONE } else { *text })).collect();
    let pages = form.pages.iter().filter_map(|page| {
        let typed = page.typed(phones.iter().copied());
        (!typed.0.is_empty()).then(|| (page.key.to_owned(), Saved { version: 1, typed }))
    });
    Draft::kept(form.version, pages)
}

/// What a child's application has besides.
pub(super) const CHILD: [(&str, &str); 9] = [
    ("whom", "child"),
    ("patient_born", "2015-06-01"),
    ("diagnosed_on", "2020-06-01"),
    ("guardian_name", "演示二"),
    ("guardian_relation", "other"),
    ("guardian_basis", "居委会指定"),
    ("guardian_document_kind", "passport"),
    ("guardian_document", "E0000001"),
    ("guardian_phone", PHONE),
];

fn read(otherwise: &[(&str, &str)]) -> Reading {
    Form::current().read(&draft(otherwise), TODAY)
}

fn fault(otherwise: &[(&str, &str)], field: &str) -> Option<Fault> {
    let reading = read(otherwise);
    let all = reading.pages.iter().flat_map(|asked| &asked.faults);
    all.filter(|error| error.field == field).map(|error| error.fault).next()
}

fn when(when: &When) -> String {
    match when {
        When::Always => String::new(),
        When::Has(field, values) => format!("{field} = {}", values.join("|")),
        When::Under(years) => format!("under {years}"),
        When::Since(years) => format!("{years} and older"),
        When::All(parts) => parts.iter().map(self::when).collect::<Vec<_>>().join(" and "),
        When::Any(parts) => parts.iter().map(self::when).collect::<Vec<_>>().join(" or "),
    }
}

#[test]
fn the_form_is_the_reviewed_one() {
    let form = Form::current();
    let fields: usize = form.pages.iter().map(|page| page.fields.len()).sum();
    let mut table =
        format!("version {}, notice {}: {} pages, {fields} fields\n", form.version, form.notice, form.pages.len());
    for section in Section::ALL {
        let after: Vec<&str> = section.after().iter().map(|it| it.name()).collect();
        let _ = writeln!(table, "\n{} (after: {})", section.name(), after.join(", "));
        for page in form.of_section(section) {
            let _ = writeln!(table, "  {} {}", page.key, bracketed(&when(&page.when)));
            for field in page.fields {
                let must = if field.required { "" } else { " (optional)" };
                let line = format!(
                    "{} [{}]{must}: {:?} {}",
                    field.key,
                    field.data.name(),
                    field.kind,
                    bracketed(&when(&field.when))
                );
                let _ = writeln!(table, "    {}", line.trim_end());
            }
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    golden::is_the_reviewed_one("spark_form.txt", &table);
}

fn bracketed(when: &str) -> String {
    if when.is_empty() { String::new() } else { format!("<{when}>") }
}

fn conditions(when: &When) -> Vec<(&'static str, &'static [&'static str])> {
    match when {
        When::Always => Vec::new(),
        When::Has(field, values) => vec![(*field, *values)],
        When::Under(_) | When::Since(_) => vec![(BORN, &[])],
        When::All(parts) | When::Any(parts) => parts.iter().flat_map(conditions).collect(),
    }
}

/// Every fault of a form's definition.
pub(super) fn definition_faults(form: &Form) -> Vec<String> {
    let (mut faults, mut pages, mut before) = (Vec::new(), BTreeSet::new(), Vec::<&Field>::new());
    let mut section = Section::Before;
    for page in form.pages {
        if !pages.insert(page.key) || page.fields.is_empty() || page.section < section || page.section == Section::Check
        {
            faults.push(format!("page {}", page.key));
        }
        section = page.section;
        let asks = page.fields.iter().map(|field| (field.key, &field.when)).chain([(page.key, &page.when)]);
        let own: Vec<&Field> = page.fields.iter().collect();
        for (key, when) in asks {
            let until = own.iter().position(|field| field.key == key).unwrap_or(0);
            for (on, named) in conditions(when) {
                let found = before.iter().chain(&own[..until]).find(|field| field.key == on);
                let known = found.map(|field| values(&field.kind)).unwrap_or_default();
                if found.is_none_or(|field| !field.required) || !named.iter().all(|value| known.contains(value)) {
                    faults.push(format!("{key} depends on {on}"));
                }
            }
        }
        for (at, field) in page.fields.iter().enumerate() {
            if before.iter().chain(&own[..at]).any(|earlier| earlier.key == field.key) {
                faults.push(format!("{} twice", field.key));
            }
            for on in looks_at(&field.kind) {
                let found = before.iter().chain(&own[..at]).find(|earlier| earlier.key == on);
                let own_kind = matches!(field.kind, Kind::Document { kind, .. } if kind == on);
                if found.is_none() || own_kind && !own.iter().any(|it| it.key == on && it.required) {
                    faults.push(format!("{} looks at {on}", field.key));
                }
            }
        }
        before.extend(own);
    }
    faults
}

#[test]
fn what_a_page_depends_on_stands_before_it_and_no_name_stands_twice() {
    let form = Form::current();
    assert_eq!(definition_faults(form), Vec::<String>::new());
    assert_eq!(Form::of(form.version), Some(form));
    assert!(Form::of(form.version + 1).is_none());
    // One field for each purpose, and the box by which anything is kept stands before whatever tells of somebody.
    let fields = || form.pages.iter().flat_map(|page| page.fields);
    for purpose in Purpose::ALL {
        assert_eq!(fields().filter(|field| field.kind == Kind::Consent(purpose)).count(), 1, "{purpose:?}");
    }
    let keep = fields().position(|field| field.key == KEEP);
    assert!(keep < fields().position(|field| field.data != Data::Formal));
    for field in fields() {
        assert!(field.key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", field.key);
    }
}

#[test]
fn a_form_that_is_wrong_is_seen() {
    const WRONG: [Page; 2] = [
        Page {
            key: "a",
            section: Section::Before,
            when: When::Has("later", &["x"]),
            fields: &[Field::new("a", Kind::Tick, Data::Formal), Field::new("a", Kind::Tick, Data::Formal)],
        },
        Page {
            key: "b",
            section: Section::Before,
            when: When::Has("a", &["never"]),
            fields: &[Field::new("later", Kind::Document { kind: "none", born: None, unlike: None }, Data::Identity)],
        },
    ];
    let faults = definition_faults(&Form { version: 9, notice: 1, pages: &WRONG });
    assert_eq!(faults, ["a depends on later", "a twice", "b depends on a", "later looks at none"]);
}

#[test]
fn a_whole_application_is_whole_and_every_state_of_the_list_is_met() {
    let reading = read(&[]);
    assert_eq!(reading.missing().map(|asked| (asked.page.key, asked.faults.clone())).collect::<Vec<_>>(), []);
    for section in Section::ALL {
        let wanted = if section == Section::Check { SectionState::NotStarted } else { SectionState::Done };
        assert_eq!(reading.state(section), wanted, "{section:?}");
    }
    let empty = Form::current().read(&Draft::new(1), TODAY);
    assert_eq!(empty.state(Section::Before), SectionState::NotStarted);
    for section in &Section::ALL[1..] {
        assert_eq!(empty.state(*section), SectionState::CannotStart, "{section:?}");
    }
    let begun = read(&[("plan", "")]);
    assert_eq!(begun.state(Section::Illness), SectionState::InProgress);
    assert_eq!(begun.state(Section::Consents), SectionState::Done);
    assert_eq!(begun.state(Section::Check), SectionState::CannotStart);
    assert_eq!(begun.next("diagnosis").map(|page| page.key), Some("treatment"));
    assert_eq!(begun.next("treatment"), None, "then the list");
}

#[test]
fn who_is_asked_what_goes_by_age_by_who_acts_and_by_the_disease() {
    let asked = |otherwise: &[(&str, &str)]| -> BTreeSet<&'static str> {
        read(otherwise).pages.iter().map(|asked| asked.page.key).collect()
    };
    let guardian = ["guardian", "guardian_document", "guardian_contact"];
    // The day before fourteen, the day of it, the day before eighteen, the day of it.
    for (born, minor, assents) in [
        ("2012-12-05", true, false),
        ("2012-12-04", true, true),
        ("2008-12-05", true, true),
        ("2008-12-04", false, false),
    ] {
        let pages = asked(&[("whom", "child"), (BORN, born)]);
        assert_eq!(guardian.iter().all(|page| pages.contains(page)), minor, "{born}");
        assert_eq!(guardian.iter().any(|page| pages.contains(page)), minor, "{born}");
        assert_eq!(pages.contains("assent"), assents, "{born}");
        assert_eq!(pages.contains("patient_contact"), !minor, "{born}");
        assert_eq!(pages.contains("representative"), !minor, "an adult child is represented: {born}");
    }
    for (whom, represented, worker) in
        [("myself", false, false), ("child", true, false), ("relative", true, false), ("family", true, true)]
    {
        let pages = asked(&[("whom", whom)]);
        assert_eq!(pages.contains("representative"), represented, "{whom}");
        assert_eq!((pages.contains("worker"), pages.contains("family")), (worker, worker), "{whom}");
    }
    for group in ["refractory", "rare", "infertility"] {
        let pages = asked(&[("group", group)]);
        let own: Vec<_> = ["refractory", "rare", "infertility"].into_iter().filter(|it| pages.contains(it)).collect();
        assert_eq!(own, [group]);
    }
}

#[test]
fn who_acts_is_told_by_the_answers() {
    let acting = |otherwise: &[(&str, &str)]| super::acting(&read(otherwise).answers, TODAY);
    let told =
        |otherwise| acting(otherwise).map(|it| (it.part, it.family_confirms, it.guardian_consents, it.patient_assents));
    assert_eq!(told(&[]), Some((Part::Applicant, false, false, false)));
    assert_eq!(told(&CHILD), Some((Part::Guardian, false, true, false)));
    assert_eq!(told(&[("whom", "family"), (BORN, "2010-01-01")]), Some((Part::SocialWorker, true, true, true)));
    assert_eq!(told(&[(BORN, "")]), None);
}

/// Fields and what was typed into them.
type Answered<'a> = &'a [(&'a str, &'a str)];

#[test]
fn each_fault_stands_beside_its_field() {
    let between = |first, last| Fault::DateBetween { first, last };
    let cases: [(Answered, &str, Fault); 17] = [
        (&[("keep", "")], "keep", Fault::MustAccept),
        (&[("whom", "nobody")], "whom", Fault::NotAChoice),
        (&[("city", "beijing")], "city", Fault::NotAChoice),
        (&[("patient_name", " ")], "patient_name", Fault::Required),
        (&[(BORN, "2026-12-05")], BORN, between(date(1900, 1, 1), TODAY)),
        (&[("group", "infertility"), (BORN, "2008-12-05")], BORN, between(date(1900, 1, 1), date(2008, 12, 4))),
        (&[("diagnosed_on", "1989-12-31")], "diagnosed_on", between(date(1990, 1, 1), TODAY)),
        (&[("patient_document", "1")], "patient_document", Fault::DocumentShape),
        (
            &[("patient_document_kind", "resident"), ("patient_document", "11010519491231002X")],
            "patient_document",
            Fault::BornOtherwise,
        ),
        (&[("household", "0")], "household", Fault::OutOfRange { min: 1, max: 20 }),
        (&[("income", "-1")], "income", Fault::MoneyNotPositive),
        (&[("expected", "0")], "expected", Fault::MoneyNotPositive),
        (&[("asked", "80,000.51")], "asked", Fault::MoreThanCosts),
        (&[("account", "12")], "account", Fault::BankAccountShape),
        (&[("consent_health", "refuse")], "consent_health", Fault::ConsentNeeded),
        (&[("consent_partners", "")], "consent_partners", Fault::Required),
        (&[("declaration", "")], "declaration", Fault::MustAccept),
    ];
    for (otherwise, field, wanted) in cases {
        assert_eq!(fault(otherwise, field), Some(wanted), "{otherwise:?}");
    }
    let same = [CHILD.as_slice(), &[("guardian_document", "e 000-0000")]].concat();
    assert_eq!(fault(&same, "guardian_document"), Some(Fault::SameDocument));
    for fine in [&[("asked", "80000.50")], &[("physician", "")], &[("consent_publication", "refuse")]] {
        assert!(read(fine).is_whole(), "{fine:?}");
    }
    assert!(read(&CHILD).is_whole());
}

#[test]
fn without_the_box_nothing_that_tells_of_anybody_is_kept() {
    let form = Form::current();
    let mut draft = Draft::new(1);
    let one = |key: &str, text: &str| Typed::kept(&[key], [(key, text)]);
    assert_eq!(draft.save(form, ("group", 0), one("group", "rare"), TODAY), Err(Unsaved::TooEarly));
    assert_eq!(draft.save(form, ("whom", 0), one("whom", "myself"), TODAY), Ok(1), "which tells of nobody");
    assert_eq!(draft.save(form, ("keep", 0), one("keep", "on"), TODAY), Ok(1));
    assert_eq!(draft.save(form, ("group", 0), one("group", "rare"), TODAY), Ok(1));
    assert_eq!(draft.save(form, ("diagnosis", 0), Typed::default(), TODAY), Err(Unsaved::TooEarly), "the section");
    assert_eq!(draft.save(form, ("worker", 0), Typed::default(), TODAY), Err(Unsaved::NotAsked));
    assert_eq!(draft.save(form, ("nothing", 0), Typed::default(), TODAY), Err(Unsaved::NotAsked));
}

#[test]
fn a_question_of_the_house_opens_the_sections_it_names_and_what_follows_from_them() {
    let form = Form::current();
    let sent = Snapshot::take(&read(&[]), 1, TODAY).expect("whole");
    let mut amended = Draft::amending(form, &sent, [Section::Before]);
    assert!(form.read(&amended, TODAY).is_whole(), "as it was sent");
    let one = |key: &str, text: &str| Typed::kept(&[key], [(key, text)]);
    assert_eq!(amended.save(form, ("household", 1), one("household", "9"), TODAY), Err(Unsaved::Locked));
    assert_eq!(amended.save(form, ("rare", 0), Typed::default(), TODAY), Err(Unsaved::NotAsked));
    assert_eq!(amended.save(form, ("group", 1), one("group", "rare"), TODAY), Ok(2));
    assert_eq!(amended.save(form, ("hospital", 1), Typed::default(), TODAY), Err(Unsaved::Locked));
    let rare = form.page("rare").expect("a page").typed([("in_catalogue", "yes"), ("genetic_test", "no")]);
    assert_eq!(amended.save(form, ("rare", 0), rare, TODAY), Ok(1), "asked only now");
    let again = Snapshot::take(&form.read(&amended, TODAY), 2, TODAY).expect("whole");
    assert_eq!((again.answers.get("group"), again.answers.get("course")), (Some("rare"), None));
    let same = |key| again.answers.get(key) == sent.answers.get(key);
    let changed: Vec<&str> = ADULT.iter().map(|(key, _)| *key).filter(|key| !same(key)).collect();
    assert_eq!(changed, ["group", "course"]);
}

#[test]
fn a_consent_is_asked_under_the_notice_that_was_shown_and_ends_when_it_is_taken_back() {
    use super::consent::{Given, Use};
    let form = Form::current();
    let at = |second| Timestamp::from_second(second).expect("an instant");
    let given = Consents::of(form, &read(&[("consent_partners", "agree")]).answers, at(1));
    assert_eq!(given.iter().count(), Purpose::ALL.len());
    assert!(given.may(Use::JudgeHealth) && given.may(Use::WeighMeans) && given.may(Use::AskAfterwards));
    assert!(!given.may(Use::Publish), "refused");
    assert!(given.may(Use::TellPartner { named_since: form.notice }));
    assert!(!given.may(Use::TellPartner { named_since: form.notice + 1 }), "named later");
    let nobody = Consents::default();
    for wanted in
        [Use::JudgeHealth, Use::WeighMeans, Use::TellPartner { named_since: 1 }, Use::Publish, Use::AskAfterwards]
    {
        assert!(!nobody.may(wanted), "without a word: {wanted:?}");
        let mut words: Vec<Given> = given.iter().copied().collect();
        words.extend(given.withdrawn(wanted.purpose(), at(2)));
        let after = Consents::new(words);
        assert!(!after.may(wanted), "{wanted:?}");
        assert_eq!(after.withdrawn(wanted.purpose(), at(3)), None, "a second press");
        for other in Purpose::ALL.into_iter().filter(|purpose| *purpose != wanted.purpose()) {
            assert_eq!(after.last(other), given.last(other), "no other is touched");
        }
    }
}

#[test]
fn what_a_reader_may_not_have_is_not_in_what_they_get() {
    let answers = read(&CHILD).answers;
    let medical = answers.telling(Form::current(), &[Data::Health]);
    assert!(medical.get("diagnosis").is_some() && medical.get("course").is_some());
    for (key, _) in medical.iter() {
        assert!(
            !["name", "phone", "document", "address", "account", "income", "born"]
                .iter()
                .any(|word| key.contains(word)),
            "{key}"
        );
    }
    assert_eq!(format!("{answers:?}"), format!("Answers({})", answers.len()));
    assert!(!format!("{:?}", draft(&CHILD)).contains("演示"));
}
