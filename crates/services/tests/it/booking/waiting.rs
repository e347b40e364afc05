//! The waiting list: order, offers, answers, ends; each sentence of its rules.

use super::closing::{number, work};
use super::{add_session, book, house_with_session, is_full, museum, officer, party, people_booked};
use domain::account::Actor;
use domain::booking::{PartySize, Refusal, Standstill, WaitingState};
use domain::contact::Contact;
use domain::ids::{SessionId, WaitingId};
use jiff::{SignedDuration, Timestamp};
use services::Services;
use services::booking::{self, Booked, BookingError, Handle, WaitingView};
use services::limits::Network;
use testkit::TestHouse;

/// The network of the n-th person: nobody is counted together with another.
pub fn network_of(n: usize) -> Network {
    Network::of([11, (n / 256) as u8, (n % 256) as u8, 9].into())
}

/// A party on the list.
#[derive(Clone, Debug)]
pub struct Party {
    pub id: WaitingId,
    pub link: String,
}

/// The n-th person joins the list of a session (and of others) with so many; the contact counts as proven.
pub async fn join(
    house: &TestHouse,
    services: &Services,
    session: SessionId,
    also: &[SessionId],
    n: usize,
    people: u32,
) -> Result<Party, BookingError> {
    let visitor = services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
    let (browser, network) = (format!("browser {n}"), network_of(n));
    let size = PartySize::new(people).expect("a size");
    let draft = booking::begin_waiting(services, &visitor, session, size, &browser, &network).await?;
    let read = async || booking::read(services, &visitor, draft, &browser).await;
    let person = super::person(n);
    let contact = person.contact.expect("an address");
    booking::keep_wishes(services, &visitor, &read().await?, also).await?;
    booking::save(services, &visitor, &read().await?, person.name, contact, party(people, 0), &network).await?;
    sqlx::query("update booking_draft set verified_at = created_at where id = $1")
        .bind(draft.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("proven");
    let id = booking::join(services, &visitor, &read().await?).await?;
    Ok(Party { id, link: booking::waiting_link(services, id).await? })
}

pub async fn joined(house: &TestHouse, session: SessionId, n: usize, people: u32) -> Party {
    join(house, &house.services, session, &[], n, people).await.expect("on the list")
}

pub async fn look(house: &TestHouse, party: &Party) -> WaitingView {
    booking::waiting(&house.services, &house.context(Actor::Anonymous), &party.link).await.expect("the link is good")
}

async fn state(house: &TestHouse, party: &Party) -> WaitingState {
    look(house, party).await.state
}

async fn cancel(house: &TestHouse, booked: &Booked) {
    booking::cancel(&house.services, &officer(house), Handle::Id(booked.booking), None).await.expect("cancelled");
}

async fn accept(house: &TestHouse, party: &Party, session: SessionId) -> Result<domain::ids::BookingId, BookingError> {
    booking::accept(&house.services, &house.context(Actor::Anonymous), &party.link, session).await
}

fn ended<T: std::fmt::Debug>(answer: Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::OfferEnded))), "{answer:?}");
}

/// A full session: one booking of three and one of two.
async fn full_house() -> (TestHouse, SessionId, Booked, Booked) {
    let (house, session) = house_with_session(5).await;
    let three = book(&house.services, session, 1, 3).await.expect("there is room");
    let two = book(&house.services, session, 2, 2).await.expect("there is room");
    (house, session, three, two)
}

use WaitingState::{Booked as TookIt, Closed, Declined, Expired, Left, NoPlace, Offered, Waiting};

#[tokio::test]
async fn the_first_that_fits_is_offered_and_the_others_keep_their_places() {
    let (house, session, three, two) = full_house().await;
    let (four, pair, one) = (
        joined(&house, session, 11, 4).await,
        joined(&house, session, 12, 2).await,
        joined(&house, session, 13, 1).await,
    );
    cancel(&house, &two).await;
    assert_eq!(
        (state(&house, &four).await, state(&house, &pair).await, state(&house, &one).await),
        (Waiting, Offered, Waiting)
    );
    assert!(is_full(&book(&house.services, session, 3, 1).await), "what is offered is nobody else's");
    cancel(&house, &three).await;
    // Three are free: four still do not fit, one does; two are left that nobody waiting can use.
    assert_eq!((state(&house, &four).await, state(&house, &one).await), (Waiting, Offered));
    assert!(is_full(&book(&house.services, session, 3, 3).await));
    book(&house.services, session, 4, 2).await.expect("nobody who waits fits into these two");
    assert_eq!(look(&house, &four).await.wishes[0].before, 0);
}

