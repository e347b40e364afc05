//! Who reviews and votes: what they know, where they work, what ties them to others; and conflicts that are declared.

use super::ties::{self, address, hospital, person, phone};
use super::{Doing, ReviewError, scores};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::spark::cases;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::contact::Phone;
use domain::document::Document;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId};
use domain::spark::review::assignment::Speciality;
use domain::typed;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as case_sql;
use store::spark::review::people as people_sql;
use store::spark::review::profiles::{self as sql, DeclaredRow, ProfileRow};
use store::spark::reviewers;
use uuid::Uuid;

/// The longest reason for a conflict, in characters.
const REASON: u32 = 500;
/// The most ties of one kind.
const MOST: usize = 20;

/// What ties somebody to others, as it is typed: kept as keyed hashes only, so that nobody reads it again.
#[derive(Clone)]
pub struct Ties {
    /// Their own identity document.
    pub person: Document,
    /// Those of their relatives.
    pub kin: Vec<Document>,
    /// Their telephone numbers.
    pub phones: Vec<Phone>,
    /// Where they live.
    pub addresses: Vec<String>,
    /// The names of the hospitals they work at.
    pub employers: Vec<String>,
}

impl std::fmt::Debug for Ties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ties(…)")
    }
}

/// A reviewer, or a member of the committee, who needs no speciality.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Who.
    pub account: AccountId,
    /// What they know.
    pub specialities: Vec<Speciality>,
    /// Takes no cases at present.
    pub away: bool,
    /// Counts the changes: 0 for one that is not there yet.
    pub version: i32,
}

/// Keeps a profile over the version that was shown. Without `ties` those there are stay; a new profile needs them.
///
/// # Errors
/// `Denied` unless one watches over conflicts, `Fields`, `Stale`, `Database`.
pub async fn keep(
    services: &Services,
    context: &Context,
    profile: &Profile,
    ties: Option<&Ties>,
) -> Result<i32, ReviewError> {
    context.require(Capability::OverseeCases)?;
    let mut tx = services.begin().await?;
    let version = keep_in(services, &mut tx, context, (profile, None), ties).await?;
    tx.commit().await?;
    Ok(version)
}

