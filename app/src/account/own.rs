//! A visitor's own account: what was booked, what is waited for, and everything about the account itself.

use super::at;
use super::contact::waiting_list;
use super::notices::page_problem;
use super::requests::section;
use super::widgets::{AccountTabs, Do, SessionTable, done_notice};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::routes::{is_open, paths};
use crate::ui::{
    Banner, Button, Card, Checkbox, Choice, Column, Dialog, EmptyState, Form, Illustration, LinkButton, Page, Radios,
    Row, SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::account::Actor;
use domain::ids::ActivityId;
use domain::time::{clock_text, day_text, local_day, span_text};
use jiff::Timestamp;
use leptos::prelude::*;
use services::account::contacts::{self, Waiting};
use services::account::sessions::{self, OwnSession};
use services::account::visitors::{self, Profile};
use services::ambassadors::Ambassadors;
use services::booking::{self, BookingState, BookingView, WaitingView};
use services::bus::Bus;
use services::groups::Groups;
use services::outreach::Events;
use services::spark::cases::{self, InTheWay};

/// The bookings of whoever is signed in.
#[component]
pub fn Bookings() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let profile = visitors::profile(&visit.services, &visit.context).await;
        let bookings = booking::of_account(&visit.services, &visit.context).await;
        let waits = booking::waiting_of_account(&visit.services, &visit.context).await;
        match (profile, bookings.and_then(|bookings| Ok((bookings, waits?)))) {
            (Ok(profile), Ok((bookings, waits))) => {
                // Only for their names: a list of bookings is shown all the same where they cannot be read.
                let events = services::outreach::events(&visit.services).await.unwrap_or_default();
                let requests = (
                    section::<Groups>(&visit).await,
                    section::<Bus>(&visit).await,
                    section::<Ambassadors>(&visit).await,
                    crate::cases::section(&visit).await,
                    crate::family::section(&visit).await,
                    crate::spark::apply::of_account(&visit).await,
                );
                bookings_page(&visit, &profile, bookings, &waits, &events, requests)
            }
            (Err(error), _) => problem_page(page_problem(error)).into_any(),
            (_, Err(error)) => {
                tracing::error!(%error, "an account's bookings could not be read");
                problem_page(Problem::Busy).into_any()
            }
        }
    })
}

fn bookings_page(
    visit: &Visit,
    profile: &Profile,
    bookings: Vec<BookingView>,
    waits: &[WaitingView],
    events: &Events,
    requests: impl IntoView + 'static,
) -> AnyView {
    let now = visit.context.now;
    let (mut ahead, past): (Vec<_>, Vec<_>) = bookings.into_iter().partition(|booking| is_ahead(booking, now));
    ahead.sort_by_key(|booking| booking.starts_at);
    let greeting = match &profile.name {
        Some(name) => visit.t_args("account-greeting", &[("name", name.as_str().to_owned().into())]),
        None => visit.t("account-greeting-nameless"),
    };
    let lead = match ahead.len() {
        0 => visit.t("account-lead-none"),
        n => visit.t_args("account-lead", &[("n", n.into())]),
    };
    // An offer ends by itself: it stands before everything else.
    let urgent = waits.iter().any(|entry| entry.offer.is_some());
    view! {
        <Page title=greeting lead=lead width=Width::Wide>
            <AccountTabs/>
            {urgent.then(|| waiting_cards(visit, waits, events))}
            <section class="section">
                <h2>{visit.t("account-ahead-title")}</h2>
                {if ahead.is_empty() { none_ahead(visit).into_any() } else { ahead_cards(visit, &ahead, events).into_any() }}
            </section>
            {(!waits.is_empty() && !urgent).then(|| waiting_cards(visit, waits, events))}
            {requests}
            {(!past.is_empty()).then(|| past_table(visit, &past))}
            <div class="account-end"><Do action="/sign-out" variant=Variant::Quiet>{visit.t("sign-out")}</Do></div>
        </Page>
    }
    .into_any()
}

/// The entries of the waiting list that still wait, those with an offer first.
fn waiting_cards(visit: &Visit, waits: &[WaitingView], events: &Events) -> impl IntoView + use<> {
    let cards = waits.iter().map(|entry| waiting_card(visit, entry, events)).collect_view();
    view! {
        <section class="section" id="waiting">
            <h2>{visit.t("account-waits-title")}</h2>
            <div class="cards account-cards">{cards}</div>
        </section>
    }
}

