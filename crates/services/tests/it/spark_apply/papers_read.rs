//! Who reads the papers of an application, what stands in the trail, and what is left when it is gone.

use super::held::hex;
use super::papers::{add, upload};
use super::*;
use crate::groups::letters::pdf;
use crate::ledger::of;
use crate::spark::{compliance, does, known, officer, tied, ties};
use domain::account::Role;
use domain::ids::{AccountId, CaseId, PaperId};
use domain::spark::application::{Purpose, Section};
use domain::spark::papers::Kind;
use domain::spark::review::pack::Evidence;
use domain::spark::{Event, Part};
use services::crypto::Place;
use services::spark::cases::{self, Question, Reply};
use services::spark::papers::{self, PaperError};
use services::spark::review::{self, Ties};
use sqlx::Row as _;
use uuid::Uuid;

const NAMED: &str = "演示诊断证明.pdf";
/// In every PDF of these tests.
const INSIDE: &str = "stamped by the demo school";

/// An application with a paper of each kind.
pub(super) async fn with_papers(house: &TestHouse) -> (Context, ApplicationId, Vec<PaperId>) {
    let (_, me) = visitor(house, PHONE).await;
    let id = begun(house, &me).await;
    let mut all = Vec::new();
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        all.push(add(house, &me, id, upload(n as u128, kind, NAMED, pdf(1))).await.id);
    }
    (me, id, all)
}

pub(super) async fn open(house: &TestHouse, who: &Context, id: PaperId) -> Result<papers::Opened, PaperError> {
    papers::open(&house.services, who, id, None).await
}

async fn readable(house: &TestHouse, who: &Context, id: ApplicationId) -> Vec<Kind> {
    let list = papers::of(&house.services, who, id).await.expect("listed");
    let mut kinds: Vec<Kind> = list.all.into_iter().map(|paper| paper.kind).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn another_family_finds_nothing() {
    let house = TestHouse::new().await;
    let (_, id, all) = with_papers(&house).await;
    heard(&house).await;
    let (_, other) = visitor(&house, FAMILY).await;
    let services = &house.services;
    assert!(matches!(open(&house, &other, all[0]).await, Err(PaperError::NotFound)));
    assert!(matches!(papers::of(services, &other, id).await, Err(PaperError::NotFound)));
    assert!(matches!(papers::remove(services, &other, id, all[0]).await, Err(PaperError::NotFound)));
    let coming = papers::add(services, &other, id, upload(99, Kind::Other, "a.pdf", pdf(1))).await;
    assert!(matches!(coming, Err(PaperError::NotFound)), "{coming:?}");
    // A paper of somebody else under one's own application is not there either.
    let own = apply::begin(services, &other).await.expect("begun");
    papers::remove(services, &other, own, all[0]).await.expect("nothing to take away");
    assert_eq!(count(&house, "spark_paper").await, 6);
}

#[tokio::test]
async fn before_it_is_sent_nobody_of_the_house_reads_a_paper_and_afterwards_who_has_to() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    for role in Role::ALL {
        let answer = open(&house, &of(&house, 500, role), all[0]).await;
        assert!(matches!(answer, Err(PaperError::NotFound | PaperError::Denied(_))), "{role:?}: {answer:?}");
    }
    send(&house, &me, id).await.expect("sent");
    for role in Role::ALL {
        let answer = open(&house, &of(&house, 500, role), all[0]).await;
        let may = matches!(role, Role::ComplianceOfficer);
        assert_eq!(answer.is_ok(), may, "{role:?}: {answer:?}");
        match role {
            Role::ComplianceOfficer => {}
            Role::CaseOfficer => assert!(matches!(answer, Err(PaperError::ReasonNeeded)), "{answer:?}"),
            _ => assert!(matches!(answer, Err(PaperError::Denied(_))), "{role:?}: {answer:?}"),
        }
    }
    assert_eq!(open(&house, &me, all[0]).await.expect("still one's own").bytes, pdf(1));
}

