//! Many at once.

use super::*;

#[tokio::test]
async fn one_bad_event_of_a_batch_is_the_only_one_that_is_refused() {
    let (house, shelf) = bank().await;
    let mut told: Vec<Incoming> = Vec::new();
    for number in 1..=40 {
        let of_unit = life(number).until(State::FrozenQuarantine, &shelf);
        told.extend(of_unit.into_iter().map(|one| Incoming { source_seq: None, ..one }));
    }
    // In the midst of a unit's way, not at its registration.
    let bad = told.len() / 2 + 7;
    let unit = UnitName::Id(UnitId(Uuid::from_u128(404)));
    told.insert(bad, Incoming { unit, ..told[bad].clone() });
    let outcomes = tell(&house, &told).await;
    let refused: Vec<usize> = (0..told.len()).filter(|at| outcomes[*at].is_err()).collect();
    assert_eq!(refused, [bad]);
    assert_eq!(number(&house, "select count(*) from custody_event").await as usize, told.len() - 1);
    let frozen = number(&house, "select count(*) from custody_unit where state = 'frozen_quarantine'").await;
    assert_eq!(frozen, 40);
}

#[tokio::test]
async fn an_empty_batch_and_a_batch_of_refusals_write_nothing() {
    let (house, shelf) = bank().await;
    assert_eq!(tell(&house, &[]).await, []);
    let lost = life(1).until(State::Banked, &shelf);
    let outcomes = tell(&house, &lost[1..]).await;
    assert!(outcomes.iter().all(|one| *one == Err(Refused::NoSuchUnit)));
    assert_eq!(number(&house, "select count(*) from custody_unit").await, 0);
}
