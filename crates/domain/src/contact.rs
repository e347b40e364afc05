//! Names and ways to reach a person, normalised before anything compares them.

use crate::characters::{are_seen, say_something, without_ends};
use crate::field::Fault;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Full-width digits, letters and signs as their ASCII twins; the ideographic space as a space.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

/// A mainland mobile number: eleven digits, the first a 1, without country code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads what people write: spaces, dashes, full-width digits, +86 or 0086 before it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain: String =
            half_width(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.')).collect();
        if plain.is_empty() {
            return Err(Fault::Required);
        }
        let national = ["+86", "0086"].iter().find_map(|code| plain.strip_prefix(code)).unwrap_or(&plain);
        let national = if national.len() == 13 { national.strip_prefix("86").unwrap_or(national) } else { national };
        let digits = national.as_bytes();
        let mobile =
            digits.len() == 11 && digits.iter().all(u8::is_ascii_digit) && digits[0] == b'1' && digits[1] >= b'3';
        mobile.then(|| Self(national.to_owned())).ok_or(Fault::PhoneShape)
    }

    /// The eleven digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// As a person may be shown it: 138****0000.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A mail address, its domain in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(String);

impl MailAddress {
    /// Reads an address as people write it. Only what surely cannot be delivered is refused: the code we send proves it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = half_width(text);
        let plain = plain.trim();
        if plain.is_empty() {
            return Err(Fault::Required);
        }
        let (local, domain) = plain.rsplit_once('@').ok_or(Fault::MailShape)?;
        // Quoted local parts and internationalised ones are refused: neither survives the providers our mail goes to.
        let local_ok = (1..=64).contains(&local.len())
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let domain_ok = domain.len() <= 190
            && domain.contains('.')
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && !label.starts_with('-')
                    && !label.ends_with('-')
            });
        if local_ok && domain_ok {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(Fault::MailShape)
        }
    }

    /// The address to send to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one mailbox share: all of it in lower case.
    pub fn comparable(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// As a person may be shown it: m***@example.com.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or(("", &self.0));
        format!("{}***@{domain}", local.chars().next().unwrap_or('*'))
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A way to reach a person that a code can prove.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Contact {
    /// By text message.
    Phone(Phone),
    /// By mail.
    Mail(MailAddress),
}

impl Contact {
    /// One input for both: with an @ it is an address, otherwise a number.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = half_width(text);
        if plain.trim().is_empty() {
            Err(Fault::Required)
        } else if plain.contains('@') {
            MailAddress::parse(&plain).map(Self::Mail)
        } else {
            Phone::parse(&plain).map(Self::Phone).map_err(|_| Fault::ContactShape)
        }
    }

    /// What a keyed hash is made of: the kind and the normalised text.
    pub fn comparable(&self) -> String {
        match self {
            Self::Phone(phone) => format!("phone:{}", phone.digits()),
            Self::Mail(mail) => format!("mail:{}", mail.comparable()),
        }
    }

    /// As a person may be shown it.
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Mail(mail) => mail.masked(),
        }
    }

    /// The full text, for the one who gave it and for sending.
    pub fn expose(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.digits(),
            Self::Mail(mail) => mail.as_str(),
        }
    }
}

