//! Reading what was typed against the questions of a form. What is not asked leaves no trace in the [`Answers`].

use super::form::{Choice, Form, Key, Kind, Question, YES};
use crate::Locale;
use crate::contact::half_width;
use crate::field::{Fault, Faults, FieldError};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The answer to one question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Words.
    Text(String),
    /// A number.
    Number(u32),
    /// The value of a choice.
    One(String),
    /// The values of choices, in the order they are offered.
    Many(Vec<String>),
    /// A day.
    Date(Date),
    /// The box is ticked.
    Consent,
}

impl Answer {
    /// It is, or holds, the value a condition names.
    pub fn has(&self, value: &str) -> bool {
        match self {
            Self::One(chosen) => chosen == value,
            Self::Many(chosen) => chosen.iter().any(|one| one == value),
            Self::Consent => value == YES,
            Self::Text(_) | Self::Number(_) | Self::Date(_) => false,
        }
    }

    /// What its inputs hold when it is shown for changing.
    pub fn typed(&self) -> Vec<String> {
        match self {
            Self::Text(text) | Self::One(text) => vec![text.clone()],
            Self::Number(number) => vec![number.to_string()],
            Self::Many(values) => values.clone(),
            Self::Date(day) => vec![day.to_string()],
            Self::Consent => vec!["on".to_owned()],
        }
    }

    /// As it is read beside its question; choices by what they say, a consent as `agreed`.
    pub fn text(&self, question: &Question, locale: Locale, agreed: &str) -> String {
        let label = |choices: &[Choice], value: &str| {
            let found = choices.iter().find(|choice| choice.value == value);
            found.map_or_else(|| value.to_owned(), |choice| choice.label.of(locale).to_owned())
        };
        match (self, &question.kind) {
            (Self::One(value), Kind::One { choices }) => label(choices, value),
            (Self::Many(values), Kind::Many { choices }) => {
                let separator = if locale == Locale::ZhCn { "、" } else { ", " };
                values.iter().map(|value| label(choices, value)).collect::<Vec<_>>().join(separator)
            }
            (Self::Date(day), _) => crate::time::day_text(*day, locale),
            (Self::Consent, _) => agreed.to_owned(),
            (Self::Number(number), _) => number.to_string(),
            (Self::Text(text) | Self::One(text), _) => text.clone(),
            (Self::Many(values), _) => values.join(" "),
        }
    }
}

/// Never printed: it may be about health.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}

/// Answers by question. Never printed: some are about health.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<Key, Answer>);

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

impl Answers {
    /// The answer to a question.
    pub fn get(&self, key: &Key) -> Option<&Answer> {
        self.0.get(key)
    }

    /// Nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The ordinary and the sensitive ones, apart.
    pub fn apart(self, form: &Form) -> (Self, Self) {
        let sensitive = |key: &Key| form.question(key).is_some_and(|question| question.sensitive);
        let (apart, ordinary) = self.0.into_iter().partition(|(key, _)| sensitive(key));
        (Self(ordinary), Self(apart))
    }

    /// Both together again.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// What the form's inputs hold when these answers are shown for changing.
    pub fn typed(&self) -> Typed {
        Typed(self.0.iter().map(|(key, answer)| (key.field(), answer.typed())).collect())
    }
}

/// What was typed, by the input's name.
#[derive(Clone, Default)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Of the pairs of a form; other fields than questions do no harm.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            all.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Self(all)
    }

    /// Everything typed into an input.
    pub fn values(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// With this in an input, in place of what stood there.
    #[must_use]
    pub fn with(mut self, field: String, values: Vec<String>) -> Self {
        self.0.insert(field, values);
        self
    }

    /// By input.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(field, values)| (field.as_str(), values.as_slice()))
    }
}

impl Form {
    /// The answers, or every fault of the questions that are asked. `today` is the day of answering.
    ///
    /// # Errors
    /// The faults, in the order of the form, under the inputs' names.
    pub fn read(&self, typed: &Typed, today: Date) -> Result<Answers, Vec<FieldError>> {
        let mut faults = Faults::default();
        let answers = self.go_through(typed, today, &mut faults);
        if faults.is_empty() { Ok(answers) } else { Err(faults.into_errors()) }
    }

    /// What of a half-filled form can be read: which questions are asked follows from it. Faults are left out.
    pub fn read_so_far(&self, typed: &Typed, today: Date) -> Answers {
        self.go_through(typed, today, &mut Faults::default())
    }

