//! The date a series lacks: its holder books it with one press, once, as a date of the series.

use super::series::{Course, course};
use super::{date, now, read};
use crate::account::{deliver, number};
use crate::booking::{closing::closing, officer, party, person};
use domain::account::Actor;
use domain::booking::{IdentityRule, Refusal, SeriesRule};
use domain::document::{Document, DocumentKind, Shown};
use domain::ids::{BookingId, SessionId};
use services::booking::{self, BookingError, Scope};
use services::outreach::told;

/// A party of two has the first and the last date; the second needed no booking then and does now.
async fn two_of_three(rule: SeriesRule, capacities: [u32; 3]) -> (Course, BookingId) {
    let course = course(rule, capacities).await;
    let (services, by) = (&course.house.services, officer(&course.house));
    let act = crate::booking::open_door::free(&by, Scope::Session(course.dates[1]));
    booking::open_door(services, &by, act).await.expect("set");
    let draft = course.ready("one@example.com", 2).await;
    let first = course.confirm(&draft).await.expect("the other dates are booked");
    booking::booking_again(services, &by, Scope::Session(course.dates[1]), None).await.expect("taken back");
    (course, first)
}

async fn add(course: &Course, holder: BookingId, date: SessionId) -> Result<BookingId, BookingError> {
    let services = &course.house.services;
    let series = booking::series_of(services, holder).await.expect("readable");
    let own = series.iter().find(|one| one.id == holder).expect("its own");
    let handle = course.link(own);
    booking::book_missing(services, &course.house.context(Actor::Anonymous), handle, date).await
}

#[tokio::test]
async fn the_holder_of_a_series_books_the_date_it_lacks_with_one_press() {
    for rule in [SeriesRule::Whole, SeriesRule::Both] {
        let (course, first) = two_of_three(rule, [5, 5, 5]).await;
        let services = &course.house.services;
        let added = add(&course, first, course.dates[1]).await.expect("booked");
        assert_eq!(add(&course, first, course.dates[1]).await.expect("the same"), added, "pressed twice");
        assert_eq!(course.booked().await, [2, 2, 2]);
        let series = booking::series_of(services, first).await.expect("readable");
        assert_eq!((series.len(), series[1].id), (3, added), "a date of the series as any other");
        assert_eq!(series[1].person.name.as_str(), series[0].person.name.as_str());
        let told = told(services, &[added]).await.expect("readable");
        assert!(told[&added].has_sensitive, "what was answered is answered for it");
        deliver(&course.house).await;
        let mail = "select count(*) from dev_mailbox where subject like '预约成功%' and subject like '%8月1日%'";
        assert_eq!(number(&course.house, mail).await, 1, "told of once");
    }
}

