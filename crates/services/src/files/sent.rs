//! A picture that staff send for everybody to see: of an event, of a visit of the bus.

use domain::field::{Fault, Faults, FieldError};
use domain::typed;

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
        let zh = faults.take("alt_zh", typed::line(&self.alt_zh, 120));
        let en = faults.take("alt_en", typed::line(&self.alt_en, 240));
        if !self.consent {
            faults.add("consent", Fault::MustAccept);
        }
        match (zh, en, bytes) {
            (Some(zh), Some(en), Some(bytes)) if self.consent => Ok((zh, en, bytes)),
            _ => Err(faults.into_errors()),
        }
    }
}
