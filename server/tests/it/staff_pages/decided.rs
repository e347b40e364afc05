//! What a family does after a decision, through the real router: it signs with a fresh code and the right name, it appeals once
//! what it has checked, and nobody else does either.

use super::cases::{hired, sent, stands, taken_up, version};
use super::*;

const NAME: &str = "演示·林小满";
const REASONS: &str = "演示：没有看到最近一次检查，病情和当时不一样了，请再看一次。";

/// A case as though it had come so far: what a committee and a fund would have done is nothing of these tests.
async fn put_in(site: &Site, case: &str, state: &str) {
    let owner = site.test.db.owner_pool();
    for table in ["spark_case", "spark_case_event"] {
        let sql = format!("alter table {table} disable trigger user");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&owner).await.expect("no rules");
    }
    let id: Uuid = case.parse().expect("an id");
    sqlx::query("update spark_case set state = $2, version = version + 1, changed_at = $3::timestamptz where id = $1")
        .bind(id)
        .bind(state)
        .bind(site.test.now().to_string())
        .execute(&owner)
        .await
        .expect("put there");
}

async fn ruled_out(site: &Site, officer: &Browser<'_>, case: &str) {
    let at = version(site, case).await;
    let pairs = [
        ("event", "rule_out"),
        ("part", "case_officer"),
        ("version", at.as_str()),
        ("reason_rule_out", "演示：不属于救助范围"),
    ];
    gone_to(&send(officer, &format!("/staff/cases/{case}/do"), &pairs).await, &format!("/staff/cases/{case}"));
}

/// The hash that the form sends along.
fn shown(page: &Answer) -> String {
    let at = page.body.find("name=\"hash\" value=\"").expect("a form") + "name=\"hash\" value=\"".len();
    page.body[at..].split('"').next().expect("a hash").to_owned()
}

#[tokio::test]
async fn a_family_signs_with_a_fresh_code_and_its_name_and_nobody_else_does() {
    let site = Site::new().await;
    let (family, other) = (site.visitor().await, site.visitor().await);
    let case = sent(&site, &family, 30).await;
    let page = format!("/account/spark/{case}/agreement");
    again(&family.get(&page).await, StatusCode::OK, "现在没有要签署的协议");
    put_in(&site, &case, "agreement").await;
    let open = family.get(&page).await;
    for words in ["火种工程救助协议", "四、何时要求退回", NAME, "签署协议"] {
        again(&open, StatusCode::OK, words);
    }
    let english = family.get(&format!("/en{page}")).await;
    assert!(english.body.contains("The Chinese text is binding") && english.body.contains("四、何时要求退回"));
    assert!(family.get(&format!("/account/spark/{case}")).await.body.contains(&page), "the way there");
    let hash = shown(&open);
    let right = [("hash", hash.as_str()), ("name", NAME), ("agrees", "on")];
    for stranger in [&other, &hired(&site, Role::CaseOfficer).await, &hired(&site, Role::ComplianceOfficer).await] {
        assert_ne!(stranger.get(&page).await.status, StatusCode::OK);
        let refused = send(stranger, &page, &right).await;
        let closed = matches!(refused.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN);
        assert!(closed && !refused.body.contains(NAME), "{}", refused.status);
    }
    gone_to(&site.anonymous().get(&page).await, "/sign-in?next=");
    gone_to(&send(&site.anonymous(), &page, &right).await, "/sign-in?next=");

    let wrong = send(&family, &page, &[("hash", &hash), ("name", "演示·别人")]).await;
    again(&wrong, REFUSED, "与申请时填写的姓名不一致");
    assert!(wrong.body.contains("f-agrees-error") && wrong.body.contains("演示·别人"), "beside its field, and kept");
    let stale = send(&family, &page, &[("hash", "other"), ("name", NAME), ("agrees", "on")]).await;
    again(&stale, StatusCode::CONFLICT, "请重新阅读后再签署");
    assert_eq!(stands(&site, &case).await, "agreement");

    // An old sign-in is proven again first, and nothing typed is lost on the way.
    later(&site, 11 * 60);
    again(&family.get(&page).await, StatusCode::OK, "获取验证码");
    let unproven = send(&family, &page, &right).await;
    gone_to(&unproven, "/account/confirm?next=");
    assert!(unproven.header("set-cookie").contains("__Host-unsent"), "what was typed waits");
    assert_eq!(stands(&site, &case).await, "agreement");
    sqlx::query("update login_session set stepped_up_at = $1::timestamptz")
        .bind(site.test.now().to_string())
        .execute(&site.test.db.owner_pool())
        .await
        .expect("proven");
    for _ in 0..2 {
        gone_to(&send(&family, &page, &right).await, &format!("{page}?done=signed"));
    }
    assert_eq!(stands(&site, &case).await, "disbursing");
    assert_eq!(noted(&site, "spark.agreement_signed", &case).await, 1);
    again(&family.get(&page).await, StatusCode::OK, &hash);
    assert_eq!(other.get(&format!("{page}/copy.pdf")).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get(&page).await.body.contains(NAME));
    let officer = hired(&site, Role::CaseOfficer).await;
    again(&officer.get(&format!("/staff/cases/{case}")).await, StatusCode::OK, &hash);
}

