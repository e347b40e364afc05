//! The figures: they add up to the ledger, they stay, and nobody is isolated by two of them.

use super::{PAID, Paid, freezer, house_on, number, on, opened, pay, publish, publisher, quarter, twelve};
use crate::ledger::{preparer, purse_of, yuan};
use domain::bus::City;
use domain::disclosure::{DiseaseGroup, Figure, Groups, NotCorrected, NotFrozen, Region, Sum, Tables, Term, Years};
use domain::ids::LedgerEntryId;
use domain::ledger::Fen;
use services::disclosure::{self, DisclosureError, published};
use services::ledger;
use std::collections::{BTreeMap, BTreeSet};
use testkit::TestHouse;

/// What the database kept of the snapshots that stand, as tables.
async fn counted(house: &TestHouse) -> Tables {
    let rows: Vec<(i16, i16, String, String, i32, i64)> = sqlx::query_as(
        "select year_first, year_last, groups, region, families, amount from disclosure_counted k
         join disclosure_snapshot s on s.id = k.snapshot_id where s.state <> 'discarded'",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("rows");
    let (mut groups, mut regions) = (BTreeMap::new(), BTreeMap::new());
    for (first, last, group, region, families, amount) in rows {
        let (years, sum) = (Years { first, last }, Sum { families: families as u64, amount: Fen::new(amount) });
        let cell: &mut Sum = groups.entry((years, Groups::from_code(&group).expect("groups"))).or_default();
        *cell = cell.plus(sum);
        let cell: &mut Sum = regions.entry((years, Region::from_code(&region).expect("a region"))).or_default();
        *cell = cell.plus(sum);
    }
    Tables::new(groups, regions).expect("they add up")
}

#[tokio::test]
async fn what_is_published_is_what_the_ledger_says_to_the_fen_and_stays() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    opened(&house, purse, ("2025-12-31", 900_000, 40)).await;
    pay(&house, purse, &twelve(0)).await;
    let until_june = number(&house, PAID).await;
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;

    let first = published(&house.services).await.expect("read");
    let kept = first.latest().expect("a report").clone();
    let total = kept.snapshot.tables.total();
    assert_eq!((total.families, total.amount.get()), (52, until_june));
    assert_eq!(kept.snapshot.tables, counted(&house).await);
    let by_day =
        "select coalesce(-sum(p.amount), 0)::bigint from ledger_posting p join ledger_entry e on e.id = p.entry_id
                  where p.account = 'received' and e.day <= '2026-06-30'";
    assert_eq!(kept.snapshot.received_in_all().get(), number(&house, by_day).await);
    assert_eq!(services::crypto::digest_hex(kept.lines.as_bytes()), kept.digest.to_string(), "anybody can check it");

    // The ledger goes on: a family of before is paid again, others are new, one gives something back.
    let again = Paid(3, DiseaseGroup::Rare, City::Weifang, 20_000);
    let more: Vec<Paid> = twelve(100).into_iter().chain([again]).collect();
    let paid = pay(&house, purse, &more).await;
    let by = preparer(&house);
    ledger::claw_back(&house.services, &by, paid[0].0, ("C1", yuan(500)), "演示·多付").await.expect("given back");
    assert_eq!(published(&house.services).await.expect("read").latest(), Some(&kept), "it does not change");

    on(&house, "2026-10-12");
    publish(&house, "2026-Q3").await;
    let second = published(&house.services).await.expect("read");
    let last = second.latest().expect("a report");
    let total = last.snapshot.tables.total();
    assert_eq!((total.families, total.amount.get()), (64, number(&house, PAID).await), "paid again is no new family");
    assert_eq!(last.snapshot.follows, Some(kept.digest));
    assert_eq!(last.snapshot.tables, counted(&house).await);
    assert_eq!(second.of_digest(kept.digest), Some(&kept));
    assert_eq!(second.terms(), [Term::Quarter(quarter("2026-Q3")), Term::Quarter(quarter("2026-Q2"))]);
    let (report, _) = second.report(Term::Quarter(quarter("2026-Q3"))).expect("a report");
    assert_eq!(report.tables.len(), 7);
}

