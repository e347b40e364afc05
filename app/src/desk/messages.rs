//! The messages about a request, in words: which text, by which way, what became of it.

use super::moment;
use crate::i18n::Text;
use crate::ui::{Column, Row, Table};
use crate::visit::Visit;
use leptos::prelude::*;
use services::messages::MessageRow;

/// The messages of a request, each in the `words` of its room; nothing where none went out yet.
pub(crate) fn messages_table(
    visit: &Visit,
    messages: &[MessageRow],
    words: fn(&Visit, &str) -> Text,
) -> Option<impl IntoView + use<>> {
    if messages.is_empty() {
        return None;
    }
    let rows = messages.iter().map(|message| {
        let way = visit.t(if message.channel == "sms" { "bus-message-sms" } else { "bus-message-mail" });
        let at = message.sent_at.unwrap_or(message.created_at).to_jiff();
        Row::new()
            .cell(words(visit, &message.template))
            .cell(way)
            .cell(state(visit, &message.state))
            .cell(moment(visit, at))
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

fn state(visit: &Visit, state: &str) -> Text {
    match state {
        "sent" => visit.t("bus-message-sent"),
        "failed" => visit.t("bus-message-failed"),
        "dropped" => visit.t("bus-message-dropped"),
        _ => visit.t("bus-message-queued"),
    }
}
