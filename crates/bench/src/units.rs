//! A house with many units: they are put there in bulk (what they take is printed), brought under signed roots and verified; then the
//! server is started on them as it is run, and ten people read pages over HTTP, in quiet and while the laboratory's feed catches up.
//!
//! Nothing here fails for being slow. It fails when an event is lost or kept twice, when the record of units does not verify, and when
//! another family's unit is answered otherwise than none.

use crate::feeding::{self, BATCH, SENDERS, Sender};
use crate::http::{self, Server};
use crate::meter;
use crate::pages::{self, Guardian, Look, READERS, quantile};
use crate::stage::Stage;
use crate::{Terms, report};
use anyhow::{Context as _, ensure};
use domain::account::{Role, Scope};
use services::custody::proof;
use services::lims::bulk;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Units of the bank.
const BANK: f64 = 870_000.0;
/// Guardians who are signed in.
const GUARDIANS: usize = 300;
/// So often is asked for what is not there.
const REFUSED: usize = 300;
/// What the project wants, in milliseconds at p95: of a family's page, of a tank's thirty days, of pages while the feed catches up.
const AIMS: [f64; 3] = [100.0, 200.0, 300.0];

/// Fills, verifies, reads, catches up, prints.
pub async fn run(stage: &Arc<Stage>, terms: &Terms) -> anyhow::Result<()> {
    report::machine(stage, terms).await?;
    furnish(stage).await?;
    fill(stage, terms.units).await?;
    pages::families(stage).await?;
    let tank = pages::tank(stage).await?;
    stage.settle().await?;
    verify(stage).await?;

    // Not before: of a whole bank that takes longer than anybody stays signed in who does nothing.
    let guardians = pages::guardians(stage, GUARDIANS).await?;
    let tank = Look::new(pages::staff(stage, Role::QualityOfficer).await?, tank);
    let server = Server::start(&stage.url()).await?;
    let (address, time) =
        (server.address(), Duration::from_secs_f64((terms.seconds * f64::from(terms.rounds)).max(2.0)));
    quiet(address, &guardians, tank, time).await?;
    nothing(address, &guardians).await?;
    let sender = Sender::new(&stage.services, address, Scope::LimsWrite).await?;
    busy(stage, &sender, &guardians, terms.events).await?;
    largest(stage, &sender, server.pid()).await
}

/// People of the laboratory, and tanks, unless they are there.
async fn furnish(stage: &Stage) -> anyhow::Result<()> {
    if stage.ask("select exists (select from custody_room where code = 'BN-ROOM')::text").await? == "true" {
        return Ok(());
    }
    let mut db = stage.owner().await?;
    for statement in [
        "insert into custody_operator (id, code, since)
         select gen_random_uuid(), 'BN-' || n, '2010-01-01' from generate_series(1, 6) n",
        // One of them is of quality: a feed's word that a unit is kept for good is taken with such a second.
        "with quality as (
           insert into account (id, kind, locale, created_at) values (gen_random_uuid(), 'staff', 'zh-CN', now()) returning id),
         role as (
           insert into account_role (account_id, role, granted_at) select id, 'quality_officer', now() from quality)
         update custody_operator set account_id = quality.id from quality where code = 'BN-4'",
        "insert into custody_room (id, site, code, zh, en) values (gen_random_uuid(), 'BN', 'BN-ROOM', '一', 'one')",
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         select gen_random_uuid(), r.id, t.code, t.use, 40, 25, 10, '2010-01-01'
         from custody_room r, (values ('BN-Q', 'quarantine'), ('BN-L', 'long_term')) as t (code, use) where r.code = 'BN-ROOM'",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    Ok(())
}

/// Puts units there, as many as lack, and says what they take and what all of the bank's would.
async fn fill(stage: &Stage, units: u32) -> anyhow::Result<()> {
    let there = there(stage).await?;
    if there > 0 {
        println!("  {there} units stand there already");
    }
    let units = units.saturating_sub(there);
    if units == 0 {
        return Ok(());
    }
    let (services, began) = (&stage.services, Instant::now());
    let filled = bulk::fill(services, stage.owners(), units, |_| ()).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  {} units with {} events stand there ({seconds:.1} s, {:.0} events/s by COPY, {:.2} ms a unit)",
        filled.units,
        filled.events,
        filled.events as f64 / seconds,
        seconds * 1e3 / filled.units as f64
    );
    stage.settle().await?;
    let (mut whole, units) = (0.0, filled.units as f64);
    for size in bulk::sizes(services).await? {
        let bytes = (size.heap + size.indexes) as f64;
        whole += bytes;
        println!(
            "    {:<18} {:>10} rows, {:>4.0} bytes each with indexes ({:.0} + {:.0} MB)",
            size.table,
            size.rows,
            bytes / size.rows.max(1) as f64,
            size.heap as f64 / 1048576.0,
            size.indexes as f64 / 1048576.0
        );
    }
    println!(
        "  {:.1} kB a unit; the bank's 870,000 with {:.1} million events would take {:.1} GB, and {:.0} minutes",
        whole / units / 1024.0,
        filled.events as f64 / units * BANK / 1e6,
        whole / units * BANK / 1073741824.0,
        seconds / units * BANK / 60.0
    );
    Ok(())
}

/// Units that stand there.
async fn there(stage: &Stage) -> anyhow::Result<u32> {
    Ok(stage.ask("select count(*)::text from custody_unit").await?.parse()?)
}

