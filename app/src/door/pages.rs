//! The door's one page: the answer to what was just done, the next ticket, names, walk-ins, who left.

use crate::desk::{count, read_first};
use crate::form::Tone;
use crate::museum::problem_of;
use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Choice, Dialog, Form, Glyph, HiddenField, Icon, LinkButton, NumberStepper, Page, PlainScript,
    Radios, Select, TextField, Variant,
};
use crate::visit::{Visit, visit};
use crate::words::door_text;
use domain::booking::DoorRefusal;
use domain::time::{clock_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, DoorAnswer, Found, Ticket};
use services::groups::GroupOfBooking;
use services::outreach::{self, Events};
use std::sync::Arc;
use uuid::Uuid;

/// The most people whose number is chosen with one tap; larger parties are typed.
const TAPPED: u32 = 8;

/// The door.
#[component]
pub fn Door() -> impl IntoView {
    read_first(page(visit()))
}

/// What the page answers.
enum Shown {
    /// Nothing was asked.
    Nothing,
    /// This ticket is worth nothing, or nothing now.
    Refused(DoorRefusal, Option<Box<Found>>),
    /// This one can come in: how many are there?
    Choose(Box<Found>),
    /// They came in.
    Admitted(domain::booking::Admission, Box<Found>),
    /// Everybody of today whose name begins so.
    Names(Vec<Found>),
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let shown = look(visit).await?;
    let inside = booking::inside(&visit.services, &visit.context).await?;
    let choosing = matches!(shown, Shown::Choose(_));
    let events = outreach::events(&visit.services).await.map_err(outreach_problem)?;
    let beside = Beside { group: group_of(visit, &shown).await?, events };
    let answer = answer(visit, shown, &beside);
    let running = running(visit, &beside.events).await?;
    // One thing at a time: while a party's number is chosen there is no other form to slip into.
    let rest = if choosing {
        view! {
            <p class="actions"><LinkButton href=visit.href("/door") variant=Variant::Quiet>{visit.t("door-next-instead")}</LinkButton></p>
        }
        .into_any()
    } else {
        view! { {next_ticket(visit)}{others(visit, &beside.events)} }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("door-title") headless=true>
            <div class="door">
                <header class="door-head">
                    <h1 class="door-title">{visit.t("door-title")}</h1>
                    <p class="door-inside" role="status"><span class="door-inside-label">{visit.t("door-inside")}</span><strong>{inside}</strong></p>
                </header>
                {told(visit)}
                {answer}
                {rest}
                {running}
                <footer class="door-foot"><a href=visit.href(paths::STAFF)>{visit.t("nav-staff")}</a></footer>
            </div>
        </Page>
    }
    .into_any())
}

/// What stands beside a booking: whose group it is of, and which event.
struct Beside {
    group: Option<GroupOfBooking>,
    events: Arc<Events>,
}

impl Beside {
    /// 张** · K7M4-Q2XR, and before it the organisation of a group or the event.
    fn who(&self, visit: &Visit, found: &Found) -> String {
        let person = format!("{} · {}", found.name, found.reference);
        let group = self.group.as_ref().map(|group| group.organisation.clone());
        let before = group.or_else(|| self.event(visit, found));
        before.map_or(person.clone(), |before| format!("{before} · {person}"))
    }

    /// What the booking's event is called; none for the museum.
    fn event(&self, visit: &Visit, found: &Found) -> Option<String> {
        self.events.by_id(found.activity).map(|event| event.title.of(visit.locale()).to_owned())
    }
}

fn outreach_problem(error: outreach::OutreachError) -> Problem {
    match error {
        outreach::OutreachError::Database(error) => booking::BookingError::Database(error).into(),
        other => {
            tracing::error!(error = %other, "the events could not be read");
            Problem::Broken
        }
    }
}

/// The group behind the booking that is shown, if it is one of a group.
async fn group_of(visit: &Visit, shown: &Shown) -> Result<Option<GroupOfBooking>, Problem> {
    let found = match shown {
        Shown::Choose(found) | Shown::Admitted(_, found) | Shown::Refused(_, Some(found)) => found,
        Shown::Nothing | Shown::Names(_) | Shown::Refused(_, None) => return Ok(None),
    };
    Ok(services::groups::of_booking(&visit.services, &visit.context, found.id).await?)
}

