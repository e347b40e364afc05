//! What changes a request: one transaction under its row's lock, the state machine asked, what goes along taken along, the
//! message queued, the trail written. What whoever asked does stands here; the house's side uses the same tools.

use super::{Event, Handle, Kind, Moved, Notice, RequestError, RequestId, Template, View, resolve, sealed, tell};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::requests::{Machine, Step};
use domain::typed;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::time::Duration;
use store::requests::rows::Words;

/// How often a transaction is tried.
const TRIES: u32 = 4;

/// Does a whole change to its end, also when the caller goes away; again when the database says that may help. Each try is
/// a transaction of its own, and one that failed has done nothing.
///
/// # Errors
/// `Busy` when it failed so often that somebody had better ask again; whatever else stood in the way, at once.
pub(crate) async fn run<K: Kind, F, T>(work: impl Fn() -> F) -> Result<T, RequestError<K>>
where
    F: Future<Output = Result<T, RequestError<K>>> + Send + 'static,
    T: Send + 'static,
{
    for tried in 1..=TRIES {
        match to_the_end(work()).await {
            Err(RequestError::Database(error)) if store::is_transient(&error) => {
                tokio::time::sleep(Duration::from_millis(5 << tried)).await;
            }
            other => return other,
        }
    }
    Err(RequestError::Busy)
}

/// Locks a request and answers it as it is at this moment. What has happened to it by itself is written down here and now,
/// so that whoever acts next acts on what is so. `version` is what the caller saw; none for what does not mind.
pub(crate) async fn locked<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: K::Id,
    version: Option<i32>,
) -> Result<View<K>, RequestError<K>> {
    if !K::lock(db, id).await? {
        return Err(RequestError::NotFound);
    }
    let request = K::load(services, db, id, context.now).await?.ok_or(RequestError::NotFound)?;
    if version.is_some_and(|version| version != request.version) {
        return Err(RequestError::StateHasChanged);
    }
    let Some(event) = K::State::happened(request.stored, request.state) else { return Ok(request) };
    let before = View { state: request.stored, ..request };
    step(services, context, db, &before, event, K::Change::default(), json!({})).await?;
    K::load(services, db, id, context.now).await?.ok_or(RequestError::NotFound)
}

/// Takes a locked request one event further, with what goes along, and writes the trail. Answers the new state.
pub(crate) async fn step<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    request: &View<K>,
    event: Event<K>,
    change: K::Change,
    detail: Value,
) -> Result<K::State, RequestError<K>> {
    let then = request.state.next(event)?;
    K::advance(services, context, db, Moved { request, event, then, change: &change }).await?;
    let entry = Entry {
        action: K::action(event),
        subject_kind: K::TABLE,
        subject: Some(request.id.into()),
        detail: json!({ "from": request.state.word(), "to": then.word(), "with": detail }),
    };
    audit::record(db, context, &[entry]).await?;
    Ok(then)
}

/// Writes down what was done with a request besides taking it further.
pub(crate) async fn note<K: Kind>(
    context: &Context,
    db: &mut PgConnection,
    id: K::Id,
    action: &'static str,
    detail: Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: K::TABLE, subject: Some(id.into()), detail };
    audit::record(db, context, &[entry]).await
}

/// One event of one request, whole: lock, step, message, commit.
pub(crate) async fn one<K: Kind>(
    services: &Services,
    context: &Context,
    id: K::Id,
    version: Option<i32>,
    (event, change): (Event<K>, K::Change),
    template: Option<K::Template>,
) -> Result<(), RequestError<K>> {
    run(|| {
        let (services, context, change) = (services.clone(), context.clone(), change.clone());
        async move {
            let mut tx = services.begin().await?;
            let request = locked(&services, &context, &mut tx, id, version).await?;
            match step(&services, &context, &mut tx, &request, event, change, json!({})).await {
                Ok(_) => {}
                Err(refused @ RequestError::Refused(_)) => {
                    // What happened by itself stays written, whatever is said to who came too late.
                    tx.commit().await?;
                    return Err(refused);
                }
                Err(error) => return Err(error),
            }
            if let Some(template) = template {
                tell::<K>(&mut tx, context.now, &[Notice::now(id, template)]).await?;
            }
            finished(&services, tx).await
        }
    })
    .await
}

/// Commits, and wakes whoever sends what was queued.
pub(crate) async fn finished<K: Kind>(services: &Services, tx: crate::db::Tx) -> Result<(), RequestError<K>> {
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}

