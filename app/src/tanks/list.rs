//! The tanks with how they are, the rooms they stand in, and what is alarmed about.

use super::{AT, DISPLAYS, ROOMS, RULES, WALL, parts, words};
use crate::desk::{crumbs, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::ui::{Banner, Column, EmptyState, Glyph, Illustration, LinkButton, Page, Row, Table, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::telemetry::ChannelKind;
use leptos::prelude::*;
use services::telemetry::{Board, board};

pub(super) const NEWS: &[(&str, &str)] = &[
    ("acknowledged", "tanks-news-acknowledged"),
    ("asked", "tanks-news-asked"),
    ("confirmed", "tanks-news-confirmed"),
    ("ended", "tanks-news-ended"),
    ("drill", "tanks-news-drill"),
];

/// The page.
#[component]
pub fn Tanks() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let board = board(&visit.services, &visit.context).await?;
    let stale = board.is_stale().then(|| stale(visit));
    let content = if board.tanks.is_empty() {
        view! { <EmptyState of=Illustration::Tank title=visit.t("tanks-none")><p>{visit.t("tanks-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        tanks(visit, &board)
    };
    let alarms = (!board.alarms.is_empty()).then(|| {
        view! {
            <section class="section" id="alarms">
                <h2>{visit.t("tanks-alarms")}</h2>
                {parts::alarms(visit, visit.t("tanks-alarms"), &board.alarms, AT)}
            </section>
        }
    });
    let (wall, rules, displays) = (visit.href(WALL), visit.href(RULES), visit.href(DISPLAYS));
    Ok(view! {
        <Page title=visit.t("tanks-title") lead=visit.t("tanks-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {stale}
            <p class="actions">
                <LinkButton href=wall variant=Variant::Secondary glyph=Glyph::Device>{visit.t("tanks-wall")}</LinkButton>
                <LinkButton href=rules variant=Variant::Quiet>{visit.t("tanks-rules-title")}</LinkButton>
                <LinkButton href=displays variant=Variant::Quiet>{visit.t("displays-title")}</LinkButton>
            </p>
            {alarms}
            {parts::mutes(visit, &board.mutes, AT)}
            {content}
            {stores(visit, &board)}
        </Page>
    }
    .into_any())
}

/// Nobody has looked lately.
pub(super) fn stale(visit: &Visit) -> AnyView {
    view! { <Banner tone=Tone::Danger alert=true title=visit.t("tanks-stale")>{visit.t("tanks-stale-text")}</Banner> }
        .into_any()
}

fn tanks(visit: &Visit, board: &Board) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-tank")),
        Column::new(visit.t("tanks-state")),
        Column::number(visit.t("tanks-kind-temperature_top")),
        Column::number(visit.t("tanks-kind-temperature_bottom")),
        Column::number(visit.t("tanks-kind-ln2_level")),
        Column::number(visit.t("tanks-units")),
        Column::new(visit.t("tanks-room")),
        Column::new(visit.t("tanks-purpose")),
    ];
    let rows = board.tanks.iter().map(|tank| {
        let (tone, said) = words::standing(visit, tank);
        let href = visit.href(&format!("{AT}/{}", tank.id));
        let of = |kind| words::reading(visit, tank.channel(kind));
        Row::new()
            .cell(view! { <a href=href>{tank.code.clone()}</a> })
            .cell(view! { <Tag tone=tone>{said}</Tag> })
            .cell(of(ChannelKind::TemperatureTop))
            .cell(of(ChannelKind::TemperatureBottom))
            .cell(of(ChannelKind::Ln2Level))
            .cell(format!("{} / {}", grouped(board.units_in(tank.id)), grouped(tank.places)))
            .cell(tank.room.clone())
            .cell(words::purpose(visit, &tank.purpose))
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("tanks-all")}</h2>
            <Table caption=visit.t("tanks-all") caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("tanks-units-counted")}</p>
        </section>
    }
    .into_any()
}

/// The rooms with what is measured in them.
fn stores(visit: &Visit, board: &Board) -> Option<AnyView> {
    if board.rooms.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("tanks-room")),
        Column::new(visit.t("tanks-measured")),
        Column::number(visit.t("tanks-value")),
        Column::new(visit.t("tanks-heard")),
    ];
    let each = board.rooms.iter().flat_map(|room| room.channels.iter().map(move |channel| (room, channel)));
    let rows = each.map(|(room, channel)| {
        let href = visit.href(&format!("{ROOMS}/{}", room.id));
        Row::new()
            .cell(view! { <a href=href>{room.code.clone()}</a> })
            .cell(words::kind(visit, channel.kind))
            .cell(words::reading(visit, Some(channel)))
            .cell(words::short(visit, channel.heard_at))
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section">
                <h2>{visit.t("tanks-rooms")}</h2>
                <Table caption=visit.t("tanks-rooms") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}
