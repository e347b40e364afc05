//! One application: what was written, what is decided, whether they were trained, the certificate. Opening it stands in the
//! trail.

use super::round::decision_words;
use crate::ambassadors::{capacity_words, training_words};
use crate::desk::{count, messages_table, read_first};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::requests::desk::{self, Frame, ask, contact_rows, reveal, talk};
use crate::requests::mine::version;
use crate::requests::{Room, param};
use crate::ui::{
    Button, Choice, Dialog, Form, HiddenField, Radios, SummaryList, SummaryRow, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::ambassador::{Decision, Event, next};
use domain::ids::AmbassadorId;
use leptos::prelude::*;
use services::ambassadors::{self, Ambassadors, Application};

const NEWS: &[(&str, &str)] = &[
    ("asked", "groups-done-asked"),
    ("decided", "ambassador-done-decided"),
    ("attendance", "ambassador-done-attendance"),
    ("renamed", "ambassador-done-renamed"),
    ("revoked", "ambassador-done-revoked"),
];

/// One application.
#[component]
pub fn Page() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<AmbassadorId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    let application = ambassadors::read(services, context, id).await?;
    let messages = ambassadors::messages(services, context, id).await?;
    let state = application.state;
    let can = move |event| next(state, event).is_ok();
    let base = visit.href(&format!("{}/{id}", Ambassadors::DESK));
    let round = format!("/staff/ambassadors/{}", application.round);
    let way = [("/staff/ambassadors", "ambassador-staff-title"), (round.as_str(), "ambassador-staff-round")];
    // The motivation has words of its own; what was said besides is as of every request.
    let mut said = application.clone();
    said.note.clear();
    let undecided = application.selected_at.is_none() && application.state.is_undecided();
    let said = view! {
        <SummaryList rows=facts(visit, &application)/>
        {motivation(visit, &application)}
        {talk(visit, &said)}
    };
    let acts = view! {
        {undecided.then(|| decide(visit, &base, &application))}
        {(can(Event::Attend) || can(Event::Miss)).then(|| attendance(visit, &base, &application))}
        {certificate(visit, &base, &application)}
        {can(Event::Ask).then(|| ask(visit, &base, &application))}
        {reveal(visit, &base, &application)}
    };
    let wide = messages_table(visit, &messages, message_words);
    let frame = Frame { kicker: "ambassador-staff-application", way: &way, news: NEWS };
    Ok(desk::page(visit, &application, &frame, [said.into_any(), acts.into_any(), wide.into_any()]))
}

fn facts(visit: &Visit, application: &Application) -> Vec<SummaryRow> {
    let reference = application.reference.clone();
    let age = application.age.map_or_else(|| Text::from("—".to_owned()), |n| count(visit, "ambassador-years", n));
    let revealed = visit.form.value("revealed_guardian").filter(|name| !name.is_empty());
    let guardian = application.guardian.as_ref();
    let guardian = guardian.map(|name| revealed.map_or_else(|| name.masked(), str::to_owned));
    let title = application.round_title.of(visit.locale()).to_owned();
    let mut rows = vec![
        SummaryRow::new(visit.t("ambassador-round"), title),
        SummaryRow::new(visit.t("ambassador-reference"), view! { <code class="staff-reference">{reference}</code> }),
        SummaryRow::new(visit.t("ambassador-capacity"), capacity_words(visit, application.capacity)),
        SummaryRow::new(visit.t("ambassador-age"), age),
        SummaryRow::new(visit.t("groups-city"), application.city.text(visit.locale()).to_owned()),
    ];
    rows.extend(guardian.map(|name| SummaryRow::new(visit.t("ambassador-guardian"), name)));
    rows.extend(contact_rows(visit, application, "ambassador-applicant"));
    rows.push(SummaryRow::new(visit.t("ambassador-staff-decision"), decision_words(visit, application)));
    if let Some(date) = &application.training {
        rows.push(SummaryRow::new(visit.t("ambassador-trainings"), training_words(visit, date)));
    }
    rows
}

/// Why they would like to be one.
fn motivation(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let text = application.note.clone();
    view! { <div><h2 class="said-title">{visit.t("ambassador-motivation")}</h2><blockquote class="said">{text}</blockquote></div> }
}

