//! Meetings of the committee through the real router: who opens which page, the way from the plan to the decision that is carried
//! out, what a recused member sees, and what comes back where something is refused.

use super::cases::{account_of, sent};
use super::*;
use domain::account::Actor;
use domain::document::Document;
use domain::ids::{AccountId, CaseId, EnvelopeId, FundId, LoginSessionId};
use domain::ledger::{Amount, FundCode, Purpose};
use domain::outreach::{Bilingual, Key};
use domain::spark::application::Purpose as Consent;
use domain::spark::review::assignment::Speciality;
use domain::spark::review::rubric::{Criterion, Draft, Rubric, Scale};
use domain::spark::{Event, Part};
use domain::time::local_day;
use domain::typed::Typed;
use services::Context;
use services::ledger::{self, EnvelopeCharter, Given, NewFund};
use services::spark::cases::{self, Act};
use services::spark::review::{self, Profile, ReviewError, Ties};

const DESK: &str = "/staff/committee";
const WHY: &str = "演示：与申请家庭同住一个小区";

/// Somebody of the house without a browser.
fn of(site: &Site, n: u128, role: Role) -> Context {
    let (account, login) = (AccountId(Uuid::from_u128(n)), LoginSessionId(Uuid::from_u128(n)));
    site.test.context(Actor::Staff { account, login, roles: vec![role], stepped_up_at: Some(site.test.now()) })
}

/// What is known of somebody: tied to nobody.
async fn known(site: &Site, account: Uuid) {
    let person = Document::from_comparable(&format!("passport:{account}")).expect("a document");
    let ties = Ties {
        person,
        kin: vec![],
        phones: vec![],
        addresses: vec![],
        employers: vec![format!("演示第{account}医院")],
    };
    let specialities = vec![Speciality::new("03").expect("a speciality")];
    let profile = Profile { account: AccountId(account), specialities, away: false, version: 0 };
    review::keep(&site.test.services, &of(site, 41, Role::ComplianceOfficer), &profile, Some(&ties))
        .await
        .expect("a profile");
}

/// A member of staff with a profile, and the account.
async fn sits(site: &Site, role: Role) -> (Browser<'_>, String) {
    let browser = site.staff(&[role]).await;
    let account = account_of(site, &browser).await;
    known(site, account).await;
    (browser, account.to_string())
}

/// Two physicians who can be asked, and what they judge by.
async fn physicians(site: &Site) {
    for n in [51, 52] {
        known(site, Uuid::from_u128(n)).await;
    }
    let criterion = Criterion {
        key: Key::new("need").expect("a key"),
        title: Bilingual::new("演示标准", "A criterion"),
        weight: 1,
        scale: Scale { least: 1, most: 5 },
        optional: false,
    };
    let rubric =
        Rubric::try_from(Draft { version: 1, criteria: vec![criterion], diverges_above: 25 }).expect("a rubric");
    review::publish_rubric(&site.test.services, &of(site, 41, Role::ComplianceOfficer), &rubric)
        .await
        .expect("a rubric");
}

