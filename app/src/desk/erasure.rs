//! How erasing stands, for auditors: how long each kind is kept, what is due today, counted as the operator's dry run counts it, and
//! the last proofs.

use super::audit::{action_text, detail, short, subject_text};
use super::{crumbs, moment, read_first, rooms};
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::{Banner, Column, Page, Row, Table, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::privacy::{self, Erased, Proof};

/// What is due to be erased, and the proof of what was.
#[component]
pub fn Erasure() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let standing = privacy::standing(&visit.services, &visit.context).await?;
    let all: u64 = standing.due.by_kind().iter().map(|kind| kind.count).sum();
    let dry = visit.t_args("erasure-dry", &[("n", grouped(all).into())]);
    let crumbs = crumbs(visit, &[("/staff/audit", "staff-audit-title")]);
    let trail = visit.href("/staff/audit?action=privacy.");
    Ok(view! {
        <Page title=visit.t("erasure-title") lead=visit.t("erasure-lead") width=Width::Wide crumbs=crumbs>
            {rooms(visit)}
            <section class="section" id="due">
                <h2>{visit.t("erasure-due")}</h2>
                <Banner tone=Tone::Info>{dry}</Banner>
                {due(visit, &standing.due)}
                <p class="muted small">{visit.t("erasure-no-clock")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("nav-privacy")}</a></p>
            </section>
            <section class="section" id="proofs">
                <h2>{visit.t("erasure-proofs")}</h2>
                <p class="muted small">{visit.t("erasure-proofs-text")}" "<a href=trail>{visit.t("staff-audit-title")}</a></p>
                {proofs(visit, &standing.proofs)}
            </section>
        </Page>
    }
    .into_any())
}

fn due(visit: &Visit, due: &Erased) -> AnyView {
    let columns = vec![
        Column::new(visit.t("erasure-what")),
        Column::new(visit.t("privacy-column-term")),
        Column::number(visit.t("erasure-today")),
    ];
    let rows = due.by_kind().map(|kind| {
        Row::new()
            .cell(kind.what.of(visit.locale()))
            .cell(kind.term.text().of(visit.locale()))
            .cell(grouped(kind.count))
            .muted(kind.count == 0)
    });
    view! { <Table caption=visit.t("erasure-due") caption_hidden=true columns=columns rows=Vec::from(rows)/> }
        .into_any()
}

fn proofs(visit: &Visit, all: &[Proof]) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">{visit.t("erasure-none")}</p> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("staff-audit-when")),
        Column::new(visit.t("staff-audit-what")),
        Column::new(visit.t("staff-audit-on")),
        Column::new(visit.t("erasure-counts")),
        Column::number(visit.t("staff-audit-position")),
        Column::new(visit.t("erasure-hash")),
    ];
    let rows = all.iter().map(|proof| {
        let subject = proof.subject.map(|id| {
            let href = visit.href(&format!("/staff/audit?subject={id}"));
            view! { <br/><a class="small" href=href title=id.to_string()><code class="code">{short(id)}</code></a> }
        });
        let hash = proof.hash.clone().unwrap_or_else(|| "—".to_owned());
        Row::new()
            .cell(moment(visit, proof.at))
            .cell(action_text(visit, &proof.action))
            .cell(view! { {subject_text(visit, &proof.subject_kind)}{subject} })
            .cell(detail(&proof.detail))
            .cell(proof.position.map_or_else(|| "—".to_owned(), grouped))
            .cell(view! { <code class="code staff-detail">{hash}</code> })
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("erasure-proofs") caption_hidden=true columns=columns rows=rows/> }.into_any()
}
