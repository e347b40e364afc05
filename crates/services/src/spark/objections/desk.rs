//! Reading and answering objections, for staff. Each reading is written into the trail.

use super::{ObjectionError, answer_place, apart, handles, open};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::messages::queue_objection;
use crate::spark::cases::{Act, act_in, may_read};
use crate::{Context, Services};
use domain::Locale;
use domain::account::{Actor, Capability, Denied};
use domain::booking::Reference;
use domain::contact::MailAddress;
use domain::field::FieldError;
use domain::ids::{AccountId, CaseId};
use domain::spark::objection::{Outcome, Said};
use domain::spark::reasons::LONGEST;
use domain::spark::{Event, Part, State};
use domain::time::local_day;
use domain::{typed, workdays};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeSet;
use store::spark::cases::{self as rows, CaseRow};
use store::spark::objections::{self as sql, ObjectionRow};
use uuid::Uuid;

/// The longest list.
const MOST: i64 = 200;

/// An objection of the list: nothing of who objects, or why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its own.
    pub id: Uuid,
    /// The number of its receipt.
    pub receipt: String,
    /// The code of the notice.
    pub code: String,
    /// Of which case.
    pub case: CaseId,
    /// When it came.
    pub received_at: Timestamp,
    /// Business days since then, until it was answered.
    pub days: u32,
    /// What became of it.
    pub outcome: Option<Outcome>,
}

/// An objection, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// As in the list.
    pub listed: Listed,
    /// The number of the case.
    pub reference: String,
    /// Where the case is.
    pub state: State,
    /// Who objects and why; nothing once it is erased.
    pub said: Option<Said>,
    /// What was answered.
    pub answer: Option<String>,
    /// By whom, and when.
    pub decided: Option<(AccountId, Timestamp)>,
    /// Whoever looks may answer it.
    pub may_decide: bool,
    /// Whoever looks may take the case back to the committee.
    pub may_uphold: bool,
    /// What becomes of the case then.
    pub upholding: Upholding,
}

/// What becomes of a case when an objection to its notice is upheld.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Upholding {
    /// It goes back to the committee.
    TakesBack,
    /// It lies before the committee again.
    DecidedAgain,
    /// Its appeal is not decided yet: the objection waits for that, and keeps the notice up.
    InAppeal,
    /// What was noticed is over: it was withdrawn, lapsed, or was decided otherwise.
    Over,
}

/// What somebody decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// About which objection.
    pub id: Uuid,
    /// What.
    pub outcome: Outcome,
    /// What the objector is told: why.
    pub answer: String,
}

fn listed(row: &ObjectionRow, now: Timestamp) -> Result<Listed, ObjectionError> {
    let written = |text: &str| Reference::parse(text).map(|code| code.to_string());
    let (Ok(receipt), Ok(code)) = (written(&row.receipt), written(&row.code)) else {
        return Err(ObjectionError::Unreadable);
    };
    let outcome = row.outcome.as_deref().map(|word| Outcome::from_name(word).ok_or(ObjectionError::Unreadable));
    let received_at = row.received_at.to_jiff();
    let until = row.decided_at.map_or(now, |at| at.to_jiff());
    Ok(Listed {
        id: row.id,
        receipt,
        code,
        case: CaseId(row.case_id),
        received_at,
        days: workdays::between(local_day(received_at), local_day(until)),
        outcome: outcome.transpose()?,
    })
}

/// The objections, those first that wait, the oldest of them first; without those to a case one has a conflict with.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<Listed>, ObjectionError> {
    handles(context)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut db = services.db.acquire().await?;
    let all = sql::list(&mut *db, MOST).await?;
    let cases: BTreeSet<Uuid> = all.iter().map(|row| row.case_id).collect();
    let cases = rows::many(&mut *db, &cases.into_iter().collect::<Vec<_>>()).await?;
    let there = apart::there(&mut db, &cases, by).await?;
    all.iter().filter(|row| there.contains(&row.case_id)).map(|row| listed(row, context.now)).collect()
}

