//! Who collects, and whether they may: training courses, exams, certificates that are valid for a time, and intake's question
//! ([`uncovered`]). Names are sealed; numbers of certificates are what events name.

use super::desk::DeskError;
use crate::account::open_mail;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::messages::queue_certificates;
use crate::{Context, Services};
use domain::Locale;
use domain::account::{Capability, Denied, Role};
use domain::booking::after_quiet;
use domain::contact::{MailAddress, PersonName};
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{AccountId, MessageId};
use domain::time::local_day;
use domain::typed;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx as _;
use store::custody::collectors as sql;
use store::exports::{self as people, PersonRow};
use uuid::Uuid;

/// Rows of a page.
pub const PAGE: usize = 50;
/// Points from which on an exam is passed.
pub const PASSES: i16 = 80;
/// Months a certificate is valid.
const VALID: i32 = 24;
/// Hours of training that an exam asks for, within as many months.
pub const HOURS: i32 = 8;
/// Days before its end that somebody is reminded.
pub const REMINDED: i32 = 60;

/// A hospital.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hospital {
    /// Which.
    pub id: Uuid,
    /// Its code, as events name it.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How many collect there.
    pub collectors: u32,
}

/// Whether somebody may collect today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// No certificate was issued yet.
    None,
    /// It is valid until this day.
    Valid(Date),
    /// It ends within the time in which one is reminded.
    Ends(Date),
    /// It ended on this day.
    Over(Date),
}

/// A collector.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collector {
    /// Which.
    pub id: Uuid,
    /// The number of the certificate.
    pub number: String,
    /// The name: the first character only in lists, whole on the page of its own.
    pub name: String,
    /// The hospital's code, its name in Chinese and English.
    pub hospital: (String, String, String),
    /// Whether they may collect.
    pub standing: Standing,
}

/// A course, with its hours; or an exam, with its points and whether it was passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Done {
    /// Its own.
    pub id: Uuid,
    /// When.
    pub day: Date,
    /// Hours, or points.
    pub n: u16,
    /// Passed; always of a course.
    pub passed: bool,
}

/// A certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// Its own.
    pub id: Uuid,
    /// On which exam it was issued.
    pub exam: Uuid,
    /// The first day.
    pub since: Date,
    /// The last day.
    pub until: Date,
    /// It was ended early.
    pub ended: bool,
}

/// A collector, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Who.
    pub collector: Collector,
    /// Courses, the last first.
    pub courses: Vec<Done>,
    /// Exams, the last first.
    pub exams: Vec<Done>,
    /// Certificates, the last first.
    pub certificates: Vec<Certificate>,
}

/// Reads the number of a certificate or the code of a hospital: two to twenty capital letters, digits and dashes.
///
/// # Errors
/// `Required`, `UnitCodeShape`.
pub fn read_number(text: &str) -> Result<String, Fault> {
    let number = domain::contact::half_width(text).trim().to_ascii_uppercase();
    let fits = (2..=20).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    match (number.is_empty(), fits) {
        (true, _) => Err(Fault::Required),
        (false, true) => Ok(number),
        (false, false) => Err(Fault::UnitCodeShape),
    }
}

/// Of collections, by the number of a certificate and the day (of Shandong), those (by their place, from 0) that no certificate
/// covers although the register is complete for that day: intake refuses them.
///
/// # Errors
/// `Database`.
pub(crate) async fn uncovered(db: &mut PgConnection, collections: &[(String, Date)]) -> sqlx::Result<Vec<usize>> {
    if collections.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<String> = collections.iter().map(|(number, _)| number.clone()).collect();
    let days: Vec<_> = collections.iter().map(|(_, day)| day.to_sqlx()).collect();
    let places = sql::uncovered(db, &numbers, &days).await?;
    Ok(places.into_iter().filter_map(|place| usize::try_from(place - 1).ok()).collect())
}

const fn name_place(row: Uuid) -> Place {
    Place { table: "custody_collector", column: "name_sealed", row }
}

fn standing(row: &sql::CollectorRow, today: Date) -> Standing {
    let Some(until) = row.until.map(|day| day.to_jiff()) else { return Standing::None };
    if until < today {
        Standing::Over(until)
    } else if until <= today.saturating_add(REMINDED.days()) {
        Standing::Ends(until)
    } else {
        Standing::Valid(until)
    }
}

