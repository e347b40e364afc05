//! What a family sent, section by section, as staff read it: masked where it says who somebody is.

use super::reading::door;
use super::words::answer_text;
use super::{at, desk, named};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::spark::form_words;
use crate::ui::{Banner, EmptyState, Illustration, LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use domain::ids::CaseId;
use domain::spark::application::form::Data;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::cases::{self, Access, CaseError, Sent, SentSection};

/// The page.
#[component]
pub fn CaseAnswers() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let content = match cases::sent(&visit.services, &visit.context, id).await {
        Ok(Some(sent)) => answers(visit, &sent),
        Ok(None) => {
            view! { <EmptyState of=Illustration::Flame title=visit.t("cases-answers-none")><p>{visit.t("cases-answers-none-text")}</p></EmptyState> }
                .into_any()
        }
        Err(CaseError::Unread { minor }) => door(visit, (id, Access::None { minor }), true),
        Err(error) => return Err(error.into()),
    };
    let back = visit.href(&desk(id));
    Ok(view! {
        <Page title=visit.t("cases-answers") lead=visit.t("cases-answers-lead") crumbs=crumbs(visit, &[(at::CASES, "cases-title")])>
            {rooms(visit)}
            {content}
            <p class="actions no-print"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
        </Page>
    }
    .into_any())
}

fn answers(visit: &Visit, sent: &Sent) -> AnyView {
    let args = [("day", day_text(sent.day, visit.locale()).into()), ("number", u32::from(sent.number).into())];
    let withheld = sent.withheld.iter().map(|data| {
        let key = if *data == Data::Health { "cases-withheld-health" } else { "cases-withheld-money" };
        view! { <Banner tone=Tone::Warning>{visit.t(key)}</Banner> }
    });
    let withheld = withheld.collect_view();
    let sections = sent.sections.iter().map(|of| section(visit, of)).collect_view();
    view! {
        <p class="muted">{visit.t_args("cases-answers-sent", &args)}</p>
        {withheld}
        {sections}
    }
    .into_any()
}

/// One section: its pages' questions and answers.
pub(super) fn section(visit: &Visit, of: &SentSection) -> impl IntoView + use<> {
    let told = of.pages.iter().flat_map(|(_, told)| told);
    let rows = told.map(|told| {
        let answer = answer_text(visit, told.field, &told.answer);
        SummaryRow::new(form_words::field(visit, told.field), view! { <span class="said">{answer}</span> })
    });
    let rows = rows.collect();
    view! {
        <section class="section case-answers">
            <h2>{form_words::section(visit, of.section)}</h2>
            <SummaryList rows=rows/>
        </section>
    }
}
