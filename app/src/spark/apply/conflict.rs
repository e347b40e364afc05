//! A page that was saved elsewhere since it was shown: both texts, field by field, and one of them to be chosen. Nothing is put
//! in the place of anything before that.

use super::{BASED_ON, FROM, OnePage, crumbs, page_address, typed_again, words};
use crate::i18n::Text;
use crate::spark::form_words;
use crate::ui::{Button, Form, HiddenField, LinkButton, Page, Variant};
use crate::visit::Visit;
use domain::spark::application::{Conflict, Field, Saved};
use domain::typed::Typed;
use leptos::prelude::*;
use services::spark::apply::View as Application;

/// The page of the choice.
pub(super) fn page(
    visit: &Visit,
    application: &Application,
    page: &'static OnePage,
    theirs: &Saved,
) -> impl IntoView + use<> {
    let conflict = Conflict { page: page.key.to_owned(), mine: typed_again(page, &visit.form), theirs: theirs.clone() };
    let differs = conflict.differs();
    let both =
        page.fields.iter().filter(|field| differs.contains(&field.key)).map(|field| both(visit, field, &conflict));
    let both = both.collect_view();
    // What was typed travels along, based on what stands there now: choosing it is a press of its own.
    let mine = page.fields.iter().filter_map(|field| Some((field.key, conflict.mine.0.get(field.key)?.clone())));
    let mine = mine.map(|(name, text)| view! { <HiddenField name=name value=text/> }).collect_view();
    let from = visit.form.value(FROM).map(|from| view! { <HiddenField name=FROM value=from.to_owned()/> });
    let here = page_address(application.id, page);
    view! {
        <Page
            title=visit.t("application-conflict-title")
            kicker=form_words::page(visit, page)
            lead=visit.t("application-conflict-text")
            crumbs=crumbs(visit, Some(application.id))
        >
            <dl class="apply-both">{both}</dl>
            <Form action=visit.href(&here)>
                <HiddenField name=BASED_ON value=theirs.version.to_string()/>
                {from}
                {mine}
                <p class="actions">
                    <Button>{visit.t("application-conflict-mine")}</Button>
                    <LinkButton href=visit.href(&here) variant=Variant::Secondary>{visit.t("application-conflict-theirs")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
}

/// A field in which the two differ.
fn both(visit: &Visit, field: &'static Field, conflict: &Conflict) -> impl IntoView + use<> {
    let text = |typed: &Typed| -> Text {
        match typed.field(field.key).trim() {
            "" => visit.t("application-nothing"),
            text => words::answer(visit.locale(), field, text).into(),
        }
    };
    view! {
        <div class="apply-both-field">
            <dt>{words::name(visit.locale(), field)}</dt>
            <dd><span class="muted small">{visit.t("application-conflict-yours")}</span><span class="said">{text(&conflict.mine)}</span></dd>
            <dd><span class="muted small">{visit.t("application-conflict-saved")}</span><span class="said">{text(&conflict.theirs.typed)}</span></dd>
        </div>
    }
}
