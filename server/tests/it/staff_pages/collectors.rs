//! Who collects and who works with units, through the real router: hospitals, collectors, courses, exams, certificates and codes;
//! who may do what, and that a refusal stands beside its field with everything that was typed.

use super::cases::{account_of, hired};
use super::*;
use domain::time::local_day;
use jiff::ToSpan as _;
use testkit::custody::opened;

const COLLECTORS: &str = "/staff/collectors";
const NAME: &str = "演示采集员";

/// The day so many days before today.
fn ago(site: &Site, days: i64) -> String {
    local_day(site.test.now()).saturating_sub(days.days()).to_string()
}

/// The page again, with a fault beside each of these fields, and these texts as they were typed.
fn beside(answer: &Answer, fields: &[&str], typed: &[&str]) {
    assert_eq!(answer.status, REFUSED, "{}", excerpt(&answer.body));
    for field in fields {
        assert!(answer.body.contains(&format!("id=\"f-{field}-error\"")), "{field}: {}", excerpt(&answer.body));
    }
    for text in typed {
        assert!(answer.body.contains(&format!("value=\"{text}\"")), "{text} is lost: {}", excerpt(&answer.body));
    }
}

/// A hospital of a code, by its id.
async fn hospital(site: &Site, by: &Browser<'_>, code: &str) -> String {
    let new = [("code", code), ("zh", "演示医院"), ("en", "Demo Hospital")];
    gone_to(&send(by, &format!("{COLLECTORS}/hospital"), &new).await, &format!("{COLLECTORS}?done=hospital"));
    let sql = "select id::text from custody_hospital where code = $1";
    sqlx::query_scalar(sql).bind(code).fetch_one(&site.test.db.owner_pool()).await.expect("a hospital")
}

/// Somebody who collects under a number at that hospital; answers the address of their page.
async fn collector(site: &Site, by: &Browser<'_>, number: &str, hospital: &str) -> String {
    let new = [("number", number), ("name", NAME), ("hospital", hospital)];
    gone_to(&send(by, &format!("{COLLECTORS}/add"), &new).await, &format!("{COLLECTORS}?done=added"));
    let sql = "select id::text from custody_collector where number = $1";
    let id: String =
        sqlx::query_scalar(sql).bind(number).fetch_one(&site.test.db.owner_pool()).await.expect("a collector");
    format!("{COLLECTORS}/{id}")
}

/// The id in the address of a collector's page.
fn id_of(page: &str) -> &str {
    page.rsplit('/').next().expect("an id")
}

