//! What is typed into a profile, read field by field.

use domain::contact::{Phone, half_width};
use domain::document::{Document, DocumentKind};
use domain::field::{Fault, Faults, FieldError};
use domain::spark::review::assignment::Speciality;
use domain::typed::Typed;
use jiff::civil::Date;
use services::spark::review::Ties;

/// The fields of what ties somebody, in the order of the page.
pub(super) const TIES: [&str; 5] = ["person", "kin", "phones", "addresses", "employers"];

/// The longest line among the ties, in characters.
const LINE: u32 = 200;
/// So many digits and no letter are a resident's number that lacks some, and no passport.
const DIGITS: usize = 10;

/// The specialities that were ticked.
pub(super) fn specialities<'a>(ticked: impl Iterator<Item = &'a str>) -> Result<Vec<Speciality>, Fault> {
    let mut all =
        ticked.map(|number| Speciality::new(number).ok_or(Fault::NotAChoice)).collect::<Result<Vec<_>, _>>()?;
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Everything that ties somebody, where any of it is typed; then their own document has to be among it.
///
/// # Errors
/// What is wrong with a line, beside its field.
pub(super) fn ties(typed: &Typed, kind: DocumentKind, today: Date) -> Result<Option<Ties>, Vec<FieldError>> {
    if TIES.iter().all(|name| typed.field(name).trim().is_empty()) {
        return Ok(None);
    }
    let mut faults = Faults::default();
    let person = faults.take("person", Document::parse(kind, typed.field("person"), today));
    let kin = faults.take("kin", lines(typed.field("kin")).map(|line| document(line, today)).collect());
    let phones = faults.take("phones", lines(typed.field("phones")).map(Phone::parse).collect());
    let texts = |name: &str| {
        lines(typed.field(name)).map(|line| domain::typed::line(line, LINE)).collect::<Result<Vec<_>, _>>()
    };
    let addresses = faults.take("addresses", texts("addresses"));
    let employers = faults.take("employers", texts("employers"));
    match (person, kin, phones, addresses, employers) {
        (Some(person), Some(kin), Some(phones), Some(addresses), Some(employers)) => {
            Ok(Some(Ties { person, kin, phones, addresses, employers }))
        }
        _ => Err(faults.into_errors()),
    }
}

/// One thing a line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A document of whichever kind it is shaped like; most are residents' numbers, and what is wrong is told of one.
fn document(line: &str, today: Date) -> Result<Document, Fault> {
    let resident = Document::parse(DocumentKind::Resident, line, today);
    let plain: String = half_width(line).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if resident.is_ok() || (plain.len() > DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit())) {
        return resident;
    }
    let others =
        [DocumentKind::HongKongMacao, DocumentKind::Taiwan, DocumentKind::ForeignResident, DocumentKind::Passport];
    others.into_iter().find_map(|kind| Document::parse(kind, line, today).ok()).map_or(resident, Ok)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 12, 11);

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn nothing_typed_leaves_the_ties_as_they_are_and_anything_wants_ones_own_document() {
        let read = |pairs: &[(&str, &str)]| ties(&typed(pairs), DocumentKind::Passport, TODAY);
        assert!(matches!(read(&[("kin", "  \n")]), Ok(None)));
        let errors = read(&[("phones", "13800138000")]).expect_err("a fault");
        assert_eq!(errors, [FieldError::new("person", Fault::Required)]);
        let whole = read(&[
            ("person", "E12345678"),
            ("kin", "11010519491231002X\n\nh12345678\nG00000001"),
            ("phones", "13800138000\r\n139 0013 9000"),
            ("employers", "演示第一医院"),
        ]);
        let whole = whole.expect("no fault").expect("ties");
        let kinds: Vec<DocumentKind> = whole.kin.iter().map(Document::kind).collect();
        assert_eq!(kinds, [DocumentKind::Resident, DocumentKind::HongKongMacao, DocumentKind::Passport]);
        assert_eq!((whole.phones.len(), whole.addresses.len(), whole.employers.len()), (2, 0, 1));
    }

    #[test]
    fn every_field_says_what_is_wrong_with_it() {
        let faulty = typed(&[
            ("person", "x"),
            ("kin", "110105194912310"),
            ("phones", "12"),
            ("addresses", "演示<路"),
            ("employers", "演示第一医院"),
        ]);
        let errors = ties(&faulty, DocumentKind::Passport, TODAY).expect_err("faults");
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["person", "kin", "phones", "addresses"]);
        assert_eq!(errors[1].fault, Fault::ResidentShape, "digits that are missing are no passport");
    }

    #[test]
    fn specialities_are_kept_once_and_what_is_no_number_is_refused() {
        let read = |ticked: &[&str]| specialities(ticked.iter().copied());
        let numbers = read(&["07", "03.05", "07"]).expect("numbers");
        assert_eq!(numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["03.05", "07"]);
        assert_eq!(read(&["blood"]), Err(Fault::NotAChoice));
    }
}
