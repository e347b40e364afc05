//! Who collects: trained, examined, with a certificate for a time; and what intake makes of it.

use super::{bank, now, number, one};
use crate::exports::{colleague, proves};
use crate::ledger::of;
use domain::account::{Denied, Role};
use domain::custody::{Payload, State};
use domain::time::local_day;
use jiff::{SignedDuration, ToSpan as _};
use services::Context;
use services::custody::collectors::{self, Standing};
use services::custody::desk::DeskError;
use services::custody::{Incoming, Refused};
use services::jobs::{Handlers, drain};
use services::messages;
use testkit::TestHouse;
use testkit::custody::{tell, unit_in};
use uuid::Uuid;

fn quality(house: &TestHouse) -> Context {
    of(house, 73_001, Role::QualityOfficer)
}

/// Somebody who collects at a hospital, without anything else.
async fn collector(house: &TestHouse, number: &str) -> Uuid {
    let (services, by) = (&house.services, &quality(house));
    let code = format!("H-{}", &number[number.len() - 2..]);
    let hospital =
        collectors::add_hospital(services, by, (&code, "演示医院", "Demo Hospital")).await.expect("a hospital");
    collectors::add(services, by, (number, "演示采集员"), Some(hospital)).await.expect("a collector")
}

fn collected(certificate: &str) -> Payload {
    Payload::Collected {
        hospital: "QLYY".into(),
        certificate: certificate.into(),
        volume_ml: 96.0,
        anticoagulant: "CPD".into(),
        ward_min_c: None,
        ward_max_c: None,
    }
}

