//! The displays on which the wall board hangs. Nobody signs in on a wall: a display is added at the desk, brought in once by a code
//! ([`crate::device_code`]) or by the picture that it shows ([`super::offer`]), known by its key from then on, and sees the board and
//! nothing else ([`Capability::SeeWall`]), until it is revoked.

use super::TelemetryError;
use crate::account::{hash_token, random_token};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::device_code::{self, CODE_LIFE};
use crate::limits::{self, LimitError, Network};
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::field::Faults;
use domain::ids::DisplayId;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use store::telemetry::displays::{self as sql, DisplayRow};

/// The most characters of a display's name.
pub(super) const NAME: usize = 40;
/// The most characters of where it hangs.
pub(super) const PLACE: usize = 60;
/// When a display was seen is noted once in so long.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// A display asks every few seconds; one that has not for so long hangs dark.
const DARK: SignedDuration = SignedDuration::from_mins(5);

/// A display was added.
#[derive(Clone, Debug)]
pub struct NewDisplay {
    /// Its own.
    pub id: DisplayId,
    /// Its code in groups of four, shown once and kept by nobody here.
    pub code: SecretString,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A display in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Display {
    /// Its own.
    pub id: DisplayId,
    /// What people call it.
    pub name: String,
    /// Where it hangs.
    pub place: String,
    /// Until when its code is good.
    pub code_expires_at: Timestamp,
    /// When it was brought in.
    pub paired_at: Option<Timestamp>,
    /// When it last asked, to a minute.
    pub seen_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Display {
    fn of(row: DisplayRow) -> Self {
        Self {
            id: DisplayId(row.id),
            name: row.name,
            place: row.place,
            code_expires_at: row.code_expires_at.to_jiff(),
            paired_at: row.paired_at.map(|at| at.to_jiff()),
            seen_at: row.seen_at.map(|at| at.to_jiff()),
            revoked_at: row.revoked_at.map(|at| at.to_jiff()),
        }
    }

    /// It has not asked for a while: it is off, or without a network.
    pub fn is_dark(&self, now: Timestamp) -> bool {
        self.seen_at.is_none_or(|at| now.duration_since(at) > DARK)
    }
}

pub(super) fn about(action: &'static str, display: DisplayId) -> Entry {
    Entry { action, subject_kind: "wall_display", subject: Some(display.0), detail: serde_json::json!({}) }
}

/// Adds a display. The answer is the only time its code is seen.
///
/// # Errors
/// `Denied`; `Fields` (`name`, `place`); `Busy`, `Database`.
pub async fn add_display(
    services: &Services,
    context: &Context,
    (name, place): (&str, &str),
) -> Result<NewDisplay, TelemetryError> {
    context.require(Capability::ManageDisplays)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut faults = Faults::default();
    let name = faults.take("name", device_code::named(name, NAME));
    let place = faults.take("place", device_code::named(place, PLACE));
    let (Some(name), Some(place)) = (name, place) else { return Err(TelemetryError::Fields(faults.into_errors())) };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (id, code) = (context.new_id::<DisplayId>(), device_code::fresh());
        let expires_at = context.now + CODE_LIFE;
        let display = sql::NewDisplay {
            id: id.0,
            name: &name,
            place: &place,
            code_hash: &hash_token(&code),
            code_expires_at: expires_at,
            by: by.0,
            now: context.now,
        };
        let mut tx = services.begin().await?;
        if !sql::add(&mut *tx, display).await? {
            return Err(TelemetryError::Busy);
        }
        audit::record(&mut tx, &context, &[about("telemetry.display_added", id)]).await?;
        tx.commit().await?;
        Ok(NewDisplay { id, code: device_code::shown(&code), expires_at })
    })
    .await
}

/// A key for the form of a display that is to be brought in: it is worth something once it was sent with a good code.
pub fn display_key() -> String {
    random_token()
}

/// Brings a display in: its code is used up for this key. The same key again gets the same answer, as long as the code would have
/// been good.
///
/// # Errors
/// `CodeNotGood`, `Limited`, `Busy`, `Database`.
pub async fn pair_display(
    services: &Services,
    context: &Context,
    (code, key): (&SecretString, &SecretString),
    network: &Network,
) -> Result<DisplayId, TelemetryError> {
    let counted = limits::hit(services, &limits::DISPLAY_CODE_PER_NETWORK, network.as_str()).await;
    counted.map_err(|error| match error {
        LimitError::Limited(limited) => TelemetryError::Limited(limited.retry_after),
        LimitError::Database(error) => error.into(),
    })?;
    let typed = device_code::read(code).filter(|_| device_code::is_key(key)).ok_or(TelemetryError::CodeNotGood)?;
    bring_in(services, context, (hash_token(&typed), hash_token(key.expose_secret()))).await
}

/// Uses a code up for a key, if it is good.
pub(super) async fn bring_in(
    services: &Services,
    context: &Context,
    (code_hash, token_hash): ([u8; 32], [u8; 32]),
) -> Result<DisplayId, TelemetryError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let paired = sql::pair(&mut *tx, (&code_hash, &token_hash), context.now).await?;
        let (id, first) = paired.ok_or(TelemetryError::CodeNotGood)?;
        let id = DisplayId(id);
        if first {
            audit::record(&mut tx, &context, &[about("telemetry.display_paired", id)]).await?;
        }
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// Who a display's key stands for; nobody where there is none, or it was revoked. One query; at most once a minute a second one
/// notes that it was seen.
pub async fn authenticate_display(services: &Services, key: &str) -> sqlx::Result<Option<Actor>> {
    let now = services.clock.now();
    let Some((id, seen_at)) = sql::by_token(&services.db, &hash_token(key)).await? else { return Ok(None) };
    let since = now.saturating_sub(TOUCH_EVERY).unwrap_or(Timestamp::MIN);
    if seen_at.is_none_or(|at| at.to_jiff() <= since) {
        sql::touch(&services.db, id, now, since).await?;
    }
    Ok(Some(Actor::Display { display: DisplayId(id) }))
}

/// Every display, those that work before those that ended, by name.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn displays(services: &Services, context: &Context) -> Result<Vec<Display>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    Ok(sql::list(&services.db).await?.into_iter().map(Display::of).collect())
}

/// Revokes a display: it sees nothing from now on. One that was revoked before stays so, and nothing is noted a second time.
///
/// # Errors
/// `Denied`, `NotFound`, `Busy`, `Database`.
pub async fn revoke_display(services: &Services, context: &Context, id: DisplayId) -> Result<(), TelemetryError> {
    context.require(Capability::ManageDisplays)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::revoke(&mut *tx, id.0, by.0, context.now).await?.ok_or(TelemetryError::NotFound)? {
            return Ok(());
        }
        audit::record(&mut tx, &context, &[about("telemetry.display_revoked", id)]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
