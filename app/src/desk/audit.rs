//! The audit trail, for auditors: newest first, narrowed by what it happened to, who did it, and what was done.

use super::{crumbs, moment, read_first, rooms};
use crate::form::FormState;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Column, EmptyState, Form, Illustration, LinkButton, Page, Pagination, Row, Select, Table,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::field::{Fault, FieldError};
use leptos::prelude::*;
use services::audit::{self, Filter, Listed};
use uuid::Uuid;

/// The rooms whose actions one may ask for.
const ROOMS: [(&str, &str); 19] = [
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
    ("spark.", "staff-audit-room-spark"),
];

/// The audit trail.
#[component]
pub fn AuditTrail() -> impl IntoView {
    read_first(page(visit()))
}

/// The fields of the filter as a form that was sent, so that they show what is asked and what is wrong with it.
fn asked(visit: &Visit) -> (Filter, FormState) {
    let names = ["subject", "actor", "action"];
    let typed = names.iter().filter_map(|name| Some((*name, visit.query.get(name)?.trim())));
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
    let filter = Filter { subject, actor, action_prefix: form.value("action").map(str::to_owned) };
    (filter, form)
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let (filter, form) = asked(&visit);
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
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{clear}</p>
            </Form>
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
    for name in ["action", "subject", "actor"] {
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
fn short(id: Uuid) -> String {
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
    let request = entry.request.map(|id| view! { <br/><span class="muted small">{visit.t("staff-audit-request")}" "<code class="code">{short(id)}</code></span> });
    let seconds = domain::time::local(entry.at).second();
    let when = format!("{}:{seconds:02}", moment(visit, entry.at));
    Row::new()
        .cell(view! { <div>{when}{request}</div> })
        .cell(view! { {words}{code} })
        .cell(view! { {who}{link("actor", entry.actor)} })
        .cell(view! { {subject_text(visit, &entry.subject_kind)}{link("subject", entry.subject)} })
        .cell(detail(&entry.detail))
        .cell(entry.position.map_or("—".to_owned(), |n| n.to_string()))
}

/// An object's members one per line; anything else as it is.
fn detail(detail: &serde_json::Value) -> AnyView {
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

fn subject_text(visit: &Visit, kind: &str) -> Text {
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
        other => Text::from(other.to_owned()),
    }
}

/// What was done, in words; an action nobody described shows itself.
fn action_text(visit: &Visit, action: &str) -> Text {
    match action {
        "booking.made" => visit.t("staff-action-booking-made"),
        "booking.cancelled" => visit.t("staff-action-booking-cancelled"),
        "session.closing" => visit.t("staff-action-session-closing"),
        "session.closed" => visit.t("staff-action-session-closed"),
        "session.open_door" => visit.t("staff-action-session-open-door"),
        "session.no_booking_needed" => visit.t("staff-action-session-no-booking-needed"),
        "session.booking_needed" => visit.t("staff-action-session-booking-needed"),
        "session.reopened" => visit.t("staff-action-session-reopened"),
        "waiting.joined" => visit.t("staff-action-waiting-joined"),
        "waiting.offered" => visit.t("staff-action-waiting-offered"),
        "waiting.declined" => visit.t("staff-action-waiting-declined"),
        "waiting.left" => visit.t("staff-action-waiting-left"),
        "waiting.expired" => visit.t("staff-action-waiting-expired"),
        "waiting.closed" => visit.t("staff-action-waiting-closed"),
        "waiting.rests" => visit.t("staff-action-waiting-rests"),
        "waiting.not_needed" => visit.t("staff-action-waiting-not-needed"),
        "waiting.no_place" => visit.t("staff-action-waiting-no-place"),
        "booking.resized" => visit.t("staff-action-booking-resized"),
        "booking.moved" => visit.t("staff-action-booking-moved"),
        "booking.exported" => visit.t("staff-action-booking-exported"),
        "spark.standards_published" => visit.t("staff-action-spark-standards-published"),
        "export.scheduled" => visit.t("staff-action-export-scheduled"),
        "export.changed" => visit.t("staff-action-export-changed"),
        "export.paused" => visit.t("staff-action-export-paused"),
        "export.resumed" => visit.t("staff-action-export-resumed"),
        "export.ended" => visit.t("staff-action-export-ended"),
        "export.sent" => visit.t("staff-action-export-sent"),
        "export.told" => visit.t("staff-action-export-told"),
        "export.withheld" => visit.t("staff-action-export-withheld"),
        "staff.mail_changed" => visit.t("staff-action-staff-mail-changed"),
        "staff.mail_removed" => visit.t("staff-action-staff-mail-removed"),
        "numbers.exported" => visit.t("staff-action-numbers-exported"),
        "booking.contact_revealed" => visit.t("staff-action-booking-contact-revealed"),
        "session.added" => visit.t("staff-action-session-added"),
        "session.changed" => visit.t("staff-action-session-changed"),
        "template.added" => visit.t("staff-action-template-added"),
        "template.ended" => visit.t("staff-action-template-ended"),
        "exception.added" => visit.t("staff-action-exception-added"),
        "door.admitted" => visit.t("staff-action-door-admitted"),
        "door.refused" => visit.t("staff-action-door-refused"),
        "door.searched" => visit.t("staff-action-door-searched"),
        "door.overridden" => visit.t("staff-action-door-overridden"),
        "door.conflict_raised" => visit.t("staff-action-door-conflict-raised"),
        "door.conflict_resolved" => visit.t("staff-action-door-conflict-resolved"),
        "door.device_added" => visit.t("staff-action-door-device-added"),
        "door.device_enrolled" => visit.t("staff-action-door-device-enrolled"),
        "door.device_revoked" => visit.t("staff-action-door-device-revoked"),
        "door.device_wiped" => visit.t("staff-action-door-device-wiped"),
        "door.shift_ended" => visit.t("staff-action-door-shift-ended"),
        "account.made" => visit.t("staff-action-account-made"),
        "account.signed_in" => visit.t("staff-action-account-signed-in"),
        "account.signed_out" => visit.t("staff-action-account-signed-out"),
        "account.sign_in_refused" => visit.t("staff-action-account-sign-in-refused"),
        "account.session_revoked" => visit.t("staff-action-account-session-revoked"),
        "account.sessions_revoked" => visit.t("staff-action-account-sessions-revoked"),
        "account.sessions_ended" => visit.t("staff-action-account-sessions-ended"),
        "staff.sessions_ended" => visit.t("staff-action-staff-sessions-ended"),
        "account.name_changed" => visit.t("staff-action-account-name-changed"),
        "account.contact_changed" => visit.t("staff-action-account-contact-changed"),
        "account.contact_change_asked" => visit.t("staff-action-account-contact-change-asked"),
        "account.contact_change_stopped" => visit.t("staff-action-account-contact-change-stopped"),
        "account.proven" => visit.t("staff-action-account-proven"),
        "account.proof_refused" => visit.t("staff-action-account-proof-refused"),
        "account.locale_changed" => visit.t("staff-action-account-locale-changed"),
        "account.exported" => visit.t("staff-action-account-exported"),
        "account.deleted" => visit.t("staff-action-account-deleted"),
        "staff.created" => visit.t("staff-action-staff-created"),
        "staff.enrolment_begun" => visit.t("staff-action-staff-enrolment-begun"),
        "staff.enrolled" => visit.t("staff-action-staff-enrolled"),
        "staff.password_shown" => visit.t("staff-action-staff-password-shown"),
        "staff.passkey_added" => visit.t("staff-action-staff-passkey-added"),
        "staff.passkey_removed" => visit.t("staff-action-staff-passkey-removed"),
        "staff.passkey_counted_back" => visit.t("staff-action-staff-passkey-counted-back"),
        "staff.signed_in" => visit.t("staff-action-staff-signed-in"),
        "staff.sign_in_refused" => visit.t("staff-action-staff-sign-in-refused"),
        "staff.stepped_up" => visit.t("staff-action-staff-stepped-up"),
        "staff.step_up_refused" => visit.t("staff-action-staff-step-up-refused"),
        "staff.password_changed" => visit.t("staff-action-staff-password-changed"),
        "staff.password_refused" => visit.t("staff-action-staff-password-refused"),
        "staff.recovery_codes_renewed" => visit.t("staff-action-staff-recovery-codes-renewed"),
        "staff.roles_changed" => visit.t("staff-action-staff-roles-changed"),
        "staff.password_reset" => visit.t("staff-action-staff-password-reset"),
        "staff.factor_reset" => visit.t("staff-action-staff-factor-reset"),
        // Until the two were told apart.
        "staff.reset" => visit.t("staff-action-staff-reset"),
        "staff.deactivated" => visit.t("staff-action-staff-deactivated"),
        "client.created" => visit.t("staff-action-client-created"),
        "client.granted" => visit.t("staff-action-client-granted"),
        "client.refreshed" => visit.t("staff-action-client-refreshed"),
        "client.refused" => visit.t("staff-action-client-refused"),
        "client.token_reused" => visit.t("staff-action-client-token-reused"),
        "client.grant_revoked" => visit.t("staff-action-client-grant-revoked"),
        "client.revoked" => visit.t("staff-action-client-revoked"),
        "webhook.added" => visit.t("staff-action-webhook-added"),
        "webhook.changed" => visit.t("staff-action-webhook-changed"),
        "webhook.removed" => visit.t("staff-action-webhook-removed"),
        "webhook.paused" => visit.t("staff-action-webhook-paused"),
        "webhook.resumed" => visit.t("staff-action-webhook-resumed"),
        "webhook.secret_changed" => visit.t("staff-action-webhook-secret-changed"),
        "webhook.tested" => visit.t("staff-action-webhook-tested"),
        "webhook.redelivered" => visit.t("staff-action-webhook-redelivered"),
        "job.retried" => visit.t("staff-action-job-retried"),
        "job.discarded" => visit.t("staff-action-job-discarded"),
        "bus.requested" => visit.t("staff-action-bus-requested"),
        "bus.asked" => visit.t("staff-action-bus-asked"),
        "bus.answered" => visit.t("staff-action-bus-answered"),
        "bus.proposed" => visit.t("staff-action-bus-proposed"),
        "bus.accepted" => visit.t("staff-action-bus-accepted"),
        "bus.declined" => visit.t("staff-action-bus-declined"),
        "bus.lapsed" => visit.t("staff-action-bus-lapsed"),
        "bus.released" => visit.t("staff-action-bus-released"),
        "bus.scheduled" => visit.t("staff-action-bus-scheduled"),
        "bus.visited" => visit.t("staff-action-bus-visited"),
        "bus.refused" => visit.t("staff-action-bus-refused"),
        "bus.withdrawn" => visit.t("staff-action-bus-withdrawn"),
        "bus.feedback_given" => visit.t("staff-action-bus-feedback-given"),
        "bus.assigned" => visit.t("staff-action-bus-assigned"),
        "bus.contact_revealed" => visit.t("staff-action-bus-contact-revealed"),
        "bus.blackout_added" => visit.t("staff-action-bus-blackout-added"),
        "bus.blackout_ended" => visit.t("staff-action-bus-blackout-ended"),
        "booking.no_show" => visit.t("staff-action-booking-no-show"),
        "booking.no_show_lifted" => visit.t("staff-action-booking-no-show-lifted"),
        "booking.document_revealed" => visit.t("staff-action-booking-document-revealed"),
        "booking.sensitive_revealed" => visit.t("staff-action-booking-sensitive-revealed"),
        "museum.rules_changed" => visit.t("staff-action-museum-rules-changed"),
        "release.planned" => visit.t("staff-action-release-planned"),
        "release.promised" => visit.t("staff-action-release-promised"),
        "release.called-off" => visit.t("staff-action-release-called-off"),
        "door.outage_declared" => visit.t("staff-action-door-outage-declared"),
        "event.added" => visit.t("staff-action-event-added"),
        "event.changed" => visit.t("staff-action-event-changed"),
        "event.date_added" => visit.t("staff-action-event-date-added"),
        "event.date_moved" => visit.t("staff-action-event-date-moved"),
        "event.published" => visit.t("staff-action-event-published"),
        "event.questions_published" => visit.t("staff-action-event-questions-published"),
        "event.withdrawn" => visit.t("staff-action-event-withdrawn"),
        "ambassador.applied" => visit.t("staff-action-ambassador-applied"),
        "ambassador.asked" => visit.t("staff-action-ambassador-asked"),
        "ambassador.answered" => visit.t("staff-action-ambassador-answered"),
        "ambassador.selected" => visit.t("staff-action-ambassador-selected"),
        "ambassador.reserved" => visit.t("staff-action-ambassador-reserved"),
        "ambassador.promoted" => visit.t("staff-action-ambassador-promoted"),
        "ambassador.confirmed" => visit.t("staff-action-ambassador-confirmed"),
        "ambassador.declined" => visit.t("staff-action-ambassador-declined"),
        "ambassador.released" => visit.t("staff-action-ambassador-released"),
        "ambassador.attended" => visit.t("staff-action-ambassador-attended"),
        "ambassador.absent" => visit.t("staff-action-ambassador-absent"),
        "ambassador.certified" => visit.t("staff-action-ambassador-certified"),
        "ambassador.refused" => visit.t("staff-action-ambassador-refused"),
        "ambassador.withdrawn" => visit.t("staff-action-ambassador-withdrawn"),
        "ambassador.decided" => visit.t("staff-action-ambassador-decided"),
        "ambassador.read" => visit.t("staff-action-ambassador-read"),
        "ambassador.contact_revealed" => visit.t("staff-action-ambassador-contact-revealed"),
        "ambassador.certificate_renamed" => visit.t("staff-action-ambassador-certificate-renamed"),
        "ambassador.certificate_revoked" => visit.t("staff-action-ambassador-certificate-revoked"),
        "ambassador.round_added" => visit.t("staff-action-ambassador-round-added"),
        "ambassador.round_changed" => visit.t("staff-action-ambassador-round-changed"),
        "ambassador.round_shown" => visit.t("staff-action-ambassador-round-shown"),
        "ambassador.round_hidden" => visit.t("staff-action-ambassador-round-hidden"),
        "ambassador.training_added" => visit.t("staff-action-ambassador-training-added"),
        "ambassador.training_changed" => visit.t("staff-action-ambassador-training-changed"),
        "ambassador.training_removed" => visit.t("staff-action-ambassador-training-removed"),
        "ambassador.selection_published" => visit.t("staff-action-ambassador-selection-published"),
        "ambassador.certificates_issued" => visit.t("staff-action-ambassador-certificates-issued"),
        "privacy.ambassador_erased" => visit.t("staff-action-privacy-ambassador-erased"),
        "privacy.ambassador_certificate_erased" => visit.t("staff-action-privacy-ambassador-certificate-erased"),
        "group.requested" => visit.t("staff-action-group-requested"),
        "group.asked" => visit.t("staff-action-group-asked"),
        "group.answered" => visit.t("staff-action-group-answered"),
        "group.proposed" => visit.t("staff-action-group-proposed"),
        "group.accepted" => visit.t("staff-action-group-accepted"),
        "group.declined" => visit.t("staff-action-group-declined"),
        "group.lapsed" => visit.t("staff-action-group-lapsed"),
        "group.approved" => visit.t("staff-action-group-approved"),
        "group.closed" => visit.t("staff-action-group-closed"),
        "group.cancelled" => visit.t("staff-action-group-cancelled"),
        "group.missed" => visit.t("staff-action-group-missed"),
        "group.passed" => visit.t("staff-action-group-passed"),
        "group.visited" => visit.t("staff-action-group-visited"),
        "group.refused" => visit.t("staff-action-group-refused"),
        "group.withdrawn" => visit.t("staff-action-group-withdrawn"),
        "group.resized" => visit.t("staff-action-group-resized"),
        "group.contact_revealed" => visit.t("staff-action-group-contact-revealed"),
        "group.policy_changed" => visit.t("staff-action-group-policy-changed"),
        "bus.photo_added" => visit.t("staff-action-bus-photo-added"),
        "bus.photo_shown" => visit.t("staff-action-bus-photo-shown"),
        "bus.photo_hidden" => visit.t("staff-action-bus-photo-hidden"),
        "bus.photo_moved" => visit.t("staff-action-bus-photo-moved"),
        "bus.photo_removed" => visit.t("staff-action-bus-photo-removed"),
        "bus.unit_saved" => visit.t("staff-action-bus-unit-saved"),
        "bus.unit_retired" => visit.t("staff-action-bus-unit-retired"),
        "group.letter_saved" => visit.t("staff-action-group-letter-saved"),
        "group.letter_removed" => visit.t("staff-action-group-letter-removed"),
        "group.letter_opened" => visit.t("staff-action-group-letter-opened"),
        "group.roster_saved" => visit.t("staff-action-group-roster-saved"),
        "group.roster_removed" => visit.t("staff-action-group-roster-removed"),
        "group.roster_exported" => visit.t("staff-action-group-roster-exported"),
        "privacy.account_erased" => visit.t("staff-action-privacy-account-erased"),
        "privacy.bus_request_erased" => visit.t("staff-action-privacy-bus-request-erased"),
        "privacy.bus_photos_erased" => visit.t("staff-action-privacy-bus-photos-erased"),
        "privacy.group_request_erased" => visit.t("staff-action-privacy-group-request-erased"),
        "privacy.group_roster_erased" => visit.t("staff-action-privacy-group-roster-erased"),
        "privacy.documents_erased" => visit.t("staff-action-privacy-documents-erased"),
        "privacy.session_erased" => visit.t("staff-action-privacy-session-erased"),
        "privacy.waiting_erased" => visit.t("staff-action-privacy-waiting-erased"),
        other => Text::from(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
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
        ]
        .map(|start| {
            let room = start.split('"').next_back().unwrap_or_default();
            let rest = all.split(start).skip(1).filter_map(|rest| rest.split('"').next());
            rest.map(|rest| format!("{room}{rest}")).collect::<Vec<_>>()
        });
        let actions: Vec<String> = written.map(str::to_owned).chain(of_kinds.into_iter().flatten()).collect();
        assert!(actions.len() > 30, "{actions:?}");
        let here = include_str!("audit.rs");
        let silent: Vec<_> = actions.iter().filter(|it| !here.contains(&format!("\"{it}\" =>"))).collect();
        assert!(silent.is_empty(), "no words for {silent:?}");
    }
}
