//! The demo: two vehicles, three crews, and requests of plainly invented schools in every state.

use super::NewPicture;
use super::blackout::{Fate, NewBlackout, Seen, add_blackout, colliding};
use super::draft::row;
use super::fleet::read_fleet;
use super::kind::{BusError, Handle};
use super::photos::{PhotoChange, add_photo, change_photo};
use super::planner::{Proposal, propose};
use super::triage::to_itinerary;
use super::{accept, ask, decline, manage_link, refuse, request, slots};
use crate::files::specimen;
use crate::{Context, Services};
use domain::bus::{Audience, City, Details, HalfDay, State, busy};
use domain::contact::{Contact, PersonName};
use domain::ids::{BusDraftId, BusRequestId, BusStopId};
use domain::time::{at, local_day};
use jiff::{SignedDuration, ToSpan, civil};
use store::bus::{fleet, requests as sql, stops, tally};
use store::requests::rows::Words;

/// Vehicles: title, English title, metres to park.
const VEHICLES: [(&str, &str, i32); 2] = [("科普巴士1号", "Science bus 1", 16), ("科普巴士2号", "Science bus 2", 11)];
/// Crews.
const CREWS: [(&str, &str); 3] = [("讲解一组", "Crew 1"), ("讲解二组", "Crew 2"), ("讲解三组", "Crew 3")];

/// Days until the inspection of a vehicle.
const INSPECTED_IN: i64 = 45;
/// Days between asking for a visit and the visit, where it is over.
const DAYS_BEFORE: i64 = 21;

/// An invented school: name, audience, ages, people, city, metres to park, power, days ahead, and how far it is.
type School = (&'static str, Audience, &'static str, u32, City, u16, bool, i32, State);

const SCHOOLS: [School; 11] = [
    ("演示市星河小学", Audience::Primary, "8–10 岁", 120, City::Jinan, 20, true, 9, State::Scheduled),
    ("演示区云帆中学", Audience::Junior, "12–14 岁", 200, City::Weifang, 18, true, 11, State::Scheduled),
    ("演示县青禾小学", Audience::Primary, "9–11 岁", 90, City::Taian, 14, false, 12, State::Accepted),
    ("演示市海风社区", Audience::Community, "各年龄", 60, City::Qingdao, 12, true, 15, State::Proposed),
    ("演示市松林高级中学", Audience::Senior, "15–17 岁", 240, City::Yantai, 25, true, 18, State::Submitted),
    ("演示区银杏小学", Audience::Primary, "7–9 岁", 80, City::Zibo, 10, true, 14, State::Submitted),
    ("演示县向阳乡中心小学", Audience::Primary, "6–12 岁", 150, City::Linyi, 16, false, 20, State::Asked),
    ("演示市运河学院", Audience::University, "18–22 岁", 180, City::Jining, 30, true, 21, State::Submitted),
    ("演示市梧桐里社区", Audience::Community, "各年龄", 40, City::Dezhou, 0, true, 10, State::Refused),
    ("演示市明湖小学", Audience::Primary, "8–10 岁", 110, City::Jinan, 20, true, -12, State::Visited),
    ("演示市凤凰中学", Audience::Junior, "13–15 岁", 160, City::Heze, 18, true, -26, State::Visited),
];

/// Sets up the fleet and the invented requests. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), BusError> {
    let mut db = services.db.acquire().await?;
    if !fleet::vehicles(&mut db).await?.is_empty() {
        return Ok(());
    }
    for (zh, en, needs_m) in VEHICLES {
        let id = context.new_id::<BusStopId>().0;
        let fresh = fleet::VehicleRow { id, title_zh: zh.into(), title_en: en.into(), needs_m };
        fleet::add_vehicle(&mut db, &fresh, context.now).await?;
    }
    for (zh, en) in CREWS {
        let fresh = fleet::CrewRow { id: context.new_id::<BusStopId>().0, title_zh: zh.into(), title_en: en.into() };
        fleet::add_crew(&mut db, &fresh, context.now).await?;
    }
    drop(db);
    for (i, school) in SCHOOLS.iter().enumerate() {
        one(services, context, i, school).await?;
    }
    inspection(services, context).await
}

/// One of the vehicles goes to its yearly inspection, after every visit that is asked for.
async fn inspection(services: &Services, context: &Context) -> Result<(), BusError> {
    let mut db = services.db.acquire().await?;
    let (vehicles, _) = read_fleet(&mut db).await?;
    drop(db);
    let Some(vehicle) = vehicles.last() else { return Ok(()) };
    let from = local_day(context.now).saturating_add(INSPECTED_IN.days());
    let wanted = NewBlackout {
        id: context.new_id(),
        vehicle: Some(vehicle.id),
        from,
        until: from.saturating_add(2.days()),
        kind: "repair".into(),
        reason_zh: "车辆年检与发电机保养".into(),
        reason_en: "Yearly inspection and service of the generator".into(),
    };
    let seen = colliding(services, context, &wanted).await?.iter().map(Seen::from).collect();
    add_blackout(services, context, wanted, Fate::Queue, seen).await.map(|_| ())
}

