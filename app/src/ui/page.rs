//! What every page begins with: its title, where it stands, what went wrong, its heading.

use super::feedback::Banner;
use super::field::{Labels, input_id, provide_labels};
use super::slot::Slot;
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// How wide a page's content runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Width {
    /// For reading and for forms.
    #[default]
    Text,
    /// For tables and calendars.
    Wide,
}

/// A step on the way to a page.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Where it leads, in the language of the visit.
    pub href: Text,
    /// What it is called.
    pub label: Text,
}

impl Crumb {
    /// A step.
    pub fn new(href: impl Into<Text>, label: impl Into<Text>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// A page: title of the document, the way to it, notice and error summary of its form, heading, content.
#[component]
pub fn Page<'a>(
    /// The heading; with the name of the house also the title of the document.
    #[prop(into)]
    title: Text,
    /// A sentence below the heading.
    #[prop(optional, into)]
    lead: Option<Text>,
    /// A line above the heading: where one is in a sequence.
    #[prop(optional, into)]
    kicker: Option<Text>,
    /// The way to this page.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// How wide it runs.
    #[prop(optional)]
    width: Width,
    /// In the middle: for a single message.
    #[prop(optional)]
    centred: bool,
    /// The page shows its heading itself.
    #[prop(optional)]
    headless: bool,
    /// The content.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let visit = visit();
    let failed = !visit.form.errors.is_empty();
    let document_title = if failed {
        format!("{}{} · {}", visit.t("error-prefix"), title, visit.t("site-name"))
    } else if visit.path == "/" {
        visit.t("site-title").to_string()
    } else {
        format!("{} · {}", title, visit.t("site-name"))
    };
    let class = match (width, centred) {
        (_, true) => "page page-centred",
        (Width::Text, false) => "page",
        (Width::Wide, false) => "page page-wide",
    };
    // The fields are made before the summary that stands above them, so that it can say what they are called.
    if use_context::<Labels>().is_none() {
        provide_labels();
    }
    let content = children.view();
    let notice =
        visit.form.notice.clone().map(|notice| view! { <Banner tone=notice.tone alert=true>{notice.text}</Banner> });
    view! {
        <Title text=document_title/>
        {lead.as_ref().map(|lead| view! { <Meta name="description" content=lead.to_string()/> })}
        <div class=class>
            {(!crumbs.is_empty()).then(|| view! { <Breadcrumbs crumbs=crumbs/> })}
            {notice}
            <ErrorSummary/>
            {(!headless).then(|| view! {
                <header class="page-head">
                    {kicker.map(|kicker| view! { <p class="kicker">{kicker}</p> })}
                    <h1>{title}</h1>
                    {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
                </header>
            })}
            {content}
        </div>
    }
}

/// Where one is.
#[component]
pub fn Breadcrumbs(
    /// The steps before this page.
    crumbs: Vec<Crumb>,
) -> impl IntoView {
    let steps = crumbs.into_iter().map(|crumb| view! { <li><a href=crumb.href>{crumb.label}</a></li> }).collect_view();
    view! { <nav class="crumbs" aria-label=visit().t("crumbs-label")><ol>{steps}</ol></nav> }
}

/// Everything that is wrong with the form, each a link to its field. Takes the focus, so that nobody looks for it.
/// [`Page`] puts it above the heading.
#[component]
pub fn ErrorSummary() -> impl IntoView {
    let visit = visit();
    let labels = use_context::<Labels>().unwrap_or_default();
    // In the order of the page, whatever order they were found in.
    let mut errors: Vec<_> = visit.form.errors.iter().collect();
    errors.sort_by_key(|error| labels.place(&error.field));
    let items: Vec<_> = errors
        .into_iter()
        .map(|error| {
            let target = format!("#{}", input_id(&error.field));
            let fault = labels.said(&visit, &error.field, &error.fault);
            let label = labels.of(&error.field).map(|label| match label.ends_with(['？', '?']) {
                true => format!("{label} "),
                false => format!("{label}{}", visit.t("label-separator")),
            });
            view! { <li><a href=target>{label}{fault}</a></li> }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus=true>
                <h2>{visit.t("error-summary-title")}</h2>
                <ul>{items}</ul>
            </div>
        }
    })
}

/// A form that posts to its own page (or to `action`, already in the language of the visit).
#[component]
pub fn Form<'a>(
    /// Another address than the page's own.
    #[prop(optional, into)]
    action: Option<Text>,
    /// Asks without changing anything: the fields stand in the address.
    #[prop(optional)]
    get: bool,
    /// Carries files.
    #[prop(optional)]
    files: bool,
    /// Fields side by side: for filters.
    #[prop(optional)]
    inline: bool,
    /// What is typed is kept as far as one got, with `save` sent along: on a page that is [`typed`](crate::routes::Page::typed).
    #[prop(optional)]
    kept: bool,
    /// The fields and the button.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let action = action.unwrap_or_else(|| visit().here().into());
    // Our sentences say more than the browser's: its own checks stay off.
    view! {
        <form
            class=if inline { "form form-inline" } else { "form" }
            method=if get { "get" } else { "post" }
            action=action
            enctype=files.then_some("multipart/form-data")
            novalidate=true
            data-kept=kept.then_some("")
        >
            {children.view()}
        </form>
    }
}
