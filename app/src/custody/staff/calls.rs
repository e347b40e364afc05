//! What people of the laboratory and of quality do.

use super::{at, unit_page};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use jiff::SignedDuration;
use services::custody::desk::DeskError;
use services::custody::search;

const SEE: Access = Access::Capability(Capability::SeeUnits);

/// This room's calls.
pub static CALLS: &[Call] = &[Call::post("/staff/units/find", SEE, &find).on(at::UNITS)];

/// The unit of a number that was typed.
async fn find(asked: Asked) -> Answer {
    match search::find(&asked.services, &asked.context, asked.field("din")).await {
        Ok(id) => Answer::to(unit_page(id)),
        Err(error) => refused(&asked, at::UNITS, error),
    }
}

/// The page at `page` again, with what was typed and why nothing was done.
fn refused(asked: &Asked, page: &str, error: DeskError) -> Answer {
    match error {
        DeskError::Denied(denied) => denied.into(),
        DeskError::Fields(errors) => Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
        DeskError::Limited { retry_after } => {
            let minutes = retry_after.div_ceil(60);
            let text = asked.t_args("units-too-often", &[("minutes", minutes.into())]);
            let form = asked.typed(&[]).with_notice(Tone::Warning, text.to_string());
            Answer::again_at(page, form).retry_after(SignedDuration::from_secs(i64::from(retry_after)))
        }
        error => Problem::from(error).into(),
    }
}
