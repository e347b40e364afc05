//! The Spark Project: its standards are whole versions that come into force on their day and are never changed.

use domain::account::{Actor, Denied, Role};
use domain::ids::{AccountId, LoginSessionId};
use domain::ledger::Amount;
use domain::spark::DiseaseGroup;
use domain::time::local_day;
use jiff::{SignedDuration, ToSpan as _};
use services::spark::{self, SparkError, Standards, publish, standards};
use sqlx::AssertSqlSafe;
use testkit::TestHouse;
use uuid::Uuid;

async fn demo(house: &TestHouse) -> Standards {
    let system = house.services.system();
    spark::seed_demo(&house.services, &system).await.expect("the demo");
    standards(&house.services, &system).await.expect("read").expect("there are some")
}

#[tokio::test]
async fn the_demo_has_standards_for_every_group_and_says_that_they_are_invented() {
    let house = TestHouse::new().await;
    assert!(standards(&house.services, &house.services.system()).await.expect("read").is_none());
    let shown = demo(&house).await;
    assert!(shown.demo);
    for group in DiseaseGroup::ALL {
        assert!(shown.lines.iter().any(|line| line.group == group), "{group:?}");
    }
    assert!(shown.lines.iter().all(|line| !line.title.en.is_empty() && !line.covers.en.is_empty()));
    assert_eq!(demo(&house).await, shown, "a second time adds nothing");
    let published: i64 =
        sqlx::query_scalar("select count(*) from audit_entry where action = 'spark.standards_published'")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("a count");
    assert_eq!(published, 1);
}

#[tokio::test]
async fn a_version_comes_into_force_on_its_day_and_the_older_stays_as_it_was() {
    let house = TestHouse::new().await;
    let first = demo(&house).await;
    let mut second = first.clone();
    second.version = 2;
    second.demo = false;
    second.holds_from = local_day(house.now()).checked_add(1.day()).expect("a day");
    second.lines.truncate(1);
    second.lines[0].most = Amount::new(6_000_000).expect("an amount");
    publish(&house.services, &house.services.system(), &second).await.expect("published");
    let read = async || standards(&house.services, &house.services.system()).await.expect("read").expect("some");
    assert_eq!(read().await, first, "not before its day");
    house.services.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(read().await, second);
    let taken = publish(&house.services, &house.services.system(), &second).await;
    assert!(matches!(taken, Err(SparkError::VersionTaken(2))), "{taken:?}");
}

#[tokio::test]
async fn nobody_changes_a_version_and_staff_publish_none() {
    let house = TestHouse::new().await;
    let shown = demo(&house).await;
    for change in [
        "update spark_standard set most_fen = 100",
        "delete from spark_standard",
        "update spark_standard_version set demo = false",
        "delete from spark_standard_version",
    ] {
        let refused = sqlx::query(change).execute(&house.db.app_pool(1)).await.expect_err(change);
        assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
    }
    let chair = Actor::Staff {
        account: AccountId(Uuid::nil()),
        login: LoginSessionId(Uuid::nil()),
        roles: vec![Role::Chair],
        stepped_up_at: Some(house.now()),
    };
    let fresh = Standards { version: 9, ..shown };
    let refused = publish(&house.services, &house.context(chair), &fresh).await;
    assert!(matches!(refused, Err(SparkError::Denied(Denied::NotAllowed))), "{refused:?}");
}

#[tokio::test]
async fn a_version_is_published_whole_and_nothing_is_added_to_it() {
    let house = TestHouse::new().await;
    demo(&house).await;
    let version = |number: i32, lines: i32| {
        format!(
            "insert into spark_standard_version (version, holds_from, demo, decided_zh, decided_en, lines, created_at)
             values ({number}, '2026-07-01', false, 'x', 'x', {lines}, '2026-07-20T04:00Z')"
        )
    };
    let line = |number: i32, position: i32| {
        format!("insert into spark_standard values ({number}, {position}, 'rare', 'x', 'x', 'x', 'x', 100, 'case')")
    };
    let cases = [
        (line(1, 7), Some("spark_standard_belongs")),
        (line(1, 0), Some("spark_standard_belongs")),
        (line(8, 1), Some("spark_standard_belongs")),
        (version(2, 0), Some("spark_standard_version_lines")),
        (format!("{}; {}", version(2, 2), line(2, 1)), Some("spark_standard_whole")),
        (format!("{}; {}; {}", version(2, 2), line(2, 1), line(2, 2)), None),
        (line(2, 3), Some("spark_standard_belongs")),
    ];
    for (sql, rule) in cases {
        let mut db = house.services.db.acquire().await.expect("a connection").detach();
        let answer = sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await;
        let refused = answer.err().map(|error| store::constraint_of(&error).unwrap_or_default().to_owned());
        assert_eq!(refused.as_deref(), rule, "{sql}");
    }
}
