//! Stored units through the real router: who sees them, what two people do, and that a number leads nowhere for anybody else.

use super::cases::hired;
use super::*;
use axum::body::Body;
use domain::custody::{Din, Kind, Payload, State, What};
use futures::StreamExt as _;
use http::{Request, header};
use testkit::custody::{life, opened, tell, unit_in};

/// Whoever has this role works under this code.
async fn works(site: &Site, role: Role, code: &str) {
    let sql = "update custody_operator set account_id = (select account_id from account_role where role = $1 limit 1) where code = $2";
    let done = sqlx::query(sql).bind(role.name()).bind(code).execute(&site.test.db.owner_pool()).await.expect(sql);
    assert_eq!(done.rows_affected(), 1, "{code}");
}

fn whole(din: &Din) -> String {
    format!("{}{}", din.as_str(), din.check())
}

#[tokio::test]
async fn units_are_the_laboratorys_and_qualitys() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 1, State::Banked).await;
    let one = format!("/staff/units/{unit}");
    let pages = [
        "/staff/units",
        "/staff/deviations",
        "/staff/store",
        "/staff/operators",
        "/staff/collectors",
        "/staff/recalls",
        "/staff/custody/lists",
    ];
    for role in Role::ALL {
        let browser = hired(&site, role).await;
        let may = matches!(role, Role::LabOfficer | Role::QualityOfficer);
        for path in pages.into_iter().chain([one.as_str()]) {
            let seen = browser.get(path).await;
            let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(seen.status, expected, "{path} for {role:?}: {}", excerpt(&seen.body));
            assert!(!seen.body.contains('⟦'), "{path} for {role:?}");
        }
        let support = browser.get("/staff/families").await;
        let expected = if role == Role::FamilySupport { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(support.status, expected, "{role:?}");
    }
    for path in pages.into_iter().chain([one.as_str(), "/staff/families"]) {
        gone_to(&site.anonymous().get(path).await, "/staff/sign-in");
        let english = hired(&site, Role::QualityOfficer).await.get(&format!("/en{path}")).await;
        assert!(!english.body.contains('⟦'), "{path}: {}", excerpt(&english.body));
    }
    assert!(noted(&site, "custody.unit_read", &unit.to_string()).await >= 2, "each opening is in the trail");
}

#[tokio::test]
async fn cells_of_which_too_few_live_are_named_in_words_and_not_by_a_code() {
    let site = Site::new().await;
    let (shelf, life) = (opened(&site.test).await, life(8));
    let mut told = life.until(State::CtTesting, &shelf);
    for one in &mut told {
        if let Payload::ReleaseStepDone { step, values, .. } = &mut one.payload
            && step == "cd34_viability"
        {
            values[0].found = What::Number(65.0);
        }
    }
    assert!(tell(&site.test, &told).await.iter().all(Result::is_ok));
    let page = format!("/staff/units/{}", life.unit);
    let lab = hired(&site, Role::LabOfficer).await;
    for (path, words) in
        [(page.clone(), "CD34+活率 65 % ≤ 70 %"), (format!("/en{page}"), "CD34+ viability 65 % ≤ 70 %")]
    {
        let seen = lab.get(&path).await;
        assert_eq!(seen.body.matches(words).count(), 2, "{path}: of the deviation, and in the chain");
        assert!(!seen.body.contains("cd34_viability 65"), "{path}");
    }
    // A result of before that is told late stands in the chain, and not where the last one stands.
    let found = told.iter().find(|one| matches!(&one.payload, Payload::TestFinal { test, .. } if test == "viability"));
    let mut late = found.expect("it is tested").clone();
    (late.occurred_at, late.source_seq) = (late.occurred_at - jiff::SignedDuration::from_mins(30), None);
    if let Payload::TestFinal { values, .. } = &mut late.payload {
        values[0].found = What::Number(55.5);
    }
    assert!(tell(&site.test, &[late]).await.iter().all(Result::is_ok));
    let seen = lab.get(&page).await;
    let tests = seen.body.split("id=\"tests\"").nth(1).and_then(|rest| rest.split("</section>").next());
    assert!(seen.body.contains("55.5") && tests.is_some_and(|tests| !tests.contains("55.5")), "{tests:?}");
}

