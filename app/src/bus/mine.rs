//! One's own request, by signed link: how far it is, what is asked, the date that is proposed; and what the visit was like.

use super::{MARKS, audience_words, problem_of, site_facts, wished};
use crate::desk::moment;
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::requests::mine::{self, Proposed, seen};
use crate::requests::{Room, param};
use crate::ui::{
    Banner, Button, Choice, Dialog, Form, Glyph, Icon, LinkButton, Page, Radios, Steps, SummaryList, SummaryRow, Tag,
    Variant,
};
use crate::visit::{Visit, visit};
use domain::bus::State;
use domain::time::span_text;
use leptos::prelude::*;
use services::bus::{
    Bus, Handle, RequestView, StopView, Wishes, feedback_given, feedback_link, view, view_asked_about, wishes,
};

/// A request, for whoever has its link.
#[component]
pub fn Mine() -> impl IntoView {
    let visit = visit();
    let link: String = param("link").unwrap_or_default();
    Suspend::new(async move {
        let found = view(&visit.services, &visit.context, &Handle::Link(link.clone())).await;
        let request = match seen(&visit, found).await {
            Ok(request) => request,
            Err(problem) => return problem_page(problem).into_any(),
        };
        match wishes(&visit.services, &visit.context, std::slice::from_ref(&request)).await {
            Ok(wishes) => page(&visit, &link, &request, wishes.get(&request.id)),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, link: &str, request: &RequestView, wishes: Option<&Wishes>) -> AnyView {
    let base = visit.href(&format!("/bus/r/{link}"));
    let current = match request.state {
        State::Draft | State::Submitted | State::Asked => 1,
        State::Proposed | State::Accepted => 2,
        State::Scheduled => 3,
        State::Visited => 4,
        State::Refused | State::Withdrawn => 0,
    };
    let steps = (current > 0).then(|| {
        let names = ["bus-track-1", "bus-track-2", "bus-track-3", "bus-track-4"].map(|key| visit.t(key));
        view! { <Steps steps=names.to_vec() current=current/> }
    });
    let keys = ["bus-withdraw", "bus-withdraw-title", "bus-withdraw-text", "bus-withdraw-do"];
    let all_lost = wishes.filter(|wishes| wishes.all_lost()).map(|_| {
        view! { <Banner tone=Tone::Warning title=visit.t("bus-all-lost")>{visit.t("bus-all-lost-text")}</Banner> }
    });
    let withdraw = (!request.state.is_over()).then(|| mine::withdraw(visit, &base, request, keys));
    view! {
        <Page title=visit.t("bus-mine-title") lead=request.organisation.clone() crumbs=Bus::crumbs(visit)>
            {mine::news::<Bus>(visit)}
            {steps}
            {all_lost}
            {now(visit, &base, request)}
            {wishes.and_then(|wishes| other_days(visit, &base, request, wishes))}
            <SummaryList rows=facts(visit, request, wishes)/>
            {withdraw}
        </Page>
    }
    .into_any()
}

/// Other days, where one of those that were wished for cannot be any more.
fn other_days(visit: &Visit, base: &str, request: &RequestView, wishes: &Wishes) -> Option<AnyView> {
    let open = visit.form.value("day_1").is_some();
    wishes.days.iter().any(|wish| wish.lost.is_some()).then(|| {
        view! {
            <Dialog label=visit.t("bus-choose-days") title=visit.t("bus-choose-days-title") open=open>
                <Form action=format!("{base}/days")>
                    {mine::version(request)}
                    {super::apply::days(visit)}
                    <p class="actions"><Button>{visit.t("bus-choose-days-do")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any()
    })
}

/// What is to be done, or waited for.
fn now(visit: &Visit, base: &str, request: &RequestView) -> AnyView {
    match (request.state, &request.stop) {
        (State::Asked, _) => mine::asked(visit, base, request).into_any(),
        (State::Proposed, Some(stop)) => proposed(visit, base, request, stop).into_any(),
        (State::Scheduled, Some(_)) => scheduled(visit, base).into_any(),
        (State::Visited, _) => {
            let href = visit.href(&format!("/bus/f/{}", feedback_link(&visit.services, request)));
            view! {
                <p>{visit.t("bus-now-visited")}</p>
                <p class="actions"><LinkButton href=href>{visit.t("bus-feedback-action")}</LinkButton></p>
            }
            .into_any()
        }
        (State::Refused, _) => {
            let reason = request.reason.clone().unwrap_or_default();
            view! { <Banner tone=Tone::Warning title=visit.t("bus-now-refused")><span class="said">{reason}</span></Banner> }
                .into_any()
        }
        (State::Withdrawn, _) => view! { <p>{visit.t("bus-now-withdrawn")}</p> }.into_any(),
        (State::Accepted, _) => view! { <p>{visit.t("bus-now-accepted")}</p> }.into_any(),
        // A date that fell away comes with its reason; otherwise one simply waits.
        _ => {
            let reason = request.reason.clone().map(|reason| {
                view! { <Banner tone=Tone::Warning title=visit.t("bus-now-released")><span class="said">{reason}</span></Banner> }
            });
            view! { {reason}<p>{visit.t("bus-now-waiting")}</p> }.into_any()
        }
    }
}

fn proposed(visit: &Visit, base: &str, request: &RequestView, stop: &StopView) -> impl IntoView + use<> {
    let until = moment(visit, stop.answer_by);
    let instead = stop.replaced.map(|(from, until)| {
        let old = span_text(from, until, visit.locale());
        visit.t_args("bus-proposed-replaces", &[("old", old.into())]).to_string()
    });
    let it = Proposed {
        keys: [
            "bus-proposed-title",
            "bus-accept-date",
            "bus-decline",
            "bus-decline-title",
            "bus-wish-hint",
            "bus-decline-do",
        ],
        when: span_text(stop.starts_at, stop.ends_at, visit.locale()),
        until: visit.t_args("bus-proposed-text", &[("until", until.into())]),
        instead,
        message: request.message.clone(),
    };
    mine::proposed(visit, base, request, it)
}

fn scheduled(visit: &Visit, base: &str) -> impl IntoView + use<> {
    let items = ["bus-prepare-1", "bus-prepare-2", "bus-prepare-3", "bus-prepare-4"];
    let items = items.map(|key| view! { <li><Icon of=Glyph::Check/><span>{visit.t(key)}</span></li> });
    let items = items.collect_view();
    view! {
        <section class="request-now">
            <h2>{visit.t("bus-now-scheduled")}</h2>
            <ul class="ticks">{items}</ul>
            <p class="actions no-print">
                <LinkButton href=format!("{base}/visit.ics") variant=Variant::Secondary glyph=Glyph::Calendar download=true>{visit.t("mine-calendar")}</LinkButton>
            </p>
        </section>
    }
}

fn facts(visit: &Visit, request: &RequestView, wishes: Option<&Wishes>) -> Vec<SummaryRow> {
    let (tone, state) = Bus::state_words(visit, request.state);
    let mut rows = vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(visit.t("bus-reference"), view! { <code class="code">{request.reference.clone()}</code> }),
    ];
    if let Some(stop) = request.stop.as_ref().filter(|_| request.state.holds_a_stop()) {
        rows.push(SummaryRow::new(visit.t("book-when"), span_text(stop.starts_at, stop.ends_at, visit.locale())));
    }
    let people = visit.t_args("people-count", &[("n", request.people.into())]);
    let audience = audience_words(visit, request.audience);
    let place = format!("{}{}{}", request.city.text(visit.locale()), visit.t("list-separator"), request.address);
    rows.extend([
        SummaryRow::new(visit.t("bus-audience"), [audience, request.ages.clone().into(), people].join(" · ")),
        SummaryRow::new(visit.t("bus-where"), place),
        SummaryRow::new(visit.t("bus-wished-days"), wished(visit, request, wishes)),
        SummaryRow::new(visit.t("bus-group-site"), site_facts(visit, request)),
        SummaryRow::new(visit.t("bus-contact-name"), request.name.as_str().to_owned()),
    ]);
    if let Some(contact) = &request.contact {
        // A link may be forwarded or read over a shoulder: the contact stays masked.
        rows.push(SummaryRow::new(visit.t("mine-contact"), contact.masked()));
    }
    rows
}

/// What the visit was like.
#[component]
pub fn Feedback() -> impl IntoView {
    let visit = visit();
    let link: String = param("link").unwrap_or_default();
    Suspend::new(async move {
        let found = view_asked_about(&visit.services, &visit.context, &link).await;
        let request = match seen(&visit, found).await {
            Ok(request) if request.state == State::Visited => request,
            Ok(_) => return problem_page(Problem::LinkInvalid).into_any(),
            Err(problem) => return problem_page(problem).into_any(),
        };
        match feedback_given(&visit.services, &visit.context, &link).await {
            Ok(true) => thanks(&visit),
            Ok(false) => questions(&visit, &request),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn thanks(visit: &Visit) -> AnyView {
    view! {
        <Page title=visit.t("bus-thanks-title") centred=true>
            <p class="lead">{visit.t("bus-thanks-text")}</p>
            <p class="actions"><LinkButton href=visit.href("/bus/schedule") variant=Variant::Secondary>{visit.t("bus-see-schedule")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

fn questions(visit: &Visit, request: &RequestView) -> AnyView {
    let marks = || {
        let choice = |(i, key): (usize, &&str)| Choice::new((i + 1).to_string(), visit.t(key));
        MARKS.iter().enumerate().rev().map(choice).collect::<Vec<_>>()
    };
    let again = vec![Choice::new("yes", visit.t("bus-again-yes")), Choice::new("no", visit.t("bus-again-no"))];
    view! {
        <Page title=visit.t("bus-feedback-title") lead=visit.t("bus-feedback-lead") kicker=request.organisation.clone() crumbs=Bus::crumbs(visit)>
            <Form>
                <Radios name="liked" label=visit.t("bus-liked") choices=marks() inline=true/>
                <Radios name="understood" label=visit.t("bus-understood") choices=marks() inline=true/>
                <Radios name="organised" label=visit.t("bus-organised") choices=marks() inline=true/>
                <Radios name="again" label=visit.t("bus-again") choices=again inline=true/>
                <p class="actions"><Button>{visit.t("bus-feedback-send")}</Button></p>
            </Form>
        </Page>
    }
    .into_any()
}
