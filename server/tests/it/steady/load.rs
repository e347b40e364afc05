//! Machines that book, many at once, each order until it has an answer: a booking, or "full". A broken connection, a
//! server that is not there, "busy" are no answers: the same key is sent again.

use super::Dice;
use super::http::{Http, Reply};
use super::server;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// API clients: each may call twenty times a second.
const CLIENTS: usize = 8;
/// Between two attempts at something that is not there.
const PAUSE: Duration = Duration::from_millis(20);

/// What is to be booked.
#[derive(Clone, Debug)]
pub struct Order {
    pub key: String,
    pub session: Uuid,
    pub people: u32,
    pub contact: Option<String>,
    client: usize,
}

/// What it came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    Booked { id: Uuid, reference: String },
    Full,
}

/// The sessions and everything that is wanted of them.
pub struct Plan {
    pub orders: Vec<Order>,
    /// Sessions that have exactly the places that are wanted.
    pub exact: Vec<Uuid>,
    /// Sessions that have about half of them.
    pub small: Vec<Uuid>,
    /// A session nobody here books, with more places than anybody wants.
    pub spare: Uuid,
}

impl Plan {
    /// `wanted` bookings of `exact` sessions that will all be had, and half as many again per session of `small` ones that
    /// have half the places.
    pub async fn drawn(dice: &mut Dice, db: &PgPool, wanted: usize, exact: usize, small: usize) -> Self {
        let activity = Uuid::from_u64_pair(dice.next(), dice.next());
        sqlx::query(
            "insert into activity (id, kind, slug, title_zh, title_en, policy, created_at)
             values ($1, 'museum', 'museum', '造血干细胞科普馆', 'Museum', '{}', now())",
        )
        .bind(activity)
        .execute(db)
        .await
        .expect("an activity");
        let all = exact + small + 1;
        let sessions: Vec<Uuid> = (0..all).map(|_| Uuid::from_u64_pair(dice.next(), dice.next())).collect();
        let contended = small * (wanted / exact);
        let mut orders: Vec<Order> = (0..wanted + contended)
            .map(|n| {
                let session = if n < wanted { n % exact } else { exact + n % small };
                Order {
                    key: format!("order-{:016x}-{n}", dice.next()),
                    session: sessions[session],
                    people: 1 + dice.below(5) as u32,
                    // A letter is the dearest part of a booking, so not everybody gets one: others are reached by a
                    // number nobody has, or not at all.
                    contact: match dice.below(8) {
                        0..3 => Some(format!("visitor-{n}@example.com")),
                        3 => Some(format!("190{n:08}")),
                        _ => None,
                    },
                    client: dice.below(CLIENTS as u64) as usize,
                }
            })
            .collect();
        for (place, session) in sessions.iter().enumerate() {
            let asked: u32 = orders.iter().filter(|order| order.session == *session).map(|order| order.people).sum();
            let capacity = match place {
                _ if place < exact => asked,
                _ if place < exact + small => asked / 2,
                _ => 5_000,
            };
            // Far enough away that no reminder is due while the test runs, near enough to be open.
            sqlx::query(
                "insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
                 select $1, $2, starts, starts + interval '1 hour', $4, now()
                 from (select date_trunc('day', now()) + interval '5 days' + $3 * interval '2 hours') as at (starts)",
            )
            .bind(session)
            .bind(activity)
            .bind(place as i32)
            .bind(capacity as i32)
            .execute(db)
            .await
            .expect("a session");
        }
        for place in (1..orders.len()).rev() {
            orders.swap(place, dice.below(place as u64 + 1) as usize);
        }
        let spare = sessions[all - 1];
        let (exact, small) = (sessions[..exact].to_vec(), sessions[exact..all - 1].to_vec());
        Self { orders, exact, small, spare }
    }
}

/// The machines, and how far they are.
pub struct Load {
    pub plan: Plan,
    /// Where the server is, while there is one.
    pub door: watch::Sender<Option<String>>,
    booked: watch::Sender<usize>,
    next: AtomicUsize,
    endings: Vec<Mutex<Option<Ending>>>,
    clients: Vec<Mutex<Client>>,
    answers: Mutex<BTreeMap<&'static str, usize>>,
}

/// An API client.
pub struct Client {
    pub id: String,
    pub secret: String,
    pub token: String,
}

impl Load {
    pub fn new(plan: Plan, url: &str) -> Arc<Self> {
        let clients = (0..CLIENTS).map(|n| Mutex::new(client(url, &format!("machine {n}")))).collect();
        let endings = plan.orders.iter().map(|_| Mutex::new(None)).collect();
        let (door, booked) = (watch::Sender::new(None), watch::Sender::new(0));
        Arc::new(Self { plan, door, booked, next: AtomicUsize::new(0), endings, clients, answers: Mutex::default() })
    }

    /// Sends so many machines to work on the plan.
    pub fn begin(self: &Arc<Self>, machines: usize) -> JoinSet<()> {
        let mut working = JoinSet::new();
        for _ in 0..machines {
            let load = Arc::clone(self);
            working.spawn(async move { load.work().await });
        }
        working
    }

    /// Waits until so many bookings were acknowledged.
    pub async fn reached(&self, bookings: usize) {
        let mut booked = self.booked.subscribe();
        let reached = booked.wait_for(|booked| *booked >= bookings);
        let in_time = tokio::time::timeout(Duration::from_secs(120), reached).await;
        assert!(in_time.is_ok(), "stuck at {} bookings; {:?}", *self.booked.borrow(), self.answers());
    }

