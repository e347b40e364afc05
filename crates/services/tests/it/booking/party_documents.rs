//! Identity documents of everybody in a party: each needed, each counted, each forgotten with its person.

use super::closing::{closing, number};
use super::documents::{asking, documents_kept, handle, morning, read, rules};
use super::races::servers;
use super::waiting::{Party as Waits, joined, look};
use super::{add_session, machine, network, officer, party, person, steward};
use domain::account::{Actor, DeviceRole};
use domain::booking::{IdentityRule, PartySize, Policy, Refusal, WaitingState};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind, Shown};
use domain::field::{Fault, FieldError};
use domain::ids::{BookingId, SessionId};
use jiff::SignedDuration;
use services::booking::{self, Booked, BookingError, Guard, Handle, OnBehalf, Scope};
use services::{Services, privacy};
use testkit::{Gate, TestHouse};

/// The document of somebody born that day, by GB 11643.
fn born(day: &str, order: usize) -> Document {
    let digits = format!("370102{day}{order:03}");
    let sum = digits.bytes().fold(0, |sum, byte| (sum * 2 + u32::from(byte - b'0')) % 11);
    let check = b"0123456789X"[((12 - (sum * 2) % 11) % 11) as usize] as char;
    let today = jiff::civil::date(2026, 7, 20);
    Document::parse(DocumentKind::Resident, &format!("{digits}{check}"), today).expect("it can exist")
}

fn adult(n: usize) -> Document {
    born("19800101", n)
}

fn child(n: usize) -> Document {
    born("20180601", n)
}

fn shown(documents: impl IntoIterator<Item = Document>) -> Shown {
    documents.into_iter().map(Some).collect()
}

/// The n-th person books for everybody who shows a document, of whom so many are children.
async fn show(
    services: &Services,
    session: SessionId,
    n: usize,
    (people, children): (u32, u32),
    documents: &Shown,
) -> Result<Booked, BookingError> {
    let asked = OnBehalf { session, person: person(n), party: party(people, children), key: format!("key-{n}") };
    booking::book_showing(services, &machine(services), asked, documents).await
}

fn faults<T: std::fmt::Debug>(answer: Result<T, BookingError>, expected: &[(&str, Fault)]) {
    let Err(BookingError::Fields(faults)) = &answer else { panic!("faults of a form are told: {answer:?}") };
    let expected: Vec<_> = expected.iter().map(|(field, fault)| FieldError::new(*field, *fault)).collect();
    assert_eq!(*faults, expected);
}

fn used<T: std::fmt::Debug>(answer: Result<T, BookingError>, by: u32) {
    assert!(
        matches!(answer, Err(BookingError::Refused(Refusal::DocumentLimitOf { nth })) if nth == by),
        "the document of person {by}: {answer:?}"
    );
}

async fn companions_kept(house: &TestHouse) -> i64 {
    number(house, "select coalesce(sum(cardinality(companion_index)), 0)::bigint from booking").await
}

async fn seen(house: &TestHouse, id: BookingId) -> booking::BookingView {
    booking::view(&house.services, &officer(house), &handle(id)).await.expect("seen")
}

#[tokio::test]
async fn everybody_shows_their_own_and_each_fault_is_its_persons() {
    let house = asking(IdentityRule::Everybody).await;
    let session = morning(&house, 20).await;
    let services = &house.services;
    let required = |n| (n, Fault::Required);
    let none = show(services, session, 1, (3, 1), &Shown::default()).await;
    faults(none, &[required("document"), required("document_2"), required("document_3")]);
    let gap = Shown::from_iter([Some(adult(1)), None, Some(child(1))]);
    faults(show(services, session, 1, (3, 1), &gap).await, &[required("document_2")]);
    let twice = shown([adult(1), child(1), adult(1)]);
    let fault = ("document_3", Fault::DocumentTwice { nth: 1 });
    faults(show(services, session, 1, (3, 1), &twice).await, &[fault]);
    let family = shown([adult(1), adult(2), child(1)]);
    let fault = ("children", Fault::ChildrenByDocuments { min: 1, max: 1 });
    faults(show(services, session, 1, (3, 0), &family).await, &[fault]);
    let made = show(services, session, 1, (3, 1), &family).await.expect("a family");
    assert_eq!(seen(&house, made.booking).await.documents, family);
    assert_eq!((documents_kept(&house).await, companions_kept(&house).await), (1, 2));
    // Of more than come nobody's is kept.
    let more = shown([adult(3), adult(4)]);
    let made = show(services, session, 2, (1, 0), &more).await.expect("alone");
    assert_eq!(seen(&house, made.booking).await.documents, shown([adult(3)]));
}