async fn look(visit: &Visit) -> Result<Shown, Problem> {
    let form = &visit.form;
    let ticket = if let Some(id) = form.value("booking").and_then(|id| id.parse().ok()) {
        Ticket::Booking(id)
    } else if let Some(name) = form.value("name") {
        return Ok(Shown::Names(booking::find_by_name(&visit.services, &visit.context, name).await?));
    } else if let Some(text) = form.value("ticket").filter(|text| !text.is_empty()) {
        // A reference is eight characters, a pass some hundred: a scanner and a thumb share one input.
        if domain::booking::Reference::parse(text).is_ok() {
            Ticket::Reference(text.to_owned())
        } else {
            Ticket::Pass(text.to_owned())
        }
    } else {
        return Ok(Shown::Nothing);
    };
    let found =
        match booking::find(&visit.services, &visit.context, &ticket).await.map_err(|error| problem_of(&error))? {
            Ok(found) => Box::new(found),
            Err(refusal) => return Ok(Shown::Refused(refusal, None)),
        };
    let answered: Option<DoorAnswer> = form.value("answer").and_then(|answer| serde_json::from_str(answer).ok());
    Ok(match answered {
        Some(Ok(admission)) => Shown::Admitted(admission, found),
        // Fewer people than one thought: choose again.
        Some(Err(DoorRefusal::MoreThanBooked { left })) if left > 0 => {
            Shown::Refused(DoorRefusal::MoreThanBooked { left }, Some(found))
        }
        Some(Err(refusal)) => Shown::Refused(refusal, Some(found)),
        None => match found.worth {
            Ok(()) => Shown::Choose(found),
            Err(refusal) => Shown::Refused(refusal, Some(found)),
        },
    })
}

/// What was counted, on the page one is sent to.
fn told(visit: &Visit) -> Option<impl IntoView + use<>> {
    let walked = visit.query.parsed::<u32>("walked").map(|n| count(visit, "door-walked", n));
    let text = walked.or_else(|| visit.query.parsed::<u32>("left").map(|n| count(visit, "door-went", n)))?;
    Some(view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })
}

fn answer(visit: &Visit, shown: Shown, beside: &Beside) -> AnyView {
    match shown {
        Shown::Nothing => ().into_any(),
        Shown::Choose(found) => choose(visit, &found, beside).into_any(),
        Shown::Names(found) => names(visit, &found, beside).into_any(),
        Shown::Admitted(admission, found) => {
            let some_missing = admission.arrived < admission.people;
            let sum = some_missing.then(|| {
                let args = [("arrived", admission.arrived.into()), ("people", admission.people.into())];
                view! { <p class="door-answer-more">{visit.t_args("door-arrived-of", &args)}</p> }
            });
            view! {
                <section class="door-answer door-yes" role="alert">
                    <Icon of=Glyph::Check/>
                    <p class="door-answer-text">{count(visit, "door-come-in", admission.admitted)}</p>
                    {sum}
                    <p class="door-answer-who">{beside.who(visit, &found)}</p>
                </section>
            }
            .into_any()
        }
        Shown::Refused(refusal, found) => {
            let again = match (&refusal, &found) {
                (DoorRefusal::MoreThanBooked { left }, Some(found)) if *left > 0 => Some(choose(visit, found, beside)),
                _ => None,
            };
            let who = found.map(|found| {
                let when = span_text(found.starts_at, found.ends_at, visit.locale());
                view! { <p class="door-answer-who">{beside.who(visit, &found)}<br/>{when}</p> }
            });
            view! {
                <section class="door-answer door-no" role="alert">
                    <Icon of=Glyph::Cross/>
                    <p class="door-answer-text">{door_text(visit, &refusal)}</p>
                    {who}
                </section>
                {again}
            }
            .into_any()
        }
    }
}