#[tokio::test]
async fn every_look_of_the_house_stands_in_the_trail_and_one_at_anothers_case_stands_out() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let (mine, other) = (officer(&house), of(&house, 501, Role::CaseOfficer));
    does(&house, &mine, CaseId(id.0), (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    open(&house, &me, all[0]).await.expect("the family's own");
    assert_eq!(count(&house, "audit_entry where action like 'spark.paper_opened%'").await, 0);
    open(&house, &mine, all[0]).await.expect("assigned");
    assert!(matches!(open(&house, &other, all[0]).await, Err(PaperError::ReasonNeeded)));
    let list = papers::of(&house.services, &other, id).await;
    assert!(matches!(list, Err(PaperError::ReasonNeeded)), "nor are they listed: {list:?}");
    let short = papers::open(&house.services, &other, all[0], Some("看看")).await;
    assert!(matches!(short, Err(PaperError::ReasonNeeded)), "{short:?}");
    papers::open(&house.services, &other, all[0], Some("代同事核对票据")).await.expect("with a reason");
    open(&house, &other, all[1]).await.expect("for a while it needs none again");
    let rows =
        sqlx::query("select action, detail from audit_entry where action like 'spark.paper_opened%' order by at, id")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the trail");
    let told: Vec<(String, serde_json::Value)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told.len(), 3);
    let alert = told.iter().find(|(action, _)| action == "spark.paper_opened_unassigned").expect("it stands out");
    assert_eq!((alert.1["alert"].as_str(), alert.1["by"].as_str()), (Some("not_assigned"), Some("explained")));
    assert_eq!(count(&house, "audit_entry where action = 'spark.case_access_explained'").await, 1);
    let clear = house.db.everything().await.into_iter().any(|(_, text)| text.contains("代同事核对票据"));
    assert!(!clear, "why stands nowhere in the clear");
    // Of a minor's case saying why is not enough.
    sqlx::query("update spark_case set age = 9").execute(&house.db.owner_pool()).await.expect("a child");
    let another = of(&house, 502, Role::CaseOfficer);
    let answer = papers::open(&house.services, &another, all[0], Some("代同事核对票据")).await;
    assert!(matches!(answer, Err(PaperError::Denied(_))), "{answer:?}");
    let list = papers::of(&house.services, &another, id).await;
    assert!(matches!(list, Err(PaperError::Denied(_))), "{list:?}");
    assert!(told.iter().any(|(action, detail)| action == "spark.paper_opened" && detail["alert"].is_null()));
}

#[tokio::test]
async fn a_physician_who_was_asked_sees_what_shows_the_illness_and_nothing_else() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let (by, case) = (officer(&house), CaseId(id.0));
    let (asked, stranger) = (of(&house, 801, Role::MedicalReviewer), of(&house, 802, Role::MedicalReviewer));
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    known(&house, &[801]).await;
    cases::ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await.expect("asked");
    let diagnosis = all[Kind::ALL.iter().position(|kind| *kind == Kind::Diagnosis).expect("a kind")];
    assert!(matches!(open(&house, &asked, diagnosis).await, Err(PaperError::NotFound)), "not reviewed yet");
    does(&house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    assert_eq!(readable(&house, &asked, id).await, [Kind::Diagnosis]);
    let opened = open(&house, &asked, diagnosis).await.expect("asked about it");
    assert_eq!((opened.bytes, opened.name.as_str()), (pdf(1), "diagnosis.pdf"), "its name could be the patient's");
    let listed = papers::of(&house.services, &asked, id).await.expect("listed");
    assert!(listed.all.iter().all(|paper| paper.name.is_empty()));
    for other in all.iter().filter(|id| **id != diagnosis) {
        assert!(matches!(open(&house, &asked, *other).await, Err(PaperError::Denied(_))));
    }
    assert!(matches!(open(&house, &stranger, diagnosis).await, Err(PaperError::NotFound)));
    // What the committee decides on are the papers, too.
    let mut db = house.services.db.acquire().await.expect("a connection");
    let item = review::as_it_is(&mut db, case).await.expect("an item");
    let documents = item.evidence.keys().filter(|evidence| matches!(evidence, Evidence::Document(_)));
    assert_eq!(documents.count(), all.len());
    // A physician of the hospital that treats the patient finds no such case.
    tied(&house, 801, &Ties { employers: vec!["演示医院".into()], ..ties(801) }).await;
    assert!(matches!(open(&house, &asked, diagnosis).await, Err(PaperError::NotFound)), "a conflict");
    let looks = "audit_entry where action = 'spark.paper_opened' and detail ->> 'part' = 'medical_reviewer'";
    assert_eq!(count(&house, looks).await, 1);
}

