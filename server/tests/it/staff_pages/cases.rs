//! Cases through the real router: who opens which page, an officer's and a family's way, what a wrong or late form keeps, and
//! what is shown to whoever does not look after a case.

use super::*;
use domain::account::Actor;
use domain::bus::City;
use domain::document::Document;
use domain::ids::{AccountId, CaseId, LoginSessionId};
use domain::ledger::{Amount, DiseaseGroup};
use domain::spark::Part;
use domain::spark::review::assignment::Speciality;
use services::spark::cases::{self, NewCase, NewParty};
use services::spark::review::{self, Profile, Ties};

const NAME: &str = "演示·林小满";
const REASON: &str = "演示：同事休假，家属来电";

/// Who signed in with a browser.
pub(super) async fn account_of(site: &Site, browser: &Browser<'_>) -> Uuid {
    let token = browser.cookie.strip_prefix("__Host-session=").expect("a session");
    sqlx::query_scalar("select account_id from login_session where token_hash = sha256(convert_to($1, 'UTF8'))")
        .bind(token)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("an account")
}

/// A case that this family sent, of a patient this old.
pub(super) async fn sent(site: &Site, family: &Browser<'_>, age: u8) -> String {
    let account = AccountId(account_of(site, family).await);
    let (services, now) = (&site.test.services, site.test.now());
    let context =
        site.test.context(Actor::Visitor { account, login: LoginSessionId(account.0), stepped_up_at: Some(now) });
    let id: CaseId = context.new_id();
    let new = NewCase {
        id,
        fund: None,
        group: DiseaseGroup::Rare,
        city: City::ALL[0],
        age,
        asked: Amount::new(1_000_000).expect("an amount"),
        parties: vec![NewParty {
            part: Part::Applicant,
            account: Some(account),
            particulars: format!(r#"{{"patient_name":"{NAME}","patient_phone":"13800138000"}}"#).into_bytes(),
            identity: Some(format!("demo {id}")),
        }],
        key: services.vault.new_case_key(),
    };
    let mut tx = services.begin().await.expect("a transaction");
    cases::open_in(services, &mut tx, &context, new, Part::Applicant).await.expect("opened");
    tx.commit().await.expect("committed");
    id.to_string()
}

pub(super) async fn hired(site: &Site, role: Role) -> Browser<'_> {
    site.staff(&[role]).await
}

pub(super) async fn version(site: &Site, case: &str) -> String {
    text(site, "select version::text from spark_case where id = $1", case).await
}

pub(super) async fn stands(site: &Site, case: &str) -> String {
    text(site, "select state from spark_case where id = $1", case).await
}

/// Does something at the version the case has.
async fn does(site: &Site, browser: &Browser<'_>, case: &str, event: &str) -> Answer {
    let version = version(site, case).await;
    let pairs = [("event", event), ("part", "case_officer"), ("version", version.as_str())];
    send(browser, &format!("/staff/cases/{case}/do"), &pairs).await
}

pub(super) async fn taken_up(site: &Site, officer: &Browser<'_>, family: &Browser<'_>, age: u8) -> String {
    let case = sent(site, family, age).await;
    gone_to(&does(site, officer, &case, "take_up").await, &format!("/staff/cases/{case}?done=moved"));
    case
}

/// Asks about illness.
pub(super) async fn asks(site: &Site, officer: &Browser<'_>, case: &str) {
    let version = version(site, case).await;
    let pairs =
        [("version", version.as_str()), ("sections", "illness"), ("days", "10"), ("question", "演示：缺检查报告")];
    let answer = send(officer, &format!("/staff/cases/{case}/ask"), &pairs).await;
    gone_to(&answer, &format!("/staff/cases/{case}?done=asked"));
}

