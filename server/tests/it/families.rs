//! Family A against every id of family B on every route that names one: the answer is the one to an id that is not there. The
//! routes come from the router's own table, so that none can be forgotten.

use crate::limits::{HERE, NEIGHBOUR, from};
use crate::paper;
use crate::support::{Answer, Browser, Site};
use domain::account::{Actor, Role};
use domain::contact::{PersonName, Phone};
use domain::custody::{Payload, Pool};
use domain::family::{ContractNumber, ContractState, Kin, Notice};
use domain::ids::{AccountId, FamilyId, LoginSessionId, UnitId};
use http::Method;
use jiff::SignedDuration;
use server::router;
use services::crypto::Place;
use services::custody::{self, Incoming, Sight, UnitName, proof};
use services::family::{Founder, Founding, Look, found_in, look_in, tell_in, tested};
use services::limits::{DRAWN_PER_ACCOUNT, VERIFY_PER_ADDRESS, hit_times};
use testkit::custody::tell;
use uuid::Uuid;

/// An id that nothing has.
const ABSENT: &str = "01980000-0000-4000-8000-000000000404";

/// Whose browser it is.
async fn account(site: &Site, browser: &Browser<'_>) -> Uuid {
    let token = browser.cookie.trim_start_matches("__Host-session=").to_owned();
    sqlx::query_scalar("select account_id from login_session where token_hash = sha256(convert_to($1, 'UTF8'))")
        .bind(token)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a session")
}

struct Made {
    family: FamilyId,
    child: Uuid,
    notice: Uuid,
    unit: UnitId,
}

/// A family of one guardian with a unit and a notice.
async fn family(site: &Site, number: &str, unit: UnitId, guardian: Uuid, mother: bool) -> Made {
    let (services, context) = (&site.test.services, site.test.services.system());
    let new = Founding {
        number: ContractNumber::parse(number).expect("a number"),
        pool: Pool::Family,
        state: ContractState::Active,
        term: None,
        unit: Some(unit),
        child: (PersonName::parse("演示宝宝").expect("a name"), "2026-03-01".parse().expect("a day"), None),
        invited: vec![Founder { kin: Kin::Owner, mother, phone: Phone::parse("13800000001").expect("a number") }],
        prices: Vec::new(),
    };
    let mut tx = services.begin().await.expect("a transaction");
    let (family, _) = found_in(services, &mut tx, &context, &new).await.expect("a family");
    tell_in(&mut tx, &context, (family, Some(unit)), (Notice::Excursion, unit.0, None)).await.expect("told");
    let member = store::family::join::NewMember {
        id: context.new_id(),
        family: family.0,
        account: guardian,
        kin: Kin::Owner.name(),
        mother,
    };
    assert!(store::family::join::add_member(&mut *tx, member, context.now).await.expect("a member"));
    tx.commit().await.expect("committed");
    let one = |sql: &'static str| sqlx::query_scalar::<_, Uuid>(sql).bind(family.0);
    let owner = site.test.db.owner_pool();
    let child = one("select id from family_child where family_id = $1").fetch_one(&owner).await.expect("a child");
    let notice = one("select id from family_notice where family_id = $1").fetch_one(&owner).await.expect("a notice");
    Made { family, child, notice, unit }
}

/// Whoever sits at a browser becomes the other guardian.
async fn second_guardian(site: &Site, made: &Made, browser: &Browser<'_>) {
    sqlx::query("insert into family_member (id, family_id, account_id, kin, since) values (gen_random_uuid(), $1, $2, 'second_guardian', now())")
        .bind(made.family.0)
        .bind(account(site, browser).await)
        .execute(&site.test.db.owner_pool())
        .await
        .expect("a member");
}

async fn units(site: &Site) -> Vec<UnitId> {
    let services = &site.test.services;
    services::custody::seed_demo(services, &services.system()).await.expect("units");
    let ids = sqlx::query_scalar("select id from custody_unit order by id").fetch_all(&site.test.db.owner_pool()).await;
    ids.expect("units").into_iter().map(UnitId).collect()
}

