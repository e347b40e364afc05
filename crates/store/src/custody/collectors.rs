//! Who collects: hospitals, collectors, courses, exams, certificates. Names are sealed bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A hospital where blood is collected.
#[derive(Debug, Clone)]
pub struct HospitalRow {
    /// Which.
    pub id: Uuid,
    /// Its code, as events name it.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How many collect there.
    pub collectors: i64,
}

/// Every hospital, by its code.
pub async fn hospitals(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<HospitalRow>> {
    sqlx::query_as!(
        HospitalRow,
        r#"select h.id, h.code, h.zh, h.en, (select count(*) from custody_collector c where c.hospital_id = h.id) as "collectors!"
           from custody_hospital h order by h.code"#
    )
    .fetch_all(db)
    .await
}

/// Adds a hospital. `false` where there is one of this code.
pub async fn add_hospital(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (code, zh, en): (&str, &str, &str),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_hospital (id, code, zh, en, made_at) values ($1, $2, $3, $4, $5) on conflict (code) do nothing",
        id,
        code,
        zh,
        en,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A collector with the certificate that ends last.
#[derive(Debug, Clone)]
pub struct CollectorRow {
    /// Which.
    pub id: Uuid,
    /// The number of the certificate.
    pub number: String,
    /// The name, sealed.
    pub name_sealed: Vec<u8>,
    /// The hospital's code.
    pub hospital: String,
    /// The hospital's name in Chinese.
    pub hospital_zh: String,
    /// In English.
    pub hospital_en: String,
    /// The first day of the certificate that ends last.
    pub since: Option<SqlDate>,
    /// Its last day.
    pub until: Option<SqlDate>,
}

/// Collectors by their number, after this one: those of a hospital, and those whose certificate ends before a day (or who have none), where that is
/// asked for.
pub async fn collectors(
    db: impl PgExecutor<'_>,
    (hospital, ending): (Option<Uuid>, Option<Date>),
    after: &str,
    limit: i64,
) -> sqlx::Result<Vec<CollectorRow>> {
    sqlx::query_as!(
        CollectorRow,
        r#"select c.id, c.number, c.name_sealed, h.code as hospital, h.zh as hospital_zh, h.en as hospital_en,
                  l.since as "since?: SqlDate", l.until as "until?: SqlDate"
           from custody_collector c join custody_hospital h on h.id = c.hospital_id
           left join lateral (
             select k.since, coalesce(k.ended_on, k.until) as until from custody_certificate k where k.collector_id = c.id
             order by coalesce(k.ended_on, k.until) desc limit 1) l on true
           where c.number > $1 and ($2::uuid is null or c.hospital_id = $2)
             and ($3::date is null or l.until is null or l.until < $3)
           order by c.number limit $4"#,
        after,
        hospital,
        ending.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        limit
    )
    .fetch_all(db)
    .await
}

/// One collector.
pub async fn collector(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<CollectorRow>> {
    sqlx::query_as!(
        CollectorRow,
        r#"select c.id, c.number, c.name_sealed, h.code as hospital, h.zh as hospital_zh, h.en as hospital_en,
                  l.since as "since?: SqlDate", l.until as "until?: SqlDate"
           from custody_collector c join custody_hospital h on h.id = c.hospital_id
           left join lateral (
             select k.since, coalesce(k.ended_on, k.until) as until from custody_certificate k where k.collector_id = c.id
             order by coalesce(k.ended_on, k.until) desc limit 1) l on true
           where c.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Adds a collector. `false` where there is one of this number.
pub async fn add_collector(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (number, name, hospital): (&str, &[u8], Uuid),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_collector (id, number, name_sealed, hospital_id, made_at) values ($1, $2, $3, $4, $5)
         on conflict (number) do nothing",
        id,
        number,
        name,
        hospital,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A course or an exam.
#[derive(Debug, Clone)]
pub struct DoneRow {
    /// Its own.
    pub id: Uuid,
    /// When.
    pub day: SqlDate,
    /// Hours of a course, points of an exam.
    pub n: i16,
    /// The exam was passed; always of a course.
    pub passed: bool,
}

/// The courses of a collector, the last first.
pub async fn courses(db: impl PgExecutor<'_>, collector: Uuid) -> sqlx::Result<Vec<DoneRow>> {
    sqlx::query_as!(
        DoneRow,
        r#"select id, day as "day: SqlDate", hours as n, true as "passed!" from custody_collector_course
           where collector_id = $1 order by day desc"#,
        collector
    )
    .fetch_all(db)
    .await
}

/// The exams of a collector, the last first.
pub async fn exams(db: impl PgExecutor<'_>, collector: Uuid) -> sqlx::Result<Vec<DoneRow>> {
    sqlx::query_as!(
        DoneRow,
        r#"select id, day as "day: SqlDate", score as n, passed from custody_collector_exam
           where collector_id = $1 order by day desc"#,
        collector
    )
    .fetch_all(db)
    .await
}

/// Notes a course. `false` where one of that day is noted.
pub async fn add_course(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (collector, day, hours): (Uuid, Date, i16),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_collector_course (id, collector_id, day, hours, noted_by, noted_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (collector_id, day) do nothing",
        id,
        collector,
        day.to_sqlx() as SqlDate,
        hours,
        by,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notes an exam. `false` where one of that day is noted.
pub async fn add_exam(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (collector, day, score, passed): (Uuid, Date, i16, bool),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_collector_exam (id, collector_id, day, score, passed, noted_by, noted_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (collector_id, day) do nothing",
        id,
        collector,
        day.to_sqlx() as SqlDate,
        score,
        passed,
        by,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// Its own.
    pub id: Uuid,
    /// On which exam.
    pub exam_id: Uuid,
    /// The first day.
    pub since: SqlDate,
    /// The last day.
    pub until: SqlDate,
    /// The last day, where it was ended before.
    pub ended_on: Option<SqlDate>,
}

/// The certificates of a collector, the last first.
pub async fn certificates(db: impl PgExecutor<'_>, collector: Uuid) -> sqlx::Result<Vec<CertificateRow>> {
    sqlx::query_as!(
        CertificateRow,
        r#"select id, exam_id, since as "since: SqlDate", until as "until: SqlDate", ended_on as "ended_on: SqlDate"
           from custody_certificate where collector_id = $1 order by since desc, id"#,
        collector
    )
    .fetch_all(db)
    .await
}

/// Issues a certificate on a passed exam. `false` where one was issued on it.
pub async fn issue(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (collector, exam): (Uuid, Uuid),
    (since, until): (Date, Date),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_certificate (id, collector_id, exam_id, since, until, issued_by, issued_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (exam_id) do nothing",
        id,
        collector,
        exam,
        since.to_sqlx() as SqlDate,
        until.to_sqlx() as SqlDate,
        by,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Ends a certificate of a collector early: this is its last day. `false` where it was ended, or ends before.
pub async fn end(
    db: impl PgExecutor<'_>,
    (collector, certificate): (Uuid, Uuid),
    day: Date,
    by: Uuid,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update custody_certificate set ended_on = $3, ended_by = $4
         where id = $2 and collector_id = $1 and ended_on is null and until > $3",
        collector,
        certificate,
        day.to_sqlx() as SqlDate,
        by
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Whether a certificate is a collector's.
pub async fn has_certificate(db: impl PgExecutor<'_>, (collector, certificate): (Uuid, Uuid)) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from custody_certificate where id = $2 and collector_id = $1) as "known!""#,
        collector,
        certificate
    )
    .fetch_one(db)
    .await
}

/// From which day on the register of certificates is complete.
pub async fn complete_from(db: impl PgExecutor<'_>) -> sqlx::Result<Option<SqlDate>> {
    sqlx::query_scalar!(r#"select complete_from as "day: SqlDate" from custody_register where what = 'certificates'"#)
        .fetch_optional(db)
        .await
}

/// Says from which day on it is.
pub async fn set_complete_from(db: impl PgExecutor<'_>, day: Date, by: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into custody_register (what, complete_from, said_by, said_at) values ('certificates', $1, $2, $3)
         on conflict (what) do update set complete_from = excluded.complete_from, said_by = excluded.said_by, said_at = excluded.said_at",
        day.to_sqlx() as SqlDate,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of these numbers and days of collections those (by their place, from 1) that no certificate covers although the register is
/// complete for that day.
pub async fn uncovered(db: impl PgExecutor<'_>, numbers: &[String], days: &[SqlDate]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select a.n as "n!" from unnest($1::text[], $2::date[]) with ordinality as a (number, day, n)
           where exists (select from custody_register r where r.what = 'certificates' and r.complete_from <= a.day)
             and not exists (
               select from custody_collector c join custody_certificate k on k.collector_id = c.id
               where c.number = a.number and a.day between k.since and coalesce(k.ended_on, k.until))"#,
        numbers,
        days as &[SqlDate]
    )
    .fetch_all(db)
    .await
}

/// A certificate that ends.
#[derive(Debug, Clone)]
pub struct EndingRow {
    /// Its own.
    pub id: Uuid,
    /// Whose.
    pub collector_id: Uuid,
    /// Its last day.
    pub until: SqlDate,
}

/// Certificates that end on a day or before it, of which nobody was reminded, and after which the collector has no other: a page, locked.
pub async fn ending(db: impl PgExecutor<'_>, by: Date, limit: i64) -> sqlx::Result<Vec<EndingRow>> {
    sqlx::query_as!(
        EndingRow,
        r#"select k.id, k.collector_id, k.until as "until: SqlDate" from custody_certificate k
           where k.reminded_at is null and k.ended_on is null and k.until <= $1
             and not exists (select from custody_certificate o where o.collector_id = k.collector_id and o.until > k.until
                             and o.ended_on is null)
           order by k.until, k.id limit $2 for update of k skip locked"#,
        by.to_sqlx() as SqlDate,
        limit
    )
    .fetch_all(db)
    .await
}

/// Notes that somebody was reminded.
pub async fn reminded(db: impl PgExecutor<'_>, ids: &[Uuid], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update custody_certificate set reminded_at = $2 where id = any($1) and reminded_at is null",
        ids,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}
