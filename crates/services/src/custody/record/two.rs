//! Who is named by an event, and whether that is enough people.

use super::super::{By, Refused};
use super::load::{Deviation, Noted, World};
use domain::custody::Payload;
use jiff::Timestamp;
use uuid::Uuid;

/// Operators of an event: who did it, and who was there or looked it over.
const fn people(payload: &Payload) -> (Option<&String>, Option<&String>) {
    use Payload as P;
    match payload {
        P::Received { operator, .. } | P::RejectedAtIntake { operator, .. } | P::RecordSigned { operator } => {
            (Some(operator), None)
        }
        // Whoever opens a deviation, and whoever closes it: two events, and two people, which is asked when it is closed.
        P::DeviationOpened { operator, .. } | P::DeviationClosed { operator, .. } => (operator.as_ref(), None),
        P::StepDone { operator, with, .. } | P::ReleaseStepDone { operator, with, .. } => {
            (Some(operator), with.as_ref())
        }
        P::TestFinal { operator, reviewer, .. } => (Some(operator), Some(reviewer)),
        P::Shipped { handed: Some(handed), .. } => (Some(&handed.operator), Some(&handed.with)),
        P::PutAway { operator, with, .. }
        | P::TakenOut { operator, with, .. }
        | P::Banked { operator, with }
        | P::HoldLifted { operator, with }
        | P::ReleaseApproved { operator, with }
        | P::Retrieved { operator, with }
        | P::Discarded { operator, with, .. }
        | P::GivenToResearch { operator, with }
        | P::TransferredOut { operator, with, .. }
        | P::FamilyReleased { operator, with }
        | P::Corrected { operator, with, .. } => (Some(operator), Some(with)),
        _ => (None, None),
    }
}

/// The coordinator, where a third is named.
const fn coordinator(payload: &Payload) -> Option<&String> {
    match payload {
        Payload::Shipped { handed: Some(handed), .. } => Some(&handed.coordinator),
        _ => None,
    }
}

/// The codes that an event names.
pub(super) fn named(payload: &Payload) -> impl Iterator<Item = &str> {
    let (first, second) = people(payload);
    first.into_iter().chain(second).chain(coordinator(payload)).map(String::as_str)
}

/// Who an event names, where they work and are two people where two are named.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct People {
    pub operator: Option<Uuid>,
    pub with: Option<Uuid>,
}

impl People {
    /// Both.
    pub fn two(self) -> Result<[Uuid; 2], Refused> {
        match (self.operator, self.with) {
            (Some(first), Some(second)) => Ok([first, second]),
            _ => Err(Refused::NeedsTwo),
        }
    }
}

/// Of what the house opened by itself since: who told what it doubts. A recall is no doubt of what was told.
pub(super) fn noted(world: &mut World, since: usize, (people, by): (People, &By)) {
    let account = by.actor_id.filter(|_| !by.is_machine());
    let noted = Noted { account, people: [people.operator, people.with] };
    for opened in world.opens.iter_mut().skip(since).filter(|opened| opened.by.is_none() && opened.operator.is_none()) {
        opened.noted = noted;
        if let Some(known) = world.deviations.get_mut(&opened.id) {
            known.noted = noted;
        }
    }
}

/// Whoever closes a deviation may be whoever opened it, or noted what the house doubts: one of them by account or by name, or nobody can
/// tell, since who closes it works under no code. An account is another name than a code of the laboratory's, so that the people are
/// compared and not the names.
pub(super) fn is_opener(known: &Deviation, account: Option<Uuid>, closers: [Option<Uuid>; 2]) -> bool {
    let own = known.opened_by == account || (account.is_some() && known.noted.account == account);
    let mut openers = known.operators.iter().chain(&known.noted.people).flatten().peekable();
    let untold = openers.peek().is_some() && closers == [None, None];
    own || untold || openers.any(|opener| closers.contains(&Some(*opener)))
}

/// Of what quality confirms, told by a machine: the second whom it names is somebody of quality, by the role of the account that the
/// code belongs to. Under a code without an account nobody has a role.
pub(super) fn seconded(world: &World, payload: &Payload) -> Result<(), Refused> {
    let (_, Some(second)) = people(payload) else { return Err(Refused::NeedsTwo) };
    let is_quality = world.operators.get(second).is_some_and(|operator| operator.is_quality);
    if is_quality { Ok(()) } else { Err(Refused::SecondNotQuality(second.clone())) }
}

/// Looks them up.
pub(super) fn of(world: &World, payload: &Payload, instant: Timestamp) -> Result<People, Refused> {
    let known = |code: &String| {
        let operator = world.operators.get(code).filter(|operator| operator.works(instant));
        operator.map(|operator| operator.id).ok_or_else(|| Refused::UnknownOperator(code.clone()))
    };
    let (operator, with) = people(payload);
    let people = People { operator: operator.map(known).transpose()?, with: with.map(known).transpose()? };
    if people.operator.is_some() && people.operator == people.with {
        return Err(match payload {
            Payload::TestFinal { .. } => Refused::ReviewerIsOperator,
            _ => Refused::SamePerson,
        });
    }
    if let Some(third) = coordinator(payload).map(known).transpose()?
        && [people.operator, people.with].contains(&Some(third))
    {
        return Err(Refused::SamePerson);
    }
    Ok(people)
}
