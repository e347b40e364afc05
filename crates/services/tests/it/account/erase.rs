//! A person's own rights: a copy of everything, and an end to it.

use super::{
    ACCOUNT, CODES, anonymous, colleague, contact, count, crossed, is_signed_in, later, network, number, sent_code,
    the_other_way_round, visitor,
};
use crate::booking::{add_session, museum, party};
use domain::account::{Actor, Denied, Role};
use domain::booking::PartySize;
use domain::contact::PersonName;
use domain::ids::{BookingId, SessionId};
use services::Context;
use services::account::{AccountError, erase, sweep, visitors};
use services::booking::{self, BookingState, Handle};
use testkit::TestHouse;

const PHONE: &str = "13800138000";
const BROWSER: &str = "the random token of one browser";

/// A visitor who is signed in books for two.
async fn books(house: &TestHouse, context: &Context, session: SessionId) -> BookingId {
    let two = PartySize::new(2).expect("a size");
    let id = booking::begin(&house.services, context, session, two, BROWSER, &network()).await.expect("there is room");
    let draft = booking::read(&house.services, context, id, BROWSER).await.expect("there");
    let name = PersonName::parse("演示·林小满").expect("a name");
    booking::save(&house.services, context, &draft, name, contact(PHONE), party(2, 0), &network()).await.expect("kept");
    let draft = booking::read(&house.services, context, id, BROWSER).await.expect("there");
    let code = sent_code(house, &contact(PHONE)).await;
    let draft = booking::prove(&house.services, context, draft, &code, &network()).await.expect("proven");
    booking::confirm(&house.services, context, &draft, &network()).await.expect("booked")
}

async fn house_with_museum() -> TestHouse {
    let house = TestHouse::new().await;
    museum(&house).await;
    house
}

#[tokio::test]
async fn the_copy_has_everything_we_hold_and_is_noted() {
    let house = house_with_museum().await;
    let (_, me) = visitor(&house, PHONE).await;
    visitors::set_name(&house.services, &me, Some(&PersonName::parse("张小满").expect("a name"))).await.expect("named");
    later(&house, 61);
    let session = add_session(&house, "2026-07-22T09:00:00+08:00", 20).await;
    let booked = books(&house, &me, session).await;
    let (_, other) = visitor(&house, "13900139000").await;

    let copy = erase::export_own(&house.services, &me).await.expect("a copy");
    assert_eq!(copy["account"]["name"], "张小满");
    assert_eq!(copy["account"]["phone"], PHONE);
    assert_eq!(copy["bookings"][0]["id"], booked.to_string());
    assert_eq!(copy["bookings"][0]["name"], "演示·林小满");
    assert_eq!(copy["bookings"][0]["phone"], PHONE);
    assert_eq!(copy["bookings"].as_array().map(Vec::len), Some(1));
    assert_eq!(copy["sign_ins"][0]["browser"], "微信 · Android");
    let happened = copy["what_happened"].as_array().expect("a list");
    assert!(happened.iter().any(|entry| entry["action"] == "booking.made"), "{happened:?}");
    assert_eq!(count(&house, "account.exported").await, 1);

    let theirs = erase::export_own(&house.services, &other).await.expect("a copy").to_string();
    assert!(!theirs.contains(PHONE) && !theirs.contains("小满"), "another person's copy has nothing of mine");
    let refused = erase::export_own(&house.services, &anonymous(&house)).await;
    assert!(matches!(refused, Err(AccountError::Denied(Denied::SignInNeeded))));
    later(&house, 601);
    let stale = erase::export_own(&house.services, &house.context(me.actor.clone())).await;
    assert!(matches!(stale, Err(AccountError::Denied(Denied::StepUpNeeded))), "a browser left open: {stale:?}");
    assert_eq!(count(&house, "account.exported").await, 2);
    for _ in 0..4 {
        erase::export_own(&house.services, &me).await.expect("a copy");
    }
    assert!(matches!(erase::export_own(&house.services, &me).await, Err(AccountError::Limited(_))));
}

