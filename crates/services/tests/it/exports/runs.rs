//! What is due, and who is told of it.

use super::{colleague, entries, letters, number, of, officer_of, post, scheduled, told_officer, weekly};
use domain::account::Role;
use domain::field::Fault;
use domain::ids::{ExportRunId, ExportScheduleId};
use domain::numbers::{Every, Rhythm, What};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use services::Services;
use services::account::{staff, work_mail};
use services::context::new_uuid;
use services::exports::{self, ExportError, Standing, Terms};
use std::sync::Arc;
use std::time::Duration;
use store::exports as sql;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

/// To the instant, on the clock of Shandong.
fn until(house: &TestHouse, text: &str) {
    let at: Timestamp = text.parse().expect("an instant");
    house.services.clock.advance(at.duration_since(house.now()));
}

#[tokio::test]
async fn a_due_instant_is_made_once_over_several_servers_and_after_weeks_without_one() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    assert_eq!(exports::run_due(&house.services).await.expect("nothing is due"), 0);

    until(&house, "2026-07-27T08:00:00+08:00");
    let servers = (0..8).map(|_| {
        let services = house.services.clone();
        tokio::spawn(async move { exports::run_due(&services).await })
    });
    let mut made = 0;
    for server in servers.collect::<Vec<_>>() {
        made += server.await.expect("no panic").expect("asked");
    }
    assert_eq!(made, 1, "one server made it");
    post(&house).await;
    assert_eq!(letters(&house).await, ["reader@example.com"]);

    // Three Mondays pass without a server: the last is made up for, of the week before it, and the others are not.
    until(&house, "2026-08-19T12:00:00+08:00");
    assert_eq!(exports::run_due(&house.services).await.expect("due"), 1);
    assert_eq!(exports::run_due(&house.services).await.expect("not due again"), 0);
    post(&house).await;
    assert_eq!(letters(&house).await.len(), 2);
    let sent = entries(&house, "export.sent").await;
    let days = |n: usize| (sent[n]["from"].as_str().expect("a day"), sent[n]["to"].as_str().expect("a day"));
    assert_eq!((sent.len(), days(0), days(1)), (2, ("2026-07-20", "2026-07-26"), ("2026-08-10", "2026-08-16")));
    assert_eq!(entries(&house, "export.told").await.len(), 2);
}

/// Makes what is due by hand, as a server does that reads the schedule under its lock, or (`locks` is false) without. Whoever
/// finds it due gives the other a moment to find it as well.
async fn by_hand(services: Services, schedule: Uuid, locks: bool, both: Arc<Barrier>) -> bool {
    let now = services.clock.now();
    let mut tx = services.begin().await.expect("a transaction");
    let row = if locks { sql::lock(&mut tx, schedule).await } else { sql::one(&mut *tx, schedule).await };
    let row = row.expect("read").expect("a schedule");
    if row.next_at.to_jiff() > now {
        return false;
    }
    // Under the lock the other does not come, and is not waited for longer than this.
    let moment = Duration::from_millis(if locks { 400 } else { 10_000 });
    let _ = tokio::time::timeout(moment, both.wait()).await;
    let day = local_day(now);
    let run = sql::NewRun {
        id: new_uuid(now),
        schedule,
        due_at: row.next_at.to_jiff(),
        by_hand: false,
        first: day,
        last: day,
        open_until: now,
    };
    let made = sql::add_run(&mut tx, run, now).await.expect("written");
    sql::set_next(&mut *tx, schedule, now + SignedDuration::from_hours(24 * 7)).await.expect("written");
    tx.commit().await.expect("committed");
    made
}

/// How many of two servers made one due instant.
async fn raced(one: &Services, two: &Services, schedule: Uuid, locks: bool) -> usize {
    let both = Arc::new(Barrier::new(2));
    let start = |services: &Services| tokio::spawn(by_hand(services.clone(), schedule, locks, Arc::clone(&both)));
    let (first, second) = (start(one), start(two));
    [first.await.expect("no panic"), second.await.expect("no panic")].into_iter().filter(|made| *made).count()
}

/// The control, where no key holds two servers apart: the schedule's lock does, and without it one due instant is made twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_and_the_key_a_due_instant_is_made_twice() {
    let house = TestHouse::new().await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 8).await;
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    sqlx::query("alter table export_run drop constraint export_run_once")
        .execute(&house.db.owner_pool())
        .await
        .expect("dropped");
    let count = async || number(&house, "select count(*) from export_run").await;
    let instants = async || number(&house, "select count(distinct due_at) from export_run").await;

    // As the servers do it.
    until(&house, "2026-07-27T08:00:00+08:00");
    let servers = (0..8).map(|n| {
        let services = if n % 2 == 0 { house.services.clone() } else { other.clone() };
        tokio::spawn(async move { exports::run_due(&services).await })
    });
    for server in servers.collect::<Vec<_>>() {
        server.await.expect("no panic").expect("asked");
    }
    assert_eq!((count().await, instants().await), (1, 1), "the lock alone holds them apart");

    // The same by hand, with the lock and without.
    until(&house, "2026-08-03T08:00:00+08:00");
    assert_eq!(raced(&house.services, &other, id.0, true).await, 1);
    assert_eq!((count().await, instants().await), (2, 2));
    until(&house, "2026-08-10T08:00:00+08:00");
    assert_eq!(raced(&house.services, &other, id.0, false).await, 2);
    assert_eq!((count().await, instants().await), (4, 3), "one due instant, twice");
}

