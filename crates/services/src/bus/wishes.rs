//! What has become of the days that undecided requests wish for. Whether one can still be is computed whenever somebody
//! looks, of the same free dates the planner offers, so that a stop that is given back needs nothing to be unmarked. Only
//! what a school said yes to counts: a proposal may be declined tomorrow. Kept is one thing, that a school was told.

use super::dates::{Reach, Slot, span};
use super::kind::{Bus, BusError, Handle, RequestView};
use super::planner::Guard;
use super::view::open;
use crate::messages::BusTemplate;
use crate::requests::{Kind, Notice, finished, locked, note, resolve, run, tell};
use crate::{Context, Services};
use domain::bus::{State, Typed, wished_days};
use domain::field::Faults;
use domain::ids::{BusRequestId, BusStopId};
use domain::time::local_day;
use jiff::{Timestamp, civil};
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::bus::requests as sql;
use uuid::Uuid;

/// What the trail says of telling a school.
const NO_DAY_LEFT: &str = "bus.no_day_left";
/// And of the school that chooses other days.
const DAYS_CHOSEN: &str = "bus.days_chosen";

/// Why the bus cannot come on a day that was wished for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lost {
    /// Every vehicle or crew is promised to others, or too far away to come.
    Promised,
    /// No vehicle drives that day, for this reason.
    NoDriving {
        /// In Chinese.
        reason_zh: String,
        /// In English.
        reason_en: String,
    },
    /// It is today, or past.
    Past,
}

/// A day that was wished for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// The day.
    pub day: civil::Date,
    /// Why it cannot be any more; none while it can.
    pub lost: Option<Lost>,
}

/// The days of an undecided request.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Each of them, in the order of preference.
    pub days: Vec<Wish>,
    /// The first date there is a vehicle and a crew for, where none of the days is left.
    pub instead: Option<Slot>,
}

impl Wishes {
    /// None of the days is left.
    pub fn all_lost(&self) -> bool {
        self.days.iter().all(|wish| wish.lost.is_some())
    }
}

/// What has become of the wishes of those of `requests` that wait for a date; the others have one, or want none any more.
/// Whoever was shown a request may ask.
///
/// # Errors
/// `Database`.
pub async fn wishes(
    services: &Services,
    context: &Context,
    requests: &[RequestView],
) -> Result<HashMap<BusRequestId, Wishes>, BusError> {
    if !requests.iter().any(waits) {
        return Ok(HashMap::new());
    }
    let mut db = services.db.acquire().await?;
    let all = Reach::read(&mut db, span(requests, context.now), context.now).await?;
    let promised = all.with(|stop| is_promised(stop.state));
    let each = requests.iter().filter(|request| waits(request)).map(|request| {
        let mut wishes = Wishes { days: promised.wishes(request, context.now), instead: None };
        if wishes.all_lost() {
            // What is offered for it is free of what is only proposed, too.
            wishes.instead = all.free(request, context.now, 1).into_iter().next();
        }
        (request.id, wishes)
    });
    Ok(each.collect())
}

/// It has no date, and may get one.
fn waits(request: &RequestView) -> bool {
    matches!(request.state, State::Submitted | State::Asked)
}

/// A school said yes to it.
const fn is_promised(stop: State) -> bool {
    !matches!(stop, State::Proposed)
}

impl Reach {
    /// What has become of a request's days.
    fn wishes(&self, request: &RequestView, now: Timestamp) -> Vec<Wish> {
        request.days.iter().map(|day| Wish { day: *day, lost: self.lost(request, *day, now) }).collect()
    }

    fn lost(&self, request: &RequestView, day: civil::Date, now: Timestamp) -> Option<Lost> {
        if day <= local_day(now) {
            return Some(Lost::Past);
        }
        // A house without a bus has promised nothing to anybody.
        if !self.has_a_fleet() || !self.on(request, day, now).is_empty() {
            return None;
        }
        let rests: Option<Vec<_>> = self.vehicles.iter().map(|vehicle| self.rests(vehicle, day)).collect();
        Some(match rests.as_deref().and_then(<[_]>::first) {
            Some((zh, en)) => Lost::NoDriving { reason_zh: (*zh).to_owned(), reason_en: (*en).to_owned() },
            None => Lost::Promised,
        })
    }

