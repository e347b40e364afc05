//! The demo's people of the laboratory, of quality and of support, and who collects its invented units.

use super::DeskError;
use crate::custody::{collectors, operators};
use crate::ledger::{LedgerError, hire};
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::time::local_day;
use jiff::ToSpan as _;

/// The demo's colleagues: login, name, role, and the code they work under.
const PEOPLE: [(&str, &str, Role, Option<&str>); 4] = [
    ("demo-lab", "演示·实验室一", Role::LabOfficer, Some("LAB-01")),
    ("demo-lab-two", "演示·实验室二", Role::LabOfficer, Some("LAB-02")),
    ("demo-quality", "演示·质量部", Role::QualityOfficer, Some("QA-01")),
    ("demo-support", "演示·家庭服务", Role::FamilySupport, None),
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
    collects(services, context).await
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
