//! Messages about a request of whatever kind, sent when their turn comes from what is true then: organisation, name and
//! contact are read at that moment, and it is asked whether the message still says what is so. Which messages there are
//! stands here as one table; what only one kind's texts speak of stands beside it. Queueing stands in [`crate::requests`].

use super::ambassadors::AmbassadorFacts;
use super::bus::BusFacts;
use super::calendar::Method;
use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms};
use super::groups::GroupFacts;
use super::short_link;
use super::templates::Facts;
use crate::Services;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use crate::requests::{Kind, NoticeJob, RequestError, Template, View, link_until, manage_link};
use domain::Locale;
use domain::ambassador::State as AmbassadorState;
use domain::booking::{Reminder, after_quiet, is_quiet};
use domain::bus::State as BusState;
use domain::contact::Contact;
use domain::groups::State as GroupState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Declares the messages of the kinds, as one table: each with its name and the states it is true of. The four that every
/// kind has stand here once; what else is a kind's own (`also`) is written out.
macro_rules! templates {
    ($(
        $(#[$doc:meta])+
        $kind:ident of $state:ident named $prefix:literal {
            $($(#[$each:meta])+ $name:ident $word:literal while $($true_of:ident)|+,)*
        } $(also { $($own:item)* })?
    )+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $kind {
            /// We have it.
            Received,
            /// We need to know something.
            Asked,
            /// It cannot be.
            Refused,
            /// Taken back, as asked.
            Withdrawn,
            $($(#[$each])+ $name,)*
        }

        impl Template for $kind {
            type State = $state;
            const ALL: &'static [Self] =
                &[Self::Received, Self::Asked, Self::Refused, Self::Withdrawn, $(Self::$name),*];
            const RECEIVED: Self = Self::Received;
            const ASKED: Self = Self::Asked;
            const REFUSED: Self = Self::Refused;
            const WITHDRAWN: Self = Self::Withdrawn;

            fn name(self) -> &'static str {
                match self {
                    Self::Received => concat!($prefix, "_received"),
                    Self::Asked => concat!($prefix, "_asked"),
                    Self::Refused => concat!($prefix, "_refused"),
                    Self::Withdrawn => concat!($prefix, "_withdrawn"),
                    $(Self::$name => concat!($prefix, "_", $word),)*
                }
            }

            fn is_true_of(self, state: $state) -> bool {
                match self {
                    Self::Received => !state.is_over(),
                    Self::Asked => state == $state::Asked,
                    Self::Refused => state == $state::Refused,
                    Self::Withdrawn => state == $state::Withdrawn,
                    $(Self::$name => matches!(state, $($state::$true_of)|+),)*
                }
            }

            $($($own)*)?
        }
    )+};
}

templates! {
    /// Which message about a request for the science bus.
    BusTemplate of BusState named "bus" {
        /// A date is proposed.
        Proposed "proposed" while Proposed,
        /// The date stands in the itinerary.
        Scheduled "scheduled" while Scheduled,
        /// The date fell away; another one will be proposed.
        Released "released" while Submitted,
        /// The bus was there: thank you, and what was it like?
        Thanks "thanks" while Visited,
        /// Another school accepted a date, and none of the days that were wished for is left.
        NoDayLeft "no_day_left" while Submitted | Asked,
        /// The bus comes in three days.
        Days3 "days3" while Scheduled,
        /// The bus comes tomorrow.
        Day1 "day1" while Scheduled,
    } also {
        fn text(self) -> &'static str {
            match self.reminder() {
                Some(_) => "bus_reminder",
                None => self.name(),
            }
        }

        fn is_said_once(self) -> bool {
            matches!(self, Self::Received | Self::Thanks)
        }

        fn keeps_quiet_hours(self) -> bool {
            self == Self::NoDayLeft || self.reminder().is_some()
        }

        fn is_newer(self) -> bool {
            matches!(self, Self::NoDayLeft | Self::Days3 | Self::Day1)
        }
    }

    /// Which message about a group's request. What an approved group is told, it is told of its booking.
    GroupTemplate of GroupState named "group" {
        /// Another session is proposed.
        Proposed "proposed" while Proposed,
    }

    /// Which message about an application as an ambassador.
    AmbassadorTemplate of AmbassadorState named "ambassador" {
        /// A place, by the selection or since somebody withdrew.
        Selected "selected" while Selected | Confirmed,
        /// The place of the next who withdraws.
        Reserve "reserve" while Reserve,
        /// The certificate can be fetched.
        Certified "certified" while Certified,
        /// The training date they chose was moved or taken away: they choose again.
        Released "released" while Selected,
        /// The training is in three days.
        Days3 "days3" while Confirmed,
        /// The training is tomorrow.
        Day1 "day1" while Confirmed,
    } also {
        fn text(self) -> &'static str {
            match self.reminder() {
                Some(_) => "ambassador_reminder",
                None => self.name(),
            }
        }

        fn keeps_quiet_hours(self) -> bool {
            self.reminder().is_some()
        }

        fn is_newer(self) -> bool {
            matches!(self, Self::Released | Self::Days3 | Self::Day1)
        }
    }
}

/// Whose dates are called to mind days before: two hours before whoever waits for a bus or a training is on the way.
macro_rules! reminded {
    ($($kind:ident),+) => {$(
        impl $kind {
            /// The message a reminder is, where there is such a one.
            pub(crate) const fn of_reminder(reminder: Reminder) -> Option<Self> {
                match reminder {
                    Reminder::Days3 => Some(Self::Days3),
                    Reminder::Day1 => Some(Self::Day1),
                    Reminder::Hours2 => None,
                }
            }

            pub(super) const fn reminder(self) -> Option<Reminder> {
                match self {
                    Self::Days3 => Some(Reminder::Days3),
                    Self::Day1 => Some(Reminder::Day1),
                    _ => None,
                }
            }
        }
    )+};
}

reminded!(BusTemplate, AmbassadorTemplate);

/// A request, in words: what the texts of every kind may speak of, and what only its own may.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RequestFacts {
    /// Who leads it. In bodies of mail only.
    pub name: String,
    /// The school, the community, the company.
    pub organisation: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// What was asked.
    pub question: Option<String>,
    /// Why it was refused, or why what was agreed fell away.
    pub reason: Option<String>,
    /// See, answer, accept, withdraw, and whatever else its page has.
    pub manage: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
    /// What only its kind has.
    #[serde(flatten)]
    pub own: OwnFacts,
}

