//! What can be done with a unit alone, what a colleague proposed, and beside it what can be proposed to one ([`propose`]).

use super::super::words::{act_text, deviation_text};
use super::super::{at, calls};
use super::{propose, slot_text};
use crate::desk::{may, moment};
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Banner, Button, Checkbox, Choice, Dialog, Form, HiddenField, Select, TextArea, TextField, Variant};
use crate::visit::Visit;
use domain::account::Capability;
use domain::custody::{DeviationKind, Kind, State};
use leptos::prelude::*;
use services::custody::UnitView;
use services::custody::desk::{Opened, Proposal};
use uuid::Uuid;

/// The address of something done to the unit.
pub(super) fn to(visit: &Visit, unit: &UnitView, what: &str) -> String {
    visit.href(&format!("{}/{}/{what}", at::UNITS, unit.id))
}

/// A form's own name: pressed twice it is one. One that comes back keeps it.
pub(super) fn form_name(visit: &Visit) -> String {
    visit.context.new_id::<Uuid>().to_string()
}

/// What a colleague proposed, with the form that confirms it.
pub(super) fn waiting(visit: &Visit, opened: &Opened) -> Option<AnyView> {
    if opened.proposals.is_empty() {
        return None;
    }
    let items = opened.proposals.iter().map(|proposal| proposed(visit, opened, proposal)).collect_view();
    Some(
        view! {
            <section class="staff-panel stack no-print" id="proposals">
                <h2>{visit.t("units-proposals")}</h2>
                {items}
            </section>
        }
        .into_any(),
    )
}

fn proposed(visit: &Visit, opened: &Opened, proposal: &Proposal) -> AnyView {
    let own = visit.context.actor.account() == Some(proposal.by);
    let name = opened.people.get(&proposal.by.0).filter(|name| !name.is_empty()).unwrap_or(&proposal.code);
    let args = [("name", name.clone().into()), ("at", moment(visit, proposal.at).into())];
    let about = visit.t_args("units-proposed-by", &args);
    // Whose scan comes second scans for themselves: the slot is not told before.
    let slot =
        proposal.slot.as_ref().filter(|_| own).map(|slot| view! { <p><code class="code">{slot_text(slot)}</code></p> });
    let reason = proposal.reason.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    let event = proposal.event.map(|seq| view! { <p>{crate::desk::count(visit, "units-said-corrects", seq)}</p> });
    // Of three, who looked it over waits for the coordinator.
    let looked_over = proposal.checked.as_ref().map(|(account, code)| {
        let name = opened.people.get(&account.0).filter(|name| !name.is_empty()).unwrap_or(code);
        let text = visit.t_args("units-proposed-looked-over", &[("name", name.clone().into())]);
        view! { <p class="muted small">{text}</p> }
    });
    let second = proposal.checked.as_ref().is_some_and(|(account, _)| visit.context.actor.account() == Some(*account));
    let confirms = !own && !second && !proposal.outdated && opened.code.is_some();
    let goes_on = may(visit, proposal.goes_on_by(&opened.unit));
    let confirm = (confirms && goes_on).then(|| confirm(visit, &opened.unit, proposal));
    let outdated =
        proposal.outdated.then(|| view! { <Banner tone=Tone::Warning>{visit.t("units-proposed-outdated")}</Banner> });
    let others = (!own && !proposal.outdated && !goes_on)
        .then(|| view! { <p class="muted small">{visit.t("units-proposed-quality")}</p> });
    let waits =
        (own && !proposal.outdated).then(|| view! { <p class="muted small">{visit.t("units-proposed-own")}</p> });
    let withdraw = (own || may(visit, Capability::ReleaseUnits)).then(|| {
        view! {
            <Form action=to(visit, &opened.unit, "withdraw")>
                <HiddenField name="proposal" value=proposal.id.to_string()/>
                <p class="actions"><Button variant=Variant::Quiet>{visit.t("units-withdraw")}</Button></p>
            </Form>
        }
    });
    view! {
        <div class="stack">
            <p><strong>{act_text(visit, proposal.act)}</strong></p>
            <p class="muted small">{about}</p>
            {slot}
            {event}
            {propose::proposed(visit, &opened.unit, proposal)}
            {reason}
            {looked_over}
            {outdated}
            {waits}
            {others}
            {confirm}
            {withdraw}
        </div>
    }
    .into_any()
}

fn confirm(visit: &Visit, unit: &UnitView, proposal: &Proposal) -> AnyView {
    let (to_what, label) = if proposal.act.needs_third() && proposal.checked.is_none() {
        ("look-over", "units-look-over")
    } else {
        ("confirm", "units-confirm")
    };
    view! {
        <Form action=to(visit, unit, to_what)>
            <HiddenField name="proposal" value=proposal.id.to_string()/>
            <HiddenField name="version" value=unit.version.to_string()/>
            {propose::scans(visit, proposal.act, "confirm")}
            <p class="actions"><Button>{visit.t(label)}</Button></p>
        </Form>
    }
    .into_any()
}

