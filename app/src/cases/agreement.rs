//! The agreement, for the family: its text in full, until when it is signed, and the form that signs it; signed, the text as it
//! was signed, to keep.

use super::own::crumbs;
use super::{hidden, named, own_page};
use crate::desk::{moment, news, read_first};
use crate::form::Tone;
use crate::i18n;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkbox, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, SummaryList, SummaryRow,
    TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::account::Capability;
use domain::ids::CaseId;
use domain::spark::Part;
use domain::spark::agreement::{Line, lines};
use domain::time::day_text;
use leptos::prelude::*;
use services::messages::{CopySection, CopySheet};
use services::spark::cases::{self, Agreement, Signed, ToSign};

const NEWS: &[(&str, &str)] = &[("signed", "decided-signed-news")];

/// The page.
#[component]
pub fn OwnAgreement() -> impl IntoView {
    read_first(page(visit(), named()))
}

/// Its address.
pub(super) fn address(id: CaseId) -> String {
    format!("{}/agreement", own_page(id))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (reference, lead, content) = match cases::own_agreement(&visit.services, &visit.context, id).await {
        Ok(Some(Agreement::ToSign(to_sign))) => {
            (Some(to_sign.reference.clone()), Some("decided-agreement-lead"), to_be_signed(visit, id, &to_sign))
        }
        Ok(Some(Agreement::Signed(signed))) => (Some(signed.reference.clone()), None, kept(visit, id, &signed)),
        Ok(None) => (None, None, none(visit, id)),
        Err(error) => return Err(hidden(error)),
    };
    let one = reference.map(|reference| visit.t_args("cases-own-one", &[("reference", reference.into())]).to_string());
    let crumbs = crumbs(visit, &one.map(|one| vec![(own_page(id), one)]).unwrap_or_default());
    let lead = lead.map(|key| view! { <p class="lead">{visit.t(key)}</p> });
    Ok(view! {
        <Page title=visit.t("decided-agreement-title") crumbs=crumbs>
            {lead}
            {content}
        </Page>
    }
    .into_any())
}

fn none(visit: &Visit, id: CaseId) -> AnyView {
    let back = visit.href(&own_page(id));
    view! {
        <EmptyState of=Illustration::Flame title=visit.t("decided-agreement-none")><p>{visit.t("decided-agreement-none-text")}</p></EmptyState>
        <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
    }
    .into_any()
}

/// The text in the language of the visit; the binding one below it, where that is another.
fn text(visit: &Visit, texts: &[String; 2]) -> impl IntoView + use<> {
    let [zh, en] = texts;
    let chinese = visit.locale() == Locale::ZhCn;
    let shown = article(if chinese { zh } else { en }, visit.locale());
    let binding = (!chinese).then(|| {
        let zh = article(zh, Locale::ZhCn);
        view! { <details class="agreement-binding"><summary>{visit.t("decided-binding")}</summary>{zh}</details> }
    });
    view! { {shown}{binding} }
}

fn article(text: &str, locale: Locale) -> impl IntoView + use<> {
    let mut parts: Vec<AnyView> = Vec::new();
    let mut points: Vec<AnyView> = Vec::new();
    for line in lines(text) {
        if let Line::Point(point) = line {
            let point = point.to_owned();
            points.push(view! { <li>{point}</li> }.into_any());
            continue;
        }
        if !points.is_empty() {
            let all = std::mem::take(&mut points);
            parts.push(view! { <ul>{all}</ul> }.into_any());
        }
        parts.push(match line {
            Line::Title(title) => view! { <h2>{title.to_owned()}</h2> }.into_any(),
            Line::Heading(heading) => view! { <h3>{heading.to_owned()}</h3> }.into_any(),
            Line::Paragraph(text) | Line::Point(text) => view! { <p>{text.to_owned()}</p> }.into_any(),
        });
    }
    if !points.is_empty() {
        parts.push(view! { <ul>{points}</ul> }.into_any());
    }
    view! { <article class="agreement" lang=locale.tag()>{parts}</article> }
}

fn facts(visit: &Visit, version: u16, hash: &str) -> Vec<SummaryRow> {
    vec![
        SummaryRow::new(visit.t("decided-text-version"), version.to_string()),
        SummaryRow::new(visit.t("decided-hash"), view! { <code class="code agreement-hash">{hash.to_owned()}</code> }),
    ]
}

fn to_be_signed(visit: &Visit, id: CaseId, to_sign: &ToSign) -> AnyView {
    let day = day_text(to_sign.until, visit.locale());
    let until = visit.t_args("decided-sign-until", &[("day", day.into())]);
    let part_only = to_sign.part_only.then(|| {
        let href = visit.href(&super::appeal::address(id));
        view! { <p>{visit.t("decided-sign-part-only")}" "<a href=href>{visit.t("decided-appeal-first")}</a></p> }
    });
    let rows = facts(visit, to_sign.text_version, &to_sign.hash);
    let end = if !to_sign.own {
        view! { <Banner tone=Tone::Info>{visit.t("decided-sign-other")}</Banner> }.into_any()
    } else if visit.context.require(Capability::SignAgreement).is_err() {
        proof(visit, id).into_any()
    } else {
        form(visit, to_sign).into_any()
    };
    view! {
        <Banner tone=Tone::Warning>{until}</Banner>
        {text(visit, &to_sign.texts)}
        <SummaryList rows=rows/>
        <section class="section no-print" id="sign">
            <h2>{visit.t("decided-sign-title")}</h2>
            {part_only}
            {end}
        </section>
    }
    .into_any()
}

