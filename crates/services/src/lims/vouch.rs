//! Records whose time a feed may not say by itself: told long after it happened, or of before the unit was registered. By that time
//! it is judged who worked and which lists held, so that two people vouch for it: one says that it was then, and another, of
//! quality, lets the record through.

use super::letters::{self, Letter, is_of_time};
use super::{LimsError, again};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::lims::LetterState;
use serde_json::json;
use store::lims::letters as sql;
use uuid::Uuid;

/// Vouches for the time of a letter. The first is noted; another, who answers for units, lets it through: it is tried at once, and
/// judged by the day it says. Pressed twice it is once. Answers the letter as it is afterwards.
///
/// # Errors
/// `Denied`, of whoever lets it through also without `ReleaseUnits`; `NotFound`, also of one that is open for another reason than its
/// time; `Ended`; `Busy`, `Unreadable`, `Database`.
pub async fn vouch(services: &Services, context: &Context, id: Uuid) -> Result<Letter, LimsError> {
    context.require(Capability::HandleUnits)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id).await?.ok_or(LimsError::NotFound)?;
        let pressed_again = [row.vouched_by, row.let_by].contains(&Some(by.0));
        if pressed_again {
            return Letter::of(&row, None);
        }
        if LetterState::from_name(&row.state) != Some(LetterState::Open) {
            return Err(LimsError::Ended);
        }
        if !is_of_time(&row.code) {
            return Err(LimsError::NotFound);
        }
        let is_first = row.vouched_by.is_none();
        let (noted, action) = if is_first {
            (sql::vouch(&mut *tx, id, by.0, context.now).await?, "lims.letter_vouched")
        } else {
            context.require(Capability::ReleaseUnits)?;
            (sql::let_through(&mut *tx, id, by.0, context.now).await?, "lims.letter_let_through")
        };
        if !noted {
            return Err(LimsError::Ended);
        }
        let detail = json!({ "code": row.code });
        let entry = Entry { action, subject_kind: "lims_letter", subject: Some(id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        let row = sql::one(&mut *tx, id).await?.ok_or(LimsError::NotFound)?;
        let units = match is_first {
            true => None,
            false => letters::again(&mut tx, &services, &context, &row).await?,
        };
        let row = sql::one(&mut *tx, id).await?.ok_or(LimsError::NotFound)?;
        tx.commit().await?;
        if let Some(units) = units {
            let (ids, dins) = units.names();
            again::of(&services, context.now, &ids, &dins).await;
        }
        Letter::of(&row, None)
    })
    .await
}
