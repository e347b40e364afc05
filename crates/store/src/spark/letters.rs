//! Letters to the families of cases. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A letter to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewLetter<'a> {
    /// Its own.
    pub id: Uuid,
    /// About which case.
    pub case: Uuid,
    /// The version of the case that the change made.
    pub version: i32,
    /// 1 for the case's first.
    pub nth: i16,
    /// The kind's word.
    pub kind: &'a str,
    /// The version of the texts.
    pub template: i16,
    /// The language's tag.
    pub locale: &'a str,
    /// The day it is of.
    pub issued_on: civil::Date,
    /// What is told, under the case's key.
    pub content: &'a [u8],
}

/// Writes a letter. `false` when there is one of that change.
pub async fn add(db: impl PgExecutor<'_>, new: NewLetter<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_letter (id, case_id, version, nth, kind, template, locale, content_sealed, issued_on, issued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (case_id, version) do nothing",
        new.id,
        new.case,
        new.version,
        new.nth,
        new.kind,
        new.template,
        new.locale,
        new.content,
        new.issued_on.to_sqlx() as SqlDate,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The number of a case's next letter. Of a case that is locked.
pub async fn next(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<i16> {
    sqlx::query_scalar!(
        r#"select (coalesce(max(nth), 0) + 1)::smallint as "next!" from spark_letter where case_id = $1"#,
        case
    )
    .fetch_one(db)
    .await
}

/// What was paid for a case, in fen.
pub async fn paid(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(t.amount), 0)::bigint as "paid!"
           from ledger_award a join ledger_tranche t on t.award_id = a.id where a.case_id = $1 and t.state = 'paid'"#,
        case
    )
    .fetch_one(db)
    .await
}

/// A letter as stored, without its PDF.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// Which.
    pub id: Uuid,
    /// About which case.
    pub case_id: Uuid,
    /// The case's reference: eight characters, without the dash.
    pub reference: String,
    /// 1 for the case's first.
    pub nth: i16,
    /// The kind's word.
    pub kind: String,
    /// The version of the texts.
    pub template: i16,
    /// The language's tag.
    pub locale: String,
    /// What is told, under the case's key; none once the case is forgotten.
    pub content_sealed: Option<Vec<u8>>,
    /// SHA-256 of its PDF, once that is drawn.
    pub pdf_digest: Option<Vec<u8>>,
    /// The day it is of.
    pub issued_on: SqlDate,
    /// When it was written.
    pub issued_at: SqlTimestamp,
}

/// A letter.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select l.id, l.case_id, c.reference, l.nth, l.kind, l.template, l.locale, l.content_sealed, l.pdf_digest,
                  l.issued_on as "issued_on: SqlDate", l.issued_at
           from spark_letter l join spark_case c on c.id = l.case_id where l.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// The letters of a case, the last first.
pub async fn of_case(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select l.id, l.case_id, c.reference, l.nth, l.kind, l.template, l.locale, l.content_sealed, l.pdf_digest,
                  l.issued_on as "issued_on: SqlDate", l.issued_at
           from spark_letter l join spark_case c on c.id = l.case_id where l.case_id = $1 order by l.nth desc limit 200"#,
        case
    )
    .fetch_all(db)
    .await
}

/// The letters of the cases an account takes part in for the family, for a copy of all that is held of somebody.
pub async fn of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        r#"select l.id, l.case_id, c.reference, l.nth, l.kind, l.template, l.locale, l.content_sealed, l.pdf_digest,
                  l.issued_on as "issued_on: SqlDate", l.issued_at
           from spark_letter l join spark_case c on c.id = l.case_id
           where exists (select from spark_case_party p where p.case_id = l.case_id and p.account_id = $1
                           and p.part in ('applicant', 'guardian'))
           order by l.issued_at, l.id"#,
        account
    )
    .fetch_all(db)
    .await
}

/// The PDF of a letter, under the case's key; none until it is drawn, and once the case is forgotten.
pub async fn pdf(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let row = sqlx::query_scalar!("select pdf_sealed from spark_letter where id = $1", id);
    Ok(row.fetch_optional(db).await?.flatten())
}

/// Keeps the PDF of a letter with its hash. `false` where one is kept, or the case is forgotten.
pub async fn draw(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (pdf, digest): (&[u8], &[u8]),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_letter set pdf_sealed = $2, pdf_digest = $3, drawn_at = $4
         where id = $1 and pdf_digest is null and content_sealed is not null",
        id,
        pdf,
        digest,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What anybody who holds a letter may know of it.
#[derive(Debug, Clone)]
pub struct IssuedRow {
    /// SHA-256 of its PDF, once that is drawn.
    pub pdf_digest: Option<Vec<u8>>,
    /// The day it is of.
    pub issued_on: SqlDate,
}

/// A letter by its number.
pub async fn numbered(db: impl PgExecutor<'_>, reference: &str, nth: i16) -> sqlx::Result<Option<IssuedRow>> {
    sqlx::query_as!(
        IssuedRow,
        r#"select l.pdf_digest, l.issued_on as "issued_on: SqlDate"
           from spark_letter l join spark_case c on c.id = l.case_id where c.reference = $1 and l.nth = $2"#,
        reference,
        nth
    )
    .fetch_optional(db)
    .await
}

/// Takes what is sealed in the letters of a case whose key is destroyed.
pub async fn forget(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update spark_letter set content_sealed = null, pdf_sealed = null where case_id = $1 and content_sealed is not null",
        case
    );
    Ok(done.execute(db).await?.rows_affected())
}
