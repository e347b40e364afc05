//! How cases are reviewed and decided: reviewers and what ties them, what they say, meetings and votes.

pub mod around;
pub mod evidence;
pub mod meetings;
pub mod people;
pub mod profiles;
pub mod rooms;
pub mod scores;
pub mod votes;