#[tokio::test]
async fn a_number_leads_to_its_unit_by_a_form_and_a_slip_of_a_key_is_told_beside_it() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 2, State::Banked).await;
    let (lab, din) = (hired(&site, Role::LabOfficer).await, life(2).din);
    let find = "/staff/units/find";
    assert_eq!(
        gone_to(&send(&lab, find, &[("din", &whole(&din))]).await, "/staff/units/"),
        format!("/staff/units/{unit}")
    );
    let typo = send(&lab, find, &[("din", &format!("{}!", din.as_str()))]).await;
    again(&typo, REFUSED, "校验字符对不上");
    assert!(typo.body.contains(din.as_str()), "what was typed is kept");
    let page = lab.get("/staff/units").await;
    assert!(!page.body.contains(din.as_str()), "lists leave out the middle of a number");
    assert!(
        lab.get(&format!("/staff/units/{unit}")).await.body.contains(&din.to_string()),
        "its own page shows it whole"
    );
}

/// So many of an asker's pages are made at once.
const ABREAST: usize = 8;

/// Asks for pages of so many numbers in a row, of which one is a unit's. What was answered, in their order; none of it names the unit.
async fn counted_through(site: &Site, by: &Browser<'_>, count: u32, page: impl Fn(&str) -> String) -> Vec<StatusCode> {
    let unit = unit_in(&site.test, 250, State::Banked).await.to_string();
    let numbers = (0..count).map(|number| whole(&Din::of("TEST1", 25, number).expect("a number")));
    let asked = numbers.map(|din| {
        let path = page(&din);
        let unit = unit.as_str();
        async move {
            let answer = by.get(&path).await;
            assert!(!answer.body.contains(unit) && !answer.header("location").contains(unit), "{path}");
            answer.status
        }
    });
    futures::stream::iter(asked).buffered(ABREAST).collect().await
}

#[tokio::test]
async fn ten_thousand_numbers_in_a_row_lead_nobody_to_a_page_of_the_staff() {
    let site = Site::new().await;
    let seen = counted_through(&site, &site.anonymous(), 10_000, |din| format!("/staff/units/{din}")).await;
    assert!(seen.iter().all(|status| *status == StatusCode::SEE_OTHER), "to the door, whatever is asked");
}

/// A number is no name of a unit for a family: there is nothing to be throttled, since there is nothing to be found, and no count
/// that more of them would reach.
#[tokio::test]
async fn a_thousand_numbers_in_a_row_lead_no_visitor_to_a_unit() {
    let site = Site::new().await;
    let visitor = site.visitor().await;
    let seen = counted_through(&site, &visitor, 1_000, |din| format!("/account/units/{din}")).await;
    assert!(seen[0] != StatusCode::OK && seen.iter().all(|status| *status == seen[0]), "one answer: {}", seen[0]);
    let (din, unit) = (whole(&life(250).din), life(250).unit.to_string());
    let find = send(&visitor, "/staff/units/find", &[("din", &din)]).await;
    assert!(!find.body.contains(&unit) && !find.header("location").contains(&unit), "the desk's search is the desk's");
}

#[tokio::test]
async fn ten_thousand_numbers_in_a_row_are_no_certificate_and_one_alert_stands_in_the_trail() {
    let site = Site::new().await;
    let anybody = site.anonymous();
    let page = |din: &str| format!("/custody/certificates/verify/{din}/000000000000");
    let seen = counted_through(&site, &anybody, 10_000, page).await;
    let refused = seen.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(seen.iter().all(|status| matches!(*status, StatusCode::OK | StatusCode::TOO_MANY_REQUESTS)), "{seen:?}");
    let limit = services::limits::VERIFY_PER_NETWORK.hits as usize;
    assert!(refused >= 10_000 - limit, "{refused}");
    assert!(seen[limit + ABREAST..].iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS), "and stay refused");
    let typed = anybody.get(&page(&whole(&life(250).din))).await;
    again(&typed, StatusCode::TOO_MANY_REQUESTS, "");
    let alerts = "select count(*) from audit_entry where action = 'family.certificates_tried' and detail ? 'alert'";
    assert_eq!(number(&site, alerts).await, 1, "one for the window");
}

