//! Devices: added by staff, enrolled once by a code, known by a key, revoked by staff. A code is good for ten minutes and for one
//! key ([`device_code`]).

use super::DoorError;
use crate::account::hash_token;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::device_code::{self, CODE_LIFE};
use crate::limits::{self, Network};
use crate::{Context, Services};
use domain::account::{Actor, Capability, DeviceRole};
use domain::ids::DeviceId;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use store::booking::devices as sql;

/// The most characters of a device's name.
const NAME: usize = 40;

/// A device was added.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Device.
    pub id: DeviceId,
    /// Its code in groups of four, shown once and kept by nobody here.
    pub code: SecretString,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A device in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// What may be done with it.
    pub role: DeviceRole,
    /// Until when its code is good.
    pub code_expires_at: Timestamp,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// When it was enrolled.
    pub enrolled_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was told to wipe itself.
    pub wiped_at: Option<Timestamp>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// When it last had the whole roster.
    pub synced_at: Option<Timestamp>,
    /// Its program.
    pub app_version: Option<String>,
    /// How far its clock was behind ours.
    pub skew: Option<SignedDuration>,
    /// What it had not sent yet when it was last heard.
    pub queue_length: Option<u32>,
    /// When its shift was ended.
    pub shift_ended_at: Option<Timestamp>,
}

impl Device {
    fn of(row: sql::DeviceRow) -> Result<Self, DoorError> {
        Ok(Self {
            id: DeviceId(row.id),
            name: row.name,
            role: DeviceRole::from_name(&row.role).ok_or(DoorError::UnknownDevice)?,
            code_expires_at: row.code_expires_at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            enrolled_at: row.enrolled_at.map(|at| at.to_jiff()),
            revoked_at: row.revoked_at.map(|at| at.to_jiff()),
            wiped_at: row.wiped_at.map(|at| at.to_jiff()),
            seen_at: row.seen_at.map(|at| at.to_jiff()),
            synced_at: row.synced_at.map(|at| at.to_jiff()),
            app_version: row.app_version,
            skew: row.skew_ms.map(SignedDuration::from_millis),
            queue_length: row.queue_length.map(|n| n.max(0) as u32),
            shift_ended_at: row.shift_ended_at.map(|at| at.to_jiff()),
        })
    }
}

fn about(action: &'static str, device: DeviceId, detail: Value) -> Entry {
    Entry { action, subject_kind: "door_device", subject: Some(device.0), detail }
}

/// Adds a device. The answer is the only time its code is seen.
///
/// # Errors
/// `Denied`; `Fields` for its name.
pub async fn add(services: &Services, context: &Context, name: &str, role: DeviceRole) -> Result<NewDevice, DoorError> {
    context.require(Capability::ManageDevices)?;
    let name = device_code::named(name, NAME).map_err(|fault| DoorError::field("name", fault))?;
    let by = context.actor.account().map(|account| account.0).unwrap_or_default();
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (id, code) = (context.new_id::<DeviceId>(), device_code::fresh());
        let expires_at = context.now + CODE_LIFE;
        let device = sql::NewDevice {
            id: id.0,
            name: &name,
            role: role.name(),
            code_hash: &hash_token(&code),
            code_expires_at: expires_at,
            by,
            now: context.now,
        };
        let mut tx = services.begin().await?;
        sql::add(&mut *tx, device).await?;
        audit::record(&mut tx, &context, &[about("door.device_added", id, json!({ "role": role.name() }))]).await?;
        tx.commit().await?;
        Ok(NewDevice { id, code: device_code::shown(&code), expires_at })
    })
    .await
}

/// The address that a device opens to be enrolled. The code stands behind the hash sign, which no browser sends to anybody.
pub fn enrolment_link(services: &Services, code: &SecretString) -> String {
    format!("{}/door/app/#{}", services.settings.public_url, code.expose_secret())
}

/// A device that has a key now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolled {
    /// Device.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// What may be done with it.
    pub role: DeviceRole,
}

