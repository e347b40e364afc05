//! Rounds (招募批次): made and changed by staff, shown to the public. Their training dates have a room of
//! their own beside it.

use super::dates::{self, TrainingDate};
use super::kind::AmbassadorError;
use super::{in_hand, selection};
use crate::audit::{self, Entry};
use crate::requests::{finished, run};
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::City;
use domain::field::{Fault, FieldError};
use domain::ids::AmbassadorRoundId;
use domain::outreach::Bilingual;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::ambassadors::rounds::{self as sql, RoundRow, Texts};

/// What staff write about a round.
#[derive(Clone, Debug)]
pub struct NewRound {
    /// What it is called.
    pub title: Bilingual,
    /// What it is about.
    pub story: Bilingual,
    /// For one city only.
    pub city: Option<City>,
    /// Places.
    pub places: u32,
    /// From when one may apply.
    pub opens_at: Timestamp,
    /// Until when.
    pub closes_at: Timestamp,
}

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Which.
    pub id: AmbassadorRoundId,
    /// What it is called.
    pub title: Bilingual,
    /// What it is about.
    pub story: Bilingual,
    /// For one city only.
    pub city: Option<City>,
    /// Places.
    pub places: u32,
    /// From when one may apply.
    pub opens_at: Timestamp,
    /// Until when.
    pub closes_at: Timestamp,
    /// The public sees it.
    pub published: bool,
    /// When its selection was made public.
    pub selected_at: Option<Timestamp>,
    /// Edit counter.
    pub version: i32,
    /// Applications that were not withdrawn.
    pub applications: u32,
    /// Of these, how many nobody has decided on.
    pub undecided: u32,
    /// How many have a place, or are to have one.
    pub taken: u32,
    /// Training dates.
    pub trainings: Vec<TrainingDate>,
}

/// What a round is at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// One cannot apply yet.
    Coming,
    /// One may apply.
    Open,
    /// The selection is being made.
    Choosing,
    /// The selection is public.
    Selected,
}

impl Round {
    /// What it is at `now`.
    pub fn stage(&self, now: Timestamp) -> Stage {
        match self {
            _ if self.selected_at.is_some() => Stage::Selected,
            _ if now < self.opens_at => Stage::Coming,
            _ if now < self.closes_at => Stage::Open,
            _ => Stage::Choosing,
        }
    }

    /// One may apply.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.published && self.stage(now) == Stage::Open
    }
}

async fn opened(db: &mut PgConnection, row: RoundRow, now: Timestamp) -> Result<Round, AmbassadorError> {
    let count = |n: i64| u32::try_from(n).unwrap_or_default();
    let id = AmbassadorRoundId(row.id);
    let city = row.city.as_deref().map(|code| City::from_code(code).ok_or(AmbassadorError::Damaged("a city")));
    Ok(Round {
        id,
        title: Bilingual::new(row.title_zh, row.title_en),
        story: Bilingual::new(row.story_zh, row.story_en),
        city: city.transpose()?,
        places: row.places.unsigned_abs(),
        opens_at: row.opens_at.to_jiff(),
        closes_at: row.closes_at.to_jiff(),
        published: row.published,
        selected_at: row.selected_at.map(|at| at.to_jiff()),
        version: row.version,
        applications: count(row.applications),
        undecided: count(row.undecided),
        taken: count(row.taken),
        trainings: dates::of_round(db, id, now).await?,
    })
}

async fn each(db: &mut PgConnection, rows: Vec<RoundRow>, now: Timestamp) -> Result<Vec<Round>, AmbassadorError> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(opened(db, row, now).await?);
    }
    Ok(all)
}

/// The rounds the public sees, the newest first.
///
/// # Errors
/// `Database`.
pub async fn rounds(services: &Services) -> Result<Vec<Round>, AmbassadorError> {
    let mut db = services.db.acquire().await?;
    let rows = sql::published(&mut db).await?;
    each(&mut db, rows, services.clock.now()).await
}

/// One round the public sees.
///
/// # Errors
/// `NotFound`.
pub async fn round(services: &Services, id: AmbassadorRoundId) -> Result<Round, AmbassadorError> {
    let mut db = services.db.acquire().await?;
    let row = sql::round(&mut db, id.0).await?.filter(|row| row.published).ok_or(AmbassadorError::NotFound)?;
    opened(&mut db, row, services.clock.now()).await
}