/// One entry: what is offered and until when, or what it waits for; taking, declining and leaving stand on its page.
fn waiting_card(visit: &Visit, entry: &WaitingView, events: &Events) -> impl IntoView + use<> {
    let locale = visit.locale();
    let live: Vec<_> = entry.wishes.iter().filter(|wish| !wish.over).collect();
    let rests = !live.is_empty() && live.iter().all(|wish| wish.rests);
    let (tag, title, text, action) = match (&entry.offer, live.first()) {
        (Some(offer), _) => {
            let gap = if locale == Locale::ZhCn { "" } else { ", " };
            let until = format!("{}{gap}{}", day_text(local_day(offer.until), locale), clock_text(offer.until));
            let text = visit.t_args("account-waits-until", &[("until", until.into())]);
            let tag = (Tone::Success, visit.t("account-waits-offer"));
            (tag, span_text(offer.starts_at, offer.ends_at, locale), text, visit.t("account-waits-answer"))
        }
        (None, first) => {
            let title = first.map(|wish| span_text(wish.starts_at, wish.ends_at, locale)).unwrap_or_default();
            let others = live.len().saturating_sub(1) as u32;
            let text = match (rests, others) {
                (true, _) => visit.t("waiting-rests"),
                (false, 0) => visit.t("account-waits-text"),
                (false, others) => visit.t_args("account-waits-others", &[("n", others.into())]),
            };
            let tag = if rests { "account-waits-rests" } else { "account-waits-waiting" };
            ((Tone::Info, visit.t(tag)), title, text, visit.t("account-waits-look"))
        }
    };
    let variant = if entry.offer.is_some() { Variant::Primary } else { Variant::Secondary };
    let people = visit.t_args("account-people", &[("n", entry.party.people.get().into())]);
    view! {
        <Card title=title tag=Some(tag)>
            <p>{name_of(visit, entry.activity, events)}</p>
            <p>{people}</p>
            <p class="muted small">{text}</p>
            <p class="actions"><LinkButton href=visit.href(&format!("/account/waiting/{}", entry.id)) variant=variant>{action}</LinkButton></p>
        </Card>
    }
}

fn is_ahead(booking: &BookingView, now: Timestamp) -> bool {
    booking.state == BookingState::Confirmed && booking.ends_at > now && !booking.session_closed
}

fn none_ahead(visit: &Visit) -> impl IntoView + use<> {
    let open = is_open(paths::MUSEUM);
    view! {
        <EmptyState of=Illustration::Museum title=visit.t("account-none-title")>
            <p>{visit.t("account-none-text")}</p>
            {open.then(|| view! {
                <p class="actions"><LinkButton href=visit.href(paths::MUSEUM)>{visit.t("home-museum-action")}</LinkButton></p>
            })}
        </EmptyState>
    }
}

fn party_text(visit: &Visit, booking: &BookingView) -> Text {
    let people = booking.party.people.get();
    match booking.party.children {
        0 => visit.t_args("account-people", &[("n", people.into())]),
        children => visit.t_args("account-people-children", &[("n", people.into()), ("children", children.into())]),
    }
}

fn page_of(visit: &Visit, booking: &BookingView) -> String {
    visit.href(&format!("/account/bookings/{}", booking.id))
}

/// What was booked: an event by its title, or the museum.
fn name_of(visit: &Visit, activity: ActivityId, events: &Events) -> Text {
    match events.by_id(activity) {
        Some(event) => event.title.of(visit.locale()).to_owned().into(),
        None => visit.t("nav-museum"),
    }
}

fn ahead_cards(visit: &Visit, bookings: &[BookingView], events: &Events) -> impl IntoView + use<> {
    let cards = bookings.iter().map(|booking| {
        let tag = if booking.starts_at <= visit.context.now {
            (Tone::Success, visit.t("account-state-running"))
        } else {
            (Tone::Info, visit.t("account-state-confirmed"))
        };
        let when = span_text(booking.starts_at, booking.ends_at, visit.locale());
        view! {
            <Card title=when href=Text::from(page_of(visit, booking)) tag=Some(tag)>
                <p>{name_of(visit, booking.activity, events)}</p>
                <p>{party_text(visit, booking)}</p>
                <p class="muted small">{visit.t("account-reference")}" "<code class="code">{booking.reference.clone()}</code></p>
            </Card>
        }
    });
    let cards = cards.collect_view();
    view! { <div class="cards account-cards">{cards}</div> }
}

