//! The rounds, the newest first, each with its numbers.

use crate::ambassadors::{city_words, stage_words};
use crate::desk::{crumbs, moment, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Card, EmptyState, Illustration, LinkButton, Page, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::ambassadors::{Round, all_rounds};

/// The rounds.
#[component]
pub fn Rounds() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let rounds = all_rounds(&visit.services, &visit.context).await?;
    let list = if rounds.is_empty() {
        view! { <EmptyState of=Illustration::Torch title=visit.t("ambassador-staff-none")><p>{visit.t("ambassador-staff-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let cards = rounds.iter().map(|round| card(visit, round)).collect_view();
        view! { <div class="cards staff-board">{cards}</div> }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("ambassador-staff-title") lead=visit.t("ambassador-staff-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <p class="actions"><LinkButton href=visit.href("/staff/ambassadors/new")>{visit.t("ambassador-staff-new")}</LinkButton></p>
            {list}
        </Page>
    }
    .into_any())
}

fn card(visit: &Visit, round: &Round) -> impl IntoView + use<> {
    let href = visit.href(&format!("/staff/ambassadors/{}", round.id));
    let tag = match round.published {
        true => stage_words(visit, round),
        false => (Tone::Warning, visit.t("ambassador-staff-hidden")),
    };
    let window = [moment(visit, round.opens_at), moment(visit, round.closes_at)].join(" – ");
    view! {
        <Card title=round.title.of(visit.locale()).to_owned() href=Some(href.into()) tag=Some(tag) level=2>
            <p>{window}</p>
            <p class="muted small">{city_words(visit, round)}" · "{numbers(visit, round)}</p>
        </Card>
    }
}

/// 报名12人，名额10个，未评3人
pub(super) fn numbers(visit: &Visit, round: &Round) -> crate::i18n::Text {
    let args = [
        ("applications", round.applications.into()),
        ("places", round.places.into()),
        ("taken", round.taken.into()),
        ("undecided", round.undecided.into()),
    ];
    visit.t_args("ambassador-staff-numbers", &args)
}
