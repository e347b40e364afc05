//! Making a round, and changing one.

use super::one;
use crate::desk::{crumbs, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::requests::param;
use crate::ui::{Button, Choice, DateField, Fieldset, Form, HiddenField, Page, Select, TextArea, TextField};
use crate::visit::{Visit, visit};
use domain::bus::City;
use domain::ids::AmbassadorRoundId;
use domain::time::{clock_text, local_day};
use jiff::Timestamp;
use leptos::prelude::*;
use services::ambassadors::Round;

/// A new round.
#[component]
pub fn RoundNew() -> impl IntoView {
    let visit = &visit();
    view! {
        <Page title=visit.t("ambassador-staff-new") crumbs=crumbs(visit, &[("/staff/ambassadors", "ambassador-staff-title")])>
            {rooms(visit)}
            <Form>
                {fields(visit, None)}
                <p class="actions"><Button>{visit.t("ambassador-staff-make")}</Button></p>
            </Form>
        </Page>
    }
}

/// Changing a round.
#[component]
pub fn RoundEdit() -> impl IntoView {
    read_first(edit(visit(), param("id")))
}

async fn edit(visit: Visit, id: Option<AmbassadorRoundId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let round = one(visit, id).await?;
    let base = format!("/staff/ambassadors/{}", round.id);
    let way = [("/staff/ambassadors", "ambassador-staff-title"), (base.as_str(), "ambassador-staff-round")];
    Ok(view! {
        <Page title=round.title.of(visit.locale()).to_owned() crumbs=crumbs(visit, &way)>
            {rooms(visit)}
            <Form>
                <HiddenField name="version" value=round.version.to_string()/>
                {fields(visit, Some(&round))}
                <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
            </Form>
        </Page>
    }
    .into_any())
}

fn fields(visit: &Visit, round: Option<&Round>) -> impl IntoView + use<> {
    let text = |read: fn(&Round) -> &str| round.map(read).unwrap_or_default().to_owned();
    let label = |key: &str, language: &str| Text::from(format!("{}{}", visit.t(key), visit.t(language)));
    let all = Choice::new("", visit.t("ambassador-all-cities"));
    let cities = City::ALL.map(|city| Choice::new(city.code(), city.text(visit.locale())));
    let cities = std::iter::once(all).chain(cities).collect();
    let city = round.and_then(|round| round.city).map_or("", City::code);
    let places = round.map_or_else(|| "20".to_owned(), |round| round.places.to_string());
    view! {
        <TextField name="title_zh" label=label("ambassador-staff-name", "staff-event-in-zh") value=text(|it| &it.title.zh)/>
        <TextField name="title_en" label=label("ambassador-staff-name", "staff-event-in-en") value=text(|it| &it.title.en) optional=true/>
        <TextArea name="story_zh" label=label("event-story", "staff-event-in-zh") value=text(|it| &it.story.zh)/>
        <TextArea name="story_en" label=label("event-story", "staff-event-in-en") value=text(|it| &it.story.en) optional=true/>
        <Select name="city" label=visit.t("event-city") choices=cities value=city/>
        <TextField name="places" label=visit.t("ambassador-places") inputmode="numeric" width="short" value=places/>
        <Fieldset legend=visit.t("ambassador-window")>
            {instant(visit, ("opens_day", "ambassador-staff-opens-day"), ("opens_time", "ambassador-staff-opens-time"), round.map(|it| it.opens_at), "09:00")}
            {instant(visit, ("closes_day", "ambassador-staff-closes-day"), ("closes_time", "ambassador-staff-closes-time"), round.map(|it| it.closes_at), "18:00")}
        </Fieldset>
    }
}

/// A day and an hour.
fn instant(
    visit: &Visit,
    (day, day_key): (&'static str, &str),
    (time, time_key): (&'static str, &str),
    at: Option<Timestamp>,
    usual: &str,
) -> impl IntoView + use<> {
    let hour = at.map_or_else(|| usual.to_owned(), clock_text);
    let date = match at {
        Some(at) => view! { <DateField name=day label=visit.t(day_key) value=local_day(at)/> }.into_any(),
        None => view! { <DateField name=day label=visit.t(day_key)/> }.into_any(),
    };
    view! {
        <div class="form-inline">
            {date}
            <TextField name=time kind="time" label=visit.t(time_key) width="short" value=hour/>
        </div>
    }
}
