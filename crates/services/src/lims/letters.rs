//! Dead letters: records that could not be kept, with the reason. Some are kept later by themselves ([`super::again`]); the rest
//! waits for a hand: tried again, by the machine or by staff, or given up by staff with a reason.

use super::explain::{self, Words};
use super::record::{self, Fault, Read};
use super::take::{Became, Units, number};
use super::{LimsError, again};
use crate::audit::{self, Entry};
use crate::custody::desk::reading_role;
use crate::custody::{Refused, UnitName, record_each_in};
use crate::db::{Tx, to_the_end};
use crate::family::{Look, look_in};
use crate::machines::client_of;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::custody::Din;
use domain::field::Fault as FieldFault;
use domain::ids::{AccountId, ClientId, UnitId};
use domain::lims::LetterState;
use domain::typed;
use jiff::{SignedDuration, Timestamp};
use metrics::counter;
use serde_json::json;
use store::lims::letters::{self as sql, LetterRow};
use uuid::Uuid;

/// Letters of one page.
pub const PAGE: usize = 100;
/// How long a letter's record is kept once it ended.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The longest reason, in characters.
const REASON: u32 = 200;
/// A key that is another record's.
pub(super) const REUSED: &str = "key-reused";

/// Letters of a piece of a batch that are to be written.
pub(super) struct New {
    client: ClientId,
    rows: sql::NewLetters,
    reused: Vec<Uuid>,
}

impl New {
    /// None yet.
    pub(super) fn of(client: ClientId) -> Self {
        Self { client, rows: sql::NewLetters::default(), reused: Vec::new() }
    }

    /// Adds a record with its fault.
    pub(super) fn add(
        &mut self,
        services: &Services,
        context: &Context,
        read: &Read,
        fault: &Fault,
        text: &str,
    ) -> Became {
        let id: Uuid = context.new_id();
        let rows = &mut self.rows;
        rows.ids.push(id);
        rows.keys.push(read.key);
        rows.bodies.push(read.body);
        rows.records.push(services.vault.seal(record::place(id), beginning(text).as_bytes()));
        rows.units.push(read.about.unit);
        rows.dins.push(read.about.din.as_ref().map(|din| din.as_str().to_owned()));
        rows.kinds.push(read.about.kind.map(str::to_owned));
        rows.source_seqs.push(read.about.source_seq);
        rows.codes.push(fault.code.to_owned());
        rows.details.push(fault.detail.clone());
        rows.waits.push(fault.waits);
        Became::Letter { id, code: fault.code.to_owned(), detail: fault.detail.clone() }
    }

    /// Adds a record whose key is another's.
    pub(super) fn reused(&mut self, services: &Services, context: &Context, read: &Read, text: &str) {
        if let Became::Letter { id, .. } = self.add(services, context, read, &Fault::new(REUSED, ""), text) {
            self.reused.push(id);
        }
    }

    /// Writes them. A reused key raises an alarm, once for each of its records.
    pub(super) async fn write(&self, tx: &mut Tx, context: &Context) -> sqlx::Result<()> {
        if self.rows.ids.is_empty() {
            return Ok(());
        }
        let written = sql::add(tx, self.client.0, &self.rows, context.now).await?;
        counter!("lims_dead_letters_total").increment(written.len() as u64);
        let reused: Vec<&Uuid> = self.reused.iter().filter(|id| written.contains(id)).collect();
        let entry = |id: &Uuid| Entry {
            action: "lims.key_reused",
            subject_kind: "lims_letter",
            subject: Some(*id),
            detail: json!({ "client": self.client, "alert": "key_reused" }),
        };
        let entries: Vec<Entry> = reused.iter().map(|id| entry(id)).collect();
        audit::record(tx, context, &entries).await?;
        if !entries.is_empty() {
            counter!("lims_keys_reused_total").increment(entries.len() as u64);
            tracing::warn!(client = %self.client, records = entries.len(), "keys of the feed stand for other records now");
        }
        Ok(())
    }
}

