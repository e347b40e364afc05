//! Lists of work.

use super::*;
use domain::spark::State;
use jiff::SignedDuration;
use services::keyset::After;
use services::spark::cases::{PAGE, Wanted, desk, work};

/// Cases of nobody, so many in each of three states, a minute apart.
async fn many(house: &TestHouse, each: i32) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "begin; set local session_replication_role = replica;
         insert into spark_case (id, reference, state, version, disease_group, city, age, asked, opened_at, changed_at)
         select gen_random_uuid(), upper(lpad(to_hex(n * 3 + s), 8, '0')), state, 1, 'rare', 'jinan', 9, 100,
                at - make_interval(mins => n), at - make_interval(mins => n)
         from generate_series(1, {each}) as n,
              unnest(array['submitted', 'completeness', 'closed']) with ordinality as states (state, s),
              (select '{now}'::timestamptz as at) as frozen;
         commit; analyze spark_case",
        now = house.now()
    )))
    .execute(&house.db.owner_pool())
    .await
    .expect("many cases");
}

#[tokio::test]
async fn pages_show_every_case_once_the_longest_waiting_first() {
    let house = TestHouse::new().await;
    many(&house, 60).await;
    let by = officer(&house);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = desk(&house.services, &by, Part::CaseOfficer, after).await.expect("a page");
        assert!(page.cases.len() <= PAGE);
        all.extend(page.cases);
        after = page.next.map(|next| After::parse(&next.text()).expect("as an address has it"));
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 120, "what is closed waits for nobody");
    assert!(all.windows(2).all(|two| (two[0].since, two[0].id.0) < (two[1].since, two[1].id.0)));
    assert!(all.iter().all(|case| matches!(case.state, State::Submitted | State::Completeness)));
}

#[tokio::test]
async fn an_officer_sees_what_is_theirs_or_nobodys_and_how_old_it_is() {
    let house = TestHouse::new().await;
    let (mine, another, new) = (sent(&house, 1).await, sent(&house, 2).await, sent(&house, 3).await);
    let other = of(&house, 77, Role::CaseOfficer);
    does(&house, &officer(&house), mine, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(&house, &other, another, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    // From Monday to Monday: five business days.
    house.services.clock.advance(SignedDuration::from_hours(24 * 7));
    let page = desk(&house.services, &officer(&house), Part::CaseOfficer, None).await.expect("a page");
    let mut seen: Vec<_> = page.cases.iter().map(|case| (case.id, case.days)).collect();
    let mut due = vec![(mine, 5), (new, 5)];
    seen.sort();
    due.sort();
    assert_eq!(seen, due);
    let theirs = desk(&house.services, &other, Part::CaseOfficer, None).await.expect("a page");
    assert!(theirs.cases.iter().any(|case| case.id == another) && theirs.cases.iter().all(|case| case.id != mine));
    before_committee(&house, new).await;
    let chairs = desk(&house.services, &chair(&house), Part::Chair, None).await.expect("a page");
    assert_eq!(chairs.cases.iter().map(|case| case.id).collect::<Vec<_>>(), [new]);
    for (by, part) in [
        (officer(&house), Part::Chair),
        (of(&house, 5, Role::MedicalReviewer), Part::CaseOfficer),
        (of(&house, 5, Role::Auditor), Part::Auditor),
        (visitor(&house, 1), Part::CaseOfficer),
    ] {
        let answer = desk(&house.services, &by, part, None).await;
        assert!(matches!(answer, Err(CaseError::Denied(_))), "{part:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_list_is_narrowed_by_state_and_group_for_whoever_sees_cases() {
    let house = TestHouse::new().await;
    let (mine, asked, new) = (sent(&house, 1).await, sent(&house, 2).await, sent(&house, 3).await);
    for case in [mine, asked] {
        does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    }
    does(&house, &officer(&house), asked, (Part::CaseOfficer, Event::Return)).await.expect("sent back");
    let listed = async |by: Context, part, state, group| {
        let page = work(&house.services, &by, part, Wanted { state, group }, None).await?;
        Ok::<_, CaseError>(page.cases.iter().map(|case| case.id).collect::<Vec<_>>())
    };
    let own = |state, group| listed(officer(&house), Part::CaseOfficer, state, group);
    assert_eq!(own(Some(State::Submitted), None).await.expect("read"), [new]);
    assert_eq!(own(Some(State::Completeness), Some(DiseaseGroup::Rare)).await.expect("read"), [mine]);
    assert_eq!(own(Some(State::Returned), None).await.expect("read"), [asked], "what waits for the family");
    assert!(own(None, Some(DiseaseGroup::Refractory)).await.expect("read").is_empty());
    let other = listed(of(&house, 77, Role::CaseOfficer), Part::CaseOfficer, Some(State::Returned), None).await;
    assert!(other.expect("read").is_empty(), "another looks after it");
    let all = listed(compliance(&house), Part::ComplianceOfficer, Some(State::Returned), None).await;
    assert_eq!(all.expect("read"), [asked], "who watches over all");
    let chairs = listed(chair(&house), Part::Chair, Some(State::Returned), None).await;
    assert!(matches!(chairs, Err(CaseError::Denied(_))), "{chairs:?}");
}

/// A page costs what stands on it, however many cases there are.
#[tokio::test]
async fn a_page_is_read_by_its_index() {
    let house = TestHouse::new().await;
    many(&house, 10_000).await;
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select c.id from unnest(array['submitted', 'completeness']) as waits (state)
         cross join lateral (
           select * from spark_case k where k.state = waits.state and (k.changed_at, k.id) > ('1970-01-01', '00000000-0000-0000-0000-000000000000'::uuid)
             and (k.officer_id is null or k.officer_id = '00000000-0000-0000-0000-000000000001'::uuid)
           order by k.changed_at, k.id limit 51) as c
         order by c.changed_at, c.id limit 51",
    )
    .fetch_all(&house.services.db)
    .await
    .expect("a plan");
    let plan = plan.join("\n");
    assert!(plan.contains("Index Scan using spark_case_waiting") && !plan.contains("Seq Scan"), "{plan}");
}
