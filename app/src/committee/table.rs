//! The agenda of a meeting, for whoever holds it: while it is planned a form that puts cases in their order, afterwards each item with
//! who is there, how far it is, and what stands in the way of it.

use super::room::{people, sitters, to_of};
use super::words::{changes_text, facts_text, names_text, settled_text, unsettled_text};
use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{
    Banner, Button, Card, Checkboxes, Column, Dialog, EmptyState, Form, HiddenField, Illustration, Row, SummaryList,
    SummaryRow, Table, Tag, TextField, Variant,
};
use crate::visit::Visit;
use domain::ids::CaseId;
use domain::spark::review::meeting::State;
use leptos::prelude::*;
use services::ledger::views::Person;
use services::spark::review::{Before, Named, OnTable, Progress, Room};

/// The field in which the place of a case on the agenda is typed.
pub(super) fn place_field(case: CaseId) -> String {
    format!("{PLACE}{case}")
}

/// What such a field's name begins with.
pub(super) const PLACE: &str = "place-";

/// The agenda while it changes: every case with its number, empty where it is not on it.
pub(super) fn agenda(visit: &Visit, room: &Room) -> AnyView {
    let chosen = |case: CaseId| room.items.iter().position(|item| item.named.case == case);
    // Those on the agenda first, in its order; some of them may wait for the committee no more.
    let gone = |item: &&OnTable| !room.before.iter().any(|one| one.named.case == item.named.case);
    let mut rows: Vec<(Option<usize>, &Named, Option<&Before>)> =
        room.items.iter().filter(gone).map(|item| (chosen(item.named.case), &item.named, None)).collect();
    rows.extend(room.before.iter().map(|one| (chosen(one.named.case), &one.named, Some(one))));
    rows.sort_by_key(|(place, ..)| place.unwrap_or(usize::MAX));
    let list = if rows.is_empty() {
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("committee-before-none")><p>{visit.t("committee-before-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        let columns = vec![
            Column::new(visit.t("committee-place")),
            Column::new(visit.t("cases-reference")),
            Column::new(visit.t("committee-what")),
            Column::new(visit.t("committee-since")),
        ];
        let rows = rows.into_iter().map(|(place, named, before)| row(visit, place, named, before)).collect();
        view! {
            <Form action=to_of(visit, room, "agenda")>
                <HiddenField name="version" value=room.meeting.version.to_string()/>
                <p class="muted">{visit.t("committee-place-hint")}</p>
                <Table caption=visit.t("committee-agenda") caption_hidden=true columns=columns rows=rows/>
                <p class="actions"><Button>{visit.t("committee-agenda-do")}</Button></p>
            </Form>
        }
        .into_any()
    };
    view! {
        <section class="section" id="agenda">
            <h2>{visit.t("committee-agenda")}</h2>
            {list}
        </section>
    }
    .into_any()
}

fn row(visit: &Visit, place: Option<usize>, named: &Named, before: Option<&Before>) -> Row {
    let label = visit.t_args("committee-place-of", &[("reference", named.reference.clone().into())]);
    let value = place.map(|nth| (nth + 1).to_string()).unwrap_or_default();
    let name = place_field(named.case);
    let field = view! {
        <TextField name=name label=label label_hidden=true inputmode="numeric" width="short" value=value optional=true/>
    };
    let tags = tags(visit, named, before.is_some_and(|one| one.decided));
    let since = match before {
        Some(one) => moment(visit, one.since).into_any(),
        None => view! { <Tag tone=Tone::Warning>{visit.t("committee-not-before")}</Tag> }.into_any(),
    };
    Row::new()
        .cell(field)
        .cell(reference(visit, named))
        .cell(view! { <span>{facts_text(visit, named)}" "{tags}</span> })
        .cell(since)
}

fn reference(visit: &Visit, named: &Named) -> AnyView {
    let href = visit.href(&format!("/staff/cases/{}", named.case));
    view! { <a class="staff-reference" href=href>{named.reference.clone()}</a> }.into_any()
}

fn tags(visit: &Visit, named: &Named, decided: bool) -> AnyView {
    let appeal = named.appeal.then(|| view! { <Tag tone=Tone::Warning>{visit.t("committee-appeal")}</Tag> });
    let decided = decided.then(|| view! { <Tag tone=Tone::Info>{visit.t("committee-decided-before")}</Tag> });
    view! { {appeal}" "{decided} }.into_any()
}

/// The agenda once it is frozen: each item with how far it is.
pub(super) fn items(visit: &Visit, room: &Room) -> AnyView {
    let people = people(room);
    let all: Vec<AnyView> =
        room.items.iter().enumerate().map(|(nth, item)| one(visit, room, &people, (nth, item))).collect();
    view! {
        <section class="section" id="agenda">
            <h2>{visit.t("committee-agenda")}</h2>
            <div class="stack">{all}</div>
        </section>
    }
    .into_any()
}

fn one(visit: &Visit, room: &Room, people: &[Person], (nth, item): (usize, &OnTable)) -> AnyView {
    let named = &item.named;
    let title = format!("{}. {}", nth + 1, named.reference);
    let href = Some(Text::from(visit.href(&format!("/staff/cases/{}", named.case))));
    let appeal = named.appeal.then(|| (Tone::Warning, visit.t("committee-appeal")));
    let progress = item.progress.as_ref().map(|progress| far(visit, room, people, (named, progress)));
    view! {
        <Card title=title href=href tag=appeal>
            <p>{facts_text(visit, named)}</p>
            {progress}
        </Card>
    }
    .into_any()
}

fn far(visit: &Visit, room: &Room, people: &[Person], (named, progress): (&Named, &Progress)) -> AnyView {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).into();
    let there = progress.present.difference(&progress.recused);
    let count = progress.present.difference(&progress.recused).count();
    let votes = visit.t_args(
        "committee-votes",
        &[("voted", number(progress.voted)), ("present", number(count)), ("majority", number(progress.majority))],
    );
    let quorum = visit.t_args("committee-quorum", &[("present", number(count)), ("needed", number(progress.quorum))]);
    let mut rows = vec![
        SummaryRow::new(visit.t("committee-there"), names_text(visit, people, there)),
        SummaryRow::new(visit.t("committee-quorum-title"), quorum),
        SummaryRow::new(visit.t("committee-votes-title"), votes),
    ];
    if !progress.recused.is_empty() {
        rows.insert(1, SummaryRow::new(visit.t("committee-recused"), names_text(visit, people, &progress.recused)));
    }
    let result = match &progress.settled {
        Ok(settled) => settled_text(visit, *settled),
        Err(why) => unsettled_text(visit, why, people),
    };
    rows.push(SummaryRow::new(visit.t("committee-result"), result));
    let carried = progress.carried.then(|| view! { <Tag tone=Tone::Success>{visit.t("committee-carried")}</Tag> });
    view! {
        {warnings(visit, progress)}
        <SummaryList rows=rows/>
        {carried}
        {ways(visit, room, (named, progress))}
    }
    .into_any()
}

