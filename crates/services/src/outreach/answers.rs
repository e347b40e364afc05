//! What visitors answer. Sealed from the first moment: ordinary and sensitive answers apart, both bound to the draft they
//! were typed into. The booking takes them over in its own transaction (`store::booking::claims::insert_bookings`).
//!
//! Sensitive answers are opened in three places only: for the browser that typed them while it is still typing, for the
//! person's own copy of their data, and for staff who say why.

use super::{Event, OutreachError};
use crate::audit::{self, Entry};
use crate::booking::{DRAFT_LIFE, DraftView, WaitingView};
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::field::Fault;
use domain::ids::{ActivityId, BookingId, WaitingId};
use domain::outreach::{Answers, Form};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use store::outreach::{answers as sql, forms};
use uuid::Uuid;

pub(super) const ORDINARY: &str = "ordinary_sealed";
pub(super) const SENSITIVE: &str = "sensitive_sealed";

pub(super) fn seal(
    services: &Services,
    column: &'static str,
    draft: Uuid,
    answers: &Answers,
) -> Result<Vec<u8>, OutreachError> {
    let plain = serde_json::to_vec(answers).map_err(|_| OutreachError::Damaged("answers"))?;
    Ok(services.vault.seal(Place { table: "event_answers", column, row: draft }, &plain))
}

fn open(services: &Services, column: &'static str, draft: Uuid, sealed: &[u8]) -> Result<Answers, OutreachError> {
    let plain = services.vault.open_sealed(Place { table: "event_answers", column, row: draft }, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| OutreachError::Damaged("answers"))
}

/// Keeps what a visitor answered to an event's questions, in the draft it belongs to.
///
/// # Errors
/// `Database`; `NotFound` for an event the draft is not of, or one that asks nothing.
pub async fn keep_answers(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    event: &Event,
    answers: Answers,
) -> Result<(), OutreachError> {
    let (version, form) = event.form.as_ref().ok_or(OutreachError::NotFound)?;
    if draft.session.activity != event.id {
        return Err(OutreachError::NotFound);
    }
    let (ordinary, sensitive) = answers.apart(form);
    let sensitive = (!sensitive.is_empty()).then(|| seal(services, SENSITIVE, draft.id.0, &sensitive)).transpose()?;
    let row = sql::AnswersRow {
        draft_id: draft.id.0,
        activity_id: event.id.0,
        form_version: *version,
        ordinary_sealed: seal(services, ORDINARY, draft.id.0, &ordinary)?,
        sensitive_sealed: sensitive,
    };
    let mut db = services.db.acquire().await?;
    Ok(sql::keep(&mut db, &row, context.now, context.now + DRAFT_LIFE).await?)
}

/// Whether a draft answered what its event asks now: questions that were published while it was filled in are answered
/// before anything is booked, whatever way the draft came.
///
/// # Errors
/// `Database`.
pub(crate) async fn answered(services: &Services, draft: &DraftView) -> sqlx::Result<bool> {
    store::outreach::events::answered(&services.db, draft.session.activity.0, draft.id.0).await
}

/// The same for an entry of the waiting list: what it answered when it joined, or since.
///
/// # Errors
/// `Database`.
pub async fn answered_waiting(services: &Services, activity: ActivityId, entry: WaitingId) -> sqlx::Result<bool> {
    store::outreach::events::answered_waiting(&services.db, activity.0, entry.0).await
}

/// What an entry of the waiting list has answered so far, for whoever has its link: they may have to answer questions that
/// were published since.
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn waiting_answers(services: &Services, entry: WaitingId) -> Result<Option<Answers>, OutreachError> {
    let mut db = services.db.acquire().await?;
    sql::of_waiting(&mut db, entry.0).await?.map(|row| open_both(services, &row)).transpose()
}

/// Keeps what an entry of the waiting list answers to its event's questions as they are now, before it takes an offer.
///
/// # Errors
/// `Database`; `NotFound` for an event it does not wait for, one that asks nothing, or an entry that waits no more.
pub async fn keep_waiting_answers(
    services: &Services,
    context: &Context,
    entry: &WaitingView,
    event: &Event,
    answers: Answers,
) -> Result<(), OutreachError> {
    let (version, form) = event.form.as_ref().ok_or(OutreachError::NotFound)?;
    if entry.activity != event.id {
        return Err(OutreachError::NotFound);
    }
    let mut db = services.db.acquire().await?;
    // The row of the draft it came from; a machine's party came from none.
    let row = sql::of_waiting(&mut db, entry.id.0).await?.map_or(entry.id.0, |row| row.draft_id);
    let (ordinary, sensitive) = answers.apart(form);
    let sensitive = (!sensitive.is_empty()).then(|| seal(services, SENSITIVE, row, &sensitive)).transpose()?;
    let row = sql::AnswersRow {
        draft_id: row,
        activity_id: event.id.0,
        form_version: *version,
        ordinary_sealed: seal(services, ORDINARY, row, &ordinary)?,
        sensitive_sealed: sensitive,
    };
    let kept = sql::keep_waiting(&mut *db, entry.id.0, &row, context.now).await?;
    kept.then_some(()).ok_or(OutreachError::NotFound)
}

/// What was answered in a draft, if anything was yet, for the browser that holds it (`DraftView` is that browser's own).
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn draft_answers(services: &Services, draft: &DraftView) -> Result<Option<Answers>, OutreachError> {
    let mut db = services.db.acquire().await?;
    sql::of_draft(&mut db, draft.id.0).await?.map(|row| open_both(services, &row)).transpose()
}

