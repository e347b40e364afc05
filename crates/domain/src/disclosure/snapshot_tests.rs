use super::super::facts::DiseaseGroup;
use super::*;
use crate::bus::City;
use proptest::prelude::*;

fn sum(families: u64, fen: i64) -> Sum {
    Sum { families, amount: Fen::new(fen) }
}

fn snapshot() -> Snapshot {
    let (opening, year) = (Years { first: 2021, last: 2025 }, Years::one(2026));
    let one = |group| Groups::of(&[group]);
    let groups = BTreeMap::from([
        ((year, one(DiseaseGroup::Rare)), sum(9, 30_000_000)),
        ((year, one(DiseaseGroup::Refractory)), sum(12, 41_250_050)),
        ((opening, Groups::of(&[DiseaseGroup::Infertility, DiseaseGroup::Rare])), sum(40, 200_000_000)),
    ]);
    let regions = BTreeMap::from([
        ((year, Region::City(City::Jinan)), sum(14, 50_000_000)),
        ((year, Region::Rest), sum(7, 21_250_050)),
        ((opening, Region::Circle(super::super::place::Circle::South)), sum(40, 200_000_000)),
    ]);
    Snapshot {
        quarter: "2026-Q3".parse().expect("a quarter"),
        taken_at: "2026-10-12T01:00:00Z".parse().expect("an instant"),
        position: 4711,
        rules: Rules::default(),
        follows: Some(Digest([0xab; 32])),
        corrects: None,
        received: BTreeMap::from([(2025, Fen::new(250_000_000)), (2026, Fen::new(50_000_000))]),
        tables: Tables::new(groups, regions).expect("even tables"),
    }
}

#[test]
fn the_bytes_are_these() {
    let expected = format!(
        "spark-disclosure 1\n\
         quarter 2026-Q3\n\
         taken 2026-10-12T01:00:00Z\n\
         position 4711\n\
         rules 5 10\n\
         follows {}\n\
         received 2025 250000000\n\
         received 2026 50000000\n\
         group 2021 2025 rare+infertility 40 200000000\n\
         group 2026 2026 refractory 12 41250050\n\
         group 2026 2026 rare 9 30000000\n\
         region 2021 2025 circle-south 40 200000000\n\
         region 2026 2026 jinan 14 50000000\n\
         region 2026 2026 rest 7 21250050\n",
        "ab".repeat(32)
    );
    let snapshot = snapshot();
    assert_eq!(String::from_utf8(snapshot.canonical()).expect("text"), expected);
    assert_eq!(Snapshot::read(expected.as_bytes()), Ok(snapshot.clone()));
    assert_eq!(snapshot.balance(), Fen::new(300_000_000 - 271_250_050));
}

#[test]
fn a_correction_is_in_the_bytes() {
    let mut snapshot = snapshot();
    snapshot.corrects = Some(Correction::new(Digest([1; 32]), "淄博 一行有误").expect("a reason"));
    let bytes = snapshot.canonical();
    assert!(String::from_utf8_lossy(&bytes).contains("\nreason 淄博 一行有误\n"));
    assert_eq!(Snapshot::read(&bytes), Ok(snapshot));
}

