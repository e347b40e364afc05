//! The short way through a review and a meeting, for demos and tests: every step is the one that people take.

use super::{NewMeeting, ReviewError, agenda, attend, cast, close, freeze, plan, set_agenda, sign, step, submit};
use crate::spark::cases;
use crate::{Context, Services};
use domain::account::Denied;
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::Event;
use domain::spark::review::vote::Vote;
use domain::time::local_day;
use domain::typed::Typed;
use std::collections::BTreeSet;

/// Who holds a meeting.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Who keeps the minutes.
    pub secretary: Context,
    /// Who sits: the chair, the deputy, the others.
    pub members: Vec<Context>,
}

/// Asks these reviewers about a case that is complete, and has each give the same marks.
///
/// # Errors
/// As `cases::ask_reviewer` and [`submit`].
pub async fn review_case(
    services: &Services,
    officer: &Context,
    (case, reviewers): (CaseId, &[Context]),
    marks: &Typed,
) -> Result<(), ReviewError> {
    for reviewer in reviewers {
        let account = reviewer.actor.account().ok_or(Denied::NotAllowed)?;
        cases::ask_reviewer(services, officer, case, account).await?;
    }
    for reviewer in reviewers {
        submit(services, reviewer, case, (0, marks)).await?;
    }
    Ok(())
}

/// Holds a meeting about these cases at which everybody who may is for the same, and signs its minutes.
///
/// # Errors
/// As the steps it takes.
pub async fn hold_meeting(
    services: &Services,
    sitting: &Sitting,
    votes: &[(CaseId, Vote)],
) -> Result<MeetingId, ReviewError> {
    let secretary = &sitting.secretary;
    let account = |context: &Context| context.actor.account().ok_or(Denied::NotAllowed);
    let members = sitting.members.iter().map(account).collect::<Result<Vec<AccountId>, _>>()?;
    let [chair, deputy, ..] = members.as_slice() else { return Err(Denied::NotAllowed.into()) };
    let roll = Roll::new(*chair, *deputy, members.iter().copied())?;
    let id: MeetingId = secretary.new_id();
    plan(services, secretary, &NewMeeting { id, day: local_day(secretary.now), roll }).await?;
    let cases: Vec<CaseId> = votes.iter().map(|(case, _)| *case).collect();
    let version = set_agenda(services, secretary, id, (0, &cases)).await?;
    freeze(services, secretary, id, version).await?;
    attend(services, secretary, id, (None, &members.iter().copied().collect::<BTreeSet<_>>())).await?;
    let version = step(services, secretary, id, (version + 1, Event::Open)).await?;
    for member in &sitting.members {
        let shown = agenda(services, member, id).await?;
        for (_, item) in shown.items.numbered() {
            let Some((_, vote)) = votes.iter().find(|(case, _)| *case == item.case) else { continue };
            match cast(services, member, (id, item.case), (*vote, item.digest)).await {
                // Whoever decided what is appealed.
                Ok(()) | Err(ReviewError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    let minutes = close(services, secretary, id, version).await?;
    let signers = minutes.signers(account(secretary)?);
    for context in sitting.members.iter().chain([secretary]) {
        if signers.contains(&account(context)?) {
            sign(services, context, id).await?;
        }
    }
    Ok(id)
}
