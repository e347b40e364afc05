//! Messages to parties on the waiting list: on it, offered places, ended. Queued in the transaction of what happened,
//! rendered when they leave from what is true then.

use super::deliver::{Dispatch, deadline_text, dispatch_one, drop_message, letter, shortened, sms, when_text};
use super::templates::{Facts, WaitingFacts};
use super::{address, short_link};
use crate::Services;
use crate::booking::{BookingError, WaitingView, closing_reason, read_waiting};
use crate::context::new_uuid;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::Locale;
use domain::booking::{WaitingState, after_quiet};
use domain::contact::Contact;
use domain::ids::{MessageId, OpenDoorId, SessionId, WaitingId};
use domain::time::{local_day, span_text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The job that sends a message about an entry of the waiting list.
const WAITING: &str = "messages.waiting";
/// The same where no booking is needed, under a name of its own: a server of before that could not read it leaves it alone.
const OPEN_DOOR: &str = "messages.waiting_open_door";

/// What a party is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingNews {
    /// It is on the list.
    Joined,
    /// Places are kept for it.
    Offered {
        /// Until when: another offer is another message.
        until: Timestamp,
    },
    /// Its offer ended without an answer.
    RanOut {
        /// Which session was offered.
        session: SessionId,
        /// It waits for others still.
        waits_on: bool,
    },
    /// The house closed the last session it waited for, or the one that was offered to it.
    Closed {
        /// Which.
        session: SessionId,
        /// It waits for others still.
        #[serde(default)]
        waits_on: bool,
    },
    /// Its offer was taken back: the person has booked another session, beside which the rules allow no more.
    Rests {
        /// Which session was offered.
        session: SessionId,
    },
    /// No place came free in time.
    NoPlace {
        /// Which session it waited for last.
        session: SessionId,
    },
    /// The session needs no booking any more: it can simply come.
    NoBookingNeeded {
        /// Which.
        session: SessionId,
        /// It waits for others still.
        waits_on: bool,
        /// So does the whole day.
        whole_day: bool,
        /// The act that freed it: of its sessions alone it speaks, not of what the party was told before. News of before name none.
        #[serde(default)]
        act: Option<OpenDoorId>,
    },
    /// It was told to come without a booking, and needs one after all.
    BookingNeeded {
        /// For which session.
        session: SessionId,
    },
    /// It was told to come without a booking, and the house closed the session.
    OpenDoorClosed {
        /// Which.
        session: SessionId,
    },
}

