//! "Sure?": before a family takes its case back for good.

use super::own::crumbs;
use super::{hidden, named, own_page};
use crate::desk::read_first;
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, HiddenField, LinkButton, Page, Variant};
use crate::visit::{Visit, visit};
use domain::ids::CaseId;
use domain::spark::PublicState;
use leptos::prelude::*;
use services::spark::cases;

/// The page.
#[component]
pub fn WithdrawCase() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let own = cases::own_case(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let back = visit.href(&own_page(id));
    let one = visit.t_args("cases-own-one", &[("reference", own.case.reference.clone().into())]).to_string();
    let crumbs = crumbs(visit, &[(own_page(id), one)]);
    let content = if own.may_withdraw {
        let money = matches!(own.case.state, PublicState::Granted | PublicState::Notice | PublicState::Agreement);
        let money = money.then(|| view! { <p>{visit.t("cases-withdraw-money")}</p> });
        view! {
            <Banner tone=Tone::Warning>{visit.t("cases-withdraw-text")}</Banner>
            {money}
            <p>{visit.t("cases-withdraw-again")}</p>
            <Form>
                <HiddenField name="seen" value=own.case.state.name()/>
                <p class="actions">
                    <Button variant=Variant::Danger>{visit.t("cases-withdraw-do")}</Button>
                    <LinkButton href=back variant=Variant::Secondary>{visit.t("cases-withdraw-not")}</LinkButton>
                </p>
            </Form>
        }
        .into_any()
    } else {
        view! {
            <p>{visit.t("cases-withdraw-none")}</p>
            <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
        }
        .into_any()
    };
    Ok(view! { <Page title=visit.t("cases-withdraw-sure") crumbs=crumbs>{content}</Page> }.into_any())
}
