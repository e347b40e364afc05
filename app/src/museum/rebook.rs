//! Another session instead of one the house closed, of the museum or of an event: the page behind the signed link of the
//! message, and booking it.

use super::calls::refused;
use super::{led_nowhere, param, problem_of};
use crate::activity::Activity;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Crumb, EmptyState, Form, HiddenField, LinkButton, Page, SummaryList, SummaryRow, Tag, Variant,
};
use crate::visit::{Visit, visit};
use domain::ids::SessionId;
use domain::time::{local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, Rebooking, SessionView};
use services::groups::GroupOfBooking;

/// The calls of rebooking.
pub const CALLS: &[Call] = &[Call::post("/rebook/:link", Access::Public, &rebook)];

/// What can be had instead of a closed session.
#[component]
pub fn Rebook() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let Some(link) = param::<String>("link") else { return problem_page(Problem::LinkInvalid).into_any() };
        match booking::rebooking(&visit.services, &visit.context, &link).await {
            Ok(found) => match services::groups::of_booking(&visit.services, &visit.context, found.booking.id).await {
                Ok(Some(group)) => of_group(&visit, &group).into_any(),
                Ok(None) => match Activity::of(&visit, found.booking.activity).await {
                    Ok(activity) => page(&visit, &found, &activity).into_any(),
                    Err(error) => problem_page(problem_of(&error)).into_any(),
                },
                Err(error) => problem_page(error.into()).into_any(),
            },
            Err(BookingError::NotFound) => problem_page(led_nowhere(&visit).await).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

fn page(visit: &Visit, found: &Rebooking, activity: &Activity) -> impl IntoView + use<> {
    let booking = &found.booking;
    let people = booking.party.people.get();
    let reason = found.reason.as_ref().map(|(zh, en)| {
        let reason = visit.pick(zh, en).into_owned();
        view! { <Banner tone=Tone::Warning>{visit.t_args("rebook-reason", &[("reason", reason.into())])}</Banner> }
    });
    let rows = vec![
        SummaryRow::new(visit.t("rebook-was"), span_text(booking.starts_at, booking.ends_at, visit.locale())),
        SummaryRow::new(visit.t("book-people"), visit.t_args("people-count", &[("n", people.into())])),
        SummaryRow::new(visit.t("book-name"), booking.person.name.masked()),
    ];
    let calendar = visit.href(&activity.sessions(people, None));
    let content = match &found.instead {
        Some((instead, ends_at)) => {
            let link = booking::manage_link(&visit.services, *instead, *ends_at);
            let href = visit.href(&format!("/b/{link}"));
            view! {
                <Banner tone=Tone::Success>{visit.t("rebook-done")}</Banner>
                <p class="actions"><LinkButton href=href>{visit.t("book-done-action")}</LinkButton></p>
            }
            .into_any()
        }
        None => offers(visit, &found.others, &calendar),
    };
    view! {
        <Page title=visit.t("rebook-title") lead=visit.t("rebook-lead")
            crumbs=vec![Crumb::new(visit.href(&activity.home()), activity.name(visit))]>
            {reason}
            <SummaryList rows=rows/>
            {content}
        </Page>
    }
}

/// A group's request went back to the house by itself: no session takes so many as a public booking.
fn of_group(visit: &Visit, group: &GroupOfBooking) -> impl IntoView + use<> {
    let href = visit.href(&format!("{}/r/{}", crate::groups::GROUPS, group.link));
    view! {
        <Page title=visit.t("groups-now-rebook") lead=visit.t("groups-now-rebook-text") centred=true>
            <p class="actions"><LinkButton href=href>{visit.t("groups-mine-title")}</LinkButton></p>
        </Page>
    }
}

fn offers(visit: &Visit, others: &[SessionView], calendar: &str) -> AnyView {
    let calendar = calendar.to_owned();
    if others.is_empty() {
        return view! {
            <EmptyState title=visit.t("move-none")><p><a href=calendar>{visit.t("proven-calendar")}</a></p></EmptyState>
        }
        .into_any();
    }
    let list = others.iter().map(|session| other(visit, session)).collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("proven-others")}</h2>
            <ul class="session-list">{list}</ul>
            <p>{visit.t("rebook-elsewhere")}" "<a href=calendar>{visit.t("proven-calendar")}</a></p>
        </section>
    }
    .into_any()
}

fn other(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let when = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
    let free = visit.t_args("session-free", &[("free", session.facts.free().into())]);
    view! {
        <li class="session">
            <div class="session-time">{when.clone()}</div>
            <div class="session-state"><Tag tone=Tone::Success>{free}</Tag></div>
            <Form inline=true>
                <HiddenField name="session" value=session.id.to_string()/>
                <HiddenField name="day" value=local_day(session.facts.starts_at).to_string()/>
                <Button variant=Variant::Secondary>{visit.t("book-take-this")}<span class="hidden">" "{when}</span></Button>
            </Form>
        </li>
    }
}

async fn rebook(asked: Asked) -> Answer {
    let Some(link) = asked.param::<String>("link") else { return Problem::LinkInvalid.into() };
    let Ok(session) = asked.field("session").parse::<SessionId>() else { return Problem::NotFound.into() };
    match booking::rebook(&asked.services, &asked.context, &link, session).await {
        Ok(made) => match booking::rebooking(&asked.services, &asked.context, &link).await {
            Ok(Rebooking { instead: Some((_, ends_at)), .. }) => {
                let link = booking::manage_link(&asked.services, made, ends_at);
                Answer::to(format!("/b/{link}?done=booked"))
            }
            _ => Answer::to(format!("/rebook/{link}")),
        },
        Err(BookingError::NotFound) => led_nowhere(&asked).await.into(),
        Err(error) => refused(&asked, format!("/rebook/{link}"), error),
    }
}