/// Before it is signed, who signs is proven by a code; afterwards the page is shown again with the form.
fn proof(visit: &Visit, id: CaseId) -> impl IntoView + use<> {
    let back = visit.href(&address(id));
    let href = format!("{}?next={}", visit.href("/account/confirm"), back.replace('/', "%2F"));
    view! {
        <p>{visit.t("decided-proof-text")}</p>
        <p class="actions"><LinkButton href=href>{visit.t("decided-proof")}</LinkButton></p>
    }
}

fn form(visit: &Visit, to_sign: &ToSign) -> impl IntoView + use<> {
    let guardian = to_sign.signer == Part::Guardian;
    let label = visit.t(if guardian { "decided-name-guardian" } else { "decided-name" });
    let assent = to_sign.assent.then(|| {
        view! {
            <TextField name="assent" label=visit.t("decided-assent-name") hint=visit.t("decided-assent-hint") width="medium"/>
            <Checkbox name="assents" called=visit.t("decided-called-assents")>{visit.t("decided-assents")}</Checkbox>
        }
    });
    view! {
        <Form>
            <HiddenField name="hash" value=to_sign.hash.clone()/>
            <TextField name="name" label=label hint=visit.t("decided-name-hint") autocomplete="name" width="medium"/>
            <Checkbox name="agrees" called=visit.t("decided-called-agrees")>{visit.t("decided-agrees")}</Checkbox>
            {assent}
            <p class="actions"><Button>{visit.t("decided-sign")}</Button></p>
        </Form>
    }
}

fn kept(visit: &Visit, id: CaseId, signed: &Signed) -> AnyView {
    let mut rows = vec![
        SummaryRow::new(visit.t("decided-signed-by"), signed.name.clone()),
        SummaryRow::new(visit.t("decided-signed-at"), moment(visit, signed.at)),
    ];
    if let Some(assent) = &signed.assent {
        rows.insert(1, SummaryRow::new(visit.t("decided-assent-by"), assent.clone()));
    }
    rows.extend(facts(visit, signed.text_version, &signed.hash));
    let copy = visit.href(&format!("{}/copy.pdf", address(id)));
    let back = visit.href(&own_page(id));
    view! {
        {news(visit, NEWS)}
        <section class="request-now">
            <h2>{visit.t("decided-signed-title")}</h2>
            <SummaryList rows=rows/>
            <p class="actions no-print">
                <LinkButton href=copy variant=Variant::Secondary download=true>{visit.t("decided-copy")}</LinkButton>
                <LinkButton href=back variant=Variant::Quiet>{visit.t("cases-back")}</LinkButton>
            </p>
        </section>
        {text(visit, &signed.texts)}
    }
    .into_any()
}

/// What stands on the copy: the text as it was signed, the binding one always.
pub(super) fn sheet(locale: Locale, signed: &Signed) -> CopySheet {
    let say = |key: &str| i18n::text(locale, key).to_string();
    let said = |key: &str, name: &str, value: String| i18n::text_args(locale, key, &[(name, value.into())]).to_string();
    let [zh, en] = &signed.texts;
    let texts = if locale == Locale::ZhCn { vec![zh] } else { vec![en, zh] };
    let mut sections: Vec<CopySection> = Vec::new();
    for line in texts.iter().flat_map(|text| lines(text)) {
        match line {
            Line::Title(title) | Line::Heading(title) => {
                sections.push(CopySection { title: title.to_owned(), rows: Vec::new() });
            }
            Line::Paragraph(text) => row(&mut sections, text.to_owned()),
            Line::Point(text) => row(&mut sections, format!("· {text}")),
        }
    }
    let mut facts = vec![
        said("application-copy-reference", "reference", signed.reference.clone()),
        said("decided-copy-by", "name", signed.name.clone()),
    ];
    facts.extend(signed.assent.clone().map(|name| said("decided-copy-assent", "name", name)));
    let day = day_text(domain::time::local_day(signed.at), locale);
    facts.push(said("decided-copy-at", "at", format!("{day} {}", domain::time::clock_text(signed.at))));
    facts.push(said("decided-copy-hash", "hash", signed.hash.clone()));
    CopySheet {
        locale,
        house: say("site-name"),
        title: say("decided-agreement-title"),
        reference: signed.reference.clone(),
        facts,
        sections,
    }
}

fn row(sections: &mut [CopySection], text: String) {
    if let Some(last) = sections.last_mut() {
        last.rows.push((String::new(), text));
    }
}
