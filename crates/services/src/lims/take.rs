//! Taking a batch. Its records are put in order (each unit's by the source's counting), and taken in pieces, each in one transaction:
//! the events, the letters, and the note that the keys were taken. A batch that broke off half-way is sent again, and what was done
//! answers as it did the first time.
//!
//! Two senders of one batch wait for each other at the units they name; where there is no unit yet, the second finds at its end
//! that the keys are taken, undoes everything and looks again. A piece the database refuses is taken by halves, so that one record
//! that nobody foresaw is found, and becomes a letter.

use super::explain::{self, Words};
use super::record::{Fault, Read};
use super::{LimsError, again, letters};
use crate::custody::desk::DeskError;
use crate::custody::{By, Incoming, Refused, UnitName, record_in, search};
use crate::db::{Tx, to_the_end};
use crate::machines::client_of;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::custody::Payload;
use domain::field::Fault as FieldFault;
use domain::ids::{ClientId, UnitId};
use jiff::SignedDuration;
use metrics::counter;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::lims as sql;
use uuid::Uuid;

/// Records of one batch at most.
pub const MOST: usize = 10_000;
/// Records of one transaction at most.
pub const CHUNK: usize = 500;
/// A source's clock that is further ahead of ours than this is told so.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// So often is a piece tried that others are in the way of.
const TRIES: u32 = 6;

/// What a record became.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Became {
    /// An event.
    Event {
        /// Of which unit.
        unit: UnitId,
        /// Its number in the unit's chain.
        seq: u32,
    },
    /// A dead letter.
    Letter {
        /// Which.
        id: Uuid,
        /// Why: a refusal's code, or a fault's of the record itself.
        code: String,
        /// What about: codes and members, nothing of what was said.
        detail: String,
    },
}

/// What was done with a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was kept now.
    Now(Became),
    /// It had been taken before: nothing was done.
    Before(Became),
    /// Its key is another record's. Nothing was done, and somebody looks at it.
    Conflict,
}

/// The answer to one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Its key, where it has one that can be read.
    pub key: Option<String>,
    /// What was done.
    pub outcome: Outcome,
    /// How far the source's clock is ahead of ours, where that is more than [`AHEAD`].
    pub ahead: Option<SignedDuration>,
}

/// Takes a batch of records, each a text of JSON, for the client that asks. Answers each, in the order they came.
///
/// # Errors
/// `Denied`; `Fields` (`events`) for more than [`MOST`]; `Busy`, `Database`: then a part of it may have been taken, and the same
/// batch is sent again.
pub async fn take(services: &Services, context: &Context, records: Vec<String>) -> Result<Vec<Answer>, LimsError> {
    context.require(Capability::FeedLims)?;
    let client = client_of(context).ok_or(Denied::NotAllowed)?;
    if records.len() > MOST {
        return Err(LimsError::field("events", FieldFault::TooLong { max: MOST as u32 }));
    }
    // Numbers that no unit has, told in bulk, are numbers that somebody counts through.
    search::may_tell(services, context).await.map_err(slowed)?;
    let (own, asked) = (services.clone(), context.clone());
    let (answers, nothing) = to_the_end(async move { whole(&own, &asked, client, &records).await }).await?;
    search::told_of_nothing(services, context, nothing).await.map_err(slowed)?;
    Ok(answers)
}

/// A record of a unit that is not there.
fn is_of_nothing(outcome: Option<&Outcome>) -> bool {
    matches!(outcome, Some(Outcome::Now(Became::Letter { code, .. })) if code == Refused::NoSuchUnit.code())
}

/// A feed that is slowed sends the same again later.
pub(super) fn slowed(error: DeskError) -> LimsError {
    match error {
        DeskError::Denied(denied) => denied.into(),
        DeskError::Database(error) => error.into(),
        _ => LimsError::Busy,
    }
}