/// As much of a record as is kept.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(record::LONGEST)]
}

/// A dead letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// Which.
    pub id: Uuid,
    /// The machine that sent it.
    pub client: ClientId,
    /// The record as it was sent, its end left out where it was too long; only where one letter is read, or by its machine.
    pub record: Option<String>,
    /// Its key, where the record is read and has one.
    pub key: Option<String>,
    /// The unit, where one is known.
    pub unit: Option<UnitId>,
    /// The number it names.
    pub din: Option<Din>,
    /// What was to happen: `banked` …
    pub kind: Option<String>,
    /// Its place in the order of the source.
    pub source_seq: Option<i64>,
    /// Why it was not kept when it was last tried.
    pub code: String,
    /// What about: codes and members.
    pub detail: String,
    /// It is tried again by itself.
    pub waits: bool,
    /// How often it was tried.
    pub tries: u32,
    /// What became of it.
    pub state: LetterState,
    /// The event it became.
    pub seq: Option<u32>,
    /// When it came.
    pub came_at: Timestamp,
    /// When it was last tried.
    pub tried_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it was given up.
    pub reason: Option<String>,
    /// Who vouched for its time.
    pub vouched_by: Option<AccountId>,
}

impl Letter {
    /// It is not kept for the time it says, for which two people may vouch.
    pub fn is_of_time(&self) -> bool {
        is_of_time(&self.code)
    }

    pub(super) fn of(row: &LetterRow, record: Option<String>) -> Result<Self, LimsError> {
        let din = row.din.as_deref().map(|din| Din::parse(din).map_err(|_| LimsError::Unreadable)).transpose()?;
        Ok(Self {
            id: row.id,
            client: ClientId(row.client_id),
            key: record.as_deref().and_then(record::key_in),
            record,
            unit: row.unit_id.map(UnitId),
            din,
            kind: row.kind.clone(),
            source_seq: row.source_seq,
            code: row.code.clone(),
            detail: row.detail.clone(),
            waits: row.waits,
            tries: row.tries.unsigned_abs(),
            state: LetterState::from_name(&row.state).ok_or(LimsError::Unreadable)?,
            seq: row.seq.map(i32::unsigned_abs),
            came_at: row.came_at.to_jiff(),
            tried_at: row.tried_at.to_jiff(),
            ended_at: row.ended_at.map(|at| at.to_jiff()),
            reason: row.reason.clone(),
            vouched_by: row.vouched_by.map(AccountId),
        })
    }
}

/// What is refused for the time it says happened.
pub(super) fn is_of_time(code: &str) -> bool {
    code == record::TOO_LONG_AGO || code == Refused::BeforeUnit.code()
}

/// Which letters.
#[derive(Clone, Default, Debug)]
pub struct Which {
    /// In this state only.
    pub state: Option<LetterState>,
    /// With this reason only.
    pub code: Option<String>,
    /// After this one: when it came, and which.
    pub after: Option<(Timestamp, Uuid)>,
}

/// A page of letters, the oldest first.
#[derive(Clone, Debug)]
pub struct LetterPage {
    /// The letters, at most [`PAGE`].
    pub letters: Vec<Letter>,
    /// There are more.
    pub more: bool,
}

/// Whose letters are read: a machine's own, with what they say; everybody's by staff, without.
fn whose(context: &Context) -> Result<Option<ClientId>, LimsError> {
    match client_of(context) {
        Some(client) => {
            context.require(Capability::FeedLims)?;
            Ok(Some(client))
        }
        None => {
            context.require(Capability::HandleUnits)?;
            Ok(None)
        }
    }
}

