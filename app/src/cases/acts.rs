//! What can be done with a case now: by whoever looks, as buttons, with a reason where one is asked for; by others, as a list.

use super::at;
use super::calls::{PARTS, reason_field};
use super::words::{event_text, parts_text, person_text};
use crate::form::Tone;
use crate::i18n::Text;
use crate::letters::{GROUNDS, grounds};
use crate::spark::form_words;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Dialog, Form, HiddenField, LinkButton, TextArea, TextField, Variant,
};
use crate::visit::Visit;
use domain::account::Capability;
use domain::spark::application::Section;
use domain::spark::review::clarification::{LONGEST, SHORTEST};
use domain::spark::{Event, Part, State};
use leptos::prelude::*;
use services::spark::cases::{Access, Can, CaseView};

/// Business days that stand in the form at first.
const USUAL: u16 = 10;

/// What can be done. `wanting` is what the question to the family begins with.
pub(super) fn section(visit: &Visit, case: &CaseView, wanting: &str) -> impl IntoView + use<> {
    let own: Vec<AnyView> = case.can.iter().filter_map(|can| own(visit, case, (can, wanting))).collect();
    let nothing = own.is_empty().then(|| view! { <p class="muted">{visit.t("cases-nothing-own")}</p> });
    let others = case.can.iter().filter(|can| !is_own(can)).map(|can| {
        let who = parts_text(visit, can.by);
        let what = event_text(visit, can.event).to_string();
        view! { <li>{visit.t_args("cases-by-others", &[("what", what.into()), ("who", who.into())])}</li> }
    });
    let others = others.collect_view();
    let any = case.can.iter().any(|can| !is_own(can)).then(|| {
        view! {
            <h3 class="case-others">{visit.t("cases-others")}</h3>
            <ul class="small muted">{others}</ul>
        }
    });
    view! {
        <section class="staff-panel stack no-print" id="acts">
            <h2>{visit.t("cases-acts")}</h2>
            {take_over(visit, case)}
            {nothing}
            {own}
            {any}
        </section>
    }
}

/// The part in which whoever looks does it on this page.
fn part_of(can: &Can) -> Option<Part> {
    can.own.filter(|part| PARTS.contains(part) && !can.event.grants())
}

fn is_own(can: &Can) -> bool {
    part_of(can).is_some()
}

fn own(visit: &Visit, case: &CaseView, (can, wanting): (&Can, &str)) -> Option<AnyView> {
    let part = part_of(can)?;
    Some(match can.event {
        Event::Return => ask(visit, case, wanting),
        // How much and until when is asked on a page of its own.
        Event::Clawback => {
            let href = to(visit, case, "claw-back");
            view! { <p class="actions"><LinkButton href=href variant=Variant::Danger>{event_text(visit, can.event)}</LinkButton></p> }
                .into_any()
        }
        Event::Settle => {
            let href = visit.href("/staff/funds/clawbacks");
            view! {
                <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("clawback-title")}</LinkButton></p>
                {with_reason(visit, case, (part, Event::Settle), false)}
            }
            .into_any()
        }
        event if event.needs_reason() => with_reason(visit, case, (part, event), false),
        // Rare, and felt by a family: nobody presses these in passing.
        event @ (Event::Hold | Event::Lift | Event::Close) => with_reason(visit, case, (part, event), true),
        event => view! {
            <Form action=to(visit, case, "do")>
                {fields(case, part, event)}
                <p class="actions"><Button variant=weight(event)>{event_text(visit, event)}</Button></p>
            </Form>
        }
        .into_any(),
    })
}

/// What leads on is the first thing to press.
const fn weight(event: Event) -> Variant {
    match event {
        Event::TakeUp | Event::Complete | Event::Publish => Variant::Primary,
        _ => Variant::Secondary,
    }
}

fn to(visit: &Visit, case: &CaseView, what: &str) -> String {
    visit.href(&format!("{}/{}/{what}", at::CASES, case.id))
}

fn fields(case: &CaseView, part: Part, event: Event) -> impl IntoView + use<> {
    view! {
        <HiddenField name="version" value=case.version.to_string()/>
        <HiddenField name="part" value=part.name()/>
        <HiddenField name="event" value=event.name()/>
    }
}

