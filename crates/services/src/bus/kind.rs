//! The bus's kind of request: what only it has, and what goes along when one moves from state to state.

use super::planner::{Guard, Told};
use super::view::{self, StopView};
use super::wishes::tell_who_lost;
use super::{draft, photos};
use crate::account::codes::Purpose;
use crate::crypto::LinkPurpose;
use crate::limits::{self, Limit};
use crate::messages::BusTemplate;
use crate::requests::{self, Event, Kind, Moved, Notice, RequestError, View, tell};
use crate::webhooks::{News, announce};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::plan_reminders;
use domain::bus::{Audience, Details, HalfDay, Position, State};
use domain::contact::Contact;
use domain::ids::{BusDraftId, BusRequestId};
use domain::typed::Typed;
use domain::webhooks::Topic;
use jiff::{Timestamp, civil};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::bus::requests as sql;
use store::bus::{stops, tally};
use store::requests::rows::Words;
use uuid::Uuid;

/// A request for the science bus.
pub type RequestView = View<Bus>;
/// How a caller names one. The link that asks what the visit was like is of another purpose and no such name.
pub type Handle = requests::Handle<Bus>;
/// What a school typed so far.
pub type DraftView = requests::DraftView<Bus>;
/// Why a use case of the bus did not happen.
pub type BusError = RequestError<Bus>;

/// Schools and communities that ask for the science bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bus;

impl requests::RequestId for BusRequestId {
    type Kind = Bus;
}

impl requests::DraftId for BusDraftId {
    type Kind = Bus;
}

/// What only a request for the bus has.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// Who will come.
    pub audience: Audience,
    /// Their ages.
    pub ages: String,
    /// How many.
    pub people: u32,
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
    /// What the dispatcher wrote with the date that is kept.
    pub message: Option<String>,
    /// The stop kept for it.
    pub stop: Option<StopView>,
}

/// The itinerary is not possible so; what stands in the way, and who was first.
#[derive(Debug, thiserror::Error)]
#[error("{} conflicts", .0.len())]
pub struct Conflicts(pub Vec<Told>);

impl Kind for Bus {
    type Id = BusRequestId;
    type DraftId = BusDraftId;
    type State = State;
    type Own = Particulars;
    type Fault = Conflicts;
    type Change = Words;
    type Template = BusTemplate;
    type Asked = Details;

    const OF: store::requests::Of = store::requests::Of::Bus;
    const DRAFT_TABLE: &'static str = "bus_draft";
    const TABLE: &'static str = "bus_request";
    const CODE: Purpose = Purpose::Bus;
    const LINK: LinkPurpose = LinkPurpose::BusRequest;
    const FORMS: &'static Limit = &limits::BUS_PER_NETWORK;
    const HANDLE: Capability = Capability::DispatchBus;
    const REVEAL: Capability = Capability::RevealBusContact;
    const REVEALED: &'static str = "bus.contact_revealed";
    const ERASED: &'static str = "privacy.bus_request_erased";
    const JOB: &'static str = "messages.bus";
    const NEWER_JOB: &'static str = "messages.bus_no_day";

