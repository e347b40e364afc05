//! What comes before a first session: a second factor is enrolled, a password that somebody else knows is replaced.
//!
//! Between the two forms everything lives in the browser, sealed: the database learns a telephone's secret only when a
//! code of it was shown, and a credential that has changed meanwhile makes it void.

use super::passkeys::{self, Purpose};
use super::password::{self, PasswordFault};
use super::sessions::SignedIn;
use super::sign_in::{Shown, SignInError, admit, audit_sign_in, secret_place};
use super::totp::{self, Factor, Secret};
use super::webauthn::Registered;
use super::{AccountError, ticket};
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Vault};
use crate::db::to_the_end;
use crate::limits;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::account::{Actor, Denied, Login, PasskeyName};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::ToSqlx;
use store::account::{people, staff as rows};
use uuid::Uuid;

/// How long the enrolment of a second factor may take.
const ENROLMENT: SignedDuration = SignedDuration::from_mins(10);
/// What is sealed is for nothing else.
const PURPOSE: &str = "enrolment";
/// What a passkey is called whose browser says nothing of itself.
const UNNAMED: &str = "通行密钥";

/// What a person has to do before being signed in. All of it may be shown to that person, and to nobody else.
#[derive(Clone)]
pub struct Enrolment {
    /// Sealed; the form carries it (in a hidden field, never in the URL).
    pub token: String,
    /// A second factor to be enrolled: show the QR code and ask for a first code, or have a passkey made instead.
    pub factor: Option<NewFactor>,
    /// Passkeys can be made here: the site is found under a name.
    pub passkeys: bool,
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
            secret: (!credential.has_factor()).then(|| STANDARD.encode(Secret::generate().as_bytes())),
            choose_password: credential.password_temporary,
            changed_at: credential.changed_at.to_jiff(),
            expires_at: now + ENROLMENT,
            account: credential.account_id,
        }
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

    pub fn show(&self, services: &Services) -> Result<Enrolment, CryptoError> {
        let login = self.login()?;
        let factor = |secret: Secret| NewFactor { uri: secret.uri(&login), secret: secret.base32() };
        Ok(Enrolment {
            token: ticket::seal(&services.vault, PURPOSE, self.account, self)?,
            factor: self.secret()?.map(factor),
            passkeys: passkeys::party(services).can_have_passkeys(),
            choose_password: self.choose_password,
            expires_at: self.expires_at,
        })
    }

    fn open(vault: &Vault, token: &str, now: Timestamp) -> Result<Self, SignInError> {
        let over = SignInError::EnrolmentOver;
        let Some((account, pending)) = ticket::open::<Self>(vault, PURPOSE, token) else { return Err(over) };
        if pending.expires_at <= now { Err(over) } else { Ok(Self { account, ..pending }) }
    }
}

