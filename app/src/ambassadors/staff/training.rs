//! A training date: made on its round's page, changed and removed on a page of its own.

use super::one;
use crate::ambassadors::training_words;
use crate::desk::{count, crumbs, read_first, rooms};
use crate::problem::Problem;
use crate::requests::param;
use crate::ui::{Banner, Button, DateField, Dialog, Form, Page, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::ids::{AmbassadorRoundId, TrainingId};
use domain::time::{clock_text, local_day};
use leptos::prelude::*;
use services::ambassadors::{Round, TrainingDate};

/// The dates of a round, each with how many come, and a form for another one.
pub(super) fn trainings(visit: &Visit, round: &Round, base: &str) -> impl IntoView + use<> {
    let items = round.trainings.iter().map(|date| {
        let words = training_words(visit, &date.training);
        let href = format!("{base}/trainings/{}", date.training.id);
        let change = (!date.held).then(|| {
            let words = words.clone();
            view! { <a href=href>{visit.t("ambassador-staff-change-date")}<span class="hidden">" "{words}</span></a> }
        });
        view! { <li class="task"><span>{words}" · "{people_words(visit, date)}</span>{change}</li> }
    });
    let items = items.collect_view();
    let none =
        round.trainings.is_empty().then(|| view! { <p class="muted">{visit.t("ambassador-training-later")}</p> });
    view! {
        <section class="section">
            <h2>{visit.t("ambassador-trainings")}</h2>
            {none}
            <ul class="ambassador-dates tasks">{items}</ul>
            <Form action=format!("{base}/trainings")>
                {fields(visit, None, Some(round.places))}
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("ambassador-staff-add-date")}</Button></p>
            </Form>
        </section>
    }
}

/// How many come, of how many who can.
fn people_words(visit: &Visit, date: &TrainingDate) -> crate::i18n::Text {
    match date.places {
        Some(places) => {
            visit.t_args("ambassador-staff-date-people", &[("n", date.people.into()), ("places", places.into())])
        }
        None => count(visit, "staff-people", date.people),
    }
}

/// The fields of a date, as it is; `places` are suggested for a new one.
fn fields(visit: &Visit, date: Option<&TrainingDate>, places: Option<u32>) -> impl IntoView + use<> {
    let it = date.map(|date| &date.training);
    let hour = |at: Option<jiff::Timestamp>| at.map(clock_text).unwrap_or_default();
    let (starts, ends) = (hour(it.map(|it| it.starts_at)), hour(it.map(|it| it.ends_at)));
    let place = it.map(|it| it.place.clone()).unwrap_or_default();
    let places = date.map_or(places, |date| date.places).map(|places| places.to_string()).unwrap_or_default();
    let today = local_day(visit.context.now);
    let day = match it {
        Some(it) => {
            let day = local_day(it.starts_at);
            view! { <DateField name="day" label=visit.t("staff-day") min=today value=day/> }.into_any()
        }
        None => view! { <DateField name="day" label=visit.t("staff-day") min=today/> }.into_any(),
    };
    view! {
        <div class="form-inline">
            {day}
            <TextField name="starts" kind="time" label=visit.t("staff-starts") width="short" value=starts/>
            <TextField name="ends" kind="time" label=visit.t("staff-ends") width="short" value=ends/>
        </div>
        <TextField name="place" label=visit.t("museum-place") value=place/>
        <TextField name="training_places" label=visit.t("ambassador-staff-date-places") hint=visit.t("ambassador-staff-date-places-hint") inputmode="numeric" width="short" value=places optional=true/>
    }
}

/// Changing or removing a date.
#[component]
pub fn TrainingPage() -> impl IntoView {
    read_first(page(visit(), param("id"), param("training")))
}

async fn page(visit: Visit, id: Option<AmbassadorRoundId>, date: Option<TrainingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let round = one(visit, id).await?;
    let date = round.trainings.iter().find(|it| Some(it.training.id) == date).ok_or(Problem::NotFound)?;
    let base = format!("/staff/ambassadors/{}", round.id);
    let way = [("/staff/ambassadors", "ambassador-staff-title"), (base.as_str(), "ambassador-staff-round")];
    let remove = visit.href(&format!("{base}/trainings/{}/remove", date.training.id));
    let chosen = (date.people > 0 && !date.held)
        .then(|| view! { <Banner>{count(visit, "ambassador-staff-date-chosen", date.people)}</Banner> });
    let work = match date.held {
        true => view! { <Banner>{visit.t("ambassador-fault-training-held")}</Banner> }.into_any(),
        false => view! {
            {chosen}
            <Form>
                {fields(visit, Some(date), None)}
                <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
            </Form>
            <Dialog label=visit.t("ambassador-staff-remove-date") title=visit.t("ambassador-staff-remove-date-title") variant=Variant::Quiet>
                <p>{visit.t("ambassador-staff-remove-date-text")}</p>
                <Form action=remove>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("ambassador-staff-remove-date")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any(),
    };
    let title = training_words(visit, &date.training);
    Ok(view! {
        <Page title=visit.t("ambassador-staff-date") lead=title crumbs=crumbs(visit, &way)>
            {rooms(visit)}
            {work}
        </Page>
    }
    .into_any())
}
