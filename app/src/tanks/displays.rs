//! The displays on which the wall board hangs: the list for the desk, a new one with its code, and the page on which a display types
//! that code once, or shows a picture ([`scan`]).

use super::{AT, DISPLAYS, DISPLAYS_NEW, PAIR, WALL, scan};
use crate::calls::{Answer, Asked, Call, Cookie};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Column, Dialog, EmptyState, Field, Form, Glyph, HiddenField, Illustration, LinkButton, Page,
    PlainScript, Row, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use domain::account::Capability;
use domain::ids::DisplayId;
use jiff::SignedDuration;
use leptos::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use services::telemetry::{self, Display, TelemetryError};

/// The cookie of a display. Asked for on the wall board only.
pub const DISPLAY_COOKIE: &str = "__Host-wall";
/// How long a browser keeps it: as long as browsers keep any; each look at the board begins anew.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Under which name the page of a new display finds the code that was just made.
const CODE: &str = "display-code";
/// The field in which a display's page carries the key it asks for.
pub(super) const KEY: &str = "key";

/// What is done about displays.
pub static CALLS: &[Call] = &[
    Call::post(DISPLAYS_NEW, Access::Capability(Capability::ManageDisplays), &add).keeping(&["name", "place"]),
    Call::post("/staff/tanks/displays/:id/revoke", Access::Capability(Capability::ManageDisplays), &revoke)
        .on(DISPLAYS),
    Call::post(PAIR, Access::Public, &pair),
];

/// The cookie of a display with its key.
pub fn display_cookie(key: &str) -> Cookie {
    Cookie::new(DISPLAY_COOKIE, key, Some(KEPT))
}

/// The page of all displays.
#[component]
pub fn Displays() -> impl IntoView {
    read_first(list(visit()))
}

