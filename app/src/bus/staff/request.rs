//! One request: what is asked for, what was said, the date that is kept, and what a dispatcher can do with it.

use super::{Fleet, conflict_list, day_words, photos, when};
use crate::bus::{MARKS, audience_words, site_facts, wished};
use crate::desk::{count, day, messages_table, read_first, time};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::requests::desk::{self, Frame, ask, contact_rows, refuse, reveal, talk};
use crate::requests::mine::version;
use crate::requests::param;
use crate::ui::{
    Banner, Button, Checkbox, Choice, DateField, Form, HiddenField, LinkButton, PlaceMap, Select, SummaryList,
    SummaryRow, Tag, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::bus::{Event, State, next};
use domain::ids::BusRequestId;
use domain::time::{at, clock_text, local_day, span_text};
use leptos::prelude::*;
use services::bus::{self, Marks, Proposal, RequestView, Slot, StopView, Told, Wishes};

const NEWS: &[(&str, &str)] = &[
    ("asked", "bus-done-asked"),
    ("proposed", "bus-done-proposed"),
    ("scheduled", "bus-done-scheduled"),
    ("refused", "bus-done-refused"),
    ("visited", "bus-done-visited"),
    ("assigned", "bus-done-assigned"),
    ("photo", "bus-done-photo"),
    ("photos", "bus-done-photos"),
];

/// One request.
#[component]
pub fn Request() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<BusRequestId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    let request = bus::request(services, context, id).await?;
    let fleet = Fleet::of(visit, bus::fleet(services, context).await?);
    let messages = bus::messages(services, context, id).await?;
    let wishes = bus::wishes(services, context, std::slice::from_ref(&request)).await?;
    let now = request.state;
    let can = move |event| next(now, event).is_ok();
    let planning = match can(Event::Propose) {
        true => Some(planning(visit, &request, &fleet).await?),
        false => None,
    };
    let marks = match request.state {
        State::Visited => Some(bus::marks(services, context, id).await?),
        _ => None,
    };
    let photos = match request.state {
        State::Visited => {
            let all = bus::photos(services, context, id).await?;
            let base = visit.href(&format!("/staff/bus/requests/{id}"));
            Some(photos::section(visit, &base, &request, &all))
        }
        _ => None,
    };
    let base = visit.href(&format!("/staff/bus/requests/{id}"));
    let said = view! {
        <SummaryList rows=facts(visit, &request, wishes.get(&id))/>
        <PlaceMap place=request.place/>
        {talk(visit, &request)}
    };
    let acts = view! {
        {kept(visit, &request, &fleet)}
        {can(Event::Schedule).then(|| schedule(visit, &base, &request))}
        {(can(Event::Visit) || request.state == State::Visited).then(|| visited(visit, &base, &request))}
        {marks.map(|marks| thought(visit, marks))}
        {can(Event::Ask).then(|| ask(visit, &base, &request))}
        {can(Event::Refuse).then(|| refuse(visit, &base, &request))}
        {reveal(visit, &base, &request)}
    };
    let stop = request.stop.as_ref().filter(|_| can(Event::Visit) || request.state == State::Accepted);
    let wide = view! {
        {photos}
        {planning}
        {stop.map(|stop| assign(visit, &base, &request, stop, &fleet))}
        {messages_table(visit, &messages, message_words)}
    };
    let frame = Frame { kicker: "bus-staff-request", way: &[("/staff/bus", "bus-staff-board-title")], news: NEWS };
    Ok(desk::page(visit, &request, &frame, [said.into_any(), acts.into_any(), wide.into_any()]))
}

fn facts(visit: &Visit, request: &RequestView, wishes: Option<&Wishes>) -> Vec<SummaryRow> {
    let place = format!("{} {}", request.city.text(visit.locale()), request.address);
    // What the map beside it shows, for whoever does not see it. Unmarked it is the city's centre.
    let away = request.city.position().distance(request.place).round();
    let away = (away >= 1.0).then(|| {
        let args = [("city", request.city.text(visit.locale()).into()), ("km", format!("{away:.0}").into())];
        view! { <br/><span class="muted small">{visit.t_args("bus-staff-away", &args)}</span> }
    });
    let people = count(visit, "staff-people", request.people);
    let mut rows = vec![
        SummaryRow::new(
            visit.t("bus-reference"),
            view! { <code class="staff-reference">{request.reference.clone()}</code> },
        ),
        SummaryRow::new(
            visit.t("bus-audience"),
            [audience_words(visit, request.audience), request.ages.clone().into(), people].join(" · "),
        ),
        SummaryRow::new(visit.t("bus-where"), view! { {place}{away} }),
        SummaryRow::new(visit.t("bus-wished-days"), wished(visit, request, wishes)),
        SummaryRow::new(visit.t("bus-group-site"), site_facts(visit, request)),
    ];
    rows.extend(contact_rows(visit, request, "bus-contact-name"));
    rows
}

