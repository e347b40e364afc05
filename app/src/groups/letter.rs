//! The stamped letter on a request's page: whether it is there, sending it, replacing it; and what staff see of it.

use crate::desk::moment;
use crate::i18n::Text;
use crate::ui::{Button, Dialog, FileField, Form, Glyph, Variant};
use crate::visit::Visit;
use domain::groups::GroupPolicy;
use leptos::either::Either;
use leptos::prelude::*;
use services::files::Kind;
use services::groups::{LetterView, RequestView};

/// What browsers offer first.
const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png";

/// PDF · 2 页 · 140 KB · 2026年7月20日（周一）12:00
pub(super) fn known(visit: &Visit, letter: &LetterView) -> String {
    let kind: Text = match letter.kind {
        Kind::Pdf => "PDF".into(),
        Kind::Jpeg => visit.t("groups-letter-picture"),
    };
    let pages = visit.t_args("groups-letter-pages", &[("n", letter.pages.into())]);
    let size = format!("{} KB", letter.bytes.div_ceil(1024));
    [kind, pages, size.into(), moment(visit, letter.saved_at).into()].join(" · ")
}

/// The letter's part of a request's page.
pub(super) fn section(
    visit: &Visit,
    base: &str,
    request: &RequestView,
    letter: Option<&LetterView>,
    policy: &GroupPolicy,
) -> Option<impl IntoView + use<>> {
    let open = request.takes_letter();
    if !open && letter.is_none() {
        return None;
    }
    let needed = policy.needs_letter(request.kind);
    let text = visit.t(if needed { "groups-letter-needed" } else { "groups-letter-text" });
    let kept = letter.map(|letter| {
        let words = visit.t_args("groups-letter-kept", &[("what", known(visit, letter).into())]);
        view! { <p class="groups-kept"><strong>{words}</strong></p> }
    });
    let send = open.then(|| send(visit, base, letter.is_some()));
    let remove = (open && letter.is_some()).then(|| {
        view! {
            <Dialog label=visit.t("groups-letter-remove") title=visit.t("groups-letter-remove") variant=Variant::Quiet>
                <p>{visit.t("groups-letter-remove-text")}</p>
                <Form action=format!("{base}/letter/remove")>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("groups-letter-remove")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    Some(view! {
        <section class="section no-print" id="letter">
            <h2>{visit.t("groups-letter-title")}</h2>
            <p>{text}</p>
            {kept}
            {send}
            {remove}
        </section>
    })
}

fn send(visit: &Visit, base: &str, again: bool) -> impl IntoView + use<> {
    let label = visit.t(if again { "groups-letter-replace" } else { "groups-letter-send" });
    let form = view! {
        <Form action=format!("{base}/letter") files=true>
            <FileField name="letter" label=visit.t("groups-letter-file") hint=visit.t("groups-letter-file-hint") accept=ACCEPT/>
            <p class="actions"><Button variant=Variant::Secondary>{label}</Button></p>
        </Form>
    };
    let tried = visit.form.fault("letter").is_some();
    match again {
        true => Either::Left(
            view! { <details class="question" open=tried><summary>{visit.t("groups-letter-replace")}</summary>{form}</details> },
        ),
        false => Either::Right(form),
    }
}

/// What staff see of a letter, and the way to it: handed out as a file, each time noted.
pub(super) fn desk(
    visit: &Visit,
    base: &str,
    request: &RequestView,
    letter: Option<&LetterView>,
    policy: &GroupPolicy,
) -> impl IntoView + use<> {
    let needed = policy.needs_letter(request.kind);
    let content = match letter {
        Some(letter) => Either::Left(view! {
            <p>{known(visit, letter)}</p>
            <Form action=format!("{base}/letter")>
                <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Download>{visit.t("groups-letter-open")}</Button></p>
            </Form>
            <p class="muted small">{visit.t("groups-letter-noted")}</p>
        }),
        None => Either::Right(
            view! { <p class="muted">{visit.t(if needed { "groups-letter-missing" } else { "groups-letter-none" })}</p> },
        ),
    };
    view! { <section class="staff-panel stack"><h2>{visit.t("groups-letter-title")}</h2>{content}</section> }
}
