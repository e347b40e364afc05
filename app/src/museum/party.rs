//! How many come: the number of a form, and a booking that becomes smaller.

use super::calls::{changed, handle, refused, version};
use crate::calls::{Answer, Asked};
use domain::booking::{Party, PartySize, Refusal};
use domain::field::{Fault, Faults};
use domain::typed::digits;
use services::booking::{self, BookingError, BookingView};

/// How many come. No activity takes as many as nobody can book, and its rules say themselves how many they take.
pub(super) fn party_size(asked: &Asked) -> Result<PartySize, Fault> {
    let most = u32::from(PartySize::MAX);
    PartySize::new(digits(asked.field("people"))?.min(most))
}

/// A booking becomes smaller.
pub(super) async fn party(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let mut faults = Faults::default();
    let Some(party) = Party::parse(asked.field("people"), asked.field("children"), &mut faults) else {
        return refused(&asked, page, BookingError::Fields(faults.into_errors()));
    };
    let before = booking::view(&asked.services, &asked.context, &handle).await.ok();
    match booking::change_party(&asked.services, &asked.context, handle, version(&asked), party).await {
        Err(BookingError::Refused(refusal)) => refused(&asked, page, at_its_field(refusal, before.as_ref(), party)),
        result => changed(&asked, page, "changed", result).await,
    }
}

/// What was refused because of a number, beside that number.
fn at_its_field(refusal: Refusal, before: Option<&BookingView>, party: Party) -> BookingError {
    let booked = before.map_or(0, |booking| booking.party.people.get());
    match refusal {
        Refusal::NotSmaller if booked > 0 && party.people.get() > booked => {
            BookingError::field("people", Fault::OutOfRange { min: 1, max: booked })
        }
        Refusal::ChildrenNeedAdult => BookingError::field("children", Fault::ChildrenNeedAdult),
        refusal => refusal.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_number_of_children_stands_beside_it() {
        let party = Party::new(PartySize::new(1).expect("one"), 1).expect("a party");
        let error = at_its_field(Refusal::ChildrenNeedAdult, None, party);
        assert!(matches!(error, BookingError::Fields(errors) if errors[0].field == "children"));
        let error = at_its_field(Refusal::TooLate, None, party);
        assert!(matches!(error, BookingError::Refused(Refusal::TooLate)));
    }
}
