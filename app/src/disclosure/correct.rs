//! Putting the last report right: its numbers line by line as they should have been, and the reason, which the public reads.

use super::at;
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, EmptyState, Form, Illustration, LinkButton, Page, TextArea, Variant, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::disclosure;

/// The page.
#[component]
pub fn CorrectReport() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let desk = disclosure::desk(&visit.services, &visit.context).await?;
    let body = match desk.published.latest() {
        Some(kept) if desk.waits.is_none() => {
            let figures = kept.snapshot.figures();
            let rows = u32::try_from(figures.lines().count()).unwrap_or(u32::MAX).clamp(6, 24);
            let action = visit.href(&format!("{}/{}/correct", at::DESK, kept.id));
            let of =
                visit.t_args("disclosure-correct-of", &[("term", kept.snapshot.quarter.text(visit.locale()).into())]);
            view! {
                <p>{of}</p>
                <p class="muted">{visit.t("disclosure-correct-rules")}</p>
                <Form action=action>
                    <TextArea name="figures" label=visit.t("disclosure-figures") hint=visit.t("disclosure-figures-hint") rows=rows value=figures/>
                    <TextArea name="reason" label=visit.t("disclosure-correct-reason") hint=visit.t("disclosure-correct-reason-hint") rows=2/>
                    <p class="actions">
                        <Button>{visit.t("disclosure-correct-freeze")}</Button>
                        <LinkButton href=visit.href(at::DESK) variant=Variant::Quiet>{visit.t("disclosure-back")}</LinkButton>
                    </p>
                </Form>
            }
            .into_any()
        }
        Some(_) => view! { <Banner tone=Tone::Warning>{visit.t("disclosure-refused-waits")}</Banner> }.into_any(),
        None => view! { <EmptyState of=Illustration::Flame title=visit.t("disclosure-none")/> }.into_any(),
    };
    Ok(view! {
        <Page title=visit.t("disclosure-correct") width=Width::Wide crumbs=crumbs(visit, &[(at::DESK, "disclosure-staff-title")])>
            {rooms(visit)}
            {body}
        </Page>
    }
    .into_any())
}
