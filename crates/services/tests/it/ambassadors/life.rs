//! An application's life: sent once, decided with all others, withdrawn, trained; and what is kept of it.

use super::*;
use crate::booking::steward;
use domain::account::Denied;
use domain::ambassador::State;
use domain::field::Fault;
use services::ambassadors::{AmbassadorFault, Wanted};

#[tokio::test]
async fn a_pupil_applies_once_and_follows_it_by_the_link() {
    let (house, round) = house(2).await;
    let (services, pupil) = (&house.services, house.context(Actor::Anonymous));
    let draft = proven(&house, round, form(1)).await;
    let id = ambassadors::submit(services, &pupil, &draft).await.expect("an application");
    assert_eq!(ambassadors::submit(services, &pupil, &draft).await.expect("pressed twice"), id);
    let seen = ambassadors::view(services, &pupil, &link(&house, id).await).await.expect("by the link");
    assert_eq!((seen.state, seen.name.as_str(), seen.round), (State::Submitted, "演示·同学1", round));
    assert_eq!(subjects(&house, 1).await, ["校园科普宣传员报名已收到"]);
    house.services.clock.advance(hours(1));
    let again = proven(&house, round, form(1)).await;
    let refused = ambassadors::submit(services, &pupil, &again).await;
    assert!(
        matches!(refused, Err(AmbassadorError::Own(AmbassadorFault::AppliedAlready))),
        "one contact, one application: {refused:?}"
    );
    // Whoever withdrew before the selection may apply anew.
    ambassadors::withdraw(services, &pupil, &link(&house, id).await, None).await.expect("withdrawn");
    ambassadors::submit(services, &pupil, &again).await.expect("a second one");
    assert_eq!(the_round(&house, round).await.applications, 1);
}

