//! The one function that changes where a case stands.

use super::history::happened;
use super::{CaseError, access, keys, news, place_of, policy};
use crate::audit::{self, Entry};
use crate::crypto::Place as Row;
use crate::db::to_the_end;
use crate::ledger::{self, Grant, LedgerError};
use crate::spark::{letters, review};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{Actor, Capability, Denied};
use domain::bus::City;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, AwardId, CaseId, EnvelopeId};
use domain::ledger::{AwardEvent, Beneficiary, DiseaseGroup, Fen, Overdrawn};
use domain::spark::letter::Ground;
use domain::spark::review::appeal::{Decision, Standing, may_appeal};
use domain::spark::review::vote::Outcome;
use domain::spark::{Award, Event, Facts, Part, Place, State, Unmet, guard, next};
use domain::time::local_day;
use domain::typed;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases::{self as sql, AwardRow, CaseRow};
use store::spark::objections;
use uuid::Uuid;

/// The longest reason, in characters.
const REASON: u32 = 2000;

/// What somebody does with a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// With which.
    pub case: CaseId,
    /// At the version that was shown.
    pub version: i32,
    /// In which part.
    pub part: Part,
    /// What.
    pub event: Event,
    /// Why: sealed, and demanded where the event needs it.
    pub reason: Option<String>,
    /// The money, where it grants some.
    pub award: Option<Decided>,
}

/// What is granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// The decision's own.
    pub award: AwardId,
    /// Out of which envelope.
    pub envelope: EnvelopeId,
    /// In which parts.
    pub parts: Vec<ledger::Part>,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Where the case stands.
    pub place: Place,
    /// At which version.
    pub version: i32,
}

/// Does something with a case.
///
/// # Errors
/// `Denied`, `NotFound`, also for an officer who takes up what one has a conflict with, `HadAPart` for one who was asked to judge
/// it, `NotAssigned`, `Stale` with what happened since, `Refused`, `Unmet`, `Fields`, `NotTheSum`, `Money`,
/// `LiveCase` where an appeal meets another live case, `StillOwed` where not all came back that was asked for, `Forgotten`, `Busy`,
/// `Database`.
pub async fn act(services: &Services, context: &Context, act: &Act) -> Result<Moved, CaseError> {
    act_saying(services, context, act, &[]).await
}

/// The same, with the reasons that the family's letter tells. Without any it tells the plainest that is true
/// ([`Ground::told_of`]); what was typed as [`Act::reason`] stays in the house.
///
/// # Errors
/// As [`act`]; `Fields` (`grounds`) for one that is not offered for such an event.
pub async fn act_saying(
    services: &Services,
    context: &Context,
    act: &Act,
    grounds: &[Ground],
) -> Result<Moved, CaseError> {
    // How much and until when is said with it ([`super::claw_back`]).
    if act.event == Event::Clawback {
        return Err(CaseError::Fields(vec![FieldError::new("amount", Fault::Required)]));
    }
    let (services, context, act, grounds) = (services.clone(), context.clone(), act.clone(), grounds.to_vec());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let moved =
            act_telling_in(&services, &mut tx, &context, &act, Telling { grounds: &grounds, back: None }).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(moved)
    })
    .await
}

/// The same in the caller's transaction, which has locked neither a case nor an award. Ring `Services::job_bell` after the
/// commit.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    act: &Act,
) -> Result<Moved, CaseError> {
    act_telling_in(services, db, context, act, Telling::default()).await
}

/// What a letter tells beside what happens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Telling<'a> {
    /// Why.
    pub grounds: &'a [Ground],
    /// What is asked back, and the last day.
    pub back: Option<(Fen, Date)>,
}

