//! What staff do with a case.

use super::desk;
use super::papers::note_field;
use super::refused::{SHOWN, done, refused, typed};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number};
use crate::form::{FormState, Tone};
use crate::letters::GROUNDS;
use crate::problem::Problem;
use crate::routes::Access;
use crate::spark::papers::problem_of;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId, PaperId};
use domain::spark::application::Section;
use domain::spark::letter::Ground;
use domain::spark::papers::Verdict;
use domain::spark::review::clarification::{LONGEST, SHORTEST};
use domain::spark::{Event, Part};
use services::spark::cases::{self, Act, CaseError, LONGEST_GRANT, Question};
use services::spark::papers::{self, PaperError};
use uuid::Uuid;

const SEE: Access = Access::Capability(Capability::SeeCases);
const REVEAL: Access = Access::Capability(Capability::RevealParties);
const HANDLE: Access = Access::Capability(Capability::HandleCases);
const OVERSEE: Access = Access::Capability(Capability::OverseeCases);

/// The page all of them stand on.
const PAGE: &str = "/staff/cases/:id";

/// Why a case is kept.
pub(super) const KEEP_REASON: &str = "keep_reason";
/// Until which day.
pub(super) const KEEP_UNTIL: &str = "keep_until";

/// This room's calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/cases/:id/do", SEE, &act).on(PAGE),
    Call::post("/staff/cases/:id/take-over", HANDLE, &take_over).on(PAGE),
    Call::post("/staff/cases/:id/ask", HANDLE, &ask).on(PAGE),
    Call::post("/staff/cases/:id/extend", HANDLE, &extend).on(PAGE),
    Call::post("/staff/cases/:id/reviewers", HANDLE, &ask_reviewer).on(PAGE),
    Call::post("/staff/cases/:id/reviewers/release", HANDLE, &release_reviewer).on(PAGE),
    Call::post("/staff/cases/:id/look", SEE, &look).on(PAGE),
    Call::post("/staff/cases/:id/show", REVEAL, &show).on(PAGE).keeping(&["show_reason"]),
    Call::post("/staff/cases/:id/grant", OVERSEE, &grant).on(PAGE),
    Call::post("/staff/cases/:id/papers/:paper", HANDLE, &check_paper).on(PAGE),
    Call::post("/staff/cases/:id/keep", OVERSEE, &keep).on(PAGE),
    Call::post("/staff/cases/:id/let-go", OVERSEE, &let_go).on(PAGE),
];

/// The case of the path, its page, and the version the form was made of.
fn subject(asked: &Asked) -> Option<(CaseId, String, i32)> {
    let id = asked.param::<CaseId>("id")?;
    Some((id, desk(id), asked.field("version").parse().unwrap_or_default()))
}

/// The field in which an event's reason is typed.
pub(super) fn reason_field(event: Event) -> String {
    format!("reason_{}", event.name())
}

/// The parts of whoever looks after cases or watches over them: what others do has its pages elsewhere.
pub(super) const PARTS: [Part; 2] = [Part::CaseOfficer, Part::ComplianceOfficer];

