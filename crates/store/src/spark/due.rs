//! What is due of cases: what has stood long enough, of what a family is reminded, who waits for money, what is forgotten.

use super::desk::Due;
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Cases that have been in a state since before an instant: after this one in the order of their ids, a page of them. A notice
/// that is objected to waits for the answer.
pub async fn standing(db: impl PgExecutor<'_>, state: &str, before: Timestamp, after: Uuid) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        "select c.id, c.version from spark_case c where c.state = $1 and c.changed_at < $2 and c.id > $3
           and (c.state <> 'notice'
                or not exists (select from spark_objection o
                               where o.case_id = c.id and o.outcome is null))
         order by c.id limit 100",
        state,
        before.to_sqlx() as SqlTimestamp,
        after
    )
    .fetch_all(db)
    .await
}

/// Cases that wait for their family for too long: of a question with a last day whose last day was `due_by` or before, others since
/// before an instant. After this one in the order of their ids, a page of them.
pub async fn overdue(
    db: impl PgExecutor<'_>,
    (before, due_by): (Timestamp, civil::Date),
    after: Uuid,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        "select c.id, c.version from spark_case c
         left join spark_clarification q on q.case_id = c.id and q.version = c.version and q.supplied_on is null
         where c.state = 'returned' and c.id > $3
           and case when q.id is null then c.changed_at < $1 else q.due_on <= $2 end
         order by c.id limit 100",
        before.to_sqlx() as SqlTimestamp,
        due_by.to_sqlx() as SqlDate,
        after
    )
    .fetch_all(db)
    .await
}

/// A case that waits for its family, and of which nobody was reminded.
#[derive(Debug, Clone, Copy)]
pub struct AskedBack {
    /// The case.
    pub id: Uuid,
    /// At which version.
    pub version: i32,
    /// The row of history that sent it back, or the last time more time was given; the demand, of money that is asked back.
    pub about: Uuid,
    /// Since when.
    pub at: SqlTimestamp,
    /// The last day for the answer, where one was set.
    pub due_on: Option<SqlDate>,
}

/// Cases that wait for their family and of which nobody was reminded: of a question with a last day, in the second half of its
/// time and where that day is from `today` to `soon`, once more each time more time was given; others since before an instant.
/// After this one in the order of their ids, a page of them.
pub async fn asked_back(
    db: impl PgExecutor<'_>,
    before: Timestamp,
    (today, soon): (civil::Date, civil::Date),
    after: Uuid,
) -> sqlx::Result<Vec<AskedBack>> {
    sqlx::query_as!(
        AskedBack,
        r#"select c.id, c.version, coalesce(q.extension, e.id) as "about!", c.changed_at as "at: SqlTimestamp",
                  q.due_on as "due_on?: SqlDate"
           from spark_case c join spark_case_event e on e.case_id = c.id and e.version = c.version
           left join spark_clarification q on q.case_id = c.id and q.version = c.version and q.supplied_on is null
           where c.state = 'returned' and c.id > $4
             and case when q.id is null then c.changed_at < $1
                      else q.due_on between $2::date and $3::date
                           and $2::date - coalesce(q.extended_on, q.asked_on)
                               >= (q.due_on - coalesce(q.extended_on, q.asked_on)) / 2 end
             and not exists (select from spark_case_reminder r where r.about = coalesce(q.extension, e.id))
           order by c.id limit 100"#,
        before.to_sqlx() as SqlTimestamp,
        today.to_sqlx() as SqlDate,
        soon.to_sqlx() as SqlDate,
        after
    )
    .fetch_all(db)
    .await
}

/// Something of a case that ends soon, and of which its family was not reminded.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// The case.
    pub id: Uuid,
    /// At which version.
    pub version: i32,
    /// What ends: a row of history, or an award.
    pub about: Uuid,
    /// Since when a state stands; of an award, when it lapses.
    pub at: SqlTimestamp,
}

/// Cases that have been in a state since before an instant and of which nobody was reminded: after this one in the order of
/// their ids, a page of them.
pub async fn ending(db: impl PgExecutor<'_>, state: &str, before: Timestamp, after: Uuid) -> sqlx::Result<Vec<Ending>> {
    sqlx::query_as!(
        Ending,
        r#"select c.id, c.version, e.id as about, c.changed_at as "at: SqlTimestamp"
           from spark_case c join spark_case_event e on e.case_id = c.id and e.version = c.version
           where c.state = $1 and c.changed_at < $2 and c.id > $3
             and not exists (select from spark_case_reminder r where r.about = e.id)
           order by c.id limit 100"#,
        state,
        before.to_sqlx() as SqlTimestamp,
        after
    )
    .fetch_all(db)
    .await
}

/// Cases that are being paid, with an award that lapses before an instant, of which nothing was ever on its way to be paid and
/// nobody was reminded: after this one in the order of their ids, a page of them.
pub async fn unused(db: impl PgExecutor<'_>, before: Timestamp, after: Uuid) -> sqlx::Result<Vec<Ending>> {
    sqlx::query_as!(
        Ending,
        r#"select c.id, c.version, a.id as about, a.lapses_at as "at: SqlTimestamp"
           from ledger_award a join spark_case c on c.id = a.case_id
           where a.state = 'reserved' and a.lapses_at < $1 and c.state = 'disbursing' and c.id > $2
             and not exists (select from ledger_payment p where p.award_id = a.id and p.state <> 'cancelled')
             and not exists (select from spark_case_reminder r where r.about = a.id)
           order by c.id limit 100"#,
        before.to_sqlx() as SqlTimestamp,
        after
    )
    .fetch_all(db)
    .await
}

