//! Passkeys of staff: asked for, kept, shown, removed. How an answer is read and checked stands in [`webauthn`]; here
//! stands what it is checked against.
//!
//! What a passkey signs is a random challenge, kept by the database for five minutes under the account, the purpose and
//! the place it was asked for (a session, a sign-in, an enrolment). Taking it is one statement of its own, before anything
//! is decided: whatever becomes of the answer, the challenge is spent, and of two answers at once one is looked at.

use super::sessions;
use super::webauthn::{self, Fault, Known, PublicKey, Registered, RelyingParty};
use super::{AccountError, about_account};
use crate::audit;
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Place, Vault, random};
use crate::db::to_the_end;
use crate::limits;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{Capability, Denied, Login, PasskeyName};
use domain::ids::{AccountId, LoginSessionId, PasskeyId};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::account::passkeys::{self as rows, ChallengeKey, PasskeyRow};
use store::account::{people, sessions as session_rows, staff as staff_rows};
use uuid::Uuid;

/// Passkeys of one person at most: the telephone, the computers, a key in the drawer.
pub const AT_MOST: usize = 10;
/// What the browser is told to give up after, in milliseconds: as long as a challenge lasts.
const TIMEOUT: u32 = 300_000;

/// What a challenge is given out for. One never stands for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// Another passkey for somebody who is signed in.
    Enrol,
    /// The first second factor.
    First,
    /// The second factor after the password.
    SignIn,
    /// The second factor again.
    StepUp,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::First => "first",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
        }
    }

    /// Under what a challenge is kept.
    pub const fn key(self, subject: Uuid, account: Uuid) -> ChallengeKey<'static> {
        ChallengeKey { purpose: self.name(), subject, account }
    }
}

/// Why a passkey was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such passkey, or it is not yours.
    #[error("not found")]
    NotFound,
    /// The challenge is older than five minutes, or was answered already.
    #[error("the challenge is over")]
    Over,
    /// The browser's answer cannot be taken.
    #[error("refused: {0}")]
    Refused(#[from] Fault),
    /// The authenticator's passkey is known already.
    #[error("known already")]
    Known,
    /// There are [`AT_MOST`] already.
    #[error("too many")]
    TooMany,
    /// Without it there would be no second factor.
    #[error("the last second factor stays")]
    LastFactor,
    /// What is asked besides: limits, sealed values, the database.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<sqlx::Error> for PasskeyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Account(error.into())
    }
}

/// The site, as browsers know it.
pub(super) fn party(services: &Services) -> RelyingParty {
    RelyingParty::of(&services.settings.public_url)
}

/// A challenge for `key`, in the place of the one before.
async fn challenge(services: &Services, key: ChallengeKey<'_>) -> Result<String, AccountError> {
    // Each purpose by itself: who knows a password must not keep its owner from stepping up.
    let bucket = format!("{} {}", key.purpose, key.account);
    limits::hit(services, &limits::PASSKEY_PER_ACCOUNT, &bucket).await?;
    let challenge: [u8; 32] = random();
    rows::put_challenge(&services.db, key, &challenge).await?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(challenge))
}

/// Takes the challenge of `key`: `None` when there is none, or not any more.
pub(super) async fn take(services: &Services, key: ChallengeKey<'_>) -> sqlx::Result<Option<Vec<u8>>> {
    rows::take_challenge(&services.db, key).await
}

/// Passkeys as options name them.
fn descriptors(passkeys: &[PasskeyRow]) -> Vec<Value> {
    let descriptor = |row: &PasskeyRow| {
        let id = BASE64_URL_SAFE_NO_PAD.encode(&row.credential_id);
        json!({ "type": "public-key", "id": id, "transports": row.transports })
    };
    passkeys.iter().map(descriptor).collect()
}

/// What the browser is to make a passkey with: `PublicKeyCredentialCreationOptionsJSON`.
pub(super) async fn creation_options(
    services: &Services,
    login: &Login,
    key: ChallengeKey<'_>,
) -> Result<Value, AccountError> {
    let party = party(services);
    let present = rows::of_account(&services.db, key.account).await?;
    let algorithms: Vec<_> = PublicKey::algorithms().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
    Ok(json!({
        "rp": { "id": party.id(), "name": super::totp::ISSUER },
        // The handle names nobody (§14.6.1): the account's id. The login is what the person chooses by.
        "user": {
            "id": BASE64_URL_SAFE_NO_PAD.encode(key.account.as_bytes()),
            "name": login.as_str(),
            "displayName": login.as_str(),
        },
        "challenge": challenge(services, key).await?,
        "pubKeyCredParams": algorithms,
        "timeout": TIMEOUT,
        "excludeCredentials": descriptors(&present),
        "authenticatorSelection": { "residentKey": "preferred", "userVerification": "required" },
        "attestation": "none",
    }))
}

