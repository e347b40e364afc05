//! Objecting, for anybody.

use super::{ObjectionError, open, seal};
use crate::audit::{self, Entry};
use crate::crypto::random;
use crate::db::to_the_end;
use crate::limits::{self, Network};
use crate::{Context, Services};
use domain::Locale;
use domain::account::{Actor, Capability};
use domain::booking::Reference;
use domain::disclosure::CaseCode;
use domain::spark::objection::{Said, last_day};
use domain::time::local_day;
use jiff::civil::Date;
use serde_json::json;
use store::spark::objections as sql;
use uuid::Uuid;

/// Whether somebody can object to a notice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objecting {
    /// The notice's code, as it is written.
    pub code: String,
    /// The last day; nothing where it is over.
    pub until: Option<Date>,
}

/// What somebody sends.
#[derive(Clone, PartialEq, Eq)]
pub struct NewObjection {
    /// The notice's code, as typed or in the address.
    pub code: String,
    /// The form's own: pressed twice it is one objection.
    pub form: Uuid,
    /// What is wrong.
    pub facts: String,
    /// Who says so, or nothing.
    pub name: String,
    /// Where the answer goes, or nothing.
    pub mail: String,
    /// In which language the answer goes.
    pub locale: Locale,
}

fn code_of(text: &str) -> Result<CaseCode, ObjectionError> {
    CaseCode::parse(text).map_err(|_| ObjectionError::NotFound)
}

/// Whether somebody can object to the notice of a code today.
///
/// # Errors
/// `Denied`, `NotFound` where no notice ever had this code, `Database`.
pub async fn objecting(services: &Services, context: &Context, code: &str) -> Result<Objecting, ObjectionError> {
    context.require(Capability::SeePublic)?;
    let code = code_of(code)?;
    let notice = sql::notice(&services.db, code.as_str()).await?.ok_or(ObjectionError::NotFound)?;
    let last = last_day(local_day(notice.noticed_at.to_jiff()));
    let runs = notice.stands && local_day(context.now) <= last;
    Ok(Objecting { code: code.to_string(), until: runs.then_some(last) })
}

/// Whether a receipt is of an objection to the notice of a code.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn is_receipt(
    services: &Services,
    context: &Context,
    code: &str,
    receipt: &str,
) -> Result<bool, ObjectionError> {
    context.require(Capability::SeePublic)?;
    let (Ok(code), Ok(receipt)) = (CaseCode::parse(code), Reference::parse(receipt)) else { return Ok(false) };
    Ok(sql::is_receipt(&services.db, code.as_str(), receipt.as_str()).await?)
}

/// Objects to a notice. Answers the number of the receipt. Pressed twice it is one objection. Nobody is told who was signed in.
///
/// # Errors
/// `NotFound`; `Over` after the last day; `Fields` (`facts`, `name`, `mail`); `SentBefore` where the form sent something else;
/// `Limited`, `Busy`, `Database`.
pub async fn object(
    services: &Services,
    context: &Context,
    network: &Network,
    new: &NewObjection,
) -> Result<String, ObjectionError> {
    context.require(Capability::SeePublic)?;
    let code = code_of(&new.code)?;
    let said = Said::parse(&new.facts, &new.name, &new.mail).map_err(ObjectionError::Fields)?;
    if let Some(receipt) = sent_before(services, new.form, &said).await? {
        return Ok(receipt); // the second press
    }
    limits::hit(services, &limits::OBJECTION_PER_NETWORK, network.as_str()).await?;
    // Whoever objects gives a name or none: the trail does not name them by what they are signed in with.
    let context = Context { actor: Actor::Anonymous, ..context.clone() };
    let (services, new) = (services.clone(), new.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let notice = sql::notice(&mut *tx, code.as_str()).await?.ok_or(ObjectionError::NotFound)?;
        let last = last_day(local_day(notice.noticed_at.to_jiff()));
        if !notice.stands || last < local_day(context.now) {
            return Err(ObjectionError::Over { last: Some(last) });
        }
        let id: Uuid = context.new_id();
        let receipt = Reference::from_random(random());
        let row = sql::NewObjection {
            id,
            case: notice.case_id,
            version: notice.version,
            receipt: receipt.as_str(),
            form: new.form,
            locale: new.locale.tag(),
            said: &seal(&services, id, &said)?,
        };
        // (The database takes it under the lock of the case: the notice stands, or it is over.)
        if !sql::add(&mut *tx, row, context.now).await? {
            drop(tx);
            return sent_before(&services, new.form, &said).await?.ok_or(ObjectionError::Busy);
        }
        let detail = json!({ "case": notice.case_id, "named": said.name.is_some(), "answered": said.mail.is_some() });
        let entry =
            Entry { action: "spark.objection_received", subject_kind: "spark_objection", subject: Some(id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(receipt.to_string())
    })
    .await
}

/// The receipt of what this form sent before.
async fn sent_before(services: &Services, form: Uuid, said: &Said) -> Result<Option<String>, ObjectionError> {
    let Some(row) = sql::by_form(&services.db, form).await? else { return Ok(None) };
    let same = match &row.said_sealed {
        Some(sealed) => open(services, row.id, sealed)? == *said,
        None => false,
    };
    if !same {
        return Err(ObjectionError::SentBefore);
    }
    Ok(Some(Reference::parse(&row.receipt).map_err(|_| ObjectionError::Unreadable)?.to_string()))
}
