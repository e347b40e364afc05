//! A date that is over: who had registered for it, and how many of them came. Done as it is done every day, by a house whose
//! clock shows those days.

use super::party;
use crate::booking::{self, OnBehalf, Ticket};
use crate::demo::then;
use crate::outreach::OutreachError;
use crate::{Context, Services};
use domain::ids::SessionId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Who registered: people, how many of them came, and how many days before they registered.
const REGISTERED: [(&str, u32, u32, i64); 12] = [
    ("演示·齐悦", 3, 3, 13),
    ("演示·程晓舟", 2, 2, 12),
    ("演示·傅明远", 4, 3, 11),
    ("演示·秦若水", 2, 0, 11),
    ("演示·乔语", 3, 3, 9),
    ("演示·范书宁", 1, 1, 8),
    ("演示·尹初夏", 4, 4, 6),
    ("演示·石安之", 2, 2, 5),
    ("演示·袁朗", 2, 0, 4),
    ("演示·贺嘉言", 3, 3, 3),
    ("演示·龚小雅", 5, 5, 2),
    ("演示·戴云飞", 2, 1, 1),
];

/// Registers them, and lets in who came.
pub(super) async fn seed(
    services: &Services,
    context: &Context,
    session: SessionId,
    starts_at: Timestamp,
) -> Result<(), OutreachError> {
    for (i, (name, people, come, days)) in REGISTERED.into_iter().enumerate() {
        let (person, party) = party(name, &format!("demo-held-{i}@example.com"), people)?;
        let (house, by) = then(services, context, starts_at - SignedDuration::from_hours(24 * days + 2));
        let key = format!("demo:{session}:{i}");
        let booked = booking::book(&house, &by, OnBehalf { session, person, party, key }).await?;
        if come > 0 {
            let at = starts_at + SignedDuration::from_mins(i as i64 - 6);
            let (house, by) = then(services, context, at.min(context.now));
            let nonce = Uuid::from_u128(u128::from_be_bytes(crate::crypto::random()));
            let _answer = booking::admit(&house, &by, nonce, Ticket::Booking(booked.booking), come, None).await?;
        }
    }
    Ok(())
}