/// A case of 10,000 yuan that waits for the committee: its id and its reference.
async fn before(site: &Site) -> (String, String) {
    let (services, officer, now) = (&site.test.services, of(site, 31, Role::CaseOfficer), site.test.now());
    let family = site.visitor().await;
    let case = sent(site, &family, 30).await;
    let by = account_of(site, &family).await;
    let id: CaseId = case.parse().expect("an id");
    let reference = text(site, "select reference from spark_case where id = $1", &case).await;
    {
        let mut db = services.db.acquire().await.expect("a connection");
        store::spark::apply::add(&mut db, (id.0, by), 1, "zh-CN", now).await.expect("an application");
        store::spark::apply::submitted(&mut db, id.0, &reference, by, now).await.expect("sent");
        for purpose in Consent::ALL {
            let given_at = store::ToSqlx::to_sqlx(now);
            let purpose = purpose.name().to_owned();
            let row = store::spark::consents::ConsentRow { purpose, agreed: true, notice: 1, given_at };
            store::spark::consents::add(&mut db, (officer.new_id(), id.0, by), &row).await.expect("a word");
        }
    }
    for event in [Event::TakeUp, Event::Complete] {
        let version = store::spark::cases::one(&services.db, id.0).await.expect("read").expect("a case").version;
        let act = Act { case: id, version, part: Part::CaseOfficer, event, reason: None, award: None };
        cases::act(services, &officer, &act).await.expect("it goes on");
    }
    let marks = [("mark-need", "4"), ("comment-need", "演示意见")];
    let marks = Typed(marks.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    let reviewers = [51, 52].map(|n| of(site, n, Role::MedicalReviewer));
    review::review_case(services, &officer, (id, &reviewers), &marks).await.expect("reviewed");
    let dashed = format!("{}-{}", &reference[..4], &reference[4..]);
    (case, dashed)
}

/// An envelope with 50,000 yuan.
async fn envelope(site: &Site) -> String {
    let (services, by) = (&site.test.services, of(site, 11, Role::FinancePreparer));
    let (fund, id): (FundId, EnvelopeId) = (by.new_id(), by.new_id());
    let code = FundCode::parse("DEMO-2026").expect("a code");
    let new = NewFund {
        id: fund,
        code,
        name_zh: "演示·救助基金".into(),
        name_en: "Demo fund".into(),
        purpose: Purpose::default(),
    };
    ledger::open_fund(services, &by, &new).await.expect("a fund");
    let new = EnvelopeCharter::named("2026年度", "2026");
    ledger::add_envelope(services, &by, fund, id, &new).await.expect("an envelope");
    let (key, day) = (by.new_id::<Uuid>().to_string(), local_day(site.test.now()));
    let amount = Amount::new(5_000_000).expect("an amount");
    let given = Given { key, envelope: id, amount, day, source: "演示·捐赠票据0001".into() };
    ledger::donate(services, &by, &given).await.expect("a donation");
    id.to_string()
}

/// A committee: who keeps the minutes, the chair, and four members of whom the first is the deputy.
struct Committee<'a> {
    secretary: Browser<'a>,
    chair: (Browser<'a>, String),
    members: Vec<(Browser<'a>, String)>,
}

impl Committee<'_> {
    fn everybody(&self) -> impl Iterator<Item = &(Browser<'_>, String)> {
        std::iter::once(&self.chair).chain(&self.members)
    }
}

async fn committee(site: &Site) -> Committee<'_> {
    let secretary = site.staff(&[Role::CaseOfficer]).await;
    let chair = sits(site, Role::Chair).await;
    let mut members = Vec::new();
    for _ in 0..4 {
        members.push(sits(site, Role::CommitteeMember).await);
    }
    physicians(site).await;
    Committee { secretary, chair, members }
}

/// Plans a meeting of everybody; answers its page.
async fn planned(site: &Site, committee: &Committee<'_>) -> String {
    let id = of(site, 1, Role::CaseOfficer).new_id::<Uuid>().to_string();
    let mut pairs = vec![
        ("id", id.as_str()),
        ("day", "2026-07-28"),
        ("chair", committee.chair.1.as_str()),
        ("deputy", committee.members[0].1.as_str()),
    ];
    pairs.extend(committee.members.iter().map(|(_, account)| ("members", account.as_str())));
    for _ in 0..2 {
        let answer = send(&committee.secretary, &format!("{DESK}/new"), &pairs).await;
        gone_to(&answer, &format!("{DESK}/{id}?done=planned"));
    }
    format!("{DESK}/{id}")
}

async fn version(site: &Site, meeting: &str) -> String {
    let id = meeting.rsplit('/').next().expect("an id");
    text(site, "select version::text from spark_meeting where id = $1", id).await
}

/// Does something with a meeting at the version it has.
async fn does(site: &Site, by: &Browser<'_>, meeting: &str, what: &str, more: &[(&str, &str)]) -> Answer {
    let version = version(site, meeting).await;
    let pairs: Vec<(&str, &str)> = more.iter().copied().chain([("version", version.as_str())]).collect();
    send(by, &format!("{meeting}/{what}"), &pairs).await
}

