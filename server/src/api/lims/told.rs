//! What a batch is, and the answer to each of its records. A record is read by the service, one by one: here it is a text, so that
//! one that cannot be read is a dead letter and not the end of its batch.

use crate::api::batch::Records;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::lims::{Answer, Became, MOST, Outcome};
use utoipa::ToSchema;
use uuid::Uuid;

/// A batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimsUpload {
    /// The time by the source's clock, as this is sent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// At most 10,000.
    #[schema(value_type = Vec<LimsEvent>)]
    pub events: LimsRecords,
}

/// The records of a batch, each as its text.
pub type LimsRecords = Records<MOST>;

/// Something that happened to a unit. One that is not like this is a dead letter, and not the end of its batch.
#[derive(Serialize, ToSchema)]
pub struct LimsEvent {
    /// 1 to 100 printable characters: its own, the same for every retry. What corrects it is another record with another key.
    key: String,
    /// Its place in the source's counting. A unit's records are applied in this order, whatever its clock says.
    source_seq: Option<i64>,
    /// `{"din": "G123498654321"}`, or `{"id": …}` as `applied` answered. Its shape comes with [`super::Payloads`].
    unit: serde_json::Value,
    /// When, by the source's clock. Kept beside the house's, also where it is wrong by hours; at most thirty days before the record
    /// comes, and not more than a day before the unit was registered.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
    /// What: `{"kind": "step_done", "step": …, "operator": …}`. Its shape comes with [`super::Payloads`], kind by kind.
    payload: serde_json::Value,
}

/// What became of one record. Whatever it is, the record need not be sent again.
#[derive(Serialize, ToSchema)]
pub struct LimsOutcome {
    /// Its key, where one can be read.
    key: Option<String>,
    /// `applied`, `duplicate`, `dead`, `conflict`.
    pub(super) outcome: &'static str,
    /// The unit it is an event of.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uuid>,
    /// Its number in the unit's chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    /// The dead letter it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<Uuid>,
    /// Why it could not be kept: `unmet`, `no-such-unit`, `malformed`; `only-quality` for what people of quality say at the desk and no
    /// feed does …
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What about: `steps: d_second_label_check 38`.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The source's clock was so many seconds ahead of the house's. Both times are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_seconds: Option<i64>,
}

impl LimsOutcome {
    /// As it is told.
    pub(super) fn of(answer: Answer) -> Self {
        let named = |outcome| Self {
            key: answer.key.clone(),
            outcome,
            unit: None,
            seq: None,
            letter: None,
            code: None,
            detail: None,
            clock_ahead_seconds: answer.ahead.map(|ahead| ahead.as_secs()),
        };
        match answer.outcome {
            Outcome::Now(Became::Event { unit, seq }) => {
                Self { unit: Some(unit.0), seq: Some(seq), ..named("applied") }
            }
            Outcome::Before(Became::Event { unit, seq }) => {
                Self { unit: Some(unit.0), seq: Some(seq), ..named("duplicate") }
            }
            Outcome::Now(Became::Letter { id, code, detail }) => {
                Self { letter: Some(id), code: Some(code), detail: Some(detail), ..named("dead") }
            }
            Outcome::Before(Became::Letter { id, code, detail }) => {
                Self { letter: Some(id), code: Some(code), detail: Some(detail), ..named("duplicate") }
            }
            Outcome::Conflict => Self { code: Some("key-reused".to_owned()), ..named("conflict") },
        }
    }
}