#[tokio::test]
async fn an_accepted_offer_is_a_booking_and_pressing_twice_is_one() {
    let (house, session, _, two) = full_house().await;
    let (pair, next) = (joined(&house, session, 11, 2).await, joined(&house, session, 12, 2).await);
    cancel(&house, &two).await;
    let made = accept(&house, &pair, session).await.expect("the offer is good");
    assert_eq!(accept(&house, &pair, session).await.expect("the same"), made);
    assert_eq!((people_booked(&house, session).await, state(&house, &pair).await), (5, TookIt));
    ended(accept(&house, &next, session).await);
    // Cancelled later it passes on.
    booking::cancel(&house.services, &officer(&house), Handle::Id(made), None).await.expect("cancelled");
    assert_eq!(state(&house, &next).await, Offered);
    work(&house.services).await;
    let offers = "select count(*) from message where template = 'waiting_offer' and state = 'sent'";
    assert_eq!(number(&house, offers).await, 1, "the first took it before it was told; the second is told");
}

#[tokio::test]
async fn an_offer_ends_by_its_time_even_when_every_worker_is_dead() {
    let (house, session, _, two) = full_house().await;
    let (pair, next) = (joined(&house, session, 11, 2).await, joined(&house, session, 12, 2).await);
    cancel(&house, &two).await;
    let until = look(&house, &pair).await.offer.expect("an offer").until;
    house.services.clock.advance(until.duration_since(house.now()));
    // No worker ran: the offer is over, and the places are owed to the next, not to the public.
    assert_eq!(state(&house, &pair).await, Expired);
    ended(accept(&house, &pair, session).await);
    assert!(is_full(&book(&house.services, session, 3, 2).await), "never snatched while a party that fits waits");
    let museum = booking::museum(&house.services).await.expect("a picture");
    assert_eq!(museum.session(session).expect("it is there").facts.free(), 0, "nor shown as free");
    // Whoever was refused for them has handed them on first: they are the next party's to take.
    assert_eq!((state(&house, &pair).await, state(&house, &next).await), (Expired, Offered));
    accept(&house, &next, session).await.expect("theirs, with every worker dead");
    assert_eq!(booking::pass_on(&house.services).await.expect("nothing more"), 0);
    let told = "select count(*) from job where payload->'news'->'ran_out' is not null";
    assert_eq!(number(&house, told).await, 1);
}

#[tokio::test]
async fn declining_or_leaving_promotes_the_next_at_once() {
    let (house, session, _, two) = full_house().await;
    let (a, b, c) = (
        joined(&house, session, 11, 2).await,
        joined(&house, session, 12, 2).await,
        joined(&house, session, 13, 2).await,
    );
    cancel(&house, &two).await;
    let anybody = house.context(Actor::Anonymous);
    booking::decline(&house.services, &anybody, &a.link, session).await.expect("declined");
    assert_eq!((state(&house, &a).await, state(&house, &b).await), (Declined, Offered));
    ended(booking::decline(&house.services, &anybody, &a.link, session).await);
    booking::leave_waiting(&house.services, &anybody, &b.link).await.expect("left");
    booking::leave_waiting(&house.services, &anybody, &b.link).await.expect("left once");
    assert_eq!((state(&house, &b).await, state(&house, &c).await), (Left, Offered));
    ended(accept(&house, &b, session).await);
    accept(&house, &c, session).await.expect("theirs");
}

#[tokio::test]
async fn whichever_session_has_room_first_is_offered() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 2).await;
    let evening = add_session(&house, "2026-07-22T15:00:00+08:00", 2).await;
    let first = book(&house.services, morning, 1, 2).await.expect("there is room");
    let second = book(&house.services, evening, 2, 2).await.expect("there is room");
    let both = join(&house, &house.services, morning, &[evening], 11, 2).await.expect("on both lists");
    cancel(&house, &second).await;
    let offer = look(&house, &both).await.offer.expect("an offer");
    assert_eq!(offer.session, evening);
    ended(accept(&house, &both, morning).await);
    let anybody = house.context(Actor::Anonymous);
    booking::decline(&house.services, &anybody, &both.link, evening).await.expect("declined");
    assert_eq!(state(&house, &both).await, Waiting, "it still waits for the morning");
    book(&house.services, evening, 3, 2).await.expect("the evening is anybody's again");
    cancel(&house, &first).await;
    accept(&house, &both, morning).await.expect("the morning is theirs");
    assert_eq!(people_booked(&house, morning).await, 2);
}