    /// What of a form that was refused may be kept until it is right, by input: several boxes joined with line feeds, empty
    /// where nothing stands. Ordinary answers always. What is about health only of those who agreed, to the form (`agreed`)
    /// and wherever the questions they were asked want it besides: before that it is theirs alone. A consent itself is given
    /// with the form that is taken, and ticked again for nobody. What is not asked is not kept here either.
    pub fn kept_so_far(&self, typed: &Typed, agreed: bool, today: Date) -> Vec<(String, String)> {
        let so_far = self.read_so_far(typed, today);
        let is_consent = |question: &Question| question.kind == Kind::Consent;
        let wanted = |question: &&Question| is_consent(question) && (question.required || question.sensitive);
        let agreed = agreed && self.asked(&so_far).filter(wanted).all(|question| so_far.get(&question.key).is_some());
        let may = |question: &&Question| agreed || !question.sensitive || is_consent(question);
        let kept = self.asked(&so_far).filter(may).map(|question| {
            let field = question.key.field();
            let text = if is_consent(question) { String::new() } else { typed.values(&field).join("\n") };
            (field, text)
        });
        kept.collect()
    }

    fn go_through(&self, typed: &Typed, today: Date, faults: &mut Faults) -> Answers {
        let mut answers = Answers::default();
        for question in &self.questions {
            if !question.is_asked(&answers) {
                continue;
            }
            let field = question.key.field();
            match read_one(question, typed.values(&field), today) {
                Ok(Some(answer)) => {
                    answers.0.insert(question.key.clone(), answer);
                }
                Ok(None) if question.required => {
                    let fault = if question.kind == Kind::Consent { Fault::MustAccept } else { Fault::Required };
                    faults.add(&field, fault);
                }
                Ok(None) => {}
                Err(fault) => faults.add(&field, fault),
            }
        }
        answers
    }
}

fn read_one(question: &Question, values: &[String], today: Date) -> Result<Option<Answer>, Fault> {
    let first = values.iter().map(|value| value.trim()).find(|value| !value.is_empty());
    match &question.kind {
        Kind::Many { choices } => many(choices, values),
        Kind::Consent => Ok(first.filter(|value| matches!(*value, "on" | "true" | YES)).map(|_| Answer::Consent)),
        kind => first.map(|text| single(kind, text, today)).transpose(),
    }
}

fn single(kind: &Kind, text: &str, today: Date) -> Result<Answer, Fault> {
    match kind {
        Kind::Text { max } => words(text, *max).map(Answer::Text),
        Kind::Number { min, max } => {
            let number: u32 = crate::typed::digits(text)?;
            let outside = Fault::OutOfRange { min: *min, max: *max };
            if (*min..=*max).contains(&number) { Ok(Answer::Number(number)) } else { Err(outside) }
        }
        Kind::One { choices } => {
            let chosen = choices.iter().find(|choice| choice.value == text).ok_or(Fault::NotAChoice)?;
            Ok(Answer::One(chosen.value.clone()))
        }
        Kind::Date { from, until } => {
            let day: Date = half_width(text).parse().map_err(|_| Fault::DateShape)?;
            let (first, last) = (shifted(today, *from), shifted(today, *until));
            if (first..=last).contains(&day) { Ok(Answer::Date(day)) } else { Err(Fault::DateBetween { first, last }) }
        }
        Kind::Many { .. } | Kind::Consent => Err(Fault::NotAChoice),
    }
}

fn many(choices: &[Choice], values: &[String]) -> Result<Option<Answer>, Fault> {
    let typed: Vec<&str> = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
    if !typed.iter().all(|value| choices.iter().any(|choice| choice.value == *value)) {
        return Err(Fault::NotAChoice);
    }
    // In the order of the form and once each, however they came.
    let chosen = choices.iter().map(|choice| choice.value.clone()).filter(|value| typed.contains(&value.as_str()));
    let chosen: Vec<String> = chosen.collect();
    Ok((!chosen.is_empty()).then_some(Answer::Many(chosen)))
}

/// Words as they are kept: line breaks as one sign, other controls left out.
fn words(text: &str, max: u32) -> Result<String, Fault> {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = plain.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let plain = plain.trim().to_owned();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    if plain.chars().count() > max as usize { Err(Fault::TooLong { max }) } else { Ok(plain) }
}

/// `today` and so many days, at the end of the calendar where there are no more.
pub(super) fn shifted(today: Date, days: i32) -> Date {
    today.saturating_add(days.days())
}

impl Kind {
    /// The first and the last day a date can have when it is answered `today`.
    pub fn days(&self, today: Date) -> Option<(Date, Date)> {
        match self {
            Self::Date { from, until } => Some((shifted(today, *from), shifted(today, *until))),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