/// A page without what differs between any two requests: the id that was asked for, the nonce, the support code.
fn bare(answer: &Answer, id: &str) -> String {
    let mut text = answer.body.replace(id, "<id>");
    while let Some(from) = text.find("nonce=\"") {
        let rest = &text[from + 7..];
        let until = rest.find('"').map_or(rest.len(), |at| at + 1);
        text.replace_range(from..from + 7 + until, "");
    }
    let request = answer.header("x-request-id").replace('-', "").to_ascii_uppercase();
    if request.len() == 32 {
        text = text.replace(&format!("{}-{}", &request[24..28], &request[28..32]), "<code>");
    }
    text
}

#[tokio::test]
async fn on_every_route_the_ids_of_another_family_are_ids_of_nothing() {
    let site = Site::new().await;
    let all = units(&site).await;
    let browser = site.visitor().await;
    let other = site.visitor().await;
    family(&site, "SD2026000001", all[0], account(&site, &browser).await, true).await;
    let foreign = family(&site, "SD2026000002", all[1], account(&site, &other).await, true).await;

    let (_, declared) = router::router(&site.house).expect("the router can be built");
    let mut looked_at = 0;
    for route in declared.iter().filter(|route| route.path.starts_with("/account/units/")) {
        let Some(parameter) = route.path.split('/').find(|segment| segment.starts_with('{')) else { continue };
        let method: Method = route.method.parse().expect("a method");
        let path = |id: &str| route.path.replace(parameter, id);
        let absent = browser.request(method.clone(), &path(ABSENT), "").await;
        assert_eq!(absent.status, 404, "{} {}", route.method, route.path);
        for id in [foreign.unit.0, foreign.notice, foreign.family.0, foreign.child] {
            let id = id.to_string();
            let answer = browser.request(method.clone(), &path(&id), "").await;
            assert_eq!(answer.status, 404, "{} {}", route.method, path(&id));
            assert_eq!(bare(&answer, &id), bare(&absent, ABSENT), "{} {}", route.method, route.path);
        }
        looked_at += 1;
    }
    assert!(looked_at >= 6, "only {looked_at} routes name an id: has the table changed?");
}

/// Forms that name a family or a child in a field.
#[tokio::test]
async fn a_form_that_names_another_family_meets_nothing() {
    let site = Site::new().await;
    let all = units(&site).await;
    let browser = site.visitor().await;
    let other = site.visitor().await;
    let own = family(&site, "SD2026000001", all[0], account(&site, &browser).await, false).await;
    let foreign = family(&site, "SD2026000002", all[1], account(&site, &other).await, true).await;
    for of in [foreign.family.0.to_string(), ABSENT.to_owned()] {
        let form = format!("family={of}&purpose=research&given=yes");
        assert_eq!(browser.post("/account/units/people/consent", &form).await.status, 404);
        let form = format!("family={of}&child={}&phone=13800000009", foreign.child);
        assert_eq!(browser.post("/account/units/people/child", &form).await.status, 404);
    }
    // Another's child under one's own family, and what only the mother is asked.
    let form = format!("family={}&child={}&phone=13800000009", own.family, foreign.child);
    assert_eq!(browser.post("/account/units/people/child", &form).await.status, 404);
    let form = format!("family={}&purpose=mother_results&given=yes", own.family);
    assert_eq!(browser.post("/account/units/people/consent", &form).await.status, 404);
    let form = format!("family={}&purpose=research&given=yes", own.family);
    assert_eq!(browser.post("/account/units/people/consent", &form).await.status, 303);
    assert_eq!(browser.post(&format!("/account/units/notices/{}/read", own.notice), "").await.status, 303);
}