#[tokio::test]
async fn who_may_not_have_it_any_more_is_told_nothing_and_the_trail_says_so() {
    let house = TestHouse::new().await;
    let mut people = Vec::new();
    for login in ["stays", "demoted", "disabled", "silent"] {
        people.push(told_officer(&house, login).await);
    }
    let [stays, demoted, disabled, silent] = people[..] else { panic!("four") };
    let id = scheduled(&house, stays, &weekly(What::Bookings, &people)).await;
    // Between the due instant and the mail the house has changed its mind about three of them.
    until(&house, "2026-07-27T08:00:00+08:00");
    assert_eq!(exports::run_due(&house.services).await.expect("due"), 1);
    let system = house.services.system();
    staff::set_roles(&house.services, &system, demoted, &[Role::Steward]).await.expect("another role");
    staff::deactivate(&house.services, &system, disabled).await.expect("ended");
    work_mail::remove(&house.services, &officer_of(&house, silent)).await.expect("removed");
    post(&house).await;
    assert_eq!(letters(&house).await, ["stays@example.com"]);
    let mut why: Vec<_> = entries(&house, "export.withheld").await.iter().map(|it| it["why"].to_string()).collect();
    why.sort_unstable();
    assert_eq!(why, ["\"no_address\"", "\"not_allowed\"", "\"not_allowed\""]);
    let runs = exports::runs(&house.services, &officer_of(&house, stays), id).await.expect("what was sent");
    let outcomes: Vec<_> = runs[0].told.iter().map(|told| told.outcome.as_str()).collect();
    assert_eq!(outcomes, ["told", "not_allowed", "not_allowed", "no_address"]);
    let gone = "select count(*) from account where mail_sealed is not null or mail_index is not null";
    assert_eq!(number(&house, gone).await, 2, "an ended account and who removed it keep no address");
}

#[tokio::test]
async fn it_rests_when_its_owner_may_not_any_more_and_goes_on_with_whoever_resumes_it() {
    let house = TestHouse::new().await;
    let (owner, other) = (told_officer(&house, "owner").await, told_officer(&house, "other").await);
    let id = scheduled(&house, owner, &weekly(What::Numbers, &[other])).await;
    staff::set_roles(&house.services, &house.services.system(), owner, &[Role::Steward]).await.expect("demoted");
    until(&house, "2026-07-27T08:00:00+08:00");
    assert_eq!(exports::run_due(&house.services).await.expect("asked"), 0);
    post(&house).await;
    assert!(letters(&house).await.is_empty());
    assert_eq!(entries(&house, "export.paused").await, [serde_json::json!({ "why": "owner" })]);
    let context = officer_of(&house, other);
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert_eq!(seen.standing, Standing::Ownerless);
    exports::resume(&house.services, &context, id).await.expect("resumed");
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    let next = "2026-08-03T08:00:00+08:00".parse::<Timestamp>().expect("an instant");
    assert_eq!((seen.owner.account, seen.standing), (other, Standing::Active(next)));
}

#[tokio::test]
async fn whoever_changes_it_vouches_for_it_and_it_rests_for_that_no_longer() {
    let house = TestHouse::new().await;
    let (owner, other) = (told_officer(&house, "owner").await, told_officer(&house, "other").await);
    let id = scheduled(&house, owner, &weekly(What::Numbers, &[other])).await;
    staff::set_roles(&house.services, &house.services.system(), owner, &[Role::Steward]).await.expect("demoted");
    until(&house, "2026-07-27T08:00:00+08:00");
    assert_eq!(exports::run_due(&house.services).await.expect("asked"), 0);
    let context = officer_of(&house, other);
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert_eq!(seen.standing, Standing::Ownerless);
    let terms = weekly(What::Numbers, &[other]);
    exports::change(&house.services, &context, (id, seen.version), &terms).await.expect("changed");
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert_eq!((seen.owner.account, seen.standing), (other, Standing::Paused), "whoever wants it sent resumes it");
    exports::send_now(&house.services, &context, id, ExportRunId(Uuid::from_u128(1))).await.expect("sent by hand");
    exports::resume(&house.services, &context, id).await.expect("resumed");
    exports::change(&house.services, &context, (id, seen.version + 1), &terms).await.expect("changed");
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert!(matches!(seen.standing, Standing::Active(_)), "{:?}", seen.standing);
}

