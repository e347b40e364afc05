//! Training dates: their places, what becomes of those who chose one that moves or falls away, reminders.

use super::certificates::{mark, selected};
use super::*;
use domain::ambassador::State;
use domain::booking::Reminder;
use domain::field::Fault;
use domain::ids::TrainingId;
use jiff::Timestamp;
use services::ambassadors::{AmbassadorFault, NewTraining, TrainingDate};
use services::jobs::{self, Failure, Handlers, Job};
use std::sync::Arc;
use store::ambassadors::applications::{self, Change};
use store::ambassadors::trainings;
use tokio::sync::Barrier;

const PLACE: &str = "造血干细胞科普馆";
const REMINDED: &str = "校园科普宣传员培训提醒";
const MOVED: &str = "校园科普宣传员培训时间有变，请重新选择";

/// The same date with other words.
fn like(date: &TrainingDate, places: Option<u32>) -> NewTraining {
    let it = &date.training;
    NewTraining { starts_at: it.starts_at, ends_at: it.ends_at, place: it.place.clone(), places }
}

async fn dates(house: &TestHouse, round: AmbassadorRoundId) -> Vec<TrainingDate> {
    the_round(house, round).await.trainings
}

async fn limit(house: &TestHouse, round: AmbassadorRoundId, places: u32) -> TrainingId {
    let date = dates(house, round).await.remove(0);
    let to = like(&date, Some(places));
    ambassadors::change_training(&house.services, &officer(house), round, date.training.id, to).await.expect("limited");
    date.training.id
}

async fn choose(house: &TestHouse, id: AmbassadorId, date: TrainingId) -> Result<(), AmbassadorError> {
    let (pupil, link) = (house.context(Actor::Anonymous), link(house, id).await);
    ambassadors::confirm(&house.services, &pupil, &link, None, date).await
}

/// The clock goes on until an instant.
fn until(house: &TestHouse, at: Timestamp) {
    house.services.clock.advance(at.duration_since(house.now()));
}

