//! One application from its first page to the last payment and the end of it: typed, sent, asked back, judged, granted, made
//! public, signed, paid, closed and kept; by the use cases, and by the pages there are.

use crate::support::{Browser, Site};
use domain::account::{Actor, Role};
use domain::document::Document;
use domain::ids::{
    AccountId, ApplicationId, AwardId, CaseId, EnvelopeId, FundId, LoginSessionId, PayeeId, PaymentFileId, PaymentId,
    StatementId, TrancheId,
};
use domain::ledger::{AccountNumber, Amount, Evidence, FundCode, PayeeKind, Purpose};
use domain::outreach::{Bilingual, Key};
use domain::spark::application::Form;
use domain::spark::papers::Kind;
use domain::spark::review::assignment::Speciality;
use domain::spark::review::rubric::{Criterion, Draft, Rubric, Scale};
use domain::spark::review::vote::Vote;
use domain::spark::{Event, Part};
use domain::time::local_day;
use domain::typed::Typed;
use services::Context;
use services::crypto::Place;
use services::ledger::{self, EnvelopeCharter, Given, NewFund, NewPayee};
use services::spark::apply;
use services::spark::cases::{self, Act, Decided};
use services::spark::papers::{self, Upload};
use services::spark::review::{self, Profile, Sitting, Ties};
use testkit::application;
use uuid::Uuid;

pub const NAME: &str = "演示·林小满";
pub const IDENTITY: &str = "11010519491231002X";
pub const BORN: &str = "1949-12-31";
pub const PHONE: &str = "13800138000";
pub const ADDRESS: &str = "演示市演示路1号";
pub const DIAGNOSIS: &str = "演示用罕见疾病甲";
pub const HOSPITAL: &str = "演示仁心医院";
pub const PHYSICIAN: &str = "演示·周医生";
pub const PLAN: &str = "演示治疗方案";
pub const HOLDER: &str = "演示·林大山";
pub const BANK: &str = "演示储蓄银行";
pub const ACCOUNT: &str = "6222000011112222";
pub const OTHER_AID: &str = "演示慈善总会";
pub const PAYEE: &str = "演示仁济收款户";
pub const PAYEE_BANK: &str = "演示收款银行";
pub const PAYEE_ACCOUNT: &str = "6222021602001234567";
pub const ASKED_BACK: &str = "请补充演示用基因报告";
pub const JUDGED: &str = "演示评语：病情属实";
pub const TAKEN_OVER: &str = "演示原经办人回避";
pub const KEPT: &str = "演示案号0001";

/// What is typed beside what all say alike, by field.
const OWN: [(&str, &str); 21] = [
    ("whom", "myself"),
    ("patient_name", NAME),
    ("patient_born", BORN),
    ("patient_document_kind", "resident"),
    ("patient_document", IDENTITY),
    ("address", ADDRESS),
    ("patient_phone", PHONE),
    ("diagnosis", DIAGNOSIS),
    ("hospital", HOSPITAL),
    ("physician", PHYSICIAN),
    ("plan", PLAN),
    ("income", "0"),
    ("other_aid", "yes"),
    ("other_aid_from", OTHER_AID),
    ("other_aid_amount", "100"),
    ("asked", "10000"),
    ("payee", "family"),
    ("account_holder", HOLDER),
    ("bank", BANK),
    ("account", ACCOUNT),
    ("paper_costs", "at_hand"),
];

fn of(site: &Site, person: u128, role: Role) -> Context {
    site.test.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(person)),
        login: LoginSessionId(Uuid::from_u128(person)),
        roles: vec![role],
        stepped_up_at: Some(site.test.now()),
    })
}

fn id<T: From<Uuid>>(site: &Site) -> T {
    T::from(services::context::new_uuid(site.test.now()))
}

async fn told(site: &Site) {
    services::jobs::drain(&site.test.services, &services::handlers::all()).await.expect("the queue is worked off");
}

