//! The way of a case, as one table: from where, what happens, to where, by whom. `golden/spark_states.txt` is the same
//! table, written out for every state, event and part, and reviewed.
//!
//! Those whose opinion is asked (reviewers, members of the committee) and those who handle money move no case: a case is
//! moved when the last review is in, when the chair signs, when the last payment is booked.

use super::review::vote::Outcome;
use super::{Event, Part, State};
use crate::ledger::Fen;

/// Where a case stands: its state, and for one that is held also the state it was held in, to which it goes back if the word
/// of the death was wrong. Both are kept with the case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    state: State,
    held_in: Option<State>,
}

impl Place {
    /// Where every case begins.
    pub const DRAFT: Self = Self { state: State::Draft, held_in: None };

    /// As it was kept. `None` where the two do not belong together: a hold says what it holds, and nothing else does.
    pub fn new(state: State, held_in: Option<State>) -> Option<Self> {
        let holds = |from: State| TABLE.iter().any(|way| way.from == from && way.to == To::Hold);
        let belong = match held_in {
            None => state != State::DeceasedHold,
            Some(from) => state == State::DeceasedHold && holds(from),
        };
        belong.then_some(Self { state, held_in })
    }

    /// Its state.
    pub const fn state(self) -> State {
        self.state
    }

    /// The state it was held in, of a case that is held.
    pub const fn held_in(self) -> Option<State> {
        self.held_in
    }
}

/// Where a way leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// Always to this state.
    State(State),
    /// To the hold, which keeps where the case was.
    Hold,
    /// Back to where it was held.
    WhereItWasHeld,
}

/// One line of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// From here
    pub from: State,
    /// by this
    pub event: Event,
    /// to there,
    pub to: To,
    /// done by any of these.
    pub by: &'static [Part],
}

const FAMILY: &[Part] = &[Part::Applicant, Part::Guardian];
const WHO_BRINGS_PAPERS: &[Part] = &[Part::Applicant, Part::Guardian, Part::SocialWorker];
const OFFICER: &[Part] = &[Part::CaseOfficer];
const OFFICER_OR_ITSELF: &[Part] = &[Part::CaseOfficer, Part::System];
const CHAIR: &[Part] = &[Part::Chair];
const CHAIR_OR_COMPLIANCE: &[Part] = &[Part::Chair, Part::ComplianceOfficer];
const COMPLIANCE: &[Part] = &[Part::ComplianceOfficer];
const ITSELF: &[Part] = &[Part::System];

impl Way {
    /// Where a case that stands `at` its beginning is after it.
    pub(super) fn end(&self, at: Place) -> Place {
        match self.to {
            To::State(state) => Place { state, held_in: None },
            To::Hold => Place { state: State::DeceasedHold, held_in: Some(at.state) },
            To::WhereItWasHeld => Place { state: at.held_in.unwrap_or(at.state), held_in: None },
        }
    }
}

macro_rules! table {
    (@to DeceasedHold) => { To::Hold };
    (@to WhereItWasHeld) => { To::WhereItWasHeld };
    (@to $to:ident) => { To::State(State::$to) };
    ($($from:ident $event:ident => $to:ident: $by:ident;)+) => {
        &[$(Way { from: State::$from, event: Event::$event, to: table!(@to $to), by: $by }),+]
    };
}

