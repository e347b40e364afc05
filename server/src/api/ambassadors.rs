//! `/api/v1/ambassadors`: campus science ambassadors (校园科普宣传员): the rounds, applying in one for others, verifying a certificate.
//! A client sees the applications it made and nobody else's.

use super::bookings::prefix;
use super::events::Words;
use super::extract::{Body, Caller, Id, IdempotencyKey, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::Problem;
use super::sessions::polled;
use crate::house::House;
use app::calls::ClientAddress;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use domain::ambassador::typed;
use domain::bus::City;
use domain::ids::{AmbassadorId, AmbassadorRoundId};
use domain::typed::Typed;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::ambassadors::{self, Application, CertificateSeen, Round, Stage, Training, Verdict, Verified};
use services::limits::Network;
use services::{Context, Services};
use utoipa::ToSchema;

/// A training date.
#[derive(Serialize, ToSchema)]
pub struct AmbassadorTraining {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// Where.
    place: String,
}

impl From<Training> for AmbassadorTraining {
    fn from(training: Training) -> Self {
        Self { starts_at: training.starts_at, ends_at: training.ends_at, place: training.place }
    }
}

/// A round in which one applies.
#[derive(Serialize, ToSchema)]
pub struct AmbassadorRound {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: AmbassadorRoundId,
    /// What it is called.
    title: Words,
    /// What it is about.
    story: Words,
    /// `coming`, `open` (one may apply), `choosing` (the selection is being made) or `selected` (it is public).
    stage: &'static str,
    /// For schools of this city only: its code. Absent where it is for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'static str>,
    /// Places.
    places: u32,
    /// From when one may apply.
    #[schema(value_type = String, format = DateTime)]
    opens_at: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    closes_at: Timestamp,
    /// Its training dates, in order. Empty where they are said later.
    trainings: Vec<AmbassadorTraining>,
}

impl AmbassadorRound {
    fn of(round: Round, now: Timestamp) -> Self {
        Self {
            id: round.id,
            title: (&round.title).into(),
            story: (&round.story).into(),
            stage: match round.stage(now) {
                Stage::Coming => "coming",
                Stage::Open => "open",
                Stage::Choosing => "choosing",
                Stage::Selected => "selected",
            },
            city: round.city.map(City::code),
            places: round.places,
            opens_at: round.opens_at,
            closes_at: round.closes_at,
            trainings: round.trainings.into_iter().map(|date| date.training.into()).collect(),
        }
    }
}

/// The rounds.
#[derive(Serialize, ToSchema)]
pub struct AmbassadorRounds {
    /// The newest first.
    rounds: Vec<AmbassadorRound>,
}

/// List the rounds.
///
/// Those the page of the ambassadors shows, over ones too: one may apply in those whose `stage` is `open`. Whether an application
/// still comes in time is decided when it is made. How many have applied is nobody's business.
#[utoipa::path(
    get, path = "/api/v1/ambassadors/rounds", tag = "ambassadors",
    responses(
        (status = 200, description = "The rounds", body = AmbassadorRounds, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
    )
)]
pub async fn rounds(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let all = ambassadors::rounds(&house.services).await?;
    let rounds = all.into_iter().map(|round| AmbassadorRound::of(round, context.now)).collect();
    polled(&house, &headers, &AmbassadorRounds { rounds })
}

/// An application in a round.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "round": "01980000-0000-7000-8000-000000000005", "name": "演示·林小满", "age": 13, "guardian": "演示·林先生",
    "guardian_consent": true, "capacity": "student", "organisation": "演示市星河中学", "post": "初一（2）班", "city": "jinan",
    "contact": "guardian@example.com", "note": "想把科学讲给同学听。", "locale": "zh-CN"
}))]
pub struct NewAmbassadorApplication {
    /// The round, one that is open.
    #[schema(value_type = String, format = Uuid)]
    round: AmbassadorRoundId,
    /// Who applies: a name of at most 40 characters.
    name: String,
    /// How old they are: 6 to 99.
    age: u32,
    /// Under 14: the guardian's name. From 14 on nobody's is kept.
    #[serde(default)]
    guardian: String,
    /// Under 14: the guardian has consented to the application and to what the privacy notice says of the child's data. The client
    /// has asked the guardian, and nobody else.
    #[serde(default)]
    guardian_consent: bool,
    /// As what they apply: `student`, `teacher` or `staff`.
    capacity: String,
    /// Which school: at most 60 characters.
    organisation: String,
    /// Grade and class, or what they do there: at most 30 characters.
    post: String,
    /// Where the school is: the city's code, `jinan`, `qingdao`, `weifang` …, that of the round where it has one.
    city: String,
    /// A mobile number or a mail address that the client has proven, under 14 the guardian's; what is asked and decided goes there.
    contact: String,
    /// Why: at most 800 characters.
    note: String,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
}

