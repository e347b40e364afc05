//! What ties people to a case, as keyed hashes, and the one question whether somebody may do something with it.

use super::{Doing, ReviewError};
use crate::Services;
use crate::spark::apply::{self, ApplyError};
use crate::spark::cases::{CaseError, NewParty};
use domain::contact::{Phone, half_width};
use domain::ids::{AccountId, ApplicationId, CaseId, HospitalId};
use domain::spark::Part;
use domain::spark::application::consent::Use;
use domain::spark::review::conflict::{
    AddressHash, CaseFacts, Declared, Link, PersonHash, PhoneHash, Reviewer, Ties, may, may_look_after, stands,
};
use domain::spark::review::hospital as named;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::slice;
use store::spark::cases::{self, CaseRow};
use store::spark::review::around::{self, AroundRow};
use store::spark::review::profiles::{self as sql, ProfileRow};
use store::spark::reviewers as reviewers_sql;
use uuid::Uuid;

/// What a reviewer judges by.
pub(in crate::spark) const HEALTH: &[Use] = &[Use::JudgeHealth];
/// What the committee decides by.
pub(in crate::spark) const ALL: &[Use] = &[Use::JudgeHealth, Use::WeighMeans];

/// Under 18.
const OF_AGE: i16 = 18;
/// Shorter texts would tie people who have nothing to do with each other.
const SHORTEST: usize = 3;

/// Of an identity document's part that is the person's.
pub(super) fn person(services: &Services, document: &str) -> [u8; 32] {
    services.vault.mac("spark tie person", document.as_bytes())
}

/// Of a telephone number.
pub(super) fn phone(services: &Services, phone: &Phone) -> [u8; 32] {
    services.vault.mac("spark tie phone", phone.digits().as_bytes())
}

/// Of an address, however it is spaced; nothing where it says nothing.
pub(super) fn address(services: &Services, text: &str) -> Option<[u8; 32]> {
    Some(services.vault.mac("spark tie address", plain(text)?.as_bytes()))
}

/// Of a hospital's name, by the rule of `domain::spark::review::hospital`; nothing where it says nothing.
pub(super) fn hospital(services: &Services, text: &str) -> Option<[u8; 32]> {
    Some(services.vault.mac("spark tie hospital", named::key(text)?.as_bytes()))
}

fn plain(text: &str) -> Option<String> {
    let plain: String = half_width(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (plain.chars().count() >= SHORTEST).then_some(plain)
}

/// The table's rule says that there are as many bytes.
fn bytes(stored: &[u8]) -> [u8; 32] {
    let mut all = [0; 32];
    all.iter_mut().zip(stored).for_each(|(to, from)| *to = *from);
    all
}

/// There is no register of hospitals: one is known by its name's keyed hash.
fn hospital_id(stored: &[u8]) -> HospitalId {
    let mut id = [0; 16];
    id.iter_mut().zip(stored).for_each(|(to, from)| *to = *from);
    HospitalId(Uuid::from_bytes(id))
}

/// Notes what ties somebody who takes part in a case, in the transaction that opens it. Of whoever helps with the form only the
/// hospital: they apply for nothing.
pub(in crate::spark) async fn note(
    services: &Services,
    db: &mut PgConnection,
    case: CaseId,
    party: &NewParty,
) -> sqlx::Result<()> {
    let helps = party.part == Part::SocialWorker;
    let mut ties = Vec::new();
    if let Some(identity) = party.identity.as_deref().filter(|_| !helps) {
        ties.push(("person", person(services, identity)));
    }
    let fields = serde_json::from_slice(&party.particulars).unwrap_or(Value::Null);
    for (field, text) in fields.as_object().into_iter().flatten() {
        let Some(text) = text.as_str() else { continue };
        let tie = match field.as_str() {
            field if field.ends_with("hospital") => hospital(services, text).map(|hash| ("hospital", hash)),
            _ if helps => None,
            field if field.ends_with("phone") => Phone::parse(text).ok().map(|text| ("phone", phone(services, &text))),
            field if field.ends_with("address") => address(services, text).map(|hash| ("address", hash)),
            _ => None,
        };
        ties.extend(tie);
    }
    for (kind, value) in ties {
        sql::add_case_tie(&mut *db, case.0, (party.part.name(), kind), &value).await?;
    }
    Ok(())
}

/// What is known around a case.
pub(super) async fn facts(db: &mut PgConnection, row: &CaseRow) -> sqlx::Result<CaseFacts> {
    Ok(facts_of(db, slice::from_ref(row)).await?.pop().unwrap_or_else(|| nothing(row)))
}

/// What is known around these cases, in their order: as many questions to the database as for one.
pub(super) async fn facts_of(db: &mut PgConnection, rows: &[CaseRow]) -> sqlx::Result<Vec<CaseFacts>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut all: BTreeMap<Uuid, (CaseFacts, BTreeMap<String, Ties>)> =
        rows.iter().map(|row| (row.id, (nothing(row), BTreeMap::new()))).collect();
    for row in around::known(&mut *db, &ids).await? {
        let Some((facts, people)) = all.get_mut(&row.case_id) else { continue };
        take(facts, people, row);
    }
    for (case, account) in around::handled(&mut *db, &ids).await? {
        if let Some((facts, _)) = all.get_mut(&case) {
            facts.handled_by.insert(AccountId(account));
        }
    }
    let facts = |row: &CaseRow| {
        let (facts, people) = all.get(&row.id).cloned().unwrap_or_else(|| (nothing(row), BTreeMap::new()));
        CaseFacts { people: people.into_values().collect(), ..facts }
    };
    Ok(rows.iter().map(facts).collect())
}

