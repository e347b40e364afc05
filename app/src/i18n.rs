//! The words of the house in both languages: Fluent catalogues, one file per room, compiled into the binary.
//!
//! Only on the server: islands are given their words as props. A language's bundle is built once; a sentence without variables
//! is borrowed from them and costs a hash lookup.

use domain::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::LazyLock;

pub use fluent_bundle::FluentValue;

/// A sentence: borrowed from the catalogue, or made with its variables. Goes into views, attributes and `String`s.
pub type Text = leptos::prelude::Oco<'static, str>;

macro_rules! rooms {
    ($($room:literal),+ $(,)?) => {
        /// Every catalogue: its room, its Chinese and its English text.
        pub(crate) const CATALOGUES: &[(&str, [&str; 2])] = &[$(($room, [
            include_str!(concat!("../locales/zh-CN/", $room, ".ftl")),
            include_str!(concat!("../locales/en/", $room, ".ftl")),
        ])),+];
    };
}
rooms!(
    "common",
    "errors",
    "home",
    "museum",
    "outreach",
    "bus",
    "spark",
    "account",
    "clients",
    "mailbox",
    "staff",
    "door",
    "privacy",
    "gallery",
    "profiles",
    "rubric",
    "groups",
    "ambassadors",
    "gate",
    "release",
    "webhooks",
    "rules",
    "numbers",
    "exports",
    "apply",
    "application",
    "papers",
    "case-papers",
    "case-kept",
    "ledger",
    "funds",
    "trail",
    "cases",
    "decided",
    "letters",
    "lims",
    "objections",
    "disclosure",
    "reviews",
    "committee",
    "tanks",
    "family",
    "proof",
    "units",
    "support",
);

type Bundle = FluentBundle<FluentResource>;

/// In the order of [`Locale::ALL`]. Each is read when its language is first asked for.
static BUNDLES: [LazyLock<Bundle>; 2] = [LazyLock::new(|| bundle(Locale::ZhCn)), LazyLock::new(|| bundle(Locale::En))];

fn bundle(locale: Locale) -> Bundle {
    let mut bundle = Bundle::new_concurrent(locale.tag().parse().into_iter().collect());
    // Isolation marks around variables would be copied along with phone numbers and references; neither language needs them.
    bundle.set_use_isolating(false);
    for (room, texts) in CATALOGUES {
        // A broken catalogue is found by the tests below; at run time what can be read is used.
        let resource =
            FluentResource::try_new(texts[locale as usize].to_owned()).unwrap_or_else(|(partial, errors)| {
                tracing::error!(room, ?locale, errors = errors.len(), "catalogue has entries that cannot be read");
                partial
            });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(room, ?locale, errors = errors.len(), "catalogue repeats keys");
        }
    }
    bundle
}

/// The sentence of `key` in `locale`. A key nobody wrote shows itself in brackets and is logged; the catalogue tests keep
/// that from happening.
pub fn text(locale: Locale, key: &str) -> Text {
    format(locale, key, None)
}

/// The sentence of a key made at run time, if somebody wrote one.
pub fn found(locale: Locale, key: &str) -> Option<Text> {
    BUNDLES[locale as usize].has_message(key).then(|| text(locale, key))
}

/// The sentence of `key` with its variables.
pub fn text_args(locale: Locale, key: &str, args: &[(&str, FluentValue<'_>)]) -> Text {
    let mut given = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        given.set(*name, value.clone());
    }
    format(locale, key, Some(&given))
}

fn format(locale: Locale, key: &str, args: Option<&FluentArgs<'_>>) -> Text {
    let bundle: &'static Bundle = &BUNDLES[locale as usize];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        tracing::error!(key, ?locale, "no sentence for key");
        return format!("⟦{key}⟧").into();
    };
    let mut errors = Vec::new();
    let sentence = bundle.format_pattern(pattern, args, &mut errors);
    if !errors.is_empty() {
        tracing::error!(key, ?locale, ?errors, "sentence lacks a variable");
    }
    sentence.into()
}

/// The address of `path` in `locale`: Chinese has no prefix, English begins with `/en`.
pub fn localized(locale: Locale, path: &str) -> String {
    match (locale, path) {
        (Locale::ZhCn, path) => path.to_owned(),
        (Locale::En, "/") => "/en".to_owned(),
        (Locale::En, path) => format!("/en{path}"),
    }
}

/// `n` with its thousands set apart: 870,000.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[path = "i18n_tests.rs"]
mod tests;
