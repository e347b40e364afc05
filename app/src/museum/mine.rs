//! One's own booking, by signed link: the pass, the facts, and what can still be changed.

use super::document::{STAY, documents_text, staying};
use super::series;
use super::sessions::bookable_days;
use super::{led_nowhere, param, problem_of};
use crate::activity::Activity;
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Crumb, Dialog, EmptyState, Form, Glyph, HiddenField, LinkButton, NumberStepper, Page, QrFigure,
    SummaryList, SummaryRow, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::booking::{Policy, SessionFacts, may_cancel};
use domain::time::{clock_text, day_text, end_text, span_text};
use jiff::Timestamp;
use leptos::either::Either;
use leptos::prelude::*;
use services::booking::{
    BookingError, BookingState, BookingView, Handle, NoShow, no_show_of, pass_text, rebook_link, rests_beside,
    series_of, view,
};
use services::groups::GroupOfBooking;
use services::messages::qr_svg;
use services::outreach::{Told, told};

/// A booking with what its page needs to know.
pub(super) struct Seen {
    pub(super) link: String,
    pub(super) booking: BookingView,
    pub(super) activity: Activity,
    /// What an event asked and was told.
    pub(super) told: Option<Told>,
    /// The group it is of, if it is one of a group.
    pub(super) group: Option<GroupOfBooking>,
    /// The bookings that were made together with it, itself among them.
    pub(super) series: Vec<BookingView>,
    /// It can still be cancelled, made smaller or moved.
    pub(super) changeable: bool,
    /// Nobody came, or not everybody.
    pub(super) no_show: Option<NoShow>,
    /// The person waits for sessions beside which this booking allows no other.
    pub(super) rests: bool,
}

async fn seen(visit: &Visit) -> Result<Seen, Problem> {
    let link: String = param("link").ok_or(Problem::LinkInvalid)?;
    let booking = match view(&visit.services, &visit.context, &Handle::Link(link.clone())).await {
        Ok(booking) => booking,
        Err(BookingError::NotFound) => return Err(led_nowhere(visit).await),
        Err(error) => return Err(problem_of(&error)),
    };
    let activity = Activity::of(visit, booking.activity).await.map_err(|error| problem_of(&error))?;
    let told = match activity {
        Activity::Museum(_) => None,
        Activity::Event(_) => {
            told(&visit.services, &[booking.id]).await.map_err(|error| problem_of(&error.into()))?.remove(&booking.id)
        }
    };
    let cancelled = booking.state == BookingState::Cancelled;
    let changeable = can_change(activity.policy(), visit.context.now, &booking);
    let over = booking.ends_at <= visit.context.now;
    let no_show = match over && !cancelled {
        true => no_show_of(&visit.services, &booking, visit.context.now).await.map_err(|error| problem_of(&error))?,
        false => None,
    };
    let group = services::groups::of_booking(&visit.services, &visit.context, booking.id).await?;
    let series = series_of(&visit.services, booking.id).await.map_err(|error| problem_of(&error))?;
    let rests = !over
        && !cancelled
        && rests_beside(&visit.services, &booking, visit.context.now).await.map_err(|error| problem_of(&error))?;
    Ok(Seen { link, booking, activity, told, group, series, changeable, no_show, rests })
}

/// Whether whoever made a booking can still cancel it, make it smaller or move it.
pub(super) fn can_change(policy: &Policy, now: Timestamp, booking: &BookingView) -> bool {
    let facts = SessionFacts {
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        capacity: 0,
        booked: 0,
        held: 0,
        owed: 0,
        closed: booking.session_closed,
        open_door: booking.open_door,
        pools: domain::booking::Pools::default(),
    };
    may_cancel(policy, now, &facts, booking.arrived, booking.state == BookingState::Cancelled).is_ok()
}

