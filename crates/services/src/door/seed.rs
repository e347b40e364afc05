//! The demo: two devices with a last word of theirs, and one pass that both of them admitted.

use super::{DoorError, Fact, Report, add, authenticate, devices, enrol, roster, upload};
use crate::account::random_token;
use crate::booking::Ticket;
use crate::limits::Network;
use crate::{Context, Services};
use domain::account::{Actor, DeviceRole};
use domain::booking::{RosterBooking, RosterSession};
use jiff::SignedDuration;
use secrecy::SecretString;

/// Invented devices: what they are called, what may be done with them, by how many seconds their clocks are behind.
const DEVICES: [(&str, DeviceRole, i64); 2] =
    [("演示·东门平板", DeviceRole::Steward, 4), ("演示·主管手机", DeviceRole::Supervisor, -75)];

/// Enrols the demo's devices; where a session of today has begun, both admit the same party. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases it calls answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), DoorError> {
    if !devices(services, context).await?.is_empty() {
        return Ok(());
    }
    let mut shown = None;
    for (name, role, behind) in DEVICES {
        let key = SecretString::from(random_token());
        let fresh = add(services, context, name, role).await?;
        let nobody = Context { actor: Actor::Anonymous, ..context.clone() };
        enrol(services, &nobody, (&fresh.code, &key), &Network::of([127, 0, 0, 1].into())).await?;
        let actor = authenticate(services, secrecy::ExposeSecret::expose_secret(&key)).await?;
        let device = Context { actor, ..context.clone() };
        let behind = SignedDuration::from_secs(behind);
        let today = roster(services, &device, None, None).await?;
        // A party nobody has let in: of the first device's roster, since it has come in by the time of the second's.
        shown = shown.or_else(|| {
            let begun = |one: &&RosterSession| one.starts_at <= context.now && !one.closed;
            today.sessions.iter().filter(begun).find_map(|session| {
                let waits = |one: &&RosterBooking| one.session == session.id && one.arrived == 0 && !one.cancelled;
                today.bookings.iter().find(waits).map(|one| (one.id, one.people, session.starts_at))
            })
        });
        let facts = shown.map(|(booking, people, starts_at)| Fact::Admitted {
            nonce: context.new_id(),
            at: starts_at - behind,
            ticket: Ticket::Booking(booking),
            present: people,
            reason: None,
            behind: None,
        });
        let report = Report {
            device_at: context.now - behind,
            app_version: "door.demo".into(),
            queue_length: facts.iter().len() as u32,
        };
        upload(services, &device, report, facts.into_iter().collect()).await?;
    }
    Ok(())
}
