//! What a partner's endpoint and its deliveries are called.

use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::webhooks::{Pause, TEST, Topic};
use leptos::prelude::*;
use services::webhooks::{Delivery, Endpoint, Progress, Standing};

pub(super) fn topic_text(visit: &Visit, topic: Topic) -> Text {
    visit.t(match topic {
        Topic::SessionChanged => "webhooks-topic-session-changed",
        Topic::SessionClosed => "webhooks-topic-session-closed",
        Topic::BookingCreated => "webhooks-topic-booking-created",
        Topic::BookingChanged => "webhooks-topic-booking-changed",
        Topic::BookingCancelled => "webhooks-topic-booking-cancelled",
        Topic::EventPublished => "webhooks-topic-event-published",
        Topic::EventWithdrawn => "webhooks-topic-event-withdrawn",
        Topic::BusStopPublished => "webhooks-topic-bus-stop-published",
        Topic::BusStopChanged => "webhooks-topic-bus-stop-changed",
        Topic::WaitingOffered => "webhooks-topic-waiting-offered",
        Topic::WaitingExpired => "webhooks-topic-waiting-expired",
    })
}

/// The same of a delivery's kind; one nobody knows shows itself.
pub(super) fn kind_text(visit: &Visit, kind: &str) -> Text {
    match Topic::from_name(kind) {
        Some(topic) => topic_text(visit, topic),
        None if kind == TEST => visit.t("webhooks-topic-test"),
        None => Text::from(kind.to_owned()),
    }
}

pub(super) fn standing_tag(visit: &Visit, endpoint: &Endpoint) -> AnyView {
    let (tone, key) = match endpoint.standing {
        Standing::Active if endpoint.failing_since.is_some() => (Tone::Warning, "webhooks-state-failing"),
        Standing::Active => (Tone::Success, "webhooks-state-active"),
        Standing::Paused(Pause::Staff) => (Tone::Plain, "webhooks-state-paused"),
        Standing::Paused(Pause::Failing) => (Tone::Danger, "webhooks-state-paused-failing"),
        Standing::Paused(Pause::Gone) => (Tone::Danger, "webhooks-state-paused-gone"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

pub(super) fn progress_tag(visit: &Visit, delivery: &Delivery) -> AnyView {
    let (tone, key) = match delivery.progress {
        Progress::Delivered => (Tone::Success, "webhooks-progress-delivered"),
        Progress::Waiting if delivery.attempts == 0 => (Tone::Info, "webhooks-progress-waiting"),
        Progress::Waiting => (Tone::Warning, "webhooks-progress-retrying"),
        Progress::GivenUp => (Tone::Danger, "webhooks-progress-given-up"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

/// What came of the last attempt.
pub(super) fn answer_text(visit: &Visit, delivery: &Delivery) -> Text {
    if let Some(status) = delivery.status {
        return visit.t_args("webhooks-answer-status", &[("status", status.into())]);
    }
    match delivery.error.as_deref() {
        None => "—".into(),
        Some("timeout") => visit.t("webhooks-answer-timeout"),
        Some("unreachable") => visit.t("webhooks-answer-unreachable"),
        Some("broken_off") => visit.t("webhooks-answer-broken-off"),
        Some("name_unknown") => visit.t("webhooks-answer-name-unknown"),
        Some("tls") => visit.t("webhooks-answer-tls"),
        Some("client_revoked") => visit.t("webhooks-answer-client-revoked"),
        Some("address_shape") => visit.t("webhooks-answer-address-shape"),
        Some("address_private") => visit.t("webhooks-answer-address-private"),
        Some(other) => Text::from(other.to_owned()),
    }
}

pub(super) fn when(visit: &Visit, at: Option<jiff::Timestamp>) -> String {
    at.map_or_else(|| "—".to_owned(), |at| moment(visit, at))
}