/// Puts cases on the agenda, freezes it, notes everybody as present and opens it.
async fn sitting(site: &Site, committee: &Committee<'_>, cases: &[&str]) -> String {
    let (meeting, secretary) = (planned(site, committee).await, &committee.secretary);
    let places: Vec<(String, String)> =
        cases.iter().zip(1..).map(|(case, nth)| (format!("place-{case}"), nth.to_string())).collect();
    let places: Vec<(&str, &str)> = places.iter().map(|(name, nth)| (name.as_str(), nth.as_str())).collect();
    gone_to(&does(site, secretary, &meeting, "agenda", &places).await, &format!("{meeting}?done=agenda"));
    gone_to(&does(site, secretary, &meeting, "freeze", &[]).await, &format!("{meeting}?done=frozen"));
    let there: Vec<(&str, &str)> = committee.everybody().map(|(_, account)| ("present", account.as_str())).collect();
    gone_to(&does(site, secretary, &meeting, "present", &there).await, &format!("{meeting}?done=present"));
    gone_to(&does(site, secretary, &meeting, "step", &[("event", "open")]).await, &format!("{meeting}?done=moved"));
    meeting
}

/// The hash of an item as a member's page has it.
fn seen(page: &str, case: &str) -> String {
    let form = page.split("<form").find(|form| form.contains(&format!("vote-{case}"))).expect("a ballot");
    let rest = form.split("name=\"seen\" value=\"").nth(1).expect("a hash");
    rest.split('"').next().expect("a hash").to_owned()
}

async fn votes(by: &Browser<'_>, meeting: &str, case: &str, (vote, part): (&str, &str)) -> Answer {
    let seen = seen(&by.get(meeting).await.body, case);
    let (field, amount) = (format!("vote-{case}"), format!("part-{case}"));
    let pairs = [("case", case), ("seen", seen.as_str()), (field.as_str(), vote), (amount.as_str(), part)];
    send(by, &format!("{meeting}/vote"), &pairs).await
}

