//! What a person who applied may have of us: a copy, and an end to it. Found by the contacts of their account, which are
//! proven, and by the account itself.

use super::certificate::opened_name;
use super::erase;
use super::kind::{AmbassadorError, Ambassadors, Application};
use super::view::open;
use crate::account::erase::Contacts;
use crate::requests::Kind as _;
use crate::{Context, Services};
use domain::contact::PersonName;
use domain::ids::AmbassadorId;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::ambassadors::{certificates, held as sql};
use store::requests as drafts;
use uuid::Uuid;

/// The applications made under these contacts, whole, for a copy: their ids, and what is held.
pub(crate) async fn exported(
    services: &Services,
    db: &mut PgConnection,
    of: Contacts<'_>,
    account: Uuid,
) -> Result<(Vec<Uuid>, Vec<Value>), AmbassadorError> {
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    let rows = sql::of_contacts(db, of.phone, of.mail, account).await?;
    for row in rows {
        let application = open(services, &row)?;
        let certificate = certificates::of_application(db, row.id).await?.filter(|it| it.erased_at.is_none());
        let on_paper = certificate.map(|it| opened_name(services, &it)).transpose()?;
        ids.push(application.id.0);
        all.push(copy(&application, on_paper.as_ref()));
    }
    Ok((ids, all))
}

/// The name on paper outlives the application's own.
fn copy(it: &Application, on_paper: Option<&PersonName>) -> Value {
    // What was decided is told to all of a round at once, and to nobody before.
    let decided = it.selected_at.is_some();
    json!({
        "id": it.id,
        "reference": it.reference,
        "state": it.state,
        "round": it.round_title.zh,
        "capacity": it.capacity,
        "age": it.age,
        "guardian": it.guardian.as_ref().map(|name| name.as_str()),
        "organisation": it.organisation,
        "post": it.post,
        "city": it.city.code(),
        "created_at": it.created_at,
        "name": it.name.as_str(),
        "contact": it.contact.as_ref().map(|contact| contact.expose()),
        "motivation": it.note,
        "question": it.question,
        "answer": it.answer,
        "reason": it.reason.as_ref().filter(|_| decided),
        "reserve": it.rank.filter(|_| decided),
        "training": it.training.as_ref().map(|date| json!({ "starts_at": date.starts_at, "place": date.place })),
        "certificate": it.certificate.map(|it| json!({
            "number": it.number.to_string(), "issued_at": it.issued_at, "revoked_at": it.revoked_at,
            "name": on_paper.map(|name| name.as_str()),
        })),
    })
}

/// The applications made under these contacts that something is still to come of.
pub(crate) async fn live(db: &mut PgConnection, of: Contacts<'_>, account: Uuid) -> sqlx::Result<Vec<AmbassadorId>> {
    Ok(sql::live(db, of.phone, of.mail, account).await?.into_iter().map(AmbassadorId).collect())
}

/// Empties the applications of these contacts, and forgets what was typed under them, in the caller's transaction. Answers
/// how many, or the number of those that something is still to come of: then nothing was touched.
pub(crate) async fn forget(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Contacts<'_>,
    account: Uuid,
) -> sqlx::Result<Result<usize, usize>> {
    let all = sql::lock_applications(db, of.phone, of.mail, account).await?;
    let under_way = all.iter().filter(|(_, live)| *live).count();
    if under_way > 0 {
        return Ok(Err(under_way));
    }
    for (id, _) in &all {
        // Of whoever asks for an end to it, the certificate names nobody any more either.
        if let Some(certificate) = certificates::of_application(db, *id).await? {
            erase::nameless(services, db, certificate.id, context.now).await?;
        }
        Ambassadors::empty(services, db, AmbassadorId(*id), context.now).await?;
    }
    for index in [of.phone, of.mail].into_iter().flatten() {
        drafts::remove_of_contact(db, drafts::Of::Ambassadors, index).await?;
    }
    Ok(Ok(all.len()))
}
