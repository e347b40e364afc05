//! How a case is opened: by the application that is sent, in its transaction.

use super::act::{Act, act_in};
use super::{CaseError, policy};
use crate::crypto::{CaseKey, Place, random};
use crate::spark::review;
use crate::{Context, Services};
use domain::booking::Reference;
use domain::bus::City;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId, FundId};
use domain::ledger::Amount;
use domain::spark::{DiseaseGroup, Event, Part};
use sqlx::PgConnection;
use store::spark::cases as sql;
use uuid::Uuid;

/// What is known of a case when it comes.
#[derive(Debug)]
pub struct NewCase {
    /// Its own, made by whoever opens it: twice it is one case.
    pub id: CaseId,
    /// The fund that is asked, if one was named.
    pub fund: Option<FundId>,
    /// Which group.
    pub group: DiseaseGroup,
    /// Where the family lives.
    pub city: City,
    /// The patient's age in whole years.
    pub age: u8,
    /// How much is asked for.
    pub asked: Amount,
    /// Who takes part: the patient, and who acts for it.
    pub parties: Vec<NewParty>,
    /// Its key.
    pub key: CaseKey,
}

/// Somebody who takes part for the family.
#[derive(Debug)]
pub struct NewParty {
    /// In which part: the patient is the applicant, of age or not.
    pub part: Part,
    /// Who signs in for it; nobody for a patient whose guardian does.
    pub account: Option<AccountId>,
    /// Name, document, address and whatever else says who it is: sealed here, read by nobody here.
    pub particulars: Vec<u8>,
    /// The identity document as it is compared, of the patient: what finds another case of the same person.
    pub identity: Option<String>,
}

/// What was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Which.
    pub id: CaseId,
    /// K7M4-Q2XR. Not consecutive: it tells nothing of others.
    pub reference: String,
    /// Its version.
    pub version: i32,
}

const fn party_place(row: Uuid) -> Place {
    Place { table: "spark_case_party", column: "particulars_sealed", row }
}

/// What finds another case of the same patient.
fn patient_index(services: &Services, identity: &str) -> Vec<u8> {
    services.vault.blind_index("spark patient", identity)
}

/// Opens a case and sends it, in the transaction of the application, by somebody `by` this part. Ring `Services::job_bell`
/// after the commit.
///
/// # Errors
/// `LiveCase` where the patient has a live case with the fund (whoever's: it tells nothing of it), `Denied`, `NotFound` where
/// who asks takes no such part, `Fields` without a patient or its document, `Database`.
pub async fn open_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    new: NewCase,
    by: Part,
) -> Result<Opened, CaseError> {
    policy::in_part(context, by)?;
    let fault = |field: &str| CaseError::Fields(vec![FieldError::new(field, Fault::Required)]);
    let patient = new.parties.iter().find(|party| party.part == Part::Applicant).ok_or_else(|| fault("patient"))?;
    let identity = patient.identity.as_deref().filter(|text| !text.is_empty()).ok_or_else(|| fault("identity"))?;
    let index = patient_index(services, identity);
    let reference = Reference::from_random(random());
    let row = sql::NewCase {
        id: new.id.0,
        reference: reference.as_str(),
        fund: new.fund.map(|fund| fund.0),
        group: new.group.name(),
        city: new.city.code(),
        age: i16::from(new.age),
        asked: new.asked.get(),
        patient_index: Some(&index),
    };
    let wrapped = services.vault.wrap_case_key(new.id.0, &new.key);
    if !sql::add(db, row, &wrapped, context.now).await? {
        return there(db, context, new.id, by).await;
    }
    for party in &new.parties {
        let id: Uuid = context.new_id();
        let sealed = new.key.seal(party_place(id), &party.particulars);
        let account = party.account.map(|account| account.0);
        sql::add_party(&mut *db, id, new.id.0, (party.part.name(), account), &sealed, context.now).await?;
        review::note_ties(services, db, new.id, party).await?;
    }
    let send = Act { case: new.id, version: 0, part: by, event: Event::Submit, reason: None, award: None };
    let moved = act_in(services, db, context, &send).await?;
    Ok(Opened { id: new.id, reference: reference.to_string(), version: moved.version })
}

/// Opened before by the same application.
async fn there(db: &mut PgConnection, context: &Context, id: CaseId, by: Part) -> Result<Opened, CaseError> {
    let row = sql::one(&mut *db, id.0).await?.ok_or(CaseError::NotFound)?;
    policy::of_family(db, context, id, by).await?;
    let reference = Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?;
    Ok(Opened { id, reference: reference.to_string(), version: row.version })
}
