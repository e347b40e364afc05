//! Contracts through the real router: whose they are, that no number stands in an address, and that nothing typed is lost.

use super::cases::hired;
use super::*;
use axum::body::Body;
use domain::contact::{PersonName, Phone};
use domain::custody::{Din, Pool};
use domain::family::{ContractNumber, ContractState, Kin};
use domain::ids::UnitId;
use http::{Request, header};
use services::family::{Founder, Founding, found_in, hand_over_due};

const NEW: &str = "/staff/contracts/new";
const NUMBER: &str = "SD2026000777";
const OWNER: &str = "13800000771";

/// A contract, as it is typed.
fn typed<'a>(form: &'a str, number: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("form", form),
        ("number", number),
        ("pool", "family"),
        ("child", "演示宝宝"),
        ("born", "2026-07-01"),
        ("owner", OWNER),
        ("second", ""),
        ("mother", "owner"),
        ("preparation", ""),
        ("preparation_on", ""),
        ("storage", "620"),
        ("storage_from", "2026-07-10"),
        ("years", "20"),
    ]
}

#[tokio::test]
async fn contracts_are_the_offices_and_no_number_stands_in_an_address() {
    let site = Site::new().await;
    let office = hired(&site, Role::FamilySupport).await;
    let form = "01980000-0000-7000-8000-000000000031";
    let written = gone_to(&send(&office, NEW, &typed(form, NUMBER)).await, "/staff/contracts/");
    assert!(!written.contains(NUMBER) && written.ends_with("?done=written"), "{written}");
    let one = written.trim_end_matches("?done=written").to_owned();
    let pages = ["/staff/contracts", "/staff/contracts?list=draft", "/staff/contracts?list=soon", NEW, one.as_str()];
    for role in Role::ALL {
        let browser = hired(&site, role).await;
        let expected = if role == Role::FamilySupport { StatusCode::OK } else { StatusCode::FORBIDDEN };
        for path in pages {
            let seen = browser.get(path).await;
            assert_eq!(seen.status, expected, "{path} for {role:?}: {}", excerpt(&seen.body));
            assert!(!seen.body.contains('⟦'), "{path} for {role:?}");
            assert!(!seen.body.contains(NUMBER) && !seen.body.contains(OWNER), "{path} for {role:?}");
        }
    }
    for path in pages {
        gone_to(&site.anonymous().get(path).await, "/staff/sign-in");
        let english = office.get(&format!("/en{path}")).await;
        assert!(english.status == StatusCode::OK && !english.body.contains('⟦'), "{path}: {}", excerpt(&english.body));
    }
    let find = "/staff/contracts/find";
    assert_eq!(gone_to(&send(&office, find, &[("number", "sd 2026-000777")]).await, "/staff/contracts/"), one);
    let unknown = send(&office, find, &[("number", "SD2026999999")]).await;
    again(&unknown, REFUSED, "没有这个编号的合同");
    assert!(unknown.body.contains("SD2026999999"), "what was typed is kept");
    let id = one.rsplit('/').next().expect("an id");
    assert!(noted(&site, "family.contract_read", id).await >= 2, "each opening is in the trail");
}

