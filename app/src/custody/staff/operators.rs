//! Who works with units: the codes of the laboratory, since when, until when, and under which account.

use super::at;
use crate::desk::{crumbs, may, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Column, DateField, Dialog, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, Row,
    Select, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{AccountId, OperatorId};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::custody::operators::{self, Operator};

const NEWS: &[(&str, &str)] =
    &[("added", "units-operator-added"), ("linked", "units-operator-linked"), ("ended", "units-operator-ended")];

/// The page.
#[component]
pub fn Operators() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = operators::list(&visit.services, &visit.context).await?;
    let changes = if may(visit, Capability::ReleaseUnits) {
        let people = operators::colleagues(&visit.services, &visit.context).await?;
        let sent: Option<OperatorId> = visit.form.value("operator").and_then(|id| id.parse().ok());
        Some(Changes { people, of: sent.or_else(|| visit.query.parsed("change")) })
    } else {
        None
    };
    let content = if all.is_empty() {
        view! { <EmptyState of=Illustration::Drop title=visit.t("units-operators-none")><p>{visit.t("units-operators-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        table(visit, &all, changes.as_ref()).into_any()
    };
    let add = changes.as_ref().map(|changes| add(visit, &changes.people));
    Ok(view! {
        <Page title=visit.t("units-operators-title") lead=visit.t("units-operators-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {add}
            {content}
        </Page>
    }
    .into_any())
}

/// What can be changed, one row at a time: the list of colleagues stands on the page for that row, and not for each.
struct Changes {
    /// Whom a code can be given to.
    people: Vec<(AccountId, String)>,
    /// Whose row it is: that of a form that came back, or of the address.
    of: Option<OperatorId>,
}

fn accounts(visit: &Visit, people: &[(AccountId, String)]) -> Vec<Choice> {
    let people = people.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone()));
    std::iter::once(Choice::new("", visit.t("units-operator-no-account"))).chain(people).collect()
}

fn add(visit: &Visit, people: &[(AccountId, String)]) -> impl IntoView + use<> {
    let open = visit.form.was_sent() && visit.form.value("operator").is_none();
    let today = local_day(visit.context.now);
    view! {
        <Dialog label=visit.t("units-operator-add") title=visit.t("units-operator-add") open=open>
            <Form action=visit.href(&format!("{}/add", at::OPERATORS))>
                <TextField name="code" label=visit.t("units-operator-code") hint=visit.t("units-operator-code-hint") width="short"/>
                <DateField name="since" label=visit.t("units-operator-since") value=today/>
                <Select name="account" label=visit.t("units-operator-account") hint=visit.t("units-operator-account-hint") choices=accounts(visit, people) optional=true/>
                <p class="actions"><Button>{visit.t("units-operator-add")}</Button></p>
            </Form>
        </Dialog>
    }
}

fn table(visit: &Visit, all: &[Operator], changes: Option<&Changes>) -> impl IntoView + use<> {
    let today = local_day(visit.context.now);
    let mut columns = vec![
        Column::new(visit.t("units-operator-code")),
        Column::new(visit.t("units-operator-account")),
        Column::new(visit.t("units-operator-since")),
        Column::new(visit.t("units-operator-until")),
        Column::new(visit.t("units-state")),
    ];
    if changes.is_some() {
        columns.push(Column::new(visit.t("units-operator-change")));
    }
    let rows = all.iter().map(|one| {
        let over = one.until.is_some_and(|until| until < today);
        let (tone, key) = match (over, one.since > today) {
            (true, _) => (Tone::Plain, "units-operator-over"),
            (false, true) => (Tone::Info, "units-operator-not-yet"),
            (false, false) => (Tone::Success, "units-operator-works"),
        };
        let account = one.account.as_ref().map_or_else(|| "—".to_owned(), |(_, name)| name.clone());
        let until = one.until.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
        let row = Row::new()
            .cell(view! { <code class="code">{one.code.clone()}</code> })
            .cell(account)
            .cell(day_text(one.since, visit.locale()))
            .cell(until)
            .cell(view! { <Tag tone=tone>{visit.t(key)}</Tag> })
            .muted(over);
        match changes {
            Some(changes) if !over => row.cell(change(visit, one, changes)),
            Some(_) => row.cell("—"),
            None => row,
        }
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("units-operators-title") caption_hidden=true columns=columns rows=rows/> }
}

/// The forms of the row that is changed; in the others the way to theirs.
fn change(visit: &Visit, one: &Operator, changes: &Changes) -> AnyView {
    let label = visit.t_args("units-operator-change-one", &[("code", one.code.clone().into())]);
    let id = one.id.to_string();
    if changes.of != Some(one.id) {
        let href = format!("{}?change={id}#change", visit.href(at::OPERATORS));
        return view! { <LinkButton href=href variant=Variant::Secondary>{label}</LinkButton> }.into_any();
    }
    let own = one.account.as_ref().map(|(account, _)| account.to_string()).unwrap_or_default();
    // The names of the fields are this row's own: the form of a new code asks for an account as well.
    let (account, until) = (format!("account-{id}"), format!("until-{id}"));
    let end = one.until.is_none().then(|| {
        let of = id.clone();
        view! {
            <Form action=visit.href(&format!("{}/end", at::OPERATORS))>
                <HiddenField name="operator" value=of/>
                <DateField name=until label=visit.t("units-operator-until")/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("units-operator-end")}</Button></p>
            </Form>
        }
    });
    view! {
        <div id="change">
            <Dialog label=label.clone() title=label open=true>
                <Form action=visit.href(&format!("{}/link", at::OPERATORS))>
                    <HiddenField name="operator" value=id/>
                    <Select name=account label=visit.t("units-operator-account") choices=accounts(visit, &changes.people) value=own optional=true/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("units-operator-link")}</Button></p>
                </Form>
                {end}
            </Dialog>
        </div>
    }
    .into_any()
}
