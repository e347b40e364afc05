//! The two files, whichever way somebody came to them: from the page of the numbers or by the mail of a schedule.

use super::bookings::sheet;
use super::calls::handed;
use super::tables;
use crate::calls::Answer;
use crate::visit::Visit;
use domain::numbers::Period;
use services::numbers::{Listed, Numbers, Subject};
use services::spreadsheet::Format;

/// The numbers of a period.
pub(crate) async fn numbers(
    visit: &Visit,
    subject: Subject,
    period: Period,
    numbers: &Numbers,
    format: Format,
) -> Answer {
    handed("numbers", subject, period, tables::sheet(visit, subject, numbers), format).await
}

/// The bookings behind them.
pub(crate) async fn bookings(
    visit: &Visit,
    subject: Subject,
    period: Period,
    listed: &[Listed],
    format: Format,
) -> Answer {
    handed("bookings", subject, period, sheet(visit, listed), format).await
}
