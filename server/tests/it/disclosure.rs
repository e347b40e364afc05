//! Public disclosure through the real router: what everybody reads and fetches, how a report comes to be, what machines read.

use crate::account_pages::excerpt;
use crate::support::{Answer, Browser, Site};
use domain::account::{Role, Scope};
use domain::disclosure::{Snapshot, Term};
use http::StatusCode;
use jiff::SignedDuration;
use services::disclosure::{self, published};
use services::ledger;

/// A house with the demo's funds and reports: the test's noon is in July 2026, so that the last report is of the second quarter.
/// They take long to make, so that all these look at one house, and whoever changes it comes last.
#[tokio::test]
async fn what_the_demo_discloses_is_read_by_all_and_made_by_two() {
    let site = Site::new().await;
    let (services, system) = (&site.test.services, site.test.services.system());
    ledger::seed_demo(services, &system).await.expect("the funds");
    disclosure::seed_demo(services, &system).await.expect("the reports");
    everybody_reads_the_figures_and_can_check_them(&site).await;
    a_report_is_printed_where_there_is_a_font(&site).await;
    machines_read_the_same_figures(&site).await;
    the_desk_is_open_to_whoever_prepares_reports_and_to_nobody_else(&site).await;
    one_person_freezes_and_another_publishes(&site).await;
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn send(browser: &Browser<'_>, path: &str, pairs: &[(&str, &str)]) -> Answer {
    browser.post(path, &form(pairs)).await
}

fn shows(answer: &Answer, status: StatusCode, words: &[&str]) {
    let text = excerpt(&answer.body);
    assert_eq!(answer.status, status, "{text}");
    for words in words {
        assert!(text.contains(words), "no “{words}” in: {text}");
    }
    assert!(!answer.body.contains('⟦'), "a word is missing: {text}");
}

fn gone_to(answer: &Answer, path: &str) {
    let location = answer.header("location");
    assert!(
        answer.status == StatusCode::SEE_OTHER && location.starts_with(path),
        "{} {location}, not {path}: {}",
        answer.status,
        excerpt(&answer.body)
    );
}

#[tokio::test]
async fn before_the_first_report_the_public_is_told_so_and_the_project_says_what_was_public_before() {
    let site = Site::new().await;
    shows(&site.get("/spark/disclosure").await, StatusCode::OK, &["还没有公布过报告"]);
    shows(&site.get("/en/spark/disclosure").await, StatusCode::OK, &["No report has been published yet"]);
    shows(&site.get("/spark").await, StatusCode::OK, &["以上为公开报道的数字"]);
    shows(&site.get("/spark/notices").await, StatusCode::OK, &["目前没有正在公示的申请"]);
    for path in ["/spark/disclosure/2026-Q2", "/spark/disclosure/2026-Q2/report.csv", "/spark/disclosure/nonsense"] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let nothing = format!("/spark/disclosure/frozen/{}", "ab".repeat(32));
    assert_eq!(site.get(&nothing).await.status, StatusCode::NOT_FOUND);
}

async fn everybody_reads_the_figures_and_can_check_them(site: &Site) {
    let all = published(&site.test.services).await.expect("read");
    let kept = all.latest().expect("a report").clone();
    let total = kept.snapshot.tables.total();
    let families = total.families.to_string();
    for (path, words) in [
        ("/spark/disclosure", ["按病种类别", "按地区", "历年救助情况", "救助基金收支"]),
        ("/en/spark/disclosure", ["Aid by disease group", "Aid by region", "Aid by year", "The relief fund"]),
    ] {
        let page = site.get(path).await;
        shows(&page, StatusCode::OK, &words);
        shows(&page, StatusCode::OK, &[&families, &kept.digest.to_string(), "sha256sum"]);
    }
    shows(&site.get("/spark").await, StatusCode::OK, &[&families, "最新一期信息公开报告"]);
    let report = site.get("/spark/disclosure/2026-Q2").await;
    shows(&report, StatusCode::OK, &["2026年第二季度信息公开报告", "本期新增", "本年度按地区"]);
    assert_eq!(site.get("/spark/disclosure/2026").await.status, StatusCode::NOT_FOUND, "the year is not over");

    let text = site.get(&format!("/spark/disclosure/frozen/{}", kept.digest)).await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert!(text.header("content-disposition").contains("spark-2026-Q2-"), "{}", text.header("content-disposition"));
    assert_eq!(services::crypto::digest_hex(text.body.as_bytes()), kept.digest.to_string());
    assert_eq!(Snapshot::read(text.body.as_bytes()), Ok(kept.snapshot.clone()));

    let csv = site.get("/spark/disclosure/2026-Q2/report.csv").await;
    shows(&csv, StatusCode::OK, &[]);
    assert!(csv.header("content-disposition").contains("spark-disclosure-2026-Q2.csv"));
    let total = csv.body.lines().find(|line| line.starts_with("按地区,合计,")).expect("a total");
    let told: Vec<&str> = total.split(',').collect();
    assert_eq!(told[2], families);
    let xlsx = site.get("/spark/disclosure/2026-Q2/report.xlsx").await;
    assert!(xlsx.status == StatusCode::OK && xlsx.body.starts_with("PK"));
}

async fn a_report_is_printed_where_there_is_a_font(site: &Site) {
    for path in ["/spark/disclosure/2026-Q2/report.pdf", "/en/spark/disclosure/2026-Q1/report.pdf"] {
        let pdf = site.get(path).await;
        assert_eq!(pdf.status, StatusCode::OK, "{}", excerpt(&pdf.body));
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.body.starts_with("%PDF-"), "{path}");
    }
}

