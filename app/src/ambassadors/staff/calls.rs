//! What staff do with rounds and applications.

use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number, time};
use crate::problem::Problem;
use crate::requests::desk::{self, done, refused, subject};
use crate::routes::Access;
use domain::account::Capability;
use domain::ambassador::MOST_PLACES;
use domain::bus::City;
use domain::field::{Fault, Faults};
use domain::ids::AmbassadorRoundId;
use domain::outreach::Bilingual;
use domain::time::at;
use jiff::Timestamp;
use services::ambassadors::{self, AmbassadorError, Ambassadors, Decided, NewRound};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);
const REVEAL: Access = Access::Capability(Capability::RevealContact);

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/ambassadors/new", MANAGE, &add),
    Call::post("/staff/ambassadors/:id/edit", MANAGE, &change),
    Call::post("/staff/ambassadors/:id/show", MANAGE, &show),
    Call::post("/staff/ambassadors/:id/trainings", MANAGE, &add_training),
    Call::post("/staff/ambassadors/:id/selection", MANAGE, &selection),
    Call::post("/staff/ambassadors/:id/certificates", MANAGE, &certificates),
    Call::post("/staff/ambassadors/applications/:id/ask", MANAGE, &desk::ask_call::<Ambassadors>),
    Call::post("/staff/ambassadors/applications/:id/decide", MANAGE, &decide),
    Call::post("/staff/ambassadors/applications/:id/attendance", MANAGE, &attendance),
    Call::post("/staff/ambassadors/applications/:id/rename", MANAGE, &rename),
    Call::post("/staff/ambassadors/applications/:id/revoke", MANAGE, &revoke),
    Call::post("/staff/ambassadors/applications/:id/reveal", REVEAL, &desk::reveal_call::<Ambassadors>)
        .on("/staff/ambassadors/applications/:id"),
];

/// The most characters of a line, and of a text.
const LINE: usize = 120;
const TEXT: usize = 4_000;

fn bilingual(asked: &Asked, name: &str, most: usize) -> Bilingual {
    let text = |language: &str| -> String {
        let typed = asked.field(&format!("{name}_{language}")).replace("\r\n", "\n");
        typed.trim().chars().take(most).collect()
    };
    Bilingual::new(text("zh"), text("en"))
}

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
    let (title, story) = (bilingual(asked, "title", LINE), bilingual(asked, "story", TEXT));
    for (field, text) in [("title_zh", &title), ("story_zh", &story)] {
        if !text.is_written() {
            faults.add(field, Fault::Required);
        }
    }
    match (city, places, opens_at, closes_at) {
        (Some(city), Some(places), Some(opens_at), Some(closes_at)) if faults.is_empty() => {
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

async fn add_training(asked: Asked) -> Answer {
    let (id, page, _) = match round(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let mut faults = Faults::default();
    let on = faults.take("day", day(asked.field("day")));
    let starts = faults.take("starts", time(asked.field("starts")));
    let ends = faults.take("ends", time(asked.field("ends")));
    let (Some(on), Some(starts), Some(ends)) = (on, starts, ends) else {
        return refused::<Ambassadors>(&asked, &page, AmbassadorError::Fields(faults.into_errors()));
    };
    let hours = (at(on, starts), at(on, ends));
    let result = ambassadors::add_training(&asked.services, &asked.context, id, hours, asked.field("place")).await;
    done(&asked, &page, "date", result)
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