    fn action(event: Event<Self>) -> &'static str {
        use domain::bus::Event as E;
        match event {
            E::Submit => "bus.requested",
            E::Ask => "bus.asked",
            E::Answer => "bus.answered",
            E::Propose => "bus.proposed",
            E::Accept => "bus.accepted",
            E::Decline => "bus.declined",
            E::Lapse => "bus.lapsed",
            E::Release => "bus.released",
            E::Schedule => "bus.scheduled",
            E::Visit => "bus.visited",
            E::Refuse => "bus.refused",
            E::Withdraw => "bus.withdrawn",
        }
    }

    async fn asked(_: &Services, context: &Context, typed: &Typed) -> Result<Details, BusError> {
        draft::details(context, typed)
    }

    fn contact(asked: &Details) -> &Contact {
        &asked.contact
    }

    async fn add(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        draft: BusDraftId,
        asked: &Details,
    ) -> Result<(BusRequestId, Value), BusError> {
        draft::add(services, context, db, draft, asked).await
    }

    async fn load(
        services: &Services,
        db: &mut PgConnection,
        id: BusRequestId,
        now: Timestamp,
    ) -> Result<Option<RequestView>, BusError> {
        let Some(row) = sql::request(db, id.0).await? else { return Ok(None) };
        let stop = stops::of_request(db, id.0).await?;
        view::open(services, row, stop, now).map(Some)
    }

    async fn advance(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        moved: Moved<'_, Self>,
    ) -> Result<(), BusError> {
        let (id, then) = (moved.request.id.0, moved.then);
        sql::advance(db, id, then.name(), moved.change, context.now).await?;
        if moved.event != domain::bus::Event::Propose {
            // A new proposal makes a stop of its own; everything else takes the one that is there along.
            let stop = if then.holds_a_stop() { then.name() } else { "released" };
            stops::advance(db, id, stop, context.now).await?;
        }
        if let (domain::bus::Event::Accept, Some(stop)) = (moved.event, &moved.request.stop) {
            tell_who_lost(services, context, db, stop.id, Guard::Locks).await?;
        }
        if let (domain::bus::Event::Schedule, Some(stop)) = (moved.event, &moved.request.stop) {
            remind(db, context.now, moved.request.id, stop).await?;
        }
        tell_stop(db, context.now, &moved).await?;
        Ok(())
    }

    async fn unsettled(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
        stops::lapsed(db, now).await
    }

    async fn copy(
        _: &Services,
        db: &mut PgConnection,
        request: &RequestView,
        copy: &mut Map<String, Value>,
    ) -> Result<(), BusError> {
        let marks = tally::feedback(db, request.id.0).await?;
        copy.insert("audience".into(), json!(request.audience));
        copy.insert("ages".into(), json!(request.ages));
        copy.insert("people".into(), json!(request.people));
        copy.insert("address".into(), json!(request.address));
        copy.insert("days".into(), json!(request.days.iter().map(ToString::to_string).collect::<Vec<_>>()));
        copy.insert("half_day".into(), json!(request.half_day));
        copy.insert("parking_m".into(), json!(request.parking_m));
        copy.insert("power".into(), json!(request.power));
        copy.insert("indoor".into(), json!(request.indoor));
        let visit = request.stop.as_ref().map(|stop| {
            json!({
                "starts_at": stop.starts_at,
                "ends_at": stop.ends_at,
                "message": request.message,
                "people_came": stop.people_came,
            })
        });
        copy.insert("visit".into(), json!(visit));
        let marks = marks.map(|marks| {
            json!({
                "liked": marks.liked, "understood": marks.understood, "organised": marks.organised, "again": marks.again,
            })
        });
        copy.insert("marks".into(), json!(marks));
        Ok(())
    }

    async fn next_due(db: &mut PgConnection, before: Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
        sql::next_due(db, before, after).await
    }

    async fn count_due(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<i64> {
        sql::count_due(db, before).await
    }

    async fn emptied(_: &Services, db: &mut PgConnection, id: BusRequestId, now: Timestamp) -> sqlx::Result<bool> {
        photos::forget_hidden(db, id, now).await?;
        stops::forget_words(db, id.0).await?;
        Ok(false)
    }
}

/// Plans the reminders of a date that comes into the itinerary: each is sent only while that date stands.
async fn remind(db: &mut PgConnection, now: Timestamp, id: BusRequestId, stop: &StopView) -> sqlx::Result<()> {
    let planned = plan_reminders(now, stop.starts_at);
    let reminders = planned
        .into_iter()
        .filter_map(|(reminder, at)| Some(Notice::now(id, BusTemplate::of_reminder(reminder)?).about(stop.id).at(at)));
    tell::<Bus>(db, now, &reminders.collect::<Vec<_>>()).await
}

/// Tells partners of a stop that comes into the public schedule, took place, or leaves the schedule: where and when, never
/// who asked for it.
async fn tell_stop(db: &mut PgConnection, now: Timestamp, moved: &Moved<'_, Bus>) -> sqlx::Result<()> {
    let Some(stop) = &moved.request.own.stop else { return Ok(()) };
    let (topic, state) = match (moved.request.state, moved.then) {
        (State::Scheduled, State::Scheduled) => return Ok(()),
        (_, State::Scheduled) => (Topic::BusStopPublished, "scheduled"),
        (State::Scheduled, State::Visited) => (Topic::BusStopChanged, "visited"),
        (State::Scheduled, _) => (Topic::BusStopChanged, "withdrawn"),
        _ => return Ok(()),
    };
    let data = json!({
        "stop": stop.id, "starts_at": stop.starts_at, "ends_at": stop.ends_at, "city": stop.city.code(), "state": state,
    });
    announce(db, now, &[News::new(topic, stop.id, data)]).await
}
