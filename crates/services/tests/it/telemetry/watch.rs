//! The watch: what is not as it should be is loud in time, once; people are told in order; a mute needs two and ends.

use super::{number, reading, send, tank};
use crate::exports::{colleague, proves};
use domain::account::{Actor, Role};
use domain::ids::{AccountId, LoginSessionId};
use domain::telemetry::{AlarmState, ChannelKind, Quality};
use jiff::SignedDuration;
use services::jobs::{Handlers, drain};
use services::telemetry::{self, AlarmView, Reading, TelemetryError};
use services::{Context, messages};
use testkit::{TestDb, TestHouse};
use uuid::Uuid;

const TOP: &str = "T-01/temperature_top";
/// Messages about alarms that went out, and those of drills.
const SENT: &str = "select count(*) from message where template = 'tank_alarm' and state = 'sent'";
const DRILLS: &str = "select count(*) from message where template = 'tank_drill' and state = 'sent'";

fn of(house: &TestHouse, account: AccountId) -> Context {
    house.context(Actor::Staff {
        account,
        login: LoginSessionId(account.0),
        roles: vec![Role::NightShift],
        stepped_up_at: None,
    })
}

fn somebody(house: &TestHouse, who: u128) -> Context {
    of(house, AccountId(Uuid::from_u128(who)))
}

/// A colleague who is told by mail.
async fn person(house: &TestHouse, name: &str, role: Role) -> AccountId {
    let account = colleague(house, &format!("{name}-a"), role).await;
    proves(house, account, &format!("{name}@example.com")).await;
    account
}

/// A house with a tank and somebody on the night shift.
async fn watched() -> (TestHouse, AccountId) {
    let house = TestHouse::new().await;
    let night = person(&house, "night", Role::NightShift).await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    (house, night)
}

/// The first channel is muted for half an hour: one asks, another confirms.
async fn muted(house: &TestHouse) {
    let (asks, confirms) = (somebody(house, 1), somebody(house, 2));
    let asked = telemetry::ask_mute(&house.services, &asks, channel(house).await, ("换液位计", "30")).await;
    telemetry::confirm_mute(&house.services, &confirms, asked.expect("asked")).await.expect("confirmed");
}

async fn channel(house: &TestHouse) -> i32 {
    i32::try_from(number(house, "select id::bigint from telemetry_channel order by id limit 1").await).expect("an id")
}

fn later(house: &TestHouse, seconds: i64) {
    house.services.clock.advance(SignedDuration::from_secs(seconds));
}

async fn look(house: &TestHouse) -> telemetry::Looked {
    telemetry::watch(&house.services).await.expect("looked").expect("nobody else looks")
}

/// The top of the tank is read now, and the watch looks.
async fn read(house: &TestHouse, value: f64) -> telemetry::Looked {
    send(house, vec![reading(TOP, house.now(), value)]).await;
    look(house).await
}

async fn alarms(house: &TestHouse) -> Vec<AlarmView> {
    telemetry::board(&house.services, &somebody(house, 1)).await.expect("a board").alarms
}

async fn states(house: &TestHouse, rule: &str) -> Vec<AlarmState> {
    alarms(house).await.into_iter().filter(|alarm| alarm.rule == rule).map(|alarm| alarm.state).collect()
}

async fn work(house: &TestHouse) {
    drain(&house.services, &messages::handlers(Handlers::new())).await.expect("the jobs ran");
}

#[tokio::test]
async fn silence_is_alarmed_about_within_a_minute_and_ends_with_the_first_word() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    sqlx::query("update telemetry_channel set interval_s = 15").execute(&house.db.owner_pool()).await.expect("faster");
    read(&house, -190.0).await;
    later(&house, 45);
    look(&house).await;
    assert!(states(&house, "silent").await.is_empty());
    later(&house, 3);
    look(&house).await;
    assert_eq!(states(&house, "silent").await, [AlarmState::NoData], "48 seconds after the last word");
    later(&house, 60);
    look(&house).await;
    assert_eq!(alarms(&house).await.len(), 1, "it is one alarm");
    read(&house, -190.0).await;
    assert!(alarms(&house).await.is_empty());
    assert_eq!(number(&house, "select count(*) from telemetry_alarm_event").await, 2);
}

#[tokio::test]
async fn what_is_critical_is_loud_at_once_until_somebody_has_seen_it_even_when_it_is_over() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    read(&house, -149.0).await;
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Firing]);
    assert_eq!(states(&house, "tank_warm").await, [AlarmState::Pending], "a warning has to last");
    later(&house, 60);
    read(&house, -190.0).await;
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Firing]);
    assert!(states(&house, "tank_warm").await.is_empty());
    let alarm = alarms(&house).await.remove(0);
    assert!(alarm.cleared_at.is_some());
    telemetry::acknowledge(&house.services, &somebody(&house, 1), alarm.id).await.expect("acknowledged");
    telemetry::acknowledge(&house.services, &somebody(&house, 1), alarm.id).await.expect("twice is once");
    look(&house).await;
    assert!(alarms(&house).await.is_empty());
    let again = telemetry::acknowledge(&house.services, &somebody(&house, 1), alarm.id).await;
    assert!(matches!(again, Err(TelemetryError::Changed)));
}

