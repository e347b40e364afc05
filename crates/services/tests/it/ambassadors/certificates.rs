//! Training and certificates: only for who was there, numbered in order, verified by anybody, revoked, corrected.

use super::*;
use domain::ambassador::State;
use services::ambassadors::{AmbassadorFault, Verdict};

/// A round with a training in ten days, whose selection of so many is public.
pub async fn selected(count: usize) -> (TestHouse, AmbassadorRoundId, Vec<AmbassadorId>) {
    let (house, round) = house(count as u32).await;
    for press in 0..2 {
        let date = training(&house, 240);
        let added = ambassadors::add_training(&house.services, &officer(&house), round, date).await;
        added.unwrap_or_else(|error| panic!("press {press}: {error}"));
    }
    assert_eq!(the_round(&house, round).await.trainings.len(), 1);
    let mut all = Vec::new();
    for n in 0..count {
        all.push(apply(&house, round, n).await);
    }
    select(&house, round, &all, count).await;
    (house, round, all)
}

pub async fn mark(house: &TestHouse, id: AmbassadorId, came: bool) -> Result<(), AmbassadorError> {
    let version = application(house, id).await.version;
    ambassadors::attendance(&house.services, &officer(house), id, version, came).await
}

/// Number and code, as they stand on the paper of an application.
async fn paper(house: &TestHouse, id: AmbassadorId) -> (String, String) {
    let (name, pdf) =
        ambassadors::certificate_pdf(&house.services, &house.context(Actor::Anonymous), &link(house, id).await)
            .await
            .expect("a certificate");
    assert!(pdf.starts_with(b"%PDF-"), "a PDF");
    let certificate = application(house, id).await.certificate.expect("a certificate");
    let path = ambassadors::verify_path(&house.services, &certificate);
    let mut parts = path.trim_start_matches("/ambassadors/verify/").split('/').map(str::to_owned);
    let (number, code) = (parts.next().expect("a number"), parts.next().expect("a code"));
    assert_eq!(name, format!("{number}.pdf"));
    (number, code)
}

