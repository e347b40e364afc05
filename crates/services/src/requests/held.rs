//! What a person who asked for something may have of us: a copy, and an end to it. Found by the contacts of their account,
//! which are proven, and by the account itself: signed in, one may ask under another contact.

use super::{Kind, RequestError, View, empty};
use crate::{Context, Services};
use domain::account::Capability;
use domain::requests::Machine;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::requests::drafts;
use store::requests::rows::{self as sql, Person};
use uuid::Uuid;

/// The words of the states in which something is still to come of a request.
fn under_way<K: Kind>() -> Vec<&'static str> {
    K::State::UNDER_WAY.iter().map(|state| state.word()).collect()
}

/// How many requests of one phone or address are under way.
pub(crate) async fn count_under_way<K: Kind>(db: &mut PgConnection, contact_index: &[u8]) -> sqlx::Result<i64> {
    sql::count_of_contact(db, K::OF, contact_index, &under_way::<K>()).await
}

/// The requests of a person, whole, for a copy: their ids, and what is held.
pub(crate) async fn exported<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    person: Person<'_>,
) -> Result<(Vec<Uuid>, Vec<Value>), RequestError<K>> {
    let ids = sql::of_person(db, K::OF, person).await?;
    let mut all = Vec::with_capacity(ids.len());
    for id in &ids {
        let request = K::load(services, db, (*id).into(), context.now).await?.ok_or(RequestError::NotFound)?;
        let mut copy = common(&request);
        K::copy(services, db, &request, &mut copy).await?;
        all.push(Value::Object(copy));
    }
    Ok((ids, all))
}

/// What of every kind's request its owner gets.
fn common<K: Kind>(request: &View<K>) -> Map<String, Value> {
    let id: Uuid = request.id.into();
    let fields = json!({
        "id": id,
        "reference": request.reference,
        "state": request.state.word(),
        "organisation": request.organisation,
        "city": request.city.code(),
        "created_at": request.created_at,
        "name": request.name.as_str(),
        "post": request.post,
        "contact": request.contact.as_ref().map(|contact| contact.expose()),
        "note": request.note,
        "question": request.question,
        "answer": request.answer,
        "reason": request.reason,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The requests of a person that are under way, the oldest first.
pub(crate) async fn live<K: Kind>(db: &mut PgConnection, person: Person<'_>) -> sqlx::Result<Vec<K::Id>> {
    let ids = sql::live_of_person(db, K::OF, person, &under_way::<K>()).await?;
    Ok(ids.into_iter().map(K::Id::from).collect())
}

/// Empties the requests of a person, and forgets what was typed under their contacts, in the caller's transaction. Answers
/// how many, or the number of those that are under way: then nothing was touched.
pub(crate) async fn forget<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    person: Person<'_>,
) -> sqlx::Result<Result<usize, usize>> {
    let all = sql::lock_of_person(db, K::OF, person, &under_way::<K>()).await?;
    let under_way = all.iter().filter(|(_, live)| *live).count();
    if under_way > 0 {
        return Ok(Err(under_way));
    }
    for (id, _) in &all {
        K::forgotten(services, db, (*id).into(), context.now).await?;
        empty::<K>(services, db, (*id).into(), context.now).await?;
    }
    for index in [person.phone, person.mail].into_iter().flatten() {
        drafts::remove_of_contact(db, K::OF, index).await?;
    }
    Ok(Ok(all.len()))
}

/// The requests of the account that asks, the newest first.
///
/// # Errors
/// `Denied` when nobody is signed in.
pub async fn of_account<K: Kind>(services: &Services, context: &Context) -> Result<Vec<View<K>>, RequestError<K>> {
    context.require(Capability::UseOwnAccount)?;
    let account = context.actor.account().ok_or(RequestError::NotFound)?;
    let mut db = services.db.acquire().await?;
    let mut all = Vec::new();
    for id in sql::of_account(&mut db, K::OF, account.0).await? {
        // One that was emptied at this moment is nobody's any more.
        all.extend(K::load(services, &mut db, id.into(), context.now).await?);
    }
    Ok(all)
}

/// Whether a request is one of an account's.
pub(super) async fn is_own<K: Kind>(services: &Services, account: Uuid, id: K::Id) -> sqlx::Result<bool> {
    let mut db = services.db.acquire().await?;
    sql::is_of_account(&mut db, K::OF, account, id.into()).await
}
