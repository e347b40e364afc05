//! The waiting list for visitors: joining it when a session is full, and the page behind the signed link, where an offer
//! is taken or declined and the list is left. The page shows; only its forms act.

use super::book::{chosen, code_form, gone, particulars_form};
use super::calls::{draft as any_draft, refused, typed as particulars, visitor};
use super::{led_nowhere, param, problem_of};
use crate::activity::Activity;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Crumb, Dialog, Form, HiddenField, LinkButton, Page, Steps, SummaryList,
    SummaryRow, Tag, Variant,
};
use crate::visit::{Visit, visit};
use domain::booking::{PartySize, WaitingState};
use domain::ids::{DraftId, SessionId};
use domain::time::{clock_text, day_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, DraftView, Offer, SessionView, WaitingView, read};

/// The calls of the waiting list.
pub const CALLS: &[Call] = &[
    Call::post("/museum/sessions/:id/wait", Access::Public, &begin),
    Call::post("/museum/wait/:draft", Access::Public, &typed),
    Call::post("/museum/wait/:draft/code", Access::Public, &code),
    Call::post("/museum/wait/:draft/resend", Access::Public, &resend),
    Call::post("/museum/book/:draft/wait", Access::Public, &wait_instead),
    Call::post("/waiting/:link/accept", Access::Public, &accept),
    Call::post("/waiting/:link/decline", Access::Public, &decline),
    Call::post("/waiting/:link/leave", Access::Public, &leave),
];

// ---- joining --------------------------------------------------------------------------------------------------------

/// The draft of the address and the museum, which keeps waiting lists; events do not.
async fn own_draft(visit: &Visit) -> Result<(DraftView, Activity), BookingError> {
    let id: DraftId = param("draft").ok_or(BookingError::NotFound)?;
    let draft = read(&visit.services, &visit.context, id, visit.visitor.as_deref().unwrap_or_default()).await?;
    match Activity::of(visit, draft.session.activity).await? {
        museum @ Activity::Museum(_) => Ok((draft, museum)),
        Activity::Event(_) => Err(BookingError::NotFound),
    }
}

/// The same for a call.
async fn draft(asked: &Asked) -> Result<(DraftView, Activity), Answer> {
    match any_draft(asked).await? {
        (draft, museum @ Activity::Museum(_), _) => Ok((draft, museum)),
        _ => Err(Problem::NotFound.into()),
    }
}

fn steps(visit: &Visit, current: usize) -> impl IntoView + use<> {
    let steps = ["book-step-session", "book-step-form", "book-step-code", "wait-step-done"].map(|key| visit.t(key));
    view! { <Steps steps=steps.to_vec() current=current/> }
}

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![
        Crumb::new(visit.href("/museum"), visit.t("museum-name")),
        Crumb::new(visit.href("/museum/sessions"), visit.t("sessions-title")),
    ]
}

