//! How sessions stand: who keeps places, who waits, who of these could come, and what is therefore owed.
//!
//! Computed from what is there whenever it is asked, never noted down: a party rests while its person has other bookings
//! beside which the rules allow no more, and is in line again the moment one of them is cancelled.

use super::super::claims::facts;
use super::super::persons::{Persons, sign_of, since};
use domain::booking::{BookingFacts, Party, PartySize, Policy, Pool, SessionFacts, may_take, offer_until, owed};
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
    pub(in crate::booking) fn is_due(&self) -> bool {
        self.facts.owed > 0 || !self.spent.is_empty()
    }

    fn of(asked: &Asked<'_>, spoken: Vec<sql::Spoken>, had: &Persons, now: Timestamp) -> Self {
        let (line, holds): (Vec<_>, Vec<_>) = spoken.into_iter().partition(|spoken| spoken.place.is_some());
        let pools = holds.iter().fold(asked.facts.pools.without_holds(), |pools, hold| {
            let pool = hold.pool.as_deref().and_then(Pool::from_name).unwrap_or_default();
            pools.held(pool, hold.people.unsigned_abs())
        });
        let holds: HashMap<Uuid, u32> = holds.iter().map(|hold| (hold.id, hold.people.unsigned_abs())).collect();
        let facts = SessionFacts { held: holds.values().sum(), owed: 0, pools, ..asked.facts };
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

fn could_come(asked: &Asked<'_>, facts: &SessionFacts, party: &sql::Spoken, had: &Persons, now: Timestamp) -> bool {
    // The event is booked as a whole by now: one date of it is offered to nobody, and owed to nobody.
    if !asked.policy.series.allows_dates() {
        return false;
    }
    // Nobody is left to be asked where an entry was emptied.
    let (Some(_), Ok(people)) = (&party.person, PartySize::new(party.people.unsigned_abs())) else { return false };
    let around = (facts.starts_at, facts.ends_at);
    let had = signs(party).map(|sign| had.around(asked.policy, now, asked.activity, around, &sign));
    let had = had.fold(BookingFacts::default(), BookingFacts::most);
    let party = Party { people, children: u16::try_from(party.children).unwrap_or_default() };
    may_take(asked.policy, now, facts, party, had).is_ok()
}

/// Who waits, as the limits know them: by the contact, and by the account.
fn signs(party: &sql::Spoken) -> impl Iterator<Item = Vec<u8>> {
    party.person.iter().cloned().chain(party.account.map(sign_of))
}

/// A session's facts with what is owed to the parties that wait for it and could come, in the order of the list: nothing
/// once offers have stopped, or while more people are booked than there are places.
fn owing(
    policy: &Policy,
    now: Timestamp,
    facts: SessionFacts,
    line: impl Iterator<Item = u32> + Clone,
) -> SessionFacts {
    if !facts.takes_bookings() || offer_until(policy, now, facts.starts_at).is_none() {
        return facts;
    }
    SessionFacts { owed: owed(facts.free(), line), ..facts }
}

/// How several sessions stand, in the order given.
pub(in crate::booking) async fn standings(
    db: &mut PgConnection,
    sessions: &[Asked<'_>],
    now: Timestamp,
) -> sqlx::Result<Vec<Standing>> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
    let spoken = sql::spoken_for(db, &ids, now).await?;
    // One query, and none where nobody waits.
    let persons: Vec<Vec<u8>> = spoken.iter().flat_map(signs).collect();
    let since = sessions.iter().map(|s| since(s.policy, s.facts.starts_at)).min();
    let had = Persons::read(db, persons, since.unwrap_or(Timestamp::MIN)).await?;
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
    let booked = claims::people_booked_each(db, &[session.id]).await?;
    let facts = facts(session, booked.first(), now);
    let asked = [Asked { id: session.id, activity: session.activity_id, policy, facts }];
    let mut one = standings(db, &asked, now).await?;
    Ok(one.swap_remove(0))
}