/// What the browser is to show a passkey for: `PublicKeyCredentialRequestOptionsJSON`.
pub(super) async fn request_options(services: &Services, key: ChallengeKey<'_>) -> Result<Value, AccountError> {
    let present = rows::of_account(&services.db, key.account).await?;
    if present.is_empty() {
        return Err(AccountError::NotFound);
    }
    Ok(json!({
        "rpId": party(services).id(),
        "challenge": challenge(services, key).await?,
        "timeout": TIMEOUT,
        "allowCredentials": descriptors(&present),
        "userVerification": "required",
    }))
}

const fn key_place(passkey: Uuid) -> Place {
    Place { table: "staff_passkey", column: "key_sealed", row: passkey }
}

/// A key is sealed together with whose it is, or a row could be given to somebody else.
fn seal_key(vault: &Vault, passkey: Uuid, account: Uuid, key: &PublicKey) -> Vec<u8> {
    vault.seal(key_place(passkey), &[account.as_bytes(), &*key.to_bytes()].concat())
}

fn open_key(vault: &Vault, row: &PasskeyRow, account: Uuid) -> Result<PublicKey, CryptoError> {
    let plain = vault.open_sealed(key_place(row.id), &row.key_sealed)?;
    let key = plain.strip_prefix(account.as_bytes()).ok_or(CryptoError::NotAuthentic)?;
    PublicKey::from_bytes(key).map_err(|_| CryptoError::NotAuthentic)
}

/// Checks a new passkey's answer against the challenge that was taken for it.
pub(super) fn read_new(
    services: &Services,
    challenge: Option<&[u8]>,
    answer: &str,
) -> Result<Registered, PasskeyError> {
    let challenge = challenge.ok_or(PasskeyError::Over)?;
    webauthn::verify_registration(&party(services), challenge, answer).map_err(|fault| {
        tracing::info!(%fault, "a new passkey was refused");
        fault.into()
    })
}

/// Keeps a passkey in the caller's transaction, which has locked the account.
pub(super) async fn keep(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    (account, name): (Uuid, &PasskeyName),
    passkey: &Registered,
) -> Result<(), PasskeyError> {
    let id = context.new_id::<PasskeyId>().0;
    let transports: Vec<String> = passkey.transports.iter().map(|name| (*name).to_owned()).collect();
    let row = rows::NewPasskey {
        id,
        account,
        credential_id: &passkey.credential_id,
        key_sealed: &seal_key(&services.vault, id, account, &passkey.key),
        sign_count: passkey.sign_count.into(),
        transports: &transports,
        name: name.as_str(),
        now: context.now,
    };
    // §7.1 step 27: nobody's passkey becomes somebody else's.
    rows::add(&mut *db, row).await.map_err(|error| match store::constraint_of(&error) {
        Some("staff_passkey_once") => PasskeyError::Known,
        _ => error.into(),
    })?;
    let entry = about_account("staff.passkey_added", Some(account), json!({ "passkey": id }));
    Ok(audit::record(db, context, &[entry]).await?)
}

/// Accepts a passkey that was shown, in the caller's transaction, which has locked the account; `false` for whatever is
/// not right with it. The count of failures is the caller's.
pub(super) async fn accept(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    account: Uuid,
    (challenge, answer): (Option<&[u8]>, &str),
) -> Result<bool, super::sign_in::FactorError> {
    let Some(challenge) = challenge else { return Ok(false) };
    let refused = |fault: Fault| {
        tracing::info!(%fault, "a passkey was refused");
        Ok(false)
    };
    let shown = match webauthn::Shown::read(answer) {
        Ok(shown) => shown,
        Err(fault) => return refused(fault),
    };
    // §7.2 steps 5 and 6: all passkeys of the person were asked for, and no others.
    let own = rows::of_account(&mut *db, account).await?;
    let Some(row) = own.into_iter().find(|row| row.credential_id == shown.credential_id()) else { return Ok(false) };
    let key = open_key(&services.vault, &row, account)?;
    let stored = u32::try_from(row.sign_count).unwrap_or(u32::MAX);
    let known = Known { user_handle: account.as_bytes(), key: &key, sign_count: stored };
    match shown.verify(&party(services), challenge, known) {
        // §7.2 step 25; the statement asks again what was counted last.
        Ok(count) => Ok(rows::used(&mut *db, row.id, count.into(), context.now).await?),
        Err(fault @ Fault::Counter { stored, shown }) => {
            let detail = json!({ "passkey": row.id, "stored": stored, "shown": shown });
            let entry = about_account("staff.passkey_counted_back", Some(account), detail);
            audit::record(db, context, &[entry]).await?;
            refused(fault)
        }
        Err(fault) => refused(fault),
    }
}

