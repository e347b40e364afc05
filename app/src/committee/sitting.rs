//! A meeting as somebody sees it who sits at it: what lies before them, how they vote, and a conflict to declare. A case one is
//! recused from is not there, and nothing is counted but what is shown.

use super::room::{NEWS, standing};
use super::words::{verdict_text, vote_text, yuan};
use super::{AT, at, minutes_at};
use crate::desk::{crumbs, news, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::spark::words::group;
use crate::ui::{
    Banner, Button, Card, Choice, Dialog, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, Radios,
    SummaryList, SummaryRow, TextArea, TextField, Variant, Width,
};
use crate::visit::Visit;
use domain::ids::MeetingId;
use domain::ledger::Fen;
use domain::spark::review::meeting::State;
use domain::spark::review::vote::Vote;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::review::{MeetingOf, OnAgenda, ReviewError, agenda};

/// The page.
pub(super) async fn page(visit: &Visit, own: MeetingOf) -> Result<AnyView, Problem> {
    let day = day_text(own.day, visit.locale());
    let title = visit.t_args("committee-one", &[("day", day.into())]);
    let content = if own.state.is_frozen() {
        match agenda(&visit.services, &visit.context, own.meeting).await {
            Ok(agenda) => {
                let all: Vec<AnyView> =
                    agenda.items.numbered().map(|(nth, item)| one(visit, own, (nth, item))).collect();
                if all.is_empty() { nothing(visit) } else { view! { <div class="stack">{all}</div> }.into_any() }
            }
            // Of whom nothing is known a conflict could not be seen: nothing lies before them.
            Err(ReviewError::NotFound) => nothing(visit),
            Err(error) => return Err(error.into()),
        }
    } else {
        let text = if own.state == State::Cancelled { "committee-over" } else { "committee-not-frozen" };
        view! { <p class="muted">{visit.t(text)}</p> }.into_any()
    };
    let minutes = matches!(own.state, State::Decided | State::MinutesSigned).then(|| {
        let href = visit.href(&minutes_at(own.meeting));
        view! { <p class="actions"><LinkButton href=href>{visit.t("committee-minutes-read")}</LinkButton></p> }
    });
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(AT, "committee-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {standing(visit, own.state)}
            {minutes}
            <section class="section" id="agenda">
                <h2>{visit.t("committee-before-you")}</h2>
                {content}
            </section>
        </Page>
    }
    .into_any())
}

fn nothing(visit: &Visit) -> AnyView {
    view! {
        <EmptyState of=Illustration::Flame title=visit.t("committee-nothing")><p>{visit.t("committee-nothing-text")}</p></EmptyState>
    }
    .into_any()
}

fn one(visit: &Visit, own: MeetingOf, (nth, item): (usize, &OnAgenda)) -> AnyView {
    let title = format!("{nth}. {}", item.reference);
    let rows = vec![
        SummaryRow::new(visit.t("committee-group"), group(visit, item.group)),
        SummaryRow::new(
            visit.t("committee-age"),
            visit.t_args("committee-age-years", &[("n", u32::from(item.age).into())]),
        ),
        SummaryRow::new(visit.t("committee-asked"), yuan(visit, item.asked.fen())),
        SummaryRow::new(visit.t("committee-verdict"), verdict_text(visit, item.verdict)),
    ];
    let voted = item.own.map(|vote| {
        let text = visit.t_args("committee-own-vote", &[("vote", vote_text(visit, vote).to_string().into())]);
        view! { <Banner tone=Tone::Success>{text}</Banner> }
    });
    let ballot = own.state.takes_votes().then(|| ballot(visit, own.meeting, item));
    let open = !matches!(own.state, State::Decided | State::MinutesSigned);
    let conflict = open.then(|| conflict(visit, own.meeting, item));
    view! {
        <Card title=title>
            <SummaryList rows=rows/>
            {voted}
            {ballot}
            {conflict}
        </Card>
    }
    .into_any()
}

fn ballot(visit: &Visit, meeting: MeetingId, item: &OnAgenda) -> AnyView {
    let case = item.case;
    let choices = vec![
        Choice::new("grant", visit.t("committee-vote-grant")),
        Choice::new("partial", visit.t("committee-vote-partial")),
        Choice::new("refuse", visit.t("committee-vote-refuse")),
        Choice::new("defer", visit.t("committee-vote-defer")).hint(visit.t("committee-vote-defer-hint")),
        Choice::new("abstain", visit.t("committee-vote-abstain")),
    ];
    let (word, part) = match item.own {
        Some(Vote::Grant) => ("grant", None),
        Some(Vote::Partial(part)) => ("partial", Some(part)),
        Some(Vote::Refuse) => ("refuse", None),
        Some(Vote::Defer) => ("defer", None),
        Some(Vote::Abstain) => ("abstain", None),
        None => ("", None),
    };
    let part = part.map(plain).unwrap_or_default();
    let label = visit.t_args("committee-vote-on", &[("reference", item.reference.clone().into())]);
    let hint = visit.t_args("committee-part-hint", &[("asked", yuan(visit, item.asked.fen()).into())]);
    let button = if item.own.is_some() { "committee-vote-again" } else { "committee-vote-do" };
    view! {
        <Form action=visit.href(&format!("{}/vote", at(meeting)))>
            <HiddenField name="case" value=case.to_string()/>
            <HiddenField name="seen" value=item.digest.to_string()/>
            <Radios name=format!("vote-{case}") label=label choices=choices value=word/>
            <TextField name=format!("part-{case}") label=visit.t("committee-part") hint=hint inputmode="decimal" width="medium" value=part optional=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t(button)}<span class="hidden">" "{item.reference.clone()}</span></Button></p>
        </Form>
    }
    .into_any()
}

/// An amount as it is typed.
pub(super) fn plain(fen: Fen) -> Text {
    let all = fen.get().unsigned_abs();
    let text =
        if all.is_multiple_of(100) { (all / 100).to_string() } else { format!("{}.{:02}", all / 100, all % 100) };
    text.into()
}

fn conflict(visit: &Visit, meeting: MeetingId, item: &OnAgenda) -> AnyView {
    let field = format!("reason-{}", item.case);
    let open = visit.form.value(&field).is_some() || visit.form.fault(&field).is_some();
    let title = visit.t_args("committee-declare-of", &[("reference", item.reference.clone().into())]);
    view! {
        <Dialog label=visit.t("committee-declare") title=title variant=Variant::Quiet open=open>
            <p>{visit.t("committee-declare-text")}</p>
            <Form action=visit.href(&format!("{}/declare", at(meeting)))>
                <HiddenField name="case" value=item.case.to_string()/>
                <TextArea name=field label=visit.t("committee-declare-reason") hint=visit.t("committee-declare-hint") rows=3/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("committee-declare-do")}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}
