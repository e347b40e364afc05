//! The rules for groups: read by whoever handles requests, changed by whoever manages sessions.

use crate::desk::{crumbs, may, news, read_first, rooms};
use crate::groups::{kind_words, rule_sentences};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Button, Checkboxes, Choice, Fieldset, Form, Glyph, HiddenField, Icon, Page, Radios, TextField};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::groups::{GroupPolicy, Holding, Kind};
use leptos::prelude::*;

const NEWS: &[(&str, &str)] = &[("changed", "groups-done-rules")];

/// The rules.
#[component]
pub fn Rules() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (version, policy) = services::groups::policy(&visit.services).await?;
    let sentences = rule_sentences(visit, &policy).into_iter();
    let sentences = sentences.map(|text| view! { <li><Icon of=Glyph::Check/><span>{text}</span></li> }).collect_view();
    let form = may(visit, Capability::ManageSessions).then(|| form(visit, version, &policy));
    Ok(view! {
        <Page title=visit.t("groups-staff-rules") lead=visit.t("groups-staff-rules-lead")
            crumbs=crumbs(visit, &[("/staff/groups", "groups-staff-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <ul class="ticks">{sentences}</ul>
            {form}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, version: i32, policy: &GroupPolicy) -> impl IntoView + use<> {
    let number = |name: &'static str, label: &str, value: u16| {
        view! { <TextField name=name label=visit.t(label) inputmode="numeric" width="short" value=value.to_string()/> }
    };
    let holding = Holding::ALL.map(|holding| {
        let key = match holding {
            Holding::Nothing => "groups-holding-nothing",
            Holding::Proposals => "groups-holding-proposals",
            Holding::Requests => "groups-holding-requests",
        };
        Choice::new(holding.name(), visit.t(key))
    });
    let kinds = Kind::ALL.map(|kind| Choice::new(kind.name(), kind_words(visit, kind))).to_vec();
    let letters = policy.letter_from.iter().map(|kind| Text::from(kind.name())).collect();
    view! {
        <Form>
            <HiddenField name="version" value=version.to_string()/>
            <Fieldset legend=visit.t("groups-rules-size")>
                <div class="form-numbers">
                    {number("least", "groups-rules-least", policy.least)}
                    {number("most", "groups-rules-most", policy.most)}
                    {number("minors_per_adult", "groups-rules-minors", policy.minors_per_adult)}
                </div>
            </Fieldset>
            <Fieldset legend=visit.t("groups-rules-time")>
                <div class="form-numbers">
                    {number("days_before", "groups-rules-before", policy.days_before)}
                    {number("days_ahead", "groups-rules-ahead", policy.days_ahead)}
                    {number("answer_days", "groups-rules-answer", policy.answer_days)}
                    {number("hold_days", "groups-rules-hold", policy.hold_days)}
                    {number("roster_hours_before", "groups-rules-roster", policy.roster_hours_before)}
                    {number("under_way", "groups-rules-under-way", policy.under_way)}
                </div>
            </Fieldset>
            <Radios name="holding" label=visit.t("groups-holding") choices=holding.to_vec() value=policy.holding.name()/>
            <Checkboxes name="letter_from" label=visit.t("groups-rules-letter") hint=visit.t("groups-rules-letter-hint") choices=kinds values=letters inline=true/>
            <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
        </Form>
    }
}
