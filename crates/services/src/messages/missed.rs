//! What messages say of a visit that was missed.

use super::deliver::deadline_text;
use super::templates::MissedFacts;
use super::visit::Visit;
use crate::Services;
use crate::booking::{BookingError, NoShow, no_show_at};
use crate::jobs::Failure;
use domain::Locale;
use jiff::Timestamp;

/// The no-show of a visit, as it stands at the moment of sending.
pub(super) async fn no_show(services: &Services, visit: &Visit, now: Timestamp) -> Result<Option<NoShow>, Failure> {
    let found = no_show_at(services, visit.booking, visit.activity, &visit.policy, now).await;
    found.map_err(|error| match error {
        BookingError::Database(error) => error.into(),
        _ => Failure::give_up("no_show_unreadable"),
    })
}

/// For the mail.
pub(super) fn missed(visit: &Visit, no_show: &NoShow) -> MissedFacts {
    MissedFacts {
        missed_whole: no_show.whole,
        no_shows: no_show.standing,
        no_shows_allowed: visit.policy.no_shows,
        no_show_days: visit.policy.no_show_days,
        suspended_until: no_show.suspended_until.map(|at| deadline_text(at, visit.locale)),
    }
}

/// What a no-show means, in at most 35 characters.
pub(super) fn missed_text(visit: &Visit, no_show: &NoShow) -> String {
    match (visit.locale, no_show.suspended_until, no_show.whole) {
        (Locale::ZhCn, Some(at), _) => format!("预约暂停至{}", deadline_text(at, Locale::ZhCn)),
        (Locale::ZhCn, None, true) => format!("已记为第{}次爽约", no_show.standing),
        (Locale::ZhCn, None, false) => "未到人数仅作统计".to_owned(),
        (Locale::En, Some(at), _) => format!("booking paused to {}", deadline_text(at, Locale::En)),
        (Locale::En, None, true) => format!("noted as no-show number {}", no_show.standing),
        (Locale::En, None, false) => "counted for statistics only".to_owned(),
    }
}
