//! `/api/v1/releases`: when days of the museum open for booking that many may ask for, and by what draw.

use super::extract::Caller;
use super::problem::Problem;
use super::sessions::polled;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{ActivityId, ReleaseId};
use http::HeaderMap;
use jiff::{Timestamp, civil};
use serde::Serialize;
use services::booking;
use services::crypto::hex;
use utoipa::ToSchema;

/// An opening: a day whose sessions can be booked from an instant on, with a line for those who come at once.
#[derive(Serialize, ToSchema)]
pub struct Release {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: ReleaseId,
    /// Whose sessions open: the `activity` of the museum.
    #[schema(value_type = String, format = Uuid)]
    activity: ActivityId,
    /// The day of the sessions (Asia/Shanghai).
    #[schema(value_type = String, format = Date)]
    day: civil::Date,
    /// The house planned it for this day; otherwise it opens as every day does.
    planned: bool,
    /// From when tickets for the line are given out.
    #[schema(value_type = String, format = DateTime)]
    tickets_from: Timestamp,
    /// When booking opens.
    #[schema(value_type = String, format = DateTime)]
    opens_at: Timestamp,
    /// Until when those who come are drawn, if they are too many; after it they stand in the order of their coming.
    #[schema(value_type = String, format = DateTime)]
    draw_until: Timestamp,
    /// From when nobody is asked for a ticket.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// SHA-256 of the seed of the draw, in hexadecimal digits: promised before anybody comes.
    commitment: String,
    /// When it was promised.
    #[schema(value_type = String, format = DateTime)]
    committed_at: Timestamp,
    /// The seed, once the draw has taken place.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    /// Where everybody can check the draw.
    url: String,
}

/// The openings.
#[derive(Serialize, ToSchema)]
pub struct Releases {
    /// Those to come and under way, in order.
    releases: Vec<Release>,
}

/// List the openings.
///
/// Those that are planned or promised, and those under way. A day that is not among them opens as its session's `opens_at` says,
/// and is named here a day before at the latest.
#[utoipa::path(
    get, path = "/api/v1/releases", tag = "sessions", operation_id = "list_releases",
    responses(
        (status = 200, description = "The openings", body = Releases, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
    )
)]
pub async fn list(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (current, _) = booking::releases(&house.services, &context).await?;
    let site = &house.services.settings.public_url;
    let shown = |release: &booking::Release| Release {
        id: release.id,
        activity: release.activity,
        day: release.day,
        planned: release.planned,
        tickets_from: release.early_from,
        opens_at: release.line.opens_at,
        draw_until: release.line.draw_until,
        ends_at: release.ends_at,
        commitment: hex(&release.commitment),
        committed_at: release.committed_at,
        seed: release.seed().map(|seed| hex(seed)),
        url: format!("{site}/releases/{}", release.id),
    };
    let mut releases: Vec<Release> = current.iter().map(|release| shown(release)).collect();
    releases.sort_by_key(|release| (release.opens_at, release.day));
    polled(&house, &headers, &Releases { releases })
}
