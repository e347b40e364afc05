//! What the form's fields and answers are called besides their labels (`form_words`): hints, short names, answers as they
//! are read. By language and not by visit, since the copy to print is made without one.

use crate::i18n::{self, Text};
use domain::Locale;
use domain::bus::City;
use domain::spark::application::form::{Kind, When};
use domain::spark::application::{Answers, Field, Page, Purpose, Section};
use domain::time::{day, day_text};
use jiff::civil::Date;

/// How to answer a field, where more is to be said than its label says.
pub(super) fn hint(locale: Locale, field: &Field) -> Option<Text> {
    i18n::found(locale, &format!("apply-hint-{}", field.key))
}

/// What a field is called in a list, or by an error: its label; of a box to tick, whose label is the sentence that one says by it,
/// a word or two.
pub(super) fn name(locale: Locale, field: &Field) -> Text {
    match field.kind {
        Kind::Tick => i18n::text(locale, &format!("apply-called-{}", field.key)),
        _ => i18n::text(locale, &format!("apply-field-{}", field.key)),
    }
}

/// When a field is asked, where that hangs on another one of its page: that one, and its values.
pub(super) fn asked_after(page: &Page, field: &Field) -> Option<(&'static Field, &'static [&'static str])> {
    match field.when {
        When::Has(on, values) => Some((page.field(on)?, values)),
        _ => None,
    }
}

/// The same in words.
pub(super) fn asked_after_text(locale: Locale, page: &Page, field: &Field) -> Option<Text> {
    let (on, values) = asked_after(page, field)?;
    let choices: Vec<String> = values.iter().map(|value| choice(locale, on, value).to_string()).collect();
    let choices = choices.join(&i18n::text(locale, "application-or"));
    Some(i18n::text_args(locale, "application-asked-after", &[("choices", choices.into())]))
}

fn choice(locale: Locale, field: &Field, word: &str) -> Text {
    i18n::text(locale, &format!("apply-choice-{}-{word}", field.key))
}

/// An answer as it is read: a choice by its words, a day as a day, yuan with their thousands set apart. What is none of these is
/// what was typed.
pub(super) fn answer(locale: Locale, field: &Field, kept: &str) -> String {
    let chosen = || field.choices().contains(&kept).then(|| choice(locale, field, kept).to_string());
    let read = match field.kind {
        Kind::One(_) | Kind::Consent(_) => chosen(),
        Kind::City => City::parse(kept).ok().map(|city| city.text(locale).to_owned()),
        Kind::Tick => Some(i18n::text(locale, "application-ticked").to_string()),
        Kind::Born { .. } | Kind::Day { .. } => day(kept).ok().map(|day| day_text(day, locale)),
        Kind::Money { .. } => yuan(locale, kept),
        _ => None,
    };
    read.unwrap_or_else(|| kept.to_owned())
}

/// `80000.00` as 80,000.00元.
fn yuan(locale: Locale, kept: &str) -> Option<String> {
    let (whole, fen) = kept.split_once('.')?;
    let amount = format!("{}.{fen}", i18n::grouped(whole.parse().ok()?));
    Some(i18n::text_args(locale, "application-yuan", &[("amount", amount.into())]).to_string())
}

/// The questions of a page that are asked after these answers, each with its answer, if it has one.
pub(super) fn asked<'a>(
    page: &'static Page,
    answers: &'a Answers,
    today: Date,
) -> impl Iterator<Item = (&'static Field, Option<&'a str>)> {
    let asked = page.fields.iter().filter(move |field| field.when.holds(answers, today));
    asked.map(move |field| (field, answers.get(field.key)))
}

/// A section of the form.
pub(super) fn section(locale: Locale, section: Section) -> Text {
    i18n::text(locale, &format!("apply-section-{}", section.name()))
}

/// What a consent is about, as its page asks it.
pub(super) fn purpose(locale: Locale, purpose: Purpose) -> Text {
    i18n::text(locale, &format!("apply-page-consent_{}", purpose.name()))
}

/// What follows from taking a consent back.
pub(super) fn withdrawn(locale: Locale, purpose: Purpose) -> Text {
    let key = if purpose.is_needed() { "application-withdraw-needed" } else { "application-withdraw-other" };
    i18n::text(locale, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::spark::application::Form;
    use std::collections::BTreeSet;

    fn fields() -> impl Iterator<Item = (&'static Page, &'static Field)> {
        Form::current().pages.iter().flat_map(|page| page.fields.iter().map(move |field| (page, field)))
    }

    #[test]
    fn every_written_field_has_a_hint_every_box_a_name_and_no_words_are_left_over() {
        let written = |kind: &Kind| !matches!(kind, Kind::One(_) | Kind::Consent(_) | Kind::Tick | Kind::City);
        let known: BTreeSet<String> = fields()
            .flat_map(|(_, field)| [format!("apply-hint-{}", field.key), format!("apply-called-{}", field.key)])
            .collect();
        let catalogues = [
            include_str!("../../../locales/zh-CN/application.ftl"),
            include_str!("../../../locales/en/application.ftl"),
        ];
        for (locale, catalogue) in Locale::ALL.into_iter().zip(catalogues) {
            for (_, field) in fields().filter(|(_, field)| written(&field.kind)) {
                assert!(hint(locale, field).is_some(), "{locale:?}: {} has no hint", field.key);
            }
            for (_, field) in fields() {
                assert!(!name(locale, field).contains('⟦'), "{locale:?}: {} has no name", field.key);
            }
            let lines = catalogue.lines().filter_map(|line| line.split_once(" = "));
            for (key, _) in lines.filter(|(key, _)| key.starts_with("apply-")) {
                assert!(known.contains(key), "{locale:?}: {key} is of no field");
            }
        }
    }

    #[test]
    fn a_field_that_hangs_on_another_says_on_which_answer() {
        let hanging: Vec<_> = fields().filter(|(_, field)| field.when != When::Always).collect();
        assert!(!hanging.is_empty());
        for (page, field) in hanging {
            // A condition on another page's answer would need a page of its own: the script sees this page only.
            assert!(asked_after(page, field).is_some(), "{}", field.key);
            for locale in Locale::ALL {
                let text = asked_after_text(locale, page, field).expect("words");
                assert!(!text.contains('⟦'), "{text}");
            }
        }
        let (page, basis) = Form::current().field("guardian_basis").expect("a field");
        assert_eq!(asked_after_text(Locale::ZhCn, page, basis).as_deref(), Some("选择“其他监护人”时填写"));
    }

    #[test]
    fn answers_are_read_as_people_say_them() {
        let read = |key: &str, kept: &str| {
            let (_, field) = Form::current().field(key).expect("a field");
            Locale::ALL.map(|locale| answer(locale, field, kept))
        };
        assert_eq!(read("asked", "80000.50"), ["80,000.50元", "80,000.50 yuan"]);
        assert_eq!(read("city", "jinan"), ["济南", "Jinan"]);
        assert_eq!(read("patient_born", "2015-06-01")[0], "2015年6月1日（周一）");
        assert_eq!(read("patient_sex", "female"), ["女", "Female"]);
        // What cannot be taken is shown as it was typed, and never as a key.
        assert_eq!(read("patient_sex", "nonsense"), ["nonsense", "nonsense"]);
        assert_eq!(read("patient_born", "gestern")[0], "gestern");
    }
}