fn kept(visit: &Visit, request: &RequestView, fleet: &Fleet) -> Option<impl IntoView + use<>> {
    let stop = request.stop.as_ref()?;
    let mut rows = vec![
        SummaryRow::new(visit.t("book-when"), span_text(stop.starts_at, stop.ends_at, visit.locale())),
        SummaryRow::new(visit.t("bus-staff-vehicle"), fleet.vehicle(stop.vehicle)),
        SummaryRow::new(visit.t("bus-staff-crew"), fleet.crew(stop.crew)),
    ];
    if stop.state == State::Proposed {
        rows.push(SummaryRow::new(visit.t("bus-staff-answer-by"), when(visit, stop.answer_by)));
    }
    if let Some(people) = stop.people_came {
        rows.push(SummaryRow::new(visit.t("bus-staff-came"), count(visit, "staff-people", people)));
    }
    Some(
        view! { <section class="staff-panel stack"><h2>{visit.t("bus-staff-kept")}</h2><SummaryList rows=rows/></section> },
    )
}

fn schedule(visit: &Visit, base: &str, request: &RequestView) -> impl IntoView + use<> {
    view! {
        <section class="staff-panel stack">
            <h2>{visit.t("bus-staff-schedule")}</h2>
            <p>{visit.t("bus-staff-schedule-text")}</p>
            <Form action=format!("{base}/schedule")>
                {version(request)}
                <p class="actions"><Button>{visit.t("bus-staff-schedule")}</Button></p>
            </Form>
        </section>
    }
}

fn visited(visit: &Visit, base: &str, request: &RequestView) -> impl IntoView + use<> {
    let came = request.stop.as_ref().and_then(|stop| stop.people_came).map(|n| n.to_string()).unwrap_or_default();
    view! {
        <section class="staff-panel stack">
            <h2>{visit.t("bus-staff-visited")}</h2>
            <Form action=format!("{base}/visited")>
                {version(request)}
                <TextField name="people_came" label=visit.t("bus-staff-came") hint=visit.t("bus-staff-came-hint") inputmode="numeric" width="short" value=came/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-save")}</Button></p>
            </Form>
        </section>
    }
}

/// What the school thought of the visit, once it has said.
fn thought(visit: &Visit, marks: Option<Marks>) -> impl IntoView + use<> {
    let content = match marks {
        Some(marks) => {
            let word = |mark: u8| match usize::from(mark).checked_sub(1).and_then(|at| MARKS.get(at)) {
                Some(key) => visit.t(key),
                None => mark.to_string().into(),
            };
            let again = visit.t(if marks.again { "bus-again-yes" } else { "bus-again-no" });
            let rows = vec![
                SummaryRow::new(visit.t("bus-liked"), word(marks.liked)),
                SummaryRow::new(visit.t("bus-understood"), word(marks.understood)),
                SummaryRow::new(visit.t("bus-organised"), word(marks.organised)),
                SummaryRow::new(visit.t("bus-again"), again),
            ];
            view! { <SummaryList rows=rows/> }.into_any()
        }
        None => view! { <p class="muted">{visit.t("bus-staff-thought-none")}</p> }.into_any(),
    };
    view! { <section class="staff-panel stack"><h2>{visit.t("bus-staff-thought")}</h2>{content}</section> }
}

/// The date that is being looked at, from the address: `?day=&from=&until=&vehicle=&crew=`.
fn looked_at(visit: &Visit, request: &RequestView) -> Option<Proposal> {
    let on = day(visit.query.get("day")?).ok()?;
    let from = time(visit.query.get("from")?).ok()?;
    let until = time(visit.query.get("until")?).ok()?;
    Some(Proposal {
        request: request.id,
        version: request.version,
        vehicle: visit.query.parsed("vehicle")?,
        crew: visit.query.parsed("crew")?,
        starts_at: at(on, from),
        ends_at: at(on, until),
        message: String::new(),
        anyway: false,
    })
}