#[tokio::test]
async fn at_the_counter_a_fault_is_its_persons_and_gaps_are_none_in_what_is_kept() {
    let house = asking(IdentityRule::Everybody).await;
    let session = morning(&house, 20).await;
    let by = officer(&house);
    let ask = async |key: &str, documents: [Option<Document>; 3]| {
        let asked = OnBehalf { session, person: person(1), party: party(3, 0), key: key.into() };
        booking::book_showing(&house.services, &by, asked, &Shown::from_iter(documents)).await
    };
    let twice = ask("twice", [Some(adult(1)), None, Some(adult(1))]).await;
    faults(twice, &[("document_3", Fault::DocumentTwice { nth: 1 })]);
    let twice = ask("twice-behind", [None, Some(adult(1)), Some(adult(1))]).await;
    faults(twice, &[("document_3", Fault::DocumentTwice { nth: 2 })]);
    let made = ask("gap", [None, Some(adult(1)), Some(adult(2))]).await.expect("staff may leave one out");
    assert_eq!(seen(&house, made.booking).await.documents, shown([adult(1), adult(2)]));
}

#[tokio::test]
async fn a_companions_document_is_counted_as_that_of_who_books() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let session = morning(&house, 20).await;
    let afternoon = add_session(&house, "2026-07-21T15:00:00+08:00", 20).await;
    let next_day = add_session(&house, "2026-07-22T15:00:00+08:00", 20).await;
    let first = show(services, session, 1, (2, 0), &shown([adult(1), adult(2)])).await.expect("the first");
    // As a companion again, and as who books.
    used(show(services, afternoon, 2, (2, 0), &shown([adult(3), adult(2)])).await, 2);
    used(show(services, afternoon, 2, (2, 0), &shown([adult(2), adult(3)])).await, 1);
    // Who booked, as somebody's companion.
    used(show(services, afternoon, 2, (2, 0), &shown([adult(3), adult(1)])).await, 2);
    let moves = show(services, next_day, 2, (2, 0), &shown([adult(3), adult(2)])).await.expect("another day");
    let view = seen(&house, moves.booking).await;
    let link = || Handle::Link(booking::manage_link(services, view.id, view.ends_at));
    let visitor = house.context(Actor::Anonymous);
    used(booking::move_to(services, &visitor, link(), None, afternoon).await, 2);
    booking::cancel(services, &officer(&house), handle(first.booking), None).await.expect("cancelled");
    assert_eq!(companions_kept(&house).await, 1, "a cancelled booking forgets everybody's");
    booking::move_to(services, &visitor, link(), None, afternoon).await.expect("free again");
}

