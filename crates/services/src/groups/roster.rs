//! The list of who comes: sent whole, kept whole or not at all, sealed, shown masked, handed out to staff who say why.

use super::file::Sent;
use super::kind::{GroupError, GroupFault, Groups, Handle, RequestView};
use crate::account::forms;
use crate::crypto::Place;
use crate::limits::{self, Network};
use crate::requests::{Kind, locked, note, resolve, run};
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::PersonName;
use domain::groups::{Entry as Person, GroupPolicy, class_holds_particulars, read};
use domain::ids::GroupRequestId;
use domain::spreadsheet::neutral;
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::groups::rosters as sql;

/// A list as it is shown: names masked.
#[derive(Clone, Debug)]
pub struct RosterView {
    /// 演**, 三年级二班
    pub people: Vec<(String, String)>,
    /// When it was sent.
    pub saved_at: Timestamp,
}

pub(super) const fn place(id: GroupRequestId) -> Place {
    Place { table: "group_roster", column: "sealed", row: id.0 }
}

/// Opens the list of a request.
pub(super) async fn open_list(
    services: &Services,
    db: &mut PgConnection,
    id: GroupRequestId,
) -> Result<Option<(Vec<Person>, Timestamp)>, GroupError> {
    let Some(row) = sql::roster(db, id.0).await? else { return Ok(None) };
    let plain = services.vault.open_sealed(place(id), &row.sealed)?;
    let people = serde_json::from_slice(&plain).map_err(|_| GroupError::Damaged("a list"))?;
    Ok(Some((people, row.saved_at.to_jiff())))
}

fn masked((people, saved_at): (Vec<Person>, Timestamp)) -> RosterView {
    let mask = |name: &str| PersonName::kept(name).map_or_else(|_| "**".to_owned(), |name| name.masked());
    // Lists that are older than the rule may have numbers where a class belongs.
    let class = |class: String| if class_holds_particulars(&class) { "**".to_owned() } else { class };
    RosterView { people: people.into_iter().map(|it| (mask(&it.name), class(it.class))).collect(), saved_at }
}

/// The list of a request, for whoever may see the request. A link may be forwarded: names are masked.
///
/// # Errors
/// `NotFound`.
pub async fn own_roster(
    services: &Services,
    context: &Context,
    handle: &Handle,
) -> Result<Option<RosterView>, GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    Ok(open_list(services, &mut db, id).await?.map(masked))
}

/// The same for staff.
///
/// # Errors
/// `Denied`.
pub async fn roster(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
) -> Result<Option<RosterView>, GroupError> {
    context.require(Capability::HandleGroups)?;
    let mut db = services.db.acquire().await?;
    Ok(open_list(services, &mut db, id).await?.map(masked))
}

/// Until when the list of a request can be sent or replaced; none for a request that is over.
fn deadline(policy: &GroupPolicy, request: &RequestView) -> Option<Timestamp> {
    if request.state.is_over() {
        return None;
    }
    let session = request.session().map(|span| span.starts_at);
    Some(session.map_or(Timestamp::MAX, |starts_at| policy.roster_until(starts_at)))
}

impl RequestView {
    /// The list can still be sent or replaced.
    pub fn takes_list(&self, policy: &GroupPolicy, now: Timestamp) -> bool {
        deadline(policy, self).is_some_and(|until| now < until)
    }

    /// Until when, where a session is spoken of and the request is not over.
    pub fn list_until(&self, policy: &GroupPolicy) -> Option<Timestamp> {
        deadline(policy, self).filter(|until| *until < Timestamp::MAX)
    }
}

