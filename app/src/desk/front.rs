//! The workbench's front page: the numbers of today and the rooms this person may enter.

use super::{count, may, read_first};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::is_open;
use crate::ui::{Card, EmptyState, Illustration, Page, StatNumber, Width};
use crate::visit::{Visit, visit};
use domain::account::{Actor, Capability};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::{booking, jobs};

/// A room of the workbench.
pub(super) struct Area {
    /// Its address.
    pub path: &'static str,
    /// Who may enter.
    capability: Capability,
    /// The key of its name.
    pub title: &'static str,
    /// The key of what it is for.
    text: &'static str,
}

const fn area(path: &'static str, capability: Capability, title: &'static str, text: &'static str) -> Area {
    Area { path, capability, title, text }
}

/// Rooms of one kind of work.
pub(super) struct Group {
    /// The key of its name.
    pub title: &'static str,
    /// Its rooms, the most used first.
    areas: &'static [Area],
}

const fn group(title: &'static str, areas: &'static [Area]) -> Group {
    Group { title, areas }
}

const GROUPS: &[Group] = &[
    group(
        "staff-group-desk",
        &[
            area("/staff/museum/today", Capability::SeeBookings, "staff-today-title", "staff-today-text"),
            area("/door", Capability::Admit, "staff-door-title", "staff-door-text"),
            area("/staff/museum/bookings", Capability::SeeBookings, "staff-bookings-title", "staff-bookings-text"),
            area("/staff/museum/book", Capability::BookOnBehalf, "staff-book-title", "staff-book-text"),
            area("/staff/museum/no-shows", Capability::SeeBookings, "staff-missed-title", "staff-missed-text"),
            area("/staff/door", Capability::SuperviseDoor, "gate-staff-title", "gate-staff-text"),
        ],
    ),
    group(
        "staff-group-museum",
        &[
            area("/staff/museum/sessions", Capability::SeeBookings, "staff-sessions-title", "staff-sessions-text"),
            area("/staff/groups", Capability::HandleGroups, "groups-staff-title", "groups-staff-text"),
            area("/staff/museum/releases", Capability::SeeBookings, "staff-release-title", "staff-release-text"),
            area("/staff/museum/templates", Capability::SeeBookings, "staff-templates-title", "staff-templates-text"),
            area("/staff/museum/rules", Capability::SeeBookings, "rules-title", "rules-text"),
            area("/staff/numbers", Capability::SeeNumbers, "numbers-museum-title", "numbers-museum-text"),
            area("/staff/numbers/schedules", Capability::SeeNumbers, "exports-title", "exports-text"),
        ],
    ),
    group(
        "staff-group-outreach",
        &[
            area("/staff/events", Capability::SeeBookings, "staff-events-title", "staff-events-text"),
            area("/staff/ambassadors", Capability::ManageSessions, "ambassador-staff-title", "ambassador-staff-text"),
            area("/staff/numbers/events", Capability::SeeNumbers, "numbers-events-title", "numbers-events-text"),
        ],
    ),
    group(
        "staff-group-bus",
        &[
            area("/staff/bus", Capability::DispatchBus, "bus-staff-board-title", "bus-staff-board-text"),
            area("/staff/bus/plan", Capability::DispatchBus, "bus-staff-plan-title", "bus-staff-plan-text"),
            area(
                "/staff/bus/blackouts",
                Capability::DispatchBus,
                "bus-staff-blackouts-title",
                "bus-staff-blackouts-text",
            ),
            area("/staff/bus/fleet", Capability::DispatchBus, "bus-fleet-title", "bus-fleet-text"),
            area("/staff/bus/numbers", Capability::DispatchBus, "bus-staff-numbers-title", "bus-staff-numbers-text"),
        ],
    ),
    group(
        "staff-group-cases",
        &[
            area("/staff/cases", Capability::SeeCases, "cases-title", "cases-text"),
            area("/staff/cases/kept", Capability::OverseeCases, "case-kept-title", "case-kept-area"),
            area("/staff/objections", Capability::HandleObjections, "objection-desk-title", "objection-desk-text"),
        ],
    ),
    group(
        "staff-group-ledger",
        &[
            area("/staff/funds", Capability::ReadLedger, "books-title", "books-text"),
            area("/staff/funds/awards", Capability::ReadLedger, "books-awards-title", "books-awards-text"),
            area("/staff/funds/payments", Capability::ReadLedger, "books-payments-title", "books-payments-text"),
            area("/staff/funds/statements", Capability::ReadLedger, "books-statements-title", "books-statements-text"),
            area("/staff/funds/clawbacks", Capability::ReadLedger, "clawback-title", "clawback-text"),
            area("/staff/funds/months", Capability::ReadLedger, "books-months-title", "books-months-text"),
            area("/staff/disclosure", Capability::PrepareDisclosure, "disclosure-staff-title", "disclosure-staff-text"),
        ],
    ),
    group(
        "staff-group-committee",
        &[area("/staff/committee", Capability::SeeCommittee, "committee-title", "committee-text")],
    ),
    group(
        "staff-group-custody",
        &[
            area("/staff/units", Capability::SeeUnits, "units-title", "units-text"),
            area("/staff/tanks", Capability::SeeTanks, "tanks-title", "tanks-text"),
            area("/staff/deviations", Capability::SeeUnits, "units-deviations-title", "units-deviations-text"),
            area("/staff/recalls", Capability::SeeUnits, "units-recalls-title", "units-recalls-text"),
            area("/staff/store", Capability::SeeUnits, "units-store-title", "units-store-text"),
            area("/staff/families", Capability::SupportFamilies, "support-title", "support-text"),
            area("/staff/contracts", Capability::HandleContracts, "contracts-title", "contracts-text"),
            area("/staff/operators", Capability::SeeUnits, "units-operators-title", "units-operators-text"),
            area("/staff/collectors", Capability::SeeUnits, "units-collectors-title", "units-collectors-text"),
            area("/staff/custody/lists", Capability::SeeUnits, "units-lists-title", "units-lists-text"),
            area("/staff/custody/dead-letters", Capability::HandleUnits, "lims-letters-title", "lims-letters-text"),
        ],
    ),
    group("staff-group-reviews", &[area("/staff/reviews", Capability::ReviewCases, "review-title", "review-text")]),
    group(
        "staff-group-oversight",
        &[
            area("/staff/profiles", Capability::OverseeCases, "profiles-title", "profiles-area"),
            area("/staff/rubric", Capability::OverseeCases, "rubric-title", "rubric-area"),
        ],
    ),
    group(
        "staff-group-house",
        &[
            area("/staff/people", Capability::SeeStaff, "staff-accounts-title", "staff-accounts-text"),
            area("/staff/clients", Capability::ManageClients, "clients-title", "clients-area-text"),
            area("/staff/webhooks", Capability::ManageClients, "webhooks-title", "webhooks-area-text"),
            area("/staff/jobs", Capability::Operate, "staff-jobs-title", "staff-jobs-text"),
            area("/staff/audit", Capability::ReadAudit, "staff-audit-title", "staff-audit-text"),
            area("/staff/audit/erasure", Capability::ReadAudit, "erasure-title", "erasure-area"),
            area("/staff/account", Capability::EnterStaff, "staff-own-title", "staff-own-text"),
        ],
    ),
];

