//! What became of the mails of a sending, in words that are true.

use super::{entries, letters, officer_of, post, scheduled, told_officer, weekly};
use crate::jobs::end_leases;
use domain::account::Role;
use domain::ids::{AccountId, ExportRunId, ExportScheduleId, JobId};
use domain::numbers::What;
use jiff::SignedDuration;
use services::account::staff;
use services::exports::{self, ExportError, Standing};
use services::jobs::{self, Handlers};
use services::messages::{self, SmtpTls};
use std::time::Duration;
use testkit::TestHouse;
use testkit::smtp::{Next, SmtpServer};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sends it now, a second after whatever was before.
async fn send(house: &TestHouse, officer: AccountId, id: ExportScheduleId, run: u128) -> ExportRunId {
    house.services.clock.advance(SignedDuration::from_secs(1));
    let run = ExportRunId(Uuid::from_u128(run));
    exports::send_now(&house.services, &officer_of(house, officer), id, run).await.expect("sent");
    run
}

/// How it went with everybody, the latest sending first.
async fn outcomes(house: &TestHouse, officer: AccountId, id: ExportScheduleId) -> Vec<String> {
    let runs = exports::runs(&house.services, &officer_of(house, officer), id).await.expect("what was sent");
    runs.into_iter().flat_map(|run| run.told).map(|told| told.outcome).collect()
}

/// Lets the next attempt at a mail be the last.
async fn last_attempt(house: &TestHouse) {
    let last = "update job set max_attempts = attempts + 1 where kind = 'messages.export' and state = 'ready'";
    sqlx::query(last).execute(&house.db.owner_pool()).await.expect("the last attempt");
}

#[tokio::test]
async fn a_mail_that_was_refused_or_never_left_is_not_said_to_have_told_anybody() {
    let (mut house, server) = (TestHouse::new().await, SmtpServer::start().await);
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    house.services.post = crate::messages::post(SmtpTls::None, server.port());

    server.script([Next::RefuseRecipient(550)]);
    send(&house, officer, id, 1).await;
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["undeliverable"], "refused for good");

    // Busy on the last attempt: on its way until then, and not any more.
    server.script([Next::RefuseRecipient(450), Next::RefuseRecipient(450)]);
    send(&house, officer, id, 2).await;
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["waiting", "undeliverable"]);
    last_attempt(&house).await;
    house.services.clock.advance(SignedDuration::from_mins(1));
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["undeliverable", "undeliverable"]);
    assert!(entries(&house, "export.told").await.is_empty());
    let withheld = entries(&house, "export.withheld").await;
    assert_eq!((withheld.len(), &withheld[1]["why"]), (2, &"undeliverable".into()));

    // Staff try it again, and it is told after all.
    let dead: Uuid = sqlx::query_scalar("select id from job where kind = 'messages.export' and state = 'dead'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a dead job");
    jobs::retry(&house.services, &house.services.system(), JobId(dead)).await.expect("due again");
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["told", "undeliverable"]);
    assert_eq!((server.received().len(), entries(&house, "export.told").await.len()), (1, 1));
}

#[tokio::test]
async fn what_was_withheld_for_its_schedule_is_not_laid_to_whom_it_was_for() {
    let house = TestHouse::new().await;
    let (owner, reader) = (told_officer(&house, "owner").await, told_officer(&house, "reader").await);
    let id = scheduled(&house, owner, &weekly(What::Numbers, &[reader])).await;
    let first = send(&house, reader, id, 1).await;
    staff::set_roles(&house.services, &house.services.system(), owner, &[Role::Steward]).await.expect("demoted");
    post(&house).await;
    assert_eq!(outcomes(&house, reader, id).await, ["owner"]);
    let kept = exports::opened(&house.services, &officer_of(&house, reader), first).await;
    assert!(matches!(kept, Err(ExportError::NotFound)), "what was withheld is not had by its address: {kept:?}");

    // Nothing more is sent by hand either: it rests, and the page says why.
    for n in 2..4 {
        let late = ExportRunId(Uuid::from_u128(n));
        let refused = exports::send_now(&house.services, &officer_of(&house, reader), id, late).await;
        assert!(matches!(refused, Err(ExportError::StateHasChanged)), "{refused:?}");
    }
    let seen = exports::schedule(&house.services, &officer_of(&house, reader), id).await.expect("a schedule");
    assert_eq!((seen.standing, entries(&house, "export.paused").await.len()), (Standing::Ownerless, 1));

    let next = scheduled(&house, reader, &weekly(What::Numbers, &[reader])).await;
    send(&house, reader, next, 9).await;
    exports::end(&house.services, &officer_of(&house, reader), next).await.expect("ended");
    post(&house).await;
    assert_eq!(outcomes(&house, reader, next).await, ["ended"]);
}