/// Letters, the oldest first.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn letters(services: &Services, context: &Context, which: &Which) -> Result<LetterPage, LimsError> {
    let client = whose(context)?;
    let asked = sql::Which {
        client: client.map(|client| client.0),
        state: which.state.map(LetterState::name),
        code: which.code.as_deref(),
        after: which.after,
        most: PAGE as i64 + 1,
    };
    let mut search = services.begin_search().await?;
    let rows = sql::list(&mut *search, asked).await?;
    let shown = rows.iter().take(PAGE).map(|row| {
        let record = match client {
            Some(_) if row.record_sealed.is_some() => Some(again::text(services, row)?),
            _ => None,
        };
        Letter::of(row, record)
    });
    Ok(LetterPage { letters: shown.collect::<Result<_, _>>()?, more: rows.len() > PAGE })
}

/// How many letters are open for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenCount {
    /// The reason.
    pub code: String,
    /// How many.
    pub letters: u64,
    /// When the oldest came.
    pub oldest: Timestamp,
}

/// Open letters by reason, the most first; for staff.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn open_counts(services: &Services, context: &Context) -> Result<Vec<OpenCount>, LimsError> {
    context.require(Capability::HandleUnits)?;
    let rows = sql::counts(&services.db).await?;
    let count = |row: sql::CountRow| OpenCount {
        code: row.code,
        letters: row.letters.unsigned_abs(),
        oldest: row.oldest.to_jiff(),
    };
    Ok(rows.into_iter().map(count).collect())
}

/// One letter, with what it says. That staff read it stands in the trail, and where its unit is a family's, with the reason `why` in
/// the family's log.
///
/// # Errors
/// `Denied`; `NotFound` also for another machine's; `Busy`, `Unreadable`, `Database`.
pub async fn letter(services: &Services, context: &Context, id: Uuid, why: &str) -> Result<Letter, LimsError> {
    let client = whose(context)?;
    let row = sql::one(&services.db, id).await?.ok_or(LimsError::NotFound)?;
    if client.is_some_and(|client| client.0 != row.client_id) {
        return Err(LimsError::NotFound);
    }
    let record = row.record_sealed.is_some().then(|| again::text(services, &row)).transpose()?;
    let letter = Letter::of(&row, record)?;
    // A machine reads its own, and one that was forgotten says nothing.
    if client.is_none() && letter.record.is_some() {
        note_reading(services, context, &letter, why).await?;
    }
    Ok(letter)
}

