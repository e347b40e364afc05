//! Opening and closing funds, and money asked back, as the desk serves them: who may, what a wrong form keeps, what a second press
//! does.

use super::*;

const GOOD: [(&str, &str); 9] = [
    ("code", "ET-2027"),
    ("name_zh", "演示·儿童基金"),
    ("name_en", "Demo: children"),
    ("disease", "rare"),
    ("age_until", "17"),
    ("terms_zh", "演示：17岁以下的患者可以申请"),
    ("budget1_zh", "年度预算"),
    ("budget1_en", "Annual budget"),
    ("ceiling1", "50,000"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = GOOD.iter().copied().filter(|(name, _)| !more.iter().any(|(other, _)| name == other));
    kept.chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn a_fund_is_opened_at_the_desk_and_what_is_wrong_is_told_beside_its_field() {
    let site = Site::new().await;
    let preparer = site.staff(&[Role::FinancePreparer]).await;
    let page = preparer.get("/staff/funds/new").await;
    again(&page, StatusCode::OK, "设立基金");
    let wrong =
        send(&preparer, "/staff/funds/new", &with(&[("code", "儿童"), ("age_from", "18"), ("ceiling1", "1,5")])).await;
    assert_eq!(wrong.status, REFUSED);
    for kept in [
        "id=\"f-code-error\"",
        "id=\"f-age_until-error\"",
        "id=\"f-ceiling1-error\"",
        "value=\"演示·儿童基金\"",
        "value=\"1,5\"",
        "演示：17岁以下的患者可以申请</textarea>",
    ] {
        assert!(wrong.body.contains(kept), "{kept}: {}", excerpt(&wrong.body));
    }
    // Another row takes nothing away, without a script.
    let more = send(&preparer, "/staff/funds/new", &with(&[("rows", "1"), ("more", "1")])).await;
    assert!(more.status == StatusCode::OK && more.body.contains("id=\"f-budget2_zh\""), "{}", excerpt(&more.body));
    assert!(more.body.contains("value=\"50,000\"") && more.body.contains("value=\"ET-2027\""));
    // A row that was added and left empty is none; two presses are one fund.
    let fund = site.test.services.system().new_id::<domain::ids::FundId>().to_string();
    for _ in 0..2 {
        let pressed = send(&preparer, "/staff/funds/new", &with(&[("fund", fund.as_str()), ("rows", "2")])).await;
        gone_to(&pressed, &format!("/staff/funds/{fund}?done=opened"));
    }
    assert_eq!(number(&site, "select count(*) from ledger_fund").await, 1);
    assert_eq!(number(&site, "select count(*) from ledger_envelope where ceiling = 5000000").await, 1);
    again(&preparer.get(&format!("/staff/funds/{fund}?done=opened")).await, StatusCode::OK, "基金已设立");
    let taken = send(&preparer, "/staff/funds/new", &GOOD).await;
    assert!(taken.status == REFUSED && taken.body.contains("id=\"f-code-error\""), "{}", excerpt(&taken.body));

    // An older version changes nothing, and is shown what stands there now beside what was typed.
    let edit = format!("/staff/funds/{fund}/edit");
    let names = |version: &'static str, name: &'static str| {
        [("version", version), ("name_zh", name), ("name_en", "Demo"), ("disease", "rare"), ("age_until", "17")]
    };
    gone_to(&send(&preparer, &edit, &names("1", "先保存的名称")).await, &format!("/staff/funds/{fund}?done=changed"));
    let stale = send(&preparer, &edit, &names("1", "后保存的名称")).await;
    again(&stale, StatusCode::CONFLICT, "先保存的名称");
    assert!(stale.body.contains("value=\"后保存的名称\""), "{}", excerpt(&stale.body));

    // Everybody reads its terms, and no amount.
    let public = site.get("/spark/funds").await;
    again(&public, StatusCode::OK, "排队");
    let terms = [
        ("version", "2"),
        ("name_zh", "名称"),
        ("name_en", "Name"),
        ("disease", "rare"),
        ("terms_zh", "演示：未满18岁可以申请"),
    ];
    gone_to(&send(&preparer, &edit, &terms).await, &format!("/staff/funds/{fund}?done=changed"));
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let public = site.get("/spark/funds").await;
    again(&public, StatusCode::OK, "未满18岁可以申请");
    assert!(!public.body.contains("50,000"));
    let silent = send(&preparer, &format!("/staff/funds/{fund}/close"), &[("version", "3"), ("reason", " ")]).await;
    assert!(silent.status == REFUSED && silent.body.contains("id=\"f-reason-error\""));
    let closed =
        send(&preparer, &format!("/staff/funds/{fund}/close"), &[("version", "3"), ("reason", "预算用完")]).await;
    gone_to(&closed, &format!("/staff/funds/{fund}?done=closed"));
    again(&preparer.get(&format!("/staff/funds/{fund}")).await, StatusCode::OK, "停止新申请");
}

#[tokio::test]
async fn funds_are_opened_by_whoever_keeps_the_books_and_demands_are_read_by_whoever_reads_them() {
    let site = Site::new().await;
    for role in Role::ALL {
        let browser = site.staff(&[role]).await;
        let keeps = role == Role::FinancePreparer;
        let new = browser.get("/staff/funds/new").await;
        assert_eq!(new.status, if keeps { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{role:?}");
        let pressed = send(&browser, "/staff/funds/new", &[("code", "-")]).await;
        assert_eq!(pressed.status, if keeps { REFUSED } else { StatusCode::FORBIDDEN }, "{role:?}");
        let reads = [Role::FinancePreparer, Role::FinanceReleaser, Role::Auditor, Role::ComplianceOfficer];
        let list = browser.get("/staff/funds/clawbacks").await;
        let may = if reads.contains(&role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(list.status, may, "{role:?}");
        let case = format!("/staff/cases/{}/claw-back", Uuid::from_u128(1));
        let asks = browser.get(&case).await.status;
        let oversees = role == Role::ComplianceOfficer;
        assert_eq!(asks, if oversees { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN }, "{role:?}");
    }
    let outside = site.anonymous().get("/staff/funds/clawbacks").await;
    assert_eq!(outside.status, StatusCode::SEE_OTHER);
}
