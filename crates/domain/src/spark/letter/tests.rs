//! Every letter in every language, and when one is written.

use super::super::{State, ways};
use super::*;
use crate::Locale;
use crate::golden::is_the_reviewed_one;
use crate::spark::Event;
use jiff::civil::date;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Somebody's letter, with every fact its kind can have.
fn facts(kind: Kind) -> Facts {
    let pays = matches!(kind, Kind::Granted | Kind::Partial | Kind::AppealDecided | Kind::Agreement);
    let amount = pays || matches!(kind, Kind::Clawback | Kind::Closed);
    let grounds = match kind {
        Kind::Partial | Kind::AppealDecided => vec![Ground::Ceiling, Ground::OtherAid],
        Kind::Refused => vec![Ground::Means],
        Kind::Ineligible => vec![Ground::Place, Ground::Group],
        Kind::Recalled => vec![Ground::News],
        Kind::Lapsed => vec![Ground::NotSigned],
        Kind::Clawback => vec![Ground::Checked],
        Kind::Granted | Kind::Deferred | Kind::Agreement | Kind::Closed | Kind::Withdrawn => Vec::new(),
    };
    Facts {
        reference: "K7M4-Q2XR".to_owned(),
        number: "K7M4-Q2XR-01".to_owned(),
        day: date(2026, 12, 1),
        name: Some("演示一".to_owned()),
        amount: amount.then_some(Fen::new(3_050_000)),
        parts: if pays { vec![Fen::new(2_000_000), Fen::new(1_050_000)] } else { Vec::new() },
        outcome: (kind == Kind::AppealDecided).then_some(Outcome::Partial),
        grounds,
        appeal_until: kind.can_be_appealed().then_some(date(2026, 12, 22)),
        sign_until: (kind == Kind::Agreement).then_some(date(2027, 1, 13)),
        back: (kind == Kind::Clawback).then_some(Fen::new(1_200_000)),
        back_until: (kind == Kind::Clawback).then_some(date(2027, 3, 1)),
        help: Some("0531-12345678".to_owned()),
    }
}

/// A letter as lines, as a reader would copy it.
fn lines(letter: &Letter) -> String {
    let mut text = format!("{}\n\n{}\n", letter.title, letter.salutation);
    for block in &letter.blocks {
        let _ = match block {
            Block::Heading(line) => writeln!(text, "\n## {line}"),
            Block::Text(line) => writeln!(text, "{line}"),
            Block::Item(line) => writeln!(text, "- {line}"),
        };
    }
    text.push('\n');
    letter.foot.iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    text
}

fn made(kind: Kind, locale: Locale, facts: &Facts) -> Letter {
    let version = VERSIONS.last().expect("a version");
    letter(version, kind, locale, facts).unwrap_or_else(|error| panic!("{kind:?} in {locale:?}: {error}"))
}

#[test]
fn every_letter_in_both_languages_is_the_reviewed_one() {
    let mut all = String::new();
    for kind in Kind::ALL {
        for locale in Locale::ALL {
            let text = lines(&made(kind, locale, &facts(kind)));
            let _ = writeln!(all, "===== {} {}\n{text}", kind.name(), locale.tag());
        }
    }
    is_the_reviewed_one("spark_letters.txt", &all);
}

#[test]
fn every_version_has_every_sentence_in_both_languages() {
    for version in VERSIONS {
        assert_eq!(Version::of(version.number), Some(version), "its number is its own");
        for locale in Locale::ALL {
            for ground in Ground::ALL {
                let sentence = version.ground(ground, locale).expect("a sentence");
                assert!(sentence.ends_with(['.', '。']) && !sentence.contains('{'), "{sentence}");
            }
            for kind in Kind::ALL.into_iter().filter(|kind| kind.since() <= version.number) {
                // With every fact and with none: nothing a letter names is unknown, whatever is there.
                let bare = Facts {
                    name: None,
                    parts: Vec::new(),
                    grounds: Vec::new(),
                    outcome: None,
                    appeal_until: None,
                    sign_until: None,
                    back: None,
                    back_until: None,
                    help: None,
                    ..facts(kind)
                };
                for facts in [facts(kind), bare] {
                    let made = letter(version, kind, locale, &facts).expect("a letter");
                    let text = lines(&made);
                    assert!(!text.contains(['{', '}', '?', '[', '=']), "{text}");
                    let has_chinese =
                        text.replace("演示一", "").chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                    assert!(locale == Locale::En || has_chinese, "{text}");
                }
            }
        }
    }
}

