//! Errors of a form's fields: which field, which rule, with the numbers its sentence needs.
//!
//! A rule's name is a translation key (`error-<code>`); no sentence is written here.

use crate::files::Refusal;
use jiff::civil;
use serde::{Deserialize, Serialize};

/// Why a field cannot be taken as it is. The kebab-case name is the code of the API and the key of the sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Fault {
    /// Nothing was given.
    Required,
    /// Not eleven digits of a mainland mobile number.
    PhoneShape,
    /// Not `someone@somewhere`.
    MailShape,
    /// Neither a mobile number nor a mail address.
    ContactShape,
    /// Longer than `max` characters.
    TooLong {
        /// Characters allowed.
        max: u32,
    },
    /// Shorter than `min` characters.
    TooShort {
        /// Characters needed.
        min: u32,
    },
    /// Has characters that no name has (controls, angle brackets, line breaks).
    NameCharacters,
    /// Not a whole number.
    NotANumber,
    /// Outside `min..=max`.
    OutOfRange {
        /// The smallest number allowed.
        min: u32,
        /// The largest number allowed.
        max: u32,
    },
    /// Not a number with at most one decimal.
    DecimalShape,
    /// Outside `least..=most`, both in tenths.
    Between {
        /// The smallest number allowed, in tenths.
        least: i32,
        /// The largest number allowed, in tenths.
        most: i32,
    },
    /// A warning that does not come before what is critical.
    WarnsTooLate,
    /// Neither at most `before` minutes before a session nor at most `after` minutes after its beginning (typed below zero).
    BeforeOrAfter {
        /// Minutes before it allowed.
        before: u32,
        /// Minutes after it allowed.
        after: u32,
    },
    /// More children than people.
    ChildrenExceedParty,
    /// Children under 14 come with at least one adult.
    ChildrenNeedAdult,
    /// The box that says so has to be ticked.
    MustAccept,
    /// Not one of the choices offered.
    NotAChoice,
    /// Six digits are expected.
    CodeShape,
    /// Not the code that was sent.
    CodeWrong {
        /// Tries left before a new code is needed.
        left: u32,
    },
    /// The code is too old or was used; ask for a new one.
    CodeExpired,
    /// The sign-in was not accepted. Never says whether the name, the password or the code was wrong.
    SignInRefused,
    /// A password shorter than `min` characters.
    PasswordTooShort {
        /// Characters needed.
        min: u32,
    },
    /// Not a date like 2026-07-28.
    DateShape,
    /// A day of a year that nothing of the house can be in.
    DateYear {
        /// The first year there can be.
        first: u32,
        /// The last.
        last: u32,
    },
    /// Not a time like 09:30.
    TimeShape,
    /// The end is not after the beginning.
    EndBeforeStart,
    /// Eight letters and digits are expected.
    ReferenceShape,
    /// SD and ten digits are expected.
    ContractNumberShape,
    /// Something like it exists already.
    AlreadyExists,
    /// Outside `first..=last`.
    DateBetween {
        /// The first day allowed.
        first: civil::Date,
        /// The last day allowed.
        last: civil::Date,
    },
    /// Not in the future.
    DatePast,
    /// Sessions of `day` are to open earlier than the rules would allow, or people stand in the line of that opening.
    OpensEarlier {
        /// The day of the sessions.
        day: civil::Date,
    },
    /// Not lower-case letters, digits and dashes.
    SlugShape,
    /// Has characters that no line of text has (controls, angle brackets).
    TextCharacters,
    /// Has characters that cannot be seen, or that turn round those behind them.
    UnseenCharacters,
    /// It has not happened yet.
    NotYet,
    /// A day that is too soon or too far away.
    DayOutOfRange {
        /// Days from today to the first day that can be asked for.
        from: u32,
        /// Days from today to the last one.
        until: u32,
    },
    /// A group of fewer or more people than groups may have.
    GroupSize {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// Not a certificate's number like `SDQXB-2026-000123`.
    CertificateShape,
    /// Not the twelve letters and digits of a certificate's code.
    CertificateCodeShape,
    /// Minors come with more adults than these.
    AdultsNeeded {
        /// Adults needed.
        least: u32,
    },
    /// Not the name that is known of whoever signs.
    NameDiffers,
    /// Not eighteen characters as GB 11643 has them.
    ResidentShape,
    /// No region's number.
    ResidentRegion,
    /// Not a day somebody can be born on.
    ResidentBirthDate,
    /// The last character does not fit the others: a slip of a key.
    ResidentCheckDigit,
    /// Not what a document of that kind is numbered like.
    DocumentShape,
    /// The document of somebody who is in the party already.
    DocumentTwice {
        /// Whose it is: the first is who books.
        nth: u32,
    },
    /// There is no question an answer could be to.
    NothingAsked,
    /// Who of a party that becomes smaller still comes has to be said: so many.
    StayChoose {
        /// People.
        people: u32,
    },
    /// The birth dates in the documents say another number of children under 14: at least `min` and at most `max` can be.
    ChildrenByDocuments {
        /// Children by their documents.
        min: u32,
        /// The same, and everybody whose document has no birth date.
        max: u32,
    },
    /// A cell a spreadsheet would calculate.
    FormulaCell,
    /// A number of a document, a telephone or an address, where none is asked for.
    Particulars,
    /// Somebody who stands in the list already.
    RowTwice {
        /// In which row.
        row: u32,
    },
    /// More people than the list may have.
    TooManyRows {
        /// People allowed.
        max: u32,
    },
    /// Not a file that can be read as a list.
    FileUnreadable,
    /// A file larger than this.
    FileTooLarge {
        /// Kilobytes allowed.
        max: u32,
    },
    /// A file larger than this, where pages and pictures are taken.
    FileTooHeavy {
        /// Megabytes allowed.
        max: u32,
    },
    /// Neither a PDF nor a JPEG or PNG picture.
    FileKindLetter,
    /// No JPEG or PNG picture.
    FileKindPicture,
    /// A PDF or a picture that is broken, or too small to be anything.
    FileBroken,
    /// A file that carries something known to be harmful.
    FileHarmful,
    /// The house cannot tell at present whether a file is harmful.
    FileUnscanned,
    /// A PDF that can do something, holds files, or is locked.
    FileActive,
    /// A PDF with more pages than this.
    FilePages {
        /// Pages allowed.
        max: u32,
    },
    /// A picture with more pixels than this.
    PictureTooLarge {
        /// Millions of pixels allowed.
        max: u32,
    },
    /// Not an address like `https://partner.example/hooks` without a port, a name or a password.
    WebAddressShape,
    /// A name nobody knows in the network.
    WebAddressUnknown,
    /// An address inside some house's network, which this one does not call.
    WebAddressPrivate,
    /// Not an amount of money like 1,234.56.
    MoneyShape,
    /// Less than a fen.
    MoneyDecimals,
    /// Nothing, or less.
    MoneyNotPositive,
    /// More than any account has.
    MoneyTooLarge,
    /// Not eight to thirty digits of a bank account.
    BankAccountShape,
    /// The number of a document says another day of birth than was given.
    BornOtherwise,
    /// The document of the patient, where somebody else's is asked for.
    SameDocument,
    /// More than what the treatment is expected to cost.
    MoreThanCosts,
    /// More is promised and paid already than this would allow.
    CeilingPassed,
    /// More than is owed.
    MoreThanOwed,
    /// Without this consent nobody can decide about the application.
    ConsentNeeded,
    /// Not a donation identification number of thirteen characters and its check character.
    DinShape,
    /// The check character of a donation identification number belongs to another one: a slip of a key.
    DinCheck,
    /// A donation identification number that no unit has.
    DinUnknown,
    /// Not capital letters, digits and dashes of a code or a certificate's number.
    UnitCodeShape,
    /// One's own account: somebody else says under which code it works.
    OwnAccount,
    /// A code under which work was done already: it stays with its account.
    CodeWorked,
    /// A number that no contract has.
    ContractUnknown,
    /// Another sum than that of what is paid by it.
    SumDiffers {
        /// What it comes to, in fen.
        fen: i64,
    },
    /// A number of the bank under which another payment was written down.
    PaymentOtherwise,
    /// A unit of another family, for another use, or under a contract already.
    UnitTaken,
    /// Not a contract that can take over a unit: signed, without a unit, for the same use, of another family.
    ContractUnfit,
    /// What the record of a unit says does not let it go to another family.
    UnitStays,
    /// A unit that is there, and is not the one that the contract keeps.
    UnitOther,
    /// Not the label of a slot like `LN2-01/3-2-14`.
    SlotShape,
    /// A file that is not taken as a paper.
    FileRefused {
        /// Why.
        why: Refusal,
    },
    /// Several files that are not taken, each for a reason that stands beside it.
    FilesRefused {
        /// How many.
        n: u32,
        /// Of how many that came together.
        of: u32,
    },
}

/// A fault and the field it belongs to; `field` is the `name` of the input and of the JSON member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldError {
    /// The input's name.
    pub field: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub fault: Fault,
}

impl FieldError {
    /// `fault` in `field`.
    pub fn new(field: impl Into<String>, fault: Fault) -> Self {
        Self { field: field.into(), fault }
    }
}

/// Collects the faults of several fields, so that a person hears of all of them at once.
#[derive(Default, Debug)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// The value, or its fault noted under `field`.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Notes a fault.
    pub fn add(&mut self, field: &str, fault: Fault) {
        self.0.push(FieldError::new(field, fault));
    }

    /// Nothing wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in the order of the form.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }
}
