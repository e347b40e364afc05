//! Merging, visibility, snapshots and migration under whatever people do.

use super::consent::Purpose;
use super::form::{Data, Kind, When};
use super::tests::{ADULT, CHILD, TODAY, definition_faults, draft};
use super::*;
use crate::typed::Typed;
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::BTreeMap;

const PAGES: [&str; 3] = ["keep", "whom", "place"];

fn typed(page: &str, n: u8) -> Typed {
    Typed(BTreeMap::from([(page.to_owned(), n.to_string())]))
}

/// What somebody in one of three tabs does.
#[derive(Clone, Debug)]
enum Step {
    /// Opens a page.
    Open { tab: usize, page: usize },
    /// Saves it as it stands in the tab, with this in it.
    Save { tab: usize, page: usize, n: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..3_usize, 0..3_usize).prop_map(|(tab, page)| Step::Open { tab, page }),
        (0..3_usize, 0..3_usize, 0..4_u8).prop_map(|(tab, page, n)| Step::Save { tab, page, n }),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    /// Against a model that keeps, per page, every text that was ever taken: nobody's text is replaced unseen.
    #[test]
    fn no_tab_replaces_what_it_has_not_seen(steps in steps()) {
        let mut draft = Draft::new(1);
        let mut seen = [[0_u32; 3]; 3];
        let mut history: [Vec<u8>; 3] = Default::default();
        for step in steps {
            match step {
                Step::Open { tab, page } => seen[tab][page] = draft.version(PAGES[page]),
                Step::Save { tab, page, n } => {
                    let before = draft.clone();
                    let answer = draft.merge(PAGES[page], seen[tab][page], typed(PAGES[page], n));
                    let (now, is_same) = (history[page].len() as u32, history[page].last() == Some(&n));
                    match answer {
                        Ok(version) if is_same => prop_assert_eq!(version, now),
                        Ok(version) => {
                            prop_assert_eq!(seen[tab][page], now, "it had seen what stood there");
                            prop_assert_eq!(version, now + 1);
                            history[page].push(n);
                            seen[tab][page] = version;
                        }
                        Err(conflict) => {
                            prop_assert_ne!(seen[tab][page], now);
                            prop_assert_eq!(&draft, &before, "nothing was changed");
                            prop_assert_eq!(&conflict.mine, &typed(PAGES[page], n));
                            let there = history[page].last().map(|n| typed(PAGES[page], *n)).unwrap_or_default();
                            prop_assert_eq!(&conflict.theirs.typed, &there);
                            prop_assert_eq!(conflict.differs(), vec![PAGES[page]]);
                        }
                    }
                }
            }
            for (page, all) in PAGES.iter().zip(&history) {
                prop_assert_eq!(draft.version(page) as usize, all.len());
            }
        }
    }

    /// Different pages are merged: in whichever order two tabs save, the same stands there.
    #[test]
    fn pages_are_saved_in_any_order(texts in prop::collection::vec(0..9_u8, 3), order in Just(vec![0, 1, 2]).prop_shuffle()) {
        let save = |order: &[usize]| {
            let mut draft = Draft::new(1);
            for page in order {
                assert_eq!(draft.merge(PAGES[*page], 0, typed(PAGES[*page], texts[*page])), Ok(1));
            }
            draft
        };
        prop_assert_eq!(save(&order), save(&[0, 1, 2]));
    }

    /// What is asked follows from the answers before it alone, and what is not asked leaves no trace.
    #[test]
    fn what_is_not_asked_is_not_answered(otherwise in answers()) {
        let form = Form::current();
        let reading = form.read(&draft(&otherwise), TODAY);
        let pages: Vec<&str> = reading.pages.iter().map(|asked| asked.page.key).collect();
        for (key, _) in reading.answers.iter() {
            let (page, field) = form.field(key).expect("a field of the form");
            prop_assert!(pages.contains(&page.key), "{}", key);
            prop_assert!(page.when.holds(&reading.answers, TODAY) && field.when.holds(&reading.answers, TODAY), "{}", key);
        }
        for page in form.pages {
            prop_assert_eq!(pages.contains(&page.key), page.when.holds(&reading.answers, TODAY), "{}", page.key);
        }
        // A section is done or it is not, and what comes after it says the same.
        let all = Section::ALL.iter().filter(|it| **it != Section::Check);
        let done = all.clone().all(|section| reading.state(*section) == SectionState::Done);
        prop_assert_eq!(done, reading.is_whole());
        prop_assert_eq!(reading.state(Section::Check) == SectionState::NotStarted, done);
    }

