//! What a family is told: once of each cause. What asks for it is acknowledged by somebody of the family.

use super::scope::{Own, visitor};
use super::{FamilyError, news};
use crate::audit::{self, Entry};
use crate::custody::CustodyError;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::family::Notice;
use domain::ids::{AccountId, FamilyId, FamilyNoticeId, UnitId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::family::{own as sql, said};
use uuid::Uuid;

/// Tells a family of something, in the transaction of what it tells of. `false` where it was told of this cause before.
///
/// # Errors
/// `Database`.
pub async fn tell_in(
    db: &mut PgConnection,
    context: &Context,
    (family, unit): (FamilyId, Option<UnitId>),
    told: (Notice, Uuid, Option<Date>),
) -> Result<bool, FamilyError> {
    let new = write(db, context, (family, unit), told).await?;
    if new {
        news::queue(db, context, family, None).await?;
    }
    Ok(new)
}

/// The same, where one of the family knows already, who gets no message of it: the notice is theirs to read, too.
///
/// # Errors
/// `Database`.
pub(super) async fn tell_others_in(
    db: &mut PgConnection,
    context: &Context,
    (family, knows): (FamilyId, AccountId),
    (kind, cause): (Notice, Uuid),
) -> Result<bool, FamilyError> {
    let new = write(db, context, (family, None), (kind, cause, None)).await?;
    if new {
        news::queue(db, context, family, Some(knows)).await?;
    }
    Ok(new)
}

/// Writes a notice. `false` where the family was told of this cause before.
async fn write(
    db: &mut PgConnection,
    context: &Context,
    (family, unit): (FamilyId, Option<UnitId>),
    (kind, cause, day): (Notice, Uuid, Option<Date>),
) -> Result<bool, FamilyError> {
    let row = said::NewNotice {
        id: context.new_id(),
        family: family.0,
        unit: unit.map(|unit| unit.0),
        kind: kind.name(),
        cause,
        day,
    };
    Ok(said::add_notice(db, row, context.now).await?)
}

/// An id for what has none of its own: the so many-th of something. The same every time it is asked for.
pub(super) fn nth_of(whole: Uuid, nth: &[u8]) -> Uuid {
    let mut bytes = whole.into_bytes();
    for (byte, part) in bytes.iter_mut().zip(nth) {
        *byte ^= part;
    }
    Uuid::from_bytes(bytes)
}

/// Tells the families of units of what happened to them, in the transaction that wrote it down. A unit that is nobody's has nobody to
/// be told.
///
/// # Errors
/// `Unreadable`, `Database`.
pub(crate) async fn happened_in(
    db: &mut PgConnection,
    services: &Services,
    now: Timestamp,
    told: &[(Uuid, Notice, u32)],
) -> Result<(), CustodyError> {
    if told.is_empty() {
        return Ok(());
    }
    let units: Vec<Uuid> = told.iter().map(|(unit, ..)| *unit).collect();
    let context = Context { now, ..services.system() };
    let mut new = said::NewNotices::default();
    for (unit, family) in said::families_of(&mut *db, &units).await? {
        for (_, notice, seq) in told.iter().filter(|(of, ..)| *of == unit) {
            // An event has no id of its own: it is the unit's so many-th.
            new.causes.push(nth_of(unit, &seq.to_be_bytes()));
            new.ids.push(context.new_id());
            new.families.push(family);
            new.units.push(unit);
            new.kinds.push(notice.name().to_owned());
        }
    }
    if new.ids.is_empty() {
        return Ok(());
    }
    let told = said::add_notices(&mut *db, &new, now).await?;
    Ok(news::queue_all(db, &context, &told, None).await?)
}

/// A notice, for the family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnNotice {
    /// Which.
    pub id: FamilyNoticeId,
    /// About which unit, while that is theirs.
    pub unit: Option<UnitId>,
    /// What it says.
    pub kind: Notice,
    /// The day it is about.
    pub day: Option<Date>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When somebody of the family said that it was read.
    pub read_at: Option<Timestamp>,
    /// Whoever reads is asked to say so.
    pub waits: bool,
}

/// What is not read of a child that died: the notices of its coming of age, whose cause it is; and what asks for something about its
/// unit, or invites it.
fn of_living() -> [Vec<String>; 2] {
    let names = |kinds: &[Notice]| kinds.iter().map(|kind| kind.name().to_owned()).collect();
    [
        names(&[Notice::OfAge, Notice::OfAgeSilent]),
        names(&[Notice::InvitedChild, Notice::PaymentDue, Notice::ContractEnds, Notice::ContractOver]),
    ]
}

/// The notices to the families whoever asks belongs to, the last first.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn notices(services: &Services, context: &Context) -> Result<Vec<OwnNotice>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let members = own.memberships().await?;
    let rows = sql::notices(&mut *own.tx, own.account.0, None, &of_living()).await?;
    let read = |row: sql::NoticeRow| {
        // While a new version is brought out its servers write kinds that this one has no words for: those they show, and
        // this one shows the rest.
        let Some(kind) = Notice::from_name(&row.kind) else {
            tracing::warn!(kind = row.kind, "a notice of a kind that is not known here is left out");
            return None;
        };
        let acts = members.iter().any(|member| member.family.0 == row.family_id && member.kin.acts());
        Some(OwnNotice {
            id: FamilyNoticeId(row.id),
            unit: row.unit_id.map(UnitId),
            kind,
            day: row.day.map(|day| day.to_jiff()),
            made_at: row.made_at.to_jiff(),
            read_at: row.read_at.map(|at| at.to_jiff()),
            waits: kind.is_acknowledged() && row.read_at.is_none() && acts,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Says that a notice was read. Pressed twice it is once.
///
/// # Errors
/// `Denied`, `NotFound`, `OnlyLooks`, `Unreadable`, `Database`.
pub async fn acknowledge(services: &Services, context: &Context, notice: FamilyNoticeId) -> Result<(), FamilyError> {
    let account = visitor(context, Capability::SeeOwnUnits)?;
    let mut own = Own::begin(services, context).await?;
    let found = sql::notices(&mut *own.tx, account.0, Some(notice.0), &of_living()).await?.into_iter().next();
    let found = found.ok_or(FamilyError::NotFound)?;
    let member = own.member_of(FamilyId(found.family_id)).await?;
    drop(own);
    if !member.kin.acts() {
        return Err(FamilyError::OnlyLooks);
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if said::acknowledge(&mut *tx, notice.0, account.0, context.now).await? {
            let detail = json!({ "kind": found.kind });
            let entry =
                Entry { action: "family.notice_read", subject_kind: "family_notice", subject: Some(notice.0), detail };
            audit::record(&mut tx, &context, &[entry]).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}