#[tokio::test]
async fn more_places_promote_in_order_and_too_few_freeze_the_list() {
    let (house, session, _, two) = full_house().await;
    let (pair, one) = (joined(&house, session, 11, 2).await, joined(&house, session, 12, 1).await);
    let by = officer(&house);
    let places = |version, n| booking::change_places(&house.services, &by, session, version, n, true);
    let lowered = places(1, 3).await.expect("confirmed");
    assert_eq!((lowered.facts.over_by(), lowered.facts.free()), (2, 0));
    let why = booking::waiting_list(&house.services, &by, session).await.expect("a list").why;
    assert_eq!(why, Standstill::Over { people: 2 });
    cancel(&house, &two).await;
    assert_eq!((state(&house, &pair).await, state(&house, &one).await), (Waiting, Waiting), "three on three places");
    places(2, 4).await.expect("raised");
    assert_eq!((state(&house, &pair).await, state(&house, &one).await), (Waiting, Offered));
    places(3, 6).await.expect("raised");
    assert_eq!(state(&house, &pair).await, Offered, "at once, and in order");
    let list = booking::waiting_list(&house.services, &by, session).await.expect("a list");
    assert_eq!(list.lines.iter().map(|line| (line.place, line.people)).collect::<Vec<_>>(), [(1, 2), (2, 1)]);
    assert_eq!(list.why, Standstill::NobodyWaits);
    assert!(!format!("{list:?}").contains("林小满"), "masked");
}

#[tokio::test]
async fn near_the_session_offers_stop_and_free_places_are_anybodys() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-21T15:00:00+08:00", 2).await;
    let booked = book(&house.services, session, 1, 2).await.expect("there is room");
    let pair = joined(&house, session, 11, 2).await;
    let to: Timestamp = "2026-07-21T12:41:00+08:00".parse().expect("an instant");
    house.services.clock.advance(to.duration_since(house.now()));
    cancel(&house, &booked).await;
    assert_eq!(state(&house, &pair).await, Waiting);
    book(&house.services, session, 2, 2).await.expect("offers have stopped");
    booking::pass_on(&house.services).await.expect("looked at");
    assert_eq!(state(&house, &pair).await, NoPlace);
    work(&house.services).await;
    assert_eq!(
        number(&house, "select count(*) from message where template = 'waiting_ended' and state = 'sent'").await,
        1
    );
    let late = join(&house, &house.services, session, &[], 12, 1).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::WaitingOver))), "{late:?}");
}

#[tokio::test]
async fn a_hold_that_runs_out_is_passed_on() {
    let (house, session) = house_with_session(3).await;
    let visitor = house.context(Actor::Anonymous);
    let three = PartySize::new(3).expect("a size");
    booking::begin(&house.services, &visitor, session, three, "a browser", &network_of(1))
        .await
        .expect("there is room");
    let pair = joined(&house, session, 11, 2).await;
    assert_eq!(state(&house, &pair).await, Waiting);
    house.services.clock.advance(SignedDuration::from_mins(10));
    assert!(is_full(&book(&house.services, session, 3, 2).await), "two of three are owed");
    book(&house.services, session, 4, 1).await.expect("one is not");
    booking::pass_on(&house.services).await.expect("passed on");
    assert_eq!(state(&house, &pair).await, Offered);
}

