//! Where one begins: what is needed, what becomes of what is typed, signing in; and the applications of whoever is signed in.

use super::{APPLY, address, discard, news, problem_of, sent_address, service};
use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::problem_page;
use crate::routes::paths;
use crate::spark::{CHECK, STANDARDS};
use crate::ui::{Banner, Button, Card, Form, Glyph, Icon, LinkButton, Page, Variant};
use crate::visit::{Visit, visit};
use domain::account::Actor;
use domain::spark::application::DRAFT_DAYS;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::spark::apply::{Access, Summary};

/// The beginning.
#[component]
pub fn Start() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match &visit.context.actor {
            Actor::Visitor { .. } => match service::mine(&visit.services, &visit.context).await {
                Ok(mine) => page(&visit, Some(&mine)),
                Err(error) => problem_page(problem_of(&error)).into_any(),
            },
            _ => page(&visit, None),
        }
    })
}

fn page(visit: &Visit, mine: Option<&[Summary]>) -> AnyView {
    let begin = match (mine, &visit.context.actor) {
        (Some(mine), _) => view! { {list(visit, mine)}{begin(visit, mine)} }.into_any(),
        (None, Actor::Staff { .. }) => {
            view! { <Banner tone=Tone::Info>{visit.t("application-staff")}</Banner> }.into_any()
        }
        (None, _) => sign_in(visit).into_any(),
    };
    view! {
        <Page title=visit.t("application-title") lead=visit.t("application-lead") crumbs=crate::spark::crumbs(visit)>
            {news(visit)}
            {begin}
            {needed(visit)}
            {kept(visit)}
            {helped(visit)}
        </Page>
    }
    .into_any()
}

fn sign_in(visit: &Visit) -> impl IntoView + use<> {
    let to = format!("{}?next={}", visit.href(paths::SIGN_IN), visit.href(APPLY));
    view! {
        <section class="section">
            <h2>{visit.t("application-sign-in-title")}</h2>
            <p>{visit.t("application-sign-in-text")}</p>
            <p class="actions">
                <LinkButton href=to>{visit.t("application-sign-in")}</LinkButton>
                <LinkButton href=visit.href(CHECK) variant=Variant::Secondary>{visit.t("spark-check-action")}</LinkButton>
            </p>
        </section>
    }
}

/// A button that begins one; a quieter one where there is one already.
fn begin(visit: &Visit, mine: &[Summary]) -> impl IntoView + use<> {
    let (variant, key) = match mine.is_empty() {
        true => (Variant::Primary, "application-begin"),
        false => (Variant::Secondary, "application-begin-another"),
    };
    view! {
        <Form>
            <p class="actions"><Button variant=variant>{visit.t(key)}</Button></p>
        </Form>
    }
}

fn list(visit: &Visit, mine: &[Summary]) -> Option<impl IntoView + use<>> {
    let cards = mine.iter().map(|one| card(visit, one, true)).collect_view();
    (!mine.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{visit.t("application-mine")}</h2>
                <div class="cards apply-mine">{cards}</div>
            </section>
        }
    })
}

/// One of the account's applications: how far it is, and where it goes on. In its own list what can be done stands on it; elsewhere
/// the whole card leads there.
fn card(visit: &Visit, one: &Summary, in_list: bool) -> impl IntoView + use<> {
    let day = |at| day_text(local_day(at), visit.locale());
    // What was sent is known by its reference, what is not by its day.
    let title = match &one.sent {
        Some((reference, _)) => visit.t_args("cases-own-one", &[("reference", reference.clone().into())]),
        None => visit.t_args("application-of-day", &[("day", day(one.created_at).into())]),
    };
    let worker = (one.access == Access::Family).then(|| view! { <p>{visit.t("application-by-worker")}</p> });
    let about = title.clone();
    let (to, tag, lines, go_on) = match &one.sent {
        Some((_, at)) => {
            let sent = visit.t_args("application-sent-on", &[("at", moment(visit, *at).into())]);
            let lines = view! { <p>{sent}</p> };
            let tag = (Tone::Success, visit.t("application-state-sent"));
            (sent_address(one.id), tag, lines.into_any(), "application-sent-look")
        }
        None => {
            let saved = visit.t_args("application-saved-on", &[("at", moment(visit, one.updated_at).into())]);
            let until = visit.t_args("application-kept-until", &[("day", day(one.kept_until).into())]);
            let lines = view! { <p>{saved}</p><p class="muted small">{until}</p> };
            let tag = (Tone::Warning, visit.t("spark-public-draft"));
            (address(one.id), tag, lines.into_any(), "application-go-on")
        }
    };
    let href = visit.href(&to);
    let may_discard = one.sent.is_none() && one.access == Access::Owner;
    let actions = in_list.then(|| {
        let variant = if one.sent.is_some() { Variant::Secondary } else { Variant::Primary };
        view! {
            <p class="actions">
                <LinkButton href=href.clone() variant=variant>{visit.t(go_on)}<span class="hidden">" "{about}</span></LinkButton>
            </p>
            {may_discard.then(|| discard(visit, one.id))}
        }
    });
    let link = (!in_list).then(|| Text::from(href));
    view! {
        <Card title=title href=link tag=Some(tag)>
            {worker}
            {lines}
            {actions}
        </Card>
    }
}

fn ticks(visit: &Visit, keys: &[&'static str]) -> impl IntoView + use<> {
    let items = keys.iter().map(|key| view! { <li><Icon of=Glyph::Check/><span>{visit.t(key)}</span></li> });
    let items = items.collect_view();
    view! { <ul class="ticks">{items}</ul> }
}

fn needed(visit: &Visit) -> impl IntoView + use<> {
    let keys = [
        "application-needed-identity",
        "application-needed-illness",
        "application-needed-means",
        "application-needed-account",
    ];
    view! {
        <section class="section">
            <h2>{visit.t("application-needed-title")}</h2>
            <p>{visit.t("application-needed-text")}</p>
            {ticks(visit, &keys)}
            <p class="no-print"><a href=visit.href(STANDARDS)>{visit.t("spark-standards-link")}</a></p>
        </section>
    }
}

fn kept(visit: &Visit) -> impl IntoView + use<> {
    let days = visit.t_args("application-kept-days", &[("days", DRAFT_DAYS.into())]);
    view! {
        <section class="section">
            <h2>{visit.t("application-kept-title")}</h2>
            {ticks(visit, &["application-kept-sealed", "application-kept-unsent", "application-kept-consent"])}
            <p>{days}</p>
            <p class="no-print"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
        </section>
    }
}

fn helped(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <section class="section spark-aside">
            <h2>{visit.t("application-helped-title")}</h2>
            <p>{visit.t("spark-faq-minor-a")}</p>
            <p>{visit.t("application-helped-worker")}</p>
        </section>
    }
}

/// The applications of an account that are not sent, for its own page; nothing where there are none. What was sent stands there as
/// a case. A list of bookings is shown all the same where they cannot be read.
pub(crate) async fn of_account(visit: &Visit) -> Option<AnyView> {
    let Actor::Visitor { .. } = visit.context.actor else { return None };
    let mine = service::mine(&visit.services, &visit.context).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an account's applications could not be read");
        Vec::new()
    });
    let open: Vec<_> = mine.iter().filter(|one| one.sent.is_none()).collect();
    let cards = open.iter().map(|one| card(visit, one, false)).collect_view();
    let section = view! {
        <section class="section">
            <h2>{visit.t("application-mine-open")}</h2>
            <div class="cards account-cards">{cards}</div>
        </section>
    };
    (!open.is_empty()).then(|| section.into_any())
}
