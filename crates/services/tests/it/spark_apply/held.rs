//! What is held of whoever applies: nothing in the clear, a copy of it, an end to it.

use super::*;
use crate::account::later;
use domain::ids::CaseId;
use domain::spark::{Event, Part};
use jiff::SignedDuration;
use services::account::{AccountError, erase};
use services::privacy;
use services::spark::cases::{self, Act};

pub(super) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn nothing_that_was_typed_stands_in_the_clear_in_any_table() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, "applicant@example.com").await;
    let planted = [NAME, DIAGNOSIS, PASSPORT, ACCOUNT, PHONE, "1990-01-01", "演示治疗方案", "演示市演示路1号"];
    let check = async |when: &str| {
        let all = house.db.everything().await;
        assert!(all.len() > 50 && all.iter().any(|(table, text)| table == "spark_application" && !text.is_empty()));
        for (table, text) in &all {
            for word in planted {
                assert!(!text.contains(word) && !text.contains(&hex(word)), "{when}: {word} in {table}");
            }
        }
    };
    let id = begun(&house, &me).await;
    check("typed").await;
    send(&house, &me, id).await.expect("sent");
    apply::withdraw_consent(&house.services, &me, id, domain::spark::application::Purpose::FollowUp).await.expect("ok");
    check("sent").await;
    // What would be found if it stood there: a row that does hold it.
    sqlx::query("update spark_application set locale = 'en', family_index = $1")
        .bind(NAME.as_bytes())
        .execute(&house.db.owner_pool())
        .await
        .expect("planted");
    let found = house.db.everything().await.into_iter().any(|(_, text)| text.contains(&hex(NAME)));
    assert!(found, "a search that finds nothing proves nothing");
}

#[tokio::test]
async fn what_nobody_sends_is_deleted_in_time_and_what_was_sent_is_not() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let (stale, sent) = (begun(&house, &me).await, begun(&house, &me).await);
    send(&house, &me, sent).await.expect("sent");
    heard(&house).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 59));
    let (_, me) = visitor(&house, PHONE).await;
    let fresh = begun(&house, &me).await;
    assert_eq!(privacy::preview(&house.services).await.expect("counted").spark_applications, 0);
    house.services.clock.advance(SignedDuration::from_hours(24 + 1));
    let due = privacy::preview(&house.services).await.expect("counted").spark_applications;
    let erased = privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((due, erased.spark_applications, erased.is_something()), (1, 1, true));
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_applications, 0);
    let (_, me) = visitor(&house, PHONE).await;
    let mut left: Vec<_> = apply::mine(&house.services, &me).await.expect("listed").iter().map(|it| it.id).collect();
    left.sort();
    let mut wanted = vec![sent, fresh];
    wanted.sort();
    assert_eq!(left, wanted);
    assert!(matches!(apply::read(&house.services, &me, stale).await, Err(ApplyError::NotFound)));
    assert_eq!(count(&house, "audit_entry where action = 'privacy.spark_applications_erased'").await, 1);
}

#[tokio::test]
async fn the_copy_has_what_was_typed_and_sent_and_the_end_of_the_account_ends_what_was_not_sent() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let sent = begun(&house, &me).await;
    send(&house, &me, sent).await.expect("sent");
    heard(&house).await;
    later(&house, 61);
    let (_, me) = visitor(&house, PHONE).await;
    let open = begun(&house, &me).await;
    let copy = erase::export_own(&house.services, &me).await.expect("a copy");
    let all = copy["aid_applications"].as_array().expect("a list");
    assert_eq!(all.len(), 2);
    let of = |id: ApplicationId| all.iter().find(|it| it["id"] == id.0.to_string()).expect("in it");
    assert_eq!(of(open)["typed"]["patient"]["patient_name"], NAME);
    assert_eq!((&of(open)["sent"], of(open)["consents"].as_array().map(Vec::len)), (&serde_json::Value::Null, Some(0)));
    assert_eq!(of(sent)["sent"]["diagnosis"], DIAGNOSIS);
    assert_eq!(of(sent)["consents"].as_array().map(Vec::len), Some(5));
    let early = erase::delete_own(&house.services, &me, true).await;
    assert!(matches!(early, Err(AccountError::LiveCase)), "its case goes on: {early:?}");
    let withdraw = Act {
        case: CaseId(sent.0),
        version: 1,
        part: Part::Applicant,
        event: Event::Withdraw,
        reason: None,
        award: None,
    };
    cases::act(&house.services, &me, &withdraw).await.expect("withdrawn");
    erase::delete_own(&house.services, &me, false).await.expect("deleted");
    assert_eq!(count(&house, "spark_application where submitted_at is null").await, 0);
    assert_eq!(count(&house, "spark_application_page").await, 0);
    assert_eq!(count(&house, "spark_snapshot").await, 1, "what was sent is the case's");
}
