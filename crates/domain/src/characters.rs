//! What a line of text is made of: characters that can be seen, in the order they stand in.
//!
//! Unicode has many that cannot: some turn round what stands behind them, some are as wide as nothing, some are blank
//! letters. A name of such characters is a name nobody can read out at the door, or one that reads as somebody else's. A few
//! of them belong to how languages are written, and are taken where they do: joiners inside words, the vowel separator and
//! the variants of Mongolian letters, the variants of rare Chinese characters and of pictures.

use unicode_properties::{GeneralCategory as Category, GeneralCategoryGroup as Group, UnicodeGeneralCategory as _};

/// Marks that may stand on one letter: the tallest letters of Tibetan have as many.
const MARKS: usize = 4;

/// A text without what cannot be seen at its ends: copied from a page, a table or a message it brings such along, and nobody has
/// typed it. Between its characters it stays, and is told of.
pub(crate) fn without_ends(text: &str) -> &str {
    let is_brought = |c: char| matches!(c, '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}');
    text.trim_matches(|c: char| c.is_whitespace() || is_brought(c))
}

/// Whether every character of a line can be seen, and stands where its neighbours leave it.
pub(crate) fn are_seen(line: &str) -> bool {
    let (mut before, mut marks) = (None, 0);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        let is_fine = match c.general_category() {
            Category::Control | Category::PrivateUse | Category::Surrogate => false,
            Category::LineSeparator | Category::ParagraphSeparator => false,
            Category::Unassigned => is_rare_ideograph(c),
            Category::Format => joins(c, before, after),
            _ if is_blank(c) => false,
            _ if is_mark(c) => {
                marks += 1;
                marks <= MARKS && before.is_some_and(|before| is_base(c, before))
            }
            _ => true,
        };
        if !is_fine {
            return false;
        }
        if !is_mark(c) && c.general_category() != Category::Format {
            marks = 0;
        }
        before = Some(c);
    }
    true
}

/// Whether a line says anything: has a letter or a digit that can be seen.
pub(crate) fn say_something(line: &str) -> bool {
    let is_seen = |c: char| match c.general_category_group() {
        Group::Letter | Group::Number => !is_blank(c),
        _ => is_rare_ideograph(c),
    };
    line.chars().any(is_seen)
}

/// Letters, marks and pictures that are blank by design.
const fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{034F}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FFA0}'
            | '\u{FFFC}'
            | '\u{16FE4}'
            | '\u{1D159}'
    )
}

/// Planes two and three are for Chinese characters alone, and get new ones every few years. The last two of each are none.
const fn is_rare_ideograph(c: char) -> bool {
    matches!(c, '\u{20000}'..='\u{2FFFD}' | '\u{30000}'..='\u{3FFFD}')
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == Group::Mark
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == Group::Letter || is_rare_ideograph(c)
}

/// Letters of the Arabic script, whose shape a joiner chooses also where the word ends.
fn is_arabic(c: char) -> bool {
    let is_in_block = matches!(c, '\u{0620}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' | '\u{08A0}'..='\u{08FF}');
    is_in_block && is_letter(c)
}

const fn is_mongolian(c: char) -> bool {
    matches!(c, '\u{1820}'..='\u{18AA}')
}

/// Chooses another shape of the Mongolian letter before it.
const fn is_mongolian_variant(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}')
}

