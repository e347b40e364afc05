//! A display is brought in by the picture it shows: a colleague scans it with a telephone, signs in, and confirms it under a name.
//!
//! What the picture says stands behind the hash sign of an address, which no server sees and no log keeps; the telephone holds it
//! until its owner has signed in, and sends it with the form.

use super::displays::{KEY, display_cookie, named};
use super::{AT, DISPLAYS, DISPLAYS_NEW, PAIR, WALL};
use crate::calls::{Answer, Asked, Call};
use crate::desk::crumbs;
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{Banner, Button, Form, HiddenField, LinkButton, Page, PlainScript, QrFigure, Variant};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use domain::account::Capability;
use domain::time::clock_text;
use leptos::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use services::messages::qr_svg;
use services::telemetry::{self, Claim, TelemetryError};

/// Where the picture leads.
const SCAN: &str = "/wall/scan";
/// Where a colleague confirms a display.
const CONFIRM: &str = "/staff/tanks/displays/scan";
/// Where a display asks whether it was confirmed.
const ENTER: &str = "/wall/in";
/// The field with what the picture says.
const OFFER: &str = "offer";

/// What is done by pictures.
pub static CALLS: &[Call] = &[
    Call::post(CONFIRM, Access::Capability(Capability::ManageDisplays), &confirm).keeping(&[OFFER, "name", "place"]),
    Call::post(ENTER, Access::Public, &enter).on(PAIR),
];

/// The picture of a display that waits, and the button for one without scripts; with them it asks by itself.
pub(super) fn picture(visit: &Visit, key: &str) -> AnyView {
    let offer = telemetry::display_offer(&visit.services, &visit.context, key);
    let link = format!("{}{SCAN}#{}", visit.services.settings.public_url, offer.text);
    let svg = qr_svg(&link).unwrap_or_default();
    let until = visit.t_args("displays-offer-until", &[("at", clock_text(offer.until).into())]);
    let (wall, anew, enter) = (visit.href(WALL), visit.href(PAIR), visit.href(ENTER));
    let key = key.to_owned();
    view! {
        <section data-wall-offer=wall data-wall-anew=anew data-wall-link=link>
            <h2>{visit.t("displays-offer-title")}</h2>
            <QrFigure svg=svg label=visit.t("displays-offer-label") reference=until/>
            <p>{visit.t("displays-offer-text")}</p>
            <Form action=enter>
                <HiddenField name=KEY value=key/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("displays-offer-enter")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}

/// Where a telephone arrives that scanned a display: it goes on to the desk, with what it read in its own memory.
#[component]
pub fn WallScan() -> impl IntoView {
    let visit = &visit();
    let next = visit.href(CONFIRM);
    view! {
        <Page title=visit.t("displays-scan-title") lead=visit.t("displays-scan-arrived")>
            <p class="actions" data-scan-next=next.clone()><LinkButton href=next.clone()>{visit.t("displays-scan-go")}</LinkButton></p>
            <PlainScript source=include_str!("scan_arrived.js")/>
        </Page>
    }
}

/// Where a colleague says what the display is called that they stand before.
#[component]
pub fn DisplayScan() -> impl IntoView {
    let visit = &visit();
    let offer = visit.form.value(OFFER).unwrap_or_default().to_owned();
    let crumbs = crumbs(visit, &[(AT, "tanks-title"), (DISPLAYS, "displays-title")]);
    let by_code = visit.href(DISPLAYS_NEW);
    view! {
        <Page title=visit.t("displays-scan-title") lead=visit.t("displays-scan-lead") crumbs=crumbs>
            <div data-scan="">
                <div data-scan-missing="" hidden=!offer.is_empty()>
                    <Banner tone=Tone::Warning>
                        {visit.t("displays-scan-missing")}" "<a href=by_code>{visit.t("displays-scan-code")}</a>
                    </Banner>
                </div>
                <Form>
                    <HiddenField name=OFFER value=offer/>
                    {named(visit)}
                    <p class="muted">{visit.t("displays-scan-only")}</p>
                    <p class="actions"><Button>{visit.t("displays-scan-do")}</Button></p>
                </Form>
            </div>
            <PlainScript source=include_str!("scan_confirm.js")/>
        </Page>
    }
}

async fn confirm(asked: Asked) -> Answer {
    let typed = (asked.field("name"), asked.field("place"));
    match telemetry::confirm_display(&asked.services, &asked.context, asked.field(OFFER), typed).await {
        Ok(_) => Answer::to(format!("{DISPLAYS}?done=scanned")),
        Err(TelemetryError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(TelemetryError::CodeNotGood) => {
            Answer::again(asked.typed(&[OFFER]).with_notice(Tone::Warning, asked.t("displays-scan-wrong").to_string()))
        }
        Err(TelemetryError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}

/// A display asks whether it was confirmed: its script for a word, whoever presses the button for the board. What it shows stays good while
/// it keeps its key, so that nobody confirms a picture that was made anew meanwhile.
async fn enter(asked: Asked) -> Answer {
    let key = asked.field(KEY).to_owned();
    let secret = SecretString::from(key.clone());
    let again = |forget: &[&str], said: &str| {
        let form = asked.typed(forget).with_notice(Tone::Info, asked.t(said).to_string());
        Answer::again_at(PAIR, form).status(StatusCode::OK)
    };
    match telemetry::claim_display(&asked.services, &asked.context, &secret).await {
        Ok(claim) if asked.ticked("asks") => {
            let told = Answer::json(json!({ "in": claim == Claim::In, "late": claim == Claim::Late }));
            if claim == Claim::In { told.cookie(display_cookie(&key)) } else { told }
        }
        Ok(Claim::In) => Answer::to(WALL).cookie(display_cookie(&key)),
        Ok(Claim::Waits) if asked.ticked("anew") => {
            Answer::again_at(PAIR, asked.typed(&["anew"])).status(StatusCode::OK)
        }
        Ok(Claim::Waits) => again(&[], "displays-offer-not-yet"),
        Ok(Claim::Late) => again(&[KEY], "displays-offer-late"),
        Err(error) => Problem::from(error).into(),
    }
}