/// Who would come, and what else would do.
#[component]
pub fn Wait() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match own_draft(&visit).await {
            Ok((draft, _)) if draft.waiting.is_some() || draft.booking.is_some() => done(&visit, &draft).await,
            Ok((draft, museum)) => form(&visit, &draft, &museum).await,
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
            Ok((draft, museum)) if draft.typed.is_none() || draft.proven => form(&visit, &draft, &museum).await,
            Ok((draft, museum)) => code_page(&visit, &draft, &museum),
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

async fn form(visit: &Visit, draft: &DraftView, museum: &Activity) -> AnyView {
    let instead = booking::bookable_instead(&visit.services, &visit.context, draft).await.unwrap_or_default();
    let choices: Vec<Choice> = booking::choices(museum.timetable(), draft, visit.context.now)
        .into_iter()
        .map(|s| Choice::new(s.id.to_string(), span_text(s.facts.starts_at, s.facts.ends_at, visit.locale())))
        .collect();
    let picked: Vec<Text> = draft.also.iter().map(|id| Text::from(id.to_string())).collect();
    let also = || {
        let some = !choices.is_empty();
        some.then(|| view! { <Checkboxes name="also" label=visit.t("wait-also") hint=visit.t("wait-also-hint") choices=choices values=picked/> })
            .into_any()
    };
    view! {
        <Page title=visit.t("wait-title") lead=visit.t("wait-lead") crumbs=crumbs(visit)>
            {steps(visit, 1)}
            {chosen(visit, draft, museum)}
            {alternatives(visit, draft, &instead)}
            {particulars_form(visit, draft, museum.policy(), also, visit.t("wait-continue"))}
        </Page>
    }
    .into_any()
}

/// The two nearest sessions that have room: taking one is one press, and nothing typed is lost.
fn alternatives(visit: &Visit, draft: &DraftView, others: &[SessionView]) -> Option<impl IntoView + use<>> {
    let base = format!("/museum/book/{}", draft.id);
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

fn code_page(visit: &Visit, draft: &DraftView, museum: &Activity) -> AnyView {
    let base = format!("/museum/wait/{}", draft.id);
    view! {
        <Page title=visit.t("code-title") lead=code_lead(visit, draft) crumbs=crumbs(visit)>
            {steps(visit, 2)}
            {chosen(visit, draft, museum)}
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
    let Some(session) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let calendar = "/museum/sessions".to_owned();
    let people = match PartySize::parse(asked.field("people")) {
        Ok(people) => people,
        Err(fault) => return refused(&asked, calendar, BookingError::field("people", fault)),
    };
    let (token, cookie) = visitor(&asked);
    match booking::begin_waiting(&asked.services, &asked.context, session, people, &token, &asked.network).await {
        Ok(draft) => Answer::to(format!("/museum/wait/{draft}")).cookie(cookie),
        Err(error) => refused(&asked, calendar, error),
    }
}

async fn typed(asked: Asked) -> Answer {
    let (draft, museum) = match draft(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("/museum/wait/{}", draft.id);
    let (name, contact, party, _) = match particulars(&asked, &draft, &museum) {
        Ok(typed) => typed,
        Err(faults) => return refused(&asked, page, BookingError::Fields(faults)),
    };
    let also: Vec<SessionId> = asked.fields("also").filter_map(|text| text.parse().ok()).collect();
    if let Err(error) = booking::keep_wishes(&asked.services, &asked.context, &draft, &also).await {
        return refused(&asked, page, error);
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

async fn join(asked: &Asked, draft: &DraftView, page: String) -> Answer {
    match booking::join(&asked.services, &asked.context, draft).await {
        Ok(entry) => match booking::waiting_link(&asked.services, entry).await {
            Ok(link) => Answer::to(format!("/waiting/{link}?done=joined")),
            Err(error) => problem_of(&error).into(),
        },
        Err(error) => refused(asked, page, error),
    }
}

async fn code(asked: Asked) -> Answer {
    let draft = match draft(&asked).await {
        Ok((draft, _)) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/museum/wait/{}/code", draft.id);
    match booking::prove(&asked.services, &asked.context, draft, asked.field("code"), &asked.network).await {
        Ok(draft) => join(&asked, &draft, format!("/museum/wait/{}", draft.id)).await,
        Err(error) => refused(&asked, page, error),
    }
}

async fn resend(asked: Asked) -> Answer {
    let draft = match draft(&asked).await {
        Ok((draft, _)) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/museum/wait/{}/code", draft.id);
    match booking::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => refused(&asked, page, error),
    }
}

/// A booking that found its session full waits instead: what was typed and proven counts.
async fn wait_instead(asked: Asked) -> Answer {
    let draft = match draft(&asked).await {
        Ok((draft, _)) => draft,
        Err(answer) => return answer,
    };
    let page = format!("/museum/wait/{}", draft.id);
    match booking::keep_wishes(&asked.services, &asked.context, &draft, &[]).await {
        Ok(()) if draft.proven => join(&asked, &draft, page).await,
        Ok(()) => Answer::to(page),
        Err(error) => refused(&asked, page, error),
    }
}

// ---- the entry ------------------------------------------------------------------------------------------------------

/// An entry of the waiting list: where it stands, its offer, leaving.
#[component]
pub fn Waiting() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let Some(link) = param::<String>("link") else { return problem_page(Problem::LinkInvalid).into_any() };
        match booking::waiting(&visit.services, &visit.context, &link).await {
            Ok(entry) => page(&visit, &link, &entry).into_any(),
            Err(BookingError::NotFound) => problem_page(led_nowhere(&visit).await).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

fn page(visit: &Visit, link: &str, entry: &WaitingView) -> impl IntoView + use<> {
    let title = visit.t(match entry.state {
        WaitingState::Offered => "waiting-title-offer",
        WaitingState::Waiting => "waiting-title",
        WaitingState::Booked => "waiting-title-booked",
        _ => "waiting-title-over",
    });
    let joined = (visit.query.get("done") == Some("joined") && entry.state == WaitingState::Waiting)
        .then(|| view! { <Banner tone=Tone::Success alert=true>{visit.t("waiting-news-joined")}</Banner> });
    let over = over(visit, entry.state).map(|text| view! { <Banner>{text}</Banner> });
    let base = format!("/waiting/{link}");
    let offer = entry.offer.map(|offer| offered(visit, &base, entry, &offer));
    let leave = entry.state.is_live().then(|| leaving(visit, &base));
    let booked = entry.booking.map(|(booking, ends_at)| {
        let link = booking::manage_link(&visit.services, booking, ends_at);
        view! { <p class="actions"><LinkButton href=visit.href(&format!("/b/{link}"))>{visit.t("book-done-action")}</LinkButton></p> }
    });
    let again = (!entry.state.is_live() && entry.booking.is_none()).then(|| {
        let href = format!("{}?people={}", visit.href("/museum/sessions"), entry.party.people.get());
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("waiting-again")}</LinkButton></p> }
    });
    view! {
        <Page title=title crumbs=vec![Crumb::new(visit.href("/museum"), visit.t("museum-name"))]>
            {joined}
            {over}
            {offer}
            <SummaryList rows=rows(visit, entry)/>
            {booked}
            {again}
            {leave}
        </Page>
    }
}

/// What became of an entry that waits no more.
fn over(visit: &Visit, state: WaitingState) -> Option<Text> {
    Some(visit.t(match state {
        WaitingState::Waiting | WaitingState::Offered => return None,
        WaitingState::Booked => "waiting-over-booked",
        WaitingState::Declined => "waiting-over-declined",
        WaitingState::Left => "waiting-over-left",
        WaitingState::Expired => "waiting-over-expired",
        WaitingState::Closed => "waiting-over-closed",
        WaitingState::NoPlace => "waiting-over-no-place",
    }))
}

fn rows(visit: &Visit, entry: &WaitingView) -> Vec<SummaryRow> {
    let people = entry.party.people.get();
    let mut rows = vec![SummaryRow::new(visit.t("book-people"), visit.t_args("people-count", &[("n", people.into())]))];
    for wish in &entry.wishes {
        let when = span_text(wish.starts_at, wish.ends_at, visit.locale());
        let place = match (entry.state, wish.over) {
            (WaitingState::Waiting | WaitingState::Offered, true) => Some(visit.t("waiting-wish-over")),
            (WaitingState::Waiting, false) if wish.rests => Some(visit.t("waiting-rests")),
            (WaitingState::Waiting, false) if wish.before == 0 => Some(visit.t("waiting-first")),
            (WaitingState::Waiting, false) => Some(visit.t_args("waiting-before", &[("n", wish.before.into())])),
            _ => None,
        };
        let place = place.map(|text| view! { <br/><span class="muted small">{text}</span> });
        rows.push(SummaryRow::new(visit.t("book-when"), view! { {when}{place} }));
    }
    if let Some(person) = &entry.person {
        rows.push(SummaryRow::new(visit.t("book-name"), person.name.masked()));
        if let Some(contact) = &person.contact {
            // A link may be forwarded or read over a shoulder.
            rows.push(SummaryRow::new(visit.t("mine-contact"), contact.masked()));
        }
    }
    rows
}

fn offered(visit: &Visit, base: &str, entry: &WaitingView, offer: &Offer) -> impl IntoView + use<> {
    let when = span_text(offer.starts_at, offer.ends_at, visit.locale());
    let gap = if visit.locale() == domain::Locale::ZhCn { "" } else { ", " };
    let until = format!("{}{gap}{}", day_text(local_day(offer.until), visit.locale()), clock_text(offer.until));
    let args = [("people", entry.party.people.get().into()), ("until", until.into()), ("when", when.into())];
    let (taken, declined) = (offer.session.to_string(), offer.session.to_string());
    let others = entry.wishes.iter().any(|wish| !wish.over && wish.session != offer.session);
    let declining = visit.t(if others { "waiting-decline-text-others" } else { "waiting-decline-text" });
    view! {
        <section class="section">
            <Banner tone=Tone::Success title=visit.t("waiting-offer")>{visit.t_args("waiting-offer-text", &args)}</Banner>
            <div class="actions">
                <Form action=visit.href(&format!("{base}/accept")) inline=true>
                    <HiddenField name="session" value=taken/>
                    <Button>{visit.t("waiting-accept")}</Button>
                </Form>
                <Dialog label=visit.t("waiting-decline") title=visit.t("waiting-decline-title")>
                    <p>{declining}</p>
                    <Form action=visit.href(&format!("{base}/decline"))>
                        <HiddenField name="session" value=declined/>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("waiting-decline-do")}</Button></p>
                    </Form>
                </Dialog>
            </div>
        </section>
    }
}

fn leaving(visit: &Visit, base: &str) -> impl IntoView + use<> {
    view! {
        <section class="section">
            <p class="muted">{visit.t("waiting-how")}</p>
            <Dialog label=visit.t("waiting-leave") title=visit.t("waiting-leave-title")>
                <p>{visit.t("waiting-leave-text")}</p>
                <Form action=visit.href(&format!("{base}/leave"))>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("waiting-leave-do")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}

fn offer_of(asked: &Asked) -> Option<(String, SessionId)> {
    Some((asked.param::<String>("link")?, asked.field("session").parse().ok()?))
}

async fn answered(asked: &Asked, link: &str, result: Result<(), BookingError>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("/waiting/{link}")),
        Err(BookingError::NotFound) => led_nowhere(asked).await.into(),
        Err(error) => refused(asked, format!("/waiting/{link}"), error),
    }
}

async fn accept(asked: Asked) -> Answer {
    let Some((link, session)) = offer_of(&asked) else { return Problem::LinkInvalid.into() };
    match booking::accept(&asked.services, &asked.context, &link, session).await {
        Ok(made) => match booking::waiting(&asked.services, &asked.context, &link).await {
            Ok(WaitingView { booking: Some((_, ends_at)), .. }) => {
                let link = booking::manage_link(&asked.services, made, ends_at);
                Answer::to(format!("/b/{link}?done=booked"))
            }
            _ => Answer::to(format!("/waiting/{link}")),
        },
        Err(error) => answered(&asked, &link, Err(error)).await,
    }
}

async fn decline(asked: Asked) -> Answer {
    let Some((link, session)) = offer_of(&asked) else { return Problem::LinkInvalid.into() };
    let result = booking::decline(&asked.services, &asked.context, &link, session).await;
    answered(&asked, &link, result).await
}

async fn leave(asked: Asked) -> Answer {
    let Some(link) = asked.param::<String>("link") else { return Problem::LinkInvalid.into() };
    let result = booking::leave_waiting(&asked.services, &asked.context, &link).await;
    answered(&asked, &link, result).await
}