/// As [`act_in`].
pub(super) async fn act_telling_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    act: &Act,
    Telling { grounds, back }: Telling<'_>,
) -> Result<Moved, CaseError> {
    policy::in_part(context, act.part)?;
    policy::of_family(db, context, act.case, act.part).await?;
    if act.event.grants() {
        context.require(Capability::CommitFunds)?;
    }
    let reason = reason_of(act)?;
    if grounds.iter().any(|ground| !Ground::offered(act.event).contains(ground)) {
        return Err(CaseError::Fields(vec![FieldError::new("grounds", Fault::NotAChoice)]));
    }
    // Which award there is can change until the case is locked, and awards are locked before it.
    let award = sql::award(&mut *db, act.case.0).await?;
    let envelope = act.award.as_ref().map(|decided| decided.envelope);
    ledger::for_case(db, envelope, award.map(|award| AwardId(award.id))).await?;
    let row = sql::lock(&mut *db, act.case.0).await?.ok_or(CaseError::NotFound)?;
    let officer = taker(db, context, act, &row).await?;
    if row.version != act.version {
        // What happened says who did it, which whoever judges the illness is not told.
        if act.part == Part::MedicalReviewer {
            return Err(CaseError::NotFound);
        }
        return Err(stale(db, act, row.version).await?);
    }
    policy::looks_after(context, &row, act.part)?;
    if sql::award(&mut *db, row.id).await? != award {
        return Err(CaseError::Busy);
    }
    let at = place_of(&row)?;
    let to = next(at, act.event, act.part)?;
    guard(at.state(), act.event, facts(db, context, &row, award).await?)?;
    // Under the lock of the case, which whoever objects takes, too.
    if act.event == Event::Stand && objections::is_open(&mut *db, row.id).await? {
        return Err(Unmet::Objected.into());
    }
    let decision = decision(act, &row, at, award)?;
    let meeting = review::guard(services, db, context, &row, act.event, decision).await?;

    money(db, context, act, &row, to, award).await?;
    let version = row.version + 1;
    let change = sql::Move {
        case: row.id,
        version: row.version,
        state: to.state().name(),
        held_in: to.held_in().map(State::name),
        officer: officer.map(|officer| officer.0),
        decision,
        appeal: act.event == Event::Appeal,
    };
    if !sql::set_state(&mut *db, change, context.now).await? {
        return Err(CaseError::Busy);
    }
    if let Some(meeting) = meeting {
        review::carried_out(db, meeting, act.case, version).await?;
    }
    write(services, db, context, act, (at, to), version, reason.as_deref()).await?;
    let parts = act.award.as_ref().map(|decided| decided.parts.as_slice()).unwrap_or_default();
    let change = letters::Change { event: act.event, from: at.state(), version, parts, grounds, back };
    letters::write_in(services, db, context, &row, change).await?;
    if let Some(officer) = officer {
        access::minors(&mut *db, context, &row, (officer, "taken_up")).await?;
    }
    if act.event == Event::Settle {
        super::clawback::settle_in(db, context, act.case).await?;
    }
    // What the public is told of it.
    if to.state() == State::Notice && !crate::disclosure::notice_in(db, context, &row, version).await? {
        tracing::error!(case = %row.id, "a case without a decision has no notice");
    }
    Ok(Moved { place: to, version })
}

/// Who takes the case up by this, where somebody does: nobody who was asked to judge it. An officer with a conflict does nothing
/// with a case at all, which is not there for them.
async fn taker(
    db: &mut PgConnection,
    context: &Context,
    act: &Act,
    row: &CaseRow,
) -> Result<Option<AccountId>, CaseError> {
    let Some(officer) = context.actor.account().filter(|_| act.part == Part::CaseOfficer) else { return Ok(None) };
    access::is_there(&mut *db, row, officer).await?;
    if act.event != Event::TakeUp {
        return Ok(None);
    }
    access::judges_not(db, act.case, officer).await?;
    Ok(Some(officer))
}

/// What was typed, where it is needed or given.
fn reason_of(act: &Act) -> Result<Option<String>, CaseError> {
    let fault = |fault| CaseError::Fields(vec![FieldError::new("reason", fault)]);
    let text = typed::text(act.reason.as_deref().unwrap_or_default(), REASON).map_err(fault)?;
    match text.is_empty() {
        true if act.event.needs_reason() => Err(fault(Fault::Required)),
        true => Ok(None),
        false => Ok(Some(text)),
    }
}

