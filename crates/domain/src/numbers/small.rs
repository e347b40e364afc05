//! Small cells: a number of people so small that it speaks of persons.
//!
//! A school of which three came on a Tuesday, or a city with two registrations, is nearly a name. Such a number is shown as
//! "<5", and where everything else of its column could be taken from the column's sum, more of the column is kept back
//! until the small number can be any from one to four again. Several tables of a page divide one number, each in its way: they
//! are shown together, since a sum that one of them keeps back is the sum of all. Who may choose any period could still
//! compare periods, and sees the bookings themselves anyway: the rule protects what is printed and passed on. What is
//! published again every quarter needs more: there small rows are joined to others (`disclosure`).

/// Fewer people than this, and more than none, are not shown: the customary smallest cell of public health statistics.
pub const SMALL: u64 = 5;

/// A number as it may be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// The number.
    Exact(u64),
    /// From one to `SMALL - 1`.
    Small,
    /// Kept back, because a small one could be taken from it and the sum. Beside a sum that is shown it is `SMALL` or more.
    Withheld,
}

/// A column of a table as it may be shown, and its sum: see [`shown_together`].
pub fn shown(column: &[u64]) -> (Vec<Cell>, Cell) {
    let (mut columns, sum) = shown_together(&[column]);
    (columns.pop().unwrap_or_default(), sum)
}

/// Columns that all add up to the same number, as they may be shown, and that number. Nothing is kept back where nothing is
/// small.
///
/// Besides the small ones the smallest others of a column are kept back, one after the other, until every small one can be any
/// number from one to four as far as anybody can tell. Where all of a column together do not suffice, the sum is kept back;
/// then no column may tell it, and of each nothing is said but where there is nobody.
pub fn shown_together(columns: &[&[u64]]) -> (Vec<Vec<Cell>>, Cell) {
    match columns.iter().map(|column| beside_the_sum(column)).collect::<Option<Vec<_>>>() {
        Some(cells) => (cells, Cell::Exact(columns.first().map_or(0, |column| column.iter().sum()))),
        None => {
            let cell = |value: &u64| if *value == 0 { Cell::Exact(0) } else { Cell::Withheld };
            (columns.iter().map(|column| column.iter().map(cell).collect()).collect(), Cell::Withheld)
        }
    }
}

/// A column whose sum is shown; `None` where a small number could then be told whatever is kept back.
fn beside_the_sum(column: &[u64]) -> Option<Vec<Cell>> {
    let is_small = |value: u64| (1..SMALL).contains(&value);
    let mut cells: Vec<Cell> =
        column.iter().map(|value| if is_small(*value) { Cell::Small } else { Cell::Exact(*value) }).collect();
    let small: Vec<u64> = column.iter().copied().filter(|value| is_small(*value)).collect();
    if small.is_empty() {
        return Some(cells);
    }
    let mut others: Vec<usize> = (0..column.len()).filter(|i| column[*i] >= SMALL).collect();
    others.sort_by_key(|i| column[*i]);
    let mut hidden: u64 = small.iter().sum();
    let (mut withheld, count) = (0, small.len() as u64);
    let mut rest = others.into_iter();
    while !undecided(hidden, count, withheld) {
        let next = rest.next()?;
        cells[next] = Cell::Withheld;
        hidden += column[next];
        withheld += 1;
    }
    Some(cells)
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
        assert_eq!(shown(&[1, 0]), (vec![Cell::Withheld, Cell::Exact(0)], Cell::Withheld));
        assert_eq!(shown(&[4, 4]), (vec![Cell::Withheld; 2], Cell::Withheld), "eight is four and four");
        assert_eq!(shown(&[]), (vec![], Cell::Exact(0)));
    }

    #[test]
    fn what_one_table_keeps_back_no_other_tells() {
        // Two lectures of one Saturday: the day alone would tell that eight came, and so that four came to each.
        let (cells, sum) = shown_together(&[&[4, 4], &[0, 8]]);
        assert_eq!(cells, [vec![Cell::Withheld; 2], vec![Cell::Exact(0), Cell::Withheld]]);
        assert_eq!(sum, Cell::Withheld);
        let (cells, sum) = shown_together(&[&[40, 20], &[60]]);
        assert_eq!(cells, [vec![Cell::Exact(40), Cell::Exact(20)], vec![Cell::Exact(60)]]);
        assert_eq!(sum, Cell::Exact(60));
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

    /// What is shown of a column is so, and beside its sum every small one can be any small number.
    fn holds(column: &[u64], cells: &[Cell], sum: Cell) -> Result<(), TestCaseError> {
        for (cell, value) in cells.iter().zip(column) {
            match (cell, sum) {
                (Cell::Exact(0), Cell::Withheld) => prop_assert_eq!(*value, 0),
                (Cell::Exact(_) | Cell::Small, Cell::Withheld) => {
                    prop_assert!(false, "a part of a sum that is kept back")
                }
                (Cell::Exact(shown), _) => prop_assert!(shown == value && !(1..SMALL).contains(value)),
                (Cell::Small, _) => prop_assert!((1..SMALL).contains(value)),
                (Cell::Withheld, Cell::Withheld) => prop_assert!(*value > 0),
                (Cell::Withheld, _) => prop_assert!(*value >= SMALL),
            }
        }
        let Cell::Exact(sum) = sum else { return Ok(()) };
        prop_assert_eq!(sum, column.iter().sum::<u64>());
        let seen: u64 = cells.iter().map(|cell| if let Cell::Exact(n) = cell { *n } else { 0 }).sum();
        for (at, _) in cells.iter().enumerate().filter(|(_, cell)| **cell == Cell::Small) {
            for value in 1..SMALL {
                prop_assert!(can_be(cells, sum - seen, at, value), "{:?}: {} is not {}", column, at, value);
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_small_cell_may_be_any_small_number(column in proptest::collection::vec(0u64..14, 0..7)) {
            let (cells, sum) = shown(&column);
            holds(&column, &cells, sum)?;
        }

        #[test]
        fn and_so_it_may_beside_the_sums_of_other_tables(
            people in proptest::collection::vec((0u64..9, 0usize..4, 0usize..3), 0..9),
        ) {
            let (mut days, mut cities) = ([0; 4], [0; 3]);
            for (n, day, city) in people {
                days[day] += n;
                cities[city] += n;
            }
            let (cells, sum) = shown_together(&[&days, &cities]);
            holds(&days, &cells[0], sum)?;
            holds(&cities, &cells[1], sum)?;
        }
    }
}
