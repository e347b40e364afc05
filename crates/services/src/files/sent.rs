//! A picture that staff send for everybody to see: of an event, of a visit of the bus.

use domain::field::{Fault, Faults, FieldError};
use domain::typed;

/// What is said of a picture that is there already: its words anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PictureWords {
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
}

impl PictureWords {
    /// The words as they are kept.
    ///
    /// # Errors
    /// The faults of its fields: no words in a language, or too many.
    pub fn read(&self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        words((&self.alt_zh, &self.alt_en), &mut faults).ok_or_else(|| faults.into_errors())
    }
}

/// Words in both languages, a line each.
fn words((zh, en): (&str, &str), faults: &mut Faults) -> Option<PictureWords> {
    let zh = faults.take("alt_zh", typed::line(zh, 120));
    let en = faults.take("alt_en", typed::line(en, 240));
    Some(PictureWords { alt_zh: zh?, alt_en: en? })
}

/// A picture somebody sends.
#[derive(Clone, Debug, Default)]
pub struct NewPicture {
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
    /// Everybody who can be made out has agreed, guardians for children.
    pub consent: bool,
    /// The file.
    pub bytes: Option<Vec<u8>>,
}

impl NewPicture {
    /// Its words in both languages, and its bytes, which come in the form's `field`.
    ///
    /// # Errors
    /// The faults of its fields: no file, no words in a language, no consent.
    pub fn read(self, field: &str) -> Result<(String, String, Vec<u8>), Vec<FieldError>> {
        let mut faults = Faults::default();
        let bytes = faults.take(field, self.bytes.filter(|bytes| !bytes.is_empty()).ok_or(Fault::Required));
        let words = words((&self.alt_zh, &self.alt_en), &mut faults);
        if !self.consent {
            faults.add("consent", Fault::MustAccept);
        }
        match (words, bytes) {
            (Some(words), Some(bytes)) if self.consent => Ok((words.alt_zh, words.alt_en, bytes)),
            _ => Err(faults.into_errors()),
        }
    }
}
