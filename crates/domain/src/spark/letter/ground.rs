//! Reasons a family is told: a closed list, so that no letter holds what somebody typed for the house.

use super::super::{Event, State};
use crate::named::named;

named! {
    /// Why something was decided, in a sentence that stands with the texts of the letters.
    Ground, 16 {
        /// The committee weighed it against the published standards.
        Weighed "weighed",
        /// It does not meet the published conditions.
        Scope "scope",
        /// It is for none of the three groups.
        Group "group",
        /// Neither household nor hospital is in Shandong.
        Place "place",
        /// No hospital of the level that is asked for has confirmed it.
        Confirmed "confirmed",
        /// The costs fall outside the time.
        Finished "finished",
        /// The family's means are above the limit.
        Means "means",
        /// Others pay for the same.
        OtherAid "other_aid",
        /// Some costs are not among those aid is given for.
        Costs "costs",
        /// The amount is above the published limit.
        Ceiling "ceiling",
        /// The papers do not suffice.
        Papers "papers",
        /// Something has come up since the decision.
        News "news",
        /// What was asked for did not come in time.
        NotSupplied "not_supplied",
        /// The agreement was not signed in time.
        NotSigned "not_signed",
        /// The award was not used in time.
        NotUsed "not_used",
        /// It was not used quite as agreed.
        Checked "checked",
    }
}

impl Ground {
    /// Those that whoever does something can choose from, the likeliest first; none where there is nothing to choose.
    pub const fn offered(event: Event) -> &'static [Self] {
        match event {
            Event::RuleOut => &[Self::Group, Self::Place, Self::Confirmed, Self::Finished, Self::Papers, Self::Scope],
            Event::Refuse => &[
                Self::Means,
                Self::OtherAid,
                Self::Costs,
                Self::Finished,
                Self::Papers,
                Self::Confirmed,
                Self::Weighed,
            ],
            Event::GrantPart => &[Self::Ceiling, Self::Costs, Self::OtherAid, Self::Means, Self::Weighed],
            _ => &[],
        }
    }

    /// What is told where nobody chose: the plainest that is true of every such event.
    pub const fn told_of(from: State, event: Event) -> Option<Self> {
        match (from, event) {
            (State::Appeal, Event::RuleOut) | (_, Event::Refuse | Event::GrantPart) => Some(Self::Weighed),
            (_, Event::RuleOut) => Some(Self::Scope),
            (_, Event::Recall) => Some(Self::News),
            (State::Returned, Event::Lapse) => Some(Self::NotSupplied),
            (State::Agreement, Event::Lapse) => Some(Self::NotSigned),
            (_, Event::Lapse) => Some(Self::NotUsed),
            (_, Event::Clawback) => Some(Self::Checked),
            _ => None,
        }
    }
}
