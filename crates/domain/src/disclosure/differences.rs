//! What can be had by adding and taking off published rows, of payments that are divided twice: by group and by region.
//!
//! Think of a grid with a row for each line of the table by group and a column for each line of the table by region, and of
//! somebody who knows of every family in which cell it is, but not its money. What is published are the sums of the rows and
//! of the columns. Whatever is computed from them weighs each cell by a number of its row and a number of its column,
//! together. It is the sum of some cells exactly when every cell that has anybody weighs one or none; so in each column the
//! rows' numbers differ by one at most, and where they differ, the column's own number is given, and the cells of the larger
//! ones are among those summed. Where they do not differ, the whole column is or is not, and whole columns hold. So it is
//! enough to look at every choice of the rows' numbers: of three rows that are connected by columns these lie within two.
//!
//! More is not to be had by bounds either. That money is not below zero bounds what a cell can have from above by the least
//! sum that contains it (the programme of transport is totally unimodular, and the sums are its dual), and every sum holds.

use super::crowd::{Crowd, Rules};
use super::place::Region;
use std::collections::{BTreeMap, BTreeSet};

/// By region, everybody of each row by group.
pub(super) type Grid = BTreeMap<Region, Vec<Crowd>>;

/// The first sum of cells that can be had by subtraction and does not hold: the regions whose cells it takes. `None` where
/// every sum that can be had holds.
pub(super) fn reached(grid: &Grid, rules: Rules) -> Option<BTreeSet<Region>> {
    let rows = grid.values().map(Vec::len).max().unwrap_or_default();
    choices(rows).into_iter().find_map(|numbers| {
        let taken = taken(grid, &numbers)?;
        let all = Crowd::of(taken.iter().map(|(_, crowd)| *crowd));
        (!taken.is_empty() && !all.holds(rules)).then(|| taken.iter().map(|(region, _)| *region).collect())
    })
}

/// Every choice of a number from none to two for each of so many rows.
fn choices(rows: usize) -> Vec<Vec<u8>> {
    let longer = |all: Vec<Vec<u8>>, _| {
        all.into_iter().flat_map(|some| (0..=2).map(move |next| [&some[..], &[next]].concat())).collect()
    };
    (0..rows).fold(vec![Vec::new()], longer)
}

/// The cells that are summed when the rows have these numbers and every column that may be left out is; `None` where it is no
/// sum of cells.
fn taken<'a>(grid: &'a Grid, numbers: &[u8]) -> Option<Vec<(Region, &'a Crowd)>> {
    let mut taken = Vec::new();
    for (region, column) in grid {
        let cells: Vec<(u8, &Crowd)> =
            numbers.iter().copied().zip(column).filter(|(_, crowd)| !crowd.is_empty()).collect();
        let least = cells.iter().map(|(number, _)| *number).min().unwrap_or_default();
        let most = cells.iter().map(|(number, _)| *number).max().unwrap_or_default();
        match most - least {
            0 => {}
            1 => {
                taken.extend(cells.into_iter().filter(|(number, _)| *number == most).map(|(_, crowd)| (*region, crowd)))
            }
            _ => return None,
        }
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::City;
    use crate::disclosure::attacker::Attacker;
    use crate::disclosure::facts::Family;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// A grid of new families, each with as much as any other.
    fn grid(columns: &[(City, [u32; 3])]) -> Grid {
        let mut next = 0;
        let mut crowd = |families: u32| {
            let mut crowd = Crowd::default();
            for _ in 0..families {
                next += 1;
                crowd.add(Family(Uuid::from_u128(next)), 100, true);
            }
            crowd
        };
        columns.iter().map(|(city, cells)| (Region::City(*city), cells.map(&mut crowd).to_vec())).collect()
    }

    fn three() -> Rules {
        Rules::new(3, 10).expect("rules")
    }

    #[test]
    fn a_group_that_lives_in_one_city_is_taken_off_it() {
        // Jinan's four without the three of the third group are one.
        let seen = grid(&[(City::Jinan, [1, 0, 3]), (City::Zibo, [4, 5, 0])]);
        assert_eq!(reached(&seen, three()), Some(BTreeSet::from([Region::City(City::Jinan)])));
        let hidden = grid(&[(City::Jinan, [1, 1, 3]), (City::Zibo, [4, 5, 1])]);
        assert_eq!(reached(&hidden, three()), None);
    }

    #[test]
    fn two_steps_are_not_too_far() {
        // The first group without Jinan's and Zibo's families, of which the second has the rest: one in Weifang.
        let seen = grid(&[(City::Jinan, [3, 0, 0]), (City::Zibo, [4, 2, 0]), (City::Weifang, [0, 1, 3])]);
        // Jinan + Zibo − first group = the two of Zibo; with Weifang's one they are the second group.
        assert_eq!(reached(&seen, three()).map(|taken| taken.contains(&Region::City(City::Zibo))), Some(true));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        /// Every set of cells is asked for, one by one.
        #[test]
        fn no_set_of_cells_is_overlooked(cells in proptest::collection::vec([0u32..5, 0u32..5, 0u32..5], 1..4)) {
            let cities = [City::Jinan, City::Qingdao, City::Zibo];
            let columns: Vec<(City, [u32; 3])> = cities.into_iter().zip(cells).collect();
            let grid = grid(&columns);
            let crowds: Vec<&Crowd> = grid.values().flatten().collect();
            let filled = |n: &usize| !crowds[*n].is_empty();
            let mut attacker = Attacker::new(crowds.len());
            for row in 0..3 {
                attacker.read((row..crowds.len()).step_by(3).filter(filled));
            }
            for column in 0..grid.len() {
                attacker.read((3 * column..3 * column + 3).filter(filled));
            }
            let holds = |set: &[usize]| Crowd::of(set.iter().map(|n| crowds[*n])).holds(three());
            let mut isolated = false;
            for bits in 1u32..1 << crowds.len() {
                let set: Vec<usize> = (0..crowds.len()).filter(|n| bits >> n & 1 == 1).collect();
                if set.iter().all(filled) && attacker.knows(set.iter().copied()) && !holds(&set) {
                    isolated = true;
                }
            }
            // Rows and columns that do not hold are none of its business.
            let all_hold = (0..3).all(|row| {
                let row: Vec<usize> = (row..crowds.len()).step_by(3).filter(filled).collect();
                row.is_empty() || holds(&row)
            }) && (0..grid.len()).all(|column| {
                let column: Vec<usize> = (3 * column..3 * column + 3).filter(filled).collect();
                column.is_empty() || holds(&column)
            });
            if all_hold {
                prop_assert_eq!(reached(&grid, three()).is_some(), isolated, "{:?}", columns);
            }
        }
    }

    #[test]
    fn one_column_or_one_row_tells_nothing_new() {
        assert_eq!(reached(&grid(&[(City::Jinan, [3, 4, 5])]), three()), None);
        assert_eq!(reached(&grid(&[(City::Jinan, [3, 0, 0]), (City::Zibo, [4, 0, 0])]), three()), None);
        assert_eq!(reached(&Grid::new(), three()), None);
    }
}
