//! What a visitor signs in with: adding a contact, putting another in place of one, and the wait when the one before
//! cannot be shown any more.
//!
//! A session alone changes nothing here: whoever found a browser open must not take the account along. A contact is
//! replaced at once after a code to that contact, one of a kind the account does not have is added at once after a code
//! to the other; both within ten minutes. Otherwise the change waits [`WAIT`]: those who can be reached under the present
//! contacts are told, with a link that stops it and ends every session. They are told of what happened in any case.
//!
//! Whoever stops one change stops all that wait in the account: a thief may have asked for a telephone and for a mailbox,
//! and more than once. For the same reason a link stays good as long as anything waits there.

use super::codes::{self, IssueError, Proven, Purpose};
use super::visitors::{Begun, VisitorError, column_name, column_of, kind_name, own_visitor};
use super::{about_account, open_mail, open_phone, place, sessions};
use crate::audit;
use crate::context::{Context, Services, new_uuid};
use crate::crypto::{CryptoError, Place, Vault, random};
use crate::db::to_the_end;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use crate::limits::{self, Network};
use crate::messages::{AccountNotice, queue_account_notice};
use domain::Locale;
use domain::account::{Capability, Denied};
use domain::contact::{Contact, MailAddress, Phone, half_width};
use domain::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::account::contacts::{self as rows, ChangeRow};
use store::account::people::{self, AccountRow, ContactColumn};
use store::account::sessions as session_rows;
use uuid::Uuid;

/// How long a change waits when the contact before it cannot be shown: long enough to find the message on a weekend.
pub const WAIT: SignedDuration = SignedDuration::from_hours(72);
/// The job that makes a change when its time has come.
const EXCHANGE: &str = "account.exchange";
/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a link that stops a change: 50 bits, a limit on tries, three days.
const STOP_LENGTH: usize = 10;

/// Why no code was sent to a contact that is to be added.
#[derive(Debug, thiserror::Error)]
pub enum AddContactError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No code was sent.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

/// Sends a code to a contact one wants to add to one's account, or to put in place of the one of its kind. The answer is
/// the same when another account has the contact: that is told only to who proves it.
pub async fn begin(
    services: &Services,
    context: &Context,
    contact: &Contact,
    network: &Network,
) -> Result<Begun, AddContactError> {
    let (account, _) = own_visitor(context)?;
    codes::issue_to_add(services, context, account, contact, network).await?;
    Ok(Begun::new(account.0, context.now))
}

/// What became of a contact that was proven.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Confirmed {
    /// One signs in with it from now on.
    Now(Contact),
    /// One will, from then on, unless it is stopped.
    Then(Contact, Timestamp),
}

/// Adds the contact a code went to, or lets it wait. Code and contact are one transaction; when the contact is another
/// account's, the code is not used up, and nothing changes.
pub async fn confirm(
    services: &Services,
    context: &Context,
    code: &str,
    network: &Network,
) -> Result<Confirmed, VisitorError> {
    let (account, login) = own_visitor(context)?;
    let (services, context, code, network) = (services.clone(), context.clone(), code.to_owned(), network.clone());
    to_the_end(async move {
        let (of, shown) = ((Purpose::Contact, account.0), (&*code, &network));
        let (mut transaction, proven) = codes::prove::<VisitorError>(&services, &context, of, shown, None).await?;
        let contact = proven.contact(&services.vault)?;
        let row = people::lock(&mut transaction, account.0).await?.ok_or(VisitorError::NotFound)?;
        let proof = session_rows::proof(&mut *transaction, login.0).await?.ok_or(VisitorError::NotFound)?;
        let fresh = context.require(Capability::SecureOwnAccount).is_ok();
        let done = match may_at_once(&row, column_of(&contact), proof.proven_by.as_deref().filter(|_| fresh)) {
            true => {
                let fresh = Fresh { contact: &contact, index: &proven.contact_index, by: "code" };
                exchange(&mut transaction, &services, &context, &row, fresh).await?;
                Confirmed::Now(contact)
            }
            false => {
                // Whoever has proven the contact may hear now that it belongs to another account.
                if people::of_contact(&mut *transaction, &proven.contact_index).await?.is_some_and(|id| id != row.id) {
                    return Err(VisitorError::Taken);
                }
                let due_at = wait(&mut transaction, &services, &context, &row, &contact, &proven).await?;
                Confirmed::Then(contact, due_at)
            }
        };
        transaction.commit().await?;
        services.job_bell.notify_one();
        Ok(done)
    })
    .await
}