/// Gives up what no worker came back from, as every server does now and then. Answers how many.
async fn given_up(house: &TestHouse) -> usize {
    jobs::give_up_crashed(&house.services, &messages::handlers(Handlers::new())).await.expect("asked")
}

/// A server begins to send a mail and dies: the mail server has heard MAIL and answers nothing.
async fn dies_while_it_sends(house: &TestHouse, server: &SmtpServer) {
    server.script([Next::Hang]);
    let before = server.commands().len();
    let handlers = messages::handlers(Handlers::new());
    let worker = tokio::spawn(jobs::run(house.services.clone(), handlers, CancellationToken::new()));
    for _ in 0..500 {
        if server.commands()[before..].iter().any(|command| command.starts_with("MAIL")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.abort();
    assert!(worker.await.expect_err("it was killed").is_cancelled());
}

#[tokio::test]
async fn a_worker_that_dies_in_the_last_attempt_leaves_nobody_on_the_way_for_ever() {
    let (mut house, server) = (TestHouse::new().await, SmtpServer::start().await);
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    house.services.post = crate::messages::post(SmtpTls::None, server.port());
    let run = send(&house, officer, id, 1).await;
    last_attempt(&house).await;
    dies_while_it_sends(&house, &server).await;
    assert_eq!(given_up(&house).await, 0, "its lease holds: it may come back");
    assert_eq!(outcomes(&house, officer, id).await, ["waiting"]);
    end_leases(&house).await;
    assert_eq!((given_up(&house).await, given_up(&house).await), (1, 0));
    assert_eq!(outcomes(&house, officer, id).await, ["undeliverable"]);
    let withheld = entries(&house, "export.withheld").await;
    assert_eq!((withheld.len(), &withheld[0]["why"]), (1, &"undeliverable".into()));

    // Staff send it again; pressed twice it is sent once.
    let context = officer_of(&house, officer);
    for _ in 0..2 {
        exports::send_again(&house.services, &context, id, run).await.expect("sent again");
    }
    assert_eq!(outcomes(&house, officer, id).await, ["waiting"]);
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["told"]);
    assert_eq!((server.received().len(), entries(&house, "export.sent_again").await.len()), (1, 1));
    exports::send_again(&house.services, &context, id, run).await.expect("there is nobody to tell");
    // The job that was given up has made room: there is nothing that an operator could try again beside it.
    assert!(jobs_of(&house).await.is_empty());
}

/// The jobs that are left of mails of exports, with how they stand.
async fn jobs_of(house: &TestHouse) -> Vec<(Uuid, String)> {
    sqlx::query_as("select id, state from job where kind = 'messages.export' order by created_at, id")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("jobs")
}

#[tokio::test]
async fn a_job_tried_again_and_a_mail_sent_again_at_once_are_one_mail() {
    let (mut house, server) = (TestHouse::new().await, SmtpServer::start().await);
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    house.services.post = crate::messages::post(SmtpTls::None, server.port());
    let (context, operator) = (officer_of(&house, officer), house.services.system());
    for (n, again_first) in [(1, true), (2, false)] {
        server.script([Next::RefuseRecipient(450)]);
        let run = send(&house, officer, id, n).await;
        last_attempt(&house).await;
        post(&house).await;
        let (dead, state) = jobs_of(&house).await.remove(0);
        assert_eq!((state.as_str(), outcomes(&house, officer, id).await[0].as_str()), ("dead", "undeliverable"));
        if again_first {
            exports::send_again(&house.services, &context, id, run).await.expect("sent again");
            let gone = jobs::retry(&house.services, &operator, JobId(dead)).await;
            assert!(matches!(gone, Err(jobs::JobsError::NotFound)), "{gone:?}");
        } else {
            jobs::retry(&house.services, &operator, JobId(dead)).await.expect("due again");
            exports::send_again(&house.services, &context, id, run).await.expect("on its way");
        }
        assert_eq!(jobs_of(&house).await.len(), 1, "one mail is on its way");
        let before = server.received().len();
        post(&house).await;
        assert_eq!((server.received().len() - before, jobs_of(&house).await.len()), (1, 0));
        assert_eq!(outcomes(&house, officer, id).await[0], "told");
    }
}

#[tokio::test]
async fn a_mail_whose_job_an_operator_discards_is_not_said_to_be_on_its_way() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    let run = send(&house, officer, id, 1).await;
    assert_eq!(outcomes(&house, officer, id).await, ["waiting"]);
    let (job, _) = jobs_of(&house).await.remove(0);
    jobs::discard(&house.services, &house.services.system(), JobId(job)).await.expect("discarded");
    assert_eq!(outcomes(&house, officer, id).await, ["undeliverable"]);
    assert_eq!(entries(&house, "export.withheld").await.len(), 1);

    // Its owner sends it again.
    exports::send_again(&house.services, &officer_of(&house, officer), id, run).await.expect("sent again");
    assert_eq!(outcomes(&house, officer, id).await, ["waiting"]);
    post(&house).await;
    assert_eq!(outcomes(&house, officer, id).await, ["told"]);
}

