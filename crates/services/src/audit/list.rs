//! The trail as the auditors' page shows it: newest first, a page at a time.

use super::AuditError;
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::Capability;
use jiff::Timestamp;
use store::audit::Wanted;
use uuid::Uuid;

/// Entries of one page.
const PAGE: usize = 50;

/// What a reader looks for; every part that is given must match.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// What happened to this booking, session, account …
    pub subject: Option<Uuid>,
    /// Actions that begin so: `booking.` or `booking.cancelled`.
    pub action_prefix: Option<String>,
    /// By this account or client.
    pub actor: Option<Uuid>,
    /// What happened to one of these: whatever belongs to a case ([`super::of_case`]). None: to anything.
    pub subjects: Option<Vec<Uuid>>,
    /// Only what raised an alert.
    pub alerts: bool,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its position, from 0; `None` in its first second, before it has one.
    pub position: Option<u64>,
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// `anonymous`, `visitor`, `staff`, `client` or `system`.
    pub actor_kind: String,
    /// The account or the client.
    pub actor: Option<Uuid>,
    /// `room.verb`.
    pub action: String,
    /// What it happened to.
    pub subject_kind: String,
    /// Which.
    pub subject: Option<Uuid>,
    /// What a reader needs.
    pub detail: serde_json::Value,
    /// In which request: as in the logs and on error pages.
    pub request: Option<Uuid>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Listed>,
    /// The cursor of the next, older page, if there is one; fit for a URL.
    pub next: Option<String>,
}

/// A page of the trail, from `cursor` of the page before or from the newest. For those who may read the trail.
pub async fn list(
    services: &Services,
    context: &Context,
    filter: &Filter,
    cursor: Option<&str>,
) -> Result<Page, AuditError> {
    context.require(Capability::ReadAudit)?;
    let before = cursor.map(read_cursor).transpose()?;
    let action_prefix = filter.action_prefix.clone().filter(|prefix| !prefix.is_empty());
    let (subjects, alerts) = (filter.subjects.clone(), filter.alerts);
    let wanted = Wanted { subject: filter.subject, action_prefix, actor: filter.actor, subjects, alerts };
    // One more than shown tells whether there is a next page.
    let mut rows = store::audit::list(&mut *services.begin_search().await?, &wanted, before, PAGE as i64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| write_cursor(row.at.to_jiff(), row.id));
    let listed = |row: store::audit::ListedRow| Listed {
        position: row.position.map(i64::unsigned_abs),
        id: row.id,
        at: row.at.to_jiff(),
        actor_kind: row.actor_kind,
        actor: row.actor_id,
        action: row.action,
        subject_kind: row.subject_kind,
        subject: row.subject_id,
        detail: row.detail,
        request: row.request_id,
    };
    Ok(Page { entries: rows.into_iter().map(listed).collect(), next })
}

fn write_cursor(at: Timestamp, id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode([&at.as_microsecond().to_be_bytes()[..], id.as_bytes()].concat())
}

fn read_cursor(text: &str) -> Result<(Timestamp, Uuid), AuditError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| AuditError::Cursor)?;
    let (at, id) = bytes.split_first_chunk::<8>().ok_or(AuditError::Cursor)?;
    let at = Timestamp::from_microsecond(i64::from_be_bytes(*at)).map_err(|_| AuditError::Cursor)?;
    Ok((at, Uuid::from_slice(id).map_err(|_| AuditError::Cursor)?))
}
