//! The pages for what goes wrong: they belong to the house, say what to do next, and carry a support code.

use crate::ui::{Illustration, LinkButton, Page, Picture, Variant};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// Why a page cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// No such page, or nothing of the visitor's at this address.
    NotFound,
    /// The visitor may not see it.
    Forbidden,
    /// The signed link is too old or was changed on the way.
    LinkInvalid,
    /// A fault of ours.
    Broken,
    /// More visitors than we can serve at this moment.
    Busy,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 5] = [Self::NotFound, Self::Forbidden, Self::LinkInvalid, Self::Broken, Self::Busy];

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::LinkInvalid => StatusCode::GONE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::LinkInvalid => "link-invalid",
            Self::Broken => "broken",
            Self::Busy => "busy",
        }
    }

    fn picture(self) -> Illustration {
        match self {
            Self::NotFound => Illustration::Museum,
            Self::Forbidden | Self::LinkInvalid => Illustration::Tank,
            Self::Broken => Illustration::Helix,
            Self::Busy => Illustration::Bus,
        }
    }
}

/// The page for `problem`; sets the status of the answer. A page returns it when what it was asked for is not there:
/// `return problem_page(Problem::NotFound).into_any()`.
pub fn problem_page(problem: Problem) -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(problem.status());
    }
    let visit = &visit();
    let key = problem.key();
    view! {
        <Page title=visit.t(&format!("problem-{key}-title")) centred=true>
            <Picture of=problem.picture()/>
            <p class="lead">{visit.t(&format!("problem-{key}-text"))}</p>
            <p class="actions">
                {retry(problem, visit)}
                <LinkButton href=visit.href("/") variant=Variant::Secondary>{visit.t("go-home")}</LinkButton>
            </p>
            <p class="muted small">
                {visit.t("support-code")}" "<code class="code">{visit.support_code()}</code>
            </p>
        </Page>
    }
}

fn retry(problem: Problem, visit: &Visit) -> Option<impl IntoView + use<>> {
    matches!(problem, Problem::Broken | Problem::Busy).then(|| {
        view! { <LinkButton href=visit.here_in(visit.locale())>{visit.t("try-again")}</LinkButton> }
    })
}