/// The rooms this person may enter, by group; a group without any is left out.
pub(super) fn open_to(visit: &Visit) -> Vec<(&'static Group, Vec<&'static Area>)> {
    let rooms = |group: &'static Group| {
        let open = |area: &&Area| is_open(area.path) && may(visit, area.capability);
        (group, group.areas.iter().filter(open).collect::<Vec<_>>())
    };
    GROUPS.iter().map(rooms).filter(|(_, areas)| !areas.is_empty()).collect()
}

/// The workbench.
#[component]
pub fn Front() -> impl IntoView {
    read_first(front(visit()))
}

async fn front(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let museum =
        if may(visit, Capability::SeeBookings) { museum_numbers(visit).await?.into_any() } else { ().into_any() };
    let queue = if may(visit, Capability::Operate) { queue_numbers(visit).await?.into_any() } else { ().into_any() };
    let groups = open_to(visit);
    let roles = match &visit.context.actor {
        Actor::Staff { roles, .. } => {
            roles.iter().map(|role| crate::words::role_text(visit, *role).to_string()).collect()
        }
        _ => Vec::new(),
    };
    let lead = if roles.is_empty() { visit.t("staff-no-role") } else { roles.join(" · ").into() };
    let own_only = |area: &&Area| area.capability == Capability::EnterStaff;
    let nothing = groups.iter().flat_map(|(_, areas)| areas).all(own_only).then(|| {
        view! { <EmptyState of=Illustration::Museum title=visit.t("staff-no-rooms")><p>{visit.t("staff-no-rooms-text")}</p></EmptyState> }
    });
    let groups = groups.into_iter().map(|(group, areas)| {
        let cards = areas.into_iter().map(|area| {
            let href = Some(Text::from(visit.href(area.path)));
            view! { <Card title=visit.t(area.title) href=href>{visit.t(area.text)}</Card> }
        });
        let cards = cards.collect_view();
        view! {
            <section class="section staff-areas">
                <h2>{visit.t(group.title)}</h2>
                <div class="cards">{cards}</div>
            </section>
        }
    });
    let groups = groups.collect_view();
    Ok(view! {
        <Page title=visit.t("nav-staff") lead=lead kicker=day_text(local_day(visit.context.now), visit.locale()) width=Width::Wide>
            {museum}
            {queue}
            {nothing}
            {groups}
        </Page>
    }
    .into_any())
}

