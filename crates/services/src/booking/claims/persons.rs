//! What persons have booked and missed, as the limits count it: read once for a batch, and what it grants is added.

use super::table::Table;
use super::{spans, sql};
use domain::booking::{BookingFacts, suspended_until};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::HashMap;

/// The live bookings of the persons of a batch.
#[derive(Default)]
pub(super) struct Persons(HashMap<Vec<u8>, Vec<sql::Visit>>);

impl Persons {
    /// Reads what `persons` have of the activities of `tables`. Their locks are held.
    pub async fn read<'t>(
        db: &mut PgConnection,
        persons: &[Vec<u8>],
        tables: impl Iterator<Item = &'t Table>,
    ) -> sqlx::Result<Self> {
        let (activities, spans): (Vec<_>, Vec<_>) =
            tables.map(|table| (table.session.activity_id, spans(&table.policy, &table.session))).unzip();
        let from = spans.iter().map(|s| s.day_from.min(s.window_from)).min();
        let until = spans.iter().map(|s| s.day_until.max(s.window_until)).max();
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        if let (Some(from), Some(until), false) = (from, until, persons.is_empty()) {
            for visit in sql::visits(db, &activities, persons, from, until).await? {
                found.entry(visit.person.clone()).or_default().push(visit);
            }
        }
        Ok(Self(found))
    }

    /// What the limits of a session count of a person.
    pub fn facts(&self, person: &[u8], table: &Table) -> BookingFacts {
        let spans = spans(&table.policy, &table.session);
        let own = self.0.get(person).into_iter().flatten().filter(|visit| visit.activity == table.session.activity_id);
        let (missed, visits): (Vec<_>, Vec<_>) = own.partition(|visit| visit.missed);
        let missed: Vec<Timestamp> = missed.into_iter().map(|visit| visit.ends_at.to_jiff()).collect();
        let mut facts = BookingFacts {
            suspended_until: suspended_until(&table.policy, table.now, &missed),
            ..BookingFacts::default()
        };
        for visit in visits {
            let (starts_at, ends_at) = (visit.starts_at.to_jiff(), visit.ends_at.to_jiff());
            facts.on_day += u32::from((spans.day_from..spans.day_until).contains(&starts_at));
            facts.in_window += u32::from((spans.window_from..spans.window_until).contains(&starts_at));
            facts.overlapping += u32::from(starts_at < spans.ends_at && ends_at > spans.starts_at);
        }
        facts
    }

    /// A booking was granted.
    pub fn add(&mut self, person: &[u8], table: &Table) {
        let session = &table.session;
        self.0.entry(person.to_vec()).or_default().push(sql::Visit {
            person: person.to_vec(),
            activity: session.activity_id,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            missed: false,
        });
    }
}
