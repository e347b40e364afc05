//! One's own request, by signed link: how far it is, what is asked, the session that is proposed, the pass, the list.

use super::{ages_words, kind_words, letter, people_words, roster, wish_texts};
use crate::desk::moment;
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::requests::mine::{self, Proposed, seen};
use crate::requests::{Room, param};
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Dialog, Form, Glyph, Icon, LinkButton, Page, Steps, SummaryList, SummaryRow, Tag, TextField,
    Variant,
};
use crate::visit::{Visit, visit};
use domain::groups::{GroupPolicy, State};
use domain::time::span_text;
use leptos::prelude::*;
use services::booking::{manage_link as booking_link, museum};
use services::groups::{
    Groups, Handle, LetterView, ProposalView, RequestView, RosterView, own_letter, own_roster, policy, view,
};

/// A request, for whoever has its link.
#[component]
pub fn Mine() -> impl IntoView {
    let visit = visit();
    let link: String = param("link").unwrap_or_default();
    Suspend::new(async move {
        match read(&visit, &link).await {
            Ok(shown) => page(&visit, &link, &shown),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

/// What the page shows.
struct Shown {
    request: RequestView,
    list: Option<RosterView>,
    letter: Option<LetterView>,
    policy: GroupPolicy,
    /// It is a booking that can no longer be cancelled or made smaller here.
    firm: bool,
}

async fn read(visit: &Visit, link: &str) -> Result<Shown, Problem> {
    let handle = Handle::Link(link.to_owned());
    let request = seen(visit, view(&visit.services, &visit.context, &handle).await).await?;
    let list = own_roster(&visit.services, &visit.context, &handle).await?;
    let letter = own_letter(&visit.services, &visit.context, &handle).await?;
    let (_, policy) = policy(&visit.services).await?;
    let booked = request.booking.filter(|_| request.state == State::Approved);
    let firm = match booked {
        Some(booked) => {
            let rules = museum(&visit.services).await?;
            booked.arrived > 0 || visit.context.now >= rules.policy.deadline().of(booked.span.starts_at)
        }
        None => false,
    };
    Ok(Shown { request, list, letter, policy, firm })
}

fn page(visit: &Visit, link: &str, shown: &Shown) -> AnyView {
    let Shown { request, list, letter, policy, firm } = shown;
    let list = list.as_ref();
    let base = visit.href(&format!("/museum/groups/r/{link}"));
    let current = match request.state {
        State::Draft | State::Submitted | State::Asked | State::Proposed | State::Rebook => 1,
        State::Accepted => 2,
        State::Approved => 3,
        State::Visited | State::Over => 4,
        State::Missed | State::Refused | State::Withdrawn => 0,
    };
    let steps = (current > 0).then(|| {
        let names = ["groups-track-1", "groups-track-2", "groups-track-3", "groups-track-4"].map(|key| visit.t(key));
        view! { <Steps steps=names.to_vec() current=current/> }
    });
    let over = request.state.is_over() || request.last_day <= visit.context.now;
    let list =
        (!request.state.is_over() || list.is_some()).then(|| roster::section(visit, &base, request, list, policy));
    let changes = !over && !firm;
    let smaller = (changes && request.people() > 1).then(|| smaller(visit, &base, request));
    let withdraw = changes.then(|| withdraw(visit, &base, request));
    let none = (!over && *firm).then(|| view! { <p class="muted">{visit.t("mine-no-changes")}</p> });
    view! {
        <Page title=visit.t("groups-mine-title") lead=request.organisation.clone() crumbs=Groups::crumbs(visit)>
            {mine::news::<Groups>(visit)}
            {roster::faults(visit)}
            {steps}
            {now(visit, &base, request)}
            <SummaryList rows=facts(visit, request)/>
            {letter::section(visit, &base, request, letter.as_ref(), policy)}
            {list}
            <div class="actions no-print">{smaller}{withdraw}{none}</div>
        </Page>
    }
    .into_any()
}

/// What is to be done, or waited for.
fn now(visit: &Visit, base: &str, request: &RequestView) -> AnyView {
    match request.state {
        State::Asked => mine::asked(visit, base, request).into_any(),
        State::Proposed => {
            let proposal = request.proposal.as_ref();
            proposal.map(|proposal| proposed(visit, base, request, proposal)).into_any()
        }
        State::Accepted => view! { <p>{visit.t("groups-now-accepted")}</p> }.into_any(),
        State::Approved => approved(visit, request).into_any(),
        State::Rebook => {
            view! { <Banner tone=Tone::Warning title=visit.t("groups-now-rebook")>{visit.t("groups-now-rebook-text")}</Banner> }
                .into_any()
        }
        State::Visited => view! { <p>{visit.t("groups-now-visited")}</p> }.into_any(),
        State::Missed => view! { <p>{visit.t("groups-now-missed")}</p> }.into_any(),
        State::Over => view! { <p>{visit.t("groups-now-over")}</p> }.into_any(),
        State::Refused => {
            let reason = request.reason.clone().unwrap_or_default();
            view! {
                <Banner tone=Tone::Warning title=visit.t("groups-now-refused")><span class="said">{reason}</span></Banner>
                <p><a href=visit.href(paths::BUS)>{visit.t("groups-bus-instead")}</a></p>
            }
            .into_any()
        }
        State::Withdrawn => view! { <p>{visit.t("groups-now-withdrawn")}</p> }.into_any(),
        State::Draft | State::Submitted => view! { <p>{visit.t("groups-now-waiting")}</p> }.into_any(),
    }
}

fn proposed(visit: &Visit, base: &str, request: &RequestView, proposal: &ProposalView) -> impl IntoView + use<> {
    let until = moment(visit, proposal.answer_by);
    let text = if request.kept.is_some() { "groups-proposed-kept" } else { "groups-proposed-text" };
    let it = Proposed {
        keys: [
            "groups-proposed-title",
            "groups-accept-session",
            "groups-decline",
            "groups-decline-title",
            "groups-wish-hint",
            "groups-decline-do",
        ],
        when: span_text(proposal.span.starts_at, proposal.span.ends_at, visit.locale()),
        until: visit.t_args(text, &[("until", until.into())]),
        instead: None,
        message: proposal.message.clone(),
    };
    mine::proposed(visit, base, request, it)
}

/// The group is a booking now: its page has the pass, the calendar file, the printed sheet.
fn approved(visit: &Visit, request: &RequestView) -> Option<impl IntoView + use<>> {
    let booked = request.booking?;
    let when = span_text(booked.span.starts_at, booked.span.ends_at, visit.locale());
    let link = format!("/b/{}", booking_link(&visit.services, booked.booking, booked.span.ends_at));
    let href = |more: &str| visit.href(&format!("{link}{more}"));
    Some(view! {
        <section class="request-now">
            <h2>{visit.t("groups-now-approved")}</h2>
            <p class="request-now-when"><Icon of=Glyph::Calendar/>{when}</p>
            <p>{visit.t("groups-now-approved-text")}</p>
            <p class="actions no-print">
                <LinkButton href=href("") glyph=Glyph::Ticket>{visit.t("groups-see-pass")}</LinkButton>
                <LinkButton href=href("/pass.pdf") variant=Variant::Secondary glyph=Glyph::Download download=true>{visit.t("mine-pdf")}</LinkButton>
                <LinkButton href=href("/visit.ics") variant=Variant::Secondary glyph=Glyph::Calendar download=true>{visit.t("mine-calendar")}</LinkButton>
            </p>
        </section>
    })
}

fn facts(visit: &Visit, request: &RequestView) -> Vec<SummaryRow> {
    let (tone, state) = Groups::state_words(visit, request.state);
    let lines = |texts: Vec<String>| texts.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    let wishes = lines(wish_texts(visit, request));
    let mut rows = vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(visit.t("bus-reference"), view! { <code class="code">{request.reference.clone()}</code> }),
        SummaryRow::new(visit.t("groups-people-label"), people_words(visit, request.members, request.adults)),
        SummaryRow::new(visit.t("groups-ages"), ages_words(visit, request.ages)),
        SummaryRow::new(
            visit.t("groups-kind"),
            [kind_words(visit, request.kind).to_string(), request.city.text(visit.locale()).to_owned()].join(" · "),
        ),
        SummaryRow::new(visit.t("groups-wished"), view! { <ol class="groups-wishes">{wishes}</ol> }),
        SummaryRow::new(visit.t("groups-leader"), request.name.as_str().to_owned()),
    ];
    if let Some(contact) = &request.contact {
        // A link may be forwarded or read over a shoulder: the contact stays masked.
        rows.push(SummaryRow::new(visit.t("mine-contact"), contact.masked()));
    }
    rows
}

fn smaller(visit: &Visit, base: &str, request: &RequestView) -> impl IntoView + use<> {
    let open = visit.form.fault("members").is_some() || visit.form.fault("adults").is_some();
    let (members, adults) = (request.members.to_string(), request.adults.to_string());
    view! {
        <Dialog label=visit.t("groups-smaller") title=visit.t("groups-smaller-title") variant=Variant::Quiet open=open>
            <p>{visit.t("groups-smaller-text")}</p>
            <Form action=format!("{base}/smaller")>
                {mine::version(request)}
                <TextField name="members" label=visit.t("groups-members") inputmode="numeric" width="short" value=members/>
                <TextField name="adults" label=visit.t("groups-adults") inputmode="numeric" width="short" value=adults/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("groups-smaller-do")}</Button></p>
            </Form>
        </Dialog>
    }
}

fn withdraw(visit: &Visit, base: &str, request: &RequestView) -> impl IntoView + use<> {
    let (label, text) = match request.state {
        State::Approved => ("groups-cancel", "groups-cancel-text"),
        _ => ("bus-withdraw", "groups-withdraw-text"),
    };
    mine::withdraw(visit, base, request, [label, "groups-withdraw-title", text, "groups-withdraw-do"])
}
