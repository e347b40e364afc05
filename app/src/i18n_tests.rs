//! The catalogue gate: both languages have the same keys with the same variables, every key a page names exists, and
//! every key is named by something.

use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Keys made at run time from a code: their own tests (`words`, `problem`) see to it that each exists.
const MADE_AT_RUN_TIME: &[&str] = &[
    "lims-code-",
    "papers-kind-",
    "apply-",
    "privacy-column-",
    "problem-",
    "error-",
    "refusal-",
    "door-",
    "role-",
    "museum-rule-",
    "museum-rules-",
    "rule-unit-",
    "staff-action-",
    "spark-answer-",
    "spark-ask-",
    "spark-doubt-",
    "spark-else-",
    "spark-next-",
    "spark-note-",
    "spark-public-",
    "spark-reason-",
    "spark-state-",
    "books-kind-",
    "books-account-",
    "books-evidence-",
    "books-payee-of-",
    "books-answer-",
    "books-mismatch-",
    "books-award-",
    "books-tranche-",
    "books-payment-",
    "books-outcome-",
    "cases-event-",
    "cases-happened-",
    "cases-part-",
    "cases-decision-",
    "committee-state-",
    "committee-next-",
    "family-state-",
    "family-step-",
    "family-stands-",
    "family-kin-",
    "family-consent-",
    "family-notice-",
    "family-contract-state-",
    "family-pool-",
    "family-price-kind-",
    "family-section-",
    "family-test-",
    "family-reading-",
    "family-analyte-",
    "family-phase-",
    "family-marker-",
    "family-event-",
    "family-span-",
    "tanks-kind-",
    "tanks-part-",
    "tanks-rule-",
    "tanks-state-",
    "tanks-event-",
    "tanks-span-",
    "tanks-purpose-",
    "units-state-",
    "units-pool-",
    "units-deviation-",
    "units-act-",
    "units-kind-",
    "units-mark-",
    "units-rejection-",
    "units-flag-",
    "units-analyte-",
    "units-lot-",
    "custody-refused-",
    "custody-unmet-",
    "units-refused-",
];

fn variables(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => inline_variables(inline, found),
                Expression::Select { selector, variants } => {
                    inline_variables(selector, found);
                    variants.iter().for_each(|variant| variables(&variant.value, found));
                }
            }
        }
    }
}

fn inline_variables(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        found.insert(id.name.to_owned());
    }
}

/// Key to variables.
fn keys(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    for (room, texts) in CATALOGUES {
        let resource = FluentResource::try_new(texts[locale as usize].to_owned())
            .unwrap_or_else(|(_, errors)| panic!("{room} in {locale:?}: {errors:?}"));
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                let mut found = BTreeSet::new();
                let pattern = message.value.as_ref().unwrap_or_else(|| panic!("{} has no sentence", message.id.name));
                variables(pattern, &mut found);
                let before = keys.insert(message.id.name.to_owned(), found);
                assert!(before.is_none(), "{} stands twice in {locale:?}", message.id.name);
            }
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_variables() {
    let (zh, en) = (keys(Locale::ZhCn), keys(Locale::En));
    let only = |a: &BTreeMap<String, _>, b: &BTreeMap<String, _>| {
        a.keys().filter(|key| !b.contains_key(*key)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&zh, &en), Vec::<String>::new(), "only in Chinese");
    assert_eq!(only(&en, &zh), Vec::<String>::new(), "only in English");
    for (key, variables) in &zh {
        assert_eq!(variables, &en[key], "variables of {key}");
    }
}

fn sources(folder: &Path, all: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        // This file's own examples are no keys.
        if path.ends_with("i18n_tests.rs") {
            continue;
        }
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            // Nor are those in comments.
            let text = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            all.push((path, text));
        }
    }
}

fn app_sources() -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

/// The literals that stand as first argument of a call of `t` or `t_args`.
fn named(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in [".t(", ".t_args("] {
        for (at, _) in source.match_indices(call) {
            if let Some(literal) = source[at + call.len()..].trim_start().strip_prefix('"') {
                found.extend(literal.split('"').next());
            }
        }
    }
    found
}

#[test]
fn every_key_a_page_names_exists() {
    let known = keys(Locale::ZhCn);
    let mut missing = Vec::new();
    for (path, text) in app_sources() {
        for key in named(&text) {
            if !known.contains_key(key) {
                missing.push(format!("{}: {key}", path.display()));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_key_is_named_by_something() {
    let all = app_sources();
    // Whatever stands between two quotation marks, whichever they are: looked up by its hash, not searched for.
    let quoted: HashSet<&str> = all.iter().flat_map(|(_, text)| text.split('"')).collect();
    let unused: Vec<String> = keys(Locale::ZhCn)
        .into_keys()
        .filter(|key| !MADE_AT_RUN_TIME.iter().any(|prefix| key.starts_with(prefix)))
        .filter(|key| !quoted.contains(key.as_str()))
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn sentences_are_formatted_with_their_variables() {
    assert_eq!(text(Locale::ZhCn, "site-name"), "山东省脐血库");
    let left = |n: u32| text_args(Locale::En, "error-code-wrong", &[("left", n.into())]).to_string();
    assert!(left(1).ends_with("you have one more try"));
    assert!(left(2).ends_with("you have 2 more tries"));
}

#[test]
fn a_missing_key_shows_itself() {
    assert_eq!(text(Locale::En, "no-such-key"), "⟦no-such-key⟧");
}

#[test]
fn addresses_get_their_language() {
    assert_eq!(localized(Locale::ZhCn, "/museum"), "/museum");
    assert_eq!(localized(Locale::En, "/museum"), "/en/museum");
    assert_eq!(localized(Locale::En, "/"), "/en");
}

#[test]
fn thousands_are_set_apart() {
    assert_eq!(
        [0, 15, 999, 1000, 870_000, 1_234_567].map(grouped),
        ["0", "15", "999", "1,000", "870,000", "1,234,567"]
    );
}
