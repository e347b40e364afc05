//! Postgres stopped and started under load, the server running on: what people are told meanwhile, and that everything
//! goes on by itself afterwards.

use super::http::{Http, Reply};
use super::load::{Load, Plan, assert_busy};
use super::server::{self, Server, WORKERS, assert_no_panic_and_no_500, mail_to};
use super::{Dice, books, eventually};
use futures::future::join_all;
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use std::time::{Duration, Instant};
use testkit::smtp::SmtpServer;
use testkit::{Cluster, StopMode};

const BOOKINGS: usize = 800;
const OUTAGES: [StopMode; 4] = [StopMode::Immediate, StopMode::Immediate, StopMode::Fast, StopMode::Immediate];
/// A request waits five seconds for a connection (`database.acquire_timeout`); nobody waits much longer than that.
const PATIENCE: Duration = Duration::from_secs(9);
/// A browser that once signed in: its session is looked up for every page.
const SESSION: (&str, &str) = ("cookie", "__Host-session=0000000000000000000000000000000000000000000");

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_house_outlives_its_database() {
    let mut dice = Dice::thrown();
    let cluster = Cluster::new();
    let url = cluster.url("postgres");
    let (code, text) = server::run(&url, &["migrate"]);
    assert_eq!(code, Some(0), "{text}");
    let owner = PgPoolOptions::new().max_connections(2).connect(&url).await.expect("the owner");
    let smtp = SmtpServer::start().await;
    let load = Load::new(Plan::drawn(&mut dice, &owner, BOOKINGS, 20, 2).await, &url);

    let server = Server::start(&url, &mail_to(smtp.port()));
    load.door.send_replace(Some(server.site.clone()));
    load.sign_everybody_in(&server.site).await;
    let working = load.begin(24);
    for (outage, mode) in OUTAGES.into_iter().enumerate() {
        let share = BOOKINGS / (OUTAGES.len() + 1);
        load.reached(outage * share + 1 + dice.below(share as u64) as usize).await;
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        cluster.stop(mode);
        assert_said_plainly(&server, &load).await;
        cluster.start();
        eventually(Duration::from_secs(20), "/readyz", async || {
            let reply = get(&server.operators, "/readyz", &[]).await;
            if reply.status == 200 { Ok(()) } else { Err(reply.body) }
        })
        .await;
        books::assert_whole(&owner, &format!("after outage {}", outage + 1)).await;
    }
    working.join_all().await;
    println!("heard: {:?}", load.answers());

    // What workers held when the database went is theirs until the lease ends; all else is done first.
    eventually(Duration::from_secs(180), "confirmations without a lease", async || {
        let free = "select count(*) from job where dedupe like 'confirmation:%' and (leased_until is null or leased_until < now())";
        match books::count(&owner, free).await {
            0 => Ok(()),
            some => Err(format!("{some} to be sent")),
        }
    })
    .await;
    books::let_leases_run_out(&owner).await;
    books::come_to_rest(&owner).await;
    assert_no_panic_and_no_500(&server.end());
    books::assert_whole(&owner, "at the end").await;
    books::assert_kept(&owner, &load).await;
    let letters = books::assert_confirmed_once(&owner, &load, &smtp.received(), OUTAGES.len(), WORKERS).await;
    println!("{letters:?}");
    let (code, text) = server::run(&url, &["verify-audit"]);
    assert!(code == Some(0) && text.contains("; 0 wait"), "{text}");
}

async fn get(address: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    Http::new(address).send("GET", path, headers, "").await.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// An answer that does not let anybody wait.
async fn soon(what: &str, asked: impl Future<Output = Reply>) -> Reply {
    let began = Instant::now();
    let reply = asked.await;
    assert!(began.elapsed() < PATIENCE, "{what} took {:?}", began.elapsed());
    reply
}

/// Without a database: alive and not ready; "busy, try again" to machines and to people, each in their language, all of
/// them soon, however many ask for the same page at once.
async fn assert_said_plainly(server: &Server, load: &Load) {
    let (site, operators) = (server.site.as_str(), server.operators.as_str());
    let began = Instant::now();
    let ready = get(operators, "/readyz", &[]).await;
    assert_eq!((ready.status, &ready.json()["database"]), (503, &Value::Bool(false)), "{}", ready.body);
    assert!(began.elapsed() < Duration::from_secs(4), "a probe waited {:?}", began.elapsed());
    assert_eq!(get(operators, "/healthz", &[]).await.status, 200);

    let pages = (0..12).map(|n| {
        // A crowd at one page, and people on their own.
        let (path, headers): (&str, &[(&str, &str)]) = match n {
            0 => ("/museum/sessions", &[SESSION]),
            1 => ("/en/museum/sessions?people=3", &[]),
            _ => ("/museum/sessions", &[]),
        };
        soon(path, async move { get(site, path, headers).await })
    });
    let machines = load.plan.orders.iter().take(3).map(|order| {
        let asked = async move {
            let reply = load.book(&mut Http::new(site), order).await;
            reply.unwrap_or_else(|error| panic!("{order:?}: {error}"))
        };
        soon("POST /api/v1/bookings", asked)
    });
    let (pages, machines) = tokio::join!(join_all(pages), join_all(machines));
    for page in pages {
        assert_eq!(page.status, 503, "{}", page.body);
        assert!(page.header("retry-after").is_some(), "{page:?}");
        assert!(page.body.contains("<main") && page.body.contains("<code class=\"code\">"), "{}", page.body);
    }
    for reply in machines {
        assert_busy(&reply);
    }
}