/// A case around which nothing is known.
fn nothing(row: &CaseRow) -> CaseFacts {
    CaseFacts {
        case: CaseId(row.id),
        minor: row.age < OF_AGE,
        treating: BTreeSet::new(),
        people: Vec::new(),
        handled_by: BTreeSet::new(),
        declared: Vec::new(),
        links: Vec::new(),
    }
}

/// Notes one thing that is known around a case. People are told apart by their parts.
fn take(facts: &mut CaseFacts, people: &mut BTreeMap<String, Ties>, row: AroundRow) {
    let who = row.account_id.map(AccountId);
    match (row.what.as_str(), who) {
        ("declared", Some(about)) => {
            facts.declared.push(Declared { about, by_themselves: row.said_by == row.account_id });
        }
        ("named", Some(who)) => facts.links.push((who, Link::Named)),
        ("seated", Some(who)) => facts.links.push((who, Link::Seated)),
        _ => {}
    }
    let (Some(party), Some(kind), Some(value)) = (row.party, row.kind, row.value) else { return };
    if kind == "hospital" {
        facts.treating.insert(hospital_id(&value));
        return;
    }
    let ties = people.entry(party).or_insert_with(nobody);
    match kind.as_str() {
        "person" => ties.person = PersonHash(bytes(&value)),
        "phone" => {
            ties.phones.insert(PhoneHash(bytes(&value)));
        }
        _ => {
            ties.addresses.insert(AddressHash(bytes(&value)));
        }
    }
}

/// No keyed hash is all noughts: one without a document is the same as nobody.
const fn nobody() -> Ties {
    Ties { person: PersonHash([0; 32]), kin: BTreeSet::new(), phones: BTreeSet::new(), addresses: BTreeSet::new() }
}

/// What is known of these people, as far as they have a profile.
pub(super) async fn reviewers(
    db: &mut PgConnection,
    accounts: &[AccountId],
) -> sqlx::Result<Vec<(ProfileRow, Reviewer)>> {
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    let rows = sql::of(&mut *db, &ids).await?;
    with_ties(db, rows).await
}

/// The same of profiles that were read.
pub(super) async fn with_ties(
    db: &mut PgConnection,
    rows: Vec<ProfileRow>,
) -> sqlx::Result<Vec<(ProfileRow, Reviewer)>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
    let all = sql::ties(&mut *db, &ids).await?;
    let known = |row: ProfileRow| {
        let mut ties = Ties { person: PersonHash(bytes(&row.person_index)), ..nobody() };
        let mut employers = BTreeSet::new();
        for tie in all.iter().filter(|tie| tie.owner == row.account_id) {
            match tie.kind.as_str() {
                "kin" => {
                    ties.kin.insert(PersonHash(bytes(&tie.value)));
                }
                "phone" => {
                    ties.phones.insert(PhoneHash(bytes(&tie.value)));
                }
                "address" => {
                    ties.addresses.insert(AddressHash(bytes(&tie.value)));
                }
                _ => {
                    employers.insert(hospital_id(&tie.value));
                }
            }
        }
        let reviewer = Reviewer { account: AccountId(row.account_id), ties, employers };
        (row, reviewer)
    };
    Ok(rows.into_iter().map(known).collect())
}

/// One of them.
pub(super) async fn reviewer(db: &mut PgConnection, account: AccountId) -> sqlx::Result<Option<Reviewer>> {
    Ok(reviewers(db, &[account]).await?.pop().map(|(_, reviewer)| reviewer))
}

