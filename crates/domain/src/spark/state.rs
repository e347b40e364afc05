//! Where a case can be and what can happen to it, as words; which leads where is `way`'s table.

use super::Part;
use crate::named::named;

named! {
    /// How far a case is, as staff see it.
    State, 21 {
        /// 草稿. Being filled in.
        Draft "draft",
        /// 已提交. Waits for a case officer.
        Submitted "submitted",
        /// 材料审核中. A case officer looks whether everything is there.
        Completeness "completeness",
        /// 待补充材料. The family was asked for something; the house's time does not run.
        Returned "returned",
        /// 专业评审中. Physicians judge it without knowing whose it is.
        MedicalReview "medical_review",
        /// 评审会审议中. The committee decides.
        Committee "committee",
        /// What was asked for is granted, and the money is committed.
        Granted "granted",
        /// A part of it is.
        Partial "partial",
        /// Not granted, with reasons. Rests, unless it is appealed.
        Refused "refused",
        /// Would be granted; the fund is used up. Keeps its place.
        DeferredNoFunds "deferred_no_funds",
        /// 公示. What was granted is public, without a name, and can be objected to.
        Notice "notice",
        /// 待签协议. Waits for the family's signature.
        Agreement "agreement",
        /// 拨付中. Paid in tranches, as evidence comes.
        Disbursing "disbursing",
        /// 随访. All is paid; somebody asks how the patient is.
        FollowUp "follow_up",
        /// Over as it should be.
        Closed "closed",
        /// Taken back by the family.
        Withdrawn "withdrawn",
        /// Its time ran out; what was committed is free again.
        Lapsed "lapsed",
        /// Not a case of this project, with the reason. Rests, unless it is appealed.
        Ineligible "ineligible",
        /// The family objects to what was decided; other people decide again.
        Appeal "appeal",
        /// Money is asked back.
        Clawback "clawback",
        /// The patient has died. Everything stands still, letters and payments too, until somebody has looked.
        DeceasedHold "deceased_hold",
    }
}

named! {
    /// What can happen to a case.
    Event, 26 {
        /// The family sends it.
        Submit "submit",
        /// A case officer takes it, or the house gives it to one.
        TakeUp "take_up",
        /// Something is missing: asked for, with a deadline.
        Return "return",
        /// The family, or the social worker for it, has sent what was missing.
        Supply "supply",
        /// Everything is there.
        Complete "complete",
        /// It is none of this project's cases, with the reason.
        RuleOut "rule_out",
        /// The last review that was asked for is in.
        Reviewed "reviewed",
        /// New evidence: looked at from the beginning; what was said about the old evidence no longer counts.
        Reopen "reopen",
        /// Granted; commits the money.
        Grant "grant",
        /// A part is granted; commits the money.
        GrantPart "grant_part",
        /// Not granted, with the reasons.
        Refuse "refuse",
        /// Would be granted, and there is no money.
        Defer "defer",
        /// There is money again, and it is this case's turn.
        Resume "resume",
        /// What was granted is made public.
        Publish "publish",
        /// The notice's days are over and nothing stands against it.
        Stand "stand",
        /// What was decided does not hold (an objection, new evidence, a death): the committee decides again.
        Recall "recall",
        /// The family signs: it takes what was granted, and there is no appeal any more.
        Sign "sign",
        /// The last tranche is paid, or what is left of it lapsed after some were.
        PaidOut "paid_out",
        /// Nothing more is to be done.
        Close "close",
        /// A deadline has passed.
        Lapse "lapse",
        /// The family takes it back.
        Withdraw "withdraw",
        /// The family objects to the decision. A part that was granted stays committed; its notice comes down and it is not
        /// signed until the appeal is decided.
        Appeal "appeal",
        /// Money is asked back.
        Clawback "clawback",
        /// What was asked back is settled.
        Settle "settle",
        /// The patient has died.
        Hold "hold",
        /// The word of the death was wrong, or somebody has looked and what was granted is paid on: the case is again where
        /// it was.
        Lift "lift",
    }
}