/// The enrolment of a token, to show its page again (after a wrong code).
pub fn enrolment(services: &Services, context: &Context, token: &str) -> Result<Enrolment, SignInError> {
    Ok(Enrolment { token: token.to_owned(), ..Pending::open(&services.vault, token, context.now)?.show(services)? })
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

/// What the browser is to make a first passkey with.
pub async fn passkey_options(services: &Services, context: &Context, token: &str) -> Result<Value, AccountError> {
    let pending = Pending::open(&services.vault, token, context.now).map_err(|_| AccountError::NotFound)?;
    if !pending.has_factor() {
        return Err(AccountError::NotFound);
    }
    let key = Purpose::First.key(pending.account, pending.account);
    passkeys::creation_options(services, &pending.login()?, key).await
}

/// A second factor that was just shown for the first time.
enum First {
    /// A telephone, and the step of its code.
    Telephone(Secret, i64),
    /// A passkey, and what it is called at first: its browser.
    Passkey(Registered, PasskeyName),
}

/// Ends the enrolment: the telephone's first code or a passkey, a new password where somebody else knows the present one,
/// or both; then the person is signed in. Done once: a second window with the same enrolment is told that it is over.
pub async fn confirm_enrolment(
    services: &Services,
    context: &Context,
    token: &str,
    shown: Shown,
    new_password: Option<&SecretString>,
    label: &str,
) -> Result<Enrolled, SignInError> {
    let pending = Pending::open(&services.vault, token, context.now)?;
    let (services, context, label) = (services.clone(), context.clone(), label.to_owned());
    let new_password = new_password.cloned();
    to_the_end(async move {
        // Who holds the token knows the secret in it; the limit is for what the hashing below costs.
        let bucket = format!("enrolment {}", pending.account);
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &bucket).await?;
        let telephone = match (pending.secret()?, &shown) {
            (Some(secret), Shown::Code(code)) => Some(first_code(secret, code.expose_secret(), context.now)?),
            _ => None,
        };
        let password_hash = match pending.choose_password {
            true => Some(chosen_password(&services, &pending, new_password.as_ref()).await?),
            false => None,
        };
        // After the password, which may be refused: a passkey's challenge is spent when it is looked at.
        let factor = match shown {
            Shown::Passkey(answer) if pending.has_factor() => {
                Some(first_passkey(&services, &pending, &answer, &label).await?)
            }
            _ => telephone,
        };
        let mut transaction = services.begin().await?;
        people::lock(&mut transaction, pending.account).await?.ok_or(SignInError::EnrolmentOver)?;
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

/// A passkey that answers the enrolment's challenge.
async fn first_passkey(
    services: &Services,
    pending: &Pending,
    answer: &str,
    label: &str,
) -> Result<First, SignInError> {
    let challenge = passkeys::take(services, Purpose::First.key(pending.account, pending.account)).await?;
    let passkey = passkeys::read_new(services, challenge.as_deref(), answer)?;
    let name: String = label.chars().take(PasskeyName::MAX).collect();
    let name = PasskeyName::parse(&name).or_else(|_| PasskeyName::parse(UNNAMED));
    Ok(First::Passkey(passkey, name.map_err(|_| SignInError::EnrolmentOver)?))
}

/// A telephone that has shown its first code, and that code's step.
fn first_code(secret: Secret, code: &str, now: Timestamp) -> Result<First, SignInError> {
    let step = match Factor::parse(code) {
        Factor::Code(code) => secret.check(&code, now),
        Factor::Recovery(_) | Factor::Nothing => None,
    };
    step.map(|step| First::Telephone(secret, step)).ok_or(SignInError::WrongCode)
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
    factor: First,
    password_hash: Option<String>,
) -> Result<RecoveryCodes, SignInError> {
    let (account, read_at) = (pending.account, pending.changed_at.to_sqlx());
    let phc = password_hash.as_deref();
    let kept = match &factor {
        First::Telephone(secret, step) => {
            let sealed = services.vault.seal(secret_place(account), secret.as_bytes());
            rows::confirm_totp(&mut *db, account, &sealed, *step, read_at, phc, context.now).await?
        }
        First::Passkey(..) => rows::confirm_passkey(&mut *db, account, read_at, phc, context.now).await?,
    };
    if !kept {
        return Err(SignInError::EnrolmentOver);
    }
    let by = match &factor {
        First::Telephone(..) => "totp",
        First::Passkey(passkey, name) => {
            passkeys::keep(&mut *db, services, context, (account, name), passkey).await?;
            "passkey"
        }
    };
    let codes = RecoveryCodes::renew(db, &services.vault, account, context.now).await?;
    let detail = json!({ "by": by, "password": phc.is_some() });
    audit_sign_in(db, context, "staff.enrolled", Some(account), detail).await?;
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
        people::lock(&mut transaction, account).await?.ok_or(Denied::NotAllowed)?;
        let codes = RecoveryCodes::renew(&mut transaction, &services.vault, account, context.now).await?;
        audit_sign_in(&mut transaction, &context, "staff.recovery_codes_renewed", Some(account), json!({})).await?;
        transaction.commit().await?;
        Ok(codes)
    })
    .await
}
