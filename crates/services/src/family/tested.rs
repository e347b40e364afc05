//! How far each test of a unit is and which result of it stands. Decided here alone: the page, the passport on paper and whoever else
//! tells a family of a test say the same.

use crate::custody::{EventView, UnitView};
use domain::custody::{Item, Payload, Value};
use domain::family::{TestHappened, TestState, told_state};

/// A test of a unit.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// Its entry in the catalogue.
    pub item: &'a Item,
    /// How far it is: to everybody of the family the same, whatever they read of it.
    pub state: TestState,
    /// The event that says the result that stands. Nothing before the test is final, and none where one that cannot be read may have come
    /// in its place.
    pub result: Option<&'a EventView>,
    /// What that result says is wrong, and the house corrects it: nothing is concluded from it until the next.
    pub corrected: bool,
}

impl<'a> Tested<'a> {
    /// The values of the result that stands; nothing without one, and where it is closed to whoever reads.
    pub fn values(&self) -> Option<&'a [Value]> {
        match self.result?.payload.as_ref()? {
            Payload::TestFinal { values, .. } => Some(values.as_slice()),
            _ => None,
        }
    }
}

/// The tests of a unit, in the order of the catalogue.
pub fn tested(view: &UnitView) -> Vec<Tested<'_>> {
    // What is told late stands where it happened: a result of before a repeat is no answer to it.
    let mut in_time: Vec<&EventView> = view.events.iter().collect();
    in_time.sort_by_key(|event| event.happened_at());
    let of = view.tests.each().map(|(item, done)| {
        let told = in_time.iter().filter_map(|event| Some((*event, happened(event, item)?)));
        let state = told_state(done, told.clone().map(|(_, happened)| happened));
        let last = told.rev().find(|(_, happened)| *happened == TestHappened::Final).map(|(event, _)| event);
        let result = last.filter(|event| state == TestState::Final && !view.may_be_outdated(event));
        let corrected = result.is_some_and(|result| view.events.iter().any(|event| event.corrects == Some(result.seq)));
        Tested { item, state, result, corrected }
    });
    of.collect()
}

fn happened(event: &EventView, item: &Item) -> Option<TestHappened> {
    event.of_test.as_ref().filter(|(test, _)| *test == item.code).map(|(_, happened)| *happened)
}
