//! The questions by example, and by whatever form and answers chance makes.

use super::super::{Bilingual, Condition, FormFault};
use super::*;
use proptest::prelude::*;

const TODAY: Date = Date::constant(2026, 6, 1);

fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

fn choices(values: &[&str]) -> Vec<Choice> {
    values.iter().map(|value| Choice { value: (*value).to_owned(), label: Bilingual::new(*value, *value) }).collect()
}

fn question(name: &str, kind: Kind) -> Question {
    Question {
        key: key(name),
        label: Bilingual::new(name, name),
        hint: Bilingual::default(),
        kind,
        required: true,
        sensitive: false,
        when: None,
    }
}

/// A lecture's form: are you expecting, then when, and a consent for that; whom you bring.
fn lecture() -> Form {
    let expecting = || Some(Condition { question: key("expecting"), any_of: vec!["yes".into()] });
    let health = |question: Question| Question { sensitive: true, ..question };
    Form {
        questions: vec![
            health(question("expecting", Kind::One { choices: choices(&["yes", "no"]) })),
            health(Question { when: expecting(), ..question("due", Kind::Date { from: 0, until: 300 }) }),
            health(Question { when: expecting(), ..question("agree", Kind::Consent) }),
            Question { required: false, ..question("topics", Kind::Many { choices: choices(&["sleep", "food"]) }) },
            Question { required: false, ..question("note", Kind::Text { max: 5 }) },
            question("seats", Kind::Number { min: 1, max: 4 }),
        ],
    }
}

fn read(pairs: &[(&str, &str)]) -> Result<Answers, Vec<FieldError>> {
    lecture().read(&Typed::of(pairs.iter().copied()), TODAY)
}

#[test]
fn hidden_questions_are_neither_required_nor_kept() {
    let answers = read(&[("q-expecting", "no"), ("q-due", "2026-09-01"), ("q-agree", "on"), ("q-seats", "２")]);
    let answers = answers.expect("nothing else is asked");
    assert_eq!(answers.get(&key("due")), None, "typed before the mind was changed");
    assert_eq!(answers.get(&key("agree")), None);
    assert_eq!(answers.get(&key("seats")), Some(&Answer::Number(2)));
    assert_eq!(answers.len(), 2);
}

#[test]
fn shown_questions_are_required() {
    assert_eq!(
        read(&[("q-expecting", "yes"), ("q-seats", "1")]),
        Err(vec![FieldError::new("q-due", Fault::Required), FieldError::new("q-agree", Fault::MustAccept)])
    );
}

#[test]
fn each_kind_says_what_it_wants() {
    let faults = read(&[
        ("q-expecting", "yes"),
        ("q-due", "2026-05-31"),
        ("q-agree", "on"),
        ("q-topics", "sleep"),
        ("q-topics", "sport"),
        ("q-note", "六个字太多了"),
        ("q-seats", "9"),
    ]);
    let (first, last) = (TODAY, TODAY.saturating_add(300.days()));
    assert_eq!(
        faults,
        Err(vec![
            FieldError::new("q-due", Fault::DateBetween { first, last }),
            FieldError::new("q-topics", Fault::NotAChoice),
            FieldError::new("q-note", Fault::TooLong { max: 5 }),
            FieldError::new("q-seats", Fault::OutOfRange { min: 1, max: 4 }),
        ])
    );
}

#[test]
fn sensitive_answers_come_apart_and_print_nothing() {
    let all = read(&[("q-expecting", "yes"), ("q-due", "2026-09-01"), ("q-agree", "on"), ("q-seats", "1")]);
    let all = all.expect("complete");
    assert_eq!(format!("{all:?}"), "Answers(4)");
    let (ordinary, sensitive) = all.clone().apart(&lecture());
    assert_eq!((ordinary.len(), sensitive.len()), (1, 3));
    assert!(ordinary.get(&key("seats")).is_some());
    assert_eq!(ordinary.and(sensitive), all);
}

#[test]
fn of_a_refused_form_health_is_kept_of_those_alone_who_agreed_to_it() {
    let kept = |pairs: &[(&str, &str)], agreed: bool| {
        let kept = lecture().kept_so_far(&Typed::of(pairs.iter().copied()), agreed, TODAY);
        let told = kept.into_iter().filter(|(_, text)| !text.is_empty());
        told.map(|(field, text)| format!("{field}={text}")).collect::<Vec<_>>()
    };
    let typed = [
        ("q-expecting", "yes"),
        ("q-due", "in autumn"),
        ("q-topics", "sleep"),
        ("q-topics", "food"),
        ("q-note", "六个字太多了"),
    ];
    let consented = [&typed[..], &[("q-agree", "on")]].concat();
    let ordinary = ["q-topics=sleep\nfood", "q-note=六个字太多了"];
    assert_eq!(kept(&typed, true), ordinary, "the consent is not ticked");
    assert_eq!(kept(&consented, false), ordinary, "nor is that of the form");
    let all = [&["q-expecting=yes", "q-due=in autumn"][..], &ordinary].concat();
    assert_eq!(kept(&consented, true), all, "and a tick is given anew");
    // What is asked no more is not kept, and needs no consent.
    let changed = [&[("q-expecting", "no")], &typed[1..]].concat();
    assert_eq!(kept(&changed, true), [&["q-expecting=no"][..], &ordinary].concat());
    assert!(Key::is_field("q-due") && !Key::is_field("name") && !Key::is_field("q-") && !Key::is_field("q-Due"));
}

