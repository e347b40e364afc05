//! Letters that are tried again by themselves: what a record lacked has come with a later one of its unit.
//!
//! They are tried as a batch is taken: under their units' locks, many in one transaction, each unit's in the order of its source whoever
//! of several senders sent them, and in a number of round trips that does not grow with them.

use super::explain::{self, Words};
use super::record::Fault;
use super::take::{Units, is_the_records, number};
use super::{LimsError, record};
use crate::Services;
use crate::custody::{By, Incoming, Recorded, Refused, Teller, record_each_in};
use jiff::Timestamp;
use metrics::counter;
use sqlx::PgConnection;
use store::custody::units;
use store::lims::letters::{self as sql, LetterRow};
use uuid::Uuid;

/// A letter that was tried so often waits for a hand.
const TRIES: i32 = 500;
/// Letters of one transaction at most.
const AT_ONCE: i64 = 500;
/// One that is kept may be what another lacked.
const ROUNDS: usize = 4;
/// Transactions of one turn at most.
const TURNS: usize = 40;

/// Tries the letters that wait for something of units, in transactions of their own: whatever is the matter with a letter, what
/// comes with it is kept. Before a unit's next records, so that none of them goes past one that came too early; and after them,
/// since they may be what was lacking. Where it breaks off, [`sweep`] finds them.
pub(super) async fn of(services: &Services, now: Timestamp, ids: &[Uuid], dins: &[String]) {
    match whole(services, now, ids, dins).await {
        Ok(0) | Err(LimsError::Busy) => {}
        Ok(kept) => counter!("lims_letters_replayed_total").increment(kept as u64),
        Err(error) => tracing::error!(%error, "dead letters could not be tried again"),
    }
}

/// Why a letter waits where no word of its own unit brings what it lacks: a slot that another leaves, an operator, a role, a certificate.
fn from_elsewhere() -> [String; 4] {
    let (nobody, no_role) = (Refused::UnknownOperator(String::new()), Refused::SecondNotQuality(String::new()));
    [Refused::SlotTaken, nobody, no_role, Refused::CertificateInvalid].map(|refused| refused.code().to_owned())
}

/// Tries the letters of units to which something came about when they were last tried, or since, and now and then those that wait for
/// something of which their unit does not tell. Answers how many were kept.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn sweep(services: &Services) -> Result<usize, LimsError> {
    let (now, codes) = (services.clock.now(), from_elsewhere());
    // Behind the last unit each time: what cannot be read here stays as it is, and would be found again and again.
    let (mut kept, mut after) = (0, Uuid::nil());
    for _ in 0..TURNS {
        let units = sql::stirred(&services.db, (&codes, now), TRIES, (after, AT_ONCE)).await?;
        let Some(last) = units.last() else { break };
        after = last.id;
        let (ids, dins) = Units::of_rows(units).names();
        kept += whole(services, now, &ids, &dins).await?;
    }
    Ok(kept)
}

/// What one turn did.
struct Turn {
    /// Letters that were kept.
    kept: usize,
    /// Where the next begins, if there may be more.
    next: Option<sql::Place>,
}

/// All that wait, page by page in the order of their source, at most [`TURNS`] times.
async fn whole(services: &Services, now: Timestamp, ids: &[Uuid], dins: &[String]) -> Result<usize, LimsError> {
    let (mut ids, mut dins) = (ids.to_vec(), dins.to_vec());
    let (mut kept, mut after, mut most, mut once_more) = (0, sql::FIRST, AT_ONCE, false);
    for _ in 0..TURNS {
        let done = match turn(services, now, (&ids, &dins), (after, most)).await {
            // One that cannot be taken for a reason nobody foresaw keeps no other: it is looked for by halves, and put aside where it is
            // the database that refuses it.
            Err(error) if is_the_records(&error) => {
                tracing::error!(%error, letters = most, "dead letters cannot be tried together");
                let is_unreadable = matches!(error, LimsError::Unreadable);
                let shut = if is_unreadable { shut(services, (&ids, &dins), (after, most)).await? } else { Vec::new() };
                if !shut.is_empty() {
                    // However much waits of these: the others go on without them.
                    ids.retain(|id| shut.iter().all(|(unit, _)| unit != id));
                    dins.retain(|number| shut.iter().all(|(_, din)| din != number));
                    most = AT_ONCE;
                } else if most > 1 {
                    most /= 2;
                } else if is_unreadable {
                    break;
                } else {
                    put_aside(services, now, (&ids, &dins), after).await?;
                }
                continue;
            }
            done => done?,
        };
        kept += done.kept;
        // What is kept of a later page may be what one of an earlier page lacked.
        once_more |= done.kept > 0 && after != sql::FIRST;
        most = (most * 2).min(AT_ONCE);
        after = match done.next {
            Some(next) => next,
            None if once_more => {
                once_more = false;
                sql::FIRST
            }
            None => break,
        };
    }
    Ok(kept)
}

