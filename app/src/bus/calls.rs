//! What schools and communities do: begin a form, keep it, send it, answer, accept, decline, withdraw, say what it was like.

use super::{led_nowhere, problem_of};
use crate::calls::{Answer, Asked, Call, Cookie};
use crate::form::{FormState, Tone};
use crate::museum::VISITOR_COOKIE;
use crate::problem::{Problem, minutes};
use crate::routes::Access;
use domain::field::{Fault, Faults};
use domain::ids::BusDraftId;
use jiff::SignedDuration;
use services::bus::{self, BusError, DraftView, Handle, Marks};

/// The bus's calls.
pub const CALLS: &[Call] = &[
    Call::post("/bus/apply", Access::Public, &begin),
    Call::post("/bus/apply/:draft", Access::Public, &form),
    Call::post("/bus/apply/:draft/code", Access::Public, &code),
    Call::post("/bus/apply/:draft/resend", Access::Public, &resend),
    Call::post("/bus/r/:link/answer", Access::Public, &answer),
    Call::post("/bus/r/:link/accept", Access::Public, &accept),
    Call::post("/bus/r/:link/decline", Access::Public, &decline),
    Call::post("/bus/r/:link/withdraw", Access::Public, &withdraw),
    Call::post("/bus/f/:link", Access::Public, &feedback),
    Call::get("/bus/schedule.ics", Access::Public, &calendar),
];

/// Shows the page at `page` again with what was typed and why it was refused.
fn refused(asked: &Asked, page: String, error: BusError) -> Answer {
    let form = asked.typed(&["code"]);
    match error {
        BusError::Fields(errors) => Answer::again_at(page, form.with_errors(errors)),
        BusError::TooMany { max } => {
            let text = asked.t_args("bus-too-many", &[("max", max.into())]).to_string();
            Answer::again_at(page, form.with_notice(Tone::Warning, text))
        }
        BusError::Refused(_) | BusError::StateHasChanged => {
            Answer::again_at(page, form.with_notice(Tone::Warning, asked.t("bus-state-has-changed").to_string()))
        }
        BusError::Limited { retry_after } => wait(asked, page, form, "limited", retry_after),
        BusError::NetworkLimited { retry_after } => wait(asked, page, form, "limited-network", retry_after),
        other => problem_of(other).into(),
    }
}

/// Shows the page again with how long to wait.
fn wait(asked: &Asked, page: String, form: FormState, key: &str, seconds: u64) -> Answer {
    let seconds = u32::try_from(seconds.min(86_400)).unwrap_or(86_400);
    let text = asked.t_args(key, &[("minutes", minutes(seconds).into())]).to_string();
    let wait = SignedDuration::from_secs(i64::from(seconds));
    Answer::again_at(page, form.with_notice(Tone::Warning, text)).retry_after(wait)
}

async fn begin(asked: Asked) -> Answer {
    let known = asked.cookie(VISITOR_COOKIE).filter(|token| token.len() == 32).map(str::to_owned);
    let visitor = known.unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(services::crypto::random())));
    match bus::begin(&asked.services, &asked.context, &visitor, &asked.network).await {
        // Renewed with every draft, so that it lives as long as the newest.
        Ok(draft) => Answer::to(format!("/bus/apply/{draft}")).cookie(Cookie::new(
            VISITOR_COOKIE,
            &visitor,
            Some(SignedDuration::from_hours(24 * bus::DRAFT_DAYS)),
        )),
        Err(error) => refused(&asked, "/bus".to_owned(), error),
    }
}

async fn draft(asked: &Asked) -> Result<DraftView, Answer> {
    let id = asked.param::<BusDraftId>("draft").ok_or(Problem::NotFound)?;
    let visitor = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    match bus::read(&asked.services, &asked.context, id, visitor).await {
        Ok(draft) => Ok(draft),
        // The page itself explains what became of it.
        Err(BusError::NotFound) => Err(Answer::to(format!("/bus/apply/{id}"))),
        Err(error) => Err(problem_of(error).into()),
    }
}