#[tokio::test]
async fn the_desk_is_open_to_whoever_may_see_cases_and_to_nobody_else() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let pages = ["/staff/cases".to_owned(), format!("/staff/cases/{case}"), format!("/staff/cases/{case}/answers")];
    let presses = ["do", "take-over", "ask", "extend", "reviewers", "reviewers/release", "look", "show", "grant"];
    for role in Role::ALL {
        let browser = hired(&site, role).await;
        let may = matches!(role, Role::CaseOfficer | Role::ComplianceOfficer);
        for page in &pages {
            for path in [page.clone(), format!("/en{page}")] {
                let answer = browser.get(&path).await;
                let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{path} for {role:?}: {}", excerpt(&answer.body));
                assert!(!answer.body.contains('⟦'), "{path}: a word is missing");
                assert!(!answer.body.contains(NAME), "{path} for {role:?}: whole");
            }
        }
        if !may {
            for press in presses {
                let answer = send(&browser, &format!("/staff/cases/{case}/{press}"), &[]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{press} for {role:?}");
            }
        }
        let front = browser.get("/staff").await;
        assert_eq!(front.body.contains("/staff/cases"), may, "the way there for {role:?}");
    }
    for page in &pages {
        assert_eq!(site.anonymous().get(page).await.status, StatusCode::SEE_OTHER);
        let seen = family.get(page).await;
        assert!(seen.status != StatusCode::OK && !seen.body.contains("林"), "{page} for a family: {}", seen.status);
    }
    assert_eq!(officer.get("/staff/cases/01980000-0000-7000-8000-000000000000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(officer.get("/staff/cases/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_family_opens_its_own_pages_and_nobody_else_does() {
    let site = Site::new().await;
    let (officer, family, other) = (hired(&site, Role::CaseOfficer).await, site.visitor().await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 9).await;
    asks(&site, &officer, &case).await;
    let pages = [format!("/account/spark/{case}"), format!("/account/spark/{case}/withdraw")];
    for page in &pages {
        for path in [page.clone(), format!("/en{page}")] {
            let own = family.get(&path).await;
            assert_eq!(own.status, StatusCode::OK, "{path}: {}", excerpt(&own.body));
            assert!(!own.body.contains('⟦'), "{path}: a word is missing");
            for word in ["评审专家", "经办人", "合规", "演示理由"] {
                assert!(!own.body.contains(word), "{path} says {word}");
            }
        }
        assert_eq!(other.get(page).await.status, StatusCode::NOT_FOUND, "{page} for another family");
        for role in Role::ALL {
            let staff = hired(&site, role).await.get(page).await;
            assert!(staff.status != StatusCode::OK && !staff.body.contains("缺检查报告"), "{page} for {role:?}");
        }
        assert_eq!(site.anonymous().get(page).await.status, StatusCode::SEE_OTHER);
    }
    let list = family.get("/account/spark").await;
    assert!(list.status == StatusCode::OK && list.body.contains(&case));
    let theirs = other.get("/account/spark").await;
    assert!(theirs.status == StatusCode::OK && !theirs.body.contains(&case));
    assert!(family.get("/account").await.body.contains(&format!("/account/spark/{case}")));
    for press in ["answer", "withdraw"] {
        let clarification = Uuid::nil().to_string();
        let pairs = [("clarification", clarification.as_str()), ("seen", "your_turn"), ("reply_illness", "演示")];
        let answer = send(&other, &format!("/account/spark/{case}/{press}"), &pairs).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{press}");
    }
    assert_eq!(stands(&site, &case).await, "returned");
}

#[tokio::test]
async fn an_officer_asks_the_family_answers_and_a_wrong_form_loses_nothing() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let at = version(&site, &case).await;
    let ask = format!("/staff/cases/{case}/ask");
    let typed = [("version", at.as_str()), ("days", "3"), ("question", "演示：缺检查报告")];
    again(&send(&officer, &ask, &typed).await, REFUSED, "演示：缺检查报告");
    let typed = [("version", at.as_str()), ("days", "10"), ("question", "演示：缺检查报告")];
    let none = send(&officer, &ask, &typed).await;
    again(&none, REFUSED, "演示：缺检查报告");
    assert!(none.body.contains("f-sections-error"), "beside the field");
    asks(&site, &officer, &case).await;

    let page = format!("/account/spark/{case}");
    let shown = family.get(&page).await;
    for words in ["演示：缺检查报告", "病情与就诊", "2026年8月3日"] {
        again(&shown, StatusCode::OK, words);
    }
    assert!(!shown.body.contains("reply_people"), "what was not asked about is not open");
    let id = text(&site, "select id::text from spark_clarification where case_id = $1", &case).await;
    let answer = format!("{page}/answer");
    let wrong = [("clarification", id.as_str()), ("reply_illness", "演示答复"), ("reply_means", "演示多余")];
    let refused = send(&family, &answer, &wrong).await;
    again(&refused, REFUSED, "演示答复");
    assert_eq!(stands(&site, &case).await, "returned");
    let right = [("clarification", id.as_str()), ("reply_illness", "演示答复")];
    for _ in 0..2 {
        gone_to(&send(&family, &answer, &right).await, &format!("{page}?done=answered"));
    }
    assert_eq!(stands(&site, &case).await, "completeness");
    again(&officer.get(&format!("/staff/cases/{case}")).await, StatusCode::OK, "演示答复");
}

#[tokio::test]
async fn who_comes_late_is_told_what_changed_and_keeps_what_was_typed() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let at = version(&site, &case).await;
    gone_to(&does(&site, &officer, &case, "complete").await, &format!("/staff/cases/{case}"));
    let pairs = [
        ("event", "rule_out"),
        ("part", "case_officer"),
        ("version", at.as_str()),
        ("reason_rule_out", "演示：不属于目录"),
    ];
    let late = send(&officer, &format!("/staff/cases/{case}/do"), &pairs).await;
    again(&late, StatusCode::CONFLICT, "材料齐全，送评审");
    assert!(late.body.contains("演示：不属于目录"), "what was typed is kept");
    // Without a reason what needs one is not done.
    let case = taken_up(&site, &officer, &site.visitor().await, 30).await;
    let without = does(&site, &officer, &case, "rule_out").await;
    assert_eq!(without.status, REFUSED);
    assert!(without.body.contains("f-reason_rule_out-error"), "beside the field");
    assert_eq!(stands(&site, &case).await, "completeness");
}

#[tokio::test]
async fn another_officer_says_why_and_sees_it_masked_and_whole_once() {
    let site = Site::new().await;
    let (officer, other) = (hired(&site, Role::CaseOfficer).await, hired(&site, Role::CaseOfficer).await);
    let case = taken_up(&site, &officer, &site.visitor().await, 30).await;
    let page = format!("/staff/cases/{case}");
    let shut = other.get(&page).await;
    again(&shut, StatusCode::OK, "您不是这份申请的经办人");
    assert!(!shut.body.contains("138****8000"));
    assert_eq!(send(&other, &format!("{page}/look"), &[("look_reason", " ")]).await.status, REFUSED);
    let show = format!("{page}/show");
    again(&send(&other, &show, &[("show_reason", REASON)]).await, StatusCode::CONFLICT, "请先说明理由");
    gone_to(&send(&other, &format!("{page}/look"), &[("look_reason", REASON)]).await, &format!("{page}?done=opened"));
    again(&other.get(&page).await, StatusCode::OK, "138****8000");
    again(&other.get(&format!("{page}/answers")).await, StatusCode::OK, "没有在线填写的内容");
    again(&send(&other, &show, &[("show_reason", REASON)]).await, StatusCode::OK, NAME);
    assert!(!other.get(&page).await.body.contains(NAME), "once");
    assert!(noted(&site, "spark.case_read_unassigned", &case).await >= 2);
    assert_eq!(noted(&site, "spark.case_particulars_shown", &case).await, 1);
    gone_to(&send(&other, &format!("{page}/take-over"), &[("take_reason", REASON)]).await, &page);
    assert!(!officer.get(&page).await.body.contains("138****8000"), "it is another's now");

    // A minor's: nobody says why, compliance lets them.
    let case = taken_up(&site, &officer, &site.visitor().await, 9).await;
    let page = format!("/staff/cases/{case}");
    again(&other.get(&page).await, StatusCode::OK, "患者未成年");
    again(
        &send(&other, &format!("{page}/look"), &[("look_reason", REASON)]).await,
        StatusCode::CONFLICT,
        "合规人员批准",
    );
    let compliance = hired(&site, Role::ComplianceOfficer).await;
    let reader = account_of(&site, &other).await.to_string();
    let grant = [("reader", reader.as_str()), ("hours", "4"), ("grant_reason", REASON)];
    gone_to(&send(&compliance, &format!("{page}/grant"), &grant).await, &format!("{page}?done=granted"));
    again(&other.get(&page).await, StatusCode::OK, "138****8000");
}

/// The family agrees to health data being judged, as its application would say.
async fn agrees(site: &Site, family: &Browser<'_>, case: &str) {
    let (id, by): (Uuid, Uuid) = (case.parse().expect("an id"), account_of(site, family).await);
    let reference = text(site, "select reference from spark_case where id = $1", case).await;
    let (now, given_at) = (site.test.now(), store::ToSqlx::to_sqlx(site.test.now()));
    let mut db = site.test.services.db.acquire().await.expect("a connection");
    store::spark::apply::add(&mut db, (id, by), 1, "zh-CN", now).await.expect("an application");
    store::spark::apply::submitted(&mut db, id, &reference, by, now).await.expect("sent");
    let row = store::spark::consents::ConsentRow { purpose: "health".into(), agreed: true, notice: 1, given_at };
    let ids = (Uuid::from_bytes(services::crypto::random()), id, by);
    store::spark::consents::add(&mut db, ids, &row).await.expect("agreed");
}

/// Compliance puts down what is known of a reviewer.
async fn known(site: &Site, reviewer: &str) {
    let account = AccountId(reviewer.parse().expect("an id"));
    let watches = Actor::Staff {
        account: AccountId(Uuid::from_bytes(services::crypto::random())),
        login: LoginSessionId(Uuid::nil()),
        roles: vec![Role::ComplianceOfficer],
        stepped_up_at: Some(site.test.now()),
    };
    let profile = Profile { account, specialities: vec![Speciality::new("03").expect("one")], away: false, version: 0 };
    let person = Document::from_comparable("passport:reviewer 1").expect("a document");
    let ties = Ties { person, kin: vec![], phones: vec![], addresses: vec![], employers: vec!["演示医院".into()] };
    let by = site.test.context(watches);
    review::keep(&site.test.services, &by, &profile, Some(&ties)).await.expect("a profile");
}

#[tokio::test]
async fn reviewers_are_asked_and_released_by_who_looks_after_the_case() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let reviewer = account_of(&site, &hired(&site, Role::MedicalReviewer).await).await.to_string();
    let page = format!("/staff/cases/{case}");
    let ask = format!("{page}/reviewers");
    let named = [("reviewer", reviewer.as_str())];
    again(&officer.get(&page).await, StatusCode::OK, "手上0份");
    assert_eq!(send(&officer, &ask, &[]).await.status, REFUSED);
    // Neither without the family's word, nor somebody of whom nothing is known.
    again(&send(&officer, &ask, &named).await, StatusCode::CONFLICT, "没有申请人对病情资料的授权");
    agrees(&site, &family, &case).await;
    again(&send(&officer, &ask, &named).await, StatusCode::CONFLICT, "任职和亲属情况");
    known(&site, &reviewer).await;
    gone_to(&send(&officer, &ask, &named).await, &format!("{page}?done=reviewer"));
    let shown = officer.get(&page).await;
    assert!(shown.body.contains("/reviewers/release"), "{}", excerpt(&shown.body));
    let released = send(&officer, &format!("{ask}/release"), &[("released", reviewer.as_str())]).await;
    gone_to(&released, &format!("{page}?done=released"));
    assert!(!officer.get(&page).await.body.contains("/reviewers/release"));
}

