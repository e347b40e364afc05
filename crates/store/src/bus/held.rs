//! What the house holds on a person who asked for the bus: found by the keyed hashes of their contacts.

use super::requests::RequestRow;
use sqlx::PgConnection;
use uuid::Uuid;

/// The requests made under these contacts, the newest first.
pub async fn requests(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<RequestRow>> {
    sqlx::query_as!(
        RequestRow,
        "select id, reference, state, version, organisation, audience, ages, people, city, x, y, address,
                days as \"days: _\", half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed,
                mail_sealed, note_sealed, question_sealed, answer_sealed, reason_sealed, created_at, updated_at, erased_at
         from bus_request where phone_index = $1 or mail_index = $2
         order by created_at desc, id desc",
        phone_index,
        mail_index
    )
    .fetch_all(db)
    .await
}

/// Locks the requests made under these contacts, in the order of their ids: each with whether it is under way.
pub async fn lock_requests(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<(Uuid, bool)>> {
    let rows = sqlx::query!(
        "select id, state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled') as \"live!\" from bus_request
         where phone_index = $1 or mail_index = $2
         order by id for update",
        phone_index,
        mail_index
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.live)).collect())
}

/// Those of them that are under way, the oldest first.
pub async fn live(
    db: &mut PgConnection,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from bus_request
         where (phone_index = $1 or mail_index = $2) and state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled')
         order by created_at, id",
        phone_index,
        mail_index
    )
    .fetch_all(db)
    .await
}

/// Forgets the short link to a request.
pub async fn remove_short_link(db: &mut PgConnection, request: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from bus_short_link where request_id = $1", request).execute(db).await?;
    Ok(())
}
