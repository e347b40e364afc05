//! What is answered: sealed, taken over by the booking, opened for few, erased with the names.

use super::{BROWSER, answered, date, key, now, published_lecture, read, register};
use crate::booking::closing::closing;
use crate::booking::machines::client;
use crate::booking::{network, officer, party, person, steward};
use domain::account::{Actor, Denied};
use domain::booking::PartySize;
use domain::field::{Fault, FieldError};
use jiff::SignedDuration;
use services::booking::{Brought, Handle, OnBehalf, Replied, Scope};
use services::crypto::SETTLES_AFTER;
use services::outreach::{self, OutreachError, SentAnswer};
use services::{booking, door, privacy};
use testkit::TestHouse;

const ALL: [(&str, &str); 3] = [("q-expecting", "yes"), ("q-due", "2026-11-30"), ("q-seats", "2")];

/// Everything of the table as text: what somebody who reads the disk could read.
async fn as_stored(house: &TestHouse) -> String {
    let rows: Vec<String> = sqlx::query_scalar("select event_answers::text from event_answers")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the table");
    rows.join("\n")
}

async fn rows(house: &TestHouse) -> i64 {
    sqlx::query_scalar("select count(*) from event_answers").fetch_one(&house.db.owner_pool()).await.expect("a number")
}

#[tokio::test]
async fn answers_go_with_the_booking_and_the_sensitive_ones_apart() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let booking = register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    let told = outreach::told(&house.services, &[booking]).await.expect("readable").remove(&booking).expect("told");
    assert!(told.has_sensitive);
    assert_eq!(told.answers.len(), 1, "only the seats");
    assert!(told.answers.get(&key("seats")).is_some());
    // \x79657320… is "yes" in the text form of bytea.
    let stored = as_stored(&house).await;
    for word in ["yes", "2026-11-30", "796573", "323032362d31312d3330", "seats"] {
        assert!(!stored.contains(word), "{word} can be read where it lies");
    }
}

#[tokio::test]
async fn sensitive_answers_open_for_staff_who_say_why_and_for_nobody_else() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let booking = register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    let services = &house.services;
    for context in [visitor, steward(&house)] {
        let answer = outreach::reveal_sensitive(services, &context, booking, "curious").await;
        assert!(matches!(answer, Err(OutreachError::Denied(Denied::SignInNeeded | Denied::NotAllowed))));
    }
    let officer = officer(&house);
    let silent = outreach::reveal_sensitive(services, &officer, booking, " ").await;
    let expected = vec![FieldError::new("reason", Fault::Required)];
    assert!(matches!(silent, Err(OutreachError::Fields(errors)) if errors == expected));
    let (_, answers) = outreach::reveal_sensitive(services, &officer, booking, "座位安排").await.expect("said why");
    assert_eq!(answers.len(), 2);
    let entries: Vec<String> =
        sqlx::query_scalar("select detail::text from audit_entry where action = 'booking.sensitive_revealed'")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the trail");
    assert_eq!(entries.len(), 1);
    assert!(entries[0].contains("座位安排") && !entries[0].contains("2026-11-30"), "why, and not what: {entries:?}");
}

#[tokio::test]
async fn no_message_no_partner_and_no_door_is_told_what_was_answered() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    // A partner is told of the bookings that its machine made.
    let own = client(&house, "mini-programme").await;
    let answers = [("expecting", "yes"), ("due", "2026-11-30"), ("seats", "2")];
    let sent = answers.map(|(key, words)| (key.to_owned(), SentAnswer::Text(words.to_owned())));
    let brought = Brought { replied: Replied::Sent(sent.into_iter().collect()), ..Brought::default() };
    let asked = OnBehalf { session: event.1, person: person(2), party: party(1, 0), key: "a-key-of-mine".into() };
    let booked = booking::book_bringing(services, &own, asked, &brought).await.expect("there is room").booking;
    crate::account::deliver(&house).await;
    let mut written: Vec<String> = sqlx::query_scalar(
        "select concat_ws(' ', subject, body_text, body_html, attachments::text) from dev_mailbox
         union all select payload::text from job union all select detail::text from audit_entry
         union all select concat_ws(' ', kind, data::text) from webhook_event",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("what was written");
    let mail = written.iter().find(|text| text.contains("乐孕课堂")).expect("the confirmation");
    assert!(mail.contains("济南 · 孕育学校"), "an event says where it is itself");
    let told = written.iter().find(|text| text.starts_with("booking.created")).expect("the partner is told");
    assert!(told.contains(&booked.to_string()), "{told}");
    // On the day of the lecture its door has both.
    house.services.clock.advance(SignedDuration::from_hours(5 * 24));
    let roster = door::roster(services, &steward(&house), None, None).await.expect("a roster");
    assert_eq!(roster.bookings.len(), 2);
    written.push(serde_json::to_string(&roster.bookings).expect("JSON"));
    written.push(format!("{roster:?}"));
    for text in &written {
        assert!(!text.contains("2026-11-30") && !text.contains("expecting"), "{text}");
    }
}

