//! A request as people see it: opened for those who may, masked for the others.

use super::BusError;
use crate::crypto::{LinkPurpose, Place};
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::booking::Reference;
use domain::bus::{Audience, City, HalfDay, Position, State, Trip};
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::ids::{BusCrewId, BusRequestId, BusStopId, BusVehicleId};
use domain::time::start_of_day;
use jiff::{SignedDuration, Timestamp, civil};
use sqlx::PgConnection;
use store::bus::requests::{self as sql, RequestRow};
use store::bus::stops::{self, StopRow};

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
    /// The coordinator's words to the school.
    pub message: String,
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
            message: row.message,
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

/// A request. The coordinator's particulars print masked; showing them whole is the page's decision for their owner and
/// for staff who said why.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Request.
    pub id: BusRequestId,
    /// Eight characters, as shown: `K7M4-Q2XR`.
    pub reference: String,
    /// Where it stands now: a proposal nobody answered in time counts as sent.
    pub state: State,
    /// Edit counter.
    pub version: i32,
    /// Who asks.
    pub organisation: String,
    /// Who will come.
    pub audience: Audience,
    /// Their ages.
    pub ages: String,
    /// How many.
    pub people: u32,
    /// City.
    pub city: City,
    /// Where on the map.
    pub place: Position,
    /// Street and number.
    pub address: String,
    /// Preferred days, in the order of preference.
    pub days: Vec<civil::Date>,
    /// When on such a day.
    pub half_day: HalfDay,
    /// Metres to park.
    pub parking_m: u16,
    /// A socket.
    pub power: bool,
    /// A hall.
    pub indoor: bool,
    /// Language of its messages.
    pub locale: Locale,
    /// The coordinator on the spot.
    pub name: PersonName,
    /// What they are there.
    pub post: String,
    /// How to reach them; none once it was erased.
    pub contact: Option<Contact>,
    /// Anything else.
    pub note: String,
    /// What we asked last.
    pub question: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// Why it was refused, or why its date fell away.
    pub reason: Option<String>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The stop kept for it.
    pub stop: Option<StopView>,
}

impl RequestView {
    /// The last day that matters: the visit's, or the last one asked for.
    pub fn last_day(&self) -> Timestamp {
        let asked = self.days.iter().max().map_or(self.created_at, |day| start_of_day(*day));
        self.stop.as_ref().map_or(asked, |stop| stop.ends_at.max(asked))
    }
}

fn shown(reference: &str) -> Result<String, BusError> {
    Reference::parse(reference).map(|read| read.to_string()).map_err(|_| BusError::Damaged("a reference"))
}

fn position(x: i32, y: i32) -> Result<Position, BusError> {
    let read = || Position::new(u16::try_from(x).ok()?, u16::try_from(y).ok()?);
    read().ok_or(BusError::Damaged("a place on the map"))
}

pub(super) const fn place(column: &'static str, id: BusRequestId) -> Place {
    Place { table: "bus_request", column, row: id.0 }
}

/// Seals a text of a request.
pub(super) fn sealed(services: &Services, column: &'static str, id: BusRequestId, text: &str) -> Vec<u8> {
    services.vault.seal(place(column, id), text.as_bytes())
}

