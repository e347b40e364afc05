//! Who belongs to a family, the child, and what each member agrees to.

use super::scope::{Member, Own, member, visitor};
use super::units::OwnUnit;
use super::{FamilyError, place};
use crate::account::{contact_index, visitors};
use crate::audit::{self, Entry};
use crate::custody::Sight;
use crate::db::to_the_end;
use crate::limits;
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::{Contact, PersonName, Phone};
use domain::custody::Pool;
use domain::family::{Consent, Kin, comes_of_age_on};
use domain::field::FieldError;
use domain::ids::{AccountId, FamilyId, UnitId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashSet;
use store::account::people as accounts;
use store::family::{join, own as sql, said};
use uuid::Uuid;

/// Somebody who belongs to a family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnMember {
    /// What they are in it.
    pub member: Member,
    /// What they are called, if they said so.
    pub name: Option<PersonName>,
    /// It is who reads.
    pub own: bool,
}

/// The child, for the family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnChild {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    pub name: PersonName,
    /// When it was born.
    pub born: Date,
    /// The day it is of age.
    pub of_age_on: Date,
    /// Where it is reached from then on; masked.
    pub phone: Option<String>,
    /// When it was invited.
    pub invited_at: Option<Timestamp>,
    /// It did not answer: another number can be said, and it is invited anew.
    pub silent: bool,
    /// When it took over.
    pub took_over_at: Option<Timestamp>,
    /// It died: words to its family stand in the place of its birthday.
    pub died: bool,
}

/// What whoever reads is asked to agree to, and what they said last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnConsent {
    /// To what.
    pub purpose: Consent,
    /// Their last word; none: never asked.
    pub given: Option<bool>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Whose the infectious markers of the mother's are, of all that a family keeps, for whoever reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Markers {
    /// Whoever reads is the mother.
    Own,
    /// The mother lets them be read.
    Shared,
    /// The mother does not.
    Hers,
    /// Something came from another family, and who gave birth is not of this one: nobody of it reads hers, and nobody is asked.
    Elsewhere,
}

/// A family, for one of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct People {
    /// Which.
    pub family: FamilyId,
    /// Whoever reads may change something.
    pub acts: bool,
    /// Whose the mother's infectious markers are.
    pub markers: Markers,
    /// Who belongs to it.
    pub members: Vec<OwnMember>,
    /// Its children; a family of the bank has one.
    pub children: Vec<OwnChild>,
    /// What whoever reads is asked.
    pub consents: Vec<OwnConsent>,
}

/// The families whoever asks belongs to.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn people(services: &Services, context: &Context) -> Result<Vec<People>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let mut found = Vec::new();
    for reader in own.memberships().await? {
        let members = sql::members(&mut *own.tx, reader.family.0).await?;
        let children = sql::children(&mut *own.tx, reader.family.0).await?;
        let consents = sql::consents(&mut *own.tx, reader.family.0).await?;
        let births = births(&mut own, reader.family, None).await?;
        found.push((reader, members, children, consents, births));
    }
    let account = own.account;
    drop(own);
    // What somebody is called stands with their account, which is no row of a family.
    let mut all = Vec::new();
    for (reader, members, children, consents, births) in found {
        let markers = markers(&births, account);
        let gave_birth = gave_birth(&births, account);
        let mut named = Vec::new();
        for row in members {
            let own = row.account_id == account.0;
            let person = accounts::live(&services.db, row.account_id).await?;
            let name = person.map(|row| visitors::open_profile(services, &row)).transpose()?.and_then(|one| one.name);
            named.push(OwnMember { member: member(row)?, name, own });
        }
        let children = children.into_iter().map(|row| child(services, row)).collect::<Result<_, _>>()?;
        let asked = Consent::ALL.into_iter().filter(|one| one.is_asked_of(reader.kin, gave_birth));
        let said = |purpose: Consent| {
            let last = consents.iter().find(|row| row.account_id == account.0 && row.purpose == purpose.name());
            OwnConsent { purpose, given: last.map(|row| row.given), at: last.map(|row| row.at.to_jiff()) }
        };
        let consents = asked.map(said).collect();
        all.push(People {
            family: reader.family,
            acts: reader.kin.acts(),
            markers,
            members: named,
            children,
            consents,
        });
    }
    Ok(all)
}