#[tokio::test]
async fn a_contract_goes_its_way_and_each_refusal_is_a_sentence_with_everything_still_there() {
    let site = Site::new().await;
    let office = hired(&site, Role::FamilySupport).await;
    let form = "01980000-0000-7000-8000-000000000032";
    let mut wrong = typed(form, "SD2026");
    wrong.retain(|(name, _)| *name != "storage");
    wrong.push(("storage", "六百二十"));
    let refused = send(&office, NEW, &wrong).await;
    again(&refused, REFUSED, "");
    assert!(refused.body.contains("六百二十") && refused.body.contains("演示宝宝"), "what was typed is kept");
    let one = gone_to(&send(&office, NEW, &typed(form, NUMBER)).await, "/staff/contracts/");
    let one = one.trim_end_matches("?done=written").to_owned();
    let (act, pay) = (format!("{one}/act"), format!("{one}/pay"));
    let sign = [("event", "sign"), ("version", "1"), ("sign_signed_on", "2026-07-05"), ("sign_ends_on", "2026-07-01")];
    let early = send(&office, &act, &sign).await;
    again(&early, REFUSED, "结束时间要晚于开始时间");
    for day in ["2026-07-05", "2026-07-01"] {
        assert!(early.body.contains(&format!("value=\"{day}\"")), "what was typed is kept: {day}");
    }
    let sign = [("event", "sign"), ("version", "1"), ("sign_signed_on", "2026-07-05"), ("sign_ends_on", "2046-07-04")];
    gone_to(&send(&office, &act, &sign).await, &format!("{one}?done=sign"));
    again(&send(&office, &act, &sign).await, StatusCode::CONFLICT, "合同刚才有了新的变化");
    let came =
        |amount| [("pay_nth", "1"), ("pay_amount", amount), ("pay_day", "2026-07-12"), ("pay_reference", "B-2026-1")];
    let other = send(&office, &pay, &came("600")).await;
    again(&other, REFUSED, "合计620.00元");
    for text in ["600", "2026-07-12", "B-2026-1"] {
        assert!(other.body.contains(&format!("value=\"{text}\"")), "what was typed is kept: {text}");
    }
    let first = other.body.split("name=\"pay_nth\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(first.is_some_and(|rest| rest.contains("checked")), "what was ticked is kept: {first:?}");
    gone_to(&send(&office, &pay, &came("620")).await, &format!("{one}?done=paid"));
    gone_to(&send(&office, &pay, &came("620.00")).await, &format!("{one}?done=before"));
    let guardians = format!("{one}/guardians");
    let short = send(&office, &guardians, &[("guardians_reason", "看看")]).await;
    again(&short, REFUSED, "");
    assert!(short.body.contains("看看"), "what was typed is kept");
    let shown = send(&office, &guardians, &[("guardians_reason", "演示：核对登记的手机号")]).await;
    again(&shown, StatusCode::OK, OWNER);
    assert!(!office.get(&one).await.body.contains(OWNER), "shown once");
    let forged = send(&office, &guardians, &[("guardians_reason", "看看"), ("shown_guardians", "13911112222")]).await;
    assert!(!forged.body.contains("13911112222"), "what only we say is not taken from what was sent");
    let end = [("event", "terminate"), ("version", "2"), ("terminate_reason", "演示：家庭来函申请终止")];
    gone_to(&send(&office, &act, &end).await, &format!("{one}?done=terminate"));
    again(&office.get(&one).await, StatusCode::OK, "演示：家庭来函申请终止");
}

/// A contract in force that keeps a stored unit: its page.
async fn in_force(site: &Site, number: &str) -> String {
    let (house, context) = (&site.test.services, site.test.services.system());
    services::custody::seed_demo(house, &context).await.expect("units");
    let unit: Uuid = sqlx::query_scalar("select id from custody_unit where state = 'banked' order by id limit 1")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a unit");
    let day = |text: &str| text.parse().expect("a day");
    let phone = Phone::parse("13800000881").expect("a number");
    let new = Founding {
        number: ContractNumber::parse(number).expect("a number"),
        pool: Pool::Family,
        state: ContractState::Active,
        term: Some((day("2026-01-01"), day("2045-12-31"))),
        unit: Some(UnitId(unit)),
        child: (PersonName::parse("演示宝宝").expect("a name"), day("2026-03-01"), None),
        invited: vec![Founder { kin: Kin::Owner, mother: true, phone }],
        prices: Vec::new(),
    };
    let mut tx = house.begin().await.expect("a transaction");
    let (_, contract) = found_in(house, &mut tx, &context, &new).await.expect("a contract");
    tx.commit().await.expect("committed");
    format!("/staff/contracts/{contract}")
}

#[tokio::test]
async fn a_contract_goes_to_another_with_its_unit_by_a_colleague_and_nothing_typed_is_lost() {
    let site = Site::new().await;
    let (office, other) = (hired(&site, Role::FamilySupport).await, hired(&site, Role::FamilySupport).await);
    let old = in_force(&site, "SD2026000881").await;
    let new =
        gone_to(&send(&office, NEW, &typed("01980000-0000-7000-8000-000000000034", NUMBER)).await, "/staff/contracts/");
    let new = new.trim_end_matches("?done=written").to_owned();
    let id = old.rsplit('/').next().expect("an id");
    let din =
        text(&site, "select din from custody_unit u join family_contract c on c.unit_id = u.id where c.id = $1", id);
    let din = Din::parse(&din.await).expect("a number");
    let whole = format!("{}{}", din.as_str(), din.check());
    let (go, form) = (format!("{old}/transfer"), "01980000-0000-7000-8000-000000000035");
    let said = |to| {
        let reason = ("transfer_reason", "演示：双方家庭来函申请");
        let unit = [("transfer_din", whole.as_str()), ("transfer_born", "2026-03-02")];
        [("form", form), ("version", "1"), ("transfer_to", to), unit[0], unit[1], reason]
    };
    let page = office.get(&old).await;
    assert!(page.body.contains("transfer_to") && page.body.contains(&go), "{}", excerpt(&page.body));
    let draft = send(&other, &go, &said(NUMBER)).await;
    again(&draft, REFUSED, "");
    assert!(draft.body.contains("这份合同不能接收脐带血"), "{}", excerpt(&draft.body));
    for text in [NUMBER, "演示：双方家庭来函申请", whole.as_str(), "2026-03-02"] {
        assert!(draft.body.contains(text), "what was typed is kept: {text}");
    }
    let unnamed = send(&other, &go, &said("")).await;
    again(&unnamed, REFUSED, "");
    let sign = [("event", "sign"), ("version", "1"), ("sign_signed_on", "2026-07-05"), ("sign_ends_on", "2046-07-04")];
    gone_to(&send(&office, &format!("{new}/act"), &sign).await, &format!("{new}?done=sign"));
    for _ in 0..2 {
        gone_to(&send(&other, &go, &said(NUMBER)).await, &format!("{old}?done=transfer-proposed"));
    }
    assert_eq!(number(&site, "select count(*) from family_contract_transfer").await, 0, "it waits");
    let (confirm, proposal) = (format!("{old}/transfer/confirm"), [("proposal", form)]);
    // Neither whoever proposed it, nor whoever noted the signatures.
    for browser in [&other, &office] {
        assert!(!browser.get(&old).await.body.contains("transfer/confirm"), "no form for either of them");
        again(&send(browser, &confirm, &proposal).await, StatusCode::CONFLICT, "要由另一位同事确认");
    }
    let third = hired(&site, Role::FamilySupport).await;
    for page in [old.clone(), format!("/en{old}")] {
        let seen = third.get(&page).await;
        assert!(seen.status == StatusCode::OK && !seen.body.contains('⟦'), "{}", excerpt(&seen.body));
        assert!(seen.body.contains("transfer/confirm") && !seen.body.contains(&whole), "{}", excerpt(&seen.body));
        assert!(seen.body.contains(new.as_str()) && seen.body.contains("演示：双方家庭来函申请"), "what is compared");
    }
    // It is taken back, and proposed anew.
    for _ in 0..2 {
        let back = send(&third, &format!("{old}/transfer/withdraw"), &proposal).await;
        gone_to(&back, &format!("{old}?done=transfer-withdrawn"));
    }
    again(&send(&third, &confirm, &proposal).await, StatusCode::CONFLICT, "合同刚才有了新的变化");
    let (form, mut anew) = ("01980000-0000-7000-8000-000000000037", said(NUMBER));
    anew[0] = ("form", form);
    gone_to(&send(&other, &go, &anew).await, &format!("{old}?done=transfer-proposed"));
    crate::account_pages::later(&site, 11 * 60);
    gone_to(&send(&third, &confirm, &[("proposal", form)]).await, "/staff/step-up");
    let fourth = hired(&site, Role::FamilySupport).await;
    for _ in 0..2 {
        gone_to(&send(&fourth, &confirm, &[("proposal", form)]).await, &format!("{old}?done=transfer"));
    }
    assert_eq!(number(&site, "select count(*) from family_contract_transfer").await, 1);
    assert_eq!(noted(&site, "family.transfer_confirmed", id).await, 1);
    for (page, to) in [(&old, &new), (&new, &old)] {
        let seen = fourth.get(page).await;
        assert!(seen.body.contains(to.as_str()), "one leads to the other: {}", excerpt(&seen.body));
        let english = fourth.get(&format!("/en{page}")).await;
        assert!(english.status == StatusCode::OK && !english.body.contains('⟦'), "{}", excerpt(&english.body));
    }
}

#[tokio::test]
async fn a_payment_that_was_noted_wrongly_is_taken_back_on_its_page_by_a_colleague() {
    let site = Site::new().await;
    let (office, other) = (hired(&site, Role::FamilySupport).await, hired(&site, Role::FamilySupport).await);
    let form = "01980000-0000-7000-8000-000000000033";
    let one = gone_to(&send(&office, NEW, &typed(form, NUMBER)).await, "/staff/contracts/");
    let one = one.trim_end_matches("?done=written").to_owned();
    let sign = [("event", "sign"), ("version", "1"), ("sign_signed_on", "2026-07-05"), ("sign_ends_on", "2046-07-04")];
    gone_to(&send(&office, &format!("{one}/act"), &sign).await, &format!("{one}?done=sign"));
    let came = [("pay_nth", "1"), ("pay_amount", "620"), ("pay_day", "2026-07-12"), ("pay_reference", "B-2026-1")];
    gone_to(&send(&office, &format!("{one}/pay"), &came).await, &format!("{one}?done=paid"));
    let id = one.rsplit('/').next().expect("an id");
    let payment = text(&site, "select id::text from family_contract_payment where contract_id = $1", id).await;
    let (back, reason) = (format!("{one}/take-back"), format!("back-{payment}_reason"));
    let said = |why| [("payment", payment.as_str()), (reason.as_str(), why)];
    assert!(!office.get(&one).await.body.contains(&reason), "no form for whoever noted it");
    again(&send(&office, &back, &said("演示：流水号抄错")).await, StatusCode::CONFLICT, "要由另一位同事撤回");
    let short = send(&other, &back, &said("错了")).await;
    again(&short, REFUSED, "");
    assert!(short.body.contains("错了"), "what was typed is kept");
    for _ in 0..2 {
        gone_to(&send(&other, &back, &said("演示：流水号抄错")).await, &format!("{one}?done=taken-back"));
    }
    assert_eq!(noted(&site, "family.payment_taken_back", id).await, 1);
    let seen = office.get(&one).await;
    assert!(seen.body.contains("<del") && seen.body.contains("演示：流水号抄错"), "{}", excerpt(&seen.body));
    gone_to(&send(&office, &format!("{one}/pay"), &came).await, &format!("{one}?done=paid"));
}

/// A contract takes a fresh second factor, as inviting does: whoever has to show it finds the whole of it typed on the form's page.
#[tokio::test]
async fn a_contract_is_not_typed_twice_because_the_factor_grew_old() {
    let site = Site::new().await;
    let office = hired(&site, Role::FamilySupport).await;
    crate::account_pages::later(&site, 11 * 60);
    let form = "01980000-0000-7000-8000-000000000034";
    let stale = send(&office, NEW, &typed(form, NUMBER)).await;
    assert_eq!(gone_to(&stale, "/staff/step-up"), "/staff/step-up?next=%2Fstaff%2Fcontracts%2Fnew");
    assert_eq!(number(&site, "select count(*) from family_contract").await, 0);
    let kept = stale.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(kept.starts_with("__Host-unsent="), "{kept}");
    let request = Request::get(NEW).header(header::COOKIE, format!("{}; {kept}", office.cookie));
    let seen = site.send(request.body(Body::empty()).expect("a request")).await;
    again(&seen, StatusCode::OK, "您刚才填写的内容还在");
    for (name, text) in typed(form, NUMBER).into_iter().filter(|(name, text)| !text.is_empty() && *name != "pool") {
        assert!(seen.body.contains(&format!("value=\"{text}\"")), "{name}: {text}");
    }
    let mother = seen.body.split("value=\"owner\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(mother.is_some_and(|rest| rest.contains("checked")), "who is the mother: {mother:?}");
}

#[tokio::test]
async fn a_childs_invitation_is_sent_again_and_a_membership_ended_on_the_contracts_page() {
    let site = Site::new().await;
    let (services, phone) = (&site.test.services, |text| Phone::parse(text).expect("a number"));
    let born = "2008-07-20".parse().expect("a day");
    let new = Founding {
        number: ContractNumber::parse(NUMBER).expect("a number"),
        pool: Pool::Family,
        state: ContractState::Active,
        term: None,
        unit: None,
        child: (PersonName::parse("演示宝宝").expect("a name"), born, Some(phone("13800000779"))),
        invited: vec![
            Founder { kin: Kin::Owner, mother: true, phone: phone(OWNER) },
            Founder { kin: Kin::SecondGuardian, mother: false, phone: phone("13800000778") },
        ],
        prices: Vec::new(),
    };
    let mut tx = services.begin().await.expect("a transaction");
    let (_, id) = found_in(services, &mut tx, &services.system(), &new).await.expect("a family");
    tx.commit().await.expect("committed");
    assert_eq!(hand_over_due(services).await.expect("looked"), 1);
    let (page, send_child) = (format!("/staff/contracts/{id}"), format!("/staff/contracts/{id}/send-child"));
    let seen = hired(&site, Role::FamilySupport).await.get(&page).await;
    assert!(!seen.body.contains("child_reason"), "it can still be claimed");
    later(&site, 90 * 86_400);
    let office = hired(&site, Role::FamilySupport).await;
    assert!(office.get(&page).await.body.contains("child_reason"));
    let short = send(&office, &send_child, &[("child_reason", "没收到")]).await;
    again(&short, REFUSED, "");
    assert!(short.body.contains("没收到"), "what was typed is kept");
    let why = [("child_reason", "演示：孩子来电，说没有收到短信")];
    for _ in 0..2 {
        gone_to(&send(&office, &send_child, &why).await, &format!("{page}?done=sent"));
    }
    let seen = office.get(&page).await;
    assert!(!seen.body.contains("child_reason") && !seen.body.contains("13800000779"), "{}", excerpt(&seen.body));
    assert_eq!(noted(&site, "family.invitation_sent", &id.to_string()).await, 1);

    // Somebody came in by the other guardian's invitation, which had gone to a wrong number.
    assert!(!seen.body.contains("end_reason"), "nobody has come in");
    sqlx::query(
        "with came as (
           insert into account (id, kind, created_at) values ('01980000-0000-7000-8000-000000000778', 'visitor', now()) returning id),
         used as (
           update family_invitation set claimed_at = now(), account_id = came.id from came where kin = 'second_guardian'
           returning family_id)
         insert into family_member (id, family_id, account_id, kin, mother, since)
         select came.id, used.family_id, came.id, 'second_guardian', false, now() from used, came",
    )
    .execute(&site.test.db.owner_pool())
    .await
    .expect("joined");
    let seen = office.get(&page).await;
    let choices = seen.body.split("name=\"end_invitation\"").nth(1).and_then(|rest| rest.split("</select>").next());
    let choices = choices.expect("the form");
    let mut values = choices.split("value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let invitation = values.find(|value| value.len() == 36).expect("the other guardian").to_owned();
    assert!(values.all(|value| value.len() != 36), "and nobody else: {choices}");
    let end = format!("{page}/end-membership");
    let short = send(&office, &end, &[("end_invitation", invitation.as_str()), ("end_reason", "错了")]).await;
    again(&short, REFUSED, "");
    assert!(short.body.contains("错了"), "what was typed is kept");
    let why = [("end_invitation", invitation.as_str()), ("end_reason", "演示：邀请误发给了别人的号码")];
    for _ in 0..2 {
        gone_to(&send(&office, &end, &why).await, &format!("{page}?done=membership-ended"));
    }
    assert!(!office.get(&page).await.body.contains("end_reason"));
    assert_eq!(noted(&site, "family.membership_ended", &id.to_string()).await, 1);

    // The child died: noted once for two presses, and taken back.
    let (note, undo) = (format!("{page}/death"), format!("{page}/death/undo"));
    let bare = send(&office, &note, &[("death_died_on", "2026-07-25"), ("death_paper", "")]).await;
    again(&bare, REFUSED, "");
    assert!(bare.body.contains("2026-07-25"), "what was typed is kept");
    let said = [("death_died_on", ""), ("death_paper", "演示：死亡医学证明")];
    for _ in 0..2 {
        gone_to(&send(&office, &note, &said).await, &format!("{page}?done=death"));
    }
    let seen = office.get(&page).await;
    assert!(seen.body.contains("演示：死亡医学证明") && !seen.body.contains("death_paper"), "{}", excerpt(&seen.body));
    gone_to(&send(&office, &undo, &[]).await, &format!("{page}?done=death-undone"));
    let seen = office.get(&page).await;
    assert!(seen.body.contains("death_paper") && !seen.body.contains("演示：死亡医学证明"), "{}", excerpt(&seen.body));
    for action in ["family.child_death_noted", "family.child_death_undone"] {
        assert_eq!(noted(&site, action, &id.to_string()).await, 1, "{action}");
    }
}

#[tokio::test]
async fn a_unit_is_proposed_and_confirmed_by_a_colleague_on_the_contracts_page() {
    let site = Site::new().await;
    let house = &site.test.services;
    services::custody::seed_demo(house, &house.system()).await.expect("units");
    let (office, other) = (hired(&site, Role::FamilySupport).await, hired(&site, Role::FamilySupport).await);
    let form = "01980000-0000-7000-8000-000000000036";
    let one = gone_to(&send(&office, NEW, &typed(form, NUMBER)).await, "/staff/contracts/");
    let one = one.trim_end_matches("?done=written").to_owned();
    let sign = [("event", "sign"), ("version", "1"), ("sign_signed_on", "2026-07-05"), ("sign_ends_on", "2046-07-04")];
    gone_to(&send(&office, &format!("{one}/act"), &sign).await, &format!("{one}?done=sign"));
    let sql = "select din from custody_unit where family_id is null and pool = 'family' and state = 'banked' order by id limit 1";
    let din: String = sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("a unit");
    let din = Din::parse(&din).expect("a number");
    let whole = format!("{}{}", din.as_str(), din.check());
    let begin = format!("{one}/begin");
    let said = |din| [("event", "begin"), ("version", "2"), ("begin_din", din), ("begin_born", "2026-07-02")];
    let slip = send(&office, &begin, &said("SD00126")).await;
    again(&slip, REFUSED, "");
    for text in ["SD00126", "2026-07-02"] {
        assert!(slip.body.contains(&format!("value=\"{text}\"")), "what was typed is kept: {text}");
    }
    for _ in 0..2 {
        gone_to(&send(&office, &begin, &said(&whole)).await, &format!("{one}?done=proposed"));
    }
    let id = one.rsplit('/').next().expect("an id");
    let proposal = text(&site, "select id::text from family_contract_begin where contract_id = $1", id).await;
    let (confirm, said) = (format!("{one}/begin/confirm"), [("proposal", proposal.as_str())]);
    assert!(!office.get(&one).await.body.contains("begin/confirm"), "no form for whoever proposed it");
    again(&send(&office, &confirm, &said).await, StatusCode::CONFLICT, "这份脐带血是您提出的");
    let seen = other.get(&one).await;
    again(&seen, StatusCode::OK, "请与血袋或随附单据核对");
    assert!(seen.body.contains("begin/confirm") && !seen.body.contains(&whole), "{}", excerpt(&seen.body));
    assert!(seen.body.contains("确认期限"), "it says until when: {}", excerpt(&seen.body));
    crate::account_pages::later(&site, 11 * 60);
    gone_to(&send(&other, &confirm, &said).await, "/staff/step-up");
    let third = hired(&site, Role::FamilySupport).await;
    for _ in 0..2 {
        gone_to(&send(&third, &confirm, &said).await, &format!("{one}?done=begin"));
    }
    assert!(!third.get(&one).await.body.contains("begin/confirm"));
    assert_eq!(noted(&site, "family.unit_confirmed", id).await, 1);
}
