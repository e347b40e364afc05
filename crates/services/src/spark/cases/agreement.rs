//! The agreement, as its family reads and signs it: the text of today's version with what is the case's own, a hash of it, and
//! one press that signs and moves the case on in one transaction. What was signed stays as it was signed, under the case's key.
//!
//! Signing asks for a fresh proof of who signs (`Capability::SignAgreement`: a code to the account's own telephone or mailbox).

use super::act::{Act, act_in};
use super::acting::{Acting, acting};
use super::policy::family_parts;
use super::{CaseError, Reader, access, keys, may_read, place_of};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place, digest_hex, hex};
use crate::db::to_the_end;
use crate::ledger;
use crate::limits;
use crate::messages::{CopySheet, drawn};
use crate::{Context, Services};
use domain::Locale;
use domain::account::{Capability, Denied};
use domain::booking::Reference;
use domain::field::{Fault, FieldError};
use domain::ids::CaseId;
use domain::ledger::{Evidence, Fen};
use domain::spark::agreement::{self, LONGEST_NAME, OWN_ASSENT, Terms, Tranche, same_name};
use domain::spark::due::last_day;
use domain::spark::{Event, Part, State};
use domain::time::local_day;
use domain::typed;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as rows;
use store::spark::decided::{self as sql, AgreementRow};
use uuid::Uuid;

/// An agreement that waits for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToSign {
    /// K7M4-Q2XR
    pub reference: String,
    /// The version of the text.
    pub text_version: u16,
    /// The SHA-256 of the Chinese text, in hexadecimal digits: what is shown is what is signed.
    pub hash: String,
    /// The text in both languages, the Chinese one first.
    pub texts: [String; 2],
    /// The last day on which it can be signed.
    pub until: Date,
    /// In which part it is signed.
    pub signer: Part,
    /// Whoever looks takes that part.
    pub own: bool,
    /// The patient agrees as well, in writing.
    pub assent: bool,
    /// A part was granted: signed, it cannot be appealed any more.
    pub part_only: bool,
}

/// An agreement that was signed, as its family reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// K7M4-Q2XR
    pub reference: String,
    /// The version of the text.
    pub text_version: u16,
    /// The SHA-256 of the Chinese text, in hexadecimal digits.
    pub hash: String,
    /// The text as it was signed, in both languages, the Chinese one first.
    pub texts: [String; 2],
    /// Who signed, as typed.
    pub name: String,
    /// The patient, as typed, where the patient agreed as well.
    pub assent: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed({}, version {}, {})", self.reference, self.text_version, self.hash)
    }
}

/// The agreement of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Agreement {
    /// It waits for the family.
    ToSign(ToSign),
    /// It was signed.
    Signed(Signed),
}

/// That an agreement was signed, as staff see it: nothing of what stands in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedFact {
    /// The version of the text.
    pub text_version: u16,
    /// The SHA-256 of the Chinese text, in hexadecimal digits.
    pub hash: String,
    /// In which part it was signed.
    pub part: Part,
    /// When.
    pub at: Timestamp,
}

/// What a family sends to sign.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// Of which case.
    pub case: CaseId,
    /// The hash of what was shown.
    pub hash: String,
    /// Who signs, as typed.
    pub name: String,
    /// The box is ticked that says that it was read and is agreed to.
    pub agrees: bool,
    /// The patient, as typed, where the patient agrees as well.
    pub assent: String,
    /// The box of the patient is ticked.
    pub assents: bool,
}

/// What lies under the case's key.
#[derive(Serialize, Deserialize)]
struct Kept {
    texts: [String; 2],
    name: String,
    assent: Option<String>,
}

const fn place(row: Uuid) -> Place {
    Place { table: "spark_agreement", column: "signed_sealed", row }
}

/// The names of those who matter, as they were given in the application.
struct Names {
    patient: String,
    signer: String,
    part: Part,
    assent: bool,
}

