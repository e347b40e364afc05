//! What an event asks, as a client shows it, and what was answered, as a client sends it.
//!
//! The rules of a question are the domain's: here they are only put into words of JSON and back.

use super::events::Words;
use domain::field::{Fault, FieldError};
use domain::outreach::{Answers, Form, Key, Kind, Question as Asked, Typed};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
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

impl Told {
    /// Whether such an answer can be one to such a question: what a form could not send is no slip to be read kindly.
    const fn suits(&self, kind: &Kind) -> bool {
        match self {
            Self::Consent(_) => matches!(kind, Kind::Consent),
            Self::Many(_) => matches!(kind, Kind::Many { .. }),
            Self::Text(_) | Self::Number(_) => true,
        }
    }

    /// As it would be typed into the form's inputs.
    fn typed(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Number(number) => vec![number.to_string()],
            Self::Consent(given) => given.then(|| "on".to_owned()).into_iter().collect(),
            Self::Many(values) => values.clone(),
        }
    }
}

/// The answers to a form, read by its own rules.
///
/// # Errors
/// The faults as `answers.<key>`; a key that is no question of the form is one of them.
pub(super) fn read(
    form: Option<&Form>,
    told: &BTreeMap<String, Told>,
    today: Date,
) -> Result<Answers, Vec<FieldError>> {
    let question =
        |key: &str| form.and_then(|form| form.questions.iter().find(|question| question.key.as_str() == key));
    let suits = |key: &str, told: &Told| question(key).is_some_and(|question| told.suits(&question.kind));
    let strange = told.iter().filter(|(key, told)| !suits(key, told));
    let mut faults: Vec<_> =
        strange.map(|(key, _)| FieldError::new(format!("{FIELD}.{key}"), Fault::NotAChoice)).collect();
    let fields: Vec<(String, String)> = told
        .iter()
        .filter(|(key, told)| suits(key, told))
        .filter_map(|(key, told)| Some((Key::new(key)?.field(), told.typed())))
        .flat_map(|(field, values)| values.into_iter().map(move |value| (field.clone(), value)))
        .collect();
    let typed = Typed::of(fields.iter().map(|(field, value)| (field.as_str(), value.as_str())));
    let answers = form.map_or_else(|| Ok(Answers::default()), |form| form.read(&typed, today));
    match answers {
        Ok(answers) if faults.is_empty() => Ok(answers),
        Ok(_) => Err(faults),
        Err(wrong) => {
            let named = |form: &Form, field: &str| {
                let question = form.questions.iter().find(|question| question.key.field() == field);
                question.map_or_else(|| field.to_owned(), |question| format!("{FIELD}.{}", question.key.as_str()))
            };
            let wrong = wrong.into_iter().map(|error| {
                let field = form.map_or_else(|| error.field.clone(), |form| named(form, &error.field));
                FieldError::new(field, error.fault)
            });
            // Of what does not suit its question it is not said as well that it is missing.
            let strange: Vec<_> = faults.iter().map(|fault| fault.field.clone()).collect();
            faults.extend(wrong.filter(|fault| !strange.contains(&fault.field)));
            Err(faults)
        }
    }
}

/// The member that holds the answers.
const FIELD: &str = "answers";

#[cfg(test)]
mod tests {
    use super::{Told, read};
    use domain::field::FieldError;
    use domain::outreach::{Bilingual, Form, Key, Kind, Question};
    use jiff::civil::date;
    use std::collections::BTreeMap;

    fn asks(key: &str, kind: Kind) -> Question {
        let (label, hint) = (Bilingual::new("问", "Asked"), Bilingual::default());
        Question { key: Key::new(key).expect("a key"), label, hint, kind, required: true, sensitive: false, when: None }
    }

    #[test]
    fn answers_are_read_by_the_rules_of_the_form_and_faults_name_their_member() {
        let questions = vec![asks("seats", Kind::Number { min: 1, max: 4 }), asks("agree", Kind::Consent)];
        let form = Form { questions };
        let told = |pairs: &str| serde_json::from_str::<BTreeMap<String, Told>>(pairs).expect("answers");
        let today = date(2026, 7, 20);
        let read = |pairs: &str| read(Some(&form), &told(pairs), today);
        assert_eq!(read(r#"{"seats": 2, "agree": true}"#).expect("right").len(), 2);
        assert_eq!(read(r#"{"seats": "2", "agree": true}"#).expect("right").len(), 2);
        let faults = read(r#"{"seats": 9, "agree": false, "colour": "red"}"#).expect_err("wrong");
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["answers.colour", "answers.seats", "answers.agree"]);
        let fields = |faults: Vec<FieldError>| faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>();
        for odd in ["-1", "2.5", "true", r#"["2", "3"]"#] {
            let faults = read(&format!(r#"{{"seats": {odd}, "agree": true}}"#)).expect_err(odd);
            assert_eq!(fields(faults), ["answers.seats"], "{odd}");
        }
        let nothing = super::read(None, &told(r#"{"seats": 2}"#), today).expect_err("it asks nothing");
        assert_eq!(nothing[0].field, "answers.seats");
        assert!(super::read(None, &told("{}"), today).expect("nothing is asked").is_empty());
    }
}
