//! What was measured over time as SVG from the server: a band from the lowest to the highest, a line through the mean, the limits
//! drawn across; and the same as a table of at most thirty-two lines for those who do not see it.

use super::table::{Column, Row, Table};
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;
use std::fmt::Write as _;

/// A step of a line: where it is from the left (0) to the right (1), and its lowest, mean and highest; nothing where nothing
/// was measured, and the line is broken there.
pub type TrendStep = (f64, Option<(f64, f64, f64)>);

/// A line of a [`TrendChart`].
#[derive(Clone, Debug)]
pub struct TrendLine {
    /// What it is called.
    pub label: Text,
    /// In order of time.
    pub steps: Vec<TrendStep>,
}

/// A limit drawn across a [`TrendChart`].
#[derive(Clone, Debug)]
pub struct TrendLimit {
    /// In the chart's unit.
    pub value: f64,
    /// What is written beside it.
    pub label: Text,
    /// What lies beyond it may be lost.
    pub critical: bool,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 34.0;
/// Lines of the table.
const ROWS: usize = 32;

/// From where to where the drawing goes, and its rules.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Frame {
    least: f64,
    most: f64,
    stride: f64,
}

impl Frame {
    /// Around everything that is drawn, between round numbers, with at most seven rules.
    fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (least, most) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if !least.is_finite() || !most.is_finite() {
            return None;
        }
        let span = (most - least).max(0.5);
        let strides = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
        let stride = strides.into_iter().find(|stride| span / stride <= 5.0).unwrap_or(span);
        let bottom = (least / stride).floor();
        let top = (most / stride).ceil().max(bottom + 1.0);
        Some(Self { least: bottom * stride, most: top * stride, stride })
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - self.least) / (self.most - self.least))
    }

    fn rules(&self) -> Vec<f64> {
        let number = ((self.most - self.least) / self.stride).round() as u32;
        (0..=number).map(|i| self.least + f64::from(i) * self.stride).collect()
    }

    fn text(&self, value: f64) -> String {
        minus(if self.stride < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") })
    }
}

/// With a minus that is as wide as a figure; zero has none.
fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn x(at: f64) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * at.clamp(0.0, 1.0)
}

/// A step at which something was measured.
type Measured = (f64, (f64, f64, f64));

/// The stretches of a line between gaps.
fn stretches(steps: &[TrendStep]) -> Vec<Vec<Measured>> {
    // Two steps that lie further apart than twice the usual are two stretches.
    let usual = steps.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    let mut found: Vec<Vec<Measured>> = Vec::new();
    let mut last = None;
    for (at, values) in steps {
        let Some(values) = values else {
            last = None;
            continue;
        };
        let goes_on = last.is_some_and(|last: f64| at - last <= usual * 2.1);
        match found.last_mut() {
            Some(stretch) if goes_on => stretch.push((*at, *values)),
            _ => found.push(vec![(*at, *values)]),
        }
        last = Some(*at);
    }
    found
}

fn drawn(frame: Frame, number: usize, line: &TrendLine) -> AnyView {
    let (mut band, mut mean) = (String::new(), String::new());
    for stretch in stretches(&line.steps) {
        for (i, (at, (_, middle, high))) in stretch.iter().enumerate() {
            let to = if i == 0 { 'M' } else { 'L' };
            let _ = write!(band, "{to}{:.1} {:.1}", x(*at), frame.y(*high));
            let _ = write!(mean, "{to}{:.1} {:.1}", x(*at), frame.y(*middle));
        }
        for (at, (low, ..)) in stretch.iter().rev() {
            let _ = write!(band, "L{:.1} {:.1}", x(*at), frame.y(*low));
        }
        band.push('Z');
        // One step alone is a dot.
        if stretch.len() == 1 {
            mean.push_str("h0.1");
        }
    }
    let look = if number == 0 { "chart-line" } else { "chart-line chart-line-other" };
    view! {
        <path class="chart-band" d=band/>
        <path class=look d=mean/>
    }
    .into_any()
}

/// The table: a line for several steps where there are many.
fn rows(lines: &[TrendLine], when: &dyn Fn(f64) -> Text) -> Vec<Row> {
    let mut all = Vec::new();
    for line in lines {
        let measured: Vec<Measured> = line.steps.iter().filter_map(|(at, values)| Some((*at, (*values)?))).collect();
        for part in measured.chunks(measured.len().div_ceil(ROWS).max(1)) {
            let low = part.iter().map(|(_, values)| values.0).fold(f64::INFINITY, f64::min);
            let high = part.iter().map(|(_, values)| values.2).fold(f64::NEG_INFINITY, f64::max);
            let mean = part.iter().map(|(_, values)| values.1).sum::<f64>() / part.len() as f64;
            let texts = [low, mean, high].map(|value| minus(format!("{value:.1}")));
            let [low, mean, high] = texts;
            all.push(Row::new().cell(when(part[0].0)).cell(line.label.clone()).cell(low).cell(mean).cell(high));
        }
    }
    all
}

