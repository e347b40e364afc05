//! When two names of hospitals are one hospital: there is no register of them, and people write a name as they like.
//!
//! The rule. Full-width letters, digits and signs are as the narrow ones; blanks, dots and whatever else is no letter and no digit
//! do not count, and neither does the case of a letter. What stands in brackets at the end names a site (院区) of the hospital, and
//! whoever works for a hospital works for all of its sites: `山东大学齐鲁医院（青岛）` is `山东大学齐鲁医院`. Everything else counts: 附属
//! and 第一 are parts of a name, as are sites that are written without brackets. Two names of one hospital that nobody could
//! tell by that (省立医院, 山东省立医院) are two; such a conflict is declared by a person. Too often barred costs another reviewer,
//! too seldom costs trust: so a site is taken for the whole, and a short name is not guessed at.

use crate::contact::half_width;

/// Shorter texts would tie people who have nothing to do with each other.
pub const SHORTEST: usize = 3;

const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('【', '】'), ('〔', '〕')];

/// What of a name is compared: equal for names of one hospital. `None` for what says nothing.
pub fn key(name: &str) -> Option<String> {
    let name = half_width(name);
    let mut whole = name.trim_end();
    while let Some(rest) = without_site(whole) {
        if letters(rest).chars().count() < SHORTEST {
            break;
        }
        whole = rest;
    }
    let key = letters(whole);
    (key.chars().count() >= SHORTEST).then_some(key)
}

/// The name before the brackets it ends with.
fn without_site(name: &str) -> Option<&str> {
    let (open, close) = BRACKETS.into_iter().find(|(_, close)| name.ends_with(*close))?;
    let mut depth = 0_u32;
    for (at, c) in name.char_indices().rev() {
        if c == close {
            depth += 1;
        } else if c == open {
            depth -= 1;
            if depth == 0 {
                return Some(name[..at].trim_end());
            }
        }
    }
    None
}

fn letters(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QILU: &str = "山东大学齐鲁医院";

    #[test]
    fn names_that_people_write_differently_are_one_hospital() {
        for same in [
            "山东大学齐鲁医院 ",
            "山东大学 齐鲁医院",
            "山东大学\u{3000}齐鲁医院",
            "山东大学·齐鲁医院",
            "山东大学齐鲁医院(青岛)",
            "山东大学齐鲁医院（青岛）",
            "山东大学齐鲁医院 [ 青岛 ] ",
            "山东大学齐鲁医院（青岛（西海岸））",
            "山东大学齐鲁医院【东院】（急诊）",
        ] {
            assert_eq!(key(same).as_deref(), Some(QILU), "{same}");
        }
        assert_eq!(key("ＰＵＭＣ Hospital"), key("pumc hospital"));
    }

    #[test]
    fn what_is_part_of_a_name_keeps_hospitals_apart() {
        let all = [
            QILU,
            "山东大学齐鲁医院青岛",
            "山东大学第二医院",
            "山东第一医科大学第一附属医院",
            "山东第一医科大学附属医院",
            "山东第一医科大学第二附属医院",
            "山东大学医院",
            "齐鲁医院",
        ];
        let keys: std::collections::BTreeSet<_> = all.iter().map(|name| key(name)).collect();
        assert_eq!(keys.len(), all.len(), "{keys:?}");
        // Brackets before the end are part of the name, and so is what is nothing but brackets.
        assert_eq!(key("青岛市立医院（集团）东院").as_deref(), Some("青岛市立医院集团东院"));
        assert_eq!(key("（齐鲁医院）").as_deref(), Some("齐鲁医院"));
        assert_eq!(key("齐鲁医院）").as_deref(), Some("齐鲁医院"));
        for nothing in ["", "  ", "（）", "医院", "--（1）"] {
            assert_eq!(key(nothing), None, "{nothing}");
        }
    }

    /// A text as wide as it can be written.
    fn wide(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
                other => other,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn width_blanks_and_a_site_in_brackets_change_nothing(
            name in "[齐鲁山东大学附属第一二医院a-z0-9]{3,20}",
            site in "[青岛济南东院区a-z0-9 ]{0,6}",
            cuts in proptest::collection::vec(0usize..20, 0..6),
        ) {
            let plain = key(&name);
            prop_assert_eq!(plain.as_deref(), Some(name.as_str()));
            prop_assert_eq!(key(&wide(&name)), plain.clone());
            let mut spaced: Vec<char> = name.chars().collect();
            for cut in cuts {
                spaced.insert(cut.min(spaced.len()), ' ');
            }
            let spaced: String = spaced.into_iter().collect();
            prop_assert_eq!(key(&spaced), plain.clone());
            for (open, close) in [('(', ')'), ('（', '）'), ('【', '】')] {
                prop_assert_eq!(key(&format!("{spaced}{open}{site}{close} ")), plain.clone());
            }
        }

        #[test]
        fn a_key_is_its_own_key_and_nothing_is_shorter(name in "\\PC{0,40}") {
            if let Some(key_of) = key(&name) {
                prop_assert!(key_of.chars().count() >= SHORTEST);
                prop_assert_eq!(key(&key_of), Some(key_of.clone()));
            }
        }

        #[test]
        fn another_word_is_another_hospital(name in "[齐鲁山东大学医院]{3,12}", word in "附属|第一|第二|青岛") {
            prop_assert_ne!(key(&format!("{name}{word}")), key(&name));
            prop_assert_ne!(key(&format!("{word}{name}")), key(&name));
        }
    }
}
