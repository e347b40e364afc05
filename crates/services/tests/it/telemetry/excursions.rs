//! What an excursion means for units: each that lay there then has one deviation, also those moved since.

use super::{number, reading, send};
use crate::family::{family, visitor};
use domain::account::{Actor, Role};
use domain::family::Notice;
use domain::ids::{AccountId, LoginSessionId, TankId, UnitId};
use domain::telemetry::ChannelKind;
use jiff::SignedDuration;
use services::custody;
use services::family as families;
use services::telemetry::{self, NewChannel};
use testkit::TestHouse;
use uuid::Uuid;

/// The demo's store, with a probe at the top of the tank in which most of its units lie. The tank's code.
pub(super) async fn store(house: &TestHouse) -> String {
    custody::seed_demo(&house.services, &house.services.system()).await.expect("units");
    let (tank, code): (Uuid, String) = sqlx::query_as(
        "select t.id, t.code from custody_tank t join custody_placement p on p.tank_id = t.id
         where p.taken_at is null group by t.id, t.code order by count(*) desc, t.code limit 1",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("a tank with units");
    let new = NewChannel {
        kind: ChannelKind::TemperatureTop,
        place: code.clone(),
        tank: Some(TankId(tank)),
        room: None,
        interval_s: 60,
        device: "PT100-1".to_owned(),
    };
    let mut db = house.services.db.acquire().await.expect("a connection");
    telemetry::add_channel(&mut db, &new, house.now()).await.expect("a channel");
    code
}

#[tokio::test]
async fn each_unit_that_lay_there_has_one_deviation_also_when_it_was_moved_since() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    // Not who was taken out days before, though the house hears of it in this moment.
    let lay = "select count(*) from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id where p.taken_at is null";
    let gone = "select count(*) from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id
                where p.taken_received_at is not null";
    assert!(number(&house, gone).await > 0, "there is such a one");
    let units = number(&house, lay).await;
    assert!(units > 1);
    let opened = "select count(*) from custody_deviation where kind = 'excursion'";
    let before = number(&house, opened).await;
    house.services.clock.advance(SignedDuration::from_mins(30));
    let warm = (0..12).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect();
    send(&house, warm).await;
    // One of them was taken out after it was warm, before anybody rolled up.
    sqlx::query(
        "update custody_placement p set taken_at = $1, taken_by = p.put_by, taken_with = p.put_with
         where p.id = (select q.id from custody_placement q join telemetry_channel c on c.tank_id = q.tank_id
                       where q.taken_at is null order by q.id limit 1)",
    )
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("taken out");
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert_eq!(number(&house, "select count(*) from telemetry_excursion").await, 1);
    assert_eq!(telemetry::open_deviations(&house.services).await.expect("opened"), units.unsigned_abs());
    let refused = "select count(*) from telemetry_excursion_unit where refused is not null";
    let now = number(&house, opened).await - before;
    assert_eq!(now + number(&house, refused).await, units);
    assert!(now > 0);
    assert_eq!(telemetry::open_deviations(&house.services).await.expect("opened"), 0, "once");
}

#[tokio::test]
async fn a_unit_that_was_taken_out_before_has_none() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    let gone: Uuid = sqlx::query_scalar(
        "update custody_placement p set taken_at = $1, taken_by = p.put_by, taken_with = p.put_with
         where p.id = (select q.id from custody_placement q join telemetry_channel c on c.tank_id = q.tank_id
                       where q.taken_at is null order by q.id limit 1) returning p.unit_id",
    )
    .bind(store::SqlTimestamp::from(begun))
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("taken out");
    house.services.clock.advance(SignedDuration::from_mins(60));
    let warm = (20..32).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect();
    send(&house, warm).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert!(telemetry::open_deviations(&house.services).await.expect("opened") > 0);
    let own = telemetry::excursions_of_unit(&house.services, gone.into()).await.expect("excursions");
    assert!(own.is_empty(), "it lay elsewhere by then");
}

