//! One-time codes: six digits that prove a telephone or a mailbox.
//!
//! A code lives ten minutes, bears five attempts and belongs to one subject (a sign-in, a booking draft); a subject has
//! one code, the newest. The digits are kept as a keyed hash bound to purpose and subject, and travel to the messenger
//! sealed. Whose contact it is, or whether anybody has an account with it, is no question here.

use super::contact_index;
use crate::audit::{self, Entry};
use crate::context::{Context, Services, new_uuid};
use crate::crypto::{CryptoError, Place, Vault, random};
use crate::db::{Tx, to_the_end};
use crate::limits::{self, LimitError, Network};
use domain::account::parse_code;
use domain::contact::{Contact, ContactText};
use domain::field::Fault;
use domain::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use store::account::codes as rows;
use uuid::Uuid;

/// How long a code may be used.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How long before another code may go to the same contact for the same subject.
pub const COOLDOWN: SignedDuration = SignedDuration::from_secs(60);
/// Guesses a code bears.
pub const ATTEMPTS: u32 = 5;

/// What a code is for. A code of one purpose never serves another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// A visitor signs in.
    SignIn,
    /// A booking's contact is proven.
    Booking,
    /// An account is given another contact.
    Contact,
    /// A visitor who is signed in proves again who it is.
    Proof,
    /// The contact of a request for the science bus is proven.
    Bus,
    /// The contact of a group's request is proven.
    Group,
    /// The contact of an application as an ambassador is proven.
    Ambassador,
}

