//! What was sent: a text that anybody can read, made once and never changed. Whoever keeps it keeps its hash beside it.
//!
//! ```text
//! spark-application 1
//! form 1
//! notice 1
//! number 1
//! day 2026-12-04
//! [before]
//! keep: yes
//! whom: myself
//! ```
//!
//! Lines end with a line feed. In a value a line feed is `\n` and a backslash is `\\`. The order is the form's, so that the same
//! answers are the same text.

use super::Answers;
use super::form::{Form, Section};
use super::progress::Reading;
use crate::field::FieldError;
use jiff::civil::Date;
use std::fmt::Write as _;

const FORMAT: &str = "spark-application 1";

/// An application as it was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The version of its form.
    pub form: u16,
    /// The version of the notice that stood beside its consents.
    pub notice: u16,
    /// 1 for what was sent first, then one for each answer to a question of the house.
    pub number: u16,
    /// The day it was sent, which its ages go by.
    pub day: Date,
    /// What was answered.
    pub answers: Answers,
}

/// It cannot be sent: pages that are not done, with what is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} pages are not done", pages.len())]
pub struct Unfinished {
    /// Page and faults, in the order of the form.
    pub pages: Vec<(&'static str, Vec<FieldError>)>,
}

/// A text that no snapshot wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a snapshot of an application")]
pub struct Unreadable;

impl Snapshot {
    /// Freezes a reading of `day`.
    ///
    /// # Errors
    /// `Unfinished`, with every page that stands in the way.
    pub fn take(reading: &Reading, number: u16, day: Date) -> Result<Self, Unfinished> {
        if !reading.is_whole() {
            let pages = reading.missing().map(|asked| (asked.page.key, asked.faults.clone())).collect();
            return Err(Unfinished { pages });
        }
        let form = reading.form();
        Ok(Self { form: form.version, notice: form.notice, number, day, answers: reading.answers.clone() })
    }

    /// The text.
    pub fn text(&self, form: &Form) -> String {
        let Self { form: version, notice, number, day, .. } = self;
        let mut text = format!("{FORMAT}\nform {version}\nnotice {notice}\nnumber {number}\nday {day}\n");
        for section in Section::ALL {
            let fields = form.of_section(section).flat_map(|page| page.fields);
            let mut told = fields.filter_map(|field| Some((field.key, self.answers.get(field.key)?))).peekable();
            if told.peek().is_some() {
                let _ = writeln!(text, "[{}]", section.name());
            }
            for (key, answer) in told {
                let _ = writeln!(text, "{key}: {}", answer.replace('\\', "\\\\").replace('\n', "\\n"));
            }
        }
        text
    }

    /// Reads what [`text`](Self::text) wrote.
    ///
    /// # Errors
    /// `Unreadable` for anything else.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut lines = text.strip_suffix('\n').ok_or(Unreadable)?.split('\n');
        let mut head = |word: &str| {
            let line = lines.next().ok_or(Unreadable)?;
            line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')).ok_or(Unreadable)
        };
        if head("spark-application")? != "1" {
            return Err(Unreadable);
        }
        let number = |text: &str| text.parse::<u16>().map_err(|_| Unreadable);
        let (form, notice) = (number(head("form")?)?, number(head("notice")?)?);
        let (number, day) = (number(head("number")?)?, head("day")?.parse().map_err(|_| Unreadable)?);
        let mut answers = Answers::default();
        for line in lines {
            if line.starts_with('[') {
                continue;
            }
            let (key, written) = line.split_once(": ").ok_or(Unreadable)?;
            answers.put(key, unescaped(written)?);
        }
        let read = Self { form, notice, number, day, answers };
        // What was written by its own form is exactly this text: nothing was added, moved or spelled otherwise.
        let known = Form::of(form).ok_or(Unreadable)?;
        if read.text(known) == text { Ok(read) } else { Err(Unreadable) }
    }
}

fn unescaped(written: &str) -> Result<String, Unreadable> {
    let (mut plain, mut chars) = (String::with_capacity(written.len()), written.chars());
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                _ => return Err(Unreadable),
            },
            c => c,
        });
    }
    Ok(plain)
}
