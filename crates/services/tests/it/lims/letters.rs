//! Dead letters: tried again by the machine or by staff, given up with a reason.

use super::{dead, laboratory, number, record, registered, send, system_of};
use domain::account::{Actor, Role};
use domain::ids::{AccountId, LoginSessionId};
use domain::lims::LetterState;
use serde_json::json;
use services::lims::{LimsError, Which, forget, give_up, letter, letters, open_counts, replay, sweep};
use services::{Context, Services};
use testkit::TestHouse;
use uuid::Uuid;

const DIN: &str = "T000126900001";

fn officer(services: &Services) -> Context {
    let (account, login) = (AccountId(Uuid::from_u128(7)), LoginSessionId(Uuid::from_u128(8)));
    let actor = Actor::Staff { account, login, roles: vec![Role::LabOfficer], stepped_up_at: None };
    Context { actor, ..services.system() }
}

/// A record of somebody the house does not know yet, and its letter.
async fn by_a_stranger(test: &TestHouse) -> Uuid {
    let received = json!({ "kind": "step_done", "step": "weighed", "operator": "NEW-1" });
    let records = vec![registered(DIN), record("s", 2, DIN, "2026-07-01T09:00:00+08:00", received)];
    let answers = send(&test.services, records).await;
    assert_eq!(dead(&answers[1]), Some(("unknown-operator", "NEW-1")));
    let page = letters(&test.services, &system_of(&test.services, 1), &Which::default()).await.expect("letters");
    assert_eq!(page.letters[0].key.as_deref(), Some("s"), "a machine reads its own record");
    page.letters[0].id
}

async fn employ(test: &TestHouse) {
    sqlx::query("insert into custody_operator (id, code, since) values (gen_random_uuid(), 'NEW-1', '2020-01-01')")
        .execute(&test.db.owner_pool())
        .await
        .expect("an operator");
}

#[tokio::test]
async fn a_letter_is_tried_again_and_kept_once() {
    let test = laboratory().await;
    let id = by_a_stranger(&test).await;
    let (services, context) = (&test.services, system_of(&test.services, 1));
    // Its unit's own records may have tried it again already.
    let tries = letter(services, &context, id, "routine").await.expect("a letter").tries;
    let again = replay(services, &context, id).await.expect("a letter");
    assert_eq!((again.state, again.tries), (LetterState::Open, tries + 1));
    employ(&test).await;
    let kept = replay(services, &context, id).await.expect("a letter");
    assert_eq!((kept.state, kept.seq), (LetterState::Applied, Some(2)));
    let same = replay(services, &context, id).await.expect("a letter");
    assert_eq!((same.state, same.seq), (LetterState::Applied, Some(2)));
    assert_eq!(number(&test, "select count(*) from custody_event").await, 2);
    let entries = "select count(*) from audit_entry where action = 'lims.letter_replayed'";
    assert_eq!(number(&test, entries).await, 2);
}

#[tokio::test]
async fn what_stirred_a_unit_is_found_also_when_its_turn_broke_off() {
    let test = laboratory().await;
    by_a_stranger(&test).await;
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 0, "nothing has changed");
    employ(&test).await;
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 1, "what came in this very moment may be what it lacked");
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 0);
}

/// A unit whose key does not open here, as where another server made its master key's successor a moment ago; twice: it opens again.
async fn shut(test: &TestHouse, din: &str) {
    let sql = format!(
        "set session_replication_role = replica; \
         update custody_unit set key_sealed = set_byte(key_sealed, length(key_sealed) - 1, \
           get_byte(key_sealed, length(key_sealed) - 1) # 1) where din = '{din}'; \
         set session_replication_role = origin"
    );
    let owner = test.db.owner_pool();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&owner).await.expect("its key");
}

