//! Notices of cases (公示): written when a case comes to its notice, in that transaction; shown while it stands there.

use super::DisclosureError;
use crate::crypto::random;
use crate::{Context, Services};
use domain::bus::City;
use domain::disclosure::{Band, CaseCode, DiseaseGroup, Fen, Notice, Place, listed};
use domain::time::local_day;
use jiff::civil;
use sqlx::PgConnection;
use store::disclosure::notices as sql;
use store::spark::cases::CaseRow;

/// A notice that stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenNotice {
    /// What it says.
    pub notice: Notice,
    /// Since which day of Shandong.
    pub since: civil::Date,
}

/// Writes the notice of a case that comes to it at this version. Answers `false` where nothing was granted, or its band cannot be
/// said: a fault of the house.
pub(crate) async fn notice_in(
    db: &mut PgConnection,
    context: &Context,
    case: &CaseRow,
    version: i32,
) -> sqlx::Result<bool> {
    let Some((amount, decided_at)) = case.decided_fen.zip(case.decided_at) else { return Ok(false) };
    let band = Band::of(Fen::new(amount), local_day(decided_at.to_jiff())).code();
    let code = CaseCode::from_random(random());
    let said = (code.as_str(), case.disease_group.as_str(), case.city.as_str(), band.as_str());
    sql::add(db, (case.id, version), said, context.now).await?;
    Ok(true)
}

/// The notices that stand, in the order of their codes.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn notices(services: &Services) -> Result<Vec<OpenNotice>, DisclosureError> {
    let rows = sql::open(&services.db).await?;
    let read = |row: sql::NoticeRow| {
        let notice = Notice {
            code: CaseCode::parse(&row.code).ok()?,
            group: DiseaseGroup::from_name(&row.disease_group)?,
            place: Place::City(City::from_code(&row.city)?),
            band: Band::from_code(&row.band)?,
        };
        Some(OpenNotice { notice, since: local_day(row.noticed_at.to_jiff()) })
    };
    let all: Option<Vec<OpenNotice>> = rows.into_iter().map(read).collect();
    let all = all.ok_or(DisclosureError::Unreadable)?;
    let order = listed(all.iter().map(|open| open.notice.clone()).collect());
    let of = |notice: Notice| all.iter().find(|open| open.notice.code == notice.code).cloned();
    Ok(order.into_iter().filter_map(of).collect())
}
