//! Events and their dates.

use crate::booking::sessions::SessionRow;
use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An event with its activity and its published questions.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its activity.
    pub id: Uuid,
    /// Its word in an address.
    pub slug: String,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// domain::booking::Policy.
    pub policy: Value,
    /// Its version.
    pub policy_version: i32,
    /// The public sees it and can register.
    pub published: bool,
    /// domain::outreach::EventKind.
    pub kind: String,
    /// domain::outreach::City.
    pub city: String,
    /// domain::outreach::Audience.
    pub audience: String,
    /// domain::outreach::Bilingual.
    pub place: Value,
    /// The same.
    pub lead: Value,
    /// The same.
    pub story: Value,
    /// domain::outreach::ProgrammeItem, in order.
    pub programme: Value,
    /// The questions' version; 0 where nothing is asked.
    pub form_version: i32,
    /// domain::outreach::Form of that version.
    pub form: Option<Value>,
    /// Edit counter.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Every event, published or not.
pub async fn events(db: &mut PgConnection) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select a.id, a.slug, a.title_zh, a.title_en, a.policy, a.policy_version, a.published,
                  e.kind, e.city, e.audience, e.place, e.lead, e.story, e.programme,
                  e.form_version, f.form as "form?", e.version, e.updated_at
           from event e join activity a on a.id = e.activity_id
           left join event_form f on f.activity_id = e.activity_id and f.version = e.form_version
           order by a.id"#
    )
    .fetch_all(db)
    .await
}

/// One event, as it is now.
pub async fn event(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select a.id, a.slug, a.title_zh, a.title_en, a.policy, a.policy_version, a.published,
                  e.kind, e.city, e.audience, e.place, e.lead, e.story, e.programme,
                  e.form_version, f.form as "form?", e.version, e.updated_at
           from event e join activity a on a.id = e.activity_id
           left join event_form f on f.activity_id = e.activity_id and f.version = e.form_version
           where e.activity_id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// What a date is called, and when its calendar entry last changed.
#[derive(Debug, Clone)]
pub struct DateRow {
    /// Session.
    pub session_id: Uuid,
    /// domain::outreach::Bilingual.
    pub title: Value,
    /// When.
    pub changed_at: Timestamp,
}

/// The names of the dates of all events.
pub async fn dates(db: &mut PgConnection) -> sqlx::Result<Vec<DateRow>> {
    sqlx::query_as!(DateRow, "select session_id, title, changed_at from event_session").fetch_all(db).await
}

/// The dates of all events that end after an instant, with their fill and the parties that wait at `now`, in order.
pub async fn sessions_after(
    db: &mut PgConnection,
    ended: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity, s.state, s.version,
                  s.open_door_id is not null as "open_door!",
                  coalesce((select sum(c.people) from door_count c where c.session_id = s.id and c.kind = 'walk_in'), 0) as "walked!",
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  coalesce(b.people, 0) as "booked!", coalesce(h.people, 0) as "held!",
                  coalesce(b.of_groups, 0) as "booked_by_groups!", coalesce(b.of_staff, 0) as "booked_by_staff!",
                  coalesce(h.of_groups, 0) as "held_for_groups!", coalesce(h.of_staff, 0) as "held_for_staff!",
                  coalesce(b.arrived, 0) as "arrived!", coalesce(b.bookings, 0) as "bookings!",
                  (select count(*) from waiting_wish w join waiting_entry e on e.id = w.waiting_id
                   where w.session_id = s.id and not w.over and (e.state = 'waiting' or (e.state = 'offered'
                         and e.offered_session <> s.id and e.offer_expires_at <= $2))) as "waiting!", null::jsonb as "policy?"
           from session s join event e on e.activity_id = s.activity_id
           left join lateral (select sum(people) as people, sum(arrived) as arrived, count(*) as bookings,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from booking where session_id = s.id and state = 'confirmed') b on true
           left join lateral (select sum(people) as people,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from hold where session_id = s.id and expires_at > $2) h on true
           where s.ends_at > $1
           order by s.starts_at, s.id"#,
        ended.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// An event to write beside its activity.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// Its activity.
    pub id: Uuid,
    /// domain::outreach::EventKind.
    pub kind: &'a str,
    /// domain::outreach::City.
    pub city: &'a str,
    /// domain::outreach::Audience.
    pub audience: &'a str,
    /// domain::outreach::Bilingual.
    pub place: Value,
    /// The same.
    pub lead: Value,
    /// The same.
    pub story: Value,
    /// domain::outreach::ProgrammeItem, in order.
    pub programme: Value,
}

/// Adds an unpublished event with its activity. Answers whether the slug was free.
pub async fn add(
    db: &mut PgConnection,
    now: jiff::Timestamp,
    activity: &crate::booking::sessions::ActivityRow,
    fresh: &NewEvent<'_>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with added as (
           insert into activity (id, kind, slug, title_zh, title_en, policy, policy_version, published, created_at)
           values ($1, 'event', $2, $3, $4, $5, 1, false, $6) on conflict (slug) do nothing returning id),
         versioned as (
           insert into activity_policy (activity_id, version, policy, created_at) select id, 1, $5, $6 from added)
         insert into event (activity_id, kind, city, audience, place, lead, story, programme, created_at, updated_at)
         select id, $7, $8, $9, $10, $11, $12, $13, $6, $6 from added",
        fresh.id,
        activity.slug,
        activity.title_zh,
        activity.title_en,
        activity.policy,
        now.to_sqlx() as _,
        fresh.kind,
        fresh.city,
        fresh.audience,
        fresh.place,
        fresh.lead,
        fresh.story,
        fresh.programme
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What an event is changed to.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// Chinese title.
    pub title_zh: &'a str,
    /// English title.
    pub title_en: &'a str,
    /// domain::outreach::City.
    pub city: &'a str,
    /// domain::outreach::Audience.
    pub audience: &'a str,
    /// domain::outreach::Bilingual.
    pub place: Value,
    /// The same.
    pub lead: Value,
    /// The same.
    pub story: Value,
    /// domain::outreach::ProgrammeItem, in order.
    pub programme: Value,
    /// domain::booking::Policy.
    pub policy: Value,
}

