//! Numbers that were measured, as people read them: families, and the laboratory.

/// How closely a large number is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Closeness {
    /// To two decimals, always two: a family reads how much it is.
    Rounded,
    /// To three, without noughts at the end: a laboratory compares it with what its instrument showed.
    Measured,
}

/// A number with its unit: 96.3 %, and from a hundred thousand on 1.24 × 10⁹. Nothing stands behind one that is only counted (no
/// unit, or `1`); what is no number is a dash.
pub(crate) fn figure(number: f64, unit: &str, closeness: Closeness) -> String {
    if !number.is_finite() {
        return "—".to_owned();
    }
    let text = if number.abs() < 1e5 { trimmed(&format!("{number:.2}")) } else { large(number, closeness) };
    match unit {
        "" | "1" => text,
        // 10^9/L is a number and a unit.
        unit => match unit.strip_prefix("10^").and_then(|rest| rest.split_once('/')) {
            Some((power, of)) => format!("{text} × 10{}/{of}", superscript(power)),
            None => format!("{text} {unit}"),
        },
    }
}

fn large(number: f64, closeness: Closeness) -> String {
    let mantissa = |power: f64| {
        let mantissa = number / 10_f64.powf(power);
        match closeness {
            Closeness::Rounded => format!("{mantissa:.2}"),
            Closeness::Measured => trimmed(&format!("{mantissa:.3}")),
        }
    };
    let power = number.abs().log10().floor();
    // 9.999 × 10⁹ is 1.00 × 10¹⁰ where it is rounded.
    let power = if mantissa(power).trim_start_matches('-').starts_with("10") { power + 1.0 } else { power };
    format!("{} × 10{}", mantissa(power), superscript(&format!("{power:.0}")))
}

/// Decimals without the noughts at their end.
fn trimmed(decimals: &str) -> String {
    decimals.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Digits and a minus, raised.
fn superscript(power: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize)).copied().unwrap_or('⁻');
    power.chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_reads_how_much_it_is() {
        let figure = |number, unit| figure(number, unit, Closeness::Rounded);
        assert_eq!(figure(1.24e9, "1"), "1.24 × 10⁹");
        assert_eq!(figure(5.0e8, ""), "5.00 × 10⁸");
        assert_eq!(figure(9.999e9, "1"), "1.00 × 10¹⁰");
        assert_eq!(figure(-9.999e9, "1"), "-1.00 × 10¹⁰");
        assert_eq!(figure(96.3, "%"), "96.3 %");
        assert_eq!(figure(85.0, "%"), "85 %");
        assert_eq!(figure(0.0, "kg"), "0 kg");
        assert_eq!(figure(10.5, "10^9/L"), "10.5 × 10⁹/L");
        assert_eq!(figure(10.5, "10^-12/L"), "10.5 × 10⁻¹²/L");
    }

    #[test]
    fn a_laboratory_reads_what_was_measured() {
        let number = |number| figure(number, "", Closeness::Measured);
        assert_eq!(number(27.5), "27.5");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(-196.0), "-196");
        assert_eq!(number(1_250_000_000.0), "1.25 × 10⁹");
        assert_eq!(number(1e9), "1 × 10⁹");
        assert_eq!(number(9.999e9), "9.999 × 10⁹");
        assert_eq!(number(9.9996e9), "1 × 10¹⁰");
        assert_eq!(number(f64::NAN), "—");
        assert_eq!(figure(10.5, "10^9/L", Closeness::Measured), "10.5 × 10⁹/L");
        assert_eq!(figure(-196.0, "°C", Closeness::Measured), "-196 °C");
    }
}
