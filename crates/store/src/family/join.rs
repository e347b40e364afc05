//! Invitations and how families come to be. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// An invitation to be claimed.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Which.
    pub id: Uuid,
    /// Into which family.
    pub family_id: Uuid,
    /// By which contract.
    pub contract_id: Uuid,
    /// The child that takes over by it.
    pub child_id: Option<Uuid>,
    /// As what.
    pub kin: String,
    /// The mother.
    pub mother: bool,
}

/// The open invitation of a contract's number and a mobile number, both by keyed hash. Nothing is locked: [`claim`] asks again.
pub async fn open(
    db: impl PgExecutor<'_>,
    (number, phone): (&[u8], &[u8]),
    now: Timestamp,
) -> sqlx::Result<Option<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"select i.id, i.family_id, i.contract_id, i.child_id, i.kin, i.mother
           from family_contract c join family_invitation i on i.contract_id = c.id
           where c.number_index = $1 and i.phone_index = $2 and i.claimed_at is null and i.expires_at > $3
             and c.state not in ('terminated', 'transferred')
             and not exists (select from family_child k where k.id = i.child_id and k.death_noted_at is not null)
           order by i.made_at desc limit 1"#,
        number,
        phone,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

/// Marks an invitation as claimed. `false` where it was, and where its time is over.
pub async fn claim(db: impl PgExecutor<'_>, invitation: Uuid, account: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_invitation set claimed_at = $3, account_id = $2
         where id = $1 and claimed_at is null and expires_at > $3",
        invitation,
        account,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A family.
pub async fn add_family(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("insert into family (id, made_at) values ($1, $2)", id, now.to_sqlx() as SqlTimestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// A member to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewMember<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which family.
    pub family: Uuid,
    /// Who.
    pub account: Uuid,
    /// As what.
    pub kin: &'a str,
    /// The mother.
    pub mother: bool,
}

/// Writes a member. `false` where the account belongs to the family already, or another has its place.
pub async fn add_member(db: impl PgExecutor<'_>, new: NewMember<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_member (id, family_id, account_id, kin, mother, since) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        new.id,
        new.family,
        new.account,
        new.kin,
        new.mother,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Guardians of a family whose child took over only look from now on. How many.
pub async fn step_back(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_member set kin = 'former_guardian'
         where family_id = $1 and until is null and kin in ('owner', 'second_guardian')",
        family
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Locks the children of a family until the transaction ends: whoever comes in waits for a child that takes over, and it for
/// them. Whether one took over.
pub async fn lock_children(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<bool> {
    let all = sqlx::query_scalar!(
        r#"select took_over_at is not null as "took_over!" from family_child where family_id = $1 order by id for update"#,
        family
    )
    .fetch_all(db)
    .await?;
    Ok(all.contains(&true))
}

/// Ends what guardians of a family were invited by and did not claim. How many.
pub async fn end_guardians_invitations(db: impl PgExecutor<'_>, family: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_invitation set expires_at = $2
         where family_id = $1 and claimed_at is null and expires_at > $2 and kin in ('owner', 'second_guardian')",
        family,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Marks that a child took over. `false` where it had, and where it died.
pub async fn took_over(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_child set took_over_at = $2 where id = $1 and took_over_at is null and death_noted_at is null",
        child,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A child to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewChild<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which family.
    pub family: Uuid,
    /// What it is called, sealed.
    pub name: &'a [u8],
    /// When it was born, sealed.
    pub born: &'a [u8],
    /// The year of the eighteenth birthday.
    pub of_age_in: i16,
    /// Where it is reached then: sealed, and its keyed hash.
    pub phone: Option<(&'a [u8], &'a [u8])>,
}

/// Writes a child.
pub async fn add_child(db: impl PgExecutor<'_>, new: NewChild<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into family_child (id, family_id, name_sealed, born_sealed, of_age_in, phone_sealed, phone_index)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.family,
        new.name,
        new.born,
        new.of_age_in,
        new.phone.map(|(sealed, _)| sealed),
        new.phone.map(|(_, index)| index),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says where a child is reached from its eighteenth birthday on; one that was invited at another number, or did not answer, is invited
/// anew. `false` where it was invited at this number and may still answer, took over, or died.
pub async fn set_child_phone(
    db: impl PgExecutor<'_>,
    (family, child): (Uuid, Uuid),
    (sealed, index): (&[u8], &[u8]),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_child
         set phone_sealed = $3, phone_index = $4, invited_at = null, invited_times = 0, silent_told_at = null
         where id = $2 and family_id = $1 and took_over_at is null and death_noted_at is null
           and (invited_at is null or silent_told_at is not null or phone_index is distinct from $4)",
        family,
        child,
        sealed,
        index
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Ends what a child was invited by and did not claim: nobody comes in by it any more. How many.
pub async fn end_childs_invitations(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_invitation set expires_at = $2 where child_id = $1 and claimed_at is null and expires_at > $2",
        child,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A child whose eighteenth birthday is in a year, and who has a contract that runs and no invitation that can be claimed.
#[derive(Debug, Clone)]
pub struct ComingRow {
    /// Which.
    pub id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// In which year it is of age.
    pub of_age_in: i16,
    /// When it was born.
    pub born_sealed: Vec<u8>,
    /// Where it is reached.
    pub phone_sealed: Option<Vec<u8>>,
    /// How often it was invited.
    pub invited_times: i16,
    /// The contract of its unit.
    pub contract_id: Uuid,
}

/// Children who come of age in a year or came in one before, live, did not take over, and were not invited since an instant; where nobody
/// said how they are reached, until their guardians were told. After a year and an id, by the hundred.
pub async fn coming_of_age(
    db: impl PgExecutor<'_>,
    (year, since): (i16, Timestamp),
    (after_year, after): (i16, Uuid),
) -> sqlx::Result<Vec<ComingRow>> {
    sqlx::query_as!(
        ComingRow,
        r#"select k.id, k.family_id, k.of_age_in, k.born_sealed, k.phone_sealed, k.invited_times, c.id as "contract_id!"
           from family_child k cross join lateral (
             select c.id from family_contract c where c.child_id = k.id and c.state not in ('terminated', 'transferred')
             order by c.made_at desc limit 1) c
           where k.took_over_at is null and k.death_noted_at is null and k.silent_told_at is null and (k.phone_sealed is not null or k.of_age_told_at is null)
             and (k.invited_at is null or k.invited_at <= $2) and k.of_age_in <= $1 and (k.of_age_in, k.id) > ($3, $4)
           order by k.of_age_in, k.id limit 100"#,
        year,
        since.to_sqlx() as SqlTimestamp,
        after_year,
        after
    )
    .fetch_all(db)
    .await
}

/// The same of one child, locked until the transaction ends; nothing where it took over, was invited since, or died.
pub async fn lock_coming(db: impl PgExecutor<'_>, child: Uuid, since: Timestamp) -> sqlx::Result<Option<ComingRow>> {
    sqlx::query_as!(
        ComingRow,
        r#"select k.id, k.family_id, k.of_age_in, k.born_sealed, k.phone_sealed, k.invited_times, c.id as "contract_id!"
           from family_child k cross join lateral (
             select c.id from family_contract c where c.child_id = k.id and c.state not in ('terminated', 'transferred')
             order by c.made_at desc limit 1) c
           where k.id = $1 and k.took_over_at is null and k.death_noted_at is null and k.silent_told_at is null
             and (k.phone_sealed is not null or k.of_age_told_at is null)
             and (k.invited_at is null or k.invited_at <= $2)
           for update of k"#,
        child,
        since.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

/// Marks that the guardians of a child, which is locked, were told that it is of age and that nobody said how it is reached.
pub async fn mark_told(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update family_child set of_age_told_at = $2 where id = $1", child, now.to_sqlx() as SqlTimestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// Marks that the guardians of a child, which is locked, were told that it does not answer.
pub async fn mark_silent(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update family_child set silent_told_at = $2 where id = $1", child, now.to_sqlx() as SqlTimestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// Marks that a child was invited once more, which is locked.
pub async fn mark_invited(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update family_child set invited_at = $2, invited_times = invited_times + 1 where id = $1",
        child,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks that a child, which is locked, was invited by hand after it had not answered: it may answer again.
pub async fn invited_again(db: impl PgExecutor<'_>, child: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update family_child set invited_at = $2, invited_times = invited_times + 1, silent_told_at = null where id = $1",
        child,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A contract to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewContract<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which family.
    pub family: Uuid,
    /// The unit it keeps.
    pub unit: Option<Uuid>,
    /// The child it is for.
    pub child: Option<Uuid>,
    /// Its number, sealed.
    pub number: &'a [u8],
    /// Its keyed hash.
    pub number_index: &'a [u8],
    /// For whose use.
    pub pool: &'a str,
    /// How far it is.
    pub state: &'a str,
    /// When it was signed.
    pub signed_on: Option<civil::Date>,
    /// The last day of its term.
    pub ends_on: Option<civil::Date>,
}

/// Writes a contract. `false` where there is one of its number.
pub async fn add_contract(db: impl PgExecutor<'_>, new: NewContract<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract (id, family_id, unit_id, child_id, number_sealed, number_index, pool, state, signed_on, ends_on, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (number_index) do nothing",
        new.id,
        new.family,
        new.unit,
        new.child,
        new.number,
        new.number_index,
        new.pool,
        new.state,
        new.signed_on.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        new.ends_on.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Writes a price that was agreed, and that it is owed.
pub async fn add_price(
    db: impl PgExecutor<'_>,
    (contract, nth): (Uuid, i16),
    (kind, due_on, fen): (&str, civil::Date, i64),
    paid_on: Option<civil::Date>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with price as (
           insert into family_contract_price (contract_id, nth, kind, due_on, fen) values ($1, $2, $3, $4, $5)
           returning contract_id, nth, due_on)
         insert into family_contract_due (contract_id, nth, due_on, paid_on) select contract_id, nth, due_on, $6 from price",
        contract,
        nth,
        kind,
        due_on.to_sqlx() as SqlDate,
        fen,
        paid_on.map(ToSqlx::to_sqlx) as Option<SqlDate>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An invitation to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewInvitation<'a> {
    /// Its own.
    pub id: Uuid,
    /// Into which family.
    pub family: Uuid,
    /// By which contract.
    pub contract: Uuid,
    /// The child that takes over by it.
    pub child: Option<Uuid>,
    /// As what.
    pub kin: &'a str,
    /// The mother.
    pub mother: bool,
    /// The mobile number that was registered, sealed.
    pub phone: &'a [u8],
    /// Its keyed hash.
    pub phone_index: &'a [u8],
    /// Until when it can be claimed.
    pub expires_at: Timestamp,
}

/// Writes an invitation, in the place of one that ran out. `false` where one can be claimed of this contract and number.
pub async fn invite(db: impl PgExecutor<'_>, new: NewInvitation<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_invitation (id, family_id, contract_id, child_id, kin, mother, phone_sealed, phone_index, made_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (contract_id, phone_index) where claimed_at is null do update
           set id = excluded.id, child_id = excluded.child_id, kin = excluded.kin, mother = excluded.mother,
               phone_sealed = excluded.phone_sealed, made_at = excluded.made_at, expires_at = excluded.expires_at,
               sent_at = null, blocked_at = null
           where family_invitation.expires_at <= excluded.made_at",
        new.id,
        new.family,
        new.contract,
        new.child,
        new.kin,
        new.mother,
        new.phone,
        new.phone_index,
        now.to_sqlx() as SqlTimestamp,
        new.expires_at.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Gives a unit that is nobody's to a family. `false` where it has one. The database asks for the event that says so
/// (`custody_unit_assigned`), in the same transaction.
pub async fn give_unit(db: impl PgExecutor<'_>, unit: Uuid, family: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("update custody_unit set family_id = $2 where id = $1 and family_id is null", unit, family);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A stored unit of the families' pool that is nobody's, the one that was registered nearest to an instant: for the demo.
pub async fn nobodys(db: impl PgExecutor<'_>, near: Timestamp) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select u.id from custody_unit u join custody_event e on e.unit_id = u.id and e.seq = 1
         where u.family_id is null and u.pool = 'family' and u.state = 'banked'
         order by abs(extract(epoch from e.occurred_at - $1::timestamptz)), u.id limit 1",
        near.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

/// The sealed mobile number of an invitation that can still be claimed; none of a child that died.
pub async fn open_phone(db: impl PgExecutor<'_>, invitation: Uuid, now: Timestamp) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select phone_sealed from family_invitation i where i.id = $1 and i.claimed_at is null and i.expires_at > $2
           and not exists (select from family_child k where k.id = i.child_id and k.death_noted_at is not null)",
        invitation,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

/// Ends what an account has in families. How many.
pub async fn leave(db: impl PgExecutor<'_>, account: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_member set until = $2 where account_id = $1 and until is null",
        account,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}
