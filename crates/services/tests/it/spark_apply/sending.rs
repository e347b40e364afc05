//! Sending it: whole, with its consents, frozen.

use super::*;
use domain::spark::application::Purpose;
use domain::spark::application::consent::Use;

#[tokio::test]
async fn what_was_sent_is_frozen_and_its_pages_are_gone() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let receipt = send(&house, &me, id).await.expect("sent");
    assert_eq!(receipt.sent_at, house.now());
    assert_eq!(send(&house, &me, id).await.expect("the second press"), receipt);
    let sent = apply::snapshot(&house.services, &me, id).await.expect("frozen");
    assert_eq!((sent.number, sent.answers.get("patient_name")), (1, Some(NAME)));
    let pages = count(&house, "spark_application_page").await;
    let entries = count(&house, "audit_entry where action = 'spark.application_submitted'").await;
    assert_eq!((pages, count(&house, "spark_snapshot").await, entries), (0, 1, 1));
    let refused = apply::save(&house.services, &me, id, ("household", 0), &one("household", "9")).await;
    assert!(matches!(refused, Err(ApplyError::Sent)), "{refused:?}");
    // Neither the program's role nor the owner of the tables changes it.
    for change in ["update spark_snapshot set digest = digest", "update spark_consent set agreed = true"] {
        let refused = sqlx::query(change).execute(&house.db.app_pool(1)).await.expect_err(change);
        assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
    }
    for (change, rule) in [
        ("update spark_snapshot set number = 2", "spark_snapshot_stays"),
        ("delete from spark_snapshot", "spark_sent_is_kept"),
        ("delete from spark_consent", "spark_sent_is_kept"),
        (
            "update spark_application set submitted_at = null, submitted_by = null, reference = null",
            "spark_application_sent_once",
        ),
    ] {
        let refused = sqlx::query(change).execute(&house.db.owner_pool()).await.expect_err(change);
        assert_eq!(store::constraint_of(&refused), Some(rule), "{change}");
    }
}

#[tokio::test]
async fn a_text_that_was_exchanged_behind_the_programs_back_is_noticed() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let (one, other) = (begun(&house, &me).await, begun(&house, &me).await);
    send(&house, &me, one).await.expect("sent");
    let twice = send(&house, &me, other).await;
    assert!(matches!(twice, Err(ApplyError::LiveCase)), "one live case of a patient: {twice:?}");
    assert_eq!(count(&house, "spark_snapshot").await, 1, "nothing half-written");
    // Of somebody else.
    fill(&house, &me, other, &[("patient_document_kind", "passport"), ("patient_document", "E11223344")]).await;
    send(&house, &me, other).await.expect("sent");
    let swap = "update spark_snapshot s set sealed = o.sealed from spark_snapshot o where o.id <> s.id";
    sqlx::query(swap).execute(&house.db.owner_pool()).await.expect("swapped");
    for id in [one, other] {
        let read = apply::snapshot(&house.services, &me, id).await;
        assert!(matches!(read, Err(ApplyError::Damaged(_))), "{read:?}");
    }
}

#[tokio::test]
async fn without_a_consent_that_is_needed_nothing_is_sent_and_refusing_another_changes_nothing() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = apply::begin(&house.services, &me).await.expect("begun");
    fill(&house, &me, id, &without_consents()).await;
    let missing = |answer: Result<Receipt, ApplyError>| match answer {
        Err(ApplyError::Unfinished(pages)) => pages.into_iter().map(|(page, _)| page).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let consents = ["consent_health", "consent_means", "consent_partners", "consent_publication", "consent_follow_up"];
    assert_eq!(missing(send(&house, &me, id).await), consents);
    let refuse: Vec<(&str, &str)> = consents.iter().map(|page| (*page, "refuse")).collect();
    fill(&house, &me, id, &refuse).await;
    assert_eq!(missing(send(&house, &me, id).await), ["consent_health", "consent_means"]);
    assert_eq!(count(&house, "spark_snapshot").await + count(&house, "spark_consent").await, 0, "nothing half-written");
    fill(&house, &me, id, &[("consent_health", "agree"), ("consent_means", "agree")]).await;
    send(&house, &me, id).await.expect("sent");
    let given = apply::consents(&house.services, &me, id).await.expect("there");
    let agreed: Vec<Purpose> = given.iter().filter(|word| word.agreed).map(|word| word.purpose).collect();
    assert_eq!((given.iter().count(), agreed), (5, vec![Purpose::Health, Purpose::Means]));
    assert!(given.iter().all(|word| word.notice == Form::current().notice && word.at == house.now()));
}

/// Everything but the consents.
fn without_consents() -> Vec<(&'static str, &'static str)> {
    whole(&[]).into_iter().filter(|(key, _)| !key.starts_with("consent_")).collect()
}

#[tokio::test]
async fn a_consent_that_is_taken_back_ends_its_use_at_once_and_no_other() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let may = async |wanted| {
        let mut db = house.services.db.acquire().await.expect("a connection");
        apply::may(&mut db, id, wanted).await.expect("asked")
    };
    assert!(!may(Use::JudgeHealth).await, "before it is sent nobody may anything");
    send(&house, &me, id).await.expect("sent");
    assert!(may(Use::JudgeHealth).await && may(Use::WeighMeans).await && may(Use::AskAfterwards).await);
    assert!(!may(Use::Publish).await && !may(Use::TellPartner { named_since: 1 }).await, "refused");
    for _ in 0..2 {
        apply::withdraw_consent(&house.services, &me, id, Purpose::FollowUp).await.expect("taken back");
    }
    assert!(!may(Use::AskAfterwards).await);
    assert!(may(Use::JudgeHealth).await && may(Use::WeighMeans).await);
    let words = count(&house, "spark_consent where purpose = 'follow_up'").await;
    let entries = count(&house, "audit_entry where action = 'spark.consent_withdrawn'").await;
    assert_eq!((words, entries), (2, 1), "the first word stays, and a second press adds none");
}
