//! Letters that are tried again by themselves: what a record lacked has come with a later one of its unit.

use super::explain::{self, Words};
use super::take::{Units, number};
use super::{LimsError, record};
use crate::Services;
use crate::custody::{By, CustodyError, Incoming, Outcomes, record_in, record_vouched_in};
use jiff::Timestamp;
use metrics::counter;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
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

/// Tries the letters of units to which something came about when they were last tried, or since. Answers how many were kept.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn sweep(services: &Services) -> Result<usize, LimsError> {
    let units = Units::of_rows(sql::stirred(&services.db, TRIES, AT_ONCE).await?);
    let (ids, dins) = units.names();
    whole(services, services.clock.now(), &ids, &dins).await
}

/// As long as something is kept, and at most [`TURNS`] times so many.
async fn whole(services: &Services, now: Timestamp, ids: &[Uuid], dins: &[String]) -> Result<usize, LimsError> {
    let (mut kept, mut tried) = (0, Vec::new());
    for _ in 0..TURNS {
        let (done, mut of) = turn(services, now, (ids, dins), &tried).await?;
        kept += done;
        if of.is_empty() {
            break;
        }
        tried.append(&mut of);
    }
    Ok(kept)
}

/// One transaction, of letters other than those that were tried before. Answers how many were kept, and which letters it was about.
async fn turn(
    services: &Services,
    now: Timestamp,
    (ids, dins): (&[Uuid], &[String]),
    but: &[Uuid],
) -> Result<(usize, Vec<Uuid>), LimsError> {
    let mut tx = services.begin().await?;
    let mut waiting = sql::waiting(&mut tx, (ids, dins), but, TRIES, AT_ONCE).await?;
    let about: Vec<Uuid> = waiting.iter().map(|letter| letter.id).collect();
    if about.is_empty() {
        return Ok((0, about));
    }
    let units = Units::of_rows(store::lims::lock_units(&mut *tx, ids, dins).await?);
    let mut kept = 0;
    for _ in 0..ROUNDS {
        let (mut left, mut done) = (Vec::new(), 0);
        for (told_by, letters) in by_client(waiting) {
            done += tried(&mut tx, services, now, told_by, letters, &units, &mut left).await?;
        }
        kept += done;
        if done == 0 || left.is_empty() {
            break;
        }
        waiting = left;
    }
    tx.commit().await?;
    Ok((kept, about))
}

/// Letters by who sent them, and whether two people vouched for their time.
fn by_client(letters: Vec<LetterRow>) -> BTreeMap<(Uuid, bool), Vec<LetterRow>> {
    let mut all: BTreeMap<(Uuid, bool), Vec<LetterRow>> = BTreeMap::new();
    for letter in letters {
        all.entry((letter.client_id, letter.let_by.is_some())).or_default().push(letter);
    }
    all
}

/// Tries letters of one client; answers how many were kept, and leaves those that still wait in `left`.
async fn tried(
    db: &mut PgConnection,
    services: &Services,
    now: Timestamp,
    told_by: (Uuid, bool),
    letters: Vec<LetterRow>,
    units: &Units,
    left: &mut Vec<LetterRow>,
) -> Result<usize, LimsError> {
    let mut told: Vec<(LetterRow, Incoming)> = Vec::with_capacity(letters.len());
    for letter in letters {
        match open(services, &letter) {
            Ok(Ok(incoming)) => told.push((letter, incoming)),
            Ok(Err(fault)) => sql::tried(&mut *db, letter.id, (fault.code, &fault.detail, false), now).await?,
            Err(_) => sql::tried(&mut *db, letter.id, ("unreadable", "", false), now).await?,
        }
    }
    let incoming: Vec<Incoming> = told.iter().map(|(_, incoming)| incoming.clone()).collect();
    if incoming.is_empty() {
        return Ok(0);
    }
    let recorded = keep(db, services, told_by, &incoming, now).await?;
    let refusals = told.iter().zip(&recorded).filter_map(|((_, told), result)| Some((told, result.as_ref().err()?)));
    let asked = refusals.filter_map(|(told, refused)| explain::asks_of(refused, units.of(&told.unit)));
    let asked: BTreeSet<Uuid> = asked.collect();
    let words = Words::of(db, &asked).await?;
    let mut kept = 0;
    for ((letter, incoming), result) in told.into_iter().zip(recorded) {
        match result {
            Ok(recorded) => {
                sql::applied(&mut *db, letter.id, (recorded.unit.0, number(recorded.seq)?), None, now).await?;
                kept += 1;
            }
            Err(refused) => {
                let fault = words.fault(&refused, units.of(&incoming.unit));
                sql::tried(&mut *db, letter.id, (fault.code, &fault.detail, fault.waits), now).await?;
                if fault.waits {
                    left.push(letter);
                }
            }
        }
    }
    Ok(kept)
}

/// Keeps what letters of a client say, and where two people vouched for it, whenever it happened.
pub(super) async fn keep(
    db: &mut PgConnection,
    services: &Services,
    (client, vouched): (Uuid, bool),
    told: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    let by = By { actor_kind: "client", actor_id: Some(client), source: "lims" };
    match vouched {
        true => record_vouched_in(db, services, &by, told, now).await,
        false => record_in(db, services, &by, told, now).await,
    }
}

/// What a letter says, or why it cannot be read.
pub(super) fn open(services: &Services, letter: &LetterRow) -> Result<Result<Incoming, record::Fault>, LimsError> {
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
