//! The bookings of a period as a file, for staff who say why: the page that asks, and the file's table.

use super::{MUSEUM, save_as};
use crate::desk::{crumbs, day, rooms};
use crate::form::Tone;
use crate::i18n::{Text, grouped};
use crate::museum::staff::channel_text;
use crate::ui::{Banner, Choice, DateField, Form, Page, Select, TextField};
use crate::visit::{Visit, visit};
use domain::numbers::{Period, Unit};
use domain::time::{clock_text, local_day};
use jiff::Timestamp;
use leptos::prelude::*;
use services::booking::BookingState;
use services::numbers::{Listed, MOST, Subject};
use services::spreadsheet::{Cell, Sheet};

/// Asks for the days and the reason.
#[component]
pub fn ExportBookings() -> impl IntoView {
    let visit = &visit();
    let month = Period::of(Unit::Month, local_day(visit.context.now));
    let given = |name| visit.query.get(name).and_then(|text| day(text).ok());
    let (from, to) = (given("from").unwrap_or(month.first()), given("to").unwrap_or(month.last()));
    let subject = visit.query.get("of").and_then(Subject::from_name).unwrap_or(Subject::Museum);
    let choices = Subject::ALL.map(|one| {
        Choice::new(
            one.name(),
            visit.t(match one {
                Subject::Museum => "numbers-of-museum",
                Subject::Events => "numbers-of-events",
            }),
        )
    });
    let lead = visit.t_args("numbers-bookings-lead", &[("most", grouped(MOST).into())]);
    view! {
        <Page title=visit.t("numbers-bookings-title") lead=lead crumbs=crumbs(visit, &[(MUSEUM, "numbers-museum-title")])>
            {rooms(visit)}
            <Banner tone=Tone::Info>{visit.t("numbers-bookings-noted")}</Banner>
            <Form>
                <Select name="of" label=visit.t("numbers-of-label") choices=choices.into() value=subject.name()/>
                <DateField name="from" label=visit.t("numbers-first-day") value=from/>
                <DateField name="to" label=visit.t("numbers-last-day") hint=visit.t("numbers-last-day-hint") value=to/>
                <TextField name="reason" label=visit.t("numbers-bookings-reason") hint=visit.t("numbers-bookings-reason-hint") maxlength=200/>
                <p class="actions">{save_as(visit)}</p>
            </Form>
        </Page>
    }
}

/// 2026-07-28 09:00, as spreadsheets sort it.
fn instant(at: Timestamp) -> Cell {
    format!("{} {}", local_day(at), clock_text(at)).into()
}

/// One row a booking.
pub(super) fn sheet(visit: &Visit, listed: &[Listed]) -> Sheet {
    let headings = [
        "staff-booking-reference",
        "numbers-file-title",
        "numbers-file-begins",
        "numbers-file-ends",
        "staff-booking-state",
        "numbers-file-people",
        "numbers-file-children",
        "numbers-file-arrived",
        "staff-booking-name",
        "staff-booking-contact",
        "staff-booking-channel",
        "numbers-file-made",
        "numbers-file-cancelled",
    ];
    let text = |text: Text| Cell::Text(text.to_string());
    let row = |one: &Listed| {
        let state = visit.t(match one.state {
            BookingState::Confirmed => "staff-booking-confirmed",
            BookingState::Cancelled => "staff-booking-cancelled",
        });
        vec![
            one.reference.clone().into(),
            one.title.clone().into(),
            instant(one.starts_at),
            instant(one.ends_at),
            text(state),
            one.people.into(),
            one.children.into(),
            one.arrived.into(),
            one.name.clone().into(),
            one.contact.clone().unwrap_or_default().into(),
            text(channel_text(visit, &one.channel)),
            instant(one.created_at),
            one.cancelled_at.map_or_else(|| String::new().into(), instant),
        ]
    };
    Sheet {
        headings: headings.iter().map(|key| visit.t(key).to_string()).collect(),
        rows: listed.iter().map(row).collect(),
    }
}
