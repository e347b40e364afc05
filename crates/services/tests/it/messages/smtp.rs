//! The SMTP server down, slow, refusing, and gone at the worst moment.

use super::{deliver, house_with_smtp, jobs, message_states, minutes, post, post_with, queue_code, states};
use secrecy::SecretString;
use services::messages::{SmtpSettings, SmtpTls};
use std::time::Duration;
use testkit::smtp::{Next, Protection, SmtpServer};

async fn one_code(house: &testkit::TestHouse) {
    queue_code(house, "li.na@example.com", "204817").await;
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let server = SmtpServer::start().await;
    let house = house_with_smtp(server.port()).await;
    one_code(&house).await;
    deliver(&house.services).await;
    let received = server.received();
    assert_eq!(received.len(), 1);
    let mail = &received[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("noreply@test.example", &["li.na@example.com".to_owned()][..])
    );
    let (id, state): (uuid::Uuid, String) =
        sqlx::query_as("select id, state from message").fetch_one(&house.db.owner_pool()).await.expect("read");
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@test.example>")));
    assert_eq!(state, "sent");
    assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(mail.header("Date").as_deref(), Some("Mon, 20 Jul 2026 04:00:00 +0000"), "the house's clock");
    assert!(!mail.data.contains("204817"), "bodies are encoded");
}

#[tokio::test]
async fn while_the_server_is_down_mail_waits_and_then_leaves_once() {
    let port = SmtpServer::nobody().await;
    let house = house_with_smtp(port).await;
    for _ in 0..5 {
        one_code(&house).await;
    }
    assert_eq!(deliver(&house.services).await, 5);
    let waiting = jobs(&house).await;
    assert_eq!(waiting.len(), 5, "nothing is lost");
    assert!(
        waiting.iter().all(|(state, _, error, _)| state == "ready" && error.as_deref() == Some("smtp_unreachable"))
    );
    assert!(message_states(&house).await.iter().all(|(_, _, state)| state == "queued"));

    let server = SmtpServer::start_on(port).await;
    house.services.clock.advance(minutes(1));
    assert_eq!(deliver(&house.services).await, 5);
    assert_eq!(server.received().len(), 5);
    assert!(jobs(&house).await.is_empty());
    assert!(message_states(&house).await.iter().all(|(_, _, state)| state == "sent"));
}

#[tokio::test]
async fn a_connection_lost_after_data_makes_at_most_one_duplicate_with_the_same_id() {
    let server = SmtpServer::start().await;
    server.script([Next::ResetAfterData]);
    let house = house_with_smtp(server.port()).await;
    one_code(&house).await;
    deliver(&house.services).await;
    assert_eq!((server.received().len(), jobs(&house).await.len()), (1, 1), "taken, but nobody said so");
    house.services.clock.advance(minutes(1));
    deliver(&house.services).await;
    house.services.clock.advance(minutes(1));
    deliver(&house.services).await;
    let ids: Vec<_> = server.received().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2, "one duplicate, no more");
    assert!(ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
    assert_eq!(states(&message_states(&house).await), [("code", "mail", "sent")]);
}

