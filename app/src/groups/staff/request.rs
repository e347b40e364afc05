//! One request: what is asked for, what was said, the sessions it can be answered with, the list, and what staff can do.

use crate::desk::{count, may, messages_table, moment, read_first};
use crate::form::Tone;
use crate::groups::roster::names;
use crate::groups::{ages_words, kind_words, letter, people_words, wish_texts};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::requests::desk::{self, Frame, ask, contact_rows, refuse, reveal, talk};
use crate::requests::mine::version;
use crate::requests::param;
use crate::ui::{
    Banner, Button, Dialog, Form, Glyph, HiddenField, LinkButton, SummaryList, SummaryRow, Tag, TextArea, TextField,
    Variant,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Pool;
use domain::groups::{Event, next};
use domain::ids::GroupRequestId;
use domain::time::span_text;
use leptos::prelude::*;
use services::groups::{self, Answerable, RequestView, RosterView};

const NEWS: &[(&str, &str)] = &[
    ("asked", "groups-done-asked"),
    ("proposed", "groups-done-proposed"),
    ("approved", "groups-done-approved"),
    ("refused", "groups-done-refused"),
];

/// One request.
#[component]
pub fn Request() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<GroupRequestId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    let request = groups::request(services, context, id).await?;
    let list = groups::roster(services, context, id).await?;
    let letter = groups::letter(services, context, id).await?;
    let (_, policy) = groups::policy(services).await?;
    let messages = groups::messages(services, context, id).await?;
    let now = request.state;
    let can = move |event| next(now, event).is_ok();
    let answers = match can(Event::Propose) {
        true => groups::nearby(services, context, &request).await?,
        false => Vec::new(),
    };
    let base = visit.href(&format!("/staff/groups/{id}"));
    let said = view! {
        <SummaryList rows=facts(visit, &request)/>
        {talk(visit, &request)}
    };
    let acts = view! {
        {stands_at(visit, &request)}
        {can(Event::Ask).then(|| ask(visit, &base, &request))}
        {can(Event::Refuse).then(|| refuse(visit, &base, &request))}
        {reveal(visit, &base, &request)}
        {letter::desk(visit, &base, &request, letter.as_ref(), &policy)}
        {listed(visit, &base, &request, list.as_ref())}
    };
    let wide = view! {
        {can(Event::Propose).then(|| sessions(visit, &base, &request, &answers, can(Event::Approve)))}
        {messages_table(visit, &messages, message_words)}
    };
    let frame = Frame { kicker: "groups-staff-request", way: &[("/staff/groups", "groups-staff-title")], news: NEWS };
    Ok(desk::page(visit, &request, &frame, [said.into_any(), acts.into_any(), wide.into_any()]))
}

fn facts(visit: &Visit, request: &RequestView) -> Vec<SummaryRow> {
    let wishes = wish_texts(visit, request).into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    let mut rows = vec![
        SummaryRow::new(
            visit.t("bus-reference"),
            view! { <code class="staff-reference">{request.reference.clone()}</code> },
        ),
        SummaryRow::new(visit.t("groups-people-label"), people_words(visit, request.members, request.adults)),
        SummaryRow::new(visit.t("groups-ages"), ages_words(visit, request.ages)),
        SummaryRow::new(
            visit.t("groups-kind"),
            [kind_words(visit, request.kind).to_string(), request.city.text(visit.locale()).to_owned()].join(" · "),
        ),
        SummaryRow::new(visit.t("groups-wished"), view! { <ol class="groups-wishes">{wishes}</ol> }),
    ];
    rows.extend(contact_rows(visit, request, "groups-leader"));
    rows
}

/// Where it stands: what is proposed and kept, or the booking.
fn stands_at(visit: &Visit, request: &RequestView) -> Option<impl IntoView + use<>> {
    let span = |starts_at, ends_at| span_text(starts_at, ends_at, visit.locale());
    let mut rows = Vec::new();
    if let Some(proposal) = &request.proposal {
        rows.push(SummaryRow::new(
            visit.t("groups-proposed-title"),
            span(proposal.span.starts_at, proposal.span.ends_at),
        ));
        if request.state == domain::groups::State::Proposed {
            rows.push(SummaryRow::new(visit.t("bus-staff-answer-by"), moment(visit, proposal.answer_by)));
        }
    }
    if let Some((_, until)) = request.kept {
        rows.push(SummaryRow::new(visit.t("groups-staff-kept-until"), moment(visit, until)));
    }
    if let Some(booked) = request.booking {
        let href = visit.href(&format!("/staff/museum/bookings/{}", booked.booking));
        let when = span(booked.span.starts_at, booked.span.ends_at);
        rows.push(SummaryRow::new(visit.t("groups-staff-booking"), view! { <a href=href>{when}</a> }));
        rows.push(SummaryRow::new(visit.t("staff-booking-arrived"), count(visit, "staff-people", booked.arrived)));
    }
    (!rows.is_empty()).then(|| {
        view! { <section class="staff-panel stack"><h2>{visit.t("groups-staff-stands")}</h2><SummaryList rows=rows/></section> }
    })
}

