//! Certificates: issued to those who were trained, numbered without gaps, drawn as a PDF, verified by anybody, revoked with a
//! reason, corrected without another number.

use super::in_hand;
use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors, Application, Handle};
use super::round::note;
use super::view::{CertificateSeen, number};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::limits::{self, Network};
use crate::messages::{AmbassadorTemplate, CertificateSheet, Issued, drawn};
use crate::requests::{self, Kind as _, Notice, finished, locked, run, sealed, step, tell, words};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{CODE_ALPHABET, CODE_LENGTH, CertificateNumber, Event, State, parse_code};
use domain::contact::PersonName;
use domain::ids::{AmbassadorId, AmbassadorRoundId, CertificateId};
use domain::outreach::Bilingual;
use domain::time::local_day;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::ambassadors::applications::{self, Change};
use store::ambassadors::certificates::{self as sql, CertificateRow, NewCertificate};
use uuid::Uuid;

fn place(column: &'static str, id: CertificateId) -> Place {
    Place { table: "ambassador_certificate", column, row: id.0 }
}

/// The code of a certificate: sixty bits made of its id with a key of the house, so that none has to be kept.
fn code(services: &Services, id: CertificateId) -> String {
    let mac = services.vault.mac("ambassadors.certificate", id.0.as_bytes());
    let bits = mac.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (0..CODE_LENGTH).map(|i| char::from(CODE_ALPHABET[(bits >> (5 * i) & 31) as usize])).collect()
}

/// Where a certificate is verified: the path that the code on paper leads to.
pub fn verify_path(services: &Services, certificate: &CertificateSeen) -> String {
    format!("/ambassadors/verify/{}/{}", certificate.number, code(services, certificate.id))
}

/// Issues a certificate to everybody of a round who was trained and has none. Answers how many.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn certify(services: &Services, context: &Context, round: AmbassadorRoundId) -> Result<u32, AmbassadorError> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let (mut tx, locked) = in_hand(&services, &context, round, None).await?;
            // Year and day are those under the lock: whoever waited for it over New Year's Eve numbers in the new year.
            let context = Context { now: services.clock.agreed(locked.database_now.to_jiff()), ..context };
            let trained = applications::trained(&mut tx, round.0).await?;
            let mut issued = 0_u32;
            for id in trained {
                issued += u32::from(issue(&services, &context, &mut tx, AmbassadorId(id)).await?);
            }
            if issued > 0 {
                note(&mut tx, &context, "ambassador.certificates_issued", round, json!({ "issued": issued })).await?;
            }
            finished::<Ambassadors>(&services, tx).await?;
            Ok(issued)
        }
    })
    .await
}

/// Issues one, of an application that is locked with its round. The serial's row is the last lock that is taken. Answers
/// whether the application is there.
async fn issue(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: AmbassadorId,
) -> Result<bool, AmbassadorError> {
    let Some(application) = Ambassadors::load(services, db, id, context.now).await? else { return Ok(false) };
    let certificate: CertificateId = context.new_id();
    let year = i32::from(local_day(context.now).year());
    let serial = sql::next_serial(db, year).await?;
    let name = services.vault.seal(place("name_sealed", certificate), application.name.as_str().as_bytes());
    let fresh = NewCertificate {
        id: certificate.0,
        application: id.0,
        year,
        serial,
        name_sealed: &name,
        organisation: &application.organisation,
        round_zh: &application.round_title.zh,
        round_en: &application.round_title.en,
    };
    sql::add(db, &fresh, context.now).await?;
    let detail = json!({ "number": number(year, serial).to_string() });
    step(services, context, db, &application, Event::Certify, Change::default(), detail).await?;
    tell::<Ambassadors>(db, context.now, &[Notice::now(id, AmbassadorTemplate::Certified)]).await?;
    Ok(true)
}

