//! Webhooks on a real Postgres, with a partner's system on loopback.

mod endpoints;
mod news;
mod sending;

use domain::account::{Actor, Role, Scope};
use domain::ids::{AccountId, ClientId, LoginSessionId, WebhookId};
use domain::webhooks::Topic;
use serde_json::{Value, json};
use services::jobs::{Handlers, drain};
use services::webhooks::{self, Added, Delivery, Hears, NewEndpoint, News, announce};
use services::{Context, Services};
use testkit::TestHouse;
use testkit::partner::Partner;
use uuid::Uuid;

/// Who looks after machines, with a fresh second factor.
pub fn operator(house: &TestHouse) -> Context {
    house.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(3)),
        login: LoginSessionId(Uuid::from_u128(4)),
        roles: vec![Role::Operator],
        stepped_up_at: Some(house.now()),
    })
}

/// A machine that books.
pub async fn machine(house: &TestHouse, name: &str) -> (ClientId, Context) {
    let (scopes, system) = ([Scope::BookingsWrite], house.services.system());
    let client =
        services::account::clients::create(&house.services, &system, name, &scopes).await.expect("a machine").id;
    (client, house.context(Actor::Client { client, scopes: vec![Scope::BookingsWrite] }))
}

/// A form that is filled in well.
pub fn filled(url: &str, topics: &[Topic], client: Option<ClientId>) -> NewEndpoint {
    NewEndpoint { url: url.to_owned(), hears: hears("演示医院", topics, client) }
}

/// What an endpoint is called and hears of.
pub fn hears(description: &str, topics: &[Topic], client: Option<ClientId>) -> Hears {
    Hears { description: description.to_owned(), topics: topics.to_vec(), client }
}

/// The partner's endpoint, for everything that is told to everybody.
pub async fn subscribed(house: &TestHouse, partner: &Partner) -> Added {
    let all: Vec<Topic> = Topic::ALL.into_iter().filter(|topic| !topic.is_own()).collect();
    let new = filled(&partner.url(), &all, None);
    webhooks::add(&house.services, &operator(house), new).await.expect("the endpoint is added")
}

/// Something happens, and is committed.
pub async fn happens(services: &Services, subject: Uuid, n: u32) {
    let mut tx = services.begin().await.expect("a transaction");
    let news = News::new(Topic::SessionChanged, subject, json!({ "n": n }));
    announce(&mut tx, services.clock.now(), &[news]).await.expect("written");
    tx.commit().await.expect("committed");
}

/// What tells partners.
pub fn handlers() -> Handlers {
    webhooks::handlers(Handlers::new())
}

/// Does what is due.
pub async fn work(house: &TestHouse) {
    drain(&house.services, &handlers()).await.expect("jobs are done");
}

/// The deliveries of an endpoint, the oldest first.
pub async fn deliveries(house: &TestHouse, id: WebhookId) -> Vec<Delivery> {
    let mut all = webhooks::deliveries(&house.services, &operator(house), id, None).await.expect("a list");
    all.reverse();
    all
}

/// Every event that was written and not yet spread, as kind and data, in the order of writing: ids of one instant have none.
pub async fn written(house: &TestHouse) -> Vec<(String, Value)> {
    sqlx::query_as("select kind, data from webhook_event order by ctid")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the events")
}

/// What a partner got, as JSON.
pub fn bodies(partner: &Partner) -> Vec<Value> {
    partner.got().iter().map(|got| serde_json::from_str(&got.body).expect("JSON")).collect()
}
