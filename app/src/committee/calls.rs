//! What people do with meetings.

use super::carry::PARTS;
use super::refused::{done, refused};
use super::table::PLACE;
use super::{AT, at, carry_at, minutes_at};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number};
use crate::letters::GROUNDS;
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{AccountId, AwardId, CaseId, EnvelopeId, MeetingId};
use domain::ledger::{Amount, Evidence};
use domain::spark::letter::Ground;
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::Event;
use domain::spark::review::pack::Digest;
use domain::spark::review::vote::Vote;
use services::ledger::Part;
use services::spark::cases::Decided;
use services::spark::review::{self, How, NewMeeting, ReviewError};

const SEE: Access = Access::Capability(Capability::SeeCommittee);
const CONVENE: Access = Access::Capability(Capability::ConveneCommittee);
const VOTE: Access = Access::Capability(Capability::VoteOnCases);
const DECIDE: Access = Access::Capability(Capability::DecideCases);

/// The page of a meeting.
const PAGE: &str = "/staff/committee/:id";
/// The page of its minutes.
const MINUTES: &str = "/staff/committee/:id/minutes";

/// This room's calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/committee/new", CONVENE, &plan),
    Call::post("/staff/committee/:id/agenda", CONVENE, &agenda).on(PAGE),
    Call::post("/staff/committee/:id/freeze", CONVENE, &freeze).on(PAGE),
    Call::post("/staff/committee/:id/present", CONVENE, &present).on(PAGE),
    Call::post("/staff/committee/:id/step", CONVENE, &step).on(PAGE),
    Call::post("/staff/committee/:id/put-off", CONVENE, &put_off).on(PAGE),
    Call::post("/staff/committee/:id/close", CONVENE, &close).on(PAGE),
    Call::post("/staff/committee/:id/reopen", CONVENE, &reopen).on(PAGE),
    Call::post("/staff/committee/:id/minutes/sign", SEE, &sign).on(MINUTES),
    Call::post("/staff/committee/:id/vote", VOTE, &vote).on(PAGE),
    Call::post("/staff/committee/:id/declare", VOTE, &declare).on(PAGE),
    Call::post("/staff/committee/:id/decisions/:case", DECIDE, &carry_out),
];

/// The meeting of the path, its page, and the version the form was made of.
fn subject(asked: &Asked) -> Option<(MeetingId, String, i32)> {
    let id = asked.param::<MeetingId>("id")?;
    Some((id, at(id), asked.field("version").parse().unwrap_or_default()))
}

async fn plan(asked: Asked) -> Answer {
    let page = format!("{AT}/new");
    let Ok(id) = asked.field("id").parse::<MeetingId>() else { return Problem::Unusable.into() };
    let people = match review::sitters(&asked.services, &asked.context).await {
        Ok(people) => people,
        Err(error) => return refused(&asked, &page, None, error).await,
    };
    let mut faults = Faults::default();
    let on = faults.take("day", day(asked.field("day")));
    let someone = |field: &str, leads: bool| {
        let id = asked.field(field).parse::<AccountId>().map_err(|_| Fault::Required)?;
        let offered = people.iter().any(|one| one.person.account == id && (one.chairs || !leads));
        if offered { Ok(id) } else { Err(Fault::NotAChoice) }
    };
    let chair = faults.take("chair", someone("chair", true));
    let deputy = faults.take("deputy", someone("deputy", false));
    let members: Vec<AccountId> = asked.fields("members").filter_map(|text| text.parse().ok()).collect();
    let strangers = members.iter().any(|id| !people.iter().any(|one| one.person.account == *id));
    let members = faults.take("members", if strangers { Err(Fault::NotAChoice) } else { Ok(members) });
    let (Some(day), Some(chair), Some(deputy), Some(members)) = (on, chair, deputy, members) else {
        return Answer::again_at(page, asked.typed(&[]).with_errors(faults.into_errors()));
    };
    let roll = match Roll::new(chair, deputy, members) {
        Ok(roll) => roll,
        Err(error) => return refused(&asked, &page, Some(("", "")), error.into()).await,
    };
    let result = review::plan(&asked.services, &asked.context, &NewMeeting { id, day, roll }).await;
    match result {
        Ok(()) => Answer::to(format!("{}?done=planned", at(id))),
        Err(error) => refused(&asked, &page, Some(("", "")), error).await,
    }
}

