//! Opening a fund with its budgets, and what may be changed of either afterwards.

use super::words::{money, purpose_text};
use super::{at, crumbs, named};
use crate::desk::{read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Choice, DateField, Fieldset, Form, HiddenField, LinkButton, Page, Select, SummaryList, SummaryRow,
    TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::bus::City;
use domain::ids::{EnvelopeId, FundId};
use domain::ledger::{Amount, DiseaseGroup, Purpose};
use jiff::civil;
use leptos::prelude::*;
use services::ledger::views::{self, Envelope, Fund};

/// The most budgets a fund is opened with; further ones are added one by one.
pub(super) const MOST_ROWS: usize = 6;

/// The names of the fields of each budget in the form of a new fund.
pub(super) struct Names {
    pub name_zh: &'static str,
    pub name_en: &'static str,
    pub purpose_zh: &'static str,
    pub purpose_en: &'static str,
    pub ceiling: &'static str,
}

macro_rules! names {
    ($($n:literal)+) => {
        [$(Names {
            name_zh: concat!("budget", $n, "_zh"),
            name_en: concat!("budget", $n, "_en"),
            purpose_zh: concat!("for", $n, "_zh"),
            purpose_en: concat!("for", $n, "_en"),
            ceiling: concat!("ceiling", $n),
        }),+]
    };
}

/// Row by row.
pub(super) const ROWS: [Names; MOST_ROWS] = names!(1 2 3 4 5 6);

/// The same of a budget that has a form of its own.
pub(super) const ONE: Names = Names {
    name_zh: "name_zh",
    name_en: "name_en",
    purpose_zh: "purpose_zh",
    purpose_en: "purpose_en",
    ceiling: "ceiling",
};

/// A fund to be opened.
#[component]
pub fn FundNew() -> impl IntoView {
    read_first(new_page(visit()))
}

async fn new_page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    // The policy speaks before the form does.
    views::all_funds(&visit.services, &visit.context).await?;
    let made = visit.context.new_id::<FundId>().to_string();
    let fund = visit.form.value("fund").map_or(made, str::to_owned);
    let rows = visit.form.value("rows").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).clamp(1, MOST_ROWS);
    let more = (rows < MOST_ROWS).then(|| {
        view! { <Button variant=Variant::Quiet name="more" value="1" unchecked=true>{visit.t("fund-budget-more")}</Button> }
    });
    Ok(view! {
        <Page title=visit.t("fund-new") lead=visit.t("fund-new-lead") crumbs=crumbs(visit, (at::FUNDS, "books-title"), &[])>
            {rooms(visit)}
            <Form>
                <HiddenField name="fund" value=fund/>
                <HiddenField name="rows" value=rows.to_string()/>
                <TextField name="code" label=visit.t("fund-code") hint=visit.t("fund-code-hint") width="medium"/>
                {name_fields(visit, None)}
                <Fieldset legend=visit.t("books-purpose")>
                    <p class="muted">{visit.t("fund-purpose-hint")}</p>
                    {purpose_fields(visit, &Purpose::default())}
                </Fieldset>
                {terms_fields(visit, None)}
                {budgets(visit, rows)}
                // Whoever presses Enter in a field presses the first button.
                <p class="actions">
                    <Button>{visit.t("fund-open")}</Button>
                    {more}
                    <LinkButton href=visit.href(at::FUNDS) variant=Variant::Quiet>{visit.t("books-back")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}

/// The budgets a fund is opened with. Made where they stand: the summary of faults tells them in the order of the form.
fn budgets(visit: &Visit, rows: usize) -> impl IntoView + use<> {
    let each = ROWS.iter().take(rows).enumerate().map(|(n, names)| {
        let legend = visit.t_args("fund-budget-nth", &[("n", (n + 1).into())]);
        let fields = budget_fields(visit, names, None);
        view! { <Fieldset legend=legend>{fields}</Fieldset> }
    });
    each.collect_view()
}

/// What a fund says of itself, to be changed.
#[component]
pub fn FundEdit() -> impl IntoView {
    read_first(edit_page(visit(), named("id")))
}

async fn edit_page(visit: Visit, id: Option<FundId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let fund = views::fund(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let (back, between) = to_fund(visit, &fund);
    let now = vec![
        SummaryRow::new(visit.t("fund-name-zh"), fund.name_zh.clone()),
        SummaryRow::new(visit.t("fund-name-en"), fund.name_en.clone()),
        SummaryRow::new(visit.t("fund-terms-zh"), fund.terms.zh.clone()),
        SummaryRow::new(visit.t("fund-terms-en"), fund.terms.en.clone()),
    ];
    Ok(view! {
        <Page title=visit.t("fund-edit") kicker=fund.code.clone() lead=visit.t("fund-edit-lead") crumbs=crumbs(visit, (at::FUNDS, "books-title"), &between)>
            {rooms(visit)}
            {stale(visit, fund.version, now)}
            <Form>
                <HiddenField name="version" value=fund.version.to_string()/>
                {name_fields(visit, Some(&fund))}
                {purpose(visit, &fund)}
                {terms_fields(visit, Some(&fund))}
                <p class="actions">
                    <Button>{visit.t("staff-save")}</Button>
                    <LinkButton href=visit.href(&back) variant=Variant::Quiet>{visit.t("books-back")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}

/// What it is for: to be changed while nothing is written in its books.
fn purpose(visit: &Visit, fund: &Fund) -> AnyView {
    if fund.used {
        let rows = vec![SummaryRow::new(visit.t("books-purpose"), purpose_text(visit, &fund.purpose))];
        view! {
            <SummaryList rows=rows/>
            <p class="muted small">{visit.t("fund-purpose-stands")}</p>
        }
        .into_any()
    } else {
        let fields = purpose_fields(visit, &fund.purpose);
        view! {
            <Fieldset legend=visit.t("books-purpose")>
                <p class="muted">{visit.t("fund-purpose-hint")}</p>
                {fields}
            </Fieldset>
        }
        .into_any()
    }
}

/// A budget of a fund: another one, or one that is there.
#[component]
pub fn EnvelopePage() -> impl IntoView {
    read_first(envelope_page(visit(), named("id"), (named("envelope"), false)))
}

/// Another budget of a fund.
#[component]
pub fn EnvelopeNew() -> impl IntoView {
    read_first(envelope_page(visit(), named("id"), (None, true)))
}

async fn envelope_page(
    visit: Visit,
    id: Option<FundId>,
    (envelope, is_new): (Option<EnvelopeId>, bool),
) -> Result<AnyView, Problem> {
    let visit = &visit;
    let fund = views::fund(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let own = match envelope {
        Some(id) => Some(fund.envelopes.iter().find(|one| one.id == id).ok_or(Problem::NotFound)?),
        None if is_new => None,
        None => return Err(Problem::NotFound),
    };
    let (back, between) = to_fund(visit, &fund);
    let title = visit.t(if own.is_some() { "fund-budget-edit" } else { "fund-budget-new" });
    let version = own.map_or(0, |own| own.version);
    let made = visit.context.new_id::<EnvelopeId>().to_string();
    let key = visit.form.value("envelope").map_or(made, str::to_owned);
    Ok(view! {
        <Page title=title kicker=fund.code.clone() lead=visit.t("fund-budget-lead") crumbs=crumbs(visit, (at::FUNDS, "books-title"), &between)>
            {rooms(visit)}
            {own.and_then(|own| stale(visit, own.version, present(visit, own)))}
            <Form>
                <HiddenField name="version" value=version.to_string()/>
                <HiddenField name="envelope" value=key/>
                {budget_fields(visit, &ONE, own)}
                <p class="actions">
                    <Button>{visit.t("staff-save")}</Button>
                    <LinkButton href=visit.href(&back) variant=Variant::Quiet>{visit.t("books-back")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}

fn to_fund(visit: &Visit, fund: &Fund) -> (String, Vec<(String, String)>) {
    let back = format!("{}/{}", at::FUNDS, fund.id);
    let name = visit.pick(&fund.name_zh, &fund.name_en).into_owned();
    (back.clone(), vec![(back, name)])
}

/// The form came back at another version than stands now: what was typed stands in it still, and what somebody else has made
/// of it meanwhile above it.
fn stale(visit: &Visit, version: i32, now: Vec<SummaryRow>) -> Option<impl IntoView + use<>> {
    let sent = visit.form.value("version").and_then(|text| text.parse::<i32>().ok())?;
    (sent != version).then(|| {
        view! {
            <Banner tone=Tone::Warning>{visit.t("fund-stale")}</Banner>
            <section class="section">
                <h2>{visit.t("fund-now")}</h2>
                <SummaryList rows=now/>
            </section>
        }
    })
}

/// A budget as it stands.
fn present(visit: &Visit, own: &Envelope) -> Vec<SummaryRow> {
    vec![
        SummaryRow::new(visit.t("fund-budget-name-zh"), own.name_zh.clone()),
        SummaryRow::new(visit.t("fund-budget-name-en"), own.name_en.clone()),
        SummaryRow::new(visit.t("fund-budget-for-zh"), own.purpose.zh.clone()),
        SummaryRow::new(visit.t("fund-budget-for-en"), own.purpose.en.clone()),
        SummaryRow::new(visit.t("fund-ceiling"), own.ceiling.map(money).unwrap_or_default()),
    ]
}

fn name_fields(visit: &Visit, fund: Option<&Fund>) -> impl IntoView + use<> {
    let (zh, en) = (fund.map(|fund| fund.name_zh.clone()), fund.map(|fund| fund.name_en.clone()));
    view! {
        <TextField name="name_zh" label=visit.t("fund-name-zh") value=zh.unwrap_or_default()/>
        <TextField name="name_en" label=visit.t("fund-name-en") value=en.unwrap_or_default()/>
    }
}

fn terms_fields(visit: &Visit, fund: Option<&Fund>) -> impl IntoView + use<> {
    let terms = fund.map(|fund| fund.terms.clone()).unwrap_or_default();
    view! {
        <TextArea name="terms_zh" label=visit.t("fund-terms-zh") hint=visit.t("fund-terms-hint") value=terms.zh optional=true/>
        <TextArea name="terms_en" label=visit.t("fund-terms-en") value=terms.en optional=true/>
    }
}

fn purpose_fields(visit: &Visit, purpose: &Purpose) -> impl IntoView + use<> {
    let any = |key: &str| Choice::new("", visit.t(key));
    let locale: Locale = visit.locale();
    let groups = DiseaseGroup::ALL.map(|group| Choice::new(group.name(), group.text(locale)));
    let groups = std::iter::once(any("fund-any-group")).chain(groups).collect();
    let cities = City::ALL.map(|city| Choice::new(city.code(), city.text(locale)));
    let cities = std::iter::once(any("fund-any-city")).chain(cities).collect();
    let age = |years: Option<u8>| years.map(|years| years.to_string()).unwrap_or_default();
    view! {
        <Select name="disease" label=visit.t("fund-group") choices=groups value=purpose.group.map(DiseaseGroup::name).unwrap_or_default() optional=true/>
        <Select name="city" label=visit.t("fund-city") choices=cities value=purpose.city.map(City::code).unwrap_or_default() optional=true/>
        <TextField name="age_from" label=visit.t("fund-age-from") inputmode="numeric" width="short" value=age(purpose.age_from) optional=true/>
        <TextField name="age_until" label=visit.t("fund-age-until") inputmode="numeric" width="short" value=age(purpose.age_until) optional=true/>
        {date("valid_from", visit.t("fund-from"), purpose.from)}
        {date("valid_until", visit.t("fund-until"), purpose.until)}
    }
}

fn date(name: &'static str, label: Text, value: Option<civil::Date>) -> AnyView {
    match value {
        Some(value) => view! { <DateField name=name label=label value=value optional=true/> }.into_any(),
        None => view! { <DateField name=name label=label optional=true/> }.into_any(),
    }
}

fn budget_fields(visit: &Visit, names: &Names, own: Option<&Envelope>) -> impl IntoView + use<> {
    let text = |read: fn(&Envelope) -> String| own.map(read).unwrap_or_default();
    // As it is typed.
    let ceiling = own.and_then(|own| own.ceiling).map(|most| Amount::new(most.get()).map(Amount::grouped));
    let ceiling = ceiling.and_then(Result::ok).unwrap_or_default();
    let used = own.and_then(|own| own.has.paid.plus(own.has.committed).ok());
    let hint = match used {
        Some(used) => visit.t_args("fund-ceiling-hint-used", &[("used", money(used).into())]),
        None => visit.t("fund-ceiling-hint"),
    };
    view! {
        <TextField name=names.name_zh label=visit.t("fund-budget-name-zh") value=text(|own| own.name_zh.clone())/>
        <TextField name=names.name_en label=visit.t("fund-budget-name-en") value=text(|own| own.name_en.clone())/>
        <TextField name=names.purpose_zh label=visit.t("fund-budget-for-zh") hint=visit.t("fund-budget-for-hint") value=text(|own| own.purpose.zh.clone()) optional=true/>
        <TextField name=names.purpose_en label=visit.t("fund-budget-for-en") value=text(|own| own.purpose.en.clone()) optional=true/>
        <TextField name=names.ceiling label=visit.t("fund-ceiling") hint=hint inputmode="decimal" width="medium" value=ceiling optional=true/>
    }
}