/// The name on a certificate, in clear.
pub(super) fn opened_name(services: &Services, row: &CertificateRow) -> Result<PersonName, AmbassadorError> {
    let plain = services.vault.open_sealed(place("name_sealed", CertificateId(row.id)), &row.name_sealed)?;
    let text = String::from_utf8(plain).map_err(|_| AmbassadorError::Damaged("a certificate's name"))?;
    PersonName::kept(&text).map_err(|_| AmbassadorError::Damaged("a certificate's name"))
}

/// The certificate of a certified application, unless it was revoked. Its name may be gone.
async fn unrevoked(db: &mut PgConnection, application: &Application) -> Result<CertificateRow, AmbassadorError> {
    if application.state != State::Certified {
        return Err(AmbassadorFault::NoCertificate.into());
    }
    let row = sql::of_application(db, application.id.0).await?;
    Ok(row.filter(|row| row.revoked_at.is_none()).ok_or(AmbassadorFault::NoCertificate)?)
}

/// The same, for what needs the name on it: one whose name was erased is not printed, and gets no other name.
async fn standing(db: &mut PgConnection, application: &Application) -> Result<CertificateRow, AmbassadorError> {
    let row = unrevoked(db, application).await?;
    if row.erased_at.is_some() {
        return Err(AmbassadorFault::NoCertificate.into());
    }
    Ok(row)
}

/// What is written about a certificate in the trail: never the name.
async fn trail(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    row: &CertificateRow,
) -> sqlx::Result<()> {
    let detail = json!({ "number": number(row.year, row.serial).to_string(), "application": row.application_id });
    let entry = Entry { action, subject_kind: "ambassador_certificate", subject: Some(row.id), detail };
    audit::record(db, context, &[entry]).await
}

/// Puts the name on a certificate right; its number stays. Whoever has it is told to fetch it again.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Fields`; `NoCertificate`, also for one revoked or without its name.
pub async fn rename(
    services: &Services,
    context: &Context,
    id: AmbassadorId,
    version: i32,
    name: &str,
) -> Result<(), AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let name = PersonName::parse(name).map_err(|fault| AmbassadorError::field("new_name", fault))?;
    run(|| {
        let (services, context, name) = (services.clone(), context.clone(), name.clone());
        async move {
            let mut tx = services.begin().await?;
            let application = locked::<Ambassadors>(&services, &context, &mut tx, id, None).await?;
            let row = standing(&mut tx, &application).await?;
            if opened_name(&services, &row)? == name {
                return Ok(()); // pressed twice
            }
            if application.version != version {
                return Err(AmbassadorError::StateHasChanged);
            }
            let on_paper = services.vault.seal(place("name_sealed", CertificateId(row.id)), name.as_str().as_bytes());
            sql::rename(&mut tx, row.id, &on_paper).await?;
            let own = sealed::<Ambassadors>(&services, "name_sealed", id, name.as_str());
            applications::rename(&mut tx, id.0, &own, context.now).await?;
            trail(&mut tx, &context, "ambassador.certificate_renamed", &row).await?;
            tell::<Ambassadors>(&mut tx, context.now, &[Notice::now(id, AmbassadorTemplate::Certified)]).await?;
            finished(&services, tx).await
        }
    })
    .await
}

/// Revokes a certificate, with a reason that stays in the house. Whoever verifies it learns that it does not hold.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Fields` without a reason; `NoCertificate`.
pub async fn revoke(
    services: &Services,
    context: &Context,
    id: AmbassadorId,
    version: i32,
    reason: &str,
) -> Result<(), AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let reason = words("revoke_reason", reason)?;
    run(|| {
        let (services, context, reason) = (services.clone(), context.clone(), reason.clone());
        async move {
            let mut tx = services.begin().await?;
            let application = locked::<Ambassadors>(&services, &context, &mut tx, id, None).await?;
            if application.certificate.is_some_and(|it| it.revoked_at.is_some()) {
                return Ok(()); // pressed twice
            }
            if application.version != version {
                return Err(AmbassadorError::StateHasChanged);
            }
            let row = unrevoked(&mut tx, &application).await?;
            let reason = services.vault.seal(place("revoked_reason_sealed", CertificateId(row.id)), reason.as_bytes());
            sql::revoke(&mut tx, row.id, &reason, context.now).await?;
            trail(&mut tx, &context, "ambassador.certificate_revoked", &row).await?;
            finished(&services, tx).await
        }
    })
    .await
}

