//! How much the public may take and try from one network.

use super::{book, house_with_session, network, officer, party};
use domain::account::Actor;
use domain::booking::{PartySize, Refusal};
use domain::contact::{Contact, PersonName};
use domain::ids::{DraftId, SessionId};
use jiff::SignedDuration;
use services::Context;
use services::booking::{self, BookingError, DraftView};
use services::limits::{self, Limit, Network};
use testkit::TestHouse;

const BROWSER: &str = "the random token of one browser";

fn elsewhere() -> Network {
    Network::of([198, 51, 100, 7].into())
}

/// Uses up all but `left` of a limit.
async fn use_up(house: &TestHouse, limit: &Limit, network: &Network, left: u32) {
    let hits = limit.hits - left;
    limits::hit_times(&house.services, limit, network.as_str(), hits).await.expect("within the limit");
}

async fn begin(
    house: &TestHouse,
    context: &Context,
    session: SessionId,
    network: &Network,
) -> Result<DraftId, BookingError> {
    booking::begin(&house.services, context, session, PartySize::new(1).expect("a size"), BROWSER, network).await
}

async fn read(house: &TestHouse, draft: DraftId) -> DraftView {
    read_in(house, draft, BROWSER).await
}

async fn read_in(house: &TestHouse, draft: DraftId, browser: &str) -> DraftView {
    let visitor = house.context(Actor::Anonymous);
    booking::read(&house.services, &visitor, draft, browser).await.expect("its own browser reads it")
}

fn is_limited<T>(answer: &Result<T, BookingError>) -> bool {
    matches!(answer, Err(BookingError::NetworkLimited { retry_after: 1.. }))
}

#[tokio::test]
async fn one_network_takes_so_many_places_and_others_are_free() {
    let (house, session) = house_with_session(50).await;
    let visitor = house.context(Actor::Anonymous);
    use_up(&house, &limits::BOOKING_PER_NETWORK, &network(), 1).await;
    let two = PartySize::new(2).expect("a size");
    let pair = booking::begin(&house.services, &visitor, session, two, BROWSER, &network()).await;
    assert!(is_limited(&pair), "people are counted, not calls");
    let draft = begin(&house, &visitor, session, &network()).await.expect("the last one");
    assert!(is_limited(&begin(&house, &visitor, session, &network()).await));
    let one = PartySize::new(1).expect("a size");
    let held = read(&house, draft).await;
    let other = booking::take_other(&house.services, &visitor, &held, session, one, BROWSER, &network()).await;
    assert!(is_limited(&other), "another session is another place");
    assert_eq!(read(&house, draft).await.held_until, held.held_until, "and the places stay kept");

    begin(&house, &visitor, session, &elsewhere()).await.expect("another network");
    begin(&house, &visitor, session, &Network::of([127, 0, 0, 1].into())).await.expect("behind an unnamed proxy");
    begin(&house, &officer(&house), session, &network()).await.expect("staff are not counted");
    book(&house.services, session, 1, 1).await.expect("nor are machines");
}

/// One request is not a network's: what no booking could be counts nothing, however many people it names.
#[tokio::test]
async fn what_the_rules_refuse_takes_no_places_of_a_network() {
    let (house, session) = house_with_session(50).await;
    let visitor = house.context(Actor::Anonymous);
    // Far beyond the days that can be booked by now.
    let later = super::add_session(&house, "2026-08-20T09:00:00+08:00", 50).await;
    use_up(&house, &limits::BOOKING_PER_NETWORK, &network(), 1).await;
    let crowd = PartySize::new(500).expect("a size");
    for _ in 0..3 {
        let large = booking::begin(&house.services, &visitor, session, crowd, BROWSER, &network()).await;
        assert!(matches!(large, Err(BookingError::Refused(Refusal::PartyTooLarge { .. }))), "{large:?}");
        let waits = booking::begin_waiting(&house.services, &visitor, session, crowd, BROWSER, &network()).await;
        assert!(matches!(waits, Err(BookingError::Refused(Refusal::PartyTooLarge { .. }))), "{waits:?}");
        let early = begin(&house, &visitor, later, &network()).await;
        assert!(matches!(early, Err(BookingError::Refused(Refusal::NotOpenYet { .. }))), "{early:?}");
    }
    let draft = begin(&house, &visitor, session, &network()).await.expect("the last place is still there");
    let held = read(&house, draft).await;
    let other = booking::take_other(&house.services, &visitor, &held, session, crowd, BROWSER, &network()).await;
    assert!(matches!(other, Err(BookingError::Refused(Refusal::PartyTooLarge { .. }))), "{other:?}");
    assert!(is_limited(&begin(&house, &visitor, session, &network()).await), "and now it is taken");
}

