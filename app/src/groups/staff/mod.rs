//! The museum's screens for groups: the board, a request, the rules.
//!
//! A leader's particulars and the names of a list are masked everywhere; the whole is shown once, on the request's page, to
//! those who say why.

mod board;
pub mod calls;
mod request;
mod rules;

pub use board::Board;
pub use request::Request;
pub use rules::Rules;