/// Twenty parties of two, each with a contact of its own and one companion whom all have in common, on two sessions of a day
/// and two servers: how many get in.
async fn race(guard: Guard) -> usize {
    let house = asking(IdentityRule::Everybody).await;
    let sessions = [morning(&house, 50).await, add_session(&house, "2026-07-21T15:00:00+08:00", 50).await];
    let servers = servers(&house, 2, guard).await;
    // Without the guard both sessions have decided before either writes.
    let gate = match guard {
        Guard::WithoutPersons => Some(Gate::before(&house.db, "booking").await),
        Guard::Lock | Guard::NegativeControl => None,
    };
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (server, session) = (servers[n % 2].clone(), sessions[n % 2]);
            tokio::spawn(async move { show(&server, session, n, (2, 0), &shown([adult(n), adult(500)])).await })
        })
        .collect();
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    let mut won = 0;
    for one in tries {
        match one.await.expect("no client panics") {
            Ok(_) => won += 1,
            answer => used(answer, 2),
        }
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn one_companion_of_two_parties_on_a_day_comes_with_one_of_them() {
    assert_eq!(race(Guard::Lock).await, 1);
    // Without the lock of the document the two sessions do not see each other.
    let twice = race(Guard::WithoutPersons).await;
    assert!(twice > 1, "the race proves nothing: without its guard nobody got in twice");
}

#[tokio::test]
async fn what_is_typed_for_each_waits_sealed_in_the_draft() {
    let house = asking(IdentityRule::Everybody).await;
    let session = morning(&house, 9).await;
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    let two = PartySize::new(2).expect("a size");
    let browser = super::documents::BROWSER;
    let id = booking::begin(services, &visitor, session, two, browser, &network()).await.expect("there is room");
    // The second is read before the first; neither is lost.
    let kept =
        booking::keep_documents(services, &read(&house, id).await, Shown::from_iter([None, Some(adult(2))])).await;
    assert_eq!(kept.expect("kept").all().count(), 1);
    let all = booking::keep_documents(services, &read(&house, id).await, shown([adult(1)])).await.expect("kept");
    assert_eq!((all, read(&house, id).await.documents), (shown([adult(1), adult(2)]), shown([adult(1), adult(2)])));
    let contact = Contact::parse("shows-two@example.com").expect("an address");
    let name = PersonName::parse("演示·林小满").expect("a name");
    let draft = read(&house, id).await;
    booking::save(services, &visitor, &draft, name, contact.clone(), party(2, 0), &network()).await.expect("kept");
    let code = crate::account::sent_code(&house, &contact).await;
    let draft = booking::prove(services, &visitor, read(&house, id).await, &code, &network()).await.expect("proven");
    let made = booking::confirm(services, &visitor, &draft, &network()).await.expect("booked");
    assert_eq!(seen(&house, made).await.documents, shown([adult(1), adult(2)]));
    assert!(read(&house, id).await.documents.is_empty(), "the draft keeps no copy");
}

#[tokio::test]
async fn who_still_comes_is_said_and_the_others_documents_are_forgotten() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let session = morning(&house, 20).await;
    let family = shown([adult(1), adult(2), child(1)]);
    let made = show(services, session, 1, (3, 1), &family).await.expect("a family");
    let by = officer(&house);
    let smaller = async |children, stay: Option<Vec<usize>>| {
        let handle = handle(made.booking);
        match stay {
            None => booking::change_party(services, &by, handle, None, party(2, children)).await,
            Some(stay) => booking::change_party_of(services, &by, handle, None, (party(2, children), stay)).await,
        }
    };
    let choose = [("stay", Fault::StayChoose { people: 2 })];
    faults(smaller(1, None).await, &choose);
    for wrong in [vec![], vec![0], vec![0, 1, 2], vec![7, 8]] {
        faults(smaller(1, Some(wrong)).await, &choose);
    }
    let fault = ("children", Fault::ChildrenByDocuments { min: 1, max: 1 });
    faults(smaller(0, Some(vec![0, 2])).await, &[fault]);
    let after = smaller(1, Some(vec![0, 2])).await.expect("two come");
    assert_eq!((after.party, &after.documents), (party(2, 1), &shown([adult(1), child(1)])));
    assert_eq!(companions_kept(&house).await, 1);
    // Who does not come any more comes with somebody else.
    show(services, session, 2, (1, 0), &shown([adult(2)])).await.expect("free again");
    used(show(services, session, 3, (2, 1), &shown([adult(3), child(1)])).await, 2);
    // Who booked may be the one who stays away.
    let last = booking::change_party_of(services, &by, handle(made.booking), None, (party(1, 1), vec![1])).await;
    assert!(matches!(last, Err(BookingError::Refused(Refusal::ChildrenNeedAdult))), "{last:?}");
}

