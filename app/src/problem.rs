//! The pages for what goes wrong: they belong to the house, say what to do next, and carry a support code.

use crate::i18n::Text;
use crate::routes::page_at;
use crate::ui::{Illustration, LinkButton, Page, Picture, Variant};
use crate::visit::{Visit, visit};
use axum::http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use services::limits::Limited;

/// Why a page cannot be shown, or what was sent cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// No such page, or nothing of the visitor's at this address.
    NotFound,
    /// The visitor may not see it.
    Forbidden,
    /// The signed link is too old or was changed on the way.
    LinkInvalid,
    /// What was sent arrived in pieces, or is not what its headers say.
    Malformed,
    /// What was sent did not arrive in the time the house waits for it.
    TooSlow,
    /// What was sent is larger than a form may be.
    TooLarge,
    /// What was sent is no form.
    WrongType,
    /// The form was read and lacks something, or holds what cannot be used.
    Unusable,
    /// More from one network than is answered; again after this many seconds.
    TooOften(u32),
    /// More from one account or contact than is answered; again after this many seconds.
    TooOftenOwn(u32),
    /// A fault of ours.
    Broken,
    /// More visitors than we can serve at this moment.
    Busy,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::Forbidden,
        Self::LinkInvalid,
        Self::Malformed,
        Self::TooSlow,
        Self::TooLarge,
        Self::WrongType,
        Self::Unusable,
        Self::TooOften(60),
        Self::TooOftenOwn(60),
        Self::Broken,
        Self::Busy,
    ];

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::LinkInvalid => StatusCode::GONE,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooOften(_) | Self::TooOftenOwn(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The database failed: its text stays in the log, and the visitor gets the support code.
    pub(crate) fn database(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a page could not read the database");
        Self::Busy
    }

    const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::LinkInvalid => "link-invalid",
            Self::Malformed => "malformed",
            Self::TooSlow => "too-slow",
            Self::TooLarge => "too-large",
            Self::WrongType => "wrong-type",
            Self::Unusable => "unusable",
            Self::TooOften(_) => "too-often",
            Self::TooOftenOwn(_) => "too-often-own",
            Self::Broken => "broken",
            Self::Busy => "busy",
        }
    }

    fn picture(self) -> Illustration {
        match self {
            Self::NotFound => Illustration::Museum,
            Self::Forbidden | Self::LinkInvalid => Illustration::Tank,
            Self::Malformed | Self::TooSlow | Self::TooLarge | Self::WrongType | Self::Unusable => Illustration::Drop,
            Self::Broken => Illustration::Helix,
            Self::TooOften(_) | Self::TooOftenOwn(_) | Self::Busy => Illustration::Bus,
        }
    }

    /// The sentences below the title.
    fn text(self, visit: &Visit) -> Text {
        let key = format!("problem-{}-text", self.key());
        match self {
            Self::TooOften(seconds) | Self::TooOftenOwn(seconds) => {
                visit.t_args(&key, &[("minutes", minutes(seconds).into())])
            }
            _ => visit.t(&key),
        }
    }
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        let seconds = limited.retry_seconds();
        if limited.shared { Self::TooOften(seconds) } else { Self::TooOftenOwn(seconds) }
    }
}

/// A wait as people are told it: whole minutes, never none and never too few.
pub fn minutes(seconds: u32) -> u32 {
    seconds.div_ceil(60).max(1)
}

/// The page for `problem`; sets the status of the answer. A page returns it when what it was asked for is not there:
/// `return problem_page(Problem::NotFound).into_any()`.
pub fn problem_page(problem: Problem) -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(problem.status());
        if let Problem::TooOften(seconds) | Problem::TooOftenOwn(seconds) = problem {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
    }
    let visit = &visit();
    let key = problem.key();
    view! {
        <Page title=visit.t(&format!("problem-{key}-title")) centred=true>
            <Picture of=problem.picture()/>
            <p class="lead">{problem.text(visit)}</p>
            <p class="actions">
                {retry(problem, visit)}
                {open_again(problem, visit)}
                <LinkButton href=visit.href("/") variant=Variant::Secondary>{visit.t("go-home")}</LinkButton>
            </p>
            <p class="muted small">
                {visit.t("support-code")}" "<code class="code">{visit.support_code()}</code>
            </p>
        </Page>
    }
}

/// Again at the same address, where there is a page: one that takes forms only has none to show.
fn retry(problem: Problem, visit: &Visit) -> Option<impl IntoView + use<>> {
    (matches!(problem, Problem::Broken | Problem::Busy) && page_at(&visit.path).is_some()).then(|| {
        view! { <LinkButton href=visit.here_in(visit.locale())>{visit.t("try-again")}</LinkButton> }
    })
}

/// After a form that was not taken: the page it stands on, where form and page share an address.
fn open_again(problem: Problem, visit: &Visit) -> Option<impl IntoView + use<>> {
    use Problem::{Malformed, TooLarge, TooSlow, Unusable, WrongType};
    let form = matches!(problem, Malformed | TooSlow | TooLarge | WrongType | Unusable);
    (form && page_at(&visit.path).is_some()).then(|| {
        view! { <LinkButton href=visit.here_in(visit.locale())>{visit.t("open-page-again")}</LinkButton> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_minutes_that_are_long_enough() {
        assert_eq!([0, 1, 60, 61, 600].map(minutes), [1, 1, 1, 2, 10]);
    }

    #[test]
    fn the_page_speaks_of_the_network_only_where_that_was_limited() {
        use crate::i18n::text_args;
        use domain::Locale;
        for (shared, (zh, en)) in [(true, ("网络", "network")), (false, ("您在短时间内", "You did this"))] {
            let problem = Problem::from(Limited { retry_after: jiff::SignedDuration::from_secs(90), shared });
            assert_eq!(problem.status(), StatusCode::TOO_MANY_REQUESTS);
            let key = format!("problem-{}-text", problem.key());
            for (locale, word) in [(Locale::ZhCn, zh), (Locale::En, en)] {
                let told = text_args(locale, &key, &[("minutes", minutes(90).into())]).to_string();
                assert!(told.contains(word) && told.contains('2'), "{told}");
                assert!(shared || !(told.contains("网络") || told.contains("network")), "{told}");
            }
        }
    }
}
