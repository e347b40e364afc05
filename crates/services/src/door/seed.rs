//! The demo: two devices with a last word of theirs, and one pass that both of them admitted.

use super::{DoorError, Fact, Report, add, authenticate, devices, enrol, roster, upload};
use crate::account::random_token;
use crate::booking::Ticket;
use crate::limits::Network;
use crate::{Context, Services};
use domain::account::{Actor, DeviceRole};
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
    for (name, role, behind) in DEVICES {
        let key = SecretString::from(random_token());
        let fresh = add(services, context, name, role).await?;
        let nobody = Context { actor: Actor::Anonymous, ..context.clone() };
        enrol(services, &nobody, (&fresh.code, &key), &Network::of([127, 0, 0, 1].into())).await?;
        let actor = authenticate(services, secrecy::ExposeSecret::expose_secret(&key)).await?;
        let device = Context { actor, ..context.clone() };
        let behind = SignedDuration::from_secs(behind);
        let today = roster(services, &device, None, None).await?;
        let begun = today.sessions.iter().find(|session| session.starts_at <= context.now && !session.closed);
        let party = begun.and_then(|session| today.bookings.iter().find(|booking| booking.session == session.id));
        let facts = party.zip(begun).map(|(booking, session)| Fact::Admitted {
            nonce: context.new_id(),
            at: session.starts_at - behind,
            ticket: Ticket::Booking(booking.id),
            present: booking.people,
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
