//! The door as supervisors see it: devices with their last word, what they disagree about, and deciding it.

use super::calls::DEVICE_CODE;
use crate::desk::{count, crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Choice, Column, Dialog, EmptyState, Form, Glyph, Illustration, LinkButton, NumberStepper, Page,
    QrFigure, Radios, Row, SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use crate::words::door_text;
use domain::account::{Capability, DeviceRole};
use domain::ids::ConflictId;
use domain::time::{clock_text, span_text};
use jiff::SignedDuration;
use leptos::prelude::*;
use services::booking::BookingError;
use services::door::{self, Conflict, ConflictKind, Device, DoorError, Said};
use services::messages::qr_svg;

/// The page of devices and conflicts.
pub(super) const PATH: &str = "/staff/door";
/// Where a device is added.
pub(super) const NEW: &str = "/staff/door/devices/new";
/// A clock that is off by more is told of.
const SKEWED: SignedDuration = SignedDuration::from_secs(60);
const NEWS: &[(&str, &str)] = &[("revoked", "gate-done-revoked"), ("resolved", "gate-done-resolved")];

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Denied(_) => Self::Forbidden,
            DoorError::Database(error) => BookingError::Database(error).into(),
            DoorError::Booking(error) => error.into(),
            DoorError::Limited(_) => Self::Busy,
            DoorError::Revoked
            | DoorError::UnknownDevice
            | DoorError::CodeNotGood
            | DoorError::NotFound
            | DoorError::Fields(_)
            | DoorError::StateHasChanged => Self::NotFound,
        }
    }
}

/// Devices and conflicts.
#[component]
pub fn StaffDoor() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let devices = door::devices(&visit.services, &visit.context).await?;
    let conflicts = door::conflicts(&visit.services, &visit.context).await?;
    let open = conflicts.iter().filter(|conflict| conflict.settled.is_none()).count();
    let warning = u32::try_from(open).ok().filter(|n| *n > 0).map(|n| {
        view! { <Banner tone=Tone::Warning>{count(visit, "gate-conflicts-open", n)}</Banner> }
    });
    let add = may(visit, Capability::ManageDevices).then(|| {
        view! { <p class="actions"><LinkButton href=visit.href(NEW) glyph=Glyph::Device>{visit.t("gate-device-new")}</LinkButton></p> }
    });
    let list = if devices.is_empty() {
        view! { <EmptyState of=Illustration::Museum title=visit.t("gate-devices-none")><p>{visit.t("gate-devices-none-text")}</p></EmptyState> }.into_any()
    } else {
        device_table(visit, &devices).into_any()
    };
    let disagreements = if conflicts.is_empty() {
        view! { <p class="muted">{visit.t("gate-conflicts-none")}</p> }.into_any()
    } else {
        conflict_table(visit, &conflicts).into_any()
    };
    Ok(view! {
        <Page title=visit.t("gate-staff-title") lead=visit.t("gate-staff-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {warning}
            <section class="section" id="conflicts">
                <h2>{visit.t("gate-conflicts")}</h2>
                {disagreements}
            </section>
            <section class="section" id="devices">
                <h2>{visit.t("gate-devices")}</h2>
                {add}
                {list}
            </section>
        </Page>
    }
    .into_any())
}

