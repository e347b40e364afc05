//! What staff do: freeze, publish, discard, put right.

use super::at;
use super::correct::MOST_ROWS;
use crate::calls::{Answer, Asked, Call};
use crate::desk::number;
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::disclosure::{Correction, Fen, FigureLine, Misread, NotCorrected, NotFrozen, Quarter, Sum};
use domain::field::{Fault, Faults, FieldError};
use domain::ids::DisclosureId;
use domain::ledger::Amount;
use domain::typed;
use services::disclosure::{self, DisclosureError};

const PREPARE: Access = Access::Capability(Capability::PrepareDisclosure);
const PUBLISH: Access = Access::Capability(Capability::PublishDisclosure);

/// The most families of a number: more than the province has.
const MOST_FAMILIES: u32 = 1_000_000;

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/disclosure/freeze", PREPARE, &freeze).on(at::DESK),
    Call::post("/staff/disclosure/:id/publish", PUBLISH, &publish).on(at::DESK),
    Call::post("/staff/disclosure/:id/discard", PREPARE, &discard).on(at::DESK),
    Call::post("/staff/disclosure/:id/correct", PREPARE, &correct).on(at::CORRECT),
];

async fn freeze(asked: Asked) -> Answer {
    let Ok(quarter) = asked.field("quarter").parse::<Quarter>() else { return Problem::Unusable.into() };
    let result = disclosure::freeze(&asked.services, &asked.context, quarter).await;
    done(&asked, at::DESK, "frozen", result)
}

async fn publish(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    done(&asked, at::DESK, "published", disclosure::publish(&asked.services, &asked.context, id).await)
}

async fn discard(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    let result = disclosure::discard(&asked.services, &asked.context, id, asked.field("reason")).await;
    done(&asked, at::DESK, "discarded", result)
}

async fn correct(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    match asked.field("do") {
        "more" => return more(&asked),
        "preview" => return preview(&asked, id).await,
        _ => {}
    }
    let typed = (asked.field("figures"), asked.field("reason"));
    let result = disclosure::correct(&asked.services, &asked.context, id, typed).await;
    done(&asked, at::CORRECT, "corrected", result)
}

/// What only our own call puts together: the lines and the reason of what is shown as it would be.
const READY: [&str; 2] = ["ready_figures", "ready_reason"];

/// What a form that came back shows as it would be.
pub(super) fn preview_of(form: &FormState) -> Option<(&str, &str)> {
    Some((form.value(READY[0])?, form.value(READY[1])?))
}

/// The rows of the form as it was sent.
fn rows_of(asked: &Asked) -> usize {
    asked.field("rows").parse().unwrap_or(1_usize).clamp(1, MOST_ROWS)
}

fn more(asked: &Asked) -> Answer {
    let mut form = asked.typed(&["do", READY[0], READY[1]]);
    form.values.insert("rows".to_owned(), (rows_of(asked) + 1).min(MOST_ROWS).to_string());
    Answer::again_at(at::CORRECT, form).status(StatusCode::OK)
}

/// Yuan as people type them, where nothing is an amount too.
fn yuan(text: &str) -> Result<Fen, Fault> {
    let is_nothing = |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if is_nothing(text.trim()) { Ok(Fen::ZERO) } else { Amount::parse(text).map(Amount::fen) }
}

/// What is right, figure by figure, and the reasons as one text.
type Corrected = (Vec<(String, Sum)>, String);

/// Reads the rows: which number, what it should be, why. What is left empty of a number stays as it was.
fn read_rows(asked: &Asked, lines: &[FigureLine]) -> Result<Corrected, Vec<FieldError>> {
    let mut faults = Faults::default();
    let (mut right, mut reasons) = (Vec::<(String, Sum)>::new(), Vec::<(String, String)>::new());
    let all = rows_of(asked);
    for n in 1..=all {
        let named = |what: &str| format!("{what}{n}");
        let typed = |what: &str| asked.field(&named(what)).trim().to_owned();
        // A row that was added and left empty is none; one there is always.
        if all > 1 && ["figure", "families", "amount", "why"].iter().all(|what| typed(what).is_empty()) {
            continue;
        }
        let key = typed("figure");
        let line = match lines.iter().find(|line| line.key == key) {
            _ if key.is_empty() => Err(Fault::Required),
            Some(_) if right.iter().any(|(there, _)| *there == key) => Err(Fault::AlreadyExists),
            Some(line) => Ok(line),
            None => Err(Fault::NotAChoice),
        };
        let line = faults.take(&named("figure"), line);
        let old = line.map(|line| line.sum).unwrap_or_default();
        let families = match typed("families").as_str() {
            "" => Ok(old.families),
            _ if line.is_some_and(|line| !line.counts_families()) => Err(Fault::NotAChoice),
            text => number(text, 0, MOST_FAMILIES).map(u64::from),
        };
        let families = faults.take(&named("families"), families);
        let amount = match typed("amount").as_str() {
            "" => Ok(old.amount),
            text => yuan(text),
        };
        let amount = faults.take(&named("amount"), amount);
        let why = faults.take(&named("why"), typed::line(&typed("why"), Correction::LONGEST));
        if let (Some(line), Some(families), Some(amount), Some(why)) = (line, families, amount, why) {
            right.push((line.key.clone(), Sum { families, amount }));
            reasons.push((line.figure.text(asked.locale()), why));
        }
    }
    let reason = reason_of(asked, &reasons);
    if reason.chars().count() > Correction::LONGEST as usize {
        faults.add("why1", Fault::TooLong { max: Correction::LONGEST });
    }
    if right.is_empty() && faults.is_empty() {
        faults.add("figure1", Fault::Required);
    }
    if faults.is_empty() { Ok((right, reason)) } else { Err(faults.into_errors()) }
}