#[tokio::test]
async fn a_family_takes_its_case_back_once_after_it_was_asked_whether_it_is_sure() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let page = format!("/account/spark/{case}");
    again(&family.get(&format!("{page}/withdraw")).await, StatusCode::OK, "确定撤回这份申请吗");
    let late = send(&family, &format!("{page}/withdraw"), &[("seen", "received")]).await;
    again(&late, StatusCode::CONFLICT, "新的进展");
    for _ in 0..2 {
        let taken = send(&family, &format!("{page}/withdraw"), &[("seen", "checking")]).await;
        gone_to(&taken, &format!("{page}?done=withdrawn"));
    }
    assert_eq!(number(&site, "select count(*) from spark_case_event where event = 'withdraw'").await, 1);
    again(&family.get(&format!("{page}/withdraw")).await, StatusCode::OK, "现在不能在网上撤回");
    assert_eq!(stands(&site, &case).await, "withdrawn");
}

#[tokio::test]
async fn the_list_is_narrowed_and_found_by_reference() {
    let site = Site::new().await;
    let officer = hired(&site, Role::CaseOfficer).await;
    let empty = officer.get("/staff/cases").await;
    again(&empty, StatusCode::OK, "没有符合条件的申请");
    let (mine, new) =
        (taken_up(&site, &officer, &site.visitor().await, 30).await, sent(&site, &site.visitor().await, 30).await);
    let shows = async |query: &str| {
        let body = officer.get(&format!("/staff/cases?{query}")).await.body;
        (body.contains(&mine), body.contains(&new))
    };
    assert_eq!(shows("").await, (true, true));
    assert_eq!(shows("state=completeness").await, (true, false));
    assert_eq!(shows("state=submitted&group=rare").await, (false, true));
    assert_eq!(shows("group=refractory").await, (false, false));
    let reference = text(&site, "select reference from spark_case where id = $1", &new).await;
    assert_eq!(shows(&format!("q={}-{}", &reference[..4], &reference[4..])).await, (false, true));
    assert_eq!(shows("q=none").await, (false, false));
}

