//! Clients that hang up in the middle of everything: of their own request, of the server's work, of the answer.

use super::http::{Http, request};
use super::load::{Load, Plan, body_of, headers_of};
use super::server::{Server, assert_no_panic_and_no_500, mail_to};
use super::{Dice, books, eventually};
use std::time::Duration;
use testkit::TestDb;
use testkit::smtp::SmtpServer;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const RUDE: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_that_hang_up_leave_no_transaction_behind() {
    let mut dice = Dice::thrown();
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    let smtp = SmtpServer::start().await;
    let load = Load::new(Plan::drawn(&mut dice, &owner, 300, 10, 1).await, &url);
    let server = Server::start(&url, &mail_to(smtp.port()));
    load.door.send_replace(Some(server.site.clone()));

    load.sign_everybody_in(&server.site).await;
    // People of good manners book all the while.
    let working = load.begin(8);
    let mut rude = JoinSet::new();
    for _ in 0..RUDE {
        let text = rude_request(&mut dice, &load);
        // Cut off within what is said, or after a moment of the server's work.
        let said = if dice.below(4) == 0 { dice.below(text.len() as u64) as usize } else { text.len() };
        let (after, site) = (Duration::from_micros(dice.below(15_000)), server.site.clone());
        rude.spawn(async move {
            let mut stream = TcpStream::connect(&site).await.expect("a connection");
            stream.write_all(&text.as_bytes()[..said]).await.expect("a beginning");
            tokio::time::sleep(after).await;
        });
        while rude.len() >= 32 {
            rude.join_next().await;
        }
    }
    rude.join_all().await;
    working.join_all().await;

    // Far sooner than the twenty seconds after which Postgres itself ends a transaction nobody continues.
    eventually(Duration::from_secs(5), "transactions nobody continues", async || {
        let idle = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
        match books::count(&owner, idle).await {
            0 => Ok(()),
            some => Err(format!("{some} open")),
        }
    })
    .await;
    let locks = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
                 where a.datname = current_database() and l.locktype = 'advisory' and a.state like 'idle%'";
    assert_eq!(books::count(&owner, locks).await, 0, "locks nobody needs");

    // The pool is whole: more at once than it has connections, all answered.
    let again = load.plan.orders.iter().take(24).map(|order| {
        let (load, site) = (&load, &server.site);
        async move { load.book(&mut Http::new(site), order).await.expect("an answer").status }
    });
    let answers = futures::future::join_all(again).await;
    assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
    books::come_to_rest(&owner).await;
    books::assert_whole(&owner, "at the end").await;
    books::assert_kept(&owner, &load).await;
    assert_no_panic_and_no_500(&server.end());
}

/// Something that changes or reads: an order that is also booked properly (same client, same key), places held for a form,
/// the calendar.
fn rude_request(dice: &mut Dice, load: &Load) -> String {
    let order = &load.plan.orders[dice.below(load.plan.orders.len() as u64) as usize];
    match dice.below(5) {
        0..3 => {
            let token = load.token_of(order);
            request("POST", "/api/v1/bookings", &headers_of(order, &token), &body_of(order))
        }
        3 => {
            let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
            request("POST", &format!("/museum/sessions/{}", load.plan.spare), &headers, "people=2")
        }
        _ => request("GET", &format!("/museum/sessions?people={}", 1 + dice.below(5)), &[], ""),
    }
}