/// Whether an objection to a notice of a case is open, so that it does not end by itself.
///
/// # Errors
/// `Denied`; `NotFound`, also for an officer who has a conflict with the case; `Database`.
pub async fn is_open(services: &Services, context: &Context, case: CaseId) -> Result<bool, ObjectionError> {
    context.require(Capability::SeeCases)?;
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    Ok(sql::is_open(&mut *db, case.0).await?)
}

/// In which part whoever asks takes a case back to the committee.
fn recalls(context: &Context) -> Option<Part> {
    let Actor::Staff { roles, .. } = &context.actor else { return None };
    let parts = [Part::ComplianceOfficer, Part::Chair];
    parts.into_iter().find(|part| roles.iter().any(|role| Part::of_role(*role) == Some(*part)))
}

/// What becomes of a case, also while it is held, when an objection to its notice is upheld.
fn upholding(case: &CaseRow) -> Result<Upholding, ObjectionError> {
    let word = case.held_in.as_deref().unwrap_or(&case.state);
    Ok(match State::from_name(word).ok_or(ObjectionError::Unreadable)? {
        State::Granted | State::Partial | State::Notice | State::Agreement => Upholding::TakesBack,
        State::Committee => Upholding::DecidedAgain,
        State::Appeal => Upholding::InAppeal,
        _ => Upholding::Over,
    })
}

