//! Identity documents, where an activity asks for them: needed, counted, sealed, forgotten.

use super::closing::{closing, number};
use super::races::servers;
use super::waiting::joined;
use super::{add_session, book, machine, museum, network, officer, party, people_booked, person};
use domain::account::{Actor, Denied};
use domain::booking::{IdentityRule, PartySize, Policy, Refusal};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind, Shown};
use domain::field::{Fault, FieldError};
use domain::ids::{BookingId, SessionId};
use jiff::SignedDuration;
use services::booking::{self, Booked, BookingError, DraftView, Guard, Handle, OnBehalf, Scope};
use services::{Services, privacy};
use testkit::{Gate, TestHouse};

pub const BROWSER: &str = "the random token of one browser";
/// The example of GB 11643, and one more.
const NUMBERS: [&str; 2] = ["11010519491231002X", "34052419800101001X"];

fn document(n: usize) -> Document {
    let today = jiff::civil::date(2026, 7, 20);
    Document::parse(DocumentKind::Resident, NUMBERS[n], today).expect("a number")
}

/// A museum that asks for the document of who books, or does not.
pub async fn asking(rule: IdentityRule) -> TestHouse {
    let house = TestHouse::new().await;
    museum(&house).await;
    rules(&house, Policy { identity: rule, ..Policy::default() }).await;
    house
}

pub async fn rules(house: &TestHouse, policy: Policy) {
    sqlx::query("update activity set policy = $1")
        .bind(serde_json::to_value(policy).expect("a policy is JSON"))
        .execute(&house.db.owner_pool())
        .await
        .expect("the rules are changed");
    // The picture everybody shares is a second old at most.
    house.services.clock.advance(SignedDuration::from_secs(2));
}

pub async fn morning(house: &TestHouse, capacity: u32) -> SessionId {
    add_session(house, "2026-07-21T09:00:00+08:00", capacity).await
}

/// The n-th person books and shows a document.
async fn show(
    services: &Services,
    session: SessionId,
    n: usize,
    document: Option<Document>,
) -> Result<Booked, BookingError> {
    let asked = OnBehalf { session, person: person(n), party: party(1, 0), key: format!("key-{n}") };
    booking::book_showing(services, &machine(services), asked, &Shown::leader(document)).await
}

fn needed<T: std::fmt::Debug>(answer: Result<T, BookingError>) {
    let Err(BookingError::Fields(faults)) = &answer else { panic!("a document is needed: {answer:?}") };
    assert_eq!(*faults, [FieldError::new("document", Fault::Required)]);
}

fn used<T: std::fmt::Debug>(answer: Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::DocumentLimit))), "{answer:?}");
}

pub async fn documents_kept(house: &TestHouse) -> i64 {
    number(house, "select count(*) from booking where document_sealed is not null or document_index is not null").await
}

#[tokio::test]
async fn nobody_is_asked_unless_the_rules_say_so_and_nothing_else_is_kept() {
    let house = asking(IdentityRule::None).await;
    let session = morning(&house, 9).await;
    book(&house.services, session, 1, 1).await.expect("no document is asked for");
    show(&house.services, session, 2, Some(document(0))).await.expect("one that nobody asked for");
    assert_eq!(documents_kept(&house).await, 0);

    rules(&house, Policy { identity: IdentityRule::Leader, ..Policy::default() }).await;
    needed(show(&house.services, session, 3, None).await);
    show(&house.services, session, 3, Some(document(0))).await.expect("it was shown");
    // Who asks in person looks at the document in person.
    let asked = OnBehalf { session, person: person(4), party: party(1, 0), key: "desk".into() };
    booking::book(&house.services, &officer(&house), asked).await.expect("the desk is not asked");
    assert_eq!((documents_kept(&house).await, people_booked(&house, session).await), (1, 4));
}

