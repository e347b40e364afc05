//! The museum's rules: seen by whoever sees bookings, changed by whoever manages sessions; and what they were before.
//!
//! The form, its reading and the history are made from the domain's one table of rules; here stand only the words.

use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Choice, Fieldset, Form, HiddenField, LinkButton, Page, Radios, SummaryList, SummaryRow, TextField,
    Variant,
};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use domain::account::Capability;
use domain::booking::{ChangesEnd, Difference, IdentityRule, Policy, RULES, Room, Rule, Setting, Shape, Theme};
use domain::field::FieldError;
use leptos::prelude::*;
use services::booking::{self, BookingError};

const PATH: &str = "/staff/museum/rules";
const HISTORY: &str = "/staff/museum/rules/history";
const NEWS: &[(&str, &str)] = &[("changed", "rules-done"), ("same", "rules-same")];
/// In a form that came back because others were faster: the version it had been made of.
const SINCE: &str = "since";

/// The calls about the rules.
pub const CALLS: &[Call] = &[Call::post(PATH, Access::Capability(Capability::ManageSessions), &change)];

/// What a rule is called.
pub(super) fn label(visit: &Visit, rule: &Rule) -> Text {
    visit.t(&format!("museum-rule-{}", rule.name.replace('_', "-")))
}

/// What a rule is about.
fn theme(visit: &Visit, theme: Theme) -> Text {
    visit.t(&format!("museum-rules-{}", theme.name()))
}

/// A number with its unit; below zero it is after the beginning of a session.
fn amount(visit: &Visit, rule: &Rule, number: i32) -> Text {
    let Shape::Number { unit, .. } = rule.shape else { return number.to_string().into() };
    let counted = visit.t_args(&format!("rule-unit-{}", unit.name()), &[("n", number.unsigned_abs().into())]);
    if number < 0 { visit.t_args("rules-after", &[("amount", counted.to_string().into())]) } else { counted }
}

/// Whose identity document is asked for, in words: of the museum and of events.
pub(crate) const fn identity_key(rule: IdentityRule) -> &'static str {
    match rule {
        IdentityRule::None => "staff-event-identity-none",
        IdentityRule::Leader => "staff-event-identity-leader",
        IdentityRule::Everybody => "staff-event-identity-everybody",
    }
}

/// How the deadline of changes is said, in words: of the museum and of events.
pub(crate) const fn changes_end_key(end: ChangesEnd) -> &'static str {
    match end {
        ChangesEnd::MinutesBefore => "changes-end-minutes-before",
        ChangesEnd::DayBefore => "changes-end-day-before",
    }
}

/// What a rule is set to, in words.
pub(super) fn told(visit: &Visit, rule: &Rule, setting: Setting) -> Text {
    match setting {
        Setting::Number(number) => amount(visit, rule, number),
        Setting::Switch(true) => visit.t("rules-yes"),
        Setting::Switch(false) => visit.t("rules-no"),
        Setting::Room(room) => super::releases::room_text(visit, room),
        Setting::Identity(rule) => visit.t(identity_key(rule)),
        Setting::ChangesEnd(end) => visit.t(changes_end_key(end)),
    }
}

/// What has to be known beside the bounds.
fn note(rule: &Rule) -> Option<&'static str> {
    match rule.name {
        "opens_hour" => Some("rule-note-opens-hour"),
        "closes_minutes_before" => Some("rule-note-closes"),
        "window_days" => Some("rule-note-window"),
        "people_per_day" | "children_per_day" | "people_per_window" | "children_per_window" => Some("rule-note-people"),
        "change_minutes_before" => Some("rule-note-change"),
        "no_shows" => Some("rule-note-no-shows"),
        "no_show_grace_minutes" => Some("rule-note-grace"),
        "offer_cutoff_minutes" => Some("rule-note-cutoff"),
        "calm" => Some("rule-note-calm"),
        "draw_seconds" => Some("rule-note-draw"),
        _ => None,
    }
}

fn field(visit: &Visit, rule: &'static Rule, policy: &Policy) -> AnyView {
    let (label, value) = (label(visit, rule), rule.of(policy).text());
    match rule.shape {
        Shape::Number { min, max, .. } => {
            let range = [("min", min.to_string().into()), ("max", amount(visit, rule, max).to_string().into())];
            let range = visit.t_args("rules-range", &range).to_string();
            let hint = note(rule).map_or_else(|| range.clone(), |key| format!("{range}{}", visit.t(key)));
            // A telephone's keys of digits have no minus.
            let keys = if min < 0 { "text" } else { "numeric" };
            view! { <TextField name=rule.name label=label hint=hint inputmode=keys width="short" value=value/> }
                .into_any()
        }
        Shape::Switch => {
            let choices = vec![Choice::new("yes", visit.t("rules-yes")), Choice::new("no", visit.t("rules-no"))];
            view! { <Radios name=rule.name label=label choices=choices value=value inline=true/> }.into_any()
        }
        Shape::Room => {
            let choice = |room: Room| Choice::new(room.name(), super::releases::room_text(visit, room));
            let choices = [Room::Auto, Room::Always, Room::Never].map(choice).to_vec();
            view! { <Radios name=rule.name label=label choices=choices value=value/> }.into_any()
        }
        Shape::Identity => {
            let choices = IdentityRule::ALL.map(|rule| Choice::new(rule.name(), visit.t(identity_key(rule)))).to_vec();
            let hint = visit.t("rule-note-identity");
            view! { <Radios name=rule.name label=label hint=hint choices=choices value=value/> }.into_any()
        }
        Shape::ChangesEnd => {
            let choices = ChangesEnd::ALL.map(|end| Choice::new(end.name(), visit.t(changes_end_key(end)))).to_vec();
            view! { <Radios name=rule.name label=label choices=choices value=value/> }.into_any()
        }
    }
}