/// Cases of which money is asked back, with something that nobody paid or waived, whose last day is from `today` to `soon` and of
/// which nobody was reminded: in the second half of the time they were given. After this one in the order of their ids, a page of
/// them.
pub async fn owed(
    db: impl PgExecutor<'_>,
    (today, soon): (civil::Date, civil::Date),
    after: Uuid,
) -> sqlx::Result<Vec<AskedBack>> {
    sqlx::query_as!(
        AskedBack,
        r#"select c.id, c.version, d.id as about, d.asked_at as "at: SqlTimestamp", d.due_on as "due_on?: SqlDate"
           from spark_clawback d join spark_case c on c.id = d.case_id,
                lateral (select (d.asked_at at time zone 'Asia/Shanghai')::date as day) asked
           where c.state = 'clawback' and c.id > $3 and d.settled_at is null
             and d.due_on between $1::date and $2::date
             and $1::date - asked.day >= greatest(1, (d.due_on - asked.day) / 2)
             and spark_clawback_stands(d.id) < d.amount
             and not exists (select from spark_case_reminder r where r.about = d.id)
           order by c.id limit 100"#,
        today.to_sqlx() as SqlDate,
        soon.to_sqlx() as SqlDate,
        after
    )
    .fetch_all(db)
    .await
}

/// Notes that a family is reminded of something. `false` where it was.
pub async fn remind(db: impl PgExecutor<'_>, about: Uuid, case: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_case_reminder (about, case_id, told_at) values ($1, $2, $3) on conflict do nothing",
        about,
        case,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The officers of a role, by its stored word, who are not away on a day and whose accounts are live: who looks after the fewest
/// cases that go on comes first.
pub async fn officers_there(db: impl PgExecutor<'_>, role: &str, day: civil::Date) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from account_role r join account a on a.id = r.account_id
         where r.role = $1 and a.deleted_at is null
           and not exists (select from spark_absence s where s.account_id = a.id and s.from_day <= $2
                             and (s.until_day is null or s.until_day >= $2))
           and not exists (select from spark_reviewer_profile p where p.account_id = a.id and p.away)
         order by (select count(*) from spark_case c where c.officer_id = a.id
                     and c.state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')), a.id
         limit 200",
        role,
        day.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// A case that waits for money, or was called up again and is not decided yet.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Which.
    pub id: Uuid,
    /// At which version.
    pub version: i32,
    /// The fund it asks, if it names one.
    pub fund_id: Option<Uuid>,
    /// The disease group's word.
    pub disease_group: String,
    /// A city's code.
    pub city: String,
    /// In years.
    pub age: i16,
    /// In fen.
    pub asked: i64,
    /// Called up before: money is meant for it.
    pub resumed: bool,
    /// When it was opened: a fund that was closed before is not for it.
    pub opened_at: SqlTimestamp,
}

/// Whether any case waits for money.
pub async fn is_queue(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from spark_case where state = 'deferred_no_funds') as "is!""#)
        .fetch_one(db)
        .await
}

/// The queue for money: those called up and not decided, then those that wait, each in the order in which they were deferred
/// first. A place is kept however often a case is called up and deferred again.
pub async fn queue(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Queued>> {
    sqlx::query_as!(
        Queued,
        r#"select c.id, c.version, c.fund_id, c.disease_group, c.city, c.age, c.asked,
                  c.state = 'committee' as "resumed!", c.opened_at
           from spark_case c
           where c.state = 'deferred_no_funds'
              or (c.state = 'committee'
                  and exists (select from spark_case_event e where e.case_id = c.id and e.event = 'resume')
                  and not exists (select from ledger_award a where a.case_id = c.id and a.state = 'reserved'))
           order by c.state = 'committee' desc,
                    (select min(e.at) from spark_case_event e where e.case_id = c.id and e.event = 'defer'), c.id
           limit 1000"#
    )
    .fetch_all(db)
    .await
}

/// Notes that the families of these cases are told that a fund takes no new applications: of which they were not told before.
pub async fn tell_of_fund(
    db: impl PgExecutor<'_>,
    cases: &[Uuid],
    fund: Uuid,
    now: Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "insert into spark_case_fund_told (case_id, fund_id, told_at) select id, $2, $3 from unnest($1::uuid[]) as id
         on conflict do nothing returning case_id",
        cases,
        fund,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(db)
    .await
}

/// Deletes what was sent of a case whose key is destroyed: the application with its snapshots and consents.
pub async fn remove_application(db: &mut PgConnection, case: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_snapshot where application_id = $1", case).execute(&mut *db).await?;
    sqlx::query!("delete from spark_consent where application_id = $1", case).execute(&mut *db).await?;
    sqlx::query!("delete from spark_application where id = $1", case).execute(db).await?;
    Ok(())
}

/// A live case of a family, as far as it stands in the way of the end of an account.
#[derive(Debug, Clone)]
pub struct LiveRow {
    /// Eight characters, without the dash.
    pub reference: String,
    /// The stored word of its state.
    pub state: String,
    /// Since when it is where it is.
    pub changed_at: SqlTimestamp,
    /// The last day for an answer it waits for, where one was set.
    pub due_on: Option<SqlDate>,
}

/// The live cases of the families an account acts for.
pub async fn live_of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<LiveRow>> {
    sqlx::query_as!(
        LiveRow,
        r#"select distinct c.reference, c.state, c.changed_at, q.due_on as "due_on?: SqlDate"
         from spark_case_party p join spark_case c on c.id = p.case_id
         left join spark_clarification q on q.case_id = c.id and q.version = c.version and q.supplied_on is null
         where p.account_id = $1 and p.part in ('applicant', 'guardian')
           and c.state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')
         order by c.changed_at"#,
        account
    )
    .fetch_all(db)
    .await
}