fn read(services: &Services, row: &sql::CollectorRow, today: Date, whole: bool) -> Result<Collector, DeskError> {
    let plain = services.vault.open_sealed(name_place(row.id), &row.name_sealed)?;
    let name = String::from_utf8(plain).map_err(|_| DeskError::Unreadable)?;
    let name = if whole { name } else { name.chars().take(1).chain("**".chars()).collect() };
    Ok(Collector {
        id: row.id,
        number: row.number.clone(),
        name,
        hospital: (row.hospital.clone(), row.hospital_zh.clone(), row.hospital_en.clone()),
        standing: standing(row, today),
    })
}

/// Collectors by their number: those of a hospital, and with `ending` those who may not collect two months from now.
/// Also where the next page begins.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn list(
    services: &Services,
    context: &Context,
    (hospital, ending): (Option<Uuid>, bool),
    after: &str,
) -> Result<(Vec<Collector>, Option<String>), DeskError> {
    context.require(Capability::SeeUnits)?;
    let today = local_day(context.now);
    let ending = ending.then(|| today.saturating_add(REMINDED.days()));
    let mut tx = services.begin_search().await?;
    let mut rows = sql::collectors(&mut *tx, (hospital, ending), after, PAGE as i64 + 1).await?;
    drop(tx);
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.number.clone());
    let all = rows.iter().map(|row| read(services, row, today, false)).collect::<Result<_, _>>()?;
    Ok((all, next))
}

/// A collector, whole; written into the trail as a reading.
///
/// # Errors
/// `Denied` without `SeeUnits`; `NotFound`; `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn open(services: &Services, context: &Context, id: Uuid) -> Result<Opened, DeskError> {
    context.require(Capability::SeeUnits)?;
    let row = sql::collector(&services.db, id).await?.ok_or(DeskError::NotFound)?;
    let collector = read(services, &row, local_day(context.now), true)?;
    let done =
        |row: sql::DoneRow| Done { id: row.id, day: row.day.to_jiff(), n: row.n.unsigned_abs(), passed: row.passed };
    let courses = sql::courses(&services.db, id).await?.into_iter().map(done).collect();
    let exams = sql::exams(&services.db, id).await?.into_iter().map(done).collect();
    let certificate = |row: sql::CertificateRow| Certificate {
        id: row.id,
        exam: row.exam_id,
        since: row.since.to_jiff(),
        until: row.ended_on.unwrap_or(row.until).to_jiff(),
        ended: row.ended_on.is_some(),
    };
    let certificates = sql::certificates(&services.db, id).await?.into_iter().map(certificate).collect();
    let mut tx = services.begin().await?;
    audit::record(&mut tx, context, &[entry("custody.collector_read", id, json!({}))]).await?;
    tx.commit().await?;
    Ok(Opened { collector, courses, exams, certificates })
}

/// Every hospital, by its code.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Busy`, `Database`.
pub async fn hospitals(services: &Services, context: &Context) -> Result<Vec<Hospital>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let read = |row: sql::HospitalRow| Hospital {
        id: row.id,
        code: row.code,
        zh: row.zh,
        en: row.en,
        collectors: u32::try_from(row.collectors).unwrap_or(u32::MAX),
    };
    Ok(sql::hospitals(&services.db).await?.into_iter().map(read).collect())
}

