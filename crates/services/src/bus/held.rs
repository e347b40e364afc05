//! What a person who asked for the bus may have of us: a copy, and an end to it. Found by the contacts of their
//! account, which are proven.

use super::kind::{Bus, BusError, RequestView};
use super::view::open;
use crate::account::erase::Contacts;
use crate::requests::Kind;
use crate::{Context, Services};
use domain::ids::BusRequestId;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::bus::{held as sql, requests, stops, tally};
use store::requests as drafts;
use uuid::Uuid;

/// How many requests are due to be emptied.
pub(crate) async fn count_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(requests::count_due(&services.db, before).await?.unsigned_abs())
}

/// The requests made under these contacts, whole, for a copy: their ids, and what is held.
pub(crate) async fn exported(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Contacts<'_>,
) -> Result<(Vec<Uuid>, Vec<Value>), BusError> {
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    for row in sql::requests(db, of.phone, of.mail).await? {
        let stop = stops::of_request(db, row.id).await?;
        let marks = tally::feedback(db, row.id).await?;
        ids.push(row.id);
        let request = open(services, row, stop, context.now)?;
        all.push(copy(&request, marks));
    }
    Ok((ids, all))
}

fn copy(request: &RequestView, marks: Option<tally::FeedbackRow>) -> Value {
    json!({
        "id": request.id,
        "reference": request.reference,
        "state": request.state,
        "organisation": request.organisation,
        "audience": request.audience,
        "ages": request.ages,
        "people": request.people,
        "city": request.city.code(),
        "address": request.address,
        "days": request.days.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "half_day": request.half_day,
        "parking_m": request.parking_m,
        "power": request.power,
        "indoor": request.indoor,
        "created_at": request.created_at,
        "name": request.name.as_str(),
        "post": request.post,
        "contact": request.contact.as_ref().map(|contact| contact.expose()),
        "note": request.note,
        "question": request.question,
        "answer": request.answer,
        "reason": request.reason,
        "visit": request.stop.as_ref().map(|stop| json!({
            "starts_at": stop.starts_at,
            "ends_at": stop.ends_at,
            "message": request.message,
            "people_came": stop.people_came,
        })),
        "marks": marks.map(|marks| json!({
            "liked": marks.liked, "understood": marks.understood, "organised": marks.organised, "again": marks.again,
        })),
    })
}

/// The requests made under these contacts that are under way.
pub(crate) async fn live(db: &mut PgConnection, of: Contacts<'_>) -> sqlx::Result<Vec<BusRequestId>> {
    Ok(sql::live(db, of.phone, of.mail).await?.into_iter().map(BusRequestId).collect())
}

/// Empties the requests of these contacts, and forgets what was typed under them, in the caller's transaction. Answers how
/// many, or the number of those that are under way: then nothing was touched.
pub(crate) async fn forget(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Contacts<'_>,
) -> sqlx::Result<Result<usize, usize>> {
    let all = sql::lock_requests(db, of.phone, of.mail).await?;
    let under_way = all.iter().filter(|(_, live)| *live).count();
    if under_way > 0 {
        return Ok(Err(under_way));
    }
    for (id, _) in &all {
        Bus::empty(services, db, BusRequestId(*id), context.now).await?;
    }
    for index in [of.phone, of.mail].into_iter().flatten() {
        drafts::remove_of_contact(db, drafts::Of::Bus, index).await?;
    }
    Ok(Ok(all.len()))
}