/// Changes an event if nobody changed it since `version`; other rules than before become a new version of its policy.
/// Answers whether it was so.
pub async fn change(
    db: &mut PgConnection,
    id: Uuid,
    version: i32,
    to: &Change<'_>,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with changed as (
           update event set city = $3, audience = $4, place = $5, lead = $6, story = $7, programme = $8,
                  version = version + 1, updated_at = $12
           where activity_id = $1 and version = $2 returning activity_id),
         versioned as (
           insert into activity_policy (activity_id, version, policy, created_at)
           select a.id, a.policy_version + 1, $9, $12 from activity a join changed c on c.activity_id = a.id
           where a.policy <> $9)
         update activity set title_zh = $10, title_en = $11, policy = $9,
                policy_version = policy_version + case when policy <> $9 then 1 else 0 end
         where id in (select activity_id from changed)",
        id,
        version,
        to.city,
        to.audience,
        to.place,
        to.lead,
        to.story,
        to.programme,
        to.policy,
        to.title_zh,
        to.title_en,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A date of an event at some instant.
#[derive(Debug, Clone)]
pub struct RoomRow {
    /// The session.
    pub session_id: Uuid,
    /// Its room.
    pub room: i16,
    /// What it is called.
    pub title: Option<serde_json::Value>,
}

