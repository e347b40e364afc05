//! Objections through the real router: anybody objects while a notice runs, nothing typed stands in an address, and who handles
//! objections answers them.

use super::cases::{hired, sent, stands};
use super::*;

const FACTS: &str = "演示：这户家庭的同一笔费用去年已经由另一个基金救助过。";
const CODE: &str = "K7M4Q2XR";
const FORM: &str = "01980000-0000-7000-8000-000000000001";

/// A case whose notice stands, as though a committee had granted it.
async fn noticed(site: &Site) -> String {
    let case = sent(site, &site.visitor().await, 30).await;
    let owner = site.test.db.owner_pool();
    sqlx::query("alter table spark_case disable trigger user").execute(&owner).await.expect("no rules");
    let (id, now): (Uuid, String) = (case.parse().expect("an id"), site.test.now().to_string());
    for sql in [
        "update spark_case set state = 'notice', version = version + 1, changed_at = $2::timestamptz where id = $1",
        "insert into disclosure_notice (case_id, version, code, disease_group, city, band, noticed_at)
         select id, version, 'K7M4Q2XR', disease_group, city, '1.0', $2::timestamptz from spark_case where id = $1",
    ] {
        sqlx::query(sql).bind(id).bind(&now).execute(&owner).await.expect(sql);
    }
    sqlx::query("alter table spark_case enable trigger user").execute(&owner).await.expect("the rules again");
    case
}

#[tokio::test]
async fn anybody_objects_to_a_notice_and_what_was_typed_stands_in_no_address() {
    let site = Site::new().await;
    let case = noticed(&site).await;
    let anybody = site.anonymous();
    let page = "/spark/notices/K7M4-Q2XR/objection";
    again(&anybody.get("/spark/notices").await, StatusCode::OK, "提出异议");
    assert!(anybody.get("/spark/notices").await.body.contains(page), "the way there");
    for path in [page.to_owned(), format!("/en{page}")] {
        let open = anybody.get(&path).await;
        assert!(open.status == StatusCode::OK && !open.body.contains('⟦'), "{path}: {}", excerpt(&open.body));
        assert!(!open.body.contains(&case), "a notice does not name its case");
    }
    let short = send(&anybody, page, &[("form", FORM), ("facts", "不对"), ("mail", "nowhere")]).await;
    again(&short, REFUSED, "请至少写20个字");
    assert!(short.body.contains("nowhere") && short.body.contains(FORM), "what was typed is kept, and the form's own");
    let right = [("form", FORM), ("facts", FACTS), ("name", "演示·王一"), ("mail", "objector@example.com")];
    let sent = send(&anybody, page, &right).await;
    let receipt = gone_to(&sent, &format!("{page}?receipt="));
    assert_eq!(gone_to(&send(&anybody, page, &right).await, page), receipt, "pressed twice it is one");
    again(&anybody.get(&receipt).await, StatusCode::OK, "已收到您的异议");
    let invented = anybody.get(&format!("{page}?receipt=AAAA-AAAA")).await;
    assert!(!invented.body.contains(">AAAA-AAAA<"), "only what was given out is shown");
    let other = [("form", FORM), ("facts", "演示：另一件事，和刚才说的不是同一件，请一起核查一下。")];
    again(&send(&anybody, page, &other).await, StatusCode::CONFLICT, "另一件事");
    assert_eq!(number(&site, "select count(*) from spark_objection").await, 1);

    later(&site, 8 * 24 * 3600);
    again(&anybody.get(page).await, StatusCode::OK, "这份公示已经结束");
    let late = [("form", "01980000-0000-7000-8000-000000000002"), ("facts", FACTS)];
    assert_eq!(gone_to(&send(&anybody, page, &late).await, page), page);
    for unknown in ["/spark/notices/AAAA-AAAA/objection", "/spark/notices/none/objection"] {
        assert_eq!(anybody.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
    assert_eq!(stands(&site, &case).await, "notice");
}

#[tokio::test]
async fn objections_are_read_and_answered_by_who_handles_them() {
    let site = Site::new().await;
    let case = noticed(&site).await;
    let page = format!("/spark/notices/{CODE}/objection");
    let right = [("form", FORM), ("facts", FACTS), ("name", "演示·王一"), ("mail", "objector@example.com")];
    gone_to(&send(&site.anonymous(), &page, &right).await, "/spark/notices/");
    let id: String = sqlx::query_scalar("select id::text from spark_objection")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("one");
    let one = format!("/staff/objections/{id}");
    let answer = [("outcome", "unfounded"), ("answer", "演示：不是同一笔费用。")];
    for role in Role::ALL {
        let browser = hired(&site, role).await;
        let may = matches!(role, Role::CaseOfficer | Role::ComplianceOfficer | Role::Chair);
        for path in ["/staff/objections", one.as_str()] {
            let seen = browser.get(path).await;
            let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(seen.status, expected, "{path} for {role:?}: {}", excerpt(&seen.body));
            assert!(!seen.body.contains('⟦') && !seen.body.contains("objector@example.com"), "{path} for {role:?}");
        }
        assert!(!browser.get("/staff/objections").await.body.contains("王一"), "the list names nobody");
        if !may {
            assert_eq!(send(&browser, &one, &answer).await.status, StatusCode::FORBIDDEN, "{role:?}");
        }
    }
    gone_to(&site.anonymous().get(&one).await, "/staff/sign-in");
    let officer = hired(&site, Role::CaseOfficer).await;
    again(&officer.get(&one).await, StatusCode::OK, FACTS);
    again(&officer.get(&format!("/staff/cases/{case}")).await, StatusCode::OK, "有公示异议待答复");
    let none = send(&officer, &one, &[("answer", "演示：写了一半")]).await;
    again(&none, REFUSED, "演示：写了一半");
    let upheld = send(&officer, &one, &[("outcome", "upheld"), ("answer", "演示")]).await;
    assert_eq!(upheld.status, StatusCode::FORBIDDEN, "an officer takes no case back");
    gone_to(&send(&officer, &one, &answer).await, &format!("{one}?done=answered"));
    let late = send(&hired(&site, Role::Chair).await, &one, &answer).await;
    again(&late, StatusCode::CONFLICT, "已由别人答复");
    assert!(noted(&site, "spark.objection_read", &id).await >= 4, "each reading is in the trail");
    assert_eq!(noted(&site, "spark.objection_decided", &id).await, 1);
    let missing = officer.get("/staff/objections/01980000-0000-7000-8000-000000000000").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
