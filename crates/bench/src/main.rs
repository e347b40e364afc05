//! Bookings per second (and what lists of cases cost: [`cases`]), on a database of its own with the server's durable settings: the engine beside two naive ways of
//! deciding the same claim, in interleaved rounds, so that whatever else the machine does falls on all of them alike.
//!
//! The use cases are called as the HTTP layer calls them; what HTTP itself costs is measured with the pages
//! (`scripts/parts/measure.mjs`). Nothing here fails for being slow. It fails when a session was oversold or when what was
//! answered is not what stands in the database: a fast wrong answer is no answer.

mod cases;
mod codes;
mod feeding;
mod http;
mod load;
mod meter;
mod pages;
mod report;
mod stage;
mod telemetry;
mod units;
mod work;

use anyhow::ensure;
use clap::Parser;
use load::{End, Slice};
use stage::Stage;
use std::sync::Arc;
use std::time::Duration;
use work::Work;

/// Visitors who book at the same time.
const CLIENTS: usize = 64;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Bookings per second: the engine beside naive variants.
    Bookings,
    /// An officer's list of work and a case, with ten thousand cases.
    Cases,
    /// A house with many units: verified, and read over HTTP in quiet and while the laboratory's feed catches up.
    Units,
    /// A day of readings of a thousand tanks, and the chart of thirty days.
    Telemetry,
}

/// Bookings per second, or what lists of cases cost. `DATABASE_URL` names the Postgres to use.
#[derive(Parser, Clone)]
struct Terms {
    /// What.
    #[arg(value_enum, default_value = "bookings")]
    part: Part,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Rounds; each measures everything once.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Of `units`: so many stand there first. The bank has 870,000.
    #[arg(long, default_value_t = 5_000)]
    units: u32,
    /// Of `units`: so many events come by the feed.
    #[arg(long, default_value_t = 200_000)]
    events: usize,
    /// How much of a day of readings is fed, where that is measured.
    #[arg(long, default_value_t = 1.0)]
    share: f64,
    /// Of `units`: a database that stays, by its name. What stands there is filled up, so that a bank that took an hour is read again.
    #[arg(long)]
    database: Option<String>,
}

/// What visitors want.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scenario {
    /// Everybody wants one session, which has places for all.
    Hot,
    /// Everybody wants some session of fifty.
    Many,
    /// Everybody wants one session with ten places left: nearly all are refused.
    Scarce,
}

impl Scenario {
    const ALL: [Self; 3] = [Self::Hot, Self::Many, Self::Scarce];

    const fn name(self) -> &'static str {
        match self {
            Self::Hot => "one hot session",
            Self::Many => "50 sessions",
            Self::Scarce => "10 places left",
        }
    }

    /// Sessions, and the places of each. 5,000 is the most a session can have.
    const fn sessions(self) -> (usize, u32) {
        match self {
            Self::Hot => (1, 5_000),
            Self::Many => (50, 1_000),
            Self::Scarce => (1, 10),
        }
    }

    const fn end(self) -> End {
        match self {
            Self::Hot | Self::Many => End::WhenFull,
            Self::Scarce => End::WhenTimeIsUp,
        }
    }

    /// A journey ends with its first refusal, so the last scenario would measure nothing but that.
    fn works(self) -> impl Iterator<Item = Work> {
        Work::ALL.into_iter().filter(move |work| self != Self::Scarce || *work != Work::Journey)
    }
}

/// A scenario and a way of deciding, with every measurement of it.
struct Line {
    scenario: Scenario,
    work: Work,
    /// With each statement counted on the wire; never timed.
    counted: Slice,
    slices: Vec<Slice>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let terms = Terms::parse();
    ensure!(terms.database.is_none() || terms.part == Part::Units, "only units are measured on a database that stays");
    let stage = Arc::new(Stage::set(terms.database.as_deref()).await?);
    let terms = &terms;
    match terms.part {
        Part::Bookings => bookings(&stage, terms).await,
        Part::Cases => cases::run(&stage, terms).await,
        Part::Units => units::run(&stage, terms).await,
        Part::Telemetry => telemetry::run(&stage, terms).await,
    }
}

/// The engine beside naive variants, in interleaved rounds.
async fn bookings(stage: &Arc<Stage>, terms: &Terms) -> anyhow::Result<()> {
    report::machine(stage, terms).await?;
    let mut lines = count(stage, terms).await?;
    stage.settle().await?;
    for _ in 0..terms.rounds {
        for line in &mut lines {
            let slice = measure(stage, line.scenario, line.work, Duration::from_secs_f64(terms.seconds)).await?;
            line.slices.push(slice);
        }
    }
    report::table(&lines);
    stage.check_books(&lines).await
}

/// What each way sends over the wire, at the same load, through a proxy that slows it down. It also gives the tables
/// some history and so warms up the database.
async fn count(stage: &Arc<Stage>, terms: &Terms) -> anyhow::Result<Vec<Line>> {
    let wire = testkit::wire::Wire::tap(stage.database()).await?;
    let services = stage.house(wire.options(stage.database())).await?;
    let mut lines = Vec::new();
    for scenario in Scenario::ALL {
        for work in scenario.works() {
            let sessions = stage.sessions(scenario.sessions()).await?;
            let short = Duration::from_secs_f64(terms.seconds.min(1.0) / 4.0);
            // The first calls of a connection also prepare its statements.
            let first = load::run(stage, &services, work, &sessions, scenario.end(), short).await?;
            let before = wire.seen();
            let mut counted = load::run(stage, &services, work, &sessions, scenario.end(), short * 3).await?;
            counted.wire = Some(wire.seen() - before);
            counted.uncounted = first.booked;
            lines.push(Line { scenario, work, counted, slices: Vec::new() });
        }
    }
    services.db.close().await;
    Ok(lines)
}

async fn measure(stage: &Arc<Stage>, scenario: Scenario, work: Work, time: Duration) -> anyhow::Result<Slice> {
    let (count, capacity) = scenario.sessions();
    let sessions = stage.sessions((count, capacity)).await?;
    let before = stage.meter().await?;
    let mut slice = load::run(stage, &stage.services, work, &sessions, scenario.end(), time).await?;
    slice.used = stage.meter().await? - before;
    let standing = stage.people_booked(&sessions).await?;
    for people in &standing {
        ensure!(
            *people <= i64::from(capacity),
            "{}, {}: oversold, {people} on {capacity}",
            scenario.name(),
            work.name()
        );
    }
    let people: i64 = standing.iter().sum();
    ensure!(people as u64 == slice.booked, "{}: {} answers, {people} bookings", work.name(), slice.booked);
    if scenario == Scenario::Scarce {
        ensure!(people == i64::from(capacity), "{}: places were left: {people} of {capacity}", work.name());
    }
    Ok(slice)
}
