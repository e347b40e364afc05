//! What a family is told, the last first; what asks for it is acknowledged here.

use super::words::notice_words;
use super::{FamilyTabs, crumbs, hidden, page_of};
use crate::desk::{moment, news, read_first};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Button, EmptyState, Form, Illustration, Page, Tag, Variant};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::family::{self, OwnNotice};

const NEWS: &[(&str, &str)] = &[("read", "family-read-news")];

/// The page.
#[component]
pub fn OwnNotices() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::notices(&visit.services, &visit.context).await.map_err(hidden)?;
    let waiting = all.iter().filter(|notice| notice.waits).count() as u64;
    let list = if all.is_empty() {
        view! { <EmptyState of=Illustration::Flame title=visit.t("family-notices-none")/> }.into_any()
    } else {
        let items = all.iter().map(|notice| one(visit, notice)).collect_view();
        view! { <section class="section"><ol class="case-line">{items}</ol></section> }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-tab-notices") lead=visit.t("family-notices-lead") crumbs=crumbs(visit, &[])>
            {news(visit, NEWS)}
            <FamilyTabs waiting=waiting/>
            {list}
        </Page>
    }
    .into_any())
}

fn one(visit: &Visit, notice: &OwnNotice) -> impl IntoView + use<> {
    let (title, text) = notice_words(visit, notice);
    let unit = notice.unit.map(|unit| {
        view! { <p><a href=visit.href(&page_of(unit))>{visit.t("family-notice-unit")}</a></p> }
    });
    let tag = match (notice.kind.is_acknowledged(), notice.read_at) {
        (true, Some(at)) => {
            let text = visit.t_args("family-read-at", &[("at", moment(visit, at).into())]);
            Some(view! { <Tag tone=Tone::Success>{text}</Tag> })
        }
        (true, None) => Some(view! { <Tag tone=Tone::Warning>{visit.t("family-unread-tag")}</Tag> }),
        (false, _) => None,
    };
    let button = notice.waits.then(|| {
        let action = visit.href(&format!("/account/units/notices/{}/read", notice.id));
        view! {
            <Form action=action>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("family-read-do")}</Button></p>
            </Form>
        }
    });
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{title}</strong>{tag}</p>
            <p class="muted small">{moment(visit, notice.made_at)}</p>
            <p>{text}</p>
            {unit}
            {button}
        </li>
    }
}