/// The contact that is to be replaced was shown, or one is added and another was shown.
fn may_at_once(row: &AccountRow, column: ContactColumn, proven_by: Option<&str>) -> bool {
    let has = match column {
        ContactColumn::Phone => row.phone_sealed.is_some(),
        ContactColumn::Mail => row.mail_sealed.is_some(),
    };
    proven_by.is_some_and(|by| !has || by == kind_name(column))
}

/// A contact to be put into an account.
struct Fresh<'a> {
    contact: &'a Contact,
    index: &'a [u8],
    by: &'static str,
}

/// Puts a contact into the account, and tells those who had it so far.
async fn exchange(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    row: &AccountRow,
    fresh: Fresh<'_>,
) -> Result<(), VisitorError> {
    let column = column_of(fresh.contact);
    let sealed = services.vault.seal(place(column_name(column), row.id), fresh.contact.expose().as_bytes());
    if !people::set_contact(&mut *db, row.id, column, &sealed, fresh.index).await? {
        return Err(VisitorError::NotFound);
    }
    // A wish that still waited is overtaken by this one.
    rows::forget(&mut *db, row.id, Some(kind_name(column))).await?;
    rows::forget_idle_links(&mut *db, row.id).await?;
    let detail = json!({ "contact": kind_name(column), "by": fresh.by });
    audit::record(db, context, &[about_account("account.contact_changed", Some(row.id), detail)]).await?;
    let notice = AccountNotice::Changed { kind: kind_name(column).into(), at: context.now };
    tell(db, services, context, row, &notice).await
}

/// Tells everybody who can be reached under the contacts the account has (or had until now).
async fn tell(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    row: &AccountRow,
    notice: &AccountNotice,
) -> Result<(), VisitorError> {
    let locale = Locale::from_tag(&row.locale);
    for contact in contacts_of(&services.vault, row)? {
        queue_account_notice(&mut *db, services, context, (AccountId(row.id), locale), &contact, notice).await?;
    }
    Ok(())
}

fn contacts_of(vault: &Vault, row: &AccountRow) -> Result<Vec<Contact>, CryptoError> {
    let phone = row.phone_sealed.as_deref().map(|sealed| open_phone(vault, row.id, sealed).map(Contact::Phone));
    let mail = row.mail_sealed.as_deref().map(|sealed| open_mail(vault, row.id, sealed).map(Contact::Mail));
    [phone, mail].into_iter().flatten().collect()
}

/// What the job of a change holds.
#[derive(Serialize, Deserialize)]
struct ExchangeJob {
    change: Uuid,
}

/// Lets a contact wait for its time, and tells those who have the account so far.
async fn wait(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    row: &AccountRow,
    contact: &Contact,
    proven: &Proven,
) -> Result<Timestamp, VisitorError> {
    let (id, due_at, stop) = (new_uuid(context.now), context.now + WAIT, stop_code());
    let kind = kind_name(column_of(contact));
    let change = rows::NewChange {
        id,
        account: row.id,
        kind,
        sealed: &services.vault.seal(change_place(id), contact.expose().as_bytes()),
        index: &proven.contact_index,
        stop_hash: &stop_hash(&services.vault, &stop),
        now: context.now,
        due_at,
    };
    rows::put(&mut *db, change).await?;
    let job = NewJob { kind: EXCHANGE, payload: &ExchangeJob { change: id }, run_at: due_at, dedupe: None };
    enqueue(db, context.now, &[job]).await?;
    let detail = json!({ "contact": kind, "due_at": due_at });
    audit::record(db, context, &[about_account("account.contact_change_asked", Some(row.id), detail)]).await?;
    tell(db, services, context, row, &AccountNotice::Asked { kind: kind.into(), due_at, stop }).await?;
    Ok(due_at)
}