#[tokio::test]
async fn what_was_answered_can_be_changed_until_the_booking_is_made_and_by_its_own_draft_only() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let people = PartySize::new(1).expect("a size");
    let id =
        booking::begin(&house.services, &visitor, session, people, BROWSER, &network()).await.expect("there is room");
    let draft = read(&house, &visitor, id).await;
    let event = now(&house, event).await;
    assert!(outreach::draft_answers(&house.services, &draft).await.expect("readable").is_none());
    for pairs in [&ALL[..], &[("q-expecting", "no"), ("q-due", "2026-11-30"), ("q-seats", "1")]] {
        let answers = answered(&event, &house, pairs);
        outreach::keep_answers(&house.services, &visitor, &draft, &event, answers.clone()).await.expect("kept");
        assert_eq!(outreach::draft_answers(&house.services, &draft).await.expect("readable"), Some(answers));
    }
    // The mind was changed: the due date is gone from the database too.
    let answers = outreach::draft_answers(&house.services, &draft).await.expect("readable").expect("answers");
    assert!(answers.get(&key("due")).is_none());
}

#[tokio::test]
async fn answers_nobody_booked_with_go_with_the_draft() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let people = PartySize::new(1).expect("a size");
    let id =
        booking::begin(&house.services, &visitor, session, people, BROWSER, &network()).await.expect("there is room");
    let (draft, event) = (read(&house, &visitor, id).await, now(&house, event).await);
    let answers = answered(&event, &house, &ALL);
    outreach::keep_answers(&house.services, &visitor, &draft, &event, answers).await.expect("kept");
    house.services.clock.advance(SignedDuration::from_hours(25));
    privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(rows(&house).await, 1, "the draft lived for two hours, and a day is kept after that");
    house.services.clock.advance(SignedDuration::from_hours(2));
    privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(rows(&house).await, 0);
}

#[tokio::test]
async fn answers_are_erased_with_the_names() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    house.services.clock.advance(SignedDuration::from_hours(24 * 60));
    privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(rows(&house).await, 1);
    house.services.clock.advance(SignedDuration::from_hours(24 * 40));
    privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(rows(&house).await, 0);
}

#[tokio::test]
async fn a_draft_of_the_museum_cannot_slip_into_an_event_that_asks() {
    let (house, museum_session) = crate::booking::house_with_session(5).await;
    let (_, session) = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let people = PartySize::new(1).expect("a size");
    let id = booking::begin(&house.services, &visitor, museum_session, people, BROWSER, &network())
        .await
        .expect("there is room");
    let draft = read(&house, &visitor, id).await;
    let moved = booking::take_other(&house.services, &visitor, &draft, session, people, BROWSER, &network()).await;
    assert!(matches!(moved, Err(booking::BookingError::NotFound)));
}

#[tokio::test]
async fn sealing_anew_reaches_the_answers() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let booking = register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    let before = as_stored(&house).await;
    house.services.vault.rotate(&house.services.db, house.now()).await.expect("a new key");
    house.services.clock.advance(SETTLES_AFTER + SignedDuration::from_secs(1));
    house.services.vault.refresh(&house.services.db, house.now()).await.expect("keys refresh");
    let renewed = services::crypto::renew(&house.services).await.expect("sealed anew");
    assert_eq!(renewed.unreadable, 0);
    assert_ne!(as_stored(&house).await, before);
    let told = outreach::told(&house.services, &[booking]).await.expect("readable");
    assert_eq!(told[&booking].answers.len(), 1);
}