impl WaitingNews {
    /// The job that tells it.
    const fn kind(self) -> &'static str {
        match self {
            Self::NoBookingNeeded { .. } | Self::BookingNeeded { .. } | Self::OpenDoorClosed { .. } => OPEN_DOOR,
            Self::Joined
            | Self::Offered { .. }
            | Self::RanOut { .. }
            | Self::Closed { .. }
            | Self::Rests { .. }
            | Self::NoPlace { .. } => WAITING,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Joined => "waiting_joined",
            Self::Offered { .. } => "waiting_offer",
            Self::RanOut { .. }
            | Self::Closed { .. }
            | Self::Rests { .. }
            | Self::NoPlace { .. }
            | Self::NoBookingNeeded { .. }
            | Self::BookingNeeded { .. }
            | Self::OpenDoorClosed { .. } => "waiting_ended",
        }
    }

    const fn why(self) -> &'static str {
        match self {
            Self::Joined | Self::Offered { .. } => "",
            Self::RanOut { .. } => "ran_out",
            Self::Closed { .. } => "closed",
            Self::Rests { .. } => "rests",
            Self::NoPlace { .. } => "no_place",
            Self::NoBookingNeeded { whole_day: false, .. } => "not_needed",
            Self::NoBookingNeeded { whole_day: true, .. } => "day_not_needed",
            Self::BookingNeeded { .. } => "needed_again",
            Self::OpenDoorClosed { .. } => "come_closed",
        }
    }

    /// Whether it still says what is so: nothing of an offer that is over, nothing of a list that was left.
    fn still_true(self, view: &WaitingView) -> bool {
        match self {
            Self::Joined => view.state == WaitingState::Waiting,
            Self::Offered { until } => view.offer.is_some_and(|offer| offer.until == until),
            Self::RanOut { waits_on, .. } => view.state != WaitingState::Left && (!waits_on || view.state.is_live()),
            Self::Closed { waits_on, .. } => view.state == WaitingState::Closed || (waits_on && view.state.is_live()),
            Self::Rests { session } => {
                view.state == WaitingState::Waiting
                    && view.wishes.iter().any(|wish| wish.session == session && wish.rests && !wish.over)
            }
            Self::NoPlace { .. } => view.state == WaitingState::NoPlace,
            // Whether one can just come is asked of the sessions, and whom it concerns was decided with the news.
            Self::NoBookingNeeded { .. } => view.state != WaitingState::Left,
            Self::BookingNeeded { .. } | Self::OpenDoorClosed { .. } => true,
        }
    }

    /// The session it speaks of.
    fn session(self, view: &WaitingView) -> Option<SessionId> {
        match self {
            Self::Joined => view.wishes.first().map(|wish| wish.session),
            Self::Offered { .. } => view.offer.map(|offer| offer.session),
            Self::RanOut { session, .. }
            | Self::Closed { session, .. }
            | Self::Rests { session }
            | Self::NoPlace { session }
            | Self::NoBookingNeeded { session, .. }
            | Self::BookingNeeded { session }
            | Self::OpenDoorClosed { session } => Some(session),
        }
    }
}

/// What the job holds: ids and instants.
#[derive(Serialize, Deserialize)]
struct WaitingJob {
    entry: WaitingId,
    news: WaitingNews,
    /// Every session it speaks of, where there is more than the news' own; it is one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<SessionId>,
    mail: MessageId,
    sms: MessageId,
}

/// Queues messages to parties on the waiting list. Nobody is woken: what can wait until eight does; an offer's time runs
/// from then. Ring the bell after the commit.
pub async fn queue_waiting(
    db: &mut PgConnection,
    now: Timestamp,
    news: &[(WaitingId, WaitingNews)],
) -> sqlx::Result<()> {
    let news = news.iter().map(|(entry, news)| (*entry, *news, Vec::new())).collect();
    queue(db, now, news).await
}

/// Queues that sessions need bookings again, to parties that were told to come without one: one message each, of all of its
/// sessions.
pub async fn queue_needed_again(
    db: &mut PgConnection,
    now: Timestamp,
    parties: &[(WaitingId, Vec<SessionId>)],
) -> sqlx::Result<()> {
    let news = parties.iter().filter_map(|(entry, sessions)| {
        let session = *sessions.first()?;
        let all = if sessions.len() > 1 { sessions.clone() } else { Vec::new() };
        Some((*entry, WaitingNews::BookingNeeded { session }, all))
    });
    queue(db, now, news.collect()).await
}

async fn queue(
    db: &mut PgConnection,
    now: Timestamp,
    news: Vec<(WaitingId, WaitingNews, Vec<SessionId>)>,
) -> sqlx::Result<()> {
    let payloads: Vec<WaitingJob> = news
        .into_iter()
        .map(|(entry, news, sessions)| WaitingJob {
            entry,
            news,
            sessions,
            mail: MessageId(new_uuid(now)),
            sms: MessageId(new_uuid(now)),
        })
        .collect();
    let jobs: Vec<_> = payloads
        .iter()
        .map(|payload| {
            let run_at = match payload.news {
                WaitingNews::Joined => now,
                _ => after_quiet(now),
            };
            NewJob { kind: payload.news.kind(), payload, run_at, dedupe: None }
        })
        .collect();
    enqueue(db, now, &jobs).await
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(WAITING, send).on(OPEN_DOOR, send)
}