/// Finding a date: free ones, any other, what speaks against it, and only then the button.
async fn planning(visit: &Visit, request: &RequestView, fleet: &Fleet) -> Result<AnyView, Problem> {
    let slots = bus::slots(&visit.services, &visit.context, request.id).await?;
    let asked = looked_at(visit, request);
    let told = match &asked {
        Some(asked) => Some(bus::check(&visit.services, &visit.context, asked).await?),
        None => None,
    };
    let result = asked.as_ref().zip(told).map(|(asked, told)| result(visit, request, asked, &told, fleet));
    Ok(view! {
        <section class="section" id="propose">
            <h2>{visit.t("bus-plan-title")}</h2>
            <p class="muted">{visit.t("bus-plan-text")}</p>
            {free(visit, &slots, fleet)}
            {any_date(visit, request, asked.as_ref(), fleet)}
            {result}
        </section>
    }
    .into_any())
}

/// Where a free date of the request at `page` is looked at.
pub(super) fn address(page: &str, slot: &Slot) -> String {
    let (from, until) = (clock_text(slot.starts_at), clock_text(slot.ends_at));
    let day = local_day(slot.starts_at);
    format!("{page}?day={day}&from={from}&until={until}&vehicle={}&crew={}#propose", slot.vehicle, slot.crew)
}

fn free(visit: &Visit, slots: &[Slot], fleet: &Fleet) -> impl IntoView + use<> {
    if slots.is_empty() {
        return view! { <Banner tone=Tone::Warning>{visit.t("bus-plan-none")}</Banner> }.into_any();
    }
    let items = slots.iter().map(|slot| {
        let wished = slot.wished.then(|| view! { <Tag tone=Tone::Success>{visit.t("bus-plan-wished")}</Tag> });
        let who = format!("{} · {}", fleet.vehicle(slot.vehicle), fleet.crew(slot.crew));
        view! {
            <li>
                <a class="slot" href=address(&visit.here(), slot)>
                    <span class="slot-when">{span_text(slot.starts_at, slot.ends_at, visit.locale())}</span>
                    <span class="small">{who}</span>
                    {wished}
                </a>
            </li>
        }
    });
    let items = items.collect_view();
    view! { <h3>{visit.t("bus-plan-free")}</h3><ul class="slots">{items}</ul> }.into_any()
}

fn vehicle_choices(fleet: &Fleet) -> Vec<Choice> {
    fleet.vehicles.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone())).collect()
}

fn crew_choices(fleet: &Fleet) -> Vec<Choice> {
    fleet.crews.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone())).collect()
}

fn any_date(visit: &Visit, request: &RequestView, asked: Option<&Proposal>, fleet: &Fleet) -> impl IntoView + use<> {
    let on = asked.map(|asked| local_day(asked.starts_at)).or(request.days.first().copied());
    let from = asked.map_or_else(|| "09:00".to_owned(), |asked| clock_text(asked.starts_at));
    let until = asked.map_or_else(|| "11:30".to_owned(), |asked| clock_text(asked.ends_at));
    let vehicle = asked.map(|asked| asked.vehicle.to_string()).unwrap_or_default();
    let crew = asked.map(|asked| asked.crew.to_string()).unwrap_or_default();
    let date = match on {
        Some(on) => view! { <DateField name="day" label=visit.t("staff-day") value=on/> }.into_any(),
        None => view! { <DateField name="day" label=visit.t("staff-day")/> }.into_any(),
    };
    view! {
        <h3>{visit.t("bus-plan-any")}</h3>
        <Form get=true inline=true action=format!("{}#propose", visit.here())>
            {date}
            <TextField name="from" kind="time" label=visit.t("bus-plan-from") width="short" value=from/>
            <TextField name="until" kind="time" label=visit.t("bus-plan-until") width="short" value=until/>
            <Select name="vehicle" label=visit.t("bus-staff-vehicle") choices=vehicle_choices(fleet) value=vehicle/>
            <Select name="crew" label=visit.t("bus-staff-crew") choices=crew_choices(fleet) value=crew/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("bus-plan-check")}</Button></p>
        </Form>
    }
}

