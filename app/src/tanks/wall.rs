//! The wall board: every tank and what is loud, to be read from four metres. It stays live by a small script (`wall.js`) that asks
//! whether anything changed, and says loudly when nobody watches or when it cannot ask; without scripts it is made anew. On a display
//! in which nobody is signed in it names nobody, and leads nowhere.

use super::{AT, WALL, parts, words};
use crate::desk::{may, read_first};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Page, PlainScript, Variant, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::telemetry::ChannelKind;
use domain::time::clock_text;
use leptos::prelude::*;
use serde_json::{Value, json};
use services::telemetry::{Board, TankView, wall};

/// Where the script asks.
pub(super) const NOW: &str = "/staff/wall/now";

/// The page.
#[component]
pub fn WallBoard() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let board = wall(&visit.services, &visit.context).await?;
    // A display on a wall leads nowhere else.
    let leads = may(visit, Capability::SeeTanks);
    let stale = board.is_stale();
    let (now, here) = (visit.href(NOW), visit.href(AT));
    let version = version(&board).to_string();
    let tanks = board.tanks.iter().map(|tank| tile(visit, tank, leads)).collect_view();
    let rooms = board.rooms.iter().map(|room| {
        let (tone, said) = words::of_alarms(visit, &room.alarms, !room.channels.is_empty());
        let oxygen = room.channels.iter().find(|channel| channel.kind == ChannelKind::Oxygen);
        let value = oxygen.map(|channel| words::reading(visit, Some(channel)));
        let href = leads.then(|| visit.href(&format!("{}/{}", super::ROOMS, room.id)));
        square(tone, room.code.clone(), said.to_string(), value.map(|value| value.to_string()), href)
    });
    let rooms = rooms.collect_view();
    Ok(view! {
        <Page title=visit.t("tanks-wall-title") width=Width::Wide headless=true>
            <div class="wall" data-wall=now data-version=version>
                <header class="wall-head">
                    <h1>{visit.t("tanks-wall-title")}</h1>
                    <p class="wall-time">{visit.t_args("tanks-wall-at", &[("at", clock_text(board.now).into())])}</p>
                    {leads.then(|| view! { <p class="no-print"><a href=here>{visit.t("tanks-wall-list")}</a></p> })}
                </header>
                <div class="wall-shout" role="alert" data-wall-shout="" data-offline=visit.t("tanks-wall-offline") data-stale=visit.t("tanks-wall-stale") hidden=!stale>
                    {stale.then(|| visit.t("tanks-wall-stale"))}
                </div>
                <div data-wall-content="">
                    {alarms(visit, &board, leads)}
                    {quiet(visit, &board, leads)}
                    <ul class="wall-tiles">{tanks}{rooms}</ul>
                </div>
            </div>
            <PlainScript source=include_str!("wall.js")/>
        </Page>
    }
    .into_any())
}

/// What is loud, the worst first; that nothing is, as large.
fn alarms(visit: &Visit, board: &Board, leads: bool) -> AnyView {
    if board.alarms.is_empty() {
        return view! { <p class="wall-well">{visit.t("tanks-wall-well")}</p> }.into_any();
    }
    let each = board.alarms.iter().map(|alarm| {
        let tone = words::tone(alarm.state, alarm.severity);
        let what = format!("{} {}", alarm.place, words::rule(visit, &alarm.rule));
        let what = if leads {
            let href = visit.href(&format!("{}/{}", super::ALARMS, alarm.id));
            view! { <a href=href>{what}</a> }.into_any()
        } else {
            what.into_any()
        };
        let drill = alarm.drill.then(|| view! { <strong class="wall-drill">{visit.t("tanks-drill")}</strong> });
        let by = alarm.acknowledged.as_ref().map(|(name, at)| {
            let at = words::short(visit, *at).into();
            let said = if leads {
                visit.t_args("tanks-wall-seen", &[("name", name.clone().into()), ("at", at)])
            } else {
                visit.t_args("tanks-wall-seen-at", &[("at", at)])
            };
            view! { <span>{said}</span> }
        });
        let unanswered = alarm.unanswered(board.now).map(|minutes| {
            view! { <strong>{visit.t_args("tanks-wall-unanswered", &[("n", minutes.into())])}</strong> }
        });
        let facts = format!(
            "{} · {} · {}",
            words::state(visit, alarm.state),
            words::value(visit, alarm.kind, alarm.peak),
            words::short(visit, alarm.began_at)
        );
        view! {
            <li class=format!("wall-alarm wall-{}", tone.name())>
                <p class="wall-alarm-what">{drill}{what}</p>
                <p class="wall-alarm-facts"><span>{facts}</span>{unanswered}{by}</p>
                {parts::acknowledge(visit, alarm, WALL, Variant::Primary)}
            </li>
        }
    });
    let each = each.collect_view();
    view! { <section aria-label=visit.t("tanks-alarms")><ul class="wall-alarms">{each}</ul></section> }.into_any()
}