/// The family's browser, and its account, which has an address that messages go to.
async fn family(site: &Site) -> (Browser<'_>, Context) {
    let browser = site.visitor().await;
    let owner = site.test.db.owner_pool();
    let account: Uuid =
        sqlx::query_scalar("select id from account where kind = 'visitor'").fetch_one(&owner).await.expect("it");
    let place = Place { table: "account", column: "mail_sealed", row: account };
    sqlx::query("update account set mail_sealed = $2, mail_index = $3 where id = $1")
        .bind(account)
        .bind(site.test.services.vault.seal(place, b"someone@example.com"))
        .bind(account.as_bytes().as_slice())
        .execute(&owner)
        .await
        .expect("an address");
    let actor = Actor::Visitor {
        account: AccountId(account),
        login: LoginSessionId(account),
        stepped_up_at: Some(site.test.now()),
    };
    (browser, site.test.context(actor))
}

/// A page that is asked for, or sent with something typed: where it was, and where the answer led.
async fn goes(browser: &Browser<'_>, path: &str, typed: Option<&str>, urls: &mut Vec<String>) {
    let answer = match typed {
        Some(form) => browser.post(path, form).await,
        None => browser.get(path).await,
    };
    assert!(!answer.status.is_server_error(), "{path}: {}", answer.body);
    urls.extend([path.to_owned(), answer.header("location").to_owned(), answer.header("refresh").to_owned()]);
}

/// Fills in the pages of the form, each once with nothing and once rightly, and sends it.
async fn applied(site: &Site, browser: &Browser<'_>, me: &Context, urls: &mut Vec<String>) -> CaseId {
    let services = &site.test.services;
    let id: ApplicationId = apply::begin(services, me).await.expect("begun");
    let typed = application::typed(&OWN);
    for page in Form::current().pages {
        let shown = apply::read(services, me, id).await.expect("one's own");
        if page.typed(typed.iter().copied()).0.is_empty() || shown.reading.asked(page.key).is_none() {
            continue;
        }
        // `papers` is the address of the files themselves.
        let path = format!("/spark/apply/{id}/{}", if page.key == "papers" { "which-papers" } else { page.key });
        goes(browser, &path, None, urls).await;
        for pairs in [&[][..], &typed[..]] {
            let version = apply::read(services, me, id).await.expect("one's own").draft.version(page.key).to_string();
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(pairs.iter().copied()).append_pair("based_on", &version);
            let form = form.finish();
            goes(browser, &path, Some(&form), urls).await;
        }
    }
    paper(site, me, id).await;
    goes(browser, &format!("/spark/apply/{id}/papers"), None, urls).await;
    let check = format!("/spark/apply/{id}/check");
    goes(browser, &format!("/spark/apply/{id}"), None, urls).await;
    goes(browser, &check, None, urls).await;
    let seen = apply::read(services, me, id).await.expect("one's own").digest;
    goes(browser, &check, Some(&format!("seen={seen}")), urls).await;
    // Looked at again, and copied.
    for page in ["sent", "copy.pdf"] {
        goes(browser, &format!("/spark/apply/{id}/{page}"), None, urls).await;
    }
    assert_eq!(apply::snapshot(services, me, id).await.expect("frozen").answers.get("diagnosis"), Some(DIAGNOSIS));
    services::account::erase::export_own(services, me).await.expect("a copy");
    CaseId(id.0)
}

/// A paper that is called after the patient, and in which name and illness stand.
async fn paper(site: &Site, me: &Context, id: ApplicationId) {
    let (services, name) = (&site.test.services, format!("{NAME}.pdf"));
    let page = format!("%PDF-1.7\n% {NAME} {DIAGNOSIS}\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n");
    let whole = format!("{page}xref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n{}\n%%EOF\n", page.len());
    let key = (self::id::<Uuid>(site), 0);
    let upload = Upload { key, kind: Kind::Diagnosis, name, bytes: Some(whole.into_bytes()) };
    let kept = papers::add(services, me, id, upload).await.expect("it came");
    assert_eq!(kept.refusal, None);
    papers::open(services, me, kept.id, None).await.expect("opened");
}

async fn does(site: &Site, by: &Context, case: CaseId, (part, event): (Part, Event), reason: Option<&str>) {
    let services = &site.test.services;
    let version = store::spark::cases::one(&services.db, case.0).await.expect("read").expect("a case").version;
    let act = Act { case, version, part, event, reason: reason.map(str::to_owned), award: None };
    cases::act(services, by, &act).await.expect("it happens");
    told(site).await;
}

fn yuan(yuan: i64) -> Amount {
    Amount::new(yuan * 100).expect("an amount")
}