async fn museum_numbers(visit: &Visit) -> Result<impl IntoView + use<>, Problem> {
    let today = local_day(visit.context.now);
    let (sessions, inside) = match booking::sessions(&visit.services, &visit.context, today, today).await {
        Ok(sessions) => (sessions, booking::inside(&visit.services, &visit.context).await?),
        // A house without a museum yet: the rest of the workbench is there all the same.
        Err(booking::BookingError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let sum = |part: fn(&booking::SessionView) -> u32| sessions.iter().map(part).sum::<u32>();
    let (booked, arrived) = (sum(|s| s.facts.booked), sum(|s| s.arrived));
    let open = sessions.iter().filter(|s| !s.facts.closed).count();
    Ok(Some(view! {
        <section class="section staff-numbers">
            <h2 class="hidden">{visit.t("staff-numbers-title")}</h2>
            <dl class="stats">
                <StatNumber value=open.to_string() label=visit.t("staff-number-sessions")/>
                <StatNumber value=booked.to_string() label=visit.t("staff-number-booked")/>
                <StatNumber value=arrived.to_string() label=visit.t("staff-number-arrived")/>
                <StatNumber value=inside.to_string() label=visit.t("staff-number-inside")/>
            </dl>
        </section>
    }))
}

async fn queue_numbers(visit: &Visit) -> Result<impl IntoView + use<>, Problem> {
    let standing = jobs::standing(&visit.services, &visit.context).await?;
    let dead = u32::try_from(standing.dead).unwrap_or_default();
    let note = (dead > 0).then(|| count(visit, "staff-number-dead-note", dead));
    Ok(view! {
        <section class="section staff-numbers">
            <h2 class="hidden">{visit.t("staff-jobs-title")}</h2>
            <dl class="stats">
                <StatNumber value=standing.due.to_string() label=visit.t("staff-number-due")/>
                <StatNumber value=standing.waiting.to_string() label=visit.t("staff-number-waiting")/>
                <StatNumber value=standing.dead.to_string() label=visit.t("staff-number-dead") note=note/>
            </dl>
        </section>
    })
}
