//! The happy path, and every other end.

use super::*;
use domain::custody::TankUse;
use domain::custody::chain::{Link, START, digest};

#[tokio::test]
async fn a_unit_with_56_steps_and_15_results_is_banked() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let told = tell(&house, &life.until(State::Banked, &shelf)).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let unit = seen(&house, life.unit).await;
    assert_eq!(unit.standing.state(), State::Banked);
    assert_eq!((unit.steps.count(), unit.steps.of()), (56, 56));
    assert_eq!((unit.tests.count(), unit.tests.of()), (15, 15));
    assert_eq!((unit.release.count(), unit.release.of()), (0, 58));
    assert!(unit.record_signed && unit.deviations.is_empty() && unit.readable);
    assert_eq!(unit.place.as_ref().map(|place| &place.slot), Some(&life.slots.1));
    assert_eq!(unit.place.map(|place| place.tank_use), Some(TankUse::LongTerm));
    assert_eq!(unit.din, Some(life.din.clone()));
    assert_eq!(unit.version as usize, unit.events.len());
}

#[tokio::test]
async fn every_state_is_reached_and_each_chain_verifies() {
    let (house, shelf) = bank().await;
    for (number, state) in (1..).zip(State::ALL) {
        let life = life(number);
        let told = life.until(state, &shelf);
        let unit = unit_in(&house, number, state).await;
        let view = seen(&house, unit).await;
        assert_eq!(view.standing.state(), state);
        let said: Vec<_> = view.events.iter().filter(|event| event.source == "lims").collect();
        assert_eq!(said.len(), told.len(), "{state:?}");
        assert!(said.iter().zip(&told).all(|(event, told)| event.kind == told.payload.kind()), "{state:?}");
        let mut previous = START;
        for (seq, event) in (1..).zip(&view.events) {
            let bytes = event.said.as_ref().expect("staff reads it");
            let (salt, json) = bytes.split_first_chunk::<16>().expect("a salt");
            let link = Link {
                unit: unit.0,
                seq,
                kind: event.kind.name(),
                digest: digest(salt, json),
                occurred_at: event.occurred_at,
                received_at: event.received_at,
                actor_kind: &event.actor_kind,
                actor: event.actor_id,
                source: &event.source,
                source_seq: event.source_seq,
                previous,
            };
            assert_eq!((event.seq, event.digest, event.prev_hash), (seq, link.digest, previous));
            assert_eq!(event.hash, link.hash(), "{state:?} {seq}");
            previous = event.hash;
        }
        assert_eq!(view.head, previous);
    }
    let states = number(&house, "select count(distinct state) from custody_unit").await;
    assert_eq!(states, 22);
}

#[tokio::test]
async fn the_other_guardian_reads_nothing_of_the_mothers_results() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    let mut db = house.services.db.acquire().await.expect("a connection");
    let view = async |db: &mut sqlx::PgConnection, sight| {
        services::custody::view_in(db, &house.services, unit, sight).await.expect("a unit")
    };
    let mother = view(&mut db, Sight::Owner).await;
    let other = view(&mut db, Sight::OtherGuardian { mother_consents: false }).await;
    let let_in = view(&mut db, Sight::OtherGuardian { mother_consents: true }).await;
    assert!(mother.din.is_none(), "a number that one can count on from is nobody's of the public");
    let hidden = |view: &UnitView| view.events.iter().filter(|event| event.payload.is_none()).count();
    // Put away, taken out, put away: in which slots is read at the bank only.
    assert_eq!((hidden(&mother), hidden(&other), hidden(&let_in)), (3, 8, 3));
    for (one, whole) in other.events.iter().zip(&mother.events) {
        assert_eq!((one.hash, one.digest), (whole.hash, whole.digest), "the chain is the same for both");
        let of_mother = format!("{:?}", whole.payload).contains("Mother");
        let of_slot = [Kind::PutAway, Kind::TakenOut].iter().any(|kind| whole.kind == *kind);
        assert_eq!(one.said.is_none(), of_mother || of_slot, "neither the salt nor the text");
    }
}

#[tokio::test]
async fn once_its_key_is_destroyed_nothing_is_read_or_said_and_the_chain_stands() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Discarded).await;
    let before = seen(&house, unit).await;
    let destroy = async || store::custody::units::destroy_keys(&house.services.db, &[unit.0], house.now()).await;
    assert_eq!(destroy().await.expect("it waits"), 0, "what no root covers yet must still be opened");
    services::custody::proof::close_all(&house.services).await.expect("a root");
    let gone = destroy().await.expect("destroyed");
    let after = seen(&house, unit).await;
    assert_eq!((gone, after.readable), (1, false));
    assert!(after.events.iter().all(|event| event.payload.is_none() && event.said.is_none()));
    assert_eq!(after.head, before.head);
    let deviation = Payload::DeviationOpened {
        deviation: Uuid::from_u128(1),
        of: domain::custody::DeviationKind::Other,
        said: "late".to_owned(),
        operator: None,
    };
    assert_eq!(one(&house, unit, deviation).await, Err(Refused::Over(State::Discarded)));
}