/// Whoever has two reports takes one off the other: what differs is of enough families, or nothing at all.
#[tokio::test]
async fn the_difference_of_two_reports_isolates_nobody() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;
    // Three families: they wait, and their report says what the one before said.
    pay(&house, purse, &twelve(50)[..3]).await;
    on(&house, "2026-10-12");
    publish(&house, "2026-Q3").await;
    let all = published(&house.services).await.expect("read");
    let [first, second] = all.all() else { panic!("two reports") };
    assert_eq!(first.snapshot.tables, second.snapshot.tables);
    assert_eq!(first.snapshot.position, second.snapshot.position);
    // Eight more, of which two live alone in their city: with the three they are eleven.
    let mut more = twelve(80)[..8].to_vec();
    more[0].2 = City::Heze;
    more[1].2 = City::Dezhou;
    pay(&house, purse, &more).await;
    on(&house, "2027-01-11");
    publish(&house, "2026-Q4").await;
    let all = published(&house.services).await.expect("read");
    let (before, after) = (&all.all()[1].snapshot, &all.all()[2].snapshot);
    assert_eq!(after.tables.total().families, 23);
    let least = u64::from(after.rules.least());
    let enough = |sum: Sum, was: Option<&Sum>| {
        let new = sum.families - was.map_or(0, |was| was.families);
        new == 0 || new >= least
    };
    for (cell, sum) in after.tables.by_year_and_group() {
        assert!(enough(*sum, before.tables.by_year_and_group().get(cell)), "{cell:?}");
    }
    for (cell, sum) in after.tables.by_year_and_region() {
        assert!(enough(*sum, before.tables.by_year_and_region().get(cell)), "{cell:?}");
    }
    // A row that was published is never divided again: each entry is in one row by group and one by region, once.
    let twice = "select count(*) - count(distinct entry_id) from disclosure_counted";
    assert_eq!(number(&house, twice).await, 0);
    assert_eq!(after.tables, counted(&house).await);
}

#[tokio::test]
async fn a_payment_of_the_next_quarter_waits_and_so_does_what_is_written_behind_it() {
    let house = house_on("2026-06-29").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    let until_june = number(&house, PAID).await;
    on(&house, "2026-07-02");
    pay(&house, purse, &twelve(50)).await;
    publish(&house, "2026-Q2").await;
    let all = published(&house.services).await.expect("read");
    let kept = all.latest().expect("a report");
    assert_eq!(kept.snapshot.tables.total().amount.get(), until_june);
    let upto = "select count(*) from ledger_entry e join disclosure_counted k on k.entry_id = e.id";
    assert_eq!(number(&house, upto).await, 12);
    assert!(kept.journal > kept.snapshot.position);
    assert!(matches!(
        disclosure::freeze(&house.services, &freezer(&house), quarter("2026-Q3")).await,
        Err(DisclosureError::NotFrozen(NotFrozen::NotOver(_)))
    ));
}

#[tokio::test]
async fn a_correction_shows_old_and_new_and_needs_two_people() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    opened(&house, purse, ("2025-12-31", 900_000, 40)).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    let wrong = publish(&house, "2026-Q2").await;
    let (by, services) = (freezer(&house), &house.services);
    let all = published(services).await.expect("read");
    let figures = all.latest().expect("a report").snapshot.figures();
    let same = disclosure::correct(services, &by, wrong, (&figures, "没有变化")).await;
    assert!(matches!(same, Err(DisclosureError::NotCorrected(NotCorrected::NothingChanged))), "{same:?}");
    let unread = disclosure::correct(services, &by, wrong, ("received 2026", "行有误")).await;
    assert!(matches!(unread, Err(DisclosureError::Misread(_))), "{unread:?}");
    let right = figures.replace("received 2026 300000000", "received 2026 300000100");
    assert_ne!(right, figures);
    let silent = disclosure::correct(services, &by, wrong, (&right, " ")).await;
    assert!(matches!(silent, Err(DisclosureError::Fields(_))), "{silent:?}");
    let new = disclosure::correct(services, &by, wrong, (&right, "漏记一元")).await.expect("corrected");
    let twice = disclosure::correct(services, &by, wrong, (&right, "漏记一元")).await.expect("the same");
    assert_eq!(twice, new, "pressed twice");
    let other = disclosure::correct(services, &by, wrong, (&right, "另一个原因")).await;
    assert!(matches!(other, Err(DisclosureError::Waits)), "{other:?}");
    assert!(matches!(disclosure::publish(services, &by, new).await, Err(DisclosureError::SamePerson)));
    assert_eq!(published(services).await.expect("read").corrections().len(), 0, "not before it is published");
    disclosure::publish(services, &publisher(&house), new).await.expect("published");
    let all = published(services).await.expect("read");
    let corrections = all.corrections();
    let [one] = &corrections[..] else { panic!("one correction") };
    let changes: Vec<_> = one.changes.iter().map(|change| (change.figure, change.new.amount.get())).collect();
    assert_eq!((one.old.id, one.new.id, &changes[..]), (wrong, new, &[(Figure::Received(2026), 300_000_100)][..]));
    assert_eq!(all.latest().map(|kept| kept.id), Some(new));
    assert!(all.of_digest(one.old.digest).is_some(), "what was wrong stays readable");
    let (report, _) = all.report(Term::Quarter(quarter("2026-Q2"))).expect("a report");
    assert_eq!(report.corrections.map(|(why, _)| why).as_deref(), Some("漏记一元"));
    let again = disclosure::correct(services, &by, wrong, (&right, "再更正")).await;
    assert!(matches!(again, Err(DisclosureError::State)), "{again:?}");
}

