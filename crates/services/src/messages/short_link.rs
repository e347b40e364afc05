//! Short links for text messages: ten characters instead of a signed link, which no provider would let through.
//!
//! The characters are made of the booking's id with a key of the house, so that every message about a booking bears the
//! same ones. Fifty bits, and a limit on how often one address may try: they are not to be collected by guessing.

use super::requests::Letters;
use crate::ambassadors::Ambassadors;
use crate::booking::{link_until, manage_link};
use crate::bus::Bus;
use crate::groups::Groups;
use crate::limits::{self, LimitError, Network};
use crate::{Context, Services};
use domain::contact::half_width;
use domain::ids::{BookingId, WaitingId};
use jiff::{SignedDuration, Timestamp};
use store::requests::links;
use uuid::Uuid;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;

/// The characters of a booking.
pub(super) fn code(services: &Services, booking: BookingId) -> String {
    characters(services.vault.mac("messages.short_link", booking.0.as_bytes()))
}

/// The characters of a request.
pub(super) fn request_code<K: Letters>(services: &Services, request: K::Id) -> String {
    let id: Uuid = request.into();
    characters(services.vault.mac(K::SHORT_LINK, id.as_bytes()))
}

/// Makes the link of a request work until `until`.
pub(super) async fn keep_request<K: Letters>(
    services: &Services,
    request: K::Id,
    until: Timestamp,
) -> sqlx::Result<()> {
    let hash = hash(services, &request_code::<K>(services, request));
    let mut db = services.db.acquire().await?;
    links::keep(&mut db, K::OF, &hash, request.into(), until).await
}

/// Where a short link leads if it is one of a request of this kind.
async fn follow_request<K: Letters>(services: &Services, now: Timestamp, hash: &[u8]) -> sqlx::Result<Option<String>> {
    let mut db = services.db.acquire().await?;
    let found = links::follow(&mut db, K::OF, hash, now).await?;
    Ok(found.map(|(request, until)| format!("{}{}", K::PAGE, services.vault.link(K::LINK, request, until))))
}

/// The characters of an entry of the waiting list.
pub(super) fn waiting_code(services: &Services, entry: WaitingId) -> String {
    characters(services.vault.mac("messages.short_link.waiting", entry.0.as_bytes()))
}

fn characters(mac: [u8; 32]) -> String {
    let bits = mac.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (0..LENGTH).map(|i| char::from(ALPHABET[(bits >> (5 * i) & 31) as usize])).collect()
}

/// Makes the link work until a week after the session.
pub(super) async fn keep(services: &Services, booking: BookingId, ends_at: Timestamp) -> sqlx::Result<()> {
    let expires = ends_at.saturating_add(SignedDuration::from_hours(24 * 7)).unwrap_or(Timestamp::MAX);
    let hash = hash(services, &code(services, booking));
    store::messages::keep_short_link(&services.db, &hash, booking.0, expires).await
}

/// Makes the link of an entry of the waiting list work until a day after its last session.
pub(super) async fn keep_waiting(services: &Services, entry: WaitingId, ends_at: Timestamp) -> sqlx::Result<()> {
    let expires = ends_at.saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let hash = hash(services, &waiting_code(services, entry));
    store::messages::keep_waiting_link(&services.db, &hash, entry.0, expires).await
}

/// Where a short link leads: a path of the house (`/b/<link>`, `/museum/groups/r/<link>`, `/ambassadors/r/<link>`,
/// `/bus/r/<link>`, `/waiting/<link>`); `None` where it leads nowhere (any more). Forgives what eyes confuse: case, O and 0, I, L and 1.
///
/// Whoever tries codes that lead nowhere is refused after some, whatever they try next; a good code counts nothing.
///
/// # Errors
/// `Limited`: this address or its network tried too many that lead nowhere.
pub async fn follow(
    services: &Services,
    context: &Context,
    code: &str,
    network: &Network,
) -> Result<Option<String>, LimitError> {
    limits::LOOKUPS.may_try(services, network).await?;
    let path = path(services, context, code).await?;
    if path.is_none() {
        limits::LOOKUPS.missed(services, network).await?;
    }
    Ok(path)
}

async fn path(services: &Services, context: &Context, code: &str) -> sqlx::Result<Option<String>> {
    let read: String = half_width(code)
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    if read.len() != LENGTH || !read.bytes().all(|byte| ALPHABET.contains(&byte)) {
        return Ok(None);
    }
    let hash = hash(services, &read);
    if let Some((booking, ends_at)) = store::messages::follow_short_link(&services.db, context.now, &hash).await? {
        return Ok(Some(format!("/b/{}", manage_link(services, BookingId(booking), ends_at))));
    }
    if let Some((entry, ends_at)) = store::messages::follow_waiting_link(&services.db, context.now, &hash).await? {
        return Ok(Some(format!("/waiting/{}", link_until(services, WaitingId(entry), ends_at))));
    }
    let now = context.now;
    if let Some(page) = follow_request::<Groups>(services, now, &hash).await? {
        return Ok(Some(page));
    }
    if let Some(page) = follow_request::<Ambassadors>(services, now, &hash).await? {
        return Ok(Some(page));
    }
    follow_request::<Bus>(services, now, &hash).await
}

fn hash(services: &Services, code: &str) -> [u8; 32] {
    services.vault.mac("messages.short_link.lookup", code.as_bytes())
}
