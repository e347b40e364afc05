//! `/api/v1/events`: what is on, where, and how many places each date has left.

use super::extract::{Caller, Id, Query};
use super::problem::{self, Problem};
use super::questions::Question;
use super::sessions::{Session, polled};
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{ActivityId, SessionId};
use domain::outreach::{Audience, Bilingual, City};
use domain::time::local_day;
use http::HeaderMap;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use services::booking::SessionView;
use services::{Services, outreach};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// In this city: `jinan`, `qingdao` … one of the sixteen of Shandong.
    city: Option<String>,
    /// For these people (and what is for everybody): `everyone`, `expecting`, `families`, `teenagers`.
    audience: Option<String>,
    /// With a date on this day or later (Asia/Shanghai).
    #[param(value_type = Option<String>, format = Date)]
    from: Option<civil::Date>,
}

/// A text in both languages.
#[derive(Serialize, ToSchema)]
pub struct Words {
    /// 简体中文
    #[serde(rename = "zh-CN")]
    zh: String,
    /// English
    en: String,
}

impl From<&Bilingual> for Words {
    fn from(text: &Bilingual) -> Self {
        Self { zh: text.zh.clone(), en: text.en.clone() }
    }
}

/// A date of an event: a session with a name of its own.
#[derive(Serialize, ToSchema)]
pub struct EventDate {
    /// The session.
    #[serde(flatten)]
    session: Session,
    /// What it is called, where it has a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Words>,
}

/// A picture in one size.
#[derive(Serialize, ToSchema)]
pub struct PictureSize {
    /// Where it is, a JPEG. What an address shows never changes.
    url: String,
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
}

/// A picture of an event.
#[derive(Serialize, ToSchema)]
pub struct EventPicture {
    /// What is to be seen, for those who do not see it.
    alt: Words,
    /// Its sizes, the smallest first.
    sizes: Vec<PictureSize>,
}

impl EventPicture {
    fn of(picture: &outreach::EventPicture, site: &str) -> Self {
        let size = |size: &outreach::PictureSize| PictureSize {
            url: format!("{site}{}", size.path()),
            width: size.width,
            height: size.height,
        };
        Self { alt: (&picture.alt).into(), sizes: picture.sizes.iter().map(size).collect() }
    }
}

/// An event.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: ActivityId,
    /// `family-day`, `maternity-day`, `cord-blood-day`, `coming-of-age`, `health-tour` or `lectures`.
    kind: &'static str,
    /// What it is called.
    title: Words,
    /// What it is, in a sentence.
    lead: Words,
    /// The city.
    city: &'static str,
    /// The house and the room.
    place: Words,
    /// For whom.
    audience: &'static str,
    /// `dates`: each date is registered for by itself; `whole`: all remaining dates together (`POST /api/v1/series`); `both`.
    series: &'static str,
    /// Whose identity document a booking needs: `none`, `leader` (that of who books), `everybody` (that of each person).
    identity: &'static str,
    /// Its page, where people register.
    page: String,
    /// Its pictures, the cover first. Empty where it has none.
    pictures: Vec<EventPicture>,
    /// It asks questions beyond name and contact: `GET /api/v1/events/{id}` says which, `answers` of a booking answers them.
    asks: bool,
    /// Its dates that are not over, in order.
    dates: Vec<EventDate>,
}

impl Event {
    fn of(event: &outreach::Event, site: &str, now: Timestamp) -> Self {
        let dates = event.timetable.sessions.iter().filter(|session| session.facts.ends_at > now);
        let date = |session: &SessionView| EventDate {
            session: Session::of(session, &event.timetable, now),
            name: event.name_of(session.id).map(Words::from),
        };
        Self {
            id: event.id,
            kind: event.kind.name(),
            title: (&event.title).into(),
            lead: (&event.lead).into(),
            city: event.city.code(),
            place: (&event.place).into(),
            audience: event.audience.name(),
            series: event.timetable.policy.series.name(),
            identity: event.timetable.policy.identity.name(),
            page: format!("{site}/events/{}", event.slug),
            pictures: event.pictures.iter().map(|picture| EventPicture::of(picture, site)).collect(),
            asks: event.form.is_some(),
            dates: dates.map(date).collect(),
        }
    }
}

/// A line of an event's programme.
#[derive(Serialize, ToSchema)]
pub struct ProgrammeItem {
    /// When, as it is read: `09:30`. May be empty.
    time: String,
    /// What.
    what: Words,
}

