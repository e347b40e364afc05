//! Beside the list of the audit trail: looking for a case by its reference and for a colleague by the name they sign in with, what
//! raised an alert, and whether the chain holds.

use super::moment;
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::i18n::{Text, grouped};
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{Banner, Button, Form, SummaryList, SummaryRow, Variant};
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::account::{Capability, Login};
use domain::booking::Reference;
use domain::field::FieldError;
use leptos::prelude::*;
use services::audit::{self, AuditError, Fault, Filter, MOST_LEAVES};
use uuid::Uuid;

/// The call.
pub const CALLS: &[Call] =
    &[Call::post("/staff/audit/check", Access::Capability(Capability::ReadAudit), &check).on(PAGE)];

const PAGE: &str = "/staff/audit";
/// Where our own call says what it found.
const FOUND: &str = "chain_found";
/// Whether that is good.
const SOUND: &str = "chain_sound";
/// Faults that are named; the operator's command names all.
const MOST_TOLD: usize = 50;

/// The fields of the filter beside those of ids.
pub(super) const NAMES: [&str; 3] = ["case", "person", "alerts"];

/// What the words of the filter mean: a case's subjects, a colleague's account. Of what nobody knows there are no entries.
pub(super) async fn named(
    visit: &Visit,
    (mut filter, mut form): (Filter, FormState),
) -> Result<(Filter, FormState), Problem> {
    if let Some(text) = form.value("case") {
        match Reference::parse(text) {
            Ok(reference) => {
                filter.subjects = Some(audit::of_case(&visit.services, &visit.context, &reference).await?);
            }
            Err(fault) => form.errors.push(FieldError::new("case", fault)),
        }
    }
    if let Some(text) = form.value("person") {
        match Login::parse(text) {
            Ok(login) => {
                let account = audit::of_login(&visit.services, &visit.context, &login).await?;
                let account = account.map_or(Uuid::nil(), |account| account.0);
                // An id and a name that are both asked for are one person, or nobody.
                let same = filter.actor.is_none_or(|actor| actor == account);
                filter.actor = Some(if same { account } else { Uuid::nil() });
            }
            Err(fault) => form.errors.push(FieldError::new("person", fault)),
        }
    }
    filter.alerts = form.value("alerts").is_some();
    Ok((filter, form))
}

/// How the trail stands: its signed head, the alerts, the check of the whole chain and what the last press of it found.
pub(super) async fn standing(visit: &Visit, came_back: &FormState) -> Result<AnyView, Problem> {
    let found = found(came_back);
    let standing = match audit::standing(&visit.services, &visit.context).await {
        Ok(standing) => standing,
        // The page is there for just this: it says so and shows the entries all the same.
        Err(AuditError::Broken { .. }) => {
            return Ok(view! { <Banner tone=Tone::Danger alert=true>{visit.t("trail-head-broken")}</Banner>{found} }
                .into_any());
        }
        Err(error) => return Err(error.into()),
    };
    let mut rows = Vec::new();
    if let Some(head) = &standing.head {
        rows.push(SummaryRow::new(visit.t("trail-size"), grouped(head.size)));
        rows.push(SummaryRow::new(visit.t("trail-signed"), moment(visit, head.signed_at)));
        let witness = head.witness().to_string();
        rows.push(SummaryRow::new(
            visit.t("trail-head"),
            view! { <code class="code small trail-head">{witness}</code> },
        ));
    }
    let alerts = format!("{}?alerts=1", visit.here());
    let count = grouped(standing.alerts);
    rows.push(SummaryRow::new(visit.t("trail-alerts"), view! { <a href=alerts>{count}</a> }));
    let action = visit.href("/staff/audit/check");
    Ok(view! {
        <section class="section" id="chain">
            <h2>{visit.t("trail-chain")}</h2>
            {found}
            <SummaryList rows=rows/>
            <div class="no-print">
                <Form action=action><Button variant=Variant::Secondary>{visit.t("trail-check")}</Button></Form>
                <p class="muted small">{visit.t("trail-check-text")}</p>
            </div>
        </section>
    }
    .into_any())
}

/// What our own call found.
fn found(came_back: &FormState) -> Option<impl IntoView + use<>> {
    let said = came_back.value(FOUND)?;
    let tone = if came_back.value(SOUND).is_some() { Tone::Success } else { Tone::Danger };
    let lines = said.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    Some(view! { <Banner tone=tone alert=true>{lines}</Banner> })
}

async fn check(asked: Asked) -> Answer {
    let mut form = FormState::default();
    let said = match audit::check(&asked.services, &asked.context).await {
        Ok(None) => asked.t_args("trail-too-long", &[("most", grouped(MOST_LEAVES).into())]).to_string(),
        Ok(Some(report)) if report.is_sound() => {
            form.values.insert(SOUND.to_owned(), "1".to_owned());
            asked.t_args("trail-sound", &[("n", grouped(report.leaves).into())]).to_string()
        }
        Ok(Some(report)) => {
            let all = u64::try_from(report.faults.len() + report.more_faults).unwrap_or(u64::MAX);
            let head = asked.t_args("trail-broken", &[("n", grouped(all).into())]).to_string();
            let lines = report.faults.iter().take(MOST_TOLD).map(|fault| fault_text(&asked, fault).to_string());
            std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
        }
        Err(AuditError::Denied(denied)) => return denied.into(),
        Err(error) => return Problem::from(error).into(),
    };
    form.values.insert(FOUND.to_owned(), said);
    Answer::again_at(PAGE, form).status(StatusCode::OK)
}

/// Where in the trail something is wrong, and how.
fn fault_text(visit: &Visit, fault: &Fault) -> Text {
    let what = visit.t(match fault {
        Fault::Edited { .. } | Fault::Forged { .. } => "trail-fault-edited",
        Fault::Moved { .. } => "trail-fault-moved",
        Fault::Deleted { .. } | Fault::Gap { .. } | Fault::Truncated { .. } | Fault::Vanished { .. } => {
            "trail-fault-deleted"
        }
        Fault::Head { .. } | Fault::Root { .. } | Fault::Uncovered { .. } | Fault::Witness { .. } => "trail-fault-head",
        Fault::Smuggled { .. } => "trail-fault-smuggled",
        Fault::Late { .. } => "trail-fault-late",
    });
    match fault.position() {
        Some(position) => {
            visit.t_args("trail-fault-at", &[("position", grouped(position).into()), ("what", what.to_string().into())])
        }
        None => what,
    }
}