/// The booking.
#[component]
pub fn Mine() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match seen(&visit).await {
            Ok(seen) => page(&visit, &seen).into_any(),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

fn page(visit: &Visit, seen: &Seen) -> impl IntoView + use<> {
    let booking = &seen.booking;
    let cancelled = booking.state == BookingState::Cancelled;
    let base = format!("/b/{}", seen.link);
    let over = booking.ends_at <= visit.context.now;
    let activity = &seen.activity;
    let title = if cancelled {
        visit.t("mine-title-cancelled")
    } else if over {
        activity.says(visit, "mine-title-over", "event-mine-over")
    } else {
        activity.says(visit, "mine-title", "event-mine")
    };
    let again = match activity {
        Activity::Museum(_) => visit.href("/museum/sessions"),
        Activity::Event(_) => visit.href(crate::routes::paths::EVENTS),
    };
    view! {
        <Page title=title crumbs=vec![Crumb::new(visit.href(&activity.home()), activity.name(visit))]>
            {news(visit, seen)}
            {(!cancelled && !over).then(|| qr(visit, booking))}
            {rebook(visit, seen)}
            {seen.no_show.as_ref().map(|no_show| missed(visit, no_show))}
            <SummaryList rows=facts(visit, seen)/>
            {series::dates(visit, seen)}
            {series::missing(visit, seen, &base)}
            {answers(visit, seen)}
            {(!cancelled && !over).then(|| take_along(visit, &base))}
            {(seen.changeable && series::by_itself(seen)).then(|| changes(visit, seen, &base))}
            {series::cancel_all(visit, seen, &base)}
            {(!seen.changeable && !cancelled && !over).then(|| view! { <p class="muted">{visit.t("mine-no-changes")}</p> })}
            {(cancelled || over).then(|| view! {
                <p class="actions"><LinkButton href=again glyph=Glyph::Calendar>{activity.says(visit, "mine-book-again", "event-all")}</LinkButton></p>
            })}
        </Page>
    }
}

fn news(visit: &Visit, seen: &Seen) -> impl IntoView + use<> {
    let told = match visit.query.get("done") {
        Some("booked") => Some((Tone::Success, "mine-news-booked")),
        Some("changed") => Some((Tone::Success, "mine-news-changed")),
        Some("moved") => Some((Tone::Success, "mine-news-moved")),
        Some("cancelled") => Some((Tone::Success, "mine-news-cancelled")),
        Some("date-booked") => Some((Tone::Success, "mine-news-date-booked")),
        Some("series-cancelled") => Some((Tone::Success, "mine-news-series-cancelled")),
        _ => None,
    };
    // The address may be old: a cancelled booking is never announced as booked.
    let cancelled = seen.booking.state == BookingState::Cancelled;
    let told =
        told.filter(|(_, key)| *key == "mine-news-series-cancelled" || cancelled == (*key == "mine-news-cancelled"));
    let closed = (seen.booking.session_closed && !cancelled).then(|| {
        view! {
            <Banner tone=Tone::Warning>{visit.t("mine-session-closed")}</Banner>
        }
    });
    let come = (seen.booking.open_door && !seen.booking.session_closed && !cancelled)
        .then(|| view! { <Banner>{visit.t("mine-no-booking-needed")}</Banner> });
    view! {
        {told.map(|(tone, key)| view! { <Banner tone=tone alert=true>{visit.t(key)}</Banner> })}
        {closed}
        {come}
        {seen.rests.then(|| {
            let text = if seen.changeable { "mine-waiting-rests" } else { "mine-waiting-rests-firm" };
            view! { <Banner>{visit.t(text)}</Banner> }
        })}
    }
}

/// The house closed the session: why it was cancelled, and the way to another. A group's request went back to the house by
/// itself.
fn rebook(visit: &Visit, seen: &Seen) -> Option<impl IntoView + use<>> {
    let booking = &seen.booking;
    booking.closure?;
    if let Some(group) = &seen.group {
        let href = visit.href(&format!("{}/r/{}", crate::groups::GROUPS, group.link));
        return Some(Either::Left(view! {
            <Banner tone=Tone::Warning title=visit.t("groups-now-rebook")>{visit.t("groups-now-rebook-text")}</Banner>
            <p class="actions"><LinkButton href=href glyph=Glyph::Calendar>{visit.t("groups-mine-title")}</LinkButton></p>
        }));
    }
    let link = rebook_link(&visit.services, booking.id, booking.ends_at);
    let href = visit.href(&format!("/rebook/{link}"));
    Some(Either::Right(view! {
        <Banner tone=Tone::Warning>{visit.t("mine-closed")}</Banner>
        <p class="actions"><LinkButton href=href glyph=Glyph::Calendar>{visit.t("mine-rebook")}</LinkButton></p>
    }))
}

/// Nobody came, or that was taken back; what it means for the next booking.
fn missed(visit: &Visit, no_show: &NoShow) -> impl IntoView + use<> {
    let (tone, text) = match (&no_show.taken_back, no_show.suspended_until) {
        (Some(_), _) => (Tone::Info, visit.t("mine-missed-taken-back")),
        (None, Some(until)) => {
            let until = format!("{} {}", day_text(domain::time::local_day(until), visit.locale()), clock_text(until));
            (Tone::Warning, visit.t_args("mine-missed-paused", &[("until", until.into())]))
        }
        (None, None) if no_show.whole => {
            (Tone::Warning, visit.t_args("mine-missed", &[("n", no_show.standing.into())]))
        }
        (None, None) => (Tone::Info, visit.t("mine-missed-part")),
    };
    view! { <Banner tone=tone>{text}</Banner> }
}

fn qr(visit: &Visit, booking: &BookingView) -> impl IntoView + use<> {
    // A pass is a hundred and fifty characters: it always fits a code. Without one the reference does the same at the door.
    let svg = qr_svg(&pass_text(&visit.services, booking)).unwrap_or_default();
    let label = visit.t_args("mine-qr-label", &[("reference", booking.reference.clone().into())]);
    view! { <QrFigure svg=svg label=label reference=booking.reference.clone()/> }
}

/// What an event asked, beside what was answered. A link may be forwarded: sensitive answers are not shown here.
fn answers(visit: &Visit, seen: &Seen) -> Option<impl IntoView + use<>> {
    let told = seen.told.as_ref()?;
    let agreed = visit.t("event-agreed");
    let rows: Vec<_> = told
        .form
        .told(&told.answers)
        .map(|(question, answer)| {
            let label = question.label.of(visit.locale()).to_owned();
            SummaryRow::new(label, answer.text(question, visit.locale(), &agreed))
        })
        .collect();
    let apart = told.has_sensitive.then(|| view! { <p class="muted small">{visit.t("event-sensitive-apart")}</p> });
    (!rows.is_empty() || told.has_sensitive).then(|| {
        view! {
            <section class="section no-print">
                <h2>{visit.t("event-your-answers")}</h2>
                <SummaryList rows=rows/>
                {apart}
            </section>
        }
    })
}

fn facts(visit: &Visit, seen: &Seen) -> Vec<SummaryRow> {
    let (booking, activity) = (&seen.booking, &seen.activity);
    let people = visit.t_args("people-count", &[("n", booking.party.people.get().into())]);
    let party = if booking.party.children == 0 {
        people.to_string()
    } else {
        let children = visit.t_args("children-count", &[("n", u32::from(booking.party.children).into())]);
        format!("{people}{}{children}", visit.t("list-separator"))
    };
    let state = match booking.state {
        BookingState::Cancelled => (Tone::Danger, "booking-cancelled"),
        BookingState::Confirmed if booking.arrived > 0 => (Tone::Info, "booking-arrived"),
        BookingState::Confirmed => (Tone::Success, "booking-confirmed"),
    };
    let mut rows = vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=state.0>{visit.t(state.1)}</Tag> }),
        SummaryRow::new(visit.t("mine-reference"), view! { <code class="code">{booking.reference.clone()}</code> }),
        SummaryRow::new(visit.t("book-when"), span_text(booking.starts_at, booking.ends_at, visit.locale())),
        SummaryRow::new(visit.t("book-people"), party),
        SummaryRow::new(visit.t("museum-place"), activity.place(visit)),
        SummaryRow::new(visit.t("book-name"), booking.person.name.as_str().to_owned()),
    ];
    if let Some(group) = &seen.group {
        let href = visit.href(&format!("{}/r/{}", crate::groups::GROUPS, group.link));
        let words = crate::groups::people_words(visit, group.members, group.adults);
        let name = group.organisation.clone();
        rows.insert(0, SummaryRow::new(visit.t("groups-of-booking"), view! { <a href=href>{name}</a><br/>{words} }));
    }
    if let Activity::Event(event) = activity {
        let date = event.name_of(booking.session).map(|name| format!(" · {}", name.of(visit.locale())));
        let what = format!("{}{}", activity.name(visit), date.unwrap_or_default());
        rows.insert(0, SummaryRow::new(visit.t("event-what"), what));
    }
    if let Some(contact) = &booking.person.contact {
        // A link may be forwarded or read over a shoulder: the contact stays masked.
        rows.push(SummaryRow::new(visit.t("mine-contact"), contact.masked()));
    }
    if let Some(documents) = documents_text(visit, &booking.documents) {
        let title = if booking.documents.all().count() > 1 { "document-title-everybody" } else { "document-title" };
        rows.push(SummaryRow::new(visit.t(title), documents));
    }
    rows
}

