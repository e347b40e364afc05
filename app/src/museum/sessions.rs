//! When there is room: a month, a day, its sessions, for the size of the party that asks.

use super::problem_of;
use crate::form::Tone;
use crate::problem::problem_page;
use crate::ui::{
    Button, CalendarDay, CalendarGrid, Crumb, EmptyState, Form, HiddenField, Illustration, LinkButton, Meter,
    NumberStepper, Offer, Page, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::booking::opens_at;
use domain::time::{clock_text, day_text, local_day, span_text};
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use leptos::prelude::*;
use services::booking::{Museum, SessionView, museum};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the visitor asks for.
#[derive(Clone, Copy)]
struct Asked {
    people: u32,
    day: Option<Date>,
    month: Date,
    today: Date,
}

/// The calendar of sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match museum(&visit.services).await {
            Ok(museum) => page(&visit, museum).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

fn asked(visit: &Visit, museum: &Museum) -> Asked {
    let today = local_day(visit.context.now);
    let most = u32::from(museum.policy.people_per_booking);
    // A refused form names the party too: nothing that was chosen is lost.
    let typed = visit.form.value("people").and_then(|text| text.parse().ok());
    let people = typed.or_else(|| visit.query.parsed("people")).unwrap_or(2).clamp(1, most.max(1));
    let day: Option<Date> =
        visit.query.parsed("day").or_else(|| visit.form.value("day").and_then(|text| text.parse().ok()));
    let next = museum.upcoming(visit.context.now).find(|s| s.fits(people)).map(|s| local_day(s.facts.starts_at));
    let month = visit
        .query
        .get("month")
        .and_then(|text| format!("{text}-01").parse().ok())
        .or(day)
        .or(next)
        .unwrap_or(today)
        .first_of_month();
    // Without a choice the first day with room is shown: most people want the next possible one.
    let day = day.or_else(|| next.filter(|next| next.first_of_month() == month));
    Asked { people, day, month, today }
}

fn page(visit: &Visit, museum: Arc<Museum>) -> impl IntoView + use<> {
    let asked = asked(visit, &museum);
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href("/museum"), visit.t("museum-name")),
    ];
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
            <div class="sessions-layout">
                <CalendarGrid month=asked.month today=asked.today selected=asked.day days=days previous=previous next=next/>
                <div id="day">{sessions}</div>
            </div>
        </Page>
    }
}

fn address(visit: &Visit, people: u32, day: Option<Date>, month: Date) -> String {
    let day = day.map(|day| format!("&day={day}")).unwrap_or_default();
    format!("{}?people={people}{day}&month={:04}-{:02}", visit.href("/museum/sessions"), month.year(), month.month())
}

fn days(visit: &Visit, museum: &Museum, asked: Asked) -> BTreeMap<Date, CalendarDay> {
    let last = asked.month.last_of_month();
    let all = std::iter::successors(Some(asked.month), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    let mut days = BTreeMap::new();
    for day in all.filter(|day| *day >= asked.today) {
        let sessions: Vec<&SessionView> = museum.on(day).collect();
        let closed = museum.exceptions.iter().any(|(exception, ..)| *exception == day);
        if sessions.is_empty() && !closed {
            continue;
        }
        let offer = offer(visit, museum, &sessions, asked.people);
        let anchor = format!("{}#day", address(visit, asked.people, Some(day), asked.month));
        days.insert(day, CalendarDay { offer, href: Some(anchor.into()) });
    }
    days
}

fn offer(visit: &Visit, museum: &Museum, sessions: &[&SessionView], people: u32) -> Offer {
    let now = visit.context.now;
    let open: Vec<_> = sessions.iter().filter(|s| !s.facts.closed && s.facts.starts_at > now).collect();
    if open.is_empty() {
        return Offer::Closed;
    }
    if open.iter().all(|s| opens_at(&museum.policy, s.facts.starts_at) > now) {
        return Offer::NotYet;
    }
    // The most a party of this size can hope for, not the sum over sessions nobody can join together.
    match open.iter().filter(|s| s.fits(people)).map(|s| s.facts.free()).max() {
        None => Offer::Full,
        Some(free) if free <= 5 => Offer::Few(free),
        Some(free) => Offer::Places(free),
    }
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
    let now = visit.context.now;
    let opens = opens_at(&museum.policy, facts.starts_at);
    let free = facts.free();
    let (tone, state) = if facts.closed {
        (Tone::Plain, visit.t("session-closed"))
    } else if facts.starts_at <= now {
        (Tone::Plain, visit.t("session-over"))
    } else if opens > now {
        let day = format!("{} {}", day_text(local_day(opens), visit.locale()), clock_text(opens));
        (Tone::Info, visit.t_args("session-opens", &[("at", day.into())]))
    } else if free == 0 {
        (Tone::Danger, visit.t("session-full"))
    } else if free < asked.people {
        (Tone::Warning, visit.t_args("session-too-few", &[("free", free.into()), ("people", asked.people.into())]))
    } else {
        (Tone::Success, visit.t_args("session-free", &[("free", free.into())]))
    };
    let bookable = !facts.closed && facts.starts_at > now && opens <= now && session.fits(asked.people);
    let time = format!("{}–{}", clock_text(facts.starts_at), clock_text(facts.ends_at));
    let about = span_text(facts.starts_at, facts.ends_at, visit.locale());
    view! {
        <li class="session">
            <div class="session-time">{time}</div>
            <div class="session-state">
                <Tag tone=tone>{state}</Tag>
                <Meter label=visit.t_args("session-meter", &[("booked", (facts.capacity - free.min(facts.capacity)).into()), ("capacity", facts.capacity.into())])
                    value=u64::from(facts.capacity - free.min(facts.capacity)) max=u64::from(facts.capacity.max(1)) label_hidden=true/>
            </div>
            {bookable.then(|| view! {
                <Form action=visit.href(&format!("/museum/sessions/{}", session.id)) inline=true>
                    <HiddenField name="people" value=asked.people.to_string()/>
                    <HiddenField name="day" value=local_day(facts.starts_at).to_string()/>
                    <Button>{visit.t_args("session-book", &[("people", asked.people.into())])}<span class="hidden">" "{about}</span></Button>
                </Form>
            })}
        </li>
    }
}

/// Days shown when a booking moves: from today to the end of what can be booked.
pub(super) fn bookable_days(museum: &Museum, now: jiff::Timestamp, people: u32) -> BTreeMap<Date, Vec<&SessionView>> {
    let mut days: BTreeMap<Date, Vec<&SessionView>> = BTreeMap::new();
    let last = local_day(now).checked_add(i32::from(museum.policy.days_ahead).days()).unwrap_or(local_day(now));
    for session in museum.upcoming(now).filter(|s| s.fits(people) && opens_at(&museum.policy, s.facts.starts_at) <= now)
    {
        let day = local_day(session.facts.starts_at);
        if day <= last {
            days.entry(day).or_default().push(session);
        }
    }
    days
}
