//! What only the messages about a request for the science bus say.

use super::address;
use super::calendar::{Event, Method, ics};
use super::deliver::{deadline_text, when_text};
use super::enclosures::alarm;
use super::requests::{BusTemplate, Letters, OwnFacts, short_time};
use crate::Services;
use crate::bus::{Bus, RequestView, StopView, feedback_link, sign_of_days};
use crate::requests::{Template as _, manage_link};
use domain::Locale;
use domain::bus::SET_UP;
use domain::contact::Contact;
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use store::bus::stops::{self, DateRow};
use uuid::Uuid;

/// A request for the science bus, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BusFacts {
    /// 潍坊
    pub city: String,
    pub people: u32,
    /// 2026年7月28日（周二）09:00–10:30, once there is a date.
    pub date: Option<String>,
    /// Until when a proposal waits.
    pub answer_by: Option<String>,
    /// The date that a proposal takes the place of.
    pub replaced: Option<String>,
    /// The words that came with a proposal.
    pub message: Option<String>,
    /// What was it like?
    pub feedback: String,
}

impl Letters for Bus {
    const SHORT_LINK: &'static str = "messages.short_link.bus";
    const PAGE: &'static str = "/bus/r/";

    fn own_facts(services: &Services, request: &RequestView) -> OwnFacts {
        let locale = request.locale;
        let stop = request.stop.as_ref();
        OwnFacts::Bus(BusFacts {
            city: request.city.text(locale).to_owned(),
            people: request.people,
            date: stop.map(|stop| span_text(stop.starts_at, stop.ends_at, locale)),
            answer_by: stop.map(|stop| deadline_text(stop.answer_by, locale)),
            replaced: stop.and_then(|stop| stop.replaced).map(|(from, until)| span_text(from, until, locale)),
            message: request.message.clone(),
            feedback: address(services, locale, &format!("/bus/f/{}", feedback_link(services, request))),
        })
    }

    /// A reminder is of the date that stands, and of use until the next one's turn; that no day is left is said of the days it
    /// was so of.
    fn is_about(request: &RequestView, template: BusTemplate, about: Uuid, now: Timestamp) -> bool {
        match (template.reminder(), &request.stop) {
            (Some(it), Some(stop)) => about == stop.id.0 && now < it.worth_until(stop.starts_at),
            (Some(_), None) => false,
            (None, _) => template != BusTemplate::NoDayLeft || about == sign_of_days(&request.days),
        }
    }

    /// The entry comes with the date that stands and goes with it, where a mail of before brought it. A date that takes its place
    /// has the same UID: once it stands, the entry is there again.
    async fn calendar(
        services: &Services,
        request: &RequestView,
        template: BusTemplate,
    ) -> sqlx::Result<Option<(Method, String)>> {
        let (method, date) = match template {
            BusTemplate::Scheduled => (Method::Request, request.stop.as_ref().map(Date::from)),
            BusTemplate::Proposed | BusTemplate::Released | BusTemplate::Refused | BusTemplate::Withdrawn => {
                let told = store::messages::about(&services.db, &[request.id.0]).await?;
                let brought = BusTemplate::Scheduled.name();
                if !told.iter().any(|it| it.template == brought && it.channel == "mail" && it.state == "sent") {
                    return Ok(None);
                }
                (Method::Cancel, stops::given_back(&services.db, request.id.0).await?.map(Date::from))
            }
            _ => return Ok(None),
        };
        Ok(date.map(|date| (method, entry_of(services, request, &date, request.locale, method))))
    }

    fn values(request: &RequestView, template: BusTemplate) -> Vec<(&'static str, String)> {
        let Some(stop) = request.stop.as_ref() else { return Vec::new() };
        let when = || ("when", short_time(when_text, stop.starts_at, request.locale));
        match template {
            BusTemplate::Proposed => vec![when(), ("until", short_time(deadline_text, stop.answer_by, request.locale))],
            BusTemplate::Scheduled | BusTemplate::Days3 | BusTemplate::Day1 => vec![when()],
            _ => Vec::new(),
        }
    }
}

/// A date as a calendar has it.
struct Date {
    uid: Uuid,
    sequence: i32,
    starts_at: Timestamp,
    ends_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&StopView> for Date {
    fn from(stop: &StopView) -> Self {
        let StopView { uid, sequence, starts_at, ends_at, updated_at, .. } = *stop;
        Self { uid, sequence, starts_at, ends_at, updated_at }
    }
}

impl From<DateRow> for Date {
    fn from(row: DateRow) -> Self {
        Self {
            uid: row.uid,
            sequence: row.sequence,
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        }
    }
}

/// The calendar entry of a request's stop, for download.
pub(crate) fn stop_calendar(services: &Services, request: &RequestView, stop: &StopView, locale: Locale) -> String {
    entry_of(services, request, &Date::from(stop), locale, Method::Publish)
}

/// A date of a request as a calendar has it. Under the UID of the public schedule, and with what only the school is to know.
fn entry_of(services: &Services, request: &RequestView, date: &Date, locale: Locale, method: Method) -> String {
    let (reference, people, minutes) = (&request.reference, request.people, SET_UP.as_mins());
    let (summary, description) = match locale {
        Locale::ZhCn => (
            "科普巴士到访",
            format!("申请编号：{reference}\n预计人数：{people}人\n车辆提前{minutes}分钟到场布置，请留好停车位置。"),
        ),
        Locale::En => (
            "Visit of the science bus",
            format!(
                "Reference: {reference}\nPeople expected: {people}\nIt arrives {minutes} minutes earlier to set up: please keep the place free."
            ),
        ),
    };
    let attendee = match &request.contact {
        Some(Contact::Mail(mail)) if method != Method::Publish => Some(mail.as_str()),
        _ => None,
    };
    ics(&Event {
        subject: date.uid,
        host: services.post.host(),
        sequence: date.sequence.unsigned_abs(),
        method,
        stamp: date.updated_at,
        starts_at: date.starts_at,
        ends_at: date.ends_at,
        summary,
        description: &description,
        place: &format!("{} · {}", request.city.text(locale), request.address),
        url: Some(&address(services, locale, &format!("/bus/r/{}", manage_link(services, request)))),
        organizer: Some(services.post.sender()),
        attendee,
        alarm: Some(alarm(locale)),
    })
}
