//! The forms of what two people do, made from the table of acts: what each asks for, which can be proposed now, and what the others
//! still lack.

use super::super::calls;
use super::super::words::{act_text, unmet_text};
use super::acts::{came_back, form_name, to};
use super::said::number_text;
use crate::desk::may;
use crate::ui::{Button, Checkboxes, Choice, Dialog, Form, HiddenField, TextArea, TextField, Variant};
use crate::visit::Visit;
use domain::account::Capability;
use domain::custody::ranges::RELEASED_ABOVE;
use domain::custody::{Item, Kind, Payload, says};
use leptos::prelude::*;
use services::custody::UnitView;
use services::custody::desk::{Act, Ask, Opened, Proposal, ahead};

/// The fields of a form of proposing.
const FIELDS: [&str; 10] =
    ["din", "slot", "reason", "event", "name", "celsius", "logger", "steps", RELEASED_ABOVE[0].0, RELEASED_ABOVE[1].0];

/// What can be proposed, and below it what cannot yet, with what is missing.
pub(super) fn forms(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let unit = &opened.unit;
    // What waits for a colleague already is not proposed once more; what can be confirmed no more is.
    let waits = |act: Act| opened.proposals.iter().any(|proposal| proposal.act == act && !proposal.outdated);
    let (mut forms, mut later): (Vec<AnyView>, _) = (Vec::new(), Vec::new());
    for act in Act::ALL.iter().copied() {
        match ahead(unit, act) {
            // Whoever may note none of the steps that are missing is told who does.
            Some(missing) if missing.is_empty() && act == Act::NoteSteps && steps(visit, unit).is_empty() => {
                forms.extend(others_note(visit, unit));
            }
            Some(missing) if missing.is_empty() && !waits(act) => forms.push(form(visit, unit, act)),
            // What is missing before it is banked stands beside this, by name; where a bag lies everybody sees.
            Some(missing) if !missing.is_empty() && act != Act::Bank && !act.asks(Ask::Slot) => {
                let missing: Vec<String> = missing.iter().map(|one| unmet_text(visit, *one)).collect();
                let args = [
                    ("act", act_text(visit, act).to_string().into()),
                    ("what", missing.join(&visit.t("list-separator")).into()),
                ];
                later.push(view! { <li>{visit.t_args("units-not-yet-one", &args)}</li> });
            }
            _ => {}
        }
    }
    let later = (!later.is_empty()).then(|| {
        view! {
            <div id="not-yet">
                <p class="muted small">{visit.t("units-not-yet")}</p>
                <ul class="muted small">{later}</ul>
            </div>
        }
    });
    view! {
        {forms}
        {later}
    }
}

/// The label of the name an act asks for.
fn name_label(visit: &Visit, act: Act) -> crate::i18n::Text {
    visit.t(&format!("units-act-name-{}", act.name()))
}

fn celsius_label(visit: &Visit, act: Act) -> crate::i18n::Text {
    visit.t(&format!("units-act-celsius-{}", act.name()))
}

/// The scans an act asks for, of a form.
pub(super) fn scans(visit: &Visit, act: Act, form: &str) -> impl IntoView + use<> {
    let bag = act.asks(Ask::Bag).then(|| {
        view! { <TextField name=calls::field(form, "din") label=visit.t("units-scan-bag") hint=visit.t("units-din-hint")/> }
    });
    let slot = act.asks(Ask::Slot).then(|| {
        view! { <TextField name=calls::field(form, "slot") label=visit.t("units-scan-slot") hint=visit.t("units-scan-slot-hint")/> }
    });
    view! {
        {bag}
        {slot}
    }
}

/// The request that the unit is reserved for.
fn request(unit: &UnitView) -> Option<String> {
    unit.events.iter().rev().find_map(|event| match &event.payload {
        Some(Payload::Reserved { request }) => Some(request.clone()),
        _ => None,
    })
}

/// What one has to be able to do to propose that a step of a release was done.
fn notes(step: &Item) -> Capability {
    says(Kind::ReleaseStepDone, Some(step)).begins()
}

/// The steps of a release that are missing and that whoever reads may note.
fn steps<'a>(visit: &Visit, unit: &'a UnitView) -> Vec<&'a Item> {
    unit.release.missing().filter(|item| may(visit, notes(item))).collect()
}

/// Who notes the others: two of quality.
fn others_note(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    let others: Vec<&Item> = unit.release.missing().filter(|item| !may(visit, notes(item))).collect();
    let mut sections: Vec<String> = others.iter().map(|item| item.section.clone()).collect();
    sections.dedup();
    let args = [
        ("sections", sections.join(&visit.t("list-separator")).into()),
        ("n", u32::try_from(others.len()).unwrap_or(u32::MAX).into()),
    ];
    (!others.is_empty()).then(|| {
        view! { <p class="muted small" id="steps-of-quality">{visit.t_args("units-steps-quality", &args)}</p> }
            .into_any()
    })
}

