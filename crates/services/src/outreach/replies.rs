//! What is replied to an event's questions by whoever books or waits on behalf of somebody: the answers come with the request,
//! and no form of the visitor's own is kept before. A machine sends them by the keys of the questions ([`Sent`]); the desk reads
//! them off its page. Either way they are read by the rules of the form and by no others, and become [`Replies`] to one version
//! of it.

use super::answers::{ORDINARY, SENSITIVE, form_of, seal};
use super::{Event, OutreachError};
use crate::{Context, Services};
use domain::field::{Fault, FieldError};
use domain::ids::{ActivityId, WaitingId};
use domain::outreach::{Answers, Form, Key, Kind, Typed};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use store::outreach::answers as sql;
use uuid::Uuid;

/// The member that holds the answers of a request: faults are named by it.
const FIELD: &str = "answers";

/// One answer as a machine sends it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub enum SentAnswer {
    /// Words, the value of a choice, a day.
    Text(String),
    /// A number in digits.
    Number(String),
    /// A consent that is given, or not.
    Consent(bool),
    /// The values of several choices.
    Many(Vec<String>),
}

impl SentAnswer {
    /// Whether such an answer can be one to such a question: what a form could not send is no slip to be read kindly.
    const fn suits(&self, kind: &Kind) -> bool {
        match self {
            Self::Consent(_) => matches!(kind, Kind::Consent),
            Self::Many(_) => matches!(kind, Kind::Many { .. }),
            Self::Text(_) | Self::Number(_) => true,
        }
    }

    /// As it would be typed into the form's inputs.
    fn typed(&self) -> Vec<String> {
        match self {
            Self::Text(text) | Self::Number(text) => vec![text.clone()],
            Self::Consent(given) => given.then(|| "on".to_owned()).into_iter().collect(),
            Self::Many(values) => values.clone(),
        }
    }
}

/// Answers as a machine sends them, by the keys of the questions. Never printed: some are about health.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sent(BTreeMap<String, SentAnswer>);

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({})", self.0.len())
    }
}

impl FromIterator<(String, SentAnswer)> for Sent {
    fn from_iter<T: IntoIterator<Item = (String, SentAnswer)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Sent {
    /// Nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As two requests are compared, whatever is asked by then. Never kept: only its keyed hash is.
    pub(crate) fn comparable(&self) -> String {
        json!(self.0).to_string()
    }

    /// The replies to what an event asks; `event` is none for an activity that is no event and asks nothing.
    ///
    /// # Errors
    /// The faults as `answers.<key>`: a key that is no question of the form is one of them. `answers` itself where nothing is
    /// asked at all.
    pub fn read(&self, event: Option<&Event>, today: Date) -> Result<Option<Replies>, Vec<FieldError>> {
        match event.and_then(|event| Some((event, &event.form.as_ref()?.1))) {
            Some((event, form)) => Ok(Replies::to(event, self.answers(form, today)?)),
            None if self.is_empty() => Ok(None),
            None => Err(vec![FieldError::new(FIELD, Fault::NothingAsked)]),
        }
    }

    fn answers(&self, form: &Form, today: Date) -> Result<Answers, Vec<FieldError>> {
        let question = |key: &str| form.questions.iter().find(|question| question.key.as_str() == key);
        let suits = |key: &str, sent: &SentAnswer| question(key).is_some_and(|question| sent.suits(&question.kind));
        let (fit, strange): (Vec<_>, Vec<_>) = self.0.iter().partition(|(key, sent)| suits(key, sent));
        let mut faults: Vec<_> =
            strange.iter().map(|(key, _)| FieldError::new(format!("{FIELD}.{key}"), Fault::NotAChoice)).collect();
        let fields: Vec<(String, String)> = fit
            .into_iter()
            .filter_map(|(key, sent)| Some((Key::new(key)?.field(), sent.typed())))
            .flat_map(|(field, values)| values.into_iter().map(move |value| (field.clone(), value)))
            .collect();
        let typed = Typed::of(fields.iter().map(|(field, value)| (field.as_str(), value.as_str())));
        match form.read(&typed, today) {
            Ok(answers) if faults.is_empty() => Ok(answers),
            Ok(_) => Err(faults),
            Err(wrong) => {
                let named = |field: &str| {
                    let question = form.questions.iter().find(|question| question.key.field() == field);
                    question.map_or_else(|| field.to_owned(), |question| format!("{FIELD}.{}", question.key.as_str()))
                };
                let wrong = wrong.into_iter().map(|error| FieldError::new(named(&error.field), error.fault));
                // Of what does not suit its question it is not said as well that it is missing.
                let strange: Vec<_> = faults.iter().map(|fault| fault.field.clone()).collect();
                faults.extend(wrong.filter(|fault| !strange.contains(&fault.field)));
                Err(faults)
            }
        }
    }
}

/// What was replied to an event's questions as they stand in one version, before it is kept anywhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replies {
    event: ActivityId,
    version: i32,
    ordinary: Answers,
    sensitive: Answers,
}

impl Replies {
    /// Of answers that were read against the event's questions; none where it asks nothing.
    pub fn to(event: &Event, answers: Answers) -> Option<Self> {
        let (version, form) = event.form.as_ref()?;
        let (ordinary, sensitive) = answers.apart(form);
        Some(Self { event: event.id, version: *version, ordinary, sensitive })
    }

    /// As two requests are compared. Never kept: only its keyed hash is.
    pub(crate) fn comparable(&self) -> String {
        json!([self.ordinary, self.sensitive]).to_string()
    }

