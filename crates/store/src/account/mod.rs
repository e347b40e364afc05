//! People and machines that can sign in: accounts, codes, sessions, staff credentials, tokens, limits. Rows as they are;
//! `services::account` and `services::limits` give them meaning.

pub mod codes;
pub mod contacts;
pub mod erase;
pub mod limits;
pub mod passkeys;
pub mod people;
pub mod sessions;
pub mod staff;
pub mod tokens;
