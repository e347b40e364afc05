//! What is handed out: the numbers and the bookings of a period as files.

use super::{BOOKINGS, EVENTS, MUSEUM, sheets};
use crate::calls::{Answer, Asked, Call};
use crate::desk::day;
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Faults, FieldError};
use domain::numbers::Period;
use services::numbers::{self, MOST, NumbersError, Subject, Wanted};
use services::spreadsheet::{self, Format, Sheet};

/// Where the numbers are fetched as a file.
pub(super) const NUMBERS: &str = "/staff/numbers/file";

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post(NUMBERS, Access::Capability(Capability::SeeNumbers), &numbers_file),
    Call::post(BOOKINGS, Access::Capability(Capability::ExportBookings), &bookings_file),
];

/// The period that was typed.
pub(super) fn period(asked: &Asked) -> Result<Period, Vec<FieldError>> {
    let mut faults = Faults::default();
    let (from, to) = (faults.take("from", day(asked.field("from"))), faults.take("to", day(asked.field("to"))));
    match (from, to) {
        (Some(from), Some(to)) => Period::new(from, to).map_err(Faults::into_errors),
        _ => Err(faults.into_errors()),
    }
}

/// A file that is named by what it is of and its days, and by nobody.
pub(super) async fn handed(what: &str, subject: Subject, period: Period, sheet: Sheet, format: Format) -> Answer {
    written(format!("{what}-{}-{}-{}", subject.name(), period.first(), period.last()), sheet, format).await
}

/// A table as a file of this name.
pub(crate) async fn written(name: String, sheet: Sheet, format: Format) -> Answer {
    match spreadsheet::write(sheet, format).await {
        Ok(bytes) => Answer::file(format.content_type(), Some(format!("{name}.{}", format.name())), bytes),
        Err(error) => {
            tracing::error!(%error, "a file was read and not written");
            Problem::Broken.into()
        }
    }
}

async fn numbers_file(asked: Asked) -> Answer {
    let (Some(subject), Some(format)) =
        (Subject::from_name(asked.field("of")), Format::from_name(asked.field("format")))
    else {
        return Problem::Unusable.into();
    };
    let page = if subject == Subject::Museum { MUSEUM } else { EVENTS };
    // The page chose these days itself: whoever sends others chooses again.
    let Ok(period) = period(&asked) else { return Answer::to(page) };
    match numbers::export(&asked.services, &asked.context, subject, period, format, None).await {
        Ok(numbers) => sheets::numbers(&asked.visit, subject, period, &numbers, format).await,
        Err(NumbersError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}

async fn bookings_file(asked: Asked) -> Answer {
    let (Some(subject), Some(format)) =
        (Subject::from_name(asked.field("of")), Format::from_name(asked.field("format")))
    else {
        return Problem::Unusable.into();
    };
    let period = match period(&asked) {
        Ok(period) => period,
        Err(errors) => return Answer::again(asked.typed(&[]).with_errors(errors)),
    };
    let wanted = Wanted { subject, period, reason: asked.field("reason").to_owned(), format, run: None };
    match numbers::bookings(&asked.services, &asked.context, &wanted).await {
        Ok(listed) => sheets::bookings(&asked.visit, subject, period, &listed, format).await,
        Err(NumbersError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(NumbersError::TooMany { found }) => {
            let args = [("found", grouped(found).into()), ("most", grouped(MOST).into())];
            let text = asked.t_args("numbers-bookings-too-many", &args).to_string();
            Answer::again(asked.typed(&[]).with_notice(Tone::Warning, text))
        }
        Err(NumbersError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}
