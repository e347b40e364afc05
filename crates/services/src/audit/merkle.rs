//! The Merkle tree of RFC 6962, section 2.1, grown leaf by leaf. Only the right edge is kept: the hashes of the perfect
//! subtrees (the frontier), whose sizes are the binary digits of the number of leaves.

use domain::merkle::sha256;
pub use domain::merkle::{Hash, leaf_hash, node_hash};

/// The tree's right edge: all that is needed to add a leaf and to know the root.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// Of `size` leaves, from the subtrees' hashes one after another; nothing if their number does not fit.
    pub fn decode(size: u64, bytes: &[u8]) -> Option<Self> {
        let (subtrees, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && subtrees.len() == size.count_ones() as usize;
        fits.then(|| Self { size, subtrees: subtrees.to_vec() })
    }

    /// The subtrees' hashes one after another, left to right.
    pub fn encode(&self) -> Vec<u8> {
        self.subtrees.concat()
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of a leaf on the right.
    pub fn push(&mut self, leaf: Hash) {
        self.size += 1;
        // Each trailing zero of the new size is a pair of equal subtrees that has become one.
        let merged = (0..self.size.trailing_zeros()).fold(leaf, |right, _| match self.subtrees.pop() {
            Some(left) => node_hash(&left, &right),
            None => right,
        });
        self.subtrees.push(merged);
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut from_right = self.subtrees.iter().rev();
        let Some(last) = from_right.next() else { return sha256(&[]) };
        from_right.fold(*last, |right, left| node_hash(left, &right))
    }

    /// Where two trees of one size differ first, as exactly as their frontiers tell: the leaves `first..end`.
    pub fn difference(&self, other: &Self) -> Option<std::ops::Range<u64>> {
        let mut first = 0;
        let sizes = (0..u64::BITS).rev().map(|bit| 1u64 << bit).filter(|bit| self.size & bit != 0);
        for (size, (own, others)) in sizes.zip(self.subtrees.iter().zip(&other.subtrees)) {
            if own != others {
                return Some(first..first + size);
            }
            first += size;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962, section 2.1, word by word.
    fn naive(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [one] => leaf_hash(one),
            more => {
                let half = (more.len().next_power_of_two()) / 2;
                node_hash(&naive(&more[..half]), &naive(&more[half..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        // The test vectors of Certificate Transparency (merkle_tree_test): inputs and the roots after each.
        let inputs =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let hex = crate::crypto::hex;
        let unhex = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
                .collect()
        };
        let mut frontier = Frontier::default();
        assert_eq!(hex(&frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (input, root) in inputs.iter().zip(roots) {
            frontier.push(leaf_hash(&unhex(input)));
            assert_eq!(hex(&frontier.root()), root, "after {} leaves", frontier.size());
        }
    }

    proptest! {
        #[test]
        fn growing_gives_what_the_definition_gives(leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..8), 0..140)) {
            let mut frontier = Frontier::default();
            for (count, leaf) in leaves.iter().enumerate() {
                prop_assert_eq!(frontier.root(), naive(&leaves[..count]));
                let reread = Frontier::decode(frontier.size(), &frontier.encode());
                prop_assert_eq!(reread.as_ref(), Some(&frontier));
                frontier.push(leaf_hash(leaf));
            }
            prop_assert_eq!(frontier.root(), naive(&leaves));
        }

        #[test]
        fn a_difference_contains_the_leaf_that_differs(size in 1usize..200, changed in any::<proptest::sample::Index>()) {
            let changed = changed.index(size);
            let tree = |with: Option<usize>| {
                let mut frontier = Frontier::default();
                (0..size).for_each(|leaf| frontier.push(leaf_hash(&[leaf as u8, u8::from(with == Some(leaf))])));
                frontier
            };
            prop_assert_eq!(tree(None).difference(&tree(None)), None);
            let range = tree(None).difference(&tree(Some(changed)));
            prop_assert!(range.is_some_and(|range| range.contains(&(changed as u64))));
        }

        #[test]
        fn a_frontier_of_another_size_is_refused(size in 0u64..5000, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(frontier) = Frontier::decode(size, &bytes) {
                prop_assert_eq!(frontier.encode(), bytes);
                prop_assert_eq!(u64::from(size.count_ones()), frontier.subtrees.len() as u64);
            }
        }
    }
}
