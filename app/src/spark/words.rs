//! The words of the project: states as staff and as families see them, and the quick check's questions and answers.
//!
//! Keys are made from the domain's own names; the tests below see to it that each has a sentence in both languages and that
//! no sentence is left without its name.

use crate::i18n::Text;
use crate::visit::Visit;
use domain::spark::eligibility::{Alternative, Doubt, Note, Question, Reason};
use domain::spark::{DiseaseGroup, PublicState, Side, State};

/// A state as staff see it.
pub fn state(visit: &Visit, state: State) -> Text {
    visit.t(&format!("spark-state-{}", state.name()))
}

/// A state as the family and the public see it.
pub fn public_state(visit: &Visit, state: PublicState) -> Text {
    visit.t(&format!("spark-public-{}", state.name()))
}

/// What happens next while a case is there.
pub fn next(visit: &Visit, state: PublicState) -> Text {
    visit.t(&format!("spark-next-{}", state.name()))
}

/// Whose turn it is, said to the family.
pub fn side(visit: &Visit, side: Side) -> Text {
    visit.t(match side {
        Side::Family => "spark-turn-family",
        Side::House => "spark-turn-house",
        Side::Time => "spark-turn-time",
        Side::Nobody => "spark-turn-nobody",
    })
}

/// A disease group.
pub fn group(visit: &Visit, group: DiseaseGroup) -> Text {
    visit.t(match group {
        DiseaseGroup::Refractory => "spark-group-refractory",
        DiseaseGroup::Rare => "spark-group-rare",
        DiseaseGroup::Infertility => "spark-group-infertility",
    })
}

/// A question of the quick check.
pub fn question(visit: &Visit, question: Question) -> Text {
    visit.t(&format!("spark-ask-{}", question.name()))
}

/// How to answer it.
pub fn question_hint(visit: &Visit, question: Question) -> Text {
    visit.t(&format!("spark-ask-{}-hint", question.name()))
}

/// An answer to it, by its word.
pub fn answer(visit: &Visit, question: Question, word: &str) -> Text {
    visit.t(&answer_key(question, word))
}

fn answer_key(question: Question, word: &str) -> String {
    format!("spark-answer-{}-{word}", question.name())
}

/// Why the project cannot help.
pub fn reason(visit: &Visit, reason: Reason) -> Text {
    visit.t(&format!("spark-reason-{}", reason.name()))
}

/// Where else to turn.
pub fn alternative(visit: &Visit, alternative: Alternative) -> Text {
    visit.t(&format!("spark-else-{}", alternative.name()))
}

/// What only a person can judge.
pub fn doubt(visit: &Visit, doubt: Doubt) -> Text {
    visit.t(&format!("spark-doubt-{}", doubt.name()))
}

/// What to know before applying.
pub fn note(visit: &Visit, note: Note) -> Text {
    visit.t(&format!("spark-note-{}", note.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Locale;
    use std::collections::BTreeSet;

    /// Every key that is made above.
    fn made() -> BTreeSet<String> {
        let asked = Question::ALL.into_iter().flat_map(|question| {
            let name = question.name();
            let answers = question.choices().into_iter().map(move |word| answer_key(question, word));
            answers.chain([format!("spark-ask-{name}"), format!("spark-ask-{name}-hint")])
        });
        let named = [
            ("state", State::ALL.map(State::name).to_vec()),
            ("public", PublicState::ALL.map(PublicState::name).to_vec()),
            ("next", PublicState::ALL.map(PublicState::name).to_vec()),
            ("reason", Reason::ALL.map(Reason::name).to_vec()),
            ("else", Alternative::ALL.map(Alternative::name).to_vec()),
            ("doubt", Doubt::ALL.map(Doubt::name).to_vec()),
            ("note", Note::ALL.map(Note::name).to_vec()),
        ];
        let named =
            named.into_iter().flat_map(|(of, all)| all.into_iter().map(move |name| format!("spark-{of}-{name}")));
        asked.chain(named).collect()
    }

    #[test]
    fn every_name_has_its_sentence_and_no_sentence_is_left_over() {
        let made = made();
        let prefixes: BTreeSet<String> =
            made.iter().map(|key| key.split('-').take(2).collect::<Vec<_>>().join("-") + "-").collect();
        for (locale, catalogue) in Locale::ALL
            .into_iter()
            .zip([include_str!("../../locales/zh-CN/spark.ftl"), include_str!("../../locales/en/spark.ftl")])
        {
            let written: BTreeSet<String> = catalogue
                .lines()
                .filter_map(|line| line.split_once(" = "))
                .map(|(key, _)| key.to_owned())
                .filter(|key| prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())))
                .collect();
            assert_eq!(written, made, "{locale:?}");
        }
    }

    #[test]
    fn what_families_are_shown_names_nobody_who_decides() {
        for locale in Locale::ALL {
            for state in PublicState::ALL {
                let label = crate::i18n::text(locale, &format!("spark-public-{}", state.name()));
                for word in
                    ["评审会", "专家", "主任", "分数", "追回", "离世", "committee", "score", "clawback", "deceased"]
                {
                    assert!(!label.to_lowercase().contains(word), "{label} says {word}");
                }
            }
        }
    }
}
