//! What everybody may know: when the bus stops where, as a list and as a calendar one can subscribe to. A school's street
//! and its coordinator are nobody's business: they stand in the entry of its own visit only.

use super::kind::{BusError, Handle};
use super::photos::{PhotoView, shown};
use super::view::StopView;
use crate::messages::{Entry, calendar_to_follow, stop_calendar};
use crate::requests::view;
use crate::{Context, Services};
use domain::Locale;
use domain::bus::{Audience, City, Position, State};
use domain::ids::BusStopId;
use jiff::{SignedDuration, Timestamp};
use store::bus::stops as sql;
use uuid::Uuid;

/// A stop that stands in the itinerary.
#[derive(Clone, Debug)]
pub struct PublicStop {
    /// Which.
    pub id: BusStopId,
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// The school or community.
    pub organisation: String,
    /// For whom.
    pub audience: Audience,
    /// City.
    pub city: City,
    /// Where on the map: the city's centre, whatever is known more exactly.
    pub place: Position,
    /// It was there.
    pub visited: bool,
    uid: Uuid,
    sequence: i32,
    updated_at: Timestamp,
}

/// How far ahead the schedule goes.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 183);
/// How long a past stop stays on it.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The public schedule: what is in the itinerary, and where the bus was in the last month; in order.
///
/// # Errors
/// `Database`.
pub async fn schedule(services: &Services) -> Result<Vec<PublicStop>, BusError> {
    let now = services.clock.now();
    let mut db = services.db.acquire().await?;
    let rows = sql::between(&mut db, now - BACK, now + AHEAD).await?;
    let all: Result<Vec<StopView>, BusError> = rows.into_iter().map(StopView::of).collect();
    let public = all?.into_iter().filter(|stop| matches!(stop.state, State::Scheduled | State::Visited));
    Ok(public.map(PublicStop::from).collect())
}

impl From<StopView> for PublicStop {
    fn from(stop: StopView) -> Self {
        Self {
            id: stop.id,
            starts_at: stop.starts_at,
            ends_at: stop.ends_at,
            organisation: stop.organisation,
            audience: stop.audience,
            city: stop.city,
            place: stop.city.position(),
            visited: stop.state == State::Visited,
            uid: stop.uid,
            sequence: stop.sequence,
            updated_at: stop.updated_at,
        }
    }
}

/// One stop as everybody may see it.
#[derive(Clone, Debug)]
pub struct StopShown {
    /// The stop.
    pub stop: PublicStop,
    /// How many came.
    pub people_came: Option<u32>,
    /// Photographs, in their order.
    pub photos: Vec<PhotoView>,
}

/// One stop that stands in the itinerary, or was there.
///
/// # Errors
/// `NotFound` for any other.
pub async fn stop(services: &Services, id: BusStopId) -> Result<StopShown, BusError> {
    let mut db = services.db.acquire().await?;
    let row = sql::stop(&mut db, id.0).await?.ok_or(BusError::NotFound)?;
    let stop = StopView::of(row)?;
    if !matches!(stop.state, State::Scheduled | State::Visited) {
        return Err(BusError::NotFound);
    }
    let photos = shown(&mut db, stop.request).await?;
    let people_came = stop.people_came;
    Ok(StopShown { stop: PublicStop::from(stop), people_came, photos })
}

/// The schedule as an iCalendar file to subscribe to.
///
/// # Errors
/// `Database`.
pub async fn feed(services: &Services, locale: Locale) -> Result<String, BusError> {
    let stops = schedule(services).await?;
    let (title, name) = match locale {
        Locale::ZhCn => ("科普巴士行程", "科普巴士："),
        Locale::En => ("Science bus schedule", "Science bus: "),
    };
    let site = &services.settings.public_url;
    let pages = match locale {
        Locale::ZhCn => format!("{site}/bus/stops"),
        Locale::En => format!("{site}/en/bus/stops"),
    };
    let entries: Vec<Entry> = stops
        .into_iter()
        .map(|stop| Entry {
            id: stop.uid,
            sequence: stop.sequence.unsigned_abs(),
            stamp: stop.updated_at,
            starts_at: stop.starts_at,
            ends_at: stop.ends_at,
            summary: format!("{name}{}", stop.organisation),
            description: String::new(),
            place: stop.city.text(locale).to_owned(),
            url: format!("{pages}/{}", stop.id),
            cancelled: false,
        })
        .collect();
    Ok(calendar_to_follow(services, title, &entries))
}

/// The date of a request as an iCalendar file, for whoever has its link.
///
/// # Errors
/// `NotFound` for a link that is none, and while no date stands in the itinerary.
pub async fn calendar_file(
    services: &Services,
    context: &Context,
    handle: &Handle,
    locale: Locale,
) -> Result<String, BusError> {
    let request = view(services, context, handle).await?;
    match (request.state, &request.stop) {
        (State::Scheduled, Some(stop)) => Ok(stop_calendar(services, &request, stop, locale)),
        _ => Err(BusError::NotFound),
    }
}
