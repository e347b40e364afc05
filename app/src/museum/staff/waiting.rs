//! The waiting list of a session, on its page: who waits, in order and masked, and why nobody is being promoted.

use crate::desk::{count, moment};
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Banner, Column, EmptyState, Illustration, Row, Table, Tag};
use crate::visit::Visit;
use domain::booking::{Standstill, WaitingState};
use domain::time::{clock_text, day_text, local_day};
use leptos::prelude::*;
use services::booking::{Listed, WaitingList};

/// The list.
pub(super) fn list(visit: &Visit, list: &WaitingList) -> impl IntoView + use<> {
    let shown = if list.lines.is_empty() {
        view! {
            <EmptyState of=Illustration::Family title=visit.t("staff-waiting-none")><p>{visit.t("staff-waiting-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        let why = why(visit, list.why).map(|text| view! { <Banner>{text}</Banner> });
        view! { {why}{table(visit, &list.lines)} }.into_any()
    };
    view! {
        <section class="section" id="waiting">
            <h2>{visit.t("staff-waiting-title")}</h2>
            {shown}
        </section>
    }
}

fn why(visit: &Visit, why: Standstill) -> Option<Text> {
    Some(match why {
        Standstill::NobodyWaits => return None,
        Standstill::SessionClosed => visit.t("staff-why-session-closed"),
        Standstill::NoBookingNeeded => visit.t("staff-why-no-booking-needed"),
        Standstill::TooNear => visit.t("staff-why-too-near"),
        Standstill::Over { people } => count(visit, "staff-why-over", people),
        Standstill::NoneFree => visit.t("staff-why-none-free"),
        Standstill::Kept { places } => count(visit, "staff-why-kept", places),
        Standstill::NoneFits { free, smallest } => {
            visit.t_args("staff-why-none-fits", &[("free", free.into()), ("smallest", smallest.into())])
        }
        Standstill::Rests { parties } => count(visit, "staff-why-rests", parties),
        Standstill::Due => visit.t("staff-why-due"),
    })
}

fn table(visit: &Visit, lines: &[Listed]) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(visit.t("staff-waiting-place")),
        Column::new(visit.t("staff-waiting-name")),
        Column::new(visit.t("staff-waiting-party")),
        Column::new(visit.t("staff-waiting-state")),
        Column::new(visit.t("staff-waiting-since")),
    ];
    let rows = lines.iter().map(|line| {
        let (tone, state) = state(visit, line);
        let others = (line.others > 0 && line.state.is_live()).then(
            || view! { <br/><span class="muted small">{count(visit, "staff-waiting-others", line.others)}</span> },
        );
        let party = if line.children == 0 {
            count(visit, "staff-people", line.people)
        } else {
            visit.t_args("staff-people-children", &[("n", line.people.into()), ("children", line.children.into())])
        };
        Row::new()
            .cell(line.place.to_string())
            .cell(line.name.clone())
            .cell(view! { {party}{others} })
            .cell(view! { <Tag tone=tone>{state}</Tag> })
            .cell(moment(visit, line.since))
            .muted(line.over)
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("staff-waiting-title") caption_hidden=true columns=columns rows=rows/> }
}

fn state(visit: &Visit, line: &Listed) -> (Tone, Text) {
    let plain = |key| (Tone::Plain, visit.t(key));
    match (line.state, line.offered_until) {
        (WaitingState::Offered, Some(until)) if until > visit.context.now => {
            let gap = if visit.locale() == domain::Locale::ZhCn { "" } else { ", " };
            let until = format!("{}{gap}{}", day_text(local_day(until), visit.locale()), clock_text(until));
            (Tone::Success, visit.t_args("staff-waiting-offered-until", &[("until", until.into())]))
        }
        (WaitingState::Offered, Some(_)) => (Tone::Warning, visit.t("staff-waiting-offer-over")),
        (WaitingState::Offered, None) => (Tone::Info, visit.t("staff-waiting-state-elsewhere")),
        (WaitingState::Waiting, _) if line.over => plain("staff-waiting-state-declined"),
        (WaitingState::Waiting, _) if line.rests => (Tone::Warning, visit.t("staff-waiting-state-rests")),
        (WaitingState::Waiting, _) => (Tone::Info, visit.t("staff-waiting-state-waiting")),
        (WaitingState::Booked, _) => (Tone::Success, visit.t("staff-waiting-state-booked")),
        (WaitingState::Declined, _) => plain("staff-waiting-state-declined"),
        (WaitingState::Left, _) => plain("staff-waiting-state-left"),
        (WaitingState::Expired, _) => plain("staff-waiting-state-expired"),
        (WaitingState::Closed, _) => plain("staff-waiting-state-closed"),
        (WaitingState::NotNeeded, _) => plain("staff-waiting-state-not-needed"),
        (WaitingState::NoPlace, _) => plain("staff-waiting-state-no-place"),
    }
}
