//! By what somebody of the house reads whose a case is. Who looks after it, or watches over all, reads it; anybody else who may
//! see cases says why first and reads for a while, which the trail tells with an alert; a minor's case only where who watches
//! over cases has let them, for a limited time.
//!
//! Taking up a case that nobody has is an assignment: before it a minor's stands in the list and on its page without whose it is,
//! after it whoever took it up reads it, and the trail says that it is a minor's. Whoever has a conflict with a case takes it up
//! neither, and is not shown it.

use super::{CaseError, Reader, keys, may_read};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::spark::review;
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{Capability, Denied, Role};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId};
use domain::typed;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::spark::access as sql;
use store::spark::cases as rows;
use uuid::Uuid;

/// How long somebody reads who said why.
pub const LOOK: SignedDuration = SignedDuration::from_mins(30);
/// The longest time to read that is granted, in hours.
pub const LONGEST_GRANT: u16 = 72;
/// Below this age a case is read by assignment or grant only.
const OF_AGE: i16 = 18;
/// The longest reason to read, in characters.
const REASON: u32 = 200;

/// By what somebody reads a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Looks after it, or watches over all.
    Assigned,
    /// Was let, for a time.
    Granted {
        /// Until when.
        until: Timestamp,
    },
    /// Said why.
    Explained {
        /// Until when.
        until: Timestamp,
    },
    /// Reads nothing that says whose it is.
    None {
        /// The patient is under age: saying why does not suffice.
        minor: bool,
    },
}

impl Access {
    /// Something that says whose it is may be shown.
    pub const fn reads(self) -> bool {
        !matches!(self, Self::None { .. })
    }

    pub(in crate::spark) const fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Granted { .. } => "granted",
            Self::Explained { .. } => "explained",
            Self::None { .. } => "none",
        }
    }
}

/// The patient was under age when it was sent.
pub(super) const fn is_minor(row: &rows::CaseRow) -> bool {
    row.age < OF_AGE
}

/// By what whoever asks reads a case now.
///
/// # Errors
/// `Denied` for whoever sees no cases; `NotFound`, `Database`.
pub(in crate::spark) async fn access(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
) -> Result<Access, CaseError> {
    // Its family reads it elsewhere, without what is the house's own.
    let Reader::Staff { assigned, .. } = may_read(&mut *db, context, case).await? else {
        return Err(Denied::NotAllowed.into());
    };
    if assigned {
        return Ok(Access::Assigned);
    }
    let account = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let row = rows::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
    let minor = is_minor(&row);
    Ok(match sql::now_open(db, case.0, account.0, context.now).await? {
        Some(open) if open.granted_by.is_some() => Access::Granted { until: open.until.to_jiff() },
        Some(open) if !minor => Access::Explained { until: open.until.to_jiff() },
        _ => Access::None { minor },
    })
}

/// The same, demanded.
///
/// # Errors
/// As [`access`]; `Unread` for whoever reads nothing of it now.
pub(in crate::spark) async fn reads(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
) -> Result<Access, CaseError> {
    match access(db, context, case).await? {
        Access::None { minor } => Err(CaseError::Unread { minor }),
        access => Ok(access),
    }
}

