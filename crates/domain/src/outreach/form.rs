//! The questions of an event: a typed, versioned definition that staff build and visitors answer.
//!
//! A question may depend on an earlier one. What is not asked is neither required nor kept; the one place that says so is
//! [`Question::is_asked`], read by the form that is shown, by the reading of what was typed, and by staff's preview.

use super::event::Bilingual;
use super::{Answer, Answers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a ticked consent is called in a [`Condition`].
pub const YES: &str = "yes";

/// What the names of questions' inputs begin with.
const INPUT: &str = "q-";

/// The name of a question within its form: never shown, never changed once answers have it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// A key of lower-case letters, digits and dashes, at most forty; `None` for anything else.
    pub fn new(text: &str) -> Option<Self> {
        let good = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        good.then(|| Self(text.to_owned()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its input.
    pub fn field(&self) -> String {
        format!("{INPUT}{}", self.0)
    }

    /// An input of this name belongs to a question.
    pub fn is_field(name: &str) -> bool {
        name.strip_prefix(INPUT).is_some_and(|key| Self::new(key).is_some())
    }
}

/// One of several answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What it says.
    pub label: Bilingual,
}

/// What kind of answer a question takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Kind {
    /// Words.
    Text {
        /// Characters at most.
        max: u32,
    },
    /// A whole number.
    Number {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// One of these.
    One {
        /// What can be chosen.
        choices: Vec<Choice>,
    },
    /// Any of these.
    Many {
        /// What can be chosen.
        choices: Vec<Choice>,
    },
    /// A day, counted from the day of answering, so that a form does not grow old.
    Date {
        /// The first day allowed, in days from today.
        from: i32,
        /// The last.
        until: i32,
    },
    /// A box to tick. Required means: without it there is no registration.
    Consent,
}

impl Kind {
    /// What it is called in forms and by machines.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::One { .. } => "one",
            Self::Many { .. } => "many",
            Self::Date { .. } => "date",
            Self::Consent => "consent",
        }
    }
}

/// When a question is asked: an earlier one was answered with one of these.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Condition {
    /// The earlier question.
    pub question: Key,
    /// Values of its choices; [`YES`] for a consent.
    pub any_of: Vec<String>,
}

/// One question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Its name.
    pub key: Key,
    /// What is asked.
    pub label: Bilingual,
    /// How to answer, or why it is asked.
    #[serde(default)]
    pub hint: Bilingual,
    /// What kind of answer.
    pub kind: Kind,
    /// Has to be answered where it is asked.
    pub required: bool,
    /// About health: kept apart, opened only by who says why.
    pub sensitive: bool,
    /// Asked only then; always where absent.
    #[serde(default)]
    pub when: Option<Condition>,
}

impl Question {
    /// It is asked of somebody who gave these answers to the questions before it.
    pub fn is_asked(&self, before: &Answers) -> bool {
        self.when.as_ref().is_none_or(|condition| {
            let given = before.get(&condition.question);
            given.is_some_and(|answer| condition.any_of.iter().any(|value| answer.has(value)))
        })
    }

    /// The values a [`Condition`] on it can name; empty where none can depend on it.
    pub fn values(&self) -> Vec<&str> {
        match &self.kind {
            Kind::One { choices } | Kind::Many { choices } => choices.iter().map(|c| c.value.as_str()).collect(),
            Kind::Consent => vec![YES],
            Kind::Text { .. } | Kind::Number { .. } | Kind::Date { .. } => Vec::new(),
        }
    }
}

/// What is wrong with a definition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FormFault {
    /// More questions than anybody answers.
    TooManyQuestions,
    /// Two questions of one name.
    KeyTwice,
    /// Nothing is asked, or a choice says nothing.
    NoText,
    /// Fewer than two choices, more than thirty, or two of one value.
    Choices,
    /// The largest is smaller than the smallest, or beyond all bounds.
    Range,
    /// It depends on a question that does not stand before it, or on an answer that one does not have.
    Condition,
    /// It depends on a sensitive question and is not sensitive: that it was answered would tell.
    TellsSensitive,
}

/// The questions of an event, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form {
    /// In order.
    pub questions: Vec<Question>,
}

impl Form {
    /// The most questions of one form.
    pub const MOST: usize = 30;
    /// The longest text a question can allow.
    pub const LONGEST: u32 = 1_000;

    /// The question of a name.
    pub fn question(&self, key: &Key) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == *key)
    }

    /// Every fault of the definition, with the question it is of. Empty: it can be published.
    pub fn faults(&self) -> Vec<(Key, FormFault)> {
        let mut faults = Vec::new();
        let mut seen: BTreeSet<&Key> = BTreeSet::new();
        for (at, question) in self.questions.iter().enumerate() {
            let mut add = |fault| faults.push((question.key.clone(), fault));
            if at == Self::MOST {
                add(FormFault::TooManyQuestions);
            }
            if !seen.insert(&question.key) {
                add(FormFault::KeyTwice);
            }
            if !question.label.is_written() {
                add(FormFault::NoText);
            }
            if let Some(fault) = kind_fault(&question.kind) {
                add(fault);
            }
            if let Some(fault) = condition_fault(question, &self.questions[..at]) {
                add(fault);
            }
        }
        faults
    }

    /// The questions asked of somebody with these answers, in order.
    pub fn asked<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Question> {
        self.questions.iter().filter(|question| question.is_asked(answers))
    }

    /// Sensitive questions stand in it.
    pub fn asks_sensitive(&self) -> bool {
        self.questions.iter().any(|question| question.sensitive)
    }

    /// Each answer beside its question, in the order of the form. An answer whose question is gone is left out.
    pub fn told<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = (&'a Question, &'a Answer)> {
        self.questions.iter().filter_map(|question| Some((question, answers.get(&question.key)?)))
    }
}

fn kind_fault(kind: &Kind) -> Option<FormFault> {
    match kind {
        Kind::Text { max } => (!(1..=Form::LONGEST).contains(max)).then_some(FormFault::Range),
        Kind::Number { min, max } => (min > max).then_some(FormFault::Range),
        Kind::Date { from, until } => {
            (from > until || from.abs() > 40_000 || until.abs() > 40_000).then_some(FormFault::Range)
        }
        Kind::One { choices } | Kind::Many { choices } => {
            let values: BTreeSet<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            if choices.iter().any(|choice| !choice.label.is_written() || Key::new(&choice.value).is_none()) {
                Some(FormFault::NoText)
            } else {
                (!(2..=30).contains(&choices.len()) || values.len() < choices.len()).then_some(FormFault::Choices)
            }
        }
        Kind::Consent => None,
    }
}

fn condition_fault(question: &Question, before: &[Question]) -> Option<FormFault> {
    let condition = question.when.as_ref()?;
    let Some(on) = before.iter().find(|earlier| earlier.key == condition.question) else {
        return Some(FormFault::Condition);
    };
    let values = on.values();
    if condition.any_of.is_empty() || !condition.any_of.iter().all(|value| values.contains(&value.as_str())) {
        return Some(FormFault::Condition);
    }
    (on.sensitive && !question.sensitive).then_some(FormFault::TellsSensitive)
}