/// The list: how many, who (masked), and the way to the whole for those who say why.
fn listed(visit: &Visit, base: &str, request: &RequestView, list: Option<&RosterView>) -> impl IntoView + use<> {
    let Some(list) = list else {
        return view! { <p class="muted">{visit.t("groups-staff-no-list")}</p> }.into_any();
    };
    let args = [
        ("n", list.people.len().into()),
        ("members", request.members.into()),
        ("at", moment(visit, list.saved_at).into()),
    ];
    let export = may(visit, Capability::RevealContact).then(|| {
        let open = visit.form.value("export_reason").is_some();
        view! {
            <Dialog label=visit.t("groups-staff-export") title=visit.t("groups-staff-export") variant=Variant::Quiet open=open>
                <p>{visit.t("groups-staff-export-text")}</p>
                <Form action=format!("{base}/roster.csv")>
                    <TextField name="export_reason" label=visit.t("staff-reveal-reason") hint=visit.t("groups-staff-export-hint")/>
                    <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Download>{visit.t("groups-staff-export-do")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    view! {
        <section class="staff-panel stack">
            <h2>{visit.t("groups-roster-title")}</h2>
            <p>{visit.t_args("groups-roster-kept", &args)}</p>
            {names(visit, &list.people)}
            {export}
        </section>
    }
    .into_any()
}

/// The sessions a request can be answered with: approved where the group agreed to them, proposed where it has not.
fn sessions(
    visit: &Visit,
    base: &str,
    request: &RequestView,
    answers: &[Answerable],
    can_approve: bool,
) -> impl IntoView + use<> {
    if answers.is_empty() {
        return view! {
            <section class="section"><h2>{visit.t("groups-staff-sessions")}</h2><Banner tone=Tone::Warning>{visit.t("groups-staff-no-session")}</Banner></section>
        }
        .into_any();
    }
    let (agreed, others): (Vec<&Answerable>, Vec<&Answerable>) = answers.iter().partition(|it| it.agreed);
    let agreed = agreed.into_iter().map(|it| wished(visit, base, request, it, can_approve)).collect_view();
    let message = visit.form.value("message").map(|text| Text::from(text.to_owned()));
    let chosen = visit.form.value("session").map(str::to_owned);
    let choices = others.into_iter().map(|it| {
        let facts = it.session.facts;
        let words = visit.t_args("groups-session-fits", &[("free", facts.free_for(Pool::Group).into())]);
        let label = format!("{} · {words}", span_text(facts.starts_at, facts.ends_at, visit.locale()));
        crate::ui::Choice::new(it.session.id.to_string(), label)
    });
    let choices: Vec<_> = choices.collect();
    let propose = (!choices.is_empty()).then(|| {
        let chosen = chosen.unwrap_or_else(|| choices[0].value.to_string());
        view! {
            <section class="section" id="propose">
                <h2>{visit.t("groups-staff-propose-title")}</h2>
                <p class="muted">{visit.t("groups-staff-propose-text")}</p>
                <Form action=format!("{base}/propose")>
                    {version(request)}
                    <crate::ui::Select name="session" label=visit.t("groups-staff-session") choices=choices value=chosen/>
                    <TextArea name="message" label=visit.t("bus-plan-message") hint=visit.t("groups-staff-message-hint") rows=3 optional=true value=message.unwrap_or_default()/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("groups-staff-propose")}</Button></p>
                </Form>
            </section>
        }
    });
    view! {
        <section class="section" id="sessions">
            <h2>{visit.t("groups-staff-sessions")}</h2>
            <ul class="slots">{agreed}</ul>
        </section>
        {propose}
    }
    .into_any()
}

/// A session the group named or accepted: how it fits, and the button that approves it.
fn wished(
    visit: &Visit,
    base: &str,
    request: &RequestView,
    it: &Answerable,
    can_approve: bool,
) -> impl IntoView + use<> {
    let facts = it.session.facts;
    let when = span_text(facts.starts_at, facts.ends_at, visit.locale());
    let (tone, words) = match it.over_by {
        0 => (Tone::Success, visit.t_args("groups-session-fits", &[("free", facts.free_for(Pool::Group).into())])),
        by => (Tone::Danger, count(visit, "groups-staff-over-by", by)),
    };
    let session = visit.href(&format!("/staff/museum/sessions/{}", it.session.id));
    let named = when.clone();
    let approve = can_approve.then(|| {
        view! {
            <Form action=format!("{base}/approve") inline=true>
                {version(request)}
                <HiddenField name="session" value=it.session.id.to_string()/>
                <Button variant={if it.over_by == 0 { Variant::Primary } else { Variant::Secondary }}>
                    {visit.t("groups-staff-approve")}<span class="hidden">" "{named}</span>
                </Button>
            </Form>
        }
    });
    let link =
        view! { <LinkButton href=session variant=Variant::Quiet>{visit.t("groups-staff-see-session")}</LinkButton> };
    view! {
        <li class="slot">
            <span class="slot-when">{when}</span>
            <Tag tone=tone>{words}</Tag>
            {approve}
            {link}
        </li>
    }
}

/// Which message.
fn message_words(visit: &Visit, template: &str) -> Text {
    match template {
        "group_received" => visit.t("bus-message-received"),
        "group_asked" => visit.t("bus-message-asked"),
        "group_proposed" => visit.t("groups-message-proposed"),
        "group_refused" => visit.t("bus-message-refused"),
        "group_withdrawn" => visit.t("bus-message-withdrawn"),
        "confirmation" => visit.t("groups-message-confirmation"),
        "changed" => visit.t("groups-message-changed"),
        "cancelled" => visit.t("groups-message-cancelled"),
        "closed" => visit.t("groups-message-closed"),
        "reminder_days3" | "reminder_day1" | "reminder_hours2" => visit.t("groups-message-reminder"),
        other => Text::from(other.to_owned()),
    }
}