/// A letter that is tried, and what it says.
struct Told {
    letter: Uuid,
    teller: Teller,
    incoming: Incoming,
}

/// What is written of letters once they were tried.
#[derive(Default)]
struct Written {
    applied: sql::Applied,
    tried: sql::Tried,
}

impl Written {
    fn kept(&mut self, letter: Uuid, recorded: Recorded) -> Result<(), LimsError> {
        self.applied.add(letter, (recorded.unit.0, number(recorded.seq)?));
        Ok(())
    }

    fn refused(&mut self, letter: Uuid, fault: Fault) {
        self.tried.add(letter, (fault.code, fault.detail, fault.waits));
    }

    /// Writes it. Whoever holds the letters' locks finds each of them open: else nothing of it is to be kept.
    async fn write(&self, db: &mut PgConnection, now: Timestamp) -> Result<usize, LimsError> {
        let kept = self.applied.ids.len();
        if sql::applied(&mut *db, &self.applied, now).await? != kept as u64 {
            return Err(LimsError::Busy);
        }
        sql::tried(db, &self.tried, now).await?;
        Ok(kept)
    }
}

/// The units for which letters wait and the first of these letters, all locked. Units first, as whoever takes a batch locks them: of two
/// who try letters of one unit the second sees what the first made of them, and none of them goes past an earlier one.
async fn locked(
    db: &mut PgConnection,
    (ids, dins): (&[Uuid], &[String]),
    (after, most): (sql::Place, i64),
) -> Result<(Units, Vec<LetterRow>), LimsError> {
    let units = Units::of_rows(sql::lock_waited_for(db, (ids, dins), TRIES).await?);
    let (ids, dins) = units.names();
    if ids.is_empty() {
        return Ok((units, Vec::new()));
    }
    let letters = sql::waiting(db, (&ids, &dins), after, TRIES, most).await?;
    Ok((units, letters))
}

/// One transaction, of as many letters after a place: in the order of their source, whoever sent them.
async fn turn(
    services: &Services,
    now: Timestamp,
    units: (&[Uuid], &[String]),
    (after, most): (sql::Place, i64),
) -> Result<Turn, LimsError> {
    let mut tx = services.begin().await?;
    let (units, letters) = locked(&mut tx, units, (after, most)).await?;
    let full = i64::try_from(letters.len()).is_ok_and(|letters| letters >= most);
    let next = letters.last().filter(|_| full).map(LetterRow::place);
    let (mut written, mut told) = (Written::default(), Vec::with_capacity(letters.len()));
    for letter in &letters {
        match open(services, letter) {
            Ok(Ok(incoming)) => told.push(Told { letter: letter.id, teller: teller(letter), incoming }),
            Ok(Err(fault)) => written.refused(letter.id, fault),
            // What does not open may be sealed by a key that another server made a moment ago: it stays as it is, and is tried again.
            Err(error) => tracing::warn!(%error, letter = %letter.id, "a dead letter does not open here"),
        }
    }
    // As the record applies them.
    told.sort_by_key(|one| one.incoming.source_seq.unwrap_or(i64::MAX));
    let left = tried(&mut tx, services, now, told, &mut written).await?;
    let asked = left.iter().filter_map(|(one, refused)| explain::asks_of(refused, units.of(&one.incoming.unit)));
    let words = Words::of(&mut tx, services, &asked.collect()).await?;
    for (one, refused) in &left {
        let fault = words.fault(refused, units.of(&one.incoming.unit), one.incoming.occurred_at);
        written.refused(one.letter, fault);
    }
    let kept = written.write(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Turn { kept, next })
}

