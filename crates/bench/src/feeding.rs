//! Machines towards the server that is run: the laboratory's system, whose batches come over HTTP from several senders, and one that is
//! as large as may be; and the line on which gateways send as well.

use crate::http::Connection;
use crate::meter;
use crate::stage::Stage;
use anyhow::{Context as _, bail, ensure};
use domain::account::Scope;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use services::lims::simulate::{Plan, Rates, batch, simulate};
use services::lims::{MOST, sweep, world};
use services::{Services, account};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Senders of the feed: as many batches as a server takes at once.
pub const SENDERS: usize = 3;
/// Records of a batch.
pub const BATCH: usize = 1_000;
/// So often is a batch sent that is not taken: half a minute and more.
const TRIES: u32 = 100;
/// Events of a unit's life, about.
const OF_UNIT: usize = 84;

/// A machine that may send.
#[derive(Clone)]
pub struct Sender {
    address: SocketAddr,
    id: String,
    secret: SecretString,
}

impl Sender {
    /// Makes one that may do this.
    pub async fn new(services: &Services, address: SocketAddr, scope: Scope) -> anyhow::Result<Self> {
        let client = account::clients::create(services, &services.system(), "bench", &[scope]).await?;
        Ok(Self { address, id: client.id.to_string(), secret: client.secret })
    }

    /// Where it sends.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    async fn token(&self) -> anyhow::Result<String> {
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": self.id,
            "client_secret": self.secret.expose_secret(),
        });
        let answer = Connection::open(self.address).await?.post("/api/v1/token", "", &body.to_string()).await?;
        ensure!(answer.status == 200, "no token: {}", answer.status);
        let answer: Value = serde_json::from_slice(&answer.body)?;
        Ok(answer["access_token"].as_str().context("no token in the answer")?.to_owned())
    }
}

/// A sender at work: its connection and its token.
pub struct Line {
    sender: Sender,
    connection: Connection,
    token: String,
}

impl Line {
    /// Opens one.
    pub async fn open(sender: &Sender) -> anyhow::Result<Self> {
        let (connection, token) = (Connection::open(sender.address).await?, sender.token().await?);
        Ok(Self { sender: sender.clone(), connection, token })
    }

    /// Sends a batch until it was answered; how long the last try took, and the answer.
    pub async fn post(&mut self, path: &str, body: &str) -> anyhow::Result<(Duration, Vec<u8>)> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let began = Instant::now();
            let answer = self.connection.post(path, &self.token, body).await;
            last = match answer {
                Ok(answer) if answer.status == 200 => return Ok((began.elapsed(), answer.body)),
                Ok(answer) if answer.status == 401 => {
                    self.token = self.sender.token().await?;
                    String::from_utf8_lossy(&answer.body).into_owned()
                }
                // Busy, or nobody knows whether it was taken: what is sent again is known by its keys.
                Ok(answer) if matches!(answer.status, 429 | 503) => String::from_utf8_lossy(&answer.body).into_owned(),
                Ok(answer) => bail!("a batch is answered {}", answer.status),
                Err(error) => error.to_string(),
            };
            sleep(Duration::from_millis(300)).await;
            self.connection = Connection::open(self.sender.address).await?;
        }
        bail!("a batch was sent {TRIES} times and not taken: {last}")
    }

    /// Sends records of the laboratory until they were answered; how long the last try took.
    async fn send(&mut self, services: &Services, records: &[String]) -> anyhow::Result<Duration> {
        let body = batch(records.iter().map(String::as_str), services.clock.now());
        Ok(self.post("/api/v1/lims/events", &body).await?.0)
    }
}

/// How the feed caught up.
pub struct Caught {
    /// Events, each kept once.
    pub events: usize,
    /// Of these, such as came before what they follow.
    pub early: usize,
    /// From the first batch to the last event that was kept.
    pub took: Duration,
    /// How long each batch took, in rising order.
    pub batches: Vec<Duration>,
}

/// The records of so many events' worth of lives, under the numbers of a facility, by who sends them: each unit has one sender, who tells
/// of it in its order. Keys are made of the seed: two streams of one client have two.
pub async fn records(
    services: &Services,
    (facility, seed): (&str, u64),
    events: usize,
    senders: usize,
) -> anyhow::Result<Vec<Vec<String>>> {
    let world = world(services, facility).await?;
    let from = services.clock.now() - SignedDuration::from_hours(24 * 24);
    let within = SignedDuration::from_hours(24);
    // A few more than are asked for: lives differ.
    let units = (events / OF_UNIT + events / 1_000 + 2) as u32;
    let stream = simulate(&world, &Plan { seed, from, units, within, rates: Rates::NONE });
    let mut all = vec![Vec::new(); senders];
    for message in stream.messages.iter().take(events) {
        let sender = message.unit.as_str().bytes().map(usize::from).sum::<usize>() % senders;
        all[sender].push(message.json());
    }
    Ok(all)
}

/// Sends all of them, every sender its own. It fails when one is not kept, or is kept twice.
pub async fn catch_up(stage: &Stage, sender: &Sender, records: Vec<Vec<String>>) -> anyhow::Result<Caught> {
    let services = &stage.services;
    let events: usize = records.iter().map(Vec::len).sum();
    let (before, began) = (kept(stage).await?, Instant::now());
    let mut senders = JoinSet::new();
    for own in records {
        let (services, mut line) = (services.clone(), Line::open(sender).await?);
        senders.spawn(async move {
            let mut times = Vec::new();
            for batch in own.chunks(BATCH) {
                times.push(line.send(&services, batch).await?);
            }
            anyhow::Ok(times)
        });
    }
    let mut batches = Vec::new();
    while let Some(times) = senders.join_next().await {
        batches.extend(times??);
    }
    // What was tried again after no answer may have left something that waits: the house tries it by and by.
    while sweep(services).await? > 0 {}
    let took = began.elapsed();
    let letters = "select count(*) filter (where state = 'open'), count(*) filter (where state = 'applied') from lims_dead_letter";
    let (open, early): (i64, i64) = sqlx::query_as(letters).fetch_one(&services.db).await?;
    ensure!(open == 0, "{open} records were not kept");
    let there = kept(stage).await? - before;
    ensure!(there as usize == events, "{events} records were sent, {there} events are kept");
    batches.sort_unstable();
    Ok(Caught { events, early: early as usize, took, batches })
}

/// What the largest batch took: until it was answered, and of the server's memory before it and at most, in megabytes.
pub async fn largest(stage: &Stage, sender: &Sender, pid: u32) -> anyhow::Result<(Duration, f64, f64)> {
    let records = records(&stage.services, ("S9903", 2), MOST, 1).await?.concat();
    ensure!(records.len() == MOST, "only {} records", records.len());
    let mut line = Line::open(sender).await?;
    let before = kept(stage).await?;
    meter::forget_most(pid);
    let stood = meter::memory(pid).now;
    let took = line.send(&stage.services, &records).await?;
    let most = meter::memory(pid).most;
    let there = kept(stage).await? - before;
    ensure!(there as usize == MOST, "{MOST} records were sent, {there} events are kept");
    Ok((took, stood, most))
}

/// Events of all units, as their rows say.
async fn kept(stage: &Stage) -> anyhow::Result<i64> {
    Ok(stage.ask("select coalesce(sum(seq), 0)::text from custody_unit").await?.parse()?)
}
