//! Compliance is reminded by mail of what is due, on working days, once; and not of what was published since.

use super::{house_on, on, pay, publish, quarter, twelve};
use crate::exports::{colleague, proves};
use crate::ledger::purse_of;
use domain::account::Role;
use domain::disclosure::Term;
use services::disclosure::remind_due;
use services::jobs::{Handlers, drain};
use services::messages;
use testkit::TestHouse;

async fn mails(house: &TestHouse) -> Vec<(String, String)> {
    sqlx::query_as("select template, state from message where template = 'report_due' order by id")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("messages")
}

async fn work(house: &TestHouse) {
    drain(&house.services, &messages::handlers(Handlers::new())).await.expect("the jobs ran");
}

#[tokio::test]
async fn compliance_is_told_once_a_day_until_the_report_is_out() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    let officer = colleague(&house, "compliance-a", Role::ComplianceOfficer).await;
    proves(&house, officer, "compliance@example.com").await;
    colleague(&house, "compliance-b", Role::ComplianceOfficer).await;
    assert_eq!(remind_due(&house.services).await.expect("looked"), 0, "nothing is due");
    // The second quarter is due on 30 July, a Thursday; one is reminded on the 16th.
    on(&house, "2026-07-15");
    assert_eq!(remind_due(&house.services).await.expect("looked"), 0);
    on(&house, "2026-07-16");
    assert_eq!(remind_due(&house.services).await.expect("looked"), 1);
    assert_eq!(remind_due(&house.services).await.expect("looked"), 0, "once over all servers");
    work(&house).await;
    assert_eq!(mails(&house).await, [("report_due".to_owned(), "sent".to_owned())], "to the address that is proven");
    // Overdue: every day that is worked; not on a Saturday.
    on(&house, "2026-08-01");
    assert_eq!(remind_due(&house.services).await.expect("looked"), 0);
    on(&house, "2026-08-03");
    assert_eq!(remind_due(&house.services).await.expect("looked"), 1);
    publish(&house, "2026-Q2").await;
    work(&house).await;
    let all = mails(&house).await;
    assert_eq!(all.iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>(), ["sent", "dropped"], "it is out");
    on(&house, "2026-08-04");
    assert_eq!(remind_due(&house.services).await.expect("looked"), 0);
    assert_eq!("2026-Q2".parse(), Ok(Term::Quarter(quarter("2026-Q2"))));
}