/// Tries letters, which stand in the order of their source, and as long as one that is kept stands behind one that waits all once more,
/// at most [`ROUNDS`] times: it may be what that one lacked. Answers those that are left, with the reason.
async fn tried(
    db: &mut PgConnection,
    services: &Services,
    now: Timestamp,
    mut told: Vec<Told>,
    written: &mut Written,
) -> Result<Vec<(Told, Refused)>, LimsError> {
    let mut left = Vec::new();
    for round in 1..=ROUNDS {
        let (tellers, incoming): (Vec<Teller>, Vec<Incoming>) =
            told.iter().map(|one| (one.teller.clone(), one.incoming.clone())).unzip();
        let outcomes = record_each_in(db, services, &tellers, &incoming, now).await?;
        let waits = |outcome: &Result<Recorded, Refused>| outcome.as_ref().is_err_and(Refused::may_come_later);
        let (first, last) = (outcomes.iter().position(waits), outcomes.iter().rposition(Result::is_ok));
        let once_more = round < ROUNDS && first.zip(last).is_some_and(|(first, last)| first < last);
        let mut again = Vec::new();
        for (one, outcome) in told.into_iter().zip(outcomes) {
            match outcome {
                Ok(recorded) => written.kept(one.letter, recorded)?,
                Err(refused) if once_more && refused.may_come_later() => again.push(one),
                Err(refused) => left.push((one, refused)),
            }
        }
        if again.is_empty() {
            break;
        }
        told = again;
    }
    Ok(left)
}

/// Puts the first letter after a place aside, which the database refuses for a reason nobody foresaw: somebody looks at it.
async fn put_aside(
    services: &Services,
    now: Timestamp,
    units: (&[Uuid], &[String]),
    after: sql::Place,
) -> Result<(), LimsError> {
    let mut tx = services.begin().await?;
    let (_, letters) = locked(&mut tx, units, (after, 1)).await?;
    let mut written = Written::default();
    for letter in letters {
        written.refused(letter.id, Fault::of_the_house());
    }
    written.write(&mut tx, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Those of the units of which nothing can be kept here now: whose keys do not open; or, where all do, the unit of the letter after a
/// place that cannot be tried even alone. Their letters stay as they are, and are tried again: what another server wrote a moment ago,
/// or one of a later release, is no reason to put a letter aside; nor is a key that may come back.
async fn shut(
    services: &Services,
    (ids, dins): (&[Uuid], &[String]),
    (after, most): (sql::Place, i64),
) -> Result<Vec<(Uuid, String)>, LimsError> {
    let mut tx = services.begin().await?;
    let opens = |unit: Uuid, key: Option<&[u8]>| key.is_some_and(|key| services.vault.open_unit_key(unit, key).is_ok());
    let mut shut = units::lock(&mut *tx, ids, dins).await?;
    shut.retain(|row| !opens(row.id, row.key_sealed.as_deref()));
    let mut shut: Vec<_> = shut.into_iter().map(|row| (row.id, row.din)).collect();
    if shut.is_empty() && most == 1 {
        let (units, letters) = locked(&mut tx, (ids, dins), (after, most)).await?;
        shut.extend(letters.first().and_then(|letter| units.both(letter.unit_id, letter.din.as_deref())));
    }
    tx.rollback().await?;
    Ok(shut)
}

/// A letter that was tried in vain.
pub(super) fn refused(letter: Uuid, fault: Fault) -> sql::Tried {
    let mut tried = sql::Tried::default();
    tried.add(letter, (fault.code, fault.detail, fault.waits));
    tried
}

/// Who tells what a letter says: its machine; where two people vouched for it, whenever it happened.
pub(super) fn teller(letter: &LetterRow) -> Teller {
    let by = By { actor_kind: "client", actor_id: Some(letter.client_id), source: "lims" };
    Teller { by, vouched: letter.let_by.is_some() }
}

/// What a letter says, or why it cannot be read.
pub(super) fn open(services: &Services, letter: &LetterRow) -> Result<Result<Incoming, Fault>, LimsError> {
    // Late is what came late, and not what waited here.
    let came_at = letter.let_by.is_none().then(|| letter.came_at.to_jiff());
    Ok(record::again(&text(services, letter)?, came_at))
}

/// A letter's record as it was sent.
pub(super) fn text(services: &Services, letter: &LetterRow) -> Result<String, LimsError> {
    let sealed = letter.record_sealed.as_deref().ok_or(LimsError::Ended)?;
    let plain = services.vault.open_sealed(record::place(letter.id), sealed).map_err(|_| LimsError::Unreadable)?;
    String::from_utf8(plain).map_err(|_| LimsError::Unreadable)
}