/// Enrols a device: its code is used up for this key. The same key again gets the same answer, as long as the code would
/// have been good.
///
/// # Errors
/// `CodeNotGood`, `Limited`.
pub async fn enrol(
    services: &Services,
    context: &Context,
    (code, key): (&SecretString, &SecretString),
    network: &Network,
) -> Result<Enrolled, DoorError> {
    limits::hit(services, &limits::DOOR_CODE_PER_NETWORK, network.as_str()).await?;
    let typed = device_code::read(code).filter(|_| device_code::is_key(key)).ok_or(DoorError::CodeNotGood)?;
    let (code_hash, token_hash) = (hash_token(&typed), hash_token(key.expose_secret()));
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let enrolled = sql::enrol(&mut *tx, &code_hash, &token_hash, context.now).await;
        // Somebody else's key: nothing that is said here may help to find out whose.
        let enrolled = enrolled.or_else(|error| match store::constraint_of(&error) {
            Some("door_device_token_once") => Ok(None),
            _ => Err(error),
        })?;
        let (id, first) = enrolled.ok_or(DoorError::CodeNotGood)?;
        let device = Device::of(sql::device(&mut *tx, id).await?.ok_or(DoorError::CodeNotGood)?)?;
        if first {
            let entry = about("door.device_enrolled", device.id, json!({ "role": device.role.name() }));
            audit::record(&mut tx, &context, &[entry]).await?;
        }
        tx.commit().await?;
        Ok(Enrolled { id: device.id, name: device.name, role: device.role })
    })
    .await
}

/// Who a device's key stands for.
///
/// # Errors
/// `UnknownDevice`; `Revoked`, which is noted the first time it is said.
pub async fn authenticate(services: &Services, key: &str) -> Result<Actor, DoorError> {
    let row = sql::by_token(&services.db, &hash_token(key)).await?.ok_or(DoorError::UnknownDevice)?;
    let device = Device::of(row)?;
    let actor = Actor::Device { device: device.id, role: device.role };
    if device.revoked_at.is_none() {
        return Ok(actor);
    }
    if device.wiped_at.is_none() {
        let (services, system) = (services.clone(), services.system());
        to_the_end(async move {
            let context = Context { actor, ..system };
            let mut tx = services.begin().await?;
            if sql::told_to_wipe(&mut *tx, device.id.0, context.now).await? {
                audit::record(&mut tx, &context, &[about("door.device_wiped", device.id, json!({}))]).await?;
                tx.commit().await?;
            }
            Ok::<_, DoorError>(())
        })
        .await?;
    }
    Err(DoorError::Revoked)
}

/// Every device, those that work before those that ended, the newest first.
///
/// # Errors
/// `Denied`.
pub async fn devices(services: &Services, context: &Context) -> Result<Vec<Device>, DoorError> {
    context.require(Capability::SuperviseDoor)?;
    sql::devices(&services.db).await?.into_iter().map(Device::of).collect()
}

/// Revokes a device: it is refused from now on, and told to wipe itself when it is next heard. One that was revoked before
/// stays so, and nothing is noted a second time.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn revoke(services: &Services, context: &Context, device: DeviceId) -> Result<(), DoorError> {
    context.require(Capability::ManageDevices)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::revoke(&mut *tx, device.0, context.now).await? {
            return sql::device(&mut *tx, device.0).await?.map(|_| ()).ok_or(DoorError::NotFound);
        }
        audit::record(&mut tx, &context, &[about("door.device_revoked", device, json!({}))]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Ends the shift of the device that asks: it has sent everything and forgets the day. It goes on with the next roster.
///
/// # Errors
/// `Denied`, also to whoever is no device.
pub async fn end_shift(services: &Services, context: &Context) -> Result<(), DoorError> {
    context.require(Capability::EndShift)?;
    let Actor::Device { device, .. } = context.actor else { return Err(domain::account::Denied::NotAllowed.into()) };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if sql::end_shift(&mut tx, device.0, context.now).await? {
            audit::record(&mut tx, &context, &[about("door.shift_ended", device, json!({}))]).await?;
        }
        tx.commit().await?;
        Ok(())
    })
    .await
}
