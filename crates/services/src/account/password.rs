//! Passwords of staff: the policy, and argon2id behind a gate, so that hashing never takes the threads that answer
//! requests, nor more than two of them at once.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::account::Login;
use domain::field::Fault;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The fewest characters of a staff password.
pub const MIN: usize = 12;
/// The most: long enough for any sentence, short enough that hashing it is no attack.
pub const MAX: usize = 128;

/// The most bytes a password can have: [`MAX`] characters of four.
const LONGEST_ATTEMPT: usize = MAX * 4;

/// 19 MiB, two passes, one lane: 24 ms here; the second of OWASP's equivalent settings.
const PARAMS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashes at once. More would only make each slower and take 19 MiB each.
static GATE: Semaphore = Semaphore::const_new(2);
/// A caller who would wait longer is told that the house is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a password cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordFault {
    /// Nothing was given.
    #[error("required")]
    Required,
    /// Fewer than [`MIN`] characters.
    #[error("fewer than {MIN} characters")]
    TooShort,
    /// More than [`MAX`] characters.
    #[error("more than {MAX} characters")]
    TooLong,
    /// It contains the login, or the house's name.
    #[error("contains the login or the name of the house")]
    LikeLogin,
    /// Among the first that anybody would try: a run, a repetition, a well-known one.
    #[error("easily guessed")]
    Common,
    /// It is the one it should replace.
    #[error("the present password")]
    Same,
}

impl PasswordFault {
    /// The nearest of the faults that fields know.
    pub const fn fault(self) -> Fault {
        match self {
            Self::Required => Fault::Required,
            Self::TooShort => Fault::PasswordTooShort { min: MIN as u32 },
            Self::TooLong => Fault::TooLong { max: MAX as u32 },
            Self::LikeLogin | Self::Common | Self::Same => Fault::NotAChoice,
        }
    }
}

/// All hashing places are taken and many wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("busy")]
pub struct Busy;

/// Asks the policy: length and guessability, no recipe of characters and no expiry (NIST SP 800-63B, ASVS 5.0 6.2).
pub fn check(password: &SecretString, login: &Login) -> Result<(), PasswordFault> {
    let text = password.expose_secret();
    match text.chars().count() {
        0 => return Err(PasswordFault::Required),
        length if length < MIN => return Err(PasswordFault::TooShort),
        length if length > MAX => return Err(PasswordFault::TooLong),
        _ => {}
    }
    let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let own = [login.as_str(), "cordblood", "脐血库", "脐带血", "sdcord"];
    if own.iter().any(|word| text.to_lowercase().contains(word)) {
        return Err(PasswordFault::LikeLogin);
    }
    if is_common(&plain) || is_listed(text) || is_monotonous(&text.chars().collect::<Vec<_>>()) {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// Well-known passwords and keyboard walks, as they begin once signs are left out. Lists of leaked passwords that reach
/// twelve characters are mostly these with digits behind them; so what is left without them has to be a password still.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p4ssword",
    "administrator",
    "admin",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "mima",
    "qwertyuiop",
    "qwerty",
    "qazwsxedc",
    "1qaz2wsx3edc4rfv",
    "1qaz2wsx3edc",
    "1qaz2wsx",
    "q1w2e3r4t5y6",
    "q1w2e3r4",
    "zaq12wsx",
    "asdfghjkl",
    "asdfgh",
    "zxcvbnm",
    "abcdefgh",
    "abc123",
    "abcd1234",
    "a1b2c3d4",
    "changeme",
    "default",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "trustno1",
    "superman",
    "master",
    "login",
    "secret",
    "shandong",
    "jinan",
    "hospital",
    "xuezhan",
    "5201314",
    "1314520",
    "147258369",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "123123",
    "111111",
    "888888",
    "666666",
    "000000",
    "987654321",
    "654321",
    "112233",
];

/// The most used passwords, as five bytes of SHA-256 each, sorted: the first 5,000 of any length and the first 10,000 of
/// twelve characters and more (`scripts/parts/common-passwords.mjs` says where they come from). One password in 10⁸ that is
/// none of them looks like one.
static LISTED: &[u8] = include_bytes!("common_passwords.bin");
const LISTED_BYTES: usize = 5;

/// One of the most used passwords, as it is or with digits and signs around it.
fn is_listed(text: &str) -> bool {
    let lower = text.to_lowercase();
    let word = lower.trim_matches(|c: char| !c.is_alphabetic());
    [lower.as_str(), word].into_iter().any(|text| {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let (entries, _) = LISTED.as_chunks::<LISTED_BYTES>();
        entries.binary_search_by(|entry| entry[..].cmp(&hash.as_ref()[..LISTED_BYTES])).is_ok()
    })
}

/// What remains of a text after its well-known pieces are taken out is too little to be a secret.
fn is_common(plain: &str) -> bool {
    let mut rest = plain.to_owned();
    for piece in COMMON {
        rest = rest.replace(piece, "");
    }
    let years = rest.strip_prefix("19").or_else(|| rest.strip_prefix("20")).is_some_and(|tail| tail.len() <= 6);
    rest.len() < plain.len() && (rest.chars().count() < 5 || (years && rest.chars().all(|c| c.is_ascii_digit())))
}

/// Few different characters, one piece repeated, or a run along the alphabet or the digits.
fn is_monotonous(text: &[char]) -> bool {
    let different: BTreeSet<_> = text.iter().collect();
    let repeats =
        (1..=text.len() / 2).any(|period| period <= 5 && text.iter().zip(&text[period..]).all(|(a, b)| a == b));
    let steps = text.windows(2).filter(|pair| (pair[1] as i64 - pair[0] as i64).abs() == 1).count();
    different.len() < 5 || repeats || steps * 4 >= (text.len() - 1) * 3
}

fn hasher() -> Argon2<'static> {
    let (memory, passes, lanes) = PARAMS;
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(memory, passes, lanes, None).unwrap_or(Params::DEFAULT),
    )
}