/// The rules.
#[component]
pub fn Rules() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (version, policy) = booking::rules(&visit.services, &visit.context).await?;
    let (newest, _) = booking::rules_history(&visit.services, &visit.context, None).await?;
    let meanwhile = meanwhile(visit, &policy).await?;
    let made = newest.first().map(|newest| {
        let args = [("n", version.into()), ("at", moment(visit, newest.since).into())];
        visit.t_args("rules-version-since", &args)
    });
    Ok(view! {
        <Page title=visit.t("rules-title") lead=visit.t("rules-lead") crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <p class="muted">{made}" "<a href=visit.href(HISTORY)>{visit.t("rules-history-link")}</a></p>
            {meanwhile}
            // Made within the page: the summary of faults calls the fields by their labels.
            {if may(visit, Capability::ManageSessions) {
                form(visit, version, &policy).into_any()
            } else {
                Theme::ALL.map(|theme| all_of(visit, theme, &policy)).into_any()
            }}
        </Page>
    }
    .into_any())
}

/// What others changed since a form that came back was made.
async fn meanwhile(visit: &Visit, now: &Policy) -> Result<Option<AnyView>, Problem> {
    let Some(since) = visit.form.value(SINCE).and_then(|text| text.parse().ok()) else { return Ok(None) };
    let Some(then) = booking::rules_of(&visit.services, &visit.context, since).await? else { return Ok(None) };
    let list = differences(visit, &then.differences(now));
    Ok(Some(view! { <section class="section staff-panel" id="meanwhile"><h2>{visit.t("rules-meanwhile")}</h2>{list}</section> }.into_any()))
}

/// One theme for those who only look.
fn all_of(visit: &Visit, about: Theme, policy: &Policy) -> impl IntoView + use<> {
    let rows = about.rules().map(|rule| SummaryRow::new(label(visit, rule), told(visit, rule, rule.of(policy))));
    let rows = rows.collect();
    view! { <section class="section"><h2>{theme(visit, about)}</h2><SummaryList rows=rows/></section> }
}

/// The fields of one theme: of the museum and of events.
pub(crate) fn fields(visit: &Visit, about: Theme, policy: &Policy) -> impl IntoView + use<> {
    let (numbers, others): (Vec<_>, Vec<_>) =
        about.rules().partition(|rule| matches!(rule.shape, Shape::Number { .. }));
    let numbers: Vec<_> = numbers.into_iter().map(|rule| field(visit, rule, policy)).collect();
    let others: Vec<_> = others.into_iter().map(|rule| field(visit, rule, policy)).collect();
    view! {
        <Fieldset legend=theme(visit, about)>
            {others}
            <div class="form-numbers">{numbers}</div>
        </Fieldset>
    }
}

fn form(visit: &Visit, version: i32, policy: &Policy) -> impl IntoView + use<> {
    let themes = Theme::ALL.map(|about| fields(visit, about, policy));
    view! {
        <Form>
            <HiddenField name="version" value=version.to_string()/>
            {themes.into_any()}
            <TextField name="reason" label=visit.t("rules-reason") hint=visit.t("rules-reason-hint")/>
            <Banner>{visit.t("rules-consequence")}</Banner>
            <p class="actions"><Button>{visit.t("rules-save")}</Button></p>
        </Form>
    }
}

/// 可提前几天预约：14天 → 21天
fn differences(visit: &Visit, all: &[Difference]) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">{visit.t("rules-no-difference")}</p> }.into_any();
    }
    let rows = all.iter().map(|difference| {
        let (from, to) = (told(visit, difference.rule, difference.from), told(visit, difference.rule, difference.to));
        let value = view! {
            <span class="hidden">{visit.t("rules-from")}" "</span><del>{from}</del>
            <span aria-hidden="true">" → "</span>
            <span class="hidden">" "{visit.t("rules-to")}" "</span><ins>{to}</ins>
        };
        SummaryRow::new(label(visit, difference.rule), value)
    });
    let rows = rows.collect();
    view! { <div class="rule-changes"><SummaryList rows=rows/></div> }.into_any()
}

/// What the rules were.
#[component]
pub fn RulesHistory() -> impl IntoView {
    read_first(history(visit()))
}