#[tokio::test]
async fn a_certificate_follows_training_and_a_passed_exam_and_is_issued_by_quality() {
    let (house, _) = bank().await;
    let (services, by) = (&house.services, &quality(&house));
    let id = collector(&house, "COL-2026-0042").await;
    let today = local_day(house.now());
    let untrained = collectors::examined(services, by, id, (today, 95)).await;
    assert!(matches!(untrained, Err(DeskError::Untrained)), "{untrained:?}");
    collectors::attended(services, by, id, (today.saturating_sub(10.days()), 8)).await.expect("noted");
    assert!(!collectors::examined(services, by, id, (today.saturating_sub(1.days()), 79)).await.expect("noted"));
    assert!(collectors::examined(services, by, id, (today, 80)).await.expect("noted"));
    let opened = collectors::open(services, by, id).await.expect("opened");
    assert_eq!(opened.collector.standing, Standing::None);
    let (passed, failed) = (opened.exams[0], opened.exams[1]);
    let lab = of(&house, 73_002, Role::LabOfficer);
    let lab = collectors::issue(services, &lab, id, passed.id).await;
    assert!(matches!(lab, Err(DeskError::Denied(Denied::NotAllowed))), "{lab:?}");
    let on_failed = collectors::issue(services, by, id, failed.id).await;
    assert!(matches!(on_failed, Err(DeskError::NotFound)), "{on_failed:?}");
    for _ in 0..2 {
        collectors::issue(services, by, id, passed.id).await.expect("issued");
    }
    let opened = collectors::open(services, by, id).await.expect("opened");
    assert_eq!(opened.certificates.len(), 1, "pressed twice it is one");
    assert!(matches!(opened.collector.standing, Standing::Valid(_)), "{:?}", opened.collector.standing);
    let (all, _) = collectors::list(services, by, (None, false), "").await.expect("a list");
    assert_eq!(all[0].name, "演**", "lists show the first character only");
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_ended_by_nobody() {
    let (house, _) = bank().await;
    let (services, by) = (&house.services, &quality(&house));
    let (id, other) = (collector(&house, "COL-2026-0051").await, collector(&house, "COL-2026-0052").await);
    let today = local_day(house.now());
    collectors::attended(services, by, id, (today, 8)).await.expect("noted");
    collectors::examined(services, by, id, (today, 90)).await.expect("passed");
    let exam = collectors::open(services, by, id).await.expect("opened").exams[0].id;
    collectors::issue(services, by, id, exam).await.expect("issued");
    let certificate = collectors::open(services, by, id).await.expect("opened").certificates[0].id;
    for (collector, certificate) in [(other, certificate), (id, Uuid::from_u128(404))] {
        let foreign = collectors::end(services, by, collector, certificate).await;
        assert!(matches!(foreign, Err(DeskError::NotFound)), "{foreign:?}");
    }
    let ended = "select count(*) from audit_entry where action = 'custody.certificate_ended'";
    assert_eq!(number(&house, ended).await, 0);
    for _ in 0..2 {
        collectors::end(services, by, id, certificate).await.expect("ended");
    }
    assert_eq!(number(&house, ended).await, 1, "pressed twice it is one");
}

#[tokio::test]
async fn intake_refuses_what_was_collected_without_a_certificate_of_the_day_once_the_register_is_complete() {
    let (house, _) = bank().await;
    let (services, by) = (&house.services, &quality(&house));
    let id = collector(&house, "COL-2026-0043").await;
    let today = local_day(house.now());
    let unknown = unit_in(&house, 20, State::Expected).await;
    one(&house, unknown, collected("COL-NOBODY")).await.expect("nothing is asked while the register is not complete");

    collectors::say_complete(services, by, today).await.expect("complete from today");
    let unit = unit_in(&house, 21, State::Expected).await;
    assert_eq!(one(&house, unit, collected("COL-2026-0043")).await, Err(Refused::CertificateInvalid));
    // What was collected before that day is taken as it is.
    let earlier = unit_in(&house, 22, State::Expected).await;
    let before = Incoming {
        occurred_at: house.now() - SignedDuration::from_hours(48),
        ..now(&house, earlier, collected("COL-2026-0043"))
    };
    assert!(tell(&house, &[before]).await[0].is_ok());

    collectors::attended(services, by, id, (today, 8)).await.expect("noted");
    collectors::examined(services, by, id, (today, 90)).await.expect("passed");
    let exam = collectors::open(services, by, id).await.expect("opened").exams[0].id;
    collectors::issue(services, by, id, exam).await.expect("issued");
    one(&house, unit, collected("COL-2026-0043")).await.expect("valid on the day");

    let certificate = collectors::open(services, by, id).await.expect("opened").certificates[0].id;
    collectors::end(services, by, id, certificate).await.expect("ended");
    let today_still = unit_in(&house, 23, State::Expected).await;
    one(&house, today_still, collected("COL-2026-0043")).await.expect("today is the last day");
    services.clock.advance(SignedDuration::from_hours(24));
    let tomorrow = unit_in(&house, 24, State::Expected).await;
    assert_eq!(one(&house, tomorrow, collected("COL-2026-0043")).await, Err(Refused::CertificateInvalid));
}

#[tokio::test]
async fn quality_is_reminded_once_before_a_certificate_ends() {
    let (house, _) = bank().await;
    let (services, by) = (&house.services, &quality(&house));
    let id = collector(&house, "COL-2026-0044").await;
    let day = local_day(house.now()).saturating_sub(23.months());
    collectors::attended(services, by, id, (day, 8)).await.expect("noted");
    collectors::examined(services, by, id, (day, 90)).await.expect("passed");
    let exam = collectors::open(services, by, id).await.expect("opened").exams[0].id;
    collectors::issue(services, by, id, exam).await.expect("issued");
    let standing = collectors::open(services, by, id).await.expect("opened").collector.standing;
    assert!(matches!(standing, Standing::Ends(_)), "{standing:?}");
    assert_eq!(collectors::remind_due(services).await.expect("asked"), 0, "nobody of quality has a work address yet");
    assert_eq!(number(&house, "select count(*) from custody_certificate where reminded_at is not null").await, 0);

    let officer = colleague(&house, "quality-a", Role::QualityOfficer).await;
    proves(&house, officer, "quality@example.com").await;
    let (first, second) = tokio::join!(collectors::remind_due(services), collectors::remind_due(services));
    assert_eq!(first.expect("asked") + second.expect("asked"), 1, "two servers, one reminder");
    assert_eq!(collectors::remind_due(services).await.expect("asked"), 0);
    drain(services, &messages::handlers(Handlers::new())).await.expect("the jobs ran");
    let mails = "select count(*) from message where template = 'certificates_end' and state = 'sent'";
    assert_eq!(number(&house, mails).await, 1);
}
