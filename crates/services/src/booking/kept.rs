//! What a visitor's own browser keeps while it chooses. The engine takes a browser's places in a session for its own room when
//! it chooses anew (`claims`); what is shown to it says the same. Everybody else sees the picture that all share.

use super::calendar::session;
use super::draft::visitor_hash;
use super::{BookingError, Timetable};
use crate::{Context, Services};
use domain::ids::{DraftId, SessionId};
use jiff::Timestamp;
use store::booking::holds as sql;
use uuid::Uuid;

/// Places a browser keeps in a session for a draft that has become nothing yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The draft.
    pub draft: DraftId,
    /// The session.
    pub session: SessionId,
    /// How many people's places.
    pub people: u32,
    /// Until when.
    pub until: Timestamp,
}

/// `dates` as the browser with the token `visitor` sees them: what it keeps in a session is free for itself, and said in
/// [`Timetable::kept`]. None where it keeps nothing, and sees what everybody sees. Nothing is asked for who brings no token.
///
/// # Errors
/// `Database`.
pub async fn seen_by(
    services: &Services,
    context: &Context,
    dates: &Timetable,
    visitor: Option<&str>,
) -> Result<Option<Timetable>, BookingError> {
    let Some(token) = visitor.filter(|token| !token.is_empty()) else { return Ok(None) };
    let now = context.now;
    let sessions: Vec<Uuid> = dates.upcoming(now).map(|session| session.id.0).collect();
    let mut db = services.db.acquire().await?;
    let rows = sql::kept_by(&mut db, &visitor_hash(services, token), &sessions, now).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut own = dates.clone();
    for row in rows {
        let (id, people) = (SessionId(row.session_id), row.people.unsigned_abs());
        let Some(seen) = own.sessions.iter_mut().find(|seen| seen.id == id) else { continue };
        // The picture may be older than what was kept a moment ago: the session is looked at as it stands.
        if own.kept.iter().all(|kept| kept.session != id) {
            *seen = session(&mut db, id, now).await?;
        }
        seen.facts.held = seen.facts.held.saturating_sub(people);
        own.kept.push(Kept { draft: DraftId(row.draft_id), session: id, people, until: row.expires_at.to_jiff() });
    }
    Ok(Some(own))
}
