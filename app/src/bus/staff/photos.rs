//! Photographs of a visit at the desk: adding one with its words and everybody's consent, showing, ordering, other words,
//! removing.

use crate::bus::stop::picture;
use crate::desk::reword_form;
use crate::form::Tone;
use crate::ui::{Button, Checkbox, Dialog, FileField, Form, HiddenField, LinkButton, Tag, TextField, Variant};
use crate::visit::Visit;
use leptos::prelude::*;
use services::bus::{MOST_PHOTOS, PhotoView, PictureWords, RequestView};

/// What its words are called, and how they are written.
const ALT: [&str; 3] = ["bus-photo-alt-zh", "bus-photo-alt-en", "bus-photo-alt-hint"];

/// The photographs' part of a request's page.
pub(super) fn section(visit: &Visit, base: &str, request: &RequestView, photos: &[PhotoView]) -> impl IntoView + use<> {
    let items = photos.iter().enumerate().map(|(i, photo)| item(visit, photo, i == 0)).collect_view();
    let list = (!photos.is_empty()).then(|| view! { <ul class="bus-photos">{items}</ul> });
    let public = request.stop.as_ref().map(|stop| {
        let href = visit.href(&format!("/bus/stops/{}", stop.id));
        view! { <p><LinkButton href=href variant=Variant::Quiet>{visit.t("bus-photos-public")}</LinkButton></p> }
    });
    view! {
        <section class="section" id="photos">
            <h2>{visit.t("bus-stop-photos")}</h2>
            <p class="muted">{visit.t("bus-photos-text")}</p>
            {list}
            {(photos.len() < MOST_PHOTOS).then(|| add(visit, base))}
            {public}
        </section>
    }
}

fn item(visit: &Visit, photo: &PhotoView, first: bool) -> impl IntoView + use<> {
    let to = visit.href(&format!("/staff/bus/photos/{}", photo.id));
    let words = visit.pick(&photo.alt_zh, &photo.alt_en).into_owned();
    let (tone, state) = match photo.shown {
        true => (Tone::Success, visit.t("bus-photo-shown")),
        false => (Tone::Plain, visit.t("bus-photo-hidden")),
    };
    let button = |what: &'static str, key: &str, variant: Variant| {
        let label = visit.t(key);
        let named = words.clone();
        view! {
            <Form action=to.clone() inline=true>
                <HiddenField name="change" value=what/>
                <Button variant=variant>{label}<span class="hidden">" "{named}</span></Button>
            </Form>
        }
    };
    let show = match photo.shown {
        true => button("hide", "bus-photo-hide", Variant::Quiet),
        false => button("show", "bus-photo-show", Variant::Secondary),
    };
    let forward = (!first).then(|| button("forward", "bus-photo-forward", Variant::Quiet));
    let now = PictureWords { alt_zh: photo.alt_zh.clone(), alt_en: photo.alt_en.clone() };
    // Its page is its visit's.
    let visited = ("request", photo.request.to_string());
    let reword = reword_form(visit, to.clone(), &photo.id, now, ALT, Some(visited));
    view! {
        <li>
            <figure>{picture(visit, photo)}<figcaption class="small">{words.clone()}</figcaption></figure>
            <p><Tag tone=tone>{state}</Tag></p>
            <div class="actions">
                {show}
                {forward}
                {reword}
                <Dialog label=visit.t("bus-photo-remove") title=visit.t("bus-photo-remove") variant=Variant::Quiet>
                    <p>{visit.t("bus-photo-remove-text")}</p>
                    <Form action=to.clone()>
                        <HiddenField name="change" value="remove"/>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("bus-photo-remove")}</Button></p>
                    </Form>
                </Dialog>
            </div>
        </li>
    }
}

fn add(visit: &Visit, base: &str) -> impl IntoView + use<> {
    let open = visit.form.value("alt_zh").is_some();
    view! {
        <details class="question" open=open>
            <summary>{visit.t("bus-photo-add")}</summary>
            <Form action=format!("{base}/photos") files=true>
                <FileField name="photo" label=visit.t("bus-photo-file") hint=visit.t("bus-photo-file-hint") accept=".jpg,.jpeg,.png"/>
                <TextField name="alt_zh" label=visit.t("bus-photo-alt-zh") hint=visit.t("bus-photo-alt-hint")/>
                <TextField name="alt_en" label=visit.t("bus-photo-alt-en")/>
                <Checkbox name="consent" called=visit.t("called-photo") hint=visit.t("bus-photo-consent-hint")>{visit.t("bus-photo-consent")}</Checkbox>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("bus-photo-add")}</Button></p>
            </Form>
        </details>
    }
}
