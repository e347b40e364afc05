//! A family's units: where each is, and how far its work has come.

use super::FamilyError;
use super::certificate::is_stored;
use super::scope::{Member, Own};
use crate::{Context, Services};
use domain::Locale;
use domain::custody::{Pool, State};
use domain::family::{Counts, Standing, Step, steps};
use domain::ids::{FamilyId, UnitId};
use jiff::Timestamp;
use store::family::own as sql;

/// A unit, for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnUnit {
    /// Which.
    pub id: UnitId,
    /// What whoever reads is in its family.
    pub member: Member,
    /// For whose use.
    pub pool: Pool,
    /// Where it is.
    pub state: State,
    /// Where it comes back to, while it is held.
    pub held_in: Option<State>,
    /// What is done of its work.
    pub counts: Counts,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When something happened to it last.
    pub changed_at: Timestamp,
}

impl OwnUnit {
    /// It is stored, or on its way to whom it is for: its certificate is good.
    pub fn is_stored(&self) -> bool {
        is_stored(self.state, self.held_in)
    }

    /// The parts of its way.
    pub fn way(&self) -> Vec<(Step, Standing)> {
        steps(self.state, self.held_in, self.counts)
    }
}

/// One of the bank's steps, and whether it is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepItem {
    /// From 1.
    pub position: u8,
    /// Its section: A to H.
    pub section: String,
    /// Its name, in the reader's language.
    pub name: String,
    /// Done.
    pub done: bool,
}

fn counts(row: &sql::UnitRow) -> Counts {
    let number = |n: i64| u32::try_from(n).unwrap_or_default();
    Counts {
        preparation: (number(row.steps_done), number(row.steps_all)),
        tests: (number(row.tests_final), number(row.tests_all)),
        stored: row.stored,
    }
}

fn read(row: &sql::UnitRow, members: &[Member]) -> Result<OwnUnit, FamilyError> {
    let state = |text: &str| State::from_name(text).ok_or(FamilyError::Unreadable);
    let member = members.iter().find(|member| member.family == FamilyId(row.family_id));
    Ok(OwnUnit {
        id: UnitId(row.id),
        member: member.ok_or(FamilyError::NotFound)?.clone(),
        pool: Pool::from_name(&row.pool).ok_or(FamilyError::Unreadable)?,
        state: state(&row.state)?,
        held_in: row.held_in.as_deref().map(state).transpose()?,
        counts: counts(row),
        registered_at: row.registered_at.to_jiff(),
        changed_at: row.changed_at.to_jiff(),
    })
}

/// The units of the families whoever asks belongs to, the last first.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn units(services: &Services, context: &Context) -> Result<Vec<OwnUnit>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let members = own.memberships().await?;
    let rows = sql::units(&mut *own.tx, own.account.0, None).await?;
    rows.iter().map(|row| read(row, &members)).collect()
}

/// One of them. What is another family's and what is not there is one answer, reached by the same statements.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn unit(services: &Services, context: &Context, id: UnitId) -> Result<OwnUnit, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    unit_in(&mut own, id).await
}

/// The same, in the transaction of whoever reads more of it.
pub(super) async fn unit_in(own: &mut Own, id: UnitId) -> Result<OwnUnit, FamilyError> {
    let members = own.memberships().await?;
    let rows = sql::units(&mut *own.tx, own.account.0, Some(id.0)).await?;
    read(rows.first().ok_or(FamilyError::NotFound)?, &members)
}

/// The preparation steps of a unit by the list it is worked by, in order; none before a list is named.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn steps_of(
    services: &Services,
    context: &Context,
    id: UnitId,
) -> Result<(OwnUnit, Vec<StepItem>), FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let unit = unit_in(&mut own, id).await?;
    let rows = sql::steps(&mut *own.tx, id.0).await?;
    let items = rows.into_iter().map(|row| {
        Ok(StepItem {
            position: u8::try_from(row.position).map_err(|_| FamilyError::Unreadable)?,
            section: row.section,
            name: match context.locale {
                Locale::ZhCn => row.zh,
                Locale::En => row.en,
            },
            done: row.done,
        })
    });
    let items = items.collect::<Result<_, FamilyError>>()?;
    Ok((unit, items))
}
