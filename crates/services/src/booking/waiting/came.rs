//! What a party comes to the waiting list with, and so how pressing twice is known: a draft of its own, or what somebody brings
//! along who puts it there on its behalf.

use super::super::BookingError;
use super::super::claims::{Key, kept_answer, lock_key};
use crate::outreach::{self, Replies};
use crate::{Context, Services};
use domain::ids::{DraftId, WaitingId};
use sqlx::PgConnection;
use store::booking::claims;
use store::booking::waiting as sql;

/// What a party comes to the list with.
pub(super) enum Came {
    /// Its draft, in which it answered what its event asks.
    Draft(DraftId),
    /// Somebody put it there on its behalf, with what was replied to the event's questions. At the desk under the key of a form,
    /// so that pressing twice is pressing once; a machine's request is remembered as a whole.
    Behalf(Option<Replies>, Option<Key>),
}

impl Came {
    pub fn draft(&self) -> Option<DraftId> {
        match self {
            Self::Draft(draft) => Some(*draft),
            Self::Behalf(..) => None,
        }
    }

    /// The keys that are locked for it: of the booking a draft might become, of a form at the desk.
    pub fn key(&self) -> Option<i64> {
        match self {
            Self::Draft(draft) => Some(lock_key(draft.to_string().as_bytes())),
            Self::Behalf(_, key) => key.as_ref().map(|key| lock_key(key.key.as_bytes())),
        }
    }
}

/// The entry that was made of the same before.
///
/// # Errors
/// `StateHasChanged` for a draft that became a booking; `KeyReused` where something else was asked under the key of a form.
pub(super) async fn before(db: &mut PgConnection, came: &Came) -> Result<Option<WaitingId>, BookingError> {
    match came {
        Came::Draft(draft) => match sql::of_draft(db, draft.0).await? {
            (Some(entry), _) => Ok(Some(WaitingId(entry))),
            (None, Some(_)) => Err(BookingError::StateHasChanged),
            (None, None) => Ok(None),
        },
        Came::Behalf(_, Some(key)) => kept_answer(db, key).await,
        Came::Behalf(_, None) => Ok(None),
    }
}

/// Keeps what came on behalf of a party with its entry: the replies, and the answer under the form's key.
pub(super) async fn keep_what_came(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    came: &Came,
    entry: WaitingId,
    now: jiff::Timestamp,
) -> Result<(), BookingError> {
    let Came::Behalf(replies, key) = came else { return Ok(()) };
    if let Some(replies) = replies {
        outreach::keep_waiting_replies(services, db, context, replies, entry).await?;
    }
    if let Some(Key { scope, key, body_hash }) = key.clone() {
        let answer = serde_json::to_value(entry).unwrap_or_default();
        claims::save_answers(db, now, &[claims::SavedAnswer { scope, key, body_hash, answer }]).await?;
    }
    Ok(())
}
