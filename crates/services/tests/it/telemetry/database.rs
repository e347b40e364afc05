//! What the database holds by itself, whoever writes: ways of alarms, their events, mutes by two, rules that stand.

use super::{reading, send, tank};
use domain::telemetry::{AlarmEvent, AlarmState, ChannelKind, Limits, Rules};
use services::telemetry;
use std::fmt::Write as _;
use testkit::TestHouse;

/// Why the application's role may not run a statement; nothing where it may.
async fn refused(house: &TestHouse, sql: &'static str) -> Option<String> {
    let mut tx = services::db::begin(&house.services.db).await.expect("a transaction");
    let done = sqlx::query(sql).execute(&mut *tx).await;
    let done = match done {
        Ok(_) => tx.commit().await,
        Err(error) => Err(error),
    };
    done.err().map(|error| match store::constraint_of(&error) {
        Some(constraint) => constraint.to_owned(),
        None => error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned(),
    })
}

#[tokio::test]
async fn the_ways_of_alarms_are_those_of_the_table() {
    let house = TestHouse::new().await;
    let mut here: Vec<(String, String, String)> =
        sqlx::query_as("select from_state, event, to_state from telemetry_way")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the ways");
    let mut known: Vec<(String, String, String)> = AlarmState::ALL
        .into_iter()
        .flat_map(|from| AlarmEvent::ALL.map(|event| (from, event)))
        .filter_map(|(from, event)| Some((from.name().into(), event.name().into(), from.next(event)?.name().into())))
        .collect();
    here.sort();
    known.sort();
    assert_eq!(here, known);
}

#[tokio::test]
async fn the_first_rules_are_those_of_the_house() {
    let house = TestHouse::new().await;
    let rules: serde_json::Value =
        sqlx::query_scalar("select rules from telemetry_rules order by version desc limit 1")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("rules");
    let rules: Rules = serde_json::from_value(rules).expect("rules that are read");
    assert_eq!(rules.cold(), Some(Limits { warning: -170.0, critical: -150.0 }));
    for kind in ChannelKind::ALL {
        assert!(rules.of(kind).any(domain::telemetry::Rule::is_of_silence), "{kind:?} may fall silent");
    }
    let mut words = String::new();
    for rule in &rules.rules {
        let _ = writeln!(words, "{}: {:?} {:?} of {:?}", rule.name, rule.severity, rule.check, rule.of);
    }
    for rung in &rules.ladder {
        let _ = writeln!(words, "{rung:?}");
    }
    testkit::golden::is_the_reviewed_one(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/alarm_rules.txt"), &words);
    let roles: Vec<&str> = rules.ladder.iter().map(|rung| rung.role.as_str()).collect();
    assert_eq!(roles, ["night_shift", "lab_officer", "quality_officer"]);
    assert!(roles.iter().all(|role| domain::account::Role::from_name(role).is_some()));
}

#[tokio::test]
async fn nobody_changes_what_was_written_of_alarms_nor_goes_around_their_ways() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading("T-01/temperature_top", house.now(), -149.0)]).await;
    telemetry::watch(&house.services).await.expect("looked");
    let why = async |sql| refused(&house, sql).await.unwrap_or_else(|| panic!("done: {sql}"));
    assert_eq!(why("update telemetry_alarm set state = 'resolved', closed_at = now()").await, "telemetry_alarm_way");
    assert_eq!(
        why("update telemetry_alarm set state = 'acknowledged', acknowledged_at = now(), acknowledged_by = gen_random_uuid() where state = 'firing'").await,
        "telemetry_alarm_told",
        "no state without its event"
    );
    for sql in [
        "update telemetry_alarm_event set event = 'mute'",
        "delete from telemetry_alarm_event",
        "delete from telemetry_alarm",
        "update telemetry_rules set reason = 'because'",
        "delete from telemetry_rules_draft",
        "update telemetry_rules_draft set rules = '{}'",
        "update telemetry_reading set value = -196",
        "delete from telemetry_reading",
    ] {
        assert_eq!(why(sql).await, "42501", "{sql}");
    }
}

#[tokio::test]
async fn a_mute_by_one_or_for_longer_than_four_hours_is_none() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let ask = "insert into telemetry_mute (id, channel_id, reason, minutes, asked_by, asked_at)
               select '01980000-0000-7000-8000-000000000001', id, 'maintenance', 240, '01980000-0000-7000-8000-0000000000aa', now()
               from telemetry_channel";
    assert_eq!(refused(&house, ask).await, None);
    assert_eq!(refused(&house, ask).await.as_deref(), Some("telemetry_mute_pkey"));
    let alone =
        "update telemetry_mute set confirmed_by = asked_by, confirmed_at = now(), until = now() + interval '1 hour'";
    assert_eq!(refused(&house, alone).await.as_deref(), Some("telemetry_mute_two_people"));
    let long = "update telemetry_mute set confirmed_by = gen_random_uuid(), confirmed_at = now(), until = now() + interval '5 hours'";
    assert_eq!(refused(&house, long).await.as_deref(), Some("telemetry_mute_longest"));
}

#[tokio::test]
async fn rules_by_one_person_are_none() {
    let house = TestHouse::new().await;
    let alone = "insert into telemetry_rules (version, rules, valid_from, made_by, confirmed_by, reason)
                 select version + 1, rules, now(), '01980000-0000-7000-8000-0000000000aa', '01980000-0000-7000-8000-0000000000aa', 'because'
                 from telemetry_rules order by version desc limit 1";
    assert_eq!(refused(&house, alone).await.as_deref(), Some("telemetry_rules_two_people"));
    let unseen = "insert into telemetry_rules (version, rules, valid_from, made_by, reason)
                  select version + 1, rules, now(), '01980000-0000-7000-8000-0000000000aa', 'because'
                  from telemetry_rules order by version desc limit 1";
    assert_eq!(refused(&house, unseen).await.as_deref(), Some("telemetry_rules_two_people"));
    let draft = "insert into telemetry_rules_draft (id, base, rules, reason, proposed_by, proposed_at)
                 select '01980000-0000-7000-8000-000000000001', version, rules, 'because', '01980000-0000-7000-8000-0000000000aa', now()
                 from telemetry_rules order by version desc limit 1";
    assert_eq!(refused(&house, draft).await, None);
    let own = "update telemetry_rules_draft set decided_by = proposed_by, decided_at = now(), became = base";
    assert_eq!(refused(&house, own).await.as_deref(), Some("telemetry_rules_draft_two_people"));
    let back = "update telemetry_rules_draft set decided_by = proposed_by, decided_at = now()";
    assert_eq!(refused(&house, back).await, None, "one's own is taken back");
    assert_eq!(refused(&house, back).await.as_deref(), Some("42501"), "what was decided stands");
}
