//! Every way through the quick check, walked.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Every way from `answers` on, with its end.
fn ends(answers: Answers, all: &mut Vec<(Answers, Outcome)>) {
    match step(&answers) {
        Step::End(outcome) => all.push((answers, outcome)),
        Step::Ask(question) => {
            for word in question.choices() {
                let mut further = answers;
                further.put(question, word).expect("a choice is an answer");
                ends(further, all);
            }
        }
    }
}

fn every_end() -> Vec<(Answers, Outcome)> {
    let mut all = Vec::new();
    ends(Answers::default(), &mut all);
    all
}

#[test]
fn every_way_ends_and_asks_nothing_twice() {
    let all = every_end();
    assert!(all.len() > 1_000, "{}", all.len());
    for (answers, _) in &all {
        let mut seen = BTreeSet::new();
        let mut gone = Answers::default();
        while let Step::Ask(question) = step(&gone) {
            assert!(seen.insert(question), "{question:?} is asked twice");
            gone.put(question, answers.word(question).expect("answered")).expect("an answer");
        }
        assert_eq!(gone, *answers);
        assert_eq!(answers.way().count(), seen.len());
    }
}

#[test]
fn every_no_has_its_reason_and_an_alternative_of_its_own() {
    let reasons: BTreeSet<Reason> = every_end()
        .into_iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Not(reason) => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, BTreeSet::from(Reason::ALL), "a reason that is never given");
    let alternatives: BTreeSet<_> = Reason::ALL.map(Reason::alternative).into_iter().collect();
    assert_eq!(alternatives.len(), Reason::ALL.len());
}

#[test]
fn a_doubt_is_named_and_a_likely_has_none() {
    let mut named = BTreeSet::new();
    for (answers, outcome) in every_end() {
        match outcome {
            Outcome::AskPerson(doubts, _) => {
                assert!(!doubts.is_empty(), "{answers:?}");
                named.extend(doubts);
            }
            Outcome::Likely(_) => {
                assert_eq!(answers.diagnosis, Some(Diagnosis::Tertiary));
                assert!(answers.group.and_then(Group::of_project).is_some(), "{answers:?}");
                assert_ne!(answers.income, Some(Income::Unsaid));
            }
            Outcome::Not(_) => {}
        }
    }
    assert_eq!(named.len(), 5);
}

#[test]
fn whoever_is_not_of_age_needs_the_guardian() {
    for (answers, outcome) in every_end() {
        let (Outcome::Likely(notes) | Outcome::AskPerson(_, notes)) = outcome else { continue };
        assert_eq!(notes.contains(&Note::GuardianConsents), answers.age == Some(Age::Child), "{answers:?}");
        assert_eq!(notes.contains(&Note::PatientAssents), answers.age == Some(Age::Youth), "{answers:?}");
        assert_eq!(notes.contains(&Note::FamilyConfirms), answers.whom == Some(Whom::Family), "{answers:?}");
    }
}

#[test]
fn a_no_comes_at_once_and_a_finished_way_keeps_no_answer_beyond_it() {
    let mut answers = Answers::default();
    answers.put(Question::Whom, "myself").expect("an answer");
    answers.put(Question::Group, "other").expect("an answer");
    answers.put(Question::Income, "above").expect("an answer");
    assert_eq!(step(&answers), Step::End(Outcome::Not(Reason::OutsideGroups)));
    assert_eq!(answers.as_asked().word(Question::Income), None);
    assert_eq!(answers.put(Question::Age, ""), Err(Fault::Required));
    assert_eq!(answers.put(Question::Age, "myself"), Err(Fault::NotAChoice));
}

proptest! {
    /// Whatever a form sends, in whatever order: what is kept was asked, and asking again changes nothing.
    #[test]
    fn forged_answers_lead_where_honest_ones_do(words in proptest::collection::vec((0usize..8, 0usize..6), 0..20)) {
        let mut answers = Answers::default();
        for (question, choice) in words {
            let question = Question::ALL[question];
            if let Some(word) = question.choices().get(choice) {
                prop_assert_eq!(answers.put(question, word), Ok(()));
            } else {
                prop_assert_eq!(answers.put(question, "nonsense"), Err(Fault::NotAChoice));
            }
        }
        let asked = answers.as_asked();
        prop_assert_eq!(asked.as_asked(), asked);
        prop_assert_eq!(step(&asked), step(&answers));
        prop_assert_eq!(asked.way().count(), Question::ALL.iter().filter(|q| asked.word(**q).is_some()).count());
    }
}
