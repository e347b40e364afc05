//! The texts of letters, in versions that are never changed once a letter was made of one, and how a letter is made.
//!
//! A text is lines below the name of its section: `= ` the title, `# ` a heading, `* parts` and `* grounds` a list, anything
//! else a paragraph. `?fact ` before a line keeps it for letters with that fact, `?!fact ` for those without. `{name}` is
//! replaced. A heading with nothing below it is left out.

use super::super::filled::{filled, grouped};
use super::{Facts, Ground, Kind, Outcome, capitals};
use crate::Locale;
use crate::ledger::Fen;
use crate::time::day_text;

/// A version of the texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// 1 for the first.
    pub number: u16,
    /// The SHA-256 of its texts, one language after the other: 64 digits.
    pub digest: &'static str,
    texts: [&'static str; 2],
}

/// Every version, the first first. Letters go out in the last. (The second is the first with one kind of letter more.)
pub const VERSIONS: &[Version] = &[
    Version {
        number: 1,
        digest: "2a7a05ebb7303055455ff57e521a80fa29b2a27391e7c5fc8912ff8e393136d7",
        texts: [include_str!("../../../letters/1.zh-CN.txt"), include_str!("../../../letters/1.en.txt")],
    },
    Version {
        number: 2,
        digest: "e3734383b376552e8753a4399c197370a431ce32b653b3187865272bd8994808",
        texts: [
            concat!(include_str!("../../../letters/1.zh-CN.txt"), include_str!("../../../letters/2.zh-CN.txt")),
            concat!(include_str!("../../../letters/1.en.txt"), include_str!("../../../letters/2.en.txt")),
        ],
    },
];

/// The text has no such letter, or something in it that no letter has: a fault of the house.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unwritten {
    /// A section that is not there.
    #[error("the texts have no section {0}")]
    NoSection(String),
    /// A word between braces, or behind a question mark, that stands for nothing.
    #[error("nothing is known of {0}")]
    Unknown(String),
}

/// A piece of a letter, below its title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// One of a list.
    Item(String),
}

/// A letter in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// What it is.
    pub title: String,
    /// Whom it addresses.
    pub salutation: String,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Who writes, when, and the letter's number.
    pub foot: Vec<String>,
}

impl Version {
    /// A version by its number.
    pub fn of(number: u16) -> Option<&'static Self> {
        VERSIONS.iter().find(|version| version.number == number)
    }

    /// What its digest is made of.
    pub fn bytes(&self) -> Vec<u8> {
        self.texts.concat().into_bytes()
    }

    fn text(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::ZhCn => self.texts[0],
            Locale::En => self.texts[1],
        }
    }

    /// The lines of a section, without empty ones.
    fn section(&self, locale: Locale, name: &str) -> Result<Vec<&'static str>, Unwritten> {
        let mut lines = self.text(locale).lines();
        let found = lines.any(|line| heading(line) == Some(name));
        let own: Vec<_> = lines.take_while(|line| heading(line).is_none()).filter(|line| !line.is_empty()).collect();
        if found && !own.is_empty() { Ok(own) } else { Err(Unwritten::NoSection(name.to_owned())) }
    }

    fn line(&self, locale: Locale, name: &str) -> Result<&'static str, Unwritten> {
        let lines = self.section(locale, name)?;
        lines.first().copied().ok_or_else(|| Unwritten::NoSection(name.to_owned()))
    }

    /// The sentence of a reason, as a letter has it.
    ///
    /// # Errors
    /// `NoSection`.
    pub fn ground(&self, ground: Ground, locale: Locale) -> Result<&'static str, Unwritten> {
        self.line(locale, &format!("ground.{}", ground.name()))
    }

    /// What a kind of letter is called.
    ///
    /// # Errors
    /// `NoSection`.
    pub fn title(&self, kind: Kind, locale: Locale) -> Result<&'static str, Unwritten> {
        let line = self.line(locale, kind.name())?;
        line.strip_prefix("= ").ok_or_else(|| Unwritten::NoSection(format!("{} =", kind.name())))
    }
}

/// `[name]`
fn heading(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

/// A letter of a kind, in a language, by a version of the texts.
///
/// # Errors
/// `NoSection`, `Unknown`: of no version that is published.
pub fn letter(version: &Version, kind: Kind, locale: Locale, facts: &Facts) -> Result<Letter, Unwritten> {
    let writing = Writing { version, locale, facts };
    let mut blocks = writing.blocks(kind.name())?;
    blocks.extend(writing.blocks("close")?);
    let salutation = if facts.name.is_some() { "salutation" } else { "salutation.none" };
    let foot = version.section(locale, "foot")?;
    Ok(Letter {
        title: version.title(kind, locale)?.to_owned(),
        salutation: writing.filled(version.line(locale, salutation)?, None)?,
        blocks: without_bare_headings(blocks),
        foot: foot.into_iter().map(|line| writing.filled(line, None)).collect::<Result<_, _>>()?,
    })
}

/// A letter that is being written.
struct Writing<'a> {
    version: &'a Version,
    locale: Locale,
    facts: &'a Facts,
}