/// What speaks against the date, and the form that proposes it where nothing final does.
fn result(
    visit: &Visit,
    request: &RequestView,
    asked: &Proposal,
    told: &[Told],
    fleet: &Fleet,
) -> impl IntoView + use<> {
    let when = span_text(asked.starts_at, asked.ends_at, visit.locale());
    let who = format!("{} · {}", fleet.vehicle(asked.vehicle), fleet.crew(asked.crew));
    let stopped = told.iter().any(|one| one.conflict.is_final());
    let list = (!told.is_empty()).then(|| conflict_list(visit, told));
    let verdict = if stopped {
        view! { <Banner tone=Tone::Danger>{visit.t("bus-plan-not-so")}</Banner> }.into_any()
    } else if told.is_empty() {
        view! { <Banner tone=Tone::Success>{visit.t("bus-plan-fits")}</Banner> }.into_any()
    } else {
        view! { <Banner tone=Tone::Warning>{visit.t("bus-plan-fits-but")}</Banner> }.into_any()
    };
    let form = (!stopped).then(|| {
        let anyway = (!told.is_empty()).then(|| view! { <Checkbox name="anyway" called=visit.t("called-anyway")>{visit.t("bus-plan-anyway")}</Checkbox> });
        let label = visit.t(if request.stop.is_some() { "bus-plan-replace" } else { "bus-plan-propose" });
        view! {
            <Form action=visit.href(&format!("/staff/bus/requests/{}/propose", request.id))>
                {version(request)}
                <HiddenField name="day" value=local_day(asked.starts_at).to_string()/>
                <HiddenField name="from" value=clock_text(asked.starts_at)/>
                <HiddenField name="until" value=clock_text(asked.ends_at)/>
                <HiddenField name="vehicle" value=asked.vehicle.to_string()/>
                <HiddenField name="crew" value=asked.crew.to_string()/>
                <TextArea name="message" label=visit.t("bus-plan-message") hint=visit.t("bus-plan-message-hint") rows=3 optional=true/>
                {anyway}
                <p class="actions"><Button>{label}</Button></p>
            </Form>
        }
    });
    view! {
        <div class="staff-panel stack">
            <p class="slot-when">{when}</p>
            <p>{who}</p>
            {verdict}
            {list}
            {form}
        </div>
    }
}

/// Another vehicle or crew at the same time; the school notices nothing.
fn assign(visit: &Visit, base: &str, request: &RequestView, stop: &StopView, fleet: &Fleet) -> impl IntoView + use<> {
    let again = visit.form.value("vehicle").is_some();
    let anyway = again.then(
        || view! { <Checkbox name="anyway" called=visit.t("called-anyway")>{visit.t("bus-plan-anyway")}</Checkbox> },
    );
    let plan = visit.href(&format!("/staff/bus/plan?from={}", local_day(stop.starts_at)));
    view! {
        <section class="section" id="assign">
            <h2>{visit.t("bus-assign-title")}</h2>
            <p class="muted">{visit.t("bus-assign-text")}</p>
            <Form inline=true action=format!("{base}/assign")>
                {version(request)}
                <Select name="vehicle" label=visit.t("bus-staff-vehicle") choices=vehicle_choices(fleet) value=stop.vehicle.to_string()/>
                <Select name="crew" label=visit.t("bus-staff-crew") choices=crew_choices(fleet) value=stop.crew.to_string()/>
                {anyway}
                <p class="actions">
                    <Button variant=Variant::Secondary>{visit.t("bus-assign-do")}</Button>
                    <LinkButton href=plan variant=Variant::Quiet>{day_words(visit, local_day(stop.starts_at))}</LinkButton>
                </p>
            </Form>
        </section>
    }
}

/// Which message.
fn message_words(visit: &Visit, template: &str) -> Text {
    match template {
        "bus_received" => visit.t("bus-message-received"),
        "bus_asked" => visit.t("bus-message-asked"),
        "bus_proposed" => visit.t("bus-message-proposed"),
        "bus_scheduled" => visit.t("bus-message-scheduled"),
        "bus_released" => visit.t("bus-message-released"),
        "bus_refused" => visit.t("bus-message-refused"),
        "bus_withdrawn" => visit.t("bus-message-withdrawn"),
        "bus_thanks" => visit.t("bus-message-thanks"),
        "bus_days3" => visit.t("bus-message-days3"),
        "bus_day1" => visit.t("bus-message-day1"),
        "bus_no_day_left" => visit.t("bus-message-no-day-left"),
        other => Text::from(other.to_owned()),
    }
}
