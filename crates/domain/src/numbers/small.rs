//! Small cells: a number of people so small that it speaks of persons.
//!
//! A school of which three came on a Tuesday, or a city with two registrations, is nearly a name. Such a number is shown as
//! "<5", and where everything else of its column could be taken from the column's sum, more of the column is kept back
//! until the small number can be any from one to four again. This holds within one table; who may choose any period could
//! still compare tables, and sees the bookings themselves anyway: the rule protects what is printed and passed on.

/// Fewer people than this, and more than none, are not shown: the customary smallest cell of public health statistics.
pub const SMALL: u64 = 5;

/// A number as it may be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// The number.
    Exact(u64),
    /// From one to `SMALL - 1`.
    Small,
    /// Kept back, because a small one could be taken from it and the sum.
    Withheld,
}

/// A column of a table as it may be shown, and its sum. Nothing is kept back where nothing is small.
///
/// Besides the small ones the smallest others are kept back, one after the other, until every small one can be any number
/// from one to four as far as anybody can tell; where all of them together do not suffice, so is the sum.
pub fn shown(column: &[u64]) -> (Vec<Cell>, Cell) {
    let is_small = |value: u64| (1..SMALL).contains(&value);
    let mut cells: Vec<Cell> =
        column.iter().map(|value| if is_small(*value) { Cell::Small } else { Cell::Exact(*value) }).collect();
    let small: Vec<u64> = column.iter().copied().filter(|value| is_small(*value)).collect();
    let sum = column.iter().sum();
    if small.is_empty() {
        return (cells, Cell::Exact(sum));
    }
    let mut others: Vec<usize> = (0..column.len()).filter(|i| column[*i] >= SMALL).collect();
    others.sort_by_key(|i| column[*i]);
    let mut hidden: u64 = small.iter().sum();
    let (mut withheld, count) = (0, small.len() as u64);
    let mut rest = others.into_iter();
    while !undecided(hidden, count, withheld) {
        let Some(next) = rest.next() else { return (cells, Cell::Withheld) };
        cells[next] = Cell::Withheld;
        hidden += column[next];
        withheld += 1;
    }
    (cells, Cell::Exact(sum))
}

/// Of `small` numbers from one to four and `withheld` ones from five, which add up to `hidden`, every small one can be one and
/// can be four.
const fn undecided(hidden: u64, small: u64, withheld: u64) -> bool {
    let most = SMALL - 1;
    let four_fits = most + (small - 1) + SMALL * withheld <= hidden;
    let one_fits = withheld > 0 || 1 + most * (small - 1) >= hidden;
    four_fits && one_fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_one_is_never_the_difference_of_the_sum_and_the_others() {
        let (cells, sum) = shown(&[3, 40, 12, 0]);
        assert_eq!(cells, [Cell::Small, Cell::Exact(40), Cell::Withheld, Cell::Exact(0)]);
        assert_eq!(sum, Cell::Exact(55));
        assert_eq!(shown(&[5, 0, 9]), (vec![Cell::Exact(5), Cell::Exact(0), Cell::Exact(9)], Cell::Exact(14)));
        assert_eq!(shown(&[1]), (vec![Cell::Small], Cell::Withheld));
        assert_eq!(shown(&[4, 4]), (vec![Cell::Small, Cell::Small], Cell::Withheld), "eight is four and four");
        assert_eq!(shown(&[]), (vec![], Cell::Exact(0)));
    }

    /// All ways in which the cells that are kept back can add up to what is missing of the sum, tried one by one.
    fn can_be(cells: &[Cell], hidden: u64, at: usize, value: u64) -> bool {
        fn ways(kinds: &[Cell], hidden: u64) -> bool {
            match kinds.split_first() {
                None => hidden == 0,
                Some((Cell::Small, rest)) => (1..SMALL).any(|v| v <= hidden && ways(rest, hidden - v)),
                Some((Cell::Withheld, rest)) => (SMALL..=hidden).any(|v| ways(rest, hidden - v)),
                Some((Cell::Exact(_), rest)) => ways(rest, hidden),
            }
        }
        let mut others = cells.to_vec();
        others.remove(at);
        value <= hidden && ways(&others, hidden - value)
    }

    proptest! {
        #[test]
        fn every_small_cell_may_be_any_small_number(column in proptest::collection::vec(0u64..14, 0..7)) {
            let (cells, sum) = shown(&column);
            for (cell, value) in cells.iter().zip(&column) {
                match cell {
                    Cell::Exact(shown) => prop_assert!(shown == value && !(1..SMALL).contains(value)),
                    Cell::Small => prop_assert!((1..SMALL).contains(value)),
                    Cell::Withheld => prop_assert!(*value >= SMALL),
                }
            }
            if let Cell::Exact(sum) = sum {
                prop_assert_eq!(sum, column.iter().sum::<u64>());
                let seen: u64 = cells.iter().map(|cell| if let Cell::Exact(n) = cell { *n } else { 0 }).sum();
                for (at, _) in cells.iter().enumerate().filter(|(_, cell)| **cell == Cell::Small) {
                    for value in 1..SMALL {
                        prop_assert!(can_be(&cells, sum - seen, at, value), "{:?}: {} is not {}", column, at, value);
                    }
                }
            }
        }
    }
}
