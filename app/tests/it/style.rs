//! The style sheet's promises: every class of the markup has a rule, every pair of colours its contrast.

use crate::reading::{show, tags, visit};
use domain::Locale;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use testkit::TestHouse;

fn sheet() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
    let files = std::fs::read_dir(folder).expect("the styles").map(|entry| entry.expect("an entry").path());
    files.map(|path| std::fs::read_to_string(path).expect("text")).collect()
}

#[tokio::test]
async fn every_class_of_the_markup_has_a_rule() {
    let house = TestHouse::new().await;
    let sheet = sheet();
    let mut unknown = BTreeSet::new();
    for path in ["/", "/gallery", "/privacy", "/nowhere"] {
        for tag in tags(&show(visit(&house, Locale::ZhCn, path)).await.html) {
            for class in tag.get("class").unwrap_or_default().split_whitespace() {
                // Made from the tones by a mixin.
                let made = ["banner-", "tag-"].iter().any(|prefix| class.starts_with(prefix));
                let named = sheet.match_indices(&format!(".{class}")).any(|(at, found)| {
                    !sheet[at + found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
                });
                if !made && !named {
                    unknown.insert(class.to_owned());
                }
            }
        }
    }
    // Names that only say what something is: their elements are styled by where they stand.
    let plain = BTreeSet::from(["choice-hint", "brand-name", "step-name", "stepper-input"].map(str::to_owned));
    let unknown: Vec<_> = unknown.difference(&plain).collect();
    assert!(unknown.is_empty(), "no rule for {unknown:?}");
}

/// The colours of the mixin `name` in the tokens.
fn colours(name: &str) -> BTreeMap<String, [f64; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style/_tokens.scss");
    let tokens = std::fs::read_to_string(path).expect("the tokens");
    let from = tokens.find(&format!("@mixin {name} {{")).expect("the mixin");
    let block = &tokens[from..from + tokens[from..].find("\n}").expect("its end")];
    let mut found = BTreeMap::new();
    for line in block.lines() {
        if let Some((name, value)) = line.trim().trim_end_matches(';').split_once(": #") {
            let channel =
                |i: usize| f64::from(u8::from_str_radix(&value[i * 2..i * 2 + 2], 16).expect("hexadecimal")) / 255.0;
            found.insert(name.trim_start_matches("--").to_owned(), [channel(0), channel(1), channel(2)]);
        }
    }
    found
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_keeps_its_contrast() {
    // Body text AAA on every ground it stands on; other text AA; borders, strokes and focus 3:1.
    let grounds = ["ground", "surface", "mist"];
    let mut wanted: Vec<(&str, &str, f64)> = Vec::new();
    for ground in grounds {
        wanted.extend([
            ("ink", ground, 7.0),
            ("muted", ground, 7.0),
            ("glass", ground, 4.5),
            ("glass-strong", ground, 4.5),
        ]);
        wanted.extend([
            ("ember", ground, 4.5),
            ("danger", ground, 4.5),
            ("edge", ground, 3.0),
            ("stroke", ground, 3.0),
        ]);
        wanted.extend([("focus", ground, 3.0), ("flame", ground, 3.0)]);
    }
    for tone in ["info", "success", "warning", "danger"] {
        wanted.extend([(tone, tone, 4.5), ("ink", tone, 7.0)]);
    }
    wanted.extend([("on-ember", "ember", 4.5), ("on-ember", "ember-strong", 4.5), ("surface", "glass", 4.5)]);
    wanted.extend([("muted", "plain-wash", 4.5), ("glass-strong", "info-wash", 4.5), ("glass", "info-wash", 4.5)]);
    let mut low = Vec::new();
    for scheme in ["light", "dark"] {
        let colours = colours(scheme);
        for (text, ground, least) in &wanted {
            let wash = format!("{ground}-wash");
            let ground = if ["info", "success", "warning", "danger"].contains(ground) { wash.as_str() } else { ground };
            let found = contrast(colours[*text], colours[ground]);
            if found < *least {
                low.push(format!("{scheme}: {text} on {ground} {found:.2} < {least}"));
            }
        }
    }
    assert!(low.is_empty(), "{low:#?}");
}