#[tokio::test]
async fn a_round_takes_applications_from_its_beginning_to_its_end_and_no_longer() {
    let (house, round) = house(2).await;
    let (services, pupil) = (&house.services, house.context(Actor::Anonymous));
    let draft = proven(&house, round, form(1)).await;
    house.services.clock.advance(hours(24 * 5) - SignedDuration::from_millis(1));
    let late = proven(&house, round, form(2)).await;
    house.services.clock.advance(SignedDuration::from_millis(1));
    let now = house.context(Actor::Anonymous);
    for draft in [&late, &draft] {
        let refused = ambassadors::submit(services, &now, draft).await;
        assert!(
            matches!(refused, Err(AmbassadorError::Own(AmbassadorFault::NotOpen)) | Err(AmbassadorError::NotFound)),
            "{refused:?}"
        );
    }
    let refused = ambassadors::begin(services, &now, VISITOR, &network(), round).await;
    assert!(matches!(refused, Err(AmbassadorError::Own(AmbassadorFault::NotOpen))), "{refused:?}");
    // A round nobody sees is none.
    let hidden = ambassadors::add_round(services, &officer(&house), fresh(&house, 1)).await.expect("a round");
    let refused = ambassadors::begin(services, &pupil, VISITOR, &network(), hidden).await;
    assert!(matches!(refused, Err(AmbassadorError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn nobody_learns_of_a_decision_before_all_do_and_everybody_is_told_once() {
    let (house, round) = house(1).await;
    let (services, staff) = (&house.services, officer(&house));
    let mut all = Vec::new();
    for n in 0..4 {
        all.push(apply(&house, round, n).await);
    }
    ambassadors::withdraw(services, &house.context(Actor::Anonymous), &link(&house, all[3]).await, None)
        .await
        .expect("withdrawn");
    decide(&house, all[0], Decided::Selected).await.expect("decided");
    decide(&house, all[1], Decided::Selected).await.expect("decided");
    let refused = decide(&house, all[2], Decided::Refused(" ".into())).await;
    assert!(
        matches!(&refused, Err(AmbassadorError::Fields(faults)) if faults[0].fault == Fault::Required),
        "a refusal has a reason: {refused:?}"
    );
    let publish = async || ambassadors::publish_selection(services, &officer(&house), round).await;
    let own = |result| match result {
        Err(AmbassadorError::Own(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(own(publish().await), AmbassadorFault::StillOpen);
    house.services.clock.advance(hours(24 * 6));
    assert_eq!(own(publish().await), AmbassadorFault::Undecided { count: 1 });
    decide(&house, all[2], Decided::Refused("名额有限".into())).await.expect("decided");
    assert_eq!(own(publish().await), AmbassadorFault::MoreThanPlaces { selected: 2, places: 1 });
    assert_eq!(application(&house, all[0]).await.state, State::Submitted, "nothing was done");
    decide(&house, all[1], Decided::Reserve(1)).await.expect("decided anew");
    assert_eq!(publish().await.expect("public"), 1);
    assert_eq!(publish().await.expect("pressed twice"), 1);
    for (n, (state, subject)) in [
        (State::Selected, "恭喜，您已入选校园科普宣传员"),
        (State::Reserve, "校园科普宣传员报名：您在候补名单中"),
        (State::Refused, "校园科普宣传员评选结果"),
        (State::Withdrawn, "校园科普宣传员报名已撤回"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(application(&house, all[n]).await.state, state);
        let told = subjects(&house, n).await;
        assert_eq!(told.iter().filter(|it| *it == subject).count(), 1, "{told:?}");
    }
    let version = application(&house, all[1]).await.version;
    let refused = ambassadors::decide(services, &staff, all[1], version, Decided::Selected).await;
    assert!(matches!(refused, Err(AmbassadorError::Own(AmbassadorFault::SelectionPublic))), "{refused:?}");
}

#[tokio::test]
async fn more_places_go_to_the_reserve_in_order() {
    let (house, round) = house(1).await;
    let (services, staff) = (&house.services, officer(&house));
    let mut all = Vec::new();
    for n in 0..3 {
        all.push(apply(&house, round, n).await);
    }
    select(&house, round, &all, 1).await;
    let version = the_round(&house, round).await.version;
    ambassadors::change_round(services, &staff, round, version, fresh(&house, 2)).await.expect("more places");
    assert_eq!(application(&house, all[1]).await.state, State::Selected);
    assert_eq!(application(&house, all[2]).await.state, State::Reserve);
    let version = the_round(&house, round).await.version;
    let refused = ambassadors::change_round(services, &staff, round, version, fresh(&house, 1)).await;
    assert!(
        matches!(&refused, Err(AmbassadorError::Fields(faults)) if faults[0].field == "places"),
        "fewer places than are given away: {refused:?}"
    );
    // No training date yet: the links live until there is one, and then the selected are told once more.
    assert!(application(&house, all[0]).await.last_day >= house.now() + hours(24 * 150));
    for day in [10, 11] {
        let date = training(&house, 24 * day);
        ambassadors::add_training(services, &officer(&house), round, date).await.expect("a date");
    }
    for (n, letters) in [(0, 2), (1, 2), (2, 0)] {
        let told = subjects(&house, n).await;
        assert_eq!(told.iter().filter(|it| it.contains("恭喜")).count(), letters, "{told:?}");
    }
}

#[tokio::test]
async fn staff_of_the_events_read_applications_in_the_trail_and_the_doors_stewards_never() {
    let (house, round) = house(2).await;
    let id = apply(&house, round, 1).await;
    let (services, door) = (&house.services, steward(&house));
    let denied = |error| matches!(error, AmbassadorError::Denied(Denied::NotAllowed));
    assert!(denied(ambassadors::read(services, &door, id).await.expect_err("a steward")));
    let all = ambassadors::applications(services, &door, round, &Wanted::default()).await;
    assert!(denied(all.expect_err("a steward")));
    assert!(denied(ambassadors::all_rounds(services, &door).await.expect_err("a steward")));
    assert!(denied(ambassadors::publish_selection(services, &door, round).await.expect_err("a steward")));
    let staff = officer(&house);
    ambassadors::read(services, &staff, id).await.expect("the application");
    let trail: i64 =
        sqlx::query_scalar("select count(*) from audit_entry where action = 'ambassador.read' and subject_id = $1")
            .bind(id.0)
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("the trail");
    assert_eq!(trail, 1);
    let narrowed = Wanted { state: Some(State::Submitted), text: "星河".into() };
    assert_eq!(ambassadors::applications(services, &staff, round, &narrowed).await.expect("a list").len(), 1);
    let other = Wanted { state: Some(State::Selected), ..Wanted::default() };
    assert!(ambassadors::applications(services, &staff, round, &other).await.expect("a list").is_empty());
}

#[tokio::test]
async fn who_was_not_selected_is_forgotten_when_the_time_is_over() {
    let (house, round) = house(1).await;
    let mut child = form(2);
    for (field, text) in [("age", "12"), ("guardian", "演示·家长"), ("guardian_consent", "on")] {
        child.0.insert(field.into(), text.into());
    }
    let selected = apply(&house, round, 1).await;
    let draft = proven(&house, round, child).await;
    let id = ambassadors::submit(&house.services, &house.context(Actor::Anonymous), &draft).await.expect("a child");
    assert_eq!(application(&house, id).await.guardian.as_ref().map(|it| it.as_str()), Some("演示·家长"));
    let said: i64 = sqlx::query_scalar("select count(*) from audit_entry where detail::text like '%guardian%'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    assert_eq!(said, 0, "the trail is kept for ever: it does not say who is a child");
    decide(&house, selected, Decided::Selected).await.expect("decided");
    decide(&house, id, Decided::Refused("名额有限".into())).await.expect("decided");
    house.services.clock.advance(hours(24 * 6));
    ambassadors::publish_selection(&house.services, &officer(&house), round).await.expect("public");
    house.services.clock.advance(hours(24 * 179));
    assert_eq!(services::privacy::erase_due(&house.services).await.expect("erased").ambassadors, 0);
    house.services.clock.advance(hours(24 * 2));
    let version = application(&house, id).await.version;
    assert_eq!(services::privacy::preview(&house.services).await.expect("counted").ambassadors, 2);
    // The other's round is over as well by then: nobody trained them.
    assert_eq!(services::privacy::erase_due(&house.services).await.expect("erased").ambassadors, 2);
    let emptied = application(&house, id).await;
    assert_eq!(emptied.version, version + 1, "whoever saw what was there looks again");
    assert_eq!((emptied.name.as_str(), emptied.note.as_str()), ("已删除", "已删除"));
    assert!(emptied.contact.is_none() && emptied.guardian.is_none() && emptied.age.is_none());
    assert!(emptied.reason.is_none() && emptied.state == State::Refused);
    let proof: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = 'privacy.ambassador_erased'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    assert_eq!(proof, 2);
    assert_eq!(services::privacy::erase_due(&house.services).await.expect("again").ambassadors, 0);
}
