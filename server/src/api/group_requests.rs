//! `/api/v1/groups/requests`: asking for a visit of a group to the museum. A client sees the requests it made and nobody else's.

use super::bookings::prefix;
use super::extract::{Body, Caller, Id, IdempotencyKey, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::{Problem, by_place};
use super::sessions::polled;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::field::Fault;
use domain::groups::{GroupPolicy, WISHES, typed};
use domain::ids::{GroupRequestId, SessionId};
use domain::typed::Typed;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::groups::{self, GroupError, RequestView, Span, WithFiles};
use services::{Context, Services};
use utoipa::ToSchema;

/// A group that would like to visit the museum.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organisation": "演示市晨光小学三年级", "kind": "school", "city": "rizhao", "ages": "primary", "members": 48, "adults": 5,
    "sessions": ["01980000-0000-7000-8000-000000000003"], "name": "演示·白露", "post": "班主任",
    "contact": "school@example.com", "locale": "zh-CN"
}))]
pub struct NewGroupRequest {
    /// The school, the hospital, the company: at most 60 characters.
    organisation: String,
    /// `school`, `hospital`, `company` or `community`.
    kind: String,
    /// Where they come from: the city's code, `jinan`, `qingdao`, `weifang` …
    city: String,
    /// Who comes, by age: `preschool`, `primary`, `junior`, `senior` or `adults`.
    ages: String,
    /// How many, accompanying adults not counted. How large a group may be the house's rules say; a fault names the numbers.
    members: u32,
    /// Adults who go with them, the leader among them: of minors at least one for so many as the rules say.
    adults: u32,
    /// One to three sessions of the museum, the best first, in reach of the rules (days before and ahead) and large enough for all.
    /// Faults name `sessions.1`, `sessions.2`, `sessions.3`.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 3)]
    sessions: Vec<SessionId>,
    /// The leader, who comes along: a name of at most 40 characters.
    name: String,
    /// What they are there: at most 30 characters.
    #[serde(default)]
    post: String,
    /// A mobile number or a mail address that the client has proven; what is asked and proposed goes there.
    contact: String,
    /// Anything else: at most 500 characters.
    #[serde(default)]
    note: String,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
}

impl NewGroupRequest {
    /// As the form of the site is typed: by whose rules it is read.
    fn typed(&self) -> Typed {
        let (members, adults) = (self.members.to_string(), self.adults.to_string());
        let sessions: Vec<String> = self.sessions.iter().map(SessionId::to_string).collect();
        let wishes = WISHES.into_iter().zip(sessions.iter().map(String::as_str));
        let others: [(&str, &str); 11] = [
            ("organisation", self.organisation.as_str()),
            ("kind", &self.kind),
            ("city", &self.city),
            ("ages", &self.ages),
            ("members", &members),
            ("adults", &adults),
            ("name", &self.name),
            ("post", &self.post),
            ("contact", &self.contact),
            ("note", &self.note),
            // The client has shown them what is done with it.
            ("accept", "on"),
        ];
        typed(wishes.chain(others))
    }
}

/// A session a group speaks of.
#[derive(Serialize, ToSchema)]
pub struct GroupSession {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
}

impl From<Span> for GroupSession {
    fn from(span: Span) -> Self {
        Self { session: span.session, starts_at: span.starts_at, ends_at: span.ends_at }
    }
}

/// The stamped letter: a PDF, JPG or PNG of at most 8 MB, sent by people on the page of `upload_url` and by no machine.
#[derive(Serialize, ToSchema)]
pub struct GroupLetter {
    /// The rules ask organisations of this kind for one: without it the request is not approved.
    needed: bool,
    /// When it came; absent before.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
    /// Where it is sent or replaced; absent once the request is approved or over. Whoever has it may: hand it to nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_url: Option<String>,
}

/// The list of who comes: an xlsx or csv file, sent by people on the page of `upload_url`, which tells row by row what is wrong with
/// it. No machine sends or reads one.
#[derive(Serialize, ToSchema)]
pub struct GroupList {
    /// People in the list that was sent; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<u32>,
    /// Until when it is sent or replaced, by the session that is spoken of now.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// Where; absent once it is too late. Whoever has it may: hand it to nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_url: Option<String>,
}

