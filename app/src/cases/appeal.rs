//! The appeal, for the family: until which day it is possible, that there is one, why it appeals and what it asks for; what was
//! written once more before it is sent; and what was sent.

use super::own::crumbs;
use super::{hidden, named, own_page};
use crate::desk::{moment, news, read_first};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, HiddenField, LinkButton, Page, SummaryList, SummaryRow, TextArea, Variant};
use crate::visit::{Visit, visit};
use domain::ids::{ApplicationId, CaseId};
use domain::spark::review::appeal::NoAppeal;
use domain::time::day_text;
use jiff::civil::Date;
use leptos::prelude::*;
use services::spark::cases::{self, Appealing, SentAppeal};

const NEWS: &[(&str, &str)] = &[("appealed", "decided-appeal-news")];

/// The page.
#[component]
pub fn OwnAppeal() -> impl IntoView {
    read_first(page(visit(), named()))
}

/// Its address.
pub(crate) fn address(id: CaseId) -> String {
    format!("{}/appeal", own_page(id))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let appealing = cases::appealing(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let one = visit.t_args("cases-own-one", &[("reference", appealing.reference.clone().into())]).to_string();
    let crumbs = crumbs(visit, &[(own_page(id), one)]);
    let checking = visit.form.value("step") == Some("check") && visit.form.errors.is_empty();
    let (title, content) = match (&appealing.sent, appealing.until) {
        (Some(sent), _) => ("decided-appeal-title", sent_page(visit, id, sent)),
        (None, Ok(_)) if checking => ("decided-appeal-check", check(visit)),
        (None, Ok(until)) => ("decided-appeal-title", form(visit, id, &appealing, until)),
        (None, Err(why)) => ("decided-appeal-title", closed(visit, id, why)),
    };
    Ok(view! {
        <Page title=visit.t(title) crumbs=crumbs>
            {news(visit, NEWS)}
            {content}
        </Page>
    }
    .into_any())
}

/// Why there is no appeal.
pub(super) fn why_not(visit: &Visit, why: NoAppeal) -> Text {
    match why {
        NoAppeal::NotDecided => visit.t("decided-no-appeal-not-decided"),
        NoAppeal::HadOne => visit.t("decided-no-appeal-had-one"),
        NoAppeal::NothingRefused => visit.t("decided-no-appeal-nothing-refused"),
        NoAppeal::WaitsForFunds => visit.t("decided-no-appeal-waits"),
        NoAppeal::TooLate { last } => {
            visit.t_args("decided-no-appeal-too-late", &[("day", day_text(last, visit.locale()).into())])
        }
        NoAppeal::Signed => visit.t("decided-no-appeal-signed"),
        NoAppeal::Paid => visit.t("decided-no-appeal-paid"),
        NoAppeal::Over => visit.t("decided-no-appeal-over"),
    }
}

fn closed(visit: &Visit, id: CaseId, why: NoAppeal) -> AnyView {
    let back = visit.href(&own_page(id));
    view! {
        <Banner tone=Tone::Info>{why_not(visit, why)}</Banner>
        <p>{visit.t("decided-no-appeal-call")}</p>
        <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
    }
    .into_any()
}

fn form(visit: &Visit, id: CaseId, appealing: &Appealing, until: Date) -> AnyView {
    let day = visit.t_args("decided-appeal-until", &[("day", day_text(until, visit.locale()).into())]);
    let part_only = appealing.part_only.then(|| view! { <li>{visit.t("decided-appeal-keeps")}</li> });
    let back = visit.href(&own_page(id));
    // Shown again, the form is still of the version at which it was opened.
    let version = visit.form.value("version").map_or_else(|| appealing.version.to_string(), str::to_owned);
    view! {
        <p class="lead">{visit.t("decided-appeal-lead")}</p>
        <Banner tone=Tone::Warning>{day}</Banner>
        <ul class="spark-points">
            <li>{visit.t("decided-appeal-once")}</li>
            <li>{visit.t("decided-appeal-others")}</li>
            {part_only}
            <li>{visit.t("decided-appeal-papers")}</li>
        </ul>
        <Form>
            <HiddenField name="version" value=version/>
            <TextArea name="reasons" label=visit.t("decided-reasons") hint=visit.t("decided-reasons-hint") rows=8/>
            <TextArea name="wish" label=visit.t("decided-wish") hint=visit.t("decided-wish-hint") rows=3/>
            <p class="actions">
                <Button name="step" value="check">{visit.t("decided-appeal-to-check")}</Button>
                <LinkButton href=back variant=Variant::Quiet>{visit.t("cases-back")}</LinkButton>
            </p>
        </Form>
    }
    .into_any()
}

/// What was written, once more. It travels in the form, and is kept nowhere before it is sent.
fn check(visit: &Visit) -> AnyView {
    let written = |name: &str| visit.form.value(name).unwrap_or_default().to_owned();
    let rows = vec![
        SummaryRow::new(visit.t("decided-reasons"), view! { <p class="said">{written("reasons")}</p> }),
        SummaryRow::new(visit.t("decided-wish"), view! { <p class="said">{written("wish")}</p> }),
    ];
    view! {
        <SummaryList rows=rows/>
        <Banner tone=Tone::Warning>{visit.t("decided-appeal-sure")}</Banner>
        <Form>
            <HiddenField name="version" value=written("version")/>
            <HiddenField name="reasons" value=written("reasons")/>
            <HiddenField name="wish" value=written("wish")/>
            <p class="actions">
                <Button name="step" value="send">{visit.t("decided-appeal-send")}</Button>
                <Button name="step" value="back" variant=Variant::Secondary>{visit.t("decided-appeal-change")}</Button>
            </p>
        </Form>
    }
    .into_any()
}

fn sent_page(visit: &Visit, id: CaseId, sent: &SentAppeal) -> AnyView {
    let back = visit.href(&own_page(id));
    let next = visit.t(if sent.open { "decided-appeal-next" } else { "decided-appeal-over" });
    let papers = sent.takes_papers.then(|| {
        let href = visit.href(&crate::spark::papers::path(ApplicationId(id.0)));
        view! {
            <section class="section no-print" id="papers">
                <h2>{visit.t("decided-appeal-more")}</h2>
                <p>{visit.t("decided-appeal-more-text")}</p>
                <p class="actions"><LinkButton href=href>{visit.t("papers-send")}</LinkButton></p>
            </section>
        }
    });
    view! {
        <section class="request-now">
            <h2>{visit.t("decided-appeal-sent")}</h2>
            <p>{next}</p>
        </section>
        <SummaryList rows=letter(visit, sent)/>
        {papers}
        <p class="actions no-print"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
    }
    .into_any()
}

/// When it was sent, and what stands in it.
pub(super) fn letter(visit: &Visit, sent: &SentAppeal) -> Vec<SummaryRow> {
    let mut rows = vec![SummaryRow::new(visit.t("decided-appeal-at"), moment(visit, sent.at))];
    if let Some(letter) = sent.letter.clone() {
        rows.push(SummaryRow::new(visit.t("decided-reasons"), view! { <p class="said">{letter.reasons}</p> }));
        rows.push(SummaryRow::new(visit.t("decided-wish"), view! { <p class="said">{letter.wish}</p> }));
    }
    rows
}
