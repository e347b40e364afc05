//! Histories are made up, published snapshot by snapshot, and attacked.

use super::*;
use crate::bus::City;
use crate::disclosure::attacker::{Attacker, most};
use crate::disclosure::facts::Fen;
use crate::disclosure::tables::{Sum, Tables};
use jiff::civil;
use proptest::prelude::*;
use uuid::Uuid;

/// A payment as generated: family, group, place, months since January 2024, yuan.
type Made = (u8, usize, usize, i8, i64);

/// A history as it was published, and what an attacker knows of it.
#[derive(Default)]
struct History {
    tables: Vec<Tables>,
    /// What cannot be told apart: payments that became public together, of one class.
    unknowns: Vec<(usize, Class, Crowd)>,
    parts: Vec<Vec<Part>>,
    counted: BTreeSet<Family>,
    waiting: Vec<Payment>,
}

impl History {
    fn publish(&mut self, rules: Rules) {
        let before = self.tables.last().cloned().unwrap_or_default();
        let classes = Classes::of(&self.counted, &self.waiting);
        let Some(tables) = before.with(&self.counted, &self.waiting, rules) else { return };
        let at = self.parts.len();
        self.unknowns.extend(classes.iter().map(|(class, crowd)| (at, *class, crowd.clone())));
        self.parts.push(divide(&classes, rules).expect("what was published"));
        self.counted.extend(self.waiting.drain(..).map(|paid| paid.family()));
        self.tables.push(tables);
    }

    fn rows(&self, at: usize, class: &Class) -> (Years, Groups, Region) {
        let part = self.parts[at].iter().find(|part| part.years().hold(class.year)).expect("a part for every year");
        let (groups, region) = part.rows(class);
        (part.years(), groups, region)
    }

    /// Which unknowns of the first snapshots are counted in what a row says.
    fn members<K: PartialEq>(&self, until: usize, row: impl Fn((Years, Groups, Region)) -> K, key: &K) -> Vec<usize> {
        let of = |(n, (at, class, _)): (usize, &(usize, Class, Crowd))| {
            (*at <= until && row(self.rows(*at, class)) == *key).then_some(n)
        };
        self.unknowns.iter().enumerate().filter_map(of).collect()
    }

    /// Every cell of every table of every snapshot: its sum, and whom it counts.
    fn published(&self) -> Vec<(Sum, Vec<usize>)> {
        let mut cells = Vec::new();
        for (until, tables) in self.tables.iter().enumerate() {
            let fine = tables.by_year_and_group().iter();
            cells.extend(fine.map(|(key, sum)| (*sum, self.members(until, |(y, g, _)| (y, g), key))));
            let fine = tables.by_year_and_region().iter();
            cells.extend(fine.map(|(key, sum)| (*sum, self.members(until, |(y, _, r)| (y, r), key))));
            cells.extend(tables.by_year().iter().map(|(key, sum)| (*sum, self.members(until, |(y, _, _)| y, key))));
            cells.extend(tables.by_group().iter().map(|(key, sum)| (*sum, self.members(until, |(_, g, _)| g, key))));
            cells.extend(tables.by_region().iter().map(|(key, sum)| (*sum, self.members(until, |(_, _, r)| r, key))));
            cells.push((tables.total(), self.members(until, |_| (), &())));
        }
        cells
    }

    fn crowd(&self, members: &[usize]) -> Crowd {
        Crowd::of(members.iter().map(|n| &self.unknowns[*n].2))
    }
}

fn paid((position, made): (usize, &Made)) -> Payment {
    let (family, group, place, months, yuan) = *made;
    let place = Place::all().nth(place % 17).expect("a place");
    let day = civil::date(2024 + i16::from(months / 12), months % 12 + 1, 15);
    let group = DiseaseGroup::ALL[group % 3];
    let key = Family(Uuid::from_u128(u128::from(family)));
    Payment::new(position as u64, key, (group, place), day, Fen::new(yuan * 100)).expect("a payment")
}

