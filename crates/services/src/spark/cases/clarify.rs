//! Clarification (补充说明): an officer sends a case back and names the sections that are unclear; the family answers about
//! exactly these, once, until the deadline. The clock of the case stands still meanwhile.

use super::act::{Act, Moved, act_in};
use super::{CaseError, Reader, keys, may_read, place_of, policy};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Denied;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::CaseId;
use domain::spark::application::Section;
use domain::spark::review::clarification::{Clarification, LONGEST, SHORTEST, Unasked};
use domain::spark::review::clock::Pause;
use domain::spark::{Event, Part, State};
use domain::time::local_day;
use domain::typed;
use domain::workdays;
use jiff::{Timestamp, civil::Date};
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::spark::cases as rows;
use store::spark::clarifications::{self as sql, ClarificationRow};
use uuid::Uuid;

/// The longest question, and the longest answer about one section, in characters.
pub const LONGEST_TEXT: u32 = 2000;

/// What an officer asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// About which case.
    pub case: CaseId,
    /// At the version that was shown.
    pub version: i32,
    /// Which sections are opened.
    pub sections: Vec<Section>,
    /// Business days for the answer.
    pub days: u16,
    /// What is asked: the family reads it.
    pub text: String,
}

/// What was asked, and what was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clarified {
    /// Its own.
    pub id: Uuid,
    /// The sections it opened.
    pub sections: Vec<Section>,
    /// What was asked; nothing of a case that is forgotten.
    pub question: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// The last day for the answer.
    pub due_on: Date,
    /// It waits for its answer, which can still come.
    pub waits: bool,
    /// When it was answered.
    pub supplied_at: Option<Timestamp>,
    /// What was answered, section by section.
    pub reply: Vec<(Section, String)>,
}

/// What a family answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// Of which case.
    pub case: CaseId,
    /// To which question.
    pub clarification: Uuid,
    /// About which sections, what.
    pub texts: Vec<(Section, String)>,
}

/// The name of the field in which a section is answered: where its faults stand.
pub fn reply_field(section: Section) -> String {
    format!("reply_{}", section.name())
}

fn question_place(row: Uuid) -> Place {
    Place { table: "spark_clarification", column: "question_sealed", row }
}

fn reply_place(row: Uuid) -> Place {
    Place { table: "spark_clarification", column: "reply_sealed", row }
}

/// Sends a case back to its family with a question.
///
/// # Errors
/// `Fields` (`sections`, `days`, `question`), `NotOpen` where an earlier question waits, and as [`super::act`].
pub async fn ask(services: &Services, context: &Context, question: &Question) -> Result<Moved, CaseError> {
    let today = local_day(context.now);
    let mut faults = Faults::default();
    let text = faults.take("question", typed::text(&question.text, LONGEST_TEXT).and_then(required));
    let sections: BTreeSet<Section> = question.sections.iter().copied().collect();
    let known = sections.iter().all(|section| Section::ASKABLE.contains(section));
    let asked = match Clarification::ask(sections.iter().copied(), (today, question.days), &[]) {
        Err(Unasked::NoSection) => Err(FieldError::new("sections", Fault::Required)),
        Err(Unasked::Days { .. }) => {
            Err(FieldError::new("days", Fault::OutOfRange { min: u32::from(SHORTEST), max: u32::from(LONGEST) }))
        }
        Err(Unasked::Waiting { .. }) => Err(FieldError::new("sections", Fault::NotAChoice)),
        Ok(_) if !known => Err(FieldError::new("sections", Fault::NotAChoice)),
        Ok(asked) => Ok(asked),
    };
    let (text, asked) = match (text, asked) {
        (Some(text), Ok(asked)) => (text, asked),
        (_, asked) => {
            let mut errors = faults.into_errors();
            errors.extend(asked.err());
            return Err(CaseError::Fields(errors));
        }
    };
    let (services, context, question) = (services.clone(), context.clone(), question.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let act = Act {
            case: question.case,
            version: question.version,
            part: Part::CaseOfficer,
            event: Event::Return,
            reason: Some(text.clone()),
            award: None,
        };
        let moved = act_in(&services, &mut tx, &context, &act).await?;
        // Under the lock of the case: one deadline at a time.
        let earlier = sql::of_case(&mut *tx, question.case.0).await?;
        let earlier = earlier.iter().map(kept).collect::<Result<Vec<_>, _>>()?;
        if earlier.iter().any(|one| one.waits(today)) {
            return Err(CaseError::NotOpen);
        }
        let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
        let id: Uuid = context.new_id();
        let sealed = keys::key(&services, &mut tx, question.case).await?.seal(question_place(id), text.as_bytes());
        let words: Vec<String> = asked.sections().iter().map(|section| section.name().to_owned()).collect();
        let new = sql::NewClarification {
            id,
            case: question.case.0,
            version: moved.version,
            sections: &words,
            question: &sealed,
            by: by.0,
            asked_on: today,
            due_on: asked.due_on(),
        };
        sql::add(&mut *tx, new, context.now).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(moved)
    })
    .await
}