/// Every round, for staff, the newest first.
///
/// # Errors
/// `Denied`.
pub async fn all_rounds(services: &Services, context: &Context) -> Result<Vec<Round>, AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let mut db = services.db.acquire().await?;
    let rows = sql::all(&mut db).await?;
    each(&mut db, rows, services.clock.now()).await
}

/// What is wrong with a round as it was written; `taken` places are given away already.
fn check(to: &NewRound, taken: u32) -> Result<(), AmbassadorError> {
    let mut faults = Vec::new();
    for (field, text) in [("title_zh", &to.title), ("story_zh", &to.story)] {
        if !text.is_written() {
            faults.push(FieldError::new(field, Fault::Required));
        }
    }
    let least = taken.max(1);
    if !(least..=domain::ambassador::MOST_PLACES).contains(&to.places) {
        let max = domain::ambassador::MOST_PLACES;
        faults.push(FieldError::new("places", Fault::OutOfRange { min: least, max }));
    }
    if to.closes_at <= to.opens_at {
        faults.push(FieldError::new("closes_day", Fault::EndBeforeStart));
    }
    if faults.is_empty() { Ok(()) } else { Err(AmbassadorError::Fields(faults)) }
}

fn texts(to: &NewRound) -> Texts<'_> {
    Texts {
        title_zh: &to.title.zh,
        title_en: &to.title.en,
        story_zh: &to.story.zh,
        story_en: &to.story.en,
        city: to.city.map(City::code),
        places: to.places as i32,
        opens_at: to.opens_at,
        closes_at: to.closes_at,
    }
}

/// What happened to a round, for the trail.
pub(super) async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    round: AmbassadorRoundId,
    detail: Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "ambassador_round", subject: Some(round.0), detail };
    audit::record(db, context, &[entry]).await
}

/// Makes a round nobody sees yet.
///
/// # Errors
/// `Denied`; `Fields`.
pub async fn add_round(
    services: &Services,
    context: &Context,
    fresh: NewRound,
) -> Result<AmbassadorRoundId, AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    check(&fresh, 0)?;
    let id: AmbassadorRoundId = context.new_id();
    run(|| {
        let (services, context, fresh) = (services.clone(), context.clone(), fresh.clone());
        async move {
            let mut tx = services.begin().await?;
            sql::add(&mut tx, id.0, &texts(&fresh), context.now).await?;
            note(&mut tx, &context, "ambassador.round_added", id, json!({ "places": fresh.places })).await?;
            finished(&services, tx).await
        }
    })
    .await?;
    Ok(id)
}

/// Changes a round. Once its selection is public, applying is over for good: when it was open stays as it was. More places
/// go to the reserve at once.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Fields`, also for fewer places than are given away.
pub async fn change_round(
    services: &Services,
    context: &Context,
    id: AmbassadorRoundId,
    version: i32,
    to: NewRound,
) -> Result<(), AmbassadorError> {
    run(|| {
        let (services, context, to) = (services.clone(), context.clone(), to.clone());
        async move {
            let (mut tx, before) = in_hand(&services, &context, id, Some(version)).await?;
            let taken = store::ambassadors::applications::with_a_place(&mut tx, id.0).await?;
            check(&to, u32::try_from(taken).unwrap_or_default())?;
            let to = match before.selected_at {
                Some(_) => {
                    NewRound { opens_at: before.opens_at.to_jiff(), closes_at: before.closes_at.to_jiff(), ..to }
                }
                None => to,
            };
            sql::change(&mut tx, id.0, &texts(&to), context.now).await?;
            let more = to.places.saturating_sub(before.places.unsigned_abs());
            selection::promote(&context, &mut tx, id, more).await?;
            note(&mut tx, &context, "ambassador.round_changed", id, json!({ "places": to.places })).await?;
            finished(&services, tx).await
        }
    })
    .await
}

/// Shows a round to the public, or no longer. Pressed twice it is shown once.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`.
pub async fn publish_round(
    services: &Services,
    context: &Context,
    id: AmbassadorRoundId,
    version: i32,
    published: bool,
) -> Result<(), AmbassadorError> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let (mut tx, before) = in_hand(&services, &context, id, None).await?;
            if before.published == published {
                return Ok(());
            }
            if before.version != version {
                return Err(AmbassadorError::StateHasChanged);
            }
            sql::publish(&mut tx, id.0, published, context.now).await?;
            let action = if published { "ambassador.round_shown" } else { "ambassador.round_hidden" };
            note(&mut tx, &context, action, id, json!({})).await?;
            finished(&services, tx).await
        }
    })
    .await
}