#[tokio::test]
async fn the_next_are_told_when_nobody_acknowledges_and_nobody_when_somebody_has() {
    let (house, night) = watched().await;
    person(&house, "lab", Role::LabOfficer).await;
    person(&house, "quality", Role::QualityOfficer).await;
    assert_eq!(read(&house, -149.0).await.told, 1);
    work(&house).await;
    assert_eq!(number(&house, SENT).await, 1);
    let mut told = Vec::new();
    for _ in 0..5 {
        later(&house, 60);
        told.push(read(&house, -149.0).await.told);
    }
    assert_eq!(told, [0, 1, 0, 0, 1], "after two minutes it is too warm as well; after five the next are told");
    work(&house).await;
    assert_eq!(number(&house, SENT).await, 3);
    for alarm in alarms(&house).await {
        telemetry::acknowledge(&house.services, &of(&house, night), alarm.id).await.expect("acknowledged");
    }
    for _ in 0..20 {
        later(&house, 60);
        assert_eq!(read(&house, -149.0).await.told, 0);
    }
    let critical = alarms(&house).await.into_iter().find(|alarm| alarm.rule == "tank_critical").expect("it goes on");
    let story = telemetry::alarm(&house.services, &of(&house, night), critical.id).await.expect("a story");
    let rungs: Vec<(bool, i64)> = story.ladder.iter().map(|rung| (rung.told_at.is_some(), rung.sent)).collect();
    assert_eq!(rungs, [(true, 1), (true, 1), (false, 0)], "each with its receipt");
}

#[tokio::test]
async fn a_rung_on_which_nobody_stands_leads_on_at_once() {
    let house = TestHouse::new().await;
    person(&house, "lab", Role::LabOfficer).await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    assert_eq!(read(&house, -149.0).await.told, 1);
}

/// So many seconds later the watch looks: how many people it tells.
async fn told_after(house: &TestHouse, seconds: i64) -> u32 {
    later(house, seconds);
    look(house).await.told
}

#[tokio::test]
async fn after_its_last_rung_a_ladder_goes_on_every_hour_until_somebody_acknowledges() {
    let (house, night) = watched().await;
    person(&house, "lab", Role::LabOfficer).await;
    person(&house, "quality", Role::QualityOfficer).await;
    let mut told = Vec::new();
    for seconds in [181, 300, 600, 3, 3596, 1, 3, 3600, 3] {
        told.push(told_after(&house, seconds).await);
        work(&house).await;
    }
    assert_eq!(told, [1, 1, 1, 0, 0, 1, 0, 1, 0], "the three rungs, then the last again every hour, once each");
    let alarm = alarms(&house).await.remove(0);
    assert_eq!(alarm.unanswered(house.now()), Some((900 + 3600 + 3603 + 3) / 60), "and it says for how long");
    let story = telemetry::alarm(&house.services, &of(&house, night), alarm.id).await.expect("a story");
    let rungs: Vec<(i16, &str, bool, i64)> =
        story.ladder.iter().map(|rung| (rung.rung, rung.role.as_str(), rung.told_at.is_some(), rung.sent)).collect();
    assert_eq!(
        rungs,
        [
            (1, "night_shift", true, 1),
            (2, "lab_officer", true, 1),
            (3, "quality_officer", true, 1),
            (4, "quality_officer", true, 1),
            (5, "quality_officer", true, 1),
            (6, "quality_officer", false, 0),
        ],
        "each with its receipt"
    );
    telemetry::acknowledge(&house.services, &of(&house, night), alarm.id).await.expect("acknowledged");
    assert_eq!(told_after(&house, 3600).await, 0, "nobody is told after that");
    assert_eq!(told_after(&house, 3600).await, 0);
    assert_eq!(alarms(&house).await.remove(0).unanswered(house.now()), None);
}

#[tokio::test]
async fn where_nobody_stands_on_the_last_rung_those_of_the_one_before_are_told_again() {
    let house = TestHouse::new().await;
    person(&house, "lab", Role::LabOfficer).await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let mut told = Vec::new();
    for seconds in [181, 900, 3, 3600, 3600] {
        told.push(told_after(&house, seconds).await);
    }
    assert_eq!(told, [1, 0, 0, 1, 1], "the night shift and quality are empty; the laboratory hears of it every hour");
}

