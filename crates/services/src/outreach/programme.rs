//! What is on: every event with its dates, read once a second for everybody, from memory; and the same as a calendar feed.

use super::OutreachError;
use super::pictures::{self, EventPicture};
use crate::Services;
use crate::booking::{SessionView, Timetable, open_door_notes, seen_by_all};
use crate::messages::{Entry, calendar_to_follow};
use crate::snapshot::Snapshot;
use domain::Locale;
use domain::booking::Policy;
use domain::ids::{ActivityId, SessionId};
use domain::outreach::{Audience, Bilingual, City, EventKind, Form, ProgrammeItem};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use std::sync::Arc;
use store::booking::sessions::SessionRow;
use store::outreach::events as sql;

/// How long an event that is over can still be looked at.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 180);

/// An event, its dates and how full they are, at one instant.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its activity.
    pub id: ActivityId,
    /// Its word in an address.
    pub slug: String,
    /// What it is called.
    pub title: Bilingual,
    /// What kind it is.
    pub kind: EventKind,
    /// Where.
    pub city: City,
    /// The house and the room.
    pub place: Bilingual,
    /// For whom.
    pub audience: Audience,
    /// One sentence.
    pub lead: Bilingual,
    /// What it is about, in paragraphs.
    pub story: Bilingual,
    /// What happens when.
    pub programme: Vec<ProgrammeItem>,
    /// The public sees it.
    pub published: bool,
    /// Its pictures: the first is the cover.
    pub pictures: Vec<EventPicture>,
    /// What it asks, with the version; `None` where nothing is asked.
    pub form: Option<(i32, Form)>,
    /// Its rules and its dates.
    pub timetable: Timetable,
    /// What its dates are called.
    names: HashMap<SessionId, (Bilingual, Timestamp)>,
    /// Edit counter.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Event {
    /// What a date is called, where it has a name of its own.
    pub fn name_of(&self, session: SessionId) -> Option<&Bilingual> {
        self.names.get(&session).map(|(name, _)| name).filter(|name| name.is_written())
    }

    /// Its next date that is not over, by the clock of the page.
    pub fn next(&self, now: Timestamp) -> Option<&SessionView> {
        self.timetable.sessions.iter().find(|session| session.facts.ends_at > now)
    }

    async fn read(
        db: &mut PgConnection,
        row: sql::EventRow,
        sessions: Vec<SessionRow>,
        now: Timestamp,
    ) -> Result<Self, OutreachError> {
        let damaged = |_| OutreachError::Damaged("an event's words");
        let policy: Policy =
            serde_json::from_value(row.policy).map_err(|_| OutreachError::Damaged("an event's policy"))?;
        // Less what is owed to parties that wait.
        let sessions = seen_by_all(db, sessions, &policy, now).await?;
        let notes = match sessions.iter().filter(|session| session.facts.open_door).map(|s| s.facts.starts_at).min() {
            Some(first) => open_door_notes(db, row.id, first).await?,
            None => HashMap::new(),
        };
        let form = row.form.map(parsed::<Form>).transpose()?.map(|form| (row.form_version, form));
        Ok(Self {
            id: ActivityId(row.id),
            slug: row.slug,
            title: Bilingual::new(row.title_zh, row.title_en),
            kind: row.kind.parse().map_err(damaged)?,
            city: City::parse(&row.city).map_err(damaged)?,
            place: parsed(row.place)?,
            audience: row.audience.parse().map_err(damaged)?,
            lead: parsed(row.lead)?,
            story: parsed(row.story)?,
            programme: parsed(row.programme)?,
            published: row.published,
            pictures: Vec::new(),
            form: form.filter(|(_, form)| !form.questions.is_empty()),
            timetable: Timetable {
                activity: ActivityId(row.id),
                policy,
                policy_version: row.policy_version,
                sessions,
                exceptions: Vec::new(),
                planned: Vec::new(),
                notes,
                kept: Vec::new(),
                read_at: now,
            },
            names: HashMap::new(),
            version: row.version,
            updated_at: row.updated_at.to_jiff(),
        })
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: Value) -> Result<T, OutreachError> {
    serde_json::from_value(json).map_err(|_| OutreachError::Damaged("an event's words"))
}

/// Every event at one instant, those that come first in front.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Published or not.
    all: Vec<Arc<Event>>,
}

impl Events {
    /// Every event, published or not: for staff, and for bookings that were made while it was.
    pub fn all(&self) -> &[Arc<Event>] {
        &self.all
    }

