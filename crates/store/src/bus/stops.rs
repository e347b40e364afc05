//! Stops: one vehicle with one crew at one place, proposed, accepted, scheduled, visited or given back.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The constraint that keeps a vehicle in one place at a time.
pub const VEHICLE_IN_ONE_PLACE: &str = "bus_vehicle_in_one_place";
/// The constraint that keeps a crew in one place at a time.
pub const CREW_IN_ONE_PLACE: &str = "bus_crew_in_one_place";
/// A request has one live stop.
pub const OF_REQUEST_ONCE: &str = "bus_stop_of_request_once";

/// A live stop with what its request says of the place.
#[derive(Debug, Clone)]
pub struct StopRow {
    /// Stop.
    pub id: Uuid,
    /// Its request.
    pub request_id: Uuid,
    /// The request's reference.
    pub reference: String,
    /// Vehicle.
    pub vehicle_id: Uuid,
    /// Crew.
    pub crew_id: Uuid,
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// `proposed`, `accepted`, `scheduled`, `visited`.
    pub state: String,
    /// Until when a proposal waits.
    pub answer_by: Timestamp,
    /// The coordinator's words, sealed for the stop.
    pub message_sealed: Option<Vec<u8>>,
    /// iCalendar UID: that of the date it took the place of, so that calendars move the entry instead of adding one.
    pub uid: Uuid,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// Who came.
    pub people_came: Option<i32>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Who asked for it.
    pub organisation: String,
    /// For whom.
    pub audience: String,
    /// City.
    pub city: String,
    /// East on the map.
    pub x: i32,
    /// South on the map.
    pub y: i32,
    /// People expected.
    pub people: i32,
    /// The request's edit counter.
    pub version: i32,
    /// When the stop began whose place this one took.
    pub replaced_from: Option<Timestamp>,
    /// And when it ended.
    pub replaced_until: Option<Timestamp>,
}