/// The visitor is at the code while staff publish another version of the questions: nothing is booked on the old answers.
#[tokio::test]
async fn questions_published_meanwhile_are_answered_before_anything_is_booked() {
    let house = TestHouse::new().await;
    let (services, visitor, staff) = (&house.services, house.context(Actor::Anonymous), house.services.system());
    let (event, session) = published_lecture(&house).await;
    let people = PartySize::new(1).expect("a size");
    let id = booking::begin(services, &visitor, session, people, BROWSER, &network()).await.expect("there is room");
    let (draft, asked) = (read(&house, &visitor, id).await, now(&house, event).await);
    outreach::keep_answers(services, &visitor, &draft, &asked, answered(&asked, &house, &ALL)).await.expect("kept");
    let (name, contact) =
        (domain::contact::PersonName::parse("演示·白露"), domain::contact::Contact::parse("a@example.com"));
    let (name, contact) = (name.expect("a name"), contact.expect("an address"));
    let party = crate::booking::party(1, 0);
    booking::save(services, &visitor, &draft, name, contact.clone(), party, &network()).await.expect("kept");

    let version = outreach::working_form(services, &staff, event).await.expect("readable").version;
    let consent = super::question("consent", domain::outreach::Kind::Consent);
    outreach::put_question(services, &staff, event, version, consent).await.expect("a question");
    let version = outreach::working_form(services, &staff, event).await.expect("readable").version;
    outreach::publish_form(services, &staff, event, version).await.expect("published");

    let code = crate::account::sent_code(&house, &contact).await;
    let draft = read(&house, &visitor, id).await;
    let proven = booking::prove(services, &visitor, draft, &code, &network()).await.expect("the right code");
    let refused = booking::confirm(services, &visitor, &proven, &network()).await;
    let asks = domain::booking::Refusal::AsksQuestions;
    assert!(matches!(refused, Err(booking::BookingError::Refused(refusal)) if refusal == asks), "{refused:?}");

    let asked = now(&house, event).await;
    let pairs: Vec<_> = ALL.iter().copied().chain([("q-consent", "on")]).collect();
    outreach::keep_answers(services, &visitor, &proven, &asked, answered(&asked, &house, &pairs)).await.expect("kept");
    booking::confirm(services, &visitor, &proven, &network()).await.expect("everything is answered");

    // Both versions are kept with what they asked, and the answers count for the one they were given to.
    let versions = outreach::form_versions(services, &staff, event).await.expect("readable");
    let told = versions.iter().map(|one| (one.number, one.form.questions.len(), one.answered)).collect::<Vec<_>>();
    assert_eq!(told, [(2, 4, 1), (1, 3, 0)]);
    let denied = outreach::form_versions(services, &steward(&house), event).await;
    assert!(matches!(denied, Err(OutreachError::Denied(Denied::NotAllowed))), "{denied:?}");
}

/// A due date was said so that a seat near the door could be kept. Nobody comes: it has no purpose left.
#[tokio::test]
async fn what_is_sensitive_is_forgotten_with_the_cancellation() {
    let house = TestHouse::new().await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let cancelled = register(&house, &visitor, event, "one@example.com", &ALL).await.expect("there is room");
    let kept = register(&house, &visitor, event, "two@example.com", &ALL).await.expect("there is room");
    booking::cancel(&house.services, &officer(&house), Handle::Id(cancelled), None).await.expect("cancelled");
    let told = outreach::told(&house.services, &[cancelled, kept]).await.expect("readable");
    assert_eq!((told[&cancelled].has_sensitive, told[&kept].has_sensitive), (false, true));
    assert_eq!(told[&cancelled].answers.len(), 1, "the ordinary ones stay until the names go");
    let (_, answers) = outreach::reveal_sensitive(&house.services, &officer(&house), cancelled, "to call back")
        .await
        .expect("nothing");
    assert_eq!(answers.len(), 0);
}

/// The house closes a date, and a family books another by its link: nothing has to be answered again.
#[tokio::test]
async fn another_date_takes_the_answers_over() {
    let house = TestHouse::new().await;
    let (id, closed) = published_lecture(&house).await;
    let other = date(&house, id, "2026-07-26T09:30:00+08:00", 90, 20).await;
    let visitor = house.context(Actor::Anonymous);
    let old = register(&house, &visitor, (id, closed), "one@example.com", &ALL).await.expect("there is room");
    let by = officer(&house);
    let ends_at = now(&house, id).await.timetable.session(closed).expect("it is there").facts.ends_at;
    booking::close(&house.services, &by, closing(&by, Scope::Session(closed))).await.expect("closed");
    let link = booking::rebook_link(&house.services, old, ends_at);
    let made = booking::rebook(&house.services, &visitor, &link, other).await.expect("there is room");
    let again = booking::rebook(&house.services, &visitor, &link, other).await.expect("pressed twice");
    assert_eq!(made, again);
    let told = outreach::told(&house.services, &[old, made]).await.expect("readable");
    assert!(!told.contains_key(&old));
    assert!(told[&made].has_sensitive && told[&made].answers.get(&key("seats")).is_some());
}
