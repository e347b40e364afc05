//! Visitors: signed in by a code to their telephone or mailbox. The account is made when a contact is proven for the
//! first time; until then, and afterwards, asking for a code looks the same whether there is one or not.

use super::codes::{self, IssueError, Proven, Purpose, VerifyError};
use super::sessions::{self, Kind, SignedIn};
use super::{AccountError, about_account, open_mail, open_phone, open_text, place};
use crate::audit;
use crate::context::{Context, Services, new_uuid};
use crate::crypto::CryptoError;
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Limited, Network};
use domain::Locale;
use domain::account::Denied;
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::field::Fault;
use domain::ids::{AccountId, LoginSessionId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::account::people::{self, ContactColumn};
use uuid::Uuid;

/// A sign-in has begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Begun {
    /// Which: kept by the browser (a cookie, a hidden field) until the code is typed. Worth nothing without the code.
    pub flow: Uuid,
    /// Until when the code may be used.
    pub expires_at: Timestamp,
    /// When another one may be asked for.
    pub resend_at: Timestamp,
}

impl Begun {
    pub(super) fn new(flow: Uuid, now: Timestamp) -> Self {
        Self { flow, expires_at: now + codes::LIFETIME, resend_at: now + codes::COOLDOWN }
    }
}

/// Why a code did not sign a visitor in, or did not prove a contact.
#[derive(Debug, thiserror::Error)]
pub enum VisitorError {
    /// The code was not taken.
    #[error(transparent)]
    Code(#[from] VerifyError),
    /// Another account has the contact. Only who has proven it hears this.
    #[error("the contact belongs to another account")]
    Taken,
    /// Too many tries from this network.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The account was deleted meanwhile.
    #[error("not found")]
    NotFound,
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl VisitorError {
    /// The field at fault and why, when the visitor can do something about it.
    pub const fn fault(&self) -> Option<(&'static str, Fault)> {
        match self {
            Self::Code(error) => match error.fault() {
                Some(fault) => Some(("code", fault)),
                None => None,
            },
            Self::Taken => Some(("contact", Fault::AlreadyExists)),
            _ => None,
        }
    }
}

impl From<LimitError> for VisitorError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for VisitorError {
    fn from(error: sqlx::Error) -> Self {
        match store::constraint_of(&error) {
            Some("account_phone_once" | "account_mail_once") => Self::Taken,
            _ => Self::Database(error),
        }
    }
}

/// Sends a sign-in code. `flow` is the browser's running sign-in, if it has one: asked again, it gets another code for
/// the same flow.
pub async fn begin(
    services: &Services,
    context: &Context,
    contact: &Contact,
    flow: Option<Uuid>,
    network: &Network,
) -> Result<Begun, IssueError> {
    let flow = flow.unwrap_or_else(|| new_uuid(context.now));
    limits::hit(services, &limits::CODE_PER_NETWORK, network.as_str()).await?;
    codes::issue(services, context, Purpose::SignIn, flow, contact).await?;
    Ok(Begun::new(flow, context.now))
}

/// Signs in with the code of `flow`. Code, account and session are one transaction: a used-up code always has its
/// session. `label` is what the person will recognise the browser by ([`sessions::label`]).
pub async fn sign_in(
    services: &Services,
    context: &Context,
    flow: Uuid,
    code: &str,
    label: &str,
    network: &Network,
) -> Result<SignedIn, VisitorError> {
    let (services, context, code, label, network) =
        (services.clone(), context.clone(), code.to_owned(), label.to_owned(), network.clone());
    to_the_end(async move {
        let (of, shown) = ((Purpose::SignIn, flow), (&*code, &network));
        let refused = about_account("account.sign_in_refused", None, json!({ "by": "code" }));
        let (mut transaction, proven) =
            codes::prove::<VisitorError>(&services, &context, of, shown, Some(refused)).await?;
        let signed_in = admit(&mut transaction, &services, &context, &proven, &label).await?;
        transaction.commit().await?;
        Ok(signed_in)
    })
    .await
}

/// The account of a proven contact, found or made, and a session of it.
async fn admit(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    proven: &Proven,
    label: &str,
) -> Result<SignedIn, VisitorError> {
    let id = new_uuid(context.now);
    let contact = proven.contact(&services.vault)?;
    let column = column_of(&contact);
    let found = people::find_or_make(
        &mut *db,
        people::ProvenVisitor {
            id,
            column,
            sealed: &services.vault.seal(place(column_name(column), id), contact.expose().as_bytes()),
            index: &proven.contact_index,
            locale: context.locale.tag(),
            now: context.now,
        },
    )
    .await?;
    let account = AccountId(found.id);
    let kind = (Kind::Visitor, Some(kind_name(column)));
    let signed_in = sessions::begin_in(db, context, account, kind, label).await?;
    let by = json!({ "by": "code", "session": signed_in.login.0 });
    let mut entries = vec![about_account("account.signed_in", Some(found.id), by)];
    if found.made {
        entries.insert(0, about_account("account.made", Some(found.id), json!({})));
    }
    audit::record(db, context, &entries).await?;
    Ok(SignedIn { new_account: found.made, ..signed_in })
}

pub(super) const fn column_of(contact: &Contact) -> ContactColumn {
    match contact {
        Contact::Phone(_) => ContactColumn::Phone,
        Contact::Mail(_) => ContactColumn::Mail,
    }
}

pub(super) const fn column_name(column: ContactColumn) -> &'static str {
    match column {
        ContactColumn::Phone => "phone_sealed",
        ContactColumn::Mail => "mail_sealed",
    }
}

/// As stored beside a session and a change.
pub(super) const fn kind_name(column: ContactColumn) -> &'static str {
    match column {
        ContactColumn::Phone => "phone",
        ContactColumn::Mail => "mail",
    }
}