/// What happened since the version that was shown. To a family nobody is named.
async fn stale(db: &mut PgConnection, act: &Act, version: i32) -> Result<CaseError, CaseError> {
    let since = if act.version < version { act.version } else { version - 1 };
    let mut all = happened(&sql::events(db, act.case.0, since).await?)?;
    if act.part.is_family() {
        all.iter_mut().for_each(|each| each.by = None);
    }
    Ok(CaseError::Stale(all))
}

/// What the guard has to know, each looked up.
async fn facts(
    db: &mut PgConnection,
    context: &Context,
    row: &CaseRow,
    award: Option<AwardRow>,
) -> Result<Facts, CaseError> {
    let paid = sql::is_paid(&mut *db, row.id).await? || award.is_some_and(|award| !award.reserved);
    let took_part = match &context.actor {
        Actor::Staff { account, .. } => sql::took_part(db, row.id, account.0).await?,
        _ => false,
    };
    let standing = Standing { decided: decided(row)?, appealed: row.appealed };
    Ok(Facts {
        appealable: may_appeal(standing, local_day(context.now)).is_ok(),
        appealed: row.appealed,
        took_part,
        award: match award {
            _ if paid => Award::Paid,
            Some(_) => Award::Committed,
            None => Award::None,
        },
    })
}

/// What was decided before, and on which day the family was told.
pub(super) fn decided(row: &CaseRow) -> Result<Option<(Decision, jiff::civil::Date)>, CaseError> {
    let (Some(word), Some(at)) = (row.decision.as_deref(), row.decided_at) else { return Ok(None) };
    let sum = || row.decided_fen.map(Fen::new).ok_or(CaseError::Unreadable);
    let decision = match word {
        "granted" => Decision::Committee(Outcome::Granted(sum()?)),
        "partial" => Decision::Committee(Outcome::Partial(sum()?)),
        "refused" => Decision::Committee(Outcome::Refused),
        "deferred" => Decision::Committee(Outcome::Deferred),
        "ineligible" => Decision::Ineligible,
        _ => return Err(CaseError::Unreadable),
    };
    Ok(Some((decision, local_day(at.to_jiff()))))
}

/// What is decided now, with its sum. An appeal grants no less than was granted before.
fn decision(
    act: &Act,
    row: &CaseRow,
    at: Place,
    award: Option<AwardRow>,
) -> Result<Option<(&'static str, Option<i64>)>, CaseError> {
    if act.event.grants() != act.award.is_some() {
        return Err(CaseError::NotTheSum);
    }
    let sum = act.award.as_ref().map(|decided| Fen::sum(decided.parts.iter().map(|part| part.amount.fen())));
    let sum = sum.transpose().map_err(|error| LedgerError::from(Overdrawn::from(error)))?.map(Fen::get);
    Ok(match act.event {
        Event::Grant if sum == Some(row.asked) => Some(("granted", sum)),
        Event::GrantPart if sum.is_some_and(|sum| sum < row.asked) => {
            let before = award.map_or(0, |award| award.amount);
            if at.state() == State::Appeal && sum.is_some_and(|sum| sum < before) {
                return Err(Unmet::KeepsItsPart.into());
            }
            Some(("partial", sum))
        }
        Event::Grant | Event::GrantPart => return Err(CaseError::NotTheSum),
        Event::Refuse => Some(("refused", None)),
        Event::Defer => Some(("deferred", None)),
        Event::RuleOut => Some(("ineligible", None)),
        _ => None,
    })
}

