//! What people do in the quick check: answer, go back, change an answer. The next page is made from this one's form alone.

use super::check::{ASKED, BACK, CHANGE};
use crate::calls::{Answer, Asked, Call};
use crate::form::FormState;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::field::{Fault, FieldError};
use domain::spark::eligibility::{Answers, Question};

/// The forms of the project.
pub static CALLS: &[Call] = &[Call::post(super::CHECK, Access::Public, &check)];

/// One step of the quick check: to the question that comes next, back, or to one that is to be changed; and to the same
/// question again where nothing was chosen.
async fn check(asked: Asked) -> Answer {
    let (answers, faults) = read(&asked);
    let shown = Question::from_name(asked.field(ASKED));
    let fault = faults.iter().find(|(question, _)| Some(*question) == shown).map(|(_, fault)| *fault);
    if let Some(again) = Question::from_name(asked.field(CHANGE)) {
        return page(&answers, Some(again));
    }
    match (shown, fault) {
        (Some(shown), _) if !asked.field(BACK).is_empty() => page(&answers, before(&answers, shown)),
        (Some(shown), Some(fault)) => {
            let errors = vec![FieldError::new(shown.name(), fault)];
            Answer::again(form(&answers, Some(shown)).with_errors(errors))
        }
        _ => page(&answers, None),
    }
}

/// The answers of the form, and what is wrong with the others.
fn read(asked: &Asked) -> (Answers, Vec<(Question, Fault)>) {
    let (mut answers, mut faults) = (Answers::default(), Vec::new());
    for question in Question::ALL {
        if let Err(fault) = answers.put(question, asked.field(question.name())) {
            faults.push((question, fault));
        }
    }
    (answers, faults)
}

/// The question asked before this one.
fn before(answers: &Answers, shown: Question) -> Option<Question> {
    let before = Question::ALL.into_iter().take_while(|question| *question != shown);
    before.filter(|question| answers.word(*question).is_some()).last().or(Some(Question::Whom))
}

/// The form of the next page: the answers, and which question it asks; `None` for whichever comes next.
fn form(answers: &Answers, show: Option<Question>) -> FormState {
    let given = Question::ALL.into_iter().filter_map(|question| Some((question.name(), answers.word(question)?)));
    let show = show.map_or("", Question::name);
    FormState::typed(given.chain([(ASKED, show)]), &[])
}

fn page(answers: &Answers, show: Option<Question>) -> Answer {
    Answer::again(form(answers, show)).status(StatusCode::OK)
}
