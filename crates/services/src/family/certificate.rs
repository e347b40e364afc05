//! What a family takes along of its unit: the certificate that it is stored, which anybody holds against the house and learns no
//! more than that it is good; and the custody passport, which anybody verifies without the house.

use super::FamilyError;
use super::people::{child, sight_of};
use super::record::record_in;
use super::scope::{Own, visitor};
use super::units::unit_in;
use crate::audit::{self, Entry};
use crate::crypto::random;
use crate::custody;
use crate::custody::proof::Reading;
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Network};
use crate::messages::{CertificateSheet, Issued, drawn};
use crate::{Context, Services};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::account::Capability;
use domain::ambassador::{CODE_ALPHABET, CODE_LENGTH, parse_code};
use domain::booking::Reference;
use domain::custody::{Kind, State};
use domain::ids::{AccountId, FamilyId, UnitId};
use domain::time::local_day;
use serde_json::json;
use store::family::{certificates as sql, own as rows};
use uuid::Uuid;

/// A unit in this state is stored, or on its way to whom it is for: its certificate is good. Of one that is held what counts is where it
/// was held: one is held before it was stored, another after it was taken out.
pub(super) fn is_stored(state: State, held_in: Option<State>) -> bool {
    let state = if state == State::QuarantineHold { held_in.unwrap_or(state) } else { state };
    matches!(state, State::Banked | State::Listed | State::Reserved | State::CtTesting | State::ReleaseApproved)
}

/// The code of a certificate: sixty bits made of its id with a key of the house, so that none has to be kept.
fn code(services: &Services, id: Uuid) -> String {
    let mac = services.vault.mac("family.certificate", id.as_bytes());
    let bits = mac.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    (0..CODE_LENGTH).map(|i| char::from(CODE_ALPHABET[((bits >> (5 * i)) & 31) as usize])).collect()
}

/// Counts a paper that is to be drawn for whoever asks, whatever it is of: of what is not theirs they learn nothing by it.
async fn draws(services: &Services, context: &Context) -> Result<(), FamilyError> {
    let account = visitor(context, Capability::SeeOwnUnits)?;
    limits::hit(services, &limits::DRAWN_PER_ACCOUNT, &account.to_string()).await?;
    Ok(())
}

/// The certificate of a unit as a PDF: its file name and its bytes. Issued when it is fetched first.
///
/// # Errors
/// `Denied`; `Limited` after too many papers; `NotFound` for another's, and for a unit that is not stored; `Unreadable`, `Database`.
pub async fn certificate(services: &Services, context: &Context, id: UnitId) -> Result<(String, Vec<u8>), FamilyError> {
    draws(services, context).await?;
    let mut own = Own::begin(services, context).await?;
    let record = record_in(&mut own, services, context.locale, id).await?;
    let banked = record.events.iter().rev().find(|event| event.kind == Kind::Banked);
    let banked = banked.filter(|_| record.unit.is_stored()).ok_or(FamilyError::NotFound)?;
    let family = record.unit.member.family;
    let of = rows::children(&mut *own.tx, family.0).await?.into_iter().next().ok_or(FamilyError::NotFound)?;
    let name = child(services, of)?.name.as_str().to_owned();
    let before = sql::of_unit(&mut *own.tx, (family.0, id.0)).await?;
    let account = own.account;
    drop(own);
    let row = match before {
        Some(row) => row,
        None => issued(services, context, (family, id, account)).await?,
    };
    let number = Reference::parse(&row.number).map_err(|_| FamilyError::Unreadable)?.to_string();
    let code = code(services, row.id);
    let issued = Issued {
        name,
        day: row.issued_on.to_jiff(),
        link: format!("{}/custody/certificates/verify/{number}/{code}", services.settings.public_url),
        number: number.clone(),
        code,
    };
    let sheet = CertificateSheet::of_unit(issued, local_day(banked.at));
    let drawing = services.clone();
    let bytes = drawn(move || sheet.pdf(&drawing)).await.map_err(|error| {
        tracing::error!(%error, "a certificate could not be drawn");
        FamilyError::Unreadable
    })?;
    Ok((format!("cord-blood-{number}.pdf"), bytes))
}