const fn change_place(id: Uuid) -> Place {
    Place { table: "contact_change", column: "contact_sealed", row: id }
}

fn stop_code() -> String {
    random::<STOP_LENGTH>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

fn stop_hash(vault: &Vault, code: &str) -> [u8; 32] {
    vault.mac("contact change stop", code.as_bytes())
}

/// The characters of a link as they are meant: case, O and 0, I, L and 1 are forgiven.
fn read_stop(text: &str) -> Option<String> {
    let read: String = half_width(text)
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (read.len() == STOP_LENGTH && read.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(read)
}

/// A change that waits, as a page shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// `phone` or `mail`.
    pub kind: String,
    /// The new contact, masked.
    pub masked: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it takes effect.
    pub due_at: Timestamp,
}

fn shown(vault: &Vault, row: &ChangeRow) -> Result<Waiting, CryptoError> {
    Ok(Waiting {
        kind: row.kind.clone(),
        masked: open_change(vault, row)?.masked(),
        requested_at: row.requested_at.to_jiff(),
        due_at: row.due_at.to_jiff(),
    })
}

fn open_change(vault: &Vault, row: &ChangeRow) -> Result<Contact, CryptoError> {
    let text = super::open_text(vault, change_place(row.id), &row.contact_sealed)?;
    let contact = match row.kind.as_str() {
        "phone" => Phone::parse(&text).map(Contact::Phone),
        _ => MailAddress::parse(&text).map(Contact::Mail),
    };
    contact.map_err(|_| CryptoError::NotAuthentic)
}

/// One's own changes that wait.
pub async fn waiting(services: &Services, context: &Context) -> Result<Vec<Waiting>, VisitorError> {
    let (account, _, _) = sessions::own(context)?;
    let found = rows::of_account(&services.db, account.0).await?;
    Ok(found.iter().map(|row| shown(&services.vault, row)).collect::<Result<_, _>>()?)
}

/// Takes back one's own wish. It needs no fresh proof: nothing is changed by it, and whoever sees the wish of a stranger
/// must not have to look for a telephone first.
pub async fn take_back(services: &Services, context: &Context, kind: &str) -> Result<(), VisitorError> {
    let (account, _) = own_visitor(context)?;
    let (services, context, kind) = (services.clone(), context.clone(), kind.to_owned());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        people::lock(&mut transaction, account.0).await?.ok_or(VisitorError::NotFound)?;
        if rows::forget(&mut *transaction, account.0, Some(&kind)).await? > 0 {
            rows::forget_idle_links(&mut *transaction, account.0).await?;
            let entry = about_account("account.contact_change_stopped", Some(account.0), json!({ "by": "account" }));
            audit::record(&mut transaction, &context, &[entry]).await?;
        }
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// The changes that a link stops, to be shown; none where it leads nowhere (any more).
pub async fn by_stop_link(services: &Services, code: &str, network: &Network) -> Result<Vec<Waiting>, VisitorError> {
    limits::LOOKUPS.may_try(services, network).await?;
    let found = match read_stop(code) {
        Some(code) => rows::of_stop(&services.db, &stop_hash(&services.vault, &code)).await?,
        None => Vec::new(),
    };
    if found.is_empty() {
        limits::LOOKUPS.missed(services, network).await?;
    }
    Ok(found.iter().map(|row| shown(&services.vault, row)).collect::<Result<_, _>>()?)
}

/// Stops every change that waits in the account of a link and ends every session of it: whoever asked for them sits in
/// one of those. `false` where the link leads nowhere (any more).
pub async fn stop(services: &Services, context: &Context, code: &str, network: &Network) -> Result<bool, VisitorError> {
    limits::LOOKUPS.may_try(services, network).await?;
    let stopped = match read_stop(code) {
        Some(code) => stop_by(services, context, code).await?,
        None => false,
    };
    if !stopped {
        limits::LOOKUPS.missed(services, network).await?;
    }
    Ok(stopped)
}

async fn stop_by(services: &Services, context: &Context, code: String) -> Result<bool, VisitorError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        let found = rows::of_stop(&mut *transaction, &stop_hash(&services.vault, &code)).await?;
        let Some(account) = found.first().map(|row| row.account_id) else { return Ok(false) };
        people::lock(&mut transaction, account).await?.ok_or(VisitorError::NotFound)?;
        let stopped = rows::forget_all(&mut transaction, account).await?;
        if stopped == 0 {
            return Ok(false); // its time came in this very moment
        }
        let ended = session_rows::revoke_all(&mut *transaction, account, None, context.now).await?;
        let detail = json!({ "by": "link", "changes": stopped, "sessions_ended": ended });
        let entry = about_account("account.contact_change_stopped", Some(account), detail);
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(true)
    })
    .await
}