/// Channels that are quiet: by whom, why, until when.
fn quiet(visit: &Visit, board: &Board, leads: bool) -> Option<AnyView> {
    let each: Vec<_> = board
        .mutes
        .iter()
        .map(|mute| {
            let until =
                mute.until.map_or_else(|| visit.t("tanks-mute-waits").to_string(), |at| words::short(visit, at));
            let (code, until) = (("code", mute.code.clone().into()), ("until", until.into()));
            let said = if leads {
                let (owner, reason) = (mute.owner.clone().into(), mute.reason.clone().into());
                visit.t_args("tanks-wall-muted", &[code, ("owner", owner), ("reason", reason), until])
            } else {
                visit.t_args("tanks-wall-muted-until", &[code, until])
            };
            view! { <li>{said}</li> }
        })
        .collect();
    (!each.is_empty()).then(|| view! { <ul class="wall-mutes">{each}</ul> }.into_any())
}

fn tile(visit: &Visit, tank: &TankView, leads: bool) -> AnyView {
    let (tone, said) = words::standing(visit, tank);
    let top = tank.channel(ChannelKind::TemperatureTop).or_else(|| tank.channel(ChannelKind::TemperatureBottom));
    let level = tank.channel(ChannelKind::Ln2Level).map(|channel| words::reading(visit, Some(channel)));
    let values = [Some(words::reading(visit, top)), level];
    let values: Vec<String> = values.into_iter().flatten().map(|text| text.to_string()).collect();
    let href = leads.then(|| visit.href(&format!("{AT}/{}", tank.id)));
    // Of what nobody measures that is said once.
    let values = (!tank.channels.is_empty()).then(|| values.join(" · "));
    square(tone, tank.code.clone(), said.to_string(), values, href)
}

fn square(tone: Tone, code: String, said: String, value: Option<String>, href: Option<String>) -> AnyView {
    let name = match href {
        Some(href) => view! { <a href=href>{code}</a> }.into_any(),
        None => code.into_any(),
    };
    view! {
        <li class=format!("wall-tile wall-{}", tone.name())>
            <p class="wall-code">{name}</p>
            <p class="wall-said">{said}</p>
            {value.map(|value| view! { <p class="wall-value">{value}</p> })}
        </li>
    }
    .into_any()
}

/// What is shown, so that the script knows whether it is still so.
pub(super) fn version(board: &Board) -> Value {
    let channels = |channels: &[services::telemetry::ChannelView]| -> Vec<Value> {
        channels
            .iter()
            .map(|channel| json!([channel.id, channel.value.map(|value| format!("{value:.1}")), channel.silent]))
            .collect()
    };
    let alarms: Vec<Value> = board.alarms.iter().map(|alarm| json!([alarm.id, alarm.seq, alarm.peak])).collect();
    let mutes: Vec<Value> = board.mutes.iter().map(|mute| json!([mute.id, mute.until])).collect();
    let tanks: Vec<Value> = board.tanks.iter().map(|tank| json!(channels(&tank.channels))).collect();
    let rooms: Vec<Value> = board.rooms.iter().map(|room| json!(channels(&room.channels))).collect();
    // (The minute is part of it: a board that stands still says since when.)
    json!({ "at": clock_text(board.now), "stale": board.is_stale(), "alarms": alarms, "mutes": mutes, "tanks": tanks, "rooms": rooms })
}
