//! The room before the form (候场室): where one stands in the line of a release, what comes next, and the way in when it is
//! one's turn. Without scripts the page is made anew every ten seconds; with them its script asks for the figures alone.

use super::{VISITOR_COOKIE, param, problem_of};
use crate::activity::Activity;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Crumb, Form, HiddenField, LinkButton, Page, PlainScript, SummaryList, SummaryRow, Variant,
};
use crate::visit::{Visit, visit};
use domain::booking::Standing;
use domain::ids::{ActivityId, ReleaseId};
use domain::time::{clock_text, day_text, local, local_day, span_text};
use jiff::Timestamp;
use leptos::prelude::*;
use serde_json::json;
use services::booking::{BookingError, Release, Waits, release, ticket_standing};

/// The calls of the room.
pub const CALLS: &[Call] = &[
    Call::get("/room/:ticket/standing", Access::Public, &standing),
    Call::get("/releases/:id/draw.csv", Access::Public, &lots),
];

/// The page of a ticket, without the language.
pub(super) fn room(waits: &Waits) -> String {
    format!("/room/{}", waits.ticket)
}

/// Where somebody stands, in words: said by the page when it is made, and by its script while it is looked at.
struct Words {
    /// A change of it makes the page anew.
    state: &'static str,
    /// The heading.
    title: Text,
    /// A short line: how many are before one, or when something happens.
    figure: Text,
    /// What that means.
    text: Text,
}

impl Words {
    fn of(visit: &Visit, waits: &Waits) -> Self {
        let line = &waits.release.line;
        match waits.standing {
            Standing::Early => Self {
                state: "early",
                title: visit.t("room-early"),
                figure: visit.t_args("room-early-figure", &[("at", to_the_second(line.opens_at).into())]),
                text: visit.t_args("room-early-text", &[("seconds", draw_seconds(&waits.release).into())]),
            },
            Standing::Drawing => Self {
                state: "drawing",
                title: visit.t("room-drawing"),
                figure: visit.t_args("room-drawing-figure", &[("at", to_the_second(line.draw_until).into())]),
                text: visit.t("room-drawing-text"),
            },
            Standing::Waiting { ahead } => Self {
                state: "waiting",
                title: visit.t("room-waiting"),
                figure: visit.t_args("room-waiting-figure", &[("n", ahead.into())]),
                text: expected(visit, line.wait_seconds(ahead, visit.context.now)),
            },
            Standing::Admitted => Self {
                state: "admitted",
                title: visit.t("room-admitted"),
                figure: visit.t("room-admitted-figure"),
                text: visit.t("room-admitted-text"),
            },
        }
    }
}

/// Said roughly: the pace is measured, and may change.
fn expected(visit: &Visit, seconds: u32) -> Text {
    match seconds {
        0..=59 => visit.t("room-soon"),
        more => visit.t_args("room-minutes", &[("n", more.div_ceil(60).into())]),
    }
}