/// What only one kind's texts may speak of.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum OwnFacts {
    /// The science bus's.
    Bus(BusFacts),
    /// A group's.
    Group(GroupFacts),
    /// An ambassador's.
    Ambassador(AmbassadorFacts),
}

/// What the messages of one kind say.
pub(super) trait Letters: Kind {
    /// What the characters of its short links are made with.
    const SHORT_LINK: &'static str;
    /// Where its links lead.
    const PAGE: &'static str;

    /// What only its own texts may speak of, in the words of the request's language.
    fn own_facts(services: &Services, request: &View<Self>) -> OwnFacts;

    /// The values of a filed text message besides reference and link: only those its sentence has.
    fn values(_request: &View<Self>, _template: Self::Template) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The calendar entry that goes along with a mail, where it makes, moves or ends one.
    fn calendar(
        services: &Services,
        request: &View<Self>,
        template: Self::Template,
    ) -> impl Future<Output = sqlx::Result<Option<(Method, String)>>> + Send {
        let _ = (services, request, template);
        async { Ok(None) }
    }

    /// Whether the session or date a message is about still is the one of the request, and worth speaking of.
    fn is_about(_request: &View<Self>, _template: Self::Template, _about: Uuid, _now: Timestamp) -> bool {
        true
    }
}

/// Adds what sends the messages of a kind, by whichever of its jobs they come.
pub(super) fn handlers<K: Letters>(handlers: Handlers) -> Handlers {
    handlers.on(K::JOB, send::<K>).on(K::NEWER_JOB, send::<K>)
}

/// A request in the words of its language.
fn facts<K: Letters>(services: &Services, request: &View<K>) -> Facts {
    let page = format!("{}{}", K::PAGE, manage_link(services, request));
    Facts::Request(Box::new(RequestFacts {
        name: request.name.as_str().to_owned(),
        organisation: request.organisation.clone(),
        reference: request.reference.clone(),
        question: request.question.clone(),
        reason: request.reason.clone(),
        manage: super::address(services, request.locale, &page),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
        own: K::own_facts(services, request),
    }))
}

/// An instant or a deadline as a text message has it: providers refuse longer values.
pub(super) fn short_time(words: fn(Timestamp, Locale) -> String, at: Timestamp, locale: Locale) -> String {
    super::deliver::shortened(&words(at, locale))
}

async fn send<K: Letters>(services: Services, job: Job<NoticeJob<K::Template>>) -> Outcome {
    let now = services.clock.now();
    let Some(id) = job.payload.request().map(K::Id::from) else { return Err(Failure::give_up("no_request")) };
    let NoticeJob { template, about, message, .. } = job.payload;
    let mut db = services.db.acquire().await?;
    let request = match K::load(&services, &mut db, id, now).await {
        Ok(Some(request)) => request,
        // Never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(RequestError::Database(error)) => return Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(_) => return Err(Failure::retry("request_sealed")),
    };
    drop(db);
    let Some(contact) = request.contact.clone() else { return Ok(()) };
    let channel = match contact {
        Contact::Phone(_) => "sms",
        Contact::Mail(_) => "mail",
    };
    let subject = Some(Subject(K::TABLE, id.into()));
    let dispatch = Dispatch { id: message, subject, template: template.name(), channel };
    // Proposed twice in a moment: only what is so now is told, and once.
    let other = about.is_some_and(|about| !K::is_about(&request, template, about, now));
    if other || !template.is_true_of(request.state) {
        tracing::info!(request = %id, template = template.name(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    }
    if template.keeps_quiet_hours() && is_quiet(now) {
        return Err(Failure::retry_after("quiet_hours", after_quiet(now).duration_since(now)));
    }
    let parcel = match contact {
        Contact::Mail(mail) => {
            let calendar = K::calendar(&services, &request, template).await?;
            let facts = facts(&services, &request);
            letter(message, mail, request.locale, template.text(), &facts, calendar, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_request::<K>(&services, id, link_until(&request)).await?;
            let mut values = BTreeMap::from([("reference", request.reference.clone())]);
            if template != K::Template::WITHDRAWN {
                values.insert("link", short_link::request_code::<K>(&services, id));
            }
            values.extend(K::values(&request, template));
            sms(&services, message, phone, request.locale, template.text(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}
