//! The mail address of a member of staff: proven by a code, and shown to nobody but its owner. It is where scheduled exports
//! are told; one does not sign in with it. Setting and removing it needs a fresh second factor, or a stolen session could lead
//! what is told to somebody else.

use super::codes::{self, IssueError, Purpose, VerifyError};
use super::passkeys::own_staff;
use super::{about_account, open_mail, place};
use crate::audit;
use crate::context::{Context, Services};
use crate::crypto::CryptoError;
use crate::db::to_the_end;
use crate::limits::{LimitError, Network};
use domain::account::{Capability, Denied};
use domain::contact::{Contact, MailAddress};
use serde_json::json;
use store::account::people::{self, ContactColumn};

/// Why an address was not put in.
#[derive(Debug, thiserror::Error)]
pub enum WorkMailError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The account ended meanwhile.
    #[error("not found")]
    NotFound,
    /// No code was sent.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The code was not taken.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for WorkMailError {
    fn from(error: LimitError) -> Self {
        Self::Issue(error.into())
    }
}

/// One's own address.
///
/// # Errors
/// `Denied` to whoever is no member of staff.
pub async fn own(services: &Services, context: &Context) -> Result<Option<MailAddress>, WorkMailError> {
    let (account, _) = own_staff(context)?;
    let row = people::live(&services.db, account.0).await?.ok_or(WorkMailError::NotFound)?;
    Ok(row.mail_sealed.map(|sealed| open_mail(&services.vault, row.id, &sealed)).transpose()?)
}

/// Sends a code to the address one wants to have.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `Issue`.
pub async fn begin(
    services: &Services,
    context: &Context,
    mail: MailAddress,
    network: &Network,
) -> Result<(), WorkMailError> {
    context.require(Capability::SecureOwnAccount)?;
    let (account, _) = own_staff(context)?;
    Ok(codes::issue_to_add(services, context, account, &Contact::Mail(mail), network).await?)
}

/// Puts in the address the code went to.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `Verify`.
pub async fn confirm(
    services: &Services,
    context: &Context,
    code: &str,
    network: &Network,
) -> Result<(), WorkMailError> {
    context.require(Capability::SecureOwnAccount)?;
    let (account, _) = own_staff(context)?;
    let (services, context, code, network) = (services.clone(), context.clone(), code.to_owned(), network.clone());
    to_the_end(async move {
        let (of, shown) = ((Purpose::Contact, account.0), (&*code, &network));
        let (mut tx, proven) = codes::prove::<WorkMailError>(&services, &context, of, shown, None).await?;
        let Contact::Mail(mail) = proven.contact(&services.vault)? else { return Err(VerifyError::Expired.into()) };
        let sealed = services.vault.seal(place("mail_sealed", account.0), mail.as_str().as_bytes());
        if !people::set_contact(&mut *tx, account.0, ContactColumn::Mail, &sealed, &proven.contact_index).await? {
            return Err(WorkMailError::NotFound);
        }
        let entry = about_account("staff.mail_changed", Some(account.0), json!({}));
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Takes the address out. Nothing more is told to it.
///
/// # Errors
/// `Denied`, also when the second factor is stale.
pub async fn remove(services: &Services, context: &Context) -> Result<(), WorkMailError> {
    context.require(Capability::SecureOwnAccount)?;
    let (account, _) = own_staff(context)?;
    let mut tx = services.begin().await?;
    if people::clear_mail(&mut *tx, account.0).await? {
        let entry = about_account("staff.mail_removed", Some(account.0), json!({}));
        audit::record(&mut tx, context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(())
}
