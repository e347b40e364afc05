//! Lists of cases: what waits for whom, and what happens by itself.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A case and the version it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub id: Uuid,
    /// At which version.
    pub version: i32,
}

/// Cases whose award was not used in time and of which nothing was ever on its way to be paid, where a case can lapse: after
/// this one in the order of their ids, a page of them.
pub async fn lapsing(db: impl PgExecutor<'_>, now: Timestamp, after: Uuid) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        "select c.id, c.version from ledger_award a join spark_case c on c.id = a.case_id
         where a.state = 'reserved' and a.lapses_at <= $1 and c.state in ('agreement', 'disbursing')
           and not exists (select from ledger_payment p where p.award_id = a.id and p.state <> 'cancelled')
           and c.id > $2
         order by c.id limit 100",
        now.to_sqlx() as SqlTimestamp,
        after
    )
    .fetch_all(db)
    .await
}

/// Cases that are being paid and of which all is paid, or what was left over was given back: after this one in the order of their ids: a page of them.
pub async fn paid_out(db: impl PgExecutor<'_>, after: Uuid) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        "select c.id, c.version from spark_case c
         where c.state = 'disbursing' and c.id > $1
           and not exists (select from ledger_award a where a.case_id = c.id and a.state = 'reserved')
           and exists (select from ledger_award a join ledger_payment p on p.award_id = a.id
                       where a.case_id = c.id and p.state = 'settled')
           and not exists (select from ledger_award a join ledger_payment p on p.award_id = a.id
                           where a.case_id = c.id and p.state in ('released', 'sent', 'in_doubt'))
         order by c.id limit 100",
        after
    )
    .fetch_all(db)
    .await
}

/// A case that waits for somebody: nothing that says whose it is.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// Which.
    pub id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The stored word of its state.
    pub state: String,
    /// Counts the changes of its state.
    pub version: i32,
    /// The disease group's word.
    pub disease_group: String,
    /// Who looks after it.
    pub officer_id: Option<Uuid>,
    /// When it came.
    pub opened_at: SqlTimestamp,
    /// Since when it waits.
    pub changed_at: SqlTimestamp,
}

/// Cases in these states, the longest waiting first, after this one in that order: those an officer looks after or nobody does,
/// and those of a disease group, where one is named. Of those nobody looks after none that ties the officer: equal keyed hashes
/// (each kind has a key of its own, so that those of two kinds never are) or a word of somebody, as `may_look_after` has it.
pub async fn waiting(
    db: impl PgExecutor<'_>,
    states: &[String],
    (officer, group): (Option<Uuid>, Option<&str>),
    (after, after_id): (Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<WaitingRow>> {
    sqlx::query_as!(
        WaitingRow,
        r#"select c.id as "id!", c.reference as "reference!", c.state as "state!", c.version as "version!",
                  c.disease_group as "disease_group!", c.officer_id as "officer_id?",
                  c.opened_at as "opened_at!: SqlTimestamp", c.changed_at as "changed_at!: SqlTimestamp"
           from unnest($1::text[]) as waits (state)
           cross join lateral (
             select * from spark_case k where k.state = waits.state and (k.changed_at, k.id) > ($3, $4)
               and ($2::uuid is null or k.officer_id = $2
                    or (k.officer_id is null
                        and k.id not in (select t.case_id from spark_case_tie t where t.value_index in (
                              select value_index from spark_reviewer_tie where account_id = $2
                              union all select person_index from spark_reviewer_profile where account_id = $2))
                        and not exists (select from spark_conflict f where f.case_id = k.id and f.account_id = $2)))
               and ($6::text is null or k.disease_group = $6)
             order by k.changed_at, k.id limit $5) as c
           order by c.changed_at, c.id limit $5"#,
        states,
        officer,
        after.to_sqlx() as SqlTimestamp,
        after_id,
        limit,
        group
    )
    .fetch_all(db)
    .await
}

/// The case of a reference.
pub async fn named(db: impl PgExecutor<'_>, reference: &str) -> sqlx::Result<Option<WaitingRow>> {
    sqlx::query_as!(
        WaitingRow,
        "select id, reference, state, version, disease_group, officer_id, opened_at, changed_at
         from spark_case where reference = $1",
        reference
    )
    .fetch_optional(db)
    .await
}
