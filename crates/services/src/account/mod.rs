//! People and machines that sign in: visitors by a one-time code, staff by password and second factor, machines by
//! client secret; their sessions and tokens; what a person may ask of us about themselves.
//!
//! Nothing here answers whether an account exists: the same statements run, the same answers come, and where a password
//! is looked at, the same hashing is paid for. Every change of state writes its audit entry in its own transaction.

pub mod clients;
pub mod codes;
pub mod contacts;
pub mod enrolment;
pub mod erase;
pub(crate) mod forms;
pub mod passkeys;
pub mod password;
pub mod proof;
pub mod second;
pub mod sessions;
pub mod sign_in;
pub mod staff;
mod ticket;
pub mod tokens;
pub mod totp;
pub mod visitors;
pub mod webauthn;
pub mod work_mail;

use crate::audit::Entry;
use crate::context::Services;
use crate::crypto::{CryptoError, Place, Vault};
use crate::limits::{LimitError, Limited};
use domain::account::Denied;
use domain::contact::{Contact, MailAddress, Phone};
use domain::field::Fault;
use jiff::SignedDuration;
use serde_json::Value;
use uuid::Uuid;

/// Why something about an account was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or it is not yours.
    #[error("not found")]
    NotFound,
    /// A field cannot be taken as it is.
    #[error("field {field}: {fault:?}")]
    Field {
        /// The input's name.
        field: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The password cannot be taken.
    #[error("password: {0}")]
    Password(#[from] password::PasswordFault),
    /// Without this person nobody could make staff accounts any more.
    #[error("the last operator has to stay one")]
    LastOperator,
    /// Somebody else changed it at the same time: look again.
    #[error("changed meanwhile")]
    Changed,
    /// Bookings of sessions that are not over, or requests for the bus that are under way, stand in the way.
    #[error("{count} live bookings")]
    LiveBookings {
        /// How many.
        count: usize,
    },
    /// A booking could not be cancelled, so nothing was deleted.
    #[error("a live booking could not be cancelled")]
    NotCancelled,
    /// An application to the Spark Project is dealt with, so nothing was deleted.
    #[error("a live case")]
    LiveCase,
    /// The password or the second factor shown with the change was wrong.
    #[error("not confirmed")]
    NotConfirmed,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The house is too busy to hash passwords now: again in a few seconds.
    #[error("busy")]
    Busy,
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for AccountError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

impl From<password::Busy> for AccountError {
    fn from(_: password::Busy) -> Self {
        Self::Busy
    }
}

/// The keyed hash of a contact, the same in every table that looks people up by one.
pub fn contact_index(vault: &Vault, contact: &Contact) -> Vec<u8> {
    vault.blind_index("contact", &contact.comparable())
}

/// Where an account's own values are sealed.
pub(crate) const fn place(column: &'static str, account: Uuid) -> Place {
    Place { table: "account", column, row: account }
}

/// The text of a sealed value of an account.
pub(crate) fn open_text(vault: &Vault, place: Place, sealed: &[u8]) -> Result<String, CryptoError> {
    String::from_utf8(vault.open_sealed(place, sealed)?).map_err(|_| CryptoError::NotAuthentic)
}

/// The phone of an account as stored.
pub(crate) fn open_phone(vault: &Vault, account: Uuid, sealed: &[u8]) -> Result<Phone, CryptoError> {
    let text = open_text(vault, place("phone_sealed", account), sealed)?;
    Phone::parse(&text).map_err(|_| CryptoError::NotAuthentic)
}

/// The mail address of an account as stored.
pub(crate) fn open_mail(vault: &Vault, account: Uuid, sealed: &[u8]) -> Result<MailAddress, CryptoError> {
    let text = open_text(vault, place("mail_sealed", account), sealed)?;
    MailAddress::parse(&text).map_err(|_| CryptoError::NotAuthentic)
}

/// An audit entry about an account.
pub(crate) fn about_account(action: &'static str, account: Option<Uuid>, detail: Value) -> Entry {
    Entry { action, subject_kind: "account", subject: account, detail }
}

/// SHA-256 of a value that is itself 256 random bits: nothing slower protects it better.
pub(crate) fn hash_token(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref());
    hash
}

/// 256 random bits as 43 characters that fit into a cookie, a header and a form.
pub(crate) fn random_token() -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(crate::crypto::random::<32>())
}

/// What one round of the sweep forgot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Codes that ended an hour ago.
    pub codes: u64,
    /// Sessions that ended 30 days ago.
    pub sessions: u64,
    /// Refresh tokens of grants that ended 30 days ago.
    pub refresh_tokens: u64,
    /// Challenges no passkey answered.
    pub challenges: u64,
    /// Windows of limits nobody looks at any more.
    pub windows: u64,
}

/// Forgets what has ended. For a job that runs every hour; running it twice does no harm.
pub async fn sweep(services: &Services) -> sqlx::Result<Swept> {
    let now = services.clock.now();
    let before = |hours| now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(jiff::Timestamp::MIN);
    Ok(Swept {
        codes: store::account::codes::remove_ended(&services.db, before(1)).await?,
        sessions: store::account::sessions::remove_ended(&services.db, before(24 * 30)).await?,
        refresh_tokens: store::account::tokens::remove_ended(&services.db, before(24 * 30)).await?,
        challenges: store::account::passkeys::remove_old_challenges(&services.db).await?,
        windows: crate::limits::sweep(services).await?,
    })
}
