//! What families do after a decision: the agreements they signed, and their appeals. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A part of what is granted, with what has to be there before it is paid.
#[derive(Debug, Clone)]
pub struct GrantedRow {
    /// 1 for the first.
    pub nth: i16,
    /// In fen.
    pub amount: i64,
    /// The words of the evidence.
    pub needs: Vec<String>,
}

/// The parts of what is kept for a case.
pub async fn granted(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<GrantedRow>> {
    sqlx::query_as!(
        GrantedRow,
        "select t.nth, t.amount, t.needs from ledger_award a join ledger_tranche t on t.award_id = a.id
         where a.case_id = $1 and a.state = 'reserved' order by t.nth",
        case
    )
    .fetch_all(db)
    .await
}

/// A signed agreement to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewAgreement<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which case.
    pub case: Uuid,
    /// The version that signing made.
    pub version: i32,
    /// The version of the text.
    pub text_version: i16,
    /// The SHA-256 of the text.
    pub text_hash: &'a [u8],
    /// The word of the part that signed.
    pub part: &'a str,
    /// The text and the names that were typed, under the case's key.
    pub signed: &'a [u8],
}

/// Writes what was signed.
pub async fn add_agreement(db: impl PgExecutor<'_>, new: NewAgreement<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_agreement (id, case_id, version, text_version, text_hash, part, signed_sealed, signed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id,
        new.case,
        new.version,
        new.text_version,
        new.text_hash,
        new.part,
        new.signed,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A signed agreement as stored.
#[derive(Debug, Clone)]
pub struct AgreementRow {
    /// Its own.
    pub id: Uuid,
    /// The version of the case that signing made.
    pub version: i32,
    /// The version of the text.
    pub text_version: i16,
    /// The SHA-256 of the text.
    pub text_hash: Vec<u8>,
    /// The word of the part that signed.
    pub part: String,
    /// Under the case's key.
    pub signed_sealed: Vec<u8>,
    /// When.
    pub signed_at: SqlTimestamp,
}

/// The agreement of a case that was signed last.
pub async fn agreement(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<AgreementRow>> {
    sqlx::query_as!(
        AgreementRow,
        "select id, version, text_version, text_hash, part, signed_sealed, signed_at
         from spark_agreement where case_id = $1 order by version desc limit 1",
        case
    )
    .fetch_optional(db)
    .await
}

/// Writes an appeal: the one of its case, by whoever takes this part.
pub async fn add_appeal(
    db: impl PgExecutor<'_>,
    (id, case): (Uuid, Uuid),
    (version, part): (i32, &str),
    letter: &[u8],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_appeal (id, case_id, version, part, letter_sealed, sent_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        case,
        version,
        part,
        letter,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An appeal as stored.
#[derive(Debug, Clone)]
pub struct AppealRow {
    /// Its own.
    pub id: Uuid,
    /// Under the case's key.
    pub letter_sealed: Vec<u8>,
    /// When it was sent.
    pub sent_at: SqlTimestamp,
    /// Something was decided since.
    pub decided: bool,
}

/// The appeal of a case.
pub async fn appeal(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<AppealRow>> {
    sqlx::query_as!(
        AppealRow,
        r#"select a.id, a.letter_sealed, a.sent_at,
                  exists (select from spark_case_event e where e.case_id = a.case_id and e.version > a.version
                            and e.event in ('grant', 'grant_part', 'refuse', 'rule_out', 'defer')) as "decided!"
           from spark_appeal a where a.case_id = $1"#,
        case
    )
    .fetch_optional(db)
    .await
}

/// The appeal of a case that papers can still come with: it is not decided, and lies before no meeting. Papers are an
/// application's: a case that came otherwise has none.
pub async fn open_appeal(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"select case when exists (select from spark_application where id = $1) then spark_appeal_open($1) end as "appeal?""#,
        case
    )
    .fetch_one(db)
    .await
}

/// Removes what the family of a case signed and said, once its key is destroyed.
pub async fn forget(db: &mut PgConnection, case: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_agreement where case_id = $1", case).execute(&mut *db).await?;
    sqlx::query!("delete from spark_appeal where case_id = $1", case).execute(db).await?;
    Ok(())
}