fn field(visit: &Visit, unit: &UnitView, act: Act, ask: Ask) -> Option<AnyView> {
    let name = |of: &str| calls::field(act.name(), of);
    Some(match ask {
        // Scans stand together, above all else.
        Ask::Bag | Ask::Slot => return None,
        Ask::Event => view! {
            <TextField name=name("event") label=visit.t("units-correct-event") hint=visit.t("units-correct-event-hint") inputmode="numeric" width="short"/>
        }
        .into_any(),
        Ask::Reason => view! {
            <TextArea name=name("reason") label=visit.t("units-reason") hint=visit.t("units-reason-hint") rows=3/>
        }
        .into_any(),
        Ask::Name => {
            let known = (act == Act::EndReservation).then(|| request(unit)).flatten().unwrap_or_default();
            view! {
                <TextField name=name("name") label=name_label(visit, act) hint=visit.t("units-name-hint") value=known/>
            }
            .into_any()
        }
        Ask::Celsius => view! {
            <TextField name=name("celsius") label=celsius_label(visit, act) hint=visit.t("units-celsius-hint") width="short"/>
        }
        .into_any(),
        Ask::Logger => view! {
            <TextField name=name("logger") label=visit.t("units-logger") hint=visit.t("units-logger-hint")/>
        }
        .into_any(),
        Ask::Steps => {
            let choices = steps(visit, unit).into_iter().map(|item| {
                let label = format!("{} · {}", item.section, item.name(visit.locale()));
                Choice::new(item.code.clone(), label)
            });
            let choices: Vec<Choice> = choices.collect();
            // What a step reads that decides whether the unit may leave is asked for with it, and required once the step is ticked.
            let offered = steps(visit, unit);
            let alive = RELEASED_ABOVE.iter().filter_map(|(code, _)| {
                let item = offered.iter().find(|item| item.code == *code)?;
                let args = [("step", item.name(visit.locale()).to_owned().into())];
                let optional = !visit.form.ticked(&name("steps"), code);
                Some(view! {
                    <TextField name=name(code) label=visit.t_args("units-alive", &args) hint=visit.t("units-alive-hint") inputmode="decimal" width="short" optional=optional/>
                })
            });
            let alive = alive.collect_view();
            view! {
                <Checkboxes name=name("steps") label=visit.t("units-steps-done") hint=visit.t("units-steps-done-hint") choices=choices/>
                {alive}
                {others_note(visit, unit)}
            }
            .into_any()
        }
    })
}

fn form(visit: &Visit, unit: &UnitView, act: Act) -> AnyView {
    let form = act.name();
    let open = came_back(visit, form, &FIELDS);
    let fields = act.asked().iter().filter_map(|ask| field(visit, unit, act, *ask)).collect_view();
    let ends =
        matches!(act, Act::Discard | Act::Expose | Act::GiveToResearch | Act::TransferOut | Act::ReleaseToFamily);
    let variant = if ends { Variant::Danger } else { Variant::Primary };
    let about = match (act.asks(Ask::Slot), act.asks(Ask::Bag)) {
        (true, _) => "units-propose-scans",
        (false, true) if act.needs_third() => "units-propose-three",
        (false, true) => "units-propose-bag",
        (false, false) => "units-propose-text",
    };
    view! {
        <Dialog label=act_text(visit, act) title=act_text(visit, act) open=open>
            <p>{visit.t(about)}</p>
            <Form action=to(visit, unit, "propose")>
                <HiddenField name="form" value=form_name(visit)/>
                <HiddenField name="act" value=form/>
                <HiddenField name="version" value=unit.version.to_string()/>
                {scans(visit, act, form)}
                {fields}
                <p class="actions"><Button variant=variant>{visit.t("units-propose")}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}

/// What a proposal says beside its slot and its reason: a name, degrees, steps.
pub(super) fn proposed(visit: &Visit, unit: &UnitView, proposal: &Proposal) -> impl IntoView + use<> {
    let line = |label: String, text: String| {
        view! { <p>{label}{visit.t("label-separator")}<strong>{text}</strong></p> }
    };
    let act = proposal.act;
    let name = proposal.name.clone().map(|text| line(name_label(visit, act).to_string(), text));
    let degrees = proposal.tenths.map(|tenths| {
        line(celsius_label(visit, act).to_string(), format!("{} °C", number_text(f64::from(tenths) / 10.0)))
    });
    let logger = proposal.logger.clone().map(|text| line(visit.t("units-logger").to_string(), text));
    let steps = proposal.steps.iter().map(|code| {
        let item = unit.release.catalogue.item(code);
        let text =
            item.map_or_else(|| code.clone(), |item| format!("{} · {}", item.section, item.name(visit.locale())));
        let read = proposal.alive.get(code).map(|hundredths| {
            let percent = number_text(f64::from(*hundredths) / 100.0);
            view! { {visit.t("label-separator")}<strong>{format!("{percent} %")}</strong> }
        });
        view! { <li>{text}{read}</li> }
    });
    let steps = steps.collect_view();
    let steps = (!proposal.steps.is_empty()).then(|| view! { <ul class="small">{steps}</ul> });
    view! {
        {name}
        {degrees}
        {logger}
        {steps}
    }
}