/// The page of a unit's results, in the very bytes that are sent.
#[tokio::test]
async fn the_second_guardians_page_holds_no_word_of_the_mothers_results() {
    let site = Site::new().await;
    let all = units(&site).await;
    let (mother, other) = (site.visitor().await, site.visitor().await);
    let made = family(&site, "SD2026000001", all[0], account(&site, &mother).await, true).await;
    second_guardian(&site, &made, &other).await;
    let page = format!("/account/units/{}/tests", made.unit);
    let (hers, his) = (mother.get(&page).await, other.get(&page).await);
    assert_eq!((hers.status.as_u16(), his.status.as_u16()), (200, 200));
    assert_eq!(hers.header("cache-control"), "no-store");
    // Texts that stand beside each other are sent with marks between them.
    let (hers, his) = (hers.body.replace("<!>", ""), his.body.replace("<!>", ""));
    assert!(hers.contains("（母亲）"), "the control: her own page says whose a result is");
    let hidden = his.matches("另有母亲的结果").count();
    assert!(hidden > 0, "that there is something is said");
    assert_eq!(his.matches("母亲").count(), hidden, "and nothing else of hers");
    // Neither the number of a unit nor who worked on it is a family's to read.
    let din: String = sqlx::query_scalar("select din from custody_unit where id = $1")
        .bind(made.unit.0)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    for path in ["", "/steps", "/tests", "/passport.json"] {
        let answer = mother.get(&format!("/account/units/{}{path}", made.unit)).await;
        assert_eq!(answer.status, 200, "{path}");
        if path != "/passport.json" {
            assert!(!answer.body.contains(&din), "{path} names the unit's number");
        }
    }
    // That the house corrects a result is said to both, beside that one.
    assert!(!hers.contains("正在更正") && !his.contains("正在更正"));
    let services = &site.test.services;
    let view = custody::unit(services, &services.system(), made.unit, Sight::Staff).await.expect("a unit");
    let seq = tested(&view).into_iter().find_map(|test| test.result).expect("a result").seq;
    let (said, operator, with) = ("read in the wrong column".to_owned(), "QA-01".to_owned(), "QA-02".to_owned());
    let payload = Payload::Corrected { seq, said, operator, with };
    let unit = UnitName::Id(made.unit);
    let told = tell(&site.test, &[Incoming { unit, payload, occurred_at: site.test.now(), source_seq: None }]).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    for browser in [&mother, &other] {
        let body = browser.get(&page).await.body;
        assert_eq!(body.matches("正在更正").count(), 1);
        assert!(!body.contains("wrong column"), "what staff write to each other is not told");
    }
}

/// What was noted of passports.
async fn fetched(site: &Site) -> i64 {
    sqlx::query_scalar("select count(*) from audit_entry where action = 'family.passport_fetched'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the trail")
}

/// The passport on paper, in the very glyphs that are sent.
#[tokio::test]
async fn the_passport_on_paper_says_what_its_file_says_to_its_reader_and_no_more() {
    let site = Site::new().await;
    let all = units(&site).await;
    let (mother, other) = (site.visitor().await, site.visitor().await);
    let made = family(&site, "SD2026000001", all[0], account(&site, &mother).await, true).await;
    second_guardian(&site, &made, &other).await;
    proof::close_all(&site.test.services).await.expect("a root");
    let root = site.get("/custody/roots.json").await.json()["roots"][0].clone();
    let din: String = sqlx::query_scalar("select din from custody_unit where id = $1")
        .bind(made.unit.0)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");

    let path = format!("/account/units/{}/passport.pdf", made.unit);
    let (hers, his, english) =
        (mother.get(&path).await, other.get(&path).await, mother.get(&format!("/en{path}")).await);
    for answer in [&hers, &his, &english] {
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/pdf"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-disposition").starts_with("attachment"), "it is kept");
        assert!(answer.bytes.len() < 400_000, "{} bytes", answer.bytes.len());
        assert!(answer.body.contains("/StructTreeRoot"), "it is read aloud in order");
        let (text, pages) = (paper::text(&answer.bytes), paper::pages(&answer.bytes));
        assert!((2..30).contains(&pages) && text.contains(&format!("1/{pages}")), "{pages}");
        for said in [&root["root"], &root["previous"], &root["kid"], &root["signature"]] {
            assert!(text.contains(said.as_str().expect("text")), "{said}: {text}");
        }
        assert!(text.contains(&made.unit.to_string()) && text.contains("/custody/verify"));
        for nobodys in [din.as_str(), "演示宝宝", "SD2026000001", "SD 2026 000001"] {
            assert!(!text.contains(nobodys), "{nobodys}");
        }
    }
    let (hers, his, english) = (paper::text(&hers.bytes), paper::text(&his.bytes), paper::text(&english.bytes));
    for text in [&hers, &his] {
        assert!(text.contains("已完成56/56道工序") && text.contains("已有结果15/15项"), "{text}");
        assert!(text.contains("怎样离线核对") && text.contains("长期储存"), "{text}");
        assert!(text.matches("本库收到").count() > 56, "each step has both clocks");
    }
    assert!(english.contains("Howtoverifyitoffline") && english.contains("(mother"), "{english}");
    assert!(hers.contains("（母亲"), "the control: her own paper says whose a result is");
    assert!(!his.contains("（母亲") && his.contains("结果不对您展示"), "{his}");

    // Of the same record the paper is the same, whenever it is fetched; each time is noted as it is of the file.
    site.test.services.clock.advance(SignedDuration::from_hours(1));
    let (first, before) = (mother.get(&path).await, fetched(&site).await);
    site.test.services.clock.advance(SignedDuration::from_hours(1));
    assert!(first.bytes == mother.get(&path).await.bytes);
    assert_eq!(fetched(&site).await, before + 1);
    assert_eq!(mother.get(&path.replace(".pdf", ".json")).await.status, 200);
    assert_eq!(fetched(&site).await, before + 2);
}

