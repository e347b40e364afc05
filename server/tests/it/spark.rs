//! The Spark Project for everybody: pages in both languages, and the quick check, which asks on, goes back and keeps nothing.

use crate::support::{Answer, Site};
use axum::body::Body;
use http::{Request, StatusCode, header};

const CHECK: &str = "/spark/check";

/// The way to "likely", question by question.
const LIKELY: [(&str, &str); 8] = [
    ("whom", "child"),
    ("group", "rare"),
    ("place", "registered"),
    ("age", "under_14"),
    ("diagnosis", "tertiary"),
    ("treatment", "under_way"),
    ("income", "near_line"),
    ("other_aid", "nothing"),
];

async fn send(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    site.anonymous().post(path, &form).await
}

fn asks(answer: &Answer, question: &str) {
    let field = format!("name=\"asked\" value=\"{question}\"");
    assert!(answer.body.contains(&field), "does not ask {question}: {}", answer.body);
}

/// What stands in the table of every row of every table: so many rows there are.
async fn rows(site: &Site) -> i64 {
    let sql = "select sum((xpath('//c/text()', query_to_xml(format('select count(*) as c from %I', tablename), false, true, ''
        )))[1]::text::bigint)::bigint from pg_tables where schemaname = 'public'";
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("a count")
}

#[tokio::test]
async fn the_quick_check_asks_one_thing_after_another_and_ends_with_what_to_prepare() {
    let site = Site::new().await;
    let start = site.get(CHECK).await;
    assert!(start.body.contains("资格自测") && start.body.contains("开始"), "{}", start.body);
    let mut answer = send(&site, CHECK, &[]).await;
    for n in 0..LIKELY.len() {
        assert_eq!(answer.status, StatusCode::OK);
        asks(&answer, LIKELY[n].0);
        let pairs: Vec<_> = LIKELY[..=n].iter().copied().chain([("asked", LIKELY[n].0)]).collect();
        answer = send(&site, CHECK, &pairs).await;
    }
    assert_eq!(answer.status, StatusCode::OK);
    for words in ["可能符合申请条件", "由监护人同意并申请", "诊断证明", "第 1 版"] {
        assert!(answer.body.contains(words), "no {words}: {}", answer.body);
    }
    let english = send(&site, "/en/spark/check", &LIKELY).await;
    assert!(english.body.contains("You may qualify"), "{}", english.body);
}