impl Writing<'_> {
    fn blocks(&self, section: &str) -> Result<Vec<Block>, Unwritten> {
        let mut blocks = Vec::new();
        for line in self.version.section(self.locale, section)? {
            let Some(line) = self.kept(line)? else { continue };
            if let Some(list) = line.strip_prefix("* ") {
                blocks.extend(self.list(list)?);
            } else if let Some(text) = line.strip_prefix("# ") {
                blocks.push(Block::Heading(self.filled(text, None)?));
            } else if !line.starts_with("= ") {
                blocks.push(Block::Text(self.filled(line, None)?));
            }
        }
        Ok(blocks)
    }

    /// The line without its condition, where it is met.
    fn kept(&self, line: &'static str) -> Result<Option<&'static str>, Unwritten> {
        let Some(asked) = line.strip_prefix('?') else { return Ok(Some(line)) };
        let (fact, rest) = asked.split_once(' ').ok_or_else(|| Unwritten::Unknown(asked.to_owned()))?;
        let (fact, wanted) = match fact.strip_prefix('!') {
            Some(fact) => (fact, false),
            None => (fact, true),
        };
        Ok((self.has(fact)? == wanted).then_some(rest))
    }

    fn has(&self, fact: &str) -> Result<bool, Unwritten> {
        if let Some(outcome) = Outcome::from_name(fact) {
            return Ok(self.facts.outcome == Some(outcome));
        }
        Ok(match fact {
            "amount" => self.facts.amount.is_some(),
            "parts" => !self.facts.parts.is_empty(),
            "grounds" => !self.facts.grounds.is_empty(),
            "appeal_until" => self.facts.appeal_until.is_some(),
            "sign_until" => self.facts.sign_until.is_some(),
            "back" => self.facts.back.is_some() && self.facts.back_until.is_some(),
            "help" => self.facts.help.is_some(),
            unknown => return Err(Unwritten::Unknown(unknown.to_owned())),
        })
    }

    fn list(&self, list: &str) -> Result<Vec<Block>, Unwritten> {
        match list {
            "parts" => {
                let text = self.version.line(self.locale, "part")?;
                let parts = (1..).zip(&self.facts.parts);
                parts.map(|(nth, fen)| Ok(Block::Item(self.filled(text, Some((nth, *fen)))?))).collect()
            }
            "grounds" => {
                let grounds = self.facts.grounds.iter();
                grounds.map(|ground| Ok(Block::Item(self.version.ground(*ground, self.locale)?.to_owned()))).collect()
            }
            unknown => Err(Unwritten::Unknown(unknown.to_owned())),
        }
    }

    /// A line with what stands between braces. What is put in is not looked through again.
    fn filled(&self, line: &str, part: Option<(u32, Fen)>) -> Result<String, Unwritten> {
        filled(line, |word| self.word(word, part)).map_err(Unwritten::Unknown)
    }

    fn word(&self, word: &str, part: Option<(u32, Fen)>) -> Option<String> {
        let facts = self.facts;
        let amount = part.map(|(_, fen)| fen).or(facts.amount);
        match word {
            "reference" => Some(facts.reference.clone()),
            "number" => Some(facts.number.clone()),
            "day" => Some(day_text(facts.day, self.locale)),
            "name" => facts.name.clone(),
            "amount" => grouped(amount?),
            "capitals" => capitals(amount?),
            "nth" => part.map(|(nth, _)| nth.to_string()),
            "appeal_until" => facts.appeal_until.map(|day| day_text(day, self.locale)),
            "sign_until" => facts.sign_until.map(|day| day_text(day, self.locale)),
            "back" => grouped(facts.back?),
            "back_capitals" => capitals(facts.back?),
            "back_until" => facts.back_until.map(|day| day_text(day, self.locale)),
            "help" => facts.help.clone(),
            _ => None,
        }
    }
}

/// Without headings that nothing follows.
fn without_bare_headings(blocks: Vec<Block>) -> Vec<Block> {
    let mut kept: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        if matches!(block, Block::Heading(_)) && matches!(kept.last(), Some(Block::Heading(_))) {
            kept.pop();
        }
        kept.push(block);
    }
    if matches!(kept.last(), Some(Block::Heading(_))) {
        kept.pop();
    }
    kept
}
