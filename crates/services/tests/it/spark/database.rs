//! What the database refuses, whoever asks it.

use super::*;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_ways_of_the_database_are_the_ways_of_the_domain() {
    let house = TestHouse::new().await;
    let there: BTreeSet<_> = store::spark::cases::ways(&house.services.db).await.expect("read").into_iter().collect();
    let mut due = BTreeSet::new();
    for state in domain::spark::State::ALL {
        let held = domain::spark::State::ALL.map(Some).into_iter().chain([None]);
        for place in held.filter_map(|held_in| domain::spark::Place::new(state, held_in)) {
            for event in Event::ALL {
                for to in Part::ALL.into_iter().filter_map(|part| domain::spark::next(place, event, part).ok()) {
                    let way = [state.name(), event.name(), to.state().name()].map(str::to_owned);
                    let [from, event, to] = way;
                    due.insert((from, event, to));
                }
            }
        }
    }
    assert_eq!(there, due, "a way is added to the table by a migration");
}

/// What a script that speaks SQL is answered: the rule that refuses, or the class where it has no name.
async fn answer(house: &TestHouse, sql: &str) -> Option<String> {
    let mut db = house.services.db.acquire().await.expect("a connection").detach();
    let done = sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await;
    done.err().map(|error| {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        store::constraint_of(&error).map(str::to_owned).or(code).unwrap_or_default()
    })
}

#[tokio::test]
async fn a_state_that_is_written_by_hand_is_refused() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let set = |what: &str| format!("update spark_case set {what} where id = '{case}'");
    let happened = |version: i32, event: &str, from: &str, to: &str| {
        format!(
            "insert into spark_case_event (id, case_id, version, event, from_state, to_state, part, at)
             values (gen_random_uuid(), '{case}', {version}, '{event}', '{from}', '{to}', 'chair', now())"
        )
    };
    let cases = [
        (set("state = 'granted', version = version + 1"), Some("spark_case_way")),
        (set("state = 'granted'"), Some("spark_case_counts")),
        (set("version = version + 1"), Some("spark_case_counts")),
        (set("state = 'completeness', version = version + 2"), Some("spark_case_counts")),
        // A way of the table, and no history.
        (set("state = 'completeness', version = version + 1"), Some("spark_case_told")),
        // History, and no change.
        (happened(2, "take_up", "submitted", "completeness"), Some("spark_case_event_fits")),
        (happened(1, "submit", "draft", "submitted"), Some("spark_case_event_once")),
        // A change, and history of another one.
        (
            format!(
                "{}; {}",
                set("state = 'completeness', version = version + 1"),
                happened(2, "withdraw", "submitted", "withdrawn")
            ),
            Some("spark_case_event_fits"),
        ),
        // A way that the event does not go.
        (
            format!(
                "{}; {}",
                set("state = 'completeness', version = version + 1"),
                happened(2, "supply", "submitted", "completeness")
            ),
            Some("spark_case_event_way"),
        ),
        (set("state = 'deceased_hold', held_in = 'granted', version = version + 1"), Some("spark_case_way")),
        (set("reference = 'AAAAAAAA'"), Some("42501")),
        (format!("delete from spark_case where id = '{case}'"), Some("42501")),
        ("update spark_case_event set event = 'grant'".to_owned(), Some("42501")),
        ("delete from spark_case_event".to_owned(), Some("42501")),
        ("insert into spark_way values ('submitted', 'grant', 'granted')".to_owned(), Some("42501")),
        (
            "insert into spark_case (id, reference, state, version, disease_group, city, age, asked, opened_at, changed_at)
             values (gen_random_uuid(), 'AAAAAAAA', 'granted', 0, 'rare', 'jinan', 1, 1, now(), now())"
                .to_owned(),
            Some("spark_case_begins"),
        ),
        (
            format!("update spark_case_key set key_sealed = null, destroyed_at = now() where case_id = '{case}'"),
            Some("spark_case_key_needed"),
        ),
    ];
    for (sql, rule) in cases {
        assert_eq!(answer(&house, &sql).await.as_deref(), rule, "{sql}");
    }
    assert_eq!((state(&house, case).await.as_str(), version(&house, case).await), ("submitted", 1));
    // Both together are what the one function writes.
    let both = format!(
        "{}; {}",
        set("state = 'completeness', version = version + 1"),
        happened(2, "take_up", "submitted", "completeness")
    );
    assert_eq!(answer(&house, &both).await, None);
}

#[tokio::test]
async fn the_history_is_append_only_for_its_owner_too() {
    let house = TestHouse::new().await;
    sent(&house, 1).await;
    for sql in [
        "update spark_case_event set part = 'chair'",
        "delete from spark_case_event",
        "truncate spark_case_event cascade",
    ] {
        let refused = sqlx::query(sql).execute(&house.db.owner_pool()).await.expect_err(sql);
        assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn nothing_is_granted_without_money_nor_kept_for_what_is_over() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    let moves = |version: i32, event: &str, (from, to): (&str, &str)| {
        format!(
            "update spark_case set state = '{to}', version = version + 1 where id = '{case}';
             insert into spark_case_event (id, case_id, version, event, from_state, to_state, part, at)
             values (gen_random_uuid(), '{case}', {version}, '{event}', '{from}', '{to}', 'chair', now())"
        )
    };
    let granted = moves(5, "grant", ("committee", "granted"));
    assert_eq!(answer(&house, &granted).await.as_deref(), Some("spark_case_kept"));
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("granted");
    let withdrawn = moves(6, "withdraw", ("granted", "withdrawn"));
    assert_eq!(answer(&house, &withdrawn).await.as_deref(), Some("spark_case_freed"));
    // What is kept is given back through the case, not around it.
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let around = ledger::release(&house.services, &chair(&house), domain::ids::AwardId(award.id), "不再需要").await;
    assert!(matches!(around, Err(ledger::LedgerError::State("case"))), "{around:?}");
    // An award is of a case.
    let mut tx = house.services.begin().await.expect("a transaction");
    let grant = crate::ledger::grant(&house, purse.envelope, &[yuan(1)]);
    let nobodys = ledger::reserve_in(&mut tx, &chair(&house), &grant).await.expect_err("an award of no case");
    assert!(format!("{nobodys:?}").contains("ledger_award_case"), "{nobodys:?}");
}