#[tokio::test]
async fn a_document_is_counted_as_a_contact_is() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 9).await;
    let afternoon = add_session(&house, "2026-07-21T15:00:00+08:00", 9).await;
    let next_day = add_session(&house, "2026-07-22T15:00:00+08:00", 9).await;
    let first = show(&house.services, session, 1, Some(document(0))).await.expect("the first");
    used(show(&house.services, session, 2, Some(document(0))).await);
    used(show(&house.services, afternoon, 2, Some(document(0))).await);
    show(&house.services, afternoon, 2, Some(document(1))).await.expect("another document");
    let moves = show(&house.services, next_day, 3, Some(document(0))).await.expect("another day");
    let system = house.services.system();
    let moved = async |to| {
        booking::move_to(&house.services, &system, handle(moves.booking), None, to).await.expect("the house moves it")
    };
    // The house itself may; whoever moves by the link is counted.
    moved(afternoon).await;
    moved(next_day).await;
    let view = booking::view(&house.services, &officer(&house), &handle(moves.booking)).await.expect("seen");
    let link = Handle::Link(booking::manage_link(&house.services, view.id, view.ends_at));
    let visitor = house.context(Actor::Anonymous);
    used(booking::move_to(&house.services, &visitor, link, None, afternoon).await);
    // The same request again is the same answer, with the same document only.
    let again = show(&house.services, session, 1, Some(document(0))).await.expect("the same");
    assert_eq!(again, first);
    assert!(matches!(show(&house.services, session, 1, Some(document(1))).await, Err(BookingError::KeyReused)));
    booking::cancel(&house.services, &officer(&house), handle(first.booking), None).await.expect("cancelled");
    show(&house.services, session, 4, Some(document(0))).await.expect("free again");
}

pub fn handle(booking: BookingId) -> Handle {
    Handle::Id(booking)
}

/// Twenty people with one document on two sessions of a day, on two servers: how many get in.
async fn race(guard: Guard) -> usize {
    let house = asking(IdentityRule::Leader).await;
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
            tokio::spawn(async move { show(&server, session, n, Some(document(0))).await })
        })
        .collect();
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    let mut won = 0;
    for one in tries {
        match one.await.expect("no client panics") {
            Ok(_) => won += 1,
            answer => used(answer),
        }
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn one_document_on_two_sessions_of_a_day_gets_one_however_many_people_show_it() {
    assert_eq!(race(Guard::Lock).await, 1);
    // Without the lock of the document the two sessions do not see each other.
    let twice = race(Guard::WithoutPersons).await;
    assert!(twice > 1, "the race proves nothing: without its guard nobody got in twice");
}

pub async fn read(house: &TestHouse, id: domain::ids::DraftId) -> DraftView {
    booking::read(&house.services, &house.context(Actor::Anonymous), id, BROWSER)
        .await
        .expect("its own browser reads it")
}

/// A proven draft of the n-th person.
async fn proven(house: &TestHouse, session: SessionId, n: usize) -> DraftView {
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    let one = PartySize::new(1).expect("a size");
    let id = booking::begin(services, &visitor, session, one, BROWSER, &network()).await.expect("there is room");
    let contact = Contact::parse(&format!("shows{n}@example.com")).expect("an address");
    let name = PersonName::parse("演示·林小满").expect("a name");
    let draft = read(house, id).await;
    booking::save(services, &visitor, &draft, name, contact.clone(), party(1, 0), &network()).await.expect("kept");
    let code = crate::account::sent_code(house, &contact).await;
    booking::prove(services, &visitor, read(house, id).await, &code, &network()).await.expect("proven")
}

#[tokio::test]
async fn what_was_typed_waits_sealed_in_the_draft_and_leaves_it_with_the_booking() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 9).await;
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    let draft = proven(&house, session, 1).await;
    needed(booking::confirm(services, &visitor, &draft, &network()).await);
    booking::keep_documents(services, &draft, Shown::leader(Some(document(1)))).await.expect("kept");
    booking::keep_documents(services, &draft, Shown::leader(Some(document(0)))).await.expect("in its place");
    let draft = read(&house, draft.id).await;
    assert_eq!(draft.documents, Shown::leader(Some(document(0))));
    let made = booking::confirm(services, &visitor, &draft, &network()).await.expect("booked");
    assert_eq!(booking::confirm(services, &visitor, &draft, &network()).await.expect("again"), made);
    assert_eq!(read(&house, draft.id).await.documents, Shown::default(), "the draft keeps no copy");
    let view = booking::view(services, &officer(&house), &handle(made)).await.expect("seen");
    assert_eq!(view.documents, Shown::leader(Some(document(0))));
    // Neither the number nor its end stands anywhere in the open.
    for place in ["booking", "booking_draft", "audit_entry", "job", "message", "idempotency"] {
        let found: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t::text from {place} t")))
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("rows");
        assert!(found.iter().all(|row| !row.contains(NUMBERS[0]) && !row.contains("31002X")), "{place}");
    }
    assert!(!format!("{view:?}").contains(NUMBERS[0]), "nor is it printed");
}

