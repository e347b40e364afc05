//! When there is room: a month, a day, its sessions, for the size of the party that asks.

use super::places::{self, Asked, Seen};
use super::problem_of;
use crate::form::Tone;
use crate::problem::problem_page;
use crate::ui::{
    Banner, Button, CalendarDay, CalendarGrid, Crumb, EmptyState, Form, HiddenField, Illustration, LinkButton, Meter,
    NumberStepper, Page, PlainScript, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::time::{day_text, local_day, span_text};
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use leptos::prelude::*;
use services::booking::{Museum, SessionView, Timetable, museum};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The calendar of sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match museum(&visit.services).await {
            Ok(museum) => {
                let museum = places::own(&visit, museum).await;
                let too_large = too_large(&visit, &museum).await;
                page(&visit, museum, too_large).into_any()
            }
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

/// Who are more than one booking takes: how many that are, and where larger groups ask.
async fn too_large(visit: &Visit, museum: &Museum) -> Option<AnyView> {
    if !Asked::by(visit, museum).too_large {
        return None;
    }
    let most = ("most", u32::from(museum.policy.people_per_booking).into());
    // Without the groups' rules the sentence ends before them.
    let text = match services::groups::policy(&visit.services).await {
        Ok((_, groups)) => visit.t_args("sessions-party-too-large", &[most, ("least", u32::from(groups.least).into())]),
        Err(_) => visit.t_args("event-party-too-large", &[most]),
    };
    let groups = visit.href("/museum/groups");
    Some(
        view! { <Banner tone=Tone::Warning>{text}" "<a href=groups>{visit.t("sessions-groups")}</a></Banner> }
            .into_any(),
    )
}

fn page(visit: &Visit, museum: Arc<Museum>, too_large: Option<AnyView>) -> impl IntoView + use<> {
    let asked = Asked::by(visit, &museum);
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href("/museum"), visit.t("museum-name")),
    ];
    // Whoever keeps places is shown figures of their own, by the script, too.
    let own = (!museum.kept.is_empty()).then_some("");
    let link = |day: Option<Date>, month: Date| address(visit, asked.people, day, month);
    let most = u32::from(museum.policy.people_per_booking);
    let (days, sessions) = (days(visit, &museum, asked), day_sessions(visit, &museum, asked));
    let step = |months: i64| asked.month.checked_add(Span::new().months(months)).ok();
    let last = museum.sessions.last().map(|s| local_day(s.facts.starts_at).first_of_month());
    let previous = step(-1).filter(|m| *m >= asked.today.first_of_month()).map(|m| link(None, m).into());
    let next = step(1).filter(|m| last.is_some_and(|last| *m <= last)).map(|m| link(None, m).into());
    view! {
        <Page title=visit.t("sessions-title") lead=visit.t("sessions-lead") width=Width::Wide crumbs=crumbs>
            <Form get=true inline=true action=visit.href("/museum/sessions")>
                <NumberStepper name="people" label=visit.t("sessions-people") min=1 max=most value=asked.people/>
                {asked.day.map(|day| view! { <HiddenField name="day" value=day.to_string()/> })}
                <Button variant=Variant::Secondary>{visit.t("sessions-show")}</Button>
            </Form>
            {too_large}
            {places::kept(visit, &museum)}
            <div data-places=places::address(visit, asked) data-own=own>
                <div class="sessions-layout">
                    <CalendarGrid month=asked.month today=asked.today selected=asked.day days=days previous=previous next=next/>
                    <div id="day">{sessions}</div>
                </div>
                <p class="hidden" role="status" data-places-said=""></p>
                <p class="muted small" role="status" data-places-old="" data-words=visit.t("sessions-old")></p>
            </div>
            <PlainScript source=include_str!("places.js")/>
        </Page>
    }
}

fn address(visit: &Visit, people: u32, day: Option<Date>, month: Date) -> String {
    let day = day.map(|day| format!("&day={day}")).unwrap_or_default();
    format!("{}?people={people}{day}&month={:04}-{:02}", visit.href("/museum/sessions"), month.year(), month.month())
}

fn days(visit: &Visit, museum: &Museum, asked: Asked) -> BTreeMap<Date, CalendarDay> {
    let look = |(day, offer)| {
        let anchor = format!("{}#day", address(visit, asked.people, Some(day), asked.month));
        (day, CalendarDay { offer, href: Some(anchor.into()) })
    };
    places::offers(museum, asked, visit.context.now).into_iter().map(look).collect()
}

