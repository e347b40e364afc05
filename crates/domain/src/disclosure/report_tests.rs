use super::super::correction::Figure;
use super::super::crowd::Rules;
use super::super::facts::{DiseaseGroup, Fen};
use super::super::tables::{Sum, Tables};
use super::*;
use crate::bus::City;
use std::collections::BTreeSet;

const DIGEST: Digest = Digest([0xab; 32]);

fn sum(families: u64, yuan: i64) -> Sum {
    Sum { families, amount: Fen::new(yuan * 100) }
}

fn snapshot() -> Snapshot {
    let (before, year) = (Years { first: 2023, last: 2025 }, Years::one(2026));
    let (rare, infertility) = (Groups::of(&[DiseaseGroup::Rare]), Groups::of(&[DiseaseGroup::Infertility]));
    let groups = BTreeMap::from([
        ((before, rare), sum(100, 5_000_049)),
        ((before, infertility), sum(60, 3_000_049)),
        ((year, rare), sum(20, 1_000_049)),
    ]);
    let regions = BTreeMap::from([
        ((before, Region::City(City::Jinan)), sum(90, 4_500_033)),
        ((before, Region::Rest), sum(70, 3_500_065)),
        ((year, Region::City(City::Jinan)), sum(9, 400_024)),
        ((year, Region::Rest), sum(11, 600_025)),
    ]);
    Snapshot {
        quarter: "2026-Q3".parse().expect("a quarter"),
        taken_at: "2026-10-12T01:00:00Z".parse().expect("an instant"),
        position: 4711,
        rules: Rules::default(),
        follows: None,
        corrects: None,
        received: BTreeMap::from([(2025, Fen::new(900_000_149)), (2026, Fen::new(300_000_055))]),
        tables: Tables::new(groups, regions).expect("even tables"),
    }
}

fn report() -> Report {
    let snapshot = snapshot();
    Report::of(Term::Quarter(snapshot.quarter), (&snapshot, DIGEST), Earlier::default()).expect("a report")
}

/// A table as it is read: labels, families, amounts.
fn read(report: &Report, section: Section, locale: Locale) -> Vec<String> {
    let rows = &report.table(section).expect("a table").rows;
    let families = |row: &Row| row.families.map_or("–".to_owned(), |n| n.to_string());
    rows.iter().map(|row| format!("{} {} {}", row.label.text(locale), families(row), row.amount.text(locale))).collect()
}

#[test]
fn tables_are_read_like_this() {
    let report = report();
    assert_eq!(
        read(&report, Section::Groups, Locale::ZhCn),
        ["罕见病 120 600.01万元", "不孕症 60 300.00万元", "合计 180 900.01万元"]
    );
    assert_eq!(
        read(&report, Section::Years, Locale::ZhCn),
        ["2023–2025年 160 800.01万元", "2026年 20 100.00万元", "合计 180 900.01万元"]
    );
    assert_eq!(
        read(&report, Section::RegionsOfYear, Locale::En),
        ["Jinan 9 400,000 yuan", "Other, not shown by region 11 600,000 yuan", "Total 20 1,000,000 yuan"]
    );
    assert_eq!(
        read(&report, Section::Fund, Locale::ZhCn),
        [
            "2025年收入 – 900.00万元",
            "2026年收入 – 300.00万元",
            "累计收入 – 1,200.00万元",
            "累计救助支出 – 900.01万元",
            "结余 – 299.99万元"
        ]
    );
}

#[test]
fn every_table_of_families_ends_in_the_same_total() {
    let report = report();
    let total = |section| report.table(section).and_then(|table| table.rows.last().copied()).expect("a total");
    assert_eq!(total(Section::Groups), total(Section::Years));
    assert_eq!(total(Section::Regions), total(Section::Years));
    assert_eq!(total(Section::GroupsOfYear), total(Section::RegionsOfYear));
}

