//! What a person who asked for a group may have of us: a copy, and an end to it. Found by the contacts of their account,
//! which are proven, and by the account itself: signed in, one may ask under another contact.

use super::kind::{GroupError, Groups, RequestView};
use super::letter::{self, LetterView};
use super::roster::open_list;
use super::view::open_all;
use crate::account::erase::Contacts;
use crate::requests::Kind;
use crate::{Context, Services};
use domain::groups::Entry;
use domain::ids::GroupRequestId;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::groups::held as sql;
use store::requests as drafts;
use uuid::Uuid;

/// The requests made under these contacts, whole, for a copy: their ids, and what is held.
pub(crate) async fn exported(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Contacts<'_>,
    account: Uuid,
) -> Result<(Vec<Uuid>, Vec<Value>), GroupError> {
    let rows = sql::of_contacts(db, of.phone, of.mail, account).await?;
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    for request in open_all(services, db, rows, context.now).await? {
        let list = open_list(services, db, request.id).await?.map(|(people, _)| people).unwrap_or_default();
        let letter = letter::read(db, request.id).await?.map(|(_, letter)| letter);
        ids.push(request.id.0);
        all.push(copy(&request, &list, letter));
    }
    Ok((ids, all))
}

fn copy(request: &RequestView, list: &[Entry], letter: Option<LetterView>) -> Value {
    json!({
        "id": request.id,
        "reference": request.reference,
        "state": request.state,
        "organisation": request.organisation,
        "kind": request.kind,
        "city": request.city.code(),
        "ages": request.ages,
        "members": request.members,
        "adults": request.adults,
        "sessions": request.wishes.iter().map(|span| span.starts_at).collect::<Vec<_>>(),
        "created_at": request.created_at,
        "name": request.name.as_str(),
        "post": request.post,
        "contact": request.contact.as_ref().map(|contact| contact.expose()),
        "note": request.note,
        "question": request.question,
        "answer": request.answer,
        "reason": request.reason,
        "proposed": request.proposal.as_ref().map(|it| json!({
            "starts_at": it.span.starts_at, "answer_by": it.answer_by, "message": it.message,
        })),
        "booking": request.booking.map(|it| it.booking),
        "list": list,
        // What it says its sender has; that we have it, and since when, is what we hold.
        "letter": letter.map(|it| json!({ "kind": it.kind.name(), "pages": it.pages, "sent_at": it.saved_at })),
    })
}

/// The requests made under these contacts that wait for a decision.
pub(crate) async fn live(db: &mut PgConnection, of: Contacts<'_>, account: Uuid) -> sqlx::Result<Vec<GroupRequestId>> {
    Ok(sql::live(db, of.phone, of.mail, account).await?.into_iter().map(GroupRequestId).collect())
}

/// Empties the requests of these contacts, and forgets what was typed under them, in the caller's transaction. Answers how
/// many, or the number of those that wait for a decision: then nothing was touched.
pub(crate) async fn forget(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Contacts<'_>,
    account: Uuid,
) -> sqlx::Result<Result<usize, usize>> {
    let all = sql::lock_requests(db, of.phone, of.mail, account).await?;
    let under_way = all.iter().filter(|(_, live)| *live).count();
    if under_way > 0 {
        return Ok(Err(under_way));
    }
    for (id, _) in &all {
        Groups::empty(services, db, GroupRequestId(*id), context.now).await?;
    }
    for index in [of.phone, of.mail].into_iter().flatten() {
        drafts::remove_of_contact(db, drafts::Of::Groups, index).await?;
    }
    Ok(Ok(all.len()))
}
