//! Somebody who knows a great deal, for tests: of every family where it lives, what its illness is, when it was paid and in
//! which published rows it is counted; everything but the money. Computes from published sums what can be computed.

use std::collections::HashMap;

/// A prime so large that no sum of a test comes near it.
const P: u64 = (1 << 31) - 1;

/// The sums that are published, each as the numbers of the unknowns it has.
#[derive(Default)]
pub(super) struct Attacker {
    unknowns: usize,
    /// In reduced echelon form.
    rows: Vec<Vec<u64>>,
    pivots: Vec<usize>,
}

impl Attacker {
    pub fn new(unknowns: usize) -> Self {
        Self { unknowns, ..Self::default() }
    }

    /// Reads a published sum. What was published before is taken off it, as far as that goes.
    pub fn read(&mut self, of: impl IntoIterator<Item = usize>) {
        let mut row = vec![0; self.unknowns];
        of.into_iter().for_each(|one| row[one] += 1);
        self.take_off(&mut row);
        let Some(pivot) = row.iter().position(|weight| *weight != 0) else { return };
        let unit = inverse(row[pivot]);
        row.iter_mut().for_each(|weight| *weight = *weight * unit % P);
        for other in &mut self.rows {
            let times = other[pivot];
            subtract(other, &row, times);
        }
        self.rows.push(row);
        self.pivots.push(pivot);
    }

    fn take_off(&self, row: &mut [u64]) {
        for (known, pivot) in self.rows.iter().zip(&self.pivots) {
            let times = row[*pivot];
            subtract(row, known, times);
        }
    }

    /// The sum of these can be computed.
    pub fn knows(&self, sum: impl IntoIterator<Item = usize>) -> bool {
        let mut row = vec![0; self.unknowns];
        sum.into_iter().for_each(|one| row[one] += 1);
        self.take_off(&mut row);
        row.iter().all(|weight| *weight == 0)
    }

    /// Every sum of at most three unknowns that can be computed.
    pub fn small_sums(&self) -> Vec<Vec<usize>> {
        let marks: Vec<u64> = (0..self.unknowns).map(|unknown| self.mark(unknown)).collect();
        let mut by_mark: HashMap<u64, Vec<usize>> = HashMap::new();
        marks.iter().enumerate().for_each(|(unknown, mark)| by_mark.entry(*mark).or_default().push(unknown));
        let with = |mark: u64| by_mark.get(&((P - mark % P) % P)).cloned().unwrap_or_default();
        let mut sums: Vec<Vec<usize>> = with(0).into_iter().map(|one| vec![one]).collect();
        for (a, mark) in marks.iter().enumerate() {
            sums.extend(with(*mark).into_iter().filter(|b| *b > a).map(|b| vec![a, b]));
            for (b, other) in marks.iter().enumerate().skip(a + 1) {
                sums.extend(with(mark + other).into_iter().filter(|c| *c > b).map(|c| vec![a, b, c]));
            }
        }
        // Marks are a projection: what they say is looked at.
        sums.retain(|sum| self.knows(sum.iter().copied()));
        sums.sort_by_key(|sum| (sum.len(), sum.clone()));
        sums
    }

    /// A projection of an unknown's column in the null space: those of a sum that can be computed add up to zero.
    fn mark(&self, unknown: usize) -> u64 {
        match self.pivots.iter().position(|pivot| *pivot == unknown) {
            None => weight(unknown),
            Some(row) => {
                let free = (0..self.unknowns).filter(|one| !self.pivots.contains(one));
                free.fold(0, |all, one| (all + (P - self.rows[row][one]) % P * weight(one)) % P)
            }
        }
    }
}

/// The most that a cell of a grid can hold, whose rows and columns add up to what its cells do, when no cell is below zero and
/// those that are empty stay so: searched for by moving amounts around.
pub(super) fn most(grid: &[Vec<Option<u64>>], (row, column): (usize, usize)) -> u64 {
    let holds = grid[row][column].unwrap_or_default();
    let sum = |cells: &mut dyn Iterator<Item = &Option<u64>>| cells.map(|cell| cell.unwrap_or_default()).sum::<u64>();
    let beside = sum(&mut grid[row].iter()).min(sum(&mut grid.iter().map(|cells| &cells[column])));
    let (mut least, mut most) = (holds, beside);
    while least < most {
        let middle = least + (most - least).div_ceil(2);
        if can_rise(grid, (row, column), middle - holds) { least = middle } else { most = middle - 1 }
    }
    least
}

/// Whether a cell can rise by so much: ways around the grid that lower the cells of one row and raise those of another.
fn can_rise(grid: &[Vec<Option<u64>>], (row, column): (usize, usize), mut by: u64) -> bool {
    let mut grid = grid.to_vec();
    grid[row][column] = None;
    while by > 0 {
        let mut seen = vec![false; grid.len()];
        let Some(way) = way(&grid, row, column, &mut seen) else { return false };
        // Along the way cells fall and rise in turns, the first one falls.
        let room = way.iter().step_by(2).filter_map(|(r, c)| grid[*r][*c]).min().unwrap_or_default().min(by);
        for (step, (r, c)) in way.into_iter().enumerate() {
            grid[r][c] = grid[r][c].map(|held| if step % 2 == 0 { held - room } else { held + room });
        }
        by -= room;
    }
    true
}

fn way(grid: &[Vec<Option<u64>>], row: usize, to: usize, seen: &mut [bool]) -> Option<Vec<(usize, usize)>> {
    seen[row] = true;
    for column in (0..grid[row].len()).filter(|column| grid[row][*column].is_some_and(|held| held > 0)) {
        if column == to {
            return Some(vec![(row, column)]);
        }
        for next in 0..grid.len() {
            if seen[next] || grid[next][column].is_none() {
                continue;
            }
            if let Some(rest) = way(grid, next, to, seen) {
                return Some([&[(row, column), (next, column)], &rest[..]].concat());
            }
        }
    }
    None
}

fn subtract(row: &mut [u64], other: &[u64], times: u64) {
    if times != 0 {
        row.iter_mut().zip(other).for_each(|(weight, other)| *weight = (*weight + (P - times) * other) % P);
    }
}

fn inverse(number: u64) -> u64 {
    let (mut result, mut base, mut power) = (1, number, P - 2);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % P;
        }
        base = base * base % P;
        power >>= 1;
    }
    result
}

/// Numbers without a pattern (splitmix64).
fn weight(unknown: usize) -> u64 {
    let mut z = (unknown as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % P
}

#[test]
fn an_attacker_subtracts() {
    let mut attacker = Attacker::new(5);
    attacker.read([0, 1, 2]);
    attacker.read([0, 1]);
    attacker.read([0, 1, 2, 3, 4]);
    assert!(attacker.knows([2]) && attacker.knows([3, 4]) && !attacker.knows([3]) && !attacker.knows([0]));
    assert_eq!(attacker.small_sums(), [vec![2], vec![0, 1], vec![3, 4], vec![0, 1, 2], vec![2, 3, 4]]);
}

#[test]
fn an_attacker_bounds() {
    let all = [vec![Some(1), Some(2)], vec![Some(3), Some(4)]];
    assert_eq!(most(&all, (0, 0)), 3, "its row's sum");
    assert_eq!(most(&all, (1, 1)), 6, "its column's");
    let one_empty = [vec![Some(1), Some(2)], vec![None, Some(4)]];
    assert_eq!(most(&one_empty, (0, 0)), 1, "nobody else is in its column");
    assert_eq!(most(&one_empty, (0, 1)), 2, "nor can its neighbour change");
}
