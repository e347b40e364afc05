//! What became of the mails of a sending, in words that are true.

use super::{entries, officer_of, post, scheduled, told_officer, weekly};
use domain::account::Role;
use domain::ids::{AccountId, ExportRunId, ExportScheduleId, JobId};
use domain::numbers::What;
use jiff::SignedDuration;
use services::account::staff;
use services::exports::{self, ExportError, Standing};
use services::messages::SmtpTls;
use testkit::TestHouse;
use testkit::smtp::{Next, SmtpServer};
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
    let last = "update job set max_attempts = attempts + 1 where kind = 'messages.export'";
    sqlx::query(last).execute(&house.db.owner_pool()).await.expect("the last attempt");
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
    services::jobs::retry(&house.services, &house.services.system(), JobId(dead)).await.expect("due again");
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