/// Takes all of them; answers beside the answers how many units were told of that are not there. (Units and not records: of one that
/// is registered by a batch on its way, a dozen records may come before it.)
async fn whole(
    services: &Services,
    context: &Context,
    client: ClientId,
    records: &[String],
) -> Result<(Vec<Answer>, u32), LimsError> {
    let read: Vec<Read> = records.iter().map(|text| Read::of(services, client, text, context.now)).collect();
    let batch = Batch { services, context, client, records, read: &read };
    let mut outcomes: Vec<Option<Outcome>> = vec![None; records.len()];
    // A key that stands in the batch twice is looked at again once its first record is taken.
    let mut seen = HashSet::with_capacity(read.len());
    let (mut firsts, further): (Vec<usize>, Vec<usize>) = (0..read.len()).partition(|at| seen.insert(read[*at].key));
    let numbers = batch.numbers().await?;
    firsts.sort_by_cached_key(|at| batch.order(*at, &numbers));
    for order in [&firsts, &further] {
        for piece in order.chunks(CHUNK) {
            for (at, outcome) in batch.piece(piece).await? {
                outcomes[at] = Some(outcome);
            }
        }
    }
    let of_nothing = read.iter().zip(&outcomes).filter(|(_, outcome)| is_of_nothing(outcome.as_ref()));
    let nothing: BTreeSet<_> =
        of_nothing.map(|(read, _)| (read.about.unit, read.about.din.as_ref().map(|din| din.as_str()))).collect();
    let nothing = u32::try_from(nothing.len()).unwrap_or(u32::MAX);
    let answers = read.iter().zip(outcomes).map(|(read, outcome)| {
        // Every record was in one piece, and every piece answers all of its records.
        let outcome = outcome.ok_or(LimsError::Unreadable)?;
        let ahead = read.told.as_ref().ok().map(|told| told.occurred_at.duration_since(context.now));
        let answer = Answer { key: read.named.clone(), outcome, ahead: ahead.filter(|ahead| *ahead > AHEAD) };
        count(&answer);
        Ok(answer)
    });
    Ok((answers.collect::<Result<_, LimsError>>()?, nothing))
}

/// What operators see of it.
fn count(answer: &Answer) {
    let outcome = match &answer.outcome {
        Outcome::Now(Became::Event { .. }) => "applied",
        Outcome::Now(Became::Letter { .. }) => "dead",
        Outcome::Before(_) => "duplicate",
        Outcome::Conflict => "conflict",
    };
    counter!("lims_records_total", "outcome" => outcome).increment(1);
    if answer.ahead.is_some() {
        counter!("lims_clock_ahead_total").increment(1);
    }
}

/// A batch that is being taken.
struct Batch<'a> {
    services: &'a Services,
    context: &'a Context,
    client: ClientId,
    records: &'a [String],
    read: &'a [Read],
}

/// What became of the records of a piece, by their places in the batch.
type Done = Vec<(usize, Outcome)>;

