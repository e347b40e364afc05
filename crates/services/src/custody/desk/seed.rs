//! The demo's people of the laboratory, of quality and of support, who collects its invented units, two units that wait for
//! two people to bank them, and six that are kept, for whoever tries how one reaches a patient.

use super::DeskError;
use crate::custody::life::Life;
use crate::custody::{By, collectors, operators, record_in};
use crate::ledger::{LedgerError, hire};
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::custody::{Din, Kind, Pool, Slot, State};
use domain::ids::UnitId;
use domain::time::local_day;
use jiff::{SignedDuration, ToSpan as _};
use store::custody::search as find;

/// The demo's colleagues: login, name, role, and the code they work under.
const PEOPLE: [(&str, &str, Role, Option<&str>); 6] = [
    ("demo-lab", "演示·实验室一", Role::LabOfficer, Some("LAB-01")),
    ("demo-lab-two", "演示·实验室二", Role::LabOfficer, Some("LAB-02")),
    ("demo-quality", "演示·质量部", Role::QualityOfficer, Some("QA-01")),
    // The judgement and the approvals of a release take two of quality.
    ("demo-quality-two", "演示·质量部二", Role::QualityOfficer, Some("QA-02")),
    // So do the unit of a contract, and a contract that goes to another, at the office.
    ("demo-support", "演示·家庭服务", Role::FamilySupport, None),
    ("demo-support-two", "演示·家庭服务二", Role::FamilySupport, None),
];

/// Makes them. Repeating it adds nothing; it needs the demo of the store.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), DeskError> {
    let codes = operators::list(services, context).await?;
    for (login, name, role, code) in PEOPLE {
        let Some(Actor::Staff { account, .. }) = hire(services, context, login, name, role).await.map_err(failed)?
        else {
            continue;
        };
        let operator = codes.iter().find(|one| Some(one.code.as_str()) == code && one.account.is_none());
        if let Some(operator) = operator {
            operators::link(services, context, operator.id, Some(account)).await?;
        }
    }
    for number in 1..=8 {
        complete(services, context, number, number > 2).await?;
    }
    collects(services, context).await
}

/// A unit that lacks nothing but two people who bank it; or that is banked.
async fn complete(services: &Services, context: &Context, number: u16, banked: bool) -> Result<(), DeskError> {
    let begins = context.now.saturating_sub(SignedDuration::from_hours(24 * 60)).unwrap_or(context.now);
    let year = local_day(begins).year().rem_euclid(100).unsigned_abs() as u8;
    let din = Din::of("SDJN1", year, 200 + u32::from(number)).map_err(|_| DeskError::Unreadable)?;
    if find::of_din(&services.db, din.as_str()).await?.is_some() {
        return Ok(());
    }
    let mut tx = services.begin().await?;
    let shelf = services.custody.read(&mut tx, &services.clock).await?;
    let slot = |tank: &str| Slot { tank: tank.to_owned(), tower: 6, frame: 10, slot: number };
    let unit = UnitId(uuid::Builder::from_random_bytes(crate::crypto::random()).into_uuid());
    let (slots, number) = ((slot("Q-01"), slot("L-01")), 200 + u32::from(number));
    let mut told = Life { unit, din, pool: Pool::Public, begins, slots, number }.until(State::Banked, &shelf);
    told.retain(|one| banked || one.payload.kind() != Kind::Banked);
    let by = By { actor_kind: context.actor.kind(), actor_id: None, source: "lims" };
    for outcome in record_in(&mut tx, services, &by, &told, context.now).await? {
        outcome.map_err(DeskError::Refused)?;
    }
    Ok(tx.commit().await?)
}

/// The hospital and the collector of invented units.
async fn collects(services: &Services, context: &Context) -> Result<(), DeskError> {
    if !collectors::hospitals(services, context).await?.is_empty() {
        return Ok(());
    }
    let hospital = collectors::add_hospital(services, context, ("QLYY", "演示·齐鲁医院", "Demo Hospital Qilu")).await?;
    let collector =
        collectors::add(services, context, (crate::custody::life::CERTIFICATE, "演示采集员"), Some(hospital)).await?;
    let by = Context { actor: staff(services).await?, ..context.clone() };
    let examined = local_day(context.now).saturating_sub(22.months());
    collectors::attended(services, &by, collector, (examined.saturating_sub(7.days()), 16)).await?;
    collectors::examined(services, &by, collector, (examined, 92)).await?;
    if let Some(exam) = collectors::open(services, &by, collector).await?.exams.first() {
        collectors::issue(services, &by, collector, exam.id).await?;
    }
    Ok(())
}

/// Whoever of quality works in the demo: courses and certificates name who noted them.
async fn staff(services: &Services) -> Result<Actor, DeskError> {
    let now = services.clock.now();
    let context = services.system();
    let account = operators::list(services, &context).await?.into_iter().find_map(|one| one.account);
    let (account, _) = account.ok_or(DeskError::NotFound)?;
    let login = domain::ids::LoginSessionId(uuid::Uuid::nil());
    Ok(Actor::Staff { account, login, roles: vec![Role::QualityOfficer], stepped_up_at: Some(now) })
}

fn failed(error: LedgerError) -> DeskError {
    match error {
        LedgerError::Database(error) => error.into(),
        error => {
            tracing::error!(%error, "the demo of the laboratory has no people");
            DeskError::Unreadable
        }
    }
}
