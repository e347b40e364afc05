//! The reminder of money that is asked back, before its last day: once, while something is owed.

use super::clawback::{asked, demand, paid, paper};
use super::due::{to_noon_of, today, told};
use super::*;
use crate::ledger::{number, releaser};
use domain::Locale;
use domain::spark::due::REMINDED;
use domain::time::day_text;
use domain::workdays;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The first day, from a day on, on which a family is reminded of a last day.
fn reminded_on(from: Date, due: Date) -> Date {
    let mut days = (0_i32..400).map(|n| from + n.days());
    days.find(|day| workdays::after(*day, REMINDED) >= due).expect("a day")
}

async fn reminds(house: &TestHouse) -> u32 {
    cases::remind(&house.services).await.expect("looked")
}

/// What was sent of it.
async fn reminders(house: &TestHouse) -> Vec<String> {
    let sql = "select d.body_text from message m join dev_mailbox d on d.id = m.id
               where m.template = 'case_due' and m.state = 'sent' order by d.body_text";
    sqlx::query_scalar(sql).fetch_all(&house.db.owner_pool()).await.expect("read")
}

#[tokio::test]
async fn a_family_is_reminded_once_of_the_last_day_in_its_own_language() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let purse = purse_of(&house, 40_000).await;
    for (person, locale) in [(1, "zh-CN"), (2, "en")] {
        let (case, _) = paid(&house, purse, person).await;
        let spoken = sqlx::query("update account set locale = $2 where id = $1").bind(Uuid::from_u128(person));
        spoken.bind(locale).execute(&house.db.owner_pool()).await.expect("a language");
        helped(&house, case, 30 + person).await;
        asked(&house, case, 1_000).await;
    }
    let due = today(&house) + 30.days();
    let soon = reminded_on(today(&house), due);
    to_noon_of(&house, soon - 1.day());
    assert_eq!(reminds(&house).await, 0, "not yet");
    to_noon_of(&house, soon);
    assert_eq!(reminds(&house).await, 2);
    assert_eq!(reminds(&house).await, 0, "once");
    told(&house).await;
    let texts = reminders(&house).await;
    assert_eq!(texts.len(), 2, "each family, and nobody who helps it: {texts:?}");
    for (text, locale) in texts.iter().zip([Locale::En, Locale::ZhCn]) {
        assert!(text.contains(&day_text(due, locale)), "{text}");
    }
    // They may lie open on a table; and nothing lapses by it.
    for word in ["钱", "款", "退", "元", "救助", "火种", "失效", "演示", "money", "fund", "back", "lapse", "1,000"]
    {
        assert!(!texts.iter().any(|text| text.contains(word)), "{word}: {texts:?}");
    }
    to_noon_of(&house, due);
    assert_eq!(reminds(&house).await, 0, "nor on the last day again");
}

/// What came, or waits for a second person, is not asked for again.
#[tokio::test]
async fn of_what_came_nobody_is_reminded_and_a_reminder_that_is_late_is_dropped() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let purse = purse_of(&house, 40_000).await;
    let (early, _) = paid(&house, purse, 1).await;
    let (late, _) = paid(&house, purse, 2).await;
    let (early, late) = (asked(&house, early, 1_000).await, asked(&house, late, 1_000).await);
    paper(&house, early, 1_000).await.expect("entered");
    let part = paper(&house, late, 600).await.expect("a part");
    ledger::confirm(&house.services, &releaser(&house), part).await.expect("confirmed");
    to_noon_of(&house, reminded_on(today(&house), today(&house) + 30.days()));
    assert_eq!(reminds(&house).await, 1, "of the one with something left");
    paper(&house, late, 400).await.expect("the rest, before the message leaves");
    told(&house).await;
    assert_eq!(reminders(&house).await.len(), 0, "nothing is to be done any more");
    let dropped = "select count(*) from message where template = 'case_due' and state = 'dropped'";
    assert_eq!(number(&house, dropped).await, 1);
}

#[tokio::test]
async fn on_the_day_it_is_asked_and_after_the_last_nobody_is_reminded() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let purse = purse_of(&house, 40_000).await;
    let mut days = Vec::new();
    for (person, days_given) in [(1, 1_i32), (2, 3)] {
        let (case, _) = paid(&house, purse, person).await;
        let due = today(&house) + days_given.days();
        let short = cases::Demand { due, ..demand(&house, case, 1_000).await };
        cases::claw_back(&house.services, &compliance(&house), &short).await.expect("asked");
        days.push(due);
    }
    assert_eq!(reminds(&house).await, 0, "they are told of it anyway");
    to_noon_of(&house, days[0]);
    assert_eq!(reminds(&house).await, 2, "both are in the second half of their time");
    sqlx::query("delete from spark_case_reminder").execute(&house.db.owner_pool()).await.expect("as though not");
    to_noon_of(&house, days[1] + 1.day());
    assert_eq!(reminds(&house).await, 0, "of a day that is past");
}
