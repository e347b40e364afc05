//! Campus science ambassadors (booking.md: 校园科普宣传员: application → training session → certificate): rounds in which
//! people apply, one selection for all of a round, training, numbered certificates that anybody can verify.
//!
//! An application is a request of the room `requests`: the kept form, the code, the signed link, asking back, emptying. What
//! only it has stands here. One lock decides whatever concerns the places of a round: the round's row, taken before any of
//! its applications. Whoever withdraws from a place gives it, in the same transaction, to the first of the reserve.

mod certificate;
mod dates;
mod draft;
mod erase;
mod kind;
mod office;
mod round;
mod seed;
mod selection;
mod training;
mod view;

pub use crate::requests::{
    answer, ask, decline, manage_link, messages, of_account, own_on_behalf, request, submit, submit_on_behalf, withdraw,
};
pub use certificate::{Verdict, Verified, certificate_pdf, certify, rename, revoke, verify, verify_path};
pub use dates::{NewTraining, TrainingDate, add_training, change_training, remove_training};
pub use draft::begin;
pub(crate) use erase::{count_due_certificates, erase_due_certificates};
pub use kind::{AmbassadorError, AmbassadorFault, Ambassadors, Application, DraftView, Handle, Particulars};
pub use office::{Wanted, applications, read};
pub use round::{NewRound, Round, Stage, add_round, all_rounds, change_round, publish_round, round, rounds};
pub use seed::seed_demo;
pub use selection::{Decided, decide, publish_selection};
pub use training::{attendance, confirm};
pub use view::{CertificateSeen, Training, own, view};

use crate::db::Tx;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::AmbassadorRoundId;
use store::ambassadors::rounds::{self, LockedRound};

/// What every change of a round by staff begins with: the policy is asked, and in a transaction the round's row is locked, as
/// the caller saw it (`version`; none for what does not mind).
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`.
async fn in_hand(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    version: Option<i32>,
) -> Result<(Tx, LockedRound), AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let mut tx = services.begin().await?;
    let row = rounds::lock(&mut tx, round.0).await?.ok_or(AmbassadorError::NotFound)?;
    if version.is_some_and(|version| version != row.version) {
        return Err(AmbassadorError::StateHasChanged);
    }
    Ok((tx, row))
}
