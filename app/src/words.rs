//! The sentence of every code: faults of fields, refusals of the booking engine, refusals at the door, roles.

use crate::i18n;
use crate::i18n::{FluentValue, Text};
use crate::visit::Visit;
use domain::Locale;
use domain::account::Role;
use domain::booking::{DoorRefusal, Refusal};
use domain::field::Fault;
use domain::time::{clock_text, day_text, end_text, local_day};
use jiff::Timestamp;

/// A key and the variables of its sentence.
type Words<'a> = (&'static str, Vec<(&'static str, FluentValue<'a>)>);

fn plain<'a>(key: &'static str) -> Words<'a> {
    (key, Vec::new())
}

fn with<'a, const N: usize>(key: &'static str, numbers: [(&'static str, u32); N]) -> Words<'a> {
    (key, numbers.into_iter().map(|(name, n)| (name, n.into())).collect())
}

/// What to do about a fault of a field.
pub fn fault_text(visit: &Visit, fault: &Fault) -> Text {
    fault_sentence(visit.locale(), fault)
}

/// The same where there is no visit: the API's documents, a message.
pub fn fault_sentence(locale: Locale, fault: &Fault) -> Text {
    let (key, args) = fault_words(locale, fault);
    i18n::text_args(locale, key, &args)
}

fn fault_words(locale: Locale, fault: &Fault) -> Words<'static> {
    match *fault {
        Fault::Required => plain("error-required"),
        Fault::PhoneShape => plain("error-phone-shape"),
        Fault::MailShape => plain("error-mail-shape"),
        Fault::ContactShape => plain("error-contact-shape"),
        Fault::TooLong { max } => with("error-too-long", [("max", max)]),
        Fault::TooShort { min } => with("error-too-short", [("min", min)]),
        Fault::NameCharacters => plain("error-name-characters"),
        Fault::NotANumber => plain("error-not-a-number"),
        Fault::OutOfRange { min, max } => with("error-out-of-range", [("min", min), ("max", max)]),
        Fault::DecimalShape => plain("error-decimal-shape"),
        Fault::Between { least, most } => {
            let number = |tenths| FluentValue::from(domain::telemetry::change::plain(tenths));
            ("error-between", vec![("least", number(least)), ("most", number(most))])
        }
        Fault::WarnsTooLate => plain("error-warns-too-late"),
        Fault::BeforeOrAfter { before, after } => with("error-before-or-after", [("before", before), ("after", after)]),
        Fault::ChildrenExceedParty => plain("error-children-exceed-party"),
        Fault::ChildrenNeedAdult => plain("error-children-need-adult"),
        Fault::MustAccept => plain("error-must-accept"),
        Fault::NotAChoice => plain("error-not-a-choice"),
        Fault::CodeShape => plain("error-code-shape"),
        Fault::CodeWrong { left } => with("error-code-wrong", [("left", left)]),
        Fault::CodeExpired => plain("error-code-expired"),
        Fault::SignInRefused => plain("error-sign-in-refused"),
        Fault::PasswordTooShort { min } => with("error-password-too-short", [("min", min)]),
        Fault::DateShape => plain("error-date-shape"),
        Fault::DateYear { first, last } => {
            // Years are no numbers to be grouped.
            ("error-date-year", vec![("first", first.to_string().into()), ("last", last.to_string().into())])
        }
        Fault::TimeShape => plain("error-time-shape"),
        Fault::EndBeforeStart => plain("error-end-before-start"),
        Fault::ReferenceShape => plain("error-reference-shape"),
        Fault::AlreadyExists => plain("error-already-exists"),
        Fault::DatePast => plain("error-date-past"),
        Fault::SlugShape => plain("error-slug-shape"),
        Fault::DateBetween { first, last } => {
            let day = |day| FluentValue::from(day_text(day, locale));
            ("error-date-between", vec![("first", day(first)), ("last", day(last))])
        }
        Fault::OpensEarlier { day } => ("error-opens-earlier", vec![("day", FluentValue::from(day_text(day, locale)))]),
        Fault::TextCharacters => plain("error-text-characters"),
        Fault::UnseenCharacters => plain("error-unseen-characters"),
        Fault::NotYet => plain("error-not-yet"),
        Fault::DayOutOfRange { from, until } => with("error-day-out-of-range", [("from", from), ("until", until)]),
        Fault::GroupSize { min, max } => with("error-group-size", [("min", min), ("max", max)]),
        Fault::CertificateShape => plain("error-certificate-shape"),
        Fault::ContractNumberShape => plain("error-contract-number-shape"),
        Fault::NameDiffers => plain("error-name-differs"),
        Fault::CertificateCodeShape => plain("error-certificate-code-shape"),
        Fault::DinShape => plain("error-din-shape"),
        Fault::DinCheck => plain("error-din-check"),
        Fault::DinUnknown => plain("error-din-unknown"),
        Fault::SlotShape => plain("error-slot-shape"),
        Fault::ContractUnknown => plain("error-contract-unknown"),
        Fault::SumDiffers { fen } => {
            ("error-sum-differs", vec![("sum", domain::ledger::Fen::new(fen).to_string().into())])
        }
        Fault::PaymentOtherwise => plain("error-payment-otherwise"),
        Fault::UnitTaken => plain("error-unit-taken"),
        Fault::ContractUnfit => plain("error-contract-unfit"),
        Fault::UnitStays => plain("error-unit-stays"),
        Fault::UnitOther => plain("error-unit-other"),
        Fault::UnitCodeShape => plain("error-unit-code-shape"),
        Fault::OwnAccount => plain("error-own-account"),
        Fault::CodeWorked => plain("error-code-worked"),
        Fault::AdultsNeeded { least } => with("error-adults-needed", [("least", least)]),
        Fault::ResidentShape => plain("error-resident-shape"),
        Fault::ResidentRegion => plain("error-resident-region"),
        Fault::ResidentBirthDate => plain("error-resident-birth-date"),
        Fault::ResidentCheckDigit => plain("error-resident-check-digit"),
        Fault::DocumentShape => plain("error-document-shape"),
        Fault::DocumentTwice { nth } => with("error-document-twice", [("nth", nth)]),
        Fault::NothingAsked => plain("error-nothing-asked"),
        Fault::StayChoose { people } => with("error-stay-choose", [("people", people)]),
        Fault::ChildrenByDocuments { min, max } if min == max => with("error-children-by-all-documents", [("n", min)]),
        Fault::ChildrenByDocuments { min, max } => with("error-children-by-documents", [("min", min), ("max", max)]),
        Fault::FormulaCell => plain("error-formula-cell"),
        Fault::Particulars => plain("error-particulars"),
        Fault::RowTwice { row } => with("error-row-twice", [("row", row)]),
        Fault::TooManyRows { max } => with("error-too-many-rows", [("max", max)]),
        Fault::FileUnreadable => plain("error-file-unreadable"),
        Fault::FileTooLarge { max } => with("error-file-too-large", [("max", max)]),
        Fault::FileTooHeavy { max } => with("error-file-too-heavy", [("max", max)]),
        Fault::FileKindLetter => plain("error-file-kind-letter"),
        Fault::FileKindPicture => plain("error-file-kind-picture"),
        Fault::FileBroken => plain("error-file-broken"),
        Fault::FileHarmful => plain("error-file-harmful"),
        Fault::FileUnscanned => plain("error-file-unscanned"),
        Fault::FileActive => plain("error-file-active"),
        Fault::FilePages { max } => with("error-file-pages", [("max", max)]),
        Fault::PictureTooLarge { max } => with("error-picture-too-large", [("max", max)]),
        Fault::WebAddressShape => plain("error-web-address-shape"),
        Fault::WebAddressUnknown => plain("error-web-address-unknown"),
        Fault::WebAddressPrivate => plain("error-web-address-private"),
        Fault::MoneyShape => plain("error-money-shape"),
        Fault::MoneyDecimals => plain("error-money-decimals"),
        Fault::MoneyNotPositive => plain("error-money-not-positive"),
        Fault::MoneyTooLarge => plain("error-money-too-large"),
        Fault::BankAccountShape => plain("error-bank-account-shape"),
        Fault::BornOtherwise => plain("error-born-otherwise"),
        Fault::SameDocument => plain("error-same-document"),
        Fault::MoreThanCosts => plain("error-more-than-costs"),
        Fault::CeilingPassed => plain("error-ceiling-passed"),
        Fault::MoreThanOwed => plain("error-more-than-owed"),
        Fault::ConsentNeeded => plain("error-consent-needed"),
        Fault::FileRefused { why } => ("error-file-refused", vec![("why", why.name().into())]),
        Fault::FilesRefused { n, of } => with("error-files-refused", [("n", n), ("of", of)]),
    }
}

/// Why a booking or its change is refused, and what to do instead.
pub fn refusal_text(visit: &Visit, refusal: &Refusal) -> Text {
    refusal_sentence(visit.locale(), refusal)
}

/// The same where there is no visit.
pub fn refusal_sentence(locale: Locale, refusal: &Refusal) -> Text {
    let (key, args) = refusal_words(locale, refusal);
    i18n::text_args(locale, key, &args)
}

fn refusal_words(locale: Locale, refusal: &Refusal) -> Words<'static> {
    match *refusal {
        Refusal::Full { free } => with("refusal-full", [("free", free)]),
        Refusal::NotOpenYet { opens_at } => ("refusal-not-open-yet", vec![("at", moment(locale, opens_at))]),
        Refusal::TooLate => plain("refusal-too-late"),
        Refusal::SessionClosed => plain("refusal-session-closed"),
        Refusal::NoBookingNeeded => plain("refusal-no-booking-needed"),
        Refusal::PartyTooLarge { max } => with("refusal-party-too-large", [("max", max)]),
        Refusal::TooManyChildren { max } => with("refusal-too-many-children", [("max", max)]),
        Refusal::ChildrenNeedAdult => plain("refusal-children-need-adult"),
        Refusal::DailyLimit { max } => with("refusal-daily-limit", [("max", max)]),
        Refusal::WindowLimit { max, days } => with("refusal-window-limit", [("max", max), ("days", days)]),
        Refusal::PeopleDailyLimit { max, left } => with("refusal-people-daily-limit", [("max", max), ("left", left)]),
        Refusal::ChildrenDailyLimit { max, left } => {
            with("refusal-children-daily-limit", [("max", max), ("left", left)])
        }
        Refusal::PeopleWindowLimit { max, days, left } => {
            with("refusal-people-window-limit", [("max", max), ("days", days), ("left", left)])
        }
        Refusal::ChildrenWindowLimit { max, days, left } => {
            with("refusal-children-window-limit", [("max", max), ("days", days), ("left", left)])
        }
        Refusal::ChangesOver { until } => ("refusal-changes-over", vec![("at", end_text(until, locale).into())]),
        Refusal::DocumentLimit => plain("refusal-document-limit"),
        Refusal::DocumentLimitOf { nth } => with("refusal-document-limit-of", [("nth", nth)]),
        Refusal::Overlaps => plain("refusal-overlaps"),
        Refusal::Suspended { until } => ("refusal-suspended", vec![("at", moment(locale, until))]),
        Refusal::AsksQuestions => plain("refusal-asks-questions"),
        Refusal::DateFull { starts_at, free } => {
            ("refusal-date-full", vec![("at", moment(locale, starts_at)), ("free", free.into())])
        }
        Refusal::WholeSeriesOnly => plain("refusal-whole-series-only"),
        Refusal::SingleDatesOnly => plain("refusal-single-dates-only"),
        Refusal::MoveLimit { max } => with("refusal-move-limit", [("max", max)]),
        Refusal::AlreadyCancelled => plain("refusal-already-cancelled"),
        Refusal::AlreadyArrived => plain("refusal-already-arrived"),
        Refusal::NotSmaller => plain("refusal-not-smaller"),
        Refusal::SameSession => plain("refusal-same-session"),
        Refusal::OfferEnded => plain("refusal-offer-ended"),
        Refusal::AlreadyWaiting => plain("refusal-already-waiting"),
        Refusal::WaitingLimit { max } => with("refusal-waiting-limit", [("max", max)]),
        Refusal::PlacesFree => plain("refusal-places-free"),
        Refusal::WaitingOver => plain("refusal-waiting-over"),
        Refusal::Busy => plain("refusal-busy"),
    }
}

