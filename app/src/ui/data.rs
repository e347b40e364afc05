//! Showing what there is: pairs, cards, figures, tasks, pages of a list, tabs, the code of a pass.

use super::feedback::Tag;
use super::icon::{Glyph, Icon};
use super::slot::Slot;
use crate::form::Tone;
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;

/// One line of a [`SummaryList`].
pub struct SummaryRow {
    name: Text,
    value: AnyView,
    action: Option<(Text, Text)>,
}

impl SummaryRow {
    /// A name and its value: a text or any view.
    pub fn new(name: impl Into<Text>, value: impl IntoView + 'static) -> Self {
        Self { name: name.into(), value: value.into_any(), action: None }
    }

    /// With a link to change it.
    #[must_use]
    pub fn action(mut self, href: impl Into<Text>, label: impl Into<Text>) -> Self {
        self.action = Some((href.into(), label.into()));
        self
    }
}

/// Names and values, one pair per line.
#[component]
pub fn SummaryList(
    /// The pairs.
    rows: Vec<SummaryRow>,
) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let about = row.name.clone();
        let action = row.action.map(|(href, label)| {
            view! { <dd class="summary-action"><a href=href>{label}<span class="hidden">" "{about}</span></a></dd> }
        });
        view! {
            <div class="summary-row">
                <dt>{row.name}</dt>
                <dd>{row.value}</dd>
                {action}
            </div>
        }
    });
    let rows = rows.collect_view();
    view! { <dl class="summary">{rows}</dl> }
}

/// A thing of several, on its own ground. With `href` the heading is a link that the whole card answers to.
#[component]
pub fn Card<'a>(
    /// The heading.
    #[prop(into)]
    title: Text,
    /// Where the heading leads, in the language of the visit.
    #[prop(optional_no_strip, into)]
    href: Option<Text>,
    /// A tag beside the heading.
    #[prop(optional_no_strip)]
    tag: Option<(Tone, Text)>,
    /// Above the heading: a picture.
    #[prop(optional)]
    picture: Option<super::Illustration>,
    /// A photograph in the place of the picture.
    #[prop(optional_no_strip)]
    photo: Option<super::Photo>,
    /// The picture beside the words, where there is room.
    #[prop(optional)]
    wide: bool,
    /// The heading's level, 2 to 4.
    #[prop(default = 3)]
    level: u8,
    /// The content.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let linked = href.is_some();
    let inner = match href {
        Some(href) => view! { <a class="card-link" href=href>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    let heading = match level {
        2 => view! { <h2 class="card-title">{inner}</h2> }.into_any(),
        4 => view! { <h4 class="card-title">{inner}</h4> }.into_any(),
        _ => view! { <h3 class="card-title">{inner}</h3> }.into_any(),
    };
    let above = match photo {
        Some(of) => view! { <super::Photograph of=of/> }.into_any(),
        None => picture.map(|of| view! { <super::Picture of=of/> }).into_any(),
    };
    view! {
        <article class="card" class:card-linked=linked class:card-wide=wide>
            {above}
            <div class="card-words">
                <div class="card-head">
                    {heading}
                    {tag.map(|(tone, text)| view! { <Tag tone=tone>{text}</Tag> })}
                </div>
                <div class="card-body">{children.view()}</div>
            </div>
        </article>
    }
}

/// A figure with what it counts and since when it is true.
#[component]
pub fn StatNumber(
    /// The figure, as it is read.
    #[prop(into)]
    value: Text,
    /// What it counts.
    #[prop(into)]
    label: Text,
    /// When it was true, or against what.
    #[prop(optional_no_strip, into)]
    note: Option<Text>,
) -> impl IntoView {
    view! {
        <div class="stat">
            <dt class="stat-label">{label}{note.map(|note| view! { <span class="stat-note">{note}</span> })}</dt>
            <dd class="stat-value">{value}</dd>
        </div>
    }
}

/// How far a [`Task`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskState {
    /// Nothing was done.
    ToDo,
    /// Begun.
    Doing,
    /// Done.
    Done,
    /// Another has to be done first.
    Waiting,
}

