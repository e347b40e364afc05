//! What is known of a unit: each test with its state and values, what happened with its day, for whom its cells suffice. What is
//! the mother's leaves this file for her only, and for the others while she lets them: a result tells of both in one event, so it
//! is opened here and her part taken out of it.

use super::FamilyError;
use super::people::sight_of;
use super::scope::Own;
use super::tested::{Tested, tested};
use super::units::{OwnUnit, unit_in};
use crate::audit::{self, Entry};
use crate::custody::{self, CustodyError, EventView, Sight, UnitView};
use crate::db::to_the_end;
use crate::limits;
use crate::{Context, Services};
use domain::Locale;
use domain::custody::{Kind, Person, Phase, Value, What};
use domain::family::{Cover, TestState};
use domain::ids::UnitId;
use jiff::Timestamp;
use serde_json::json;

/// A test of a unit, for its family.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnTest {
    /// Its code in the catalogue.
    pub code: String,
    /// Its name, in the reader's language.
    pub name: String,
    /// How far it is.
    pub state: TestState,
    /// Its values; none before it is final, and none that are not for whoever reads.
    pub values: Vec<Value>,
    /// There are values of the mother's that are not for whoever reads.
    pub hidden: bool,
    /// When its result was reviewed.
    pub final_at: Option<Timestamp>,
    /// What that result says is wrong, and the house corrects it.
    pub corrected: bool,
}

/// Something that happened to a unit, for its family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnEvent {
    /// What.
    pub kind: Kind,
    /// When, by the clock of whoever did it.
    pub at: Timestamp,
}

/// Where a unit lies, for its family: the tank, and no slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnPlace {
    /// Which tank.
    pub tank: domain::ids::TankId,
    /// Its code.
    pub code: String,
    /// Since when.
    pub since: Timestamp,
}

/// Whether what happened to a unit can still be read whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Texts {
    /// It can.
    Whole,
    /// Some of it was said by a server of a later release, and this one, which is being replaced, cannot read it.
    Newer,
    /// Some of it, or all, does not open, and nobody meant that: the house looks into it.
    Lost,
    /// Its time was over, and its key was destroyed: what happened and when stands, what was said of it is gone for good.
    Destroyed,
}

/// A unit with what is known of it.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnRecord {
    /// The unit.
    pub unit: OwnUnit,
    /// Its tests, in the order of the catalogue.
    pub tests: Vec<OwnTest>,
    /// What happened beside steps and tests, the first first.
    pub events: Vec<OwnEvent>,
    /// For whom its cells suffice, once they are counted, and while that count stands.
    pub cover: Option<Cover>,
    /// Where it lies.
    pub place: Option<OwnPlace>,
    /// Whether it can be read whole.
    pub texts: Texts,
}

impl From<CustodyError> for FamilyError {
    fn from(error: CustodyError) -> Self {
        match error {
            CustodyError::Denied(denied) => Self::Denied(denied),
            CustodyError::NotFound => Self::NotFound,
            error @ (CustodyError::Refused(_) | CustodyError::Unreadable) => {
                tracing::error!(%error, "the record of a family's unit could not be read");
                Self::Unreadable
            }
            CustodyError::Database(error) => Self::Database(error),
        }
    }
}

/// One unit of a family with what is known of it. Where some of it does not open an alert stands in the trail, one for each window,
/// before the family reads that.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn record(services: &Services, context: &Context, id: UnitId) -> Result<OwnRecord, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let record = record_in(&mut own, services, context.locale, id).await?;
    drop(own);
    if record.texts == Texts::Lost {
        report(services, context, id).await?;
    }
    Ok(record)
}

