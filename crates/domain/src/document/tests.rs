//! Numbers that are, that are not, and that never were typed by anybody. All are invented.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2026, 7, 28);

fn read(kind: DocumentKind, text: &str) -> Result<String, Fault> {
    Document::parse(kind, text, TODAY).map(|document| document.expose().to_owned())
}

/// The number of these seventeen digits.
fn numbered(digits: &str) -> String {
    let last = "0123456789X".chars().find(|last| checks(&format!("{digits}{last}")).is_ok());
    format!("{digits}{}", last.expect("one of eleven fits"))
}

#[test]
fn a_residents_number_is_read_however_it_is_spelled() {
    // The example of the standard.
    for text in
        ["11010519491231002X", " 110105 19491231 002x ", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002x"]
    {
        assert_eq!(read(DocumentKind::Resident, text), Ok("11010519491231002X".into()), "{text}");
    }
    let document = Document::parse(DocumentKind::Resident, "11010519491231002x", TODAY).expect("it is one");
    assert_eq!((document.masked().as_str(), document.last_four()), ("****002X", "002X"));
    assert_eq!(format!("{document:?}"), "resident ****002X", "nothing prints it whole");
}

#[test]
fn a_residents_number_says_what_is_wrong_with_it() {
    let cases = [
        ("", Fault::Required),
        ("　", Fault::Required),
        ("1101051949123100", Fault::ResidentShape),
        ("X10105194912310021", Fault::ResidentShape),
        ("一一〇一〇五一九四九一二三一〇〇二", Fault::ResidentShape),
        ("110105194912310020", Fault::ResidentCheckDigit),
    ];
    for (text, fault) in cases {
        assert_eq!(read(DocumentKind::Resident, text), Err(fault), "{text}");
    }
    for (digits, fault) in [
        ("99010519491231002", Fault::ResidentRegion),
        ("00010519491231002", Fault::ResidentRegion),
        ("37010220260729001", Fault::ResidentBirthDate), // tomorrow
        ("37010218991231001", Fault::ResidentBirthDate),
        ("37010220230229001", Fault::ResidentBirthDate), // no leap year
        ("37010220241301001", Fault::ResidentBirthDate),
    ] {
        assert_eq!(read(DocumentKind::Resident, &numbered(digits)), Err(fault), "{digits}");
    }
    assert!(read(DocumentKind::Resident, &numbered("37010220260728001")).is_ok(), "born today");
    assert!(read(DocumentKind::Resident, &numbered("81000019900101001")).is_ok(), "a residence permit");
}

#[test]
fn other_documents_have_a_bounded_shape() {
    use DocumentKind::{ForeignResident, HongKongMacao, Passport, Taiwan};
    for (kind, text) in [
        (HongKongMacao, "h12345678"),
        (HongKongMacao, "M1234567801"),
        (Taiwan, "1234 5678"),
        (Taiwan, "1234567890"),
        (ForeignResident, "usa110187070501"),
        (Passport, "ｅＡ１２３４５６７"),
    ] {
        assert!(read(kind, text).is_ok(), "{kind:?} {text}");
    }
    assert!(read(ForeignResident, &numbered("91137084019900101")).is_err(), "the birth date stands elsewhere");
    assert!(read(ForeignResident, &numbered("91184019900101001")).is_ok());
    for (kind, text) in [
        (HongKongMacao, "A12345678"),
        (HongKongMacao, "H1234567"),
        (Taiwan, "1234567"),
        (Taiwan, "1234567A"),
        (ForeignResident, "US1110187070501"),
        (Passport, "E1234"),
        (Passport, "E1234567890123456"),
        (Passport, "E12345<7"),
        (Passport, "護照一二三四五"),
    ] {
        assert_eq!(read(kind, text), Err(Fault::DocumentShape), "{kind:?} {text}");
    }
}

#[test]
fn kinds_are_read_as_they_are_named() {
    for kind in DocumentKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert_eq!("driving-licence".parse::<DocumentKind>(), Err(Fault::NotAChoice));
}

proptest! {
    #[test]
    fn every_number_has_one_check_digit_and_no_slip_of_a_key_passes(
        person in (0..REGIONS.len(), 0u32..9_999, 1900i16..2026, 1i8..=12, 1i8..=28, 0u32..1_000), at in 0usize..18, other in 0u8..10
    ) {
        let (region, place, year, month, day, order) = person;
        let number = numbered(&format!("{}{place:04}{year:04}{month:02}{day:02}{order:03}", REGIONS[region]));
        prop_assert_eq!(read(DocumentKind::Resident, &number), Ok(number.clone()));
        let mut slipped = number.clone().into_bytes();
        slipped[at] = b'0' + other;
        let slipped = String::from_utf8(slipped).expect("digits");
        prop_assert_eq!(read(DocumentKind::Resident, &slipped).is_ok(), slipped == number);
        // Two neighbours exchanged.
        let mut swapped = number.clone().into_bytes();
        swapped.swap(at.min(16), at.min(16) + 1);
        let swapped = String::from_utf8(swapped).expect("digits");
        prop_assert_eq!(read(DocumentKind::Resident, &swapped).is_ok(), swapped == number);
    }

    #[test]
    fn another_card_of_the_same_person_is_the_same_document(permit in "[HM][0-9]{8}", taiwan in "[0-9]{8}", issued in "[0-9]{2}") {
        for (kind, number) in [(DocumentKind::HongKongMacao, permit), (DocumentKind::Taiwan, taiwan)] {
            let short = Document::parse(kind, &number, TODAY).expect("it is read");
            let long = Document::parse(kind, &format!("{number}{issued}"), TODAY).expect("it is read");
            prop_assert_eq!(short.counted(), long.counted());
            // Nor is it another's because it is called a passport.
            let called = Document::parse(DocumentKind::Passport, &number, TODAY).expect("it is read");
            prop_assert_eq!(short.counted(), called.counted());
        }
    }

    #[test]
    fn reading_never_panics_is_stable_and_hides_the_number(kind in 0usize..5, text in "\\PC{0,24}") {
        let kind = DocumentKind::ALL[kind];
        if let Ok(document) = Document::parse(kind, &text, TODAY) {
            let again = Document::parse(kind, document.expose(), TODAY);
            prop_assert_eq!(again.as_ref(), Ok(&document));
            prop_assert_eq!(Document::from_comparable(&document.comparable()), Some(document.clone()));
            let masked = document.masked();
            prop_assert!(!masked.contains(document.expose()), "nor shows it");
            let printed = format!("{document:?}");
            prop_assert!(!printed.contains(document.expose()), "nothing prints it whole");
            prop_assert_eq!(document.last_four().len(), 4);
        }
    }

    #[test]
    fn what_is_shaped_like_a_document_is_read(kind in 1usize..5, passport in "[A-Z0-9]{6,14}", permit in "[HM][0-9]{8}", card in "[A-Z]{3}[0-9]{12}", taiwan in "[0-9]{8}") {
        let text = [&permit, &taiwan, &card, &passport][kind - 1];
        prop_assert_eq!(&read(DocumentKind::ALL[kind], text), &Ok(text.clone()));
        prop_assert_eq!(&read(DocumentKind::ALL[kind], &text.to_lowercase()), &Ok(text.clone()));
    }
}
