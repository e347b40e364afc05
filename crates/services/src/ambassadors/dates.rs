//! The training dates of a round: made, changed and removed by staff. A date that is moved or removed is no longer the one
//! somebody chose: they are told once, and choose again. One that has begun with somebody in it, or whose attendance is
//! written down, stays as it is.

use super::in_hand;
use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors};
use super::round::note;
use super::view::Training;
use crate::messages::AmbassadorTemplate;
use crate::requests::{Kind as _, Notice, finished, run, step, tell};
use crate::{Context, Services};
use domain::ambassador::{Event, MOST_PLACES};
use domain::field::{Fault, FieldError};
use domain::ids::{AmbassadorId, AmbassadorRoundId, TrainingId};
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::ambassadors::applications::{self, Change};
use store::ambassadors::trainings::{self as sql, TrainingRow};

/// A training date with its numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrainingDate {
    /// When and where.
    pub training: Training,
    /// Places; none: no limit of its own.
    pub places: Option<u32>,
    /// How many come to it, or came.
    pub people: u32,
    /// It has begun and people come to it, or who came is being written down: it is not changed any more.
    pub held: bool,
}

impl TrainingDate {
    pub(super) fn of(row: TrainingRow, now: Timestamp) -> Self {
        let (starts_at, ends_at) = (row.starts_at.to_jiff(), row.ends_at.to_jiff());
        Self {
            training: Training { id: TrainingId(row.id), starts_at, ends_at, place: row.place },
            places: row.places.map(i32::unsigned_abs),
            people: u32::try_from(row.people).unwrap_or_default(),
            held: row.marked > 0 || (row.people > 0 && starts_at <= now),
        }
    }

    /// One more may come.
    pub fn has_room(&self) -> bool {
        self.places.is_none_or(|places| self.people < places)
    }
}

/// What staff write about a training date.
#[derive(Clone, Debug)]
pub struct NewTraining {
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Where.
    pub place: String,
    /// Places; none: no limit but the round's.
    pub places: Option<u32>,
}

impl NewTraining {
    /// What is wrong with it, said of its fields; otherwise with its place as it is kept.
    fn checked(self, now: Timestamp) -> Result<Self, AmbassadorError> {
        let mut faults = Vec::new();
        let place = typed::line(&self.place, 120).map_err(|fault| faults.push(FieldError::new("place", fault)));
        if self.ends_at <= self.starts_at {
            faults.push(FieldError::new("ends", Fault::EndBeforeStart));
        }
        if self.starts_at <= now {
            faults.push(FieldError::new("day", Fault::DatePast));
        }
        if self.places.is_some_and(|places| !(1..=MOST_PLACES).contains(&places)) {
            faults.push(FieldError::new("training_places", Fault::OutOfRange { min: 1, max: MOST_PLACES }));
        }
        match place {
            Ok(place) if faults.is_empty() => Ok(Self { place, ..self }),
            _ => Err(AmbassadorError::Fields(faults)),
        }
    }

    fn row(&self, id: TrainingId, round: AmbassadorRoundId) -> sql::NewTraining<'_> {
        let places = self.places.map(|places| places as i32);
        let Self { starts_at, ends_at, place, .. } = self;
        sql::NewTraining { id: id.0, round: round.0, starts_at: *starts_at, ends_at: *ends_at, place, places }
    }

    fn is_at(&self, date: &Training) -> bool {
        (self.starts_at, self.ends_at, &self.place) == (date.starts_at, date.ends_at, &date.place)
    }
}

/// The training dates of a round, the first first.
pub(super) async fn of_round(
    db: &mut PgConnection,
    round: AmbassadorRoundId,
    now: Timestamp,
) -> Result<Vec<TrainingDate>, AmbassadorError> {
    Ok(sql::of_round(db, round.0).await?.into_iter().map(|row| TrainingDate::of(row, now)).collect())
}

/// The dates of a round that have begun, the last first.
pub(super) async fn begun(
    db: &mut PgConnection,
    round: AmbassadorRoundId,
    now: Timestamp,
) -> Result<Vec<Training>, AmbassadorError> {
    let mut begun: Vec<Training> = of_round(db, round, now).await?.into_iter().map(|date| date.training).collect();
    begun.retain(|training| training.starts_at <= now);
    begun.reverse();
    if begun.is_empty() { Err(AmbassadorFault::TrainingAhead.into()) } else { Ok(begun) }
}

/// Adds a training date. Pressed twice it is added once. With the first date of a round its selected are told again: now
/// they can choose.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` for an end before the beginning, a date of the past, no place.
pub async fn add_training(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    fresh: NewTraining,
) -> Result<(), AmbassadorError> {
    run(|| {
        let (services, context, fresh) = (services.clone(), context.clone(), fresh.clone());
        async move {
            let (mut tx, _) = in_hand(&services, &context, round, None).await?;
            let fresh = fresh.checked(context.now)?;
            let there = of_round(&mut tx, round, context.now).await?;
            let same = |it: &Training| it.starts_at == fresh.starts_at && it.place == fresh.place;
            if there.iter().any(|it| same(&it.training)) {
                return Ok(());
            }
            let id: TrainingId = context.new_id();
            sql::add(&mut tx, fresh.row(id, round), context.now).await?;
            note(&mut tx, &context, "ambassador.training_added", round, json!({ "training": id })).await?;
            if there.is_empty() {
                tell_selected(&mut tx, &context, round).await?;
            }
            finished::<Ambassadors>(&services, tx).await
        }
    })
    .await
}

