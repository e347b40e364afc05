//! A request for the bus and its stop as people see them.

use super::kind::{Bus, BusError, Particulars, RequestView};
use crate::crypto::{LinkPurpose, Place};
use crate::requests::{Kind, link_until, opened};
use crate::{Context, Services};
use domain::booking::Reference;
use domain::bus::{Audience, City, HalfDay, Position, State, Trip};
use domain::ids::{BusCrewId, BusRequestId, BusStopId, BusVehicleId};
use domain::time::start_of_day;
use jiff::Timestamp;
use store::bus::requests::RequestRow;
use store::bus::stops::StopRow;
use uuid::Uuid;

/// A stop: one vehicle with one crew at one place.
#[derive(Clone, Debug)]
pub struct StopView {
    /// Stop.
    pub id: BusStopId,
    /// Its request.
    pub request: BusRequestId,
    /// The request's reference, as shown.
    pub reference: String,
    /// Vehicle.
    pub vehicle: BusVehicleId,
    /// Crew.
    pub crew: BusCrewId,
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// `Proposed`, `Accepted`, `Scheduled` or `Visited`.
    pub state: State,
    /// Until when a proposal waits.
    pub answer_by: Timestamp,
    /// When the date was whose place this one took.
    pub replaced: Option<(Timestamp, Timestamp)>,
    /// The request's edit counter when this was read.
    pub version: i32,
    /// iCalendar UID, kept when the date is moved.
    pub uid: Uuid,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// How many came.
    pub people_came: Option<u32>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Who asked for it.
    pub organisation: String,
    /// For whom.
    pub audience: Audience,
    /// City.
    pub city: City,
    /// Where on the map.
    pub place: Position,
    /// People expected.
    pub people: u32,
}

impl StopView {
    /// When and where.
    pub fn trip(&self) -> Trip {
        Trip { starts_at: self.starts_at, ends_at: self.ends_at, place: self.place }
    }

    /// A proposal nobody answered in time: it is in nobody's way any more.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.state == State::Proposed && self.answer_by <= now
    }

    pub(super) fn of(row: StopRow) -> Result<Self, BusError> {
        Ok(Self {
            id: BusStopId(row.id),
            request: BusRequestId(row.request_id),
            reference: shown(&row.reference)?,
            vehicle: BusVehicleId(row.vehicle_id),
            crew: BusCrewId(row.crew_id),
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            state: State::from_name(&row.state).ok_or(BusError::Damaged("a stop's state"))?,
            answer_by: row.answer_by.to_jiff(),
            replaced: row.replaced_from.zip(row.replaced_until).map(|(from, until)| (from.to_jiff(), until.to_jiff())),
            version: row.version,
            uid: row.uid,
            sequence: row.sequence,
            people_came: row.people_came.map(i32::unsigned_abs),
            updated_at: row.updated_at.to_jiff(),
            organisation: row.organisation,
            audience: Audience::from_name(&row.audience).ok_or(BusError::Damaged("an audience"))?,
            city: City::from_code(&row.city).ok_or(BusError::Damaged("a city"))?,
            place: position(row.x, row.y)?,
            people: row.people.unsigned_abs(),
        })
    }
}

fn shown(reference: &str) -> Result<String, BusError> {
    Reference::parse(reference).map(|read| read.to_string()).map_err(|_| BusError::Damaged("a reference"))
}

fn position(x: i32, y: i32) -> Result<Position, BusError> {
    let read = || Position::new(u16::try_from(x).ok()?, u16::try_from(y).ok()?);
    read().ok_or(BusError::Damaged("a place on the map"))
}

pub(super) const fn stop_place(id: BusStopId) -> Place {
    Place { table: "bus_stop", column: "message_sealed", row: id.0 }
}

/// Opens a row's sealed columns. A proposal nobody answered in time counts as sent.
pub(super) fn open(
    services: &Services,
    row: RequestRow,
    stop: Option<StopRow>,
    now: Timestamp,
) -> Result<RequestView, BusError> {
    let message = match stop.as_ref() {
        Some(StopRow { id, message_sealed: Some(sealed), .. }) => {
            let plain = services.vault.open_sealed(stop_place(BusStopId(*id)), sealed)?;
            Some(String::from_utf8(plain).map_err(|_| BusError::Damaged("a stop's words"))?)
        }
        _ => None,
    };
    let stop = stop.map(StopView::of).transpose()?;
    let over = stop.as_ref().is_none_or(|stop| stop.has_lapsed(now));
    let lapsed = row.state == State::Proposed.name() && over;
    let stop = stop.filter(|_| !lapsed);
    let days: Vec<_> = row.days.iter().map(|day| day.to_jiff()).collect();
    let asked = days.iter().max().map_or(row.created_at.to_jiff(), |day| start_of_day(*day));
    let last_day = stop.as_ref().map_or(asked, |stop| stop.ends_at.max(asked));
    let own = Particulars {
        audience: Audience::from_name(&row.audience).ok_or(BusError::Damaged("an audience"))?,
        ages: row.ages.clone(),
        people: row.people.unsigned_abs(),
        place: position(row.x, row.y)?,
        address: row.address.clone(),
        days,
        half_day: HalfDay::from_name(&row.half_day).ok_or(BusError::Damaged("a half day"))?,
        parking_m: u16::try_from(row.parking_m).unwrap_or_default(),
        power: row.power,
        indoor: row.indoor,
        message: message.filter(|_| !lapsed),
        stop,
    };
    let state = |stored| if lapsed { State::Submitted } else { stored };
    opened::<Bus>(services, &row.common(), state, own, last_day)
}

/// The request whose visit a link asks about. Such a link does nothing else.
pub(super) fn asked_about(services: &Services, context: &Context, link: &str) -> Result<BusRequestId, BusError> {
    let id = services.vault.open_link(LinkPurpose::BusFeedback, link, context.now);
    Ok(BusRequestId(id.map_err(|_| BusError::NotFound)?))
}

/// The request whose visit a link asks about.
///
/// # Errors
/// `NotFound` for a link that is none.
pub async fn view_asked_about(services: &Services, context: &Context, link: &str) -> Result<RequestView, BusError> {
    let id = asked_about(services, context, link)?;
    let mut db = services.db.acquire().await?;
    Bus::load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)
}

/// The signed link that asks a school what the visit was like.
pub fn feedback_link(services: &Services, request: &RequestView) -> String {
    services.vault.link(LinkPurpose::BusFeedback, request.id.0, link_until(request))
}