fn required(text: String) -> Result<String, Fault> {
    if text.is_empty() { Err(Fault::Required) } else { Ok(text) }
}

/// Gives a family more time: so many business days from today, at the latest until a case that waits for its family lapses.
/// Also where the last day is past: nothing else brings such a case on. The family is reminded of the new day.
///
/// # Errors
/// `Denied`, `NotFound`, `NotAssigned`; `Fields` (`more_days`); `NotOpen` where nothing waits, or it would be no later day;
/// `Database`.
pub async fn extend(
    services: &Services,
    context: &Context,
    (case, clarification): (CaseId, Uuid),
    days: u16,
) -> Result<(), CaseError> {
    policy::in_part(context, Part::CaseOfficer)?;
    if !(SHORTEST..=LONGEST).contains(&days) {
        let range = Fault::OutOfRange { min: u32::from(SHORTEST), max: u32::from(LONGEST) };
        return Err(CaseError::Fields(vec![FieldError::new("more_days", range)]));
    }
    let mut tx = services.begin().await?;
    let row = rows::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    policy::looks_after(context, &row, Part::CaseOfficer)?;
    let all = sql::of_case(&mut *tx, case.0).await?;
    let known = all.into_iter().find(|one| one.id == clarification).ok_or(CaseError::NotFound)?;
    let asked = kept(&known)?;
    let latest = workdays::after(local_day(row.changed_at.to_jiff()), LONGEST);
    let due_on = workdays::after(local_day(context.now), days).min(latest);
    let extension = (context.new_id(), local_day(context.now));
    if due_on <= asked.due_on() || !sql::extend(&mut *tx, clarification, due_on, extension).await? {
        return Err(CaseError::NotOpen);
    }
    // The question is locked before the case, as by its answer: neither waits for the other.
    let row = rows::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    policy::looks_after(context, &row, Part::CaseOfficer)?;
    if place_of(&row)?.state() != State::Returned {
        return Err(CaseError::NotOpen);
    }
    let detail = json!({ "clarification": clarification, "from": asked.due_on(), "to": due_on });
    let entry =
        Entry { action: "spark.clarification_extended", subject_kind: "spark_case", subject: Some(case.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// Answers a question, for the family: about each section that was named, and about no other. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's; `Fields` with a section that was not asked about, or that has no answer; `NotOpen`
/// after the deadline, or where the case waits for nothing; `Stale`, `Busy`, `Database`.
pub async fn supply(services: &Services, context: &Context, reply: &Reply) -> Result<(), CaseError> {
    let (services, context, reply) = (services.clone(), context.clone(), reply.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let Reader::Family(part) = may_read(&mut tx, &context, reply.case).await? else {
            return Err(CaseError::NotFound);
        };
        let today = local_day(context.now);
        let all = sql::of_case(&mut *tx, reply.case.0).await?;
        let row = all.into_iter().find(|row| row.id == reply.clarification).ok_or(CaseError::NotFound)?;
        let asked = kept(&row)?;
        if asked.answered_on().is_some() {
            return Ok(()); // the second press
        }
        if asked.is_overdue(today) {
            return Err(CaseError::NotOpen);
        }
        let texts = checked(&asked, today, &reply.texts)?;
        let case = rows::one(&mut *tx, reply.case.0).await?.ok_or(CaseError::NotFound)?;
        if place_of(&case)?.state() != State::Returned {
            return Err(CaseError::NotOpen);
        }
        let plain = serde_json::to_vec(&texts).map_err(|_| CaseError::Unreadable)?;
        let sealed = keys::key(&services, &mut tx, reply.case).await?.seal(reply_place(row.id), &plain);
        if !sql::supply(&mut *tx, row.id, &sealed, today, context.now).await? {
            return Ok(()); // pressed in two tabs at once
        }
        let act =
            Act { case: reply.case, version: case.version, part, event: Event::Supply, reason: None, award: None };
        act_in(&services, &mut tx, &context, &act).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// What was answered, by section: each that is open, and nothing else.
fn checked(
    asked: &Clarification<Section>,
    today: Date,
    texts: &[(Section, String)],
) -> Result<BTreeMap<&'static str, String>, CaseError> {
    let (mut read, mut faults) = (BTreeMap::new(), Faults::default());
    for (section, text) in texts {
        let open = asked.unlocks(*section, today).map_err(|_| Fault::NotAChoice);
        let text = open.and_then(|()| typed::text(text, LONGEST_TEXT)).and_then(required);
        if let Some(text) = faults.take(&reply_field(*section), text) {
            read.insert(section.name(), text);
        }
    }
    for section in asked.sections() {
        if !texts.iter().any(|(answered, _)| answered == section) {
            faults.add(&reply_field(*section), Fault::Required);
        }
    }
    let errors = faults.into_errors();
    if errors.is_empty() { Ok(read) } else { Err(CaseError::Fields(errors)) }
}

/// The sections of what was sent that its family can change now: those the last question names, until its deadline, while the
/// case waits for the family; otherwise none. Whoever changes something asks in the transaction of the change.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn unlocked(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<BTreeSet<Section>, CaseError> {
    let Reader::Family(_) = may_read(&mut *db, context, case).await? else { return Err(CaseError::NotFound) };
    let row = rows::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
    if place_of(&row)?.state() != State::Returned {
        return Ok(BTreeSet::new());
    }
    let today = local_day(context.now);
    let all = sql::of_case(db, case.0).await?.iter().map(kept).collect::<Result<Vec<_>, _>>()?;
    let open = all.into_iter().filter(|asked| asked.waits(today));
    Ok(open.flat_map(|asked| asked.sections().clone()).collect())
}

/// What was asked about a case, the first first. Who may have it the caller has asked; without a key nothing is opened.
pub(super) async fn of_case(
    db: &mut PgConnection,
    case: CaseId,
    key: Option<&CaseKey>,
    today: Date,
) -> Result<Vec<Clarified>, CaseError> {
    sql::of_case(db, case.0).await?.into_iter().map(|row| opened(row, key, today)).collect()
}

fn opened(row: ClarificationRow, key: Option<&CaseKey>, today: Date) -> Result<Clarified, CaseError> {
    let asked = kept(&row)?;
    let open = |place: Place, sealed: &[u8]| {
        let plain = key.map(|key| key.open(place, sealed)).transpose()?;
        plain.map(|plain| String::from_utf8(plain).map_err(|_| CaseError::Unreadable)).transpose()
    };
    let reply = match &row.reply_sealed {
        Some(sealed) => open(reply_place(row.id), sealed)?,
        None => None,
    };
    let reply = match reply {
        Some(text) => {
            let texts: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|_| CaseError::Unreadable)?;
            let mut texts: Vec<_> = texts
                .into_iter()
                .map(|(word, text)| Section::from_name(&word).map(|section| (section, text)))
                .collect::<Option<_>>()
                .ok_or(CaseError::Unreadable)?;
            texts.sort_by_key(|(section, _): &(Section, String)| *section);
            texts
        }
        None => Vec::new(),
    };
    Ok(Clarified {
        id: row.id,
        sections: asked.sections().iter().copied().collect(),
        question: open(question_place(row.id), &row.question_sealed)?,
        asked_at: row.asked_at.to_jiff(),
        due_on: asked.due_on(),
        waits: asked.waits(today),
        supplied_at: row.supplied_at.map(|at| at.to_jiff()),
        reply,
    })
}

fn kept(row: &ClarificationRow) -> Result<Clarification<Section>, CaseError> {
    let days = (row.asked_on.to_jiff(), row.due_on.to_jiff());
    Ok(Clarification::kept(sections(&row.sections)?, days, row.supplied_on.map(|day| day.to_jiff())))
}

fn sections(words: &[String]) -> Result<Vec<Section>, CaseError> {
    words.iter().map(|word| Section::from_name(word).ok_or(CaseError::Unreadable)).collect()
}

/// Where the clocks of these cases stand still, as it is seen today.
pub(super) async fn pauses(
    db: impl PgExecutor<'_>,
    cases: &[Uuid],
    today: Date,
) -> Result<HashMap<Uuid, Vec<Pause>>, CaseError> {
    let mut all: HashMap<Uuid, Vec<Pause>> = HashMap::new();
    for row in sql::pauses(db, cases).await? {
        let days = (row.asked_on.to_jiff(), row.due_on.to_jiff());
        let supplied = row.supplied_on.map(|day| day.to_jiff());
        let asked = Clarification::kept(sections(&row.sections)?, days, supplied);
        all.entry(row.case_id).or_default().push(asked.pause(today));
    }
    Ok(all)
}
