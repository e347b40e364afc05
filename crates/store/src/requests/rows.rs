//! The columns every kind of request has: what a new one holds, whose it is, how it is locked, and emptying it.

use super::Of;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// What every kind's row holds, still sealed.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// Request.
    pub id: Uuid,
    /// Eight characters.
    pub reference: &'a str,
    /// Where it stands.
    pub state: &'a str,
    /// Edit counter.
    pub version: i32,
    /// Who asks.
    pub organisation: &'a str,
    /// City.
    pub city: &'a str,
    /// Language of its messages.
    pub locale: &'a str,
    /// Sealed name.
    pub name_sealed: &'a [u8],
    /// Sealed post.
    pub post_sealed: &'a [u8],
    /// Sealed number.
    pub phone_sealed: Option<&'a [u8]>,
    /// Sealed address.
    pub mail_sealed: Option<&'a [u8]>,
    /// Sealed note.
    pub note_sealed: &'a [u8],
    /// Sealed question.
    pub question_sealed: Option<&'a [u8]>,
    /// Sealed answer.
    pub answer_sealed: Option<&'a [u8]>,
    /// Sealed reason.
    pub reason_sealed: Option<&'a [u8]>,
    /// When it was sent.
    pub created_at: jiff::Timestamp,
    /// When it last changed.
    pub updated_at: jiff::Timestamp,
}

/// What every new request's row holds.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Request.
    pub id: Uuid,
    /// The draft it comes from.
    pub draft_id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// Who asks, or which school.
    pub organisation: String,
    /// City.
    pub city: String,
    /// Language of its messages.
    pub locale: String,
    /// Whose account, if any.
    pub account_id: Option<Uuid>,
    /// Sealed name.
    pub name_sealed: Vec<u8>,
    /// Sealed post.
    pub post_sealed: Vec<u8>,
    /// Sealed number.
    pub phone_sealed: Option<Vec<u8>>,
    /// Its index.
    pub phone_index: Option<Vec<u8>>,
    /// Sealed address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Its index.
    pub mail_index: Option<Vec<u8>>,
    /// Sealed note.
    pub note_sealed: Vec<u8>,
}

/// What one side wrote to the other, sealed; what is none stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// A new question.
    pub question_sealed: Option<Vec<u8>>,
    /// The answer to it.
    pub answer_sealed: Option<Vec<u8>>,
    /// A reason.
    pub reason_sealed: Option<Vec<u8>>,
}

/// A person, as requests know one: by the keyed hashes of their contacts, which are proven, and by their account.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Of the number.
    pub phone: Option<&'a [u8]>,
    /// Of the address.
    pub mail: Option<&'a [u8]>,
    /// The account.
    pub account: Uuid,
}

/// One statement of each table, from the words before its name and those after it.
macro_rules! on {
    ($of:expr, $query:ident!($before:literal, $after:literal $(, $arg:expr)* $(,)?), $run:ident($db:expr)) => {
        match $of {
            Of::Bus => sqlx::$query!($before + "bus_request" + $after $(, $arg)*).$run($db).await,
            Of::Groups => sqlx::$query!($before + "group_request" + $after $(, $arg)*).$run($db).await,
            Of::Ambassadors => sqlx::$query!($before + "ambassador_application" + $after $(, $arg)*).$run($db).await,
        }
    };
}

/// Locks a request for a change. Answers whether it is there.
pub async fn lock(db: &mut PgConnection, of: Of, id: Uuid) -> sqlx::Result<bool> {
    let there = on!(of, query_scalar!("select id from ", " where id = $1 for update", id), fetch_optional(db))?;
    Ok(there.is_some())
}

/// How many requests of one phone or address are in one of these states.
pub async fn count_of_contact(db: &mut PgConnection, of: Of, index: &[u8], states: &[&str]) -> sqlx::Result<i64> {
    on!(
        of,
        query_scalar!(
            "select count(*) as \"count!\" from ",
            " where (phone_index = $1 or mail_index = $1) and state = any ($2)",
            index,
            states as _
        ),
        fetch_one(db)
    )
}

