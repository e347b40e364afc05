//! Campus science ambassadors on a real Postgres.

mod certificates;
mod dates;
mod life;
mod races;

use crate::booking::officer;
use domain::account::Actor;
use domain::ambassador::typed;
use domain::ids::{AmbassadorId, AmbassadorRoundId};
use domain::outreach::Bilingual;
use domain::typed::Typed;
use jiff::SignedDuration;
use services::ambassadors::{
    self, AmbassadorError, Application, Decided, DraftView, Handle, NewRound, NewTraining, Round,
};
use services::limits::Network;
use services::requests;
use testkit::TestHouse;

/// The browser of these people.
pub const VISITOR: &str = "0123456789abcdef0123456789abcdef";

pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

pub fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// A round with so many places, open for five days.
pub fn fresh(house: &TestHouse, places: u32) -> NewRound {
    NewRound {
        title: Bilingual::new("夏季招募", "Summer round"),
        story: Bilingual::new("把科学带进校园。", "Science for schools."),
        city: None,
        places,
        opens_at: house.now() - hours(1),
        closes_at: house.now() + hours(24 * 5),
    }
}

/// A training so many hours from now, without places of its own.
pub fn training(house: &TestHouse, ahead: i64) -> NewTraining {
    let starts_at = house.now() + hours(ahead);
    NewTraining { starts_at, ends_at: starts_at + hours(3), place: "造血干细胞科普馆".into(), places: None }
}

/// A published round with so many places.
pub async fn open_round(house: &TestHouse, places: u32) -> AmbassadorRoundId {
    let (services, staff) = (&house.services, officer(house));
    let id = ambassadors::add_round(services, &staff, fresh(house, places)).await.expect("a round");
    ambassadors::publish_round(services, &staff, id, 1, true).await.expect("it is public");
    id
}

pub async fn house(places: u32) -> (TestHouse, AmbassadorRoundId) {
    let house = TestHouse::new().await;
    let round = open_round(&house, places).await;
    (house, round)
}

/// A whole form of the `n`-th pupil.
pub fn form(n: usize) -> Typed {
    let (name, contact) = (format!("演示·同学{n}"), format!("pupil{n}@example.com"));
    typed([
        ("name", name.as_str()),
        ("age", "16"),
        ("capacity", "student"),
        ("organisation", "演示市星河中学"),
        ("post", "高一（2）班"),
        ("city", "jinan"),
        ("contact", contact.as_str()),
        ("note", "想把科学讲给同学听。"),
        ("accept", "on"),
        ("accept_rules", "on"),
    ])
}

/// A draft for a round whose contact is proven.
pub async fn proven(house: &TestHouse, round: AmbassadorRoundId, form: Typed) -> DraftView {
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = ambassadors::begin(services, &context, VISITOR, &network(), round).await.expect("a form");
    let mut draft = requests::read(services, &context, id, VISITOR).await.expect("the draft");
    draft.typed.0.extend(form.0);
    requests::keep(services, &draft, &draft.typed).await.expect("kept");
    let draft = requests::read(services, &context, id, VISITOR).await.expect("the draft");
    requests::send(services, &context, &draft, &network()).await.expect("a code is sent");
    let code = crate::bus::last_code(house).await;
    requests::prove(services, &context, &draft, &code, &network()).await.expect("proven");
    requests::read(services, &context, id, VISITOR).await.expect("the draft")
}

/// The whole way of the `n`-th pupil to an application.
pub async fn apply(house: &TestHouse, round: AmbassadorRoundId, n: usize) -> AmbassadorId {
    let draft = proven(house, round, form(n)).await;
    let id =
        ambassadors::submit(&house.services, &house.context(Actor::Anonymous), &draft).await.expect("an application");
    // The next one's code is the newest letter.
    house.services.clock.advance(SignedDuration::from_secs(2));
    id
}

pub async fn application(house: &TestHouse, id: AmbassadorId) -> Application {
    ambassadors::request(&house.services, &officer(house), id).await.expect("the application")
}

pub async fn link(house: &TestHouse, id: AmbassadorId) -> Handle {
    Handle::Link(ambassadors::manage_link(&house.services, &application(house, id).await))
}

pub async fn the_round(house: &TestHouse, id: AmbassadorRoundId) -> Round {
    ambassadors::round(&house.services, id).await.expect("the round")
}

pub async fn decide(house: &TestHouse, id: AmbassadorId, decided: Decided) -> Result<(), AmbassadorError> {
    let version = application(house, id).await.version;
    ambassadors::decide(&house.services, &officer(house), id, version, decided).await
}

/// Everybody is decided on: the first so many selected, the others on the reserve in their order; the round closes, and the
/// selection is public.
pub async fn select(house: &TestHouse, round: AmbassadorRoundId, all: &[AmbassadorId], selected: usize) {
    for (i, id) in all.iter().enumerate() {
        let decided = match i.checked_sub(selected) {
            None => Decided::Selected,
            Some(after) => Decided::Reserve(after as u32 + 1),
        };
        decide(house, *id, decided).await.expect("decided");
    }
    house.services.clock.advance(hours(24 * 6));
    ambassadors::publish_selection(&house.services, &officer(house), round).await.expect("public");
}

/// Subjects of what was sent to the `n`-th pupil, codes left out, the first first.
pub async fn subjects(house: &TestHouse, n: usize) -> Vec<String> {
    crate::bus::deliver(house).await;
    let to = format!("pupil{n}@example.com");
    let mut letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    letters.reverse();
    let mine = letters.into_iter().filter(|it| it.recipient == to && !it.subject.contains("验证码"));
    mine.map(|it| it.subject).collect()
}