#[tokio::test]
async fn whoever_left_the_last_rung_is_not_waited_for() {
    let (house, _) = watched().await;
    person(&house, "lab", Role::LabOfficer).await;
    let quality = person(&house, "quality", Role::QualityOfficer).await;
    let mut told = Vec::new();
    for seconds in [181, 300, 600, 3] {
        told.push(told_after(&house, seconds).await);
    }
    sqlx::query("delete from account_role where account_id = $1")
        .bind(quality.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("another post");
    for seconds in [3600, 3, 3600] {
        told.push(told_after(&house, seconds).await);
    }
    assert_eq!(told, [1, 1, 1, 0, 0, 0, 1], "quality is empty once, and then the laboratory hears of it");
}

#[tokio::test]
async fn a_mute_needs_another_is_seen_and_ends_by_itself() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let (asks, confirms) = (somebody(&house, 1), somebody(&house, 2));
    let channel = channel(&house).await;
    let too_long = telemetry::ask_mute(&house.services, &asks, channel, ("换液位计", "241")).await;
    assert!(matches!(too_long, Err(TelemetryError::Fields(_))));
    let mute = telemetry::ask_mute(&house.services, &asks, channel, ("换液位计", "30")).await.expect("asked");
    read(&house, -149.0).await;
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Firing], "asked for is not confirmed");
    let own = telemetry::confirm_mute(&house.services, &asks, mute).await;
    assert!(matches!(own, Err(TelemetryError::SamePerson)));
    telemetry::confirm_mute(&house.services, &confirms, mute).await.expect("confirmed");
    look(&house).await;
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Muted]);
    let board = telemetry::board(&house.services, &asks).await.expect("a board");
    assert_eq!(board.mutes.iter().map(|mute| mute.until.is_some()).collect::<Vec<_>>(), [true], "the wall shows it");
    let second = telemetry::ask_mute(&house.services, &confirms, channel, ("再静音一次", "30")).await;
    assert!(matches!(second, Err(TelemetryError::Already)));
    later(&house, 30 * 60);
    read(&house, -149.0).await;
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Firing]);
    assert!(telemetry::board(&house.services, &asks).await.expect("a board").mutes.is_empty());
}

#[tokio::test]
async fn a_drill_climbs_the_ladder_says_that_it_is_one_and_ends_when_somebody_came() {
    let (house, night) = watched().await;
    read(&house, -190.0).await;
    let context = of(&house, night);
    let drill = telemetry::drill(&house.services, &context, channel(&house).await).await.expect("a drill");
    let again = telemetry::drill(&house.services, &context, channel(&house).await).await;
    assert!(matches!(again, Err(TelemetryError::Already)));
    later(&house, 3);
    look(&house).await;
    work(&house).await;
    assert_eq!(number(&house, DRILLS).await, 1);
    later(&house, 20);
    telemetry::acknowledge(&house.services, &of(&house, night), drill).await.expect("acknowledged");
    look(&house).await;
    let story = telemetry::alarm(&house.services, &of(&house, night), drill).await.expect("a story");
    assert_eq!((story.alarm.state, story.alarm.drill), (AlarmState::Resolved, true));
    let (_, acknowledged_at) = story.alarm.acknowledged.expect("by somebody");
    let took = acknowledged_at.duration_since(story.alarm.fired_at.expect("it was loud"));
    assert_eq!(took, SignedDuration::from_secs(23));
    assert_eq!(story.ladder[0].sent, 1);
}

#[tokio::test]
async fn a_drill_beside_what_is_real_hides_nothing_of_it() {
    let (house, night) = watched().await;
    telemetry::drill(&house.services, &of(&house, night), channel(&house).await).await.expect("a drill");
    later(&house, 3);
    assert_eq!(read(&house, -149.0).await.told, 1, "one person, of both");
    work(&house).await;
    assert_eq!(number(&house, SENT).await, 1);
    assert_eq!(number(&house, DRILLS).await, 1);
}

#[tokio::test]
async fn of_many_alarms_the_one_that_is_still_loud_is_told() {
    let house = TestHouse::new().await;
    let night = person(&house, "night", Role::NightShift).await;
    let codes: Vec<String> = (1..=23).map(|number| format!("T-{number:02}")).collect();
    for code in &codes {
        tank(&house, code, &[ChannelKind::TemperatureTop]).await;
    }
    let warm = codes.iter().map(|code| reading(&format!("{code}/temperature_top"), house.now(), -149.0)).collect();
    send(&house, warm).await;
    assert_eq!(look(&house).await.told, 1);
    let mut loud: Vec<AlarmView> = alarms(&house).await;
    loud.retain(|alarm| alarm.rule == "tank_critical");
    loud.sort_by_key(|alarm| alarm.id.0);
    assert_eq!(loud.len(), codes.len());
    for alarm in loud.iter().skip(1) {
        telemetry::acknowledge(&house.services, &of(&house, night), alarm.id).await.expect("acknowledged");
    }
    work(&house).await;
    assert_eq!(number(&house, SENT).await, 1);
}