/// Whether somebody may do this with a case: not without a profile, since then nobody knows.
pub(in crate::spark) async fn may_do(
    db: &mut PgConnection,
    row: &CaseRow,
    account: AccountId,
    doing: Doing,
) -> sqlx::Result<bool> {
    let Some(reviewer) = reviewer(db, account).await? else { return Ok(false) };
    Ok(may(&reviewer, &facts(db, row).await?, doing).is_ok())
}

/// Whether somebody may look after a case as its officer. Of whom nothing is known only what was declared bars: an officer
/// judges nothing, and may do without a profile.
pub(in crate::spark) async fn may_care(db: &mut PgConnection, row: &CaseRow, account: AccountId) -> sqlx::Result<bool> {
    Someone::read(db, account).await?.may_care(db, row).await
}

/// Those of these cases that somebody may look after, as [`may_care`].
pub(in crate::spark) async fn cares_for(
    db: &mut PgConnection,
    rows: &[CaseRow],
    account: AccountId,
) -> sqlx::Result<BTreeSet<Uuid>> {
    Someone::read(db, account).await?.cares_for(db, rows).await
}

/// Those of these cases that nothing that is known ties somebody to, who would decide on them. Of whom there is no profile only
/// what was declared is known.
pub(in crate::spark) async fn clear_of(
    db: &mut PgConnection,
    rows: &[CaseRow],
    account: AccountId,
) -> sqlx::Result<BTreeSet<Uuid>> {
    Someone::read(db, account).await?.clear_of(db, rows).await
}

/// Somebody with what is known of them, read once for many cases.
pub(super) struct Someone {
    /// Who.
    pub(super) account: AccountId,
    known: Option<Reviewer>,
}

impl Someone {
    /// As they are known now.
    pub(super) async fn read(db: &mut PgConnection, account: AccountId) -> sqlx::Result<Self> {
        Ok(Self { account, known: reviewer(db, account).await? })
    }

    /// As [`may_care`].
    pub(super) async fn may_care(&self, db: &mut PgConnection, row: &CaseRow) -> sqlx::Result<bool> {
        Ok(!self.cares_for(db, slice::from_ref(row)).await?.is_empty())
    }

    /// Those of these cases that they may look after, as [`may_care`].
    pub(super) async fn cares_for(&self, db: &mut PgConnection, rows: &[CaseRow]) -> sqlx::Result<BTreeSet<Uuid>> {
        self.may(db, rows, may_look_after).await
    }

    /// Those of these cases that nothing ties them to, as [`clear_of`].
    pub(super) async fn clear_of(&self, db: &mut PgConnection, rows: &[CaseRow]) -> sqlx::Result<BTreeSet<Uuid>> {
        self.may(db, rows, stands).await
    }

    async fn may(
        &self,
        db: &mut PgConnection,
        rows: &[CaseRow],
        rule: fn(&Reviewer, &CaseFacts) -> bool,
    ) -> sqlx::Result<BTreeSet<Uuid>> {
        let may = |facts: &CaseFacts| match &self.known {
            Some(known) => rule(known, facts),
            None => !facts.declared.iter().any(|one| one.about == self.account),
        };
        Ok(facts_of(db, rows).await?.iter().filter(|facts| may(facts)).map(|facts| facts.case.0).collect())
    }
}

/// Whether somebody is asked about a case that is being reviewed, and has no conflict with it.
pub(in crate::spark) async fn is_asked(db: &mut PgConnection, account: AccountId, case: CaseId) -> sqlx::Result<bool> {
    let Some(row) = cases::one(&mut *db, case.0).await? else { return Ok(false) };
    let asked = !reviewers_sql::of_reviewer(&mut *db, account.0, Some(case.0)).await?.is_empty();
    Ok(asked && may_do(db, &row, account, Doing::Read).await?)
}

/// Asks for the consents behind a case, in the transaction of what is done. (A case has its application's id.)
///
/// # Errors
/// `ConsentWithdrawn` also where none was given; `Database`, `Unreadable`.
pub(in crate::spark) async fn consented(db: &mut PgConnection, case: CaseId, uses: &[Use]) -> Result<(), CaseError> {
    let given = apply::words(db, ApplicationId(case.0)).await.map_err(|error| match error {
        ApplyError::Database(error) => error.into(),
        _ => CaseError::Unreadable,
    })?;
    if uses.iter().all(|wanted| given.may(*wanted)) { Ok(()) } else { Err(CaseError::ConsentWithdrawn) }
}

/// The same, for those who name the case.
pub(super) async fn consent(db: &mut PgConnection, case: CaseId, uses: &[Use]) -> Result<(), ReviewError> {
    consented(db, case, uses).await.map_err(|error| match error {
        CaseError::ConsentWithdrawn => ReviewError::ConsentWithdrawn(case),
        error => error.into(),
    })
}
