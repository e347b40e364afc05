//! What the house holds on a person who asked for a group, found by the keyed hashes of their contacts; and emptying what
//! is due.

use super::requests::{RequestRow, requests};
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The requests made under these contacts or by this account, the newest first.
pub async fn of_contacts(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where r.phone_index = $1 or r.mail_index = $2 or r.account_id = $3 order by r.created_at desc, r.id desc limit 200",
        phone_index,
        mail_index,
        account,
    )
    .fetch_all(db)
    .await
}

/// The requests of an account, the newest first: made signed in, or under a contact the account has proven since.
pub async fn of_account(db: &mut PgConnection, account: Uuid) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "join account a on r.account_id = a.id or r.phone_index = a.phone_index or r.mail_index = a.mail_index
         where a.id = $1 and a.deleted_at is null and r.erased_at is null
         order by r.created_at desc, r.id desc limit 50",
        account,
    )
    .fetch_all(db)
    .await
}

/// Locks the requests made under these contacts or by this account, in the order of their ids: each with whether it waits for a decision. An
/// approved one is a booking, which is asked of by itself.
pub async fn lock_requests(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<(Uuid, bool)>> {
    let rows = sqlx::query!(
        "select id, state in ('submitted', 'asked', 'proposed', 'accepted', 'rebook') as \"live!\" from group_request
         where phone_index = $1 or mail_index = $2 or account_id = $3
         order by id for update",
        phone_index,
        mail_index,
        account
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.live)).collect())
}

/// Those of them that wait for a decision, the oldest first.
pub async fn live(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    account: Uuid,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from group_request
         where (phone_index = $1 or mail_index = $2 or account_id = $3) and state in ('submitted', 'asked', 'proposed', 'accepted', 'rebook')
         order by created_at, id",
        phone_index,
        mail_index,
        account
    )
    .fetch_all(db)
    .await
}

/// The next request after `after` that has been over since `before`, or whose last wished session and booking are past since
/// then, and is not erased yet; locked, skipping those another server erases.
pub async fn next_due(db: &mut PgConnection, before: jiff::Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select r.id from group_request r
         where r.id > $2 and r.erased_at is null and r.updated_at < $1
           and (r.state in ('visited', 'missed', 'over', 'refused', 'withdrawn')
                or not exists (select from session s left join booking b on b.id = r.booking_id
                               where s.ends_at >= $1 and (s.id = any(r.wishes) or s.id in (r.proposed_session, b.session_id))))
         order by r.id limit 1 for update of r skip locked",
        before.to_sqlx() as _,
        after
    )
    .fetch_optional(db)
    .await
}

/// How many requests [`next_due`] would find, one after the other.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from group_request r
         where r.erased_at is null and r.updated_at < $1
           and (r.state in ('visited', 'missed', 'over', 'refused', 'withdrawn')
                or not exists (select from session s left join booking b on b.id = r.booking_id
                               where s.ends_at >= $1 and (s.id = any(r.wishes) or s.id in (r.proposed_session, b.session_id))))",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Empties a request: the texts are sealed placeholders. What remains counts people and names an organisation. Its list
/// and its short link go with it.
pub async fn erase(
    db: &mut PgConnection,
    id: Uuid,
    (name, post, note): (&[u8], &[u8], &[u8]),
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with lists as (delete from group_roster where request_id = $1),
              links as (delete from short_link where group_id = $1)
         update group_request set name_sealed = $2, post_sealed = $3, note_sealed = $4, phone_sealed = null, phone_index = null,
                mail_sealed = null, mail_index = null, question_sealed = null, answer_sealed = null, message_sealed = null,
                reason_sealed = null, account_id = null, erased_at = $5
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
