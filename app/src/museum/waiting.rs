//! Joining the waiting list when a session of the museum or a date of an event is full. What an event asks is answered on
//! the way, as before a booking. The entry's own page is [`super::offer`].

use super::book::{chosen, code_form, crumbs, gone, particulars_form, so_far};
use super::calls::{draft as any_draft, event_page, refused, visitor};
use super::particulars::{keep_answered, keep_typed, typed as particulars};
use super::party::party_size;
use super::{param, problem_of};
use crate::activity::{Activity, waiting_at};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::outreach::questions;
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{Button, Checkboxes, Choice, Form, HiddenField, LinkButton, Page, Steps, Tag, Variant};
use crate::visit::{Visit, visit};
use domain::booking::Refusal;
use domain::ids::{DraftId, SessionId};
use domain::time::{local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, DraftView, SessionView, read};

/// The calls of the waiting list.
pub const CALLS: &[Call] = &[
    Call::post("/museum/sessions/:id/wait", Access::Public, &begin),
    Call::post("/museum/wait/:draft", Access::Public, &typed),
    Call::post("/museum/wait/:draft/code", Access::Public, &code),
    Call::post("/museum/wait/:draft/resend", Access::Public, &resend),
    Call::post("/museum/book/:draft/wait", Access::Public, &wait_instead),
    Call::post("/events/:slug/sessions/:id/wait", Access::Public, &begin_event),
    Call::post("/events/wait/:draft", Access::Public, &typed),
    Call::post("/events/wait/:draft/code", Access::Public, &code),
    Call::post("/events/wait/:draft/resend", Access::Public, &resend),
    Call::post("/events/book/:draft/wait", Access::Public, &wait_instead),
];

/// The draft of the address, and what it waits for.
async fn own_draft(visit: &Visit) -> Result<(DraftView, Activity), BookingError> {
    let id: DraftId = param("draft").ok_or(BookingError::NotFound)?;
    let draft = read(&visit.services, &visit.context, id, visit.visitor.as_deref().unwrap_or_default()).await?;
    let activity = Activity::of(visit, draft.session.activity).await?;
    Ok((draft, activity))
}

/// The same for a call, with the draft's page.
async fn draft(asked: &Asked) -> Result<(DraftView, Activity, String), Answer> {
    let (draft, activity, _) = any_draft(asked, waiting_at).await?;
    let page = activity.waiting(draft.id);
    Ok((draft, activity, page))
}

fn steps(visit: &Visit, current: usize) -> impl IntoView + use<> {
    let steps = ["book-step-session", "book-step-form", "book-step-code", "wait-step-done"].map(|key| visit.t(key));
    view! { <Steps steps=steps.to_vec() current=current/> }
}

/// Who would come, and what else would do.
#[component]
pub fn Wait() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match own_draft(&visit).await {
            Ok((draft, _)) if draft.waiting.is_some() || draft.booking.is_some() => done(&visit, &draft).await,
            Ok((draft, activity)) => form(&visit, &draft, &activity).await,
            Err(error) => gone(&visit, &error),
        }
    })
}

/// The code that proves the contact.
#[component]
pub fn WaitCode() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match own_draft(&visit).await {
            Ok((draft, _)) if draft.waiting.is_some() || draft.booking.is_some() => done(&visit, &draft).await,
            Ok((draft, activity)) if draft.typed.is_none() || draft.proven => form(&visit, &draft, &activity).await,
            Ok((draft, activity)) => code_page(&visit, &draft, &activity),
            Err(error) => gone(&visit, &error),
        }
    })
}

/// The draft became an entry (or a booking): back button, second press, second tab.
async fn done(visit: &Visit, draft: &DraftView) -> AnyView {
    let href = match (draft.waiting, draft.booking) {
        (Some(entry), _) => booking::waiting_link(&visit.services, entry)
            .await
            .ok()
            .map(|link| (format!("/waiting/{link}"), "wait-done-action")),
        (None, Some(booking)) => {
            let link = booking::manage_link(&visit.services, booking, draft.session.facts.ends_at);
            Some((format!("/b/{link}"), "book-done-action"))
        }
        (None, None) => None,
    };
    let link = href.map(|(path, key)| {
        view! { <p class="actions"><LinkButton href=visit.href(&path)>{visit.t(key)}</LinkButton></p> }
    });
    view! {
        <Page title=visit.t("wait-done-title") centred=true>
            <p class="lead">{visit.t("wait-done-text")}</p>
            {link}
        </Page>
    }
    .into_any()
}

