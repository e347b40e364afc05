//! Staff sign in: login, password and second factor in one form; the first time, the second factor is enrolled.
//!
//! Whatever is wrong, the answer is [`SignInError::Refused`]: an unknown login, a wrong password, a wrong code, a login
//! that rests after failures. In each case one attempt is taken, one argon2 hash is computed, one audit entry is
//! written. Attempts are taken before anything is checked, so that parallel guesses count like patient ones.

use super::password::{self, PasswordFault};
use super::sessions::{self, Kind, SignedIn};
use super::totp::{self, Factor, Secret};
use super::{AccountError, about_account};
use crate::audit;
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Place, Vault};
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Limited, Network};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::account::{Actor, Denied, Login};
use domain::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::ToSqlx;
use store::account::staff as rows;
use uuid::Uuid;

/// From the fifth failure in a row a login rests: 30 s, then doubled each time up to 16 min. A success forgets all.
pub const BACKOFF: rows::Backoff = rows::Backoff { after: 5, seconds: 30.0, doublings: 5 };
/// How long the enrolment of a second factor may take.
const ENROLMENT: SignedDuration = SignedDuration::from_mins(10);

/// Why a member of staff was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something was wrong; nobody says what.
    #[error("refused")]
    Refused,
    /// The enrolment took too long, or was done in another window: sign in again.
    #[error("the enrolment is over")]
    EnrolmentOver,
    /// The enrolment's code was not the telephone's.
    #[error("not the telephone's code")]
    WrongCode,
    /// A new password has to be chosen, and this cannot be it.
    #[error("password: {0}")]
    Password(#[from] PasswordFault),
    /// Too often with this login, existing or not, or from this network.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The policy says no: stepping up is for staff who are signed in.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The house is too busy to hash passwords now.
    #[error("busy")]
    Busy,
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for SignInError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

impl From<password::Busy> for SignInError {
    fn from(_: password::Busy) -> Self {
        Self::Busy
    }
}

/// Why a second factor could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum FactorError {
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<FactorError> for SignInError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Crypto(error) => Self::Crypto(error),
            FactorError::Database(error) => Self::Database(error),
        }
    }
}

impl From<FactorError> for AccountError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Crypto(error) => Self::Crypto(error),
            FactorError::Database(error) => Self::Database(error),
        }
    }
}

/// What the form says.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// As typed.
    pub login: String,
    /// As typed.
    pub password: SecretString,
    /// The telephone's code or a recovery code, as typed; empty the first time.
    pub code: SecretString,
    /// What the person will recognise the browser by ([`sessions::label`]).
    pub label: String,
    /// Where the request came from.
    pub network: Network,
}

/// How a sign-in goes on.
#[derive(Debug)]
pub enum SignIn {
    /// Login, password and second factor are right.
    Done(SignedIn),
    /// Login and password are right, and there is no second factor yet: show the QR code and ask for a first code.
    Enrol(Enrolment),
}

/// A second factor to be enrolled. All of it may be shown to the person who signs in, and to nobody else.
#[derive(Clone)]
pub struct Enrolment {
    /// Sealed; the form carries it (in a hidden field, never in the URL).
    pub token: String,
    /// For the QR code.
    pub uri: String,
    /// For typing.
    pub secret: String,
    /// Somebody else chose the password: the form asks for a new one.
    pub choose_password: bool,
    /// Until when.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Signs in, or begins the enrolment.
pub async fn sign_in(services: &Services, context: &Context, form: Credentials) -> Result<SignIn, SignInError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { sign_in_now(&services, &context, form).await }).await
}

