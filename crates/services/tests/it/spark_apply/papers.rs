//! Papers of an application: what is taken, what is refused and why, how many, once.

use super::*;
use crate::groups::letters::{pdf, photograph};
use domain::files::{Format, Refusal};
use domain::spark::papers::{Kind, MOST, State};
use futures::future::join_all;
use services::context::Settings;
use services::files::{Clamd, Scanner};
use services::spark::papers::{self, PaperError, Upload, View};
use std::sync::Arc;
use store::spark::papers as sql;
use testkit::clamd::{False, Running, eicar};
use tokio::sync::Barrier;
use uuid::Uuid;

pub(super) fn upload(key: u128, kind: Kind, name: &str, bytes: Vec<u8>) -> Upload {
    Upload { key: (Uuid::from_u128(key), 0), kind, name: name.into(), bytes: Some(bytes) }
}

pub(super) async fn add(house: &TestHouse, who: &Context, id: ApplicationId, one: Upload) -> View {
    papers::add(&house.services, who, id, one).await.expect("it came")
}

async fn outcome(house: &TestHouse, who: &Context, id: ApplicationId, one: Upload) -> Result<Format, Refusal> {
    let view = add(house, who, id, one).await;
    match (view.state, view.format, view.refusal) {
        (State::Usable, Some(format), None) => Ok(format),
        (State::Refused, None, Some(why)) => Err(why),
        other => panic!("{other:?}"),
    }
}

async fn family(house: &TestHouse) -> (Context, ApplicationId) {
    let (_, me) = visitor(house, PHONE).await;
    let id = apply::begin(&house.services, &me).await.expect("begun");
    (me, id)
}

async fn guarded(scanner: Option<Clamd>, development: bool) -> TestHouse {
    let mut house = TestHouse::new().await;
    house.services.scanner = scanner.map(|scanner| Arc::new(scanner) as Arc<dyn Scanner>);
    house.services.settings = Arc::new(Settings { development, ..(*house.services.settings).clone() });
    house
}

#[tokio::test]
async fn a_paper_is_scanned_read_and_kept_sealed_and_comes_back_as_it_is_kept() {
    let clamd = Running::start().await;
    let house = guarded(Some(clamd.scanner()), true).await;
    let (me, id) = family(&house).await;
    let paper = add(&house, &me, id, upload(1, Kind::Diagnosis, "诊断证明.PDF", pdf(2))).await;
    assert_eq!((paper.state, paper.pages, paper.scanned), (State::Usable, Some(2), true));
    assert_eq!((paper.kind, paper.name.as_str()), (Kind::Diagnosis, "诊断证明.PDF"));
    let opened = papers::open(&house.services, &me, paper.id, None).await.expect("one's own");
    assert_eq!((opened.bytes, opened.name.as_str()), (pdf(2), "诊断证明.pdf"));
    let shot = add(&house, &me, id, upload(2, Kind::Bills, "截屏.png", photograph())).await;
    let opened = papers::open(&house.services, &me, shot.id, None).await.expect("one's own");
    assert_eq!((opened.format, opened.name.as_str()), (Format::Jpeg, "截屏.jpg"));
    let list = papers::of(&house.services, &me, id).await.expect("listed");
    assert_eq!((list.all.len(), list.used().0, list.is_open, list.is_unscanned), (2, 2, true, false));
    assert_eq!(count(&house, "audit_entry where action = 'spark.paper_added'").await, 2);
    assert_eq!(count(&house, "audit_entry where action like 'spark.paper_opened%'").await, 0, "it is one's own");

    for _ in 0..2 {
        papers::remove(&house.services, &me, id, paper.id).await.expect("taken away");
    }
    assert_eq!(papers::of(&house.services, &me, id).await.expect("listed").all, [shot]);
    services::files::sweep(&house.services).await.expect("swept");
    assert_eq!(count(&house, "file_content").await, 1, "its bytes are gone");
}

#[tokio::test]
async fn what_is_refused_says_why_and_nothing_of_it_is_kept() {
    let house = guarded(None, true).await;
    let (me, id) = family(&house).await;
    let locked = [&pdf(1)[..9], b"<< /Encrypt 9 0 R >>\n", &pdf(1)[9..]].concat();
    let script = [&pdf(1)[..9], b"<< /S /JavaScript >>\n", &pdf(1)[9..]].concat();
    let refused = [
        ("empty.pdf", Vec::new(), Refusal::Empty),
        ("program.exe", b"MZ".to_vec(), Refusal::Ending),
        ("picture.jpg", pdf(1), Refusal::Mismatch),
        ("locked.pdf", locked, Refusal::Locked),
        ("script.pdf", script, Refusal::Script),
        ("two.pdf", [pdf(1), b"<html>".to_vec()].concat(), Refusal::TwoInOne),
        ("cut.png", photograph()[..200].to_vec(), Refusal::Damaged),
        ("macros.docm", b"PK\x03\x04".to_vec(), Refusal::Ending),
        ("long.pdf", pdf(201), Refusal::Pages),
    ];
    for (n, (name, bytes, why)) in refused.into_iter().enumerate() {
        assert_eq!(outcome(&house, &me, id, upload(n as u128, Kind::Other, name, bytes)).await, Err(why), "{name}");
    }
    let large = Upload { bytes: None, ..upload(50, Kind::Other, "large.pdf", Vec::new()) };
    assert_eq!(outcome(&house, &me, id, large).await, Err(Refusal::TooLarge));
    let list = papers::of(&house.services, &me, id).await.expect("listed");
    assert_eq!((list.all.len(), list.used()), (10, (0, 0)), "they are told of, and take no place");
    assert_eq!(count(&house, "file").await, 0);
    let one = list.all[0].id;
    assert!(matches!(papers::open(&house.services, &me, one, None).await, Err(PaperError::NotFound)));
    outcome(&house, &me, id, upload(60, Kind::Other, "a.exe", vec![1])).await.expect_err("refused");
    outcome(&house, &me, id, upload(61, Kind::Other, "b.exe", vec![1])).await.expect_err("refused");
    let list = papers::of(&house.services, &me, id).await.expect("listed");
    assert!(list.all.len() <= 11 && list.all.iter().any(|paper| paper.name == "b.exe"), "the last of them");
}

