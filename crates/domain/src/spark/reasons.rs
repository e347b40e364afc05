//! What somebody writes so that a decision is looked at again: a family in its appeal, anybody in an objection to a notice.

use crate::field::Fault;
use crate::typed;

/// The fewest characters that say why.
pub const SHORTEST: u32 = 20;
/// The most characters of it, of what is asked for, and of an answer.
pub const LONGEST: u32 = 2000;

/// Reads why. Blanks are no characters.
///
/// # Errors
/// `Required`, `TooShort`, `TooLong`, `TextCharacters`.
pub fn read(text: &str) -> Result<String, Fault> {
    let text = typed::words(text, LONGEST)?;
    let enough = text.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST as usize;
    if enough { Ok(text) } else { Err(Fault::TooShort { min: SHORTEST }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_no_reason() {
        assert_eq!(read(" \n "), Err(Fault::Required));
        let spaced = "长 ".repeat(SHORTEST as usize - 1);
        assert_eq!(read(&spaced), Err(Fault::TooShort { min: SHORTEST }));
        assert_eq!(read(&format!("{spaced}长")).map(|text| text.chars().count()), Ok(39));
        assert_eq!(read(&"长".repeat(2001)), Err(Fault::TooLong { max: LONGEST }));
    }
}
