//! What a family reads: asked as `cb_family`, which finds no row of another family whatever a statement says.

use crate::SqlTimestamp;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// From here to the end of the transaction only what an account's families have is found.
pub async fn narrow(db: &mut PgConnection, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select set_config('role', 'cb_family', true) as "role!", set_config('cordblood.account', $1, true) as "account!""#,
        account.hyphenated().to_string()
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// The membership of an account.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// Its own.
    pub id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// What they are in it.
    pub kin: String,
    /// The mother.
    pub mother: bool,
    /// Since when.
    pub since: SqlTimestamp,
}

/// The families an account belongs to now, the oldest first.
pub async fn memberships(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<MemberRow>> {
    sqlx::query_as!(
        MemberRow,
        r#"select id, family_id, account_id, kin, mother, since as "since: SqlTimestamp" from family_member
           where account_id = $1 and until is null order by since, id"#,
        account
    )
    .fetch_all(db)
    .await
}

/// Everybody who belongs to a family now.
pub async fn members(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<Vec<MemberRow>> {
    sqlx::query_as!(
        MemberRow,
        r#"select id, family_id, account_id, kin, mother, since as "since: SqlTimestamp" from family_member
           where family_id = $1 and until is null order by since, id"#,
        family
    )
    .fetch_all(db)
    .await
}

/// The accounts that belong to some families now: family and account.
pub async fn members_of(db: impl PgExecutor<'_>, families: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select family_id, account_id from family_member where family_id = any($1) and until is null order by family_id, since, id",
        families
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.family_id, row.account_id)).collect())
}

/// A unit as its family finds it in a list.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub family_id: Uuid,
    /// For whose use.
    pub pool: String,
    /// Where it is.
    pub state: String,
    /// Where it comes back to.
    pub held_in: Option<String>,
    /// Preparation steps that are done, and all there are.
    pub steps_done: i64,
    /// Of its list.
    pub steps_all: i64,
    /// Tests that are final.
    pub tests_final: i64,
    /// Of its list.
    pub tests_all: i64,
    /// It was released into the store at some time.
    pub stored: bool,
    /// When it was registered, by the clock of whoever did.
    pub registered_at: SqlTimestamp,
    /// When something happened to it last, by the same.
    pub changed_at: SqlTimestamp,
}

/// The units of the families an account belongs to now; with an id, that one. The last first.
pub async fn units(db: impl PgExecutor<'_>, account: Uuid, unit: Option<Uuid>) -> sqlx::Result<Vec<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select u.id, u.family_id as "family_id!", u.pool, u.state, u.held_in,
                  bit_count(u.steps_done::bit(64)) as "steps_done!",
                  (select count(*) from custody_catalogue_item i where i.catalogue_id = u.preparation_id) as "steps_all!",
                  bit_count(u.tests_final::bit(64)) as "tests_final!",
                  (select count(*) from custody_catalogue_item i where i.catalogue_id = u.tests_id) as "tests_all!",
                  exists (select from custody_event e where e.unit_id = u.id and e.kind = 'banked') as "stored!",
                  coalesce((select e.occurred_at from custody_event e where e.unit_id = u.id and e.seq = 1), u.registered_at)
                    as "registered_at!: SqlTimestamp",
                  coalesce((select e.occurred_at from custody_event e where e.unit_id = u.id and e.seq = u.seq), u.changed_at)
                    as "changed_at!: SqlTimestamp"
           from family_member m join custody_unit u on u.family_id = m.family_id
           where m.account_id = $1 and m.until is null and ($2::uuid is null or u.id = $2)
           order by u.registered_at desc, u.id"#,
        account,
        unit
    )
    .fetch_all(db)
    .await
}

/// An entry of a list of the bank's work, with whether it is done.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// From 1.
    pub position: i16,
    /// Its word.
    pub code: String,
    /// Its section.
    pub section: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Done.
    pub done: bool,
}

