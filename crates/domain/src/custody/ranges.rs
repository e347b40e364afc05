//! What a measured value can be (custody.md). What is outside is not a measurement but a mistake, and is refused; what is possible
//! and strange is kept with a flag.

use super::{Person, Phase, Value, What};

/// A value that cannot be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OutOfRange {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// Kept, and worth a look.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flag {
    /// More came out than went in (recovery over 100 %): one of two counts is off.
    RecoveryOverAll,
    /// A marker that is positive, or questionable.
    Marker,
}

impl Flag {
    /// As the end of a translation key.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RecoveryOverAll => "recovery-over-all",
            Self::Marker => "marker",
        }
    }
}

/// Millilitres of a collection.
pub const COLLECTED_ML: (f64, f64) = (0.0, 350.0);
/// Degrees Celsius of the ward's refrigerator that are as they should be.
pub const WARD_C: (f64, f64) = (2.0, 8.0);
/// Per cent of living cells of a thawed segment that a unit needs more of to be released: at this or below it is looked into. Each is
/// what a step of the release of the same code reads.
pub const RELEASED_ABOVE: [(&str, f64); 2] = [("cd34_viability", 70.0), ("cd45_viability", 40.0)];

/// The bound of an analyte that has one ([`RELEASED_ABOVE`]).
pub fn released_above(analyte: &str) -> Option<f64> {
    RELEASED_ABOVE.iter().find(|(name, _)| *name == analyte).map(|(_, bound)| *bound)
}

/// Whether a step of a release that reads a value with a bound says none: a number of the unit's own under the step's code.
pub fn lacks_reading(step: &str, values: &[Value]) -> bool {
    let is_read =
        |value: &Value| value.analyte == step && value.of == Person::Baby && matches!(value.found, What::Number(_));
    released_above(step).is_some() && !values.iter().any(is_read)
}

/// A value that a release needs more of.
#[derive(Clone, PartialEq, Debug)]
pub struct TooFew {
    /// Of what.
    pub analyte: String,
    /// What was read, in per cent.
    pub number: f64,
    /// It is to be above this.
    pub bound: f64,
}

impl TooFew {
    /// Of a value that has a bound and is not above it.
    pub fn of(value: &Value) -> Option<Self> {
        let (What::Number(number), Some(bound)) = (&value.found, released_above(&value.analyte)) else {
            return None;
        };
        (*number <= bound).then(|| Self { analyte: value.analyte.clone(), number: *number, bound })
    }

    /// What stands in a deviation that the house opened for values like this, as it wrote them; `None` for what people wrote.
    pub fn all_in(said: &str) -> Option<Vec<Self>> {
        let one = |text: &str| -> Option<Self> {
            let (analyte, rest) = text.split_once(' ')?;
            let (number, bound) = rest.strip_suffix(" %")?.split_once(" % ≤ ")?;
            released_above(analyte)?;
            Some(Self { analyte: analyte.to_owned(), number: number.parse().ok()?, bound: bound.parse().ok()? })
        };
        said.split("; ").map(one).collect()
    }
}

/// As it stands in a deviation: facts that need no language. Whoever shows it names the analyte ([`TooFew::all_in`]).
impl std::fmt::Display for TooFew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { analyte, number, bound } = self;
        write!(f, "{analyte} {number} % ≤ {bound} %")
    }
}

/// Degrees Celsius that a logger can show on the way.
pub const TRANSIT_C: (f64, f64) = (-50.0, 60.0);
/// Hours of one leg.
pub const LEG_HOURS: (f64, f64) = (0.0, 240.0);
/// Grams of a bag.
pub const WEIGHT_G: (f64, f64) = (0.0, 600.0);
/// Degrees Celsius of anything in a tank or a dry shipper.
pub const FROZEN_C: (f64, f64) = (-200.0, 60.0);
/// Degrees Celsius of the warmest of a dry shipper in which a unit leaves: validated at −150 °C or colder (custody.md, section IX of a
/// release). What came to the hospital warmer is kept and looked into.
pub const SHIPPER_C: (f64, f64) = (-200.0, -150.0);

/// Whether a number lies within.
///
/// # Errors
/// `OutOfRange`, for what is no number, too.
pub fn within(number: f64, (least, most): (f64, f64)) -> Result<(), OutOfRange> {
    // Not a number is never within.
    if number >= least && number <= most { Ok(()) } else { Err(OutOfRange { least, most }) }
}

/// The range of an analyte; `None` for one that has none here.
pub fn range(analyte: &str, phase: Option<Phase>) -> Option<(f64, f64)> {
    Some(match (analyte, phase) {
        ("volume", Some(Phase::Post)) => (15.0, 40.0),
        ("volume", _) => COLLECTED_ML,
        ("tnc", _) => (0.0, 9.999e9),
        ("cd34", _) => (0.0, 5e7),
        ("recovery", _) => (0.0, 150.0),
        ("viability" | "hct" | "cd34_viability" | "cd45_viability" | "cd34_percent", _) => (0.0, 100.0),
        ("weight", _) => WEIGHT_G,
        ("cfu", _) => (0.0, 1e8),
        _ => return None,
    })
}

/// What a test of a code measures in numbers that have a range. Of markers, texts and numbers without one it is nothing.
pub fn measured(test: &str) -> &'static [&'static str] {
    match test {
        "cbc" => &["hct"],
        "tnc" => &["tnc"],
        "viability" => &["viability"],
        "cd34" => &["cd34", "cd34_viability", "cd45_viability"],
        "cfu" => &["cfu"],
        _ => &[],
    }
}

