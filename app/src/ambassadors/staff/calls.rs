//! What staff do with rounds and applications.

use crate::calls::{Answer, Asked, Call};
use crate::desk::{bilingual, day, number, time};
use crate::problem::Problem;
use crate::requests::desk::{self, done, refused, subject};
use crate::routes::Access;
use domain::account::Capability;
use domain::ambassador::MOST_PLACES;
use domain::bus::City;
use domain::field::{Fault, Faults};
use domain::ids::{AmbassadorRoundId, TrainingId};
use domain::time::at;
use domain::typed::{optional, text};
use jiff::Timestamp;
use services::ambassadors::{self, AmbassadorError, Ambassadors, Decided, NewRound, NewTraining};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);
const REVEAL: Access = Access::Capability(Capability::RevealContact);

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/ambassadors/new", MANAGE, &add),
    Call::post("/staff/ambassadors/:id/edit", MANAGE, &change),
    Call::post("/staff/ambassadors/:id/show", MANAGE, &show),
    Call::post("/staff/ambassadors/:id/trainings", MANAGE, &add_training),
    Call::post("/staff/ambassadors/:id/trainings/:training", MANAGE, &change_training),
    Call::post("/staff/ambassadors/:id/trainings/:training/remove", MANAGE, &remove_training),
    Call::post("/staff/ambassadors/:id/selection", MANAGE, &selection),
    Call::post("/staff/ambassadors/:id/certificates", MANAGE, &certificates),
    Call::post("/staff/ambassadors/applications/:id/ask", MANAGE, &desk::ask_call::<Ambassadors>),
    Call::post("/staff/ambassadors/applications/:id/decide", MANAGE, &decide),
    Call::post("/staff/ambassadors/applications/:id/attendance", MANAGE, &attendance),
    Call::post("/staff/ambassadors/applications/:id/rename", MANAGE, &rename),
    Call::post("/staff/ambassadors/applications/:id/revoke", MANAGE, &revoke),
    Call::post("/staff/ambassadors/applications/:id/reveal", REVEAL, &desk::reveal_call::<Ambassadors>)
        .on("/staff/ambassadors/applications/:id")
        .keeping(desk::REASON),
];

/// The most characters of a line, and of a text.
const LINE: u32 = 120;
const TEXT: u32 = 4_000;

fn instant(asked: &Asked, faults: &mut Faults, on: &str, clock: &str) -> Option<Timestamp> {
    let (date, hour) = (faults.take(on, day(asked.field(on))), faults.take(clock, time(asked.field(clock))));
    Some(at(date?, hour?))
}

/// The round of the form.
fn typed(asked: &Asked) -> Result<NewRound, AmbassadorError> {
    let mut faults = Faults::default();
    let city = match asked.field("city").trim() {
        "" => Some(None),
        code => faults.take("city", City::parse(code)).map(Some),
    };
    let places = faults.take("places", number(asked.field("places"), 1, MOST_PLACES));
    let opens_at = instant(asked, &mut faults, "opens_day", "opens_time");
    let closes_at = instant(asked, &mut faults, "closes_day", "closes_time");
    let title = bilingual(asked, &mut faults, "title", LINE, optional);
    let story = bilingual(asked, &mut faults, "story", TEXT, text);
    for (field, text) in [("title_zh", &title), ("story_zh", &story)] {
        if text.as_ref().is_some_and(|text| !text.is_written()) {
            faults.add(field, Fault::Required);
        }
    }
    match (title, story, city, places, opens_at, closes_at) {
        (Some(title), Some(story), Some(city), Some(places), Some(opens_at), Some(closes_at)) if faults.is_empty() => {
            Ok(NewRound { title, story, city, places, opens_at, closes_at })
        }
        _ => Err(AmbassadorError::Fields(faults.into_errors())),
    }
}

async fn add(asked: Asked) -> Answer {
    let page = "/staff/ambassadors/new";
    let made = match typed(&asked) {
        Ok(fresh) => ambassadors::add_round(&asked.services, &asked.context, fresh).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(id) => Answer::to(format!("/staff/ambassadors/{id}?done=made")),
        Err(error) => refused(&asked, page, error),
    }
}

/// The round of the path, its page, and the version the form was made of.
fn round(asked: &Asked) -> Result<(AmbassadorRoundId, String, i32), Answer> {
    let id: AmbassadorRoundId = asked.param("id").ok_or(Problem::NotFound)?;
    Ok((id, format!("/staff/ambassadors/{id}"), asked.field("version").parse().unwrap_or_default()))
}

