use super::*;
use domain::custody::passport::{FORMAT, Hex, Passport, Said, SignedRoot, VERSION};
use domain::custody::{Catalogue, CatalogueKind, DeviationKind, Marker, Person, Pool, Progress, Standing, State, What};
use domain::family::TestHappened;
use domain::ids::UnitId;
use services::custody::{Happened, UnitView};
use std::sync::Arc;
use uuid::Uuid;

const SITE: &str = "https://bank.example";

fn minute(n: usize) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + 60 * i64::try_from(n).expect("few")).expect("a time")
}

fn list(kind: CatalogueKind, entries: &[(&str, &str)]) -> Progress {
    let items = (1..).zip(entries).map(|(position, (section, code))| Item {
        position,
        code: (*code).to_owned(),
        section: (*section).to_owned(),
        zh: format!("演示{code}"),
        en: format!("Demo {code}"),
    });
    let items: Vec<Item> = items.collect();
    let catalogue = Catalogue { id: Uuid::nil(), kind, version: 1, valid_from: jiff::civil::date(2000, 1, 1), items };
    Progress { done: catalogue.all(), catalogue: Arc::new(catalogue) }
}

fn found_of(of: Person, marker: Marker) -> Value {
    Value {
        analyte: "hbv".to_owned(),
        found: What::Marker(marker),
        unit: String::new(),
        phase: None,
        of,
        method: None,
        instrument: None,
    }
}

/// Something that happened, and whether what it says is open to whoever reads.
type Told = (Payload, bool);

/// What happened to the unit.
fn reading(happened: Vec<Told>) -> Reading {
    let event = |(n, (payload, open)): (usize, Told)| EventView {
        seq: u32::try_from(n + 1).expect("few"),
        kind: Happened::Known(payload.kind()),
        said: open.then(|| [vec![7; 16], serde_json::to_vec(&payload).expect("JSON")].concat()),
        of_test: TestHappened::of(&payload).map(|(test, happened)| (test.to_owned(), happened)),
        corrects: if let Payload::Corrected { seq, .. } = &payload { Some(*seq) } else { None },
        payload: open.then_some(payload),
        illegible: false,
        newer: false,
        occurred_at: minute(n),
        received_at: minute(n + 5),
        actor_kind: "client".to_owned(),
        actor_id: None,
        source: "lims".to_owned(),
        source_seq: None,
        prev_hash: [0; 32],
        hash: [9; 32],
        digest: [8; 32],
    };
    let events: Vec<EventView> = happened.into_iter().enumerate().map(event).collect();
    let told = |view: &EventView| Event {
        seq: view.seq,
        kind: view.kind.name().to_owned(),
        occurred_at: view.occurred_at,
        received_at: view.received_at,
        actor_kind: view.actor_kind.clone(),
        actor: None,
        source: view.source.clone(),
        source_seq: None,
        digest: Hex(view.digest),
        hash: Hex(view.hash),
        said: view.said.as_deref().and_then(Said::of),
    };
    let root = SignedRoot {
        number: 3,
        day: jiff::civil::date(2026, 12, 17),
        size: 870_000,
        root: Hex([1; 32]),
        previous: Hex([2; 32]),
        signed_at: minute(60),
        kid: "k1".to_owned(),
        fingerprint: Hex([3; 32]),
        signature: "AAAA".to_owned(),
    };
    let last = u32::try_from(events.len()).expect("few");
    let passport = Passport {
        format: FORMAT.to_owned(),
        version: VERSION,
        unit: Uuid::from_u128(42),
        made_at: minute(90),
        events: events.iter().map(told).collect(),
        proof: Some(Proof { position: 5, seq: last, path: vec![Hex([4; 32])], root }),
    };
    let view = UnitView {
        id: UnitId(Uuid::from_u128(42)),
        din: None,
        family: Some(Uuid::from_u128(43)),
        pool: Pool::Family,
        standing: Standing::new(State::Banked, None).expect("a state"),
        version: last,
        head: [9; 32],
        events,
        steps: list(CatalogueKind::Preparation, &[("A", "weighed"), ("B", "cleared")]),
        tests: list(CatalogueKind::Test, &[("T", "hbv")]),
        release: list(CatalogueKind::Release, &[]),
        record_signed: true,
        place: None,
        research_agreed: false,
        deviations: Vec::new(),
        leaf: Some(5),
        rooted: last,
        registered_at: minute(0),
        readable: true,
        key_lost: false,
    };
    Reading { passport, view }
}

fn step(code: &str) -> Told {
    let (step, operator) = (code.to_owned(), "OP-77".to_owned());
    (Payload::StepDone { step, operator, with: None, instrument: None, lots: vec![], values: vec![] }, true)
}

