//! Telling families outside the house: queued with what is told, read and sent by `messages::family`.

use super::{FamilyError, opened};
use crate::Context;
use crate::Services;
use crate::account::visitors::open_profile;
use crate::jobs::{NewJob, enqueue};
use domain::Locale;
use domain::booking::after_quiet;
use domain::contact::{Contact, Phone};
use domain::ids::{AccountId, FamilyId, MessageId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::account::people as accounts;
use store::family::{join as invitations, own as sql};
use uuid::Uuid;

/// What the job of a notice holds: ids.
#[derive(Serialize, Deserialize)]
pub(crate) struct FamilyNews {
    /// To which family.
    pub family: FamilyId,
    /// For whom of it.
    pub account: AccountId,
    /// The message's own.
    pub message: MessageId,
}

impl FamilyNews {
    /// The job.
    pub(crate) const JOB: &'static str = "family.news";
}

/// What the job of an invitation holds: ids.
#[derive(Serialize, Deserialize)]
pub(crate) struct FamilyInvited {
    /// Into which family.
    pub family: FamilyId,
    /// Which.
    pub invitation: Uuid,
    /// The message's own.
    pub message: MessageId,
}

impl FamilyInvited {
    /// The job.
    pub(crate) const JOB: &'static str = "family.invited";
}

/// What the job of an ended membership holds: ids.
#[derive(Serialize, Deserialize)]
pub(crate) struct FamilyLeft {
    /// Of which family.
    pub family: FamilyId,
    /// Whose.
    pub account: AccountId,
    /// The message's own.
    pub message: MessageId,
}

impl FamilyLeft {
    /// The job.
    pub(crate) const JOB: &'static str = "family.left";
}

/// Queues one message for everybody who belongs to a family, but for one who knows: by day, since nobody is woken for it.
pub(super) async fn queue(
    db: &mut PgConnection,
    context: &Context,
    family: FamilyId,
    knows: Option<AccountId>,
) -> Result<(), FamilyError> {
    queue_all(db, context, &[family.0], knows).await
}

/// The same for families that were told of something, one message of each thing: a family may stand there several times.
pub(super) async fn queue_all(
    db: &mut PgConnection,
    context: &Context,
    told: &[Uuid],
    knows: Option<AccountId>,
) -> Result<(), FamilyError> {
    if told.is_empty() {
        return Ok(());
    }
    let mut members: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (family, account) in sql::members_of(&mut *db, told).await? {
        if knows != Some(AccountId(account)) {
            members.entry(family).or_default().push(account);
        }
    }
    let each = told.iter().flat_map(|family| members.get(family).into_iter().flatten().map(move |of| (*family, *of)));
    let told = |(family, account)| FamilyNews {
        family: FamilyId(family),
        account: AccountId(account),
        message: context.new_id(),
    };
    let payloads: Vec<FamilyNews> = each.map(told).collect();
    let run_at = after_quiet(context.now);
    let jobs: Vec<_> =
        payloads.iter().map(|payload| NewJob { kind: FamilyNews::JOB, payload, run_at, dedupe: None }).collect();
    Ok(enqueue(db, context.now, &jobs).await?)
}

/// Queues the message of an invitation.
pub(super) async fn queue_invited(
    db: &mut PgConnection,
    context: &Context,
    (family, invitation): (FamilyId, Uuid),
) -> Result<(), FamilyError> {
    let payload = FamilyInvited { family, invitation, message: context.new_id() };
    let run_at = after_quiet(context.now);
    let job = NewJob { kind: FamilyInvited::JOB, payload: &payload, run_at, dedupe: None };
    Ok(enqueue(db, context.now, &[job]).await?)
}

/// Queues the message to somebody who belongs to a family no more, since the office ended it.
pub(super) async fn queue_left(
    db: &mut PgConnection,
    context: &Context,
    (family, account): (FamilyId, AccountId),
) -> Result<(), FamilyError> {
    let payload = FamilyLeft { family, account, message: context.new_id() };
    let run_at = after_quiet(context.now);
    let job = NewJob { kind: FamilyLeft::JOB, payload: &payload, run_at, dedupe: None };
    Ok(enqueue(db, context.now, &[job]).await?)
}

/// Where somebody of a family is told, in which language; nowhere once they do not belong to it any more.
///
/// # Errors
/// `Crypto`, `Database`.
pub(crate) async fn told_at(
    services: &Services,
    family: FamilyId,
    account: AccountId,
) -> Result<Option<(Contact, Locale)>, FamilyError> {
    let members = sql::members(&services.db, family.0).await?;
    if !members.iter().any(|row| row.account_id == account.0) {
        return Ok(None);
    }
    contact_of(services, account).await
}

/// Where whoever has an account is told, in which language; nowhere once there is none.
///
/// # Errors
/// `Crypto`, `Database`.
pub(crate) async fn contact_of(
    services: &Services,
    account: AccountId,
) -> Result<Option<(Contact, Locale)>, FamilyError> {
    let Some(person) = accounts::live(&services.db, account.0).await? else { return Ok(None) };
    let profile = open_profile(services, &person)?;
    // As with a sign-in: by text message to whoever has a number.
    let contact = profile.phone.map(Contact::Phone).or(profile.mail.map(Contact::Mail));
    Ok(contact.map(|contact| (contact, profile.locale)))
}

/// The mobile number of an invitation that can still be claimed.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(crate) async fn invited_phone(services: &Services, invitation: Uuid) -> Result<Option<Phone>, FamilyError> {
    let sealed = invitations::open_phone(&services.db, invitation, services.clock.now()).await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let digits = opened(services, ("family_invitation", "phone_sealed", invitation), &sealed)?;
    Ok(Some(Phone::parse(&digits).map_err(|_| FamilyError::Unreadable)?))
}