/// Whether a value can be, and whether it is worth a look. A percentage is between 0 and 100, whatever it is of.
///
/// # Errors
/// `OutOfRange`.
pub fn check(value: &Value) -> Result<Option<Flag>, OutOfRange> {
    match &value.found {
        What::Number(number) => {
            let percent = (value.unit == "%").then_some((0.0, 100.0));
            match range(&value.analyte, value.phase).or(percent) {
                Some(range) => within(*number, range)?,
                None if !number.is_finite() => return Err(OutOfRange { least: f64::MIN, most: f64::MAX }),
                None => {}
            }
            let over = value.analyte == "recovery" && *number > 100.0;
            Ok(over.then_some(Flag::RecoveryOverAll))
        }
        What::Marker(marker) => {
            use super::Marker;
            Ok(matches!(marker, Marker::Positive | Marker::Questionable).then_some(Flag::Marker))
        }
        What::Text(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::Marker;
    use proptest::prelude::*;

    fn value(analyte: &str, unit: &str, phase: Option<Phase>, found: What) -> Value {
        let (method, instrument) = (None, None);
        Value { analyte: analyte.to_owned(), found, unit: unit.to_owned(), phase, of: Person::Baby, method, instrument }
    }

    fn number(analyte: &str, phase: Phase, number: f64) -> Result<Option<Flag>, OutOfRange> {
        check(&value(analyte, "", Some(phase), What::Number(number)))
    }

    #[test]
    fn what_a_test_measures_has_a_range() {
        let tests = ["cbc", "tnc", "viability", "cd34", "cfu"];
        for analyte in tests.into_iter().flat_map(measured) {
            assert!(range(analyte, None).is_some(), "{analyte}");
        }
        assert!(tests.iter().all(|test| !measured(test).is_empty()) && measured("hbv").is_empty());
    }

    #[test]
    fn the_ranges_are_those_of_the_bank() {
        for (analyte, phase, least, most) in [
            ("volume", Phase::Pre, 0.0, 350.0),
            ("volume", Phase::Post, 15.0, 40.0),
            ("tnc", Phase::Post, 0.0, 9.999e9),
            ("cd34", Phase::Post, 0.0, 5e7),
            ("viability", Phase::Thaw, 0.0, 100.0),
            ("hct", Phase::Pre, 0.0, 100.0),
            ("recovery", Phase::Post, 0.0, 150.0),
        ] {
            assert!(number(analyte, phase, least).is_ok() && number(analyte, phase, most).is_ok(), "{analyte}");
            let out = Err(OutOfRange { least, most });
            assert_eq!(number(analyte, phase, least - 0.1), out, "{analyte}");
            assert_eq!(number(analyte, phase, most * 1.001 + 0.1), out, "{analyte}");
        }
    }

    #[test]
    fn what_is_possible_and_strange_is_kept_with_a_flag() {
        assert_eq!(number("recovery", Phase::Post, 100.0), Ok(None));
        assert_eq!(number("recovery", Phase::Post, 112.0), Ok(Some(Flag::RecoveryOverAll)));
        let marker = |marker| check(&value("hbv", "", None, What::Marker(marker)));
        assert_eq!(marker(Marker::Negative), Ok(None));
        assert_eq!(marker(Marker::Positive), Ok(Some(Flag::Marker)));
        assert_eq!(marker(Marker::Questionable), Ok(Some(Flag::Marker)));
    }

    #[test]
    fn a_step_that_reads_living_cells_says_a_number_of_the_units_own_under_its_code() {
        let read = |analyte: &str, found| value(analyte, "%", Some(Phase::Thaw), found);
        let number = || read("cd34_viability", What::Number(86.5));
        assert!(lacks_reading("cd34_viability", &[]));
        assert!(lacks_reading("cd34_viability", &[read("cd45_viability", What::Number(86.5))]), "another's");
        assert!(lacks_reading("cd34_viability", &[read("cd34_viability", What::Text("many".to_owned()))]), "a word");
        assert!(lacks_reading("cd34_viability", &[Value { of: Person::Mother, ..number() }]), "the mother's");
        assert!(!lacks_reading("cd34_viability", &[read("cfu", What::Number(1.0)), number()]));
        assert!(!lacks_reading("crossmatch", &[]), "a step without a bound needs none");
    }

    #[test]
    fn what_the_house_wrote_of_too_few_is_read_again_and_what_people_wrote_is_not() {
        let low = |analyte: &str, number| TooFew::of(&value(analyte, "%", None, What::Number(number)));
        let both: Vec<TooFew> =
            [low("cd34_viability", 70.0), low("cd45_viability", 39.5)].into_iter().flatten().collect();
        let said: Vec<String> = both.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["cd34_viability 70 % ≤ 70 %", "cd45_viability 39.5 % ≤ 40 %"]);
        assert_eq!(TooFew::all_in(&said.join("; ")), Some(both));
        assert_eq!(low("cd34_viability", 70.1), None);
        assert_eq!(low("viability", 1.0), None, "it has no bound");
        for other in ["", "记录缺一页", "1.5 °C < 2 °C", "cd34_viability many % ≤ 70 %", "viability 1 % ≤ 2 %"]
        {
            assert_eq!(TooFew::all_in(other), None, "{other}");
        }
    }

    #[test]
    fn a_percentage_is_one_whatever_it_is_of() {
        let percent = |number| check(&value("something_new", "%", None, What::Number(number)));
        assert_eq!(percent(99.5), Ok(None));
        assert!(percent(100.5).is_err());
    }

    proptest! {
        #[test]
        fn what_is_no_number_never_passes(analyte in "volume|tnc|cd34|viability|recovery|anything", which in 0usize..3) {
            let no_number = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][which];
            prop_assert!(check(&value(&analyte, "", None, What::Number(no_number))).is_err());
        }
    }
}
