//! A form that came back: what was typed, what is wrong with it, and what to say above it.

use domain::field::{Fault, FieldError};
use std::collections::HashMap;

/// What the fields of a page show when its form was refused. Empty on a first visit.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    /// What was typed, by the input's name; several values of one name are joined with line feeds.
    pub values: HashMap<String, String>,
    /// What is wrong, in the order of the form.
    pub errors: Vec<FieldError>,
    /// What is said above the form.
    pub notice: Option<Notice>,
}

/// A message above a page's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// How a message is meant; also the colour and the icon it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Tone {
    /// Neutral.
    Info,
    /// It worked.
    Success,
    /// Look here before going on.
    Warning,
    /// It did not work.
    Danger,
    /// Nothing in particular.
    #[default]
    Plain,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Self; 5] = [Self::Info, Self::Success, Self::Warning, Self::Danger, Self::Plain];

    /// As in class names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
            Self::Plain => "plain",
        }
    }
}

impl FormState {
    /// A form with these pairs typed; passwords and codes (`forget`) are never sent back.
    pub fn typed<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>, forget: &[&str]) -> Self {
        let mut values: HashMap<String, String> = HashMap::new();
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            if forget.contains(&name.as_str()) {
                continue;
            }
            values
                .entry(name)
                .and_modify(|all| {
                    all.push('\n');
                    all.push_str(&value);
                })
                .or_insert(value);
        }
        Self { values, ..Self::default() }
    }

    /// The same with faults.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same with a message above it.
    #[must_use]
    pub fn with_notice(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.notice = Some(Notice { tone, text: text.into() });
        self
    }

    /// What was typed into `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The first fault of `name`.
    pub fn fault(&self, name: &str) -> Option<Fault> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.fault)
    }

    /// Whether the box `value` of `name` was ticked.
    pub fn ticked(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|all| all.split('\n').any(|one| one == value))
    }

    /// The form was sent and came back.
    pub fn was_sent(&self) -> bool {
        !self.values.is_empty() || !self.errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_secrets_do_not() {
        let form = FormState::typed([("name", "张三"), ("password", "x"), ("days", "1"), ("days", "3")], &["password"]);
        assert_eq!(form.value("name"), Some("张三"));
        assert_eq!(form.value("password"), None);
        assert!(form.ticked("days", "1") && form.ticked("days", "3") && !form.ticked("days", "2"));
    }
}
