//! What can happen to a unit, and what each event says. The words are those of the LIMS feed, too: `{"kind": "step_done", …}`.
//!
//! An event never names a person of a family: a unit is named by its id, who works with it by the code of an operator, who collected
//! it by the number of a certificate.

use crate::characters::without_ends;
use crate::contact::half_width;
use crate::custody::passport::Hex;
use crate::custody::shape::{Member, shaped};
use crate::custody::{Din, Value};
use crate::named::named;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

named! {
    /// Whose use a unit is kept for.
    Pool, 3 {
        /// The family's own.
        Family "family",
        /// Anybody's whom it fits.
        Public "public",
        /// A named relative's.
        Directed "directed",
    }
}

named! {
    /// Why a unit was not taken in.
    Rejection, 6 {
        /// Too long on the way.
        TooLong "too_long",
        /// Too warm or too cold on the way.
        Temperature "temperature",
        /// Too little blood.
        Volume "volume",
        /// The bag or its seal is damaged.
        Bag "bag",
        /// The papers and the bag name two people.
        Identity "identity",
        /// Whoever collected it had no valid certificate that day.
        Collector "collector",
    }
}

named! {
    /// What a tank is for.
    TankUse, 3 {
        /// Units that are not released into the store yet.
        Quarantine "quarantine",
        /// Units that are.
        LongTerm "long_term",
        /// Samples: no unit lies beside them.
        Samples "samples",
    }
}

named! {
    /// What a deviation is of.
    DeviationKind, 7 {
        /// How it was prepared.
        Process "process",
        /// A test.
        Test "test",
        /// The way to the bank.
        Transport "transport",
        /// The tank was too warm.
        Excursion "excursion",
        /// A label.
        Label "label",
        /// A lot that was called back.
        Recall "recall",
        /// Something else.
        Other "other",
    }
}

shaped! {
    /// A lot that went into a unit.
    #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Lot {
        /// `bag_set`, `sedimentation_agent`, `cryoprotectant` …
        pub kind: String,
        /// As printed on it.
        pub number: String,
    }
}

impl Lot {
    /// A number as lots are compared by it, however somebody typed it: capitals, nothing full-width, no spaces.
    pub fn plain(number: &str) -> String {
        let letters = half_width(without_ends(number)).to_ascii_uppercase();
        letters.split_whitespace().collect()
    }
}

shaped! {
    /// A place in a tank.
    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Slot {
        /// The code of the tank.
        pub tank: String,
        /// From 1.
        pub tower: u16,
        /// From 1, in the tower.
        pub frame: u16,
        /// From 1, in the frame.
        pub slot: u16,
    }
}

shaped! {
    /// Who handed a unit to its courier, and what tells how cold it was on its way.
    #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Handed {
        /// The logger that was started in the dry shipper.
        pub logger: String,
        /// Who handed it over.
        pub operator: String,
        /// Who looked it over: another.
        pub with: String,
        /// The coordinator: a third.
        pub coordinator: String,
    }
}

