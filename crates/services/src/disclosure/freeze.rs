//! Freezing, publishing, discarding and correcting, and what staff see of it.

use super::facts::{self, Ledger};
use super::{DisclosureError, Kept, Published, Whole, note, person, public};
use crate::crypto::digest_hex;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::disclosure::{
    Change, Correction, Digest, Due, NotCorrected, Placed, Quarter, Rules, Snapshot, Standing, Term, Waiting, changes,
};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, DisclosureId};
use domain::time::local_day;
use domain::typed;
use jiff::civil;
use serde_json::json;
use sqlx::PgConnection;
use store::disclosure::{self as sql, Counted, NewSnapshot, facts as ledger_sql};

/// Characters of a reason to discard.
const REASON: u32 = 200;
/// Bytes of figures that are typed.
const FIGURES: usize = 300_000;

/// What is on the desk of whoever prepares reports.
#[derive(Debug)]
pub struct Desk {
    /// What was published.
    pub published: Published,
    /// What waits for its second person.
    pub waits: Option<Whole>,
    /// The quarters that are over and have no report, the next first. Any of them can be frozen; those before it cannot
    /// afterwards.
    pub open: Vec<Quarter>,
    /// Reports that are owed: which, until when, how they stand.
    pub due: Vec<(Term, civil::Date, Standing)>,
}

/// What staff see.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn desk(services: &Services, context: &Context) -> Result<Desk, DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let mut db = services.db.acquire().await?;
    let published = public::read(&mut db).await?;
    let waits = match sql::waiting(&mut *db).await? {
        Some(row) => Some(published.whole(Kept::of(row)?)),
        None => None,
    };
    let today = local_day(context.now);
    let last_over = Quarter::before(today);
    let first = first_quarter(&mut db, &published, today).await?;
    let next = published.latest().map_or(first, |last| last.snapshot.quarter.next());
    let open = from(next, last_over);
    let terms = published.terms();
    let due = Due::default();
    let owed = from(first, last_over).into_iter().flat_map(|quarter| {
        let year = (quarter.number() == 4).then_some(Term::Year(quarter.year()));
        [Some(Term::Quarter(quarter)), year].into_iter().flatten()
    });
    let owed = owed.filter(|term| !terms.contains(term));
    let due = owed.map(|term| (term, due.day(term), due.standing(term, today, false))).collect();
    Ok(Desk { published, waits, open, due })
}

/// The quarters from one to another.
fn from(first: Quarter, last: Quarter) -> Vec<Quarter> {
    std::iter::successors(Some(first), |quarter| Some(quarter.next())).take_while(|quarter| *quarter <= last).collect()
}

/// The first quarter that is reported: that of the first report, or in which the books began.
pub(super) async fn first_quarter(
    db: &mut PgConnection,
    published: &Published,
    today: civil::Date,
) -> Result<Quarter, DisclosureError> {
    if let Some(first) = published.all().first() {
        return Ok(first.snapshot.quarter);
    }
    let began = ledger_sql::began(db).await?;
    Ok(Quarter::of(began.map_or(today, |at| local_day(at.to_jiff()))))
}

/// What would be frozen of a quarter now, with what differs from the last that was published. Nothing is kept.
///
/// # Errors
/// `Denied`, `NotFrozen`, `Unreadable`, `Database`.
pub async fn would_be(
    services: &Services,
    context: &Context,
    quarter: Quarter,
) -> Result<(Snapshot, Vec<Change>, usize), DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let mut tx = services.begin().await?;
    let before = public::read(&mut tx).await?;
    let ledger = facts::read(&mut tx, quarter).await?;
    let (snapshot, rows) = take(&before, &ledger, context, quarter)?;
    let changes = before.latest().map(|last| changes(&last.snapshot, &snapshot)).unwrap_or_default();
    Ok((snapshot, changes, ledger.entries.len() - rows.len() + ledger.later))
}

