//! Charts as SVG from the server, each with the same numbers as a table for those who do not see it.

use super::slot::Slot;
use super::table::{Column, Row, Table};
use crate::i18n::{Text, grouped};
use crate::visit::visit;
use leptos::prelude::*;

/// A value of a chart.
#[derive(Clone, Debug)]
pub struct Point {
    /// What it belongs to: a day, a school.
    pub label: Text,
    /// How much.
    pub value: u64,
}

impl Point {
    /// A value.
    pub fn new(label: impl Into<Text>, value: u64) -> Self {
        Self { label: label.into(), value }
    }
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 32.0;

/// The smallest 1, 2 or 5 times a power of ten such that four of them reach `largest`.
fn stride(largest: u64) -> u64 {
    let mut power = 1;
    loop {
        for step in [1, 2, 5] {
            if step * power * 4 >= largest.max(1) {
                return step * power;
            }
        }
        power *= 10;
    }
}

struct Frame {
    top: u64,
    stride: u64,
}

impl Frame {
    fn of(points: &[Point]) -> Self {
        let largest = points.iter().map(|point| point.value).max().unwrap_or(0);
        let stride = stride(largest);
        Self { top: largest.max(1).div_ceil(stride) * stride, stride }
    }

    fn y(&self, value: u64) -> f64 {
        TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value as f64 / self.top as f64)
    }

    fn rules(&self) -> impl IntoView + use<> {
        let lines = (0..=self.top / self.stride).map(|i| {
            let (value, y) = (i * self.stride, self.y(i * self.stride));
            view! {
                <line class="chart-rule" x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=format!("{y:.1}") y2=format!("{y:.1}")/>
                <text class="chart-text" text-anchor="end" x=(LEFT - 8.0).to_string() y=format!("{:.1}", y + 4.0)>{grouped(value)}</text>
            }
        });
        lines.collect_view()
    }
}

/// Of how many points one has its label: as many stand below the axis as there is room for on a telephone, six at most.
fn label_every(points: &[Point]) -> usize {
    // Half of a sign's 22 units; a Chinese sign is a whole one wide.
    const HALF: usize = 11;
    let width = |label: &str| label.chars().map(|sign| if sign.is_ascii() { HALF } else { 2 * HALF }).sum::<usize>();
    let widest = points.iter().map(|point| width(&point.label)).max().unwrap_or(0);
    let room = ((WIDTH - LEFT - RIGHT) as usize / (widest + HALF)).clamp(1, 6);
    points.len().div_ceil(room).max(1)
}

/// Labels below the axis.
fn labels<F: Fn(usize) -> f64>(points: &[Point], centre: F) -> impl IntoView + use<F> {
    let every = label_every(points);
    let texts = points.iter().enumerate().filter(|(i, _)| i % every == 0).map(|(i, point)| {
        view! { <text class="chart-text" text-anchor="middle" x=format!("{:.1}", centre(i)) y=(HEIGHT - 10.0).to_string()>{point.label.clone()}</text> }
    });
    texts.collect_view()
}

#[component]
fn Figure<'a>(
    title: Text,
    unit: Text,
    axis: Text,
    points: Vec<Point>,
    #[prop(optional)] table_below: bool,
    children: Slot<'a>,
) -> impl IntoView + use<> {
    if points.is_empty() {
        return view! {
            <figure class="chart">
                <figcaption class="chart-title">{title}</figcaption>
                <p class="chart-empty">{visit().t("chart-empty")}</p>
            </figure>
        }
        .into_any();
    }
    let rows = points.into_iter().map(|point| Row::new().cell(point.label).cell(grouped(point.value))).collect();
    let columns = vec![Column::new(axis), Column::number(unit.clone())];
    view! {
        <figure class="chart">
            <figcaption class="chart-title">{title.clone()}<span class="chart-unit">{unit}</span></figcaption>
            <svg class="chart-drawing" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" focusable="false">{children.view()}</svg>
            {(!table_below).then(|| view! { <div class="hidden"><Table caption=title columns=columns rows=rows/></div> })}
        </figure>
    }
    .into_any()
}