#[tokio::test]
async fn a_unit_is_banked_by_two_and_each_refusal_is_a_sentence() {
    let site = Site::new().await;
    let shelf = opened(&site.test).await;
    let mut told = life(3).until(State::Banked, &shelf);
    told.retain(|one| one.payload.kind() != Kind::Banked);
    assert!(tell(&site.test, &told).await.iter().all(Result::is_ok));
    let unit = life(3).unit;
    let version = told.len().to_string();
    let (page, form) = (format!("/staff/units/{unit}"), "01980000-0000-7000-8000-000000000011");
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    let bank = [("form", form), ("act", "bank"), ("version", version.as_str())];
    let propose = format!("{page}/propose");
    again(&send(&lab, &propose, &bank).await, StatusCode::CONFLICT, "没有关联操作人代码");
    works(&site, Role::LabOfficer, "LAB-01").await;
    works(&site, Role::QualityOfficer, "QA-02").await;
    let stale = [("form", form), ("act", "bank"), ("version", "1")];
    again(&send(&lab, &propose, &stale).await, StatusCode::CONFLICT, "又有新的记录");
    gone_to(&send(&lab, &propose, &bank).await, &format!("{page}?done=proposed"));
    again(&lab.get(&page).await, StatusCode::OK, "等待同事确认");
    let confirm = format!("{page}/confirm");
    let said = [("proposal", form), ("version", version.as_str())];
    again(&send(&lab, &confirm, &said).await, StatusCode::FORBIDDEN, "");
    gone_to(&send(&quality, &confirm, &said).await, &format!("{page}?done=confirmed"));
    again(&quality.get(&page).await, StatusCode::OK, "已入库");
    assert_eq!(number(&site, "select count(*) from custody_unit where state = 'banked'").await, 1);
    assert_eq!(noted(&site, "custody.confirmed", &unit.to_string()).await, 1);
}

#[tokio::test]
async fn what_is_asked_for_is_told_beside_its_field_and_a_colleague_reads_what_was_proposed() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 5, State::Banked).await;
    let shelf = opened(&site.test).await;
    let version = life(5).until(State::Banked, &shelf).len().to_string();
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    works(&site, Role::LabOfficer, "LAB-01").await;
    works(&site, Role::QualityOfficer, "QA-02").await;
    let page = format!("/staff/units/{unit}");
    let propose = format!("{page}/propose");
    let reserve = |name: &'static str| {
        let form = ("form", "01980000-0000-7000-8000-000000000031");
        [form, ("act", "reserve"), ("version", version.as_str()), ("reserve_name", name)]
    };
    let shown = lab.get(&page).await;
    again(&shown, StatusCode::OK, "还在罐中，要先取出");
    assert!(shown.body.contains(&format!("{page}/passport.json")), "the way to its passport");
    let empty = send(&lab, &propose, &reserve("")).await;
    assert_eq!(empty.status, REFUSED, "{}", excerpt(&empty.body));
    gone_to(&send(&lab, &propose, &reserve("RQ-2099")).await, &format!("{page}?done=proposed"));
    again(&quality.get(&page).await, StatusCode::OK, "RQ-2099");
}

