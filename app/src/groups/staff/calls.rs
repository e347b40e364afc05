//! What staff do with requests of groups, and with the rules.

use crate::calls::{Answer, Asked, Call};
use crate::desk::number;
use crate::problem::Problem;
use crate::requests::desk::{self, OURS, done, refused, subject};
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::groups::{GroupPolicy, Holding, Kind};
use services::groups::{self, GroupError, Groups, Proposal};

const HANDLE: Access = Access::Capability(Capability::HandleGroups);
const REVEAL: Access = Access::Capability(Capability::RevealContact);

/// The page of a request.
const PAGE: &str = "/staff/groups/:id";

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/groups/:id/ask", HANDLE, &desk::ask_call::<Groups>),
    Call::post("/staff/groups/:id/refuse", HANDLE, &desk::refuse_call::<Groups>),
    Call::post("/staff/groups/:id/propose", HANDLE, &propose),
    Call::post("/staff/groups/:id/approve", HANDLE, &approve),
    Call::post("/staff/groups/:id/reveal", REVEAL, &desk::reveal_call::<Groups>).on(PAGE).keeping(desk::REASON),
    Call::post("/staff/groups/:id/roster.csv", REVEAL, &export).on(PAGE).keeping(&["export_reason"]),
    Call::post("/staff/groups/:id/letter", HANDLE, &letter),
    Call::post("/staff/groups/rules", Access::Capability(Capability::ManageSessions), &rules),
];

async fn propose(asked: Asked) -> Answer {
    let Some((request, page, version)) = subject::<Groups>(&asked) else { return Problem::NotFound.into() };
    let Ok(session) = asked.field("session").parse() else {
        return refused(&asked, &page, GroupError::field("session", Fault::NotAChoice));
    };
    let proposal = Proposal { request, version, session, message: asked.field("message").to_owned() };
    let result = groups::propose(&asked.services, &asked.context, proposal).await;
    done(&asked, &page, "proposed", result)
}

async fn approve(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Groups>(&asked) else { return Problem::NotFound.into() };
    let Ok(session) = asked.field("session").parse() else { return Problem::NotFound.into() };
    let result = groups::approve(&asked.services, &asked.context, id, version, session).await;
    done(&asked, &page, "approved", result)
}

/// Hands the letter out as a file: what somebody sent is never shown in a page of ours.
async fn letter(asked: Asked) -> Answer {
    let Some((id, page, _)) = subject::<Groups>(&asked) else { return Problem::NotFound.into() };
    match groups::open_letter(&asked.services, &asked.context, id).await {
        Ok(letter) => Answer::file(letter.kind.content_type(), Some(letter.name), letter.bytes),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn export(asked: Asked) -> Answer {
    let Some((id, page, _)) = subject::<Groups>(&asked) else { return Problem::NotFound.into() };
    match groups::export(&asked.services, &asked.context, id, asked.field("export_reason")).await {
        Ok((text, name)) => Answer::file("text/csv; charset=utf-8", Some(name), text),
        Err(error) => refused(&asked, &page, error),
    }
}

const RULES: &str = "/staff/groups/rules";

async fn rules(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let mut field = |name: &'static str, min: u32, max: u32| {
        let read = faults.take(name, number(asked.field(name), min, max));
        read.and_then(|n| u16::try_from(n).ok()).unwrap_or_default()
    };
    let fresh = GroupPolicy {
        least: field("least", 2, 100),
        most: field("most", 10, 500),
        minors_per_adult: field("minors_per_adult", 1, 50),
        days_before: field("days_before", 0, 60),
        days_ahead: field("days_ahead", 1, 60),
        hold_days: field("hold_days", 1, 30),
        answer_days: field("answer_days", 1, 30),
        roster_hours_before: field("roster_hours_before", 0, 240),
        under_way: field("under_way", 1, 100),
        holding: Holding::Proposals,
        letter_from: asked.fields("letter_from").filter_map(Kind::from_name).collect(),
    };
    let holding = Holding::from_name(asked.field("holding")).ok_or(Fault::NotAChoice);
    let holding = faults.take("holding", holding);
    if faults.is_empty() && fresh.most <= fresh.least {
        faults.add("most", Fault::OutOfRange { min: u32::from(fresh.least) + 1, max: 500 });
    }
    if faults.is_empty() && fresh.days_ahead <= fresh.days_before {
        faults.add("days_ahead", Fault::OutOfRange { min: u32::from(fresh.days_before) + 1, max: 60 });
    }
    let (true, Some(holding)) = (faults.is_empty(), holding) else {
        return Answer::again_at(RULES, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let version = asked.field("version").parse().unwrap_or_default();
    let result =
        groups::change_policy(&asked.services, &asked.context, version, GroupPolicy { holding, ..fresh }).await;
    done(&asked, RULES, "changed", result)
}