/// Who signs: who acts for the patient. A patient of [`OWN_ASSENT`] or above with a guardian agrees as well.
async fn names(db: &mut PgConnection, key: &CaseKey, case: CaseId, age: i16) -> Result<Names, CaseError> {
    let Acting { patient, name, part } = acting(db, key, case).await?;
    let (patient, signer) = patient.zip(name).ok_or(CaseError::Unreadable)?;
    let assent = part == Part::Guardian && age >= i16::from(OWN_ASSENT);
    Ok(Names { patient, signer, part, assent })
}

/// What is the case's own in its agreement.
async fn terms(db: &mut PgConnection, reference: &str, case: CaseId, names: &Names) -> Result<Terms, CaseError> {
    let tranche = |row: sql::GrantedRow| -> Result<Tranche, CaseError> {
        let needs = row.needs.iter().map(|word| Evidence::from_name(word).ok_or(CaseError::Unreadable));
        Ok(Tranche {
            nth: u32::try_from(row.nth).map_err(|_| CaseError::Unreadable)?,
            amount: Fen::new(row.amount),
            needs: needs.collect::<Result<_, _>>()?,
        })
    };
    let tranches: Vec<Tranche> = sql::granted(db, case.0).await?.into_iter().map(tranche).collect::<Result<_, _>>()?;
    let sum = Fen::sum(tranches.iter().map(|tranche| tranche.amount)).map_err(|_| CaseError::Unreadable)?;
    let (patient, signer) = (names.patient.clone(), names.signer.clone());
    Ok(Terms { reference: reference.to_owned(), patient, signer, sum, tranches })
}

fn texts(terms: &Terms) -> [String; 2] {
    [Locale::ZhCn, Locale::En].map(|locale| agreement::current().written(locale, terms))
}

fn reference(row: &rows::CaseRow) -> Result<String, CaseError> {
    Ok(Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string())
}

/// The hash as it is stored.
fn bytes(hash: &str) -> Result<[u8; 32], CaseError> {
    domain::spark::review::pack::Digest::try_from(hash.to_owned())
        .map(|digest| digest.0)
        .map_err(|_| CaseError::Unreadable)
}

/// The agreement of a case of the family that asks: to be signed, or as it was signed. `None` where there is none.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's; `Crypto`, `Unreadable`, `Database`.
pub async fn own_agreement(
    services: &Services,
    context: &Context,
    case: CaseId,
) -> Result<Option<Agreement>, CaseError> {
    let mut db = services.db.acquire().await?;
    let parts = family_parts(&mut db, context, case).await?;
    let row = rows::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
    let key = match keys::key(services, &mut db, case).await {
        Ok(key) => key,
        Err(CaseError::Forgotten) => return Ok(None),
        Err(error) => return Err(error),
    };
    if place_of(&row)?.state() != State::Agreement {
        let signed = sql::agreement(&mut *db, case.0).await?;
        return Ok(signed.map(|signed| opened(&row, &key, &signed)).transpose()?.map(Agreement::Signed));
    }
    let names = names(&mut db, &key, case, row.age).await?;
    let reference = reference(&row)?;
    let texts = texts(&terms(&mut db, &reference, case, &names).await?);
    let until = last_day(State::Agreement, local_day(row.changed_at.to_jiff())).ok_or(CaseError::Unreadable)?;
    Ok(Some(Agreement::ToSign(ToSign {
        reference,
        text_version: agreement::current().number,
        hash: digest_hex(texts[0].as_bytes()),
        texts,
        until,
        own: parts.contains(&names.part),
        signer: names.part,
        assent: names.assent,
        part_only: row.decision.as_deref() == Some("partial") && !row.appealed,
    })))
}