/// Whose the unit is, for quality and for a reason; shown once.
pub(super) fn family(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    if let Some(shown) = visit.form.value(calls::SHOWN_FAMILY) {
        let text = visit.t_args("units-family-is", &[("numbers", shown.to_owned().into())]);
        return Some(view! { <Banner tone=Tone::Info>{text}</Banner> }.into_any());
    }
    let open = came_back(visit, "family", &["reason"]);
    (unit.family.is_some() && may(visit, Capability::RevealUnitFamily)).then(|| {
        view! {
            <Dialog label=visit.t("units-family-show") title=visit.t("units-family-show") open=open>
                <p>{visit.t("units-family-show-text")}</p>
                <Form action=to(visit, unit, "family")>
                    <TextField name=calls::field("family", "reason") label=visit.t("units-reason") hint=visit.t("support-reason-hint")/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("units-family-show")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any()
    })
}

/// What can be done.
pub(super) fn section(visit: &Visit, opened: &Opened) -> Option<AnyView> {
    if !may(visit, Capability::HandleUnits) {
        return None;
    }
    let unit = &opened.unit;
    let content = match &opened.code {
        None => view! { <Banner tone=Tone::Info>{visit.t("units-no-code")}</Banner> }.into_any(),
        // What would be said could not be sealed.
        Some(_) if !unit.readable => {
            view! { <Banner tone=Tone::Info>{visit.t("units-acts-sealed")}</Banner> }.into_any()
        }
        Some(code) => view! {
            <p class="muted small">{visit.t_args("units-own-code", &[("code", code.clone().into())])}</p>
            {propose::forms(visit, opened)}
            {sign(visit, unit)}
            {open_deviation(visit, unit)}
            {close_deviations(visit, unit)}
            {hold(visit, unit)}
        }
        .into_any(),
    };
    Some(
        view! {
            <section class="staff-panel stack no-print" id="acts">
                <h2>{visit.t("units-acts")}</h2>
                {content}
            </section>
        }
        .into_any(),
    )
}

/// Whether a form of this page came back.
pub(super) fn came_back(visit: &Visit, form: &str, names: &[&str]) -> bool {
    names
        .iter()
        .map(|name| calls::field(form, name))
        .any(|name| visit.form.value(&name).is_some_and(|text| !text.is_empty()) || visit.form.fault(&name).is_some())
}

fn sign(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    let recorded = unit.steps.done & unit.steps.catalogue.recorded() == unit.steps.catalogue.recorded();
    let ready = recorded && !unit.record_signed && unit.standing.after(Kind::RecordSigned).is_some();
    ready.then(|| {
        view! {
            <Dialog label=visit.t("units-sign") title=visit.t("units-sign")>
                <p>{visit.t("units-sign-text")}</p>
                <Form action=to(visit, unit, "sign")>
                    <HiddenField name="version" value=unit.version.to_string()/>
                    <p class="actions"><Button>{visit.t("units-sign")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any()
    })
}

fn kinds(visit: &Visit) -> Vec<Choice> {
    DeviationKind::ALL.into_iter().map(|kind| Choice::new(kind.name(), deviation_text(visit, kind))).collect()
}

fn open_deviation(visit: &Visit, unit: &UnitView) -> AnyView {
    let open = came_back(visit, "open", &["said", "of"]);
    let can_hold = unit.standing.state() != State::QuarantineHold && unit.standing.after(Kind::Held).is_some();
    let hold = can_hold.then(|| {
        view! { <Checkbox name=calls::field("open", "hold") called=visit.t("units-hold")>{visit.t("units-hold-too")}</Checkbox> }
    });
    view! {
        <Dialog label=visit.t("units-deviation-new") title=visit.t("units-deviation-new") open=open>
            <Form action=to(visit, unit, "deviation")>
                <HiddenField name="form" value=form_name(visit)/>
                <Select name=calls::field("open", "of") label=visit.t("units-deviation-kind") choices=kinds(visit)/>
                <TextArea name=calls::field("open", "said") label=visit.t("units-deviation-said") hint=visit.t("units-reason-hint") rows=4/>
                {hold}
                <p class="actions"><Button>{visit.t("units-deviation-new")}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}

/// Those that somebody else opened, and of which somebody else noted what the house doubts.
fn close_deviations(visit: &Visit, unit: &UnitView) -> impl IntoView + use<> {
    let own = visit.context.actor.account().map(|account| account.0);
    let open = unit.deviations.iter().filter(|deviation| deviation.closed_at.is_none());
    let others = open.filter(|deviation| {
        own.is_none_or(|own| deviation.opened_by != Some(own) && !deviation.noted_by.contains(&own))
    });
    let forms = others.map(|deviation| {
        let kind = deviation_text(visit, deviation.kind).to_string();
        let label: Text = visit.t_args("units-deviation-close", &[("kind", kind.into())]);
        let form = format!("close-{}", deviation.id);
        let back = came_back(visit, &form, &["said"]);
        view! {
            <Dialog label=label.clone() title=label open=back>
                <Form action=to(visit, unit, "close")>
                    <HiddenField name="deviation" value=deviation.id.to_string()/>
                    <HiddenField name="version" value=unit.version.to_string()/>
                    <TextArea name=calls::field(&form, "said") label=visit.t("units-deviation-came") hint=visit.t("units-reason-hint") rows=4/>
                    <p class="actions"><Button>{visit.t("units-deviation-close-do")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    forms.collect_view()
}

fn hold(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    let can_hold = unit.standing.state() != State::QuarantineHold && unit.standing.after(Kind::Held).is_some();
    can_hold.then(|| {
        view! {
            <Dialog label=visit.t("units-hold") title=visit.t("units-hold")>
                <p>{visit.t("units-hold-text")}</p>
                <Form action=to(visit, unit, "hold")>
                    <HiddenField name="version" value=unit.version.to_string()/>
                    <Select name=calls::field("hold", "of") label=visit.t("units-deviation-kind") choices=kinds(visit)/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("units-hold")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any()
    })
}