/// One sentence for the public: the one reason there is, or each with the number it is of.
fn reason_of(asked: &Asked, reasons: &[(String, String)]) -> String {
    match reasons {
        [] => String::new(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, why)| why == first) => first.clone(),
        all => {
            let each = all.iter().map(|(name, why)| format!("{name}{}{why}", asked.t("label-separator")));
            each.collect::<Vec<_>>().join(&asked.t("disclosure-correct-between"))
        }
    }
}

async fn preview(asked: &Asked, id: DisclosureId) -> Answer {
    let all = match disclosure::published(&asked.services).await {
        Ok(all) => all,
        Err(error) => return Problem::from(error).into(),
    };
    let Some(kept) = all.all().iter().find(|kept| kept.id == id) else { return Problem::NotFound.into() };
    let mut form = asked.typed(&["do", READY[0], READY[1]]);
    let (right, reason) = match read_rows(asked, &kept.snapshot.figure_lines()) {
        Ok(read) => read,
        Err(errors) => return Answer::again_at(at::CORRECT, form.with_errors(errors)),
    };
    let right: Vec<(&str, Sum)> = right.iter().map(|(key, sum)| (key.as_str(), *sum)).collect();
    let figures = kept.snapshot.figures_with(&right);
    // What cannot be published so is told above the rows; what can is shown as it would be.
    let tried = disclosure::would_correct(&asked.services, &asked.context, id, (&figures, &reason)).await;
    if let Err(error) = tried {
        return done::<()>(asked, at::CORRECT, "", Err(error));
    }
    form.values.insert(READY[0].to_owned(), figures);
    form.values.insert(READY[1].to_owned(), reason);
    Answer::again_at(at::CORRECT, form).status(StatusCode::OK)
}

/// Back to the desk with a word of what was done, or to the form's page with why it was not and everything that was typed.
fn done<T>(asked: &Asked, page: &str, word: &str, result: Result<T, DisclosureError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{}?done={word}", at::DESK)),
        Err(DisclosureError::Denied(denied)) => denied.into(),
        Err(DisclosureError::Fields(errors)) => Answer::again_at(page, asked.typed(&READY).with_errors(errors)),
        Err(error) => match said(asked, &error) {
            Some(text) => Answer::again_at(page, asked.typed(&READY).with_notice(Tone::Warning, text.to_string()))
                .status(StatusCode::CONFLICT),
            None => Problem::from(error).into(),
        },
    }
}

/// Why it was not done, in words; `None` where it is a fault of the house.
pub(super) fn said(visit: &Visit, error: &DisclosureError) -> Option<Text> {
    let locale = visit.locale();
    Some(match error {
        DisclosureError::NotFrozen(NotFrozen::NotAfter(quarter)) => {
            visit.t_args("disclosure-refused-not-after", &[("term", quarter.text(locale).into())])
        }
        DisclosureError::NotFrozen(NotFrozen::NotOver(quarter)) => {
            visit.t_args("disclosure-refused-not-over", &[("term", quarter.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::NothingChanged) => visit.t("disclosure-refused-nothing"),
        DisclosureError::NotCorrected(NotCorrected::NewRow(figure)) => {
            visit.t_args("disclosure-refused-new-row", &[("row", figure.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::TooFew(figure)) => {
            visit.t_args("disclosure-refused-too-few", &[("row", figure.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::MoneyAlone(figure)) => {
            visit.t_args("disclosure-refused-money-alone", &[("row", figure.text(locale).into())])
        }
        DisclosureError::Misread(Misread::Line(line)) => {
            visit.t_args("disclosure-refused-line", &[("line", (*line).into())])
        }
        DisclosureError::Misread(Misread::Uneven(uneven)) => {
            visit.t_args("disclosure-refused-uneven", &[("years", uneven.0.text(locale).into())])
        }
        DisclosureError::SamePerson => visit.t("disclosure-refused-same-person"),
        DisclosureError::Waits => visit.t("disclosure-refused-waits"),
        DisclosureError::State => visit.t("disclosure-refused-state"),
        DisclosureError::Busy => visit.t("disclosure-refused-busy"),
        _ => return None,
    })
}