async fn sign_in_now(services: &Services, context: &Context, form: Credentials) -> Result<SignIn, SignInError> {
    use secrecy::ExposeSecret;
    // What cannot be a login is looked up all the same, as a text that no login is.
    let login = Login::parse(&form.login);
    let text = login.as_ref().map_or("", Login::as_str);
    limits::hit(services, &limits::SIGN_IN_PER_NETWORK, form.network.as_str()).await?;
    limits::hit(services, &limits::SIGN_IN_PER_LOGIN, text).await?;

    let bucket = services.vault.mac("rate limit", format!("sign-in-nowhere\0{text}").as_bytes());
    let credential = rows::take_attempt(&services.db, text, &bucket, context.now, BACKOFF).await?;
    let open = credential.as_ref().filter(|credential| credential.open);
    let right = password::verify(&form.password, open.map(|c| &*c.password_hash)).await?;
    let factor = Factor::parse(form.code.expose_secret());

    let mut transaction = services.begin().await?;
    let decided = match (open.filter(|_| right), login) {
        (Some(credential), Ok(login)) if !credential.totp_confirmed => Verdict::Enrol(login),
        (Some(credential), Ok(_)) => {
            let shown = accept(&mut transaction, services, context, credential, &factor).await?;
            shown.map_or(Verdict::Refused, Verdict::Admit)
        }
        _ => Verdict::Refused,
    };
    let account = credential.as_ref().map(|credential| credential.account_id);
    match (decided, credential) {
        (Verdict::Admit(by), Some(credential)) => {
            let signed_in = admit(&mut transaction, context, credential.account_id, &form.label, by).await?;
            transaction.commit().await?;
            Ok(SignIn::Done(signed_in))
        }
        (Verdict::Enrol(login), Some(credential)) => {
            let pending = Pending::new(&credential, &login, context.now);
            // The password was right: the attempts of whoever got so far are forgotten.
            rows::settle(&mut *transaction, credential.account_id, None, credential.changed_at).await?;
            audit_sign_in(&mut transaction, context, "staff.enrolment_begun", account, json!({})).await?;
            transaction.commit().await?;
            Ok(SignIn::Enrol(pending.show(&services.vault)?))
        }
        (_, _) => {
            // The count of attempts, but never which part was wrong: the trail is read by people.
            audit_sign_in(&mut transaction, context, "staff.sign_in_refused", account, json!({})).await?;
            transaction.commit().await?;
            Err(SignInError::Refused)
        }
    }
}

enum Verdict {
    Admit(&'static str),
    Enrol(Login),
    Refused,
}

/// Accepts a second factor and uses it up; says which it was, or `None`.
pub(super) async fn accept(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    credential: &rows::CredentialRow,
    factor: &Factor,
) -> Result<Option<&'static str>, FactorError> {
    let (account, read_at) = (credential.account_id, credential.changed_at);
    let used = match factor {
        Factor::Code(code) => {
            let Some(secret) = open_secret(&services.vault, credential)? else { return Ok(None) };
            match secret.check(code, context.now) {
                Some(step) => rows::settle(db, account, Some(step), read_at).await?.then_some("totp"),
                None => None,
            }
        }
        Factor::Recovery(plain) => {
            let hash = totp::recovery_hash(&services.vault, account, plain);
            let used = rows::use_recovery_code(&mut *db, account, &hash, context.now).await?
                && rows::settle(&mut *db, account, None, read_at).await?;
            used.then_some("recovery_code")
        }
        Factor::Nothing => None,
    };
    Ok(used)
}

fn open_secret(vault: &Vault, credential: &rows::CredentialRow) -> Result<Option<Secret>, CryptoError> {
    let Some(sealed) = credential.totp_sealed.as_deref().filter(|_| credential.totp_confirmed) else { return Ok(None) };
    let bytes = vault.open_sealed(secret_place(credential.account_id), sealed)?;
    Secret::from_bytes(&bytes).map(Some).ok_or(CryptoError::NotAuthentic)
}

const fn secret_place(account: Uuid) -> Place {
    Place { table: "staff_credential", column: "totp_sealed", row: account }
}

async fn admit(
    db: &mut PgConnection,
    context: &Context,
    account: Uuid,
    label: &str,
    by: &'static str,
) -> sqlx::Result<SignedIn> {
    let signed_in = sessions::begin_in(db, context, AccountId(account), Kind::Staff, label).await?;
    let detail = json!({ "by": by, "session": signed_in.login.0 });
    audit_sign_in(db, context, "staff.signed_in", Some(account), detail).await?;
    Ok(signed_in)
}

async fn audit_sign_in(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    account: Option<Uuid>,
    detail: Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[about_account(action, account, detail)]).await
}

/// An enrolment between its two forms. It lives in the browser, sealed: the database learns the secret only when a code
/// of it was shown. A changed credential makes it void.
#[derive(Serialize, Deserialize)]
struct Pending {
    login: String,
    secret: String,
    choose_password: bool,
    changed_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip)]
    account: Uuid,
}

impl Pending {
    fn new(credential: &rows::CredentialRow, login: &Login, now: Timestamp) -> Self {
        Self {
            login: login.as_str().to_owned(),
            secret: STANDARD.encode(Secret::generate().as_bytes()),
            choose_password: credential.password_temporary,
            changed_at: credential.changed_at.to_jiff(),
            expires_at: now + ENROLMENT,
            account: credential.account_id,
        }
    }