#[tokio::test]
async fn a_laboratory_whose_clock_is_behind_takes_no_unit_out_of_what_it_lay_in() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let unheard = "select count(*) from custody_placement p where not exists (
                     select from custody_event e where e.unit_id = p.unit_id and e.received_at = p.put_received_at)";
    assert_eq!(number(&house, unheard).await, 0, "when the house heard of it is kept");
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    house.services.clock.advance(SignedDuration::from_mins(60));
    let gone: Uuid = sqlx::query_scalar(
        "update custody_placement p set taken_at = $1, taken_received_at = $2, taken_by = p.put_by, taken_with = p.put_with
         where p.id = (select q.id from custody_placement q join telemetry_channel c on c.tank_id = q.tank_id
                       where q.taken_at is null order by q.id limit 1) returning p.unit_id",
    )
    .bind(store::SqlTimestamp::from(begun))
    .bind(store::SqlTimestamp::from(house.now()))
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("taken out");
    let warm = (20..32).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect();
    send(&house, warm).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert!(telemetry::open_deviations(&house.services).await.expect("opened") > 0);
    let own = telemetry::excursions_of_unit(&house.services, gone.into()).await.expect("excursions");
    assert_eq!(own.len(), 1, "it was taken out when the house heard so, or before");
}

#[tokio::test]
async fn a_feed_that_catches_up_after_days_puts_no_unit_into_what_came_after_it_left() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    house.services.clock.advance(SignedDuration::from_mins(60));
    // Of either the house hears now; by the laboratory's clock one left three days ago, the other yesterday.
    let left = async |hours: i64| -> UnitId {
        let unit: Uuid = sqlx::query_scalar(
            "update custody_placement p set taken_at = $1, taken_received_at = $2, taken_by = p.put_by, taken_with = p.put_with
             where p.id = (select q.id from custody_placement q join telemetry_channel c on c.tank_id = q.tank_id
                           where q.taken_at is null order by q.id limit 1) returning p.unit_id",
        )
        .bind(store::SqlTimestamp::from(begun - SignedDuration::from_hours(hours)))
        .bind(store::SqlTimestamp::from(house.now()))
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("taken out");
        unit.into()
    };
    let (long_gone, yesterday) = (left(72).await, left(23).await);
    let warm = (20..32).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect();
    send(&house, warm).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert!(telemetry::open_deviations(&house.services).await.expect("opened") > 0);
    let own =
        async |unit: UnitId| telemetry::excursions_of_unit(&house.services, unit).await.expect("excursions").len();
    assert_eq!(own(long_gone).await, 0, "no clock is wrong by days");
    assert_eq!(own(yesterday).await, 1, "a clock may be wrong by a day");
}

/// A gateway that was silent for days sends what it kept: nobody waits for the hour in which older excursions are joined, too.
#[tokio::test]
async fn an_excursion_that_is_heard_of_days_later_holds_its_units_in_the_next_round() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    house.services.clock.advance(SignedDuration::from_hours(24 * 5));
    let warm = (0..12).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect();
    send(&house, warm).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert!(telemetry::open_deviations(&house.services).await.expect("opened") > 0);
}

/// Somebody closes every deviation of an excursion now.
async fn close(house: &TestHouse) {
    sqlx::query(
        "update custody_deviation set closed_seq = opened_seq, closed_by = $1, closed_at = $2
         where kind = 'excursion' and closed_at is null",
    )
    .bind(Uuid::from_u128(7))
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("closed");
}

