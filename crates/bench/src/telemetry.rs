//! What a day of readings costs: three thousand channels of a thousand tanks, a reading a minute of each, 4.32 million in all, as two
//! gateways send them, ten thousand at once, rolled up beside it; then the chart of a tank's thirty days, and a look of the watch; and
//! the same day once more, of other tanks, as gateways really send it: over HTTP, to the server as it is run.
//!
//! It fails when a reading is missing, or counted twice.

use crate::feeding::{Line, Sender};
use crate::http::Server;
use crate::pages::quantile;
use crate::stage::Stage;
use crate::{Terms, meter, report};
use anyhow::{Context as _, ensure};
use domain::account::{Actor, Role, Scope};
use domain::ids::{AccountId, LoginSessionId, TankId};
use domain::telemetry::{ChannelKind, Quality};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use services::telemetry::{self, Reading, Span, Taken};
use services::{Context, Services};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

const TANKS: i64 = 1_000;
const KINDS: [ChannelKind; 3] = [ChannelKind::TemperatureTop, ChannelKind::TemperatureBottom, ChannelKind::Ln2Level];
const MINUTES: i64 = 24 * 60;
/// Gateways that send at the same time, each of its own tanks.
const GATEWAYS: i64 = 2;
/// Tanks with thirty days of ten-minute values before the day that is fed.
const OLD: i64 = 100;
/// What the project wants: a day in this many seconds, and a chart in this many milliseconds.
const AIM: (f64, f64) = (600.0, 200.0);

/// Feeds, rolls up, draws, looks, prints.
pub async fn run(stage: &Arc<Stage>, terms: &Terms) -> anyhow::Result<()> {
    report::machine(stage, terms).await?;
    let services = &stage.services;
    let minutes = ((MINUTES as f64 * terms.share) as i64).clamp(1, MINUTES);
    // From the beginning of ten minutes, so that no older value stands among those that are counted.
    let second = (services.clock.now() - SignedDuration::from_mins(MINUTES + 20)).as_second();
    let begins = Timestamp::from_second(second - second.rem_euclid(600))?;
    set_up(stage, begins).await?;

    let began = Instant::now();
    let feeders: Vec<_> =
        (0..GATEWAYS).map(|gateway| tokio::spawn(send(services.clone(), gateway, begins, minutes))).collect();
    let rolling = tokio::spawn(roll(services.clone()));
    let mut all = Taken::default();
    for feeder in feeders {
        let taken = feeder.await??;
        all.kept += taken.kept;
        all.known += taken.known;
        all.refused.extend(taken.refused);
    }
    let fed = began.elapsed().as_secs_f64();
    rolling.abort();
    telemetry::roll_up(services).await?;
    let done = began.elapsed().as_secs_f64();

    let sent = TANKS * KINDS.len() as i64 * minutes;
    ensure!(i64::from(all.kept) == sent && all.refused.is_empty(), "{sent} were sent, {} kept", all.kept);
    let there: i64 = stage.ask("select count(*)::text from telemetry_reading").await?.parse()?;
    ensure!(there == sent, "{sent} were kept, {there} are there");
    let rolled: i64 = stage.ask("select coalesce(sum(good), 0)::text from telemetry_rollup where began >= (select min(device_at) from telemetry_reading)").await?.parse()?;
    ensure!(rolled == sent, "{sent} were kept, {rolled} are in ten-minute values");
    let whole = done / minutes as f64 * MINUTES as f64;
    println!(
        "\n  {sent} readings of {} channels: fed in {fed:.1} s, rolled up after {done:.1} s",
        TANKS * KINDS.len() as i64
    );
    println!(
        "aim, a day of 4,320,000 readings: at most {} s: {whole:.0} ({:.0} readings/s), {}",
        AIM.0,
        sent as f64 / done,
        verdict(whole <= AIM.0)
    );
    let size = "select pg_size_pretty(sum(pg_total_relation_size(c.oid))) from pg_class c where c.relname like 'telemetry_reading_%'";
    println!("  on the disk: {}", stage.ask(size).await?);
    charts(stage, terms).await?;
    over_http(stage, begins, minutes, fed).await
}

