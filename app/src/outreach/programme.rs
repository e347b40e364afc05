//! What is on: every published event, by city, day and audience. A plain form whose answer has an address of its own.

use super::{audience_text, days_text, photo, picture, state};
use crate::museum::problem_of;
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Button, Card, Choice, Crumb, DateField, EmptyState, Form, Glyph, Illustration, LinkButton, Page, Select, Variant,
    Width,
};
use crate::visit::{Visit, visit};
use domain::outreach::{Audience, City};
use domain::time::local_day;
use jiff::civil::Date;
use leptos::prelude::*;
use services::outreach::{Event, Events, events};
use std::sync::Arc;

/// What the visitor asks for; what is not known is not asked for. The calendar feeds ask the same.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted {
    city: Option<City>,
    audience: Option<Audience>,
    from: Option<Date>,
}

impl Wanted {
    pub fn by(visit: &Visit) -> Self {
        let get = |name| visit.query.get(name);
        Self {
            city: get("city").and_then(City::from_code),
            audience: get("audience").and_then(|text| text.parse().ok()),
            from: visit.query.day("from"),
        }
    }

    const fn is_narrow(self) -> bool {
        self.city.is_some() || self.audience.is_some() || self.from.is_some()
    }

    /// Whom and where, for a feed's address: a calendar that is subscribed to goes on, whatever day it began.
    fn feed(self) -> String {
        let city = self.city.map(|city| format!("city={}", city.code()));
        let audience = self.audience.map(|who| format!("audience={}", who.name()));
        let query: Vec<String> = city.into_iter().chain(audience).collect();
        if query.is_empty() { FEED.to_owned() } else { format!("{FEED}?{}", query.join("&")) }
    }

    pub fn fits(self, event: &Event) -> bool {
        let on = |from: Date| event.timetable.sessions.iter().any(|s| local_day(s.facts.starts_at) >= from);
        self.city.is_none_or(|city| event.city == city)
            // What is for everybody is for them too.
            && self.audience.is_none_or(|who| event.audience == who || event.audience == Audience::Everyone)
            && self.from.is_none_or(on)
    }
}

/// Every event as a calendar feed, or those of a city and for somebody.
pub(super) const FEED: &str = "/events/calendar.ics";

/// The programme.
#[component]
pub fn Programme() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match events(&visit.services).await {
            Ok(events) => page(&visit, &events).into_any(),
            Err(error) => problem_page(problem_of(&error.into())).into_any(),
        }
    })
}

fn page(visit: &Visit, events: &Events) -> impl IntoView + use<> {
    let wanted = Wanted::by(visit);
    let now = visit.context.now;
    let (ahead, over): (Vec<&Arc<Event>>, Vec<_>) = events
        .published()
        .filter(|event| !event.timetable.sessions.is_empty() && wanted.fits(event))
        .partition(|event| event.next(now).is_some());
    let list = if ahead.is_empty() {
        let (title, text) = if wanted.is_narrow() {
            ("event-none-found", "event-none-found-text")
        } else {
            ("event-none", "event-none-text")
        };
        let all = wanted.is_narrow().then(|| {
            view! { <p class="actions"><LinkButton href=visit.here() variant=Variant::Secondary>{visit.t("event-show-all")}</LinkButton></p> }
        });
        view! { <EmptyState of=Illustration::Kite title=visit.t(title)><p>{visit.t(text)}</p>{all}</EmptyState> }
            .into_any()
    } else {
        let cards = ahead.iter().enumerate().map(|(at, event)| card(visit, event, at == 0)).collect_view();
        view! { <div class="cards">{cards}</div> }.into_any()
    };
    let over = (!over.is_empty()).then(|| {
        let items = over.iter().map(|event| {
            let href = visit.href(&format!("/events/{}", event.slug));
            let about = format!("{} · {}", days_text(visit, event), event.city.text(visit.locale()));
            view! { <li><a href=href>{event.title.of(visit.locale()).to_owned()}</a><span class="muted small">{about}</span></li> }
        });
        let items = items.collect_view();
        view! { <section class="section"><h2>{visit.t("event-past")}</h2><ul class="event-past">{items}</ul></section> }
    });
    let narrowed = wanted.city.is_some() || wanted.audience.is_some();
    let subscribe = visit.t(if narrowed { "event-subscribe-these" } else { "event-subscribe-all" });
    let crumbs = vec![Crumb::new(visit.href("/"), visit.t("nav-home"))];
    view! {
        <Page title=visit.t("nav-events") lead=visit.t("event-lead") width=Width::Wide crumbs=crumbs>
            {filters(visit, wanted)}
            <h2 class="hidden">{visit.t("event-ahead")}</h2>
            {list}
            {over}
            <section class="section">
                <h2>{visit.t("ambassador-name")}</h2>
                <p class="prose">{visit.t("ambassador-lead")}</p>
                <p class="actions"><LinkButton href=visit.href(paths::AMBASSADORS) variant=Variant::Secondary>{visit.t("ambassador-see")}</LinkButton></p>
            </section>
            <section class="section">
                <h2>{visit.t("event-subscribe")}</h2>
                <p class="prose">{visit.t("event-subscribe-text")}</p>
                <p class="actions">
                    <LinkButton href=visit.href(&wanted.feed()) variant=Variant::Secondary glyph=Glyph::Calendar>{subscribe}</LinkButton>
                </p>
            </section>
        </Page>
    }
}

fn filters(visit: &Visit, wanted: Wanted) -> impl IntoView + use<> {
    let any = |key| std::iter::once(Choice::new("", visit.t(key)));
    let cities = City::ALL.iter().map(|city| Choice::new(city.code(), city.text(visit.locale())));
    let cities = any("event-any-city").chain(cities).collect();
    let audiences = Audience::ALL.iter().filter(|who| **who != Audience::Everyone);
    let audiences = audiences.map(|who| Choice::new(who.name(), audience_text(visit, *who)));
    let audiences = any("event-any-audience").chain(audiences).collect();
    let city = wanted.city.map_or("", City::code);
    let audience = wanted.audience.map_or("", Audience::name);
    let day = match wanted.from {
        Some(from) => {
            view! { <DateField name="from" label=visit.t("event-from") value=from optional=true/> }.into_any()
        }
        None => view! { <DateField name="from" label=visit.t("event-from") optional=true/> }.into_any(),
    };
    view! {
        <div class="event-filters">
            <Form get=true inline=true>
                <Select name="city" label=visit.t("event-city") choices=cities value=city optional=true/>
                <Select name="audience" label=visit.t("event-audience") choices=audiences value=audience optional=true/>
                {day}
                <Button variant=Variant::Secondary>{visit.t("event-show")}</Button>
            </Form>
        </div>
    }
}

fn card(visit: &Visit, event: &Event, first: bool) -> impl IntoView + use<> {
    let locale = visit.locale();
    let cover = event.pictures.first().map(|of| photo(visit, of, "(min-width: 40rem) 14rem, 92vw", first));
    let href = visit.href(&format!("/events/{}", event.slug));
    let place = format!("{} · {}", event.city.text(locale), event.place.of(locale));
    view! {
        <Card title=event.title.of(locale).to_owned() href=Some(href.into()) tag=Some(state(visit, event)) picture=picture(event.kind) photo=cover wide=true>
            <p>{event.lead.of(locale).to_owned()}</p>
            <p class="event-when">{days_text(visit, event)}</p>
            <p class="muted small">{place}" · "{audience_text(visit, event.audience)}</p>
        </Card>
    }
}
