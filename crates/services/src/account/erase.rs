//! What a person may ask of us about themselves (个人信息保护法, articles 45 and 47): a copy of everything we hold, and an
//! end to it.
//!
//! Deleting empties: names, numbers, addresses and their keyed hashes go; ids, counts and the audit trail stay, and name
//! nobody. Requests for the bus under the account's contacts go the same way. A booking of a session that is not over needs its particulars at the door, so it stands in the way until it is
//! cancelled; [`delete_own`] does that when told to. No message follows: there is nobody left to write to, and the page
//! that answers says so.

use super::visitors::open_profile;
use super::{AccountError, about_account, sessions};
use crate::ambassadors::Ambassadors;
use crate::audit;
use crate::booking::{self, BookingError, Handle};
use crate::bus::Bus;
use crate::context::{Context, Services};
use crate::crypto::{CryptoError, Place};
use crate::db::to_the_end;
use crate::family::{self, FamilyError};
use crate::groups::Groups;
use crate::limits;
use crate::outreach::{OutreachError, exported_answers};
use crate::requests::{self, Kind, RequestError, RequestId};
use crate::spark::{self, apply::ApplyError, cases::CaseError, letters::LetterError};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{Actor, Capability, Denied};
use domain::ids::{AccountId, BookingId, WaitingId};
use domain::spark::State;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use store::account::erase as rows;
use store::account::people::{self, AccountRow};
use store::account::{codes as code_rows, passkeys as passkey_rows, sessions as session_rows};
use store::booking::waiting;
use store::requests::rows::Person;
use store::spark::cases;
use uuid::Uuid;

/// What stands in an emptied booking where a name stood.
const NOBODY: &str = "已注销";

/// Everything we hold on whoever asks, as JSON for a file, after a fresh proof: a browser that was left open must not
/// hand it out. Each export is in the audit trail.
pub async fn export_own(services: &Services, context: &Context) -> Result<Value, AccountError> {
    let (account, _, _) = sessions::own(context)?;
    context.require(Capability::SecureOwnAccount)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        limits::hit(&services, &limits::EXPORT_PER_ACCOUNT, &account.to_string()).await?;
        let mut transaction = services.begin().await?;
        let row = people::live(&mut *transaction, account.0).await?.ok_or(AccountError::NotFound)?;
        let everything = collect(&mut transaction, &services, &context, &row).await?;
        audit::record(&mut transaction, &context, &[about_account("account.exported", Some(row.id), json!({}))])
            .await?;
        transaction.commit().await?;
        Ok(everything)
    })
    .await
}

async fn collect(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    row: &AccountRow,
) -> Result<Value, AccountError> {
    let profile = open_profile(services, row)?;
    let bookings = rows::bookings(&mut *db, row.id, row.phone_index.as_deref(), row.mail_index.as_deref()).await?;
    let waits = waiting::of_account(db, row.id, row.phone_index.as_deref(), row.mail_index.as_deref()).await?;
    let booked: Vec<Uuid> = bookings.iter().map(|booking| booking.id).collect();
    let waited: Vec<Uuid> = waits.iter().map(|entry| entry.id).collect();
    let mut answers = exported_answers(services, db, &booked, &waited).await?;
    let ids: Vec<Uuid> = booked.into_iter().chain(waited).collect();
    let (requests, bus_requests) = requests::exported::<Bus>(services, context, db, person(row)).await?;
    let (groups, group_requests) = requests::exported::<Groups>(services, context, db, person(row)).await?;
    let (applied, applications) = requests::exported::<Ambassadors>(services, context, db, person(row)).await?;
    let aid_applications = spark::apply::exported(services, db, row).await?;
    let aid_cases = cases::of_account(&mut *db, row.id).await?;
    let aid_letters = spark::letters::exported(services, db, row.id).await?;
    let cord_blood = family::exported(services, context).await?;
    let requests: Vec<Uuid> = requests.into_iter().chain(groups).chain(applied).collect();
    let messages = rows::messages(&mut *db, row.id, &ids, &requests).await?;
    let sessions = rows::sessions(&mut *db, row.id).await?;
    let passkeys = passkey_rows::of_account(&mut *db, row.id).await?;
    let subjects: Vec<Uuid> = ids.iter().chain(&requests).copied().collect();
    let trail = rows::audit(&mut *db, row.id, &subjects).await?;
    Ok(json!({
        "format": "cordblood-account-1",
        "exported_at": context.now,
        "account": {
            "id": row.id,
            "kind": row.kind,
            "created_at": profile.created_at,
            "locale": profile.locale,
            "name": profile.name.as_ref().map(|name| name.as_str()),
            "phone": profile.phone.as_ref().map(|phone| phone.digits()),
            "mail": profile.mail.as_ref().map(|mail| mail.as_str()),
        },
        "bookings": bookings.iter().map(|booking| exported(services, booking, &mut answers)).collect::<Result<Vec<_>, _>>()?,
        "bus_requests": bus_requests,
        "group_requests": group_requests,
        "ambassador_applications": applications,
        "aid_applications": aid_applications,
        // How far it is in the words its family reads; its papers are fetched where it is followed.
        "aid_cases": aid_cases.iter().map(|case| json!({
            "reference": case.reference,
            "part": case.part,
            "state": State::from_name(&case.state).map(|state| state.public().name()),
            "created_at": case.opened_at.to_jiff(),
        })).collect::<Vec<_>>(),
        "aid_letters": aid_letters,
        "cord_blood": cord_blood,
        "waiting_list": waits
            .iter()
            .map(|entry| exported_wait(services, entry, &mut answers))
            .collect::<Result<Vec<_>, _>>()?,
        "sign_ins": sessions.iter().map(|session| json!({
            "browser": session.label,
            "created_at": session.created_at.to_jiff(),
            "last_seen_at": session.last_seen_at.to_jiff(),
            "expires_at": session.expires_at.to_jiff(),
            "revoked_at": session.revoked_at.map(|at| at.to_jiff()),
        })).collect::<Vec<_>>(),
        "passkeys": passkeys.iter().map(exported_passkey).collect::<Vec<_>>(),
        "messages": messages.iter().map(|message| json!({
            "kind": message.template,
            "channel": message.channel,
            "state": message.state,
            "created_at": message.created_at.to_jiff(),
            "sent_at": message.sent_at.map(|at| at.to_jiff()),
        })).collect::<Vec<_>>(),
        "what_happened": trail.iter().map(|entry| json!({
            "at": entry.at.to_jiff(),
            "action": entry.action,
            "by": entry.actor_kind,
        })).collect::<Vec<_>>(),
    }))
}