impl NewAmbassadorApplication {
    /// As the form of the site is typed: by whose rules it is read.
    fn typed(&self) -> Typed {
        let (round, age) = (self.round.to_string(), self.age.to_string());
        let all: [(&str, &str); 13] = [
            ("round", round.as_str()),
            ("name", &self.name),
            ("age", &age),
            ("guardian", &self.guardian),
            // A guardian's word is never taken for granted.
            ("guardian_consent", if self.guardian_consent { "on" } else { "" }),
            ("capacity", &self.capacity),
            ("organisation", &self.organisation),
            ("post", &self.post),
            ("city", &self.city),
            ("contact", &self.contact),
            ("note", &self.note),
            // The client has shown them what is done with it, and that whoever is selected comes to a training.
            ("accept", "on"),
            ("accept_rules", "on"),
        ];
        typed(all)
    }
}

/// The certificate of an application, without the name on it and without its code.
#[derive(Serialize, ToSchema)]
pub struct IssuedCertificate {
    /// `SDQXB-2026-000123`.
    number: String,
    /// Issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// Taken back; absent while it holds.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

impl From<CertificateSeen> for IssuedCertificate {
    fn from(seen: CertificateSeen) -> Self {
        Self { number: seen.number.to_string(), issued_at: seen.issued_at, revoked_at: seen.revoked_at }
    }
}

/// An application, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct AmbassadorApplication {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: AmbassadorId,
    /// Eight characters people can read out.
    reference: String,
    /// Its round.
    #[schema(value_type = String, format = Uuid)]
    round: AmbassadorRoundId,
    /// `submitted`, `asked`, `reserve`, `selected`, `confirmed` (comes to a training), `trained`, `absent` (was not there),
    /// `certified`, `refused` or `withdrawn`. What is decided shows once the selection of the round is public.
    state: &'static str,
    /// On the reserve: its place among those who still wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    reserve: Option<u32>,
    /// The training they come to, once one is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<AmbassadorTraining>,
    /// The certificate, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<IssuedCertificate>,
    /// Where who applied sees the application, answers, chooses a training, fetches the certificate and withdraws. Whoever has it
    /// may: hand it to nobody else.
    manage_url: String,
    /// Made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl AmbassadorApplication {
    fn of(services: &Services, view: &Application) -> Self {
        let link = ambassadors::manage_link(services, view);
        Self {
            id: view.id,
            reference: view.reference.clone(),
            round: view.round,
            state: view.state.name(),
            // Before the selection is public a rank is only what somebody thought of.
            reserve: view.rank.filter(|_| view.state == domain::ambassador::State::Reserve),
            training: view.training.clone().map(AmbassadorTraining::from),
            certificate: view.certificate.map(IssuedCertificate::from),
            manage_url: format!("{}{}/ambassadors/r/{link}", services.settings.public_url, prefix(view.locale)),
            created_at: view.created_at,
        }
    }

    fn kept(services: &Services, view: &Application) -> Result<Kept, Problem> {
        let at = || format!("/api/v1/ambassadors/applications/{}", view.id);
        Kept::showing(Self::of(services, view), StatusCode::CREATED, None, at)
    }
}

