//! Identity documents, as an activity may ask for them (booking.md, "Booking as a visitor"): brought into one spelling
//! before anything compares them, and shown to nobody whole.
//!
//! A resident's number says by itself whether it can exist: GB 11643-1999 gives it a region, a birth date and a check
//! digit by ISO 7064 MOD 11-2. Of the others only the bounded shape is known.

use crate::contact::half_width;
use crate::field::Fault;
use crate::named::named;
use jiff::civil::Date;
use std::fmt;

mod party;

pub use party::{Shown, field_names};

named! {
    /// What a document is; the usual ones first.
    DocumentKind, 5 {
        /// 居民身份证, and the residence permit of people from Hong Kong, Macao and Taiwan, which is numbered alike.
        Resident "resident",
        /// 港澳居民来往内地通行证
        HongKongMacao "hong-kong-macao",
        /// 台湾居民来往大陆通行证
        Taiwan "taiwan",
        /// 外国人永久居留身份证
        ForeignResident "foreign-resident",
        /// 护照
        Passport "passport",
    }
}

/// A document that can exist. Prints masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document {
    kind: DocumentKind,
    number: String,
}

impl Document {
    /// Reads what people write: spaces and dashes, full-width characters, a lower-case x. Nobody is born after `today`.
    ///
    /// # Errors
    /// `Required`; of a resident's number what is wrong with it, of the others `DocumentShape`.
    pub fn parse(kind: DocumentKind, text: &str, today: Date) -> Result<Self, Fault> {
        let number: String = half_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if number.is_empty() {
            return Err(Fault::Required);
        }
        match kind {
            DocumentKind::Resident => resident(&number, today)?,
            DocumentKind::ForeignResident if number.len() == NUMBERED => foreign_resident(&number, today)?,
            other => has_shape(other, &number)?,
        }
        Ok(Self { kind, number })
    }

    /// Reads what [`comparable`](Self::comparable) wrote, which was checked when it was typed.
    pub fn from_comparable(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once(':')?;
        let kind = kind.parse().ok()?;
        (!number.is_empty()).then(|| Self { kind, number: number.to_owned() })
    }

    /// What it is.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The number whole, for whoever may see it and has said why.
    pub fn expose(&self) -> &str {
        &self.number
    }

    /// When its holder was born, where the number says so.
    pub fn born(&self) -> Option<Date> {
        let dated = matches!(self.kind, DocumentKind::Resident | DocumentKind::ForeignResident);
        (dated && self.number.len() == NUMBERED).then(|| birth_date(&self.number).ok()).flatten()
    }

    /// What is sealed: the kind and the normalised number.
    pub fn comparable(&self) -> String {
        format!("{}:{}", self.kind.name(), self.number)
    }

    /// What limits count, and a keyed hash is made of: of a permit the person's part, without the digits that count the cards
    /// issued; without the kind, which anybody may choose.
    pub fn counted(&self) -> &str {
        let own = match self.kind {
            DocumentKind::HongKongMacao => 9,
            DocumentKind::Taiwan => 8,
            DocumentKind::Resident | DocumentKind::ForeignResident | DocumentKind::Passport => self.number.len(),
        };
        self.number.get(..own).unwrap_or(&self.number)
    }

    /// The last four characters, which the door compares with the document in the visitor's hand.
    pub fn last_four(&self) -> &str {
        // Every shape is of ASCII and longer than four.
        self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// As a person may be shown it: ****002X. As many stars whatever the number, which tells nothing of its length.
    pub fn masked(&self) -> String {
        format!("****{}", self.last_four())
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.masked())
    }
}

/// Characters of a number by GB 11643.
const NUMBERED: usize = 18;

/// The provinces (GB/T 2260): 71 and 81 to 83 are those of people from Taiwan, Hong Kong and Macao.
const REGIONS: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

fn resident(number: &str, today: Date) -> Result<(), Fault> {
    is_numbered(number)?;
    if !REGIONS.contains(&&number[..2]) {
        return Err(Fault::ResidentRegion);
    }
    was_born(number, today)?;
    checks(number)
}

/// Since 2023 numbered as residents are: a 9, who issued it, the country, the birth date, the check digit.
fn foreign_resident(number: &str, today: Date) -> Result<(), Fault> {
    is_numbered(number)?;
    if !number.starts_with('9') {
        return Err(Fault::DocumentShape);
    }
    was_born(number, today)?;
    checks(number)
}

/// Whether a text is a number by GB 11643 whose check digit is right: a resident's, or a foreign resident's.
pub(crate) fn is_checked(number: &str) -> bool {
    is_numbered(number).and_then(|()| birth_date(number)).and_then(|_| checks(number)).is_ok()
}

fn is_numbered(number: &str) -> Result<(), Fault> {
    let bytes = number.as_bytes();
    let shaped = bytes.len() == NUMBERED
        && bytes[..NUMBERED - 1].iter().all(u8::is_ascii_digit)
        && matches!(bytes[NUMBERED - 1], b'0'..=b'9' | b'X');
    shaped.then_some(()).ok_or(Fault::ResidentShape)
}

/// Characters 7 to 14: a day of the calendar.
fn birth_date(number: &str) -> Result<Date, Fault> {
    let part = |range: std::ops::Range<usize>| {
        number.get(range).and_then(|part| part.parse::<i16>().ok()).ok_or(Fault::ResidentBirthDate)
    };
    let (year, month, day) = (part(6..10)?, part(10..12)?, part(12..14)?);
    Date::new(year, month as i8, day as i8).map_err(|_| Fault::ResidentBirthDate)
}

/// Nobody is born before 1900, and nobody after today.
fn was_born(number: &str, today: Date) -> Result<(), Fault> {
    let born = birth_date(number)?;
    if born.year() < 1900 || born > today { Err(Fault::ResidentBirthDate) } else { Ok(()) }
}

/// ISO 7064 MOD 11-2: the characters, weighted by the powers of two, add up to 1 modulo 11.
fn checks(number: &str) -> Result<(), Fault> {
    let sum = number.bytes().fold(0, |sum, byte| {
        let value = if byte == b'X' { 10 } else { u32::from(byte - b'0') };
        (sum * 2 + value) % 11
    });
    if sum == 1 { Ok(()) } else { Err(Fault::ResidentCheckDigit) }
}

fn has_shape(kind: DocumentKind, number: &str) -> Result<(), Fault> {
    let bytes = number.as_bytes();
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let good = match kind {
        // The letter and eight digits of the person; two more count the cards issued.
        DocumentKind::HongKongMacao => {
            matches!(bytes.len(), 9 | 11) && matches!(bytes[0], b'H' | b'M') && digits(&bytes[1..])
        }
        // Eight digits; cards of before 2015 have ten and a letter in brackets, which nobody compares.
        DocumentKind::Taiwan => matches!(bytes.len(), 8 | 10) && digits(bytes),
        // Cards of before 2023: the country in three letters and twelve digits.
        DocumentKind::ForeignResident => {
            bytes.len() == 15 && bytes[..3].iter().all(u8::is_ascii_uppercase) && digits(&bytes[3..])
        }
        // ICAO Doc 9303 has nine characters; some countries print more.
        DocumentKind::Passport => (6..=14).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_alphanumeric),
        DocumentKind::Resident => false,
    };
    good.then_some(()).ok_or(Fault::DocumentShape)
}

#[cfg(test)]
mod tests;
