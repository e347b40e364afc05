//! For whom a unit's cells suffice, by a rule with a version: nucleated cells before freezing for each kilogram of body weight.
//! Two thresholds are said, since medicine knows no single one; which patient a unit fits is decided by physicians, with more
//! than this number.

/// How many nucleated cells for each kilogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Threshold {
    /// Cells for each kilogram: 2.5e7.
    pub per_kg: f64,
    /// As it is read: 2.5 × 10⁷.
    pub text: &'static str,
}

/// A rule; one that was used never changes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DoseRule {
    /// From 1.
    pub version: u16,
    /// The lower threshold, then the higher.
    pub thresholds: [Threshold; 2],
}

/// Every rule, the last one in use.
pub const DOSE_RULES: [DoseRule; 1] = [DoseRule {
    version: 1,
    thresholds: [Threshold { per_kg: 2.5e7, text: "2.5 × 10⁷" }, Threshold { per_kg: 3.0e7, text: "3.0 × 10⁷" }],
}];

/// Up to which body weight a unit's cells suffice.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cover {
    /// By which rule.
    pub rule: DoseRule,
    /// Whole kilograms by the first threshold of the rule and by the second, rounded down.
    pub kg: [u32; 2],
}

impl Cover {
    /// Of a unit with so many nucleated cells (0 to 9.999e9), by the rule in use; `None` for what is no count of a unit, or
    /// suffices for no kilogram.
    pub fn of(cells: f64) -> Option<Self> {
        let rule = *DOSE_RULES.last()?;
        if !cells.is_finite() || !(0.0..1e10).contains(&cells) {
            return None;
        }
        // Rounded down, after a hair: 1.0e9 ÷ 2.5e7 is 40, also where the division says 39.999….
        let kg = rule.thresholds.map(|threshold| (cells / threshold.per_kg + 1e-9).floor() as u32);
        (kg[0] > 0).then_some(Self { rule, kg })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thousand_million_cells_cover_forty_and_thirty_three_kilograms() {
        let cover = Cover::of(1.0e9).expect("a count");
        assert_eq!((cover.kg, cover.rule.version), ([40, 33], 1));
        assert_eq!(Cover::of(7.5e8).map(|cover| cover.kg), Some([30, 25]));
        assert_eq!(Cover::of(2.5e7).map(|cover| cover.kg), Some([1, 0]));
    }

    #[test]
    fn what_is_no_count_of_a_unit_covers_nobody() {
        for cells in [f64::NAN, f64::INFINITY, -1.0, 1e10, 0.0, 2.4e7] {
            assert_eq!(Cover::of(cells), None, "{cells}");
        }
    }

    proptest! {
        /// Never more is promised than the cells suffice for, and less than a kilogram is left unsaid.
        #[test]
        fn it_is_rounded_down(cells in 3.0e7..9.999e9f64) {
            let cover = Cover::of(cells).expect("a count");
            for (kg, threshold) in cover.kg.into_iter().zip(cover.rule.thresholds) {
                prop_assert!(f64::from(kg) * threshold.per_kg <= cells * (1.0 + 1e-8));
                prop_assert!(f64::from(kg + 1) * threshold.per_kg > cells);
            }
        }
    }
}