impl Batch<'_> {
    /// The numbers of units that are named by id, so that a unit's records stay together however they name it.
    async fn numbers(&self) -> sqlx::Result<BTreeMap<Uuid, String>> {
        let ids: BTreeSet<Uuid> = self.read.iter().filter_map(|read| read.about.unit).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let rows = sql::dins(&self.services.db, &ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.din)).collect())
    }

    /// Units one after another; of each, the order of its source, and what has none behind it as it came.
    fn order(&self, at: usize, numbers: &BTreeMap<Uuid, String>) -> (String, i64, usize) {
        let about = &self.read[at].about;
        let unit = match (&about.din, about.unit) {
            (Some(din), _) => din.as_str().to_owned(),
            (None, Some(id)) => numbers.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            (None, None) => String::new(),
        };
        (unit, about.source_seq.unwrap_or(i64::MAX), at)
    }

    /// Takes a piece, by halves where it cannot be taken whole.
    async fn piece(&self, piece: &[usize]) -> Result<Done, LimsError> {
        let (ids, dins) = self.names(piece);
        again::of(self.services, self.context.now, &ids, &dins).await;
        let mut done = Vec::with_capacity(piece.len());
        let mut left = vec![piece];
        while let Some(piece) = left.pop() {
            match self.tried(piece, None).await {
                Ok(outcomes) => done.extend(outcomes),
                Err(error) if !is_the_records(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, records = piece.len(), "records of a batch cannot be taken together");
                    match piece {
                        [_] => {
                            let fault = match error {
                                LimsError::Unreadable => Fault::of_what_lies_there(),
                                _ => Fault::of_the_house(),
                            };
                            done.extend(self.tried(piece, Some(&fault)).await?);
                        }
                        _ => {
                            let (first, second) = piece.split_at(piece.len() / 2);
                            left.extend([second, first]);
                        }
                    }
                }
            }
        }
        Ok(done)
    }

    /// Takes a piece in one transaction, again when others were in the way. With a `fault`, its new records become letters.
    async fn tried(&self, piece: &[usize], fault: Option<&Fault>) -> Result<Done, LimsError> {
        for _ in 0..TRIES {
            match self.once(piece, fault).await {
                Ok(Some(done)) => return Ok(done),
                Ok(None) | Err(LimsError::Busy) => {}
                Err(error) => return Err(error),
            }
        }
        Err(LimsError::Busy)
    }

    /// Takes a piece in one transaction. `None`: somebody else took one of its keys meanwhile, and nothing was done.
    async fn once(&self, piece: &[usize], fault: Option<&Fault>) -> Result<Option<Done>, LimsError> {
        let mut tx = self.services.begin().await?;
        let mut units = self.locked(&mut tx, piece).await?;
        let keys: Vec<Uuid> = piece.iter().map(|at| self.read[*at].key).collect();
        let taken = sql::taken(&mut *tx, &keys).await?;
        let taken: HashMap<Uuid, sql::TakenRow> = taken.into_iter().map(|row| (row.key, row)).collect();
        let mut done = Vec::with_capacity(piece.len());
        let mut letters = letters::New::of(self.client);
        let (mut fresh, mut new) = (Vec::new(), BTreeMap::new());
        for at in piece {
            let read = &self.read[*at];
            match (taken.get(&read.key), &read.told) {
                (Some(row), _) if row.body == read.body => done.push((*at, Outcome::Before(before(row)?))),
                (Some(_), _) => {
                    letters.reused(self.services, self.context, read, &self.records[*at]);
                    done.push((*at, Outcome::Conflict));
                }
                (None, Ok(told)) if fault.is_none() => fresh.push((*at, told)),
                (None, told) => {
                    let fault = told.as_ref().err().or(fault);
                    let fault = fault.ok_or(LimsError::Unreadable)?;
                    let letter = letters.add(self.services, self.context, read, fault, &self.records[*at]);
                    new.insert(read.key, (*at, letter));
                }
            }
        }
        let told: Vec<Incoming> = fresh.iter().map(|(_, told)| (*told).clone()).collect();
        let by = By::of(self.context, "lims");
        let recorded = match told.is_empty() {
            true => Vec::new(),
            false => record_in(&mut tx, self.services, &by, &told, self.context.now).await?,
        };
        let (mut touched, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for ((_, told), result) in fresh.iter().zip(&recorded) {
            match result {
                Ok(recorded) => {
                    units.name(recorded.unit.0, told);
                    touched.insert(recorded.unit.0);
                }
                Err(refused) => asked.extend(explain::asks_of(refused, units.of(&told.unit))),
            }
        }
        let words = Words::of(&mut tx, self.services, &asked).await?;
        for ((at, told), result) in fresh.into_iter().zip(recorded) {
            let read = &self.read[at];
            let became = match result {
                Ok(recorded) => Became::Event { unit: recorded.unit, seq: recorded.seq },
                Err(refused) => {
                    let fault = words.fault(&refused, units.of(&told.unit), told.occurred_at);
                    letters.add(self.services, self.context, read, &fault, &self.records[at])
                }
            };
            new.insert(read.key, (at, became));
        }
        letters.write(&mut tx, self.context).await?;
        if !self.note(&mut tx, &new).await? {
            return Ok(None);
        }
        tx.commit().await?;
        if !touched.is_empty() {
            units.0.retain(|id, _| touched.contains(id));
            let (ids, dins) = units.names();
            again::of(self.services, self.context.now, &ids, &dins).await;
        }
        done.extend(new.into_values().map(|(at, became)| (at, Outcome::Now(became))));
        Ok(Some(done))
    }

    /// The units a piece names, by id and by number.
    fn names(&self, piece: &[usize]) -> (Vec<Uuid>, Vec<String>) {
        let about = || piece.iter().map(|at| &self.read[*at].about);
        let ids: BTreeSet<Uuid> = about().filter_map(|about| about.unit).collect();
        let dins: BTreeSet<&str> = about().filter_map(|about| about.din.as_ref().map(|din| din.as_str())).collect();
        (ids.into_iter().collect(), dins.into_iter().map(str::to_owned).collect())
    }

    /// Locks them.
    async fn locked(&self, tx: &mut Tx, piece: &[usize]) -> sqlx::Result<Units> {
        let (ids, dins) = self.names(piece);
        if ids.is_empty() && dins.is_empty() {
            return Ok(Units::default());
        }
        Ok(Units::of_rows(sql::lock_units(&mut **tx, &ids, &dins).await?))
    }

    /// Notes the new records as taken, in the order of their keys. `false`: one of them was taken meanwhile.
    async fn note(&self, tx: &mut Tx, new: &BTreeMap<Uuid, (usize, Became)>) -> Result<bool, LimsError> {
        let mut rows = sql::NewTaken::default();
        for (key, (at, became)) in new {
            rows.keys.push(*key);
            rows.bodies.push(self.read[*at].body);
            let (event, letter) = match became {
                Became::Event { unit, seq } => (Some((unit.0, number(*seq)?)), None),
                Became::Letter { id, .. } => (None, Some(*id)),
            };
            rows.units.push(event.map(|(unit, _)| unit));
            rows.seqs.push(event.map(|(_, seq)| seq));
            rows.letters.push(letter);
        }
        if rows.keys.is_empty() {
            return Ok(true);
        }
        Ok(sql::take(tx, &rows, self.context.now).await? == rows.keys.len() as u64)
    }
}

