//! The form that objects to a notice, for anybody; that it arrived, with the number of the receipt; and that the notice is over.

use super::form_address;
use crate::desk::read_first;
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Crumb, Form, HiddenField, LinkButton, Page, TextArea, TextField, Variant};
use crate::visit::{Visit, param, visit};
use domain::time::day_text;
use jiff::civil::Date;
use leptos::prelude::*;
use services::spark::objections::{is_receipt, objecting};
use uuid::Uuid;

/// The page.
#[component]
pub fn ObjectForm() -> impl IntoView {
    let code = param("code");
    read_first(page(visit(), code))
}

async fn page(visit: Visit, code: Option<String>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let code = code.ok_or(Problem::NotFound)?;
    let notice = objecting(&visit.services, &visit.context, &code).await?;
    // Only a number that was given out is shown.
    let receipt = visit.query.get("receipt").unwrap_or_default().to_owned();
    let known = is_receipt(&visit.services, &visit.context, &notice.code, &receipt).await?;
    let receipt = known.then_some(receipt);
    let content = match (receipt, notice.until) {
        (Some(receipt), _) => arrived(visit, receipt).into_any(),
        (None, Some(until)) => form(visit, &notice.code, until).into_any(),
        (None, None) => over(visit).into_any(),
    };
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(crate::routes::paths::SPARK), visit.t("spark-name")),
        Crumb::new(visit.href("/spark/notices"), visit.t("disclosure-notices")),
    ];
    let about = visit.t_args("objection-of", &[("code", notice.code.clone().into())]);
    Ok(view! { <Page title=visit.t("objection-page-title") kicker=about crumbs=crumbs>{content}</Page> }.into_any())
}

fn back(visit: &Visit) -> impl IntoView + use<> {
    let href = visit.href("/spark/notices");
    view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("objection-back")}</LinkButton></p> }
}

fn over(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Banner tone=Tone::Info>{visit.t("objection-over")}</Banner>
        <p>{visit.t("objection-over-text")}</p>
        {back(visit)}
    }
}

fn arrived(visit: &Visit, receipt: String) -> impl IntoView + use<> {
    view! {
        <section class="apply-sent">
            <h2>{visit.t("objection-arrived")}</h2>
            <p>{visit.t("objection-receipt")}</p>
            <p class="apply-reference"><code class="code">{receipt}</code></p>
        </section>
        <p>{visit.t("objection-arrived-text")}</p>
        {back(visit)}
    }
}

fn form(visit: &Visit, code: &str, until: Date) -> impl IntoView + use<> {
    let until = visit.t_args("objection-until", &[("day", day_text(until, visit.locale()).into())]);
    let key: Uuid = visit.context.new_id();
    let key = visit.form.value("form").map_or_else(|| key.to_string(), str::to_owned);
    let action = visit.href(&form_address(code));
    view! {
        <p class="lead">{visit.t("objection-lead")}</p>
        <Banner tone=Tone::Info>{until}</Banner>
        <Form action=action>
            <HiddenField name="form" value=key/>
            <TextArea name="facts" label=visit.t("objection-facts") hint=visit.t("objection-facts-hint") rows=8/>
            <TextField name="name" label=visit.t("objection-name") hint=visit.t("objection-name-hint") autocomplete="name" width="medium" optional=true/>
            <TextField name="mail" label=visit.t("objection-mail") hint=visit.t("objection-mail-hint") kind="email" autocomplete="email" inputmode="email" optional=true/>
            <p class="muted small">{visit.t("objection-privacy")}</p>
            <p class="actions"><Button>{visit.t("objection-send")}</Button></p>
        </Form>
    }
}
