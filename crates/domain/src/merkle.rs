//! Merkle trees as RFC 6962, section 2.1, defines them (SHA-256): the audit trail's and the one over the units' chains. Here is
//! what anybody needs who verifies: the hashing, the root of some leaves, and the proof that a leaf lies below a root.
//!
//! The tree is looked at level by level: level 0 are the leaves, and a node without a right neighbour goes up one level as it is.
//! That gives the very roots of the RFC, whose definition splits at the largest power of two.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The SHA-256 of some bytes, one part after another.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The hash of a leaf: 0 before it, so that no inner node can pass for one.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

/// The hash of an inner node.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// How many nodes a level has whose level below has `below`.
pub const fn level_above(below: u64) -> u64 {
    below.div_ceil(2)
}

/// The root of some leaves' hashes; of none, the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| pair.get(1).map_or(pair[0], |right| node_hash(&pair[0], right))).collect();
    }
    level.first().copied().unwrap_or_else(|| sha256(&[]))
}

/// Where the hashes of a proof stand, from the leaf at `position` upwards, in a tree of `size` leaves: `(level, position)` of
/// each neighbour on the way to the root. A level on which the way has no neighbour is left out.
pub fn neighbours(position: u64, size: u64) -> Vec<(u8, u64)> {
    let (mut level, mut at, mut count) = (0, position, size);
    let mut way = Vec::new();
    while count > 1 {
        let neighbour = at ^ 1;
        if neighbour < count {
            way.push((level, neighbour));
        }
        (level, at, count) = (level + 1, at / 2, level_above(count));
    }
    way
}

/// The root that a leaf at `position` (from 0) of `size` leaves has by the neighbours of its proof; nothing where the proof is of
/// another length, or there is no such position.
pub fn root_by(leaf: &Hash, position: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if position >= size {
        return None;
    }
    let (mut hash, mut at, mut count) = (*leaf, position, size);
    let mut proof = proof.iter();
    while count > 1 {
        if at % 2 == 1 {
            hash = node_hash(proof.next()?, &hash);
        } else if at + 1 < count {
            hash = node_hash(&hash, proof.next()?);
        }
        (at, count) = (at / 2, level_above(count));
    }
    proof.next().is_none().then_some(hash)
}

/// Bytes in small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hexadecimal digits; nothing where they are not exactly as many, or no digits.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(inputs: &[&str]) -> Vec<Hash> {
        let bytes = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
                .collect()
        };
        inputs.iter().map(|input| leaf_hash(&bytes(input))).collect()
    }

    /// The leaves of Certificate Transparency's `merkle_tree_test`.
    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// RFC 6962, section 2.1, word by word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [one] => *one,
            more => {
                let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
                node_hash(&defined(left), &defined(right))
            }
        }
    }

    /// RFC 6962, section 2.1.1, word by word.
    fn defined_proof(position: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() <= 1 {
            return Vec::new();
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(half);
        let (mut proof, other) = if position < half {
            (defined_proof(position, left), defined(right))
        } else {
            (defined_proof(position - half, right), defined(left))
        };
        proof.push(other);
        proof
    }

    /// Every node, level by level, as they are stored.
    fn levels(leaves: &[Hash]) -> Vec<Vec<Hash>> {
        let mut levels = vec![leaves.to_vec()];
        while levels.last().is_some_and(|level| level.len() > 1) {
            let below = levels.last().expect("there is one");
            levels.push(below.chunks(2).map(root).collect());
        }
        levels
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // FIPS 180-4, "abc" and nothing.
        assert_eq!(hex(&sha256(&[b"a", b"bc"])), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(&root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
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
        for (size, expected) in (1..).zip(roots) {
            assert_eq!(hex(&root(&leaves(&INPUTS[..size]))), expected, "of {size} leaves");
        }
    }

    #[test]
    fn proofs_are_those_of_the_reference_implementation() {
        // (position, size, proof): the paths of Certificate Transparency's merkle_tree_test.
        let paths: [(u64, usize, &[&str]); 4] = [
            (0, 1, &[]),
            (
                0,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                5,
                8,
                &[
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        ];
        for (position, size, path) in paths {
            let all = leaves(&INPUTS[..size]);
            let proof: Vec<Hash> = path.iter().map(|hash| unhex(hash).expect("32 bytes")).collect();
            let leaf = all[usize::try_from(position).expect("small")];
            assert_eq!(root_by(&leaf, position, size as u64, &proof), Some(root(&all)), "{position} of {size}");
        }
    }

    proptest! {
        #[test]
        fn digits_are_read_back(bytes in any::<[u8; 7]>(), other in "\\PC{0,20}") {
            prop_assert_eq!(unhex(&hex(&bytes)), Some(bytes));
            prop_assert_eq!(unhex::<7>(&hex(&bytes[1..])), None);
            prop_assert!(unhex::<5>(&other).is_none_or(|bytes| hex(&bytes) == other.to_lowercase()));
        }

        #[test]
        fn levels_give_the_roots_and_proofs_of_the_definition(count in 1usize..140, at in any::<proptest::sample::Index>()) {
            let all: Vec<Hash> = (0..count).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
            let at = at.index(count);
            prop_assert_eq!(root(&all), defined(&all));
            let stored = levels(&all);
            let proof: Vec<Hash> = neighbours(at as u64, count as u64)
                .into_iter()
                .map(|(level, position)| stored[usize::from(level)][usize::try_from(position).expect("small")])
                .collect();
            prop_assert_eq!(&proof, &defined_proof(at, &all));
            prop_assert_eq!(root_by(&all[at], at as u64, count as u64, &proof), Some(defined(&all)));
        }

        #[test]
        fn a_proof_is_good_for_its_leaf_its_place_and_its_length_only(count in 2usize..140, at in any::<proptest::sample::Index>(), other in any::<proptest::sample::Index>()) {
            let all: Vec<Hash> = (0..count).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
            let (at, other) = (at.index(count), other.index(count));
            prop_assume!(at != other);
            let proof = defined_proof(at, &all);
            let by = |leaf: &Hash, position: usize, proof: &[Hash]| root_by(leaf, position as u64, count as u64, proof);
            let real = Some(root(&all));
            prop_assert_ne!(by(&all[other], at, &proof), real);
            prop_assert_ne!(by(&all[at], other, &proof), real);
            prop_assert_eq!(by(&all[at], at, &proof[1..]), None);
            prop_assert_eq!(by(&all[at], at, &[&proof[..], &[[0; 32]]].concat()), None);
            prop_assert_eq!(by(&all[at], count, &proof), None);
            let mut changed = proof.clone();
            changed[other % proof.len()][at % 32] ^= 1;
            prop_assert_ne!(by(&all[at], at, &changed), real);
        }
    }
}