async fn form(visit: &Visit, draft: &DraftView, activity: &Activity) -> AnyView {
    let instead = booking::bookable_instead(&visit.services, &visit.context, draft).await.unwrap_or_default();
    let choices: Vec<Choice> = booking::choices(activity.timetable(), draft, visit.context.now)
        .into_iter()
        .map(|s| Choice::new(s.id.to_string(), span_text(s.facts.starts_at, s.facts.ends_at, visit.locale())))
        .collect();
    let picked: Vec<Text> = draft.also.iter().map(|id| Text::from(id.to_string())).collect();
    let asked = match so_far(visit, draft, activity).await {
        Ok(asked) => asked,
        Err(error) => return problem_page(problem_of(&error)).into_any(),
    };
    let today = local_day(visit.context.now);
    let more = || {
        let also = (!choices.is_empty()).then(|| {
            view! { <Checkboxes name="also" label=visit.t("wait-also") hint=visit.t("wait-also-hint") choices=choices values=picked optional=true/> }
        });
        let asked = asked.map(|(form, typed)| questions(visit, form, &typed, today));
        view! { {also}{asked} }.into_any()
    };
    view! {
        <Page title=visit.t("wait-title") lead=visit.t("wait-lead") crumbs=crumbs(visit, activity)>
            {steps(visit, 1)}
            {chosen(visit, draft, activity)}
            {alternatives(visit, &activity.draft(draft.id), &instead)}
            {particulars_form(visit, draft, activity.timetable(), more, visit.t("wait-continue"))}
        </Page>
    }
    .into_any()
}

/// The two nearest sessions that have room: taking one is one press, and nothing typed is lost.
fn alternatives(visit: &Visit, base: &str, others: &[SessionView]) -> Option<impl IntoView + use<>> {
    let list = others.iter().map(|session| {
        let when = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
        let free = visit.t_args("session-free", &[("free", session.facts.free().into())]);
        view! {
            <li class="session">
                <div class="session-time">{when.clone()}</div>
                <div class="session-state"><Tag tone=Tone::Success>{free}</Tag></div>
                <Form action=visit.href(&format!("{base}/other")) inline=true>
                    <HiddenField name="session" value=session.id.to_string()/>
                    <Button variant=Variant::Secondary>{visit.t("book-take-this")}<span class="hidden">" "{when}</span></Button>
                </Form>
            </li>
        }
    });
    let list = list.collect_view();
    (!others.is_empty()).then(|| {
        view! {
            <section class="section"><h2>{visit.t("wait-instead")}</h2><ul class="session-list">{list}</ul></section>
        }
    })
}

fn code_page(visit: &Visit, draft: &DraftView, activity: &Activity) -> AnyView {
    let base = activity.waiting(draft.id);
    view! {
        <Page title=visit.t("code-title") lead=code_lead(visit, draft) crumbs=crumbs(visit, activity)>
            {steps(visit, 2)}
            {chosen(visit, draft, activity)}
            {code_form(visit, &base, visit.t("wait-confirm"))}
        </Page>
    }
    .into_any()
}

fn code_lead(visit: &Visit, draft: &DraftView) -> Text {
    let contact = draft.typed.as_ref().and_then(|(person, _)| person.contact.as_ref());
    let to = contact.map(|contact| contact.expose().to_owned()).unwrap_or_default();
    visit.t_args("code-lead", &[("to", to.into())])
}

async fn begin(asked: Asked) -> Answer {
    begin_at(&asked, "/museum/sessions".to_owned()).await
}

/// The same for a date of an event.
async fn begin_event(asked: Asked) -> Answer {
    match event_page(&asked).await {
        Ok(page) => begin_at(&asked, page).await,
        Err(answer) => answer,
    }
}

