//! What comes before a first session: a second factor is enrolled, a password that somebody else knows is replaced.
//!
//! Between the two forms everything lives in the browser, sealed: the database learns a telephone's secret only when a
//! code of it was shown, and a credential that has changed meanwhile makes it void.

use super::password::{self, PasswordFault};
use super::sessions::SignedIn;
use super::sign_in::{SignInError, admit, audit_sign_in, secret_place};
use super::totp::{self, Factor, Secret};
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Place, Vault};
use crate::db::to_the_end;
use crate::limits;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::account::{Actor, Denied, Login};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx;
use store::account::staff as rows;
use uuid::Uuid;

/// How long the enrolment of a second factor may take.
const ENROLMENT: SignedDuration = SignedDuration::from_mins(10);

/// What a person has to do before being signed in. All of it may be shown to that person, and to nobody else.
#[derive(Clone)]
pub struct Enrolment {
    /// Sealed; the form carries it (in a hidden field, never in the URL).
    pub token: String,
    /// A second factor to be enrolled: show the QR code and ask for a first code.
    pub factor: Option<NewFactor>,
    /// Somebody else knows the password: the form asks for a new one.
    pub choose_password: bool,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A second factor to be enrolled.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFactor {
    /// For the QR code.
    pub uri: String,
    /// For typing.
    pub secret: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// An enrolment between its two forms.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    login: String,
    /// Of the second factor, if one is to be enrolled.
    secret: Option<String>,
    pub choose_password: bool,
    changed_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip)]
    account: Uuid,
}

impl Pending {
    pub fn new(credential: &rows::CredentialRow, login: &Login, now: Timestamp) -> Self {
        Self {
            login: login.as_str().to_owned(),
            secret: (!credential.totp_confirmed).then(|| STANDARD.encode(Secret::generate().as_bytes())),
            choose_password: credential.password_temporary,
            changed_at: credential.changed_at.to_jiff(),
            expires_at: now + ENROLMENT,
            account: credential.account_id,
        }
    }

    const fn place(account: Uuid) -> Place {
        Place { table: "staff_credential", column: "enrolment", row: account }
    }

    /// A second factor is part of it.
    pub const fn has_factor(&self) -> bool {
        self.secret.is_some()
    }

    fn secret(&self) -> Result<Option<Secret>, CryptoError> {
        let Some(text) = &self.secret else { return Ok(None) };
        let bytes = STANDARD.decode(text).map_err(|_| CryptoError::NotAuthentic)?;
        Secret::from_bytes(&bytes).map(Some).ok_or(CryptoError::NotAuthentic)
    }

    fn login(&self) -> Result<Login, CryptoError> {
        Login::parse(&self.login).map_err(|_| CryptoError::NotAuthentic)
    }

    pub fn show(&self, vault: &Vault) -> Result<Enrolment, CryptoError> {
        let plain = serde_json::to_vec(self).map_err(|_| CryptoError::NotAuthentic)?;
        let mut token = self.account.into_bytes().to_vec();
        token.extend(vault.seal(Self::place(self.account), &plain));
        let login = self.login()?;
        let factor = |secret: Secret| NewFactor { uri: secret.uri(&login), secret: secret.base32() };
        Ok(Enrolment {
            token: URL_SAFE_NO_PAD.encode(token),
            factor: self.secret()?.map(factor),
            choose_password: self.choose_password,
            expires_at: self.expires_at,
        })
    }

    fn open(vault: &Vault, token: &str, now: Timestamp) -> Result<Self, SignInError> {
        let over = SignInError::EnrolmentOver;
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return Err(over) };
        let Some((account, sealed)) = bytes.split_at_checked(16) else { return Err(over) };
        let Ok(account) = Uuid::from_slice(account) else { return Err(over) };
        let opened = vault.open_sealed(Self::place(account), sealed).ok();
        let Some(pending) = opened.and_then(|plain| serde_json::from_slice::<Self>(&plain).ok()) else {
            return Err(over);
        };
        if pending.expires_at <= now { Err(over) } else { Ok(Self { account, ..pending }) }
    }
}

/// The enrolment of a token, to show its page again (after a wrong code).
pub fn enrolment(services: &Services, context: &Context, token: &str) -> Result<Enrolment, SignInError> {
    Ok(Enrolment {
        token: token.to_owned(),
        ..Pending::open(&services.vault, token, context.now)?.show(&services.vault)?
    })
}

/// Somebody has enrolled and is signed in.
#[derive(Debug)]
pub struct Enrolled {
    /// The session.
    pub signed_in: SignedIn,
    /// With a new second factor: shown once, to be printed or written down.
    pub recovery_codes: Option<RecoveryCodes>,
}

/// Recovery codes on their way to the page that shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryCodes({} codes)", self.0.len())
    }
}

impl RecoveryCodes {
    async fn renew(db: &mut PgConnection, vault: &Vault, account: Uuid, now: Timestamp) -> sqlx::Result<Self> {
        let codes: Vec<String> = std::iter::repeat_with(totp::recovery_code).take(totp::RECOVERY_CODES).collect();
        let hashes: Vec<_> = codes.iter().map(|c| totp::recovery_hash(vault, account, &c.replace('-', ""))).collect();
        rows::replace_recovery_codes(db, account, &hashes, now).await?;
        Ok(Self(codes))
    }
}