/// 10:00:00. A line is short, and seconds count in it.
fn to_the_second(at: Timestamp) -> String {
    let time = local(at);
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

fn draw_seconds(release: &Release) -> u32 {
    u32::try_from(release.line.draw_until.duration_since(release.line.opens_at).as_secs()).unwrap_or(0)
}

/// The room.
#[component]
pub fn Room() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let ticket: String = param("ticket").unwrap_or_default();
        let browser = visit.visitor.as_deref().unwrap_or_default();
        match ticket_standing(&visit.services, &visit.context, &ticket, browser).await {
            Ok(waits) => page(&visit, &waits).await,
            Err(BookingError::NotFound) => over(&visit),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

/// A ticket that is over, or another browser's.
fn over(visit: &Visit) -> AnyView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let href = visit.href("/museum/sessions");
    view! {
        <Page title=visit.t("room-over-title") centred=true>
            <p class="lead">{visit.t("room-over-text")}</p>
            <p class="actions"><LinkButton href=href>{visit.t("museum-book-action")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

async fn page(visit: &Visit, waits: &Waits) -> AnyView {
    let activity = match Activity::of(visit, waits.release.activity).await {
        Ok(activity) => activity,
        Err(error) => return problem_page(problem_of(&error)).into_any(),
    };
    let session = activity.timetable().session(waits.session).map(|session| session.facts);
    let day = Some(waits.release.day);
    let choose = visit.href(&activity.sessions(waits.people, day));
    let when = session.map_or_else(
        || day_text(waits.release.day, visit.locale()),
        |facts| span_text(facts.starts_at, facts.ends_at, visit.locale()),
    );
    let rows = vec![
        SummaryRow::new(visit.t("book-when"), when).action(choose, visit.t("book-change")),
        SummaryRow::new(visit.t("book-people"), visit.t_args("people-count", &[("n", waits.people.into())])),
        SummaryRow::new(visit.t("room-number"), visit.t_args("room-number-of", &[("n", waits.number.into())])),
        SummaryRow::new(visit.t("room-opens"), to_the_second(waits.release.line.opens_at)),
    ];
    let words = Words::of(visit, waits);
    let crumbs = vec![
        Crumb::new(visit.href(&activity.home()), activity.name(visit)),
        Crumb::new(visit.href(&activity.sessions(waits.people, day)), visit.t("sessions-title")),
    ];
    let poll = visit.href(&format!("/room/{}/standing", waits.ticket));
    let expect =
        ["room-expect-keep", "room-expect-fair", "room-expect-hold"].map(|key| view! { <li>{visit.t(key)}</li> });
    view! {
        <Page title=words.title kicker=visit.t("room-kicker") crumbs=crumbs>
            <div class="room" data-room=poll data-state=words.state data-again=waits.again_in.to_string()>
                <p class="room-figure" role="status" data-room-figure="">{words.figure}</p>
                <p class="lead" data-room-text="">{words.text}</p>
                {taken(visit, &activity, waits)}
                {enter(visit, &activity, waits)}
                <p class="muted small" role="status" data-room-old="" data-words=visit.t("room-old")></p>
            </div>
            <SummaryList rows=rows/>
            <section class="section">
                <h2>{visit.t("room-expect")}</h2>
                <ul class="room-expect">{expect.to_vec()}</ul>
                <p class="muted">{visit.t("room-draw-text")}</p>
                <p><a href=visit.href(&format!("/releases/{}", waits.release.id))>{visit.t("room-draw-link")}</a></p>
            </section>
            <PlainScript source=include_str!("room.js")/>
        </Page>
    }
    .into_any()
}

/// Honest about places: who waits for nothing is told so, and what could still be had.
fn taken(visit: &Visit, activity: &Activity, waits: &Waits) -> Option<impl IntoView + use<>> {
    let open = matches!(waits.standing, Standing::Waiting { .. } | Standing::Admitted);
    let free = activity.timetable().on(waits.release.day).any(|session| !session.facts.closed && session.fits(1));
    (open && !free).then(|| view! { <Banner tone=Tone::Warning>{visit.t("room-taken")}</Banner> })
}

/// The way in: a form like the calendar's, since looking takes no places.
fn enter(visit: &Visit, activity: &Activity, waits: &Waits) -> Option<impl IntoView + use<>> {
    let action = match activity {
        Activity::Museum(_) => format!("/museum/sessions/{}", waits.session),
        Activity::Event(event) => format!("/events/{}/sessions/{}", event.slug, waits.session),
    };
    (waits.standing == Standing::Admitted).then(|| {
        view! {
            <Form action=visit.href(&action)>
                <HiddenField name="people" value=waits.people.to_string()/>
                <HiddenField name="day" value=waits.release.day.to_string()/>
                <p class="actions"><Button>{visit.t("room-enter")}</Button></p>
            </Form>
        }
    })
}

/// What the room's script asks for.
async fn standing(asked: Asked) -> Answer {
    let ticket: String = asked.param("ticket").unwrap_or_default();
    let browser = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    match ticket_standing(&asked.services, &asked.context, &ticket, browser).await {
        Ok(waits) => {
            let words = Words::of(&asked, &waits);
            Answer::json(json!({
                "state": words.state, "figure": words.figure, "text": words.text, "again": waits.again_in,
            }))
        }
        Err(error) => problem_of(&error).into(),
    }
}

// ---- the draw, for everybody ----------------------------------------------------------------------------------------

/// What was promised of a draw, and how to check it.
#[component]
pub fn Draw() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let Some(id) = param::<ReleaseId>("id") else { return problem_page(Problem::NotFound).into_any() };
        match release(&visit.services, id).await {
            Ok(release) => draw_page(&visit, &release, name(&visit, release.activity).await),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

async fn name(visit: &Visit, activity: ActivityId) -> Text {
    match Activity::of(visit, activity).await {
        Ok(activity) => activity.name(visit),
        Err(_) => visit.t("site-name"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn draw_page(visit: &Visit, release: &Release, name: Text) -> AnyView {
    let when = |at: Timestamp| format!("{} {}", day_text(local_day(at), visit.locale()), to_the_second(at));
    let code = |text: String| view! { <span class="code draw-hash">{text}</span> };
    let mut rows = vec![
        SummaryRow::new(visit.t("draw-of"), format!("{name} · {}", day_text(release.day, visit.locale()))),
        SummaryRow::new(visit.t("draw-opens"), when(release.line.opens_at)),
        SummaryRow::new(visit.t("draw-promised"), when(release.committed_at)),
        SummaryRow::new(visit.t("draw-commitment"), code(hex(&release.commitment))),
    ];
    let seed = release.seed().map(|seed| hex(seed));
    match &seed {
        Some(seed) => rows.extend([
            SummaryRow::new(visit.t("draw-tickets"), release.line.in_draw().to_string()),
            SummaryRow::new(visit.t("draw-seed"), code(seed.clone())),
        ]),
        None => rows.push(SummaryRow::new(visit.t("draw-seed"), visit.t("draw-seed-later"))),
    }
    let check = seed.map(|seed| check(visit, release, &seed));
    view! {
        <Page title=visit.t("draw-title") lead=visit.t("draw-lead")>
            <SummaryList rows=rows/>
            <section class="section">
                <h2>{visit.t("draw-how")}</h2>
                <p>{visit.t("draw-how-text")}</p>
                {check}
            </section>
        </Page>
    }
    .into_any()
}

/// The draw in a line anybody can run.
fn check(visit: &Visit, release: &Release, seed: &str) -> impl IntoView + use<> {
    let (count, first) = (release.line.in_draw(), release.line.drawn_from.unwrap_or(0));
    let recipe = format!(
        "python3 - <<'END'\nimport hashlib, hmac\nseed = bytes.fromhex('{seed}')\nprint(hashlib.sha256(seed).hexdigest())\n\
         mark = lambda n: hmac.new(seed, n.to_bytes(8, 'big'), 'sha256').digest()\n\
         for place, n in enumerate(sorted(range(1, {count} + 1), key=mark), 1):\n    print(place, {first} + n)\nEND"
    );
    view! {
        <pre class="draw-recipe" tabindex="0" aria-label=visit.t("draw-recipe")><code>{recipe}</code></pre>
        <p class="actions">
            <LinkButton href=visit.href(&format!("/releases/{}/draw.csv", release.id)) variant=Variant::Secondary>{visit.t("draw-list")}</LinkButton>
        </p>
    }
}

/// The whole order: numbers of tickets, which say nothing of anybody.
async fn lots(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ReleaseId>("id") else { return Problem::NotFound.into() };
    let release = match release(&asked.services, id).await {
        Ok(release) => release,
        Err(error) => return problem_of(&error).into(),
    };
    let Some(lots) = release.lots() else { return Problem::NotFound.into() };
    let first = release.line.drawn_from.unwrap_or(0);
    let mut text = String::from("ticket,place\r\n");
    for (number, lot) in (first + 1..).zip(lots) {
        text.push_str(&format!("{number},{lot}\r\n"));
    }
    Answer::file("text/csv; charset=utf-8", Some(format!("draw-{}.csv", clock_name(release.line.opens_at))), text)
}

fn clock_name(at: Timestamp) -> String {
    format!("{}-{}", local_day(at), clock_text(at).replace(':', ""))
}