#[tokio::test]
async fn deleting_waits_for_live_bookings_or_cancels_them_when_told() {
    let house = house_with_museum().await;
    let (signed_in, me) = visitor(&house, PHONE).await;
    later(&house, 61);
    let session = add_session(&house, "2026-07-22T09:00:00+08:00", 20).await;
    let booked = books(&house, &me, session).await;
    // One of before was missed.
    let missed = "insert into no_show (session_id, booking_id, activity_id, person_index, account_id, missing, whole, ended_at, marked_at)
                  select gen_random_uuid(), gen_random_uuid(), activity_id, phone_index, account_id, 1, true, created_at, created_at
                  from booking where account_id is not null";
    let marked = sqlx::query(missed).execute(&house.db.owner_pool()).await.expect("marked");
    assert_eq!(marked.rows_affected(), 1);

    let refused = erase::delete_own(&house.services, &me, false).await;
    assert!(matches!(refused, Err(AccountError::LiveBookings { count: 1 })), "{refused:?}");
    assert!(is_signed_in(&house, &signed_in).await, "nothing happened");

    let done = erase::delete_own(&house.services, &me, true).await.expect("deleted");
    assert_eq!((done.cancelled, done.emptied), (1, 1));
    assert!(!is_signed_in(&house, &signed_in).await);
    assert_eq!(number(&house, "select count(*) from booking where state = 'confirmed'").await, 0);
    let left: i64 = number(
        &house,
        "select (select count(*) from account where coalesce(name_sealed, phone_sealed, phone_index, mail_sealed, mail_index)
                 is not null or deleted_at is null)
              + (select count(*) from booking where account_id is not null or phone_index is not null
                 or phone_sealed is not null or mail_index is not null or mail_sealed is not null)
              + (select count(*) from no_show where account_id is not null)
              + (select count(*) from one_time_code) + (select count(*) from login_session where label <> '')",
    )
    .await;
    assert_eq!(left, 0, "nothing that leads to the person");
    assert_eq!(count(&house, "account.deleted").await, 1, "the trail remembers that it was done");

    // Staff still see that there was a booking, of nobody.
    let officer = crate::booking::officer(&house);
    let emptied = booking::view(&house.services, &officer, &Handle::Id(booked)).await.expect("the row is whole");
    assert_eq!(
        (emptied.person.name.as_str(), emptied.person.contact, emptied.state),
        ("已注销", None, BookingState::Cancelled)
    );
    super::deliver(&house).await;

    later(&house, 61);
    let (again, _) = visitor(&house, PHONE).await;
    assert!(again.new_account, "the same telephone begins anew");
    assert_ne!(again.account, signed_in.account);
}

#[tokio::test]
async fn what_can_no_longer_be_cancelled_keeps_the_account() {
    let house = house_with_museum().await;
    let (signed_in, me) = visitor(&house, PHONE).await;
    later(&house, 61);
    let session = add_session(&house, "2026-07-22T09:00:00+08:00", 20).await;
    books(&house, &me, session).await;
    later(&house, 44 * 3600 + 57 * 60); // two minutes before the visit
    // Who it is was proven again just now.
    let proven = async || {
        let Actor::Visitor { account, login, .. } = super::as_browser(&house, &signed_in).await.actor else {
            panic!("a visitor")
        };
        house.context(Actor::Visitor { account, login, stepped_up_at: Some(house.now()) })
    };
    let refused = erase::delete_own(&house.services, &proven().await, true).await;
    assert!(matches!(refused, Err(AccountError::NotCancelled)), "{refused:?}");
    assert!(is_signed_in(&house, &signed_in).await);
    later(&house, 24 * 3600);
    let done = erase::delete_own(&house.services, &proven().await, false).await.expect("after the visit");
    assert_eq!((done.cancelled, done.emptied), (0, 1));
}

