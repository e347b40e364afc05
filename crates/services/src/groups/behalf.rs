//! A group's request as the machine that made it reads it: with what of its files is here. What files say, machines are not told,
//! and none is sent by them: a letter and a list go by the page of the request, which reads them row by row.

use super::kind::{GroupError, RequestView};
use super::letter;
use super::office::read_policy;
use crate::requests::own_on_behalf;
use crate::{Context, Services};
use domain::groups::GroupPolicy;
use domain::ids::GroupRequestId;
use jiff::Timestamp;

/// A request and its files.
#[derive(Clone, Debug)]
pub struct WithFiles {
    /// The request.
    pub request: RequestView,
    /// The rules in force.
    pub policy: GroupPolicy,
    /// When its letter came, if one did.
    pub letter: Option<Timestamp>,
}

/// A request of the machine's own, with what of its files is here.
///
/// # Errors
/// `Denied`; `NotFound` for others', whether or not they are there.
pub async fn own_with_files(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
) -> Result<WithFiles, GroupError> {
    let request = own_on_behalf(services, context, id).await?;
    let mut db = services.db.acquire().await?;
    let (_, policy) = read_policy(&mut db).await?;
    let letter = letter::read(&mut db, id).await?.map(|(_, letter)| letter.saved_at);
    Ok(WithFiles { request, policy, letter })
}