#[tokio::test]
async fn a_cancelled_booking_forgets_its_document_and_a_closed_one_hands_it_on() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 9).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 9).await;
    let gone = show(&house.services, session, 1, Some(document(1))).await.expect("booked");
    booking::cancel(&house.services, &officer(&house), handle(gone.booking), None).await.expect("cancelled");
    assert_eq!(documents_kept(&house).await, 0);

    let closed = show(&house.services, session, 2, Some(document(0))).await.expect("booked");
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    let view = booking::view(&house.services, &by, &handle(closed.booking)).await.expect("seen");
    let link = booking::rebook_link(&house.services, view.id, view.ends_at);
    let visitor = house.context(Actor::Anonymous);
    let made = booking::rebook(&house.services, &visitor, &link, other).await.expect("nothing is asked again");
    let instead = booking::view(&house.services, &by, &handle(made)).await.expect("seen");
    assert_eq!((instead.documents, documents_kept(&house).await), (Shown::leader(Some(document(0))), 1));
}

#[tokio::test]
async fn who_waits_shows_it_with_the_offer_and_not_before() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 1).await;
    let full = show(&house.services, session, 1, Some(document(1))).await.expect("the only place");
    let waits = joined(&house, session, 11, 1).await;
    booking::cancel(&house.services, &officer(&house), handle(full.booking), None).await.expect("cancelled");
    let visitor = house.context(Actor::Anonymous);
    needed(booking::accept(&house.services, &visitor, &waits.link, session).await);
    let shown = Shown::leader(Some(document(0)));
    booking::keep_offer_documents(&house.services, &visitor, &waits.link, shown).await.expect("kept");
    let made = booking::accept(&house.services, &visitor, &waits.link, session).await.expect("taken");
    let view = booking::view(&house.services, &officer(&house), &handle(made)).await.expect("seen");
    assert_eq!(view.documents, Shown::leader(Some(document(0))));
}

#[tokio::test]
async fn a_document_is_deleted_a_week_after_the_visit_with_a_proof() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 9).await;
    let booked = show(&house.services, session, 1, Some(document(0))).await.expect("booked");
    let days = privacy::Term::Document.days().expect("a clock runs");
    let due = SignedDuration::from_hours(24 * days) + SignedDuration::from_mins(90);
    let start: jiff::Timestamp = "2026-07-21T09:00:00+08:00".parse().expect("an instant");
    house.services.clock.advance((start + due).duration_since(house.now()));
    assert_eq!(privacy::erase_due(&house.services).await.expect("nothing is due").documents, 0);
    house.services.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(privacy::preview(&house.services).await.expect("a preview").documents, 1);
    let erased = privacy::erase_due(&house.services).await.expect("what is due is erased");
    assert_eq!((erased.documents, erased.bookings), (1, 0), "name and contact have a clock of their own");
    let proof: Vec<(Option<uuid::Uuid>, serde_json::Value)> =
        sqlx::query_as("select subject_id, detail from audit_entry where action = 'privacy.documents_erased'")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the trail");
    assert_eq!(proof, [(Some(session.0), serde_json::json!({ "bookings": 1 }))]);
    let view = booking::view(&house.services, &officer(&house), &handle(booked.booking)).await.expect("seen");
    assert!(view.documents.is_empty() && view.person.contact.is_some());
}

#[tokio::test]
async fn staff_open_it_with_a_reason_and_the_trail_knows() {
    let house = asking(IdentityRule::Leader).await;
    let session = morning(&house, 9).await;
    let booked = show(&house.services, session, 1, Some(document(0))).await.expect("booked");
    let by = officer(&house);
    let empty = booking::reveal_documents(&house.services, &by, booked.booking, " ").await;
    assert!(matches!(&empty, Err(BookingError::Fields(faults)) if faults[0].fault == Fault::Required), "{empty:?}");
    let steward = super::steward(&house);
    let refused = booking::reveal_documents(&house.services, &steward, booked.booking, "好奇").await;
    assert!(matches!(refused, Err(BookingError::Denied(Denied::NotAllowed))), "{refused:?}");
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'booking.document_revealed'").await, 0);
    let seen = booking::reveal_documents(&house.services, &by, booked.booking, "入场核验有疑问").await.expect("opened");
    assert_eq!(seen.get(0).map(Document::expose), Some(NUMBERS[0]));
    let trail: Vec<serde_json::Value> =
        sqlx::query_scalar("select detail from audit_entry where action = 'booking.document_revealed'")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the trail");
    assert_eq!(trail, [serde_json::json!({ "reason": "入场核验有疑问" })]);
    let ticket = booking::Ticket::Booking(booked.booking);
    let at_the_door = booking::find(&house.services, &steward, &ticket).await.expect("looked up");
    let last = match at_the_door {
        Ok(found) => found.documents,
        Err(refusal) => panic!("{refusal:?}"),
    };
    assert_eq!(last, ["002X"]);
}