pub(super) fn child(services: &Services, row: sql::ChildRow) -> Result<OwnChild, FamilyError> {
    let open = |column, sealed: &[u8]| super::opened(services, ("family_child", column, row.id), sealed);
    let born: Date = open("born_sealed", &row.born_sealed)?.parse().map_err(|_| FamilyError::Unreadable)?;
    let phone = row.phone_sealed.as_deref().map(|sealed| open("phone_sealed", sealed)).transpose()?;
    let phone = phone.map(|digits| Phone::parse(&digits).map_err(|_| FamilyError::Unreadable)).transpose()?;
    Ok(OwnChild {
        id: row.id,
        name: PersonName::kept(&open("name_sealed", &row.name_sealed)?).map_err(|_| FamilyError::Unreadable)?,
        born,
        of_age_on: comes_of_age_on(born).ok_or(FamilyError::Unreadable)?,
        phone: phone.map(|phone| phone.masked()),
        invited_at: row.invited_at.map(|at| at.to_jiff()),
        silent: row.silent,
        took_over_at: row.took_over_at.map(|at| at.to_jiff()),
        died: row.died,
    })
}

/// The mothers of what a family keeps, or of one unit of it. Whoever asks who the mother is asks here: its answer is that of
/// `family_birth_mother`.
async fn births(own: &mut Own, family: FamilyId, unit: Option<UnitId>) -> Result<Vec<sql::BirthRow>, FamilyError> {
    let asked = (family.0, unit.map(|unit| unit.0));
    Ok(sql::births(&mut *own.tx, asked, Consent::MotherResults.name()).await?)
}

/// Whether results of somebody's are among them.
fn gave_birth(births: &[sql::BirthRow], account: AccountId) -> bool {
    births.iter().any(|birth| birth.mother == Some(account.0))
}

fn markers(births: &[sql::BirthRow], reader: AccountId) -> Markers {
    let mut others = births.iter().filter(|birth| birth.mother != Some(reader.0)).peekable();
    if others.peek().is_none() && !births.is_empty() {
        Markers::Own
    } else if births.iter().any(|birth| birth.passed_on && birth.mother.is_none()) {
        Markers::Elsewhere
    } else if others.peek().is_some() && others.all(|birth| birth.shares) {
        Markers::Shared
    } else {
        Markers::Hers
    }
}

/// How far whoever reads sees of a unit what can tell of its mother. She is the mother of the family in which it came into the house:
/// where the unit went to another, she reads her own if she belongs to that, too, and the others of it if she lets them there. What she
/// let those of her former family counts for them, and not for the new.
pub(super) async fn sight_of(own: &mut Own, unit: &OwnUnit) -> Result<Sight, FamilyError> {
    let births = births(own, unit.member.family, Some(unit.id)).await?;
    if gave_birth(&births, own.account) {
        return Ok(Sight::Owner);
    }
    Ok(Sight::OtherGuardian { mother_consents: births.iter().any(|birth| birth.shares) })
}

/// What they are in a family where they do something.
async fn acting(services: &Services, context: &Context, family: FamilyId) -> Result<Member, FamilyError> {
    let member = Own::begin(services, context).await?.member_of(family).await?;
    if member.kin.acts() { Ok(member) } else { Err(FamilyError::OnlyLooks) }
}