async fn history(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let from = visit.query.get("from").and_then(|text| text.parse().ok());
    let (versions, older) = booking::rules_history(&visit.services, &visit.context, from).await?;
    let entries: Vec<_> = versions
        .iter()
        .map(|version| {
            let by = version.by.clone().map_or_else(|| visit.t("rules-by-house"), Text::from);
            let made = visit
                .t_args("rules-made", &[("by", by.to_string().into()), ("at", moment(visit, version.since).into())]);
            let reason = version.reason.clone().map(|reason| view! { <p class="said">{reason}</p> });
            let changes = match &version.before {
                Some(before) => differences(visit, &before.differences(&version.policy)),
                None => view! { <p class="muted">{visit.t("rules-first")}</p> }.into_any(),
            };
            view! {
                <section class="section rules-version" id=format!("version-{}", version.version)>
                    <h2>{visit.t_args("rules-version", &[("n", version.version.into())])}</h2>
                    <p class="muted">{made}</p>
                    {reason}
                    {changes}
                </section>
            }
        })
        .collect();
    let older = older.map(|version| {
        let href = format!("{}?from={version}", visit.href(HISTORY));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Quiet>{visit.t("rules-older")}</LinkButton></p> }
    });
    Ok(view! {
        <Page title=visit.t("rules-history") lead=visit.t("rules-history-lead") crumbs=crumbs(visit, &[(PATH, "rules-title")])>
            {rooms(visit)}
            {entries}
            {older}
        </Page>
    }
    .into_any())
}

async fn change(asked: Asked) -> Answer {
    let (current, now) = match booking::rules(&asked.services, &asked.context).await {
        Ok(now) => now,
        Err(error) => return Problem::from(error).into(),
    };
    let version = asked.field("version").parse().unwrap_or_default();
    let fresh = match now.typed(|name| asked.field(name)) {
        Ok(fresh) => fresh,
        Err(mut errors) => {
            // A missing reason is told with the rest.
            let reason = domain::typed::line(asked.field("reason"), booking::RULES_REASON);
            errors.extend(reason.err().map(|fault| FieldError::new("reason", fault)));
            return faulty(&asked, (version, current), errors).await;
        }
    };
    let reason = asked.field("reason");
    match booking::change_rules(&asked.services, &asked.context, version, fresh, reason).await {
        Ok(true) => Answer::to(format!("{PATH}?done=changed")),
        Ok(false) => Answer::to(format!("{PATH}?done=same")),
        Err(BookingError::StateHasChanged) => match overtaken(&asked, version).await {
            Ok(form) => Answer::again_at(PATH, form).status(StatusCode::CONFLICT),
            Err(error) => Problem::from(error).into(),
        },
        Err(BookingError::Fields(errors)) => faulty(&asked, (version, current), errors).await,
        Err(error) => super::calls::refused(&asked, PATH, error, "staff-state-has-changed"),
    }
}

/// The form again with its faults. It comes back as of the version in force: where that is not the one it was filled in on, what
/// others changed is said and taken over at the same time, or the next press would take it back.
async fn faulty(asked: &Asked, (version, current): (i32, i32), errors: Vec<FieldError>) -> Answer {
    if version == current {
        return Answer::again_at(PATH, asked.typed(&[]).with_errors(errors));
    }
    match overtaken(asked, version).await {
        Ok(form) => Answer::again_at(PATH, form.with_errors(errors)).status(StatusCode::CONFLICT),
        Err(error) => Problem::from(error).into(),
    }
}

/// The form of somebody who was not fast enough: what they typed stands there still. What they had left as it was is now
/// what others made of it, so that saving again takes nothing back by accident.
async fn overtaken(asked: &Asked, version: i32) -> Result<FormState, BookingError> {
    let then = booking::rules_of(&asked.services, &asked.context, version).await?;
    let untouched = then.iter().flat_map(|then| {
        RULES.iter().filter(move |rule| rule.read(asked.field(rule.name)) == Ok(rule.of(then))).map(|rule| rule.name)
    });
    let untouched: Vec<&str> = untouched.collect();
    let mut form = asked.typed(&untouched).with_notice(Tone::Warning, asked.t("rules-overtaken").to_string());
    form.values.insert(SINCE.to_owned(), version.to_string());
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::text;
    use domain::Locale;
    use domain::booking::Unit;

    /// Their keys are made at run time: every rule, theme and unit has its words.
    #[test]
    fn every_rule_has_its_words() {
        let rules = RULES.iter().map(|rule| format!("museum-rule-{}", rule.name.replace('_', "-")));
        let themes = Theme::ALL.iter().map(|theme| format!("museum-rules-{}", theme.name()));
        let units = Unit::ALL.iter().map(|unit| format!("rule-unit-{}", unit.name()));
        for key in rules.chain(themes).chain(units) {
            for locale in [Locale::ZhCn, Locale::En] {
                assert!(!text(locale, &key).contains('⟦'), "{key} in {locale:?}");
            }
        }
    }
}
