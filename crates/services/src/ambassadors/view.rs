//! An application as people see it: opened for those who may, with its round, its training date and its certificate.

use super::dates::TrainingDate;
use super::kind::{AmbassadorError, Ambassadors, Application, Handle, Particulars};
use crate::requests::{self, opened, place};
use crate::{Context, Services};
use domain::ambassador::{Capacity, CertificateNumber, Decision};
use domain::contact::PersonName;
use domain::ids::{AmbassadorId, AmbassadorRoundId, CertificateId, TrainingId};
use domain::outreach::Bilingual;
use jiff::{SignedDuration, Timestamp};
use store::ambassadors::applications::ApplicationRow;

/// How long after the certificate was issued, or after the selection while there is no training date, the application's link
/// works at least; a month is added to it as to every link.
const LINK_DAYS: i64 = 150;

/// A training date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Training {
    /// Which.
    pub id: TrainingId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Where.
    pub place: String,
}

/// A certificate, without the name on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CertificateSeen {
    /// Which.
    pub id: CertificateId,
    /// Its number.
    pub number: CertificateNumber,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When the name on it was erased.
    pub erased_at: Option<Timestamp>,
}

/// A number as stored.
pub(super) fn number(year: i32, serial: i32) -> CertificateNumber {
    CertificateNumber { year: u16::try_from(year).unwrap_or_default(), serial: serial.unsigned_abs() }
}

/// Opens a row.
pub(super) fn open(services: &Services, row: &ApplicationRow) -> Result<Application, AmbassadorError> {
    let at = |instant: Option<store::SqlTimestamp>| instant.map(|instant| instant.to_jiff());
    let guardian = row.guardian_sealed.as_deref().map(|sealed| {
        let plain =
            services.vault.open_sealed(place::<Ambassadors>("guardian_sealed", AmbassadorId(row.id)), sealed)?;
        let text = String::from_utf8(plain).map_err(|_| AmbassadorError::Damaged("a guardian's name"))?;
        PersonName::kept(&text).map_err(|_| AmbassadorError::Damaged("a guardian's name"))
    });
    let training = row.training_id.zip(at(row.training_starts).zip(at(row.training_ends)));
    let training = training.map(|(id, (starts_at, ends_at))| Training {
        id: TrainingId(id),
        starts_at,
        ends_at,
        place: row.training_place.clone().unwrap_or_default(),
    });
    let numbered = row.certificate_year.zip(row.certificate_serial);
    let certificate = row.certificate_id.zip(numbered).zip(at(row.certificate_issued));
    let certificate = certificate.map(|((id, (year, serial)), issued_at)| CertificateSeen {
        id: CertificateId(id),
        number: number(year, serial),
        issued_at,
        revoked_at: at(row.certificate_revoked),
        erased_at: at(row.certificate_erased),
    });
    let last_day = last_day(row, certificate);
    let own = Particulars {
        round: AmbassadorRoundId(row.round_id),
        round_title: Bilingual::new(row.round_zh.clone(), row.round_en.clone()),
        selected_at: at(row.selected_at),
        capacity: Capacity::from_name(&row.capacity).ok_or(AmbassadorError::Damaged("a capacity"))?,
        age: row.age.map(i32::unsigned_abs),
        guardian: guardian.transpose()?,
        decision: row.decision.as_deref().and_then(Decision::from_name),
        rank: row.rank.map(i32::unsigned_abs),
        training,
        certificate,
    };
    opened::<Ambassadors>(services, &row.common(), |stored| stored, own, last_day)
}

/// The last day that matters: the end of applying, of the last training, of waiting for a training date, or of the time a
/// certificate can be downloaded; or the day something last changed.
fn last_day(row: &ApplicationRow, certificate: Option<CertificateSeen>) -> Timestamp {
    let life = SignedDuration::from_hours(24 * LINK_DAYS);
    let after = |at: Timestamp| at.saturating_add(life).unwrap_or(Timestamp::MAX);
    let downloadable = certificate.map(|it| after(it.issued_at));
    let training = row.last_training.map(|at| at.to_jiff());
    // A round without a training date yet still gets one: its links must not end before.
    let waiting = certificate.is_none() && row.last_training.is_none();
    let waits = waiting.then(|| after(row.selected_at.unwrap_or(row.closes_at).to_jiff()));
    let selected = row.selected_at.map(|at| at.to_jiff());
    // Whoever comes up from the reserve late, or is asked late, still has a month from then.
    let changed = Some(row.updated_at.to_jiff());
    let all = [Some(row.closes_at.to_jiff()), selected, training, waits, downloadable, changed];
    all.into_iter().flatten().max().unwrap_or(row.created_at.to_jiff())
}

/// The application behind a signed link, for whoever has it.
///
/// # Errors
/// `NotFound` for a link that is none (any more).
pub async fn view(services: &Services, context: &Context, handle: &Handle) -> Result<Application, AmbassadorError> {
    requests::view(services, context, handle).await
}

/// The training dates that are still ahead, full ones too, for whoever has the link of an application that has a place.
///
/// # Errors
/// As [`view`].
pub async fn own(
    services: &Services,
    context: &Context,
    application: &Application,
) -> Result<Vec<TrainingDate>, AmbassadorError> {
    if !application.state.gives_a_place() {
        return Ok(Vec::new());
    }
    let mut db = services.db.acquire().await?;
    let dates = super::dates::of_round(&mut db, application.round, context.now).await?;
    let open = dates.into_iter().filter(|date| date.training.starts_at > context.now);
    Ok(open.collect())
}
