//! A visitor who is signed in proves again who it is, by a code to a contact the account has: for what a stolen session
//! must not do. The session goes on under a new cookie.

use super::codes::{self, IssueError, Purpose, VerifyError};
use super::sessions::{self, Renewed};
use super::visitors::{Begun, VisitorError, column_of, kind_name, own_visitor};
use super::{about_account, open_mail, open_phone};
use crate::audit;
use crate::context::{Context, Services};
use crate::crypto::CryptoError;
use crate::db::to_the_end;
use crate::limits::{self, Network};
use domain::account::Denied;
use domain::contact::Contact;
use serde_json::json;
use store::account::people::{self, ContactColumn};

/// Why no code was sent to a contact of the account.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The account has no such contact, or was deleted meanwhile.
    #[error("not found")]
    NotFound,
    /// No code was sent.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
}

/// Which of the account's contacts the code shall go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// The mobile number.
    Phone,
    /// The mail address.
    Mail,
}

/// Sends a code to a contact of one's own account. Answers where it went.
pub async fn begin(
    services: &Services,
    context: &Context,
    which: Which,
    network: &Network,
) -> Result<(Contact, Begun), ProofError> {
    let (account, login) = own_visitor(context)?;
    let row = people::live(&services.db, account.0).await.map_err(IssueError::from)?.ok_or(ProofError::NotFound)?;
    let (vault, id) = (&services.vault, row.id);
    let contact = match which {
        Which::Phone => row.phone_sealed.map(|sealed| open_phone(vault, id, &sealed).map(Contact::Phone)),
        Which::Mail => row.mail_sealed.map(|sealed| open_mail(vault, id, &sealed).map(Contact::Mail)),
    };
    let contact = contact.transpose()?.ok_or(ProofError::NotFound)?;
    limits::hit(services, &limits::CODE_PER_NETWORK, network.as_str()).await.map_err(IssueError::from)?;
    // The code belongs to this browser: one that another browser asked for proves nothing here.
    codes::issue(services, context, Purpose::Proof, login.0, &contact).await?;
    Ok((contact, Begun::new(login.0, context.now)))
}

/// Shows the code. It counts while the account still has the contact it went to.
pub async fn confirm(
    services: &Services,
    context: &Context,
    code: &str,
    network: &Network,
) -> Result<Renewed, VisitorError> {
    let (account, login) = own_visitor(context)?;
    let (services, context, code, network) = (services.clone(), context.clone(), code.to_owned(), network.clone());
    to_the_end(async move {
        let (of, shown) = ((Purpose::Proof, login.0), (&*code, &network));
        let refused = about_account("account.proof_refused", Some(account.0), json!({ "session": login.0 }));
        let (mut transaction, proven) =
            codes::prove::<VisitorError>(&services, &context, of, shown, Some(refused)).await?;
        let row = people::lock(&mut transaction, account.0).await?.ok_or(VisitorError::NotFound)?;
        let column = column_of(&proven.contact(&services.vault)?);
        let present = match column {
            ContactColumn::Phone => row.phone_index,
            ContactColumn::Mail => row.mail_index,
        };
        if present.as_deref() != Some(&proven.contact_index[..]) {
            return Err(VerifyError::Expired.into());
        }
        let by = kind_name(column);
        let renewed = sessions::renew_in(&mut transaction, &context, (account, login), Some(by)).await?;
        let renewed = renewed.ok_or(VisitorError::NotFound)?;
        let entry = about_account("account.proven", Some(account.0), json!({ "by": by, "session": login.0 }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(renewed)
    })
    .await
}