async fn letters(house: &TestHouse, n: usize, subject: &str) -> usize {
    subjects(house, n).await.iter().filter(|it| *it == subject).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_choose_the_last_place_of_a_training_at_once_one_has_it() {
    let (house, round, all) = selected(2).await;
    let date = limit(&house, round, 1).await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let (one, two) = (link(&house, all[0]).await, link(&house, all[1]).await);
    let pupil = house.context(Actor::Anonymous);
    let (one, two) = tokio::join!(
        ambassadors::confirm(&house.services, &pupil, &one, None, date),
        ambassadors::confirm(&other, &pupil, &two, None, date),
    );
    let full =
        [one, two].into_iter().filter(|it| matches!(it, Err(AmbassadorError::Own(AmbassadorFault::TrainingFull))));
    assert_eq!(full.count(), 1);
    assert_eq!(dates(&house, round).await[0].people, 1);
    // Another of theirs who withdraws makes room.
    let (mut in_time, mut late) = (all[0], all[1]);
    if application(&house, in_time).await.state != State::Confirmed {
        std::mem::swap(&mut in_time, &mut late);
    }
    let handle = link(&house, in_time).await;
    ambassadors::withdraw(&house.services, &pupil, &handle, None).await.expect("withdrawn");
    choose(&house, late, date).await.expect("there is room again");
}

/// Two choose the last place as the house does, but without its round's lock. Answers what became of either.
async fn choose_unlocked(house: &TestHouse, round: AmbassadorRoundId, all: &[AmbassadorId]) -> Vec<sqlx::Result<()>> {
    let date = limit(house, round, 1).await;
    let start = Arc::new(Barrier::new(2));
    let mut both = Vec::new();
    for id in all {
        let (id, pool, now, start) = (id.0, house.db.owner_pool(), house.now(), Arc::clone(&start));
        both.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let seen = trainings::of_locked_round(&mut tx, date.0, round.0).await.expect("read").expect("the date");
            assert_eq!(seen.people, 0, "neither sees the other");
            start.wait().await;
            let change = Change { training: Some(date.0), ..Change::default() };
            applications::advance(&mut tx, id, State::Confirmed.name(), &change, now).await?;
            tx.commit().await
        }));
    }
    let mut ends = Vec::new();
    for one in both {
        ends.push(one.await.expect("nobody panics"));
    }
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_rounds_lock_and_the_databases_guard_two_would_have_its_last_place() {
    let (house, round, all) = selected(2).await;
    for trigger in
        ["drop trigger ambassador_chose on ambassador_application", "drop function refuse_overfilling cascade"]
    {
        sqlx::query(trigger).execute(&house.db.owner_pool()).await.expect("the guard is gone");
    }
    assert!(choose_unlocked(&house, round, &all).await.iter().all(Result::is_ok));
    assert_eq!(dates(&house, round).await[0].people, 2, "a race that cannot go wrong proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_a_training_more_people_than_it_has_places() {
    let (house, round, all) = selected(2).await;
    let ends = choose_unlocked(&house, round, &all).await;
    let refused: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    let [refused] = &refused[..] else { panic!("one of two, not {refused:?}") };
    assert_eq!(store::constraint_of(refused), Some("ambassador_training_within_places"));
    assert!(store::is_transient(refused), "a server of before tries again and says it is busy");
    assert_eq!(dates(&house, round).await[0].people, 1);
    // Raw SQL neither; who is there already, and fewer places than people, disturb nobody.
    let pool = house.db.owner_pool();
    let all_of_them = "update ambassador_application a set state = 'confirmed', training_id = t.id
                       from ambassador_training t where t.round_id = a.round_id";
    let refused = sqlx::query(all_of_them).execute(&pool).await.expect_err("one too many");
    assert_eq!(store::constraint_of(&refused), Some("ambassador_training_within_places"));
    sqlx::query("update ambassador_training set places = 2").execute(&pool).await.expect("another place");
    sqlx::query(all_of_them).execute(&pool).await.expect("room for both");
    sqlx::query("update ambassador_training set places = 1").execute(&pool).await.expect("nobody is sent away");
    sqlx::query("update ambassador_application set state = 'trained'").execute(&pool).await.expect("they were there");
    assert_eq!(dates(&house, round).await[0].people, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_in_flight_choose_once_and_both_read_what_is_done() {
    let (house, round, all) = selected(1).await;
    let date = dates(&house, round).await[0].training.id;
    let version = Some(application(&house, all[0]).await.version);
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let (pupil, link) = (house.context(Actor::Anonymous), link(&house, all[0]).await);
    let (one, two) = tokio::join!(
        ambassadors::confirm(&house.services, &pupil, &link, version, date),
        ambassadors::confirm(&other, &pupil, &link, version, date),
    );
    one.expect("chosen");
    two.expect("the second press finds it done");
    let said: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = 'ambassador.confirmed'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    assert_eq!(said, 1);
    // An old page that asks for another thing is told.
    let gone = ambassadors::confirm(&house.services, &pupil, &link, version, TrainingId(uuid::Uuid::nil())).await;
    assert!(matches!(gone, Err(AmbassadorError::StateHasChanged)), "{gone:?}");
}

#[tokio::test]
async fn whoever_chose_a_date_that_moves_or_falls_away_is_told_once_and_chooses_again() {
    let (house, round, all) = selected(2).await;
    let (services, staff) = (&house.services, officer(&house));
    let date = dates(&house, round).await.remove(0);
    let id = date.training.id;
    for one in &all {
        choose(&house, *one, id).await.expect("chosen");
    }
    // Fewer places than were chosen are refused; another number disturbs nobody.
    let fewer = ambassadors::change_training(services, &staff, round, id, like(&date, Some(1))).await;
    let fault = Fault::OutOfRange { min: 2, max: domain::ambassador::MOST_PLACES };
    assert!(
        matches!(&fewer, Err(AmbassadorError::Fields(faults)) if (faults[0].field.as_ref(), &faults[0].fault) == ("training_places", &fault)),
        "{fewer:?}"
    );
    limit(&house, round, 5).await;
    assert_eq!(application(&house, all[0]).await.state, State::Confirmed);
    // An hour later: another date.
    let later = NewTraining {
        starts_at: date.training.starts_at + hours(1),
        ends_at: date.training.ends_at + hours(1),
        ..like(&date, Some(5))
    };
    ambassadors::change_training(services, &staff, round, id, later.clone()).await.expect("moved");
    let again = ambassadors::change_training(services, &staff, round, id, later).await;
    assert!(matches!(again, Err(AmbassadorError::StateHasChanged)), "{again:?}");
    let moved = dates(&house, round).await.remove(0);
    assert_eq!((moved.people, moved.training.starts_at), (0, date.training.starts_at + hours(1)));
    for (n, one) in all.iter().enumerate() {
        let application = application(&house, *one).await;
        assert_eq!((application.state, &application.training), (State::Selected, &None));
        assert_eq!(letters(&house, n, MOVED).await, 1);
    }
    let gone = choose(&house, all[0], id).await;
    assert!(matches!(gone, Err(AmbassadorError::Own(AmbassadorFault::NoSuchTraining))), "{gone:?}");
    choose(&house, all[0], moved.training.id).await.expect("chosen again");
    for press in 0..2 {
        let removed = ambassadors::remove_training(services, &staff, round, moved.training.id).await;
        removed.unwrap_or_else(|error| panic!("press {press}: {error}"));
    }
    assert!(dates(&house, round).await.is_empty());
    assert_eq!(letters(&house, 0, MOVED).await, 2);
    assert_eq!(letters(&house, 1, MOVED).await, 1, "who had not chosen again is not told again");
}

#[tokio::test]
async fn a_training_whose_attendance_is_written_down_stays_as_it_is() {
    let (house, round, all) = selected(1).await;
    let date = dates(&house, round).await.remove(0);
    choose(&house, all[0], date.training.id).await.expect("chosen");
    until(&house, date.training.ends_at);
    mark(&house, all[0], true).await.expect("was there");
    let (services, staff) = (&house.services, officer(&house));
    let removed = ambassadors::remove_training(services, &staff, round, date.training.id).await;
    assert!(matches!(removed, Err(AmbassadorError::Own(AmbassadorFault::TrainingHeld))), "{removed:?}");
    let ahead = house.now() + hours(48);
    let to = NewTraining { starts_at: ahead, ends_at: ahead + hours(3), ..like(&date, None) };
    let moved = ambassadors::change_training(services, &staff, round, date.training.id, to).await;
    assert!(matches!(moved, Err(AmbassadorError::Own(AmbassadorFault::TrainingHeld))), "{moved:?}");
    let door = crate::booking::steward(&house);
    let denied = ambassadors::remove_training(services, &door, round, date.training.id).await;
    assert!(matches!(denied, Err(AmbassadorError::Denied(_))), "{denied:?}");
}

#[tokio::test]
async fn a_training_that_has_begun_with_somebody_in_it_stays_as_it_is_before_the_register_too() {
    let (house, round, all) = selected(1).await;
    let date = dates(&house, round).await.remove(0);
    let (services, id) = (&house.services, date.training.id);
    let mut empty = like(&date, None);
    empty.starts_at -= hours(24);
    empty.ends_at -= hours(24);
    ambassadors::add_training(services, &officer(&house), round, empty).await.expect("another date");
    choose(&house, all[0], id).await.expect("chosen");
    assert!(!dates(&house, round).await[1].held, "it can be moved until it begins");
    until(&house, date.training.starts_at);
    let (staff, ahead) = (officer(&house), house.now() + hours(48));
    let there = dates(&house, round).await;
    assert_eq!(there.iter().map(|it| it.held).collect::<Vec<_>>(), [false, true], "of an empty one nobody speaks");
    let removed = ambassadors::remove_training(services, &staff, round, id).await;
    assert!(matches!(removed, Err(AmbassadorError::Own(AmbassadorFault::TrainingHeld))), "{removed:?}");
    let to = NewTraining { starts_at: ahead, ends_at: ahead + hours(3), ..like(&date, None) };
    let moved = ambassadors::change_training(services, &staff, round, id, to).await;
    assert!(matches!(moved, Err(AmbassadorError::Own(AmbassadorFault::TrainingHeld))), "{moved:?}");
    assert_eq!(application(&house, all[0]).await.state, State::Confirmed);
    ambassadors::remove_training(services, &staff, round, there[0].training.id).await.expect("nobody came to it");
    mark(&house, all[0], true).await.expect("the register is entered afterwards");
}

#[tokio::test]
async fn a_training_is_called_to_mind_three_days_and_one_day_before_and_never_one_that_moved() {
    let (house, round, all) = selected(2).await;
    let first = dates(&house, round).await.remove(0);
    let starts_at = first.training.starts_at;
    let other = NewTraining {
        starts_at: starts_at + hours(48),
        ends_at: starts_at + hours(51),
        place: PLACE.into(),
        places: None,
    };
    ambassadors::add_training(&house.services, &officer(&house), round, other).await.expect("another date");
    let other = dates(&house, round).await.remove(1).training.id;
    // There and back: what was queued for either is sent once.
    for date in [first.training.id, other, first.training.id] {
        choose(&house, all[0], date).await.expect("chosen");
    }
    choose(&house, all[1], other).await.expect("chosen");
    assert_eq!(letters(&house, 0, REMINDED).await, 0);
    until(&house, Reminder::Days3.goes_out_at(starts_at));
    assert_eq!(letters(&house, 0, REMINDED).await, 1);
    ambassadors::remove_training(&house.services, &officer(&house), round, other).await.expect("removed");
    until(&house, Reminder::Day1.goes_out_at(starts_at));
    assert_eq!(letters(&house, 0, REMINDED).await, 2);
    until(&house, starts_at + hours(72));
    assert_eq!(letters(&house, 0, REMINDED).await, 2);
    assert_eq!(letters(&house, 1, REMINDED).await, 0, "of a date that is no more, nobody is reminded");
}

/// A server of the release before training dates had messages of their own: it gives up what it cannot read.
fn of_before() -> Handlers {
    Handlers::new().on("messages.ambassador", |_, job: Job<serde_json::Value>| async move {
        match job.payload["template"].as_str() {
            Some("received" | "asked" | "selected" | "reserve" | "refused" | "certified" | "withdrawn") => Ok(()),
            _ => Err(Failure::give_up("payload_unreadable")),
        }
    })
}

#[tokio::test]
async fn a_server_of_before_leaves_the_messages_about_training_dates_to_one_that_can_read_them() {
    let (house, round, all) = selected(1).await;
    let (services, staff) = (&house.services, officer(&house));
    let date = dates(&house, round).await.remove(0);
    choose(&house, all[0], date.training.id).await.expect("chosen");
    let later = NewTraining {
        starts_at: date.training.starts_at + hours(1),
        ends_at: date.training.ends_at + hours(1),
        ..like(&date, None)
    };
    ambassadors::change_training(services, &staff, round, date.training.id, later).await.expect("moved");
    let given_up = "select count(*) from job where state = 'dead'";
    assert_ne!(jobs::drain(services, &of_before()).await.expect("worked off"), 0, "it sends what it knows");
    assert_eq!(letters(&house, 0, MOVED).await, 1);
    let moved = dates(&house, round).await.remove(0).training;
    choose(&house, all[0], moved.id).await.expect("chosen again");
    until(&house, Reminder::Day1.goes_out_at(moved.starts_at));
    jobs::drain(services, &of_before()).await.expect("worked off");
    assert_eq!(crate::account::number(&house, given_up).await, 0, "nothing was given up");
    assert_eq!(letters(&house, 0, REMINDED).await, 1);
}

#[tokio::test]
async fn the_place_on_the_reserve_is_counted_among_those_who_still_wait() {
    let (house, round) = house(1).await;
    let mut all = Vec::new();
    for n in 0..4 {
        all.push(apply(&house, round, n).await);
    }
    select(&house, round, &all, 1).await;
    let ranks = async || {
        let mut ranks = Vec::new();
        for id in &all[1..] {
            ranks.push(application(&house, *id).await.rank);
        }
        ranks
    };
    assert_eq!(ranks().await, [Some(1), Some(2), Some(3)]);
    let pupil = house.context(Actor::Anonymous);
    ambassadors::withdraw(&house.services, &pupil, &link(&house, all[0]).await, None).await.expect("withdrawn");
    assert_eq!(application(&house, all[1]).await.state, State::Selected);
    assert_eq!(ranks().await[1..], [Some(1), Some(2)]);
    ambassadors::withdraw(&house.services, &pupil, &link(&house, all[2]).await, None).await.expect("withdrawn");
    assert_eq!(ranks().await[2], Some(1));
}