#[tokio::test]
async fn a_mail_that_left_before_its_worker_died_has_told_somebody() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    send(&house, officer, id, 1).await;
    last_attempt(&house).await;
    // The worker dies between the two words about a mail: that it left, and that somebody was told by it.
    let (db, kinds) = (&house.services.db, ["messages.export".to_owned()]);
    let taken = store::jobs::claim(db, house.now(), &kinds, Uuid::from_u128(7), 60.0, 1).await.expect("taken");
    let message: Uuid = serde_json::from_value(taken[0].payload["message"].clone()).expect("a message");
    let new = store::messages::NewMessage { id: message, subject: None, template: "export_ready", channel: "mail" };
    store::messages::note(db, house.now(), new).await.expect("noted");
    store::messages::settle(db, message, "sent", None, Some(house.now())).await.expect("it left");
    end_leases(&house).await;
    assert_eq!(given_up(&house).await, 1);
    assert_eq!(outcomes(&house, officer, id).await, ["told"]);
    assert_eq!((entries(&house, "export.told").await.len(), entries(&house, "export.withheld").await.len()), (1, 0));
}

#[tokio::test]
async fn nothing_is_sent_again_by_whoever_may_not_or_once_it_is_over() {
    let house = TestHouse::new().await;
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    let other = scheduled(&house, officer, &weekly(What::Numbers, &[officer])).await;
    let run = send(&house, officer, id, 1).await;
    let context = officer_of(&house, officer);
    let strange = exports::send_again(&house.services, &context, other, run).await;
    assert!(matches!(strange, Err(ExportError::NotFound)), "{strange:?}");
    let visitor = house.context(domain::account::Actor::Anonymous);
    let denied = exports::send_again(&house.services, &visitor, id, run).await;
    assert!(matches!(denied, Err(ExportError::Denied(_))), "{denied:?}");
    house.services.clock.advance(exports::OPEN);
    let late = exports::send_again(&house.services, &officer_of(&house, officer), id, run).await;
    assert!(matches!(late, Err(ExportError::Over)), "{late:?}");
    exports::end(&house.services, &officer_of(&house, officer), id).await.expect("ended");
    let ended = exports::send_again(&house.services, &officer_of(&house, officer), id, run).await;
    assert!(matches!(ended, Err(ExportError::StateHasChanged)), "{ended:?}");
    post(&house).await;
    assert!(letters(&house).await.is_empty());
}