async fn fund(site: &Site) -> EnvelopeId {
    let (services, by) = (&site.test.services, of(site, 11, Role::FinancePreparer));
    let (fund, envelope) = (id::<FundId>(site), id::<EnvelopeId>(site));
    let new = NewFund {
        id: fund,
        code: FundCode::parse("CANARY-2026").expect("a code"),
        name_zh: "演示·救助基金".into(),
        name_en: "Demo fund".into(),
        purpose: Purpose::default(),
    };
    ledger::open_fund(services, &by, &new).await.expect("a fund");
    let new = EnvelopeCharter::named("2026年度", "2026");
    ledger::add_envelope(services, &by, fund, envelope, &new).await.expect("an envelope");
    let (key, day) = (id::<Uuid>(site).to_string(), local_day(site.test.now()));
    let given = Given { key, envelope, amount: yuan(50_000), day, source: "演示·捐赠票据0001".into() };
    ledger::donate(services, &by, &given).await.expect("a donation");
    envelope
}

/// Two physicians judge it, and a committee of five is for granting it: people who have nothing to do with the family.
async fn judged(site: &Site, officer: &Context, case: CaseId) {
    let (services, compliance) = (&site.test.services, of(site, 41, Role::ComplianceOfficer));
    for person in [51, 52, 21, 61, 62, 63, 64] {
        let document = Document::from_comparable(&format!("passport:reviewer {person}")).expect("a document");
        let employers = vec![format!("演示第{person}医院")];
        let ties = Ties { person: document, kin: vec![], phones: vec![], addresses: vec![], employers };
        let specialities = vec![Speciality::new("03").expect("a speciality")];
        let account = AccountId(Uuid::from_u128(person));
        let profile = Profile { account, specialities, away: false, version: 0 };
        review::keep(services, &compliance, &profile, Some(&ties)).await.expect("a profile");
    }
    let criterion = Criterion {
        key: Key::new("need").expect("a key"),
        title: Bilingual::new("演示标准", "A criterion"),
        weight: 1,
        scale: Scale { least: 1, most: 5 },
        optional: false,
    };
    let draft = Draft { version: 1, criteria: vec![criterion], diverges_above: 25 };
    let rubric = Rubric::try_from(draft).expect("a rubric");
    review::publish_rubric(services, &compliance, &rubric).await.expect("a rubric");
    let marks = [("mark-need", "4"), ("comment-need", JUDGED)];
    let marks = Typed(marks.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    let reviewers = [51, 52].map(|person| of(site, person, Role::MedicalReviewer));
    review::review_case(services, officer, (case, &reviewers), &marks).await.expect("reviewed");
    told(site).await;
    let mut members = vec![of(site, 21, Role::Chair)];
    members.extend((61..=64).map(|person| of(site, person, Role::CommitteeMember)));
    let sitting = Sitting { secretary: of(site, 33, Role::CaseOfficer), members };
    review::hold_meeting(services, &sitting, &[(case, Vote::Grant)]).await.expect("a meeting");
    told(site).await;
}

/// Grants all of it in one part.
async fn granted(site: &Site, case: CaseId, envelope: EnvelopeId) -> AwardId {
    let services = &site.test.services;
    let version = store::spark::cases::one(&services.db, case.0).await.expect("read").expect("a case").version;
    let part = ledger::Part { amount: yuan(10_000), needs: vec![Evidence::Agreement, Evidence::Invoice] };
    let award: AwardId = id(site);
    let decided = Decided { award, envelope, parts: vec![part] };
    let act = Act {
        case,
        version,
        part: Part::Chair,
        event: Event::Grant,
        reason: Some(JUDGED.to_owned()),
        award: Some(decided),
    };
    cases::act(services, &of(site, 21, Role::Chair), &act).await.expect("granted");
    told(site).await;
    award
}

/// Enters an account by its page, wrongly and rightly, and another as the use case; pays; the bank says that it arrived. The
/// addresses that were asked for and answered.
async fn paid(site: &Site, award: AwardId) -> Vec<String> {
    let services = &site.test.services;
    let (preparer, releaser) = (of(site, 11, Role::FinancePreparer), of(site, 12, Role::FinanceReleaser));
    let page = format!("/staff/funds/awards/{award}");
    let browser = site.staff(&[Role::FinancePreparer]).await;
    let mut urls = Vec::new();
    for number in ["62220216", PAYEE_ACCOUNT] {
        let typed = [("kind", "hospital"), ("holder", PAYEE), ("bank", PAYEE_BANK), ("account", number)];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
        let answer = browser.post(&format!("{page}/payee"), &form).await;
        urls.extend([format!("{page}/payee"), answer.header("location").to_owned(), answer.status.to_string()]);
        let shown = browser.get(&page).await;
        assert!(shown.status.is_success(), "{}", shown.body);
        urls.push(page.clone());
    }
    let new = NewPayee {
        id: id::<PayeeId>(site),
        award,
        kind: PayeeKind::Hospital,
        name: PAYEE.into(),
        bank: PAYEE_BANK.into(),
        number: AccountNumber::parse(PAYEE_ACCOUNT).expect("a number"),
    };
    ledger::enter_payee(services, &preparer, &new).await.expect("entered");
    ledger::confirm_payee(services, &releaser, award, new.id).await.expect("confirmed");
    ledger::show_payee(services, &releaser, award, new.id).await.expect("shown");
    let rows = store::ledger::awards::tranches(&services.db, award.0).await.expect("tranches");
    let (tranche, payment) = (TrancheId(rows[0].id), id::<PaymentId>(site));
    let seen = [Evidence::Agreement, Evidence::Invoice];
    ledger::note_evidence(services, &preparer, tranche, &seen).await.expect("noted");
    ledger::prepare(services, &preparer, tranche).await.expect("prepared");
    // Whoever confirmed the account does not release the payment.
    let other = of(site, 22, Role::FinanceReleaser);
    ledger::let_go(services, &other, tranche, payment).await.expect("let go");
    let file = ledger::send_file(services, &other, id::<PaymentFileId>(site)).await.expect("sent");
    drop(file);
    let day = local_day(site.test.now());
    let statement = format!("日期,流水号,结果,金额,付款编号\n{day},B1,成功,10000.00,{payment}\n");
    ledger::import(services, &preparer, id::<StatementId>(site), statement.as_bytes()).await.expect("read");
    assert_eq!(cases::settle_paid(services).await.expect("looked"), 1);
    told(site).await;
    urls
}

/// The whole of it. Answers every address that was asked for, and where the answers led, one on a line.
pub async fn whole(site: &Site) -> String {
    let services = &site.test.services;
    let (browser, me) = family(site).await;
    let officer = of(site, 31, Role::CaseOfficer);
    let other = of(site, 32, Role::CaseOfficer);
    let compliance = of(site, 41, Role::ComplianceOfficer);
    let mut urls = Vec::new();
    let case = applied(site, &browser, &me, &mut urls).await;
    told(site).await;
    does(site, &officer, case, (Part::CaseOfficer, Event::TakeUp), None).await;
    does(site, &officer, case, (Part::CaseOfficer, Event::Return), Some(ASKED_BACK)).await;
    does(site, &me, case, (Part::Applicant, Event::Supply), None).await;
    cases::take_over(services, &other, case, TAKEN_OVER).await.expect("taken over");
    does(site, &other, case, (Part::CaseOfficer, Event::Complete), Some(JUDGED)).await;
    judged(site, &other, case).await;
    let envelope = fund(site).await;
    let award = granted(site, case, envelope).await;
    does(site, &other, case, (Part::CaseOfficer, Event::Publish), None).await;
    does(site, &services.system(), case, (Part::System, Event::Stand), None).await;
    does(site, &me, case, (Part::Applicant, Event::Sign), None).await;
    urls.extend(paid(site, award).await);
    does(site, &other, case, (Part::CaseOfficer, Event::Close), None).await;
    cases::hold(services, &compliance, case, (KEPT, None)).await.expect("kept");
    cases::history(services, &compliance, case).await.expect("read");
    // The pages that show something of it, to its family and to the house.
    let own = format!("/account/spark/{case}");
    for path in ["/account", "/account/security", "/spark", "/spark/funds", "/spark/notices", &own] {
        goes(&browser, path, None, &mut urls).await;
    }
    let staff = site.staff(&[Role::CaseOfficer]).await;
    let (page, sent) = (format!("/staff/cases/{case}"), format!("/staff/cases/{case}/answers"));
    for path in ["/staff/cases", &page, &sent] {
        goes(&staff, path, None, &mut urls).await;
    }
    urls.join("\n")
}