#[tokio::test]
async fn one_person_waits_once_for_a_session_and_for_few() {
    let (house, session, ..) = full_house().await;
    joined(&house, session, 11, 2).await;
    let twice = join(&house, &house.services, session, &[], 11, 1).await;
    assert!(matches!(twice, Err(BookingError::Refused(Refusal::AlreadyWaiting))), "{twice:?}");
    for day in 22..24 {
        let other = add_session(&house, &format!("2026-07-{day}T09:00:00+08:00"), 5).await;
        book(&house.services, other, day, 5).await.expect("there is room");
        joined(&house, other, 11, 1).await;
    }
    let other = add_session(&house, "2026-07-26T09:00:00+08:00", 5).await;
    book(&house.services, other, 26, 5).await.expect("there is room");
    let fourth = join(&house, &house.services, other, &[], 11, 1).await;
    assert!(matches!(fourth, Err(BookingError::Refused(Refusal::WaitingLimit { max: 3 }))), "{fourth:?}");
    // Who has a booking of the day cannot take another: told when joining.
    let booked = join(&house, &house.services, session, &[], 1, 1).await;
    assert!(matches!(booked, Err(BookingError::Refused(Refusal::DailyLimit { max: 1 }))), "{booked:?}");
    let large = join(&house, &house.services, session, &[], 14, 6).await;
    assert!(matches!(large, Err(BookingError::Refused(Refusal::PartyTooLarge { max: 5 }))), "{large:?}");
}

#[tokio::test]
async fn the_code_proves_who_waits() {
    let (house, session, ..) = full_house().await;
    let visitor = house.context(Actor::Anonymous);
    let (two, network) = (PartySize::new(2).expect("a size"), network_of(1));
    let id =
        booking::begin_waiting(&house.services, &visitor, session, two, "a browser", &network).await.expect("begun");
    let read = async || booking::read(&house.services, &visitor, id, "a browser").await.expect("its browser reads it");
    let person = super::person(11);
    let contact = person.contact.expect("an address");
    booking::save(&house.services, &visitor, &read().await, person.name, contact.clone(), party(2, 1), &network)
        .await
        .expect("kept");
    let unproven = booking::join(&house.services, &visitor, &read().await).await;
    assert!(matches!(unproven, Err(BookingError::NotFound)), "{unproven:?}");
    let code = crate::account::sent_code(&house, &contact).await;
    booking::prove(&house.services, &visitor, read().await, &code, &network).await.expect("the right code");
    let entry = booking::join(&house.services, &visitor, &read().await).await.expect("on the list");
    assert_eq!(booking::join(&house.services, &visitor, &read().await).await.expect("the same"), entry);
    assert_eq!(number(&house, "select count(*) from waiting_entry").await, 1);
    work(&house.services).await;
    let mail = "select count(*) from dev_mailbox where subject = '已登记候补：科普馆，2026年7月21日（周二）09:00–10:30'
                and body_text like '%您排在第一位%' and body_text like '%https://test.example/waiting/%'";
    assert_eq!(number(&house, mail).await, 1);
    let other = Contact::parse("13800138000").expect("a number");
    assert_ne!(contact, other);
}

#[tokio::test]
async fn links_of_other_purposes_and_forged_ones_lead_nowhere() {
    let (house, session, three, _) = full_house().await;
    let pair = joined(&house, session, 11, 2).await;
    let anybody = house.context(Actor::Anonymous);
    let seen =
        booking::view(&house.services, &officer(&house), &Handle::Id(three.booking)).await.expect("staff see it");
    let manage = booking::manage_link(&house.services, three.booking, seen.ends_at);
    let mut forged = pair.link.clone();
    forged.replace_range(0..1, if forged.starts_with('A') { "B" } else { "A" });
    for link in [manage.as_str(), forged.as_str(), ""] {
        let answer = booking::waiting(&house.services, &anybody, link).await;
        assert!(matches!(answer, Err(BookingError::NotFound)), "{answer:?}");
        let answer = booking::leave_waiting(&house.services, &anybody, link).await;
        assert!(matches!(answer, Err(BookingError::NotFound)), "{answer:?}");
    }
    let as_booking = booking::view(&house.services, &anybody, &Handle::Link(pair.link.clone())).await;
    assert!(matches!(as_booking, Err(BookingError::NotFound)), "{as_booking:?}");
    assert!(!format!("{:?}", look(&house, &pair).await).contains("guest11"), "particulars print masked");
}

