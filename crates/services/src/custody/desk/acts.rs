//! What two people do, in one table: what each act is called, which event it becomes, and what whoever proposes it is asked for. Where
//! it may happen says the domain ([`ahead`]), and who proposes and confirms it, too ([`says`]).

use crate::custody::UnitView;
use domain::account::Capability;
use domain::custody::guard::guard;
use domain::custody::{Catalogue, Facts, Kind, Pool, Progress, State, Unmet, says};

/// What whoever proposes an act is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// The bag, scanned by both.
    Bag,
    /// The slot, scanned by both.
    Slot,
    /// Why.
    Reason,
    /// The number of an event.
    Event,
    /// A name in one line: a request, a courier, a bank.
    Name,
    /// Degrees Celsius.
    Celsius,
    /// The logger that was started.
    Logger,
    /// Steps of the release.
    Steps,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident $name:literal => $kind:ident [$($ask:ident),*])+) => {
        /// What two people do.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Act { $($(#[$doc])* $act,)+ }

        impl Act {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$act),+];

            /// As stored, in forms, and as the end of a translation key.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$act => $name,)+ }
            }

            /// What happens to the unit by it, last.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$act => Kind::$kind,)+ }
            }

            /// What is asked for.
            pub const fn asked(self) -> &'static [Ask] {
                match self { $(Self::$act => &[$(Ask::$ask),*],)+ }
            }
        }
    };
}

acts! {
    /// Releases it into the store, everything being there.
    Bank "bank" => Banked []
    /// Ends a hold.
    LiftHold "lift_hold" => HoldLifted []
    /// Puts it into the register of units that fit others.
    List "list" => Listed []
    /// Takes it from there.
    Unlist "unlist" => Unlisted []
    /// Reserves it for a patient.
    Reserve "reserve" => Reserved [Name]
    /// Begins its tests for the patient.
    BeginTesting "begin_testing" => ConfirmatoryTesting []
    /// Notes steps of its release that were done.
    NoteSteps "note_steps" => ReleaseStepDone [Steps]
    /// Lets it leave.
    ApproveRelease "approve_release" => ReleaseApproved []
    /// Takes it for its journey.
    Retrieve "retrieve" => Retrieved [Bag]
    /// Hands it to a courier.
    Ship "ship" => Shipped [Bag, Name, Celsius, Logger]
    /// Notes that the hospital has it.
    Deliver "deliver" => Delivered [Celsius]
    /// Notes that the patient was given it.
    Infuse "infuse" => Infused []
    /// Ends a reservation.
    EndReservation "end_reservation" => ReservationEnded [Name]
    /// Puts it into a slot.
    PutAway "put_away" => PutAway [Bag, Slot]
    /// Takes it out of its slot.
    TakeOut "take_out" => TakenOut [Bag, Slot]
    /// Takes it out of its slot and puts it into another.
    Move "move" => PutAway [Bag, Slot]
    /// Gives it to research.
    GiveToResearch "give_to_research" => GivenToResearch [Bag]
    /// Gives it to another bank.
    TransferOut "transfer_out" => TransferredOut [Bag, Name]
    /// Gives it out at the family's wish.
    ReleaseToFamily "release_to_family" => FamilyReleased [Bag]
    /// Notes that it was warmed, and is not to be used.
    Expose "expose" => Exposed [Celsius]
    /// Destroys it.
    Discard "discard" => Discarded [Reason]
    /// Says what an earlier event should have said.
    Correct "correct" => Corrected [Event, Reason]
}

impl Act {
    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.name() == name)
    }

    /// Whether this is asked for.
    pub fn asks(self, what: Ask) -> bool {
        self.asked().contains(&what)
    }

    /// Three people do it: before it is confirmed somebody else looks it over.
    pub const fn needs_third(self) -> bool {
        matches!(self, Self::Ship)
    }

    /// Who confirms it: what a unit is worth is decided by quality, which coordinates its handing over, too; all else by anybody of the
    /// laboratory. Steps of a release that are judgements or approvals are quality's to propose and to confirm: two people of it
    /// ([`super::Proposal::goes_on_by`]).
    pub fn confirmed_by(self) -> Capability {
        says(self.kind(), None).confirms()
    }
}

