//! Reading letters: by the family of the case, and by whoever of the house reads the case. Each one that is opened stands in
//! the trail.

use super::LetterError;
use super::draw::{drawn, words, words_in};
use crate::audit::{self, Entry};
use crate::crypto::CaseKey;
use crate::spark::cases::{self, CaseError, Reader};
use crate::{Context, Services};
use domain::Locale;
use domain::booking::Reference;
use domain::ids::{CaseId, LetterId};
use domain::spark::Part;
use domain::spark::letter::{Kind, Letter, Number};
use domain::spark::review::pack::Digest;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::letters::{self as sql, LetterRow};

/// A letter of a list: what it is, not what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Which.
    pub id: LetterId,
    /// K7M4-Q2XR-01
    pub number: String,
    /// What it is about.
    pub kind: Kind,
    /// Its language.
    pub locale: Locale,
    /// The version of the texts it was made of.
    pub texts: u16,
    /// The day it is of.
    pub issued_on: Date,
    /// The SHA-256 of its PDF, once that is drawn.
    pub digest: Option<Digest>,
    /// What it said is gone with the case's key.
    pub forgotten: bool,
}

/// A letter, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// Which.
    pub listed: Listed,
    /// What it says.
    pub letter: Letter,
    /// The same in the other language, which is a translation: the letter is the one that was sent.
    pub translation: (Locale, Letter),
}

// It says whose a case is: nothing of that stands in a log.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({:?})", self.listed.id)
    }
}

pub(super) fn listed(row: &LetterRow) -> Result<Listed, CaseError> {
    let reference = Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?;
    let number = Number { reference, nth: u16::try_from(row.nth).map_err(|_| CaseError::Unreadable)? };
    let digest = row.pdf_digest.as_deref().map(|stored| stored.try_into().map(Digest)).transpose();
    Ok(Listed {
        id: LetterId(row.id),
        number: number.to_string(),
        kind: Kind::from_name(&row.kind).ok_or(CaseError::Unreadable)?,
        locale: Locale::from_tag(&row.locale),
        texts: u16::try_from(row.template).map_err(|_| CaseError::Unreadable)?,
        issued_on: row.issued_on.to_jiff(),
        digest: digest.map_err(|_| CaseError::Unreadable)?,
        forgotten: row.content_sealed.is_none(),
    })
}

/// Who reads the letters of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// Its family.
    Family,
    /// Somebody of the house, by this.
    Staff(cases::Access),
    /// The house itself.
    House,
}

