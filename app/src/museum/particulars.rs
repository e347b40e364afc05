//! The form of who comes, as it was sent: read whole, answered with every fault at once, and kept meanwhile as far as it may
//! be. What is said of a person, of their documents and of their health is kept of those alone who have ticked the consent to
//! it; the answer to the form shows it to everybody again.

use super::calls::{draft, refused};
use super::document;
use crate::activity::{Activity, draft_at};
use crate::calls::{Answer, Asked};
use crate::form::Tone;
use crate::outreach::{asks_more, kept_answers, read_answers};
use domain::booking::{Party, documents_fit};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::field::{Fault, Faults, FieldError};
use domain::outreach::Answers;
use domain::time::local_day;
use services::booking::{self, BookingError, DraftView};
use services::outreach;

/// The box of the consent to what the form asks.
const ACCEPT: &str = "accept";
/// How many of them are children: says nothing of anybody.
const CHILDREN: &str = "children";
/// Who comes.
const PERSON: &[&str] = &["name", "contact", CHILDREN];

/// Who comes, and the answers to the questions of an event.
pub(super) type Typed = (PersonName, Contact, Party, Option<Answers>);

pub(super) async fn particulars(asked: Asked) -> Answer {
    let (draft, activity, page) = match draft(&asked, draft_at).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (shown, unread) = match keep_documents(&asked, &draft, &activity).await {
        Ok(kept) => kept,
        Err(error) => return refused(&asked, page, error),
    };
    let (name, contact, party, answers) = match typed(&asked, &draft, &activity) {
        Ok(typed) if unread.is_empty() => typed,
        Ok(_) => return again(&asked, &draft, &activity, page, unread).await,
        Err(mut faults) => {
            faults.extend(unread);
            return again(&asked, &draft, &activity, page, faults).await;
        }
    };
    let day = local_day(draft.session.facts.starts_at);
    let shown = shown.first(activity.policy().identity.of(party.people.get()));
    if let Err(faults) = documents_fit(activity.policy(), (party, true), day, &shown) {
        return again(&asked, &draft, &activity, page, faults).await;
    }
    if let Err(answer) = keep_answered(&asked, &draft, &activity, answers, &page).await {
        keep_typed(&asked, &draft, &activity).await;
        return answer;
    }
    match booking::save(&asked.services, &asked.context, &draft, name, contact, party, &asked.network).await {
        Ok(()) => Answer::to(format!("{page}/code")),
        Err(error) => refused(&asked, page, error),
    }
}

/// The form again with its faults. The numbers of documents that were kept stand in no page any more; those of somebody who
/// has not agreed were not, and would be typed in vain.
async fn again(asked: &Asked, draft: &DraftView, activity: &Activity, page: String, faults: Vec<FieldError>) -> Answer {
    keep_typed(asked, draft, activity).await;
    match asked.ticked(ACCEPT) {
        true => refused(asked, page, BookingError::Fields(faults)),
        false => Answer::again_at(page, asked.typed(&["code"]).with_errors(faults)),
    }
}

/// Keeps what was typed of a form that is refused. Where it cannot be kept, the page still shows it: that is no reason to
/// show none. Who somebody is, is kept of those alone who agreed to it, and so is what is about health, to which the questions
/// may ask for a consent of their own; how many children come, and what else an event asks, is kept of everybody.
pub(super) async fn keep_typed(asked: &Asked, draft: &DraftView, activity: &Activity) {
    let agreed = asked.ticked(ACCEPT);
    let person =
        asked.pairs.iter().filter(|(name, _)| if agreed { PERSON.contains(&name.as_str()) } else { name == CHILDREN });
    let answers = activity.questions().map(|form| kept_answers(asked, form)).unwrap_or_default();
    let pairs = person.chain(&answers).map(|(name, text)| (name.as_str(), text.as_str()));
    if let Err(error) = booking::keep_typed(&asked.services, draft, pairs).await {
        tracing::warn!(%error, "what was typed into a form was not kept");
    }
}

/// Reads the documents that were typed, where any are asked for, and keeps them whatever is wrong with the others: of somebody
/// who agreed. Answers those that are there now, and the faults.
async fn keep_documents(
    asked: &Asked,
    draft: &DraftView,
    activity: &Activity,
) -> Result<(Shown, Vec<FieldError>), BookingError> {
    let needed = activity.policy().identity.of(draft.people.get());
    if needed == 0 {
        return Ok(Default::default());
    }
    let (fresh, unread) = document::read(asked, needed, &draft.documents);
    let all = match asked.ticked(ACCEPT) {
        true => booking::keep_documents(&asked.services, draft, fresh).await?,
        false => draft.documents.clone().and(fresh),
    };
    let all = all.first(needed);
    let faults = document::faults(unread, &all, needed);
    Ok((all, faults))
}

/// Keeps what an event was answered in a draft. Questions that were not in view are shown first, on the form at `page`.
pub(super) async fn keep_answered(
    asked: &Asked,
    draft: &DraftView,
    activity: &Activity,
    answers: Option<Answers>,
    page: &str,
) -> Result<(), Answer> {
    let (Activity::Event(event), Some(answers)) = (activity, answers) else { return Ok(()) };
    if event.form.as_ref().is_some_and(|(_, form)| asks_more(asked, form, &answers)) {
        return Err(ask_more(asked, page.to_owned()));
    }
    let kept = outreach::keep_answers(&asked.services, &asked.context, draft, event, answers).await;
    kept.map_err(|error| refused(asked, page.to_owned(), error.into()))
}

/// The form at `page` again, with the questions that were not in view.
pub(super) fn ask_more(asked: &Asked, page: String) -> Answer {
    let text = asked.t("event-asks-more").to_string();
    Answer::again_at(page, asked.typed(&document::secrets(asked)).with_notice(Tone::Info, text))
}

/// Who comes and what was asked of them, as it was typed; or what is wrong with it, all at once.
pub(super) fn typed(asked: &Asked, draft: &DraftView, activity: &Activity) -> Result<Typed, Vec<FieldError>> {
    let policy = activity.policy();
    let mut faults = Faults::default();
    let name = faults.take("name", PersonName::parse(asked.field("name")));
    let contact = faults.take("contact", Contact::parse(asked.field("contact")));
    let party = Party::parse(&draft.people.get().to_string(), asked.field("children"), &mut faults);
    if let Some(party) = party {
        let limit = u32::from(policy.children_per_booking);
        if policy.children_need_adult && party.children > 0 && party.adults() == 0 {
            faults.add("children", Fault::ChildrenNeedAdult);
        } else if u32::from(party.children) > limit {
            faults.add("children", Fault::OutOfRange { min: 0, max: limit });
        }
    }
    let answers = match activity.questions().map(|form| read_answers(asked, form)) {
        Some(Ok(answers)) => Some(answers),
        Some(Err(wrong)) => {
            wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
            None
        }
        None => None,
    };
    if !asked.ticked(ACCEPT) {
        faults.add(ACCEPT, Fault::MustAccept);
    }
    match (faults.is_empty(), name, contact, party) {
        (true, Some(name), Some(contact), Some(party)) => Ok((name, contact, party, answers)),
        _ => Err(faults.into_errors()),
    }
}
