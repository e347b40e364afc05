//! Units of cord blood and what happens to them (custody.md).

pub mod proof;