#[tokio::test]
async fn what_was_typed_with_an_offer_stays_with_it_and_no_longer() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let session = morning(&house, 2).await;
    let full = show(services, session, 1, (2, 0), &shown([adult(1), adult(2)])).await.expect("the only places");
    let waits = joined(&house, session, 11, 2).await;
    let visitor = house.context(Actor::Anonymous);
    let typed = || number(&house, "select count(*) from waiting_entry where document_sealed is not null");
    // There is no offer yet: nothing is kept.
    let early = booking::keep_offer_documents(services, &visitor, &waits.link, shown([adult(3)])).await;
    assert!(matches!(early, Err(BookingError::Refused(Refusal::OfferEnded))), "{early:?}");
    assert_eq!(typed().await, 0);
    booking::cancel(services, &officer(&house), handle(full.booking), None).await.expect("cancelled");
    assert_eq!(look(&house, &waits).await.state, WaitingState::Offered);
    booking::keep_offer_documents(services, &visitor, &waits.link, shown([adult(3)])).await.expect("kept");
    let gap = booking::accept(services, &visitor, &waits.link, session).await;
    faults(gap, &[("document_2", Fault::Required)]);
    let second = Shown::from_iter([None, Some(child(1))]);
    booking::keep_offer_documents(services, &visitor, &waits.link, second).await.expect("kept");
    assert_eq!(booking::offer_documents(services, &visitor, &waits.link).await.expect("there").all().count(), 2);
    // That nobody is a child was said when it joined the list; the documents know better.
    let made = booking::accept(services, &visitor, &waits.link, session).await.expect("taken");
    let view = seen(&house, made).await;
    assert_eq!((view.documents, view.party), (shown([adult(3), child(1)]), party(2, 1)));
    assert_eq!(typed().await, 0, "the entry keeps no copy");
    let late = booking::keep_offer_documents(services, &visitor, &waits.link, shown([adult(4)])).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::OfferEnded))), "{late:?}");
    assert_eq!(typed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_at_once_lose_no_document_of_a_draft_or_an_offer() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let visitor = house.context(Actor::Anonymous);
    let afternoon = add_session(&house, "2026-07-21T15:00:00+08:00", 20).await;
    let waits = typed_with_an_offer(&house).await;
    let two = PartySize::new(2).expect("a size");
    let browser = super::documents::BROWSER;
    let draft = booking::begin(services, &visitor, afternoon, two, browser, &network()).await.expect("there is room");
    for n in 10..18 {
        let (first, second) = (adult(n), adult(n + 10));
        let both = shown([first.clone(), second.clone()]);
        let (one, other) = (|| shown([first.clone()]), || Shown::from_iter([None, Some(second.clone())]));
        // Both pages saw the draft as it was before either was sent.
        let seen = read(&house, draft).await;
        let kept = tokio::join!(
            booking::keep_documents(services, &seen, one()),
            booking::keep_documents(services, &seen, other()),
            booking::keep_offer_documents(services, &visitor, &waits.link, one()),
            booking::keep_offer_documents(services, &visitor, &waits.link, other()),
        );
        assert!(kept.0.is_ok() && kept.1.is_ok() && kept.2.is_ok() && kept.3.is_ok(), "{kept:?}");
        assert_eq!(read(&house, draft).await.documents, both);
        assert_eq!(booking::offer_documents(services, &visitor, &waits.link).await.expect("there"), both);
    }
}

/// A party of two that has an offer and typed documents with it.
async fn typed_with_an_offer(house: &TestHouse) -> Waits {
    let session = morning(house, 2).await;
    let services = &house.services;
    let full = show(services, session, 1, (2, 0), &shown([adult(1), adult(2)])).await.expect("the only places");
    let waits = joined(house, session, 11, 2).await;
    booking::cancel(services, &officer(house), handle(full.booking), None).await.expect("cancelled");
    let visitor = house.context(Actor::Anonymous);
    let documents = shown([adult(3), adult(4)]);
    booking::keep_offer_documents(services, &visitor, &waits.link, documents).await.expect("kept");
    waits
}

async fn typed_with_offers(house: &TestHouse) -> i64 {
    number(house, "select count(*) from waiting_entry where document_sealed is not null").await
}

#[tokio::test]
async fn an_offer_that_a_server_of_before_ends_takes_its_documents_along() {
    // As it wrote the end of an offer, and another offer in place of one that had run out.
    let ends = "update waiting_entry set state = 'waiting', offered_session = null, offer_expires_at = null";
    let other =
        "update waiting_entry set offered_session = (select id from session where id <> offered_session limit 1)";
    for before in [ends, other] {
        let house = asking(IdentityRule::Everybody).await;
        add_session(&house, "2026-07-21T15:00:00+08:00", 20).await;
        typed_with_an_offer(&house).await;
        sqlx::query("update waiting_entry set updated_at = updated_at")
            .execute(&house.db.owner_pool())
            .await
            .expect("nothing of the offer");
        assert_eq!(typed_with_offers(&house).await, 1, "the offer stands");
        sqlx::query(before).execute(&house.db.owner_pool()).await.expect("as it was written before");
        assert_eq!(typed_with_offers(&house).await, 0, "{before}");
    }
}

