//! The laboratory's feed catching up while people read: units are put there in bulk (what they take is printed), then so many events
//! come by the feed from three senders, and all the while four readers open a unit with its whole chain. How long that takes is
//! printed beside the same in quiet.
//!
//! It fails when an event is lost, or kept twice.

use crate::stage::Stage;
use crate::{Terms, report};
use anyhow::ensure;
use domain::account::{Actor, Role, Scope};
use domain::ids::{AccountId, ClientId, LoginSessionId, UnitId};
use jiff::SignedDuration;
use services::custody::{Sight, unit};
use services::lims::simulate::{Message, Plan, Rates, simulate};
use services::lims::{Became, LimsError, Outcome, bulk, sweep, take, world};
use services::{Context, Services};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Senders of the feed: as many batches as a server takes at once.
const SENDERS: usize = 3;
/// Records of a batch.
const BATCH: usize = 1_000;
/// Readers, and how long each thinks between two pages.
const READERS: usize = 4;
const THINKS: Duration = Duration::from_millis(50);
/// What the project wants, in milliseconds at p95.
const AIM: f64 = 300.0;

/// Fills, catches up, prints.
pub async fn run(stage: &Arc<Stage>, terms: Terms) -> anyhow::Result<()> {
    report::machine(stage, terms).await?;
    furnish(stage).await?;
    let services = &stage.services;
    let (began, owner) = (Instant::now(), stage.owners());
    let filled = bulk::fill(services, owner, terms.units, |_| ()).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  {} units with {} events stand there ({seconds:.1} s, {:.0} events/s by COPY)",
        filled.units,
        filled.events,
        filled.events as f64 / seconds
    );
    stage.settle().await?;
    for size in bulk::sizes(services).await? {
        let bytes = size.heap + size.indexes;
        println!(
            "    {:<18} {:>10} rows, {:>4} bytes each with indexes ({:.0} + {:.0} MB)",
            size.table,
            size.rows,
            bytes / size.rows.max(1),
            size.heap as f64 / 1048576.0,
            size.indexes as f64 / 1048576.0
        );
    }
    let units = stage.some_units(500).await?;
    let quiet = read_while(services, &units, sleep(Duration::from_secs_f64(terms.seconds.max(2.0)))).await?;
    let (busy, caught) = caught_up(services, &units, terms.events).await?;
    println!(
        "\n{} events by the feed in {:.1} s: {:.0} a second, {SENDERS} senders, batches of {BATCH} ({:.0} ms at p50, {:.0} ms at p95)",
        caught.events,
        caught.took.as_secs_f64(),
        caught.events as f64 / caught.took.as_secs_f64(),
        quantile(&caught.batches, 0.5),
        quantile(&caught.batches, 0.95)
    );
    println!("{:<32} {:>8} {:>9} {:>9}", "a unit with its chain", "looks", "p50 ms", "p95 ms");
    for (name, times) in [("in quiet", &quiet), ("while the feed catches up", &busy)] {
        println!("{name:<32} {:>8} {:>9.1} {:>9.1}", times.len(), quantile(times, 0.5), quantile(times, 0.95));
    }
    let slow = quantile(&busy, 0.95);
    println!(
        "aim: at most {AIM} ms at p95 while it catches up: {slow:.1}, {}",
        if slow <= AIM { "reached" } else { "missed" }
    );
    Ok(())
}