    const fn place(account: Uuid) -> Place {
        Place { table: "staff_credential", column: "enrolment", row: account }
    }

    fn secret(&self) -> Result<Secret, CryptoError> {
        let bytes = STANDARD.decode(&self.secret).map_err(|_| CryptoError::NotAuthentic)?;
        Secret::from_bytes(&bytes).ok_or(CryptoError::NotAuthentic)
    }

    fn show(&self, vault: &Vault) -> Result<Enrolment, CryptoError> {
        let plain = serde_json::to_vec(self).map_err(|_| CryptoError::NotAuthentic)?;
        let mut token = self.account.into_bytes().to_vec();
        token.extend(vault.seal(Self::place(self.account), &plain));
        let (secret, login) = (self.secret()?, Login::parse(&self.login).map_err(|_| CryptoError::NotAuthentic)?);
        Ok(Enrolment {
            token: URL_SAFE_NO_PAD.encode(token),
            uri: secret.uri(&login),
            secret: secret.base32(),
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
    /// Shown once, to be printed or written down.
    pub recovery_codes: RecoveryCodes,
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

/// Ends the enrolment: the telephone's first code (and a new password, when somebody else chose the present one) signs
/// the person in. Done once: a second window with the same enrolment is told that it is over.
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
        let account = pending.account;
        // Who holds the token knows the secret in it; the limit is for what the hashing below costs.
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &format!("enrolment {account}")).await?;
        let secret = pending.secret()?;
        let step = match Factor::parse(&code) {
            Factor::Code(code) => secret.check(&code, context.now),
            Factor::Recovery(_) | Factor::Nothing => None,
        };
        let step = step.ok_or(SignInError::WrongCode)?;
        let login = Login::parse(&pending.login).map_err(|_| SignInError::EnrolmentOver)?;
        let password_hash = match new_password.filter(|_| pending.choose_password) {
            Some(chosen) => {
                password::check(&chosen, &login)?;
                Some(password::hash(&chosen).await?)
            }
            None if pending.choose_password => return Err(PasswordFault::Required.into()),
            None => None,
        };
        let sealed = services.vault.seal(secret_place(account), secret.as_bytes());
        let mut transaction = services.begin().await?;
        let read_at = pending.changed_at.to_sqlx();
        let phc = password_hash.as_deref();
        if !rows::confirm_totp(&mut *transaction, account, &sealed, step, read_at, phc, context.now).await? {
            return Err(SignInError::EnrolmentOver);
        }
        let recovery_codes = RecoveryCodes::renew(&mut transaction, &services.vault, account, context.now).await?;
        audit_sign_in(&mut transaction, &context, "staff.enrolled", Some(account), json!({})).await?;
        let signed_in = admit(&mut transaction, &context, account, &label, "enrolment").await?;
        transaction.commit().await?;
        Ok(Enrolled { signed_in, recovery_codes })
    })
    .await
}

/// Shows the second factor again, for capabilities that want it fresh.
pub async fn step_up(services: &Services, context: &Context, code: &str) -> Result<(), SignInError> {
    let (account, login) = match &context.actor {
        Actor::Staff { account, login, .. } => (*account, *login),
        Actor::Anonymous => return Err(Denied::SignInNeeded.into()),
        _ => return Err(Denied::NotAllowed.into()),
    };
    let (services, context, factor) = (services.clone(), context.clone(), Factor::parse(code));
    to_the_end(async move {
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &account.to_string()).await?;
        let mut transaction = services.begin().await?;
        let credential = rows::credential(&mut *transaction, account.0).await?.ok_or(SignInError::Refused)?;
        let shown = accept(&mut transaction, &services, &context, &credential, &factor).await?;
        let stepped = match shown {
            Some(_) => store::account::sessions::step_up(&mut *transaction, account.0, login.0, context.now).await?,
            None => false,
        };
        let action = if stepped { "staff.stepped_up" } else { "staff.step_up_refused" };
        let detail = json!({ "by": shown, "session": login.0 });
        audit_sign_in(&mut transaction, &context, action, Some(account.0), detail).await?;
        transaction.commit().await?;
        if stepped { Ok(()) } else { Err(SignInError::Refused) }
    })
    .await
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