#[tokio::test]
async fn a_consent_that_is_taken_back_closes_its_papers_to_the_house_at_once() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let by = compliance(&house);
    assert_eq!(readable(&house, &by, id).await, Kind::ALL);
    apply::withdraw_consent(&house.services, &me, id, Purpose::Means).await.expect("taken back");
    let left = [Kind::Identity, Kind::Guardianship, Kind::Diagnosis, Kind::Other];
    assert_eq!(readable(&house, &by, id).await, left);
    let income = all[Kind::ALL.iter().position(|kind| *kind == Kind::Income).expect("a kind")];
    assert!(matches!(open(&house, &by, income).await, Err(PaperError::NoConsent)));
    open(&house, &me, income).await.expect("the family's own");
}

#[tokio::test]
async fn what_was_sent_stays_and_the_database_holds_it() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let coming = papers::add(&house.services, &me, id, upload(99, Kind::Other, "a.pdf", pdf(1))).await;
    assert!(matches!(coming, Err(PaperError::Sent)), "{coming:?}");
    assert!(matches!(papers::remove(&house.services, &me, id, all[0]).await, Err(PaperError::Sent)));
    assert!(!papers::of(&house.services, &me, id).await.expect("listed").is_open);
    for change in ["delete from spark_paper", "update spark_paper set pages = 2"] {
        let refused = sqlx::query(change).execute(&house.db.owner_pool()).await.expect_err(change);
        assert_eq!(store::constraint_of(&refused), Some("spark_paper_stays"), "{change}");
    }
}

#[tokio::test]
async fn once_the_case_is_forgotten_no_paper_opens_for_anybody() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let owner = house.db.owner_pool();
    let (file, sealed): (Uuid, Vec<u8>) =
        sqlx::query_as("select id, sealed from file_content limit 1").fetch_one(&owner).await.expect("a copy");
    let place = Place { table: "file_content", column: "sealed", row: file };
    let mut db = house.services.db.acquire().await.expect("a connection");
    let key = apply::key(&house.services, &mut db, id).await.expect("a key");
    let inner = house.services.vault.open_sealed(place, &sealed).expect("the house's own seal");
    assert_eq!(key.open(place, &inner).as_deref(), Ok(&pdf(1)[..]), "the control");
    assert!(
        !inner.windows(INSIDE.len()).any(|window| window == INSIDE.as_bytes()),
        "the house's seal alone shows nothing"
    );

    does(&house, &me, CaseId(id.0), (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    cases::forget(&house.services, &compliance(&house), CaseId(id.0)).await.expect("forgotten");
    for who in [&me, &officer(&house), &compliance(&house), &house.services.system()] {
        assert!(open(&house, who, all[0]).await.is_err());
    }
    assert!(apply::key(&house.services, &mut db, id).await.is_err());
    services::files::sweep(&house.services).await.expect("swept");
    assert_eq!(
        count(&house, "spark_paper").await + count(&house, "file_content").await + count(&house, "file").await,
        0
    );
}

#[tokio::test]
async fn an_application_that_is_given_up_takes_its_papers_along() {
    let house = TestHouse::new().await;
    let (me, id, _) = with_papers(&house).await;
    apply::discard(&house.services, &me, id).await.expect("given up");
    services::files::sweep(&house.services).await.expect("swept");
    assert_eq!(
        count(&house, "spark_paper").await + count(&house, "file_content").await + count(&house, "file").await,
        0
    );
}

#[tokio::test]
async fn neither_a_name_nor_what_is_inside_stands_in_the_clear_anywhere() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    let check = async |when: &str| {
        let found = house.db.everything().await;
        assert!(found.iter().any(|(table, text)| table == "spark_paper" && !text.is_empty()));
        for (table, text) in found {
            for word in [NAMED, INSIDE] {
                assert!(!text.contains(word) && !text.contains(&hex(word)), "{when}: {word} in {table}");
            }
        }
    };
    check("kept").await;
    let copy = services::account::erase::export_own(&house.services, &me).await.expect("a copy");
    assert_eq!(copy["aid_applications"][0]["papers"].as_array().map(Vec::len), Some(6));
    assert_eq!(copy["aid_applications"][0]["papers"][2]["name"], NAMED);
    send(&house, &me, id).await.expect("sent");
    open(&house, &compliance(&house), all[0]).await.expect("opened");
    check("sent").await;
    // What would be found if it stood there.
    sqlx::query("update file set kind = 'pdf', dropped_at = null").execute(&house.db.owner_pool()).await.expect("fine");
    sqlx::query("update file_content set sealed = $1")
        .bind(pdf(1))
        .execute(&house.db.owner_pool())
        .await
        .expect("planted");
    let found = house.db.everything().await.into_iter().any(|(_, text)| text.contains(&hex(INSIDE)));
    assert!(found, "a search that finds nothing proves nothing");
}

