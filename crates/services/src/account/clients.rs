//! API clients: machines that may ask for tokens (a hospital's system, a door device, the mini-programme's server).

use super::{AccountError, hash_token, random_token};
use crate::audit::{self, Entry};
use crate::context::{Context, Services};
use crate::db::to_the_end;
use domain::account::{Capability, Scope};
use domain::field::Fault;
use domain::ids::ClientId;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::account::tokens as rows;

/// The most characters of a client's name.
const NAME_MAX: usize = 60;

/// A client was made.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its public name towards the API.
    pub id: ClientId,
    /// Shown once and kept by nobody here.
    pub secret: SecretString,
}

pub(super) fn about_client(action: &'static str, client: ClientId, detail: Value) -> Entry {
    Entry { action, subject_kind: "api_client", subject: Some(client.0), detail }
}

/// Makes a client. The answer is the only time its secret is seen.
pub async fn create(
    services: &Services,
    context: &Context,
    name: &str,
    scopes: &[Scope],
) -> Result<NewClient, AccountError> {
    context.require(Capability::ManageClients)?;
    let field = |field, fault| AccountError::Field { field, fault };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => return Err(field("name", Fault::Required)),
        length if length > NAME_MAX => return Err(field("name", Fault::TooLong { max: NAME_MAX as u32 })),
        _ => {}
    }
    if scopes.is_empty() {
        return Err(field("scopes", Fault::Required));
    }
    let mut scopes: Vec<String> = scopes.iter().map(|scope| scope.name().to_owned()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (id, secret) = (context.new_id::<ClientId>(), random_token());
        let mut transaction = services.begin().await?;
        let client = rows::NewClient {
            id: id.0,
            name: &name,
            scopes: &scopes,
            secret_hash: &hash_token(&secret),
            now: context.now,
        };
        rows::add_client(&mut *transaction, client).await.map_err(|error| match store::constraint_of(&error) {
            Some("api_client_name_once") => field("name", Fault::AlreadyExists),
            _ => error.into(),
        })?;
        let entry = about_client("client.created", id, json!({ "scopes": scopes }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(NewClient { id, secret: secret.into() })
    })
    .await
}

/// A client in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    /// Which.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: Timestamp,
    /// When a token of it was last taken, to a minute.
    pub last_used_at: Option<Timestamp>,
    /// Revoked then.
    pub revoked_at: Option<Timestamp>,
}

/// All clients, those that live before those that ended, the newest first.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<Client>, AccountError> {
    context.require(Capability::Operate)?;
    let found = rows::clients(&services.db).await?;
    Ok(found
        .into_iter()
        .map(|row| Client {
            id: ClientId(row.id),
            name: row.name,
            scopes: row.scopes.iter().filter_map(|name| Scope::from_name(name)).collect(),
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.map(|at| at.to_jiff()),
            revoked_at: row.revoked_at.map(|at| at.to_jiff()),
        })
        .collect())
}

/// Revokes a client: its tokens of both kinds are refused from now on, everywhere. One that was revoked before stays so,
/// and nothing is noted a second time.
pub async fn revoke(services: &Services, context: &Context, client: ClientId) -> Result<(), AccountError> {
    context.require(Capability::ManageClients)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        if !rows::revoke_client(&mut *transaction, client.0, context.now).await? {
            return rows::client(&mut *transaction, client.0).await?.map(|_| ()).ok_or(AccountError::NotFound);
        }
        // What waits for its endpoints is not sent any more.
        let given_up = store::webhooks::deliveries::give_up_of(&mut *transaction, client.0).await?;
        let detail = if given_up > 0 { json!({ "not_sent": given_up }) } else { json!({}) };
        audit::record(&mut transaction, &context, &[about_client("client.revoked", client, detail)]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}
