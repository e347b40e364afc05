//! What was answered, in one spelling each. Never printed: it is about people, their health and their money.

use super::form::{Data, Form};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;

/// Answers by field: only those that were asked, read and normalised.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answers(BTreeMap<String, String>);

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

impl Answers {
    /// The answer to a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Notes one.
    pub(super) fn put(&mut self, field: &str, answer: String) {
        self.0.insert(field.to_owned(), answer);
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, answer)| (field.as_str(), answer.as_str()))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Only what tells these: what a reader may have who has no business with the rest. A field the form does not know is left
    /// out.
    #[must_use]
    pub fn telling(&self, form: &Form, data: &[Data]) -> Self {
        let may = |key: &str| form.field(key).is_some_and(|(_, field)| data.contains(&field.data));
        Self(self.0.iter().filter(|(key, _)| may(key)).map(|(key, answer)| (key.clone(), answer.clone())).collect())
    }

    /// The day in a field.
    pub fn day(&self, field: &str) -> Option<Date> {
        self.get(field)?.parse().ok()
    }

    /// Whole years since the day in a field.
    pub fn age(&self, field: &str, today: Date) -> Option<i16> {
        let born = self.day(field)?;
        let had = (today.month(), today.day()) >= (born.month(), born.day());
        Some(today.year() - born.year() - i16::from(!had))
    }
}
