//! The fleet: vehicles and crews, new ones, other names, retiring one; and where each is this fortnight.

use crate::desk::{count, crumbs, news, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Button, Dialog, Form, HiddenField, LinkButton, Page, TextField, Variant, Width};
use crate::visit::{Visit, visit};
use domain::ids::BusVehicleId;
use domain::time::{local_day, span_text};
use jiff::Span;
use leptos::prelude::*;
use services::bus::{self, Crew, Itinerary, StopView, Vehicle};

const NEWS: &[(&str, &str)] = &[("saved", "bus-fleet-saved"), ("retired", "bus-fleet-retired")];
/// Days of each one's calendar.
const DAYS: i64 = 14;

/// The page.
#[component]
pub fn FleetPage() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let today = local_day(visit.context.now);
    let last = today.checked_add(Span::new().days(DAYS - 1)).unwrap_or(today);
    let plan = bus::itinerary(&visit.services, &visit.context, today, last).await?;
    let vehicles = plan.vehicles.iter().map(|it| vehicle(visit, it, &plan)).collect_view();
    let crews = plan.crews.iter().map(|it| crew(visit, it, &plan)).collect_view();
    let add = |kind: &str, key: &str| {
        let href = format!("{}?unit={kind}#form", visit.here());
        view! { <LinkButton href=href variant=Variant::Secondary>{visit.t(key)}</LinkButton> }
    };
    Ok(view! {
        <Page title=visit.t("bus-fleet-title") lead=visit.t("bus-fleet-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <p class="actions">{add("vehicle", "bus-fleet-add-vehicle")}{add("crew", "bus-fleet-add-crew")}</p>
            {form(visit, &plan)}
            <section class="section">
                <h2>{visit.t("bus-staff-vehicle")}</h2>
                <ul class="bus-fleet">{vehicles}</ul>
            </section>
            <section class="section">
                <h2>{visit.t("bus-staff-crew")}</h2>
                <ul class="bus-fleet">{crews}</ul>
            </section>
        </Page>
    }
    .into_any())
}

fn vehicle(visit: &Visit, it: &Vehicle, plan: &Itinerary) -> impl IntoView + use<> {
    let needs = count(visit, "bus-fleet-metres", u32::from(it.needs_m));
    let stops: Vec<&StopView> = plan.stops.iter().filter(|stop| stop.vehicle == it.id).collect();
    let title = visit.pick(&it.title_zh, &it.title_en).into_owned();
    unit(visit, "vehicle", &it.id.to_string(), title, Some(needs), &stops)
}

fn crew(visit: &Visit, it: &Crew, plan: &Itinerary) -> impl IntoView + use<> {
    let stops: Vec<&StopView> = plan.stops.iter().filter(|stop| stop.crew == it.id).collect();
    let title = visit.pick(&it.title_zh, &it.title_en).into_owned();
    unit(visit, "crew", &it.id.to_string(), title, None, &stops)
}

fn unit(
    visit: &Visit,
    kind: &'static str,
    id: &str,
    title: String,
    needs: Option<Text>,
    stops: &[&StopView],
) -> impl IntoView + use<> {
    let change = format!("{}?unit={kind}&id={id}#form", visit.here());
    let named = title.clone();
    let retire = retire(visit, kind, id, &title);
    let needs = needs.map(|needs| view! { <p class="muted">{needs}</p> });
    view! {
        <li class="staff-panel stack">
            <h3>{title}</h3>
            {needs}
            {calendar(visit, stops)}
            <div class="actions">
                <LinkButton href=change variant=Variant::Quiet>{visit.t("bus-fleet-change")}<span class="hidden">" "{named}</span></LinkButton>
                {retire}
            </div>
        </li>
    }
}

/// Where it is in the coming days.
fn calendar(visit: &Visit, stops: &[&StopView]) -> impl IntoView + use<> {
    let empty = stops.is_empty().then(|| view! { <p class="muted small">{visit.t("bus-fleet-free")}</p> });
    let items = stops.iter().map(|stop| {
        let href = visit.href(&format!("/staff/bus/requests/{}", stop.request));
        let when = span_text(stop.starts_at, stop.ends_at, visit.locale());
        view! { <li class="small"><a href=href>{stop.organisation.clone()}</a>" · "{when}</li> }
    });
    let items = items.collect_view();
    view! { {empty}<ul>{items}</ul> }
}

/// The one form of the page: of a new one, or of the one the address names.
fn form(visit: &Visit, plan: &Itinerary) -> Option<impl IntoView + use<>> {
    let kind = match visit.query.get("unit")? {
        "vehicle" => "vehicle",
        "crew" => "crew",
        _ => return None,
    };
    let id = visit.query.get("id");
    let vehicle = plan.vehicles.iter().find(|it| kind == "vehicle" && id == Some(it.id.to_string().as_str()));
    let crew = plan.crews.iter().find(|it| kind == "crew" && id == Some(it.id.to_string().as_str()));
    let (zh, en) = vehicle
        .map(|it| (it.title_zh.clone(), it.title_en.clone()))
        .or(crew.map(|it| (it.title_zh.clone(), it.title_en.clone())))
        .unwrap_or_default();
    let known = vehicle.is_some() || crew.is_some();
    let title = visit.t(match (kind, known) {
        (_, true) => "bus-fleet-change",
        ("vehicle", false) => "bus-fleet-add-vehicle",
        _ => "bus-fleet-add-crew",
    });
    let metres = (kind == "vehicle").then(|| {
        let value = vehicle.map(|it| it.needs_m.to_string()).unwrap_or_default();
        view! {
            <TextField name="needs_m" label=visit.t("bus-fleet-needs") hint=visit.t("bus-fleet-needs-hint") inputmode="numeric" width="short" value=value/>
        }
    });
    // Made with the page: the form sent twice adds one.
    let id = id.filter(|_| known).map_or_else(|| visit.context.new_id::<BusVehicleId>().to_string(), str::to_owned);
    Some(view! {
        <section class="staff-panel stack" id="form">
            <h2>{title}</h2>
            <Form action=visit.href("/staff/bus/fleet")>
                <HiddenField name="kind" value=kind/>
                <HiddenField name="id" value=id/>
                <HiddenField name="known" value={if known { "1" } else { "" }}/>
                <TextField name="title_zh" label=visit.t("bus-fleet-title-zh") value=zh/>
                <TextField name="title_en" label=visit.t("bus-fleet-title-en") value=en/>
                {metres}
                <p class="actions">
                    <Button>{visit.t("staff-save")}</Button>
                    <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("bus-fleet-cancel")}</LinkButton>
                </p>
            </Form>
        </section>
    })
}

fn retire(visit: &Visit, kind: &'static str, id: &str, title: &str) -> impl IntoView + use<> {
    let question = visit.t_args("bus-fleet-retire-title", &[("title", title.to_owned().into())]);
    view! {
        <Dialog label=visit.t("bus-fleet-retire") title=question variant=Variant::Quiet>
            <p>{visit.t("bus-fleet-retire-text")}</p>
            <Form action=visit.href("/staff/bus/fleet/retire")>
                <HiddenField name="kind" value=kind/>
                <HiddenField name="id" value=id.to_owned()/>
                <p class="actions">
                    <Button variant=Variant::Danger>{visit.t("bus-fleet-retire")}</Button>
                    <LinkButton href=visit.href("/staff/bus/plan") variant=Variant::Quiet>{visit.t("bus-staff-plan-title")}</LinkButton>
                </p>
            </Form>
        </Dialog>
    }
}