/// Whether a way still leads from a person's address to their application.
async fn is_found(house: &TestHouse, id: AmbassadorId) -> bool {
    sqlx::query_scalar::<_, bool>("select mail_index is not null from ambassador_application where id = $1")
        .bind(id.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the application")
}

async fn verify(house: &TestHouse, number: &str, code: &str) -> Verdict {
    let context = house.context(Actor::Anonymous);
    ambassadors::verify(&house.services, &context, &network(), number, code).await.expect("a verdict")
}

#[tokio::test]
async fn a_selected_person_chooses_a_date_and_only_who_came_is_certified() {
    let (house, round, all) = selected(3).await;
    let (services, pupil, staff) = (&house.services, house.context(Actor::Anonymous), officer(&house));
    let date = the_round(&house, round).await.trainings[0].training.id;
    for press in 0..2 {
        ambassadors::confirm(services, &pupil, &link(&house, all[0]).await, None, date).await.expect("confirmed");
        assert_eq!(application(&house, all[0]).await.state, State::Confirmed, "press {press}");
    }
    let early = mark(&house, all[0], true).await;
    assert!(matches!(early, Err(AmbassadorError::Own(AmbassadorFault::TrainingAhead))), "{early:?}");
    house.services.clock.advance(hours(24 * 5));
    let (now, other) = (house.context(Actor::Anonymous), link(&house, all[1]).await);
    let late = ambassadors::confirm(services, &now, &other, None, date).await;
    assert!(matches!(late, Err(AmbassadorError::Own(AmbassadorFault::NoSuchTraining))), "{late:?}");
    mark(&house, all[0], true).await.expect("was there");
    mark(&house, all[1], false).await.expect("was not");
    mark(&house, all[1], true).await.expect("the mark is put right");
    mark(&house, all[2], false).await.expect("was not");
    assert_eq!(ambassadors::certify(services, &staff, round).await.expect("issued"), 2);
    assert_eq!(ambassadors::certify(services, &staff, round).await.expect("pressed twice"), 0);
    assert_eq!(paper(&house, all[0]).await.0, "SDQXB-2026-000001");
    assert_eq!(paper(&house, all[1]).await.0, "SDQXB-2026-000002");
    let absent = application(&house, all[2]).await;
    assert_eq!((absent.state, absent.certificate), (State::Absent, None));
    let none = ambassadors::certificate_pdf(services, &pupil, &link(&house, all[2]).await).await;
    assert!(matches!(none, Err(AmbassadorError::Own(AmbassadorFault::NoCertificate))), "{none:?}");
    let told = subjects(&house, 0).await;
    assert_eq!(told.iter().filter(|it| *it == "您的校园科普宣传员证书").count(), 1, "{told:?}");
}

#[tokio::test]
async fn anybody_verifies_a_certificate_and_sees_a_masked_name_only() {
    let (house, round, all) = selected(1).await;
    house.services.clock.advance(hours(24 * 5));
    mark(&house, all[0], true).await.expect("was there");
    ambassadors::certify(&house.services, &officer(&house), round).await.expect("issued");
    let (number, code) = paper(&house, all[0]).await;
    let Verdict::Valid(shown) = verify(&house, &number, &code).await else { panic!("it is valid") };
    assert_eq!((shown.name.as_deref(), shown.organisation.as_str()), (Some("演****"), "演示市星河中学"));
    assert_eq!(shown.round.zh, "夏季招募");
    // A wrong code, another number and nonsense all say the same.
    let wrong: String = code.chars().rev().collect();
    for (number, code) in [(number.as_str(), wrong.as_str()), ("SDQXB-2026-000009", &code), ("hello", "there")] {
        assert_eq!(verify(&house, number, code).await, Verdict::Unknown, "{number} {code}");
    }
    // The name is put right: the number and the code stay.
    let (services, staff) = (&house.services, officer(&house));
    let version = application(&house, all[0]).await.version;
    ambassadors::rename(services, &staff, all[0], version, "演示·新名字").await.expect("renamed");
    assert_eq!(application(&house, all[0]).await.version, version + 1, "whoever saw the old name looks again");
    assert_eq!(paper(&house, all[0]).await, (number.clone(), code.clone()));
    assert_eq!(application(&house, all[0]).await.name.as_str(), "演示·新名字");
    let version = application(&house, all[0]).await.version;
    ambassadors::revoke(services, &staff, all[0], version, "发错人").await.expect("revoked");
    assert!(matches!(verify(&house, &number, &code).await, Verdict::Revoked(_)));
    let gone =
        ambassadors::certificate_pdf(services, &house.context(Actor::Anonymous), &link(&house, all[0]).await).await;
    assert!(matches!(gone, Err(AmbassadorError::Own(AmbassadorFault::NoCertificate))), "{gone:?}");
}

#[tokio::test]
async fn one_network_does_not_verify_without_end_and_the_name_goes_in_time() {
    let (house, round, all) = selected(1).await;
    house.services.clock.advance(hours(24 * 5));
    mark(&house, all[0], true).await.expect("was there");
    ambassadors::certify(&house.services, &officer(&house), round).await.expect("issued");
    let (number, code) = paper(&house, all[0]).await;
    let context = house.context(Actor::Anonymous);
    for _ in 0..70 {
        assert!(matches!(verify(&house, &number, &code).await, Verdict::Valid(_)), "what is verified counts nothing");
    }
    let mut limited = false;
    for _ in 0..61 {
        let answer = ambassadors::verify(&house.services, &context, &network(), &number, "000000000000").await;
        limited |= matches!(answer, Err(AmbassadorError::NetworkLimited { .. }));
    }
    assert!(limited, "sixty in ten minutes and no more");
    let right = ambassadors::verify(&house.services, &context, &network(), &number, &code).await;
    assert!(
        matches!(right, Err(AmbassadorError::NetworkLimited { .. })),
        "whoever guesses is not told that one was right"
    );
    let neighbour = Network::of([203, 0, 113, 10].into());
    let right = ambassadors::verify(&house.services, &context, &neighbour, &number, &code).await;
    assert!(matches!(right, Ok(Verdict::Valid(_))), "others of the network are not refused for it: {right:?}");
    for (days, expected) in [(200, (1, 0)), (1_626, (0, 1))] {
        house.services.clock.advance(hours(24 * days));
        let erased = services::privacy::erase_due(&house.services).await.expect("erased");
        assert_eq!((erased.ambassadors, erased.certificates), expected, "after {days} more days");
        assert_eq!(is_found(&house, all[0]).await, expected.1 == 0, "as long as the name is on the certificate");
    }
    let Verdict::Valid(shown) = verify(&house, &number, &code).await else { panic!("it is valid") };
    assert_eq!(shown.name, None);
    // No name comes back; taken back it still can be, without a text that nobody would erase.
    let staff = officer(&house);
    let version = application(&house, all[0]).await.version;
    let renamed = ambassadors::rename(&house.services, &staff, all[0], version, "演示·新名字").await;
    assert!(matches!(renamed, Err(AmbassadorError::Own(AmbassadorFault::NoCertificate))), "{renamed:?}");
    ambassadors::revoke(&house.services, &staff, all[0], version, "发错人").await.expect("revoked");
    assert!(matches!(verify(&house, &number, &code).await, Verdict::Revoked(_)));
    let reasons: i64 = sqlx::query_scalar("select count(revoked_reason_sealed) from ambassador_certificate")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("counted");
    assert_eq!(reasons, 0);
}

#[tokio::test]
async fn the_name_on_a_certificate_goes_with_the_account_when_the_application_is_long_emptied() {
    let (house, round, all) = selected(1).await;
    house.services.clock.advance(hours(24 * 5));
    mark(&house, all[0], true).await.expect("was there");
    ambassadors::certify(&house.services, &officer(&house), round).await.expect("issued");
    let (number, code) = paper(&house, all[0]).await;
    crate::bus::deliver(&house).await;
    sqlx::query("delete from dev_mailbox").execute(&house.db.owner_pool()).await.expect("emptied");
    house.services.clock.advance(hours(24 * 200));
    assert_eq!(services::privacy::erase_due(&house.services).await.expect("erased").ambassadors, 1);
    let (_, me) = crate::account::visitor(&house, "pupil0@example.com").await;
    let copy = services::account::erase::export_own(&house.services, &me).await.expect("a copy");
    let held = &copy["ambassador_applications"][0]["certificate"];
    assert_eq!(held["number"], number.as_str());
    assert_eq!(held["name"], "演示·同学0");
    services::account::erase::delete_own(&house.services, &me, false).await.expect("deleted");
    let Verdict::Valid(shown) = verify(&house, &number, &code).await else { panic!("it is valid") };
    assert_eq!(shown.name, None);
    assert!(!is_found(&house, all[0]).await);
}