/// An event with everything its page and a form of it need.
#[derive(Serialize, ToSchema)]
pub struct WholeEvent {
    /// The event.
    #[serde(flatten)]
    event: Event,
    /// What it is about, in paragraphs with an empty line between them. Empty where nothing is written.
    story: Words,
    /// What happens when, in order. Empty where nothing is written.
    programme: Vec<ProgrammeItem>,
    /// The most people of one booking.
    people: u32,
    /// The most of whom under 14.
    children: u32,
    /// Children come only with an adult in the party.
    children_need_adult: bool,
    /// Minutes before a date begins at which registration for it ends, and with it that of the series.
    closes_minutes_before: i32,
    /// What it asks, in order. Empty where it asks nothing.
    questions: Vec<Question>,
}

/// What is on.
#[derive(Serialize, ToSchema)]
pub struct Events {
    /// By their next date. All of them: there are never more than a province holds in a season.
    events: Vec<Event>,
}

/// List events.
///
/// Published events with a date that is not over. The picture is at most a second old; whether a registration succeeds is
/// decided when it is made.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events", params(Wanted),
    responses(
        (status = 200, description = "The events", body = Events, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 400, description = "`malformed`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`: a city or an audience there is none of", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let mut faults = domain::field::Faults::default();
    let city = wanted.city.as_deref().and_then(|text| faults.take("city", City::parse(text)));
    let audience = wanted.audience.as_deref().and_then(|text| faults.take("audience", text.parse::<Audience>()));
    if !faults.is_empty() {
        return Err(Problem::new(problem::INVALID).errors(faults.into_errors()));
    }
    let all = outreach::events(&house.services).await.map_err(services::booking::BookingError::from)?;
    let site = &house.services.settings.public_url;
    let shown = all.published().filter(|event| {
        event.next(context.now).is_some()
            && city.is_none_or(|city| event.city == city)
            && audience.is_none_or(|who| event.audience == who || event.audience == Audience::Everyone)
            && wanted.from.is_none_or(|from| {
                event.timetable.sessions.iter().any(|session| local_day(session.facts.starts_at) >= from)
            })
    });
    let events = shown.map(|event| Event::of(event, site, context.now)).collect();
    polled(&house, &headers, &Events { events })
}

/// Show an event.
///
/// With its rules and the questions a registration answers. Whatever asks only where an earlier answer leads to it says so in
/// `when`; what is not asked is not kept.
#[utoipa::path(
    get, path = "/api/v1/events/{id}", tag = "events",
    params(("id" = String, Path, format = Uuid, description = "The event")),
    responses(
        (status = 200, description = "The event", body = WholeEvent, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or it is not published", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<ActivityId>,
) -> Result<Response, Problem> {
    let event = published(&house.services, id).await?;
    let policy = &event.timetable.policy;
    let today = local_day(context.now);
    let item =
        |item: &domain::outreach::ProgrammeItem| ProgrammeItem { time: item.time.clone(), what: (&item.what).into() };
    let questions = event.form.iter().flat_map(|(_, form)| &form.questions);
    let whole = WholeEvent {
        event: Event::of(&event, &house.services.settings.public_url, context.now),
        story: (&event.story).into(),
        programme: event.programme.iter().map(item).collect(),
        people: policy.people_per_booking.into(),
        children: policy.children_per_booking.into(),
        children_need_adult: policy.children_need_adult,
        closes_minutes_before: policy.closes_minutes_before,
        questions: questions.map(|question| Question::of(question, today)).collect(),
    };
    polled(&house, &headers, &whole)
}

/// The event a session is a date of; none for a session of the museum.
pub(super) async fn event_of(services: &Services, session: SessionId) -> Result<Option<Arc<outreach::Event>>, Problem> {
    let all = outreach::events(services).await.map_err(services::booking::BookingError::from)?;
    Ok(all.all().iter().find(|event| event.timetable.session(session).is_some()).cloned())
}

/// An event that the public sees.
pub(super) async fn published(services: &Services, id: ActivityId) -> Result<Arc<outreach::Event>, Problem> {
    let all = outreach::events(services).await.map_err(services::booking::BookingError::from)?;
    let event = all.by_id(id).filter(|event| event.published);
    event.cloned().ok_or(Problem::new(problem::NOT_FOUND))
}
