//! What of a case says whose it is: masked, whole for whoever says why, and the door for whoever does not read it yet.

use super::at;
use super::refused::SHOWN;
use super::words::{field_text, part_text, particular_text};
use crate::desk::moment;
use crate::form::Tone;
use crate::ui::{Banner, Button, Dialog, Form, Glyph, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::Visit;
use domain::account::{Capability, Denied};
use domain::ids::CaseId;
use leptos::prelude::*;
use services::spark::cases::{Access, CaseView, PartyView};

/// Until when it is read by whoever does not look after it.
pub(super) fn standing(visit: &Visit, access: Access) -> Option<String> {
    let (key, until) = match access {
        Access::Granted { until } => ("cases-access-granted", until),
        Access::Explained { until } => ("cases-access-explained", until),
        Access::Assigned | Access::None { .. } => return None,
    };
    Some(visit.t_args(key, &[("until", moment(visit, until).into())]).to_string())
}

/// The way to read it: taking it up where nobody has, or saying why; of a minor's, who can let one.
pub(super) fn door(visit: &Visit, (case, access): (CaseId, Access), taken: bool) -> AnyView {
    let title = visit.t(if taken { "cases-door-title" } else { "cases-untaken-title" });
    if access == (Access::None { minor: true }) {
        let text = visit.t(if taken { "cases-door-minor" } else { "cases-untaken-minor" });
        return view! { <Banner tone=Tone::Warning title=title>{text}</Banner> }.into_any();
    }
    let text = visit.t(if taken { "cases-door-text" } else { "cases-untaken-text" });
    let action = visit.href(&format!("{}/{case}/look", at::CASES));
    view! {
        <section class="section no-print">
            <h2>{title}</h2>
            <p>{text}</p>
            <Form action=action>
                <TextField name="look_reason" label=visit.t("cases-door-reason") hint=visit.t("cases-door-hint")/>
                <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("cases-door-open")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}

/// Who takes part, and the way to see them whole.
pub(super) fn parties(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    if case.parties.is_empty() {
        return None;
    }
    let whole = visit.form.values.keys().any(|name| name.starts_with(SHOWN));
    let all = case.parties.iter().map(|party| one(visit, party)).collect_view();
    let below = if whole {
        view! { <Banner tone=Tone::Info alert=true>{visit.t("staff-reveal-noted")}</Banner> }.into_any()
    } else {
        show(visit, case.id).into_any()
    };
    Some(view! { <section class="section"><h2>{visit.t("cases-parties")}</h2>{all}{below}</section> }.into_any())
}

fn one(visit: &Visit, party: &PartyView) -> impl IntoView + use<> {
    let rows = party.particulars.iter().map(|(field, masked)| {
        let whole = visit.form.value(&format!("{SHOWN}{}_{field}", party.part.name()));
        let text = particular_text(visit, field, whole.unwrap_or(masked));
        SummaryRow::new(field_text(visit, field), view! { <span class="said">{text}</span> })
    });
    let rows = rows.collect();
    let silent = (!party.signs_in).then(|| view! { <p class="muted small">{visit.t("cases-no-account")}</p> });
    view! {
        <h3>{part_text(visit, party.part)}</h3>
        <SummaryList rows=rows/>
        {silent}
    }
}

fn show(visit: &Visit, case: CaseId) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{case}/show", at::CASES));
    let open = visit.form.value("show_reason").is_some();
    // What is typed waits while the factor is shown.
    let stale = visit.context.require(Capability::RevealParties) == Err(Denied::StepUpNeeded);
    let factor = stale.then(|| view! { <p class="muted small">{visit.t("case-show-factor")}</p> });
    view! {
        <Dialog label=visit.t("cases-show") title=visit.t("cases-show-title") variant=Variant::Quiet open=open>
            <p>{visit.t("cases-show-text")}</p>
            {factor}
            <Form action=action>
                <TextField name="show_reason" label=visit.t("staff-reveal-reason") hint=visit.t("cases-show-hint")/>
                <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("cases-show")}</Button></p>
            </Form>
        </Dialog>
    }
}