/// Sends the selected of a locked round their message again: the first one had no date to choose, and its link ends.
async fn tell_selected(db: &mut PgConnection, context: &Context, round: AmbassadorRoundId) -> sqlx::Result<()> {
    let selected = applications::selected(db, round.0).await?;
    let told: Vec<_> =
        selected.into_iter().map(|id| Notice::now(AmbassadorId(id), AmbassadorTemplate::Selected)).collect();
    tell::<Ambassadors>(db, context.now, &told).await
}

/// A date of a round that is locked (nobody chooses it meanwhile), unless it has begun with somebody in it. None: it is not
/// there any more.
async fn to_change(
    db: &mut PgConnection,
    round: AmbassadorRoundId,
    id: TrainingId,
    now: Timestamp,
) -> Result<Option<TrainingDate>, AmbassadorError> {
    let date = sql::of_locked_round(db, id.0, round.0).await?.map(|row| TrainingDate::of(row, now));
    if date.as_ref().is_some_and(|date| date.held) {
        return Err(AmbassadorFault::TrainingHeld.into());
    }
    Ok(date)
}

/// Changes a date. Another number of places leaves those who chose it in peace; another time or place is another date, and
/// they choose again.
///
/// # Errors
/// `Denied`, `NotFound`; `StateHasChanged` for a date that is not there any more; `TrainingHeld`; `Fields`, also for fewer
/// places than were chosen and for a date that is there already.
pub async fn change_training(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    id: TrainingId,
    to: NewTraining,
) -> Result<(), AmbassadorError> {
    run(|| {
        let (services, context, to) = (services.clone(), context.clone(), to.clone());
        async move {
            let (mut tx, _) = in_hand(&services, &context, round, None).await?;
            let to = to.checked(context.now)?;
            let date = to_change(&mut tx, round, id, context.now).await?.ok_or(AmbassadorError::StateHasChanged)?;
            if to.is_at(&date.training) {
                if to.places.is_some_and(|places| places < date.people) {
                    let fault = Fault::OutOfRange { min: date.people, max: MOST_PLACES };
                    return Err(AmbassadorError::field("training_places", fault));
                }
                sql::set_places(&mut tx, id.0, to.places.map(|places| places as i32)).await?;
            } else {
                let others = of_round(&mut tx, round, context.now).await?;
                let same = |it: &Training| it.id != id && it.starts_at == to.starts_at && it.place == to.place;
                if others.iter().any(|it| same(&it.training)) {
                    return Err(AmbassadorError::field("day", Fault::AlreadyExists));
                }
                release(&services, &context, &mut tx, id).await?;
                sql::remove(&mut tx, id.0).await?;
                sql::add(&mut tx, to.row(context.new_id(), round), context.now).await?;
            }
            note(&mut tx, &context, "ambassador.training_changed", round, json!({ "training": id })).await?;
            finished::<Ambassadors>(&services, tx).await
        }
    })
    .await
}

/// Removes a date. Whoever chose it is told once and chooses again. Pressed twice it is removed once.
///
/// # Errors
/// `Denied`, `NotFound`; `TrainingHeld`.
pub async fn remove_training(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    id: TrainingId,
) -> Result<(), AmbassadorError> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let (mut tx, _) = in_hand(&services, &context, round, None).await?;
            if to_change(&mut tx, round, id, context.now).await?.is_none() {
                return Ok(()); // pressed twice
            }
            release(&services, &context, &mut tx, id).await?;
            sql::remove(&mut tx, id.0).await?;
            note(&mut tx, &context, "ambassador.training_removed", round, json!({ "training": id })).await?;
            finished::<Ambassadors>(&services, tx).await
        }
    })
    .await
}

/// Takes a date of a locked round away from those who chose it, and tells them. Their place stays theirs.
async fn release(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: TrainingId,
) -> Result<(), AmbassadorError> {
    let mut told = Vec::new();
    for chosen in sql::lock_chosen(db, id.0).await? {
        let chosen = AmbassadorId(chosen);
        let application = Ambassadors::load(services, db, chosen, context.now).await?;
        let application = application.ok_or(AmbassadorError::NotFound)?;
        let detail = json!({ "training": id });
        step(services, context, db, &application, Event::Release, Change::default(), detail).await?;
        told.push(Notice::now(chosen, AmbassadorTemplate::Released));
    }
    Ok(tell::<Ambassadors>(db, context.now, &told).await?)
}
