//! Applying to the Spark Project through the real router, as a browser without scripts does: from the beginning to the
//! confirmation, two windows, faults, other people, two presses, the copy.

use crate::account_pages::{Browser as Visitor, excerpt, later, see_other};
use crate::bus::{REFUSED, gone_to, shows};
use crate::support::{Answer, Site};
use domain::spark::application::Form;
use http::StatusCode;
use services::limits::{DRAWN_PER_ACCOUNT, hit_times};
use testkit::application;

const GUARDIAN: &str = "guardian@example.com";
const STRANGER: &str = "stranger@example.com";
const NAME: &str = "演示·林小满";
const PLAN: &str = "演示治疗方案：第一行\n第二行";

/// What a mother says of her child of eleven, beside what all say alike, by field.
const OF_A_CHILD: [(&str, &str); 17] = [
    ("whom", "child"),
    ("patient_name", NAME),
    ("patient_born", "2015-06-01"),
    ("patient_document_kind", "passport"),
    ("patient_document", "E87654321"),
    ("guardian_name", "演示·白露"),
    ("guardian_relation", "mother"),
    ("guardian_document_kind", "passport"),
    ("guardian_document", "E11112222"),
    ("guardian_phone", "13800138000"),
    ("hospital", "演示医院"),
    ("plan", PLAN),
    ("income", "36000"),
    ("other_aid", "no"),
    ("asked", "50000"),
    ("payee", "hospital"),
    ("paper_costs", "follows"),
];

fn whole() -> Vec<(&'static str, &'static str)> {
    application::typed(&OF_A_CHILD)
}

/// Where a page of the form stands.
fn at(application: &str, page: &str) -> String {
    match page {
        "papers" => format!("{application}/which-papers"),
        page => format!("{application}/{page}"),
    }
}

/// What a hidden field of a page carries.
fn hidden(answer: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = answer.body.split(&start).nth(1).unwrap_or_else(|| panic!("no {name}: {}", excerpt(&answer.body)));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Begins one; answers the address of its task list.
async fn begin(visitor: &Visitor<'_>) -> String {
    gone_to(&visitor.post("/spark/apply", &[]).await, "/spark/apply/")
}

/// Sends one page as the form on it does.
async fn send_page(visitor: &Visitor<'_>, application: &str, page: &str, answers: &[(&str, &str)]) -> Answer {
    let path = at(application, page);
    let shown = visitor.get(&path).await;
    let based_on = hidden(&shown, "based_on");
    let fields = Form::current().page(page).expect("a page").fields;
    let own = answers.iter().filter(|(name, _)| fields.iter().any(|field| field.key == *name)).copied();
    let pairs: Vec<_> = own.chain([("based_on", based_on.as_str())]).collect();
    visitor.post(&path, &pairs).await
}

/// What is answered before anything else is asked.
const BEFORE: [&str; 4] = ["keep", "whom", "group", "place"];

/// Sends these pages, each of which leads back to the list.
async fn send_pages(visitor: &Visitor<'_>, application: &str, pages: &[&str]) {
    for page in pages {
        gone_to(&send_page(visitor, application, page, &whole()).await, application);
    }
}

/// A guardian signs in, begins an application and answers what comes before everything else; its address.
async fn before_it(visitor: &Visitor<'_>) -> String {
    visitor.sign_in(GUARDIAN).await;
    let application = begin(visitor).await;
    send_pages(visitor, &application, &BEFORE).await;
    application
}

/// Walks through every page that is asked.
async fn fill(visitor: &Visitor<'_>, application: &str, answers: &[(&str, &str)]) {
    for page in Form::current().pages {
        if visitor.get(&at(application, page.key)).await.status == StatusCode::NOT_FOUND {
            continue; // not asked of whoever gave these answers
        }
        gone_to(&send_page(visitor, application, page.key, answers).await, application);
    }
}

/// Presses the last button; answers what came back.
async fn send(visitor: &Visitor<'_>, application: &str) -> Answer {
    let check = format!("{application}/check");
    let shown = visitor.get(&check).await;
    visitor.post(&check, &[("seen", &hidden(&shown, "seen"))]).await
}

/// An application of a guardian that only has to be sent.
async fn ready<'a>(site: &'a Site, contact: &str) -> (Visitor<'a>, String) {
    let visitor = Visitor::new(site);
    visitor.sign_in(contact).await;
    let application = begin(&visitor).await;
    fill(&visitor, &application, &whole()).await;
    (visitor, application)
}