async fn send(services: Services, job: Job<WaitingJob>) -> Outcome {
    let now = services.clock.now();
    let WaitingJob { entry, news, sessions, mail, sms: sms_id } = job.payload;
    let view = match read_waiting(&services, entry, now).await {
        Ok(view) => view,
        // Never committed here: there is nobody to tell.
        Err(BookingError::NotFound) => return Ok(()),
        Err(BookingError::Database(error)) => return Err(error.into()),
        Err(_) => return Err(Failure::retry("waiting_sealed")),
    };
    let Some(contact) = view.person.as_ref().and_then(|person| person.contact.clone()) else { return Ok(()) };
    let (id, channel) = match contact {
        Contact::Phone(_) => (sms_id, "sms"),
        Contact::Mail(_) => (mail, "mail"),
    };
    let dispatch = Dispatch { id, subject: None, template: news.text(), channel };
    let told = if news.still_true(&view) { what_holds(&services, &view, (news, sessions), now).await? } else { None };
    let Some((news, sessions)) = told else {
        tracing::info!(%entry, template = news.text(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    };
    let parcel = match contact {
        Contact::Mail(address) => {
            let facts = facts(&services, &view, news, &sessions).await?;
            letter(id, address, view.locale, news.text(), &Facts::Waiting(Box::new(facts)), None, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_waiting(&services, entry, view.last_ends_at()).await?;
            let values = values(&services, &view, news, sessions.len()).await?;
            sms(&services, id, phone, view.locale, news.text(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}

/// What is to be told at this moment of what was queued, and of which sessions; `None` where nothing of it holds. Where one can
/// just come is asked session by session: a message for a whole day names those that are left of it, and whoever takes one
/// back or closes it queues the news of that.
async fn what_holds(
    services: &Services,
    view: &WaitingView,
    (news, sessions): (WaitingNews, Vec<SessionId>),
    now: Timestamp,
) -> Result<Option<(WaitingNews, Vec<SessionId>)>, Failure> {
    use store::booking::open_doors as sql;
    let session = match news {
        WaitingNews::NoBookingNeeded { session, .. }
        | WaitingNews::BookingNeeded { session }
        | WaitingNews::OpenDoorClosed { session } => session,
        _ => return Ok(Some((news, news.session(view).into_iter().collect()))),
    };
    let mut db = services.db.acquire().await?;
    if let WaitingNews::NoBookingNeeded { waits_on, whole_day, act, .. } = news {
        let freed = sql::tell(&mut db, view.id.0, act.map(|act| act.0), now).await?;
        let sessions: Vec<SessionId> = freed.into_iter().map(SessionId).collect();
        let Some(first) = sessions.first().copied() else { return Ok(None) };
        let same_day = one_day(view, &sessions);
        let whole_day =
            whole_day && same_day && sql::door(&mut db, first.0, now).await?.is_some_and(|door| door.whole_day);
        return Ok(Some((WaitingNews::NoBookingNeeded { session: first, waits_on, whole_day, act }, sessions)));
    }
    let sessions = if sessions.is_empty() { vec![session] } else { sessions };
    need_a_booking(&mut db, view, sessions, now).await
}

/// Of sessions that a party was told to just come to, those it must not come to so at this moment, and why.
async fn need_a_booking(
    db: &mut PgConnection,
    view: &WaitingView,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Option<(WaitingNews, Vec<SessionId>)>, Failure> {
    use store::booking::open_doors as sql;
    let (mut told, mut all_closed) = (Vec::new(), true);
    for session in sessions {
        // Whoever left the list meanwhile hears of it only if "just come" had reached them.
        if view.state == WaitingState::Left && !sql::was_told(db, session.0, view.id.0).await? {
            continue;
        }
        if let Some(door) = sql::door(db, session.0, now).await?.filter(|door| !door.open_door) {
            all_closed &= door.closed;
            told.push(session);
        }
    }
    let Some(session) = told.first().copied() else { return Ok(None) };
    // Where only some were closed, nobody comes to those either without looking for a place first.
    let news =
        if all_closed { WaitingNews::OpenDoorClosed { session } } else { WaitingNews::BookingNeeded { session } };
    Ok(Some((news, told)))
}

/// All these sessions are on one day.
fn one_day(view: &WaitingView, sessions: &[SessionId]) -> bool {
    let mut days =
        view.wishes.iter().filter(|wish| sessions.contains(&wish.session)).map(|wish| local_day(wish.starts_at));
    let first = days.next();
    days.all(|day| Some(day) == first)
}

/// When, of every session a message speaks of.
fn spans(view: &WaitingView, sessions: &[SessionId]) -> String {
    let spans = view.wishes.iter().filter(|wish| sessions.contains(&wish.session));
    let spans: Vec<String> = spans.map(|wish| span_text(wish.starts_at, wish.ends_at, view.locale)).collect();
    spans.join(if view.locale == Locale::ZhCn { "；" } else { "; " })
}

fn span_of(view: &WaitingView, session: Option<SessionId>) -> Option<(Timestamp, Timestamp)> {
    view.wishes.iter().find(|wish| Some(wish.session) == session).map(|wish| (wish.starts_at, wish.ends_at))
}

/// What the museum's visit or the event is called, and the path of the page where its other dates are found.
async fn about(services: &Services, session: Option<SessionId>, locale: Locale) -> Result<(String, String), Failure> {
    let session = session.ok_or(Failure::give_up("waiting_session"))?;
    let found = store::messages::session_title(&services.db, session.0).await?;
    let found = found.ok_or(Failure::give_up("waiting_session"))?;
    let page = match found.kind.as_str() {
        "event" => format!("/events/{}", found.slug),
        _ => "/museum/sessions".to_owned(),
    };
    Ok((if locale == Locale::ZhCn { found.title_zh } else { found.title_en }, page))
}

async fn facts(
    services: &Services,
    view: &WaitingView,
    news: WaitingNews,
    sessions: &[SessionId],
) -> Result<WaitingFacts, Failure> {
    let locale = view.locale;
    let session = news.session(view);
    span_of(view, session).ok_or(Failure::give_up("waiting_session"))?;
    let others = view.wishes.iter().filter(|wish| !wish.over && !sessions.contains(&wish.session));
    let link = view.link(services);
    let (title, other_dates) = about(services, session, locale).await?;
    let reason = match (news, session) {
        (WaitingNews::Closed { .. } | WaitingNews::OpenDoorClosed { .. }, Some(session)) => {
            let reason = closing_reason(services, session).await.map_err(|_| Failure::retry("database"))?;
            reason.map(|(zh, en)| if locale == Locale::ZhCn { zh } else { en })
        }
        _ => None,
    };
    Ok(WaitingFacts {
        name: view.person.as_ref().map(|person| person.name.as_str().to_owned()).unwrap_or_default(),
        title,
        date: spans(view, sessions),
        others: others.map(|wish| span_text(wish.starts_at, wish.ends_at, locale)).collect(),
        people: view.party.people.get(),
        children: u32::from(view.party.children),
        before: view.wishes.iter().find(|wish| Some(wish.session) == session).map_or(0, |wish| wish.before),
        until: view.offer.map(|offer| deadline_text(offer.until, locale)).unwrap_or_default(),
        why: news.why(),
        waits_on: view.state.is_live(),
        several: sessions.len() > 1,
        reason,
        page: address(services, locale, &format!("/waiting/{link}")),
        calendar: address(services, locale, &other_dates),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    })
}

/// The values of a filed text message, each of at most 35 characters.
async fn values(
    services: &Services,
    view: &WaitingView,
    news: WaitingNews,
    sessions: usize,
) -> Result<BTreeMap<&'static str, String>, Failure> {
    let locale = view.locale;
    let session = news.session(view);
    let (starts_at, _) = span_of(view, session).ok_or(Failure::give_up("waiting_session"))?;
    let mut values = BTreeMap::from([
        ("title", shortened(&about(services, session, locale).await?.0)),
        ("when", when_text(starts_at, locale)),
        ("link", short_link::waiting_code(services, view.id)),
    ]);
    match news {
        WaitingNews::Joined => {
            values.insert("people", view.party.people.get().to_string());
        }
        WaitingNews::Offered { until } => {
            values.insert("people", view.party.people.get().to_string());
            values.insert("until", deadline_text(until, locale));
        }
        WaitingNews::RanOut { .. }
        | WaitingNews::Closed { .. }
        | WaitingNews::Rests { .. }
        | WaitingNews::NoPlace { .. }
        | WaitingNews::NoBookingNeeded { .. }
        | WaitingNews::BookingNeeded { .. }
        | WaitingNews::OpenDoorClosed { .. } => {
            let outcome = match (locale, news) {
                (Locale::ZhCn, WaitingNews::RanOut { .. }) => "候补通知已过期",
                (Locale::ZhCn, WaitingNews::Closed { waits_on: true, .. }) => "场次因故关闭，保留的名额取消",
                (Locale::ZhCn, WaitingNews::Closed { .. }) => "场次因故关闭，候补结束",
                (Locale::ZhCn, WaitingNews::Rests { .. }) => "您已预约其他场次，候补暂停",
                (Locale::ZhCn, WaitingNews::NoBookingNeeded { whole_day: true, .. }) => "当天免预约，直接来就行",
                (Locale::ZhCn, WaitingNews::NoBookingNeeded { .. }) => "这场免预约，直接来就行",
                (Locale::ZhCn, WaitingNews::BookingNeeded { .. }) => "恢复预约，请先预约再来",
                (Locale::ZhCn, WaitingNews::OpenDoorClosed { .. }) => "场次因故关闭，请不要前来",
                (Locale::ZhCn, _) => "未能等到空余名额，候补结束",
                (Locale::En, WaitingNews::RanOut { .. }) => "your offer has ended",
                (Locale::En, WaitingNews::Closed { .. }) => "the session was closed",
                (Locale::En, WaitingNews::Rests { .. }) => "on hold: you booked another session",
                (Locale::En, WaitingNews::NoBookingNeeded { .. }) => "no booking needed: just come",
                (Locale::En, WaitingNews::BookingNeeded { .. }) => "please book after all",
                (Locale::En, WaitingNews::OpenDoorClosed { .. }) => "it was closed: please do not come",
                (Locale::En, _) => "no place came free in time",
            };
            // One instant is named; the page behind the link names the others.
            let outcome = match (several(news, sessions), locale) {
                (None, _) => outcome.to_owned(),
                (Some((zh, _)), Locale::ZhCn) => format!("共{sessions}场{zh}"),
                (Some((_, en)), Locale::En) => format!("{sessions} sessions: {en}"),
            };
            values.insert("outcome", outcome);
        }
    }
    Ok(values)
}

/// What a text message says of several sessions, in Chinese and English.
fn several(news: WaitingNews, sessions: usize) -> Option<(&'static str, &'static str)> {
    match news {
        _ if sessions < 2 => None,
        WaitingNews::NoBookingNeeded { whole_day: false, .. } => Some(("免预约，直接来就行", "no booking, just come")),
        WaitingNews::BookingNeeded { .. } => Some(("恢复预约，请先预约再来", "please book after all")),
        WaitingNews::OpenDoorClosed { .. } => Some(("因故关闭，请不要前来", "closed, do not come")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_several_sessions_fits_a_value_of_a_text_message() {
        let session = SessionId(uuid::Uuid::nil());
        let come = WaitingNews::NoBookingNeeded { session, waits_on: false, whole_day: false, act: None };
        for news in [come, WaitingNews::BookingNeeded { session }, WaitingNews::OpenDoorClosed { session }] {
            assert_eq!(several(news, 1), None);
            let (zh, en) = several(news, 99).expect("words");
            for text in [format!("共99场{zh}"), format!("99 sessions: {en}")] {
                assert!(text.chars().count() <= 35, "{text}");
            }
        }
    }
}