/// Those of some units that may serve research: everybody who decides in their family said so, by their last word. Whoever asks has them
/// locked where it decides something.
pub(crate) async fn lets_research(db: &mut PgConnection, units: &[Uuid]) -> sqlx::Result<HashSet<Uuid>> {
    let acting: Vec<String> = Kin::ALL.into_iter().filter(|kin| kin.acts()).map(|kin| kin.name().to_owned()).collect();
    let asked = (Consent::Research.name(), acting.as_slice(), Pool::Public.name());
    Ok(said::lets_research(db, units, asked).await?.into_iter().collect())
}

/// Says whether one agrees to a purpose. Said twice it is once. The mother says it of her results also after the child took over.
///
/// # Errors
/// `Denied`; `NotFound` for another's family, and for what is the mother's alone; `OnlyLooks`, `Database`.
pub async fn consent(
    services: &Services,
    context: &Context,
    family: FamilyId,
    (purpose, given): (Consent, bool),
) -> Result<(), FamilyError> {
    let account = visitor(context, Capability::SeeOwnUnits)?;
    let mut own = Own::begin(services, context).await?;
    let member = own.member_of(family).await?;
    let births = births(&mut own, family, None).await?;
    drop(own);
    if !purpose.is_asked_of(member.kin, gave_birth(&births, account)) {
        return Err(if purpose.is_the_mothers() { FamilyError::NotFound } else { FamilyError::OnlyLooks });
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if purpose == Consent::Research {
            // Of a unit that is given to research at the same instant: either that is recorded before this is said, or it is refused.
            said::lock_units(&mut *tx, family.0).await?;
        }
        accounts::lock(&mut tx, account.0).await?.ok_or(FamilyError::NotFound)?;
        let last = sql::consents(&mut *tx, family.0).await?;
        let last = last.iter().find(|row| row.account_id == account.0 && row.purpose == purpose.name());
        if last.is_some_and(|row| row.given == given) {
            return Ok(());
        }
        let said = (purpose.name(), given);
        said::add_consent(&mut *tx, context.new_id(), (family.0, account.0), said, context.now).await?;
        let detail = json!({ "purpose": purpose.name(), "given": given });
        let entry = Entry { action: "family.consent", subject_kind: "family", subject: Some(family.0), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Says where the child is reached on its eighteenth birthday. For guardians, until it takes over: where it was invited at a number that
/// was mistyped, nobody comes in by that any more, and it is invited anew.
///
/// # Errors
/// `Denied`, `NotFound`, `OnlyLooks`; `Fields` (`phone`); `Limited`: each number is a message; `Over` where it was invited at this number
/// already, took over, or died; `Database`.
pub async fn set_child_phone(
    services: &Services,
    context: &Context,
    (family, child): (FamilyId, Uuid),
    phone: &str,
) -> Result<(), FamilyError> {
    let member = acting(services, context, family).await?;
    if member.kin == Kin::AdultChild {
        return Err(FamilyError::NotFound);
    }
    let known = sql::children(&services.db, family.0).await?;
    if !known.iter().any(|row| row.id == child) {
        return Err(FamilyError::NotFound);
    }
    let phone = Phone::parse(phone).map_err(|fault| FamilyError::Fields(vec![FieldError::new("phone", fault)]))?;
    let account = visitor(context, Capability::SeeOwnUnits)?;
    limits::hit(services, &limits::CHILD_PHONE, &account.to_string()).await?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let sealed = services.vault.seal(place("family_child", "phone_sealed", child), phone.digits().as_bytes());
        let index = contact_index(&services.vault, &Contact::Phone(phone));
        let mut tx = services.begin().await?;
        if !join::set_child_phone(&mut *tx, (family.0, child), (&sealed, &index)).await? {
            return Err(FamilyError::Over);
        }
        join::end_childs_invitations(&mut *tx, child, context.now).await?;
        let detail = json!({ "child": child });
        let entry = Entry { action: "family.child_phone", subject_kind: "family", subject: Some(family.0), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok(tx.commit().await?)
    })
    .await
}