/// One criterion from 1 to 5.
async fn rubric(site: &Site) {
    use domain::outreach::{Bilingual, Key};
    use domain::spark::review::rubric::{Criterion, Draft, Rubric, Scale};
    let key = Key::new("need").expect("a key");
    let title = Bilingual::new("演示标准", "A criterion");
    let criteria = vec![Criterion { key, title, weight: 1, scale: Scale { least: 1, most: 5 }, optional: false }];
    let rubric = Rubric::try_from(Draft { version: 1, criteria, diverges_above: 25 }).expect("a rubric");
    let services = &site.test.services;
    review::publish_rubric(services, &services.system(), &rubric).await.expect("published");
}

#[tokio::test]
async fn a_reviewer_judges_a_case_without_knowing_whose_it_is() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let (reviewer, stranger) = (hired(&site, Role::MedicalReviewer).await, hired(&site, Role::MedicalReviewer).await);
    let case = taken_up(&site, &officer, &family, 30).await;
    agrees(&site, &family, &case).await;
    rubric(&site).await;
    let account = account_of(&site, &reviewer).await.to_string();
    known(&site, &account).await;
    let asked = send(&officer, &format!("/staff/cases/{case}/reviewers"), &[("reviewer", &account)]).await;
    gone_to(&asked, &format!("/staff/cases/{case}?done=reviewer"));
    let page = format!("/staff/reviews/{case}");
    again(&reviewer.get("/staff/reviews").await, StatusCode::OK, "目前没有请您评审的申请");
    assert_eq!(reviewer.get(&page).await.status, StatusCode::NOT_FOUND, "it is not complete yet");
    gone_to(&does(&site, &officer, &case, "complete").await, &format!("/staff/cases/{case}?done=moved"));

    let list = reviewer.get("/staff/reviews").await;
    assert!(list.body.contains(&page), "{}", excerpt(&list.body));
    for path in ["/staff/reviews".to_owned(), "/en/staff/reviews".to_owned(), page.clone(), format!("/en{page}")] {
        let shown = reviewer.get(&path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}: {}", excerpt(&shown.body));
        for word in [NAME, "林小满", "13800138000", "⟦"] {
            assert!(!shown.body.contains(word), "{path}: {word}");
        }
    }
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);

    // The best mark wants a comment: it is said, and what was typed stays.
    let best = [("version", "0"), ("do", "give"), ("mark-need", "5"), ("comment-need", "")];
    assert_eq!(send(&reviewer, &page, &best).await.status, REFUSED);
    let late = send(&reviewer, &page, &[("version", "0"), ("do", "save"), ("mark-need", "3")]).await;
    again(&late, StatusCode::CONFLICT, "已在另一页面保存过");
    let whole = [("version", "1"), ("do", "give"), ("mark-need", "4"), ("comment-need", "演示意见")];
    for _ in 0..2 {
        gone_to(&send(&reviewer, &page, &whole).await, "/staff/reviews");
    }
    again(&reviewer.get(&page).await, StatusCode::OK, "您已提交评审");
}

