//! Messages about a request, queued in the transaction that causes them. What a job holds names the request and nobody; what
//! it says is made when its turn comes ([`crate::messages`]), from what is true then.

use super::Kind;
use crate::context::new_uuid;
use crate::jobs::{NewJob, enqueue};
use domain::ids::MessageId;
use domain::requests::Step;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::fmt::Debug;
use uuid::Uuid;

/// The messages of one kind of request. The four every kind has are named.
pub trait Template: Copy + Eq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The states of its kind.
    type State;
    /// Every message.
    const ALL: &'static [Self];
    /// We have it.
    const RECEIVED: Self;
    /// We need to know something.
    const ASKED: Self;
    /// It cannot be.
    const REFUSED: Self;
    /// Taken back, as asked.
    const WITHDRAWN: Self;

    /// As in the `message` table.
    fn name(self) -> &'static str;
    /// Whether the message still says what is so of a request that stands so.
    fn is_true_of(self, state: Self::State) -> bool;

    /// Said at most once of a request; the others may come again with another question or another date.
    fn is_said_once(self) -> bool {
        self == Self::RECEIVED
    }
    /// Of a later release than the others of its kind: its job is [`Kind::NEWER_JOB`].
    fn is_newer(self) -> bool {
        false
    }
    /// The name of its text: reminders share one.
    fn text(self) -> &'static str {
        self.name()
    }
    /// A reminder, or what others did: it waits for the morning rather than ring at night.
    fn keeps_quiet_hours(self) -> bool {
        false
    }
    /// The message that goes out with what both sides do, if one does.
    fn of_step(step: Step) -> Option<Self> {
        match step {
            Step::Ask => Some(Self::ASKED),
            Step::Refuse => Some(Self::REFUSED),
            Step::Withdraw => Some(Self::WITHDRAWN),
            Step::Answer | Step::Accept | Step::Decline => None,
        }
    }
}

/// One message about a request, to be queued.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice<K: Kind> {
    request: K::Id,
    template: K::Template,
    about: Option<Uuid>,
    run_at: Option<Timestamp>,
}

impl<K: Kind> Notice<K> {
    /// To be sent at once.
    pub(crate) const fn now(request: K::Id, template: K::Template) -> Self {
        Self { request, template, about: None, run_at: None }
    }

    /// It speaks of a session or a date of the request, and is not sent once that is another.
    pub(crate) fn about(self, about: impl Into<Uuid>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    /// To be sent later.
    pub(crate) const fn at(self, run_at: Timestamp) -> Self {
        Self { run_at: Some(run_at), ..self }
    }
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(crate) struct NoticeJob<T> {
    #[serde(default)]
    request: Option<Uuid>,
    /// What servers from before all kinds had one lane call an application.
    #[serde(default)]
    application: Option<Uuid>,
    pub(crate) template: T,
    /// What it is about; the word is from when only a group's session was meant.
    #[serde(default, rename = "session")]
    pub(crate) about: Option<Uuid>,
    /// The message's id, by whichever way it goes.
    pub(crate) message: MessageId,
}

impl<T> NoticeJob<T> {
    /// The request.
    pub(crate) fn request(&self) -> Option<Uuid> {
        self.request.or(self.application)
    }
}

/// Queues messages about requests, in one statement. Ring `Services::job_bell` after the commit.
pub(crate) async fn tell<K: Kind>(db: &mut PgConnection, now: Timestamp, told: &[Notice<K>]) -> sqlx::Result<()> {
    let payload = |it: &Notice<K>| {
        let id: Option<Uuid> = Some(it.request.into());
        let message = MessageId(new_uuid(now));
        NoticeJob { request: id, application: id, template: it.template, about: it.about, message }
    };
    let payloads: Vec<_> = told.iter().map(payload).collect();
    let job = |(it, payload)| {
        let Notice { request, template, about, run_at }: &Notice<K> = it;
        let dedupe = match about {
            // Whoever chooses another date and then this one again is reminded once.
            Some(about) if template.keeps_quiet_hours() => Some(format!("{}:{request}:{about}", template.name())),
            _ => template.is_said_once().then(|| format!("{}:{request}", template.name())),
        };
        let kind = if template.is_newer() { K::NEWER_JOB } else { K::JOB };
        NewJob { kind, payload, run_at: run_at.unwrap_or(now), dedupe }
    };
    let jobs: Vec<_> = told.iter().zip(&payloads).map(job).collect();
    enqueue(db, now, &jobs).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{AmbassadorTemplate, BusTemplate, GroupTemplate};
    use serde_json::{Value, json};

    /// While servers are exchanged, jobs of before are read here and jobs of now there.
    #[test]
    fn jobs_of_before_are_read_and_those_of_now_are_readable_there() {
        let id = Uuid::from_u128(7);
        let message = Uuid::from_u128(8);
        let bus = json!({ "request": id, "template": "thanks", "message": message });
        let bus: NoticeJob<BusTemplate> = serde_json::from_value(bus).expect("the bus's job");
        assert_eq!((bus.request(), bus.template), (Some(id), BusTemplate::Thanks));
        let session = Uuid::from_u128(9);
        let group = json!({ "request": id, "template": "proposed", "session": session, "message": message });
        let group: NoticeJob<GroupTemplate> = serde_json::from_value(group).expect("a group's job");
        assert_eq!((group.request(), group.about), (Some(id), Some(session)));
        let application = json!({ "application": id, "template": "selected", "message": message });
        let application: NoticeJob<AmbassadorTemplate> = serde_json::from_value(application).expect("an application's");
        assert_eq!(application.request(), Some(id));
        let now = NoticeJob {
            request: Some(id),
            application: Some(id),
            template: GroupTemplate::Proposed,
            about: Some(session),
            message: MessageId(message),
        };
        let now = serde_json::to_value(&now).expect("a job");
        for (field, value) in [("request", id), ("application", id), ("session", session), ("message", message)] {
            assert_eq!(now.get(field), Some(&Value::String(value.to_string())), "{field}");
        }
    }
}
