//! One booking as staff see it: masked, the contact in full with a reason, and what staff may change.

use super::{booking_tag, channel_text, missed, party_text};
use crate::desk::{count, crumbs, may, moment, news, read_first, reveal, revealed, rooms};
use crate::groups::people_words;
use crate::i18n::Text;
use crate::museum::document::{documents_text, staying};
use crate::museum::param;
use crate::outreach::staff::document_panel;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Dialog, Form, Glyph, HiddenField, LinkButton, Page, Select, SummaryList, SummaryRow, TextField,
    Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Pool;
use domain::ids::BookingId;
use domain::time::span_text;
use leptos::prelude::*;
use services::booking::{self, BookingState, BookingView, Handle};
use services::groups::GroupOfBooking;

const NEWS: &[(&str, &str)] = &[
    ("booked", "staff-booking-done-booked"),
    ("cancelled", "staff-booking-done-cancelled"),
    ("changed", "staff-booking-done-changed"),
    ("moved", "staff-booking-done-moved"),
    ("lifted", "staff-missed-lifted-done"),
];

/// One booking.
#[component]
pub fn Booking() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<BookingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let booking = booking::view(&visit.services, &visit.context, &Handle::Id(id)).await?;
    let no_show = booking::no_show_of(&visit.services, &booking, visit.context.now).await?;
    let no_show = no_show.map(|no_show| missed::of_booking(visit, &booking, &no_show));
    let group = services::groups::of_booking(&visit.services, &visit.context, id).await?;
    let confirmed = booking.state == BookingState::Confirmed;
    let changeable = confirmed && booking.arrived == 0 && may(visit, Capability::BookOnBehalf);
    let changes = if changeable { Some(changes(visit, &booking).await?) } else { None };
    let untouchable = (confirmed && booking.arrived > 0)
        .then(|| view! { <p class="muted">{visit.t("staff-booking-arrived-text")}</p> });
    let pass = (confirmed && booking.ends_at > visit.context.now).then(|| {
        let href = visit.href(&format!("/staff/museum/bookings/{id}/pass"));
        view! { <LinkButton href=href glyph=Glyph::Print variant=Variant::Secondary>{visit.t("staff-booking-print")}</LinkButton> }
    });
    let trail = may(visit, Capability::ReadAudit).then(|| {
        let href = visit.href(&format!("/staff/audit?subject={id}"));
        view! { <LinkButton href=href variant=Variant::Quiet>{visit.t("staff-booking-trail")}</LinkButton> }
    });
    let reveal = visit.href(&format!("/staff/museum/bookings/{id}/document"));
    Ok(view! {
        <Page title=booking.reference.clone() kicker=visit.t("staff-booking-title") width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/museum/bookings", "staff-bookings-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=rows(visit, &booking, group.as_ref())/>
            <p class="actions">{pass}{trail}</p>
            {no_show}
            {contact(visit, &booking)}
            {(!booking.documents.is_empty()).then(|| document_panel(visit, reveal))}
            {changes}
            {untouchable}
        </Page>
    }
    .into_any())
}

fn rows(visit: &Visit, booking: &BookingView, group: Option<&GroupOfBooking>) -> Vec<SummaryRow> {
    let session = visit.href(&format!("/staff/museum/sessions/{}", booking.session));
    let when = span_text(booking.starts_at, booking.ends_at, visit.locale());
    let contact =
        booking.person.contact.as_ref().map_or_else(|| visit.t("staff-booking-no-contact"), |c| c.masked().into());
    let language = visit.t(match booking.locale {
        domain::Locale::ZhCn => "staff-language-zh",
        domain::Locale::En => "staff-language-en",
    });
    let mut rows = vec![
        SummaryRow::new(visit.t("staff-booking-state"), booking_tag(visit, booking)),
        SummaryRow::new(visit.t("staff-booking-session"), view! { <a href=session>{when}</a> }),
        SummaryRow::new(visit.t("staff-booking-party"), party_text(visit, booking.party)),
        SummaryRow::new(visit.t("staff-booking-arrived"), count(visit, "staff-people", booking.arrived)),
        SummaryRow::new(visit.t("staff-booking-name"), booking.person.name.masked()),
        SummaryRow::new(visit.t("staff-booking-contact"), contact),
        SummaryRow::new(visit.t("staff-booking-channel"), channel_text(visit, &booking.channel)),
        SummaryRow::new(visit.t("staff-booking-language"), language),
        SummaryRow::new(visit.t("staff-booking-made"), moment(visit, booking.created_at)),
    ];
    if let Some(documents) = documents_text(visit, &booking.documents) {
        rows.insert(6, SummaryRow::new(visit.t("staff-booking-document"), documents));
    }
    if let Some(group) = group {
        let href = visit.href(&format!("/staff/groups/{}", group.request));
        let words = people_words(visit, group.members, group.adults);
        let name = group.organisation.clone();
        rows.insert(1, SummaryRow::new(visit.t("groups-of-booking"), view! { <a href=href>{name}</a><br/>{words} }));
    }
    if booking.moves > 0 {
        rows.push(SummaryRow::new(visit.t("staff-booking-moves"), count(visit, "staff-times", booking.moves)));
    }
    if let Some(at) = booking.cancelled_at {
        rows.push(SummaryRow::new(visit.t("staff-booking-cancelled-at"), moment(visit, at)));
    }
    rows
}