/// Runs hashing work on a thread of its own, two at a time.
async fn gated<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
    let permit = tokio::time::timeout(PATIENCE, GATE.acquire()).await.map_err(|_| Busy)?.map_err(|_| Busy)?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Busy);
    drop(permit);
    done
}

/// The PHC string of a password under a fresh salt.
pub async fn hash(password: &SecretString) -> Result<String, Busy> {
    let (password, salt) = (password.clone(), crate::crypto::random::<16>());
    let made = gated(move || hasher().hash_password_with_salt(password.expose_secret().as_bytes(), &salt)).await?;
    // Fails only for passwords of 4 GiB, which the policy refuses.
    made.map(|hash| hash.to_string()).map_err(|_| Busy)
}

/// Whether the password is the one of `phc`; for nobody (`None`) the same work is done and the answer is no.
pub async fn verify(password: &SecretString, phc: Option<&str>) -> Result<bool, Busy> {
    // Too long to be anybody's: not hashed at full length, but hashed, and then refused whatever stands before the cut.
    let length = password.expose_secret().len();
    let (password, known) = (password.clone(), phc.is_some() && length <= LONGEST_ATTEMPT);
    let phc = phc.map_or_else(|| nobody().to_owned(), str::to_owned);
    let right = gated(move || {
        let text = password.expose_secret();
        let text = &text[..text.floor_char_boundary(LONGEST_ATTEMPT)];
        hasher().verify_password(text.as_bytes(), phc.as_str()).is_ok()
    })
    .await?;
    Ok(right && known)
}

/// The hash of a password nobody knows, with the parameters of all others.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| {
        use base64::Engine;
        let part = |bytes: &[u8]| base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
        let (memory, passes, lanes) = PARAMS;
        let (salt, hash) = (crate::crypto::random::<16>(), crate::crypto::random::<32>());
        format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}", part(&salt), part(&hash))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Result<(), PasswordFault> {
        check(&text.into(), &Login::parse("zhang.san").expect("a login"))
    }

    #[test]
    fn the_policy_wants_length_and_refuses_the_obvious() {
        assert_eq!(ask(""), Err(PasswordFault::Required));
        assert_eq!(ask("elevenchars"), Err(PasswordFault::TooShort));
        assert_eq!(ask(&"ab1".repeat(60)), Err(PasswordFault::TooLong));
        assert_eq!(ask("xx-Zhang.San-9931"), Err(PasswordFault::LikeLogin));
        for text in [
            "password1234",
            "Password@2026",
            "admin123456789",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "abcdefghijkl",
            "123456789012",
            "1qaz2wsx3edc",
            "qwertyuiop123",
            "Welcome-20260728",
            "121212121212",
        ] {
            assert_eq!(ask(text), Err(PasswordFault::Common), "{text}");
        }
        for text in ["correct horse battery", "泉城的冬天有雪也有太阳和风", "k7#mQ2v!pL9x", "my admin is a cat 77"]
        {
            assert_eq!(ask(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn the_most_used_passwords_are_refused_with_and_without_digits_around_them() {
        let (entries, rest) = LISTED.as_chunks::<LISTED_BYTES>();
        assert!(entries.len() > 13_000 && rest.is_empty() && entries.is_sorted(), "{}", entries.len());
        // None of them has a piece of the list above, and all are long enough.
        for text in ["Mailcreated5240", "sojdlg123aljg", "LeaveMeAlone", "websolutions", "gfhjkmgfhjkm"] {
            assert_eq!(ask(text), Err(PasswordFault::Common), "{text}");
        }
        for text in ["Liverpool-1892!", "2026.metallica.", "1357 chelsea 2468"] {
            assert_eq!(ask(text), Err(PasswordFault::Common), "{text}");
        }
        assert_eq!(ask("liverpool by the sea"), Ok(()));
    }

    #[tokio::test]
    async fn a_password_verifies_and_nobody_never_does() {
        let phc = hash(&"correct horse battery".into()).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify(&"correct horse battery".into(), Some(&phc)).await, Ok(true));
        assert_eq!(verify(&"correct horse batterz".into(), Some(&phc)).await, Ok(false));
        assert_eq!(verify(&"correct horse battery".into(), None).await, Ok(false));
        let longest = "🔥".repeat(MAX);
        let phc = hash(&longest.clone().into()).await.expect("hashed");
        assert_eq!(verify(&longest.clone().into(), Some(&phc)).await, Ok(true));
        assert_eq!(verify(&format!("{longest}x").into(), Some(&phc)).await, Ok(false), "what is behind it counts");
        let parsed = argon2::PasswordHash::new(nobody()).expect("a PHC string");
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1", "nobody costs what everybody costs");
    }
}
