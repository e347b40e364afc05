//! What is alarmed about is changed by the word of two, and the watch looks by the new version from its next turn on.

use super::{number, reading, send, tank};
use crate::exports::{colleague, proves};
use domain::account::{Denied, Role};
use domain::field::Fault;
use domain::ids::RulesDraftId;
use domain::telemetry::change::{plain, rung_after, rung_role};
use domain::telemetry::{AlarmState, ChannelKind, Limits};
use domain::typed::Typed;
use services::Context;
use services::telemetry::{self, RulesPage, TelemetryError};
use testkit::{TestDb, TestHouse};

/// One of quality.
fn quality(house: &TestHouse, who: u128) -> Context {
    house.somebody(who, Role::QualityOfficer)
}

async fn page(house: &TestHouse) -> RulesPage {
    telemetry::rules(&house.services, &quality(house, 1)).await.expect("the rules")
}

/// The form as it stands, with what is typed into some of its inputs.
async fn form(house: &TestHouse, typed: &[(&str, &str)]) -> (i32, Typed) {
    let present = page(house).await.present;
    let mut form = Typed::default();
    for setting in present.rules.settings() {
        form.0.insert(setting.field(), plain(setting.value()));
    }
    for (rung, number) in present.rules.ladder.iter().zip(1..) {
        form.0.insert(rung_role(number), rung.role.clone());
        form.0.insert(rung_after(number), plain(rung.after()));
    }
    form.0.insert("reason".to_owned(), "随季节调整".to_owned());
    for (field, text) in typed {
        form.0.insert((*field).to_owned(), (*text).to_owned());
    }
    (present.version, form)
}

async fn propose(house: &TestHouse, typed: &[(&str, &str)]) -> Result<RulesDraftId, TelemetryError> {
    let (base, form) = form(house, typed).await;
    telemetry::propose_rules(&house.services, &house.somebody(1, Role::LabOfficer), base, &form).await
}

#[tokio::test]
async fn the_watch_looks_by_new_rules_from_its_next_turn_on() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let look = async || {
        send(&house, vec![reading("T-01/temperature_top", house.now(), -152.0)]).await;
        telemetry::watch(&house.services).await.expect("looked");
        let board = telemetry::board(&house.services, &quality(&house, 1)).await.expect("a board");
        board
            .alarms
            .into_iter()
            .filter(|alarm| alarm.rule == "tank_critical")
            .map(|alarm| alarm.state)
            .collect::<Vec<_>>()
    };
    assert!(look().await.is_empty(), "-152 is not critical yet");
    let draft =
        propose(&house, &[("tank_critical-limit", "-155"), ("tank_warm-limit", "-175.5")]).await.expect("proposed");
    house.services.clock.advance(jiff::SignedDuration::from_secs(60));
    assert!(look().await.is_empty(), "proposed is not confirmed");
    let version = telemetry::confirm_rules(&house.services, &quality(&house, 2), draft).await.expect("confirmed");
    house.services.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(look().await, [AlarmState::Firing]);
    assert_eq!(number(&house, "select max(rules_version)::bigint from telemetry_alarm").await, i64::from(version));
    let all = page(&house).await;
    assert_eq!(all.present.rules.cold(), Some(Limits { warning: -175.5, critical: -155.0 }));
    assert_eq!((all.present.version, all.past.len()), (version, usize::try_from(version).expect("small") - 1));
    assert!(all.past[0].by.is_none(), "the house's own");
    let noted =
        "select count(*) from audit_entry where action in ('telemetry.rules_proposed', 'telemetry.rules_confirmed')";
    assert_eq!(number(&house, noted).await, 2);
}

#[tokio::test]
async fn an_alarm_keeps_the_ladder_it_was_raised_with() {
    let house = TestHouse::new().await;
    for (login, role, mail) in
        [("night-a", Role::NightShift, "night@example.com"), ("quality-a", Role::QualityOfficer, "quality@example.com")]
    {
        let person = colleague(&house, login, role).await;
        proves(&house, person, mail).await;
    }
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let look = async || {
        send(&house, vec![reading("T-01/temperature_top", house.now(), -149.0)]).await;
        telemetry::watch(&house.services).await.expect("looked").expect("nobody else looks").told
    };
    assert_eq!(look().await, 1, "the night shift");
    let shorter = [("rung-3-role", ""), ("rung-3-after", "")];
    let draft = propose(&house, &shorter).await.expect("proposed");
    telemetry::confirm_rules(&house.services, &quality(&house, 2), draft).await.expect("confirmed");
    house.services.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(look().await, 0);
    house.services.clock.advance(jiff::SignedDuration::from_secs(240));
    assert_eq!(
        look().await,
        2,
        "nobody stands on its second rung, so that its third is told; and it is too warm for long"
    );
}

