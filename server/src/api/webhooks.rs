//! What partners are told, as the description of the API has it (`webhooks` of OpenAPI 3.1). Nothing here is called: the
//! house calls. The shapes are those that `services` writes into its events.

use domain::webhooks::Topic;
use serde::Serialize;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, HttpMethod, OpenApi, PathItem, PathsBuilder, Ref, Required, Response};
use utoipa::{Modify, ToSchema};

/// A session as it is after the change. Counts are people.
#[derive(Serialize, ToSchema)]
pub struct SessionNews {
    /// Which.
    #[schema(format = Uuid)]
    session: String,
    /// Of the museum or of which event.
    #[schema(format = Uuid)]
    activity: String,
    /// Beginning.
    #[schema(format = DateTime)]
    starts_at: String,
    /// End.
    #[schema(format = DateTime)]
    ends_at: String,
    /// `open` or `closed`.
    state: String,
    /// A booking is needed; where it is not, whoever comes is let in.
    booking_needed: bool,
    /// Places.
    capacity: u32,
    /// Places free at that moment.
    free: u32,
}

/// A booking the partner's own machine made, as it is after the change. It names nobody.
#[derive(Serialize, ToSchema)]
pub struct BookingNews {
    /// Which.
    #[schema(format = Uuid)]
    booking: String,
    /// Of which session.
    #[schema(format = Uuid)]
    session: String,
    /// When that begins.
    #[schema(format = DateTime)]
    starts_at: String,
    /// `confirmed` or `cancelled`.
    state: String,
    /// People.
    people: u32,
}

/// An event that is shown to the public, or not any more.
#[derive(Serialize, ToSchema)]
pub struct EventNews {
    /// Which.
    #[schema(format = Uuid)]
    event: String,
    /// Its word in an address: `/events/<slug>`.
    slug: String,
    /// It is shown.
    published: bool,
}

/// A stop of the science bus: when, and in which city.
#[derive(Serialize, ToSchema)]
pub struct StopNews {
    /// Which.
    #[schema(format = Uuid)]
    stop: String,
    /// The first visitors.
    #[schema(format = DateTime)]
    starts_at: String,
    /// The last ones.
    #[schema(format = DateTime)]
    ends_at: String,
    /// The city's code: `jinan`.
    city: String,
    /// `scheduled`, `visited` or `withdrawn`.
    state: String,
}

/// A party that the partner's own machine put on a waiting list, as it stands to a session. It names nobody.
#[derive(Serialize, ToSchema)]
pub struct WaitingNews {
    /// Which entry: `GET /api/v1/waiting/{id}`.
    #[schema(format = Uuid)]
    waiting: String,
    /// The session that is offered, or was.
    #[schema(format = Uuid)]
    session: String,
    /// When that begins.
    #[schema(format = DateTime)]
    starts_at: String,
    /// `offered`; afterwards `waiting` for others, or `expired`, `closed`, `not_needed` (no booking is needed any more: just come).
    state: String,
    /// People.
    people: u32,
    /// Until when the offer is good; absent once it is not.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

macro_rules! told {
    ($($(#[$doc:meta])* $name:ident $data:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        pub struct $name {
            /// The event, the same in every attempt: whoever knows it has it already. Also the header `webhook-id`.
            #[schema(format = Uuid)]
            id: String,
            /// What happened.
            r#type: String,
            /// The version of these shapes: 1. New members may come without a new version.
            schema: u32,
            /// When it happened.
            #[schema(format = DateTime)]
            occurred_at: String,
            /// What it happened to.
            #[schema(format = Uuid)]
            subject: String,
            /// Its number among what happened to that, from 1: a lower one that comes later is older news.
            sequence: u64,
            /// How things are now.
            data: $data,
        }
    )+};
}

told! {
    /// `session.changed`, `session.closed`.
    SessionTold SessionNews;
    /// `booking.created`, `booking.changed`, `booking.cancelled`.
    BookingTold BookingNews;
    /// `event.published`, `event.withdrawn`.
    EventTold EventNews;
    /// `bus.stop.published`, `bus.stop.changed`.
    StopTold StopNews;
    /// `waiting.offered`, `waiting.expired`.
    WaitingTold WaitingNews;
}

/// The schema of a topic, and what it is in one line.
const fn described(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::SessionChanged => ("SessionTold", "The house changed a session, or opened it again"),
        Topic::SessionClosed => ("SessionTold", "The house closed a session"),
        Topic::BookingCreated => ("BookingTold", "Your machine booked"),
        Topic::BookingChanged => ("BookingTold", "A booking of your machine changed, by whomever"),
        Topic::BookingCancelled => ("BookingTold", "A booking of your machine was cancelled, by whomever"),
        Topic::EventPublished => ("EventTold", "An event is shown to the public"),
        Topic::EventWithdrawn => ("EventTold", "An event is not shown any more"),
        Topic::BusStopPublished => ("StopTold", "A stop of the science bus stands in the public schedule"),
        Topic::BusStopChanged => ("StopTold", "A stop took place, or left the schedule"),
        Topic::WaitingOffered => ("WaitingTold", "A party your machine put on a waiting list is offered places"),
        Topic::WaitingExpired => ("WaitingTold", "Such an offer is good no more, and nobody answered it"),
    }
}

/// The headers every call carries, with what they hold.
const HEADERS: [(&str, &str); 3] = [
    ("webhook-id", "The event's id"),
    ("webhook-timestamp", "When this attempt was signed, in seconds since 1970"),
    (
        "webhook-signature",
        "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; two with a space between while two secrets are good",
    ),
];

/// Adds what partners are told to the description.
pub struct Told;

impl Modify for Told {
    fn modify(&self, document: &mut OpenApi) {
        let all = Topic::ALL.into_iter().fold(PathsBuilder::new(), |paths, topic| {
            let (schema, summary) = described(topic);
            let body = Content::new(Some(Ref::from_schema_name(schema)));
            let body =
                RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build();
            let mut operation = OperationBuilder::new()
                .operation_id(Some(topic.name().replace('.', "_")))
                .summary(Some(summary))
                .request_body(Some(body))
                .securities(Some([]))
                .response(
                    "2XX",
                    Response::new("Taken; anything else, and no answer within ten seconds, is tried again"),
                )
                .response("410", Response::new("Take no more: the webhook is paused"));
            for (name, text) in HEADERS {
                let header = ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Header)
                    .required(Required::True)
                    .description(Some(text))
                    .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
                operation = operation.parameter(header);
            }
            paths.path(topic.name(), PathItem::new(HttpMethod::Post, operation))
        });
        document.webhooks = Some(all.build());
    }
}

#[cfg(test)]
mod tests {
    use domain::webhooks::Topic;

    #[test]
    fn every_topic_is_described_with_a_shape_that_is_there() {
        let document = serde_json::to_value(super::super::document()).expect("JSON");
        let webhooks = document["webhooks"].as_object().expect("webhooks");
        assert_eq!(webhooks.len(), Topic::ALL.len());
        for topic in Topic::ALL {
            let post = &webhooks[topic.name()]["post"];
            let shape = post.pointer("/requestBody/content/application~1json/schema/$ref").and_then(|it| it.as_str());
            let name = shape.and_then(|it| it.rsplit('/').next()).expect("a shape");
            let data = document["components"]["schemas"][name].pointer("/properties/data/$ref").expect("data");
            let data = data.as_str().and_then(|it| it.rsplit('/').next()).expect("a name");
            assert!(document["components"]["schemas"][data]["properties"].is_object(), "{topic:?}: {data}");
            assert_eq!(post["parameters"].as_array().map(Vec::len), Some(3));
        }
    }
}