/// What anybody who has number and code may know of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Its number.
    pub number: CertificateNumber,
    /// 林**; none once its time is over.
    pub name: Option<String>,
    /// Which school.
    pub organisation: String,
    /// What the round was called.
    pub round: Bilingual,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// What verifying says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// We issued it, and it holds.
    Valid(Verified),
    /// We issued it and took it back.
    Revoked(Verified),
    /// No certificate of ours has this number and this code. Which of the two is wrong is not said.
    Unknown,
}

/// Verifies a certificate by its number and its code. What is verified counts nothing.
///
/// # Errors
/// `NetworkLimited` to an address or a network that tried many that are none.
pub async fn verify(
    services: &Services,
    context: &Context,
    network: &Network,
    number_text: &str,
    code_text: &str,
) -> Result<Verdict, AmbassadorError> {
    context.require(Capability::SeePublic)?;
    limits::VERIFICATIONS.may_try(services, network).await?;
    let verdict = verdict(services, number_text, code_text).await?;
    if verdict == Verdict::Unknown {
        limits::VERIFICATIONS.missed(services, network).await?;
    }
    Ok(verdict)
}

async fn verdict(services: &Services, number_text: &str, code_text: &str) -> Result<Verdict, AmbassadorError> {
    let (Some(asked), Some(typed)) = (CertificateNumber::parse(number_text), parse_code(code_text)) else {
        return Ok(Verdict::Unknown);
    };
    let mut db = services.db.acquire().await?;
    let found = sql::of_number(&mut db, i32::from(asked.year), i32::try_from(asked.serial).unwrap_or_default()).await?;
    // A number that is none costs the same comparison: the time tells nothing.
    let id = CertificateId(found.as_ref().map_or(Uuid::nil(), |row| row.id));
    let right = same(&code(services, id), &typed);
    let Some(row) = found.filter(|_| right) else { return Ok(Verdict::Unknown) };
    let name = match row.erased_at {
        Some(_) => None,
        None => Some(opened_name(services, &row)?.masked()),
    };
    let verified = Verified {
        number: asked,
        name,
        organisation: row.organisation,
        round: Bilingual::new(row.round_zh, row.round_en),
        issued_at: row.issued_at.to_jiff(),
    };
    Ok(if row.revoked_at.is_some() { Verdict::Revoked(verified) } else { Verdict::Valid(verified) })
}

/// Whether two codes are the same, in a time that does not depend on where they differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The certificate as a PDF, for whoever has the application's link: its file name and its bytes.
///
/// # Errors
/// `NotFound` for a link that is none; `NoCertificate`, also for one revoked or without its name; `NoPaper`.
pub async fn certificate_pdf(
    services: &Services,
    context: &Context,
    handle: &Handle,
) -> Result<(String, Vec<u8>), AmbassadorError> {
    let application = requests::view(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let row = standing(&mut db, &application).await?;
    drop(db);
    let number = number(row.year, row.serial).to_string();
    let code = code(services, CertificateId(row.id));
    let issued = Issued {
        name: opened_name(services, &row)?.as_str().to_owned(),
        day: local_day(row.issued_at.to_jiff()),
        link: format!("{}/ambassadors/verify/{number}/{code}", services.settings.public_url),
        code: code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"),
        number: number.clone(),
    };
    let round = Bilingual::new(row.round_zh.clone(), row.round_en.clone());
    let sheet = CertificateSheet::of_ambassador(issued, row.organisation.clone(), &round);
    let services = services.clone();
    let drawn = drawn(move || sheet.pdf(&services)).await.map_err(|error| {
        tracing::error!(%error, "a certificate could not be drawn");
        AmbassadorFault::NoPaper
    })?;
    Ok((format!("{number}.pdf"), drawn))
}
