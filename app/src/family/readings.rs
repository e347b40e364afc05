//! What a result means, in plain sentences. They are chosen by what was found: what "negative" means stands beside no positive
//! result, and nothing stands where nothing is shown. None is a diagnosis.

use crate::i18n::{Text, found};
use domain::Locale;
use domain::custody::{Marker, Value, What};
use domain::family::reference;
use std::collections::BTreeSet;

/// Tests that look for something: their own sentence says what it means that it was not found, and fits nothing else. Of the others
/// it says what is measured.
const SCREENS: [&str; 8] = ["bacteria", "fungi", "hbv", "hcv", "hiv", "syphilis", "cmv", "haemoglobin"];

/// What is said of a result, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Says {
    /// The test's own sentence.
    Own,
    /// It was found.
    Positive,
    /// It is not certain.
    Questionable,
    /// Nobody looked.
    NotDone,
    /// Something else than the usual was found.
    Other,
    /// Less than what is usual for transplantation.
    Below,
}

impl Says {
    const fn word(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Positive => "positive",
            Self::Questionable => "questionable",
            Self::NotDone => "not-done",
            Self::Other => "other",
            Self::Below => "below",
        }
    }
}

/// From where on a value is usual. A bound is a number of cells or a percentage: beside a value in another unit it would say something
/// else.
pub(super) fn bound(value: &Value) -> Option<f64> {
    let What::Number(_) = value.found else { return None };
    let least = reference(&value.analyte, value.phase)?;
    let same = if least <= 100.0 { value.unit == "%" } else { matches!(value.unit.as_str(), "" | "1") };
    same.then_some(least)
}

fn says(code: &str, value: &Value) -> Option<Says> {
    let screens = SCREENS.contains(&code);
    match &value.found {
        What::Marker(Marker::Negative) => Some(Says::Own),
        What::Marker(Marker::Positive) => Some(if screens { Says::Positive } else { Says::Own }),
        What::Marker(Marker::Questionable) => Some(Says::Questionable),
        What::Marker(Marker::NotDone) => Some(Says::NotDone),
        What::Text(text) if code == "haemoglobin" => {
            Some(if text.trim().eq_ignore_ascii_case("fa") { Says::Own } else { Says::Other })
        }
        What::Text(_) | What::Number(_) => (!screens).then_some(Says::Own),
    }
}

/// The sentences about the values of a test that its reader sees; none where they see none.
pub(super) fn readings(locale: Locale, code: &str, values: &[Value]) -> Vec<Text> {
    let mut all: BTreeSet<Says> = values.iter().filter_map(|value| says(code, value)).collect();
    let below = |value: &Value| match value.found {
        What::Number(number) => bound(value).is_some_and(|least| number < least),
        What::Marker(_) | What::Text(_) => false,
    };
    if values.iter().any(below) {
        all.insert(Says::Below);
    }
    let sentence = |says: Says| match says {
        Says::Own => found(locale, &format!("family-reading-{code}")),
        // What this test means by it, where that is something of its own.
        says => found(locale, &format!("family-reading-{code}-{}", says.word()))
            .or_else(|| found(locale, &format!("family-reading-{}", says.word()))),
    };
    all.into_iter().filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custody::{Person, Phase};

    fn value(analyte: &str, found: What, unit: &str) -> Value {
        let (phase, of) = (Some(Phase::Post), Person::Baby);
        Value { analyte: analyte.to_owned(), found, unit: unit.to_owned(), phase, of, method: None, instrument: None }
    }

    fn marker(code: &str, marker: Marker) -> Value {
        value(code, What::Marker(marker), "")
    }

    fn read(code: &str, values: &[Value]) -> String {
        let all = Locale::ALL.map(|locale| readings(locale, code, values));
        assert_eq!(all[0].len(), all[1].len(), "both languages say as much of {code}");
        all[0].iter().map(|text| text.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_negative_means_stands_beside_a_negative_result_only() {
        for code in SCREENS {
            let own = found(Locale::ZhCn, &format!("family-reading-{code}")).expect("a sentence");
            assert_eq!(read(code, &[marker(code, Marker::Negative)]), *own);
            let mut sentences = BTreeSet::from([own.to_string()]);
            for other in [Marker::Positive, Marker::Questionable, Marker::NotDone] {
                let said = read(code, &[marker(code, other)]);
                assert!(!said.is_empty() && !said.contains(&*own), "{code} {other:?}: {said}");
                assert!(sentences.insert(said), "{code}: one sentence for two results");
            }
        }
    }

    #[test]
    fn each_of_two_results_has_its_sentence_once() {
        let both = [marker("hbv", Marker::Negative), marker("hbv", Marker::Positive), marker("hbv", Marker::Negative)];
        assert_eq!(readings(Locale::ZhCn, "hbv", &both).len(), 2);
    }

    #[test]
    fn of_what_is_not_shown_nothing_is_read() {
        for code in SCREENS.into_iter().chain(["tnc", "hla"]) {
            assert!(readings(Locale::En, code, &[]).is_empty(), "{code}");
        }
    }

    #[test]
    fn a_count_below_the_reference_says_so_and_one_at_it_does_not() {
        let below = found(Locale::ZhCn, "family-reading-below").expect("a sentence");
        let count = |number: f64, unit: &str| read("tnc", &[value("tnc", What::Number(number), unit)]);
        assert!(count(4.9e8, "1").contains(&*below));
        assert!(!count(5.0e8, "1").contains(&*below));
        assert!(!count(4.9, "10^8").contains(&*below), "a number in another unit is not compared");
        let living = |number: f64, unit: &str| read("viability", &[value("viability", What::Number(number), unit)]);
        assert!(living(84.9, "%").contains(&*below) && !living(0.96, "1").contains(&*below));
    }

    #[test]
    fn an_unusual_haemoglobin_is_not_read_as_the_usual_one() {
        let text = |text: &str| read("haemoglobin", &[value("haemoglobin", What::Text(text.to_owned()), "")]);
        let own = found(Locale::ZhCn, "family-reading-haemoglobin").expect("a sentence");
        assert_eq!(text("FA"), *own);
        assert!(!text("FAS").is_empty() && !text("FAS").contains(&*own));
    }
}
