//! What an event asks, as a client shows it, and what was answered, as a client sends it.
//!
//! The rules of a question are the domain's, and how an answer is read by them the house's (`services::outreach::Sent`): here
//! both are only put into words of JSON and back.

use super::events::Words;
use domain::field::Faults;
use domain::outreach::{Kind, Question as Asked};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::outreach::{Event, Replies, Sent, SentAnswer};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One of several answers.
#[derive(Serialize, ToSchema)]
#[schema(as = EventChoice)]
pub struct Choice {
    /// What is sent.
    value: String,
    /// What it says.
    label: Words,
}

/// When a question is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = EventCondition)]
pub struct Condition {
    /// An earlier question …
    question: String,
    /// … was answered with one of these; `yes` for a consent.
    any_of: Vec<String>,
}

/// A question of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = EventQuestion)]
pub struct Question {
    /// The member of `answers` it is answered in.
    key: String,
    /// What is asked.
    label: Words,
    /// How to answer, or why it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Words>,
    /// `text`, `number`, `one` (of `choices`), `many`, `date` (RFC 3339, `2026-11-30`) or `consent` (`true`).
    kind: &'static str,
    /// Has to be answered where it is asked. Of a consent: without it there is no registration.
    required: bool,
    /// About health: show who reads the answer, and keep no copy of it.
    sensitive: bool,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<u32>,
    /// The largest number, or the most characters of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    /// The first day allowed, where it is answered today.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    /// The last.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    choices: Vec<Choice>,
    /// Asked only then; always where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Condition>,
}

impl Question {
    pub(super) fn of(asked: &Asked, today: Date) -> Self {
        let (min, max) = match asked.kind {
            Kind::Text { max } => (None, Some(max)),
            Kind::Number { min, max } => (Some(min), Some(max)),
            _ => (None, None),
        };
        let (from, until) = asked.kind.days(today).unzip();
        let choices = match &asked.kind {
            Kind::One { choices } | Kind::Many { choices } => choices.as_slice(),
            _ => &[],
        };
        let choice =
            |choice: &domain::outreach::Choice| Choice { value: choice.value.clone(), label: (&choice.label).into() };
        Self {
            key: asked.key.as_str().to_owned(),
            label: (&asked.label).into(),
            hint: asked.hint.is_written().then(|| (&asked.hint).into()),
            kind: asked.kind.name(),
            required: asked.required,
            sensitive: asked.sensitive,
            min,
            max,
            from,
            until,
            choices: choices.iter().map(choice).collect(),
            when: asked
                .when
                .as_ref()
                .map(|when| Condition { question: when.question.as_str().to_owned(), any_of: when.any_of.clone() }),
        }
    }
}

/// An answer: words, the value of a choice or a day as text, a number, `true` for a consent, the values of several choices.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EventAnswer)]
pub enum Told {
    /// Words, a choice, a day.
    Text(String),
    /// A number. One that is none of ours is a fault of its question, not of the whole request.
    #[schema(value_type = u32)]
    Number(serde_json::Number),
    /// A consent that is given, or not.
    Consent(bool),
    /// Several choices.
    Many(Vec<String>),
}

/// As the house reads them: by the rules of the form, and by no others.
pub(super) fn sent(answers: BTreeMap<String, Told>) -> Sent {
    answers.into_iter().map(|(key, told)| (key, told.into())).collect()
}

/// The replies to what an event asks; what is wrong with an answer stands among the other faults of its request.
pub(super) fn replies(
    answers: BTreeMap<String, Told>,
    event: Option<&Event>,
    today: Date,
    faults: &mut Faults,
) -> Option<Replies> {
    sent(answers).read(event, today).unwrap_or_else(|wrong| {
        wrong.iter().for_each(|error| faults.add(&error.field, error.fault));
        None
    })
}

impl From<Told> for SentAnswer {
    fn from(told: Told) -> Self {
        match told {
            Told::Text(text) => Self::Text(text),
            Told::Number(number) => Self::Number(number.to_string()),
            Told::Consent(given) => Self::Consent(given),
            Told::Many(values) => Self::Many(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Told, sent};
    use services::outreach::{Sent, SentAnswer};
    use std::collections::BTreeMap;

    #[test]
    fn every_kind_of_answer_is_read_as_what_it_is() {
        let told: BTreeMap<String, Told> =
            serde_json::from_str(r#"{"a": "2", "b": 2.50, "c": true, "d": ["x"]}"#).expect("four answers");
        let wanted: Sent = [
            ("a", SentAnswer::Text("2".into())),
            ("b", SentAnswer::Number("2.5".into())),
            ("c", SentAnswer::Consent(true)),
            ("d", SentAnswer::Many(vec!["x".into()])),
        ]
        .into_iter()
        .map(|(key, answer)| (key.to_owned(), answer))
        .collect();
        assert_eq!(sent(told), wanted);
        assert!(serde_json::from_str::<BTreeMap<String, Told>>(r#"{"a": {"deep": 1}}"#).is_err());
    }
}
