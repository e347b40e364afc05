//! `lims-simulator`: plays the laboratory's system. Makes a believable stream from a seed, or reads one from a file, and prints it,
//! keeps it, or sends it to a house as the real one would: in batches, several at once, and again where the house was busy.

use super::services;
use crate::cli::LimsSimulator;
use crate::config::Config;
use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode, Url, header, redirect};
use serde_json::{Value, json};
use services::lims::simulate::{Message, Plan, Rates, Stream, batch, simulate};
use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// How long a batch may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// So often is a batch sent that nobody answers.
const TRIES: u32 = 8;

/// Does what was asked.
pub async fn run(config: &Config, asked: LimsSimulator) -> anyhow::Result<()> {
    let records = match &asked.replay {
        Some(file) => {
            let file = std::fs::File::open(file).with_context(|| format!("--replay {}", file.display()))?;
            std::io::BufReader::new(file).lines().collect::<Result<Vec<_>, _>>().context("--replay")?
        }
        None => {
            let stream = stream(config, &asked).await?;
            stream.messages.iter().map(Message::json).collect()
        }
    };
    if let Some(file) = &asked.save {
        let mut out = std::fs::File::create(file).map(std::io::BufWriter::new)?;
        for record in &records {
            writeln!(out, "{record}")?;
        }
        out.flush()?;
        eprintln!("{} records are in {}.", records.len(), file.display());
    }
    match &asked.to {
        Some(address) => send(address, &asked, records).await,
        None if asked.save.is_some() => Ok(()),
        None => {
            let mut out = std::io::stdout().lock();
            records.iter().try_for_each(|record| writeln!(out, "{record}")).context("standard output")
        }
    }
}

/// A stream of the codes that the configured house has.
async fn stream(config: &Config, asked: &LimsSimulator) -> anyhow::Result<Stream> {
    let services = services(config).await?;
    let world = services::lims::world(&services, &asked.facility)
        .await
        .context("the house has no people, lists or tanks to make a stream of (`server seed --demo` makes some)")?;
    // What is told has happened: a unit is kept some sixteen days after it was collected.
    let from = match asked.day {
        Some(day) => domain::time::start_of_day(day),
        // From midnight on: of one day, a seed gives one stream.
        None => {
            let ago = services.clock.now().saturating_sub(SignedDuration::from_hours(24 * 24));
            domain::time::start_of_day(domain::time::local_day(ago.unwrap_or(Timestamp::UNIX_EPOCH)))
        }
    };
    let rates = if asked.clean { Rates::NONE } else { Rates::default() };
    let within = SignedDuration::from_hours(24);
    let stream = simulate(&world, &Plan { seed: asked.seed, from, units: asked.units, within, rates });
    let truth = &stream.truth;
    eprintln!(
        "seed {}: {} units, {} messages; {} are to be kept, {} not taken in; of {} a step is never told, {} records stand under \
         another number, {} messages are sent twice, {} cannot be read.",
        asked.seed,
        truth.units.len(),
        stream.messages.len(),
        truth.banked.len(),
        truth.rejected.len(),
        truth.missing.len(),
        truth.swapped.len(),
        truth.duplicates,
        truth.broken
    );
    Ok(stream)
}

/// Who sends: the client's credentials, and the token it has at the moment.
struct Sender {
    client: Client,
    address: Url,
    id: String,
    secret: String,
    token: Mutex<Option<(String, Instant)>>,
}

impl Sender {
    /// A token that is good for a while; `anew` where the one there is was refused.
    async fn token(&self, anew: bool) -> anyhow::Result<String> {
        let mut kept = self.token.lock().await;
        if let Some((token, until)) = kept.as_ref().filter(|_| !anew)
            && *until > Instant::now()
        {
            return Ok(token.clone());
        }
        let body = json!({ "grant_type": "client_credentials", "client_id": self.id, "client_secret": self.secret });
        let answer = self.client.post(self.address.join("/api/v1/token")?).json(&body).send().await?;
        if !answer.status().is_success() {
            bail!("no token: {}", answer.status());
        }
        let answer: Value = answer.json().await?;
        let token = answer["access_token"].as_str().context("no token in the answer")?.to_owned();
        let good = answer["expires_in"].as_u64().unwrap_or(60).saturating_sub(30).max(5);
        *kept = Some((token.clone(), Instant::now() + Duration::from_secs(good)));
        Ok(token)
    }

