//! What a question opens, until when, and that the clock stands still meanwhile.

use super::super::clock::age;
use super::*;
use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

/// The sections of a form, for these tests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Section {
    Patient,
    Illness,
    Household,
}

const MONDAY: Date = date(2026, 9, 7);

fn asked() -> Clarification<Section> {
    Clarification::ask([Section::Illness, Section::Household], (MONDAY, 5), &[]).expect("a question")
}

#[test]
fn only_what_was_asked_about_opens_and_only_until_the_deadline() {
    let question = asked();
    assert_eq!(question.due_on(), date(2026, 9, 14));
    for day in [MONDAY, date(2026, 9, 14)] {
        assert_eq!(question.unlocks(Section::Illness, day), Ok(()));
        assert_eq!(question.unlocks(Section::Patient, day), Err(Locked::NotNamed));
    }
    let overdue = Locked::Overdue { on: date(2026, 9, 14) };
    assert_eq!(question.unlocks(Section::Household, date(2026, 9, 15)), Err(overdue));
    assert_eq!(question.answer(date(2026, 9, 15)), Err(overdue));
    assert!(question.is_overdue(date(2026, 9, 15)) && !question.is_overdue(date(2026, 9, 14)));
}

#[test]
fn the_answer_closes_what_it_opened() {
    let answered = asked().answer(date(2026, 9, 9)).expect("in time");
    let locked = Locked::Answered { on: date(2026, 9, 9) };
    assert_eq!(answered.unlocks(Section::Illness, date(2026, 9, 9)), Err(locked));
    assert_eq!(answered.unlocks(Section::Patient, date(2026, 9, 9)), Err(Locked::NotNamed));
    assert_eq!(answered.answer(date(2026, 9, 10)), Err(locked), "a second press");
    assert!(!answered.is_overdue(date(2026, 12, 1)) && !answered.waits(MONDAY));
}

#[test]
fn a_question_names_something_gives_time_and_stands_alone() {
    let ask = |sections: &[Section], days, earlier: &[Clarification<Section>]| {
        Clarification::ask(sections.iter().copied(), (date(2026, 9, 8), days), earlier).map(|q| q.due_on())
    };
    assert_eq!(ask(&[], 5, &[]), Err(Unasked::NoSection));
    assert_eq!(ask(&[Section::Illness], 4, &[]), Err(Unasked::Days { days: 4 }));
    assert_eq!(ask(&[Section::Illness], 31, &[]), Err(Unasked::Days { days: 31 }));
    assert_eq!(ask(&[Section::Illness], 10, &[asked()]), Err(Unasked::Waiting { due_on: date(2026, 9, 14) }));
    let answered = asked().answer(MONDAY).expect("in time");
    assert_eq!(ask(&[Section::Illness], 10, &[answered]), Ok(date(2026, 9, 21)), "over the Sunday that is worked");
    // Over the turn of a year whose notice is not out yet: the law's first of January rests.
    let winter = Clarification::ask([Section::Illness], (date(2026, 12, 28), 5), &[]).map(|question| question.due_on());
    assert_eq!(winter, Ok(date(2027, 1, 5)));
}

#[test]
fn the_clock_stands_still_until_the_answer_or_the_deadline() {
    let since = date(2026, 9, 1);
    let on = |question: &Clarification<Section>, today| age(since, today, &[question.pause(today)]);
    let before = age(since, MONDAY, &[]);
    assert_eq!(on(&asked(), date(2026, 9, 11)), before);
    let answered = asked().answer(date(2026, 9, 9)).expect("in time");
    assert_eq!(on(&answered, date(2026, 9, 11)), before + 2);
    assert_eq!(on(&asked(), date(2026, 9, 14)), before);
    assert_eq!(on(&asked(), date(2026, 9, 16)), before + 2, "nobody answered, and the case goes on");
}

#[test]
fn what_was_kept_is_what_was_asked() {
    for one in [asked(), asked().answer(date(2026, 9, 9)).expect("in time")] {
        let days = (one.asked_on(), one.due_on());
        assert_eq!(Clarification::kept(one.sections().iter().copied(), days, one.answered_on()), one);
    }
}

proptest! {
    /// Whatever day it is, a question waits, was answered, or is overdue; and opens something while it waits alone.
    #[test]
    fn a_question_is_in_one_state(after in 0i32..60, days in SHORTEST..=LONGEST, answer in prop::option::of(0i32..60)) {
        let question = Clarification::ask([Section::Illness], (MONDAY, days), &[]).expect("a question");
        let answered = answer.and_then(|n| question.answer(MONDAY + n.days()).ok());
        let (question, today) = (answered.clone().unwrap_or(question), MONDAY + after.days());
        let states = [question.waits(today), question.is_overdue(today), answered.is_some()];
        prop_assert_eq!(states.into_iter().filter(|holds| *holds).count(), 1);
        prop_assert_eq!(question.unlocks(Section::Illness, today).is_ok(), question.waits(today));
        prop_assert_eq!(question.answer(today).is_ok(), question.waits(today));
        prop_assert_eq!(question.pause(today).answered_on.is_none(), question.waits(today));
    }
}
