//! One event: what it is about, what happens when, its dates and how much room each has.

use super::{GALLERY, audience_text, days_text, kind_text, photo, picture, state};
use crate::activity::Activity;
use crate::form::Tone;
use crate::museum::{Party, come, kept, problem_of, rule_sentences, seen, wait_form};
use crate::problem::{Problem, problem_page};
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Crumb, EmptyState, Form, Glyph, HiddenField, Icon, LinkButton, Meter, NumberStepper, Page,
    Photograph, Picture, SummaryList, SummaryRow, Tag, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::booking::{SeriesRule, opens_at};
use domain::time::{clock_text, day_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{SessionView, seen_by};
use services::outreach::{Event, events};
use std::sync::Arc;

/// The event of the address, while it is published.
#[component]
pub fn EventPage() -> impl IntoView {
    let visit = visit();
    let slug = param("slug").unwrap_or_default();
    Suspend::new(async move {
        match events(&visit.services).await {
            Ok(events) => match events.by_slug(&slug) {
                Some(event) => page(&visit, &own(&visit, event).await).into_any(),
                None => problem_page(Problem::NotFound).into_any(),
            },
            Err(error) => problem_page(problem_of(&error.into())).into_any(),
        }
    })
}

/// The event as the visitor's own browser sees it: what it keeps itself it may choose anew.
async fn own(visit: &Visit, event: &Arc<Event>) -> Arc<Event> {
    match seen_by(&visit.services, &visit.context, &event.timetable, visit.visitor.as_deref()).await {
        Ok(Some(timetable)) => {
            let mut own = Event::clone(event);
            own.timetable = timetable;
            Arc::new(own)
        }
        Ok(None) | Err(_) => Arc::clone(event),
    }
}

fn page(visit: &Visit, event: &Arc<Event>) -> impl IntoView + use<> {
    let locale = visit.locale();
    let title = event.title.of(locale).to_owned();
    let lead = event.lead.of(locale).to_owned();
    let (tone, words) = state(visit, event);
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(paths::EVENTS), visit.t("nav-events")),
    ];
    let now = visit.context.now;
    let open = event.timetable.upcoming(now).chain(event.timetable.open_doors(now)).next().is_some();
    view! {
        <Page title=title.clone() lead=lead.clone() width=Width::Wide headless=true crumbs=crumbs>
            <section class="hero">
                <div class="hero-text">
                    <p class="kicker">{kind_text(visit, event.kind)}" · "{event.city.text(locale)}</p>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                    <p><Tag tone=tone>{words}</Tag></p>
                    {open.then(|| view! {
                        <p class="actions"><LinkButton href="#dates" glyph=Glyph::Calendar>{visit.t("event-to-dates")}</LinkButton></p>
                    })}
                </div>
                {cover(visit, event)}
            </section>
            {about(visit, event)}
            {programme(visit, event)}
            {gallery(visit, event)}
            {dates(visit, event)}
            {rules(visit, event)}
        </Page>
    }
}

/// Its cover; the drawing of its kind where it has none.
fn cover(visit: &Visit, event: &Event) -> AnyView {
    match event.pictures.first() {
        Some(of) => {
            let of = photo(visit, of, "(min-width: 48rem) 30rem, 92vw", true);
            view! { <div class="hero-photo"><Photograph of=of/></div> }.into_any()
        }
        None => view! { <div class="hero-picture"><Picture of=picture(event.kind)/></div> }.into_any(),
    }
}

/// Its other pictures. Their words are the pictures' own: who sees them needs none beside them.
fn gallery(visit: &Visit, event: &Event) -> Option<impl IntoView + use<>> {
    let others = event.pictures.get(1..).filter(|others| !others.is_empty())?;
    let items = others.iter().map(|of| view! { <li><Photograph of=photo(visit, of, GALLERY, false)/></li> });
    let items = items.collect_view();
    Some(view! {
        <section class="section" id="pictures">
            <h2>{visit.t("event-pictures")}</h2>
            <ul class="event-pictures">{items}</ul>
        </section>
    })
}

