//! The Spark Project (火种工程): aid for families with refractory disease, rare disease or infertility.
//!
//! Here stand its words and rules. What a case goes through, who reviews it and who decides are rooms of their own.

pub mod review;
