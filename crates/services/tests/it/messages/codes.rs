//! Codes: sealed while they wait, gone when they are stale.

use super::{deliver, jobs, message_states, minutes, queue_code, states};
use services::messages::{MailboxError, mailbox};
use std::sync::Arc;
use testkit::TestHouse;

#[tokio::test]
async fn a_code_reaches_its_phone_and_its_job_tells_nobody() {
    let house = TestHouse::new().await;
    queue_code(&house, "13800138000", "204817").await;
    let waiting = jobs(&house).await;
    assert_eq!(waiting.len(), 1);
    let payload = &waiting[0].3;
    assert!(!payload.contains("204817") && !payload.contains("13800138000"), "{payload}");

    assert_eq!(deliver(&house.services).await, 1);
    let mail = mailbox(&house.services).await.expect("development");
    assert_eq!((mail.len(), mail[0].channel.as_str(), mail[0].recipient.as_str()), (1, "sms", "13800138000"));
    assert_eq!(
        mail[0].body_text,
        "【山东省脐血库】验证码204817，10分钟内有效。请勿告诉他人；如非本人操作，请忽略本短信。"
    );
    assert!(jobs(&house).await.is_empty());
    assert_eq!(states(&message_states(&house).await), [("code", "sms", "sent")]);
}

#[tokio::test]
async fn a_code_by_mail_stands_in_the_body_and_not_in_the_subject() {
    let house = TestHouse::new().await;
    queue_code(&house, "li.na@example.com", "204817").await;
    deliver(&house.services).await;
    let mail = mailbox(&house.services).await.expect("development").remove(0);
    assert_eq!((mail.channel.as_str(), mail.recipient.as_str()), ("mail", "li.na@example.com"));
    assert_eq!(mail.subject, "山东省脐血库：您的验证码");
    assert!(mail.body_text.contains("您的验证码是：204817"));
    assert!(mail.body_html.is_some_and(|html| html.contains(">204817<")));
}

#[tokio::test]
async fn a_code_that_is_too_old_is_dropped() {
    let house = TestHouse::new().await;
    queue_code(&house, "13800138000", "204817").await;
    house.services.clock.advance(minutes(10));
    deliver(&house.services).await;
    assert!(mailbox(&house.services).await.expect("development").is_empty());
    assert_eq!(states(&message_states(&house).await), [("code", "sms", "dropped")]);
    assert!(jobs(&house).await.is_empty());
}

#[tokio::test]
async fn outside_development_nobody_reads_the_mailbox() {
    let mut house = TestHouse::new().await;
    queue_code(&house, "13800138000", "204817").await;
    deliver(&house.services).await;
    let mut settings = (*house.services.settings).clone();
    settings.development = false;
    house.services.settings = Arc::new(settings);
    assert!(matches!(mailbox(&house.services).await, Err(MailboxError::NotHere)));
}
