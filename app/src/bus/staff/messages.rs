//! The messages about a request, in words: which text, by which way, what became of it.

use super::when;
use crate::i18n::Text;
use crate::ui::{Column, Row, Table};
use crate::visit::Visit;
use leptos::prelude::*;
use services::bus::MessageRow;

/// The messages of a request; nothing where none went out yet.
pub(super) fn messages_table(visit: &Visit, messages: &[MessageRow]) -> Option<impl IntoView + use<>> {
    if messages.is_empty() {
        return None;
    }
    let rows = messages.iter().map(|message| {
        let way = visit.t(if message.channel == "sms" { "bus-message-sms" } else { "bus-message-mail" });
        let at = message.sent_at.unwrap_or(message.created_at).to_jiff();
        Row::new()
            .cell(text(visit, &message.template))
            .cell(way)
            .cell(state(visit, &message.state))
            .cell(when(visit, at))
    });
    let rows = rows.collect();
    let columns = ["bus-message-what", "bus-message-way", "bus-message-state", "bus-message-when"];
    let columns = columns.map(|key| Column::new(visit.t(key))).to_vec();
    Some(view! {
        <section class="section">
            <h2>{visit.t("bus-messages")}</h2>
            <Table caption=visit.t("bus-messages") caption_hidden=true columns=columns rows=rows/>
        </section>
    })
}

fn text(visit: &Visit, template: &str) -> Text {
    match template {
        "bus_received" => visit.t("bus-message-received"),
        "bus_asked" => visit.t("bus-message-asked"),
        "bus_proposed" => visit.t("bus-message-proposed"),
        "bus_scheduled" => visit.t("bus-message-scheduled"),
        "bus_released" => visit.t("bus-message-released"),
        "bus_refused" => visit.t("bus-message-refused"),
        "bus_withdrawn" => visit.t("bus-message-withdrawn"),
        "bus_thanks" => visit.t("bus-message-thanks"),
        other => Text::from(other.to_owned()),
    }
}

fn state(visit: &Visit, state: &str) -> Text {
    match state {
        "sent" => visit.t("bus-message-sent"),
        "failed" => visit.t("bus-message-failed"),
        "dropped" => visit.t("bus-message-dropped"),
        _ => visit.t("bus-message-queued"),
    }
}