#[tokio::test]
async fn a_button_pressed_twice_sends_once_and_what_has_ended_sends_nothing() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    let run = ExportRunId(Uuid::from_u128(42));
    for _ in 0..2 {
        house.services.clock.advance(SignedDuration::from_secs(1));
        exports::send_now(&house.services, &officer_of(&house, officer), id, run).await.expect("sent");
    }
    assert_eq!(number(&house, "select count(*) from export_run").await, 1);
    // Ended before the mail leaves: it does not leave.
    for _ in 0..2 {
        exports::end(&house.services, &officer_of(&house, officer), id).await.expect("ended");
    }
    post(&house).await;
    assert!(letters(&house).await.is_empty());
    assert_eq!(entries(&house, "export.ended").await.len(), 1);
    let late = exports::send_now(&house.services, &officer_of(&house, officer), id, ExportRunId(Uuid::nil())).await;
    assert!(matches!(late, Err(ExportError::StateHasChanged)));
}

#[tokio::test]
async fn nobody_is_chosen_who_could_not_be_told_and_nothing_is_made_without_the_right() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    let steward = colleague(&house, "steward", Role::Steward).await;
    let unproven = colleague(&house, "unproven", Role::MuseumOfficer).await;
    let context = officer_of(&house, officer);
    let can = exports::candidates(&house.services, &context).await.expect("a list");
    assert_eq!(can.iter().map(|person| person.account).collect::<Vec<_>>(), [officer]);
    let id = ExportScheduleId(Uuid::from_u128(1));
    for (recipients, fault) in
        [(vec![], Fault::Required), (vec![steward], Fault::NotAChoice), (vec![officer, unproven], Fault::NotAChoice)]
    {
        let refused = exports::add(&house.services, &context, id, &weekly(What::Numbers, &recipients)).await;
        let named = |errors: &[domain::field::FieldError]| errors[0].field == "recipients" && errors[0].fault == fault;
        assert!(matches!(&refused, Err(ExportError::Fields(errors)) if named(errors)), "{refused:?}");
    }
    let mut silent = weekly(What::Bookings, &[officer]);
    silent.reason = " ".into();
    let refused = exports::add(&house.services, &context, id, &silent).await;
    assert!(matches!(&refused, Err(ExportError::Fields(errors)) if errors[0].field == "reason"), "{refused:?}");
    let other = of(&house, steward, &[Role::Steward]);
    let denied = exports::add(&house.services, &other, id, &weekly(What::Numbers, &[officer])).await;
    assert!(matches!(denied, Err(ExportError::Denied(_))));
    assert!(exports::list(&house.services, &other).await.is_err());
    assert_eq!(number(&house, "select count(*) from export_schedule").await, 0);
}

#[tokio::test]
async fn of_two_who_change_it_one_does_and_the_other_sees_that() {
    let house = TestHouse::new().await;
    let (owner, other) = (told_officer(&house, "owner").await, told_officer(&house, "other").await);
    let id = scheduled(&house, owner, &weekly(What::Numbers, &[owner])).await;
    let context = officer_of(&house, other);
    let version = exports::schedule(&house.services, &context, id).await.expect("a schedule").version;
    let terms = weekly(What::Bookings, &[owner, other]);
    exports::change(&house.services, &context, (id, version), &terms).await.expect("changed");
    let late = exports::change(&house.services, &officer_of(&house, owner), (id, version), &terms).await;
    assert!(matches!(late, Err(ExportError::StateHasChanged)));
    let now = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert_eq!((now.what, now.owner.account, now.recipients.len()), (What::Bookings, other, 2));
    assert_eq!(entries(&house, "export.changed").await.len(), 1);

    // One that is due and not made yet is sent all the same, of the days it was due for, and goes on in its new rhythm.
    until(&house, "2026-07-27T08:00:00+08:00");
    let context = officer_of(&house, other);
    let thursdays = Terms { rhythm: Rhythm::new(Every::Week, 4, 8).expect("a rhythm"), ..terms };
    exports::change(&house.services, &context, (id, now.version), &thursdays).await.expect("changed");
    assert_eq!(exports::run_due(&house.services).await.expect("due"), 1);
    assert_eq!(exports::run_due(&house.services).await.expect("not due again"), 0);
    let sent = entries(&house, "export.sent").await;
    let day = |end: &str| sent[0][end].as_str().expect("a day");
    assert_eq!((sent.len(), day("from"), day("to")), (1, "2026-07-20", "2026-07-26"));
    let next = "2026-07-30T08:00:00+08:00".parse::<Timestamp>().expect("an instant");
    let seen = exports::schedule(&house.services, &context, id).await.expect("a schedule");
    assert_eq!(seen.standing, Standing::Active(next));
    post(&house).await;
    assert_eq!(letters(&house).await.len(), 2);
}