fn past_table(visit: &Visit, bookings: &[BookingView]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("account-past-when")),
        Column::new(visit.t("account-past-people")),
        Column::new(visit.t("account-reference")),
        Column::new(visit.t("account-past-state")),
    ];
    let rows = bookings.iter().map(|booking| {
        let when = span_text(booking.starts_at, booking.ends_at, visit.locale());
        let (tone, state) = past_state(visit, booking);
        Row::new()
            .cell(view! { <a href=page_of(visit, booking)>{when}</a> })
            .cell(party_text(visit, booking))
            .cell(view! { <code class="code">{booking.reference.clone()}</code> })
            .cell(view! { <Tag tone=tone>{state}</Tag> })
            .muted(booking.state == BookingState::Cancelled)
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("account-past-title")}</h2>
            <Table caption=visit.t("account-past-title") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
}

fn past_state(visit: &Visit, booking: &BookingView) -> (Tone, crate::i18n::Text) {
    match booking {
        BookingView { state: BookingState::Cancelled, .. } => (Tone::Plain, visit.t("account-state-cancelled")),
        BookingView { session_closed: true, .. } => (Tone::Warning, visit.t("account-state-closed")),
        BookingView { arrived: 1.., .. } => (Tone::Success, visit.t("account-state-visited")),
        _ => (Tone::Plain, visit.t("account-state-over")),
    }
}

/// Particulars, signed-in browsers, the copy of one's data, the end of the account.
#[component]
pub fn Security() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let profile = visitors::profile(&visit.services, &visit.context).await;
        let sessions = sessions::list(&visit.services, &visit.context).await;
        let waiting = contacts::waiting(&visit.services, &visit.context).await;
        // Only so that nobody asks in vain: the account is not deleted either way.
        let cases = cases::in_the_way(&visit.services, &visit.context).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the cases that keep an account could not be read");
            Vec::new()
        });
        match (profile, sessions, waiting) {
            (Ok(profile), Ok(sessions), Ok(waiting)) => {
                security_page(&visit, &profile, sessions, (&waiting, &cases)).into_any()
            }
            (Err(error), _, _) | (_, Err(error), _) => problem_page(page_problem(error)).into_any(),
            (_, _, Err(error)) => problem_page(page_problem(error)).into_any(),
        }
    })
}

const DONE: &[(&str, &str)] = &[
    ("name", "account-done-name"),
    ("language", "account-done-language"),
    ("contact", "account-done-contact"),
    ("contact-waits", "account-done-contact-waits"),
    ("taken-back", "account-done-taken-back"),
    ("proven", "account-done-proven"),
    ("session", "account-done-session"),
    ("sessions", "account-done-sessions"),
];