#[tokio::test]
async fn while_a_question_names_papers_more_may_come_and_what_was_sent_stays() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    send(&house, &me, id).await.expect("sent");
    let (by, case) = (officer(&house), CaseId(id.0));
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let services = &house.services;
    let coming = |key: u128| papers::add(services, &me, id, upload(key, Kind::Bills, "补充.pdf", pdf(1)));
    let asked = |version: i32, section: Section| Question {
        case,
        version,
        sections: vec![section],
        days: 10,
        text: "演示：请补充材料".into(),
    };
    let answered = async |section: Section| {
        let clarification = cases::own_case(services, &me, case).await.expect("read").clarifications[0].id;
        let reply = Reply { case, clarification, texts: vec![(section, "演示：已补充".into())] };
        cases::supply(services, &me, &reply).await.expect("answered");
    };
    cases::ask(services, &by, &asked(2, Section::Illness)).await.expect("asked about something else");
    assert!(matches!(coming(90).await, Err(PaperError::Sent)));
    answered(Section::Illness).await;
    cases::ask(services, &by, &asked(4, Section::Papers)).await.expect("asked about papers");
    let list = papers::of(services, &me, id).await.expect("listed");
    assert!(list.is_open && list.is_sent);
    let more = coming(91).await.expect("it came");
    open(&house, &by, more.id).await.expect("the officer reads it");
    assert!(matches!(papers::remove(services, &me, id, all[0]).await, Err(PaperError::Sent)));
    assert!(matches!(papers::remove(services, &me, id, more.id).await, Err(PaperError::Sent)));
    let refused = add(&house, &me, id, upload(92, Kind::Bills, "a.exe", vec![1])).await;
    papers::remove(services, &me, id, refused.id).await.expect("of what was refused nothing has to stay");
    assert!(!papers::of(services, &by, id).await.expect("listed").is_open, "it is the family that is asked");
    answered(Section::Papers).await;
    assert!(matches!(coming(93).await, Err(PaperError::Sent)));
    assert_eq!(papers::of(services, &me, id).await.expect("listed").used().0, 7);
}

#[tokio::test]
async fn a_file_that_is_on_its_way_is_no_part_of_what_is_sent() {
    let house = TestHouse::new().await;
    let (me, id, all) = with_papers(&house).await;
    let half = "update spark_paper set state = 'scanned', file_id = null, format = null, pages = null where id = $1";
    sqlx::query(half).bind(all[0].0).execute(&house.db.owner_pool()).await.expect("as if it were being read");
    send(&house, &me, id).await.expect("sent");
    assert_eq!(papers::of(&house.services, &me, id).await.expect("listed").all.len(), 5);
    assert_eq!(count(&house, "spark_paper where state <> 'usable'").await, 0, "nothing is looked at for ever");
}