/// Chooses another shape of the character before it.
const fn is_variant(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether a mark may stand behind this character.
fn is_base(mark: char, before: char) -> bool {
    let is_something = match before.general_category_group() {
        Group::Separator => false,
        Group::Other => is_letter(before) || is_joiner(before) && !is_variant(mark),
        _ => true,
    };
    if is_mongolian_variant(mark) {
        return is_mongolian(before);
    }
    is_something && !(is_variant(mark) && (is_variant(before) || is_mongolian_variant(before)))
}

/// Whether a character that is not seen itself belongs between these two.
fn joins(c: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if is_joiner(c) && is_arabic(before) && after.is_none_or(char::is_whitespace) {
        return true;
    }
    let Some(after) = after else { return false };
    // The arrow of a head that shakes is a sign of mathematics.
    let is_picture =
        |c: char| c == '\u{2194}' || matches!(c.general_category(), Category::OtherSymbol | Category::ModifierSymbol);
    match c {
        // Joiners: inside words (and at the end of Arabic ones), and between the parts of a picture.
        _ if is_joiner(c) => {
            let is_of_word = |c: char| is_letter(c) || is_mark(c);
            let in_word = is_of_word(before) && is_of_word(after);
            let in_picture = c == '\u{200D}' && (is_picture(before) || is_variant(before)) && is_picture(after);
            in_word || in_picture
        }
        // The vowel separator, which the last letter of a Mongolian word stands behind.
        '\u{180E}' => (is_mongolian(before) || is_mongolian_variant(before)) && is_mongolian(after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Names and titles as people of many places write them.
    const ORDINARY: [&str; 30] = [
        "张小满",
        "欧阳娜娜",
        "阿卜杜热合曼·艾则孜",
        "𠮷田",
        "𬭎𰻝",
        "\u{31350}\u{323AF}",
        "葛\u{E0100}",
        "བསྒྲུབས་རྒྱ་མཚོ",
        "ལྷུཾ",
        "ئابدۇرەھىم",
        "می\u{200C}خواهم",
        "می\u{200C}",
        "ه\u{200D} نام",
        "🙂\u{200D}\u{2194}\u{FE0F} 🙂\u{200D}\u{2195}\u{FE0F} 亲子节",
        "ᠮᠣᠩᠭᠣᠯ",
        "ᠰᠠᠷ\u{180E}ᠠ",
        "ᠠ\u{180B}ᠪᠦ",
        "ᠨ\u{180B}\u{180E}ᠠ",
        "क्षत्रिय",
        "क्\u{200D}ष",
        "র\u{200D}\u{9CD}যা",
        "Nguyễn Thị Hồng",
        "Nguye\u{302}\u{303}n",
        "김민준",
        "たかはし",
        "ยิ่งลักษณ์",
        "محمد",
        "דוד",
        "Seán O'Brien-Smith Jr.",
        "👨\u{200D}👩\u{200D}👧 亲子❤\u{FE0F}节 1\u{FE0F}\u{20E3}",
    ];

    #[test]
    fn ordinary_lines_of_many_scripts_are_fine() {
        for line in ORDINARY {
            assert!(are_seen(line) && say_something(line), "{line}");
        }
    }

    #[test]
    fn what_is_pasted_brings_nothing_unseen_at_its_ends() {
        for brought in ['\u{AD}', '\u{200B}', '\u{200E}', '\u{200F}', '\u{FEFF}', '\u{3000}', '\n'] {
            assert_eq!(
                without_ends(&format!("{brought} {brought}张 三{brought}")),
                "张 三",
                "U+{:04X}",
                brought as u32
            );
            assert_eq!(without_ends(&format!("张{brought}三")), format!("张{brought}三"), "U+{:04X}", brought as u32);
        }
        for kept in ['\u{202E}', '\u{3164}', '\u{200D}', '\u{E000}'] {
            assert_eq!(without_ends(&format!("{kept}张")), format!("{kept}张"), "U+{:04X}", kept as u32);
        }
    }

    #[test]
    fn what_cannot_be_seen_or_turns_the_line_round_is_not() {
        let hidden = [
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180E}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{2029}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2065}',
            '\u{2066}',
            '\u{2069}',
            '\u{206F}',
            '\u{2800}',
            '\u{3164}',
            '\u{E000}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{FFFC}',
            '\u{2FFFE}',
            '\u{E0001}',
            '\u{E0041}',
            '\u{F0000}',
            '\u{10FFFD}',
        ];
        for c in hidden {
            for line in [format!("{c}张"), format!("张{c}"), format!("张{c}·三")] {
                assert!(!are_seen(&line), "U+{:04X} in {line:?}", c as u32);
            }
            assert!(!say_something(&c.to_string()), "U+{:04X}", c as u32);
        }
        // At the end of a word joiners belong to Arabic letters alone, and one to each.
        for line in
            ["می\u{200C}\u{200D}", "क\u{200D}", "a\u{200D} b", "🙂\u{200D}\u{2194}\u{200D}", "a\u{200D}\u{2194}"]
        {
            assert!(!are_seen(line), "{line:?}");
        }
        for line in ["a\u{180B}", "a\u{180E}b", "葛\u{E0100}\u{E0101}", "\u{301}a", "a \u{301}", "\u{FE0F}"] {
            assert!(!are_seen(line), "{line:?}");
        }
        assert!(are_seen(&format!("a{}", "\u{301}".repeat(4))));
        assert!(!are_seen(&format!("a{}", "\u{301}".repeat(5))));
        assert!(!are_seen(&format!("a{}", "\u{301}\u{200D}".repeat(30))), "joiners are no way round");
        assert!(!say_something("·.-") && !say_something(""));
    }

    proptest! {
        #[test]
        fn no_line_that_is_fine_has_what_cannot_be_seen(text in "(.|[\u{200B}-\u{206F}\u{180B}-\u{180F}a\u{301}\u{E0041}ᠠ🙂]){0,12}") {
            if are_seen(&text) {
                let mut marks = 0;
                for c in text.chars() {
                    prop_assert!(!c.is_control() && !is_blank(c), "{:?}", text);
                    let is_joiner = matches!(c, '\u{200C}' | '\u{200D}' | '\u{180E}');
                    prop_assert!(c.general_category() != Category::Format || is_joiner, "{:?}", text);
                    prop_assert!(c.general_category() != Category::PrivateUse, "{:?}", text);
                    marks = if is_mark(c) { marks + 1 } else if is_joiner { marks } else { 0 };
                    prop_assert!(marks <= MARKS, "{:?}", text);
                }
            }
        }
    }
}