async fn machines_read_the_same_figures(site: &Site) {
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let answer = site.call("GET", "/api/v1/disclosure", &token, &[], None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let (all, json) = (published(&site.test.services).await.expect("read"), answer.json());
    let kept = all.latest().expect("a report");
    let latest = &json["latest"];
    assert_eq!(latest["total"]["families"], kept.snapshot.tables.total().families);
    assert_eq!(latest["sha256"], kept.digest.to_string());
    for table in ["groups", "regions"] {
        let rows = latest[table].as_array().expect("rows");
        let sum: i64 = rows.iter().filter_map(|row| row["fen"].as_i64()).sum();
        assert_eq!(sum, kept.snapshot.tables.total().amount.get(), "{table}");
    }
    assert_eq!(json["reports"].as_array().map(Vec::len), Some(all.terms().len()));
    let etag = answer.header("etag").to_owned();
    let again = site.call("GET", "/api/v1/disclosure", &token, &[("if-none-match", &etag)], None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(site.get("/api/v1/disclosure").await.problem(), "no-token");
}

async fn one_person_freezes_and_another_publishes(site: &Site) {
    // The third quarter is over.
    site.test.services.clock.advance(SignedDuration::from_hours(24 * 80));
    let freezer = site.staff(&[Role::FinancePreparer]).await;
    let publisher = site.staff(&[Role::ComplianceOfficer]).await;
    let desk = freezer.get("/staff/disclosure").await;
    shows(&desk, StatusCode::OK, &["固定下一期数据", "2026年第三季度", "待公布的报告", "账簿启用前的救助"]);
    let look = freezer.get("/staff/disclosure/look?quarter=2026-Q3").await;
    shows(&look, StatusCode::OK, &["将要固定的数据", "与上一期公布数据的差异"]);
    shows(&freezer.get("/staff/disclosure/look?quarter=2026-Q2").await, StatusCode::OK, &["已有报告"]);
    let soon = freezer.get("/staff/disclosure/look?quarter=2027-Q1").await;
    shows(&soon, StatusCode::OK, &["尚未结束"]);
    gone_to(
        &send(&freezer, "/staff/disclosure/freeze", &[("quarter", "2026-Q3")]).await,
        "/staff/disclosure?done=frozen",
    );
    gone_to(
        &send(&freezer, "/staff/disclosure/freeze", &[("quarter", "2026-Q3")]).await,
        "/staff/disclosure?done=frozen",
    );
    shows(&freezer.get("/staff/disclosure").await, StatusCode::OK, &["须由另一人核对公布"]);
    assert_eq!(site.get("/spark/disclosure/2026-Q3").await.status, StatusCode::NOT_FOUND, "not before it is published");

    let id: String = sqlx::query_scalar("select id::text from disclosure_snapshot where state = 'frozen'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a snapshot");
    let publish = format!("/staff/disclosure/{id}/publish");
    assert_eq!(freezer.post(&publish, "").await.status, StatusCode::FORBIDDEN, "finance does not publish");
    let silent = send(&publisher, &format!("/staff/disclosure/{id}/discard"), &[("reason", " ")]).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.body.contains("f-reason-error"));
    gone_to(&publisher.post(&publish, "").await, "/staff/disclosure?done=published");
    gone_to(&publisher.post(&publish, "").await, "/staff/disclosure?done=published");
    shows(&site.get("/spark/disclosure").await, StatusCode::OK, &["2026年第三季度"]);

    // It was wrong: the last report is put right, line by line.
    let all = published(&site.test.services).await.expect("read");
    let kept = all.latest().expect("a report");
    assert_eq!(all.terms()[0], Term::Quarter(kept.snapshot.quarter));
    let page = publisher.get("/staff/disclosure/correct").await;
    shows(&page, StatusCode::OK, &["更正最新一期报告", "received 2026"]);
    let figures = kept.snapshot.figures();
    let correct = format!("/staff/disclosure/{id}/correct");
    let nothing = send(&publisher, &correct, &[("figures", &figures), ("reason", "没有变化")]).await;
    shows(&nothing, StatusCode::CONFLICT, &["没有改动任何数字", "没有变化"]);
    let received = figures.lines().find(|line| line.starts_with("received 2026")).expect("a line");
    let right = figures.replace(received, &format!("{received}00"));
    gone_to(
        &send(&publisher, &correct, &[("figures", &right), ("reason", "少记两位")]).await,
        "/staff/disclosure?done=corrected",
    );
    let id: String = sqlx::query_scalar("select id::text from disclosure_snapshot where state = 'frozen'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a snapshot");
    let publish = format!("/staff/disclosure/{id}/publish");
    shows(&publisher.post(&publish, "").await, StatusCode::CONFLICT, &["不能自己公布"]);
    let chair = site.staff(&[Role::Chair]).await;
    gone_to(&chair.post(&publish, "").await, "/staff/disclosure?done=published");
    shows(&site.get("/spark/disclosure").await, StatusCode::OK, &["少记两位", "更正前的固定文本"]);
    shows(&site.get("/spark/disclosure/2026-Q3").await, StatusCode::OK, &["更正", "少记两位"]);
}

async fn the_desk_is_open_to_whoever_prepares_reports_and_to_nobody_else(site: &Site) {
    let prepares = [Role::FinancePreparer, Role::ComplianceOfficer, Role::Chair];
    for role in Role::ALL {
        let browser = site.staff(&[role]).await;
        let expected = if prepares.contains(&role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        for path in ["/staff/disclosure", "/en/staff/disclosure", "/staff/disclosure/correct"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, expected, "{path} for {role:?}");
            assert!(!answer.body.contains('⟦'), "{path}: a word is missing");
        }
        let front = browser.get("/staff").await;
        assert_eq!(front.body.contains("/staff/disclosure"), prepares.contains(&role), "the way there for {role:?}");
    }
}