/// A party that may come in: its facts, and how many are there.
fn choose(visit: &Visit, found: &Found, beside: &Beside) -> impl IntoView + use<> {
    let left = found.people.saturating_sub(found.arrived).max(1);
    let arrived = (found.arrived > 0).then(|| {
        let args = [("arrived", found.arrived.into()), ("people", found.people.into())];
        view! { <p>{visit.t_args("door-arrived-of", &args)}</p> }
    });
    let adults = beside.group.as_ref().filter(|group| group.adults > 0);
    let adults = adults.map(|group| view! { <p>{count(visit, "groups-door-adults", group.adults)}</p> });
    let ends = found.documents.join(&*visit.t("enumeration-separator"));
    let document = (!ends.is_empty()).then(|| {
        view! { <p class="door-document">{visit.t_args("door-document", &[("last", ends.into())])}</p> }
    });
    let label = visit.t("door-present");
    let number = if left <= TAPPED {
        let choices = (1..=left).map(|n| Choice::new(n.to_string(), n.to_string())).collect();
        view! { <div class="door-numbers"><Radios name="present" label=label choices=choices value=left.to_string() inline=true/></div> }.into_any()
    } else {
        view! { <NumberStepper name="present" label=label min=1 max=left value=left/> }.into_any()
    };
    let nonce: Uuid = visit.context.new_id();
    view! {
        <section class="door-party">
            <p class="door-party-people">{count(visit, "door-party", found.people)}</p>
            <p class="door-party-who">{beside.who(visit, found)}</p>
            {adults}
            {document}
            <p>{format!("{}–{}", clock_text(found.starts_at), clock_text(found.ends_at))}</p>
            {arrived}
            <Form action=visit.href("/door/admit")>
                <HiddenField name="nonce" value=nonce.to_string()/>
                <HiddenField name="booking" value=found.id.to_string()/>
                {number}
                <Button glyph=Glyph::Check>{visit.t("door-admit")}</Button>
            </Form>
        </section>
    }
}

fn names(visit: &Visit, found: &[Found], beside: &Beside) -> impl IntoView + use<> {
    if found.is_empty() {
        return view! {
            <section class="door-answer door-maybe" role="alert">
                <p class="door-answer-text">{visit.t("door-no-name")}</p>
                <p class="door-answer-who">{visit.t("door-no-name-text")}</p>
            </section>
        }
        .into_any();
    }
    let items = found.iter().map(|found| {
        let hours = format!("{}–{}", clock_text(found.starts_at), clock_text(found.ends_at));
        let hours = beside.event(visit, found).map_or(hours.clone(), |event| format!("{hours} · {event}"));
        let state = if found.cancelled {
            visit.t("door-cancelled")
        } else {
            visit.t_args("door-arrived-of", &[("arrived", found.arrived.into()), ("people", found.people.into())])
        };
        view! {
            <li>
                <Form action=visit.href("/door")>
                    <HiddenField name="booking" value=found.id.to_string()/>
                    <button class="door-name" type="submit">
                        <span class="door-name-who">{found.name.clone()}</span>
                        <span>{hours}</span>
                        <span class="door-name-state">{state}</span>
                    </button>
                </Form>
            </li>
        }
    });
    let items = items.collect_view();
    view! { <section><h2>{visit.t("door-names-title")}</h2><ul class="door-names">{items}</ul></section> }.into_any()
}

/// The one input: a reference typed by hand, or whatever the scanner types. The cursor stands in it already.
fn next_ticket(visit: &Visit) -> impl IntoView + use<> {
    let fault = visit.form.fault("ticket").map(|fault| crate::words::fault_text(visit, &fault));
    let fault = fault.map(|text| view! { <p class="field-error" id="f-ticket-error">{text}</p> });
    let invalid = fault.is_some();
    view! {
        <section class="door-scan">
            <Form action=visit.href("/door")>
                <div class="field">
                    <label class="label" for="f-ticket">{visit.t("door-ticket")}</label>
                    {fault}
                    <input
                        class="input door-input"
                        type="text"
                        name="ticket"
                        id="f-ticket"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        enterkeyhint="go"
                        autofocus=true
                        aria-required="true"
                        aria-invalid=invalid.then_some("true")
                        aria-describedby=invalid.then_some("f-ticket-error")
                    />
                </div>
                <Button glyph=Glyph::Ticket>{visit.t("door-look")}</Button>
            </Form>
            {camera(visit)}
        </section>
    }
}

/// The telephone's camera as a scanner; shown by its script alone, where the browser can read QR codes.
fn camera(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <div
            class="door-camera"
            hidden=true
            data-camera=""
            data-refused=visit.t("door-camera-refused")
            data-none=visit.t("door-camera-none")
            data-busy=visit.t("door-camera-busy")
            data-other=visit.t("door-camera-other")
        >
            <button type="button" class="button button-secondary" data-camera-start="">{visit.t("door-camera")}</button>
            <div class="door-camera-view" hidden=true data-camera-view="">
                <video class="door-camera-video" data-camera-video="" playsinline=true muted=true aria-hidden="true"></video>
                <p>{visit.t("door-camera-aim")}</p>
                <button type="button" class="button button-secondary" data-camera-stop="">{visit.t("door-camera-stop")}</button>
            </div>
            <p class="field-error" role="status" data-camera-said=""></p>
        </div>
        <PlainScript source=include_str!("camera.js")/>
    }
}