#[tokio::test]
async fn what_goes_on_or_gets_critical_after_the_deviation_was_closed_opens_another() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    let at = |minutes: i64| begun + SignedDuration::from_mins(minutes);
    let opened = "select count(*) from custody_deviation where kind = 'excursion'";
    let later = |minutes: i64| house.services.clock.advance(SignedDuration::from_mins(minutes));
    later(30);
    send(&house, (0..30).map(|n| reading(&channel, at(n), -160.0)).collect()).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    telemetry::open_deviations(&house.services).await.expect("opened");
    let first = number(&house, opened).await;
    assert!(first > 0);
    close(&house).await;
    assert_eq!(telemetry::open_deviations(&house.services).await.expect("opened"), 0, "it is over");
    later(30);
    send(&house, (30..60).map(|n| reading(&channel, at(n), -160.0)).collect()).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert_eq!(number(&house, "select count(*) from telemetry_excursion").await, 1, "it went on");
    // Whoever lay there all the time, and not who had left by then.
    let lie = "select count(*) from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id where p.taken_at is null";
    let lie = number(&house, lie).await;
    assert_eq!(telemetry::open_deviations(&house.services).await.expect("opened"), lie.unsigned_abs());
    assert_eq!(number(&house, opened).await, first + lie);
    assert_eq!(telemetry::open_deviations(&house.services).await.expect("opened"), 0, "once");
    close(&house).await;
    later(5);
    // A late reading says that it had been critical.
    send(&house, vec![reading(&channel, at(20) + SignedDuration::from_secs(30), -149.0)]).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    let late = telemetry::open_deviations(&house.services).await.expect("opened");
    assert!(late >= lie.unsigned_abs(), "{late} of {lie}");
    assert_eq!(number(&house, opened).await.unsigned_abs(), (first + lie).unsigned_abs() + late);
}

#[tokio::test]
async fn who_lies_in_a_tank_is_listed_without_the_middle_of_a_number() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let tank: Uuid = sqlx::query_scalar("select id from custody_tank where code = $1")
        .bind(&code)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a tank");
    let night = house.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(90_019)),
        login: LoginSessionId(Uuid::from_u128(90_019)),
        roles: vec![Role::NightShift],
        stepped_up_at: None,
    });
    let lying = telemetry::lying(&house.services, &night, TankId(tank), 120).await.expect("places");
    assert!(!lying.is_empty() && lying.iter().all(|one| one.masked.contains("•••")), "{lying:?}");
    let numbers: Vec<String> =
        sqlx::query_scalar("select din from custody_unit").fetch_all(&house.db.owner_pool()).await.expect("numbers");
    let told = format!("{lying:?}");
    assert!(numbers.iter().all(|number| !told.contains(number.as_str())), "{told}");
}

#[tokio::test]
async fn the_family_of_a_unit_in_the_warm_tank_is_told_once_and_no_family_of_one_elsewhere() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let owner = house.db.owner_pool();
    let one = async |sql: &'static str| -> UnitId {
        let id: Uuid = sqlx::query_scalar(sql).bind(&code).fetch_one(&owner).await.expect("a unit");
        id.into()
    };
    let warm = one("select p.unit_id from custody_placement p join custody_tank t on t.id = p.tank_id
                    where t.code = $1 and p.taken_at is null order by p.id limit 1")
    .await;
    let cold = one("select u.id from custody_unit u where not exists (
                      select from custody_placement p join custody_tank t on t.id = p.tank_id
                      where t.code = $1 and p.unit_id = u.id) order by u.id limit 1")
    .await;
    family(&house, 1, warm).await;
    family(&house, 2, cold).await;
    let told = async |person: u128| -> Vec<Option<UnitId>> {
        let all = families::notices(&house.services, &visitor(&house, person)).await.expect("read");
        all.into_iter().filter(|notice| notice.kind == Notice::Excursion).map(|notice| notice.unit).collect()
    };
    let channel = format!("{code}/temperature_top");
    let begun = house.now();
    house.services.clock.advance(SignedDuration::from_mins(30));
    send(&house, (0..12).map(|n| reading(&channel, begun + SignedDuration::from_mins(n), -160.0)).collect()).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    for _ in 0..2 {
        telemetry::open_deviations(&house.services).await.expect("opened");
        assert_eq!(told(11).await, [Some(warm)], "once, however often anybody looks");
        assert_eq!(told(12).await, [Some(warm)], "and the other guardian");
        assert!(told(21).await.is_empty(), "it lies elsewhere");
    }
}