async fn note_reading(services: &Services, context: &Context, letter: &Letter, why: &str) -> Result<(), LimsError> {
    let mut tx = services.begin().await?;
    let detail = json!({ "code": letter.code });
    let entry = Entry { action: "lims.letter_read", subject_kind: "lims_letter", subject: Some(letter.id), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    let unit = match (letter.unit, &letter.din) {
        (Some(unit), _) => Some(unit),
        (None, Some(din)) => store::lims::unit(&mut *tx, din.as_str()).await?.map(|row| UnitId(row.id)),
        (None, None) => None,
    };
    if let Some(unit) = unit {
        let look = Look { unit, role: reading_role(context), what: "letter", reason: why, break_glass: false };
        look_in(services, &mut tx, context, look).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Tries a letter again, now. Answers the letter as it is afterwards: one that had been kept before answers the same.
///
/// # Errors
/// `Denied`; `NotFound` also for another machine's; `Ended` for one that was given up; `NeverApplied` for a reused key; `Busy`,
/// `Unreadable`, `Database`.
pub async fn replay(services: &Services, context: &Context, id: Uuid) -> Result<Letter, LimsError> {
    let client = whose(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id).await?.ok_or(LimsError::NotFound)?;
        if client.is_some_and(|client| client.0 != row.client_id) {
            return Err(LimsError::NotFound);
        }
        match LetterState::from_name(&row.state).ok_or(LimsError::Unreadable)? {
            LetterState::Applied => return Letter::of(&row, None),
            LetterState::GivenUp => return Err(LimsError::Ended),
            LetterState::Open if row.code == REUSED => return Err(LimsError::NeverApplied),
            LetterState::Open => {}
        }
        let units = again(&mut tx, &services, &context, &row).await?;
        let row = sql::one(&mut *tx, id).await?.ok_or(LimsError::NotFound)?;
        let detail = json!({ "code": row.code, "state": row.state, "tries": row.tries });
        let entry = Entry { action: "lims.letter_replayed", subject_kind: "lims_letter", subject: Some(id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        if let Some(units) = units {
            let (ids, dins) = units.names();
            again::of(&services, context.now, &ids, &dins).await;
        }
        Letter::of(&row, None)
    })
    .await
}

/// Tries one letter; answers its unit where it was kept.
pub(super) async fn again(
    tx: &mut Tx,
    services: &Services,
    context: &Context,
    row: &LetterRow,
) -> Result<Option<Units>, LimsError> {
    let told = match again::open(services, row)? {
        Ok(told) => told,
        Err(fault) => {
            sql::tried(&mut **tx, &again::refused(row.id, Fault { waits: false, ..fault }), context.now).await?;
            return Ok(None);
        }
    };
    let (ids, dins) = match &told.unit {
        UnitName::Id(id) => (vec![id.0], Vec::new()),
        UnitName::Din(din) => (Vec::new(), vec![din.as_str().to_owned()]),
    };
    let units = Units::of_rows(store::lims::lock_units(&mut **tx, &ids, &dins).await?);
    let (teller, one) = (again::teller(row), std::slice::from_ref(&told));
    let done = record_each_in(tx, services, &[teller], one, context.now).await?;
    match done.into_iter().next().ok_or(LimsError::Unreadable)? {
        Ok(recorded) => {
            let account = context.actor.account().map(|account| account.0);
            let mut applied = sql::Applied { by: account, ..sql::Applied::default() };
            applied.add(row.id, (recorded.unit.0, number(recorded.seq)?));
            sql::applied(&mut **tx, &applied, context.now).await?;
            Ok(Some(Units::of_rows(store::lims::dins(&mut **tx, &[recorded.unit.0]).await?)))
        }
        Err(refused) => {
            let unit = units.of(&told.unit);
            let asked = explain::asks_of(&refused, unit).into_iter().collect();
            let words = Words::of(tx, services, &asked).await?;
            let fault = words.fault(&refused, unit, told.occurred_at);
            sql::tried(&mut **tx, &again::refused(row.id, fault), context.now).await?;
            Ok(None)
        }
    }
}

/// Forgets what the letters said that ended [`KEPT`] ago. Answers how many.
///
/// # Errors
/// `Database`.
pub async fn forget(services: &Services) -> Result<u64, LimsError> {
    let before = services.clock.now().saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    Ok(sql::forget(&services.db, before).await?)
}

/// Gives a letter up: nothing comes of it any more. The same twice is one.
///
/// # Errors
/// `Denied`; `Fields` (`reason`); `NotFound`; `Ended` for one that was kept, or given up for another reason; `Database`.
pub async fn give_up(services: &Services, context: &Context, id: Uuid, reason: &str) -> Result<(), LimsError> {
    context.require(Capability::HandleUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let reason = typed::line(reason, REASON).map_err(|fault| LimsError::field("reason", fault))?;
    if reason.chars().count() < 4 {
        return Err(LimsError::field("reason", FieldFault::TooShort { min: 4 }));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id).await?.ok_or(LimsError::NotFound)?;
        if row.state != LetterState::Open.name() {
            let same = row.reason.as_deref() == Some(reason.as_str()) && row.ended_by == Some(by.0);
            return if same { Ok(()) } else { Err(LimsError::Ended) };
        }
        sql::give_up(&mut *tx, id, (by.0, &reason), context.now).await?;
        let detail = json!({ "code": row.code, "reason": reason });
        let entry = Entry { action: "lims.letter_given_up", subject_kind: "lims_letter", subject: Some(id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
