//! The audit trail.

use crate::Context;
use domain::account::Actor;
use sqlx::PgConnection;
use store::audit::{NewEntries, Origin};
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

/// Writes entries in the caller's transaction, one round trip for all.
pub async fn record(db: &mut PgConnection, context: &Context, entries: &[Entry]) -> sqlx::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let actor_id = match &context.actor {
        Actor::Visitor { account, .. } | Actor::Staff { account, .. } => Some(account.0),
        Actor::Client { client, .. } => Some(client.0),
        Actor::Anonymous | Actor::System => None,
    };
    let origin =
        Origin { at: context.now, actor_kind: context.actor.kind(), actor_id, request_id: context.request.0 };
    let mut new = NewEntries::default();
    for entry in entries {
        new.ids.push(context.new_id());
        new.actions.push(entry.action.to_owned());
        new.subject_kinds.push(entry.subject_kind.to_owned());
        new.subjects.push(entry.subject);
        new.details.push(entry.detail.clone());
    }
    store::audit::add_entries(db, &origin, &new).await
}