fn history(quarters: &[Vec<Made>], rules: Rules) -> History {
    let mut history = History::default();
    for (n, quarter) in quarters.iter().enumerate() {
        let made = quarter.iter().enumerate().map(|(i, made)| paid((n * 1000 + i, made)));
        history.waiting.extend(made);
        history.publish(rules);
    }
    history
}

/// Quarters of a few payments up to many, most of them in two cities, some of the same families again, a few large.
fn quarters() -> impl Strategy<Value = Vec<Vec<Made>>> {
    let place = prop_oneof![3 => Just(0usize), 2 => Just(1usize), 4 => 0usize..17];
    let yuan = prop_oneof![8 => 3_000i64..60_000, 1 => 60_000i64..600_000];
    let quarter = proptest::collection::vec((0u8..90, 0usize..3, place, 0i8..3, yuan), 0..40);
    proptest::collection::vec(quarter, 1..6).prop_map(|mut quarters| {
        for (n, quarter) in quarters.iter_mut().enumerate() {
            // A quarter's months; the first one opens the books and reaches back for years.
            quarter.iter_mut().for_each(|made| made.3 = if n == 0 { made.3 * 12 } else { made.3 + 24 + 3 * n as i8 });
        }
        quarters
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    (3u32..7, 5u32..30).prop_map(|(least, share)| Rules::new(least, share).expect("rules"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_table_of_every_snapshot_adds_up_to_the_same(quarters in quarters(), rules in rules()) {
        let mut seen = History::default();
        let (mut families, mut amount) = (BTreeSet::new(), 0);
        for quarter in &quarters {
            seen.waiting.extend(quarter.iter().enumerate().map(paid));
            let waiting = seen.waiting.clone();
            seen.publish(rules);
            if seen.waiting.is_empty() {
                families.extend(waiting.iter().map(Payment::family));
                amount += waiting.iter().map(|paid| paid.amount().get()).sum::<i64>();
            }
            let Some(tables) = seen.tables.last() else { continue };
            let all = Sum { families: families.len() as u64, amount: Fen::new(amount) };
            prop_assert_eq!(tables.total(), all);
            prop_assert_eq!(tables.by_group().values().fold(Sum::default(), |sum, one| sum.plus(*one)), all);
            prop_assert_eq!(tables.by_region().values().fold(Sum::default(), |sum, one| sum.plus(*one)), all);
            prop_assert_eq!(tables.by_year().values().fold(Sum::default(), |sum, one| sum.plus(*one)), all);
            let again = Tables::new(tables.by_year_and_group().clone(), tables.by_year_and_region().clone());
            prop_assert_eq!(again.as_ref(), Ok(tables), "and so do the years of the two");
        }
    }

    #[test]
    fn no_arithmetic_on_what_was_ever_published_reaches_too_few(quarters in quarters(), rules in rules()) {
        let seen = history(&quarters, rules);
        let mut attacker = Attacker::new(seen.unknowns.len());
        for (sum, members) in seen.published() {
            prop_assert_eq!(seen.crowd(&members).sum(), sum, "the attacker knows whom a cell counts");
            prop_assert!(seen.crowd(&members).holds(rules), "a published cell");
            attacker.read(members);
        }
        for sum in attacker.small_sums() {
            prop_assert!(seen.crowd(&sum).holds(rules), "{:?}", sum.iter().map(|n| seen.unknowns[*n].1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_cell_that_grows_grows_by_enough(quarters in quarters(), rules in rules()) {
        let seen = history(&quarters, rules);
        for pair in seen.tables.windows(2) {
            for (key, new) in pair[1].by_year_and_region() {
                let old = pair[0].by_year_and_region().get(key).copied().unwrap_or_default();
                let more = new.families.checked_sub(old.families).expect("nobody who was counted there is taken away");
                prop_assert!(more == 0 || more >= u64::from(rules.least()), "{:?} grew by {}", key, more);
            }
            prop_assert!(pair[0].by_year_and_region().keys().all(|key| pair[1].by_year_and_region().contains_key(key)));
        }
    }

    #[test]
    fn bounds_leave_enough_families_and_enough_doubt(quarters in quarters(), rules in rules()) {
        let seen = history(&quarters, rules);
        for (at, parts) in seen.parts.iter().enumerate() {
            for part in parts {
                let mut cells: BTreeMap<(Groups, Region), Crowd> = BTreeMap::new();
                for (_, class, crowd) in seen.unknowns.iter().filter(|u| u.0 == at && part.years().hold(u.1.year)) {
                    cells.entry(part.rows(class)).or_default().join(crowd);
                }
                bounded(&cells, rules)?;
            }
        }
    }
}

/// The most that can be in a cell is enough families; and so much money that the second largest of it is not sure of the
/// largest.
fn bounded(cells: &BTreeMap<(Groups, Region), Crowd>, rules: Rules) -> Result<(), TestCaseError> {
    let rows: BTreeSet<Groups> = cells.keys().map(|key| key.0).collect();
    let columns: BTreeSet<Region> = cells.keys().map(|key| key.1).collect();
    let grid = |of: &dyn Fn(&Crowd) -> u64| -> Vec<Vec<Option<u64>>> {
        rows.iter().map(|row| columns.iter().map(|column| cells.get(&(*row, *column)).map(of)).collect()).collect()
    };
    let (families, money) = (grid(&|crowd| crowd.sum().families), grid(&|crowd| crowd.sum().amount.get() as u64));
    for (r, row) in rows.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            let Some(crowd) = cells.get(&(*row, *column)) else { continue };
            let bound = most(&families, (r, c));
            prop_assert!(bound == 0 || bound >= u64::from(rules.least()), "at most {bound} families");
            let (largest, second) = crowd.largest();
            let doubt = most(&money, (r, c)).saturating_sub(largest + second);
            prop_assert!(doubt * 100 >= largest * u64::from(rules.share()), "{largest} to {doubt}");
        }
    }
    Ok(())
}

/// Families of one quarter, in equal parts: group, place, how many.
fn quarter(of: &[(usize, usize, u8)], first: u8) -> Vec<Made> {
    let mut family = first;
    let mut made = Vec::new();
    for (group, place, n) in of {
        for _ in 0..*n {
            made.push((family, *group, *place, 24, 10_000));
            family += 1;
        }
    }
    made
}

fn three() -> Rules {
    Rules::new(3, 10).expect("rules")
}

#[test]
fn a_single_family_is_seen_in_tables_that_merge_nothing() {
    // The control: the same attacker, the tables as they would be made without thinking of anybody.
    let made = quarter(&[(0, 0, 4), (0, 3, 1), (1, 0, 3), (1, 1, 3), (2, 0, 3), (2, 1, 4)], 1);
    let payments: Vec<Payment> = made.iter().enumerate().map(paid).collect();
    let classes = Classes::of(&BTreeSet::new(), &payments);
    let unknowns: Vec<Class> = classes.keys().copied().collect();
    let at = |meant: &dyn Fn(&Class) -> bool| -> Vec<usize> {
        unknowns.iter().enumerate().filter(|(_, class)| meant(class)).map(|(n, _)| n).collect()
    };
    let mut attacker = Attacker::new(unknowns.len());
    DiseaseGroup::ALL.into_iter().for_each(|group| attacker.read(at(&|class| class.group == group)));
    Place::all().for_each(|place| attacker.read(at(&|class| class.place == place)));
    let zaozhuang = at(&|class| class.place == Place::City(City::Zaozhuang));
    assert!(attacker.knows(zaozhuang), "one family, to the fen");
    let merged = history(&[made], three());
    assert_eq!(
        merged.tables[0].by_region().keys().copied().collect::<Vec<_>>(),
        [Region::City(City::Jinan), Region::Rest],
        "Zaozhuang's circle has nobody else: Qingdao, the smallest of the others, keeps it company"
    );
}

#[test]
fn rows_that_hold_are_joined_where_their_difference_does_not() {
    // Each city and each group has at least three; but Jinan's four without the third group's three are one.
    let made = quarter(&[(0, 0, 1), (2, 0, 3), (0, 1, 4), (1, 1, 5), (0, 2, 3), (1, 2, 3)], 1);
    let seen = history(&[made], three());
    let regions: Vec<Region> = seen.tables[0].by_region().into_keys().collect();
    assert!(!regions.contains(&Region::City(City::Jinan)), "{regions:?}");
    assert_eq!(seen.tables[0].by_group().len(), 3, "groups come first");
    assert!(regions.contains(&Region::City(City::Zibo)) || regions.contains(&Region::City(City::Qingdao)));
}

#[test]
fn too_few_wait_for_the_next_snapshot() {
    let seen = history(&[quarter(&[(0, 0, 9)], 1), quarter(&[(1, 0, 2)], 50), quarter(&[(1, 0, 1)], 60)], three());
    assert_eq!(seen.tables.iter().map(|tables| tables.total().families).collect::<Vec<_>>(), [9, 12]);
}

#[test]
fn a_family_that_is_paid_again_is_one_family() {
    let first = quarter(&[(0, 0, 4)], 1);
    let again: Vec<Made> = first.iter().map(|made| (made.0, made.1, made.2, 36, made.4)).collect();
    let seen = history(&[first, again], three());
    let by_year = seen.tables[1].by_year();
    assert_eq!(by_year[&Years::one(2026)], Sum { families: 4, amount: Fen::new(4_000_000) });
    assert_eq!(by_year[&Years::one(2027)], Sum { families: 0, amount: Fen::new(4_000_000) });
    assert_eq!(seen.tables[1].total(), Sum { families: 4, amount: Fen::new(8_000_000) });
}

/// Numbers without a pattern, always the same.
fn drawn(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// As many families as the programme has, where people of Shandong live.
fn programme(first: usize, families: usize, months: i8, state: &mut u64) -> Vec<Made> {
    let people = [9u64, 10, 5, 4, 2, 7, 9, 8, 5, 3, 3, 11, 6, 6, 4, 9, 3];
    let made = (first..first + families).map(|family| {
        let mut at = drawn(state, people.iter().sum());
        let place = people.iter().position(|n| at.checked_sub(*n).map(|left| at = left).is_none()).unwrap_or_default();
        let yuan = 10_000 + 10_000 * drawn(state, 9) as i64;
        (family as u8, drawn(state, 3) as usize, place, months, yuan)
    });
    made.collect()
}

#[test]
fn a_programme_of_its_true_size_is_still_told_in_detail() {
    let mut state = 2026;
    let mut quarters = vec![programme(0, 160, 24, &mut state)];
    quarters.extend((0..4).map(|n| programme(160 + 24 * n, 24, 27 + 3 * n as i8, &mut state)));
    let seen = history(&quarters, Rules::default());
    let (first, last) = (&seen.tables[0], &seen.tables[4]);
    let cities = |tables: &Tables| tables.by_region().keys().filter(|r| matches!(r, Region::City(_))).count();
    let rest = |tables: &Tables| tables.by_region().get(&Region::Rest).map_or(0, |sum| sum.families);
    let alone = |tables: &Tables| -> u64 {
        let rows = DiseaseGroup::ALL.map(|group| tables.by_group().get(&Groups::of(&[group])).copied());
        rows.into_iter().flatten().map(|sum| sum.families).sum()
    };
    assert_eq!((alone(first), first.total().families), (160, 160), "every group has a row of its own");
    assert_eq!(last.total().families, 256);
    assert!(alone(last) >= 200, "{} families are told by group", alone(last));
    let (at_first, in_the_end) = ((cities(first), rest(first)), (cities(last), rest(last)));
    assert!(at_first.0 >= 8 && at_first.1 < 40, "cities told, families that are not: {at_first:?}");
    assert!(in_the_end.0 >= 8 && in_the_end.1 < 90, "cities told, families that are not: {in_the_end:?}");
}

#[test]
fn years_of_few_are_told_with_their_neighbours() {
    let mut made = quarter(&[(0, 0, 12)], 1);
    for (n, one) in made.iter_mut().enumerate() {
        one.3 = [0, 0, 12, 24, 24, 24, 24, 36, 36, 36, 36, 48][n];
    }
    let seen = history(&[made], three());
    let years: Vec<Years> = seen.tables[0].by_year().into_keys().collect();
    let between = |first, last| Years { first, last };
    assert_eq!(years, [between(2024, 2025), Years::one(2026), between(2027, 2028)]);
}