/// Opens a row's sealed columns.
pub(super) fn open(
    services: &Services,
    row: RequestRow,
    stop: Option<StopRow>,
    now: Timestamp,
) -> Result<RequestView, BusError> {
    let id = BusRequestId(row.id);
    let unseal = |column, sealed: &[u8]| -> Result<String, BusError> {
        let plain = services.vault.open_sealed(place(column, id), sealed)?;
        String::from_utf8(plain).map_err(|_| BusError::Damaged("a request's text"))
    };
    let maybe = |column, sealed: &Option<Vec<u8>>| sealed.as_deref().map(|it| unseal(column, it)).transpose();
    let damaged = |_| BusError::Damaged("a request's particulars");
    let contact = match (&row.phone_sealed, &row.mail_sealed) {
        (Some(it), _) => Some(Contact::Phone(Phone::parse(&unseal("phone_sealed", it)?).map_err(damaged)?)),
        (None, Some(it)) => Some(Contact::Mail(MailAddress::parse(&unseal("mail_sealed", it)?).map_err(damaged)?)),
        (None, None) => None,
    };
    let stored = State::from_name(&row.state).ok_or(BusError::Damaged("a request's state"))?;
    let stop = stop.map(StopView::of).transpose()?;
    let lapsed = stored == State::Proposed && stop.as_ref().is_none_or(|stop| stop.has_lapsed(now));
    Ok(RequestView {
        id,
        reference: shown(&row.reference)?,
        state: if lapsed { State::Submitted } else { stored },
        version: row.version,
        audience: Audience::from_name(&row.audience).ok_or(BusError::Damaged("an audience"))?,
        people: row.people.unsigned_abs(),
        city: City::from_code(&row.city).ok_or(BusError::Damaged("a city"))?,
        place: position(row.x, row.y)?,
        days: row.days.iter().map(|day| day.to_jiff()).collect(),
        half_day: HalfDay::from_name(&row.half_day).ok_or(BusError::Damaged("a half day"))?,
        parking_m: u16::try_from(row.parking_m).unwrap_or_default(),
        power: row.power,
        indoor: row.indoor,
        locale: Locale::from_tag(&row.locale),
        name: PersonName::parse(&unseal("name_sealed", &row.name_sealed)?).map_err(damaged)?,
        post: unseal("post_sealed", &row.post_sealed)?,
        contact,
        note: unseal("note_sealed", &row.note_sealed)?,
        question: maybe("question_sealed", &row.question_sealed)?,
        answer: maybe("answer_sealed", &row.answer_sealed)?,
        reason: maybe("reason_sealed", &row.reason_sealed)?,
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
        organisation: row.organisation,
        ages: row.ages,
        address: row.address,
        stop: stop.filter(|_| !lapsed),
    })
}

/// A request with its stop, for the house itself.
pub(crate) async fn load(
    services: &Services,
    db: &mut PgConnection,
    id: BusRequestId,
    now: Timestamp,
) -> Result<Option<RequestView>, BusError> {
    let Some(row) = sql::request(db, id.0).await? else { return Ok(None) };
    let stop = stops::of_request(db, id.0).await?;
    open(services, row, stop, now).map(Some)
}

/// How a caller names a request.
#[derive(Clone, Debug)]
pub enum Handle {
    /// By the signed link of the school's messages: whoever has it may see, answer, accept, decline, withdraw.
    Link(String),
    /// By the signed link that asks what the visit was like, and does nothing else.
    Feedback(String),
    /// By id: staff.
    Id(BusRequestId),
}

/// The request behind a handle, if the caller may have it. The kinds of "no" are one.
pub(super) fn resolve(services: &Services, context: &Context, handle: &Handle) -> Result<BusRequestId, BusError> {
    let opened = |purpose, text: &str| {
        let id = services.vault.open_link(purpose, text, context.now).map_err(|_| BusError::NotFound)?;
        Ok(BusRequestId(id))
    };
    match handle {
        Handle::Link(text) => opened(LinkPurpose::BusRequest, text),
        Handle::Feedback(text) => opened(LinkPurpose::BusFeedback, text),
        Handle::Id(id) => {
            context.require(Capability::DispatchBus)?;
            Ok(*id)
        }
    }
}

/// The request behind a handle, for whoever may see it.
///
/// # Errors
/// `NotFound` for everybody else, whether it exists or not.
pub async fn view(services: &Services, context: &Context, handle: &Handle) -> Result<RequestView, BusError> {
    let id = resolve(services, context, handle)?;
    let mut db = services.db.acquire().await?;
    load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)
}

/// How long links work after the last day that matters.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The signed link with which a school follows its request, until a month after the visit.
pub fn manage_link(services: &Services, request: &RequestView) -> String {
    services.vault.link(LinkPurpose::BusRequest, request.id.0, request.last_day() + LINK_LIFE)
}

/// The signed link that asks a school what the visit was like.
pub fn feedback_link(services: &Services, request: &RequestView) -> String {
    services.vault.link(LinkPurpose::BusFeedback, request.id.0, request.last_day() + LINK_LIFE)
}
