//! What a form is made of. A version is never changed once anybody has answered it: a change is a new version.

use super::answers::Answers;
use super::consent::Purpose;
use super::kind::{AGREE, REFUSE};
use super::version_1;
use crate::named::named;
use crate::typed::Typed;
use jiff::civil::Date;

named! {
    /// The parts of the task list, in their order.
    Section, 7 {
        /// 开始前确认
        Before "before",
        /// 患者与监护人
        People "people",
        /// 病情与就诊
        Illness "illness",
        /// 家庭经济
        Means "means",
        /// 材料上传
        Papers "papers",
        /// 授权与声明
        Consents "consents",
        /// 检查并提交
        Check "check",
    }
}

impl Section {
    /// What the house can ask a family about once it was sent: what it says of people, illness, means and papers. How it is
    /// made, and what was agreed to, is nothing to put right.
    pub const ASKABLE: [Self; 4] = [Self::People, Self::Illness, Self::Means, Self::Papers];

    /// What has to be done before it can be started: what is asked in it, or whether it may be kept at all, follows from there.
    pub const fn after(self) -> &'static [Self] {
        match self {
            Self::Before => &[],
            Self::People | Self::Illness | Self::Means | Self::Papers => &[Self::Before],
            Self::Consents => &[Self::Before, Self::People],
            Self::Check => &[Self::Before, Self::People, Self::Illness, Self::Means, Self::Papers, Self::Consents],
        }
    }
}

named! {
    /// What an answer tells: who may read it, and under which consent, goes by it.
    Data, 5 {
        /// How the application is made. Names nobody.
        Formal "formal",
        /// Who somebody is: names, documents, days of birth.
        Identity "identity",
        /// Where somebody is reached.
        Contact "contact",
        /// How somebody is.
        Health "health",
        /// What a family has, owes and is paid.
        Money "money",
    }
}

/// When something is asked, by what was answered before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Of everybody.
    Always,
    /// A field was answered with one of these.
    Has(&'static str, &'static [&'static str]),
    /// The patient is younger than so many years, today.
    Under(i16),
    /// The patient is so many years old or older, today.
    Since(i16),
    /// All of these.
    All(&'static [Self]),
    /// One of these.
    Any(&'static [Self]),
}

/// The box by which whoever applies agrees that what is typed is kept, sealed, until it is sent or [`super::DRAFT_DAYS`] are
/// over. Before it is ticked nothing is kept that tells of anybody.
pub const KEEP: &str = "keep";
/// The field with the family's telephone, where a social worker fills the form in.
pub const FAMILY_PHONE: &str = "family_phone";
/// The field that says when the patient was born.
pub const BORN: &str = "patient_born";

impl When {
    /// It is so for who gave these answers.
    pub fn holds(&self, before: &Answers, today: Date) -> bool {
        let age = || before.age(BORN, today);
        match self {
            Self::Always => true,
            Self::Has(field, values) => before.get(field).is_some_and(|given| values.contains(&given)),
            Self::Under(years) => age().is_some_and(|age| age < *years),
            Self::Since(years) => age().is_some_and(|age| age >= *years),
            Self::All(parts) => parts.iter().all(|part| part.holds(before, today)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(before, today)),
        }
    }
}

/// What kind of answer a field takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// What a person is called.
    Name,
    /// A mobile number.
    Phone,
    /// A city of Shandong.
    City,
    /// One line.
    Line {
        /// Characters at most.
        max: u32,
    },
    /// Several lines.
    Words {
        /// Characters at most.
        max: u32,
    },
    /// One of these.
    One(&'static [&'static str]),
    /// A whole number.
    Count {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// Yuan.
    Money {
        /// Nothing is an answer, too.
        zero: bool,
        /// The field whose amount it must not exceed.
        most: Option<&'static str>,
    },
    /// The patient's day of birth; where this field has this value only of who is of age.
    Born {
        /// The field and its value.
        adult_for: (&'static str, &'static str),
    },
    /// A day until today.
    Day {
        /// Not before the day in this field.
        since: Option<&'static str>,
    },
    /// The number of an identity document.
    Document {
        /// The field of the same page that says what it is.
        kind: &'static str,
        /// The field with its holder's day of birth, which a number that has one must agree with.
        born: Option<&'static str>,
        /// The field with somebody else's document.
        unlike: Option<&'static str>,
    },
    /// The number of a bank account.
    Account,
    /// A box to tick; without it there is no application.
    Tick,
    /// Whether something may be done with what was answered. Never chosen beforehand.
    Consent(Purpose),
}

/// One input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in the whole form, as in addresses of errors and in what is kept.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it tells.
    pub data: Data,
    /// Has to be answered where it is asked.
    pub required: bool,
    /// When it is asked, by what stands before it.
    pub when: When,
}

impl Field {
    /// A field everybody has to answer.
    pub const fn new(key: &'static str, kind: Kind, data: Data) -> Self {
        Self { key, kind, data, required: true, when: When::Always }
    }

    /// What can be chosen, by its words; empty where people write.
    pub const fn choices(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::One(choices) => choices,
            Kind::Consent(_) => &[AGREE, REFUSE],
            _ => &[],
        }
    }

    /// The same, for who wants to answer.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// The same, asked only then.
    #[must_use]
    pub const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }
}

/// One page of a section: one thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its name, as in addresses.
    pub key: &'static str,
    /// Where it stands.
    pub section: Section,
    /// When it is asked.
    pub when: When,
    /// What is asked on it.
    pub fields: &'static [Field],
}

impl Page {
    /// What of a sent form belongs to this page, as it was typed.
    pub fn typed<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Typed {
        let known: Vec<&str> = self.fields.iter().map(|field| field.key).collect();
        Typed::kept(&known, pairs)
    }

    /// Something on it tells of somebody.
    pub fn tells_of_somebody(&self) -> bool {
        self.fields.iter().any(|field| field.data != Data::Formal)
    }

    /// A field of it.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// A version of the form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// Its number, from 1.
    pub version: u16,
    /// The version of the notice about personal data that stands beside its consents.
    pub notice: u16,
    /// The pages, section by section.
    pub pages: &'static [Page],
}

/// Every version that drafts or snapshots may have, the oldest first.
static VERSIONS: [Form; 1] = [version_1::FORM];

impl Form {
    /// The version a new draft begins with.
    pub fn current() -> &'static Self {
        let [.., newest] = &VERSIONS;
        newest
    }

    /// A version that is, or was, in use.
    pub fn of(version: u16) -> Option<&'static Self> {
        VERSIONS.iter().find(|form| form.version == version)
    }

    /// A page.
    pub fn page(&self, key: &str) -> Option<&'static Page> {
        self.pages.iter().find(|page| page.key == key)
    }

    /// A field, with its page.
    pub fn field(&self, key: &str) -> Option<(&'static Page, &'static Field)> {
        self.pages.iter().find_map(|page| Some((page, page.field(key)?)))
    }

    /// The pages of a section, whether or not they are asked.
    pub fn of_section(&self, section: Section) -> impl Iterator<Item = &'static Page> {
        self.pages.iter().filter(move |page| page.section == section)
    }
}
