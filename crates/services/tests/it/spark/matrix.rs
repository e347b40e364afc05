//! Every state, event and part, through the real function on a real Postgres: it does what the reviewed table says
//! (`domain/golden/spark_states.txt`), and nothing else.

use super::*;
use domain::spark::{Place as Standing, State, next};
use services::Services;

/// Where a case can be, each with one that is held in it.
fn places() -> Vec<Standing> {
    let held = || State::ALL.map(Some).into_iter().chain([None]);
    State::ALL.into_iter().flat_map(|state| held().filter_map(move |held_in| Standing::new(state, held_in))).collect()
}

/// A case that stands there, as though it had come there: the rules of the database are looked away from meanwhile.
async fn standing(house: &TestHouse, purse: Purse, person: u128, place: Standing) -> CaseId {
    let case = sent(house, person).await;
    let kept = ["granted", "partial", "notice", "agreement", "disbursing"];
    if kept.contains(&place.held_in().unwrap_or(place.state()).name()) {
        let grant = ledger::Grant { case: case.0, ..crate::ledger::grant(house, purse.envelope, &[yuan(10_000)]) };
        crate::ledger::reserve(&house.services, &chair(house), &grant).await.expect("kept");
    }
    let decision = match place.state() {
        State::Refused => "decision = 'refused', decided_at = changed_at,",
        State::Ineligible => "decision = 'ineligible', decided_at = changed_at,",
        State::Partial | State::Notice | State::Agreement => {
            "decision = 'partial', decided_fen = 1000000, decided_at = changed_at,"
        }
        _ => "",
    };
    let held_in = place.held_in().map_or("null".to_owned(), |state| format!("'{}'", state.name()));
    let draft = place.state() == State::Draft;
    let sql = format!(
        "begin; set local session_replication_role = replica;
         delete from spark_case_event where case_id = '{case}' and {draft};
         update spark_case_event set to_state = '{state}' where case_id = '{case}';
         update spark_case set {decision} state = '{state}', held_in = {held_in}, version = {version}
           where id = '{case}'; commit",
        state = place.state().name(),
        version = i32::from(!draft),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.db.owner_pool()).await.expect("placed");
    if place.state() == State::MedicalReview {
        judged(house, case).await;
    }
    case
}

/// Two reviewers have given the same.
async fn judged(house: &TestHouse, case: CaseId) {
    let mut db = house.services.db.acquire().await.expect("a connection");
    let key = cases::key(&house.services, &mut db, case).await.expect("a key");
    for reviewer in REVIEWERS {
        let row: Uuid = id(house);
        let text = serde_json::to_vec(&marks("4")).expect("text");
        let place = Place { table: "spark_review", column: "review_sealed", row };
        let mut tx = services::db::begin(&house.db.owner_pool()).await.expect("a transaction");
        sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("set");
        sqlx::query(
            "insert into spark_case_reviewer (id, case_id, reviewer_id, assigned_by, assigned_at)
             values ($1, $2, $3, $1, now())",
        )
        .bind(row)
        .bind(case.0)
        .bind(Uuid::from_u128(reviewer))
        .execute(&mut *tx)
        .await
        .expect("asked");
        sqlx::query(
            "insert into spark_review (id, case_id, round, reviewer_id, rubric, version, review_sealed, digest, saved_at,
                                       submitted_at)
             values ($1, $2, 0, $3, 1, 1, $4, $5, now(), now())",
        )
        .bind(row)
        .bind(case.0)
        .bind(Uuid::from_u128(reviewer))
        .bind(key.seal(place, &text))
        .bind([7_u8; 32].as_slice())
        .execute(&mut *tx)
        .await
        .expect("given");
        tx.commit().await.expect("committed");
    }
}