/// The private key is the authenticator's; of the public one a person has no use.
fn exported_passkey(passkey: &passkey_rows::PasskeyRow) -> Value {
    json!({
        "name": passkey.name,
        "credential_id": BASE64_URL_SAFE_NO_PAD.encode(&passkey.credential_id),
        "transports": passkey.transports,
        "created_at": passkey.created_at.to_jiff(),
        "last_used_at": passkey.last_used_at.map(|at| at.to_jiff()),
    })
}

fn person(row: &AccountRow) -> Person<'_> {
    Person { phone: row.phone_index.as_deref(), mail: row.mail_index.as_deref(), account: row.id }
}

const fn booking_place(column: &'static str, row: Uuid) -> Place {
    Place { table: "booking", column, row }
}

fn exported(
    services: &Services,
    booking: &rows::HeldBookingRow,
    answers: &mut HashMap<Uuid, Value>,
) -> Result<Value, CryptoError> {
    let open = |column, sealed: &[u8]| super::open_text(&services.vault, booking_place(column, booking.id), sealed);
    Ok(json!({
        "id": booking.id,
        "reference": booking.reference,
        "activity": booking.activity,
        "state": booking.state,
        "starts_at": booking.starts_at.to_jiff(),
        "ends_at": booking.ends_at.to_jiff(),
        "people": booking.people,
        "children": booking.children,
        "arrived": booking.arrived,
        "created_at": booking.created_at.to_jiff(),
        "name": open("name_sealed", &booking.name_sealed)?,
        "phone": booking.phone_sealed.as_deref().map(|sealed| open("phone_sealed", sealed)).transpose()?,
        "mail": booking.mail_sealed.as_deref().map(|sealed| open("mail_sealed", sealed)).transpose()?,
        // The end of it says which document it was; whoever reads the file later learns no more.
        "documents": booking.document_sealed.as_deref().map(|sealed| open("document_sealed", sealed)).transpose()?
            .and_then(|text| domain::document::Shown::from_comparable(&text))
            .unwrap_or_default()
            .all()
            .map(|document| json!({ "kind": document.kind().name(), "number": document.masked() }))
            .collect::<Vec<_>>(),
        "answers": answers.remove(&booking.id).unwrap_or_else(|| json!([])),
    }))
}

fn exported_wait(
    services: &Services,
    entry: &waiting::EntryRow,
    answers: &mut HashMap<Uuid, Value>,
) -> Result<Value, CryptoError> {
    let open = |column, sealed: Option<&[u8]>| {
        let place = Place { table: "waiting_entry", column, row: entry.id };
        sealed.map(|sealed| super::open_text(&services.vault, place, sealed)).transpose()
    };
    Ok(json!({
        "id": entry.id,
        "state": entry.state,
        "people": entry.people,
        "children": entry.children,
        "created_at": entry.created_at.to_jiff(),
        "offers": entry.offers,
        "booking": entry.booking_id,
        "name": open("name_sealed", entry.name_sealed.as_deref())?,
        "phone": open("phone_sealed", entry.phone_sealed.as_deref())?,
        "mail": open("mail_sealed", entry.mail_sealed.as_deref())?,
        "answers": answers.remove(&entry.id).unwrap_or_else(|| json!([])),
    }))
}