/// The party declines in one window what it deletes its account with in another: an entry that ended meanwhile stands in
/// nobody's way.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_ends_in_the_same_moment_does_not_keep_the_account() {
    let house = house_with_museum().await;
    for round in 0..8 {
        // Each round a person and a session of its own; a code a minute.
        later(&house, 61);
        let (_, me) = visitor(&house, &format!("guest{}@example.com", 100 + round)).await;
        let session = add_session(&house, &format!("2026-07-2{}T09:00:00+08:00", 1 + round), 2).await;
        let first = crate::booking::book(&house.services, session, round, 2).await.expect("there is room");
        let waits = crate::booking::waiting::join(&house, &house.services, session, &[], 100 + round, 2);
        let party = waits.await.expect("on the list");
        let officer = crate::booking::officer(&house);
        booking::cancel(&house.services, &officer, Handle::Id(first.booking), None).await.expect("cancelled");
        let (services, anybody, link) = (house.services.clone(), anonymous(&house), party.link.clone());
        let late = std::time::Duration::from_micros(700 * round as u64);
        let decline = tokio::spawn(async move {
            tokio::time::sleep(late).await;
            booking::decline(&services, &anybody, &link, session).await
        });
        let ended = erase::delete_own(&house.services, &me, false).await;
        ended.expect("the account is deleted, whoever was first");
        let _ = decline.await.expect("no panic");
        super::deliver(&house).await;
    }
    let left = "select count(*) from waiting_entry where state in ('waiting', 'offered') or mail_index is not null";
    assert_eq!(number(&house, left).await, 0);
}

/// Whoever shows a code locks the code and then the account; so does the end of the account.
#[tokio::test]
async fn an_end_and_a_sign_in_never_wait_in_a_circle() {
    let house = TestHouse::new().await;
    let (signed_in, me) = visitor(&house, PHONE).await;
    let locks = (CODES, ACCOUNT);
    assert!(the_other_way_round(&house, signed_in.account.0, locks).await, "this test sees a circle");
    let end = erase::delete_own(&house.services, &me, false);
    let (ended, sign_in) = crossed(&house, signed_in.account, locks, end).await;
    sign_in.expect("the sign-in goes on");
    ended.expect("and then the account ends");
    assert_eq!(number(&house, "select count(*) from one_time_code").await, 0);
}

/// What is emptied is what the account has: not a contact that was exchanged in the very moment.
#[tokio::test]
async fn an_account_whose_contact_changes_in_that_moment_is_looked_at_again() {
    let house = TestHouse::new().await;
    let (signed_in, me) = visitor(&house, PHONE).await;
    let exchanged = "update account set phone_index = decode('00', 'hex') where id = $1";
    let end = erase::delete_own(&house.services, &me, false);
    let (ended, _) = crossed(&house, signed_in.account, (ACCOUNT, exchanged), end).await;
    assert!(matches!(ended, Err(AccountError::Changed)), "{ended:?}");
    assert!(is_signed_in(&house, &signed_in).await, "nothing happened");
    erase::delete_own(&house.services, &me, false).await.expect("asked again");
}

#[tokio::test]
async fn staff_accounts_are_not_deleted_by_their_owners() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[Role::Steward]).await;
    let refused = erase::delete_own(&house.services, &super::as_browser(&house, &wang.signed_in).await, true).await;
    assert!(matches!(refused, Err(AccountError::Denied(Denied::NotAllowed))));
    let nobody = erase::delete_own(&house.services, &anonymous(&house), true).await;
    assert!(matches!(nobody, Err(AccountError::Denied(Denied::SignInNeeded))));
}