#[tokio::test]
async fn a_refused_recipient_is_told_once_and_never_again() {
    for refusal in [Next::RefuseRecipient(550), Next::RefuseData(554)] {
        let server = SmtpServer::start().await;
        server.script([refusal]);
        let house = house_with_smtp(server.port()).await;
        one_code(&house).await;
        assert_eq!(deliver(&house.services).await, 1);
        assert!(jobs(&house).await.is_empty(), "{refusal:?} is not tried again");
        assert_eq!(states(&message_states(&house).await), [("code", "mail", "failed")]);
        house.services.clock.advance(minutes(5));
        assert_eq!(deliver(&house.services).await, 0);
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn a_busy_server_gets_it_later() {
    for busy in [Next::RefuseRecipient(450), Next::RefuseData(451), Next::Greet(421), Next::Hang] {
        let server = SmtpServer::start().await;
        server.script([busy]);
        let house = house_with_smtp(server.port()).await;
        one_code(&house).await;
        assert_eq!(deliver(&house.services).await, 1);
        let waiting = jobs(&house).await;
        assert_eq!(waiting.len(), 1, "{busy:?}");
        let expected = if busy == Next::Hang { "smtp_timeout" } else { "smtp_busy" };
        assert_eq!(waiting[0].2.as_deref(), Some(expected), "{busy:?}");
        house.services.clock.advance(minutes(1));
        deliver(&house.services).await;
        assert_eq!(server.received().len(), 1, "{busy:?}");
    }
}

/// A client that takes up a connection it gave up on reads the late answers as those to its next mail, and calls sent
/// what never was. Four workers, a server that is late now and then, and every mail called sent has arrived.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_never_taken_for_the_next_mails() {
    let server = SmtpServer::start().await;
    let house = house_with_smtp(server.port()).await;
    server.script((0..24).map(|n| match n % 3 {
        0 => Next::Late(900),
        1 => Next::RefuseRecipient(550),
        _ => Next::Accept,
    }));
    for _ in 0..24 {
        one_code(&house).await;
    }
    let shutdown = tokio_util::sync::CancellationToken::new();
    let pace = services::jobs::Pace { workers: 4, poll: std::time::Duration::from_millis(20), ..Default::default() };
    let running =
        tokio::spawn(services::jobs::run_at_pace(house.services.clone(), super::handlers(), pace, shutdown.clone()));
    let mut finished = false;
    for _ in 0..400 {
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        if jobs(&house).await.is_empty() {
            finished = true;
            break;
        }
        house.services.clock.advance(jiff::SignedDuration::from_secs(5));
    }
    shutdown.cancel();
    running.await.expect("the runner stops");
    assert!(finished, "{:?}", jobs(&house).await.len());
    let sent: Vec<uuid::Uuid> = sqlx::query_scalar("select id from message where state = 'sent'")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("read");
    let arrived: Vec<_> = server.received().iter().filter_map(|mail| mail.header("Message-ID")).collect();
    assert!(sent.len() >= 8, "{}", sent.len());
    for id in sent {
        assert!(arrived.contains(&format!("<{id}@test.example>")), "{id} was called sent and never arrived");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_asked_for() {
    for tls in [SmtpTls::Starttls, SmtpTls::Implicit] {
        let server = SmtpServer::start().await;
        let mut house = house_with_smtp(server.port()).await;
        house.services.post = post(tls, server.port());
        one_code(&house).await;
        deliver(&house.services).await;
        assert_eq!(jobs(&house).await.len(), 1, "{tls:?}: it waits for a better server");
        let said = server.commands();
        assert!(!said.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")), "{tls:?}: {said:?}");
    }
}

/// The worker dies after it wrote "sent" and before its job was deleted: the job is repeated, the mail is not.
#[tokio::test]
async fn what_was_sent_is_not_sent_again_by_a_repeated_job() {
    let server = SmtpServer::start().await;
    let house = house_with_smtp(server.port()).await;
    one_code(&house).await;
    let owner = house.db.owner_pool();
    sqlx::query("create table kept as select * from job").execute(&owner).await.expect("kept");
    deliver(&house.services).await;
    sqlx::query("insert into job select * from kept").execute(&owner).await.expect("back again");
    assert_eq!(deliver(&house.services).await, 1);
    assert_eq!(server.received().len(), 1);
}

/// What the server's own authority vouches for, a sign-in, and two mails: the second over the same connection.
#[tokio::test]
async fn over_tls_with_a_sign_in_mail_leaves_and_the_connection_is_used_again() {
    // base64 of "\0noreply\0a password"
    const LOGIN: &str = "AG5vcmVwbHkAYSBwYXNzd29yZA==";
    for (tls, protection) in [(SmtpTls::Starttls, Protection::Starttls), (SmtpTls::Implicit, Protection::Implicit)] {
        let (server, authority) = SmtpServer::start_protected(protection, Some(LOGIN)).await;
        let settings = |password: &str, authority: Option<&str>| SmtpSettings {
            host: "localhost".into(),
            port: server.port(),
            tls,
            credentials: Some(("noreply".into(), SecretString::from(password))),
            timeout: Duration::from_secs(2),
            connections: 1,
            authority: authority.map(|pem| pem.as_bytes().to_vec()),
        };
        let mut house = testkit::TestHouse::new().await;

        house.services.post = post_with(settings("a password", None));
        one_code(&house).await;
        deliver(&house.services).await;
        assert_eq!(
            server.commands().iter().filter(|line| line.starts_with("AUTH")).count(),
            0,
            "{tls:?}: no password for a stranger"
        );

        house.services.post = post_with(settings("another", Some(&authority)));
        house.services.clock.advance(minutes(1));
        deliver(&house.services).await;
        assert_eq!(
            jobs(&house).await[0].2.as_deref(),
            Some("smtp_sign_in"),
            "{tls:?}: the house's trouble, not the recipient's"
        );

        house.services.post = post_with(settings("a password", Some(&authority)));
        house.services.clock.advance(minutes(2));
        deliver(&house.services).await;
        one_code(&house).await;
        deliver(&house.services).await;
        assert_eq!(server.received().len(), 2, "{tls:?}");
        let signed_in = server.commands().iter().filter(|line| **line == format!("AUTH PLAIN {LOGIN}")).count();
        assert_eq!(signed_in, 1, "{tls:?}: one connection for both");
        assert!(message_states(&house).await.iter().all(|(_, _, state)| state == "sent"), "{tls:?}");
    }
}
