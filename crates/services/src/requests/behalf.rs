//! Requests by machines, on behalf of who asks: the mini-programme has its own form, and vouches for the contact as it does for
//! that of a booking. There is no code and nothing is kept half typed.
//!
//! A machine has a form as a browser has one, with nothing typed in it: by it the machine knows its requests again, and nobody
//! else's.

use super::draft::made;
use super::{Kind, RequestError, RequestId, View, finished, run};
use crate::booking::Remember;
use crate::machines::client_of;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::ClientId;
use domain::typed::Typed;
use jiff::SignedDuration;
use std::sync::Arc;
use store::requests::drafts as sql;

/// How long a machine knows its requests again. What names somebody is emptied on the requests' own clock.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 400);

fn hash(services: &Services, client: ClientId) -> Vec<u8> {
    services.vault.blind_index("machine", &client.to_string())
}

/// The machine that asks. Needs [`Capability::BookOnBehalf`].
fn machine<K: Kind>(context: &Context) -> Result<ClientId, RequestError<K>> {
    context.require(Capability::BookOnBehalf)?;
    client_of(context).ok_or(RequestError::NotFound)
}

/// Makes a request of a form that a machine sends whole, and keeps the answer with it, both or neither. Who asks is told that
/// it is here, and follows it by the link.
///
/// # Errors
/// `Denied`; `Fields`; `TooMany`, or what the kind has against it; `Busy`, also where another request has answered under the key
/// meanwhile; `NotFound` for somebody who is no machine.
pub async fn submit_on_behalf<K: Kind>(
    services: &Services,
    context: &Context,
    typed: &Typed,
    remember: Remember<View<K>>,
) -> Result<View<K>, RequestError<K>> {
    let client = machine::<K>(context)?;
    let asked = Arc::new(K::asked(services, context, typed).await?);
    let remember = Arc::new(remember);
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        let (asked, remember) = (Arc::clone(&asked), Arc::clone(&remember));
        async move { submitted::<K>(&services, &context, client, &asked, &remember).await }
    })
    .await
}

async fn submitted<K: Kind>(
    services: &Services,
    context: &Context,
    client: ClientId,
    asked: &K::Asked,
    remember: &Remember<View<K>>,
) -> Result<View<K>, RequestError<K>> {
    let mut tx = services.begin().await?;
    let draft: K::DraftId = context.new_id();
    let life = (context.now, context.now + KNOWN);
    sql::add(&mut tx, K::OF, draft.into(), &hash(services, client), context.locale.tag(), life).await?;
    let id = made::<K>(services, context, &mut tx, draft, asked).await?;
    let view = K::load(services, &mut tx, id, context.now).await?.ok_or(RequestError::NotFound)?;
    let answer = (remember.answer)(services, &view);
    if !remember.under.keep_in(&mut tx, services, &answer).await? {
        return Err(RequestError::Busy);
    }
    finished(services, tx).await?;
    Ok(view)
}

/// A request of the machine's own.
///
/// # Errors
/// `Denied`; `NotFound` for others', whether or not they are there.
pub async fn own_on_behalf<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
) -> Result<View<I::Kind>, RequestError<I::Kind>> {
    let client = machine::<I::Kind>(context)?;
    let mut db = services.db.acquire().await?;
    let of = <I::Kind as Kind>::OF;
    if !sql::is_of(&mut db, of, id.into(), &hash(services, client)).await? {
        return Err(RequestError::NotFound);
    }
    I::Kind::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)
}