/// Without a ticket: by name, without a booking, on the way out.
fn others(visit: &Visit, events: &Events) -> impl IntoView + use<> {
    let named = visit.form.value("name").is_some() || visit.form.fault("name").is_some();
    view! {
        <div class="door-others">
            <Dialog label=visit.t("door-by-name") title=visit.t("door-by-name") open=named>
                <Form action=visit.href("/door")>
                    <TextField name="name" kind="search" label=visit.t("door-name") hint=visit.t("door-name-hint")/>
                    <Button variant=Variant::Secondary glyph=Glyph::Search>{visit.t("door-name-look")}</Button>
                </Form>
            </Dialog>
            {counting(visit, "/door/walk-in", ("door-walk-in", "door-walk-in-n"), places(visit, events))}
            {counting(visit, "/door/left", ("door-left", "door-left-n"), Vec::new())}
        </div>
    }
}

/// Where people can walk in: the museum, and events of today to which whoever comes is let in.
fn places(visit: &Visit, events: &Events) -> Vec<Choice> {
    let now = visit.context.now;
    let today = |event: &outreach::Event| {
        event.timetable.open_doors(now).any(|s| local_day(s.facts.starts_at) == local_day(now))
    };
    let museum = Choice::new("", visit.t("museum-name"));
    let events = events.all().iter().filter(|event| today(event));
    let events = events.map(|event| Choice::new(event.id.to_string(), event.title.of(visit.locale()).to_owned()));
    std::iter::once(museum).chain(events).collect()
}

/// People counted with one tap. Each tap of one page is one count: a page that is pressed twice counts once.
fn counting(
    visit: &Visit,
    path: &str,
    (title, button): (&'static str, &str),
    places: Vec<Choice>,
) -> impl IntoView + use<> {
    let buttons = [1_u32, 2, 3, 4, 5, 10].map(|n| {
        let words = count(visit, button, n);
        view! { <button class="button button-secondary" type="submit" name="people" value=n.to_string() aria-label=words>{format!("+{n}")}</button> }
    });
    let buttons = buttons.collect_view();
    let id: Uuid = visit.context.new_id();
    view! {
        <Dialog label=visit.t(title) title=visit.t(title)>
            <Form action=visit.href(path)>
                <HiddenField name="id" value=id.to_string()/>
                {(places.len() > 1).then(|| view! { <Select name="activity" label=visit.t("gate-app-place") choices=places/> })}
                <div class="door-counts">{buttons}</div>
            </Form>
        </Dialog>
    }
}

/// The sessions whose visitors come now or next, of the museum and of events: who is here of how many.
async fn running(visit: &Visit, events: &Events) -> Result<Option<impl IntoView + use<>>, Problem> {
    let now = visit.context.now;
    let today = local_day(now);
    let museum = match booking::sessions(&visit.services, &visit.context, today, today).await {
        Ok(sessions) => sessions,
        // A house with events alone.
        Err(booking::BookingError::NotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut sessions: Vec<_> = museum.into_iter().map(|session| (session, None)).collect();
    for event in events.all() {
        let title = event.title.of(visit.locale());
        sessions.extend(event.timetable.on(today).map(|session| (*session, Some(title.to_owned()))));
    }
    sessions.sort_by_key(|(session, _)| session.facts.starts_at);
    let rows: Vec<_> = sessions
        .into_iter()
        .filter(|(s, _)| s.facts.ends_at > now && !s.facts.closed)
        .take(4)
        .map(|(s, event)| {
            let args = [("arrived", s.arrived.into()), ("people", s.facts.booked.into())];
            // Whoever comes is let in; how many fit is the steward's to judge, and the number helps.
            let come = s.facts.open_door.then(|| {
                let args = [("n", s.walked.into()), ("capacity", s.facts.capacity.into())];
                view! { <span class="door-running-open">{visit.t_args("door-open-door", &args)}</span> }
            });
            let event = event.map(|event| view! { <span class="door-running-event">{event}</span> });
            view! {
                <li>
                    <span>{clock_text(s.facts.starts_at)}"–"{clock_text(s.facts.ends_at)}{event}{come}</span>
                    <strong>{visit.t_args("door-arrived-of", &args)}</strong>
                </li>
            }
        })
        .collect();
    Ok((!rows.is_empty())
        .then(|| view! { <section class="door-running"><h2>{visit.t("door-running")}</h2><ul>{rows}</ul></section> }))
}