fn take_along(visit: &Visit, base: &str) -> impl IntoView + use<> {
    view! {
        <p class="actions no-print">
            <LinkButton href=visit.href(&format!("{base}/pass")) variant=Variant::Secondary glyph=Glyph::Print>{visit.t("mine-print")}</LinkButton>
            <LinkButton href=visit.href(&format!("{base}/pass.pdf")) variant=Variant::Secondary glyph=Glyph::Download download=true>{visit.t("mine-pdf")}</LinkButton>
            <LinkButton href=visit.href(&format!("{base}/visit.ics")) variant=Variant::Secondary glyph=Glyph::Calendar download=true>{visit.t("mine-calendar")}</LinkButton>
        </p>
    }
}

fn changes(visit: &Visit, seen: &Seen, base: &str) -> impl IntoView + use<> {
    let booking = &seen.booking;
    let people = booking.party.people.get();
    let version = booking.version.to_string();
    let smaller_version = version.clone();
    let policy = seen.activity.policy();
    let until = end_text(policy.deadline().of(booking.starts_at), visit.locale());
    // A group is moved by agreement: no session takes so many as a public booking. It becomes smaller where its request is,
    // which knows how many adults it needs.
    let own = seen.group.is_none();
    let movable = own
        && booking.moves < u32::from(policy.moves)
        && seen.activity.timetable().upcoming(visit.context.now).any(|session| session.id != booking.session);
    // Where everybody's document is there, who still comes says how many.
    let counted = booking.documents.all().count() as u32 == people;
    let smaller = || {
        let number = (!counted).then(|| {
            view! { <NumberStepper name="people" label=visit.t("book-people") min=1 max=people value=people/> }
        });
        view! { {number}{staying(visit, &booking.documents)} }
    };
    // A party that was refused stands open, with what was typed or ticked.
    let tried = ["people", "children"].into_iter().any(|name| visit.form.value(name).is_some())
        || visit.form.fault(STAY).is_some();
    view! {
        <section class="section no-print">
            <h2>{visit.t("mine-changes")}</h2>
            <p class="muted">{visit.t_args("mine-changes-until", &[("until", until.into())])}</p>
            <div class="stack">
                {movable.then(|| view! {
                    <p><LinkButton href=visit.href(&format!("{base}/move")) variant=Variant::Secondary glyph=Glyph::Clock>{visit.t("mine-move")}</LinkButton></p>
                })}
                {(own && people > 1).then(|| view! {
                    <Dialog label=visit.t("mine-smaller") title=visit.t("mine-smaller-title") open=tried>
                        <Form action=visit.href(&format!("{base}/party"))>
                            <HiddenField name="version" value=smaller_version/>
                            {smaller()}
                            <NumberStepper name="children" label=visit.t("book-children") min=0 max=people value=u32::from(booking.party.children)/>
                            <p class="actions"><Button>{visit.t("mine-smaller-do")}</Button></p>
                        </Form>
                    </Dialog>
                })}
                <Dialog label=visit.t("mine-cancel") title=visit.t("mine-cancel-title") variant=Variant::Danger>
                    <p>{visit.t("mine-cancel-text")}</p>
                    <Form action=visit.href(&format!("{base}/cancel"))>
                        <HiddenField name="version" value=version/>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("mine-cancel-do")}</Button></p>
                    </Form>
                </Dialog>
            </div>
        </section>
    }
}

