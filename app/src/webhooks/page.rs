//! The pages: all endpoints, a new one, one of them with what it was told.

use super::at;
use super::calls::SECRET;
use super::words::{answer_text, kind_text, progress_tag, standing_tag, topic_text, when};
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkbox, Checkboxes, Choice, Column, Crumb, Dialog, EmptyState, Form, Glyph, HiddenField,
    Illustration, LinkButton, Page, Pagination, Row, Select, SummaryList, SummaryRow, Table, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::ids::{WebhookEventId, WebhookId};
use domain::webhooks::Topic;
use jiff::Timestamp;
use leptos::prelude::*;
use services::account::clients;
use services::webhooks::{self, After, Delivery, Endpoint, PAGE, Progress, Standing};

const NEWS: &[(&str, &str)] = &[
    ("changed", "webhooks-done-changed"),
    ("removed", "webhooks-done-removed"),
    ("paused", "webhooks-done-paused"),
    ("resumed", "webhooks-done-resumed"),
    ("tested", "webhooks-done-tested"),
    ("again", "webhooks-done-again"),
];

/// Every endpoint.
#[component]
pub fn Webhooks() -> impl IntoView {
    read_first(all(visit()))
}

async fn all(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let endpoints = webhooks::list(&visit.services, &visit.context).await?;
    let list = if endpoints.is_empty() {
        view! {
            <EmptyState of=Illustration::Helix title=visit.t("webhooks-none")><p>{visit.t("webhooks-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, endpoints).into_any()
    };
    Ok(view! {
        <Page title=visit.t("webhooks-title") lead=visit.t("webhooks-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <p class="actions"><LinkButton href=visit.href(at::NEW) glyph=Glyph::Lock>{visit.t("webhooks-new")}</LinkButton></p>
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, endpoints: Vec<Endpoint>) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("webhooks-description")),
        Column::new(visit.t("webhooks-state")),
        Column::new(visit.t("webhooks-delivered-at")),
        Column::number(visit.t("webhooks-waiting")),
    ];
    let rows = endpoints.into_iter().map(|endpoint| {
        let href = visit.href(&format!("{}/{}", at::ALL, endpoint.id));
        Row::new()
            .cell(view! { <div><a href=href>{endpoint.description.clone()}</a><br/><code class="code small">{endpoint.url.clone()}</code></div> })
            .cell(standing_tag(visit, &endpoint))
            .cell(when(visit, endpoint.delivered_at))
            .cell(endpoint.waiting.to_string())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("webhooks-title") caption_hidden=true columns=columns rows=rows/> }
}

/// A new endpoint.
#[component]
pub fn WebhookNew() -> impl IntoView {
    read_first(new(visit()))
}

async fn new(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let fields = hears(visit, None).await?;
    Ok(view! {
        <Page title=visit.t("webhooks-new") lead=visit.t("webhooks-new-lead") crumbs=crumbs(visit, &[(at::ALL, "webhooks-title")])>
            <Form>
                <TextField name="url" label=visit.t("webhooks-url") hint=visit.t("webhooks-url-hint") inputmode="url"/>
                {fields}
                <Button>{visit.t("webhooks-create")}</Button>
            </Form>
        </Page>
    }
    .into_any())
}

/// The fields of what an endpoint is called and hears of, as it is now where there is one.
async fn hears(visit: &Visit, now: Option<&Endpoint>) -> Result<impl IntoView + use<>, Problem> {
    let machines = clients::list(&visit.services, &visit.context).await.map_err(|error| {
        tracing::error!(%error, "the machines could not be listed");
        Problem::Broken
    })?;
    let topics = Topic::ALL.into_iter().map(|topic| Choice::new(topic.name(), topic_text(visit, topic)));
    let topics: Vec<Choice> = topics.collect();
    let own = now.and_then(|endpoint| endpoint.client.as_ref()).map(|(id, _)| *id);
    // A machine that was ended stays the endpoint's, and can be left.
    let live = machines.into_iter().filter(|client| client.revoked_at.is_none() || own == Some(client.id));
    let live = live.map(|client| Choice::new(client.id.to_string(), client.name));
    let machines: Vec<Choice> = std::iter::once(Choice::new("", visit.t("webhooks-client-none"))).chain(live).collect();
    let description = now.map(|endpoint| endpoint.description.clone()).unwrap_or_default();
    let ticked = now.map(|endpoint| endpoint.topics.iter().map(|topic| Text::from(topic.name())).collect());
    let client = own.map(|id| id.to_string()).unwrap_or_default();
    Ok(view! {
        <TextField name="description" label=visit.t("webhooks-description") hint=visit.t("webhooks-description-hint") value=description width="medium"/>
        <Checkboxes name="topics" label=visit.t("webhooks-topics") hint=visit.t("webhooks-topics-hint") choices=topics values=ticked.unwrap_or_default()/>
        <Select name="client" label=visit.t("webhooks-client") hint=visit.t("webhooks-client-hint") choices=machines value=client optional=true/>
    })
}

/// What an endpoint is called and hears of.
#[component]
pub fn WebhookEdit() -> impl IntoView {
    read_first(edit(visit(), of_address()))
}

async fn edit(visit: Visit, id: Option<WebhookId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let endpoint = webhooks::endpoint(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let fields = hears(visit, Some(&endpoint)).await?;
    let here = format!("{}/{}", at::ALL, endpoint.id);
    let mut crumbs = crumbs(visit, &[(at::ALL, "webhooks-title")]);
    crumbs.push(Crumb::new(visit.href(&here), endpoint.description.clone()));
    let version = endpoint.version.to_string();
    Ok(view! {
        <Page title=visit.t("webhooks-edit") lead=visit.t("webhooks-edit-lead") crumbs=crumbs>
            <SummaryList rows=vec![SummaryRow::new(visit.t("webhooks-url"), view! { <code class="code">{endpoint.url.clone()}</code> })]/>
            <Form>
                <HiddenField name="version" value=version/>
                {fields}
                <Button>{visit.t("staff-save")}</Button>
            </Form>
        </Page>
    }
    .into_any())
}

/// A page's end as text: microseconds, number and event of its last row.
fn write_cursor(last: &Delivery) -> String {
    format!("{}.{}.{}", last.occurred_at.as_microsecond(), last.sequence, last.event)
}

fn read_cursor(text: &str) -> Option<After> {
    let mut parts = text.splitn(3, '.');
    let at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
    Some((at, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn of_address() -> Option<WebhookId> {
    param("id").and_then(|id| id.parse().ok())
}

/// One endpoint, and what it was told.
#[component]
pub fn WebhookPage() -> impl IntoView {
    read_first(one(visit(), of_address()))
}

async fn one(visit: Visit, id: Option<WebhookId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let endpoint = webhooks::endpoint(&visit.services, &visit.context, id).await?;
    let after = visit.query.get("after").and_then(read_cursor);
    let mut told = webhooks::deliveries(&visit.services, &visit.context, id, after).await?;
    let more = told.len() > PAGE;
    told.truncate(PAGE);
    let next = more.then(|| told.last()).flatten();
    let next = next.map(|last| Text::from(format!("{}?after={}", visit.here(), write_cursor(last))));
    let first = after.map(|_| Text::from(visit.here()));
    let crumbs = crumbs(visit, &[(at::ALL, "webhooks-title")]);
    Ok(view! {
        <Page title=endpoint.description.clone() width=Width::Wide crumbs=crumbs>
            {news(visit, NEWS)}
            {secret(visit)}
            {trouble(visit, &endpoint)}
            <SummaryList rows=summary(visit, &endpoint)/>
            {acts(visit, &endpoint)}
            <section class="section">
                <h2>{visit.t("webhooks-told")}</h2>
                {deliveries(visit, &endpoint, told)}
                <Pagination previous=first next=next/>
            </section>
            {rotate(visit, &endpoint)}
            {remove(visit, &endpoint)}
        </Page>
    }
    .into_any())
}

/// The secret that was just made, for the partner's configuration.
fn secret(visit: &Visit) -> Option<impl IntoView + use<>> {
    let secret = visit.form.value(SECRET)?.to_owned();
    Some(view! {
        <section class="once">
            <h2>{visit.t("webhooks-secret-title")}</h2>
            <p class="once-secret"><code>{secret}</code></p>
            <p>{visit.t("webhooks-secret-text")}</p>
        </section>
    })
}

/// What somebody has to see to.
fn trouble(visit: &Visit, endpoint: &Endpoint) -> Option<impl IntoView + use<>> {
    let (tone, text) = match (endpoint.standing, endpoint.failing_since) {
        (Standing::Paused(domain::webhooks::Pause::Failing), _) => {
            (Tone::Danger, visit.t("webhooks-paused-failing-text"))
        }
        (Standing::Paused(domain::webhooks::Pause::Gone), _) => (Tone::Danger, visit.t("webhooks-paused-gone-text")),
        (Standing::Active, Some(since)) => {
            (Tone::Warning, visit.t_args("webhooks-failing-text", &[("at", moment(visit, since).into())]))
        }
        _ => return None,
    };
    Some(view! { <Banner tone=tone>{text}</Banner> })
}

fn summary(visit: &Visit, endpoint: &Endpoint) -> Vec<SummaryRow> {
    let topics: Vec<String> = endpoint.topics.iter().map(|topic| topic_text(visit, *topic).to_string()).collect();
    let state = view! { <div>{standing_tag(visit, endpoint)}{endpoint.paused_at.map(|at| view! { " "<span class="muted small">{moment(visit, at)}</span> })}</div> };
    let mut rows = vec![
        SummaryRow::new(visit.t("webhooks-url"), view! { <code class="code">{endpoint.url.clone()}</code> }),
        SummaryRow::new(visit.t("webhooks-state"), state),
        SummaryRow::new(visit.t("webhooks-topics"), topics.join(&visit.t("enumeration-separator"))),
    ];
    if let Some((_, name)) = &endpoint.client {
        rows.push(SummaryRow::new(visit.t("webhooks-client"), name.clone()));
    }
    rows.push(SummaryRow::new(visit.t("webhooks-delivered-at"), when(visit, endpoint.delivered_at)));
    rows.push(SummaryRow::new(visit.t("webhooks-waiting"), endpoint.waiting.to_string()));
    if let Some(until) = endpoint.old_secret_until {
        rows.push(SummaryRow::new(visit.t("webhooks-former-until"), moment(visit, until)));
    }
    rows
}

/// Trying it, pausing it, letting it go on.
fn acts(visit: &Visit, endpoint: &Endpoint) -> impl IntoView + use<> {
    let to = |verb: &str| visit.href(&format!("{}/{}/{verb}", at::ALL, endpoint.id));
    let acts = match endpoint.standing {
        Standing::Active => {
            let key = visit.context.new_id::<WebhookEventId>().to_string();
            view! {
                <Form action=to("test") inline=true>
                    <HiddenField name="key" value=key/>
                    <Button variant=Variant::Secondary>{visit.t("webhooks-test")}</Button>
                </Form>
                <Form action=to("pause") inline=true><Button variant=Variant::Quiet>{visit.t("webhooks-pause")}</Button></Form>
            }
            .into_any()
        }
        Standing::Paused(_) => {
            view! { <Form action=to("resume") inline=true><Button>{visit.t("webhooks-resume")}</Button></Form> }
                .into_any()
        }
    };
    let text = match endpoint.standing {
        Standing::Active => visit.t("webhooks-active-text"),
        Standing::Paused(_) => visit.t("webhooks-paused-text"),
    };
    let edit = view! { <LinkButton href=to("edit") variant=Variant::Quiet>{visit.t("webhooks-edit")}</LinkButton> };
    view! { <p class="muted">{text}</p><div class="staff-actions">{acts}{edit}</div> }
}

fn deliveries(visit: &Visit, endpoint: &Endpoint, told: Vec<Delivery>) -> AnyView {
    if told.is_empty() {
        return view! {
            <EmptyState of=Illustration::Tank title=visit.t("webhooks-told-none")><p>{visit.t("webhooks-told-none-text")}</p></EmptyState>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(visit.t("webhooks-event")),
        Column::new(visit.t("webhooks-progress")),
        Column::number(visit.t("webhooks-attempts")),
        Column::new(visit.t("webhooks-answer")),
        Column::new(visit.t("webhooks-last")),
        Column::new(visit.t("webhooks-next")),
        Column::new(visit.t("webhooks-actions")),
    ];
    let rows = told.iter().map(|delivery| row(visit, endpoint, delivery)).collect();
    view! { <Table caption=visit.t("webhooks-told") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn row(visit: &Visit, endpoint: &Endpoint, delivery: &Delivery) -> Row {
    let kind = kind_text(visit, &delivery.kind);
    let action = visit.href(&format!("{}/{}/events/{}/again", at::ALL, endpoint.id, delivery.event));
    let again = (delivery.progress != Progress::Waiting).then(|| {
        view! {
            <Form action=action inline=true>
                <Button variant=Variant::Quiet>{visit.t("webhooks-again")}<span class="hidden">" "{delivery.event.to_string()}</span></Button>
            </Form>
        }
    });
    // A paused endpoint is told when it goes on, whenever that is.
    let next = delivery.next_at.filter(|_| endpoint.standing == Standing::Active);
    Row::new()
        .cell(view! { <div>{kind}<br/><code class="code small">{delivery.event.to_string()}</code></div> })
        .cell(progress_tag(visit, delivery))
        .cell(delivery.attempts.to_string())
        .cell(answer_text(visit, delivery))
        .cell(when(visit, delivery.last_at))
        .cell(when(visit, next))
        .cell(again)
}

/// A new secret, and what that means for the partner.
fn rotate(visit: &Visit, endpoint: &Endpoint) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{}/rotate", at::ALL, endpoint.id));
    let version = endpoint.version.to_string();
    let running = endpoint.old_secret_until.map(|_| {
        let about = visit.t("webhooks-rotate-lost");
        view! { <p>{visit.t("webhooks-rotate-running")}</p><Checkbox name="lost" called=visit.t("called-lost")>{about}</Checkbox> }
    });
    view! {
        <section class="section">
            <h2>{visit.t("webhooks-rotate-title")}</h2>
            <p class="muted">{visit.t("webhooks-rotate-text")}</p>
            <Dialog label=visit.t("webhooks-rotate-open") title=visit.t("webhooks-rotate-question")>
                <p>{visit.t("webhooks-rotate-what")}</p>
                <Form action=action>
                    <HiddenField name="version" value=version/>
                    {running}
                    <Button variant=Variant::Danger>{visit.t("webhooks-rotate-submit")}</Button>
                </Form>
            </Dialog>
        </section>
    }
}

/// Taking it away, with all that waits for it.
fn remove(visit: &Visit, endpoint: &Endpoint) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{}/remove", at::ALL, endpoint.id));
    let waiting = (endpoint.waiting > 0).then(|| {
        view! { <p>{visit.t_args("webhooks-remove-waiting", &[("n", endpoint.waiting.into())])}</p> }
    });
    view! {
        <section class="section">
            <h2>{visit.t("webhooks-remove-title")}</h2>
            <p class="muted">{visit.t("webhooks-remove-text")}</p>
            <Dialog label=visit.t("webhooks-remove-open") title=visit.t("webhooks-remove-question")>
                {waiting}
                <Form action=action><Button variant=Variant::Danger>{visit.t("webhooks-remove-submit")}</Button></Form>
            </Dialog>
        </section>
    }
}
