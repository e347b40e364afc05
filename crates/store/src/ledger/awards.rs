//! Awards, their tranches, and what was seen before those were paid.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An award as stored.
#[derive(Debug, Clone)]
pub struct AwardRow {
    /// Which.
    pub id: Uuid,
    /// For which case.
    pub case_id: Uuid,
    /// Out of which fund.
    pub fund_id: Uuid,
    /// Out of which envelope.
    pub envelope_id: Uuid,
    /// In fen.
    pub amount: i64,
    /// The stored word of its state.
    pub state: String,
    /// Counts changes.
    pub version: i32,
    /// When what is not used is free again.
    pub lapses_at: SqlTimestamp,
}

/// An award to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewAward {
    /// Which.
    pub id: Uuid,
    /// For which case.
    pub case: Uuid,
    /// Out of which fund.
    pub fund: Uuid,
    /// Out of which envelope.
    pub envelope: Uuid,
    /// In fen.
    pub amount: i64,
    /// When what is not used is free again.
    pub lapses_at: Timestamp,
}

/// Writes an award. `false` when there is one of that id.
pub async fn add(db: impl PgExecutor<'_>, new: NewAward, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_award (id, case_id, fund_id, envelope_id, amount, state, approved_at, lapses_at)
         values ($1, $2, $3, $4, $5, 'reserved', $6, $7) on conflict (id) do nothing",
        new.id,
        new.case,
        new.fund,
        new.envelope,
        new.amount,
        now.to_sqlx() as SqlTimestamp,
        new.lapses_at.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An award.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<AwardRow>> {
    sqlx::query_as!(
        AwardRow,
        r#"select id, case_id, fund_id, envelope_id, amount, state, version, lapses_at
           from ledger_award where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// The fund and the envelope of each of these awards. Never changes.
pub async fn places(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!("select fund_id, envelope_id from ledger_award where id = any ($1)", ids);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.fund_id, row.envelope_id)).collect())
}

/// Awards, locked in this order until the transaction ends. After the locks of their funds and envelopes.
pub async fn lock(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<AwardRow>> {
    sqlx::query_as!(
        AwardRow,
        r#"select id, case_id, fund_id, envelope_id, amount, state, version, lapses_at
           from ledger_award where id = any ($1) order by id for no key update"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// Writes how far an award is.
pub async fn set_state(db: impl PgExecutor<'_>, id: Uuid, state: &str) -> sqlx::Result<()> {
    sqlx::query!("update ledger_award set state = $2, version = version + 1 where id = $1", id, state)
        .execute(db)
        .await?;
    Ok(())
}

/// The awards whose time is over and of which nothing was ever on its way to be paid, after this one in the order of their
/// ids: a page of them.
pub async fn due(db: impl PgExecutor<'_>, now: Timestamp, after: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from ledger_award a where state = 'reserved' and lapses_at <= $1
           and not exists (select from ledger_payment p where p.award_id = a.id and p.state <> 'cancelled')
           and id > $2
         order by id limit 100",
        now.to_sqlx() as SqlTimestamp,
        after
    )
    .fetch_all(db)
    .await
}

/// Whether a payment of an award waits, left, or ever left: all but those that were taken back before.
pub async fn is_used(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from ledger_payment where award_id = $1 and state <> 'cancelled') as "used!""#,
        award
    )
    .fetch_one(db)
    .await
}

/// A tranche as stored.
#[derive(Debug, Clone)]
pub struct TrancheRow {
    /// Which.
    pub id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// Counted from one.
    pub nth: i16,
    /// In fen.
    pub amount: i64,
    /// The stored word of its state.
    pub state: String,
    /// What has to be there before it is paid.
    pub needs: Vec<String>,
    /// Who prepared it.
    pub prepared_by: Option<Uuid>,
}

/// Writes a tranche of a new award.
pub async fn add_tranche(
    db: impl PgExecutor<'_>,
    id: Uuid,
    award: Uuid,
    (nth, amount): (i16, i64),
    needs: &[String],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_tranche (id, award_id, nth, amount, state, needs) values ($1, $2, $3, $4, 'planned', $5)",
        id,
        award,
        nth,
        amount,
        needs,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The tranches of an award, in order.
pub async fn tranches(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<Vec<TrancheRow>> {
    sqlx::query_as!(
        TrancheRow,
        "select id, award_id, nth, amount, state, needs, prepared_by from ledger_tranche where award_id = $1 order by nth",
        award
    )
    .fetch_all(db)
    .await
}

/// The award of a tranche. Never changes.
pub async fn award_of(db: impl PgExecutor<'_>, tranche: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select award_id from ledger_tranche where id = $1", tranche).fetch_optional(db).await
}

/// Writes how far a tranche is, and who prepared it where somebody has.
pub async fn set_tranche(
    db: impl PgExecutor<'_>,
    id: Uuid,
    state: &str,
    prepared_by: Option<Uuid>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update ledger_tranche set state = $2, prepared_by = coalesce($3, prepared_by) where id = $1",
        id,
        state,
        prepared_by
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes what was seen; what was noted before stays as it was.
pub async fn note_evidence(
    db: impl PgExecutor<'_>,
    tranche: Uuid,
    kinds: &[String],
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_evidence (tranche_id, kind, noted_by, noted_at) select $1, kind, $3, $4
         from unnest($2::text[]) as kind on conflict do nothing",
        tranche,
        kinds,
        by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes, by the house itself, that the agreement of a case is there, for each part of what is kept for it that needs it and
/// does not have it: which those are, and of which award.
pub async fn note_agreement(db: impl PgExecutor<'_>, case: Uuid, now: Timestamp) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"with noted as (
             insert into ledger_evidence (tranche_id, kind, noted_by, noted_at)
             select t.id, 'agreement', null::uuid, $2
             from ledger_award a join ledger_tranche t on t.award_id = a.id
             where a.case_id = $1 and a.state = 'reserved' and t.state <> 'ended' and 'agreement' = any (t.needs)
             on conflict do nothing returning tranche_id)
           select t.id, t.award_id from noted n join ledger_tranche t on t.id = n.tranche_id order by t.nth"#,
        case,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.award_id)).collect())
}

/// What was seen.
pub async fn evidence(db: impl PgExecutor<'_>, tranche: Uuid) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select kind from ledger_evidence where tranche_id = $1 order by kind", tranche)
        .fetch_all(db)
        .await
}

/// What an award has kept and paid, in fen.
pub async fn balance(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<Option<(i64, i64)>> {
    let row = sqlx::query!("select committed, paid from ledger_award_balance where award_id = $1", award);
    Ok(row.fetch_optional(db).await?.map(|row| (row.committed, row.paid)))
}
