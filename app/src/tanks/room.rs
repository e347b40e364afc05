//! A room in which tanks stand: its air, its fan, its power, now and over time; its alarms, and what one can do about its channels.

use super::list::{NEWS, stale};
use super::{AT, ROOMS, parts, words};
use crate::desk::{crumbs, news, read_first, rooms};
use crate::problem::Problem;
use crate::ui::{Page, SummaryList, SummaryRow, Tag, Width};
use crate::visit::{Visit, param, visit};
use domain::ids::RoomId;
use domain::telemetry::ChannelKind;
use leptos::prelude::*;
use services::telemetry::{self, RoomPresent, RoomView, Span};

/// The page.
#[component]
pub fn RoomPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<RoomId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    let RoomPresent { room, alarms, stale: old } = telemetry::room(services, context, id).await?;
    let span = visit.query.get("span").and_then(Span::from_name).unwrap_or(Span::Day);
    // What is on or off says more in the list of alarms than as a line.
    let kinds = room.channels.iter().map(|channel| channel.kind).filter(|kind| !kind.is_switch());
    let kinds: Vec<[ChannelKind; 1]> = kinds.map(|kind| [kind]).collect();
    let each: Vec<&[ChannelKind]> = kinds.iter().map(<[ChannelKind; 1]>::as_slice).collect();
    let histories = telemetry::histories(services, context, id, (&each, span)).await?;
    let charts = kinds.iter().zip(&histories);
    let charts: Vec<AnyView> =
        charts.map(|([kind], history)| words::trend(visit, words::kind(visit, *kind), history)).collect();
    let back = format!("{ROOMS}/{id}");
    let title = visit.t_args("tanks-room-one", &[("code", room.code.clone().into())]);
    let history = (!charts.is_empty()).then(|| parts::history(visit, span, &back, charts));
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(AT, "tanks-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {old.then(|| stale(visit))}
            <SummaryList rows=facts(visit, &room)/>
            {parts::open(visit, &alarms, &back)}
            {parts::mutes(visit, &room.mutes, &back)}
            {history}
            {parts::channels(visit, &room.channels)}
            {parts::past(visit, &alarms, &back)}
            {parts::acts(visit, &room.channels, &back)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, room: &RoomView) -> Vec<SummaryRow> {
    let (tone, said) = words::of_alarms(visit, &room.alarms, !room.channels.is_empty());
    let mut rows = vec![SummaryRow::new(visit.t("tanks-state"), view! { <Tag tone=tone>{said}</Tag> })];
    let each = room.channels.iter();
    rows.extend(
        each.map(|channel| SummaryRow::new(words::kind(visit, channel.kind), words::reading(visit, Some(channel)))),
    );
    rows
}
