//! Identity documents on a form, where the activity asks for them, of who books or of everybody: why, who sees them and when
//! they are deleted stand beside the fields. What was read and kept stands masked from then on and need not be typed again; no
//! page brings its number back.

use super::problem_of;
use crate::calls::{Answer, Asked};
use crate::form::FormState;
use crate::i18n::Text;
use crate::ui::{Banner, Checkboxes, Choice, Fieldset, Radios, Select, TextField};
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::booking::IdentityRule;
use domain::document::{Document, DocumentKind, Shown, field_names};
use domain::field::{Faults, FieldError};
use domain::ids::BookingId;
use domain::time::{day_text, local_day};
use jiff::{Timestamp, ToSpan as _};
use leptos::prelude::*;
use services::booking::{self, BookingError};
use services::privacy::Term;

/// What the fields of numbers begin with, and those of kinds.
const NUMBER: &str = "document";
const KIND: &str = "document_kind";
/// The field of the reason to open them.
pub(crate) const REASON: &str = "document_reason";
/// What a page of staff never gets back from a form: these are answers of ours, not something typed. One list for the museum and
/// for events: each has panels of the other.
pub(crate) const OURS: &[&str] = &["revealed", "revealed_name", "revealed_contact", "revealed_document"];
/// The boxes of who still comes.
pub(crate) const STAY: &str = "stay";

const fn key(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Resident => "document-resident",
        DocumentKind::HongKongMacao => "document-hong-kong-macao",
        DocumentKind::Taiwan => "document-taiwan",
        DocumentKind::ForeignResident => "document-foreign-resident",
        DocumentKind::Passport => "document-passport",
    }
}

/// A document as its owner and staff see it: what it is, and its end. In few words: a party has a line for each.
fn document_text(visit: &Visit, document: &Document) -> Text {
    let kind = match document.kind() {
        DocumentKind::Resident => "document-resident-short",
        kind => key(kind),
    };
    format!("{} {}", visit.t(kind), document.masked()).into()
}

/// Documents as their owners and staff see them; `None` where there are none.
pub(crate) fn documents_text(visit: &Visit, documents: &Shown) -> Option<impl IntoView + use<>> {
    let lines: Vec<_> = documents.all().map(|document| document_text(visit, document)).collect();
    let lines = lines.into_iter().enumerate().map(|(n, line)| view! { {(n > 0).then(|| view! { <br/> })}{line} });
    (!documents.is_empty()).then(|| lines.collect_view())
}

/// Documents whole, a line for each, as they stand once on the answer to staff who said why.
fn whole(visit: &Visit, documents: &Shown) -> String {
    let one = |document: &Document| format!("{} {}", visit.t(key(document.kind())), document.expose());
    documents.all().map(one).collect::<Vec<_>>().join("\n")
}

/// What the n-th person of a party is called beside their document.
fn person(visit: &Visit, n: usize) -> Text {
    match n {
        0 => visit.t("document-of-first"),
        n => visit.t_args("document-of-companion", &[("n", (n as u32).into())]),
    }
}

fn kinds(visit: &Visit) -> Vec<Choice> {
    DocumentKind::ALL.map(|kind| Choice::new(kind.name(), visit.t(key(kind)))).to_vec()
}

/// The fields of a party of so many. `kept` was typed before; the last session ends at `ends_at`.
pub(super) fn fields(visit: &Visit, (rule, people): (IdentityRule, u32), kept: &Shown, ends_at: Timestamp) -> AnyView {
    let days = Term::Document.days().unwrap_or_default();
    let until = local_day(ends_at).saturating_add(days.days());
    let day = [("day", day_text(until, visit.locale()).into())];
    match rule {
        IdentityRule::None => ().into_any(),
        IdentityRule::Leader => leader(visit, kept.get(0), visit.t_args("document-why", &day)),
        IdentityRule::Everybody => {
            let each: Vec<_> = (0..rule.of(people)).map(|n| of_person(visit, n, kept.get(n), false)).collect();
            let why = visit.t_args("document-why-everybody", &day);
            view! {
                <Fieldset legend=visit.t("document-title-everybody")>
                    <p class="muted">{why}</p>
                    {each}
                </Fieldset>
            }
            .into_any()
        }
    }
}

fn kept_text(visit: &Visit, document: &Document) -> Text {
    visit.t_args("document-kept", &[("what", document_text(visit, document).to_string().into())])
}

fn leader(visit: &Visit, kept: Option<&Document>, why: Text) -> AnyView {
    let kind = kept.map_or(DocumentKind::Resident, Document::kind);
    let optional = kept.is_some();
    let kept = kept.map(|document| view! { <Banner>{kept_text(visit, document)}</Banner> });
    view! {
        <Fieldset legend=visit.t("document-title")>
            <p class="muted">{why}</p>
            {kept}
            <Radios name=KIND label=visit.t("document-kind") choices=kinds(visit) value=kind.name()/>
            <TextField name=NUMBER label=visit.t("document-number") hint=visit.t("document-number-hint") maxlength=40 optional=optional/>
        </Fieldset>
    }
    .into_any()
}

/// The fields of one person of several: the kinds are folded together, or a family's form would be five screens of them.
fn of_person(visit: &Visit, n: usize, kept: Option<&Document>, optional: bool) -> AnyView {
    let (number, kind_name) = field_names(n);
    let who = person(visit, n).to_string();
    let label = |key: &str| visit.t_args(key, &[("who", who.clone().into())]);
    let kind = kept.map_or(DocumentKind::Resident, Document::kind);
    let optional = optional || kept.is_some();
    let hint = kept.map_or_else(|| visit.t("document-number-hint"), |document| kept_text(visit, document));
    view! {
        <div class="document-person">
            <Select name=kind_name label=label("document-kind-of") choices=kinds(visit) value=kind.name()/>
            <TextField name=number label=label("document-number-of") hint=hint maxlength=40 optional=optional/>
        </div>
    }
    .into_any()
}