    /// What the public sees.
    pub fn published(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.all.iter().filter(|event| event.published)
    }

    /// A published event by its word.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<Event>> {
        self.published().find(|event| event.slug == slug)
    }

    /// An event by its activity, published or not.
    pub fn by_id(&self, id: ActivityId) -> Option<&Arc<Event>> {
        self.all.iter().find(|event| event.id == id)
    }
}

/// The picture of the events that all requests of this process share.
pub type Programme = Snapshot<Events>;

/// The events, at most a second old.
///
/// An event that cannot be read (this server is older than who wrote it, as in the middle of an update) is left out, and said in
/// the log: it keeps no other from being seen.
///
/// # Errors
/// `Database`.
pub async fn events(services: &Services) -> Result<Arc<Events>, OutreachError> {
    services.programme.read(&services.clock, |now| read(services, now)).await
}

async fn read(services: &Services, now: Timestamp) -> Result<Events, OutreachError> {
    let mut db = services.db.acquire().await?;
    let rows = sql::events(&mut db).await?;
    let mut sessions: HashMap<ActivityId, Vec<SessionRow>> = HashMap::new();
    for row in sql::sessions_after(&mut db, now - REMEMBERED, now).await? {
        sessions.entry(ActivityId(row.activity_id)).or_default().push(row);
    }
    // A date whose name cannot be read is called as its event is.
    let named =
        |row: sql::DateRow| Some((SessionId(row.session_id), (parsed(row.title).ok()?, row.changed_at.to_jiff())));
    let names: HashMap<SessionId, (Bilingual, Timestamp)> =
        sql::dates(&mut db).await?.into_iter().filter_map(named).collect();
    let mut shown = pictures::of_all(&mut db).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let id = ActivityId(row.id);
        let dates = sessions.remove(&id).unwrap_or_default();
        let mut event = match Event::read(&mut db, row, dates, now).await {
            Ok(event) => event,
            Err(OutreachError::Damaged(what)) => {
                tracing::error!(event = %id.0, what, "an event cannot be read");
                continue;
            }
            Err(error) => return Err(error),
        };
        let own = event.timetable.sessions.iter().filter_map(|s| Some((s.id, names.get(&s.id)?.clone())));
        event.names = own.collect();
        event.pictures = shown.remove(&id).unwrap_or_default();
        all.push(Arc::new(event));
    }
    // By the next date; what is over, and what has no date yet, at the end.
    all.sort_by_key(|event| event.next(now).map_or(Timestamp::MAX, |session| session.facts.starts_at));
    Ok(Events { all })
}

/// What a date's entry says: first of all that one can just come, where that is so.
fn described(event: &Event, session: &SessionView, locale: Locale) -> String {
    let lead = event.lead.of(locale);
    if !session.facts.open_door || session.facts.closed {
        return lead.to_owned();
    }
    let come = match locale {
        Locale::ZhCn => "免预约，直接来就行。",
        Locale::En => "No booking needed: just come. ",
    };
    let note = event.timetable.notes.get(&session.id);
    let note = note.map(|(zh, en)| if locale == Locale::ZhCn { zh } else { en }.as_str()).unwrap_or_default();
    [come, note, if note.is_empty() { "" } else { "\n" }, lead].concat()
}

/// The dates of the given events as a calendar feed (RFC 5545): a subscribed calendar follows every change, since a date
/// keeps its UID and gets a higher SEQUENCE. `page` makes an event's address.
pub fn feed<'a>(
    services: &Services,
    name: &str,
    events: impl IntoIterator<Item = &'a Arc<Event>>,
    locale: Locale,
    page: impl Fn(&Event) -> String,
) -> String {
    let mut entries = Vec::new();
    for event in events {
        let url = page(event);
        for session in &event.timetable.sessions {
            let (name, changed) = match event.names.get(&session.id) {
                Some((name, changed)) => (name.of(locale), (*changed).max(event.updated_at)),
                None => ("", event.updated_at),
            };
            let title = event.title.of(locale);
            entries.push(Entry {
                id: session.id.0,
                sequence: session.version.max(1).unsigned_abs() - 1,
                stamp: changed,
                starts_at: session.facts.starts_at,
                ends_at: session.facts.ends_at,
                summary: if name.is_empty() { title.to_owned() } else { format!("{title} · {name}") },
                description: described(event, session, locale),
                place: format!("{} · {}", event.city.text(locale), event.place.of(locale)),
                url: url.clone(),
                cancelled: session.facts.closed,
            });
        }
    }
    calendar_to_follow(services, name, &entries)
}
