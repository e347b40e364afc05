//! How many come: the number of a form, and a booking that becomes smaller.

use super::calls::{changed, handle, one, refused, version};
use super::document;
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
    let stay = document::stay(&asked);
    // Where everybody's document is there, who still comes says how many.
    let people = match asked.names().any(|name| name == "people") {
        true => asked.field("people").to_owned(),
        false if stay.is_empty() => return one(&asked, document::STAY, page, Fault::Required),
        false => stay.len().to_string(),
    };
    let mut faults = Faults::default();
    let Some(party) = Party::parse(&people, asked.field("children"), &mut faults) else {
        return refused(&asked, page, BookingError::Fields(faults.into_errors()));
    };
    let (services, context, version) = (&asked.services, &asked.context, version(&asked));
    let before = booking::view(services, context, &handle).await.ok();
    let result = if stay.is_empty() {
        booking::change_party(services, context, handle, version, party).await
    } else {
        booking::change_party_of(services, context, handle, version, (party, stay)).await
    };
    match result {
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
