//! What the officer of a case says of its papers: once each, told nobody else, sealed, gone with the case.

use super::held::hex;
use super::papers_read::with_papers;
use super::*;
use crate::ledger::of;
use crate::spark::{compliance, does, known, officer};
use domain::account::{Denied, Role};
use domain::field::Fault;
use domain::ids::{AccountId, CaseId, PaperId};
use domain::spark::papers::{Kind, Standing, Verdict};
use domain::spark::{Event, Part};
use services::spark::cases;
use services::spark::papers::{self, PaperError};
use uuid::Uuid;

const NOTE: &str = "演示：第2页印章模糊";
const WHY: &str = "代同事核对票据";

/// A case with a paper of each kind, which its officer looks through.
async fn looked_through(house: &TestHouse) -> (Context, Context, CaseId, Vec<PaperId>) {
    let (me, id, all) = with_papers(house).await;
    send(house, &me, id).await.expect("sent");
    let by = officer(house);
    does(house, &by, CaseId(id.0), (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    (me, by, CaseId(id.0), all)
}

async fn says(
    house: &TestHouse,
    who: &Context,
    what: (CaseId, PaperId),
    verdict: Verdict,
    note: &str,
) -> Result<(), PaperError> {
    papers::check(&house.services, who, what, (verdict, note)).await
}

async fn standing(house: &TestHouse, who: &Context, case: CaseId, under_age: bool) -> Vec<(Kind, Standing)> {
    papers::of(&house.services, who, ApplicationId(case.0)).await.expect("listed").standing(under_age)
}

#[tokio::test]
async fn what_an_officer_says_of_a_paper_stands_beside_it_once_and_the_family_is_not_told() {
    let house = TestHouse::new().await;
    let (me, by, case, all) = looked_through(&house).await;
    let unread = standing(&house, &by, case, false).await;
    assert!(unread.iter().all(|(_, standing)| *standing == Standing::Unread), "{unread:?}");
    for _ in 0..2 {
        says(&house, &by, (case, all[0]), Verdict::Fine, "").await.expect("checked");
        says(&house, &by, (case, all[2]), Verdict::Unreadable, NOTE).await.expect("checked");
    }
    assert_eq!(count(&house, "audit_entry where action = 'spark.paper_checked'").await, 2, "said twice it is once");
    let empty = says(&house, &by, (case, all[1]), Verdict::Unreadable, "  ").await;
    assert!(matches!(empty, Err(PaperError::Note(Fault::Required))), "{empty:?}");

    let list = papers::of(&house.services, &by, ApplicationId(case.0)).await.expect("listed");
    let told = list.all.iter().find(|paper| paper.id == all[2]).and_then(|paper| paper.checked.clone()).expect("told");
    assert_eq!((told.verdict, told.note.as_deref()), (Verdict::Unreadable, Some(NOTE)));
    assert_eq!(Some(told.by.account), by.actor.account());
    assert!(list.all.iter().all(|paper| paper.sent_by == Some(Part::Applicant)));
    let own = papers::of(&house.services, &me, ApplicationId(case.0)).await.expect("listed");
    assert!(own.all.iter().all(|paper| paper.checked.is_none() && paper.sent_by.is_none()));
    let found = standing(&house, &by, case, false).await;
    assert!(
        found.contains(&(Kind::Identity, Standing::Fine)) && found.contains(&(Kind::Diagnosis, Standing::Unreadable))
    );

    says(&house, &by, (case, all[2]), Verdict::Fine, "").await.expect("looked at again");
    let found = standing(&house, &by, case, false).await;
    assert!(found.contains(&(Kind::Diagnosis, Standing::Fine)), "the last word counts: {found:?}");
}

#[tokio::test]
async fn nobody_but_the_officer_of_the_case_says_anything_of_its_papers_and_only_while_it_is_looked_through() {
    let house = TestHouse::new().await;
    let (me, by, case, all) = looked_through(&house).await;
    let other = of(&house, 501, Role::CaseOfficer);
    cases::look(&house.services, &other, case, WHY).await.expect("reads it");
    for (who, name) in [(&other, "another officer"), (&compliance(&house), "compliance"), (&me, "the family")] {
        let answer = says(&house, who, (case, all[0]), Verdict::Fine, "").await;
        assert!(matches!(answer, Err(PaperError::Denied(Denied::NotAllowed))), "{name}: {answer:?}");
    }
    let none = says(&house, &by, (case, PaperId(Uuid::from_u128(7))), Verdict::Fine, "").await;
    assert!(matches!(none, Err(PaperError::NotFound)), "{none:?}");
    known(&house, &[801]).await;
    cases::ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await.expect("asked");
    does(&house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    let late = says(&house, &by, (case, all[0]), Verdict::Fine, "").await;
    assert!(matches!(late, Err(PaperError::NotNow)), "{late:?}");
    assert_eq!(count(&house, "spark_paper_check").await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_nowhere_in_the_clear_and_gone_with_the_case() {
    let house = TestHouse::new().await;
    let (me, by, case, all) = looked_through(&house).await;
    says(&house, &by, (case, all[0]), Verdict::Unreadable, NOTE).await.expect("checked");
    let clear = |found: Vec<(String, String)>| {
        found.into_iter().any(|(_, text)| text.contains(NOTE) || text.contains(&hex(NOTE)))
    };
    assert!(!clear(house.db.everything().await));
    does(&house, &me, case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    cases::forget(&house.services, &compliance(&house), case).await.expect("forgotten");
    assert_eq!(count(&house, "spark_paper_check").await, 0);
}

/// The list and the file ask one policy: what is listed opens, and nothing else does.
#[tokio::test]
async fn what_is_listed_is_what_opens_whoever_asks() {
    let house = TestHouse::new().await;
    let (me, by, case, _) = looked_through(&house).await;
    let id = ApplicationId(case.0);
    known(&house, &[801]).await;
    cases::ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await.expect("asked");
    does(&house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    apply::withdraw_consent(&house.services, &me, id, domain::spark::application::Purpose::Means)
        .await
        .expect("taken back");
    let mut all: Vec<Context> = Role::ALL.into_iter().map(|role| of(&house, 500, role)).collect();
    all.extend([me, by, of(&house, 801, Role::MedicalReviewer), house.services.system()]);
    let mut db = house.services.db.acquire().await.expect("a connection");
    let mut some = 0;
    for who in &all {
        let listed = papers::of(&house.services, who, id).await.map(|list| list.all).unwrap_or_default();
        for kind in Kind::ALL {
            let may = papers::may_read(&mut db, who, id, kind).await.is_ok();
            assert_eq!(listed.iter().any(|paper| paper.kind == kind), may, "{:?} {kind:?}", who.actor);
            some += usize::from(may);
        }
    }
    assert!(some > 10, "somebody reads something: {some}");
}