/// An event's number as it is stored.
pub(super) fn number(seq: u32) -> Result<i32, LimsError> {
    i32::try_from(seq).map_err(|_| LimsError::Unreadable)
}

/// What a record had become.
fn before(row: &sql::TakenRow) -> Result<Became, LimsError> {
    match (row.unit_id.zip(row.seq), row.letter_id) {
        (Some((unit, seq)), _) => Ok(Became::Event { unit: UnitId(unit), seq: seq.unsigned_abs() }),
        (None, Some(id)) => Ok(Became::Letter {
            id,
            code: row.code.clone().unwrap_or_default(),
            detail: row.detail.clone().unwrap_or_default(),
        }),
        (None, None) => Err(LimsError::Unreadable),
    }
}

/// The records themselves are the fault, and not that others are in the way or the database is not there.
pub(super) fn is_the_records(error: &LimsError) -> bool {
    match error {
        LimsError::Database(error) => error.as_database_error().is_some() && !store::is_unavailable(error),
        LimsError::Unreadable => true,
        _ => false,
    }
}

/// Units by both of their names.
#[derive(Default)]
pub(super) struct Units(BTreeMap<Uuid, String>);

impl Units {
    /// Of rows.
    pub(super) fn of_rows(rows: Vec<sql::NamedRow>) -> Self {
        Self(rows.into_iter().map(|row| (row.id, row.din)).collect())
    }

    fn name(&mut self, id: Uuid, told: &Incoming) {
        if let (UnitName::Din(din), _) | (_, Payload::Registered { din, .. }) = (&told.unit, &told.payload) {
            self.0.entry(id).or_insert_with(|| din.as_str().to_owned());
        }
    }

    /// The id of one of them.
    pub(super) fn of(&self, name: &UnitName) -> Option<Uuid> {
        match name {
            UnitName::Id(id) => self.0.contains_key(&id.0).then_some(id.0),
            UnitName::Din(din) => self.0.iter().find(|(_, of)| of.as_str() == din.as_str()).map(|(id, _)| *id),
        }
    }

    /// Both names of the one that has one of these.
    pub(super) fn both(&self, id: Option<Uuid>, din: Option<&str>) -> Option<(Uuid, String)> {
        let found = self.0.iter().find(|(of, number)| Some(**of) == id || Some(number.as_str()) == din);
        found.map(|(of, number)| (*of, number.clone()))
    }

    /// Their ids and their numbers.
    pub(super) fn names(&self) -> (Vec<Uuid>, Vec<String>) {
        (self.0.keys().copied().collect(), self.0.values().cloned().collect())
    }
}