#[test]
fn whatever_is_changed_is_no_snapshot() {
    let text = String::from_utf8(snapshot().canonical()).expect("text");
    for (from, to) in [
        ("spark-disclosure 1", "spark-disclosure 2"),
        ("position 4711", "position 04711"),
        ("position 4711", "position  4711"),
        ("position 4711\n", ""),
        ("position 4711\n", "position 4711\nposition 4711\n"),
        ("rules 5 10", "rules 2 10"),
        ("2026 rare 9 ", "2026 rare 8 "),
        ("jinan 14", "Jinan 14"),
        ("2021 2025 rare", "2025 2021 rare"),
        ("50000000", "+50000000"),
        ("T01:00:00Z", "T01:00:00+00:00"),
        ("\n", "\r\n"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert_eq!(Snapshot::read(changed.as_bytes()), Err(Unreadable), "{from} {to}");
    }
    assert_eq!(Snapshot::read(&text.as_bytes()[..text.len() - 1]), Err(Unreadable), "without its end");
    assert_eq!(Snapshot::read(b"\xff"), Err(Unreadable));
}

#[test]
fn figures_are_put_right_line_by_line() {
    let snapshot = snapshot();
    let figures = snapshot.figures();
    assert_eq!(figures.lines().count(), 8);
    assert_eq!(Snapshot::read_figures(&figures), Ok((snapshot.tables.clone(), snapshot.received.clone())));
    let turned: Vec<&str> = figures.lines().rev().collect();
    let turned = format!("\r\n{}\r\n", turned.join(" \r\n"));
    assert_eq!(Snapshot::read_figures(&turned), Ok((snapshot.tables, snapshot.received)), "in any order");
    assert_eq!(Snapshot::read_figures("received 2025 1\nposition 7\n"), Err(Misread::Line(2)));
    assert_eq!(Snapshot::read_figures("received 2025 1\n\nreceived 2025 2"), Err(Misread::Line(3)), "said twice");
    let uneven = figures.replace("jinan 14", "jinan 13");
    assert_eq!(Snapshot::read_figures(&uneven), Err(Misread::Uneven(Uneven(Years::one(2026)))));
}

#[test]
fn digests_are_written_in_one_way() {
    let digest = Digest(std::array::from_fn(|i| i as u8 * 8));
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for wrong in ["", &*"A".repeat(64), &*"+1".repeat(32), &*"0".repeat(63), &*"é".repeat(32)] {
        assert_eq!(wrong.parse::<Digest>(), Err(Unreadable), "{wrong}");
    }
}

proptest! {
    #[test]
    fn what_is_frozen_is_read_back(
        cells in proptest::collection::btree_map((2019i16..2027, 0usize..21), (0u64..500, -1_000_000i64..1_000_000_000), 0..30),
        received in proptest::collection::btree_map(2019i16..2027, 0i64..1_000_000_000, 0..8),
        position: u64, second in 0i64..4_000_000_000, reason in proptest::option::of("[a-z 一-龥]{1,40}"),
    ) {
        let region = |n| Region::all().nth(n).expect("a region");
        let regions: BTreeMap<_, _> =
            cells.iter().map(|((year, n), (families, fen))| ((Years::one(*year), region(*n)), sum(*families, *fen))).collect();
        let mut groups: BTreeMap<(Years, Groups), Sum> = BTreeMap::new();
        for ((years, _), one) in &regions {
            let cell = groups.entry((*years, Groups::of(&[DiseaseGroup::Rare]))).or_default();
            *cell = cell.plus(*one);
        }
        let snapshot = Snapshot {
            position,
            taken_at: Timestamp::from_second(second).expect("an instant"),
            corrects: reason.and_then(|reason| Correction::new(Digest([9; 32]), &reason).ok()),
            received: received.into_iter().map(|(year, fen)| (year, Fen::new(fen))).collect(),
            tables: Tables::new(groups, regions).expect("even tables"),
            ..snapshot()
        };
        let bytes = snapshot.canonical();
        prop_assert_eq!(Snapshot::read(&bytes), Ok(snapshot));
    }

    #[test]
    fn no_bytes_are_too_much_for_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "spark-disclosure 1\n([a-z]{1,8}( [0-9a-z-]{1,20}){1,5}\n){0,8}") {
        prop_assert_eq!(Snapshot::read(&bytes), Err(Unreadable));
        prop_assert_eq!(Snapshot::read(text.as_bytes()), Err(Unreadable));
    }
}

#[test]
fn a_number_is_put_right_by_its_key_and_the_others_stay() {
    let snapshot = snapshot();
    assert_eq!(snapshot.figures_with(&[]), snapshot.figures(), "nothing is put right");
    let lines = snapshot.figure_lines();
    assert_eq!(lines.len(), 8);
    let rare = lines.iter().find(|line| line.key == "group 2026 2026 rare").expect("a line");
    assert_eq!((rare.sum, rare.counts_families()), (sum(9, 30_000_000), true));
    let right = [("received 2026", sum(0, 50_000_100)), ("group 2026 2026 rare", sum(15, 36_000_000))];
    let figures = snapshot.figures_with(&right);
    assert!(figures.contains("received 2026 50000100\n") && figures.contains("group 2026 2026 rare 15 36000000\n"));
    assert!(figures.contains("region 2026 2026 rest 7 21250050\n"), "{figures}");
    assert_eq!(figures.lines().count(), 8);
}
