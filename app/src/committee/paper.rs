//! The minutes as a file: what their page says, on paper.

use super::minutes::{hash_lines, head_lines, item_lines, item_title, signature_lines};
use super::minutes_at;
use super::words::{facts_text, state_text};
use crate::calls::{Answer, Asked, Call};
use crate::problem::Problem;
use crate::routes::Access;
use crate::visit::Visit;
use domain::account::Capability;
use domain::ids::MeetingId;
use domain::time::day_text;
use services::ledger::views::Person;
use services::messages::{Set, TextSheet};
use services::spark::review::{Record, record};

/// What is fetched.
pub const CALLS: &[Call] =
    &[Call::get("/staff/committee/:id/minutes/minutes.pdf", Access::Capability(Capability::SeeCommittee), &pdf)];

/// The address of the file.
pub(super) fn pdf_at(meeting: MeetingId) -> String {
    format!("{}/minutes.pdf", minutes_at(meeting))
}

async fn pdf(asked: Asked) -> Answer {
    let Some(id) = asked.param::<MeetingId>("id") else { return Problem::NotFound.into() };
    let record = match record(&asked.services, &asked.context, id).await {
        Ok(record) => record,
        Err(error) => return Problem::from(error).into(),
    };
    match sheet(&asked, &record).pdf(&asked.services).await {
        Ok(bytes) => Answer::file("application/pdf", Some(format!("committee-minutes-{}.pdf", record.day)), bytes),
        Err(error) => {
            tracing::error!(%error, "minutes were not drawn");
            Problem::Broken.into()
        }
    }
}

fn sheet(visit: &Visit, record: &Record) -> TextSheet {
    let people: Vec<Person> = record.people.values().cloned().collect();
    let separator = visit.t("label-separator");
    let line = |(name, text): (crate::i18n::Text, String)| format!("{name}{separator}{text}");
    let mut paragraphs = vec![(Set::Quiet, state_text(visit, record.state).to_string())];
    paragraphs.extend(head_lines(visit, record, &people).into_iter().map(|told| (Set::Text, line(told))));
    for (nth, item) in record.items.iter().enumerate() {
        paragraphs.push((Set::Heading, item_title(nth, item)));
        paragraphs.push((Set::Quiet, facts_text(visit, &item.named).to_string()));
        paragraphs.extend(item_lines(visit, &people, item).into_iter().map(|told| (Set::Text, line(told))));
    }
    let signatures = signature_lines(visit, record, &people);
    if !signatures.is_empty() {
        paragraphs.push((Set::Heading, visit.t("committee-signatures").to_string()));
    }
    paragraphs.extend(signatures.into_iter().map(|told| (Set::Text, line(told))));
    paragraphs.extend(hash_lines(visit, record).into_iter().map(|told| (Set::Quiet, line(told))));
    let day = day_text(record.day, visit.locale());
    TextSheet {
        locale: visit.locale(),
        house: visit.t("site-name").to_string(),
        title: visit.t_args("committee-minutes-of", &[("day", day.into())]).to_string(),
        mark: record.day.to_string(),
        paragraphs,
    }
}
