//! What makes a collector one: courses, exams, and the certificates that are issued on them and ended.

use super::entry;
use crate::audit;
use crate::custody::desk::DeskError;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, FieldError};
use domain::time::local_day;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use store::custody::collectors as sql;
use uuid::Uuid;

/// Points from which on an exam is passed.
pub const PASSES: i16 = 80;
/// Months a certificate is valid.
const VALID: i32 = 24;
/// Hours of training that an exam asks for, within as many months.
pub const HOURS: i32 = 8;

/// A day that was: within ten years, and not in the future.
fn past(context: &Context, day: Date) -> Result<Date, Fault> {
    let last = local_day(context.now);
    let first = last.saturating_sub(10.years());
    if (first..=last).contains(&day) { Ok(day) } else { Err(Fault::DateBetween { first, last }) }
}

fn fault(field: &str) -> impl Fn(Fault) -> DeskError + '_ {
    move |fault| DeskError::Fields(vec![FieldError::new(field, fault)])
}

/// Notes a course that a collector attended. One of a day is noted once.
///
/// # Errors
/// `Denied` without `HandleUnits`; `NotFound`; `Fields` (`course_day`, `hours`); `Busy`, `Database`.
pub async fn attended(
    services: &Services,
    context: &Context,
    id: Uuid,
    (day, hours): (Date, u16),
) -> Result<(), DeskError> {
    context.require(Capability::HandleUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let day = past(context, day).map_err(fault("course_day"))?;
    let range = Fault::OutOfRange { min: 1, max: 200 };
    let hours = i16::try_from(hours).ok().filter(|n| (1..=200).contains(n)).ok_or_else(|| fault("hours")(range))?;
    let mut tx = services.begin().await?;
    sql::collector(&mut *tx, id).await?.ok_or(DeskError::NotFound)?;
    if !sql::add_course(&mut *tx, context.new_id(), (id, day, hours), by.0, context.now).await? {
        return Err(fault("course_day")(Fault::AlreadyExists));
    }
    let detail = json!({ "day": day.to_string(), "hours": hours });
    audit::record(&mut tx, context, &[entry("custody.course_noted", id, detail)]).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes an exam: [`PASSES`] points pass it, after [`HOURS`] hours of training within two years before.
///
/// # Errors
/// `Denied` without `HandleUnits`; `NotFound`; `Fields` (`exam_day`, `score`); `Untrained`; `Busy`, `Database`.
pub async fn examined(
    services: &Services,
    context: &Context,
    id: Uuid,
    (day, score): (Date, u16),
) -> Result<bool, DeskError> {
    context.require(Capability::HandleUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let day = past(context, day).map_err(fault("exam_day"))?;
    let range = Fault::OutOfRange { min: 0, max: 100 };
    let score = i16::try_from(score).ok().filter(|n| *n <= 100).ok_or_else(|| fault("score")(range))?;
    let passed = score >= PASSES;
    let mut tx = services.begin().await?;
    sql::collector(&mut *tx, id).await?.ok_or(DeskError::NotFound)?;
    let first = day.saturating_sub(VALID.months());
    let courses = sql::courses(&mut *tx, id).await?;
    let attended = courses.iter().filter(|course| (first..=day).contains(&course.day.to_jiff()));
    if attended.map(|course| i32::from(course.n)).sum::<i32>() < HOURS {
        return Err(DeskError::Untrained);
    }
    if !sql::add_exam(&mut *tx, context.new_id(), (id, day, score, passed), by.0, context.now).await? {
        return Err(fault("exam_day")(Fault::AlreadyExists));
    }
    let detail = json!({ "day": day.to_string(), "score": score, "passed": passed });
    audit::record(&mut tx, context, &[entry("custody.exam_noted", id, detail)]).await?;
    tx.commit().await?;
    Ok(passed)
}

/// Issues a certificate on a passed exam, for two years from the day of the exam. Pressed twice it is one.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `NotFound` for no such exam, or one that was not passed; `Busy`, `Database`.
pub async fn issue(services: &Services, context: &Context, id: Uuid, exam: Uuid) -> Result<(), DeskError> {
    context.require(Capability::ReleaseUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    let exams = sql::exams(&mut *tx, id).await?;
    let passed = exams.iter().find(|row| row.id == exam && row.passed).ok_or(DeskError::NotFound)?;
    let since = passed.day.to_jiff();
    let until = since.saturating_add(VALID.months()).saturating_sub(1.day());
    if !sql::issue(&mut *tx, context.new_id(), (id, exam), (since, until), by.0, context.now).await? {
        return Ok(()); // the second press
    }
    let detail = json!({ "since": since.to_string(), "until": until.to_string() });
    audit::record(&mut tx, context, &[entry("custody.certificate_issued", id, detail)]).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a certificate today: collections of today are the last. Pressed twice it is one.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `NotFound` where the collector has no such certificate; `Busy`, `Database`.
pub async fn end(services: &Services, context: &Context, id: Uuid, certificate: Uuid) -> Result<(), DeskError> {
    context.require(Capability::ReleaseUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let today = local_day(context.now);
    let mut tx = services.begin().await?;
    if !sql::end(&mut *tx, (id, certificate), today, by.0).await? {
        // Ended before, or at its end by itself.
        let known = sql::has_certificate(&mut *tx, (id, certificate)).await?;
        return if known { Ok(()) } else { Err(DeskError::NotFound) };
    }
    let detail = json!({ "certificate": certificate, "last": today.to_string() });
    audit::record(&mut tx, context, &[entry("custody.certificate_ended", id, detail)]).await?;
    tx.commit().await?;
    Ok(())
}