    /// Sends a batch until it was answered; answers that, how long the last attempt took, and how often the house was busy.
    async fn batch(&self, body: &str) -> anyhow::Result<(Value, Duration, usize)> {
        let address = self.address.join("/api/v1/lims/events")?;
        let (mut busy, mut silent, mut refused) = (0, 0, false);
        loop {
            let token = self.token(refused).await?;
            let began = Instant::now();
            let request = self.client.post(address.clone()).bearer_auth(token);
            let sent = request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned()).send().await;
            let answer = match sent {
                Ok(answer) => answer,
                // Nobody knows whether it was taken: that is what keys are for.
                Err(error) if silent < TRIES => {
                    silent += 1;
                    eprintln!("no answer ({error}); again");
                    sleep(Duration::from_millis(500 << silent.min(6))).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            match answer.status() {
                StatusCode::OK => return Ok((answer.json().await?, began.elapsed(), busy)),
                StatusCode::UNAUTHORIZED if !refused => refused = true,
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                    busy += 1;
                    let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                    let wait = wait.and_then(|seconds| seconds.parse().ok()).unwrap_or(2);
                    sleep(Duration::from_secs(wait)).await;
                }
                status => bail!("the house answers {status}: {}", answer.text().await.unwrap_or_default()),
            }
        }
    }
}

/// What became of what was sent.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
    times: Vec<Duration>,
    busy: usize,
}

impl Tally {
    fn add(&mut self, answer: &Value, took: Duration, busy: usize) {
        for result in answer["results"].as_array().into_iter().flatten() {
            let word = |name: &str| result[name].as_str().map(str::to_owned);
            *self.outcomes.entry(word("outcome").unwrap_or_default()).or_default() += 1;
            if let Some(code) = word("code") {
                *self.reasons.entry(code).or_default() += 1;
            }
        }
        self.times.push(took);
        self.busy += busy;
    }

    fn say(mut self, records: usize, took: Duration) {
        self.times.sort_unstable();
        let at = |part: usize| self.times.get((self.times.len() * part / 100).min(self.times.len().max(1) - 1));
        let ms = |time: Option<&Duration>| time.map_or(0, Duration::as_millis);
        println!(
            "{records} records in {:.1} s: {:.0} a second; a batch took {} ms (p50), {} ms (p95); busy {} times.",
            took.as_secs_f64(),
            records as f64 / took.as_secs_f64().max(0.001),
            ms(at(50)),
            ms(at(95)),
            self.busy
        );
        for (outcome, count) in &self.outcomes {
            println!("{count:>8}  {outcome}");
        }
        for (code, count) in &self.reasons {
            println!("{count:>8}    {code}");
        }
    }
}

async fn send(address: &Url, asked: &LimsSimulator, records: Vec<String>) -> anyhow::Result<()> {
    let id = asked.client.map(|id| id.to_string()).context("--to needs --client, and the secret on standard input")?;
    let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
    let secret = super::first_line()?;
    let sender = Arc::new(Sender { client, address: address.clone(), id, secret, token: Mutex::default() });
    let (size, count) = (asked.batch.clamp(1, services::lims::MOST), records.len());
    let (records, next) = (Arc::new(records), Arc::new(AtomicUsize::new(0)));
    let (tally, began) = (Arc::new(Mutex::new(Tally::default())), Instant::now());
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..asked.concurrency.clamp(1, 32) {
        let (sender, records, next, tally) = (sender.clone(), records.clone(), next.clone(), tally.clone());
        let rate = asked.rate;
        senders.spawn(async move {
            loop {
                let at = next.fetch_add(size, Ordering::Relaxed);
                let Some(piece) = records.get(at..(at + size).min(records.len())).filter(|piece| !piece.is_empty())
                else {
                    return anyhow::Ok(());
                };
                if let Some(rate) = rate.filter(|rate| *rate > 0) {
                    // No batch leaves before its time.
                    let due = began + Duration::from_secs_f64(at as f64 / f64::from(rate));
                    tokio::time::sleep_until(due).await;
                }
                let body = batch(piece.iter().map(String::as_str), now());
                let (answer, took, busy) = sender.batch(&body).await?;
                tally.lock().await.add(&answer, took, busy);
            }
        });
    }
    while let Some(done) = senders.join_next().await {
        done??;
    }
    let tally = std::mem::take(&mut *tally.lock().await);
    tally.say(count, began.elapsed());
    Ok(())
}

/// The time of this machine: the simulator is a source with a clock of its own.
fn now() -> Timestamp {
    services::clock::Clock::system().now()
}
