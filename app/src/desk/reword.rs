//! The words of a picture that is there already, changed where it stands: of events and of visits of the bus. A page has many,
//! so the fields of each carry its id.

use crate::calls::Asked;
use crate::i18n::Text;
use crate::ui::{Button, Dialog, Form, HiddenField, TextField, Variant};
use crate::visit::Visit;
use domain::field::FieldError;
use leptos::prelude::*;
use services::files::PictureWords;
use std::fmt::Display;

fn own(field: &str, id: &dyn Display) -> String {
    format!("{field}-{id}")
}

/// The folded form of one picture, sent to `to` as the change `words`. `labels`: of the Chinese field, of the English one, and
/// their hint; `more`: what else the form carries.
pub(crate) fn reword_form(
    visit: &Visit,
    to: String,
    id: &dyn Display,
    words: PictureWords,
    labels: [&str; 3],
    more: Option<(&'static str, String)>,
) -> impl IntoView + use<> {
    let (zh, en) = (own("alt_zh", id), own("alt_en", id));
    let [label_zh, label_en, hint] = labels.map(|key| visit.t(key));
    // Every picture has such fields: the summary of faults says whose.
    let shown = visit.pick(&words.alt_zh, &words.alt_en).into_owned();
    let called = |label: &Text| format!("{label} · {shown}");
    let (called_zh, called_en) = (called(&label_zh), called(&label_en));
    let open = visit.form.value(&zh).is_some();
    let (title, save) = (visit.t("picture-reword"), visit.t("staff-save"));
    let more = more.map(|(name, value)| view! { <HiddenField name=name value=value/> });
    view! {
        <Dialog label=title.clone() title=title variant=Variant::Quiet open=open>
            <Form action=to>
                <HiddenField name="change" value="words"/>
                {more}
                <TextField name=zh label=label_zh hint=hint called=called_zh value=words.alt_zh/>
                <TextField name=en label=label_en called=called_en value=words.alt_en/>
                <p class="actions"><Button>{save}</Button></p>
            </Form>
        </Dialog>
    }
}

/// What was typed for the picture.
pub(crate) fn reworded(asked: &Asked, id: &dyn Display) -> PictureWords {
    let typed = |field: &str| asked.field(&own(field, id)).to_owned();
    PictureWords { alt_zh: typed("alt_zh"), alt_en: typed("alt_en") }
}

/// Its faults, beside its own fields.
pub(crate) fn own_faults(faults: Vec<FieldError>, id: &dyn Display) -> Vec<FieldError> {
    faults.into_iter().map(|error| FieldError::new(own(&error.field, id), error.fault)).collect()
}
