//! Forms that are kept as far as one got: what was typed, whatever it is worth, and the readers of its fields.

use crate::characters::{are_seen, without_ends};
use crate::contact::half_width;
use crate::field::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest text that is kept of one field.
const KEPT: usize = 2_000;

/// What stands in the fields of a form, as it was typed: kept even while it cannot be taken, so that nothing is lost.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(pub BTreeMap<String, String>);

impl Typed {
    /// Keeps what belongs to a form of these `fields` of what was sent.
    pub fn kept<'a>(fields: &[&str], pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let known = pairs.into_iter().filter(|(name, _)| fields.contains(name));
        Self(known.map(|(name, text)| (name.to_owned(), text.chars().take(KEPT).collect())).collect())
    }

    /// What stands in a field.
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A number with at most one decimal, in tenths, as people type it.
///
/// # Errors
/// `Required`, `DecimalShape`.
pub fn decimal(text: &str) -> Result<i32, Fault> {
    decimals(text, 1).map_err(|fault| if fault == Fault::NotANumber { Fault::DecimalShape } else { fault })
}

/// A number with at most so many decimals (1 to 3), as people type it, in units of the last of them: `84.5` with two is 8450. Nothing is
/// rounded: what has more is none.
///
/// # Errors
/// `Required`, `NotANumber`.
pub fn decimals(text: &str, places: u32) -> Result<i32, Fault> {
    let plain = half_width(text).replace('\u{2212}', "-");
    let plain = plain.trim();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    let (below, digits) = plain.strip_prefix('-').map_or((false, plain), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let places = places.min(3) as usize;
    if !are_digits(whole, 6) || !are_digits(part, places) {
        return Err(Fault::NotANumber);
    }
    // Six digits and three: within what is counted in.
    let units = format!("{whole}{part:0<places$}").parse::<i32>().map_err(|_| Fault::NotANumber)?;
    Ok(if below { -units } else { units })
}

/// One line of text with at least one character.
pub fn line(text: &str, max: u32) -> Result<String, Fault> {
    let line = optional(text, max)?;
    if line.is_empty() { Err(Fault::Required) } else { Ok(line) }
}

/// One line of text, or nothing.
pub fn optional(text: &str, max: u32) -> Result<String, Fault> {
    let line = without_ends(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > max as usize {
        Err(Fault::TooLong { max })
    } else if line.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) {
        Err(Fault::TextCharacters)
    } else if !are_seen(&line) {
        Err(Fault::UnseenCharacters)
    } else {
        Ok(line)
    }
}

/// Several lines of text, or nothing.
pub fn text(text: &str, max: u32) -> Result<String, Fault> {
    // What is pasted from a table has tabs, and ends its lines as its program does.
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    if text.chars().count() > max as usize {
        Err(Fault::TooLong { max })
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Err(Fault::TextCharacters)
    } else {
        Ok(text)
    }
}

/// A number as people type it, in digits of either width. One that is too long to count is still a number: as large as any,
/// so that it is told what its field takes and not what a number is.
///
/// # Errors
/// `Required`, `NotANumber`.
pub fn digits(text: &str) -> Result<u32, Fault> {
    let plain = half_width(text);
    let plain = plain.trim();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    let long = || plain.bytes().all(|byte| byte.is_ascii_digit()).then_some(u32::MAX);
    plain.parse().ok().or_else(long).ok_or(Fault::NotANumber)
}

/// A whole number of `min..=max`, as people type it.
pub fn number(text: &str, min: u32, max: u32) -> Result<u32, Fault> {
    let number = digits(text)?;
    if (min..=max).contains(&number) { Ok(number) } else { Err(Fault::OutOfRange { min, max }) }
}

/// One of the choices of a form, by its name.
pub fn choice<T>(text: &str, read: fn(&str) -> Option<T>) -> Result<T, Fault> {
    match text.trim() {
        "" => Err(Fault::Required),
        name => read(name).ok_or(Fault::NotAChoice),
    }
}

/// `yes` or `no`.
pub fn yes_or_no(text: &str) -> Result<bool, Fault> {
    choice(text, |word| match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    })
}

/// Several lines that somebody writes to somebody else: at least a character.
pub fn words(text: &str, max: u32) -> Result<String, Fault> {
    let words = self::text(text, max)?;
    if words.is_empty() { Err(Fault::Required) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_counted_in_its_last_place_and_never_rounded() {
        for (text, tenths, hundredths) in [
            ("84", Ok(840), Ok(8400)),
            ("84.5", Ok(845), Ok(8450)),
            ("−0.5", Ok(-5), Ok(-50)),
            ("８４．５", Ok(845), Ok(8450)),
            ("69.99", Err(Fault::DecimalShape), Ok(6999)),
            ("0.05", Err(Fault::DecimalShape), Ok(5)),
            ("69.999", Err(Fault::DecimalShape), Err(Fault::NotANumber)),
            ("999999.99", Err(Fault::DecimalShape), Ok(99_999_999)),
            ("1000000", Err(Fault::DecimalShape), Err(Fault::NotANumber)),
            (" ", Err(Fault::Required), Err(Fault::Required)),
            ("1e2", Err(Fault::DecimalShape), Err(Fault::NotANumber)),
            (".5", Err(Fault::DecimalShape), Err(Fault::NotANumber)),
            ("5.", Err(Fault::DecimalShape), Err(Fault::NotANumber)),
        ] {
            assert_eq!((decimal(text), decimals(text, 2)), (tenths, hundredths), "{text}");
        }
    }

    #[test]
    fn what_is_pasted_from_a_table_is_read_as_text() {
        assert_eq!(line(" 亲子节\t2026\r\n", 20), Ok("亲子节 2026".to_owned()));
        assert_eq!(text("第一段\r\n\t第二段\r第三段", 20), Ok("第一段\n 第二段\n第三段".to_owned()));
        for unusable in ["亲子\0节", "亲子\u{7}节"] {
            assert_eq!(line(unusable, 20), Err(Fault::TextCharacters));
            assert_eq!(text(unusable, 20), Err(Fault::TextCharacters));
        }
        assert_eq!(line("\u{FEFF}亲子节\u{200B}\u{200E} ", 20), Ok("亲子节".to_owned()));
        assert_eq!(optional("\u{FEFF}", 20), Ok(String::new()));
        for unseen in ["亲子\u{202E}节", "\u{3164}", "亲子\u{200B}节"] {
            assert_eq!(line(unseen, 20), Err(Fault::UnseenCharacters));
        }
    }
}
