//! Who of the house reads whose a case is: by assignment, by a grant, by saying why; and what the trail says of it.

use super::*;
use crate::ledger::number;
use domain::field::Fault;
use jiff::SignedDuration;
use services::spark::cases::{Access, grant, look, particulars, view};

/// Somebody of the house who has an account.
async fn hired(house: &TestHouse, person: u128, role: Role) -> Context {
    let id = Uuid::from_u128(person);
    for sql in [
        "insert into account (id, kind, locale, created_at) select $1, 'staff', 'zh-CN', now() where $2 <> ''",
        "insert into account_role (account_id, role, granted_at) values ($1, $2, now())",
    ] {
        sqlx::query(sql).bind(id).bind(role.name()).execute(&house.db.owner_pool()).await.expect("hired");
    }
    of(house, person, role)
}

/// A case that [`officer`] looks after, of a patient this old.
async fn taken_up(house: &TestHouse, person: u128, age: u8) -> CaseId {
    account(house, person).await;
    let mut new = NewCase { age, ..new_case(house, person) };
    new.parties[0].particulars = r#"{"patient_name":"演示·张小满","patient_phone":"13800138000"}"#.into();
    let case = send(house, person, new).await.expect("sent").id;
    does(house, &officer(house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    case
}

async fn access(house: &TestHouse, by: &Context, case: CaseId) -> Access {
    let view = view(&house.services, by, case).await.expect("a case");
    let told = (view.parties.len(), view.clarifications.len(), view.steps.iter().any(|step| step.reason.is_some()));
    assert_eq!(view.access.reads(), told.0 == 1, "who does not read it is shown nobody: {told:?}");
    assert!(view.access.reads() || (told.1 == 0 && !told.2), "nor why anything happened");
    view.access
}

async fn alerts(house: &TestHouse) -> i64 {
    number(house, "select count(*) from audit_entry where detail ->> 'alert' = 'not_assigned'").await
}

#[tokio::test]
async fn who_looks_after_a_case_reads_it_masked_and_whole_only_with_a_reason() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1, 9).await;
    let by = officer(&house);
    let read = view(&house.services, &by, case).await.expect("read");
    assert_eq!((read.access, read.own), (Access::Assigned, true));
    let shown: Vec<&str> = read.parties[0].particulars.iter().map(|(_, answer)| answer.as_str()).collect();
    assert_eq!(shown, ["演****", "138****8000"]);
    let without = particulars(&house.services, &by, case, " ").await;
    let Err(CaseError::Fields(errors)) = &without else { panic!("{without:?}") };
    assert_eq!((errors[0].field.as_str(), errors[0].fault), ("show_reason", Fault::Required));
    let whole = particulars(&house.services, &by, case, "核对户口本").await.expect("shown");
    assert!(whole[0].particulars.iter().any(|(_, answer)| answer == "演示·张小满"));
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.case_read'").await, 1);
    assert_eq!(
        number(&house, "select count(*) from audit_entry where action = 'spark.case_particulars_shown'").await,
        1
    );
    assert_eq!(
        number(&house, "select count(*) from audit_entry where detail::text like '%户口本%'").await,
        0,
        "sealed"
    );
    assert_eq!(alerts(&house).await, 0);
}

#[tokio::test]
async fn another_officer_says_why_reads_for_a_while_and_the_trail_has_an_alert() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1, 30).await;
    let other = hired(&house, 77, Role::CaseOfficer).await;
    assert_eq!(access(&house, &other, case).await, Access::None { minor: false });
    assert_eq!(alerts(&house).await, 0, "nothing that says whose it is was shown");
    for refused in [
        cases::sent(&house.services, &other, case).await.map(|_| ()),
        particulars(&house.services, &other, case, "演示").await.map(|_| ()),
    ] {
        assert!(matches!(refused, Err(CaseError::Unread { minor: false })), "{refused:?}");
    }
    let without = look(&house.services, &other, case, "").await;
    assert!(matches!(without, Err(CaseError::Fields(_))), "{without:?}");
    look(&house.services, &other, case, "同事休假，家属来电").await.expect("said why");
    assert!(matches!(access(&house, &other, case).await, Access::Explained { .. }));
    assert_eq!(alerts(&house).await, 2, "the reason, and the reading");
    house.services.clock.advance(SignedDuration::from_mins(31));
    let other = of(&house, 77, Role::CaseOfficer);
    assert_eq!(access(&house, &other, case).await, Access::None { minor: false });
    // Who takes it over reads it as theirs.
    cases::take_over(&house.services, &other, case, "同事休假").await.expect("taken over");
    assert_eq!(access(&house, &other, case).await, Access::Assigned);
    assert_eq!(access(&house, &officer(&house), case).await, Access::None { minor: false });
}