/// Why nobody is let in with a pass, for the steward.
pub fn door_text(visit: &Visit, refusal: &DoorRefusal) -> Text {
    door_sentence(visit.locale(), refusal)
}

/// The same where there is no visit.
pub fn door_sentence(locale: Locale, refusal: &DoorRefusal) -> Text {
    let (key, args) = door_words(locale, refusal);
    i18n::text_args(locale, key, &args)
}

fn door_words(locale: Locale, refusal: &DoorRefusal) -> Words<'static> {
    let clock = |instant| FluentValue::from(clock_text(instant));
    match *refusal {
        DoorRefusal::NotAPass => plain("door-not-a-pass"),
        DoorRefusal::Unknown => plain("door-unknown"),
        DoorRefusal::Cancelled => plain("door-cancelled"),
        DoorRefusal::WrongDay { starts_at } => ("door-wrong-day", vec![("at", moment(locale, starts_at))]),
        DoorRefusal::TooEarly { from } => ("door-too-early", vec![("from", clock(from))]),
        DoorRefusal::TooLate { until } => ("door-too-late", vec![("until", clock(until))]),
        DoorRefusal::AlreadyAdmitted { arrived } => with("door-already-admitted", [("arrived", arrived)]),
        DoorRefusal::MoreThanBooked { left } => with("door-more-than-booked", [("left", left)]),
        DoorRefusal::SessionClosed => plain("door-session-closed"),
        DoorRefusal::NotToday => plain("door-not-today"),
    }
}

