//! Applying: one form, kept on the server as far as one got, then the code that proves the contact.

use super::capacity_words;
use crate::requests::Room;
use crate::requests::apply::{code_page, draft, filled, gone, onward, saved, steps};
use crate::routes::paths;
use crate::ui::{Checkbox, Choice, Fieldset, Form, Page, Radios, Select, TextArea, TextField};
use crate::visit::{Visit, visit};
use domain::ambassador::Capacity;
use domain::bus::City;
use leptos::prelude::*;
use services::ambassadors::{AmbassadorError, Ambassadors, DraftView, Round, round};

/// The form.
#[component]
pub fn Apply() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let draft = match draft::<Ambassadors>(&visit).await {
            Ok(draft) => draft,
            Err(page) => return page,
        };
        let Ok(id) = draft.typed.field("round").parse() else { return gone(&visit, AmbassadorError::NotFound) };
        match round(&visit.services, id).await {
            Ok(round) => form(visit, &draft, &round),
            Err(error) => gone(&visit, error),
        }
    })
}

fn form(visit: Visit, draft: &DraftView, round: &Round) -> AnyView {
    let visit = &filled(visit, draft);
    let title = round.title.of(visit.locale()).to_owned();
    view! {
        <Page title=visit.t("ambassador-form-title") kicker=title lead=visit.t("ambassador-form-lead") crumbs=Ambassadors::crumbs(visit)>
            {steps::<Ambassadors>(visit, 0)}
            {saved(visit, draft)}
            <Form kept=true>
                {person(visit)}
                {guardian(visit)}
                {school(visit, round)}
                <Fieldset legend=visit.t("ambassador-group-why")>
                    <TextArea name="note" label=visit.t("ambassador-motivation") hint=visit.t("ambassador-motivation-hint") rows=6/>
                </Fieldset>
                <Checkbox name="accept" called=visit.t("called-accept")>
                    {visit.t("ambassador-accept")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("book-accept-privacy")}</a>
                </Checkbox>
                <Checkbox name="accept_rules" called=visit.t("called-training")>{visit.t("ambassador-accept-rules")}</Checkbox>
                {onward(visit, "ambassador-continue")}
            </Form>
        </Page>
    }
    .into_any()
}

fn person(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("ambassador-group-person")>
            <TextField name="name" label=visit.t("ambassador-applicant") hint=visit.t("ambassador-applicant-hint") autocomplete="name" width="medium"/>
            <TextField name="age" label=visit.t("ambassador-age") hint=visit.t("ambassador-age-hint") inputmode="numeric" width="short"/>
            <TextField name="contact" label=visit.t("book-contact") hint=visit.t("ambassador-contact-hint") autocomplete="email"/>
        </Fieldset>
    }
}

/// Under 14 only; without a script the form does not know the age before it is sent, so the words say for whom this is.
fn guardian(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("ambassador-group-guardian")>
            <p class="hint">{visit.t("ambassador-guardian-text")}</p>
            <TextField name="guardian" label=visit.t("ambassador-guardian") width="medium" optional=true/>
            <Checkbox name="guardian_consent" called=visit.t("called-guardian")>{visit.t("ambassador-guardian-consent")}</Checkbox>
        </Fieldset>
    }
}

fn school(visit: &Visit, round: &Round) -> impl IntoView + use<> {
    let capacities = Capacity::ALL.map(|it| Choice::new(it.name(), capacity_words(visit, it))).to_vec();
    let cities = City::ALL.into_iter().filter(|city| round.city.is_none_or(|only| only == *city));
    let cities = cities.map(|city| Choice::new(city.code(), city.text(visit.locale())));
    let cities = std::iter::once(Choice::new("", visit.t("bus-choose"))).chain(cities).collect();
    view! {
        <Fieldset legend=visit.t("ambassador-group-school")>
            <Radios name="capacity" label=visit.t("ambassador-capacity") choices=capacities inline=true/>
            <TextField name="organisation" label=visit.t("ambassador-school") autocomplete="organization"/>
            <TextField name="post" label=visit.t("ambassador-post") hint=visit.t("ambassador-post-hint") width="medium"/>
            <Select name="city" label=visit.t("groups-city") choices=cities/>
        </Fieldset>
    }
}

/// The code.
#[component]
pub fn ApplyCode() -> impl IntoView {
    code_page::<Ambassadors>()
}
