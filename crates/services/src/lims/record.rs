//! Reading one record of a batch. Whatever is wrong with it is a word and a place, never what it says: the words go into letters
//! that people read and into answers.

use crate::Services;
use crate::crypto::Place;
use crate::custody::{Incoming, UnitName};
use domain::custody::{Din, Payload, What};
use domain::ids::{ClientId, UnitId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use uuid::Uuid;

/// The longest record, in bytes. A step with its lots and values has a few hundred.
pub(super) const LONGEST: usize = 16 * 1024;
/// The longest key.
const LONGEST_KEY: usize = 100;
/// The longest text of a payload, in characters.
const LONGEST_TEXT: usize = 1_000;

/// So long after it happened a record still comes by itself. What happened says by its own time who worked then, which lists held and
/// whose certificate was valid: a feed that may name any day chooses its own rules. The slowest result, a culture that is done once
/// more, takes a month.
pub(super) const FURTHEST_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Of what is told later than that.
pub(super) const TOO_LONG_AGO: &str = "too-long-ago";

/// Why a record is not kept, as a word and what it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    /// `malformed`, `key`, `too-large`, `characters`, `clock`, `too-long-ago`, `source-seq`, `no-operator`, or a refusal's.
    pub code: &'static str,
    /// Members and rules of ours.
    pub detail: String,
    /// What it lacks may still come.
    pub waits: bool,
}

impl Fault {
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), waits: false }
    }

    /// The database refuses it for a reason that nobody foresaw.
    pub(super) fn of_the_house() -> Self {
        Self::new("house", "could not be kept: somebody looks at it")
    }

    /// What it is to be added to cannot be read here: a key is lost, or another server, of a later release, wrote it. Once it can, the
    /// record may be kept.
    pub(super) fn of_what_lies_there() -> Self {
        Self { waits: true, ..Self::new("house", "what it is of cannot be read here now") }
    }
}

/// What a record is about, as far as it can be read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct About {
    /// The unit's id.
    pub unit: Option<Uuid>,
    /// The unit's number.
    pub din: Option<Din>,
    /// What was to happen.
    pub kind: Option<&'static str>,
    /// Its place in the order of the source.
    pub source_seq: Option<i64>,
}

/// A record that was read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// The keyed hash of client and key.
    pub key: Uuid,
    /// The keyed hash of what it says.
    pub body: Uuid,
    /// Its key as it was sent, where it has one.
    pub named: Option<String>,
    /// What it is about.
    pub about: About,
    /// What happened; or why it cannot be read.
    pub told: Result<Incoming, Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// Read by itself before; here so that it is a member that is known.
    #[serde(rename = "key")]
    _key: IgnoredAny,
    #[serde(default)]
    source_seq: Option<i64>,
    unit: Named,
    occurred_at: Timestamp,
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Din(Din),
    Id(UnitId),
}

impl Read {
    /// Reads a record of a client that came now.
    pub(super) fn of(services: &Services, client: ClientId, text: &str, now: Timestamp) -> Self {
        let hash = |purpose: &'static str, parts: &[&[u8]]| {
            let mut half = [0; 16];
            half.copy_from_slice(&services.vault.mac(purpose, &parts.concat())[..16]);
            Uuid::from_bytes(half)
        };
        let parsed = if text.len() > LONGEST { Err(too_large()) } else { value(text) };
        // The same members in another order, or with other spaces between them, are the same record.
        let canonical = parsed.as_ref().map_or_else(|_| text.to_owned(), Value::to_string);
        let body = hash("lims record", &[canonical.as_bytes()]);
        let named = parsed.as_ref().ok().and_then(|value| key_of(value).map(str::to_owned));
        // What has no key is known by what it says.
        let key = match &named {
            Some(key) => hash("lims key", &[client.0.as_bytes(), b"\0key\0", key.as_bytes()]),
            None => hash("lims key", &[client.0.as_bytes(), b"\0none\0", canonical.as_bytes()]),
        };
        let about = parsed.as_ref().map(about).unwrap_or_default();
        let told = parsed.and_then(|value| told(&value, named.is_some(), text, Some(now)));
        Self { key, body, named, about, told }
    }
}

/// Reads a record once more, that was read before: when it first came; nothing where its time was vouched for.
pub(super) fn again(text: &str, came_at: Option<Timestamp>) -> Result<Incoming, Fault> {
    if text.len() > LONGEST {
        return Err(too_large());
    }
    let value = value(text)?;
    told(&value, key_of(&value).is_some(), text, came_at)
}

/// The key a record was sent with.
pub(super) fn key_in(text: &str) -> Option<String> {
    value(text).ok().and_then(|value| key_of(&value).map(str::to_owned))
}

/// Where a letter's record is sealed for.
pub(super) const fn place(letter: Uuid) -> Place {
    Place { table: "lims_dead_letter", column: "record_sealed", row: letter }
}