#[tokio::test]
async fn the_steps_that_quality_notes_are_offered_to_quality_alone_and_the_laboratory_reads_whose_they_are() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 8, State::Reserved).await;
    let shelf = opened(&site.test).await;
    let version = life(8).until(State::Reserved, &shelf).len().to_string();
    let (lab, quality) = (hired(&site, Role::LabOfficer).await, hired(&site, Role::QualityOfficer).await);
    works(&site, Role::LabOfficer, "LAB-01").await;
    works(&site, Role::QualityOfficer, "QA-02").await;
    let page = format!("/staff/units/{unit}");
    let box_of = |step: &str| format!("value=\"{step}\"");
    let shown = lab.get(&page).await;
    again(&shown, StatusCode::OK, "由两位质量人员登记的部分：VI，VIII；还有 10 步");
    assert!(shown.body.contains(&box_of("results_reviewed")), "its own steps");
    for step in ["laboratory_lead", "medical_approval"] {
        assert!(!shown.body.contains(&box_of(step)), "{step} is not the laboratory's");
    }
    let english = lab.get(&format!("/en{page}")).await;
    again(&english, StatusCode::OK, "Two people of quality note the steps of VI, VIII");
    let shown = quality.get(&page).await;
    for step in ["results_reviewed", "laboratory_lead", "medical_approval"] {
        assert!(shown.body.contains(&box_of(step)), "{step}");
    }
    assert!(!shown.body.contains("steps-of-quality"), "nobody else notes anything");

    let propose = format!("{page}/propose");
    let noted = |steps: &[&'static str]| {
        let form = ("form", "01980000-0000-7000-8000-000000000041");
        let steps = steps.iter().map(|step| ("note_steps_steps", *step));
        let version = ("version", version.as_str());
        [form, ("act", "note_steps"), version].into_iter().chain(steps).collect::<Vec<_>>()
    };
    let mixed = send(&lab, &propose, &noted(&["results_reviewed", "medical_approval"])).await;
    again(&mixed, StatusCode::CONFLICT, "其中有的步骤由质量人员登记");
    // What a step reads is required with the step, and so it is told to whoever hears the page.
    let required = |page: &Answer| {
        ["cd34_viability", "cd45_viability"].map(|step| {
            let name = format!("name=\"note_steps_{step}\"");
            let input = page.body.split("<input").find(|input| input.contains(&name)).expect("a field");
            input.split('>').next().is_some_and(|input| input.contains("aria-required=\"true\""))
        })
    };
    assert_eq!(required(&lab.get(&page).await), [false, false]);
    let silent = send(&lab, &propose, &noted(&["cd34_viability"])).await;
    assert_eq!((silent.status, required(&silent)), (REFUSED, [true, false]));
    assert_eq!(number(&site, "select count(*) from custody_proposal").await, 0);
    // Quality's factor grew old meanwhile: it is shown again, and what was ticked is ticked still.
    crate::account_pages::later(&site, 11 * 60);
    let stale = send(&quality, &propose, &noted(&["laboratory_lead", "medical_approval"])).await;
    assert_eq!(gone_to(&stale, "/staff/step-up"), format!("/staff/step-up?next=%2Fstaff%2Funits%2F{unit}"));
    let kept = stale.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(kept.starts_with("__Host-unsent="), "{kept}");
    sqlx::query("update login_session set stepped_up_at = $1::timestamptz")
        .bind(site.test.now().to_string())
        .execute(&site.test.db.owner_pool())
        .await
        .expect("shown again");
    let with =
        |cookie: &str| Request::get(&page).header(header::COOKIE, format!("{cookie}; {kept}")).body(Body::empty());
    let shown = site.send(with(&quality.cookie).expect("a request")).await;
    again(&shown, StatusCode::OK, "您刚才填写的内容还在");
    for step in ["laboratory_lead", "medical_approval"] {
        let input = shown.body.split(&box_of(step)).nth(1).and_then(|rest| rest.split('>').next()).expect("a box");
        assert!(input.contains("checked"), "{step}: {input}");
    }
    let others = site.send(with(&lab.cookie).expect("a request")).await;
    assert!(!others.body.contains("您刚才填写的内容还在"), "it is quality's own");
    gone_to(&send(&lab, &propose, &noted(&["results_reviewed"])).await, &format!("{page}?done=proposed"));
}

