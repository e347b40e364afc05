//! A display is brought in by a picture: it shows a link that a colleague scans, who is signed in and says what the display is called.
//!
//! The link is signed, good for ten minutes, and stands for the key that the display holds without telling it: whoever sees the
//! picture can confirm the display, if they may, and cannot become it. Nothing is kept of a display that nobody confirmed.

use super::TelemetryError;
use super::displays::{NAME, PLACE, about, bring_in};
use crate::account::hash_token;
use crate::audit;
use crate::crypto::LinkPurpose;
use crate::db::to_the_end;
use crate::device_code::{self, CODE_LIFE};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::Faults;
use domain::ids::DisplayId;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use store::telemetry::displays as sql;
use uuid::Uuid;

/// What a display shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DisplayOffer {
    /// The signed text, 55 characters, for the part of an address that no server sees.
    pub text: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// What stands for a key and does not tell it: half of a hash.
fn mark(key: &str) -> Uuid {
    let hash = hash_token(&format!("wall display key\0{key}"));
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(half)
}

/// What stands where the hash of a typed code would: no code that is typed has it.
fn code_hash(mark: Uuid) -> [u8; 32] {
    hash_token(&format!("wall display mark\0{mark}"))
}

/// What a display with a key shows to be confirmed by.
pub fn display_offer(services: &Services, context: &Context, key: &str) -> DisplayOffer {
    let until = context.now + CODE_LIFE;
    DisplayOffer { text: services.vault.link(LinkPurpose::WallDisplay, mark(key), until), until }
}

/// Confirms the display that shows an offer, under a name: it comes in by itself from then on ([`claim_display`]), within ten minutes.
/// The same person who confirms it twice confirms it once.
///
/// # Errors
/// `Denied`; `CodeNotGood` where the offer is none, is too old or was used by somebody else, and where the display did not come in in time; `Fields` (`name`, `place`); `Busy`,
/// `Database`.
pub async fn confirm_display(
    services: &Services,
    context: &Context,
    offer: &str,
    (name, place): (&str, &str),
) -> Result<DisplayId, TelemetryError> {
    context.require(Capability::ManageDisplays)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let opened = services.vault.open_link(LinkPurpose::WallDisplay, offer, context.now);
    let mark = opened.map_err(|_| TelemetryError::CodeNotGood)?;
    let mut faults = Faults::default();
    let name = faults.take("name", device_code::named(name, NAME));
    let place = faults.take("place", device_code::named(place, PLACE));
    let (Some(name), Some(place)) = (name, place) else { return Err(TelemetryError::Fields(faults.into_errors())) };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (id, code_hash) = (context.new_id::<DisplayId>(), code_hash(mark));
        let display = sql::NewDisplay {
            id: id.0,
            name: &name,
            place: &place,
            code_hash: &code_hash,
            code_expires_at: context.now + CODE_LIFE,
            by: by.0,
            now: context.now,
        };
        let mut tx = services.begin().await?;
        if !sql::add(&mut *tx, display).await? {
            let known = sql::of_code(&mut *tx, &code_hash, context.now).await?;
            let own = known.filter(|known| known.stands && known.created_by == by.0);
            return own.map(|known| DisplayId(known.id)).ok_or(TelemetryError::CodeNotGood);
        }
        audit::record(&mut tx, &context, &[about("telemetry.display_added", id)]).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// What became of a display that asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// It is in.
    In,
    /// Nobody has confirmed it yet.
    Waits,
    /// It was confirmed and did not come in in time, or was revoked: nothing comes of its key any more.
    Late,
}

/// Whether that can be the key of a display that waits.
pub fn is_display_key(text: &str) -> bool {
    device_code::is_key(&SecretString::from(text.to_owned()))
}

/// Brings in the display with a key, where somebody has confirmed what it shows. It asks again and again.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn claim_display(
    services: &Services,
    context: &Context,
    key: &SecretString,
) -> Result<Claim, TelemetryError> {
    if !device_code::is_key(key) {
        return Ok(Claim::Late);
    }
    let key = key.expose_secret();
    let code_hash = code_hash(mark(key));
    // (Nearly always nobody has confirmed it yet: one look, and nothing is written.)
    match sql::of_code(&services.db, &code_hash, context.now).await? {
        None => return Ok(Claim::Waits),
        Some(known) if !known.stands => return Ok(Claim::Late),
        Some(_) => {}
    }
    match bring_in(services, context, (code_hash, hash_token(key))).await {
        Ok(_) => Ok(Claim::In),
        Err(TelemetryError::CodeNotGood) => Ok(Claim::Late),
        Err(error) => Err(error),
    }
}
