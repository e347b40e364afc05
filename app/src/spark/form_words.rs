//! The words of the application's form, by the names the form itself has (`domain::spark::application`).

use crate::i18n::Text;
use crate::visit::Visit;
use domain::spark::application::{Field, Page, Section, SectionState};

/// A section of the task list.
pub fn section(visit: &Visit, section: Section) -> Text {
    visit.t(&format!("apply-section-{}", section.name()))
}

/// How far a section is.
pub fn section_state(visit: &Visit, state: SectionState) -> Text {
    visit.t(&format!("apply-state-{}", state.name()))
}

/// What a page asks: its heading.
pub fn page(visit: &Visit, page: &Page) -> Text {
    visit.t(&format!("apply-page-{}", page.key))
}

/// What a field asks: its label.
pub fn field(visit: &Visit, field: &Field) -> Text {
    visit.t(&format!("apply-field-{}", field.key))
}

/// A choice of a field, by its word.
pub fn choice(visit: &Visit, field: &Field, word: &str) -> Text {
    visit.t(&choice_key(field, word))
}

fn choice_key(field: &Field, word: &str) -> String {
    format!("apply-choice-{}-{word}", field.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Locale;
    use domain::spark::application::Form;
    use std::collections::BTreeSet;

    /// Every key that is made above of the form in use.
    fn made() -> BTreeSet<String> {
        let sections = Section::ALL.into_iter().map(|it| format!("apply-section-{}", it.name()));
        let states = SectionState::ALL.into_iter().map(|it| format!("apply-state-{}", it.name()));
        let pages = Form::current().pages;
        let fields = || pages.iter().flat_map(|page| page.fields);
        let choices = fields().flat_map(|field| field.choices().iter().map(move |word| choice_key(field, word)));
        let labels = fields().map(|field| format!("apply-field-{}", field.key));
        sections
            .chain(states)
            .chain(pages.iter().map(|it| format!("apply-page-{}", it.key)))
            .chain(labels)
            .chain(choices)
            .collect()
    }

    #[test]
    fn every_page_field_and_choice_has_its_words_and_no_words_are_left_over() {
        let catalogues = [include_str!("../../locales/zh-CN/apply.ftl"), include_str!("../../locales/en/apply.ftl")];
        for (locale, catalogue) in Locale::ALL.into_iter().zip(catalogues) {
            let lines = catalogue.lines().filter_map(|line| line.split_once(" = "));
            let written: BTreeSet<String> = lines.map(|(key, _)| key.to_owned()).collect();
            assert_eq!(written, made(), "{locale:?}");
        }
    }

    #[test]
    fn the_box_says_the_days_that_are_kept() {
        let days = domain::spark::application::DRAFT_DAYS.to_string();
        for locale in Locale::ALL {
            assert!(crate::i18n::text(locale, "apply-field-keep").contains(&days), "{locale:?}");
        }
    }
}
