//! The audit trail.

use crate::Context;
use domain::account::Actor;
use sqlx::PgConnection;
use store::ToSqlx;
use store::audit::NewEntries;
use uuid::Uuid;

/// What happened, to be written in the transaction of the change.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `room.verb`: `booking.cancelled`.
    pub action: &'static str,
    /// What it happened to: `booking`.
    pub subject_kind: &'static str,
    /// Which.
    pub subject: Option<Uuid>,
    /// Anything a reader needs and that is no personal data.
    pub detail: serde_json::Value,
}

/// Writes entries of one actor in the caller's transaction, one round trip for all.
pub async fn record(db: &mut PgConnection, context: &Context, entries: &[Entry]) -> sqlx::Result<()> {
    record_each(db, entries.iter().map(|entry| (context, entry))).await
}

/// Writes entries of several actors in the caller's transaction, one round trip for all.
pub async fn record_each<'a>(
    db: &mut PgConnection,
    entries: impl IntoIterator<Item = (&'a Context, &'a Entry)>,
) -> sqlx::Result<()> {
    let mut new = NewEntries::default();
    for (context, entry) in entries {
        new.ids.push(context.new_id());
        new.ats.push(context.now.to_sqlx());
        new.actor_kinds.push(context.actor.kind().to_owned());
        new.actors.push(match &context.actor {
            Actor::Visitor { account, .. } | Actor::Staff { account, .. } => Some(account.0),
            Actor::Client { client, .. } => Some(client.0),
            Actor::Anonymous | Actor::System => None,
        });
        new.requests.push(context.request.0);
        new.actions.push(entry.action.to_owned());
        new.subject_kinds.push(entry.subject_kind.to_owned());
        new.subjects.push(entry.subject);
        new.details.push(entry.detail.clone());
    }
    if new.ids.is_empty() { Ok(()) } else { store::audit::add_entries(db, &new).await }
}
