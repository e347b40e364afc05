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
    if is_common(&plain) || is_monotonous(&text.chars().collect::<Vec<_>>()) {
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
    let (password, known) = (password.clone(), phc.is_some());
    let phc = phc.map_or_else(|| nobody().to_owned(), str::to_owned);
    let right = gated(move || {
        let text = password.expose_secret();
        // Too long to be taken by the policy: not hashed at full length, but hashed.
        let text = text.get(..text.len().min(MAX * 4)).unwrap_or(text);
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

    #[tokio::test]
    async fn a_password_verifies_and_nobody_never_does() {
        let phc = hash(&"correct horse battery".into()).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify(&"correct horse battery".into(), Some(&phc)).await, Ok(true));
        assert_eq!(verify(&"correct horse batterz".into(), Some(&phc)).await, Ok(false));
        assert_eq!(verify(&"correct horse battery".into(), None).await, Ok(false));
        let parsed = argon2::PasswordHash::new(nobody()).expect("a PHC string");
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1", "nobody costs what everybody costs");
    }
}