/// A draft of a browser of its own that only needs its last button.
async fn proven(house: &TestHouse, session: SessionId, mailbox: &str) -> DraftId {
    let visitor = house.context(Actor::Anonymous);
    let one = PartySize::new(1).expect("a size");
    let begun = booking::begin(&house.services, &visitor, session, one, mailbox, &elsewhere()).await;
    let id = begun.expect("there is room");
    let (name, contact) = (PersonName::parse("演示·周一帆"), Contact::parse(mailbox));
    let (name, contact) = (name.expect("a name"), contact.expect("an address"));
    let draft = read_in(house, id, mailbox).await;
    booking::save(&house.services, &visitor, &draft, name, contact.clone(), party(1, 0), &elsewhere())
        .await
        .expect("it is kept");
    let code = crate::account::sent_code(house, &contact).await;
    let draft = read_in(house, id, mailbox).await;
    booking::prove(&house.services, &visitor, draft, &code, &elsewhere()).await.expect("the right code");
    id
}

#[tokio::test]
async fn who_keeps_places_is_not_turned_away_at_the_last_button() {
    let (house, session) = house_with_session(50).await;
    let (first, second) =
        (proven(&house, session, "one@example.com").await, proven(&house, session, "two@example.com").await);
    use_up(&house, &limits::BOOKING_PER_NETWORK, &network(), 0).await;
    let visitor = house.context(Actor::Anonymous);
    let draft = read_in(&house, first, "one@example.com").await;
    booking::confirm(&house.services, &visitor, &draft, &network()).await.expect("its places were counted before");

    // Ten minutes later the places are no longer kept, and the window has not slid on yet: taking them anew is counted.
    house.services.clock.advance(SignedDuration::from_mins(10));
    let visitor = house.context(Actor::Anonymous);
    let draft = read_in(&house, second, "two@example.com").await;
    assert_eq!(draft.held_until, None);
    assert!(is_limited(&booking::confirm(&house.services, &visitor, &draft, &network()).await));
    booking::confirm(&house.services, &visitor, &draft, &elsewhere()).await.expect("another network");
}

#[tokio::test]
async fn one_network_tries_so_many_links() {
    let house = TestHouse::new().await;
    let visitor = house.context(Actor::Anonymous);
    use_up(&house, &limits::LINK_PER_NETWORK, &network(), 1).await;
    let found = booking::led_nowhere(&house.services, &visitor, &network()).await;
    assert!(matches!(found, BookingError::NotFound), "{found:?}");
    let found = booking::led_nowhere(&house.services, &visitor, &network()).await;
    assert!(matches!(found, BookingError::NetworkLimited { retry_after: 1.. }), "{found:?}");
    for (context, network) in [(&visitor, elsewhere()), (&officer(&house), network())] {
        let found = booking::led_nowhere(&house.services, context, &network).await;
        assert!(matches!(found, BookingError::NotFound), "{found:?}");
    }
}

#[tokio::test]
async fn one_network_asks_for_and_tries_so_many_codes() {
    let (house, session) = house_with_session(50).await;
    let visitor = house.context(Actor::Anonymous);
    let id = begin(&house, &visitor, session, &elsewhere()).await.expect("there is room");
    let (name, contact) = (PersonName::parse("演示·周一帆"), Contact::parse("one@example.com"));
    let (name, contact) = (name.expect("a name"), contact.expect("an address"));
    use_up(&house, &limits::CODE_PER_NETWORK, &network(), 0).await;
    let save = async |network: &Network| {
        let draft = read(&house, id).await;
        booking::save(&house.services, &visitor, &draft, name.clone(), contact.clone(), party(1, 0), network).await
    };
    assert!(is_limited(&save(&network()).await));
    assert!(read(&house, id).await.typed.is_some(), "what was typed is kept all the same");
    assert!(is_limited(&booking::resend(&house.services, &visitor, &read(&house, id).await, &network()).await));
    save(&elsewhere()).await.expect("another network");
    let code = crate::account::sent_code(&house, &contact).await;

    use_up(&house, &limits::CODE_TRIES_PER_NETWORK, &network(), 0).await;
    let try_code = async |network: &Network| {
        booking::prove(&house.services, &visitor, read(&house, id).await, &code, network).await
    };
    assert!(is_limited(&try_code(&network()).await));
    try_code(&elsewhere()).await.expect("the right code from another network");
}