fn security_page(
    visit: &Visit,
    profile: &Profile,
    sessions: Vec<OwnSession>,
    (waiting, cases): (&[Waiting], &[InTheWay]),
) -> impl IntoView + use<> {
    let done = done_notice(visit, DONE);
    let visitor = matches!(visit.context.actor, Actor::Visitor { .. });
    view! {
        <Page title=visit.t("account-tab-security") width=Width::Wide>
            {done.map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            <AccountTabs/>
            <section class="section account-part">
                <h2>{visit.t("account-contacts-title")}</h2>
                {waiting_list(visit, waiting)}
                {contacts(visit, profile, visitor)}
            </section>
            {particulars(visit, profile)}
            <section class="section account-part" id="sessions">
                <h2>{visit.t("account-sessions-title")}</h2>
                <p class="muted">{visit.t("account-sessions-text")}</p>
                <SessionTable sessions=sessions/>
            </section>
            <section class="section account-part">
                <h2>{visit.t("account-export-title")}</h2>
                <p class="muted">{visit.t("account-export-text")}</p>
                <Do action="/account/export">{visit.t("account-export-submit")}</Do>
            </section>
            {visitor.then(|| deletion(visit, cases))}
            <div class="account-end"><Do action="/sign-out" variant=Variant::Quiet>{visit.t("sign-out")}</Do></div>
        </Page>
    }
}

fn contacts(visit: &Visit, profile: &Profile, visitor: bool) -> impl IntoView + use<> {
    let row = |label, value: Option<String>| {
        let missing = value.is_none();
        let row = SummaryRow::new(label, value.unwrap_or_else(|| visit.t("account-contact-none").to_string()));
        let action = if missing { visit.t("account-contact-add") } else { visit.t("account-contact-replace") };
        if visitor { row.action(visit.href(at::CONTACT), action) } else { row }
    };
    let rows = vec![
        row(visit.t("account-phone"), profile.phone.as_ref().map(|phone| phone.masked())),
        row(visit.t("account-mail"), profile.mail.as_ref().map(|mail| mail.masked())),
    ];
    view! { <SummaryList rows=rows/> }
}

fn particulars(visit: &Visit, profile: &Profile) -> impl IntoView + use<> {
    let name = profile.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default();
    let languages = Locale::ALL.map(|locale| {
        let own = match locale {
            Locale::ZhCn => "简体中文",
            Locale::En => "English",
        };
        Choice::new(locale.tag(), own)
    });
    view! {
        <section class="section account-part">
            <h2>{visit.t("account-particulars-title")}</h2>
            <div class="account-forms">
                <Form action=visit.href("/account/name")>
                    <TextField
                        name="name"
                        label=visit.t("account-name")
                        hint=visit.t("account-name-hint")
                        autocomplete="name"
                        width="medium"
                        value=name
                        optional=true
                    />
                    <Button variant=Variant::Secondary>{visit.t("account-save")}</Button>
                </Form>
                <Form action=visit.href("/account/language")>
                    <Radios
                        name="language"
                        label=visit.t("account-language")
                        hint=visit.t("account-language-hint")
                        choices=languages.to_vec()
                        value=profile.locale.tag()
                        inline=true
                    />
                    <Button variant=Variant::Secondary>{visit.t("account-save")}</Button>
                </Form>
            </div>
        </section>
    }
}

fn deletion(visit: &Visit, cases: &[InTheWay]) -> impl IntoView + use<> {
    let way = if cases.is_empty() { ending(visit).into_any() } else { kept_by(visit, cases).into_any() };
    view! {
        <section class="section account-part" id="delete">
            <h2>{visit.t("account-delete-title")}</h2>
            <p class="muted">{visit.t("account-delete-text")}</p>
            {way}
        </section>
    }
}

/// Why the account cannot be deleted yet, and until when.
fn kept_by(visit: &Visit, cases: &[InTheWay]) -> impl IntoView + use<> {
    let rows = cases.iter().map(|case| {
        let state = visit.t(&format!("spark-public-{}", case.state.name()));
        let until = match case.until {
            Some(day) => visit.t_args("account-kept-until", &[("day", day_text(day, visit.locale()).into())]),
            None => visit.t("account-kept-open"),
        };
        SummaryRow::new(Text::from(case.reference.clone()), view! { {state}<br/>{until} })
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <Banner tone=Tone::Info>{visit.t("account-kept-why")}</Banner>
        <SummaryList rows=rows/>
        <p class="muted">{visit.t("account-kept-what")}</p>
    }
}

fn ending(visit: &Visit) -> impl IntoView + use<> {
    let came_back = visit.path == at::SECURITY
        && (visit.form.fault("sure").is_some() || visit.form.fault("cancel-bookings").is_some());
    view! {
        <Dialog
            label=visit.t("account-delete-open")
            title=visit.t("account-delete-question")
            open=came_back
        >
            <p>{visit.t("account-delete-what")}</p>
            <Form action=visit.href("/account/delete")>
                <Checkbox name="cancel-bookings" called=visit.t("called-cancel-bookings") hint=visit.t("account-delete-cancel-hint")>
                    {visit.t("account-delete-cancel")}
                </Checkbox>
                <Checkbox name="sure" called=visit.t("called-sure")>{visit.t("account-delete-sure")}</Checkbox>
                <Button variant=Variant::Danger>{visit.t("account-delete-submit")}</Button>
            </Form>
        </Dialog>
    }
}