/// What a deletion did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deleted {
    /// Bookings that were cancelled for it.
    pub cancelled: usize,
    /// Bookings of the past that name nobody any more.
    pub emptied: usize,
    /// Requests for the bus and of groups, and applications, that were taken back for it.
    pub withdrawn: usize,
    /// Requests for the bus and of groups, and applications, that name nobody any more.
    pub requests_emptied: usize,
}

/// Ends the account of whoever asks, for good, after a fresh proof. Refused while bookings of sessions that are not over
/// are live, or requests for the bus are under way, unless `cancel_bookings`, which takes those back, too; then refused when one of them can no longer be cancelled (too late, or the party is
/// inside): the account can be deleted after the visit. Refused always while the account acts in a live case of the relief fund.
pub async fn delete_own(
    services: &Services,
    context: &Context,
    cancel_bookings: bool,
) -> Result<Deleted, AccountError> {
    let account = match &context.actor {
        Actor::Visitor { account, .. } => *account,
        Actor::Anonymous => return Err(Denied::SignInNeeded.into()),
        // Staff accounts are ended by a colleague: what staff did stays theirs in the audit trail.
        _ => return Err(Denied::NotAllowed.into()),
    };
    context.require(Capability::SecureOwnAccount)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let row = people::live(&services.db, account.0).await?.ok_or(AccountError::NotFound)?;
        let mut connection = services.db.acquire().await?;
        let live = live_bookings(&mut connection, &context, &row).await?;
        let bus = requests::live::<Bus>(&mut connection, person(&row)).await?;
        let groups = requests::live::<Groups>(&mut connection, person(&row)).await?;
        let applications = requests::live::<Ambassadors>(&mut connection, person(&row)).await?;
        let cases = cases::live_of_account(&mut *connection, row.id).await?.len();
        drop(connection);
        // A case of the relief fund is taken back by itself, where it can be: others may be of it, and money kept for it.
        if cases > 0 {
            return Err(AccountError::LiveCase);
        }
        let withdrawn = bus.len() + groups.len() + applications.len();
        let count = live.len() + withdrawn;
        if count > 0 && !cancel_bookings {
            return Err(AccountError::LiveBookings { count });
        }
        for booking in &live {
            let handle = Handle::Id(BookingId(*booking));
            booking::cancel(&services, &context, handle, None).await.map_err(not_cancelled)?;
        }
        withdraw(&services, &context, &bus).await?;
        withdraw(&services, &context, &groups).await?;
        withdraw(&services, &context, &applications).await?;
        leave_lists(&services, &context, &row).await?;
        let (emptied, requests_emptied) = empty(&services, &context, account).await?;
        Ok(Deleted { cancelled: live.len(), emptied, withdrawn, requests_emptied })
    })
    .await
}

impl From<OutreachError> for AccountError {
    fn from(error: OutreachError) -> Self {
        match error {
            OutreachError::Denied(denied) => Self::Denied(denied),
            OutreachError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, "the answers of a booking could not be read");
                Self::Crypto(CryptoError::NotAuthentic)
            }
        }
    }
}

impl From<LetterError> for AccountError {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::Case(CaseError::Database(error)) => Self::Database(error),
            error => {
                tracing::error!(%error, "a letter could not be read");
                Self::Crypto(CryptoError::NotAuthentic)
            }
        }
    }
}

impl From<FamilyError> for AccountError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::Denied(denied) => Self::Denied(denied),
            FamilyError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, "the record of a family could not be read");
                Self::Crypto(CryptoError::NotAuthentic)
            }
        }
    }
}

impl From<ApplyError> for AccountError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Denied(denied) => Self::Denied(denied),
            ApplyError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, "an application could not be read");
                Self::Crypto(CryptoError::NotAuthentic)
            }
        }
    }
}

impl<K: Kind> From<RequestError<K>> for AccountError {
    fn from(error: RequestError<K>) -> Self {
        match error {
            RequestError::Denied(denied) => Self::Denied(denied),
            RequestError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, kind = K::TABLE, "a request could not be read");
                Self::Crypto(CryptoError::NotAuthentic)
            }
        }
    }
}

fn not_cancelled(error: BookingError) -> AccountError {
    match error {
        BookingError::Database(error) => AccountError::Database(error),
        BookingError::Denied(denied) => AccountError::Denied(denied),
        _ => AccountError::NotCancelled,
    }
}