/// The preparation steps of a unit by the list it is worked by; nothing before one is named.
pub async fn steps(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"select i.position, i.code, i.section, i.zh, i.en,
                  (u.steps_done >> (i.position - 1)) & 1 = 1 as "done!"
           from custody_unit u join custody_catalogue_item i on i.catalogue_id = u.preparation_id
           where u.id = $1 order by i.position"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// A child of a family.
#[derive(Debug, Clone)]
pub struct ChildRow {
    /// Which.
    pub id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// What it is called.
    pub name_sealed: Vec<u8>,
    /// When it was born.
    pub born_sealed: Vec<u8>,
    /// Where it is reached from its eighteenth birthday on.
    pub phone_sealed: Option<Vec<u8>>,
    /// When it was invited.
    pub invited_at: Option<SqlTimestamp>,
    /// It did not answer, and its guardians were told.
    pub silent: bool,
    /// When it took over.
    pub took_over_at: Option<SqlTimestamp>,
    /// It died, as the office noted.
    pub died: bool,
}

/// The children of a family.
pub async fn children(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<Vec<ChildRow>> {
    sqlx::query_as!(
        ChildRow,
        r#"select id, family_id, name_sealed, born_sealed, phone_sealed, invited_at as "invited_at: SqlTimestamp",
                  silent_told_at is not null as "silent!", took_over_at as "took_over_at: SqlTimestamp",
                  death_noted_at is not null as "died!"
           from family_child where family_id = $1 order by id"#,
        family
    )
    .fetch_all(db)
    .await
}

/// A contract, as far as its family reads it; the office's reader ([`super::office::contract`]) has more.
#[derive(Debug, Clone)]
pub struct ContractRow {
    /// Which.
    pub id: Uuid,
    /// The unit it keeps.
    pub unit_id: Option<Uuid>,
    /// Its number.
    pub number_sealed: Vec<u8>,
    /// For whose use.
    pub pool: String,
    /// How far it is.
    pub state: String,
    /// When it was signed.
    pub signed_on: Option<SqlDate>,
    /// The last day of its term.
    pub ends_on: Option<SqlDate>,
    /// Its unit is another family's now.
    pub unit_went: bool,
    /// The child it is for died, as the office noted.
    pub child_died: bool,
}

/// The contracts of a family, the newest first.
pub async fn contracts(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<Vec<ContractRow>> {
    sqlx::query_as!(
        ContractRow,
        r#"select id, unit_id, number_sealed, pool, state,
                  signed_on as "signed_on: SqlDate", ends_on as "ends_on: SqlDate",
                  unit_id is not null and not exists (
                    select from custody_unit u where u.id = c.unit_id and u.family_id = c.family_id) as "unit_went!",
                  exists (select from family_child k where k.id = c.child_id and k.death_noted_at is not null) as "child_died!"
           from family_contract c where family_id = $1 order by made_at desc, id"#,
        family
    )
    .fetch_all(db)
    .await
}

/// A price that was agreed, and whether it is paid.
#[derive(Debug, Clone)]
pub struct PriceRow {
    /// By which contract.
    pub contract_id: Uuid,
    /// From 1.
    pub nth: i16,
    /// What for.
    pub kind: String,
    /// Until when.
    pub due_on: SqlDate,
    /// How much.
    pub fen: i64,
    /// When it came.
    pub paid_on: Option<SqlDate>,
}

/// The prices of some contracts, each contract's in order of their days.
pub async fn prices(db: impl PgExecutor<'_>, contracts: &[Uuid]) -> sqlx::Result<Vec<PriceRow>> {
    sqlx::query_as!(
        PriceRow,
        r#"select p.contract_id, p.nth, p.kind, p.due_on as "due_on: SqlDate", p.fen, d.paid_on as "paid_on?: SqlDate"
           from family_contract_price p left join family_contract_due d on d.contract_id = p.contract_id and d.nth = p.nth
           where p.contract_id = any($1) order by p.due_on, p.nth"#,
        contracts
    )
    .fetch_all(db)
    .await
}

/// A notice, and when whoever reads said that it was read.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Which.
    pub id: Uuid,
    /// To which family.
    pub family_id: Uuid,
    /// About which unit, while that is the family's.
    pub unit_id: Option<Uuid>,
    /// What it says.
    pub kind: String,
    /// The day it is about.
    pub day: Option<SqlDate>,
    /// When it was made.
    pub made_at: SqlTimestamp,
    /// When somebody of the family said first that it was read.
    pub read_at: Option<SqlTimestamp>,
}

/// The notices to the families an account belongs to now, the last first; with an id, that one. Without those of the first kinds, whose
/// cause is a child, where that child died; and without those of the second, where it died whose unit they are about, or where the
/// family has no other child.
pub async fn notices(
    db: impl PgExecutor<'_>,
    account: Uuid,
    notice: Option<Uuid>,
    [caused, about]: &[Vec<String>; 2],
) -> sqlx::Result<Vec<NoticeRow>> {
    sqlx::query_as!(
        NoticeRow,
        r#"select n.id, n.family_id, n.kind, n.day as "day: SqlDate", n.made_at as "made_at: SqlTimestamp",
                  (select u.id from custody_unit u where u.id = n.unit_id and u.family_id = n.family_id) as "unit_id?",
                  (select min(r.at) from family_notice_read r where r.notice_id = n.id) as "read_at?: SqlTimestamp"
           from family_member m join family_notice n on n.family_id = m.family_id
           where m.account_id = $1 and m.until is null and ($2::uuid is null or n.id = $2)
             and not (n.kind = any($3) and exists (
               select from family_child k where k.id = n.cause_id and k.death_noted_at is not null))
             and not (n.kind = any($4) and exists (
               select from family_child k where k.family_id = n.family_id and k.death_noted_at is not null
                 and (exists (select from family_contract c where c.child_id = k.id and c.unit_id = n.unit_id)
                      or not exists (select from family_child l where l.family_id = n.family_id and l.death_noted_at is null))))
           order by n.made_at desc, n.id desc limit 200"#,
        account,
        notice,
        caused,
        about
    )
    .fetch_all(db)
    .await
}

/// A look of somebody of the house at a family's record.
#[derive(Debug, Clone)]
pub struct AccessRow {
    /// Which.
    pub id: Uuid,
    /// At which unit, if at one.
    pub unit_id: Option<Uuid>,
    /// In which role.
    pub role: String,
    /// At what.
    pub what: String,
    /// Why.
    pub reason_sealed: Vec<u8>,
    /// Without having been asked by the family, in an emergency.
    pub break_glass: bool,
    /// When.
    pub at: SqlTimestamp,
}

/// Who looked at the record of the families an account belongs to now, the last first.
pub async fn looks(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<AccessRow>> {
    sqlx::query_as!(
        AccessRow,
        r#"select a.id, a.unit_id, a.role, a.what, a.reason_sealed, a.break_glass, a.at as "at: SqlTimestamp"
           from family_member m join family_access a on a.family_id = m.family_id
           where m.account_id = $1 and m.until is null order by a.at desc, a.id desc limit 500"#,
        account
    )
    .fetch_all(db)
    .await
}

/// What a member said last of a purpose.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// Who.
    pub account_id: Uuid,
    /// Of what.
    pub purpose: String,
    /// Yes.
    pub given: bool,
    /// When.
    pub at: SqlTimestamp,
}

/// The last word of every member of a family on every purpose.
pub async fn consents(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<Vec<ConsentRow>> {
    sqlx::query_as!(
        ConsentRow,
        r#"select distinct on (account_id, purpose) account_id, purpose, given, at as "at: SqlTimestamp"
           from family_consent where family_id = $1 order by account_id, purpose, at desc, id desc"#,
        family
    )
    .fetch_all(db)
    .await
}

/// What of a family's is a mother's, and whether she lets the others of it read her results.
#[derive(Debug, Clone)]
pub struct BirthRow {
    /// Of which unit; nothing where the family has none yet.
    pub unit_id: Option<Uuid>,
    /// The mother of its birth, where she belongs to the family; of a family without a unit the family's mother.
    pub mother: Option<Uuid>,
    /// The unit came from another family: after the event that gave it first there is a further one.
    pub passed_on: bool,
    /// She lets the others: her last word on the purpose in this family, and without a word no.
    pub shares: bool,
}

/// The mothers of a family's units, the only ones whose results are in the house; with a unit, of that one. Asked as `cb_family`: of
/// another's family there is none. `purpose` is what a mother lets the others by.
pub async fn births(
    db: impl PgExecutor<'_>,
    (family, unit): (Uuid, Option<Uuid>),
    purpose: &str,
) -> sqlx::Result<Vec<BirthRow>> {
    sqlx::query_as!(
        BirthRow,
        r#"with birth as (
             select u.id as unit_id, family_birth_mother(u.id) as mother,
                    (select count(*) > 1 from custody_event e where e.unit_id = u.id and e.kind = 'assigned') as passed_on
             from custody_unit u where u.family_id = $1 and ($2::uuid is null or u.id = $2)
             union all
             select null::uuid, m.account_id, false from family_member m
             where m.family_id = $1 and m.mother and m.until is null
               and not exists (select from custody_unit u where u.family_id = $1))
           select b.unit_id as "unit_id?", b.mother as "mother?", b.passed_on as "passed_on!",
                  coalesce((select c.given from family_consent c
                    where c.family_id = $1 and c.account_id = b.mother and c.purpose = $3
                    order by c.at desc, c.id desc limit 1), false) as "shares!"
           from birth b order by b.unit_id"#,
        family,
        unit,
        purpose
    )
    .fetch_all(db)
    .await
}