#[tokio::test]
async fn whoever_chooses_nothing_is_asked_again_with_what_was_answered() {
    let site = Site::new().await;
    let again = send(&site, CHECK, &[("asked", "group"), ("whom", "myself")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    asks(&again, "group");
    assert!(again.body.contains("请选择一项") && again.body.contains("错误："), "{}", again.body);
    assert!(again.body.contains("name=\"whom\" value=\"myself\""), "what was answered travels along");
    let forged = send(&site, CHECK, &[("asked", "group"), ("whom", "myself"), ("group", "<script>")]).await;
    assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!forged.body.contains("<script>"), "{}", forged.body);
    // A question nobody knows is none: the first that is open is asked.
    let odd = send(&site, CHECK, &[("asked", "salary"), ("whom", "nonsense")]).await;
    assert_eq!(odd.status, StatusCode::OK);
    asks(&odd, "whom");
}

#[tokio::test]
async fn one_goes_back_and_changes_an_answer_without_losing_another() {
    let site = Site::new().await;
    let back: Vec<_> = LIKELY[..3].iter().copied().chain([("asked", "age"), ("back", "1")]).collect();
    let back = send(&site, CHECK, &back).await;
    assert_eq!(back.status, StatusCode::OK);
    asks(&back, "place");
    let change: Vec<_> = LIKELY.into_iter().chain([("change", "group")]).collect();
    let change = send(&site, CHECK, &change).await;
    asks(&change, "group");
    assert!(change.body.contains("name=\"income\" value=\"near_line\""), "later answers travel along");
    let mut other: Vec<_> = LIKELY.into_iter().filter(|(name, _)| *name != "group").collect();
    other.extend([("group", "other"), ("asked", "group")]);
    let no = send(&site, CHECK, &other).await;
    for words in ["暂时不符合条件", "只面向难治性疾病、罕见病和不孕症", "可以从这里得到帮助", "12345"]
    {
        assert!(no.body.contains(words), "no {words}: {}", no.body);
    }
    assert!(!no.body.contains("接近或低于低保标准"), "what was not asked on this way is not shown");
    assert!(no.body.contains("name=\"income\" value=\"near_line\""), "and not lost");
}

#[tokio::test]
async fn what_only_a_person_can_judge_is_said_point_by_point() {
    let site = Site::new().await;
    let swap = |name: &str| match name {
        "diagnosis" => Some("secondary"),
        "income" => Some("unsaid"),
        _ => None,
    };
    let pairs: Vec<_> = LIKELY.into_iter().map(|(name, word)| (name, swap(name).unwrap_or(word))).collect();
    let ask = send(&site, CHECK, &pairs).await;
    for words in ["需要请工作人员看一看", "不是由三级医院作出", "家庭收入没有填写"] {
        assert!(ask.body.contains(words), "no {words}: {}", ask.body);
    }
}

#[tokio::test]
async fn the_quick_check_leaves_no_trace() {
    let site = Site::new().await;
    let before = rows(&site).await;
    assert!(before > 0);
    for n in 0..=LIKELY.len() {
        let answer = send(&site, CHECK, &LIKELY[..n]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("set-cookie"), "", "no cookie");
        assert_eq!(answer.header("location"), "", "no address with answers");
        assert!(!answer.body.contains("?whom") && !answer.body.contains("action=\"/spark/check?"), "no query");
    }
    assert_eq!(rows(&site).await, before, "a row was written");
    // From elsewhere nobody sends it.
    let foreign = Request::post(CHECK).header("sec-fetch-site", "cross-site");
    let foreign = foreign.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = site.send(foreign.body(Body::from("whom=myself")).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_front_page_says_what_it_is_and_takes_no_donations() {
    let site = Site::new().await;
    let page = site.get("/spark").await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["火种工程", "200+", "1000 万+", "材料审核中", "这里不接受捐赠", "慈善中国"] {
        assert!(page.body.contains(words), "no {words}");
    }
    // Staff's own labels are no matter of the public.
    for words in ["追回中", "患者离世", "申诉审议中"] {
        assert!(!page.body.contains(words), "{words}");
    }
    let out: Vec<&str> = page.body.split("<a href=\"http").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(
        out,
        ["s://cszg.mca.gov.cn/"],
        "no way to give from here: one to where charities that may ask are listed"
    );
}

#[tokio::test]
async fn the_standards_are_shown_and_invented_ones_say_so() {
    let site = Site::new().await;
    // One rendering serves everybody for a second: each language is asked once.
    let none = site.get("/en/spark/standards").await;
    assert!(none.body.contains("The aid standards have not been published yet"), "{}", none.body);
    services::spark::seed_demo(&site.test.services, &site.test.services.system()).await.expect("the demo");
    let page = site.get("/spark/standards").await;
    for words in ["演示数据", "50,000", "第 1 版"] {
        assert!(page.body.contains(words), "no {words}: {}", page.body);
    }
}

/// The Charity Law leaves public fundraising to others: the portal leads there and has no way to give.
#[tokio::test]
async fn the_portal_takes_no_donations_and_publishes_no_appeals_but_says_where() {
    let site = Site::new().await;
    let about = site.get("/spark").await;
    for words in ["这里不接受捐赠，也不发布个人求助", "href=\"https://cszg.mca.gov.cn/\""] {
        assert!(about.body.contains(words), "no {words}: {}", about.body);
    }
    for page in ["/spark", "/spark/funds", "/spark/standards", "/spark/disclosure", "/spark/notices"] {
        for path in [page.to_owned(), format!("/en{page}")] {
            let answer = site.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            // The only forms of these pages are the reading preferences': nothing takes an amount, an account or a code to pay.
            for sign in ["name=\"amount\"", "name=\"account\"", "data:image", "alipay", "weixin://"] {
                assert!(!answer.body.contains(sign), "{path} has {sign}");
            }
        }
    }
}