/// Whoever fetches papers on and on is told to wait; the files and the other guardian's papers are there as before.
#[tokio::test]
async fn papers_are_drawn_so_often_for_one_account_and_then_it_is_told_to_wait() {
    let site = Site::new().await;
    let all = units(&site).await;
    let (mother, other) = (site.visitor().await, site.visitor().await);
    let hers = account(&site, &mother).await;
    let made = family(&site, "SD2026000001", all[0], hers, true).await;
    second_guardian(&site, &made, &other).await;
    proof::close_all(&site.test.services).await.expect("a root");
    let own = hers.to_string();
    hit_times(&site.test.services, &DRAWN_PER_ACCOUNT, &own, DRAWN_PER_ACCOUNT.hits - 1).await.expect("so many");
    let fetch =
        async |browser: &Browser<'_>, file: &str| browser.get(&format!("/account/units/{}/{file}", made.unit)).await;
    assert_eq!(fetch(&mother, "certificate.pdf").await.status, 200);
    let before = fetched(&site).await;
    for file in ["certificate.pdf", "passport.pdf"] {
        let told = fetch(&mother, file).await;
        assert_eq!(told.status, 429, "{file}");
        assert!(told.body.contains("请稍等片刻") && !told.header("retry-after").is_empty(), "{file}: {}", told.body);
    }
    assert_eq!(fetched(&site).await, before, "what was not given is not noted");
    assert_eq!(fetch(&mother, "passport.json").await.status, 200);
    assert_eq!(fetch(&other, "passport.pdf").await.status, 200);
}

/// Number and code as they are printed on a certificate.
fn printed(pdf: &Answer) -> (String, String) {
    let text = paper::text(&pdf.bytes);
    let number = text.split_once("证书编号").map(|(_, rest)| rest);
    let (number, rest) = number.and_then(|rest| rest.split_once("验证码")).expect("a number and a code");
    (number.to_owned(), rest.chars().take(12).collect())
}

