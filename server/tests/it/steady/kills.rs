//! kill −9, ten times while two thousand bookings are made.

use super::load::{Load, Plan};
use super::server::{self, Server, WORKERS, assert_no_panic_and_no_500, mail_to};
use super::{Dice, books};
use std::time::Duration;
use testkit::TestDb;
use testkit::smtp::SmtpServer;

const BOOKINGS: usize = 2_000;
const KILLS: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_ten_times() {
    let mut dice = Dice::thrown();
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    let smtp = SmtpServer::start().await;
    let settings = mail_to(smtp.port());
    let load = Load::new(Plan::drawn(&mut dice, &owner, BOOKINGS, 40, 4).await, &url);

    let mut server = Server::start(&url, &settings);
    load.door.send_replace(Some(server.site.clone()));
    let working = load.begin(32);
    for kill in 0..KILLS {
        let share = BOOKINGS / (KILLS + 1);
        load.reached(kill * share + 1 + dice.below(share as u64) as usize).await;
        // A moment within a batch, not right after an answer.
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        assert_no_panic_and_no_500(&server.kill());
        load.door.send_replace(None);
        books::settled(&owner).await;
        books::assert_whole(&owner, &format!("after kill {}", kill + 1)).await;
        books::let_leases_run_out(&owner).await;
        server = Server::start(&url, &settings);
        load.door.send_replace(Some(server.site.clone()));
    }
    working.join_all().await;
    println!("heard: {:?}", load.answers());
    assert!(load.answers().contains_key("connection broken"), "nobody noticed the kills");

    books::come_to_rest(&owner).await;
    assert_no_panic_and_no_500(&server.end());
    books::assert_whole(&owner, "at the end").await;
    books::assert_kept(&owner, &load).await;
    let letters = books::assert_confirmed_once(&owner, &load, &smtp.received(), KILLS, WORKERS).await;
    println!("{letters:?}");
    let (code, text) = server::run(&url, &["verify-audit"]);
    assert!(code == Some(0) && text.contains("; 0 wait"), "{text}");
}