/// What was measured over time.
#[component]
pub fn TrendChart(
    /// What it shows.
    #[prop(into)]
    title: Text,
    /// What it is measured in: °C.
    #[prop(into)]
    unit: Text,
    /// The lines; the first is the one that matters.
    lines: Vec<TrendLine>,
    /// Drawn across.
    limits: Vec<TrendLimit>,
    /// Times below the axis: where, and what is written there.
    times: Vec<(f64, Text)>,
    /// A place from left to right as a time, for the table.
    when: Box<dyn Fn(f64) -> Text>,
) -> impl IntoView {
    let visit = visit();
    let values = lines
        .iter()
        .flat_map(|line| &line.steps)
        .filter_map(|(_, values)| *values)
        .flat_map(|(low, _, high)| [low, high]);
    let measured = Frame::around(values.clone()).is_some();
    let frame = Frame::around(values.chain(limits.iter().map(|limit| limit.value)));
    let (Some(frame), true) = (frame, measured) else {
        return view! {
            <figure class="chart">
                <figcaption class="chart-title">{title}</figcaption>
                <p class="chart-empty">{visit.t("chart-empty")}</p>
            </figure>
        }
        .into_any();
    };
    let rules = frame.rules().into_iter().map(|value| {
        let y = frame.y(value);
        view! {
            <line class="chart-rule" x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=format!("{y:.1}") y2=format!("{y:.1}")/>
            <text class="chart-text" text-anchor="end" x=(LEFT - 8.0).to_string() y=format!("{:.1}", y + 4.0)>{frame.text(value)}</text>
        }
    });
    let rules = rules.collect_view();
    let across = limits.iter().map(|limit| {
        let y = frame.y(limit.value);
        let look = if limit.critical { "chart-limit chart-limit-critical" } else { "chart-limit" };
        view! {
            <line class=look x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=format!("{y:.1}") y2=format!("{y:.1}")/>
            <text class="chart-text" text-anchor="end" x=(WIDTH - RIGHT).to_string() y=format!("{:.1}", y - 5.0)>{limit.label.clone()}</text>
        }
    });
    let across = across.collect_view();
    let below = times.into_iter().map(|(at, label)| {
        let anchor = if at > 0.93 { "end" } else if at < 0.05 { "start" } else { "middle" };
        view! { <text class="chart-text" text-anchor=anchor x=format!("{:.1}", x(at)) y=(HEIGHT - 10.0).to_string()>{label}</text> }
    });
    let below = below.collect_view();
    let drawing = lines.iter().enumerate().map(|(number, line)| drawn(frame, number, line)).collect_view();
    let names = (lines.len() > 1).then(|| {
        let each = lines.iter().enumerate().map(|(number, line)| {
            let look = if number == 0 { "chart-line" } else { "chart-line chart-line-other" };
            view! {
                <span class="chart-key">
                    <svg class="chart-key-line" viewBox="0 0 24 8" focusable="false"><path class=look d="M0 4h24"/></svg>
                    {line.label.clone()}
                </span>
            }
        });
        view! { <p class="chart-keys" aria-hidden="true">{each.collect_view()}</p> }
    });
    let columns = vec![
        Column::new(visit.t("chart-when")),
        Column::new(visit.t("chart-what")),
        Column::number(visit.t("chart-lowest")),
        Column::number(visit.t("chart-mean")),
        Column::number(visit.t("chart-highest")),
    ];
    let rows = rows(&lines, &*when);
    view! {
        <figure class="chart">
            <figcaption class="chart-title">{title.clone()}<span class="chart-unit">{unit}</span></figcaption>
            <svg class="chart-drawing" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" focusable="false">
                {rules}{drawing}{across}{below}
            </svg>
            {names}
            <div class="hidden"><Table caption=title columns=columns rows=rows/></div>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_holds_everything_between_round_numbers() {
        for (least, most) in [(-196.0, -150.0), (-190.1, -189.9), (0.0, 100.0), (71.5, 71.5), (-3.0, 2.0)] {
            let frame = Frame::around([least, most].into_iter()).expect("a frame");
            assert!(frame.least <= least + 1e-9 && frame.most >= most - 1e-9, "{frame:?}");
            assert!(frame.rules().len() <= 8, "{frame:?}");
            let (top, bottom) = (frame.y(most), frame.y(least));
            assert!(top >= TOP - 0.01 && bottom <= HEIGHT - BOTTOM + 0.01 && top <= bottom);
        }
        assert_eq!(Frame::around(std::iter::empty()), None);
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_measured() {
        let value = Some((1.0, 1.0, 1.0));
        let steps = [(0.0, value), (0.1, value), (0.2, None), (0.3, value), (0.4, value), (0.8, value)];
        let lengths: Vec<usize> = stretches(&steps).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1]);
    }

    #[test]
    fn a_negative_zero_has_no_sign() {
        assert_eq!(minus("-0.0".to_owned()), "0.0");
        assert_eq!(minus("-196.0".to_owned()), "−196.0");
    }
}
