use super::super::crowd::Rules;
use super::super::facts::DiseaseGroup;
use super::*;
use crate::bus::City;

const JINAN: Region = Region::City(City::Jinan);
const ZIBO: Region = Region::City(City::Zibo);
const YEAR: Years = Years::one(2026);

fn tables(regions: &[(Region, u64, i64)]) -> Tables {
    let sum = |families, yuan: i64| Sum { families, amount: Fen::new(yuan * 100) };
    let regions: BTreeMap<_, _> = regions.iter().map(|(region, n, yuan)| ((YEAR, *region), sum(*n, *yuan))).collect();
    let all = regions.values().fold(Sum::default(), |all, one| all.plus(*one));
    let groups = BTreeMap::from([((YEAR, Groups::of(&[DiseaseGroup::Rare])), all)]);
    Tables::new(groups, regions).expect("even tables")
}

fn snapshot(tables: Tables) -> Snapshot {
    Snapshot {
        quarter: "2026-Q3".parse().expect("a quarter"),
        taken_at: "2026-10-12T01:00:00Z".parse().expect("an instant"),
        position: 77,
        rules: Rules::default(),
        follows: None,
        corrects: None,
        received: BTreeMap::from([(2026, Fen::new(100_000_000))]),
        tables,
    }
}

fn correct(old: &Snapshot, regions: &[(Region, u64, i64)]) -> Result<Snapshot, NotCorrected> {
    let taken_at = "2026-10-20T01:00:00Z".parse().expect("an instant");
    old.corrected(Digest([7; 32]), taken_at, (tables(regions), old.received.clone()), " 济南与淄博的数字写反 ")
}

#[test]
fn a_correction_shows_old_and_new_and_names_what_it_corrects() {
    let old = snapshot(tables(&[(JINAN, 6, 60_000), (ZIBO, 12, 100_000)]));
    let new = correct(&old, &[(JINAN, 12, 100_000), (ZIBO, 6, 60_000)]).expect("corrected");
    let correction = new.corrects.clone().expect("a correction");
    assert_eq!((correction.of(), correction.reason()), (Digest([7; 32]), "济南与淄博的数字写反"));
    assert_eq!((new.quarter, new.position, new.follows), (old.quarter, old.position, old.follows));
    let seen = changes(&old, &new);
    let sum = |families, yuan: i64| Sum { families, amount: Fen::new(yuan * 100) };
    let of = |figure| seen.iter().find(|change| change.figure == figure).map(|change| (change.old, change.new));
    assert_eq!(of(Figure::Region(JINAN)), Some((sum(6, 60_000), sum(12, 100_000))));
    assert_eq!(of(Figure::YearsAndRegion(YEAR, ZIBO)), Some((sum(12, 100_000), sum(6, 60_000))));
    let words: Vec<String> = seen.iter().map(|change| change.figure.text(Locale::ZhCn)).collect();
    assert_eq!(words, ["济南", "淄博", "2026年 · 济南", "2026年 · 淄博"]);
    assert_eq!(seen.len(), 4, "the total, the groups and the years are what they were");
}

#[test]
fn few_families_do_not_move_and_neither_does_money_alone() {
    let old = snapshot(tables(&[(JINAN, 6, 60_000), (ZIBO, 12, 100_000)]));
    let one_family = correct(&old, &[(JINAN, 7, 70_000), (ZIBO, 11, 90_000)]);
    assert_eq!(one_family, Err(NotCorrected::TooFew(Figure::Region(JINAN))));
    let one_payment = correct(&old, &[(JINAN, 6, 70_000), (ZIBO, 12, 90_000)]);
    assert_eq!(one_payment, Err(NotCorrected::MoneyAlone(Figure::Region(JINAN))));
    let joined = correct(&old, &[(Region::Rest, 18, 160_000)]).expect("joined rows tell nothing new");
    assert_eq!(joined.tables.total(), old.tables.total());
    let in_place = correct(&old, &[(JINAN, 6, 61_000), (ZIBO, 12, 100_000)]).expect("a wrong amount put right");
    assert_eq!(in_place.tables.total().amount, Fen::new(16_100_000));
}

#[test]
fn what_was_joined_is_not_taken_apart() {
    let old = snapshot(tables(&[(ZIBO, 12, 100_000), (Region::Rest, 18, 160_000)]));
    let apart = correct(&old, &[(JINAN, 6, 60_000), (ZIBO, 12, 100_000), (Region::Rest, 12, 100_000)]);
    assert_eq!(apart, Err(NotCorrected::NewRow(Figure::YearsAndRegion(YEAR, JINAN))));
    let circle = Region::Circle(super::super::place::Circle::Capital);
    assert!(correct(&old, &[(circle, 12, 100_000), (Region::Rest, 18, 160_000)]).is_ok(), "Zibo joins its circle");
}

#[test]
fn a_correction_has_a_reason_and_changes_something() {
    let old = snapshot(tables(&[(JINAN, 6, 60_000)]));
    assert_eq!(correct(&old, &[(JINAN, 6, 60_000)]), Err(NotCorrected::NothingChanged));
    let other = (tables(&[(ZIBO, 6, 60_000)]), old.received.clone());
    for (reason, fault) in [
        ("  ", Fault::Required),
        ("a\nregion 1 1 rest 1 1", Fault::NameCharacters),
        (&*"长".repeat(501), Fault::TooLong { max: 500 }),
    ] {
        let refused = old.corrected(Digest([7; 32]), old.taken_at, other.clone(), reason);
        assert_eq!(refused, Err(NotCorrected::Reason(fault)), "{reason}");
    }
}

#[test]
fn what_the_fund_received_is_corrected_by_itself() {
    let old = snapshot(tables(&[(JINAN, 6, 60_000)]));
    let received = BTreeMap::from([(2025, Fen::new(40_000_000)), (2026, Fen::new(60_000_000))]);
    let new = old.corrected(Digest([1; 32]), old.taken_at, (old.tables.clone(), received), "年份有误").expect("new");
    assert_eq!(
        changes(&old, &new).iter().map(|change| change.figure).collect::<Vec<_>>(),
        [Figure::Received(2025), Figure::Received(2026)]
    );
    assert_eq!(new.balance(), old.balance());
}
