//! What staff do with events: show them, build their questions, open sensitive answers with a reason.

use super::registrations::handed_over;
use super::typed;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{bilingual, number};
use crate::form::{FormState, Tone};
use crate::museum::document::{self, OURS};
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::outreach::{Bilingual, Choice, Condition, EventKind, Form, FormFault, Key, Kind, Question, Slug};
use domain::typed::{optional, text};
use services::outreach::{self, EventChange, NewDate, NewEvent, OutreachError};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);
const REVEAL: Access = Access::Capability(Capability::RevealContact);

/// The calls of the events' staff.
pub const CALLS: &[Call] = &[
    Call::post("/staff/events/new", MANAGE, &add),
    Call::post("/staff/events/:id/edit", MANAGE, &change),
    Call::post("/staff/events/:id/dates", MANAGE, &add_date),
    Call::post("/staff/events/:id/dates/:session", MANAGE, &move_date),
    Call::post("/staff/events/:id/publish", MANAGE, &publish),
    Call::post("/staff/events/:id/questions", MANAGE, &put),
    Call::post("/staff/events/:id/questions/move", MANAGE, &shift),
    Call::post("/staff/events/:id/questions/remove", MANAGE, &remove),
    Call::post("/staff/events/:id/questions/publish", MANAGE, &publish_questions),
    Call::post("/staff/events/:id/questions/discard", MANAGE, &discard),
    Call::post("/staff/events/:id/registrations/:booking", REVEAL, &reveal).keeping(&["reason"]),
    Call::post("/staff/events/:id/registrations/:booking/document", REVEAL, &reveal_document)
        .on("/staff/events/:id/registrations/:booking")
        .keeping(&[document::REASON]),
];

/// What is wrong with the questions as a whole, in a sentence.
fn fault_key(fault: FormFault) -> &'static str {
    match fault {
        FormFault::TooManyQuestions => "question-fault-too-many",
        FormFault::KeyTwice => "question-fault-twice",
        FormFault::NoText => "question-fault-no-text",
        FormFault::Choices => "question-fault-choices",
        FormFault::Range => "question-fault-range",
        FormFault::Condition => "question-fault-condition",
        FormFault::TellsSensitive => "question-fault-tells",
    }
}

pub(super) fn refused(asked: &Asked, page: &str, error: OutreachError) -> Answer {
    let form = asked.typed(OURS);
    match error {
        OutreachError::Fields(errors) => Answer::again_at(page, form.with_errors(errors)),
        OutreachError::Questions(faults) => {
            let text = faults.first().map(|(_, fault)| asked.t(fault_key(*fault)).to_string()).unwrap_or_default();
            Answer::again_at(page, form.with_notice(Tone::Warning, text))
        }
        OutreachError::StateHasChanged => {
            let form = form.with_notice(Tone::Warning, asked.t("staff-state-has-changed").to_string());
            Answer::again_at(page, form).status(StatusCode::CONFLICT)
        }
        OutreachError::Busy => {
            let form = form.with_notice(Tone::Warning, asked.t("request-busy").to_string());
            Answer::again_at(page, form).status(StatusCode::SERVICE_UNAVAILABLE)
        }
        OutreachError::Denied(denied) => denied.into(),
        other => Problem::from(other).into(),
    }
}

pub(super) fn event(asked: &Asked) -> Result<(ActivityId, String), Answer> {
    let id: ActivityId = asked.param("id").ok_or(Problem::NotFound)?;
    Ok((id, format!("/staff/events/{id}")))
}

fn version(asked: &Asked) -> i32 {
    asked.field("version").parse().unwrap_or_default()
}

/// Says what was done on the page it was done on, or shows that page again with why it was not.
pub(super) fn told(asked: &Asked, page: &str, done: &str, result: Result<(), OutreachError>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{page}?done={done}")),
        Err(error) => refused(asked, page, error),
    }
}

async fn add(asked: Asked) -> Answer {
    let page = "/staff/events/new";
    let mut faults = Faults::default();
    let Ok(kind) = asked.field("kind").parse::<EventKind>() else { return Answer::to(page) };
    let slug = faults.take("slug", Slug::parse(asked.field("slug")));
    let read = typed::event(&asked, &outreach::template(kind).policy, &mut faults);
    let (true, Some(slug), Some(to)) = (faults.is_empty(), slug, read) else {
        return refused(&asked, page, OutreachError::Fields(faults.into_errors()));
    };
    let EventChange { title, city, place, audience, lead, story, programme, policy } = to;
    let fresh = NewEvent { slug, title, kind, city, place, audience, lead, story, programme, policy };
    let questions = match outreach::template_questions(kind) {
        Ok(questions) => questions,
        Err(error) => return refused(&asked, page, error),
    };
    match outreach::add_event_asking(&asked.services, &asked.context, fresh, questions).await {
        Ok(id) => Answer::to(format!("/staff/events/{id}?done=made")),
        Err(error) => refused(&asked, page, error),
    }
}

