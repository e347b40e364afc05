//! Keeping what happened.