/// Adds a hospital.
///
/// # Errors
/// `Denied` without `HandleUnits`; `Fields` (`code`, `zh`, `en`); `Busy`, `Database`.
pub async fn add_hospital(
    services: &Services,
    context: &Context,
    (code, zh, en): (&str, &str, &str),
) -> Result<Uuid, DeskError> {
    context.require(Capability::HandleUnits)?;
    let mut faults = Faults::default();
    let code = faults.take("code", read_number(code));
    let zh = faults.take("zh", typed::line(zh, 100));
    let en = faults.take("en", typed::line(en, 100));
    let (Some(code), Some(zh), Some(en)) = (code, zh, en) else { return Err(DeskError::Fields(faults.into_errors())) };
    let id: Uuid = context.new_id();
    let mut tx = services.begin().await?;
    if !sql::add_hospital(&mut *tx, id, (&code, &zh, &en), context.now).await? {
        return Err(DeskError::Fields(vec![FieldError::new("code", Fault::AlreadyExists)]));
    }
    audit::record(&mut tx, context, &[entry("custody.hospital_added", id, json!({ "code": code }))]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds a collector.
///
/// # Errors
/// `Denied` without `HandleUnits`; `Fields` (`number`, `name`, `hospital`); `Busy`, `Database`.
pub async fn add(
    services: &Services,
    context: &Context,
    (number, name): (&str, &str),
    hospital: Option<Uuid>,
) -> Result<Uuid, DeskError> {
    context.require(Capability::HandleUnits)?;
    let mut faults = Faults::default();
    let number = faults.take("number", read_number(number));
    let name = faults.take("name", PersonName::parse(name));
    let hospital = faults.take("hospital", hospital.ok_or(Fault::Required));
    let (Some(number), Some(name), Some(hospital)) = (number, name, hospital) else {
        return Err(DeskError::Fields(faults.into_errors()));
    };
    let id: Uuid = context.new_id();
    let sealed = services.vault.seal(name_place(id), name.as_str().as_bytes());
    let mut tx = services.begin().await?;
    if !sql::add_collector(&mut *tx, id, (&number, &sealed, hospital), context.now).await? {
        return Err(DeskError::Fields(vec![FieldError::new("number", Fault::AlreadyExists)]));
    }
    audit::record(&mut tx, context, &[entry("custody.collector_added", id, json!({ "number": number }))]).await?;
    tx.commit().await?;
    Ok(id)
}

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

/// From which day on collections need a valid certificate; nothing while the register is not complete.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Busy`, `Database`.
pub async fn complete_from(services: &Services, context: &Context) -> Result<Option<Date>, DeskError> {
    context.require(Capability::SeeUnits)?;
    Ok(sql::complete_from(&services.db).await?.map(|day| day.to_jiff()))
}

/// Says from which day on the register is complete.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `Busy`, `Database`.
pub async fn say_complete(services: &Services, context: &Context, day: Date) -> Result<(), DeskError> {
    context.require(Capability::ReleaseUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    sql::set_complete_from(&mut *tx, day, by.0, context.now).await?;
    let detail = json!({ "from": day.to_string() });
    let entry = Entry { action: "custody.register_complete", subject_kind: "custody_collector", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(())
}

fn entry(action: &'static str, id: Uuid, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "custody_collector", subject: Some(id), detail }
}

/// Certificates of one round.
const ROUND: i64 = 500;

/// Whoever is reminded.
pub(crate) struct Reminded {
    /// Where.
    pub mail: MailAddress,
    /// In which language.
    pub locale: Locale,
}

/// Quality, with a work address.
fn hears(row: &PersonRow) -> bool {
    let is_quality = row.roles.iter().any(|role| Role::from_name(role) == Some(Role::QualityOfficer));
    row.live && is_quality && row.mail_sealed.is_some()
}

/// Asks again whether somebody is to be reminded: nobody who left.
pub(crate) async fn reminded(services: &Services, account: AccountId) -> Result<Option<Reminded>, DeskError> {
    let Some(person) = people::person(&services.db, account.0).await?.filter(hears) else { return Ok(None) };
    let Some(sealed) = &person.mail_sealed else { return Ok(None) };
    // A key made by another server a moment ago may not have arrived here yet.
    let mail = open_mail(&services.vault, person.id, sealed).map_err(|_| DeskError::Busy)?;
    Ok(Some(Reminded { mail, locale: Locale::from_tag(&person.locale) }))
}

/// Tells quality by mail of certificates that end within [`REMINDED`] days and after which the collector has no other: of each
/// once, over all servers. Where nobody of quality has a work address, they are asked about again. Answers how many.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn remind_due(services: &Services) -> Result<u32, DeskError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let by = local_day(context.now).saturating_add(REMINDED.days());
    let rows = sql::ending(&mut *tx, by, ROUND).await?;
    let Some(last) = rows.iter().map(|row| row.until.to_jiff()).max() else { return Ok(0) };
    let people = people::people(&mut *tx, &[]).await?;
    let told: Vec<(AccountId, MessageId)> =
        people.iter().filter(|row| hears(row)).map(|row| (AccountId(row.id), context.new_id())).collect();
    if told.is_empty() {
        tracing::warn!(
            certificates = rows.len(),
            "certificates of collectors end, and nobody of quality has a work address"
        );
        return Ok(0);
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    sql::reminded(&mut *tx, &ids, context.now).await?;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    queue_certificates(&mut tx, (context.now, after_quiet(context.now)), (count, last), &told).await?;
    let detail = json!({ "certificates": count, "until": last.to_string(), "recipients": told.len() });
    let entry =
        Entry { action: "custody.certificates_reminded", subject_kind: "custody_collector", subject: None, detail };
    audit::record(&mut tx, &context, &[entry]).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(count)
}