/// People of the laboratory, and tanks.
async fn furnish(stage: &Stage) -> anyhow::Result<()> {
    let mut db = stage.owner().await?;
    for statement in [
        "insert into custody_operator (id, code, since)
         select gen_random_uuid(), 'BN-' || n, '2010-01-01' from generate_series(1, 6) n",
        "insert into custody_room (id, site, code, zh, en) values (gen_random_uuid(), 'BN', 'BN-ROOM', '一', 'one')",
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         select gen_random_uuid(), r.id, t.code, t.use, 40, 25, 10, '2010-01-01'
         from custody_room r, (values ('BN-Q', 'quarantine'), ('BN-L', 'long_term')) as t (code, use) where r.code = 'BN-ROOM'",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    Ok(())
}

/// How the feed caught up.
struct Caught {
    events: usize,
    took: Duration,
    batches: Vec<Duration>,
}

/// Sends so many events, and reads all the while.
async fn caught_up(
    services: &Services,
    units: &Arc<Vec<UnitId>>,
    events: usize,
) -> anyhow::Result<(Vec<Duration>, Caught)> {
    let world = world(services, "S9902").await?;
    let from = services.clock.now() - SignedDuration::from_hours(24 * 24);
    // A unit has some 84 events.
    let count = (events / 84).max(1) as u32;
    let within = SignedDuration::from_hours(24);
    let stream = simulate(&world, &Plan { seed: 1, from, units: count, within, rates: Rates::NONE });
    let records: Arc<Vec<String>> = Arc::new(stream.messages.iter().map(Message::json).collect());
    let (began, all) = (Instant::now(), records.len());
    let feeding = feed(services.clone(), records);
    let mut batches = Ok(Vec::new());
    let busy = read_while(services, units, async { batches = feeding.await }).await?;
    let mut batches = batches?;
    batches.sort_unstable();
    let took = began.elapsed();
    Ok((busy, Caught { events: all, took, batches }))
}

/// Sends the records; each is kept once. How long each batch took.
async fn feed(services: Services, records: Arc<Vec<String>>) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (services, records, next) = (services.clone(), Arc::clone(&records), Arc::clone(&next));
        senders.spawn(async move {
            let client = ClientId(Uuid::from_u128(1));
            let (mut times, mut kept) = (Vec::new(), 0);
            loop {
                let at = next.fetch_add(BATCH, Ordering::Relaxed);
                let Some(batch) = records.get(at..(at + BATCH).min(records.len())).filter(|batch| !batch.is_empty())
                else {
                    return anyhow::Ok((times, kept));
                };
                loop {
                    let actor = Actor::Client { client, scopes: vec![Scope::LimsWrite] };
                    let context = Context { actor, ..services.system() };
                    let began = Instant::now();
                    match take(&services, &context, batch.to_vec()).await {
                        Ok(answers) => {
                            times.push(began.elapsed());
                            let now = |outcome: &Outcome| matches!(outcome, Outcome::Now(Became::Event { .. }));
                            kept += answers.iter().filter(|answer| now(&answer.outcome)).count();
                            break;
                        }
                        Err(LimsError::Busy) => sleep(Duration::from_millis(100)).await,
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        });
    }
    let (mut times, mut kept) = (Vec::new(), 0);
    while let Some(done) = senders.join_next().await {
        let (own, of) = done??;
        times.extend(own);
        kept += of;
    }
    // What came before its predecessor, since senders overtake each other, was kept when that came.
    while sweep(&services).await? > 0 {}
    let letters = "select count(*) filter (where state = 'open'), count(*) filter (where state = 'applied') from lims_dead_letter";
    let (open, later): (i64, i64) = sqlx::query_as(letters).fetch_one(&services.db).await?;
    ensure!(open == 0, "{open} records were not kept");
    ensure!(
        kept + later as usize == records.len(),
        "{kept} records kept at once and {later} later, of {}",
        records.len()
    );
    println!("  {later} of {} records came before what they follow, and were kept with it", records.len());
    Ok(times)
}

/// Reads until something else is over. How long each page took, in rising order.
async fn read_while(
    services: &Services,
    units: &Arc<Vec<UnitId>>,
    over: impl Future<Output = ()>,
) -> anyhow::Result<Vec<Duration>> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for nth in 0..READERS {
        let (services, units, stop) = (services.clone(), Arc::clone(units), Arc::clone(&stop));
        readers.spawn(async move {
            let mut times = Vec::new();
            for id in units.iter().cycle().skip(nth * 97) {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                let read = unit(&services, &officer(&services), *id, Sight::Staff).await?;
                times.push(began.elapsed());
                ensure!(!read.events.is_empty() && read.steps.missing().next().is_none(), "a unit that is not whole");
                sleep(THINKS).await;
            }
            anyhow::Ok(times)
        });
    }
    over.await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    while let Some(times) = readers.join_next().await {
        all.extend(times??);
    }
    all.sort_unstable();
    Ok(all)
}

fn officer(services: &Services) -> Context {
    let system = services.system();
    let actor = Actor::Staff {
        account: AccountId(Uuid::from_u128(1)),
        login: LoginSessionId(Uuid::from_u128(1)),
        roles: vec![Role::QualityOfficer],
        stepped_up_at: Some(system.now),
    };
    Context { actor, ..system }
}

fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
