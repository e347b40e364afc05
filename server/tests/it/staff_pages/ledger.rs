//! The relief fund's books as finance sees them: who may open what, a donation's whole way until it is paid, what a wrong form
//! keeps, what a second press does, and what the public is told.

use super::*;
use crate::groups::upload;
use domain::bus::City;
use domain::ids::{AwardId, EnvelopeId, FundId};
use domain::ledger::{Amount, Beneficiary, DiseaseGroup, Evidence, FundCode, Purpose};
use services::ledger::{self, EnvelopeCharter, Grant, NewFund, Part};

/// A fund for rare diseases with two envelopes and nothing in them.
struct Purse {
    fund: String,
    envelope: EnvelopeId,
    other: EnvelopeId,
}

async fn purse(site: &Site) -> Purse {
    site.test.db.books_by_themselves().await;
    let (services, system) = (&site.test.services, site.test.services.system());
    let (fund, envelope, other) = (system.new_id::<FundId>(), system.new_id(), system.new_id());
    let new = NewFund {
        id: fund,
        code: FundCode::parse("DEMO-2026").expect("a code"),
        name_zh: "演示·救助基金".into(),
        name_en: "Demo fund".into(),
        purpose: Purpose { group: Some(DiseaseGroup::Rare), ..Purpose::default() },
    };
    ledger::open_fund(services, &system, &new).await.expect("a fund");
    for (id, name_zh) in [(envelope, "年度预算"), (other, "儿童专项")] {
        let new = EnvelopeCharter::named(name_zh, "Budget");
        ledger::add_envelope(services, &system, fund, id, &new).await.expect("an envelope");
    }
    Purse { fund: format!("/staff/funds/{fund}"), envelope, other }
}

/// The decision that a family is helped, which no page of the books makes.
async fn awarded(site: &Site, purse: &Purse, yuan: i64) -> String {
    let system = site.test.services.system();
    let award = system.new_id::<AwardId>();
    let part = Part { amount: Amount::new(yuan * 100).expect("an amount"), needs: vec![Evidence::Agreement] };
    let grant = Grant {
        award,
        case: system.new_id(),
        envelope: purse.envelope,
        beneficiary: Beneficiary { group: DiseaseGroup::Rare, city: City::ALL[0], age: 9 },
        parts: vec![part],
    };
    let mut tx = site.test.services.begin().await.expect("a transaction");
    ledger::reserve_in(&mut tx, &system, &grant).await.expect("reserved");
    tx.commit().await.expect("committed");
    format!("/staff/funds/awards/{award}")
}

async fn one(site: &Site, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("one text")
}

async fn tranche(site: &Site) -> String {
    format!("/staff/funds/tranches/{}", one(site, "select id::text from ledger_tranche order by id desc limit 1").await)
}

async fn finance(site: &Site, role: Role) -> Browser<'_> {
    site.staff(&[role]).await
}

/// Writes down that so much came, under the bank's number.
async fn donated(browser: &Browser<'_>, purse: &Purse, yuan: &str, reference: &str) -> Answer {
    let envelope = purse.envelope.to_string();
    let pairs = [
        ("kind", "donation"),
        ("envelope", envelope.as_str()),
        ("amount", yuan),
        ("day", "2026-07-20"),
        ("reference", reference),
        ("source", "演示·捐赠票据0001"),
    ];
    send(browser, &format!("{}/enter", purse.fund), &pairs).await
}

/// Hands in a statement with these rows below its heading.
async fn said(site: &Site, browser: &Browser<'_>, rows: &str) -> Answer {
    let file = format!("日期,流水号,结果,金额,付款编号\n{rows}");
    let mut request = upload("/staff/funds/statements", &[], Some(("bank.csv", file.as_bytes())));
    request.headers_mut().insert("cookie", browser.cookie.parse().expect("a cookie"));
    site.send(request).await
}

const ACCOUNT: [(&str, &str); 4] = [
    ("kind", "hospital"),
    ("holder", "演示医院"),
    ("bank", "演示银行济南分行"),
    ("account", "6222 0216 0200 1234 567"),
];

