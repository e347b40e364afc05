//! The science bus on a real Postgres.

mod blackouts;
mod life;
mod photos;
mod races;
mod wishes;

use domain::account::{Actor, Role};
use domain::bus::Typed;
use domain::ids::{AccountId, BusCrewId, BusRequestId, BusVehicleId, LoginSessionId};
use jiff::Timestamp;
use services::bus::{self, BusError, Handle, Proposal, RequestView};
use services::limits::Network;
use services::{Context, Services};
use store::bus::fleet;
use testkit::TestHouse;
use uuid::Uuid;

/// The browser of these schools.
pub const VISITOR: &str = "0123456789abcdef0123456789abcdef";

/// A house with as many vehicles and crews.
pub async fn garage(vehicles: usize, crews: usize) -> (TestHouse, Vec<BusVehicleId>, Vec<BusCrewId>) {
    let house = TestHouse::new().await;
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    let new = || services::context::new_uuid(house.now());
    let (mut known, mut people) = (Vec::new(), Vec::new());
    for n in 0..vehicles {
        let (id, title) = (new(), format!("演示{n}号"));
        let row = fleet::VehicleRow { id, title_zh: title.clone(), title_en: title, needs_m: 12 };
        fleet::add_vehicle(&mut db, &row, house.now()).await.expect("a vehicle");
        known.push(BusVehicleId(id));
    }
    for n in 0..crews {
        let (id, title) = (new(), format!("演示{n}组"));
        let row = fleet::CrewRow { id, title_zh: title.clone(), title_en: title };
        fleet::add_crew(&mut db, &row, house.now()).await.expect("a crew");
        people.push(BusCrewId(id));
    }
    (house, known, people)
}

/// A dispatcher with a fresh second factor, the `n`-th of them.
pub fn dispatcher(services: &Services, n: u128) -> Context {
    let system = services.system();
    let actor = Actor::Staff {
        account: AccountId(Uuid::from_u128(n)),
        login: LoginSessionId(Uuid::from_u128(n)),
        roles: vec![Role::BusDispatcher],
        stepped_up_at: Some(system.now),
    };
    Context { actor, ..system }
}

pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

/// A whole form of the `n`-th school.
pub fn typed(n: usize, city: &str) -> Typed {
    let (name, contact) = (format!("演示市第{n}小学"), format!("school{n}@example.com"));
    domain::bus::typed([
        ("organisation", name.as_str()),
        ("audience", "primary"),
        ("ages", "8–10 岁"),
        ("people", "120"),
        ("city", city),
        ("address", "演示路 1 号"),
        ("day_1", "2026-09-10"),
        ("day_2", "2026-09-11"),
        ("half_day", "any"),
        ("parking", "20"),
        ("power", "yes"),
        ("indoor", "no"),
        ("name", "演示·安老师"),
        ("post", "科学老师"),
        ("contact", contact.as_str()),
        ("note", "有两位坐轮椅的同学"),
        ("accept", "on"),
    ])
}

/// The code that was sent last, read where development shows it.
pub async fn last_code(house: &TestHouse) -> String {
    deliver(house).await;
    let letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    let text = &letters.iter().find(|it| it.subject.contains("验证码")).expect("a code was sent").body_text;
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    digits
}

/// Sends whatever is due.
pub async fn deliver(house: &TestHouse) {
    let handlers = services::messages::handlers(services::jobs::Handlers::new());
    services::jobs::drain(&house.services, &handlers).await.expect("jobs are done");
}

/// Subjects of what was sent to an address, the first first.
pub async fn subjects(house: &TestHouse, n: usize) -> Vec<String> {
    deliver(house).await;
    let to = format!("school{n}@example.com");
    let mut letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    letters.reverse();
    letters.into_iter().filter(|it| it.recipient == to).map(|it| it.subject).collect()
}

/// The whole way of the `n`-th school to a request.
pub async fn ask_for_the_bus(house: &TestHouse, n: usize, city: &str) -> BusRequestId {
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = bus::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    bus::keep(services, &draft, &typed(n, city)).await.expect("kept");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    bus::send(services, &context, &draft, &network()).await.expect("a code is sent");
    let code = last_code(house).await;
    bus::prove(services, &context, &draft, &code, &network()).await.expect("proven");
    bus::submit(services, &context, &draft).await.expect("a request")
}

pub async fn request(house: &TestHouse, id: BusRequestId) -> RequestView {
    bus::request(&house.services, &dispatcher(&house.services, 7), id).await.expect("the request")
}

pub async fn link(house: &TestHouse, id: BusRequestId) -> Handle {
    Handle::Link(bus::manage_link(&house.services, &request(house, id).await))
}

/// The morning of 10 September for a request, at the given hours.
pub fn morning(request: &RequestView, vehicle: BusVehicleId, crew: BusCrewId, (from, until): (&str, &str)) -> Proposal {
    let at = |clock: &str| -> Timestamp { format!("2026-09-10T{clock}:00+08:00").parse().expect("an instant") };
    Proposal {
        request: request.id,
        version: request.version,
        vehicle,
        crew,
        starts_at: at(from),
        ends_at: at(until),
        message: "请打开操场北门".into(),
        anyway: false,
    }
}

/// Proposes the morning and answers what came of it.
pub async fn propose(
    house: &TestHouse,
    id: BusRequestId,
    vehicle: BusVehicleId,
    crew: BusCrewId,
    hours: (&str, &str),
) -> Result<(), BusError> {
    let wanted = morning(&request(house, id).await, vehicle, crew, hours);
    bus::propose(&house.services, &dispatcher(&house.services, 7), wanted).await
}