fn result_with(values: Vec<Value>) -> Payload {
    let (operator, reviewer) = ("OP-77".to_owned(), "OP-78".to_owned());
    Payload::TestFinal { test: "hbv".to_owned(), operator, reviewer, lots: vec![], values }
}

fn words(sheet: &TextSheet) -> String {
    sheet.paragraphs.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_closed_to_its_reader_stands_on_no_line() {
    let values = vec![found_of(Person::Baby, Marker::Negative), found_of(Person::Mother, Marker::Positive)];
    let told = |open| {
        let held = (Payload::Held { of: DeviationKind::Test }, true);
        reading(vec![step("weighed"), held, (result_with(values.clone()), open)])
    };
    let (hers, his) = (told(true), told(false));
    let (hers, his) = (sheet(Locale::ZhCn, SITE, &hers), sheet(Locale::ZhCn, SITE, &his));
    let (hers, his) = (words(&hers), words(&his));
    assert!(hers.contains("乙肝（母亲）：阳性") && hers.contains("乙肝：阴性"), "the control: {hers}");
    assert!(!his.contains("母亲") && !his.contains("阳性") && !his.contains("阴性"), "{his}");
    assert!(his.contains("结果不对您展示") && his.contains("共 3 个事件，其中 2 个附有内容"), "{his}");
    for text in [hers, his] {
        // A step with both clocks; one whose event is closed, and who did it all is nobody's to read here.
        assert!(text.contains("1. 演示weighed：") && text.contains("本库收到："), "{text}");
        assert!(text.contains("2. 演示cleared：已完成；详情不对您展示"), "{text}");
        assert!(!text.contains("OP-7"), "{text}");
    }
}

fn found(marker: Marker) -> Told {
    (result_with(vec![found_of(Person::Baby, marker)]), true)
}

fn repeated(open: bool) -> Told {
    (
        Payload::TestRepeated {
            test: "hbv".to_owned(),
            reason: "control".to_owned(),
            takes_back: true,
            both_clocks: true,
        },
        open,
    )
}

#[test]
fn a_result_in_whose_place_a_closed_one_came_is_not_told_as_the_last() {
    let negative = || found(Marker::Negative);
    let told = |happened| words(&sheet(Locale::ZhCn, SITE, &reading(happened)));
    let other = Payload::TestFinal {
        test: "hcv".to_owned(),
        operator: "OP-77".to_owned(),
        reviewer: "OP-78".to_owned(),
        lots: vec![],
        values: vec![],
    };
    let alone = told(vec![negative(), (other, false)]);
    assert!(alone.contains("乙肝：阴性"), "closed results of other tests come behind it all the time: {alone}");
    let replaced = told(vec![negative(), repeated(false), (negative().0, false)]);
    assert!(!replaced.contains("阴性") && replaced.contains("结果不对您展示"), "{replaced}");
}

#[test]
fn how_far_a_test_is_stands_there_in_the_words_of_the_page() {
    let started = || (Payload::TestStarted { test: "hbv".to_owned() }, true);
    let (negative, positive) = (|| found(Marker::Negative), || found(Marker::Positive));
    for (happened, is_final, state, values) in [
        (vec![step("weighed")], false, TestState::Pending, None),
        (vec![started()], false, TestState::InWork, None),
        (vec![started(), repeated(true), started()], false, TestState::Repeat, None),
        (vec![started(), negative()], true, TestState::Final, Some("乙肝：阴性")),
        (vec![started(), positive()], true, TestState::Final, Some("乙肝：阳性")),
        // Taken back; also for whom the words of why are closed.
        (vec![started(), positive(), repeated(true)], false, TestState::Repeat, None),
        (vec![started(), positive(), repeated(false)], false, TestState::Repeat, None),
        (vec![started(), positive(), repeated(false), negative()], true, TestState::Final, Some("乙肝：阴性")),
    ] {
        let mut reading = reading(happened);
        reading.view.tests.done = if is_final { reading.view.tests.catalogue.all() } else { 0 };
        assert_eq!(tested(&reading.view).first().map(|test| test.state), Some(state));
        let paper = words(&sheet(Locale::ZhCn, SITE, &reading));
        let far = format!("1. 演示hbv：{}", text(Locale::ZhCn, test_state(state).1));
        assert_eq!(paper.contains(&far), state != TestState::Final, "of a result stands when: {paper}");
        for told in ["乙肝：阴性", "乙肝：阳性"] {
            assert_eq!(paper.contains(told), values == Some(told), "{state:?}: {paper}");
        }
    }
}

#[test]
fn a_result_that_is_corrected_says_so_and_concludes_nothing_until_the_next() {
    let corrected = |seq, open| {
        let (operator, with) = ("OP-77".to_owned(), "OP-78".to_owned());
        (Payload::Corrected { seq, said: "read in the wrong column".to_owned(), operator, with }, open)
    };
    let told = |happened| words(&sheet(Locale::ZhCn, SITE, &reading(happened)));
    let positive = || found(Marker::Positive);
    let means = readings(Locale::ZhCn, "hbv", &[found_of(Person::Baby, Marker::Positive)]);
    let means = means.first().expect("a sentence").to_string();
    let note = text(Locale::ZhCn, "family-test-corrected");
    for (happened, is_corrected) in [
        (vec![step("weighed"), positive()], false),
        (vec![step("weighed"), positive(), corrected(1, true)], false),
        (vec![step("weighed"), positive(), corrected(2, true)], true),
        // Also to whom the words of why are closed.
        (vec![step("weighed"), positive(), corrected(2, false)], true),
        (vec![step("weighed"), positive(), corrected(2, true), repeated(true), positive()], false),
    ] {
        let paper = told(happened);
        assert!(paper.contains("乙肝：阳性"), "{paper}");
        assert_eq!((paper.contains(&*note), paper.contains(&means)), (is_corrected, !is_corrected), "{paper}");
        assert!(!paper.contains("wrong column"), "{paper}");
    }
    let closed = told(vec![step("weighed"), (positive().0, false), corrected(2, false)]);
    assert!(closed.contains(&*note) && closed.contains("结果不对您展示"), "{closed}");
}

#[test]
fn the_proof_and_the_way_to_verify_it_stand_there_in_both_languages() {
    let reading = reading(vec![step("weighed")]);
    for (locale, page) in [(Locale::ZhCn, "/custody/verify"), (Locale::En, "/en/custody/verify")] {
        let sheet = sheet(locale, SITE, &reading);
        let text = words(&sheet);
        assert!(!text.contains('⟦') && !sheet.title.contains('⟦'), "{text}");
        for hash in [1, 2, 3, 4, 9].map(|byte| hex(&[byte; 32])) {
            assert!(text.contains(&hash), "{locale:?}: {hash}");
        }
        assert!(text.contains(&reading.passport.unit.to_string()) && text.contains("k1") && text.contains("AAAA"));
        let codes: Vec<&str> =
            sheet.paragraphs.iter().filter(|(set, _)| *set == Set::Code).map(|(_, text)| text.as_str()).collect();
        assert_eq!(codes, [format!("{SITE}{page}")], "nothing of the unit stands in the code");
    }
}

#[test]
fn without_a_root_it_says_so() {
    let mut reading = reading(vec![step("weighed")]);
    reading.passport.proof = None;
    let text = words(&sheet(Locale::En, SITE, &reading));
    assert!(text.contains("No signed root covers this unit yet") && !text.contains("Number of the root"), "{text}");
}

#[test]
fn the_same_record_is_the_same_paper_whenever_it_is_fetched() {
    let (one, mut later) = (reading(vec![step("weighed")]), reading(vec![step("weighed")]));
    later.passport.made_at = minute(5000);
    assert!(sheet(Locale::ZhCn, SITE, &one) == sheet(Locale::ZhCn, SITE, &later));
    let other = reading(vec![step("weighed"), step("cleared")]);
    assert!(sheet(Locale::ZhCn, SITE, &one) != sheet(Locale::ZhCn, SITE, &other));
}

#[test]
fn a_unit_to_which_very_much_happened_has_a_paper_of_bounded_length() {
    let held = || (Payload::Held { of: DeviationKind::Recall }, true);
    let many: Vec<Value> = (0..5000).map(|_| found_of(Person::Baby, Marker::Negative)).collect();
    let mut happened: Vec<_> = (0..20_000).map(|_| held()).collect();
    happened.extend((0..500).map(|_| (result_with(many[..8].to_vec()), true)));
    happened.push((result_with(many), true));
    let sheet = sheet(Locale::ZhCn, SITE, &reading(happened));
    assert!(sheet.paragraphs.len() < MOST_EVENTS + MOST_VALUES + 60, "{}", sheet.paragraphs.len());
    assert!(words(&sheet).contains("此外还有 19700 个事件"), "what is left out is counted");
}

#[test]
fn a_power_is_written_with_letters_that_the_paper_has() {
    assert_eq!(super::flat("1.60 × 10⁹ · 10.5 × 10⁻¹²/L"), "1.60 × 10^9 · 10.5 × 10^-12/L");
}
