//! Activities, weekly templates, sessions and how full they are.

use jiff_sqlx::{Date, Time, Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An activity.
#[derive(Debug, Clone)]
pub struct ActivityRow {
    /// Activity.
    pub id: Uuid,
    /// `museum`, `event`, `bus`.
    pub kind: String,
    /// Its word in a URL.
    pub slug: String,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// domain::booking::Policy.
    pub policy: Value,
    /// Its version.
    pub policy_version: i32,
}

/// The public sees the activity of a session.
pub async fn is_published(db: &mut PgConnection, session: Uuid) -> sqlx::Result<bool> {
    let published = sqlx::query_scalar!(
        "select a.published from session s join activity a on a.id = s.activity_id where s.id = $1",
        session
    );
    Ok(published.fetch_optional(db).await?.unwrap_or(false))
}

/// The policy of an activity.
pub async fn policy(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!("select policy from activity where id = $1", activity).fetch_optional(db).await
}

/// The activity of a slug.
pub async fn activity_by_slug(db: &mut PgConnection, slug: &str) -> sqlx::Result<Option<ActivityRow>> {
    sqlx::query_as!(
        ActivityRow,
        "select id, kind, slug, title_zh, title_en, policy, policy_version from activity where slug = $1",
        slug
    )
    .fetch_optional(db)
    .await
}

/// Adds an activity unless its slug exists. Answers the id of the one that is there afterwards.
pub async fn add_activity(db: &mut PgConnection, now: jiff::Timestamp, fresh: &ActivityRow) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        r#"with added as (
             insert into activity (id, kind, slug, title_zh, title_en, policy, policy_version, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (slug) do nothing returning id),
           versioned as (
             insert into activity_policy (activity_id, version, policy, created_at) select id, $7, $6, $8 from added)
           select coalesce((select id from added), (select id from activity where slug = $3)) as "id!""#,
        fresh.id,
        fresh.kind,
        fresh.slug,
        fresh.title_zh,
        fresh.title_en,
        fresh.policy,
        fresh.policy_version,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// How full a session is.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Session.
    pub id: Uuid,
    /// Its activity.
    pub activity_id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Places.
    pub capacity: i32,
    /// Of which kept for groups …
    pub group_places: i32,
    /// … until so many hours before the beginning.
    pub group_release_hours: i32,
    /// Of which kept for the house's own desk …
    pub staff_places: i32,
    /// … until so many hours before the beginning.
    pub staff_release_hours: i32,
    /// `open`, `closed`.
    pub state: String,
    /// Nobody needs a booking.
    pub open_door: bool,
    /// Edit counter.
    pub version: i32,
    /// People with a confirmed booking.
    pub booked: i64,
    /// Of whom drawing on the groups' places.
    pub booked_by_groups: i64,
    /// Of whom drawing on the desk's.
    pub booked_by_staff: i64,
    /// People with a live hold.
    pub held: i64,
    /// Of whom drawing on the groups' places.
    pub held_for_groups: i64,
    /// Of whom drawing on the desk's.
    pub held_for_staff: i64,
    /// People who came.
    pub arrived: i64,
    /// People who came without a booking, and were counted.
    pub walked: i64,
    /// Confirmed bookings.
    pub bookings: i64,
    /// Parties that wait for it.
    pub waiting: i64,
    /// domain::booking::Policy, where one session is asked for.
    pub policy: Option<Value>,
}

