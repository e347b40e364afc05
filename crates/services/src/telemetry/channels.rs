//! Channels as operators set them up and take them out of use.

use super::feed::{NewChannel, add_channel};
use super::{ChannelView, TelemetryError, board};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::TankId;
use domain::telemetry::{ChannelCode, ChannelKind};
use jiff::Timestamp;
use serde_json::json;
use store::telemetry::channels as sql;

/// Sets a channel up at a tank or a room, by its code: from now on a reading is expected every so many seconds.
///
/// # Errors
/// `Denied`; `NotFound` for no such tank or room, and for a kind that is not measured there; `Already`; `Busy`, `Database`.
pub async fn set_up_channel(
    services: &Services,
    context: &Context,
    (place, kind): (&str, ChannelKind),
    (interval_s, device): (i32, &str),
) -> Result<ChannelCode, TelemetryError> {
    context.require(Capability::HandleAlarms)?;
    let (services, context, place, device) = (services.clone(), context.clone(), place.to_owned(), device.to_owned());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (tank, room) = sql::place(&mut *tx, &place).await?.ok_or(TelemetryError::NotFound)?;
        if kind.is_of_tank() != tank.is_some() {
            return Err(TelemetryError::NotFound);
        }
        let new = NewChannel { kind, place, tank: tank.map(TankId), room, interval_s, device };
        let (_, code) = add_channel(&mut tx, &new, context.now).await?;
        let detail = json!({ "channel": code.as_str(), "seconds": interval_s });
        let entry =
            Entry { action: "telemetry.channel_set_up", subject_kind: "telemetry_channel", subject: None, detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(code)
    })
    .await
}

/// Takes a channel out of use, by its code: nothing more is expected of it, and what it said stays.
///
/// # Errors
/// `Denied`; `NotFound` for none in use; `Busy`, `Database`.
pub async fn end_channel(services: &Services, context: &Context, code: &str) -> Result<(), TelemetryError> {
    context.require(Capability::HandleAlarms)?;
    let (services, context, code) = (services.clone(), context.clone(), code.to_owned());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::retire(&mut *tx, &code, context.now).await? {
            return Err(TelemetryError::NotFound);
        }
        let detail = json!({ "channel": code });
        let entry =
            Entry { action: "telemetry.channel_ended", subject_kind: "telemetry_channel", subject: None, detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Channels of one page.
pub const CHANNELS: usize = 500;

/// A channel as gateways know it.
#[derive(Clone, PartialEq, Debug)]
pub struct FedChannel {
    /// Its place in the order in which channels were set up.
    pub id: i32,
    /// `T-07/temperature_top`.
    pub code: String,
    /// What is measured.
    pub kind: ChannelKind,
    /// Seconds between readings.
    pub interval: u32,
    /// The newest reading that came, by the device's clock; none yet.
    pub newest: Option<Timestamp>,
    /// When it was last heard, by ours; none yet.
    pub heard: Option<Timestamp>,
}

/// The channels in use, for whoever feeds them: a page in the order in which they were set up, after one, and whether there are more.
///
/// # Errors
/// `Denied` without `FeedTelemetry`; `Unreadable`, `Busy`, `Database`.
pub async fn fed_channels(
    services: &Services,
    context: &Context,
    after: Option<i32>,
) -> Result<(Vec<FedChannel>, bool), TelemetryError> {
    context.require(Capability::FeedTelemetry)?;
    let rows = sql::after(&services.db, after.unwrap_or(0), CHANNELS as i64 + 1).await?;
    let more = rows.len() > CHANNELS;
    let fed = rows.into_iter().take(CHANNELS).map(|row| {
        // A channel that was set up is expected from then on; until something came nobody has heard it.
        let newest = row.at.map(|at| at.to_jiff());
        Ok(FedChannel {
            id: row.id,
            kind: ChannelKind::from_name(&row.kind).ok_or(TelemetryError::Unreadable("the kind of a channel"))?,
            code: row.code,
            interval: row.interval_s.unsigned_abs(),
            heard: newest.map(|_| row.heard_at.to_jiff()),
            newest,
        })
    });
    Ok((fed.collect::<Result<_, TelemetryError>>()?, more))
}

/// Every channel in use, by tank and room.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn channels(services: &Services, context: &Context) -> Result<Vec<ChannelView>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let board = board::read(services, context, false).await?;
    let of_tanks = board.tanks.into_iter().flat_map(|tank| tank.channels);
    Ok(of_tanks.chain(board.rooms.into_iter().flat_map(|room| room.channels)).collect())
}
