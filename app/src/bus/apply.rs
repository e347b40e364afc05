//! Asking for the bus: one long form, kept on the server as far as one got, then the code that proves the contact.

use super::{audience_words, half_day_words};
use crate::requests::Room;
use crate::requests::apply::{code_page, draft, filled, onward, saved, steps};
use crate::routes::paths;
use crate::ui::{
    Checkbox, Choice, CityRadios, DateField, Fieldset, Form, Page, PlainScript, Radios, Select, TextArea, TextField,
};
use crate::visit::{Visit, visit};
use domain::bus::{Audience, Details, HalfDay};
use domain::time::local_day;
use jiff::{Span, civil};
use leptos::prelude::*;
use services::bus::{Bus, DraftView};

/// The form.
#[component]
pub fn Apply() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft::<Bus>(&visit).await {
            Ok(draft) => form(visit, &draft),
            Err(page) => page,
        }
    })
}

fn ahead(today: civil::Date, days: i32) -> civil::Date {
    today.checked_add(Span::new().days(days)).unwrap_or(today)
}

fn form(visit: Visit, draft: &DraftView) -> AnyView {
    let visit = &filled(visit, draft);
    view! {
        <Page title=visit.t("bus-form-title") lead=visit.t("bus-form-lead") crumbs=Bus::crumbs(visit)>
            {steps::<Bus>(visit, 0)}
            {saved(visit, draft)}
            <Form kept=true>
                {who(visit)}
                {place(visit)}
                {when(visit)}
                {site(visit)}
                {contact(visit)}
                <Checkbox name="accept" called=visit.t("called-accept")>
                    {visit.t("bus-accept")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("book-accept-privacy")}</a>
                </Checkbox>
                {onward(visit, "bus-continue")}
            </Form>
            <PlainScript source=include_str!("map.js")/>
        </Page>
    }
    .into_any()
}

fn who(visit: &Visit) -> impl IntoView + use<> {
    let choices = Audience::ALL.map(|audience| Choice::new(audience.name(), audience_words(visit, audience)));
    let none = Choice::new("", visit.t("bus-choose"));
    let choices = std::iter::once(none).chain(choices).collect();
    view! {
        <Fieldset legend=visit.t("bus-group-who")>
            <TextField name="organisation" label=visit.t("bus-organisation") hint=visit.t("bus-organisation-hint") autocomplete="organization"/>
            <Select name="audience" label=visit.t("bus-audience") choices=choices/>
            <TextField name="ages" label=visit.t("bus-ages") hint=visit.t("bus-ages-hint") width="medium"/>
            <TextField name="people" label=visit.t("bus-people") hint=visit.t("bus-people-hint") inputmode="numeric" width="short"/>
        </Fieldset>
    }
}

fn place(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("bus-group-place")>
            <CityRadios name="city" label=visit.t("bus-city") hint=visit.t("bus-city-hint")/>
            <TextField name="address" label=visit.t("bus-address") hint=visit.t("bus-address-hint") autocomplete="street-address"/>
        </Fieldset>
    }
}

/// The days that would suit.
pub(super) fn days(visit: &Visit) -> impl IntoView + use<> {
    let today = local_day(visit.context.now);
    let (first, last) = (ahead(today, Details::DAYS_BEFORE), ahead(today, Details::DAYS_AHEAD));
    view! {
        <p class="hint">{visit.t("bus-days-hint")}</p>
        <div class="bus-days">
            <DateField name="day_1" label=visit.t("bus-day-first") min=first max=last/>
            <DateField name="day_2" label=visit.t("bus-day-second") min=first max=last/>
            <DateField name="day_3" label=visit.t("bus-day-third") min=first max=last optional=true/>
        </div>
    }
}

fn when(visit: &Visit) -> impl IntoView + use<> {
    let halves = HalfDay::ALL.map(|half| Choice::new(half.name(), half_day_words(visit, half))).to_vec();
    view! {
        <Fieldset legend=visit.t("bus-group-when")>
            {days(visit)}
            <Radios name="half_day" label=visit.t("bus-half-day") choices=halves inline=true/>
        </Fieldset>
    }
}

fn site(visit: &Visit) -> impl IntoView + use<> {
    let yes_or_no = || vec![Choice::new("yes", visit.t("bus-yes")), Choice::new("no", visit.t("bus-no"))];
    view! {
        <Fieldset legend=visit.t("bus-group-site")>
            <TextField name="parking" label=visit.t("bus-parking") hint=visit.t("bus-parking-hint") inputmode="numeric" width="short"/>
            <Radios name="power" label=visit.t("bus-power") hint=visit.t("bus-power-hint") choices=yes_or_no() inline=true/>
            <Radios name="indoor" label=visit.t("bus-indoor") hint=visit.t("bus-indoor-hint") choices=yes_or_no() inline=true/>
        </Fieldset>
    }
}

fn contact(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("bus-group-contact")>
            <TextField name="name" label=visit.t("bus-contact-name") autocomplete="name" width="medium"/>
            <TextField name="post" label=visit.t("bus-post") hint=visit.t("bus-post-hint") autocomplete="organization-title" width="medium" optional=true/>
            <TextField name="contact" label=visit.t("book-contact") hint=visit.t("book-contact-hint") autocomplete="email"/>
            <TextArea name="note" label=visit.t("bus-note") hint=visit.t("bus-note-hint") rows=4 optional=true/>
        </Fieldset>
    }
}

/// The code.
#[component]
pub fn ApplyCode() -> impl IntoView {
    code_page::<Bus>()
}
