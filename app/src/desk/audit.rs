//! The audit trail, for auditors: newest first, narrowed by what it happened to, who did it, and what was done.

use super::{crumbs, moment, read_first, rooms, trail};
use crate::form::{FormState, Tone};
use crate::i18n::{self, Text};
use crate::problem::Problem;
use crate::ui::{
    Button, Checkboxes, Choice, Column, EmptyState, Form, Illustration, LinkButton, Page, Pagination, Row, Select,
    Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::field::{Fault, FieldError};
use leptos::prelude::*;
use services::audit::{self, Filter, Listed};
use uuid::Uuid;

/// The rooms whose actions one may ask for.
const ROOMS: [(&str, &str); 24] = [
    ("booking.", "staff-audit-room-booking"),
    ("waiting.", "staff-audit-room-waiting"),
    ("session.", "staff-audit-room-session"),
    ("template.", "staff-audit-room-template"),
    ("exception.", "staff-audit-room-exception"),
    ("door.", "staff-audit-room-door"),
    ("account.", "staff-audit-room-account"),
    ("staff.", "staff-audit-room-staff"),
    ("client.", "staff-audit-room-client"),
    ("webhook.", "staff-audit-room-webhook"),
    ("job.", "staff-audit-room-job"),
    ("bus.", "staff-audit-room-bus"),
    ("group.", "staff-audit-room-group"),
    ("ambassador.", "staff-audit-room-ambassador"),
    ("event.", "staff-audit-room-event"),
    ("privacy.", "staff-audit-room-privacy"),
    ("numbers.", "staff-audit-room-numbers"),
    ("export.", "staff-audit-room-export"),
    ("ledger.", "staff-audit-room-ledger"),
    ("spark.", "staff-audit-room-spark"),
    ("disclosure.", "staff-audit-room-disclosure"),
    ("family.", "staff-audit-room-family"),
    ("custody.", "staff-audit-room-custody"),
    ("telemetry.", "staff-audit-room-telemetry"),
];

/// The audit trail.
#[component]
pub fn AuditTrail() -> impl IntoView {
    read_first(page(visit()))
}

/// The fields of the filter as a form that was sent, so that they show what is asked and what is wrong with it.
fn asked(visit: &Visit) -> (Filter, FormState) {
    let names = ["subject", "actor", "action"].into_iter().chain(trail::NAMES);
    let typed = names.filter_map(|name| Some((name, visit.query.get(name)?.trim())));
    let mut form = FormState::typed(typed.filter(|(_, value)| !value.is_empty()), &[]);
    let mut id = |name: &'static str| {
        let text = form.values.get(name)?;
        let parsed = Uuid::parse_str(text).ok();
        if parsed.is_none() {
            form.errors.push(FieldError::new(name, Fault::NotAChoice));
        }
        parsed
    };
    let (subject, actor) = (id("subject"), id("actor"));
    if form.value("action").is_some_and(|text| text.contains(char::is_control)) {
        form.errors.push(FieldError::new("action", Fault::TextCharacters));
    }
    let action_prefix = form.value("action").map(str::to_owned);
    let filter = Filter { subject, actor, action_prefix, ..Filter::default() };
    (filter, form)
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let chain = trail::standing(&visit, &visit.form).await?;
    let (filter, form) = trail::named(&visit, asked(&visit)).await?;
    let wrong = !form.errors.is_empty();
    let narrowed = !form.values.is_empty();
    let visit = visit.with(|data| data.form = form);
    provide_context(visit.clone());
    let visit = &visit;
    let cursor = visit.query.get("cursor");
    let (entries, next) = if wrong {
        (Vec::new(), None)
    } else {
        let page = audit::list(&visit.services, &visit.context, &filter, cursor).await?;
        (page.entries, page.next)
    };
    let next = next.map(|cursor| Text::from(address(visit, Some(&cursor))));
    let first = cursor.is_some().then(|| {
        view! { <p><a href=address(visit, None)>{visit.t("staff-audit-newest")}</a></p> }
    });
    let kinds = ROOMS.iter().map(|(prefix, key)| Choice::new(*prefix, visit.t(key)));
    let kinds = std::iter::once(Choice::new("", visit.t("staff-audit-room-all"))).chain(kinds).collect();
    let clear = narrowed
        .then(|| view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> });
    Ok(view! {
        <Page title=visit.t("staff-audit-title") lead=visit.t("staff-audit-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form get=true inline=true>
                <Select name="action" label=visit.t("staff-audit-room") choices=kinds optional=true/>
                <TextField name="subject" label=visit.t("staff-audit-subject") hint=visit.t("staff-audit-id-hint") optional=true/>
                <TextField name="actor" label=visit.t("staff-audit-actor") optional=true/>
                <TextField name="case" label=visit.t("trail-case") hint=visit.t("trail-case-hint") width="medium" optional=true/>
                <TextField name="person" label=visit.t("trail-person") hint=visit.t("trail-person-hint") width="medium" optional=true/>
                <Checkboxes name="alerts" label=visit.t("trail-alerts-only") choices=vec![Choice::new("1", visit.t("trail-alerts-only-yes"))] inline=true/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{clear}</p>
            </Form>
            {chain}
            {list(visit, entries, wrong)}
            {first}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

/// This page with the same filter, and a cursor.
fn address(visit: &Visit, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["action", "subject", "actor"].into_iter().chain(trail::NAMES) {
        if let Some(value) = visit.form.value(name) {
            query.append_pair(name, value);
        }
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    format!("{}?{}", visit.here(), query.finish())
}

fn list(visit: &Visit, entries: Vec<Listed>, wrong: bool) -> AnyView {
    if entries.is_empty() {
        let text = visit.t(if wrong { "staff-audit-not-an-id" } else { "staff-audit-none-text" });
        return view! {
            <EmptyState of=Illustration::Helix title=visit.t("staff-audit-none")><p>{text}</p></EmptyState>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(visit.t("staff-audit-when")),
        Column::new(visit.t("staff-audit-what")),
        Column::new(visit.t("staff-audit-who")),
        Column::new(visit.t("staff-audit-on")),
        Column::new(visit.t("staff-audit-detail")),
        Column::number(visit.t("staff-audit-position")),
    ];
    let rows = entries.iter().map(|entry| row(visit, entry)).collect();
    view! { <Table caption=visit.t("staff-audit-title") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// The random end of an id: the beginning is time, the same for all of one second.
pub(super) fn short(id: Uuid) -> String {
    let text = id.simple().to_string();
    format!("…{}", &text[24..])
}

fn row(visit: &Visit, entry: &Listed) -> Row {
    let link = |name: &str, id: Option<Uuid>| {
        let id = id?;
        let href = format!("{}?{name}={id}", visit.here());
        Some(view! { <br/><a class="small" href=href title=id.to_string()><code class="code">{short(id)}</code></a> })
    };
    let who = match entry.actor_kind.as_str() {
        "anonymous" => visit.t("staff-actor-anonymous"),
        "visitor" => visit.t("staff-actor-visitor"),
        "staff" => visit.t("staff-actor-staff"),
        "client" => visit.t("staff-actor-client"),
        "device" => visit.t("staff-actor-device"),
        _ => visit.t("staff-actor-system"),
    };
    let words = action_text(visit, &entry.action);
    let code = (*words != *entry.action).then(|| view! { <br/><code class="code small">{entry.action.clone()}</code> });
    let alert = entry.detail.get("alert").map(|_| view! { " "<Tag tone=Tone::Danger>{visit.t("trail-alert")}</Tag> });
    let request = entry.request.map(|id| view! { <br/><span class="muted small">{visit.t("staff-audit-request")}" "<code class="code">{short(id)}</code></span> });
    let seconds = domain::time::local(entry.at).second();
    let when = format!("{}:{seconds:02}", moment(visit, entry.at));
    Row::new()
        .cell(view! { <div>{when}{request}</div> })
        .cell(view! { <div>{words}{alert}{code}</div> })
        .cell(view! { {who}{link("actor", entry.actor)} })
        .cell(view! { {subject_text(visit, &entry.subject_kind)}{link("subject", entry.subject)} })
        .cell(detail(&entry.detail))
        .cell(entry.position.map_or("—".to_owned(), |n| n.to_string()))
}

/// An object's members one per line; anything else as it is.
pub(super) fn detail(detail: &serde_json::Value) -> AnyView {
    let line = |name: &str, value: &serde_json::Value| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        view! { <li>{format!("{name}: {value}")}</li> }
    };
    match detail {
        serde_json::Value::Null => "—".into_any(),
        serde_json::Value::Object(all) if all.is_empty() => "—".into_any(),
        serde_json::Value::Object(all) => {
            let lines = all.iter().map(|(name, value)| line(name, value)).collect_view();
            view! { <ul class="code staff-detail">{lines}</ul> }.into_any()
        }
        other => view! { <code class="code staff-detail">{other.to_string()}</code> }.into_any(),
    }
}

pub(super) fn subject_text(visit: &Visit, kind: &str) -> Text {
    match kind {
        "booking" => visit.t("staff-subject-booking"),
        "session" => visit.t("staff-subject-session"),
        "session_template" => visit.t("staff-subject-template"),
        "activity" => visit.t("staff-subject-activity"),
        "account" => visit.t("staff-subject-account"),
        "api_client" => visit.t("staff-subject-client"),
        "webhook" => visit.t("staff-subject-webhook"),
        "export" => visit.t("staff-subject-export"),
        "spark_standards" => visit.t("staff-subject-spark-standards"),
        "spark_case" => visit.t("staff-subject-spark-case"),
        "spark_application" => visit.t("staff-subject-spark-application"),
        "spark_paper" => visit.t("staff-subject-spark-paper"),
        "spark_letter" => visit.t("staff-subject-spark-letter"),
        "family" => visit.t("staff-subject-family"),
        "family_contract" => visit.t("staff-subject-family-contract"),
        "family_notice" => visit.t("staff-subject-family-notice"),
        "spark_objection" => visit.t("staff-subject-spark-objection"),
        "telemetry_alarm" => visit.t("staff-subject-telemetry-alarm"),
        "telemetry_channel" => visit.t("staff-subject-telemetry-channel"),
        "telemetry_mute" => visit.t("staff-subject-telemetry-mute"),
        "telemetry_rules" => visit.t("staff-subject-telemetry-rules"),
        "wall_display" => visit.t("staff-subject-wall-display"),
        "lims_letter" => visit.t("staff-subject-lims-letter"),
        "spark_meeting" => visit.t("staff-subject-spark-meeting"),
        "spark_rubric" => visit.t("staff-subject-spark-rubric"),
        "door_device" => visit.t("staff-subject-door-device"),
        "job" => visit.t("staff-subject-job"),
        "waiting" => visit.t("staff-subject-waiting"),
        "bus_request" => visit.t("staff-subject-bus-request"),
        "bus_blackout" => visit.t("staff-subject-bus-blackout"),
        "group_request" => visit.t("staff-subject-group-request"),
        "ambassador_round" => visit.t("staff-subject-ambassador-round"),
        "ambassador_application" => visit.t("staff-subject-ambassador-application"),
        "ambassador_certificate" => visit.t("staff-subject-ambassador-certificate"),
        "file" => visit.t("staff-subject-file"),
        "group_policy" => visit.t("staff-subject-group-policy"),
        "fund" => visit.t("staff-subject-fund"),
        "ledger_entry" => visit.t("staff-subject-ledger-entry"),
        "ledger_month" => visit.t("staff-subject-ledger-month"),
        "award" => visit.t("staff-subject-award"),
        "audit" => visit.t("staff-subject-audit"),
        "clawback" => visit.t("staff-subject-clawback"),
        "tranche" => visit.t("staff-subject-tranche"),
        "payment" => visit.t("staff-subject-payment"),
        "payment_file" => visit.t("staff-subject-payment-file"),
        "statement" => visit.t("staff-subject-statement"),
        "disclosure" => visit.t("staff-subject-disclosure"),
        "custody_unit" => visit.t("staff-subject-custody-unit"),
        "custody_operator" => visit.t("staff-subject-custody-operator"),
        "custody_collector" => visit.t("staff-subject-custody-collector"),
        "custody_lot" => visit.t("staff-subject-custody-lot"),
        "custody_list" => visit.t("staff-subject-custody-list"),
        "custody_rules" => visit.t("staff-subject-custody-rules"),
        "custody_recall" => visit.t("staff-subject-custody-recall"),
        other => Text::from(other.to_owned()),
    }
}

/// What was done, in words: `session.open_door` is the sentence `staff-action-session-open-door`. An action nobody described
/// shows itself.
pub(super) fn action_text(visit: &Visit, action: &str) -> Text {
    i18n::found(visit.locale(), &action_key(action)).unwrap_or_else(|| Text::from(action.to_owned()))
}

fn action_key(action: &str) -> String {
    format!("staff-action-{}", action.replace(['.', '_'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Locale;
    use std::path::Path;

    fn sources(at: &Path, all: &mut String) {
        for entry in std::fs::read_dir(at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push_str(&std::fs::read_to_string(&path).expect("a source"));
            }
        }
    }

    #[test]
    fn every_action_that_is_recorded_has_words() {
        let mut all = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/services/src"), &mut all);
        // `room.what_happened`; a provider's own actions (`SendSms`) have no room.
        let written = all.split("action: \"").skip(1).filter_map(|rest| rest.split('"').next());
        let noted = all.split("noted(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let written = written.chain(noted).filter(|action| action.contains('.'));
        // Those of a kind of request stand in tables of their own.
        let of_kinds = [
            "=> \"group.",
            "=> \"bus.",
            "=> \"ambassador.",
            "str = \"group.",
            "str = \"bus.",
            "str = \"ambassador.",
            "str = \"privacy.",
            "str = \"session.",
            "\"ledger.",
            "\"disclosure.",
        ]
        .map(|start| {
            let room = start.split('"').next_back().unwrap_or_default();
            let rest = all.split(start).skip(1).filter_map(|rest| rest.split('"').next());
            rest.map(|rest| format!("{room}{rest}")).collect::<Vec<_>>()
        });
        let actions: Vec<String> = written.map(str::to_owned).chain(of_kinds.into_iter().flatten()).collect();
        assert!(actions.len() > 30, "{actions:?}");
        let has_words = |action: &&String| i18n::found(Locale::ZhCn, &action_key(action)).is_some();
        let silent: Vec<_> = actions.iter().filter(|action| !has_words(action)).collect();
        assert!(silent.is_empty(), "no words for {silent:?}");
    }
}