#[tokio::test]
async fn what_is_still_so_after_a_mute_is_told_again_from_the_first_rung() {
    let (house, night) = watched().await;
    person(&house, "lab", Role::LabOfficer).await;
    person(&house, "quality", Role::QualityOfficer).await;
    assert_eq!(read(&house, -149.0).await.told, 1);
    later(&house, 900);
    assert_eq!(read(&house, -149.0).await.told, 3, "every rung");
    muted(&house).await;
    assert_eq!(look(&house).await.told, 0);
    assert_eq!(states(&house, "tank_critical").await, [AlarmState::Muted]);
    let mut told = Vec::new();
    for seconds in [30 * 60, 300, 600] {
        later(&house, seconds);
        told.push(read(&house, -149.0).await.told);
    }
    assert_eq!(told, [1, 1, 1], "each rung in its time");
    let critical = alarms(&house).await.into_iter().find(|alarm| alarm.rule == "tank_critical").expect("it goes on");
    let story = telemetry::alarm(&house.services, &of(&house, night), critical.id).await.expect("a story");
    assert_eq!(story.ladder.iter().map(|rung| rung.rung).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3]);
}

#[tokio::test]
async fn no_channel_is_quiet_for_ever_by_what_its_gateway_says_of_it() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    read(&house, -190.0).await;
    later(&house, 239 * 60);
    send(&house, vec![Reading { quality: Quality::Maintenance, ..reading(TOP, house.now(), -100.0) }]).await;
    look(&house).await;
    assert!(states(&house, "unread").await.is_empty());
    later(&house, 60);
    send(&house, vec![Reading { quality: Quality::Calibration, ..reading(TOP, house.now(), -100.0) }]).await;
    look(&house).await;
    assert_eq!(states(&house, "unread").await, [AlarmState::Firing]);
    assert!(states(&house, "silent").await.is_empty(), "it is heard");
    muted(&house).await;
    look(&house).await;
    assert_eq!(states(&house, "unread").await, [AlarmState::Muted]);
}

/// Two servers look at once while the table of alarms is held until so many of them wait for it. How many alarms of the critical
/// rule there are then, and how many notices.
async fn race(house: &TestHouse, waiting: i64) -> (i64, i64) {
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
    send(house, vec![reading(TOP, house.now(), -149.0)]).await;
    let owner = house.db.owner_pool();
    let mut held = owner.acquire().await.expect("a connection");
    // Reading goes on, writing waits.
    sqlx::query("begin").execute(&mut *held).await.expect("begun");
    sqlx::query("lock table telemetry_alarm in share mode").execute(&mut *held).await.expect("locked");
    let one = tokio::spawn({
        let services = house.services.clone();
        async move { telemetry::watch(&services).await }
    });
    let two = tokio::spawn(async move { telemetry::watch(&other).await });
    let wait = "select count(*) from pg_locks l join pg_class c on c.oid = l.relation
                where c.relname = 'telemetry_alarm' and not l.granted and l.database = (select oid from pg_database where datname = current_database())";
    for _ in 0..200 {
        let here: i64 = sqlx::query_scalar(wait).fetch_one(&mut *held).await.expect("a number");
        if here >= waiting {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    sqlx::query("commit").execute(&mut *held).await.expect("released");
    one.await.expect("it ran").expect("looked");
    two.await.expect("it ran").expect("looked");
    let alarms = number(house, "select count(*) from telemetry_alarm where rule = 'tank_critical'").await;
    let told = number(
        house,
        "select count(*) from telemetry_notice n join telemetry_alarm a on a.id = n.alarm_id where a.rule = 'tank_critical'",
    )
    .await;
    (alarms, told)
}

/// Without the row that whoever watches holds, and without the index that is the net below it.
async fn unguarded(db: &TestDb) {
    for sql in [
        "alter table telemetry_watch rename to telemetry_watch_before",
        "create view telemetry_watch as select true as one, null::timestamptz as looked_at",
        "create rule unguarded as on update to telemetry_watch do instead nothing",
        "grant select, update on telemetry_watch to cb_app",
        "drop index telemetry_alarm_once",
    ] {
        sqlx::query(sql).execute(&db.owner_pool()).await.expect(sql);
    }
}

#[tokio::test]
async fn two_servers_that_watch_at_once_begin_an_alarm_and_tell_each_person_once() {
    assert_eq!(race(&watched().await.0, 1).await, (1, 1));
}

/// The control: the same race without what keeps it. If this held, the test above would show nothing.
#[tokio::test]
async fn without_the_row_that_is_held_the_same_race_begins_two_alarms() {
    let (house, _) = watched().await;
    unguarded(&house.db).await;
    assert_eq!(race(&house, 2).await, (2, 2));
}