/// Deciding, until the selection is public.
fn decide(visit: &Visit, base: &str, application: &Application) -> impl IntoView + use<> {
    let choices = [
        ("selected", "ambassador-decision-selected"),
        ("reserve", "ambassador-decision-reserve"),
        ("refused", "ambassador-decision-refused"),
        ("open", "ambassador-decision-open"),
    ];
    let choices = choices.map(|(name, key)| Choice::new(name, visit.t(key))).to_vec();
    let chosen = application.decision.map_or("", Decision::name);
    let rank = application.rank.map(|n| n.to_string()).unwrap_or_default();
    let reason = application.reason.clone().unwrap_or_default();
    view! {
        <section class="staff-panel stack">
            <h2>{visit.t("ambassador-staff-decide")}</h2>
            <p class="muted">{visit.t("ambassador-staff-decide-text")}</p>
            <Form action=format!("{base}/decide")>
                {version(application)}
                <Radios name="decision" label=visit.t("ambassador-staff-decision") choices=choices value=chosen/>
                <TextField name="rank" label=visit.t("ambassador-staff-rank") hint=visit.t("ambassador-staff-rank-hint") inputmode="numeric" width="short" value=rank optional=true/>
                <TextArea name="reason" label=visit.t("ambassador-staff-reason") hint=visit.t("ambassador-staff-reason-hint") rows=3 value=reason optional=true/>
                <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
            </Form>
        </section>
    }
}

/// Whether they were at the training.
fn attendance(visit: &Visit, base: &str, application: &Application) -> impl IntoView + use<> {
    let button = |event, came: &'static str, key: &str, variant| {
        next(application.state, event).is_ok().then(|| {
            view! {
                <Form action=format!("{base}/attendance") inline=true>
                    {version(application)}
                    <HiddenField name="came" value=came/>
                    <Button variant=variant>{visit.t(key)}</Button>
                </Form>
            }
        })
    };
    let came = button(Event::Attend, "yes", "ambassador-staff-came", Variant::Secondary);
    let missed = button(Event::Miss, "no", "ambassador-staff-missed", Variant::Quiet);
    view! {
        <section class="staff-panel stack">
            <h2>{visit.t("ambassador-staff-attendance")}</h2>
            <div class="actions">{came}{missed}</div>
        </section>
    }
}

/// The certificate: its number, a corrected name, taking it back.
fn certificate(visit: &Visit, base: &str, application: &Application) -> Option<impl IntoView + use<>> {
    let certificate = application.certificate?;
    let number = certificate.number.to_string();
    let stands = certificate.revoked_at.is_none();
    let revoked = (!stands).then(|| view! { <p class="muted">{visit.t("ambassador-staff-revoked")}</p> });
    let (renaming, revoking) = (visit.form.value("new_name").is_some(), visit.form.value("revoke_reason").is_some());
    // A name whose time is over does not come back.
    let correct = (stands && certificate.erased_at.is_none()).then(|| {
        view! {
            <Dialog label=visit.t("ambassador-staff-rename") title=visit.t("ambassador-staff-rename-title") open=renaming>
                <p>{visit.t("ambassador-staff-rename-text")}</p>
                <Form action=format!("{base}/rename")>
                    {version(application)}
                    <TextField name="new_name" label=visit.t("ambassador-applicant") width="medium"/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("ambassador-staff-rename")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    let take_back = stands.then(|| {
        view! {
            <Dialog label=visit.t("ambassador-staff-revoke") title=visit.t("ambassador-staff-revoke-title") variant=Variant::Quiet open=revoking>
                <p>{visit.t("ambassador-staff-revoke-text")}</p>
                <Form action=format!("{base}/revoke")>
                    {version(application)}
                    <TextArea name="revoke_reason" label=visit.t("bus-staff-reason") rows=3/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("ambassador-staff-revoke")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    Some(view! {
        <section class="staff-panel stack">
            <h2>{visit.t("ambassador-certificate")}</h2>
            <p><code class="code">{number}</code></p>
            {revoked}
            {correct}
            {take_back}
        </section>
    })
}

/// Which message.
fn message_words(visit: &Visit, template: &str) -> Text {
    match template {
        "ambassador_received" => visit.t("bus-message-received"),
        "ambassador_asked" => visit.t("bus-message-asked"),
        "ambassador_selected" => visit.t("ambassador-message-selected"),
        "ambassador_reserve" => visit.t("ambassador-message-reserve"),
        "ambassador_refused" => visit.t("ambassador-message-refused"),
        "ambassador_certified" => visit.t("ambassador-message-certified"),
        "ambassador_withdrawn" => visit.t("bus-message-withdrawn"),
        "ambassador_released" => visit.t("ambassador-message-released"),
        "ambassador_days3" => visit.t("ambassador-message-days3"),
        "ambassador_day1" => visit.t("ambassador-message-day1"),
        other => Text::from(other.to_owned()),
    }
}
