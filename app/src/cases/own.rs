//! How far a family's case is: what was done, what is next and whose turn it is, what the house asks, what is granted and paid.

use super::own_calls::reply_name;
use super::timeline::{clarified, sections_text};
use super::words::public_tag;
use super::{answers, at, decided, hidden, named, own_page};
use crate::desk::{moment, news, read_first};
use crate::form::Tone;
use crate::ledger::money;
use crate::problem::Problem;
use crate::routes::paths;
use crate::spark::apply::sent_address;
use crate::spark::form_words;
use crate::spark::papers;
use crate::spark::words as spark;
use crate::ui::{
    Banner, Button, Column, Crumb, Form, HiddenField, LinkButton, Page, Row, SummaryList, SummaryRow, Table, Tag,
    TextArea, Variant,
};
use crate::visit::{Visit, visit};
use domain::ids::{ApplicationId, CaseId};
use domain::ledger::Fen;
use domain::spark::application::Section;
use domain::spark::{Part, Side};
use domain::time::day_text;
use jiff::civil::Date;
use leptos::prelude::*;
use services::spark::apply;
use services::spark::cases::{self, Clarified, OwnClawback, OwnTranche, OwnView, SentSection, Told};

const NEWS: &[(&str, &str)] = &[("answered", "cases-own-answered"), ("withdrawn", "cases-own-withdrawn")];

/// The page.
#[component]
pub fn OwnCase() -> impl IntoView {
    read_first(page(visit(), named()))
}

