//! Partners' endpoints as those see them who look after machines: added, paused, resumed, given a new secret, tried.

use super::WebhookError;
use super::address::{Line, leads_to};
use super::news::announce_test;
use super::signature::{Column, Secret};
use super::work::send_job;
use crate::audit::{self, Entry};
use crate::context::{Context, Services};
use crate::db::to_the_end;
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::{ClientId, WebhookEventId, WebhookId};
use domain::webhooks::{OVERLAP, Pause, Topic};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::webhooks::{deliveries as sent, endpoints as sql};
use uuid::Uuid;

/// The most characters of a description.
const DESCRIPTION_MAX: usize = 60;

/// What an endpoint is called and hears of.
#[derive(Clone, Debug)]
pub struct Hears {
    /// What people call it, as typed.
    pub description: String,
    /// What it hears of.
    pub topics: Vec<Topic>,
    /// Whose bookings it hears of. Needed for news of bookings.
    pub client: Option<ClientId>,
}

/// The same, as it is stored.
struct Checked {
    description: String,
    kinds: Vec<String>,
    client: Option<Uuid>,
}

impl Hears {
    fn checked(self, faults: &mut Faults) -> Checked {
        let description = self.description.split_whitespace().collect::<Vec<_>>().join(" ");
        match description.chars().count() {
            0 => faults.add("description", Fault::Required),
            length if length > DESCRIPTION_MAX => {
                faults.add("description", Fault::TooLong { max: DESCRIPTION_MAX as u32 });
            }
            _ => {}
        }
        if self.topics.is_empty() {
            faults.add("topics", Fault::Required);
        }
        if self.client.is_none() && self.topics.iter().any(|topic| topic.is_own()) {
            faults.add("client", Fault::Required);
        }
        let mut kinds: Vec<String> = self.topics.iter().map(|topic| topic.name().to_owned()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Checked { description, kinds, client: self.client.map(|client| client.0) }
    }
}

impl Checked {
    /// For the trail, with where it sends.
    fn detail(&self, url: &str) -> Value {
        json!({ "to": leads_to(url), "topics": self.kinds, "client": self.client })
    }
}

/// An endpoint to add.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// Where, as typed.
    pub url: String,
    /// What it is called and hears of.
    pub hears: Hears,
}

/// An endpoint was added.
#[derive(Clone, Debug)]
pub struct Added {
    /// Which.
    pub id: WebhookId,
    /// Shown once.
    pub secret: Secret,
}

/// Whether an endpoint is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Yes.
    Active,
    /// What there is to tell is kept until it is resumed.
    Paused(Pause),
}

/// An endpoint. Never its secret.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Which.
    pub id: WebhookId,
    /// Where.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// What it hears of.
    pub topics: Vec<Topic>,
    /// Whose bookings it hears of, and what people call that machine.
    pub client: Option<(ClientId, String)>,
    /// Whether it is told.
    pub standing: Standing,
    /// When it was paused.
    pub paused_at: Option<Timestamp>,
    /// Until when the former secret signs as well.
    pub old_secret_until: Option<Timestamp>,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// Events that wait for it.
    pub waiting: u64,
    /// When it last took one.
    pub delivered_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Edit counter, for staff forms.
    pub version: i32,
}

impl Endpoint {
    fn of(row: sql::EndpointRow, now: Timestamp) -> Self {
        let why = row.paused_for.as_deref().and_then(Pause::from_name);
        Self {
            id: WebhookId(row.id),
            url: row.url,
            description: row.description,
            topics: row.kinds.iter().filter_map(|name| Topic::from_name(name)).collect(),
            client: row.client_id.map(|id| (ClientId(id), row.client.unwrap_or_default())),
            standing: why.map_or(Standing::Active, Standing::Paused),
            paused_at: row.paused_at.map(|at| at.to_jiff()),
            old_secret_until: row.old_secret_until.map(|at| at.to_jiff()).filter(|until| *until > now),
            failing_since: row.failing_since.map(|at| at.to_jiff()),
            waiting: row.waiting.unsigned_abs(),
            delivered_at: row.delivered_at.map(|at| at.to_jiff()),
            created_at: row.created_at.to_jiff(),
            version: row.version,
        }
    }
}