#[tokio::test]
async fn what_is_discarded_waits_again() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    let (by, services) = (freezer(&house), &house.services);
    let (would, changes, waits) = disclosure::would_be(services, &by, quarter("2026-Q2")).await.expect("a look");
    assert_eq!((would.tables.total().families, changes.len(), waits), (12, 0, 0));
    let frozen = disclosure::freeze(services, &by, quarter("2026-Q2")).await.expect("frozen");
    let twice = disclosure::freeze(services, &by, quarter("2026-Q2")).await.expect("the same");
    assert_eq!(frozen, twice, "pressed twice");
    let other = disclosure::freeze(services, &publisher(&house), quarter("2026-Q2")).await;
    assert!(matches!(other, Err(DisclosureError::Waits)), "{other:?}");
    let desk = disclosure::desk(services, &by).await.expect("a desk");
    assert_eq!(desk.waits.as_ref().map(|whole| whole.kept.id), Some(frozen));
    assert!(desk.waits.is_some_and(|whole| whole.report.is_some()));
    let silent = disclosure::discard(services, &by, frozen, "").await;
    assert!(matches!(silent, Err(DisclosureError::Fields(_))), "{silent:?}");
    disclosure::discard(services, &by, frozen, "先核对").await.expect("discarded");
    assert!(published(services).await.expect("read").latest().is_none());
    let late = disclosure::publish(services, &publisher(&house), frozen).await;
    assert!(matches!(late, Err(DisclosureError::State)), "{late:?}");
    house.services.clock.advance(jiff::SignedDuration::from_secs(60));
    publish(&house, "2026-Q2").await;
    let all = published(services).await.expect("read");
    assert_eq!(all.latest().map(|kept| kept.snapshot.tables.total().families), Some(12));
    let twice = disclosure::freeze(services, &by, quarter("2026-Q2")).await;
    assert!(matches!(twice, Err(DisclosureError::NotFrozen(NotFrozen::NotAfter(_)))), "{twice:?}");
    // Only who may.
    let steward = crate::ledger::of(&house, 700, domain::account::Role::Steward);
    assert!(matches!(
        disclosure::freeze(services, &steward, quarter("2026-Q3")).await,
        Err(DisclosureError::Denied(_))
    ));
}

#[tokio::test]
async fn what_a_forgotten_family_gives_back_makes_no_new_family() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    let paid = pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;
    sqlx::query("update spark_case set patient_index = null").execute(&house.db.owner_pool()).await.expect("forgotten");
    let by = preparer(&house);
    ledger::claw_back(&house.services, &by, paid[0].0, ("C1", yuan(500)), "演示·多付").await.expect("given back");
    pay(&house, purse, &twelve(100)).await;
    on(&house, "2026-10-12");
    publish(&house, "2026-Q3").await;
    let all = published(&house.services).await.expect("read");
    let total = all.latest().expect("a report").snapshot.tables.total();
    assert_eq!((total.families, total.amount.get()), (24, number(&house, PAID).await));
}

/// The same of a family that was forgotten before any report counted it: what it was paid and what it gave back are one family's.
#[tokio::test]
async fn a_family_forgotten_before_it_was_counted_is_one_family_whatever_it_gives_back() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    let paid = pay(&house, purse, &twelve(0)).await;
    sqlx::query("update spark_case set patient_index = null").execute(&house.db.owner_pool()).await.expect("forgotten");
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;
    let by = preparer(&house);
    ledger::claw_back(&house.services, &by, paid[0].0, ("C1", yuan(500)), "演示·多付").await.expect("given back");
    let entry: uuid::Uuid = sqlx::query_scalar("select id from ledger_entry where kind = 'clawback'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("an entry");
    ledger::reverse(&house.services, &by, LedgerEntryId(entry), "演示·记错").await.expect("reversed");
    ledger::claw_back(&house.services, &by, paid[1].0, ("C2", yuan(700)), "演示·多付").await.expect("given back");
    pay(&house, purse, &twelve(100)).await;
    on(&house, "2026-10-12");
    publish(&house, "2026-Q3").await;
    let all = published(&house.services).await.expect("read");
    let total = all.latest().expect("a report").snapshot.tables.total();
    assert_eq!((total.families, total.amount.get()), (24, number(&house, PAID).await));
}

/// A sum from before the books that was entered by mistake and reversed before it was public is not counted.
#[tokio::test]
async fn an_opening_that_is_reversed_in_time_is_never_public() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    opened(&house, purse, ("2025-12-31", 900_000, 40)).await;
    opened(&house, purse, ("2024-12-31", 500_000, 20)).await;
    let wrong: uuid::Uuid = sqlx::query_scalar("select id from ledger_entry where kind = 'opening' and families = 20")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("an entry");
    ledger::reverse(&house.services, &preparer(&house), LedgerEntryId(wrong), "演示·重复").await.expect("reversed");
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;
    let all = published(&house.services).await.expect("read");
    let tables = &all.latest().expect("a report").snapshot.tables;
    assert_eq!(tables.total(), Sum { families: 40, amount: Fen::new(90_000_000) });
    let years: BTreeSet<Years> = tables.by_year().into_keys().collect();
    assert_eq!(years, BTreeSet::from([Years::one(2025)]));
}
