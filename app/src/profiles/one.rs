//! One of them: what is known, and the form that keeps it.

use super::list::load;
use super::{OFFERED, ahead, at, name_of, named, speciality_text};
use crate::desk::{count, crumbs, moment, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Checkbox, Checkboxes, Choice, DateField, Fieldset, Form, HiddenField, LinkButton, Page, Select,
    SummaryList, SummaryRow, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::document::DocumentKind;
use domain::ids::AccountId;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::spark::review::{Known, person};

/// The page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, account: Option<AccountId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let account = account.ok_or(Problem::NotFound)?;
    let one = person(&visit.services, &visit.context, account).await?;
    let roles: Vec<String> = one.roles.iter().map(|role| role_text(visit, *role).to_string()).collect();
    let conflict = visit.href(&format!("{}/{account}/conflict", at::PROFILES));
    Ok(view! {
        <Page title=name_of(visit, &one.person) lead=roles.join(" · ") crumbs=crumbs(visit, &[(at::PROFILES, "profiles-title")])>
            {rooms(visit)}
            <SummaryList rows=facts(visit, &one)/>
            {form(visit, &one)}
            <section class="section staff-panel stack no-print">
                <h2>{visit.t("profiles-conflict")}</h2>
                <p>{visit.t("profiles-conflict-text")}</p>
                <p class="actions"><LinkButton href=conflict variant=Variant::Secondary>{visit.t("profiles-conflict-do")}</LinkButton></p>
            </section>
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, one: &Known) -> Vec<SummaryRow> {
    let never = || visit.t("profiles-nothing").to_string();
    let last = one.last_review.map_or_else(never, |at| day_text(local_day(at), visit.locale()));
    let kept = one.kept_at.map_or_else(never, |at| moment(visit, at));
    let ties = match one.is_unknown() {
        true => visit.t("profiles-ties-none"),
        false => count(visit, "profiles-ties-known", one.ties),
    };
    vec![
        SummaryRow::new(visit.t("profiles-ties"), ties),
        SummaryRow::new(visit.t("profiles-load"), load(visit, one)),
        SummaryRow::new(visit.t("profiles-last-review"), last),
        SummaryRow::new(visit.t("profiles-kept-at"), kept),
    ]
}

fn form(visit: &Visit, one: &Known) -> impl IntoView + use<> {
    let profile = one.profile.as_ref();
    let own = profile.map_or(&[][..], |profile| profile.specialities.as_slice());
    // What is offered, and whatever else they have already.
    let mut choices: Vec<Choice> = OFFERED.iter().map(|(number, key)| Choice::new(*number, visit.t(key))).collect();
    for speciality in own {
        let number = speciality.to_string();
        if !OFFERED.iter().any(|(known, _)| *known == number) {
            choices.push(Choice::new(number, speciality_text(visit, speciality)));
        }
    }
    let values: Vec<Text> = own.iter().map(|speciality| Text::from(speciality.to_string())).collect();
    let away = profile.is_some_and(|profile| profile.away);
    let absence = ahead(visit, one.absence);
    let (from, until) = (absence.map(|it| it.from()), absence.and_then(|it| it.until()));
    let version = profile.map_or(0, |profile| profile.version);
    let ties = ties(visit, one);
    view! {
        <Form>
            <HiddenField name="version" value=version.to_string()/>
            <HiddenField name="absence_version" value=one.absence_version.to_string()/>
            <Checkboxes name="specialities" label=visit.t("profiles-specialities") hint=visit.t("profiles-specialities-hint") choices=choices values=values/>
            <TextField name="hospital" label=visit.t("profiles-hospital") hint=visit.t("profiles-hospital-hint") value=one.hospital.clone().unwrap_or_default() optional=true/>
            <Fieldset legend=visit.t("profiles-absence")>
                <p class="hint">{visit.t("profiles-absence-hint")}</p>
                <DayField name="away_from" label=visit.t("profiles-away-first") day=from/>
                <DayField name="away_until" label=visit.t("profiles-away-last") day=until/>
                <Checkbox name="away" called=visit.t("profiles-away-open") hint=visit.t("profiles-away-hint") checked=away>{visit.t("profiles-away-box")}</Checkbox>
            </Fieldset>
            {ties}
            <p class="actions">
                <Button>{visit.t("profiles-keep")}</Button>
                <LinkButton href=visit.href(at::PROFILES) variant=Variant::Quiet>{visit.t("profiles-back")}</LinkButton>
            </p>
        </Form>
    }
}

/// A day that may be left open.
#[component]
fn DayField(name: &'static str, label: Text, day: Option<jiff::civil::Date>) -> impl IntoView {
    match day {
        Some(day) => view! { <DateField name=name label=label value=day optional=true/> }.into_any(),
        None => view! { <DateField name=name label=label optional=true/> }.into_any(),
    }
}

/// What ties them: typed once, and again only to put everything else in its place.
fn ties(visit: &Visit, one: &Known) -> impl IntoView + use<> {
    let known = !one.is_unknown();
    let (legend, text) = match known {
        true => ("profiles-ties-anew", "profiles-ties-anew-text"),
        false => ("profiles-ties", "profiles-ties-text"),
    };
    let kinds = DocumentKind::ALL.map(|kind| {
        let key = match kind {
            DocumentKind::Resident => "document-resident",
            DocumentKind::HongKongMacao => "document-hong-kong-macao",
            DocumentKind::Taiwan => "document-taiwan",
            DocumentKind::ForeignResident => "document-foreign-resident",
            DocumentKind::Passport => "document-passport",
        };
        Choice::new(kind.name(), visit.t(key))
    });
    view! {
        <Fieldset legend=visit.t(legend)>
            <p class="hint">{visit.t(text)}</p>
            <Select name="person_kind" label=visit.t("profiles-person-kind") choices=kinds.to_vec() value=DocumentKind::Resident.name()/>
            <TextField name="person" label=visit.t("profiles-person") hint=visit.t("profiles-person-hint") optional=known/>
            <TextArea name="kin" label=visit.t("profiles-kin") hint=visit.t("profiles-kin-hint") rows=3 optional=true/>
            <TextArea name="phones" label=visit.t("profiles-phones") hint=visit.t("profiles-lines-hint") rows=2 optional=true/>
            <TextArea name="addresses" label=visit.t("profiles-addresses") hint=visit.t("profiles-lines-hint") rows=2 optional=true/>
            <TextArea name="employers" label=visit.t("profiles-employers") hint=visit.t("profiles-employers-hint") rows=2 optional=true/>
        </Fieldset>
    }
}
