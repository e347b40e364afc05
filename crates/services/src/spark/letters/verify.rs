//! Whether a letter that somebody holds is one of ours and unchanged, by its number and the first digits of its file's hash.

use super::LetterError;
use crate::crypto::hex;
use crate::limits::{self, Network};
use crate::{Context, Services};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::account::Capability;
use domain::contact::half_width;
use domain::spark::letter::Number;
use jiff::civil::Date;
use store::spark::letters as sql;

/// So many digits of the hash are asked for.
pub const DIGITS: usize = 12;

/// What verifying says. Never whose the letter is, or what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// We issued it, and a file with this hash is as we issued it.
    Genuine {
        /// The day it is of.
        issued_on: Date,
    },
    /// No letter of ours has this number and this hash. Which of the two is wrong is not said.
    Unknown,
}

/// Verifies a letter by its number and at least the first [`DIGITS`] digits of the SHA-256 of its file. What is verified counts
/// nothing.
///
/// # Errors
/// `Limited` to an address or a network that tried many that are none; `Database`.
pub async fn verify(
    services: &Services,
    context: &Context,
    network: &Network,
    (number, digits): (&str, &str),
) -> Result<Verdict, LetterError> {
    context.require(Capability::SeePublic).map_err(super::CaseError::from)?;
    limits::VERIFICATIONS.may_try(services, network).await?;
    let verdict = verdict(services, number, digits).await?;
    if verdict == Verdict::Unknown {
        limits::VERIFICATIONS.missed(services, network).await?;
    }
    Ok(verdict)
}

async fn verdict(services: &Services, number: &str, digits: &str) -> Result<Verdict, LetterError> {
    let (Some(number), Some(typed)) = (Number::parse(number), digits_of(digits)) else { return Ok(Verdict::Unknown) };
    let nth = i16::try_from(number.nth).unwrap_or_default();
    let found = sql::numbered(&services.db, number.reference.as_str(), nth).await?;
    // A number that is none costs the same comparison: the time tells nothing.
    let stored = found.as_ref().and_then(|row| row.pdf_digest.clone()).unwrap_or_else(|| vec![0; 32]);
    let hash = hex(&stored);
    let begins = hash.as_bytes().get(..typed.len()).unwrap_or_default();
    let same = verify_slices_are_equal(begins, typed.as_bytes()).is_ok();
    Ok(match found.filter(|row| same && row.pdf_digest.is_some()) {
        Some(row) => Verdict::Genuine { issued_on: row.issued_on.to_jiff() },
        None => Verdict::Unknown,
    })
}

/// The digits of a hash as people copy them: in small letters or large, with spaces. `None` where they are too few, too many or
/// none.
pub fn digits_of(text: &str) -> Option<String> {
    let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let plain = plain.to_ascii_lowercase();
    let fits = (DIGITS..=64).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_they_are_copied() {
        assert_eq!(digits_of("AB12 cd34 ef56").as_deref(), Some("ab12cd34ef56"));
        assert_eq!(digits_of(&"0".repeat(64)).map(|digits| digits.len()), Some(64));
        for other in ["", "ab12cd34ef5", "ab12cd34ef5g", &"0".repeat(65)] {
            assert_eq!(digits_of(other), None, "{other}");
        }
    }
}
