//! The booking engine.

/// Groups claims on one session into one transaction (to be written).
#[derive(Clone, Default)]
pub struct Claims {}