#[tokio::test]
async fn what_the_scanner_knows_is_refused_and_while_it_cannot_be_asked_nothing_is_taken() {
    let clamd = Running::start().await;
    let house = guarded(Some(clamd.scanner()), false).await;
    let (me, id) = family(&house).await;
    let harmful = [&pdf(1)[..9], b"% ", &eicar(), b"\n", &pdf(1)[9..]].concat();
    assert_eq!(outcome(&house, &me, id, upload(1, Kind::Other, "a.pdf", harmful)).await, Err(Refusal::Harmful));
    assert_eq!(outcome(&house, &me, id, upload(2, Kind::Other, "a.pdf", pdf(1))).await, Ok(Format::Pdf));
    drop(clamd);
    assert_eq!(outcome(&house, &me, id, upload(3, Kind::Other, "a.pdf", pdf(1))).await, Err(Refusal::Unscanned));
    for answer in [&b""[..], b"stream: O", b"HTTP/1.1 200 OK\r\n\r\n"] {
        let listening = False::answering(answer).await;
        let mut server = house.services.clone();
        server.scanner = Some(Arc::new(listening.scanner()));
        let one = upload(10 + answer.len() as u128, Kind::Other, "a.pdf", pdf(1));
        let came = papers::add(&server, &me, id, one).await.expect("it came");
        assert_eq!(came.refusal, Some(Refusal::Unscanned));
    }
}

#[tokio::test]
async fn without_a_scanner_papers_are_taken_in_development_only_and_stay_there() {
    let house = guarded(None, false).await;
    let (me, id) = family(&house).await;
    assert_eq!(outcome(&house, &me, id, upload(1, Kind::Other, "a.pdf", pdf(1))).await, Err(Refusal::Unscanned));
    let mut development = house.services.clone();
    development.settings = Arc::new(Settings { development: true, ..(*house.services.settings).clone() });
    let paper = papers::add(&development, &me, id, upload(2, Kind::Other, "a.pdf", pdf(1))).await.expect("it came");
    assert_eq!((paper.state, paper.scanned), (State::Usable, false));
    assert!(papers::of(&development, &me, id).await.expect("listed").is_unscanned);
    papers::open(&development, &me, paper.id, None).await.expect("there it opens");
    let elsewhere = papers::open(&house.services, &me, paper.id, None).await;
    assert!(matches!(elsewhere, Err(PaperError::NotFound)), "{elsewhere:?}");
}

