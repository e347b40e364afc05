//! Recalls through the real router: begun by one of quality and ended by another, once each, with what it would hold shown before.

use super::cases::hired;
use super::*;
use axum::body::Body;
use domain::custody::State;
use http::{Request, header};
use testkit::custody::unit_in;

const RECALLS: &str = "/staff/recalls";
/// The bags of the units with numbers below forty.
const LOT: &str = "B-2026-001";
const REASON: &str = "演示：厂家通知，焊缝可能渗漏";
const HELD: &str = "select count(*) from custody_unit where state = 'quarantine_hold'";

/// Two units with bags of the lot, and one with others.
async fn banked(site: &Site) {
    for number in [1, 2, 41] {
        unit_in(&site.test, number, State::Banked).await;
    }
}

/// The form that calls the lot back.
const fn with(reason: &str) -> [(&str, &str); 3] {
    [("kind", "bag_set"), ("number", LOT), ("reason", reason)]
}

#[tokio::test]
async fn a_recall_is_begun_by_one_holds_its_units_and_is_ended_by_another() {
    let site = Site::new().await;
    banked(&site).await;
    let (one, other) = (hired(&site, Role::QualityOfficer).await, hired(&site, Role::QualityOfficer).await);
    let traced = one.get(&format!("{RECALLS}?lot={LOT}")).await;
    again(&traced, StatusCode::OK, "用在2份脐带血上。召回会为每一份开立偏差，并暂停其中2份");
    again(&traced, StatusCode::OK, "没有正在进行的召回");
    let begin = format!("{RECALLS}/begin");
    for _ in 0..2 {
        gone_to(&send(&one, &begin, &with(REASON)).await, &format!("{RECALLS}?done=begun"));
    }
    assert_eq!(number(&site, HELD).await, 2, "the third unit has other bags");
    assert_eq!(number(&site, "select count(*) from custody_recall").await, 1, "pressed twice it is one");
    assert_eq!(
        number(&site, "select count(*) from custody_deviation where kind = 'recall'").await,
        2,
        "and tells once"
    );
    let recalled = "select count(*) from audit_entry where action = 'custody.lot_recalled'";
    assert_eq!(number(&site, recalled).await, 1);

    let running = one.get(&format!("{RECALLS}?done=begun")).await;
    again(&running, StatusCode::OK, "召回已开始");
    again(&running, StatusCode::OK, REASON);
    again(&running, StatusCode::OK, "由您开始的召回，由另一位质量人员结束");
    let id = "select id::text from custody_recall where lot_id = (select id from custody_lot where number = $1)";
    let id: String = sqlx::query_scalar(id).bind(LOT).fetch_one(&site.test.db.owner_pool()).await.expect("the recall");
    assert!(!running.body.contains(&id), "whoever began it is not offered to end it");
    let traced = other.get(&format!("{RECALLS}?lot={LOT}")).await;
    again(&traced, StatusCode::OK, "正在召回：用在2份脐带血上");
    assert!(traced.body.contains(&id) && !traced.body.contains(&begin), "it is ended, and not begun again");

    let end = format!("{RECALLS}/end");
    again(&send(&one, &end, &[("recall", &id)]).await, StatusCode::CONFLICT, "都不能自己关闭这个偏差");
    assert_eq!(number(&site, "select count(*) from custody_recall where ended_at is null").await, 1);
    for _ in 0..2 {
        gone_to(&send(&other, &end, &[("recall", &id)]).await, &format!("{RECALLS}?done=ended"));
    }
    assert_eq!(noted(&site, "custody.recall_ended", &id).await, 1, "pressed twice it is once");
    again(&other.get(&format!("{RECALLS}?done=ended")).await, StatusCode::OK, "没有正在进行的召回");
    assert_eq!(number(&site, HELD).await, 2, "each deviation is closed by itself");
}

#[tokio::test]
async fn a_reason_that_is_too_short_is_told_beside_it_with_the_lot_and_what_was_typed() {
    let site = Site::new().await;
    banked(&site).await;
    let quality = hired(&site, Role::QualityOfficer).await;
    let begin = format!("{RECALLS}/begin");
    for reason in ["", "渗漏"] {
        let refused = send(&quality, &begin, &with(reason)).await;
        again(&refused, REFUSED, "用在2份脐带血上");
        for there in ["id=\"f-reason-error\"", LOT, reason] {
            assert!(refused.body.contains(there), "{there}: {}", excerpt(&refused.body));
        }
    }
    let unknown = [("kind", "bag_set"), ("number", "B-1999-001"), ("reason", REASON)];
    assert_eq!(send(&quality, &begin, &unknown).await.status, StatusCode::NOT_FOUND);
    let nothing = quality.get(&format!("{RECALLS}?lot=B-1999-001")).await;
    again(&nothing, StatusCode::OK, "没有用过这个批号");
    let end = format!("{RECALLS}/end");
    assert_eq!(send(&quality, &end, &[("recall", "none")]).await.status, REFUSED);
    let nil = Uuid::nil().to_string();
    assert_eq!(send(&quality, &end, &[("recall", &nil)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(number(&site, "select count(*) from custody_recall").await, 0);
    assert_eq!(number(&site, HELD).await, 0);
}

#[tokio::test]
async fn the_laboratory_traces_a_lot_and_nobody_but_quality_calls_one_back() {
    let site = Site::new().await;
    banked(&site).await;
    let traced = hired(&site, Role::LabOfficer).await.get(&format!("{RECALLS}?lot={LOT}")).await;
    again(&traced, StatusCode::OK, "用在2份脐带血上");
    assert!(!traced.body.contains(&format!("{RECALLS}/begin")), "the laboratory is offered no recall");
    for role in Role::ALL.into_iter().filter(|role| *role != Role::QualityOfficer) {
        let browser = hired(&site, role).await;
        for (act, pairs) in [("begin", with(REASON).to_vec()), ("end", vec![("recall", "none")])] {
            let answer = send(&browser, &format!("{RECALLS}/{act}"), &pairs).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act} for {role:?}");
        }
    }
    assert_eq!(number(&site, "select count(*) from custody_recall").await, 0);
}

#[tokio::test]
async fn a_recall_waits_whole_for_whoever_shows_the_second_factor_again() {
    let site = Site::new().await;
    banked(&site).await;
    let quality = hired(&site, Role::QualityOfficer).await;
    later(&site, 11 * 60);
    let reason = format!("{REASON}{}", "，详见通知".repeat(60));
    let stale = send(&quality, &format!("{RECALLS}/begin"), &with(&reason)).await;
    gone_to(&stale, "/staff/step-up?next=%2Fstaff%2Frecalls");
    let kept = stale.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(kept.starts_with("__Host-unsent="), "{kept}");
    let asked = Request::get(RECALLS).header(header::COOKIE, format!("{}; {kept}", quality.cookie));
    let shown = site.send(asked.body(Body::empty()).expect("a request")).await;
    again(&shown, StatusCode::OK, "您刚才填写的内容还在");
    again(&shown, StatusCode::OK, "用在2份脐带血上");
    assert!(shown.body.contains(&reason), "not a word of it is cut");
    assert_eq!(number(&site, "select count(*) from custody_recall").await, 0);
}