#[tokio::test]
async fn new_rules_need_another_person_of_quality() {
    let house = TestHouse::new().await;
    let night = house.somebody(9, Role::NightShift);
    let (base, same) = form(&house, &[]).await;
    let not = |role| {
        let by = house.somebody(1, role);
        let (services, same) = (house.services.clone(), same.clone());
        async move { telemetry::propose_rules(&services, &by, base, &same).await }
    };
    assert!(matches!(not(Role::NightShift).await, Err(TelemetryError::Denied(Denied::NotAllowed))));
    assert!(matches!(not(Role::LabOfficer).await, Err(TelemetryError::Unchanged)));
    telemetry::rules(&house.services, &night).await.expect("the night shift reads them");
    let draft = propose(&house, &[("oxygen_low-limit", "20")]).await.expect("proposed");
    let again = propose(&house, &[("oxygen_low-limit", "20.1")]).await;
    assert!(matches!(again, Err(TelemetryError::Already)));
    let lab = telemetry::confirm_rules(&house.services, &house.somebody(2, Role::LabOfficer), draft).await;
    assert!(matches!(lab, Err(TelemetryError::Denied(Denied::NotAllowed))));
    let own = telemetry::confirm_rules(&house.services, &quality(&house, 1), draft).await;
    assert!(matches!(own, Err(TelemetryError::SamePerson)), "in another role one is the same person");
    let version = telemetry::confirm_rules(&house.services, &quality(&house, 2), draft).await.expect("confirmed");
    let twice = telemetry::confirm_rules(&house.services, &quality(&house, 2), draft).await.expect("twice is once");
    assert_eq!(twice, version);
    let third = telemetry::confirm_rules(&house.services, &quality(&house, 3), draft).await;
    assert!(matches!(third, Err(TelemetryError::Changed)));
    let late = telemetry::drop_rules(&house.services, &quality(&house, 1), draft).await;
    assert!(matches!(late, Err(TelemetryError::Changed)));
    let old = telemetry::propose_rules(&house.services, &quality(&house, 1), base, &same).await;
    assert!(matches!(old, Err(TelemetryError::Changed)), "another version is in force");
}

#[tokio::test]
async fn what_is_taken_back_holds_never() {
    let house = TestHouse::new().await;
    let draft = propose(&house, &[("silent-intervals", "5")]).await.expect("proposed");
    telemetry::drop_rules(&house.services, &quality(&house, 2), draft).await.expect("taken back");
    telemetry::drop_rules(&house.services, &quality(&house, 2), draft).await.expect("twice is once");
    let late = telemetry::confirm_rules(&house.services, &quality(&house, 3), draft).await;
    assert!(matches!(late, Err(TelemetryError::Changed)));
    assert_eq!(number(&house, "select count(*) from telemetry_rules where made_by is not null").await, 0);
    propose(&house, &[("silent-intervals", "6")]).await.expect("the way is free");
}

#[tokio::test]
async fn what_is_out_of_bounds_is_told_beside_its_field_all_at_once() {
    let house = TestHouse::new().await;
    let typed = [("oxygen_low-limit", "18"), ("silent-intervals", "0"), ("rung-1-role", ""), ("reason", "x")];
    let Err(TelemetryError::Fields(errors)) = propose(&house, &typed).await else { panic!("taken") };
    let fields: Vec<(&str, Fault)> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
    assert_eq!(
        fields,
        [
            ("oxygen_low-limit", Fault::Between { least: 195, most: 205 }),
            ("silent-intervals", Fault::OutOfRange { min: 2, max: 10 }),
            ("rung-1-role", Fault::Required),
            ("reason", Fault::TooShort { min: 4 }),
        ]
    );
    assert_eq!(number(&house, "select count(*) from telemetry_rules_draft").await, 0);
}