/// The fields at the counter, where staff look at documents in person and type what they are shown, if anything.
pub(crate) fn at_the_counter(visit: &Visit, rule: IdentityRule, most: u32) -> Option<AnyView> {
    let each: Vec<_> = (0..rule.of(most.min(AT_THE_COUNTER))).map(|n| of_person(visit, n, None, true)).collect();
    rule.asks().then(|| {
        let open = visit.form.errors.iter().any(|error| error.field.starts_with(NUMBER));
        view! {
            <details class="question" open=open>
                <summary>{visit.t("staff-book-documents")}</summary>
                <p class="muted">{visit.t("staff-book-documents-text")}</p>
                {each}
            </details>
        }
        .into_any()
    })
}

/// The most people whose documents a form at the counter has room for.
const AT_THE_COUNTER: u32 = 10;

/// The names of the fields whose numbers no page brings back.
pub(crate) fn secrets(asked: &Asked) -> Vec<&str> {
    asked.names().filter(|name| name.starts_with(NUMBER) && !name.starts_with(KIND) && *name != REASON).collect()
}

/// A form that was sent asked for a document.
pub(super) fn was_asked(asked: &Asked) -> bool {
    !asked.field(KIND).is_empty()
}

/// The documents of so many people in a form that was sent, and what is wrong with the others. Where one is kept already and
/// nothing else was typed, it stays.
pub(super) fn read(asked: &Asked, needed: usize, kept: &Shown) -> (Shown, Vec<FieldError>) {
    let mut faults = Faults::default();
    let one = |n: usize| {
        let (number, kind) = field_names(n);
        if kept.get(n).is_some() && asked.field(&number).trim().is_empty() {
            return None;
        }
        document(asked, (&number, &kind), &mut faults)
    };
    let fresh = (0..needed).map(one).collect();
    (fresh, faults.into_errors())
}

/// The documents that were typed at the counter.
pub(crate) fn read_at_the_counter(asked: &Asked, people: u32) -> Result<Shown, Vec<FieldError>> {
    let mut faults = Faults::default();
    let one = |n: usize| {
        let (number, kind) = field_names(n);
        if asked.field(&number).trim().is_empty() { None } else { document(asked, (&number, &kind), &mut faults) }
    };
    let shown = (0..people.min(AT_THE_COUNTER) as usize).map(one).collect();
    if faults.is_empty() { Ok(shown) } else { Err(faults.into_errors()) }
}

fn document(asked: &Asked, (number, kind): (&str, &str), faults: &mut Faults) -> Option<Document> {
    let today = local_day(asked.context.now);
    let parsed = faults.take(kind, asked.field(kind).parse::<DocumentKind>())?;
    faults.take(number, Document::parse(parsed, asked.field(number), today))
}

/// What is wrong with the documents that are there now, in the order of the people: what could not be read, and what is there
/// twice.
pub(super) fn faults(unread: Vec<FieldError>, all: &Shown, needed: usize) -> Vec<FieldError> {
    let mut more = all.complete(needed).err().unwrap_or_default();
    more.retain(|fault| unread.iter().all(|other| other.field != fault.field));
    let mut faults: Vec<_> = unread.into_iter().chain(more).collect();
    let place =
        |field: &str| (0..needed).find(|&n| [field_names(n).0, field_names(n).1].iter().any(|name| name == field));
    faults.sort_by_key(|fault| place(&fault.field));
    faults
}

/// Opens the documents of a booking for staff who say why: they stand once on the page that answers, and in no address.
pub(crate) async fn reveal(asked: &Asked, booking: BookingId, page: String) -> Answer {
    match booking::reveal_documents(&asked.services, &asked.context, booking, asked.field(REASON)).await {
        Ok(documents) => {
            let shown = [("revealed_document", whole(asked, &documents))];
            Answer::again_at(page, FormState::typed(shown, &[])).status(StatusCode::OK)
        }
        Err(BookingError::Fields(errors)) => {
            let errors = errors.into_iter().map(|error| FieldError::new(REASON, error.fault)).collect();
            Answer::again_at(page, asked.typed(OURS).with_errors(errors))
        }
        Err(BookingError::Denied(denied)) => denied.into(),
        Err(error) => problem_of(&error).into(),
    }
}

/// The boxes of a party that becomes smaller, where everybody's document is there: who still comes.
pub(crate) fn staying(visit: &Visit, documents: &Shown) -> Option<AnyView> {
    let choices: Vec<_> = documents
        .all()
        .enumerate()
        .map(|(n, document)| {
            Choice::new(
                n.to_string(),
                format!("{}{}{}", person(visit, n), visit.t("staff-colon"), document_text(visit, document)),
            )
        })
        .collect();
    let all = (0..choices.len()).map(|n| Text::from(n.to_string())).collect();
    (choices.len() > 1).then(|| {
        view! { <Checkboxes name=STAY label=visit.t("document-stay") hint=visit.t("document-stay-hint") choices=choices values=all/> }
            .into_any()
    })
}

/// Who still comes, as it was ticked; nobody where the form had no boxes.
pub(crate) fn stay(asked: &Asked) -> Vec<usize> {
    asked.fields(STAY).filter_map(|place| place.parse().ok()).collect()
}