pub(super) async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    endpoint: Uuid,
    detail: Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "webhook", subject: Some(endpoint), detail };
    audit::record(db, context, &[entry]).await
}

/// Adds an endpoint. The answer is the only time its secret is seen.
///
/// # Errors
/// `Denied`; `Fields`: an address that is no https address, that nobody knows, that leads into some inner network, or that is
/// there already; nothing to hear of; news of bookings without a machine.
pub async fn add(services: &Services, context: &Context, new: NewEndpoint) -> Result<Added, WebhookError> {
    context.require(Capability::ManageClients)?;
    let mut faults = Faults::default();
    let hears = new.hears.checked(&mut faults);
    let way = match new.url.trim() {
        "" => Err(Fault::Required),
        text => Line::of(services).way(text).await.map_err(super::address::Closed::fault),
    };
    let Some(way) = faults.take("url", way).filter(|_| faults.is_empty()) else {
        return Err(WebhookError::Fields(faults.into_errors()));
    };
    let url = String::from(way.url);
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (id, secret) = (context.new_id::<WebhookId>(), Secret::new());
        let sealed = secret.seal(&services.vault, Column::Present, id.0);
        let mut tx = services.begin().await?;
        is_live(&mut tx, hears.client).await?;
        let row = sql::NewEndpoint {
            id: id.0,
            client_id: hears.client,
            url: &url,
            description: &hears.description,
            kinds: &hears.kinds,
            secret_sealed: &sealed,
        };
        sql::add(&mut *tx, row, context.now).await.map_err(|error| match store::constraint_of(&error) {
            Some(sql::ONCE) => WebhookError::field("url", Fault::AlreadyExists),
            _ => error.into(),
        })?;
        note(&mut tx, &context, "webhook.added", id.0, hears.detail(&url)).await?;
        tx.commit().await?;
        Ok(Added { id, secret })
    })
    .await
}

/// A machine's bookings are told while it may make any.
async fn is_live(db: &mut PgConnection, client: Option<Uuid>) -> Result<(), WebhookError> {
    let Some(client) = client else { return Ok(()) };
    let live = store::account::tokens::client(db, client).await?.filter(|row| row.revoked_at.is_none());
    live.map(|_| ()).ok_or(WebhookError::field("client", Fault::NotAChoice))
}

/// Changes what an endpoint is called and hears of from now on; what waits for it is told all the same. Its address stays:
/// its secret belongs to who answers there, so that another address is another endpoint. `version` is the edit counter the
/// form was made from.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` as for [`add`]; `StateHasChanged`.
pub async fn change(
    services: &Services,
    context: &Context,
    id: WebhookId,
    version: i32,
    hears: Hears,
) -> Result<(), WebhookError> {
    context.require(Capability::ManageClients)?;
    let mut faults = Faults::default();
    let hears = hears.checked(&mut faults);
    if !faults.is_empty() {
        return Err(WebhookError::Fields(faults.into_errors()));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let found = sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        let same =
            (&found.description, &found.kinds, found.client_id) == (&hears.description, &hears.kinds, hears.client);
        if same {
            return Ok(()); // pressed twice
        }
        if found.version != version {
            return Err(WebhookError::StateHasChanged);
        }
        if found.client_id != hears.client {
            is_live(&mut tx, hears.client).await?;
        }
        sql::set_hears(&mut *tx, id.0, (&hears.description, &hears.kinds, hears.client)).await?;
        note(&mut tx, &context, "webhook.changed", id.0, hears.detail(&found.url)).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Removes an endpoint with everything that waits for it and what it was told. One that is not there any more was removed
/// before: pressed twice.
///
/// # Errors
/// `Denied`.
pub async fn remove(services: &Services, context: &Context, id: WebhookId) -> Result<(), WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let Some(found) = sql::lock(&mut tx, id.0).await? else { return Ok(()) };
        let told = sql::remove(&mut tx, id.0).await?;
        let to = leads_to(&found.url);
        let detail = json!({ "to": to, "description": found.description, "deliveries": told });
        note(&mut tx, &context, "webhook.removed", id.0, detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// All endpoints, the newest first.
///
/// # Errors
/// `Denied`.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<Endpoint>, WebhookError> {
    context.require(Capability::ManageClients)?;
    let rows = sql::list(&services.db, None).await?;
    Ok(rows.into_iter().map(|row| Endpoint::of(row, context.now)).collect())
}

/// One endpoint.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn endpoint(services: &Services, context: &Context, id: WebhookId) -> Result<Endpoint, WebhookError> {
    context.require(Capability::ManageClients)?;
    let row = sql::list(&services.db, Some(id.0)).await?.into_iter().next().ok_or(WebhookError::NotFound)?;
    Ok(Endpoint::of(row, context.now))
}

/// Pauses an endpoint: what there is to tell is kept. One that is paused stays as it is.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn pause(services: &Services, context: &Context, id: WebhookId) -> Result<(), WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let found = sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        if found.state == "paused" {
            return Ok(()); // pressed twice
        }
        sql::set_pause(&mut *tx, id.0, Some(Pause::Staff.name()), context.now).await?;
        note(&mut tx, &context, "webhook.paused", id.0, json!({ "why": Pause::Staff.name() })).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Lets a paused endpoint go on: everything that waits is told, for three more days. Answers how much that is.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn resume(services: &Services, context: &Context, id: WebhookId) -> Result<u64, WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let found = sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        if found.state == "active" {
            return Ok(0); // pressed twice
        }
        sql::set_pause(&mut *tx, id.0, None, context.now).await?;
        let waiting = sent::all_again(&mut *tx, id.0, context.now).await?;
        send_job(&mut tx, context.now, id.0, context.now).await?;
        note(&mut tx, &context, "webhook.resumed", id.0, json!({ "waiting": waiting })).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(waiting)
    })
    .await
}