/// A group's request, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct GroupRequest {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: GroupRequestId,
    /// Eight characters people can read out.
    reference: String,
    /// `submitted`, `asked`, `proposed`, `accepted`, `approved`, `rebook` (the house closed its session: another is looked for),
    /// `visited`, `missed`, `over`, `refused` or `withdrawn`.
    state: &'static str,
    /// The school, the hospital, the company.
    organisation: String,
    /// `school`, `hospital`, `company` or `community`.
    kind: &'static str,
    /// The city's code.
    city: &'static str,
    /// How many, accompanying adults not counted.
    members: u32,
    /// Adults with them.
    adults: u32,
    /// What was asked for, the best first.
    sessions: Vec<GroupSession>,
    /// The session that is proposed, was accepted or is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<GroupSession>,
    /// Until when a session that is proposed waits for an answer.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<Timestamp>,
    /// Until when places are kept for it, where the rules keep any.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_until: Option<Timestamp>,
    /// The stamped letter.
    letter: GroupLetter,
    /// The list of who comes.
    list: GroupList,
    /// Where who asks sees the request, sends its files, answers and takes it back. Whoever has it may: hand it to nobody else.
    manage_url: String,
    /// Made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl GroupRequest {
    fn of(services: &Services, now: Timestamp, with: &WithFiles) -> Self {
        let WithFiles { request: view, policy, letter } = with;
        let link = groups::manage_link(services, view);
        let manage_url = format!("{}{}/museum/groups/r/{link}", services.settings.public_url, prefix(view.locale));
        let at = |part: &str| format!("{manage_url}#{part}");
        let proposal = view.proposal.as_ref();
        let booked = view.booking.filter(|booking| !booking.cancelled).map(|booking| booking.span);
        Self {
            id: view.id,
            reference: view.reference.clone(),
            state: view.state.name(),
            organisation: view.organisation.clone(),
            kind: view.kind.name(),
            city: view.city.code(),
            members: view.members,
            adults: view.adults,
            sessions: view.wishes.iter().copied().map(GroupSession::from).collect(),
            session: booked.or(proposal.map(|proposal| proposal.span)).map(GroupSession::from),
            answer_by: proposal
                .filter(|_| view.state == domain::groups::State::Proposed)
                .map(|proposal| proposal.answer_by),
            kept_until: view.kept.map(|(_, until)| until),
            letter: GroupLetter {
                needed: policy.needs_letter(view.kind),
                sent_at: *letter,
                upload_url: view.takes_letter().then(|| at("letter")),
            },
            list: GroupList {
                people: view.listed,
                until: view.list_until(policy),
                upload_url: view.takes_list(policy, now).then(|| at("roster")),
            },
            manage_url,
            created_at: view.created_at,
        }
    }

    /// Of one that was made just now: nothing was sent with it.
    fn kept(services: &Services, now: Timestamp, policy: &GroupPolicy, view: &RequestView) -> Result<Kept, Problem> {
        let made = WithFiles { request: view.clone(), policy: policy.clone(), letter: None };
        let at = || format!("/api/v1/groups/requests/{}", view.id);
        Kept::showing(Self::of(services, now, &made), StatusCode::CREATED, None, at)
    }
}

/// Ask for a visit of a group.
///
/// The same `Idempotency-Key` with the same body gets the same request, however often it is sent. The museum asks back, proposes
/// another session or approves; every message goes to `contact`, and who asks answers by the link of `manage_url`. A stamped letter
/// and the list of who comes are files: they are sent on that page, at the `upload_url` of each, and never by this call.
#[utoipa::path(
    post, path = "/api/v1/groups/requests", tag = "groups",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewGroupRequest,
    responses(
        (status = 201, description = "Asked", body = GroupRequest, headers(("Location" = String, description = "The request"))),
        (status = 409, description = "`refused` with `too-many-under-way`: this contact has as many requests under way as it may have; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `idempotency-key-reused`", body = super::ProblemSchema,
            content_type = "application/problem+json", example = json!({
                "type": "https://example.org/api/problems/invalid", "title": "Fields cannot be taken as they are", "status": 422,
                "code": "invalid", "instance": "urn:uuid:01980000-0000-7000-8000-000000000002",
                "errors": [{ "field": "adults", "code": "adults-needed", "least": 5 }, { "field": "sessions.1", "code": "not-a-choice" }]
            })),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn make(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewGroupRequest>,
) -> Result<Response, Problem> {
    let asked = body.value;
    if asked.sessions.len() > WISHES.len() {
        return Err(GroupError::field("sessions", Fault::OutOfRange { min: 1, max: WISHES.len() as u32 }).into());
    }
    let context = Context { locale: locale(asked.locale.as_deref()), ..context };
    let same = Same { key: &key, what: "group request", body: &body.text };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let (_, policy) = groups::policy(&services).await?;
        let (now, rules) = (who.now, policy.clone());
        let remember =
            idempotent::remembering(under, move |services, view| GroupRequest::kept(services, now, &rules, view));
        let made = groups::submit_on_behalf(&services, &who, &asked.typed(), remember).await;
        let made = made.map_err(|error| by_place(error, &WISHES, "sessions"))?;
        GroupRequest::kept(&services, now, &policy, &made)
    })
    .await
}

/// Show a group's request.
#[utoipa::path(
    get, path = "/api/v1/groups/requests/{id}", tag = "groups",
    params(("id" = String, Path, format = Uuid, description = "The request")),
    responses(
        (status = 200, description = "The request", body = GroupRequest, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<GroupRequestId>,
) -> Result<Response, Problem> {
    let with = groups::own_with_files(&house.services, &context, id).await?;
    polled(&house, &headers, &GroupRequest::of(&house.services, context.now, &with))
}
