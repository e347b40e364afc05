//! What is tidied up every ten minutes: what has run out is swept away, what is due is erased, the days to come are made, the
//! books are compared with the seats. Each is a work of its own: what fails is a line in the log, and the next is tried.

use super::pause;
use services::Services;
use services::booking::{self, BookingError};
use services::pulse::Pulse;
use services::spark::cases as spark;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often is tidied up.
const EVERY: Duration = Duration::from_secs(600);
/// Cases whose missing ties are noted between two looks for more.
const UNTIED: i64 = 100;

/// Tidies up again and again. Beats after each work, whatever became of it.
pub(super) async fn tidy(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    let beat = || pulse.beat(services.clock.now());
    while !shutdown.is_cancelled() {
        sign_ins(&services).await;
        beat();
        answers(&services).await;
        beat();
        personal_data(&services).await;
        beat();
        sessions(&services).await;
        beat();
        seeds(&services).await;
        beat();
        no_shows(&services).await;
        beat();
        books(&services).await;
        beat();
        requests(&services).await;
        beat();
        exports(&services).await;
        beat();
        partners(&services).await;
        beat();
        cases(&services).await;
        families(&services).await;
        beat();
        disclosure(&services).await;
        beat();
        letters(&services).await;
        beat();
        recalls(&services).await;
        beat();
        certificates(&services).await;
        beat();
        proposals(&services).await;
        beat();
        pause(EVERY, &shutdown).await;
    }
}

/// What two people do and the second did not confirm within its time.
async fn proposals(services: &Services) {
    match services::custody::desk::settle_expired(services).await {
        Ok(0) => {}
        Ok(settled) => tracing::info!(settled, "proposals at the desk of units ran out"),
        Err(error) => tracing::error!(%error, "proposals that ran out could not be settled"),
    }
    match services::family::office::settle_expired(services).await {
        Ok(0) => {}
        Ok(settled) => tracing::info!(settled, "proposals at the contracts' office ran out"),
        Err(error) => tracing::error!(%error, "proposals at the contracts' office that ran out could not be settled"),
    }
}

async fn certificates(services: &Services) {
    match services::custody::collectors::remind_due(services).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(told, "quality is reminded of certificates of collectors that end"),
        Err(error) => tracing::error!(%error, "certificates of collectors that end could not be looked for"),
    }
}

/// Most dead letters of the laboratory's feed are tried again with what they lacked; here those whose turn broke off.
async fn letters(services: &Services) {
    match services::lims::sweep(services).await {
        Ok(0) => {}
        Ok(kept) => tracing::info!(kept, "dead letters of the laboratory were kept after all"),
        Err(error) => tracing::error!(%error, "dead letters of the laboratory could not be tried again"),
    }
    if let Err(error) = services::lims::forget(services).await {
        tracing::error!(%error, "what old dead letters of the laboratory said could not be forgotten");
    }
}

/// A recall holds its units while somebody waits for it; here what one that broke off left.
async fn recalls(services: &Services) {
    match services::custody::finish_recalls(services).await {
        Ok(0) => {}
        Ok(units) => tracing::warn!(units, "a recall had broken off: its other units are held now"),
        Err(error) => tracing::error!(%error, "recalls that run could not be brought to their end"),
    }
}

async fn sign_ins(services: &Services) {
    if let Err(error) = services::account::sweep(services).await {
        tracing::error!(%error, "what has run out could not be swept away");
    }
}

async fn answers(services: &Services) {
    if let Err(error) = services::machines::sweep(services).await {
        tracing::error!(%error, "remembered answers could not be swept away");
    }
}