/// Rolls up until it is stopped; what goes wrong is found in the sums.
async fn roll(services: Services) {
    loop {
        if let Err(error) = telemetry::roll_up(&services).await {
            println!("  could not roll up: {error}");
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn charts(stage: &Stage, terms: &Terms) -> anyhow::Result<()> {
    let services = &stage.services;
    let tank: Uuid = stage.ask("select id::text from custody_tank where code = 'B-7'").await?.parse()?;
    let by = context(services);
    let (mut drawn, mut looked) = (Vec::new(), Vec::new());
    for _ in 0..terms.rounds.max(20) {
        let began = Instant::now();
        let history = telemetry::history(services, &by, TankId(tank), (&KINDS[..2], Span::Month)).await?;
        drawn.push(began.elapsed());
        ensure!(history.lines.len() == 2, "two probes");
    }
    for _ in 0..terms.rounds {
        let began = Instant::now();
        telemetry::watch(services).await?.context("nobody else watches")?;
        looked.push(began.elapsed());
    }
    println!("  a tank's thirty days: {}; a look at all channels: {}", times(&mut drawn), times(&mut looked));
    let slow = quantile(&drawn, 0.95);
    println!("aim, a tank's thirty days: at most {} ms at p95: {slow:.1}, {}", AIM.1, verdict(slow <= AIM.1));
    Ok(())
}

const fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

fn times(all: &mut [Duration]) -> String {
    all.sort_unstable();
    format!("p50 {:.1} ms, p95 {:.1} ms", quantile(all, 0.5), quantile(all, 0.95))
}

/// The same day over HTTP, of tanks of its own, to a server that rolls up and watches beside it.
async fn over_http(stage: &Stage, begins: Timestamp, minutes: i64, by_service: f64) -> anyhow::Result<()> {
    let services = &stage.services;
    put_up(stage, &furniture('H')).await?;
    let server = Server::start(&stage.url()).await?;
    let sender = Sender::new(services, server.address(), Scope::TelemetryWrite).await?;
    let began = Instant::now();
    let mut feeders = JoinSet::new();
    for gateway in 0..GATEWAYS {
        let line = Line::open(&sender).await?;
        feeders.spawn(send_over(line, readings('H', gateway, begins, minutes)));
    }
    let (mut taken, mut batches) = (0, Vec::new());
    while let Some(sent) = feeders.join_next().await {
        let (kept, times) = sent??;
        taken += kept;
        batches.extend(times);
    }
    let fed = began.elapsed().as_secs_f64();
    let memory = meter::memory(server.pid()).most;
    // What the server has in hand is not done until it says so.
    for _ in 0..3_000 {
        telemetry::roll_up(services).await?;
        if stage.ask("select count(*)::text from telemetry_dirty").await? == "0" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let done = began.elapsed().as_secs_f64();

    let sent = TANKS * KINDS.len() as i64 * minutes;
    ensure!(taken == sent, "{sent} were sent over HTTP, {taken} answered as kept");
    let there: i64 = stage
        .ask("select count(*)::text from telemetry_reading r join telemetry_channel c on c.id = r.channel_id where c.code like 'H-%'")
        .await?
        .parse()?;
    ensure!(there == sent, "{sent} were sent over HTTP, {there} are there");
    let rolled: i64 = stage
        .ask("select coalesce(sum(r.good), 0)::text from telemetry_rollup r join telemetry_channel c on c.id = r.channel_id where c.code like 'H-%'")
        .await?
        .parse()?;
    ensure!(rolled == sent, "{sent} were sent over HTTP, {rolled} are in ten-minute values");
    let whole = done / minutes as f64 * MINUTES as f64;
    println!(
        "\n  {sent} readings over HTTP by {GATEWAYS} gateways: fed in {fed:.1} s ({by_service:.1} s by the service), rolled up after {done:.1} s; a batch of {}: {}; the server had {memory:.0} MB at most",
        telemetry::MOST,
        times(&mut batches)
    );
    println!(
        "aim, a day of 4,320,000 readings over HTTP: at most {} s: {whole:.0} ({:.0} readings/s), {}",
        AIM.0,
        sent as f64 / done,
        verdict(whole <= AIM.0)
    );
    Ok(())
}

/// Sends readings over HTTP in batches as full as they may be. How many were kept, and how long each batch took.
async fn send_over(
    mut line: Line,
    mut readings: impl Iterator<Item = Reading> + Send,
) -> anyhow::Result<(i64, Vec<Duration>)> {
    let (mut kept, mut times) = (0, Vec::new());
    loop {
        let mut body = String::with_capacity(telemetry::MOST * 110);
        body.push_str("{\"readings\":[");
        let mut number = 0;
        for Reading { channel, at, value, .. } in readings.by_ref().take(telemetry::MOST) {
            let gap = if number == 0 { "" } else { "," };
            write!(body, r#"{gap}{{"channel":"{channel}","at":"{at}","value":{value},"quality":"ok"}}"#)?;
            number += 1;
        }
        if number == 0 {
            return Ok((kept, times));
        }
        body.push_str("]}");
        let (took, answer) = line.post("/api/v1/telemetry/readings", &body).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let of = |name: &str| answer[name].as_i64().context("a number of the answer");
        // (Known is what was sent again because nobody knew whether it was taken.)
        ensure!(of("kept")? + of("known")? == number, "of {number} readings: {answer}");
        kept += number;
        times.push(took);
    }
}

/// The statements that put up a thousand tanks with their channels; a letter begins their codes.
fn furniture(letter: char) -> [String; 5] {
    [
        format!(
            "insert into custody_room (id, site, code, zh, en) values (gen_random_uuid(), 'JN', '{letter}-ROOM', '液氮库', 'Store')"
        ),
        format!(
            "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
             select gen_random_uuid(), r.id, '{letter}-' || n, 'long_term', 10, 10, 10, now()
             from custody_room r, generate_series(1, {TANKS}) n where r.code = '{letter}-ROOM'"
        ),
        format!(
            "insert into telemetry_channel (code, kind, tank_id, interval_s, device, since)
             select t.code || '/' || k, k, t.id, 60, 'BENCH', now()
             from custody_tank t cross join unnest(array['temperature_top', 'temperature_bottom', 'ln2_level']) k where t.code like '{letter}-%'"
        ),
        format!(
            "insert into telemetry_latest (channel_id, heard_at) select id, now() from telemetry_channel where code like '{letter}-%'"
        ),
        "analyze telemetry_channel, telemetry_latest, custody_tank".to_owned(),
    ]
}

async fn put_up(stage: &Stage, statements: &[String]) -> anyhow::Result<()> {
    let mut owner = stage.owner().await?;
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone())).execute(&mut *owner).await?;
    }
    Ok(())
}

/// Tanks with their channels, and thirty days of ten-minute values of some.
async fn set_up(stage: &Stage, begins: Timestamp) -> anyhow::Result<()> {
    put_up(stage, &furniture('B')).await?;
    let statements = [
        format!("select telemetry_make_days(array(select d::date from generate_series('{begins}'::timestamptz - interval '31 days', now() + interval '2 days', '1 day') d))"),
        format!(
            "insert into telemetry_rollup (channel_id, began, low, mean, high, good, others)
             select c.id, b, -187 - random(), -186.5, -186 + random(), 10, 0
             from telemetry_channel c join custody_tank t on t.id = c.tank_id,
                  generate_series(date_bin('10 minutes', '{begins}'::timestamptz, 'epoch'::timestamptz) - interval '30 days',
                                  date_bin('10 minutes', '{begins}'::timestamptz, 'epoch'::timestamptz) - interval '10 minutes', '10 minutes') b
             where substr(t.code, 3)::integer <= {OLD}"
        ),
        "analyze telemetry_rollup".to_owned(),
    ];
    put_up(stage, &statements).await
}

/// A day of a gateway's tanks, minute after minute.
fn readings(letter: char, gateway: i64, begins: Timestamp, minutes: i64) -> impl Iterator<Item = Reading> + Send {
    (0..minutes).flat_map(move |minute| {
        let at = begins + SignedDuration::from_mins(minute);
        (1..=TANKS).filter(move |tank| tank % GATEWAYS == gateway).flat_map(move |tank| {
            KINDS.into_iter().zip([-186.0, -195.0, 72.0]).map(move |(kind, base)| {
                let wave = ((minute + tank * 7) as f64 / 60.0).sin();
                let value = base + (wave * 10.0).round() / 20.0;
                Reading { channel: format!("{letter}-{tank}/{}", kind.name()), at, value, quality: Quality::Ok }
            })
        })
    })
}

/// A day of a gateway's tanks by the service, in batches as full as they may be.
async fn send(services: Services, gateway: i64, begins: Timestamp, minutes: i64) -> anyhow::Result<Taken> {
    let context = services.system();
    let mut day = readings('B', gateway, begins, minutes);
    let mut all = Taken::default();
    loop {
        let batch: Vec<Option<Reading>> = day.by_ref().take(telemetry::MOST).map(Some).collect();
        if batch.is_empty() {
            return Ok(all);
        }
        add(&mut all, telemetry::feed(&services, &context, batch).await?);
    }
}

fn add(all: &mut Taken, one: Taken) {
    all.kept += one.kept;
    all.late += one.late;
    all.known += one.known;
    all.refused.extend(one.refused);
}

fn context(services: &Services) -> Context {
    let actor = Actor::Staff {
        account: AccountId(Uuid::from_u128(1)),
        login: LoginSessionId(Uuid::from_u128(1)),
        roles: vec![Role::NightShift],
        stepped_up_at: None,
    };
    Context { actor, ..services.system() }
}