macro_rules! payloads {
    ($($(#[doc = $about:literal])* $name:ident $word:literal {
        $($(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: $type:ty,)*
    })+) => {
        /// What an event says.
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        #[serde(tag = "kind", deny_unknown_fields)]
        pub enum Payload {
            $($(#[doc = $about])* #[serde(rename = $word)] $name {
                $($(#[doc = $doc])* $(#[serde($($serde)*)])? $field: $type,)*
            },)+
        }

        /// What happened, as a word: `step_done` …
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Kind { $($(#[doc = $about])* #[serde(rename = $word)] $name,)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// As stored, in the feed, and as the end of a translation key.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The one of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }

            /// What it means, in a sentence for whoever reads the feed's description.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),*).trim(),)+ }
            }

            /// What an event of it says besides `kind`.
            pub fn members(self) -> Vec<Member> {
                match self {
                    $(Self::$name => vec![$(
                        Member::of::<$type>(stringify!($field), &[$(stringify!($($serde)*))?], concat!($($doc),*))
                    ),*],)+
                }
            }
        }

        impl Payload {
            /// What happened.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name { .. } => Kind::$name,)+ }
            }
        }
    };
}

payloads! {
    /// The unit has its number; a birth is expected.
    Registered "registered" {
        /// Its number.
        din: Din,
        /// For whose use.
        pool: Pool,
    }
    /// Collected at birth.
    Collected "collected" {
        /// The hospital, by its code.
        hospital: String,
        /// The number of the certificate of whoever collected it.
        certificate: String,
        /// Millilitres, 0 to 350.
        volume_ml: f64,
        /// As printed on the bag.
        anticoagulant: String,
        /// The lowest of the ward's refrigerator, in °C.
        #[serde(default)]
        ward_min_c: Option<f64>,
        /// Its highest.
        #[serde(default)]
        ward_max_c: Option<f64>,
    }
    /// On its way.
    TransportStarted "transport_started" {
        /// Who carries it.
        carrier: String,
        /// The logger in the box.
        logger: String,
    }
    /// A leg of its way, by the logger.
    TransportLeg "transport_leg" {
        /// The lowest, in °C.
        min_c: f64,
        /// The highest.
        max_c: f64,
        /// How long, in hours.
        hours: f64,
    }
    /// Arrived at the bank.
    Received "received" {
        /// Who took it.
        operator: String,
        /// Grams.
        weight_g: f64,
    }
    /// Not taken in.
    RejectedAtIntake "rejected_at_intake" {
        /// Who said so.
        operator: String,
        /// Why.
        reason: Rejection,
    }
    /// A preparation step was done.
    StepDone "step_done" {
        /// Its code in the catalogue.
        step: String,
        /// Who did it.
        operator: String,
        /// Who was there, where two are needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<String>,
        /// On what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instrument: Option<String>,
        /// What went into it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<Lot>,
        /// What was read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<Value>,
    }
    /// A test is under way.
    TestStarted "test_started" {
        /// Its code in the catalogue.
        test: String,
    }
    /// A test is done once more.
    TestRepeated "test_repeated" {
        /// Its code.
        test: String,
        /// Why, in a word of the laboratory.
        reason: String,
        /// It takes back the result that was found before it. The house says so of every repeat that it keeps, whatever it was told;
        /// those that were kept before it did lack it, and took nothing back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        takes_back: bool,
        /// Of it and of the results beside it both clocks count: nothing happened after the house heard of it. The house says so of
        /// every repeat that it keeps, whatever it was told; those that were kept before it did lack it, and go by the clocks of the
        /// sources alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        both_clocks: bool,
    }
    /// A test has its result.
    TestFinal "test_final" {
        /// Its code.
        test: String,
        /// Who did it.
        operator: String,
        /// Who looked it over: another.
        reviewer: String,
        /// The kits and reagents that were used up for it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<Lot>,
        /// What was found.
        values: Vec<Value>,
    }
    /// The batch record was signed by somebody who did none of its steps.
    RecordSigned "record_signed" {
        /// Who signed.
        operator: String,
    }
    /// Put into a slot, by two scans of two people.
    PutAway "put_away" {
        /// Where.
        slot: Slot,
        /// Whose scan came first.
        operator: String,
        /// Whose came second.
        with: String,
    }
    /// Taken out of its slot.
    TakenOut "taken_out" {
        /// From where.
        slot: Slot,
        /// Whose scan came first.
        operator: String,
        /// Whose came second.
        with: String,
    }
    /// Everything is there: kept for good.
    Banked "banked" {
        /// Who released it into the store.
        operator: String,
        /// Who approved it: another.
        with: String,
    }
    /// Something is not as it should be.
    DeviationOpened "deviation_opened" {
        /// Which.
        deviation: Uuid,
        /// Of what.
        of: DeviationKind,
        /// What.
        said: String,
        /// Who opened it. A feed always says so; none: the house opened it by itself, or it was told before feeds had to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    }
    /// Looked into and closed, by somebody else than who opened it.
    DeviationClosed "deviation_closed" {
        /// Which.
        deviation: Uuid,
        /// What came of it.
        said: String,
        /// Who closed it: another. A feed always says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    }
    /// Nothing happens to it until what is open is looked into.
    Held "held" {
        /// Why: what the deviation is of.
        of: DeviationKind,
    }
    /// Free again.
    HoldLifted "hold_lifted" {
        /// Who said so.
        operator: String,
        /// Who agreed: another.
        with: String,
    }
    /// In the register of units that fit others.
    Listed "listed" {}
    /// Taken from the register again.
    Unlisted "unlisted" {}
    /// Reserved for a patient, by the pseudonym of the request.
    Reserved "reserved" {
        /// The request.
        request: String,
    }
    /// Not reserved any more.
    ReservationEnded "reservation_ended" {
        /// The request.
        request: String,
    }
    /// Tested once more, for the patient.
    ConfirmatoryTesting "confirmatory_testing" {}
    /// A step of a release was done.
    ReleaseStepDone "release_step_done" {
        /// Its code in the catalogue.
        step: String,
        /// Who did it.
        operator: String,
        /// Who was there, where two are needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<String>,
        /// What was read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<Value>,
    }
    /// May leave.
    ReleaseApproved "release_approved" {
        /// Who approved it.
        operator: String,
        /// Who else: another.
        with: String,
    }
    /// Left its tank for the journey. (The slot is told by `taken_out`.)
    Retrieved "retrieved" {
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// Left the bank.
    Shipped "shipped" {
        /// Who carries it.
        carrier: String,
        /// The dry shipper's warmest at departure, in °C.
        shipper_c: f64,
        /// By whom, with which logger; where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handed: Option<Handed>,
    }
    /// Arrived at the hospital.
    Delivered "delivered" {
        /// The warmest on its way, in °C.
        max_c: f64,
    }
    /// Given to the patient.
    Infused "infused" {}
    /// Warmed, and not to be used.
    Exposed "exposed" {
        /// The warmest, in °C.
        max_c: f64,
    }
    /// Destroyed.
    Discarded "discarded" {
        /// Why, in a word of the laboratory.
        reason: String,
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// Given to research, with consent.
    GivenToResearch "given_to_research" {
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// Went to another bank.
    TransferredOut "transferred_out" {
        /// Which.
        bank: String,
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// Given out at the family's wish.
    FamilyReleased "family_released" {
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// What an earlier event said is wrong. The event stays; this one says what is right.
    Corrected "corrected" {
        /// The earlier event's number in this unit's chain.
        seq: u32,
        /// Why.
        said: String,
        /// Who.
        operator: String,
        /// Who else.
        with: String,
    }
    /// It belongs to a family, by its contract. The house alone says so.
    Assigned "assigned" {
        /// Which: a digest of the unit's id and the family's, made by `chain::of_family`. The family's id stands in no event.
        family: Hex<32>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_one_however_its_number_is_typed() {
        for typed in ["L26-014", "l26-014", " L26-014\u{200B}", "Ｌ２６－０１４", "L26 -014\u{3000}"] {
            assert_eq!(Lot::plain(typed), "L26-014", "{typed:?}");
        }
        assert_ne!(Lot::plain("L26-0l4"), "L26-014");
    }
}