#[tokio::test]
async fn what_an_offer_left_behind_is_nobodys_and_the_clock_deletes_it() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let waits = typed_with_an_offer(&house).await;
    // As it was before the database saw to it.
    let before = "alter table waiting_entry disable trigger waiting_entry_documents;
                  update waiting_entry set state = 'waiting', offered_session = null, offer_expires_at = null";
    sqlx::raw_sql(before).execute(&house.db.owner_pool()).await.expect("the owner may");
    assert_eq!(typed_with_offers(&house).await, 1);
    let visitor = house.context(Actor::Anonymous);
    let seen = booking::offer_documents(services, &visitor, &waits.link).await.expect("the link is good");
    assert!(seen.is_empty(), "of an offer that stands, or nobody's");
    assert_eq!(privacy::preview(services).await.expect("counted").documents, 1);
    assert_eq!(privacy::erase_due(services).await.expect("what is due is erased").documents, 1);
    assert_eq!(typed_with_offers(&house).await, 0);
}

#[tokio::test]
async fn what_the_house_closed_hands_on_what_is_still_asked_for_and_forgets_after_a_week() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let session = add_session(&house, "2026-08-01T09:00:00+08:00", 9).await;
    let other = add_session(&house, "2026-08-02T09:00:00+08:00", 9).await;
    let closed = show(services, session, 1, (2, 0), &shown([adult(1), adult(2)])).await.expect("booked");
    let stays = show(services, session, 2, (2, 0), &shown([adult(3), adult(4)])).await.expect("booked");
    let by = officer(&house);
    booking::close(services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    rules(&house, Policy { identity: IdentityRule::Leader, ..Policy::default() }).await;
    let view = seen(&house, closed.booking).await;
    let link = booking::rebook_link(services, view.id, view.ends_at);
    let made =
        booking::rebook(services, &house.context(Actor::Anonymous), &link, other).await.expect("nothing is asked");
    assert_eq!(seen(&house, made).await.documents, shown([adult(1)]), "the companion's is asked for no more");
    assert!(seen(&house, closed.booking).await.documents.is_empty());
    // A week after the closing, days before the session would have been over for a week.
    house
        .services
        .clock
        .advance(SignedDuration::from_hours(24 * privacy::Term::Document.days().expect("a clock runs")));
    house.services.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(privacy::erase_due(services).await.expect("what is due is erased").documents, 1);
    assert!(seen(&house, stays.booking).await.documents.is_empty());
    assert_eq!((documents_kept(&house).await, companions_kept(&house).await), (1, 0));
}

#[tokio::test]
async fn a_server_of_before_that_forgets_one_forgets_all() {
    let house = asking(IdentityRule::Everybody).await;
    let session = morning(&house, 9).await;
    show(&house.services, session, 1, (2, 0), &shown([adult(1), adult(2)])).await.expect("booked");
    sqlx::query("update booking set document_sealed = null, document_index = null")
        .execute(&house.db.owner_pool())
        .await
        .expect("as it was written before");
    assert_eq!(companions_kept(&house).await, 0);
}

#[tokio::test]
async fn the_door_compares_the_ends_where_they_are_asked_for_and_nowhere_else() {
    let house = asking(IdentityRule::Everybody).await;
    let services = &house.services;
    let session = morning(&house, 9).await;
    let made = show(services, session, 1, (2, 1), &shown([adult(1), child(1)])).await.expect("booked");
    crate::door::go_to(&house, "2026-07-21T08:50:00+08:00");
    crate::door::device(&house, 'a', DeviceRole::Steward).await;
    let ends = async || {
        let ticket = booking::Ticket::Booking(made.booking);
        let found = booking::find(services, &steward(&house), &ticket).await.expect("looked up").expect("worth it");
        let held = crate::door::again(&house, 'a').await;
        let roster = services::door::roster(services, &held, None, None).await.expect("a roster");
        let text = serde_json::to_string(&roster.bookings).expect("JSON");
        assert!(!text.contains(adult(1).expose()) && !text.contains(child(1).expose()), "{text}");
        (found.documents, roster.bookings[0].documents.clone(), text.contains("documents"))
    };
    let both = vec![adult(1).last_four().to_owned(), child(1).last_four().to_owned()];
    assert_eq!(ends().await, (both.clone(), both.clone(), true));
    rules(&house, Policy { identity: IdentityRule::Leader, ..Policy::default() }).await;
    assert_eq!(ends().await, (both[..1].to_vec(), both[..1].to_vec(), true));
    rules(&house, Policy::default()).await;
    // A door app of before is told nothing that it does not know.
    assert_eq!(ends().await, (Vec::new(), Vec::new(), false));
}
