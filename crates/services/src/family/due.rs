//! What happens to families by itself: on the eighteenth birthday the child is invited to take over, again when that ran out, three
//! times in all, and of what is due soon and of a term that ends a family is reminded; each once, on however many servers.

use super::join::{INVITED_FOR, Invited, invite_in};
use super::news::queue_invited;
use super::notices::{nth_of, tell_in};
use super::{FamilyError, opened};
use crate::Services;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use domain::contact::Phone;
use domain::custody::State;
use domain::family::{ContractState, Kin, Notice, is_of_age};
use domain::ids::{FamilyId, UnitId};
use domain::time::local_day;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use store::family::{join as sql, said};
use uuid::Uuid;

/// Days before a payment's last day on which the family is reminded.
const REMINDED: i64 = 30;
/// Days before the last day of a contract on which its family is told: time to agree on another term.
const ENDS_TOLD: i64 = 90;
/// How often a child that does not answer is invited; then its guardians are told, once.
const INVITED_AT_MOST: i16 = 3;

/// Invites the children who are of age today, and again whose invitation ran out. Where nobody has said how a child is reached its
/// guardians are told, and it is invited once they have. One that was invited [`INVITED_AT_MOST`] times and did not answer is told of to
/// its guardians, and invited again only where they say its number anew. How many were invited.
///
/// # Errors
/// `Database` where nobody knows which they are. One that cannot be invited is told in the log, and holds up no other.
pub async fn hand_over_due(services: &Services) -> Result<u32, FamilyError> {
    let now = services.clock.now();
    let (today, since) = (local_day(now), ran_out(now));
    let (mut done, mut after) = (0, (0, Uuid::nil()));
    loop {
        let page = sql::coming_of_age(&services.db, (today.year(), since), after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = (last.of_age_in, last.id);
        for row in page {
            let (id, own) = (row.id, services.clone());
            match to_the_end(async move { invited(&own, row, today).await }).await {
                Ok(invited) => done += u32::from(invited),
                Err(error) => tracing::error!(child = %id, %error, "a child could not be invited"),
            }
        }
    }
}

/// What was invited at this instant or before can be claimed no more.
fn ran_out(now: Timestamp) -> Timestamp {
    now.saturating_sub(INVITED_FOR).unwrap_or(Timestamp::MIN)
}

async fn invited(services: &Services, row: sql::ComingRow, today: Date) -> Result<bool, FamilyError> {
    let text = |column, sealed: &[u8]| opened(services, ("family_child", column, row.id), sealed);
    let born: Date = text("born_sealed", &row.born_sealed)?.parse().map_err(|_| FamilyError::Unreadable)?;
    if !is_of_age(born, today) {
        return Ok(false);
    }
    let context = services.system();
    let mut tx = services.begin().await?;
    // Read again under its lock: its guardians may just be saying another number.
    let found = sql::lock_coming(&mut *tx, row.id, ran_out(context.now)).await?;
    let Some(row) = found else { return Ok(false) }; // another server was first
    let family = FamilyId(row.family_id);
    // The guardians are told on the day in any case, and once.
    tell_in(&mut tx, &context, (family, None), (Notice::OfAge, row.id, Some(today))).await?;
    let Some(sealed) = &row.phone_sealed else {
        sql::mark_told(&mut *tx, row.id, context.now).await?;
        tx.commit().await?;
        return Ok(false);
    };
    if row.invited_times >= INVITED_AT_MOST {
        tell_in(&mut tx, &context, (family, None), (Notice::OfAgeSilent, row.id, None)).await?;
        sql::mark_silent(&mut *tx, row.id, context.now).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let phone = Phone::parse(&text("phone_sealed", sealed)?).map_err(|_| FamilyError::Unreadable)?;
    let invitation =
        Invited { family, contract: row.contract_id, child: Some(row.id), kin: Kin::AdultChild, mother: false };
    let Some(id) = invite_in(services, &mut tx, &context, &invitation, &phone).await? else {
        // A guardian's invitation of the same number can still be claimed: the child's comes after it.
        tx.commit().await?;
        return Ok(false);
    };
    queue_invited(&mut tx, &context, (family, id)).await?;
    sql::mark_invited(&mut *tx, row.id, context.now).await?;
    let detail = json!({ "child": row.id });
    let entry = Entry { action: "family.child_invited", subject_kind: "family", subject: Some(family.0), detail };
    audit::record(&mut tx, &context, &[entry]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Tells families of payments that are due within [`REMINDED`] days or were: of each once, and once more where one that came was taken
/// back. How many.
///
/// # Errors
/// `Database`.
pub async fn remind_due(services: &Services) -> Result<u32, FamilyError> {
    let today = local_day(services.clock.now());
    let until = today.saturating_add(REMINDED.days());
    let mut done = 0;
    loop {
        let page = said::due(&services.db, until).await?;
        let mut progress = false;
        for row in page {
            let own = services.clone();
            if to_the_end(async move { reminded(&own, row).await }).await? {
                done += 1;
                progress = true;
            }
        }
        // A page of which another server did everything may be followed by one of which it did not; it does that, too.
        if !progress {
            return Ok(done);
        }
    }
}

async fn reminded(services: &Services, row: said::DueRow) -> Result<bool, FamilyError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    if !said::reminded(&mut *tx, (row.contract_id, row.nth), context.now).await? {
        return Ok(false);
    }
    // A price has no id of its own: it is the nth of its contract, and another cause each time that a payment of it was taken back.
    let again = u16::try_from(row.taken_back).unwrap_or(u16::MAX);
    let cause = nth_of(row.contract_id, &[row.nth.to_be_bytes(), again.to_be_bytes()].concat());
    let about = (FamilyId(row.family_id), row.unit_id.map(UnitId));
    let told = (Notice::PaymentDue, cause, Some(row.due_on.to_jiff()));
    tell_in(&mut tx, &context, about, told).await?;
    tx.commit().await?;
    Ok(true)
}

/// Tells families that the term of a contract ends within [`ENDS_TOLD`] days, and that it is over: of each last day once, so that a term
/// which was agreed anew has its own. Nobody is asked to go on keeping what is not kept any more, or will not be used. How many.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn tell_of_ends(services: &Services) -> Result<u32, FamilyError> {
    let today = local_day(services.clock.now());
    let soon = today.saturating_add(ENDS_TOLD.days());
    // What is over says so as a state, which [`settle_contracts`](super::settle_contracts) gave it on the day after.
    let ends =
        told_of(services, (Notice::ContractEnds, &[ContractState::Active, ContractState::Arrears]), soon).await?;
    Ok(ends + told_of(services, (Notice::ContractOver, &[ContractState::Expired]), today).await?)
}

async fn told_of(
    services: &Services,
    (notice, states): (Notice, &[ContractState]),
    until: Date,
) -> Result<u32, FamilyError> {
    let states: Vec<String> = states.iter().map(|state| state.name().to_owned()).collect();
    let gone = |state: &State| state.is_over() || matches!(state, State::Exposed | State::RejectedAtIntake);
    let gone: Vec<String> = State::ALL.into_iter().filter(gone).map(|state| state.name().to_owned()).collect();
    let mut done = 0;
    loop {
        let page = said::ending(&services.db, (&states, &gone), until).await?;
        let mut progress = false;
        for row in page {
            let (own, states) = (services.clone(), states.clone());
            if to_the_end(async move { told_end(&own, row, (notice, &states)).await }).await? {
                done += 1;
                progress = true;
            }
        }
        if !progress {
            return Ok(done);
        }
    }
}

async fn told_end(
    services: &Services,
    row: said::EndingRow,
    (notice, states): (Notice, &[String]),
) -> Result<bool, FamilyError> {
    let context = services.system();
    let day = row.ends_on.to_jiff();
    let mut tx = services.begin().await?;
    if !said::mark_end_told(&mut *tx, (row.contract_id, states), day).await? {
        return Ok(false);
    }
    // A last day has no id of its own: it is the day of its contract.
    let [high, low] = day.year().to_be_bytes();
    let cause = nth_of(row.contract_id, &[high, low, day.month().unsigned_abs(), day.day().unsigned_abs()]);
    let about = (FamilyId(row.family_id), row.unit_id.map(UnitId));
    tell_in(&mut tx, &context, about, (notice, cause, Some(day))).await?;
    tx.commit().await?;
    Ok(true)
}