impl Purpose {
    /// As stored and in messages' template names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Booking => "booking",
            Self::Contact => "contact",
            Self::Proof => "proof",
            Self::Bus => "bus",
            Self::Group => "group",
            Self::Ambassador => "ambassador",
        }
    }
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The last one is younger than [`COOLDOWN`]. It still counts.
    #[error("a code was sent moments ago")]
    TooSoon {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Too many codes to this contact, from this network or in the whole house.
    #[error("too many codes")]
    Limited {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for IssueError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited { retry_after: u64::from(limited.retry_seconds()) },
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not six digits. Costs no attempt.
    #[error("not a code")]
    Shape,
    /// Not the code that was sent.
    #[error("wrong code, {left} tries left")]
    Wrong {
        /// Tries left before a new code is needed.
        left: u32,
    },
    /// There is no code to be used: too old, used, tried too often, replaced, sent to another contact, or never sent.
    #[error("no code to be used")]
    Expired,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl VerifyError {
    /// What the code's field says, when it is the visitor who can do something about it.
    pub const fn fault(&self) -> Option<Fault> {
        match self {
            Self::Shape => Some(Fault::CodeShape),
            Self::Wrong { left } => Some(Fault::CodeWrong { left: *left }),
            Self::Expired => Some(Fault::CodeExpired),
            Self::Database(_) => None,
        }
    }
}

/// Sends a code for `subject` to `contact`. The code before it stops counting.
pub async fn issue(
    services: &Services,
    context: &Context,
    purpose: Purpose,
    subject: Uuid,
    contact: &Contact,
) -> Result<(), IssueError> {
    let index = contact_index(&services.vault, contact);
    let last = rows::last_made(&services.db, purpose.name(), subject, &index).await?;
    issue_after(services, context, purpose, subject, contact, last.map(|at| at.to_jiff())).await
}

/// Sends a code to a contact that is to be the account's: another one of a visitor, the address of a member of staff.
pub(super) async fn issue_to_add(
    services: &Services,
    context: &Context,
    account: AccountId,
    contact: &Contact,
    network: &Network,
) -> Result<(), IssueError> {
    let bucket = account.to_string();
    let hits = [(&limits::CODE_PER_NETWORK, network.as_str()), (&limits::CONTACT_PER_ACCOUNT, bucket.as_str())];
    limits::hit_all(services, &hits).await?;
    issue(services, context, Purpose::Contact, account.0, contact).await
}

/// [`issue`] for a caller who knows when a code of this subject went to this contact last.
pub(crate) async fn issue_after(
    services: &Services,
    context: &Context,
    purpose: Purpose,
    subject: Uuid,
    contact: &Contact,
    last: Option<Timestamp>,
) -> Result<(), IssueError> {
    // Asked before the limits, so that an impatient second click costs nothing; decided for good by `put` below.
    if let Some(last) = last.filter(|last| context.now < *last + COOLDOWN) {
        return Err(too_soon(last, context.now));
    }
    let (services, context, contact) = (services.clone(), context.clone(), contact.clone());
    to_the_end(async move { issue_now(&services, &context, purpose, subject, &contact).await }).await
}

async fn issue_now(
    services: &Services,
    context: &Context,
    purpose: Purpose,
    subject: Uuid,
    contact: &Contact,
) -> Result<(), IssueError> {
    let (now, vault) = (context.now, &services.vault);
    let bucket = contact.comparable();
    let hits = [
        (&limits::CODE_PER_CONTACT, &*bucket),
        (&limits::CODE_PER_CONTACT_DAY, &*bucket),
        (&limits::CODE_EVERYWHERE, ""),
    ];
    limits::hit_all(services, &hits).await?;

    let (id, code) = (new_uuid(now), six_digits());
    let fresh = rows::NewCode {
        id,
        purpose: purpose.name(),
        subject,
        contact_index: &contact_index(vault, contact),
        contact_sealed: &seal_contact(vault, id, contact),
        code_hash: &hash(vault, purpose, subject, &code),
        now,
        expires_at: now + LIFETIME,
        job: new_uuid(now),
        job_payload: &crate::messages::code_job(services, context, contact, &code)?,
    };
    if !rows::put(&services.db, fresh, now - COOLDOWN).await? {
        return Err(too_soon(now, now));
    }
    services.job_bell.notify_one();
    Ok(())
}

fn too_soon(last: Timestamp, now: Timestamp) -> IssueError {
    let wait = ((last + COOLDOWN).duration_since(now).as_millis() + 999) / 1000;
    IssueError::TooSoon { retry_after: u64::try_from(wait).unwrap_or(0).max(1) }
}

/// Tries the code that went to `contact`. Right: it is used up, and a draft has its contact proven; answers
/// whether it has. Wrong: one of five attempts is spent, whatever number of guesses arrive at once.
pub async fn verify(
    services: &Services,
    context: &Context,
    purpose: Purpose,
    subject: Uuid,
    contact: &Contact,
    text: &str,
) -> Result<bool, VerifyError> {
    let (services, now, text) = (services.clone(), context.now, text.to_owned());
    let index = contact_index(&services.vault, contact);
    to_the_end(async move {
        let mut connection = services.db.acquire().await?;
        let guess = Guess { purpose, subject, contact_index: Some(&index), text: &text };
        verify_in(&mut connection, &services.vault, now, guess).await.map(|proven| proven.draft)
    })
    .await
}

/// What somebody says the code is.
#[derive(Clone, Copy)]
struct Guess<'a> {
    purpose: Purpose,
    subject: Uuid,
    /// To whom the code must have gone, if that is known.
    contact_index: Option<&'a [u8]>,
    /// As typed.
    text: &'a str,
}

/// What a right code proved.
#[derive(Debug)]
pub(super) struct Proven {
    /// The code's row.
    id: Uuid,
    sealed: Vec<u8>,
    /// The keyed hash of the contact the code went to.
    pub contact_index: Vec<u8>,
    /// It is the contact of the draft that the code was for.
    draft: bool,
}

impl Proven {
    /// The contact the code went to.
    pub fn contact(&self, vault: &Vault) -> Result<Contact, CryptoError> {
        let plain = vault.open_sealed(contact_place(self.id), &self.sealed)?;
        let text: ContactText = serde_json::from_slice(&plain).map_err(|_| CryptoError::NotAuthentic)?;
        Contact::try_from(text).map_err(|_| CryptoError::NotAuthentic)
    }
}

/// Tries the code of `subject`, as typed, in a transaction that goes on with what the code permits. One that is not taken is
/// written down at once, with what the trail says of it (`refused`): rolled back, the guess would not have counted.
pub(super) async fn prove<E>(
    services: &Services,
    context: &Context,
    (purpose, subject): (Purpose, Uuid),
    (code, network): (&str, &Network),
    refused: Option<Entry>,
) -> Result<(Tx, Proven), E>
where
    E: From<LimitError> + From<VerifyError> + From<sqlx::Error>,
{
    limits::hit(services, &limits::CODE_TRIES_PER_NETWORK, network.as_str()).await?;
    let mut tx = services.begin().await?;
    let guess = Guess { purpose, subject, contact_index: None, text: code };
    match verify_in(&mut tx, &services.vault, context.now, guess).await {
        Ok(proven) => Ok((tx, proven)),
        Err(error) => {
            let guessed = matches!(error, VerifyError::Wrong { .. } | VerifyError::Expired);
            if let Some(entry) = refused.filter(|_| guessed) {
                audit::record(&mut tx, context, &[entry]).await?;
            }
            tx.commit().await?;
            Err(error.into())
        }
    }
}

/// [`verify`] in the caller's transaction. The caller commits after a wrong guess too.
async fn verify_in(
    db: &mut PgConnection,
    vault: &Vault,
    now: Timestamp,
    guess: Guess<'_>,
) -> Result<Proven, VerifyError> {
    let code = parse_code(guess.text).map_err(|_| VerifyError::Shape)?;
    let hash = hash(vault, guess.purpose, guess.subject, &code);
    let (purpose, contact) = (guess.purpose.name(), guess.contact_index);
    let found = rows::guess(db, purpose, guess.subject, contact, &hash, now, ATTEMPTS as i32).await?;
    let Some(found) = found else {
        tracing::info!(purpose, "a code was tried, and there is none to be used");
        return Err(VerifyError::Expired);
    };
    if !found.right {
        tracing::info!(purpose, "a wrong code");
        return Err(VerifyError::Wrong { left: ATTEMPTS.saturating_sub(found.attempts.unsigned_abs()) });
    }
    let sealed = found.contact_sealed.ok_or(VerifyError::Expired)?;
    Ok(Proven { id: found.id, sealed, contact_index: found.contact_index, draft: found.draft_proven })
}

fn seal_contact(vault: &Vault, code_id: Uuid, contact: &Contact) -> Vec<u8> {
    let text = serde_json::json!(ContactText::from(contact)).to_string();
    vault.seal(contact_place(code_id), text.as_bytes())
}

const fn contact_place(code_id: Uuid) -> Place {
    Place { table: "one_time_code", column: "contact_sealed", row: code_id }
}

/// What is kept of a code.
fn hash(vault: &Vault, purpose: Purpose, subject: Uuid, code: &str) -> [u8; 32] {
    vault.mac("one-time code", format!("{}\0{subject}\0{code}", purpose.name()).as_bytes())
}

/// A million codes, each as likely as any other.
fn six_digits() -> String {
    loop {
        let number = u32::from_le_bytes(random());
        // The largest multiple of a million below 2³²: above it the low codes would come up more often.
        if number < 4_294_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_digits_and_reach_both_ends() {
        let codes: Vec<String> = (0..20_000).map(|_| six_digits()).collect();
        assert!(codes.iter().all(|code| parse_code(code).as_deref() == Ok(code)));
        let tenth = |digit: char| codes.iter().filter(|code| code.starts_with(digit)).count();
        for digit in '0'..='9' {
            // 2,000 expected, standard deviation 42: seven of them never happen by chance.
            assert!((1700..2300).contains(&tenth(digit)), "{digit}: {}", tenth(digit));
        }
    }
}
