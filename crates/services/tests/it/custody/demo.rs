//! The demo.

use super::*;
use services::custody::seed_demo;

#[tokio::test]
async fn the_demo_has_units_in_many_states_and_repeating_it_adds_nothing() {
    let house = TestHouse::new().await;
    let system = house.services.system();
    seed_demo(&house.services, &system).await.expect("a demo");
    let counts = async || {
        let mut all = Vec::new();
        for table in ["custody_unit", "custody_event", "custody_placement", "custody_operator", "custody_deviation"] {
            let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            all.push(sqlx::query_scalar::<_, i64>(sql).fetch_one(&house.services.db).await.expect(table));
        }
        all
    };
    let first = counts().await;
    seed_demo(&house.services, &system).await.expect("the same demo");
    assert_eq!(counts().await, first);
    assert_eq!(first[0], 14);
    for state in ["banked", "rejected_at_intake", "infused", "quarantine_hold", "frozen_quarantine", "in_transit"] {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from custody_unit where state = '{state}'"));
        let there: i64 = sqlx::query_scalar(sql).fetch_one(&house.services.db).await.expect(state);
        assert!(there > 0, "{state}");
    }
    let open = number(&house, "select count(*) from custody_unit where open_deviations > 0").await;
    assert_eq!(open, 2);
    let future = number(&house, "select count(*) from custody_event where occurred_at > received_at").await;
    assert_eq!(future, 0, "nothing of the demo is still to come");
    let visitor = house.context(domain::account::Actor::Anonymous);
    assert!(seed_demo(&house.services, &visitor).await.is_err());
}
