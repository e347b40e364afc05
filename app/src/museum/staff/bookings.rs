//! The list of bookings, and looking for one. A phone or a mail address is only ever sent as a form and answered with a
//! page; day, state and reference may stand in an address.

use super::bookings_table;
use crate::desk::{crumbs, may, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, DateField, EmptyState, Form, Glyph, HiddenField, Illustration, LinkButton, Page, Pagination,
    Select, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::ActivityId;
use domain::time::day;
use leptos::prelude::*;
use services::booking::{self, BookingError, BookingView, PAGE, Wanted};
use services::keyset::After;
use std::collections::HashMap;

/// The list of bookings.
#[component]
pub fn Bookings() -> impl IntoView {
    read_first(page(visit()))
}

/// Behind a page's last row.
fn behind(last: &BookingView) -> String {
    After { at: last.starts_at, id: last.id.0 }.text()
}

/// What is looked for, from wherever it stands: a form that was sent, or the address.
pub(super) fn wanted<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Wanted {
    Wanted {
        text: get("text").or_else(|| get("reference")).unwrap_or_default().trim().to_owned(),
        day: get("day").and_then(|text| day(text).ok()),
        cancelled: match get("state") {
            Some("confirmed") => Some(false),
            Some("cancelled") => Some(true),
            _ => None,
        },
        after: get("after").and_then(After::parse),
    }
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let sent = visit.form.was_sent();
    let wanted = if sent { wanted(|name| visit.form.value(name)) } else { wanted(|name| visit.query.get(name)) };
    let visit = if sent { visit } else { with_query(&visit) };
    let found = if visit.form.errors.is_empty() {
        match booking::search(&visit.services, &visit.context, &wanted).await {
            Ok(found) => found,
            // The text of an address (a reference with a slip) is answered like the form's: with the field's sentence.
            Err(BookingError::Fields(errors)) => {
                let visit = visit.with(|data| data.form.errors = errors);
                return Ok(shown(&visit, &[], &HashMap::new(), &wanted, sent));
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        Vec::new()
    };
    let events = booking::event_titles(&visit.services, &visit.context, &found).await?;
    Ok(shown(&visit, &found, &events, &wanted, sent))
}

/// The visit with the address' filter in its fields.
fn with_query(visit: &Visit) -> Visit {
    visit.with(|data| {
        for (name, field) in [("reference", "text"), ("day", "day"), ("state", "state")] {
            if let Some(value) = data.query.get(name) {
                data.form.values.insert(field.to_owned(), value.to_owned());
            }
        }
    })
}

fn shown(
    visit: &Visit,
    found: &[BookingView],
    events: &HashMap<ActivityId, String>,
    wanted: &Wanted,
    sent: bool,
) -> AnyView {
    // The fields read the visit of the context.
    provide_context(visit.clone());
    let more = found.len() > PAGE;
    let found = &found[..found.len().min(PAGE)];
    let narrowed = !wanted.text.is_empty() || wanted.day.is_some() || wanted.cancelled.is_some();
    let clear = narrowed
        .then(|| view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> });
    let states = vec![
        Choice::new("", visit.t("staff-bookings-any-state")),
        Choice::new("confirmed", visit.t("staff-booking-confirmed")),
        Choice::new("cancelled", visit.t("staff-booking-cancelled")),
    ];
    let next = more.then(|| found.last()).flatten().map(behind);
    let export = may(visit, Capability::ExportBookings).then(|| {
        let href = visit.href("/staff/numbers/bookings");
        view! { <p class="no-print"><LinkButton href=href variant=Variant::Quiet glyph=Glyph::Download>{visit.t("numbers-bookings-title")}</LinkButton></p> }
    });
    let list = if found.is_empty() {
        nothing(visit, narrowed).into_any()
    } else {
        bookings_table(visit, found, events, visit.t("staff-bookings-title"), true).into_any()
    };
    view! {
        <Page title=visit.t("staff-bookings-title") lead=visit.t("staff-bookings-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form inline=true>
                <TextField name="text" kind="search" label=visit.t("staff-bookings-look") hint=visit.t("staff-bookings-text-hint") optional=true/>
                <DateField name="day" label=visit.t("staff-day") optional=true/>
                <Select name="state" label=visit.t("staff-booking-state") choices=states optional=true/>
                <p class="actions"><Button glyph=Glyph::Search>{visit.t("staff-bookings-search")}</Button>{clear}</p>
            </Form>
            {export}
            {list}
            {next.map(|after| turn(visit, wanted, after, sent))}
        </Page>
    }
    .into_any()
}

fn nothing(visit: &Visit, narrowed: bool) -> impl IntoView + use<> {
    let (title, text) = if narrowed {
        ("staff-bookings-none", "staff-bookings-none-text")
    } else {
        ("staff-bookings-empty", "staff-bookings-empty-text")
    };
    view! { <EmptyState of=Illustration::Family title=visit.t(title)><p>{visit.t(text)}</p></EmptyState> }
}

/// On to the next page: by the address, or by the form that was sent.
fn turn(visit: &Visit, wanted: &Wanted, after: String, sent: bool) -> AnyView {
    let state = match wanted.cancelled {
        Some(true) => "cancelled",
        Some(false) => "confirmed",
        None => "",
    };
    let day = wanted.day.map(|day| day.to_string()).unwrap_or_default();
    if sent {
        return view! {
            <Form>
                <HiddenField name="text" value=wanted.text.clone()/>
                <HiddenField name="day" value=day/>
                <HiddenField name="state" value=state/>
                <HiddenField name="after" value=after/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("page-next")}</Button></p>
            </Form>
        }
        .into_any();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("reference", wanted.text.as_str()), ("day", &day), ("state", state), ("after", &after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let href = Text::from(format!("{}?{}", visit.here(), query.finish()));
    view! { <Pagination next=Some(href)/> }.into_any()
}
