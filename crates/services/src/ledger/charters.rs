//! What a fund is: opened with its purpose, terms and envelopes in one act, changed as far as it may be, closed to new
//! applications and opened again. One person does it and the trail says what was changed from what; money moves by none of it.

use super::awards::purpose;
use super::funds::{NewFund, open_fund_in};
use super::{LedgerError, locks, note, person};
use crate::spark::cases;
use crate::{Context, Services};
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{EnvelopeId, FundId};
use domain::ledger::{Amount, Fen, Purpose};
use domain::outreach::Bilingual;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::ToSqlx;
use store::ledger::charters::{self as sql, EnvelopeText};
use store::ledger::{self as funds, FundRow};

/// What a fund says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charter {
    /// Its name.
    pub name: Bilingual,
    /// What it is for: as it is once something is written in its books.
    pub purpose: Purpose,
    /// What the public is told of it.
    pub terms: Bilingual,
}

/// What an envelope says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvelopeCharter {
    /// Its name.
    pub name: Bilingual,
    /// What it is for; may be empty.
    pub purpose: Bilingual,
    /// The most that is promised and paid of it.
    pub ceiling: Option<Amount>,
}

impl EnvelopeCharter {
    /// Of this name, for nothing in particular, and given no less than it has.
    pub fn named(zh: &str, en: &str) -> Self {
        Self { name: Bilingual::new(zh, en), purpose: Bilingual::default(), ceiling: None }
    }

    fn text(&self) -> EnvelopeText {
        EnvelopeText {
            name_zh: self.name.zh.clone(),
            name_en: self.name.en.clone(),
            purpose_zh: self.purpose.zh.clone(),
            purpose_en: self.purpose.en.clone(),
            ceiling: self.ceiling.map(Amount::get),
        }
    }
}