async fn personal_data(services: &Services) {
    match services::privacy::erase_due(services).await {
        Ok(erased) if erased.is_something() => {
            tracing::info!(
                bookings = erased.bookings,
                waiting = erased.waiting,
                bus_requests = erased.bus_requests,
                photos = erased.photos,
                group_requests = erased.group_requests,
                ambassadors = erased.ambassadors,
                certificates = erased.certificates,
                rosters = erased.rosters,
                documents = erased.documents,
                spark_applications = erased.spark_applications,
                spark_cases = erased.spark_cases,
                objections = erased.objections,
                units = erased.units,
                accounts = erased.accounts,
                "personal data past its time was erased"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "personal data past its time could not be erased"),
    }
}

async fn sessions(services: &Services) {
    match booking::make_sessions(services, &services.system()).await {
        Ok(0) | Err(BookingError::NotFound) => {}
        Ok(made) => tracing::info!(made, "sessions were made from the weekly templates"),
        Err(error) => tracing::error!(%error, "sessions could not be made"),
    }
}

async fn seeds(services: &Services) {
    match booking::promise_seeds(services).await {
        Ok(0) | Err(BookingError::NotFound) => {}
        Ok(seeds) => tracing::info!(seeds, "the seeds of the next openings were promised"),
        Err(error) => tracing::error!(%error, "the seeds of the next openings could not be promised"),
    }
}

async fn no_shows(services: &Services) {
    match booking::mark_no_shows(services).await {
        Ok(0) => {}
        Ok(marked) => tracing::info!(marked, "parties that did not come were marked and told"),
        Err(error) => tracing::error!(%error, "parties that did not come could not be marked"),
    }
}

async fn books(services: &Services) {
    // What it finds is its own log line and gauge.
    if let Err(error) = booking::reconcile(services, &services.system()).await {
        tracing::error!(%error, "the books could not be compared with the seats");
    }
}

async fn requests(services: &Services) {
    if let Err(error) = services::bus::lapse_due(services).await {
        tracing::error!(%error, "proposals of the bus that ran out could not be ended");
    }
    if let Err(error) = services::groups::settle_due(services).await {
        tracing::error!(%error, "what happened to requests of groups could not be written down");
    }
}

async fn exports(services: &Services) {
    match services::exports::run_due(services).await {
        Ok(0) => {}
        Ok(made) => tracing::info!(made, "scheduled exports were made and are told by mail"),
        Err(error) => tracing::error!(%error, "scheduled exports that are due could not be looked for"),
    }
    if let Err(error) = services::exports::sweep(services).await {
        tracing::error!(%error, "what was sent by schedules long ago could not be swept away");
    }
}

async fn disclosure(services: &Services) {
    match services::disclosure::remind_due(services).await {
        Ok(0) => {}
        Ok(reports) => tracing::info!(reports, "compliance is reminded of reports that are due"),
        Err(error) => tracing::error!(%error, "nobody could be reminded of reports that are due"),
    }
}

async fn partners(services: &Services) {
    if let Err(error) = services::webhooks::sweep(services).await {
        tracing::error!(%error, "what partners were told long ago could not be swept away");
    }
    match services::webhooks::wake_overdue(services).await {
        Ok(0) => {}
        Ok(endpoints) => tracing::warn!(endpoints, "partners' endpoints had something due and no job; queued"),
        Err(error) => tracing::error!(%error, "endpoints with something due could not be looked for"),
    }
}

/// What happens to families by itself: children come of age, payments fall due, contracts end.
async fn families(services: &Services) {
    match services::family::hand_over_due(services).await {
        Ok(0) => {}
        Ok(invited) => tracing::info!(invited, "children who are of age were invited to take over their units"),
        Err(error) => tracing::error!(%error, "children who come of age could not be looked for"),
    }
    match services::family::settle_contracts(services).await {
        Ok(0) => {}
        Ok(moved) => tracing::info!(moved, "contracts fell behind, caught up or expired"),
        Err(error) => tracing::error!(%error, "contracts that are due could not be looked for"),
    }
    match services::family::remind_due(services).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(told, "families were told of payments that are due"),
        Err(error) => tracing::error!(%error, "payments that are due could not be looked for"),
    }
    match services::family::tell_of_ends(services).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(told, "families were told of contracts that end"),
        Err(error) => tracing::error!(%error, "contracts that end could not be looked for"),
    }
}

/// What happens to cases by itself. Through the case, never around it: an award ends with its case. Families are reminded
/// last: of what has ended nobody is.
async fn cases(services: &Services) {
    match spark::lapse_due(services).await {
        Ok(0) => {}
        Ok(lapsed) => tracing::info!(lapsed, "cases whose aid was not used in time lapsed and gave their money back"),
        Err(error) => tracing::error!(%error, "cases whose aid was not used in time could not be looked for"),
    }
    match spark::settle_paid(services).await {
        Ok(0) => {}
        Ok(paid) => tracing::info!(paid, "cases of which all is paid went on to their follow-up"),
        Err(error) => tracing::error!(%error, "cases of which all is paid could not be looked for"),
    }
    match spark::settle_over(services).await {
        Ok(0) => {}
        Ok(moved) => tracing::info!(moved, "cases whose time in a state was over lapsed, stood or were closed"),
        Err(error) => tracing::error!(%error, "cases whose time in a state is over could not be looked for"),
    }
    match spark::take_up_waiting(services).await {
        Ok(0) => {}
        Ok(given) => tracing::info!(given, "cases nobody had taken up were given to officers"),
        Err(error) => tracing::error!(%error, "cases nobody takes up could not be looked for"),
    }
    match spark::resume_deferred(services).await {
        Ok(0) => {}
        Ok(called) => tracing::info!(called, "cases that waited for money were called up again"),
        Err(error) => tracing::error!(%error, "cases that wait for money could not be called up"),
    }
    match services::spark::review::note_missing(services, UNTIED).await {
        Ok(0) => {}
        Ok(noted) => tracing::info!(noted, "cases opened before ties were noted have theirs"),
        Err(error) => tracing::error!(%error, "cases without ties could not be looked for"),
    }
    match services::spark::review::move_on_due(services).await {
        Ok(0) => {}
        Ok(moved) => tracing::info!(moved, "cases whose reviews were in went to the committee"),
        Err(error) => tracing::error!(%error, "cases whose reviews are in could not be looked for"),
    }
    match spark::remind(services).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(told, "families are reminded of what is their turn"),
        Err(error) => tracing::error!(%error, "families could not be reminded"),
    }
}