/// The same in the caller's transaction, with the hospital one works at: `None` leaves it as it is. Where somebody worked before
/// stays among the ties until all of them are typed anew.
pub(super) async fn keep_in(
    services: &Services,
    tx: &mut PgConnection,
    context: &Context,
    (profile, workplace): (&Profile, Option<&str>),
    ties: Option<&Ties>,
) -> Result<i32, ReviewError> {
    let by = context.actor.account().map(|account| account.0);
    let who = profile.account.0;
    let fault = |field: &str, fault| ReviewError::Fields(vec![FieldError::new(field, fault)]);
    let person_index = match ties {
        Some(ties) => person(services, ties.person.counted()).to_vec(),
        None => {
            let there = sql::of(&mut *tx, &[who]).await?.pop();
            there.ok_or_else(|| fault("person", Fault::Required))?.person_index
        }
    };
    let row = ProfileRow {
        account_id: who,
        specialities: profile.specialities.iter().map(ToString::to_string).collect(),
        away: profile.away,
        person_index,
        version: profile.version,
    };
    let all = ties.map(|ties| hashes(services, ties)).transpose()?;
    if !sql::save(&mut *tx, &row, profile.version, by, context.now).await? {
        return Err(ReviewError::Stale);
    }
    if let Some(all) = &all {
        sql::set_ties(&mut *tx, who, all).await?;
    }
    let place = Place { table: "spark_reviewer_profile", column: "hospital_sealed", row: who };
    if let Some(text) = workplace {
        let sealed = (!text.is_empty()).then(|| services.vault.seal(place, text.as_bytes()));
        people_sql::set_hospital(&mut *tx, who, sealed.as_deref()).await?;
    }
    // Whatever else is typed anew: whoever works somewhere is tied to it.
    let works_at = match workplace {
        Some(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
        None if all.is_some() => workplace_of(services, who, people_sql::hospital(&mut *tx, who).await?)?,
        None => None,
    };
    if let Some(text) = works_at {
        let hash = hospital(services, &text).ok_or_else(|| fault("hospital", Fault::TooShort { min: 3 }))?;
        people_sql::add_tie(&mut *tx, who, "employer", &hash).await?;
    }
    let detail = json!({ "away": profile.away, "ties": ties.is_some(), "version": profile.version + 1 });
    let (action, subject) = ("spark.reviewer_profile_kept", Some(who));
    audit::record(tx, context, &[Entry { action, subject_kind: "account", subject, detail }]).await?;
    Ok(profile.version + 1)
}

/// The name of the hospital somebody works at, as it is sealed.
pub(super) fn workplace_of(
    services: &Services,
    who: Uuid,
    sealed: Option<Vec<u8>>,
) -> Result<Option<String>, ReviewError> {
    let place = Place { table: "spark_reviewer_profile", column: "hospital_sealed", row: who };
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = services.vault.open_sealed(place, &sealed)?;
    Ok(Some(String::from_utf8(plain).map_err(|_| ReviewError::Unreadable)?))
}

/// The keyed hashes of everything that was typed.
fn hashes(services: &Services, ties: &Ties) -> Result<Vec<(&'static str, Vec<u8>)>, ReviewError> {
    let fault = |field: &str, fault| ReviewError::Fields(vec![FieldError::new(field, fault)]);
    let lists = [
        ("kin", ties.kin.len()),
        ("phones", ties.phones.len()),
        ("addresses", ties.addresses.len()),
        ("employers", ties.employers.len()),
    ];
    if let Some((field, _)) = lists.iter().find(|(_, count)| *count > MOST) {
        return Err(fault(field, Fault::OutOfRange { min: 0, max: MOST as u32 }));
    }
    let mut all: Vec<(&'static str, Vec<u8>)> = Vec::new();
    all.extend(ties.kin.iter().map(|kin| ("kin", person(services, kin.counted()).to_vec())));
    all.extend(ties.phones.iter().map(|number| ("phone", phone(services, number).to_vec())));
    for text in &ties.addresses {
        let hash = address(services, text).ok_or_else(|| fault("addresses", Fault::TooShort { min: 3 }))?;
        all.push(("address", hash.to_vec()));
    }
    for text in &ties.employers {
        let hash = hospital(services, text).ok_or_else(|| fault("employers", Fault::TooShort { min: 3 }))?;
        all.push(("employer", hash.to_vec()));
    }
    Ok(all)
}

/// Everybody who reviews, for those who assign and who watch over it: nothing of what ties them.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn profiles(services: &Services, context: &Context) -> Result<Vec<Profile>, ReviewError> {
    if context.require(Capability::OverseeCases).is_err() {
        context.require(Capability::HandleCases)?;
    }
    Ok(sql::reviewers(&services.db).await?.into_iter().map(profile_of).collect())
}

/// What a row says.
pub(super) fn profile_of(row: ProfileRow) -> Profile {
    Profile {
        account: AccountId(row.account_id),
        specialities: row.specialities.iter().filter_map(|number| Speciality::new(number)).collect(),
        away: row.away,
        version: row.version,
    }
}

/// Declares that somebody has a conflict with a case: oneself, of a case one has before one, or another, by the officer who
/// looks after it or who watches over conflicts. From then on the case is not there for them, and whatever they said of it
/// counts no more.
///
/// # Errors
/// `Denied`, `NotFound` also where one has nothing to do with the case, `Case`, `Fields` without a reason, `Database`.
pub async fn declare(
    services: &Services,
    context: &Context,
    case: CaseId,
    about: AccountId,
    reason: &str,
) -> Result<(), ReviewError> {
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let own = by == about
        && (context.require(Capability::ReviewCases).is_ok() || context.require(Capability::VoteOnCases).is_ok());
    let oversees = context.require(Capability::OverseeCases).is_ok();
    if !own && !oversees {
        context.require(Capability::HandleCases)?;
    }
    let reason =
        typed::text(reason, REASON).and_then(|text| if text.is_empty() { Err(Fault::Required) } else { Ok(text) });
    let reason = reason.map_err(|fault| ReviewError::Fields(vec![FieldError::new("reason", fault)]))?;
    let mut tx = services.begin().await?;
    let row = case_sql::lock(&mut *tx, case.0).await?.ok_or(ReviewError::NotFound)?;
    if own {
        if !ties::may_do(&mut tx, &row, by, Doing::Read).await? {
            return Err(ReviewError::NotFound);
        }
    } else if !oversees {
        cases::looks_after(context, &row, domain::spark::Part::CaseOfficer)?;
    }
    let id: Uuid = context.new_id();
    let place = Place { table: "spark_conflict", column: "reason_sealed", row: id };
    let sealed = cases::key(services, &mut tx, case).await?.seal(place, reason.as_bytes());
    let declared = DeclaredRow { account_id: about.0, declared_by: by.0 };
    sql::declare(&mut *tx, (id, case.0), declared, &sealed, context.now).await?;
    reviewers::release(&mut *tx, case.0, about.0, context.now).await?;
    // Whoever looked after it does so no more: somebody else takes it over.
    let unassigned = case_sql::unset_officer(&mut *tx, case.0, about.0).await?;
    let detail = json!({ "about": about, "by_themselves": own, "unassigned": unassigned });
    let entry = Entry { action: "spark.conflict_declared", subject_kind: "spark_case", subject: Some(case.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    // What is left may be enough.
    scores::moved_on(services, context, case).await?;
    Ok(())
}