#[tokio::test]
async fn closing_the_session_ends_the_waiting() {
    let (house, session, _, two) = full_house().await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 2).await;
    book(&house.services, other, 5, 2).await.expect("there is room");
    let pair = joined(&house, session, 11, 2).await;
    let both = join(&house, &house.services, session, &[other], 12, 2).await.expect("on both lists");
    cancel(&house, &two).await;
    assert_eq!(state(&house, &pair).await, Offered);
    let by = officer(&house);
    let closing = booking::Closing {
        key: by.new_id(),
        what: booking::Scope::Session(session),
        reason_zh: "设备检修".into(),
        reason_en: "maintenance".into(),
    };
    let ended = booking::close(&house.services, &by, closing).await.expect("closed");
    assert_eq!((ended.bookings, ended.waiting), (1, 1));
    assert_eq!((state(&house, &pair).await, state(&house, &both).await), (Closed, Waiting));
    work(&house.services).await;
    let told = "select count(*) from dev_mailbox where subject like '候补已结束%' and body_text like '%设备检修%'";
    assert_eq!(number(&house, told).await, 1);
}

#[tokio::test]
async fn an_offer_of_a_closed_session_ends_with_a_word_for_who_waits_on() {
    let (house, session, _, two) = full_house().await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 2).await;
    book(&house.services, other, 5, 2).await.expect("there is room");
    let both = join(&house, &house.services, session, &[other], 12, 2).await.expect("on both lists");
    cancel(&house, &two).await;
    assert_eq!(state(&house, &both).await, Offered);
    let by = officer(&house);
    let closing = booking::Closing {
        key: by.new_id(),
        what: booking::Scope::Session(session),
        reason_zh: "设备检修".into(),
        reason_en: "maintenance".into(),
    };
    let ended = booking::close(&house.services, &by, closing).await.expect("closed");
    assert_eq!((ended.waiting, state(&house, &both).await), (0, Waiting));
    work(&house.services).await;
    let told =
        "select count(*) from dev_mailbox where subject like '候补的场次已关闭%' and body_text like '%设备检修%'";
    assert_eq!(number(&house, told).await, 1);
}

#[tokio::test]
async fn a_session_with_nothing_to_pass_on_is_not_locked() {
    let (house, session, ..) = full_house().await;
    let pair = joined(&house, session, 11, 2).await;
    let mut busy = services::db::begin(&house.db.owner_pool()).await.expect("a transaction");
    sqlx::query("select from session where id = $1 for update")
        .bind(session.0)
        .execute(&mut *busy)
        .await
        .expect("locked");
    let looked = tokio::time::timeout(std::time::Duration::from_secs(1), booking::pass_on(&house.services)).await;
    assert_eq!(looked.expect("nobody waited for the lock").expect("looked at"), 0);
    assert_eq!(state(&house, &pair).await, Waiting);
}

#[tokio::test]
async fn a_session_that_cannot_be_decided_does_not_stop_the_others() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let three = PartySize::new(3).expect("a size");
    let bad = add_session(&house, "2026-07-21T09:00:00+08:00", 3).await;
    let good = add_session(&house, "2026-07-21T15:00:00+08:00", 3).await;
    for (session, browser) in [(bad, "a browser"), (good, "another browser")] {
        booking::begin(&house.services, &visitor, session, three, browser, &network_of(1))
            .await
            .expect("there is room");
    }
    let first = joined(&house, bad, 11, 2).await;
    let second = joined(&house, good, 12, 2).await;
    for broken in [
        "create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$"
            .to_owned(),
        format!(
            "create trigger broken before insert on hold for each row when (new.session_id = '{bad}') execute function broken()"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(broken)).execute(&house.db.owner_pool()).await.expect("broken");
    }
    house.services.clock.advance(SignedDuration::from_mins(10));
    booking::pass_on(&house.services).await.expect("the lists were read");
    assert_eq!((state(&house, &first).await, state(&house, &second).await), (Waiting, Offered));
}

#[tokio::test]
async fn what_names_a_waiting_party_is_erased_in_time() {
    let (house, session, ..) = full_house().await;
    let pair = joined(&house, session, 11, 2).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 92));
    let preview = services::privacy::preview(&house.services).await.expect("counted");
    let erased = services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((preview.waiting, erased.waiting), (1, 1));
    let only = services::privacy::Erased { waiting: erased.waiting, ..Default::default() };
    assert!(only.is_something(), "the log says so");
    let left = "select count(*) from waiting_entry where name_sealed is not null or mail_sealed is not null or mail_index is not null";
    assert_eq!(number(&house, left).await, 0);
    assert_eq!(number(&house, "select count(*) from waiting_entry where people = 2").await, 1, "counted still");
    let proof = "select count(*) from audit_entry where action = 'privacy.waiting_erased'";
    assert_eq!(number(&house, proof).await, 1);
    drop(pair);
}