/// What stands in the way of an item.
fn warnings(visit: &Visit, progress: &Progress) -> Vec<AnyView> {
    let mut all = Vec::new();
    let mut warn = |text: String| {
        all.push(view! { <Banner tone=Tone::Warning>{text}</Banner> }.into_any());
    };
    if !progress.changes.is_empty() {
        let what = changes_text(visit, &progress.changes);
        warn(visit.t_args("committee-changed", &[("what", what.into())]).to_string());
    }
    if progress.gone {
        warn(visit.t("committee-gone").to_string());
    }
    if progress.withdrawn {
        warn(visit.t("committee-withdrawn").to_string());
    }
    all
}

/// What can be done with an item.
fn ways(visit: &Visit, room: &Room, (named, progress): (&Named, &Progress)) -> Option<AnyView> {
    let state = room.meeting.state;
    if !matches!(state, State::PackFrozen | State::InSession | State::Adjourned) {
        return None;
    }
    let case = named.case.to_string();
    let field = format!("present-{case}");
    let values = progress.present.iter().map(|one| one.to_string().into()).collect();
    let of = visit.t_args("committee-present-of", &[("reference", named.reference.clone().into())]);
    let put_off = (state != State::PackFrozen).then(|| {
        let (over, key) = if progress.stands_over { ("false", "committee-take-up") } else { ("true", "committee-put-off") };
        view! {
            <Form action=to_of(visit, room, "put-off")>
                <HiddenField name="case" value=named.case.to_string()/>
                <HiddenField name="over" value=over/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t(key)}<span class="hidden">" "{named.reference.clone()}</span></Button></p>
            </Form>
        }
    });
    Some(
        view! {
            <div class="staff-actions no-print">
                <Dialog label=visit.t("committee-present-item") title=of.clone() variant=Variant::Quiet>
                    <Form action=to_of(visit, room, "present")>
                        <HiddenField name="case" value=case/>
                        <Checkboxes name=field label=of choices=sitters(visit, room) values=values/>
                        <p class="actions"><Button variant=Variant::Secondary>{visit.t("committee-present-do")}</Button></p>
                    </Form>
                </Dialog>
                {put_off}
            </div>
        }
        .into_any(),
    )
}