/// Apply as a campus science ambassador.
///
/// The same `Idempotency-Key` with the same body gets the same application, however often it is sent. Whoever is under 14 applies
/// with a guardian's consent. The selection of a round is made public for all at once; every message goes to `contact`, and who
/// applied answers, chooses a training and withdraws by the link of `manage_url`.
#[utoipa::path(
    post, path = "/api/v1/ambassadors/applications", tag = "ambassadors",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewAmbassadorApplication,
    responses(
        (status = 201, description = "Applied", body = AmbassadorApplication, headers(("Location" = String, description = "The application"))),
        (status = 404, description = "`not-found`: there is no such round", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused` with `round-not-open`, or with `applied-already`: this contact has an application in the round; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `idempotency-key-reused`", body = super::ProblemSchema,
            content_type = "application/problem+json", example = json!({
                "type": "https://example.org/api/problems/invalid", "title": "Fields cannot be taken as they are", "status": 422,
                "code": "invalid", "instance": "urn:uuid:01980000-0000-7000-8000-000000000002",
                "errors": [{ "field": "guardian_consent", "code": "must-accept" }, { "field": "guardian", "code": "required" }]
            })),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn make(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewAmbassadorApplication>,
) -> Result<Response, Problem> {
    let asked = body.value;
    let context = Context { locale: locale(asked.locale.as_deref()), ..context };
    let same = Same { key: &key, what: "ambassador application", body: &body.text };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = idempotent::remembering(under, AmbassadorApplication::kept);
        let made = ambassadors::submit_on_behalf(&services, &who, &asked.typed(), remember).await?;
        AmbassadorApplication::kept(&services, &made)
    })
    .await
}

/// Show an application.
#[utoipa::path(
    get, path = "/api/v1/ambassadors/applications/{id}", tag = "ambassadors",
    params(("id" = String, Path, format = Uuid, description = "The application")),
    responses(
        (status = 200, description = "The application", body = AmbassadorApplication, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<AmbassadorId>,
) -> Result<Response, Problem> {
    let view = ambassadors::own_on_behalf(&house.services, &context, id).await?;
    polled(&house, &headers, &AmbassadorApplication::of(&house.services, &view))
}

/// A certificate somebody shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "number": "SDQXB-2026-000123", "code": "ABCD-EFGH-2011" }))]
pub struct ShownCertificate {
    /// Its number, as people type it.
    number: String,
    /// The code that stands on it, as people type it: twelve characters, dashes and spaces aside.
    code: String,
}

/// What anybody who has number and code may know of a certificate.
#[derive(Serialize, ToSchema)]
pub struct VerifiedCertificate {
    /// `SDQXB-2026-000123`.
    number: String,
    /// The name, masked: 林**. Absent once its time is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Which school.
    organisation: String,
    /// What the round was called.
    round: Words,
    /// Issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
}

impl From<Verified> for VerifiedCertificate {
    fn from(verified: Verified) -> Self {
        Self {
            number: verified.number.to_string(),
            name: verified.name,
            organisation: verified.organisation,
            round: (&verified.round).into(),
            issued_at: verified.issued_at,
        }
    }
}

/// What verifying says.
#[derive(Serialize, ToSchema)]
pub struct CertificateVerdict {
    /// `valid`; `revoked`: it was issued and taken back; `unknown`: none has this number and this code, and which of the two is wrong
    /// is not said.
    verdict: &'static str,
    /// The certificate; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<VerifiedCertificate>,
}

impl From<Verdict> for CertificateVerdict {
    fn from(said: Verdict) -> Self {
        let (verdict, certificate) = match said {
            Verdict::Valid(verified) => ("valid", Some(verified.into())),
            Verdict::Revoked(verified) => ("revoked", Some(verified.into())),
            Verdict::Unknown => ("unknown", None),
        };
        Self { verdict, certificate }
    }
}

/// Verify a certificate.
///
/// As the public page does, with the same answers. Number and code go in the body, since addresses stand in logs. What is verified
/// counts nothing; an address that tries many that are none is told `too-often`, for good ones too.
///
/// No `Idempotency-Key`: nothing is changed by asking.
#[utoipa::path(
    post, path = "/api/v1/ambassadors/certificates/verify", tag = "ambassadors",
    request_body = ShownCertificate,
    responses(
        (status = 200, description = "What there is to say of it", body = CertificateVerdict),
        (status = 429, description = "`too-often`: more requests than agreed, or too many certificates that are none", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn verify(
    State(house): State<House>,
    Caller(context): Caller,
    Extension(address): Extension<ClientAddress>,
    body: Body<ShownCertificate>,
) -> Result<Json<CertificateVerdict>, Problem> {
    let ShownCertificate { number, code } = body.value;
    let network = Network::of(address.0);
    Ok(Json(ambassadors::verify(&house.services, &context, &network, &number, &code).await?.into()))
}
