//! The frame of a form that is kept on the server as far as one got, and the page of the code that proves its contact.

use super::{Room, param, problem_of};
use crate::form::{FormState, Tone};
use crate::problem::problem_page;
use crate::ui::{Banner, Button, CodeField, Form, LinkButton, Page, Steps, Variant};
use crate::visit::{Visit, visit};
use domain::time::{clock_text, day_text, local_day};
use leptos::prelude::*;
use services::requests::{DRAFT_DAYS, DraftView, Kind, RequestError, read};

/// The draft of the page's address, while it is one: otherwise the page that says what became of it.
pub async fn draft<K: Room>(visit: &Visit) -> Result<DraftView<K>, AnyView> {
    let Some(id) = param::<K::DraftId>("draft") else { return Err(gone::<K>(visit, RequestError::NotFound)) };
    match read(&visit.services, &visit.context, id, visit.visitor.as_deref().unwrap_or_default()).await {
        Ok(draft) if draft.request.is_some() => Err(done::<K>(visit)),
        Ok(draft) => Ok(draft),
        Err(error) => Err(gone::<K>(visit, error)),
    }
}

/// The address of a draft's pages.
pub fn address<K: Room>(draft: &DraftView<K>) -> String {
    format!("{}/apply/{}", K::AT, draft.id)
}

/// How far one is.
pub fn steps<K: Room>(visit: &Visit, current: usize) -> impl IntoView + use<K> {
    let steps = K::WORDS.steps.map(|key| visit.t(key));
    view! { <Steps steps=steps.to_vec() current=current/> }
}

/// A draft that is over, or another browser's: begin again, with a word of what happened.
pub fn gone<K: Room>(visit: &Visit, error: RequestError<K>) -> AnyView {
    if !matches!(error, RequestError::NotFound) {
        return problem_page(problem_of(error)).into_any();
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let kept = visit.t_args("bus-gone-text", &[("days", DRAFT_DAYS.into())]);
    view! {
        <Page title=visit.t("bus-gone-title") centred=true>
            <p class="lead">{kept}</p>
            <p class="actions"><LinkButton href=visit.href(K::AT)>{visit.t("bus-gone-action")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// The request was made already: back button, second press, second tab.
fn done<K: Room>(visit: &Visit) -> AnyView {
    let (title, text) = K::WORDS.sent;
    view! {
        <Page title=visit.t(title) centred=true>
            <p class="lead">{visit.t(text)}</p>
            <p class="actions"><LinkButton href=visit.href(K::AT)>{visit.t(K::WORDS.name)}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// What stands in the fields: what was just sent, or what was kept.
pub fn filled<K: Kind>(visit: Visit, draft: &DraftView<K>) -> Visit {
    if visit.form.was_sent() {
        return visit;
    }
    let visit = visit.with(|data| {
        let notice = data.form.notice.take();
        data.form = FormState::typed(draft.typed.0.clone(), &[]);
        data.form.notice = notice;
    });
    provide_context(visit.clone());
    visit
}

/// It is kept, and until when: 2026年7月23日（周四）12:00.
pub fn saved<K: Kind>(visit: &Visit, draft: &DraftView<K>) -> Option<impl IntoView + use<K>> {
    (visit.query.get("done") == Some("saved")).then(|| {
        let at = draft.expires_at;
        let until = format!("{} {}", day_text(local_day(at), visit.locale()), clock_text(at));
        view! { <Banner tone=Tone::Success alert=true>{visit.t_args("bus-saved", &[("until", until.into())])}</Banner> }
    })
}

/// On, or keep it for later.
pub fn onward(visit: &Visit, label: &str) -> impl IntoView + use<> {
    view! {
        <p class="actions">
            <Button>{visit.t(label)}</Button>
            <Button variant=Variant::Secondary name="save" value="1" unchecked=true>{visit.t("bus-save")}</Button>
        </p>
    }
}

/// The page of the code.
pub fn code_page<K: Room>() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft::<K>(&visit).await {
            Ok(draft) => code(&visit, &draft),
            Err(page) => page,
        }
    })
}

fn code<K: Room>(visit: &Visit, draft: &DraftView<K>) -> AnyView {
    let base = address(draft);
    let to = draft.typed.field("contact").trim().to_owned();
    let (title, lead) = if draft.proven {
        (visit.t("proven-title"), visit.t("proven-lead"))
    } else {
        (visit.t("code-title"), visit.t_args("code-lead", &[("to", to.into())]))
    };
    let field = (!draft.proven).then(|| {
        view! { <CodeField label=visit.t("code-label") hint=visit.t("bus-code-hint")/> }
    });
    let again = (!draft.proven).then(|| {
        view! {
            <Form action=visit.href(&format!("{base}/resend")) inline=true>
                <Button variant=Variant::Quiet>{visit.t("code-resend")}</Button>
            </Form>
        }
    });
    let mailbox = visit.development.then(|| {
        view! { <p class="muted small"><a href=visit.href("/mailbox")>{visit.t("book-mailbox")}</a></p> }
    });
    view! {
        <Page title=title lead=lead crumbs=K::crumbs(visit)>
            {steps::<K>(visit, K::WORDS.code_step)}
            <Form>
                {field}
                <p class="actions"><Button>{visit.t("bus-send")}</Button></p>
            </Form>
            {mailbox}
            <div class="actions">
                {again}
                <a href=visit.href(&base)>{visit.t("bus-back-to-form")}</a>
            </div>
        </Page>
    }
    .into_any()
}