static TABLE: &[Way] = table! {
    // To the committee.
    Draft Submit => Submitted: FAMILY;
    Submitted TakeUp => Completeness: OFFICER_OR_ITSELF;
    Completeness Return => Returned: OFFICER;
    Returned Supply => Completeness: WHO_BRINGS_PAPERS;
    Completeness RuleOut => Ineligible: OFFICER;
    Completeness Complete => MedicalReview: OFFICER;
    MedicalReview Reviewed => Committee: ITSELF;

    // What it decides. An appeal is decided by the same events, by other people (`guard`).
    Committee Grant => Granted: CHAIR;
    Committee GrantPart => Partial: CHAIR;
    Committee Refuse => Refused: CHAIR;
    Committee Defer => DeferredNoFunds: CHAIR;
    DeferredNoFunds Resume => Committee: ITSELF;
    Refused Appeal => Appeal: FAMILY;
    Ineligible Appeal => Appeal: FAMILY;
    Appeal Grant => Granted: CHAIR;
    Appeal GrantPart => Partial: CHAIR;
    Appeal Refuse => Refused: CHAIR;
    Appeal RuleOut => Ineligible: CHAIR;
    Appeal Defer => DeferredNoFunds: CHAIR;

    // From the decision to the last payment.
    Granted Publish => Notice: OFFICER;
    Partial Publish => Notice: OFFICER;
    // A part of it, while the appeal's time runs, however soon that part is published; signed, it is taken as it is.
    Partial Appeal => Appeal: FAMILY;
    Notice Appeal => Appeal: FAMILY;
    Agreement Appeal => Appeal: FAMILY;
    Notice Stand => Agreement: ITSELF;
    Agreement Sign => Disbursing: FAMILY;
    Disbursing PaidOut => FollowUp: ITSELF;
    FollowUp Close => Closed: OFFICER_OR_ITSELF;

    // New evidence before a decision: from the beginning. After one: the committee decides again.
    MedicalReview Reopen => Completeness: OFFICER;
    Committee Reopen => Completeness: OFFICER;
    DeferredNoFunds Reopen => Completeness: OFFICER;
    Granted Recall => Committee: CHAIR_OR_COMPLIANCE;
    Partial Recall => Committee: CHAIR_OR_COMPLIANCE;
    Notice Recall => Committee: CHAIR_OR_COMPLIANCE;
    Agreement Recall => Committee: CHAIR_OR_COMPLIANCE;

    // Time runs out: nobody has to press a button for that.
    Draft Lapse => Lapsed: ITSELF;
    Returned Lapse => Lapsed: ITSELF;
    Agreement Lapse => Lapsed: ITSELF;
    Disbursing Lapse => Lapsed: ITSELF;

    // Taken back by the family, as long as nothing was paid (`guard`).
    Draft Withdraw => Withdrawn: FAMILY;
    Submitted Withdraw => Withdrawn: FAMILY;
    Completeness Withdraw => Withdrawn: FAMILY;
    Returned Withdraw => Withdrawn: FAMILY;
    MedicalReview Withdraw => Withdrawn: FAMILY;
    Committee Withdraw => Withdrawn: FAMILY;
    Granted Withdraw => Withdrawn: FAMILY;
    Partial Withdraw => Withdrawn: FAMILY;
    DeferredNoFunds Withdraw => Withdrawn: FAMILY;
    Notice Withdraw => Withdrawn: FAMILY;
    Agreement Withdraw => Withdrawn: FAMILY;
    Appeal Withdraw => Withdrawn: FAMILY;

    // Money is asked back; also of a case that was closed.
    Disbursing Clawback => Clawback: COMPLIANCE;
    FollowUp Clawback => Clawback: COMPLIANCE;
    Closed Clawback => Clawback: COMPLIANCE;
    Clawback Settle => Closed: COMPLIANCE;

    // The patient has died: wherever the house had something to do or to send.
    Submitted Hold => DeceasedHold: OFFICER;
    Completeness Hold => DeceasedHold: OFFICER;
    Returned Hold => DeceasedHold: OFFICER;
    MedicalReview Hold => DeceasedHold: OFFICER;
    Committee Hold => DeceasedHold: OFFICER;
    Granted Hold => DeceasedHold: OFFICER;
    Partial Hold => DeceasedHold: OFFICER;
    DeferredNoFunds Hold => DeceasedHold: OFFICER;
    Notice Hold => DeceasedHold: OFFICER;
    Agreement Hold => DeceasedHold: OFFICER;
    Disbursing Hold => DeceasedHold: OFFICER;
    FollowUp Hold => DeceasedHold: OFFICER;
    Appeal Hold => DeceasedHold: OFFICER;
    // The word was wrong, or what is being paid is paid on; nothing was paid, and there are bills the committee decides
    // about; or nothing is left to do.
    DeceasedHold Lift => WhereItWasHeld: OFFICER;
    DeceasedHold Recall => Committee: CHAIR_OR_COMPLIANCE;
    DeceasedHold Close => Closed: OFFICER;
};

/// The whole table.
pub fn ways() -> &'static [Way] {
    TABLE
}

/// Why nothing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The state does not allow it, whoever asks. Often somebody else was first.
    #[error("{} is not possible while a case is {}", event.name(), state.name())]
    NotNow {
        /// Where the case is.
        state: State,
        /// What was tried.
        event: Event,
    },
    /// It can happen now, and is not for this part to do.
    #[error("{} is not for {} to do", event.name(), part.name())]
    NotTheirs {
        /// What was tried.
        event: Event,
        /// In which part.
        part: Part,
    },
}

/// Where a case that stands `at` a place is after somebody in `part` did `event`.
///
/// # Errors
/// `NotNow` and `NotTheirs`.
pub fn next(at: Place, event: Event, part: Part) -> Result<Place, Refused> {
    let way = TABLE.iter().find(|way| way.from == at.state && way.event == event);
    let way = way.ok_or(Refused::NotNow { state: at.state, event })?;
    if way.by.contains(&part) { Ok(way.end(at)) } else { Err(Refused::NotTheirs { event, part }) }
}