#[tokio::test]
async fn the_books_are_open_to_whoever_may_read_them_and_to_nobody_else() {
    let site = Site::new().await;
    let purse = purse(&site).await;
    let preparer = finance(&site, Role::FinancePreparer).await;
    gone_to(&donated(&preparer, &purse, "10000", "BANK1").await, &purse.fund);
    let award = awarded(&site, &purse, 100).await;
    let entry = one(&site, "select id::text from ledger_entry where kind = 'donation'").await;
    let pages = [
        "/staff/funds".to_owned(),
        purse.fund.clone(),
        format!("/staff/funds/entries/{entry}"),
        "/staff/funds/awards".to_owned(),
        award,
        tranche(&site).await,
        "/staff/funds/payments".to_owned(),
        "/staff/funds/statements".to_owned(),
        "/staff/funds/months".to_owned(),
    ];
    let readers = [Role::FinancePreparer, Role::FinanceReleaser, Role::Auditor, Role::ComplianceOfficer];
    for role in Role::ALL {
        let browser = finance(&site, role).await;
        for page in &pages {
            for path in [page.clone(), format!("/en{page}")] {
                let answer = browser.get(&path).await;
                let may = readers.contains(&role);
                let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{path} for {role:?}: {}", excerpt(&answer.body));
                assert!(!answer.body.contains('⟦'), "{path}: a word is missing");
            }
        }
        let enter = browser.get(&format!("{}/enter?kind=opening", purse.fund)).await;
        let keeps = role == Role::FinancePreparer;
        assert_eq!(enter.status, if keeps { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{role:?}");
        let front = browser.get("/staff").await;
        assert_eq!(front.body.contains("/staff/funds"), readers.contains(&role), "the way there for {role:?}");
    }
    let outside = site.anonymous().get("/staff/funds").await;
    assert_eq!(outside.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_donation_goes_its_whole_way_until_the_bank_says_that_it_arrived() {
    let site = Site::new().await;
    let purse = purse(&site).await;
    let (preparer, releaser) =
        (finance(&site, Role::FinancePreparer).await, finance(&site, Role::FinanceReleaser).await);
    // One person of both roles: what they prepare, another lets go.
    let both = site.staff(&[Role::FinancePreparer, Role::FinanceReleaser]).await;

    gone_to(&donated(&preparer, &purse, "10,000.00", "BANK1").await, &purse.fund);
    let (envelope, other) = (purse.envelope.to_string(), purse.other.to_string());
    let moved = [
        ("kind", "allocation"),
        ("from", envelope.as_str()),
        ("envelope", other.as_str()),
        ("amount", "2000"),
        ("day", "2026-07-20"),
        ("source", "演示·决议1号"),
    ];
    gone_to(&send(&preparer, &format!("{}/enter", purse.fund), &moved).await, &purse.fund);
    let fund = preparer.get(&purse.fund).await;
    for words in ["捐赠收入", "预算划拨", "10,000.00", "2,000.00", "8,000.00"] {
        again(&fund, StatusCode::OK, words);
    }

    let award = awarded(&site, &purse, 3_000).await;
    let tranche = tranche(&site).await;
    again(&preparer.get(&tranche).await, StatusCode::OK, "制单人员核对凭据");
    // Nothing is prepared without its papers.
    again(&send(&both, &format!("{tranche}/prepare"), &[]).await, StatusCode::CONFLICT, "还缺凭据：救助协议");
    gone_to(&send(&both, &format!("{tranche}/evidence"), &[("seen", "agreement")]).await, &tranche);
    gone_to(&send(&both, &format!("{tranche}/prepare"), &[]).await, &format!("{tranche}?done=prepared"));

    // The account: entered by one, shown in full to another, once and in the trail, and confirmed.
    gone_to(&send(&preparer, &format!("{award}/payee"), &ACCOUNT).await, &award);
    let masked = releaser.get(&award).await;
    assert!(masked.body.contains("4567") && !masked.body.contains("6222021602001234567"), "masked");
    let payee = one(&site, "select id::text from ledger_payee").await;
    let named = [("payee", payee.as_str())];
    assert_eq!(send(&preparer, &format!("{award}/payee/show"), &named).await.status, StatusCode::FORBIDDEN);
    again(&send(&releaser, &format!("{award}/payee/show"), &named).await, StatusCode::OK, "6222021602001234567");
    assert!(!releaser.get(&award).await.body.contains("6222021602001234567"), "once");
    let looks = number(&site, "select count(*) from audit_entry where action = 'ledger.payee_shown'").await;
    assert_eq!(looks, 1);
    gone_to(&send(&releaser, &format!("{award}/payee/confirm"), &named).await, &award);

    // Nobody lets go what they prepared, and is not shown the way.
    assert!(!both.get("/staff/funds/payments").await.body.contains("/let-go"));
    again(&both.get("/staff/funds/payments").await, StatusCode::OK, "须由另一人放行");
    again(&send(&both, &format!("{tranche}/let-go"), &[]).await, StatusCode::CONFLICT, "须由另一人办理");
    assert!(releaser.get("/staff/funds/payments").await.body.contains(&format!("{tranche}/let-go")));
    let key = "01980000-0000-7000-8000-00000000004a";
    for _ in 0..2 {
        let pressed = send(&releaser, &format!("{tranche}/let-go"), &[("payment", key)]).await;
        gone_to(&pressed, &format!("{tranche}?done=released"));
    }
    assert_eq!(number(&site, "select count(*) from ledger_payment").await, 1, "two presses, one payment");

    // The file: made once, fetched again as the same bytes, each time in the trail.
    let file = [("file", "01980000-0000-7000-8000-00000000004b")];
    for _ in 0..2 {
        gone_to(&send(&releaser, "/staff/funds/payments/files", &file).await, "/staff/funds/payments?done=file");
    }
    assert_eq!(number(&site, "select count(*) from ledger_payment_file").await, 1);
    let path = format!("/staff/funds/payments/files/{}", file[0].1);
    assert_eq!(send(&preparer, &path, &[]).await.status, StatusCode::FORBIDDEN);
    let csv = send(&releaser, &path, &[]).await;
    assert!(csv.header("content-disposition").contains("payments-"), "{:?}", csv.headers);
    assert!(csv.body.contains(key) && csv.body.contains("6222021602001234567") && csv.body.contains("3000.00"));
    again(&preparer.get(&tranche).await, StatusCode::OK, "等待银行");

    // The bank's answer, row by row; a row of which the books know nothing is explained by another.
    let rows = format!("2026-07-20,B1,成功,3000,{key}\n2026-07-20,BANK1,收款,10000,\n2026-07-20,B2,收款,0.37,\n");
    let read = gone_to(&said(&site, &preparer, &rows).await, "/staff/funds/statements/");
    let shown = preparer.get(&read).await;
    for words in ["已对上", "待登记", "2 条", "1 条"] {
        again(&shown, StatusCode::OK, words);
    }
    gone_to(&said(&site, &preparer, &rows).await, "/staff/funds/statements?done=again");
    let explain = [("reference", "B2"), ("reason", "银行利息")];
    let own = send(&preparer, "/staff/funds/statements/explain", &explain).await;
    again(&own, StatusCode::CONFLICT, "须由另一人办理");
    gone_to(&send(&both, "/staff/funds/statements/explain", &explain).await, "/staff/funds/statements?done=explained");

    let paid = releaser.get(&award).await;
    again(&paid, StatusCode::OK, "已付清");
    again(&paid, StatusCode::OK, "已到账");
    let fund = releaser.get(&purse.fund).await;
    for words in ["付款发出", "付款到账", "7,000.00"] {
        again(&fund, StatusCode::OK, words);
    }
    let only = releaser.get(&format!("{}?month=2026-07&kind=payment_sent", purse.fund)).await;
    assert!(only.body.matches("/staff/funds/entries/").count() == 1, "one kind: {}", excerpt(&only.body));
    again(&releaser.get(&format!("{}?month=2026-06", purse.fund)).await, StatusCode::OK, "没有符合条件");
}

#[tokio::test]
async fn what_was_typed_stays_when_an_entry_is_refused_and_a_second_press_writes_nothing() {
    let site = Site::new().await;
    let purse = purse(&site).await;
    let preparer = finance(&site, Role::FinancePreparer).await;
    let wrong = donated(&preparer, &purse, "1,5", "BANK<1").await;
    assert_eq!(wrong.status, REFUSED);
    for kept in ["value=\"1,5\"", "id=\"f-amount-error\"", "id=\"f-reference-error\"", "演示·捐赠票据0001"] {
        assert!(wrong.body.contains(kept), "{kept}: {}", excerpt(&wrong.body));
    }
    for _ in 0..2 {
        gone_to(&donated(&preparer, &purse, "500", "BANK1").await, &format!("{}?done=entered", purse.fund));
    }
    assert_eq!(number(&site, "select count(*) from ledger_entry").await, 1);
    let otherwise = donated(&preparer, &purse, "600", "BANK1").await;
    assert!(otherwise.status == REFUSED && otherwise.body.contains("id=\"f-reference-error\""));
    // More than is there: said above, kept below.
    let (envelope, other) = (purse.envelope.to_string(), purse.other.to_string());
    let moved = [
        ("kind", "allocation"),
        ("from", envelope.as_str()),
        ("envelope", other.as_str()),
        ("amount", "501"),
        ("day", "2026-07-20"),
        ("source", "演示·决议1号"),
    ];
    let refused = send(&preparer, &format!("{}/enter", purse.fund), &moved).await;
    again(&refused, StatusCode::CONFLICT, "超过可用金额");
    assert!(refused.body.contains("value=\"501\"") && refused.body.contains("value=\"allocation\""));

    // A reversal needs its reason, and is one however often it is pressed.
    let entry = format!("/staff/funds/entries/{}", one(&site, "select id::text from ledger_entry").await);
    let silent = send(&preparer, &format!("{entry}/reverse"), &[("reason", " ")]).await;
    assert!(silent.status == REFUSED && silent.body.contains("id=\"f-reason-error\""));
    for _ in 0..2 {
        let pressed = send(&preparer, &format!("{entry}/reverse"), &[("reason", "重复登记")]).await;
        gone_to(&pressed, &format!("{entry}?done=reversed"));
    }
    assert_eq!(number(&site, "select count(*) from ledger_entry where kind = 'reversal'").await, 1);
    again(&preparer.get(&entry).await, StatusCode::OK, "已被冲正");
    again(&preparer.get(&purse.fund).await, StatusCode::OK, "重复登记");

    // An account that is none: everything else stays. What is chosen at first is the hospital's.
    let award = {
        gone_to(&donated(&preparer, &purse, "500", "BANK2").await, &purse.fund);
        awarded(&site, &purse, 100).await
    };
    let form = preparer.get(&award).await.body;
    let hospital = form.split("<input").find(|tag| tag.contains("value=\"hospital\"")).expect("a choice");
    assert!(hospital.split('>').next().is_some_and(|tag| tag.contains("checked")), "{hospital}");
    let typed: Vec<_> = ACCOUNT.iter().map(|&(n, v)| if n == "account" { (n, "123") } else { (n, v) }).collect();
    let refused = send(&preparer, &format!("{award}/payee"), &typed).await;
    assert!(refused.status == REFUSED && refused.body.contains("id=\"f-account-error\""));
    assert!(refused.body.contains("value=\"演示医院\"") && refused.body.contains("value=\"123\""));
    // What somebody sends under our names is never shown as if it had been opened.
    let forged = send(&preparer, &format!("{award}/payee"), &[("revealed_account", "FORGED"), ("account", "1")]).await;
    assert!(forged.status == REFUSED && !forged.body.contains("FORGED"));
}

#[tokio::test]
async fn a_statement_with_wrong_rows_is_told_row_by_row_and_nothing_of_it_is_read() {
    let site = Site::new().await;
    let preparer = finance(&site, Role::FinancePreparer).await;
    let wrong = said(&site, &preparer, "2026-07-20,A1,收款,5,\n2026-07-20,A2,也许,1.005,\n").await;
    assert_eq!(wrong.status, REFUSED);
    for words in ["整份文件没有导入", "第3行", "结果：", "金额："] {
        again(&wrong, REFUSED, words);
    }
    assert_eq!(number(&site, "select count(*) from ledger_statement_row").await, 0);
    let none = site
        .send({
            let mut request = upload("/staff/funds/statements", &[], None);
            request.headers_mut().insert("cookie", preparer.cookie.parse().expect("a cookie"));
            request
        })
        .await;
    assert!(none.status == REFUSED && none.body.contains("id=\"f-file-error\""));
    let releaser = finance(&site, Role::FinanceReleaser).await;
    assert_eq!(said(&site, &releaser, "2026-07-20,A1,收款,5,\n").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_month_is_closed_by_who_releases_and_tells_what_is_open() {
    let site = Site::new().await;
    let purse = purse(&site).await;
    let (preparer, releaser) =
        (finance(&site, Role::FinancePreparer).await, finance(&site, Role::FinanceReleaser).await);
    gone_to(&donated(&preparer, &purse, "500", "BANK1").await, &purse.fund);
    again(&releaser.get("/staff/funds/months").await, StatusCode::OK, "当月结束后才能关账");
    let month = [("month", "2026-07")];
    again(&send(&releaser, "/staff/funds/months/close", &month).await, StatusCode::CONFLICT, "还没有结束");
    gone_to(&said(&site, &preparer, "2026-07-20,A1,收款,5,\n").await, "/staff/funds/statements/");
    at(&site, "2026-08-02T04:00:00Z");
    let (preparer, releaser) =
        (finance(&site, Role::FinancePreparer).await, finance(&site, Role::FinanceReleaser).await);
    again(&preparer.get("/staff/funds/months").await, StatusCode::OK, "由放行人员关账");
    let page = releaser.get("/staff/funds/months").await;
    again(&page, StatusCode::OK, "尚未说明的银行流水：1 条");
    again(&page, StatusCode::OK, "还有事项没有核对");
    assert_eq!(send(&preparer, "/staff/funds/months/close", &month).await.status, StatusCode::FORBIDDEN);
    gone_to(&send(&releaser, "/staff/funds/months/close", &month).await, "/staff/funds/months?done=closed");
    again(&send(&releaser, "/staff/funds/months/close", &month).await, StatusCode::CONFLICT, "已关账");
    again(&releaser.get("/staff/funds/months").await, StatusCode::OK, "下一个月份：2026-08");
    // What belongs to it comes no more.
    again(&donated(&preparer, &purse, "700", "BANK7").await, StatusCode::CONFLICT, "已关账");
}

#[tokio::test]
async fn the_demos_payments_stand_at_every_point_and_the_public_sees_no_amount() {
    let site = Site::new().await;
    let closed = site.get("/spark/funds").await;
    again(&closed, StatusCode::OK, "暂停");
    assert!(!excerpt(&closed.body).contains("排队"));
    let services = &site.test.services;
    ledger::seed_demo(services, &services.system()).await.expect("the demo");
    ledger::seed_demo(services, &services.system()).await.expect("the same once more");
    assert_eq!(number(&site, "select count(*) from ledger_fund").await, 3);
    let states = "select count(distinct state) from ledger_payment where state in ('released', 'sent', 'settled', 'failed', 'in_doubt')";
    assert_eq!(number(&site, states).await, 5);

    let releaser = finance(&site, Role::FinanceReleaser).await;
    let board = releaser.get("/staff/funds/payments").await;
    for words in ["待发银行", "等待银行", "结果不明", "演示·制单员", "生成付款文件"] {
        again(&board, StatusCode::OK, words);
    }
    // What is in doubt is decided by somebody without a part in it, with a reason.
    let doubt =
        one(&site, "select tranche_id || '/payments/' || id from ledger_payment where state = 'in_doubt'").await;
    let page = format!("/staff/funds/tranches/{}", doubt.split('/').next().expect("a tranche"));
    let path = format!("/staff/funds/tranches/{doubt}/decide");
    let silent = send(&releaser, &path, &[("decision", "arrived")]).await;
    assert!(silent.status == REFUSED && silent.body.contains("id=\"f-reason-error\""));
    assert!(silent.body.contains("value=\"arrived\" checked"), "what was chosen stays: {}", excerpt(&silent.body));
    gone_to(&send(&releaser, &path, &[("decision", "arrived"), ("reason", "银行来电确认")]).await, &page);
    again(&releaser.get(&page).await, StatusCode::OK, "已到账");

    later(&site, 2);
    for path in ["/spark/funds", "/en/spark/funds"] {
        let public = site.get(path).await;
        assert_eq!(public.status, StatusCode::OK);
        let text = excerpt(&public.body);
        assert!(!text.chars().any(|c| c.is_ascii_digit()) && !text.contains("演示"), "no amount, no name: {text}");
    }
    again(&site.get("/spark/funds").await, StatusCode::OK, "排队");
    again(&site.get("/spark/funds").await, StatusCode::OK, "开放");
}

#[tokio::test]
async fn the_journal_is_read_page_by_page_to_its_end() {
    let site = Site::new().await;
    let purse = purse(&site).await;
    let preparer = finance(&site, Role::FinancePreparer).await;
    for n in 0..43 {
        gone_to(&donated(&preparer, &purse, "5", &format!("BANK{n}")).await, &purse.fund);
    }
    let first = preparer.get(&purse.fund).await;
    let links = |answer: &Answer| {
        let parts = answer.body.split("/staff/funds/entries/").skip(1);
        parts.map(|rest| rest.chars().take(36).collect::<String>()).collect::<std::collections::BTreeSet<_>>()
    };
    let next = first.body.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let next = next.expect("a next page").replace("&amp;", "&");
    let second = preparer.get(&next).await;
    let (one, two) = (links(&first), links(&second));
    assert_eq!((one.len(), two.len()), (40, 3));
    assert!(one.is_disjoint(&two), "no entry on both");
    assert!(!second.body.contains("rel=\"next\""));
}
