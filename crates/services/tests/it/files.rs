//! Files people send and the scanner: what it knows is refused, and so is everything while it cannot be asked.

use crate::groups::letters::{pdf, photograph};
use domain::account::Actor;
use domain::field::Fault;
use services::files::{self, Accept, Clamd, FileError, Kind, Scanner, Verdict};
use std::sync::Arc;
use testkit::TestHouse;
use testkit::clamd::{False, Running, eicar};

async fn house(scanner: Option<Clamd>) -> TestHouse {
    let mut house = TestHouse::new().await;
    house.services.scanner = scanner.map(|scanner| Arc::new(scanner) as Arc<dyn Scanner>);
    house
}

/// The kind of what was kept, or the fault.
async fn keep(house: &TestHouse, bytes: Vec<u8>) -> Result<Kind, Fault> {
    let sender = house.context(Actor::Anonymous);
    match files::keep(&house.services, &sender, bytes, Accept::LETTER).await {
        Ok((_, checked)) => Ok(checked.kind),
        Err(FileError::Refused(fault)) => Err(fault),
        Err(error) => panic!("{error}"),
    }
}

async fn kept(house: &TestHouse) -> i64 {
    sqlx::query_scalar("select count(*) from file").fetch_one(&house.db.owner_pool()).await.expect("a count")
}

/// A PDF that no reader of the house minds, with something in it.
fn carrying(what: &[u8]) -> Vec<u8> {
    let text = pdf(1);
    let end = text.len() - b"%%EOF\n".len();
    [&text[..end], b"% ", what, b"\n", &text[end..]].concat()
}

#[tokio::test]
async fn what_the_scanner_knows_is_refused_wherever_it_sits() {
    let clamd = Running::start().await;
    let guarded = house(Some(clamd.scanner())).await;
    assert_eq!(keep(&guarded, pdf(2)).await, Ok(Kind::Pdf));
    assert_eq!(keep(&guarded, photograph()).await, Ok(Kind::Jpeg));
    assert_eq!(keep(&guarded, eicar()).await, Err(Fault::FileHarmful), "before anything else is said of it");
    assert_eq!(keep(&guarded, carrying(&eicar())).await, Err(Fault::FileHarmful));
    assert_eq!(kept(&guarded).await, 2, "of what was refused nothing is kept");

    let trusting = house(None).await;
    assert_eq!(keep(&trusting, carrying(&eicar())).await, Ok(Kind::Pdf), "no reader of the house would have minded");
}

#[tokio::test]
async fn a_file_of_several_chunks_is_looked_over_to_its_end() {
    let clamd = Running::start().await;
    let mut bytes = vec![b' '; 3 * 64 * 1024 + 17];
    assert_eq!(clamd.scanner().scan(&bytes).await.expect("a verdict"), Verdict::Clean);
    bytes.extend(eicar());
    let verdict = clamd.scanner().scan(&bytes).await.expect("a verdict");
    assert_eq!(verdict, Verdict::Harmful("Eicar-Test-Signature.UNOFFICIAL".into()));
    // More than it takes: it answers and hangs up while the rest is still being sent.
    assert!(clamd.scanner().scan(&vec![b' '; 17 * 1024 * 1024]).await.is_err());
}

#[tokio::test]
async fn while_the_scanner_cannot_be_asked_nothing_is_kept() {
    let clamd = Running::start().await;
    let gone = clamd.scanner();
    drop(clamd);
    let mut scanners = vec![("gone", gone, None)];
    for (name, answer) in
        [("silent", &b""[..]), ("cut off", b"stream: O"), ("something else", b"HTTP/1.1 200 OK\r\n\r\n")]
    {
        let listening = False::answering(answer).await;
        scanners.push((name, listening.scanner(), Some(listening)));
    }
    for (name, scanner, _listening) in scanners {
        let house = house(Some(scanner)).await;
        assert_eq!(keep(&house, pdf(1)).await, Err(Fault::FileUnscanned), "{name}");
        assert_eq!(kept(&house).await, 0, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_was_not_heard_to_its_end_is_not_clean() {
    let hasty = False::answering(b"stream: OK\0").await;
    // More than the buffers between the two hold.
    let verdict = hasty.scanner().scan(&vec![b' '; 15 * 1024 * 1024]).await;
    assert!(verdict.is_err(), "{verdict:?}");
}