async fn list(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let displays = telemetry::displays(&visit.services, &visit.context).await?;
    let add = may(visit, Capability::ManageDisplays).then(|| {
        let href = visit.href(DISPLAYS_NEW);
        view! { <p class="actions"><LinkButton href=href glyph=Glyph::Device>{visit.t("displays-new")}</LinkButton></p> }
    });
    let content = if displays.is_empty() {
        view! { <EmptyState of=Illustration::Tank title=visit.t("displays-none")><p>{visit.t("displays-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        table(visit, &displays)
    };
    Ok(view! {
        <Page title=visit.t("displays-title") lead=visit.t("displays-lead") width=Width::Wide crumbs=crumbs(visit, &[(AT, "tanks-title")])>
            {rooms(visit)}
            {news(visit, &[("revoked", "displays-news-revoked"), ("scanned", "displays-news-scanned")])}
            {add}
            {content}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, displays: &[Display]) -> AnyView {
    let columns = vec![
        Column::new(visit.t("displays-name")),
        Column::new(visit.t("displays-place")),
        Column::new(visit.t("tanks-state")),
        Column::new(visit.t("displays-seen")),
        Column::new(visit.t("displays-end")),
    ];
    let rows = displays.iter().map(|display| {
        let (tone, said) = state(visit, display);
        Row::new()
            .cell(display.name.clone())
            .cell(display.place.clone())
            .cell(view! { <Tag tone=tone>{said}</Tag> })
            .cell(display.seen_at.map_or_else(|| "—".to_owned(), |at| moment(visit, at)))
            .cell(ending(visit, display))
            .muted(display.revoked_at.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("displays-title") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn state(visit: &Visit, display: &Display) -> (Tone, Text) {
    let now = visit.context.now;
    let (tone, key) = if display.revoked_at.is_some() {
        (Tone::Plain, "displays-state-revoked")
    } else if display.paired_at.is_none() && display.code_expires_at > now {
        (Tone::Info, "displays-state-waiting")
    } else if display.paired_at.is_none() {
        (Tone::Plain, "displays-state-lapsed")
    } else if display.is_dark(now) {
        (Tone::Warning, "displays-state-dark")
    } else {
        (Tone::Success, "displays-state-live")
    };
    (tone, visit.t(key))
}

fn ending(visit: &Visit, display: &Display) -> AnyView {
    if display.revoked_at.is_some() || !may(visit, Capability::ManageDisplays) {
        return display.revoked_at.map_or_else(|| "—".to_owned(), |at| moment(visit, at)).into_any();
    }
    let action = visit.href(&format!("{DISPLAYS}/{}/revoke", display.id));
    let title = visit.t_args("displays-revoke-question", &[("name", display.name.clone().into())]);
    view! {
        <Dialog label=visit.t("displays-revoke") title=title>
            <p>{visit.t("displays-revoke-text")}</p>
            <Form action=action><Button variant=Variant::Danger>{visit.t("displays-revoke-do")}</Button></Form>
        </Dialog>
    }
    .into_any()
}

/// A new display: its name and place, then its code, this once.
#[component]
pub fn DisplayNew() -> impl IntoView {
    let visit = &visit();
    let address = format!("{}{PAIR}", visit.services.settings.public_url);
    let content = match visit.form.value(CODE) {
        Some(code) => code_shown(visit, code.to_owned()),
        None => view! {
            <Form>
                {named(visit)}
                <p class="actions"><Button>{visit.t("displays-add")}</Button></p>
            </Form>
            <p class="muted">{visit.t_args("displays-new-scan", &[("address", address.into())])}</p>
        }
        .into_any(),
    };
    let crumbs = crumbs(visit, &[(AT, "tanks-title"), (DISPLAYS, "displays-title")]);
    view! {
        <Page title=visit.t("displays-new") lead=visit.t("displays-new-lead") crumbs=crumbs>{content}</Page>
    }
}

/// What a display is called, and where it hangs.
pub(super) fn named(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <TextField name="name" label=visit.t("displays-name") hint=visit.t("displays-name-hint") width="medium"/>
        <TextField name="place" label=visit.t("displays-place") hint=visit.t("displays-place-hint") width="medium"/>
    }
}

/// The code for whoever stands before the display.
fn code_shown(visit: &Visit, code: String) -> AnyView {
    let address = format!("{}{PAIR}", visit.services.settings.public_url);
    let back = visit.href(DISPLAYS);
    view! {
        <section class="once">
            <h2>{visit.t("displays-code-title")}</h2>
            <p class="qr-reference" id="display-code">{code}</p>
            <p>{visit.t_args("displays-code-text", &[("address", address.into())])}</p>
            <p class="muted">{visit.t("displays-code-once")}</p>
        </section>
        <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("displays-code-done")}</LinkButton></p>
    }
    .into_any()
}

/// The page a display opens once, to be scanned or to type its code.
#[component]
pub fn WallPair() -> impl IntoView {
    let visit = &visit();
    // (A display that asked in vain keeps its key: what it shows may be being confirmed.)
    let key = visit.form.value(KEY).filter(|key| telemetry::is_display_key(key));
    let key = key.map_or_else(telemetry::display_key, str::to_owned);
    let picture = scan::picture(visit, &key);
    let here = visit.href(PAIR);
    view! {
        <Page title=visit.t("displays-pair-title") lead=visit.t("displays-pair-lead") width=Width::Wide>
            <div class="wall-ways">
                {picture}
                <section>
                    <h2>{visit.t("displays-typed-title")}</h2>
                    <Form action=here>
                        <HiddenField name=KEY value=key/>
                        {code_field(visit)}
                        <p class="actions"><Button>{visit.t("displays-pair-do")}</Button></p>
                    </Form>
                </section>
            </div>
            <Banner tone=Tone::Info>{visit.t("displays-pair-what")}</Banner>
            <PlainScript source=include_str!("wall_pair.js")/>
        </Page>
    }
}

/// The one input, read from across a room and typed with a remote control: the cursor stands in it, small letters and O for 0 do.
fn code_field(visit: &Visit) -> impl IntoView + use<> {
    let typed = visit.form.value("code").map(str::to_owned);
    view! {
        <Field name="code" label=visit.t("displays-pair-code") hint=visit.t("displays-pair-hint")>
            <input
                class="input wall-pair"
                type="text"
                name="code"
                id="f-code"
                value=typed
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                enterkeyhint="go"
                autofocus=true
                aria-required="true"
                aria-describedby="f-code-hint"
            />
        </Field>
    }
}

/// Adds a display and shows its code, this once: in the answer itself, since an address or a cookie would keep it.
async fn add(asked: Asked) -> Answer {
    match telemetry::add_display(&asked.services, &asked.context, (asked.field("name"), asked.field("place"))).await {
        Ok(display) => {
            let mut form = FormState::default();
            form.values.insert(CODE.to_owned(), display.code.expose_secret().to_owned());
            Answer::again(form).status(StatusCode::OK)
        }
        Err(TelemetryError::Fields(errors)) => Answer::again(asked.typed(&[CODE]).with_errors(errors)),
        Err(TelemetryError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}

async fn revoke(asked: Asked) -> Answer {
    let Some(display) = asked.param::<DisplayId>("id") else { return Problem::NotFound.into() };
    match telemetry::revoke_display(&asked.services, &asked.context, display).await {
        Ok(()) => Answer::to(format!("{DISPLAYS}?done=revoked")),
        Err(TelemetryError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}

async fn pair(asked: Asked) -> Answer {
    let (code, key) = (asked.field("code").to_owned(), asked.field(KEY).to_owned());
    let (code, secret) = (SecretString::from(code), SecretString::from(key.clone()));
    let paired = telemetry::pair_display(&asked.services, &asked.context, (&code, &secret), &asked.network).await;
    let said = |key: &str| asked.typed(&[KEY]).with_notice(Tone::Warning, asked.t(key).to_string());
    match paired {
        Ok(_) => Answer::to(WALL).cookie(display_cookie(&key)),
        Err(TelemetryError::CodeNotGood) => Answer::again(said("displays-pair-wrong")),
        Err(TelemetryError::Limited(wait)) => Answer::again(said("displays-pair-often")).retry_after(wait),
        Err(error) => Problem::from(error).into(),
    }
}
