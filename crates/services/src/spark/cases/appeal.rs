//! The appeal, as its family makes it: whether it can, until which day, why it appeals and what it asks for. Sent once, and
//! decided by other people (`domain::spark::review::appeal`). The letter lies under the case's key.

use super::act::{Act, act_in, decided};
use super::policy::family_parts;
use super::{Access, CaseError, access, keys, place_of};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::booking::Reference;
use domain::field::Faults;
use domain::ids::CaseId;
use domain::spark::reasons;
use domain::spark::review::appeal::{NoAppeal, Standing, WITHIN, may_appeal};
use domain::spark::{Event, Part, State, ways};
use domain::time::local_day;
use domain::{typed, workdays};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as rows;
use store::spark::decided::{self as sql, AppealRow};
use uuid::Uuid;

/// What a family writes.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Why what was decided is not right.
    pub reasons: String,
    /// What is asked for instead.
    pub wish: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter")
    }
}

/// An appeal that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SentAppeal {
    /// What was written; nothing for whoever does not read the case.
    pub letter: Option<Letter>,
    /// When it was sent.
    pub at: Timestamp,
    /// It is not decided yet.
    pub open: bool,
    /// The family can still add papers to it.
    pub takes_papers: bool,
}

/// Whether a family can appeal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appealing {
    /// K7M4-Q2XR
    pub reference: String,
    /// Until which day; or why not.
    pub until: Result<Date, NoAppeal>,
    /// The version this was read at.
    pub version: i32,
    /// A part was granted, which an appeal does not take away.
    pub part_only: bool,
    /// What was sent before.
    pub sent: Option<SentAppeal>,
}

/// What lies under the case's key.
#[derive(Serialize, Deserialize)]
struct Kept {
    reasons: String,
    wish: String,
}

const fn place(row: Uuid) -> Place {
    Place { table: "spark_appeal", column: "letter_sealed", row }
}

