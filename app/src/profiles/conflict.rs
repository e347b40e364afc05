//! Declaring that somebody has a conflict with a case. It stays: whoever was in one stays out.

use super::{at, name_of, named};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, LinkButton, Page, TextArea, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::ids::AccountId;
use leptos::prelude::*;
use services::spark::review::person;

/// The page.
#[component]
pub fn ConflictNew() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, account: Option<AccountId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let account = account.ok_or(Problem::NotFound)?;
    let one = person(&visit.services, &visit.context, account).await?;
    let back = visit.href(&format!("{}/{account}", at::PROFILES));
    let name = name_of(visit, &one.person).to_string();
    Ok(view! {
        <Page title=visit.t("profiles-conflict") lead=visit.t_args("profiles-conflict-of", &[("name", name.into())]) crumbs=crumbs(visit, &[(at::PROFILES, "profiles-title")])>
            {rooms(visit)}
            <Banner tone=Tone::Info>{visit.t("profiles-conflict-stays")}</Banner>
            <Form>
                <TextField name="reference" label=visit.t("profiles-conflict-case") hint=visit.t("profiles-conflict-case-hint") width="medium"/>
                <TextArea name="reason" label=visit.t("profiles-conflict-reason") hint=visit.t("profiles-conflict-reason-hint") rows=3/>
                <p class="actions">
                    <Button variant=Variant::Danger>{visit.t("profiles-conflict-do")}</Button>
                    <LinkButton href=back variant=Variant::Quiet>{visit.t("profiles-back-one")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}