/// Issues it as the house. The statement that writes it asks once more whose the unit is.
async fn issued(
    services: &Services,
    context: &Context,
    (family, unit, account): (FamilyId, UnitId, AccountId),
) -> Result<sql::CertificateRow, FamilyError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (id, number): (Uuid, _) = (context.new_id(), Reference::from_random(random()));
        let day = local_day(context.now);
        if sql::issue(&mut *tx, id, (family.0, unit.0, account.0), number.as_str(), day).await? {
            let entry = Entry {
                action: "family.certificate_issued",
                subject_kind: "custody_unit",
                subject: Some(unit.0),
                detail: json!({ "certificate": id }),
            };
            audit::record(&mut tx, &context, &[entry]).await?;
        }
        let row = sql::of_unit(&mut *tx, (family.0, unit.0)).await?.ok_or(FamilyError::NotFound)?;
        tx.commit().await?;
        Ok(row)
    })
    .await
}

/// Whether a certificate is ours and its unit is stored. Whose it is, or which of number and code is wrong, is not said. What is good
/// counts nothing. Of an address or a network that tries on once it is refused an alert stands in the trail, one for each window.
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
    if let Err(error) = limits::VERIFICATIONS.may_try(services, network).await {
        if matches!(error, LimitError::Limited(_)) {
            alarmed(services, context, network).await?;
        }
        return Err(error.into());
    }
    let good = is_good(services, number, code).await?;
    if !good {
        limits::VERIFICATIONS.missed(services, network).await?;
    }
    Ok(good)
}

/// Numbers of certificates are being tried. From where is not said: an address is a person's.
async fn alarmed(services: &Services, context: &Context, network: &Network) -> Result<(), FamilyError> {
    if !limits::first_alarm(services, network.as_str()).await? {
        return Ok(());
    }
    metrics::counter!("family_certificates_alarmed").increment(1);
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let entry = Entry {
            action: "family.certificates_tried",
            subject_kind: "family",
            subject: None,
            detail: json!({ "alert": "enumeration" }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

async fn is_good(services: &Services, number: &str, typed: &str) -> Result<bool, FamilyError> {
    let (Ok(number), Some(typed)) = (Reference::parse(number), parse_code(typed)) else { return Ok(false) };
    let found = sql::numbered(&services.db, number.as_str()).await?;
    // A number that is none costs the same comparison: the time tells nothing.
    let id = found.as_ref().map_or(Uuid::nil(), |row| row.id);
    let right = verify_slices_are_equal(code(services, id).as_bytes(), typed.as_bytes()).is_ok();
    let Some(row) = found.filter(|_| right) else { return Ok(false) };
    let held_in = row.held_in.as_deref().and_then(State::from_name);
    Ok(State::from_name(&row.state).is_some_and(|state| is_stored(state, held_in)))
}

/// The custody passport of a unit for whoever asks, where it is drawn: read and noted as the file is, and counted as a paper.
///
/// # Errors
/// `Limited` after too many papers; those of [`passport`].
pub async fn passport_to_draw(services: &Services, context: &Context, id: UnitId) -> Result<Reading, FamilyError> {
    draws(services, context).await?;
    passport(services, context, id).await
}

/// The custody passport of a unit for whoever asks: everything that happened to it as far as they read it, with the proof. Whether they
/// take it as JSON or on paper, it is read and noted here.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn passport(services: &Services, context: &Context, id: UnitId) -> Result<Reading, FamilyError> {
    // Read as the family to the end, and at one instant: a root that is closed between two questions would tear it.
    let mut own = Own::begin_still(services, context).await?;
    let unit = unit_in(&mut own, id).await?;
    let sight = sight_of(&mut own, &unit).await?;
    let reading = custody::proof::reading_in(&mut own.tx, services, id, sight).await?;
    drop(own);
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
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_stored_where_it_was_stored_before() {
        assert!(is_stored(State::Banked, None) && !is_stored(State::Retrieved, None));
        for (before, stored) in [(State::Banked, true), (State::Processing, false), (State::Retrieved, false)] {
            assert_eq!(is_stored(State::QuarantineHold, Some(before)), stored, "held in {before:?}");
        }
    }
}
