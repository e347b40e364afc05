//! A letter to read: on a telephone, on paper, and as the file whose hash stands below it.

use super::{VERIFY, hidden, own_letter};
use crate::cases::own_page;
use crate::desk::read_first;
use crate::form::Tone;
use crate::museum::param;
use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::{Banner, Crumb, LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::ids::{CaseId, LetterId};
use domain::spark::letter::{Block, Letter};
use leptos::prelude::*;
use services::spark::letters::{self, Opened};

/// What asks for the letter in the other language.
const TRANSLATED: &str = "translated";

/// The page.
#[component]
pub fn OwnLetter() -> impl IntoView {
    read_first(page(visit(), param("id"), param("letter")))
}

async fn page(visit: Visit, case: Option<CaseId>, letter: Option<LetterId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (case, letter) = case.zip(letter).ok_or(Problem::NotFound)?;
    let opened = letters::open(&visit.services, &visit.context, case, letter).await.map_err(hidden)?;
    let translated = visit.query.get(TRANSLATED).is_some();
    let reference = opened.listed.number.get(..9).unwrap_or_default().to_owned();
    let crumbs = vec![
        Crumb::new(visit.href(paths::ACCOUNT), visit.t("account-tabs-label")),
        Crumb::new(visit.href("/account/spark"), visit.t("cases-own-title")),
        Crumb::new(visit.href(&own_page(case)), visit.t_args("cases-own-one", &[("reference", reference.into())])),
    ];
    let file = visit.href(&format!("{}/letter.pdf", own_letter(case, letter)));
    let back = visit.href(&own_page(case));
    let (locale, letter_shown) = match translated {
        true => (opened.translation.0, &opened.translation.1),
        false => (opened.listed.locale, &opened.letter),
    };
    let note = translated.then(|| view! { <Banner tone=Tone::Info>{visit.t("letters-translation-note")}</Banner> });
    let (title, text) = (letter_shown.title.clone(), article(locale, letter_shown));
    let in_the_other = other(visit, (case, letter), &opened, translated);
    let proven = proof(visit, &opened);
    Ok(view! {
        <Page title=title headless=true crumbs=crumbs>
            {note}
            {text}
            {in_the_other}
            <p class="actions no-print">
                <LinkButton href=file download=true>{visit.t("letters-save")}</LinkButton>
                <LinkButton href=back variant=Variant::Secondary>{visit.t("letters-back")}</LinkButton>
            </p>
            {proven}
        </Page>
    }
    .into_any())
}

/// The way to the letter in the other language, and back to the one that was sent.
fn other(
    visit: &Visit,
    (case, letter): (CaseId, LetterId),
    opened: &Opened,
    translated: bool,
) -> impl IntoView + use<> {
    let page = own_letter(case, letter);
    let (to, key) = match (translated, opened.translation.0) {
        (true, _) => (page, "letters-original"),
        (false, Locale::En) => (format!("{page}?{TRANSLATED}=1"), "letters-in-en"),
        (false, Locale::ZhCn) => (format!("{page}?{TRANSLATED}=1"), "letters-in-zh"),
    };
    view! { <p class="no-print"><a href=visit.href(&to)>{visit.t(key)}</a></p> }
}

/// The words of a letter, in their language.
fn article(locale: Locale, letter: &Letter) -> impl IntoView + use<> {
    let mut blocks: Vec<AnyView> = Vec::new();
    let mut items: Vec<AnyView> = Vec::new();
    for block in &letter.blocks {
        if !matches!(block, Block::Item(_)) && !items.is_empty() {
            let list = std::mem::take(&mut items);
            blocks.push(view! { <ul>{list}</ul> }.into_any());
        }
        match block {
            Block::Heading(text) => blocks.push(view! { <h2>{text.clone()}</h2> }.into_any()),
            Block::Text(text) => blocks.push(view! { <p>{text.clone()}</p> }.into_any()),
            Block::Item(text) => items.push(view! { <li>{text.clone()}</li> }.into_any()),
        }
    }
    if !items.is_empty() {
        blocks.push(view! { <ul>{items}</ul> }.into_any());
    }
    let foot = letter.foot.iter().map(|line| view! { <p>{line.clone()}</p> }).collect_view();
    view! {
        <article class="letter" lang=locale.tag()>
            <h1>{letter.title.clone()}</h1>
            <p class="letter-to">{letter.salutation.clone()}</p>
            {blocks}
            <div class="letter-foot">{foot}</div>
        </article>
    }
}

/// By what the file can be held against ours.
fn proof(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let listed = &opened.listed;
    let hash = match listed.digest {
        Some(digest) => view! { <code class="letter-hash">{digest.to_string()}</code> }.into_any(),
        // A file is drawn within moments of its letter; whoever fetches it first does not wait for that.
        None => view! { <span class="muted">{visit.t("letters-hash-later")}</span> }.into_any(),
    };
    let rows = vec![
        SummaryRow::new(visit.t("letters-number"), view! { <code class="code">{listed.number.clone()}</code> }),
        SummaryRow::new(visit.t("letters-texts"), listed.texts.to_string()),
        SummaryRow::new(visit.t("letters-hash"), hash),
    ];
    view! {
        <section class="section letter-proof">
            <h2>{visit.t("letters-proof")}</h2>
            <p class="muted">{visit.t("letters-proof-text")}</p>
            <SummaryList rows=rows/>
            <p class="no-print"><a href=visit.href(VERIFY)>{visit.t("letters-verify-title")}</a></p>
        </section>
    }
}
