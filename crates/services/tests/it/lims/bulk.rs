//! Units that are put there in bulk for measurements are units as any other.

use super::{laboratory, number};
use domain::account::{Actor, Role};
use domain::custody::State;
use domain::ids::{AccountId, LoginSessionId, UnitId};
use services::Context;
use services::custody::proof::{self, Terms};
use services::custody::{Sight, unit};
use services::lims::bulk::{fill, sizes};
use uuid::Uuid;

#[tokio::test]
async fn units_put_there_in_bulk_open_and_hold_together_as_any_other() {
    let test = laboratory().await;
    let owner = test.db.owner_pool();
    let mut told = 0;
    let filled = fill(&test.services, &owner, 3, |so_far| told = so_far.units).await.expect("units");
    assert_eq!((filled.units, told), (3, 3));
    let again = fill(&test.services, &owner, 2, |_| ()).await.expect("more units");
    assert_eq!(again.units, 2);
    assert_eq!(number(&test, "select count(*) from custody_unit where state = 'banked'").await, 5);
    let events = i64::try_from(filled.events + again.events).expect("a number");
    assert_eq!(number(&test, "select count(*) from custody_event").await, events);
    assert_eq!(number(&test, "select count(*) from lims_record where seq is not null").await, events);
    let broken =
        "select count(*) from custody_event a join custody_event b on b.unit_id = a.unit_id and b.seq = a.seq - 1
                  where a.prev_hash <> b.hash";
    assert_eq!(number(&test, broken).await, 0);

    let account = AccountId(Uuid::from_u128(7));
    let actor = Actor::Staff {
        account,
        login: LoginSessionId(Uuid::from_u128(8)),
        roles: vec![Role::QualityOfficer],
        stepped_up_at: Some(test.now()),
    };
    let officer = Context { actor, ..test.services.system() };
    let ids: Vec<Uuid> = sqlx::query_scalar("select id from custody_unit").fetch_all(&owner).await.expect("ids");
    for id in ids {
        let view = unit(&test.services, &officer, UnitId(id), Sight::Staff).await.expect("a unit that opens");
        assert_eq!(view.standing.state(), State::Banked);
        assert!(view.events.iter().all(|event| event.payload.is_some()), "everything it says opens");
        assert_eq!(view.events.len(), view.version as usize);
        assert!(view.steps.missing().next().is_none() && view.tests.missing().next().is_none());
        assert!(view.place.is_some() && view.readable);
    }
    // Their rows and places are what the verifier finds in their events.
    proof::close(&test.services, Uuid::nil()).await.expect("a root");
    let terms = Terms::at(test.now());
    let report = proof::verify(&test.services.db, &test.services.vault, &terms).await.expect("the verifier reads");
    assert_eq!((report.units, report.faults), (5, vec![]));
    let of = sizes(&test.services).await.expect("sizes");
    assert_eq!(of.len(), 4, "{of:?}");
}