    /// A snapshot is read as it was written, and nothing else is one; what it holds is read again as itself.
    #[test]
    fn a_snapshot_is_its_text(otherwise in answers(), plan in "[a-z\\\\\n:\\[\\]中 ]{0,30}[a-z]", cut in 0..400_usize) {
        let form = Form::current();
        let typed: Vec<(&str, &str)> = otherwise.iter().copied().chain([("plan", plan.as_str())]).collect();
        let reading = form.read(&draft(&typed), TODAY);
        let Ok(taken) = Snapshot::take(&reading, 1, TODAY) else {
            prop_assert!(!reading.is_whole());
            return Ok(());
        };
        let text = taken.text(form);
        prop_assert_eq!(Snapshot::parse(&text), Ok(taken.clone()));
        let again = form.read(&Draft::amending(form, &taken, []), TODAY);
        prop_assert_eq!(&again.answers, &taken.answers);
        let cut = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(0);
        prop_assert!(Snapshot::parse(&text[..cut]).is_ok_and(|read| read.text(form) == text[..cut]) || Snapshot::parse(&text[..cut]).is_err());
        let longer = format!("{text}whom: child\n");
        prop_assert!(Snapshot::parse(&longer).is_err());
    }

    /// Whatever is typed into any field, reading never panics and what is taken is taken again.
    #[test]
    fn reading_never_panics(field in 0..ADULT.len(), text in ".{0,40}") {
        let form = Form::current();
        let key = ADULT[field].0;
        let reading = form.read(&draft(&[(key, &text)]), TODAY);
        if let Some(answer) = reading.answers.get(key) {
            let again = form.read(&draft(&[(key, answer)]), TODAY);
            prop_assert_eq!(again.answers.get(key), Some(answer));
        }
    }

    /// Migration loses nothing the newer form still asks but consents under another notice.
    #[test]
    fn migration_keeps_what_is_still_asked(otherwise in answers()) {
        let (old, newer) = (draft(&otherwise), newer());
        let (taken, changes) = migrate(&old, Form::current(), newer);
        prop_assert_eq!(taken.form, newer.version);
        for (page, field) in newer.pages.iter().flat_map(|page| page.fields.iter().map(move |field| (page, field))) {
            let Some((before, _)) = Form::current().field(field.key) else { continue };
            let was = old.page(before.key).and_then(|saved| saved.typed.0.get(field.key));
            let is = taken.page(page.key).and_then(|saved| saved.typed.0.get(field.key));
            prop_assert_eq!(is, was.filter(|_| !matches!(field.kind, Kind::Consent(_))), "{}", field.key);
        }
        for (key, saved) in taken.pages() {
            let changed = changes.contains(&Change::Changed(key_of(newer, key)));
            prop_assert!(saved.version >= old.version(key));
            if changed && old.version(key) > 0 {
                prop_assert!(saved.version > old.version(key), "a stale tab of {} meets a conflict", key);
            }
        }
    }
}

fn key_of(form: &Form, key: &str) -> &'static str {
    form.page(key).expect("a page").key
}

/// Answers beside the whole application's: who, whom, how old, which disease, and some that are missing.
fn answers() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let whom = prop::sample::select(vec!["myself", "child", "relative", "family"]);
    let group = prop::sample::select(vec!["refractory", "rare", "infertility"]);
    let born = prop::sample::select(vec!["1990-01-01", "2010-12-04", "2012-12-05", "2020-01-01", "x"]);
    let payee = prop::sample::select(vec!["hospital", "family"]);
    let missing = prop::collection::vec(prop::sample::select(ADULT.map(|(key, _)| key).to_vec()), 0..3);
    let more: Vec<(&'static str, &'static str)> = CHILD
        .into_iter()
        .filter(|(key, _)| key.starts_with("guardian"))
        .chain([
            ("assent", "on"),
            ("worker_name", "演示三"),
            ("worker_hospital", "演示医院"),
            ("worker_phone", "13800000001"),
            ("family_phone", "13800000002"),
            ("representative_name", "演示四"),
            ("representative_relation", "配偶"),
            ("representative_basis", "patient_agrees"),
            ("in_catalogue", "yes"),
            ("genetic_test", "no"),
            ("trying_years", "3"),
            ("tried", "medicine"),
            ("diagnosed_on", "2025-01-01"),
        ])
        .collect();
    (whom, group, born, payee, missing).prop_map(move |(whom, group, born, payee, missing)| {
        let mut all = more.clone();
        all.extend([("whom", whom), ("group", group), (form::BORN, born), ("payee", payee)]);
        all.extend(missing.into_iter().map(|key| (key, "")));
        all
    })
}

