//! How sessions stand: who keeps places, who waits, who of these could come, and what is therefore owed.
//!
//! Computed from what is there whenever it is asked, never noted down: a party rests while its person has other bookings
//! beside which the rules allow no more, and is in line again the moment one of them is cancelled.

use super::super::claims::facts;
use domain::booking::{BookingFacts, Party, PartySize, Policy, SessionFacts, may_take, offer_until, owed};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::booking::claims::{self, LockedSession};
use store::booking::waiting as sql;
use uuid::Uuid;

/// A session with what is known of it already: everything but its holds and its line.
pub(in crate::booking) struct Asked<'a> {
    pub id: Uuid,
    pub activity: Uuid,
    pub policy: &'a Policy,
    pub facts: SessionFacts,
}

/// How a session stands.
pub(in crate::booking) struct Standing {
    /// With what is held, and owed to the parties that wait and could come.
    pub facts: SessionFacts,
    /// The holds that are alive, those of offers among them: people.
    pub holds: HashMap<Uuid, u32>,
    /// The parties that wait, in order.
    pub(super) line: Vec<InLine>,
    /// Live offers whose party could not take them any more.
    pub(super) spent: Vec<Uuid>,
}

/// A party that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct InLine {
    pub id: Uuid,
    pub people: u32,
    /// It could take an offer.
    pub able: bool,
}

impl Standing {
    /// The parties that could take an offer, in order.
    pub(super) fn able(&self) -> Vec<InLine> {
        self.line.iter().copied().filter(|party| party.able).collect()
    }

    /// Something can be passed on: whoever takes the session's lock should, before saying no to anybody.
    pub(super) fn is_due(&self) -> bool {
        self.facts.owed > 0 || !self.spent.is_empty()
    }

    fn of(asked: &Asked<'_>, spoken: Vec<sql::Spoken>, had: &Had, now: Timestamp) -> Self {
        let (line, holds): (Vec<_>, Vec<_>) = spoken.into_iter().partition(|spoken| spoken.place.is_some());
        let holds: HashMap<Uuid, u32> = holds.iter().map(|hold| (hold.id, hold.people.unsigned_abs())).collect();
        let facts = SessionFacts { held: holds.values().sum(), owed: 0, ..asked.facts };
        let able = |party: &sql::Spoken| could_come(asked, &facts, party, had, now);
        let spent = line.iter().filter(|party| party.offered && !able(party)).map(|party| party.id).collect();
        let line: Vec<InLine> = line
            .iter()
            .filter(|party| !party.offered)
            .map(|party| InLine { id: party.id, people: party.people.unsigned_abs(), able: able(party) })
            .collect();
        let facts = owing(asked.policy, now, facts, line.iter().filter(|party| party.able).map(|party| party.people));
        Self { facts, holds, line, spent }
    }
}

fn could_come(asked: &Asked<'_>, facts: &SessionFacts, party: &sql::Spoken, had: &Had, now: Timestamp) -> bool {
    // Nobody is left to be asked where an entry was emptied.
    let (Some(person), Ok(people)) = (&party.person, PartySize::new(party.people.unsigned_abs())) else { return false };
    let party = Party { people, children: u16::try_from(party.children).unwrap_or_default() };
    let had = had.around(asked.policy, asked.activity, (facts.starts_at, facts.ends_at), person);
    may_take(asked.policy, now, facts, party, had).is_ok()
}

/// A session's facts with what is owed to the parties that wait for it and could come, in the order of the list: nothing
/// once offers have stopped, or while more people are booked than there are places.
fn owing(
    policy: &Policy,
    now: Timestamp,
    facts: SessionFacts,
    line: impl Iterator<Item = u32> + Clone,
) -> SessionFacts {
    if facts.closed || offer_until(policy, now, facts.starts_at).is_none() {
        return facts;
    }
    SessionFacts { owed: owed(facts.free(), line), ..facts }
}

/// A beginning and an end.
type Span = (Timestamp, Timestamp);

/// The live bookings of the persons who wait, by activity and person.
pub(super) struct Had(HashMap<(Uuid, Vec<u8>), Vec<Span>>);

impl Had {
    /// Of the persons of these parties, as far as the rules of these sessions look back. One query, and none where nobody
    /// waits.
    async fn read(db: &mut PgConnection, sessions: &[Asked<'_>], spoken: &[sql::Spoken]) -> sqlx::Result<Self> {
        let mut persons: Vec<Vec<u8>> = spoken.iter().filter_map(|party| party.person.clone()).collect();
        persons.sort_unstable();
        persons.dedup();
        let since = sessions.iter().map(|s| since(s.policy, s.facts.starts_at)).min();
        Self::of(db, &persons, since.unwrap_or(Timestamp::MIN)).await
    }

    /// Of these persons.
    pub(super) async fn of(db: &mut PgConnection, persons: &[Vec<u8>], since: Timestamp) -> sqlx::Result<Self> {
        let mut had: HashMap<_, Vec<_>> = HashMap::new();
        if !persons.is_empty() {
            for row in sql::engagements(db, persons, since).await? {
                let span = (row.starts_at.to_jiff(), row.ends_at.to_jiff());
                had.entry((row.activity_id, row.person)).or_default().push(span);
            }
        }
        Ok(Self(had))
    }

    /// What a person has around a session of an activity.
    pub(super) fn around(&self, policy: &Policy, activity: Uuid, span: Span, person: &[u8]) -> BookingFacts {
        let booked = self.0.get(&(activity, person.to_vec())).map(Vec::as_slice).unwrap_or_default();
        BookingFacts::around(policy, span, booked.iter().copied())
    }
}

/// The first instant whose bookings count beside a session.
pub(super) fn since(policy: &Policy, starts_at: Timestamp) -> Timestamp {
    policy.window(starts_at).0.min(policy.day(starts_at).0)
}

/// How several sessions stand, in the order given.
pub(in crate::booking) async fn standings(
    db: &mut PgConnection,
    sessions: &[Asked<'_>],
    now: Timestamp,
) -> sqlx::Result<Vec<Standing>> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
    let spoken = sql::spoken_for(db, &ids, now).await?;
    let had = Had::read(db, sessions, &spoken).await?;
    let mut of: HashMap<Uuid, Vec<sql::Spoken>> = HashMap::new();
    for spoken in spoken {
        of.entry(spoken.session_id).or_default().push(spoken);
    }
    let mut standing =
        |session: &Asked<'_>| Standing::of(session, of.remove(&session.id).unwrap_or_default(), &had, now);
    Ok(sessions.iter().map(&mut standing).collect())
}

/// How a session stands, under its lock.
pub(in crate::booking) async fn standing(
    db: &mut PgConnection,
    session: &LockedSession,
    policy: &Policy,
    now: Timestamp,
) -> sqlx::Result<Standing> {
    let booked = claims::people_booked(db, session.id).await?;
    let facts = facts(session, booked, 0);
    let asked = [Asked { id: session.id, activity: session.activity_id, policy, facts }];
    let mut one = standings(db, &asked, now).await?;
    Ok(one.swap_remove(0))
}