/// Text somebody wrote to somebody else: at least a character, at most 500.
pub(crate) fn words<K: Kind>(field: &str, text: &str) -> Result<String, RequestError<K>> {
    typed::words(text, 500).map_err(|fault| RequestError::field(field, fault))
}

/// A step of whoever asked. The second press of a double tap names the version before the first: where the request stands as
/// the first one left it, it has nothing more to do. Two answers are one answer when they say the same.
async fn pressed<K: Kind>(
    services: &Services,
    context: &Context,
    id: K::Id,
    version: Option<i32>,
    (step, text): (Step, Option<&str>),
) -> Result<(), RequestError<K>> {
    let answer_sealed = text.map(|text| sealed::<K>(services, "answer_sealed", id, text));
    let change = K::Change::from(Words { answer_sealed, ..Words::default() });
    let event = K::State::event(step);
    let done = one::<K>(services, context, id, version, (event, change), K::Template::of_step(step)).await;
    match (done, version) {
        (Err(RequestError::StateHasChanged), Some(version)) => {
            let mut db = services.db.acquire().await?;
            let now = K::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)?;
            let said = text.is_none_or(|text| now.answer.as_deref() == Some(text));
            let there = now.version == version.saturating_add(1) && Some(now.state) == K::State::after(event);
            if there && said { Ok(()) } else { Err(RequestError::StateHasChanged) }
        }
        (done, _) => done,
    }
}

/// Whoever asked answers what the house asked.
///
/// # Errors
/// `NotFound` for a link that is none; `Fields`; `Refused`; `StateHasChanged`.
pub async fn answer<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
    version: Option<i32>,
    text: &str,
) -> Result<(), RequestError<K>> {
    let id = resolve(services, context, handle).await?;
    let text = words("answer", text)?;
    pressed::<K>(services, context, id, version, (Step::Answer, Some(&text))).await
}

/// What was proposed is accepted. Pressed twice it is accepted once.
///
/// # Errors
/// As [`answer`]; `Refused` also when the proposal has run out meanwhile.
pub async fn accept<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
    version: Option<i32>,
) -> Result<(), RequestError<K>> {
    let id = resolve(services, context, handle).await?;
    pressed::<K>(services, context, id, version, (Step::Accept, None)).await
}

/// Something else would suit better, and what.
///
/// # Errors
/// As [`answer`].
pub async fn decline<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
    version: Option<i32>,
    text: &str,
) -> Result<(), RequestError<K>> {
    let id = resolve(services, context, handle).await?;
    let text = words("wish", text)?;
    pressed::<K>(services, context, id, version, (Step::Decline, Some(&text))).await
}

/// The request is taken back. What was kept for it is free at once. One that is taken back already has nothing more to do.
///
/// # Errors
/// As [`answer`].
pub async fn withdraw<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
    version: Option<i32>,
) -> Result<(), RequestError<K>> {
    let id = resolve(services, context, handle).await?;
    let done = pressed::<K>(services, context, id, version, (Step::Withdraw, None)).await;
    if let Err(RequestError::StateHasChanged | RequestError::Refused(_)) = &done {
        let mut db = services.db.acquire().await?;
        let now = K::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)?;
        if Some(now.state) == K::State::after(K::State::event(Step::Withdraw)) {
            return Ok(());
        }
    }
    done
}

/// Takes a request back for whoever proved that its contact is theirs. What ended meanwhile is no error.
pub(crate) async fn withdraw_own<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
) -> Result<(), RequestError<I::Kind>> {
    match pressed::<I::Kind>(services, context, id, None, (Step::Withdraw, None)).await {
        Err(RequestError::Refused(_)) => Ok(()),
        done => done,
    }
}

/// Writes down what has happened to one request by itself.
pub(crate) async fn settle<K: Kind>(services: &Services, context: &Context, id: K::Id) -> Result<(), RequestError<K>> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            locked::<K>(&services, &context, &mut tx, id, None).await?;
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}

/// Writes down what has happened to requests by itself, each in a transaction of its own. How many.
///
/// # Errors
/// `Database`.
pub async fn settle_due<K: Kind>(services: &Services) -> Result<usize, RequestError<K>> {
    let context = services.system();
    let due = {
        let mut db = services.db.acquire().await?;
        K::unsettled(&mut db, context.now).await?
    };
    let mut settled = 0;
    for id in due {
        match settle::<K>(services, &context, id.into()).await {
            Ok(()) => settled += 1,
            // It is tried again the next time; the others must not wait for it.
            Err(error) => tracing::error!(kind = K::TABLE, request = %id, %error, "a request could not be settled"),
        }
    }
    Ok(settled)
}