/// A later version: the household moved to the incomes' page, the level of the hospital is gone, the passing of a school is new,
/// and another notice stands beside the consents.
fn newer() -> &'static Form {
    const HOSPITAL: [Field; 2] = [
        Field::new("hospital", Kind::Line { max: 60 }, Data::Health),
        Field::new("physician", Kind::Name, Data::Health).optional(),
    ];
    const INCOME: [Field; 3] = [
        Field::new("household", Kind::Count { min: 1, max: 20 }, Data::Money),
        Field::new("income", Kind::Money { zero: true, most: None }, Data::Money),
        Field::new("certified", Kind::One(&["low_income", "destitute", "none"]), Data::Money),
    ];
    const SCHOOL: [Field; 1] = [Field::new("school", Kind::Line { max: 60 }, Data::Identity)];
    let pages: Vec<Page> = Form::current()
        .pages
        .iter()
        .filter(|page| page.key != "household")
        .map(|page| match page.key {
            "hospital" => Page { fields: &HOSPITAL, ..*page },
            "income" => Page { fields: &INCOME, ..*page },
            _ => *page,
        })
        .collect();
    let at = pages.iter().position(|page| page.section == Section::Illness).expect("a section");
    let school = Page { key: "school", section: Section::People, when: When::Under(18), fields: &SCHOOL };
    let pages: Vec<Page> = pages[..at].iter().copied().chain([school]).chain(pages[at..].iter().copied()).collect();
    Box::leak(Box::new(Form { version: 2, notice: 2, pages: Box::leak(pages.into_boxed_slice()) }))
}

#[test]
fn who_filled_it_in_is_told_what_changed_and_answers_only_that() {
    let newer = newer();
    assert_eq!(definition_faults(newer), Vec::<String>::new());
    let old = draft(&[]);
    let (taken, changes) = migrate(&old, Form::current(), newer);
    let wanted =
        [Change::Added("school"), Change::Changed("hospital"), Change::Changed("income"), Change::Removed("household")];
    assert_eq!(changes, wanted);
    let missing: Vec<&str> = newer.read(&taken, TODAY).missing().map(|asked| asked.page.key).collect();
    let consents: Vec<&str> = missing.iter().copied().filter(|key| key.starts_with("consent_")).collect();
    assert_eq!((missing.len(), consents.len()), (Purpose::ALL.len(), Purpose::ALL.len()), "{missing:?}");
    assert_eq!((taken.version("income"), taken.version("household")), (2, 0));
    let (same, none) = migrate(&old, Form::current(), Form::current());
    assert_eq!((same, none), (old, Vec::new()));
}

#[test]
fn a_snapshot_that_was_changed_by_hand_is_none() {
    let form = Form::current();
    let taken = Snapshot::take(&form.read(&draft(&[]), TODAY), 3, date(2026, 12, 4)).expect("whole");
    let text = taken.text(form);
    assert!(text.starts_with("spark-application 1\nform 1\nnotice 1\nnumber 3\nday 2026-12-04\n[before]\nkeep: yes\n"));
    assert!(text.contains("\nplan: 第一行\\n第二行 \\\\n\n"), "{text}");
    for (from, to) in [
        ("whom: myself", "whom: \\x"),
        ("[means]\n", ""),
        ("form 1", "form 9"),
        ("[before]", "[people]"),
        ("number 3", "number 03"),
    ] {
        assert!(text.contains(from));
        assert!(Snapshot::parse(&text.replacen(from, to, 1)).is_err(), "{from} as {to}");
    }
}