/// Reads a list and keeps it in place of the one before: all of it, or nothing. Answers how many people stand in it.
///
/// # Errors
/// `Rows` with every fault of every row; `Fields` for a file that is none; `RosterClosed`; `NetworkLimited`; `NotFound`.
pub async fn save_roster(
    services: &Services,
    context: &Context,
    handle: &Handle,
    sent: Sent,
    network: &Network,
) -> Result<usize, GroupError> {
    let id = resolve(services, context, handle).await?;
    forms::count(services, context, &limits::ROSTER_PER_NETWORK, network).await?;
    let mut db = services.db.acquire().await?;
    let request = Groups::load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    drop(db);
    let rows = sent.rows().await?;
    let people = read(&rows, request.members).map_err(GroupFault::Rows)?;
    let plain = serde_json::to_vec(&people).map_err(|_| GroupError::Damaged("a list"))?;
    let sealed = services.vault.seal(place(id), &plain);
    let count = people.len();
    run(|| {
        let (services, context, sealed) = (services.clone(), context.clone(), sealed.clone());
        async move { keep(&services, &context, id, count, &sealed).await }
    })
    .await?;
    Ok(count)
}

async fn keep(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    count: usize,
    sealed: &[u8],
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked::<Groups>(services, context, &mut tx, id, None).await?;
    let (_, policy) = super::office::read_policy(&mut tx).await?;
    if !request.takes_list(&policy, context.now) {
        return Err(GroupFault::RosterClosed.into());
    }
    if count > request.members as usize {
        // It became smaller in this very moment.
        return Err(GroupError::StateHasChanged);
    }
    sql::save(&mut tx, id.0, i32::try_from(count).unwrap_or(i32::MAX), sealed, context.now).await?;
    note::<Groups>(context, &mut tx, id, "group.roster_saved", json!({ "people": count })).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes the list of a request that was taken back, where there is one, in the transaction that takes it back.
pub(super) async fn drop_list(context: &Context, db: &mut PgConnection, id: GroupRequestId) -> Result<(), GroupError> {
    if sql::roster(db, id.0).await?.is_none() {
        return Ok(());
    }
    sql::remove(db, id.0).await?;
    Ok(note::<Groups>(context, db, id, "group.roster_removed", json!({})).await?)
}

/// Deletes the list, for whoever sent it.
///
/// # Errors
/// `NotFound`.
pub async fn remove_roster(services: &Services, context: &Context, handle: &Handle) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            locked::<Groups>(&services, &context, &mut tx, id, None).await?;
            // Pressed twice, or after the list went with what it was for: nothing happened, and nothing is noted.
            if sql::remove(&mut tx, id.0).await? {
                note::<Groups>(&context, &mut tx, id, "group.roster_removed", json!({})).await?;
            }
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}

/// The list as a file, for staff who say why: each export stands in the trail, and nothing in the file is calculated by
/// whoever opens it. Answers its text and its name.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason; `NotFound` without a list.
pub async fn export(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    reason: &str,
) -> Result<(String, String), GroupError> {
    context.require(Capability::RevealContact)?;
    let reason = typed::line(reason, 200).map_err(|fault| GroupError::field("export_reason", fault))?;
    let mut tx = services.begin().await?;
    let request = Groups::load(services, &mut tx, id, context.now).await?.ok_or(GroupError::NotFound)?;
    let (people, _) = open_list(services, &mut tx, id).await?.ok_or(GroupError::NotFound)?;
    note::<Groups>(context, &mut tx, id, "group.roster_exported", json!({ "reason": reason, "people": people.len() }))
        .await?;
    let text = table(&people).ok_or(GroupError::Damaged("a list"))?;
    tx.commit().await?;
    Ok((text, format!("{}.csv", request.reference)))
}

fn table(people: &[Person]) -> Option<String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(["序号", "姓名", "班级"]).ok()?;
    for (i, person) in people.iter().enumerate() {
        writer.write_record([&(i + 1).to_string(), &*neutral(&person.name), &*neutral(&person.class)]).ok()?;
    }
    let text = String::from_utf8(writer.into_inner().ok()?).ok()?;
    Some(format!("\u{feff}{text}"))
}
