//! A meeting: its own page for whoever holds it, another for whoever sits at it.

use super::table::{agenda, items};
use super::words::{names_text, person_text, state_tag};
use super::{AT, at, minutes_at, sitting};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Dialog, Form, HiddenField, LinkButton, Page, SummaryList, SummaryRow, Variant,
    Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{AccountId, MeetingId};
use domain::spark::review::meeting::{Event, State};
use domain::time::day_text;
use leptos::prelude::*;
use services::ledger::views::Person;
use services::spark::review::{ReviewError, Room, own_meeting, room};
use std::collections::BTreeSet;

/// What was just done; a member's page says the same.
pub(super) const NEWS: &[(&str, &str)] = &[
    ("planned", "committee-done-planned"),
    ("agenda", "committee-done-agenda"),
    ("frozen", "committee-done-frozen"),
    ("present", "committee-done-present"),
    ("moved", "committee-done-moved"),
    ("put-off", "committee-done-put-off"),
    ("taken-up", "committee-done-taken-up"),
    ("closed", "committee-done-closed"),
    ("reopened", "committee-done-reopened"),
    ("signed", "committee-done-signed"),
    ("voted", "committee-done-voted"),
    ("declared", "committee-done-declared"),
];

/// The page.
#[component]
pub fn MeetingPage() -> impl IntoView {
    read_first(page(visit(), super::named("id")))
}

