//! The people of the storm. Seven of eight come by a machine that books for them, one by a browser that walks the whole way:
//! the line, the form, the code, the booking. Every request may go to another server. Whoever finds a session full tries
//! the others, and again, until things have settled; what they are told then is what counts.

use crate::steady::http::{Http, Reply};
use crate::steady::load::{Client, client};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// People who share an API client: each may call twenty times a second.
const SHARING: usize = 50;
/// Before somebody who found all sessions full looks again: so many rounds a second come of all of them together.
const ROUNDS_PER_SECOND: usize = 75;

/// What it came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    Won,
    /// Won, and cancelled in the midst of it all.
    GaveBack,
    Full,
}

/// Everybody.
pub struct Crowd {
    users: usize,
    sessions: Vec<Uuid>,
    sites: Vec<String>,
    db: PgPool,
    clients: Vec<Mutex<Client>>,
    asked: AtomicUsize,
    answered: AtomicUsize,
    settled: AtomicBool,
    endings: Mutex<Vec<Ending>>,
    times: Mutex<BTreeMap<&'static str, Vec<Duration>>>,
}

impl Crowd {
    pub async fn new(users: usize, sessions: Vec<Uuid>, sites: Vec<String>, url: &str, db: PgPool) -> Arc<Self> {
        let clients = (0..users.div_ceil(SHARING)).map(|n| Mutex::new(client(url, &format!("machine {n}")))).collect();
        Arc::new(Self {
            users,
            sessions,
            sites,
            db,
            clients,
            asked: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            settled: AtomicBool::new(false),
            endings: Mutex::default(),
            times: Mutex::default(),
        })
    }

    pub fn begin(self: &Arc<Self>) -> JoinSet<()> {
        let mut working = JoinSet::new();
        for n in 0..self.users {
            let crowd = Arc::clone(self);
            working.spawn(async move {
                // Nobody is there at quite the same moment, and everybody before the opening.
                tokio::time::sleep(Duration::from_millis((n * 7919 % 3000) as u64)).await;
                let ending = Person { n, crowd: &crowd, http: Http::new(""), cookie: String::new(), told: false };
                let ending = ending.goes().await;
                crowd.endings.lock().expect("the endings").push(ending);
            });
        }
        working
    }