#[tokio::test]
async fn what_cannot_be_added_is_refused() {
    let (course, first) = two_of_three(SeriesRule::Whole, [5, 1, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let full = add(&course, first, course.dates[1]).await;
    assert!(matches!(full, Err(BookingError::Refused(Refusal::Full { .. }))), "{full:?}");
    let nowhere = add(&course, first, SessionId(uuid::Uuid::nil())).await;
    assert!(matches!(nowhere, Err(BookingError::NotFound)), "{nowhere:?}");
    let same_time = date(house, course.event, "2026-07-25T10:00:00+08:00", 60, 9).await;
    let overlaps = add(&course, first, same_time).await;
    assert!(matches!(overlaps, Err(BookingError::Refused(Refusal::Overlaps))), "nobody is in two places: {overlaps:?}");
    let later = date(house, course.event, "2026-08-02T09:30:00+08:00", 90, 5).await;
    let by = officer(house);
    booking::close(services, &by, closing(&by, Scope::Session(later))).await.expect("closed");
    let closed = add(&course, first, later).await;
    assert!(matches!(closed, Err(BookingError::Refused(Refusal::SessionClosed))), "{closed:?}");
    let own = booking::view(services, &officer(house), &booking::Handle::Id(first)).await.expect("it is there");
    let anybody = house.context(Actor::Anonymous);
    booking::cancel_series(services, &anybody, course.link(&own)).await.expect("given back");
    let gone = add(&course, first, course.dates[1]).await;
    assert!(matches!(gone, Err(BookingError::StateHasChanged)), "{gone:?}");
    assert_eq!(now(house, course.event).await.timetable.session(later).expect("the date").facts.booked, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_at_once_book_one_date() {
    for _ in 0..4 {
        let (course, first) = two_of_three(SeriesRule::Whole, [5, 5, 5]).await;
        let series = booking::series_of(&course.house.services, first).await.expect("readable");
        // One from the page of each date: two links, two servers, one series.
        let mut presses = Vec::new();
        for own in &series {
            let (handle, date) = (course.link(own), course.dates[1]);
            let clock = course.house.services.clock.clone();
            let server = testkit::TestHouse::second(&course.house.db, clock, 3).await;
            let nobody = domain::ids::RequestId(uuid::Uuid::nil());
            let anybody = server.context(Actor::Anonymous, domain::Locale::ZhCn, nobody);
            presses.push(async move { booking::book_missing(&server, &anybody, handle, date).await });
        }
        let answers = together(presses).await;
        assert_eq!(answers[0].as_ref().expect("booked"), answers[1].as_ref().expect("the same"));
        assert_eq!(course.booked().await, [2, 2, 2]);
    }
}

async fn together<T, F>(all: Vec<F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let running: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for one in running {
        answers.push(one.await.expect("no panic"));
    }
    answers
}

#[tokio::test]
async fn a_date_booked_instead_of_a_closed_one_belongs_to_the_series() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let draft = course.ready("one@example.com", 2).await;
    let first = course.confirm(&draft).await.expect("booked");
    let later = date(house, course.event, "2026-09-15T09:30:00+08:00", 90, 5).await;
    let by = officer(house);
    booking::close(services, &by, closing(&by, Scope::Session(course.dates[0]))).await.expect("closed");
    let own = booking::view(services, &by, &booking::Handle::Id(first)).await.expect("it is there");
    let link = booking::rebook_link(services, own.id, own.ends_at);
    let instead = booking::rebook(services, &house.context(Actor::Anonymous), &link, later).await.expect("booked");
    let series = booking::series_of(services, instead).await.expect("readable");
    assert_eq!(series.len(), 4, "the closed one, the two others, and this");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_in_the_series_before_it_is_cancelled_or_is_not_booked_any_more() {
    for _ in 0..6 {
        let (course, first) = two_of_three(SeriesRule::Whole, [5, 5, 5]).await;
        let series = booking::series_of(&course.house.services, first).await.expect("readable");
        let (adding, date) = (course.link(&series[0]), course.dates[1]);
        let giving_back = course.link(&series[1]);
        let server = testkit::TestHouse::second(&course.house.db, course.house.services.clock.clone(), 3).await;
        let (one, two) = (course.house.services.clone(), server);
        let nobody = domain::ids::RequestId(uuid::Uuid::nil());
        let anybody = one.context(Actor::Anonymous, domain::Locale::ZhCn, nobody);
        let other = anybody.clone();
        let added = tokio::spawn(async move { booking::book_missing(&one, &anybody, adding, date).await });
        let cancelled = tokio::spawn(async move { booking::cancel_series(&two, &other, giving_back).await });
        let (added, cancelled) = (added.await.expect("no panic"), cancelled.await.expect("no panic"));
        match (&added, &cancelled) {
            (Ok(_), Ok(3)) | (Err(BookingError::StateHasChanged), Ok(2)) => {
                assert_eq!(course.booked().await, [0, 0, 0], "{added:?} {cancelled:?}");
            }
            // It joined while the locks were waited for: whoever presses again gives it back with the others.
            (Ok(_), Err(BookingError::StateHasChanged)) => assert_eq!(course.booked().await, [2, 2, 2]),
            other => panic!("a date of nobody: {other:?}"),
        }
    }
}

/// From now on the event asks for the documents the rule names.
async fn asks(course: &Course, rule: IdentityRule) {
    let asks = "update activity set policy = jsonb_set(policy, '{identity}', $1) where id = $2";
    let rule = serde_json::to_value(rule).expect("a rule is JSON");
    let owner = course.house.db.owner_pool();
    sqlx::query(asks).bind(rule).bind(course.event.0).execute(&owner).await.expect("it asks");
    course.house.services.clock.advance(jiff::SignedDuration::from_secs(2));
}

/// The document of who books, and that of a companion.
const NUMBERS: [&str; 2] = ["11010519491231002X", "34052419800101001X"];

fn document(number: &str) -> Document {
    Document::parse(DocumentKind::Resident, number, jiff::civil::date(2026, 7, 20)).expect("a number")
}

/// A party of two that showed documents has the first and the last date.
async fn two_of_three_showing(rule: IdentityRule, shown: Shown) -> (Course, BookingId) {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    asks(&course, rule).await;
    let draft = course.ready("one@example.com", 2).await;
    booking::keep_documents(services, &draft, shown).await.expect("kept");
    let draft = read(house, &house.context(Actor::Anonymous), draft.id).await;
    let by = officer(house);
    let act = crate::booking::open_door::free(&by, Scope::Session(course.dates[1]));
    booking::open_door(services, &by, act).await.expect("set");
    let first = course.confirm(&draft).await.expect("the other dates are booked");
    booking::booking_again(services, &by, Scope::Session(course.dates[1]), None).await.expect("taken back");
    (course, first)
}

#[tokio::test]
async fn the_lacking_date_keeps_the_documents_that_are_still_asked_for() {
    let both = || Shown::from_iter(NUMBERS.map(|number| Some(document(number))));
    let leader = || Shown::leader(Some(document(NUMBERS[0])));
    let rules =
        [(IdentityRule::Everybody, both()), (IdentityRule::Leader, leader()), (IdentityRule::None, Shown::default())];
    for (rule, kept) in rules {
        let (course, first) = two_of_three_showing(IdentityRule::Everybody, both()).await;
        asks(&course, rule).await;
        let added = add(&course, first, course.dates[1]).await.expect("booked");
        let handle = booking::Handle::Id(added);
        let view = booking::view(&course.house.services, &officer(&course.house), &handle).await.expect("seen");
        assert_eq!(view.documents, kept, "{rule:?}");
    }
}

#[tokio::test]
async fn a_document_that_was_shown_for_another_booking_limits_the_lacking_date_too() {
    let shown = |number| Shown::leader(Some(document(number)));
    let (course, first) = two_of_three_showing(IdentityRule::Leader, shown(NUMBERS[0])).await;
    let (house, services) = (&course.house, &course.house.services);
    let (by, owner) = (officer(house), house.db.owner_pool());
    let later = date(house, course.event, "2026-08-02T09:30:00+08:00", 90, 5).await;
    let key = "another".to_owned();
    let asked = booking::OnBehalf { session: later, person: person(9), party: party(1, 0), key };
    let other = booking::book_showing(services, &by, asked, &shown(NUMBERS[1])).await;
    let same = "update booking set document_index = (select document_index from booking where id = $1) where id = $2";
    let ids = [first, other.expect("booked").booking];
    sqlx::query(same).bind(ids[0].0).bind(ids[1].0).execute(&owner).await.expect("it is the same document");
    let refused = add(&course, first, course.dates[1]).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::DocumentLimit))), "{refused:?}");

    booking::cancel(services, &by, booking::Handle::Id(ids[1]), None).await.expect("given back");
    add(&course, first, course.dates[1]).await.expect("the dates of the series do not count against each other");
}

#[tokio::test]
async fn who_is_elsewhere_by_another_address_of_their_account_does_not_get_the_lacking_date() {
    let (course, first) = two_of_three(SeriesRule::Both, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let by = officer(house);
    let same_time = date(house, course.event, "2026-08-01T10:00:00+08:00", 60, 5).await;
    let key = "another".to_owned();
    let asked = booking::OnBehalf { session: same_time, person: person(9), party: party(1, 0), key };
    let other = booking::book_showing(services, &by, asked, &Shown::leader(None)).await.expect("booked").booking;
    let (signed_in, _) = crate::account::visitor(house, "13800138000").await;
    sqlx::query("update booking set account_id = $1 where id = any($2)")
        .bind(signed_in.account.0)
        .bind([first.0, other.0])
        .execute(&house.db.owner_pool())
        .await
        .expect("both are the account's");
    let refused = add(&course, first, course.dates[1]).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::Overlaps))), "{refused:?}");
    booking::cancel(services, &by, booking::Handle::Id(other), None).await.expect("given back");
    add(&course, first, course.dates[1]).await.expect("booked");
}
