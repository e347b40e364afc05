//! The list of who comes: what stands in it, masked; sending it as a file or typed; what was wrong with it, row by row.

use super::calls::ROWS;
use crate::desk::moment;
use crate::i18n::Text;
use crate::ui::{Button, Column as Head, Dialog, FileField, Form, Glyph, LinkButton, Row, Table, TextArea, Variant};
use crate::visit::Visit;
use crate::words::fault_text;
use domain::groups::{Column, GroupPolicy, RowFault};
use leptos::either::Either;
use leptos::prelude::*;
use services::groups::{RequestView, RosterView};

/// Faults that are shown; the rest are counted.
const SHOWN: usize = 60;

/// The list's part of a request's page.
pub(super) fn section(
    visit: &Visit,
    base: &str,
    request: &RequestView,
    list: Option<&RosterView>,
    policy: &GroupPolicy,
) -> impl IntoView + use<> {
    let open = request.takes_list(policy, visit.context.now);
    let until = request.session().map(|span| moment(visit, policy.roster_until(span.starts_at)));
    let until = until.filter(|_| open).map(|until| {
        view! { <p class="muted">{visit.t_args("groups-roster-until", &[("until", until.into())])}</p> }
    });
    let kept = list.map(|list| kept(visit, base, request, list, open));
    let send = open.then(|| send(visit, base, list.is_some(), request.members));
    let closed = (!open && list.is_none()).then(|| view! { <p class="muted">{visit.t("groups-roster-closed")}</p> });
    view! {
        <section class="section no-print" id="roster">
            <h2>{visit.t("groups-roster-title")}</h2>
            <p>{visit.t("groups-roster-text")}</p>
            {until}
            {kept}
            {send}
            {closed}
        </section>
    }
}

/// How many stand in the list, and who, masked.
fn kept(visit: &Visit, base: &str, request: &RequestView, list: &RosterView, open: bool) -> impl IntoView + use<> {
    let (listed, members) = (list.people.len(), request.members);
    let args = [("n", listed.into()), ("members", members.into()), ("at", moment(visit, list.saved_at).into())];
    let state = visit.t_args("groups-roster-kept", &args);
    // Once it is over, nobody has to send another.
    let differs = (open && listed != members as usize).then(|| {
        let key = if listed > members as usize { "groups-roster-more" } else { "groups-roster-fewer" };
        view! { <p class="muted">{visit.t(key)}</p> }
    });
    let remove = open.then(|| {
        view! {
            <Dialog label=visit.t("groups-roster-remove") title=visit.t("groups-roster-remove") variant=Variant::Quiet>
                <p>{visit.t("groups-roster-remove-text")}</p>
                <Form action=format!("{base}/roster/remove")>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("groups-roster-remove")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    view! {
        <p class="groups-kept"><strong>{state}</strong></p>
        {differs}
        {names(visit, &list.people)}
        {remove}
    }
}

/// Names as they are shown, in columns.
pub(super) fn names(visit: &Visit, people: &[(String, String)]) -> impl IntoView + use<> {
    let items = people.iter().map(|(name, class)| {
        let class = (!class.is_empty()).then(|| view! { <span class="muted small">{class.clone()}</span> });
        view! { <li><span>{name.clone()}</span>" "{class}</li> }
    });
    let items = items.collect_view();
    view! { <details class="question"><summary>{visit.t("groups-roster-see")}</summary><ol class="groups-names">{items}</ol></details> }
}

fn send(visit: &Visit, base: &str, again: bool, members: u32) -> impl IntoView + use<> {
    let label = visit.t(if again { "groups-roster-replace" } else { "groups-roster-send" });
    let typed = visit.t_args("groups-roster-list-hint", &[("members", members.into())]);
    let template = visit.href("/museum/groups/roster.csv");
    // Where a list is kept already, replacing it is the exception: folded, unless it was just tried.
    let tried = visit.form.fault("file").is_some() || visit.form.value("list").is_some();
    let form = view! {
        <Form action=format!("{base}/roster") files=true>
            <FileField name="file" label=visit.t("groups-roster-file") hint=visit.t("groups-roster-file-hint") accept=".xlsx,.csv,.txt" optional=true/>
            <TextArea name="list" label=visit.t("groups-roster-list") hint=typed rows=6 optional=true/>
            <p class="actions">
                <Button>{label}</Button>
                <LinkButton href=template variant=Variant::Quiet glyph=Glyph::Download download=true>{visit.t("groups-roster-template")}</LinkButton>
            </p>
        </Form>
    };
    match again {
        true => Either::Left(
            view! { <details class="question" open=tried><summary>{visit.t("groups-roster-replace")}</summary>{form}</details> },
        ),
        false => Either::Right(form),
    }
}

/// What was wrong with the list that was sent: row, column, sentence. Nothing of it was kept.
pub(super) fn faults(visit: &Visit) -> Option<impl IntoView + use<>> {
    let faults: Vec<RowFault> = serde_json::from_str(visit.form.value(ROWS)?).ok()?;
    let column = |column: Column| -> Text {
        visit.t(match column {
            Column::Name => "groups-roster-name",
            Column::Class => "groups-roster-class",
        })
    };
    let more = faults.len().saturating_sub(SHOWN);
    let more =
        (more > 0).then(|| view! { <p class="muted">{visit.t_args("groups-rows-more", &[("n", more.into())])}</p> });
    let rows = faults.iter().take(SHOWN).map(|fault| {
        Row::new()
            .cell(visit.t_args("groups-row", &[("n", fault.row.into())]))
            .cell(column(fault.column))
            .cell(fault_text(visit, &fault.fault))
    });
    let rows = rows.collect();
    let columns = ["groups-rows-row", "groups-rows-column", "groups-rows-fault"].map(|key| Head::new(visit.t(key)));
    Some(view! {
        <div class="groups-faults">
            <h2>{visit.t("groups-rows-title")}</h2>
            <Table caption=visit.t("groups-rows-title") caption_hidden=true columns=columns.to_vec() rows=rows/>
            {more}
        </div>
    })
}