/// Name and contact in full: shown once on the answer to a reason, otherwise the way to ask for them.
fn contact(visit: &Visit, booking: &BookingView) -> Option<AnyView> {
    if let Some(name) = visit.form.value("revealed_name") {
        let contact = visit.form.value("revealed_contact").filter(|text| !text.is_empty());
        let contact = contact.map_or_else(|| visit.t("staff-booking-no-contact"), |text| Text::from(text.to_owned()));
        let rows = vec![
            SummaryRow::new(visit.t("staff-booking-name"), name.to_owned()),
            SummaryRow::new(visit.t("staff-booking-contact"), contact),
        ];
        return Some(revealed(visit, "staff-reveal-title", rows));
    }
    // A booking without a contact still has a name.
    let text = if booking.person.contact.is_some() { "staff-reveal-text" } else { "staff-reveal-name-text" };
    reveal(visit, visit.here(), ("reason", ["staff-reveal-title", text, "staff-reveal"]))
}

async fn changes(visit: &Visit, booking: &BookingView) -> Result<AnyView, Problem> {
    let base = format!("/staff/museum/bookings/{}", booking.id);
    let version = || booking.version.to_string();
    let museum = booking::museum(&visit.services).await?;
    let people = booking.party.people.get();
    let choices: Vec<Choice> = museum
        .upcoming(visit.context.now)
        .filter(|s| s.id != booking.session && s.fits_in(Pool::Staff, people))
        .map(|s| {
            let when = span_text(s.facts.starts_at, s.facts.ends_at, visit.locale());
            Choice::new(
                s.id.to_string(),
                format!("{when} · {}", count(visit, "staff-session-free", s.facts.free_for(Pool::Staff))),
            )
        })
        .collect();
    let move_form = if choices.is_empty() {
        view! { <p class="muted">{visit.t("staff-move-none")}</p> }.into_any()
    } else {
        view! {
            <Form action=visit.href(&format!("{base}/move"))>
                <HiddenField name="version" value=version()/>
                <Select name="session" label=visit.t("staff-move-to") hint=visit.t("staff-move-hint") choices=choices/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-move")}</Button></p>
            </Form>
        }
        .into_any()
    };
    let told = if booking.person.contact.is_some() { "staff-booking-told" } else { "staff-booking-nobody-told" };
    Ok(view! {
        <section class="section">
            <h2>{visit.t("staff-party-title")}</h2>
            <p class="muted">{visit.t(told)}</p>
            <Form action=visit.href(&format!("{base}/party"))>
                <HiddenField name="version" value=version()/>
                <div class="form-inline">
                    <TextField name="people" inputmode="numeric" width="short" label=visit.t("staff-book-people") value=people.to_string()/>
                    <TextField name="children" inputmode="numeric" width="short" label=visit.t("staff-book-children") value=booking.party.children.to_string()/>
                </div>
                {staying(visit, &booking.documents)}
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-save")}</Button></p>
            </Form>
        </section>
        <section class="section"><h2>{visit.t("staff-move-title")}</h2>{move_form}</section>
        <section class="section">
            <h2>{visit.t("staff-cancel-title")}</h2>
            <Dialog label=visit.t("staff-cancel") title=visit.t("staff-cancel-question")>
                <p>{visit.t("staff-cancel-text")}</p>
                <Form action=visit.href(&format!("{base}/cancel"))>
                    <HiddenField name="version" value=version()/>
                    <Button variant=Variant::Danger>{visit.t("staff-cancel-yes")}</Button>
                </Form>
            </Dialog>
        </section>
    }
    .into_any())
}
