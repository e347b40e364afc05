//! Group visits on a real Postgres.

pub mod letters;
mod life;
mod past;
mod places;
mod races;
mod rosters;

use crate::booking::{museum, officer};
use domain::account::Actor;
use domain::groups::{GroupPolicy, Holding, typed};
use domain::ids::{GroupRequestId, SessionId};
use domain::typed::Typed;
use jiff::{SignedDuration, Timestamp};
use services::booking;
use services::groups::{self, GroupError, Handle, Proposal, RequestView};
use services::limits::Network;
use testkit::TestHouse;

/// The browser of these groups.
pub const VISITOR: &str = "0123456789abcdef0123456789abcdef";

pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

/// A house with a museum and sessions with so many places each, a day apart, from 28 July on.
pub async fn house(places: &[u32]) -> (TestHouse, Vec<SessionId>) {
    let house = TestHouse::new().await;
    museum(&house).await;
    let mut sessions = Vec::new();
    for (day, places) in places.iter().enumerate() {
        let starts_at: Timestamp = "2026-07-28T09:00:00+08:00".parse().expect("an instant");
        let starts_at = starts_at + SignedDuration::from_hours(24 * day as i64);
        let ends_at = starts_at + SignedDuration::from_mins(90);
        let system = house.services.system();
        let session = booking::add_session(&house.services, &system, starts_at, ends_at, *places, false).await;
        sessions.push(session.expect("a session"));
    }
    (house, sessions)
}

/// The rules, with another way of keeping places.
pub async fn keep(house: &TestHouse, holding: Holding) {
    let policy = GroupPolicy { holding, ..GroupPolicy::default() };
    groups::change_policy(&house.services, &house.services.system(), 0, policy).await.expect("rules");
}

/// A whole form of the `n`-th class: 48 and five adults.
pub fn form(n: usize, wishes: &[SessionId]) -> Typed {
    let (name, contact) = (format!("演示市第{n}小学"), format!("class{n}@example.com"));
    let wish = |i: usize| wishes.get(i).map(ToString::to_string).unwrap_or_default();
    let (first, second) = (wish(0), wish(1));
    typed([
        ("organisation", name.as_str()),
        ("kind", "school"),
        ("city", "jinan"),
        ("ages", "primary"),
        ("members", "48"),
        ("adults", "5"),
        ("name", "演示·安老师"),
        ("post", "班主任"),
        ("contact", contact.as_str()),
        ("note", "有两位坐轮椅的同学"),
        ("accept", "on"),
        ("session_1", first.as_str()),
        ("session_2", second.as_str()),
    ])
}

/// The whole way of the `n`-th class to a request.
pub async fn ask(house: &TestHouse, n: usize, wishes: &[SessionId]) -> GroupRequestId {
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = groups::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    groups::keep(services, &draft, &form(n, wishes)).await.expect("kept");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    groups::send(services, &context, &draft, &network()).await.expect("a code is sent");
    let code = crate::bus::last_code(house).await;
    groups::prove(services, &context, &draft, &code, &network()).await.expect("proven");
    groups::submit(services, &context, &draft).await.expect("a request")
}

pub async fn request(house: &TestHouse, id: GroupRequestId) -> RequestView {
    groups::request(&house.services, &officer(house), id).await.expect("the request")
}

pub async fn link(house: &TestHouse, id: GroupRequestId) -> Handle {
    Handle::Link(groups::manage_link(&house.services, &request(house, id).await))
}

/// Staff approve a request as it is now.
pub async fn approve(house: &TestHouse, id: GroupRequestId, session: SessionId) -> Result<(), GroupError> {
    let version = request(house, id).await.version;
    groups::approve(&house.services, &officer(house), id, version, session).await
}

/// Staff propose a session to a request as it is now.
pub async fn propose(house: &TestHouse, id: GroupRequestId, session: SessionId) -> Result<(), GroupError> {
    let version = request(house, id).await.version;
    let proposal = Proposal { request: id, version, session, message: "上午更宽敞".into() };
    groups::propose(&house.services, &officer(house), proposal).await
}

/// Subjects of what was sent to the `n`-th class, the first first.
pub async fn subjects(house: &TestHouse, n: usize) -> Vec<String> {
    crate::bus::deliver(house).await;
    let to = format!("class{n}@example.com");
    let mut letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    letters.reverse();
    letters.into_iter().filter(|it| it.recipient == to).map(|it| it.subject).collect()
}

/// How many people a session has kept for somebody, as the public sees it.
pub async fn free(house: &TestHouse, session: SessionId) -> u32 {
    house.services.clock.advance(SignedDuration::from_secs(2));
    let museum = booking::museum(&house.services).await.expect("the museum");
    museum.session(session).expect("the session").facts.free()
}
