//! What persons have booked and missed, as the limits count it: read once for a decision, and what it grants is added.

use domain::booking::{BookedVisit, BookingFacts, Heads, Policy, suspended_until};
use domain::ids::BookingId;
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::booking::claims as sql;
use uuid::Uuid;

/// A beginning and an end.
pub(super) type Span = (Timestamp, Timestamp);

/// What the limits know an account by, beside the keyed hashes of contacts and documents: no hash is as short as an id.
pub(super) fn sign_of(account: Uuid) -> Vec<u8> {
    account.as_bytes().to_vec()
}

/// Live bookings and standing no-shows, by activity and person.
#[derive(Default)]
pub(super) struct Persons(HashMap<(Uuid, Vec<u8>), Had>);

/// What one person has of one activity.
#[derive(Default)]
struct Had {
    booked: Vec<BookedVisit>,
    /// The ends of the sessions they did not come to.
    missed: Vec<Timestamp>,
}

impl Persons {
    /// What these persons have of sessions that begin at `since` or later. No query where there is nobody.
    pub async fn read(db: &mut PgConnection, persons: Vec<Vec<u8>>, since: Timestamp) -> sqlx::Result<Self> {
        Self::read_except(db, persons, since, None).await
    }

    /// The same without one booking, which is about to change.
    pub async fn read_except(
        db: &mut PgConnection,
        mut persons: Vec<Vec<u8>>,
        since: Timestamp,
        except: Option<BookingId>,
    ) -> sqlx::Result<Self> {
        let mut found = Self::default();
        persons.sort_unstable();
        persons.dedup();
        if !persons.is_empty() {
            let accounts: Vec<Uuid> = persons.iter().filter_map(|sign| Uuid::from_slice(sign).ok()).collect();
            for visit in sql::visits(db, (&persons, &accounts), since, except.map(|id| id.0)).await? {
                let (starts_at, ends_at) = (visit.starts_at.to_jiff(), visit.ends_at.to_jiff());
                let heads = Heads { people: visit.people.unsigned_abs(), children: visit.children.unsigned_abs() };
                let had = found.0.entry((visit.activity, visit.person)).or_default();
                if visit.missed {
                    had.missed.push(ends_at);
                } else {
                    had.booked.push(BookedVisit { starts_at, ends_at, heads });
                }
            }
        }
        Ok(found)
    }

    /// What the limits of an activity count of a person around a session.
    pub fn around(&self, policy: &Policy, now: Timestamp, activity: Uuid, span: Span, person: &[u8]) -> BookingFacts {
        let Some(had) = self.0.get(&(activity, person.to_vec())) else { return BookingFacts::default() };
        BookingFacts {
            suspended_until: suspended_until(policy, now, &had.missed),
            ..BookingFacts::around(policy, span, had.booked.iter().copied())
        }
    }

    /// [`around`](Self::around) a session that was read.
    pub fn at(&self, policy: &Policy, now: Timestamp, session: &sql::LockedSession, person: &[u8]) -> BookingFacts {
        let span = (session.starts_at.to_jiff(), session.ends_at.to_jiff());
        self.around(policy, now, session.activity_id, span, person)
    }

    /// [`at`](Self::at) of whoever is known by several signs, their contact and their account.
    pub fn at_all<'a>(
        &self,
        policy: &Policy,
        now: Timestamp,
        session: &sql::LockedSession,
        signs: impl IntoIterator<Item = &'a Vec<u8>>,
    ) -> BookingFacts {
        let each = signs.into_iter().map(|sign| self.at(policy, now, session, sign));
        each.fold(BookingFacts::default(), BookingFacts::most)
    }

    /// One booking does not count.
    pub fn leave_out(&mut self, activity: Uuid, span: Span, person: &[u8]) {
        if let Some(had) = self.0.get_mut(&(activity, person.to_vec()))
            && let Some(at) = had.booked.iter().position(|booked| (booked.starts_at, booked.ends_at) == span)
        {
            had.booked.swap_remove(at);
        }
    }

    /// A booking was granted, for so many.
    pub fn add(&mut self, activity: Uuid, (starts_at, ends_at): Span, person: &[u8], heads: Heads) {
        let had = self.0.entry((activity, person.to_vec())).or_default();
        had.booked.push(BookedVisit { starts_at, ends_at, heads });
    }
}

/// The first instant whose bookings count beside a session.
pub(super) fn since(policy: &Policy, starts_at: Timestamp) -> Timestamp {
    policy.window(starts_at).0.min(policy.day(starts_at).0)
}
