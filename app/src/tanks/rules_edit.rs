//! New values of what is alarmed about: every number that may be set, with its bounds, and the ladder; and what people do with them.

use super::rules::{figure, part, step_name};
use super::{AT, RULES, RULES_CHANGE, words};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Choice, Fieldset, Form, HiddenField, LinkButton, Page, Select, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::ids::RulesDraftId;
use domain::telemetry::change::{LADDER, Part, RUNGS, Setting, plain, rung_after, rung_role};
use domain::telemetry::{Rule, Rules};
use domain::typed::Typed;
use leptos::prelude::*;
use services::telemetry::{self, TelemetryError};

/// What is done with new values.
pub static CALLS: &[Call] = &[
    Call::post(RULES_CHANGE, Access::Capability(Capability::ProposeAlarmRules), &propose),
    Call::post("/staff/tanks/rules/:id/confirm", Access::Capability(Capability::ConfirmAlarmRules), &confirm).on(RULES),
    Call::post("/staff/tanks/rules/:id/drop", Access::Capability(Capability::ProposeAlarmRules), &take_back).on(RULES),
];

/// The page.
#[component]
pub fn AlarmRulesChange() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = telemetry::rules(&visit.services, &visit.context).await?;
    let waits = all.draft.is_some().then(|| {
        let href = visit.href(RULES);
        view! { <Banner tone=Tone::Warning><a href=href>{visit.t("tanks-rules-waits")}</a></Banner> }
    });
    // Whoever comes back sees what was typed beside the version that is in force now.
    let version = all.present.version;
    Ok(view! {
        <Page title=visit.t("tanks-rules-change") lead=visit.t("tanks-rules-change-lead") crumbs=crumbs(visit, &[(AT, "tanks-title"), (RULES, "tanks-rules-title")])>
            {rooms(visit)}
            {waits}
            {form(visit, version, &all.present.rules)}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, version: i32, rules: &Rules) -> AnyView {
    let each = rules.rules.iter().filter_map(|rule| fields(visit, rule, rules)).collect_view();
    let steps = (1..=RUNGS).map(|number| step(visit, number, rules)).collect_view();
    let back = visit.href(RULES);
    view! {
        <Form>
            <HiddenField name="base" value=version.to_string()/>
            {each}
            <h2>{visit.t("tanks-ladder")}</h2>
            <p class="muted">{visit.t("tanks-rules-ladder-text")}</p>
            {steps}
            <TextArea name="reason" label=visit.t("tanks-mute-reason") hint=visit.t("tanks-rules-reason-hint") rows=3/>
            <p class="actions">
                <Button>{visit.t("tanks-rules-propose")}</Button>
                <LinkButton href=back variant=Variant::Quiet>{visit.t("tanks-rules-back")}</LinkButton>
            </p>
        </Form>
    }
    .into_any()
}

/// The numbers of a rule.
fn fields(visit: &Visit, rule: &Rule, rules: &Rules) -> Option<AnyView> {
    let of: Vec<Setting<'_>> = rules.settings().filter(|setting| setting.rule.name == rule.name).collect();
    if of.is_empty() {
        return None;
    }
    let name = words::rule(visit, &rule.name);
    let inputs = of.into_iter().map(|setting| {
        let said = |tenths: i32| figure(visit, setting.part, setting.kind(), tenths).to_string();
        let (least, most) = setting.bounds;
        let hint = visit.t_args("tanks-rules-bounds", &[("least", said(least).into()), ("most", said(most).into())]);
        // (A keyboard of digits has no minus.)
        let keyboard = if setting.part == Part::Limit { "text" } else { "decimal" };
        // (Many rules have a limit: the error summary says whose.)
        let called = format!("{name} · {}", part(visit, setting.part));
        view! {
            <TextField name=setting.field() label=part(visit, setting.part) called=called hint=hint inputmode=keyboard width="short" value=plain(setting.value())/>
        }
    });
    let inputs = inputs.collect_view();
    Some(view! { <Fieldset legend=name><div class="form-numbers">{inputs}</div></Fieldset> }.into_any())
}

/// A step of the ladder: who is told, and how long after the alarm; the first at once.
fn step(visit: &Visit, number: usize, rules: &Rules) -> AnyView {
    let rung = rules.ladder.get(number - 1);
    let nobody = (number > 1).then(|| Choice::new("", visit.t("tanks-rules-no-step")));
    let roles = LADDER.into_iter().map(|role| Choice::new(role.name(), role_text(visit, role)));
    let choices: Vec<Choice> = nobody.into_iter().chain(roles).collect();
    let role = rung.map(|rung| rung.role.clone()).unwrap_or_default();
    let after = rung.map(|rung| plain(rung.after())).unwrap_or_default();
    let called = |label: &str| format!("{} · {}", step_name(visit, number), visit.t(label));
    let when = (number > 1).then(|| {
        view! {
            <TextField name=rung_after(number) label=visit.t("tanks-rules-step-after") called=called("tanks-rules-step-after") hint=visit.t("tanks-rules-step-hint") inputmode="decimal" width="short" value=after optional=true/>
        }
    });
    view! {
        <Fieldset legend=step_name(visit, number)>
            <Select name=rung_role(number) label=visit.t("tanks-rung") called=called("tanks-rung") choices=choices value=role/>
            {when}
        </Fieldset>
    }
    .into_any()
}

async fn propose(asked: Asked) -> Answer {
    let base = asked.field("base").parse().unwrap_or(0);
    let said = Typed(asked.pairs.iter().cloned().collect());
    let key = match telemetry::propose_rules(&asked.services, &asked.context, base, &said).await {
        Ok(_) => return Answer::to(format!("{RULES}?done=proposed")),
        Err(TelemetryError::Fields(errors)) => return Answer::again(asked.typed(&["base"]).with_errors(errors)),
        Err(TelemetryError::Unchanged) => "tanks-rules-unchanged",
        Err(TelemetryError::Changed) => "tanks-rules-newer",
        Err(TelemetryError::Already) => "tanks-rules-waits",
        Err(TelemetryError::Denied(denied)) => return denied.into(),
        Err(error) => return Problem::from(error).into(),
    };
    let form = asked.typed(&["base"]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again(form).status(StatusCode::CONFLICT)
}

async fn confirm(asked: Asked) -> Answer {
    let Some(id) = asked.param::<RulesDraftId>("id") else { return Problem::NotFound.into() };
    match telemetry::confirm_rules(&asked.services, &asked.context, id).await {
        Ok(_) => Answer::to(format!("{RULES}?done=confirmed")),
        Err(error) => stands(&asked, error),
    }
}

async fn take_back(asked: Asked) -> Answer {
    let Some(id) = asked.param::<RulesDraftId>("id") else { return Problem::NotFound.into() };
    match telemetry::drop_rules(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{RULES}?done=dropped")),
        Err(error) => stands(&asked, error),
    }
}

/// The rules again, with what stood in the way.
fn stands(asked: &Asked, error: TelemetryError) -> Answer {
    let key = match error {
        TelemetryError::Changed => "tanks-rules-decided",
        TelemetryError::SamePerson => "tanks-rules-same-person",
        TelemetryError::Denied(denied) => return denied.into(),
        error => return Problem::from(error).into(),
    };
    let form = asked.typed(&[]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again_at(RULES, form).status(StatusCode::CONFLICT)
}
