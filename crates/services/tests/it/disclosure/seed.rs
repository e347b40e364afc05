//! The demo has two reports that anybody can check.

use super::{PAID, house_on, number};
use domain::disclosure::Quarter;
use domain::time::local_day;
use services::disclosure::{self, published};
use services::ledger;

#[tokio::test]
async fn the_demos_reports_are_what_its_ledger_says() {
    let house = house_on("2026-11-27").await;
    let (services, system) = (&house.services, house.services.system());
    ledger::seed_demo(services, &system).await.expect("the funds");
    disclosure::seed_demo(services, &system).await.expect("the reports");
    disclosure::seed_demo(services, &system).await.expect("the same once more");
    let all = published(services).await.expect("read");
    let last = Quarter::before(local_day(house.now()));
    assert_eq!(all.all().len(), 2);
    let kept = all.latest().expect("a report");
    assert_eq!(kept.snapshot.quarter, last);
    let total = kept.snapshot.tables.total();
    assert!(total.families >= 205 + 24, "{total:?}");
    assert!(kept.snapshot.received_in_all().get() > 1_000_000_000, "over ten million yuan");
    assert!(total.amount.get() <= number(&house, PAID).await);
    assert!(kept.snapshot.tables.by_region().len() > 1, "some cities can be shown");
}
