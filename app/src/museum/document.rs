//! The identity document on a form, where the activity asks for one: why, who sees it and when it is deleted stand beside
//! the field. What was read stands masked from then on and need not be typed again; no page brings the number back.

use crate::calls::Asked;
use crate::i18n::Text;
use crate::ui::{Banner, Choice, Fieldset, Radios, TextField};
use crate::visit::Visit;
use domain::document::{Document, DocumentKind};
use domain::field::{Faults, FieldError};
use domain::time::{day_text, local_day};
use jiff::{Timestamp, ToSpan as _};
use leptos::prelude::*;
use services::privacy::Term;

/// The field of the number, which comes back from no form.
pub(super) const NUMBER: &str = "document";
const KIND: &str = "document_kind";

const fn key(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Resident => "document-resident",
        DocumentKind::HongKongMacao => "document-hong-kong-macao",
        DocumentKind::Taiwan => "document-taiwan",
        DocumentKind::ForeignResident => "document-foreign-resident",
        DocumentKind::Passport => "document-passport",
    }
}

/// A document as its owner and staff see it: what it is, and its end.
pub(crate) fn document_text(visit: &Visit, document: &Document) -> Text {
    format!("{} {}", visit.t(key(document.kind())), document.masked()).into()
}

/// A document whole, as it stands once on the answer to staff who said why.
pub(crate) fn whole(visit: &Visit, document: &Document) -> String {
    format!("{} {}", visit.t(key(document.kind())), document.expose())
}

/// The fields. `kept` was typed before; the last session ends at `ends_at`.
pub(super) fn fields(visit: &Visit, kept: Option<&Document>, ends_at: Timestamp) -> AnyView {
    let days = Term::Document.days().unwrap_or_default();
    let until = local_day(ends_at).saturating_add(days.days());
    let why = visit.t_args("document-why", &[("day", day_text(until, visit.locale()).into())]);
    let kinds = DocumentKind::ALL.map(|kind| Choice::new(kind.name(), visit.t(key(kind)))).to_vec();
    let kind = kept.map_or(DocumentKind::Resident, Document::kind);
    let kept = kept.map(|document| {
        let what = document_text(visit, document).to_string();
        view! { <Banner>{visit.t_args("document-kept", &[("what", what.into())])}</Banner> }
    });
    let optional = kept.is_some();
    view! {
        <Fieldset legend=visit.t("document-title")>
            <p class="muted">{why}</p>
            {kept}
            <Radios name=KIND label=visit.t("document-kind") choices=kinds value=kind.name()/>
            <TextField name=NUMBER label=visit.t("document-number") hint=visit.t("document-number-hint") maxlength=40 optional=optional/>
        </Fieldset>
    }
    .into_any()
}

/// The document of a form that was sent; none where one is kept already and nothing else was typed.
pub(super) fn read(asked: &Asked, kept: bool) -> Result<Option<Document>, Vec<FieldError>> {
    if kept && asked.field(NUMBER).trim().is_empty() {
        return Ok(None);
    }
    let today = local_day(asked.context.now);
    let mut faults = Faults::default();
    let kind = faults.take(KIND, asked.field(KIND).parse::<DocumentKind>());
    let document = kind.and_then(|kind| faults.take(NUMBER, Document::parse(kind, asked.field(NUMBER), today)));
    document.map(Some).ok_or_else(|| faults.into_errors())
}

/// The same of a form that may not have asked for one: whoever decides says whether it had to.
pub(super) fn read_if_asked(asked: &Asked) -> Result<Option<Document>, Vec<FieldError>> {
    if asked.field(KIND).is_empty() { Ok(None) } else { read(asked, false) }
}
