//! Who acts for whom in an application.

use super::Answers;
use super::form::BORN;
use crate::spark::Part;
use jiff::civil::Date;

/// In which part an application is made, and who else has a word in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acting {
    /// Who acts.
    pub part: Part,
    /// The family confirms by its own telephone before it is sent.
    pub family_confirms: bool,
    /// The patient is a minor: the guardian consents.
    pub guardian_consents: bool,
    /// The patient is 14 to 17: their own assent is needed besides.
    pub patient_assents: bool,
}

/// As the answers say today; `None` before they do.
pub fn acting(answers: &Answers, today: Date) -> Option<Acting> {
    let (whom, age) = (answers.get("whom")?, answers.age(BORN, today)?);
    let (family_confirms, is_minor) = (whom == "family", age < 18);
    let part = match (family_confirms, is_minor) {
        (true, _) => Part::SocialWorker,
        (false, true) => Part::Guardian,
        (false, false) => Part::Applicant,
    };
    Some(Acting { part, family_confirms, guardian_consents: is_minor, patient_assents: is_minor && age >= 14 })
}
