//! A whole series at once: all its dates or none, in one transaction; given back date by date or together.

use super::{BROWSER, answered, date, lecture, now, publish, questions, read};
use crate::account::{deliver, number, sent_code};
use crate::booking::races::switch_off_database_guard;
use crate::booking::{network, officer, party, people_booked};
use domain::account::Actor;
use domain::booking::{IdentityRule, PartySize, Policy, Refusal, ReleaseRules, Room, SeriesRule};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind, Shown};
use domain::ids::{ActivityId, BookingId, DraftId, SessionId};
use jiff::SignedDuration;
use services::Services;
use services::booking::{self, BookingError, BookingState, Claims, DraftView, Guard, Handle};
use services::limits::{BOOKING_PER_NETWORK, hit, hit_times};
use services::outreach::{self, NewEvent, told};
use std::sync::Arc;
use testkit::{Gate, TestHouse};

const ALL: [(&str, &str); 3] = [("q-expecting", "yes"), ("q-due", "2026-11-30"), ("q-seats", "2")];

pub struct Course {
    pub house: TestHouse,
    pub event: ActivityId,
    pub dates: Vec<SessionId>,
}

/// A published lecture that asks, of three dates with so many places each.
pub async fn course(rule: SeriesRule, capacities: [u32; 3]) -> Course {
    let plain = lecture("leyun").policy;
    // One booking a month for one contact: the dates of a series are one decision.
    course_by(Policy { series: rule, bookings_per_window: 1, window_days: 31, ..plain }, capacities).await
}

async fn course_by(policy: Policy, capacities: [u32; 3]) -> Course {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let fresh = NewEvent { policy, ..lecture("leyun") };
    let event = outreach::add_event(&house.services, &system, fresh).await.expect("an event");
    let mut dates = Vec::new();
    for (day, capacity) in ["2026-07-25", "2026-08-01", "2026-08-08"].into_iter().zip(capacities) {
        dates.push(date(&house, event, &format!("{day}T09:30:00+08:00"), 90, capacity).await);
    }
    for question in questions() {
        let version = now(&house, event).await.version;
        outreach::put_question(&house.services, &system, event, version, question).await.expect("a question");
    }
    let version = now(&house, event).await.version;
    outreach::publish_form(&house.services, &system, event, version).await.expect("published");
    publish(&house, event).await;
    Course { house, event, dates }
}

impl Course {
    async fn begin(&self, people: u32) -> Result<DraftId, BookingError> {
        let size = PartySize::new(people).expect("a size");
        let visitor = self.house.context(Actor::Anonymous);
        booking::begin_series(&self.house.services, &visitor, self.event, size, BROWSER, &network()).await
    }

    /// A draft of all dates that is answered and proven.
    pub async fn ready(&self, mail: &str, people: u32) -> DraftView {
        let (house, services) = (&self.house, &self.house.services);
        let visitor = house.context(Actor::Anonymous);
        let id = self.begin(people).await.expect("there is room");
        let event = now(house, self.event).await;
        let draft = read(house, &visitor, id).await;
        assert!(draft.series);
        outreach::keep_answers(services, &visitor, &draft, &event, answered(&event, house, &ALL)).await.expect("kept");
        let (name, contact) = (PersonName::parse("演示·白露").expect("a name"), Contact::parse(mail).expect("one"));
        booking::save(services, &visitor, &draft, name, contact.clone(), party(people, 0), &network())
            .await
            .expect("kept");
        let code = sent_code(house, &contact).await;
        booking::prove(services, &visitor, read(house, &visitor, id).await, &code, &network()).await.expect("proven")
    }

    pub async fn confirm(&self, draft: &DraftView) -> Result<BookingId, BookingError> {
        confirm(&self.house.services, draft).await
    }

    pub async fn booked(&self) -> Vec<i64> {
        let mut all = Vec::new();
        for date in &self.dates {
            all.push(people_booked(&self.house, *date).await);
        }
        all
    }

    async fn free(&self) -> Vec<u32> {
        let event = now(&self.house, self.event).await;
        event.timetable.sessions.iter().map(|session| session.facts.free()).collect()
    }

    pub fn link(&self, booking: &booking::BookingView) -> Handle {
        Handle::Link(booking::manage_link(&self.house.services, booking.id, booking.ends_at))
    }
}

async fn confirm(services: &Services, draft: &DraftView) -> Result<BookingId, BookingError> {
    let visitor = services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
    booking::confirm(services, &visitor, draft, &network()).await
}

pub fn date_full<T: std::fmt::Debug>(answer: &Result<T, BookingError>) -> bool {
    matches!(answer, Err(BookingError::DateRefused { refusal: Refusal::DateFull { .. }, .. }))
}