/// A signed meeting decided what an event does, of the case as it is.
async fn settled(house: &TestHouse, case: CaseId, event: Event) {
    let (outcome, sum) = match event {
        Event::Grant => ("granted", Some(1_000_000_i64)),
        Event::GrantPart => ("partial", Some(900_000)),
        Event::Refuse | Event::RuleOut => ("refused", None),
        Event::Defer => ("deferred", None),
        _ => return,
    };
    let mut db = house.services.db.acquire().await.expect("a connection");
    let item = review::as_it_is(&mut db, case).await.expect("an item");
    let meeting: Uuid = id(house);
    let mut tx = services::db::begin(&house.db.owner_pool()).await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("set");
    sqlx::query("delete from spark_meeting_item where case_id = $1")
        .bind(case.0)
        .execute(&mut *tx)
        .await
        .expect("gone");
    sqlx::query(
        "insert into spark_meeting (id, state, version, day, chair_id, deputy_id, members, pack, pack_digest, minutes,
                                    planned_by, closed_by, closed_at, changed_at)
         values ($1, 'minutes_signed', 1, now(), $1, $1, '{}', 'x', 'x', 'x', $1, $1, now(), now())",
    )
    .bind(meeting)
    .execute(&mut *tx)
    .await
    .expect("a meeting");
    sqlx::query(
        "insert into spark_meeting_item (meeting_id, case_id, position, case_version, form, requested, digest, outcome,
                                         outcome_fen)
         values ($1, $2, 1, 1, 1, 1000000, $3, $4, $5)",
    )
    .bind(meeting)
    .bind(case.0)
    .bind(review::digest(&item.canonical()).expect("a hash").0.as_slice())
    .bind(outcome)
    .bind(sum)
    .execute(&mut *tx)
    .await
    .expect("an item");
    tx.commit().await.expect("committed");
}

/// Does it, looks whether the database would take it, and undoes it.
async fn tried(services: &Services, context: &Context, act: &Act) -> Result<Moved, CaseError> {
    let mut tx = services.begin().await.expect("a transaction");
    let moved = cases::act_in(services, &mut tx, context, act).await?;
    sqlx::query("set constraints all immediate").execute(&mut *tx).await?;
    tx.rollback().await?;
    Ok(moved)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_function_does_what_the_table_says() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000_000).await;
    rubric(&house).await;
    known(&house, &REVIEWERS).await;
    for helper in [2001, 2002] {
        account(&house, helper).await;
    }
    let actor = |person: u128, part: Part| match part {
        Part::Applicant => visitor(&house, person),
        Part::Guardian => visitor(&house, 2001),
        Part::SocialWorker => visitor(&house, 2002),
        Part::System => house.services.system(),
        part => {
            let role = Role::ALL.into_iter().find(|role| Part::of_role(*role) == Some(part)).expect("a role");
            of(&house, 9_000_000 + part as u128, role)
        }
    };
    let (mut done, mut refused) = (0, 0);
    for (person, place) in (1..).zip(places()) {
        let case = standing(&house, purse, person, place).await;
        let mut db = house.services.db.acquire().await.expect("a connection");
        let key = cases::key(&house.services, &mut db, case).await.expect("a key");
        for (part, account) in [("guardian", 2001_u128), ("social_worker", 2002)] {
            let id = services::context::new_uuid(house.now());
            let sealed = key.seal(Place { table: "spark_case_party", column: "particulars_sealed", row: id }, b"{}");
            let account = Some(Uuid::from_u128(account));
            store::spark::cases::add_party(&mut *db, id, case.0, (part, account), &sealed, house.now())
                .await
                .expect("a party");
        }
        drop(db);
        let at = version(&house, case).await;
        for (event, part) in Event::ALL.into_iter().flat_map(|event| Part::ALL.map(|part| (event, part))) {
            let sum = match event {
                Event::Grant => Some(10_000),
                Event::GrantPart => Some(9_000),
                _ => None,
            };
            if part == Part::Chair && matches!(place.state(), State::Committee | State::Appeal) {
                settled(&house, case, event).await;
            }
            let act = Act { award: sum.map(|sum| decided(&house, purse, sum)), ..plain(case, at, part, event) };
            let answer = tried(&house.services, &actor(person, part), &act).await;
            match (next(place, event, part), answer) {
                (Ok(to), Ok(moved)) => {
                    assert_eq!((moved.place, moved.version), (to, at + 1), "{place:?} {event:?} {part:?}");
                    done += 1;
                }
                (Err(_), Err(CaseError::Refused(_) | CaseError::Denied(_))) => refused += 1,
                (table, answer) => panic!("{place:?} {event:?} {part:?}: {table:?}, and {answer:?}"),
            }
        }
    }
    assert_eq!(done + refused, places().len() * Event::ALL.len() * Part::ALL.len());
    assert!(done > 100, "{done}");
    let moved = "select count(*) from spark_case_event where version > 1";
    assert_eq!(crate::ledger::number(&house, moved).await, 0, "all was undone");
}
