//! Taking a draft to a newer version of its form: nothing typed is lost that the newer one still asks, and who filled it in is
//! told what changed.

use super::draft::{Draft, Saved};
use super::form::{Form, Kind, Page};
use crate::typed::Typed;

/// What is otherwise in the newer form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// A page is new.
    Added(&'static str),
    /// A page asks something else, or under another condition: it is looked at once more.
    Changed(&'static str),
    /// A page is gone.
    Removed(&'static str),
}

/// The draft under the newer form, and what changed, in the newer form's order, what is gone at the end.
///
/// A field keeps what was typed by its name, whichever page it stands on now. A consent is asked again where the notice beside it
/// is another one. A page that asks something else gets a newer version, so that a tab with the old one meets a conflict.
pub fn migrate(draft: &Draft, from: &Form, to: &Form) -> (Draft, Vec<Change>) {
    let (mut pages, mut changes) = (Vec::new(), Vec::new());
    for page in to.pages {
        let before = from.page(page.key);
        match before {
            None => changes.push(Change::Added(page.key)),
            Some(before) if !is_same(before, page) => changes.push(Change::Changed(page.key)),
            Some(_) => {}
        }
        let found = carried(draft, from, to, page);
        let was = draft.version(page.key);
        let same = before.is_some_and(|before| is_same(before, page))
            && draft.page(page.key).is_none_or(|saved| saved.typed == found);
        if was > 0 || !found.0.is_empty() {
            let version = if same { was } else { was.saturating_add(1) };
            pages.push((page.key.to_owned(), Saved { version, typed: found }));
        }
    }
    let gone = from.pages.iter().filter(|page| to.page(page.key).is_none());
    changes.extend(gone.map(|page| Change::Removed(page.key)));
    (Draft::kept(to.version, pages), changes)
}

fn is_same(one: &Page, other: &Page) -> bool {
    one.fields == other.fields && one.when == other.when
}

/// What was typed before into the fields of a page of the newer form.
fn carried(draft: &Draft, from: &Form, to: &Form, page: &Page) -> Typed {
    let mut typed = Typed::default();
    for field in page.fields {
        if matches!(field.kind, Kind::Consent(_)) && from.notice != to.notice {
            continue;
        }
        let text = from.field(field.key).and_then(|(old, _)| draft.page(old.key)?.typed.0.get(field.key));
        if let Some(text) = text {
            typed.0.insert(field.key.to_owned(), text.clone());
        }
    }
    typed
}
