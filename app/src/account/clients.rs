//! Machines that may use the API: which there are, what they may do, when they were last heard, and the end of one. For
//! operators, with a fresh second factor.

use super::at;
use super::calls::CLIENT_SECRET;
use super::notices::page_problem;
use super::widgets::{done_notice, moment_text, seen_text};
use crate::desk::rooms;
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Column, Crumb, Dialog, EmptyState, Form, Glyph, Illustration, LinkButton, Page,
    Row, SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::account::Scope;
use domain::ids::ClientId;
use leptos::prelude::*;
use services::account::clients::{self, Client};

fn crumbs(visit: &Visit, below: bool) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::new(visit.href(at::STAFF), visit.t("nav-staff"))];
    if below {
        crumbs.push(Crumb::new(visit.href(at::CLIENTS), visit.t("clients-title")));
    }
    crumbs
}

/// Every machine, those that ended below the others.
#[component]
pub fn Clients() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match clients::list(&visit.services, &visit.context).await {
            Ok(clients) => list_page(&visit, clients).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn list_page(visit: &Visit, clients: Vec<Client>) -> impl IntoView + use<> {
    let done = done_notice(visit, &[("ended", "clients-done-ended")]);
    let list = match clients.is_empty() {
        true => view! { <EmptyState of=Illustration::Helix title=visit.t("clients-none")/> }.into_any(),
        false => table(visit, clients).into_any(),
    };
    view! {
        <Page title=visit.t("clients-title") lead=visit.t("clients-lead") crumbs=crumbs(visit, false) width=Width::Wide>
            {rooms(visit)}
            {done.map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            <p class="actions">
                <LinkButton href=visit.href(at::CLIENTS_NEW) glyph=Glyph::Lock>{visit.t("clients-new")}</LinkButton>
            </p>
            {list}
        </Page>
    }
}

fn table(visit: &Visit, clients: Vec<Client>) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("clients-name")),
        Column::new(visit.t("clients-scopes")),
        Column::new(visit.t("clients-since")),
        Column::new(visit.t("clients-used")),
        Column::new(visit.t("clients-state")),
    ];
    let rows = clients.into_iter().map(|client| {
        let href = visit.href(&format!("{}/{}", at::CLIENTS, client.id));
        Row::new()
            .cell(view! { <a href=href>{client.name.clone()}</a> })
            .cell(scopes_of(visit, &client))
            .cell(moment_text(visit, client.created_at))
            .cell(used_text(visit, &client))
            .cell(state_tag(visit, &client))
            .muted(client.revoked_at.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("clients-title") caption_hidden=true columns=columns rows=rows/> }
}

fn scope_text(visit: &Visit, scope: Scope) -> Text {
    match scope {
        Scope::SessionsRead => visit.t("clients-scope-sessions-read"),
        Scope::BookingsWrite => visit.t("clients-scope-bookings-write"),
        Scope::DoorWrite => visit.t("clients-scope-door-write"),
        Scope::LimsWrite => visit.t("clients-scope-lims-write"),
        Scope::TelemetryWrite => visit.t("clients-scope-telemetry-write"),
    }
}

fn scopes_of(visit: &Visit, client: &Client) -> String {
    let names: Vec<_> = client.scopes.iter().map(|scope| scope_text(visit, *scope).to_string()).collect();
    names.join(&visit.t("enumeration-separator"))
}

fn used_text(visit: &Visit, client: &Client) -> Text {
    client.last_used_at.map_or_else(|| visit.t("clients-never"), |at| seen_text(visit, at))
}

fn state_tag(visit: &Visit, client: &Client) -> impl IntoView + use<> {
    match client.revoked_at {
        None => view! { <Tag tone=Tone::Success>{visit.t("clients-state-live")}</Tag> },
        Some(_) => view! { <Tag>{visit.t("clients-state-ended")}</Tag> },
    }
}

/// A new machine.
#[component]
pub fn ClientNew() -> impl IntoView {
    let visit = &visit();
    let choices = Scope::ALL.into_iter().map(|scope| Choice::new(scope.name(), scope_text(visit, scope)));
    let choices = choices.collect::<Vec<_>>();
    view! {
        <Page title=visit.t("clients-new") lead=visit.t("clients-new-lead") crumbs=crumbs(visit, true)>
            <Form>
                <TextField name="name" label=visit.t("clients-name") hint=visit.t("clients-name-hint") width="medium"/>
                <Checkboxes name="scopes" label=visit.t("clients-scopes") hint=visit.t("clients-scopes-hint") choices=choices/>
                <Button>{visit.t("clients-create")}</Button>
            </Form>
        </Page>
    }
}

/// One machine.
#[component]
pub fn ClientPage() -> impl IntoView {
    let visit = visit();
    let id = param("id").and_then(|id| id.parse::<ClientId>().ok());
    Suspend::new(async move {
        match clients::list(&visit.services, &visit.context).await {
            Ok(clients) => match clients.into_iter().find(|client| Some(client.id) == id) {
                Some(client) => client_page(&visit, &client).into_any(),
                None => problem_page(Problem::NotFound).into_any(),
            },
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn client_page(visit: &Visit, client: &Client) -> impl IntoView + use<> {
    let mut rows = vec![
        SummaryRow::new(visit.t("clients-id"), view! { <code class="code">{client.id.to_string()}</code> }),
        SummaryRow::new(visit.t("clients-scopes"), scopes_of(visit, client)),
        SummaryRow::new(visit.t("clients-since"), moment_text(visit, client.created_at)),
        SummaryRow::new(visit.t("clients-used"), used_text(visit, client)),
        SummaryRow::new(visit.t("clients-state"), state_tag(visit, client)),
    ];
    if let Some(at) = client.revoked_at {
        rows.push(SummaryRow::new(visit.t("clients-ended-at"), moment_text(visit, at)));
    }
    let end_at = visit.href(&format!("{}/{}/end", at::CLIENTS, client.id));
    view! {
        <Page title=client.name.clone() crumbs=crumbs(visit, true)>
            {secret(visit)}
            <SummaryList rows=rows/>
            {client.revoked_at.is_none().then(|| view! {
                <section class="section account-part">
                    <h2>{visit.t("clients-end-title")}</h2>
                    <p class="muted">{visit.t("clients-end-text")}</p>
                    <Dialog label=visit.t("clients-end-open") title=visit.t("clients-end-question")>
                        <p>{visit.t("clients-end-what")}</p>
                        <Form action=end_at><Button variant=Variant::Danger>{visit.t("clients-end-submit")}</Button></Form>
                    </Dialog>
                </section>
            })}
        </Page>
    }
}

/// The secret that was just made, for the machine's configuration.
fn secret(visit: &Visit) -> Option<impl IntoView + use<>> {
    let secret = visit.form.value(CLIENT_SECRET)?.to_owned();
    Some(view! {
        <section class="once">
            <h2>{visit.t("clients-secret-title")}</h2>
            <p class="once-secret"><code>{secret}</code></p>
            <p>{visit.t("clients-secret-text")}</p>
        </section>
    })
}