#[tokio::test]
async fn whose_a_case_is_stands_whole_after_a_fresh_second_factor_only_and_the_reason_waits_for_it() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    let (page, to) = (format!("/staff/cases/{case}"), format!("/staff/cases/{case}/show"));
    again(&send(&officer, &to, &[("show_reason", REASON)]).await, StatusCode::OK, NAME);
    crate::account_pages::later(&site, 11 * 60);
    let stale = send(&officer, &to, &[("show_reason", REASON), ("shown_applicant_patient_name", "冒名者")]).await;
    assert_eq!(gone_to(&stale, "/staff/step-up"), format!("/staff/step-up?next=%2Fstaff%2Fcases%2F{case}"));
    assert!(!stale.body.contains(NAME));
    let kept = stale.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let cookie = format!("{}; {kept}", officer.cookie);
    let request = http::Request::get(&page).header(http::header::COOKIE, cookie);
    let shown = site.send(request.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains(&format!("value=\"{REASON}\"")), "it stands in its field: {}", excerpt(&shown.body));
    assert!(!shown.body.contains(NAME) && !shown.body.contains("冒名者"), "and nothing is shown yet");
    let trail = "select count(*) from audit_entry where action = 'spark.case_particulars_shown'";
    assert_eq!(number(&site, trail).await, 1, "the one of the control");
}