/// Gives an endpoint a new secret, shown this once; the former one signs for [`OVERLAP`] as well. `version` is the edit
/// counter the page was made from: pressed twice it is done once, and the former secret stays the one that is known. Where the
/// last new secret was `lost` on its way to the partner, who still has the one before, it is that one which goes on signing.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`.
pub async fn rotate(
    services: &Services,
    context: &Context,
    id: WebhookId,
    version: i32,
    lost: bool,
) -> Result<Secret, WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let found = sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        if found.version != version {
            return Err(WebhookError::StateHasChanged);
        }
        let (vault, fresh) = (&services.vault, Secret::new());
        let signs = found.old_secret_until.is_some_and(|until| until.to_jiff() > context.now);
        let former = match found.old_secret_sealed.as_ref().filter(|_| lost && signs) {
            Some(known) => Secret::open(vault, Column::Former, id.0, known)?,
            None => Secret::open(vault, Column::Present, id.0, &found.secret_sealed)?,
        };
        let (new, old) = (fresh.seal(vault, Column::Present, id.0), former.seal(vault, Column::Former, id.0));
        let until = context.now.saturating_add(OVERLAP).unwrap_or(context.now);
        sql::set_secret(&mut *tx, id.0, &new, &old, until).await?;
        note(&mut tx, &context, "webhook.secret_changed", id.0, json!({ "former_until": until, "lost": lost })).await?;
        tx.commit().await?;
        Ok(fresh)
    })
    .await
}

/// Tells an endpoint that it is there. `key` is made with the form: pressed twice it is one test.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn test(
    services: &Services,
    context: &Context,
    id: WebhookId,
    key: WebhookEventId,
) -> Result<(), WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        if announce_test(&mut tx, context.now, id.0, key.0).await? {
            note(&mut tx, &context, "webhook.tested", id.0, json!({ "event": key })).await?;
        }
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// Tells an endpoint one event again, under the event's own id. One that waits already waits no more for it.
///
/// # Errors
/// `Denied`; `NotFound` for an event it was never told; `MachineEnded` where that may be told nothing any more.
pub async fn redeliver(
    services: &Services,
    context: &Context,
    id: WebhookId,
    event: WebhookEventId,
) -> Result<(), WebhookError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        sql::lock(&mut tx, id.0).await?.ok_or(WebhookError::NotFound)?;
        let state = sent::state(&mut *tx, id.0, event.0).await?.ok_or(WebhookError::NotFound)?;
        if sent::again(&mut *tx, id.0, event.0, context.now).await? {
            send_job(&mut tx, context.now, id.0, context.now).await?;
            note(&mut tx, &context, "webhook.redelivered", id.0, json!({ "event": event })).await?;
        } else if state != "waiting" {
            return Err(WebhookError::MachineEnded);
        }
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}