#[tokio::test]
async fn sent_twice_under_one_key_it_is_one_paper() {
    let house = TestHouse::new().await;
    let (me, id) = family(&house).await;
    let one = || upload(1, Kind::Identity, "a.pdf", pdf(1));
    let first = add(&house, &me, id, one()).await;
    assert_eq!(add(&house, &me, id, one()).await, first);
    let other = Upload { key: (Uuid::from_u128(1), 1), ..one() };
    assert_ne!(add(&house, &me, id, other).await.id, first.id, "another file of the same form");
    let again = add(&house, &me, id, upload(1, Kind::Identity, "a.pdf", pdf(2))).await;
    assert_eq!(again.pages, Some(2), "another file in a form that was shown once more is not lost");
    let at_once =
        join_all((0..4).map(|_| papers::add(&house.services, &me, id, upload(9, Kind::Bills, "b.pdf", pdf(1)))));
    let ids: std::collections::BTreeSet<_> = at_once.await.into_iter().map(|it| it.expect("it came").id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!((count(&house, "spark_paper").await, count(&house, "file where used_at is not null").await), (4, 4));
}

#[tokio::test]
async fn thirty_files_and_two_hundred_megabytes_are_the_end() {
    let house = TestHouse::new().await;
    let (me, id) = family(&house).await;
    for n in 0..20 {
        assert_eq!(outcome(&house, &me, id, upload(n, Kind::Bills, "a.pdf", pdf(1))).await, Ok(Format::Pdf));
    }
    let heavy = "update spark_paper set bytes = 10485760";
    sqlx::query(heavy).execute(&house.db.owner_pool()).await.expect("as if they had been large");
    assert_eq!(outcome(&house, &me, id, upload(90, Kind::Bills, "a.pdf", pdf(1))).await, Err(Refusal::Full));
    sqlx::query("update spark_paper set bytes = 1").execute(&house.db.owner_pool()).await.expect("small again");
    for n in 20..30 {
        assert_eq!(outcome(&house, &me, id, upload(n, Kind::Bills, "a.pdf", pdf(1))).await, Ok(Format::Pdf));
    }
    assert_eq!(outcome(&house, &me, id, upload(91, Kind::Bills, "a.pdf", pdf(1))).await, Err(Refusal::TooMany));
    let first = papers::of(&house.services, &me, id).await.expect("listed").all[0].id;
    papers::remove(&house.services, &me, id, first).await.expect("taken away");
    assert_eq!(outcome(&house, &me, id, upload(92, Kind::Bills, "a.pdf", pdf(1))).await, Ok(Format::Pdf));
}

/// An application with one place left.
async fn nearly_full(house: &TestHouse) -> (Context, ApplicationId) {
    let (me, id) = family(house).await;
    for n in 0..MOST as u128 - 1 {
        add(house, &me, id, upload(n, Kind::Bills, "a.pdf", pdf(1))).await;
    }
    (me, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_at_once_one_has_the_last_place() {
    let house = TestHouse::new().await;
    let (me, id) = nearly_full(&house).await;
    let start = Arc::new(Barrier::new(2));
    let coming = [200, 201].map(|key| {
        let (me, start, db, clock) = (me.clone(), Arc::clone(&start), &house.db, house.services.clock.clone());
        async move {
            let server = TestHouse::second(db, clock, 2).await;
            start.wait().await;
            papers::add(&server, &me, id, upload(key, Kind::Bills, "a.pdf", pdf(1))).await.expect("it came").refusal
        }
    });
    let mut refusals = join_all(coming).await;
    refusals.sort();
    assert_eq!(refusals, [None, Some(Refusal::TooMany)]);
    assert_eq!(count(&house, "spark_paper where state = 'usable'").await, MOST as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_both_would_have_it() {
    let house = TestHouse::new().await;
    let (me, id) = nearly_full(&house).await;
    let by = me.actor.account().expect("an account").0;
    let start = Arc::new(Barrier::new(2));
    let coming = [200, 201].map(|key| {
        let (pool, start, now) = (house.db.owner_pool(), Arc::clone(&start), house.now());
        async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let (files, _) = sql::room(&mut *tx, id.0).await.expect("counted");
            start.wait().await;
            let new = sql::NewPaper {
                id: Uuid::from_u128(key),
                application: id.0,
                kind: "bills",
                upload: (Uuid::from_u128(key), 0),
                state: ("received", None),
                name: b"x",
                bytes: 1,
                appeal: None,
                by,
            };
            if files < MOST as i64 {
                sql::add(&mut tx, new, now).await.expect("added");
            }
            tx.commit().await.expect("committed");
        }
    });
    join_all(coming).await;
    let there = count(&house, "spark_paper where state <> 'refused'").await;
    assert_eq!(there, MOST as i64 + 1, "a race that cannot go wrong proves nothing");
}

#[tokio::test]
async fn what_broke_off_gives_its_place_back() {
    let house = TestHouse::new().await;
    let (me, id) = nearly_full(&house).await;
    let last = add(&house, &me, id, upload(100, Kind::Bills, "a.pdf", pdf(1))).await;
    let half = "update spark_paper set state = 'quarantine', file_id = null, format = null, pages = null where id = $1";
    sqlx::query(half).bind(last.id.0).execute(&house.db.owner_pool()).await.expect("as if the server had ended");
    assert_eq!(outcome(&house, &me, id, upload(101, Kind::Bills, "a.pdf", pdf(1))).await, Err(Refusal::TooMany));
    house.services.clock.advance(jiff::SignedDuration::from_mins(11));
    let me = Context { now: house.now(), ..me };
    assert_eq!(outcome(&house, &me, id, upload(100, Kind::Bills, "a.pdf", pdf(1))).await, Ok(Format::Pdf));
}

#[tokio::test]
async fn whoever_sends_papers_keeps_the_application_from_being_deleted_for_its_age() {
    let house = TestHouse::new().await;
    let (me, id) = family(&house).await;
    house.services.clock.advance(jiff::SignedDuration::from_hours(24 * 59));
    let me = Context { now: house.now(), ..me };
    add(&house, &me, id, upload(1, Kind::Bills, "a.pdf", pdf(1))).await;
    house.services.clock.advance(jiff::SignedDuration::from_hours(24 * 2));
    services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((count(&house, "spark_application").await, count(&house, "spark_paper").await), (1, 1));
    house.services.clock.advance(jiff::SignedDuration::from_hours(24 * 59));
    services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((count(&house, "spark_application").await, count(&house, "spark_paper").await), (0, 0), "the control");
}
