//! What a family takes along of its unit: the certificate that it is stored, which anybody holds against the house and learns no
//! more than that it is good; and the custody passport, which anybody verifies without the house.

use super::people::mother_consents;
use super::record::record;
use super::scope::{Own, visitor};
use super::units::unit_in;
use super::{FamilyError, people};
use crate::audit::{self, Entry};
use crate::crypto::random;
use crate::custody::{self, Sight};
use crate::db::to_the_end;
use crate::limits::{self, Network};
use crate::messages::{PassError, UnitCertificateSheet};
use crate::{Context, Services};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::account::Capability;
use domain::ambassador::{CODE_ALPHABET, CODE_LENGTH, parse_code};
use domain::booking::Reference;
use domain::custody::{Kind, State};
use domain::ids::{FamilyId, UnitId};
use domain::time::local_day;
use serde_json::json;
use store::family::certificates as sql;
use uuid::Uuid;

/// A unit in this state is stored, or on its way to whom it is for: its certificate is good.
pub(super) const fn is_stored(state: State) -> bool {
    matches!(
        state,
        State::Banked
            | State::Listed
            | State::Reserved
            | State::CtTesting
            | State::ReleaseApproved
            | State::QuarantineHold
    )
}

/// The code of a certificate: sixty bits made of its id with a key of the house, so that none has to be kept.
fn code(services: &Services, id: Uuid) -> String {
    let mac = services.vault.mac("family.certificate", id.as_bytes());
    let bits = mac.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    (0..CODE_LENGTH).map(|i| char::from(CODE_ALPHABET[((bits >> (5 * i)) & 31) as usize])).collect()
}

/// The certificate of a unit as a PDF: its file name and its bytes. Issued when it is fetched first.
///
/// # Errors
/// `Denied`; `NotFound` for another's, and for a unit that is not stored; `Unreadable`, `Database`.
pub async fn certificate(services: &Services, context: &Context, id: UnitId) -> Result<(String, Vec<u8>), FamilyError> {
    let record = record(services, context, id).await?;
    let banked = record.events.iter().rev().find(|event| event.kind == Kind::Banked);
    let banked = banked.filter(|_| record.unit.is_stored()).ok_or(FamilyError::NotFound)?;
    let family = record.unit.member.family;
    let people = people::people(services, context).await?;
    let child = people.iter().find(|of| of.family == family).and_then(|of| of.children.first());
    let name = child.map(|child| child.name.as_str().to_owned()).ok_or(FamilyError::NotFound)?;
    let row = issued(services, context, family, id).await?;
    let number = Reference::parse(&row.number).map_err(|_| FamilyError::Unreadable)?.to_string();
    let code = code(services, row.id);
    let sheet = UnitCertificateSheet {
        name,
        stored: local_day(banked.at),
        day: row.issued_on.to_jiff(),
        link: format!("{}/custody/certificates/verify/{number}/{code}", services.settings.public_url),
        number: number.clone(),
        code,
    };
    let drawing = services.clone();
    // Reading the font and subsetting it is work for a thread that serves no requests.
    let drawn = tokio::task::spawn_blocking(move || sheet.pdf(&drawing)).await;
    let bytes = drawn.unwrap_or(Err(PassError::Drawing)).map_err(|error| {
        tracing::error!(%error, "a certificate could not be drawn");
        FamilyError::Unreadable
    })?;
    Ok((format!("cord-blood-{number}.pdf"), bytes))
}

async fn issued(
    services: &Services,
    context: &Context,
    family: FamilyId,
    unit: UnitId,
) -> Result<sql::CertificateRow, FamilyError> {
    if let Some(row) = sql::of_unit(&services.db, unit.0).await? {
        return Ok(row);
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (id, number): (Uuid, _) = (context.new_id(), Reference::from_random(random()));
        let day = local_day(context.now);
        if sql::issue(&mut *tx, id, (family.0, unit.0), number.as_str(), day).await? {
            let entry = Entry {
                action: "family.certificate_issued",
                subject_kind: "custody_unit",
                subject: Some(unit.0),
                detail: json!({ "certificate": id }),
            };
            audit::record(&mut tx, &context, &[entry]).await?;
        }
        let row = sql::of_unit(&mut *tx, unit.0).await?.ok_or(FamilyError::NotFound)?;
        tx.commit().await?;
        Ok(row)
    })
    .await
}

/// Whether a certificate is ours and its unit is stored. Whose it is, or which of number and code is wrong, is not said. What is good
/// counts nothing.
///
/// # Errors
/// `Denied`; `Limited` to an address or a network that tried many that are none; `Database`.
pub async fn verify_certificate(
    services: &Services,
    context: &Context,
    network: &Network,
    (number, code): (&str, &str),
) -> Result<bool, FamilyError> {
    context.require(Capability::SeePublic)?;
    limits::VERIFICATIONS.may_try(services, network).await?;
    let good = is_good(services, number, code).await?;
    if !good {
        limits::VERIFICATIONS.missed(services, network).await?;
    }
    Ok(good)
}

async fn is_good(services: &Services, number: &str, typed: &str) -> Result<bool, FamilyError> {
    let (Ok(number), Some(typed)) = (Reference::parse(number), parse_code(typed)) else { return Ok(false) };
    let found = sql::numbered(&services.db, number.as_str()).await?;
    // A number that is none costs the same comparison: the time tells nothing.
    let id = found.as_ref().map_or(Uuid::nil(), |row| row.id);
    let right = verify_slices_are_equal(code(services, id).as_bytes(), typed.as_bytes()).is_ok();
    let state = found.filter(|_| right).and_then(|row| State::from_name(&row.state));
    Ok(state.is_some_and(is_stored))
}

/// The custody passport of a unit, as JSON: everything that happened to it as far as whoever asks reads it, with the proof. Its file
/// name and its bytes.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn passport(services: &Services, context: &Context, id: UnitId) -> Result<(String, Vec<u8>), FamilyError> {
    visitor(context, Capability::SeeOwnUnits)?;
    let mut own = Own::begin(services, context).await?;
    let unit = unit_in(&mut own, id).await?;
    let sight = match unit.member.mother {
        true => Sight::Owner,
        false => Sight::OtherGuardian { mother_consents: mother_consents(&mut own, unit.member.family).await? },
    };
    drop(own);
    // The tree and its roots are nobody's rows: they are read as the house, once it is known whose the unit is.
    let passport = custody::proof::passport(services, id, sight).await?;
    let bytes = serde_json::to_vec_pretty(&passport).map_err(|_| FamilyError::Unreadable)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let entry = Entry {
            action: "family.passport_fetched",
            subject_kind: "custody_unit",
            subject: Some(id.0),
            detail: json!({}),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok::<_, FamilyError>(tx.commit().await?)
    })
    .await?;
    let day = local_day(unit.changed_at);
    Ok((format!("cord-blood-passport-{day}.json"), bytes))
}
