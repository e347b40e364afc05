//! Letters through the real router: a family reads and keeps its own, an officer opens it with a trace, nobody else does, and
//! anybody holds one against ours without learning whose it is.

use super::cases::{account_of, asks, hired, stands, taken_up, version};
use super::*;
use domain::spark::Part;

const NAME: &str = "演示·林小满";

/// A case that was found to be none of this project's, for a chosen reason; answers it, and its letter.
async fn ruled_out(site: &Site, officer: &Browser<'_>, family: &Browser<'_>) -> (String, String) {
    let case = taken_up(site, officer, family, 30).await;
    let version = version(site, &case).await;
    let pairs = [
        ("event", "rule_out"),
        ("part", "case_officer"),
        ("version", version.as_str()),
        ("grounds", "place"),
        ("reason_rule_out", "演示：户籍资料"),
    ];
    gone_to(
        &send(officer, &format!("/staff/cases/{case}/do"), &pairs).await,
        &format!("/staff/cases/{case}?done=moved"),
    );
    let letter = text(site, "select id::text from spark_letter where case_id = $1", &case).await;
    (case, letter)
}

#[tokio::test]
async fn a_family_reads_its_letter_and_nobody_elses_opens() {
    let site = Site::new().await;
    let (officer, family, stranger) =
        (hired(&site, Role::CaseOfficer).await, site.visitor().await, site.visitor().await);
    let (case, letter) = ruled_out(&site, &officer, &family).await;
    let own = format!("/account/spark/{case}");
    let listed = family.get(&own).await;
    assert!(listed.body.contains(&format!("{own}/letters/{letter}")), "{}", excerpt(&listed.body));

    let page = format!("{own}/letters/{letter}");
    let read = family.get(&page).await;
    assert_eq!(read.status, StatusCode::OK);
    for words in [NAME, "患者的户籍和就诊医院都不在山东省", "lang=\"zh-CN\"", "letter.pdf"] {
        assert!(read.body.contains(words), "{words}: {}", excerpt(&read.body));
    }
    assert!(!read.body.contains("演示：户籍资料"), "what was typed for the house stays there");
    assert!(read.header("cache-control").contains("no-store"));
    let english = family.get(&format!("/en{page}")).await;
    assert!(english.status == StatusCode::OK && english.body.contains("Proving this letter genuine"));
    assert!(english.body.contains("Read this letter in English"), "{}", excerpt(&english.body));
    let translated = family.get(&format!("{page}?translated=1")).await;
    for words in [NAME, "Your application is not one for this project", "lang=\"en\"", "函件以原文为准"] {
        assert!(translated.body.contains(words), "{words}: {}", excerpt(&translated.body));
    }

    let file = family.get(&format!("{page}/letter.pdf")).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(file.body.starts_with("%PDF-") && file.header("x-content-type-options") == "nosniff");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"spark-"));
    assert!(file.header("cache-control").contains("no-store"));

    for path in [page.clone(), format!("{page}/letter.pdf")] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path} of another family");
        assert_eq!(site.anonymous().get(&path).await.status, StatusCode::SEE_OTHER, "{path} without a sign-in");
        assert_eq!(officer.get(&path).await.status, StatusCode::NOT_FOUND, "{path} is the family's");
    }
    let nothing = format!("{own}/letters/{}", Uuid::nil());
    assert_eq!(family.get(&nothing).await.status, StatusCode::NOT_FOUND);
    assert_eq!(family.get(&format!("{own}/letters/x")).await.status, StatusCode::NOT_FOUND);
}

/// Lets somebody take part in a case as who helps its family with the form.
async fn helps(site: &Site, helper: &Browser<'_>, case: &str) {
    let case: Uuid = case.parse().expect("an id");
    let party = (Part::SocialWorker.name(), Some(account_of(site, helper).await));
    let id = Uuid::from_bytes(services::crypto::random());
    let db = site.test.db.owner_pool();
    store::spark::cases::add_party(&db, id, case, party, b"sealed", site.test.now()).await.expect("a helper");
}