/// Anybody holds a certificate against ours. Nothing of the unit, of the child or of why one is none comes back, and whoever guesses
/// is told to wait.
#[tokio::test]
async fn whoever_verifies_a_certificate_of_storage_learns_that_it_is_valid_and_no_more() {
    let site = Site::new().await;
    let all = units(&site).await;
    let mother = site.visitor().await;
    let made = family(&site, "SD2026000001", all[0], account(&site, &mother).await, true).await;
    let pdf = mother.get(&format!("/account/units/{}/certificate.pdf", made.unit)).await;
    assert_eq!(pdf.status, 200, "{}", pdf.body);
    let (number, code) = printed(&pdf);
    let verify = async |what: &str| site.get(&format!("/custody/certificates/verify/{what}")).await;

    let good = format!("{number}/{code}");
    let valid = verify(&good).await;
    assert_eq!(valid.status, 200);
    assert!(valid.body.contains("这份证书由本库签发，目前有效。"), "{}", valid.body);
    let din: String = sqlx::query_scalar("select din from custody_unit where id = $1")
        .bind(made.unit.0)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    let ids = [made.unit.to_string(), made.family.to_string(), made.child.to_string(), din];
    for nobodys in
        ids.iter().map(String::as_str).chain(["演示宝宝", "SD2026000001", "SD 2026 000001", "长期储存", "2026年3月1日"])
    {
        assert!(!valid.body.contains(nobodys), "{nobodys}");
    }

    // A wrong code of a certificate, the right code of none, and what is no number at all are one answer, word for word.
    let (wrong_code, wrong_number) = (format!("{number}/000000000000"), format!("22222222/{code}"));
    let unknown = verify(&wrong_code).await;
    assert_eq!(unknown.status, 200);
    assert!(unknown.body.contains("没有与这个编号和验证码都相符的有效证书") && !unknown.body.contains("目前有效"));
    for other in [wrong_number.as_str(), "22222222/000000000000", "none/none"] {
        let answer = verify(other).await;
        assert_eq!((answer.status, bare(&answer, other)), (unknown.status, bare(&unknown, &wrong_code)), "{other}");
    }

    let guess = async |address, what: &str| {
        let path = format!("/custody/certificates/verify/{what}");
        from(&site, address, "", Method::GET, &path, "").await.status.as_u16()
    };
    for nth in 0..VERIFY_PER_ADDRESS.hits {
        assert_eq!(guess(HERE, &wrong_code).await, 200, "{nth}");
    }
    assert_eq!(
        (guess(HERE, &wrong_code).await, guess(HERE, &good).await),
        (429, 429),
        "nothing more is learnt from here"
    );
    assert_eq!(guess(NEIGHBOUR, &good).await, 200, "and nobody else is kept out");
}

/// A payment of a family's contract, as the office notes it. Which.
async fn payment(site: &Site, made: &Made, reference: &str) -> Uuid {
    let id: Uuid = site.test.services.system().new_id();
    let place = Place { table: "family_contract_payment", column: "reference_sealed", row: id };
    sqlx::query(
        "insert into family_contract_payment (id, contract_id, reference_sealed, reference_index, fen, paid_on, at)
         select $1, c.id, $3, $4, 62000, '2026-07-20', now() from family_contract c where c.family_id = $2",
    )
    .bind(id)
    .bind(made.family.0)
    .bind(site.test.services.vault.seal(place, reference.as_bytes()))
    .bind(id.as_bytes().as_slice())
    .execute(&site.test.db.owner_pool())
    .await
    .expect("a payment");
    id
}

#[tokio::test]
async fn a_receipt_is_read_and_printed_by_its_family_alone() {
    let site = Site::new().await;
    let all = units(&site).await;
    let (mother, other) = (site.visitor().await, site.visitor().await);
    let made = family(&site, "SD2026000001", all[0], account(&site, &mother).await, true).await;
    let foreign = family(&site, "SD2026000002", all[1], account(&site, &other).await, true).await;
    let (own, theirs) = (payment(&site, &made, "T0001").await, payment(&site, &foreign, "T0002").await);
    let path = |id: &str| format!("/account/units/contract/payments/{id}");
    let page = mother.get("/account/units/contract").await.body;
    for file in ["certificate.pdf", "passport.pdf", "passport.json"] {
        assert!(page.contains(&format!("href=\"/account/units/{}/{file}\"", made.unit)), "{file}");
    }
    assert!(page.contains(&path(&own.to_string())) && !page.contains(&theirs.to_string()));

    let receipt = mother.get(&path(&own.to_string())).await;
    assert_eq!((receipt.status.as_u16(), receipt.header("cache-control")), (200, "no-store"));
    for said in ["缴费确认单", "SD2026000001", "T0001", "620.00", "不是发票"] {
        assert!(receipt.body.contains(said), "{said}");
    }
    let english = mother.get(&format!("/en{}", path(&own.to_string()))).await;
    assert!(english.body.contains("Payment receipt") && english.body.contains("not an invoice"));
    assert!(!english.body.contains('⟦') && !receipt.body.contains('⟦'), "a sentence is missing");

    let absent = mother.get(&path(ABSENT)).await;
    let answer = mother.get(&path(&theirs.to_string())).await;
    assert_eq!((answer.status.as_u16(), absent.status.as_u16()), (404, 404));
    assert_eq!(bare(&answer, &theirs.to_string()), bare(&absent, ABSENT));
}

