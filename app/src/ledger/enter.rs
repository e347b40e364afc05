//! What finance writes down from a paper: a donation, money moved between envelopes, what was before the books began.

use super::{at, crumbs, named};
use crate::desk::{read_first, rooms};
use crate::problem::Problem;
use crate::ui::{Button, Choice, DateField, Form, HiddenField, LinkButton, Page, Select, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::ids::{FundId, LedgerEntryId};
use domain::time::local_day;
use leptos::prelude::*;
use services::ledger::views::{self, Fund};

/// What is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    Donation,
    Allocation,
    Opening,
}

impl What {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "donation" => Some(Self::Donation),
            "allocation" => Some(Self::Allocation),
            "opening" => Some(Self::Opening),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Donation => "donation",
            Self::Allocation => "allocation",
            Self::Opening => "opening",
        }
    }
}

/// The page.
#[component]
pub fn Enter() -> impl IntoView {
    read_first(page(visit(), named("id")))
}

async fn page(visit: Visit, id: Option<FundId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let fund = views::fund(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    // A form that came back says itself what it is of.
    let said = visit.form.value("kind").or_else(|| visit.query.get("kind")).unwrap_or("donation");
    let what = What::from_name(said).ok_or(Problem::NotFound)?;
    let (title, lead) = match what {
        What::Donation => ("books-enter-donation", "books-enter-donation-lead"),
        What::Allocation => ("books-enter-allocation", "books-enter-allocation-lead"),
        What::Opening => ("books-enter-opening", "books-enter-opening-lead"),
    };
    let name = visit.pick(&fund.name_zh, &fund.name_en).into_owned();
    let back = format!("{}/{}", at::FUNDS, fund.id);
    let crumbs = crumbs(visit, (at::FUNDS, "books-title"), &[(back.clone(), name.clone())]);
    Ok(view! {
        <Page title=visit.t(title) kicker=name lead=visit.t(lead) crumbs=crumbs>
            {rooms(visit)}
            <Form>
                <HiddenField name="kind" value=what.name()/>
                {fields(visit, what, &fund)}
                <p class="actions">
                    <Button>{visit.t("books-enter")}</Button>
                    <LinkButton href=visit.href(&back) variant=Variant::Quiet>{visit.t("books-back")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}

fn fields(visit: &Visit, what: What, fund: &Fund) -> impl IntoView + use<> {
    let today = local_day(visit.context.now);
    let envelopes = || -> Vec<Choice> {
        let choice =
            |it: &views::Envelope| Choice::new(it.id.to_string(), visit.pick(&it.name_zh, &it.name_en).into_owned());
        fund.envelopes.iter().map(choice).collect()
    };
    let to = if what == What::Allocation { "books-to" } else { "books-envelope" };
    let from = (what == What::Allocation)
        .then(|| view! { <Select name="from" label=visit.t("books-from") choices=envelopes()/> });
    let amount = if what == What::Opening { "books-opening-received" } else { "books-amount-yuan" };
    let opening = (what == What::Opening).then(|| {
        view! {
            <TextField name="paid" label=visit.t("books-opening-paid") inputmode="decimal" width="medium" optional=true/>
            <TextField name="families" label=visit.t("books-families") hint=visit.t("books-families-hint") inputmode="numeric" width="short" optional=true/>
        }
    });
    let key = match what {
        What::Donation => view! {
            <TextField name="reference" label=visit.t("books-reference") hint=visit.t("books-reference-hint") width="medium"/>
        }
        .into_any(),
        // Made with the page and kept through its faults: the form sent twice is one entry.
        What::Allocation | What::Opening => {
            let made = visit.context.new_id::<LedgerEntryId>().to_string();
            let key = visit.form.value("key").map_or(made, str::to_owned);
            view! { <HiddenField name="key" value=key/> }.into_any()
        }
    };
    view! {
        {from}
        <Select name="envelope" label=visit.t(to) choices=envelopes()/>
        <TextField name="amount" label=visit.t(amount) hint=visit.t("books-amount-hint") inputmode="decimal" width="medium"/>
        {opening}
        <DateField name="day" label=visit.t("books-day") hint=visit.t("books-day-hint") value=today max=today/>
        {key}
        <TextField name="source" label=visit.t("books-source") hint=visit.t("books-source-hint")/>
    }
}