/// Live stops that begin in `from..until`, in order.
pub async fn between(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<StopRow>> {
    sqlx::query_as!(
        StopRow,
        "select s.id, s.request_id, r.reference, s.vehicle_id, s.crew_id, s.starts_at, s.ends_at, s.state, s.answer_by,
                s.message_sealed, coalesce(s.uid, s.id) as \"uid!\", s.sequence, s.people_came, s.updated_at, r.organisation, r.audience, r.city, r.x, r.y,
                r.people, r.version, o.starts_at as \"replaced_from?: Timestamp\", o.ends_at as \"replaced_until?: Timestamp\"
         from bus_stop s join bus_request r on r.id = s.request_id left join bus_stop o on o.id = s.replaces
         where s.state <> 'released' and s.starts_at >= $1 and s.starts_at < $2
         order by s.starts_at, s.id",
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A live stop.
pub async fn stop(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<StopRow>> {
    sqlx::query_as!(
        StopRow,
        "select s.id, s.request_id, r.reference, s.vehicle_id, s.crew_id, s.starts_at, s.ends_at, s.state, s.answer_by,
                s.message_sealed, coalesce(s.uid, s.id) as \"uid!\", s.sequence, s.people_came, s.updated_at, r.organisation, r.audience, r.city, r.x, r.y,
                r.people, r.version, o.starts_at as \"replaced_from?: Timestamp\", o.ends_at as \"replaced_until?: Timestamp\"
         from bus_stop s join bus_request r on r.id = s.request_id left join bus_stop o on o.id = s.replaces
         where s.state <> 'released' and s.id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The live stop of a request.
pub async fn of_request(db: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<StopRow>> {
    sqlx::query_as!(
        StopRow,
        "select s.id, s.request_id, r.reference, s.vehicle_id, s.crew_id, s.starts_at, s.ends_at, s.state, s.answer_by,
                s.message_sealed, coalesce(s.uid, s.id) as \"uid!\", s.sequence, s.people_came, s.updated_at, r.organisation, r.audience, r.city, r.x, r.y,
                r.people, r.version, o.starts_at as \"replaced_from?: Timestamp\", o.ends_at as \"replaced_until?: Timestamp\"
         from bus_stop s join bus_request r on r.id = s.request_id left join bus_stop o on o.id = s.replaces
         where s.state <> 'released' and s.request_id = $1",
        request
    )
    .fetch_optional(db)
    .await
}

/// A date as a calendar has it.
#[derive(Debug, Clone)]
pub struct DateRow {
    /// iCalendar UID.
    pub uid: Uuid,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The date of a request that fell away last.
pub async fn given_back(db: impl PgExecutor<'_>, request: Uuid) -> sqlx::Result<Option<DateRow>> {
    sqlx::query_as!(
        DateRow,
        "select coalesce(uid, id) as \"uid!\", sequence, starts_at, ends_at, updated_at from bus_stop
         where request_id = $1 and state = 'released' order by sequence desc, id desc limit 1",
        request
    )
    .fetch_optional(db)
    .await
}

/// A stop to keep for a request.
#[derive(Debug, Clone)]
pub struct NewStop {
    /// Stop.
    pub id: Uuid,
    /// Its request.
    pub request_id: Uuid,
    /// Vehicle.
    pub vehicle_id: Uuid,
    /// Crew.
    pub crew_id: Uuid,
    /// The first visitors.
    pub starts_at: jiff::Timestamp,
    /// The last ones.
    pub ends_at: jiff::Timestamp,
    /// From arriving …
    pub busy_from: jiff::Timestamp,
    /// … to driving off.
    pub busy_until: jiff::Timestamp,
    /// Until when the proposal waits.
    pub answer_by: jiff::Timestamp,
    /// The coordinator's words, sealed for the stop.
    pub message_sealed: Option<Vec<u8>>,
    /// The stop whose place it takes.
    pub replaces: Option<Uuid>,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// Who proposed it.
    pub created_by: Option<Uuid>,
}

/// Keeps a vehicle and a crew for a proposal. Two spans of one vehicle or one crew end in an error that names
/// [`VEHICLE_IN_ONE_PLACE`] or [`CREW_IN_ONE_PLACE`].
pub async fn propose(db: &mut PgConnection, fresh: &NewStop, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_stop (id, request_id, vehicle_id, crew_id, starts_at, ends_at, busy, state, answer_by, message_sealed,
                sequence, created_at, created_by, updated_at, replaces, uid)
         values ($1, $2, $3, $4, $5, $6, tstzrange($7, $8), 'proposed', $9, $10, $11, $12, $13, $12, $14,
                 coalesce((select coalesce(o.uid, o.id) from bus_stop o where o.id = $14), $1))",
        fresh.id,
        fresh.request_id,
        fresh.vehicle_id,
        fresh.crew_id,
        fresh.starts_at.to_sqlx() as _,
        fresh.ends_at.to_sqlx() as _,
        fresh.busy_from.to_sqlx() as _,
        fresh.busy_until.to_sqlx() as _,
        fresh.answer_by.to_sqlx() as _,
        fresh.message_sealed,
        fresh.sequence,
        now.to_sqlx() as _,
        fresh.created_by,
        fresh.replaces
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a stop another vehicle and crew at its time. Fails like [`propose`].
pub async fn assign(
    db: &mut PgConnection,
    id: Uuid,
    vehicle: Uuid,
    crew: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_stop set vehicle_id = $2, crew_id = $3, updated_at = $4 where id = $1 and state <> 'released'",
        id,
        vehicle,
        crew,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves the live stop of a request to another state; `released` gives vehicle and crew back. A calendar that has the stop
/// is told by the higher sequence.
pub async fn advance(db: &mut PgConnection, request: Uuid, state: &str, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_stop set state = $2, sequence = sequence + 1, updated_at = $3 where request_id = $1 and state <> 'released'",
        request,
        state,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes how many came.
pub async fn came(db: &mut PgConnection, request: Uuid, people: i32, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_stop set people_came = $2, updated_at = $3 where request_id = $1 and state = 'visited'",
        request,
        people,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The sequence the next stop of a request has, so that a calendar takes it for the newer one.
pub async fn next_sequence(db: &mut PgConnection, request: Uuid) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "select coalesce(max(sequence) + 1, 0) as \"next!\" from bus_stop where request_id = $1",
        request
    )
    .fetch_one(db)
    .await
}

/// Requests whose proposal nobody answered in time.
pub async fn lapsed(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select request_id from bus_stop where state = 'proposed' and answer_by <= $1 order by request_id",
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Who proposed a stop, with the sealed name.
pub async fn planned_by(db: &mut PgConnection, stop: Uuid) -> sqlx::Result<Option<(Uuid, Vec<u8>)>> {
    let row = sqlx::query!(
        "select a.id, a.name_sealed as \"name_sealed!\" from bus_stop s join account a on a.id = s.created_by
         where s.id = $1 and a.name_sealed is not null",
        stop
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.name_sealed)))
}

/// Forgets what was written to a school with its dates, those that were given back included.
pub async fn forget_words(db: &mut PgConnection, request: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_stop set message_sealed = null where request_id = $1 and message_sealed is not null",
        request
    )
    .execute(db)
    .await?;
    Ok(())
}
