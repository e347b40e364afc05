//! Pictures of an event at the desk: adding one with its words and everybody's consent, the cover, the order, other words,
//! removing.

use super::calls::{event as subject, refused, told};
use super::event;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, news, own_faults, read_first, reword_form, reworded, rooms};
use crate::form::Tone;
use crate::museum::param;
use crate::outreach::{GALLERY, photo, picture};
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Checkbox, Dialog, EmptyState, FileField, Form, HiddenField, LinkButton, Page, Photograph, Tag,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{ActivityId, EventPictureId};
use leptos::prelude::*;
use services::files::Accept;
use services::outreach::{
    self, EventPicture, LARGEST_PICTURE, MOST_PICTURES, NewPicture, OutreachError, PictureChange, PictureWords,
    pictures,
};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);

/// The calls of an event's pictures.
pub const CALLS: &[Call] = &[
    Call::upload("/staff/events/:id/pictures", MANAGE, LARGEST_PICTURE, &add),
    Call::post("/staff/events/:id/pictures/:picture", MANAGE, &change),
];

/// What its words are called, and how they are written.
const ALT: [&str; 3] = ["staff-picture-alt-zh", "staff-picture-alt-en", "staff-picture-alt-hint"];

const NEWS: &[(&str, &str)] = &[("added", "staff-picture-added"), ("changed", "staff-pictures-changed")];

/// The pictures of an event.
#[component]
pub fn EventPictures() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<ActivityId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let all = pictures(&visit.services, &visit.context, event.id).await?;
    let base = format!("/staff/events/{}", event.id);
    let list = if all.is_empty() {
        view! {
            <EmptyState of=picture(event.kind) title=visit.t("staff-pictures-none")>
                <p>{visit.t("staff-pictures-none-text")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let items = all.iter().enumerate().map(|(at, of)| item(visit, of, at, &base)).collect_view();
        view! { <ul class="event-pictures event-pictures-edit">{items}</ul> }.into_any()
    };
    let more = if all.len() < MOST_PICTURES {
        form(visit, &base).into_any()
    } else {
        view! { <Banner>{visit.t("staff-pictures-full")}</Banner> }.into_any()
    };
    let public = event.published.then(|| {
        let href = visit.href(&format!("/events/{}", event.slug));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Quiet>{visit.t("staff-event-see")}</LinkButton></p> }
    });
    Ok(view! {
        <Page title=visit.t("staff-event-pictures") lead=visit.t("staff-pictures-lead") kicker=event.title.of(visit.locale()).to_owned() width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {list}
            <section class="section">
                <h2>{visit.t("staff-picture-add")}</h2>
                {more}
            </section>
            {public}
        </Page>
    }
    .into_any())
}

fn item(visit: &Visit, of: &EventPicture, at: usize, base: &str) -> impl IntoView + use<> {
    let to = visit.href(&format!("{base}/pictures/{}", of.id));
    let words = of.alt.of(visit.locale()).to_owned();
    let shown = photo(visit, of, GALLERY, at == 0);
    let button = |what: &'static str, key: &str| {
        let (label, named) = (visit.t(key), words.clone());
        view! {
            <Form action=to.clone() inline=true>
                <HiddenField name="change" value=what/>
                <HiddenField name="from" value=at.to_string()/>
                <Button variant=Variant::Quiet>{label}<span class="hidden">" "{named}</span></Button>
            </Form>
        }
    };
    let cover = (at == 0).then(|| view! { <p><Tag tone=Tone::Info>{visit.t("staff-picture-is-cover")}</Tag></p> });
    let to_cover = (at > 0).then(|| button("cover", "staff-picture-cover"));
    let forward = (at > 1).then(|| button("forward", "staff-picture-forward"));
    let now = PictureWords { alt_zh: of.alt.zh.clone(), alt_en: of.alt.en.clone() };
    let reword = reword_form(visit, to.clone(), &of.id, now, ALT, None);
    view! {
        <li>
            <figure><Photograph of=shown/><figcaption class="small">{words.clone()}</figcaption></figure>
            {cover}
            <div class="actions">
                {to_cover}
                {forward}
                {reword}
                <Dialog label=visit.t("staff-picture-remove") title=visit.t("staff-picture-remove") variant=Variant::Quiet>
                    <p>{visit.t("staff-picture-remove-text")}</p>
                    <Form action=to.clone()>
                        <HiddenField name="change" value="remove"/>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("staff-picture-remove")}</Button></p>
                    </Form>
                </Dialog>
            </div>
        </li>
    }
}

fn form(visit: &Visit, base: &str) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href(&format!("{base}/pictures")) files=true>
            <FileField name="picture" label=visit.t("staff-picture-file") hint=visit.t("staff-picture-file-hint") accept=".jpg,.jpeg,.png"/>
            <TextField name="alt_zh" label=visit.t("staff-picture-alt-zh") hint=visit.t("staff-picture-alt-hint")/>
            <TextField name="alt_en" label=visit.t("staff-picture-alt-en")/>
            <Checkbox name="consent" called=visit.t("called-photo") hint=visit.t("staff-picture-consent-hint")>{visit.t("staff-picture-consent")}</Checkbox>
            <p class="actions"><Button>{visit.t("staff-picture-add")}</Button></p>
        </Form>
    }
}

async fn add(mut asked: Asked) -> Answer {
    let (id, page) = match subject(&asked) {
        Ok((id, base)) => (id, format!("{base}/pictures")),
        Err(answer) => return answer,
    };
    let bytes = match asked.file.take() {
        Some(file) if file.too_large => {
            return refused(&asked, &page, OutreachError::field("picture", Accept::PHOTO.too_large()));
        }
        file => file.map(|file| file.bytes),
    };
    let fresh = NewPicture {
        alt_zh: asked.field("alt_zh").to_owned(),
        alt_en: asked.field("alt_en").to_owned(),
        consent: asked.ticked("consent"),
        bytes,
    };
    let result = outreach::add_picture(&asked.services, &asked.context, id, fresh).await;
    told(&asked, &page, "added", result.map(|_| ()))
}

async fn change(asked: Asked) -> Answer {
    let (id, page) = match subject(&asked) {
        Ok((id, base)) => (id, format!("{base}/pictures")),
        Err(answer) => return answer,
    };
    let Some(picture) = asked.param::<EventPictureId>("picture") else { return Problem::NotFound.into() };
    let change = match (asked.field("change"), asked.field("from").parse::<usize>()) {
        ("cover", _) => PictureChange::Cover,
        ("forward", Ok(from)) => PictureChange::Forward(from),
        ("words", _) => PictureChange::Words(reworded(&asked, &picture)),
        ("remove", _) => PictureChange::Remove,
        _ => return Problem::NotFound.into(),
    };
    let result = outreach::change_picture(&asked.services, &asked.context, (id, picture), change).await;
    let result = result.map_err(|error| match error {
        OutreachError::Fields(faults) => OutreachError::Fields(own_faults(faults, &picture)),
        other => other,
    });
    told(&asked, &page, "changed", result)
}
