//! Everybody who looks after cases, judges them or decides on them, for whoever watches over conflicts: what they know, where
//! they work, how much they have to do, when they are away. What ties them is counted here and read by nobody.

use super::profiles::{Profile, Ties, keep_in, profile_of, workplace_of};
use super::{ReviewError, ties};
use crate::audit::{self, Entry};
use crate::ledger::views::{Names, Person};
use crate::spark::cases::CaseError;
use crate::{Context, Services};
use domain::account::{Capability, Role};
use domain::field::{Fault, FieldError};
use domain::ids::AccountId;
use domain::spark::review::absence::Absence;
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::spark::review::people::{self as sql, AbsenceRow};
use store::spark::review::profiles as profile_sql;
use uuid::Uuid;

/// Whoever a case can be given to, to look after, to judge or to decide on.
const ROLES: [Role; 4] = [Role::CaseOfficer, Role::MedicalReviewer, Role::CommitteeMember, Role::Chair];
/// The longest name of a hospital, in characters.
const HOSPITAL: u32 = 100;

/// Somebody who has to do with cases, as whoever watches over conflicts sees them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Who.
    pub person: Person,
    /// What of these they are.
    pub roles: Vec<Role>,
    /// Their profile; nobody of whom nothing is known may judge or decide.
    pub profile: Option<Profile>,
    /// The hospital they work at, as it was typed.
    pub hospital: Option<String>,
    /// How many ties to others are known, their own document not counted.
    pub ties: u32,
    /// Reviews they were asked for and have not given.
    pub reviews: u32,
    /// Cases that go on and that they look after.
    pub cases: u32,
    /// When they are away.
    pub absence: Option<Absence>,
    /// Counts the changes of that: 0 for none yet.
    pub absence_version: i32,
    /// When they last gave a review.
    pub last_review: Option<Timestamp>,
    /// When the profile was last kept.
    pub kept_at: Option<Timestamp>,
}

impl Known {
    /// A profile of theirs is missing: they are asked about no case, and a conflict could not be seen.
    pub const fn is_unknown(&self) -> bool {
        self.profile.is_none()
    }
}

/// What is kept of somebody.
#[derive(Clone, Debug)]
pub struct Kept<'a> {
    /// Over the version that was shown.
    pub profile: Profile,
    /// Where they work; empty for nowhere.
    pub hospital: &'a str,
    /// All ties anew, where any is typed.
    pub ties: Option<&'a Ties>,
    /// When they are away.
    pub absence: Option<Absence>,
    /// The version of that which was shown.
    pub absence_version: i32,
}

/// All of them: of whom nothing is known first, then by name.
///
/// # Errors
/// `Denied` unless one watches over conflicts; `Database`.
pub async fn people(services: &Services, context: &Context) -> Result<Vec<Known>, ReviewError> {
    context.require(Capability::OverseeCases)?;
    let mut all = read(services).await?;
    all.sort_by_cached_key(|one| (!one.is_unknown(), one.person.name.clone(), one.person.account));
    Ok(all)
}

/// One of them.
///
/// # Errors
/// As [`people`]; `NotFound` for whoever has to do with no case.
pub async fn person(services: &Services, context: &Context, account: AccountId) -> Result<Known, ReviewError> {
    context.require(Capability::OverseeCases)?;
    read(services).await?.into_iter().find(|one| one.person.account == account).ok_or(ReviewError::NotFound)
}