/// Stops every change that waits in an account, because all sessions of it end. The caller has locked the account.
pub(super) async fn stop_with_sessions(db: &mut PgConnection, context: &Context, account: Uuid) -> sqlx::Result<()> {
    let stopped = rows::forget_all(&mut *db, account).await?;
    if stopped > 0 {
        let detail = json!({ "by": "sessions", "changes": stopped });
        audit::record(db, context, &[about_account("account.contact_change_stopped", Some(account), detail)]).await?;
    }
    Ok(())
}

/// Adds what makes a change when its time has come.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(EXCHANGE, exchange_due)
}

async fn exchange_due(services: Services, job: Job<ExchangeJob>) -> Outcome {
    let context = services.system();
    match exchange_now(&services, &context, job.payload.change).await {
        Ok(()) => {
            services.job_bell.notify_one();
            Ok(())
        }
        // Another account has it by now: nobody's contact is taken away.
        Err(VisitorError::Taken) => drop_change(&services, &context, job.payload.change).await.map_err(Failure::from),
        Err(VisitorError::Database(error)) => Err(error.into()),
        Err(VisitorError::Crypto(_)) => Err(Failure::retry("contact_change_sealed")),
        Err(_) => Err(Failure::give_up("contact_change")),
    }
}

/// Puts a contact that waited into its account, unless it was stopped.
async fn exchange_now(services: &Services, context: &Context, change: Uuid) -> Result<(), VisitorError> {
    let mut transaction = services.begin().await?;
    let Some(found) = rows::by_id(&mut *transaction, change).await? else { return Ok(()) };
    let Some(row) = people::lock(&mut transaction, found.account_id).await? else { return Ok(()) };
    if !rows::take(&mut *transaction, change).await? {
        return Ok(());
    }
    let contact = open_change(&services.vault, &found)?;
    let fresh = Fresh { contact: &contact, index: &found.contact_index, by: "waiting" };
    exchange(&mut transaction, services, context, &row, fresh).await?;
    transaction.commit().await?;
    Ok(())
}

async fn drop_change(services: &Services, context: &Context, change: Uuid) -> sqlx::Result<()> {
    let mut transaction = services.begin().await?;
    if let Some(found) = rows::by_id(&mut *transaction, change).await?
        && people::lock(&mut transaction, found.account_id).await?.is_some()
        && rows::take(&mut *transaction, change).await?
    {
        rows::forget_idle_links(&mut *transaction, found.account_id).await?;
        let detail = json!({ "by": "taken" });
        let entry = about_account("account.contact_change_stopped", Some(found.account_id), detail);
        audit::record(&mut transaction, context, &[entry]).await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_stops_is_read_as_it_was_meant() {
        let code = stop_code();
        assert_eq!(read_stop(&code).as_deref(), Some(code.as_str()));
        assert_eq!(read_stop("oOiIlL2345").as_deref(), Some("0011112345"));
        for text in ["", "short", "0123456789A", "012345678!", "012345678中"] {
            assert_eq!(read_stop(text), None, "{text}");
        }
    }
}
