//! The second form of the staff's sign-in, for those who have a passkey: it signs a challenge, so the house has to know
//! first whom to ask. Login and password were right in the first; here a passkey is shown, or a code after all.
//!
//! Who knows the password of such a person learns so that it is right. What is asked next cannot be guessed: a passkey is
//! no number, and codes are counted here as in the first form.

use super::enrolment::Pending;
use super::passkeys::{self, Purpose};
use super::sign_in::{
    BACKOFF, Evidence, Shown, SignIn, SignInError, accept, admit, audit_sign_in, begin_enrolment, counts, is_too_late,
    noted, nowhere_bucket,
};
use super::{AccountError, ticket};
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Vault};
use crate::db::to_the_end;
use crate::limits::Network;
use domain::account::Login;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::account::{people, staff as rows};
use uuid::Uuid;

/// How long the second form may take.
const LASTS: SignedDuration = SignedDuration::from_mins(5);
const PURPOSE: &str = "second_form";

/// The password was right; the second factor is to be shown.
#[derive(Clone)]
pub struct SecondForm {
    /// Sealed; the browser keeps it in a cookie.
    pub token: String,
    /// Codes of a telephone are taken, too.
    pub telephone: bool,
    /// Until when.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SecondForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondForm").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    login: String,
    /// What challenges are kept under.
    flow: Uuid,
    telephone: bool,
    changed_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip)]
    account: Uuid,
}

impl Waiting {
    pub fn new(context: &Context, credential: &rows::CredentialRow, login: &Login) -> Self {
        Self {
            login: login.as_str().to_owned(),
            flow: context.new_id(),
            telephone: credential.totp_confirmed,
            changed_at: credential.changed_at.to_jiff(),
            expires_at: context.now + LASTS,
            account: credential.account_id,
        }
    }

    pub fn show(&self, vault: &Vault) -> Result<SecondForm, CryptoError> {
        let token = ticket::seal(vault, PURPOSE, self.account, self)?;
        Ok(SecondForm { token, telephone: self.telephone, expires_at: self.expires_at })
    }

    fn open(services: &Services, context: &Context, token: &str) -> Result<Self, SignInError> {
        let (account, waiting) = ticket::open::<Self>(&services.vault, PURPOSE, token).ok_or(SignInError::TooLate)?;
        if waiting.expires_at <= context.now { Err(SignInError::TooLate) } else { Ok(Self { account, ..waiting }) }
    }
}

/// The second form of a token, to show its page.
pub fn form(services: &Services, context: &Context, token: &str) -> Result<SecondForm, SignInError> {
    let waiting = Waiting::open(services, context, token)?;
    let (telephone, expires_at) = (waiting.telephone, waiting.expires_at);
    Ok(SecondForm { token: token.to_owned(), telephone, expires_at })
}

/// What the browser is to show a passkey for.
pub async fn options(services: &Services, context: &Context, token: &str) -> Result<Value, AccountError> {
    let waiting = Waiting::open(services, context, token).map_err(|_| AccountError::NotFound)?;
    passkeys::request_options(services, Purpose::SignIn.key(waiting.flow, waiting.account)).await
}

/// Shows the second factor: signs in, or goes on to choosing a password.
pub async fn confirm(
    services: &Services,
    context: &Context,
    token: &str,
    shown: Shown,
    (label, network): (&str, &Network),
) -> Result<SignIn, SignInError> {
    let waiting = Waiting::open(services, context, token)?;
    let (services, context, label, network) = (services.clone(), context.clone(), label.to_owned(), network.clone());
    to_the_end(async move {
        let login = waiting.login.clone();
        let went = confirm_now(&services, &context, waiting, shown, (&label, &network)).await;
        noted(&services, &login, &network, went).await
    })
    .await
}

async fn confirm_now(
    services: &Services,
    context: &Context,
    waiting: Waiting,
    shown: Shown,
    (label, network): (&str, &Network),
) -> Result<SignIn, SignInError> {
    let (account, login) = (waiting.account, Login::parse(&waiting.login).map_err(|_| SignInError::TooLate)?);
    counts(services, login.as_str(), network).await?;
    // A code may be a guess, and is counted like one; a passkey cannot be guessed, and waits for nobody's failures.
    let credential = match &shown {
        Shown::Code(_) => {
            let bucket = nowhere_bucket(&services.vault, login.as_str());
            rows::take_attempt(&services.db, login.as_str(), &bucket, context.now, BACKOFF).await?
        }
        Shown::Passkey(_) => rows::credential(&services.db, account).await?,
    };
    let credential = credential.filter(|found| found.account_id == account).ok_or(SignInError::TooLate)?;
    if credential.changed_at.to_jiff() != waiting.changed_at {
        return Err(SignInError::TooLate);
    }
    let evidence = Evidence::of(services, shown, Purpose::SignIn.key(waiting.flow, account)).await?;

    let mut transaction = services.begin().await?;
    people::lock(&mut transaction, account).await?.ok_or(SignInError::TooLate)?;
    let by = match credential.open && !is_too_late(&credential, context.now) {
        true => accept(&mut transaction, services, context, &credential, &evidence).await?,
        false => None,
    };
    let done = match by {
        None => {
            audit_sign_in(&mut transaction, context, "staff.sign_in_refused", Some(account), json!({})).await?;
            Err(SignInError::Refused)
        }
        Some(_) if credential.password_temporary => {
            let pending = Pending::new(&credential, &login, context.now);
            Ok(SignIn::Enrol(begin_enrolment(&mut transaction, services, context, &credential, pending).await?))
        }
        Some(by) => Ok(SignIn::Done(admit(&mut transaction, context, account, label, by).await?)),
    };
    transaction.commit().await?;
    done
}