/// Takes the person off every waiting list: whoever waits behind moves up at once.
async fn leave_lists(services: &Services, context: &Context, row: &AccountRow) -> Result<(), AccountError> {
    let mut db = services.db.acquire().await?;
    let live = waiting::live_of_account(&mut db, row.id, row.phone_index.as_deref(), row.mail_index.as_deref()).await?;
    drop(db);
    for entry in live {
        booking::leave_for(services, context, WaitingId(entry)).await.map_err(not_cancelled)?;
    }
    Ok(())
}

async fn live_bookings(db: &mut PgConnection, context: &Context, row: &AccountRow) -> sqlx::Result<Vec<Uuid>> {
    rows::live_bookings(db, row.id, row.phone_index.as_deref(), row.mail_index.as_deref(), context.now).await
}

/// Takes back the requests of one kind that are under way.
async fn withdraw<I: RequestId>(services: &Services, context: &Context, ids: &[I]) -> Result<(), AccountError> {
    for id in ids {
        requests::withdraw_own(services, context, *id).await?;
    }
    Ok(())
}

/// Empties the requests of one kind. Answers how many.
async fn forget<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    row: &AccountRow,
) -> Result<usize, AccountError> {
    let emptied = requests::forget::<K>(services, context, db, person(row)).await?;
    emptied.map_err(|count| AccountError::LiveBookings { count })
}

async fn empty(services: &Services, context: &Context, account: AccountId) -> Result<(usize, usize), AccountError> {
    let mut transaction = services.begin().await?;
    // Codes before accounts, as whoever shows a code locks them.
    let seen = people::live(&mut *transaction, account.0).await?.ok_or(AccountError::NotFound)?;
    for index in [&seen.phone_index, &seen.mail_index].into_iter().flatten() {
        code_rows::remove_of_contact(&mut *transaction, index).await?;
    }
    let row = people::lock(&mut transaction, account.0).await?.ok_or(AccountError::NotFound)?;
    if (&row.phone_index, &row.mail_index) != (&seen.phone_index, &seen.mail_index) {
        return Err(AccountError::Changed); // a contact was exchanged in this very moment
    }
    // Somebody may have booked in another window meanwhile.
    let live = live_bookings(&mut transaction, context, &row).await?;
    if !live.is_empty() {
        return Err(AccountError::LiveBookings { count: live.len() });
    }
    let (phone, mail) = (row.phone_index.as_deref(), row.mail_index.as_deref());
    // Or joined a waiting list: nobody else could take the party off it.
    if !waiting::live_of_account(&mut transaction, row.id, phone, mail).await?.is_empty() {
        return Err(AccountError::Changed);
    }
    if !cases::live_of_account(&mut *transaction, row.id).await?.is_empty() {
        return Err(AccountError::LiveCase);
    }
    cases::leave(&mut *transaction, row.id).await?;
    // The contract and the unit stay; whoever comes back is invited again.
    store::family::join::leave(&mut *transaction, row.id, context.now).await?;
    let past = rows::bookings(&mut *transaction, row.id, phone, mail).await?;
    for booking in &past {
        let name = services.vault.seal(booking_place("name_sealed", booking.id), NOBODY.as_bytes());
        rows::empty_booking(&mut *transaction, booking.id, &name, context.now).await?;
    }
    let waited: Vec<Uuid> =
        waiting::of_account(&mut transaction, row.id, phone, mail).await?.into_iter().map(|entry| entry.id).collect();
    waiting::empty(&mut transaction, &waited, context.now).await?;
    let ids: Vec<Uuid> = past.iter().map(|booking| booking.id).collect();
    store::outreach::answers::erase(&mut *transaction, &ids).await?;
    // Somebody may have sent another request meanwhile, too.
    let requests = forget::<Bus>(services, context, &mut transaction, &row).await?;
    let groups = forget::<Groups>(services, context, &mut transaction, &row).await?;
    let applied = forget::<Ambassadors>(services, context, &mut transaction, &row).await?;
    let aid = spark::apply::forget(&mut transaction, &row).await?;
    session_rows::revoke_all(&mut *transaction, row.id, None, context.now).await?;
    rows::empty_account(&mut transaction, row.id, context.now).await?;
    let detail = json!({ "bookings_emptied": past.len(), "bus_requests_emptied": requests, "group_requests_emptied": groups,
            "applications_emptied": applied, "aid_applications_discarded": aid });
    audit::record(&mut transaction, context, &[about_account("account.deleted", Some(row.id), detail)]).await?;
    transaction.commit().await?;
    Ok((past.len(), requests + groups + applied))
}
