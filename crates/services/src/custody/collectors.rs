//! Who collects, and whether they may: collectors and their hospitals, and intake's question ([`uncovered`]). Names are sealed;
//! numbers of certificates are what events name.

mod remind;
mod training;

pub use remind::remind_due;
pub(crate) use remind::{Reminded, reminded};
pub use training::{HOURS, PASSES, attended, end, examined, issue};

use super::desk::DeskError;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::contact::PersonName;
use domain::field::{Fault, Faults, FieldError};
use domain::time::local_day;
use domain::typed;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx as _;
use store::custody::collectors as sql;
use uuid::Uuid;

/// Rows of a page.
pub const PAGE: usize = 50;
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