#[tokio::test]
async fn who_watches_over_cases_keeps_one_by_law_and_lets_it_go() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let compliance = hired(&site, Role::ComplianceOfficer).await;
    let case = taken_up(&site, &officer, &family, 30).await;
    let page = format!("/staff/cases/{case}");
    assert_eq!(officer.get("/staff/cases/kept").await.status, StatusCode::FORBIDDEN);
    again(&compliance.get("/staff/cases/kept").await, StatusCode::OK, "没有需要继续保存的申请");
    let keep = format!("{page}/keep");
    for (reason, until, said) in
        [("", "", "keep_reason"), ("演示诉讼", "2020-01-01", "keep_until"), ("演示诉讼", "明天", "keep_until")]
    {
        let wrong = send(&compliance, &keep, &[("keep_reason", reason), ("keep_until", until)]).await;
        assert_eq!(wrong.status, REFUSED, "{reason} {until}");
        assert!(wrong.body.contains(said) && wrong.body.contains(reason), "{}", excerpt(&wrong.body));
    }
    assert_eq!(send(&officer, &keep, &[("keep_reason", "演示诉讼")]).await.status, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        let kept = send(&compliance, &keep, &[("keep_reason", "演示诉讼"), ("keep_until", "")]).await;
        gone_to(&kept, &format!("{page}?done=kept"));
    }
    for path in ["/staff/cases/kept".to_owned(), "/en/staff/cases/kept".to_owned(), page.clone(), format!("/en{page}")]
    {
        let shown = compliance.get(&path).await;
        again(&shown, StatusCode::OK, "演示诉讼");
        assert!(!shown.body.contains('⟦') && !shown.body.contains(NAME), "{path}: {}", excerpt(&shown.body));
    }
    for _ in 0..2 {
        gone_to(&send(&compliance, &format!("{page}/let-go"), &[]).await, &page);
    }
    again(&compliance.get("/staff/cases/kept").await, StatusCode::OK, "没有需要继续保存的申请");
}

/// The family reads words, and nothing of a state, of a turn, or of something to do.
#[tokio::test]
async fn a_family_in_mourning_reads_words_and_no_state() {
    let site = Site::new().await;
    let (officer, family) = (hired(&site, Role::CaseOfficer).await, site.visitor().await);
    let case = taken_up(&site, &officer, &family, 30).await;
    asks(&site, &officer, &case).await;
    let own = format!("/account/spark/{case}");
    again(&family.get(&own).await, StatusCode::OK, "演示：缺检查报告");
    gone_to(&does(&site, &officer, &case, "hold").await, &format!("/staff/cases/{case}?done=moved"));
    for path in [own.clone(), format!("/en{own}"), "/account/spark".to_owned(), "/en/account/spark".to_owned()] {
        let shown = family.get(&path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}");
        let words = if path.starts_with("/en") { "deeply sorry" } else { "诚挚的慰问" };
        assert!(shown.body.contains(words), "{path}: {}", excerpt(&shown.body));
        for word in ["评审中", "缺检查报告", "离世", "deceased", "Under review", "/withdraw", "⟦"] {
            assert!(!shown.body.contains(word), "{path} says {word}");
        }
    }
}