async fn act(asked: Asked) -> Answer {
    let Some((case, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let (event, part) = (Event::from_name(asked.field("event")), Part::from_name(asked.field("part")));
    // What is asked of a family names sections: it has a form of its own.
    // And money is asked back on a page of its own.
    let event = event.filter(|event| !matches!(event, Event::Return | Event::Clawback) && !event.grants());
    let (Some(event), Some(part)) = (event, part.filter(|part| PARTS.contains(part))) else {
        return Problem::Unusable.into();
    };
    let field = reason_field(event);
    let reason = Some(asked.field(&field).to_owned()).filter(|text| !text.trim().is_empty());
    let act = Act { case, version, part, event, reason, award: None };
    let grounds: Vec<Ground> = asked.fields(GROUNDS).filter_map(Ground::from_name).collect();
    let result = cases::act_saying(&asked.services, &asked.context, &act, &grounds).await;
    done(&asked, &page, ("moved", field.as_str()), result).await
}

async fn take_over(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = cases::take_over(&asked.services, &asked.context, case, asked.field("take_reason")).await;
    done(&asked, &page, ("taken", "take_reason"), result).await
}

async fn ask(asked: Asked) -> Answer {
    let Some((case, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let days = match number(asked.field("days"), u32::from(SHORTEST), u32::from(LONGEST)) {
        Ok(days) => u16::try_from(days).unwrap_or_default(),
        Err(fault) => {
            let errors = vec![FieldError::new("days", fault)];
            return Answer::again_at(page, typed(&asked).with_errors(errors));
        }
    };
    let sections = asked.fields("sections").filter_map(Section::from_name).collect();
    let question = Question { case, version, sections, days, text: asked.field("question").to_owned() };
    let result = cases::ask(&asked.services, &asked.context, &question).await;
    done(&asked, &page, ("asked", "question"), result).await
}

async fn extend(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(clarification) = asked.field("clarification").parse::<Uuid>() else { return Problem::Unusable.into() };
    let days = match number(asked.field("more_days"), u32::from(SHORTEST), u32::from(LONGEST)) {
        Ok(days) => u16::try_from(days).unwrap_or_default(),
        Err(fault) => {
            let errors = vec![FieldError::new("more_days", fault)];
            return Answer::again_at(page, typed(&asked).with_errors(errors));
        }
    };
    let result = cases::extend(&asked.services, &asked.context, (case, clarification), days).await;
    done(&asked, &page, ("extended", "more_days"), result).await
}

async fn ask_reviewer(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(reviewer) = asked.field("reviewer").parse::<AccountId>() else {
        let errors = vec![FieldError::new("reviewer", Fault::NotAChoice)];
        return Answer::again_at(page, typed(&asked).with_errors(errors));
    };
    let result = cases::ask_reviewer(&asked.services, &asked.context, case, reviewer).await;
    done(&asked, &page, ("reviewer", "reviewer"), result).await
}

async fn release_reviewer(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(reviewer) = asked.field("released").parse::<AccountId>() else { return Problem::Unusable.into() };
    let result = cases::release_reviewer(&asked.services, &asked.context, case, reviewer).await;
    done(&asked, &page, ("released", "reviewer"), result).await
}

async fn look(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = cases::look(&asked.services, &asked.context, case, asked.field("look_reason")).await;
    done(&asked, &page, ("opened", "look_reason"), result).await
}

/// Who takes part, whole, once.
async fn show(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    match cases::particulars(&asked.services, &asked.context, case, asked.field("show_reason")).await {
        Ok(parties) => {
            let shown = parties.into_iter().flat_map(|party| {
                let part = party.part;
                let own = party.particulars.into_iter();
                own.map(move |(field, answer)| (format!("{SHOWN}{}_{field}", part.name()), answer))
            });
            let mut form = FormState::default();
            form.values.extend(shown);
            Answer::again_at(page, form).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, ("show_reason", error)).await,
    }
}

async fn grant(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let reader = asked.field("reader").parse::<AccountId>().map_err(|_| FieldError::new("reader", Fault::NotAChoice));
    let hours = number(asked.field("hours"), 1, u32::from(LONGEST_GRANT));
    let hours = hours.map_err(|fault| FieldError::new("hours", fault));
    let (reader, hours) = match (reader, hours) {
        (Ok(reader), Ok(hours)) => (reader, u16::try_from(hours).unwrap_or_default()),
        (reader, hours) => {
            let errors = reader.err().into_iter().chain(hours.err()).collect();
            return Answer::again_at(page, typed(&asked).with_errors(errors));
        }
    };
    let reason = asked.field("grant_reason");
    let result = cases::grant(&asked.services, &asked.context, case, (reader, hours), reason).await;
    done(&asked, &page, ("granted", "grant_reason"), result).await
}

/// What the officer says of a paper.
async fn check_paper(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Some(paper) = asked.param::<PaperId>("paper") else { return Problem::NotFound.into() };
    let Some(verdict) = Verdict::from_name(asked.field("verdict")) else { return Problem::Unusable.into() };
    let field = note_field(paper);
    let said = (verdict, asked.field(&field));
    match papers::check(&asked.services, &asked.context, (case, paper), said).await {
        Ok(()) => Answer::to(format!("{page}?done=checked")),
        Err(PaperError::Denied(denied)) => denied.into(),
        Err(PaperError::Note(fault)) => {
            Answer::again_at(page, typed(&asked).with_errors(vec![FieldError::new(field, fault)]))
        }
        Err(PaperError::NotNow) => {
            let form = typed(&asked).with_notice(Tone::Warning, asked.t("cases-refused-not-now").to_string());
            Answer::again_at(page, form).status(StatusCode::CONFLICT)
        }
        Err(error) => problem_of(&error).into(),
    }
}

/// Keeps a case from being forgotten.
async fn keep(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let until = match asked.field(KEEP_UNTIL).trim() {
        "" => Ok(None),
        text => day(text).map(Some),
    };
    let until = match until {
        Ok(until) => until,
        Err(fault) => {
            let errors = vec![FieldError::new(KEEP_UNTIL, fault)];
            return Answer::again_at(page, typed(&asked).with_errors(errors));
        }
    };
    let mut result = cases::hold(&asked.services, &asked.context, case, (asked.field(KEEP_REASON), until)).await;
    if let Err(CaseError::Fields(errors)) = &mut result {
        errors.iter_mut().filter(|error| error.field == "until").for_each(|error| error.field = KEEP_UNTIL.to_owned());
    }
    done(&asked, &page, ("kept", KEEP_REASON), result).await
}

async fn let_go(asked: Asked) -> Answer {
    let Some((case, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    match cases::lift_hold(&asked.services, &asked.context, case).await {
        // The second press.
        Err(CaseError::NotFound) => Answer::to(page),
        result => done(&asked, &page, ("let-go", KEEP_REASON), result).await,
    }
}