#[tokio::test]
async fn who_helps_a_family_opens_its_page_and_answers_and_has_none_of_its_letters() {
    let site = Site::new().await;
    let (officer, helper) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let (family, other) = (site.visitor().await, site.visitor().await);
    let (case, letter) = ruled_out(&site, &officer, &family).await;
    helps(&site, &helper, &case).await;
    let page = format!("/account/spark/{case}");
    for path in [page.clone(), format!("/en{page}")] {
        let (own, shown) = (family.get(&path).await, helper.get(&path).await);
        assert_eq!((own.status, shown.status), (StatusCode::OK, StatusCode::OK), "{path}");
        for section in ["id=\"letters\"", "id=\"appeal\""] {
            assert!(own.body.contains(section) && !shown.body.contains(section), "{path}: {section}");
        }
    }
    assert_eq!(helper.get(&format!("{page}/letters/{letter}")).await.status, StatusCode::NOT_FOUND);

    let case = taken_up(&site, &officer, &other, 30).await;
    helps(&site, &helper, &case).await;
    asks(&site, &officer, &case).await;
    let page = format!("/account/spark/{case}");
    again(&helper.get(&page).await, StatusCode::OK, "演示：缺检查报告");
    let question = text(&site, "select id::text from spark_clarification where case_id = $1", &case).await;
    let pairs = [("clarification", question.as_str()), ("reply_illness", "演示答复")];
    gone_to(&send(&helper, &format!("{page}/answer"), &pairs).await, &format!("{page}?done=answered"));
    assert_eq!(stands(&site, &case).await, "completeness");
}

#[tokio::test]
async fn of_the_house_only_who_reads_the_case_opens_its_letters() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let (case, letter) = ruled_out(&site, &officer, &family).await;
    let path = format!("/staff/cases/{case}/letters/{letter}/letter.pdf");
    let page = officer.get(&format!("/staff/cases/{case}")).await;
    assert!(page.body.contains(&path), "{}", excerpt(&page.body));
    assert_eq!(officer.get(&path).await.header("content-type"), "application/pdf");
    for role in Role::ALL {
        let other = hired(&site, role).await;
        let status = other.get(&path).await.status;
        let expected = if role == Role::ComplianceOfficer { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, expected, "{role:?}");
    }
    assert_ne!(family.get(&path).await.status, StatusCode::OK);
    let opened = "select count(*) from audit_entry where action = 'spark.letter_opened' and actor_kind = 'staff'";
    assert_eq!(number(&site, opened).await, 2);
}

#[tokio::test]
async fn anybody_holds_a_letter_against_ours_and_learns_only_that_it_is() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let (case, letter) = ruled_out(&site, &officer, &family).await;
    family.get(&format!("/account/spark/{case}/letters/{letter}/letter.pdf")).await;
    let digits = text(&site, "select encode(pdf_digest, 'hex') from spark_letter where id = $1", &letter).await;
    let reference = text(&site, "select reference from spark_case where id = $1", &case).await;
    let number = format!("{reference}-01");
    let visitor = site.anonymous();
    assert_eq!(visitor.get("/spark/letters/verify").await.status, StatusCode::OK);
    let first: String = digits.chars().take(12).collect();
    let said =
        send(&visitor, "/spark/letters/verify", &[("number", number.as_str()), ("digits", first.as_str())]).await;
    let said = site_answer(&visitor, said).await;
    assert!(said.contains("核验通过") && !said.contains(NAME) && !said.contains("不属于"), "{}", excerpt(&said));
    let said =
        send(&visitor, "/spark/letters/verify", &[("number", number.as_str()), ("digits", "000000000000")]).await;
    assert!(site_answer(&visitor, said).await.contains("没有找到相符的函件"));
}

/// What is shown in the end: a form's page is shown at once or after a redirect.
async fn site_answer(browser: &Browser<'_>, answer: Answer) -> String {
    match answer.status {
        StatusCode::SEE_OTHER => browser.get(answer.header("location")).await.body,
        _ => answer.body,
    }
}