async fn change(asked: Asked) -> Answer {
    let (id, base) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{base}/edit");
    let known = match outreach::events(&asked.services).await {
        Ok(events) => events.by_id(id).cloned(),
        Err(error) => return refused(&asked, &page, error),
    };
    let Some(known) = known else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let Some(to) = typed::event(&asked, &known.timetable.policy, &mut faults).filter(|_| faults.is_empty()) else {
        let errors = faults.into_errors();
        if version(&asked) == known.version {
            return refused(&asked, &page, OutreachError::Fields(errors));
        }
        // The form comes back as of the version that is there now: unsaid, the next press would take back what others did.
        let form = asked.typed(OURS).with_errors(errors);
        let form = form.with_notice(Tone::Warning, asked.t("staff-state-has-changed").to_string());
        return Answer::again_at(page, form).status(StatusCode::CONFLICT);
    };
    match outreach::change_event(&asked.services, &asked.context, id, version(&asked), to).await {
        Ok(()) => Answer::to(format!("{base}?done=changed")),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn add_date(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let mut faults = Faults::default();
    let hours = typed::hours(&asked, &mut faults);
    let capacity = faults.take("capacity", number(asked.field("capacity"), 1, 5_000));
    let title = typed::name(&asked, &mut faults);
    let (Some((starts_at, ends_at)), Some(capacity), Some(title)) = (hours, capacity, title) else {
        return refused(&asked, &page, OutreachError::Fields(faults.into_errors()));
    };
    let fresh = NewDate { title, starts_at, ends_at, capacity };
    match outreach::add_date(&asked.services, &asked.context, id, fresh).await {
        Ok(_) => Answer::to(format!("{page}?done=date-added")),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn move_date(asked: Asked) -> Answer {
    let (id, base) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(session) = asked.param::<SessionId>("session") else { return Problem::NotFound.into() };
    let page = format!("{base}/dates/{session}");
    let mut faults = Faults::default();
    let Some(hours) = typed::hours(&asked, &mut faults) else {
        return refused(&asked, &page, OutreachError::Fields(faults.into_errors()));
    };
    match outreach::move_date(&asked.services, &asked.context, (id, session), version(&asked), hours).await {
        Ok(told) => Answer::to(format!("{page}?done=moved&told={told}")),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn publish(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let published = asked.field("published") == "yes";
    let result = outreach::publish(&asked.services, &asked.context, id, version(&asked), published).await;
    told(&asked, &page, if published { "published" } else { "withdrawn" }, result)
}

fn key(asked: &Asked) -> Result<Key, OutreachError> {
    Key::new(asked.field("key")).ok_or(OutreachError::NotFound)
}

async fn put(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok((id, base)) => (id, format!("{base}/questions")),
        Err(answer) => return answer,
    };
    let working = match outreach::working_form(&asked.services, &asked.context, id).await {
        Ok(working) => working,
        Err(error) => return refused(&asked, &page, error),
    };
    let mut faults = Faults::default();
    let Some(question) = question(&asked, &working.form, &mut faults).filter(|_| faults.is_empty()) else {
        return refused(&asked, &page, OutreachError::Fields(faults.into_errors()));
    };
    let result = outreach::put_question(&asked.services, &asked.context, id, version(&asked), question).await;
    told(&asked, &page, "kept", result)
}

/// The question of the form. A new one gets a name nobody has.
fn question(asked: &Asked, form: &Form, faults: &mut Faults) -> Option<Question> {
    let label = bilingual(asked, faults, "label", 300, optional);
    if label.as_ref().is_some_and(|label| !label.is_written()) {
        faults.add("label_zh", Fault::Required);
    }
    let hint = bilingual(asked, faults, "hint", 300, text);
    let fresh =
        || (1..).map(|n| format!("q{n}")).find_map(|name| Key::new(&name).filter(|k| form.question(k).is_none()));
    let key = if asked.field("key").is_empty() { fresh() } else { Key::new(asked.field("key")) };
    let kind = kind(asked, faults);
    let when = condition(asked, faults);
    Some(Question {
        key: key?,
        label: label?,
        hint: hint?,
        kind: kind?,
        required: asked.ticked("required"),
        sensitive: asked.ticked("sensitive"),
        when,
    })
}

fn kind(asked: &Asked, faults: &mut Faults) -> Option<Kind> {
    let days = |name: &str| asked.field(name).trim().parse::<i32>().map_err(|_| Fault::NotANumber);
    match asked.field("kind") {
        "text" => {
            let max = if asked.field("max").trim().is_empty() {
                Ok(200)
            } else {
                number(asked.field("max"), 1, Form::LONGEST)
            };
            faults.take("max", max).map(|max| Kind::Text { max })
        }
        "number" => {
            let min = faults.take("min", number(asked.field("min"), 0, 1_000_000));
            let max = faults.take("max", number(asked.field("max"), min.unwrap_or(0), 1_000_000));
            Some(Kind::Number { min: min?, max: max? })
        }
        "one" => choices(asked, faults).map(|choices| Kind::One { choices }),
        "many" => choices(asked, faults).map(|choices| Kind::Many { choices }),
        "date" => {
            let (from, until) = (faults.take("min", days("min")), faults.take("max", days("max")));
            Some(Kind::Date { from: from?, until: until? })
        }
        "consent" => Some(Kind::Consent),
        _ => faults.take("kind", Err(Fault::NotAChoice)),
    }
}

/// The most characters of all choices of a question.
const CHOICES: u32 = 8_000;

/// One choice per line: `中文 | English`, with `value =` before it where answers know it by that already.
fn choices(asked: &Asked, faults: &mut Faults) -> Option<Vec<Choice>> {
    let typed = faults.take("choices", text(asked.field("choices"), CHOICES))?;
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let known = |line: &str| line.split_once('=').and_then(|(value, _)| Key::new(value.trim()));
    let taken: Vec<Key> = lines.clone().filter_map(known).collect();
    let mut free = (1..).map(|n| format!("c{n}")).filter(|name| !taken.iter().any(|key| key.as_str() == name));
    let all: Vec<Choice> = lines
        .map(|line| {
            let (value, label) = match known(line) {
                Some(key) => (key.as_str().to_owned(), line.split_once('=').map_or("", |(_, label)| label)),
                None => (free.next().unwrap_or_default(), line),
            };
            let (zh, en) = label.split_once('|').unwrap_or((label, ""));
            Choice { value, label: Bilingual::new(zh.trim(), en.trim()) }
        })
        .collect();
    if all.len() < 2 {
        faults.add("choices", Fault::Required);
        return None;
    }
    Some(all)
}

/// The boxes that are ticked have to be of one question.
fn condition(asked: &Asked, faults: &mut Faults) -> Option<Condition> {
    let ticked: Vec<(&str, &str)> = asked.fields("when").filter_map(|text| text.split_once(':')).collect();
    let (first, _) = ticked.first()?;
    let question = Key::new(first);
    if question.is_none() || ticked.iter().any(|(other, _)| other != first) {
        faults.add("when", Fault::NotAChoice);
        return None;
    }
    Some(Condition { question: question?, any_of: ticked.iter().map(|(_, value)| (*value).to_owned()).collect() })
}

async fn shift(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok((id, base)) => (id, format!("{base}/questions")),
        Err(answer) => return answer,
    };
    let result = match key(&asked) {
        Ok(key) => {
            let up = asked.field("way") == "up";
            outreach::move_question(&asked.services, &asked.context, id, version(&asked), key, up).await
        }
        Err(error) => Err(error),
    };
    told(&asked, &page, "moved", result)
}

async fn remove(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok((id, base)) => (id, format!("{base}/questions")),
        Err(answer) => return answer,
    };
    let result = match key(&asked) {
        Ok(key) => outreach::remove_question(&asked.services, &asked.context, id, version(&asked), key).await,
        Err(error) => Err(error),
    };
    told(&asked, &page, "removed", result)
}

async fn publish_questions(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok((id, base)) => (id, format!("{base}/questions")),
        Err(answer) => return answer,
    };
    let result = outreach::publish_form(&asked.services, &asked.context, id, version(&asked)).await.map(|_| ());
    told(&asked, &page, "published", result)
}

async fn discard(asked: Asked) -> Answer {
    let (id, page) = match event(&asked) {
        Ok((id, base)) => (id, format!("{base}/questions")),
        Err(answer) => return answer,
    };
    let result = outreach::drop_working(&asked.services, &asked.context, id, version(&asked)).await;
    told(&asked, &page, "discarded", result)
}

/// Opens the sensitive answers of a registration: they stand once on the page that answers, and in no address.
async fn reveal(asked: Asked) -> Answer {
    let (_, base) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(booking) = asked.param::<BookingId>("booking") else { return Problem::NotFound.into() };
    let page = format!("{base}/registrations/{booking}");
    match outreach::reveal_sensitive(&asked.services, &asked.context, booking, asked.field("reason")).await {
        Ok((form, answers)) => {
            let shown = [("revealed", handed_over(&asked, &form, &answers))];
            Answer::again_at(page, FormState::typed(shown, &[])).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, error),
    }
}

/// Opens the identity document of a registration, in the same way.
async fn reveal_document(asked: Asked) -> Answer {
    let (_, base) = match event(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(booking) = asked.param::<BookingId>("booking") else { return Problem::NotFound.into() };
    let page = format!("{base}/registrations/{booking}");
    document::reveal(&asked, booking, page).await
}
