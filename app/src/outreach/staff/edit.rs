//! Making an event from the template of its kind, and changing one: texts in both languages, place, audience, rules.

use super::event;
use crate::desk::{crumbs, read_first, rooms};
use crate::i18n::Text;
use crate::museum::param;
use crate::museum::staff::rules::{self, changes_end_key, identity_key};
use crate::outreach::{audience_text, kind_text};
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Fieldset, Form, HiddenField, LinkButton, Page, Radios, Select, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::booking::{ChangesEnd, IdentityRule, SeriesRule, Theme};
use domain::ids::ActivityId;
use domain::outreach::{Audience, Bilingual, City, EventKind};
use leptos::prelude::*;
use services::outreach::{Event, EventChange, template};

/// The kind first, then the form.
#[component]
pub fn EventNew() -> impl IntoView {
    let visit = visit();
    let typed = visit.form.value("kind").or_else(|| visit.query.get("kind"));
    match typed.and_then(|kind| kind.parse::<EventKind>().ok()) {
        Some(kind) => new(&visit, kind).into_any(),
        None => kinds(&visit).into_any(),
    }
}

fn kinds(visit: &Visit) -> impl IntoView + use<> {
    let links = EventKind::ALL.iter().map(|kind| {
        let href = format!("{}?kind={}", visit.here(), kind.name());
        view! { <li><LinkButton href=href variant=Variant::Secondary>{kind_text(visit, *kind)}</LinkButton></li> }
    });
    let links = links.collect_view();
    view! {
        <Page title=visit.t("staff-event-new") lead=visit.t("staff-event-new-lead") crumbs=crumbs(visit, &[("/staff/events", "staff-events-title")])>
            {rooms(visit)}
            <ul class="event-kinds">{links}</ul>
        </Page>
    }
}

fn new(visit: &Visit, kind: EventKind) -> impl IntoView + use<> {
    let to = template(kind);
    view! {
        <Page title=visit.t("staff-event-new") kicker=kind_text(visit, kind) crumbs=crumbs(visit, &[("/staff/events", "staff-events-title")])>
            {rooms(visit)}
            <Form>
                <HiddenField name="kind" value=kind.name()/>
                <TextField name="slug" label=visit.t("staff-event-slug") hint=visit.t("staff-event-slug-hint") width="medium"/>
                {fields(visit, &to)}
                <p class="actions"><Button>{visit.t("staff-event-make")}</Button></p>
            </Form>
        </Page>
    }
}

/// Changing an event.
#[component]
pub fn EventEdit() -> impl IntoView {
    read_first(edit(visit(), param("id")))
}

async fn edit(visit: Visit, id: Option<ActivityId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let base = format!("/staff/events/{}", event.id);
    Ok(view! {
        <Page title=event.title.of(visit.locale()).to_owned() kicker=kind_text(visit, event.kind)
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title")])>
            {rooms(visit)}
            <Form>
                <HiddenField name="version" value=event.version.to_string()/>
                {fields(visit, &as_it_is(&event))}
                <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
            </Form>
        </Page>
    }
    .into_any())
}

fn as_it_is(event: &Event) -> EventChange {
    EventChange {
        title: event.title.clone(),
        city: event.city,
        place: event.place.clone(),
        audience: event.audience,
        lead: event.lead.clone(),
        story: event.story.clone(),
        programme: event.programme.clone(),
        policy: event.timetable.policy.clone(),
    }
}

/// A text in both languages: one line, or several.
fn bilingual(visit: &Visit, name: &str, key: &str, value: &Bilingual, lines: bool) -> impl IntoView + use<> {
    let label = visit.t(key);
    let one = |suffix: &str, language: &str, value: &str, optional: bool| {
        let (name, value) = (format!("{name}_{suffix}"), value.to_owned());
        let label: Text = format!("{label}{}", visit.t(language)).into();
        if lines {
            view! { <TextArea name=name label=label value=value optional=optional/> }.into_any()
        } else {
            view! { <TextField name=name label=label value=value optional=optional/> }.into_any()
        }
    };
    (one("zh", "staff-event-in-zh", &value.zh, lines), one("en", "staff-event-in-en", &value.en, true))
}

const fn series_key(rule: SeriesRule) -> &'static str {
    match rule {
        SeriesRule::Dates => "staff-event-series-dates",
        SeriesRule::Whole => "staff-event-series-whole",
        SeriesRule::Both => "staff-event-series-both",
    }
}

fn fields(visit: &Visit, to: &EventChange) -> impl IntoView + use<> {
    let cities = City::ALL.iter().map(|city| Choice::new(city.code(), city.text(visit.locale()))).collect();
    let audiences = Audience::ALL.iter().map(|who| Choice::new(who.name(), audience_text(visit, *who))).collect();
    let lines = to.programme.iter().map(|item| format!("{} | {} | {}", item.time, item.what.zh, item.what.en));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let policy = &to.policy;
    let number = |name: &'static str, key: &str, value: i64| {
        view! { <TextField name=name label=visit.t(key) inputmode="numeric" width="short" value=value.to_string()/> }
    };
    let series = SeriesRule::ALL.map(|rule| Choice::new(rule.name(), visit.t(series_key(rule)))).to_vec();
    let changes_end = ChangesEnd::ALL.map(|end| Choice::new(end.name(), visit.t(changes_end_key(end)))).to_vec();
    let identity = IdentityRule::ALL.map(|rule| Choice::new(rule.name(), visit.t(identity_key(rule)))).to_vec();
    let numbers = [
        number("people", "staff-event-rule-people", policy.people_per_booking.into()),
        number("children", "staff-event-rule-children", policy.children_per_booking.into()),
        number("days_ahead", "staff-event-rule-ahead", policy.days_ahead.into()),
        number("change_minutes", "staff-event-rule-change", policy.change_minutes_before.into()),
    ];
    view! {
        {bilingual(visit, "title", "staff-event-name", &to.title, false)}
        <Select name="city" label=visit.t("event-city") choices=cities value=to.city.code()/>
        {bilingual(visit, "place", "museum-place", &to.place, false)}
        <Select name="audience" label=visit.t("event-audience") choices=audiences value=to.audience.name()/>
        {bilingual(visit, "lead", "staff-event-lead", &to.lead, false)}
        {bilingual(visit, "story", "event-story", &to.story, true)}
        <TextArea name="programme" label=visit.t("event-programme") hint=visit.t("staff-event-programme-hint") value=lines optional=true/>
        <Fieldset legend=visit.t("staff-event-rules")><div class="form-numbers">{numbers}</div></Fieldset>
        {rules::fields(visit, Theme::Limits, policy)}
        <Radios name="changes_end" label=visit.t("museum-rule-changes-end") choices=changes_end value=policy.changes_end.name()/>
        <Radios name="series" label=visit.t("staff-event-series") choices=series value=policy.series.name()/>
        <Radios name="identity" label=visit.t("staff-event-identity") hint=visit.t("staff-event-identity-hint") choices=identity value=policy.identity.name()/>
    }
}