/// Amounts beside each other.
#[component]
pub fn BarChart(
    /// What it shows.
    #[prop(into)]
    title: Text,
    /// What is counted: 人.
    #[prop(into)]
    unit: Text,
    /// What the labels are: 日期.
    #[prop(into)]
    axis: Text,
    /// The amounts.
    points: Vec<Point>,
    /// They stand in a table of the page, right below: none is hidden behind the drawing.
    #[prop(optional)]
    table_below: bool,
) -> impl IntoView {
    let frame = Frame::of(&points);
    let slot = (WIDTH - LEFT - RIGHT) / points.len().max(1) as f64;
    let width = (slot * 0.62).min(48.0);
    let centre = move |i: usize| LEFT + slot * (i as f64 + 0.5);
    let bars = points.iter().enumerate().map(|(i, point)| {
        let y = frame.y(point.value);
        let height = (HEIGHT - BOTTOM - y).max(0.0);
        view! {
            <rect class="chart-bar" rx="3" x=format!("{:.1}", centre(i) - width / 2.0) y=format!("{y:.1}") width=format!("{width:.1}") height=format!("{height:.1}")/>
        }
    });
    let drawing = (frame.rules(), bars.collect_view(), labels(&points, centre));
    view! { <Figure title=title unit=unit axis=axis points=points table_below=table_below>{drawing}</Figure> }
}

/// Amounts of things with long names, one below the other. The numbers stand in a table of the page, right below.
#[component]
pub fn BarList(
    /// What it shows.
    #[prop(into)]
    title: Text,
    /// What is counted: 人.
    #[prop(into)]
    unit: Text,
    /// The amounts, each with what is written beside its bar; what is kept back has no bar.
    bars: Vec<(Text, Option<u64>, String)>,
) -> impl IntoView {
    let largest = bars.iter().filter_map(|(_, value, _)| *value).max().unwrap_or(0).max(1);
    let each = bars.into_iter().map(|(label, value, text)| {
        let width = format!("{:.1}", value.unwrap_or(0) as f64 * 100.0 / largest as f64);
        view! {
            <div class="chart-item">
                <span class="chart-name">{label}</span>
                <svg class="chart-strip" viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false"><rect class="chart-bar" x="0" y="0" height="8" width=width/></svg>
                <span class="chart-amount">{text}</span>
            </div>
        }
    });
    view! {
        <figure class="chart">
            <figcaption class="chart-title">{title}<span class="chart-unit">{unit}</span></figcaption>
            <div class="chart-list" aria-hidden="true">{each.collect_view()}</div>
        </figure>
    }
}

/// An amount over time.
#[component]
pub fn LineChart(
    /// What it shows.
    #[prop(into)]
    title: Text,
    /// What is counted: 人.
    #[prop(into)]
    unit: Text,
    /// What the labels are: 日期.
    #[prop(into)]
    axis: Text,
    /// The amounts, in the order of time.
    points: Vec<Point>,
) -> impl IntoView {
    let frame = Frame::of(&points);
    let gap = (WIDTH - LEFT - RIGHT - 24.0) / points.len().saturating_sub(1).max(1) as f64;
    let centre = move |i: usize| LEFT + 12.0 + gap * i as f64;
    let at: Vec<(f64, f64)> = points.iter().enumerate().map(|(i, point)| (centre(i), frame.y(point.value))).collect();
    let path: Vec<String> = at.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let line = (!path.is_empty()).then(|| view! { <path class="chart-line" d=format!("M{}", path.join("L"))/> });
    let dots = at.into_iter().map(|(x, y)| {
        view! { <circle class="chart-dot" r="3.5" cx=format!("{x:.1}") cy=format!("{y:.1}")/> }
    });
    let drawing = (frame.rules(), line, dots.collect_view(), labels(&points, centre));
    view! { <Figure title=title unit=unit axis=axis points=points>{drawing}</Figure> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_above_the_largest_value() {
        for (largest, top) in [(0, 1), (1, 1), (3, 3), (18, 20), (20, 20), (21, 30), (99, 100), (870_000, 1_000_000)] {
            let frame = Frame::of(&[Point::new("a", largest)]);
            assert_eq!(frame.top, top, "{largest}");
            assert!(frame.top / frame.stride <= 5);
        }
    }

    #[test]
    fn labels_leave_each_other_room() {
        let every = |label: &'static str, n: usize| label_every(&vec![Point::new(label, 1); n]);
        assert_eq!((every("07-28", 0), every("07-28", 6), every("07-28", 7)), (1, 1, 2));
        assert_eq!((every("2026年7月", 5), every("2026年7月", 12)), (1, 3));
        assert_eq!((every("September 2026", 3), every("September 2026", 12)), (1, 4));
    }
}