/// A series that is none, and more people than a booking takes, count nothing of what a network may ask for; a party counts on
/// every date.
#[tokio::test]
async fn a_series_counts_the_places_it_can_have() {
    for (rule, people, left) in [(SeriesRule::Dates, 2, 5), (SeriesRule::Whole, 500, 5), (SeriesRule::Whole, 2, 6)] {
        let course = course(rule, [9, 9, 9]).await;
        let services = &course.house.services;
        for _ in left..BOOKING_PER_NETWORK.hits {
            hit(services, &BOOKING_PER_NETWORK, network().as_str()).await.expect("within the limit");
        }
        let begun = course.begin(people).await;
        let is_refused =
            matches!(begun, Err(BookingError::Refused(Refusal::SingleDatesOnly | Refusal::PartyTooLarge { .. })));
        assert_eq!(is_refused, left == 5, "{begun:?}");
        let taken = hit_times(services, &BOOKING_PER_NETWORK, network().as_str(), left).await;
        assert_eq!(taken.is_ok(), left == 5, "of {rule:?} for {people}");
    }
}

#[tokio::test]
async fn a_date_that_needs_no_booking_is_left_out_of_the_series() {
    let course = course(SeriesRule::Whole, [5, 5, 5]).await;
    let services = &course.house.services;
    let draft = course.ready("one@example.com", 2).await;
    let by = officer(&course.house);
    let act = |session| booking::OpenDoor {
        key: by.new_id(),
        what: booking::Scope::Session(session),
        note_zh: String::new(),
        note_en: String::new(),
    };
    booking::open_door(services, &by, act(course.dates[1])).await.expect("set");
    let first = course.confirm(&draft).await.expect("the other dates are booked");
    assert_eq!(course.booked().await, [2, 0, 2]);
    assert_eq!(booking::series_of(services, first).await.expect("readable").len(), 2);
    let feed = now(&course.house, course.event).await;
    let feed = outreach::feed(services, "活动", [&feed], domain::Locale::ZhCn, |_| "https://test.example/e".into());
    assert_eq!(feed.matches("免预约").count(), 1, "{feed}");
    for date in [course.dates[0], course.dates[2]] {
        booking::open_door(services, &by, act(date)).await.expect("set");
    }
    let nothing = course.begin(2).await;
    assert!(matches!(nothing, Err(BookingError::Refused(Refusal::NoBookingNeeded))), "{nothing:?}");
}

#[tokio::test]
async fn all_dates_are_booked_together_and_told_of_once() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let draft = course.ready("one@example.com", 2).await;
    assert_eq!(course.free().await, [3, 3, 3], "places are kept on every date");
    let first = course.confirm(&draft).await.expect("booked");
    assert_eq!(course.confirm(&draft).await.expect("the same"), first, "pressed twice");
    assert_eq!(course.booked().await, [2, 2, 2]);
    let series = booking::series_of(services, first).await.expect("readable");
    assert_eq!((series.len(), series[0].id), (3, first));
    let ids: Vec<BookingId> = series.iter().map(|booking| booking.id).collect();
    let told = told(services, &ids).await.expect("readable");
    assert!(ids.iter().all(|id| told[id].has_sensitive), "every date knows what was answered");
    deliver(house).await;
    assert_eq!(number(house, "select count(*) from message where template = 'confirmation'").await, 1);
    let mail: String =
        sqlx::query_scalar("select body_text || attachments::text from dev_mailbox where subject like '%乐孕课堂%'")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("one mail");
    for booking in &series {
        assert!(mail.contains(&booking.reference), "{mail}");
    }
    assert_eq!(number(house, "select count(*) from job where payload::text like '%reminder_day1%'").await, 3);
}