async fn read(services: &Services) -> Result<Vec<Known>, ReviewError> {
    let mut roles: BTreeMap<Uuid, Vec<Role>> = BTreeMap::new();
    let words: Vec<String> = ROLES.iter().map(|role| role.name().to_owned()).collect();
    for (id, word) in sql::staff(&services.db, &words).await? {
        roles.entry(id).or_default().extend(Role::from_name(&word));
    }
    let ids: Vec<Uuid> = roles.keys().copied().collect();
    let names = Names::of(services, ids.iter().copied()).await.map_err(CaseError::from)?;
    let mut db = services.db.acquire().await?;
    let mut profiles = profile_sql::of(&mut *db, &ids).await?;
    let kept = sql::kept(&mut *db, &ids).await?;
    let reviews = profile_sql::open_reviews(&mut *db, &ids).await?;
    let cases = sql::officers_loads(&mut *db, &ids).await?;
    let absences = sql::absences(&mut *db, &ids).await?;
    let last = sql::last_reviews(&mut *db, &ids).await?;
    drop(db);
    let mut all = Vec::with_capacity(ids.len());
    for (id, roles) in roles {
        let at = profiles.iter().position(|row| row.account_id == id);
        let about = kept.iter().find(|row| row.account_id == id);
        let away = absences.iter().find(|row| row.account_id == id);
        let open = reviews.iter().filter(|(of, _)| *of == id).count();
        let looks_after = cases.iter().find(|(of, _)| *of == id).map_or(0, |(_, cases)| *cases);
        all.push(Known {
            person: names.person(id),
            roles,
            profile: at.map(|at| profile_of(profiles.swap_remove(at))),
            hospital: workplace_of(services, id, about.and_then(|row| row.hospital_sealed.clone()))?,
            ties: about.map_or(0, |row| u32::try_from(row.ties).unwrap_or(u32::MAX)),
            reviews: u32::try_from(open).unwrap_or(u32::MAX),
            cases: u32::try_from(looks_after).unwrap_or(u32::MAX),
            absence: away.and_then(absence_of),
            absence_version: away.map_or(0, |row| row.version),
            last_review: last.iter().find(|(of, _)| *of == id).map(|(_, at)| at.to_jiff()),
            kept_at: about.map(|row| row.updated_at.to_jiff()),
        });
    }
    Ok(all)
}

fn absence_of(row: &AbsenceRow) -> Option<Absence> {
    Absence::new(row.from_day?.to_jiff(), row.until_day.map(|day| day.to_jiff()))
}

/// Keeps a profile and an absence, both or neither, each over the version that was shown. Of somebody without a profile only the
/// absence is kept while nothing else is typed. What is as it was is not written.
///
/// # Errors
/// `Denied` unless one watches over conflicts; `NotFound` for whoever has to do with no case; `Fields` (`hospital`, `person`,
/// `kin`, `phones`, `addresses`, `employers`), `Stale`, `Database`.
pub async fn keep_person(services: &Services, context: &Context, kept: &Kept<'_>) -> Result<(), ReviewError> {
    context.require(Capability::OverseeCases)?;
    let there = person(services, context, kept.profile.account).await?;
    let fault = |fault| ReviewError::Fields(vec![FieldError::new("hospital", fault)]);
    let hospital = typed::optional(kept.hospital, HOSPITAL).map_err(fault)?;
    if !hospital.is_empty() && ties::hospital(services, &hospital).is_none() {
        return Err(fault(Fault::TooShort { min: 3 }));
    }
    let mut tx = services.begin().await?;
    let new = there.profile.is_none() && kept.profile.version == 0;
    let untouched = new && kept.profile.specialities.is_empty() && !kept.profile.away && hospital.is_empty();
    let same =
        there.profile.as_ref() == Some(&kept.profile) && there.hospital.as_deref().unwrap_or_default() == hospital;
    if kept.ties.is_some() || !(untouched || same) {
        keep_in(services, &mut tx, context, (&kept.profile, Some(&hospital)), kept.ties).await?;
    }
    if kept.absence_version != there.absence_version {
        return Err(ReviewError::Stale);
    }
    if kept.absence != there.absence {
        absent(&mut tx, context, kept).await?;
    }
    Ok(tx.commit().await?)
}

async fn absent(db: &mut PgConnection, context: &Context, kept: &Kept<'_>) -> Result<(), ReviewError> {
    let who = kept.profile.account;
    let by = context.actor.account().map(|account| account.0);
    let days = kept.absence.map(|absence| (absence.from(), absence.until()));
    if !sql::save_absence(&mut *db, who.0, (days, kept.absence_version), by, context.now).await? {
        return Err(ReviewError::Stale);
    }
    // The trail is for ever: when somebody was away is not.
    let detail = json!({ "version": kept.absence_version + 1 });
    let entry = Entry { action: "spark.absence_kept", subject_kind: "account", subject: Some(who.0), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}