/// The pass alone, for paper.
#[component]
pub fn Pass() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match seen(&visit).await {
            Ok(seen) if seen.booking.state == BookingState::Cancelled => page(&visit, &seen).into_any(),
            Ok(seen) => pass(&visit, &seen).into_any(),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

fn pass(visit: &Visit, seen: &Seen) -> impl IntoView + use<> {
    let back = visit.href(&format!("/b/{}", seen.link));
    view! {
        <Page title=visit.t("pass-title") lead=visit.t("pass-lead")>
            {qr(visit, &seen.booking)}
            <SummaryList rows=facts(visit, seen)/>
            <p class="no-print"><a href=back>{visit.t("pass-back")}</a></p>
        </Page>
    }
}

/// Another session.
#[component]
pub fn Move() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match seen(&visit).await {
            Ok(seen) if !seen.changeable => page(&visit, &seen).into_any(),
            Ok(seen) => others(&visit, &seen).into_any(),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

fn others(visit: &Visit, seen: &Seen) -> impl IntoView + use<> {
    let booking = &seen.booking;
    let days = bookable_days(seen.activity.timetable(), visit.context.now, booking.party.people.get());
    let base = format!("/b/{}", seen.link);
    let days: Vec<_> = days
        .into_iter()
        .map(|(day, sessions)| {
            let sessions: Vec<_> = sessions.into_iter().filter(|s| s.id != booking.session).map(|s| other(visit, booking, &base, s)).collect();
            (day, sessions)
        })
        .filter(|(_, sessions)| !sessions.is_empty())
        .map(|(day, sessions)| view! {
            <details class="question"><summary>{day_text(day, visit.locale())}</summary><ul class="session-list">{sessions}</ul></details>
        })
        .collect();
    let now = span_text(booking.starts_at, booking.ends_at, visit.locale());
    view! {
        <Page title=visit.t("move-title") lead=visit.t_args("move-lead", &[("now", now.into())]) width=Width::Text
            crumbs=vec![Crumb::new(visit.href(&base), visit.t("mine-title"))]>
            {if days.is_empty() {
                view! { <EmptyState title=visit.t("move-none")><p>{visit.t("move-none-text")}</p></EmptyState> }.into_any()
            } else {
                view! { <div class="questions">{days}</div> }.into_any()
            }}
        </Page>
    }
}

fn other(
    visit: &Visit,
    booking: &BookingView,
    base: &str,
    session: &services::booking::SessionView,
) -> impl IntoView + use<> {
    let facts = session.facts;
    let about = span_text(facts.starts_at, facts.ends_at, visit.locale());
    view! {
        <li class="session">
            <div class="session-time">{clock_text(facts.starts_at)}"–"{clock_text(facts.ends_at)}</div>
            <div class="session-state"><Tag tone=Tone::Success>{visit.t_args("session-free", &[("free", facts.free().into())])}</Tag></div>
            <Form action=visit.href(&format!("{base}/move")) inline=true>
                <HiddenField name="version" value=booking.version.to_string()/>
                <HiddenField name="session" value=session.id.to_string()/>
                <Button variant=Variant::Secondary>{visit.t("move-here")}<span class="hidden">" "{about}</span></Button>
            </Form>
        </li>
    }
}
