//! Booking on behalf of somebody who telephones or stands at the counter, and the pass to print for them.

use super::{hours, party_text};
use crate::desk::{count, crumbs, read_first, rooms};
use crate::museum::{document, param};
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, DateField, EmptyState, Fieldset, Form, Glyph, HiddenField, Illustration, LinkButton, Page,
    QrFigure, Radios, SummaryList, SummaryRow, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::booking::Pool;
use domain::ids::{BookingId, SessionId};
use domain::time::{day_text, local_day, span_text};
use jiff::civil::Date;
use leptos::prelude::*;
use services::booking::{self, BookingState, Handle, Museum};
use services::messages::qr_svg;
use std::sync::Arc;
use uuid::Uuid;

/// Booking on behalf.
#[component]
pub fn BookOnBehalf() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let museum = booking::museum(&visit.services).await?;
    let today = local_day(visit.context.now);
    let asked: Option<SessionId> = visit.query.parsed("session");
    let of_session = asked.and_then(|id| museum.session(id)).map(|s| local_day(s.facts.starts_at));
    let typed = visit.form.value("day").and_then(|text| domain::time::day(text).ok());
    // Without a choice the next day that has room: at the counter that is today.
    let next = museum
        .upcoming(visit.context.now)
        .find(|s| s.facts.free_for(Pool::Staff) > 0)
        .map(|s| local_day(s.facts.starts_at));
    let day: Date = typed.or(of_session).or_else(|| visit.query.day("day")).or(next).unwrap_or(today);
    let chosen = asked.map(|id| id.to_string()).unwrap_or_default();
    // Minted with the form and kept through its faults: pressing twice books once.
    let key = visit.form.value("key").map_or_else(|| visit.context.new_id::<Uuid>().to_string(), str::to_owned);
    let sessions = sessions(visit, &museum, day, chosen);
    Ok(view! {
        <Page title=visit.t("staff-book-title") lead=visit.t("staff-book-lead") crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form>
                <HiddenField name="key" value=key/>
                <Fieldset legend=visit.t("staff-book-when")>
                    <DateField name="day" label=visit.t("staff-day") value=day min=today/>
                    <p class="actions"><Button variant=Variant::Secondary name="look" value="1" unchecked=true>{visit.t("staff-book-look")}</Button></p>
                    {sessions}
                </Fieldset>
                <Fieldset legend=visit.t("staff-book-who")>
                    <TextField name="name" label=visit.t("staff-booking-name") autocomplete="off"/>
                    <TextField name="contact" label=visit.t("staff-booking-contact") hint=visit.t("staff-book-contact-hint") optional=true/>
                    <div class="form-inline">
                        <TextField name="people" inputmode="numeric" width="short" label=visit.t("staff-book-people") hint=visit.t("staff-book-people-hint") value="2"/>
                        <TextField name="children" inputmode="numeric" width="short" label=visit.t("staff-book-children") hint=visit.t("staff-book-children-hint") value="0"/>
                    </div>
                </Fieldset>
                {document::at_the_counter(visit, museum.policy.identity, museum.policy.people_per_booking.into())}
                <p class="actions"><Button>{visit.t("staff-book-do")}</Button></p>
            </Form>
        </Page>
    }
    .into_any())
}

fn sessions(visit: &Visit, museum: &Arc<Museum>, day: Date, chosen: String) -> AnyView {
    let now = visit.context.now;
    let choices: Vec<Choice> = museum
        .on(day)
        .filter(|s| s.facts.ends_at > now)
        .map(|s| {
            let state = if s.facts.closed {
                visit.t("staff-session-closed")
            } else if s.facts.open_door {
                visit.t("staff-session-open-door")
            } else if s.facts.free_for(Pool::Staff) == 0 {
                visit.t("staff-session-full")
            } else {
                count(visit, "staff-session-free", s.facts.free_for(Pool::Staff))
            };
            let blocked = !s.facts.takes_bookings() || s.facts.free_for(Pool::Staff) == 0;
            Choice::new(s.id.to_string(), hours(s.facts.starts_at, s.facts.ends_at)).hint(state).disabled(blocked)
        })
        .collect();
    if choices.is_empty() {
        let text = visit.t_args("staff-book-none", &[("day", day_text(day, visit.locale()).into())]);
        return view! { <EmptyState of=Illustration::Museum title=text><p>{visit.t("staff-book-none-text")}</p></EmptyState> }.into_any();
    }
    let label = visit.t_args("staff-book-sessions-of", &[("day", day_text(day, visit.locale()).into())]);
    view! { <Radios name="session" label=label choices=choices value=chosen/> }.into_any()
}

/// The pass on paper.
#[component]
pub fn PrintedPass() -> impl IntoView {
    read_first(pass(visit(), param("id")))
}

async fn pass(visit: Visit, id: Option<BookingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let booking = booking::view(&visit.services, &visit.context, &Handle::Id(id)).await?;
    let museum = booking::museum(&visit.services).await?;
    let back = visit.href(&format!("/staff/museum/bookings/{id}"));
    if booking.state == BookingState::Cancelled {
        return Ok(view! {
            <Page title=visit.t("staff-pass-cancelled") centred=true>
                <p class="actions"><LinkButton href=back>{visit.t("staff-pass-back")}</LinkButton></p>
            </Page>
        }
        .into_any());
    }
    let svg = qr_svg(&booking::pass_text(&visit.services, &booking)).unwrap_or_default();
    let label = visit.t_args("staff-pass-label", &[("reference", booking.reference.clone().into())]);
    let rows = vec![
        SummaryRow::new(
            visit.t("staff-booking-session"),
            span_text(booking.starts_at, booking.ends_at, visit.locale()),
        ),
        SummaryRow::new(visit.t("staff-booking-party"), party_text(visit, booking.party)),
        SummaryRow::new(visit.t("staff-booking-name"), booking.person.name.masked()),
    ];
    let pdf = visit.href(&format!("/staff/museum/bookings/{id}/pass.pdf"));
    let rule = visit.t_args(
        "staff-pass-rule",
        &[
            ("early", u32::from(museum.policy.early_minutes).into()),
            ("late", u32::from(museum.policy.late_minutes).into()),
        ],
    );
    Ok(view! {
        <Page title=visit.t("nav-museum") kicker=visit.t("site-name") lead=visit.t("staff-pass-title") width=Width::Text>
            <QrFigure svg=svg label=label reference=booking.reference.clone()/>
            <SummaryList rows=rows/>
            <p>{rule}</p>
            <p class="actions no-print">
                <LinkButton href=pdf glyph=Glyph::Download download=true>{visit.t("staff-pass-pdf")}</LinkButton>
                <LinkButton href=back variant=Variant::Secondary>{visit.t("staff-pass-back")}</LinkButton>
            </p>
            <p class="muted small no-print">{visit.t("staff-pass-print-hint")}</p>
        </Page>
    }
    .into_any())
}
