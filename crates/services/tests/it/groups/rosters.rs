//! The list of who comes: kept whole or not at all, sealed, handed out to those who say why.

use super::{approve, ask, house, link, network, request};
use crate::booking::{officer, steward};
use domain::account::Actor;
use domain::field::Fault;
use domain::groups::{Column, RowFault, State};
use jiff::SignedDuration;
use services::Context;
use services::groups::{self, GroupError, GroupFault, Sent};

fn names(count: usize) -> String {
    let lines: Vec<String> = (1..=count).map(|n| format!("演示·同学{n:02},三年级{}班", n % 2 + 1)).collect();
    format!("姓名,班级\n{}", lines.join("\n"))
}

#[tokio::test]
async fn a_list_with_three_faulty_rows_keeps_nothing_and_the_right_one_everything() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    let send = async |text: String| {
        groups::save_roster(&house.services, &class, &handle, Sent::File(text.into_bytes()), &network()).await
    };
    assert_eq!(send(names(47)).await.expect("fewer are welcome"), 47);
    let faulty =
        names(48).replace("演示·同学07", "").replace("演示·同学20", "=1+1").replace("演示·同学31", "演示·同学29");
    let faults = match send(faulty).await.expect_err("three rows are wrong") {
        GroupError::Own(GroupFault::Rows(faults)) => faults,
        other => panic!("{other}"),
    };
    let fault = |row, fault| RowFault { row, column: Column::Name, fault };
    assert_eq!(
        faults,
        [fault(8, Fault::Required), fault(21, Fault::FormulaCell), fault(32, Fault::RowTwice { row: 30 })]
    );
    assert_eq!(request(&house, id).await.listed, Some(47), "the list of before stands");
    assert_eq!(send(names(48)).await.expect("right"), 48);
    assert!(matches!(send(names(49)).await, Err(GroupError::Own(GroupFault::Rows(_)))), "more than come");
    let shown = groups::own_roster(&house.services, &class, &handle).await.expect("it").expect("a list");
    assert_eq!((shown.people.len(), shown.people[0].0.as_str()), (48, "演****"));
}

#[tokio::test]
async fn names_lie_sealed_and_go_out_only_to_those_who_say_why() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    let sent = Sent::Text("演示·甲，一班".into());
    groups::save_roster(&house.services, &class, &handle, sent, &network()).await.expect("a list");
    let stored: Vec<u8> =
        sqlx::query_scalar("select sealed from group_roster").fetch_one(&house.db.owner_pool()).await.expect("a row");
    assert!(!String::from_utf8_lossy(&stored).contains("演示"), "no name in the clear");

    let staff = officer(&house);
    let export = async |context: &Context, reason: &str| groups::export(&house.services, context, id, reason).await;
    assert!(matches!(export(&steward(&house), "门口").await, Err(GroupError::Denied(_))));
    assert!(matches!(export(&class, "门口").await, Err(GroupError::Denied(_))));
    assert!(matches!(export(&staff, " ").await, Err(GroupError::Fields(_))));
    let (text, name) = export(&staff, "门口核对").await.expect("a file");
    assert_eq!(text, "\u{feff}序号,姓名,班级\r\n1,演示·甲,一班\r\n");
    assert_eq!(name, format!("{}.csv", request(&house, id).await.reference));
    let noted: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = 'group.roster_exported'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(noted, 1, "one export, one line in the trail");
}

#[tokio::test]
async fn a_list_can_be_replaced_until_shortly_before_the_session() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let handle = link(&house, id).await;
    approve(&house, id, sessions[0]).await.expect("approved");
    let until = request(&house, id).await.session().expect("a session").starts_at - SignedDuration::from_hours(2);
    house.services.clock.advance(until.duration_since(house.now()) - SignedDuration::from_secs(1));
    let send = async |text: &str| {
        let class = house.context(Actor::Anonymous);
        groups::save_roster(&house.services, &class, &handle, Sent::Text(text.into()), &network()).await
    };
    send("演示·甲").await.expect("in time");
    house.services.clock.advance(SignedDuration::from_secs(1));
    assert!(matches!(send("演示·乙").await, Err(GroupError::Own(GroupFault::RosterClosed))));
    let class = house.context(Actor::Anonymous);
    for _ in 0..2 {
        groups::remove_roster(&house.services, &class, &handle).await.expect("removed, or was already");
    }
    assert_eq!(request(&house, id).await.listed, None);
    let noted = "select count(*) from audit_entry where action = 'group.roster_removed'";
    assert_eq!(crate::account::number(&house, noted).await, 1, "once, for the list that went");
}

#[tokio::test]
async fn a_list_goes_with_the_request_that_is_taken_back() {
    for approved in [false, true] {
        let (house, sessions) = house(&[60]).await;
        let id = ask(&house, 1, &sessions).await;
        let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
        let sent = Sent::Text("演示·甲，一班".into());
        groups::save_roster(&house.services, &class, &handle, sent, &network()).await.expect("a list");
        if approved {
            approve(&house, id, sessions[0]).await.expect("approved");
        }
        groups::withdraw(&house.services, &class, &handle, None).await.expect("withdrawn");
        assert_eq!(request(&house, id).await.state, State::Withdrawn);
        assert!(groups::own_roster(&house.services, &class, &handle).await.expect("it").is_none(), "{approved}");
        let count = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
        let pool = house.db.owner_pool();
        assert_eq!(count("select count(*) from group_roster").fetch_one(&pool).await.expect("a number"), 0);
        let noted = "select count(*) from audit_entry where action = 'group.roster_removed'";
        assert_eq!(count(noted).fetch_one(&pool).await.expect("a number"), 1, "once, in the trail");
    }
}