#[tokio::test]
async fn an_appeal_is_checked_and_sent_once_and_read_by_who_reads_the_case() {
    let site = Site::new().await;
    let (officer, family, other) = (hired(&site, Role::CaseOfficer).await, site.visitor().await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let page = format!("/account/spark/{case}/appeal");
    again(&family.get(&page).await, StatusCode::OK, "还没有可以申诉的结果");
    ruled_out(&site, &officer, &case).await;
    let form = family.get(&page).await;
    for words in ["每份申请可以申诉一次", "可以在2026年8月10日"] {
        again(&form, StatusCode::OK, words);
    }
    for path in [page.clone(), format!("/en{page}")] {
        assert!(!family.get(&path).await.body.contains('⟦'), "{path}");
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    again(&send(&family, &page, &[("step", "check"), ("reasons", "太少了")]).await, REFUSED, "太少了");
    let seen = version(&site, &case).await;
    let hidden = format!("name=\"version\" value=\"{seen}\"");
    assert!(form.body.contains(&hidden), "the form is of a version");
    let written = |step: &'static str| {
        [("version", seen.as_str()), ("step", step), ("reasons", REASONS), ("wish", "演示：重新审核")]
    };
    let check = send(&family, &page, &written("check")).await;
    again(&check, StatusCode::OK, "核对申诉内容");
    again(&check, StatusCode::OK, REASONS);
    again(&send(&family, &page, &written("back")).await, StatusCode::OK, REASONS);
    assert_eq!(stands(&site, &case).await, "ineligible", "nothing was sent");
    assert_eq!(send(&other, &page, &written("send")).await.status, StatusCode::NOT_FOUND);
    // What was decided since the form was opened is seen first, and nothing typed is lost.
    assert!(check.body.contains(&hidden), "the second step is of the same version");
    let old = [("version", "1"), ("step", "send"), ("reasons", REASONS), ("wish", "演示：重新审核")];
    let stale = send(&family, &page, &old).await;
    again(&stale, StatusCode::CONFLICT, "申请有了新的进展");
    assert!(stale.body.contains(&hidden) && stale.body.contains(REASONS));
    assert_eq!(stands(&site, &case).await, "ineligible", "nothing was sent");
    for _ in 0..2 {
        gone_to(&send(&family, &page, &written("send")).await, &format!("{page}?done=appealed"));
    }
    assert_eq!(stands(&site, &case).await, "appeal");
    assert_eq!(noted(&site, "spark.appeal_sent", &case).await, 1);
    let own = family.get(&format!("/account/spark/{case}")).await;
    again(&own, StatusCode::OK, "由没有参加过原评审的人重新审议");
    again(&family.get(&page).await, StatusCode::OK, REASONS);
    again(&officer.get(&format!("/staff/cases/{case}")).await, StatusCode::OK, REASONS);
    let away = hired(&site, Role::CaseOfficer).await.get(&format!("/staff/cases/{case}")).await;
    assert!(away.status == StatusCode::OK && !away.body.contains("最近一次检查"), "not for whoever does not read it");
    let now = version(&site, &case).await;
    let again_sent = [("version", now.as_str()), ("step", "send"), ("reasons", REASONS), ("wish", "演示：另一个请求")];
    let second = send(&family, &page, &again_sent).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
}