/// What there is of an award.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Award {
    /// Nothing was granted, or it is free again.
    None,
    /// The money is committed. The next decision puts its own in the place of it, in one transaction; until then nobody else
    /// gets it, also while the case is appealed or recalled.
    Committed,
    /// Something of it was paid. A payment that is in doubt counts as one.
    Paid,
}

/// What has to be known of a case beside its state. Each is looked up: none has a value to fall back on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// What was decided can be appealed today ([`super::review::appeal::may_appeal`]).
    pub appealable: bool,
    /// It was appealed once, wherever it went since: a case that was appealed stays one.
    pub appealed: bool,
    /// Whoever acts took part in the decision that is appealed.
    pub took_part: bool,
    /// What there is of the award.
    pub award: Award,
}

/// Why the table's way is not open this time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unmet {
    /// There is one appeal.
    #[error("the case was appealed before")]
    AppealedBefore,
    /// All that was asked for is granted, or the time is over.
    #[error("what was decided cannot be appealed, or no longer")]
    NotAppealable,
    /// An appeal is decided by other people.
    #[error("whoever decided first does not decide the appeal")]
    DecidedBefore,
    /// An appeal takes nothing away: whoever was granted a part is granted it again, or more
    /// ([`super::review::appeal::takes_away`]). What should not have been granted is recalled.
    #[error("an appeal does not take away the part that was granted")]
    KeepsItsPart,
    /// What was paid is not undone by a state: the case goes on to its end, and money is asked back.
    #[error("something was paid already")]
    PaidBefore,
    /// The reviews that have to be there are not, or are too far apart.
    #[error("the reviews have no verdict yet")]
    NotReviewed,
    /// No signed meeting decided about the case as it is now: it was not before one, stood over, was decided and carried out
    /// already, or has other evidence since.
    #[error("no signed meeting decided about the case as it is")]
    NotDecided,
    /// The meeting decided something else.
    #[error("the committee decided otherwise")]
    DecidedOtherwise,
    /// Somebody objected to the notice, and has no answer yet.
    #[error("an objection to the notice is open")]
    Objected,
}

/// What would end a case as though nothing had been paid, or bring it before a decision again. A second grant would stand
/// beside the one that is being paid; what lapses of it lapses by `PaidOut`.
const fn undoes_payment(event: Event) -> bool {
    use Event::{Appeal, Defer, Grant, GrantPart, Lapse, Recall, Refuse, Reopen, RuleOut, Withdraw};
    matches!(event, Withdraw | RuleOut | Grant | GrantPart | Refuse | Defer | Recall | Reopen | Appeal | Lapse)
}

/// Whether an event with a sum is what the committee decided. An appeal against a case that was found not to be for this fund
/// is refused by finding so again.
pub fn carries_out(event: Event, sum: Option<Fen>, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Granted(all) => event == Event::Grant && sum == Some(all),
        Outcome::Partial(part) => event == Event::GrantPart && sum == Some(part),
        Outcome::Refused => matches!(event, Event::Refuse | Event::RuleOut),
        Outcome::Deferred => event == Event::Defer,
    }
}

/// What the table cannot say: one appeal, by other people, which takes nothing away; no way back once something was paid.
///
/// An appeal may wait for money, stand still or be recalled, and then be decided by the committee: whatever the state,
/// whoever decided first does not decide again.
///
/// # Errors
/// What is not met.
pub fn guard(state: State, event: Event, facts: Facts) -> Result<(), Unmet> {
    if event == Event::Appeal && facts.appealed {
        return Err(Unmet::AppealedBefore);
    }
    if event == Event::Appeal && !facts.appealable {
        return Err(Unmet::NotAppealable);
    }
    let decides = matches!(event, Event::Grant | Event::GrantPart | Event::Refuse | Event::RuleOut | Event::Defer);
    let of_an_appeal = facts.appealed || state == State::Appeal;
    if of_an_appeal && decides && facts.took_part {
        return Err(Unmet::DecidedBefore);
    }
    let takes_away = matches!(event, Event::Refuse | Event::RuleOut | Event::Defer);
    match facts.award {
        Award::Paid if undoes_payment(event) => return Err(Unmet::PaidBefore),
        Award::Committed if state == State::Appeal && takes_away => return Err(Unmet::KeepsItsPart),
        Award::None | Award::Committed | Award::Paid => {}
    }
    Ok(())
}