named! {
    /// How far a case is, as the family and the public see it: no reviewer, no score, no reason of the house's own.
    PublicState, 13 {
        /// Being filled in.
        Draft "draft",
        /// Has arrived.
        Received "received",
        /// The papers are looked at.
        Checking "checking",
        /// Waits for the family.
        YourTurn "your_turn",
        /// Is being judged, by whomever.
        Reviewing "reviewing",
        /// Decided: aid is given.
        Granted "granted",
        /// Decided: no aid this time.
        Refused "refused",
        /// Waits for money.
        Waiting "waiting",
        /// The notice stands.
        Notice "notice",
        /// The agreement waits for the family.
        Agreement "agreement",
        /// Is being paid.
        Paying "paying",
        /// The house keeps in touch.
        FollowUp "follow_up",
        /// Over.
        Ended "ended",
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Turn {
    /// The family's: nothing goes on before it does something.
    Family,
    /// Somebody of the house, in this part.
    House(Part),
    /// Nobody's: a date has to come, or money.
    Time,
    /// Nobody's any more.
    Nobody,
}

named! {
    /// Whose turn it is, as the public sees it: of the house there is one side, whoever of it acts.
    Side, 4 {
        /// The family's.
        Family "family",
        /// The house's.
        House "house",
        /// A date has to come, or money.
        Time "time",
        /// Nobody's any more.
        Nobody "nobody",
    }
}

impl Turn {
    /// Without saying who of the house.
    pub const fn side(self) -> Side {
        match self {
            Self::Family => Side::Family,
            Self::House(_) => Side::House,
            Self::Time => Side::Time,
            Self::Nobody => Side::Nobody,
        }
    }
}

impl PublicState {
    /// Whose turn it is.
    pub const fn side(self) -> Side {
        match self {
            Self::Draft | Self::YourTurn | Self::Agreement => Side::Family,
            Self::Received | Self::Checking | Self::Reviewing | Self::Granted | Self::Paying | Self::FollowUp => {
                Side::House
            }
            Self::Waiting | Self::Notice => Side::Time,
            Self::Refused | Self::Ended => Side::Nobody,
        }
    }
}

impl State {
    /// What the family and the public are told. Several states of the house are one of theirs: who reviews, or that the
    /// committee sits over it again, is no matter of theirs.
    pub const fn public(self) -> PublicState {
        match self {
            Self::Draft => PublicState::Draft,
            Self::Submitted => PublicState::Received,
            Self::Completeness => PublicState::Checking,
            Self::Returned => PublicState::YourTurn,
            // A hold looks like any other wait: a family in mourning is told by a person, not by a label.
            Self::MedicalReview | Self::Committee | Self::Appeal | Self::DeceasedHold => PublicState::Reviewing,
            Self::Granted | Self::Partial => PublicState::Granted,
            Self::Refused | Self::Ineligible => PublicState::Refused,
            Self::DeferredNoFunds => PublicState::Waiting,
            Self::Notice => PublicState::Notice,
            Self::Agreement => PublicState::Agreement,
            Self::Disbursing => PublicState::Paying,
            // That money is asked back is said in a letter to those it concerns, and nowhere else.
            Self::FollowUp | Self::Clawback => PublicState::FollowUp,
            Self::Closed | Self::Withdrawn | Self::Lapsed => PublicState::Ended,
        }
    }

    /// Whose turn it is.
    pub const fn turn(self) -> Turn {
        match self {
            Self::Draft | Self::Returned | Self::Agreement => Turn::Family,
            Self::Submitted
            | Self::Completeness
            | Self::Granted
            | Self::Partial
            | Self::FollowUp
            | Self::DeceasedHold => Turn::House(Part::CaseOfficer),
            Self::MedicalReview => Turn::House(Part::MedicalReviewer),
            Self::Committee | Self::Appeal => Turn::House(Part::Chair),
            Self::Disbursing => Turn::House(Part::FinancePreparer),
            Self::Clawback => Turn::House(Part::ComplianceOfficer),
            Self::DeferredNoFunds | Self::Notice => Turn::Time,
            Self::Refused | Self::Ineligible | Self::Closed | Self::Withdrawn | Self::Lapsed => Turn::Nobody,
        }
    }

    /// It keeps the patient's one place with its fund: no second case beside it.
    pub const fn is_live(self) -> bool {
        !matches!(self.turn(), Turn::Nobody)
    }
}