async fn agenda(asked: Asked) -> Answer {
    let Some((meeting, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let mut placed: Vec<(u32, CaseId)> = Vec::new();
    for (name, text) in &asked.pairs {
        let Some(case) = name.strip_prefix(PLACE).and_then(|id| id.parse::<CaseId>().ok()) else { continue };
        if text.trim().is_empty() {
            continue;
        }
        if let Some(nth) = faults.take(name, number(text, 1, 999)) {
            placed.push((nth, case));
        }
    }
    if !faults.is_empty() {
        return Answer::again_at(page, asked.typed(&[]).with_errors(faults.into_errors()));
    }
    placed.sort_by_key(|(nth, _)| *nth);
    let cases: Vec<CaseId> = placed.into_iter().map(|(_, case)| case).collect();
    let result = review::set_agenda(&asked.services, &asked.context, meeting, (version, &cases)).await;
    done(&asked, (&page, "agenda"), Some(("cases", "cases")), result).await
}

async fn freeze(asked: Asked) -> Answer {
    let Some((meeting, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = review::freeze(&asked.services, &asked.context, meeting, version).await;
    done(&asked, (&page, "frozen"), None, result).await
}

async fn present(asked: Asked) -> Answer {
    let Some((meeting, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let case = asked.field("case").parse::<CaseId>().ok();
    let field = case.map_or_else(|| "present".to_owned(), |case| format!("present-{case}"));
    let there = asked.fields(&field).filter_map(|text| text.parse().ok()).collect();
    let result = review::attend(&asked.services, &asked.context, meeting, (case, &there)).await;
    done(&asked, (&page, "present"), None, result).await
}

async fn step(asked: Asked) -> Answer {
    let Some((meeting, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    // The others have a way of their own.
    let steps = [Event::Open, Event::Adjourn, Event::Thaw, Event::Cancel];
    let event = Event::from_name(asked.field("event")).filter(|event| steps.contains(event));
    let Some(event) = event else { return Problem::Unusable.into() };
    let result = review::step(&asked.services, &asked.context, meeting, (version, event)).await;
    done(&asked, (&page, "moved"), None, result).await
}

async fn put_off(asked: Asked) -> Answer {
    let Some((meeting, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(case) = asked.field("case").parse::<CaseId>() else { return Problem::Unusable.into() };
    let over = asked.field("over") == "true";
    let result = review::put_off(&asked.services, &asked.context, (meeting, case), over).await;
    done(&asked, (&page, if over { "put-off" } else { "taken-up" }), None, result).await
}

async fn close(asked: Asked) -> Answer {
    let Some((meeting, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    match review::close(&asked.services, &asked.context, meeting, version).await {
        Ok(_) => Answer::to(format!("{}?done=closed", minutes_at(meeting))),
        Err(error) => refused(&asked, &page, None, error).await,
    }
}

async fn reopen(asked: Asked) -> Answer {
    let Some((meeting, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = review::reopen(&asked.services, &asked.context, meeting, version).await;
    done(&asked, (&page, "reopened"), None, result).await
}

async fn sign(asked: Asked) -> Answer {
    let Some((meeting, ..)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = review::sign(&asked.services, &asked.context, meeting).await;
    done(&asked, (&minutes_at(meeting), "signed"), None, result).await
}

async fn vote(asked: Asked) -> Answer {
    let Some((meeting, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(case) = asked.field("case").parse::<CaseId>() else { return Problem::Unusable.into() };
    let Ok(seen) = Digest::try_from(asked.field("seen").to_owned()) else { return Problem::Unusable.into() };
    let (field, part) = (format!("vote-{case}"), format!("part-{case}"));
    let vote = match asked.field(&field) {
        "grant" => Ok(Vote::Grant),
        "partial" => Amount::parse(asked.field(&part))
            .map(|amount| Vote::Partial(amount.fen()))
            .map_err(|fault| FieldError::new(&part, fault)),
        "refuse" => Ok(Vote::Refuse),
        "defer" => Ok(Vote::Defer),
        "abstain" => Ok(Vote::Abstain),
        _ => Err(FieldError::new(&field, Fault::Required)),
    };
    match vote {
        Ok(vote) => {
            let result = review::cast(&asked.services, &asked.context, (meeting, case), (vote, seen)).await;
            done(&asked, (&page, "voted"), Some(("part", part.as_str())), result).await
        }
        Err(error) => Answer::again_at(page, asked.typed(&[]).with_errors(vec![error])),
    }
}

async fn declare(asked: Asked) -> Answer {
    let Some((meeting, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(case) = asked.field("case").parse::<CaseId>() else { return Problem::Unusable.into() };
    let Some(own) = asked.context.actor.account() else { return Problem::Forbidden.into() };
    // One declares what lies before one; a case of another meeting is not there.
    let before = review::agenda(&asked.services, &asked.context, meeting).await;
    let there = before.map(|agenda| agenda.items.numbered().any(|(_, item)| item.case == case));
    let field = format!("reason-{case}");
    let result = match there {
        Ok(true) => review::declare(&asked.services, &asked.context, case, own, asked.field(&field)).await,
        Ok(false) => Err(ReviewError::NotFound),
        Err(error) => Err(error),
    };
    done(&asked, (&page, "declared"), Some(("reason", field.as_str())), result).await
}

/// Out of which envelope and in which parts: nothing where no envelope was asked for.
fn money(asked: &Asked) -> Result<Option<Decided>, Vec<FieldError>> {
    let Ok(award) = asked.field("award").parse::<AwardId>() else { return Ok(None) };
    let mut faults = Faults::default();
    let envelope =
        faults.take("envelope", asked.field("envelope").parse::<EnvelopeId>().map_err(|_| Fault::NotAChoice));
    let mut parts = Vec::new();
    for nth in 1..=PARTS {
        let (amount, needs) = (format!("amount-{nth}"), format!("needs-{nth}"));
        let text = asked.field(&amount);
        if nth > 1 && text.trim().is_empty() {
            continue;
        }
        let needs = asked.fields(&needs).filter_map(Evidence::from_name).collect();
        parts.extend(faults.take(&amount, Amount::parse(text)).map(|amount| Part { amount, needs }));
    }
    match envelope {
        Some(envelope) if faults.is_empty() => Ok(Some(Decided { award, envelope, parts })),
        _ => Err(faults.into_errors()),
    }
}

async fn carry_out(asked: Asked) -> Answer {
    let (Some(meeting), Some(case)) = (asked.param::<MeetingId>("id"), asked.param::<CaseId>("case")) else {
        return Problem::NotFound.into();
    };
    let page = carry_at(meeting, case);
    let award = match money(&asked) {
        Ok(award) => award,
        Err(errors) => return Answer::again(asked.typed(&[]).with_errors(errors)),
    };
    let version = asked.field("version").parse().unwrap_or_default();
    let reason = Some(asked.field("reason").to_owned()).filter(|text| !text.trim().is_empty());
    let grounds = asked.fields(GROUNDS).filter_map(Ground::from_name).collect();
    let how = How { version, reason, grounds, award };
    match review::carry_out(&asked.services, &asked.context, (meeting, case), &how).await {
        Ok(()) => Answer::to(format!("{AT}?done=carried")),
        Err(error) => refused(&asked, &page, Some(("reason", "reason")), error).await,
    }
}
