//! What groups do: begin a form, keep it, send it, answer, accept, decline, become smaller, withdraw, send the list.

use super::{GROUPS, led_nowhere, problem_of, said};
use crate::calls::{Answer, Asked, Call, Cookie};
use crate::form::{FormState, Tone};
use crate::museum::VISITOR_COOKIE;
use crate::problem::{Problem, minutes};
use crate::routes::Access;
use domain::field::Fault;
use domain::groups::typed;
use domain::ids::{GroupDraftId, GroupRequestId};
use jiff::SignedDuration;
use services::groups::{self, DraftView, GroupError, Handle, LARGEST_FILE, Sent, TEMPLATE};

/// The groups' calls.
pub const CALLS: &[Call] = &[
    Call::post("/museum/groups/apply", Access::Public, &begin),
    Call::post("/museum/groups/apply/:draft", Access::Public, &who),
    Call::post("/museum/groups/apply/:draft/when", Access::Public, &when),
    Call::post("/museum/groups/apply/:draft/code", Access::Public, &code),
    Call::post("/museum/groups/apply/:draft/resend", Access::Public, &resend),
    Call::post("/museum/groups/r/:link/answer", Access::Public, &answer),
    Call::post("/museum/groups/r/:link/accept", Access::Public, &accept),
    Call::post("/museum/groups/r/:link/decline", Access::Public, &decline),
    Call::post("/museum/groups/r/:link/smaller", Access::Public, &smaller),
    Call::post("/museum/groups/r/:link/withdraw", Access::Public, &withdraw),
    Call::upload("/museum/groups/r/:link/roster", Access::Public, LARGEST_FILE, &roster),
    Call::post("/museum/groups/r/:link/roster/remove", Access::Public, &remove_roster),
    Call::get("/museum/groups/roster.csv", Access::Public, &template),
    Call::get("/account/groups/:id", Access::SignedIn, &own),
];

/// The field of a list's faults, row by row, as the page shows them again.
pub(super) const ROWS: &str = "rows";

