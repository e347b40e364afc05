//! Whoever has an application that is dealt with is told why the account stays, and until when.

use crate::support::Site;
use domain::account::Actor;
use domain::bus::City;
use domain::ids::{AccountId, CaseId, LoginSessionId};
use domain::ledger::Amount;
use domain::spark::{DiseaseGroup, Event, Part};
use http::StatusCode;
use services::spark::cases::{self, Act, NewCase, NewParty};
use uuid::Uuid;

#[tokio::test]
async fn who_has_a_live_case_is_told_why_the_account_stays_and_until_when() {
    let site = Site::new().await;
    let (browser, services) = (site.visitor().await, &site.test.services);
    let before = browser.get("/account/security").await;
    assert!(before.body.contains("永久注销账号"), "{}", before.body);

    let account: Uuid = sqlx::query_scalar("select id from account where kind = 'visitor'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("an account");
    let me = site.test.context(Actor::Visitor {
        account: AccountId(account),
        login: LoginSessionId(account),
        stepped_up_at: Some(site.test.now()),
    });
    let new = NewCase {
        id: CaseId(services::context::new_uuid(site.test.now())),
        fund: None,
        group: DiseaseGroup::Rare,
        city: City::ALL[0],
        age: 30,
        asked: Amount::new(100).expect("an amount"),
        parties: vec![NewParty {
            part: Part::Applicant,
            account: Some(AccountId(account)),
            particulars: b"{}".to_vec(),
            identity: Some("document 1".into()),
        }],
        key: services.vault.new_case_key(),
    };
    let mut tx = services.begin().await.expect("a transaction");
    let opened = cases::open_in(services, &mut tx, &me, new, Part::Applicant).await.expect("opened");
    tx.commit().await.expect("committed");
    let page = browser.get("/account/security").await;
    for words in [opened.reference.as_str(), "已收到", "办结之前不能注销账号", "没有固定的截止日期", "可以先撤回申请"]
    {
        assert!(page.body.contains(words), "no {words}: {}", page.body);
    }
    assert!(!page.body.contains("永久注销账号"), "nobody asks in vain");
    let asked = browser.post("/account/delete", "sure=on&cancel-bookings=on").await;
    assert_ne!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    assert!(asked.body.contains("办结之前不能注销账号"), "{}", asked.body);

    // Asked for papers: until when is said.
    let by_staff = |person: u128, role| {
        site.test.context(Actor::Staff {
            account: AccountId(Uuid::from_u128(person)),
            login: LoginSessionId(Uuid::from_u128(person)),
            roles: vec![role],
            stepped_up_at: Some(site.test.now()),
        })
    };
    let officer = by_staff(90_001, domain::account::Role::CaseOfficer);
    for (version, event) in [(1, Event::TakeUp), (2, Event::Return)] {
        let act = Act {
            case: opened.id,
            version,
            part: Part::CaseOfficer,
            event,
            reason: Some("演示理由".into()),
            award: None,
        };
        cases::act(services, &officer, &act).await.expect("it happens");
    }
    let until = domain::spark::due::last_day(domain::spark::State::Returned, domain::time::local_day(site.test.now()));
    let until = domain::time::day_text(until.expect("a day"), domain::Locale::ZhCn);
    let page = browser.get("/account/security").await;
    assert!(page.body.contains(&format!("当前环节截止{until}")), "{}", page.body);
    let english = browser.get("/en/account/security").await;
    assert!(english.body.contains("cannot be deleted yet"), "{}", english.body);
    // Taken back, it keeps nobody.
    let withdraw =
        Act { case: opened.id, version: 3, part: Part::Applicant, event: Event::Withdraw, reason: None, award: None };
    cases::act(services, &me, &withdraw).await.expect("withdrawn");
    assert!(browser.get("/account/security").await.body.contains("永久注销账号"));
}