#[test]
fn a_definition_names_its_faults() {
    let mut form = lecture();
    assert_eq!(form.faults(), vec![]);
    form.questions[1].sensitive = false;
    form.questions[2].when = Some(Condition { question: key("seats"), any_of: vec!["1".into()] });
    form.questions[3].kind = Kind::Many { choices: choices(&["sleep"]) };
    form.questions[4].key = key("seats");
    assert_eq!(
        form.faults(),
        vec![
            (key("due"), FormFault::TellsSensitive),
            (key("agree"), FormFault::Condition),
            (key("topics"), FormFault::Choices),
            (key("seats"), FormFault::KeyTwice),
        ]
    );
}

const VALUES: [&str; 3] = ["a", "b", "c"];

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (1..20_u32).prop_map(|max| Kind::Text { max }),
        (0..5_u32, 5..9_u32).prop_map(|(min, max)| Kind::Number { min, max }),
        Just(Kind::One { choices: choices(&VALUES) }),
        Just(Kind::Many { choices: choices(&VALUES) }),
        (-9..0_i32, 0..9_i32).prop_map(|(from, until)| Kind::Date { from, until }),
        Just(Kind::Consent),
    ]
}

/// A form that could be published: conditions lead back, and what depends on a sensitive question is sensitive.
fn form() -> impl Strategy<Value = Form> {
    let one = (kind(), any::<bool>(), any::<bool>(), any::<prop::sample::Index>(), any::<bool>());
    prop::collection::vec(one, 1..9).prop_map(|parts| {
        let mut questions: Vec<Question> = Vec::new();
        for (at, (kind, required, sensitive, on, conditional)) in parts.into_iter().enumerate() {
            let before: Vec<&Question> = questions.iter().filter(|q| !q.values().is_empty()).collect();
            let on = (conditional && !before.is_empty()).then(|| before[on.index(before.len())]);
            let when = on.map(|q| Condition { question: q.key.clone(), any_of: vec![q.values()[0].to_owned()] });
            let sensitive = sensitive || on.is_some_and(|q| q.sensitive);
            questions.push(Question { required, sensitive, when, ..question(&format!("k{at}"), kind) });
        }
        Form { questions }
    })
}

/// What may come from a browser: pairs of a field and whatever was put into it.
fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![
        Just(String::new()),
        prop::sample::select(vec!["a", "b", "c", "on", "yes", "7", "2026-06-03", " x ", "超出了", "0"])
            .prop_map(str::to_owned),
        "\\PC{0,30}",
    ];
    prop::collection::vec((0..9_usize, value), 0..16)
        .prop_map(|pairs| pairs.into_iter().map(|(at, value)| (format!("q-k{at}"), value)).collect())
}

proptest! {
    #[test]
    fn whatever_is_typed_only_what_is_asked_is_kept(form in form(), pairs in pairs()) {
        let typed = Typed::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        prop_assert_eq!(form.faults(), vec![]);
        match form.read(&typed, TODAY) {
            Ok(answers) => {
                let asked: Vec<&Key> = form.asked(&answers).map(|question| &question.key).collect();
                prop_assert_eq!(form.told(&answers).count(), answers.len());
                for (question, answer) in form.told(&answers) {
                    prop_assert!(asked.contains(&&question.key), "a hidden answer was kept");
                    prop_assert!(read_one(question, &answer.typed(), TODAY).is_ok());
                }
                for question in form.asked(&answers) {
                    prop_assert!(!question.required || answers.get(&question.key).is_some());
                }
                // Shown again and sent again, they are the same answers.
                prop_assert_eq!(form.read(&answers.typed(), TODAY), Ok(answers.clone()));
                let (ordinary, sensitive) = answers.clone().apart(&form);
                prop_assert!(form.told(&ordinary).all(|(question, _)| !question.sensitive));
                prop_assert!(form.told(&sensitive).all(|(question, _)| question.sensitive));
                prop_assert_eq!(ordinary.and(sensitive), answers);
            }
            Err(faults) => {
                let so_far = form.read_so_far(&typed, TODAY);
                prop_assert!(!faults.is_empty());
                for fault in &faults {
                    let question = form.asked(&so_far).find(|question| question.key.field() == fault.field);
                    prop_assert!(question.is_some(), "{} is told of and not shown", fault.field);
                }
            }
        }
    }

    #[test]
    fn the_definition_survives_its_way_through_the_database(form in form()) {
        let json = serde_json::to_value(&form).expect("a form is JSON");
        prop_assert_eq!(serde_json::from_value::<Form>(json).expect("and back"), form);
    }
}