#[test]
fn only_capitals_and_names_are_chinese_in_an_english_letter() {
    for kind in Kind::ALL {
        let facts = facts(kind);
        let text = lines(&made(kind, Locale::En, &facts));
        let known = [facts.name.clone(), facts.amount.and_then(capitals), facts.back.and_then(capitals)];
        let rest = known.into_iter().flatten().fold(text, |text, known| text.replace(&known, ""));
        assert!(!rest.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{rest}");
    }
}

#[test]
fn whatever_decides_writes_and_nothing_is_written_while_a_patient_has_died() {
    for way in ways() {
        for appealed in [false, true] {
            let kind = Kind::of(way.from, way.event, appealed);
            match way.event {
                _ if way.from == State::DeceasedHold => assert_eq!(kind, None, "{way:?}"),
                event if event.decides() => {
                    assert_eq!(kind == Some(Kind::AppealDecided), appealed, "{way:?}");
                    assert!(kind.is_some() && Outcome::of(event).is_some(), "{way:?}");
                }
                Event::Recall | Event::Stand | Event::Clawback | Event::Settle | Event::Close => {
                    assert!(kind.is_some(), "{way:?}");
                }
                Event::Lapse | Event::Withdraw => assert_eq!(kind.is_some(), way.from != State::Draft, "{way:?}"),
                _ => assert_eq!(kind, None, "{way:?}"),
            }
            let tells_why = matches!(
                kind,
                Some(Kind::Partial | Kind::Refused | Kind::Ineligible | Kind::Recalled | Kind::Lapsed | Kind::Clawback)
            );
            assert!(!tells_why || Ground::told_of(way.from, way.event).is_some(), "{way:?}");
        }
    }
}

#[test]
fn a_reason_that_is_offered_includes_the_one_that_is_told_otherwise() {
    for way in ways() {
        let offered = Ground::offered(way.event);
        let told = Ground::told_of(way.from, way.event);
        assert!(
            offered.is_empty() || way.from == State::Appeal || told.is_some_and(|told| offered.contains(&told)),
            "{way:?}"
        );
    }
}

#[test]
fn a_number_is_read_as_people_type_it() {
    let number = Number::parse("k7m4 q2xr 01").expect("a number");
    assert_eq!(number.to_string(), "K7M4-Q2XR-01");
    assert_eq!(Number::parse("Ｋ７Ｍ４－Ｑ２ＸＲ－01"), Some(number.clone()));
    assert_eq!(Number::parse("K7M4Q2XR01"), Some(number));
    for other in ["", "K7M4-Q2XR", "K7M4-Q2XR-1", "K7M4-Q2XR-00", "K7M4-Q2XR-AB", "K7M4-Q2XR-00001", "公函"] {
        assert_eq!(Number::parse(other), None, "{other}");
    }
}

#[test]
fn a_letter_shows_nothing_when_it_is_printed_for_a_log() {
    let text = format!("{:?}", facts(Kind::Granted));
    assert!(!text.contains("演示") && !text.contains("K7M4") && !text.contains("3050000"), "{text}");
}

/// What no letter says: illnesses, who judged, how.
const FORBIDDEN: [&str; 14] = [
    "地中海贫血",
    "白血病",
    "诊断",
    "评分",
    "得分",
    "专家",
    "票",
    "投票",
    "thalassaemia",
    "leukaemia",
    "diagnos",
    "score",
    "reviewer",
    "vote",
];

fn some_grounds() -> impl Strategy<Value = Vec<Ground>> {
    proptest::collection::vec(proptest::sample::select(Ground::ALL.to_vec()), 0..4)
}

proptest! {
    #[test]
    fn no_letter_says_what_the_patient_has_or_who_judged(
        kind in proptest::sample::select(Kind::ALL.to_vec()),
        outcome in proptest::option::of(proptest::sample::select(Outcome::ALL.to_vec())),
        grounds in some_grounds(),
        fen in proptest::option::of(1_i64..=1_000_000_000_000),
        day in 0_i32..4_000,
    ) {
        let day = date(2026, 1, 1).checked_add(jiff::Span::new().days(day)).expect("a day");
        let amount = fen.map(Fen::new).or(facts(kind).amount);
        let told = Facts { day, outcome, grounds, amount, ..facts(kind) };
        for locale in Locale::ALL {
            let text = lines(&made(kind, locale, &told));
            for word in FORBIDDEN {
                prop_assert!(!text.to_lowercase().contains(word), "{}: {}", word, text);
            }
            let tells = text.contains("大写") || text.contains("in words");
            if let Some(sum) = amount.filter(|_| tells) {
                prop_assert!(text.contains(&capitals(sum).expect("capitals")), "{}", text);
            }
        }
    }
}