fn day_sessions(visit: &Visit, museum: &Museum, asked: Asked) -> AnyView {
    let Some(day) = asked.day else {
        return view! {
            <EmptyState of=Illustration::Museum title=visit.t("sessions-choose-day")><p>{visit.t("sessions-choose-day-text")}</p></EmptyState>
        }
        .into_any();
    };
    let title = day_text(day, visit.locale());
    if let Some((_, zh, en)) = museum.exceptions.iter().find(|(exception, ..)| *exception == day) {
        let reason = visit.pick(zh, en).into_owned();
        return view! { <h2>{title}</h2><EmptyState title=visit.t("sessions-closed-day")><p>{reason}</p></EmptyState> }
            .into_any();
    }
    let sessions: Vec<_> = museum.on(day).map(|session| card(visit, museum, session, asked)).collect();
    if sessions.is_empty() {
        let next =
            museum.upcoming(visit.context.now).find(|s| s.fits(asked.people)).map(|s| local_day(s.facts.starts_at));
        return view! {
            <h2>{title}</h2>
            <EmptyState title=visit.t("sessions-none")>
                <p>{visit.t("sessions-none-text")}</p>
                {next.map(|next| view! {
                    <p class="actions"><LinkButton href=address(visit, asked.people, Some(next), next.first_of_month()) variant=Variant::Secondary>
                        {visit.t_args("sessions-next-day", &[("day", day_text(next, visit.locale()).into())])}
                    </LinkButton></p>
                })}
            </EmptyState>
        }
        .into_any();
    }
    view! { <h2>{title}</h2><ul class="session-list">{sessions}</ul> }.into_any()
}

fn card(visit: &Visit, museum: &Museum, session: &SessionView, asked: Asked) -> impl IntoView + use<> {
    let facts = session.facts;
    let seen = Seen::of(visit, museum, session, asked.people);
    let about = span_text(facts.starts_at, facts.ends_at, visit.locale());
    // There from the beginning, so that the script can show it when places come free or booking opens.
    let book = (facts.starts_at > visit.context.now).then(|| {
        view! {
            <div class="session-book" hidden=!seen.open>
                <Form action=visit.href(&format!("/museum/sessions/{}", session.id)) inline=true>
                    <HiddenField name="people" value=asked.people.to_string()/>
                    <HiddenField name="day" value=local_day(facts.starts_at).to_string()/>
                    <Button>{visit.t_args("session-book", &[("people", asked.people.into())])}<span class="hidden">" "{about}</span></Button>
                </Form>
            </div>
        }
    });
    let seen_state = seen.state.to_owned();
    view! {
        <li class="session" data-session=session.id.to_string() data-state=seen.state>
            <div class="session-time">{seen.time}</div>
            <div class="session-state">
                <Tag tone=seen.tone>{seen.words}</Tag>
                <Meter label=seen.label value=seen.taken max=seen.places label_hidden=true/>
                {come(visit, museum, session)}
            </div>
            {book}
            {wait_form(visit, museum, session, (asked.people, &seen_state), format!("/museum/sessions/{}/wait", session.id))}
        </li>
    }
}

/// What to know of a session that needs no booking: that what is booked stays good, and what staff wrote to it.
pub(crate) fn come(visit: &Visit, dates: &Timetable, session: &SessionView) -> Option<impl IntoView + use<>> {
    session.facts.welcomes_all(visit.context.now).then(|| {
        let note = dates.notes.get(&session.id).map(|(zh, en)| visit.pick(zh, en).into_owned());
        view! { <p class="small session-come">{note.map(|note| view! { <strong>{note}</strong><br/> })}{visit.t("session-no-booking-text")}</p> }
    })
}

/// The waiting list of a session that has too little room, while offers can still be made.
pub(crate) fn wait_form(
    visit: &Visit,
    dates: &Timetable,
    session: &SessionView,
    (people, state): (u32, &str),
    action: String,
) -> Option<AnyView> {
    let facts = session.facts;
    let offers = domain::booking::offer_until(&dates.policy, visit.context.now, facts.starts_at).is_some();
    let full = matches!(state, "full" | "few");
    if facts.starts_at <= visit.context.now || !facts.takes_bookings() || facts.capacity < people {
        return None;
    }
    if !offers {
        return full.then(|| view! { <p class="muted small">{visit.t("session-wait-over")}</p> }.into_any());
    }
    // There from the beginning too, so that the script can show it when the session fills up.
    let about = span_text(facts.starts_at, facts.ends_at, visit.locale());
    let form = view! {
        <div class="session-wait" hidden=!full>
            <Form action=visit.href(&action) inline=true>
                <HiddenField name="people" value=people.to_string()/>
                <HiddenField name="day" value=local_day(facts.starts_at).to_string()/>
                <Button variant=Variant::Secondary>{visit.t("session-wait")}<span class="hidden">" "{about}</span></Button>
            </Form>
        </div>
    };
    Some(form.into_any())
}

/// Days shown when a booking moves: from today to the end of what can be booked.
pub(super) fn bookable_days(museum: &Museum, now: jiff::Timestamp, people: u32) -> BTreeMap<Date, Vec<&SessionView>> {
    let mut days: BTreeMap<Date, Vec<&SessionView>> = BTreeMap::new();
    let last = local_day(now).checked_add(i32::from(museum.policy.days_ahead).days()).unwrap_or(local_day(now));
    for session in museum.upcoming(now).filter(|s| s.fits(people) && museum.opens_at(s.facts.starts_at) <= now) {
        let day = local_day(session.facts.starts_at);
        if day <= last {
            days.entry(day).or_default().push(session);
        }
    }
    days
}