async fn form(asked: Asked) -> Answer {
    let mut draft = match draft(&asked).await {
        Ok(draft) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/bus/apply/{}", draft.id);
    let before = draft.typed.field("contact").to_owned();
    draft.typed = domain::bus::typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    if let Err(error) = bus::keep(&asked.services, &draft, &draft.typed).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    // Another contact than the one that was proven is proven anew.
    draft.proven &= before == draft.typed.field("contact");
    match bus::send(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(format!("{page}/code")),
        Err(error) => refused(&asked, page, error),
    }
}

async fn code(asked: Asked) -> Answer {
    let draft = match draft(&asked).await {
        Ok(draft) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/bus/apply/{}/code", draft.id);
    let (services, context) = (&asked.services, &asked.context);
    if let Err(error) = bus::prove(services, context, &draft, asked.field("code"), &asked.network).await {
        return not_sent(&asked, &draft, page, error);
    }
    match bus::submit(services, context, &draft).await {
        Ok(id) => match bus::own(services, context, &draft, id).await {
            Ok(request) => Answer::to(format!("/bus/r/{}?done=sent", bus::manage_link(services, &request))),
            Err(error) => problem_of(error).into(),
        },
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

/// A fault of the code belongs to the page of the code; one of the form (a day that is too soon by now) to the form.
fn not_sent(asked: &Asked, draft: &DraftView, page: String, error: BusError) -> Answer {
    match error {
        BusError::Fields(errors) if errors.iter().any(|error| error.field != "code") => {
            let typed = FormState::typed(draft.typed.0.clone(), &[]).with_errors(errors);
            Answer::again_at(format!("/bus/apply/{}", draft.id), typed)
        }
        error => refused(asked, page, error),
    }
}

async fn resend(asked: Asked) -> Answer {
    let draft = match draft(&asked).await {
        Ok(draft) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/bus/apply/{}/code", draft.id);
    match bus::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

fn handle(asked: &Asked) -> Result<(String, Handle), Answer> {
    let link: String = asked.param("link").ok_or(Problem::LinkInvalid)?;
    Ok((format!("/bus/r/{link}"), Handle::Link(link)))
}

fn version(asked: &Asked) -> Option<i32> {
    asked.field("version").parse().ok()
}

async fn changed(asked: &Asked, page: String, done: &str, result: Result<(), BusError>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{page}?done={done}")),
        Err(BusError::NotFound) => led_nowhere(asked).await.into(),
        Err(error) => refused(asked, page, error),
    }
}

async fn answer(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("answer");
    let result = bus::answer(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "answered", result).await
}

async fn accept(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = bus::accept(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "accepted", result).await
}

async fn decline(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("wish");
    let result = bus::decline(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "declined", result).await
}

async fn withdraw(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = bus::withdraw(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "withdrawn", result).await
}

async fn feedback(asked: Asked) -> Answer {
    let Some(link) = asked.param::<String>("link") else { return Problem::LinkInvalid.into() };
    let page = format!("/bus/f/{link}");
    let mut faults = Faults::default();
    let mut mark = |name: &'static str| {
        let read = match asked.field(name) {
            "" => Err(Fault::Required),
            text => text.parse::<u8>().ok().filter(|n| (1..=5).contains(n)).ok_or(Fault::NotAChoice),
        };
        faults.take(name, read)
    };
    let (liked, understood, organised) = (mark("liked"), mark("understood"), mark("organised"));
    let again = match asked.field("again") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => faults.take("again", Err(Fault::Required)),
    };
    let (Some(liked), Some(understood), Some(organised), Some(again)) = (liked, understood, organised, again) else {
        return refused(&asked, page, BusError::Fields(faults.into_errors()));
    };
    let marks = Marks { liked, understood, organised, again };
    match bus::feedback(&asked.services, &asked.context, &link, marks).await {
        Ok(()) => Answer::to(page),
        Err(BusError::NotFound) => led_nowhere(&asked).await.into(),
        Err(error) => refused(&asked, page, error),
    }
}

/// The itinerary as a calendar to subscribe to.
async fn calendar(asked: Asked) -> Answer {
    match bus::feed(&asked.services, asked.locale()).await {
        Ok(file) => Answer::file("text/calendar; charset=utf-8", None, file),
        Err(error) => problem_of(error).into(),
    }
}