fn open_both(services: &Services, row: &sql::AnswersRow) -> Result<Answers, OutreachError> {
    let ordinary = open(services, ORDINARY, row.draft_id, &row.ordinary_sealed)?;
    let sensitive = row.sensitive_sealed.as_deref().map(|sealed| open(services, SENSITIVE, row.draft_id, sealed));
    Ok(ordinary.and(sensitive.transpose()?.unwrap_or_default()))
}

/// Gives bookings that were made together with one the same answers, each sealed for itself: every booking is changed,
/// erased and shown by itself. Nothing where nothing was asked.
pub(crate) async fn copy_answers(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    from: Uuid,
    to: &[Uuid],
) -> Result<(), OutreachError> {
    let Some(row) = sql::sensitive(&mut *db, from).await? else { return Ok(()) };
    let ordinary = open(services, ORDINARY, row.draft_id, &row.ordinary_sealed)?;
    let sealed = row.sensitive_sealed.as_deref();
    let sensitive = sealed.map(|sealed| open(services, SENSITIVE, row.draft_id, sealed)).transpose()?;
    for booking in to {
        let copy = sql::AnswersRow {
            draft_id: *booking,
            ordinary_sealed: seal(services, ORDINARY, *booking, &ordinary)?,
            sensitive_sealed: sensitive.as_ref().map(|told| seal(services, SENSITIVE, *booking, told)).transpose()?,
            ..row.clone()
        };
        sql::keep_booked(&mut *db, *booking, &copy, context.now).await?;
    }
    Ok(())
}

/// What was answered for a booking, with the questions it was answered to. The sensitive answers are not among them.
#[derive(Clone, Debug)]
pub struct Told {
    /// The questions as they were then.
    pub form: Form,
    /// The ordinary answers.
    pub answers: Answers,
    /// There are sensitive ones besides.
    pub has_sensitive: bool,
}

/// The ordinary answers of bookings. Whether the one who asks may see these bookings was asked by who read them.
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn told(services: &Services, bookings: &[BookingId]) -> Result<HashMap<BookingId, Told>, OutreachError> {
    let ids: Vec<Uuid> = bookings.iter().map(|booking| booking.0).collect();
    let mut db = services.db.acquire().await?;
    let rows = sql::of_bookings(&mut db, &ids).await?;
    let mut known: HashMap<(Uuid, i32), Form> = HashMap::new();
    let mut told = HashMap::new();
    for row in rows {
        let form = form_of(&mut db, &mut known, row.activity_id, row.form_version).await?;
        let answers = open(services, ORDINARY, row.draft_id, &row.ordinary_sealed)?;
        told.insert(BookingId(row.booking_id), Told { form, answers, has_sensitive: row.has_sensitive });
    }
    Ok(told)
}

pub(super) async fn form_of(
    db: &mut PgConnection,
    known: &mut HashMap<(Uuid, i32), Form>,
    activity: Uuid,
    version: i32,
) -> Result<Form, OutreachError> {
    if let Some(form) = known.get(&(activity, version)) {
        return Ok(form.clone());
    }
    let json = forms::form(db, activity, version).await?.ok_or(OutreachError::Damaged("a version of questions"))?;
    let form: Form = serde_json::from_value(json).map_err(|_| OutreachError::Damaged("a version of questions"))?;
    known.insert((activity, version), form.clone());
    Ok(form)
}

/// The sensitive answers of a booking, for staff with a reason; who looked and why stands in the audit trail, what was
/// read does not.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason; `NotFound` where nothing was answered.
pub async fn reveal_sensitive(
    services: &Services,
    context: &Context,
    booking: BookingId,
    reason: &str,
) -> Result<(Form, Answers), OutreachError> {
    context.require(Capability::RevealContact)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(OutreachError::field("reason", Fault::Required));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::sensitive(&mut tx, booking.0).await?.ok_or(OutreachError::NotFound)?;
        let form = form_of(&mut tx, &mut HashMap::new(), row.activity_id, row.form_version).await?;
        let entry = Entry {
            action: "booking.sensitive_revealed",
            subject_kind: "booking",
            subject: Some(booking.0),
            detail: json!({ "reason": reason }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        let sealed = row.sensitive_sealed.as_deref();
        let answers = sealed.map(|sealed| open(&services, SENSITIVE, row.draft_id, sealed)).transpose()?;
        Ok((form, answers.unwrap_or_default()))
    })
    .await
}

/// Everything that was answered for bookings and by entries of the waiting list, question by question, for the person's own
/// copy of their data.
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn exported_answers(
    services: &Services,
    db: &mut PgConnection,
    bookings: &[Uuid],
    entries: &[Uuid],
) -> Result<HashMap<Uuid, Value>, OutreachError> {
    let mut known = HashMap::new();
    let mut all = HashMap::new();
    let mut rows = Vec::new();
    for booking in sql::of_bookings(db, bookings).await?.into_iter().map(|row| row.booking_id) {
        rows.extend(sql::sensitive(db, booking).await?.map(|row| (booking, row)));
    }
    for entry in entries {
        rows.extend(sql::of_waiting(db, *entry).await?.map(|row| (*entry, row)));
    }
    for (whose, row) in rows {
        let form = form_of(db, &mut known, row.activity_id, row.form_version).await?;
        let answers = open_both(services, &row)?;
        let told = form.told(&answers).map(|(question, answer)| {
            json!({
                "question": question.label.zh,
                "answer": answer.text(question, Locale::ZhCn, "同意"),
                "sensitive": question.sensitive,
            })
        });
        all.insert(whose, told.collect());
    }
    Ok(all)
}