fn with_reason(visit: &Visit, case: &CaseView, (part, event): (Part, Event), optional: bool) -> AnyView {
    let field = reason_field(event);
    let open = visit.form.value(&field).is_some() || visit.form.fault(&field).is_some();
    let (label, title) = (event_text(visit, event), event_text(visit, event));
    let hint = visit.t("cases-reason-hint");
    let open = open || visit.form.value(GROUNDS).is_some() || visit.form.fault(GROUNDS).is_some();
    let grounds = grounds(visit, event);
    view! {
        <Dialog label=label title=title open=open>
            <Form action=to(visit, case, "do")>
                {fields(case, part, event)}
                {grounds}
                <TextArea name=field label=visit.t("cases-reason") hint=hint rows=3 optional=optional/>
                <p class="actions"><Button variant=Variant::Danger>{event_text(visit, event)}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}

/// Sending it back to its family: which sections, until when, and what is unclear. What is wanting of papers stands in it already.
fn ask(visit: &Visit, case: &CaseView, wanting: &str) -> AnyView {
    let typed = ["question", "days", "sections"];
    let open = typed.iter().any(|name| visit.form.value(name).is_some() || visit.form.fault(name).is_some());
    let sections = Section::ASKABLE.map(|section| Choice::new(section.name(), form_words::section(visit, section)));
    let range = [("from", SHORTEST.into()), ("until", LONGEST.into())];
    let named: Vec<Text> = if wanting.is_empty() { Vec::new() } else { vec![Section::Papers.name().into()] };
    let begun = wanting.to_owned();
    view! {
        <Dialog label=event_text(visit, Event::Return) title=visit.t("cases-ask-title") open=open>
            <p>{visit.t("cases-ask-text")}</p>
            <Form action=to(visit, case, "ask")>
                <HiddenField name="version" value=case.version.to_string()/>
                <Checkboxes name="sections" label=visit.t("cases-ask-sections") hint=visit.t("cases-ask-sections-hint") choices=sections.to_vec() values=named/>
                <TextField name="days" label=visit.t("cases-ask-days") hint=visit.t_args("cases-ask-days-hint", &range) inputmode="numeric" width="short" value=USUAL.to_string()/>
                <TextArea name="question" label=visit.t("cases-ask-question") hint=visit.t("cases-ask-question-hint") rows=5 value=begun/>
                <p class="actions"><Button>{visit.t("cases-ask-do")}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}

/// Giving a family more time, while it has not answered.
pub(super) fn extend(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    let waits = case.clarifications.iter().rev().find(|asked| asked.supplied_at.is_none());
    let asked = waits.filter(|_| case.own && case.state == State::Returned)?;
    let open = visit.form.value("more_days").is_some();
    let range = [("from", SHORTEST.into()), ("until", LONGEST.into())];
    let id = asked.id.to_string();
    Some(
        view! {
            <Dialog label=visit.t("cases-extend") title=visit.t("cases-extend") open=open>
                <p>{visit.t("cases-extend-text")}</p>
                <Form action=to(visit, case, "extend")>
                    <HiddenField name="clarification" value=id/>
                    <TextField name="more_days" label=visit.t("cases-ask-days") hint=visit.t_args("cases-ask-days-hint", &range) inputmode="numeric" width="short" value=SHORTEST.to_string()/>
                    <p class="actions"><Button>{visit.t("cases-extend")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any(),
    )
}

fn offers(case: &CaseView, event: Event) -> bool {
    case.can.iter().any(|can| can.event == event)
}

/// Taking it over from the officer who looks after it, or where nobody does any more.
fn take_over(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    let theirs = match &case.officer {
        Some(_) if case.own => return None,
        Some(officer) => visit.t_args("cases-of-another", &[("name", person_text(visit, officer).into())]),
        // Whoever looked after it has a conflict with it; one that came is taken up.
        None if offers(case, Event::TakeUp) || !case.can.iter().any(|can| can.by.contains(&Part::CaseOfficer)) => {
            return None;
        }
        None => visit.t("cases-untaken-title"),
    };
    // A minor's case is another's until who watches over cases lets them.
    let barred = case.officer.is_some() && case.access == (Access::None { minor: true });
    let form = (!barred && crate::desk::may(visit, Capability::HandleCases)).then(|| {
        let open = visit.form.value("take_reason").is_some();
        view! {
            <Dialog label=visit.t("cases-take-over") title=visit.t("cases-take-over") open=open>
                <Form action=to(visit, case, "take-over")>
                    <TextField name="take_reason" label=visit.t("cases-reason") hint=visit.t("cases-take-over-hint")/>
                    <p class="actions"><Button>{visit.t("cases-take-over")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    Some(view! { <p>{theirs}</p>{form} }.into_any())
}

/// What was typed for something that cannot be done any more, since somebody was first: nothing of it is lost.
pub(super) fn kept(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    let offered = |event: Event| case.can.iter().any(|can| can.event == event && is_own(can));
    let mut texts: Vec<String> = Event::ALL
        .into_iter()
        .filter(|event| !offered(*event))
        .filter_map(|event| visit.form.value(&reason_field(event)).map(str::to_owned))
        .collect();
    if !offered(Event::Return) {
        texts.extend(visit.form.value("question").map(str::to_owned));
    }
    texts.retain(|text| !text.trim().is_empty());
    let text = texts.into_iter().next()?;
    Some(
        view! {
            <Banner tone=Tone::Info title=visit.t("cases-kept")><span class="said">{text}</span></Banner>
        }
        .into_any(),
    )
}
