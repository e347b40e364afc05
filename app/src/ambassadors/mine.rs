//! One's own application, by signed link: how far it is, what is asked, the outcome, the training date, the certificate.

use super::{capacity_words, date_words, training_words};
use crate::desk::moment;
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::requests::mine::{self, seen};
use crate::requests::{Room, param};
use crate::ui::{
    Banner, Button, Choice, Dialog, Form, Glyph, Icon, LinkButton, Page, Radios, Steps, SummaryList, SummaryRow, Tag,
    TextArea, Variant,
};
use crate::visit::{Visit, visit};
use domain::ambassador::State;
use leptos::prelude::*;
use services::ambassadors::{Ambassadors, Application, Handle, TrainingDate, own, verify_path, view};

/// How far an application can be.
const TRACK: [&str; 4] = ["ambassador-track-1", "ambassador-track-2", "ambassador-track-3", "ambassador-track-4"];

/// An application, for whoever has its link.
#[component]
pub fn Mine() -> impl IntoView {
    let visit = visit();
    let link: String = param("link").unwrap_or_default();
    Suspend::new(async move {
        match read(&visit, &link).await {
            Ok((application, dates)) => page(&visit, &link, &application, &dates),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

async fn read(visit: &Visit, link: &str) -> Result<(Application, Vec<TrainingDate>), Problem> {
    let handle = Handle::Link(link.to_owned());
    let application = seen(visit, view(&visit.services, &visit.context, &handle).await).await?;
    let dates = own(&visit.services, &visit.context, &application).await?;
    Ok((application, dates))
}

fn page(visit: &Visit, link: &str, application: &Application, dates: &[TrainingDate]) -> AnyView {
    let base = visit.href(&format!("/ambassadors/r/{link}"));
    let current = match application.state {
        State::Draft | State::Submitted | State::Asked | State::Reserve => 1,
        State::Selected | State::Confirmed | State::Absent => 2,
        State::Trained => 3,
        State::Certified => 4,
        State::Refused | State::Withdrawn => 0,
    };
    let steps = (current > 0).then(|| {
        let names = TRACK.map(|key| visit.t(key));
        view! { <Steps steps=names.to_vec() current=current/> }
    });
    let may_withdraw =
        domain::ambassador::next(application.state, domain::ambassador::Event::Withdraw).is_ok().then(|| {
            let text = match application.state.gives_a_place() {
                true => "ambassador-withdraw-place",
                false => "ambassador-withdraw-text",
            };
            let keys = ["ambassador-withdraw", "ambassador-withdraw-title", text, "ambassador-withdraw-do"];
            mine::withdraw(visit, &base, application, keys)
        });
    let title = application.round_title.of(visit.locale()).to_owned();
    view! {
        <Page title=visit.t("ambassador-mine-title") lead=title crumbs=Ambassadors::crumbs(visit)>
            {mine::news::<Ambassadors>(visit)}
            {steps}
            {now(visit, &base, application, dates)}
            <SummaryList rows=facts(visit, application)/>
            <div class="actions no-print">{may_withdraw}</div>
        </Page>
    }
    .into_any()
}

/// What is to be done, or waited for.
fn now(visit: &Visit, base: &str, application: &Application, dates: &[TrainingDate]) -> AnyView {
    let plain = |key: &str| view! { <p>{visit.t(key)}</p> }.into_any();
    match application.state {
        State::Asked => mine::asked(visit, base, application).into_any(),
        State::Draft | State::Submitted => plain("ambassador-now-waiting"),
        State::Reserve => {
            let rank = application.rank.unwrap_or_default();
            view! { <Banner>{visit.t_args("ambassador-now-reserve", &[("n", rank.into())])}</Banner> }.into_any()
        }
        State::Selected | State::Confirmed => placed(visit, base, application, dates),
        State::Trained => plain("ambassador-now-trained"),
        State::Absent => plain("ambassador-now-absent"),
        State::Certified => certified(visit, base, application),
        State::Refused => {
            let reason = application.reason.clone().unwrap_or_default();
            view! { <Banner tone=Tone::Warning title=visit.t("ambassador-now-refused")><span class="said">{reason}</span></Banner> }
                .into_any()
        }
        State::Withdrawn => plain("ambassador-now-withdrawn"),
    }
}

/// A place: the date they come to, or the choice of one.
fn placed(visit: &Visit, base: &str, application: &Application, dates: &[TrainingDate]) -> AnyView {
    let chosen = application.training.as_ref().map(|date| {
        view! { <p class="request-now-when"><Icon of=Glyph::Calendar/>{training_words(visit, date)}</p> }
    });
    let title = visit.t(if chosen.is_some() { "ambassador-now-confirmed" } else { "ambassador-now-selected" });
    let other = |date: &&TrainingDate| application.training.as_ref().is_none_or(|it| it.id != date.training.id);
    let others: Vec<&TrainingDate> = dates.iter().filter(other).collect();
    let choices: Vec<Choice> = others
        .iter()
        .filter(|date| date.has_room())
        .map(|date| Choice::new(date.training.id.to_string(), date_words(visit, date)))
        .collect();
    let full = others.iter().filter(|date| !date.has_room()).map(|date| {
        view! { <li>{training_words(visit, &date.training)}" "<Tag>{visit.t("ambassador-training-full")}</Tag></li> }
    });
    let full = full.collect_view();
    let any_full = others.iter().any(|date| !date.has_room());
    let full = any_full.then(|| view! { <ul class="ambassador-dates muted">{full}</ul> });
    let label = visit.t(if chosen.is_some() { "ambassador-other-date" } else { "ambassador-choose-date" });
    let only = match choices.as_slice() {
        [only] => only.value.to_string(),
        _ => String::new(),
    };
    let choose = (!choices.is_empty()).then(|| {
        view! {
            <Form action=format!("{base}/confirm")>
                {mine::version(application)}
                <Radios name="training" label=label choices=choices value=only/>
                <p class="actions"><Button>{visit.t("ambassador-choose-do")}</Button></p>
            </Form>
        }
    });
    let none = (dates.is_empty() && chosen.is_none()).then(|| view! { <p>{visit.t("ambassador-no-date")}</p> });
    let open = visit.form.value("wish").is_some();
    view! {
        <section class="request-now">
            <h2>{title}</h2>
            {chosen}
            {none}
            {choose}
            {full}
            <Dialog label=visit.t("ambassador-decline") title=visit.t("ambassador-decline-title") variant=Variant::Quiet open=open>
                <Form action=format!("{base}/decline")>
                    {mine::version(application)}
                    <TextArea name="wish" label=visit.t("bus-wish") hint=visit.t("ambassador-wish-hint") rows=3/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("ambassador-decline-do")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
    .into_any()
}

fn certified(visit: &Visit, base: &str, application: &Application) -> AnyView {
    let Some(certificate) = application.certificate else { return ().into_any() };
    if certificate.revoked_at.is_some() {
        return view! { <Banner tone=Tone::Warning>{visit.t("ambassador-now-revoked")}</Banner> }.into_any();
    }
    let verify = visit.href(&verify_path(&visit.services, &certificate));
    // Without its name it is not printed any more.
    let named = certificate.erased_at.is_none();
    let text = named.then(|| view! { <p>{visit.t("ambassador-now-certified-text")}</p> });
    let download = named.then(|| {
        view! { <LinkButton href=format!("{base}/certificate.pdf") glyph=Glyph::Download download=true>{visit.t("ambassador-download")}</LinkButton> }
    });
    view! {
        <section class="request-now">
            <h2>{visit.t("ambassador-now-certified")}</h2>
            <p class="request-now-when"><code class="code">{certificate.number.to_string()}</code></p>
            {text}
            <p class="actions no-print">
                {download}
                <LinkButton href=verify variant=Variant::Secondary>{visit.t("ambassador-see-verified")}</LinkButton>
            </p>
        </section>
    }
    .into_any()
}

fn facts(visit: &Visit, application: &Application) -> Vec<SummaryRow> {
    let (tone, state) = Ambassadors::state_words(visit, application.state);
    let who = [application.name.as_str().to_owned(), capacity_words(visit, application.capacity).to_string()];
    let school =
        [application.organisation.clone(), application.post.clone(), application.city.text(visit.locale()).to_owned()];
    let motivation = application.note.clone();
    let mut rows = vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(
            visit.t("ambassador-reference"),
            view! { <code class="code">{application.reference.clone()}</code> },
        ),
        SummaryRow::new(visit.t("ambassador-applicant"), who.join(" · ")),
        SummaryRow::new(visit.t("ambassador-school"), school.join(" · ")),
        SummaryRow::new(visit.t("ambassador-motivation"), view! { <span class="said">{motivation}</span> }),
        SummaryRow::new(visit.t("ambassador-sent-at"), moment(visit, application.created_at)),
    ];
    if let Some(contact) = &application.contact {
        // A link may be forwarded or read over a shoulder: the contact stays masked.
        rows.push(SummaryRow::new(visit.t("mine-contact"), contact.masked()));
    }
    rows
}