#[tokio::test]
async fn a_full_date_takes_no_place_of_any() {
    let course = course(SeriesRule::Both, [5, 1, 5]).await;
    let refused = course.begin(2).await;
    assert!(date_full(&refused), "{refused:?}");
    assert_eq!(course.free().await, [5, 1, 5]);
    // The places are kept no longer, and somebody else takes the last of one date meanwhile.
    let draft = course.ready("one@example.com", 1).await;
    course.house.services.clock.advance(SignedDuration::from_mins(20));
    let visitor = course.house.context(Actor::Anonymous);
    let single =
        super::register(&course.house, &visitor, (course.event, course.dates[1]), "two@example.com", &ALL).await;
    single.expect("the last place");
    let refused = course.confirm(&draft).await;
    let Err(BookingError::DateRefused { session, refusal: Refusal::DateFull { starts_at, free: 0 }, .. }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(session, course.dates[1]);
    assert_eq!(starts_at, "2026-08-01T09:30:00+08:00".parse().expect("an instant"), "it says which date");
    assert_eq!(course.booked().await, [0, 1, 0]);
}

#[tokio::test]
async fn one_browser_keeps_the_places_of_one_party_on_every_date() {
    let course = course(SeriesRule::Both, [5, 3, 5]).await;
    course.begin(2).await.expect("there is room");
    course.begin(2).await.expect("pressed twice, it is one party");
    assert_eq!(course.free().await, [3, 1, 3]);
    let last = course.begin(3).await.expect("its own places are its room");
    assert_eq!(course.free().await, [2, 0, 2]);
    // One of the dates alone takes that date's places over; the others stay kept.
    let (services, visitor) = (&course.house.services, course.house.context(Actor::Anonymous));
    let one = PartySize::new(1).expect("a size");
    booking::begin(services, &visitor, course.dates[1], one, BROWSER, &network()).await.expect("there is room");
    assert_eq!(course.free().await, [2, 2, 2]);
    assert!(read(&course.house, &visitor, last).await.series, "the draft is still there");
}

#[tokio::test]
async fn one_date_is_given_back_or_all_at_once() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let services = &course.house.services;
    let draft = course.ready("one@example.com", 1).await;
    let first = course.confirm(&draft).await.expect("booked");
    let series = booking::series_of(services, first).await.expect("readable");
    let visitor = course.house.context(Actor::Anonymous);
    booking::cancel(services, &visitor, course.link(&series[1]), None).await.expect("one date");
    assert_eq!(course.booked().await, [1, 0, 1]);
    assert_eq!(booking::cancel_series(services, &visitor, course.link(&series[2])).await.expect("the rest"), 2);
    assert_eq!(course.booked().await, [0, 0, 0]);
    let again = booking::cancel_series(services, &visitor, course.link(&series[2])).await;
    assert!(matches!(again, Err(BookingError::Refused(Refusal::AlreadyCancelled))), "{again:?}");
    let series = booking::series_of(services, first).await.expect("readable");
    assert!(series.iter().all(|booking| booking.state == BookingState::Cancelled));
}

#[tokio::test]
async fn a_whole_series_is_neither_booked_nor_changed_date_by_date() {
    let course = course(SeriesRule::Whole, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let (visitor, size) = (house.context(Actor::Anonymous), PartySize::new(1).expect("a size"));
    let single = booking::begin(services, &visitor, course.dates[0], size, BROWSER, &network()).await;
    assert!(matches!(single, Err(BookingError::Refused(Refusal::WholeSeriesOnly))), "{single:?}");
    let draft = course.ready("13800138000", 1).await;
    let first = course.confirm(&draft).await.expect("booked");
    // Were it too late to cancel any date, the text message would not speak of it.
    let pool = house.db.owner_pool();
    let changes_end = async |minutes: i32| {
        let rule = "update activity set policy = policy || jsonb_build_object('change_minutes_before', $1::int)";
        sqlx::query(rule).bind(minutes).execute(&pool).await.expect("another rule");
    };
    changes_end(40_000).await;
    deliver(house).await;
    changes_end(30).await;
    let text: String =
        sqlx::query_scalar("select body_text from dev_mailbox").fetch_one(&pool).await.expect("one message");
    assert!(text.contains("共3场，1人，首场7月25日周六09:30。各场凭证：https://test.example/s/"), "{text}");
    let series = booking::series_of(services, first).await.expect("readable");
    let alone = booking::cancel(services, &visitor, course.link(&series[0]), None).await;
    assert!(matches!(alone, Err(BookingError::Refused(Refusal::WholeSeriesOnly))), "{alone:?}");
    // The house may, and a date it closes ends only itself.
    booking::cancel(services, &officer(house), Handle::Id(series[0].id), None).await.expect("by the house");
    assert_eq!(course.booked().await, [0, 1, 1]);
    assert_eq!(booking::cancel_series(services, &visitor, course.link(&series[1])).await.expect("together"), 2);
}

#[tokio::test]
async fn an_event_that_is_no_series_is_not_booked_as_one() {
    let course = course(SeriesRule::Dates, [5, 5, 5]).await;
    let refused = course.begin(1).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::SingleDatesOnly))), "{refused:?}");
}