/// Shows the page at `page` again with what was typed and why it was refused.
fn refused(asked: &Asked, page: String, error: GroupError) -> Answer {
    let mut form = asked.typed(&["code", ROWS]);
    match error {
        GroupError::Fields(errors) => return Answer::again_at(page, form.with_errors(errors)),
        GroupError::Limited { retry_after } => return wait(asked, page, form, "limited", retry_after),
        GroupError::NetworkLimited { retry_after } => return wait(asked, page, form, "limited-network", retry_after),
        _ => {}
    }
    if let GroupError::Rows(faults) = &error {
        form.values.insert(ROWS.to_owned(), serde_json::to_string(faults).unwrap_or_default());
    }
    match said(asked, &error, "bus-state-has-changed") {
        Some(text) => Answer::again_at(page, form.with_notice(Tone::Warning, text.to_string())),
        None => problem_of(error).into(),
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
    match groups::begin(&asked.services, &asked.context, &visitor, &asked.network).await {
        // Renewed with every draft, so that it lives as long as the newest.
        Ok(draft) => Answer::to(format!("/museum/groups/apply/{draft}")).cookie(Cookie::new(
            VISITOR_COOKIE,
            &visitor,
            Some(SignedDuration::from_hours(24 * groups::DRAFT_DAYS)),
        )),
        Err(error) => refused(&asked, GROUPS.to_owned(), error),
    }
}

/// The draft of the path, and its first page.
async fn draft(asked: &Asked) -> Result<(DraftView, String), Answer> {
    let id = asked.param::<GroupDraftId>("draft").ok_or(Problem::NotFound)?;
    let page = format!("/museum/groups/apply/{id}");
    let visitor = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    match groups::read(&asked.services, &asked.context, id, visitor).await {
        Ok(draft) => Ok((draft, page)),
        // The page itself explains what became of it.
        Err(GroupError::NotFound) => Err(Answer::to(page)),
        Err(error) => Err(problem_of(error).into()),
    }
}

/// Puts what was sent over what was kept: each page of the form has some of its fields.
async fn keep(asked: &Asked, draft: &mut DraftView, mine: fn(&str) -> bool) -> Result<(), GroupError> {
    let before = draft.typed.field("contact").to_owned();
    let sent = typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    draft.typed.0.retain(|name, _| !mine(name));
    draft.typed.0.extend(sent.0.into_iter().filter(|(name, _)| mine(name)));
    groups::keep(&asked.services, draft, &draft.typed).await?;
    // Another contact than the one that was proven is proven anew.
    draft.proven &= before == draft.typed.field("contact");
    Ok(())
}

fn is_wish(name: &str) -> bool {
    name.starts_with("session_")
}

async fn who(asked: Asked) -> Answer {
    let (mut draft, page) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Err(error) = keep(&asked, &mut draft, |name| !is_wish(name)).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match groups::offered(&asked.services, &asked.context, &draft).await {
        Ok(_) => Answer::to(format!("{page}/when")),
        Err(error) => refused(&asked, page, error),
    }
}

async fn when(asked: Asked) -> Answer {
    let (mut draft, first) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/when");
    if let Err(error) = keep(&asked, &mut draft, is_wish).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match groups::send(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(format!("{first}/code")),
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

async fn code(asked: Asked) -> Answer {
    let (draft, first) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/code");
    let (services, context) = (&asked.services, &asked.context);
    let draft = match groups::prove(services, context, &draft, asked.field("code"), &asked.network).await {
        Ok(()) => draft,
        // The second press of a double tap finds its code used up, by the first: it goes where that one went.
        Err(error) => match self::draft(&asked).await {
            Ok((now, _)) if now.proven || now.request.is_some() => now,
            _ => return not_sent(&asked, &draft, page, error),
        },
    };
    match groups::submit(services, context, &draft).await {
        Ok(id) => match groups::own(services, context, &draft, id).await {
            Ok(request) => Answer::to(format!("{GROUPS}/r/{}?done=sent", groups::manage_link(services, &request))),
            Err(error) => problem_of(error).into(),
        },
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

/// A fault belongs to the page its field stands on: the code, the sessions (one may be out of reach by now), who comes.
fn not_sent(asked: &Asked, draft: &DraftView, page: String, error: GroupError) -> Answer {
    match error {
        GroupError::Fields(errors) if errors.iter().any(|error| error.field != "code") => {
            let first = format!("/museum/groups/apply/{}", draft.id);
            let at = if errors.iter().all(|error| is_wish(&error.field)) { format!("{first}/when") } else { first };
            Answer::again_at(at, FormState::typed(draft.typed.0.clone(), &[]).with_errors(errors))
        }
        error => refused(asked, page, error),
    }
}

async fn resend(asked: Asked) -> Answer {
    let (draft, first) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/code");
    match groups::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

fn handle(asked: &Asked) -> Result<(String, Handle), Answer> {
    let link: String = asked.param("link").ok_or(Problem::LinkInvalid)?;
    Ok((format!("{GROUPS}/r/{link}"), Handle::Link(link)))
}

fn version(asked: &Asked) -> Option<i32> {
    asked.field("version").parse().ok()
}

async fn changed(asked: &Asked, page: String, done: &str, result: Result<(), GroupError>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{page}?done={done}")),
        Err(GroupError::NotFound) => led_nowhere(asked).await.into(),
        Err(error) => refused(asked, page, error),
    }
}

async fn answer(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("answer");
    let result = groups::answer(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "answered", result).await
}

async fn accept(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = groups::accept(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "accepted", result).await
}

async fn decline(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("wish");
    let result = groups::decline(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "declined", result).await
}

async fn smaller(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let to = (asked.field("members"), asked.field("adults"));
    let result = groups::smaller(&asked.services, &asked.context, &handle, version(&asked), to).await;
    changed(&asked, page, "smaller", result).await
}

async fn withdraw(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = groups::withdraw(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "withdrawn", result).await
}

/// The list: the file where one was chosen, otherwise what was typed.
async fn roster(mut asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let sent = match asked.file.take() {
        Some(file) if file.too_large => {
            let max = u32::try_from(LARGEST_FILE / 1024).unwrap_or(u32::MAX);
            return refused(&asked, page, GroupError::field("file", Fault::FileTooLarge { max }));
        }
        Some(file) => Sent::File(file.bytes),
        None if asked.field("list").trim().is_empty() => {
            return refused(&asked, page, GroupError::field("file", Fault::Required));
        }
        None => Sent::Text(asked.field("list").to_owned()),
    };
    let result = groups::save_roster(&asked.services, &asked.context, &handle, sent, &asked.network).await;
    changed(&asked, page, "listed", result.map(|_| ())).await
}

async fn remove_roster(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = groups::remove_roster(&asked.services, &asked.context, &handle).await;
    changed(&asked, page, "unlisted", result).await
}

/// A list to fill in.
async fn template(asked: Asked) -> Answer {
    let name = format!("{}.csv", asked.t("groups-roster-template-name"));
    Answer::file("text/csv; charset=utf-8", Some(name), TEMPLATE.as_bytes())
}

/// Opens one of one's own requests: its page stands behind a signed link, as in messages, so that there is one such page.
async fn own(asked: Asked) -> Answer {
    let Some(id) = asked.param::<GroupRequestId>("id") else { return Problem::NotFound.into() };
    match groups::view(&asked.services, &asked.context, &Handle::Id(id)).await {
        Ok(request) => Answer::to(format!("{GROUPS}/r/{}", groups::manage_link(&asked.services, &request))),
        Err(error) => problem_of(error).into(),
    }
}