#[tokio::test]
async fn a_collector_is_trained_examined_and_certified_and_quality_issues_and_ends() {
    let site = Site::new().await;
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    let page = collector(&site, &lab, "CJ-2026-0042", &hospital(&site, &lab, "JN-01").await).await;
    let listed = lab.get(COLLECTORS).await;
    again(&listed, StatusCode::OK, "没有证书");
    assert!(listed.body.contains(&page) && !listed.body.contains(NAME), "lists show the first character only");
    again(&lab.get(&page).await, StatusCode::OK, NAME);
    assert_eq!(noted(&site, "custody.collector_read", id_of(&page)).await, 1, "each opening is in the trail");

    let (before, yesterday, today) = (ago(&site, 10), ago(&site, 1), ago(&site, 0));
    let course = [("course_day", &*before), ("hours", "8")];
    gone_to(&send(&lab, &format!("{page}/course"), &course).await, &format!("{page}?done=course"));
    let exam = format!("{page}/exam");
    let failed = send(&lab, &exam, &[("exam_day", &yesterday), ("score", "79")]).await;
    again(&lab.get(&gone_to(&failed, &format!("{page}?done=failed"))).await, StatusCode::OK, "考核已记下：不合格。");
    assert!(!quality.get(&page).await.body.contains("name=\"exam\""), "nothing is issued on an exam that was failed");
    let passed = send(&lab, &exam, &[("exam_day", &today), ("score", "80")]).await;
    again(&lab.get(&gone_to(&passed, &format!("{page}?done=passed"))).await, StatusCode::OK, "可以发证书");

    let of = |sql| text(&site, sql, id_of(&page));
    let on_failed = of("select id::text from custody_collector_exam where collector_id = $1 and not passed").await;
    let on_passed = of("select id::text from custody_collector_exam where collector_id = $1 and passed").await;
    let issue = format!("{page}/issue");
    assert!(!lab.get(&page).await.body.contains("name=\"exam\""), "the laboratory issues nothing");
    assert_eq!(send(&lab, &issue, &[("exam", &on_passed)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&quality, &issue, &[("exam", &on_failed)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&quality, &issue, &[("exam", "none")]).await.status, REFUSED);
    assert_eq!(number(&site, "select count(*) from custody_certificate").await, 0);
    assert!(quality.get(&page).await.body.contains(&on_passed), "the form that issues it");
    for _ in 0..2 {
        gone_to(&send(&quality, &issue, &[("exam", &on_passed)]).await, &format!("{page}?done=issued"));
    }
    assert_eq!(number(&site, "select count(*) from custody_certificate").await, 1, "pressed twice it is one");
    assert_eq!(noted(&site, "custody.certificate_issued", id_of(&page)).await, 1);
    again(&quality.get(&page).await, StatusCode::OK, "有效至");
    again(&lab.get(COLLECTORS).await, StatusCode::OK, "有效至");

    let certificate = of("select id::text from custody_certificate where collector_id = $1").await;
    let end = format!("{page}/end");
    assert!(!lab.get(&page).await.body.contains("name=\"certificate\""), "the laboratory ends nothing");
    assert_eq!(send(&lab, &end, &[("certificate", &certificate)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&quality, &end, &[("certificate", &on_passed)]).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        gone_to(&send(&quality, &end, &[("certificate", &certificate)]).await, &format!("{page}?done=ended"));
    }
    assert_eq!(noted(&site, "custody.certificate_ended", id_of(&page)).await, 1, "pressed twice it is once");
    let ended = quality.get(&format!("{page}?done=ended")).await;
    again(&ended, StatusCode::OK, "提前停用");
    assert!(!ended.body.contains("name=\"certificate\""), "what is ended is not ended again");
    let english = quality.get(&format!("/en{page}")).await;
    assert!(english.status == StatusCode::OK && !english.body.contains('⟦'), "{}", excerpt(&english.body));
}

#[tokio::test]
async fn what_is_wrong_with_a_hospital_or_a_collector_stands_beside_its_field_and_what_was_typed_stays() {
    let site = Site::new().await;
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    let add = format!("{COLLECTORS}/hospital");
    beside(&send(&lab, &add, &[]).await, &["code", "zh", "en"], &[]);
    let shape = send(&lab, &add, &[("code", "济南一"), ("zh", "演示医院"), ("en", "Demo Hospital")]).await;
    beside(&shape, &["code"], &["济南一", "演示医院", "Demo Hospital"]);
    let known = hospital(&site, &lab, "JN-02").await;
    let twice = send(&lab, &add, &[("code", "jn-02"), ("zh", "另一家"), ("en", "Another")]).await;
    beside(&twice, &["code"], &["jn-02", "另一家", "Another"]);
    assert_eq!(number(&site, "select count(*) from custody_hospital").await, 1);

    let add = format!("{COLLECTORS}/add");
    beside(&send(&lab, &add, &[]).await, &["number", "name", "hospital"], &[]);
    let wrong = [("number", "CJ 42"), ("name", "演示@采集员"), ("hospital", known.as_str())];
    let wrong = send(&lab, &add, &wrong).await;
    beside(&wrong, &["number", "name"], &["CJ 42", "演示@采集员"]);
    assert!(!wrong.body.contains("id=\"f-hospital-error\""), "the hospital is right");
    let chosen = wrong.body.split("<option").find(|option| option.contains(&known)).expect("the hospital's option");
    let chosen = chosen.split('>').next().expect("its attributes");
    assert!(chosen.contains("selected"), "the hospital is still chosen: {chosen}");
    collector(&site, &lab, "CJ-2026-0043", &known).await;
    let twice = [("number", "cj-2026-0043"), ("name", NAME), ("hospital", known.as_str())];
    beside(&send(&lab, &add, &twice).await, &["number"], &["cj-2026-0043", NAME]);
    assert_eq!(number(&site, "select count(*) from custody_collector").await, 1);

    let register = format!("{COLLECTORS}/register");
    again(&lab.get(COLLECTORS).await, StatusCode::OK, "接收时暂不核对证书");
    beside(&send(&quality, &register, &[("complete_from", "")]).await, &["complete_from"], &[]);
    assert_eq!(number(&site, "select count(*) from audit_entry where action = 'custody.register_complete'").await, 0);
    let said = send(&quality, &register, &[("complete_from", &ago(&site, 0))]).await;
    let said = quality.get(&gone_to(&said, &format!("{COLLECTORS}?done=register"))).await;
    again(&said, StatusCode::OK, "开始核对的日期已设定");
    assert!(!said.body.contains("接收时暂不核对证书"), "from that day on it is asked for");
}

#[tokio::test]
async fn what_is_wrong_with_a_course_or_an_exam_stands_beside_its_field_and_what_was_typed_stays() {
    let site = Site::new().await;
    let lab = hired(&site, Role::LabOfficer).await;
    let page = collector(&site, &lab, "CJ-2026-0044", &hospital(&site, &lab, "JN-03").await).await;
    let (course, exam) = (format!("{page}/course"), format!("{page}/exam"));
    let (today, tomorrow) = (ago(&site, 0), ago(&site, -1));
    let untrained = send(&lab, &exam, &[("exam_day", &today), ("score", "95")]).await;
    again(&untrained, StatusCode::CONFLICT, "请先记下培训");
    for kept in [today.as_str(), "95"] {
        assert!(untrained.body.contains(&format!("value=\"{kept}\"")), "{kept} is lost");
    }
    beside(&send(&lab, &course, &[]).await, &["course_day", "hours"], &[]);
    let none = send(&lab, &course, &[("course_day", &today), ("hours", "0")]).await;
    beside(&none, &["hours"], &[today.as_str(), "0"]);
    let ahead = send(&lab, &course, &[("course_day", &tomorrow), ("hours", "8")]).await;
    beside(&ahead, &["course_day"], &[tomorrow.as_str(), "8"]);
    let right = [("course_day", &*today), ("hours", "8")];
    gone_to(&send(&lab, &course, &right).await, &format!("{page}?done=course"));
    beside(&send(&lab, &course, &right).await, &["course_day"], &[today.as_str(), "8"]);

    beside(&send(&lab, &exam, &[]).await, &["exam_day", "score"], &[]);
    let over = send(&lab, &exam, &[("exam_day", &today), ("score", "101")]).await;
    beside(&over, &["score"], &[today.as_str(), "101"]);
    let right = [("exam_day", &*today), ("score", "60")];
    gone_to(&send(&lab, &exam, &right).await, &format!("{page}?done=failed"));
    let twice = send(&lab, &exam, &[("exam_day", &today), ("score", "100")]).await;
    beside(&twice, &["exam_day"], &[today.as_str(), "100"]);
    assert_eq!(number(&site, "select count(*) from custody_collector_exam where passed").await, 0, "one of a day");

    let nobody = format!("{COLLECTORS}/{}", Uuid::from_u128(404));
    assert_eq!(lab.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(lab.get(&format!("{COLLECTORS}/nobody")).await.status, StatusCode::NOT_FOUND);
    for (act, day, of) in [("course", "course_day", "hours"), ("exam", "exam_day", "score")] {
        let answer = send(&lab, &format!("{nobody}/{act}"), &[(day, &today), (of, "8")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}: {}", excerpt(&answer.body));
    }
}

#[tokio::test]
async fn collectors_are_kept_by_laboratory_and_quality_and_what_binds_the_bank_is_qualitys() {
    let site = Site::new().await;
    let lab = hired(&site, Role::LabOfficer).await;
    let page = collector(&site, &lab, "CJ-2026-0045", &hospital(&site, &lab, "JN-04").await).await;
    let kept = [
        format!("{COLLECTORS}/add"),
        format!("{COLLECTORS}/hospital"),
        format!("{page}/course"),
        format!("{page}/exam"),
    ];
    let binding = [
        format!("{COLLECTORS}/register"),
        format!("{page}/issue"),
        format!("{page}/end"),
        "/staff/operators/add".to_owned(),
    ];
    for role in Role::ALL {
        let browser = hired(&site, role).await;
        let (sees, releases) =
            (matches!(role, Role::LabOfficer | Role::QualityOfficer), matches!(role, Role::QualityOfficer));
        let seen = browser.get(&page).await;
        let expected = if sees { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(seen.status, expected, "{role:?}: {}", excerpt(&seen.body));
        for (calls, may) in [(&kept, sees), (&binding, releases)] {
            for call in calls {
                // Nothing is filled in: whoever may is told so beside the fields.
                let answer = send(&browser, call, &[]).await;
                let expected = if may { REFUSED } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{call} for {role:?}: {}", excerpt(&answer.body));
            }
        }
    }
    gone_to(&site.anonymous().get(&page).await, "/staff/sign-in");
}

#[tokio::test]
async fn quality_gives_a_colleague_a_code_and_nobody_gives_one_to_themselves() {
    const OPERATORS: &str = "/staff/operators";
    let site = Site::new().await;
    opened(&site.test).await;
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    let (theirs, own) = (account_of(&site, &lab).await.to_string(), account_of(&site, &quality).await.to_string());
    let (add, today) = (format!("{OPERATORS}/add"), ago(&site, 0));
    let send_new = async |code: &str, since: &str, account: &str| {
        send(&quality, &add, &[("code", code), ("since", since), ("account", account)]).await
    };
    beside(&send_new("LAB-77", "", "").await, &["since"], &["LAB-77"]);
    beside(&send_new("", &today, "").await, &["code"], &[&today]);
    beside(&send_new("L", &today, &theirs).await, &["code"], &["L"]);
    beside(&send_new("LAB-77", &today, "nobody").await, &["account"], &["LAB-77"]);
    beside(&send_new("LAB-77", &today, &own).await, &["account"], &["LAB-77"]);
    beside(&send_new("LAB-01", &today, &theirs).await, &["code"], &["LAB-01"]);
    assert_eq!(number(&site, "select count(*) from audit_entry where action = 'custody.operator_added'").await, 0);
    let added = send_new("LAB-77", &today, &theirs).await;
    let listed = quality.get(&gone_to(&added, &format!("{OPERATORS}?done=added"))).await;
    again(&listed, StatusCode::OK, "LAB-77");
    assert_eq!(number(&site, "select count(*) from audit_entry where action = 'custody.operator_added'").await, 1);
    beside(&send_new("LAB-78", &today, &theirs).await, &["account"], &["LAB-78"]);
}