/// The requests of a person, the newest first.
pub async fn of_person(db: &mut PgConnection, of: Of, person: Person<'_>) -> sqlx::Result<Vec<Uuid>> {
    on!(
        of,
        query_scalar!(
            "select id from ",
            " where phone_index = $1 or mail_index = $2 or account_id = $3 order by created_at desc, id desc",
            person.phone,
            person.mail,
            person.account
        ),
        fetch_all(db)
    )
}

/// Those of them that are in one of these states, the oldest first.
pub async fn live_of_person(
    db: &mut PgConnection,
    of: Of,
    person: Person<'_>,
    states: &[&str],
) -> sqlx::Result<Vec<Uuid>> {
    on!(
        of,
        query_scalar!(
            "select id from ",
            " where (phone_index = $1 or mail_index = $2 or account_id = $3) and state = any ($4) order by created_at, id",
            person.phone,
            person.mail,
            person.account,
            states as _
        ),
        fetch_all(db)
    )
}

/// Locks the requests of a person, in the order of their ids: each with whether it is in one of these states.
pub async fn lock_of_person(
    db: &mut PgConnection,
    of: Of,
    person: Person<'_>,
    states: &[&str],
) -> sqlx::Result<Vec<(Uuid, bool)>> {
    macro_rules! rows {
        ($table:literal) => {{
            let rows = sqlx::query!(
                "select id, state = any ($4) as \"live!\" from "
                    + $table
                    + " where phone_index = $1 or mail_index = $2 or account_id = $3 order by id for update",
                person.phone,
                person.mail,
                person.account,
                states as _
            );
            Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.live)).collect())
        }};
    }
    match of {
        Of::Bus => rows!("bus_request"),
        Of::Groups => rows!("group_request"),
        Of::Ambassadors => rows!("ambassador_application"),
    }
}

/// The requests of an account that were not emptied, the newest first: made signed in, or under a contact the account has
/// proven since.
pub async fn of_account(db: &mut PgConnection, of: Of, account: Uuid) -> sqlx::Result<Vec<Uuid>> {
    on!(
        of,
        query_scalar!(
            "select r.id from ",
            " r join account a on r.account_id = a.id or r.phone_index = a.phone_index or r.mail_index = a.mail_index
             where a.id = $1 and a.deleted_at is null and r.erased_at is null
             order by r.created_at desc, r.id desc limit 50",
            account
        ),
        fetch_all(db)
    )
}

/// Whether a request is one of them, however many there are.
pub async fn is_of_account(db: &mut PgConnection, of: Of, account: Uuid, id: Uuid) -> sqlx::Result<bool> {
    on!(
        of,
        query_scalar!(
            "select exists(select from ",
            " r join account a on r.account_id = a.id or r.phone_index = a.phone_index or r.mail_index = a.mail_index
             where a.id = $1 and a.deleted_at is null and r.erased_at is null and r.id = $2) as \"own!\"",
            account,
            id
        ),
        fetch_one(db)
    )
}

/// Empties a request: the texts are sealed placeholders. What remains counts people and names an organisation.
/// Whoever saw it before looks again.
pub async fn empty(
    db: &mut PgConnection,
    of: Of,
    id: Uuid,
    (name, post, note): (&[u8], &[u8], &[u8]),
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    on!(
        of,
        query!(
            "update ",
            " set name_sealed = $2, post_sealed = $3, note_sealed = $4, phone_sealed = null, mail_sealed = null,
                  question_sealed = null, answer_sealed = null, reason_sealed = null, erased_at = $5,
                  version = version + 1
             where id = $1",
            id,
            name,
            post,
            note,
            now.to_sqlx() as _
        ),
        execute(db)
    )?;
    Ok(())
}

/// Takes the last way from a person to an emptied request.
pub async fn unlink(db: &mut PgConnection, of: Of, id: Uuid) -> sqlx::Result<()> {
    on!(
        of,
        query!("update ", " set phone_index = null, mail_index = null, account_id = null where id = $1", id),
        execute(db)
    )?;
    Ok(())
}