/// What an event has at an instant, room by room.
pub async fn rooms_at(db: &mut PgConnection, event: Uuid, at: jiff::Timestamp) -> sqlx::Result<Vec<RoomRow>> {
    sqlx::query_as!(
        RoomRow,
        r#"select s.id as session_id, s.room, e.title as "title?"
           from session s left join event_session e on e.session_id = s.id
           where s.activity_id = $1 and s.starts_at = $2 order by s.room"#,
        event,
        at.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// What a date is called.
pub async fn date_title(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Option<serde_json::Value>> {
    sqlx::query_scalar!("select title from event_session where session_id = $1", session).fetch_optional(db).await
}

/// Moves a session of an event in time, if nobody changed it since `version`. Answers whether it was so.
pub async fn move_session(
    db: &mut PgConnection,
    session: Uuid,
    version: i32,
    (starts_at, ends_at): (jiff::Timestamp, jiff::Timestamp),
    room: i16,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update session set starts_at = $3, ends_at = $4, room = $5, version = version + 1 where id = $1 and version = $2",
        session,
        version,
        starts_at.to_sqlx() as _,
        ends_at.to_sqlx() as _,
        room
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the calendar entry of a date changed.
pub async fn touch_date(db: &mut PgConnection, session: Uuid, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update event_session set changed_at = $2 where session_id = $1", session, now.to_sqlx() as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives the live bookings of a session a new version and a higher SEQUENCE, since their session changed. Answers them.
pub async fn touch_bookings(db: &mut PgConnection, session: Uuid, now: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "update booking set sequence = sequence + 1, version = version + 1, updated_at = $2
         where session_id = $1 and state = 'confirmed' returning id",
        session,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Gives the dates of an event that are not over, and their live bookings, a new version and a higher SEQUENCE, since the
/// event takes place somewhere else. The dates are locked in the order of their ids, as every decision locks them. Answers
/// the bookings.
pub async fn touch_place(db: &mut PgConnection, activity: Uuid, now: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "with ahead as materialized (
           select id from session where activity_id = $1 and ends_at > $2 order by id for no key update),
         dated as (update event_session set changed_at = $2 from ahead where event_session.session_id = ahead.id),
         counted as (update session set version = session.version + 1 from ahead where session.id = ahead.id)
         update booking set sequence = sequence + 1, version = version + 1, updated_at = $2
         from ahead where booking.session_id = ahead.id and booking.state = 'confirmed'
         returning booking.id",
        activity,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Whether a draft answered an event's questions as they are now. True for an event that asks nothing, and for an activity
/// that is no event.
pub async fn answered(db: impl sqlx::PgExecutor<'_>, activity: Uuid, draft: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select (form_version = 0 or exists (
             select from event_answers a
             where a.draft_id = $2 and a.activity_id = $1 and a.form_version = e.form_version)) as "answered!"
           from event e where activity_id = $1"#,
        activity,
        draft
    )
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or(true))
}

/// The version of an event's questions; 0 for one that asks nothing, none for an activity that is no event.
pub async fn form_version(db: impl sqlx::PgExecutor<'_>, activity: Uuid) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select form_version from event where activity_id = $1", activity).fetch_optional(db).await
}

/// The same for an entry of the waiting list.
pub async fn answered_waiting(db: impl sqlx::PgExecutor<'_>, activity: Uuid, entry: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select (form_version = 0 or exists (
             select from event_answers a
             where a.waiting_id = $2 and a.activity_id = $1 and a.form_version = e.form_version)) as "answered!"
           from event e where activity_id = $1"#,
        activity,
        entry
    )
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or(true))
}

/// Shows an event to the public, or takes it back, if nobody changed it since `version`. Answers whether it was so.
pub async fn publish(
    db: &mut PgConnection,
    id: Uuid,
    version: i32,
    published: bool,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with turned as (
           update event set version = version + 1, updated_at = $4 where activity_id = $1 and version = $2
           returning activity_id)
         update activity set published = $3 where id in (select activity_id from turned)",
        id,
        version,
        published,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says what a session of an event is called.
pub async fn name_session(
    db: &mut PgConnection,
    session: Uuid,
    title: &Value,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event_session (session_id, title, changed_at) values ($1, $2, $3)
         on conflict (session_id) do update set title = excluded.title, changed_at = excluded.changed_at",
        session,
        title,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