/// One's own passkey in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnPasskey {
    /// To remove it.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was shown last.
    pub last_used_at: Option<Timestamp>,
}

/// What one can show as the second factor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factors {
    /// A telephone's codes.
    pub telephone: bool,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<OwnPasskey>,
    /// This site can have passkeys: it is found under a name.
    pub available: bool,
}

/// Account and session of a member of staff.
pub(super) fn own_staff(context: &Context) -> Result<(AccountId, LoginSessionId), Denied> {
    match sessions::own(context)? {
        (account, login, sessions::Kind::Staff) => Ok((account, login)),
        _ => Err(Denied::NotAllowed),
    }
}

/// One's own second factors.
pub async fn own(services: &Services, context: &Context) -> Result<Factors, AccountError> {
    let (account, _) = own_staff(context)?;
    factors(services, account.0).await
}

pub(super) async fn factors(services: &Services, account: Uuid) -> Result<Factors, AccountError> {
    let credential = staff_rows::credential(&services.db, account).await?;
    let passkeys = rows::of_account(&services.db, account).await?;
    let own = |row: PasskeyRow| OwnPasskey {
        id: PasskeyId(row.id),
        name: row.name,
        created_at: row.created_at.to_jiff(),
        last_used_at: row.last_used_at.map(|at| at.to_jiff()),
    };
    Ok(Factors {
        telephone: credential.is_some_and(|credential| credential.totp_confirmed),
        passkeys: passkeys.into_iter().map(own).collect(),
        available: party(services).can_have_passkeys(),
    })
}

/// Options for another passkey of one's own, after a fresh second factor.
pub async fn begin(services: &Services, context: &Context) -> Result<Value, AccountError> {
    let (account, session) = own_staff(context)?;
    context.require(Capability::SecureOwnAccount)?;
    let login = super::staff::login_of(services, account).await?;
    creation_options(services, &login, Purpose::Enrol.key(session.0, account.0)).await
}

/// Options for showing one of one's own passkeys again.
pub async fn begin_step_up(services: &Services, context: &Context) -> Result<Value, AccountError> {
    let (account, session) = own_staff(context)?;
    request_options(services, Purpose::StepUp.key(session.0, account.0)).await
}

/// Adds the passkey that a browser made, after a fresh second factor.
pub async fn add(services: &Services, context: &Context, name: &PasskeyName, answer: &str) -> Result<(), PasskeyError> {
    let (account, session) = own_staff(context)?;
    context.require(Capability::SecureOwnAccount)?;
    let (services, context, name, answer) = (services.clone(), context.clone(), name.clone(), answer.to_owned());
    to_the_end(async move {
        let challenge = take(&services, Purpose::Enrol.key(session.0, account.0)).await?;
        let passkey = read_new(&services, challenge.as_deref(), &answer)?;
        let mut transaction = services.begin().await?;
        people::lock(&mut transaction, account.0).await?.ok_or(PasskeyError::NotFound)?;
        if rows::of_account(&mut *transaction, account.0).await?.len() >= AT_MOST {
            return Err(PasskeyError::TooMany);
        }
        keep(&mut transaction, &services, &context, (account.0, &name), &passkey).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Removes one of one's own passkeys, after a fresh second factor; the last second factor stays. All other sessions of the
/// person end: whoever has the device may have signed in with it.
pub async fn remove(services: &Services, context: &Context, passkey: PasskeyId) -> Result<(), PasskeyError> {
    let (account, session) = own_staff(context)?;
    context.require(Capability::SecureOwnAccount)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        // Of two removals at once the second counts what the first has left.
        people::lock(&mut transaction, account.0).await?.ok_or(PasskeyError::NotFound)?;
        let credential = staff_rows::credential(&mut *transaction, account.0).await?.ok_or(PasskeyError::NotFound)?;
        let own = rows::of_account(&mut *transaction, account.0).await?;
        if !own.iter().any(|row| row.id == passkey.0) {
            return Err(PasskeyError::NotFound);
        }
        if own.len() == 1 && !credential.totp_confirmed {
            return Err(PasskeyError::LastFactor);
        }
        rows::remove(&mut *transaction, account.0, passkey.0).await?;
        let ended = session_rows::revoke_all(&mut *transaction, account.0, Some(session.0), context.now).await?;
        let detail = json!({ "passkey": passkey.0, "sessions_ended": ended });
        audit::record(&mut transaction, &context, &[about_account("staff.passkey_removed", Some(account.0), detail)])
            .await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}