fn too_large() -> Fault {
    Fault::new("too-large", format!("at most {LONGEST} bytes"))
}

fn value(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| malformed(&error))
}

/// Where it cannot be read. What serde says may quote the record; of that only the names of members of ours stay.
fn malformed(error: &serde_json::Error) -> Fault {
    let said = error.to_string();
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let detail = match missing {
        Some(member) => format!("lacks {member}"),
        None => format!("line {}, column {}", error.line(), error.column()),
    };
    Fault::new("malformed", detail)
}

fn key_of(value: &Value) -> Option<&str> {
    let key = value.get("key")?.as_str()?;
    let fits = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(key)
}

fn about(value: &Value) -> About {
    let unit = value.get("unit");
    let text = |name: &str| unit.and_then(|unit| unit.get(name)).and_then(Value::as_str);
    let kind = value.get("payload").and_then(|payload| payload.get("kind")).and_then(Value::as_str);
    About {
        unit: text("id").and_then(|id| id.parse().ok()),
        din: text("din").and_then(|din| Din::parse(din).ok()),
        kind: kind.and_then(domain::custody::Kind::from_name).map(domain::custody::Kind::name),
        source_seq: value.get("source_seq").and_then(Value::as_i64).filter(|seq| *seq >= 0),
    }
}

fn told(value: &Value, has_key: bool, text: &str, came_at: Option<Timestamp>) -> Result<Incoming, Fault> {
    if !has_key {
        return Err(Fault::new("key", format!("key: 1 to {LONGEST_KEY} printable characters")));
    }
    plain(value)?;
    // From the text, so that a fault has a line and a column.
    let Told { source_seq, unit, occurred_at, payload, .. } =
        serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if source_seq.is_some_and(|seq| seq < 0) {
        return Err(Fault::new("source-seq", "source_seq: not below 0"));
    }
    // Centuries away from any clock is no clock.
    let (first, last) = (-2_208_988_800, 7_258_118_400);
    if !(first..last).contains(&occurred_at.as_second()) {
        return Err(Fault::new("clock", "occurred_at: between 1900 and 2200"));
    }
    if came_at.is_some_and(|came_at| came_at.duration_since(occurred_at) > FURTHEST_BACK) {
        let days = FURTHEST_BACK.as_hours() / 24;
        return Err(Fault::new(TOO_LONG_AGO, format!("occurred_at: at most {days} days before it comes")));
    }
    says_whose(&payload, value)?;
    says_who(&payload)?;
    let unit = match unit {
        Named::Din(din) => UnitName::Din(din),
        Named::Id(id) => UnitName::Id(id),
    };
    Ok(Incoming { unit, payload, occurred_at, source_seq })
}

/// A result says whose blood it is. Silence would make it the child's, and what is the mother's would be everybody's to read. Only a
/// number that a preparation step read, of the bag itself, needs no word.
fn says_whose(payload: &Payload, value: &Value) -> Result<(), Fault> {
    let (values, is_step) = match payload {
        Payload::StepDone { values, .. } => (values, true),
        Payload::TestFinal { values, .. } | Payload::ReleaseStepDone { values, .. } => (values, false),
        _ => return Ok(()),
    };
    let told = value.pointer("/payload/values").and_then(Value::as_array);
    let says = |at: usize| told.and_then(|told| told.get(at)).is_some_and(|one| one.get("of").is_some());
    let mut found = values.iter().enumerate();
    if found.all(|(at, one)| says(at) || (is_step && matches!(one.found, What::Number(_)))) {
        Ok(())
    } else {
        Err(Fault::new("malformed", "values: lacks of"))
    }
}

/// Whoever opens a deviation and whoever closes it are two people: the feed says who, since a machine is nobody.
fn says_who(payload: &Payload) -> Result<(), Fault> {
    match payload {
        Payload::DeviationOpened { operator: None, .. } | Payload::DeviationClosed { operator: None, .. } => {
            Err(Fault::new("no-operator", "lacks operator"))
        }
        _ => Ok(()),
    }
}