/// What happens to the money: what was kept is free again where the case frees it, or gives way to what is granted now.
async fn money(
    db: &mut PgConnection,
    context: &Context,
    act: &Act,
    row: &CaseRow,
    to: Place,
    award: Option<AwardRow>,
) -> Result<(), CaseError> {
    let kept = award.filter(|award| award.reserved).map(|award| AwardId(award.id));
    if let Some(kept) = kept.filter(|_| act.event.grants() || to.state().frees_money()) {
        let how = if act.event == Event::Lapse { AwardEvent::Lapse } else { AwardEvent::Release };
        ledger::end_in(db, context, kept, how).await?;
    }
    let Some(decided) = &act.award else { return Ok(()) };
    let beneficiary = Beneficiary {
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
        city: City::from_code(&row.city).ok_or(CaseError::Unreadable)?,
        age: u8::try_from(row.age).map_err(|_| CaseError::Unreadable)?,
    };
    let grant = Grant {
        award: decided.award,
        case: row.id,
        envelope: decided.envelope,
        beneficiary,
        parts: decided.parts.clone(),
    };
    Ok(ledger::reserve_in(db, context, &grant).await?)
}

/// The row of history, the entry of the trail, the jobs that tell the family.
async fn write(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    act: &Act,
    (from, to): (Place, Place),
    version: i32,
    reason: Option<&str>,
) -> Result<(), CaseError> {
    let id: Uuid = context.new_id();
    let reason = match reason {
        Some(text) => {
            let place = Row { table: "spark_case_event", column: "reason_sealed", row: id };
            Some(keys::key(services, db, act.case).await?.seal(place, text.as_bytes()))
        }
        None => None,
    };
    let event = sql::NewEvent {
        id,
        case: act.case.0,
        version,
        event: act.event.name(),
        from: from.state().name(),
        to: to.state().name(),
        part: act.part.name(),
        actor: context.actor.account().map(|account| account.0),
        reason: reason.as_deref(),
    };
    sql::add_event(&mut *db, event, context.now).await?;
    let detail = json!({
        "event": act.event, "from": from.state(), "to": to.state(), "part": act.part, "version": version,
    });
    let entry = Entry { action: "spark.case_moved", subject_kind: "spark_case", subject: Some(act.case.0), detail };
    audit::record(db, context, &[entry]).await?;
    if domain::spark::is_news(from, act.event, to) {
        news::queue(db, context, act.case).await?;
    }
    Ok(())
}

/// Takes a case over from another officer, who is away or has a conflict.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `HadAPart` for whoever was asked to judge it, `Unread` of a minor's
/// case that is another's and was not granted, `Busy`, `Database`.
pub async fn take_over(services: &Services, context: &Context, case: CaseId, reason: &str) -> Result<(), CaseError> {
    policy::in_part(context, Part::CaseOfficer)?;
    let account = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let reason = typed::line(reason, 200).map_err(|fault| CaseError::Fields(vec![FieldError::new("reason", fault)]))?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    if row.officer_id != Some(account.0) {
        access::is_there(&mut tx, &row, account).await?;
        access::judges_not(&mut tx, case, account).await?;
        // Nobody gives oneself a minor's case of another to read: who watches over cases lets them first.
        if row.officer_id.is_some() && access::is_minor(&row) {
            access::reads(&mut tx, context, case).await?;
        }
        sql::set_officer(&mut *tx, case.0, account.0).await?;
        // The trail outlives the case: what was typed is read with the case's key, and gone with it.
        let id: Uuid = context.new_id();
        let place = Row { table: "spark_case", column: "taken_over", row: id };
        let sealed = keys::key(services, &mut tx, case).await?.seal(place, reason.as_bytes());
        let sealed = BASE64_URL_SAFE_NO_PAD.encode(sealed);
        let mut detail = json!({ "from": row.officer_id, "reason_id": id, "reason_sealed": sealed });
        if row.officer_id.is_some() {
            detail["alert"] = json!("not_assigned");
        }
        let entry =
            Entry { action: "spark.case_taken_over", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
        access::minors(&mut tx, context, &row, (account, "taken_over")).await?;
    }
    Ok(tx.commit().await?)
}