async fn page(visit: Visit, id: Option<MeetingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    // Whoever sits at it sees no more than a member, whatever else they do.
    if may(visit, Capability::VoteOnCases) {
        match own_meeting(services, context, id).await {
            Ok(own) => return sitting::page(visit, own).await,
            Err(ReviewError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if !may(visit, Capability::ConveneCommittee) {
        return Err(Problem::NotFound);
    }
    let room = room(services, context, id).await?;
    let day = day_text(room.meeting.day, visit.locale());
    let title = visit.t_args("committee-one", &[("day", day.into())]);
    let table = match room.meeting.state {
        State::Planned => agenda(visit, &room),
        _ => items(visit, &room),
    };
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(AT, "committee-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {head(visit, &room)}
            <div class="request">
                <div class="stack">{facts(visit, &room)}</div>
                <div class="stack">{steps(visit, &room)}</div>
            </div>
            {table}
        </Page>
    }
    .into_any())
}

/// Where it stands, and what comes next.
pub(super) fn standing(visit: &Visit, state: State) -> impl IntoView + use<> {
    view! {
        <p class="request-state">
            {state_tag(visit, state)}
            <span class="muted">{visit.t(&format!("committee-next-{}", state.name()))}</span>
        </p>
    }
}

fn head(visit: &Visit, room: &Room) -> impl IntoView + use<> {
    let closed = room.meeting.closed.map(|(_, at)| {
        let who = room.closed_by.as_ref().map(|person| person_text(visit, person)).unwrap_or_default();
        let args = [("who", who.into()), ("at", moment(visit, at).into())];
        let href = visit.href(&minutes_at(room.meeting.id));
        view! {
            <p>{visit.t_args("committee-closed-by", &args)}" "<a href=href>{visit.t("committee-minutes")}</a></p>
        }
    });
    view! {
        {standing(visit, room.meeting.state)}
        {closed}
    }
}

/// Everybody who sits, as people.
pub(super) fn people(room: &Room) -> Vec<Person> {
    room.seats.iter().map(|seat| seat.person.clone()).collect()
}

fn facts(visit: &Visit, room: &Room) -> impl IntoView + use<> {
    let people = people(room);
    let roll = &room.meeting.roll;
    let others = people.iter().map(|one| &one.account).filter(|one| **one != roll.chair() && **one != roll.deputy());
    let mut rows = vec![
        SummaryRow::new(visit.t("committee-chair"), names_text(visit, &people, [&roll.chair()])),
        SummaryRow::new(visit.t("committee-deputy"), names_text(visit, &people, [&roll.deputy()])),
        SummaryRow::new(visit.t("committee-others"), names_text(visit, &people, others)),
    ];
    if let Some(pack) = room.meeting.pack {
        let text = view! {
            <code class="code committee-hash">{pack.to_string()}</code>
            <p class="muted small">{visit.t("committee-pack-covers")}</p>
        };
        rows.push(SummaryRow::new(visit.t("committee-pack"), text));
    }
    let unknown: Vec<&AccountId> =
        room.seats.iter().filter(|seat| !seat.known).map(|seat| &seat.person.account).collect();
    let told = (!unknown.is_empty()).then(|| {
        let text = visit.t_args("committee-unknown-text", &[("who", names_text(visit, &people, unknown).into())]);
        view! { <Banner tone=Tone::Warning>{text}</Banner> }
    });
    view! {
        <SummaryList rows=rows/>
        {told}
    }
}

/// A form with the meeting's version and one button.
fn step_form(visit: &Visit, room: &Room, (to, event): (&str, Option<Event>), label: &str, weight: Variant) -> AnyView {
    let event = event.map(|event| view! { <HiddenField name="event" value=event.name()/> });
    view! {
        <Form action=to_of(visit, room, to)>
            <HiddenField name="version" value=room.meeting.version.to_string()/>
            {event}
            <p class="actions"><Button variant=weight>{visit.t(label)}</Button></p>
        </Form>
    }
    .into_any()
}

/// The same, asked again before.
fn asked_again(visit: &Visit, room: &Room, step: (&str, Option<Event>), (label, text): (&str, &str)) -> AnyView {
    let form = step_form(visit, room, step, label, Variant::Danger);
    view! {
        <Dialog label=visit.t(label) title=visit.t(label)>
            <p>{visit.t(text)}</p>
            {form}
        </Dialog>
    }
    .into_any()
}

/// Where a form of this meeting goes.
pub(super) fn to_of(visit: &Visit, room: &Room, what: &str) -> String {
    visit.href(&format!("{}/{what}", at(room.meeting.id)))
}

/// What can be done with the meeting now.
fn steps(visit: &Visit, room: &Room) -> AnyView {
    let frozen = matches!(room.meeting.state, State::PackFrozen | State::InSession | State::Adjourned);
    let ways: Vec<AnyView> = match room.meeting.state {
        // Others bring it further; who is in the room is noted by whoever is there to see it.
        state if !room.leads && !state.is_over() => {
            let others = view! { <p class="muted">{visit.t("committee-steps-others")}</p> }.into_any();
            let minutes = (state == State::Decided).then(|| minutes(visit, room, Variant::Secondary));
            [Some(others), frozen.then(|| present(visit, room)), minutes].into_iter().flatten().collect()
        }
        State::Planned => vec![
            asked_again(visit, room, ("freeze", None), ("committee-freeze", "committee-freeze-text")),
            asked_again(visit, room, ("step", Some(Event::Cancel)), ("committee-cancel", "committee-cancel-text")),
        ],
        State::PackFrozen => vec![
            present(visit, room),
            step_form(visit, room, ("step", Some(Event::Open)), "committee-open", Variant::Primary),
            asked_again(visit, room, ("step", Some(Event::Thaw)), ("committee-thaw", "committee-thaw-text")),
            asked_again(visit, room, ("step", Some(Event::Cancel)), ("committee-cancel", "committee-cancel-text")),
        ],
        State::InSession => vec![
            present(visit, room),
            asked_again(visit, room, ("close", None), ("committee-close", "committee-close-text")),
            asked_again(visit, room, ("step", Some(Event::Adjourn)), ("committee-adjourn", "committee-adjourn-text")),
        ],
        State::Adjourned => vec![
            present(visit, room),
            step_form(visit, room, ("step", Some(Event::Open)), "committee-go-on", Variant::Primary),
            asked_again(visit, room, ("close", None), ("committee-close", "committee-close-text")),
        ],
        State::Decided => vec![
            minutes(visit, room, Variant::Primary),
            asked_again(visit, room, ("reopen", None), ("committee-reopen", "committee-reopen-text")),
        ],
        State::MinutesSigned => vec![minutes(visit, room, Variant::Secondary)],
        State::Cancelled => vec![view! { <p class="muted">{visit.t("committee-over")}</p> }.into_any()],
    };
    view! {
        <section class="staff-panel stack no-print" id="steps">
            <h2>{visit.t("committee-steps")}</h2>
            {ways}
        </section>
    }
    .into_any()
}

fn minutes(visit: &Visit, room: &Room, weight: Variant) -> AnyView {
    let href = visit.href(&minutes_at(room.meeting.id));
    view! { <p class="actions"><LinkButton href=href variant=weight>{visit.t("committee-minutes-read")}</LinkButton></p> }
        .into_any()
}

/// Everybody on the roll, to be ticked.
pub(super) fn sitters(visit: &Visit, room: &Room) -> Vec<Choice> {
    let choice = |person: &Person| Choice::new(person.account.to_string(), person_text(visit, person));
    room.seats.iter().map(|seat| choice(&seat.person)).collect()
}

/// Who is in the room, for all items at once.
fn present(visit: &Visit, room: &Room) -> AnyView {
    let noted: BTreeSet<AccountId> =
        room.items.iter().filter_map(|item| item.progress.as_ref()).flat_map(|it| it.present.iter().copied()).collect();
    let values = noted.iter().map(|one| one.to_string().into()).collect();
    view! {
        <Form action=to_of(visit, room, "present")>
            <Checkboxes name="present" label=visit.t("committee-present") hint=visit.t("committee-present-hint") choices=sitters(visit, room) values=values/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("committee-present-do")}</Button></p>
        </Form>
    }
    .into_any()
}