fn moment(locale: Locale, instant: Timestamp) -> FluentValue<'static> {
    format!("{} {}", day_text(local_day(instant), locale), clock_text(instant)).into()
}

/// What a role is called.
pub fn role_text(visit: &Visit, role: Role) -> Text {
    visit.t(match role {
        Role::MuseumOfficer => "role-museum-officer",
        Role::Steward => "role-steward",
        Role::Operator => "role-operator",
        Role::Auditor => "role-auditor",
        Role::BusDispatcher => "role-bus-dispatcher",
        Role::DoorSupervisor => "role-door-supervisor",
        Role::CaseOfficer => "role-case-officer",
        Role::MedicalReviewer => "role-medical-reviewer",
        Role::CommitteeMember => "role-committee-member",
        Role::Chair => "role-chair",
        Role::FinancePreparer => "role-finance-preparer",
        Role::FinanceReleaser => "role-finance-releaser",
        Role::ComplianceOfficer => "role-compliance-officer",
        Role::AccountAdministrator => "role-account-administrator",
        Role::FamilySupport => "role-family-support",
        Role::LabOfficer => "role-lab-officer",
        Role::QualityOfficer => "role-quality-officer",
        Role::NightShift => "role-night-shift",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every variant once. The matches above have no wildcard, so a new variant needs its words; adding it here lets the
    /// test see that both catalogues have them.
    fn faults() -> Vec<Fault> {
        vec![
            Fault::Required,
            Fault::PhoneShape,
            Fault::MailShape,
            Fault::ContactShape,
            Fault::TooLong { max: 40 },
            Fault::TooShort { min: 2 },
            Fault::NameCharacters,
            Fault::NotANumber,
            Fault::OutOfRange { min: 1, max: 5 },
            Fault::DecimalShape,
            Fault::Between { least: -1900, most: -1500 },
            Fault::WarnsTooLate,
            Fault::BeforeOrAfter { before: 60, after: 45 },
            Fault::ChildrenExceedParty,
            Fault::ChildrenNeedAdult,
            Fault::MustAccept,
            Fault::NotAChoice,
            Fault::CodeShape,
            Fault::CodeWrong { left: 2 },
            Fault::CodeExpired,
            Fault::SignInRefused,
            Fault::PasswordTooShort { min: 12 },
            Fault::DateShape,
            Fault::DateYear { first: 1900, last: 2199 },
            Fault::TimeShape,
            Fault::EndBeforeStart,
            Fault::ReferenceShape,
            Fault::AlreadyExists,
            Fault::DatePast,
            Fault::SlugShape,
            Fault::DateBetween { first: jiff::civil::date(2026, 6, 1), last: jiff::civil::date(2027, 4, 1) },
            Fault::OpensEarlier { day: jiff::civil::date(2026, 6, 1) },
            Fault::TextCharacters,
            Fault::UnseenCharacters,
            Fault::NotYet,
            Fault::DayOutOfRange { from: 7, until: 183 },
            Fault::GroupSize { min: 10, max: 120 },
            Fault::CertificateShape,
            Fault::ContractNumberShape,
            Fault::NameDiffers,
            Fault::CertificateCodeShape,
            Fault::DinShape,
            Fault::DinCheck,
            Fault::DinUnknown,
            Fault::SlotShape,
            Fault::ContractUnknown,
            Fault::SumDiffers { fen: 62_000 },
            Fault::PaymentOtherwise,
            Fault::UnitTaken,
            Fault::ContractUnfit,
            Fault::UnitStays,
            Fault::UnitOther,
            Fault::UnitCodeShape,
            Fault::OwnAccount,
            Fault::CodeWorked,
            Fault::AdultsNeeded { least: 5 },
            Fault::ResidentShape,
            Fault::ResidentRegion,
            Fault::ResidentBirthDate,
            Fault::ResidentCheckDigit,
            Fault::DocumentShape,
            Fault::DocumentTwice { nth: 1 },
            Fault::NothingAsked,
            Fault::StayChoose { people: 2 },
            Fault::ChildrenByDocuments { min: 1, max: 2 },
            Fault::ChildrenByDocuments { min: 0, max: 0 },
            Fault::ChildrenByDocuments { min: 1, max: 1 },
            Fault::FormulaCell,
            Fault::Particulars,
            Fault::RowTwice { row: 3 },
            Fault::TooManyRows { max: 48 },
            Fault::FileUnreadable,
            Fault::FileTooLarge { max: 512 },
            Fault::FileTooHeavy { max: 8 },
            Fault::FileKindLetter,
            Fault::FileKindPicture,
            Fault::FileBroken,
            Fault::FileHarmful,
            Fault::FileUnscanned,
            Fault::FileActive,
            Fault::FilePages { max: 10 },
            Fault::PictureTooLarge { max: 50 },
            Fault::WebAddressShape,
            Fault::WebAddressUnknown,
            Fault::WebAddressPrivate,
            Fault::MoneyShape,
            Fault::MoneyDecimals,
            Fault::MoneyNotPositive,
            Fault::MoneyTooLarge,
            Fault::BankAccountShape,
            Fault::BornOtherwise,
            Fault::SameDocument,
            Fault::MoreThanCosts,
            Fault::CeilingPassed,
            Fault::MoreThanOwed,
            Fault::ConsentNeeded,
            Fault::FileRefused { why: domain::files::Refusal::Locked },
            Fault::FilesRefused { n: 2, of: 3 },
        ]
    }

    fn refusals(at: Timestamp) -> Vec<Refusal> {
        vec![
            Refusal::Full { free: 1 },
            Refusal::NotOpenYet { opens_at: at },
            Refusal::TooLate,
            Refusal::SessionClosed,
            Refusal::PartyTooLarge { max: 5 },
            Refusal::TooManyChildren { max: 3 },
            Refusal::ChildrenNeedAdult,
            Refusal::DailyLimit { max: 1 },
            Refusal::WindowLimit { max: 3, days: 7 },
            Refusal::PeopleDailyLimit { max: 5, left: 0 },
            Refusal::PeopleDailyLimit { max: 5, left: 1 },
            Refusal::ChildrenDailyLimit { max: 3, left: 0 },
            Refusal::ChildrenDailyLimit { max: 3, left: 2 },
            Refusal::PeopleWindowLimit { max: 8, days: 7, left: 0 },
            Refusal::PeopleWindowLimit { max: 8, days: 7, left: 2 },
            Refusal::ChildrenWindowLimit { max: 4, days: 7, left: 0 },
            Refusal::ChildrenWindowLimit { max: 4, days: 7, left: 1 },
            Refusal::ChangesOver { until: at },
            Refusal::DocumentLimit,
            Refusal::DocumentLimitOf { nth: 2 },
            Refusal::Overlaps,
            Refusal::Suspended { until: at },
            Refusal::AsksQuestions,
            Refusal::DateFull { starts_at: at, free: 1 },
            Refusal::WholeSeriesOnly,
            Refusal::SingleDatesOnly,
            Refusal::MoveLimit { max: 3 },
            Refusal::AlreadyCancelled,
            Refusal::AlreadyArrived,
            Refusal::NotSmaller,
            Refusal::SameSession,
            Refusal::OfferEnded,
            Refusal::AlreadyWaiting,
            Refusal::WaitingLimit { max: 3 },
            Refusal::PlacesFree,
            Refusal::WaitingOver,
            Refusal::Busy,
        ]
    }

    fn door_refusals(at: Timestamp) -> Vec<DoorRefusal> {
        vec![
            DoorRefusal::NotToday,
            DoorRefusal::NotAPass,
            DoorRefusal::Unknown,
            DoorRefusal::Cancelled,
            DoorRefusal::WrongDay { starts_at: at },
            DoorRefusal::TooEarly { from: at },
            DoorRefusal::TooLate { until: at },
            DoorRefusal::AlreadyAdmitted { arrived: 2 },
            DoorRefusal::MoreThanBooked { left: 1 },
            DoorRefusal::SessionClosed,
        ]
    }

    #[test]
    fn every_code_has_its_own_sentence_in_both_languages() {
        let at: Timestamp = "2026-07-28T01:00:00Z".parse().expect("an instant");
        for locale in Locale::ALL {
            let mut sentences: Vec<Text> = faults().iter().map(|fault| fault_sentence(locale, fault)).collect();
            sentences.extend(refusals(at).iter().map(|refusal| refusal_sentence(locale, refusal)));
            sentences.extend(door_refusals(at).iter().map(|refusal| door_sentence(locale, refusal)));
            for sentence in &sentences {
                // A missing key shows itself in brackets, a missing variable in braces.
                assert!(!sentence.contains('⟦') && !sentence.contains('{'), "{locale:?}: {sentence}");
            }
            let distinct: std::collections::BTreeSet<&str> = sentences.iter().map(|s| &**s).collect();
            // One sentence stands twice on purpose: children and adults is one rule for the form and for the engine.
            assert!(sentences.len() - distinct.len() <= 1, "{locale:?}: two codes with the same sentence");
        }
    }

    #[test]
    fn numbers_and_instants_stand_in_their_sentences() {
        let at: Timestamp = "2026-07-28T01:00:00Z".parse().expect("an instant");
        let text = refusal_sentence(Locale::ZhCn, &Refusal::NotOpenYet { opens_at: at });
        assert!(text.contains("2026年7月28日（周二） 09:00"), "{text}");
        assert!(fault_sentence(Locale::En, &Fault::OutOfRange { min: 1, max: 5 }).contains("1 to 5"));
        assert!(door_sentence(Locale::ZhCn, &DoorRefusal::MoreThanBooked { left: 3 }).contains('3'));
    }
}
