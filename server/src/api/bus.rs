//! `/api/v1/bus/stops`: where the science bus goes, as everybody may know it.

use super::extract::{Caller, Query};
use super::problem::Problem;
use super::sessions::polled;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::Locale;
use domain::ids::BusStopId;
use domain::time::local_day;
use http::HeaderMap;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use services::bus::{self, PublicStop};
use utoipa::{IntoParams, ToSchema};

/// Which stops.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WantedStops {
    /// From this day on (Asia/Shanghai); a month back where absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<civil::Date>,
    /// Only in this city: `jinan`, `qingdao`, `weifang` …
    city: Option<String>,
}

/// A stop of the science bus.
#[derive(Serialize, ToSchema)]
pub struct BusStop {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: BusStopId,
    /// The first visitors.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// The last ones.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// The school or community.
    organisation: String,
    /// For whom: `primary`, `junior`, `senior`, `university`, `community` or `workplace`.
    audience: &'static str,
    /// The city's code.
    city: &'static str,
    /// The city in Chinese.
    city_zh: &'static str,
    /// The city in English.
    city_en: &'static str,
    /// The bus was there.
    visited: bool,
}

impl From<PublicStop> for BusStop {
    fn from(stop: PublicStop) -> Self {
        Self {
            id: stop.id,
            starts_at: stop.starts_at,
            ends_at: stop.ends_at,
            organisation: stop.organisation,
            audience: stop.audience.name(),
            city: stop.city.code(),
            city_zh: stop.city.text(Locale::ZhCn),
            city_en: stop.city.text(Locale::En),
            visited: stop.visited,
        }
    }
}

/// The itinerary.
#[derive(Serialize, ToSchema)]
pub struct BusStops {
    /// In order.
    stops: Vec<BusStop>,
}

/// List the stops of the science bus.
///
/// What stands in the itinerary for the next half year, and where the bus was in the last month; in order. A school's street
/// and its coordinator are not part of it.
#[utoipa::path(
    get, path = "/api/v1/bus/stops", tag = "bus", params(WantedStops),
    responses(
        (status = 200, description = "The stops", body = BusStops, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 400, description = "`malformed`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn stops(
    State(house): State<House>,
    Caller(_): Caller,
    headers: HeaderMap,
    Query(wanted): Query<WantedStops>,
) -> Result<Response, Problem> {
    let all = bus::schedule(&house.services).await?;
    let fits = |stop: &PublicStop| {
        wanted.from.is_none_or(|first| local_day(stop.starts_at) >= first)
            && wanted.city.as_deref().is_none_or(|city| city == stop.city.code())
    };
    let stops = all.into_iter().filter(fits).map(BusStop::from).collect();
    polled(&house, &headers, &BusStops { stops })
}