/// Whether whoever asks reads the letters of a case: its family, whoever reads the case of the house, nobody else. Who helps a
/// family with the form is told by the family.
async fn may_read(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<By, CaseError> {
    match cases::may_read(&mut *db, context, case).await? {
        Reader::Family(Part::SocialWorker) => Err(CaseError::NotFound),
        Reader::Family(_) => Ok(By::Family),
        Reader::Staff { .. } => cases::reads(db, context, case).await.map(By::Staff),
        Reader::House => Ok(By::House),
    }
}

/// The letters of a case for its family, the last first.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's, and for staff ([`of_case`]); `Unreadable`, `Database`.
pub async fn own(services: &Services, context: &Context, case: CaseId) -> Result<Vec<Listed>, CaseError> {
    let mut db = services.db.acquire().await?;
    match may_read(&mut db, context, case).await? {
        By::Family => sql::of_case(&mut *db, case.0).await?.iter().map(listed).collect(),
        By::Staff(_) | By::House => Err(CaseError::NotFound),
    }
}

/// The letters of a case for whoever of the house reads it, the last first.
///
/// # Errors
/// `Denied`, `NotFound`, `Unread`, `Unreadable`, `Database`.
pub async fn of_case(services: &Services, context: &Context, case: CaseId) -> Result<Vec<Listed>, CaseError> {
    let mut db = services.db.acquire().await?;
    match may_read(&mut db, context, case).await? {
        By::Staff(_) | By::House => sql::of_case(&mut *db, case.0).await?.iter().map(listed).collect(),
        By::Family => Err(CaseError::NotFound),
    }
}

/// The last letter of a kind that a case has, for whoever reads its letters.
///
/// # Errors
/// `Denied`, `NotFound`, `Unread`, `Unreadable`, `Database`.
pub async fn of(services: &Services, context: &Context, case: CaseId, kind: Kind) -> Result<Option<Listed>, CaseError> {
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    let rows = sql::of_case(&mut *db, case.0).await?;
    rows.iter().find(|row| row.kind == kind.name()).map(listed).transpose()
}

/// Opens a letter of a case for its family.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's, for staff, and where the case has no such letter; `Forgotten`, `Crypto`,
/// `Unreadable`, `Database`.
pub async fn open(
    services: &Services,
    context: &Context,
    case: CaseId,
    letter: LetterId,
) -> Result<Opened, LetterError> {
    let (row, key) = noted(services, context, (case, letter), Seen::Page).await?;
    let listed = listed(&row)?;
    let other = if listed.locale == Locale::En { Locale::ZhCn } else { Locale::En };
    let translation = (other, words_in(&row, &key, other)?);
    Ok(Opened { listed, letter: words(&row, &key)?, translation })
}

/// The PDF of a letter of a case for its family: its file name and its bytes, the same each time.
///
/// # Errors
/// As [`open`]; `NoPaper` where it cannot be drawn.
pub async fn own_pdf(
    services: &Services,
    context: &Context,
    case: CaseId,
    letter: LetterId,
) -> Result<(String, Vec<u8>), LetterError> {
    let (row, key) = noted(services, context, (case, letter), Seen::File).await?;
    file(services, &row, &key).await
}

/// The same for whoever of the house reads the case.
///
/// # Errors
/// `Denied`, `Unread`; `NotFound` for families, and where the case has no such letter; `Forgotten`, `NoPaper`, `Crypto`,
/// `Unreadable`, `Database`.
pub async fn pdf(
    services: &Services,
    context: &Context,
    case: CaseId,
    letter: LetterId,
) -> Result<(String, Vec<u8>), LetterError> {
    let (row, key) = noted(services, context, (case, letter), Seen::AtTheDesk).await?;
    file(services, &row, &key).await
}

async fn file(services: &Services, row: &LetterRow, key: &CaseKey) -> Result<(String, Vec<u8>), LetterError> {
    let bytes = drawn(services, row, key).await?;
    Ok((format!("spark-{}.pdf", listed(row)?.number), bytes))
}

/// How a letter is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    /// Read by its family.
    Page,
    /// Kept by its family.
    File,
    /// Kept by somebody of the house.
    AtTheDesk,
}

/// A letter and what opens it, for whoever may read it so; that it is opened is written down first.
async fn noted(
    services: &Services,
    context: &Context,
    (case, letter): (CaseId, LetterId),
    seen: Seen,
) -> Result<(LetterRow, CaseKey), LetterError> {
    let mut tx = services.begin().await?;
    let by = may_read(&mut tx, context, case).await?;
    if (by == By::Family) == (seen == Seen::AtTheDesk) {
        return Err(CaseError::NotFound.into());
    }
    let row = sql::one(&mut *tx, letter.0).await?.filter(|row| row.case_id == case.0).ok_or(CaseError::NotFound)?;
    let key = cases::key(services, &mut tx, case).await?;
    if let By::Staff(access) = by {
        cases::noted(&mut tx, context, case, (access, "letter")).await?;
    }
    let as_what = if seen == Seen::Page { "page" } else { "pdf" };
    let detail = json!({ "case": case, "kind": row.kind, "as": as_what });
    let entry = Entry { action: "spark.letter_opened", subject_kind: "spark_letter", subject: Some(row.id), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok((row, key))
}
