//! Staff sign in: login, password and second factor in one form; the first time, the second factor is enrolled, and a
//! password that somebody else knows is replaced. A passkey is shown in a form of its own ([`super::second`]).
//!
//! Whatever is wrong, the answer is [`SignInError::Refused`]: an unknown login, a wrong password, a wrong code, a login
//! that rests after failures, a temporary password past its time. In each case one attempt is taken, one argon2 hash is computed, one audit entry is
//! written. Attempts are taken before anything is checked, so that parallel guesses count like patient ones.

use super::enrolment::{Enrolment, Pending};
use super::passkeys::{self, PasskeyError, Purpose};
use super::password::{self, PasswordFault};
use super::second::{SecondForm, Waiting};
use super::sessions::{self, Kind, Renewed, SignedIn};
use super::totp::{self, Factor, Secret};
use super::{AccountError, about_account, staff};
use crate::audit;
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Place, Vault};
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Limited, Network};
use domain::account::{Denied, Login};
use domain::ids::AccountId;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::account::passkeys::ChallengeKey;
use store::account::{people, staff as rows};
use uuid::Uuid;

/// From the hundredth failure in a row a login rests wherever it is tried from: 30 s, then doubled each time up to 16 min. A
/// success forgets all. So many come of no single network, which is slowed down long before (`limits`), and a stranger
/// with one keeps no member of staff out.
pub const BACKOFF: rows::Backoff = rows::Backoff { after: 100, seconds: 30.0, doublings: 5 };

/// Why a member of staff was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something was wrong; nobody says what.
    #[error("refused")]
    Refused,
    /// The enrolment took too long, or was done in another window: sign in again.
    #[error("the enrolment is over")]
    EnrolmentOver,
    /// The second form took too long, or the account has changed meanwhile: sign in again.
    #[error("the second form is over")]
    TooLate,
    /// The enrolment's code was not the telephone's.
    #[error("not the telephone's code")]
    WrongCode,
    /// The enrolment's passkey cannot be kept.
    #[error("passkey: {0}")]
    Passkey(PasskeyError),
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

impl From<PasskeyError> for SignInError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Account(AccountError::Limited(limited)) => Self::Limited(limited),
            PasskeyError::Account(AccountError::Database(error)) => Self::Database(error),
            PasskeyError::Account(AccountError::Crypto(error)) => Self::Crypto(error),
            error => Self::Passkey(error),
        }
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
    /// The telephone's code or a recovery code, as typed; empty the first time, and after a lost telephone the code that a
    /// colleague gave.
    pub code: SecretString,
    /// What the person will recognise the browser by ([`sessions::label`]).
    pub label: String,
    /// Where the request came from.
    pub network: Network,
}

/// What somebody shows as the second factor, in a form that is for nothing else.
#[derive(Clone)]
pub enum Shown {
    /// The telephone's code or a recovery code, as typed.
    Code(SecretString),
    /// What the browser answered for a passkey, as JSON.
    Passkey(String),
}

impl Shown {
    /// A code, as typed.
    pub fn code(text: &str) -> Self {
        Self::Code(text.into())
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Code(…)",
            Self::Passkey(_) => "Passkey(…)",
        })
    }
}

/// What was shown, as the decision looks at it.
pub(super) enum Evidence {
    Factor(Factor),
    Passkey { challenge: Option<Vec<u8>>, answer: String },
}

impl Evidence {
    /// Reads a code; takes the challenge of a passkey, which is spent with that.
    pub async fn of(services: &Services, shown: Shown, key: ChallengeKey<'_>) -> sqlx::Result<Self> {
        use secrecy::ExposeSecret;
        Ok(match shown {
            Shown::Code(text) => Self::Factor(Factor::parse(text.expose_secret())),
            Shown::Passkey(answer) => Self::Passkey { challenge: passkeys::take(services, key).await?, answer },
        })
    }
}

/// How a sign-in goes on.
#[derive(Debug)]
pub enum SignIn {
    /// Login, password and second factor are right.
    Done(SignedIn),
    /// Login and password are right, and the person has a passkey to show.
    Second(SecondForm),
    /// What was shown is right, and something is to be done first: a second factor enrolled, a password chosen, or both.
    Enrol(Enrolment),
}

/// Signs in, or begins the enrolment.
pub async fn sign_in(services: &Services, context: &Context, form: Credentials) -> Result<SignIn, SignInError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let login = Login::parse(&form.login).map_or_else(|_| String::new(), |login| login.as_str().to_owned());
        let network = form.network.clone();
        let went = sign_in_now(&services, &context, form).await;
        noted(&services, &login, &network, went).await
    })
    .await
}

/// A login and a network together, as limits count them.
fn here(login: &str, network: &Network) -> String {
    format!("{login}\0{}", network.as_str())
}