/// What is missing before an act can happen to a unit, by the domain's own guards; nothing where it can. `None`: it does not happen
/// where the unit is, or to one that nothing more can be said of.
pub fn ahead(unit: &UnitView, act: Act) -> Option<Vec<Unmet>> {
    unit.standing.after(act.kind()).filter(|_| unit.readable)?;
    let placed = unit.place.is_some();
    match act {
        // Of a unit that is kept for one family it is not asked at all: nothing that could come would let it.
        Act::List if !Pool::is_for_others(unit.pool) => None,
        Act::NoteSteps if !is_in_release(unit) || unit.release.is_complete() => None,
        Act::Move => Some(if placed { Vec::new() } else { vec![Unmet::NotPlaced] }),
        act => Some(guard(act.kind(), &facts(unit))),
    }
}

/// Whether a unit's release is something to look at: steps of it are done, or it can be asked for.
pub fn is_in_release(unit: &UnitView) -> bool {
    let asked_for = matches!(
        unit.standing.reached(),
        State::Listed
            | State::Reserved
            | State::CtTesting
            | State::ReleaseApproved
            | State::Retrieved
            | State::Shipped
            | State::Delivered
            | State::Infused
    );
    asked_for || unit.release.count() > 0
}

fn facts(unit: &UnitView) -> Facts {
    let missing = |list: &Progress, of: fn(&Catalogue) -> u64| of(&list.catalogue) & !list.done;
    let open = unit.deviations.iter().filter(|deviation| deviation.closed_at.is_none()).count();
    Facts {
        pool: unit.pool,
        steps_missing: missing(&unit.steps, Catalogue::all),
        recorded_missing: missing(&unit.steps, Catalogue::recorded),
        tests_missing: missing(&unit.tests, Catalogue::all),
        approval_missing: missing(&unit.release, Catalogue::before_approval),
        shipping_missing: missing(&unit.release, Catalogue::before_shipping),
        record_signed: unit.record_signed,
        open_deviations: u32::try_from(open).unwrap_or(u32::MAX),
        place: unit.place.as_ref().map(|place| place.tank_use),
        research_agreed: unit.research_agreed,
        // Nobody takes a unit in at the desk.
        transit_minutes: 0,
        transit_limit: u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_the_name_it_is_found_by() {
        for act in Act::ALL {
            assert_eq!(Act::from_name(act.name()), Some(*act));
        }
        assert_eq!(Act::from_name("give_away"), None);
    }

    #[test]
    fn what_a_unit_is_worth_is_confirmed_by_quality_and_where_it_lies_by_the_laboratory() {
        let by_quality: Vec<Act> =
            Act::ALL.iter().copied().filter(|act| act.confirmed_by() == Capability::ReleaseUnits).collect();
        assert_eq!(
            by_quality,
            [
                Act::Bank,
                Act::LiftHold,
                Act::List,
                Act::ApproveRelease,
                Act::Ship,
                Act::GiveToResearch,
                Act::TransferOut,
                Act::ReleaseToFamily,
                Act::Expose,
                Act::Discard,
                Act::Correct,
            ]
        );
    }

    #[test]
    fn whatever_leaves_the_house_is_scanned_by_both() {
        for act in [Act::Retrieve, Act::Ship, Act::GiveToResearch, Act::TransferOut, Act::ReleaseToFamily] {
            assert!(act.asks(Ask::Bag), "{act:?}");
        }
        // A slot is never scanned without the bag that lies there.
        assert!(Act::ALL.iter().all(|act| !act.asks(Ask::Slot) || act.asks(Ask::Bag)));
    }
}