fn opened(row: &rows::CaseRow, key: &CaseKey, signed: &AgreementRow) -> Result<Signed, CaseError> {
    let plain = key.open(place(signed.id), &signed.signed_sealed)?;
    let kept: Kept = serde_json::from_slice(&plain).map_err(|_| CaseError::Unreadable)?;
    Ok(Signed {
        reference: reference(row)?,
        text_version: u16::try_from(signed.text_version).map_err(|_| CaseError::Unreadable)?,
        hash: hex(&signed.text_hash),
        texts: kept.texts,
        name: kept.name,
        assent: kept.assent,
        at: signed.signed_at.to_jiff(),
    })
}

/// Signs, by the family, what it was shown. Pressed twice it is once.
///
/// # Errors
/// `Denied`, also without a fresh proof of who signs; `NotFound` for anybody else's; `NotAssigned` where another of the family
/// signs; `Fields` (`name`, `agrees`, `assent`, `assents`); `Stale` where what would be signed is not what was shown; `NotOpen`
/// where nothing waits to be signed; `Forgotten`, `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn sign(services: &Services, context: &Context, signature: &Signature) -> Result<(), CaseError> {
    let (services, context, signature) = (services.clone(), context.clone(), signature.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let case = signature.case;
        let parts = family_parts(&mut tx, &context, case).await?;
        context.require(Capability::SignAgreement)?;
        let row = rows::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
        if place_of(&row)?.state() != State::Agreement {
            let signed = sql::agreement(&mut *tx, case.0).await?;
            let same = signed.is_some_and(|signed| hex(&signed.text_hash) == signature.hash);
            return if same { Ok(()) } else { Err(CaseError::NotOpen) }; // the second press
        }
        let key = keys::key(&services, &mut tx, case).await?;
        let names = names(&mut tx, &key, case, row.age).await?;
        if !parts.contains(&names.part) {
            return Err(CaseError::NotAssigned);
        }
        let typed = checked(&signature, &names)?;
        let act = Act { case, version: row.version, part: names.part, event: Event::Sign, reason: None, award: None };
        let moved = match act_in(&services, &mut tx, &context, &act).await {
            // Pressed in two tabs at once: the other one signed it.
            Err(CaseError::Stale(_)) => {
                drop(tx);
                return signed_meanwhile(&services, &signature).await;
            }
            moved => moved?,
        };
        let texts = texts(&terms(&mut tx, &reference(&row)?, case, &names).await?);
        if digest_hex(texts[0].as_bytes()) != signature.hash {
            return Err(CaseError::Stale(Vec::new()));
        }
        let kept = Kept { texts, name: typed.0, assent: typed.1 };
        keep(&mut tx, &context, (case, moved.version), (&key, names.part), &kept).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// Writes down what was signed, under the locks of the case and of what is kept for it, whose parts have the paper they need by
/// that.
async fn keep(
    db: &mut PgConnection,
    context: &Context,
    (case, version): (CaseId, i32),
    (key, part): (&CaseKey, Part),
    kept: &Kept,
) -> Result<(), CaseError> {
    let id: Uuid = context.new_id();
    let plain = serde_json::to_vec(kept).map_err(|_| CaseError::Unreadable)?;
    let text_version = agreement::current().number;
    let new = sql::NewAgreement {
        id,
        case: case.0,
        version,
        text_version: i16::try_from(text_version).map_err(|_| CaseError::Unreadable)?,
        text_hash: &bytes(&digest_hex(kept.texts[0].as_bytes()))?,
        part: part.name(),
        signed: &key.seal(place(id), &plain),
    };
    sql::add_agreement(&mut *db, new, context.now).await?;
    ledger::agreement_signed_in(&mut *db, context, case, id).await?;
    let detail = json!({ "text_version": text_version, "part": part, "version": version });
    let entry = Entry { action: "spark.agreement_signed", subject_kind: "spark_case", subject: Some(case.0), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// What became of a press that found the case somewhere else.
async fn signed_meanwhile(services: &Services, signature: &Signature) -> Result<(), CaseError> {
    let signed = sql::agreement(&services.db, signature.case.0).await?;
    match signed {
        Some(signed) if hex(&signed.text_hash) == signature.hash => Ok(()),
        _ => Err(CaseError::Stale(Vec::new())),
    }
}

/// The names that were typed, where they are those of the application and the boxes are ticked.
fn checked(signature: &Signature, names: &Names) -> Result<(String, Option<String>), CaseError> {
    let mut errors = Vec::new();
    let mut name = |field: &str, text: &str, known: &str| match typed::line(text, LONGEST_NAME) {
        Ok(line) if same_name(&line, known) => Some(line),
        Ok(_) => {
            errors.push(FieldError::new(field, Fault::NameDiffers));
            None
        }
        Err(fault) => {
            errors.push(FieldError::new(field, fault));
            None
        }
    };
    let signer = name("name", &signature.name, &names.signer);
    let assent = if names.assent { name("assent", &signature.assent, &names.patient) } else { None };
    for (field, wanted, ticked) in [("agrees", true, signature.agrees), ("assents", names.assent, signature.assents)] {
        if wanted && !ticked {
            errors.push(FieldError::new(field, Fault::MustAccept));
        }
    }
    match signer {
        Some(signer) if errors.is_empty() => Ok((signer, assent)),
        _ => Err(CaseError::Fields(errors)),
    }
}

/// That an agreement was signed, for staff who may see the case; `None` where none was.
///
/// # Errors
/// `Denied`; `NotFound`, also for an officer who has a conflict with it; `Unreadable`, `Database`.
pub async fn signed_fact(
    services: &Services,
    context: &Context,
    case: CaseId,
) -> Result<Option<SignedFact>, CaseError> {
    context.require(Capability::SeeCases)?;
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    let Some(row) = sql::agreement(&mut *db, case.0).await? else { return Ok(None) };
    Ok(Some(SignedFact {
        text_version: u16::try_from(row.text_version).map_err(|_| CaseError::Unreadable)?,
        hash: hex(&row.text_hash),
        part: Part::from_name(&row.part).ok_or(CaseError::Unreadable)?,
        at: row.signed_at.to_jiff(),
    }))
}

/// What was signed as a PDF, for its family and for staff who read the case (which is written down): its file name and its
/// bytes. The words around the text are the caller's.
///
/// # Errors
/// `Denied`; `Limited` after too many papers; `NotFound` for anybody else's, and before it is signed; `Unread`, `Forgotten`;
/// `Unreadable`, also where it cannot be drawn; `Crypto`, `Database`.
pub async fn signed_copy(
    services: &Services,
    context: &Context,
    case: CaseId,
    words: impl FnOnce(&Signed) -> CopySheet + Send,
) -> Result<(String, Vec<u8>), CaseError> {
    if let Some(account) = context.actor.account() {
        limits::hit(services, &limits::DRAWN_PER_ACCOUNT, &account.to_string()).await?;
    }
    let mut tx = services.begin().await?;
    match may_read(&mut tx, context, case).await? {
        Reader::Family(_) => {
            family_parts(&mut tx, context, case).await?;
        }
        Reader::Staff { .. } => {
            let by = access::reads(&mut tx, context, case).await?;
            access::noted(&mut tx, context, case, (by, "agreement")).await?;
        }
        Reader::House => return Err(Denied::NotAllowed.into()),
    }
    let row = rows::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let signed = sql::agreement(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let key = keys::key(services, &mut tx, case).await?;
    let signed = opened(&row, &key, &signed)?;
    tx.commit().await?;
    let sheet = words(&signed);
    let own = services.clone();
    let drawn = drawn(move || sheet.pdf(&own)).await.map_err(|error| {
        tracing::error!(%error, "the copy of an agreement could not be drawn");
        CaseError::Unreadable
    })?;
    Ok((format!("spark-agreement-{}.pdf", signed.reference), drawn))
}