/// Writes a reading down, with an alert where nobody assigned it.
pub(in crate::spark) async fn noted(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
    (access, what): (Access, &'static str),
) -> Result<(), CaseError> {
    let entry = if access == Access::Assigned {
        let detail = json!({ "what": what, "by": access.name() });
        Entry { action: "spark.case_read", subject_kind: "spark_case", subject: Some(case.0), detail }
    } else {
        let detail = json!({ "what": what, "by": access.name(), "alert": "not_assigned" });
        Entry { action: "spark.case_read_unassigned", subject_kind: "spark_case", subject: Some(case.0), detail }
    };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// A reason to read: demanded, one line.
pub(super) fn reason_of(text: &str, field: &'static str) -> Result<String, CaseError> {
    typed::line(text, REASON).map_err(|fault| CaseError::Fields(vec![FieldError::new(field, fault)]))
}

/// A reason as it stands in the trail: read with the case's key, and gone with it.
pub(super) async fn sealed(
    services: &Services,
    db: &mut PgConnection,
    (case, id, column): (CaseId, Uuid, &'static str),
    reason: &str,
) -> Result<Vec<u8>, CaseError> {
    let place = Place { table: "spark_case_access", column, row: id };
    Ok(keys::key(services, db, case).await?.seal(place, reason.as_bytes()))
}

/// Who judges a case as a physician is not told whose it is, in whatever other part they come: they neither read it nor look
/// after it.
///
/// # Errors
/// `HadAPart`, `Database`.
pub(super) async fn judges_not(db: &mut PgConnection, case: CaseId, account: AccountId) -> Result<(), CaseError> {
    if sql::was_asked(db, case.0, account.0).await? { Err(CaseError::HadAPart) } else { Ok(()) }
}

/// An officer who has a conflict with a case that another looks after, or nobody does, finds no such case: neither is it theirs to
/// read nor to take. Of whom nothing is known only what was declared bars.
///
/// # Errors
/// `NotFound`, `Database`.
pub(super) async fn is_there(db: &mut PgConnection, row: &rows::CaseRow, account: AccountId) -> Result<(), CaseError> {
    if row.officer_id == Some(account.0) || review::may_care(db, row, account).await? {
        Ok(())
    } else {
        Err(CaseError::NotFound)
    }
}

/// Writes down that a minor's case came to an officer, who reads it from then on, and how that came.
pub(super) async fn minors(
    db: &mut PgConnection,
    context: &Context,
    row: &rows::CaseRow,
    (officer, how): (AccountId, &'static str),
) -> Result<(), CaseError> {
    if !is_minor(row) {
        return Ok(());
    }
    let detail = json!({ "to": officer, "how": how });
    let entry = Entry { action: "spark.minor_assigned", subject_kind: "spark_case", subject: Some(row.id), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// Says why one reads a case that another officer looks after: for [`LOOK`] it is open, and the trail has an alert.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` (`look_reason`) without a reason; `Unread` for a minor's case; `HadAPart` for whoever was asked
/// to judge it; `Forgotten`, `Database`.
pub async fn look(services: &Services, context: &Context, case: CaseId, reason: &str) -> Result<(), CaseError> {
    let reason = reason_of(reason, "look_reason")?;
    let mut tx = services.begin().await?;
    match access(&mut tx, context, case).await? {
        Access::None { minor: true } => return Err(CaseError::Unread { minor: true }),
        Access::None { minor: false } => {}
        _ => return Ok(()),
    }
    let reader = context.actor.account().ok_or(Denied::SignInNeeded)?;
    judges_not(&mut tx, case, reader).await?;
    let until = context.now + LOOK;
    write(services, &mut tx, context, (case, reader, None, until), &reason).await?;
    Ok(tx.commit().await?)
}

/// Lets an officer read a case that another looks after, a minor's too, for so many hours.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` (`reader`, `hours`, `grant_reason`); `HadAPart` for a reader who was asked to judge it;
/// `Forgotten`, `Database`.
pub async fn grant(
    services: &Services,
    context: &Context,
    case: CaseId,
    (reader, hours): (AccountId, u16),
    reason: &str,
) -> Result<(), CaseError> {
    context.require(Capability::OverseeCases)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let fault = |field: &str, fault| CaseError::Fields(vec![FieldError::new(field, fault)]);
    if !(1..=LONGEST_GRANT).contains(&hours) {
        return Err(fault("hours", Fault::OutOfRange { min: 1, max: u32::from(LONGEST_GRANT) }));
    }
    let reason = reason_of(reason, "grant_reason")?;
    let mut tx = services.begin().await?;
    let officers = sql::staff_in(&mut *tx, Role::CaseOfficer.name()).await?;
    if reader == by || !officers.contains(&reader.0) {
        return Err(fault("reader", Fault::NotAChoice));
    }
    rows::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    judges_not(&mut tx, case, reader).await?;
    let until = context.now + SignedDuration::from_hours(i64::from(hours));
    write(services, &mut tx, context, (case, reader, Some(by), until), &reason).await?;
    Ok(tx.commit().await?)
}

/// The row, and its entry.
async fn write(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    (case, reader, granted_by, until): (CaseId, AccountId, Option<AccountId>, Timestamp),
    reason: &str,
) -> Result<(), CaseError> {
    let id: Uuid = context.new_id();
    let reason = sealed(services, db, (case, id, "reason_sealed"), reason).await?;
    let granted_by = granted_by.map(|by| by.0);
    let new = sql::NewAccess { id, case: case.0, reader: reader.0, granted_by, reason: &reason, until };
    sql::open(&mut *db, new, context.now).await?;
    let detail = json!({
        "reader": reader, "until": until, "access": id, "reason_sealed": BASE64_URL_SAFE_NO_PAD.encode(&reason),
    });
    let entry = if granted_by.is_some() {
        Entry { action: "spark.case_access_granted", subject_kind: "spark_case", subject: Some(case.0), detail }
    } else {
        let mut detail = detail;
        detail["alert"] = json!("not_assigned");
        Entry { action: "spark.case_access_explained", subject_kind: "spark_case", subject: Some(case.0), detail }
    };
    Ok(audit::record(db, context, &[entry]).await?)
}