#[tokio::test]
async fn the_sweep_forgets_what_has_ended_and_nothing_else() {
    let house = TestHouse::new().await;
    visitor(&house, PHONE).await;
    let nothing = sweep(&house.services).await.expect("swept");
    assert_eq!(nothing, Default::default());
    later(&house, 2 * 3600);
    assert_eq!(sweep(&house.services).await.expect("swept").codes, 1);
    later(&house, 120 * 86_400);
    let swept = sweep(&house.services).await.expect("swept");
    assert_eq!((swept.codes, swept.sessions), (0, 1));
    assert!(swept.windows >= 3, "{swept:?}");
    assert_eq!(number(&house, "select count(*) from account").await, 1, "the person stays");
}

#[tokio::test]
async fn a_request_for_the_bus_goes_into_the_copy_and_ends_with_the_account() {
    let house = TestHouse::new().await;
    let school = crate::bus::ask_for_the_bus(&house, 1, "jinan").await;
    crate::bus::deliver(&house).await;
    // What the bus sent is read; the code of the sign-in is the next letter.
    sqlx::query("delete from dev_mailbox").execute(&house.db.owner_pool()).await.expect("emptied");
    later(&house, 61);
    let (_, me) = visitor(&house, "school1@example.com").await;
    let (_, other) = visitor(&house, PHONE).await;

    let copy = erase::export_own(&house.services, &me).await.expect("a copy");
    assert_eq!(copy["bus_requests"][0]["id"], school.to_string());
    assert_eq!(copy["bus_requests"][0]["note"], "有两位坐轮椅的同学");
    assert_eq!(copy["bus_requests"][0]["contact"], "school1@example.com");
    assert!(copy["messages"].as_array().expect("a list").iter().any(|it| it["kind"] == "bus_received"));
    let theirs = erase::export_own(&house.services, &other).await.expect("a copy");
    assert_eq!(theirs["bus_requests"].as_array().map(Vec::len), Some(0));

    let refused = erase::delete_own(&house.services, &me, false).await;
    assert!(matches!(refused, Err(AccountError::LiveBookings { count: 1 })), "{refused:?}");
    let done = erase::delete_own(&house.services, &me, true).await.expect("deleted");
    assert_eq!((done.withdrawn, done.requests_emptied), (1, 1));
    let left = crate::bus::request(&house, school).await;
    assert_eq!(left.state, domain::bus::State::Withdrawn);
    assert!(left.contact.is_none() && left.name.as_str() == "已删除" && left.note == "已删除");
    let traces: i64 = number(
        &house,
        "select (select count(*) from bus_draft) + (select count(*) from bus_short_link)
              + (select count(*) from bus_request where coalesce(phone_index, mail_index) is not null)",
    )
    .await;
    assert_eq!(traces, 0, "nothing that leads to the person");
}

#[tokio::test]
async fn an_application_goes_into_the_copy_and_ends_with_the_account() {
    let (house, round) = crate::ambassadors::house(2).await;
    let pupil = crate::ambassadors::apply(&house, round, 1).await;
    crate::bus::deliver(&house).await;
    sqlx::query("delete from dev_mailbox").execute(&house.db.owner_pool()).await.expect("emptied");
    later(&house, 61);
    let (_, me) = visitor(&house, "pupil1@example.com").await;
    let copy = erase::export_own(&house.services, &me).await.expect("a copy");
    let held = &copy["ambassador_applications"][0];
    assert_eq!((&held["id"], &held["age"]), (&pupil.to_string().into(), &16.into()));
    assert_eq!(held["motivation"], "想把科学讲给同学听。");
    assert!(copy["messages"].as_array().expect("a list").iter().any(|it| it["kind"] == "ambassador_received"));

    let refused = erase::delete_own(&house.services, &me, false).await;
    assert!(matches!(refused, Err(AccountError::LiveBookings { count: 1 })), "{refused:?}");
    let done = erase::delete_own(&house.services, &me, true).await.expect("deleted");
    assert_eq!((done.withdrawn, done.requests_emptied), (1, 1));
    let left = crate::ambassadors::application(&house, pupil).await;
    assert_eq!(left.state, domain::ambassador::State::Withdrawn);
    assert!(left.contact.is_none() && left.name.as_str() == "已删除" && left.age.is_none());
}