#[tokio::test]
async fn what_cannot_be_read_here_now_keeps_no_other_and_is_put_aside_by_nobody() {
    let test = laboratory().await;
    let other = "T000126900002";
    let step = || json!({ "kind": "step_done", "step": "weighed", "operator": "NEW-1" });
    let at = "2026-07-01T09:00:00+08:00";
    let records = [DIN, other].map(|din| [registered(din), record(&format!("s-{din}"), 2, din, at, step())]);
    let answers = send(&test.services, records.into_iter().flatten().collect()).await;
    let dead: Vec<_> = answers.iter().filter_map(dead).collect();
    assert_eq!(dead, [("unknown-operator", "NEW-1"); 2]);
    employ(&test).await;
    shut(&test, DIN).await;
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 1, "the other's is kept");
    let waits = "select count(*) from lims_dead_letter where state = 'open' and waits and code = 'unknown-operator'";
    assert_eq!(number(&test, waits).await, 1, "as it was");
    // What comes of it meanwhile waits, too.
    let more = record("more", 3, DIN, at, json!({ "kind": "step_done", "step": "weighed", "operator": "LT-1" }));
    let answers = send(&test.services, vec![more]).await;
    assert_eq!(super::dead(&answers[0]).map(|(code, _)| code), Some("house"));
    shut(&test, DIN).await;
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 2, "once it opens all of it is kept, and by itself");
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where state = 'open'").await, 0);
}

#[tokio::test]
async fn units_and_letters_that_cannot_be_read_here_hold_up_no_other_however_many_they_are() {
    let test = laboratory().await;
    let (shut_ones, other) = ((1..=20).map(|n| format!("T00012690{n:04}")).collect::<Vec<_>>(), "T000126900021");
    let (at, step) =
        ("2026-07-01T09:00:00+08:00", json!({ "kind": "step_done", "step": "weighed", "operator": "NEW-1" }));
    let mut records = vec![registered(other)];
    for din in &shut_ones {
        records.push(registered(din));
        records.extend((2..5).map(|seq| record(&format!("s-{din}-{seq}"), seq, din, at, step.clone())));
    }
    records.push(record("last", 1_000, other, at, step.clone()));
    send(&test.services, records).await;
    employ(&test).await;
    for din in &shut_ones {
        shut(&test, din).await;
    }
    // More of them than one look takes, and all before the others by their ids.
    let torn = "set session_replication_role = replica;
        insert into custody_unit (id, din, pool, state, seq, head, registered_at, changed_at, destroyed_at)
        select ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, 'S9901' || lpad(n::text, 8, '0'), 'public',
               'discarded', 1, decode(repeat('00', 32), 'hex'), now(), now(), now() from generate_series(1, 600) n;
        insert into lims_dead_letter (id, client_id, key, body, record_sealed, unit_id, code, detail, waits, tries, state, came_at, tried_at)
        select gen_random_uuid(), u.id, u.id, u.id, '\\x00', u.id, 'unmet', '', true, 1, 'open', now(), now()
        from custody_unit u where u.din like 'S9901%';
        set session_replication_role = origin";
    sqlx::raw_sql(torn).execute(&test.db.owner_pool()).await.expect("the owner may do anything");
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 1, "the other's, behind all of them");
    let waits = "select count(*) from lims_dead_letter where state = 'open' and waits and code = 'unknown-operator'";
    assert_eq!(number(&test, waits).await, 60, "as they were");
}

#[tokio::test]
async fn what_a_units_own_word_does_not_bring_is_looked_for_once_an_hour_and_at_last_once_a_day() {
    let test = laboratory().await;
    let id = by_a_stranger(&test).await;
    test.services.clock.advance(jiff::SignedDuration::from_mins(10));
    replay(&test.services, &system_of(&test.services, 1), id).await.expect("a letter");
    let tries = async || number(&test, "select tries::bigint from lims_dead_letter").await;
    let before = tries().await;
    let after = async |minutes: i64| {
        test.services.clock.advance(jiff::SignedDuration::from_mins(minutes));
        let kept = sweep(&test.services).await.expect("a sweep");
        (kept, tries().await - before)
    };
    // Whom it lacks is linked by a hand, and a slot is left by another unit: of neither its own unit says a word.
    assert_eq!(after(1).await, (0, 0), "it was tried within the hour");
    for (n, code) in (0..).zip(["unmet", "unknown-operator", "slot-taken", "second-not-quality", "certificate-invalid"])
    {
        let waits = "update lims_dead_letter set code = $1";
        sqlx::query(waits).bind(code).execute(&test.db.owner_pool()).await.expect(waits);
        assert_eq!(after(61).await, (0, n), "{code}: what is unmet its own unit brings");
    }
    // Of whom has not come for a month it is looked once a day.
    assert_eq!(after(60 * 24 * 30).await, (0, 5));
    employ(&test).await;
    assert_eq!(after(60 * 23).await, (0, 5));
    assert_eq!(after(61).await, (1, 6));
}

