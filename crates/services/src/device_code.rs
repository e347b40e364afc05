//! Codes by which a device is brought in once: a telephone at the door, a display on a wall. Whoever adds it reads the code off the
//! desk; the device shows it together with a key of its own, so that an answer that was lost can be asked for again. The house keeps
//! the hash of both and can show neither.

use domain::contact::half_width;
use domain::field::Fault;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};

/// How long a code is good.
pub(crate) const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Characters of a code: 60 random bits.
const CODE: usize = 12;
/// Crockford's base 32, as in references: what eyes and ears confuse is left out.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code nobody knows yet.
pub(crate) fn fresh() -> String {
    crate::crypto::random::<CODE>().iter().map(|byte| ALPHABET[usize::from(byte & 31)] as char).collect()
}

/// A fresh code in groups of four, as it is shown.
pub(crate) fn shown(code: &str) -> SecretString {
    [&code[..4], &code[4..8], &code[8..]].join("-").into()
}

/// A code as people type it; nothing where it can be none.
pub(crate) fn read(typed: &SecretString) -> Option<String> {
    let code: String = half_width(typed.expose_secret())
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (code.len() == CODE).then_some(code)
}

/// Whether it can be a key: 256 random bits as 43 characters.
pub(crate) fn is_key(key: &SecretString) -> bool {
    let key = key.expose_secret();
    key.len() == 43 && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// What people call a device, or where it is: one line of at most so many characters.
pub(crate) fn named(text: &str, most: usize) -> Result<String, Fault> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Fault::Required),
        length if length > most => Err(Fault::TooLong { max: most as u32 }),
        _ if name.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) => Err(Fault::TextCharacters),
        _ => Ok(name),
    }
}