async fn one(services: &Services, context: &Context, i: usize, school: &School) -> Result<(), BusError> {
    let details = details(context, i, school)?;
    let draft: BusDraftId = context.new_id();
    let row = row(services, context, draft, &details);
    let id = BusRequestId(row.common.id);
    let days = match school.8 {
        // A visit is asked for weeks before it.
        State::Visited => DAYS_BEFORE - i64::from(school.7),
        // Asked for on different days, so that the board shows how long each has waited.
        _ => 2 + 3 * (i as i64 % 5),
    };
    let asked_at = context.now - SignedDuration::from_hours(24 * days + i as i64);
    let mut db = services.db.acquire().await?;
    sql::add(&mut db, &row, asked_at).await?;
    drop(db);
    match school.8 {
        State::Submitted | State::Draft | State::Withdrawn => Ok(()),
        State::Asked => {
            let asked = "操场的大门有多宽？十二米长的车能不能从东门开进来？";
            ask(services, context, id, 1, asked).await
        }
        State::Refused => {
            let reason = "社区附近没有可以停放大巴的地方。欢迎改约社区礼堂附近的学校操场，或组织参观科普馆。";
            refuse(services, context, id, 1, reason).await
        }
        State::Visited => was_there(services, context, id, &details).await,
        state => plan(services, context, id, state).await,
    }
}

/// Proposes the first free date, and goes on as far as the school got.
async fn plan(services: &Services, context: &Context, id: BusRequestId, state: State) -> Result<(), BusError> {
    let Some(slot) = slots(services, context, id).await?.into_iter().next() else { return Ok(()) };
    let version = request(services, context, id).await?.version;
    let proposal = Proposal {
        request: id,
        version,
        vehicle: slot.vehicle,
        crew: slot.crew,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        message: String::new(),
        anyway: true,
    };
    propose(services, context, proposal).await?;
    let seen = request(services, context, id).await?;
    let handle = Handle::Link(manage_link(services, &seen));
    if state == State::Submitted {
        return decline(services, context, &handle, None, "下周更合适").await;
    }
    if state != State::Proposed {
        accept(services, context, &handle, None).await?;
    }
    if state == State::Scheduled {
        let version = request(services, context, id).await?.version;
        to_itinerary(services, context, id, version).await?;
    }
    Ok(())
}

/// A visit of some weeks ago: the planner plans nothing in the past, so it is written as it was.
async fn was_there(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    details: &Details,
) -> Result<(), BusError> {
    let mut tx = services.begin().await?;
    let (vehicles, crews) = read_fleet(&mut tx).await?;
    let (Some(vehicle), Some(crew), Some(day)) = (vehicles.first(), crews.first(), details.days.first()) else {
        return Ok(());
    };
    let instant = |hour| at(*day, civil::time(hour, 0, 0, 0));
    let trip = domain::bus::Trip { starts_at: instant(9), ends_at: instant(11), place: details.place };
    let own = busy(&trip);
    let stop = stops::NewStop {
        id: context.new_id::<BusStopId>().0,
        request_id: id.0,
        vehicle_id: vehicle.id.0,
        crew_id: crew.id.0,
        starts_at: trip.starts_at,
        ends_at: trip.ends_at,
        busy_from: own.from,
        busy_until: own.until,
        answer_by: trip.starts_at,
        message_sealed: None,
        replaces: None,
        sequence: 0,
        created_by: None,
    };
    stops::propose(&mut tx, &stop, context.now).await?;
    stops::advance(&mut tx, id.0, State::Visited.name(), context.now).await?;
    sql::advance(&mut tx, id.0, State::Visited.name(), &Words::default(), context.now).await?;
    stops::came(&mut tx, id.0, details.people as i32 - 7, context.now).await?;
    let marks = tally::FeedbackRow { liked: 5, understood: 4, organised: 5, again: true };
    tally::add_feedback(&mut tx, id.0, marks, context.now).await?;
    tx.commit().await?;
    photographs(services, context, id).await
}

/// Two photographs of the visit, shown.
async fn photographs(services: &Services, context: &Context, id: BusRequestId) -> Result<(), BusError> {
    let words = [
        ("科普巴士停在操场边，车门打开", "The science bus beside a school yard, its door open"),
        ("巴士在山坡前准备出发", "The bus about to leave, hills behind it"),
    ];
    for (shift, (alt_zh, alt_en)) in (0..).zip(words) {
        let photo =
            NewPicture { alt_zh: alt_zh.into(), alt_en: alt_en.into(), consent: true, bytes: specimen::scene(shift) };
        let photo = add_photo(services, context, id, photo).await?;
        change_photo(services, context, photo, PhotoChange::Show).await?;
    }
    Ok(())
}

fn details(context: &Context, i: usize, school: &School) -> Result<Details, BusError> {
    let (organisation, audience, ages, people, city, parking_m, power, ahead, _) = *school;
    let faulty = |field: &'static str| move |fault| BusError::field(field, fault);
    let today = local_day(context.now);
    let day = |n: i32| {
        let day = today.checked_add((ahead + n).days()).unwrap_or(today);
        // No school is there on a Sunday.
        if day.weekday() == civil::Weekday::Sunday { day.tomorrow().unwrap_or(day) } else { day }
    };
    Ok(Details {
        organisation: organisation.to_owned(),
        audience,
        ages: ages.to_owned(),
        people,
        city,
        place: city.position(),
        address: format!("演示路 {} 号", i + 1),
        days: vec![day(0), day(2), day(5)],
        half_day: HalfDay::ALL[i % 3],
        parking_m,
        power,
        indoor: i.is_multiple_of(2),
        name: PersonName::parse(["演示·安然", "演示·江知秋", "演示·顾远", "演示·叶之舟"][i % 4])
            .map_err(faulty("name"))?,
        post: ["科学老师", "德育主任", "社区干事"][i % 3].to_owned(),
        contact: Contact::parse(&format!("bus-demo-{i}@example.com")).map_err(faulty("contact"))?,
        note: if i.is_multiple_of(3) {
            "当天上午有升旗仪式，八点半以后操场可以停车。".to_owned()
        } else {
            String::new()
        },
    })
}