fn take(
    before: &Published,
    ledger: &Ledger,
    context: &Context,
    quarter: Quarter,
) -> Result<(Snapshot, Vec<Placed>), DisclosureError> {
    let last = before.latest().map(|last| (&last.snapshot, last.digest));
    let waiting = Waiting { counted: &ledger.counted, payments: &ledger.payments, openings: &ledger.openings };
    let taken = Snapshot::take_placed(last, (quarter, context.now), waiting, ledger.received.clone(), Rules::default());
    Ok(taken?)
}

/// Freezes the report of a quarter, with the books standing still. Whoever presses twice has one.
///
/// # Errors
/// `Denied`, `NotFrozen`, `Waits` where another waits for its second person, `Busy`, `Unreadable`, `Database`.
pub async fn freeze(services: &Services, context: &Context, quarter: Quarter) -> Result<DisclosureId, DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let by = person(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let journal = ledger_sql::stand_still(&mut tx).await?;
        if let Some(waits) = sql::waiting(&mut *tx).await? {
            let same = waits.quarter == quarter.to_string() && waits.frozen_by == by.0 && waits.corrects.is_none();
            return if same { Ok(DisclosureId(waits.id)) } else { Err(DisclosureError::Waits) };
        }
        let before = public::read(&mut tx).await?;
        let ledger = facts::read(&mut tx, quarter).await?;
        let (snapshot, rows) = take(&before, &ledger, &context, quarter)?;
        let id = keep(&mut tx, &context, (&snapshot, journal), by).await?;
        sql::count(&mut *tx, id.0, &counted(&ledger, &rows)?).await?;
        let total = snapshot.tables.total();
        let detail = json!({
            "quarter": quarter.to_string(), "position": snapshot.position, "families": total.families,
            "fen": total.amount.get(), "new": rows.len(),
        });
        note(&mut tx, &context, "disclosure.frozen", Some(id.0), detail).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// Keeps the bytes with their hash.
async fn keep(
    db: &mut PgConnection,
    context: &Context,
    (snapshot, journal): (&Snapshot, i64),
    by: AccountId,
) -> Result<DisclosureId, DisclosureError> {
    let bytes = snapshot.canonical();
    let lines = String::from_utf8(bytes).map_err(|_| DisclosureError::Unreadable)?;
    let digest: Digest = digest_hex(lines.as_bytes()).parse()?;
    let id: DisclosureId = context.new_id();
    let (follows, corrects) = (snapshot.follows, snapshot.corrects.as_ref().map(Correction::of));
    let new = NewSnapshot {
        id: id.0,
        quarter: &snapshot.quarter.to_string(),
        lines: &lines,
        digest: &digest.0,
        journal,
        follows: follows.as_ref().map(|digest| digest.0.as_slice()),
        corrects: corrects.as_ref().map(|digest| digest.0.as_slice()),
        by: by.0,
    };
    sql::add(db, new, context.now).await?;
    Ok(id)
}

fn counted(ledger: &Ledger, rows: &[Placed]) -> Result<Counted, DisclosureError> {
    let mut all = Counted::default();
    for row in rows {
        all.entries.push(*ledger.entries.get(&row.position).ok_or(DisclosureError::Unreadable)?);
        all.families.push(row.family.map(|family| family.0));
        all.newly.push(i32::try_from(row.sum.families).map_err(|_| DisclosureError::Unreadable)?);
        all.amounts.push(row.sum.amount.get());
        all.firsts.push(row.years.first);
        all.lasts.push(row.years.last);
        all.groups.push(row.groups.code());
        all.regions.push(row.region.code().to_owned());
    }
    Ok(all)
}

/// Publishes what somebody else froze. Pressed twice it is published once.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `NotFound`, `SamePerson`, `State` where it is discarded or another person
/// published it, `Database`.
pub async fn publish(services: &Services, context: &Context, id: DisclosureId) -> Result<(), DisclosureError> {
    context.require(Capability::PublishDisclosure)?;
    let by = person(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id.0).await?.ok_or(DisclosureError::NotFound)?;
        match row.state.as_str() {
            "published" if row.published_by == Some(by.0) => return Ok(()),
            "frozen" if row.frozen_by == by.0 => return Err(DisclosureError::SamePerson),
            "frozen" => {}
            _ => return Err(DisclosureError::State),
        }
        if !sql::publish(&mut *tx, id.0, by.0, context.now).await? {
            return Err(DisclosureError::State);
        }
        let detail = json!({ "quarter": row.quarter, "corrects": row.corrects.is_some() });
        note(&mut tx, &context, "disclosure.published", Some(id.0), detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Discards what is frozen and not published: what it counted waits again.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `State` where it is published or discarded already, `Database`.
pub async fn discard(
    services: &Services,
    context: &Context,
    id: DisclosureId,
    reason: &str,
) -> Result<(), DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let by = person(context)?;
    let reason =
        typed::line(reason, REASON).map_err(|fault| DisclosureError::Fields(vec![FieldError::new("reason", fault)]))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id.0).await?.ok_or(DisclosureError::NotFound)?;
        if !sql::discard(&mut *tx, id.0, by.0, &reason, context.now).await? {
            return Err(DisclosureError::State);
        }
        // (What was typed stands with the snapshot, and not in the trail.)
        let detail = json!({ "quarter": row.quarter });
        note(&mut tx, &context, "disclosure.discarded", Some(id.0), detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Freezes what takes the place of the last report, with the figures as they should have been and the reason, which the public
/// reads. Somebody else publishes it; whoever presses twice has one. An earlier report is not corrected any more: later ones
/// build on it, and the last has everything.
///
/// # Errors
/// `Denied`, `NotFound`, `State` where it is not the last report that stands, `Fields`, `Misread`, `NotCorrected`, `Waits`,
/// `Busy`, `Database`.
pub async fn correct(
    services: &Services,
    context: &Context,
    id: DisclosureId,
    (figures, reason): (&str, &str),
) -> Result<DisclosureId, DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let by = person(context)?;
    if figures.len() > FIGURES {
        let fault = Fault::TooLong { max: u32::try_from(FIGURES).unwrap_or(u32::MAX) };
        return Err(DisclosureError::Fields(vec![FieldError::new("figures", fault)]));
    }
    let read = Snapshot::read_figures(figures)?;
    let (services, context, reason) = (services.clone(), context.clone(), reason.to_owned());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let journal = ledger_sql::stand_still(&mut tx).await?;
        let published = public::read(&mut tx).await?;
        let wrong = published.all().iter().find(|kept| kept.id == id).ok_or(DisclosureError::NotFound)?;
        if published.latest().is_none_or(|last| last.id != id) {
            return Err(DisclosureError::State);
        }
        let new = wrong.snapshot.corrected(wrong.digest, context.now, read, &reason).map_err(|why| match why {
            NotCorrected::Reason(fault) => DisclosureError::Fields(vec![FieldError::new("reason", fault)]),
            other => other.into(),
        })?;
        if let Some(waits) = sql::waiting(&mut *tx).await? {
            let waits = Kept::of(waits)?;
            // Pressed twice.
            let said = Snapshot { taken_at: waits.snapshot.taken_at, ..new };
            let same = waits.frozen_by == by && said == waits.snapshot;
            return if same { Ok(waits.id) } else { Err(DisclosureError::Waits) };
        }
        let kept = keep(&mut tx, &context, (&new, journal), by).await?;
        let detail = json!({
            "quarter": new.quarter.to_string(), "of": id, "changes": changes(&wrong.snapshot, &new).len(),
            "reason": new.corrects.as_ref().map(Correction::reason),
        });
        note(&mut tx, &context, "disclosure.corrected", Some(kept.0), detail).await?;
        tx.commit().await?;
        Ok(kept)
    })
    .await
}
