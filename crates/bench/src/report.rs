//! What was measured on what, and the table.

use crate::load::Slice;
use crate::stage::{self, Stage};
use crate::work::Work;
use crate::{Line, Part, Scenario, Terms};
use std::time::Duration;
use tokio::time::Instant;

/// Says where and how it is measured.
pub async fn machine(stage: &Stage, terms: &Terms) -> anyhow::Result<()> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let profile = if cfg!(debug_assertions) { "debug: not worth comparing" } else { "release" };
    println!(
        "{}: {}, {} rounds of {} s each, profile {profile}",
        match terms.part {
            Part::Bookings => "Bookings",
            Part::Cases => "Cases",
            Part::Units => "Units",
            Part::Telemetry => "Telemetry",
        },
        stage::connections(),
        terms.rounds,
        terms.seconds
    );
    println!(
        "  {cores} cores, shared by clients, services and Postgres: {}",
        model.trim_start_matches([' ', '\t', ':'])
    );
    println!("  {}", stage.ask("select split_part(version(), ' on ', 1)").await?);
    let settings = "select string_agg(name || ' ' || current_setting(name), ', ' order by name) from pg_settings
         where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'wal_level', 'commit_delay', 'shared_buffers')";
    println!("  {}", stage.ask(settings).await?);
    println!("  one durable commit alone: {:.2} ms", commit(stage).await?.as_secs_f64() * 1e3);
    Ok(())
}

/// The median time of a commit that has something to flush, with nobody else about.
async fn commit(stage: &Stage) -> anyhow::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..40 {
        let began = Instant::now();
        stage.ask("select pg_logical_emit_message(true, 'bench', 'one durable commit')::text").await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// Prints everything.
pub fn table(lines: &[Line]) {
    println!(
        "\n{:<16} {:<25} {:>8} {:<15} {:>7} {:<11} {:>8} {:>8} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "scenario",
        "way",
        "per s",
        "(spread)",
        "×engine",
        "(spread)",
        "p50 ms",
        "p99 ms",
        "p99 of a",
        "CPU s per 1,000",
        "",
        "WAL kB",
        "round",
        "state-",
        "retries"
    );
    println!(
        "{:<16} {:<25} {:>8} {:<15} {:>7} {:<11} {:>8} {:>8} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "", "", "", "", "", "", "", "", "request", "ours", "PG", "each", "trips", "ments", "each"
    );
    for line in lines {
        let engine = lines.iter().find(|other| other.scenario == line.scenario && other.work == Work::Engine);
        row(line, engine.map_or(&[], |engine| &engine.slices));
    }
    println!(
        "
Medians of the rounds, lowest and highest in brackets; ratios are those of one round. \"10 places left\" counts answers,
nearly all of them refusals; the others count bookings. A claim is the API's one call; a journey is a visitor's three
requests (places kept, particulars and code, booking), and its times are the whole way, the code's delivery included.
CPU: \"ours\" is this process, clients included; \"PG\" the backends of this database and the cluster's WAL writer,
checkpointer and background writer. WAL is the cluster's. Round trips and statements are counted on the wire in a run of
their own at the same load: BEGIN, COMMIT, the pool's check before and roll-back after each use are among them.
No workers run: messages and audit entries are queued, not yet sent or sequenced."
    );
    aims(lines);
}

fn row(line: &Line, engine: &[Slice]) {
    let rates: Vec<f64> = line.slices.iter().map(rate).collect();
    let ratios: Vec<f64> = rates.iter().zip(engine.iter().map(rate)).map(|(own, engine)| own / engine).collect();
    let (rate, slowest, fastest) = spread(rates);
    let (ratio, least, most) = spread(ratios);
    let ms = |share: f64, of: fn(&Slice) -> &[Duration]| median(line, |s| quantile(of(s), share) * 1e3);
    let per = |of: fn(&Slice) -> f64| median(line, |s| of(s) / s.answers().max(1) as f64);
    let seen = line.counted.wire.unwrap_or_default();
    let counted = line.counted.answers().max(1) as f64;
    let busy: u64 = line.slices.iter().map(|s| s.busy).sum();
    println!(
        "{:<16} {:<25} {:>8.0} {:<15} {:>7.3} {:<11} {:>8.1} {:>8.1} {:>9.1} {:>7.2} {:>7.2} {:>7.1} {:>7.2} {:>7.2} {:>7.2}{}",
        line.scenario.name(),
        line.work.name(),
        rate,
        format!("({slowest:.0}–{fastest:.0})"),
        ratio,
        format!("({least:.2}–{most:.2})"),
        ms(0.5, |s| &s.whole),
        ms(0.99, |s| &s.whole),
        ms(0.99, |s| &s.requests),
        per(|s| s.used.own * 1e3),
        per(|s| (s.used.backends + s.used.shared) * 1e3),
        per(|s| s.used.wal / 1e3),
        seen.round_trips as f64 / counted,
        seen.statements as f64 / counted,
        per(|s| s.retries as f64),
        if busy > 0 { format!("  told \"busy\": {busy}") } else { String::new() },
    );
}

/// What the project wants of two cores. Said, never enforced: the machine is shared.
fn aims(lines: &[Line]) {
    println!();
    for scenario in [Scenario::Hot, Scenario::Many] {
        if let Some(line) = lines.iter().find(|line| line.scenario == scenario && line.work == Work::Journey) {
            let rate = median(line, rate);
            let slow = median(line, |s| quantile(&s.requests, 0.99) * 1e3);
            let verdict = |reached| if reached { "reached" } else { "missed" };
            println!(
                "aim, {}: at least 650 journeys/s: {rate:.0}, {}; p99 of a request at most 300 ms: {slow:.0}, {}",
                scenario.name(),
                verdict(rate >= 650.0),
                verdict(slow <= 300.0)
            );
        }
    }
}

fn rate(slice: &Slice) -> f64 {
    slice.answers() as f64 / slice.elapsed.as_secs_f64().max(1e-9)
}

fn median(line: &Line, of: impl Fn(&Slice) -> f64) -> f64 {
    spread(line.slices.iter().map(of).collect()).0
}

/// Median, least, most; not a number where nothing was measured.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    let (half, last) = (values.len() / 2, values.len().saturating_sub(1));
    let middle = if values.len() % 2 == 1 { at(half) } else { (at(half.saturating_sub(1)) + at(half)) / 2.0 };
    (middle, at(0), at(last))
}

/// A share of sorted times, in seconds.
fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).map_or(f64::NAN, Duration::as_secs_f64)
}
