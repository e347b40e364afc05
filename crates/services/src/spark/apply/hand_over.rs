//! The one place where a sent application becomes somebody's work: called in the transaction that sends it.

use super::ApplyError;
use crate::crypto::CaseKey;
use crate::spark::cases::{self, CaseError, NewCase, NewParty};
use crate::{Context, Services};
use domain::bus::City;
use domain::document::Document;
use domain::ids::{AccountId, ApplicationId, CaseId};
use domain::ledger::Amount;
use domain::spark::application::form::BORN;
use domain::spark::application::{Acting, Answers, Form, Snapshot};
use domain::spark::{DiseaseGroup, Part};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::fmt;

/// Who takes part in an application.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// As what.
    pub part: Part,
    /// Who signs in for it.
    pub account: Option<AccountId>,
    /// Names, documents, telephones: what a case seals by its own key.
    pub particulars: Value,
    /// What a keyed hash of the identity document is made of, where one was asked for.
    pub identity: Option<String>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({})", self.part.name())
    }
}

/// What a case is opened with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Handed {
    /// In which part it was sent: what binds the family the family does itself.
    pub by: Part,
    /// For which disease group.
    pub group: DiseaseGroup,
    /// The city that ties the patient to Shandong.
    pub city: City,
    /// The patient's age in years, on the day it was sent.
    pub age: u8,
    /// What is asked for.
    pub asked: Amount,
    /// The patient, then the guardian, then the social worker, as far as they take part.
    pub parties: Vec<Party>,
}

impl Handed {
    /// From what was sent. `accounts`: who filled it in, and who sent it.
    ///
    /// # Errors
    /// `Damaged` for a snapshot that was not taken of a whole application.
    pub fn of(
        snapshot: &Snapshot,
        acting: Acting,
        (owner, sender): (AccountId, AccountId),
    ) -> Result<Self, ApplyError> {
        let form = Form::of(snapshot.form).ok_or(DAMAGED)?;
        let answers = &snapshot.answers;
        let answer = |field: &str| answers.get(field).ok_or(DAMAGED);
        let by = if acting.guardian_consents { Part::Guardian } else { Part::Applicant };
        let account = |part: Part| match part {
            Part::SocialWorker => Some(owner),
            part => (part == by).then_some(sender),
        };
        let party = |part: Part, document: &str, pages: &[&str]| Party {
            part,
            account: account(part),
            particulars: particulars(form, answers, pages),
            identity: identity(answers, document),
        };
        // Where the patient is treated, too: whoever works there does not judge the case.
        let patient = ["patient", "patient_document", "address", "patient_contact", "representative", "hospital"];
        let mut parties = vec![party(Part::Applicant, "patient_document", &patient)];
        if acting.guardian_consents {
            let pages = ["guardian", "guardian_document", "guardian_contact"];
            parties.push(party(Part::Guardian, "guardian_document", &pages));
        }
        if acting.family_confirms {
            parties.push(party(Part::SocialWorker, "", &["worker"]));
        }
        let age = answers.age(BORN, snapshot.day).ok_or(DAMAGED)?;
        Ok(Self {
            by,
            group: DiseaseGroup::from_name(answer("group")?).ok_or(DAMAGED)?,
            city: City::from_code(answer("city")?).ok_or(DAMAGED)?,
            age: u8::try_from(age).map_err(|_| DAMAGED)?,
            asked: Amount::parse(answer("asked")?).map_err(|_| DAMAGED)?,
            parties,
        })
    }
}

const DAMAGED: ApplyError = ApplyError::Damaged("an application");

fn particulars(form: &Form, answers: &Answers, pages: &[&str]) -> Value {
    let fields = pages.iter().filter_map(|page| form.page(page)).flat_map(|page| page.fields);
    let given = fields.filter_map(|field| Some((field.key.to_owned(), Value::from(answers.get(field.key)?))));
    Value::Object(given.collect::<Map<_, _>>())
}

fn identity(answers: &Answers, document: &str) -> Option<String> {
    let (kind, number) = (answers.get(&format!("{document}_kind"))?, answers.get(document)?);
    Some(Document::from_comparable(&format!("{kind}:{number}"))?.counted().to_owned())
}

/// Opens the case of a sent application and answers its reference. The application's id is what the case is opened under: opened
/// twice it is one. Its key is the application's.
///
/// # Errors
/// `LiveCase` where the patient has one already, and nothing more about that; `Denied`, `Damaged`, `Database`.
pub(super) async fn hand_over(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    application: ApplicationId,
    (handed, key): (Handed, CaseKey),
) -> Result<String, ApplyError> {
    let party = |party: Party| NewParty {
        part: party.part,
        account: party.account,
        particulars: party.particulars.to_string().into_bytes(),
        identity: party.identity,
    };
    let new = NewCase {
        id: CaseId(application.0),
        fund: None,
        group: handed.group,
        city: handed.city,
        age: handed.age,
        asked: handed.asked,
        parties: handed.parties.into_iter().map(party).collect(),
        key,
    };
    match cases::open_in(services, db, context, new, handed.by).await {
        Ok(opened) => Ok(opened.reference),
        Err(CaseError::LiveCase) => Err(ApplyError::LiveCase),
        Err(CaseError::Denied(denied)) => Err(denied.into()),
        Err(CaseError::Database(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "a case could not be opened");
            Err(ApplyError::Damaged("a case"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    const OWNER: AccountId = AccountId(Uuid::from_u128(1));
    const SENDER: AccountId = AccountId(Uuid::from_u128(2));

    fn snapshot(lines: &str) -> Snapshot {
        let text = format!("spark-application 1\nform 1\nnotice 1\nnumber 1\nday 2026-12-04\n{lines}");
        Snapshot::parse(&text).expect("a snapshot")
    }

    fn parts(handed: &Handed) -> Vec<(Part, Option<AccountId>)> {
        handed.parties.iter().map(|party| (party.part, party.account)).collect()
    }

    #[test]
    fn a_case_is_opened_for_the_patient_by_whom_the_law_lets_act() {
        let sent = snapshot(
            "[before]\nwhom: family\ngroup: rare\ncity: jinan\nworker_name: 演示三\n[people]\npatient_name: 演示一\n\
             patient_born: 2015-06-01\npatient_document_kind: taiwan\npatient_document: 0000000001\n\
             guardian_name: 演示二\n[means]\nasked: 500.05\n",
        );
        let acting = domain::spark::application::acting(&sent.answers, date(2026, 12, 4)).expect("told");
        let handed = Handed::of(&sent, acting, (OWNER, SENDER)).expect("handed");
        assert_eq!((handed.by, handed.age, handed.asked.get()), (Part::Guardian, 11, 50_005));
        assert_eq!((handed.group, handed.city.code()), (DiseaseGroup::Rare, "jinan"));
        let all = [(Part::Applicant, None), (Part::Guardian, Some(SENDER)), (Part::SocialWorker, Some(OWNER))];
        assert_eq!(parts(&handed), all);
        // The person's part of the number, without the digits that count the cards issued.
        assert_eq!(handed.parties[0].identity.as_deref(), Some("00000000"));
        assert_eq!(handed.parties[1].particulars, serde_json::json!({ "guardian_name": "演示二" }));
        assert!(!format!("{handed:?}").contains("演示"));
        let half = snapshot("[before]\nwhom: family\n");
        assert!(matches!(Handed::of(&half, acting, (OWNER, SENDER)), Err(ApplyError::Damaged(_))));
    }
}