#[tokio::test]
async fn what_was_booked_before_counts_against_the_series() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let draft = course.ready("one@example.com", 1).await;
    let visitor = course.house.context(Actor::Anonymous);
    super::register(&course.house, &visitor, (course.event, course.dates[0]), "one@example.com", &ALL)
        .await
        .expect("one date");
    let refused = course.confirm(&draft).await;
    let Err(BookingError::DateRefused { session, refusal: Refusal::WindowLimit { .. }, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(session, course.dates[0], "the first that says no");
    assert_eq!(course.booked().await, [1, 0, 0]);
}

/// Two parties whose places are kept no longer press the last button at once, each on a server of its own; one date has one
/// place. Answers how many got the series. Without the lock both have decided before either writes.
async fn two_for_the_last_place(course: &Course, guard: Guard) -> usize {
    let mut drafts = Vec::new();
    for n in 0..2 {
        drafts.push(course.ready(&format!("party-{n}@example.com"), 1).await);
        // The first party's places are given up before the second begins.
        course.house.services.clock.advance(SignedDuration::from_mins(20));
    }
    let gate = match guard {
        Guard::NegativeControl => Some(Gate::before(&course.house.db, "booking").await),
        Guard::Lock | Guard::WithoutPersons => None,
    };
    let start = Arc::new(tokio::sync::Barrier::new(2));
    let mut running = Vec::new();
    for draft in drafts {
        let mut server = TestHouse::second(&course.house.db, course.house.services.clock.clone(), 3).await;
        server.claims = Claims::guarded_by(guard);
        let start = start.clone();
        running.push(tokio::spawn(async move {
            start.wait().await;
            confirm(&server, &draft).await
        }));
    }
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    let mut won = 0;
    for answer in running {
        let answer = answer.await.expect("no panic");
        assert!(answer.is_ok() || date_full(&answer), "{answer:?}");
        won += usize::from(answer.is_ok());
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn two_parties_for_the_last_place_of_one_date_make_one_series() {
    for _ in 0..4 {
        let course = course(SeriesRule::Both, [5, 1, 5]).await;
        assert_eq!(two_for_the_last_place(&course, Guard::Lock).await, 1);
        assert_eq!(course.booked().await, [1, 1, 1], "the other has nothing at all");
        assert_eq!(number(&course.house, "select count(*) from booking_series").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_guard_the_same_race_oversells_the_date() {
    let course = course(SeriesRule::Both, [5, 1, 5]).await;
    switch_off_database_guard(&course.house).await;
    let won = two_for_the_last_place(&course, Guard::NegativeControl).await;
    assert_eq!(won, 2, "a race that cannot oversell proves nothing about the locks");
}

#[tokio::test]
async fn who_wants_all_dates_stands_in_the_line_of_the_one_that_opens() {
    // The last date opens at this very moment; the others have been open for days.
    let rules = ReleaseRules { room: Room::Always, ..ReleaseRules::default() };
    let plain = lecture("leyun").policy;
    let policy = Policy { series: SeriesRule::Both, days_ahead: 19, opens_hour: 12, release: rules, ..plain };
    let course = course_by(policy, [5, 5, 5]).await;
    let early = course.begin(2).await;
    assert!(matches!(early, Err(BookingError::WaitingRoom(_))), "{early:?}");
    assert_eq!(course.free().await, [5, 5, 5], "who stands in the line keeps nothing");
    course.house.services.clock.advance(SignedDuration::from_secs(35));
    course.begin(2).await.expect("let in");
    assert_eq!(course.free().await, [3, 3, 3]);
}

#[tokio::test]
async fn a_series_keeps_everybodys_document_on_each_date_and_counts_each_against_what_was_before() {
    let policy = Policy {
        series: SeriesRule::Whole,
        identity: IdentityRule::Everybody,
        bookings_per_window: 1,
        window_days: 31,
        ..lecture("leyun").policy
    };
    let course = course_by(policy, [9, 9, 9]).await;
    let services = &course.house.services;
    let visitor = course.house.context(Actor::Anonymous);
    let shown = |numbers: [&str; 2]| -> Shown {
        let today = jiff::civil::date(2026, 7, 20);
        numbers.map(|number| Document::parse(DocumentKind::Passport, number, today).ok()).into_iter().collect()
    };
    let draft = course.ready("one@example.com", 2).await;
    let Err(BookingError::Fields(missing)) = course.confirm(&draft).await else { panic!("documents are asked for") };
    assert_eq!(missing.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["document", "document_2"]);
    let with = async |draft: DraftView, numbers| {
        booking::keep_documents(services, &draft, shown(numbers)).await.expect("kept");
        course.confirm(&read(&course.house, &visitor, draft.id).await).await
    };
    let first = with(draft, ["EX0000001", "EX0000002"]).await.expect("booked");
    let all = booking::series_of(services, first).await.expect("readable");
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|one| one.documents == shown(["EX0000001", "EX0000002"])));
    // Another contact with the same companion has none of the dates.
    let again = with(course.ready("two@example.com", 2).await, ["EX0000003", "EX0000002"]).await;
    assert!(
        matches!(again, Err(BookingError::DateRefused { refusal: Refusal::DocumentLimitOf { nth: 2 }, .. })),
        "{again:?}"
    );
    assert_eq!(course.booked().await, [2, 2, 2]);
}