/// One line of a [`TaskList`].
#[derive(Clone, Debug)]
pub struct Task {
    /// What is to be done.
    pub label: Text,
    /// Where; none while it waits.
    pub href: Option<Text>,
    /// How far it is.
    pub state: TaskState,
}

/// Several things to do in any order, each with its state.
#[component]
pub fn TaskList(
    /// The tasks.
    tasks: Vec<Task>,
) -> impl IntoView {
    let visit = &visit();
    let items = tasks.into_iter().map(|task| {
        let (tone, key) = match task.state {
            TaskState::ToDo => (Tone::Info, "task-to-do"),
            TaskState::Doing => (Tone::Warning, "task-doing"),
            TaskState::Done => (Tone::Success, "task-done"),
            TaskState::Waiting => (Tone::Plain, "task-waiting"),
        };
        let label = match task.href {
            Some(href) => view! { <a href=href>{task.label}</a> }.into_any(),
            None => view! { <span>{task.label}</span> }.into_any(),
        };
        view! { <li class="task">{label}<Tag tone=tone>{visit.t(key)}</Tag></li> }
    });
    let items = items.collect_view();
    view! { <ul class="tasks">{items}</ul> }
}

/// The pages of a list that is read by cursor: back and on, no numbers that move while one reads.
#[component]
pub fn Pagination(
    /// The page before, if there is one.
    #[prop(optional_no_strip, into)]
    previous: Option<Text>,
    /// The page after, if there is one.
    #[prop(optional_no_strip, into)]
    next: Option<Text>,
) -> impl IntoView {
    let visit = &visit();
    let any = previous.is_some() || next.is_some();
    any.then(|| {
        view! {
            <nav class="pagination" aria-label=visit.t("pagination-label")>
                {previous.map(|href| view! {
                    <a class="button button-secondary" rel="prev" href=href><Icon of=Glyph::ArrowLeft/>{visit.t("page-previous")}</a>
                })}
                {next.map(|href| view! {
                    <a class="button button-secondary pagination-next" rel="next" href=href>{visit.t("page-next")}<Icon of=Glyph::ArrowRight/></a>
                })}
            </nav>
        }
    })
}

/// One of several views of the same thing.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Where it leads, in the language of the visit.
    pub href: Text,
    /// What it shows.
    pub label: Text,
    /// A number beside it: how many wait there.
    pub count: Option<u64>,
    /// It is the one being read.
    pub current: bool,
}

/// Views beside each other, as links: each has its own address.
#[component]
pub fn Tabs(
    /// What they have in common.
    #[prop(into)]
    label: Text,
    /// The views.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let items = tabs.into_iter().map(|tab| {
        let count = tab.count.map(|n| view! { <span class="tab-count">{n}</span> });
        view! { <li><a class="tab" href=tab.href aria-current=tab.current.then_some("page")>{tab.label}{count}</a></li> }
    });
    let items = items.collect_view();
    view! { <nav class="tabs" aria-label=label><ul>{items}</ul></nav> }
}

/// The code of a pass, large enough for a scanner and a thumb, always dark on white; below it what a person can read out.
#[component]
pub fn QrFigure(
    /// The code as an SVG document or element, made by the house itself.
    svg: String,
    /// What it is, for those who cannot see it.
    #[prop(into)]
    label: Text,
    /// The reference a person can read out.
    #[prop(into)]
    reference: Text,
) -> impl IntoView {
    // Some generators begin with an XML declaration, which HTML does not know.
    let from = svg.find("<svg").unwrap_or(0);
    let svg = svg[from..].to_owned();
    view! {
        <figure class="qr">
            <div class="qr-code" role="img" aria-label=label inner_html=svg></div>
            <figcaption class="qr-reference">{reference}</figcaption>
        </figure>
    }
}