#[tokio::test]
async fn the_page_of_a_unit_has_words_for_whatever_can_be_done_in_each_state() {
    let site = Site::new().await;
    let quality = hired(&site, Role::QualityOfficer).await;
    opened(&site.test).await;
    works(&site, Role::QualityOfficer, "QA-02").await;
    for (number, state) in (60..).zip(State::ALL) {
        let unit = unit_in(&site.test, number, state).await;
        for path in [format!("/staff/units/{unit}"), format!("/en/staff/units/{unit}")] {
            let page = quality.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{state:?}: {}", excerpt(&page.body));
            assert!(!page.body.contains('⟦'), "{state:?}: {}", excerpt(&page.body));
        }
    }
}

#[tokio::test]
async fn a_unit_whose_text_does_not_open_has_its_page_all_the_same() {
    let site = Site::new().await;
    let (lost, gone) = (unit_in(&site.test, 6, State::Banked).await, unit_in(&site.test, 7, State::Discarded).await);
    let lab = hired(&site, Role::LabOfficer).await;
    works(&site, Role::LabOfficer, "LAB-01").await;
    services::custody::proof::close_all(&site.test.services).await.expect("a root");
    for (sql, unit) in [
        ("update custody_unit set key_sealed = '\\x00' where id = $1", lost),
        ("update custody_unit set key_sealed = null, destroyed_at = now() where id = $1", gone),
    ] {
        let done = sqlx::query(sql).bind(unit.0).execute(&site.test.db.owner_pool()).await.expect(sql);
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }
    for (unit, text) in [(lost, "有记录的内容打不开"), (gone, "这份脐带血的密钥已经销毁")] {
        let page = lab.get(&format!("/staff/units/{unit}")).await;
        again(&page, StatusCode::OK, text);
        for there in ["记录链完整", "内容已不能读取", "不能再登记任何内容", "56/56", "15/15"] {
            assert!(page.body.contains(there), "{unit}: {there}");
        }
        let english = lab.get(&format!("/en/staff/units/{unit}")).await;
        assert!(english.status == StatusCode::OK && !english.body.contains('⟦'), "{}", excerpt(&english.body));
    }
}

#[tokio::test]
async fn colleagues_are_listed_for_the_one_row_that_is_changed_and_not_for_every_code() {
    const OPERATORS: &str = "/staff/operators";
    let site = Site::new().await;
    opened(&site.test).await;
    let quality = hired(&site, Role::QualityOfficer).await;
    let lists = |page: &Answer| page.body.matches("name=\"account").count();
    let page = quality.get(OPERATORS).await;
    let ways: Vec<&str> = page.body.split("?change=").skip(1).filter_map(|rest| rest.get(..36)).collect();
    assert!(ways.len() > 2 && lists(&page) == 1, "of a new code only: {} rows, {} lists", ways.len(), lists(&page));
    let changed = quality.get(&format!("{OPERATORS}?change={}", ways[1])).await;
    let field = format!("account-{}", ways[1]);
    assert!(lists(&changed) == 2 && changed.body.contains(&field), "{}", excerpt(&changed.body));
    assert_eq!(changed.body.matches("#change\"").count(), ways.len() - 1, "the others lead to theirs");
    let other = format!("account-{}", ways[2]);
    let wrong = [("operator", ways[2]), (other.as_str(), "nobody")];
    let refused = send(&quality, &format!("{OPERATORS}/link"), &wrong).await;
    assert_eq!(refused.status, REFUSED, "{}", excerpt(&refused.body));
    assert!(lists(&refused) == 2 && refused.body.contains(&other), "its own row is open");
    let right = [("operator", ways[1]), (field.as_str(), "")];
    gone_to(&send(&quality, &format!("{OPERATORS}/link"), &right).await, &format!("{OPERATORS}?done=linked"));
    let (end, until) = (format!("{OPERATORS}/end"), format!("until-{}", ways[1]));
    let dayless = send(&quality, &end, &[("operator", ways[1]), (until.as_str(), "")]).await;
    assert!(dayless.status == REFUSED && dayless.body.contains(&until), "its own row is open");
    let today = domain::time::local_day(site.test.now()).to_string();
    let ended = send(&quality, &end, &[("operator", ways[1]), (until.as_str(), today.as_str())]).await;
    gone_to(&ended, &format!("{OPERATORS}?done=ended"));
    let changed = quality.get(&format!("{OPERATORS}?change={}", ways[1])).await;
    assert!(lists(&changed) == 2 && !changed.body.contains(&until), "who has a last day is not ended once more");
}