async fn count(site: &Site, what: &'static str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&site.test.db.owner_pool()).await.expect(what)
}

#[tokio::test]
async fn a_guardian_goes_the_whole_way_without_scripts_and_comes_back_to_the_confirmation() {
    let site = Site::new().await;
    let visitor = Visitor::new(&site);
    let start = visitor.get("/spark/apply").await;
    shows(&start, StatusCode::OK, &["先登录", "需要准备什么", "填写的内容怎样保存"]);
    see_other(&visitor.post("/spark/apply", &[]).await, "/sign-in?next=%2Fspark%2Fapply");
    visitor.sign_in(GUARDIAN).await;
    let application = begin(&visitor).await;
    assert_eq!(begin(&visitor).await, application, "an empty one is gone on with");
    shows(&visitor.get(&application).await, StatusCode::OK, &["未开始", "还不能开始", "已完成 0 页"]);
    let early = visitor.get(&format!("{application}/patient")).await;
    shows(&early, StatusCode::CONFLICT, &["请先完成前面的部分"]);
    shows(&visitor.get(&format!("{application}/check")).await, StatusCode::OK, &["还差这几页", "还没有填好"]);

    fill(&visitor, &application, &whole()).await;
    let tasks = visitor.get(&application).await;
    assert!(!excerpt(&tasks.body).contains("填写中"), "everything is done: {}", excerpt(&tasks.body));
    let check = visitor.get(&format!("{application}/check")).await;
    shows(&check, StatusCode::OK, &[NAME, "50,000.00元", "2015年6月1日（周一）", "演示治疗方案", "罕见病", "修改"]);
    assert!(!check.body.contains("还没有填好"));
    // From there one changes an answer and comes back.
    let household = format!("{application}/household");
    let shown = visitor.get(&format!("{household}?from=check")).await;
    let (based_on, from) = (hidden(&shown, "based_on"), hidden(&shown, "from"));
    let changed = [("household", "5"), ("based_on", based_on.as_str()), ("from", from.as_str())];
    see_other(&visitor.post(&household, &changed).await, &format!("{application}/check"));

    let sent = gone_to(&send(&visitor, &application).await, &format!("{application}/sent"));
    let page = visitor.get(&sent).await;
    let reference: String = sqlx::query_scalar("select reference from spark_application")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a reference");
    shows(&page, StatusCode::OK, &["申请已提交", &reference, "接下来会怎样", "您的授权", "下载申请副本"]);
    for path in [&application, &format!("{application}/patient"), &format!("{application}/check")] {
        let again = visitor.get(path).await;
        shows(&again, StatusCode::OK, &["这份申请已经提交"]);
        assert!(!again.body.contains(NAME), "{path}");
    }
    for place in ["/spark/apply", "/account"] {
        shows(&visitor.get(place).await, StatusCode::OK, &["我的救助申请", "提交", &reference]);
    }
    // In English, too.
    let english = visitor.get(&format!("/en{sent}")).await;
    shows(&english, StatusCode::OK, &["Application submitted", "Your consents"]);

    // A consent is taken back, twice pressed once done.
    for _ in 0..2 {
        let back = visitor.post(&format!("{application}/consents/withdraw"), &[("purpose", "follow_up")]).await;
        see_other(&back, &format!("{application}/sent?done=withdrawn"));
    }
    assert_eq!(count(&site, "spark_consent where purpose = 'follow_up'").await, 2);
    let odd = visitor.post(&format!("{application}/consents/withdraw"), &[("purpose", "everything")]).await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_windows_meet_both_texts_and_nothing_is_put_in_the_place_of_anything_unasked() {
    let site = Site::new().await;
    let visitor = Visitor::new(&site);
    let application = before_it(&visitor).await;
    let path = format!("{application}/address");
    let one = hidden(&visitor.get(&path).await, "based_on");
    gone_to(&visitor.post(&path, &[("address", "第一处"), ("based_on", &one)]).await, &application);
    let late = visitor.post(&path, &[("address", "第二处"), ("based_on", &one)]).await;
    shows(&late, StatusCode::CONFLICT, &["这一页在别处保存过", "第一处", "第二处"]);
    assert!(visitor.get(&path).await.body.contains("value=\"第一处\""), "what is saved stays until somebody chooses");
    // The form on that page carries what was typed, on what stands there now.
    let chosen = [("address", hidden(&late, "address")), ("based_on", hidden(&late, "based_on"))];
    let chosen: Vec<_> = chosen.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(chosen[0].1, "第二处");
    gone_to(&visitor.post(&path, &chosen).await, &application);
    assert!(visitor.get(&path).await.body.contains("value=\"第二处\""));
    // The same text from an old window is no conflict: a press that was repeated.
    gone_to(&visitor.post(&path, &[("address", "第二处"), ("based_on", &one)]).await, &application);
    // Who came from the answers to check is led back there, whichever of the two is chosen.
    let from_check = [("address", "第三处"), ("based_on", one.as_str()), ("from", "check")];
    let late = visitor.post(&path, &from_check).await;
    assert_eq!((late.status, hidden(&late, "from").as_str()), (StatusCode::CONFLICT, "check"));
    assert!(late.body.contains(&format!("href=\"{path}?from=check\"")), "{}", late.body);
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_field_by_field_and_stays_as_it_was_typed() {
    let site = Site::new().await;
    let visitor = Visitor::new(&site);
    visitor.sign_in(GUARDIAN).await;
    let application = begin(&visitor).await;
    let nothing = send_page(&visitor, &application, "keep", &[]).await;
    shows(&nothing, REFUSED, &["请看看下面这几处", "请勾选这一项后继续"]);
    assert!(nothing.body.contains("<title>错误："), "the title says so first");
    send_pages(&visitor, &application, &BEFORE).await;
    let wrong = [("patient_name", "演示·<b>"), ("patient_born", "2190-01-01"), ("patient_sex", "female")];
    let told = send_page(&visitor, &application, "patient", &wrong).await;
    shows(&told, REFUSED, &["患者姓名：姓名里只写文字", "出生日期：请选"]);
    for kept in
        ["value=\"演示·&lt;b", "value=\"2190-01-01\"", "id=\"f-patient_name-error\"", "href=\"#f-patient_born\""]
    {
        assert!(told.body.contains(kept), "no {kept}: {}", told.body);
    }
    assert!(told.body.contains("autofocus"), "the summary takes the focus");
    // It was kept all the same: another browser of the account shows it.
    let again = visitor.get(&format!("{application}/patient")).await;
    assert!(again.body.contains("value=\"2190-01-01\"") && !again.body.contains("请看看下面这几处"));
    let tasks = visitor.get(&application).await;
    shows(&tasks, StatusCode::OK, &["填写中", "还要补充"]);
    // A field that hangs on another one is in the page from the beginning, and is asked only then.
    send_pages(&visitor, &application, &["patient", "patient_document", "address"]).await;
    let guardian = [("guardian_name", "演示·白露"), ("guardian_relation", "other")];
    let asked = send_page(&visitor, &application, "guardian", &guardian).await;
    shows(&asked, REFUSED, &["选择“其他监护人”时填写", "凭什么担任监护人"]);
    gone_to(&send_page(&visitor, &application, "guardian", &whole()).await, &application);
    // For later: whatever it is worth, and back to the list.
    let path = format!("{application}/costs");
    let later = visitor.post(&path, &[("spent", "一万"), ("based_on", "0"), ("save", "1")]).await;
    see_other(&later, &format!("{application}?done=saved"));
    assert!(visitor.get(&path).await.body.contains("value=\"一万\""));
    // A page the form does not have, and one it does not ask of a child.
    assert_eq!(visitor.get(&format!("{application}/nonsense")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get(&format!("{application}/patient_contact")).await.status, StatusCode::NOT_FOUND);
    let unasked = visitor.post(&format!("{application}/patient_contact"), &[("patient_phone", "13800138000")]).await;
    shows(&unasked, StatusCode::NOT_FOUND, &["这一页不用填写", "13800138000"]);
}

#[tokio::test]
async fn a_script_saves_while_one_types_and_is_told_the_version() {
    let site = Site::new().await;
    let visitor = Visitor::new(&site);
    let application = before_it(&visitor).await;
    let path = format!("{application}/diagnosis/typed");
    let half = visitor.post(&path, &[("diagnosis", "演示用"), ("based_on", "0")]).await;
    assert_eq!((half.status, half.json()["version"].as_u64()), (StatusCode::OK, Some(1)));
    let more = visitor.post(&path, &[("diagnosis", "演示用罕见"), ("based_on", "1")]).await;
    assert_eq!(more.json()["version"], 2);
    let stale = visitor.post(&path, &[("diagnosis", "别的"), ("based_on", "1")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let page = visitor.get(&format!("{application}/diagnosis")).await;
    assert!(page.body.contains("value=\"演示用罕见\"") && page.body.contains("data-saving=\""), "{}", page.body);
    assert!(page.header("content-security-policy").contains("connect-src 'self'"));
    // Lines are the same however they were sent.
    let by_script =
        visitor.post(&format!("{application}/treatment/typed"), &[("plan", "一\n二"), ("based_on", "0")]).await;
    let by_form =
        visitor.post(&format!("{application}/treatment/typed"), &[("plan", "一\r\n二"), ("based_on", "0")]).await;
    assert_eq!((by_script.json()["version"].as_u64(), by_form.json()["version"].as_u64()), (Some(1), Some(1)));
}

#[tokio::test]
async fn whose_session_ended_comes_back_to_the_same_page_with_what_was_typed() {
    let site = Site::new().await;
    let visitor = Visitor::new(&site);
    let application = before_it(&visitor).await;
    let path = format!("{application}/treatment");
    let long = "方".repeat(800);
    visitor.set_cookie("__Host-session", "ended");
    let typed = [("treatment", "planned"), ("plan", long.as_str()), ("based_on", "0")];
    let to_sign_in = gone_to(&visitor.post(&path, &typed).await, "/sign-in?next=");
    assert_eq!(to_sign_in, format!("/sign-in?next={}", path.replace('/', "%2F")), "nothing typed in the address");
    let kept = visitor.cookie("__Host-unsent").expect("what was typed waits");
    assert!(!kept.contains('方') && kept.len() < 4_000, "sealed, and within what browsers take");
    later(&site, 120);
    // Somebody else signs in with this browser: it is none of theirs.
    visitor.sign_in(STRANGER).await;
    let theirs = visitor.get(&path).await;
    assert!(theirs.status == StatusCode::NOT_FOUND && !theirs.body.contains("方方"), "{}", theirs.status);
    visitor.set_cookie("__Host-unsent", &kept);
    visitor.set_cookie("__Host-session", "ended");
    later(&site, 120);
    visitor.sign_in(GUARDIAN).await;
    let back = visitor.get(&path).await;
    shows(&back, StatusCode::OK, &["您刚才填写的内容还在"]);
    assert!(back.body.contains(&long), "{}", excerpt(&back.body));
    assert!(visitor.cookie("__Host-unsent").is_none(), "shown once");
    assert!(!visitor.get(&path).await.body.contains(&long), "and kept only once it is sent");
    // More than a browser takes is not kept in part, as if it were whole.
    visitor.set_cookie("__Host-session", "ended");
    let longer = "方".repeat(1_500);
    gone_to(&visitor.post(&path, &[("plan", longer.as_str()), ("based_on", "0")]).await, "/sign-in?next=");
    assert!(visitor.cookie("__Host-unsent").is_none());
}

#[tokio::test]
async fn anybody_elses_application_is_not_there_whatever_one_asks_of_it() {
    let site = Site::new().await;
    let (guardian, mine) = ready(&site, GUARDIAN).await;
    let stranger = Visitor::new(&site);
    stranger.sign_in(STRANGER).await;
    let pages = ["", "/check", "/patient", "/which-papers", "/sent", "/copy.pdf"];
    let posts = ["/check", "/patient", "/patient/typed", "/draft/discard", "/consents/withdraw"];
    let form = [("purpose", "health"), ("patient_name", "别人"), ("based_on", "1"), ("seen", "x")];
    let refused = async || {
        for end in pages {
            let answer = stranger.get(&format!("{mine}{end}")).await;
            assert!(
                answer.status == StatusCode::NOT_FOUND && !answer.body.contains("演示"),
                "{end}: {}",
                answer.status
            );
        }
        for end in posts {
            let answer = stranger.post(&format!("{mine}{end}"), &form).await;
            assert!(
                answer.status == StatusCode::NOT_FOUND && !answer.body.contains("演示"),
                "{end}: {}",
                answer.status
            );
        }
    };
    refused().await;
    gone_to(&send(&guardian, &mine).await, &format!("{mine}/sent"));
    refused().await;
    assert!(!stranger.get("/spark/apply").await.body.contains("我的救助申请"));
    let account = stranger.get("/account").await;
    assert!(
        ["正在填写的救助申请", NAME].iter().all(|theirs| !account.body.contains(theirs)),
        "{}",
        excerpt(&account.body)
    );
    // Nobody at all is asked to sign in; staff and machines have none.
    let nobody = site.anonymous();
    for end in pages {
        assert_eq!(nobody.get(&format!("{mine}{end}")).await.status, StatusCode::SEE_OTHER, "{end}");
    }
    let staff = site.staff(&domain::account::Role::ALL).await;
    for end in pages {
        assert_eq!(staff.get(&format!("{mine}{end}")).await.status, StatusCode::FORBIDDEN, "{end}");
    }
}

#[tokio::test]
async fn two_presses_at_once_send_it_once_and_lead_to_the_same_page() {
    let site = Site::new().await;
    let (guardian, application) = ready(&site, GUARDIAN).await;
    let check = format!("{application}/check");
    let seen = hidden(&guardian.get(&check).await, "seen");
    let pairs = [("seen", seen.as_str())];
    let (one, other) = tokio::join!(guardian.post(&check, &pairs), guardian.post(&check, &pairs));
    for answer in [one, other] {
        see_other(&answer, &format!("{application}/sent"));
    }
    assert_eq!((count(&site, "spark_snapshot").await, count(&site, "spark_case").await), (1, 1));
}

#[tokio::test]
async fn what_stands_in_the_way_of_sending_is_said_each_with_its_own_words() {
    let site = Site::new().await;
    let (guardian, application) = ready(&site, GUARDIAN).await;
    let check = format!("{application}/check");
    let seen = hidden(&guardian.get(&check).await, "seen");
    // Saved in another window meanwhile.
    gone_to(&send_page(&guardian, &application, "household", &[("household", "6")]).await, &application);
    let stale = guardian.post(&check, &[("seen", &seen)]).await;
    shows(&stale, StatusCode::CONFLICT, &["这份申请刚刚又保存过"]);
    assert_ne!(hidden(&stale, "seen"), seen, "the next press sends what is shown now");
    // Something is missing again.
    let nothing = send_page(&guardian, &application, "household", &[("household", "")]).await;
    assert_eq!(nothing.status, REFUSED);
    let unfinished = guardian.post(&check, &[("seen", "x")]).await;
    shows(&unfinished, REFUSED, &["还有没填好的页面", "还差这几页", "家庭人口"]);
    gone_to(&send_page(&guardian, &application, "household", &[("household", "4")]).await, &application);
    gone_to(&send(&guardian, &application).await, &format!("{application}/sent"));
    // Another application for the same child, by somebody else: nothing of the first is said.
    let (other, second) = ready(&site, STRANGER).await;
    let twice = send(&other, &second).await;
    shows(&twice, StatusCode::CONFLICT, &["这位患者已经有一份申请正在办理"]);
    let reference: String = sqlx::query_scalar("select reference from spark_application where reference is not null")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a reference");
    assert!(!twice.body.contains(&reference) && !twice.body.contains(GUARDIAN));
}

#[tokio::test]
async fn what_a_social_worker_filled_in_the_family_finds_reads_and_sends() {
    let site = Site::new().await;
    let worker = Visitor::new(&site);
    worker.sign_in(GUARDIAN).await;
    let application = begin(&worker).await;
    let more = [
        ("worker_name", "演示·社工"),
        ("worker_hospital", "演示医院"),
        ("worker_phone", "13600136000"),
        ("family_phone", "13900139000"),
    ];
    let answers: Vec<_> = whole().into_iter().filter(|(name, _)| *name != "whom").chain(more).collect();
    let answers: Vec<_> = answers.into_iter().chain([("whom", "family")]).collect();
    fill(&worker, &application, &answers).await;
    let check = worker.get(&format!("{application}/check")).await;
    shows(&check, StatusCode::OK, &["请由家庭自己提交", "13900139000"]);
    assert!(!check.body.contains("name=\"seen\""), "no button for who may not press it");
    let refused = worker.post(&format!("{application}/check"), &[("seen", "x")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);

    let family = Visitor::new(&site);
    family.sign_in("13900139000").await;
    shows(&family.get("/spark/apply").await, StatusCode::OK, &["由医院社工代为填写"]);
    let tasks = family.get(&application).await;
    shows(&tasks, StatusCode::OK, &["请逐节看一遍"]);
    assert!(!tasks.body.contains("draft/discard"), "who began it gives it up");
    let sent = gone_to(&send(&family, &application).await, &format!("{application}/sent"));
    assert!(family.get(&sent).await.body.contains("/consents/withdraw"));
    let known = worker.get(&sent).await;
    shows(&known, StatusCode::OK, &["申请已提交"]);
    assert!(!known.body.contains("/consents/withdraw"), "what the family agreed to it takes back itself");
}

#[tokio::test]
async fn one_that_is_given_up_is_gone_at_once() {
    let site = Site::new().await;
    let (guardian, application) = ready(&site, GUARDIAN).await;
    shows(&guardian.get("/spark/apply").await, StatusCode::OK, &["填写中", "继续填写", "放弃这份申请"]);
    for _ in 0..2 {
        let answer = guardian.post(&format!("{application}/draft/discard"), &[]).await;
        let gone = answer.status == StatusCode::SEE_OTHER || answer.status == StatusCode::NOT_FOUND;
        assert!(gone, "{}", answer.status);
    }
    assert_eq!((count(&site, "spark_application").await, count(&site, "spark_application_page").await), (0, 0));
    assert_eq!(guardian.get(&application).await.status, StatusCode::NOT_FOUND);
    shows(&guardian.get("/spark/apply?done=discarded").await, StatusCode::OK, &["申请已放弃"]);
}

#[tokio::test]
async fn the_copy_is_a_pdf_of_ones_own_that_nobody_keeps() {
    let site = Site::new().await;
    let (guardian, mine) = ready(&site, GUARDIAN).await;
    let path = format!("{mine}/copy.pdf");
    assert_eq!(guardian.get(&path).await.status, StatusCode::NOT_FOUND, "before it is sent there is none");
    gone_to(&send(&guardian, &mine).await, &format!("{mine}/sent"));
    let pdf = guardian.get(&path).await;
    let reference: String = sqlx::query_scalar("select reference from spark_application where reference is not null")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a reference");
    assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(pdf.body.starts_with("%PDF-") && pdf.body.contains(&reference), "the reference stands in its title");
    let disposition = pdf.header("content-disposition");
    assert!(disposition.starts_with(&format!("attachment; filename=\"spark-{reference}.pdf\"")), "{disposition}");
    assert!(pdf.header("cache-control").contains("no-store") && pdf.header("x-content-type-options") == "nosniff");
    let english = guardian.get(&format!("/en{path}")).await;
    assert!(english.status == StatusCode::OK && english.body.contains("Application to the Spark Project"));
    // It is drawn anew each time: so often, and then its owner is told to wait.
    let account: uuid::Uuid = sqlx::query_scalar("select owner_id from spark_application where reference is not null")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("an account");
    let rest = DRAWN_PER_ACCOUNT.hits - 3; // the one before it was sent counts, too
    hit_times(&site.test.services, &DRAWN_PER_ACCOUNT, &account.to_string(), rest).await.expect("so many");
    shows(&guardian.get(&path).await, StatusCode::TOO_MANY_REQUESTS, &["请稍等片刻"]);
}