    fn has_one_left(&self, request: &RequestView, now: Timestamp) -> bool {
        self.wishes(request, now).iter().any(|wish| wish.lost.is_none())
    }
}

/// The days of a request as what a message is about: it is not sent once others were chosen.
pub(crate) fn sign_of_days(days: &[civil::Date]) -> Uuid {
    let number = |day: &civil::Date| {
        let (year, month) = (u128::from(day.year().unsigned_abs()), u128::from(day.month().unsigned_abs()));
        (year * 100 + month) * 100 + u128::from(day.day().unsigned_abs())
    };
    Uuid::from_u128(days.iter().fold(0_u128, |sum, day| (sum << 32) | number(day)))
}

/// A school has accepted its date, in the caller's transaction: those who wait and lose their last day by it are told so,
/// each once. Answers how many. Their rows are locked first: of two dates that are accepted at the same moment, and together
/// take somebody's days, the second one finds the first.
///
/// # Errors
/// `Database`.
pub async fn tell_who_lost(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    accepted: BusStopId,
    guard: Guard,
) -> Result<usize, BusError> {
    let now = context.now;
    let rows = match guard {
        Guard::Locks => sql::lock_waiting(db, now).await?,
        Guard::NegativeControl => sql::waiting(db, now).await?,
    };
    // One that cannot be read here (its key may not have arrived yet) is no reason to refuse somebody else their date.
    let readable = |row: sql::RequestRow| {
        let id = row.id;
        open(services, row, None, now)
            .inspect_err(|error| tracing::warn!(request = %id, %error, "a request that waits cannot be read"))
            .ok()
    };
    let waiting: Vec<RequestView> = rows.into_iter().filter_map(readable).collect();
    if waiting.is_empty() {
        return Ok(0);
    }
    let after = Reach::read(&mut *db, span(&waiting, now), now).await?.with(|stop| is_promised(stop.state));
    let before = after.with(|stop| stop.id != accepted);
    let mut told = Vec::new();
    for request in &waiting {
        let lost = before.has_one_left(request, now) && !after.has_one_left(request, now);
        if lost && sql::note_told_of_no_day(&mut *db, request.id.0, now).await? {
            note::<Bus>(context, &mut *db, request.id, NO_DAY_LEFT, json!({ "stop": accepted })).await?;
            told.push(Notice::now(request.id, BusTemplate::NoDayLeft).about(sign_of_days(&request.days)));
        }
    }
    tell::<Bus>(db, now, &told).await?;
    Ok(told.len())
}

/// Other days for a request that waits for a date, by whoever has its link: as many and as far ahead as its form takes. A
/// second press finds them chosen.
///
/// # Errors
/// `NotFound` for a link that is none; `Fields`; `StateHasChanged`, also where it waits no more.
pub async fn choose_days(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    typed: &Typed,
) -> Result<(), BusError> {
    let id = resolve(services, context, handle).await?;
    let mut faults = Faults::default();
    let Some(days) = wished_days(typed, local_day(context.now), &mut faults) else {
        return Err(BusError::Fields(faults.into_errors()));
    };
    run(|| {
        let (services, context, days) = (services.clone(), context.clone(), days.clone());
        async move { chosen(&services, &context, id, version, &days).await }
    })
    .await
}

async fn chosen(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: Option<i32>,
    days: &[civil::Date],
) -> Result<(), BusError> {
    let mut tx = services.begin().await?;
    // The form was made of the request as it stands, also where its proposal ran out and nobody has noted that yet.
    let stands =
        if Bus::lock(&mut tx, id).await? { Bus::load(services, &mut tx, id, context.now).await? } else { None };
    let shown = stands.ok_or(BusError::NotFound)?.version;
    let request = locked::<Bus>(services, context, &mut tx, id, None).await?;
    if waits(&request) && request.days == days {
        return Ok(());
    }
    if !waits(&request) || version.is_some_and(|version| version != shown) {
        return Err(BusError::StateHasChanged);
    }
    let stored: Vec<_> = days.iter().map(|day| day.to_sqlx()).collect();
    sql::choose_days(&mut tx, id.0, &stored, context.now).await?;
    let words = |days: &[civil::Date]| days.iter().map(ToString::to_string).collect::<Vec<_>>();
    let detail = json!({ "from": words(&request.days), "to": words(days) });
    note::<Bus>(context, &mut tx, id, DAYS_CHOSEN, detail).await?;
    finished(services, tx).await
}