/// Who looked at the results, and who at a passport, is not one and the same line.
#[tokio::test]
async fn a_family_reads_at_what_of_its_record_staff_looked_and_at_which_unit() {
    let site = Site::new().await;
    let all = units(&site).await;
    let mother = site.visitor().await;
    let made = family(&site, "SD2026000001", all[0], account(&site, &mother).await, true).await;
    let services = &site.test.services;
    let staff = site.test.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(90_018)),
        login: LoginSessionId(Uuid::from_u128(90_018)),
        roles: vec![Role::LabOfficer],
        stepped_up_at: None,
    });
    let mut tx = services.begin().await.expect("a transaction");
    for what in ["unit", "passport", "letter"] {
        let look = Look { unit: made.unit, role: "lab_officer", what, reason: "演示：核对", break_glass: false };
        assert!(look_in(services, &mut tx, &staff, look).await.expect("written"));
    }
    tx.commit().await.expect("committed");
    let page = mother.get("/account/units/access").await.body.replace("<!>", "");
    for said in ["查看了脐带血的记录", "查看了脐带血的监管链护照", "查看了实验室报来"] {
        assert_eq!(page.matches(said).count(), 1, "{said}");
    }
    assert_eq!(page.matches(&format!("href=\"/account/units/{}\"", made.unit)).count(), 3, "each says at which unit");
}

#[tokio::test]
async fn the_pages_of_a_family_are_there_without_scripts_are_never_kept_and_have_words_to_one_in_mourning() {
    let site = Site::new().await;
    let all = units(&site).await;
    let browser = site.visitor().await;
    let made = family(&site, "SD2026000001", all[0], account(&site, &browser).await, true).await;
    for path in [
        "/account/units".to_owned(),
        format!("/account/units/{}", made.unit),
        format!("/en/account/units/{}", made.unit),
        "/account/units/notices".to_owned(),
        "/account/units/contract".to_owned(),
        "/account/units/people".to_owned(),
        "/account/units/access".to_owned(),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(!answer.body.contains('⟦'), "{path}: a sentence is missing");
    }
    // Something is owed, and the child died: the pages have words to its family, and ask nothing of it.
    let pages = ["/account/units/contract", "/account/units/people"];
    let words = ["谨向您和家人致以诚挚的慰问", "不会再收到费用、期限或孩子成年的提醒"];
    let asks = ["有费用尚未缴纳", "有欠费", "成年日", "name=\"phone\""];
    let read = async || {
        let [contract, people] = [browser.get(pages[0]).await.body, browser.get(pages[1]).await.body];
        (contract, people)
    };
    for sql in [
        "update family_contract set state = 'arrears', version = version + 1",
        "update family_child set death_noted_at = now(), death_noted_by = id, death_sealed = 'x'",
    ] {
        let (contract, people) = read().await;
        assert!(!contract.contains(words[0]) && !people.contains(words[0]), "not before it is noted");
        assert!(people.contains(asks[2]) && people.contains(asks[3]), "the control");
        sqlx::query(sql).execute(&site.test.db.owner_pool()).await.expect("it is so");
    }
    let (contract, people) = read().await;
    for word in words {
        assert!(contract.contains(word) && people.contains(word), "{word}");
    }
    for word in asks {
        assert!(!contract.contains(word) && !people.contains(word), "{word}");
    }
    assert!(contract.contains("SD 2026 000001") && people.contains("演示宝宝"), "they see what they saw");
    let stranger = site.anonymous().get("/account/units").await;
    assert_eq!(stranger.status, 303);
    let join = site.anonymous().get("/family/join").await;
    assert_eq!(join.status, 200);
}
