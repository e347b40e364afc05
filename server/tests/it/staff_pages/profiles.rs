//! Profiles of reviewers and the rubric through the real router: who opens them, what a wrong or late form keeps, what is shown
//! to nobody afterwards.

use super::cases::{account_of, hired, sent};
use super::*;

const DOCUMENT: &str = "E20261211";
const KIN: &str = "11010519491231002X";
const PHONE: &str = "13900000001";

#[tokio::test]
async fn a_profile_is_typed_once_and_nothing_that_ties_somebody_is_shown_again() {
    let site = Site::new().await;
    let (compliance, reviewer) =
        (hired(&site, Role::ComplianceOfficer).await, hired(&site, Role::MedicalReviewer).await);
    let account = account_of(&site, &reviewer).await;
    let page = format!("/staff/profiles/{account}");
    for role in Role::ALL.into_iter().filter(|role| *role != Role::ComplianceOfficer) {
        let other = hired(&site, role).await;
        for path in ["/staff/profiles", page.as_str(), "/staff/rubric", "/staff/rubric/new"] {
            assert_eq!(other.get(path).await.status, StatusCode::FORBIDDEN, "{role:?} at {path}");
        }
        assert_eq!(send(&other, &page, &[("version", "0")]).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    again(&compliance.get("/staff/profiles").await, StatusCode::OK, "没有档案");
    again(&compliance.get(&page).await, StatusCode::OK, "尚未登记");
    let nobody = format!("/staff/profiles/{}", Uuid::from_u128(1));
    assert_eq!(compliance.get(&nobody).await.status, StatusCode::NOT_FOUND);

    // What is wrong is told, and nothing that was typed is lost.
    let faulty = [
        ("version", "0"),
        ("absence_version", "0"),
        ("specialities", "03.05"),
        ("hospital", "演示大学第一医院"),
        ("away_from", "2026-12-08"),
        ("away_until", "2026-12-01"),
        ("person_kind", "passport"),
        ("person", ""),
        ("phones", "12"),
    ];
    let refused = send(&compliance, &page, &faulty).await;
    assert_eq!(refused.status, REFUSED);
    for words in ["f-person-error", "f-phones-error", "f-away_until-error", "演示大学第一医院", "2026-12-08"] {
        assert!(refused.body.contains(words), "{words}: {}", excerpt(&refused.body));
    }
    assert_eq!(number(&site, "select count(*) from spark_reviewer_profile").await, 0);

    let whole = [
        ("version", "0"),
        ("absence_version", "0"),
        ("specialities", "03.05"),
        ("specialities", "07"),
        ("hospital", "演示大学第一医院"),
        ("away_from", ""),
        ("away_until", ""),
        ("person_kind", "passport"),
        ("person", DOCUMENT),
        ("kin", KIN),
        ("phones", PHONE),
    ];
    gone_to(&send(&compliance, &page, &whole).await, "/staff/profiles?done=kept");
    again(&compliance.get(&page).await, StatusCode::OK, "已登记 3 项");
    for path in [page.clone(), format!("/en{page}"), "/staff/profiles".to_owned(), "/en/staff/profiles".to_owned()] {
        let shown = compliance.get(&path).await;
        assert!(shown.body.contains("演示大学第一医院"), "{path}");
        for word in [DOCUMENT, KIN, PHONE, "⟦"] {
            assert!(!shown.body.contains(word), "{path}: {word}");
        }
    }
    let late = send(&compliance, &page, &whole).await;
    again(&late, StatusCode::CONFLICT, "刚刚被他人修改");
    let shown = compliance.get(&page).await.body;
    let ticked = |number: &str| {
        let own = shown.split("<input").find(|input| input.contains(&format!("value=\"{number}\""))).expect("a box");
        own.split('>').next().is_some_and(|own| own.contains("checked"))
    };
    assert_eq!(["03", "03.05", "07"].map(ticked), [false, true, true], "what is kept is ticked");
}

#[tokio::test]
async fn a_conflict_that_is_declared_takes_a_case_from_an_officers_list() {
    let site = Site::new().await;
    let (compliance, officer) = (hired(&site, Role::ComplianceOfficer).await, hired(&site, Role::CaseOfficer).await);
    let case = sent(&site, &site.visitor().await, 30).await;
    let reference = text(&site, "select reference from spark_case where id = $1", &case).await;
    let page = format!("/staff/profiles/{}/conflict", account_of(&site, &officer).await);
    assert!(officer.get("/staff/cases").await.body.contains(&case));
    again(&send(&compliance, &page, &[("reference", "x"), ("reason", "演示")]).await, REFUSED, "K7M4-Q2XR");
    let unknown = send(&compliance, &page, &[("reference", "K7M4-Q2XR"), ("reason", "演示")]).await;
    again(&unknown, REFUSED, "没有这个编号的申请");
    let empty = send(&compliance, &page, &[("reference", &reference), ("reason", " ")]).await;
    assert!(empty.status == REFUSED && empty.body.contains("f-reason-error"), "{}", excerpt(&empty.body));
    let typed = [("reference", reference.as_str()), ("reason", "演示：与家属相识")];
    gone_to(&send(&compliance, &page, &typed).await, "/staff/profiles?done=declared");
    assert!(!officer.get("/staff/cases").await.body.contains(&case));
    assert_eq!(officer.get(&format!("/staff/cases/{case}")).await.status, StatusCode::NOT_FOUND);
    let take = [("event", "take_up"), ("part", "case_officer"), ("version", "1")];
    let taken = send(&officer, &format!("/staff/cases/{case}/do"), &take).await;
    assert_eq!(taken.status, StatusCode::NOT_FOUND);
    let reason = "select count(*) from audit_entry where detail::text like '%相识%'";
    assert_eq!(number(&site, reason).await, 0, "the reason lies under the case's key");
}

#[tokio::test]
async fn a_minors_case_that_nobody_has_is_masked_until_it_is_taken_up() {
    let site = Site::new().await;
    let officer = hired(&site, Role::CaseOfficer).await;
    let case = sent(&site, &site.visitor().await, 9).await;
    let page = format!("/staff/cases/{case}");
    let before = officer.get(&page).await;
    again(&before, StatusCode::OK, "这份申请还没有经办人");
    for word in ["演示·林小满", "林小满", "138****8000", "13800138000"] {
        assert!(!before.body.contains(word), "{word}");
    }
    let answers = officer.get(&format!("{page}/answers")).await;
    assert!(answers.body.contains("患者未成年") && !answers.body.contains("138****8000"), "{}", excerpt(&answers.body));
    let take = [("event", "take_up"), ("part", "case_officer"), ("version", "1")];
    gone_to(&send(&officer, &format!("{page}/do"), &take).await, &format!("{page}?done=moved"));
    assert!(officer.get(&page).await.body.contains("138****8000"), "masked, and theirs");
    assert_eq!(noted(&site, "spark.minor_assigned", &case).await, 1);
}

/// A version of two criteria as its form is sent.
fn rubric(version: &'static str, to_do: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("version", version),
        ("rows", "3"),
        ("key-0", ""),
        ("title-0_zh", "医疗需要"),
        ("title-0_en", "Medical need"),
        ("weight-0", "3"),
        ("least-0", "1"),
        ("most-0", "5"),
        ("key-1", ""),
        ("title-1_zh", "预期获益"),
        ("title-1_en", "Expected benefit"),
        ("weight-1", "1"),
        ("least-1", "0"),
        ("most-1", "10"),
        ("optional-1", "on"),
        ("diverges_above", "25"),
        ("do", to_do),
    ]
}

#[tokio::test]
async fn a_version_of_the_rubric_is_looked_at_published_once_and_never_changed() {
    let site = Site::new().await;
    let compliance = hired(&site, Role::ComplianceOfficer).await;
    again(&compliance.get("/staff/rubric").await, StatusCode::OK, "还没有评分表");
    let form = "/staff/rubric/new";
    let mut wrong = rubric("1", "preview");
    wrong.retain(|(name, _)| !matches!(*name, "title-1_en" | "weight-0"));
    wrong.push(("weight-0", "101"));
    wrong.push(("title-1_en", ""));
    let refused = send(&compliance, form, &wrong).await;
    assert_eq!(refused.status, REFUSED);
    assert!(
        refused.body.contains("f-title-1_en-error") && refused.body.contains("医疗需要"),
        "{}",
        excerpt(&refused.body)
    );
    assert!(!refused.body.contains(r#"id="preview""#), "there is nothing to look at");

    let shown = send(&compliance, form, &rubric("1", "preview")).await;
    again(&shown, StatusCode::OK, "专家看到的评分表");
    for words in
        [r#"name="mark-c1""#, r#"name="mark-c2""#, r#"name="comment-c2""#, r#"value="na""#, r#"value="publish""#]
    {
        assert!(shown.body.contains(words), "{words}");
    }
    assert_eq!(number(&site, "select count(*) from spark_rubric").await, 0, "looking publishes nothing");
    let more = send(&compliance, form, &rubric("1", "add")).await;
    assert!(more.status == StatusCode::OK && more.body.contains("title-3_zh"), "{}", excerpt(&more.body));

    // Pressed twice it is published once.
    for _ in 0..2 {
        gone_to(&send(&compliance, form, &rubric("1", "publish")).await, "/staff/rubric?done=published");
    }
    assert_eq!(number(&site, "select count(*) from spark_rubric").await, 1);
    assert_eq!(number(&site, "select count(*) from audit_entry where action = 'spark.rubric_published'").await, 1);
    again(&compliance.get("/staff/rubric").await, StatusCode::OK, "75.0%");
    // Another one of that number is told that it is taken, and nothing typed is lost.
    let mut other = rubric("1", "publish");
    other.retain(|(name, _)| *name != "weight-0");
    other.push(("weight-0", "7"));
    let taken = send(&compliance, form, &other).await;
    again(&taken, StatusCode::CONFLICT, "第 1 版刚刚由他人发布");
    assert!(taken.body.contains(r#"name="version" value="2""#) && taken.body.contains(r#"value="7""#));
    other.retain(|(name, _)| *name != "version");
    other.push(("version", "2"));
    gone_to(&send(&compliance, form, &other).await, "/staff/rubric?done=published");
    again(&compliance.get("/en/staff/rubric").await, StatusCode::OK, "Earlier versions");
}