/// Ends the enrolment: the telephone's first code, a new password where somebody else knows the present one, or both; then
/// the person is signed in. Done once: a second window with the same enrolment is told that it is over.
pub async fn confirm_enrolment(
    services: &Services,
    context: &Context,
    token: &str,
    code: &str,
    new_password: Option<&SecretString>,
    label: &str,
) -> Result<Enrolled, SignInError> {
    let pending = Pending::open(&services.vault, token, context.now)?;
    let (services, context, code, label) = (services.clone(), context.clone(), code.to_owned(), label.to_owned());
    let new_password = new_password.cloned();
    to_the_end(async move {
        // Who holds the token knows the secret in it; the limit is for what the hashing below costs.
        let bucket = format!("enrolment {}", pending.account);
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &bucket).await?;
        let factor = match pending.secret()? {
            Some(secret) => Some(first_code(secret, &code, context.now)?),
            None => None,
        };
        let password_hash = match pending.choose_password {
            true => Some(chosen_password(&services, &pending, new_password.as_ref()).await?),
            false => None,
        };
        let mut transaction = services.begin().await?;
        let enrolled = match factor {
            Some(factor) => {
                let codes = keep_factor(&mut transaction, &services, &context, &pending, factor, password_hash).await?;
                let signed_in = admit(&mut transaction, &context, pending.account, &label, "enrolment").await?;
                Enrolled { signed_in, recovery_codes: Some(codes) }
            }
            None => {
                let phc = password_hash.ok_or(SignInError::EnrolmentOver)?;
                keep_password(&mut transaction, &context, &pending, &phc).await?;
                let signed_in = admit(&mut transaction, &context, pending.account, &label, "new_password").await?;
                Enrolled { signed_in, recovery_codes: None }
            }
        };
        transaction.commit().await?;
        Ok(enrolled)
    })
    .await
}

/// A telephone that has shown its first code, and that code's step.
fn first_code(secret: Secret, code: &str, now: Timestamp) -> Result<(Secret, i64), SignInError> {
    let step = match Factor::parse(code) {
        Factor::Code(code) => secret.check(&code, now),
        Factor::Recovery(_) | Factor::Nothing => None,
    };
    step.map(|step| (secret, step)).ok_or(SignInError::WrongCode)
}

/// The hash of the person's new password: one that the policy takes, and not the one that somebody else knows.
async fn chosen_password(
    services: &Services,
    pending: &Pending,
    chosen: Option<&SecretString>,
) -> Result<String, SignInError> {
    let chosen = chosen.ok_or(PasswordFault::Required)?;
    password::check(chosen, &pending.login()?)?;
    let present = rows::credential(&services.db, pending.account).await?.ok_or(SignInError::EnrolmentOver)?;
    if password::verify(chosen, Some(&present.password_hash)).await? {
        return Err(PasswordFault::Same.into());
    }
    Ok(password::hash(chosen).await?)
}

/// Keeps a second factor, and with it a new password; the codes for its loss.
async fn keep_factor(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    pending: &Pending,
    (secret, step): (Secret, i64),
    password_hash: Option<String>,
) -> Result<RecoveryCodes, SignInError> {
    let (account, read_at) = (pending.account, pending.changed_at.to_sqlx());
    let sealed = services.vault.seal(secret_place(account), secret.as_bytes());
    let phc = password_hash.as_deref();
    if !rows::confirm_totp(&mut *db, account, &sealed, step, read_at, phc, context.now).await? {
        return Err(SignInError::EnrolmentOver);
    }
    let codes = RecoveryCodes::renew(db, &services.vault, account, context.now).await?;
    audit_sign_in(db, context, "staff.enrolled", Some(account), json!({ "password": phc.is_some() })).await?;
    Ok(codes)
}

/// Keeps a new password beside the second factor that is there.
async fn keep_password(
    db: &mut PgConnection,
    context: &Context,
    pending: &Pending,
    phc: &str,
) -> Result<(), SignInError> {
    let (account, read_at) = (pending.account, pending.changed_at.to_sqlx());
    if !rows::set_password(&mut *db, account, phc, read_at, context.now).await? {
        return Err(SignInError::EnrolmentOver);
    }
    audit_sign_in(db, context, "staff.password_changed", Some(account), json!({})).await?;
    Ok(())
}

/// New recovery codes in the place of all former ones; the second factor must be fresh (ten minutes).
pub async fn renew_recovery_codes(services: &Services, context: &Context) -> Result<RecoveryCodes, SignInError> {
    let Actor::Staff { account, stepped_up_at, .. } = &context.actor else { return Err(Denied::NotAllowed.into()) };
    let fresh = stepped_up_at.is_some_and(|at| context.now.duration_since(at) <= SignedDuration::from_mins(10));
    if !fresh {
        return Err(Denied::StepUpNeeded.into());
    }
    let (services, context, account) = (services.clone(), context.clone(), account.0);
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        let codes = RecoveryCodes::renew(&mut transaction, &services.vault, account, context.now).await?;
        audit_sign_in(&mut transaction, &context, "staff.recovery_codes_renewed", Some(account), json!({})).await?;
        transaction.commit().await?;
        Ok(codes)
    })
    .await
}
