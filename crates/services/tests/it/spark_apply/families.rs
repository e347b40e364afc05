//! A hospital's social worker fills it in; the family sends it, signed in by its own telephone.

use super::*;
use domain::spark::application::Purpose;
use services::spark::apply::Access;

const WORKER: [(&str, &str); 8] = [
    ("whom", "family"),
    ("worker_name", "演示社工"),
    ("worker_hospital", "演示医院"),
    ("worker_phone", PHONE),
    ("family_phone", FAMILY),
    ("representative_name", "演示家属"),
    ("representative_relation", "配偶"),
    ("representative_basis", "patient_agrees"),
];

#[tokio::test]
async fn what_a_social_worker_filled_in_the_family_reads_changes_and_sends() {
    let house = TestHouse::new().await;
    let (_, worker) = visitor(&house, PHONE).await;
    let id = apply::begin(&house.services, &worker).await.expect("begun");
    fill(&house, &worker, id, &whole(&WORKER)).await;
    let refused = send(&house, &worker, id).await;
    assert!(matches!(refused, Err(ApplyError::FamilySends)), "{refused:?}");
    let (_, stranger) = visitor(&house, "13700137000").await;
    assert!(matches!(apply::read(&house.services, &stranger, id).await, Err(ApplyError::NotFound)));

    let (_, family) = visitor(&house, FAMILY).await;
    let listed = apply::mine(&house.services, &family).await.expect("listed");
    assert_eq!(listed.iter().map(|it| (it.id, it.access)).collect::<Vec<_>>(), [(id, Access::Family)]);
    let shown = read(&house, &family, id).await;
    let based_on = shown.draft.version("household");
    apply::save(&house.services, &family, id, ("household", based_on), &one("household", "6")).await.expect("saved");
    let stale = apply::submit(&house.services, &family, id, &shown.digest).await;
    assert!(matches!(stale, Err(ApplyError::StateHasChanged)), "{stale:?}");
    let receipt = send(&house, &family, id).await.expect("sent");
    // Both are told the same when they come back.
    for context in [&worker, &family] {
        assert_eq!(apply::receipt(&house.services, context, id).await.expect("sent"), receipt);
        let sent = apply::snapshot(&house.services, context, id).await.expect("sent");
        assert_eq!(sent.answers.get("household"), Some("6"));
    }
    assert!(matches!(apply::discard(&house.services, &family, id).await, Err(ApplyError::NotFound)), "who began it");

    // What the family agreed to, it takes back, and not who filled it in.
    let (follow_up, services) = (Purpose::FollowUp, &house.services);
    let refused = apply::withdraw_consent(services, &worker, id, follow_up).await;
    assert!(matches!(refused, Err(ApplyError::NotFound)), "{refused:?}");
    apply::withdraw_consent(services, &family, id, follow_up).await.expect("taken back");

    // Who has the number next reads nothing of it; who sent it does.
    heard(&house).await;
    let changed =
        "update account set phone_index = 'changed' where phone_index = (select family_index from spark_application)";
    sqlx::query(changed).execute(&house.db.owner_pool()).await.expect("another number");
    crate::account::later(&house, 61);
    let (_, next) = visitor(&house, FAMILY).await;
    assert!(matches!(apply::snapshot(services, &next, id).await, Err(ApplyError::NotFound)));
    assert!(apply::mine(services, &next).await.expect("listed").is_empty());
    assert_eq!(apply::mine(services, &family).await.expect("listed").len(), 1);
}

#[tokio::test]
async fn a_social_worker_who_gives_an_own_telephone_as_the_familys_sends_nothing() {
    let house = TestHouse::new().await;
    let (_, worker) = visitor(&house, PHONE).await;
    let id = apply::begin(&house.services, &worker).await.expect("begun");
    fill(&house, &worker, id, &whole(&WORKER)).await;
    let based_on = read(&house, &worker, id).await.draft.version("family");
    let own = one("family_phone", PHONE);
    apply::save(&house.services, &worker, id, ("family", based_on), &own).await.expect("saved");
    let refused = send(&house, &worker, id).await;
    assert!(matches!(refused, Err(ApplyError::FamilySends)), "{refused:?}");
    // The telephone that stood there before opens nothing any more.
    let (_, before) = visitor(&house, FAMILY).await;
    assert!(matches!(apply::read(&house.services, &before, id).await, Err(ApplyError::NotFound)));
}
