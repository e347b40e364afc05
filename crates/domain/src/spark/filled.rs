//! What letters and agreements have in common: lines in which words between braces are filled in, and sums as they stand there.

use crate::ledger::{Amount, Fen};

/// A line with what stands between braces filled in, once: what is put in is not looked through again.
///
/// # Errors
/// The word that stands for nothing, or what follows a brace that is never closed.
pub(super) fn filled(line: &str, word: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut text, mut rest) = (String::with_capacity(line.len()), line);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        text.push_str(before);
        text.push_str(&word(name).ok_or_else(|| name.to_owned())?);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

/// 12,345.00; nothing of what is no amount.
pub(super) fn grouped(fen: Fen) -> Option<String> {
    Amount::new(fen.get()).ok().map(Amount::grouped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(name: &str) -> Option<String> {
        (name == "name").then(|| "{sum}{".to_owned())
    }

    #[test]
    fn words_are_filled_in_once_and_an_unknown_one_is_named() {
        assert_eq!(filled("一{name}二{name}", word), Ok("一{sum}{二{sum}{".to_owned()));
        assert_eq!(filled("无", word), Ok("无".to_owned()));
        assert_eq!(filled("{other}", word), Err("other".to_owned()));
        assert_eq!(filled("{name}{open", word), Err("open".to_owned()));
    }

    #[test]
    fn sums_are_grouped_and_nothing_is_no_sum() {
        assert_eq!(grouped(Fen::new(1_234_500)).as_deref(), Some("12,345.00"));
        assert_eq!(grouped(Fen::new(99)).as_deref(), Some("0.99"));
        assert_eq!(grouped(Fen::ZERO), None);
    }
}