/// Sessions of an activity that begin in `from..until`, with their fill at `now`.
pub async fn sessions_between(
    db: &mut PgConnection,
    activity: Uuid,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity, s.state, s.version,
                  s.open_door_id is not null as "open_door!",
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  coalesce(b.people, 0) as "booked!", coalesce(h.people, 0) as "held!",
                  coalesce(b.of_groups, 0) as "booked_by_groups!", coalesce(b.of_staff, 0) as "booked_by_staff!",
                  coalesce(h.of_groups, 0) as "held_for_groups!", coalesce(h.of_staff, 0) as "held_for_staff!",
                  coalesce(b.arrived, 0) as "arrived!", coalesce(b.bookings, 0) as "bookings!",
                  coalesce((select sum(c.people) from door_count c where c.session_id = s.id and c.kind = 'walk_in'), 0) as "walked!",
                  (select count(*) from waiting_wish w join waiting_entry e on e.id = w.waiting_id
                   where w.session_id = s.id and not w.over and (e.state = 'waiting' or (e.state = 'offered'
                         and e.offered_session <> s.id and e.offer_expires_at <= $4))) as "waiting!",
                  null::jsonb as "policy?"
           from session s
           left join lateral (select sum(people) as people, sum(arrived) as arrived, count(*) as bookings,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from booking where session_id = s.id and state = 'confirmed') b on true
           left join lateral (select sum(people) as people,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from hold where session_id = s.id and expires_at > $4) h on true
           where s.activity_id = $1 and s.starts_at >= $2 and s.starts_at < $3
           order by s.starts_at, s.id"#,
        activity,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// One session with its fill.
pub async fn session(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<Option<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity, s.state, s.version,
                  s.open_door_id is not null as "open_door!",
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  coalesce(b.people, 0) as "booked!", coalesce(h.people, 0) as "held!",
                  coalesce(b.of_groups, 0) as "booked_by_groups!", coalesce(b.of_staff, 0) as "booked_by_staff!",
                  coalesce(h.of_groups, 0) as "held_for_groups!", coalesce(h.of_staff, 0) as "held_for_staff!",
                  coalesce(b.arrived, 0) as "arrived!", coalesce(b.bookings, 0) as "bookings!",
                  coalesce((select sum(c.people) from door_count c where c.session_id = s.id and c.kind = 'walk_in'), 0) as "walked!",
                  (select count(*) from waiting_wish w join waiting_entry e on e.id = w.waiting_id
                   where w.session_id = s.id and not w.over and (e.state = 'waiting' or (e.state = 'offered'
                         and e.offered_session <> s.id and e.offer_expires_at <= $2))) as "waiting!",
                  a.policy as "policy?"
           from session s
           join activity a on a.id = s.activity_id
           left join lateral (select sum(people) as people, sum(arrived) as arrived, count(*) as bookings,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from booking where session_id = s.id and state = 'confirmed') b on true
           left join lateral (select sum(people) as people,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from hold where session_id = s.id and expires_at > $2) h on true
           where s.id = $1"#,
        id,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// A weekly rule.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    /// Template.
    pub id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// ISO: 1 Monday … 7 Sunday.
    pub weekday: i16,
    /// Wall-clock beginning.
    pub starts: Time,
    /// Wall-clock end.
    pub ends: Time,
    /// Places.
    pub capacity: i32,
    /// Of which kept for groups …
    pub group_places: i32,
    /// … until so many hours before the beginning.
    pub group_release_hours: i32,
    /// Of which kept for the house's own desk …
    pub staff_places: i32,
    /// … until so many hours before the beginning.
    pub staff_release_hours: i32,
    /// First day.
    pub valid_from: Date,
    /// Last day, if any.
    pub valid_until: Option<Date>,
}

/// The templates of an activity, in the order of a week.
pub async fn templates(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Vec<TemplateRow>> {
    sqlx::query_as!(
        TemplateRow,
        "select id, activity_id, weekday, starts, ends, capacity,
                group_places, group_release_hours, staff_places, staff_release_hours, valid_from, valid_until
         from session_template where activity_id = $1 order by weekday, starts, valid_from",
        activity
    )
    .fetch_all(db)
    .await
}

/// Adds a template.
pub async fn add_template(db: &mut PgConnection, fresh: &TemplateRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into session_template (id, activity_id, weekday, starts, ends, capacity, valid_from, valid_until,
                                       group_places, group_release_hours, staff_places, staff_release_hours)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        fresh.id,
        fresh.activity_id,
        fresh.weekday,
        fresh.starts as _,
        fresh.ends as _,
        fresh.capacity,
        fresh.valid_from as _,
        fresh.valid_until as _,
        fresh.group_places,
        fresh.group_release_hours,
        fresh.staff_places,
        fresh.staff_release_hours
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a template on a day. Answers whether there was one.
pub async fn end_template(db: &mut PgConnection, id: Uuid, last_day: Date) -> sqlx::Result<bool> {
    let done = sqlx::query!("update session_template set valid_until = $2 where id = $1", id, last_day as _)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Days without sessions, from a day on.
#[derive(Debug, Clone)]
pub struct ExceptionRow {
    /// The day.
    pub day: Date,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Exceptions of an activity from a day on.
pub async fn exceptions(db: &mut PgConnection, activity: Uuid, from: Date) -> sqlx::Result<Vec<ExceptionRow>> {
    sqlx::query_as!(
        ExceptionRow,
        "select day, reason_zh, reason_en from template_exception where activity_id = $1 and day >= $2 order by day",
        activity,
        from as _
    )
    .fetch_all(db)
    .await
}

/// Whether a day is taken out of the templates: by an exception, or because it was closed.
pub async fn is_excepted(db: &mut PgConnection, activity: Uuid, day: Date) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from template_exception where activity_id = $1 and day = $2) as "excepted!""#,
        activity,
        day as _
    )
    .fetch_one(db)
    .await
}

/// What is written of a day that is taken out of the templates, to be reworded: locked.
pub async fn exception(db: &mut PgConnection, activity: Uuid, day: Date) -> sqlx::Result<Option<ExceptionRow>> {
    sqlx::query_as!(
        ExceptionRow,
        "select day, reason_zh, reason_en from template_exception where activity_id = $1 and day = $2 for update",
        activity,
        day as _
    )
    .fetch_optional(db)
    .await
}

/// Adds or rewords an exception.
pub async fn add_exception(db: &mut PgConnection, activity: Uuid, fresh: &ExceptionRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into template_exception (activity_id, day, reason_zh, reason_en) values ($1, $2, $3, $4)
         on conflict (activity_id, day) do update set reason_zh = excluded.reason_zh, reason_en = excluded.reason_en",
        activity,
        fresh.day as _,
        fresh.reason_zh,
        fresh.reason_en
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The places of a session, and for whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places {
    /// All of them.
    pub capacity: i32,
    /// Of which kept for groups …
    pub group_places: i32,
    /// … until so many hours before the beginning.
    pub group_release_hours: i32,
    /// Of which kept for the house's own desk …
    pub staff_places: i32,
    /// … until so many hours before the beginning.
    pub staff_release_hours: i32,
}

/// A session to make.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Session.
    pub id: Uuid,
    /// Where it came from.
    pub template_id: Option<Uuid>,
    /// Beginning.
    pub starts_at: jiff::Timestamp,
    /// End.
    pub ends_at: jiff::Timestamp,
    /// Places.
    pub places: Places,
    /// Which of the rooms that an activity uses at one instant.
    pub room: i16,
}

/// Makes sessions; one that exists at its instant in its room stays as it is. Answers how many are new.
pub async fn add_sessions(
    db: &mut PgConnection,
    activity: Uuid,
    now: jiff::Timestamp,
    fresh: &[NewSession],
) -> sqlx::Result<u64> {
    let ids: Vec<Uuid> = fresh.iter().map(|s| s.id).collect();
    let templates: Vec<Option<Uuid>> = fresh.iter().map(|s| s.template_id).collect();
    let starts: Vec<Timestamp> = fresh.iter().map(|s| s.starts_at.to_sqlx()).collect();
    let ends: Vec<Timestamp> = fresh.iter().map(|s| s.ends_at.to_sqlx()).collect();
    let column = |of: fn(&NewSession) -> i32| fresh.iter().map(of).collect::<Vec<_>>();
    let rooms: Vec<i16> = fresh.iter().map(|s| s.room).collect();
    let done = sqlx::query!(
        "insert into session (id, activity_id, template_id, starts_at, ends_at, capacity, created_at,
                              group_places, group_release_hours, staff_places, staff_release_hours, room)
         select id, $1, template_id, starts_at, ends_at, capacity, $2,
                group_places, group_release_hours, staff_places, staff_release_hours, room
         from unnest($3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::integer[], $8::integer[],
                     $9::integer[], $10::integer[], $11::integer[], $12::smallint[])
           as fresh (id, template_id, starts_at, ends_at, capacity,
                     group_places, group_release_hours, staff_places, staff_release_hours, room)
         on conflict (activity_id, starts_at, room) do nothing",
        activity,
        now.to_sqlx() as _,
        &ids,
        &templates as _,
        &starts as _,
        &ends as _,
        &column(|s| s.places.capacity),
        &column(|s| s.places.group_places),
        &column(|s| s.places.group_release_hours),
        &column(|s| s.places.staff_places),
        &column(|s| s.places.staff_release_hours),
        &rooms
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Changes the places of a session, of which so many people are booked, if nobody changed it since `version`. Answers whether it
/// was so. How many were booked is kept where the capacity goes below them, which the caller has had confirmed; another change of a session
/// that holds too many says nothing of those that came since, and keeps it.
pub async fn change_places(
    db: &mut PgConnection,
    id: Uuid,
    version: i32,
    to: Places,
    booked: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update session set capacity = $3, version = version + 1, group_places = $4, group_release_hours = $5,
                staff_places = $6, staff_release_hours = $7,
                lowered_under = case when $8::int <= $3 then null when $3 < capacity then $8 else lowered_under end
         where id = $1 and version = $2",
        id,
        version,
        to.capacity,
        to.group_places,
        to.group_release_hours,
        to.staff_places,
        to.staff_release_hours,
        booked
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sessions not yet over that hold more people than places, and more than were there when staff lowered the capacity knowingly: what
/// the reconciliation raises an alarm about. `(session, people, capacity)`
pub async fn overfull(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<Vec<(Uuid, i64, i32)>> {
    let rows = sqlx::query!(
        r#"select s.id, sum(b.people) as "people!", s.capacity from session s join booking b on b.session_id = s.id
           where b.state = 'confirmed' and s.ends_at > $1
           group by s.id having sum(b.people) > greatest(s.capacity, s.lowered_under)"#,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.people, row.capacity)).collect())
}