#[test]
fn a_report_is_of_its_own_snapshot() {
    let snapshot = snapshot();
    let other = Term::Quarter(snapshot.quarter.next());
    assert_eq!(Report::of(other, (&snapshot, DIGEST), Earlier::default()), Err(OtherTerm));
    assert_eq!(
        Report::of(Term::Year(2026), (&snapshot, DIGEST), Earlier::default()),
        Err(OtherTerm),
        "the year is not over"
    );
    let fourth = Snapshot { quarter: snapshot.quarter.next(), ..snapshot.clone() };
    let year = Report::of(Term::Year(2026), (&fourth, DIGEST), Earlier::default()).expect("a report");
    assert_eq!(year.term.text(Locale::ZhCn), "2026年度");
    let corrects = Earlier { corrected: Some(&fourth), ..Earlier::default() };
    let uncalled = Report::of(Term::Quarter(snapshot.quarter), (&snapshot, DIGEST), corrects);
    assert_eq!(uncalled, Err(OtherTerm), "it corrects nothing");
    let third = Earlier { before: Some(&snapshot), ..Earlier::default() };
    assert_eq!(Report::of(Term::Year(2026), (&fourth, DIGEST), third), Err(OtherTerm), "a quarter of the year itself");
}

#[test]
fn what_is_new_is_the_difference_of_two_reports() {
    let (now, rare) = (snapshot(), Groups::of(&[DiseaseGroup::Rare]));
    let mut groups = now.tables.by_year_and_group().clone();
    let mut regions = now.tables.by_year_and_region().clone();
    groups.insert((Years::one(2026), rare), sum(9, 400_024));
    regions.remove(&(Years::one(2026), Region::Rest));
    let tables = Tables::new(groups, regions).expect("even tables");
    let before = Snapshot { quarter: "2026-Q2".parse().expect("a quarter"), tables, ..now.clone() };
    let earlier = Earlier { before: Some(&before), corrected: None };
    let report = Report::of(Term::Quarter(now.quarter), (&now, DIGEST), earlier).expect("a report");
    assert_eq!(read(&report, Section::Newly, Locale::ZhCn), ["罕见病 11 60.00万元", "合计 11 60.00万元"]);
    let nothing = Snapshot { tables: now.tables.clone(), ..before.clone() };
    let earlier = Earlier { before: Some(&nothing), corrected: None };
    let report = Report::of(Term::Quarter(now.quarter), (&now, DIGEST), earlier).expect("a report");
    assert_eq!(read(&report, Section::Newly, Locale::En), ["Total 0 0 yuan"]);
    let joined = Snapshot { quarter: now.quarter, ..before };
    let now_before = Snapshot { quarter: nothing.quarter, ..now };
    let earlier = Earlier { before: Some(&now_before), corrected: None };
    let report = Report::of(Term::Quarter(joined.quarter), (&joined, DIGEST), earlier).expect("a report");
    assert_eq!(report.table(Section::Newly), None, "fewer than before");
}

#[test]
fn corrections_are_shown_with_their_reason() {
    let old = snapshot();
    let received = BTreeMap::from([(2025, Fen::new(900_000_000)), (2026, Fen::new(300_000_055))]);
    let new = old.corrected(DIGEST, old.taken_at, (old.tables.clone(), received), "重复入账一笔").expect("corrected");
    let term = Term::Quarter(new.quarter);
    assert_eq!(Report::of(term, (&new, DIGEST), Earlier::default()), Err(OtherTerm), "what it corrects is needed");
    let report = Report::of(term, (&new, DIGEST), Earlier { corrected: Some(&old), before: None }).expect("a report");
    let (reason, changes) = report.corrections.clone().expect("corrections");
    assert_eq!(reason, "重复入账一笔");
    assert_eq!(changes.iter().map(|change| change.figure).collect::<Vec<_>>(), [Figure::Received(2025)]);
    assert!(report.definitions().contains(&Definition::Corrections));
}

#[test]
fn the_source_names_time_position_and_hash() {
    let source = report().source;
    let hash = "ab".repeat(32);
    assert_eq!(
        source.text(Locale::ZhCn),
        format!("数据截至账簿第4711笔，2026年10月12日（周一）09:00固定，快照 {hash}")
    );
    assert_eq!(
        source.text(Locale::En),
        format!("Ledger up to entry 4711, frozen Mon 12 October 2026, 09:00, snapshot {hash}")
    );
}

#[test]
fn every_section_and_definition_has_words_of_its_own() {
    let report = report();
    assert!(!report.definitions().contains(&Definition::Corrections), "nothing is corrected");
    assert_eq!(report.definitions().len(), 7);
    for locale in Locale::ALL {
        let headings: BTreeSet<&str> = Section::ALL.iter().map(|section| section.text(locale)).collect();
        let definitions: BTreeSet<&str> = Definition::ALL.iter().map(|definition| definition.text(locale)).collect();
        assert_eq!((headings.len(), definitions.len()), (8, 8));
    }
    assert!(Section::ALL.iter().all(|section| !section.definitions().is_empty()));
}