/// What a person's own account page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Who.
    pub account: AccountId,
    /// What the person is called, if it was said.
    pub name: Option<PersonName>,
    /// The proven mobile number.
    pub phone: Option<Phone>,
    /// The proven mail address.
    pub mail: Option<MailAddress>,
    /// The language of messages.
    pub locale: Locale,
    /// Since when.
    pub created_at: Timestamp,
}

/// One's own account.
pub async fn profile(services: &Services, context: &Context) -> Result<Profile, AccountError> {
    let (account, _, _) = sessions::own(context)?;
    let row = people::live(&services.db, account.0).await?.ok_or(AccountError::NotFound)?;
    Ok(open_profile(services, &row)?)
}

pub(crate) fn open_profile(services: &Services, row: &people::AccountRow) -> Result<Profile, CryptoError> {
    let vault = &services.vault;
    let name = row.name_sealed.as_deref().map(|sealed| open_text(vault, place("name_sealed", row.id), sealed));
    Ok(Profile {
        account: AccountId(row.id),
        name: name
            .transpose()?
            .map(|text| PersonName::kept(&text).map_err(|_| CryptoError::NotAuthentic))
            .transpose()?,
        phone: row.phone_sealed.as_deref().map(|sealed| open_phone(vault, row.id, sealed)).transpose()?,
        mail: row.mail_sealed.as_deref().map(|sealed| open_mail(vault, row.id, sealed)).transpose()?,
        locale: Locale::from_tag(&row.locale),
        created_at: row.created_at.to_jiff(),
    })
}

/// Changes what one is called; `None` forgets it.
pub async fn set_name(services: &Services, context: &Context, name: Option<&PersonName>) -> Result<(), AccountError> {
    let (account, _, _) = sessions::own(context)?;
    let sealed = name.map(|name| services.vault.seal(place("name_sealed", account.0), name.as_str().as_bytes()));
    change(services, context, account, "account.name_changed", move |db| {
        Box::pin(async move { people::set_name(db, account.0, sealed.as_deref()).await })
    })
    .await
}

/// Changes the language of messages.
pub async fn set_locale(services: &Services, context: &Context, locale: Locale) -> Result<(), AccountError> {
    let (account, _, _) = sessions::own(context)?;
    change(services, context, account, "account.locale_changed", move |db| {
        Box::pin(async move { people::set_locale(db, account.0, locale.tag()).await })
    })
    .await
}

/// One statement about one's own account and its audit entry, in one transaction.
async fn change(
    services: &Services,
    context: &Context,
    account: AccountId,
    action: &'static str,
    statement: impl for<'c> FnOnce(&'c mut PgConnection) -> futures::future::BoxFuture<'c, sqlx::Result<bool>>
    + Send
    + 'static,
) -> Result<(), AccountError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        if !statement(&mut transaction).await? {
            return Err(AccountError::NotFound);
        }
        audit::record(&mut transaction, &context, &[about_account(action, Some(account.0), json!({}))]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Staff are reached through their office, not through a contact of their own.
pub(super) fn own_visitor(context: &Context) -> Result<(AccountId, LoginSessionId), Denied> {
    match sessions::own(context)? {
        (account, login, Kind::Visitor) => Ok((account, login)),
        (_, _, Kind::Staff) => Err(Denied::NotAllowed),
    }
}