/// In which part whoever asks appeals for a family.
async fn family(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<Part, CaseError> {
    family_parts(db, context, case).await?.first().copied().ok_or(CaseError::NotFound)
}

/// Until which day a case can be appealed, as it is today; or why not.
async fn until(
    db: &mut PgConnection,
    row: &rows::CaseRow,
    part: Part,
    today: Date,
) -> Result<Result<Date, NoAppeal>, CaseError> {
    let decided = decided(row)?;
    let told_on = decided.map(|(_, day)| day);
    if let Err(why) = may_appeal(Standing { decided, appealed: row.appealed }, today) {
        return Ok(Err(why));
    }
    if rows::is_paid(&mut *db, row.id).await? {
        return Ok(Err(NoAppeal::Paid));
    }
    let state = place_of(row)?.state();
    let open = ways().iter().any(|way| way.from == state && way.event == Event::Appeal && way.by.contains(&part));
    Ok(match (open, told_on) {
        (true, Some(day)) => Ok(workdays::after(day, WITHIN)),
        (true, None) => Err(NoAppeal::NotDecided),
        (false, _) => Err(match state {
            State::Disbursing | State::FollowUp => NoAppeal::Signed,
            State::Withdrawn | State::Lapsed | State::Closed | State::DeceasedHold | State::Clawback => NoAppeal::Over,
            // The committee decides it again, without an appeal.
            _ => NoAppeal::NotDecided,
        }),
    })
}

/// Whether the family that asks can appeal, and what it sent.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's, and for who helps a family; `Crypto`, `Unreadable`, `Database`.
pub async fn appealing(services: &Services, context: &Context, case: CaseId) -> Result<Appealing, CaseError> {
    let mut db = services.db.acquire().await?;
    let part = family(&mut db, context, case).await?;
    let row = rows::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
    let until = until(&mut db, &row, part, local_day(context.now)).await?;
    let sent = match sql::appeal(&mut *db, case.0).await? {
        Some(sent) => {
            let key = keys::key(services, &mut db, case).await?;
            let takes_papers = sql::open_appeal(&mut *db, case.0).await?.is_some();
            Some(SentAppeal { takes_papers, ..opened(&row, &sent, Some(&key))? })
        }
        None => None,
    };
    Ok(Appealing {
        reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
        until,
        version: row.version,
        part_only: row.decision.as_deref() == Some("partial"),
        sent,
    })
}

fn opened(row: &rows::CaseRow, sent: &AppealRow, key: Option<&CaseKey>) -> Result<SentAppeal, CaseError> {
    let letter = match key {
        Some(key) => {
            let plain = key.open(place(sent.id), &sent.letter_sealed)?;
            let kept: Kept = serde_json::from_slice(&plain).map_err(|_| CaseError::Unreadable)?;
            Some(Letter { reasons: kept.reasons, wish: kept.wish })
        }
        None => None,
    };
    let at = sent.sent_at.to_jiff();
    let open = !sent.decided && place_of(row)?.state().is_live();
    Ok(SentAppeal { letter, at, open, takes_papers: false })
}

/// What was typed, as it is sent.
///
/// # Errors
/// `Fields` (`reasons`, `wish`).
fn checked(letter: &Letter) -> Result<Letter, CaseError> {
    let mut faults = Faults::default();
    let reasons = faults.take("reasons", reasons::read(&letter.reasons));
    let wish = faults.take("wish", typed::words(&letter.wish, reasons::LONGEST));
    match (reasons, wish) {
        (Some(reasons), Some(wish)) => Ok(Letter { reasons, wish }),
        _ => Err(CaseError::Fields(faults.into_errors())),
    }
}

impl Letter {
    /// Whether it can be sent as it is typed.
    ///
    /// # Errors
    /// `Fields` (`reasons`, `wish`).
    pub fn check(&self) -> Result<(), CaseError> {
        checked(self).map(|_| ())
    }
}

/// Sends the appeal of a family, against what it was shown: [`Appealing::version`]. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's; `Fields` (`reasons`, `wish`); `Stale` where something happened since that version;
/// `Unmet` and `Refused` where it cannot be appealed ([`appealing`] says why); `Busy`, `Database`.
pub async fn appeal(
    services: &Services,
    context: &Context,
    (case, version): (CaseId, i32),
    letter: &Letter,
) -> Result<(), CaseError> {
    let letter = checked(letter)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let part = family(&mut tx, &context, case).await?;
        let key = keys::key(&services, &mut tx, case).await?;
        if is_sent(&mut tx, (case, &key), &letter).await? {
            return Ok(()); // the second press
        }
        let reason = Some(letter.reasons.clone());
        let act = Act { case, version, part, event: Event::Appeal, reason, award: None };
        let moved = match act_in(&services, &mut tx, &context, &act).await {
            // Pressed in two tabs at once.
            Err(CaseError::Stale(since)) => {
                let sent = is_sent(&mut tx, (case, &key), &letter).await?;
                return if sent { Ok(()) } else { Err(CaseError::Stale(since)) };
            }
            moved => moved?,
        };
        let id: Uuid = context.new_id();
        let kept = Kept { reasons: letter.reasons, wish: letter.wish };
        let plain = serde_json::to_vec(&kept).map_err(|_| CaseError::Unreadable)?;
        let sealed = key.seal(place(id), &plain);
        sql::add_appeal(&mut *tx, (id, case.0), (moved.version, part.name()), &sealed, context.now).await?;
        let detail = json!({ "part": part, "version": moved.version });
        let entry = Entry { action: "spark.appeal_sent", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// Whether this very letter was sent.
async fn is_sent(db: &mut PgConnection, (case, key): (CaseId, &CaseKey), letter: &Letter) -> Result<bool, CaseError> {
    let Some(row) = sql::appeal(db, case.0).await? else { return Ok(false) };
    let plain = key.open(place(row.id), &row.letter_sealed)?;
    let kept: Kept = serde_json::from_slice(&plain).map_err(|_| CaseError::Unreadable)?;
    Ok(kept.reasons == letter.reasons && kept.wish == letter.wish)
}

/// The appeal that new papers of a family come with: until it lies before a meeting. Nothing for whoever helps a family.
///
/// # Errors
/// `Denied`, `Database`.
pub(in crate::spark) async fn takes_papers(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
) -> Result<Option<Uuid>, CaseError> {
    match family(db, context, case).await {
        Ok(_) => Ok(sql::open_appeal(db, case.0).await?),
        Err(CaseError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The appeal of a case for staff: what was written for whoever reads the case, by whom it is written down.
///
/// # Errors
/// `Denied`, `NotFound`, `Crypto`, `Unreadable`, `Database`.
pub async fn appeal_of(services: &Services, context: &Context, case: CaseId) -> Result<Option<SentAppeal>, CaseError> {
    let mut tx = services.begin().await?;
    let by: Access = access::access(&mut tx, context, case).await?;
    let Some(sent) = sql::appeal(&mut *tx, case.0).await? else { return Ok(None) };
    let row = rows::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let key = match keys::key(services, &mut tx, case).await {
        Ok(key) if by.reads() => Some(key),
        Ok(_) | Err(CaseError::Forgotten) => None,
        Err(error) => return Err(error),
    };
    if key.is_some() {
        access::noted(&mut tx, context, case, (by, "appeal")).await?;
    }
    let sent = opened(&row, &sent, key.as_ref())?;
    tx.commit().await?;
    Ok(Some(sent))
}
