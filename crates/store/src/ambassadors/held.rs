//! What the house holds on a person who applied, found by the keyed hashes of their contacts; and emptying what is due.

use super::applications::{ApplicationRow, applications};
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The applications made under these contacts or by this account, the newest first.
pub async fn of_contacts(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<ApplicationRow>> {
    applications!(
        "where a.phone_index = $1 or a.mail_index = $2 or a.account_id = $3
         order by a.created_at desc, a.id desc limit 200",
        phone_index,
        mail_index,
        account,
    )
    .fetch_all(db)
    .await
}

/// Locks the applications made under these contacts or by this account, in the order of their ids: each with whether
/// something is still to come of it.
pub async fn lock_applications(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<(Uuid, bool)>> {
    let rows = sqlx::query!(
        r#"select id, state in ('submitted', 'asked', 'reserve', 'selected', 'confirmed') as "live!"
           from ambassador_application
           where phone_index = $1 or mail_index = $2 or account_id = $3
           order by id for update"#,
        phone_index,
        mail_index,
        account
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.live)).collect())
}

/// Those of them that something is still to come of, the oldest first.
pub async fn live(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from ambassador_application
         where (phone_index = $1 or mail_index = $2 or account_id = $3)
           and state in ('submitted', 'asked', 'reserve', 'selected', 'confirmed')
         order by created_at, id",
        phone_index,
        mail_index,
        account
    )
    .fetch_all(db)
    .await
}

/// The next application after `after` that has not changed since `before` and is over since then, or whose round's last
/// day is past since then; locked, skipping those another server erases.
pub async fn next_due(db: &mut PgConnection, before: jiff::Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from ambassador_application a join ambassador_round r on r.id = a.round_id
         where a.id > $2 and a.erased_at is null and a.updated_at < $1
           and (a.state in ('refused', 'withdrawn')
                or (r.closes_at < $1
                    and not exists (select from ambassador_training t where t.round_id = r.id and t.ends_at >= $1)))
         order by a.id limit 1 for update of a skip locked",
        before.to_sqlx() as _,
        after
    )
    .fetch_optional(db)
    .await
}

/// How many applications [`next_due`] would find, one after the other.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from ambassador_application a join ambassador_round r on r.id = a.round_id
         where a.erased_at is null and a.updated_at < $1
           and (a.state in ('refused', 'withdrawn')
                or (r.closes_at < $1
                    and not exists (select from ambassador_training t where t.round_id = r.id and t.ends_at >= $1)))",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Empties an application: the texts are sealed placeholders. What remains counts people and names a school. Its short link
/// goes with it; a certificate keeps its own name until its own time is over, and so long the way from the person to it
/// stays: they may have the name erased.
pub async fn erase(
    db: &mut PgConnection,
    id: Uuid,
    (name, post, note): (&[u8], &[u8], &[u8]),
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with links as (delete from short_link where ambassador_id = $1)
         update ambassador_application set name_sealed = $2, post_sealed = $3, note_sealed = $4, guardian_sealed = null,
                age = null, phone_sealed = null, mail_sealed = null, question_sealed = null, answer_sealed = null,
                reason_sealed = null, erased_at = $5,
                phone_index = case when exists (select from ambassador_certificate c
                                                where c.application_id = $1 and c.erased_at is null) then phone_index end,
                mail_index = case when exists (select from ambassador_certificate c
                                               where c.application_id = $1 and c.erased_at is null) then mail_index end,
                account_id = case when exists (select from ambassador_certificate c
                                               where c.application_id = $1 and c.erased_at is null) then account_id end
         where id = $1",
        id,
        name,
        post,
        note,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