fn about(visit: &Visit, event: &Arc<Event>) -> impl IntoView + use<> {
    let locale = visit.locale();
    let story: Vec<_> = event.story.of(locale).split("\n\n").map(str::trim).filter(|text| !text.is_empty()).collect();
    let story = (!story.is_empty()).then(|| {
        let story = story.iter().map(|text| view! { <p>{(*text).to_owned()}</p> }).collect_view();
        view! { <div><h2>{visit.t("event-story")}</h2><div class="prose">{story}</div></div> }
    });
    let rows = vec![
        SummaryRow::new(visit.t("book-when"), days_text(visit, event)),
        SummaryRow::new(visit.t("museum-place"), Activity::Event(event.clone()).place(visit)),
        SummaryRow::new(visit.t("event-audience"), audience_text(visit, event.audience)),
        SummaryRow::new(visit.t("museum-price"), visit.t("event-free")),
    ];
    view! {
        <section class="section event-about">
            {story}
            <SummaryList rows=rows/>
        </section>
    }
}

fn programme(visit: &Visit, event: &Event) -> Option<impl IntoView + use<>> {
    let locale = visit.locale();
    (!event.programme.is_empty()).then(|| {
        let items = event.programme.iter().map(|item| {
            view! { <li><span class="event-time">{item.time.clone()}</span><span>{item.what.of(locale).to_owned()}</span></li> }
        });
        let items = items.collect_view();
        view! { <section class="section"><h2>{visit.t("event-programme")}</h2><ol class="event-programme">{items}</ol></section> }
    })
}

fn dates(visit: &Visit, event: &Arc<Event>) -> impl IntoView + use<> {
    let most = u32::from(event.timetable.policy.people_per_booking).max(1);
    let Party { people, too_large } = Party::by(visit, &event.timetable, 1);
    let too_large = too_large.then(|| {
        view! { <Banner tone=Tone::Warning>{visit.t_args("event-party-too-large", &[("most", most.into())])}</Banner> }
    });
    let upcoming: Vec<_> = event.timetable.sessions.iter().filter(|s| s.facts.ends_at > visit.context.now).collect();
    let here = visit.href(&format!("{}/{}", paths::EVENTS, event.slug));
    let list = if upcoming.is_empty() {
        view! {
            <EmptyState of=picture(event.kind) title=visit.t("event-over")>
                <p>{visit.t("event-over-text")}</p>
                <p class="actions"><LinkButton href=visit.href(paths::EVENTS) variant=Variant::Secondary>{visit.t("event-all")}</LinkButton></p>
            </EmptyState>
        }
        .into_any()
    } else {
        let cards = upcoming.iter().map(|session| card(visit, event, session, people)).collect_view();
        let rule = match event.timetable.policy.series {
            SeriesRule::Dates => "event-single-dates",
            SeriesRule::Whole => "event-series-whole",
            SeriesRule::Both => "event-series-both",
        };
        let several = (upcoming.len() > 1).then(|| view! { <Banner>{visit.t(rule)}</Banner> });
        let children = event.timetable.policy.children_per_booking > 0;
        let label = if children { "event-people" } else { "event-people-adults" };
        let series = series_card(visit, event, people);
        view! {
            {several}
            <Form get=true inline=true action=format!("{here}#dates")>
                <NumberStepper name="people" label=visit.t(label) min=1 max=most value=people/>
                <Button variant=Variant::Secondary>{visit.t("sessions-show")}</Button>
            </Form>
            {too_large}
            {kept(visit, &event.timetable)}
            {series}
            <ul class="session-list">{cards}</ul>
        }
        .into_any()
    };
    view! {
        <section class="section" id="dates">
            <h2>{visit.t("event-dates")}</h2>
            {list}
            <p class="actions">
                <LinkButton href=format!("{here}/calendar.ics") variant=Variant::Quiet glyph=Glyph::Calendar>{visit.t("event-subscribe-one")}</LinkButton>
            </p>
        </section>
    }
}