/// The way to a family's page.
pub(super) fn crumbs(visit: &Visit, more: &[(String, String)]) -> Vec<Crumb> {
    let mut crumbs = vec![
        Crumb::new(visit.href(paths::ACCOUNT), visit.t("account-tabs-label")),
        Crumb::new(visit.href(at::OWN), visit.t("cases-own-title")),
    ];
    crumbs.extend(more.iter().map(|(path, label)| Crumb::new(visit.href(path), label.clone())));
    crumbs
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let own = cases::own_case(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let title = visit.t_args("cases-own-one", &[("reference", own.case.reference.clone().into())]);
    if own.case.mourning {
        return Ok(mourning(visit, &own));
    }
    let decided = decided::own(visit, &own).await?;
    // Who helps a family with the form is told by the family: there are no letters to them.
    let letters =
        if own.case.part == Part::SocialWorker { None } else { crate::letters::own_section(visit, id).await? };
    let waits = own.clarifications.iter().find(|asked| asked.waits);
    let question = waits.map(|asked| question(visit, id, asked, &own.open));
    let withdraw = own.may_withdraw.then(|| {
        let href = visit.href(&format!("{}/withdraw", own_page(id)));
        view! {
            <section class="section no-print">
                <h2>{visit.t("cases-withdraw-title")}</h2>
                <p>{visit.t("cases-withdraw-lead")}</p>
                <p class="actions"><LinkButton href=href variant=Variant::Quiet>{visit.t("cases-withdraw")}</LinkButton></p>
            </section>
        }
    });
    let sent = documents(visit, id).await;
    Ok(view! {
        <Page title=title crumbs=crumbs(visit, &[])>
            {news(visit, NEWS)}
            {now(visit, &own)}
            {own.fund_closed.map(|day| fund_closed(visit, day))}
            {question}
            {decided}
            {letters}
            {own.clawback.as_ref().map(|asked| asked_back(visit, asked))}
            {paid(visit, &own.money)}
            {line(visit, &own.told)}
            {before(visit, &own.clarifications)}
            {sent}
            {withdraw}
        </Page>
    }
    .into_any())
}

/// Words to a family in mourning, in the place of everything else: no state, no turn, nothing to do.
fn mourning(visit: &Visit, own: &OwnView) -> AnyView {
    let reference = [("reference", own.case.reference.clone().into())];
    view! {
        <Page title=visit.t("case-mourning-title") crumbs=crumbs(visit, &[])>
            <div class="stack case-mourning">
                <p>{visit.t("case-mourning-words")}</p>
                <p>{visit.t("case-mourning-still")}</p>
                <p>{visit.t("case-mourning-call")}</p>
                <p class="muted small">{visit.t_args("cases-own-one", &reference)}</p>
            </div>
        </Page>
    }
    .into_any()
}

/// The way to what was sent: the confirmation with its copy and consents, and the papers; nothing where the case came otherwise.
async fn documents(visit: &Visit, id: CaseId) -> Option<AnyView> {
    // An application has the id of its case.
    let id = ApplicationId(id.0);
    apply::receipt(&visit.services, &visit.context, id).await.ok()?;
    let (sent, papers) = (visit.href(&sent_address(id)), visit.href(&papers::path(id)));
    Some(
        view! {
            <section class="section no-print">
                <h2>{visit.t("cases-own-sent-title")}</h2>
                <p><a href=sent>{visit.t("cases-own-sent-link")}</a></p>
                <p><a href=papers>{visit.t("cases-own-papers-link")}</a></p>
            </section>
        }
        .into_any(),
    )
}

/// How far it is, whose turn it is, and what is next.
fn now(visit: &Visit, own: &OwnView) -> impl IntoView + use<> {
    let state = own.case.state;
    let (tone, label) = public_tag(visit, state);
    // The state says how far the aid is; what is asked back is the family's to do meanwhile.
    let owes = own.clawback.as_ref().is_some_and(|asked| !asked.settled && asked.done < asked.amount);
    let (side, next) = match owes {
        true => (Side::Family, visit.t("clawback-own-next")),
        false => (state.side(), spark::next(visit, state)),
    };
    let since = own.told.last().map(|told| SummaryRow::new(visit.t("cases-own-since"), moment(visit, told.at)));
    let mut rows = vec![
        SummaryRow::new(visit.t("cases-own-turn"), spark::side(visit, side)),
        SummaryRow::new(visit.t("cases-reference"), view! { <code class="code">{own.case.reference.clone()}</code> }),
        SummaryRow::new(visit.t("cases-sent"), moment(visit, own.case.opened_at)),
    ];
    rows.extend(since);
    view! {
        <section class="request-now" id="now">
            <h2><Tag tone=tone>{label}</Tag></h2>
            <p>{next}</p>
            <SummaryList rows=rows/>
        </section>
    }
}

/// A fund that is for it takes no new applications any more: its own place stays.
fn fund_closed(visit: &Visit, day: Date) -> AnyView {
    let text = visit.t_args("fund-own-closed", &[("day", day_text(day, visit.locale()).into())]);
    view! { <Banner tone=Tone::Info>{text}</Banner> }.into_any()
}

/// What the house asks, what was sent of the sections it names, and the form that answers.
fn question(visit: &Visit, id: CaseId, asked: &Clarified, open: &[SentSection]) -> AnyView {
    let due = day_text(asked.due_on, visit.locale());
    let text = asked.question.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    let sections = sections_text(visit, &asked.sections);
    let opened = visit.t_args("cases-own-opened", &[("sections", sections.into())]);
    let sent = open.iter().map(|of| answers::section(visit, of)).collect_view();
    let sent = (!open.is_empty()).then(|| {
        view! { <details class="case-sent"><summary>{visit.t("cases-own-sent-before")}</summary>{sent}</details> }
    });
    let fields = asked.sections.iter().map(|section| {
        let about = form_words::section(visit, *section).to_string();
        let label = visit.t_args("cases-own-reply", &[("section", about.into())]);
        view! { <TextArea name=reply_name(*section) label=label hint=visit.t("cases-own-reply-hint") rows=5/> }
    });
    let fields = fields.collect_view();
    // What is asked of papers is sent on their own page, before the answer closes it.
    let papers = asked.sections.contains(&Section::Papers).then(|| {
        let href = visit.href(&crate::spark::papers::path(ApplicationId(id.0)));
        view! {
            <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("papers-send")}</LinkButton></p>
            <p class="muted small">{visit.t("case-papers-first")}</p>
        }
    });
    let action = visit.href(&format!("{}/answer", own_page(id)));
    view! {
        <section class="section" id="question">
            <h2>{visit.t("cases-own-question")}</h2>
            <Banner tone=Tone::Warning>{visit.t_args("cases-own-due", &[("day", due.into())])}</Banner>
            {text}
            <p>{opened}</p>
            {sent}
            {papers}
            <Form action=action>
                <HiddenField name="clarification" value=asked.id.to_string()/>
                {fields}
                <p class="actions"><Button>{visit.t("cases-own-reply-do")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}

/// What was asked and is over: answered, or past its day.
fn before(visit: &Visit, all: &[Clarified]) -> Option<AnyView> {
    let mut over = all.iter().filter(|asked| !asked.waits).peekable();
    over.peek()?;
    let items = over.map(|asked| clarified(visit, asked)).collect_view();
    Some(
        view! {
            <section class="section"><h2>{visit.t("cases-own-before")}</h2><ol class="case-line">{items}</ol></section>
        }
        .into_any(),
    )
}

/// What is asked back: how much, until when, why, and what of it is settled.
fn asked_back(visit: &Visit, asked: &OwnClawback) -> AnyView {
    let left = asked.amount.minus(asked.done).unwrap_or(asked.amount);
    let rows = vec![
        SummaryRow::new(visit.t("clawback-amount"), money(asked.amount)),
        SummaryRow::new(visit.t("clawback-due"), day_text(asked.due, visit.locale())),
        SummaryRow::new(visit.t("clawback-back"), money(asked.done)),
        SummaryRow::new(visit.t("clawback-left"), money(left)),
    ];
    let reason = asked.reason.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    let text = visit.t(if asked.settled { "clawback-own-settled" } else { "clawback-own-text" });
    view! {
        <section class="section" id="asked-back">
            <h2>{visit.t("clawback-own")}</h2>
            <p>{text}</p>
            {reason}
            <SummaryList rows=rows/>
        </section>
    }
    .into_any()
}

/// What is granted, and what of it is paid.
fn paid(visit: &Visit, parts: &[OwnTranche]) -> Option<AnyView> {
    if parts.is_empty() {
        return None;
    }
    let sum = |paid: bool| {
        Fen::sum(parts.iter().filter(|part| part.paid || !paid).map(|part| part.amount)).unwrap_or(Fen::ZERO)
    };
    let yuan = |fen: Fen| visit.t_args("cases-yuan", &[("amount", money(fen).into())]).to_string();
    let args = [("all", yuan(sum(false)).into()), ("paid", yuan(sum(true)).into())];
    let text = visit.t_args("cases-own-money", &args);
    let columns = vec![
        Column::new(visit.t("cases-own-part")),
        Column::number(visit.t("cases-own-amount")),
        Column::new(visit.t("cases-own-paid")),
    ];
    let rows = parts.iter().map(|part| {
        let paid = match (part.paid, part.paid_on) {
            (true, Some(day)) => visit.t_args("cases-own-paid-on", &[("day", day_text(day, visit.locale()).into())]),
            (true, None) => visit.t("cases-own-paid-yes"),
            (false, _) => visit.t("cases-own-paid-not"),
        };
        Row::new().cell(crate::desk::count(visit, "cases-own-nth", part.nth)).cell(yuan(part.amount)).cell(paid)
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section" id="money">
                <h2>{visit.t("cases-own-money-title")}</h2>
                <p>{text}</p>
                <Table caption=visit.t("cases-own-money-title") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}

/// What happened, as far as a family sees a difference.
fn line(visit: &Visit, told: &[Told]) -> impl IntoView + use<> {
    let items = told.iter().map(|step| {
        let (tone, label) = public_tag(visit, step.state);
        let by = step.own.then(|| view! { " · "{visit.t("cases-own-by-you")} });
        view! {
            <li class="case-step">
                <p class="case-step-head"><Tag tone=tone>{label}</Tag></p>
                <p class="muted small">{moment(visit, step.at)}{by}</p>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="section" id="history">
            <h2>{visit.t("cases-history")}</h2>
            <ol class="case-line">{items}</ol>
        </section>
    }
}
