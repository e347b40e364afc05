//! Casework (评审): how a case is reviewed and decided, and by whom.
//!
//! Two reviewers judge a case by a [`rubric`]; where they are far apart a third does ([`score`]). [`assignment`] chooses
//! them, [`conflict`] says who must have nothing to do with a case, and [`view`] that such a person cannot even tell that
//! it is there. A [`committee`] then [`vote`]s on what a frozen [`pack`] shows, in a [`meeting`] with [`minutes`]. What is
//! unclear is asked ([`clarification`]) while the [`clock`] stands still, and one [`appeal`] goes to other people.
//!
//! Nothing here reads a clock, draws a lot or knows a name: days, lots and keyed hashes are handed in.

pub mod absence;
pub mod appeal;
pub mod assignment;
pub mod clarification;
pub mod clock;
pub mod committee;
pub mod conflict;
pub mod hospital;
pub mod meeting;
pub mod minutes;
pub mod pack;
pub mod rubric;
pub mod score;
pub mod view;
pub mod vote;

pub use crate::ledger::Fen;