#[tokio::test]
async fn staff_give_a_letter_up_with_a_reason_and_nothing_comes_of_it_any_more() {
    let test = laboratory().await;
    let id = by_a_stranger(&test).await;
    let (services, staff) = (&test.services, officer(&test.services));
    let short = give_up(services, &staff, id, "no").await;
    assert!(matches!(short, Err(LimsError::Fields(_))), "{short:?}");
    give_up(services, &staff, id, "sent again as record 7").await.expect("given up");
    give_up(services, &staff, id, "sent again as record 7").await.expect("the same twice is one");
    assert!(matches!(give_up(services, &staff, id, "another word").await, Err(LimsError::Ended)));
    employ(&test).await;
    assert!(matches!(replay(services, &staff, id).await, Err(LimsError::Ended)));
    assert_eq!(letter(services, &staff, id, "routine").await.expect("a letter").state, LetterState::GivenUp);
    assert!(open_counts(services, &staff).await.expect("counts").is_empty());
    assert_eq!(number(&test, "select count(*) from custody_event").await, 1);
    let entries = "select count(*) from audit_entry where action = 'lims.letter_given_up'";
    assert_eq!(number(&test, entries).await, 1);
}

#[tokio::test]
async fn a_letter_is_its_machines_and_the_desks_and_nobody_elses() {
    let test = laboratory().await;
    let id = by_a_stranger(&test).await;
    let (services, other) = (&test.services, system_of(&test.services, 2));
    assert!(matches!(letter(services, &other, id, "routine").await, Err(LimsError::NotFound)));
    assert!(matches!(replay(services, &other, id).await, Err(LimsError::NotFound)));
    assert!(letters(services, &other, &Which::default()).await.expect("none").letters.is_empty());
    let staff = officer(services);
    let listed = letters(services, &staff, &Which::default()).await.expect("letters").letters;
    assert_eq!((listed.len(), listed[0].record.is_none()), (1, true), "a list shows no records");
    let read = "select count(*) from audit_entry where action = 'lims.letter_read'";
    assert_eq!(number(&test, read).await, 0, "a list is no reading of what a record says");
    assert!(letter(services, &staff, id, "routine").await.expect("a letter").record.is_some());
    assert_eq!(number(&test, read).await, 1, "who reads it stands in the trail");
    let own = letter(services, &system_of(services, 1), id, "").await.expect("a letter");
    assert!(own.record.is_some() && number(&test, read).await == 1, "a machine reads its own");
    let counts = open_counts(services, &staff).await.expect("counts");
    assert_eq!((counts[0].code.as_str(), counts[0].letters), ("unknown-operator", 1));
    let visitor = Context {
        actor: Actor::Visitor {
            account: AccountId(Uuid::from_u128(9)),
            login: LoginSessionId(Uuid::from_u128(9)),
            stepped_up_at: None,
        },
        ..services.system()
    };
    assert!(matches!(letters(services, &visitor, &Which::default()).await, Err(LimsError::Denied(_))));
    assert!(matches!(give_up(services, &other, id, "not mine").await, Err(LimsError::Denied(_))));
}

#[tokio::test]
async fn what_a_letter_said_is_forgotten_a_month_after_it_ended() {
    let test = laboratory().await;
    let id = by_a_stranger(&test).await;
    let (services, staff) = (&test.services, officer(&test.services));
    test.services.clock.advance(jiff::SignedDuration::from_hours(24 * 40));
    assert_eq!(forget(services).await.expect("forgotten"), 0, "an open letter is kept");
    give_up(services, &Context { now: test.now(), ..staff.clone() }, id, "nobody knows").await.expect("given up");
    test.services.clock.advance(jiff::SignedDuration::from_hours(24 * 31));
    assert_eq!(forget(services).await.expect("forgotten"), 1);
    let kept = letter(services, &staff, id, "routine").await.expect("a letter");
    assert_eq!((kept.record, kept.state), (None, LetterState::GivenUp));
}

#[tokio::test]
async fn a_letter_keeps_its_record_sealed_and_its_words_plain() {
    let test = laboratory().await;
    let secret = "王小明的母亲";
    let payload = json!({ "kind": "step_done", "step": secret, "operator": secret });
    let answers =
        send(&test.services, vec![registered(DIN), record("p", 2, DIN, "2026-07-01T09:00:00Z", payload)]).await;
    assert!(dead(&answers[1]).is_some());
    for (table, text) in test.db.everything().await {
        assert!(!text.contains(secret), "{table} holds what a record said");
    }
}