/// Counts an attempt with a login, whether it exists or not: of its network, of both together, of the login anywhere. In that
/// order, so that what is refused one network takes nothing from the login's owner. Where many have failed in a day, the
/// next are slower.
pub(super) async fn counts(services: &Services, login: &str, network: &Network) -> Result<(), LimitError> {
    let here = here(login, network);
    let own = [(&limits::SIGN_IN_PER_NETWORK, network.as_str()), (&limits::SIGN_IN_PER_LOGIN, here.as_str())];
    limits::hit_all(services, &own).await?;
    match limits::has_room(services, &limits::SIGN_IN_FAILED_DAY, &here).await {
        Ok(()) => {}
        Err(LimitError::Limited(_)) => {
            limits::hit(services, &limits::SIGN_IN_SLOWED, &here).await?;
        }
        Err(error) => return Err(error),
    }
    limits::hit(services, &limits::SIGN_IN_PER_LOGIN_ANYWHERE, login).await.map(|_| ())
}

/// Notes for the day how an attempt went: a failure is counted, a sign-in with everything that is asked forgets them. It only makes
/// others slower, so where it cannot be noted the answer stands.
pub(super) async fn noted(
    services: &Services,
    login: &str,
    network: &Network,
    went: Result<SignIn, SignInError>,
) -> Result<SignIn, SignInError> {
    let here = here(login, network);
    let (is_done, is_refused) = (matches!(went, Ok(SignIn::Done(_))), matches!(went, Err(SignInError::Refused)));
    let noted = if is_done {
        limits::forget(services, &limits::SIGN_IN_FAILED_DAY, &here).await
    } else if is_refused {
        match limits::hit(services, &limits::SIGN_IN_FAILED_DAY, &here).await {
            Err(LimitError::Database(error)) => Err(error),
            Ok(_) | Err(LimitError::Limited(_)) => Ok(()),
        }
    } else {
        Ok(())
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "how a sign-in went was not noted");
    }
    went
}