#[tokio::test]
async fn the_committee_is_open_to_whoever_holds_it_or_sits_and_to_nobody_else() {
    let site = Site::new().await;
    let committee = committee(&site).await;
    let meeting = planned(&site, &committee).await;
    let nowhere = format!("{DESK}/01980000-0000-7000-8000-000000000000");
    for role in Role::ALL {
        let browser = site.staff(&[role]).await;
        let holds = role == Role::CaseOfficer;
        let sits = matches!(role, Role::CommitteeMember | Role::Chair);
        for path in [DESK.to_owned(), format!("/en{DESK}")] {
            let list = browser.get(&path).await;
            let expected = if holds || sits { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(list.status, expected, "{path} for {role:?}: {}", excerpt(&list.body));
            assert!(!list.body.contains('⟦'), "{path}: a word is missing");
            assert_eq!(list.body.contains(&meeting), holds, "{path} for {role:?}");
        }
        // Whoever is not on the roll finds no such meeting, as though there were none.
        let expected = match (holds, sits) {
            (true, _) => StatusCode::OK,
            (false, true) => StatusCode::NOT_FOUND,
            _ => StatusCode::FORBIDDEN,
        };
        assert_eq!(browser.get(&meeting).await.status, expected, "{role:?}");
        let none = if holds || sits { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
        assert_eq!(browser.get(&nowhere).await.status, none, "{role:?}");
        assert_eq!(browser.get(&format!("{meeting}/minutes")).await.status, none, "{role:?}");
        if !holds {
            for press in ["agenda", "freeze", "present", "step", "put-off", "close", "reopen"] {
                let answer = does(&site, &browser, &meeting, press, &[("event", "cancel")]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{press} for {role:?}");
            }
        }
        assert_eq!(browser.get("/staff").await.body.contains(DESK), holds || sits, "the way there for {role:?}");
    }
    let own = committee.members[2].0.get(&meeting).await;
    again(&own, StatusCode::OK, "会议材料还没有冻结");
    assert_eq!(site.anonymous().get(&meeting).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_meeting_goes_from_its_plan_to_the_decision_that_is_carried_out() {
    let site = Site::new().await;
    let committee = committee(&site).await;
    let envelope = envelope(&site).await;
    let (case, reference) = before(&site).await;
    let meeting = sitting(&site, &committee, &[&case]).await;
    let (secretary, chair) = (&committee.secretary, &committee.chair.0);
    again(&secretary.get(&meeting).await, StatusCode::OK, "尚未表决");
    again(&secretary.get(&format!("/staff/cases/{case}")).await, StatusCode::OK, "评审会（1 次会议）");
    // A part that is no part comes back with what was typed; and so does a vote for nothing.
    let wrong = votes(chair, &meeting, &case, ("partial", "10000")).await;
    assert_eq!(wrong.status, REFUSED);
    assert!(wrong.body.contains(&format!("f-part-{case}-error")) && wrong.body.contains("value=\"10000\""));
    assert_eq!(votes(chair, &meeting, &case, ("", "")).await.status, REFUSED);
    for (browser, _) in committee.everybody() {
        gone_to(&votes(browser, &meeting, &case, ("partial", "6,000")).await, &format!("{meeting}?done=voted"));
        again(&browser.get(&meeting).await, StatusCode::OK, "您已投票：部分救助，6,000.00元");
    }
    // Two secretaries at once: the second is told who was first.
    let at = version(&site, &meeting).await;
    let other = site.staff(&[Role::CaseOfficer]).await;
    gone_to(&does(&site, secretary, &meeting, "close", &[]).await, &format!("{meeting}/minutes?done=closed"));
    let late = send(&other, &format!("{meeting}/close"), &[("version", &at)]).await;
    again(&late, StatusCode::CONFLICT, "先定稿了会议纪要");
    gone_to(&send(secretary, &format!("{meeting}/close"), &[("version", &at)]).await, &format!("{meeting}/minutes"));

    let carry = format!("{meeting}/decisions/{case}");
    assert_eq!(chair.get(&carry).await.status, StatusCode::NOT_FOUND, "nothing is signed yet");
    for browser in [secretary, chair] {
        let page = browser.get(&format!("{meeting}/minutes")).await;
        again(&page, StatusCode::OK, "部分救助，6,000.00元");
        again(&page, StatusCode::OK, "尚未签署");
        let signed = send(browser, &format!("{meeting}/minutes/sign"), &[]).await;
        gone_to(&signed, &format!("{meeting}/minutes?done=signed"));
    }
    again(&chair.get(DESK).await, StatusCode::OK, &reference);
    again(&chair.get(&carry).await, StatusCode::OK, "演示·救助基金");
    let at = text(&site, "select version::text from spark_case where id = $1", &case).await;
    let award = of(&site, 1, Role::Chair).new_id::<Uuid>().to_string();
    let form = |first: &'static str, envelope: &str| {
        vec![
            ("version".to_owned(), at.clone()),
            ("award".to_owned(), award.clone()),
            ("envelope".to_owned(), envelope.to_owned()),
            ("amount-1".to_owned(), first.to_owned()),
            ("needs-1".to_owned(), "agreement".to_owned()),
            ("amount-2".to_owned(), "2000".to_owned()),
            ("needs-2".to_owned(), "follow_up".to_owned()),
            ("grounds".to_owned(), "ceiling".to_owned()),
            ("reason".to_owned(), "演示：内部说明".to_owned()),
        ]
    };
    let press = async |pairs: Vec<(String, String)>| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        send(chair, &carry, &pairs).await
    };
    again(&press(form("4000", "")).await, REFUSED, "演示：内部说明");
    let sum = press(form("3999", &envelope)).await;
    again(&sum, StatusCode::CONFLICT, "分期相加不等于决定的金额");
    assert!(sum.body.contains("演示：内部说明") && sum.body.contains("value=\"3999\""), "what was typed is kept");
    for _ in 0..2 {
        gone_to(&press(form("4000", &envelope)).await, &format!("{DESK}?done=carried"));
    }
    assert_eq!(text(&site, "select state from spark_case where id = $1", &case).await, "partial");
    assert_eq!(number(&site, "select count(*) from ledger_award").await, 1);
    assert_eq!(number(&site, "select count(*) from ledger_tranche").await, 2);
    assert!(!chair.get(DESK).await.body.contains(&reference), "it waits no more");
    again(&chair.get(&format!("{meeting}/minutes")).await, StatusCode::OK, "决定已执行");
    for browser in [chair, secretary] {
        let pdf = browser.get(&format!("{meeting}/minutes/minutes.pdf")).await;
        assert_eq!(pdf.status, StatusCode::OK, "{}", excerpt(&pdf.body));
        assert!(pdf.header("content-type") == "application/pdf" && pdf.body.starts_with("%PDF-"));
    }
    let stranger = site.staff(&[Role::CommitteeMember]).await;
    assert_eq!(stranger.get(&format!("{meeting}/minutes/minutes.pdf")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_declares_a_conflict_finds_no_such_item_nor_a_trace_of_it() {
    let site = Site::new().await;
    let committee = committee(&site).await;
    let ((case, reference), (other, next)) = (before(&site).await, before(&site).await);
    let meeting = sitting(&site, &committee, &[&case, &other]).await;
    let (recused, account) = &committee.members[3];
    let declare = format!("{meeting}/declare");
    let field = format!("reason-{case}");
    let without = send(recused, &declare, &[("case", &case), (&field, " ")]).await;
    assert_eq!(without.status, REFUSED);
    assert!(without.body.contains(&format!("f-{field}-error")), "beside the field");
    gone_to(&send(recused, &declare, &[("case", &case), (&field, WHY)]).await, &format!("{meeting}?done=declared"));
    let page = recused.get(&meeting).await;
    assert!(page.status == StatusCode::OK && !page.body.contains(&case) && !page.body.contains(&reference));
    assert!(page.body.contains(&format!("vote-{other}")), "the other is the first now");
    assert!(page.body.contains(&format!("1. {next}")), "no number is left out");
    let again_declared = send(recused, &declare, &[("case", &case), (&field, WHY)]).await;
    assert_eq!(again_declared.status, StatusCode::NOT_FOUND, "it is not there");
    let (none, ballot) = ("0".repeat(64), format!("vote-{case}"));
    let hidden = [("case", case.as_str()), ("seen", none.as_str()), (ballot.as_str(), "grant")];
    assert_eq!(send(recused, &format!("{meeting}/vote"), &hidden).await.status, StatusCode::NOT_FOUND);
    // The secretary sees who is recused; the quorum is of four.
    again(&committee.secretary.get(&meeting).await, StatusCode::OK, "需要 3 人");
    for (browser, _) in committee.everybody().filter(|(_, one)| one != account) {
        votes(browser, &meeting, &case, ("refuse", "")).await;
    }
    for (browser, _) in committee.everybody() {
        votes(browser, &meeting, &other, ("defer", "")).await;
    }
    gone_to(&does(&site, &committee.secretary, &meeting, "close", &[]).await, &format!("{meeting}/minutes"));
    let minutes = format!("{meeting}/minutes");
    let whole = committee.members[1].0.get(&minutes).await;
    again(&whole, StatusCode::OK, &reference);
    let extract = recused.get(&minutes).await;
    assert!(extract.status == StatusCode::OK && !extract.body.contains(&reference), "{}", excerpt(&extract.body));
    let kept = review::digest(
        text(&site, "select minutes from spark_meeting where id = $1", &id_of(&meeting)).await.as_bytes(),
    );
    let kept = kept.expect("a hash").to_string();
    assert!(committee.secretary.get(&minutes).await.body.contains(&kept), "whoever holds it checks the whole");
    assert!(
        !extract.body.contains(&kept) && !whole.body.contains(&kept),
        "a hash over all would tell of what is hidden"
    );
}

fn id_of(meeting: &str) -> String {
    meeting.rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_with_everything_typed_still_there() {
    let site = Site::new().await;
    let committee = committee(&site).await;
    let (case, reference) = before(&site).await;
    let secretary = &committee.secretary;
    // One person in two offices, or too few: nothing typed is lost.
    let new = format!("{DESK}/new");
    let id = of(&site, 1, Role::CaseOfficer).new_id::<Uuid>().to_string();
    let chair = committee.chair.1.as_str();
    let pairs = [("id", id.as_str()), ("day", "2026-07-28"), ("chair", chair), ("deputy", chair)];
    let own = send(secretary, &new, &pairs).await;
    again(&own, StatusCode::CONFLICT, "要由两个人担任");
    assert!(own.body.contains("value=\"2026-07-28\""));
    let deputy = committee.members[0].1.as_str();
    let few = [("id", id.as_str()), ("day", "2026-07-28"), ("chair", chair), ("deputy", deputy)];
    again(&send(secretary, &new, &few).await, StatusCode::CONFLICT, "只选了 2 人");
    let none = send(secretary, &new, &[("id", id.as_str()), ("day", ""), ("chair", "")]).await;
    assert!(none.status == REFUSED && none.body.contains("f-day-error") && none.body.contains("f-chair-error"));

    // Nothing on the agenda; a place that is no number; a page that is old.
    let meeting = planned(&site, &committee).await;
    again(&does(&site, secretary, &meeting, "freeze", &[]).await, StatusCode::CONFLICT, "议程还是空的");
    let place = format!("place-{case}");
    let odd = does(&site, secretary, &meeting, "agenda", &[(&place, "第一")]).await;
    assert!(odd.status == REFUSED && odd.body.contains(&format!("f-{place}-error")) && odd.body.contains("第一"));
    let at = version(&site, &meeting).await;
    gone_to(&does(&site, secretary, &meeting, "agenda", &[(&place, "1")]).await, &meeting);
    let old = send(secretary, &format!("{meeting}/agenda"), &[("version", &at), (&place, "7")]).await;
    again(&old, StatusCode::CONFLICT, "会议有了变化");
    assert!(old.body.contains("value=\"7\""), "what was typed is kept");

    // Somebody without a profile sits: they are named before anything is frozen.
    let _stranger = site.staff(&[Role::CommitteeMember]).await;
    again(&secretary.get(&new).await, StatusCode::OK, "尚未登记利害关系资料");
    gone_to(&does(&site, secretary, &meeting, "freeze", &[]).await, &meeting);
    let early = does(&site, secretary, &meeting, "step", &[("event", "open")]).await;
    again(&early, StatusCode::CONFLICT, "到场 0 人");

    // What was reviewed is struck after the pack was frozen: said of the case, by its reference.
    let there: Vec<(&str, &str)> = committee.everybody().map(|(_, account)| ("present", account.as_str())).collect();
    gone_to(&does(&site, secretary, &meeting, "present", &there).await, &meeting);
    gone_to(&does(&site, secretary, &meeting, "step", &[("event", "open")]).await, &meeting);
    let missing = does(&site, secretary, &meeting, "close", &[]).await;
    again(&missing, StatusCode::CONFLICT, "尚未表决");
    let case_id: CaseId = case.parse().expect("an id");
    let compliance = of(&site, 41, Role::ComplianceOfficer);
    let struck = AccountId(Uuid::from_u128(51));
    review::declare(&site.test.services, &compliance, case_id, struck, "事后查明").await.expect("declared");
    let changed = does(&site, secretary, &meeting, "close", &[]).await;
    again(&changed, StatusCode::CONFLICT, "一份评审意见不再有效");
    assert!(changed.body.contains(&reference));
    again(&secretary.get(&meeting).await, StatusCode::OK, "冻结之后有变化");
    let over = [("case", case.as_str()), ("over", "true")];
    gone_to(&send(secretary, &format!("{meeting}/put-off"), &over).await, &format!("{meeting}?done=put-off"));
    gone_to(&does(&site, secretary, &meeting, "close", &[]).await, &format!("{meeting}/minutes"));
    again(&secretary.get(&format!("{meeting}/minutes")).await, StatusCode::OK, "缓议到其他会议");
    let nobody = review::own_meetings(&site.test.services, &of(&site, 99, Role::MedicalReviewer), None).await;
    assert!(matches!(nobody, Err(ReviewError::Denied(_))), "{nobody:?}");
}
