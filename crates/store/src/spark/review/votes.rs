//! Who was in the room, how they voted, who signed.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A vote as stored.
#[derive(Debug, Clone)]
pub struct VoteRow {
    /// On which case.
    pub case_id: Uuid,
    /// By whom.
    pub member_id: Uuid,
    /// The vote's word.
    pub vote: String,
    /// How much, in fen, of a part.
    pub part_fen: Option<i64>,
    /// The hash of the item it was cast on.
    pub seen: Vec<u8>,
}

/// Who was in the room for an item, in the place of whoever was noted before.
pub async fn set_present(db: &mut PgConnection, meeting: Uuid, case: Uuid, present: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from spark_meeting_presence where meeting_id = $1 and case_id = $2 and member_id <> all ($3)",
        meeting,
        case,
        present
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into spark_meeting_presence (meeting_id, case_id, member_id) select $1, $2, unnest($3::uuid[])
         on conflict do nothing",
        meeting,
        case,
        present
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Everybody who was in the room for each item.
pub async fn present(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!("select case_id, member_id from spark_meeting_presence where meeting_id = $1", meeting);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.case_id, row.member_id)).collect())
}

/// Forgets who was there: the meeting is planned anew.
pub async fn clear_present(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_meeting_presence where meeting_id = $1", meeting).execute(db).await?;
    Ok(())
}

/// Casts a vote, in the place of the one the member cast before.
pub async fn cast(db: impl PgExecutor<'_>, meeting: Uuid, row: &VoteRow, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_vote (meeting_id, case_id, member_id, vote, part_fen, seen, cast_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (meeting_id, case_id, member_id) do update
           set vote = excluded.vote, part_fen = excluded.part_fen, seen = excluded.seen, cast_at = excluded.cast_at",
        meeting,
        row.case_id,
        row.member_id,
        row.vote,
        row.part_fen,
        &row.seen[..],
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The votes of a meeting.
pub async fn of_meeting(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<VoteRow>> {
    sqlx::query_as!(
        VoteRow,
        "select case_id, member_id, vote, part_fen, seen from spark_vote where meeting_id = $1 order by case_id, member_id",
        meeting
    )
    .fetch_all(db)
    .await
}

/// Signs the minutes. `false` where it was signed before.
pub async fn sign(db: impl PgExecutor<'_>, meeting: Uuid, account: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_minutes_signature (meeting_id, account_id, signed_at) values ($1, $2, $3) on conflict do nothing",
        meeting,
        account,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Who has signed.
pub async fn signed(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select account_id from spark_minutes_signature where meeting_id = $1", meeting)
        .fetch_all(db)
        .await
}

/// Takes the signatures back: the meeting sits again.
pub async fn unsign(db: impl PgExecutor<'_>, meeting: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_minutes_signature where meeting_id = $1", meeting).execute(db).await?;
    Ok(())
}