async fn sign_in_now(services: &Services, context: &Context, form: Credentials) -> Result<SignIn, SignInError> {
    use secrecy::ExposeSecret;
    // What cannot be a login is looked up all the same, as a text that no login is.
    let login = Login::parse(&form.login);
    let text = login.as_ref().map_or("", Login::as_str);
    counts(services, text, &form.network).await?;

    let bucket = nowhere_bucket(&services.vault, text);
    let credential = rows::take_attempt(&services.db, text, &bucket, context.now, BACKOFF).await?;
    let open = credential.as_ref().filter(|credential| credential.open && !is_too_late(credential, context.now));
    let right = password::verify(&form.password, open.map(|c| &*c.password_hash)).await?;

    let mut transaction = services.begin().await?;
    let mut admitted = open.filter(|_| right);
    // Accounts before credentials before sessions, as everybody who changes several of them locks them.
    if let Some(found) = admitted
        && people::lock(&mut transaction, found.account_id).await?.is_none()
    {
        admitted = None; // ended meanwhile
    }
    let decided = match (admitted, login) {
        (Some(credential), Ok(login)) => {
            decide(&mut transaction, services, context, (credential, login), form.code.expose_secret()).await?
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
        (Verdict::Second(login), Some(credential)) => {
            // The attempt stays counted until the second factor was shown, too; but a rest that it began itself must not
            // keep the second form from being answered.
            rows::lift_rest(&mut *transaction, credential.account_id).await?;
            let waiting = Waiting::new(context, &credential, &login);
            audit_sign_in(&mut transaction, context, "staff.password_shown", account, json!({})).await?;
            transaction.commit().await?;
            Ok(SignIn::Second(waiting.show(&services.vault)?))
        }
        (Verdict::Enrol(login), Some(credential)) => {
            let pending = Pending::new(&credential, &login, context.now);
            let enrolment = begin_enrolment(&mut transaction, services, context, &credential, pending).await?;
            transaction.commit().await?;
            Ok(SignIn::Enrol(enrolment))
        }
        (_, _) => {
            // The count of attempts, but never which part was wrong: the trail is read by people.
            audit_sign_in(&mut transaction, context, "staff.sign_in_refused", account, json!({})).await?;
            transaction.commit().await?;
            Err(SignInError::Refused)
        }
    }
}

/// What comes of a login and a password that are right, and of what was shown with them.
async fn decide(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    (credential, login): (&rows::CredentialRow, Login),
    code: &str,
) -> Result<Verdict, FactorError> {
    let factor = Factor::parse(code);
    if !credential.has_factor() {
        let may = may_enrol(&services.vault, credential, &factor);
        return Ok(if may { Verdict::Enrol(login) } else { Verdict::Refused });
    }
    if credential.passkeys && code.trim().is_empty() {
        return Ok(Verdict::Second(login));
    }
    Ok(match accept(db, services, context, credential, &Evidence::Factor(factor)).await? {
        None => Verdict::Refused,
        Some(_) if credential.password_temporary => Verdict::Enrol(login),
        Some(by) => Verdict::Admit(by),
    })
}

/// Where attempts are noted that no login counts.
pub(super) fn nowhere_bucket(vault: &Vault, login: &str) -> [u8; 32] {
    vault.mac("rate limit", format!("sign-in-nowhere\0{login}").as_bytes())
}

/// Lets a person who has shown enough do what comes before a first session.
pub(super) async fn begin_enrolment(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    credential: &rows::CredentialRow,
    pending: Pending,
) -> Result<Enrolment, SignInError> {
    // The password was right: the attempts of whoever got so far are forgotten.
    rows::settle(&mut *db, credential.account_id, None, credential.changed_at).await?;
    let detail = json!({ "factor": pending.has_factor(), "password": pending.choose_password });
    audit_sign_in(db, context, "staff.enrolment_begun", Some(credential.account_id), detail).await?;
    Ok(pending.show(services)?)
}

/// The door stood ajar, and nobody came in time: only a colleague opens it again.
pub(super) fn is_too_late(credential: &rows::CredentialRow, now: Timestamp) -> bool {
    let ajar = credential.password_temporary || !credential.has_factor();
    ajar && staff::closes_at(credential.ajar_until, credential.changed_at) <= now
}

/// A first password lets its person enrol; after a lost telephone, the code that a colleague gave is shown besides. It is
/// good until the enrolment is done, within the time the door stands ajar.
fn may_enrol(vault: &Vault, credential: &rows::CredentialRow, factor: &Factor) -> bool {
    let Some(hash) = &credential.enrolment_hash else { return true };
    let Factor::Recovery(plain) = factor else { return false };
    let shown = totp::enrolment_hash(vault, credential.account_id, plain);
    aws_lc_rs::constant_time::verify_slices_are_equal(hash, &shown).is_ok()
}

enum Verdict {
    Admit(&'static str),
    Second(Login),
    Enrol(Login),
    Refused,
}

/// Accepts a second factor and uses it up; says which it was, or `None`.
pub(super) async fn accept(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    credential: &rows::CredentialRow,
    evidence: &Evidence,
) -> Result<Option<&'static str>, FactorError> {
    let (account, read_at) = (credential.account_id, credential.changed_at);
    let factor = match evidence {
        Evidence::Factor(factor) => factor,
        Evidence::Passkey { challenge, answer } => {
            let shown = (challenge.as_deref(), &**answer);
            let used = passkeys::accept(&mut *db, services, context, account, shown).await?
                && rows::settle(&mut *db, account, None, read_at).await?;
            return Ok(used.then_some("passkey"));
        }
    };
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

pub(super) const fn secret_place(account: Uuid) -> Place {
    Place { table: "staff_credential", column: "totp_sealed", row: account }
}

pub(super) async fn admit(
    db: &mut PgConnection,
    context: &Context,
    account: Uuid,
    label: &str,
    by: &'static str,
) -> sqlx::Result<SignedIn> {
    let signed_in = sessions::begin_in(db, context, AccountId(account), (Kind::Staff, None), label).await?;
    let detail = json!({ "by": by, "session": signed_in.login.0 });
    audit_sign_in(db, context, "staff.signed_in", Some(account), detail).await?;
    Ok(signed_in)
}

pub(super) async fn audit_sign_in(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    account: Option<Uuid>,
    detail: Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[about_account(action, account, detail)]).await
}

/// Shows the second factor again, for capabilities that want it fresh. The session goes on under a new cookie.
pub async fn step_up(services: &Services, context: &Context, shown: Shown) -> Result<Renewed, SignInError> {
    let (account, login) = passkeys::own_staff(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &account.to_string()).await?;
        let evidence = Evidence::of(&services, shown, Purpose::StepUp.key(login.0, account.0)).await?;
        let mut transaction = services.begin().await?;
        people::lock(&mut transaction, account.0).await?.ok_or(SignInError::Refused)?;
        let credential = rows::credential(&mut *transaction, account.0).await?.ok_or(SignInError::Refused)?;
        let shown = accept(&mut transaction, &services, &context, &credential, &evidence).await?;
        let renewed = match shown {
            Some(_) => sessions::renew_in(&mut transaction, &context, (account, login), None).await?,
            None => None,
        };
        let action = if renewed.is_some() { "staff.stepped_up" } else { "staff.step_up_refused" };
        let detail = json!({ "by": shown, "session": login.0 });
        audit_sign_in(&mut transaction, &context, action, Some(account.0), detail).await?;
        transaction.commit().await?;
        renewed.ok_or(SignInError::Refused)
    })
    .await
}