fn card(visit: &Visit, event: &Event, session: &SessionView, people: u32) -> impl IntoView + use<> {
    let facts = session.facts;
    let seen = seen(visit, &event.timetable, session, people);
    let name = event.name_of(session.id).map(|name| name.of(visit.locale()).to_owned());
    let about = span_text(facts.starts_at, facts.ends_at, visit.locale());
    let single = event.timetable.policy.series.allows_dates();
    let book = (seen.open && single).then(|| {
        view! {
            <Form action=visit.href(&format!("/events/{}/sessions/{}", event.slug, session.id)) inline=true>
                <HiddenField name="people" value=people.to_string()/>
                <Button>{visit.t_args("event-register", &[("people", people.into())])}<span class="hidden">" "{about}</span></Button>
            </Form>
        }
    });
    let action = format!("/events/{}/sessions/{}/wait", event.slug, session.id);
    let wait = single.then(|| wait_form(visit, &event.timetable, session, (people, seen.state), action));
    view! {
        <li class="session event-date">
            <div>
                <p class="event-date-day">{day_text(local_day(facts.starts_at), visit.locale())}</p>
                <p class="session-time">{seen.time}</p>
                {name.map(|name| view! { <p>{name}</p> })}
            </div>
            <div class="session-state">
                <Tag tone=seen.tone>{seen.words}</Tag>
                <Meter label=seen.label value=seen.taken max=seen.places label_hidden=true/>
                {come(visit, &event.timetable, session)}
            </div>
            {book}
            {wait}
        </li>
    }
}

/// All dates at once, where the event allows it: one press while every date has room, or which date has none.
fn series_card(visit: &Visit, event: &Event, people: u32) -> Option<impl IntoView + use<>> {
    let (dates, now) = (&event.timetable, visit.context.now);
    let ahead: Vec<_> = dates.upcoming(now).collect();
    let last = ahead.last()?;
    // It opens with its last date: until then the dates say themselves when they do.
    let open = opens_at(&dates.policy, last.facts.starts_at) <= now;
    (dates.policy.series.allows_whole() && ahead.len() > 1 && open).then(|| {
        let action = match ahead.iter().find(|session| !session.fits(people)) {
            Some(full) => {
                let starts = full.facts.starts_at;
                let at = format!("{} {}", day_text(local_day(starts), visit.locale()), clock_text(starts));
                view! { <p class="muted">{visit.t_args("event-series-full", &[("at", at.into())])}</p> }.into_any()
            }
            None => {
                let action = visit.href(&format!("/events/{}/series", event.slug));
                view! {
                    <Form action=action inline=true>
                        <HiddenField name="people" value=people.to_string()/>
                        <Button>{visit.t_args("event-series-register", &[("people", people.into())])}</Button>
                    </Form>
                }
                .into_any()
            }
        };
        let n = ahead.len() as u32;
        view! {
            <section class="section event-series">
                <h3>{visit.t_args("event-series-title", &[("n", n.into())])}</h3>
                <p>{visit.t("event-series-text")}</p>
                {action}
            </section>
        }
    })
}

fn rules(visit: &Visit, event: &Event) -> impl IntoView + use<> {
    let items = rule_sentences(visit, &event.timetable.policy).into_iter();
    let items = items.map(|text| view! { <li><Icon of=Glyph::Check/><span>{text}</span></li> }).collect_view();
    let sensitive = event.form.as_ref().is_some_and(|(_, form)| form.asks_sensitive());
    view! {
        <section class="section">
            <h2>{visit.t("event-rules")}</h2>
            <ul class="ticks">{items}</ul>
            {sensitive.then(|| view! {
                <Banner tone=Tone::Info>{visit.t("event-sensitive-note")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("nav-privacy")}</a></Banner>
            })}
        </section>
    }
}
