//! Applying to the Spark Project: a task list, one thing per page, answers to check, a confirmation to come back to.
//!
//! Everything of the form follows from its data (`domain::spark::application`): which pages are asked, of what kind each field is.
//! What is typed is saved at each step on the server, and while it is typed where scripts run. Nothing of it stands in an address.
//! What people do stands in [`calls`].

pub mod calls;
mod check;
mod conflict;
mod fields;
mod one;
mod sent;
mod start;
mod tasks;
mod words;

pub use check::CheckAnswers;
pub use one::FormPage;
pub use sent::Sent;
pub use start::Start;
pub(crate) use start::of_account;
pub use tasks::Tasks;

use crate::form::{FormState, Tone};
use crate::museum::param;
use crate::problem::{Problem, problem_page};
use crate::ui::{Banner, Button, Crumb, Dialog, Form, LinkButton, Page, Variant};
use crate::visit::{Visit, visit};
use domain::ids::ApplicationId;
use domain::spark::application::{Form as WholeForm, Page as OnePage};
use domain::typed::Typed;
use leptos::prelude::*;
use services::spark::apply::{self as service, ApplyError, View as Application};

/// Where one begins, and finds what one has begun.
pub(crate) const APPLY: &str = "/spark/apply";
/// The version a page was shown in.
const BASED_ON: &str = "based_on";
/// Whether one came from the answers to check, and goes back there.
const FROM: &str = "from";
/// The only thing [`FROM`] says.
const CHECK: &str = "check";

/// The address of an application.
fn address(id: ApplicationId) -> String {
    format!("{APPLY}/{id}")
}

/// The address of its answers to check.
fn check_address(id: ApplicationId) -> String {
    format!("{APPLY}/{id}/check")
}

/// The address of its confirmation.
pub(crate) fn sent_address(id: ApplicationId) -> String {
    format!("{APPLY}/{id}/sent")
}

/// A page of the form in addresses: its name. But `papers` is the address of the files themselves.
fn segment(page: &OnePage) -> &'static str {
    if page.key == "papers" { "which-papers" } else { page.key }
}

/// The page of a segment.
fn page_of(form: &WholeForm, segment: &str) -> Option<&'static OnePage> {
    form.pages.iter().find(|page| self::segment(page) == segment)
}

/// The address of a page of the form.
fn page_address(id: ApplicationId, page: &OnePage) -> String {
    format!("{APPLY}/{id}/{}", segment(page))
}

/// What of a form's fields belongs to a page, as it is kept. A browser ends lines in one way when it sends a form, and in another
/// when a script does: they are kept in one.
fn typed<'a>(page: &OnePage, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Typed {
    let mut typed = page.typed(pairs);
    for text in typed.0.values_mut().filter(|text| text.contains('\r')) {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    typed
}

/// The same of a form that came back.
fn typed_again(page: &OnePage, form: &FormState) -> Typed {
    typed(page, form.values.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// The way to a page of an application.
fn crumbs(visit: &Visit, id: Option<ApplicationId>) -> Vec<Crumb> {
    let mut crumbs = super::crumbs(visit);
    crumbs.push(Crumb::new(visit.href(APPLY), visit.t("application-crumb")));
    crumbs.extend(id.map(|id| Crumb::new(visit.href(&address(id)), visit.t("application-crumb-tasks"))));
    crumbs
}

/// The house's page for an error that has no words on a page of the application.
fn problem_of(error: &ApplyError) -> Problem {
    match error {
        ApplyError::NotFound | ApplyError::NotAsked => Problem::NotFound,
        ApplyError::Denied(_) => Problem::Forbidden,
        ApplyError::Busy => Problem::Busy,
        ApplyError::Limited(limited) => (*limited).into(),
        error => {
            tracing::error!(%error, "a page of an application failed");
            if matches!(error, ApplyError::Database(_)) { Problem::Busy } else { Problem::Broken }
        }
    }
}

/// A page of the application of the address, while it is filled in.
fn of_address(page: fn(&Visit, &Application) -> AnyView) -> impl IntoView {
    let visit = visit();
    let id = param::<ApplicationId>("id");
    Suspend::new(async move {
        match open(&visit, id).await {
            Ok(application) => page(&visit, &application),
            Err(page) => page,
        }
    })
}

/// The application of the page's address while it is filled in; otherwise the page that says what became of it.
async fn open(visit: &Visit, id: Option<ApplicationId>) -> Result<Application, AnyView> {
    let problem = |problem| Err(problem_page(problem).into_any());
    let Some(id) = id else { return problem(Problem::NotFound) };
    match service::read(&visit.services, &visit.context, id).await {
        Ok(application) if application.receipt.is_some() => Err(sent_already(visit, id)),
        Ok(application) => Ok(application),
        Err(error) => problem(problem_of(&error)),
    }
}

/// It was sent: back button, second tab, the other of the two who fill it in.
fn sent_already(visit: &Visit, id: ApplicationId) -> AnyView {
    view! {
        <Page title=visit.t("application-sent-already") centred=true>
            <p class="lead">{visit.t("application-sent-already-text")}</p>
            <p class="actions"><LinkButton href=visit.href(&sent_address(id))>{visit.t("application-sent-look")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// Giving an application up.
fn discard(visit: &Visit, id: ApplicationId) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/draft/discard", address(id)));
    view! {
        <Dialog label=visit.t("application-discard") title=visit.t("application-discard-title") variant=Variant::Quiet>
            <p>{visit.t("application-discard-text")}</p>
            <Form action=action>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("application-discard-do")}</Button></p>
            </Form>
        </Dialog>
    }
}

/// What was just done, by the word of the address.
fn news(visit: &Visit) -> Option<impl IntoView + use<>> {
    let key = match visit.query.get("done")? {
        "saved" => "application-done-saved",
        "discarded" => "application-done-discarded",
        "withdrawn" => "application-done-withdrawn",
        _ => return None,
    };
    let text = visit.t(key);
    Some(view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::page_at;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_of_the_form_has_an_address_that_is_no_other_pages() {
        let form = WholeForm::current();
        let segments: BTreeSet<&str> = form.pages.iter().map(segment).collect();
        assert_eq!(segments.len(), form.pages.len());
        for page in form.pages {
            assert_eq!(page_of(form, segment(page)).map(|page| page.key), Some(page.key));
            let at = page_address(ApplicationId(uuid::Uuid::nil()), page);
            assert_eq!(page_at(&at).map(|page| page.path), Some("/spark/apply/:id/:page"), "{at}");
        }
        assert!(["papers", "check", "sent"].iter().all(|taken| page_of(form, taken).is_none()));
    }

    #[test]
    fn lines_are_kept_in_one_way_however_they_were_sent() {
        let (page, _) = WholeForm::current().field("plan").expect("a field");
        let (form, script) = (typed(page, [("plan", "一\r\n二"), ("other", "x")]), typed(page, [("plan", "一\n二")]));
        assert_eq!(form, script);
        assert_eq!(form.field("plan"), "一\n二");
    }
}