/// Somebody has to look, whoever came by.
async fn report(services: &Services, context: &Context, id: UnitId) -> Result<(), FamilyError> {
    if !limits::first_alarm(services, &format!("text lost {id}")).await? {
        return Ok(());
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let entry = Entry {
            action: "family.text_lost",
            subject_kind: "custody_unit",
            subject: Some(id.0),
            detail: json!({ "alert": "text_lost" }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// The same, in the transaction of whoever reads more of it.
pub(super) async fn record_in(
    own: &mut Own,
    services: &Services,
    locale: Locale,
    id: UnitId,
) -> Result<OwnRecord, FamilyError> {
    let unit = unit_in(own, id).await?;
    let reads_hers = sight_of(own, &unit).await? != Sight::OtherGuardian { mother_consents: false };
    // Read as the family, too: of another's unit the database has no row for it.
    let view = custody::view_in(&mut own.tx, services, id, Sight::Owner).await?;
    let tests = tests(&view, locale, reads_hers);
    let cover = tests.iter().find(|test| test.code == "tnc" && !test.corrected).and_then(|test| cover(&test.values));
    let told = |event: &EventView| Some(OwnEvent { kind: event.kind.known()?, at: event.occurred_at });
    let events = view.events.iter().filter_map(told).filter(|event| is_told(event.kind));
    let place = view.place.as_ref().map(|place| OwnPlace {
        tank: place.tank,
        code: place.slot.tank.clone(),
        since: place.since,
    });
    let texts = match (view.readable, view.lacks_text()) {
        (_, true) => Texts::Lost,
        (true, false) if view.says_newer() => Texts::Newer,
        (true, false) => Texts::Whole,
        (false, false) => Texts::Destroyed,
    };
    Ok(OwnRecord { unit, texts, events: events.collect(), tests, cover, place })
}

/// What stands on a family's line by itself. Steps and tests have their own pages, and what staff write to each other is not told.
const fn is_told(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::TransportLeg
            | Kind::StepDone
            | Kind::TestStarted
            | Kind::TestRepeated
            | Kind::TestFinal
            | Kind::RecordSigned
            | Kind::DeviationOpened
            | Kind::DeviationClosed
            | Kind::ReleaseStepDone
            | Kind::Corrected
            | Kind::TakenOut
    )
}

fn tests(view: &UnitView, locale: Locale, reads_hers: bool) -> Vec<OwnTest> {
    let of = |test: Tested<'_>| {
        let all = test.values().unwrap_or_default();
        let values: Vec<Value> = all.iter().filter(|value| reads_hers || value.of != Person::Mother).cloned().collect();
        OwnTest {
            code: test.item.code.clone(),
            name: test.item.name(locale).to_owned(),
            state: test.state,
            hidden: values.len() < all.len(),
            values,
            final_at: test.result.map(|event| event.occurred_at),
            corrected: test.corrected,
        }
    };
    tested(view).into_iter().map(of).collect()
}

/// For whom the child's cells suffice: those counted after preparation, where that is said.
fn cover(values: &[Value]) -> Option<Cover> {
    let counted = values.iter().filter(|value| value.analyte == "tnc" && value.of == Person::Baby);
    let counted = counted.filter(|value| matches!(value.phase, None | Some(Phase::Post)));
    // A count in another unit than cells is not guessed at.
    let mut counted = counted.filter(|value| matches!(value.unit.as_str(), "" | "1"));
    match counted.next()?.found {
        What::Number(cells) => Cover::of(cells),
        What::Marker(_) | What::Text(_) => None,
    }
}

#[cfg(test)]
mod tests_of_cover {
    use super::*;

    fn count(number: f64, unit: &str, phase: Option<Phase>, of: Person) -> Value {
        Value {
            analyte: "tnc".to_owned(),
            found: What::Number(number),
            unit: unit.to_owned(),
            phase,
            of,
            method: None,
            instrument: None,
        }
    }

    #[test]
    fn only_the_childs_cells_after_preparation_are_counted() {
        let post = Some(Phase::Post);
        assert_eq!(cover(&[count(1e9, "1", post, Person::Baby)]).map(|cover| cover.kg), Some([40, 33]));
        assert_eq!(cover(&[count(1e9, "", None, Person::Baby)]).map(|cover| cover.kg), Some([40, 33]));
        for other in [
            count(1e9, "1", Some(Phase::Pre), Person::Baby),
            count(1e9, "1", post, Person::Mother),
            count(1e9, "10^6/ml", post, Person::Baby),
        ] {
            assert_eq!(cover(&[other]), None);
        }
    }
}
