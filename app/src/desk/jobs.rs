//! The queue of work after commits, for operators: what waits, what was given up, try again or let go. Never a payload.

use super::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, Dialog, EmptyState, Form, Illustration, Page, Row, StatNumber, Tab, Table, Tabs, Tag,
    Variant, Width,
};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::jobs::{self, Listed};

const NEWS: &[(&str, &str)] = &[("retried", "staff-job-retried"), ("discarded", "staff-job-discarded")];

/// The queue.
#[component]
pub fn Jobs() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let standing = jobs::standing(&visit.services, &visit.context).await?;
    let waiting = visit.query.get("show") == Some("waiting");
    let listed = if waiting {
        jobs::list_waiting(&visit.services, &visit.context).await?
    } else {
        jobs::list_dead(&visit.services, &visit.context).await?
    };
    let tab = |path: &str, key: &str, count: i64, current: bool| Tab {
        href: visit.href(path).into(),
        label: visit.t(key),
        count: Some(count.unsigned_abs()),
        current,
    };
    let tabs = vec![
        tab("/staff/jobs", "staff-jobs-dead", standing.dead, !waiting),
        tab("/staff/jobs?show=waiting", "staff-jobs-waiting", standing.waiting, waiting),
    ];
    let oldest =
        standing.oldest_due.map(|at| visit.t_args("staff-jobs-oldest", &[("at", moment(visit, at.to_jiff()).into())]));
    Ok(view! {
        <Page title=visit.t("staff-jobs-title") lead=visit.t("staff-jobs-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <dl class="stats">
                <StatNumber value=standing.due.to_string() label=visit.t("staff-number-due") note=oldest/>
                <StatNumber value=standing.waiting.to_string() label=visit.t("staff-number-waiting")/>
                <StatNumber value=standing.dead.to_string() label=visit.t("staff-number-dead")/>
            </dl>
            <Tabs label=visit.t("staff-jobs-title") tabs=tabs/>
            {list(visit, listed, waiting)}
        </Page>
    }
    .into_any())
}

fn list(visit: &Visit, listed: Vec<Listed>, waiting: bool) -> AnyView {
    if listed.is_empty() {
        let (title, text) = if waiting {
            ("staff-jobs-none-waiting", "staff-jobs-none-waiting-text")
        } else {
            ("staff-jobs-none-dead", "staff-jobs-none-dead-text")
        };
        return view! {
            <EmptyState of=Illustration::Tank title=visit.t(title)><p>{visit.t(text)}</p></EmptyState>
        }
        .into_any();
    }
    let full =
        (listed.len() >= 200).then(|| view! { <Banner tone=Tone::Info>{visit.t("staff-jobs-first-200")}</Banner> });
    let columns = vec![
        Column::new(visit.t("staff-job-kind")),
        Column::new(visit.t("staff-job-due")),
        Column::number(visit.t("staff-job-attempts")),
        Column::new(visit.t("staff-job-error")),
        Column::new(visit.t("staff-job-actions")),
    ];
    let rows = listed.into_iter().map(|job| row(visit, &job, waiting)).collect();
    let caption = visit.t(if waiting { "staff-jobs-waiting" } else { "staff-jobs-dead" });
    view! { {full}<Table caption=caption caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// What a job does, in words; a kind nobody described shows itself.
pub(super) fn kind_text(visit: &Visit, kind: &str) -> Text {
    match kind {
        "messages.code" => visit.t("staff-job-messages-code"),
        "messages.booking" => visit.t("staff-job-messages-booking"),
        "messages.waiting" => visit.t("staff-job-messages-waiting"),
        "messages.waiting_open_door" => visit.t("staff-job-messages-waiting-open-door"),
        "messages.series" => visit.t("staff-job-messages-series"),
        "booking.finish_closing" => visit.t("staff-job-finish-closing"),
        "messages.bus" => visit.t("staff-job-messages-bus"),
        "messages.ambassador" | "messages.ambassador_training" => visit.t("staff-job-messages-ambassador"),
        "webhooks.spread" => visit.t("staff-job-webhooks-spread"),
        "webhooks.send" => visit.t("staff-job-webhooks-send"),
        other => Text::from(other.to_owned()),
    }
}

fn row(visit: &Visit, job: &Listed, waiting: bool) -> Row {
    let words = kind_text(visit, &job.kind);
    let described = *words != *job.kind;
    let code = described.then(|| view! { <br/><code class="code small">{job.kind.clone()}</code> });
    let due = moment(visit, job.run_at);
    let queued = visit.t_args("staff-job-queued", &[("at", moment(visit, job.created_at).into())]);
    let error = match &job.last_error {
        Some(error) => view! { <code class="code">{error.clone()}</code> }.into_any(),
        None => "—".into_any(),
    };
    let running = job.running.then(|| view! { " "<Tag tone=Tone::Info>{visit.t("staff-job-running")}</Tag> });
    Row::new()
        .cell(view! { <div>{words}{running}{code}</div> })
        .cell(view! { {due}<br/><span class="muted small">{queued}</span> })
        .cell(format!("{}/{}", job.attempts, job.max_attempts))
        .cell(error)
        .cell(actions(visit, job, waiting))
}

fn actions(visit: &Visit, job: &Listed, waiting: bool) -> impl IntoView + use<> {
    let at = |verb: &str| visit.href(&format!("/staff/jobs/{}/{verb}", job.id));
    let (retry, discard) = (at("retry"), at("discard"));
    let words = kind_text(visit, &job.kind);
    let again = (!waiting).then(|| {
        view! { <Form action=retry inline=true><Button variant=Variant::Secondary>{visit.t("staff-job-retry")}<span class="hidden">" "{words.clone()}</span></Button></Form> }
    });
    let discard = (!job.running).then(|| {
        view! {
            <Dialog label=visit.t("staff-job-discard") title=visit.t("staff-job-discard-title") variant=Variant::Quiet>
                <p>{visit.t("staff-job-discard-text")}</p>
                <Form action=discard><Button variant=Variant::Danger>{visit.t("staff-job-discard-yes")}</Button></Form>
            </Dialog>
        }
    });
    view! { <div class="staff-actions">{again}{discard}</div> }
}