/// An objection, whole; written into the trail as a reading.
///
/// # Errors
/// `Denied`; `NotFound` also for whoever has a conflict with its case; `Crypto`, `Unreadable`, `Database`.
pub async fn read(services: &Services, context: &Context, id: Uuid) -> Result<Objection, ObjectionError> {
    handles(context)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    let row = sql::one(&mut *tx, id).await?.ok_or(ObjectionError::NotFound)?;
    let case = rows::one(&mut *tx, row.case_id).await?.ok_or(ObjectionError::NotFound)?;
    if !apart::is_there(&mut tx, &case, by).await? {
        return Err(ObjectionError::NotFound);
    }
    let said = row.said_sealed.as_deref().map(|sealed| open(services, id, sealed)).transpose()?;
    let may_decide = row.outcome.is_none() && said.is_some() && !apart::had_a_part(&mut tx, &case, by).await?;
    let answer = match &row.answer_sealed {
        Some(sealed) => {
            let plain = services.vault.open_sealed(answer_place(id), sealed)?;
            Some(String::from_utf8(plain).map_err(|_| ObjectionError::Unreadable)?)
        }
        None => None,
    };
    let detail = json!({ "case": row.case_id });
    let entry = Entry { action: "spark.objection_read", subject_kind: "spark_objection", subject: Some(id), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(Objection {
        listed: listed(&row, context.now)?,
        reference: Reference::parse(&case.reference).map_err(|_| ObjectionError::Unreadable)?.to_string(),
        state: State::from_name(&case.state).ok_or(ObjectionError::Unreadable)?,
        said,
        answer,
        decided: row.decided_by.map(AccountId).zip(row.decided_at.map(|at| at.to_jiff())),
        may_decide,
        may_uphold: may_decide && recalls(context).is_some(),
        upholding: upholding(&case)?,
    })
}

/// Answers an objection: unfounded, or upheld, by which the case goes back to the committee in the same transaction. The objector
/// is told by mail, where an address was given. The same answer twice is one.
///
/// # Errors
/// `Denied`, also for whoever takes no case back and upholds it; `NotFound` also for whoever has a conflict with the case;
/// `Fields` (`answer`); `HadAPart` for whoever handled or decided the case; `AnsweredBefore`; `InAppeal` for whoever upholds it
/// before the appeal of its case is decided; `Case` where the case cannot go back; `Busy`, `Database`.
pub async fn decide(services: &Services, context: &Context, decision: &Decision) -> Result<(), ObjectionError> {
    handles(context)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let fault = |fault| ObjectionError::Fields(vec![FieldError::new("answer", fault)]);
    let answer = typed::words(&decision.answer, LONGEST).map_err(fault)?;
    let part = match decision.outcome {
        Outcome::Unfounded => None,
        Outcome::Upheld => Some(recalls(context).ok_or(Denied::NotAllowed)?),
    };
    let (services, context, id, outcome) = (services.clone(), context.clone(), decision.id, decision.outcome);
    to_the_end(async move {
        let mut tx = services.begin().await?;
        // Before its case, and before the award of its case.
        if !sql::lock(&mut *tx, id).await? {
            return Err(ObjectionError::NotFound);
        }
        let row = sql::one(&mut *tx, id).await?.ok_or(ObjectionError::NotFound)?;
        let case = rows::one(&mut *tx, row.case_id).await?.ok_or(ObjectionError::NotFound)?;
        if !apart::is_there(&mut tx, &case, by).await? {
            return Err(ObjectionError::NotFound);
        }
        if row.outcome.is_some() {
            let same = row.outcome.as_deref() == Some(outcome.name()) && row.decided_by == Some(by.0);
            return if same { Ok(()) } else { Err(ObjectionError::AnsweredBefore) };
        }
        if apart::had_a_part(&mut tx, &case, by).await? {
            return Err(ObjectionError::HadAPart);
        }
        let then = upholding(&case)?;
        if part.is_some() && then == Upholding::InAppeal {
            return Err(ObjectionError::InAppeal);
        }
        let said = row.said_sealed.as_deref().ok_or(ObjectionError::AnsweredBefore)?;
        let mail = open(&services, id, said)?.mail;
        let sealed = services.vault.seal(answer_place(id), answer.as_bytes());
        let back = part.map(|_| matches!(then, Upholding::TakesBack | Upholding::DecidedAgain));
        if !sql::decide(&mut *tx, id, (outcome.name(), back, &sealed), by.0, context.now).await? {
            return Err(ObjectionError::AnsweredBefore);
        }
        if let Some(part) = part.filter(|_| then == Upholding::TakesBack) {
            let act = Act {
                case: CaseId(row.case_id),
                version: case.version,
                part,
                event: Event::Recall,
                reason: Some(answer.clone()),
                award: None,
            };
            act_in(&services, &mut tx, &context, &act).await?;
        }
        let detail = json!({ "case": row.case_id, "outcome": outcome, "answered": mail.is_some() });
        let entry =
            Entry { action: "spark.objection_decided", subject_kind: "spark_objection", subject: Some(id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        if mail.is_some() {
            queue_objection(&mut tx, &context, id).await?;
        }
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// What an objector is told.
pub(crate) struct Answering {
    /// Where.
    pub mail: MailAddress,
    /// In which language.
    pub locale: Locale,
    /// The number of the receipt.
    pub receipt: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The case goes back to the committee.
    pub back: bool,
    /// Why.
    pub answer: String,
}

/// What an objector is told; `None` where there is nobody to tell, or it was erased.
pub(crate) async fn answering(services: &Services, id: Uuid) -> Result<Option<Answering>, ObjectionError> {
    let Some(row) = sql::one(&services.db, id).await? else { return Ok(None) };
    let (Some(said), Some(answer)) = (&row.said_sealed, &row.answer_sealed) else { return Ok(None) };
    let Some(mail) = open(services, id, said)?.mail else { return Ok(None) };
    let plain = services.vault.open_sealed(answer_place(id), answer)?;
    let outcome = row.outcome.as_deref().and_then(Outcome::from_name).ok_or(ObjectionError::Unreadable)?;
    Ok(Some(Answering {
        mail,
        locale: Locale::ALL.into_iter().find(|locale| locale.tag() == row.locale).ok_or(ObjectionError::Unreadable)?,
        receipt: Reference::parse(&row.receipt).map_err(|_| ObjectionError::Unreadable)?.to_string(),
        outcome,
        // (An older server noted none, and told of it as though it did.)
        back: outcome == Outcome::Upheld && row.taken_back.unwrap_or(true),
        answer: String::from_utf8(plain).map_err(|_| ObjectionError::Unreadable)?,
    }))
}