/// Opens a fund with its envelopes. `fund.id` and theirs are the form's own: two presses are one fund.
///
/// # Errors
/// `Denied`, `Fields` where the short name is another fund's.
pub async fn open_with(
    services: &Services,
    context: &Context,
    fund: &NewFund,
    terms: &Bilingual,
    envelopes: &[(EnvelopeId, EnvelopeCharter)],
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    if open_fund_in(&mut tx, context, fund).await? {
        sql::set_terms(&mut *tx, fund.id.0, (&terms.zh, &terms.en)).await?;
        for (id, envelope) in envelopes {
            add(&mut tx, context, fund.id, *id, envelope).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Opens another envelope of a fund.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn add_envelope(
    services: &Services,
    context: &Context,
    fund: FundId,
    id: EnvelopeId,
    envelope: &EnvelopeCharter,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    if funds::lock_funds(&mut tx, &[fund.0]).await?.is_empty() {
        return Err(LedgerError::NotFound);
    }
    add(&mut tx, context, fund, id, envelope).await?;
    Ok(tx.commit().await?)
}

async fn add(
    db: &mut PgConnection,
    context: &Context,
    fund: FundId,
    id: EnvelopeId,
    envelope: &EnvelopeCharter,
) -> Result<(), LedgerError> {
    if !sql::add_envelope(&mut *db, id.0, fund.0, &envelope.text(), context.now).await? {
        return Ok(());
    }
    let detail = json!({ "envelope": id, "name": envelope.name.zh, "ceiling": envelope.ceiling });
    Ok(note(db, context, "ledger.envelope_opened", ("fund", fund.0), detail).await?)
}

/// Changes what a fund says of itself, at the version that was shown.
///
/// # Errors
/// `Denied`, `NotFound`, `Stale` where it was changed meanwhile, `PurposeKept` where another purpose is meant and something is
/// written in its books.
pub async fn change_fund(
    services: &Services,
    context: &Context,
    id: FundId,
    version: i32,
    charter: &Charter,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    let (there, old) = stands(&mut tx, id).await?;
    if old.version != version {
        return Err(LedgerError::Stale);
    }
    let row = row_of(id, &there.code, &charter.name, &charter.purpose);
    if old.used && purpose_of(&there) != purpose_of(&row) {
        return Err(LedgerError::PurposeKept);
    }
    let terms = (charter.terms.zh.as_str(), charter.terms.en.as_str());
    if !sql::change(&mut *tx, &row, terms, version).await? {
        return Err(LedgerError::Stale);
    }
    let before = json!({
        "name": there.name_zh, "name_en": there.name_en, "purpose": purpose_of(&there),
        "terms": old.terms_zh, "terms_en": old.terms_en,
    });
    let after = json!({
        "name": row.name_zh, "name_en": row.name_en, "purpose": purpose_of(&row),
        "terms": charter.terms.zh, "terms_en": charter.terms.en,
    });
    note(&mut tx, context, "ledger.fund_changed", ("fund", id.0), changes(&before, &after)).await?;
    Ok(tx.commit().await?)
}

/// Changes what an envelope says of itself, at the version that was shown.
///
/// # Errors
/// `Denied`, `NotFound`, `Stale`, `Fields` where more is promised and paid than the new ceiling.
pub async fn change_envelope(
    services: &Services,
    context: &Context,
    id: EnvelopeId,
    version: i32,
    charter: &EnvelopeCharter,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    let held = locks::envelopes(&mut tx, &[id]).await?;
    let (_, at, old) = sql::envelope(&mut tx, id.0).await?.ok_or(LedgerError::NotFound)?;
    if at != version {
        return Err(LedgerError::Stale);
    }
    let new = charter.text();
    let has = funds::envelope_balance(&mut *tx, id.0).await?.ok_or(LedgerError::NotFound)?;
    if new.ceiling.is_some_and(|most| most < has.paid.saturating_add(has.committed)) {
        return Err(LedgerError::Fields(vec![FieldError::new("ceiling", Fault::CeilingPassed)]));
    }
    if !sql::change_envelope(&mut *tx, id.0, &new, version).await? {
        return Err(LedgerError::Stale);
    }
    let told = |text: &EnvelopeText| {
        json!({
            "name": text.name_zh, "name_en": text.name_en, "purpose": text.purpose_zh, "purpose_en": text.purpose_en,
            "ceiling": text.ceiling,
        })
    };
    let mut detail = changes(&told(&old), &told(&new));
    detail["envelope"] = json!(id);
    note(&mut tx, context, "ledger.envelope_changed", ("fund", held.fund()?.0), detail).await?;
    Ok(tx.commit().await?)
}

/// Closes a fund to new applications: whoever applied before is helped as before, and whoever of them waits for money is told so,
/// once of each fund. Closed twice it is closed once.
///
/// # Errors
/// `Denied`, `NotFound`, `Stale`, `Fields` without a reason.
pub async fn close_fund(
    services: &Services,
    context: &Context,
    id: FundId,
    version: i32,
    reason: &str,
) -> Result<(), LedgerError> {
    turn(services, context, id, version, Some(reason)).await
}

/// Opens a fund to new applications again.
///
/// # Errors
/// `Denied`, `NotFound`, `Stale`.
pub async fn reopen_fund(services: &Services, context: &Context, id: FundId, version: i32) -> Result<(), LedgerError> {
    turn(services, context, id, version, None).await
}

async fn turn(
    services: &Services,
    context: &Context,
    id: FundId,
    version: i32,
    reason: Option<&str>,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let by = person(context)?;
    let reason = reason.map(super::payments::said).transpose()?;
    let mut tx = services.begin().await?;
    let (fund, old) = stands(&mut tx, id).await?;
    if old.closed_at.is_some() == reason.is_some() {
        return Ok(()); // As it is wanted: pressed twice, or somebody else was first.
    }
    let closed = reason.is_some().then_some((context.now, by.0));
    if old.version != version || !sql::set_closed(&mut *tx, id.0, version, closed).await? {
        return Err(LedgerError::Stale);
    }
    let action = if reason.is_some() { "ledger.fund_closed" } else { "ledger.fund_reopened" };
    note(&mut tx, context, action, ("fund", id.0), json!({ "reason": reason })).await?;
    if closed.is_some() {
        cases::fund_closed_in(&mut tx, context, id, &purpose(&fund)?).await?;
    }
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}

/// A fund under its lock, with its texts.
async fn stands(db: &mut PgConnection, id: FundId) -> Result<(FundRow, sql::CharterRow), LedgerError> {
    let fund = funds::lock_funds(&mut *db, &[id.0]).await?.pop().ok_or(LedgerError::NotFound)?;
    let texts = sql::all(&mut *db).await?.into_iter().find(|row| row.id == id.0).ok_or(LedgerError::NotFound)?;
    Ok((fund, texts))
}

/// A fund as it is stored.
pub(super) fn row_of(id: FundId, code: &str, name: &Bilingual, purpose: &Purpose) -> FundRow {
    FundRow {
        id: id.0,
        code: code.to_owned(),
        name_zh: name.zh.clone(),
        name_en: name.en.clone(),
        disease: purpose.group.map(|group| group.name().to_owned()),
        city: purpose.city.map(|city| city.code().to_owned()),
        age_from: purpose.age_from.map(i16::from),
        age_until: purpose.age_until.map(i16::from),
        valid_from: purpose.from.map(|day| day.to_sqlx()),
        valid_until: purpose.until.map(|day| day.to_sqlx()),
    }
}

/// A purpose as the trail tells it, and as two are compared.
fn purpose_of(row: &FundRow) -> Value {
    json!({
        "disease": row.disease, "city": row.city, "age_from": row.age_from, "age_until": row.age_until,
        "from": row.valid_from.map(|day| day.to_jiff().to_string()),
        "until": row.valid_until.map(|day| day.to_jiff().to_string()),
    })
}

/// What is another after than before: each with both.
fn changes(before: &Value, after: &Value) -> Value {
    let all = after.as_object().into_iter().flatten();
    let changed = all.filter_map(|(name, new)| {
        let old = before.get(name).cloned().unwrap_or_default();
        (old != *new).then(|| (name.clone(), json!({ "from": old, "to": new })))
    });
    Value::Object(changed.collect::<Map<_, _>>())
}

/// What an envelope's ceiling leaves, where it has one: what can still be promised under it.
pub(super) fn under(ceiling: Option<i64>, paid: i64, committed: i64) -> Option<Fen> {
    ceiling.map(|most| Fen::new(most.saturating_sub(paid.saturating_add(committed)).max(0)))
}