    /// What every order came to.
    pub fn endings(&self) -> Vec<(&Order, Ending)> {
        let ending = |place: usize| self.endings[place].lock().expect("an ending").clone().expect("every order ended");
        self.plan.orders.iter().enumerate().map(|(place, order)| (order, ending(place))).collect()
    }

    /// How often which answer was heard.
    pub fn answers(&self) -> BTreeMap<&'static str, usize> {
        self.answers.lock().expect("the answers").clone()
    }

    fn heard(&self, what: &'static str) {
        *self.answers.lock().expect("the answers").entry(what).or_default() += 1;
    }

    async fn work(&self) {
        let mut http = Http::new("");
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(order) = self.plan.orders.get(place) else { return };
            let ending = self.finish(&mut http, order).await;
            let booked = matches!(ending, Ending::Booked { .. });
            *self.endings[place].lock().expect("an ending") = Some(ending.clone());
            if booked {
                self.booked.send_modify(|booked| *booked += 1);
            }
            // Now and then an answer was lost between the client's socket and its disk.
            if booked && place.is_multiple_of(16) {
                assert_eq!(self.finish(&mut http, order).await, ending, "{order:?}: the same key, another answer");
            }
        }
    }

    async fn finish(&self, http: &mut Http, order: &Order) -> Ending {
        loop {
            let address = self.open().await;
            http.turn_to(&address);
            let Ok(reply) = self.book(http, order).await else {
                self.heard("connection broken");
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            match reply.status {
                201 => {
                    self.heard("booked");
                    let made = reply.json();
                    assert_eq!(made["session"], json!(order.session), "{order:?}");
                    let id = made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
                    return Ending::Booked {
                        id,
                        reference: made["reference"].as_str().expect("a reference").to_owned(),
                    };
                }
                409 if reply.json()["refusal"]["code"] == "full" => {
                    self.heard("full");
                    return Ending::Full;
                }
                503 => {
                    self.heard("busy");
                    assert_busy(&reply);
                    tokio::time::sleep(PAUSE).await;
                }
                401 => {
                    self.heard("token needed");
                    self.sign_in(http, order.client).await;
                }
                other => panic!("{order:?}: {other} {}", reply.body),
            }
        }
    }

    async fn open(&self) -> String {
        let mut door = self.door.subscribe();
        let open = door.wait_for(Option::is_some).await.expect("the door is ours");
        open.clone().unwrap_or_default()
    }

    /// Sends an order once.
    pub async fn book(&self, http: &mut Http, order: &Order) -> std::io::Result<Reply> {
        let (token, body) = (self.token_of(order), body_of(order));
        http.send("POST", "/api/v1/bookings", &headers_of(order, &token), &body).await
    }

    /// The bearer token of the client that sends an order.
    pub fn token_of(&self, order: &Order) -> String {
        format!("Bearer {}", self.clients[order.client].lock().expect("a client").token)
    }

    /// Gets every client its token.
    pub async fn sign_everybody_in(&self, address: &str) {
        let mut http = Http::new(address);
        for client in 0..CLIENTS {
            self.sign_in(&mut http, client).await;
        }
    }

    async fn sign_in(&self, http: &mut Http, client: usize) {
        let body = {
            let client = self.clients[client].lock().expect("a client");
            json!({ "grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret })
        };
        let headers = [("content-type", "application/json")];
        if let Ok(reply) = http.send("POST", "/api/v1/token", &headers, &body.to_string()).await
            && reply.status == 200
        {
            let token = reply.json()["access_token"].as_str().expect("a token").to_owned();
            self.clients[client].lock().expect("a client").token = token;
        } else {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The body of an order.
pub fn body_of(order: &Order) -> String {
    let Order { session, people, contact, .. } = order;
    json!({ "session": session, "name": "演示·白露", "contact": contact, "people": people }).to_string()
}

/// The headers of an order.
pub fn headers_of<'a>(order: &'a Order, token: &'a str) -> [(&'static str, &'a str); 3] {
    [("authorization", token), ("idempotency-key", &order.key), ("content-type", "application/json")]
}

/// A problem document that says when to come back.
pub fn assert_busy(reply: &Reply) {
    assert_eq!((reply.status, reply.header("content-type")), (503, Some("application/problem+json")), "{}", reply.body);
    assert_eq!(reply.json()["code"], Value::from("busy"));
    let wait: Option<u32> = reply.header("retry-after").and_then(|seconds| seconds.parse().ok());
    assert!(wait.is_some_and(|seconds| seconds > 0), "{reply:?}");
}

/// Makes an API client with the binary's own command.
pub fn client(url: &str, name: &str) -> Client {
    let (code, text) = server::run(url, &["client", "add", "--name", name, "--scope", "bookings:write"]);
    assert_eq!(code, Some(0), "{text}");
    let word = |label: &str| {
        let line = text.lines().find(|line| line.starts_with(label)).unwrap_or_else(|| panic!("no {label}: {text}"));
        line.split_whitespace().nth(1).expect("a value").to_owned()
    };
    Client { id: word("client_id"), secret: word("client_secret"), token: "none-yet".to_owned() }
}