/// What a person is called: 1 to 40 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// The most characters a name may have.
    pub const MAX: usize = 40;

    /// Trims, also what pasting brings, and checks; keeps the person's own spelling, including the middle dot of minority
    /// names.
    /// Nobody can be called out by what cannot be seen.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let Self(name) = Self::kept(without_ends(text))?;
        if !are_seen(&name) {
            Err(Fault::UnseenCharacters)
        } else if !say_something(&name) {
            Err(Fault::NameCharacters)
        } else {
            Ok(Self(name))
        }
    }

    /// Reads a name that was kept. It may be older than what is asked of names today, and is still somebody's.
    pub fn kept(text: &str) -> Result<Self, Fault> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            Err(Fault::Required)
        } else if name.chars().count() > Self::MAX {
            Err(Fault::TooLong { max: Self::MAX as u32 })
        } else if name.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '@' | '/' | '\\' | '"')) {
            Err(Fault::NameCharacters)
        } else {
            Ok(Self(name))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As staff lists show it: 张*, 欧阳**, A****.
    pub fn masked(&self) -> String {
        let mut characters = self.0.chars();
        let first = characters.next().unwrap_or('*');
        std::iter::once(first).chain(characters.map(|_| '*').take(4)).collect()
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A contact as it is stored inside a sealed value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactText {
    /// Eleven digits.
    Phone(String),
    /// A mail address.
    Mail(String),
}

impl From<&Contact> for ContactText {
    fn from(contact: &Contact) -> Self {
        match contact {
            Contact::Phone(phone) => Self::Phone(phone.digits().to_owned()),
            Contact::Mail(mail) => Self::Mail(mail.as_str().to_owned()),
        }
    }
}

impl TryFrom<ContactText> for Contact {
    type Error = Fault;
    fn try_from(text: ContactText) -> Result<Self, Fault> {
        match text {
            ContactText::Phone(digits) => Phone::parse(&digits).map(Self::Phone),
            ContactText::Mail(address) => MailAddress::parse(&address).map(Self::Mail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_phone_are_one_phone() {
        for text in [
            "13800138000",
            " 138 0013 8000 ",
            "+86 138-0013-8000",
            "008613800138000",
            "8613800138000",
            "１３８００１３８０００",
        ] {
            assert_eq!(Phone::parse(text).expect(text).digits(), "13800138000");
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        for text in ["1380013800", "138001380000", "23800138000", "12800138000", "1380013800a", "053112345678"] {
            assert_eq!(Phone::parse(text), Err(Fault::PhoneShape), "{text}");
        }
        assert_eq!(Phone::parse("  "), Err(Fault::Required));
    }

    #[test]
    fn addresses_that_could_smuggle_a_header_are_refused() {
        for text in
            ["a@b.cn\r\nBcc: x@y.cn", "a b@c.cn", "a@b", "@b.cn", "a@-b.cn", "a..b@c.cn", "\"a\"@b.cn", "a@b.cn>"]
        {
            assert_eq!(MailAddress::parse(text), Err(Fault::MailShape), "{text}");
        }
        assert_eq!(
            MailAddress::parse("Li.Na@Example.CN").map(|m| m.as_str().to_owned()),
            Ok("Li.Na@example.cn".into())
        );
    }

    #[test]
    fn nothing_shows_itself_in_debug_output() {
        let contact = Contact::parse("13800138000").expect("a phone");
        assert_eq!(format!("{contact:?}"), "Phone(138****8000)");
        let name = PersonName::parse("张小满").expect("a name");
        assert_eq!(format!("{name:?}"), "张**");
    }

    #[test]
    fn a_name_can_be_seen_and_one_that_was_kept_is_read() {
        for name in
            ["张小满", "阿卜杜热合曼·艾则孜", "𠮷田", "བསྟན་འཛིན", "ئابدۇرەھىم", "ᠰᠠᠷ\u{180E}ᠠ", "O'Brien", "演示·7"]
        {
            assert!(PersonName::parse(name).is_ok(), "{name}");
        }
        for (pasted, read) in [("\u{FEFF}张小满\u{200B}", Ok("张小满")), ("\u{200B}", Err(Fault::Required))] {
            assert_eq!(PersonName::parse(pasted).map(|name| name.as_str().to_owned()), read.map(str::to_owned));
        }
        for name in [
            "张\u{202E}三",
            "张\u{200B}三",
            "张\u{E000}",
            "\u{3164}",
            "\u{2800}\u{2800}",
            "张\u{2066}三\u{2069}",
            "张\u{E0041}",
        ] {
            assert_eq!(PersonName::parse(name), Err(Fault::UnseenCharacters), "{name:?}");
            assert_eq!(PersonName::kept(name).map(|kept| kept.as_str().to_owned()), Ok(name.to_owned()));
        }
        for name in ["··", "-", "张<三>"] {
            assert_eq!(PersonName::parse(name), Err(Fault::NameCharacters), "{name}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in ".{0,60}") {
            if let Ok(contact) = Contact::parse(&text) {
                prop_assert_eq!(Contact::parse(contact.expose()), Ok(contact));
            }
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()).map(|n| n.as_str().to_owned()), Ok(name.as_str().to_owned()));
            }
        }
    }
}