#[tokio::test]
async fn support_opens_a_family_for_a_reason_that_lasts_half_an_hour() {
    let site = Site::new().await;
    unit_in(&site.test, 4, State::Banked).await;
    let support = hired(&site, Role::FamilySupport).await;
    let form = ("form", "01980000-0000-7000-8000-000000000021");
    let open = "/staff/families/open";
    let short = send(&support, open, &[form, ("number", "SD2026000417"), ("reason", "看看")]).await;
    again(&short, REFUSED, "看看");
    let unknown = send(&support, open, &[form, ("number", "SD2026000417"), ("reason", "家长来电询问进度")]).await;
    again(&unknown, REFUSED, "没有这个编号的合同");
    let nothing = support.get("/staff/families/01980000-0000-7000-8000-000000000000").await;
    again(&nothing, StatusCode::OK, "这份记录没有打开");

    // A child that died is told before anything else, so that nobody on the telephone asks how it is.
    services::family::seed_demo(&site.test.services, &site.test.services.system()).await.expect("families");
    let opens = send(&support, open, &[form, ("number", "SD2026000417"), ("reason", "家长来电询问进度")]).await;
    let record = gone_to(&opens, "/staff/families/");
    let record = record.split('?').next().expect("a path");
    assert!(!support.get(record).await.body.contains("已故"));
    let family = record.rsplit('/').next().expect("an id");
    let contract: String = sqlx::query_scalar("select id::text from family_contract where family_id::text = $1")
        .bind(family)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("its contract");
    let office = site.test.somebody(74_003, Role::FamilySupport);
    let (contract, paper) = (contract.parse().expect("an id"), ("", "演示：死亡医学证明"));
    services::family::office::note_death(&site.test.services, &office, contract, paper).await.expect("noted");
    again(&support.get(record).await, StatusCode::OK, "有孩子已故（合同编号末四位：…0417）");
}

/// What units are worked by stands whole on one page, each version with what it changed, when, by whose word and why.
#[tokio::test]
async fn laboratory_and_quality_read_what_units_are_worked_by_version_by_version() {
    use domain::custody::CatalogueKind;
    use services::custody::lists::{self, Why};

    let site = Site::new().await;
    let lab = hired(&site, Role::LabOfficer).await;
    let page = lab.get("/staff/custody/lists").await;
    for words in [
        "冷链箱到达登记",
        "血常规 CBC",
        "植入随访与归档",
        "0 – 9.999 × 10⁹",
        "须高于70 %",
        "24小时",
        "−200 – −150 °C",
        "系统启用时的版本",
    ] {
        again(&page, StatusCode::OK, words);
    }
    let (services, system) = (&site.test.services, site.test.services.system());
    crate::account_pages::staff::colleague(&site, "lists.word", &[Role::QualityOfficer]).await;
    let old = lists::newest(services, &system, CatalogueKind::Test).await.expect("the tests");
    let mut items = old.items.clone();
    items[0].zh = "血细胞分析".to_owned();
    items[0].en = "Blood cell analysis".to_owned();
    let why = Why { login: "lists.word", reason: "检验科统一名称" };
    let today = domain::time::local_day(site.test.now());
    lists::add(services, &system, (CatalogueKind::Test, 1), (&items, false), (today, why)).await.expect("added");
    let page = lab.get("/staff/custody/lists").await;
    for words in ["血细胞分析", "“血常规 CBC”改称“血细胞分析”", "检验科统一名称", "现行", "已被替代"]
    {
        again(&page, StatusCode::OK, words);
    }
    let before = lab.get("/staff/custody/lists?test=1").await;
    again(&before, StatusCode::OK, "第1版");
    let english = lab.get("/en/staff/custody/lists?test=2").await;
    again(&english, StatusCode::OK, "Blood cell analysis");
    assert!(!english.body.contains('⟦') && !before.body.contains('⟦'), "{}", excerpt(&english.body));
}
