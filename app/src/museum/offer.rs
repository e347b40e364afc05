//! An entry of the waiting list, behind its signed link: where it stands, its offer, leaving. The page shows; only its forms
//! act. What an event asks by now and the party has not answered yet is answered before an offer is taken.

use super::calls::refused;
use super::particulars::ask_more;
use super::{document, led_nowhere, param, problem_of};
use crate::activity::Activity;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::outreach::{asks_more, questions, read_answers, typed_so_far, were_asked};
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{Banner, Button, Crumb, Dialog, Form, HiddenField, LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use domain::booking::{Policy, Refusal, WaitingState};
use domain::document::Shown;
use domain::ids::SessionId;
use domain::outreach::{Form as Questions, Typed};
use domain::time::{clock_text, day_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, Offer, WaitingView};
use services::outreach::{answered_waiting, keep_waiting_answers, waiting_answers};

/// The calls of an entry.
pub const CALLS: &[Call] = &[
    Call::post("/waiting/:link/accept", Access::Public, &accept),
    Call::post("/waiting/:link/decline", Access::Public, &decline),
    Call::post("/waiting/:link/leave", Access::Public, &leave),
];

/// An entry of the waiting list: where it stands, its offer, leaving.
#[component]
pub fn Waiting() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let Some(link) = param::<String>("link") else { return problem_page(Problem::LinkInvalid).into_any() };
        match booking::waiting(&visit.services, &visit.context, &link).await {
            Ok(entry) => match read_whole(&visit, &link, &entry).await {
                Ok((activity, asked)) => page(&visit, &link, &entry, &activity, asked).into_any(),
                Err(error) => problem_page(problem_of(&error)).into_any(),
            },
            Err(BookingError::NotFound) => problem_page(led_nowhere(&visit).await).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

/// What has to be said before an offer can be taken.
struct Open {
    /// Questions of an event with what was answered so far.
    questions: Option<(Questions, Typed)>,
    /// The documents that were typed so far.
    documents: Shown,
}

/// What an entry waits for, and what has to be answered before its offer can be taken.
async fn read_whole(visit: &Visit, link: &str, entry: &WaitingView) -> Result<(Activity, Open), BookingError> {
    let activity = Activity::of(visit, entry.activity).await?;
    let documents = match entry.offer.is_some() && activity.policy().identity.asks() {
        true => booking::offer_documents(&visit.services, &visit.context, link).await?,
        false => Shown::default(),
    };
    let questions = activity.questions().filter(|_| entry.offer.is_some()).cloned();
    let questions = match questions {
        Some(form) if !answered_waiting(&visit.services, entry.activity, entry.id).await? => {
            let answers = waiting_answers(&visit.services, entry.id).await?.unwrap_or_default();
            let typed = typed_so_far(visit, &form, &answers, &Default::default());
            Some((form, typed))
        }
        _ => None,
    };
    Ok((activity, Open { questions, documents }))
}

fn page(visit: &Visit, link: &str, entry: &WaitingView, activity: &Activity, asked: Open) -> impl IntoView + use<> {
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
    // Made in its place and not before: the page notes its fields in their order.
    let offer = || entry.offer.map(|offer| offered(visit, &base, entry, (&offer, activity.policy()), asked));
    let leave = entry.state.is_live().then(|| leaving(visit, &base));
    let booked = entry.booking.map(|(booking, ends_at)| {
        let link = booking::manage_link(&visit.services, booking, ends_at);
        view! { <p class="actions"><LinkButton href=visit.href(&format!("/b/{link}"))>{visit.t("book-done-action")}</LinkButton></p> }
    });
    let again = (!entry.state.is_live() && entry.booking.is_none()).then(|| {
        let href = visit.href(&activity.sessions(entry.party.people.get(), None));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("waiting-again")}</LinkButton></p> }
    });
    view! {
        <Page title=title crumbs=vec![Crumb::new(visit.href(&activity.home()), activity.name(visit))]>
            {joined}
            {over}
            {offer()}
            <SummaryList rows=rows(visit, entry, activity)/>
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
        WaitingState::NotNeeded => "waiting-over-not-needed",
    }))
}