fn device_table(visit: &Visit, devices: &[Device]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("gate-device")),
        Column::new(visit.t("gate-state")),
        Column::new(visit.t("gate-synced")),
        Column::number(visit.t("gate-queue")),
        Column::new(visit.t("gate-clock")),
        Column::new(visit.t("gate-version")),
        Column::new(visit.t("gate-end")),
    ];
    let never = || visit.t("gate-never").to_string();
    let rows = devices.iter().map(|device| {
        Row::new()
            .cell(view! { <strong>{device.name.clone()}</strong><br/><span class="muted small">{role_text(visit, device.role)}</span> })
            .cell(state(visit, device))
            .cell(device.synced_at.map_or_else(never, |at| moment(visit, at)))
            .cell(device.queue_length.map_or_else(|| "—".to_owned(), |n| n.to_string()))
            .cell(clock(visit, device))
            .cell(device.app_version.clone().unwrap_or_else(|| "—".to_owned()))
            .cell(ending(visit, device))
            .muted(device.revoked_at.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("gate-devices") caption_hidden=true columns=columns rows=rows/> }
}

/// What a device's role is called.
fn role_text(visit: &Visit, role: DeviceRole) -> Text {
    visit.t(match role {
        DeviceRole::Steward => "gate-role-steward",
        DeviceRole::Supervisor => "gate-role-supervisor",
    })
}

fn state(visit: &Visit, device: &Device) -> impl IntoView + use<> {
    let (tone, key) = if device.wiped_at.is_some() {
        (Tone::Plain, "gate-state-wiped")
    } else if device.revoked_at.is_some() {
        (Tone::Warning, "gate-state-revoked")
    } else if device.shift_ended_at.is_some() {
        (Tone::Plain, "gate-state-ended")
    } else if device.enrolled_at.is_some() {
        (Tone::Success, "gate-state-live")
    } else if device.code_expires_at > visit.context.now {
        (Tone::Info, "gate-state-waiting")
    } else {
        (Tone::Plain, "gate-state-lapsed")
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }
}

/// How far a device's clock is off, in words; times of what it did are set right by it.
fn clock(visit: &Visit, device: &Device) -> impl IntoView + use<> {
    let Some(skew) = device.skew else { return "—".into_any() };
    let seconds = skew.as_secs().unsigned_abs();
    let n = [("n", u32::try_from(seconds).unwrap_or(u32::MAX).into())];
    let text = match seconds {
        0..2 => visit.t("gate-clock-right"),
        _ if skew.is_positive() => visit.t_args("gate-clock-behind", &n),
        _ => visit.t_args("gate-clock-ahead", &n),
    };
    if skew.abs() > SKEWED { view! { <Tag tone=Tone::Warning>{text}</Tag> }.into_any() } else { text.into_any() }
}

fn ending(visit: &Visit, device: &Device) -> AnyView {
    if device.revoked_at.is_some() || !may(visit, Capability::ManageDevices) {
        return device.revoked_at.map_or_else(|| "—".to_owned(), |at| moment(visit, at)).into_any();
    }
    let action = visit.href(&format!("/staff/door/devices/{}/revoke", device.id));
    let title = visit.t_args("gate-revoke-question", &[("name", device.name.clone().into())]);
    view! {
        <Dialog label=visit.t("gate-revoke") title=title>
            <p>{visit.t("gate-revoke-text")}</p>
            <Form action=action><Button variant=Variant::Danger>{visit.t("gate-revoke-submit")}</Button></Form>
        </Dialog>
    }
    .into_any()
}

fn conflict_table(visit: &Visit, conflicts: &[Conflict]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("gate-conflict-booking")),
        Column::new(visit.t("gate-conflict-what")),
        Column::new(visit.t("gate-conflict-raised")),
        Column::new(visit.t("gate-conflict-state")),
    ];
    let rows = conflicts.iter().map(|conflict| {
        let href = visit.href(&format!("{PATH}/conflicts/{}", conflict.id));
        let settled = conflict.settled.as_ref();
        let state = settled.map_or_else(
            || view! { <Tag tone=Tone::Warning>{visit.t("gate-conflict-open")}</Tag> }.into_any(),
            |settled| count(visit, "gate-conflict-settled", settled.people).into_any(),
        );
        Row::new()
            .cell(view! { <a href=href>{title(visit, conflict)}</a> })
            .cell(kind_text(visit, conflict.kind))
            .cell(moment(visit, conflict.raised_at))
            .cell(state)
            .muted(settled.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("gate-conflicts") caption_hidden=true columns=columns rows=rows/> }
}

/// 张** · K7M4-Q2XR
fn title(visit: &Visit, conflict: &Conflict) -> String {
    match &conflict.booking {
        Some(booking) => format!("{} · {}", booking.person.name.masked(), booking.reference),
        None => visit.t("gate-conflict-nobody").to_string(),
    }
}

fn kind_text(visit: &Visit, kind: ConflictKind) -> Text {
    visit.t(match kind {
        ConflictKind::Twice => "gate-conflict-twice",
        ConflictKind::Cancelled => "gate-conflict-cancelled",
        ConflictKind::Unknown => "gate-conflict-unknown",
        ConflictKind::Clock => "gate-conflict-clock",
    })
}

/// One conflict: what every door said, and how many came.
#[component]
pub fn ConflictPage() -> impl IntoView {
    let visit = visit();
    let id = param("id").and_then(|id| id.parse::<ConflictId>().ok());
    read_first(async move {
        let all = door::conflicts(&visit.services, &visit.context).await?;
        Ok(match all.into_iter().find(|conflict| Some(conflict.id) == id) {
            Some(conflict) => conflict_page(&visit, &conflict).into_any(),
            None => problem_page(Problem::NotFound).into_any(),
        })
    })
}

fn conflict_page(visit: &Visit, conflict: &Conflict) -> impl IntoView + use<> {
    let session = conflict.booking.as_ref().map(|booking| {
        let when = span_text(booking.starts_at, booking.ends_at, visit.locale());
        let people = visit.t_args(
            "door-arrived-of",
            &[("arrived", booking.arrived.into()), ("people", booking.party.people.get().into())],
        );
        let rows = vec![
            SummaryRow::new(visit.t("gate-conflict-session"), when),
            SummaryRow::new(visit.t("gate-conflict-counted"), people),
        ];
        view! { <SummaryList rows=rows/> }
    });
    let columns = vec![
        Column::new(visit.t("gate-said-where")),
        Column::new(visit.t("gate-said-at")),
        Column::number(visit.t("gate-said-people")),
        Column::new(visit.t("gate-said-answer")),
    ];
    let rows = conflict.said.iter().map(|said| said_row(visit, said)).collect();
    view! {
        <Page title=title(visit, conflict) lead=kind_text(visit, conflict.kind) width=Width::Wide crumbs=crumbs(visit, &[(PATH, "gate-staff-title")])>
            {session}
            <section class="section">
                <h2>{visit.t("gate-said")}</h2>
                <Table caption=visit.t("gate-said") caption_hidden=true columns=columns rows=rows/>
            </section>
            <section class="section">{decision(visit, conflict)}</section>
        </Page>
    }
}

fn said_row(visit: &Visit, said: &Said) -> Row {
    let answer = match &said.answer {
        Some(Ok(admission)) => count(visit, "gate-said-counted", admission.admitted),
        Some(Err(refusal)) => door_text(visit, refusal),
        None => Text::from("—"),
    };
    Row::new()
        .cell(said.device.clone().unwrap_or_else(|| visit.t("gate-said-page").to_string()))
        .cell(format!(
            "{}（{} {}）",
            moment(visit, said.at),
            visit.t("gate-said-received"),
            clock_text(said.received_at)
        ))
        .cell(said.present.to_string())
        .cell(answer)
}

fn decision(visit: &Visit, conflict: &Conflict) -> AnyView {
    if let Some(settled) = &conflict.settled {
        let args = [("at", moment(visit, settled.at).into()), ("reason", settled.reason.clone().into())];
        return view! {
            <h2>{visit.t("gate-decided")}</h2>
            <p>{count(visit, "gate-conflict-settled", settled.people)}</p>
            <p class="muted">{visit.t_args("gate-decided-why", &args)}</p>
        }
        .into_any();
    }
    let booking = conflict.booking.as_ref();
    let counts = booking.is_some_and(|booking| booking.cancelled_at.is_none());
    let (most, now) = match booking.filter(|_| counts) {
        Some(booking) => (booking.party.people.get(), booking.arrived),
        None => (500, conflict.said.iter().map(|said| said.present).max().unwrap_or_default()),
    };
    let hint = visit.t(if counts { "gate-decide-hint" } else { "gate-decide-walk-in" });
    let action = visit.href(&format!("{PATH}/conflicts/{}", conflict.id));
    view! {
        <h2>{visit.t("gate-decide")}</h2>
        <p class="muted">{hint}</p>
        <Form action=action>
            <input type="hidden" name="seen" value=conflict.said.len().to_string()/>
            <NumberStepper name="people" label=visit.t("gate-decide-people") min=0 max=most value=now/>
            <TextField name="reason" label=visit.t("gate-decide-reason") hint=visit.t("gate-decide-reason-hint") maxlength=200/>
            <p class="actions"><Button>{visit.t("gate-decide-submit")}</Button></p>
        </Form>
    }
    .into_any()
}

/// A new device: its name and role, then its code, this once.
#[component]
pub fn DeviceNew() -> impl IntoView {
    let visit = &visit();
    let content = match visit.form.value(DEVICE_CODE) {
        Some(code) => code_shown(visit, code.to_owned()).into_any(),
        None => {
            let hint = |role| {
                visit.t(match role {
                    DeviceRole::Steward => "gate-role-steward-text",
                    DeviceRole::Supervisor => "gate-role-supervisor-text",
                })
            };
            let roles = DeviceRole::ALL.map(|role| Choice::new(role.name(), role_text(visit, role)).hint(hint(role)));
            view! {
                <Form>
                    <TextField name="name" label=visit.t("gate-device-name") hint=visit.t("gate-device-name-hint") width="medium"/>
                    <Radios name="role" label=visit.t("gate-device-role") choices=roles.to_vec() value=DeviceRole::Steward.name()/>
                    <Button>{visit.t("gate-device-create")}</Button>
                </Form>
            }
            .into_any()
        }
    };
    view! {
        <Page title=visit.t("gate-device-new") lead=visit.t("gate-device-new-lead") crumbs=crumbs(visit, &[(PATH, "gate-staff-title")])>{content}</Page>
    }
}

/// The code for the device's camera and for its keyboard.
fn code_shown(visit: &Visit, code: String) -> impl IntoView + use<> {
    let link = door::enrolment_link(&visit.services, &code.clone().into());
    let svg = qr_svg(&link).unwrap_or_default();
    let address = format!("{}/door/app/", visit.services.settings.public_url);
    view! {
        <section class="once">
            <h2>{visit.t("gate-code-title")}</h2>
            <QrFigure svg=svg label=visit.t("gate-code-label") reference=code/>
            <p>{visit.t_args("gate-code-text", &[("address", address.into())])}</p>
            <p class="muted">{visit.t("gate-code-once")}</p>
        </section>
        <p class="actions"><LinkButton href=visit.href(PATH) variant=Variant::Secondary>{visit.t("gate-code-done")}</LinkButton></p>
    }
}
