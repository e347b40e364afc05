//! What is known of a unit: each test with its state and values, what happened with its day, for whom its cells suffice. What is
//! the mother's leaves this file for her only, and for the others while she lets them: a result tells of both in one event, so it
//! is opened here and her part taken out of it.

use super::FamilyError;
use super::people::sight_of;
use super::scope::Own;
use super::units::{OwnUnit, unit_in};
use crate::custody::{self, CustodyError, EventView, Sight, UnitView};
use crate::{Context, Services};
use domain::Locale;
use domain::custody::{Kind, Payload, Person, Phase, Value, What};
use domain::family::{Cover, TestHappened, TestState, test_state};
use domain::ids::UnitId;
use jiff::Timestamp;

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
    /// For whom its cells suffice, once they are counted.
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

/// One unit of a family with what is known of it.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn record(services: &Services, context: &Context, id: UnitId) -> Result<OwnRecord, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    record_in(&mut own, services, context.locale, id).await
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
    let cover = tests.iter().find(|test| test.code == "tnc").and_then(|test| cover(&test.values));
    let events = view.events.iter().filter(|event| is_told(event.kind));
    let place = view.place.as_ref().map(|place| OwnPlace {
        tank: place.tank,
        code: place.slot.tank.clone(),
        since: place.since,
    });
    let texts = match (view.readable, view.lacks_text()) {
        (_, true) => Texts::Lost,
        (true, false) => Texts::Whole,
        (false, false) => Texts::Destroyed,
    };
    Ok(OwnRecord {
        unit,
        texts,
        events: events.map(|event| OwnEvent { kind: event.kind, at: event.occurred_at }).collect(),
        tests,
        cover,
        place,
    })
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
    let of = |item: &domain::custody::Item| {
        let happened = view.events.iter().filter_map(|event| happened(event, &item.code));
        let is_final = view.tests.done & item.bit() != 0;
        // The unit's row says what is final: after its key was destroyed, it is all there is.
        let state = if is_final { TestState::Final } else { test_state(happened) };
        // A result that does not open may have come in the place of an earlier one.
        let certain = view.events.iter().filter(|event| !view.may_be_outdated(event));
        let mut results = certain.filter_map(|event| result(event, &item.code));
        let last = results.next_back().filter(|_| state == TestState::Final);
        let all = last.map(|(values, _)| values).unwrap_or_default();
        let values: Vec<Value> = all.iter().filter(|value| reads_hers || value.of != Person::Mother).cloned().collect();
        OwnTest {
            code: item.code.clone(),
            name: item.name(locale).to_owned(),
            state,
            hidden: values.len() < all.len(),
            values,
            final_at: last.map(|(_, at)| at),
        }
    };
    view.tests.catalogue.items.iter().map(of).collect()
}

fn happened(event: &EventView, code: &str) -> Option<TestHappened> {
    match event.payload.as_ref()? {
        Payload::TestStarted { test } if test == code => Some(TestHappened::Started),
        Payload::TestRepeated { test, .. } if test == code => Some(TestHappened::Repeated),
        Payload::TestFinal { test, .. } if test == code => Some(TestHappened::Final),
        _ => None,
    }
}

fn result<'a>(event: &'a EventView, code: &str) -> Option<(&'a [Value], Timestamp)> {
    match event.payload.as_ref()? {
        Payload::TestFinal { test, values, .. } if test == code => Some((values.as_slice(), event.occurred_at)),
        _ => None,
    }
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