    /// Which event's questions they are to, and which version of them.
    pub(crate) const fn to_what(&self) -> (Uuid, i32) {
        (self.event.0, self.version)
    }

    /// Sealed for what they are kept with, a booking or an entry of the waiting list. Each gets its own: every one is changed,
    /// erased and shown by itself.
    pub(crate) fn sealed_for(&self, services: &Services, whose: Uuid) -> Result<sql::AnswersRow, OutreachError> {
        let sensitive = (!self.sensitive.is_empty()).then_some(&self.sensitive);
        Ok(sql::AnswersRow {
            draft_id: whose,
            activity_id: self.event.0,
            form_version: self.version,
            ordinary_sealed: seal(services, ORDINARY, whose, &self.ordinary)?,
            sensitive_sealed: sensitive.map(|told| seal(services, SENSITIVE, whose, told)).transpose()?,
        })
    }
}

/// Whether these replies (the event and the version they are to, where there are any) are to what an event asks now: questions
/// that were published while they were given are answered first. So it is of an activity that is no event and asks nothing.
pub(crate) async fn is_asked_now(
    db: &mut PgConnection,
    event: ActivityId,
    replied: Option<(Uuid, i32)>,
) -> Result<bool, OutreachError> {
    let version = store::outreach::events::form_version(&mut *db, event.0).await?.unwrap_or(0);
    match replied {
        Some(to) => Ok(to == (event.0, version)),
        None if version == 0 => Ok(true),
        None => Ok(form_of(db, &mut HashMap::new(), event.0, version).await?.questions.is_empty()),
    }
}

/// Keeps the same replies for each of these bookings.
pub(crate) async fn keep_replies(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    replies: &Replies,
    bookings: &[Uuid],
) -> Result<(), OutreachError> {
    for booking in bookings {
        sql::keep_booked(&mut *db, *booking, &replies.sealed_for(services, *booking)?, context.now).await?;
    }
    Ok(())
}

/// Keeps replies for an entry of the waiting list that was put there in this transaction: they are its booking's once it takes
/// an offer, and forgotten when its waiting ends otherwise.
pub(crate) async fn keep_waiting_replies(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    replies: &Replies,
    entry: WaitingId,
) -> Result<(), OutreachError> {
    let row = replies.sealed_for(services, entry.0)?;
    let kept = sql::keep_waiting(&mut *db, entry.0, &row, context.now).await?;
    kept.then_some(()).ok_or(OutreachError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::{Sent, SentAnswer};
    use domain::field::{Fault, FieldError};
    use domain::outreach::{Answers, Bilingual, Form, Key, Kind, Question};
    use jiff::civil::date;

    fn asks(key: &str, kind: Kind) -> Question {
        let (label, hint) = (Bilingual::new("问", "Asked"), Bilingual::default());
        Question { key: Key::new(key).expect("a key"), label, hint, kind, required: true, sensitive: false, when: None }
    }

    fn sent(pairs: &[(&str, SentAnswer)]) -> Sent {
        pairs.iter().map(|(key, answer)| ((*key).to_owned(), answer.clone())).collect()
    }

    fn read(pairs: &[(&str, SentAnswer)]) -> Result<Answers, Vec<FieldError>> {
        let questions = vec![asks("seats", Kind::Number { min: 1, max: 4 }), asks("agree", Kind::Consent)];
        sent(pairs).answers(&Form { questions }, date(2026, 7, 20))
    }

    fn number(text: &str) -> SentAnswer {
        SentAnswer::Number(text.into())
    }

    fn fields(faults: Vec<FieldError>) -> Vec<String> {
        faults.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn answers_are_read_by_the_rules_of_the_form_and_faults_name_their_member() {
        let agreed = ("agree", SentAnswer::Consent(true));
        assert_eq!(read(&[("seats", number("2")), agreed.clone()]).expect("right").len(), 2);
        assert_eq!(read(&[("seats", SentAnswer::Text("2".into())), agreed.clone()]).expect("right").len(), 2);
        let wrong =
            [("seats", number("9")), ("agree", SentAnswer::Consent(false)), ("colour", SentAnswer::Text("red".into()))];
        let faults = read(&wrong).expect_err("wrong");
        assert_eq!(faults[2].fault, Fault::MustAccept);
        assert_eq!(fields(faults), ["answers.colour", "answers.seats", "answers.agree"]);
        let many = SentAnswer::Many(vec!["2".into(), "3".into()]);
        for odd in [number("-1"), number("2.5"), SentAnswer::Consent(true), many] {
            let faults = read(&[("seats", odd), agreed.clone()]).expect_err("odd");
            assert_eq!(fields(faults), ["answers.seats"]);
        }
    }

    #[test]
    fn where_nothing_is_asked_answers_are_refused_and_silence_is_right() {
        let today = date(2026, 7, 20);
        let faults = sent(&[("seats", number("2"))]).read(None, today).expect_err("it asks nothing");
        assert_eq!(faults, [FieldError::new("answers", Fault::NothingAsked)]);
        assert_eq!(Sent::default().read(None, today), Ok(None));
    }

    #[test]
    fn what_is_compared_of_two_requests_is_every_answer_and_no_order() {
        let (one, other) = (("a", number("1")), ("b", SentAnswer::Text("x".into())));
        let both = sent(&[one.clone(), other.clone()]);
        assert_eq!(both.comparable(), sent(&[other, one.clone()]).comparable());
        assert_ne!(both.comparable(), sent(&[one]).comparable());
        assert_eq!(format!("{both:?}"), "Sent(2)", "an answer is printed nowhere");
    }
}