#[tokio::test]
async fn a_minors_case_is_read_by_assignment_or_by_a_grant_that_ends() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1, 9).await;
    let (other, compliance) = (hired(&house, 77, Role::CaseOfficer).await, compliance(&house));
    let reader = AccountId(Uuid::from_u128(77));
    let said = look(&house.services, &other, case, "同事休假").await;
    assert!(matches!(said, Err(CaseError::Unread { minor: true })), "{said:?}");
    let oneself = grant(&house.services, &other, case, (reader, 4), "演示").await;
    assert!(matches!(oneself, Err(CaseError::Denied(_))), "{oneself:?}");
    let stranger = AccountId(Uuid::from_u128(78));
    for (who, hours, reason, field) in [
        (stranger, 4, "演示", "reader"),
        (reader, 0, "演示", "hours"),
        (reader, 73, "演示", "hours"),
        (reader, 4, " ", "grant_reason"),
    ] {
        let refused = grant(&house.services, &compliance, case, (who, hours), reason).await;
        let Err(CaseError::Fields(errors)) = &refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field, field);
    }
    grant(&house.services, &compliance, case, (reader, 4), "经办员住院").await.expect("granted");
    assert!(matches!(access(&house, &other, case).await, Access::Granted { .. }));
    assert_eq!(access(&house, &of(&house, 79, Role::CaseOfficer), case).await, Access::None { minor: true });
    let granted = "select count(*) from audit_entry where action = 'spark.case_access_granted'";
    assert_eq!(number(&house, granted).await, 1);
    assert_eq!(alerts(&house).await, 1, "that it was read");
    house.services.clock.advance(SignedDuration::from_hours(4));
    assert_eq!(access(&house, &of(&house, 77, Role::CaseOfficer), case).await, Access::None { minor: true });
    assert_eq!(access(&house, &compliance, case).await, Access::Assigned, "who watches over all");
}

#[tokio::test]
async fn nobody_else_reads_a_case() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1, 30).await;
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::CaseOfficer | Role::ComplianceOfficer)) {
        let by = of(&house, 77, role);
        let answers = [
            view(&house.services, &by, case).await.map(|_| ()),
            cases::sent(&house.services, &by, case).await.map(|_| ()),
            particulars(&house.services, &by, case, "演示").await.map(|_| ()),
            look(&house.services, &by, case, "演示").await,
        ];
        assert!(answers.iter().all(|answer| matches!(answer, Err(CaseError::Denied(_)))), "{role:?}: {answers:?}");
    }
    let family = view(&house.services, &visitor(&house, 1), case).await;
    assert!(matches!(family, Err(CaseError::Denied(_))), "a family reads its own page");
    let none = view(&house.services, &officer(&house), id(&house)).await;
    assert!(matches!(none, Err(CaseError::NotFound)), "{none:?}");
}

#[tokio::test]
async fn what_can_be_done_says_by_whom_and_whether_it_is_theirs() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1, 30).await;
    let own = |by: Context| {
        let services = house.services.clone();
        async move {
            let can = view(&services, &by, case).await.expect("read").can;
            can.iter().filter(|can| can.own.is_some()).map(|can| can.event).collect::<Vec<_>>()
        }
    };
    let all = [Event::Return, Event::RuleOut, Event::Complete, Event::Hold];
    assert_eq!(own(officer(&house)).await, all);
    assert!(own(of(&house, 77, Role::CaseOfficer)).await.is_empty(), "another looks after it");
    assert!(own(compliance(&house)).await.is_empty());
}
