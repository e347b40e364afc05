//! Casework (评审): how a case is reviewed and decided, and by whom.
//!
//! Two reviewers judge a case by a [`rubric`]; where they are far apart a third does ([`score`]). [`assignment`] chooses
//! them, [`conflict`] says who must have nothing to do with a case, and [`view`] that such a person cannot even tell that
//! it is there. A [`committee`] then [`vote`]s on what a frozen [`pack`] shows.
//!
//! Nothing here reads a clock, draws a lot or knows a name: days, lots and keyed hashes are handed in.

pub mod assignment;
pub mod committee;
pub mod conflict;
pub mod pack;
pub mod rubric;
pub mod score;
pub mod view;
pub mod vote;

/// An amount in fen (分), hundredths of a yuan. One place to change when amounts get a type of their own.
pub type Fen = i64;