async fn change(asked: Asked) -> Answer {
    let (id, base, version) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let changed = match typed(&asked) {
        Ok(to) => ambassadors::change_round(&asked.services, &asked.context, id, version, to).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Answer::to(format!("{base}?done=changed")),
        Err(error) => refused(&asked, &format!("{base}/edit"), error),
    }
}

async fn show(asked: Asked) -> Answer {
    let (id, page, version) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let published = asked.field("published") == "yes";
    let result = ambassadors::publish_round(&asked.services, &asked.context, id, version, published).await;
    done(&asked, &page, if published { "shown" } else { "hidden" }, result)
}

/// The training date of the form.
fn training_typed(asked: &Asked) -> Result<NewTraining, AmbassadorError> {
    let mut faults = Faults::default();
    let on = faults.take("day", day(asked.field("day")));
    let starts = faults.take("starts", time(asked.field("starts")));
    let ends = faults.take("ends", time(asked.field("ends")));
    let places = match asked.field("training_places").trim() {
        "" => Some(None),
        text => faults.take("training_places", number(text, 1, MOST_PLACES)).map(Some),
    };
    let place = asked.field("place").to_owned();
    match (on, starts, ends, places) {
        (Some(on), Some(starts), Some(ends), Some(places)) => {
            Ok(NewTraining { starts_at: at(on, starts), ends_at: at(on, ends), place, places })
        }
        _ => Err(AmbassadorError::Fields(faults.into_errors())),
    }
}

async fn add_training(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = match training_typed(&asked) {
        Ok(fresh) => ambassadors::add_training(&asked.services, &asked.context, id, fresh).await,
        Err(error) => Err(error),
    };
    done(&asked, &page, "date", result)
}

async fn change_training(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(date) = asked.param::<TrainingId>("training") else { return Problem::NotFound.into() };
    let changed = match training_typed(&asked) {
        Ok(to) => ambassadors::change_training(&asked.services, &asked.context, id, date, to).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Answer::to(format!("{page}?done=date-changed")),
        // A date that moved or was removed meanwhile has no page any more.
        Err(error @ AmbassadorError::StateHasChanged) => refused(&asked, &page, error),
        Err(error) => refused(&asked, &format!("{page}/trainings/{date}"), error),
    }
}

async fn remove_training(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(date) = asked.param::<TrainingId>("training") else { return Problem::NotFound.into() };
    let result = ambassadors::remove_training(&asked.services, &asked.context, id, date).await;
    done(&asked, &page, "date-removed", result)
}

async fn selection(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = ambassadors::publish_selection(&asked.services, &asked.context, id).await;
    done(&asked, &page, "selection", result.map(|_| ()))
}

async fn certificates(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = ambassadors::certify(&asked.services, &asked.context, id).await;
    done(&asked, &page, "certified", result.map(|_| ()))
}

async fn decide(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Ambassadors>(&asked) else { return Problem::NotFound.into() };
    let decided = match asked.field("decision") {
        "open" => Decided::Open,
        "selected" => Decided::Selected,
        "refused" => Decided::Refused(asked.field("reason").to_owned()),
        "reserve" => match number(asked.field("rank"), 1, 999) {
            Ok(rank) => Decided::Reserve(rank),
            Err(fault) => return refused(&asked, &page, AmbassadorError::field("rank", fault)),
        },
        _ => return refused(&asked, &page, AmbassadorError::field("decision", Fault::Required)),
    };
    let result = ambassadors::decide(&asked.services, &asked.context, id, version, decided).await;
    done(&asked, &page, "decided", result)
}

async fn attendance(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Ambassadors>(&asked) else { return Problem::NotFound.into() };
    let came = asked.field("came") == "yes";
    let result = ambassadors::attendance(&asked.services, &asked.context, id, version, came).await;
    done(&asked, &page, "attendance", result)
}

async fn rename(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Ambassadors>(&asked) else { return Problem::NotFound.into() };
    let result = ambassadors::rename(&asked.services, &asked.context, id, version, asked.field("new_name")).await;
    done(&asked, &page, "renamed", result)
}

async fn revoke(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Ambassadors>(&asked) else { return Problem::NotFound.into() };
    let reason = asked.field("revoke_reason");
    let result = ambassadors::revoke(&asked.services, &asked.context, id, version, reason).await;
    done(&asked, &page, "revoked", result)
}