/// Brings all of them under signed roots, and verifies everything as operators do.
async fn verify(stage: &Stage) -> anyhow::Result<()> {
    let began = Instant::now();
    let covered = proof::close_all(&stage.services).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!("\n{covered} units brought under signed roots in {seconds:.1} s: {:.0} units/s", covered as f64 / seconds);
    let done = http::run(&stage.url(), &["verify-custody"]).await?;
    // "2016 units with 170295 events, …": what it says it read.
    let mut read = done.said.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    let (units, events) = read.next().zip(read.next()).context("how much was verified")?;
    let there = there(stage).await?;
    ensure!(units == f64::from(there), "{there} units stand there, {units} were verified");
    let seconds = done.took.as_secs_f64();
    println!(
        "verify-custody: {units} units with {events} events in {seconds:.1} s: {:.0} units/s, {:.0} events/s, {:.0} MB at most; the bank's in {:.0} minutes",
        units / seconds,
        events / seconds,
        done.memory,
        seconds / units * BANK / 60.0
    );
    Ok(())
}

/// Pages with nobody else about.
async fn quiet(address: SocketAddr, guardians: &[Guardian], tank: Look, time: Duration) -> anyhow::Result<()> {
    let of_all = |behind: &str| guardians.iter().map(|guardian| guardian.look(behind)).collect::<Vec<_>>();
    println!("\n{:<40} {:>8} {:>9} {:>9}", format!("pages over HTTP, {READERS} readers"), "looks", "p50 ms", "p95 ms");
    let mut own = Vec::new();
    for (name, behind) in [
        ("a family's unit", ""),
        ("its steps", "/steps"),
        ("its tests", "/tests"),
        ("how cold it lay, thirty days", "/temperature?span=month"),
    ] {
        let times = looked(address, name, of_all(behind), time).await?;
        if behind.is_empty() {
            own = times;
        }
    }
    let charts = looked(address, "a tank with its thirty days", vec![tank], time).await?;
    aim("a family's unit", &own, AIMS[0]);
    aim("a tank with its thirty days", &charts, AIMS[1]);
    Ok(())
}

/// Reads for a time, after a second that is not counted: every connection prepares its statements first. Prints a line.
async fn looked(address: SocketAddr, name: &str, looks: Vec<Look>, time: Duration) -> anyhow::Result<Vec<Duration>> {
    pages::read_for(address, looks.clone(), Duration::from_secs(1)).await?;
    let times = pages::read_for(address, looks, time).await?;
    line(name, &times);
    Ok(times)
}

fn line(name: &str, times: &[Duration]) {
    println!("{name:<40} {:>8} {:>9.1} {:>9.1}", times.len(), quantile(times, 0.5), quantile(times, 0.95));
}

fn aim(name: &str, times: &[Duration], most: f64) {
    let slow = quantile(times, 0.95);
    let verdict = if slow <= most { "reached" } else { "missed" };
    println!("aim, {name}: at most {most} ms at p95: {slow:.1}, {verdict}");
}

/// What is not theirs and what is not there is told apart by nobody, by time neither.
async fn nothing(address: SocketAddr, guardians: &[Guardian]) -> anyhow::Result<()> {
    // As everywhere: the first requests prepare.
    pages::refused(address, guardians, 20).await?;
    let took = pages::refused(address, guardians, REFUSED).await?;
    let [foreign, absent, malformed] = [0, 1, 2].map(|of| quantile(&took[of], 0.5));
    println!(
        "\n404 of another family's unit {foreign:.2} ms, of none {absent:.2} ms, of what is no id {malformed:.2} ms (medians of {REFUSED})"
    );
    let ratio = foreign / absent;
    let verdict = if (0.9..=1.1).contains(&ratio) { "reached" } else { "missed" };
    println!(
        "aim, another's unit as none: a ratio of 0.9 to 1.1: {ratio:.3}, {verdict} (what is no id: {:.3})",
        malformed / absent
    );
    Ok(())
}

/// Pages while the feed catches up.
async fn busy(stage: &Stage, sender: &Sender, guardians: &[Guardian], events: usize) -> anyhow::Result<()> {
    let looks = ["", "/steps", "/tests", "/temperature?span=month"];
    let looks = guardians.iter().zip(looks.iter().cycle()).map(|(guardian, behind)| guardian.look(behind)).collect();
    let records = feeding::records(&stage.services, ("S9902", 1), events, SENDERS).await?;
    let mut caught = None;
    let times = pages::read_while(sender.address(), looks, async {
        caught = Some(feeding::catch_up(stage, sender, records).await);
    })
    .await?;
    let caught = caught.context("the feed")??;
    let seconds = caught.took.as_secs_f64();
    println!(
        "\n{} events by the feed in {seconds:.1} s: {:.0} a second, {SENDERS} senders, each of its own units, batches of {BATCH} ({:.0} ms at p50, {:.0} ms at p95); {} came before what they follow",
        caught.events,
        caught.events as f64 / seconds,
        quantile(&caught.batches, 0.5),
        quantile(&caught.batches, 0.95),
        caught.early
    );
    line("a family's pages meanwhile", &times);
    aim("a family's pages while the feed catches up", &times, AIMS[2]);
    Ok(())
}

/// The largest batch there may be.
async fn largest(stage: &Stage, sender: &Sender, pid: u32) -> anyhow::Result<()> {
    let at_most = meter::memory(pid).most;
    let (took, before, most) = feeding::largest(stage, sender, pid).await?;
    println!(
        "\none batch of 10,000 events: answered after {:.2} s; the server had {before:.0} MB before it and {most:.0} MB at most ({at_most:.0} MB at most until then)",
        took.as_secs_f64()
    );
    Ok(())
}
