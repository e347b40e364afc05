//! From which value on a unit is usually kept for transplantation, for a family to hold its own beside: the figures of the
//! NetCord-FACT standards for units after processing, as a version. A unit below is kept all the same where the family wishes.

use crate::custody::Phase;

/// A lower bound of an analyte.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reference {
    /// The analyte's code.
    pub analyte: &'static str,
    /// From here on, in the unit of the value.
    pub least: f64,
}

/// The version of the list.
pub const REFERENCES_VERSION: u16 = 1;

/// Every bound.
pub const REFERENCES: [Reference; 4] = [
    Reference { analyte: "tnc", least: 5.0e8 },
    Reference { analyte: "cd34", least: 1.25e6 },
    Reference { analyte: "viability", least: 85.0 },
    Reference { analyte: "recovery", least: 60.0 },
];

/// The bound of an analyte; none of what was measured before processing.
pub fn reference(analyte: &str, phase: Option<Phase>) -> Option<f64> {
    let of = REFERENCES.iter().find(|reference| reference.analyte == analyte)?;
    (phase != Some(Phase::Pre)).then_some(of.least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_holds_of_what_was_processed() {
        assert_eq!(reference("tnc", Some(Phase::Post)), Some(5.0e8));
        assert_eq!(reference("tnc", None), Some(5.0e8));
        assert_eq!(reference("tnc", Some(Phase::Pre)), None);
        assert_eq!(reference("hct", Some(Phase::Post)), None);
    }
}
