//! Writing a letter, in the transaction of the change it tells of.

use super::draw::Drawing;
use super::place;
use crate::audit::{self, Entry};
use crate::crypto::CaseKey;
use crate::jobs::{NewJob, enqueue};
use crate::ledger::Part as Tranche;
use crate::spark::cases::{self, CaseError};
use crate::{Context, Services};
use domain::Locale;
use domain::booking::Reference;
use domain::ids::{CaseId, LetterId};
use domain::ledger::Fen;
use domain::spark::letter::{Facts, Ground, Kind, Number, Outcome, VERSIONS};
use domain::spark::review::appeal::WITHIN;
use domain::spark::{Event, State, due};
use domain::time::local_day;
use domain::workdays;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases::{self as rows, CaseRow};
use store::spark::{family, letters as sql};

/// A change that may have to be told in writing.
#[derive(Clone, Copy, Debug)]
pub(in crate::spark) struct Change<'a> {
    /// What happened.
    pub event: Event,
    /// From where.
    pub from: State,
    /// The version it made.
    pub version: i32,
    /// What is granted by it, in parts.
    pub parts: &'a [Tranche],
    /// The reasons that were chosen; none: the plainest that is true.
    pub grounds: &'a [Ground],
    /// What is asked back by it, and the last day.
    pub back: Option<(Fen, Date)>,
}

/// Writes the letter that a change makes necessary, if it does, of a case that is locked, as it was before the change.
///
/// # Errors
/// `Forgotten`, `Crypto`, `Unreadable`, `Database`.
pub(in crate::spark) async fn write_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    row: &CaseRow,
    change: Change<'_>,
) -> Result<(), CaseError> {
    let Some(kind) = Kind::of(change.from, change.event, row.appealed) else { return Ok(()) };
    let version = VERSIONS.last().ok_or(CaseError::Unreadable)?;
    let key = cases::key(services, &mut *db, CaseId(row.id)).await?;
    let id: LetterId = context.new_id();
    let nth = sql::next(&mut *db, row.id).await?;
    let (facts, locale) = facts(services, db, context, (row, &key, kind, nth), change).await?;
    let content = serde_json::to_vec(&facts).map_err(|_| CaseError::Unreadable)?;
    let new = sql::NewLetter {
        id: id.0,
        case: row.id,
        version: change.version,
        nth,
        kind: kind.name(),
        template: i16::try_from(version.number).map_err(|_| CaseError::Unreadable)?,
        locale: locale.tag(),
        issued_on: facts.day,
        content: &key.seal(place("content_sealed", id.0), &content),
    };
    if !sql::add(&mut *db, new, context.now).await? {
        return Ok(());
    }
    let payload = Drawing { letter: id };
    let job = NewJob { kind: Drawing::JOB, payload: &payload, run_at: context.now, dedupe: None };
    enqueue(&mut *db, context.now, &[job]).await?;
    let detail = json!({ "case": row.id, "kind": kind.name(), "version": change.version, "texts": version.number });
    let entry = Entry { action: "spark.letter_written", subject_kind: "spark_letter", subject: Some(id.0), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// What is told, and in which language.
async fn facts(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    (row, key, kind, nth): (&CaseRow, &CaseKey, Kind, i16),
    change: Change<'_>,
) -> Result<(Facts, Locale), CaseError> {
    let day = local_day(context.now);
    let reference = Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?;
    let number = Number { reference, nth: u16::try_from(nth).map_err(|_| CaseError::Unreadable)? };
    let parts: Vec<Fen> = match kind {
        Kind::Agreement => {
            family::tranches(&mut *db, row.id).await?.into_iter().map(|row| Fen::new(row.amount)).collect()
        }
        _ => change.parts.iter().map(|part| part.amount.fen()).collect(),
    };
    let sum = match kind {
        Kind::Clawback | Kind::Closed => Fen::new(sql::paid(&mut *db, row.id).await?),
        _ => Fen::sum(parts.iter().copied()).map_err(|_| CaseError::Unreadable)?,
    };
    let grounds: Vec<Ground> = match change.grounds {
        [] => Ground::told_of(change.from, change.event).into_iter().collect(),
        chosen => chosen.to_vec(),
    };
    let acting = cases::acting(db, key, CaseId(row.id)).await?;
    let facts = Facts {
        reference: number.reference.to_string(),
        number: number.to_string(),
        day,
        name: acting.name.or(acting.patient),
        amount: (sum > Fen::ZERO).then_some(sum),
        parts,
        outcome: Outcome::of(change.event).filter(|_| kind == Kind::AppealDecided),
        grounds,
        appeal_until: kind.can_be_appealed().then(|| workdays::after(day, WITHIN)),
        back: change.back.map(|(sum, _)| sum),
        back_until: change.back.map(|(_, day)| day),
        sign_until: due::last_day(State::Agreement, day).filter(|_| kind == Kind::Agreement),
        help: services.post.help(),
    };
    Ok((facts, language(db, row).await?))
}

/// The language of the family's account.
async fn language(db: &mut PgConnection, row: &CaseRow) -> Result<Locale, CaseError> {
    let Some(account) = rows::family(&mut *db, row.id).await?.into_iter().min() else { return Ok(Locale::ZhCn) };
    let account = store::account::people::live(&mut *db, account).await?;
    Ok(account.map_or(Locale::ZhCn, |account| Locale::from_tag(&account.locale)))
}