/// Begins a draft that waits; `calendar` is the page the session was chosen on.
async fn begin_at(asked: &Asked, calendar: String) -> Answer {
    let Some(session) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let people = match party_size(asked) {
        Ok(people) => people,
        Err(fault) => return refused(asked, calendar, BookingError::field("people", fault)),
    };
    let (token, cookie) = visitor(asked);
    match booking::begin_waiting(&asked.services, &asked.context, session, people, &token, &asked.network).await {
        Ok(draft) => Answer::to(waiting_at(&asked.path, draft)).cookie(cookie),
        Err(error) => refused(asked, calendar, error),
    }
}

async fn typed(asked: Asked) -> Answer {
    let (draft, activity, page) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (name, contact, party, answers) = match particulars(&asked, &draft, &activity) {
        Ok(typed) => typed,
        Err(faults) => {
            keep_typed(&asked, &draft, &activity).await;
            return refused(&asked, page, BookingError::Fields(faults));
        }
    };
    let also: Vec<SessionId> = asked.fields("also").filter_map(|text| text.parse().ok()).collect();
    if let Err(error) = booking::keep_wishes(&asked.services, &asked.context, &draft, &also).await {
        return refused(&asked, page, error);
    }
    if let Err(answer) = keep_answered(&asked, &draft, &activity, answers, &page).await {
        keep_typed(&asked, &draft, &activity).await;
        return answer;
    }
    match booking::save(&asked.services, &asked.context, &draft, name, contact, party, &asked.network).await {
        Ok(()) => match draft_again(&asked, &draft).await {
            Ok(draft) if draft.proven => join(&asked, &draft, page).await,
            _ => Answer::to(format!("{page}/code")),
        },
        Err(error) => refused(&asked, page, error),
    }
}

async fn draft_again(asked: &Asked, draft: &DraftView) -> Result<DraftView, BookingError> {
    let visitor = asked.cookie(super::VISITOR_COOKIE).unwrap_or_default();
    booking::read(&asked.services, &asked.context, draft.id, visitor).await
}

/// Puts the draft on the list; `page` is its form.
async fn join(asked: &Asked, draft: &DraftView, page: String) -> Answer {
    match booking::join(&asked.services, &asked.context, draft).await {
        Ok(entry) => match booking::waiting_link(&asked.services, entry).await {
            Ok(link) => Answer::to(format!("/waiting/{link}?done=joined")),
            Err(error) => problem_of(&error).into(),
        },
        // Questions that were published while the form was filled in are answered first.
        Err(BookingError::Refused(Refusal::AsksQuestions)) => Answer::to(page),
        Err(error) => refused(asked, page, error),
    }
}

async fn code(asked: Asked) -> Answer {
    let (draft, page) = match draft(&asked).await {
        Ok((draft, _, page)) => (draft, page),
        Err(answer) => return answer,
    };
    match booking::prove(&asked.services, &asked.context, draft, asked.field("code"), &asked.network).await {
        Ok(draft) => join(&asked, &draft, page).await,
        Err(error) => refused(&asked, format!("{page}/code"), error),
    }
}

async fn resend(asked: Asked) -> Answer {
    let (draft, page) = match draft(&asked).await {
        Ok((draft, _, page)) => (draft, format!("{page}/code")),
        Err(answer) => return answer,
    };
    match booking::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => refused(&asked, page, error),
    }
}

/// A booking that found its session full waits instead: what was typed, answered and proven counts.
async fn wait_instead(asked: Asked) -> Answer {
    let (draft, page) = match draft(&asked).await {
        Ok((draft, _, page)) => (draft, page),
        Err(answer) => return answer,
    };
    // The date of a series that is full; a booking of one date waits for its own.
    let session = asked.field("session").parse().unwrap_or(draft.session.id);
    let visitor = asked.cookie(super::VISITOR_COOKIE).unwrap_or_default();
    match booking::wait_for(&asked.services, &asked.context, &draft, session, visitor, &asked.network).await {
        Ok(()) if draft.proven => match draft_again(&asked, &draft).await {
            Ok(draft) => join(&asked, &draft, page).await,
            Err(error) => refused(&asked, page, error),
        },
        Ok(()) => Answer::to(page),
        Err(error) => refused(&asked, page, error),
    }
}