fn rows(visit: &Visit, entry: &WaitingView, activity: &Activity) -> Vec<SummaryRow> {
    let people = entry.party.people.get();
    let mut rows = Vec::new();
    if matches!(activity, Activity::Event(_)) {
        rows.push(SummaryRow::new(visit.t("event-what"), activity.name(visit)));
        rows.push(SummaryRow::new(visit.t("museum-place"), activity.place(visit)));
    }
    rows.push(SummaryRow::new(visit.t("book-people"), visit.t_args("people-count", &[("n", people.into())])));
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

/// The offer, and what can be said to it. Questions of an event come first where any are open.
fn offered(
    visit: &Visit,
    base: &str,
    entry: &WaitingView,
    (offer, policy): (&Offer, &Policy),
    asked: Open,
) -> impl IntoView + use<> {
    let when = span_text(offer.starts_at, offer.ends_at, visit.locale());
    let gap = if visit.locale() == domain::Locale::ZhCn { "" } else { ", " };
    let until = format!("{}{gap}{}", day_text(local_day(offer.until), visit.locale()), clock_text(offer.until));
    let args = [("people", entry.party.people.get().into()), ("until", until.into()), ("when", when.into())];
    let taken = offer.session.to_string();
    let accept = visit.href(&format!("{base}/accept"));
    let Open { questions: asked, documents } = asked;
    let document = || {
        let party = (policy.identity, entry.party.people.get());
        policy.identity.asks().then(|| document::fields(visit, party, &documents, offer.ends_at))
    };
    let (asked, taking) = match (asked, policy.identity.asks()) {
        (asked, asks) if asks || asked.is_some() => {
            let today = local_day(visit.context.now);
            let lead = if asked.is_some() { "waiting-asks" } else { "waiting-asks-document" };
            let fields = || asked.map(|(form, typed)| questions(visit, &form, &typed, today));
            let form = view! {
                <p>{visit.t(lead)}</p>
                <Form action=accept>
                    <HiddenField name="session" value=taken/>
                    {document()}
                    {fields()}
                    <p class="actions"><Button>{visit.t("waiting-accept")}</Button></p>
                </Form>
            };
            (Some(form), None)
        }
        _ => {
            let form = view! {
                <Form action=accept inline=true>
                    <HiddenField name="session" value=taken/>
                    <Button>{visit.t("waiting-accept")}</Button>
                </Form>
            };
            (None, Some(form))
        }
    };
    view! {
        <section class="section">
            <Banner tone=Tone::Success title=visit.t("waiting-offer")>{visit.t_args("waiting-offer-text", &args)}</Banner>
            {asked}
            <div class="actions">
                {taking}
                {declining(visit, base, entry, offer)}
            </div>
        </section>
    }
}

/// The way to say no, which says what becomes of the other wishes.
fn declining(visit: &Visit, base: &str, entry: &WaitingView, offer: &Offer) -> impl IntoView + use<> {
    let others = entry.wishes.iter().any(|wish| !wish.over && wish.session != offer.session);
    let text = visit.t(if others { "waiting-decline-text-others" } else { "waiting-decline-text" });
    view! {
        <Dialog label=visit.t("waiting-decline") title=visit.t("waiting-decline-title")>
            <p>{text}</p>
            <Form action=visit.href(&format!("{base}/decline"))>
                <HiddenField name="session" value=offer.session.to_string()/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("waiting-decline-do")}</Button></p>
            </Form>
        </Dialog>
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

/// Keeps the answers to questions that are open, which stand in the form of the offer. One that was made before they were
/// published shows them first.
async fn answer_first(asked: &Asked, link: &str) -> Result<(), Answer> {
    let broken = |error: BookingError| Answer::from(problem_of(&error));
    let entry = match booking::waiting(&asked.services, &asked.context, link).await {
        Ok(entry) => entry,
        // Whoever takes the offer says what became of the link.
        Err(BookingError::NotFound) => return Ok(()),
        Err(error) => return Err(broken(error)),
    };
    let activity = Activity::of(asked, entry.activity).await.map_err(broken)?;
    let Activity::Event(event) = &activity else { return Ok(()) };
    let Some((_, form)) = event.form.as_ref().filter(|_| entry.offer.is_some()) else { return Ok(()) };
    if answered_waiting(&asked.services, entry.activity, entry.id).await.map_err(|error| broken(error.into()))? {
        return Ok(());
    }
    let page = format!("/waiting/{link}");
    if !were_asked(asked) {
        return Err(ask_more(asked, page));
    }
    let answers =
        read_answers(asked, form).map_err(|faults| refused(asked, page.clone(), BookingError::Fields(faults)))?;
    if asks_more(asked, form, &answers) {
        return Err(ask_more(asked, page));
    }
    let kept = keep_waiting_answers(&asked.services, &asked.context, &entry, event, answers).await;
    kept.map_err(|error| refused(asked, page, error.into()))
}

/// Keeps the documents that stand in the form of the offer, whatever is wrong with the others. One that was made before they
/// were asked for says nothing: whoever decides does.
async fn keep_documents(asked: &Asked, link: &str) -> Result<(), BookingError> {
    if !document::was_asked(asked) {
        return Ok(());
    }
    let (services, context) = (&asked.services, &asked.context);
    let entry = booking::waiting(services, context, link).await?;
    let activity = Activity::of(asked, entry.activity).await?;
    let needed = activity.policy().identity.of(entry.party.people.get());
    if entry.offer.is_none() || needed == 0 {
        return Ok(());
    }
    let kept = booking::offer_documents(services, context, link).await?;
    let (fresh, unread) = document::read(asked, needed, &kept);
    let all = match booking::keep_offer_documents(services, context, link, fresh).await {
        Ok(all) => all.first(needed),
        // It ended meanwhile, perhaps by the same button pressed twice: whoever takes it says what became of it.
        Err(BookingError::Refused(Refusal::OfferEnded)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let faults = document::faults(unread, &all, needed);
    if faults.is_empty() { Ok(()) } else { Err(BookingError::Fields(faults)) }
}

async fn accept(asked: Asked) -> Answer {
    let Some((link, session)) = offer_of(&asked) else { return Problem::LinkInvalid.into() };
    // Before the questions: what is wrong with an answer loses no document.
    let documents = keep_documents(&asked, &link).await;
    if let Err(answer) = answer_first(&asked, &link).await {
        return answer;
    }
    if let Err(error) = documents {
        return answered(&asked, &link, Err(error)).await;
    }
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