    /// Waits until everybody has won or found it full once.
    pub async fn everybody_answered(&self, working: &mut JoinSet<()>) {
        let began = Instant::now();
        while self.answered.load(Ordering::Relaxed) < self.users {
            let answered = self.answered.load(Ordering::Relaxed);
            while let Some(ended) = working.try_join_next() {
                ended.expect("nobody of the crowd panics");
            }
            assert!(began.elapsed() < Duration::from_secs(1_800), "{answered} of {} have an answer", self.users);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Nothing is changed or given back from now on.
    pub fn settle(&self) {
        self.settled.store(true, Ordering::SeqCst);
    }

    pub fn endings(&self) -> Vec<Ending> {
        self.endings.lock().expect("the endings").clone()
    }

    fn took(&self, what: &'static str, time: Duration) {
        self.times.lock().expect("the times").entry(what).or_default().push(time);
    }

    /// How long answers took.
    pub fn times(&self) -> String {
        let mut times = self.times.lock().expect("the times");
        let line = |(what, times): (&&'static str, &mut Vec<Duration>)| {
            times.sort_unstable();
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_millis();
            format!(
                "{what:>24}: {:6} answers, p50 {:5} ms, p99 {:5} ms, longest {:5} ms",
                times.len(),
                at(0.5),
                at(0.99),
                at(1.0)
            )
        };
        times.iter_mut().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// What a try at one session came to.
enum Tried {
    Won(Option<String>),
    Full,
}

struct Person<'a> {
    n: usize,
    crowd: &'a Crowd,
    http: Http,
    /// Of a browser.
    cookie: String,
    told: bool,
}

impl Person<'_> {
    async fn goes(mut self) -> Ending {
        loop {
            let final_round = self.crowd.settled.load(Ordering::SeqCst);
            for place in 0..self.crowd.sessions.len() {
                let session = self.crowd.sessions[(self.n + place) % self.crowd.sessions.len()];
                let tried = if self.n.is_multiple_of(8) {
                    self.by_browser(session).await
                } else {
                    self.by_machine(session).await
                };
                if let Tried::Won(booking) = tried {
                    let ending = self.keeps_or_not(booking).await;
                    self.heard();
                    return ending;
                }
            }
            self.heard();
            if final_round {
                return Ending::Full;
            }
            // Not all at the same moment, and once more soon after things have settled.
            let rest = (self.crowd.users / ROUNDS_PER_SECOND).max(4) as u64 * 1_000;
            tokio::time::sleep(Duration::from_millis(rest / 2 + (self.n as u64 * 7919) % rest)).await;
        }
    }

    /// The first answer that is one: from now on this person is one of those who know.
    fn heard(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.crowd.answered.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Some cancel what they won.
    async fn keeps_or_not(&mut self, booking: Option<String>) -> Ending {
        let Some(booking) = booking.filter(|_| self.n % 5 == 1 && !self.crowd.settled.load(Ordering::SeqCst)) else {
            return Ending::Won;
        };
        if self.told {
            // Settling waits for everybody's first answer only: whoever wins later keeps it.
            return Ending::Won;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let key = format!("cancels-{:08}", self.n);
        let path = format!("/api/v1/bookings/{booking}");
        loop {
            let reply = self.machine("DELETE", &path, &key, "").await;
            if reply.status == 200 {
                return Ending::GaveBack;
            }
            assert!(matches!(reply.status, 401 | 409 | 503), "{} {}", reply.status, reply.body);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn by_machine(&mut self, session: Uuid) -> Tried {
        let key = format!("storm-{:08}", self.n);
        let body = json!({ "session": session, "name": "演示·白露", "contact": format!("storm-{}@example.com", self.n), "people": 1 });
        let body = body.to_string();
        loop {
            let began = Instant::now();
            let reply = self.machine("POST", "/api/v1/bookings", &key, &body).await;
            let took = |what| self.crowd.took(what, began.elapsed());
            match reply.status {
                201 => {
                    took("machine: won");
                    return Tried::Won(reply.json()["id"].as_str().map(str::to_owned));
                }
                409 if reply.json()["refusal"]["code"] == "full" => {
                    took("machine: full");
                    return Tried::Full;
                }
                409 if reply.json()["refusal"]["code"] == "not-open-yet" => {
                    tokio::time::sleep(Duration::from_millis(300)).await
                }
                429 => {
                    assert_eq!(reply.json()["code"], Value::from("waiting-room"), "{}", reply.body);
                    took("machine: in the line");
                    tokio::time::sleep(wait(&reply)).await;
                }
                503 => {
                    took("machine: busy");
                    tokio::time::sleep(wait(&reply)).await;
                }
                401 => self.sign_in().await,
                other => panic!("{other} {}", reply.body),
            }
        }
    }

    /// Any server may get any request, on a connection of its own: a kept one may end while nothing is said.
    fn turn(&mut self) {
        let turn = self.crowd.asked.fetch_add(1, Ordering::Relaxed);
        self.http = Http::new(&self.crowd.sites[turn % self.crowd.sites.len()]);
    }

    async fn machine(&mut self, method: &str, path: &str, key: &str, body: &str) -> Reply {
        self.turn();
        let client = &self.crowd.clients[self.n / SHARING];
        let token = format!("Bearer {}", client.lock().expect("a client").token);
        let headers =
            [("authorization", token.as_str()), ("idempotency-key", key), ("content-type", "application/json")];
        self.http.send(method, path, &headers, body).await.expect("servers that stay")
    }

    async fn sign_in(&mut self) {
        let body = {
            let client = self.crowd.clients[self.n / SHARING].lock().expect("a client");
            json!({ "grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret })
        };
        self.turn();
        let headers = [("content-type", "application/json")];
        let reply = self.http.send("POST", "/api/v1/token", &headers, &body.to_string()).await.expect("a server");
        if reply.status == 200 {
            let token = reply.json()["access_token"].as_str().expect("a token").to_owned();
            self.crowd.clients[self.n / SHARING].lock().expect("a client").token = token;
        } else {
            // A neighbour of the same machine was faster; its token is everybody's.
            tokio::time::sleep(wait(&reply).min(Duration::from_secs(1))).await;
        }
    }

    async fn browser(&mut self, method: &str, path: &str, body: &str) -> Reply {
        self.turn();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("accept-language", "en"),
            ("cookie", self.cookie.as_str()),
        ];
        let reply = self.http.send(method, path, &headers, body).await.expect("servers that stay");
        if let Some(cookie) = reply.header("set-cookie") {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        reply
    }

    async fn by_browser(&mut self, session: Uuid) -> Tried {
        let path = format!("/museum/sessions/{session}");
        loop {
            let began = Instant::now();
            let reply = self.browser("POST", &path, "people=1").await;
            let to = reply.header("location").unwrap_or_default().to_owned();
            let took = |what| self.crowd.took(what, began.elapsed());
            match reply.status {
                303 if to.starts_with("/room/") => {
                    took("browser: to the room");
                    self.waits(&to).await;
                }
                303 => {
                    took("browser: places kept");
                    return self.fills_in(&to).await;
                }
                422 => {
                    took("browser: full");
                    return Tried::Full;
                }
                429 | 503 => {
                    took("browser: busy");
                    tokio::time::sleep(wait(&reply)).await;
                }
                other => panic!("{other} {to} {}", reply.body),
            }
        }
    }

    /// Stands in the line as the room's script does.
    async fn waits(&mut self, room: &str) {
        loop {
            let began = Instant::now();
            let reply = self.browser("GET", &format!("{room}/standing"), "").await;
            self.crowd.took("browser: in the line", began.elapsed());
            if reply.status == 200 {
                let now = reply.json();
                if now["state"] == "admitted" {
                    return;
                }
                let again = now["again"].as_u64().expect("when to ask again");
                tokio::time::sleep(Duration::from_secs(again)).await;
            } else {
                assert!(matches!(reply.status, 429 | 503), "{} {}", reply.status, reply.body);
                tokio::time::sleep(wait(&reply)).await;
            }
        }
    }

    /// The form, the code from the mail, the booking.
    async fn fills_in(&mut self, draft: &str) -> Tried {
        let contact = format!("storm-{}@example.com", self.n);
        let form = format!("name=%E6%BC%94%E7%A4%BA&contact={contact}&children=0&accept=on");
        let reply = self.browser("POST", draft, &form).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(format!("{draft}/code").as_str())),
            "{}",
            reply.body
        );
        let code = self.letter(&contact).await;
        loop {
            let began = Instant::now();
            let reply = self.browser("POST", &format!("{draft}/code"), &format!("code={code}")).await;
            let to = reply.header("location").unwrap_or_default();
            self.crowd.took("browser: won", began.elapsed());
            if reply.status == 303 && to.starts_with("/b/") {
                return Tried::Won(None);
            }
            assert!(matches!(reply.status, 422 | 429 | 503), "{} {}", reply.status, reply.body);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn letter(&self, contact: &str) -> String {
        loop {
            let text: Option<String> = sqlx::query_scalar(
                "select body_text from dev_mailbox where recipient = $1 order by created_at desc limit 1",
            )
            .bind(contact)
            .fetch_optional(&self.crowd.db)
            .await
            .expect("the mailbox");
            let digits = |text: String| {
                text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).map(str::to_owned)
            };
            if let Some(code) = text.and_then(digits) {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// As long as the house asks for.
fn wait(reply: &Reply) -> Duration {
    let seconds = reply.header("retry-after").and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
    Duration::from_secs(seconds)
}