/// Texts of a record are short and have no control characters.
fn plain(value: &Value) -> Result<(), Fault> {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => {
            Err(Fault::new("characters", "control characters"))
        }
        Value::String(text) if text.chars().count() > LONGEST_TEXT => {
            Err(Fault::new("characters", format!("texts of at most {LONGEST_TEXT} characters")))
        }
        Value::Array(all) => all.iter().try_for_each(plain),
        Value::Object(members) => members.values().try_for_each(plain),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"key":"k-1","source_seq":7,"unit":{"din":"G123498654321"},"occurred_at":"2026-11-27T08:00:00Z",
        "payload":{"kind":"transport_leg","min_c":4.0,"max_c":8.0,"hours":3.0}}"#;

    fn told(text: &str) -> Result<Incoming, Fault> {
        again(text, Some("2026-11-27T09:00:00Z".parse().expect("an instant")))
    }

    fn fault(text: &str) -> Fault {
        told(text).expect_err("a fault")
    }

    #[test]
    fn a_record_says_which_unit_when_and_what() {
        let told = told(RECORD).expect("a record");
        assert_eq!(told.source_seq, Some(7));
        assert_eq!(told.unit, UnitName::Din(Din::parse("G123498654321").expect("a number")));
        assert!(matches!(told.payload, Payload::TransportLeg { hours: 3.0, .. }));
    }

    fn saying(payload: &str) -> Result<Incoming, Fault> {
        let (start, _) = RECORD.split_once(r#"{"kind""#).expect("a payload");
        told(&format!("{start}{payload}}}"))
    }

    #[test]
    fn a_deviation_says_who_opened_and_who_closed_it() {
        for (kind, of) in [("deviation_opened", r#""of":"label","#), ("deviation_closed", "")] {
            let name = r#""deviation":"01980000-0000-7000-8000-000000000001""#;
            let silent = format!(r#"{{"kind":"{kind}",{name},{of}"said":"a page is missing"}}"#);
            assert_eq!(saying(&silent).expect_err("nobody is named").code, "no-operator");
            assert!(saying(&silent.replace("\"said\"", "\"operator\":\"OP-1\",\"said\"")).is_ok(), "{kind}");
        }
    }

    #[test]
    fn what_is_told_long_after_it_happened_does_not_choose_its_own_rules() {
        let at = |at: &str| RECORD.replace("2026-11-27T08:00:00Z", at);
        assert!(told(&at("2026-10-28T09:00:00Z")).is_ok(), "thirty days");
        let late = fault(&at("2026-10-28T08:59:59Z"));
        assert_eq!((late.code, late.waits), ("too-long-ago", false));
        assert!(again(&at("2026-10-28T08:59:59Z"), None).is_ok(), "its time was vouched for");
        assert!(told(&at("2026-11-27T12:00:00Z")).is_ok(), "a clock three hours ahead is another matter");
    }

    #[test]
    fn a_result_says_whose_blood_it_is() {
        let told = saying;
        let result = |values: &str| {
            format!(r#"{{"kind":"test_final","test":"hbv","operator":"A","reviewer":"B","values":[{values}]}}"#)
        };
        let step =
            |values: &str| format!(r#"{{"kind":"step_done","step":"weighed","operator":"A","values":[{values}]}}"#);
        let marker = r#"{"analyte":"hbv","found":{"marker":"P"},"of":"mother"}"#;
        let number = r#"{"analyte":"hbv","found":{"number":1.0},"of":"baby"}"#;
        let silent = |value: &str| {
            let (value, _) = value.split_once(r#","of""#).expect("it says whose");
            format!("{value}}}")
        };
        assert!(told(&result(&format!("{marker},{number}"))).is_ok());
        // A number that a step read needs no word; a marker does wherever it is found.
        assert!(told(&step(&silent(number))).is_ok());
        // As a list of its members it says nothing of it, either.
        let listed = r#"["hbv",{"marker":"P"}]"#.to_owned();
        for payload in [
            result(&silent(marker)),
            result(&silent(number)),
            result(&format!("{number},{}", silent(marker))),
            result(&listed),
            step(&silent(marker)),
        ] {
            let fault = told(&payload).expect_err("it does not say whose");
            assert_eq!(fault.code, "malformed", "{payload}");
        }
        assert_eq!(told(&result(&silent(marker))).expect_err("silent").detail, "values: lacks of");
    }

    #[test]
    fn a_fault_names_a_place_and_never_what_was_said() {
        assert_eq!(fault(&RECORD.replace("transport_leg", "王小明")).code, "malformed");
        assert!(!fault(&RECORD.replace("transport_leg", "王小明")).detail.contains("王小明"));
        assert!(!fault(&RECORD.replace("\"hours\":3.0", "\"hours\":\"王小明\"")).detail.contains("王小明"));
        assert_eq!(fault(&RECORD.replace(",\"hours\":3.0", "")).detail, "lacks hours");
        assert_eq!(fault(&RECORD.replace("k-1", "")).code, "key");
        assert_eq!(fault(&RECORD.replace("\"source_seq\":7", "\"source_seq\":-7")).code, "source-seq");
        assert_eq!(fault(&RECORD.replace("2026-11", "9026-11")).code, "clock");
        assert_eq!(fault(&RECORD.replace("G123498654321", "G12\\u0000")).code, "characters");
        assert_eq!(fault(&"x".repeat(LONGEST + 1)).code, "too-large");
        assert_eq!(fault("[").code, "malformed");
    }
}
