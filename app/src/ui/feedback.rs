//! What a page says about its own state: messages, tags, emptiness, waiting, progress, fullness.

use super::icon::{Glyph, Icon};
use super::picture::{Illustration, Picture};
use super::slot::Slot;
use crate::form::Tone;
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;

const fn glyph(tone: Tone) -> Glyph {
    match tone {
        Tone::Success => Glyph::Check,
        Tone::Warning => Glyph::Warning,
        Tone::Danger => Glyph::Cross,
        Tone::Info | Tone::Plain => Glyph::Info,
    }
}

/// A message above or inside a page.
#[component]
pub fn Banner<'a>(
    /// How it is meant.
    #[prop(default = Tone::Info)]
    tone: Tone,
    /// A few words before the sentence.
    #[prop(optional, into)]
    title: Option<Text>,
    /// Read out at once: for the answer to what somebody just did.
    #[prop(optional)]
    alert: bool,
    /// The sentence.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let role = alert.then_some(if matches!(tone, Tone::Danger | Tone::Warning) { "alert" } else { "status" });
    view! {
        <div class=format!("banner banner-{}", tone.name()) role=role>
            <Icon of=glyph(tone)/>
            <div class="banner-text">
                {title.map(|title| view! { <p class="banner-title">{title}</p> })}
                <div>{children.view()}</div>
            </div>
        </div>
    }
}

/// The class of a [`Tag`].
pub fn tag_class(tone: Tone) -> String {
    format!("tag tag-{}", tone.name())
}

/// A word or two about the state of something. The colour never speaks alone.
#[component]
pub fn Tag<'a>(
    /// How it is meant.
    #[prop(optional)]
    tone: Tone,
    /// The words.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    view! { <span class=tag_class(tone)>{children.view()}</span> }
}

/// Nothing here yet: what would be here, and what to do next.
#[component]
pub fn EmptyState<'a>(
    /// The picture.
    #[prop(default = Illustration::Flame)]
    of: Illustration,
    /// What is not here.
    #[prop(into)]
    title: Text,
    /// What to do next, a link or a sentence.
    #[prop(optional)]
    children: Option<Slot<'a>>,
) -> impl IntoView + use<> {
    view! {
        <div class="empty">
            <Picture of=of/>
            <p class="empty-title">{title}</p>
            {children.map(|children| view! { <div class="empty-next">{children.view()}</div> })}
        </div>
    }
}

/// Something is being loaded by an island: grey lines of about its size.
#[component]
pub fn Skeleton(
    /// Lines.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    let bars = (0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view();
    view! { <div class="skeleton" role="status"><span class="hidden">{visit().t("loading")}</span>{bars}</div> }
}

/// Where one is in a sequence of pages.
#[component]
pub fn Steps(
    /// The names of the steps.
    steps: Vec<Text>,
    /// The present one, from 0; as large as `steps` when all are done.
    current: usize,
) -> impl IntoView {
    let visit = visit();
    let items = steps.into_iter().enumerate().map(|(i, step)| {
        let (class, state) = match i.cmp(&current) {
            std::cmp::Ordering::Less => ("step step-done", Some(visit.t("step-done"))),
            std::cmp::Ordering::Equal => ("step step-current", None),
            std::cmp::Ordering::Greater => ("step", None),
        };
        let mark =
            if i < current { view! { <Icon of=Glyph::Check/> }.into_any() } else { (i + 1).to_string().into_any() };
        view! {
            <li class=class aria-current=(i == current).then_some("step")>
                <span class="step-mark" aria-hidden="true">{mark}</span>
                <span class="step-name">{step}</span>
                {state.map(|state| view! { <span class="hidden">{state}</span> })}
            </li>
        }
    });
    let items = items.collect_view();
    view! { <ol class="steps" aria-label=visit.t("steps-label")>{items}</ol> }
}

/// The class of a [`Meter`], and how much of it is full, in percent.
pub fn meter_look(value: u64, max: u64) -> (&'static str, String) {
    let share = if max == 0 { 100.0 } else { (value as f64 / max as f64 * 100.0).clamp(0.0, 100.0) };
    let level = match share {
        s if s >= 100.0 => "meter meter-full",
        s if s >= 80.0 => "meter meter-high",
        _ => "meter",
    };
    (level, format!("{share:.1}"))
}

/// How full something is. The words are always there; the bar repeats them for the eye.
#[component]
pub fn Meter(
    /// What is counted, with the numbers in words: 已预约18人，共20个名额.
    #[prop(into)]
    label: Text,
    /// So much …
    value: u64,
    /// … of so much.
    max: u64,
    /// The words are for screen readers only, since they stand beside it already.
    #[prop(optional)]
    label_hidden: bool,
) -> impl IntoView {
    let (level, share) = meter_look(value, max);
    view! {
        <div class=level>
            <span class=if label_hidden { "hidden" } else { "meter-label" }>{label}</span>
            <svg class="meter-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect class="meter-rest" width="100" height="4"/>
                <rect class="meter-part" width=share height="4"/>
            </svg>
        </div>
    }
}