/// Two people confirm at once, while nobody may write a version until so many of them wait for it. How many versions came of it,
/// how many were told that it is confirmed, and how many entries the trail has.
async fn race(house: &TestHouse, draft: RulesDraftId, waiting: i64) -> (i64, usize, i64) {
    let owner = house.db.owner_pool();
    let mut held = owner.acquire().await.expect("a connection");
    // Reading goes on, writing waits.
    sqlx::query("begin").execute(&mut *held).await.expect("begun");
    sqlx::query("lock table telemetry_rules in share mode").execute(&mut *held).await.expect("locked");
    let confirm = |who| {
        let (services, context) = (house.services.clone(), quality(house, who));
        tokio::spawn(async move { telemetry::confirm_rules(&services, &context, draft).await })
    };
    let (one, two) = (confirm(2), confirm(3));
    let wait = "select count(*) from pg_locks l join pg_class c on c.oid = l.relation
                where c.relname = 'telemetry_rules' and not l.granted and l.database = (select oid from pg_database where datname = current_database())";
    for _ in 0..200 {
        let here: i64 = sqlx::query_scalar(wait).fetch_one(&mut *held).await.expect("a number");
        if here >= waiting {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    sqlx::query("commit").execute(&mut *held).await.expect("released");
    let told = [one.await.expect("it ran"), two.await.expect("it ran")];
    let versions = number(house, "select count(*) from telemetry_rules where made_by is not null").await;
    let noted = number(house, "select count(*) from audit_entry where action = 'telemetry.rules_confirmed'").await;
    (versions, told.iter().filter(|told| told.is_ok()).count(), noted)
}

/// Without the draft's lock and state, and without the key that is the net below them.
async fn unguarded(db: &TestDb) {
    for sql in [
        "alter table telemetry_rules_draft rename to telemetry_rules_draft_before",
        "create function drafts_before() returns setof telemetry_rules_draft_before language sql stable as 'select * from telemetry_rules_draft_before'",
        "create view telemetry_rules_draft as select id, base, rules, reason, proposed_by, proposed_at, null::uuid as decided_by,
           null::timestamptz as decided_at, null::integer as became from drafts_before()",
        "create rule unguarded as on update to telemetry_rules_draft do instead nothing",
        "grant select, update on telemetry_rules_draft to cb_app",
        "alter table telemetry_rules drop constraint telemetry_rules_pkey cascade",
    ] {
        sqlx::query(sql).execute(&db.owner_pool()).await.expect(sql);
    }
}

#[tokio::test]
async fn two_who_confirm_at_once_make_one_version() {
    let house = TestHouse::new().await;
    let draft = propose(&house, &[("ups_short-limit", "20")]).await.expect("proposed");
    assert_eq!(race(&house, draft, 1).await, (1, 1, 1));
}

/// The control: the same race without what keeps it. If this held, the test above would show nothing.
#[tokio::test]
async fn without_what_keeps_it_the_same_race_makes_two() {
    let house = TestHouse::new().await;
    let draft = propose(&house, &[("ups_short-limit", "20")]).await.expect("proposed");
    unguarded(&house.db).await;
    assert_eq!(race(&house, draft, 2).await, (2, 2, 2));
}

#[tokio::test]
async fn a_version_of_a_later_day_keeps_its_number_and_the_new_one_goes_behind_it() {
    let house = TestHouse::new().await;
    let ahead = "insert into telemetry_rules (version, rules, valid_from, reason)
                 select version + 1, rules, '2099-01-01', '留给以后的一天' from telemetry_rules order by version desc limit 1";
    sqlx::query(ahead).execute(&house.db.owner_pool()).await.expect("left for later");
    let before = page(&house).await;
    let draft = propose(&house, &[("ups_short-limit", "20")]).await.expect("proposed");
    let version = telemetry::confirm_rules(&house.services, &quality(&house, 2), draft).await.expect("confirmed");
    assert_eq!(version, before.present.version + 2);
    let after = page(&house).await;
    assert_eq!((after.present.version, after.past[0].version), (version, before.present.version));
    assert_eq!(after.past.len(), before.past.len() + 1, "what did not hold yet is not past");
}
