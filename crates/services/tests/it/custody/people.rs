//! Four eyes.

use super::*;

#[tokio::test]
async fn one_person_is_not_two() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::FrozenQuarantine).await;
    let (operator, with) = two("QA-01", "QA-01");
    assert_eq!(one(&house, unit, Payload::Banked { operator, with }).await, Err(Refused::SamePerson));
    let (slot, (operator, with)) = (life(1).slots.0, two("LAB-02", "LAB-02"));
    assert_eq!(one(&house, unit, Payload::TakenOut { slot, operator, with }).await, Err(Refused::SamePerson));
    let (operator, with) = two("QA-02", "QA-02");
    let discarded = Payload::Discarded { reason: "leaks".to_owned(), operator, with };
    assert_eq!(one(&house, unit, discarded).await, Err(Refused::SamePerson));
}

#[tokio::test]
async fn a_step_for_two_names_two() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Received).await;
    let step = |with: Option<&str>| Payload::StepDone {
        step: "start_checked_by_two".to_owned(),
        operator: "LAB-01".to_owned(),
        with: with.map(str::to_owned),
        instrument: None,
        lots: vec![],
        values: vec![],
    };
    assert_eq!(one(&house, unit, step(None)).await, Err(Refused::NeedsTwo));
    assert_eq!(one(&house, unit, step(Some("LAB-01"))).await, Err(Refused::SamePerson));
    assert_eq!(one(&house, unit, step(Some("LAB-02"))).await.expect("two").state, State::Processing);
}

#[tokio::test]
async fn nobody_looks_over_a_result_of_their_own() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Processing).await;
    let value = domain::custody::Value {
        analyte: "tnc".to_owned(),
        found: domain::custody::What::Number(1.1e9),
        unit: "1".to_owned(),
        phase: Some(domain::custody::Phase::Post),
        of: domain::custody::Person::Baby,
        method: None,
        instrument: None,
    };
    let result = |reviewer: &str| Payload::TestFinal {
        test: "tnc".to_owned(),
        operator: "LAB-03".to_owned(),
        reviewer: reviewer.to_owned(),
        lots: vec![],
        values: vec![value.clone()],
    };
    assert_eq!(one(&house, unit, result("LAB-03")).await, Err(Refused::ReviewerIsOperator));
    assert!(one(&house, unit, result("LAB-04")).await.is_ok());
}

#[tokio::test]
async fn nobody_signs_the_record_of_their_own_work() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let told = life.until(State::Banked, &shelf);
    let signed = of_kind(&told, Kind::RecordSigned);
    tell(&house, &told[..signed]).await;
    for worked in ["LAB-01", "LAB-02"] {
        let by = Payload::RecordSigned { operator: worked.to_owned() };
        assert_eq!(one(&house, life.unit, by).await, Err(Refused::SignerWorked), "{worked}");
    }
    let by = |who: &str| Payload::RecordSigned { operator: who.to_owned() };
    assert!(one(&house, life.unit, by("QA-02")).await.is_ok());
    assert!(seen(&house, life.unit).await.record_signed);
    // Work done once more after it was signed is not what was signed.
    let step = told.iter().find(|one| matches!(one.payload, Payload::StepDone { .. })).expect("a step");
    let again = one(&house, life.unit, step.payload.clone()).await;
    assert!(again.is_ok() && !seen(&house, life.unit).await.record_signed);
}
