//! What is known around cases, of many at once: what ties people to them, who had to do with them.

use sqlx::PgExecutor;
use uuid::Uuid;

/// Something that is known around a case.
#[derive(Debug, Clone)]
pub struct AroundRow {
    /// Of which case.
    pub case_id: Uuid,
    /// `tie` with the party, its kind and its keyed hash; `declared` with whom it is about and who said so; `named` and `seated`
    /// with who reviews it, or sits where it is frozen.
    pub what: String,
    /// Whose tie: the part's word.
    pub party: Option<String>,
    /// `person`, `phone`, `address`, `hospital`.
    pub kind: Option<String>,
    /// The keyed hash.
    pub value: Option<Vec<u8>>,
    /// Who.
    pub account_id: Option<Uuid>,
    /// Who said so.
    pub said_by: Option<Uuid>,
}

/// What is known around these cases, but for who worked on them.
pub async fn known(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<AroundRow>> {
    sqlx::query_as!(
        AroundRow,
        r#"select t.case_id as "case_id!", 'tie' as "what!", t.party as "party?", t.kind as "kind?",
                  t.value_index as "value?", null::uuid as "account_id?", null::uuid as "said_by?"
             from spark_case_tie t where t.case_id = any ($1)
           union all select f.case_id, 'declared', null, null, null, f.account_id, f.declared_by
             from spark_conflict f where f.case_id = any ($1)
           union all select r.case_id, 'named', null, null, null, r.reviewer_id, null
             from spark_case_reviewer r where r.case_id = any ($1) and r.released_at is null
           union all select distinct i.case_id, 'seated', null::text, null::text, null::bytea, s.member, null::uuid
             from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
             cross join lateral unnest(m.members) as s (member)
             where i.case_id = any ($1) and m.state in ('pack_frozen', 'in_session', 'adjourned', 'decided', 'minutes_signed')"#,
        cases
    )
    .fetch_all(db)
    .await
}

/// Accounts that worked on these cases in another office: their officers, and who takes part for the family. Each with its case.
pub async fn handled(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"select case_id as "case!", actor_id as "account!" from spark_case_event
             where case_id = any ($1) and actor_id is not null and part not in ('chair', 'compliance_officer')
           union select id, officer_id from spark_case where id = any ($1) and officer_id is not null
           union select case_id, account_id from spark_case_party where case_id = any ($1) and account_id is not null
           union select case_id, reader_id from spark_case_access where case_id = any ($1)"#,
        cases
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.case, row.account)).collect())
}

/// Somebody had a part in what was decided about a case.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// Which case.
    pub case_id: Uuid,
    /// They were asked to review it; otherwise they sat when it was decided before an appeal, or wrote the minutes of that.
    pub reviewed: bool,
    /// Who.
    pub account_id: Uuid,
}

/// Who was ever asked to review these cases, who sat when they were decided before an appeal, and who wrote the minutes.
pub async fn took_part(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<PartRow>> {
    sqlx::query_as!(
        PartRow,
        r#"with decided as (
             select i.meeting_id, i.case_id from spark_meeting_item i
             where i.case_id = any ($1) and i.carried_version is not null
               and i.carried_version <= coalesce((select min(e.version) from spark_case_event e
                                                   where e.case_id = i.case_id and e.event = 'appeal'), 2147483647))
           select r.case_id as "case_id!", true as "reviewed!", r.reviewer_id as "account_id!"
             from spark_case_reviewer r where r.case_id = any ($1)
           union select d.case_id, false, v.member_id from spark_vote v join decided d using (meeting_id, case_id)
           union select d.case_id, false, p.member_id from spark_meeting_presence p join decided d using (meeting_id, case_id)
           union select d.case_id, false, m.closed_by from spark_meeting m join decided d on d.meeting_id = m.id
             where m.closed_by is not null"#,
        cases
    )
    .fetch_all(db)
    .await
}
